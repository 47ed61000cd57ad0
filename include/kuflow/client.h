/**
 * @file client.h
 * The client: where the server is, who calls, and how patient the call is.
 */
#ifndef KUFLOW_CLIENT_H
#define KUFLOW_CLIENT_H

#include "kuflow/operation.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A client: a base URL, credentials, limits and a pool of connections. Any number of threads may use one at once. After
 *  fork() parent and child may both go on with it, each over connections of its own; fork while no other thread is in a
 *  call. */
typedef struct kf_client kf_client;

/** A handle to end calls from another thread. */
typedef struct kf_cancel kf_cancel;

/** A name and a value: a header or a query parameter. */
typedef struct kf_pair {
    const char *name;
    const char *value;
} kf_pair;

/** How the caller identifies itself. */
typedef enum kf_auth {
    KF_AUTH_NONE = 0,
    KF_AUTH_BASIC = 1,      /**< `Authorization: Basic`, from `username` and `password`. */
    KF_AUTH_BEARER = 2,     /**< `Authorization: Bearer`, from `token` or `token_provider`. */
    KF_AUTH_API_KEY = 3,    /**< The header `api_key_header` with `token`, as it is. */
    KF_AUTH_BEARER_PAIR = 4 /**< KuFlow's: `Authorization: Bearer`, with base64 of `username:password`. */
} kf_auth;

/**
 * Supplies a token. Asked before the first request, when the token is about to expire, and once more when the server
 * answered 401. Called in the thread of a call, never by two threads at once; must not use the same client. The call
 * that asks waits for as long as the provider takes, which counts against its deadline but is not cut short by it or by
 * a cancel; the other calls wait no longer than their own deadline and cancel allow.
 *
 * oauth2.h has one for OAuth2.
 *
 * @param token       Receives the token; the provider writes at most `size` bytes, the NUL included.
 * @param expires_ms  Receives how long it is valid, in milliseconds; leave it as it is (-1) for "not known".
 * @return 0; KF_TOKEN_REASON for "no token, and `token` has a sentence that says why", which gets into the message of
 *         the error; anything else for "no token". Without one the call fails with KF_ERROR_AUTH.
 */
typedef int (*kf_token_fn)(char *token, size_t size, int64_t *expires_ms, void *user);

/** See kf_token_fn; a number that nobody returns by chance. */
#define KF_TOKEN_REASON (-4711)

/** What kf_event tells about. */
typedef enum kf_event_kind {
    KF_EVENT_ATTEMPT = 1, /**< An attempt ended, well or not. */
    KF_EVENT_RETRY = 2,   /**< Another attempt follows after `wait_ms`. */
    KF_EVENT_CALL = 3     /**< The call ended; `bytes_…` and `milliseconds` are those of all attempts. */
} kf_event_kind;

/** One thing that happened in a call: for logs and metrics. Nothing is told of a call whose arguments or body are
 *  refused, nor of an attempt that is not sent (no token, a hook). Never contains a credential, a query or a body, but
 *  for the server's own words in `message`. */
typedef struct kf_event {
    kf_event_kind kind;
    const char *operation; /**< "kuflow.retrieveProcess", or "" for kf_request_send(). */
    const char *method;
    const char *path; /**< The template: "/processes/{id}"; of kf_request_send() the path. */
    const char *request_id;
    kf_status status;
    int http_status; /**< 0 when no answer came. */
    int attempt;     /**< From 1. */
    int64_t bytes_sent;     /**< Of the body. */
    int64_t bytes_received; /**< Of the body, decompressed. */
    int64_t milliseconds;   /**< Of the attempt; since the call began otherwise. */
    int64_t wait_ms;        /**< Before the next attempt; 0 but for KF_EVENT_RETRY. */
    const char *message;    /**< Why it failed; "" on success. */
} kf_event;

/** Called in the thread of the call. The event and its texts live only during the call of this function, which must not
 *  use the same client. By several threads at once if several use it. */
typedef void (*kf_event_fn)(const kf_event *event, void *user);

/**
 * One attempt that is about to be sent, as a hook sees it: all of it, credentials and what may be secret in `url` and
 * `body` included, so do not log it. The library makes it; it lives with its texts only during the call of the hook.
 */
typedef struct kf_outgoing {
    const char *operation; /**< As in kf_event, and so are the next three. */
    const char *method;
    const char *path;
    const char *request_id;
    int attempt;            /**< From 1. */
    const char *url;        /**< As it will be sent, with its query. */
    const kf_pair *headers; /**< `header_count` of them, but for those of the connection: Host, Content-Length and the
                                 like. kf_outgoing_set_header() moves them. */
    size_t header_count;
    const char *body;    /**< NULL when there is none, and when it is read from a file, descriptor or callback. */
    int64_t body_length; /**< In bytes, of such a source too; 0 without a body, -1 when not known. */
} kf_outgoing;

