/* The headers of one request. */
#ifndef KF_CLIENT_HEADERS_H
#define KF_CLIENT_HEADERS_H

#include "client/state.h"

/* Of downloads, and of texts that nothing else checks: libcurl does not notice when compressed content ends too early,
 * and its whole length is not known. */
#define KF_UNCOMPRESSED "identity"

#define KF_HEADERS_INLINE 24

typedef struct kf_header_list {
    kf_pair first[KF_HEADERS_INLINE];
    kf_pair *items; /* `first`, or more of them */
    size_t count;
    size_t capacity;
    kf_buffer texts; /* of header parameters */
    kf_buffer cookie; /* of cookie parameters */
} kf_header_list;

/* What the library itself sends; NULL: not at all. Borrowed. */
typedef struct kf_own_headers {
    const char *accept;
    const char *content_type;
    const char *accept_encoding;
} kf_own_headers;

/* Collects the client's headers, those of the call (`more`, may be NULL; they replace), parameters, and the library's
 * own where nobody else gave them. The request id goes into `error`. There is room for one more. */
kf_status kf_headers_collect(kf_header_list *list, const kf_client *client, const kf_pairs *more,
                             const kf_operation *operation, const void *parameters, const kf_own_headers *own,
                             kf_error *error);
void kf_header_list_free(kf_header_list *list);

#endif
