/* What an engine must bring so that the runtime can work its jobs: the adapters of Flowable, KuFlow and
 * jBPM implement it. */
#ifndef KF_WORKER_SOURCE_H
#define KF_WORKER_SOURCE_H

#include "kuflow/worker.h"

/* What a request for jobs is about. */
typedef struct kf_poll {
    const kf_topic *topic; /* with all defaults filled in */
    const char *worker_id; /* the fence of this batch */
    int limit; /* at most so many jobs, from 1 */
} kf_poll;

/* What came of it; the source fills it through kf_batch_add(). */
typedef struct kf_batch kf_batch;

/* What a report of a job's end, a give-back or a failure came to. */
typedef enum kf_verdict {
    KF_VERDICT_DONE = 0, /* taken */
    KF_VERDICT_AGAIN, /* nothing is known, or it may go better later: `error` says why; error->may_have_acted counts */
    KF_VERDICT_GONE, /* there is no such job (any more) */
    KF_VERDICT_LOST, /* it is not held by this worker (any more) */
    KF_VERDICT_REFUSED /* this end is not acceptable: worth one failure with the server's words */
} kf_verdict;

/* A value of a job's variable, as the neutral functions know it. */
typedef enum kf_value_kind {
    KF_VALUE_NULL = 0,
    KF_VALUE_STRING,
    KF_VALUE_INT64,
    KF_VALUE_DOUBLE,
    KF_VALUE_BOOL,
    KF_VALUE_TIME,
    KF_VALUE_JSON
} kf_value_kind;
typedef struct kf_value {
    kf_value_kind kind;
    union {
        const char *string;
        int64_t int64;
        double real;
        bool boolean;
        kf_time time;
        const cJSON *json;
    } as;
} kf_value;

/* The end that a job was given. Texts are the job's. */
typedef struct kf_end {
    kf_outcome outcome;
    const char *code; /* of a BPMN error; may be NULL */
    kf_failure failure; /* of a failure: message always set; delay_ms by the runtime, absent for "at once"; retries
                           only if the user did */
} kf_end;

typedef struct kf_source_ops {
    const char *engine; /* "Flowable": for messages */
    bool has_locks; /* jobs come with a lock of topic->lock_ms */

    /* Asks once for jobs; no retries of its own. Any number that came is added to the batch. On failure
     * error->may_have_acted says whether jobs may be locked under worker_id all the same; then undo() is called later.
     * Never called by two threads at once. `client` is a scope with one attempt, limited to request_ms, that the
     * worker's stop cancels. KF_ERROR_ARGUMENT, KF_ERROR_ENCODE and HTTP 400 or 422 mean that the topic's settings are
     * wrong: it is polled no more. */
    kf_status (*acquire)(void *source, kf_client *client, const kf_poll *poll, kf_batch *batch, kf_error *error);
    /* Gives back all that was locked under worker_id. NULL when acquiring changes nothing: then what came of a failed
     * acquire is handled all the same. AGAIN and REFUSED are repeated with backoff; beyond the lock's end only AGAIN,
     * as long as there is a place for more. */
    kf_verdict (*undo)(void *source, kf_client *client, const char *worker_id, kf_error *error);
    /* Sends the end once. Called again with the same end after AGAIN; after REFUSED with a failure instead. By several
     * threads at once for different jobs, as begin(), refuses(), get() and set(). `client` is a scope with one attempt,
     * limited to request_ms. */
    kf_verdict (*report)(void *source, kf_client *client, kf_job *job, const kf_end *end, kf_error *error);
    /* Optional, called before the handler in its thread: KF_VERDICT_DONE, go on; GONE or LOST: skip it, somebody else
     * has it (KuFlow's claim); AGAIN: it is given back, with report(); REFUSED: it is failed with the error's words. */
    kf_verdict (*begin)(void *source, kf_client *client, kf_job *job, kf_error *error);
    /* Whether this end can be given to this job; if not, a sentence why. */
    const char *(*refuses)(void *source, const kf_job *job, const kf_end *end);

    /* Finds a variable: NULL when there is none. *number receives the exact text of a number as received, its length in
     * *length, or NULL. */
    const cJSON *(*get)(void *source, const kf_job *job, const char *name, const char **number, size_t *length);
    kf_status (*set)(void *source, kf_job *job, const char *name, const kf_value *value, kf_error *error);

    /* Optional: work of the source's own, such as registration. Returns how long until the next time, in milliseconds.
     * Called by the thread that polls, first before the first poll; `client` is a scope with one attempt, limited to
     * 5 s, that the worker's stop cancels. */
    int64_t (*tend)(void *source, kf_client *client, kf_worker *worker);
    void (*free_data)(void *source, void *data); /* of kf_batch_add() */
    void (*free)(void *source);
} kf_source_ops;

/* One job for the batch. Everything is copied but `data`, which the runtime frees with ops->free_data(), also when this
 * fails: return that failure from acquire(), so that the job is not lost. */
typedef struct kf_job_spec {
    const char *id;
    const char *instance_id; /* NULL: not known */
    int retries; /* -1: not known */
    void *data; /* the source's own: the decoded model, variables that were set, … */
    const char *broken; /* not NULL: it cannot be read, and this says why; it is failed with that instead of handled */
} kf_job_spec;
kf_status kf_batch_add(kf_batch *batch, const kf_job_spec *spec, kf_error *error);

/* A job that cannot be read and has no id: only counted and told. */
void kf_batch_count_bad(kf_batch *batch, const char *message);

void *kf_job_data(const kf_job *job);
/* Whether the job comes from such a source: for public functions that take any job. */
bool kf_job_is_of(const kf_job *job, const kf_source_ops *ops);
/* The topic's settings, with all defaults filled in. */
const kf_topic *kf_job_topic_settings(const kf_job *job);
/* For events of the source's own (registration); not to be called with a lock that report() or free_data() take. Fills
 * `topic`, `job_id` and `worker_id` with "" where they are NULL. */
void kf_worker_tell(kf_worker *worker, const kf_worker_event *event);
/* Milliseconds until something that failed `failures` times in a row (from 1) is tried again: random up to
 * base * 2^(failures - 1), at most `max_ms`. */
int64_t kf_worker_backoff(kf_worker *worker, int failures, int64_t base_ms, int64_t max_ms);
void *kf_worker_source(const kf_worker *worker);

/* Takes the source over, also when this fails. */
kf_status kf_worker_new(kf_client *client, const kf_worker_options *options, const kf_source_ops *ops, void *source,
                        kf_worker **worker, kf_error *error);

#endif
