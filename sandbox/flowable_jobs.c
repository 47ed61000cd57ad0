/* What a worker does with one job: look at it, end it, give it back. */
#include "flowable.h"

#include <stdlib.h>
#include <string.h>

#define JAVA_PACKAGE "org.flowable.external.job.rest.service.api.acquire."
#define ACQUIRE_METHOD(name, request)                                                                                  \
    "public org.springframework.http.ResponseEntity<?> " JAVA_PACKAGE "ExternalWorkerAcquireJobResource." name         \
    "(java.lang.String," JAVA_PACKAGE request ")"

/* Showing jobs */

static void put_scope(kf_fl_text *text, const kf_flowable *flowable, const kf_fl_job *job)
{
    const kf_fl_instance *instance = job->instance;
    uint32_t number = job->entry.number;
    if (instance->model->is_case) {
        kf_fl_puts(text, ",\"processInstanceId\":null,\"processDefinitionId\":null,\"executionId\":null,\"scopeId\":");
        kf_fl_put_id(text, flowable, KF_FL_ID_INSTANCE, instance->entry.number);
        kf_fl_puts(text, ",\"subScopeId\":");
        kf_fl_put_id(text, flowable, KF_FL_ID_PLAN_ITEM, number);
        kf_fl_puts(text, ",\"scopeDefinitionId\":\"");
        kf_fl_put_definition(text, flowable, instance->model);
        kf_fl_puts(text, "\",\"scopeType\":\"cmmn\"");
        return;
    }
    kf_fl_puts(text, ",\"processInstanceId\":");
    kf_fl_put_id(text, flowable, KF_FL_ID_INSTANCE, instance->entry.number);
    kf_fl_puts(text, ",\"processDefinitionId\":\"");
    kf_fl_put_definition(text, flowable, instance->model);
    kf_fl_puts(text, "\",\"executionId\":");
    kf_fl_put_id(text, flowable, KF_FL_ID_EXECUTION, number);
    kf_fl_puts(text, ",\"scopeId\":null,\"subScopeId\":null,\"scopeDefinitionId\":null,\"scopeType\":null");
}

void kf_fl_put_job(kf_fl_text *text, kf_sb_call *call, const kf_fl_job *job, bool variables)
{
    const kf_flowable *flowable = call->sandbox->flowable;
    char id[KF_SB_ID];
    kf_fl_id(flowable, KF_FL_ID_JOB, job->entry.number, id);
    kf_fl_puts(text, "{\"id\":");
    kf_fl_put_quoted(text, id);
    kf_fl_puts(text, ",\"url\":");
    kf_fl_put_url(text, call, "/external-job-api/jobs/", id);
    kf_fl_puts(text, ",\"correlationId\":");
    kf_fl_put_id(text, flowable, KF_FL_ID_CORRELATION, job->entry.number);
    put_scope(text, flowable, job);
    kf_fl_puts(text, ",\"elementId\":");
    kf_fl_put_string(text, job->task->id);
    kf_fl_puts(text, ",\"elementName\":");
    kf_fl_put_string(text, job->task->name);
    kf_fl_printf(text, ",\"retries\":%d,\"exceptionMessage\":", (int)job->retries);
    kf_fl_put_quoted(text, job->message);
    kf_fl_puts(text, ",\"dueDate\":null,\"createTime\":");
    kf_fl_put_time(text, job->create_ms);
    kf_fl_puts(text, ",\"tenantId\":");
    kf_fl_put_string(text, job->instance->tenant);
    kf_fl_puts(text, ",\"lockOwner\":");
    kf_fl_put_quoted(text, job->owner);
    kf_fl_puts(text, ",\"lockExpirationTime\":");
    if (job->lock_place == KF_FL_NOWHERE)
        kf_fl_puts(text, "null");
    else
        kf_fl_put_time(text, job->lock_ms);
    if (variables) {
        kf_fl_puts(text, ",\"variables\":");
        kf_fl_put_variables(text, job->instance->variables, NULL);
    }
    kf_fl_puts(text, "}");
}

/* The external job of the path; NULL: 404 is in the call. */
static kf_fl_job *job_of(kf_sb_call *call)
{
    kf_fl_job *job = kf_fl_job_of(call->sandbox->flowable, call->values[0]);
    if (job != NULL && job->state == KF_FL_EXTERNAL)
        return job;
    kf_fl_error_slice(call, 404, "Could not find external worker job with id '", kf_fl_slice_of(call->values[0]), "'.");
    return NULL;
}

void kf_fl_get_job(kf_sb_call *call)
{
    kf_fl_text text = {0};
    const kf_fl_job *job = job_of(call);
    if (job == NULL)
        return;
    kf_fl_put_job(&text, call, job, false);
    kf_fl_reply(call, 200, &text);
}

