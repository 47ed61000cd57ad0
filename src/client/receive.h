/* What an answer leaves behind while it comes in. */
#ifndef KF_CLIENT_RECEIVE_H
#define KF_CLIENT_RECEIVE_H

#include "client/stream.h"
#include "kuflow/operation.h"
#include "kuflow/transport.h"

/* An error's body is for people: no more of it is kept. */
#define KF_ERROR_BODY_MAX ((size_t)256 << 10)

typedef struct kf_receiver {
    const kf_operation *operation; /* NULL: every 2xx is a success */
    kf_download *download; /* NULL: into `body` */
    size_t max_bytes; /* of a body in memory */
    bool keep_headers;

    /* Of the attempt under way. */
    int http_status;
    bool success;
    kf_buffer body;
    kf_buffer headers; /* name NUL value NUL …, with keep_headers */
    size_t header_count;
    int64_t content_length; /* -1: not told */
    bool encoded; /* the length is not that of the decoded body */
    bool begun; /* the body has begun, or was found to be empty */
    bool enough; /* a part of an error's body was left unread */
    int64_t received;
    char retry_after[64];
    char retry_after_ms[24];
    char content_type[128];
    char file_name[256];
    char location[128]; /* the host that a redirect names */
    kf_stream_failure failure;
} kf_receiver;

/* Ready for another attempt. False: what a sink has got cannot be taken back. */
bool kf_receiver_reset(kf_receiver *receiver);
void kf_receiver_free(kf_receiver *receiver);
/* Directs an exchange to the receiver. */
void kf_receiver_attach(kf_receiver *receiver, kf_exchange *exchange);
/* After a whole answer: a success's sink is completed. False: see `failure`. */
bool kf_receiver_finish(kf_receiver *receiver);

/* The answer that the document has for this status: exact, by class, or the first with content for another 2xx.
 * NULL: not a success. */
const kf_answer *kf_operation_answer(const kf_operation *operation, int http_status);

#endif
