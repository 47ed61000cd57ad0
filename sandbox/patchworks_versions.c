/* Versions of Patchworks' flows. */
#include "patchworks.h"

#include <stdlib.h>
#include <string.h>

static const char *const version_sorts[] = {"created_at", NULL};
static const char *const version_includes[] = {"deployedByUser", "steps",   "runs",      "latestRun",
                                               "schedules",      "filters", "variables", NULL};

/* Whose runs it has; of the others there are none. */
static bool include_in_version(kf_sb_call *call, const cJSON *version, const char *name, cJSON *answer)
{
    const cJSON *run, *last = NULL;
    int count = 0;
    cJSON_ArrayForEach(run, kf_pw_of(call)->runs)
    {
        const cJSON *of = cJSON_GetObjectItemCaseSensitive(run, "flow_version_id");
        if ((int)cJSON_GetNumberValue(of) != kf_pw_id(version))
            continue;
        last = run;
        count++;
    }
    if (strcmp(name, "runs_count") == 0)
        return kf_pw_set_number(answer, "runs_count", count);
    return strcmp(name, "latestRun") != 0 || kf_pw_set(answer, "latest_run", last);
}

const kf_pw_list kf_pw_version_list = {"flow_versions",  NULL, version_sorts,
                                       version_includes, NULL, include_in_version};

cJSON *kf_pw_new_version(kf_sandbox *sandbox, int flow_id)
{
    cJSON *version = kf_pw_add(sandbox, sandbox->patchworks->versions);
    bool good = version != NULL && kf_pw_set_number(version, "flow_id", flow_id) &&
                kf_pw_set_text(version, "status", "Draft") && kf_pw_set(version, "deployed_at", NULL);
    return good ? version : NULL;
}

bool kf_pw_deploy(kf_sandbox *sandbox, cJSON *flow, cJSON *version, const char *at)
{
    const char *status = at == NULL ? "Inactive" : "Deployed";
    return kf_pw_set_text(version, "deployed_at", at) && kf_pw_set_text(version, "status", status) &&
           kf_pw_touch(sandbox, version) && kf_pw_set_text(flow, "deployed_at", at) &&
           kf_pw_set_text(flow, "status", status);
}

/* The version that the path names second; NULL: 404 is in the call. */
static cJSON *version_of(kf_sb_call *call, const cJSON *flow)
{
    cJSON *version =
        flow == NULL ? NULL : kf_pw_find(kf_pw_of(call)->versions, call->values[1], "flow_id", kf_pw_id(flow));
    if (flow != NULL && version == NULL)
        kf_pw_missing(call, "FlowVersion", call->values[1]);
    return version;
}

void kf_pw_list_versions(kf_sb_call *call)
{
    const cJSON *flow = kf_pw_flow_of(call);
    if (flow != NULL)
        kf_pw_reply_list(call, &kf_pw_version_list, kf_pw_of(call)->versions, "flow_id", kf_pw_id(flow));
}

void kf_pw_get_version(kf_sb_call *call)
{
    const cJSON *version = version_of(call, kf_pw_flow_of(call));
    if (version != NULL && kf_pw_check_query(call, &kf_pw_version_list))
        kf_pw_reply_item(call, 200, &kf_pw_version_list, version);
}

/* Creates one, and copies one. */
void kf_pw_create_version(kf_sb_call *call)
{
    const cJSON *flow = kf_pw_flow_of(call);
    if (flow == NULL || (call->value_count > 1 && version_of(call, flow) == NULL))
        return;
    const cJSON *version = kf_pw_new_version(call->sandbox, kf_pw_id(flow));
    if (version == NULL)
        kf_sb_no_memory(call);
    else
        kf_pw_reply_item(call, 201, &kf_pw_version_list, version);
}

void kf_pw_update_version(kf_sb_call *call)
{
    kf_pw_errors errors = {0};
    cJSON *flow = kf_pw_flow_of(call), *version = version_of(call, flow);
    cJSON *body = version == NULL ? NULL : kf_pw_body(call);
    if (body == NULL)
        return;
    const cJSON *at = kf_pw_input(&errors, body, "deployed_at", 'D', false);
    if (!kf_pw_refused(call, &errors)) {
        if (at == NULL || kf_pw_deploy(call->sandbox, flow, version, cJSON_GetStringValue(at)))
            kf_pw_reply_item(call, 200, &kf_pw_version_list, version);
        else
            kf_sb_no_memory(call);
    }
    cJSON_Delete(body);
}

void kf_pw_delete_version(kf_sb_call *call)
{
    cJSON *version = version_of(call, kf_pw_flow_of(call));
    if (version == NULL)
        return;
    cJSON_Delete(cJSON_DetachItemViaPointer(kf_pw_of(call)->versions, version));
    kf_pw_message(call, 200, "The version was deleted.");
}

/* What was asked for, and how many runs each version had. */
void kf_pw_list_version_metrics(kf_sb_call *call)
{
    const cJSON *flow = kf_pw_flow_of(call), *run;
    if (flow == NULL)
        return;
    int count = 0;
    cJSON_ArrayForEach(run, kf_pw_of(call)->runs)
    {
        const cJSON *of = cJSON_GetObjectItemCaseSensitive(run, "flow_id");
        count += (int)cJSON_GetNumberValue(of) == kf_pw_id(flow);
    }
    cJSON *answer = cJSON_CreateObject(), *asked = cJSON_AddObjectToObject(answer, "query");
    bool good = asked != NULL && cJSON_AddNumberToObject(answer, "runs", count) != NULL;
    for (size_t i = 0; good && i < call->query_count; i++)
        good = cJSON_AddStringToObject(asked, call->query[i].name, call->query[i].value) != NULL;
    if (!good) {
        cJSON_Delete(answer);
        answer = NULL;
    }
    kf_pw_reply(call, 200, answer);
}
