/* Several commands in one request. */
#include "jbpm.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* One command, and where its result goes. */
typedef struct kf_jb_command {
    kf_sb_call *call;
    kf_jbpm *jbpm;
    kf_fl_text *xml;
    size_t index;
    char name[64]; /* "ClaimTaskCommand" */
} kf_jb_command;

static void begin(const kf_jb_command *command, const char *element)
{
    kf_jb_begin(command->xml, element, command->name, command->index);
    kf_jb_tag(command->xml, "command-name", command->name);
}

static void end(const kf_jb_command *command, const char *element)
{
    kf_fl_printf(command->xml, "</%s>", element);
}

static void put_exception(const kf_jb_command *command, const char *exception, const char *cause, const char *message)
{
    char text[400];
    begin(command, "exception");
    snprintf(text, sizeof(text), "%s thrown with message '%s'", exception, message);
    kf_jb_tag(command->xml, "message", text);
    if (cause != NULL) {
        snprintf(text, sizeof(text), "%s thrown with message '%s'", cause, message);
        kf_jb_tag(command->xml, "causeMessage", text);
    }
    end(command, "exception");
}

static bool read_values(const kf_jb_command *command, const jbpm_named_value *values, size_t count, kf_jb_map *map)
{
    static const struct {
        const char *type;
        kf_jb_java java;
    } types[] = {
        {"xs:long", KF_JB_LONG}, {"xs:int", KF_JB_INTEGER}, {"xs:boolean", KF_JB_BOOLEAN}, {"xs:double", KF_JB_DOUBLE}};
    for (size_t i = 0; i < count; i++) {
        const jbpm_value *value = values[i].value;
        kf_jb_java java = KF_JB_STRING;
        if (values[i].key == NULL || value == NULL)
            continue;
        for (size_t j = 0; j < sizeof(types) / sizeof(types[0]); j++) {
            if (value->type != NULL && strcmp(value->type, types[j].type) == 0)
                java = types[j].java;
        }
        if (!kf_jb_put(command->jbpm, map, values[i].key, java, value->text == NULL ? "" : value->text))
            return false;
    }
    return true;
}

/* Commands on processes and work items */

static void start_process(const kf_jb_command *command, const jbpm_runtime_command *given)
{
    const char *id = given->process_id == NULL ? "null" : given->process_id;
    const kf_jb_model *model = kf_jb_model_of(id);
    kf_jb_map variables = {NULL, 0};
    char error[256];
    if (model == NULL || model->nodes[0].kind == KF_JB_BREAK) {
        kf_jb_start_error(model, id, command->jbpm, error);
        put_exception(command, model == NULL ? "IllegalArgumentException" : "WorkflowRuntimeException", NULL, error);
    } else if (read_values(command, given->parameter, given->parameter_count, &variables)) {
        const kf_jb_instance *instance =
            kf_jb_start(command->jbpm, model, &variables, kf_jb_caller(command->call)->name, NULL);
        if (instance != NULL) {
            begin(command, "process-instance");
            kf_jb_put_instance(command->xml, instance);
            end(command, "process-instance");
        }
    }
    kf_jb_map_free(&variables);
}

static void set_variables(const kf_jb_command *command, const jbpm_runtime_command *given, kf_jb_instance *instance)
{
    if (instance == NULL)
        put_exception(command, "NullPointerException", NULL, "the process instance is null");
    else
        read_values(command, given->variables, given->variables_count, &instance->variables);
}

static void signal(const kf_jb_command *command, const jbpm_runtime_command *given)
{
    const jbpm_value *event = given->event;
    kf_jb_instance *only = NULL;
    bool all = given->instance_id.presence != KF_SET || given->instance_id.value <= 0;
    if (!all)
        only = kf_jb_instance_of(command->jbpm, given->instance_id.value);
    const jbpm_named_value named = {.key = "event", .value = event};
    kf_jb_map map = {NULL, 0};
    if ((all || only != NULL) && given->event_type != NULL && read_values(command, &named, 1, &map))
        kf_jb_signal(command->jbpm, only, given->event_type, map.count > 0 ? map.values : NULL);
    kf_jb_map_free(&map);
}