/** Called before each attempt, when its token and body are at hand: to trace it, to sign it, to add credentials of
 *  another kind, or to refuse it. In the thread of the call, by several threads at once if several use the client; must
 *  not use the same client. What it takes counts against the deadline, but is not cut short by it. What it set is gone
 *  before the next attempt, which begins with the headers of the call again. */
typedef void (*kf_hook_fn)(kf_outgoing *outgoing, void *user);

/** A hook and what it is called with, which must outlive the client. */
typedef struct kf_hook {
    kf_hook_fn before_attempt;
    void *user;
} kf_hook;

/**
 * Sets a header of this attempt, in place of all of that name; for hooks. It is copied. Where a server repeats its value
 * in an error, asterisks take its place, as with credentials.
 * @param value  NULL takes the header away.
 * @return KF_OK; KF_ERROR_ARGUMENT for what `headers` of the options may not have either (a line break, Host,
 *         Content-Length, Authorization unless the client has KF_AUTH_NONE, …) and for X-Request-Id; KF_ERROR_MEMORY.
 *         Such an error ends the call, also when the hook takes no notice of it.
 */
KF_API kf_status kf_outgoing_set_header(kf_outgoing *outgoing, const char *name, const char *value);

/**
 * Ends the call before this attempt is sent; for hooks. No other hook is called, and no other attempt made.
 * @param status   What the call returns: KF_ERROR_AUTH, say; not KF_OK, which counts as KF_ERROR_ARGUMENT. Whether an
 *                 attempt before may have acted is in kf_error.may_have_acted.
 * @param message  One sentence for kf_error.message; copied. NULL for a general one.
 */
KF_API void kf_outgoing_refuse(kf_outgoing *outgoing, kf_status status, const char *message);

/** The least version of TLS. */
typedef enum kf_tls_version {
    KF_TLS_DEFAULT = 0, /**< 1.2 */
    KF_TLS_1_2 = 12,
    KF_TLS_1_3 = 13
} kf_tls_version;

struct kf_transport;

/**
 * Options of a client. Begin with `kf_client_options options = KF_CLIENT_OPTIONS_INIT;`. Zero and NULL mean the
 * default. Texts are copied by kf_client_new(); they need not live longer than that call.
 *
 * Times are in milliseconds. A negative time switches a limit off. For a long poll (kf_operation.wait) the time that
 * the server may keep its answer back is added to the limits of an attempt and of idleness, and to the default of
 * `deadline_ms`.
 *
 * Callbacks, with what they are called with, must live as long as the client and its scopes.
 */
typedef struct kf_client_options {
    size_t size; /**< sizeof(kf_client_options); set by the initialiser. */

    const char *base_url; /**< Scheme, host, port and the path before the operations' paths. Default: the document's
                               server. Without user, password, query or fragment. */
    const kf_pair *servers; /**< For documents with several servers (kf_service.servers): the name of each and its base
                                 URL; `server_count` of them. A server that is left out is at `base_url`, when there is
                                 one, else where the document says. The credentials go to all of them. With a name that
                                 the document does not have, calls are KF_ERROR_ARGUMENT. */
    size_t server_count;
    bool allow_http;      /**< Allow `http://`, that is, credentials and data in clear text. */

    kf_auth auth;         /**< With KF_AUTH_NONE there may be no credentials: KF_ERROR_ARGUMENT. */
    const char *username; /**< The user's name, or KuFlow's client id. */
    const char *password; /**< The password, or KuFlow's client secret. */
    const char *token;          /**< Of KF_AUTH_BEARER and KF_AUTH_API_KEY. */
    const char *api_key_header; /**< Default: "X-API-Key". */
    kf_token_fn token_provider; /**< Of KF_AUTH_BEARER, in place of `token`. */
    void *token_provider_user;

    const char *user_agent; /**< Put before the library's own. */
    const kf_pair *headers; /**< Added to every request; `header_count` of them. */
    size_t header_count;
    const char *tenant; /**< Fills parameters and members that name the tenant, where they were left out. */

    int64_t connect_timeout_ms; /**< One connection, TLS included. Default: 10 s. */
    int64_t attempt_timeout_ms; /**< One attempt. Default: 60 s; none for uploads and downloads. */
    int64_t deadline_ms;        /**< The whole call: attempts and waits. Default: 180 s; none for uploads and downloads. */
    int64_t idle_timeout_ms;    /**< No byte in either direction. Default: 30 s. Rounded up to seconds. */

    int max_attempts;           /**< 1: no retries. Default: 3. A token that is renewed after a 401 does not count. */
    int64_t retry_base_ms;      /**< The first wait is random between 0 and this; it doubles each time. Default: 50 ms,
                                     and 1 s after a 429 or 503. */
    int64_t retry_max_ms;       /**< No wait is longer. Default: 20 s. */
    int64_t retry_after_max_ms; /**< A `Retry-After` above this ends the call instead. Default: 60 s. */
    bool no_retry_budget;       /**< Switch off the budget of 500 tokens that ends retry storms. */

    bool prefer_json; /**< Ask for JSON where an API answers in XML by default and JSON on request. */

    size_t max_response_bytes; /**< Of an answer held in memory, decompressed. Default: 64 MiB. */
    size_t max_header_bytes;   /**< Of an answer's headers and trailers. Default: 256 KiB. */
    int max_json_depth;        /**< Default: 512; at most 4096. */
    int max_idle_connections;  /**< Kept open for the next calls. Default: 16. */

    const char *ca_file;             /**< Certificates to trust, PEM. Default: the system's. */
    const char *ca_pem;              /**< The same as text. */
    const char *client_cert_file;    /**< PEM. */
    const char *client_key_file;     /**< PEM. */
    const char *client_key_password; /**< Of the key file. */
    kf_tls_version tls_version;
    bool tls_insecure_no_verify; /**< Accept any certificate. For tests only. */
    const char *proxy;           /**< For example "http://proxy:3128". Default: none; the environment is not read. */

    kf_event_fn on_event; /**< NULL: none. */
    void *on_event_user;

    const struct kf_transport *transport; /**< Replaces libcurl, in tests; see transport.h. Borrowed by the client. */

    const kf_hook *hooks; /**< Called in this order before each attempt; `hook_count` of them. The array is copied. */
    size_t hook_count;
} kf_client_options;

