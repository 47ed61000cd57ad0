/* What happens at a time of its own, whatever the other threads do: repeated reports, locks that end, a poll that is
 * aborted. And the pipe by which a signal handler wakes us. */
#define _DEFAULT_SOURCE 1
#include "worker/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* The first job about whose lock something is to be told; its time, or that of the next. */
static kf_job *lock_due(kf_worker *worker, int64_t now, int64_t *next)
{
    for (kf_job *job = worker->held; job != NULL; job = job->held_next) {
        if (!job->handled || job->state != KF_JOB_HELD || job->lock_at == INT64_MAX || job->told_ended)
            continue;
        int64_t at = job->told_half ? job->lock_at : job->lock_at - job->topic->settings.lock_ms / 2;
        if (at <= now)
            return job;
        *next = at < *next ? at : *next;
    }
    return NULL;
}

static void tell_lock(kf_worker *worker, kf_job *job, int64_t now)
{
    bool ended = now >= job->lock_at;
    job->told_half = true;
    job->told_ended = ended;
    if (ended)
        atomic_store(&job->cancelled, true);
    job->references++;
    pthread_mutex_unlock(&worker->lock);
    if (ended)
        kf_tell_job(job, KF_WORKER_JOB_LOCK_ENDED, KF_SEVERITY_WARNING, NULL, now - job->begun_at,
                    "the lock's time is over, and the handler is still at work: the job may be given to somebody else");
    else
        kf_tell_job(job, KF_WORKER_JOB_LOCK_HALF, KF_SEVERITY_WARNING, NULL, now - job->begun_at,
                    "half of the lock's time is over, and the handler is still at work");
    pthread_mutex_lock(&worker->lock);
    if (kf_job_unref(job)) {
        pthread_mutex_unlock(&worker->lock);
        kf_job_destroy(job);
        pthread_mutex_lock(&worker->lock);
    }
}

int64_t kf_keep(kf_worker *worker)
{
    int64_t next, now;
    kf_job *job;
    if (worker->mode == KF_MODE_THREADS && !worker->stopping && atomic_load(&worker->stop_requests) > 0)
        kf_begin_stop(worker);
    if (atomic_load(&worker->stop_requests) > 1 && worker->running) {
        worker->drain_at = kf_worker_now(worker);
        pthread_cond_broadcast(&worker->change);
    }
    do {
        now = kf_worker_now(worker);
        next = kf_repeats_due(worker, now);
        job = lock_due(worker, now, &next);
        if (job != NULL)
            tell_lock(worker, job, now);
    } while (job != NULL);
    if (worker->acquiring && worker->abort_at <= now) {
        worker->abort_at = INT64_MAX;
        pthread_mutex_unlock(&worker->lock);
        kf_cancel_trigger(worker->acquire_cancel);
        pthread_mutex_lock(&worker->lock);
    }
    if (worker->acquiring && worker->abort_at < next)
        next = worker->abort_at;
    worker->keeper_at = next;
    return next;
}

void kf_wake_keeper(kf_worker *worker, int64_t at)
{
    if (at >= worker->keeper_at)
        return;
    worker->keeper_at = at;
    if (worker->mode == KF_MODE_THREADS)
        kf_poke(worker);
}

bool kf_worker_open_pipe(kf_worker *worker)
{
    int ends[2];
    if (atomic_load(&worker->pipe_write) >= 0)
        return true;
    if (pipe(ends) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        if (fcntl(ends[i], F_SETFD, FD_CLOEXEC) != 0 || fcntl(ends[i], F_SETFL, O_NONBLOCK) != 0) {
            close(ends[0]);
            close(ends[1]);
            return false;
        }
    }
    worker->pipe_read = ends[0];
    atomic_store(&worker->pipe_write, ends[1]);
    return true;
}

void kf_poke(const kf_worker *worker)
{
    int saved = errno, pipe_write = atomic_load(&worker->pipe_write);
    if (pipe_write >= 0) {
        ssize_t written = write(pipe_write, "", 1);
        (void)written; /* a full pipe wakes, too */
    }
    errno = saved;
}

void kf_wait_for_poke(kf_worker *worker, int64_t milliseconds)
{
    char bytes[64];
    struct pollfd entry = {.fd = worker->pipe_read, .events = POLLIN};
    milliseconds = milliseconds > 3600000 ? 3600000 : milliseconds;
    if (worker->mode == KF_MODE_LOOP && worker->clock->sleep_ms != NULL && milliseconds > 0 && poll(&entry, 1, 0) == 0)
        worker->clock->sleep_ms(milliseconds, worker->clock->user);
    else if (milliseconds > 0)
        poll(&entry, 1, (int)milliseconds);
    while (read(worker->pipe_read, bytes, sizeof(bytes)) > 0)
        ;
}
