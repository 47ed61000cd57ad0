#define _DEFAULT_SOURCE 1
#include "http/auth.h"

#include "core/fail.h"
#include "http/header.h"

#include <stdlib.h>
#include <string.h>

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

static size_t base64(const unsigned char *data, size_t length, char *target)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t used = 0;
    for (size_t i = 0; i < length; i += 3) {
        unsigned long group = (unsigned long)data[i] << 16;
        group |= i + 1 < length ? (unsigned long)data[i + 1] << 8 : 0;
        group |= i + 2 < length ? (unsigned long)data[i + 2] : 0;
        target[used++] = digits[group >> 18 & 63];
        target[used++] = digits[group >> 12 & 63];
        target[used++] = i + 1 < length ? digits[group >> 6 & 63] : '=';
        target[used++] = i + 2 < length ? digits[group & 63] : '=';
    }
    return used;
}

/* "Basic " or "Bearer " and base64 of "username:password". */
static kf_credential *encode_pair(const char *prefix, const char *username, const char *password)
{
    size_t name_length = strlen(username), password_length = strlen(password);
    size_t length = name_length + 1 + password_length;
    size_t size = length + length / 3 * 4 + 8;
    char *work = malloc(size);
    if (work == NULL)
        return NULL;
    memcpy(work, username, name_length);
    work[name_length] = ':';
    memcpy(work + name_length + 1, password, password_length);
    size_t encoded = base64((unsigned char *)work, length, work + length);
    kf_credential *credential = credential_new(prefix, work + length, encoded);
    explicit_bzero(work, size);
    free(work);
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
    auth->locked = true;
    return init_kind(auth, options, error);
}

void kf_auth_free(kf_auth_state *auth)
{
    kf_credential_release(auth->current);
    free(auth->own_header);
    if (auth->locked)
        pthread_mutex_destroy(&auth->lock);
    *auth = (kf_auth_state){0};
}

/* Asks the provider; its lock is held. */
static kf_status refresh(kf_auth_state *auth, const kf_clock *clock, kf_error *error)
{
    char *token = calloc(1, TOKEN_SIZE);
    int64_t expires_ms = -1;
    kf_credential *made = NULL;
    kf_status status = KF_OK;
    if (token == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    if (auth->provider(token, TOKEN_SIZE, &expires_ms, auth->provider_user) != 0) {
        status = kf_fail(error, KF_ERROR_AUTH, "the token provider gave no token");
        goto out;
    }
    if (memchr(token, '\0', TOKEN_SIZE) == NULL || !token_valid(token)) {
        status =
            kf_fail(error, KF_ERROR_AUTH, "the token of the provider is empty, too long or has a control character");
        goto out;
    }
    made = credential_new("Bearer ", token, strlen(token));
    if (made == NULL) {
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
        goto out;
    }
    made->generation = ++auth->generations;
    if (expires_ms >= 0) {
        /* Early enough for the request to arrive: 30 s, or a tenth of a short life. */
        int64_t margin = expires_ms / 10 < 30000 ? expires_ms / 10 : 30000;
        made->refresh_at = kf_clock_now(clock) + expires_ms - margin;
    }
    kf_credential_release(auth->current);
    auth->current = made;
out:
    explicit_bzero(token, TOKEN_SIZE);
    free(token);
    return status;
}

kf_status kf_auth_acquire(kf_auth_state *auth, const kf_clock *clock, uint64_t refused, kf_credential **credential,
                          kf_error *error)
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
    kf_credential *current = auth->current;
    if (current == NULL || current->generation == refused ||
        (current->refresh_at >= 0 && kf_clock_now(clock) >= current->refresh_at))
        status = refresh(auth, clock, error);
    if (status == KF_OK) {
        atomic_fetch_add(&auth->current->references, 1);
        *credential = auth->current;
    }
    pthread_mutex_unlock(&auth->lock);
    return status;
}
