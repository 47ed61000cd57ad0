/* From a request to jBPM's operation: login, paths, media types; and the answers. */
#include "jbpm.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Answers */

static bool wants_json(const kf_sb_call *call)
{
    const char *accept = kf_sb_request_header(call, "Accept");
    return accept != NULL && strstr(accept, "application/json") != NULL && strstr(accept, "application/xml") == NULL;
}

static void set_reply(kf_sb_call *call, int status, kf_fl_text *text, const char *type)
{
    while (call->header_count > 0) /* of an answer that is not sent after all */
        free(call->headers[--call->header_count].value);
    if (text->failed) {
        free(text->bytes);
        kf_sb_no_memory(call);
    } else {
        kf_sb_set_reply(call, status, text->bytes, text->length, type);
        call->close = status == 400 || status == 500; /* as Tomcat does */
    }
    *text = (kf_fl_text){0};
}

/* The JSON of 6.0.1 lacks the tasks. */
static bool reply_oddly(kf_sb_call *call)
{
    const char *name = call->operation->name;
    kf_fl_text text = {0};
    if (strcmp(name, "queryTasks") == 0) {
        kf_fl_puts(&text, "{\"index\":null,\"commandName\":null}");
        set_reply(call, 200, &text, "application/json");
    } else if (strcmp(name, "getTask") == 0) {
        kf_fl_puts(&text, "Conflicting getter definitions for property \"archived\"");
        set_reply(call, 400, &text, "application/json");
    } else {
        return false;
    }
    return true;
}

void kf_jb_reply(kf_sb_call *call, kf_fl_text *xml)
{
    const kf_type *type = call->operation == NULL ? NULL : call->operation->answers[0].type;
    void *model = NULL;
    char *json = NULL;
    kf_error error;
    if (!wants_json(call) || type == NULL || xml->failed) {
        set_reply(call, 200, xml, "application/xml");
        return;
    }
    if (!reply_oddly(call)) {
        if (kf_model_decode_xml(type, xml->bytes, xml->length, &model, &error) != KF_OK ||
            kf_model_encode(type, model, &json, &error) != KF_OK)
            kf_sb_no_memory(call);
        else
            kf_sb_set_reply(call, 200, json, strlen(json), "application/json");
        kf_model_free(model);
    }
    free(xml->bytes);
}

void kf_jb_put_url(kf_fl_text *xml, const kf_sb_call *call)
{
    kf_jb_tag(xml, "status", "SUCCESS");
    kf_jb_tag(xml, "url", call->target);
}

void kf_jb_success(kf_sb_call *call)
{
    kf_fl_text xml = {0};
    kf_fl_puts(&xml, KF_JB_HEAD "<response>");
    kf_jb_put_url(&xml, call);
    kf_fl_puts(&xml, "</response>");
    kf_jb_reply(call, &xml);
}

static const char *exception_of(int status)
{
    switch (status) {
    case 401:
        return "org.jboss.resteasy.spi.UnauthorizedException";
    case 404:
        return "org.jboss.resteasy.spi.NotFoundException";
    case 405:
        return "org.jboss.resteasy.spi.MethodNotAllowedException";
    case 406:
        return "org.jboss.resteasy.spi.NotAcceptableException";
    default:
        return "java.lang.IllegalArgumentException";
    }
}

/* XML, whatever was asked for, under the media type that was asked for. */
void kf_jb_error(kf_sb_call *call, int status, const char *format, ...)
{
    char message[1024];
    kf_fl_text xml = {0};
    bool bad = status == 400 || status == 412;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    kf_fl_puts(&xml, KF_JB_HEAD "\n<response>\n    ");
    kf_jb_tag(&xml, "status", bad ? "BAD_REQUEST" : "FAILURE");
    kf_fl_puts(&xml, "\n    ");
    kf_jb_tag(&xml, "url", call->target);
    kf_fl_puts(&xml, "\n    ");
    kf_jb_tag(&xml, "error", message[0] == '\0' ? NULL : message);
    if (!bad) {
        kf_fl_printf(&xml, "\n    <stackTrace>%s: ", exception_of(status));
        kf_jb_escape(&xml, message);
        kf_fl_puts(&xml, "\n\tat org.kie.services.remote.rest.ResourceBase.doRestOperation(ResourceBase.java:98)\n"
                         "\tat java.base/java.lang.Thread.run(Thread.java:840)\n</stackTrace>");
    }
    kf_fl_puts(&xml, "\n</response>\n");
    set_reply(call, status, &xml, wants_json(call) ? "application/json" : "application/xml");
}

