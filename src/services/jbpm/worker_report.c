/* Starting a task of jBPM, and telling jBPM how it ended. Whatever a refused request says (the same state is 401 in
 * 6.0, 500 in 6.4), the task itself tells how things stand. */
#include "core/buffer.h"
#include "core/fail.h"
#include "kuflow/services/jbpm_client.h"
#include "kuflow/services/jbpm_execute.h"
#include "services/jbpm/worker_task.h"

#include <string.h>

#define STUMBLE_BASE_MS 50
#define STUMBLE_MOST_MS 30000
/* Servers take 8 KB of a request line and headers, and a byte can take three. */
#define MESSAGE_BYTES 500
#define DETAILS_BYTES 1200
#define MAP_BYTES 1500

/* How a task stands to this worker. */
typedef enum jbpm_standing {
    JBPM_UNKNOWN, /* it could not be asked for; the error says why */
    JBPM_READY, /* for anybody */
    JBPM_RESERVED, /* for this user */
    JBPM_STARTED, /* by this user */
    JBPM_OTHERS, /* somebody else has it, or nobody can */
    JBPM_ENDED
} jbpm_standing;

static jbpm_standing standing_of(const jbpm_source *source, const jbpm_task *task)
{
    const jbpm_task_data *data = task->task_data;
    const char *owner = data == NULL ? NULL : data->actual_owner;
    bool own = owner != NULL && strcmp(owner, source->user) == 0;
    switch (data == NULL ? JBPM_TASK_STATUS_UNSPECIFIED : data->status) {
    case JBPM_TASK_STATUS_READY:
        return JBPM_READY;
    case JBPM_TASK_STATUS_RESERVED:
        return own ? JBPM_RESERVED : JBPM_OTHERS;
    case JBPM_TASK_STATUS_IN_PROGRESS:
        return own ? JBPM_STARTED : JBPM_OTHERS;
    case JBPM_TASK_STATUS_COMPLETED:
    case JBPM_TASK_STATUS_FAILED:
    case JBPM_TASK_STATUS_ERROR:
    case JBPM_TASK_STATUS_EXITED:
    case JBPM_TASK_STATUS_OBSOLETE:
        return JBPM_ENDED;
    default:
        return JBPM_OTHERS;
    }
}

/* Whether jBPM itself says that there is no such thing; a 404 of the server around it says nothing. */
static bool is_gone(const kf_error *error)
{
    return error->status == KF_ERROR_NOT_FOUND && jbpm_error_classify(error) == JBPM_ERROR_GONE;
}

/* From 6.2 on a task that has ended is not found. @param task  Receives the task; may be NULL. */
static jbpm_standing look(const jbpm_source *source, kf_client *client, int64_t id, jbpm_task **task, kf_error *error)
{
    jbpm_task *own = NULL;
    kf_status status = jbpm_get_task(client, id, &own, error);
    if (status != KF_OK)
        return is_gone(error) ? JBPM_ENDED : JBPM_UNKNOWN;
    jbpm_standing standing = standing_of(source, own);
    if (task != NULL) {
        jbpm_task_free(*task);
        *task = own;
    } else {
        jbpm_task_free(own);
    }
    return standing;
}

/* After a request that failed. `error` stays unless the task cannot be asked for, either. */
static jbpm_standing look_after(const jbpm_source *source, kf_client *client, int64_t id, kf_error *error)
{
    kf_error own;
    if (error->http_status == 0 && !error->may_have_acted) /* it was not sent */
        return JBPM_UNKNOWN;
    jbpm_standing standing = look(source, client, id, NULL, &own);
    if (standing == JBPM_UNKNOWN) {
        own.may_have_acted = error->may_have_acted;
        *error = own;
    }
    return standing;
}

/* What the server does not accept although the task is as it should be. Mishaps may pass. A task that was started by
 * this user is not forbidden to it, whatever the server says. */
static kf_verdict refused(const kf_error *error, bool started)
{
    switch (jbpm_error_classify(error)) {
    case JBPM_ERROR_REFUSED:
    case JBPM_ERROR_DEFECT:
        return KF_VERDICT_REFUSED;
    case JBPM_ERROR_PERMISSION:
        return started ? KF_VERDICT_AGAIN : KF_VERDICT_REFUSED;
    default:
        return KF_VERDICT_AGAIN;
    }
}

