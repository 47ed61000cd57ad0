/* A job of a Flowable worker: what the runtime keeps for the adapter. */
#ifndef KF_FLOWABLE_WORKER_JOB_H
#define KF_FLOWABLE_WORKER_JOB_H

#include "kuflow/services/flowable_worker.h"
#include "worker/source.h"

#include <stdatomic.h>

/* A decoded answer. Its jobs share it, so that nothing is copied; the last one frees it. */
typedef struct flowable_answer {
    atomic_int references;
    void *model; /* root of a block of the decoder */
} flowable_answer;

typedef struct flowable_job {
    flowable_answer *answer;
    const flowable_acquired_external_worker_job_response *model; /* in `answer` */
    flowable_variables *variables; /* to be sent; NULL until the first is set */
} flowable_job;

extern const kf_source_ops flowable_worker_ops;

void flowable_answer_release(flowable_answer *answer);

/* NULL for a job of another engine, and for one that could not be read. */
static inline flowable_job *flowable_job_of(const kf_job *job)
{
    return kf_job_is_of(job, &flowable_worker_ops) ? kf_job_data(job) : NULL;
}

/* The runtime's functions, see kf_source_ops. */
kf_status flowable_worker_acquire(void *source, kf_client *client, const kf_poll *poll, kf_batch *batch,
                                  kf_error *error);
kf_verdict flowable_worker_undo(void *source, kf_client *client, const char *worker_id, kf_error *error);
kf_verdict flowable_worker_report(void *source, kf_client *client, kf_job *job, const kf_end *end, kf_error *error);
const char *flowable_worker_refuses(void *source, const kf_job *job, const kf_end *end);

#endif
