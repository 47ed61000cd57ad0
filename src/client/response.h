/* The raw side of an answer, kept for kf_client_response(). */
#ifndef KF_CLIENT_RESPONSE_H
#define KF_CLIENT_RESPONSE_H

#include "core/buffer.h"
#include "kuflow/client.h"

struct kf_response {
    int http_status;
    kf_buffer headers; /* name NUL value NUL … */
    size_t header_count;
    char *text; /* NULL: it went to a sink */
    size_t length;
};

void kf_response_free(kf_response *response);

#endif
