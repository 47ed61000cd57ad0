/* What a handler thread does with a job: calls the handler, and reports how it ended. */
#include "core/fail.h"
#include "worker/runtime.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define REPORT_BASE_MS 50
#define REPORT_MOST_MS 5000

static void count_end(kf_worker_stats *stats, const kf_job *job)
{
    switch (job->end.outcome) {
    case KF_OUTCOME_COMPLETED:
        stats->completed++;
        break;
    case KF_OUTCOME_BPMN_ERROR:
        stats->bpmn_errors++;
        break;
    case KF_OUTCOME_TERMINATED:
        stats->terminated++;
        break;
    case KF_OUTCOME_FAILED:
        stats->failed++;
        stats->refused += job->report.converted;
        break;
    default:
        stats->given_back++;
        break;
    }
}

static void count_taken(kf_job *job, int64_t now)
{
    kf_worker *worker = job->worker;
    kf_worker_stats *stats = &job->topic->stats;
    count_end(stats, job);
    stats->late += now >= job->lock_at;
    if (job->handled) {
        kf_histogram_add(&stats->report_ms, now - job->ended_at);
        kf_histogram_add(&stats->total_ms, now - job->sent_at);
    }
    if (job->end.outcome == KF_OUTCOME_GIVEN_BACK && !job->handled)
        worker->result_given_back++;
    else
        worker->result_completed++;
    if (job->end.outcome == KF_OUTCOME_FAILED)
        kf_seen_failed(&worker->seen, job->id);
    else if (job->end.outcome == KF_OUTCOME_GIVEN_BACK)
        kf_seen_not_begun(&worker->seen, job->id);
    else
        kf_seen_forget(&worker->seen, job->id);
}

static void count_final(kf_job *job, kf_final final, int64_t now)
{
    kf_worker *worker = job->worker;
    kf_worker_stats *stats = &job->topic->stats;
    switch (final) {
    case KF_FINAL_ASSUMED:
        stats->assumed_done++;
        count_taken(job, now);
        break;
    case KF_FINAL_LOST:
        stats->lock_lost++;
        break;
    case KF_FINAL_GONE:
        stats->gone++;
        kf_seen_forget(&worker->seen, job->id);
        break;
    case KF_FINAL_UNREPORTED:
        stats->unreported++;
        worker->result_unreported += worker->stopping;
        break;
    default:
        count_taken(job, now);
        break;
    }
    if (job->handled) {
        kf_pace_add(&worker->pace, now);
        kf_pace_add(&job->topic->pace, now);
    }
}

/* No retries are left. */
static bool last_failure(const kf_job *job)
{
    const kf_int32 *retries = &job->end.failure.retries;
    return retries->presence == KF_SET ? retries->value <= 0 : job->retries == 1;
}

static void tell_final(const kf_job *job, kf_final final, const kf_error *error, int64_t took)
{
    const char *outcome = kf_outcome_text(job->end.outcome);
    const char *engine = job->worker->ops->engine;
    switch (final) {
    case KF_FINAL_ASSUMED:
        kf_tell_job(job, KF_WORKER_JOB_ASSUMED_DONE, KF_SEVERITY_WARNING, error, took,
                    "an answer to the report (%s) was lost, and now the job is gone: it was taken, most likely",
                    outcome);
        break;
    case KF_FINAL_LOST:
        kf_tell_job(
            job, KF_WORKER_JOB_LOCK_LOST, KF_SEVERITY_WARNING, error, took,
            "the report (%s) came too late: the job is not held by this worker any more, and will be worked again",
            outcome);
        break;
    case KF_FINAL_GONE:
        kf_tell_job(job, KF_WORKER_JOB_GONE, KF_SEVERITY_WARNING, error, took,
                    "%s has the job no more: its instance ended or was suspended; the report was: %s", engine, outcome);
        break;
    case KF_FINAL_UNREPORTED:
        kf_tell_job(job, KF_WORKER_JOB_UNREPORTED, KF_SEVERITY_ERROR, error, took,
                    "the report (%s) did not get through, and the job will be worked again: %s", outcome, job->trouble);
        break;
    default:
        if (job->report.converted)
            kf_tell_job(job, KF_WORKER_JOB_REFUSED, KF_SEVERITY_ERROR, error, took, "the job was failed instead: %s",
                        job->words);
        else if (job->end.outcome == KF_OUTCOME_FAILED && job->handled)
            kf_tell_job(job, KF_WORKER_JOB_DONE, last_failure(job) ? KF_SEVERITY_ERROR : KF_SEVERITY_WARNING, error,
                        took, "the job failed%s: %s", last_failure(job) ? " for the last time" : "",
                        job->end.failure.message);
        else
            kf_tell_job(job, KF_WORKER_JOB_DONE, KF_SEVERITY_DEBUG, error, took, "%s took the report: %s", engine,
                        outcome);
        break;
    }
}

