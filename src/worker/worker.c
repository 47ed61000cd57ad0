/* The worker: made, filled, freed. */
#define _DEFAULT_SOURCE 1
#include "core/fail.h"
#include "core/options.h"
#include "core/utf8.h"
#include "http/retry.h"
#include "worker/runtime.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEND_MS 5000
#define NAME_MOST 100

void kf_worker_options_init(kf_worker_options *options, size_t size)
{
    kf_options_clear(options, size);
}

int64_t kf_worker_now(const kf_worker *worker)
{
    return kf_clock_now(worker->clock);
}

int64_t kf_worker_backoff(kf_worker *worker, int failures, int64_t base_ms, int64_t max_ms)
{
    return kf_retry_wait(KF_RETRY_TRANSIENT, failures - 1, base_ms, max_ms, kf_clock_random(worker->clock));
}

void *kf_worker_source(const kf_worker *worker)
{
    return worker->source;
}

kf_status kf_worker_check(const kf_worker *worker, kf_error *error)
{
    if (worker == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "worker is NULL");
    if (worker->pid != 0 && worker->pid != getpid())
        return kf_fail(error, KF_ERROR_ARGUMENT, "the worker belongs to the process that started it, not to its child");
    return KF_OK;
}

/* The bytes of a text's first `most` characters; SIZE_MAX where it has more, is not UTF-8 or has control characters. */
static size_t measure(const char *text, size_t most)
{
    size_t length = strlen(text), used = 0;
    for (size_t count = 0; used < length; count++) {
        size_t bytes = kf_utf8_length(text + used, length - used);
        if (bytes == 0 || (unsigned char)text[used] < 0x20 || text[used] == 0x7F || count == most)
            return SIZE_MAX;
        used += bytes;
    }
    return used;
}

static kf_status resolve(kf_worker_options *options, kf_error *error)
{
    if (options->name == NULL || options->name[0] == '\0')
        options->name = "kuflow";
    if (measure(options->name, NAME_MOST) == SIZE_MAX)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the worker's name must be UTF-8 of at most %d characters", NAME_MOST);
    if (options->worker_id != NULL &&
        (options->worker_id[0] == '\0' || measure(options->worker_id, KF_WORKER_ID_SIZE) >= KF_WORKER_ID_SIZE))
        return kf_fail(error, KF_ERROR_ARGUMENT, "worker_id must be UTF-8 of 1 to %d bytes", KF_WORKER_ID_SIZE - 1);
    if (options->grace_ms < 0 || options->request_ms < 0 || options->report_ms < 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "grace_ms, request_ms or report_ms is negative");
    if (options->threads > 10000)
        return kf_fail(error, KF_ERROR_ARGUMENT, "more than 10000 threads");
    if (options->threads == 0)
        options->threads = 8;
    if (options->max_prefetch == 0)
        options->max_prefetch = options->threads > 8 ? 4 * options->threads : 32;
    else if (options->max_prefetch < 0)
        options->max_prefetch = 0;
    options->drain_ms = options->drain_ms == 0 ? 30000 : options->drain_ms < 0 ? 0 : options->drain_ms;
    options->grace_ms = options->grace_ms == 0 ? 5000 : options->grace_ms;
    options->request_ms = options->request_ms == 0 ? 30000 : options->request_ms;
    options->report_ms = options->report_ms == 0 ? 60000 : options->report_ms;
    return KF_OK;
}

