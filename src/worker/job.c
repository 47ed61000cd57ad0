/* The job as its handler sees it: what it is, and how it is ended. */
#include "core/fail.h"
#include "worker/runtime.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *kf_outcome_text(kf_outcome outcome)
{
    static const char *const texts[] = {"none",   "completed",  "bpmn_error", "terminated",
                                        "failed", "given_back", "detached",   "refused"};
    return (size_t)outcome < sizeof(texts) / sizeof(texts[0]) ? texts[outcome] : "";
}

const char *kf_job_id(const kf_job *job)
{
    return job->id;
}

const char *kf_job_topic(const kf_job *job)
{
    return job->topic->settings.name;
}

const kf_topic *kf_job_topic_settings(const kf_job *job)
{
    return &job->topic->settings;
}

const char *kf_job_instance_id(const kf_job *job)
{
    return job->instance_id;
}

const char *kf_job_worker_id(const kf_job *job)
{
    return job->worker_id;
}

int kf_job_retries(const kf_job *job)
{
    return job->retries;
}

int64_t kf_job_remaining_ms(const kf_job *job)
{
    return job->lock_at == INT64_MAX ? INT64_MAX : job->lock_at - kf_worker_now(job->worker);
}

bool kf_job_cancelled(const kf_job *job)
{
    return atomic_load(&job->cancelled) || kf_job_remaining_ms(job) <= 0;
}

kf_client *kf_job_client(const kf_job *job)
{
    return job->worker->client;
}

void *kf_job_data(const kf_job *job)
{
    return job->data;
}

bool kf_job_is_of(const kf_job *job, const kf_source_ops *ops)
{
    return job->worker->ops == ops;
}

const char *kf_job_error(const kf_job *job)
{
    return job->error;
}

void kf_job_say(const kf_job *job, const char *format, ...)
{
    char text[sizeof(job->error)];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    /* A job is never constant; reading functions take it as if it were. */
    KF_COPY_TEXT(((kf_job *)job)->error, text, length > 0 ? strlen(text) : 0);
}

bool kf_job_unref(kf_job *job)
{
    return --job->references == 0;
}

void kf_job_destroy(kf_job *job)
{
    if (job->data != NULL)
        job->worker->ops->free_data(job->worker->source, job->data);
    free(job->end_texts);
    free(job);
}

static void set_end(kf_job *job, const kf_end *end, char *texts)
{
    free(job->end_texts);
    job->end_texts = texts;
    job->end = *end;
    job->ended_at = kf_worker_now(job->worker);
    job->state = KF_JOB_ENDED;
}

void kf_job_decide(kf_job *job, kf_outcome outcome, const char *words, ...)
{
    kf_end end = {.outcome = outcome};
    if (words != NULL) {
        char text[2 * sizeof(job->words)];
        va_list arguments;
        va_start(arguments, words);
        int length = vsnprintf(text, sizeof(text), words, arguments);
        va_end(arguments);
        KF_COPY_TEXT(job->words, text, length > 0 ? strlen(text) : 0);
        end.failure.message = job->words;
    }
    set_end(job, &end, NULL);
}

static bool copy_end(const kf_end *end, kf_end *copy, char **texts)
{
    const char *given[] = {end->code, end->failure.message, end->failure.details};
    const char **places[] = {&copy->code, &copy->failure.message, &copy->failure.details};
    size_t size = 0;
    *copy = *end;
    *texts = NULL;
    for (size_t i = 0; i < 3; i++)
        size += given[i] != NULL ? strlen(given[i]) + 1 : 0;
    if (size == 0)
        return true;
    char *text = *texts = malloc(size);
    if (text == NULL)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (given[i] != NULL) {
            size_t length = strlen(given[i]) + 1;
            *places[i] = memcpy(text, given[i], length);
            text += length;
        }
    return true;
}

