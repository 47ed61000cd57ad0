/* The HTTP side: the daemon, its requests, their answers; start and stop. */
#include "flowable.h"
#include "jbpm.h"
#include "patchworks.h"
#include "smartflows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HUGE_DEFAULT (UINT64_C(10) << 30)

static kf_status fail(kf_error *error, kf_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

static kf_status fail(kf_error *error, kf_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof(error->message), format, arguments);
    va_end(arguments);
    error->status = status;
    return status;
}

/* Requests */

static size_t keep_escapes(void *user, struct MHD_Connection *connection, char *text)
{
    (void)user;
    (void)connection;
    return strlen(text); /* the router decodes, after it has cut the path into segments */
}

static void free_call(kf_sb_call *call)
{
    if (call == NULL)
        return;
    free(call->target);
    free(call->method);
    free(call->body);
    free(call->path);
    free(call->query);
    free(call->query_text);
    kf_model_free(call->model);
    free(call->reply);
    for (size_t i = 0; i < call->header_count; i++)
        free(call->headers[i].value);
    free(call);
}

/* Each connection counts its answers. */
static void count_answers(void *user, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    (void)user;
    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = calloc(1, sizeof(unsigned));
    } else {
        free(*context);
        *context = NULL;
    }
}

static void *begin_call(void *user, const char *target, struct MHD_Connection *connection)
{
    kf_sb_call *call = calloc(1, sizeof(*call));
    if (call == NULL)
        return NULL;
    call->sandbox = user;
    call->connection = connection;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    call->answers = info == NULL ? NULL : info->socket_context;
    call->target = kf_sb_strdup(target);
    if (call->target == NULL) {
        free(call);
        return NULL;
    }
    return call;
}

static void end_call(void *user, struct MHD_Connection *connection, void **context,
                     enum MHD_RequestTerminationCode code)
{
    (void)user;
    (void)connection;
    (void)code;
    free_call(*context);
    *context = NULL;
}

static void append_body(kf_sb_call *call, const char *data, size_t size)
{
    if (call->body_too_large || size > KF_SB_BODY_MAX - call->body_length) {
        call->body_too_large = true;
        return;
    }
    if (call->body_length + size + 1 > call->body_capacity) {
        size_t capacity = call->body_capacity == 0 ? 4096 : call->body_capacity;
        while (capacity < call->body_length + size + 1)
            capacity *= 2;
        char *body = realloc(call->body, capacity);
        if (body == NULL) {
            call->body_too_large = true;
            return;
        }
        call->body = body;
        call->body_capacity = capacity;
    }
    memcpy(call->body + call->body_length, data, size);
    call->body_length += size;
    call->body[call->body_length] = '\0';
}

static ssize_t make_spaces(void *user, uint64_t position, char *buffer, size_t max)
{
    (void)user;
    (void)position;
    memset(buffer, ' ', max);
    return (ssize_t)max;
}

static void tell(const kf_sb_call *call, const char *result)
{
    kf_sandbox *sandbox = call->sandbox;
    if (sandbox->on_request == NULL)
        return;
    char line[512];
    const char *path = call->target;
    const char *base = call->service->bases[0];
    if (strncmp(path, base, strlen(base)) == 0 && path[strlen(base)] == '/')
        path += strlen(base);
    size_t length = strcspn(path, "?");
    snprintf(line, sizeof(line), "%s %.*s %s %s", call->method, (int)(length < 300 ? length : 300), path, result,
             call->operation == NULL ? "-" : call->operation->name);
    sandbox->on_request(line, sandbox->on_request_user);
}

static enum MHD_Result send_reply(kf_sb_call *call, uint64_t huge)
{
    struct MHD_Response *response;
    if (huge > 0)
        response = MHD_create_response_from_callback(huge, 65536, make_spaces, NULL, NULL);
    else
        response = MHD_create_response_from_buffer(call->reply_length, call->reply, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        return MHD_NO;
    if (huge == 0)
        call->reply = NULL; /* the response's now */
    if (call->reply_type[0] != '\0')
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, call->reply_type);
    for (size_t i = 0; i < call->header_count; i++)
        MHD_add_response_header(response, call->headers[i].name, call->headers[i].value);
    for (size_t i = 0; call->more_headers != NULL && call->more_headers[i][0] != NULL; i++)
        MHD_add_response_header(response, call->more_headers[i][0], call->more_headers[i][1]);
    bool last = call->answers != NULL && ++*call->answers == call->service->answers_max;
    if (call->close || last)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    char status[16];
    snprintf(status, sizeof(status), "%d", call->status);
    tell(call, status);
    enum MHD_Result result = MHD_queue_response(call->connection, (unsigned)call->status, response);
    MHD_destroy_response(response);
    return result;
}

