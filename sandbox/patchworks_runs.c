/* Starting Patchworks' flows, their runs and what these log. */
#include "patchworks.h"

#include <stdlib.h>
#include <string.h>

static const char *const none[] = {NULL};
static const char *const run_filters[] = {"status", "started_after", "flow_id", NULL};
static const char *const run_sorts[] = {"id", "started_at", NULL};
static const char *const run_includes[] = {"flow", "flowVersion", NULL};

static bool run_fits(kf_sb_call *call, const cJSON *run, const char *filter, const char *value)
{
    (void)call;
    if (strcmp(filter, "started_after") == 0)
        return strcmp(kf_pw_text(run, "started_at"), value) > 0;
    return (int)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(run, filter)) == atoi(value);
}

const kf_pw_list kf_pw_run_list = {"flowRuns", run_filters, run_sorts, run_includes, run_fits, NULL};
const kf_pw_list kf_pw_log_list = {"flowRunLogs", NULL, none, none, NULL, NULL};

static bool add_log(kf_sandbox *sandbox, const cJSON *run, const char *message)
{
    cJSON *log = kf_pw_add(sandbox, sandbox->patchworks->logs);
    return log != NULL && kf_pw_set_number(log, "flow_run_id", kf_pw_id(run)) &&
           kf_pw_set_text(log, "message", message);
}

/* An object that asks for something: {"sandbox": "fail"}. */
static bool asks_for(const cJSON *payload, const char *what)
{
    const char *text = kf_pw_text(payload, "sandbox");
    return text != NULL && strcmp(text, what) == 0;
}

bool kf_pw_end_run(kf_sandbox *sandbox, cJSON *run, int status)
{
    char now[KF_SB_TIME];
    kf_sb_now(sandbox, now);
    return kf_pw_set_number(run, "status", status) && kf_pw_set_text(run, "finished_at", now) &&
           add_log(sandbox, run, status == 2 ? "The run ended." : "The run failed.");
}

static void begin_run(kf_sb_call *call, const cJSON *flow, const cJSON *version, const cJSON *payload)
{
    kf_sandbox *sandbox = call->sandbox;
    char now[KF_SB_TIME];
    bool manual = strstr(call->operation->path, "/manual") != NULL;
    cJSON *run = kf_pw_add(sandbox, sandbox->patchworks->runs);
    kf_sb_now(sandbox, now);
    bool good = run != NULL && kf_pw_set_number(run, "status", 1) && kf_pw_set_number(run, "flow_id", kf_pw_id(flow)) &&
                kf_pw_set_number(run, "flow_version_id", kf_pw_id(version)) && kf_pw_set_number(run, "user_id", 1) &&
                kf_pw_set_text(run, "trigger", manual ? "Manual" : "API") && kf_pw_set_text(run, "started_at", now) &&
                kf_pw_set(run, "finished_at", NULL) && kf_pw_set(run, "payload", payload) &&
                kf_pw_set_number(run, "looks", 0) && add_log(sandbox, run, "The run began.");
    cJSON *answer = cJSON_CreateObject();
    if (!good || cJSON_AddStringToObject(answer, "message", "The flow was initialised.") == NULL ||
        cJSON_AddNumberToObject(answer, "flow_run_id", kf_pw_id(run)) == NULL) {
        cJSON_Delete(answer);
        answer = NULL;
    }
    kf_pw_reply(call, 200, answer);
}

/* The payload of the wrapped form: JSON within a text. */
static cJSON *read_wrapped(kf_sb_call *call, kf_pw_errors *errors)
{
    cJSON *body = kf_pw_body(call);
    kf_pw_input(errors, body, "flow_id", 'i', true);
    kf_pw_input(errors, body, "version_id", 'i', false);
    kf_pw_input(errors, body, "flow_variables", 's', false);
    kf_pw_input(errors, body, "virtual_environment_id", 'i', false);
    const char *text = cJSON_GetStringValue(kf_pw_input(errors, body, "payload", 's', true));
    cJSON *payload = text == NULL ? NULL : cJSON_Parse(text);
    if (text != NULL && payload == NULL)
        kf_pw_wrong(errors, "payload", "The payload field must be a valid JSON string.");
    cJSON_Delete(body);
    return payload;
}

void kf_pw_start(kf_sb_call *call)
{
    kf_pw_errors errors = {0};
    const cJSON *flow = kf_pw_flow_of(call), *version = NULL, *item;
    const char *path = call->operation->path;
    bool raw = strlen(path) > 4 && strcmp(path + strlen(path) - 4, "/raw") == 0;
    if (flow == NULL)
        return;
    cJSON *payload = raw ? cJSON_ParseWithLength(call->body == NULL ? "null" : call->body,
                                                 call->body == NULL ? 4 : call->body_length)
                         : read_wrapped(call, &errors);
    if (raw && payload == NULL)
        kf_pw_wrong(&errors, "payload", "The payload field must be valid JSON.");
    if (call->value_count > 1) {
        version = kf_pw_find(kf_pw_of(call)->versions, call->values[1], "flow_id", kf_pw_id(flow));
        if (version == NULL)
            kf_pw_wrong(&errors, "version_id", "The selected version id is invalid.");
    } else {
        cJSON_ArrayForEach(item, kf_pw_of(call)->versions)
        {
            if ((int)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(item, "flow_id")) == kf_pw_id(flow) &&
                kf_pw_text(item, "deployed_at") != NULL)
                version = item;
        }
        if (version == NULL)
            kf_pw_wrong(&errors, "version_id", "The flow has no deployed version.");
    }
    if (!kf_pw_refused(call, &errors))
        begin_run(call, flow, version, payload);
    cJSON_Delete(payload);
}

void kf_pw_list_runs(kf_sb_call *call)
{
    kf_pw_reply_list(call, &kf_pw_run_list, kf_pw_of(call)->runs, NULL, 0);
}

static cJSON *run_of(kf_sb_call *call)
{
    cJSON *run = kf_pw_find(kf_pw_of(call)->runs, call->values[0], NULL, 0);
    if (run == NULL)
        kf_pw_missing(call, "FlowRun", call->values[0]);
    return run;
}

/* A run ends when it is looked at for the second time, unless its payload says otherwise. */
void kf_pw_get_run(kf_sb_call *call)
{
    cJSON *run = run_of(call);
    if (run == NULL || !kf_pw_check_query(call, &kf_pw_run_list))
        return;
    const cJSON *payload = cJSON_GetObjectItemCaseSensitive(run, "payload");
    int looks = (int)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(run, "looks")) + 1;
    bool ends = looks == 2 && kf_pw_text(run, "finished_at") == NULL && !asks_for(payload, "wait");
    if (!kf_pw_set_number(run, "looks", looks) ||
        (ends && !kf_pw_end_run(call->sandbox, run, asks_for(payload, "fail") ? 3 : 2)))
        kf_sb_no_memory(call);
    else
        kf_pw_reply_item(call, 200, &kf_pw_run_list, run);
}

void kf_pw_list_logs(kf_sb_call *call)
{
    const cJSON *run = run_of(call);
    if (run != NULL)
        kf_pw_reply_list(call, &kf_pw_log_list, kf_pw_of(call)->logs, "flow_run_id", kf_pw_id(run));
}
