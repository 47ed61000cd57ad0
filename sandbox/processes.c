/* Processes: list, create, end, initiator, metadata and entity. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char nil_uuid[] = "00000000-0000-0000-0000-000000000000";

kf_sb_process *kf_sb_process_of(kf_sb_call *call, const char *id)
{
    kf_sb_process *process = kf_sb_find(&call->sandbox->state.processes, id);
    if (process == NULL)
        kf_sb_error(call, 404, "process.not_found", "id", "path", "There is no process %s", id);
    return process;
}

void kf_sb_reply_process(kf_sb_call *call, int status, const kf_sb_process *process)
{
    kuflow_process_definition_ref definition = {.id = process->definition_id, .version = process->definition_version};
    kuflow_process_related related = {0};
    kuflow_process model = {.id = process->base.id,
                            .state = process->state,
                            .process_definition_ref = &definition,
                            .metadata = process->metadata,
                            .entity = process->entity,
                            .process_related = &related,
                            .initiator_id = process->initiator_id,
                            .tenant_id = process->tenant_id};
    kf_sb_fill_audit(&process->base, &model.created_by, &model.created_at, &model.last_modified_by,
                     &model.last_modified_at);
    kf_sb_reply(call, status, &kuflow_process_schema, &model);
}

static const char *process_key(const void *resource, const char *property)
{
    const kf_sb_resource *process = resource;
    if (strcmp(property, "id") == 0)
        return process->id;
    return strcmp(property, "createdAt") == 0 ? process->audit.created_at : process->audit.modified_at;
}

void kf_sb_find_processes(kf_sb_call *call)
{
    static const char *const properties[] = {"id", "createdAt", "lastModifiedAt", NULL};
    const kf_sb_vector *processes = &call->sandbox->state.processes;
    kf_sb_page page;
    kuflow_process_definition_ref *refs = NULL;
    bool ok = kf_sb_page_begin(call, &page, properties, process_key);
    for (size_t i = 0; ok && i < processes->count; i++) {
        const kf_sb_process *process = processes->items[i];
        if (kf_sb_filter(call, "tenantId", process->tenant_id))
            ok = kf_sb_page_add(call, &page, process);
    }
    if (!ok || !kf_sb_page_end(call, &page, sizeof(kuflow_process_page_item)))
        goto done;
    kuflow_process_page_item *content = page.content;
    refs = calloc(page.slice_count + 1, sizeof(*refs));
    if (refs == NULL) {
        kf_sb_no_memory(call);
        goto done;
    }
    for (size_t i = 0; i < page.slice_count; i++) {
        const kf_sb_process *process = page.slice[i];
        refs[i] = (kuflow_process_definition_ref){.id = process->definition_id, .version = process->definition_version};
        content[i] = (kuflow_process_page_item){.id = process->base.id,
                                                .state = process->state,
                                                .process_definition_ref = &refs[i],
                                                .initiator_id = process->initiator_id,
                                                .tenant_id = process->tenant_id};
        kf_sb_fill_audit(&process->base, &content[i].created_by, &content[i].created_at, &content[i].last_modified_by,
                         &content[i].last_modified_at);
    }
    kuflow_process_page model = {.metadata = &page.metadata, .content = content, .content_count = page.slice_count};
    kf_sb_reply(call, 200, &kuflow_process_page_schema, &model);
done:
    free(refs);
    kf_sb_page_free(&page);
}

/* A principal by id or e-mail, NULL in *principal when neither was given; false: the error is in the call. */
bool kf_sb_principal_of(kf_sb_call *call, const char *id, const char *id_name, const char *email,
                        const char *email_name, const kf_sb_principal **principal)
{
    *principal = NULL;
    if (id != NULL && email != NULL) {
        kf_sb_error(call, 400, "validation.one_of", id_name, "body", "Only one of %s and %s can be given", id_name,
                    email_name);
        return false;
    }
    if (id != NULL)
        *principal = kf_sb_find(&call->sandbox->state.principals, id);
    else if (email != NULL)
        *principal = kf_sb_find_email(call->sandbox, email);
    else
        return true;
    if (*principal == NULL)
        kf_sb_error(call, 400, "principal.not_found", id != NULL ? id_name : email_name, "body",
                    "There is no such principal: %s", id != NULL ? id : email);
    return *principal != NULL;
}

