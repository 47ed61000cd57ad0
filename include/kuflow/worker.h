/**
 * @file worker.h
 * A worker: it takes jobs from an engine, hands each to a function of yours, and reports how it ended.
 *
 *     static kf_outcome charge(kf_job *job, void *user)
 *     {
 *         double amount;
 *         if (kf_job_get_double(job, "amount", &amount) != KF_OK)
 *             return kf_job_bpmn_error(job, "NO_AMOUNT");
 *         kf_job_set_string(job, "receipt", "R-17");
 *         return kf_job_complete(job);
 *     }
 *
 *     kf_topic topic = KF_TOPIC_INIT;
 *     topic.name = "charge";
 *     topic.handler = charge;
 *     flowable_worker_new(client, NULL, &worker, &error);
 *     kf_worker_add_topic(worker, &topic, &error);
 *     kf_worker_run(worker, &error);      // until kf_worker_request_stop()
 *     kf_worker_free(worker);
 *
 * Workers are made by their engine's header: services/flowable_worker.h (external worker jobs),
 * services/kuflow_worker.h (tasks of KuFlow), services/jbpm_worker.h (human tasks of jBPM). What follows holds for all;
 * docs/workers.md says it at length.
 *
 * A job may be worked more than once (a lock can run out, a process can crash), so let handlers be repeatable; but of
 * all the ends that are reported for it, the engine accepts one. A worker never stops taking jobs because of an error,
 * never takes more than it has room for, and gives back what it did not begin.
 *
 * A job is for one thread at a time, but for kf_job_cancelled().
 */
#ifndef KUFLOW_WORKER_H
#define KUFLOW_WORKER_H

#include "kuflow/client.h"
#include "kuflow/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A worker with its topics and threads. */
typedef struct kf_worker kf_worker;

/** A job that this worker holds. In a handler it lives until the handler returns; see kf_job_detach(). */
typedef struct kf_job kf_job;

/** How a job ends. Handlers return what one of the ending functions below returned. */
typedef enum kf_outcome {
    KF_OUTCOME_NONE = 0, /**< Not ended. Returned by a handler it is a failure: the handler decided nothing. */
    KF_OUTCOME_COMPLETED, /**< kf_job_complete() */
    KF_OUTCOME_BPMN_ERROR, /**< kf_job_bpmn_error() */
    KF_OUTCOME_TERMINATED, /**< kf_job_cmmn_terminate() */
    KF_OUTCOME_FAILED, /**< kf_job_fail(), kf_job_fail_with() */
    KF_OUTCOME_GIVEN_BACK, /**< kf_job_give_back() */
    KF_OUTCOME_DETACHED, /**< kf_job_detach(): it ends later. */
    KF_OUTCOME_REFUSED /**< The ending function could not be obeyed: the job was ended before, the engine has no
                            such end for it, or memory was short. If it was not ended before, it is still open. */
} kf_outcome;

/** The name of an outcome: "completed", "bpmn_error", … Static. */
KF_API const char *kf_outcome_text(kf_outcome outcome);

/** Works on a job. Called in a thread of the worker, by several threads at once; with kf_worker_poll_once() in the
 *  caller's. It must return; what takes long looks at kf_job_cancelled() now and then. */
typedef kf_outcome (*kf_job_fn)(kf_job *job, void *user);

/** What a worker takes jobs of, and how. Begin with `= KF_TOPIC_INIT`. Zero and NULL mean the default. Texts are
 * copied. */
