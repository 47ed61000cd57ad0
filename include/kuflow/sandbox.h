/**
 * @file sandbox.h
 * A local server for tests and first steps, of the APIs of KuFlow, Flowable (external workers), Smart Flows,
 * Patchworks and jBPM: it lives in the process that starts it, keeps its state in memory and listens on 127.0.0.1 only,
 * on one port for all. It belongs to the library libkuflow-sandbox; the program kuflow-sandbox is a face of it.
 *
 *     kf_sandbox *sandbox;
 *     if (kf_sandbox_start(NULL, &sandbox, &error) == KF_OK) {
 *         … kf_sandbox_url(sandbox), KF_SANDBOX_CLIENT_ID, KF_SANDBOX_CLIENT_SECRET …
 *         kf_sandbox_stop(sandbox);
 *     }
 *
 * Of KuFlow it has all operations of the document, checks what it is sent, and answers errors as KuFlow does. Where the
 * document is silent, it does the simplest thing:
 *  - A process definition that is not among the seeds is accepted, unless its id is all zeros (400); its processes
 *    begin without items.
 *  - A process can be completed while tasks are open; they stay as they are. Cancelling cancels them. A process that
 *    ended one way cannot end the other way, and takes no new items.
 *  - A new task is READY, also when it was given an owner. Claiming makes the caller its owner; a task that another
 *    principal has claimed, or that has ended, cannot be claimed (400). Assigning a READY task claims it for its new
 *    owner. Only the owner completes a task, and only a CLAIMED one (400).
 *  - There are no JSON schemas: every JsonValue is valid. A JSON Patch applies as a whole or not at all (400);
 *    it may neither nest a value deeper than 500 levels nor copy more than 64 MB.
 *  - A task keeps its last 100 log entries. Documents are not deleted after 24 hours.
 *  - Web forms are an empty PDF for any value in the task's data, a ZIP of such for an array, and 404 for nothing.
 *  - The bytes of robots and assets are made up; `contentHash` is SHA-256 in hexadecimal digits. The certificates and
 *    the token for the engine are made up, too.
 *  - An id of a path or query that is no UUID is 400, one that does not exist is 404. Without right credentials
 *    everything is 401.
 *
 * Of Flowable it has all operations of the external worker API, with the answers, the error texts and the oddities of
 * Flowable 7.2.0: which values it takes, narrows or refuses, how it locks jobs and instances, when locks that ended
 * come back, which answers close the connection. What differs:
 *  - What a completed job leads to happens before its answer is sent, not a moment later.
 *  - Identifiers sort by the time of their creation, and so do the jobs that are acquired.
 *  - Processes and cases are not read from files: see kf_sandbox_flowable_model. A model belongs to all tenants.
 *  - Of the other APIs of a Flowable server it has what starts, suspends, ends and shows instances and their jobs:
 *    under "/process-api" GET and POST runtime/process-instances; GET, PUT and DELETE of one; GET management/jobs,
 *    timer-jobs, suspended-jobs and deadletter-jobs, one of them, its exception-stacktrace, and POST of an action; GET
 *    history/historic-variable-instances of one instance; GET repository/process-definitions; and under "/cmmn-api" the
 *    same of cases, under cmmn-runtime/case-instances, cmmn-management and cmmn-history.
 *
 * Of Smart Flows it has all operations of the document, under "/smartflows/api/v1", and five flows. Where nothing is
 * known of the real server, it does the simplest thing:
 *  - Each look at the progress of an execution that is Queued or Running leads it on, so nothing takes time. While it
 *    is Waiting, the answer is kept back as `timeout` asks, or until it changes.
 *  - It is strict: without the right key everything is 401, an id that is no guid 400, the wrong kind of input 415, XML
 *    that is not well-formed 400, values for an execution that asks for none 409, and 400 when a key of the form lacks.
 *  - A document is a text: the name of the flow, the values of its form, and its input byte for byte.
 *  - Both ways to cancel and both ways to read a document are there. A filter knows `id`, `flow`, `status`,
 * `createdAt`.
 *
 * Of Patchworks it has all operations of the document, under "/patchworks" (those that start flows under
 * "/patchworks-start" too), and a login, with 40 flows. What is known of the real server, it does strictly: key or
 * token, `per_page` from 1 to 100, 422 with the fields that are wrong, 400 for a filter, sort or include that does not
 * exist, 413 above 8 MB, 422 for a flow without deployed version, and a page of HTML for requests that do not ask for
 * JSON. A run ends when it is looked at for the second time; the payload {"sandbox":"fail"} makes it fail,
 * {"sandbox":"wait"} keeps it going until kf_sandbox_patchworks_end_run().
 *
 * Of jBPM it has what 6.0.1.Final has of the document, under "/jbpm-console/rest", with that release's answers in XML,
 * its error texts and its defects: the lifecycle of tasks and who may do what, the parameters that it refuses, how it
 * pages, and the commands of `execute` that the document's 6.0.1 has and that start, look at, signal and end things.
 * There is one deployment, KF_SANDBOX_JBPM_DEPLOYMENT. Its users are anna and ben (group "sales"), carl ("legal"),
 * Administrator, and guest, who may not use the API (403); each password is the name. Its processes take the variables
 * `employee` and `age`, and put what their task or work item results in into `result`:
 *  - office.approval: the task "Approve", Reserved for anna. office.shared: "Review", for both groups to claim.
 *    office.unassigned: "Assign", Created, which anna may nominate somebody for or activate.
 *  - office.wait: waits for the signal "Go", then the task "Check" of ben. office.service: an open work item.
 *    office.parent: starts office.approval and waits for it. office.note ends at once; office.broken cannot be started.
 * What differs: JSON, where it is asked for, is the library's own; lists are in the order of creation.
 *
 * All functions may be called by any thread while the sandbox runs.
 */
