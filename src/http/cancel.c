#define _DEFAULT_SOURCE 1
#include "http/cancel.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <time.h>

struct kf_cancel {
    atomic_bool triggered;
    pthread_mutex_t lock; /* of the list */
    kf_watch *first;
};

kf_cancel *kf_cancel_new(void)
{
    kf_cancel *cancel = calloc(1, sizeof(*cancel));
    if (cancel == NULL)
        return NULL;
    atomic_init(&cancel->triggered, false);
    if (pthread_mutex_init(&cancel->lock, NULL) != 0) {
        free(cancel);
        return NULL;
    }
    return cancel;
}

static void wake(kf_waiter *waiter)
{
    atomic_store(&waiter->cancelled, true);
    pthread_mutex_lock(&waiter->lock);
    if (waiter->multi != NULL)
        curl_multi_wakeup(waiter->multi);
    pthread_cond_signal(&waiter->wake);
    pthread_mutex_unlock(&waiter->lock);
}

void kf_cancel_trigger(kf_cancel *cancel)
{
    if (cancel == NULL)
        return;
    atomic_store(&cancel->triggered, true);
    pthread_mutex_lock(&cancel->lock);
    for (kf_watch *watch = cancel->first; watch != NULL; watch = watch->next)
        wake(watch->waiter);
    pthread_mutex_unlock(&cancel->lock);
}

void kf_cancel_reset(kf_cancel *cancel)
{
    if (cancel != NULL)
        atomic_store(&cancel->triggered, false);
}

bool kf_cancel_triggered(const kf_cancel *cancel)
{
    return cancel != NULL && atomic_load(&cancel->triggered);
}

void kf_cancel_free(kf_cancel *cancel)
{
    if (cancel == NULL)
        return;
    pthread_mutex_destroy(&cancel->lock);
    free(cancel);
}

bool kf_cancel_set_triggered(const kf_cancel_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (kf_cancel_triggered(set->items[i]))
            return true;
    return false;
}

bool kf_condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool good =
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 && pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return good;
}

bool kf_waiter_begin(kf_waiter *waiter, const kf_cancel_set *set)
{
    waiter->set = set;
    waiter->multi = NULL;
    atomic_init(&waiter->cancelled, false);
    if (pthread_mutex_init(&waiter->lock, NULL) != 0)
        return false;
    if (!kf_condition_init(&waiter->wake)) {
        pthread_mutex_destroy(&waiter->lock);
        return false;
    }
    for (size_t i = 0; i < set->count; i++) {
        kf_cancel *cancel = set->items[i];
        kf_watch *watch = &waiter->watches[i];
        watch->waiter = waiter;
        watch->previous = NULL;
        pthread_mutex_lock(&cancel->lock);
        watch->next = cancel->first;
        if (watch->next != NULL)
            watch->next->previous = watch;
        cancel->first = watch;
        pthread_mutex_unlock(&cancel->lock);
    }
    return true;
}

void kf_waiter_end(kf_waiter *waiter)
{
    for (size_t i = 0; i < waiter->set->count; i++) {
        kf_cancel *cancel = waiter->set->items[i];
        kf_watch *watch = &waiter->watches[i];
        pthread_mutex_lock(&cancel->lock);
        if (watch->previous != NULL)
            watch->previous->next = watch->next;
        else
            cancel->first = watch->next;
        if (watch->next != NULL)
            watch->next->previous = watch->previous;
        pthread_mutex_unlock(&cancel->lock);
    }
    pthread_cond_destroy(&waiter->wake);
    pthread_mutex_destroy(&waiter->lock);
}

bool kf_waiter_cancelled(const kf_waiter *waiter)
{
    return atomic_load(&waiter->cancelled) || kf_cancel_set_triggered(waiter->set);
}

void kf_waiter_attach(kf_waiter *waiter, void *multi)
{
    if (waiter->set->count == 0)
        return;
    pthread_mutex_lock(&waiter->lock);
    waiter->multi = multi;
    pthread_mutex_unlock(&waiter->lock);
}

bool kf_waiter_sleep(kf_waiter *waiter, const kf_clock *clock, int64_t milliseconds)
{
    if (milliseconds > 0 && clock->sleep_ms != NULL && !kf_waiter_cancelled(waiter)) {
        clock->sleep_ms(milliseconds, clock->user);
    } else if (milliseconds > 0) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += (time_t)(milliseconds / 1000);
        until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
        pthread_mutex_lock(&waiter->lock);
        while (!kf_waiter_cancelled(waiter))
            if (pthread_cond_timedwait(&waiter->wake, &waiter->lock, &until) != 0)
                break;
        pthread_mutex_unlock(&waiter->lock);
    }
    return !kf_waiter_cancelled(waiter);
}
