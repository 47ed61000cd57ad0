/**
 * @file kuflow_worker.h
 * Workers for KuFlow's tasks over REST, without a workflow engine of one's own: they look for tasks that are READY,
 * claim them, hand them to a function, write what it set into the task's data, and complete them. See worker.h for all
 * that is not KuFlow's.
 *
 * A topic's `name` is the code of a task definition; its oldest tasks come first. A job's variables are the members of
 * the task's data. KuFlow has no locks and no way to un-claim a task, so `lock_ms` and `discard_late` do not count, and
 * a task that was claimed stays claimed by the caller's principal until it is completed:
 *  - A task that somebody else claims first is skipped: that is no error, and counted as `gone`.
 *  - KuFlow lets a principal claim the same task twice, so workers with the same credentials write a line "Taken by
 *    worker …" into the log of each task that they claim: the first one has it, the others skip it. See `only_worker`.
 *  - A failure appends its message and details to the task's log (level ERROR). The task is tried again in this process
 *    after the failure's delay, with its data as it is then; after `max_failures` (or with `retries` 0) it is left
 *    claimed, for a person to look at, and a KF_WORKER_JOB_POISON event tells so.
 *  - A task that was given back by its handler, or that could not be reported, is tried again in this process too. What
 *    has not been claimed when the worker stops stays READY for others; the rest stays claimed.
 *  - After a crash or a stop the claimed tasks stay claimed. `resume_owner_id` makes a worker take them up again.
 *  - There are no BPMN errors and no termination: such ends are refused (KF_OUTCOME_REFUSED).
 *
 * With the job's end the variables that were set go into the data (a JSON Patch, or all of the data when there was
 * none), then the task is completed. Both are repeated after a lost answer, without acting twice. A variable that
 * KuFlow finds at odds with the task's schema is stored and marked as invalid by KuFlow, not refused. Times are texts
 * of RFC 3339.
 */
#ifndef KUFLOW_SERVICES_KUFLOW_WORKER_H
#define KUFLOW_SERVICES_KUFLOW_WORKER_H

#include "kuflow/services/kuflow.h"
#include "kuflow/worker.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a KuFlow worker needs beyond kf_worker_options. Begin with `= KUFLOW_WORKER_OPTIONS_INIT`. Texts are copied. */
typedef struct kuflow_worker_options {
    size_t size;
    const char *tenant_id; /**< UUID: only tasks of this tenant. Default: the client's tenant, or all. */
    const char *resume_owner_id; /**< UUID of the principal that the client acts as: the tasks that it has claimed, and
                                      that this worker does not know, are taken up too, at the start and every 5
                                      minutes. Only where no other worker of this principal runs: what that one works
                                      on would be worked twice. Default: none are. */
    int max_failures; /**< So often a task may fail here. Default: 3. */
    bool only_worker; /**< No other worker with these credentials takes tasks of these definitions: the line
                           in the log, and a request for each task, are saved. */

    bool no_registration; /**< Do not announce the worker to KuFlow (`POST /workers`). */
    const char *identity; /**< The worker's name in KuFlow's catalogue: 1 to 255 characters. Default: NAME@HOST. */
    const char *task_queue; /**< 1 to 255 characters. Default: the worker's name. */
    const char *hostname; /**< 1 to 255 characters. Default: the system's. */
    const char *ip; /**< 7 to 40 characters. Default: an address of this machine's network interfaces. */
    const char *installation_id; /**< UUID. Default: none. */
    kf_string_list robot_ids; /**< UUIDs. Default: none. */
} kuflow_worker_options;

#define KUFLOW_WORKER_OPTIONS_INIT KF_INITIAL_OPTIONS_(kuflow_worker_options)
/** The same as KUFLOW_WORKER_OPTIONS_INIT, as a function. @param size  sizeof(kuflow_worker_options). */
KF_API void kuflow_worker_options_init(kuflow_worker_options *options, size_t size);

/**
 * Makes a worker. Connects to nothing yet. While it runs it is announced to KuFlow (without workflow and activity
 * types: it executes none), at once and then every 5 minutes, or as often as the answers' `X-KF-DELAY-WINDOW` says (1 s
 * to a day). A failure of that is told by an event and repeated after 1 s × 2.5^failures, at most the period; it never
 * stops the worker. KuFlow has no way to take a worker off its catalogue.
 * @param client   Of kuflow_client_new(). Must outlive the worker; others may use it at the same time.
 * @param options  NULL for the defaults.
 * @param kuflow   NULL for the defaults.
 * @param worker   Receives it; free it with kf_worker_free(), before the client. NULL on failure.
 * @return KF_OK; KF_ERROR_ARGUMENT for options that make no sense; KF_ERROR_MEMORY.
 */
KF_API kf_status kuflow_worker_new(kf_client *client, const kf_worker_options *options,
                                   const kuflow_worker_options *kuflow, kf_worker **worker, kf_error *error);

/** The task with all its fields, as it was when this job began; NULL for a job of another engine. Lives as long as the
 *  job. */
KF_API const kuflow_process_item *kuflow_job_task(const kf_job *job);

/**
 * Appends a line to the task's log at once, in this thread.
 * @return As kuflow_append_process_item_task_log(); KF_ERROR_ARGUMENT for a job of another engine.
 */
KF_API kf_status kuflow_job_log(kf_job *job, kuflow_process_item_task_log_level level, const char *message,
                                kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