#ifndef KUFLOW_SANDBOX_H
#define KUFLOW_SANDBOX_H

#include "kuflow/error.h"
#include "kuflow/uuid.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A running sandbox. */
typedef struct kf_sandbox kf_sandbox;

/* The credentials that are accepted unless the options name others. */
#define KF_SANDBOX_CLIENT_ID "sandbox-client"
#define KF_SANDBOX_CLIENT_SECRET "sandbox-secret"

/* What every sandbox begins with: two tenants, 30 principals (an application, which is the caller, a system, and users
 * "user01@example.com" to "user28@example.com"), their tenant users, 6 groups, 5 robots, 2 keys and 3 definitions. */
#define KF_SANDBOX_TENANT "10000000-0000-4000-8000-000000000001"
#define KF_SANDBOX_TENANT_2 "10000000-0000-4000-8000-000000000002"
#define KF_SANDBOX_CALLER "20000000-0000-4000-8000-000000000001" /**< The application that every request acts as. */
#define KF_SANDBOX_SYSTEM "20000000-0000-4000-8000-000000000002"
#define KF_SANDBOX_USER "20000000-0000-4000-8000-000000000003" /**< "user01@example.com" */
#define KF_SANDBOX_USER_EMAIL "user01@example.com"
#define KF_SANDBOX_GROUP "30000000-0000-4000-8000-000000000001" /**< Every third user is in it. */
#define KF_SANDBOX_TENANT_USER "40000000-0000-4000-8000-000000000003" /**< Of KF_SANDBOX_USER. */
#define KF_SANDBOX_ROBOT "50000000-0000-4000-8000-000000000001" /**< Ready, with all its parts. */
#define KF_SANDBOX_KEY "sandbox-key-1"
#define KF_SANDBOX_DEFINITION "60000000-0000-4000-8000-000000000001" /**< Its processes begin with 3 tasks. */
#define KF_SANDBOX_DEFINITION_EMPTY "60000000-0000-4000-8000-000000000002" /**< Its processes begin with no items. */
#define KF_SANDBOX_DEFINITION_MIXED "60000000-0000-4000-8000-000000000003" /**< 2 tasks, a message and a thread. */

/* Flowable's users: one that may use the API, and one that may not (403), whose password never changes. */
#define KF_SANDBOX_FLOWABLE_USER "admin"
#define KF_SANDBOX_FLOWABLE_GUEST "guest"
#define KF_SANDBOX_FLOWABLE_PASSWORD "test"

/* Smart Flows: the key, a user who can log in, and the flows. */
#define KF_SANDBOX_SMARTFLOWS_KEY "sandbox-api-key"
#define KF_SANDBOX_SMARTFLOWS_USER "anna"
#define KF_SANDBOX_SMARTFLOWS_PASSWORD "test"
/** Makes a document from XML: Queued, Running, Success. */
#define KF_SANDBOX_SMARTFLOWS_LETTER "70000000-0000-4000-8000-000000000001"
/** Needs no input, asks for "d4b3_name" (which has a default) and "d4b3_city": Running, "User input", Running, Success.
 */
