#define _DEFAULT_SOURCE 1
#include "http/perform.h"

#include "core/fail.h"
#include "http/body.h"
#include "http/handle.h"
#include "http/pipe.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* libcurl's own writes need no guard: it sends without signals. Those of a TLS library may. */
static bool may_use_tls(const kf_handle *handle, const char *url)
{
    const char *proxy = handle->options->proxy;
    return strncmp(url, "http:", 5) != 0 || (proxy != NULL && strncasecmp(proxy, "https", 5) == 0);
}

/* The header lines as one list without an allocation each. An empty value is written with a semicolon: so libcurl asks
 * for it. A name with a colon only takes away what libcurl would send by itself. */
static bool put_headers(kf_handle *handle, const kf_exchange *exchange, bool post)
{
    size_t count = exchange->header_count + 4;
    if (count > handle->node_capacity) {
        struct curl_slist *nodes = realloc(handle->nodes, count * sizeof(*nodes));
        if (nodes == NULL)
            return false;
        handle->nodes = nodes;
        handle->node_capacity = count;
    }
    size_t size = 1;
    for (size_t i = 0; i < exchange->header_count; i++)
        size += strlen(exchange->headers[i].name) + strlen(exchange->headers[i].value) + 3;
    handle->lines.length = 0;
    handle->lines.failed = false;
    handle->lines.secret = true;
    if (!kf_buffer_reserve(&handle->lines, size)) /* so that the texts do not move any more */
        return false;
    size_t used = 0;
    bool content_type = false, encoding = false;
    for (size_t i = 0; i < exchange->header_count; i++) {
        const kf_pair *header = &exchange->headers[i];
        const char *value = header->value + strspn(header->value, " \t"); /* of nothing but blanks libcurl sends none */
        handle->nodes[used++].data = handle->lines.data + handle->lines.length;
        content_type |= kf_header_name_equal(header->name, "Content-Type");
        encoding |= kf_header_name_equal(header->name, "Accept-Encoding");
        kf_buffer_text(&handle->lines, header->name);
        kf_buffer_text(&handle->lines, *value != '\0' ? ": " : ";");
        kf_buffer_append(&handle->lines, value, strlen(value) + 1);
    }
    bool body = exchange->read_body != NULL;
    /* As libcurl would, but without its composing the line anew for each request. */
    if (!encoding && handle->gzip)
        handle->nodes[used++].data = (char *)"Accept-Encoding: gzip";
    if (post)
        handle->nodes[used++].data = (char *)"Expect:";
    if (post && !content_type)
        handle->nodes[used++].data = (char *)"Content-Type:";
    if (body && exchange->body_length < 0)
        handle->nodes[used++].data = (char *)"Transfer-Encoding: chunked";
    for (size_t i = 0; i < used; i++)
        handle->nodes[i].next = i + 1 < used ? &handle->nodes[i + 1] : NULL;
    return curl_easy_setopt(handle->easy, CURLOPT_HTTPHEADER, used > 0 ? handle->nodes : NULL) == CURLE_OK;
}

/* Method and body. A handle remembers what it was set to, so that the usual GET after GET sets nothing. */
static bool put_method(kf_handle *handle, const kf_exchange *exchange, bool post)
{
    CURL *easy = handle->easy;
    const char *method = exchange->method;
    if (!post && !handle->had_body && strcmp(handle->method, method) == 0)
        return true;
    const kf_memory_body *memory = exchange->read_body == kf_memory_body_read ? exchange->read_user : NULL;
    bool stream = exchange->read_body != NULL && memory == NULL;
    bool head = strcmp(method, "HEAD") == 0;
    bool native = post ? strcmp(method, "POST") == 0 : head || strcmp(method, "GET") == 0;
    const char *data = stream || !post ? NULL : memory != NULL && memory->data != NULL ? memory->data : "";
    curl_off_t length = stream ? (curl_off_t)exchange->body_length : memory != NULL ? (curl_off_t)memory->length : 0;
    /* POSTFIELDS makes it a POST, whatever it was: so the method comes after it. */
    bool good = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, data) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, post ? length : (curl_off_t)-1) == CURLE_OK;
    good &= curl_easy_setopt(easy, post ? CURLOPT_POST : CURLOPT_HTTPGET, 1L) == CURLE_OK;
    if (head && !post)
        good &= curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, native ? NULL : method) == CURLE_OK;
    handle->had_body = post;
    snprintf(handle->method, sizeof(handle->method), "%s", good ? method : "");
    return good;
}

