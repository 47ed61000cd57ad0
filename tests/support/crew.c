#include "crew.h"

#include <string.h>

void crew_begin(crew *c, kf_client *client)
{
    memset(c, 0, sizeof(*c));
    atomic_init(&c->calls, 0);
    c->client = client;
    c->watch = kf_watch_new();
    c->gate = kf_gate_new();
}

void crew_through_proxy(crew *c, int port, const kf_client_options *options)
{
    kf_client_options own = *options;
    c->proxy = kf_proxy_start(port);
    assert_non_null(c->proxy);
    own.base_url = kf_proxy_url(c->proxy);
    c->client = NULL;
    CREW_OK(c, flowable_client_new(&own, &c->client, &c->error));
}

void crew_end(crew *c)
{
    kf_gate_open(c->gate);
    crew_dismiss(c);
    if (c->proxy != NULL) {
        kf_client_free(c->client);
        kf_proxy_stop(c->proxy);
    }
    kf_watch_free(c->watch);
    kf_gate_free(c->gate);
}

kf_worker_options crew_options(crew *c)
{
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    options.on_event = kf_watch_event;
    options.on_event_user = c->watch;
    return options;
}

kf_topic crew_topic(crew *c, const char *name, kf_job_fn handler)
{
    kf_topic topic = KF_TOPIC_INIT;
    topic.name = name;
    topic.handler = handler;
    topic.user = c;
    topic.poll_max_ms = 50;
    topic.retry_base_ms = -1;
    return topic;
}

void crew_make(crew *c, const kf_worker_options *options, const kf_topic *topics, size_t count)
{
    const kf_worker_options own = crew_options(c);
    if (options == NULL)
        options = &own;
    if (c->jbpm != NULL)
        CREW_OK(c, jbpm_worker_new(c->client, options, c->jbpm, &c->worker, &c->error));
    else
        CREW_OK(c, flowable_worker_new(c->client, options, &c->worker, &c->error));
    for (size_t i = 0; i < count; i++)
        CREW_OK(c, kf_worker_add_topic(c->worker, &topics[i], &c->error));
}

void crew_start(crew *c, const kf_worker_options *options, const kf_topic *topics, size_t count)
{
    crew_make(c, options, topics, count);
    CREW_OK(c, kf_worker_start(c->worker, &c->error));
}

void crew_start_one(crew *c, const char *topic, kf_job_fn handler)
{
    const kf_topic one = crew_topic(c, topic, handler);
    crew_start(c, NULL, &one, 1);
}

void crew_stop(crew *c)
{
    CREW_OK(c, kf_worker_stop(c->worker, 30000, NULL, &c->error));
}

void crew_dismiss(crew *c)
{
    kf_worker_free(c->worker);
    c->worker = NULL;
}

kf_worker_stats crew_stats(crew *c)
{
    kf_worker_stats stats = {.size = sizeof(stats)};
    assert_int_equal(kf_worker_stats_get(c->worker, NULL, &stats), KF_OK);
    return stats;
}

kf_outcome handle_complete(kf_job *job, void *user)
{
    crew *c = user;
    atomic_fetch_add(&c->calls, 1);
    return kf_job_complete(job);
}

kf_outcome handle_gated(kf_job *job, void *user)
{
    crew *c = user;
    kf_gate_pass(c->gate);
    return kf_job_complete(job);
}
