/**
 * @file transport.h
 * What carries one request to the server and its answer back. libcurl does, unless a test puts its own in.
 *
 * A transport of your own also brings the clock and the dice, so that every schedule of retries can be tested without
 * waiting. It must outlive the client and its scopes; its functions are called by several threads at once if several
 * use the client. A cancel does not reach a `perform` of your own: it counts when that returns.
 */
#ifndef KUFLOW_TRANSPORT_H
#define KUFLOW_TRANSPORT_H

#include "kuflow/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One attempt of a request. Everything is borrowed during kf_transport.perform. */
typedef struct kf_exchange {
    const char *method;
    const char *url;
    const kf_pair *headers; /**< Authorization included: do not log them. */
    size_t header_count;
    kf_read_fn read_body; /**< NULL without body. */
    int64_t body_length;  /**< -1 when not known; 0 without body. */
    void *read_user;
    int64_t timeout_ms; /**< For this attempt; -1 for none. */
    int64_t idle_ms;    /**< So long without a byte in either direction ends it; -1 for none. */

    /** To be called for each header of the final answer, then for each piece of the body. A return other than 0 means:
     *  stop here. */
    int (*on_status)(int http_status, void *user);
    int (*on_header)(const char *name, const char *value, void *user);
    int (*on_body)(const char *data, size_t size, void *user);
    void *user;

    /* The outcome, written by the transport. */
    bool sent;     /**< At least one byte of the request may have left. True unless the transport says otherwise. */
    bool complete; /**< The answer came whole. */
    int code;      /**< A CURLcode; 0 for success. */
    char message[256];
} kf_exchange;

/** A transport. NULL functions stand for the library's own. */
typedef struct kf_transport {
    /** Carries out one exchange. @return KF_OK when an answer came whole, whatever its status; else KF_ERROR_CONNECT,
     *  KF_ERROR_TLS, KF_ERROR_TRANSPORT, KF_ERROR_TIMEOUT, KF_ERROR_CANCELLED, KF_ERROR_MEMORY. */
    kf_status (*perform)(kf_exchange *exchange, void *user);
    /** Milliseconds on a clock that never goes back. */
    int64_t (*monotonic_ms)(void *user);
    /** Milliseconds since 1970, for `Retry-After` dates. */
    int64_t (*wall_ms)(void *user);
    /** Waits. */
    void (*sleep_ms)(int64_t milliseconds, void *user);
    /** A random number over the whole range. */
    uint64_t (*random)(void *user);
    void *user;
} kf_transport;

#ifdef __cplusplus
}
#endif
#endif
