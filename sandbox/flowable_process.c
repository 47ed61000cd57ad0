/* The part of the process API and of the case API that starts, suspends, ends and shows instances; and the paths of all
 * that the sandbox has of the two. */
#include "flowable.h"

#include <stdlib.h>
#include <string.h>

#define CREATE_METHOD(api, kind, name)                                                                                 \
    "public org.flowable." api ".service.api.runtime." kind "." name "Response org.flowable." api                      \
    ".service.api.runtime." kind "." name "CollectionResource.create" name "(org.flowable." api                        \
    ".service.api.runtime." kind "." name "CreateRequest)"

/* Instances */

static void put_process(kf_fl_text *text, kf_sb_call *call, const kf_fl_instance *instance, bool variables)
{
    kf_fl_puts(text, "{\"id\":");
    kf_fl_put_id(text, call->sandbox->flowable, KF_FL_ID_INSTANCE, instance->entry.number);
    kf_fl_puts(text, ",\"url\":");
    kf_fl_put_instance_url(text, call, instance, KF_FL_PROCESS_PATH "/");
    kf_fl_printf(text,
                 ",\"name\":null,\"businessKey\":null,\"businessStatus\":null,\"suspended\":%s,\"ended\":%s,"
                 "\"processDefinitionId\":\"",
                 instance->suspended ? "true" : "false", instance->ended ? "true" : "false");
    kf_fl_put_definition(text, call->sandbox->flowable, instance->model);
    kf_fl_puts(text, "\",\"processDefinitionUrl\":");
    kf_fl_put_definition_url(text, call, instance->model);
    kf_fl_puts(text, ",\"processDefinitionName\":null,\"processDefinitionDescription\":null,\"activityId\":null,"
                     "\"startUserId\":\"" KF_SANDBOX_FLOWABLE_USER "\",\"startTime\":");
    kf_fl_put_time(text, instance->start_ms);
    kf_fl_puts(text, ",\"superProcessInstanceId\":null,\"variables\":");
    kf_fl_put_variables(text, variables ? instance->variables : NULL, "local");
    kf_fl_puts(text, ",\"callbackId\":null,\"callbackType\":null,\"referenceId\":null,\"referenceType\":null,"
                     "\"propagatedStageInstanceId\":null,\"tenantId\":");
    kf_fl_put_string(text, instance->tenant);
    kf_fl_puts(text, ",\"completed\":false}");
}

static void put_case(kf_fl_text *text, kf_sb_call *call, const kf_fl_instance *instance, bool variables)
{
    kf_fl_puts(text, "{\"id\":");
    kf_fl_put_id(text, call->sandbox->flowable, KF_FL_ID_INSTANCE, instance->entry.number);
    kf_fl_puts(text, ",\"name\":null,\"url\":");
    kf_fl_put_instance_url(text, call, instance, KF_FL_CASE_PATH "/");
    kf_fl_puts(text, ",\"businessKey\":null,\"businessStatus\":null,\"startTime\":");
    kf_fl_put_time(text, instance->start_ms);
    kf_fl_printf(text,
                 ",\"startUserId\":\"" KF_SANDBOX_FLOWABLE_USER "\",\"state\":\"active\",\"ended\":%s,"
                 "\"caseDefinitionId\":\"",
                 instance->ended ? "true" : "false");
    kf_fl_put_definition(text, call->sandbox->flowable, instance->model);
    kf_fl_puts(text, "\",\"caseDefinitionUrl\":");
    kf_fl_put_definition_url(text, call, instance->model);
    kf_fl_puts(text, ",\"caseDefinitionName\":null,\"caseDefinitionDescription\":null,\"parentId\":null,"
                     "\"callbackId\":null,\"callbackType\":null,\"referenceId\":null,\"referenceType\":null,"
                     "\"variables\":");
    kf_fl_put_variables(text, variables ? instance->variables : NULL, "local");
    kf_fl_puts(text, ",\"tenantId\":");
    kf_fl_put_string(text, instance->tenant);
    kf_fl_puts(text, ",\"completed\":false}");
}

static void reply_instance(kf_sb_call *call, int status, const kf_fl_instance *instance)
{
    kf_fl_text text = {0};
    (instance->model->is_case ? put_case : put_process)(&text, call, instance, status == 201);
    kf_fl_reply(call, status, &text);
}

/* The instance of the path; NULL: 404 is in the call. */
static kf_fl_instance *instance_of(kf_sb_call *call, bool is_case)
{
    kf_flowable *flowable = call->sandbox->flowable;
    kf_fl_instance *instance =
        (kf_fl_instance *)kf_fl_find(&flowable->instances, kf_fl_number(flowable, KF_FL_ID_INSTANCE, call->values[0]));
    if (instance != NULL && !instance->ended && instance->model->is_case == is_case)
        return instance;
    kf_fl_error_slice(
        call, 404, is_case ? "Could not find a case instance with id '" : "Could not find a process instance with id '",
        kf_fl_slice_of(call->values[0]), "'.");
    return NULL;
}

