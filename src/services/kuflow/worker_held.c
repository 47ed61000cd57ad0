/* The tasks that a worker holds, and finding more. */
#include "core/fail.h"
#include "services/kuflow/worker_task.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PAGE_MOST 1000
#define SCAN_MS (5 * 60 * 1000)
#define ABANDONED_MS 1000

static void note(kuflow_source *source, char target[KF_UUID_TEXT_SIZE], const char *id)
{
    pthread_mutex_lock(&source->claims.lock);
    if (id != NULL && strlen(id) < KF_UUID_TEXT_SIZE)
        strcpy(target, id);
    pthread_mutex_unlock(&source->claims.lock);
}

void kuflow_source_note_principal(kuflow_source *source, const char *id)
{
    note(source, source->principal, id);
}

void kuflow_source_note_registrar(kuflow_source *source, const char *id)
{
    note(source, source->registrar, id);
}

bool kuflow_source_is_principal(kuflow_source *source, const char *id)
{
    pthread_mutex_lock(&source->claims.lock);
    bool same = source->principal[0] == '\0' || (id != NULL && strcasecmp(source->principal, id) == 0);
    pthread_mutex_unlock(&source->claims.lock);
    return same;
}

bool kuflow_source_knows_as_principal(kuflow_source *source, const char *id)
{
    pthread_mutex_lock(&source->claims.lock);
    const char *known = source->principal[0] != '\0' ? source->principal : source->registrar;
    bool same = known[0] != '\0' && id != NULL && strcasecmp(known, id) == 0;
    pthread_mutex_unlock(&source->claims.lock);
    return same;
}

/* What becomes of a task */

void kuflow_held_forget(kuflow_source *source, kuflow_task *task)
{
    kf_claim *claim = task->held == NULL ? NULL : &task->held->claim;
    kf_claims_forget(&source->claims, &claim);
    task->held = NULL;
}

void kuflow_held_wait(kuflow_source *source, kuflow_task *task, int64_t delay_ms)
{
    kf_claim *claim = task->held == NULL ? NULL : &task->held->claim;
    kf_claims_wait(&source->claims, &claim, delay_ms);
    task->held = NULL;
}

/* Remembered only if it could be found again: as READY, or as CLAIMED where such tasks are taken up. */
void kuflow_held_leave(kuflow_source *source, kuflow_task *task)
{
    kf_claim *claim = task->held == NULL ? NULL : &task->held->claim;
    if (claim != NULL && claim->claimed && source->resume_owner_id == NULL)
        kf_claims_forget(&source->claims, &claim);
    else
        kf_claims_leave(&source->claims, &claim);
    task->held = NULL;
}

/* A job that ends without any word stays with this worker if it is, or may be, claimed. */
void kuflow_task_free(void *source, void *data)
{
    kuflow_task *task = data;
    if (task == NULL)
        return;
    if (task->held != NULL && (task->held->claim.claimed || task->held->claim.unsure))
        kuflow_held_wait(source, task, ABANDONED_MS);
    else
        kuflow_held_forget(source, task);
    kuflow_process_item_free(task->item);
    for (size_t i = 0; i < task->setting_count; i++) {
        free(task->settings[i].name);
        free(task->settings[i].json);
    }
    free(task->settings);
    free(task);
}

/* Finding tasks */

static kf_status no_memory(kf_error *error)
{
    return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
}

/* Makes a job of a task that is marked as being in one. */
static kf_status add_job(kuflow_source *source, kuflow_held *held, kf_batch *batch, kf_error *error)
{
    kuflow_task *task = calloc(1, sizeof(*task));
    if (task == NULL) {
        kuflow_task rest = {.held = held};
        kuflow_held_wait(source, &rest, 0);
        return no_memory(error);
    }
    task->held = held;
    const kf_claim *claim = &held->claim;
    const kf_job_spec spec = {.id = claim->id,
                              .instance_id = claim->instance_id[0] == '\0' ? NULL : claim->instance_id,
                              .retries = claim->retries,
                              .data = task};
    return kf_batch_add(batch, &spec, error);
}

/* Tasks that wait here and are due. *left counts down. */
static kf_status take_waiting(kuflow_source *source, const char *code, kf_batch *batch, int *left, kf_error *error)
{
    kf_status status = KF_OK;
    kf_claim *claim;
    while (status == KF_OK && *left > 0 && (claim = kf_claims_take(&source->claims, code)) != NULL) {
        (*left)--;
        status = add_job(source, (kuflow_held *)claim, batch, error);
    }
    return status;
}

/* A new one, in a job; with the lock. NULL: no memory. */
static kuflow_held *add(kuflow_source *source, const kuflow_process_item_page_item *item, const char *code)
{
    const char *process_id = item->process_id == NULL ? "" : item->process_id;
    kuflow_held *held = (kuflow_held *)kf_claims_add(&source->claims, item->id, process_id, code);
    if (held != NULL)
        held->marked = source->only_worker;
    return held;
}

