#define _DEFAULT_SOURCE 1
#include "core/fail.h"
#include "core/options.h"
#include "worker/runtime.h"

#include <stdlib.h>
#include <string.h>

#define LOCK_MOST_MS INT64_C(2145600000) /* 24 days 20 hours: Flowable counts milliseconds in 32 bits */

void kf_topic_init(kf_topic *topic, size_t size)
{
    kf_options_clear(topic, size);
}

static int64_t or_default(int64_t value, int64_t instead)
{
    return value != 0 ? value : instead;
}

static kf_status resolve(const kf_worker *worker, kf_topic *topic, kf_error *error)
{
    if (topic->name == NULL || topic->name[0] == '\0' || topic->handler == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "a topic needs a name and a handler");
    if (topic->lock_ms < 0 || topic->lock_ms > LOCK_MOST_MS)
        return kf_fail(error, KF_ERROR_ARGUMENT, "topic %s: lock_ms must be from 1 to %lld (24 days 20 h)", topic->name,
                       (long long)LOCK_MOST_MS);
    if (topic->max_jobs < 0 || topic->poll_min_ms < 0 || topic->poll_max_ms < 0 || topic->retry_max_ms < 0)
        return kf_fail(error, KF_ERROR_ARGUMENT,
                       "topic %s: max_jobs, poll_min_ms, poll_max_ms or retry_max_ms is negative", topic->name);
    if (topic->poll_max_ms != 0 && topic->poll_max_ms < topic->poll_min_ms)
        return kf_fail(error, KF_ERROR_ARGUMENT, "topic %s: poll_max_ms is below poll_min_ms", topic->name);
    if (topic->scope_type != NULL && strcmp(topic->scope_type, "bpmn") != 0 && strcmp(topic->scope_type, "cmmn") != 0)
        return kf_fail(error, KF_ERROR_ARGUMENT,
                       "topic %s: scope_type is \"%s\", and must be \"bpmn\", \"cmmn\" or NULL", topic->name,
                       topic->scope_type);
    int threads = worker->options.threads > 0 ? worker->options.threads : 1;
    topic->lock_ms = or_default(topic->lock_ms, 300000);
    topic->max_jobs = topic->max_jobs != 0 ? topic->max_jobs : threads;
    if (topic->poll_min_ms == 0)
        topic->poll_min_ms = topic->poll_max_ms != 0 && topic->poll_max_ms < 25 ? topic->poll_max_ms : 25;
    if (topic->poll_max_ms == 0)
        topic->poll_max_ms = topic->poll_min_ms > 500 ? topic->poll_min_ms : 500;
    topic->retry_base_ms = or_default(topic->retry_base_ms, 5000);
    topic->retry_max_ms = or_default(topic->retry_max_ms, 300000);
    topic->max_deliveries = topic->max_deliveries != 0 ? topic->max_deliveries : 3;
    return KF_OK;
}

void kf_topic_free(kf_worker_topic *topic)
{
    if (topic == NULL)
        return;
    free((char *)topic->settings.name);
    free((char *)topic->settings.scope_type);
    free(topic);
}

static bool grow_arrays(kf_worker *worker)
{
    if (worker->topic_count < worker->topic_room)
        return true;
    size_t room = worker->topic_room == 0 ? 8 : worker->topic_room * 2;
    kf_worker_topic **topics = realloc(worker->topics, room * sizeof(*topics));
    if (topics == NULL)
        return false;
    worker->topics = topics;
    kf_worker_topic **heap = realloc(worker->heap, room * sizeof(*heap));
    if (heap == NULL)
        return false;
    worker->heap = heap;
    worker->topic_room = room;
    return true;
}

static kf_worker_topic *make_topic(const kf_topic *settings)
{
    kf_worker_topic *topic = calloc(1, sizeof(*topic));
    if (topic == NULL)
        return NULL;
    topic->settings = *settings;
    topic->settings.name = strdup(settings->name);
    topic->settings.scope_type = settings->scope_type != NULL ? strdup(settings->scope_type) : NULL;
    if (topic->settings.name == NULL || (settings->scope_type != NULL && topic->settings.scope_type == NULL)) {
        kf_topic_free(topic);
        return NULL;
    }
    topic->name_hash = kf_hash(settings->name);
    topic->heap_index = KF_NOT_QUEUED;
    topic->answered_at = -1;
    kf_schedule_init(&topic->schedule);
    return topic;
}

