/* Executions: created, followed, answered, cancelled; and what they show of themselves. */
#include "smartflows.h"

#include <errno.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

const smartflows_id_with_name kf_sf_user = {
    .id = "71000000-0000-4000-8000-000000000001", .display_name = "anna", .type = "user"};

/* Creation */

static bool is_media(const char *given, const char *const *accepted)
{
    for (; given != NULL && *accepted != NULL; accepted++) {
        size_t length = strlen(*accepted);
        if (strncasecmp(given, *accepted, length) == 0 &&
            (given[length] == '\0' || given[length] == ';' || given[length] == ' '))
            return true;
    }
    return false;
}

static bool is_well_formed(const char *text, size_t length)
{
    xmlDoc *document = length > INT32_MAX ? NULL
                                          : xmlReadMemory(text, (int)length, NULL, NULL,
                                                          XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlFreeDoc(document);
    return document != NULL;
}

/* Whether the body is what the flow works on; false: the error is in the call. */
static bool check_input(kf_sb_call *call, const kf_sf_flow *flow)
{
    static const char *const xml[] = {"application/xml", "text/xml", NULL};
    static const char *const json[] = {"application/json", NULL};
    const char *given = kf_sb_request_header(call, "Content-Type");
    if (flow->input == KF_SF_NONE)
        return true;
    if (!is_media(given, flow->input == KF_SF_XML ? xml : json)) {
        kf_sf_error(call, 415, "contentType", "The flow works on another kind of input");
        return false;
    }
    bool good = call->body != NULL;
    if (good && flow->input == KF_SF_XML) {
        good = is_well_formed(call->body, call->body_length);
    } else if (good) {
        cJSON *value = cJSON_ParseWithLength(call->body, call->body_length);
        good = cJSON_IsObject(value);
        cJSON_Delete(value);
    }
    if (!good)
        kf_sf_error(call, 400, "input", "The input cannot be read");
    return good;
}

/* NULL: the error is in the call. */
static const kf_sf_flow *find_flow(kf_sb_call *call, const char *name)
{
    const char *id = kf_sb_query(call, name);
    const kf_sf_flow *flow = id == NULL ? NULL : kf_sf_find_flow(id);
    if (id == NULL || !kf_uuid_valid(id))
        kf_sf_error(call, 400, "flow", "The flow's guid is missing or none");
    else if (flow == NULL)
        kf_sf_error(call, 404, "flow", "There is no such flow");
    return flow;
}

/* NULL: the error is in the call. */
static kf_sf_execution *create(kf_sb_call *call, const char *parameter)
{
    const kf_sf_flow *flow = find_flow(call, parameter);
    const char *type = kf_sb_request_header(call, "Content-Type");
    if (flow == NULL || !check_input(call, flow))
        return NULL;
    kf_sf_execution *execution = calloc(1, sizeof(*execution));
    if (execution == NULL || !kf_sb_push(&call->sandbox->smartflows->executions, execution)) {
        free(execution);
        kf_sb_no_memory(call);
        return NULL;
    }
    kf_uuid_new(execution->id);
    kf_uuid_new(execution->callback);
    execution->flow = flow;
    kf_sb_now(call->sandbox, execution->created_at);
    memcpy(execution->modified_at, execution->created_at, sizeof(execution->modified_at));
    if (flow->input != KF_SF_NONE) {
        execution->input = call->body;
        execution->input_length = call->body_length;
        snprintf(execution->input_type, sizeof(execution->input_type), "%s", type == NULL ? "" : type);
        call->body = NULL;
    }
    return execution;
}

/* What is shown */

static cJSON *schema_of(const kf_sf_flow *flow)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
    for (size_t i = 0; flow->fields != NULL && flow->fields[i] != NULL; i += 2)
        cJSON_AddStringToObject(cJSON_AddObjectToObject(properties, flow->fields[i]), "type", "string");
    return schema;
}

