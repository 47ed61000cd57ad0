/* The figures in Prometheus' text format 0.0.4. */
#include "core/buffer.h"
#include "core/fail.h"
#include "worker/runtime.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef enum kf_metric_kind { KF_METRIC_COUNTER, KF_METRIC_GAUGE, KF_METRIC_TIME, KF_METRIC_HISTOGRAM } kf_metric_kind;

typedef struct kf_metric {
    const char *name;
    const char *help;
    kf_metric_kind kind;
    size_t offset;
} kf_metric;

#define METRIC(kind, name, member, help)                                                                               \
    {                                                                                                                  \
        "kuflow_worker_" name, help, KF_METRIC_##kind, offsetof(kf_worker_stats, member)                               \
    }

static const kf_metric metrics[] = {
    METRIC(COUNTER, "polls_total", polls, "Requests for jobs."),
    METRIC(COUNTER, "polls_empty_total", polls_empty, "Requests for jobs that brought none."),
    METRIC(COUNTER, "polls_failed_total", polls_failed, "Requests for jobs that failed."),
    METRIC(COUNTER, "jobs_acquired_total", acquired, "Jobs taken."),
    METRIC(COUNTER, "jobs_started_total", started, "Calls of handlers."),
    METRIC(COUNTER, "jobs_completed_total", completed, "Jobs completed."),
    METRIC(COUNTER, "jobs_bpmn_errors_total", bpmn_errors, "Jobs ended with a BPMN error."),
    METRIC(COUNTER, "jobs_terminated_total", terminated, "Jobs terminated."),
    METRIC(COUNTER, "jobs_failed_total", failed, "Jobs failed."),
    METRIC(COUNTER, "jobs_given_back_total", given_back, "Jobs given back."),
    METRIC(COUNTER, "jobs_assumed_done_total", assumed_done,
           "Reports whose answer was lost, and that were taken, most likely."),
    METRIC(COUNTER, "jobs_lock_lost_total", lock_lost, "Reports that came when the job was not held any more."),
    METRIC(COUNTER, "jobs_gone_total", gone,
           "Reports of jobs that did not exist any more, and jobs somebody else had."),
    METRIC(COUNTER, "jobs_refused_total", refused, "Outcomes that the engine did not accept."),
    METRIC(COUNTER, "jobs_unreported_total", unreported, "Jobs whose reports did not get through."),
    METRIC(COUNTER, "jobs_late_total", late, "Reports taken after the lock's time."),
    METRIC(COUNTER, "report_retries_total", report_retries, "Repeated reports."),
    METRIC(COUNTER, "jobs_poison_total", poison, "Jobs failed since they came back too often."),
    METRIC(COUNTER, "jobs_bad_total", bad_jobs, "Jobs that could not be read."),
    METRIC(COUNTER, "polls_undone_total", undone, "Requests for jobs whose answer was lost, and that were undone."),
    METRIC(COUNTER, "polls_blocked_total", exclusive_blocked,
           "Requests that exclusive jobs are suspected to have made empty."),
    METRIC(GAUGE, "jobs_running", running, "Jobs in handlers, detached, or being reported."),
    METRIC(GAUGE, "jobs_waiting", waiting, "Jobs taken and not begun."),
    METRIC(GAUGE, "slots_free", slots_free, "Handlers that could begin now."),
    METRIC(TIME, "since_success_seconds", since_success_ms, "Since the last request for jobs that was answered."),
    METRIC(TIME, "oldest_lock_remaining_seconds", oldest_remaining_ms, "Until the first lock of a job held is over."),
    METRIC(HISTOGRAM, "poll_seconds", poll_ms, "Requests for jobs that were answered."),
    METRIC(HISTOGRAM, "wait_seconds", wait_ms, "From a job's coming to its handler's begin."),
    METRIC(HISTOGRAM, "handler_seconds", handler_ms, "Calls of handlers."),
    METRIC(HISTOGRAM, "report_seconds", report_ms, "From the end of the handler to the engine's word."),
    METRIC(HISTOGRAM, "total_seconds", total_ms, "From the request for jobs to the engine's word."),
};

/* kf_histogram_bound_ms() in seconds, as text, so that no locale has a say. */
static const char *const bounds[KF_HISTOGRAM_BUCKETS] = {"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05",
                                                         "0.1",    "0.25",  "0.5",    "1",     "2.5",  "5",     "10",
                                                         "25",     "50",    "100",    "250",   "500",  "+Inf"};

