/**
 * @file error.h
 * Status codes, and the error that a call fills in.
 */
#ifndef KUFLOW_ERROR_H
#define KUFLOW_ERROR_H

#include "kuflow/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The result of every call that can fail. The numbers never change; new ones are added at the end. */
typedef enum kf_status {
    KF_OK = 0,
    KF_ERROR_MEMORY = 1,     /**< An allocation failed. Nothing is half done and nothing leaked. */
    KF_ERROR_ARGUMENT = 2,   /**< The caller's input is wrong; `message` says what and where. Nothing was
                                  sent, but for attempts before one that a hook has spoilt. */
    KF_ERROR_CANCELLED = 3,  /**< kf_cancel_trigger(), a progress callback or a stop ended the call. */
    KF_ERROR_TIMEOUT = 4,    /**< A time limit ended the call or its last attempt. */
    KF_ERROR_CONNECT = 5,    /**< No connection: name, address, refused. The last attempt sent nothing. */
    KF_ERROR_TLS = 6,        /**< The server's certificate, or the agreement on TLS, was refused. The last
                                  attempt sent nothing. */
    KF_ERROR_TRANSPORT = 7,  /**< The connection broke, or the answer came incomplete or was not HTTP. */
    KF_ERROR_AUTH = 8,       /**< HTTP 401, or the token provider failed. */
    KF_ERROR_FORBIDDEN = 9,  /**< HTTP 403. */
    KF_ERROR_NOT_FOUND = 10, /**< HTTP 404 or 410. */
    KF_ERROR_CONFLICT = 11,  /**< HTTP 409 or 412. */
    KF_ERROR_REJECTED = 12,  /**< Another 3xx or 4xx: the server does not accept the request as it is. */
    KF_ERROR_THROTTLED = 13, /**< HTTP 429: too many requests. */
    KF_ERROR_SERVER = 14,    /**< HTTP 5xx. */
    KF_ERROR_DECODE = 15,    /**< The text is not valid JSON, or does not fit its type; `message` names the place. */
    KF_ERROR_ENCODE = 16,    /**< The struct cannot be sent as it is: a required member is missing, a text is not UTF-8. */
    KF_ERROR_LIMIT = 17,     /**< A limit of the options was passed: size of an answer, depth of JSON; or
                                  one of the library's own. */
    KF_ERROR_IO = 18,        /**< Reading or writing a file or stream of the caller failed. */
    KF_ERROR_INTERNAL = 19   /**< libcurl could not be set up. */
} kf_status;

/** The name of a status, for example "KF_ERROR_TIMEOUT". The text is static; an unknown number gives "KF_ERROR_UNKNOWN". */
KF_API const char *kf_status_name(kf_status status);

/** One sentence that says what a status means. The text is static. */
KF_API const char *kf_status_text(kf_status status);

/**
 * What happened in a call. A plain struct on the caller's stack: nothing to free, nothing shared between threads.
 *
 * Every call that takes a `kf_error *` accepts NULL, and otherwise fills all of it, also on success: then `status` is
 * KF_OK and `http_status`, `attempts`, `request_id` and `idempotency_id` tell about the answer (201 or 200 of a
 * creation, say). Texts are UTF-8, always terminated, cut to their size, and never contain a credential:
 * where a server repeats the one it was sent, it is replaced by asterisks.
 */
typedef struct kf_error {
    kf_status status;
    int http_status;           /**< The answer's status; 0 when none came. */
    int attempts;              /**< Requests that were begun, the first included. */
    bool retryable;            /**< The same call may succeed later. */
    bool may_have_acted;       /**< The request may have taken effect although the call failed. */
    int transport_code;        /**< libcurl's CURLcode of the last attempt; 0 when it was not the cause. */
    int64_t retry_after_ms;    /**< The wait that the server asked for, in milliseconds; -1 when it did not. */
    char message[512];         /**< One sentence for a person: what failed, and where. Empty on success. */
    char server_code[96];      /**< The server's own error code, if its error body has one. */
    char server_message[256];  /**< The server's own words: its message; where there is a detail too, "message: detail";
                                    where single fields of the request are wrong, "message: field: why; field: why".
                                    On one line; of a long text the middle is left out. Of a body in no known form, its
                                    text without markup. */
    char server_location[128]; /**< What the server says the error is about; of several fields the first. */
    char request_id[64];       /**< The id that this call had in the `X-Request-Id` header, kept over its attempts. */
    char idempotency_id[64];   /**< The id that made the creation repeatable: the caller's, or the library's. */
    char operation[96];        /**< The operation, for example "kuflow.createProcess"; empty outside of calls. */
} kf_error;

#ifdef __cplusplus
}
#endif
#endif