typedef struct kf_topic {
    size_t size;
    const char *name; /**< Required. Flowable: the topic. KuFlow: the code of the task's definition. jBPM: the task's
                           name. */
    kf_job_fn handler; /**< Required. */
    void *user; /**< Given to the handler. */
    const char *scope_type; /**< Flowable: "bpmn" or "cmmn"; NULL: both. */
    int64_t lock_ms; /**< How long the engine keeps a job for this worker. It cannot be prolonged, so let it be
                          longer than any handler takes. Default: 5 min; at most 24 days 20 h. */
    int max_jobs; /**< Handlers of this topic that run at once. Default: the worker's threads. */
    int64_t poll_min_ms; /**< The wait after the first poll that found nothing; doubled with each. Default: 25. */
    int64_t poll_max_ms; /**< No wait after an empty poll is longer. Default: 500. */
    int64_t retry_base_ms; /**< After a failure the engine offers the job again after this time, doubled with each
                                failure, with jitter. Default: 5 s; negative: at once. */
    int64_t retry_max_ms; /**< Default: 5 min. */
    int max_deliveries; /**< A job that was taken so often without any end is failed instead of being handled again,
                             since expired locks use up no retries. Counted in this process, so a handler that
                             crashes it is not stopped by this. Default: 3; negative: never. */
    bool discard_late; /**< Do not report an end after the lock's time. By default it is tried: the engine accepts
                            it as long as nobody else got the job. */
} kf_topic;

#define KF_TOPIC_INIT KF_INITIAL_OPTIONS_(kf_topic)
/** The same as KF_TOPIC_INIT, as a function. @param size  sizeof(kf_topic), as the caller knows the struct. */
KF_API void kf_topic_init(kf_topic *topic, size_t size);

/** What a kf_worker_event tells. */
typedef enum kf_worker_event_kind {
    KF_WORKER_STARTED = 1,
    KF_WORKER_STOPPED, /**< All threads ended; the reports of `count` jobs did not get through. */
    KF_WORKER_ACQUIRED, /**< `count` jobs came. Not told for empty polls. */
    KF_WORKER_ACQUIRE_FAILED, /**< Told when polling begins to fail, or fails in another way; not for each repeat. */
    KF_WORKER_RECOVERED, /**< Polling works again after it failed `count` times. */
    KF_WORKER_TOPIC_ENDED, /**< The engine called the topic's settings wrong, and has never answered a poll with
                                them: it is polled no more. */
    KF_WORKER_EXCLUSIVE, /**< Exclusive jobs of one instance block each other; once a topic. */
    KF_WORKER_BAD_JOB, /**< A job came that cannot be read; it was failed, or left if it has no id. */
    KF_WORKER_JOB_STARTED, /**< Before the handler is called. */
    KF_WORKER_JOB_HANDLED, /**< The end is decided, with `outcome`, and about to be reported. A program that must
                                know after a crash what was done writes its journal here. */
    KF_WORKER_JOB_DONE, /**< The engine took the report. */
    KF_WORKER_JOB_ASSUMED_DONE, /**< An answer was lost, and now the job is gone: the report was taken, most likely. */
    KF_WORKER_JOB_LOCK_LOST, /**< The lock had gone to somebody else, or back to the engine: it will be worked again. */
    KF_WORKER_JOB_GONE, /**< The job did not exist any more: its instance ended or was suspended. KuFlow and jBPM,
                             also: somebody else has it. */
    KF_WORKER_JOB_REFUSED, /**< The engine does not accept the outcome; the job was failed with its words. */
    KF_WORKER_JOB_UNREPORTED, /**< No report got through in time. The engine offers the job again. */
    KF_WORKER_JOB_LOCK_HALF, /**< Half of the lock's time is over, and the handler is still at work. */
    KF_WORKER_JOB_LOCK_ENDED, /**< The lock's time is over; the job's cancel flag is set. */
    KF_WORKER_JOB_POISON, /**< A job came back too often without an end, and was failed. */
    KF_WORKER_REGISTERED, /**< KuFlow: the worker was announced. */
    KF_WORKER_REGISTRATION_FAILED,
    KF_WORKER_STOPPING /**< A stop waits for `count` jobs, for `milliseconds` at most. */
} kf_worker_event_kind;

/** The name of a kind: "acquire_failed", … Static; "" for an unknown number. */
KF_API const char *kf_worker_event_text(kf_worker_event_kind kind);

/** How much an event matters. */
typedef enum kf_severity {
    KF_SEVERITY_DEBUG = 0,
    KF_SEVERITY_INFO,
    KF_SEVERITY_WARNING,
    KF_SEVERITY_ERROR
} kf_severity;