/* The origin, which stays, and what stands in the request line. So libcurl has less to take apart each time; and 7.88
 * sends a request without its query when memory runs out while it does that. A proxy that is asked for http:// wants the
 * whole URL. */
static bool put_url(kf_handle *handle, const char *url)
{
    const char *proxy = handle->options->proxy;
    bool whole =
        proxy != NULL && *proxy != '\0' && strncasecmp(proxy, "socks", 5) != 0 && strncmp(url, "http:", 5) == 0;
    const char *path = strchr(strstr(url, "://") + 3, '/');
    size_t length = (size_t)(path - url);
    if (handle->origin.length != length || memcmp(handle->origin.data, url, length) != 0) {
        handle->origin.length = 0;
        handle->origin.failed = false;
        if (!kf_buffer_append(&handle->origin, url, length) ||
            curl_easy_setopt(handle->easy, CURLOPT_URL, handle->origin.data) != CURLE_OK) {
            handle->origin.length = 0;
            return false;
        }
    }
    return curl_easy_setopt(handle->easy, CURLOPT_REQUEST_TARGET, whole ? url : path) == CURLE_OK;
}

/* 0, none for libcurl, for a negative time. */
static long whole_seconds(int64_t milliseconds)
{
    int64_t seconds = milliseconds / 1000 + (milliseconds % 1000 != 0 ? 1 : 0);
    return milliseconds < 0 ? 0 : seconds > 1000000 ? 1000000L : (long)seconds;
}

static bool put_request(kf_handle *handle, kf_exchange *exchange, const kf_perform_options *options)
{
    const char *method = exchange->method;
    bool post = exchange->read_body != NULL || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
                strcmp(method, "PATCH") == 0;
    bool good =
        put_url(handle, exchange->url) && put_headers(handle, exchange, post) && put_method(handle, exchange, post);
    if (handle->timeout_ms != exchange->timeout_ms) {
        long timeout = exchange->timeout_ms < 0          ? 0
                       : exchange->timeout_ms > LONG_MAX ? LONG_MAX
                                                         : (long)exchange->timeout_ms;
        good &= curl_easy_setopt(handle->easy, CURLOPT_TIMEOUT_MS, timeout) == CURLE_OK;
        handle->timeout_ms = exchange->timeout_ms;
    }
    if (handle->idle_ms != exchange->idle_ms) {
        good &= curl_easy_setopt(handle->easy, CURLOPT_LOW_SPEED_TIME, whole_seconds(exchange->idle_ms)) == CURLE_OK;
        handle->idle_ms = exchange->idle_ms;
    }
    if (handle->once != options->once) {
        /* What must not be sent twice goes over a connection that the server has hardly had time to close; a libcurl
         * that cannot be stopped from sending again gets a new one. */
        good &= curl_easy_setopt(handle->easy, CURLOPT_MAXAGE_CONN, options->once ? 3L : 110L) == CURLE_OK;
        if (!handle->has_prereq)
            good &= curl_easy_setopt(handle->easy, CURLOPT_FRESH_CONNECT, options->once ? 1L : 0L) == CURLE_OK;
        handle->once = options->once;
    }
    handle->exchange = exchange;
    handle->scratch.failed = false;
    handle->head = KF_HEAD_START;
    handle->head_bytes = 0;
    handle->requests = 0;
    handle->stop = KF_STOP_NONE;
    handle->message[0] = '\0';
    return good;
}

