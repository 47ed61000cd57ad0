/* From a request to Smart Flows' operation: credentials, path, ids; and the answers. */
#include "smartflows.h"

#include <string.h>
#include <strings.h>

/* Answers */

void kf_sf_bytes(kf_sb_call *call, char *bytes, size_t length, const char *type)
{
    if (bytes == NULL)
        kf_sb_no_memory(call);
    else
        kf_sb_set_reply(call, 200, bytes, length, type);
}

void kf_sf_error(kf_sb_call *call, int status, const char *code, const char *message)
{
    const smartflows_status_message model = {.code = code, .message = message, .type = "error"};
    kf_sb_reply(call, status, &smartflows_status_message_schema, &model);
}

/* The operation */

static bool authorized(const kf_sb_call *call)
{
    const kf_smartflows *smartflows = call->sandbox->smartflows;
    const char *key = kf_sb_request_header(call, "X-API-Key");
    const char *given = kf_sb_request_header(call, "Authorization");
    return (key != NULL && strcmp(key, smartflows->key) == 0) || kf_sb_authorized(given, smartflows->tokens[0]) ||
           kf_sb_authorized(given, smartflows->tokens[1]);
}

/* By method and path; false: the error is in the call. */
static bool find_operation(kf_sb_call *call)
{
    bool other = false;
    size_t count;
    for (size_t i = 0; i < smartflows_service.operation_count && call->operation == NULL; i++) {
        const kf_operation *operation = &smartflows_service.operations[i];
        if (!kf_sb_match(operation->path, call->path, NULL, &count))
            continue;
        if (strcmp(operation->method, call->method) == 0)
            call->operation = operation;
        other = true;
    }
    if (call->operation == NULL) {
        kf_sf_error(call, other ? 405 : 404, other ? "method" : "path",
                    other ? "The method is not allowed here" : "There is nothing under this path");
        return false;
    }
    kf_sb_match(call->operation->path, call->path, call->values, &call->value_count);
    for (size_t i = 0; i < call->value_count; i++) {
        if (!kf_sb_percent_decode((char *)call->values[i], false) || !kf_uuid_valid(call->values[i])) {
            kf_sf_error(call, 400, "guid", "An id in the path is no guid");
            return false;
        }
    }
    return true;
}

static void route(kf_sb_call *call)
{
    bool broken;
    if (!kf_sb_is_below(call->target, call->service->bases[0]))
        kf_sf_error(call, 404, "path", "There is nothing under this path");
    else if (kf_sb_cut_path(call, strlen(call->service->bases[0])))
        find_operation(call);
    if (call->operation != NULL)
        kf_sb_record_operation(call);
    if (kf_sb_parse_query(call, &broken) && broken)
        kf_sf_error(call, 400, "query", "The query has a broken escape");
    bool open = call->operation != NULL && (call->operation->flags & KF_OPERATION_NO_AUTH) != 0;
    if (!open && !authorized(call))
        kf_sf_error(call, 401, "unauthorized", "The API key or token is missing or wrong");
}

static bool is_json(const kf_sb_call *call)
{
    const char *given = kf_sb_request_header(call, "Content-Type");
    return given != NULL && strncasecmp(given, "application/json", 16) == 0 &&
           (given[16] == '\0' || given[16] == ';' || given[16] == ' ');
}

/* The model of a JSON body; false: the error is in the call. */
static bool decode_body(kf_sb_call *call)
{
    kf_error error;
    if (!is_json(call)) {
        kf_sf_error(call, 415, "contentType", "The body must be application/json");
        return false;
    }
    kf_status status = kf_model_decode(call->operation->body, call->body == NULL ? "" : call->body, call->body_length,
                                       &call->model, &error);
    if (status == KF_ERROR_MEMORY)
        kf_sb_no_memory(call);
    else if (status != KF_OK || (status = kf_model_check(call->operation->body, call->model, &error)) != KF_OK)
        kf_sf_error(call, 400, "body", error.message);
    return status == KF_OK;
}

static void dispatch(kf_sb_call *call)
{
    if (call->body_too_large)
        kf_sf_error(call, 413, "size", "The body is too large");
    else if (call->operation->body == NULL || decode_body(call))
        kf_sb_handler_of(call->service, call->operation->name)(call);
}

kf_sf_execution *kf_sf_execution_of(kf_sb_call *call)
{
    kf_sf_execution *execution = kf_sf_find_execution(call->sandbox, call->values[0]);
    if (execution == NULL)
        kf_sf_error(call, 404, "execution", "There is no such execution");
    return execution;
}

static const kf_sb_binding routes[] = {
    {"createFlowExecution", kf_sf_create},
    {"getAllFlowExecutions", kf_sf_list},
    {"startFlow", kf_sf_start},
    {"getFilteredFlowExecutions", kf_sf_filter},
    {"getFlowExecutionStatistics", kf_sf_statistics},
    {"getFlowExecution", kf_sf_get},
    {"deleteFlowExecution", kf_sf_delete},
    {"getFlowExecutionProgress", kf_sf_progress},
    {"continueFlowExecution", kf_sf_continue},
    {"cancelFlowExecution", kf_sf_cancel},
    {"getFlowExecutionStatus", kf_sf_outputs},
    {"saveExecutionState", kf_sf_save_state},
    {"getFlowCallback", kf_sf_callback},
    {"postFlowCallback", kf_sf_callback},
    {"getFlows", kf_sf_list_flows},
    {"getFlow", kf_sf_get_flow},
    {"getFlowExecutions", kf_sf_list_of_flow},
    {"getFlowThumbnail", kf_sf_thumbnail},
    {"getDocument", kf_sf_get_document},
    {"getDocumentContent", kf_sf_content},
    {"getDocumentContentById", kf_sf_content},
    {"getLoginInfo", kf_sf_login_info},
    {"login", kf_sf_login},
};

const kf_sb_service kf_sf_service = {
    .service = &smartflows_service,
    .bases = {"/smartflows/api/v1", "/smartflows"},
    .routes = routes,
    .route_count = sizeof(routes) / sizeof(routes[0]),
    .knows = authorized,
    .route = route,
    .dispatch = dispatch,
    .error = kf_sf_error,
};
