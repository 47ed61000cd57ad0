/* The header that says who calls. */
#ifndef KF_HTTP_AUTH_H
#define KF_HTTP_AUTH_H

#include "http/clock.h"

#include <pthread.h>
#include <stdatomic.h>

/* One credential as the value of its header. Wiped when its last user lets it go. */
typedef struct kf_credential {
    atomic_int references;
    uint64_t generation; /* of the token; the second token has a higher one */
    int64_t refresh_at; /* on the monotonic clock; -1: not known */
    size_t size;
    char value[];
} kf_credential;

typedef struct kf_auth_state {
    const char *header; /* "Authorization" or the API key's; NULL: no credentials */
    char *own_header;
    kf_token_fn provider;
    void *provider_user;
    pthread_mutex_t lock; /* of the rest; held while the provider is asked */
    kf_credential *current;
    uint64_t generations;
    bool locked; /* the mutex exists */
} kf_auth_state;

/* Checks and copies the credentials of the options. */
kf_status kf_auth_init(kf_auth_state *auth, const kf_client_options *options, kf_error *error);
void kf_auth_free(kf_auth_state *auth);

/* The credential to send, to be given back with kf_credential_release(); NULL for none. A provider is asked when there
 * is no token yet, when it is about to expire, or when the token is still the one of generation `refused` (0: none). */
kf_status kf_auth_acquire(kf_auth_state *auth, const kf_clock *clock, uint64_t refused, kf_credential **credential,
                          kf_error *error);
void kf_credential_release(kf_credential *credential);

#endif
