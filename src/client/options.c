#include "client/state.h"
#include "core/fail.h"
#include "core/options.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

void kf_client_options_init(kf_client_options *options, size_t size)
{
    kf_options_clear(options, size);
}

void kf_scope_options_init(kf_scope_options *options, size_t size)
{
    kf_options_clear(options, size);
}

typedef enum kf_option_kind {
    OPTION_TEXT,
    OPTION_BOOL,
    OPTION_INT,
    OPTION_INT64,
    OPTION_SIZE,
    OPTION_AUTH,
    OPTION_TLS
} kf_option_kind;

typedef struct kf_option {
    const char *name;
    kf_option_kind kind;
    size_t offset;
} kf_option;

#define OPTION(kind, member)                                                                                           \
    {                                                                                                                  \
#member, (kind), offsetof(kf_client_options, member)                                                           \
    }

static const kf_option options_table[] = {
    OPTION(OPTION_TEXT, base_url),
    OPTION(OPTION_BOOL, allow_http),
    OPTION(OPTION_AUTH, auth),
    OPTION(OPTION_TEXT, username),
    OPTION(OPTION_TEXT, password),
    OPTION(OPTION_TEXT, token),
    OPTION(OPTION_TEXT, api_key_header),
    OPTION(OPTION_TEXT, user_agent),
    OPTION(OPTION_TEXT, tenant),
    OPTION(OPTION_INT64, connect_timeout_ms),
    OPTION(OPTION_INT64, attempt_timeout_ms),
    OPTION(OPTION_INT64, deadline_ms),
    OPTION(OPTION_INT64, idle_timeout_ms),
    OPTION(OPTION_INT, max_attempts),
    OPTION(OPTION_INT64, retry_base_ms),
    OPTION(OPTION_INT64, retry_max_ms),
    OPTION(OPTION_INT64, retry_after_max_ms),
    OPTION(OPTION_BOOL, no_retry_budget),
    OPTION(OPTION_BOOL, prefer_json),
    OPTION(OPTION_SIZE, max_response_bytes),
    OPTION(OPTION_SIZE, max_header_bytes),
    OPTION(OPTION_INT, max_json_depth),
    OPTION(OPTION_INT, max_idle_connections),
    OPTION(OPTION_TEXT, ca_file),
    OPTION(OPTION_TEXT, ca_pem),
    OPTION(OPTION_TEXT, client_cert_file),
    OPTION(OPTION_TEXT, client_key_file),
    OPTION(OPTION_TEXT, client_key_password),
    OPTION(OPTION_TLS, tls_version),
    OPTION(OPTION_BOOL, tls_insecure_no_verify),
    OPTION(OPTION_TEXT, proxy),
};

#define OPTION_COUNT (sizeof(options_table) / sizeof(options_table[0]))

const char *kf_client_options_name(size_t index)
{
    return index < OPTION_COUNT ? options_table[index].name : NULL;
}

static bool read_bool(const char *text, bool *value)
{
    bool yes = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    if (!yes && strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
        return false;
    *value = yes;
    return true;
}

/* Decimal digits with an optional minus sign, and nothing else. */
static bool read_number(const char *text, int64_t least, int64_t most, int64_t *value)
{
    const char *digits = *text == '-' ? text + 1 : text;
    if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return false;
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    *value = number;
    return errno == 0 && number >= least && number <= most;
}

static bool read_auth(const char *text, kf_auth *value)
{
    static const char *const names[] = {"none", "basic", "bearer", "api_key", "bearer_pair"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            *value = (kf_auth)i;
            return true;
        }
    }
    return false;
}

static bool read_tls(const char *text, kf_tls_version *value)
{
    if (strcmp(text, "default") == 0)
        *value = KF_TLS_DEFAULT;
    else if (strcmp(text, "1.2") == 0)
        *value = KF_TLS_1_2;
    else if (strcmp(text, "1.3") == 0)
        *value = KF_TLS_1_3;
    else
        return false;
    return true;
}

static bool set_option(kf_client_options *options, const kf_option *option, const char *text)
{
    void *target = (char *)options + option->offset;
    int64_t number;
    bool good = false;
    switch (option->kind) {
    case OPTION_TEXT:
        *(const char **)target = text;
        return true;
    case OPTION_BOOL:
        return read_bool(text, target);
    case OPTION_AUTH:
        return read_auth(text, target);
    case OPTION_TLS:
        return read_tls(text, target);
    case OPTION_INT:
        good = read_number(text, INT_MIN, INT_MAX, &number);
        if (good)
            *(int *)target = (int)number;
        return good;
    case OPTION_INT64:
        good = read_number(text, INT64_MIN, INT64_MAX, &number);
        if (good)
            *(int64_t *)target = number;
        return good;
    case OPTION_SIZE:
        good = read_number(text, 0, sizeof(size_t) < 8 ? (int64_t)(SIZE_MAX / 2) : INT64_MAX, &number);
        if (good)
            *(size_t *)target = (size_t)number;
        return good;
    }
    return false;
}

