/* The header that says who calls. */
#ifndef KF_HTTP_AUTH_H
#define KF_HTTP_AUTH_H

#include "http/cancel.h"

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
    pthread_mutex_t lock; /* of the rest */
    pthread_cond_t answered;
    bool asking; /* a thread is in the provider */
    uint64_t refusals; /* times that the provider gave no token */
    char reason[sizeof(((kf_error *)0)->message)]; /* of the last of them */
    kf_credential *current;
    uint64_t generations;
    bool locked; /* mutex and condition exist */
} kf_auth_state;

/* Checks and copies the credentials of the options. */
kf_status kf_auth_init(kf_auth_state *auth, const kf_client_options *options, kf_error *error);
void kf_auth_free(kf_auth_state *auth);

/* What ends the wait for a provider that another thread is asking. */
typedef struct kf_auth_patience {
    const kf_waiter *waiter;
    int64_t deadline_at; /* -1: none */
} kf_auth_patience;

/* The credential to send, to be given back with kf_credential_release(); NULL for none. A provider is asked when there
 * is no token yet, when it is about to expire, or when the token is still the one of generation `refused` (0: none).
 * `patience` may be NULL. */
kf_status kf_auth_acquire(kf_auth_state *auth, const kf_clock *clock, uint64_t refused,
                          const kf_auth_patience *patience, kf_credential **credential, kf_error *error);
void kf_credential_release(kf_credential *credential);

/* Shorter ones could be a part of any word. */
#define KF_REDACT_LEAST 6
/* Replaces a credential, without its scheme ("Bearer "), by asterisks wherever a text has it: a server may repeat what
 * it was sent. */
void kf_redact(char *text, const char *credential);
/* The same in all texts of an error that a server can have a part in. */
void kf_redact_error(kf_error *error, const char *credential);

#endif