/* The model that the body names; NULL: the error is in the call. */
static const kf_fl_model *wanted_model(kf_sb_call *call, const kf_fl_document *document, bool is_case)
{
    kf_fl_slice key, id;
    if (!kf_fl_body_string(call, document, document->nodes, is_case ? "caseDefinitionKey" : "processDefinitionKey",
                           &key) ||
        !kf_fl_body_string(call, document, document->nodes, is_case ? "caseDefinitionId" : "processDefinitionId", &id))
        return NULL;
    if (key.bytes == NULL || id.bytes != NULL) {
        const char *many = is_case ? "Only one of caseDefinitionId or caseDefinitionKey should be set."
                                   : "Only one of processDefinitionId, processDefinitionKey or message should be set.";
        const char *none = is_case ? "Either caseDefinitionId or caseDefinitionKey is required."
                                   : "Either processDefinitionId, processDefinitionKey or message is required.";
        kf_fl_error(call, 400, key.bytes == NULL ? none : many);
        return NULL;
    }
    char name[256];
    snprintf(name, sizeof(name), "%.*s", (int)(key.length < 255 ? key.length : 255), key.bytes);
    const kf_fl_model *model = kf_fl_model_of(call->sandbox->flowable, is_case, name);
    if (model == NULL)
        kf_fl_error_slice(call, 400,
                          is_case ? "No case definition found for key " : "No process definition found for key '", key,
                          is_case ? "" : "'");
    return model;
}

static void start(kf_sb_call *call, bool is_case, const char *java_class, const char *java_method)
{
    kf_fl_document document;
    kf_fl_slice tenant;
    kf_fl_variable *variables = NULL;
    char *name = NULL;
    if (!kf_fl_body(call, &document, java_class, java_method) || !kf_fl_check_variables(call, &document) ||
        !kf_fl_body_string(call, &document, document.nodes, "tenantId", &tenant))
        goto done;
    const kf_fl_model *model = wanted_model(call, &document, is_case);
    if (model == NULL ||
        !kf_fl_read_variables(call, &document, kf_fl_member(&document, document.nodes, "variables"), &variables))
        goto done;
    name = strndup(tenant.bytes == NULL ? "" : tenant.bytes, tenant.length);
    if (name == NULL) {
        kf_fl_variables_free(variables);
        kf_sb_no_memory(call);
        goto done;
    }
    const kf_fl_instance *instance = kf_fl_start(call->sandbox->flowable, model, name, variables);
    if (instance == NULL)
        kf_sb_no_memory(call);
    else
        reply_instance(call, 201, instance);
done:
    free(name);
    kf_fl_document_free(&document);
}

static void start_process(kf_sb_call *call)
{
    start(call, false, "org.flowable.rest.service.api.runtime.process.ProcessInstanceCreateRequest",
          CREATE_METHOD("rest", "process", "ProcessInstance"));
}

static void start_case(kf_sb_call *call)
{
    start(call, true, "org.flowable.cmmn.rest.service.api.runtime.caze.CaseInstanceCreateRequest",
          CREATE_METHOD("cmmn.rest", "caze", "CaseInstance"));
}

static void get_instance(kf_sb_call *call, bool is_case)
{
    const kf_fl_instance *instance = instance_of(call, is_case);
    if (instance != NULL)
        reply_instance(call, 200, instance);
}

static void get_process(kf_sb_call *call)
{
    get_instance(call, false);
}

static void get_case(kf_sb_call *call)
{
    get_instance(call, true);
}

static void delete_instance(kf_sb_call *call, bool is_case)
{
    kf_fl_instance *instance = instance_of(call, is_case);
    if (instance == NULL)
        return;
    kf_fl_end(call->sandbox->flowable, instance);
    kf_fl_empty(call, 204);
}

static void delete_process(kf_sb_call *call)
{
    delete_instance(call, false);
}

static void delete_case(kf_sb_call *call)
{
    delete_instance(call, true);
}

static void act_on_process(kf_sb_call *call)
{
    kf_fl_document document;
    kf_fl_slice action;
    kf_fl_instance *instance = NULL;
    if (!kf_fl_body(call, &document, "org.flowable.rest.service.api.runtime.process.ProcessInstanceUpdateRequest",
                    "") ||
        !kf_fl_body_string(call, &document, document.nodes, "action", &action) ||
        (instance = instance_of(call, false)) == NULL)
        goto done;
    bool suspend = kf_fl_slice_is(action, "suspend");
    if (!suspend && !kf_fl_slice_is(action, "activate")) {
        kf_fl_error_slice(call, 400, "Invalid action: '", action, "'.");
    } else if (suspend == instance->suspended) {
        kf_fl_errorf(call, 409, "Process instance with id '%s' is already %s.", call->values[0],
                     suspend ? "suspended" : "active");
    } else {
        kf_fl_suspend(call->sandbox->flowable, instance, suspend);
        reply_instance(call, 200, instance);
    }
done:
    kf_fl_document_free(&document);
}

