/* A worker without threads over fake_source.h: the test's own loop drives it, and its own hand moves the clock. */
#ifndef WORKER_LOOP_H
#define WORKER_LOOP_H

#include "fake_source.h"

extern fake_transport f; /* the clock and the dice */
extern fake_source fake; /* the engine */

typedef struct setup {
    kf_client *client;
    kf_worker *worker;
} setup;

/* The options may be NULL: no prefetch then. Each fails the test when something does not go as it should. */
setup make(const kf_source_ops *ops, const kf_worker_options *options);
/* Frees all, and looks whether anything is left. */
void done(setup *made);
void add_topic(setup *made, const kf_topic *topic);
/* A topic "t". */
void add_handler(setup *made, kf_job_fn handler);
/* Topics "t0", "t1", … that complete their jobs. */
void add_topics(setup *made, int count);
/* kf_worker_poll_once(); how many jobs were handled. */
int turn(setup *made, int64_t wait_ms);
kf_worker_stats stats_of(setup *made);
/* The last one told; NULL: none was. */
const kf_worker_event *event_of(kf_worker_event_kind kind);

/* Handlers. */
kf_outcome complete(kf_job *job, void *user);
/* `user`: where the job is put. */
kf_outcome detach_into(kf_job *job, void *user);
/* For fake_source.on_report: no report ever gets through. */
kf_verdict never(fake_source *source, kf_client *client, kf_job *job, const kf_end *end, kf_error *error);

#endif
