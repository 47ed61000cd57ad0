/* Names and values of headers: what may be sent, and reading what came. */
#ifndef KF_HTTP_HEADER_H
#define KF_HTTP_HEADER_H

#include "kuflow/client.h"

/* An own copy of names and values. */
typedef struct kf_pairs {
    kf_pair *items;
    size_t count;
} kf_pairs;

/* A copy of `first`, then of `second`; with `replace`, a name in `second` replaces the same name in `first`, in
 * any case. False: no memory; `target` is empty then. */
bool kf_pairs_join(kf_pairs *target, const kf_pairs *first, const kf_pairs *second, bool replace);
/* Frees; the values are wiped. */
void kf_pairs_free(kf_pairs *pairs);
/* Puts a copy at the end, in place of all pairs of that name, in any case; with the value NULL only takes those away.
 * Name and value may be one of theirs. False: no memory; the pairs are the same, but may have moved. */
bool kf_pairs_set(kf_pairs *pairs, const char *name, const char *value);
/* The value of the last pair of that name, in any case; NULL: none. */
const char *kf_pairs_find(const kf_pairs *pairs, const char *name);

bool kf_header_name_equal(const char *a, const char *b);
/* A token of RFC 9110. */
bool kf_header_name_valid(const char *name);
/* No control characters but TAB. Bytes above 0x7f may pass. */
bool kf_header_value_valid(const char *value);
/* Checks headers that a caller gave: form, and names that belong to the library. Authorization passes only with
 * `allow_authorization`. */
kf_status kf_headers_check(const kf_pairs *pairs, bool allow_authorization, kf_error *error);

/* The file name that a Content-Disposition proposes, without directories and control characters; "" for none. */
void kf_disposition_file_name(const char *value, char *target, size_t size);

#endif