/* The items that a process begins with. */
static bool add_first_items(kf_sandbox *sandbox, kf_sb_process *process, const kf_sb_definition *definition)
{
    const kf_sb_vector *items = &sandbox->state.items;
    size_t first = items->count;
    bool ok = true;
    for (size_t i = 0; ok && i < 4 && definition->tasks[i] != NULL; i++)
        ok = kf_sb_item_add(sandbox, process, KUFLOW_PROCESS_ITEM_TYPE_TASK, NULL, definition->tasks[i]) != NULL;
    if (ok && definition->extras) {
        kf_sb_item *message = kf_sb_item_add(sandbox, process, KUFLOW_PROCESS_ITEM_TYPE_MESSAGE, NULL, NULL);
        ok = message != NULL && (message->text = kf_sb_strdup("The process has **begun**.")) != NULL &&
             kf_sb_item_add(sandbox, process, KUFLOW_PROCESS_ITEM_TYPE_THREAD, NULL, NULL) != NULL;
    }
    for (size_t i = first; i < items->count; i++)
        kf_sb_event_item(sandbox, items->items[i], true);
    return ok;
}

static const kf_sb_definition *find_definition(const kf_sandbox *sandbox, const char *id)
{
    for (size_t i = 0; i < sandbox->state.definitions.count; i++) {
        const kf_sb_definition *definition = sandbox->state.definitions.items[i];
        if (strcasecmp(definition->id, id) == 0)
            return definition;
    }
    return NULL;
}

static kf_sb_process *new_process(kf_sb_call *call, const kuflow_process_create_params *params,
                                  const kf_sb_principal *initiator)
{
    kf_sandbox *sandbox = call->sandbox;
    const kf_sb_definition *definition = find_definition(sandbox, params->process_definition_id);
    kf_sb_process *process = calloc(1, sizeof(*process));
    if (process == NULL)
        return NULL;
    kf_sb_resource_init(sandbox, &process->base, params->id);
    process->state = KUFLOW_PROCESS_STATE_RUNNING;
    kf_sb_copy_id(process->definition_id, params->process_definition_id);
    /* A definition that is not among the seeds is taken as it comes: in its first version, without items. */
    kf_sb_copy_id(process->definition_version,
                  definition != NULL ? definition->version : params->process_definition_id);
    kf_sb_copy_id(process->tenant_id, definition != NULL ? definition->tenant_id : KF_SANDBOX_TENANT);
    kf_sb_copy_id(process->initiator_id, initiator != NULL ? initiator->base.id : KF_SANDBOX_CALLER);
    if (params->metadata != NULL && (process->metadata = kf_sb_json_clone(params->metadata)) == NULL)
        goto failed;
    if (!kf_sb_push(&sandbox->state.processes, process))
        goto failed;
    kf_sb_applied_add(sandbox, process->base.id);
    kf_sb_event_process(sandbox, process, true);
    if (definition != NULL)
        add_first_items(sandbox, process, definition);
    return process;
failed:
    kf_sb_process_free(process);
    return NULL;
}

void kf_sb_create_process(kf_sb_call *call)
{
    const kuflow_process_create_params *params = call->model;
    const kf_sb_process *process = kf_sb_find(&call->sandbox->state.processes, params->id);
    if (process != NULL) {
        kf_sb_reply_process(call, 200, process);
        return;
    }
    if (strcmp(params->process_definition_id, nil_uuid) == 0) {
        kf_sb_error(call, 400, "process_definition.not_found", "processDefinitionId", "body",
                    "There is no such process definition");
        return;
    }
    const kf_sb_principal *initiator;
    if (!kf_sb_principal_of(call, params->initiator_id, "initiatorId", params->initiator_email, "initiatorEmail",
                            &initiator))
        return;
    process = new_process(call, params, initiator);
    if (process == NULL)
        kf_sb_no_memory(call);
    else
        kf_sb_reply_process(call, 201, process);
}

void kf_sb_retrieve_process(kf_sb_call *call)
{
    const kf_sb_process *process = kf_sb_process_of(call, call->values[0]);
    if (process != NULL)
        kf_sb_reply_process(call, 200, process);
}

