/* Finding tasks for a jBPM worker. */
#include "core/fail.h"
#include "kuflow/services/jbpm_client.h"
#include "kuflow/services/jbpm_execute.h"
#include "services/jbpm/worker_task.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCAN_MS (5 * 60 * 1000)
#define ABANDONED_MS 1000
#define LIST_MS (10 * 1000)

static kf_status no_memory(kf_error *error)
{
    return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
}

/* A job that ends without any word stays with this worker if it is, or may be,
 * in progress. */
void jbpm_worker_free_job(void *user, void *data)
{
    jbpm_source *source = user;
    jbpm_job *job = data;
    if (job == NULL)
        return;
    if (job->claim != NULL && (job->claim->claimed || job->claim->unsure))
        kf_claims_wait(&source->claims, &job->claim, ABANDONED_MS);
    else
        kf_claims_forget(&source->claims, &job->claim);
    jbpm_task_free(job->task);
    jbpm_content_free(job->content);
    cJSON_Delete(job->parameters);
    free(job->numbers);
    jbpm_job_drop_results(job);
    free(job);
}

/* Makes a job of a task that is marked as being in one. */
static kf_status add_job(jbpm_source *source, kf_claim *claim, kf_batch *batch, kf_error *error)
{
    jbpm_job *job = calloc(1, sizeof(*job));
    if (job == NULL) {
        kf_claims_wait(&source->claims, &claim, 0);
        return no_memory(error);
    }
    job->claim = claim;
    job->id = strtoll(claim->id, NULL, 10);
    const kf_job_spec spec = {.id = claim->id,
                              .instance_id = claim->instance_id[0] == '\0' ? NULL : claim->instance_id,
                              .retries = claim->retries,
                              .data = job};
    return kf_batch_add(batch, &spec, error);
}

/* Tasks that wait here and are due. *left counts down. */
static kf_status take_waiting(jbpm_source *source, const char *topic, kf_batch *batch, int *left, kf_error *error)
{
    kf_status status = KF_OK;
    kf_claim *claim;
    while (status == KF_OK && *left > 0 && (claim = kf_claims_take(&source->claims, topic)) != NULL) {
        (*left)--;
        status = add_job(source, claim, batch, error);
    }
    return status;
}

static bool is_own(const jbpm_source *source, const char *owner)
{
    return owner != NULL && strcmp(owner, source->user) == 0;
}

/* Adds a claim on a task; *claim turns NULL when there is one already. */
static kf_status hold(jbpm_source *source, const jbpm_listed *task, const char *topic, kf_claim_state how,
                      kf_claim **claim, kf_error *error)
{
    char id[24], instance[24] = "";
    snprintf(id, sizeof(id), "%" PRId64, task->id);
    if (task->instance > 0)
        snprintf(instance, sizeof(instance), "%" PRId64, task->instance);
    pthread_mutex_lock(&source->claims.lock);
    bool known = kf_claims_find(&source->claims, id) != NULL;
    *claim = known ? NULL : kf_claims_add(&source->claims, id, instance, topic);
    if (*claim != NULL) {
        (*claim)->state = how;
        (*claim)->claimed = how == KF_CLAIM_WAITING;
    }
    pthread_mutex_unlock(&source->claims.lock);
    return known || *claim != NULL ? KF_OK : no_memory(error);
}

/* The open tasks of a topic */

/* NULL: no memory. */
static jbpm_list *list_of(jbpm_source *source, const char *topic)
{
    jbpm_list *list = source->lists;
    while (list != NULL && strcmp(list->topic, topic) != 0)
        list = list->next;
    if (list != NULL || (list = calloc(1, sizeof(*list) + strlen(topic) + 1)) == NULL)
        return list;
    strcpy(list->topic, topic);
    list->next = source->lists;
    source->lists = list;
    return list;
}

static int by_id(const void *a, const void *b)
{
    int64_t first = ((const jbpm_listed *)a)->id, second = ((const jbpm_listed *)b)->id;
    return (first > second) - (first < second);
}

/* Whether a task is one for this worker: an answer may hold more than was asked for. */
static bool fits(const jbpm_source *source, const jbpm_task_summary *task, const char *topic)
{
    return task->name != NULL && strcmp(task->name, topic) == 0 &&
           (task->status == JBPM_TASK_STATUS_READY ||
            (task->status == JBPM_TASK_STATUS_RESERVED && is_own(source, task->actual_owner)));
}

static jbpm_listed listed(const jbpm_task_summary *task)
{
    const kf_int64 *instance = &task->process_instance_id;
    return (jbpm_listed){task->id.value, instance->presence == KF_SET ? instance->value : 0};
}

/* Fills the list anew. */
static kf_status fill(const jbpm_source *source, jbpm_list *list, const jbpm_task_summary_list *answer, kf_batch *batch,
                      kf_error *error)
{
    size_t all = answer->task_summary_list_count;
    jbpm_listed *tasks = calloc(all + 1, sizeof(*tasks));
    if (tasks == NULL)
        return no_memory(error);
    free(list->tasks);
    list->tasks = tasks;
    list->count = list->taken = 0;
    list->until_ms = kf_claims_now(&source->claims) + LIST_MS;
    for (size_t i = 0; i < all; i++) {
        const jbpm_task_summary *task = &answer->task_summary_list[i];
        if (!fits(source, task, list->topic))
            continue;
        if (task->id.presence == KF_SET)
            tasks[list->count++] = listed(task);
        else
            kf_batch_count_bad(batch, "a task came without an id");
    }
    qsort(tasks, list->count, sizeof(*tasks), by_id);
    return KF_OK;
}

