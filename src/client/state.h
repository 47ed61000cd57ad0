/* What a client and a scope are made of. */
#ifndef KF_CLIENT_STATE_H
#define KF_CLIENT_STATE_H

#include "core/buffer.h"
#include "http/auth.h"
#include "http/pool.h"
#include "http/retry.h"
#include "kuflow/transport.h"
#include "kuflow/uuid.h"

/* A server by its name in the document. */
typedef struct kf_named_base {
    char *name;
    kf_base_url *base;
} kf_named_base;

/* What a client and all its scopes share; freed with the last of them. Nothing in it changes after kf_client_new() but
 * what is atomic or has a lock of its own. */
typedef struct kf_core {
    atomic_int references;
    /* Of the document's own server and of its others, by number; NULL until the first call, when the options had none. */
    _Atomic(kf_base_url *) bases[1 + KF_SERVERS_MAX];
    kf_named_base servers[KF_SERVERS_MAX]; /* those that the options name */
    size_t server_count;
    kf_pool *pool;
    const kf_transport *transport; /* NULL: libcurl */
    kf_auth_state auth;
    kf_budget budget;
    kf_clock clock;
    char *user_agent;
    char request_ids[KF_UUID_TEXT_SIZE]; /* a UUID whose last twelve digits count the calls */
    _Atomic uint64_t calls;
    bool allow_http;
    int64_t idle_timeout_ms; /* negative: none */
    int64_t retry_base_ms; /* 0: by class */
    int64_t retry_max_ms;
    int64_t retry_after_max_ms;
    size_t max_response_bytes;
    int max_json_depth;
    bool prefer_json;
    kf_event_fn on_event;
    void *on_event_user;
    kf_hook *hooks;
    size_t hook_count;
} kf_core;

struct kf_client {
    kf_core *core;
    kf_pairs headers;
    kf_pairs query;
    kf_base_url *base; /* of the scope; NULL: the core's */
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
/* How a service's own kf_client_new() begins: clears the error and the client, and copies the options. */
kf_status kf_client_begin(const kf_client_options *options, kf_client_options *own, kf_client **client, kf_error *error);
/* Puts a base URL, or the service's when there is none, with single slashes and `end` ("/api") as its end. What is no
 * URL is left to kf_client_new(), which says so. */
void kf_put_base_url(kf_buffer *url, const char *text, const kf_service *service, const char *end);
/* For a service's own kf_client_new(): `url` is the base URL, freed here, unless nothing was put into it; credentials
 * without `auth` mean `login`, and a token alone KF_AUTH_BEARER. */
kf_status kf_client_new_for(kf_client_options *own, kf_buffer *url, kf_auth login, kf_client **client, kf_error *error);
/* The options with every default filled in; KF_ERROR_ARGUMENT where they make no sense. Texts stay borrowed. */
kf_status kf_options_resolve(const kf_client_options *options, kf_client_options *resolved, kf_error *error);

/* Headers that a caller wants to add: their form, and none that belong to the library or to the credentials. */
kf_status kf_client_check_headers(const kf_client *client, const kf_pairs *headers, kf_error *error);

/* The base URL of the operation's server; that of the document when the options had none. NULL: of a request that is no
 * operation. */
kf_status kf_client_base(kf_client *client, const kf_operation *operation, const kf_base_url **base, kf_error *error);

#endif