/** One thing that happened in a worker: for logs and metrics. Texts live only during the call. */
typedef struct kf_worker_event {
    kf_worker_event_kind kind;
    kf_severity severity;
    const char *topic; /**< "" when it is about the whole worker. */
    const char *job_id; /**< "" when it is about no job. */
    const char *worker_id; /**< The id that the engine knows the holder by; "" when there is none. */
    kf_outcome outcome; /**< Of the job; KF_OUTCOME_NONE as long as it has none. */
    kf_status status; /**< Of the request that this is about, as the next; KF_OK without one. */
    int http_status;
    int64_t count; /**< As the kind says. */
    int64_t milliseconds; /**< Of the request or handler that ended; until the next attempt of what failed. */
    const char *message; /**< One sentence for a person. */
} kf_worker_event;

/** Called in the worker's threads, by several at once. It must not wait for the worker. */
typedef void (*kf_worker_event_fn)(const kf_worker_event *event, void *user);

/** Options of a worker. Begin with `= KF_WORKER_OPTIONS_INIT`. Zero and NULL mean the default. Texts are copied. */
typedef struct kf_worker_options {
    size_t size;
    const char *name; /**< For people, in the worker ids that the engine shows. At most 100 characters. Default:
                           "kuflow". */
    int threads; /**< Handlers that run at once, and connections that the client keeps open for them (two more, if
                      `max_idle_connections` is less). Default: 8; at most 10000; negative: none, the caller's own loop
                      calls kf_worker_poll_once(). */
    int max_prefetch; /**< Jobs that wait here while all handlers are busy. It grows up to this as handlers prove to
                           be quick: what waits should be begun within about 100 ms, and is given back after 5 s.
                           Default: 4 for each thread, at least 32; negative: none. */
    const char *worker_id; /**< A fixed id, of 255 bytes at most, instead of a new one for each batch. Without a new
                                one a handler that is late can end a job that this worker took again meanwhile, and
                                the answer of a lost acquire cannot be undone. Default: NAME/HOST-PID-RANDOM/NUMBER. */
    int64_t drain_ms; /**< How long kf_worker_run() lets handlers end when it stops. Default: 30 s; negative: 0. */
    int64_t grace_ms; /**< After that the jobs' cancel flags are set, and this is waited. Default: 5 s. */
    int64_t request_ms; /**< Limit of each request. Default: 30 s. */
    int64_t report_ms; /**< Reports are repeated until the lock's time is over and this longer. Default: 60 s. */
    kf_worker_event_fn on_event; /**< NULL: none. */
    void *on_event_user;
} kf_worker_options;

#define KF_WORKER_OPTIONS_INIT KF_INITIAL_OPTIONS_(kf_worker_options)
/** The same as KF_WORKER_OPTIONS_INIT, as a function. @param size  sizeof(kf_worker_options), as the caller knows it.
 */
KF_API void kf_worker_options_init(kf_worker_options *options, size_t size);

/* The worker */

/**
 * Adds a topic. Before the worker is started or polled.
 * @return KF_OK; KF_ERROR_ARGUMENT for what makes no sense (no name or handler, a name twice, a lock that is too long,
 *         a scope type that there is not, a started worker); KF_ERROR_MEMORY.
 */
KF_API kf_status kf_worker_add_topic(kf_worker *worker, const kf_topic *topic, kf_error *error);

/**
 * Starts the threads and returns.
 * @return KF_OK; KF_ERROR_ARGUMENT without topics, with `threads` below 0, when started before, or in a forked child;
 *         KF_ERROR_MEMORY, also when the system gives no threads or descriptors.
 */
KF_API kf_status kf_worker_start(kf_worker *worker, kf_error *error);

/** Jobs at the end of kf_worker_stop(), since the start. */
typedef struct kf_worker_result {
    uint64_t completed; /**< Ends of any kind that the engine took, or is assumed to have taken. */
    uint64_t given_back; /**< Given back unhandled. */
    uint64_t abandoned; /**< Still in a handler or unreported: the engine offers them again when their lock is over. */
} kf_worker_result;