static void end_work(const kf_jb_command *command, const jbpm_runtime_command *given, bool completed)
{
    kf_jb_work *work =
        kf_jb_work_of(command->jbpm, given->id.presence == KF_SET ? given->id.value : given->work_item_id.value);
    kf_jb_map results = {NULL, 0};
    if (work != NULL && (!completed || read_values(command, given->result, given->result_count, &results))) {
        work->open = false;
        kf_jb_finish(command->jbpm, work->instance, completed ? &results : NULL);
    }
    kf_jb_map_free(&results);
}

static void get_work(const kf_jb_command *command, const jbpm_runtime_command *given)
{
    const kf_jb_work *work = kf_jb_work_of(command->jbpm, given->work_item_id.value);
    if (work == NULL)
        return;
    begin(command, "work-item");
    kf_jb_put_work(command->xml, work);
    end(command, "work-item");
}

/* Lists of logs come without index and name. */
static void find_logs(const kf_jb_command *command, const jbpm_runtime_command *given)
{
    const kf_sb_vector *logs = &command->jbpm->logs;
    bool nodes = given->kind == JBPM_COMMAND_KIND_FIND_NODE_INSTANCES;
    const char *id, *name, *type;
    kf_fl_puts(command->xml, "<history-log-list>");
    for (size_t i = 0; i < logs->count; i++) {
        const kf_jb_log *log = logs->items[i];
        if ((log->name == NULL) != nodes || log->instance->id != given->process_instance_id.value)
            continue;
        kf_jb_log_node(log, &id, &name, &type);
        if (nodes ? given->node_id == NULL || strcmp(given->node_id, id) == 0
                  : given->variable_id == NULL || strcmp(given->variable_id, log->name) == 0)
            kf_jb_put_log(command->xml, log);
    }
    kf_fl_puts(command->xml, "</history-log-list>");
}

static void find_instances(const kf_jb_command *command, const jbpm_runtime_command *given)
{
    const kf_sb_vector *instances = &command->jbpm->instances;
    bool one = given->kind == JBPM_COMMAND_KIND_FIND_PROCESS_INSTANCE;
    kf_fl_puts(command->xml, one ? "" : "<history-log-list>");
    for (size_t i = 0; i < instances->count; i++) {
        const kf_jb_instance *instance = instances->items[i];
        if (!instance->forgotten &&
            (one ? instance->id == given->process_instance_id.value
                 : given->process_id == NULL || strcmp(given->process_id, instance->model->id) == 0))
            kf_jb_put_instance_log(command->xml, instance, one ? "proc-inst-log" : "process-instance-log");
    }
    kf_fl_puts(command->xml, one ? "" : "</history-log-list>");
}

static void on_process(const kf_jb_command *command, const jbpm_runtime_command *given)
{
    kf_jb_instance *instance = kf_jb_instance_of(command->jbpm, given->process_instance_id.value);
    char text[80];
    switch (given->kind) {
    case JBPM_COMMAND_KIND_START_PROCESS:
        start_process(command, given);
        break;
    case JBPM_COMMAND_KIND_GET_PROCESS_INSTANCE:
        if (instance == NULL)
            break;
        begin(command, "process-instance");
        kf_jb_put_instance(command->xml, instance);
        end(command, "process-instance");
        break;
    case JBPM_COMMAND_KIND_ABORT_PROCESS_INSTANCE:
        snprintf(text, sizeof(text), "Could not find process instance for id %lld",
                 (long long)given->process_instance_id.value);
        if (instance == NULL)
            put_exception(command, "IllegalArgumentException", NULL, text);
        else
            kf_jb_abort(command->jbpm, instance);
        break;
    case JBPM_COMMAND_KIND_SET_PROCESS_INSTANCE_VARS:
        set_variables(command, given, instance);
        break;
    case JBPM_COMMAND_KIND_SIGNAL_EVENT:
        signal(command, given);
        break;
    case JBPM_COMMAND_KIND_GET_WORKITEM:
        get_work(command, given);
        break;
    case JBPM_COMMAND_KIND_COMPLETE_WORK_ITEM:
    case JBPM_COMMAND_KIND_ABORT_WORK_ITEM:
        end_work(command, given, given->kind == JBPM_COMMAND_KIND_COMPLETE_WORK_ITEM);
        break;
    case JBPM_COMMAND_KIND_CLEAR_HISTORY_LOGS:
        kf_jb_clear_history(command->jbpm);
        break;
    case JBPM_COMMAND_KIND_FIND_NODE_INSTANCES:
    case JBPM_COMMAND_KIND_FIND_VARIABLE_INSTANCES:
        find_logs(command, given);
        break;
    case JBPM_COMMAND_KIND_FIND_PROCESS_INSTANCE:
    case JBPM_COMMAND_KIND_FIND_PROCESS_INSTANCES:
        find_instances(command, given);
        break;
    default: /* passed over without a word, as what the server does not know */
        break;
    }
}

