/* When a topic is polled, and for how many jobs. Pure: time and dice are given. */
#ifndef KF_WORKER_SCHEDULE_H
#define KF_WORKER_SCHEDULE_H

#include "kuflow/worker.h"

#define KF_ANY_LIMIT INT32_MAX

/* Their sum, or INT64_MAX. */
int64_t kf_after(int64_t now, int64_t ms);

/* How a failed poll is repeated. */
typedef enum kf_track {
    KF_TRACK_ERROR, /* full jitter below 250 ms, doubled up to 30 s */
    KF_TRACK_SLOW, /* 5 s, doubled up to 60 s: what only a person can mend */
    KF_TRACK_END /* never: the topic's settings are wrong */
} kf_track;

typedef struct kf_schedule {
    int64_t next_at;
    int64_t wait_ms; /* the last wait after polls that found nothing; 0: the last one found something */
    int failures; /* in a row */
    kf_track track; /* of the last of them */
    int repeats; /* in a row on that track */
    bool empty; /* the last poll found nothing */
    bool ended; /* one of this worker's own jobs ended since the last poll was begun */

    /* Exclusive jobs (BPMN): an engine may answer a request for several jobs with none, since two of them belong to one
     * instance, although it would give out one. So an empty answer is now and then probed with a request for one. */
    bool probe; /* the next poll is for one job, to see whether an empty answer was true */
    int64_t probe_at; /* not before */
    int64_t probe_wait_ms;
    int suspicions; /* probes that found what a request for more had not, since such a request last found anything */
    int most; /* jobs asked for at once; KF_ANY_LIMIT: as there is room */
    int full; /* full answers in a row */
    int grow_after; /* that many of them double `most` */
} kf_schedule;

/* A poll that was answered. */
typedef struct kf_polled {
    int limit; /* asked for */
    int room; /* that there was */
    int found;
    bool holding; /* this worker held other jobs of the topic when it asked */
    bool kept; /* and holds one of them still: it cannot have set the others free meanwhile */
    bool may_block; /* the engine has jobs that block each other */
    int64_t now;
    uint64_t random;
} kf_polled;

typedef enum kf_blocked {
    KF_BLOCKED_NO = 0,
    KF_BLOCKED_SUSPECTED, /* an empty answer was not true */
    KF_BLOCKED_FOUND /* again, and nothing was to be had while this worker held a job: they are exclusive */
} kf_blocked;

void kf_schedule_init(kf_schedule *schedule);
/* A poll begins, with room for so many jobs; how many to ask for. */
int kf_schedule_begin(kf_schedule *schedule, int room);
kf_blocked kf_schedule_polled(kf_schedule *schedule, const kf_topic *topic, const kf_polled *polled);
/* The answer to a request for so many was larger than the client allows. */
void kf_schedule_too_large(kf_schedule *schedule, int limit);
/* One of this worker's own jobs ended: it may have blocked others of the topic. Says whether that brings a poll on. */
bool kf_schedule_ended(kf_schedule *schedule, int64_t now);

kf_track kf_track_of(const kf_error *error);
/* A wait, or the longer one that the server asks for, within reason. */
int64_t kf_asked_wait(const kf_error *error, int64_t wait);
/* The wait after the failure number `failures`, from 1. */
int64_t kf_track_wait(kf_track track, int failures, const kf_error *error, uint64_t random);

/* Random between half of `ms` and all of it. */
int64_t kf_jitter(int64_t ms, uint64_t random);

/* How many jobs end within 100 ms: a count that fades. */
typedef struct kf_pace {
    double jobs;
    int64_t at;
} kf_pace;
void kf_pace_add(kf_pace *pace, int64_t now);
int kf_pace_read(const kf_pace *pace, int64_t now);

/* How full the worker, or one topic of it, is. */
typedef struct kf_load {
    int slots; /* handlers that may run at once */
    int busy;
    int waiting; /* taken and not begun */
    int ahead; /* jobs that may wait while all slots are busy */
} kf_load;
/* How many jobs may be taken now; 0 as long as a request for so few is not worth it. */
int kf_room(const kf_load *worker, const kf_load *topic);

#endif