/**
 * Stops: takes no more jobs, gives back those that no handler has begun, waits up to `drain_ms` for the handlers, then
 * sets the cancel flags of their jobs and waits for the worker's `grace_ms`. What a handler ends meanwhile is reported
 * as usual. Detached jobs count as handlers. Not in a handler or an event function: call kf_worker_request_stop()
 * there. A kf_worker_poll_once() in another thread counts as a handler, too.
 * @param result  May be NULL.
 * @return KF_OK when all ended; KF_ERROR_TIMEOUT when handlers are still running: the worker still exists for them, and
 *         kf_worker_free() waits for them. KF_OK too when it was not started. KF_ERROR_ARGUMENT in a thread of the
 *         worker, or in a forked child.
 */
KF_API kf_status kf_worker_stop(kf_worker *worker, int64_t drain_ms, kf_worker_result *result, kf_error *error);

/** Asks the worker to stop, and returns at once. Any thread, a handler, or a signal handler; also before the start,
 * which is then followed by the end, but not once kf_worker_free() was called. The second request during
 * kf_worker_run() cuts the drain short. */
KF_API void kf_worker_request_stop(kf_worker *worker);

/**
 * Starts, waits for kf_worker_request_stop(), and stops with the options' `drain_ms`.
 * @return As kf_worker_start(), then as kf_worker_stop().
 */
KF_API kf_status kf_worker_run(kf_worker *worker, kf_error *error);

/**
 * For a loop of the caller's own, with `threads` below 0: polls the topics that are due, handles what comes in this
 * thread, one job after the other, reports, and does what else is due (detached jobs that ended, jobs given back,
 * reports to be repeated, registration). It returns after the first batch that brought jobs. One thread at a time. A
 * request under way is limited by `request_ms`, and not cut short by kf_worker_request_stop(); but no job begins after
 * that: kf_worker_stop() or kf_worker_free() gives them back. Nobody is there to tell of locks that end while a handler
 * is at work; kf_job_cancelled() knows.
 * @param wait_ms  How long to wait for something to be due; 0: not at all. kf_worker_request_stop() ends the wait.
 * @param handled  Receives how many jobs were handled. May be NULL.
 * @return KF_OK, also when polls failed: that is told by events and counters; KF_ERROR_CANCELLED after
 *         kf_worker_request_stop(); KF_ERROR_ARGUMENT; KF_ERROR_MEMORY.
 */
KF_API kf_status kf_worker_poll_once(kf_worker *worker, int64_t wait_ms, int *handled, kf_error *error);

/** When something is due next, in milliseconds from now, for kf_worker_poll_once(); 0: now. At most an hour. A detached
 *  job that ends in another thread makes something due earlier: it ends the wait of kf_worker_poll_once(), but not one
 * of your own. */
KF_API int64_t kf_worker_due_ms(kf_worker *worker);

/** Stops it as kf_worker_stop() with 0, waits until all handlers and kf_worker_poll_once() have returned and all
 * detached jobs are freed, and frees it. NULL is allowed. The client is not freed. Not in a handler. In a child of the
 * process that started the worker it does nothing. */
KF_API void kf_worker_free(kf_worker *worker);

/* The job: what it is */

/** Its id in the engine. Good as a key against doing things twice. Lives as long as the job, as all texts here. */
KF_API const char *kf_job_id(const kf_job *job);
/** The topic's name. */
KF_API const char *kf_job_topic(const kf_job *job);
/** The process or case instance; "" when not known. */
KF_API const char *kf_job_instance_id(const kf_job *job);
/** The id under which the engine keeps it locked; where it has no locks, that of its batch here. */
KF_API const char *kf_job_worker_id(const kf_job *job);
/** How often it may still fail; -1 when the engine does not say. */
KF_API int kf_job_retries(const kf_job *job);
/** Milliseconds until the lock's time is over, on this machine's clock, counted from before the request; negative after
 *  it. INT64_MAX when the engine has no locks. */
