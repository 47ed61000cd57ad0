/* What the acquirer does: polls, undoing lost ones, the source's own work, reports that nobody else can take. */
#include "core/fail.h"
#include "worker/runtime.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNDO_BASE_MS 100
#define UNDO_MOST_MS 10000
/* An acquire without an answer may still be at work in the server when it is undone: so it is undone again later. */
#define UNDO_AGAIN_MS 1000
#define UNDO_AGAIN_STOPPING_MS 300

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool may_poll(const kf_worker *worker)
{
    return !worker->stopping && worker->heap_count > 0 && worker->undo_count < KF_UNDO_MAX;
}

/* The next undo that is due, or NULL. */
static kf_undo *undo_due(kf_worker *worker, int64_t now)
{
    for (int i = 0; i < worker->undo_count; i++)
        if (worker->undo[i].at <= now)
            return &worker->undo[i];
    return NULL;
}

/* Topics without room of their own leave the heap until one of their jobs ends. */
static kf_worker_topic *first_with_room(kf_worker *worker, int64_t now, int *room)
{
    while (may_poll(worker)) {
        kf_worker_topic *topic = worker->heap[0];
        *room = kf_topic_room(worker, topic, now);
        if (*room > 0)
            return topic;
        kf_topic_unqueue(worker, topic);
    }
    return NULL;
}

int64_t kf_acquire_due(kf_worker *worker, int64_t now)
{
    int64_t next = worker->stopping || worker->ops->tend == NULL ? INT64_MAX : worker->tend_at;
    int room;
    for (int i = 0; i < worker->undo_count; i++)
        next = earlier(next, worker->undo[i].at);
    if (worker->waiting > 0)
        next = earlier(next, worker->stale_at);
    if (worker->first_report != NULL && worker->idle == 0)
        next = now;
    worker->wants_room = !kf_worker_has_room(worker, now);
    kf_worker_topic *topic = worker->wants_room ? NULL : first_with_room(worker, now, &room);
    if (topic != NULL) {
        int64_t poll_at = topic->schedule.next_at;
        next = earlier(next, poll_at > worker->retry_at ? poll_at : worker->retry_at);
    }
    return next;
}

static void add_undo(kf_worker *worker, kf_worker_topic *topic, const char *worker_id, int64_t sent_at, int times)
{
    /* There is a place: without one there is no poll. */
    kf_undo *undo = &worker->undo[worker->undo_count++];
    *undo = (kf_undo){.topic = topic,
                      .at = kf_worker_now(worker),
                      .give_up = kf_after(kf_after(sent_at, topic->settings.lock_ms), worker->options.report_ms),
                      .times = times};
    snprintf(undo->worker_id, sizeof(undo->worker_id), "%s", worker_id);
}

static void undo_once(kf_worker *worker, kf_undo *undo)
{
    kf_undo copy = *undo;
    kf_error error;
    pthread_mutex_unlock(&worker->lock);
    kf_error_clear(&error);
    kf_verdict verdict = worker->ops->undo(worker->source, worker->report_client, copy.worker_id, &error);
    pthread_mutex_lock(&worker->lock);
    if (worker->undo_count == 0)
        return; /* it was given up meanwhile */
    int64_t now = kf_worker_now(worker);
    bool failed = verdict == KF_VERDICT_AGAIN || verdict == KF_VERDICT_REFUSED;
    /* With its locks over it is not worth an end of all polls. */
    bool hopeless =
        failed && now >= copy.give_up && (verdict == KF_VERDICT_REFUSED || worker->undo_count == KF_UNDO_MAX);
    if (failed && !hopeless) {
        int64_t wait = kf_worker_backoff(worker, ++undo->failures, UNDO_BASE_MS, UNDO_MOST_MS);
        undo->at = kf_after(now, kf_asked_wait(&error, wait));
        return;
    }
    undo->failures = 0;
    if (!hopeless && --undo->times > 0) {
        undo->at = kf_after(now, worker->stopping ? UNDO_AGAIN_STOPPING_MS : UNDO_AGAIN_MS);
        return;
    }
    copy.topic->stats.undone += hopeless ? 0 : 1;
    *undo = worker->undo[--worker->undo_count];
    pthread_cond_broadcast(&worker->change);
}