/* Commands on tasks */

/* Whoever is named, whoever has logged in. */
static const kf_jb_user *user_of(const jbpm_task_command *given)
{
    for (size_t i = 0; i < kf_jb_user_count; i++) {
        if (given->user_id != NULL && strcmp(kf_jb_users[i].name, given->user_id) == 0)
            return &kf_jb_users[i];
    }
    return NULL;
}

static void operate(const kf_jb_command *command, const jbpm_task_command *given, const char *operation)
{
    kf_jb_task *task = kf_jb_task_of(command->jbpm, given->task_id.value);
    const kf_jb_user *user = user_of(given);
    kf_jb_map results = {NULL, 0};
    char error[256];
    if (task == NULL || user == NULL)
        put_exception(command, "IllegalArgumentException", NULL, "null source");
    else if (read_values(command, given->data, given->data_count, &results) &&
             kf_jb_operate(command->jbpm, task, operation, user, given->target_entity_id, &results, error) != 200)
        put_exception(command, "UnauthorizedException", "PermissionDeniedException", error);
    kf_jb_map_free(&results);
}

/* Of a user's own and possible tasks those with one of the statuses; without any, of the possible ones those that have
 * not ended. */
static bool listed(const jbpm_task_command *given, const kf_jb_task *task, const kf_jb_user *user)
{
    const bool owned = given->kind == JBPM_COMMAND_KIND_GET_TASKS_OWNED;
    bool found = false;
    for (size_t i = 0; i < given->status_count; i++)
        found = found || (int)given->status[i] == (int)task->status + 1;
    if (given->status_count > 0 ? !found : !owned && task->status >= KF_JB_COMPLETED)
        return false;
    if (owned)
        return user != NULL && task->owner != NULL && strcmp(task->owner, user->name) == 0;
    if (given->kind == JBPM_COMMAND_KIND_GET_TASKS_BY_STATUS_BY_PROCESSINSTANCEID)
        return task->instance->id == given->instance_id.value;
    return user != NULL && kf_jb_may_own(task, user);
}

static void list_tasks(const kf_jb_command *command, const jbpm_task_command *given)
{
    const kf_sb_vector *tasks = &command->jbpm->tasks;
    const kf_jb_user *user = user_of(given);
    begin(command, "task-summary-list");
    for (size_t i = 0; i < tasks->count && given->language != NULL; i++) { /* nothing has no language */
        if (listed(given, tasks->items[i], user))
            kf_jb_put_summary(command->xml, tasks->items[i]);
    }
    end(command, "task-summary-list");
}

static void list_ids(const kf_jb_command *command, const jbpm_task_command *given)
{
    begin(command, "long-list");
    for (size_t i = 0; i < command->jbpm->tasks.count; i++) {
        const kf_jb_task *task = command->jbpm->tasks.items[i];
        if (task->instance->id == given->process_instance_id.value)
            kf_jb_number(command->xml, "long", task->id);
    }
    end(command, "long-list");
}

static void get_content(const kf_jb_command *command, const jbpm_task_command *given)
{
    const kf_jb_content *content = kf_jb_content_of(command->jbpm, given->content_id.value);
    if (content == NULL)
        return;
    kf_jb_begin(command->xml, "content-response", command->name, command->index);
    kf_jb_put_content(command->xml, content);
    kf_jb_tag(command->xml, "command-name", command->name);
    end(command, "content-response");
}

