/* The tasks that a worker holds, and finding more. */
#include "client/state.h"
#include "core/fail.h"
#include "services/kuflow/worker_task.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PAGE_MOST 1000
#define SCAN_MS (5 * 60 * 1000)
#define ABANDONED_MS 1000

int64_t kuflow_source_now(const kuflow_source *source)
{
    return kf_clock_now(&source->client->core->clock);
}

static void note(kuflow_source *source, char target[KF_UUID_TEXT_SIZE], const char *id)
{
    pthread_mutex_lock(&source->lock);
    if (id != NULL && strlen(id) < KF_UUID_TEXT_SIZE)
        strcpy(target, id);
    pthread_mutex_unlock(&source->lock);
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
    pthread_mutex_lock(&source->lock);
    bool same = source->principal[0] == '\0' || (id != NULL && strcasecmp(source->principal, id) == 0);
    pthread_mutex_unlock(&source->lock);
    return same;
}

bool kuflow_source_knows_as_principal(kuflow_source *source, const char *id)
{
    pthread_mutex_lock(&source->lock);
    const char *known = source->principal[0] != '\0' ? source->principal : source->registrar;
    bool same = known[0] != '\0' && id != NULL && strcasecmp(known, id) == 0;
    pthread_mutex_unlock(&source->lock);
    return same;
}

/* The list; all of these with the lock */

static kuflow_held *find(const kuflow_source *source, const char *id)
{
    kuflow_held *held = source->first;
    while (held != NULL && strcasecmp(held->id, id) != 0)
        held = held->next;
    return held;
}

static const char *copy_text(char **target, const char *text)
{
    const char *copy = strcpy(*target, text);
    *target += strlen(text) + 1;
    return copy;
}

/* Puts a task into the list. NULL: no memory. */
static kuflow_held *add(kuflow_source *source, const kuflow_process_item_page_item *item, const char *code)
{
    const char *process_id = item->process_id == NULL ? "" : item->process_id;
    kuflow_held *held = calloc(1, sizeof(*held) + strlen(item->id) + strlen(process_id) + strlen(code) + 3);
    if (held == NULL)
        return NULL;
    char *texts = (char *)(held + 1);
    held->id = copy_text(&texts, item->id);
    held->process_id = copy_text(&texts, process_id);
    held->code = copy_text(&texts, code);
    held->retries = source->max_failures;
    held->marked = source->only_worker;
    *source->last = held;
    source->last = &held->next;
    return held;
}

static void drop(kuflow_source *source, kuflow_held *held)
{
    kuflow_held **at = &source->first;
    while (*at != held)
        at = &(*at)->next;
    *at = held->next;
    if (source->last == &held->next)
        source->last = at;
    free(held);
}

/* What becomes of a task */

static void settle(kuflow_source *source, kuflow_task *task, kuflow_hold hold, bool keep, int64_t due_ms)
{
    kuflow_held *held = task->held;
    if (held == NULL)
        return;
    pthread_mutex_lock(&source->lock);
    held->hold = hold;
    held->due_ms = due_ms;
    if (!keep)
        drop(source, held);
    pthread_mutex_unlock(&source->lock);
    task->held = NULL;
}

void kuflow_held_forget(kuflow_source *source, kuflow_task *task)
{
    settle(source, task, KUFLOW_HOLD_JOB, false, 0);
}

void kuflow_held_wait(kuflow_source *source, kuflow_task *task, int64_t delay_ms)
{
    int64_t now = kuflow_source_now(source);
    settle(source, task, KUFLOW_HOLD_WAITING, true, delay_ms > INT64_MAX - now ? INT64_MAX : now + delay_ms);
}

/* Remembered only if it could be found again: as READY, or as CLAIMED where such tasks are taken up. */
void kuflow_held_leave(kuflow_source *source, kuflow_task *task)
{
    bool found_again = task->held != NULL && (!task->held->claimed || source->resume_owner_id != NULL);
    settle(source, task, KUFLOW_HOLD_LEFT, found_again, 0);
}