/* Ends a process; nothing happens when it is in that state already. */
static void end_process(kf_sb_call *call, kuflow_process_state state)
{
    kf_sandbox *sandbox = call->sandbox;
    kf_sb_process *process = kf_sb_process_of(call, call->values[0]);
    if (process == NULL)
        return;
    if (process->state != state && process->state != KUFLOW_PROCESS_STATE_RUNNING) {
        kf_sb_error(call, 400, "process.state", "id", "path", "The process has ended in another way");
        return;
    }
    if (process->state != state) {
        process->state = state;
        kf_sb_touch(sandbox, &process->base);
        for (size_t i = 0; state == KUFLOW_PROCESS_STATE_CANCELLED && i < sandbox->state.items.count; i++) {
            kf_sb_item *item = sandbox->state.items.items[i];
            if (item->process == process && (item->state == KUFLOW_PROCESS_ITEM_TASK_STATE_READY ||
                                             item->state == KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED))
                kf_sb_item_set_state(sandbox, item, KUFLOW_PROCESS_ITEM_TASK_STATE_CANCELLED);
        }
        kf_sb_event_process(sandbox, process, false);
    }
    kf_sb_reply_process(call, 200, process);
}

void kf_sb_complete_process(kf_sb_call *call)
{
    end_process(call, KUFLOW_PROCESS_STATE_COMPLETED);
}

void kf_sb_cancel_process(kf_sb_call *call)
{
    end_process(call, KUFLOW_PROCESS_STATE_CANCELLED);
}

void kf_sb_change_process_initiator(kf_sb_call *call)
{
    const kuflow_process_change_initiator_params *params = call->model;
    kf_sb_process *process = kf_sb_process_of(call, call->values[0]);
    const kf_sb_principal *initiator;
    if (process == NULL || !kf_sb_principal_of(call, params->initiator_id, "initiatorId", params->initiator_email,
                                               "initiatorEmail", &initiator))
        return;
    if (initiator == NULL) {
        kf_sb_error(call, 400, "validation.required", "initiatorId", "body",
                    "initiatorId or initiatorEmail is required");
        return;
    }
    if (strcmp(process->initiator_id, initiator->base.id) != 0) {
        kf_sb_copy_id(process->initiator_id, initiator->base.id);
        kf_sb_touch(call->sandbox, &process->base);
    }
    kf_sb_reply_process(call, 200, process);
}

bool kf_sb_replace_value(kf_sb_call *call, kuflow_json_value **value, const kuflow_json_value *replacement)
{
    kuflow_json_value *copy = kf_sb_json_clone(replacement);
    if (copy == NULL) {
        kf_sb_no_memory(call);
        return false;
    }
    kf_model_free(*value);
    *value = copy;
    return true;
}

bool kf_sb_patch_value(kf_sb_call *call, kuflow_json_value **value)
{
    const char *reason;
    size_t index;
    if (((const kuflow_json_patch *)call->model)->items_count == 0) {
        kf_sb_error(call, 400, "json_patch", NULL, "body", "The patch has no operation");
        return false;
    }
    cJSON *patched = kf_sb_patch(*value == NULL ? NULL : (*value)->value, call->model, &reason, &index);
    if (patched == NULL) {
        kf_sb_error(call, 400, "json_patch", NULL, "body", "Operation %zu of the patch does not apply: %s", index,
                    reason);
        return false;
    }
    kuflow_json_value replacement = {.value = patched};
    bool ok = kf_sb_replace_value(call, value, &replacement);
    cJSON_Delete(patched);
    return ok;
}

static void change_value(kf_sb_call *call, bool entity, const kuflow_json_value *replacement)
{
    kf_sb_process *process = kf_sb_process_of(call, call->values[0]);
    if (process == NULL)
        return;
    kuflow_json_value **value = entity ? &process->entity : &process->metadata;
    if (replacement != NULL ? !kf_sb_replace_value(call, value, replacement) : !kf_sb_patch_value(call, value))
        return;
    kf_sb_touch(call->sandbox, &process->base);
    kf_sb_reply_process(call, 200, process);
}

void kf_sb_update_process_metadata(kf_sb_call *call)
{
    change_value(call, false, ((const kuflow_process_metadata_update_params *)call->model)->metadata);
}

void kf_sb_patch_process_metadata(kf_sb_call *call)
{
    change_value(call, false, NULL);
}

void kf_sb_update_process_entity(kf_sb_call *call)
{
    change_value(call, true, ((const kuflow_process_entity_update_params *)call->model)->entity);
}

void kf_sb_patch_process_entity(kf_sb_call *call)
{
    change_value(call, true, NULL);
}
