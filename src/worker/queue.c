/* Where jobs stand: waiting for a handler, in one, to be reported, to be reported again. */
#include "worker/runtime.h"

/* Jobs are taken ahead only as far as they should be begun within a moment. When that turns out to be wrong, since slow
 * jobs of another topic took all threads, say, others may be quicker. */
#define WAIT_MOST_MS 5000

static void make_runnable(kf_worker *worker, kf_worker_topic *topic)
{
    if (topic->runnable || topic->first_waiting == NULL || topic->held >= topic->settings.max_jobs)
        return;
    topic->runnable = true;
    topic->next_runnable = NULL;
    if (worker->last_runnable != NULL)
        worker->last_runnable->next_runnable = topic;
    else
        worker->first_runnable = topic;
    worker->last_runnable = topic;
    if (worker->idle > 0)
        pthread_cond_signal(&worker->work);
}

/* From then on too little of its lock is left to begin it. */
static int64_t stale_at(const kf_job *job)
{
    return job->lock_at == INT64_MAX ? INT64_MAX : job->lock_at - job->topic->settings.lock_ms / 4;
}

bool kf_job_stale(const kf_job *job, int64_t now)
{
    return now >= stale_at(job);
}

static int64_t waits_until(const kf_job *job)
{
    int64_t most = kf_after(job->arrived_at, WAIT_MOST_MS);
    return stale_at(job) < most ? stale_at(job) : most;
}

void kf_queue_waiting(kf_worker *worker, kf_job *job)
{
    kf_worker_topic *topic = job->topic;
    job->next = NULL;
    if (topic->last_waiting != NULL)
        topic->last_waiting->next = job;
    else
        topic->first_waiting = job;
    topic->last_waiting = job;
    topic->waiting++;
    worker->waiting++;
    if (waits_until(job) < worker->stale_at)
        worker->stale_at = waits_until(job);
    if (topic->runnable && worker->idle > 0)
        pthread_cond_signal(&worker->work);
    make_runnable(worker, topic);
}

static kf_job *take_first(kf_worker *worker, kf_worker_topic *topic)
{
    kf_job *job = topic->first_waiting;
    topic->first_waiting = job->next;
    if (job->next == NULL)
        topic->last_waiting = NULL;
    job->next = NULL;
    topic->waiting--;
    worker->waiting--;
    return job;
}

static void take_runnable(kf_worker *worker, kf_worker_topic *before, kf_worker_topic *topic)
{
    if (before != NULL)
        before->next_runnable = topic->next_runnable;
    else
        worker->first_runnable = topic->next_runnable;
    if (worker->last_runnable == topic)
        worker->last_runnable = before;
    topic->runnable = false;
}

kf_job *kf_take_waiting(kf_worker *worker)
{
    kf_worker_topic *topic = worker->first_runnable;
    if (topic == NULL)
        return NULL;
    take_runnable(worker, NULL, topic);
    kf_job *job = take_first(worker, topic);
    kf_held_add(worker, job);
    job->slot = true;
    worker->slots_used++;
    make_runnable(worker, topic); /* behind the others: topics take turns */
    return job;
}

void kf_held_add(kf_worker *worker, kf_job *job)
{
    job->state = KF_JOB_HELD;
    job->topic->held++;
    job->held_previous = NULL;
    job->held_next = worker->held;
    if (worker->held != NULL)
        worker->held->held_previous = job;
    worker->held = job;
}

void kf_held_remove(kf_worker *worker, kf_job *job)
{
    kf_worker_topic *topic = job->topic;
    if (job->held_previous != NULL)
        job->held_previous->held_next = job->held_next;
    else
        worker->held = job->held_next;
    if (job->held_next != NULL)
        job->held_next->held_previous = job->held_previous;
    topic->held--;
    if (job->slot)
        worker->slots_used--;
    job->slot = false;
    make_runnable(worker, topic);
    if (topic->heap_index == KF_NOT_QUEUED && !topic->ended) {
        kf_topic_queue(worker, topic);
        pthread_cond_signal(&worker->acquire);
    } else if (worker->wants_room && kf_worker_has_room(worker, kf_worker_now(worker))) {
        pthread_cond_signal(&worker->acquire);
    }
}

void kf_queue_report(kf_worker *worker, kf_job *job)
{
    job->next = NULL;
    if (worker->last_report != NULL)
        worker->last_report->next = job;
    else
        worker->first_report = job;
    worker->last_report = job;
    if (worker->idle > 0)
        pthread_cond_signal(&worker->work);
    else
        pthread_cond_signal(&worker->acquire);
}

kf_job *kf_take_report(kf_worker *worker)
{
    kf_job *job = worker->first_report;
    if (job == NULL)
        return NULL;
    worker->first_report = job->next;
    if (job->next == NULL)
        worker->last_report = NULL;
    job->next = NULL;
    return job;
}

void kf_queue_repeat(kf_worker *worker, kf_job *job)
{
    job->next = worker->repeats;
    worker->repeats = job;
    kf_wake_keeper(worker, job->retry_at);
}

int64_t kf_repeats_due(kf_worker *worker, int64_t now)
{
    int64_t next = INT64_MAX;
    kf_job **link = &worker->repeats;
    while (*link != NULL) {
        kf_job *job = *link;
        if (job->retry_at <= now || worker->giving_up) {
            *link = job->next;
            kf_queue_report(worker, job);
        } else {
            next = job->retry_at < next ? job->retry_at : next;
            link = &job->next;
        }
    }
    return next;
}

/* It goes back unhandled: it takes the place of a held job until that is done. */
static void give_back(kf_worker *worker, kf_job *job)
{
    kf_held_add(worker, job);
    job->state = KF_JOB_ENDED;
    job->end.outcome = KF_OUTCOME_GIVEN_BACK;
    job->ended_at = kf_worker_now(worker);
}

void kf_give_back_waiting(kf_worker *worker)
{
    for (size_t i = 0; worker->waiting > 0 && i < worker->topic_count; i++)
        while (worker->topics[i]->first_waiting != NULL) {
            kf_job *job = take_first(worker, worker->topics[i]);
            give_back(worker, job);
            kf_queue_report(worker, job);
        }
    for (kf_worker_topic *topic = worker->first_runnable; topic != NULL; topic = topic->next_runnable)
        topic->runnable = false;
    worker->first_runnable = NULL;
    worker->last_runnable = NULL;
}

kf_job *kf_take_stale(kf_worker *worker, int64_t now)
{
    if (now < worker->stale_at)
        return NULL;
    worker->stale_at = INT64_MAX;
    for (size_t i = 0; worker->waiting > 0 && i < worker->topic_count; i++) {
        kf_worker_topic *topic = worker->topics[i];
        if (topic->first_waiting == NULL)
            continue;
        if (now < waits_until(topic->first_waiting)) {
            if (waits_until(topic->first_waiting) < worker->stale_at)
                worker->stale_at = waits_until(topic->first_waiting);
            continue;
        }
        kf_job *job = take_first(worker, topic);
        if (topic->first_waiting == NULL && topic->runnable) {
            kf_worker_topic *before = NULL;
            for (kf_worker_topic *each = worker->first_runnable; each != topic; each = each->next_runnable)
                before = each;
            take_runnable(worker, before, topic);
        }
        give_back(worker, job);
        worker->stale_at = now; /* there may be more */
        return job;
    }
    return NULL;
}
