#include "core/fail.h"
#include "services/jbpm/argument.h"
#include "services/jbpm/command.h"

#include <stdlib.h>
#include <string.h>

static const char no_memory[] = "memory ran out";

kf_status jbpm_commands_new(jbpm_profile profile, const char *deployment_id, const char *user, jbpm_commands **commands,
                            kf_error *error)
{
    kf_error_clear(error);
    if (commands == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the place for the commands is NULL");
    *commands = NULL;
    if (profile != JBPM_6_0 && user == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "jBPM wants the user from 6.2 on");
    jbpm_commands *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, no_memory);
    made->profile = profile;
    if ((deployment_id != NULL && (made->deployment_id = strdup(deployment_id)) == NULL) ||
        (user != NULL && (made->user = strdup(user)) == NULL)) {
        jbpm_commands_free(made);
        return kf_fail(error, KF_ERROR_MEMORY, no_memory);
    }
    *commands = made;
    return KF_OK;
}

void jbpm_commands_free(jbpm_commands *commands)
{
    if (commands == NULL)
        return;
    for (size_t i = 0; i < commands->count; i++)
        jbpm_command_free(commands->items[i]);
    free(commands->items);
    free(commands->deployment_id);
    free(commands->user);
    free(commands);
}

size_t jbpm_commands_count(const jbpm_commands *commands)
{
    return commands != NULL ? commands->count : 0;
}

void jbpm_commands_set_process_instance(jbpm_commands *commands, int64_t process_instance_id)
{
    if (commands != NULL)
        commands->process_instance_id = process_instance_id;
}

static bool reserve(jbpm_commands *commands)
{
    if (commands->count < commands->room)
        return true;
    size_t room = commands->room == 0 ? 8 : commands->room * 2;
    jbpm_command **items = room <= SIZE_MAX / sizeof *items ? realloc(commands->items, room * sizeof *items) : NULL;
    if (items == NULL)
        return false;
    commands->items = items;
    commands->room = room;
    return true;
}

kf_status jbpm_commands_add(jbpm_commands *commands, const jbpm_command *command, kf_error *error)
{
    void *copy;
    kf_error_clear(error);
    if (commands == NULL || command == NULL || command->kind == JBPM_COMMAND_KIND_UNSPECIFIED)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the commands or the command is NULL, or it has no kind");
    const char *problem = commands->profile == JBPM_6_0 ? jbpm_command_problem_6_0(command->kind) : NULL;
    if (problem != NULL) {
        const char *kind = jbpm_command_kind_text(command->kind);
        return kf_fail(error, KF_ERROR_ARGUMENT, "the command %s %s", kind != NULL ? kind : "", problem);
    }
    kf_status status = kf_model_clone(&jbpm_command_schema, command, &copy, error);
    if (status != KF_OK)
        return status;
    if (!reserve(commands)) {
        kf_model_free(copy);
        return kf_fail(error, KF_ERROR_MEMORY, no_memory);
    }
    commands->items[commands->count++] = copy;
    return KF_OK;
}

/* Typed values as a command has them; all in one block. */
typedef struct named_values {
    jbpm_named_value *items; /* NULL for none */
    jbpm_value *values;
} named_values;

static void free_values(named_values *named)
{
    free(named->items);
}

/* The texts of numbers, each terminated, behind the structs. Strings are borrowed. */
static kf_status make_values(const jbpm_argument *arguments, size_t count, named_values *named, kf_error *error)
{
    kf_buffer texts = {0};
    *named = (named_values){0};
    kf_error_clear(error);
    kf_status status = jbpm_arguments_check(arguments, count, error);
    if (status != KF_OK || count == 0)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (arguments[i].type != JBPM_VARIABLE_TYPE_STRING) {
            jbpm_argument_put(&arguments[i], &texts);
            kf_buffer_append(&texts, "", 1);
        }
    }
    size_t each = sizeof *named->items + sizeof *named->values;
    if (!texts.failed && count <= (SIZE_MAX - texts.length) / each)
        named->items = calloc(1, count * each + texts.length);
    if (named->items == NULL) {
        status = kf_fail(error, KF_ERROR_MEMORY, no_memory);
        goto done;
    }
    named->values = (jbpm_value *)(named->items + count);
    char *at = (char *)(named->values + count);
    if (texts.length > 0)
        memcpy(at, texts.data, texts.length);
    for (size_t i = 0; i < count; i++) {
        named->items[i].key = arguments[i].name;
        named->items[i].value = &named->values[i];
        named->values[i].type = jbpm_argument_xml_type(&arguments[i]);
        named->values[i].text = arguments[i].text;
        if (arguments[i].type != JBPM_VARIABLE_TYPE_STRING) {
            named->values[i].text = at;
            at += strlen(at) + 1;
        }
    }