/* A thread of the worker does it; without threads, the caller's loop is woken. */
static void report_detached(kf_job *job)
{
    kf_queue_report(job->worker, job);
    if (job->worker->mode == KF_MODE_LOOP)
        kf_poke(job->worker);
}

/* The user's word on how the job ends; the report follows when the handler has returned, or at once. */
static kf_outcome end_job(kf_job *job, const kf_end *end)
{
    kf_worker *worker = job->worker;
    kf_end copy;
    char *texts = NULL;
    const char *refused = worker->ops->refuses != NULL ? worker->ops->refuses(worker->source, job, end) : NULL;
    if (refused != NULL) {
        kf_job_say(job, "%s", refused);
        return KF_OUTCOME_REFUSED;
    }
    if (!copy_end(end, &copy, &texts)) {
        kf_job_say(job, "out of memory");
        return KF_OUTCOME_REFUSED;
    }
    pthread_mutex_lock(&worker->lock);
    bool open = job->state == KF_JOB_HELD && job->handled;
    if (open) {
        set_end(job, &copy, texts);
        if (!job->handling)
            report_detached(job);
    }
    pthread_mutex_unlock(&worker->lock);
    if (open)
        return end->outcome;
    free(texts);
    kf_job_say(job, "the job was ended before");
    return KF_OUTCOME_REFUSED;
}

kf_outcome kf_job_complete(kf_job *job)
{
    return end_job(job, &(kf_end){.outcome = KF_OUTCOME_COMPLETED});
}

kf_outcome kf_job_bpmn_error(kf_job *job, const char *code)
{
    return end_job(job, &(kf_end){.outcome = KF_OUTCOME_BPMN_ERROR, .code = code});
}

kf_outcome kf_job_cmmn_terminate(kf_job *job)
{
    return end_job(job, &(kf_end){.outcome = KF_OUTCOME_TERMINATED});
}

kf_outcome kf_job_fail_with(kf_job *job, const kf_failure *failure)
{
    kf_end end = {.outcome = KF_OUTCOME_FAILED};
    if (failure != NULL)
        end.failure = *failure;
    if (end.failure.message == NULL)
        end.failure.message = "the handler failed";
    return end_job(job, &end);
}

kf_outcome kf_job_fail(kf_job *job, const char *message)
{
    return kf_job_fail_with(job, &(kf_failure){.message = message});
}

kf_outcome kf_job_give_back(kf_job *job)
{
    return end_job(job, &(kf_end){.outcome = KF_OUTCOME_GIVEN_BACK});
}

kf_outcome kf_job_detach(kf_job *job)
{
    kf_worker *worker = job->worker;
    pthread_mutex_lock(&worker->lock);
    bool open = job->state == KF_JOB_HELD && job->handling && !job->detached;
    if (open) {
        job->detached = true;
        job->references++;
        worker->detached++;
    }
    pthread_mutex_unlock(&worker->lock);
    if (open)
        return KF_OUTCOME_DETACHED;
    kf_job_say(job, "the job was ended or detached before");
    return KF_OUTCOME_REFUSED;
}

void kf_job_free(kf_job *job)
{
    if (job == NULL)
        return;
    kf_worker *worker = job->worker;
    pthread_mutex_lock(&worker->lock);
    bool detached = job->detached, last = false;
    if (detached) {
        job->detached = false;
        if (job->state == KF_JOB_HELD) {
            kf_job_decide(job, KF_OUTCOME_GIVEN_BACK, NULL);
            if (!job->handling)
                report_detached(job);
        }
        last = kf_job_unref(job);
    }
    pthread_mutex_unlock(&worker->lock);
    if (last)
        kf_job_destroy(job);
    if (!detached)
        return;
    pthread_mutex_lock(&worker->lock);
    worker->detached--; /* from now on the worker itself may be freed */
    pthread_cond_broadcast(&worker->change);
    if (worker->mode == KF_MODE_LOOP)
        kf_poke(worker);
    pthread_mutex_unlock(&worker->lock);
}
