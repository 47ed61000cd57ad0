#define _DEFAULT_SOURCE 1
#include "kuflow/oauth2.h"

#include "client/token.h"
#include "core/fail.h"
#include "core/options.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REFRESH_TOKEN_SIZE 16384

struct kf_oauth2 {
    kf_token_server server;
    kf_buffer form; /* the body, without the refresh token */
    char *client_secret; /* NULL: none */
    kf_oauth2_refresh_token_fn on_refresh_token;
    void *on_refresh_token_user;
    pthread_mutex_t asking; /* of the rest; held while a request is under way */
    char refresh_token[REFRESH_TOKEN_SIZE]; /* "": none; an array, so that short memory does not lose a new one */
};

void kf_oauth2_options_init(kf_oauth2_options *options, size_t size)
{
    kf_options_clear(options, size);
}

static void put(kf_buffer *form, const char *name, const char *value)
{
    if (value == NULL)
        return;
    if (form->length > 0)
        kf_buffer_char(form, '&');
    kf_url_encode(form, name, strlen(name), "");
    kf_buffer_char(form, '=');
    kf_url_encode(form, value, strlen(value), "");
}

static kf_status check(const kf_oauth2_options *options, kf_error *error)
{
    static const char *const own[] = {"grant_type", "client_id", "client_secret", "refresh_token", "scope"};
    if (options->token_url == NULL || options->client_id == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "token_url or client_id is missing");
    if (options->refresh_token != NULL &&
        (*options->refresh_token == '\0' || strlen(options->refresh_token) >= REFRESH_TOKEN_SIZE))
        return kf_fail(error, KF_ERROR_ARGUMENT, "refresh_token is empty or too long");
    if (options->parameter_count > 0 && options->parameters == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "parameters is NULL, but parameter_count is not 0");
    for (size_t i = 0; i < options->parameter_count; i++) {
        const kf_pair *pair = &options->parameters[i];
        if (pair->name == NULL || pair->value == NULL)
            return kf_fail(error, KF_ERROR_ARGUMENT, "a parameter has no name or no value");
        bool twice = false;
        for (size_t k = 0; k < i; k++)
            twice |= strcmp(pair->name, options->parameters[k].name) == 0;
        for (size_t k = 0; k < sizeof(own) / sizeof(own[0]); k++)
            twice |= strcmp(pair->name, own[k]) == 0;
        if (twice)
            return kf_fail(error, KF_ERROR_ARGUMENT, "the parameter \"%.60s\" would be sent twice", pair->name);
    }
    return KF_OK;
}

/* Basic is made of id and secret in the encoding of forms (RFC 6749, 2.3.1). */
static kf_status connect_to(kf_oauth2 *oauth2, const kf_oauth2_options *options, kf_error *error)
{
    static const kf_error_pointers pointers = {.message = "/error", .code = "/error", .detail = "/error_description"};
    kf_client_options own;
    kf_buffer id = {0}, secret = {.secret = true};
    bool basic = options->client_secret != NULL && !options->secret_in_body;
    kf_status status = kf_options_copy(options->connection, &own, error);
    if (status != KF_OK)
        return status;
    if (basic) {
        kf_buffer_text(&id, "");
        kf_buffer_text(&secret, "");
        kf_url_encode(&id, options->client_id, strlen(options->client_id), "");
        kf_url_encode(&secret, options->client_secret, strlen(options->client_secret), "");
    }
    oauth2->server.content_type = "application/x-www-form-urlencoded";
    oauth2->server.member = "access_token";
    oauth2->server.pointers = &pointers;
    if (id.failed || secret.failed)
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    else
        status = kf_token_server_init(&oauth2->server, &own, options->token_url, id.data, secret.data, error);
    kf_buffer_free(&id);
    kf_buffer_wipe(&secret);
    /* Here it has another name. */
    if (status == KF_ERROR_ARGUMENT && error != NULL && strncmp(error->message, "base_url", 8) == 0)
        kf_fail(error, status, "token_url%s", error->message + 8);
    return status;
}

static kf_status fill(kf_oauth2 *oauth2, const kf_oauth2_options *options, kf_error *error)
{
    const char *secret = options->client_secret;
    kf_buffer *form = &oauth2->form;
    oauth2->on_refresh_token = options->on_refresh_token;
    oauth2->on_refresh_token_user = options->on_refresh_token_user;
    if (options->refresh_token != NULL)
        memcpy(oauth2->refresh_token, options->refresh_token, strlen(options->refresh_token) + 1);
    form->secret = true;
    put(form, "grant_type", options->refresh_token != NULL ? "refresh_token" : "client_credentials");
    if (secret == NULL || options->secret_in_body)
        put(form, "client_id", options->client_id);
    if (options->secret_in_body)
        put(form, "client_secret", secret);
    put(form, "scope", options->scope);
    for (size_t i = 0; i < options->parameter_count; i++)
        put(form, options->parameters[i].name, options->parameters[i].value);
    if (secret != NULL)
        oauth2->client_secret = strdup(secret);
    if (form->failed || (secret != NULL && oauth2->client_secret == NULL))
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    return connect_to(oauth2, options, error);
}

