#include "services/jbpm/errors.h"

#include "model/codec.h"

#include <string.h>

/* Texts of the server in 6.0.1 and 6.4. Of a text that was too long for kf_error only the middle is missing, and these
 * stand at either end. The first that is found counts. */
static const struct {
    const char *words;
    jbpm_error_kind kind;
} known[] = {
    {"No runtime manager could be found", JBPM_ERROR_DEPLOYMENT}, /* 6.0.1 */
    {"DeploymentNotFoundException", JBPM_ERROR_DEPLOYMENT}, /* 6.4, in results of commands */
    {"Unknown process ID", JBPM_ERROR_PROCESS},
    {"Unable to retrieve process instance", JBPM_ERROR_GONE}, /* 6.0.1 */
    {"Could not find process instance", JBPM_ERROR_GONE},
    {" could not be found.", JBPM_ERROR_GONE}, /* 6.0.1: task, content */
    {"' not found", JBPM_ERROR_GONE}, /* 6.4: task */
    {"null source", JBPM_ERROR_GONE}, /* 6.0.1: a task that is claimed or delegated */
    {"WorkItem.getId()\" because", JBPM_ERROR_GONE}, /* 6.0.1 on a newer Java, as the next two: no work item, */
    {"\"logObj\" is null", JBPM_ERROR_GONE}, /* no log of a process instance, */
    {"because \"task\" is null", JBPM_ERROR_GONE}, /* no task that is nominated */
    {"can only be used on processes that will not complete", JBPM_ERROR_GONE}, /* 6.0.1: the instance, after a signal */
    {"No session found for context -1", JBPM_ERROR_REFUSED}, /* runtimeProcInstId is missing */
    {"No session found for context", JBPM_ERROR_GONE},
    {"JaxbPeopleAssignments", JBPM_ERROR_DEFECT}, /* 6.0.1: getTaskContent, get-task */
    {"Unknown @PathParam", JBPM_ERROR_DEFECT}, /* 6.0.1: listVariableValueProcessInstances */
    {"unexpected token: null near", JBPM_ERROR_DEFECT}, /* 6.0.1: queryTasks without parameters */
    {"Inprogress is not a valid status", JBPM_ERROR_DEFECT}, /* 6.0.1: queryTasks */
    {"Conflicting getter definitions", JBPM_ERROR_DEFECT}, /* 6.0.1: a task in JSON */
    {"should be handled but is not in JaxbCommandsResponse", JBPM_ERROR_DEFECT}, /* 6.0.1: get-process-ids */
    {"Could not find MessageBodyWriter", JBPM_ERROR_DEFECT}, /* 6.0.1: listDeployments in XML */
    {"PermissionDeniedException", JBPM_ERROR_PERMISSION}, /* 6.4 */
    {"does not have permissions to exec", JBPM_ERROR_PERMISSION},
    {"was unable to exec", JBPM_ERROR_PERMISSION},
    {"Could not find resource for relative", JBPM_ERROR_PATH},
    {"is not a valid status type", JBPM_ERROR_REFUSED}, /* 6.0.1 */
    {"Unable to determine Status", JBPM_ERROR_REFUSED}, /* 6.4 */
    {"id to load is required", JBPM_ERROR_REFUSED}, /* 6.0.1: a command without user */
};

jbpm_error_kind jbpm_words_classify(const char *words)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strstr(words, known[i].words) != NULL)
            return known[i].kind;
    return JBPM_ERROR_NONE;
}

/* Error bodies of jBPM's own have a status, those of the container or a proxy do not. */
static bool is_own(const kf_error *error)
{
    return *error->server_code != '\0';
}

/* 6.0.1 dereferences the work item or log that it did not find; an older Java has no words for that. */
static bool is_missing(const kf_error *error)
{
    bool looks = strcmp(error->operation, "jbpm.getWorkItem") == 0 ||
                 strcmp(error->operation, "jbpm.getProcessInstanceLog") == 0;
    return looks && *error->server_message == '\0';
}

static jbpm_error_kind of_answer(const kf_error *error)
{
    int http = error->http_status;
    if (http == 401 && !is_own(error)) /* 6.0.1 loses its way among calls at the same time, and then says that */
        return strstr(error->server_message, "Validation fails") != NULL ? JBPM_ERROR_SERVER : JBPM_ERROR_LOGIN;
    jbpm_error_kind kind = jbpm_words_classify(error->server_message);
    if (kind != JBPM_ERROR_NONE)
        return kind;
    switch (http) {
    case 200: /* a command, see jbpm_results_error(); or a task without content */
        if (error->status == KF_ERROR_NOT_FOUND)
            return JBPM_ERROR_GONE;
        return is_own(error) ? JBPM_ERROR_SERVER : JBPM_ERROR_REFUSED;
    case 401:
    case 409:
        return JBPM_ERROR_PERMISSION;
    case 403:
        return is_own(error) ? JBPM_ERROR_PERMISSION : JBPM_ERROR_ROLE;
    case 404:
        return is_own(error) ? JBPM_ERROR_GONE : JBPM_ERROR_ADDRESS;
    case 405: /* without a body; the paths of all operations are right for some release */
        return JBPM_ERROR_PATH;
    case 408:
    case 425:
    case 429:
        return JBPM_ERROR_SERVER;
    case 500:
        return is_own(error) && is_missing(error) ? JBPM_ERROR_GONE : JBPM_ERROR_SERVER;
    default: /* a redirect leads to another server, or to the form of a login */
        return http >= 500 ? JBPM_ERROR_SERVER : http >= 400 ? JBPM_ERROR_REFUSED : JBPM_ERROR_ADDRESS;
    }
}