static void error(kf_sb_call *call, int status, const char *code, const char *message)
{
    (void)code;
    kf_jb_error(call, status, "%s", message);
}

static void reply_page(kf_sb_call *call, int status, const char *reason)
{
    kf_fl_text page = {0};
    kf_fl_printf(
        &page,
        "<!doctype html><html lang=\"en\"><head><title>HTTP Status %d – %s</title></head><body><h1>HTTP Status "
        "%d – %s</h1><hr class=\"line\" /><p><b>Type</b> Status Report</p></body></html>",
        status, reason, status, reason);
    set_reply(call, status, &page, "text/html;charset=utf-8");
}

/* The login */

const kf_jb_user *kf_jb_caller(const kf_sb_call *call)
{
    const kf_jbpm *jbpm = call->sandbox->jbpm;
    const char *given = kf_sb_request_header(call, "Authorization");
    for (size_t i = 0; i < kf_jb_user_count; i++) {
        if (kf_sb_authorized(given, jbpm->authorizations[i]))
            return &kf_jb_users[i];
    }
    return NULL;
}

static void check_login(kf_sb_call *call)
{
    const kf_jb_user *user = kf_jb_caller(call);
    if (user == NULL) {
        reply_page(call, 401, "Unauthorized");
        kf_sb_header(call, "WWW-Authenticate", "Basic realm=\"Authentication required\"");
    } else if (!user->may) {
        reply_page(call, 403, "Forbidden");
    }
}

/* The operation */

static void no_such_resource(kf_sb_call *call)
{
    const char *host = kf_sb_request_header(call, "Host");
    const char *path = call->target + strlen(KF_JB_BASE);
    kf_jb_error(call, 404, "Could not find resource for relative : %.*s of full path: http://%.60s%.300s",
                (int)strcspn(path, "?"), path, host == NULL ? "127.0.0.1" : host, call->target);
}

/* Whether a path's value has the form that the server's own template asks for. It is raw. */
static bool fits(const char *name, const char *value)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char *const numbers[] = {"procInstId", "workItemId", "taskId", "contentId"};
    size_t length = strlen(value), colons = 0;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (strcmp(name, numbers[i]) == 0)
            return *value != '\0' && strspn(value + (*value == '-'), "0123456789") == length - (*value == '-');
    }
    for (size_t i = 0; i < length; i++) {
        colons += value[i] == ':';
        if (strchr(word, value[i]) == NULL && strchr("-:.", value[i]) == NULL &&
            (value[i] != '_' || strcmp(name, "nodeId") == 0))
            return false;
    }
    return strcmp(name, "deploymentId") != 0 || (colons >= 2 && colons <= 4);
}

static void no_resource_yet(kf_sb_call *call) /* of later releases */
{
    no_such_resource(call);
}