static void make_worker_id(kf_worker *worker, char id[KF_WORKER_ID_SIZE])
{
    if (worker->options.worker_id != NULL)
        snprintf(id, KF_WORKER_ID_SIZE, "%s", worker->options.worker_id);
    else
        snprintf(id, KF_WORKER_ID_SIZE, "%s/%" PRIu64, worker->id_prefix, ++worker->sequence);
}

/* The jobs of an answer go to the handlers. */
static void take_batch(kf_worker *worker, kf_batch *batch, int64_t now)
{
    kf_job *next;
    for (kf_job *job = batch->first; job != NULL; job = next) {
        next = job->next;
        job->arrived_at = now;
        job->seen = kf_seen_taken(&worker->seen, job->id);
        worker->live++;
        kf_queue_waiting(worker, job);
    }
    batch->topic->stats.acquired += (uint64_t)batch->count;
    if (worker->stopping)
        kf_give_back_waiting(worker);
}

static void drop_batch(kf_batch *batch)
{
    kf_job *next;
    for (kf_job *job = batch->first; job != NULL; job = next) {
        next = job->next;
        kf_job_destroy(job);
    }
    batch->first = NULL;
    batch->count = 0;
}

/* The topics that failed are tried again at once: it was the server, and it is there again. */
static void retry_failed_topics(kf_worker *worker, int64_t now)
{
    for (size_t i = 0; i < worker->topic_count; i++) {
        kf_worker_topic *topic = worker->topics[i];
        if (topic->schedule.failures > 0 && topic->schedule.next_at > now) {
            topic->schedule.next_at = now;
            if (topic->heap_index != KF_NOT_QUEUED)
                kf_topic_queue(worker, topic);
        }
    }
}

static void tell_answer(kf_worker *worker, kf_worker_topic *topic, const kf_batch *batch, kf_blocked blocked,
                        int64_t recovered_after, int64_t milliseconds)
{
    const char *name = topic->settings.name;
    if (recovered_after > 0)
        kf_tell(worker,
                &(kf_worker_event){.kind = KF_WORKER_RECOVERED, .severity = KF_SEVERITY_INFO, .count = recovered_after},
                "%s gives out jobs again, after %" PRId64 " failed request%s", worker->ops->engine, recovered_after,
                recovered_after == 1 ? "" : "s");
    if (batch->count > 0)
        kf_tell(worker,
                &(kf_worker_event){.kind = KF_WORKER_ACQUIRED,
                                   .severity = KF_SEVERITY_DEBUG,
                                   .topic = name,
                                   .worker_id = batch->worker_id,
                                   .count = batch->count,
                                   .milliseconds = milliseconds},
                "%d job%s came", batch->count, batch->count == 1 ? "" : "s");
    if (blocked == KF_BLOCKED_FOUND)
        kf_tell(worker, &(kf_worker_event){.kind = KF_WORKER_EXCLUSIVE, .severity = KF_SEVERITY_WARNING, .topic = name},
                "jobs of topic %s are there, but %s gives out only one at a time: they seem to be exclusive and to "
                "belong to the same instance, so each blocks the whole topic while it is worked on; if the tasks may "
                "run side by side, set flowable:exclusive=\"false\" on them in the model",
                name, worker->ops->engine);
}

/* A job of the topic whose end is not decided yet: the engine has it locked. */
static bool holds_open_job(const kf_worker *worker, const kf_worker_topic *topic)
{
    bool found = topic->waiting > 0;
    for (const kf_job *job = worker->held; job != NULL && !found; job = job->held_next)
        found = job->topic == topic && job->state == KF_JOB_HELD;
    return found;
}

