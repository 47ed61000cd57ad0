/* From a request to Flowable's operation: firewall, credentials, paths, media types; and the answers. */
#include "flowable.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEAD_MAX 8192 /* bytes of a request before its body */

static const char *const headers[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-XSS-Protection", "0"},
    {"Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"},
    {"Pragma", "no-cache"},
    {"Expires", "0"},
    {"X-Frame-Options", "DENY"},
    {NULL, NULL},
};

/* Answers */

static void set_reply(kf_sb_call *call, int status, char *text, size_t length, const char *type)
{
    free(call->reply);
    while (call->header_count > 0) /* of an answer that is not sent after all */
        free(call->headers[--call->header_count].value);
    call->status = status;
    call->reply = text;
    call->reply_length = length;
    call->close = status == 400 || status == 500;
    snprintf(call->reply_type, sizeof(call->reply_type), "%s", type);
}

void kf_fl_reply(kf_sb_call *call, int status, kf_fl_text *text)
{
    if (text->failed) {
        free(text->bytes);
        kf_sb_no_memory(call);
    } else {
        set_reply(call, status, text->bytes, text->length, "application/json");
    }
    *text = (kf_fl_text){0};
}

void kf_fl_empty(kf_sb_call *call, int status)
{
    set_reply(call, status, NULL, 0, "");
}

static void reply_page(kf_sb_call *call, int status, const char *page)
{
    char *copy = kf_sb_strdup(page);
    set_reply(call, status, copy, strlen(page), status == 400 ? "text/html;charset=utf-8" : "text/html;charset=UTF-8");
    call->no_memory = copy == NULL || !kf_sb_header(call, "Content-Language", "en");
}

static const char *message_of(int status)
{
    switch (status) {
    case 400:
        return "Bad request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not found";
    case 409:
        return "Conflict";
    case 415:
        return "Content is not supported";
    default:
        return "Internal server error";
    }
}

void kf_fl_error_slice(kf_sb_call *call, int status, const char *before, kf_fl_slice middle, const char *after)
{
    kf_fl_text text = {0};
    kf_fl_printf(&text, "{\"message\":\"%s\",\"exception\":\"", message_of(status));
    kf_fl_put_escaped(&text, kf_fl_slice_of(before));
    kf_fl_put_escaped(&text, middle);
    kf_fl_put_escaped(&text, kf_fl_slice_of(after));
    kf_fl_puts(&text, "\"}");
    kf_fl_reply(call, status, &text);
}

void kf_fl_error(kf_sb_call *call, int status, const char *exception)
{
    if (exception != NULL) {
        kf_fl_error_slice(call, status, exception, (kf_fl_slice){NULL, 0}, "");
        return;
    }
    kf_fl_text text = {0};
    kf_fl_printf(&text, "{\"message\":\"%s\"}", message_of(status));
    kf_fl_reply(call, status, &text);
}

