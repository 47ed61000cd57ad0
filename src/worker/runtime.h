/* What a worker is made of, and what its parts do for each other. */
#ifndef KF_WORKER_RUNTIME_H
#define KF_WORKER_RUNTIME_H

#include "client/state.h"
#include "worker/report.h"
#include "worker/schedule.h"
#include "worker/seen.h"
#include "worker/source.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#define KF_WORKER_ID_SIZE 256
#define KF_UNDO_MAX 32

typedef struct kf_worker_topic {
    kf_topic settings; /* all filled in; the texts are this topic's own */
    uint64_t name_hash;
    kf_schedule schedule;
    kf_pace pace;
    size_t heap_index; /* KF_NOT_QUEUED: it is not to be polled, as it ended or has no room of its own */
    bool ended;
    bool told_exclusive;
    int held; /* in handlers, detached or being reported */
    int waiting;
    kf_job *first_waiting;
    kf_job *last_waiting;
    struct kf_worker_topic *next_runnable; /* of the topics with a job that may be begun */
    bool runnable;
    int64_t answered_at; /* the last poll that was; -1 before the first */
    kf_worker_stats stats;
} kf_worker_topic;

#define KF_NOT_QUEUED SIZE_MAX

/* The jobs of one answer, while they come in. */
struct kf_batch {
    kf_worker *worker;
    kf_worker_topic *topic;
    const char *worker_id;
    int64_t sent_at;
    kf_job *first;
    kf_job *last;
    int count;
    bool lost; /* there was no memory for one */
};

typedef enum kf_job_state {
    KF_JOB_WAITING = 0,
    KF_JOB_HELD, /* in a handler or detached, not ended */
    KF_JOB_ENDED, /* to be reported */
    KF_JOB_REPORTED /* nothing more is done with it */
} kf_job_state;

struct kf_job {
    kf_worker *worker;
    kf_worker_topic *topic;
    kf_job *next; /* of a queue: the topic's waiting ones, the reports, the repeats */
    kf_job *held_next; /* of all that are begun and not over */
    kf_job *held_previous;
    char *id; /* the texts are in the same block */
    char *instance_id;
    char *worker_id;
    char *broken; /* NULL: it can be handled */
    int retries;
    void *data;

    int64_t sent_at;
    int64_t arrived_at;
    int64_t begun_at;
    int64_t ended_at;
    int64_t lock_at; /* the lock's end; INT64_MAX: none */
    int64_t retry_at; /* of the report */

    /* Below the worker's lock. */
    kf_job_state state;
    int references;
    bool handling; /* a handler is at work */
    bool handled; /* one was */
    bool detached;
    bool slot; /* it takes one of the worker's threads */
    bool told_half;
    bool told_ended;

    atomic_bool cancelled;
    kf_seen seen; /* what was known of it when it came */
    kf_end end;
    char *end_texts; /* that `end` points to; NULL: none, or `words` */
    kf_report report;
    char error[256]; /* of the user's last call */
    char trouble[256]; /* why the last report did not get through */
    char words[640]; /* the message of a failure that the runtime decided */
};

/* An acquire whose jobs may be locked without anybody knowing. */
typedef struct kf_undo {
    char worker_id[KF_WORKER_ID_SIZE];
    kf_worker_topic *topic;
    int64_t at; /* not before */
    int64_t give_up; /* its locks are over; see undo_once() */
    int failures;
    int times; /* still to be undone */
} kf_undo;

typedef enum kf_worker_mode { KF_MODE_NEW = 0, KF_MODE_THREADS, KF_MODE_LOOP } kf_worker_mode;

struct kf_worker {
    kf_client *client;
    kf_client *acquire_client; /* scopes: for polls, and for the rest */
    kf_client *report_client;
    kf_client *tend_client;
    kf_cancel *acquire_cancel;
    kf_cancel *report_cancel;
    const kf_source_ops *ops;
    void *source;
    const kf_clock *clock;
    kf_worker_options options; /* all filled in; the texts are the worker's own */
    char id_prefix[KF_WORKER_ID_SIZE - 22];
    uint64_t sequence;
    _Atomic pid_t pid; /* 0: not started */

    atomic_int stop_requests;
    atomic_int pipe_write; /* -1: none yet */
    int pipe_read;

    pthread_mutex_t lock; /* of all below */
    pthread_mutex_t stop_lock; /* one stop at a time; taken first */
    pthread_cond_t work; /* for handler threads */
    pthread_cond_t acquire; /* for the acquirer */
    pthread_cond_t change; /* for whoever waits for the end */
    kf_worker_mode mode;
    bool stopping; /* takes no more jobs */
    bool giving_up; /* reports are tried only once */
    bool finished; /* threads end when nothing is left */
    bool joined;
    bool running; /* kf_worker_run() is at work */
    bool acquiring; /* a request for jobs or of the source's own is under way: a stop aborts it */
    bool wants_room; /* the acquirer waits for it */
    int idle; /* handler threads that wait */
    int slots_used;
    int waiting;
    int detached; /* jobs that their owners have not freed */
    int live; /* jobs that are not over */
    kf_pace pace;

    kf_worker_topic **topics;
    size_t topic_count;
    kf_worker_topic **heap; /* by the time of the next poll */
    size_t heap_count;
    size_t topic_room; /* of both arrays */
    kf_worker_topic *first_runnable;
    kf_worker_topic *last_runnable;

