#define _DEFAULT_SOURCE 1
#include "http/handle.h"

#include "http/body.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

/* "HTTP/1.1 200 OK": the number, or 0. */
static int status_of_line(const char *line)
{
    if (strncasecmp(line, "HTTP/", 5) != 0)
        return 0;
    const char *at = strchr(line, ' ');
    if (at == NULL)
        return 0;
    at += strspn(at, " ");
    if (strspn(at, "0123456789") != 3)
        return 0;
    return (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
}

static bool begin_head(kf_handle *handle)
{
    int status = status_of_line(handle->scratch.data);
    if (status >= 100 && status < 200) {
        handle->head = KF_HEAD_INFORMATIONAL;
        return true;
    }
    handle->head = KF_HEAD_FINAL;
    return handle->exchange->on_status(status, handle->exchange->user) == 0;
}

/* One line of a header block, without its end; it stands in the scratch buffer. */
static bool take_line(kf_handle *handle)
{
    char *line = handle->scratch.data;
    size_t length = handle->scratch.length;
    if (handle->head == KF_HEAD_START)
        return begin_head(handle);
    if (length == 0) {
        handle->head = handle->head == KF_HEAD_FINAL ? KF_HEAD_DONE : KF_HEAD_START;
        return true;
    }
    char *colon = strchr(line, ':');
    if (handle->head != KF_HEAD_FINAL || colon == NULL || colon == line || *line == ' ' || *line == '\t')
        return true;
    char *value = colon + 1 + strspn(colon + 1, " \t");
    char *end = line + length;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    *colon = '\0';
    return handle->exchange->on_header(line, value, handle->exchange->user) == 0;
}

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
    kf_handle *handle = user;
    size_t length = size * count;
    handle->head_bytes += length;
    if (handle->head_bytes > handle->options->max_header_bytes) {
        handle->stop = KF_STOP_HEADERS;
        return 0;
    }
    if (handle->head == KF_HEAD_DONE)
        return length; /* trailers, which libcurl keeps */
    size_t text = length;
    while (text > 0 && (data[text - 1] == '\n' || data[text - 1] == '\r'))
        text--;
    handle->scratch.length = 0;
    if (!kf_buffer_append(&handle->scratch, data, text) || handle->scratch.data == NULL) {
        handle->stop = KF_STOP_MEMORY;
        return 0;
    }
    if (take_line(handle))
        return length;
    handle->stop = KF_STOP_CALLER;
    return 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    kf_handle *handle = user;
    if (handle->exchange->on_body(data, size * count, handle->exchange->user) == 0)
        return size * count;
    handle->stop = KF_STOP_CALLER;
    return size * count == 0 ? 1 : 0;
}

static size_t on_read(char *buffer, size_t size, size_t count, void *user)
{
    kf_handle *handle = user;
    kf_exchange *exchange = handle->exchange;
    if (exchange->read_body == NULL)
        return 0;
    int64_t length = exchange->read_body(buffer, size * count, exchange->read_user);
    if (length >= 0 && (size_t)length <= size * count)
        return (size_t)length;
    handle->stop = KF_STOP_READ;
    return CURL_READFUNC_ABORT;
}

int64_t kf_handle_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool kf_handle_may_resend(const kf_handle *handle)
{
    const kf_exchange *exchange = handle->exchange;
    long sent = 0;
    /* A body that is read cannot be rewound from here: the next attempt does it. */
    bool stream = exchange->read_body != NULL && exchange->read_body != kf_memory_body_read;
    curl_easy_getinfo(handle->easy, CURLINFO_REQUEST_SIZE, &sent);
    return (!handle->once && !stream) || sent == 0;
}

#if LIBCURL_VERSION_NUM >= 0x075000
/* So long after an answer nothing of it is on the way any more. */
#define STRAY_PAUSE_MS 20

static int on_socket(void *user, curl_socket_t socket, curlsocktype purpose)
{
    kf_handle *handle = user;
    (void)purpose;
    handle->socket = socket;
    return CURL_SOCKOPT_OK;
}

/* Whether the new connection with that local port is that of the socket. It is not when several were tried at once. */
static bool is_own_port(curl_socket_t socket, int local_port)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } own = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t size = sizeof(own);
    if (getsockname(socket, &own.any, &size) != 0)
        return false;
    return ntohs(own.any.sa_family == AF_INET6 ? own.v6.sin6_port : own.v4.sin_port) == local_port;
}

/* Whether bytes came on a kept connection after its last answer: a 408, say, from a server that got tired of waiting.
 * libcurl before 8.0 would take them for the answer to the next request. Looks at the connection that was opened last,
 * as a handle seldom has another; and only after a pause, as it costs a call of the system. */
