/* URLs: the base that a client has, and what an operation's tables and values make of it. */
#ifndef KF_HTTP_URL_H
#define KF_HTTP_URL_H

#include "core/buffer.h"
#include "http/header.h"
#include "kuflow/operation.h"

/* The checked base URL, without a slash at its end. */
typedef struct kf_base_url {
    char *text;
    size_t length;
    char *authority; /* "host" or "host:port", for messages */
    bool https;
    const void *owner; /* The service whose document it came from; NULL when the caller gave it. */
} kf_base_url;

/* KF_ERROR_ARGUMENT says what is wrong with the text. NULL on failure. */
kf_status kf_base_url_new(const char *text, bool allow_http, kf_base_url **base, kf_error *error);
void kf_base_url_free(kf_base_url *base);

/* Where a `Location` points, for a message: its host, or "" when it is on the same host or cannot be read. */
void kf_url_host(const char *location, char *target, size_t size);

/* Percent-encodes all but the unreserved characters of RFC 3986, and those in `keep`. */
void kf_url_encode(kf_buffer *buffer, const char *text, size_t length, const char *keep);

/* The values of a call, beside the operation that describes them. */
typedef struct kf_url_values {
    const void *path; /* a struct of operation->path_parameters */
    const void *parameters; /* a struct of operation->parameters; may be NULL */
    const char *tenant; /* may be NULL */
    const kf_pairs *query; /* added to the query; may be NULL */
} kf_url_values;

/* Appends the whole URL. */
kf_status kf_url_build(const kf_base_url *base, const kf_operation *operation, const kf_url_values *values,
                       kf_buffer *url, kf_error *error);

/* KF_ERROR_ARGUMENT for a path that does not begin with / or is not encoded, has a query, or segments of "", "." or
 * "..". */
kf_status kf_url_check_path(const char *path, kf_error *error);

/* Appends the URL of a path that the caller has already encoded. */
kf_status kf_url_raw(const kf_base_url *base, const char *path, const kf_pairs *query, const kf_pairs *more,
                     kf_buffer *url, kf_error *error);

#endif
