#define _DEFAULT_SOURCE 1
#include "kuflow/uuid.h"

#include <sys/random.h>
#include <uuid/uuid.h>

void kf_uuid_new(char text[KF_UUID_TEXT_SIZE])
{
    uuid_t id;
    /* Not with libuuid, as long as it can be avoided: it gives the program's rand() another seed each time. */
    if (getrandom(id, sizeof(id), 0) == (ssize_t)sizeof(id)) {
        id[6] = (unsigned char)((id[6] & 0x0f) | 0x40); /* version 4 */
        id[8] = (unsigned char)((id[8] & 0x3f) | 0x80); /* of RFC 9562 */
    } else {
        uuid_generate_random(id);
    }
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