static cJSON *form_of(const kf_sf_flow *flow)
{
    cJSON *form = cJSON_CreateArray();
    cJSON *group = cJSON_CreateObject();
    cJSON *items = cJSON_AddArrayToObject(group, "items");
    for (size_t i = 0; flow->fields != NULL && flow->fields[i] != NULL; i += 2) {
        cJSON *field = cJSON_CreateObject();
        cJSON_AddStringToObject(field, "key", flow->fields[i]);
        cJSON_AddStringToObject(field, "title", flow->fields[i + 1]);
        cJSON_AddItemToArray(items, field);
    }
    cJSON_AddItemToArray(form, group);
    return form;
}

/* The document stands somewhere below, as it does on a real server; of a form the first field has a value already. */
static cJSON *model_of(const kf_sf_execution *execution)
{
    cJSON *model = cJSON_CreateObject();
    const char *const *fields = execution->flow->fields;
    if (execution->document[0] != '\0') {
        cJSON *block = cJSON_AddObjectToObject(model, "B407de9e4_f9e8_47b8_9131_0fa252430a9e");
        cJSON *document = cJSON_AddObjectToObject(block, "letter");
        cJSON_AddStringToObject(document, "id", execution->document);
        cJSON_AddStringToObject(document, "displayName", execution->flow->name);
        cJSON_AddStringToObject(document, "type", "document");
    } else if (kf_sf_status_of(execution) == SMARTFLOWS_FLOW_EXECUTION_STATUS_WAITING) {
        cJSON_AddStringToObject(model, "callback", execution->callback);
    } else if (fields != NULL) {
        cJSON_AddStringToObject(model, fields[0], "default");
    }
    return model;
}

static void reply_progress(kf_sb_call *call, const kf_sf_execution *execution)
{
    const kf_sf_step *step = &execution->flow->steps[execution->step];
    cJSON *schema = schema_of(execution->flow), *form = form_of(execution->flow), *model = model_of(execution);
    const smartflows_flow_execution_progress progress = {.id = execution->id,
                                                         .percentage = KF_INT32(step->percentage),
                                                         .message = step->message,
                                                         .status = kf_sf_status(execution),
                                                         .schema = schema,
                                                         .model = model,
                                                         .form = form};
    kf_sb_reply(call, 200, &smartflows_flow_execution_progress_schema, &progress);
    cJSON_Delete(schema);
    cJSON_Delete(form);
    cJSON_Delete(model);
}

void kf_sf_summary(const kf_sf_execution *execution, smartflows_flow_execution *model, smartflows_id_with_name *flow)
{
    *flow = (smartflows_id_with_name){.id = execution->flow->id, .display_name = execution->flow->name, .type = "flow"};
    *model = (smartflows_flow_execution){.id = execution->id,
                                         .created_at = execution->created_at,
                                         .created_by = &kf_sf_user,
                                         .modified_at = execution->modified_at,
                                         .modified_by = &kf_sf_user,
                                         .status = kf_sf_status(execution),
                                         .flow = flow};
}

static void reply_execution(kf_sb_call *call, const kf_sf_execution *execution)
{
    smartflows_flow_execution model;
    smartflows_id_with_name flow;
    kf_sf_summary(execution, &model, &flow);
    cJSON *input = cJSON_CreateObject(), *schema = schema_of(execution->flow), *values = model_of(execution);
    cJSON_AddStringToObject(input, "contentType", execution->input_type);
    cJSON_AddNumberToObject(input, "length", (double)execution->input_length);
    const smartflows_flow_execution_output output = {.schema = schema, .model = values};
    const smartflows_flow_execution_stage stage = {.start = execution->created_at, .end = execution->modified_at};
    const smartflows_flow_step_state step = {
        .status = kf_sf_status(execution), .start = execution->created_at, .end = execution->modified_at};
    const smartflows_flow_block_state inner = {.id = "b2", .display_name = "Generate document", .step = &step};
    const smartflows_flow_zone_state inner_zone = {.id = "z2", .blocks = &inner, .blocks_count = 1};
    const smartflows_flow_condition_state condition = {.result = KF_BOOL(true), .body = &inner_zone, .body_count = 1};
    const smartflows_flow_block_state outer = {.id = "b1", .display_name = "If", .condition = &condition};
    const smartflows_flow_zone_state zone = {.id = "z1", .blocks = &outer, .blocks_count = 1};
    const smartflows_flow_execution_state state = {.input_data = input,
                                                   .output = &output,
                                                   .stages = &stage,
                                                   .stages_count = 1,
                                                   .report = &zone,
                                                   .report_count = 1};
    model.state = &state;
    kf_sb_reply(call, 200, &smartflows_flow_execution_schema, &model);
    cJSON_Delete(input);
    cJSON_Delete(schema);
    cJSON_Delete(values);
}

