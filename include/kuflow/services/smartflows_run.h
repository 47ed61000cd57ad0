/**
 * @file smartflows_run.h
 * Runs a flow of Smart Flows from its start to its end: creates an execution, follows it, fills in its forms, and
 * returns what it made.
 */
#ifndef KUFLOW_SERVICES_SMARTFLOWS_RUN_H
#define KUFLOW_SERVICES_SMARTFLOWS_RUN_H

#include "kuflow/services/smartflows_client.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Told how far the execution is: first by the answer to its creation, then by each poll. In the thread of
 * smartflows_run(), and may use the client.
 * @param progress  Lives during the call of this function only.
 * @return 0 to go on; anything else cancels, as a kf_cancel does.
 */
typedef int (*smartflows_progress_fn)(const smartflows_flow_execution_progress *progress, void *user);

/**
 * Fills in a form. Called when the execution waits for user input, and when a flow is to be selected. In the thread of
 * smartflows_run(), and may use the client.
 *
 * @param progress  Has the form: `schema` (its `properties`), `form` (its layout), `model` (the values it begins with).
 *                  Lives during the call of this function only.
 * @param values    An empty object: add a value for each key that is to be set, with cJSON's functions. Keys of the
 *                  form that are not added get their value of `model`, or an empty text.
 * @return 0 to send the values; anything else ends smartflows_run() with the execution as it is.
 */
typedef int (*smartflows_form_fn)(const smartflows_flow_execution_progress *progress, cJSON *values, void *user);

/** Options of a run. Begin with `= SMARTFLOWS_RUN_OPTIONS_INIT`. Zero and NULL mean the default. All is borrowed. */
typedef struct smartflows_run_options {
    size_t size; /**< sizeof(smartflows_run_options); set by the initialiser. */

    const char *flow_id;      /**< The flow to run. */
    const char *dataset_id;   /**< The dataset that the input follows; see smartflows_create_flow_execution(). */
    const kf_source *input;   /**< The flow's input: XML, unless its `content_type` says otherwise. NULL: none. */
    const char *execution_id; /**< Instead of these: an execution that exists already, to go on following it. */

    smartflows_progress_fn on_progress; /**< May be NULL. */
    smartflows_form_fn on_form;         /**< NULL: the run ends when a form is to be filled in. */
    void *user;                         /**< For both. */

    int64_t deadline_ms; /**< From the call on, everything included, functions of yours too. Default: none but those of
                              the client. */
    int64_t waiting_ms;  /**< How long the execution may wait for an event from outside, each time, before the run
                              ends. Default: 10 min; negative: for as long as it takes. */
    int poll_s;          /**< For how many seconds the server may keep back an answer while nothing changes. Default:
                              30. Never beyond the other limits, nor beyond half of the client's own `deadline_ms`. */
    bool keep_running;   /**< A cancel ends the run only, and not the execution on the server. */
} smartflows_run_options;

#define SMARTFLOWS_RUN_OPTIONS_INIT KF_INITIAL_OPTIONS_(smartflows_run_options)

/** The same as SMARTFLOWS_RUN_OPTIONS_INIT, as a function.
 *  @param size  sizeof(smartflows_run_options), as the caller knows the struct: no byte beyond it is touched. */
KF_API void smartflows_run_options_init(smartflows_run_options *options, size_t size);

/** What became of an execution: one block, with everything in it. */
typedef struct smartflows_outcome {
    const char *execution_id;
    /** What it was seen as last; _UNRECOGNIZED is a status of a later server, whose text is in `progress`. */
    smartflows_flow_execution_status status;
    const smartflows_flow_execution_progress *progress; /**< The last one; its `message` says why an execution failed.
                                                             NULL when none came. */
    const smartflows_flow_execution *execution;         /**< With its output and report. NULL when it has not ended. */
    const smartflows_output_document *documents;        /**< What it made, each once; `document_count` of them. Where the
                                                             execution could not be read, those of its progress. */
    size_t document_count;
} smartflows_outcome;

/** Frees an outcome with all that it points to. NULL is allowed. */
KF_API void smartflows_outcome_free(smartflows_outcome *outcome);

/**
 * Runs a flow: creates an execution, follows it until it has ended, and reads what it made. Blocks meanwhile.
 *
 * KF_OK says that the execution was followed to a point where this function has nothing more to do; `status` of the
 * outcome says what point that is:
 *  - Success, Warning, Error, Canceled, Interrupted: it has ended. How it ended is a result, not an error.
 *  - UserInput, SelectFlow: it wants a form to be filled in, and there is no `on_form`, or it declined. Answer with
 *    smartflows_continue_flow_execution() and go on with `execution_id`.
 *  - Waiting: it waits for an event from outside for longer than `waiting_ms`. Go on with `execution_id` later.
 *
 * A status that is not known counts as Running.
 *
 * Creating is not repeated after a failure that leaves open whether it took effect (`may_have_acted`): that could run
 * the flow twice. Polls are repeated as the client's options say. When it is not known whether the values of a form
 * arrived, the next poll tells: if the execution still wants them, `on_form` is asked again.
 *
 * To cancel from another thread, give it a scope with a kf_cancel as client, and trigger that: the run ends with
 * KF_ERROR_CANCELLED at once, and the execution is cancelled on the server with smartflows_cancel(), for which it takes
 * at most 10 seconds more. The message tells whether that succeeded. Triggered while the execution is being created, it
 * may leave one behind whose id nobody knows.
 *
 * @param outcome  Receives what became of the execution, to be freed with smartflows_outcome_free(). Unlike elsewhere
 *                 it is there after a failure too, as soon as the execution has an id: to go on with it later.
 * @return KF_OK; KF_ERROR_CANCELLED; KF_ERROR_TIMEOUT when a deadline came first: the execution goes on, on the server;
 *         KF_ERROR_ARGUMENT; KF_ERROR_MEMORY; what the calls return.
 */
KF_API kf_status smartflows_run(kf_client *client, const smartflows_run_options *options, smartflows_outcome **outcome,
                                kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