/* Nothing more is done with the job: its place is free. */
static void let_go(kf_job *job)
{
    kf_worker *worker = job->worker;
    kf_worker_topic *topic = job->topic;
    pthread_mutex_lock(&worker->lock);
    job->state = KF_JOB_REPORTED;
    worker->live--;
    if (worker->ops->has_locks && kf_schedule_ended(&topic->schedule, kf_worker_now(worker)) &&
        topic->heap_index != KF_NOT_QUEUED) {
        kf_topic_queue(worker, topic);
        pthread_cond_signal(&worker->acquire);
    }
    kf_held_remove(worker, job);
    if (worker->stopping)
        pthread_cond_broadcast(&worker->change);
    bool last = kf_job_unref(job);
    pthread_mutex_unlock(&worker->lock);
    if (last)
        kf_job_destroy(job);
}

static void finish(kf_job *job, kf_final final, const kf_error *error)
{
    kf_worker *worker = job->worker;
    pthread_mutex_lock(&worker->lock);
    int64_t now = kf_worker_now(worker);
    count_final(job, final, now);
    pthread_mutex_unlock(&worker->lock);
    tell_final(job, final, error, now - job->ended_at);
    let_go(job);
}

/* When a job that failed is offered again: later with each failure that is known of. */
static void set_delay(kf_job *job)
{
    const kf_topic *topic = &job->topic->settings;
    kf_failure *failure = &job->end.failure;
    if (job->end.outcome != KF_OUTCOME_FAILED)
        return;
    if (failure->delay_ms.presence == KF_SET) {
        if (failure->delay_ms.value <= 0)
            failure->delay_ms = (kf_int64){KF_ABSENT, 0};
        return;
    }
    if (topic->retry_base_ms < 0)
        return;
    int failures = job->retries >= 0 && job->retries < 3 ? 3 - job->retries : 0;
    if (job->seen.failures > failures)
        failures = job->seen.failures;
    int64_t delay = topic->retry_base_ms;
    for (int i = 0; i < failures && delay < topic->retry_max_ms; i++)
        delay = delay > INT64_MAX / 2 ? INT64_MAX : delay * 2;
    if (delay > topic->retry_max_ms)
        delay = topic->retry_max_ms;
    failure->delay_ms = KF_INT64(kf_jitter(delay, kf_clock_random(job->worker->clock)));
}

/* Puts the job aside until the report is worth repeating; false when there is no more time for that. */
static bool plan_repeat(kf_job *job, const kf_error *error)
{
    kf_worker *worker = job->worker;
    int64_t now = kf_worker_now(worker);
    int64_t until = job->lock_at != INT64_MAX && job->lock_at > job->ended_at ? job->lock_at : job->ended_at;
    int64_t last = kf_after(until, worker->options.report_ms);
    int64_t wait = kf_worker_backoff(worker, job->report.attempts, REPORT_BASE_MS, REPORT_MOST_MS);
    int64_t at = kf_after(now, kf_asked_wait(error, wait));
    KF_COPY_TEXT(job->trouble, error->message, strlen(error->message));
    if (now >= last)
        return false;
    pthread_mutex_lock(&worker->lock);
    bool repeat = !worker->giving_up;
    if (repeat) {
        job->retry_at = at < last ? at : last; /* the last moment is worth a try, too */
        job->topic->stats.report_retries++;
        kf_queue_repeat(worker, job);
    }
    pthread_mutex_unlock(&worker->lock);
    return repeat;
}