/* Handlers */

void kf_sf_create(kf_sb_call *call)
{
    const kf_sf_execution *execution = create(call, "flowId");
    if (execution != NULL)
        reply_progress(call, execution);
}

/* Skips what would be asked. */
void kf_sf_start(kf_sb_call *call)
{
    kf_sf_execution *execution = create(call, "flow");
    if (execution == NULL)
        return;
    while (!smartflows_status_is_stable(kf_sf_status_of(execution)) &&
           kf_sf_status_of(execution) != SMARTFLOWS_FLOW_EXECUTION_STATUS_WAITING)
        kf_sf_go_on(call->sandbox, execution);
    reply_execution(call, execution);
}

void kf_sf_get(kf_sb_call *call)
{
    const kf_sf_execution *execution = kf_sf_execution_of(call);
    if (execution != NULL)
        reply_execution(call, execution);
}

/* Until the execution changes, or the time is over. The mutex is free meanwhile. */
static void hold(kf_sandbox *sandbox, const kf_sf_execution *execution, int64_t milliseconds)
{
    struct timespec until;
    unsigned version = execution->version, release = sandbox->release;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(milliseconds / 1000);
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    sandbox->held++;
    pthread_cond_broadcast(&sandbox->changed);
    int result = 0;
    while (execution->version == version && sandbox->release == release && !sandbox->stopping && result == 0)
        result = pthread_cond_timedwait(&sandbox->changed, &sandbox->mutex, &until);
    sandbox->held--;
}

void kf_sf_progress(kf_sb_call *call)
{
    kf_sf_execution *execution = kf_sf_execution_of(call);
    const char *text = kf_sb_query(call, "timeout");
    char *end = NULL;
    long seconds = text == NULL ? 30 : strtol(text, &end, 10);
    if (execution == NULL)
        return;
    if (seconds < 0 || seconds > 86400 || (text != NULL && (*text == '\0' || *end != '\0'))) {
        kf_sf_error(call, 400, "timeout", "timeout is not a number of seconds");
        return;
    }
    smartflows_flow_execution_status status = kf_sf_status_of(execution);
    int64_t wait = call->sandbox->smartflows->poll_ms;
    if (wait < 0 || wait > seconds * 1000)
        wait = seconds * 1000;
    if (execution->status[0] == '\0' &&
        (status == SMARTFLOWS_FLOW_EXECUTION_STATUS_QUEUED || status == SMARTFLOWS_FLOW_EXECUTION_STATUS_RUNNING))
        kf_sf_go_on(call->sandbox, execution);
    else if (status == SMARTFLOWS_FLOW_EXECUTION_STATUS_WAITING || (int)status <= 0)
        hold(call->sandbox, execution, wait);
    reply_progress(call, execution);
}

static bool is_complete(const kf_sf_flow *flow, const cJSON *values)
{
    for (size_t i = 0; flow->fields != NULL && flow->fields[i] != NULL; i += 2) {
        if (cJSON_GetObjectItemCaseSensitive(values, flow->fields[i]) == NULL)
            return false;
    }
    return cJSON_IsObject(values);
}

