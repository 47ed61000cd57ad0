/**
 * @file oauth2.h
 * Tokens by OAuth2 (RFC 6749): for a client's own credentials, or for a refresh token.
 *
 *     kf_oauth2_options token_options = KF_OAUTH2_OPTIONS_INIT;
 *     token_options.token_url = "https://login.example.com/oauth2/token";
 *     token_options.client_id = "my-service";
 *     token_options.client_secret = secret;
 *     kf_oauth2_new(&token_options, &oauth2, &error);
 *     options.auth = KF_AUTH_BEARER;
 *     options.token_provider = kf_oauth2_token;
 *     options.token_provider_user = oauth2;
 *     kf_client_new(&options, &client, &error);
 *
 * The client then asks for a token before its first call, again shortly before the token ends, and once more when the
 * server refuses it. Free the client first, then the source of its tokens.
 */
#ifndef KUFLOW_OAUTH2_H
#define KUFLOW_OAUTH2_H

#include "kuflow/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A source of tokens. It may serve several clients, in any threads; one request for a token is under way at a time. */
typedef struct kf_oauth2 kf_oauth2;

/** Told when a server has answered another refresh token than it was sent: the one before may be worth nothing from now
 *  on, so save this one. The text lives only during the call, which is made in the thread that asked for a token, must
 *  not use the same kf_oauth2, and comes before the new access token is used. */
typedef void (*kf_oauth2_refresh_token_fn)(const char *refresh_token, void *user);

/** Options. Begin with `= KF_OAUTH2_OPTIONS_INIT`. Texts are copied by kf_oauth2_new(). */
typedef struct kf_oauth2_options {
    size_t size; /**< sizeof(kf_oauth2_options); set by the initialiser. */

    const char *token_url; /**< The whole address of the token endpoint; it may have a query. Required. */
    const char *client_id; /**< Required. */
    const char *client_secret; /**< NULL for a client without one: then the id alone is in the body. */
    bool secret_in_body; /**< Send id and secret in the body, for servers that do not take Basic. */

    const char *refresh_token; /**< The grant is `refresh_token` with one, and `client_credentials` without. A new one
                                    that the server answers takes its place. Up to 16383 bytes. */
    kf_oauth2_refresh_token_fn on_refresh_token; /**< May be NULL. */
    void *on_refresh_token_user;

    const char *scope; /**< Names with blanks between them. NULL: what the server gives by default. */
    const kf_pair *parameters; /**< More of the body, such as "audience"; `parameter_count` of them. */
    size_t parameter_count;

    /** Of these options count those that concern time, retries, limits, TLS, proxy, `allow_http`, `user_agent` and the
     *  transport: those of the client that gets the tokens will do. NULL for the defaults. Borrowed by kf_oauth2_new(),
     *  with all that it points to but the transport, which stays borrowed. */
    const kf_client_options *connection;
} kf_oauth2_options;

#define KF_OAUTH2_OPTIONS_INIT KF_INITIAL_OPTIONS_(kf_oauth2_options)

/** The same as KF_OAUTH2_OPTIONS_INIT, as a function.
 *  @param size  sizeof(kf_oauth2_options), as the caller knows the struct: no byte beyond it is touched. */
KF_API void kf_oauth2_options_init(kf_oauth2_options *options, size_t size);

/**
 * Makes a source of tokens, to be freed with kf_oauth2_free(); nothing is sent yet.
 * @return KF_OK; KF_ERROR_ARGUMENT without token_url or client_id, for a URL that is none, `http://` without
 *         allow_http, a parameter that is given twice; KF_ERROR_MEMORY; KF_ERROR_INTERNAL.
 */
KF_API kf_status kf_oauth2_new(const kf_oauth2_options *options, kf_oauth2 **oauth2, kf_error *error);

/**
 * The kf_token_fn of a source, which is its `user`. When there is no token, the client's call ends with KF_ERROR_AUTH
 * and says why in its message, in the server's words where it has any: "the token provider gave no token: the server
 * answered 401 Unauthorized: invalid_client: wrong secret". A request for a token takes 30 s at most, unless the
 * connection's options have another `deadline_ms`: a cancel does not end it. Of several clients each has to wait for
 * those of the others, too.
 */
KF_API int kf_oauth2_token(char *token, size_t size, int64_t *expires_ms, void *oauth2);

/** What the last request for a token came to, as after a call: whether it may be repeated (`retryable`), and in
 *  `server_code` the error of RFC 6749, 5.2: after "invalid_grant" the refresh token is worth nothing. Any thread. */
KF_API void kf_oauth2_error(kf_oauth2 *oauth2, kf_error *error);

/** Frees a source and wipes its secrets. No client may have it any more. NULL is allowed. */
KF_API void kf_oauth2_free(kf_oauth2 *oauth2);

#ifdef __cplusplus
}
#endif
#endif