static void append_label(kf_buffer *buffer, const char *name, const char *value)
{
    kf_buffer_format(buffer, "%s=\"", name);
    for (; *value != '\0'; value++) {
        if (*value == '\n')
            kf_buffer_text(buffer, "\\n");
        else if (*value == '"' || *value == '\\')
            kf_buffer_format(buffer, "\\%c", *value);
        else
            kf_buffer_char(buffer, *value);
    }
    kf_buffer_char(buffer, '"');
}

static char *make_labels(const kf_worker *worker, const kf_worker_topic *topic)
{
    kf_buffer labels = {0};
    append_label(&labels, "worker", worker->options.name);
    kf_buffer_char(&labels, ',');
    append_label(&labels, "topic", topic->settings.name);
    return kf_buffer_take(&labels);
}

static void append_seconds(kf_buffer *buffer, int64_t milliseconds)
{
    uint64_t amount = milliseconds < 0 ? 0 - (uint64_t)milliseconds : (uint64_t)milliseconds;
    kf_buffer_format(buffer, "%s%" PRIu64 ".%03" PRIu64 "\n", milliseconds < 0 ? "-" : "", amount / 1000,
                     amount % 1000);
}

static void append_histogram(kf_buffer *buffer, const char *name, const char *labels, const kf_histogram *histogram)
{
    uint64_t count = 0;
    for (size_t i = 0; i < KF_HISTOGRAM_BUCKETS; i++) {
        count += histogram->buckets[i];
        kf_buffer_format(buffer, "%s_bucket{%s,le=\"%s\"} %" PRIu64 "\n", name, labels, bounds[i], count);
    }
    kf_buffer_format(buffer, "%s_sum{%s} ", name, labels);
    append_seconds(buffer, (int64_t)histogram->sum_ms);
    kf_buffer_format(buffer, "%s_count{%s} %" PRIu64 "\n", name, labels, histogram->count);
}

static void append_value(kf_buffer *buffer, const kf_metric *metric, const char *labels, const kf_worker_stats *stats)
{
    const void *member = (const char *)stats + metric->offset;
    if (metric->kind == KF_METRIC_HISTOGRAM) {
        append_histogram(buffer, metric->name, labels, member);
        return;
    }
    /* No time is no sample: before the first poll, and without a lock. */
    int64_t value = *(const int64_t *)member;
    if (metric->kind == KF_METRIC_TIME && (value == INT64_MAX || (value == -1 && member == &stats->since_success_ms)))
        return;
    kf_buffer_format(buffer, "%s{%s} ", metric->name, labels);
    if (metric->kind == KF_METRIC_TIME)
        append_seconds(buffer, value);
    else
        kf_buffer_format(buffer, "%" PRId64 "\n", value);
}

/* A copy of all figures, so that the worker is not held up while they are written. */
static kf_worker_stats *read_all(kf_worker *worker)
{
    kf_worker_stats *all = calloc(worker->topic_count + 1, sizeof(*all));
    if (all == NULL)
        return NULL;
    pthread_mutex_lock(&worker->lock);
    int64_t now = kf_worker_now(worker);
    for (size_t i = 0; i < worker->topic_count; i++)
        kf_stats_of(worker, worker->topics[i], now, &all[i]);
    pthread_mutex_unlock(&worker->lock);
    return all;
}

kf_status kf_worker_metrics(kf_worker *worker, char **text, size_t *length, kf_error *error)
{
    static const char *const kinds[] = {"counter", "gauge", "gauge", "histogram"};
    kf_buffer buffer = {0};
    kf_error_clear(error);
    if (text == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "text is NULL");
    *text = NULL;
    kf_status status = kf_worker_check(worker, error);
    if (status != KF_OK)
        return status;
    kf_worker_stats *all = read_all(worker);
    for (size_t i = 0; all != NULL && i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        kf_buffer_format(&buffer, "# HELP %s %s\n# TYPE %s %s\n", metrics[i].name, metrics[i].help, metrics[i].name,
                         kinds[metrics[i].kind]);
        for (size_t j = 0; j < worker->topic_count; j++) {
            char *labels = make_labels(worker, worker->topics[j]);
            if (labels == NULL)
                buffer.failed = true;
            else
                append_value(&buffer, &metrics[i], labels, &all[j]);
            free(labels);
        }
    }
    if (length != NULL)
        *length = buffer.length;
    *text = all != NULL ? kf_buffer_take(&buffer) : NULL;
    kf_buffer_free(&buffer);
    free(all);
    return *text != NULL ? KF_OK : kf_fail(error, KF_ERROR_MEMORY, "out of memory");
}