/* Finds the operation; false: the answer is in the call. */
static bool find_operation(kf_sb_call *call)
{
    size_t count, length = strlen(call->path);
    bool other_method = false;
    if (length > 1 && call->path[length - 1] == '/')
        call->path[length - 1] = '\0';
    if (strncmp(call->path, "/task/", 6) == 0) { /* "/task/5/CLAIM" */
        for (char *c = strrchr(call->path, '/'); *c != '\0'; c++)
            *c = (char)tolower((unsigned char)*c);
    }
    for (size_t i = 0; i < jbpm_service.operation_count && call->operation == NULL; i++) {
        const kf_operation *operation = &jbpm_service.operations[i];
        if (!kf_sb_match(operation->path, call->path, NULL, &count))
            continue;
        if (strcmp(operation->method, call->method) == 0)
            call->operation = operation;
        else
            other_method = other_method || kf_sb_handler_of(&kf_jb_service, operation->name) != no_resource_yet;
    }
    if (call->operation != NULL) {
        kf_sb_match(call->operation->path, call->path, call->values, &call->value_count);
        const kf_type *names = call->operation->path_parameters;
        for (size_t i = 0; i < call->value_count; i++) {
            if (!fits(names->fields[i].name, call->values[i])) {
                no_such_resource(call);
                return false;
            }
        }
        return true;
    }
    const char *last = strrchr(call->path, '/');
    bool content = last != NULL && strcmp(last, "/content") == 0 && strcmp(call->method, "POST") == 0;
    if (content)
        kf_jb_error(call, 400, "Unsupported operation: %.300s", call->path);
    else if (other_method)
        kf_jb_error(call, 405, "No resource method found for %s, return 405 with Allow header", call->method);
    else if (strncmp(call->path, "/task/", 6) == 0 && strcmp(call->method, "POST") == 0 && last > call->path + 5 &&
             strspn(call->path + 6, "0123456789") == (size_t)(last - call->path - 6))
        kf_jb_error(call, 400, "Operation '%.200s' is not supported on tasks.", last + 1);
    else
        no_such_resource(call);
    return false;
}

static void route(kf_sb_call *call)
{
    bool broken;
    if (!kf_sb_is_below(call->target, KF_JB_BASE)) { /* known by its login only: another application's */
        reply_page(call, 404, "Not Found");
        return;
    }
    if (!kf_sb_cut_path(call, strlen(KF_JB_BASE)))
        return;
    if (find_operation(call))
        kf_sb_record_operation(call);
    kf_sb_parse_query(call, &broken);
    check_login(call); /* last: nothing is told to strangers */
}

static bool knows(const kf_sb_call *call)
{
    return kf_jb_caller(call) != NULL;
}

/* An operation of tasks and processes needs its deployment. */
static bool check_deployment(kf_sb_call *call)
{
    if (strncmp(call->operation->path, "/runtime/", 9) != 0 || strcmp(call->values[0], KF_SANDBOX_JBPM_DEPLOYMENT) == 0)
        return true;
    kf_jb_error(call, 400, "No runtime manager could be found for deployment '%s'.", call->values[0]);
    return false;
}

static void dispatch(kf_sb_call *call)
{
    kf_jbpm *jbpm = call->sandbox->jbpm;
    locale_t former = uselocale(call->sandbox->flowable->locale); /* decimal points, whatever the program prefers */
    kf_sb_handler handler = kf_sb_handler_of(&kf_jb_service, call->operation->name);
    if (handler == no_resource_yet || check_deployment(call))
        handler(call);
    if (jbpm->no_memory)
        kf_sb_no_memory(call);
    jbpm->no_memory = false;
    uselocale(former);
}

