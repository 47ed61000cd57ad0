/**
 * @file flowable_client.h
 * Clients for Flowable's external worker API, and what its errors mean.
 */
#ifndef KUFLOW_SERVICES_FLOWABLE_CLIENT_H
#define KUFLOW_SERVICES_FLOWABLE_CLIENT_H

#include "kuflow/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a client as kf_client_new() does, with what Flowable needs:
 *
 * - `username` and `password` alone mean KF_AUTH_BASIC, a `token` or `token_provider` alone KF_AUTH_BEARER. Without any
 *   of them no credentials are sent, and a server that wants some answers 401.
 * - `base_url` may be that of the application ("https://host/flowable-rest", "https://host/flowable-work/") or of the
 *   API itself: slashes at its end and repeated ones are removed, as Flowable answers them like a failed login, and
 *   "/external-job-api" is appended when it is not the end already. Default: the open-source distribution on this
 *   machine, http://localhost:8080/flowable-rest/external-job-api, which needs `allow_http` as every `http://` does.
 *
 * Flowable closes connections after 60 idle seconds, after 100 answers and after each 400 and 500. The client knows
 * when a connection is closed or old and opens another, so none of this ends a call or repeats a request.
 *
 * @return As kf_client_new().
 */
KF_API kf_status flowable_client_new(const kf_client_options *options, kf_client **client, kf_error *error);

/** What an error of a call to Flowable means; its HTTP status alone does not tell. The numbers never change. */
typedef enum flowable_error_kind {
    /** No error: the status is KF_OK. */
    FLOWABLE_ERROR_NONE = 0,
    /** The library refused the call or could not make it, or the caller cancelled it, and it had no effect. `status`
     * and `message` tell why. Mend the arguments. */
    FLOWABLE_ERROR_NOT_SENT = 1,
    /** No connection: wrong name or port, server down, no agreement on TLS, too slow; of a request that only reads,
     * also no answer. It had no effect. Try again after a while. */
    FLOWABLE_ERROR_UNREACHABLE = 2,
    /** No answer, or none that can be read: whether the request took effect is not known (`may_have_acted`). When the
     *  outcome of a job is reported again, FLOWABLE_ERROR_JOB_GONE or FLOWABLE_ERROR_LOCK_LOST then means that most
     *  likely the first report arrived. An acquire may have locked jobs that nobody knows of: unacquire its worker id.
     */
    FLOWABLE_ERROR_NO_ANSWER = 3,
    /** 401, or no token: wrong user, password or token. Flowable's firewall answers the same to a path with "//", ";"
     * or an encoded "%" or ";", so a job's id with one of these may be the cause. Ask for other credentials; trying
     * again with the same ones does not help. */
    FLOWABLE_ERROR_LOGIN = 4,
    /** 403 without Flowable's error body: the login is right, but the user may not use this API (privilege
     *  `access-rest-api`), or a proxy forbids it. Grant it. */
    FLOWABLE_ERROR_PRIVILEGE = 5,
    /** The worker does not hold the job's lock: it was given back, failed, swept after its lock time, or acquired by
     *  another worker. Nothing was done. Drop the job's result; do not report it as failed either, which would be
     * refused in the same way. */
    FLOWABLE_ERROR_LOCK_LOST = 6,
    /** There is no such job: completed or failed for good already, its instance deleted, ended or suspended. Nothing
     * was done. Drop the job's result, see also FLOWABLE_ERROR_NO_ANSWER. */
    FLOWABLE_ERROR_JOB_GONE = 7,
    /** Another transaction changed the same rows at the same time, and this one was undone. Repeat the request after a
     *  moment; the answer then tells who won. */
    FLOWABLE_ERROR_CONFLICT = 8,
    /** The server does not accept the request as it is, and never will: a value of the wrong form, an unknown type of
     *  variable, a text that is too long, a BPMN error for a job of a case. Nothing was done, and a lock stays as it
     * is: report something else, such as the failure of the job. `server_message` tells what is wrong. */
    FLOWABLE_ERROR_REFUSED = 9,
    /** Not Flowable's external worker API: 404 from somebody else, a redirect, or a path that the API does not have.
     * Mend `base_url`. */
    FLOWABLE_ERROR_ADDRESS = 10,
    /** The server or a proxy before it is broken or busy. Try again after a while, or as `retry_after_ms` says. What
     * ended with Flowable's own 500 had no effect; after any other of these answers that is not known. */
    FLOWABLE_ERROR_SERVER = 11
} flowable_error_kind;

/**
 * Tells what the error of a call with a client for Flowable means. A pure function of the error.
 *
 * A server that was told to hide the details of its errors (`sendFullErrorException` false) shows conflicts
 * as FLOWABLE_ERROR_SERVER, and a lock that was lost in a race as FLOWABLE_ERROR_REFUSED.
 *
 * @param error  As a call of a typed function left it. After kf_request_send(), which does not know Flowable's errors,
 *               and of calls to other services the result means nothing.
 * @return FLOWABLE_ERROR_NONE for a success, and for NULL.
 */
KF_API flowable_error_kind flowable_error_classify(const kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
