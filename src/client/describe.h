/* An answer that is not a success, in words. */
#ifndef KF_CLIENT_DESCRIBE_H
#define KF_CLIENT_DESCRIBE_H

#include "client/receive.h"

/* The status that stands for an HTTP status which is no success. */
kf_status kf_status_of_http(int http_status);

/* Fills in status, message, the server's own parts and `retryable`. `pointers` may be NULL. */
kf_status kf_describe_answer(const kf_receiver *receiver, const kf_error_pointers *pointers, kf_error *error);

#endif