kf_status kf_client_options_set(kf_client_options *options, const char *name, const char *text, kf_error *error)
{
    kf_error_clear(error);
    if (options == NULL || name == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "options or name is NULL");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const kf_option *option = &options_table[i];
        if (strcmp(option->name, name) != 0)
            continue;
        if (text == NULL && option->kind != OPTION_TEXT)
            return kf_fail(error, KF_ERROR_ARGUMENT, "the option %s has no text", name);
        /* The text is not repeated in the message: it may be a secret. */
        if (!set_option(options, option, text))
            return kf_fail(error, KF_ERROR_ARGUMENT, "the text of the option %s does not fit it", name);
        return KF_OK;
    }
    return kf_fail(error, KF_ERROR_ARGUMENT, "there is no option named \"%s\"", name);
}

static void default_number(int64_t *value, int64_t standard)
{
    if (*value == 0)
        *value = standard;
}

static kf_status check(const kf_client_options *options, kf_error *error)
{
    if (options->auth == KF_AUTH_NONE && (options->username != NULL || options->password != NULL ||
                                          options->token != NULL || options->token_provider != NULL))
        return kf_fail(error, KF_ERROR_ARGUMENT, "there are credentials, but auth does not say how to send them");
    if (options->max_attempts < 0 || options->max_idle_connections < 0 || options->max_json_depth < 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "max_attempts, max_idle_connections or max_json_depth is negative");
    if (options->header_count > 0 && options->headers == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "headers is NULL, but header_count is not 0");
    if (options->server_count > 0 && options->servers == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "servers is NULL, but server_count is not 0");
    if (options->server_count > KF_SERVERS_MAX)
        return kf_fail(error, KF_ERROR_ARGUMENT, "there are more than %d servers", KF_SERVERS_MAX);
    if (options->hook_count > 0 && options->hooks == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "hooks is NULL, but hook_count is not 0");
    for (size_t i = 0; i < options->hook_count; i++)
        if (options->hooks[i].before_attempt == NULL)
            return kf_fail(error, KF_ERROR_ARGUMENT, "the hook number %zu has no function", i + 1);
    if (options->user_agent != NULL && !kf_header_value_valid(options->user_agent))
        return kf_fail(error, KF_ERROR_ARGUMENT, "user_agent has a control character");
    if (options->ca_file != NULL && options->ca_pem != NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "ca_file and ca_pem exclude each other");
    if (options->client_cert_file == NULL && (options->client_key_file != NULL || options->client_key_password != NULL))
        return kf_fail(error, KF_ERROR_ARGUMENT, "client_key_file needs client_cert_file");
#if LIBCURL_VERSION_NUM < 0x074d00
    if (options->ca_pem != NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "ca_pem needs libcurl 7.77");
#endif
    if (options->tls_version != KF_TLS_DEFAULT && options->tls_version != KF_TLS_1_2 &&
        options->tls_version != KF_TLS_1_3)
        return kf_fail(error, KF_ERROR_ARGUMENT, "tls_version is not one of kf_tls_version");
    return KF_OK;
}

kf_status kf_options_copy(const kf_client_options *options, kf_client_options *own, kf_error *error)
{
    kf_client_options_init(own, sizeof(*own));
    if (options == NULL)
        return KF_OK;
    if (options->size == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "options must begin with KF_CLIENT_OPTIONS_INIT");
    /* A program built against an older or newer header has a smaller or larger struct. */
    memcpy(own, options, options->size < sizeof(*own) ? options->size : sizeof(*own));
    own->size = sizeof(*own);
    return KF_OK;
}

kf_status kf_options_resolve(const kf_client_options *options, kf_client_options *resolved, kf_error *error)
{
    kf_status status = kf_options_copy(options, resolved, error);
    if (status != KF_OK)
        return status;
    default_number(&resolved->connect_timeout_ms, 10000);
    default_number(&resolved->idle_timeout_ms, 30000);
    default_number(&resolved->retry_max_ms, 20000);
    default_number(&resolved->retry_after_max_ms, 60000);
    if (resolved->retry_max_ms < 0)
        resolved->retry_max_ms = INT64_MAX;
    if (resolved->retry_after_max_ms < 0)
        resolved->retry_after_max_ms = INT64_MAX;
    if (resolved->max_attempts == 0)
        resolved->max_attempts = 3;
    if (resolved->max_response_bytes == 0)
        resolved->max_response_bytes = (size_t)64 << 20;
    if (resolved->max_header_bytes == 0)
        resolved->max_header_bytes = (size_t)256 << 10;
    if (resolved->max_idle_connections == 0)
        resolved->max_idle_connections = 16;
    return check(resolved, error);
}
