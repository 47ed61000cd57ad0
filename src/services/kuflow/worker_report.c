/* Claiming a task, and telling KuFlow how it ended. */
#include "core/buffer.h"
#include "core/fail.h"
#include "services/kuflow/worker_task.h"

#include <string.h>

#define MARK_TEXT "Taken by worker "
#define STUMBLE_BASE_MS 250
#define STUMBLE_MOST_MS 30000

kf_verdict kuflow_task_verdict(const kf_error *error)
{
    switch (error->status) {
    case KF_OK:
        return KF_VERDICT_DONE;
    case KF_ERROR_NOT_FOUND:
        return KF_VERDICT_GONE;
    case KF_ERROR_ARGUMENT:
    case KF_ERROR_ENCODE:
    case KF_ERROR_FORBIDDEN:
    case KF_ERROR_CONFLICT:
    case KF_ERROR_REJECTED:
        return KF_VERDICT_REFUSED;
    default:
        return KF_VERDICT_AGAIN;
    }
}

static kuflow_process_item_task_state state_of(const kuflow_process_item *item)
{
    return item->task == NULL ? KUFLOW_PROCESS_ITEM_TASK_STATE_UNSPECIFIED : item->task->state;
}

/* Replaces the job's item. */
static void keep_item(kuflow_task *task, kuflow_process_item *item)
{
    kuflow_process_item_free(task->item);
    task->item = item;
}

kf_verdict kuflow_task_look(kuflow_source *source, kf_client *client, kuflow_task *task, kf_verdict completed,
                            kf_error *error)
{
    kf_error own;
    kuflow_process_item *item = NULL;
    kf_verdict verdict = KF_VERDICT_LOST;
    if (kuflow_retrieve_process_item(client, task->held->claim.id, &item, &own) != KF_OK) {
        verdict = kuflow_task_verdict(&own);
        *error = own;
        return verdict;
    }
    bool own_task = kuflow_source_is_principal(source, item->owner_id);
    if (state_of(item) == KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED && own_task)
        verdict = KF_VERDICT_REFUSED;
    else if (state_of(item) == KUFLOW_PROCESS_ITEM_TASK_STATE_COMPLETED)
        verdict = own_task ? completed : KF_VERDICT_GONE;
    else if (state_of(item) == KUFLOW_PROCESS_ITEM_TASK_STATE_CANCELLED)
        verdict = KF_VERDICT_GONE;
    kuflow_process_item_free(item);
    return verdict;
}

/* The log */

/* A line that was not in the log before. */
static bool has_new_line(const kuflow_process_item *item, const kuflow_process_item *before,
                         kuflow_process_item_task_log_level level, const char *message)
{
    for (size_t i = 0; item->task != NULL && i < item->task->logs_count; i++) {
        const kuflow_process_item_task_log *line = &item->task->logs[i];
        bool known = line->id == NULL;
        for (size_t j = 0; !known && before != NULL && before->task != NULL && j < before->task->logs_count; j++)
            known = before->task->logs[j].id != NULL && strcmp(before->task->logs[j].id, line->id) == 0;
        if (!known && line->level == level && line->message != NULL && strcmp(line->message, message) == 0)
            return true;
    }
    return false;
}

kf_status kuflow_task_append(kf_client *client, kuflow_task *task, kuflow_process_item_task_log_level level,
                             const char *message, kf_error *error)
{
    const kuflow_process_item_task_append_log_params params = {.message = message, .level = level};
    kuflow_process_item *item = NULL;
    kf_status status = KF_OK;
    if (task->log_unsure) {
        status = kuflow_retrieve_process_item(client, task->held->claim.id, &item, error);
        if (status != KF_OK)
            return status;
        if (!has_new_line(item, task->item, level, message)) {
            kuflow_process_item_free(item);
            item = NULL;
        }
    }
    if (item == NULL)
        status = kuflow_append_process_item_task_log(client, task->held->claim.id, &params, &item, error);
    task->log_unsure = status != KF_OK && error->may_have_acted;
    if (status == KF_OK)
        keep_item(task, item);
    return status;
}

/* The beginning */

static bool is_before(const kf_time *a, const kf_time *b)
{
    return a->seconds < b->seconds || (a->seconds == b->seconds && a->nanoseconds < b->nanoseconds);
}

/* KuFlow lets a principal claim a task twice, so workers that share one write a line into the log of what they claim;
 * the first line since the task was READY has it. Returns that one, or NULL. */
static const char *first_mark(const kuflow_task *task)
{
    const kuflow_process_item_task *part = task->item->task;
    const kf_time *since = &task->held->listed_at;
    const char *first = NULL;
    kf_time first_at = {0, 0}, at;
    for (size_t i = 0; part != NULL && i < part->logs_count; i++) {
        const kuflow_process_item_task_log *line = &part->logs[i];
        if (line->message != NULL && strncmp(line->message, MARK_TEXT, strlen(MARK_TEXT)) == 0 &&
            kf_time_parse(line->timestamp, &at, NULL) == KF_OK && !is_before(&at, since) &&
            (first == NULL || is_before(&at, &first_at))) {
            first = line->message;
            first_at = at;
        }
    }
    return first;
}