/* The job of the path, when the worker of the body holds it. */
static kf_fl_job *held_job(kf_sb_call *call, kf_fl_slice worker, const char *required)
{
    if (worker.length == 0) {
        kf_fl_error(call, 400, required);
        return NULL;
    }
    kf_fl_job *job = job_of(call);
    if (job == NULL)
        return NULL;
    char *owner = kf_fl_escaped(worker, SIZE_MAX);
    bool held = owner != NULL && job->owner != NULL && strcmp(owner, job->owner) == 0;
    if (owner == NULL)
        kf_sb_no_memory(call);
    else if (!held)
        kf_fl_error_slice(call, 403, "", worker, " does not hold a lock on the requested job");
    free(owner);
    return held ? job : NULL;
}

/* Ending jobs */

/* Whether the outcome fits the kind of instance; false: the error is in the call. */
static bool fits(kf_sb_call *call, const kf_fl_job *job, kf_sandbox_flowable_end outcome)
{
    bool is_case = job->instance->model->is_case;
    if (outcome == KF_SANDBOX_FLOWABLE_ON_ERROR && is_case) {
        kf_fl_errorf(call, 400,
                     "Can only complete BPMN external job with a BPMN error. Job with id '%s' is from scope "
                     "'cmmn'",
                     call->values[0]);
        return false;
    }
    if (outcome == KF_SANDBOX_FLOWABLE_ON_TERMINATE && !is_case) {
        kf_fl_errorf(call, 400, "Can only terminate CMMN external job. Job with id '%s' is from scope 'null'",
                     call->values[0]);
        return false;
    }
    return true;
}

static void finish(kf_sb_call *call, kf_sandbox_flowable_end outcome, const char *java_class, const char *java_method)
{
    kf_fl_document document;
    kf_fl_slice worker, code = {NULL, 0};
    kf_fl_variable *variables = NULL;
    bool with_code = outcome == KF_SANDBOX_FLOWABLE_ON_ERROR;
    if (!kf_fl_body(call, &document, java_class, java_method) ||
        !kf_fl_body_string(call, &document, document.nodes, "workerId", &worker) ||
        !kf_fl_check_variables(call, &document) ||
        (with_code && !kf_fl_body_string(call, &document, document.nodes, "errorCode", &code)))
        goto done;
    kf_fl_job *job = held_job(call, worker, "workerId is required");
    if (job == NULL || !fits(call, job, outcome) ||
        !kf_fl_read_variables(call, &document, kf_fl_member(&document, document.nodes, "variables"), &variables))
        goto done;
    char *copy = code.bytes == NULL ? NULL : strndup(code.bytes, code.length);
    if (code.bytes != NULL && copy == NULL) {
        kf_fl_variables_free(variables);
        kf_sb_no_memory(call);
        goto done;
    }
    kf_fl_accept(call->sandbox->flowable, job, outcome, copy, variables);
    kf_fl_empty(call, 204);
done:
    kf_fl_document_free(&document);
}

void kf_fl_complete(kf_sb_call *call)
{
    finish(call, KF_SANDBOX_FLOWABLE_ON_COMPLETE, JAVA_PACKAGE "ExternalWorkerJobCompleteRequest",
           ACQUIRE_METHOD("completeJob", "ExternalWorkerJobCompleteRequest"));
}

void kf_fl_bpmn_error(kf_sb_call *call)
{
    finish(call, KF_SANDBOX_FLOWABLE_ON_ERROR, JAVA_PACKAGE "ExternalWorkerJobErrorRequest",
           ACQUIRE_METHOD("bpmnErrorJob", "ExternalWorkerJobErrorRequest"));
}

void kf_fl_cmmn_terminate(kf_sb_call *call)
{
    finish(call, KF_SANDBOX_FLOWABLE_ON_TERMINATE, JAVA_PACKAGE "ExternalWorkerJobTerminateRequest",
           ACQUIRE_METHOD("terminateCmmnJob", "ExternalWorkerJobTerminateRequest"));
}

typedef struct job_failure {
    kf_fl_slice worker, message, details;
    kf_fl_int retries;
    kf_fl_duration_value timeout;
} job_failure;

static bool read_failure(kf_sb_call *call, kf_fl_document *document, job_failure *failure)
{
    const kf_fl_node *root = document->nodes;
    return kf_fl_body_string(call, document, root, "workerId", &failure->worker) &&
           kf_fl_body_string(call, document, root, "errorMessage", &failure->message) &&
           kf_fl_body_string(call, document, root, "errorDetails", &failure->details) &&
           kf_fl_body_int(call, document, "retries", "java.lang.Integer", &failure->retries) &&
           kf_fl_body_duration(call, document, "retryTimeout", &failure->timeout);
}