/* Whether a failed request may have had its effect all the same. A 500 is jBPM's own: nothing was done. */
static bool is_unsure(const kf_error *error)
{
    return error->may_have_acted && error->http_status != 500;
}

static void set_flags(jbpm_source *source, kf_claim *claim, bool claimed, bool unsure)
{
    pthread_mutex_lock(&source->claims.lock);
    claim->claimed = claimed;
    claim->unsure = unsure;
    pthread_mutex_unlock(&source->claims.lock);
}

/* The beginning */

/* That it was another worker of the same user who claimed it does no harm: only one of them can start it. */
static kf_verdict claim_task(const jbpm_source *source, kf_client *client, int64_t id, kf_error *error)
{
    if (jbpm_claim_task(client, id, NULL, error) == KF_OK)
        return KF_VERDICT_DONE;
    switch (look_after(source, client, id, error)) {
    case JBPM_UNKNOWN:
        return KF_VERDICT_AGAIN;
    case JBPM_READY:
        return refused(error, false);
    case JBPM_RESERVED:
        return KF_VERDICT_DONE;
    default:
        return KF_VERDICT_GONE;
    }
}

static kf_verdict start_task(jbpm_source *source, kf_client *client, jbpm_job *job, kf_error *error)
{
    if (jbpm_start_task(client, job->id, NULL, error) == KF_OK) {
        set_flags(source, job->claim, true, false);
        return KF_VERDICT_DONE;
    }
    if (is_unsure(error))
        set_flags(source, job->claim, false, true);
    switch (look_after(source, client, job->id, error)) {
    case JBPM_UNKNOWN:
        return KF_VERDICT_AGAIN;
    case JBPM_RESERVED:
        return refused(error, false);
    case JBPM_STARTED:
        if (!job->claim->unsure)
            return KF_VERDICT_GONE;
        set_flags(source, job->claim, true, false);
        return KF_VERDICT_DONE;
    default:
        return KF_VERDICT_GONE;
    }
}

/* Makes the task this worker's, whatever was done for that before. */
static kf_verdict take(jbpm_source *source, kf_client *client, jbpm_job *job, kf_error *error)
{
    kf_claim *claim = job->claim;
    switch (look(source, client, job->id, &job->task, error)) {
    case JBPM_UNKNOWN:
        return KF_VERDICT_AGAIN;
    case JBPM_READY: {
        set_flags(source, claim, false, false);
        kf_verdict verdict = claim_task(source, client, job->id, error);
        return verdict == KF_VERDICT_DONE ? start_task(source, client, job, error) : verdict;
    }
    case JBPM_RESERVED:
        return start_task(source, client, job, error);
    case JBPM_STARTED:
        if (!claim->claimed && !claim->unsure) /* another worker of this user was quicker */
            return KF_VERDICT_GONE;
        set_flags(source, claim, true, false);
        return KF_VERDICT_DONE;
    default:
        return KF_VERDICT_GONE;
    }
}

/* The parameters, by the content's id: asking for a task's content fails in 6.0.1. */
static kf_verdict fetch(kf_client *client, jbpm_job *job, kf_error *error)
{
    const kf_int64 *id = &job->task->task_data->document_content_id;
    if (job->content == NULL && id->presence == KF_SET && id->value > 0) {
        kf_status status = jbpm_get_content(client, id->value, &job->content, error);
        if (status != KF_OK && !is_gone(error))
            return KF_VERDICT_AGAIN;
    }
    return jbpm_job_decode(job, error) == KF_OK ? KF_VERDICT_DONE : KF_VERDICT_AGAIN;
}

kf_verdict jbpm_worker_begin(void *user, kf_client *client, kf_job *job, kf_error *error)
{
    jbpm_source *source = user;
    jbpm_job *data = jbpm_job_of(job);
    kf_claim *claim = data->claim;
    kf_error_clear(error);
    kf_verdict verdict = take(source, client, data, error);
    if (verdict == KF_VERDICT_DONE)
        verdict = fetch(client, data, error);
    if (verdict == KF_VERDICT_GONE) {
        kf_claims_forget(&source->claims, &data->claim);
        return verdict;
    }
    data->stumbled = verdict == KF_VERDICT_AGAIN;
    pthread_mutex_lock(&source->claims.lock);
    claim->stumbles = data->stumbled ? claim->stumbles + 1 : 0;
    pthread_mutex_unlock(&source->claims.lock);
    if (claim->stumbles == 1 && error->status != KF_ERROR_CANCELLED)
        kf_claim_tell(source->worker, claim, KF_WORKER_ACQUIRE_FAILED, KF_SEVERITY_WARNING, error, error->message);
    return verdict;
}

