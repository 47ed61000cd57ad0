/* What a source holds of an engine that goes on listing what was taken: so that nothing is taken twice, and what failed
 * waits for another try. */
#ifndef KF_WORKER_CLAIMS_H
#define KF_WORKER_CLAIMS_H

#include "http/clock.h"
#include "worker/source.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum kf_claim_state {
    KF_CLAIM_JOB = 0, /* in a job */
    KF_CLAIM_WAITING, /* for another try, from due_ms on */
    KF_CLAIM_LEFT /* failed too often: not taken again, only remembered */
} kf_claim_state;

/* While it is in a job only that job's thread changes it, but always under the lock. A source may put members of its
 * own behind these. */
typedef struct kf_claim {
    struct kf_claim *next;
    kf_claim_state state;
    int64_t due_ms; /* on the list's clock */
    int retries; /* how often it may still fail */
    int stumbles; /* attempts in a row to begin it that came to nothing */
    bool claimed; /* it is this worker's in the engine, too */
    bool unsure; /* a request to make it so may have had its effect although it failed */
    const char *id; /* the texts are in the same block */
    const char *instance_id;
    const char *topic;
} kf_claim;

/* When a topic's tasks that are claimed already are looked through again. */
typedef struct kf_claim_scan {
    struct kf_claim_scan *next;
    int64_t due_ms;
    char topic[];
} kf_claim_scan;

typedef struct kf_claims {
    pthread_mutex_t lock;
    const kf_clock *clock;
    size_t size; /* of a claim, with the source's own members */
    int retries; /* of a new one */
    kf_claim *first;
    kf_claim **last; /* where the next one is put */
    kf_claim_scan *scans;
} kf_claims;

bool kf_claims_init(kf_claims *claims, const kf_clock *clock, size_t size, int retries);
void kf_claims_free(kf_claims *claims);

int64_t kf_claims_now(const kf_claims *claims);

/* Both with the lock held by the caller. A new one is in a job; NULL: no memory. */
kf_claim *kf_claims_find(const kf_claims *claims, const char *id);
kf_claim *kf_claims_add(kf_claims *claims, const char *id, const char *instance_id, const char *topic);

/* One of the topic that waits and is due, put into a job; NULL: none. */
kf_claim *kf_claims_take(kf_claims *claims, const char *topic);

/* Settles what becomes of *claim, which turns NULL: it is forgotten, or waits for another try after that time, or is
 * left. Nothing for NULL. */
void kf_claims_forget(kf_claims *claims, kf_claim **claim);
void kf_claims_wait(kf_claims *claims, kf_claim **claim, int64_t delay_ms);
void kf_claims_leave(kf_claims *claims, kf_claim **claim);

/* An event about a claim, without the list's lock: that it could not be begun (KF_WORKER_ACQUIRE_FAILED), or something
 * about its failure. `error` may be NULL. */
void kf_claim_tell(kf_worker *worker, const kf_claim *claim, kf_worker_event_kind kind, kf_severity severity,
                   const kf_error *error, const char *message);

/* The topic's scan, due at once when it is new; NULL: no memory. Its time is read and set by one thread. */
kf_claim_scan *kf_claims_scan(kf_claims *claims, const char *topic);

#endif
