/* Executing commands, and telling which part of the answer belongs to which of them. */
#include "core/fail.h"
#include "services/jbpm/command.h"

#include <stdlib.h>
#include <string.h>

typedef struct item {
    jbpm_command_kind kind;
    jbpm_outcome outcome;
    const jbpm_command_result *result; /* in the response */
} item;

struct jbpm_results {
    jbpm_command_response *response;
    size_t count;
    item items[];
};

void jbpm_results_free(jbpm_results *results)
{
    if (results == NULL)
        return;
    jbpm_command_response_free(results->response);
    free(results);
}

size_t jbpm_results_count(const jbpm_results *results)
{
    return results != NULL ? results->count : 0;
}

static const item *item_at(const jbpm_results *results, size_t place)
{
    return place < jbpm_results_count(results) ? &results->items[place] : NULL;
}

jbpm_outcome jbpm_results_outcome(const jbpm_results *results, size_t place)
{
    const item *found = item_at(results, place);
    return found != NULL ? found->outcome : JBPM_OUTCOME_UNKNOWN;
}

const jbpm_command_result *jbpm_results_at(const jbpm_results *results, size_t place)
{
    const item *found = item_at(results, place);
    return found != NULL ? found->result : NULL;
}

const jbpm_command_response *jbpm_results_response(const jbpm_results *results)
{
    return results != NULL ? results->response : NULL;
}

static kf_status fail(const item *found, size_t place, kf_status status, const char *problem, kf_error *error)
{
    const char *kind = jbpm_command_kind_text(found->kind);
    if (error != NULL)
        error->http_status = 200;
    return kf_fail(error, status, "command %zu (%s): %s", place + 1, kind != NULL ? kind : "unknown", problem);
}

kf_status jbpm_results_error(const jbpm_results *results, size_t place, kf_error *error)
{
    const item *found = item_at(results, place);
    kf_error_clear(error);
    if (found == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "there are %zu results", jbpm_results_count(results));
    switch (found->outcome) {
    case JBPM_OUTCOME_FAILED: {
        const jbpm_exception_result *exception = jbpm_command_result_as_exception_result(found->result);
        const char *message = exception != NULL && exception->message != NULL ? exception->message : "an exception";
        if (error != NULL) {
            KF_COPY_TEXT(error->server_message, message, strlen(message));
            KF_COPY_TEXT(error->server_code, "FAILURE", 7);
        }
        return fail(found, place, KF_ERROR_REJECTED, message, error);
    }
    case JBPM_OUTCOME_IGNORED:
        return fail(found, place, KF_ERROR_REJECTED, "the server does not know it and passed over it", error);
    case JBPM_OUTCOME_UNKNOWN:
        if (error != NULL)
            error->may_have_acted = true;
        return fail(found, place, KF_ERROR_DECODE, "the answer does not tell what came of it", error);
    default:
        return KF_OK;
    }
}

/* The query at the end. One that is known to be answered by the release, whatever there is in the server. */
static const char mark_6_0[] = "GetTasksByProcessInstanceIdCommand";
static const char mark_later[] = "GetProcessIdsCommand";

/* How many commands before it the server has read; `count` + 1 when the answer does not tell. */
static size_t read_before_mark(const jbpm_commands *commands, const jbpm_command_response *response)
{
    const char *mark = commands->profile == JBPM_6_0 ? mark_6_0 : mark_later;
    const jbpm_command_result *last = NULL;
    for (size_t i = 0; i < response->results_count; i++) {
        const jbpm_command_result *result = response->results[i];
        if (result != NULL && result->index.presence == KF_SET && result->index.value >= 0 &&
            (last == NULL || result->index.value > last->index.value))
            last = result;
    }
    bool found = last != NULL && last->command_name != NULL && strcmp(last->command_name, mark) == 0;
    return found && (size_t)last->index.value <= commands->count ? (size_t)last->index.value : commands->count + 1;
}

static const jbpm_command_result *result_with_index(const jbpm_command_response *response, size_t index)
{
    for (size_t i = 0; i < response->results_count; i++) {
        const jbpm_command_result *result = response->results[i];
        if (result != NULL && result->index.presence == KF_SET && result->index.value >= 0 &&
            (size_t)result->index.value == index)
            return result;
    }
    return NULL;
}

/* The next result without index of that kind, of that process instance if it is the log of one; `*from` moves on. */
static const jbpm_command_result *next_without_index(const jbpm_command_response *response, size_t *from,
                                                     jbpm_command_result_kind kind, const jbpm_command *command)
{
    const kf_int64 *instance = NULL;
    if (kind == JBPM_COMMAND_RESULT_KIND_PROC_INST_LOG)
        instance = &((const jbpm_runtime_command *)command)->process_instance_id;
    for (size_t i = *from; i < response->results_count; i++) {
        const jbpm_command_result *result = response->results[i];
        if (result == NULL || result->kind != kind || result->index.presence == KF_SET)
            continue;
        const jbpm_process_instance_log *log = jbpm_command_result_as_process_instance_log(result);
        /* Of another instance: it belongs to a later command, and this one found nothing. */
        if (log != NULL && instance != NULL && log->process_instance_id.value != instance->value)
            return NULL;
        *from = i + 1;
        return result;
    }
    return NULL;
}