static kf_status take_listed(jbpm_source *source, jbpm_list *list, kf_batch *batch, int *left, kf_error *error)
{
    kf_status status = KF_OK;
    while (status == KF_OK && *left > 0 && list->taken < list->count) {
        kf_claim *claim = NULL;
        status = hold(source, &list->tasks[list->taken++], list->topic, KF_CLAIM_JOB, &claim, error);
        if (claim == NULL)
            continue;
        status = add_job(source, claim, batch, error);
        (*left)--;
    }
    return status;
}

/* The server lists all open tasks, however many. So what there was no room for is taken from the same list for a
 * while: each task is looked at before it begins. */
static kf_status take_open(jbpm_source *source, kf_client *client, const char *topic, kf_batch *batch, int left,
                           kf_error *error)
{
    static const jbpm_task_status open[] = {JBPM_TASK_STATUS_READY, JBPM_TASK_STATUS_RESERVED};
    const char *user = source->user;
    const jbpm_query_tasks_params params = {.potential_owner = {&user, 1}, .status = {open, 2}};
    jbpm_task_summary_list *answer = NULL;
    jbpm_list *list = list_of(source, topic);
    if (list == NULL)
        return no_memory(error);
    kf_status status = KF_OK;
    if (list->until_ms > kf_claims_now(&source->claims))
        status = take_listed(source, list, batch, &left, error);
    if (status != KF_OK || left == 0)
        return status;
    status = jbpm_query_tasks(client, &params, &answer, error);
    if (status == KF_OK)
        status = fill(source, list, answer, batch, error);
    jbpm_task_summary_list_free(answer);
    return status == KF_OK ? take_listed(source, list, batch, &left, error) : status;
}

/* Tasks in progress */

/* Puts those that this worker does not know among the ones that wait. */
static kf_status hold_started(jbpm_source *source, const jbpm_task_summary_list *answer, const char *topic,
                              kf_error *error)
{
    kf_status status = KF_OK;
    for (size_t i = 0; status == KF_OK && answer != NULL && i < answer->task_summary_list_count; i++) {
        const jbpm_task_summary *task = &answer->task_summary_list[i];
        const jbpm_listed found = listed(task);
        kf_claim *claim;
        if (task->status == JBPM_TASK_STATUS_IN_PROGRESS && is_own(source, task->actual_owner) &&
            task->id.presence == KF_SET && task->name != NULL && strcmp(task->name, topic) == 0)
            status = hold(source, &found, topic, KF_CLAIM_WAITING, &claim, error);
    }
    return status;
}

static kf_status query_started(jbpm_source *source, kf_client *client, const char *topic, kf_error *error)
{
    static const jbpm_task_status started = JBPM_TASK_STATUS_IN_PROGRESS;
    const char *user = source->user;
    const jbpm_query_tasks_params params = {.task_owner = {&user, 1}, .status = {&started, 1}};
    jbpm_task_summary_list *answer = NULL;
    kf_status status = jbpm_query_tasks(client, &params, &answer, error);
    if (status == KF_OK)
        status = hold_started(source, answer, topic, error);
    jbpm_task_summary_list_free(answer);
    return status;
}

/* A query of 6.0 takes any status but this one, and all tasks that the user ever had may be too many. */
static kf_status query_started_by_command(jbpm_source *source, kf_client *client, const char *topic, kf_error *error)
{
    static const jbpm_task_status started = JBPM_TASK_STATUS_IN_PROGRESS;
    const jbpm_task_status_list statuses = {&started, 1};
    jbpm_commands *commands = NULL;
    jbpm_results *results = NULL;
    kf_status status = jbpm_commands_new(source->profile, NULL, source->user, &commands, error);
    if (status == KF_OK)
        status = jbpm_commands_get_tasks_owned(commands, NULL, &statuses, error);
    if (status == KF_OK)
        status = jbpm_commands_execute(client, commands, &results, error);
    if (status == KF_OK)
        status = jbpm_results_error(results, 0, error);
    if (status == KF_OK)
        status =
            hold_started(source, jbpm_command_result_as_task_summary_list(jbpm_results_at(results, 0)), topic, error);
    jbpm_results_free(results);
    jbpm_commands_free(commands);
    return status;
}

static kf_status resume_if_due(jbpm_source *source, kf_client *client, const char *topic, kf_error *error)
{
    if (!source->resume)
        return KF_OK;
    int64_t now = kf_claims_now(&source->claims);
    kf_claim_scan *scan = kf_claims_scan(&source->claims, topic);
    if (scan == NULL)
        return no_memory(error);
    if (scan->due_ms > now)
        return KF_OK;
    kf_status status = source->profile == JBPM_6_0 ? query_started_by_command(source, client, topic, error)
                                                   : query_started(source, client, topic, error);
    if (status == KF_OK)
        scan->due_ms = now + SCAN_MS;
    return status;
}

void jbpm_worker_free_lists(jbpm_source *source)
{
    while (source->lists != NULL) {
        jbpm_list *list = source->lists;
        source->lists = list->next;
        free(list->tasks);
        free(list);
    }
}

kf_status jbpm_worker_acquire(void *user, kf_client *client, const kf_poll *poll, kf_batch *batch, kf_error *error)
{
    jbpm_source *source = user;
    const char *topic = poll->topic->name;
    int left = poll->limit;
    kf_error_clear(error);
    kf_status status = resume_if_due(source, client, topic, error);
    if (status == KF_OK)
        status = take_waiting(source, topic, batch, &left, error);
    if (status == KF_OK && left > 0)
        status = take_open(source, client, topic, batch, left, error);
    /* A right login that 6.0.1 has lost sight of among several calls: it knows it again at once. */
    if (status == KF_ERROR_AUTH && jbpm_error_classify(error) == JBPM_ERROR_SERVER)
        status = error->status = KF_ERROR_SERVER;
    return status;
}