static void answered(kf_worker *worker, kf_worker_topic *topic, kf_batch *batch, kf_polled *polled, int64_t since)
{
    int64_t now = kf_worker_now(worker), recovered = 0;
    bool failed_before = topic->schedule.failures > 0;
    polled->now = now;
    polled->found = batch->count;
    polled->kept = topic->schedule.probe && holds_open_job(worker, topic);
    topic->stats.polls++;
    topic->stats.polls_empty += batch->count == 0;
    kf_histogram_add(&topic->stats.poll_ms, now - since);
    topic->answered_at = now;
    bool first_success = worker->failures > 0;
    worker->failures = 0;
    worker->retry_at = now;
    kf_blocked blocked = kf_schedule_polled(&topic->schedule, &topic->settings, polled);
    topic->stats.exclusive_blocked += blocked != KF_BLOCKED_NO;
    if (blocked == KF_BLOCKED_FOUND && topic->told_exclusive)
        blocked = KF_BLOCKED_SUSPECTED;
    topic->told_exclusive = topic->told_exclusive || blocked == KF_BLOCKED_FOUND;
    if (failed_before) {
        worker->failing--;
        if (first_success)
            retry_failed_topics(worker, now);
    }
    if (worker->failing == 0 && worker->told != 0) {
        recovered = worker->failed_count;
        worker->failed_count = 0;
        worker->told = 0;
    }
    const kf_batch copy = *batch;
    pthread_mutex_unlock(&worker->lock);
    tell_answer(worker, topic, &copy, blocked, recovered, now - since);
    pthread_mutex_lock(&worker->lock);
    take_batch(worker, batch, now);
}

static void end_topic(kf_worker *worker, kf_worker_topic *topic, const kf_error *error)
{
    topic->ended = true;
    if (topic->schedule.failures > 1)
        worker->failing--;
    pthread_mutex_unlock(&worker->lock);
    kf_tell(worker,
            &(kf_worker_event){.kind = KF_WORKER_TOPIC_ENDED,
                               .severity = KF_SEVERITY_ERROR,
                               .topic = topic->settings.name,
                               .status = error->status,
                               .http_status = error->http_status},
            "topic %s is polled no more, as its settings are wrong: %s", topic->settings.name, error->message);
    pthread_mutex_lock(&worker->lock);
}

static void tell_failure(kf_worker *worker, const kf_worker_topic *topic, const kf_error *error, int64_t wait)
{
    const char *why = error->status == KF_ERROR_AUTH
                          ? worker->client->authorized ? ": the credentials were refused" : ": it wants credentials"
                      : error->status == KF_ERROR_FORBIDDEN ? ": the credentials have no right to take jobs"
                                                            : "";
    kf_tell(worker,
            &(kf_worker_event){.kind = KF_WORKER_ACQUIRE_FAILED,
                               .severity = KF_SEVERITY_ERROR,
                               .topic = topic->settings.name,
                               .status = error->status,
                               .http_status = error->http_status,
                               .count = 1,
                               .milliseconds = wait},
            "no jobs from %s%s; it goes on being asked. %s", worker->ops->engine, why, error->message);
}

