#include "watch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PATIENCE_S 30
#define KINDS 40

typedef struct last_event {
    kf_worker_event event;
    char topic[100];
    char job_id[100];
    char worker_id[256];
    char message[2500];
} last_event;

struct kf_watch {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int counts[KINDS];
    last_event last[KINDS];
};

struct kf_gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int arrived;
    bool open;
};

static void *make(size_t size)
{
    void *made = calloc(1, size);
    if (made == NULL)
        abort();
    return made;
}

static struct timespec patience(void)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += PATIENCE_S;
    return at;
}

kf_watch *kf_watch_new(void)
{
    kf_watch *watch = make(sizeof(*watch));
    pthread_mutex_init(&watch->mutex, NULL);
    pthread_cond_init(&watch->changed, NULL);
    return watch;
}

void kf_watch_free(kf_watch *watch)
{
    pthread_cond_destroy(&watch->changed);
    pthread_mutex_destroy(&watch->mutex);
    free(watch);
}

static const char *keep(char *target, size_t size, const char *text)
{
    snprintf(target, size, "%s", text);
    return target;
}

void kf_watch_event(const kf_worker_event *event, void *user)
{
    kf_watch *watch = user;
    if (event->kind <= 0 || event->kind >= KINDS)
        abort();
    pthread_mutex_lock(&watch->mutex);
    last_event *last = &watch->last[event->kind];
    last->event = *event;
    last->event.topic = keep(last->topic, sizeof(last->topic), event->topic);
    last->event.job_id = keep(last->job_id, sizeof(last->job_id), event->job_id);
    last->event.worker_id = keep(last->worker_id, sizeof(last->worker_id), event->worker_id);
    last->event.message = keep(last->message, sizeof(last->message), event->message);
    watch->counts[event->kind]++;
    pthread_cond_broadcast(&watch->changed);
    pthread_mutex_unlock(&watch->mutex);
}

int kf_watch_count(kf_watch *watch, kf_worker_event_kind kind)
{
    pthread_mutex_lock(&watch->mutex);
    int count = watch->counts[kind];
    pthread_mutex_unlock(&watch->mutex);
    return count;
}

bool kf_watch_wait(kf_watch *watch, kf_worker_event_kind kind, int count)
{
    const struct timespec until = patience();
    int failed = 0;
    pthread_mutex_lock(&watch->mutex);
    while (watch->counts[kind] < count && failed == 0)
        failed = pthread_cond_timedwait(&watch->changed, &watch->mutex, &until);
    bool came = watch->counts[kind] >= count;
    pthread_mutex_unlock(&watch->mutex);
    return came;
}

const kf_worker_event *kf_watch_last(kf_watch *watch, kf_worker_event_kind kind)
{
    return &watch->last[kind].event;
}

kf_gate *kf_gate_new(void)
{
    kf_gate *gate = make(sizeof(*gate));
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->changed, NULL);
    return gate;
}

void kf_gate_free(kf_gate *gate)
{
    pthread_cond_destroy(&gate->changed);
    pthread_mutex_destroy(&gate->mutex);
    free(gate);
}

void kf_gate_pass(kf_gate *gate)
{
    const struct timespec until = patience();
    int failed = 0;
    pthread_mutex_lock(&gate->mutex);
    gate->arrived++;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->open && failed == 0)
        failed = pthread_cond_timedwait(&gate->changed, &gate->mutex, &until);
    pthread_mutex_unlock(&gate->mutex);
}

void kf_gate_open(kf_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->open = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}

bool kf_gate_wait(kf_gate *gate, int count)
{
    const struct timespec until = patience();
    int failed = 0;
    pthread_mutex_lock(&gate->mutex);
    while (gate->arrived < count && failed == 0)
        failed = pthread_cond_timedwait(&gate->changed, &gate->mutex, &until);
    bool came = gate->arrived >= count;
    pthread_mutex_unlock(&gate->mutex);
    return came;
}