static void match(jbpm_results *results, const jbpm_commands *commands)
{
    const jbpm_command_response *response = results->response;
    size_t read = read_before_mark(commands, response);
    size_t later = 0;
    size_t index = 0;
    size_t lists = 0;
    size_t logs = 0;
    for (size_t i = 0; i < commands->count; i++)
        later += jbpm_command_is_later(commands->items[i]->kind);
    bool all = read == commands->count;
    bool none_later = !all && read + later == commands->count;
    for (size_t i = 0; i < commands->count; i++) {
        const jbpm_command *command = commands->items[i];
        item *found = &results->items[i];
        found->kind = command->kind;
        found->outcome = JBPM_OUTCOME_UNKNOWN;
        if (!all && !none_later)
            continue;
        if (none_later && jbpm_command_is_later(command->kind)) {
            found->outcome = JBPM_OUTCOME_IGNORED;
            continue;
        }
        jbpm_due due = jbpm_command_due(command->kind);
        found->result = result_with_index(response, index++);
        if (found->result == NULL && due == JBPM_DUE_LOGS)
            found->result = next_without_index(response, &lists, JBPM_COMMAND_RESULT_KIND_HISTORY_LOG_LIST, command);
        if (found->result == NULL && due == JBPM_DUE_LOG)
            found->result = next_without_index(response, &logs, JBPM_COMMAND_RESULT_KIND_PROC_INST_LOG, command);
        if (found->result != NULL)
            found->outcome =
                found->result->kind == JBPM_COMMAND_RESULT_KIND_EXCEPTION ? JBPM_OUTCOME_FAILED : JBPM_OUTCOME_RESULT;
        else if (due == JBPM_DUE_NOTHING)
            found->outcome = JBPM_OUTCOME_DONE;
        else if (due == JBPM_DUE_PERHAPS || due == JBPM_DUE_LOG)
            found->outcome = JBPM_OUTCOME_EMPTY;
    }
}

static kf_status send(kf_client *client, const jbpm_commands *commands, const jbpm_command **all,
                      jbpm_command_response **response, kf_error *error)
{
    bool old = commands->profile == JBPM_6_0;
    const jbpm_task_command mark_of_tasks = {.kind = JBPM_COMMAND_KIND_GET_TASKS_BY_PROCESSINSTANCEID,
                                             .process_instance_id = KF_INT64(0)};
    const jbpm_runtime_command mark_of_processes = {.kind = JBPM_COMMAND_KIND_GET_PROCESS_IDS};
    jbpm_command_request request = {.deployment_id = commands->deployment_id,
                                    .ver = old ? "1" : "6.2.0.1",
                                    .user = old ? NULL : commands->user,
                                    .commands = all,
                                    .commands_count = commands->count + 1};
    if (commands->process_instance_id != 0)
        request.process_instance_id = KF_INT64(commands->process_instance_id);
    for (size_t i = 0; i < commands->count; i++)
        all[i] = commands->items[i];
    all[commands->count] = old ? (const jbpm_command *)&mark_of_tasks : (const jbpm_command *)&mark_of_processes;
    if (!old)
        return jbpm_execute_at_root(client, &request, response, error);
    if (commands->deployment_id == NULL)
        return jbpm_execute_task_commands(client, &request, response, error);
    return jbpm_execute_runtime_commands(client, commands->deployment_id, &request, response, error);
}

kf_status jbpm_commands_execute(kf_client *client, const jbpm_commands *commands, jbpm_results **results,
                                kf_error *error)
{
    kf_error_clear(error);
    if (results != NULL)
        *results = NULL;
    if (results == NULL || jbpm_commands_count(commands) == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "there are no commands, or the place for the results is NULL");
    size_t count = commands->count;
    const jbpm_command **all = calloc(count + 1, sizeof *all);
    jbpm_results *made = calloc(1, sizeof *made + count * sizeof *made->items);
    kf_status status = all != NULL && made != NULL ? KF_OK : kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    if (status == KF_OK)
        status = send(client, commands, all, &made->response, error);
    free(all);
    if (status == KF_OK && made->response == NULL)
        status = kf_fail(error, KF_ERROR_DECODE, "the answer is empty");
    if (status != KF_OK) {
        free(made);
        return status;
    }
    made->count = count;
    match(made, commands);
    *results = made;
    return KF_OK;
}