done:
    kf_buffer_free(&texts);
    return status;
}

static kf_status missing(const char *what, kf_error *error)
{
    kf_error_clear(error);
    return kf_fail(error, KF_ERROR_ARGUMENT, "the %s is NULL, or has a character that XML cannot hold", what);
}

static kf_status add_runtime(jbpm_commands *commands, const jbpm_runtime_command *command, kf_error *error)
{
    return jbpm_commands_add(commands, (const jbpm_command *)command, error);
}

/* Processes and work items */

kf_status jbpm_commands_start_process(jbpm_commands *commands, const char *process_id, const jbpm_argument *arguments,
                                      size_t count, kf_error *error)
{
    named_values named;
    if (process_id == NULL || !jbpm_fits_xml(process_id))
        return missing("process", error);
    kf_status status = make_values(arguments, count, &named, error);
    const jbpm_runtime_command command = {.kind = JBPM_COMMAND_KIND_START_PROCESS,
                                          .process_id = process_id,
                                          .parameter = named.items,
                                          .parameter_count = count};
    if (status == KF_OK)
        status = add_runtime(commands, &command, error);
    free_values(&named);
    return status;
}

static kf_status add_instance(jbpm_commands *commands, jbpm_command_kind kind, int64_t process_instance_id,
                              kf_error *error)
{
    const jbpm_runtime_command command = {.kind = kind, .process_instance_id = KF_INT64(process_instance_id)};
    return add_runtime(commands, &command, error);
}

kf_status jbpm_commands_get_process_instance(jbpm_commands *commands, int64_t process_instance_id, kf_error *error)
{
    return add_instance(commands, JBPM_COMMAND_KIND_GET_PROCESS_INSTANCE, process_instance_id, error);
}

kf_status jbpm_commands_abort_process_instance(jbpm_commands *commands, int64_t process_instance_id, kf_error *error)
{
    return add_instance(commands, JBPM_COMMAND_KIND_ABORT_PROCESS_INSTANCE, process_instance_id, error);
}

kf_status jbpm_commands_set_variables(jbpm_commands *commands, int64_t process_instance_id,
                                      const jbpm_argument *arguments, size_t count, kf_error *error)
{
    named_values named;
    kf_status status = make_values(arguments, count, &named, error);
    const jbpm_runtime_command command = {.kind = JBPM_COMMAND_KIND_SET_PROCESS_INSTANCE_VARS,
                                          .process_instance_id = KF_INT64(process_instance_id),
                                          .variables = named.items,
                                          .variables_count = count};
    if (status == KF_OK)
        status = add_runtime(commands, &command, error);
    free_values(&named);
    return status;
}

kf_status jbpm_commands_signal_event(jbpm_commands *commands, int64_t process_instance_id, const char *signal,
                                     const jbpm_argument *event, kf_error *error)
{
    named_values named = {0};
    jbpm_argument carried = event != NULL ? *event : (jbpm_argument){0};
    carried.name = "event";
    if (signal == NULL || !jbpm_fits_xml(signal))
        return missing("signal", error);
    kf_status status = event != NULL ? make_values(&carried, 1, &named, error) : KF_OK;
    jbpm_runtime_command command = {
        .kind = JBPM_COMMAND_KIND_SIGNAL_EVENT, .event_type = signal, .event = named.values};
    if (process_instance_id != 0)
        command.instance_id = KF_INT64(process_instance_id);
    if (status == KF_OK)
        status = add_runtime(commands, &command, error);
    free_values(&named);
    return status;
}

kf_status jbpm_commands_get_work_item(jbpm_commands *commands, int64_t work_item_id, kf_error *error)
{
    const jbpm_runtime_command command = {.kind = JBPM_COMMAND_KIND_GET_WORKITEM,
                                          .work_item_id = KF_INT64(work_item_id)};
    return add_runtime(commands, &command, error);
}

kf_status jbpm_commands_complete_work_item(jbpm_commands *commands, int64_t work_item_id,
                                           const jbpm_argument *arguments, size_t count, kf_error *error)
{
    named_values named;
    kf_status status = make_values(arguments, count, &named, error);
    const jbpm_runtime_command command = {.kind = JBPM_COMMAND_KIND_COMPLETE_WORK_ITEM,
                                          .id = KF_INT64(work_item_id),
                                          .result = named.items,
                                          .result_count = count};
    if (status == KF_OK)
        status = add_runtime(commands, &command, error);
    free_values(&named);
    return status;
}

kf_status jbpm_commands_abort_work_item(jbpm_commands *commands, int64_t work_item_id, kf_error *error)
{
    const jbpm_runtime_command command = {.kind = JBPM_COMMAND_KIND_ABORT_WORK_ITEM, .id = KF_INT64(work_item_id)};
    return add_runtime(commands, &command, error);
}