static bool has_stray_bytes(kf_handle *handle, int local_port)
{
    long connects = 1;
    char byte;
    curl_easy_getinfo(handle->easy, CURLINFO_NUM_CONNECTS, &connects);
    if (connects > 0) {
        handle->local_port = is_own_port(handle->socket, local_port) ? local_port : 0;
        return false;
    }
    return local_port == handle->local_port && kf_handle_now() - handle->ended_at > STRAY_PAUSE_MS &&
           recv(handle->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* Called when a connection stands and the request is about to leave. When a kept connection dies before any answer,
 * libcurl sends the request again on a new one, whatever its method. */
static int on_request(void *user, char *ip, char *local_ip, int port, int local_port)
{
    kf_handle *handle = user;
    (void)ip, (void)local_ip, (void)port;
    if (has_stray_bytes(handle, local_port) && handle->requests == 0) {
        handle->stop = KF_STOP_STRAY;
        return CURL_PREREQFUNC_ABORT;
    }
    if (handle->requests++ == 0 || kf_handle_may_resend(handle))
        return CURL_PREREQFUNC_OK;
    handle->stop = KF_STOP_RESEND;
    return CURL_PREREQFUNC_ABORT;
}
#endif

#define SET(option, value) good &= curl_easy_setopt(easy, (option), (value)) == CURLE_OK

static bool set_protocols(CURL *easy, const kf_connection_options *options)
{
    bool good = true;
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, options->allow_http ? "http,https" : "https");
#else
    SET(CURLOPT_PROTOCOLS, options->allow_http ? (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS) : (long)CURLPROTO_HTTPS);
#endif
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_HTTP09_ALLOWED, 0L);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_TRANSFER_ENCODING, 0L);
    /* Set also when empty: else libcurl would read them from the environment. */
    SET(CURLOPT_PROXY, options->proxy != NULL ? options->proxy : "");
    SET(CURLOPT_NOPROXY, "");
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE); /* our headers are not for the proxy */
    return good;
}

static bool set_times(CURL *easy, const kf_connection_options *options)
{
    bool good = true;
    int64_t connect = options->connect_timeout_ms;
    /* 0 would be libcurl's own limit of five minutes. */
    SET(CURLOPT_CONNECTTIMEOUT_MS, connect < 0 || connect > 2000000000 ? 2000000000L : (long)connect);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_MAXAGE_CONN, 110L);
#if LIBCURL_VERSION_NUM >= 0x075000
    SET(CURLOPT_MAXLIFETIME_CONN, 600L); /* so that a name that moved is found again */
#endif
    SET(CURLOPT_LOW_SPEED_LIMIT, 1L); /* its time comes with each request */
    SET(CURLOPT_BUFFERSIZE, 65536L);
    return good;
}

static bool set_tls(CURL *easy, const kf_connection_options *options)
{
    bool good = true;
    SET(CURLOPT_SSL_VERIFYPEER, options->tls_insecure_no_verify ? 0L : 1L);
    SET(CURLOPT_SSL_VERIFYHOST, options->tls_insecure_no_verify ? 0L : 2L);
    SET(CURLOPT_SSLVERSION,
        options->tls_version == KF_TLS_1_3 ? (long)CURL_SSLVERSION_TLSv1_3 : (long)CURL_SSLVERSION_TLSv1_2);
    if (options->ca_file != NULL || options->ca_pem != NULL) {
        SET(CURLOPT_CAINFO, options->ca_file);
        SET(CURLOPT_CAPATH, NULL); /* these, and not the system's beside them */
    }
    if (options->ca_pem != NULL) {
#if LIBCURL_VERSION_NUM >= 0x074d00
        struct curl_blob pem = {options->ca_pem, strlen(options->ca_pem), CURL_BLOB_NOCOPY};
        SET(CURLOPT_CAINFO_BLOB, &pem);
#else
        good = false;
#endif
    }
    if (options->client_cert_file != NULL)
        SET(CURLOPT_SSLCERT, options->client_cert_file);
    if (options->client_key_file != NULL)
        SET(CURLOPT_SSLKEY, options->client_key_file);
    if (options->client_key_password != NULL)
        SET(CURLOPT_KEYPASSWD, options->client_key_password);
    return good;
}

bool kf_handle_setup(kf_handle *handle)
{
    CURL *easy = handle->easy;
    const kf_connection_options *options = handle->options;
    bool good = set_protocols(easy, options) && set_times(easy, options) && set_tls(easy, options);
    /* What comes encoded is decoded, in any way that libcurl knows; asked for is just the usual one. */
    handle->gzip = (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_LIBZ) != 0;
    SET(CURLOPT_ACCEPT_ENCODING, handle->gzip ? "gzip" : "");
    SET(CURLOPT_ERRORBUFFER, handle->message);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, handle);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, handle);
    SET(CURLOPT_READFUNCTION, on_read);
    SET(CURLOPT_READDATA, handle);
#if LIBCURL_VERSION_NUM >= 0x075000
    handle->has_prereq = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request) == CURLE_OK &&
                         curl_easy_setopt(easy, CURLOPT_PREREQDATA, handle) == CURLE_OK;
    SET(CURLOPT_SOCKOPTFUNCTION, on_socket);
    SET(CURLOPT_SOCKOPTDATA, handle);
#endif
    return good;
}