/* The end */

/* What a failed request to end the task means. Where it is not known what came of it, the next attempt will tell. */
static kf_verdict judge(const jbpm_source *source, kf_client *client, const jbpm_job *job, kf_error *error)
{
    if (error->status == KF_ERROR_ARGUMENT || error->status == KF_ERROR_ENCODE)
        return KF_VERDICT_REFUSED;
    if (is_unsure(error))
        return KF_VERDICT_AGAIN;
    switch (look_after(source, client, job->id, error)) {
    case JBPM_UNKNOWN:
        return KF_VERDICT_AGAIN;
    case JBPM_STARTED:
        return refused(error, true);
    case JBPM_ENDED:
        return KF_VERDICT_GONE;
    default:
        return KF_VERDICT_LOST;
    }
}

/* Whether the results can stand in the address of the request. */
static bool fits_map(const jbpm_job *job)
{
    size_t bytes = 0;
    for (size_t i = 0; i < job->result_count; i++) {
        const char *text = job->results[i].text;
        bytes += strlen("&map_=") + strlen(job->results[i].name) + (text == NULL ? 20 : strlen(text));
    }
    return bytes <= MAP_BYTES;
}

/* A command carries every value. */
static kf_status complete_by_command(const jbpm_source *source, kf_client *client, const jbpm_job *job, kf_error *error)
{
    const jbpm_task_data *data = job->task->task_data;
    jbpm_commands *commands = NULL;
    jbpm_results *results = NULL;
    kf_status status = jbpm_commands_new(source->profile, data->deployment_id, source->user, &commands, error);
    if (status != KF_OK)
        return status;
    if (data->process_instance_id.presence == KF_SET)
        jbpm_commands_set_process_instance(commands, data->process_instance_id.value);
    status = jbpm_commands_complete_task(commands, job->id, job->results, job->result_count, error);
    if (status == KF_OK)
        status = jbpm_commands_execute(client, commands, &results, error);
    if (status == KF_OK)
        status = jbpm_results_error(results, 0, error);
    jbpm_results_free(results);
    jbpm_commands_free(commands);
    return status;
}

static kf_verdict complete(jbpm_source *source, kf_client *client, jbpm_job *job, kf_error *error)
{
    jbpm_complete_task_params params = {0};
    kf_status status = KF_ERROR_ARGUMENT;
    if (fits_map(job))
        status = jbpm_map_new(source->profile, job->results, job->result_count, &params.map, error);
    if (status == KF_OK) {
        status = jbpm_complete_task(client, job->id, &params, NULL, error);
        jbpm_map_free(&params.map);
    } else if (status == KF_ERROR_ARGUMENT) {
        status = complete_by_command(source, client, job, error);
    }
    kf_verdict verdict = status == KF_OK ? KF_VERDICT_DONE : judge(source, client, job, error);
    if (verdict == KF_VERDICT_DONE || verdict == KF_VERDICT_GONE || verdict == KF_VERDICT_LOST)
        kf_claims_forget(&source->claims, &job->claim);
    return verdict;
}

/* Makes the task Ready again, for anybody. That it is no longer this worker's is as good. */
static kf_verdict release(jbpm_source *source, kf_client *client, jbpm_job *job, kf_error *error)
{
    kf_verdict verdict = KF_VERDICT_DONE;
    if (!job->claim->claimed && job->claim->unsure) {
        jbpm_standing standing = look(source, client, job->id, NULL, error);
        if (standing != JBPM_STARTED)
            return standing == JBPM_UNKNOWN ? KF_VERDICT_AGAIN : KF_VERDICT_DONE;
    } else if (!job->claim->claimed) {
        return KF_VERDICT_DONE;
    }
    if (jbpm_release_task(client, job->id, NULL, error) != KF_OK)
        verdict = judge(source, client, job, error);
    if (verdict == KF_VERDICT_LOST)
        verdict = KF_VERDICT_DONE;
    if (verdict == KF_VERDICT_DONE)
        set_flags(source, job->claim, false, false);
    return verdict;
}