static kf_verdict put_mark(kuflow_source *source, kf_client *client, kuflow_task *task, kf_error *error)
{
    kf_buffer own = {0};
    kf_verdict verdict = KF_VERDICT_DONE;
    const char *first = first_mark(task);
    kf_buffer_format(&own, MARK_TEXT "%s (%s)", source->params.identity, source->mark);
    if (own.failed) {
        kf_fail(error, KF_ERROR_MEMORY, "out of memory");
        verdict = KF_VERDICT_AGAIN;
    } else if (first == NULL) {
        kuflow_task_append(client, task, KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_INFO, own.data, error);
        verdict = kuflow_task_verdict(error);
        if (verdict == KF_VERDICT_REFUSED)
            verdict = kuflow_task_look(source, client, task, KF_VERDICT_GONE, error);
        first = first_mark(task);
    }
    if (verdict == KF_VERDICT_DONE && first != NULL && strcmp(first, own.data) != 0)
        verdict = KF_VERDICT_GONE;
    kf_buffer_free(&own);
    return verdict;
}

/* A task that this worker has claimed before. */
static kf_verdict fetch(kuflow_source *source, kf_client *client, kuflow_task *task, kf_error *error)
{
    kuflow_process_item *item = NULL;
    if (kuflow_retrieve_process_item(client, task->held->claim.id, &item, error) != KF_OK)
        return kuflow_task_verdict(error);
    keep_item(task, item);
    bool ours =
        state_of(item) == KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED && kuflow_source_is_principal(source, item->owner_id);
    return ours ? KF_VERDICT_DONE : KF_VERDICT_GONE;
}

static void set_claimed(kuflow_source *source, kuflow_held *held)
{
    pthread_mutex_lock(&source->claims.lock);
    held->claim.claimed = true;
    pthread_mutex_unlock(&source->claims.lock);
}

/* A claim was refused, but the principal may have it all the same: an answer got lost, here or below the library, or
 * another worker of the same principal was faster, which the log will tell. */
static kf_verdict look_after_claim(kuflow_source *source, kf_client *client, kuflow_task *task, kf_error *error)
{
    kf_error own;
    kuflow_process_item *item = NULL;
    if (kuflow_retrieve_process_item(client, task->held->claim.id, &item, &own) != KF_OK) {
        *error = own;
        return kuflow_task_verdict(&own);
    }
    keep_item(task, item);
    if (state_of(item) == KUFLOW_PROCESS_ITEM_TASK_STATE_READY)
        return KF_VERDICT_REFUSED; /* nobody else's doing */
    if (state_of(item) != KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED)
        return KF_VERDICT_GONE;
    if (!kuflow_source_knows_as_principal(source, item->owner_id) &&
        !(task->held->claim.unsure && kuflow_source_is_principal(source, item->owner_id)))
        return KF_VERDICT_GONE;
    set_claimed(source, task->held);
    return KF_VERDICT_DONE;
}

static kf_verdict claim(kuflow_source *source, kf_client *client, kuflow_task *task, kf_error *error)
{
    kuflow_held *held = task->held;
    kuflow_process_item *item = NULL;
    if (kuflow_claim_process_item_task(client, held->claim.id, &item, error) == KF_OK) {
        keep_item(task, item);
        if (state_of(item) != KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED)
            return KF_VERDICT_GONE; /* it had ended */
        kuflow_source_note_principal(source, item->owner_id);
        set_claimed(source, held);
        return KF_VERDICT_DONE;
    }
    if (error->may_have_acted) {
        pthread_mutex_lock(&source->claims.lock);
        held->claim.unsure = true;
        pthread_mutex_unlock(&source->claims.lock);
    }
    kf_verdict verdict = kuflow_task_verdict(error);
    return verdict == KF_VERDICT_REFUSED ? look_after_claim(source, client, task, error) : verdict;
}

kf_verdict kuflow_task_begin(void *user, kf_client *client, kf_job *job, kf_error *error)
{
    kuflow_source *source = user;
    kuflow_task *task = kuflow_task_of(job);
    kuflow_held *held = task->held;
    kf_verdict verdict = KF_VERDICT_DONE;
    kf_error_clear(error);
    if (!held->claim.claimed)
        verdict = claim(source, client, task, error);
    else
        verdict = fetch(source, client, task, error);
    if (verdict == KF_VERDICT_DONE && held->listed && !held->marked)
        verdict = put_mark(source, client, task, error);
    if (verdict == KF_VERDICT_GONE || verdict == KF_VERDICT_LOST) {
        kuflow_held_forget(source, task);
        return verdict;
    }
    task->stumbled = verdict == KF_VERDICT_AGAIN;
    pthread_mutex_lock(&source->claims.lock);
    held->marked = held->marked || verdict == KF_VERDICT_DONE;
    held->claim.stumbles = task->stumbled ? held->claim.stumbles + 1 : 0;
    pthread_mutex_unlock(&source->claims.lock);
    if (held->claim.stumbles == 1 && error->status != KF_ERROR_CANCELLED)
        kf_claim_tell(source->worker, &held->claim, KF_WORKER_ACQUIRE_FAILED, KF_SEVERITY_WARNING, error,
                      error->message);
    return verdict;
}