KF_API int64_t kf_job_remaining_ms(const kf_job *job);
/** Whether to give up: the lock's time is over, or the worker stops. Any thread. */
KF_API bool kf_job_cancelled(const kf_job *job);
/** The client of the worker, for calls of the handler's own. */
KF_API kf_client *kf_job_client(const kf_job *job);

/* The job: variables. Reading gives KF_ERROR_NOT_FOUND when there is none of that name or it is null (but see
 * kf_job_get_json()), and KF_ERROR_ARGUMENT when it is of another type or does not fit; `*value` is left as it is then.
 * KuFlow: the members of the task's data. jBPM: the parameters of the task. */

/** A text. Lives as long as the job. */
KF_API kf_status kf_job_get_string(const kf_job *job, const char *name, const char **value);
/** A whole number, exact. */
KF_API kf_status kf_job_get_int64(const kf_job *job, const char *name, int64_t *value);
/** Any number, as the nearest double. */
KF_API kf_status kf_job_get_double(const kf_job *job, const char *name, double *value);
/** A truth value. */
KF_API kf_status kf_job_get_bool(const kf_job *job, const char *name, bool *value);
/** A point in time. */
KF_API kf_status kf_job_get_time(const kf_job *job, const char *name, kf_time *value);
/** Whatever it is, as JSON, a null too. Lives as long as the job; never change it or give it to cJSON_Delete(). */
KF_API kf_status kf_job_get_json(const kf_job *job, const char *name, const cJSON **value);
/** Whether there is one of that name, be it null. */
KF_API bool kf_job_has(const kf_job *job, const char *name);

/* Set variables are sent with the job's end; the last of a name counts. KF_ERROR_ARGUMENT for what the engine would not
 * keep as it is, and for a job that has ended; KF_ERROR_MEMORY. kf_job_error() says why, and what was set before stays.
 * Values are copied; a NULL sets null. */

KF_API kf_status kf_job_set_string(kf_job *job, const char *name, const char *value);
KF_API kf_status kf_job_set_int64(kf_job *job, const char *name, int64_t value);
KF_API kf_status kf_job_set_double(kf_job *job, const char *name, double value);
KF_API kf_status kf_job_set_bool(kf_job *job, const char *name, bool value);
KF_API kf_status kf_job_set_time(kf_job *job, const char *name, kf_time value);
KF_API kf_status kf_job_set_json(kf_job *job, const char *name, const cJSON *value);
KF_API kf_status kf_job_set_null(kf_job *job, const char *name);

/** Why the last function on this job did not return KF_OK, or returned KF_OUTCOME_REFUSED; "" when none did. It lives
 *  until the next such function. */
KF_API const char *kf_job_error(const kf_job *job);

/* The job: its end. Each can be called once for a job; what is given is copied. In a handler the report is sent after
 * it has returned. */

/** The work is done. */
KF_API kf_outcome kf_job_complete(kf_job *job);
/** Flowable, BPMN only: throws an error for a boundary event. @param code  NULL: any boundary event catches it. */
KF_API kf_outcome kf_job_bpmn_error(kf_job *job, const char *code);
/** Flowable, CMMN only: ends the plan item as terminated. */
KF_API kf_outcome kf_job_cmmn_terminate(kf_job *job);

/** A failure in full. Begin with `= {0}`; in C++ with `= {}`. */
typedef struct kf_failure {
    const char *message; /**< One sentence. Cut to what the engine keeps (Flowable: 2000 characters). NULL: "the handler
                              failed". */
    const char *details; /**< As long as you like. NULL: none. */
    kf_int32 retries; /**< How often it may still fail; 0: never again. Default: one less than now. */
    kf_int64 delay_ms; /**< Not offered before. Default: as the topic says. */
} kf_failure;

/** The job failed: the engine offers it again later, until its retries are used up. `message` as in kf_failure. */
KF_API kf_outcome kf_job_fail(kf_job *job, const char *message);
/** The same in full. @param failure  NULL as `{0}`. */
KF_API kf_outcome kf_job_fail_with(kf_job *job, const kf_failure *failure);
/** Gives it back as if it had not been taken: no retry is used up, and it is offered again at once. To have it wait,
 * let it fail with a delay, and with kf_job_retries() as its retries. */
