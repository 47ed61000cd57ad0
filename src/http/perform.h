/* One attempt of a request over libcurl. */
#ifndef KF_HTTP_PERFORM_H
#define KF_HTTP_PERFORM_H

#include "http/pool.h"

/* What a kf_exchange does not say. */
typedef struct kf_perform_options {
    kf_waiter *waiter;
    const char *authority; /* for messages */
    bool once; /* never sent twice, not even on another connection */
} kf_perform_options;

/* As kf_transport.perform; KF_ERROR_LIMIT too when the headers are too long, and KF_ERROR_IO when the body's reader
 * failed. When a callback stopped it, the status is KF_ERROR_TRANSPORT: the caller knows why. */
kf_status kf_pool_perform(kf_pool *pool, kf_exchange *exchange, const kf_perform_options *options);

#endif
