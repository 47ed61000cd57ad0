/**
 * @file crew.h
 * A worker of Flowable or jBPM for tests, on whatever server, with an ear for its events and a gate for its handlers.
 */
#ifndef KF_TESTS_CREW_H
#define KF_TESTS_CREW_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kuflow/services/flowable_client.h"
#include "kuflow/services/flowable_worker.h"
#include "kuflow/services/jbpm_worker.h"
#include "proxy.h"
#include "watch.h"

#include <stdatomic.h>

typedef struct crew {
    kf_client *client; /**< What the worker will use; borrowed. */
    const jbpm_worker_options *jbpm; /**< For a worker of jBPM; NULL: one of Flowable. Set it after crew_begin(). */
    kf_worker *worker;
    kf_watch *watch;
    kf_gate *gate; /**< For handlers that shall wait. */
    atomic_int calls; /**< For handlers that count. */
    kf_job *detached; /**< For a handler that detaches. */
    kf_proxy *proxy; /**< See crew_through_proxy(). */
    kf_error error;
} crew;

/** A crew without a worker yet. */
void crew_begin(crew *c, kf_client *client);
/** From now on the client is one of the crew's own, with these options, but through a proxy before that port. */
void crew_through_proxy(crew *c, int port, const kf_client_options *options);
/** Opens the gate, ends the worker, and frees all but a client that is not its own. */
void crew_end(crew *c);

/** Options with the crew's ear. */
kf_worker_options crew_options(crew *c);
/** A topic whose handler gets the crew; failures come back at once. */
kf_topic crew_topic(crew *c, const char *name, kf_job_fn handler);
/** Makes the worker, with these topics. `options` NULL: crew_options(). */
void crew_make(crew *c, const kf_worker_options *options, const kf_topic *topics, size_t count);
/** The same, and starts it. */
void crew_start(crew *c, const kf_worker_options *options, const kf_topic *topics, size_t count);
/** The same with one topic of which nothing is special. */
void crew_start_one(crew *c, const char *topic, kf_job_fn handler);
/** Stops in order; all handlers must end. */
void crew_stop(crew *c);
/** Ends the worker, so that its client may be freed. */
void crew_dismiss(crew *c);
kf_worker_stats crew_stats(crew *c);

/** A call that must succeed, and writes into the crew's error. */
#define CREW_OK(c, call)                                                                                               \
    do {                                                                                                               \
        if ((call) != KF_OK)                                                                                           \
            fail_msg("%s: %s", #call, (c)->error.message);                                                             \
    } while (0)

#define WAIT_EVENT(c, kind, count)                                                                                     \
    do {                                                                                                               \
        if (!kf_watch_wait((c)->watch, (kind), (count)))                                                               \
            fail_msg("did not come %d times: %s", (int)(count), #kind);                                                \
    } while (0)

/** Handlers. */
kf_outcome handle_complete(kf_job *job, void *user);
/** Waits at the gate, then completes. */
kf_outcome handle_gated(kf_job *job, void *user);

#endif
