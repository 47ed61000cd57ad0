/* Waiting that a kf_cancel ends: for an answer of libcurl, or for the next attempt. */
#ifndef KF_HTTP_CANCEL_H
#define KF_HTTP_CANCEL_H

#include "http/clock.h"

#include <pthread.h>
#include <stdatomic.h>

/* A scope within a scope has the handles of both. */
#define KF_CANCEL_MAX 8

typedef struct kf_cancel_set {
    kf_cancel *items[KF_CANCEL_MAX];
    size_t count;
} kf_cancel_set;

bool kf_cancel_set_triggered(const kf_cancel_set *set);

/* One entry in the list of a kf_cancel. */
typedef struct kf_watch {
    struct kf_waiter *waiter;
    struct kf_watch *previous;
    struct kf_watch *next;
} kf_watch;

/* A call that can be woken. On its stack; registered with its handles from begin to end. */
typedef struct kf_waiter {
    const kf_cancel_set *set;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_bool cancelled; /* stays so when the handle is reset */
    void *multi; /* The CURLM that is at work for it; NULL: none. */
    kf_watch watches[KF_CANCEL_MAX];
} kf_waiter;

/* A condition whose waits are on the monotonic clock. */
bool kf_condition_init(pthread_cond_t *condition);

bool kf_waiter_begin(kf_waiter *waiter, const kf_cancel_set *set);
void kf_waiter_end(kf_waiter *waiter);
bool kf_waiter_cancelled(const kf_waiter *waiter);
/* Names the CURLM to wake; NULL takes it back, after which nobody touches it any more. */
void kf_waiter_attach(kf_waiter *waiter, void *multi);
/* Waits, or calls the clock's own sleep. Returns false when it was cancelled. */
bool kf_waiter_sleep(kf_waiter *waiter, const kf_clock *clock, int64_t milliseconds);

#endif