/* Runs the transfer until it ends or is cancelled. */
static CURLcode run(kf_handle *handle, kf_waiter *waiter, bool *cancelled)
{
    int running = 1;
    CURLMcode code = curl_multi_add_handle(handle->multi, handle->easy);
    if (code != CURLM_OK)
        return code == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT;
    kf_waiter_attach(waiter, handle->multi);
    while (code == CURLM_OK) {
        if (kf_waiter_cancelled(waiter)) {
            *cancelled = true;
            break;
        }
        code = curl_multi_perform(handle->multi, &running);
        if (code != CURLM_OK || running == 0)
            break;
        code = curl_multi_poll(handle->multi, NULL, 0, 1000, NULL);
    }
    kf_waiter_attach(waiter, NULL);
    CURLcode result = code == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT;
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(handle->multi, &left)) != NULL;)
        if (message->msg == CURLMSG_DONE)
            result = message->data.result;
    curl_multi_remove_handle(handle->multi, handle->easy);
    return result;
}

/* When a kept connection dies before any answer, libcurl sends the request again by itself; but it counts how often over
 * the whole life of a handle, and every sixth time it gives up instead. */
static bool gave_up_resending(const kf_handle *handle, CURLcode code)
{
    long connects = 1;
    curl_easy_getinfo(handle->easy, CURLINFO_NUM_CONNECTS, &connects);
    return (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR) && connects == 0 && handle->head == KF_HEAD_START &&
           handle->stop == KF_STOP_NONE && kf_handle_may_resend(handle);
}

/* Before libcurl is about to send the request itself, the bytes were those of a proxy's CONNECT. */
static bool request_sent(const kf_handle *handle)
{
    long bytes = 0;
    if (handle->has_prereq && handle->requests == 0)
        return false;
    return curl_easy_getinfo(handle->easy, CURLINFO_REQUEST_SIZE, &bytes) != CURLE_OK || bytes > 0;
}

kf_status kf_pool_perform(kf_pool *pool, kf_exchange *exchange, const kf_perform_options *options)
{
    kf_pipe_guard guard;
    bool cancelled = false;
    exchange->sent = false;
    exchange->complete = false;
    exchange->code = 0;
    exchange->message[0] = '\0';
    kf_handle *handle = kf_pool_take(pool);
    if (handle == NULL) {
        snprintf(exchange->message, sizeof(exchange->message),
                 "libcurl gave no handle: memory is short, or it refused an option");
        exchange->code = CURLE_OUT_OF_MEMORY;
        return KF_ERROR_MEMORY;
    }
    guard.active = false;
    if (handle->signals && may_use_tls(handle, exchange->url))
        kf_pipe_guard_begin(&guard);
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (put_request(handle, exchange, options)) {
        code = run(handle, options->waiter, &cancelled);
        bool stray = handle->stop == KF_STOP_STRAY;
        if (stray) { /* libcurl has closed that connection */
            handle->stop = KF_STOP_NONE;
            handle->local_port = 0;
        }
        if (!cancelled && (stray || gave_up_resending(handle, code)))
            code = run(handle, options->waiter, &cancelled);
        exchange->sent = request_sent(handle);
    }
    if (handle->lines.data != NULL)
        explicit_bzero(handle->lines.data, handle->lines.length);
    handle->exchange = NULL;
    handle->ended_at = kf_handle_now();
    exchange->code = (int)code;
    exchange->complete = code == CURLE_OK && handle->head == KF_HEAD_DONE;
    kf_status status = KF_OK;
    if (cancelled) {
        status = KF_ERROR_CANCELLED;
        exchange->code = 0;
        snprintf(exchange->message, sizeof(exchange->message), "the call was cancelled");
    } else if (!exchange->complete) {
        status = kf_describe_failure(handle, code, options->authority, exchange);
    }
    kf_pool_give_back(pool, handle);
    kf_pipe_guard_end(&guard);
    return status;
}