kf_status kf_oauth2_new(const kf_oauth2_options *options, kf_oauth2 **oauth2, kf_error *error)
{
    kf_oauth2_options given = KF_OAUTH2_OPTIONS_INIT;
    kf_error_clear(error);
    if (oauth2 != NULL)
        *oauth2 = NULL;
    if (oauth2 == NULL || options == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "options or oauth2 is NULL");
    if (options->size == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "options must begin with KF_OAUTH2_OPTIONS_INIT");
    memcpy(&given, options, options->size < sizeof(given) ? options->size : sizeof(given));
    kf_status status = check(&given, error);
    if (status != KF_OK)
        return status;
    kf_oauth2 *made = calloc(1, sizeof(*made));
    if (made == NULL || pthread_mutex_init(&made->asking, NULL) != 0) {
        free(made);
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    }
    status = fill(made, &given, error);
    if (status == KF_OK)
        *oauth2 = made;
    else
        kf_oauth2_free(made);
    return status;
}

static kf_status ask(kf_oauth2 *oauth2, kf_token_answer *answer, kf_error *error)
{
    kf_buffer body = {.secret = true};
    kf_buffer_append(&body, oauth2->form.data, oauth2->form.length);
    put(&body, "refresh_token", *oauth2->refresh_token != '\0' ? oauth2->refresh_token : NULL);
    kf_status status;
    if (body.failed)
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    else
        status = kf_token_server_ask(&oauth2->server, &body, answer, error);
    kf_buffer_wipe(&body);
    return status;
}

/* The server may have replaced the refresh token, whatever else there is to say about its answer. */
static kf_status take_refresh_token(kf_oauth2 *oauth2, const kf_token_answer *answer, kf_error *error)
{
    const char *refresh_token = answer->refresh_token;
    if (*oauth2->refresh_token == '\0' || refresh_token == NULL || *refresh_token == '\0' ||
        strcmp(refresh_token, oauth2->refresh_token) == 0)
        return KF_OK;
    if (oauth2->on_refresh_token != NULL)
        oauth2->on_refresh_token(refresh_token, oauth2->on_refresh_token_user);
    size_t length = strlen(refresh_token);
    if (length >= REFRESH_TOKEN_SIZE)
        return kf_fail(error, KF_ERROR_DECODE, "the new refresh token is too long");
    memcpy(oauth2->refresh_token, refresh_token, length + 1);
    return KF_OK;
}

/* A server may repeat what it was sent, as it is or in the encoding of forms. */
static void redact(kf_error *error, const char *secret)
{
    kf_buffer encoded = {.secret = true};
    kf_redact_error(error, secret);
    if (kf_buffer_text(&encoded, ""))
        kf_url_encode(&encoded, secret, strlen(secret), "");
    if (encoded.failed) {
        kf_error_clear(error);
        kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    } else {
        kf_redact_error(error, encoded.data);
    }
    kf_buffer_wipe(&encoded);
}

int kf_oauth2_token(char *token, size_t size, int64_t *expires_ms, void *user)
{
    kf_oauth2 *oauth2 = user;
    kf_token_answer answer = {0};
    kf_error error;
    kf_error_clear(&error);
    pthread_mutex_lock(&oauth2->asking);
    kf_status status = ask(oauth2, &answer, &error);
    if (status != KF_OK && oauth2->client_secret != NULL)
        redact(&error, oauth2->client_secret);
    if (status != KF_OK)
        redact(&error, oauth2->refresh_token);
    kf_status taken = take_refresh_token(oauth2, &answer, status == KF_OK ? &error : NULL);
    if (status == KF_OK)
        status = taken;
    if (status == KF_OK && answer.type != NULL && strcasecmp(answer.type, "Bearer") != 0)
        kf_fail(&error, KF_ERROR_DECODE, "the token is not a Bearer token, but of the type \"%.60s\"", answer.type);
    int result = kf_token_server_end(&oauth2->server, &answer, &error, token, size, expires_ms);
    pthread_mutex_unlock(&oauth2->asking);
    kf_token_answer_free(&answer);
    return result;
}

void kf_oauth2_error(kf_oauth2 *oauth2, kf_error *error)
{
    kf_token_server_error(&oauth2->server, error);
}

void kf_oauth2_free(kf_oauth2 *oauth2)
{
    if (oauth2 == NULL)
        return;
    kf_token_server_free(&oauth2->server);
    kf_buffer_wipe(&oauth2->form);
    if (oauth2->client_secret != NULL)
        explicit_bzero(oauth2->client_secret, strlen(oauth2->client_secret));
    free(oauth2->client_secret);
    explicit_bzero(oauth2->refresh_token, sizeof(oauth2->refresh_token));
    pthread_mutex_destroy(&oauth2->asking);
    free(oauth2);
}
