/* A request's body as the transport reads it. */
#ifndef KF_HTTP_BODY_H
#define KF_HTTP_BODY_H

#include "kuflow/stream.h"

/* A body in memory. */
typedef struct kf_memory_body {
    const char *data;
    size_t length;
    size_t done;
} kf_memory_body;

/* kf_exchange.read_body of such a body, with it as read_user. The library's own transport knows this function and hands
 * the memory to libcurl at once, so that head and body of a small request travel together. */
int64_t kf_memory_body_read(char *buffer, size_t size, void *user);

#endif
