#define _DEFAULT_SOURCE 1
#include "client/response.h"
#include "client/state.h"
#include "core/fail.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void core_release(kf_core *core)
{
    if (core == NULL || atomic_fetch_sub(&core->references, 1) != 1)
        return;
    kf_pool_free(core->pool);
    for (size_t i = 0; i < sizeof(core->bases) / sizeof(core->bases[0]); i++)
        kf_base_url_free(atomic_load(&core->bases[i]));
    for (size_t i = 0; i < core->server_count; i++) {
        free(core->servers[i].name);
        kf_base_url_free(core->servers[i].base);
    }
    kf_auth_free(&core->auth);
    free(core->hooks);
    free(core->user_agent);
    free(core);
}

static bool copy_text(char **target, const char *source)
{
    if (source == NULL)
        return true;
    *target = strdup(source);
    return *target != NULL;
}

static kf_status make_pool(kf_core *core, const kf_client_options *options, kf_error *error)
{
    kf_connection_options connection = {
        .allow_http = options->allow_http,
        .connect_timeout_ms = options->connect_timeout_ms,
        .max_header_bytes = options->max_header_bytes,
        .max_idle_connections = options->max_idle_connections,
        .tls_version = options->tls_version,
        .tls_insecure_no_verify = options->tls_insecure_no_verify,
    };
    if (copy_text(&connection.ca_file, options->ca_file) && copy_text(&connection.ca_pem, options->ca_pem) &&
        copy_text(&connection.client_cert_file, options->client_cert_file) &&
        copy_text(&connection.client_key_file, options->client_key_file) &&
        copy_text(&connection.client_key_password, options->client_key_password) &&
        copy_text(&connection.proxy, options->proxy))
        return kf_pool_new(&connection, &core->pool, error);
    kf_connection_options_free(&connection);
    return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
}

static char *make_user_agent(const char *prefix)
{
    kf_buffer text = {0};
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    if (prefix != NULL && *prefix != '\0')
        kf_buffer_format(&text, "%s ", prefix);
    kf_buffer_format(&text, "libkuflow/%s libcurl/%s", KF_VERSION, curl->version);
    char *made = kf_buffer_take(&text);
    kf_buffer_free(&text);
    return made;
}

/* The addresses that the caller gave. */
static kf_status take_base_urls(kf_core *core, const kf_client_options *options, kf_error *error)
{
    if (options->base_url != NULL) {
        kf_base_url *base = NULL;
        kf_status status = kf_base_url_new(options->base_url, options->allow_http, &base, error);
        atomic_store(&core->bases[0], base);
        if (status != KF_OK)
            return status;
    }
    for (size_t i = 0; i < options->server_count; i++) {
        kf_named_base *server = &core->servers[i];
        const kf_pair *pair = &options->servers[i];
        core->server_count++;
        if (pair->name == NULL || pair->value == NULL)
            return kf_fail(error, KF_ERROR_ARGUMENT, "a server has no name or no base URL");
        if (!copy_text(&server->name, pair->name))
            return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
        kf_status status = kf_base_url_new(pair->value, options->allow_http, &server->base, error);
        if (status != KF_OK)
            return status;
    }
    return KF_OK;
}