static const kf_sb_binding routes[] = {
    {"executeRuntimeCommands", kf_jb_execute},
    {"executeTaskCommands", kf_jb_execute},
    {"startProcess", kf_jb_start_process},
    {"startProcessWithVars", kf_jb_start_process},
    {"getProcessInstance", kf_jb_get_instance},
    {"getProcessInstanceWithVars", kf_jb_get_instance},
    {"signalProcessInstance", kf_jb_signal_instance},
    {"signalProcessInstanceWithVars", kf_jb_signal_instance},
    {"abortProcessInstance", kf_jb_abort_instance},
    {"getProcessInstanceVariables", kf_jb_get_variables},
    {"signalEvent", kf_jb_signal_all},
    {"getWorkItem", kf_jb_get_work},
    {"completeWorkItem", kf_jb_complete_work},
    {"abortWorkItem", kf_jb_abort_work},
    {"clearHistory", kf_jb_clear},
    {"listProcessInstanceLogs", kf_jb_list_instance_logs},
    {"getProcessInstanceLog", kf_jb_get_instance_log},
    {"listChildLogs", kf_jb_list_instance_logs},
    {"listProcessLogs", kf_jb_list_instance_logs},
    {"listNodeLogs", kf_jb_list_logs},
    {"listNodeLogsById", kf_jb_list_logs},
    {"listVariableLogs", kf_jb_list_logs},
    {"listVariableLogsById", kf_jb_list_logs},
    {"listVariableHistory", kf_jb_list_logs},
    {"listVariableValueHistory", kf_jb_list_logs},
    {"listVariableProcessInstances", kf_jb_list_instances},
    {"listVariableValueProcessInstances", kf_jb_always_broken},
    {"getContent", kf_jb_get_content},
    {"queryTasks", kf_jb_query_tasks},
    {"getTask", kf_jb_get_task},
    {"getTaskContent", kf_jb_get_task_content},
    {"activateTask", kf_jb_operate_task},
    {"claimTask", kf_jb_operate_task},
    {"claimNextAvailableTask", kf_jb_claim_next},
    {"exitTask", kf_jb_operate_task},
    {"releaseTask", kf_jb_operate_task},
    {"resumeTask", kf_jb_operate_task},
    {"skipTask", kf_jb_operate_task},
    {"startTask", kf_jb_operate_task},
    {"stopTask", kf_jb_operate_task},
    {"suspendTask", kf_jb_operate_task},
    {"completeTask", kf_jb_operate_task},
    {"failTask", kf_jb_operate_task},
    {"delegateTask", kf_jb_operate_task},
    {"forwardTask", kf_jb_operate_task},
    {"nominateTask", kf_jb_nominate},
    {"executeAtRoot", no_resource_yet},
    {"clearHistoryAtRoot", no_resource_yet},
    {"listProcessInstanceLogsAtRoot", no_resource_yet},
    {"getProcessInstanceLogAtRoot", no_resource_yet},
    {"listChildLogsAtRoot", no_resource_yet},
    {"listNodeLogsAtRoot", no_resource_yet},
    {"listNodeLogsByIdAtRoot", no_resource_yet},
    {"listVariableLogsAtRoot", no_resource_yet},
    {"listVariableLogsByIdAtRoot", no_resource_yet},
    {"listProcessLogsAtRoot", no_resource_yet},
    {"listVariableHistoryAtRoot", no_resource_yet},
    {"listVariableValueHistoryAtRoot", no_resource_yet},
    {"listVariableProcessInstancesAtRoot", no_resource_yet},
    {"listVariableValueProcessInstancesAtRoot", no_resource_yet},
    {"getProcessDefinition", no_resource_yet},
    {"getProcessStartForm", no_resource_yet},
    {"getProcessInstanceVariable", no_resource_yet},
    {"getTaskForm", no_resource_yet},
    {"clearTaskHistory", no_resource_yet},
    {"queryTaskSummaries", no_resource_yet},
    {"queryTasksWithVariables", no_resource_yet},
    {"queryProcessInstances", no_resource_yet},
    {"listDeployments", no_resource_yet},
    {"listProcessDefinitions", no_resource_yet},
    {"getDeployment", no_resource_yet},
    {"listDeploymentProcessDefinitions", no_resource_yet},
    {"deploy", no_resource_yet},
    {"undeploy", no_resource_yet},
    {"activateDeployment", no_resource_yet},
    {"deactivateDeployment", no_resource_yet},
};

const kf_sb_service kf_jb_service = {
    .service = &jbpm_service,
    .bases = {KF_JB_BASE},
    .routes = routes,
    .route_count = sizeof(routes) / sizeof(routes[0]),
    .knows = knows,
    .route = route,
    .dispatch = dispatch,
    .error = error,
};