#define KF_CLIENT_OPTIONS_INIT KF_INITIAL_OPTIONS_(kf_client_options)

/** The same as KF_CLIENT_OPTIONS_INIT, as a function.
 *  @param size  sizeof(kf_client_options), as the caller knows the struct: no byte beyond it is touched. */
KF_API void kf_client_options_init(kf_client_options *options, size_t size);

/**
 * Sets one option by its name and a text: "base_url", "auth" ("none", "basic", "bearer", "api_key", "bearer_pair"),
 * "max_attempts" ("5"), "allow_http" ("true"), … Callbacks, `hooks`, `headers`, `servers` and the transport cannot be
 * set so. Texts are borrowed until kf_client_new().
 * @param text  NULL takes back an option that is a text.
 * @return KF_OK, or KF_ERROR_ARGUMENT for an unknown name or a text that does not fit; the options are as before then.
 */
KF_API kf_status kf_client_options_set(kf_client_options *options, const char *name, const char *text, kf_error *error);

/** The name of the option number `index` (from 0) that kf_client_options_set() knows; NULL past the last. */
KF_API const char *kf_client_options_name(size_t index);

/**
 * Makes a client. Connects to nothing yet.
 * @param options  NULL for the defaults.
 * @param client   Receives it; free it with kf_client_free(). NULL on failure.
 * @return KF_OK; KF_ERROR_ARGUMENT for options that make no sense (a URL that is none, `http://` without allow_http, a
 *         line break in a header, credentials missing); KF_ERROR_MEMORY; KF_ERROR_INTERNAL.
 */
KF_API kf_status kf_client_new(const kf_client_options *options, kf_client **client, kf_error *error);

/** Frees a client or scope, wipes its credentials and closes idle connections. No call may be under way with it. A
 *  client lives on inside until its last scope is freed. NULL is allowed. */
KF_API void kf_client_free(kf_client *client);

/** The raw side of an answer: status, headers and text. */
typedef struct kf_response kf_response;

/** Options of a scope. Begin with `= KF_SCOPE_OPTIONS_INIT`. Zero and NULL mean: as the parent has it. Times are in
 *  milliseconds. Texts are copied. */
typedef struct kf_scope_options {
    size_t size;                /**< sizeof(kf_scope_options); set by the initialiser. */
    int64_t deadline_ms;        /**< From kf_client_scope() on, over all calls of the scope; -1 for none but that of
                                     a scope around it. */
    int64_t attempt_timeout_ms; /**< Of each attempt; -1 for none. */
    int max_attempts;           /**< Of each call. */
    kf_cancel *cancel;          /**< Ends the calls of the scope, beside those of the scopes around it: 8 at most in
                                     all. Must outlive it. */
    const kf_pair *headers;     /**< Added to the parent's; the same name replaces. */
    size_t header_count;
    const kf_pair *query; /**< Added to every request's query. */
    size_t query_count;
    const char *tenant;
    bool keep_response;   /**< Keep the raw answer of the scope's last call for kf_client_response(). */
    const char *base_url; /**< All requests of the scope go there, with the parent's headers and credentials, those for
                               other servers of the document too. As kf_client_new() takes it: with the path that the
                               client of a service adds by itself, and `http://` only with the client's allow_http. */
} kf_scope_options;