static void fail_job(kf_sb_call *call, kf_fl_job *job, const job_failure *failure)
{
    kf_flowable *flowable = call->sandbox->flowable;
    int64_t until;
    if (__builtin_mul_overflow(failure->timeout.seconds, 1000, &until)) {
        kf_fl_error(call, 500, "long overflow");
        return;
    }
    if (__builtin_add_overflow(until, kf_fl_now(flowable) + failure->timeout.nanos / 1000000, &until)) {
        kf_fl_error(call, 500, "java.lang.ArithmeticException: long overflow");
        return;
    }
    char *message = failure->message.bytes == NULL ? NULL : kf_fl_escaped(failure->message, 2000);
    char *details = failure->details.bytes == NULL ? NULL : strndup(failure->details.bytes, failure->details.length);
    if ((message == NULL) != (failure->message.bytes == NULL) ||
        (details == NULL) != (failure->details.bytes == NULL)) {
        free(message);
        free(details);
        kf_sb_no_memory(call);
        return;
    }
    free(job->message);
    job->message = message; /* a failure without message clears the former one; details stay */
    if (details != NULL) {
        free(job->details);
        job->details = details;
    }
    job->retries = failure->retries.present && failure->retries.value >= 0 ? failure->retries.value : job->retries - 1;
    if (job->task->exclusive)
        job->instance->lock_ms = 0;
    flowable->counts.failed++;
    if (job->retries <= 0)
        kf_fl_bury(flowable, job);
    else if (failure->timeout.present)
        kf_fl_lock(flowable, job, until, NULL);
    else
        kf_fl_unlock(flowable, job);
    kf_fl_empty(call, 204);
}

void kf_fl_fail(kf_sb_call *call)
{
    kf_fl_document document;
    job_failure failure = {0};
    if (kf_fl_body(call, &document, JAVA_PACKAGE "ExternalWorkerJobFailureRequest",
                   ACQUIRE_METHOD("failJob", "ExternalWorkerJobFailureRequest")) &&
        read_failure(call, &document, &failure)) {
        kf_fl_job *job = held_job(call, failure.worker, "workerId is required");
        if (job != NULL)
            fail_job(call, job, &failure);
    }
    kf_fl_document_free(&document);
}

/* Giving back. The lock of an exclusive job's instance stays, as on the real server up to 7.2.0. */

#define UNACQUIRE_METHOD(name, arguments)                                                                              \
    "public org.springframework.http.ResponseEntity<?> " JAVA_PACKAGE "ExternalWorkerUnacquireJobResource." name       \
    "(" arguments JAVA_PACKAGE "UnacquireExternalWorkerJobsRequest)"

void kf_fl_unacquire(kf_sb_call *call)
{
    kf_flowable *flowable = call->sandbox->flowable;
    kf_fl_document document;
    kf_fl_slice worker, tenant;
    if (kf_fl_body(call, &document, JAVA_PACKAGE "UnacquireExternalWorkerJobsRequest",
                   UNACQUIRE_METHOD("unaquireJob", "java.lang.String,")) &&
        kf_fl_body_string(call, &document, document.nodes, "workerId", &worker) &&
        kf_fl_body_string(call, &document, document.nodes, "tenantId", &tenant)) {
        kf_fl_job *job = held_job(call, worker, "worker id is required");
        if (job != NULL) {
            kf_fl_unlock(flowable, job);
            flowable->counts.unacquired++;
            kf_fl_empty(call, 204);
        }
    }
    kf_fl_document_free(&document);
}

static void unacquire_all(kf_sb_call *call, const char *owner, kf_fl_slice tenant)
{
    kf_flowable *flowable = call->sandbox->flowable;
    kf_fl_heap *locked = &flowable->locked;
    for (size_t i = 0; tenant.length > 0 && i < locked->count; i++) {
        const kf_fl_job *job = locked->jobs[i];
        if (job->owner != NULL && strcmp(job->owner, owner) == 0 && !kf_fl_slice_is(tenant, job->instance->tenant)) {
            kf_fl_error(call, 400, "provided worker id has external worker jobs from different tenant.");
            return;
        }
    }
    for (size_t i = 0; i < locked->count;) {
        kf_fl_job *job = locked->jobs[i];
        if (job->owner == NULL || strcmp(job->owner, owner) != 0) {
            i++;
            continue;
        }
        kf_fl_unlock(flowable, job);
        flowable->counts.unacquired++;
        i = 0; /* the heap has changed its order */
    }
    kf_fl_empty(call, 204);
}

void kf_fl_unacquire_all(kf_sb_call *call)
{
    kf_fl_document document;
    kf_fl_slice worker, tenant;
    char *owner = NULL;
    if (!kf_fl_body(call, &document, JAVA_PACKAGE "UnacquireExternalWorkerJobsRequest",
                    UNACQUIRE_METHOD("unacquireJobs", "")) ||
        !kf_fl_body_string(call, &document, document.nodes, "workerId", &worker) ||
        !kf_fl_body_string(call, &document, document.nodes, "tenantId", &tenant))
        goto done;
    if (worker.length == 0) {
        kf_fl_error(call, 400, "worker id is required");
        goto done;
    }
    owner = kf_fl_escaped(worker, SIZE_MAX);
    if (owner == NULL)
        kf_sb_no_memory(call);
    else
        unacquire_all(call, owner, tenant);
done:
    free(owner);
    kf_fl_document_free(&document);
}
