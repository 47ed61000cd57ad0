/* The caller's hooks before an attempt. */
#ifndef KF_CLIENT_HOOK_H
#define KF_CLIENT_HOOK_H

#include "client/state.h"

/* The request of an attempt, as hooks see and change it. */
typedef struct kf_hooked {
    kf_outgoing outgoing; /* first: the hooks' view of this */
    const kf_client *client;
    kf_pairs headers; /* own copies */
    size_t kept; /* so many, at the beginning, are not from a hook */
    kf_error *error;
    kf_status status; /* the first failure */
} kf_hooked;

/* Lets the client's hooks see the request, with copies of these headers; the rest of `outgoing` is filled in. To be
 * freed in any case. */
kf_status kf_hooks_run(kf_hooked *hooked, const kf_client *client, const kf_pairs *headers, kf_error *error);
void kf_hooked_free(kf_hooked *hooked);

#endif