#define KF_SANDBOX_SMARTFLOWS_FORM "70000000-0000-4000-8000-000000000002"
/** Needs no input: Running, Waiting until its callback is called or kf_sandbox_smartflows_set(), Running, Success. */
#define KF_SANDBOX_SMARTFLOWS_WAIT "70000000-0000-4000-8000-000000000003"
/** Needs no input: Running, Error. */
#define KF_SANDBOX_SMARTFLOWS_FAIL "70000000-0000-4000-8000-000000000004"
/** Works on JSON, asks for "flow": SelectFlow, Running, Success. */
#define KF_SANDBOX_SMARTFLOWS_SELECT "70000000-0000-4000-8000-000000000005"

/* Patchworks: the key, a user who can log in, a flow whose version is deployed, and one that has none deployed. */
#define KF_SANDBOX_PATCHWORKS_KEY "sandbox-patchworks-key"
#define KF_SANDBOX_PATCHWORKS_USER "anna@example.com"
#define KF_SANDBOX_PATCHWORKS_PASSWORD "sandbox-password"
#define KF_SANDBOX_PATCHWORKS_FLOW "1"
#define KF_SANDBOX_PATCHWORKS_VERSION "41" /**< Of KF_SANDBOX_PATCHWORKS_FLOW. */
#define KF_SANDBOX_PATCHWORKS_DRAFT "2"

/* jBPM's user, who is in the group "sales", and her password: every user's is the user's name. */
#define KF_SANDBOX_JBPM_USER "anna"
#define KF_SANDBOX_JBPM_PASSWORD "anna"
#define KF_SANDBOX_JBPM_DEPLOYMENT "org.example:office:1.0" /**< With all its processes. */

/** Called for every request that was answered, with one line without credentials: "POST /processes 201 createProcess".
 *  In the thread of the request. */
typedef void (*kf_sandbox_log_fn)(const char *line, void *user);

/** Options. Begin with `= KF_SANDBOX_OPTIONS_INIT`. Zero and NULL mean the default. Texts are copied. */
typedef struct kf_sandbox_options {
    size_t size; /**< sizeof(kf_sandbox_options); set by the initialiser. */
    int port; /**< 0: a free one that the system chooses. */

    const char *client_id; /**< Accepted as Basic, and as Bearer base64(id:secret). Default: KF_SANDBOX_CLIENT_ID. */
    const char *client_secret; /**< Default: KF_SANDBOX_CLIENT_SECRET. */
    const char *token; /**< A bearer token that is accepted too, by Flowable as well. Default: none. */
    const char *username; /**< A Basic user that is accepted too. Default: none. */
    const char *password;

    const char *webhook_url; /**< Where events are posted, in order; http or https, without query. Default: nowhere. */
    int max_page_size; /**< The largest `size` of a page. Default: 1000. */
    int delay_window_s; /**< X-KF-DELAY-WINDOW in the answer of createWorker. Default: 300; -1: no header. */
    int64_t engine_token_life_ms; /**< How long an engine token is valid. Default: 1 h. */

    const char *tls_certificate_pem; /**< With the key: HTTPS instead of HTTP. */
    const char *tls_key_pem;
    const char *tls_client_ca_pem; /**< Only clients with a certificate of this authority are served; others get 403. */

    kf_sandbox_log_fn on_request;
    void *on_request_user;

    const char *flowable_password; /**< Of KF_SANDBOX_FLOWABLE_USER. Default: KF_SANDBOX_FLOWABLE_PASSWORD. */
    /** How often locks that ended are swept, in milliseconds. Default: 1000; -1: never, and nothing of what follows a
     *  completed job happens either, as on a server whose async executor is off. */
    int flowable_sweep_ms;
    int flowable_history; /**< How many instances are remembered after their end. Default: 1000. */

    const char *smartflows_key; /**< Accepted in X-API-Key. Default: KF_SANDBOX_SMARTFLOWS_KEY. */
    /** The longest that the progress of an execution is kept back, in milliseconds. Default: as the request asks; -1:
     *  not at all. */
    int smartflows_poll_ms;
} kf_sandbox_options;

#define KF_SANDBOX_OPTIONS_INIT KF_INITIAL_OPTIONS_(kf_sandbox_options)

/**
 * Starts a sandbox with threads of its own.
 * @param options  NULL for the defaults.
 * @param sandbox  Receives it; end and free it with kf_sandbox_stop(). NULL on failure.
 * @return KF_OK; KF_ERROR_CONNECT when the port cannot be had; KF_ERROR_ARGUMENT for options that make no sense;
 *         KF_ERROR_MEMORY; KF_ERROR_INTERNAL.
 */