jbpm_error_kind jbpm_error_classify(const kf_error *error)
{
    if (error == NULL || error->status == KF_OK)
        return JBPM_ERROR_NONE;
    if (error->status == KF_ERROR_AUTH && error->http_status == 0) /* the token provider */
        return JBPM_ERROR_LOGIN;
    switch (error->status) {
    case KF_ERROR_AUTH:
    case KF_ERROR_FORBIDDEN:
    case KF_ERROR_NOT_FOUND:
    case KF_ERROR_CONFLICT:
    case KF_ERROR_REJECTED:
    case KF_ERROR_THROTTLED:
    case KF_ERROR_SERVER:
        return of_answer(error);
    case KF_ERROR_CONNECT:
    case KF_ERROR_TLS:
    case KF_ERROR_TIMEOUT:
    case KF_ERROR_TRANSPORT:
        return error->may_have_acted ? JBPM_ERROR_NO_ANSWER : JBPM_ERROR_UNREACHABLE;
    case KF_ERROR_DECODE:
        if (strstr(error->message, KF_MODEL_UNTOLD) != NULL)
            return JBPM_ERROR_DEFECT;
        /* fall through */
    default: /* with a status, an answer that cannot be read */
        return error->may_have_acted || error->http_status != 0 ? JBPM_ERROR_NO_ANSWER : JBPM_ERROR_NOT_SENT;
    }
}

#define JSON "jBPM 6.0 leaves it out of its JSON; ask for XML, without prefer_json"
#define PATH "in jBPM 6.0 a path takes "
#define HISTORY_PATH PATH "no \"_\" here, and only ASCII letters, digits, \"-\", \":\" and \".\"; use "
#define START_PATH PATH "only ASCII letters, digits, \"-\", \"_\", \":\" and \".\"; use "

/* The way round what a release cannot do. */
static const struct {
    const char *operation;
    jbpm_error_kind kind;
    const char *text;
} advices[] = {
    {"jbpm.getTaskContent", JBPM_ERROR_DEFECT, "jBPM 6.0 always fails here; use jbpm_retrieve_task_content()"},
    {"jbpm.getProcessInstanceVariables", JBPM_ERROR_DEFECT,
     "jBPM 6.0 always loses the variables; use jbpm_get_process_instance_with_vars()"},
    {"jbpm.listVariableValueProcessInstances", JBPM_ERROR_DEFECT,
     "jBPM 6.0 always fails here; use jbpm_list_variable_value_history(), whose logs name the instances"},
    {"jbpm.getTask", JBPM_ERROR_DEFECT, JSON},
    {"jbpm.listVariableProcessInstances", JBPM_ERROR_DEFECT, JSON},
    {"jbpm.listDeployments", JBPM_ERROR_DEFECT, "jBPM 6.0 has this in JSON only; ask for it with prefer_json"},
    {"jbpm.startProcess", JBPM_ERROR_PATH, START_PATH "jbpm_commands_start_process()"},
    {"jbpm.startProcessWithVars", JBPM_ERROR_PATH, START_PATH "jbpm_commands_start_process()"},
    {"jbpm.listProcessLogs", JBPM_ERROR_PATH, HISTORY_PATH "jbpm_commands_find_process_instances()"},
    {"jbpm.listNodeLogsById", JBPM_ERROR_PATH, HISTORY_PATH "jbpm_commands_find_node_instances()"},
    {"jbpm.listVariableLogsById", JBPM_ERROR_PATH, HISTORY_PATH "jbpm_commands_find_variable_instances()"},
    {"jbpm.listVariableHistory", JBPM_ERROR_PATH, HISTORY_PATH "jbpm_commands_find_variable_instances_by_name()"},
    {"jbpm.listVariableValueHistory", JBPM_ERROR_PATH, HISTORY_PATH "jbpm_commands_find_variable_instances_by_name()"},
    {"jbpm.listVariableProcessInstances", JBPM_ERROR_PATH,
     HISTORY_PATH "jbpm_commands_find_variable_instances_by_name()"},
    {"jbpm.listVariableValueProcessInstances", JBPM_ERROR_PATH,
     HISTORY_PATH "jbpm_commands_find_variable_instances_by_name()"},
};

/* Three things of it do not work. */
static const char *advice_of_query(const kf_error *error)
{
    if (error->status == KF_ERROR_DECODE)
        return JSON;
    return error->http_status == 400 ? "jBPM 6.0 does not know the status InProgress here; leave it out, or use "
                                       "jbpm_commands_get_tasks_owned()"
                                     : "jBPM 6.0 cannot list all tasks; give one parameter at least";
}

const char *jbpm_error_advice(const kf_error *error)
{
    jbpm_error_kind kind = jbpm_error_classify(error);
    if (kind == JBPM_ERROR_DEFECT && strcmp(error->operation, "jbpm.queryTasks") == 0)
        return advice_of_query(error);
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
        if (advices[i].kind == kind && strcmp(error->operation, advices[i].operation) == 0)
            return advices[i].text;
    return NULL;
}