static void failed(kf_worker *worker, kf_worker_topic *topic, const kf_error *error, int limit)
{
    int64_t now = kf_worker_now(worker);
    kf_track track = kf_track_of(error);
    if (track == KF_TRACK_END && topic->answered_at >= 0)
        track = KF_TRACK_SLOW; /* the same settings were right before, so it is something else: a proxy, say */
    topic->stats.polls++;
    topic->stats.polls_failed++;
    topic->schedule.probe = false;
    if (error->status == KF_ERROR_LIMIT)
        kf_schedule_too_large(&topic->schedule, limit);
    topic->schedule.failures++;
    if (track == KF_TRACK_END) {
        end_topic(worker, topic, error);
        return;
    }
    worker->failing += topic->schedule.failures == 1;
    /* Another kind of trouble is waited for anew: a login that is refused after an outage, say. */
    worker->failures = track == worker->track ? worker->failures + 1 : 1;
    worker->track = track;
    topic->schedule.repeats =
        track == topic->schedule.track && topic->schedule.failures > 1 ? topic->schedule.repeats + 1 : 1;
    topic->schedule.track = track;
    worker->failed_count++;
    int64_t wait = kf_track_wait(track, worker->failures, error, kf_clock_random(worker->clock));
    int64_t own_wait = kf_track_wait(track, topic->schedule.repeats, error, kf_clock_random(worker->clock));
    worker->retry_at = kf_after(now, wait);
    topic->schedule.next_at = kf_after(now, own_wait > wait ? own_wait : wait);
    uint32_t told = worker->told;
    worker->told |= UINT32_C(1) << error->status;
    if (told == worker->told)
        return;
    pthread_mutex_unlock(&worker->lock);
    tell_failure(worker, topic, error, wait);
    pthread_mutex_lock(&worker->lock);
}

/* Whether a poll that failed may have locked jobs. */
static bool may_hold(const kf_batch *batch, const kf_error *error)
{
    return error->may_have_acted || batch->count > 0 || batch->lost || error->status == KF_ERROR_DECODE ||
           error->status == KF_ERROR_LIMIT;
}

/* A poll without a whole answer. With an id of its own all that it may have locked is given back; else what came is
 * handled, since undoing would take away what other polls got. */
static void clean_up(kf_worker *worker, kf_batch *batch, const kf_error *error)
{
    bool fenced = worker->options.worker_id == NULL;
    if (fenced && worker->ops->undo != NULL && may_hold(batch, error))
        add_undo(worker, batch->topic, batch->worker_id, batch->sent_at, error->http_status != 0 ? 1 : 2);
    if (worker->ops->undo == NULL || !fenced) {
        take_batch(worker, batch, kf_worker_now(worker));
        return;
    }
    pthread_mutex_unlock(&worker->lock);
    drop_batch(batch);
    pthread_mutex_lock(&worker->lock);
}

static void poll_topic(kf_worker *worker, kf_worker_topic *topic, int room)
{
    char worker_id[KF_WORKER_ID_SIZE];
    kf_error error;
    kf_polled polled = {.limit = kf_schedule_begin(&topic->schedule, room),
                        .room = room,
                        .holding = topic->held + topic->waiting > 0,
                        .may_block = worker->ops->has_locks,
                        .random = kf_clock_random(worker->clock)};
    make_worker_id(worker, worker_id);
    kf_batch batch = {.worker = worker, .topic = topic, .worker_id = worker_id, .sent_at = kf_worker_now(worker)};
    const kf_poll poll = {&topic->settings, worker_id, polled.limit};
    kf_topic_unqueue(worker, topic);
    worker->acquiring = true;
    pthread_mutex_unlock(&worker->lock);
    kf_error_clear(&error);
    kf_status status = worker->ops->acquire(worker->source, worker->acquire_client, &poll, &batch, &error);
    if (status == KF_OK && batch.lost)
        status = kf_fail(&error, KF_ERROR_MEMORY, "out of memory");
    pthread_mutex_lock(&worker->lock);
    kf_topic_unqueue(worker, topic); /* a job that ended may have queued it, and its time changes now */
    if (status == KF_OK) {
        answered(worker, topic, &batch, &polled, batch.sent_at);
    } else {
        error.status = status;
        clean_up(worker, &batch, &error);
        if (!(worker->stopping && status == KF_ERROR_CANCELLED))
            failed(worker, topic, &error, polled.limit);
    }
    worker->acquiring = false;
    kf_topic_queue(worker, topic);
    if (worker->stopping)
        pthread_cond_broadcast(&worker->change);
}