void kf_sf_continue(kf_sb_call *call)
{
    kf_sf_execution *execution = kf_sf_execution_of(call);
    const smartflows_form_values *body = call->model;
    if (execution == NULL)
        return;
    smartflows_flow_execution_status status = kf_sf_status_of(execution);
    if (status != SMARTFLOWS_FLOW_EXECUTION_STATUS_USER_INPUT &&
        status != SMARTFLOWS_FLOW_EXECUTION_STATUS_SELECT_FLOW) {
        kf_sf_error(call, 409, "status", "The execution does not wait for input");
        return;
    }
    if (!is_complete(execution->flow, body->value)) {
        kf_sf_error(call, 400, "values", "Not every key of the form has a value");
        return;
    }
    cJSON *values = cJSON_Duplicate(body->value, true);
    if (values == NULL) {
        kf_sb_no_memory(call);
        return;
    }
    cJSON_Delete(execution->values);
    execution->values = values;
    kf_sf_go_on(call->sandbox, execution);
    reply_progress(call, execution);
}

static void stop(kf_sb_call *call, kf_sf_execution *execution)
{
    if (!smartflows_status_is_stable(kf_sf_status_of(execution)))
        kf_sf_set_status(call->sandbox, execution, "Canceled");
}

void kf_sf_cancel(kf_sb_call *call)
{
    kf_sf_execution *execution = kf_sf_execution_of(call);
    if (execution == NULL)
        return;
    stop(call, execution);
    reply_progress(call, execution);
}

void kf_sf_delete(kf_sb_call *call)
{
    kf_sf_execution *execution = kf_sf_execution_of(call);
    if (execution == NULL)
        return;
    stop(call, execution);
    kf_sb_set_reply(call, 204, NULL, 0, "");
}

void kf_sf_outputs(kf_sb_call *call)
{
    const kf_sf_execution *execution = kf_sf_execution_of(call);
    const char *wanted = kf_sb_query(call, "output");
    smartflows_flow_execution model;
    smartflows_id_with_name flow;
    if (execution == NULL)
        return;
    kf_sf_summary(execution, &model, &flow);
    cJSON *output = cJSON_CreateObject(), *content = model_of(execution);
    cJSON_AddStringToObject(output, "id", execution->document);
    cJSON_AddStringToObject(output, "displayName", "letter");
    const smartflows_flow_execution_output_content one = {.output = output, .content = content};
    model.outputs = &one;
    model.outputs_count =
        wanted == NULL || strcmp(wanted, "letter") == 0 || strcasecmp(wanted, execution->document) == 0;
    if (execution->document[0] == '\0')
        model.outputs_count = 0;
    kf_sb_reply(call, 200, &smartflows_flow_execution_schema, &model);
    cJSON_Delete(output);
    cJSON_Delete(content);
}

void kf_sf_save_state(kf_sb_call *call)
{
    kf_sf_execution *execution = kf_sf_execution_of(call);
    const smartflows_execution_draft *draft = call->model;
    if (execution == NULL)
        return;
    cJSON *copy = cJSON_Duplicate(draft->model, true);
    if (copy == NULL && draft->model != NULL) {
        kf_sb_no_memory(call);
        return;
    }
    cJSON_Delete(execution->draft);
    execution->draft = copy;
    kf_sb_set_reply(call, 204, NULL, 0, "");
}

/* By another system, without credentials. */
void kf_sf_callback(kf_sb_call *call)
{
    const kf_sb_vector *all = &call->sandbox->smartflows->executions;
    const char *id = kf_sb_query(call, "executionId");
    for (size_t i = 0; i < all->count; i++) {
        kf_sf_execution *execution = all->items[i];
        if (strcasecmp(execution->callback, call->values[0]) != 0 ||
            (id != NULL && strcasecmp(execution->id, id) != 0) ||
            kf_sf_status_of(execution) != SMARTFLOWS_FLOW_EXECUTION_STATUS_WAITING)
            continue;
        kf_sf_go_on(call->sandbox, execution);
        kf_sf_bytes(call, kf_sb_strdup("OK"), 2, "text/plain");
        return;
    }
    kf_sf_error(call, 404, "callback", "Nothing waits for this");
}