/* The end */

static kf_verdict complete(kuflow_source *source, kf_client *client, kuflow_task *task, kf_error *error)
{
    kf_status status = kuflow_task_send_data(client, task, error);
    bool data_sent = status == KF_OK;
    if (data_sent)
        status = kuflow_complete_process_item_task(client, task->held->claim.id, NULL, error);
    kf_verdict verdict = kuflow_task_verdict(error);
    if (verdict == KF_VERDICT_REFUSED && status != KF_ERROR_ARGUMENT && status != KF_ERROR_ENCODE)
        verdict = kuflow_task_look(source, client, task, data_sent ? KF_VERDICT_DONE : KF_VERDICT_GONE, error);
    if (verdict == KF_VERDICT_DONE || verdict == KF_VERDICT_GONE || verdict == KF_VERDICT_LOST)
        kuflow_held_forget(source, task);
    return verdict;
}

/* Counts the failure: it waits for another try, or is left. */
static void count_failure(kuflow_source *source, kuflow_task *task, const kf_failure *failure)
{
    kuflow_held *held = task->held;
    int left = failure->retries.presence == KF_SET ? failure->retries.value : held->claim.retries - 1;
    if (left <= 0) {
        kf_claim_tell(source->worker, &held->claim, KF_WORKER_JOB_POISON, KF_SEVERITY_ERROR, NULL,
                      held->claim.claimed
                          ? "the task failed for the last time, and is left claimed for a person to look at"
                          : "the task could not be claimed, and is left as it is");
        kuflow_held_leave(source, task);
        return;
    }
    pthread_mutex_lock(&source->claims.lock);
    held->claim.retries = left;
    pthread_mutex_unlock(&source->claims.lock);
    kuflow_held_wait(source, task, failure->delay_ms.presence == KF_SET ? failure->delay_ms.value : 0);
}

/* The line about a failure. A log that does not take it does not make the failure undone. */
static kf_verdict log_failure(kuflow_source *source, kf_client *client, kuflow_task *task, const kf_failure *failure,
                              kf_error *error)
{
    const char *message = failure->message != NULL && *failure->message != '\0' ? failure->message : "The task failed";
    kf_buffer text = {0};
    kf_verdict verdict = KF_VERDICT_AGAIN;
    kf_buffer_utf8(&text, message, 0);
    if (failure->details != NULL && *failure->details != '\0') {
        kf_buffer_char(&text, '\n');
        kf_buffer_utf8(&text, failure->details, 0);
    }
    if (text.failed) {
        kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    } else {
        kuflow_task_append(client, task, KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_ERROR, text.data, error);
        verdict = kuflow_task_verdict(error);
    }
    kf_buffer_free(&text);
    if (verdict == KF_VERDICT_REFUSED)
        verdict = kuflow_task_look(source, client, task, KF_VERDICT_GONE, error);
    if (verdict != KF_VERDICT_REFUSED)
        return verdict;
    kf_claim_tell(source->worker, &task->held->claim, KF_WORKER_JOB_REFUSED, KF_SEVERITY_WARNING, error,
                  error->message);
    return KF_VERDICT_DONE;
}

static kf_verdict fail(kuflow_source *source, kf_client *client, kuflow_task *task, const kf_failure *failure,
                       kf_error *error)
{
    kf_verdict verdict = KF_VERDICT_DONE;
    if (task->held->claim.claimed) /* else it is not ours to write into */
        verdict = log_failure(source, client, task, failure, error);
    if (verdict == KF_VERDICT_DONE)
        count_failure(source, task, failure);
    else if (verdict != KF_VERDICT_AGAIN)
        kuflow_held_forget(source, task);
    return verdict;
}

/* KuFlow has no way to un-claim a task, so it is kept for another try. */
static void give_back(kuflow_source *source, kuflow_task *task)
{
    const kuflow_held *held = task->held;
    if (task->stumbled)
        kuflow_held_wait(source, task,
                         kf_worker_backoff(source->worker, held->claim.stumbles, STUMBLE_BASE_MS, STUMBLE_MOST_MS));
    else if (held->claim.claimed || held->claim.unsure)
        kuflow_held_wait(source, task, 0);
    else
        kuflow_held_forget(source, task);
}

kf_verdict kuflow_task_report(void *user, kf_client *client, kf_job *job, const kf_end *end, kf_error *error)
{
    kuflow_source *source = user;
    kuflow_task *task = kuflow_task_of(job);
    kf_error_clear(error);
    if (task->held == NULL)
        return KF_VERDICT_GONE;
    switch (end->outcome) {
    case KF_OUTCOME_COMPLETED:
        return complete(source, client, task, error);
    case KF_OUTCOME_GIVEN_BACK:
        give_back(source, task);
        return KF_VERDICT_DONE;
    default:
        return fail(source, client, task, &end->failure, error);
    }
}
