/**
 * @file jbpm_worker.h
 * Workers for jBPM's human tasks over REST: they look for tasks that their user may have, claim and start them, hand
 * them to a function, and complete them with the results that it set. See worker.h for all that is not jBPM's.
 *
 * A topic's `name` is the name of a task (in the process: that of its node), in whatever process; the tasks with the
 * lowest ids come first. A job's variables are the parameters of the task, read from its content; those of the engine
 * are among them ("NodeName", "TaskName", …). What a handler sets becomes the results of the task, which the process
 * maps to its variables. Results are texts, whole numbers (java.lang.Long), doubles and truth values; times are texts
 * of RFC 3339. JSON and null are refused, since jBPM has no such values, and texts with characters that XML cannot
 * hold. Parameters that are other Java objects are JSON objects with their class and their serialized form in base64:
 * {"className": …, "base64": …}.
 *
 * jBPM has no locks, so `lock_ms` and `discard_late` do not count. A task that was started belongs to the user that the
 * client logs in as:
 *  - Tasks that are Ready are claimed; those that are Reserved for the user already are taken too. Somebody who works
 *    with the same user by hand would lose them: let the worker have a user of its own.
 *  - A task that somebody else claims first is skipped: that is no error, and counted as `gone`. Several workers may
 *    have the same user: only one of them can start a task.
 *  - A failure with tries left gives the task back (release), so that it is Ready again. This worker takes it again
 *    after the failure's delay, another one at once. After `max_failures` (or with `retries` 0) it is told to jBPM: the
 *    task has Failed, with the failure's `message` and `details` as its fault, and the process goes on without results.
 *  - What is given back is Ready again, too. After a crash the tasks stay InProgress: see `resume`.
 *  - There are no BPMN errors and no termination: such ends are refused (KF_OUTCOME_REFUSED).
 *  - A lost answer is no problem: the task's status tells what came of it.
 *
 * A poll asks for all tasks of the user that are Ready or Reserved, since 6.0 knows no pages here and no filter for
 * names. What there is no room for is taken from the same answer for up to 10 s, so that thousands of open tasks are
 * not listed again and again; an answer must fit into the client's `max_response_bytes` (64 MiB: about 100 000 tasks).
 */
#ifndef KUFLOW_SERVICES_JBPM_WORKER_H
#define KUFLOW_SERVICES_JBPM_WORKER_H

#include "kuflow/services/jbpm_variable.h"
#include "kuflow/worker.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a jBPM worker needs beyond kf_worker_options. Begin with `= JBPM_WORKER_OPTIONS_INIT`. Texts are copied. */
typedef struct jbpm_worker_options {
    size_t size;
    const char *user; /**< Required. The user that the client logs in as. */
    jbpm_profile profile; /**< The server's release. It decides how results are sent. Default: JBPM_6_0. */
    bool resume; /**< Take up tasks of the user that are InProgress and that this worker does not know, at the start and
                      every 5 minutes: what a crash has left. Only where no other worker has this user: what that one
                      works on would be worked twice. */
    int max_failures; /**< So often a task may fail here. Default: 3. */
} jbpm_worker_options;

#define JBPM_WORKER_OPTIONS_INIT KF_INITIAL_OPTIONS_(jbpm_worker_options)
/** The same as JBPM_WORKER_OPTIONS_INIT, as a function. @param size  sizeof(jbpm_worker_options). */
KF_API void jbpm_worker_options_init(jbpm_worker_options *options, size_t size);

/**
 * Makes a worker. Connects to nothing yet.
 * @param client   Of jbpm_client_new(). Must outlive the worker; others may use it at the same time.
 * @param options  NULL for the defaults.
 * @param jbpm     With its user.
 * @param worker   Receives it; free it with kf_worker_free(), before the client. NULL on failure.
 * @return KF_OK; KF_ERROR_ARGUMENT for options that make no sense; KF_ERROR_MEMORY.
 */
KF_API kf_status jbpm_worker_new(kf_client *client, const kf_worker_options *options, const jbpm_worker_options *jbpm,
                                 kf_worker **worker, kf_error *error);

/** The task with all its fields, as it was before this job claimed it; NULL for a job of another engine. Lives as long
 *  as the job. */
KF_API const jbpm_task *jbpm_job_task(const kf_job *job);

/** The task's parameters with their types; NULL when there are none, and for a job of another engine. Lives as long as
 *  the job.
 *  @param count  Receives how many there are. */
KF_API const jbpm_variable *jbpm_job_parameters(const kf_job *job, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