static kuflow_find_process_items_params tasks_of(const kuflow_source *source, const char *const *code,
                                                 const kuflow_process_item_task_state *state)
{
    static const kuflow_process_item_type type = KUFLOW_PROCESS_ITEM_TYPE_TASK;
    static const char *const oldest_first = "createdAt";
    return (kuflow_find_process_items_params){
        .sort = {&oldest_first, 1},
        .type = {&type, 1},
        .task_state = {state, 1},
        .process_item_definition_code = {code, 1},
        .tenant_id = {&source->tenant_id, source->tenant_id != NULL ? 1 : 0},
    };
}

/* Oldest first. What is held already is passed over; as long as it is not claimed the list has it, so the page is that
 * much larger. */
static kf_status take_ready(kuflow_source *source, kf_client *client, const char *code, kf_batch *batch, int left,
                            kf_error *error)
{
    static const kuflow_process_item_task_state ready = KUFLOW_PROCESS_ITEM_TASK_STATE_READY;
    kuflow_find_process_items_params params = tasks_of(source, &code, &ready);
    kuflow_process_item_page *page = NULL;
    int size = left;
    pthread_mutex_lock(&source->claims.lock);
    for (const kf_claim *claim = source->claims.first; claim != NULL && size < PAGE_MOST; claim = claim->next)
        size += !claim->claimed && strcmp(claim->topic, code) == 0;
    pthread_mutex_unlock(&source->claims.lock);
    params.size = KF_INT32(size < PAGE_MOST ? size : PAGE_MOST);
    kf_status status = kuflow_find_process_items(client, &params, &page, error);
    for (size_t i = 0; status == KF_OK && left > 0 && i < page->content_count; i++) {
        const kuflow_process_item_page_item *item = &page->content[i];
        if (item->id == NULL) {
            kf_batch_count_bad(batch, "a task came without an id");
            continue;
        }
        pthread_mutex_lock(&source->claims.lock);
        bool known = kf_claims_find(&source->claims, item->id) != NULL;
        kuflow_held *held = known ? NULL : add(source, item, code);
        if (held != NULL)
            held->listed = kf_time_parse(item->last_modified_at, &held->listed_at, NULL) == KF_OK;
        pthread_mutex_unlock(&source->claims.lock);
        if (known)
            continue;
        status = held == NULL ? no_memory(error) : add_job(source, held, batch, error);
        left--;
    }
    kuflow_process_item_page_free(page);
    return status;
}

/* Tasks that the principal has claimed and this worker does not know are put among those that wait. */
static kf_status resume(kuflow_source *source, kf_client *client, const char *code, kf_error *error)
{
    static const kuflow_process_item_task_state claimed = KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED;
    kuflow_find_process_items_params params = tasks_of(source, &code, &claimed);
    params.size = KF_INT32(PAGE_MOST);
    kf_pager *pager = kuflow_find_process_items_pager(client, &params, error);
    const kuflow_process_item_page_item *item;
    bool ok = pager != NULL;
    while (ok && (item = kuflow_find_process_items_next(pager, error)) != NULL) {
        if (item->id == NULL || item->owner_id == NULL || strcasecmp(item->owner_id, source->resume_owner_id) != 0)
            continue;
        pthread_mutex_lock(&source->claims.lock);
        if (kf_claims_find(&source->claims, item->id) == NULL) {
            kuflow_held *held = add(source, item, code);
            ok = held != NULL;
            if (ok) {
                held->claim.state = KF_CLAIM_WAITING;
                held->claim.claimed = held->marked = true;
            }
        }
        pthread_mutex_unlock(&source->claims.lock);
    }
    kf_pager_free(pager);
    return !ok && pager != NULL ? no_memory(error) : error->status;
}

/* Pages shift while tasks are completed, so one look can miss some: it is repeated now and then. */
static kf_status resume_if_due(kuflow_source *source, kf_client *client, const char *code, kf_error *error)
{
    int64_t now = kf_claims_now(&source->claims);
    kf_claim_scan *scan = source->resume_owner_id != NULL ? kf_claims_scan(&source->claims, code) : NULL;
    if (scan == NULL)
        return source->resume_owner_id != NULL ? no_memory(error) : KF_OK;
    if (scan->due_ms > now)
        return KF_OK;
    kf_status status = resume(source, client, code, error);
    if (status == KF_OK)
        scan->due_ms = now + SCAN_MS;
    return status;
}

kf_status kuflow_task_acquire(void *user, kf_client *client, const kf_poll *poll, kf_batch *batch, kf_error *error)
{
    kuflow_source *source = user;
    const char *code = poll->topic->name;
    int left = poll->limit;
    kf_error_clear(error);
    kf_status status = resume_if_due(source, client, code, error);
    if (status == KF_OK)
        status = take_waiting(source, code, batch, &left, error);
    if (status == KF_OK && left > 0)
        status = take_ready(source, client, code, batch, left, error);
    return status;
}
