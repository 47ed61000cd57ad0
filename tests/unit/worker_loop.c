#include "worker_loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

fake_transport f;
fake_source fake;

static const fake_step no_step[] = {{.http = 500}};

setup make(const kf_source_ops *ops, const kf_worker_options *options)
{
    setup made;
    FAKE_INIT(&f, no_step);
    fake_source_init(&fake, &f);
    made.client = fake_client(&f, NULL);
    made.worker = fake_worker(&fake, made.client, ops, options);
    return made;
}

void done(setup *made)
{
    kf_worker_free(made->worker);
    kf_client_free(made->client);
    assert_true(fake.freed);
    assert_int_equal(fake.live_data, 0);
}

void add_topic(setup *made, const kf_topic *topic)
{
    kf_error error;
    if (kf_worker_add_topic(made->worker, topic, &error) != KF_OK)
        fail_msg("%s", error.message);
}

void add_handler(setup *made, kf_job_fn handler)
{
    kf_topic topic = KF_TOPIC_INIT;
    topic.name = "t";
    topic.handler = handler;
    add_topic(made, &topic);
}

int turn(setup *made, int64_t wait_ms)
{
    kf_error error;
    int handled = -1;
    if (kf_worker_poll_once(made->worker, wait_ms, &handled, &error) != KF_OK)
        fail_msg("%s", error.message);
    return handled;
}

kf_worker_stats stats_of(setup *made)
{
    kf_worker_stats stats = {.size = sizeof(stats)};
    assert_int_equal(kf_worker_stats_get(made->worker, NULL, &stats), KF_OK);
    return stats;
}

const kf_worker_event *event_of(kf_worker_event_kind kind)
{
    for (size_t i = fake.event_count; i > 0; i--)
        if (fake.events[i - 1].kind == kind)
            return &fake.events[i - 1];
    return NULL;
}

kf_outcome complete(kf_job *job, void *user)
{
    (void)user;
    return kf_job_complete(job);
}

kf_verdict never(fake_source *source, kf_client *client, kf_job *job, const kf_end *end, kf_error *error)
{
    (void)source;
    (void)client;
    (void)job;
    (void)end;
    snprintf(error->message, sizeof(error->message), "nobody listens");
    return KF_VERDICT_AGAIN;
}

kf_outcome detach_into(kf_job *job, void *user)
{
    *(kf_job **)user = job;
    return kf_job_detach(job);
}

void add_topics(setup *made, int count)
{
    char name[16];
    kf_topic topic = KF_TOPIC_INIT;
    topic.handler = complete;
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "t%d", i);
        topic.name = name;
        add_topic(made, &topic);
    }
}
