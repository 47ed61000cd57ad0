#define _DEFAULT_SOURCE 1
#include "http/auth.h"

#include "core/base64.h"
#include "core/fail.h"
#include "http/header.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define TOKEN_SIZE 16384

static kf_credential *credential_new(const char *prefix, const char *text, size_t length)
{
    size_t before = strlen(prefix);
    kf_credential *credential = malloc(sizeof(*credential) + before + length + 1);
    if (credential == NULL)
        return NULL;
    atomic_init(&credential->references, 1);
    credential->generation = 1;
    credential->refresh_at = -1;
    credential->size = before + length + 1;
    memcpy(credential->value, prefix, before);
    memcpy(credential->value + before, text, length);
    credential->value[before + length] = '\0';
    return credential;
}

void kf_credential_release(kf_credential *credential)
{
    if (credential == NULL || atomic_fetch_sub(&credential->references, 1) != 1)
        return;
    explicit_bzero(credential->value, credential->size);
    free(credential);
}

/* "Basic " or "Bearer " and base64 of "username:password". */
static kf_credential *encode_pair(const char *prefix, const char *username, const char *password)
{
    kf_buffer plain = {.secret = true}, encoded = {.secret = true};
    kf_credential *credential = NULL;
    kf_buffer_text(&plain, username);
    kf_buffer_char(&plain, ':');
    kf_buffer_text(&plain, password);
    if (!plain.failed && kf_base64_append(&encoded, (const uint8_t *)plain.data, plain.length))
        credential = credential_new(prefix, encoded.data, encoded.length);
    kf_buffer_wipe(&plain);
    kf_buffer_wipe(&encoded);
    return credential;
}

