/* Process items: list, create, claim, assign, complete, logs and data. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define LOG_LIMIT 100 /* the oldest entry goes when a task has more */

static kf_sb_item *item_of(kf_sb_call *call)
{
    kf_sb_item *item = kf_sb_find(&call->sandbox->state.items, call->values[0]);
    if (item == NULL)
        kf_sb_error(call, 404, "process_item.not_found", "id", "path", "There is no process item %s", call->values[0]);
    return item;
}

static kf_sb_item *task_of(kf_sb_call *call)
{
    kf_sb_item *item = item_of(call);
    if (item != NULL && item->type != KUFLOW_PROCESS_ITEM_TYPE_TASK) {
        kf_sb_error(call, 400, "process_item.type", "id", "path", "The process item is not a task");
        return NULL;
    }
    return item;
}

static const char *optional(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static void reply_item(kf_sb_call *call, int status, const kf_sb_item *item)
{
    kuflow_process_item_task_log *logs = calloc(item->logs.count + 1, sizeof(*logs));
    if (logs == NULL) {
        kf_sb_no_memory(call);
        return;
    }
    for (size_t i = 0; i < item->logs.count; i++) {
        const kf_sb_log *log = item->logs.items[i];
        logs[i] = (kuflow_process_item_task_log){
            .id = log->id, .timestamp = log->timestamp, .message = log->message, .level = log->level};
    }
    kuflow_process_item_definition_ref definition = {
        .id = item->definition_id, .version = item->definition_version, .code = item->code};
    kuflow_process_item_task task = {
        .state = item->state, .data = item->data, .logs = logs, .logs_count = item->logs.count};
    kuflow_process_item_message message = {
        .text = item->text, .data = item->data, .data_structure_data_definition_code = item->data_code};
    kuflow_process_item model = {.id = item->base.id,
                                 .type = item->type,
                                 .process_id = item->process->base.id,
                                 .owner_id = optional(item->owner_id),
                                 .tenant_id = item->process->tenant_id,
                                 .process_item_definition_ref = item->code == NULL ? NULL : &definition,
                                 .task = item->type == KUFLOW_PROCESS_ITEM_TYPE_TASK ? &task : NULL,
                                 .message = item->type == KUFLOW_PROCESS_ITEM_TYPE_MESSAGE ? &message : NULL};
    kf_sb_fill_audit(&item->base, &model.created_by, &model.created_at, &model.last_modified_by,
                     &model.last_modified_at);
    kf_sb_reply(call, status, &kuflow_process_item_schema, &model);
    free(logs);
}

static const char *item_key(const void *resource, const char *property)
{
    const kf_sb_item *item = resource;
    if (strcmp(property, "id") == 0)
        return item->base.id;
    if (strcmp(property, "createdAt") == 0)
        return item->base.audit.created_at;
    if (strcmp(property, "lastModifiedAt") == 0)
        return item->base.audit.modified_at;
    if (strcmp(property, "claimedAt") == 0)
        return optional(item->claimed_at);
    return optional(strcmp(property, "completedAt") == 0 ? item->completed_at : item->cancelled_at);
}

static bool item_fits(const kf_sb_call *call, const kf_sb_item *item)
{
    static const char *const types[] = {NULL, "TASK", "MESSAGE", "THREAD"};
    static const char *const states[] = {NULL, "READY", "CLAIMED", "COMPLETED", "CANCELLED"};
    return kf_sb_filter(call, "processId", item->process->base.id) && kf_sb_filter(call, "type", types[item->type]) &&
           kf_sb_filter(call, "taskState", states[item->state]) &&
           kf_sb_filter(call, "processItemDefinitionCode", item->code) &&
           kf_sb_filter(call, "tenantId", item->process->tenant_id);
}

/* What the items of a page point to. */
typedef struct page_parts {
    kuflow_process_item_definition_ref definition;
    kuflow_process_item_task_page_item task;
    kuflow_process_item_message_page_item message;
} page_parts;

static void fill_page_item(kuflow_process_item_page_item *target, page_parts *parts, const kf_sb_item *item)
{
    parts->definition = (kuflow_process_item_definition_ref){
        .id = item->definition_id, .version = item->definition_version, .code = item->code};
    parts->task = (kuflow_process_item_task_page_item){.state = item->state};
    parts->message = (kuflow_process_item_message_page_item){.text = item->text,
                                                             .data_structure_data_definition_code = item->data_code};
    *target = (kuflow_process_item_page_item){
        .id = item->base.id,
        .type = item->type,
        .process_id = item->process->base.id,
        .owner_id = optional(item->owner_id),
        .tenant_id = item->process->tenant_id,
        .process_item_definition_ref = item->code == NULL ? NULL : &parts->definition,
        .task = item->type == KUFLOW_PROCESS_ITEM_TYPE_TASK ? &parts->task : NULL,
        .message = item->type == KUFLOW_PROCESS_ITEM_TYPE_MESSAGE ? &parts->message : NULL};
    kf_sb_fill_audit(&item->base, &target->created_by, &target->created_at, &target->last_modified_by,
                     &target->last_modified_at);
}

void kf_sb_find_process_items(kf_sb_call *call)
{
    static const char *const properties[] = {"id",          "createdAt", "lastModifiedAt", "claimedAt", "completedAt",
                                             "cancelledAt", NULL};
    const kf_sb_vector *items = &call->sandbox->state.items;
    kf_sb_page page;
    page_parts *parts = NULL;
    bool ok = kf_sb_page_begin(call, &page, properties, item_key);
    for (size_t i = 0; ok && i < items->count; i++) {
        if (item_fits(call, items->items[i]))
            ok = kf_sb_page_add(call, &page, items->items[i]);
    }
    if (!ok || !kf_sb_page_end(call, &page, sizeof(kuflow_process_item_page_item)))
        goto done;
    kuflow_process_item_page_item *content = page.content;
    parts = calloc(page.slice_count + 1, sizeof(*parts));
    if (parts == NULL) {
        kf_sb_no_memory(call);
        goto done;
    }
    for (size_t i = 0; i < page.slice_count; i++)
        fill_page_item(&content[i], &parts[i], page.slice[i]);
    kuflow_process_item_page model = {
        .metadata = &page.metadata, .content = content, .content_count = page.slice_count};
    kf_sb_reply(call, 200, &kuflow_process_item_page_schema, &model);
done:
    free(parts);
    kf_sb_page_free(&page);
}

/* A new item, READY when it is a task. Its event is the caller's to make. NULL: no memory. */
kf_sb_item *kf_sb_item_add(kf_sandbox *sandbox, kf_sb_process *process, kuflow_process_item_type type, const char *id,
                           const char *code)
{
    kf_sb_item *item = calloc(1, sizeof(*item));
    if (item == NULL)
        return NULL;
    kf_sb_resource_init(sandbox, &item->base, id);
    item->type = type;
    item->process = process;
    if (type == KUFLOW_PROCESS_ITEM_TYPE_TASK) {
        item->state = KUFLOW_PROCESS_ITEM_TASK_STATE_READY;
        if (code == NULL)
            code = "TASK";
    }
    kf_sb_copy_id(item->definition_id, "62000000-0000-4000-8000-000000000001");
    kf_sb_copy_id(item->definition_version, process->definition_version);
    item->code = kf_sb_strdup(code);
    if ((code != NULL && item->code == NULL) || !kf_sb_push(&sandbox->state.items, item)) {
        kf_sb_item_free(item);
        return NULL;
    }
    return item;
}

void kf_sb_item_set_state(kf_sandbox *sandbox, kf_sb_item *item, kuflow_process_item_task_state state)
{
    item->state = state;
    kf_sb_touch(sandbox, &item->base);
    const char *now = item->base.audit.modified_at;
    if (state == KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED)
        strcpy(item->claimed_at, now);
    else if (state == KUFLOW_PROCESS_ITEM_TASK_STATE_COMPLETED)
        strcpy(item->completed_at, now);
    else if (state == KUFLOW_PROCESS_ITEM_TASK_STATE_CANCELLED)
        strcpy(item->cancelled_at, now);
    kf_sb_event_item(sandbox, item, false);
}

/* What belongs to the type, from the parameters; false: no memory. */
static bool fill_item(kf_sb_item *item, const kuflow_process_item_create_params *params)
{
    const kuflow_json_value *data = NULL;
    bool ok = true;
    if (params->type == KUFLOW_PROCESS_ITEM_TYPE_TASK && params->task != NULL)
        data = params->task->data;
    if (params->type == KUFLOW_PROCESS_ITEM_TYPE_MESSAGE && params->message != NULL) {
        const kuflow_process_item_message_create_params *message = params->message;
        data = message->data;
        item->text = kf_sb_strdup(message->text);
        item->data_code = kf_sb_strdup(message->data_structure_data_definition_code);
        ok = (message->text == NULL || item->text != NULL) &&
             (message->data_structure_data_definition_code == NULL || item->data_code != NULL);
    }
    return ok && (data == NULL || (item->data = kf_sb_json_clone(data)) != NULL);
}

static bool check_item_params(kf_sb_call *call, const kuflow_process_item_create_params *params)
{
    bool task = params->type == KUFLOW_PROCESS_ITEM_TYPE_TASK;
    bool message = params->type == KUFLOW_PROCESS_ITEM_TYPE_MESSAGE;
    if ((params->task != NULL && !task) || (params->message != NULL && !message)) {
        const char *wrong = params->task != NULL && !task ? "task" : "message";
        kf_sb_error(call, 400, "validation.type", wrong, "body", "%s does not belong to an item of this type", wrong);
        return false;
    }
    return true;
}

void kf_sb_create_process_item(kf_sb_call *call)
{
    kf_sandbox *sandbox = call->sandbox;
    const kuflow_process_item_create_params *params = call->model;
    kf_sb_item *item = kf_sb_find(&sandbox->state.items, params->id);
    if (item != NULL) {
        reply_item(call, 200, item);
        return;
    }
    kf_sb_process *process = kf_sb_find(&sandbox->state.processes, params->process_id);
    if (process == NULL) {
        kf_sb_error(call, 400, "process.not_found", "processId", "body", "There is no process %s", params->process_id);
        return;
    }
    if (process->state != KUFLOW_PROCESS_STATE_RUNNING) {
        kf_sb_error(call, 400, "process.state", "processId", "body", "The process has ended");
        return;
    }
    const kf_sb_principal *owner;
    if (!check_item_params(call, params) ||
        !kf_sb_principal_of(call, params->owner_id, "ownerId", params->owner_email, "ownerEmail", &owner))
        return;
    item = kf_sb_item_add(sandbox, process, params->type, params->id, params->process_item_definition_code);
    if (item != NULL && !fill_item(item, params)) {
        sandbox->state.items.count--; /* it is the last one */
        kf_sb_item_free(item);
        item = NULL;
    }
    if (item == NULL) {
        kf_sb_no_memory(call);
        return;
    }
    if (owner != NULL)
        kf_sb_copy_id(item->owner_id, owner->base.id);
    kf_sb_applied_add(sandbox, item->base.id);
    kf_sb_event_item(sandbox, item, true);
    reply_item(call, 201, item);
}

void kf_sb_retrieve_process_item(kf_sb_call *call)
{
    const kf_sb_item *item = item_of(call);
    if (item != NULL)
        reply_item(call, 200, item);
}

static bool is_open(kf_sb_call *call, const kf_sb_item *item)
{
    if (item->state == KUFLOW_PROCESS_ITEM_TASK_STATE_READY || item->state == KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED)
        return true;
    kf_sb_error(call, 400, "process_item.state", "id", "path", "The task has ended");
    return false;
}

static bool is_owner(const kf_sb_item *item, const char *principal)
{
    return strcmp(item->owner_id, principal) == 0;
}

void kf_sb_claim_process_item_task(kf_sb_call *call)
{
    kf_sb_item *item = task_of(call);
    if (item == NULL || !is_open(call, item))
        return;
    if (item->state == KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED && !is_owner(item, KF_SANDBOX_CALLER)) {
        kf_sb_error(call, 400, "process_item.owner", "id", "path", "The task was claimed by another principal");
        return;
    }
    if (item->state == KUFLOW_PROCESS_ITEM_TASK_STATE_READY) {
        strcpy(item->owner_id, KF_SANDBOX_CALLER);
        kf_sb_item_set_state(call->sandbox, item, KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED);
    }
    reply_item(call, 200, item);
}

void kf_sb_assign_process_item_task(kf_sb_call *call)
{
    const kuflow_process_item_task_assign_params *params = call->model;
    const kf_sb_principal *owner;
    kf_sb_item *item = task_of(call);
    if (item == NULL || !is_open(call, item) ||
        !kf_sb_principal_of(call, params->owner_id, "ownerId", params->owner_email, "ownerEmail", &owner))
        return;
    if (owner == NULL) {
        kf_sb_error(call, 400, "validation.required", "ownerId", "body", "ownerId or ownerEmail is required");
        return;
    }
    bool changed = !is_owner(item, owner->base.id);
    kf_sb_copy_id(item->owner_id, owner->base.id);
    if (item->state == KUFLOW_PROCESS_ITEM_TASK_STATE_READY)
        kf_sb_item_set_state(call->sandbox, item, KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED);
    else if (changed)
        kf_sb_touch(call->sandbox, &item->base);
    reply_item(call, 200, item);
}

void kf_sb_complete_process_item_task(kf_sb_call *call)
{
    kf_sb_item *item = task_of(call);
    if (item == NULL)
        return;
    if (item->state != KUFLOW_PROCESS_ITEM_TASK_STATE_COMPLETED) {
        if (!is_open(call, item))
            return;
        if (item->state == KUFLOW_PROCESS_ITEM_TASK_STATE_READY || !is_owner(item, KF_SANDBOX_CALLER)) {
            kf_sb_error(call, 400, "process_item.owner", "id", "path", "The task is not claimed by the caller");
            return;
        }
        kf_sb_item_set_state(call->sandbox, item, KUFLOW_PROCESS_ITEM_TASK_STATE_COMPLETED);
    }
    reply_item(call, 200, item);
}

void kf_sb_append_process_item_task_log(kf_sb_call *call)
{
    const kuflow_process_item_task_append_log_params *params = call->model;
    kf_sb_item *item = task_of(call);
    if (item == NULL)
        return;
    kf_sb_log *log = calloc(1, sizeof(*log));
    if (log == NULL || (log->message = kf_sb_strdup(params->message)) == NULL || !kf_sb_push(&item->logs, log)) {
        if (log != NULL)
            free(log->message);
        free(log);
        kf_sb_no_memory(call);
        return;
    }
    kf_uuid_new(log->id);
    log->level = params->level;
    kf_sb_touch(call->sandbox, &item->base);
    strcpy(log->timestamp, item->base.audit.modified_at);
    if (item->logs.count > LOG_LIMIT) {
        kf_sb_log *oldest = item->logs.items[0];
        free(oldest->message);
        free(oldest);
        memmove(item->logs.items, item->logs.items + 1, --item->logs.count * sizeof(void *));
    }
    reply_item(call, 200, item);
}

static void change_data(kf_sb_call *call, const kuflow_json_value *replacement)
{
    kf_sb_item *item = task_of(call);
    if (item == NULL || !is_open(call, item))
        return;
    if (replacement != NULL ? !kf_sb_replace_value(call, &item->data, replacement)
                            : !kf_sb_patch_value(call, &item->data))
        return;
    kf_sb_touch(call->sandbox, &item->base);
    reply_item(call, 200, item);
}

void kf_sb_update_process_item_task_data(kf_sb_call *call)
{
    change_data(call, ((const kuflow_process_item_task_data_update_params *)call->model)->data);
}

void kf_sb_patch_process_item_task_data(kf_sb_call *call)
{
    change_data(call, NULL);
}
