/* Acquiring jobs: which ones, for how long, and what an exclusive one keeps from everybody. */
#include "flowable.h"

#include <stdlib.h>
#include <string.h>

#define JAVA_PACKAGE "org.flowable.external.job.rest.service.api.acquire."

typedef struct acquisition {
    kf_fl_slice topic, worker, scope;
    kf_fl_duration_value lock;
    kf_fl_int tasks, retries;
} acquisition;

static bool read_acquisition(kf_sb_call *call, const kf_fl_document *document, acquisition *wanted)
{
    *wanted = (acquisition){.tasks = {true, 1}, .retries = {true, 5}};
    return kf_fl_body_string(call, document, document->nodes, "topic", &wanted->topic) &&
           kf_fl_body_duration(call, document, "lockDuration", &wanted->lock) &&
           kf_fl_body_int(call, document, "numberOfTasks", "int", &wanted->tasks) &&
           kf_fl_body_int(call, document, "numberOfRetries", "int", &wanted->retries) &&
           kf_fl_body_string(call, document, document->nodes, "workerId", &wanted->worker) &&
           kf_fl_body_string(call, document, document->nodes, "scopeType", &wanted->scope);
}

static bool check_acquisition(kf_sb_call *call, const acquisition *wanted)
{
    if (wanted->topic.length == 0)
        kf_fl_error(call, 400, "topic is required");
    else if (!wanted->lock.present)
        kf_fl_error(call, 400, "lockDuration is required");
    else if (wanted->worker.length == 0)
        kf_fl_error(call, 400, "workerId is required");
    else if (wanted->tasks.value < 1)
        kf_fl_error(call, 400, "requested number of jobs must not be smaller than 1");
    else
        return true;
    return false;
}

/* The lock in milliseconds, as 32 bits hold it: longer ones come out wrong on the real server, too. */
static bool lock_length(kf_sb_call *call, const kf_fl_duration_value *lock, int32_t *length)
{
    int64_t seconds = lock->seconds, nanos = lock->nanos, ms;
    if (seconds == INT64_MIN) {
        kf_fl_error(call, 500, "Exceeds capacity of Duration: 9223372036854775808000000000");
        return false;
    }
    if (seconds < 0) {
        seconds = -seconds - (nanos > 0);
        nanos = nanos > 0 ? 1000000000 - nanos : 0;
    }
    if (__builtin_mul_overflow(seconds, 1000, &ms) || __builtin_add_overflow(ms, nanos / 1000000, &ms)) {
        kf_fl_error(call, 500, "long overflow");
        return false;
    }
    uint32_t low = (uint32_t)(uint64_t)ms;
    *length = low > INT32_MAX ? (int32_t)((int64_t)low - ((int64_t)1 << 32)) : (int32_t)low;
    return true;
}

/* A batch is locked as a whole or not at all: not when it has a second exclusive job of one instance, and not when an
 * exclusive job's instance is locked already. */
static bool lock_batch(kf_flowable *flowable, kf_fl_job **jobs, char **owners, size_t count, int64_t now, int64_t until)
{
    size_t done = 0;
    for (; done < count; done++) {
        kf_fl_instance *instance = jobs[done]->instance;
        if (!jobs[done]->task->exclusive)
            continue;
        if (instance->taken || instance->lock_ms >= now)
            break;
        instance->taken = true;
    }
    for (size_t i = 0; i < done; i++) {
        jobs[i]->instance->taken = false;
        if (done < count)
            continue;
        if (jobs[i]->task->exclusive)
            jobs[i]->instance->lock_ms = until;
        kf_fl_lock(flowable, jobs[i], until, owners[i]);
        owners[i] = NULL;
    }
    return done == count;
}

static void refuse_worker(kf_sb_call *call, kf_fl_slice worker)
{
    char after[40];
    kf_fl_slice shown = {worker.bytes, worker.length < 79 ? worker.length : 79};
    snprintf(after, sizeof(after), "... (%zu)\"", kf_fl_units(worker));
    kf_fl_error_slice(call, 500,
                      "\n### Error updating database.  Cause: org.h2.jdbc.JdbcSQLDataException: Value too long "
                      "for column \"LOCK_OWNER_ CHARACTER VARYING(255)\": \"'",
                      shown, after);
}

static void free_owners(char **owners, size_t count)
{
    for (size_t i = 0; owners != NULL && i < count; i++)
        free(owners[i]);
    free(owners);
}

/* The worker's name, once for each job; NULL: no memory. */
static char **make_owners(kf_fl_slice worker, size_t count)
{
    char **owners = calloc(count + 1, sizeof(*owners));
    bool ok = owners != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        owners[i] = i == 0 ? kf_fl_escaped(worker, SIZE_MAX) : kf_sb_strdup(owners[0]);
        ok = owners[i] != NULL;
    }
    if (ok)
        return owners;
    free_owners(owners, count);
    return NULL;
}

static void reply_batch(kf_sb_call *call, kf_fl_job **jobs, size_t count)
{
    kf_fl_text text = {0};
    kf_fl_puts(&text, "[");
    for (size_t i = 0; i < count; i++) {
        kf_fl_puts(&text, i > 0 ? "," : "");
        kf_fl_put_job(&text, call, jobs[i], true);
    }
    kf_fl_puts(&text, "]");
    kf_fl_reply(call, 200, &text);
}

static int scopes_of(kf_fl_slice scope)
{
    if (scope.bytes == NULL)
        return KF_FL_PROCESSES | KF_FL_CASES;
    if (kf_fl_slice_is(scope, "bpmn"))
        return KF_FL_PROCESSES;
    return kf_fl_slice_is(scope, "cmmn") ? KF_FL_CASES : 0;
}

static void acquire(kf_sb_call *call, const acquisition *wanted)
{
    kf_flowable *flowable = call->sandbox->flowable;
    kf_fl_topic *topic = kf_fl_topic_of(flowable, wanted->topic, false);
    kf_fl_job **jobs = NULL;
    int32_t length;
    if (!lock_length(call, &wanted->lock, &length))
        return;
    if (topic == NULL || wanted->retries.value <= 0) {
        reply_batch(call, NULL, 0);
        return;
    }
    ptrdiff_t found = kf_fl_first_free(topic, scopes_of(wanted->scope), (size_t)wanted->tasks.value, &jobs);
    size_t count = found < 0 ? 0 : (size_t)found;
    char **owners = make_owners(wanted->worker, count);
    int64_t now = kf_fl_now(flowable);
    if (found < 0 || owners == NULL) {
        kf_sb_no_memory(call);
    } else if (count > 0 && kf_fl_units(wanted->worker) > 255) {
        refuse_worker(call, wanted->worker);
    } else if (lock_batch(flowable, jobs, owners, count, now, now + length)) {
        flowable->counts.acquired += (int64_t)count;
        reply_batch(call, jobs, count);
    } else {
        reply_batch(call, NULL, 0);
    }
    free_owners(owners, count);
    free(jobs);
}

void kf_fl_acquire(kf_sb_call *call)
{
    kf_fl_document document;
    acquisition wanted;
    if (kf_fl_body(call, &document, JAVA_PACKAGE "AcquireExternalWorkerJobRequest",
                   "public java.util.List<" JAVA_PACKAGE "AcquiredExternalWorkerJobResponse> " JAVA_PACKAGE
                   "ExternalWorkerAcquireJobResource.acquireAndLockJobs(" JAVA_PACKAGE
                   "AcquireExternalWorkerJobRequest)") &&
        read_acquisition(call, &document, &wanted) && check_acquisition(call, &wanted))
        acquire(call, &wanted);
    kf_fl_document_free(&document);
}