/* Whether the report is not to be sent any more. */
static bool too_late(kf_job *job)
{
    kf_worker *worker = job->worker;
    if (job->topic->settings.discard_late && kf_worker_now(worker) >= job->lock_at) {
        snprintf(job->trouble, sizeof(job->trouble), "the lock's time is over, and the topic discards what is late");
        return true;
    }
    pthread_mutex_lock(&worker->lock);
    bool giving_up = worker->giving_up;
    pthread_mutex_unlock(&worker->lock);
    return giving_up && job->report.attempts > 0;
}

static const char *words_of(const kf_error *error)
{
    return error->server_message[0] != '\0' ? error->server_message : error->message;
}

/* An end that the engine does not accept becomes a failure with its words. */
static void convert(kf_job *job)
{
    kf_worker *worker = job->worker;
    pthread_mutex_lock(&worker->lock);
    int64_t ended_at = job->ended_at;
    kf_job_decide(job, KF_OUTCOME_FAILED, "%s does not accept the outcome '%s': %s", worker->ops->engine,
                  kf_outcome_text(job->end.outcome), job->trouble);
    job->ended_at = ended_at;
    pthread_mutex_unlock(&worker->lock);
    set_delay(job);
}

void kf_report_once(kf_job *job)
{
    kf_worker *worker = job->worker;
    kf_error error;
    kf_final final;
    kf_error_clear(&error);
    if (job->report.attempts == 0) {
        set_delay(job);
        if (job->handled)
            kf_tell_job(job, KF_WORKER_JOB_HANDLED, KF_SEVERITY_DEBUG, NULL, job->ended_at - job->begun_at,
                        "the handler's word: %s", kf_outcome_text(job->end.outcome));
    }
    if (too_late(job)) {
        finish(job, KF_FINAL_UNREPORTED, &error);
        return;
    }
    do {
        kf_error_clear(&error);
        kf_verdict verdict = worker->ops->report(worker->source, worker->report_client, job, &job->end, &error);
        final = kf_report_judge(&job->report, job->end.outcome, verdict, &error);
        if (verdict == KF_VERDICT_REFUSED)
            KF_COPY_TEXT(job->trouble, words_of(&error), strlen(words_of(&error)));
        if (final == KF_FINAL_CONVERT)
            convert(job);
    } while (final == KF_FINAL_CONVERT);
    if (final == KF_FINAL_NONE && plan_repeat(job, &error))
        return;
    finish(job, final == KF_FINAL_NONE ? KF_FINAL_UNREPORTED : final, &error);
}

/* Calls the handler; false when the job lives on without an end: it is detached. */
static bool call_handler(kf_job *job)
{
    kf_worker *worker = job->worker;
    kf_worker_topic *topic = job->topic;
    pthread_mutex_lock(&worker->lock);
    int64_t begun_at = kf_worker_now(worker);
    job->begun_at = begun_at;
    job->handling = true;
    job->handled = true;
    topic->stats.started++;
    kf_histogram_add(&topic->stats.wait_ms, begun_at - job->arrived_at);
    if (job->lock_at != INT64_MAX)
        kf_wake_keeper(worker, job->lock_at - topic->settings.lock_ms / 2);
    pthread_mutex_unlock(&worker->lock);
    kf_tell_job(job, KF_WORKER_JOB_STARTED, KF_SEVERITY_DEBUG, NULL, begun_at - job->arrived_at, "the handler begins");
    kf_outcome returned = topic->settings.handler(job, topic->settings.user);
    pthread_mutex_lock(&worker->lock);
    int64_t now = kf_worker_now(worker);
    kf_histogram_add(&topic->stats.handler_ms, now - begun_at);
    job->handling = false;
    if (job->state == KF_JOB_ENDED) {
        if (!job->detached)
            job->ended_at = now;
    } else if (!job->detached) {
        bool refused = returned == KF_OUTCOME_REFUSED && job->error[0] != '\0';
        bool claimed = returned != KF_OUTCOME_REFUSED && returned != KF_OUTCOME_NONE;
        kf_job_decide(job, KF_OUTCOME_FAILED, "the handler ended without an outcome%s%s%s",
                      refused || claimed ? ": " : "", refused ? job->error : "",
                      claimed ? "it returned one without calling the function for it, such as kf_job_complete()" : "");
    } else if (job->slot) {
        job->slot = false;
        worker->slots_used--;
        pthread_cond_signal(&worker->acquire);
    }
    bool ended = job->state == KF_JOB_ENDED;
    pthread_mutex_unlock(&worker->lock);
    return ended;
}

