/* What a client and a scope are made of. */
#ifndef KF_CLIENT_STATE_H
#define KF_CLIENT_STATE_H

#include "core/buffer.h"
#include "http/auth.h"
#include "http/pool.h"
#include "http/retry.h"
#include "kuflow/transport.h"
#include "kuflow/uuid.h"

/* What a client and all its scopes share; freed with the last of them. Nothing in it changes after kf_client_new() but
 * what is atomic or has a lock of its own. */
typedef struct kf_core {
    atomic_int references;
    _Atomic(kf_base_url *) base; /* NULL until the first call, when the options had none */
    kf_pool *pool;
    const kf_transport *transport; /* NULL: libcurl */
    kf_auth_state auth;
    kf_budget budget;
    kf_clock clock;
    char *user_agent;
    char request_ids[KF_UUID_TEXT_SIZE]; /* a UUID whose last twelve digits count the calls */
    _Atomic uint64_t calls;
    bool allow_http;
    int64_t retry_base_ms; /* 0: by class */
    int64_t retry_max_ms;
    int64_t retry_after_max_ms;
    size_t max_response_bytes;
    int max_json_depth;
    kf_event_fn on_event;
    void *on_event_user;
} kf_core;

struct kf_client {
    kf_core *core;
    kf_pairs headers;
    kf_pairs query;
    char *tenant;
    kf_cancel_set cancels;
    int64_t deadline_at; /* of the scope, on the monotonic clock; -1: none */
    int64_t deadline_ms; /* of each call; 0: the default, negative: none */
    int64_t attempt_timeout_ms; /* the same */
    int max_attempts;
    bool authorized; /* there are credentials beside the headers */
    bool keep_response;
    kf_response *response;
};

/* An own struct with the options, to be changed; NULL leaves the defaults. Texts stay borrowed. */
kf_status kf_options_copy(const kf_client_options *options, kf_client_options *own, kf_error *error);
/* For a service's own kf_client_new(): `url` is the base URL, freed here, unless nothing was put into it; credentials
 * without `auth` mean `login`, and a token alone KF_AUTH_BEARER. */
kf_status kf_client_new_for(kf_client_options *own, kf_buffer *url, kf_auth login, kf_client **client, kf_error *error);
/* The options with every default filled in; KF_ERROR_ARGUMENT where they make no sense. Texts stay borrowed. */
kf_status kf_options_resolve(const kf_client_options *options, kf_client_options *resolved, kf_error *error);

/* Headers that a caller wants to add: their form, and none that belong to the library or to the credentials. */
kf_status kf_client_check_headers(const kf_client *client, const kf_pairs *headers, kf_error *error);

/* The client's base URL; that of the document when the options had none. */
kf_status kf_client_base(kf_client *client, const kf_service *service, const kf_base_url **base, kf_error *error);

#endif