/* Appends a text of the fault, unless the server would misread it. */
static void put_fault(const jbpm_source *source, jbpm_argument *arguments, size_t *count, const char *name,
                      kf_buffer *buffer, const char *text, size_t most)
{
    kf_string_map map;
    kf_error ignored;
    if (text == NULL || *text == '\0' || !kf_buffer_utf8(buffer, text, 0))
        return;
    if (buffer->length > most)
        for (buffer->length = most; (buffer->data[buffer->length] & 0xc0) == 0x80;)
            buffer->length--;
    while (buffer->length > 0 && (unsigned char)buffer->data[buffer->length - 1] <= ' ')
        buffer->length--;
    buffer->data[buffer->length] = '\0';
    arguments[*count] = jbpm_string(name, buffer->data + strspn(buffer->data, " \t\r\n"));
    if (jbpm_map_new(source->profile, &arguments[*count], 1, &map, &ignored) == KF_OK) {
        jbpm_map_free(&map);
        (*count)++;
    }
}

static kf_verdict fail_for_good(jbpm_source *source, kf_client *client, jbpm_job *job, const kf_failure *failure,
                                kf_error *error)
{
    kf_buffer message = {0}, details = {0};
    jbpm_argument arguments[2];
    size_t count = 0;
    jbpm_fail_task_params params = {0};
    put_fault(source, arguments, &count, "message", &message, failure->message, MESSAGE_BYTES);
    put_fault(source, arguments, &count, "details", &details, failure->details, DETAILS_BYTES);
    kf_status status = jbpm_map_new(source->profile, arguments, count, &params.map, error);
    if (status == KF_OK)
        status = jbpm_fail_task(client, job->id, &params, NULL, error);
    kf_verdict verdict = status == KF_OK ? KF_VERDICT_DONE : judge(source, client, job, error);
    jbpm_map_free(&params.map);
    kf_buffer_free(&message);
    kf_buffer_free(&details);
    return verdict;
}

/* With tries left the task is given back, and this worker waits for the failure's delay before it takes it again. */
static kf_verdict fail(jbpm_source *source, kf_client *client, jbpm_job *job, const kf_failure *failure,
                       kf_error *error)
{
    kf_claim *claim = job->claim;
    int left = failure->retries.presence == KF_SET ? failure->retries.value : claim->retries - 1;
    if (left <= 0 && !claim->claimed) {
        kf_claim_tell(source->worker, claim, KF_WORKER_JOB_POISON, KF_SEVERITY_ERROR, NULL,
                      "the task could not be started, and is left as it is");
        kf_claims_leave(&source->claims, &job->claim);
        return KF_VERDICT_DONE;
    }
    kf_verdict verdict =
        left <= 0 ? fail_for_good(source, client, job, failure, error) : release(source, client, job, error);
    if (verdict == KF_VERDICT_AGAIN || (verdict == KF_VERDICT_REFUSED && left <= 0))
        return verdict;
    if (left <= 0 || verdict == KF_VERDICT_GONE) {
        kf_claims_forget(&source->claims, &job->claim);
        return verdict;
    }
    pthread_mutex_lock(&source->claims.lock);
    claim->retries = left;
    pthread_mutex_unlock(&source->claims.lock);
    kf_claims_wait(&source->claims, &job->claim, failure->delay_ms.presence == KF_SET ? failure->delay_ms.value : 0);
    return verdict;
}

static kf_verdict give_back(jbpm_source *source, kf_client *client, jbpm_job *job, kf_error *error)
{
    kf_verdict verdict = release(source, client, job, error);
    if (verdict == KF_VERDICT_AGAIN || verdict == KF_VERDICT_REFUSED)
        return verdict;
    if (job->stumbled && verdict == KF_VERDICT_DONE)
        kf_claims_wait(&source->claims, &job->claim,
                       kf_worker_backoff(source->worker, job->claim->stumbles, STUMBLE_BASE_MS, STUMBLE_MOST_MS));
    else
        kf_claims_forget(&source->claims, &job->claim);
    return verdict;
}

kf_verdict jbpm_worker_report(void *user, kf_client *client, kf_job *job, const kf_end *end, kf_error *error)
{
    jbpm_source *source = user;
    jbpm_job *data = jbpm_job_of(job);
    kf_error_clear(error);
    if (data->claim == NULL)
        return KF_VERDICT_GONE;
    switch (end->outcome) {
    case KF_OUTCOME_COMPLETED:
        return complete(source, client, data, error);
    case KF_OUTCOME_GIVEN_BACK:
        return give_back(source, client, data, error);
    default:
        return fail(source, client, data, &end->failure, error);
    }
}