KF_API kf_status kf_sandbox_start(const kf_sandbox_options *options, kf_sandbox **sandbox, kf_error *error);

/** Ends it: requests under way are cut, events that were not delivered are given up, all memory is freed. NULL is
 *  allowed. */
KF_API void kf_sandbox_stop(kf_sandbox *sandbox);

/** The base URL: "http://127.0.0.1:PORT/v2024-06-14". It lives as long as the sandbox. */
KF_API const char *kf_sandbox_url(const kf_sandbox *sandbox);

/** The base URL of Flowable's external worker API: "http://127.0.0.1:PORT/external-job-api". The process API lies
 * beside it, under "http://127.0.0.1:PORT/process-api". It lives as long as the sandbox. */
KF_API const char *kf_sandbox_flowable_url(const kf_sandbox *sandbox);

/** The base URL of jBPM's API: "http://127.0.0.1:PORT/jbpm-console/rest". It lives as long as the sandbox. */
KF_API const char *kf_sandbox_jbpm_url(const kf_sandbox *sandbox);

/** The port it listens on. */
KF_API int kf_sandbox_port(const kf_sandbox *sandbox);

/* What it saw */

/** How many requests of that operation ("createProcess", "completeJob"; or with its service, "flowable.completeJob")
 *  came, refused and faulty ones included; of all operations, and of requests that are no operation, when it is NULL.
 */
KF_API int kf_sandbox_requests(kf_sandbox *sandbox, const char *operation);

/** How many creations with that id took effect: of processes, items and documents by id, of workers by identity; and
 * how many ends of that Flowable job were accepted (complete, BPMN error, terminate). Never above 1, unless something
 * is very wrong. */
KF_API int kf_sandbox_applied(kf_sandbox *sandbox, const char *id);

/** How many creations of all took effect in KuFlow, those at the start not included. */
KF_API int kf_sandbox_created(kf_sandbox *sandbox);

/** A header of the last request, by its name in any case, cut to `size` bytes with the NUL.
 *  @return Whether the request had it. */
KF_API bool kf_sandbox_last_header(kf_sandbox *sandbox, const char *name, char *value, size_t size);

/** The last request's method and raw target, as "GET /v2024-06-14/processes?size=2", cut likewise.
 *  @return Whether there was one. */
KF_API bool kf_sandbox_last_target(kf_sandbox *sandbox, char *text, size_t size);

/* Events */

/** How many events happened. */
KF_API size_t kf_sandbox_event_count(kf_sandbox *sandbox);

/** The JSON text of an event, the oldest first; NULL past the last. It lives as long as the sandbox. */
KF_API const char *kf_sandbox_event(kf_sandbox *sandbox, size_t index);

/** Waits until every event so far was delivered or given up.
 *  @return Whether all of them were delivered; false also when the time (milliseconds) was over before. */
KF_API bool kf_sandbox_webhook_wait(kf_sandbox *sandbox, int64_t timeout_ms);

/* Flowable */

/** How a task can end, for the one that follows it. */
typedef enum kf_sandbox_flowable_end {
    KF_SANDBOX_FLOWABLE_ON_COMPLETE = 0,
    KF_SANDBOX_FLOWABLE_ON_ERROR, /**< By a BPMN error that a boundary event catches; only of processes. */
    KF_SANDBOX_FLOWABLE_ON_TERMINATE /**< Only of cases. */
} kf_sandbox_flowable_end;

/** A task of a model: one job for a worker, or several, or a case. */
typedef struct kf_sandbox_flowable_task {
    const char *id; /**< Its element's id, unique in the model. */
    const char *name; /**< NULL: none. */
    const char *topic; /**< Of its jobs. NULL: it has none, and is over at once. */
    bool exclusive; /**< Its jobs lock their instance, as all do in Flowable that are not told otherwise. */
    int count; /**< How many jobs it has at a time; it is over when all of them are. 0 means 1. */
    const char *starts; /**< Instead of jobs: the key of a case (not its own), for whose end it waits. */
    const char *after; /**< The id of the task that it follows. NULL: it begins with the instance. */
    kf_sandbox_flowable_end on; /**< How that task has to end for it to follow. */
    const char *error_code; /**< With KF_SANDBOX_FLOWABLE_ON_ERROR: only this code is caught. NULL: any. */
} kf_sandbox_flowable_task;

