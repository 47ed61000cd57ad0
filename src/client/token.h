/* Tokens that a server gives for an answer to a POST: what OAuth2 and Patchworks' login have in common. */
#ifndef KF_CLIENT_TOKEN_H
#define KF_CLIENT_TOKEN_H

#include "client/state.h"

#include <pthread.h>

/* Nothing cuts a call short that waits for its token: so long at most, unless the options have another deadline. */
#define KF_TOKEN_DEADLINE_MS 30000

/* Where tokens come from. */
typedef struct kf_token_server {
    const char *content_type; /* of the request; NULL: JSON */
    const char *member; /* the token's name in the answer */
    const kf_error_pointers *pointers; /* of error bodies; may be NULL */

    /* Its own. */
    kf_client *client; /* knows the origin of the address only */
    char *path;
    kf_pair *query; /* of the address; in the text of `path` */
    size_t query_count;
    pthread_mutex_t lock; /* of `last` */
    bool locked; /* the mutex exists */
    kf_error last; /* what the last request came to */
} kf_token_server;

/* An answer with a token. */
typedef struct kf_token_answer {
    char *text; /* that the rest points into */
    size_t length;
    const char *token;
    const char *type; /* NULL: it did not say */
    const char *refresh_token; /* NULL: none */
    int64_t expires_ms; /* -1: not known */
} kf_token_answer;

/* Of `own`, a copy of the caller's options that is changed here, those count that concern time, TLS, proxy, retries and
 * transport. `username` and `password`, NULL for none, are sent as Basic. To be freed in any case. */
kf_status kf_token_server_init(kf_token_server *server, kf_client_options *own, const char *url, const char *username,
                               const char *password, kf_error *error);
void kf_token_server_free(kf_token_server *server);

/* Posts the body. The answer is to be freed in any case. */
kf_status kf_token_server_ask(kf_token_server *server, const kf_buffer *body, kf_token_answer *answer, kf_error *error);
void kf_token_answer_free(kf_token_answer *answer);

/* How a kf_token_fn ends: hands over the token of a success, else the reason, and keeps the error. */
int kf_token_server_end(kf_token_server *server, const kf_token_answer *answer, kf_error *error, char *token,
                        size_t size, int64_t *expires_ms);
void kf_token_server_error(kf_token_server *server, kf_error *error);

#endif
