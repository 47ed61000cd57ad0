/* The threads of a worker: their begin and their end. */
#define _DEFAULT_SOURCE 1
#include "core/fail.h"
#include "worker/runtime.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A poll that is under way when the worker stops mostly ends by itself within this; one that is aborted may lock jobs
 * in the server after we have undone it. */
#define ABORT_AFTER_MS 250
/* Reports that were cut off end within this. */
#define LAST_REPORTS_MS 2000

static void wait_until(kf_worker *worker, pthread_cond_t *condition, int64_t at)
{
    int64_t wait = at == INT64_MAX ? 3600000 : at - kf_worker_now(worker);
    struct timespec until;
    if (wait <= 0)
        return;
    wait = wait > 3600000 ? 3600000 : wait;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(wait / 1000);
    until.tv_nsec += (long)(wait % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(condition, &worker->lock, &until);
}

static void *handler_main(void *argument)
{
    kf_worker *worker = argument;
    pthread_mutex_lock(&worker->lock);
    while (!worker->finished || worker->live > 0) {
        kf_job *report = kf_take_report(worker);
        kf_job *job = report == NULL ? kf_take_waiting(worker) : NULL;
        if (report == NULL && job == NULL) {
            worker->idle++;
            pthread_cond_wait(&worker->work, &worker->lock);
            worker->idle--;
            continue;
        }
        pthread_mutex_unlock(&worker->lock);
        if (report != NULL)
            kf_report_once(report);
        else
            kf_handle_job(job);
        pthread_mutex_lock(&worker->lock);
    }
    pthread_cond_broadcast(&worker->work);
    pthread_mutex_unlock(&worker->lock);
    kf_poke(worker);
    return NULL;
}

static void *acquirer_main(void *argument)
{
    kf_worker *worker = argument;
    pthread_mutex_lock(&worker->lock);
    while (!worker->finished) {
        int64_t next = kf_acquire_step(worker);
        if (next > 0 && !worker->finished)
            wait_until(worker, &worker->acquire, next);
    }
    pthread_mutex_unlock(&worker->lock);
    return NULL;
}

static void *keeper_main(void *argument)
{
    kf_worker *worker = argument;
    pthread_mutex_lock(&worker->lock);
    while (!worker->finished || worker->live > 0) {
        int64_t next = kf_keep(worker);
        int64_t wait = next == INT64_MAX ? INT64_MAX : next - kf_worker_now(worker);
        if (worker->finished && worker->live == 0)
            break;
        pthread_mutex_unlock(&worker->lock);
        kf_wait_for_poke(worker, wait);
        pthread_mutex_lock(&worker->lock);
    }
    pthread_mutex_unlock(&worker->lock);
    return NULL;
}

/* Under the lock, which keeps the threads from running before all are there. */
static bool start_threads(kf_worker *worker)
{
    int handlers = worker->options.threads;
    sigset_t all, before;
    worker->threads = calloc((size_t)handlers + 2, sizeof(*worker->threads));
    if (worker->threads == NULL)
        return false;
    /* Signals are for the host's own threads. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int count = 0;
    for (; count < handlers + 2; count++) {
        void *(*function)(void *) = count < handlers ? handler_main : count == handlers ? acquirer_main : keeper_main;
        if (pthread_create(&worker->threads[count], NULL, function, worker) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    worker->thread_count = count;
    return count == handlers + 2;
}

static void join_threads(kf_worker *worker)
{
    for (int i = 0; i < worker->thread_count; i++)
        pthread_join(worker->threads[i], NULL);
    free(worker->threads);
    worker->threads = NULL;
    worker->thread_count = 0;
}

static void wake_all(kf_worker *worker)
{
    pthread_cond_broadcast(&worker->work);
    pthread_cond_broadcast(&worker->acquire);
    pthread_cond_broadcast(&worker->change);
    kf_poke(worker);
}

kf_status kf_worker_begin(kf_worker *worker, kf_worker_mode mode, kf_error *error)
{
    if (worker->topic_count == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the worker has no topic");
    if (!kf_worker_open_pipe(worker))
        return kf_fail(error, KF_ERROR_MEMORY, "no pipe: too many open files, or out of memory");
    worker->pid = getpid();
    kf_worker_name_batches(worker);
    worker->mode = mode;
    return KF_OK;
}

void kf_tell_started(kf_worker *worker)
{
    kf_tell(worker,
            &(kf_worker_event){.kind = KF_WORKER_STARTED,
                               .severity = KF_SEVERITY_INFO,
                               .worker_id = worker->id_prefix,
                               .count = (int64_t)worker->topic_count},
            "the worker takes jobs of %zu topic%s from %s", worker->topic_count, worker->topic_count == 1 ? "" : "s",
            worker->ops->engine);
}

kf_status kf_worker_start(kf_worker *worker, kf_error *error)
{
    kf_error_clear(error);
    kf_status status = kf_worker_check(worker, error);
    if (status != KF_OK)
        return status;
    if (worker->options.threads < 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "a worker without threads is driven by kf_worker_poll_once()");
    pthread_mutex_lock(&worker->lock);
    if (worker->mode != KF_MODE_NEW)
        status = kf_fail(error, KF_ERROR_ARGUMENT, "the worker was started before");
    else
        status = kf_worker_begin(worker, KF_MODE_THREADS, error);
    bool failed = status == KF_OK && !start_threads(worker);
    worker->finished = failed;
    pthread_mutex_unlock(&worker->lock);
    if (failed) {
        join_threads(worker);
        worker->finished = false;
        worker->mode = KF_MODE_NEW;
        return kf_fail(error, KF_ERROR_MEMORY, "the threads could not be started");
    }
    if (status == KF_OK)
        kf_tell_started(worker);
    return status;
}

void kf_worker_request_stop(kf_worker *worker)
{
    if (kf_worker_check(worker, NULL) != KF_OK)
        return;
    atomic_fetch_add(&worker->stop_requests, 1);
    kf_poke(worker);
}

void kf_begin_stop(kf_worker *worker)
{
    if (worker->stopping)
        return;
    worker->stopping = true;
    worker->abort_at = kf_after(kf_worker_now(worker), ABORT_AFTER_MS);
    kf_give_back_waiting(worker);
    wake_all(worker);
}

static bool over(const kf_worker *worker)
{
    return worker->live == 0 && worker->undo_count == 0 && !worker->acquiring && !worker->in_loop;
}

/* Waits for a change; without threads, brings it about, unless kf_worker_poll_once() does so in another thread. */
static void wait_change(kf_worker *worker, int64_t until)
{
    if (worker->mode == KF_MODE_THREADS || worker->in_loop) {
        wait_until(worker, &worker->change, until);
        return;
    }
    kf_keep(worker);
    int64_t next = kf_acquire_step(worker);
    if (next == 0)
        return;
    next = worker->keeper_at < next ? worker->keeper_at : next;
    next = until < next ? until : next;
    int64_t wait = next == INT64_MAX ? INT64_MAX : next - kf_worker_now(worker);
    pthread_mutex_unlock(&worker->lock);
    kf_wait_for_poke(worker, wait);
    pthread_mutex_lock(&worker->lock);
}

/* Reports under way or put aside end now; handlers go on. */
static void give_up(kf_worker *worker)
{
    worker->giving_up = true;
    worker->undo_count = 0;
    pthread_mutex_unlock(&worker->lock);
    kf_cancel_trigger(worker->acquire_cancel);
    kf_cancel_trigger(worker->report_cancel);
    kf_cancel_reset(worker->report_cancel);
    kf_poke(worker);
    pthread_mutex_lock(&worker->lock);
}

static bool only_handlers(const kf_worker *worker)
{
    for (const kf_job *job = worker->held; job != NULL; job = job->held_next)
        if (job->state != KF_JOB_HELD)
            return false;
    return !worker->acquiring && (worker->live > 0 || !worker->in_loop);
}

static void tell_stopping(kf_worker *worker)
{
    int jobs = worker->live;
    int64_t wait = worker->drain_at - kf_worker_now(worker);
    if (jobs == 0 || wait <= 0)
        return;
    pthread_mutex_unlock(&worker->lock);
    kf_tell(worker,
            &(kf_worker_event){.kind = KF_WORKER_STOPPING,
                               .severity = KF_SEVERITY_INFO,
                               .worker_id = worker->id_prefix,
                               .count = jobs,
                               .milliseconds = wait},
            "the worker stops, and waits up to %" PRId64 " s for %d job%s", wait / 1000 + (wait % 1000 != 0), jobs,
            jobs == 1 ? "" : "s");
    pthread_mutex_lock(&worker->lock);
}

/* The three parts of a stop: drain, cancel, give up. */
static void wait_for_end(kf_worker *worker)
{
    tell_stopping(worker);
    while (!over(worker) && kf_worker_now(worker) < worker->drain_at)
        wait_change(worker, worker->drain_at);
    if (over(worker))
        return;
    for (kf_job *job = worker->held; job != NULL; job = job->held_next)
        atomic_store(&job->cancelled, true);
    int64_t until = kf_after(kf_worker_now(worker), worker->options.grace_ms);
    while (!over(worker) && kf_worker_now(worker) < until)
        wait_change(worker, until);
    if (over(worker))
        return;
    give_up(worker);
    until = kf_after(kf_worker_now(worker), LAST_REPORTS_MS);
    while (!only_handlers(worker) && kf_worker_now(worker) < until)
        wait_change(worker, until);
}

/* The lock is given up for the threads to end. */
static void end_threads(kf_worker *worker)
{
    if (worker->joined)
        return;
    worker->joined = true;
    wake_all(worker);
    pthread_mutex_unlock(&worker->lock);
    join_threads(worker);
    pthread_mutex_lock(&worker->lock);
    int64_t abandoned = (int64_t)worker->result_unreported;
    pthread_mutex_unlock(&worker->lock);
    const kf_worker_event event = {.kind = KF_WORKER_STOPPED,
                                   .severity = abandoned > 0 ? KF_SEVERITY_WARNING : KF_SEVERITY_INFO,
                                   .worker_id = worker->id_prefix,
                                   .count = abandoned};
    if (abandoned > 0)
        kf_tell(worker, &event, "the worker has stopped; the reports of %" PRId64 " job%s did not get through",
                abandoned, abandoned == 1 ? "" : "s");
    else
        kf_tell(worker, &event, "the worker has stopped");
    pthread_mutex_lock(&worker->lock);
}

/* A thread that the stop would wait for. */
static bool in_own_thread(kf_worker *worker)
{
    pthread_t self = pthread_self();
    bool own = false;
    pthread_mutex_lock(&worker->lock);
    for (int i = 0; !worker->joined && i < worker->thread_count; i++)
        own = own || pthread_equal(worker->threads[i], self);
    own = own || (worker->in_loop && pthread_equal(worker->loop_thread, self));
    pthread_mutex_unlock(&worker->lock);
    return own;
}

static void begin_stop_within(kf_worker *worker, int64_t drain_ms)
{
    int64_t drain_at = kf_after(kf_worker_now(worker), drain_ms > 0 ? drain_ms : 0);
    if (drain_at < worker->drain_at)
        worker->drain_at = drain_at;
    kf_begin_stop(worker);
    wake_all(worker);
}

kf_status kf_worker_stop(kf_worker *worker, int64_t drain_ms, kf_worker_result *result, kf_error *error)
{
    kf_error_clear(error);
    if (result != NULL)
        *result = (kf_worker_result){0};
    kf_status status = kf_worker_check(worker, error);
    if (status != KF_OK)
        return status;
    if (in_own_thread(worker))
        return kf_fail(error, KF_ERROR_ARGUMENT, "a handler or event function calls kf_worker_request_stop() instead");
    pthread_mutex_lock(&worker->lock);
    bool started = worker->mode != KF_MODE_NEW;
    if (started)
        begin_stop_within(worker, drain_ms);
    pthread_mutex_unlock(&worker->lock);
    if (!started)
        return KF_OK;
    pthread_mutex_lock(&worker->stop_lock);
    pthread_mutex_lock(&worker->lock);
    wait_for_end(worker);
    worker->finished = true;
    worker->drain_at = INT64_MAX;
    wake_all(worker);
    if (worker->live == 0 && !worker->in_loop)
        end_threads(worker);
    else
        status = kf_fail(error, KF_ERROR_TIMEOUT, "%d job%s still in a handler, or not reported", worker->live,
                         worker->live == 1 ? "" : "s");
    if (result != NULL)
        *result = (kf_worker_result){worker->result_completed, worker->result_given_back,
                                     (uint64_t)worker->live + worker->result_unreported};
    pthread_mutex_unlock(&worker->lock);
    pthread_mutex_unlock(&worker->stop_lock);
    return status;
}

kf_status kf_worker_run(kf_worker *worker, kf_error *error)
{
    kf_status status = kf_worker_start(worker, error);
    if (status != KF_OK)
        return status;
    pthread_mutex_lock(&worker->lock);
    worker->running = true;
    kf_poke(worker); /* it may have been asked to stop twice already */
    while (!worker->stopping)
        wait_until(worker, &worker->change, INT64_MAX);
    pthread_mutex_unlock(&worker->lock);
    return kf_worker_stop(worker, worker->options.drain_ms, NULL, error);
}

void kf_worker_wait_for_handlers(kf_worker *worker)
{
    pthread_mutex_lock(&worker->stop_lock);
    pthread_mutex_lock(&worker->lock);
    while (worker->live > 0 || worker->detached > 0 || worker->in_loop)
        wait_change(worker, INT64_MAX);
    end_threads(worker);
    pthread_mutex_unlock(&worker->lock);
    pthread_mutex_unlock(&worker->stop_lock);
}
