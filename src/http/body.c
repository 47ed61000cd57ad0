#include "http/body.h"

#include <string.h>

int64_t kf_memory_body_read(char *buffer, size_t size, void *user)
{
    kf_memory_body *body = user;
    size_t left = body->length - body->done;
    if (size > left)
        size = left;
    if (size > 0)
        memcpy(buffer, body->data + body->done, size);
    body->done += size;
    return (int64_t)size;
}