    kf_job *held; /* begun and not over */
    kf_job *first_report; /* to be reported now */
    kf_job *last_report;
    kf_job *repeats; /* to be reported again at their time */
    int64_t stale_at; /* when a waiting job will have waited for too long, at the earliest */

    /* Errors are about the server: told and slowed down for all topics together. */
    int failures; /* polls in a row, of any topic, on the same track */
    kf_track track;
    int64_t retry_at;
    int failing; /* topics whose last poll failed */
    uint32_t told; /* the statuses, as bits; 0: all is well */
    int64_t failed_count; /* polls, since the first of them */

    kf_undo undo[KF_UNDO_MAX];
    int undo_count;
    int64_t tend_at;
    int64_t drain_at; /* of the stop under way; it can be brought forward */
    int64_t abort_at; /* when the poll under way is aborted; INT64_MAX: not */
    int64_t keeper_at; /* when the keeper wakes by itself */
    kf_seen_table seen;
    uint64_t result_completed;
    uint64_t result_given_back;
    uint64_t result_unreported; /* since the stop began */
    bool in_loop; /* kf_worker_poll_once() is at work, in `loop_thread` */
    pthread_t loop_thread;

    pthread_t *threads; /* the handlers, then the acquirer and the keeper */
    int thread_count;
};

int64_t kf_worker_now(const kf_worker *worker);
/* Of this process, and usable? */
kf_status kf_worker_check(const kf_worker *worker, kf_error *error);

/* topic.c, under the lock */
kf_worker_topic *kf_topic_find(const kf_worker *worker, const char *name);
void kf_topic_free(kf_worker_topic *topic);
void kf_topic_queue(kf_worker *worker, kf_worker_topic *topic); /* for its next poll, or after a change of the time */
void kf_topic_unqueue(kf_worker *worker, kf_worker_topic *topic);
int kf_topic_room(const kf_worker *worker, const kf_worker_topic *topic, int64_t now);
bool kf_worker_has_room(const kf_worker *worker, int64_t now);

/* queue.c, under the lock */
void kf_queue_waiting(kf_worker *worker, kf_job *job);
kf_job *kf_take_waiting(kf_worker *worker); /* NULL: none may be begun */
void kf_queue_report(kf_worker *worker, kf_job *job);
kf_job *kf_take_report(kf_worker *worker);
void kf_queue_repeat(kf_worker *worker, kf_job *job);
/* Moves the repeats that are due to the reports; the time of the next. */
int64_t kf_repeats_due(kf_worker *worker, int64_t now);
/* All that waits is given back. */
void kf_give_back_waiting(kf_worker *worker);
/* Too little of its lock is left to begin it. */
bool kf_job_stale(const kf_job *job, int64_t now);
/* One that waited for too long, for a free thread or with its lock; it is to be given back. NULL: none. */
kf_job *kf_take_stale(kf_worker *worker, int64_t now);
void kf_held_add(kf_worker *worker, kf_job *job);
void kf_held_remove(kf_worker *worker, kf_job *job);

/* acquire.c: does one thing that is due, and gives up the lock meanwhile. 0: it did; else when something is due next.
 */
int64_t kf_acquire_step(kf_worker *worker);
int64_t kf_acquire_due(kf_worker *worker, int64_t now);

/* handle.c, without the lock; the job may be gone afterwards. Says whether a handler was called. */
bool kf_handle_job(kf_job *job);
/* After an end was decided, or on a repeat: reports once, and finishes the job or puts it aside for a repeat. */
void kf_report_once(kf_job *job);

/* job.c */
/* Gives up one reference; true when it was the last: kf_job_destroy() it without the lock. */
bool kf_job_unref(kf_job *job);
void kf_job_destroy(kf_job *job);
/* An end that the runtime decides itself, under the lock; `words` (printf) is the message of a failure. */
void kf_job_decide(kf_job *job, kf_outcome outcome, const char *words, ...) __attribute__((format(printf, 3, 4)));
void kf_job_say(const kf_job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* keeper.c, under the lock, given up while events are told: repeats, locks that end, the poll to be aborted. The time
 * when it is to be called again. */
int64_t kf_keep(kf_worker *worker);
void kf_wake_keeper(kf_worker *worker, int64_t at);
void kf_poke(const kf_worker *worker); /* async-signal-safe */
/* Waits for kf_poke() or until the time; takes the pokes away. Without the lock. */
void kf_wait_for_poke(kf_worker *worker, int64_t milliseconds);

/* run.c */
void kf_begin_stop(kf_worker *worker); /* under the lock */
kf_status kf_worker_begin(kf_worker *worker, kf_worker_mode mode, kf_error *error); /* under the lock */
void kf_tell_started(kf_worker *worker);
void kf_worker_wait_for_handlers(kf_worker *worker);
bool kf_worker_open_pipe(kf_worker *worker);
/* The first part of the worker ids; the process is known now. */
void kf_worker_name_batches(kf_worker *worker);

/* event.c; without the lock */
void kf_tell_job(const kf_job *job, kf_worker_event_kind kind, kf_severity severity, const kf_error *error,
                 int64_t milliseconds, const char *format, ...) __attribute__((format(printf, 6, 7)));
void kf_tell(kf_worker *worker, const kf_worker_event *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* stats.c */
void kf_histogram_add(kf_histogram *histogram, int64_t milliseconds);
void kf_stats_of(const kf_worker *worker, const kf_worker_topic *topic, int64_t now, kf_worker_stats *stats);

#endif