/** A process or a case: its tasks, and which follows which. An instance ends when no task is left.
 *
 *  Every sandbox has these, their topics called as the model or the task unless noted:
 *   - single: one task, "work".
 *   - exclusive: the same, exclusive.
 *   - parallel: three tasks at a time, "left", "middle" and "right", of one topic; siblings: the same, exclusive.
 *   - sequence: "first", then "second".
 *   - caught: "work" (topic "risky"), whose error E1 leads to "rescue"; caughtAny: the same for any error (topics
 *     "riskyAny", "rescueAny").
 *   - assembly, a case: "build", then "polish" when it was completed, "scrap" when it was terminated.
 *   - startCase: starts the case assembly and waits for its end. */
typedef struct kf_sandbox_flowable_model {
    const char *key;
    bool is_case;
    const kf_sandbox_flowable_task *tasks; /**< task_count of them */
    size_t task_count;
} kf_sandbox_flowable_model;

/** Adds a model, or a new version of the one with this key. The texts are copied.
 *  @return KF_OK, KF_ERROR_ARGUMENT for a task without id, two of one id, or `after` naming none; KF_ERROR_MEMORY. */
KF_API kf_status kf_sandbox_flowable_deploy(kf_sandbox *sandbox, const kf_sandbox_flowable_model *model);

/**
 * Starts an instance of the latest version of a model.
 * @param variables  A JSON array as in a request, `[{"name":"n","type":"integer","value":1}]`; NULL: none.
 * @param tenant     NULL: none.
 * @param id         Receives the instance's id; may be NULL.
 * @return KF_OK, KF_ERROR_NOT_FOUND when there is no such model, KF_ERROR_ARGUMENT for variables that the server would
 *         refuse, KF_ERROR_MEMORY.
 */
KF_API kf_status kf_sandbox_flowable_start_instance(kf_sandbox *sandbox, const char *key, const char *variables,
                                                    const char *tenant, char id[KF_UUID_TEXT_SIZE]);

/** Changes the password of KF_SANDBOX_FLOWABLE_USER. @return KF_OK, KF_ERROR_MEMORY. */
KF_API kf_status kf_sandbox_flowable_set_password(kf_sandbox *sandbox, const char *password);

/** Moves Flowable's clock forward by so many milliseconds: locks end and are swept as if they had passed. */
KF_API void kf_sandbox_flowable_advance(kf_sandbox *sandbox, int64_t ms);

/** What happened to jobs since the start, and what is there now. */
typedef struct kf_sandbox_flowable_counts {
    int64_t created;
    int64_t acquired; /**< Locks given to workers. */
    int64_t completed; /**< Accepted, as are the next three. */
    int64_t bpmn_errors;
    int64_t terminated;
    int64_t failed;
    int64_t unacquired; /**< Locks given back. */
    int64_t swept; /**< Locks taken away because they had ended. */
    int64_t open; /**< Jobs that are there now, in whatever state. */
    int64_t instances; /**< Instances that have not ended. */
} kf_sandbox_flowable_counts;

/** Reads the counts. */
KF_API void kf_sandbox_flowable_count(kf_sandbox *sandbox, kf_sandbox_flowable_counts *counts);

/** How many jobs are locked now by workers whose names begin with `owner`; by any, when it is NULL. */
KF_API size_t kf_sandbox_flowable_locked(kf_sandbox *sandbox, const char *owner);

/** The answer to a request that lost against another one at the same moment: the body for a fault with the status 500.
 */
#define KF_SANDBOX_FLOWABLE_CONFLICT                                                                                   \
    "{\"message\":\"Internal server error\",\"exception\":\"ExternalWorkerJobEntity[id=1] was updated by another "     \
    "transaction concurrently\"}"

/* Smart Flows */

/** The base URL of Smart Flows: "http://127.0.0.1:PORT/smartflows/api/v1". It lives as long as the sandbox. */
KF_API const char *kf_sandbox_smartflows_url(const kf_sandbox *sandbox);

/** Puts an execution into a status, in which it stays: any text ("Interrupted", "userinput", "Paused"). NULL: it goes
 * on from where it is to the next step of its flow.
 *  @return KF_OK, KF_ERROR_NOT_FOUND. */
KF_API kf_status kf_sandbox_smartflows_set(kf_sandbox *sandbox, const char *execution_id, const char *status);

