/* What stays the same in a handle over its requests: options, callbacks, and the meaning of its failures. */
#ifndef KF_HTTP_HANDLE_H
#define KF_HTTP_HANDLE_H

#include "http/pool.h"

/* A cheap clock for pauses between requests, in milliseconds. */
int64_t kf_handle_now(void);

/* Whether the request may be sent again over another connection, when a kept one died before any answer. */
bool kf_handle_may_resend(const kf_handle *handle);

/* Sets all that does not change from request to request. False: libcurl refused an option or memory is short. */
bool kf_handle_setup(kf_handle *handle);

/* The status and message of a request that did not bring a whole answer. Messages name the server, never a URL. */
kf_status kf_describe_failure(const kf_handle *handle, CURLcode code, const char *authority, kf_exchange *exchange);

#endif