static bool client_is_known(const kf_sb_call *call)
{
    if (!call->sandbox->client_certificates)
        return true;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    unsigned problems = 1;
    return info != NULL && gnutls_certificate_verify_peers2(info->tls_session, &problems) == 0 && problems == 0;
}

/* The whole request is there. */
static enum MHD_Result answer(kf_sb_call *call)
{
    kf_sandbox *sandbox = call->sandbox;
    kf_sb_fault fault = {0};
    bool known = client_is_known(call);
    bool faulty = false;
    bool lost = false;
    uint64_t huge = 0;

    pthread_mutex_lock(&sandbox->mutex);
    kf_sb_route(call);
    if (!known)
        call->service->error(call, 403, "authentication.certificate", "A client certificate is needed");
    faulty = kf_sb_fault_take(sandbox, call->operation, &fault);
    if (faulty && fault.spec.kind == KF_SANDBOX_FAULT_DELAY)
        kf_sb_fault_hold(sandbox, fault.spec.delay_ms);
    if (faulty && fault.spec.kind == KF_SANDBOX_FAULT_ANSWER) {
        kf_sb_fault_answer(call, &fault);
    } else if (faulty && fault.spec.kind == KF_SANDBOX_FAULT_HUGE) {
        kf_sb_fault_answer(call, &fault);
        huge = fault.spec.length > 0 ? fault.spec.length : HUGE_DEFAULT;
    } else if (faulty && fault.spec.kind == KF_SANDBOX_FAULT_LOST_BEFORE) {
        lost = true;
    } else {
        if (call->status == 0)
            call->service->dispatch(call);
        lost = faulty && fault.spec.kind == KF_SANDBOX_FAULT_LOST_AFTER;
        if (faulty && fault.spec.kind == KF_SANDBOX_FAULT_REPLACE)
            kf_sb_fault_answer(call, &fault);
    }
    lost = lost || sandbox->stopping || call->no_memory;
    pthread_mutex_unlock(&sandbox->mutex);

    if (faulty)
        kf_sb_fault_free(&fault);
    if (lost) {
        tell(call, "(lost)");
        return MHD_NO; /* closes the connection */
    }
    return send_reply(call, huge);
}

static enum MHD_Result handle(void *user, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *size, void **context)
{
    (void)user;
    (void)connection;
    (void)url;
    (void)version;
    kf_sb_call *call = *context;
    if (call == NULL)
        return MHD_NO;
    if (!call->begun) { /* only the headers came */
        call->begun = true;
        call->method = kf_sb_strdup(method);
        return call->method == NULL ? MHD_NO : MHD_YES;
    }
    if (*size > 0) {
        append_body(call, data, *size);
        *size = 0;
        return MHD_YES;
    }
    return answer(call);
}

/* Start and stop */

static bool add_credential(kf_sandbox *sandbox, size_t index, const char *scheme, const char *first, const char *second)
{
    if (first == NULL)
        return true;
    sandbox->credentials[index] = kf_sb_credential(scheme, first, second);
    return sandbox->credentials[index] != NULL;
}

static bool apply_options(kf_sandbox *sandbox, const kf_sandbox_options *options)
{
    const char *id = options->client_id == NULL ? KF_SANDBOX_CLIENT_ID : options->client_id;
    const char *secret = options->client_secret == NULL ? KF_SANDBOX_CLIENT_SECRET : options->client_secret;
    sandbox->max_page_size = options->max_page_size > 0 ? options->max_page_size : 1000;
    sandbox->delay_window_s = options->delay_window_s == 0 ? 300 : options->delay_window_s;
    sandbox->engine_token_life_ms = options->engine_token_life_ms > 0 ? options->engine_token_life_ms : 3600000;
    sandbox->on_request = options->on_request;
    sandbox->on_request_user = options->on_request_user;
    sandbox->client_certificates = options->tls_client_ca_pem != NULL;
    sandbox->webhook_url = kf_sb_strdup(options->webhook_url);
    return add_credential(sandbox, 0, "Bearer", id, secret) && add_credential(sandbox, 1, "Basic", id, secret) &&
           add_credential(sandbox, 2, "Bearer", options->token, NULL) &&
           add_credential(sandbox, 3, "Basic", options->username, options->password == NULL ? "" : options->password) &&
           (options->webhook_url == NULL || sandbox->webhook_url != NULL);
}