/* Polls the topic that is due first. */
static bool poll_one(kf_worker *worker, int64_t now)
{
    int room;
    if (now < worker->retry_at || !kf_worker_has_room(worker, now))
        return false;
    kf_worker_topic *topic = first_with_room(worker, now, &room);
    if (topic == NULL || topic->schedule.next_at > now)
        return false;
    poll_topic(worker, topic, room);
    return true;
}

static void tend(kf_worker *worker)
{
    worker->acquiring = true;
    pthread_mutex_unlock(&worker->lock);
    int64_t wait = worker->ops->tend(worker->source, worker->tend_client, worker);
    pthread_mutex_lock(&worker->lock);
    worker->acquiring = false;
    worker->tend_at = kf_after(kf_worker_now(worker), wait < 0 ? 0 : wait);
    if (worker->stopping)
        pthread_cond_broadcast(&worker->change);
}

int64_t kf_acquire_step(kf_worker *worker)
{
    int64_t now = kf_worker_now(worker);
    kf_undo *undo = undo_due(worker, now);
    kf_job *job;
    if (undo != NULL) {
        undo_once(worker, undo);
        return 0;
    }
    if (worker->ops->tend != NULL && !worker->stopping && worker->tend_at <= now) {
        tend(worker);
        return 0;
    }
    /* With all threads in handlers, reports would have to wait for them. */
    job = kf_take_stale(worker, now);
    if (job == NULL && worker->idle == 0)
        job = kf_take_report(worker);
    if (job != NULL) {
        pthread_mutex_unlock(&worker->lock);
        kf_report_once(job);
        pthread_mutex_lock(&worker->lock);
        return 0;
    }
    if (poll_one(worker, now))
        return 0;
    return kf_acquire_due(worker, now);
}

/* What a source adds. */

kf_status kf_batch_add(kf_batch *batch, const kf_job_spec *spec, kf_error *error)
{
    const kf_worker_topic *topic = batch->topic;
    const char *instance_id = spec->instance_id != NULL ? spec->instance_id : "";
    const char *texts[] = {spec->id, instance_id, batch->worker_id, spec->broken};
    char *copies[4] = {NULL};
    size_t size = sizeof(kf_job);
    for (size_t i = 0; i < 4; i++)
        size += texts[i] != NULL ? strlen(texts[i]) + 1 : 0;
    kf_job *job = malloc(size);
    if (job == NULL) {
        batch->lost = true;
        if (spec->data != NULL)
            batch->worker->ops->free_data(batch->worker->source, spec->data);
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    }
    memset(job, 0, sizeof(*job));
    char *text = (char *)(job + 1);
    for (size_t i = 0; i < 4; i++)
        if (texts[i] != NULL) {
            size_t length = strlen(texts[i]) + 1;
            copies[i] = memcpy(text, texts[i], length);
            text += length;
        }
    job->worker = batch->worker;
    job->topic = batch->topic;
    job->id = copies[0];
    job->instance_id = copies[1];
    job->worker_id = copies[2];
    job->broken = copies[3];
    job->retries = spec->retries;
    job->data = spec->data;
    job->sent_at = batch->sent_at;
    job->lock_at = batch->worker->ops->has_locks ? kf_after(batch->sent_at, topic->settings.lock_ms) : INT64_MAX;
    job->references = 1;
    atomic_init(&job->cancelled, false);
    if (batch->last != NULL)
        batch->last->next = job;
    else
        batch->first = job;
    batch->last = job;
    batch->count++;
    return KF_OK;
}

void kf_batch_count_bad(kf_batch *batch, const char *message)
{
    kf_worker *worker = batch->worker;
    pthread_mutex_lock(&worker->lock);
    batch->topic->stats.bad_jobs++;
    pthread_mutex_unlock(&worker->lock);
    kf_tell(worker,
            &(kf_worker_event){.kind = KF_WORKER_BAD_JOB,
                               .severity = KF_SEVERITY_ERROR,
                               .topic = batch->topic->settings.name,
                               .worker_id = batch->worker_id},
            "a job came that cannot be read and has no id: %s", message);
}
