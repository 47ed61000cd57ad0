/* A worker under short memory: whatever fails, no job stays locked and unworked. */
#include "sweep.h"

#include "../../src/worker/source.h"
#include "kuflow/transport.h"

#include <stdlib.h>
#include <string.h>

#define JOBS 3

/* An engine without a network, and a clock that stands still until somebody waits. */
typedef struct kf_tiny_engine {
    bool locked[JOBS];
    bool ended[JOBS];
    int64_t now;
} kf_tiny_engine;

static kf_tiny_engine engine;

static int64_t read_clock(void *user)
{
    (void)user;
    return engine.now;
}

static void wait_clock(int64_t milliseconds, void *user)
{
    (void)user;
    engine.now += milliseconds;
}

static uint64_t no_dice(void *user)
{
    (void)user;
    return 1;
}

static const kf_transport transport = {NULL, read_clock, read_clock, wait_clock, no_dice, NULL};

static kf_status acquire(void *source, kf_client *client, const kf_poll *poll, kf_batch *batch, kf_error *error)
{
    static const char *const ids[JOBS] = {"0", "1", "2"};
    kf_status status = KF_OK;
    (void)source;
    (void)client;
    (void)poll;
    for (size_t i = 0; i < JOBS; i++) {
        if (engine.locked[i] || engine.ended[i])
            continue;
        const kf_job_spec spec = {.id = ids[i], .retries = 3, .data = malloc(8)};
        engine.locked[i] = true;
        if (spec.data == NULL) {
            error->status = KF_ERROR_MEMORY;
            error->may_have_acted = true;
            return KF_ERROR_MEMORY;
        }
        if (status == KF_OK)
            status = kf_batch_add(batch, &spec, error);
        else
            free(spec.data);
    }
    return status;
}

static kf_verdict undo(void *source, kf_client *client, const char *worker_id, kf_error *error)
{
    (void)source;
    (void)client;
    (void)worker_id;
    (void)error;
    memset(engine.locked, 0, sizeof(engine.locked));
    return KF_VERDICT_DONE;
}

static kf_verdict report(void *source, kf_client *client, kf_job *job, const kf_end *end, kf_error *error)
{
    size_t i = (size_t)(kf_job_id(job)[0] - '0');
    (void)source;
    (void)client;
    (void)error;
    engine.locked[i] = false;
    engine.ended[i] = end->outcome != KF_OUTCOME_GIVEN_BACK;
    return KF_VERDICT_DONE;
}

static void free_data(void *source, void *data)
{
    (void)source;
    free(data);
}

static void free_source(void *source)
{
    (void)source;
}

static const kf_source_ops ops = {.engine = "tiny",
                                  .has_locks = true,
                                  .acquire = acquire,
                                  .undo = undo,
                                  .report = report,
                                  .free_data = free_data,
                                  .free = free_source};

static kf_outcome handle(kf_job *job, void *user)
{
    (void)user;
    switch (kf_job_id(job)[0]) {
    case '0':
        return kf_job_bpmn_error(job, "A code that is copied");
    case '1':
        kf_job_detach(job);
        kf_job_fail(job, "A message that is copied");
        kf_job_free(job);
        return KF_OUTCOME_DETACHED;
    default:
        return kf_job_complete(job);
    }
}

static kf_status make(kf_client **client, kf_worker **worker, kf_error *error)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_worker_options worker_options = KF_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    options.transport = &transport;
    worker_options.threads = -1;
    topic.name = "topic";
    topic.scope_type = "bpmn";
    topic.handler = handle;
    kf_status status = kf_client_new(&options, client, error);
    if (status == KF_OK)
        status = kf_worker_new(*client, &worker_options, &ops, NULL, worker, error);
    if (status == KF_OK)
        status = kf_worker_add_topic(*worker, &topic, error);
    return status;
}

static bool all_ended(void)
{
    for (size_t i = 0; i < JOBS; i++)
        if (!engine.ended[i])
            return false;
    return true;
}

static bool none_locked(void)
{
    for (size_t i = 0; i < JOBS; i++)
        if (engine.locked[i])
            return false;
    return true;
}

static kf_status work(void **result)
{
    kf_client *client = NULL;
    kf_worker *worker = NULL;
    kf_error error;
    char *text = NULL;
    memset(&engine, 0, sizeof(engine));
    *result = NULL;
    kf_status status = make(&client, &worker, &error);
    for (int i = 0; i < 50 && status == KF_OK && !all_ended(); i++)
        status = kf_worker_poll_once(worker, 1000, NULL, &error);
    if (status == KF_OK && !all_ended())
        status = KF_ERROR_MEMORY; /* as long as nothing can be stored, nothing can be worked */
    if (status == KF_OK)
        status = kf_worker_metrics(worker, &text, NULL, &error);
    kf_worker_free(worker);
    kf_client_free(client);
    if (status == KF_OK)
        *result = text;
    return status;
}

static bool is_worked(void *result)
{
    return all_ended() && none_locked() && strstr(result, "kuflow_worker_jobs_acquired_total") != NULL;
}

const kf_sweep_case kf_sweep_worker_cases[] = {
    {.name = "worker", .run = work, .check = is_worked, .release = kf_free, .check_failed = none_locked},
    {.name = NULL},
};