static kf_status listen_on(kf_sandbox *sandbox, const kf_sandbox_options *options, kf_error *error)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)options->port);
    bool tls = options->tls_certificate_pem != NULL;
    struct MHD_OptionItem items[8];
    size_t count = 0;
    items[count++] = (struct MHD_OptionItem){MHD_OPTION_SOCK_ADDR, 0, &address};
    if (tls) {
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)options->tls_certificate_pem};
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)options->tls_key_pem};
        if (options->tls_client_ca_pem != NULL)
            items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)options->tls_client_ca_pem};
    }
    items[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};

    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL;
    errno = 0;
    sandbox->daemon =
        MHD_start_daemon(flags | (tls ? MHD_USE_TLS : 0u), (uint16_t)options->port, NULL, NULL, handle, sandbox,
                         MHD_OPTION_URI_LOG_CALLBACK, begin_call, sandbox, MHD_OPTION_NOTIFY_COMPLETED, end_call, NULL,
                         MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_NOTIFY_CONNECTION, count_answers,
                         NULL, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    if (sandbox->daemon == NULL) {
        if (tls && errno == 0)
            return fail(error, KF_ERROR_ARGUMENT, "The sandbox cannot use the certificate and key it was given");
        return fail(error, KF_ERROR_CONNECT, "The sandbox cannot listen on port %d: %s", options->port,
                    strerror(errno));
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(sandbox->daemon, MHD_DAEMON_INFO_BIND_PORT);
    sandbox->port = info == NULL ? options->port : info->port;
    snprintf(sandbox->url, sizeof(sandbox->url), "%s://127.0.0.1:%d" KF_SB_BASE, tls ? "https" : "http", sandbox->port);
    snprintf(sandbox->flowable_url, sizeof(sandbox->flowable_url), "%s://127.0.0.1:%d%s", tls ? "https" : "http",
             sandbox->port, kf_fl_service.bases[0]);
    snprintf(sandbox->jbpm_url, sizeof(sandbox->jbpm_url), "%s://127.0.0.1:%d%s", tls ? "https" : "http", sandbox->port,
             kf_jb_service.bases[0]);
    snprintf(sandbox->smartflows_url, sizeof(sandbox->smartflows_url), "%s://127.0.0.1:%d%s", tls ? "https" : "http",
             sandbox->port, kf_sf_service.bases[0]);
    static const char *const patchworks[] = {"/patchworks", "/patchworks-start", "/patchworks/login"};
    for (size_t i = 0; i < sizeof(patchworks) / sizeof(patchworks[0]); i++)
        snprintf(sandbox->patchworks_urls[i], sizeof(sandbox->patchworks_urls[i]), "%s://127.0.0.1:%d%s",
                 tls ? "https" : "http", sandbox->port, patchworks[i]);
    return KF_OK;
}

/* Newer versions of libmicrohttpd look at the texts only when a client comes. */
static bool valid_pair(const char *certificate, const char *key)
{
    gnutls_certificate_credentials_t pair;
    const gnutls_datum_t texts[] = {{(unsigned char *)certificate, (unsigned int)strlen(certificate)},
                                    {(unsigned char *)key, (unsigned int)strlen(key)}};
    if (gnutls_certificate_allocate_credentials(&pair) != 0)
        return false;
    bool valid = gnutls_certificate_set_x509_key_mem(pair, &texts[0], &texts[1], GNUTLS_X509_FMT_PEM) >= 0;
    gnutls_certificate_free_credentials(pair);
    return valid;
}

static kf_status check_options(const kf_sandbox_options *options, kf_error *error)
{
    if (options->size != sizeof(*options))
        return fail(error, KF_ERROR_ARGUMENT, "The options of the sandbox must begin with KF_SANDBOX_OPTIONS_INIT");
    if (options->port < 0 || options->port > 65535)
        return fail(error, KF_ERROR_ARGUMENT, "The sandbox cannot listen on port %d", options->port);
    if ((options->tls_certificate_pem == NULL) != (options->tls_key_pem == NULL))
        return fail(error, KF_ERROR_ARGUMENT, "The sandbox needs both a certificate and its key for TLS");
    if (options->tls_key_pem != NULL && !valid_pair(options->tls_certificate_pem, options->tls_key_pem))
        return fail(error, KF_ERROR_ARGUMENT, "The certificate and key of the sandbox are not a pair in PEM form");
    if (options->tls_client_ca_pem != NULL && options->tls_certificate_pem == NULL)
        return fail(error, KF_ERROR_ARGUMENT, "The sandbox can check client certificates only over TLS");
    if (options->webhook_url != NULL && strchr(options->webhook_url, '?') != NULL)
        return fail(error, KF_ERROR_ARGUMENT, "The webhook's URL cannot have a query");
    if (options->webhook_url != NULL && strncmp(options->webhook_url, "http://", 7) != 0 &&
        strncmp(options->webhook_url, "https://", 8) != 0)
        return fail(error, KF_ERROR_ARGUMENT, "The webhook's URL begins neither with http:// nor with https://");
    return KF_OK;
}

kf_status kf_sandbox_start(const kf_sandbox_options *options, kf_sandbox **out, kf_error *error)
{
    static const kf_sandbox_options defaults = KF_SANDBOX_OPTIONS_INIT;
    kf_error own;
    if (error == NULL)
        error = &own;
    *error = (kf_error){.retry_after_ms = -1};
    if (out == NULL)
        return fail(error, KF_ERROR_ARGUMENT, "The sandbox needs a place to be returned to");
    *out = NULL;
    if (options == NULL)
        options = &defaults;
    kf_status status = check_options(options, error);
    if (status != KF_OK)
        return status;
    kf_sandbox *sandbox = calloc(1, sizeof(*sandbox));
    if (sandbox == NULL)
        return fail(error, KF_ERROR_MEMORY, "Memory is short");
    pthread_mutex_init(&sandbox->mutex, NULL);
    pthread_cond_init(&sandbox->changed, NULL);
    if (!kf_sb_routes_complete()) {
        status = fail(error, KF_ERROR_INTERNAL, "The library has operations that this sandbox does not know");
        goto failed;
    }
    size_t operations = 0;
    for (size_t i = 0; i < kf_sb_service_count; i++)
        operations += kf_sb_services[i]->service->operation_count;
    sandbox->requests = calloc(operations + 1, sizeof(*sandbox->requests));
    if (sandbox->requests == NULL || !apply_options(sandbox, options) || !kf_sb_seed(sandbox) ||
        !kf_fl_new(sandbox, options) || !kf_pw_new(sandbox, options) || !kf_sf_new(sandbox, options) ||
        !kf_jb_new(sandbox)) {
        status = fail(error, KF_ERROR_MEMORY, "Memory is short");
        goto failed;
    }
    if (!kf_sb_webhook_start(sandbox, error)) {
        status = error->status != KF_OK ? error->status : fail(error, KF_ERROR_MEMORY, "The webhook cannot be served");
        goto failed;
    }
    status = listen_on(sandbox, options, error);
    if (status != KF_OK)
        goto failed;
    *out = sandbox;
    return KF_OK;
failed:
    kf_sandbox_stop(sandbox);
    return status;
}

void kf_sandbox_stop(kf_sandbox *sandbox)
{
    if (sandbox == NULL)
        return;
    pthread_mutex_lock(&sandbox->mutex);
    sandbox->stopping = true;
    pthread_cond_broadcast(&sandbox->changed);
    pthread_mutex_unlock(&sandbox->mutex);
    if (sandbox->daemon != NULL)
        MHD_stop_daemon(sandbox->daemon);
    kf_sb_webhook_stop(sandbox);
    kf_sb_faults_free(sandbox);
    kf_sb_state_free(&sandbox->state);
    kf_fl_free(sandbox->flowable);
    kf_jb_free(sandbox->jbpm);
    kf_pw_free(sandbox->patchworks);
    kf_sf_free(sandbox->smartflows);
    kf_sb_vector_free(&sandbox->last_headers, free);
    for (size_t i = 0; i < 4; i++)
        free(sandbox->credentials[i]);
    free(sandbox->last_target);
    free(sandbox->requests);
    free(sandbox->webhook_url);
    pthread_cond_destroy(&sandbox->changed);
    pthread_mutex_destroy(&sandbox->mutex);
    free(sandbox);
}

const char *kf_sandbox_url(const kf_sandbox *sandbox)
{
    return sandbox->url;
}

int kf_sandbox_port(const kf_sandbox *sandbox)
{
    return sandbox->port;
}