static void on_task(const kf_jb_command *command, const jbpm_task_command *given)
{
    const char *kind = jbpm_command_kind_text(given->kind);
    char operation[32];
    switch (given->kind) {
    case JBPM_COMMAND_KIND_GET_TASK:
    case JBPM_COMMAND_KIND_GET_TASK_BY_WORKITEMID:
        put_exception(command, "ClassCastException", NULL,
                      "class org.jbpm.services.task.impl.model.xml.JaxbPeopleAssignments cannot be cast to class "
                      "org.kie.internal.task.api.model.InternalPeopleAssignments");
        break;
    case JBPM_COMMAND_KIND_GET_CONTENT:
        get_content(command, given);
        break;
    case JBPM_COMMAND_KIND_GET_TASKS_BY_PROCESSINSTANCEID:
        list_ids(command, given);
        break;
    case JBPM_COMMAND_KIND_GET_TASK_AS_POTENTIAL_OWNER:
    case JBPM_COMMAND_KIND_GET_TASKS_OWNED:
    case JBPM_COMMAND_KIND_GET_TASKS_BY_STATUS_BY_PROCESSINSTANCEID:
        list_tasks(command, given);
        break;
    default:
        snprintf(operation, sizeof(operation), "%.*s", (int)strcspn(kind, "-"), kind);
        if (kf_jb_is_operation(operation) && strcmp(kind + strlen(operation), "-task") == 0)
            operate(command, given, operation);
        break;
    }
}

/* "claim-task" is the ClaimTaskCommand. */
static void name_command(jbpm_command_kind kind, char name[64])
{
    const char *text = jbpm_command_kind_text(kind);
    size_t length = 0;
    bool upper = true;
    if (kind == JBPM_COMMAND_KIND_GET_TASK_AS_POTENTIAL_OWNER)
        text = "get-task-assigned-as-potential-owner";
    if (kind == JBPM_COMMAND_KIND_GET_WORKITEM)
        text = "get-work-item";
    if (kind == JBPM_COMMAND_KIND_GET_TASKS_BY_PROCESSINSTANCEID)
        text = "get-tasks-by-process-instance-id";
    for (; text != NULL && *text != '\0' && length < 50; text++) {
        if (*text != '-')
            name[length++] = (char)(upper ? toupper((unsigned char)*text) : *text);
        upper = *text == '-';
    }
    strcpy(name + length, "Command");
}

static bool same_media(const char *given, const char *wanted)
{
    size_t length = strlen(wanted);
    return given != NULL && strncmp(given, wanted, length) == 0 && (given[length] == '\0' || given[length] == ';');
}

static jbpm_command_request *read_request(kf_sb_call *call)
{
    void *request = NULL;
    kf_error error;
    const char *accept = kf_sb_request_header(call, "Accept");
    if (accept != NULL && strstr(accept, "xml") == NULL && strstr(accept, "*") == NULL) {
        kf_jb_error(call, 406, "No match for accept header");
        return NULL;
    }
    if (!same_media(kf_sb_request_header(call, "Content-Type"), "application/xml")) {
        kf_jb_error(call, 500, "Cannot consume content type");
        return NULL;
    }
    if (call->body_length == 0) {
        kf_jb_error(call, 500,
                    "Cannot invoke \"org.kie.services.client.serialization.jaxb.impl.JaxbCommandsRequest."
                    "getDeploymentId()\" because \"request\" is null");
        return NULL;
    }
    kf_status status =
        kf_model_decode_xml(&jbpm_command_request_schema, call->body, call->body_length, &request, &error);
    if (status == KF_ERROR_MEMORY)
        kf_sb_no_memory(call);
    else if (status != KF_OK)
        kf_jb_error(call, 500, "%s", ""); /* what is wrong stands in the stack trace only */
    return request;
}

void kf_jb_execute(kf_sb_call *call)
{
    kf_fl_text xml = {0};
    jbpm_command_request *request = read_request(call);
    if (request == NULL)
        return;
    bool deployed = request->deployment_id != NULL && strcmp(request->deployment_id, KF_SANDBOX_JBPM_DEPLOYMENT) == 0;
    kf_fl_puts(&xml, KF_JB_HEAD "<command-response>");
    kf_jb_tag(&xml, "deployment-id", request->deployment_id);
    for (size_t i = 0; i < request->commands_count; i++) {
        const jbpm_command *given = request->commands[i];
        kf_jb_command command = {.call = call, .jbpm = call->sandbox->jbpm, .xml = &xml, .index = i};
        const jbpm_runtime_command *on_instance = jbpm_command_as_runtime_command(given);
        const jbpm_task_command *task = jbpm_command_as_task_command(given);
        name_command(given->kind, command.name);
        if (task != NULL)
            on_task(&command, task);
        else if (on_instance != NULL && deployed)
            on_process(&command, on_instance);
        else if (on_instance != NULL)
            put_exception(&command, "NullPointerException", NULL, "there is no such deployment");
    }
    kf_fl_puts(&xml, "</command-response>");
    jbpm_command_request_free(request);
    kf_jb_reply(call, &xml);
}