static void list_instances(kf_sb_call *call, bool is_case)
{
    const kf_fl_table *table = &call->sandbox->flowable->instances;
    kf_fl_listing list;
    const kf_fl_entry **entries = kf_fl_in_order(call, table);
    if (entries != NULL && kf_fl_begin_list(call, &list)) {
        for (size_t i = 0; i < table->count; i++) {
            const kf_fl_instance *instance = (const kf_fl_instance *)entries[i];
            if (!instance->ended && instance->model->is_case == is_case &&
                kf_fl_id_fits(call, "id", KF_FL_ID_INSTANCE, instance->entry.number) && kf_fl_next_row(&list))
                (is_case ? put_case : put_process)(&list.text, call, instance, false);
        }
        kf_fl_end_list(&list, "id");
    }
    free(entries);
}

static void list_processes(kf_sb_call *call)
{
    list_instances(call, false);
}

static void list_cases(kf_sb_call *call)
{
    list_instances(call, true);
}

/* A model belongs to all tenants: whichever is asked for, it has them all. */
static void list_definitions(kf_sb_call *call)
{
    const kf_flowable *flowable = call->sandbox->flowable;
    const char *tenant = kf_sb_query(call, "tenantId");
    const char *key = kf_sb_query(call, "key");
    kf_fl_listing list;
    if (!kf_fl_begin_list(call, &list))
        return;
    for (const kf_fl_model *model = flowable->models; model != NULL; model = model->next) {
        if (model->is_case || (key != NULL && strcmp(key, model->key) != 0) || !kf_fl_next_row(&list))
            continue;
        kf_fl_puts(&list.text, "{\"id\":\"");
        kf_fl_put_definition(&list.text, flowable, model);
        kf_fl_puts(&list.text, "\",\"url\":");
        kf_fl_put_definition_url(&list.text, call, model);
        kf_fl_puts(&list.text, ",\"key\":");
        kf_fl_put_string(&list.text, model->key);
        kf_fl_printf(&list.text, ",\"version\":%d,\"name\":null,\"description\":null,\"tenantId\":", model->version);
        kf_fl_put_string(&list.text, tenant == NULL ? "" : tenant);
        kf_fl_puts(&list.text, ",\"suspended\":false}");
    }
    kf_fl_end_list(&list, "name");
}

/* Routes */

static const struct {
    const char *method, *path;
    kf_sb_handler handler;
} routes[] = {
    {"GET", KF_FL_PROCESS_PATH, list_processes},
    {"POST", KF_FL_PROCESS_PATH, start_process},
    {"GET", KF_FL_PROCESS_PATH "/{id}", get_process},
    {"PUT", KF_FL_PROCESS_PATH "/{id}", act_on_process},
    {"DELETE", KF_FL_PROCESS_PATH "/{id}", delete_process},
    {"GET", "/process-api/repository/process-definitions", list_definitions},
    {"GET", "/process-api/management/{list}", kf_fl_list_managed},
    {"GET", "/process-api/management/{list}/{id}", kf_fl_get_managed},
    {"POST", "/process-api/management/{list}/{id}", kf_fl_act_on_managed},
    {"GET", "/process-api/management/{list}/{id}/exception-stacktrace", kf_fl_get_stack_trace},
    {"GET", "/process-api/history/historic-variable-instances", kf_fl_list_historic},
    {"GET", KF_FL_CASE_PATH, list_cases},
    {"POST", KF_FL_CASE_PATH, start_case},
    {"GET", KF_FL_CASE_PATH "/{id}", get_case},
    {"DELETE", KF_FL_CASE_PATH "/{id}", delete_case},
    {"GET", "/cmmn-api/cmmn-management/{list}", kf_fl_list_managed},
    {"GET", "/cmmn-api/cmmn-management/{list}/{id}", kf_fl_get_managed},
    {"POST", "/cmmn-api/cmmn-management/{list}/{id}", kf_fl_act_on_managed},
    {"GET", "/cmmn-api/cmmn-management/{list}/{id}/exception-stacktrace", kf_fl_get_stack_trace},
    {"GET", "/cmmn-api/cmmn-history/historic-variable-instances", kf_fl_list_historic},
};
#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

bool kf_fl_process_route(kf_sb_call *call)
{
    size_t count;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (strcmp(routes[i].method, call->method) != 0 || !kf_sb_match(routes[i].path, call->path, NULL, &count))
            continue;
        kf_sb_match(routes[i].path, call->path, call->values, &call->value_count);
        for (size_t j = 0; j < call->value_count; j++)
            kf_sb_percent_decode((char *)call->values[j], false);
        call->handler = routes[i].handler;
        return strstr(routes[i].path, "{list}") == NULL || kf_fl_is_managed(call->values[0]);
    }
    return false;
}