/* Ends that are decided before the handler is called; false when there are none. */
static bool decide_early(kf_job *job)
{
    kf_worker *worker = job->worker;
    const kf_topic *topic = &job->topic->settings;
    kf_worker_event_kind told = 0;
    pthread_mutex_lock(&worker->lock);
    if (worker->stopping || kf_job_stale(job, kf_worker_now(worker))) {
        kf_job_decide(job, KF_OUTCOME_GIVEN_BACK, NULL);
    } else if (job->broken != NULL) {
        told = KF_WORKER_BAD_JOB;
        job->topic->stats.bad_jobs++;
        kf_job_decide(job, KF_OUTCOME_FAILED, "the job cannot be read: %s", job->broken);
    } else if (topic->max_deliveries > 0 && job->seen.taken >= topic->max_deliveries) {
        told = KF_WORKER_JOB_POISON;
        job->topic->stats.poison++;
        kf_job_decide(job, KF_OUTCOME_FAILED,
                      "taken %d time%s before without an end: its handler took longer than the lock, or its reports "
                      "did not get through",
                      job->seen.taken, job->seen.taken == 1 ? "" : "s");
    }
    bool decided = job->state == KF_JOB_ENDED;
    pthread_mutex_unlock(&worker->lock);
    if (told != 0)
        kf_tell_job(job, told, KF_SEVERITY_ERROR, NULL, 0, "%s", job->words);
    return decided;
}

/* Whether the source lets the job begin; if not, it was ended, unless it is gone. */
static bool begin(kf_job *job, bool *gone)
{
    kf_worker *worker = job->worker;
    kf_error error;
    *gone = false;
    if (worker->ops->begin == NULL)
        return true;
    kf_error_clear(&error);
    kf_verdict verdict = worker->ops->begin(worker->source, worker->report_client, job, &error);
    pthread_mutex_lock(&worker->lock);
    if (verdict == KF_VERDICT_AGAIN)
        kf_job_decide(job, KF_OUTCOME_GIVEN_BACK, NULL);
    else if (verdict == KF_VERDICT_REFUSED)
        kf_job_decide(job, KF_OUTCOME_FAILED, "%s did not let the job begin: %s", worker->ops->engine,
                      words_of(&error));
    pthread_mutex_unlock(&worker->lock);
    *gone = verdict == KF_VERDICT_GONE || verdict == KF_VERDICT_LOST;
    return verdict == KF_VERDICT_DONE;
}

/* Somebody else has it: nothing to report. */
static void skip(kf_job *job)
{
    kf_worker *worker = job->worker;
    pthread_mutex_lock(&worker->lock);
    job->topic->stats.gone++;
    kf_seen_forget(&worker->seen, job->id);
    pthread_mutex_unlock(&worker->lock);
    kf_tell_job(job, KF_WORKER_JOB_GONE, KF_SEVERITY_DEBUG, NULL, 0, "somebody else has the job");
    let_go(job);
}

bool kf_handle_job(kf_job *job)
{
    bool gone = false;
    if (!decide_early(job) && begin(job, &gone)) {
        if (call_handler(job))
            kf_report_once(job);
        return true;
    }
    if (gone)
        skip(job);
    else
        kf_report_once(job);
    return false;
}
