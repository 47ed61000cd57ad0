#include "core/buffer.h"
#include "core/fail.h"
#include "core/utf8.h"
#include "kuflow/services/flowable_client.h"
#include "services/flowable/worker_job.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGE_MOST 2000
/* So many locked jobs of the server are looked at when a poll is undone. */
#define LOOK_AT_MOST 5000
/* A hundred years: the server cannot reckon with much longer delays, and answers 500. */
#define DELAY_MOST (INT64_C(36525) * 24 * 3600 * 1000)

static bool is_utf8(const char *text)
{
    size_t left = strlen(text), bytes;
    for (; left > 0; text += bytes, left -= bytes)
        if ((bytes = kf_utf8_length(text, left)) == 0)
            return false;
    return true;
}

const char *flowable_worker_refuses(void *source, const kf_job *job, const kf_end *end)
{
    const flowable_acquired_external_worker_job_response *model = flowable_job_model(job);
    const char *scope_type = model == NULL ? NULL : model->scope_type;
    bool in_case = scope_type != NULL && strcmp(scope_type, "cmmn") == 0;
    (void)source;
    if (end->outcome == KF_OUTCOME_BPMN_ERROR && in_case)
        return "only a job of a process can end with a BPMN error, and this one is of a case: terminate or fail it";
    if (end->outcome == KF_OUTCOME_BPMN_ERROR && end->code != NULL && !is_utf8(end->code))
        return "the code of a BPMN error must be UTF-8";
    if (end->outcome == KF_OUTCOME_TERMINATED && !in_case)
        return "only a job of a case can be terminated, and this one is of a process: end it with a BPMN error or fail "
               "it";
    if (end->outcome == KF_OUTCOME_FAILED && end->failure.retries.presence == KF_SET && end->failure.retries.value < 0)
        return "a job cannot have less than 0 retries; with 0 it is never offered again";
    return NULL;
}

static kf_status send_complete(kf_client *client, kf_job *job, const flowable_job *data, kf_error *error)
{
    flowable_external_worker_job_complete_request request = {.worker_id = kf_job_worker_id(job)};
    request.variables = flowable_variables_items(data->variables, &request.variables_count);
    return flowable_complete_job(client, kf_job_id(job), &request, error);
}

static kf_status send_bpmn_error(kf_client *client, kf_job *job, const flowable_job *data, const kf_end *end,
                                 kf_error *error)
{
    flowable_external_worker_job_error_request request = {.worker_id = kf_job_worker_id(job), .error_code = end->code};
    request.variables = flowable_variables_items(data->variables, &request.variables_count);
    return flowable_bpmn_error_job(client, kf_job_id(job), &request, error);
}

static kf_status send_terminate(kf_client *client, kf_job *job, const flowable_job *data, kf_error *error)
{
    flowable_external_worker_job_terminate_request request = {.worker_id = kf_job_worker_id(job)};
    request.variables = flowable_variables_items(data->variables, &request.variables_count);
    return flowable_terminate_cmmn_job(client, kf_job_id(job), &request, error);
}

/* Without `retries` the server counts one down. */
static kf_status send_fail(kf_client *client, const char *job_id, const char *worker_id, const kf_failure *failure,
                           kf_error *error)
{
    char delay[KF_DURATION_TEXT_SIZE];
    kf_buffer message = {0}, details = {0};
    flowable_external_worker_job_failure_request request = {.worker_id = worker_id, .retries = failure->retries};
    kf_status status = KF_OK;
    if ((failure->message != NULL && !kf_buffer_utf8(&message, failure->message, MESSAGE_MOST)) ||
        (failure->details != NULL && !kf_buffer_utf8(&details, failure->details, 0)))
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    if (status == KF_OK && failure->delay_ms.presence == KF_SET && failure->delay_ms.value > 0) {
        int64_t wait = failure->delay_ms.value < DELAY_MOST ? failure->delay_ms.value : DELAY_MOST;
        status = kf_duration_format(kf_duration_from_ms(wait), delay, error);
        request.retry_timeout = delay;
    }
    request.error_message = message.data;
    request.error_details = details.data;
    if (status == KF_OK)
        status = flowable_fail_job(client, job_id, &request, error);
    kf_buffer_free(&message);
    kf_buffer_free(&details);
    return status;
}

/* A failure that leaves retries and message as they are gives a job back better than the request for that, which frees
 * the job, but up to Flowable 7.2 not the process instance of an exclusive job (it stays locked until the lock's time
 * is over), and which Flowable 6.8 does not have. Details of an earlier failure stay, too. */
static kf_status give_back(kf_client *client, const char *job_id, const char *worker_id, kf_int32 retries,
                           const char *message, kf_error *error)
{
    if (retries.presence == KF_SET && retries.value > 0) {
        const kf_failure same = {.message = message, .retries = retries};
        return send_fail(client, job_id, worker_id, &same, error);
    }
    const flowable_unacquire_external_worker_jobs_request request = {.worker_id = worker_id};
    return flowable_unacquire_job(client, job_id, &request, error);
}

/* What is not known for certain to be refused for good is sent again: a mended password or privilege, another address
 * behind the same name or the end of a conflict may let it through. */