void kf_fl_errorf(kf_sb_call *call, int status, const char *format, ...)
{
    char exception[1200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(exception, sizeof(exception), format, arguments);
    va_end(arguments);
    kf_fl_error(call, status, exception);
}

static void error(kf_sb_call *call, int status, const char *code, const char *message)
{
    (void)code;
    kf_fl_error(call, status, message);
}

void kf_fl_put_url(kf_fl_text *text, kf_sb_call *call, const char *path, const char *id)
{
    const char *host = kf_sb_request_header(call, "Host");
    kf_fl_puts(text, call->sandbox->flowable->tls ? "\"https://" : "\"http://");
    kf_fl_put_escaped(text, kf_fl_slice_of(host == NULL ? "127.0.0.1" : host));
    kf_fl_puts(text, path);
    kf_fl_puts(text, id);
    kf_fl_puts(text, "\"");
}

/* What comes before the operation */

static const char *find(const char *path, size_t length, const char *part)
{
    size_t size = strlen(part);
    for (size_t i = 0; i + size <= length; i++) {
        if (strncasecmp(path + i, part, size) == 0)
            return path + i;
    }
    return NULL;
}

static enum MHD_Result add_size(void *size, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    *(size_t *)size += strlen(name) + (value == NULL ? 0 : strlen(value)) + strlen(": \r\n");
    return MHD_YES;
}

/* Tomcat refuses some requests before Spring sees them, with a page of its own. */
static bool tomcat_refuses(const kf_sb_call *call, size_t length)
{
    const char *path = call->target;
    size_t size = strlen(call->method) + strlen(path) + strlen("  HTTP/1.1\r\n\r\n");
    MHD_get_connection_values(call->connection, MHD_HEADER_KIND, add_size, &size);
    if (size > HEAD_MAX)
        return true;
    for (const char *c = path; *c != '\0'; c++) {
        if ((unsigned char)*c >= 0x80 || strchr("\"<>[\\]^`{|}", *c) != NULL)
            return true;
    }
    for (size_t i = 0; i < length; i++) {
        if (path[i] == '%' && (strspn(path + i + 1, "0123456789abcdefABCDEF") < 2 || i + 2 >= length))
            return true;
    }
    return find(path, length, "%2f") != NULL || find(path, length, "%5c") != NULL || find(path, length, "%00") != NULL;
}

/* Spring's firewall lets no path through that could be read in two ways. */
static bool firewall_refuses(const char *path, size_t length)
{
    static const char *const parts[] = {"//", ";", "%3b", "%25", "%0a", "%0d", "%e2%80%a8", "%e2%80%a9"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (find(path, length, parts[i]) != NULL)
            return true;
    }
    for (size_t i = 0; i < length; i++) { /* segments "." and ".." */
        if (path[i] != '/')
            continue;
        size_t dots = 0, at = i + 1;
        while (at < length &&
               (path[at] == '.' || find(path + at, length - at < 3 ? length - at : 3, "%2e") == path + at)) {
            at += path[at] == '.' ? 1 : 3;
            dots++;
        }
        if ((dots == 1 || dots == 2) && (at == length || path[at] == '/'))
            return true;
    }
    return false;
}

static bool unauthorized(kf_sb_call *call)
{
    kf_fl_empty(call, 401);
    kf_sb_header(call, "WWW-Authenticate", "Basic realm=\"Realm\"");
    return false;
}

static const kf_fl_user *user_of(const kf_sb_call *call)
{
    const kf_flowable *flowable = call->sandbox->flowable;
    const char *given = kf_sb_request_header(call, "Authorization");
    for (size_t i = 0; i < sizeof(flowable->users) / sizeof(flowable->users[0]); i++) {
        if (kf_sb_authorized(given, flowable->users[i].authorization))
            return &flowable->users[i];
    }
    return NULL;
}

static bool knows(const kf_sb_call *call)
{
    return user_of(call) != NULL;
}

static bool is_known_method(const char *method)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (strcmp(method, methods[i]) == 0)
            return true;
    }
    return false;
}

/* False: refused, the answer is in the call. */
static bool admitted(kf_sb_call *call)
{
    size_t length = strcspn(call->target, "?");
    if (tomcat_refuses(call, length)) {
        reply_page(call, 400,
                   "<!doctype html><html lang=\"en\"><head><title>HTTP Status 400 \xe2\x80\x93 Bad Request"
                   "</title></head><body><h1>HTTP Status 400 \xe2\x80\x93 Bad Request</h1></body></html>");
        return false;
    }
    if (!is_known_method(call->method)) {
        kf_fl_empty(call, 400);
        if (strcmp(call->method, "TRACE") == 0)
            kf_sb_header(call, "Allow", "HEAD, DELETE, POST, GET, OPTIONS, PUT");
        return false;
    }
    if (firewall_refuses(call->target, length))
        return unauthorized(call);
    call->more_headers = headers;
    const kf_fl_user *user = user_of(call);
    if (user == NULL)
        return unauthorized(call);
    if (!user->may)
        kf_fl_empty(call, 403);
    return user->may;
}

