#include "kuflow/uuid.h"

#include <uuid/uuid.h>

void kf_uuid_new(char text[KF_UUID_TEXT_SIZE])
{
    uuid_t id;
    uuid_generate_random(id);
    uuid_unparse_lower(id, text);
}

bool kf_uuid_valid(const char *text)
{
    if (text == NULL)
        return false;
    for (int i = 0; i < KF_UUID_TEXT_SIZE - 1; i++) {
        char c = text[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !digit)
            return false;
    }
    return text[KF_UUID_TEXT_SIZE - 1] == '\0';
}