KF_API kf_outcome kf_job_give_back(kf_job *job);

/**
 * Keeps the job beyond the handler's return: it is ended later, from any thread, by one of the functions above, and
 * must then be freed with kf_job_free(). It goes on taking one of the topic's `max_jobs` until its end was reported.
 * Outside of its handler it is KF_OUTCOME_REFUSED.
 */
KF_API kf_outcome kf_job_detach(kf_job *job);
/** Frees a detached job; one that was not ended is given back. Only detached jobs. NULL is allowed. Any thread. */
KF_API void kf_job_free(kf_job *job);

/* Figures */

#define KF_HISTOGRAM_BUCKETS 20

/** How often something took how long. */
typedef struct kf_histogram {
    uint64_t count;
    double sum_ms;
    uint64_t buckets[KF_HISTOGRAM_BUCKETS]; /**< Not cumulative: those up to kf_histogram_bound_ms(i), above the one
                                               before. */
} kf_histogram;
/** The upper bound of a bucket in milliseconds: 0.5, 1, 2.5, 5, 10, … ; INFINITY for the last. */
KF_API double kf_histogram_bound_ms(size_t index);

/** What was counted since the worker was made: of a topic, or of all. Histograms are in milliseconds. */
typedef struct kf_worker_stats {
    size_t size; /**< sizeof(kf_worker_stats); set it before the call. */
    uint64_t polls; /**< Requests for jobs. */
    uint64_t polls_empty;
    uint64_t polls_failed;
    uint64_t acquired; /**< Jobs that came. */
    uint64_t started; /**< Calls of a handler. */
    uint64_t completed; /**< Reports that the engine took, by their outcome; so are the next four. */
    uint64_t bpmn_errors;
    uint64_t terminated;
    uint64_t failed;
    uint64_t given_back;
    uint64_t assumed_done; /**< Counted among the five above too. */
    uint64_t lock_lost; /**< As the event of that name; so are `gone`, `unreported`, `poison` and `bad_jobs`. */
    uint64_t gone;
    uint64_t refused; /**< Counted in `failed` too. */
    uint64_t unreported;
    uint64_t late; /**< Reports that were taken after the lock's time. */
    uint64_t report_retries;
    uint64_t poison;
    uint64_t bad_jobs;
    uint64_t undone; /**< Acquires whose answer was lost, and that were undone. */
    uint64_t exclusive_blocked; /**< Polls that exclusive jobs are suspected to have made empty. */
    int64_t running; /**< Now: in handlers, detached, or being reported. */
    int64_t waiting; /**< Now: taken, and not begun. */
    int64_t slots_free; /**< Now. */
    int64_t since_success_ms; /**< Since the last poll that was answered; -1 before the first. */
    int64_t oldest_remaining_ms; /**< The least kf_job_remaining_ms() of all jobs held; INT64_MAX without any. */
    kf_histogram poll_ms; /**< Requests for jobs that were answered. */
    kf_histogram wait_ms; /**< From the answer to the handler's begin. */
    kf_histogram handler_ms;
    kf_histogram report_ms; /**< From the end of the handler to the engine's word. */
    kf_histogram total_ms; /**< From the request for jobs to the engine's word. */
} kf_worker_stats;

/** Reads the figures. Any thread. @param topic  NULL: all topics. @return KF_OK; KF_ERROR_ARGUMENT for an unknown
 * topic, without `size`, or in a forked child. */
KF_API kf_status kf_worker_stats_get(kf_worker *worker, const char *topic, kf_worker_stats *stats);

/** The same figures of all topics in Prometheus' text format, with the labels `worker` and `topic`. Any thread.
 *  @param text    Receives it, terminated; free it with kf_free(). NULL on failure.
 *  @param length  Receives its bytes. May be NULL.
 *  @return KF_OK; KF_ERROR_ARGUMENT for NULL or in a forked child; KF_ERROR_MEMORY. */
KF_API kf_status kf_worker_metrics(kf_worker *worker, char **text, size_t *length, kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