static kf_status copy_hooks(kf_core *core, const kf_client_options *options, kf_error *error)
{
    if (options->hook_count == 0)
        return KF_OK;
    core->hooks = calloc(options->hook_count, sizeof(*core->hooks));
    if (core->hooks == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    memcpy(core->hooks, options->hooks, options->hook_count * sizeof(*core->hooks));
    core->hook_count = options->hook_count;
    return KF_OK;
}

static kf_status make_core(const kf_client_options *options, kf_core **core, kf_error *error)
{
    kf_core *made = calloc(1, sizeof(*made));
    kf_status status = KF_OK;
    *core = NULL;
    if (made == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    atomic_init(&made->references, 1);
    for (size_t i = 0; i < sizeof(made->bases) / sizeof(made->bases[0]); i++)
        atomic_init(&made->bases[i], NULL);
    made->transport = options->transport;
    made->allow_http = options->allow_http;
    made->idle_timeout_ms = options->idle_timeout_ms;
    made->retry_base_ms = options->retry_base_ms;
    made->retry_max_ms = options->retry_max_ms;
    made->retry_after_max_ms = options->retry_after_max_ms;
    made->max_response_bytes = options->max_response_bytes;
    made->max_json_depth = options->max_json_depth;
    made->prefer_json = options->prefer_json;
    made->on_event = options->on_event;
    made->on_event_user = options->on_event_user;
    kf_uuid_new(made->request_ids);
    atomic_init(&made->calls, 0);
    kf_clock_init(&made->clock, options->transport);
    kf_budget_init(&made->budget, options->no_retry_budget);
    /* First, as it sets libcurl up. */
    status = make_pool(made, options, error);
    if (status == KF_OK)
        status = take_base_urls(made, options, error);
    if (status == KF_OK)
        status = kf_auth_init(&made->auth, options, error);
    if (status == KF_OK)
        status = copy_hooks(made, options, error);
    if (status == KF_OK && (made->user_agent = make_user_agent(options->user_agent)) == NULL)
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    if (status == KF_OK)
        *core = made;
    else
        core_release(made);
    return status;
}

kf_status kf_client_check_headers(const kf_client *client, const kf_pairs *headers, kf_error *error)
{
    const char *own = client->core->auth.header;
    kf_status status = kf_headers_check(headers, !client->authorized, error);
    if (status == KF_OK && own != NULL && kf_pairs_find(headers, own) != NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the header %s is set by the library itself", own);
    return status;
}

kf_status kf_client_new(const kf_client_options *options, kf_client **client, kf_error *error)
{
    kf_client_options resolved;
    const kf_pairs none = {NULL, 0};
    kf_error_clear(error);
    if (client == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "client is NULL");
    *client = NULL;
    kf_status status = kf_options_resolve(options, &resolved, error);
    if (status != KF_OK)
        return status;
    const kf_pairs headers = {(kf_pair *)resolved.headers, resolved.header_count};
    kf_client *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    made->deadline_at = -1;
    made->deadline_ms = resolved.deadline_ms;
    made->attempt_timeout_ms = resolved.attempt_timeout_ms;
    made->max_attempts = resolved.max_attempts;
    made->authorized = resolved.auth != KF_AUTH_NONE;
    status = make_core(&resolved, &made->core, error);
    if (status == KF_OK)
        status = kf_client_check_headers(made, &headers, error);
    if (status == KF_OK &&
        (!kf_pairs_join(&made->headers, &headers, &none, false) || !copy_text(&made->tenant, resolved.tenant)))
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    if (status == KF_OK)
        *client = made;
    else
        kf_client_free(made);
    return status;
}

kf_status kf_client_begin(const kf_client_options *options, kf_client_options *own, kf_client **client, kf_error *error)
{
    kf_error_clear(error);
    if (client != NULL)
        *client = NULL;
    return kf_options_copy(options, own, error);
}

void kf_put_base_url(kf_buffer *url, const char *text, const kf_service *service, const char *end)
{
    if (text == NULL || *text == '\0')
        text = service->server_url;
    if (text == NULL)
        return;
    const char *scheme = strstr(text, "://");
    if (scheme == NULL || strpbrk(text, "?#") != NULL) {
        kf_buffer_text(url, text);
        return;
    }
    const char *path = scheme + 3 + strcspn(scheme + 3, "/");
    kf_buffer_append(url, text, (size_t)(path - text));
    size_t start = url->length;
    for (const char *next; *path != '\0'; path = next) {
        path += strspn(path, "/");
        next = path + strcspn(path, "/");
        if (next > path) {
            kf_buffer_char(url, '/');
            kf_buffer_append(url, path, (size_t)(next - path));
        }
    }
    size_t length = url->length - start, last = strlen(end);
    if (length < last || memcmp(url->data + url->length - last, end, last) != 0)
        kf_buffer_text(url, end);
}

kf_status kf_client_new_for(kf_client_options *own, kf_buffer *url, kf_auth login, kf_client **client, kf_error *error)
{
    kf_status status;
    if (url->data != NULL)
        own->base_url = url->data;
    if (own->auth == KF_AUTH_NONE) {
        if (own->username != NULL || own->password != NULL)
            own->auth = login;
        else if (own->token != NULL || own->token_provider != NULL)
            own->auth = KF_AUTH_BEARER;
    }
    if (url->failed)
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    else
        status = kf_client_new(own, client, error);
    kf_buffer_free(url);
    return status;
}

void kf_client_free(kf_client *client)
{
    if (client == NULL)
        return;
    kf_pairs_free(&client->headers);
    kf_pairs_free(&client->query);
    kf_response_free(client->response);
    kf_base_url_free(client->base);
    free(client->tenant);
    core_release(client->core);
    free(client);
}

/* The limits of a scope, from those of its parent. */
static void scope_limits(kf_client *scope, const kf_client *parent, const kf_scope_options *options)
{
    scope->deadline_at = parent->deadline_at;
    scope->deadline_ms = options->deadline_ms == 0 ? parent->deadline_ms : -1;
    scope->attempt_timeout_ms =
        options->attempt_timeout_ms != 0 ? options->attempt_timeout_ms : parent->attempt_timeout_ms;
    scope->max_attempts = options->max_attempts > 0 ? options->max_attempts : parent->max_attempts;
    if (options->deadline_ms > 0) {
        int64_t now = kf_clock_now(&parent->core->clock);
        int64_t at = options->deadline_ms > INT64_MAX - now ? INT64_MAX : now + options->deadline_ms;
        if (parent->deadline_at < 0 || at < parent->deadline_at)
            scope->deadline_at = at;
    }
}

static kf_status check_scope(const kf_client *parent, const kf_scope_options *options, kf_error *error)
{
    kf_pairs headers = {(kf_pair *)options->headers, options->header_count};
    if ((options->header_count > 0 && options->headers == NULL) || (options->query_count > 0 && options->query == NULL))
        return kf_fail(error, KF_ERROR_ARGUMENT, "headers or query is NULL, but its count is not 0");
    for (size_t i = 0; i < options->query_count; i++)
        if (options->query[i].name == NULL || options->query[i].value == NULL)
            return kf_fail(error, KF_ERROR_ARGUMENT, "a query parameter has no name or no value");
    if (options->max_attempts < 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "max_attempts is negative");
    if (options->cancel != NULL && parent->cancels.count == KF_CANCEL_MAX)
        return kf_fail(error, KF_ERROR_ARGUMENT, "more than %d scopes with a cancel handle within each other",
                       KF_CANCEL_MAX);
    return kf_client_check_headers(parent, &headers, error);
}

kf_status kf_client_scope(kf_client *parent, const kf_scope_options *options, kf_client **scope, kf_error *error)
{
    kf_scope_options given = KF_SCOPE_OPTIONS_INIT;
    kf_error_clear(error);
    if (scope != NULL)
        *scope = NULL;
    if (scope == NULL || parent == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "parent or scope is NULL");
    if (options != NULL) {
        if (options->size == 0)
            return kf_fail(error, KF_ERROR_ARGUMENT, "options must begin with KF_SCOPE_OPTIONS_INIT");
        memcpy(&given, options, options->size < sizeof(given) ? options->size : sizeof(given));
    }
    kf_status status = check_scope(parent, &given, error);
    if (status != KF_OK)
        return status;
    kf_client *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    made->core = parent->core;
    atomic_fetch_add(&made->core->references, 1);
    scope_limits(made, parent, &given);
    made->authorized = parent->authorized;
    made->keep_response = given.keep_response;
    made->cancels = parent->cancels;
    if (given.cancel != NULL)
        made->cancels.items[made->cancels.count++] = given.cancel;
    const kf_pairs headers = {(kf_pair *)given.headers, given.header_count};
    const kf_pairs query = {(kf_pair *)given.query, given.query_count};
    const char *url = given.base_url == NULL && parent->base != NULL ? parent->base->text : given.base_url;
    if (url != NULL)
        status = kf_base_url_new(url, made->core->allow_http, &made->base, error);
    if (status == KF_OK && (!kf_pairs_join(&made->headers, &parent->headers, &headers, true) ||
                            !kf_pairs_join(&made->query, &parent->query, &query, false) ||
                            !copy_text(&made->tenant, given.tenant != NULL ? given.tenant : parent->tenant)))
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    if (status == KF_OK)
        *scope = made;
    else
        kf_client_free(made);
    return status;
}

const kf_response *kf_client_response(const kf_client *scope)
{
    return scope == NULL ? NULL : scope->response;
}

/* The address that the document has for a server, made when it is first needed. */
static kf_status document_base(kf_core *core, const kf_service *service, unsigned server, const kf_base_url **base,
                               kf_error *error)
{
    kf_base_url *present = atomic_load(&core->bases[server]);
    if (present == NULL) {
        const char *url = service == NULL ? NULL : server == 0 ? service->server_url : service->servers[server - 1].url;
        kf_base_url *made;
        if (url == NULL)
            return kf_fail(error, KF_ERROR_ARGUMENT, "base_url is not set");
        kf_status status = kf_base_url_new(url, core->allow_http, &made, error);
        if (status != KF_OK)
            return status;
        made->owner = service;
        if (atomic_compare_exchange_strong(&core->bases[server], &present, made))
            present = made;
        else
            kf_base_url_free(made);
    }
    /* The credentials are for one service. */
    if (present->owner != NULL && service != NULL && present->owner != service)
        return kf_fail(error, KF_ERROR_ARGUMENT, "this client was first used for another service; give it a base_url");
    *base = present;
    return KF_OK;
}

/* A name that the service does not have is a mistake that would send requests elsewhere. */
static kf_status check_servers(const kf_core *core, const kf_service *service, kf_error *error)
{
    for (size_t i = 0; i < core->server_count; i++) {
        size_t k = 0;
        while (k < service->server_count && strcmp(service->servers[k].name, core->servers[i].name) != 0)
            k++;
        if (k == service->server_count)
            return kf_fail(error, KF_ERROR_ARGUMENT, "%s has no server named \"%s\"", service->name,
                           core->servers[i].name);
    }
    return KF_OK;
}

kf_status kf_client_base(kf_client *client, const kf_operation *operation, const kf_base_url **base, kf_error *error)
{
    kf_core *core = client->core;
    const kf_service *service = operation == NULL ? NULL : operation->service;
    unsigned server = operation == NULL ? 0 : operation->server;
    *base = client->base;
    if (*base != NULL)
        return KF_OK;
    kf_status status = service == NULL ? KF_OK : check_servers(core, service, error);
    for (size_t i = 0; server > 0 && status == KF_OK && i < core->server_count; i++) {
        if (strcmp(core->servers[i].name, service->servers[server - 1].name) == 0) {
            *base = core->servers[i].base;
            return KF_OK;
        }
    }
    if (status == KF_OK)
        status = document_base(core, service, 0, base, error);
    bool given = status == KF_OK && (*base)->owner == NULL;
    return status == KF_OK && server > 0 && !given ? document_base(core, service, server, base, error) : status;
}
