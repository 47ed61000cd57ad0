/* The worker without threads: the caller's loop drives it. */
#include "core/fail.h"
#include "worker/runtime.h"

#include <limits.h>

#define DUE_MOST_MS 3600000

static int64_t due_at(kf_worker *worker, int64_t now)
{
    int64_t next = kf_acquire_due(worker, now);
    return worker->keeper_at < next ? worker->keeper_at : next;
}

static int64_t due_ms(kf_worker *worker)
{
    int64_t now = kf_worker_now(worker), next = due_at(worker, now);
    if (atomic_load(&worker->stop_requests) > 0 || worker->first_report != NULL || worker->first_runnable != NULL ||
        next <= now)
        return 0;
    return next - now < DUE_MOST_MS ? next - now : DUE_MOST_MS;
}

int64_t kf_worker_due_ms(kf_worker *worker)
{
    if (kf_worker_check(worker, NULL) != KF_OK)
        return DUE_MOST_MS;
    pthread_mutex_lock(&worker->lock);
    int64_t due = due_ms(worker);
    pthread_mutex_unlock(&worker->lock);
    return due;
}

/* What came is handled, one job after the other; after a request to stop no more begins. */
static int handle_waiting(kf_worker *worker)
{
    int handled = 0;
    for (kf_job *job; atomic_load(&worker->stop_requests) == 0 && (job = kf_take_waiting(worker)) != NULL;) {
        pthread_mutex_unlock(&worker->lock);
        handled += kf_handle_job(job);
        pthread_mutex_lock(&worker->lock);
        kf_keep(worker);
    }
    return handled;
}

/* Each topic that is due is polled once at most, and twice for a probe, until jobs come. */
static int do_what_is_due(kf_worker *worker)
{
    kf_keep(worker);
    int handled = handle_waiting(worker); /* those that had to wait for a detached one */
    for (size_t steps = 2 * worker->topic_count + KF_UNDO_MAX + 8; steps > 0 && handled == 0; steps--) {
        if (atomic_load(&worker->stop_requests) > 0 || kf_acquire_step(worker) != 0)
            break;
        handled += handle_waiting(worker);
    }
    return handled;
}

static kf_status enter_loop(kf_worker *worker, bool *first, kf_error *error)
{
    if (worker->mode == KF_MODE_THREADS || worker->options.threads > 0)
        return kf_fail(error, KF_ERROR_ARGUMENT,
                       "only a worker with `threads` below 0 is polled; one with threads is started");
    if (worker->in_loop)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_worker_poll_once() is at work already");
    *first = worker->mode == KF_MODE_NEW;
    kf_status status = *first ? kf_worker_begin(worker, KF_MODE_LOOP, error) : KF_OK;
    if (status == KF_OK && (worker->stopping || atomic_load(&worker->stop_requests) > 0))
        status = kf_fail(error, KF_ERROR_CANCELLED, "the worker was asked to stop");
    return status;
}

kf_status kf_worker_poll_once(kf_worker *worker, int64_t wait_ms, int *handled, kf_error *error)
{
    bool first = false;
    int count = 0;
    kf_error_clear(error);
    if (handled != NULL)
        *handled = 0;
    kf_status status = kf_worker_check(worker, error);
    if (status == KF_OK && wait_ms < 0)
        status = kf_fail(error, KF_ERROR_ARGUMENT, "wait_ms is negative");
    if (status != KF_OK)
        return status;
    pthread_mutex_lock(&worker->lock);
    status = enter_loop(worker, &first, error);
    if (status != KF_OK) {
        pthread_mutex_unlock(&worker->lock);
        return status;
    }
    worker->in_loop = true;
    worker->loop_thread = pthread_self();
    kf_wait_for_poke(worker, 0); /* forgets those that were meant for a wait that is over */
    int64_t due = due_ms(worker);
    pthread_mutex_unlock(&worker->lock);
    if (first)
        kf_tell_started(worker);
    if (due > 0 && wait_ms > 0)
        kf_wait_for_poke(worker, due < wait_ms ? due : wait_ms);
    pthread_mutex_lock(&worker->lock);
    count = do_what_is_due(worker);
    worker->in_loop = false;
    pthread_cond_broadcast(&worker->change);
    pthread_mutex_unlock(&worker->lock);
    if (handled != NULL)
        *handled = count;
    return KF_OK;
}
