/**
 * @file patchworks_client.h
 * Clients for Patchworks' Core API, the login that gives them tokens, and flows that are started and watched.
 */
#ifndef KUFLOW_SERVICES_PATCHWORKS_CLIENT_H
#define KUFLOW_SERVICES_PATCHWORKS_CLIENT_H

#include "kuflow/client.h"
#include "kuflow/services/patchworks.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a client as kf_client_new() does, with what Patchworks needs:
 *
 * - A `token` alone is an API key: the value of `Authorization`, without a scheme. With KF_AUTH_BEARER it is a token of
 *   the login, as that of a `token_provider` always is: see patchworks_login_token(), which renews it.
 * - There are two servers: the operations that start flows are for the one named "start". By default both are those of
 *   the documentation, https://core.wearepatchworks.com and https://start.wearepatchworks.com. With a `base_url` alone
 *   all requests go there; `servers` tells where "start" is. The addresses are without "/api/v1", which is taken off the
 *   end of `base_url`. The credentials go to these two and nowhere else.
 * - `Content-Type: application/json` is sent with every request, as Patchworks asks for. (`Accept` always is.)
 *
 * @return As kf_client_new(); KF_ERROR_ARGUMENT also for a user and password, which belong to the login.
 */
KF_API kf_status patchworks_client_new(const kf_client_options *options, kf_client **client, kf_error *error);

/** A login: gets a token for a user and a password, and another one when it is about to expire or was refused. */
typedef struct patchworks_login patchworks_login;

/**
 * Makes a login; nothing is sent yet. Its use:
 *
 *     patchworks_login_new(&login_options, NULL, &login, &error);
 *     options.token_provider = patchworks_login_token;
 *     options.token_provider_user = login;
 *     patchworks_client_new(&options, &client, &error);
 *
 * @param options  `username`, `password`, and `base_url`, the whole address that the login is posted to. Default:
 *                 https://app.wearepatchworks.com/fabric/api/login; Patchworks' pages differ here. Of the others those
 *                 that concern time, retries, limits, TLS, proxy, `allow_http`, `user_agent` and the transport, which
 *                 stays borrowed. The texts are copied, and wiped when freed.
 * @param user_member  What the body calls the user: "username" or "email"; the pages differ here too. NULL: "username".
 * @param login  Receives it; free it with patchworks_login_free(). NULL on failure.
 * @return As kf_client_new(); KF_ERROR_ARGUMENT also without user or password.
 */
KF_API kf_status patchworks_login_new(const kf_client_options *options, const char *user_member,
                                      patchworks_login **login, kf_error *error);

/**
 * The kf_token_fn of a login, which is its `user`. One login may serve several clients, in any threads. It takes 30 s at
 * most, unless the login's options have another `deadline_ms`: a cancel does not end it.
 */
KF_API int patchworks_login_token(char *token, size_t size, int64_t *expires_ms, void *login);

/** What the last login came to, as after a call: a client only tells in a sentence why there was no token. Any
 *  thread. */
KF_API void patchworks_login_error(patchworks_login *login, kf_error *error);

/** Frees a login and wipes its password. No client may have it any more. NULL is allowed. */
KF_API void patchworks_login_free(patchworks_login *login);

/** Room for the id of a run, with its NUL. */
#define PATCHWORKS_ID_SIZE 64

/** How to start a flow. Begin with `= PATCHWORKS_START_OPTIONS_INIT`. Zero and NULL mean: none. All is borrowed. */
typedef struct patchworks_start_options {
    size_t size; /**< sizeof(patchworks_start_options); set by the initialiser. */

    const char *version_id;          /**< NULL: the version that is deployed; a flow without one is refused (422). */
    bool manual;                     /**< As started by hand, instead of by the API. */
    const cJSON *payload;            /**< The payload as a value, or … */
    const char *payload_text;        /**< … as JSON text. With neither it is {}. */
    const cJSON *variables;          /**< Values of variables of the flow, or … */
    const char *variables_text;      /**< … as JSON text. */
    kf_int64 virtual_environment_id; /**< The virtual environment to run in. */
} patchworks_start_options;

#define PATCHWORKS_START_OPTIONS_INIT KF_INITIAL_OPTIONS_(patchworks_start_options)

/** The same as PATCHWORKS_START_OPTIONS_INIT, as a function.
 *  @param size  sizeof(patchworks_start_options), as the caller knows the struct: no byte beyond it is touched. */
KF_API void patchworks_start_options_init(patchworks_start_options *options, size_t size);

/**
 * Starts a flow: patchworks_start_flow() and its relatives, with payload and variables as Patchworks wants them, JSON
 * within a text. It is not repeated when it is not known whether the flow has started (`may_have_acted`).
 *
 * @param flow_id  Digits, since the body repeats it as a number; so does `version_id`.
 * @param options  NULL for none.
 * @param run_id   Receives the id of the run, for patchworks_wait_run(); "" on failure. May be NULL.
 * @return KF_OK; KF_ERROR_ARGUMENT for an id that is no number, for a payload that is given twice or is no JSON;
 *         KF_ERROR_DECODE when the flow has started, but the answer has no id that is known as that of a run; else as
 *         any call.
 */
KF_API kf_status patchworks_start_run(kf_client *client, const char *flow_id, const patchworks_start_options *options,
                                      char run_id[PATCHWORKS_ID_SIZE], kf_error *error);

/** Finds the id of a run in the answer of an operation that starts flows; its name there is not documented.
 *  @return Whether there is one; if not, `run_id` is "". */
KF_API bool patchworks_run_id(const patchworks_answer *answer, char run_id[PATCHWORKS_ID_SIZE]);

/** Where a run stands. */
typedef enum patchworks_run_state {
    PATCHWORKS_RUN_UNKNOWN = 0, /**< Something else: see `status`. */
    PATCHWORKS_RUN_STARTED = 1,
    PATCHWORKS_RUN_SUCCESS = 2,
    PATCHWORKS_RUN_FAILURE = 3,
    PATCHWORKS_RUN_STOPPED = 4,
    PATCHWORKS_RUN_PARTIAL_SUCCESS = 5
} patchworks_run_state;

/** Reads `status`, a number or words for it in any case. */
KF_API patchworks_run_state patchworks_run_state_of(const patchworks_flow_run *run);

/** Called after each look at a run, which lives only during the call.
 *  @return 0 to go on; anything else ends the waiting with KF_ERROR_CANCELLED. */
typedef int (*patchworks_run_fn)(const patchworks_flow_run *run, void *user);

/**
 * Waits until a run has ended, well or not: until it has a state that says so, or a time of its end. Looks every
 * `interval_ms`, as kf_wait_until() does; a scope's deadline or cancel ends the waiting, not the run.
 *
 * @param interval_ms  Milliseconds; 0 for two seconds.
 * @param on_look      May be NULL.
 * @param run          Receives the run as it ended, to be freed with patchworks_flow_run_free(); NULL on failure. May
 *                     be NULL.
 * @return KF_OK also when the run failed; as kf_wait_until() and patchworks_get_flow_run().
 */
KF_API kf_status patchworks_wait_run(kf_client *client, const char *run_id, int64_t interval_ms,
                                     patchworks_run_fn on_look, void *user, patchworks_flow_run **run, kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