/** How many executions there are in that status, spelt so; in any, when it is NULL. */
KF_API size_t kf_sandbox_smartflows_count(kf_sandbox *sandbox, const char *status);

/* Patchworks */

/** Patchworks' base URL: "http://127.0.0.1:PORT/patchworks". It and the next two live as long as the sandbox. */
KF_API const char *kf_sandbox_patchworks_url(const kf_sandbox *sandbox);
/** That of the server that starts flows: "http://127.0.0.1:PORT/patchworks-start". */
KF_API const char *kf_sandbox_patchworks_start_url(const kf_sandbox *sandbox);
/** The address of the login. It takes the user as `username` and as `email`. */
KF_API const char *kf_sandbox_patchworks_login_url(const kf_sandbox *sandbox);

/** How items look from now on.
 *  @param attributes  Their members within "attributes", instead of beside "id".
 *  @param text_ids    Their ids as texts, instead of numbers. */
KF_API void kf_sandbox_patchworks_shape(kf_sandbox *sandbox, bool attributes, bool text_ids);

/** Takes all tokens of logins back: they are answered 401 from now on.
 *  @param life_ms  How long the next ones are valid, in milliseconds; 0: as before. At the start: a day. */
KF_API void kf_sandbox_patchworks_end_tokens(kf_sandbox *sandbox, int64_t life_ms);

/** How many logins were right. */
KF_API int kf_sandbox_patchworks_logins(kf_sandbox *sandbox);

/** Ends a run with a status: 2 success, 3 failure, 4 stopped, 5 partial success.
 *  @return KF_OK, KF_ERROR_NOT_FOUND, KF_ERROR_MEMORY. */
KF_API kf_status kf_sandbox_patchworks_end_run(kf_sandbox *sandbox, const char *run_id, int status);

/* Misbehaviour */

/** What goes wrong. */
typedef enum kf_sandbox_fault_kind {
    KF_SANDBOX_FAULT_ANSWER = 1, /**< The given answer; the request has no effect. */
    KF_SANDBOX_FAULT_REPLACE = 2, /**< The request has its effect, then the given answer is sent instead of its own. */
    KF_SANDBOX_FAULT_LOST_BEFORE = 3, /**< The connection is closed without an answer; no effect. */
    KF_SANDBOX_FAULT_LOST_AFTER = 4, /**< The connection is closed without an answer, after the effect. */
    KF_SANDBOX_FAULT_DELAY = 5, /**< Held back for `delay_ms` or until kf_sandbox_release(), then carried out. */
    KF_SANDBOX_FAULT_HUGE = 6 /**< No effect; an answer of `length` spaces, made while it is sent. */
} kf_sandbox_fault_kind;

/** One misbehaviour. Begin with `= {.kind = …}`. Texts are copied. */
typedef struct kf_sandbox_fault_spec {
    kf_sandbox_fault_kind kind;
    int times; /**< For so many requests. 0 means 1; -1 all. */
    int status; /**< The answer's status, from 200 to 999. Default: 200. */
    const char *body; /**< NULL: an error in the API's shape; "": no body. */
    size_t length; /**< Bytes of `body`; 0: up to the NUL. Of a huge answer: its size, `body` aside; 0: 10 GiB. */
    const char *content_type; /**< Default: "application/json"; "": none. */
    const char *retry_after; /**< The `Retry-After` header. NULL: none. */
    const char *location; /**< The `Location` header. NULL: none. */
    int64_t delay_ms; /**< 0: until kf_sandbox_release(). */
} kf_sandbox_fault_spec;

/**
 * Makes the next requests go wrong. Faults wait in the order in which they were set; a request takes the first one that
 * fits it.
 * @param operation  Only requests of that operation ("createProcess", or with its service, "kuflow.createProcess");
 * NULL: any request.
 * @return KF_OK, KF_ERROR_ARGUMENT for an unknown operation or kind or an impossible status, KF_ERROR_MEMORY.
 */
KF_API kf_status kf_sandbox_fault(kf_sandbox *sandbox, const char *operation, const kf_sandbox_fault_spec *fault);

/** Forgets all faults, and lets the requests go on that are held back. */
KF_API void kf_sandbox_fault_clear(kf_sandbox *sandbox);

/** Lets the requests go on that are held back. */
KF_API void kf_sandbox_release(kf_sandbox *sandbox);

/** How many requests are held back at the moment. */
KF_API int kf_sandbox_held(kf_sandbox *sandbox);

#ifdef __cplusplus
}
#endif
#endif
