/* libcurl handles that are kept for the next request, each with its own connection. */
#ifndef KF_HTTP_POOL_H
#define KF_HTTP_POOL_H

#include "core/buffer.h"
#include "http/cancel.h"
#include "http/url.h"

#include <curl/curl.h>

/* What every connection of a client has in common. The texts belong to the pool. */
typedef struct kf_connection_options {
    bool allow_http;
    int64_t connect_timeout_ms; /* negative: none */
    size_t max_header_bytes;
    int max_idle_connections;
    char *ca_file;
    char *ca_pem;
    char *client_cert_file;
    char *client_key_file;
    char *client_key_password;
    char *proxy;
    kf_tls_version tls_version;
    bool tls_insecure_no_verify;
} kf_connection_options;

/* Where the answer's headers stand. */
typedef enum kf_head_state {
    KF_HEAD_START = 0, /* before a status line */
    KF_HEAD_INFORMATIONAL,
    KF_HEAD_FINAL,
    KF_HEAD_DONE
} kf_head_state;

/* Why one of our callbacks ended a transfer. */
typedef enum kf_stop {
    KF_STOP_NONE = 0,
    KF_STOP_CALLER, /* a callback of the exchange said so */
    KF_STOP_HEADERS, /* they are too long */
    KF_STOP_READ, /* the reader of the body failed */
    KF_STOP_RESEND, /* libcurl wanted to send again what must be sent once */
    KF_STOP_STRAY, /* the kept connection has bytes that nobody asked for; nothing was sent */
    KF_STOP_MEMORY
} kf_stop;

/* One pooled handle. The multi handle is its own, so that a cancel can wake it at once. */
typedef struct kf_handle {
    CURL *easy;
    CURLM *multi;
    struct kf_handle *next;
    struct kf_shelf *shelf;
    const kf_connection_options *options;

    struct curl_slist *nodes; /* the list of header lines, as libcurl takes it */
    size_t node_capacity;
    kf_buffer lines; /* their texts; wiped after each request */
    kf_buffer scratch; /* one header of the answer */
    char message[CURL_ERROR_SIZE];
    bool gzip; /* this libcurl can decode it */
    bool signals; /* this libcurl may raise SIGPIPE over TLS; with OpenSSL from 7.87 on it sends without signals */
    bool has_prereq; /* this libcurl says when it is about to send */

    /* As set in the easy handle by the request before. */
    kf_buffer origin; /* scheme, host and port; empty for a fresh handle */
    char method[16]; /* "" for a fresh handle */
    bool had_body;
    bool once;
    int64_t timeout_ms;
    int64_t idle_ms;

    curl_socket_t socket; /* the one that was opened last */
    int local_port; /* of its connection; 0: it has none */
    int64_t ended_at; /* the request before, by kf_handle_now() */

    /* Of the request under way. */
    kf_exchange *exchange;
    kf_head_state head;
    size_t head_bytes;
    int requests; /* times that libcurl wanted to send it */
    kf_stop stop;
} kf_handle;

typedef struct kf_pool kf_pool;

/* Takes over the texts of `options` in any case, and clears them there. */
kf_status kf_pool_new(kf_connection_options *options, kf_pool **pool, kf_error *error);
/* So many idle connections are kept from now on, whatever the options say, if they say less. */
void kf_pool_reserve(kf_pool *pool, int count);
void kf_pool_free(kf_pool *pool);
void kf_connection_options_free(kf_connection_options *options);

/* The handle that was used last, or a new one. NULL: libcurl gave none. A forked child never gets its parent's. */
kf_handle *kf_pool_take(kf_pool *pool);
void kf_pool_give_back(kf_pool *pool, kf_handle *handle);

#endif