static kf_status init_pair(kf_auth_state *auth, const kf_client_options *options, kf_error *error)
{
    if (options->username == NULL || options->password == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the credentials are missing: username and password");
    if (!kf_header_value_valid(options->username) || !kf_header_value_valid(options->password))
        return kf_fail(error, KF_ERROR_ARGUMENT, "username or password has a control character");
    if (strchr(options->username, ':') != NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "username has a colon, which cannot be sent");
    auth->header = "Authorization";
    auth->current =
        encode_pair(options->auth == KF_AUTH_BASIC ? "Basic " : "Bearer ", options->username, options->password);
    return auth->current == NULL ? kf_fail(error, KF_ERROR_MEMORY, "out of memory") : KF_OK;
}

static bool token_valid(const char *token)
{
    return *token != '\0' && kf_header_value_valid(token) && strchr(token, '\t') == NULL;
}

static kf_status init_token(kf_auth_state *auth, const kf_client_options *options, const char *prefix, kf_error *error)
{
    if (options->token == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the credentials are missing: token");
    if (!token_valid(options->token))
        return kf_fail(error, KF_ERROR_ARGUMENT, "token is empty or has a control character");
    auth->current = credential_new(prefix, options->token, strlen(options->token));
    return auth->current == NULL ? kf_fail(error, KF_ERROR_MEMORY, "out of memory") : KF_OK;
}

static kf_status init_key(kf_auth_state *auth, const kf_client_options *options, kf_error *error)
{
    const char *name = options->api_key_header != NULL ? options->api_key_header : "X-API-Key";
    if (!kf_header_name_valid(name))
        return kf_fail(error, KF_ERROR_ARGUMENT, "api_key_header is not the name of a header");
    kf_pair pair = {name, "-"};
    kf_pairs pairs = {&pair, 1};
    kf_status status = kf_headers_check(&pairs, true, error);
    if (status != KF_OK)
        return status;
    auth->own_header = strdup(name);
    if (auth->own_header == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    auth->header = auth->own_header;
    return init_token(auth, options, "", error);
}

static kf_status init_kind(kf_auth_state *auth, const kf_client_options *options, kf_error *error)
{
    switch (options->auth) {
    case KF_AUTH_NONE:
        return KF_OK;
    case KF_AUTH_BASIC:
    case KF_AUTH_BEARER_PAIR:
        return init_pair(auth, options, error);
    case KF_AUTH_API_KEY:
        return init_key(auth, options, error);
    case KF_AUTH_BEARER:
        auth->header = "Authorization";
        auth->provider = options->token_provider;
        auth->provider_user = options->token_provider_user;
        return auth->provider != NULL ? KF_OK : init_token(auth, options, "Bearer ", error);
    }
    return kf_fail(error, KF_ERROR_ARGUMENT, "auth is not one of kf_auth");
}

kf_status kf_auth_init(kf_auth_state *auth, const kf_client_options *options, kf_error *error)
{
    *auth = (kf_auth_state){.generations = 1};
    if (pthread_mutex_init(&auth->lock, NULL) != 0)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    if (!kf_condition_init(&auth->answered)) {
        pthread_mutex_destroy(&auth->lock);
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    }
    auth->locked = true;
    return init_kind(auth, options, error);
}

void kf_auth_free(kf_auth_state *auth)
{
    kf_credential_release(auth->current);
    free(auth->own_header);
    if (auth->locked) {
        pthread_cond_destroy(&auth->answered);
        pthread_mutex_destroy(&auth->lock);
    }
    *auth = (kf_auth_state){0};
}

/* When a token that is valid for so long is to be replaced: early enough for the request to arrive, 30 s or a tenth of
 * a short life before its end. -1: never. */
static int64_t refresh_time(int64_t now, int64_t expires_ms)
{
    if (expires_ms < 0)
        return -1;
    int64_t life = expires_ms - (expires_ms / 10 < 30000 ? expires_ms / 10 : 30000);
    return life > INT64_MAX - now ? -1 : now + life;
}

/* Asks the provider, without the lock. */
static kf_status ask(const kf_auth_state *auth, const kf_clock *clock, kf_credential **credential, kf_error *error)
{
    char *token = calloc(1, TOKEN_SIZE);
    int64_t expires_ms = -1;
    kf_status status = KF_OK;
    if (token == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    int result = auth->provider(token, TOKEN_SIZE, &expires_ms, auth->provider_user);
    if (result != 0)
        status = kf_fail(error, KF_ERROR_AUTH, "the token provider gave no token%s%.500s",
                         result == KF_TOKEN_REASON ? ": " : "", result == KF_TOKEN_REASON ? token : "");
    else if (memchr(token, '\0', TOKEN_SIZE) == NULL || !token_valid(token))
        status =
            kf_fail(error, KF_ERROR_AUTH, "the token of the provider is empty, too long or has a control character");
    else if ((*credential = credential_new("Bearer ", token, strlen(token))) == NULL)
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    else
        (*credential)->refresh_at = refresh_time(kf_clock_now(clock), expires_ms);
    explicit_bzero(token, TOKEN_SIZE);
    free(token);
    return status;
}

/* Gets a new token; the lock is held, but not while the provider is at work. */
static kf_status refresh(kf_auth_state *auth, const kf_clock *clock, kf_error *error)
{
    kf_credential *made = NULL;
    kf_error own;
    auth->asking = true;
    pthread_mutex_unlock(&auth->lock);
    kf_status status = ask(auth, clock, &made, &own);
    pthread_mutex_lock(&auth->lock);
    auth->asking = false;
    if (status != KF_OK)
        kf_fail(error, status, "%s", own.message);
    if (status == KF_ERROR_AUTH) {
        auth->refusals++;
        KF_COPY_TEXT(auth->reason, own.message, strlen(own.message));
    }
    if (status == KF_OK) {
        made->generation = ++auth->generations;
        kf_credential_release(auth->current);
        auth->current = made;
    }
    pthread_cond_broadcast(&auth->answered);
    return status;
}

/* While another thread asks the provider. The end of that wakes at once; cancel and deadline are looked at between. */
static kf_status wait_for_other(kf_auth_state *auth, const kf_clock *clock, const kf_auth_patience *patience,
                                kf_error *error)
{
    struct timespec until;
    if (patience != NULL && kf_waiter_cancelled(patience->waiter))
        return kf_fail(error, KF_ERROR_CANCELLED, "the call was cancelled");
    if (patience != NULL && patience->deadline_at >= 0 && kf_clock_now(clock) >= patience->deadline_at)
        return kf_fail(error, KF_ERROR_TIMEOUT, "the token provider did not answer in time");
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 20000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&auth->answered, &auth->lock, &until);
    return KF_OK;
}

static bool usable(const kf_credential *credential, const kf_clock *clock, uint64_t refused)
{
    return credential != NULL && credential->generation != refused &&
           (credential->refresh_at < 0 || kf_clock_now(clock) < credential->refresh_at);
}

kf_status kf_auth_acquire(kf_auth_state *auth, const kf_clock *clock, uint64_t refused,
                          const kf_auth_patience *patience, kf_credential **credential, kf_error *error)
{
    kf_status status = KF_OK;
    *credential = NULL;
    if (auth->header == NULL)
        return KF_OK;
    if (auth->provider == NULL) {
        atomic_fetch_add(&auth->current->references, 1);
        *credential = auth->current;
        return KF_OK;
    }
    pthread_mutex_lock(&auth->lock);
    const uint64_t refusals = auth->refusals;
    while (status == KF_OK && auth->asking && auth->refusals == refusals && !usable(auth->current, clock, refused))
        status = wait_for_other(auth, clock, patience, error);
    if (status == KF_OK && !usable(auth->current, clock, refused)) {
        /* A refusal is for all who waited, too: else they would ask one after the other, each as slowly. */
        if (auth->refusals != refusals)
            status = kf_fail(error, KF_ERROR_AUTH, "%s", auth->reason);
        else
            status = refresh(auth, clock, error);
    }
    if (status == KF_OK) {
        atomic_fetch_add(&auth->current->references, 1);
        *credential = auth->current;
    }
    pthread_mutex_unlock(&auth->lock);
    return status;
}

/* Bytes of the credential that stand at the start of the text: all of them, or as many as the text has before it was
 * cut. 0: others. */
static size_t match(const char *text, const char *secret, size_t length)
{
    size_t same = 0;
    while (same < length && text[same] == secret[same])
        same++;
    return same == length || (text[same] == '\0' && same >= KF_REDACT_LEAST) ? same : 0;
}

void kf_redact(char *text, const char *credential)
{
    const char *secret = credential + strspn(credential, " \t");
    if (strncasecmp(secret, "Basic ", 6) == 0 || strncasecmp(secret, "Bearer ", 7) == 0)
        secret = strchr(secret, ' ') + 1;
    size_t length = strlen(secret);
    while (length > 0 && strchr(" \t", secret[length - 1]) != NULL) /* no server sees those */
        length--;
    for (; length >= KF_REDACT_LEAST && *text != '\0'; text++) {
        size_t same = match(text, secret, length);
        if (same > 0)
            memset(text, '*', same);
    }
}

void kf_redact_error(kf_error *error, const char *credential)
{
    kf_redact(error->message, credential);
    kf_redact(error->server_code, credential);
    kf_redact(error->server_message, credential);
    kf_redact(error->server_location, credential);
}
