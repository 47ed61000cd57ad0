#define _DEFAULT_SOURCE 1
#include "http/handle.h"

#include <stdio.h>
#include <string.h>

static kf_status status_of(CURLcode code, bool sent)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
#if LIBCURL_VERSION_NUM >= 0x074900
    case CURLE_PROXY:
#endif
        return sent ? KF_ERROR_TRANSPORT : KF_ERROR_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return sent ? KF_ERROR_TRANSPORT : KF_ERROR_TLS;
    case CURLE_OPERATION_TIMEDOUT:
        return KF_ERROR_TIMEOUT;
    case CURLE_OUT_OF_MEMORY:
        return KF_ERROR_MEMORY;
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE: /* a line of the headers, above a limit of libcurl's own */
        return KF_ERROR_LIMIT;
#endif
    case CURLE_UNSUPPORTED_PROTOCOL: /* also for an answer that is not HTTP */
        return sent ? KF_ERROR_TRANSPORT : KF_ERROR_INTERNAL;
    case CURLE_FAILED_INIT:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_BAD_FUNCTION_ARGUMENT:
        return KF_ERROR_INTERNAL;
    default:
        break;
    }
    return KF_ERROR_TRANSPORT;
}

/* Why there is no connection, in the system's own words. */
static const char *connect_reason(const kf_handle *handle, CURLcode code, char *buffer, size_t size)
{
    long number = 0;
    if (code == CURLE_COULDNT_RESOLVE_HOST)
        return "the name cannot be resolved";
    if (code == CURLE_COULDNT_RESOLVE_PROXY)
        return "the proxy's name cannot be resolved";
    if (code == CURLE_COULDNT_CONNECT && curl_easy_getinfo(handle->easy, CURLINFO_OS_ERRNO, &number) == CURLE_OK &&
        number != 0 && strerror_r((int)number, buffer, size) == 0)
        return buffer;
    return curl_easy_strerror(code);
}

/* libcurl's own words, where they are known to have no more than names of hosts and numbers in them. */
static const char *own_words(const kf_handle *handle, CURLcode code)
{
    switch (code) {
    case CURLE_SSL_CACERT_BADFILE:
        return "the certificates of ca_file or ca_pem cannot be read";
    case CURLE_SSL_CERTPROBLEM:
        return "the client certificate or its key cannot be used";
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_BAD_CONTENT_ENCODING:
        if (handle->message[0] != '\0')
            return handle->message;
        break;
    default:
        break;
    }
    return curl_easy_strerror(code);
}

static kf_status describe_stop(const kf_handle *handle, const char **words)
{
    switch (handle->stop) {
    case KF_STOP_HEADERS:
        *words = "the answer's headers are longer than max_header_bytes";
        return KF_ERROR_LIMIT;
    case KF_STOP_READ:
        *words = "the body could not be read";
        return KF_ERROR_IO;
    case KF_STOP_RESEND:
        *words = "the server closed the connection without an answer";
        return KF_ERROR_TRANSPORT;
    case KF_STOP_MEMORY:
        *words = "out of memory";
        return KF_ERROR_MEMORY;
    case KF_STOP_CALLER:
    case KF_STOP_STRAY: /* never seen from outside */
    case KF_STOP_NONE:
        break;
    }
    *words = "stopped";
    return KF_ERROR_TRANSPORT;
}

kf_status kf_describe_failure(const kf_handle *handle, CURLcode code, const char *authority, kf_exchange *exchange)
{
    char *message = exchange->message;
    size_t size = sizeof(exchange->message);
    char reason[128];
    const char *words;
    if (handle->stop != KF_STOP_NONE) {
        kf_status status = describe_stop(handle, &words);
        snprintf(message, size, "%s", words);
        return status;
    }
    if (code == CURLE_OK) {
        snprintf(message, size, "the answer ended inside its headers");
        return KF_ERROR_TRANSPORT;
    }
    kf_status status = status_of(code, exchange->sent);
    switch (status) {
    case KF_ERROR_CONNECT:
        snprintf(message, size, "cannot connect to %.80s%s: %.140s", authority,
                 handle->options->proxy != NULL && *handle->options->proxy != '\0' ? " through the proxy" : "",
                 connect_reason(handle, code, reason, sizeof(reason)));
        break;
    case KF_ERROR_TLS:
        snprintf(message, size, "no TLS connection to %.80s: %.140s", authority, own_words(handle, code));
        break;
    case KF_ERROR_TIMEOUT:
        snprintf(message, size,
                 !exchange->sent                 ? "cannot connect to %.80s in time"
                 : handle->head == KF_HEAD_START ? "%.80s did not answer in time"
                                                 : "%.80s did not finish its answer in time",
                 authority);
        break;
    case KF_ERROR_LIMIT:
        snprintf(message, size, "a header of the %s is longer than libcurl takes",
                 exchange->sent ? "answer" : "request");
        break;
    case KF_ERROR_MEMORY: /* libcurl before 8.6 says so of a header above 100 KB, too */
        snprintf(message, size, "out of memory%s",
                 exchange->sent && handle->head != KF_HEAD_DONE
                     ? ", or a header of the answer is longer than libcurl takes"
                     : "");
        break;
    default:
        if (code == CURLE_PARTIAL_FILE)
            snprintf(message, size, "the answer of %.80s is cut short: %.140s", authority, own_words(handle, code));
        else if (code == CURLE_UNSUPPORTED_PROTOCOL)
            snprintf(message, size, "the answer of %.80s is not HTTP", authority);
        else if (code == CURLE_WEIRD_SERVER_REPLY)
            snprintf(message, size, "the answer of %.80s is not valid HTTP", authority);
        else if (code == CURLE_GOT_NOTHING)
            snprintf(message, size, "%.80s closed the connection without an answer", authority);
        else
            snprintf(message, size, "the connection to %.80s failed: %.140s", authority, own_words(handle, code));
    }
    return status;
}
