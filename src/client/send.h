/* One call as a series of attempts. */
#ifndef KF_CLIENT_SEND_H
#define KF_CLIENT_SEND_H

#include "client/hook.h"
#include "client/receive.h"
#include "client/state.h"

typedef struct kf_send {
    kf_client *client;
    const kf_base_url *base;
    const char *operation; /* "kuflow.retrieveProcess" or "" */
    const char *method;
    const char *path; /* the template, for events */
    const char *url;
    kf_pair *headers; /* with room for one more: the credential */
    size_t header_count;
    kf_upload *upload; /* NULL: no body */
    const kf_error_pointers *pointers; /* may be NULL */
    const kf_type *body_type; /* of `body`, when that may have secrets; NULL: it has none */
    const void *body;
    bool repeatable; /* doing it twice is the same as once */
    bool authorize;
    bool transfer; /* of a file: no time limits but those that were set */
    int64_t wait_ms; /* the server was asked to keep its answer back for so long; the limits begin after that */
    kf_receiver *receiver;
    kf_error *error; /* not NULL */

    /* Its own. */
    kf_waiter waiter;
    kf_hooked hooked; /* of the attempt under way; unused without hooks */
    kf_pairs sent; /* its headers, credential included */
    int64_t started_at;
    int64_t deadline_at; /* -1: none */
    int64_t attempt_at;
    int64_t attempt_sent; /* bytes of the attempt's body */
    int64_t bytes_sent;
    int64_t bytes_received;
    uint64_t generation; /* of the token of the attempt under way */
    uint64_t refused; /* the token that the server answered 401 to */
    bool acted;
    bool no_retry; /* what happened is final, whatever the classification */
    int retries; /* those that cost something */
    int price;
} kf_send;

/* Sends until there is an answer that counts. KF_OK: a whole success is in the receiver. Else all of the error is
 * filled in, but for the operation's name before the message. */
kf_status kf_send_all(kf_send *send);
/* kf_request_send(); `pointers`, which may be NULL, say where the parts of an error body are. */
kf_status kf_request_send_as(kf_client *client, const kf_request *request, const kf_error_pointers *pointers,
                             char **text, size_t *length, kf_error *error);
/* Tells that the call is over, with the error as it will be returned. */
void kf_send_done(const kf_send *send);

#endif