static kf_verdict verdict(kf_error *error)
{
    flowable_error_kind kind = flowable_error_classify(error);
    switch (kind) {
    case FLOWABLE_ERROR_NONE:
        return KF_VERDICT_DONE;
    case FLOWABLE_ERROR_JOB_GONE:
        return KF_VERDICT_GONE;
    case FLOWABLE_ERROR_LOCK_LOST:
        return KF_VERDICT_LOST;
    case FLOWABLE_ERROR_REFUSED:
        return KF_VERDICT_REFUSED;
    case FLOWABLE_ERROR_NOT_SENT:
        return error->status == KF_ERROR_ARGUMENT || error->status == KF_ERROR_ENCODE ? KF_VERDICT_REFUSED
                                                                                      : KF_VERDICT_AGAIN;
    case FLOWABLE_ERROR_CONFLICT:
        error->may_have_acted = false; /* a 500, but this transaction was undone */
        return KF_VERDICT_AGAIN;
    default:
        return KF_VERDICT_AGAIN;
    }
}

kf_verdict flowable_worker_report(void *source, kf_client *client, kf_job *job, const kf_end *end, kf_error *error)
{
    const flowable_job *data =
        flowable_job_of(job); /* NULL for one that could not be read: it is failed or given back */
    const kf_int32 unknown = {KF_ABSENT, 0};
    (void)source;
    kf_error_clear(error);
    switch (end->outcome) {
    case KF_OUTCOME_COMPLETED:
        send_complete(client, job, data, error);
        break;
    case KF_OUTCOME_BPMN_ERROR:
        send_bpmn_error(client, job, data, end, error);
        break;
    case KF_OUTCOME_TERMINATED:
        send_terminate(client, job, data, error);
        break;
    case KF_OUTCOME_GIVEN_BACK:
        give_back(client, kf_job_id(job), kf_job_worker_id(job), data != NULL ? data->model->retries : unknown,
                  data != NULL ? data->model->exception_message : NULL, error);
        break;
    default:
        send_fail(client, kf_job_id(job), kf_job_worker_id(job), &end->failure, error);
        break;
    }
    return verdict(error);
}

/* A list of jobs that an acquire without an answer has locked. */
typedef struct orphans {
    flowable_external_worker_job_response **jobs;
    size_t count;
} orphans;

static kf_status add_orphan(orphans *found, const flowable_external_worker_job_response *job, kf_error *error)
{
    flowable_external_worker_job_response **jobs = realloc(found->jobs, (found->count + 1) * sizeof(*jobs));
    if (jobs == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    found->jobs = jobs;
    kf_status status = flowable_external_worker_job_response_clone(job, &jobs[found->count], error);
    found->count += status == KF_OK ? 1 : 0;
    return status;
}

/* The server has no filter for the owner of a lock, but shows it. Those that are not found because too many are locked
 * are freed by the request that frees all of a worker's jobs, but for what give_back() tells. */
static kf_status find_orphans(kf_client *client, const char *worker_id, orphans *found, kf_error *error)
{
    const flowable_list_external_worker_jobs_params locked = {.locked = KF_BOOL(true), .size = KF_INT32(500)};
    kf_pager *pager = flowable_list_external_worker_jobs_pager(client, &locked, error);
    const flowable_external_worker_job_response *job;
    kf_status status = pager == NULL ? error->status : KF_OK;
    int seen = 0;
    while (status == KF_OK && seen++ < LOOK_AT_MOST &&
           (job = flowable_list_external_worker_jobs_next(pager, error)) != NULL)
        if (job->id != NULL && job->lock_owner != NULL && strcmp(job->lock_owner, worker_id) == 0)
            status = add_orphan(found, job, error);
    if (status == KF_OK)
        status = error->status;
    kf_pager_free(pager);
    return status;
}

/* Gives them back one by one, for the reason that give_back() has, and frees the list. False: not all of them. */
static bool give_back_orphans(kf_client *client, const char *worker_id, orphans *found, kf_error *error)
{
    bool all = true;
    for (size_t i = 0; i < found->count; i++) {
        flowable_external_worker_job_response *job = found->jobs[i];
        if (error->status != KF_ERROR_CANCELLED)
            give_back(client, job->id, worker_id, job->retries, job->exception_message, error);
        all = all && verdict(error) != KF_VERDICT_AGAIN;
        flowable_external_worker_job_response_free(job);
    }
    free(found->jobs);
    return all;
}

kf_verdict flowable_worker_undo(void *source, kf_client *client, const char *worker_id, kf_error *error)
{
    const flowable_unacquire_external_worker_jobs_request request = {.worker_id = worker_id};
    orphans found = {NULL, 0};
    (void)source;
    bool all = find_orphans(client, worker_id, &found, error) == KF_OK;
    all = give_back_orphans(client, worker_id, &found, error) && all;
    if (error->status == KF_ERROR_CANCELLED) /* the worker's stop waits no longer */
        return KF_VERDICT_AGAIN;
    /* The list moves while it is read, so there may be more. Flowable 6.8 does not have this request. */
    flowable_unacquire_jobs(client, &request, error);
    if (flowable_error_classify(error) == FLOWABLE_ERROR_ADDRESS)
        return all ? KF_VERDICT_DONE : KF_VERDICT_AGAIN;
    return verdict(error);
}
