/* Telling what happens. */
#include "core/fail.h"
#include "worker/runtime.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_SIZE 1024

const char *kf_worker_event_text(kf_worker_event_kind kind)
{
    static const char *const texts[] = {"",
                                        "started",
                                        "stopped",
                                        "acquired",
                                        "acquire_failed",
                                        "recovered",
                                        "topic_ended",
                                        "exclusive",
                                        "bad_job",
                                        "job_started",
                                        "job_handled",
                                        "job_done",
                                        "job_assumed_done",
                                        "job_lock_lost",
                                        "job_gone",
                                        "job_refused",
                                        "job_unreported",
                                        "job_lock_half",
                                        "job_lock_ended",
                                        "job_poison",
                                        "registered",
                                        "registration_failed",
                                        "stopping"};
    return (size_t)kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : "";
}

void kf_worker_tell(kf_worker *worker, const kf_worker_event *event)
{
    kf_worker_event told = *event;
    if (worker->options.on_event == NULL)
        return;
    told.topic = told.topic != NULL ? told.topic : "";
    told.job_id = told.job_id != NULL ? told.job_id : "";
    told.worker_id = told.worker_id != NULL ? told.worker_id : "";
    told.message = told.message != NULL ? told.message : "";
    worker->options.on_event(&told, worker->options.on_event_user);
}

static void tell(kf_worker *worker, const kf_worker_event *event, const char *format, va_list arguments)
{
    char raw[MESSAGE_SIZE], message[MESSAGE_SIZE];
    kf_worker_event told = *event;
    int length = vsnprintf(raw, sizeof(raw), format, arguments);
    KF_COPY_TEXT(message, raw, length > 0 ? strlen(raw) : 0);
    told.message = message;
    kf_worker_tell(worker, &told);
}

void kf_tell(kf_worker *worker, const kf_worker_event *event, const char *format, ...)
{
    va_list arguments;
    if (worker->options.on_event == NULL)
        return;
    va_start(arguments, format);
    tell(worker, event, format, arguments);
    va_end(arguments);
}

void kf_tell_job(const kf_job *job, kf_worker_event_kind kind, kf_severity severity, const kf_error *error,
                 int64_t milliseconds, const char *format, ...)
{
    va_list arguments;
    if (job->worker->options.on_event == NULL)
        return;
    /* The end may be decided at this moment, in another thread. */
    bool open = kind == KF_WORKER_JOB_LOCK_HALF || kind == KF_WORKER_JOB_LOCK_ENDED;
    const kf_worker_event event = {.kind = kind,
                                   .severity = severity,
                                   .topic = job->topic->settings.name,
                                   .job_id = job->id,
                                   .worker_id = job->worker_id,
                                   .outcome = open ? KF_OUTCOME_NONE : job->end.outcome,
                                   .status = error != NULL ? error->status : KF_OK,
                                   .http_status = error != NULL ? error->http_status : 0,
                                   .milliseconds = milliseconds};
    va_start(arguments, format);
    tell(job->worker, &event, format, arguments);
    va_end(arguments);
}