/* NAME/HOST-PID-RANDOM, in front of the number of each batch. */
void kf_worker_name_batches(kf_worker *worker)
{
    char host[64], rest[128];
    const char *name = worker->options.name;
    if (gethostname(host, sizeof(host)) != 0)
        host[0] = '\0';
    host[sizeof(host) - 1] = '\0';
    for (char *c = host; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~' || *c == '/')
            *c = '_';
    snprintf(rest, sizeof(rest), "/%s-%ld-%08" PRIx32, host, (long)worker->pid,
             (uint32_t)kf_clock_random(worker->clock));
    size_t room = sizeof(worker->id_prefix) - strlen(rest) - 1, used = 0;
    while (name[used] != '\0' && used + kf_utf8_length(name + used, strlen(name + used)) <= room)
        used += kf_utf8_length(name + used, strlen(name + used));
    snprintf(worker->id_prefix, sizeof(worker->id_prefix), "%.*s%s", (int)used, name, rest);
}

static kf_status make_scope(kf_worker *worker, int64_t limit_ms, kf_cancel *cancel, kf_client **scope, kf_error *error)
{
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.attempt_timeout_ms = limit_ms;
    options.max_attempts = 1; /* repeats are the worker's own business */
    options.cancel = cancel;
    return kf_client_scope(worker->client, &options, scope, error);
}

static kf_status make_scopes(kf_worker *worker, kf_error *error)
{
    int64_t limit = worker->options.request_ms;
    /* Each thread reports, beside it there are the polls and the user's own calls; new connections cost time. */
    if (worker->options.threads > 0)
        kf_pool_reserve(worker->client->core->pool, worker->options.threads + 2);
    kf_status status = make_scope(worker, limit, worker->acquire_cancel, &worker->acquire_client, error);
    if (status == KF_OK)
        status = make_scope(worker, limit, worker->report_cancel, &worker->report_client, error);
    if (status == KF_OK)
        status =
            make_scope(worker, limit < TEND_MS ? limit : TEND_MS, worker->acquire_cancel, &worker->tend_client, error);
    return status;
}

static bool copy_texts(kf_worker_options *options)
{
    const char *worker_id = options->worker_id;
    options->name = strdup(options->name);
    options->worker_id = worker_id != NULL ? strdup(worker_id) : NULL;
    return options->name != NULL && (worker_id == NULL || options->worker_id != NULL);
}

/* The locks and the conditions, all or none. */
static bool make_locks(kf_worker *worker)
{
    pthread_cond_t *conditions[] = {&worker->work, &worker->acquire, &worker->change};
    size_t made = 0;
    if (pthread_mutex_init(&worker->lock, NULL) != 0)
        return false;
    if (pthread_mutex_init(&worker->stop_lock, NULL) == 0) {
        while (made < 3 && kf_condition_init(conditions[made]))
            made++;
        if (made == 3)
            return true;
        while (made > 0)
            pthread_cond_destroy(conditions[--made]);
        pthread_mutex_destroy(&worker->stop_lock);
    }
    pthread_mutex_destroy(&worker->lock);
    return false;
}

/* All but the locks. */
static void free_parts(kf_worker *worker)
{
    int pipe_write = atomic_load(&worker->pipe_write);
    for (size_t i = 0; i < worker->topic_count; i++)
        kf_topic_free(worker->topics[i]);
    free(worker->topics);
    free(worker->heap);
    kf_client_free(worker->acquire_client);
    kf_client_free(worker->report_client);
    kf_client_free(worker->tend_client);
    kf_cancel_free(worker->acquire_cancel);
    kf_cancel_free(worker->report_cancel);
    free((char *)worker->options.name);
    free((char *)worker->options.worker_id);
    if (pipe_write >= 0) {
        close(pipe_write);
        close(worker->pipe_read);
    }
    worker->ops->free(worker->source);
    free(worker);
}

static kf_status fill(kf_worker *worker, const kf_worker_options *options, kf_error *error)
{
    worker->options = *options;
    if (!copy_texts(&worker->options))
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    worker->acquire_cancel = kf_cancel_new();
    worker->report_cancel = kf_cancel_new();
    if (worker->acquire_cancel == NULL || worker->report_cancel == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    kf_status status = make_scopes(worker, error);
    if (status == KF_OK && !make_locks(worker))
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    return status;
}

kf_status kf_worker_new(kf_client *client, const kf_worker_options *options, const kf_source_ops *ops, void *source,
                        kf_worker **worker, kf_error *error)
{
    kf_worker_options given = KF_WORKER_OPTIONS_INIT;
    kf_worker *made = NULL;
    kf_status status = KF_OK;
    kf_error_clear(error);
    if (worker != NULL)
        *worker = NULL;
    if (client == NULL || worker == NULL)
        status = kf_fail(error, KF_ERROR_ARGUMENT, "client or worker is NULL");
    else if (options != NULL && options->size == 0)
        status = kf_fail(error, KF_ERROR_ARGUMENT, "options must begin with KF_WORKER_OPTIONS_INIT");
    else if (options != NULL)
        memcpy(&given, options, options->size < sizeof(given) ? options->size : sizeof(given));
    if (status == KF_OK)
        status = resolve(&given, error);
    if (status == KF_OK && (made = calloc(1, sizeof(*made))) == NULL)
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    if (status != KF_OK) {
        ops->free(source);
        return status;
    }
    made->client = client;
    made->clock = &client->core->clock;
    made->ops = ops;
    made->source = source;
    made->stale_at = made->drain_at = made->abort_at = made->keeper_at = INT64_MAX;
    atomic_init(&made->stop_requests, 0);
    atomic_init(&made->pipe_write, -1);
    status = fill(made, &given, error);
    if (status == KF_OK)
        *worker = made;
    else
        free_parts(made);
    return status;
}

void kf_worker_free(kf_worker *worker)
{
    /* In a child of the process it belongs to, its threads and locks are none of ours. */
    if (worker == NULL || kf_worker_check(worker, NULL) != KF_OK)
        return;
    kf_worker_stop(worker, 0, NULL, NULL);
    if (worker->mode != KF_MODE_NEW)
        kf_worker_wait_for_handlers(worker);
    pthread_cond_destroy(&worker->change);
    pthread_cond_destroy(&worker->acquire);
    pthread_cond_destroy(&worker->work);
    pthread_mutex_destroy(&worker->stop_lock);
    pthread_mutex_destroy(&worker->lock);
    free_parts(worker);
}
