/* A worker of this library with its defaults, until it has ended as many jobs as it was told. */
#include "measure.h"

#include "kuflow/services/flowable_client.h"
#include "kuflow/services/flowable_worker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] = "usage: worker URL TOPIC JOBS HANDLER_MS SLOTS    SLOTS 0: the default\n";

/* Ages are of interest where few jobs come, so that a list will do. */
enum { MAX_AGED = 1000 };

typedef struct run {
    kf_worker *worker;
    int64_t jobs;
    int handler_ms;
    pthread_mutex_t lock;
    size_t count;
    struct {
        char id[64];
        char created[KF_TIME_TEXT_SIZE];
    } aged[MAX_AGED];
} run;

static void remember(run *r, const kf_job *job)
{
    const char *created = flowable_job_model(job)->create_time;
    measure_started(measure_age_ms(created));
    pthread_mutex_lock(&r->lock);
    if (r->count < MAX_AGED) {
        snprintf(r->aged[r->count].id, sizeof r->aged[0].id, "%s", kf_job_id(job));
        snprintf(r->aged[r->count++].created, sizeof r->aged[0].created, "%s", created);
    }
    pthread_mutex_unlock(&r->lock);
}

static void recall(run *r, const char *id)
{
    const char *created = NULL;
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->count && created == NULL; i++)
        if (strcmp(r->aged[i].id, id) == 0)
            created = r->aged[i].created;
    pthread_mutex_unlock(&r->lock);
    if (created != NULL)
        measure_ended(measure_age_ms(created));
}

static kf_outcome handle(kf_job *job, void *user)
{
    run *r = user;
    if (r->jobs <= MAX_AGED)
        remember(r, job);
    if (r->handler_ms > 0) {
        struct timespec wait = {.tv_sec = r->handler_ms / 1000, .tv_nsec = (long)(r->handler_ms % 1000) * 1000000};
        nanosleep(&wait, NULL);
    }
    return kf_job_complete(job);
}

static void listen(const kf_worker_event *event, void *user)
{
    run *r = user;
    if (event->severity >= KF_SEVERITY_WARNING)
        fprintf(stderr, "worker: %s: %s\n", kf_worker_event_text(event->kind), event->message);
    if (event->kind != KF_WORKER_JOB_DONE)
        return;
    if (r->jobs <= MAX_AGED)
        recall(r, event->job_id);
    if (measure_count())
        kf_worker_request_stop(r->worker);
}

int main(int argc, char **argv)
{
    static run r = {.lock = PTHREAD_MUTEX_INITIALIZER};
    int status = 1;
    kf_error error = {0};
    kf_client *client = NULL;
    kf_client_options client_options = KF_CLIENT_OPTIONS_INIT;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    if (argc != 6)
        return fputs(usage, stderr), 2;
    client_options.base_url = argv[1];
    client_options.allow_http = true;
    client_options.username = "admin";
    client_options.password = "test";
    topic.name = argv[2];
    topic.handler = handle;
    topic.user = &r;
    r.jobs = strtoll(argv[3], NULL, 10);
    r.handler_ms = atoi(argv[4]);
    options.threads = atoi(argv[5]);
    options.on_event = listen;
    options.on_event_user = &r;
    if (r.jobs < 1)
        return fputs(usage, stderr), 2;

    if (flowable_client_new(&client_options, &client, &error) != KF_OK ||
        flowable_worker_new(client, &options, &r.worker, &error) != KF_OK ||
        kf_worker_add_topic(r.worker, &topic, &error) != KF_OK)
        goto done;
    measure_begin(r.jobs);
    if (kf_worker_run(r.worker, &error) != KF_OK)
        goto done;
    measure_print();
    status = 0;

done:
    if (status != 0)
        fprintf(stderr, "worker: %s\n", error.message);
    kf_worker_free(r.worker);
    kf_client_free(client);
    return status;
}