/* Tasks */

static kf_status add_task(jbpm_commands *commands, jbpm_task_command *command, kf_error *error)
{
    command->user_id = commands != NULL ? commands->user : NULL;
    return jbpm_commands_add(commands, (const jbpm_command *)command, error);
}

static kf_status add_task_id(jbpm_commands *commands, jbpm_command_kind kind, int64_t task_id,
                             const jbpm_argument *arguments, size_t count, kf_error *error)
{
    named_values named;
    kf_status status = make_values(arguments, count, &named, error);
    jbpm_task_command command = {.kind = kind, .task_id = KF_INT64(task_id), .data = named.items, .data_count = count};
    if (status == KF_OK)
        status = add_task(commands, &command, error);
    free_values(&named);
    return status;
}

kf_status jbpm_commands_claim_task(jbpm_commands *commands, int64_t task_id, kf_error *error)
{
    return add_task_id(commands, JBPM_COMMAND_KIND_CLAIM_TASK, task_id, NULL, 0, error);
}

kf_status jbpm_commands_start_task(jbpm_commands *commands, int64_t task_id, kf_error *error)
{
    return add_task_id(commands, JBPM_COMMAND_KIND_START_TASK, task_id, NULL, 0, error);
}

kf_status jbpm_commands_release_task(jbpm_commands *commands, int64_t task_id, kf_error *error)
{
    return add_task_id(commands, JBPM_COMMAND_KIND_RELEASE_TASK, task_id, NULL, 0, error);
}

kf_status jbpm_commands_complete_task(jbpm_commands *commands, int64_t task_id, const jbpm_argument *arguments,
                                      size_t count, kf_error *error)
{
    return add_task_id(commands, JBPM_COMMAND_KIND_COMPLETE_TASK, task_id, arguments, count, error);
}

kf_status jbpm_commands_fail_task(jbpm_commands *commands, int64_t task_id, const jbpm_argument *arguments,
                                  size_t count, kf_error *error)
{
    kf_error_clear(error);
    if (commands != NULL && commands->profile == JBPM_6_0 && count > 0)
        return kf_fail(error, KF_ERROR_ARGUMENT,
                       "the command fail-task has no fault in jBPM 6.0, which would drop it; use jbpm_fail_task()");
    return add_task_id(commands, JBPM_COMMAND_KIND_FAIL_TASK, task_id, arguments, count, error);
}

kf_status jbpm_commands_get_task(jbpm_commands *commands, int64_t task_id, kf_error *error)
{
    return add_task_id(commands, JBPM_COMMAND_KIND_GET_TASK, task_id, NULL, 0, error);
}

kf_status jbpm_commands_get_content(jbpm_commands *commands, int64_t content_id, kf_error *error)
{
    bool old = commands != NULL && commands->profile == JBPM_6_0;
    jbpm_task_command command = {.kind = old ? JBPM_COMMAND_KIND_GET_CONTENT : JBPM_COMMAND_KIND_GET_CONTENT_BY_ID,
                                 .content_id = KF_INT64(content_id)};
    return add_task(commands, &command, error);
}

/* Statuses and language are spelled as the release does. */
static kf_status add_list(jbpm_commands *commands, jbpm_task_command *command, const char *language,
                          const jbpm_task_status_list *statuses, kf_error *error)
{
    if (language != NULL && !jbpm_fits_xml(language))
        return missing("language", error);
    if (commands != NULL && commands->profile == JBPM_6_0) {
        command->language = language != NULL ? language : "en-UK";
        command->status = statuses != NULL ? statuses->items : NULL;
        command->status_count = statuses != NULL ? statuses->count : 0;
    } else {
        command->statuses = statuses != NULL ? statuses->items : NULL;
        command->statuses_count = statuses != NULL ? statuses->count : 0;
    }
    return add_task(commands, command, error);
}

kf_status jbpm_commands_get_tasks_owned(jbpm_commands *commands, const char *language,
                                        const jbpm_task_status_list *statuses, kf_error *error)
{
    jbpm_task_command command = {.kind = JBPM_COMMAND_KIND_GET_TASKS_OWNED};
    return add_list(commands, &command, language, statuses, error);
}

kf_status jbpm_commands_get_tasks_as_potential_owner(jbpm_commands *commands, const char *language,
                                                     const jbpm_task_status_list *statuses, kf_error *error)
{
    jbpm_task_command command = {.kind = JBPM_COMMAND_KIND_GET_TASK_AS_POTENTIAL_OWNER};
    return add_list(commands, &command, language, statuses, error);
}

