/**
 * @file flowable_worker.h
 * Workers for Flowable's external worker tasks (BPMN and CMMN). See worker.h for all that is not Flowable's.
 *
 * What Flowable's server does and a worker cannot change:
 *  - A lock that is over is taken away by a sweep of the server's async executor, by itself once a minute. Until then
 * the job is not offered again; a report that is late is still taken. Without the executor locks stay for ever.
 *  - After a failure with a delay (`retry_base_ms`, kf_failure.delay_ms) the job waits for the first sweep after it,
 * too.
 *  - A task is exclusive unless its model says `flowable:exclusive="false"`: while one job of an instance is held, its
 *    siblings block the topic for all workers. See KF_WORKER_EXCLUSIVE.
 *  - That a report was taken means that the engine goes on with the instance by itself. What goes wrong there, such as
 * a BPMN error that nothing catches, is not told to a worker.
 *
 * kf_job_set_int64() sets a long, kf_job_set_double() a double, kf_job_set_time() an instant, in whole milliseconds;
 * kf_job_set_json() takes objects and arrays. For other types see flowable_job_variables(). kf_job_get_int64() and
 * kf_job_get_double() read all numbers but bigDecimal and bigInteger, which come as texts: kf_job_get_string(), or
 * flowable_variable_get_int64() and flowable_variable_get_decimal() with the variables of flowable_job_model().
 */
#ifndef KUFLOW_SERVICES_FLOWABLE_WORKER_H
#define KUFLOW_SERVICES_FLOWABLE_WORKER_H

#include "kuflow/services/flowable.h"
#include "kuflow/services/flowable_variable.h"
#include "kuflow/worker.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a worker. Connects to nothing yet.
 * @param client   Of flowable_client_new(). Must outlive the worker; others may use it at the same time.
 * @param options  NULL for the defaults.
 * @param worker   Receives it; free it with kf_worker_free(), before the client. NULL on failure.
 * @return KF_OK; KF_ERROR_ARGUMENT for options that make no sense; KF_ERROR_MEMORY.
 */
KF_API kf_status flowable_worker_new(kf_client *client, const kf_worker_options *options, kf_worker **worker,
                                     kf_error *error);

/** The job as it came, with all its fields; NULL for a job of another engine. Lives as long as the job. */
KF_API const flowable_acquired_external_worker_job_response *flowable_job_model(const kf_job *job);

/** A variable as it came, for types that kf_job_get_… do not tell apart; NULL when there is none of that name. */
KF_API const flowable_engine_rest_variable *flowable_job_variable(const kf_job *job, const char *name);

/** The variables that will be sent with the job's end, for types that kf_job_set_… do not have:
 *  `flowable_variables_set_local_date(flowable_job_variables(job), "due", "2026-12-24", &error)`. Belongs to the job,
 * and must not be changed after its end was decided. A failure or give-back sends none. NULL for a job of another
 * engine, and when memory is short. */
KF_API flowable_variables *flowable_job_variables(kf_job *job);

#ifdef __cplusplus
}
#endif
#endif
