#define _DEFAULT_SOURCE 1
#include "worker_threads.h"
#include "support/steady.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

fake_source engine;
kf_client *client;
kf_worker *worker;
int most_at_door;

static pthread_mutex_t door_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t door_change = PTHREAD_COND_INITIALIZER;
static bool door_open;
static int at_door, detached_count;
static kf_job *detached[DETACHED];

void open_door(void)
{
    pthread_mutex_lock(&door_lock);
    door_open = true;
    pthread_cond_broadcast(&door_change);
    pthread_mutex_unlock(&door_lock);
}

void pass_door(void)
{
    pthread_mutex_lock(&door_lock);
    at_door++;
    most_at_door = at_door > most_at_door ? at_door : most_at_door;
    pthread_cond_broadcast(&door_change);
    while (!door_open)
        pthread_cond_wait(&door_change, &door_lock);
    at_door--;
    pthread_mutex_unlock(&door_lock);
}

void wait_at_door(int count)
{
    pthread_mutex_lock(&door_lock);
    while (at_door < count)
        pthread_cond_wait(&door_change, &door_lock);
    pthread_mutex_unlock(&door_lock);
}

int set_up(void **state)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    (void)state;
    door_open = false;
    at_door = most_at_door = detached_count = 0;
    fake_source_init(&engine, NULL);
    options.base_url = "https://127.0.0.1:1/";
    options.transport = &kf_steady;
    worker = NULL;
    return kf_client_new(&options, &client, &error) == KF_OK ? 0 : -1;
}

int tear_down(void **state)
{
    (void)state;
    open_door();
    kf_worker_free(worker);
    kf_client_free(client);
    return engine.live_data == 0 ? 0 : -1;
}

void make_worker(const kf_worker_options *options, const kf_source_ops *ops)
{
    kf_worker_options own = KF_WORKER_OPTIONS_INIT;
    worker = fake_worker(&engine, client, ops, options != NULL ? options : &own);
}

void add_work(const char *name, kf_job_fn handler, int max_jobs, int64_t lock_ms)
{
    kf_topic topic = KF_TOPIC_INIT;
    kf_error error;
    topic.name = name;
    topic.handler = handler;
    topic.max_jobs = max_jobs;
    topic.lock_ms = lock_ms;
    topic.poll_max_ms = 25;
    if (kf_worker_add_topic(worker, &topic, &error) != KF_OK)
        fail_msg("%s", error.message);
}

void start(void)
{
    kf_error error;
    if (kf_worker_start(worker, &error) != KF_OK)
        fail_msg("%s", error.message);
}

kf_worker_stats figures_of(const char *topic)
{
    kf_worker_stats stats = {.size = sizeof(stats)};
    assert_int_equal(kf_worker_stats_get(worker, topic, &stats), KF_OK);
    return stats;
}

kf_outcome complete_at_once(kf_job *job, void *user)
{
    (void)user;
    return kf_job_complete(job);
}

kf_outcome complete_behind_the_door(kf_job *job, void *user)
{
    (void)user;
    pass_door();
    return kf_job_complete(job);
}

kf_outcome detach(kf_job *job, void *user)
{
    (void)user;
    kf_outcome outcome = kf_job_detach(job);
    pthread_mutex_lock(&door_lock);
    detached[detached_count++] = job;
    pthread_cond_broadcast(&door_change);
    pthread_mutex_unlock(&door_lock);
    return outcome;
}

kf_job *wait_for_detached(int index)
{
    pthread_mutex_lock(&door_lock);
    while (detached_count <= index)
        pthread_cond_wait(&door_change, &door_lock);
    kf_job *job = detached[index];
    pthread_mutex_unlock(&door_lock);
    return job;
}

many_jobs many = {.lock = PTHREAD_MUTEX_INITIALIZER};

kf_status acquire_many(fake_source *source, kf_client *scope, const kf_poll *poll, kf_batch *batch, kf_error *error)
{
    char id[16];
    (void)scope;
    pthread_mutex_lock(&many.lock);
    for (int i = 0; i < poll->limit && many.next < MANY; i++) {
        snprintf(id, sizeof(id), "%d", many.next);
        many.held[many.next++] = true;
        fake_add(source, batch, id, error);
    }
    pthread_mutex_unlock(&many.lock);
    pthread_mutex_lock(&source->lock);
    source->log[0] = '\0'; /* it would not hold all of it */
    pthread_mutex_unlock(&source->lock);
    return KF_OK;
}
