/* Figures: counting, and reading them. */
#include "worker/runtime.h"

#include <math.h>
#include <string.h>

static const double bounds[KF_HISTOGRAM_BUCKETS] = {
    0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, INFINITY};

double kf_histogram_bound_ms(size_t index)
{
    return index < KF_HISTOGRAM_BUCKETS ? bounds[index] : INFINITY;
}

void kf_histogram_add(kf_histogram *histogram, int64_t milliseconds)
{
    double value = milliseconds > 0 ? (double)milliseconds : 0;
    size_t i = 0;
    while (value > bounds[i])
        i++;
    histogram->buckets[i]++;
    histogram->count++;
    histogram->sum_ms += value;
}

static void add_histogram(kf_histogram *sum, const kf_histogram *more)
{
    sum->count += more->count;
    sum->sum_ms += more->sum_ms;
    for (size_t i = 0; i < KF_HISTOGRAM_BUCKETS; i++)
        sum->buckets[i] += more->buckets[i];
}

static void add_counters(kf_worker_stats *sum, const kf_worker_stats *more)
{
    /* The counters stand side by side. */
    _Static_assert(offsetof(kf_worker_stats, running) ==
                       offsetof(kf_worker_stats, exclusive_blocked) + sizeof(uint64_t),
                   "exclusive_blocked is the last counter");
    const size_t first = offsetof(kf_worker_stats, polls), last = offsetof(kf_worker_stats, exclusive_blocked);
    for (size_t at = first; at <= last; at += sizeof(uint64_t)) {
        uint64_t a, b;
        memcpy(&a, (const char *)sum + at, sizeof(a));
        memcpy(&b, (const char *)more + at, sizeof(b));
        a += b;
        memcpy((char *)sum + at, &a, sizeof(a));
    }
    add_histogram(&sum->poll_ms, &more->poll_ms);
    add_histogram(&sum->wait_ms, &more->wait_ms);
    add_histogram(&sum->handler_ms, &more->handler_ms);
    add_histogram(&sum->report_ms, &more->report_ms);
    add_histogram(&sum->total_ms, &more->total_ms);
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t first_lock(const kf_worker *worker, const kf_worker_topic *topic)
{
    int64_t lock_at = INT64_MAX;
    for (const kf_job *job = worker->held; topic->held > 0 && job != NULL; job = job->held_next)
        if (job->topic == topic)
            lock_at = lesser(lock_at, job->lock_at);
    for (const kf_job *job = topic->first_waiting; job != NULL; job = job->next)
        lock_at = lesser(lock_at, job->lock_at);
    return lock_at;
}

static int64_t slots_free(const kf_worker *worker)
{
    int threads = worker->options.threads > 0 ? worker->options.threads : 1;
    return threads > worker->slots_used ? threads - worker->slots_used : 0;
}

void kf_stats_of(const kf_worker *worker, const kf_worker_topic *topic, int64_t now, kf_worker_stats *stats)
{
    int64_t lock_at = first_lock(worker, topic);
    int own_slots = topic->settings.max_jobs > topic->held ? topic->settings.max_jobs - topic->held : 0;
    *stats = topic->stats;
    stats->running = topic->held;
    stats->waiting = topic->waiting;
    stats->slots_free = lesser(slots_free(worker), own_slots);
    stats->since_success_ms = topic->answered_at < 0 ? -1 : now - topic->answered_at;
    stats->oldest_remaining_ms = lock_at == INT64_MAX ? INT64_MAX : lock_at - now;
}

static void stats_of_all(const kf_worker *worker, int64_t now, kf_worker_stats *stats)
{
    kf_worker_stats one;
    memset(stats, 0, sizeof(*stats));
    stats->since_success_ms = -1;
    stats->oldest_remaining_ms = INT64_MAX;
    for (size_t i = 0; i < worker->topic_count; i++) {
        kf_stats_of(worker, worker->topics[i], now, &one);
        add_counters(stats, &one);
        stats->running += one.running;
        stats->waiting += one.waiting;
        stats->oldest_remaining_ms = lesser(stats->oldest_remaining_ms, one.oldest_remaining_ms);
        if (stats->since_success_ms < 0 ||
            (one.since_success_ms >= 0 && one.since_success_ms < stats->since_success_ms))
            stats->since_success_ms = one.since_success_ms;
    }
    stats->slots_free = slots_free(worker);
}

kf_status kf_worker_stats_get(kf_worker *worker, const char *topic, kf_worker_stats *stats)
{
    kf_worker_stats all;
    if (kf_worker_check(worker, NULL) != KF_OK || stats == NULL || stats->size < sizeof(stats->size))
        return KF_ERROR_ARGUMENT;
    pthread_mutex_lock(&worker->lock);
    kf_worker_topic *found = topic != NULL ? kf_topic_find(worker, topic) : NULL;
    if (found != NULL)
        kf_stats_of(worker, found, kf_worker_now(worker), &all);
    else if (topic == NULL)
        stats_of_all(worker, kf_worker_now(worker), &all);
    pthread_mutex_unlock(&worker->lock);
    if (topic != NULL && found == NULL)
        return KF_ERROR_ARGUMENT;
    size_t size = stats->size < sizeof(all) ? stats->size : sizeof(all);
    all.size = stats->size;
    memcpy(stats, &all, size);
    return KF_OK;
}