kf_status kf_worker_add_topic(kf_worker *worker, const kf_topic *topic, kf_error *error)
{
    kf_topic settings = KF_TOPIC_INIT;
    kf_error_clear(error);
    if (worker == NULL || topic == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "worker or topic is NULL");
    if (topic->size == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "a topic must begin with KF_TOPIC_INIT");
    memcpy(&settings, topic, topic->size < sizeof(settings) ? topic->size : sizeof(settings));
    settings.size = sizeof(settings);
    kf_status status = resolve(worker, &settings, error);
    if (status != KF_OK)
        return status;
    pthread_mutex_lock(&worker->lock);
    if (worker->mode != KF_MODE_NEW) {
        status = kf_fail(error, KF_ERROR_ARGUMENT, "topics are added before the worker is started or polled");
    } else if (kf_topic_find(worker, settings.name) != NULL) {
        status = kf_fail(error, KF_ERROR_ARGUMENT, "there is a topic %s already", settings.name);
    } else {
        kf_worker_topic *made = grow_arrays(worker) ? make_topic(&settings) : NULL;
        if (made == NULL) {
            status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
        } else {
            worker->topics[worker->topic_count++] = made;
            made->schedule.next_at = kf_worker_now(worker);
            kf_topic_queue(worker, made);
        }
    }
    pthread_mutex_unlock(&worker->lock);
    return status;
}

kf_worker_topic *kf_topic_find(const kf_worker *worker, const char *name)
{
    uint64_t hash = kf_hash(name);
    for (size_t i = 0; i < worker->topic_count; i++)
        if (worker->topics[i]->name_hash == hash && strcmp(worker->topics[i]->settings.name, name) == 0)
            return worker->topics[i];
    return NULL;
}

/* A binary heap; the topic that is due first stands at the top. */
static void put(kf_worker *worker, size_t index, kf_worker_topic *topic)
{
    worker->heap[index] = topic;
    topic->heap_index = index;
}

static void sift(kf_worker *worker, kf_worker_topic *topic, size_t index)
{
    int64_t at = topic->schedule.next_at;
    while (index > 0 && worker->heap[(index - 1) / 2]->schedule.next_at > at) {
        put(worker, index, worker->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * index + 1;
        if (child + 1 < worker->heap_count &&
            worker->heap[child + 1]->schedule.next_at < worker->heap[child]->schedule.next_at)
            child++;
        if (child >= worker->heap_count || worker->heap[child]->schedule.next_at >= at)
            break;
        put(worker, index, worker->heap[child]);
        index = child;
    }
    put(worker, index, topic);
}

void kf_topic_queue(kf_worker *worker, kf_worker_topic *topic)
{
    if (topic->ended)
        return;
    if (topic->heap_index == KF_NOT_QUEUED)
        put(worker, worker->heap_count++, topic);
    sift(worker, topic, topic->heap_index);
}

void kf_topic_unqueue(kf_worker *worker, kf_worker_topic *topic)
{
    size_t index = topic->heap_index;
    if (index == KF_NOT_QUEUED)
        return;
    topic->heap_index = KF_NOT_QUEUED;
    kf_worker_topic *last = worker->heap[--worker->heap_count];
    if (last != topic)
        sift(worker, last, index);
}

static int slots_of(const kf_worker *worker)
{
    return worker->options.threads > 0 ? worker->options.threads : 1;
}

int kf_topic_room(const kf_worker *worker, const kf_worker_topic *topic, int64_t now)
{
    /* Detached jobs take their time: nothing is taken ahead for when they end. */
    if (topic->held >= topic->settings.max_jobs && worker->slots_used == 0)
        return 0;
    int ahead = kf_pace_read(&worker->pace, now), topic_ahead = kf_pace_read(&topic->pace, now);
    if (ahead > worker->options.max_prefetch)
        ahead = worker->options.max_prefetch;
    const kf_load all = {slots_of(worker), worker->slots_used, worker->waiting, ahead};
    const kf_load own = {topic->settings.max_jobs, topic->held, topic->waiting,
                         topic_ahead < ahead ? topic_ahead : ahead};
    return kf_room(&all, &own);
}

bool kf_worker_has_room(const kf_worker *worker, int64_t now)
{
    int ahead = kf_pace_read(&worker->pace, now);
    if (ahead > worker->options.max_prefetch)
        ahead = worker->options.max_prefetch;
    const kf_load all = {slots_of(worker), worker->slots_used, worker->waiting, ahead};
    return kf_room(&all, &all) > 0;
}