kf_status jbpm_commands_get_tasks_as_business_admin(jbpm_commands *commands, const char *language, kf_error *error)
{
    jbpm_task_command command = {.kind = JBPM_COMMAND_KIND_GET_TASK_AS_BUSINESS_ADMIN};
    return add_list(commands, &command, language, NULL, error);
}

kf_status jbpm_commands_get_task_ids(jbpm_commands *commands, int64_t process_instance_id, kf_error *error)
{
    bool old = commands != NULL && commands->profile == JBPM_6_0;
    jbpm_task_command command = {.kind = JBPM_COMMAND_KIND_GET_TASKS_BY_PROCESSINSTANCEID};
    *(old ? &command.process_instance_id : &command.instance_id) = KF_INT64(process_instance_id);
    return add_task(commands, &command, error);
}

kf_status jbpm_commands_get_tasks_of_instance(jbpm_commands *commands, int64_t process_instance_id,
                                              const char *language, const jbpm_task_status_list *statuses,
                                              kf_error *error)
{
    kf_error_clear(error);
    if (statuses == NULL || statuses->count == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "jBPM wants one status at least");
    jbpm_task_command command = {.kind = JBPM_COMMAND_KIND_GET_TASKS_BY_STATUS_BY_PROCESSINSTANCEID,
                                 .instance_id = KF_INT64(process_instance_id)};
    return add_list(commands, &command, language, statuses, error);
}

/* History: the id of a process instance has one name in 6.0.x and another one later, and each release passes over the
 * other. */

static kf_status add_find(jbpm_commands *commands, jbpm_command_kind kind, int64_t process_instance_id,
                          const char *node_id, const char *variable_id, kf_error *error)
{
    if (!jbpm_fits_xml(node_id) || !jbpm_fits_xml(variable_id))
        return missing("node or variable", error);
    const jbpm_runtime_command command = {.kind = kind,
                                          .process_instance_id = KF_INT64(process_instance_id),
                                          .instance_id = KF_INT64(process_instance_id),
                                          .node_id = node_id,
                                          .variable_id = variable_id};
    return add_runtime(commands, &command, error);
}

kf_status jbpm_commands_find_process_instances(jbpm_commands *commands, const char *process_id, kf_error *error)
{
    if (!jbpm_fits_xml(process_id))
        return missing("process", error);
    const jbpm_runtime_command command = {.kind = JBPM_COMMAND_KIND_FIND_PROCESS_INSTANCES, .process_id = process_id};
    return add_runtime(commands, &command, error);
}

kf_status jbpm_commands_find_active_process_instances(jbpm_commands *commands, const char *process_id, kf_error *error)
{
    if (process_id == NULL || !jbpm_fits_xml(process_id))
        return missing("process", error);
    const jbpm_runtime_command command = {.kind = JBPM_COMMAND_KIND_FIND_ACTIVE_PROCESS_INSTANCES,
                                          .process_id = process_id};
    return add_runtime(commands, &command, error);
}

kf_status jbpm_commands_find_process_instance(jbpm_commands *commands, int64_t process_instance_id, kf_error *error)
{
    return add_find(commands, JBPM_COMMAND_KIND_FIND_PROCESS_INSTANCE, process_instance_id, NULL, NULL, error);
}

kf_status jbpm_commands_find_subprocess_instances(jbpm_commands *commands, int64_t process_instance_id, kf_error *error)
{
    return add_find(commands, JBPM_COMMAND_KIND_FIND_SUBPROCESS_INSTANCES, process_instance_id, NULL, NULL, error);
}

kf_status jbpm_commands_find_node_instances(jbpm_commands *commands, int64_t process_instance_id, const char *node_id,
                                            kf_error *error)
{
    return add_find(commands, JBPM_COMMAND_KIND_FIND_NODE_INSTANCES, process_instance_id, node_id, NULL, error);
}

kf_status jbpm_commands_find_variable_instances(jbpm_commands *commands, int64_t process_instance_id,
                                                const char *variable_id, kf_error *error)
{
    return add_find(commands, JBPM_COMMAND_KIND_FIND_VARIABLE_INSTANCES, process_instance_id, NULL, variable_id, error);
}

kf_status jbpm_commands_find_variable_instances_by_name(jbpm_commands *commands, const char *variable_id,
                                                        const char *value, bool active, kf_error *error)
{
    if (variable_id == NULL || !jbpm_fits_xml(variable_id) || !jbpm_fits_xml(value))
        return missing("variable or its value", error);
    const jbpm_runtime_command command = {.kind = JBPM_COMMAND_KIND_FIND_VARIABLE_INSTANCES_BY_NAME,
                                          .variable_id = variable_id,
                                          .value = value,
                                          .active_processes = KF_BOOL(active)};
    return add_runtime(commands, &command, error);
}