/* The operation */

static bool accepts_json(const kf_sb_call *call)
{
    const char *accept = kf_sb_request_header(call, "Accept");
    return accept == NULL || *accept == '\0' || strstr(accept, "*/*") != NULL ||
           strstr(accept, "application/json") != NULL || strstr(accept, "application/*") != NULL;
}

/* An error for somebody who does not take JSON. */
static void refuse_plainly(kf_sb_call *call, int status)
{
    kf_fl_empty(call, status);
    if (strstr(kf_sb_request_header(call, "Accept"), "text/html") != NULL)
        reply_page(
            call, status,
            "<html><body><h1>Whitelabel Error Page</h1><p>This application has no explicit mapping for /error, so "
            "you are seeing this as a fallback.</p></body></html>");
}

static void no_endpoint(kf_sb_call *call)
{
    if (!accepts_json(call)) {
        refuse_plainly(call, 404);
        return;
    }
    int length = (int)strcspn(call->target, "?");
    kf_fl_errorf(call, 500, "No endpoint %s %.*s.", call->method, length < 500 ? length : 500, call->target);
}

/* Outside of the APIs it is Spring Boot that answers. */
static void not_found(kf_sb_call *call)
{
    kf_fl_text text = {0};
    char time[40];
    int64_t now = kf_fl_now(call->sandbox->flowable);
    kf_fl_time(now - now % 1000, time);
    kf_fl_printf(&text, "{\"timestamp\":\"%.19s.%03d+00:00\",\"status\":404,\"error\":\"Not Found\",\"path\":\"", time,
                 (int)(now % 1000));
    kf_fl_put_escaped(&text, (kf_fl_slice){call->target, strcspn(call->target, "?")});
    kf_fl_puts(&text, "\"}");
    kf_fl_reply(call, 404, &text);
    kf_sb_header(call, "Vary", "Origin");
    kf_sb_header(call, "Vary", "Access-Control-Request-Method");
    kf_sb_header(call, "Vary", "Access-Control-Request-Headers");
}

static void wrong_method(kf_sb_call *call, const char *allowed)
{
    if (strcmp(call->method, "OPTIONS") == 0) {
        kf_fl_empty(call, 200);
        kf_sb_header(call, "Allow", strcmp(allowed, "GET") == 0 ? "GET,HEAD,OPTIONS" : "POST,OPTIONS");
        kf_sb_header(call, "Accept-Patch", " ");
    } else if (!accepts_json(call)) {
        refuse_plainly(call, 405);
        kf_sb_header(call, "Allow", allowed);
    } else {
        kf_fl_errorf(call, 500, "Request method '%s' is not supported", call->method);
    }
}

/* Finds it by method and path; false: the answer is in the call. */
static bool find_operation(kf_sb_call *call)
{
    const char *method = strcmp(call->method, "HEAD") == 0 ? "GET" : call->method;
    const char *allowed = NULL;
    size_t count;
    for (size_t i = 0; i < flowable_service.operation_count && call->operation == NULL; i++) {
        const kf_operation *operation = &flowable_service.operations[i];
        if (!kf_sb_match(operation->path, call->path, NULL, &count))
            continue;
        if (strcmp(operation->method, method) == 0)
            call->operation = operation;
        allowed = operation->method;
    }
    if (call->operation == NULL) {
        if (allowed == NULL)
            no_endpoint(call);
        else
            wrong_method(call, allowed);
        return false;
    }
    kf_sb_match(call->operation->path, call->path, call->values, &call->value_count);
    for (size_t i = 0; i < call->value_count; i++)
        kf_sb_percent_decode((char *)call->values[i], false);
    return true;
}