/* A job that ends without any word stays with this worker if it is, or may be, claimed. */
void kuflow_task_free(void *source, void *data)
{
    kuflow_task *task = data;
    if (task == NULL)
        return;
    if (task->held != NULL && (task->held->claimed || task->held->unsure))
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

void kuflow_held_free_all(kuflow_source *source)
{
    while (source->first != NULL)
        drop(source, source->first);
    while (source->scans != NULL) {
        kuflow_scan *scan = source->scans;
        source->scans = scan->next;
        free(scan);
    }
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
    const kf_job_spec spec = {.id = held->id,
                              .instance_id = held->process_id[0] == '\0' ? NULL : held->process_id,
                              .retries = held->retries,
                              .data = task};
    return kf_batch_add(batch, &spec, error);
}

/* Tasks that wait here and are due. *left counts down. */
static kf_status take_waiting(kuflow_source *source, const char *code, kf_batch *batch, int *left, kf_error *error)
{
    int64_t now = kuflow_source_now(source);
    kf_status status = KF_OK;
    while (status == KF_OK && *left > 0) {
        pthread_mutex_lock(&source->lock);
        kuflow_held *held = source->first;
        while (held != NULL &&
               (held->hold != KUFLOW_HOLD_WAITING || held->due_ms > now || strcmp(held->code, code) != 0))
            held = held->next;
        if (held != NULL)
            held->hold = KUFLOW_HOLD_JOB;
        pthread_mutex_unlock(&source->lock);
        if (held == NULL)
            break;
        (*left)--;
        status = add_job(source, held, batch, error);
    }
    return status;
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
    pthread_mutex_lock(&source->lock);
    for (const kuflow_held *held = source->first; held != NULL && size < PAGE_MOST; held = held->next)
        size += !held->claimed && strcmp(held->code, code) == 0;
    pthread_mutex_unlock(&source->lock);
    params.size = KF_INT32(size < PAGE_MOST ? size : PAGE_MOST);
    kf_status status = kuflow_find_process_items(client, &params, &page, error);
    for (size_t i = 0; status == KF_OK && left > 0 && i < page->content_count; i++) {
        const kuflow_process_item_page_item *item = &page->content[i];
        if (item->id == NULL) {
            kf_batch_count_bad(batch, "a task came without an id");
            continue;
        }
        pthread_mutex_lock(&source->lock);
        bool known = find(source, item->id) != NULL;
        kuflow_held *held = known ? NULL : add(source, item, code);
        if (held != NULL)
            held->listed = kf_time_parse(item->last_modified_at, &held->listed_at, NULL) == KF_OK;
        pthread_mutex_unlock(&source->lock);
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
        pthread_mutex_lock(&source->lock);
        if (find(source, item->id) == NULL) {
            kuflow_held *held = add(source, item, code);
            ok = held != NULL;
            if (ok) {
                held->hold = KUFLOW_HOLD_WAITING;
                held->claimed = held->marked = true;
            }
        }
        pthread_mutex_unlock(&source->lock);
    }
    kf_pager_free(pager);
    return !ok && pager != NULL ? no_memory(error) : error->status;
}

/* The plan of a definition's scans; with the lock. NULL: no memory. */
static kuflow_scan *scan_of(kuflow_source *source, const char *code)
{
    kuflow_scan *scan = source->scans;
    while (scan != NULL && strcmp(scan->code, code) != 0)
        scan = scan->next;
    if (scan != NULL || (scan = calloc(1, sizeof(*scan) + strlen(code) + 1)) == NULL)
        return scan;
    scan->code = strcpy((char *)(scan + 1), code);
    scan->due_ms = INT64_MIN;
    scan->next = source->scans;
    source->scans = scan;
    return scan;
}

/* Pages shift while tasks are completed, so one look can miss some: it is repeated now and then. */
static kf_status resume_if_due(kuflow_source *source, kf_client *client, const char *code, kf_error *error)
{
    int64_t now = kuflow_source_now(source);
    if (source->resume_owner_id == NULL)
        return KF_OK;
    pthread_mutex_lock(&source->lock);
    kuflow_scan *scan = scan_of(source, code);
    bool due = scan != NULL && scan->due_ms <= now;
    pthread_mutex_unlock(&source->lock);
    if (scan == NULL)
        return no_memory(error);
    if (!due)
        return KF_OK;
    kf_status status = resume(source, client, code, error);
    if (status == KF_OK) {
        pthread_mutex_lock(&source->lock);
        scan->due_ms = now + SCAN_MS;
        pthread_mutex_unlock(&source->lock);
    }
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