#define KF_SCOPE_OPTIONS_INIT KF_INITIAL_OPTIONS_(kf_scope_options)

/** The same as KF_SCOPE_OPTIONS_INIT, as a function.
 *  @param size  sizeof(kf_scope_options), as the caller knows the struct: no byte beyond it is touched. */
KF_API void kf_scope_options_init(kf_scope_options *options, size_t size);

/**
 * A light child of a client that bounds one call or a group of calls. It shares the connections, credentials and retry
 * budget of its parent. Use it wherever a client is asked for; free it with kf_client_free(),
 * before or after the parent.
 * @param options  NULL for a scope without limits of its own.
 * @param scope    Receives it; NULL on failure.
 * @return KF_OK; KF_ERROR_ARGUMENT for options that make no sense, as kf_client_new(); KF_ERROR_MEMORY.
 */
KF_API kf_status kf_client_scope(kf_client *parent, const kf_scope_options *options, kf_client **scope, kf_error *error);

/** The raw answer of the last call of a scope with `keep_response`, success or not; NULL when there was none. It
 *  belongs to the scope and lives until the scope's next call. Such a scope is for one thread at a time. */
KF_API const kf_response *kf_client_response(const kf_client *scope);

/** The HTTP status. */
KF_API int kf_response_status(const kf_response *response);
/** The value of a header, by its name in any case; NULL when it did not come. The last one, if it came repeatedly. */
KF_API const char *kf_response_header(const kf_response *response, const char *name);
/** The header number `index` (from 0): 0, or -1 past the last. The texts are the response's; `name` and `value` may be
 *  NULL. */
KF_API int kf_response_header_at(const kf_response *response, size_t index, const char **name, const char **value);
/** The body as it came, decompressed and terminated; `length` may be NULL. NULL for a download that went to its sink. */
KF_API const char *kf_response_text(const kf_response *response, size_t *length);

/** A new handle, to be freed with kf_cancel_free(); NULL when memory is short. */
KF_API kf_cancel *kf_cancel_new(void);
/** Ends all calls, waits included, of the scopes with this handle, now and later. Any thread; not in a signal handler.
 *  A call that is in a function of the caller's, or in the system's look-up of a name, ends when that returns. */
KF_API void kf_cancel_trigger(kf_cancel *cancel);
/** Makes the handle usable again. Any thread. Calls that were under way when it was triggered end all the same. */
KF_API void kf_cancel_reset(kf_cancel *cancel);
/** Whether it was triggered. Any thread. */
KF_API bool kf_cancel_triggered(const kf_cancel *cancel);
/** No scope may have it any more. NULL is allowed. */
KF_API void kf_cancel_free(kf_cancel *cancel);

/** A request that the document does not have. Zero and NULL mean: none. */
typedef struct kf_request {
    const char *method; /**< "GET" when NULL. */
    const char *path;   /**< Below the base URL, begins with "/"; already percent-encoded; without query or "//". */
    const kf_pair *query;
    size_t query_count;
    const kf_pair *headers;
    size_t header_count;
    const char *body;         /**< Text; NULL for none. */
    size_t body_length;       /**< 0: up to the NUL. */
    const kf_source *upload;  /**< Instead of `body`. */
    const char *content_type; /**< Default: "application/json" with a body; with an upload its own `content_type`, or
                                   "application/octet-stream". */
    kf_sink *download;        /**< Where a success's body goes, instead of `*text`. */
    bool idempotent;          /**< It may be sent again after an unclear failure. GET, HEAD, PUT, DELETE, OPTIONS always
                                   are. */
} kf_request;

/**
 * Sends a request through the same authentication, retries, limits and errors as the typed functions. The answer is
 * asked for uncompressed, as nothing would show that a compressed one was cut; an `Accept-Encoding` of your own changes
 * that.
 * @param text    Receives the body of a 2xx, terminated; free it with kf_free(). NULL on failure, and with a
 *                `download`. May be NULL.
 * @param length  Receives its bytes, 0 on failure. May be NULL.
 * @return As kf_call().
 */
KF_API kf_status kf_request_send(kf_client *client, const kf_request *request, char **text, size_t *length,
                                 kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