static void route(kf_sb_call *call)
{
    const char *const *bases = call->service->bases;
    size_t base = 0;
    bool broken;
    while (bases[base] != NULL && !kf_sb_is_below(call->target, bases[base]))
        base++;
    if (!kf_sb_cut_path(call, base == 0 ? strlen(bases[0]) : 0))
        return;
    if (bases[base] == NULL)
        not_found(call);
    else if (base == 0 && find_operation(call))
        kf_sb_record_operation(call);
    else if (base != 0 && !kf_fl_process_route(call))
        no_endpoint(call);
    if (admitted(call))
        kf_sb_parse_query(call, &broken);
}

/* Media types */

static bool check_content_type(kf_sb_call *call)
{
    const char *given = kf_sb_request_header(call, "Content-Type");
    if (given == NULL && call->body_length == 0)
        return true; /* the missing body is what will be complained about */
    bool named = given != NULL;
    if (!named)
        given = "application/octet-stream";
    size_t length = strcspn(given, "; ");
    const char *slash = memchr(given, '/', length);
    if (slash == NULL) {
        kf_fl_errorf(call, 500, "Invalid mime type \"%.200s\": does not contain '/'", given);
        return false;
    }
    if (find(given, length, "*") != NULL) {
        kf_fl_errorf(call, 500, "Content-Type cannot contain wildcard %stype '*'", *given == '*' ? "" : "sub");
        return false;
    }
    bool json = strncasecmp(given, "application/", 12) == 0 &&
                ((length == 16 && strncasecmp(given + 12, "json", 4) == 0) ||
                 (length > 17 && strncasecmp(given + length - 5, "+json", 5) == 0));
    const char *parameters = given + length + strspn(given + length, "; ");
    if (!json)
        kf_fl_errorf(call, 500, "Content-Type '%.*s%s%.200s' is not supported", (int)(length < 200 ? length : 200),
                     given, named ? ";" : "", *parameters == '\0' && named ? "charset=UTF-8" : parameters);
    return json;
}

static bool check_accept(kf_sb_call *call)
{
    const char *accept = kf_sb_request_header(call, "Accept");
    if (accepts_json(call))
        return true;
    if (strchr(accept, '/') == NULL) {
        kf_fl_empty(call, 500);
        return false;
    }
    if (strstr(accept, "+json") != NULL) {
        kf_fl_error(call, 500, "No acceptable representation");
        snprintf(call->reply_type, sizeof(call->reply_type), "%.120s", accept);
        return false;
    }
    refuse_plainly(call, 406);
    kf_sb_header(call, "Accept", "application/json");
    return false;
}

static void dispatch(kf_sb_call *call)
{
    kf_flowable *flowable = call->sandbox->flowable;
    kf_fl_tick(flowable);
    locale_t former = uselocale(flowable->locale); /* decimal points, whatever the program prefers */
    if (!check_accept(call))
        goto done;
    if (call->body_too_large) {
        kf_fl_error(call, 500, "The body is too large");
        goto done;
    }
    if (call->handler != NULL)
        call->handler(call);
    else if (call->operation->body == NULL || check_content_type(call))
        kf_sb_handler_of(call->service, call->operation->name)(call);
done:
    uselocale(former);
}

static const kf_sb_binding routes[] = {
    {"acquireAndLockJobs", kf_fl_acquire},
    {"bpmnErrorJob", kf_fl_bpmn_error},
    {"terminateCmmnJob", kf_fl_cmmn_terminate},
    {"completeJob", kf_fl_complete},
    {"failJob", kf_fl_fail},
    {"listExternalWorkerJobs", kf_fl_list_jobs},
    {"getExternalWorkerJob", kf_fl_get_job},
    {"unacquireJobs", kf_fl_unacquire_all},
    {"unaquireJob", kf_fl_unacquire},
};

const kf_sb_service kf_fl_service = {
    .service = &flowable_service,
    .bases = {"/external-job-api", "/process-api", "/cmmn-api"},
    .routes = routes,
    .route_count = sizeof(routes) / sizeof(routes[0]),
    .answers_max = 100,
    .knows = knows,
    .route = route,
    .dispatch = dispatch,
    .error = error,
};
