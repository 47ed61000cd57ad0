/* A jBPM worker's source of tasks, and what the runtime keeps of each. */
#ifndef KF_JBPM_WORKER_TASK_H
#define KF_JBPM_WORKER_TASK_H

#include "kuflow/services/jbpm_worker.h"
#include "worker/claims.h"
#include "worker/source.h"

/* The open tasks of a topic as the server listed them, the lowest ids first. Those before `taken` were taken, or were
 * known. */
typedef struct jbpm_listed {
    int64_t id;
    int64_t instance; /* from 1; else it has none */
} jbpm_listed;
typedef struct jbpm_list {
    struct jbpm_list *next;
    int64_t until_ms; /* afterwards it is too old; on the claims' clock */
    jbpm_listed *tasks;
    size_t count, taken;
    char topic[];
} jbpm_list;

typedef struct jbpm_source {
    kf_worker *worker;
    kf_claims claims;
    jbpm_list *lists; /* one a topic; of the thread that acquires */
    jbpm_profile profile;
    bool resume;
    char user[];
} jbpm_source;

#define JBPM_NUMBER_SIZE 24

/* What the runtime keeps of a job. */
typedef struct jbpm_job {
    int64_t id;
    kf_claim *claim; /* NULL when what became of it is settled */
    jbpm_task *task; /* NULL until it was looked at */
    jbpm_content *content; /* NULL: it has none */
    cJSON *parameters; /* the content's, decoded; an object. NULL until it was looked at */
    char (*numbers)[JBPM_NUMBER_SIZE]; /* for each of them the text of a whole number, or "" */
    jbpm_argument *results; /* `result_count` of them; their texts are their own */
    size_t result_count;
    bool stumbled; /* it could not be begun */
} jbpm_job;

extern const kf_source_ops jbpm_worker_ops;

/* NULL for a job of another engine. */
static inline jbpm_job *jbpm_job_of(const kf_job *job)
{
    return kf_job_is_of(job, &jbpm_worker_ops) ? kf_job_data(job) : NULL;
}

/* The runtime's functions, see kf_source_ops. */
kf_status jbpm_worker_acquire(void *source, kf_client *client, const kf_poll *poll, kf_batch *batch, kf_error *error);
kf_verdict jbpm_worker_begin(void *source, kf_client *client, kf_job *job, kf_error *error);
kf_verdict jbpm_worker_report(void *source, kf_client *client, kf_job *job, const kf_end *end, kf_error *error);
const cJSON *jbpm_worker_get(void *source, const kf_job *job, const char *name, const char **number, size_t *length);
kf_status jbpm_worker_set(void *source, kf_job *job, const char *name, const kf_value *value, kf_error *error);
void jbpm_worker_free_job(void *source, void *data);
void jbpm_worker_free_lists(jbpm_source *source);

/* Makes the job's parameters of its content. */
kf_status jbpm_job_decode(jbpm_job *job, kf_error *error);
void jbpm_job_drop_results(jbpm_job *job);

#endif
