/* Patchworks' flows and their versions. */
#define _GNU_SOURCE 1
#include "patchworks.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const flow_filters[] = {"name",
                                           "marketplace_app_id",
                                           "blueprint_id",
                                           "blueprint_version_number",
                                           "labelled",
                                           "enabled",
                                           "deployed",
                                           "versions.id",
                                           "versions",
                                           "id",
                                           NULL};
static const char *const flow_sorts[] = {"name", "enabled_at", "created_at", "id", NULL};
static const char *const flow_includes[] = {"latestVersion",
                                            "deployedVersion",
                                            "latestDeployedVersion",
                                            "currentVersion",
                                            "versions",
                                            "labels",
                                            "webhooks",
                                            "callbacks",
                                            "notificationGroups",
                                            "messageBrokers",
                                            "messageBrokerQueues",
                                            "deployments",
                                            NULL};

static bool is_true(const char *text)
{
    return strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
}

static bool is_null(const cJSON *item, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(item, name);
    return member == NULL || cJSON_IsNull(member);
}

static bool belongs(const cJSON *item, int flow_id)
{
    return (int)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(item, "flow_id")) == flow_id;
}

static bool flow_fits(kf_sb_call *call, const cJSON *flow, const char *filter, const char *value)
{
    if (strcmp(filter, "name") == 0)
        return strcasestr(kf_pw_text(flow, "name"), value) != NULL;
    if (strcmp(filter, "id") == 0)
        return kf_pw_id(flow) == atoi(value);
    if (strcmp(filter, "enabled") == 0)
        return is_true(value) == !is_null(flow, "enabled_at");
    if (strcmp(filter, "deployed") == 0)
        return is_true(value) == !is_null(flow, "deployed_at");
    if (strcmp(filter, "labelled") == 0)
        return is_true(value) == (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(flow, "labels")) > 0);
    if (strncmp(filter, "versions", 8) == 0)
        return kf_pw_find(kf_pw_of(call)->versions, value, "flow_id", kf_pw_id(flow)) != NULL;
    return false; /* no flow here comes from a marketplace or blueprint */
}

static cJSON *last_of(cJSON *list, int flow_id, bool deployed)
{
    cJSON *item, *last = NULL;
    cJSON_ArrayForEach(item, list)
    {
        if (belongs(item, flow_id) && (!deployed || !is_null(item, "deployed_at")))
            last = item;
    }
    return last;
}

/* All of them, how many there are, or whether there are any. */
static bool include_many(const cJSON *list, int flow_id, const char *member, const char *name, cJSON *answer)
{
    char with[64];
    cJSON *found = cJSON_CreateArray();
    const cJSON *item;
    bool good = found != NULL;
    cJSON_ArrayForEach(item, list)
    {
        cJSON *copy = good && belongs(item, flow_id) ? cJSON_Duplicate(item, true) : NULL;
        if (good && belongs(item, flow_id) && !cJSON_AddItemToArray(found, copy)) {
            cJSON_Delete(copy);
            good = false;
        }
    }
    int count = cJSON_GetArraySize(found);
    if (good && strstr(name, "_count") != NULL) {
        snprintf(with, sizeof(with), "%s_count", member);
        good = kf_pw_set_number(answer, with, count);
    } else if (good && strstr(name, "Exists") != NULL) {
        snprintf(with, sizeof(with), "%s_exists", member);
        good = cJSON_AddBoolToObject(answer, with, count > 0) != NULL;
    } else if (good) {
        good = kf_pw_set(answer, member, found);
    }
    cJSON_Delete(found);
    return good;
}

static bool include_in_flow(kf_sb_call *call, const cJSON *flow, const char *name, cJSON *answer)
{
    const kf_patchworks *patchworks = kf_pw_of(call);
    int id = kf_pw_id(flow);
    if (strncmp(name, "versions", 8) == 0)
        return include_many(patchworks->versions, id, "versions", name, answer);
    if (strncmp(name, "webhooks", 8) == 0)
        return include_many(patchworks->webhooks, id, "webhooks", name, answer);
    if (strncmp(name, "callbacks", 9) == 0)
        return include_many(patchworks->callbacks, id, "callbacks", name, answer);
    if (strncmp(name, "latestVersion", 13) == 0)
        return kf_pw_set(answer, "latest_version", last_of(patchworks->versions, id, false));
    if (strncmp(name, "currentVersion", 14) == 0)
        return kf_pw_set(answer, "current_version", last_of(patchworks->versions, id, false));
    if (strncmp(name, "deployedVersion", 15) == 0)
        return kf_pw_set(answer, "deployed_version", last_of(patchworks->versions, id, true));
    return true; /* there is nothing of the others */
}

const kf_pw_list kf_pw_flow_list = {"flows", flow_filters, flow_sorts, flow_includes, flow_fits, include_in_flow};

cJSON *kf_pw_flow_of(kf_sb_call *call)
{
    cJSON *flow = kf_pw_find(kf_pw_of(call)->flows, call->values[0], NULL, 0);
    if (flow == NULL)
        kf_pw_missing(call, "Flow", call->values[0]);
    return flow;
}

void kf_pw_list_flows(kf_sb_call *call)
{
    kf_pw_reply_list(call, &kf_pw_flow_list, kf_pw_of(call)->flows, NULL, 0);
}

void kf_pw_get_flow(kf_sb_call *call)
{
    const cJSON *flow = kf_pw_flow_of(call);
    if (flow != NULL && kf_pw_check_query(call, &kf_pw_flow_list))
        kf_pw_reply_item(call, 200, &kf_pw_flow_list, flow);
}

static void reply_done(kf_sb_call *call, int status, const kf_pw_list *list, const cJSON *item, bool good)
{
    if (good)
        kf_pw_reply_item(call, status, list, item);
    else
        kf_sb_no_memory(call);
}

bool kf_pw_enable(cJSON *flow, const char *at)
{
    cJSON *enabled = cJSON_CreateBool(at != NULL);
    bool good = enabled != NULL && kf_pw_set(flow, "is_enabled", enabled) && kf_pw_set_text(flow, "enabled_at", at);
    cJSON_Delete(enabled);
    return good;
}

/* A flow without version, disabled. */
static cJSON *new_flow(kf_sandbox *sandbox, const char *name)
{
    cJSON *flow = kf_pw_add(sandbox, sandbox->patchworks->flows);
    bool good = flow != NULL && kf_pw_set_text(flow, "name", name) && kf_pw_set(flow, "description", NULL) &&
                kf_pw_set_text(flow, "status", "Draft") && kf_pw_set(flow, "enabled_at", NULL) &&
                cJSON_AddFalseToObject(flow, "is_enabled") != NULL && kf_pw_set(flow, "deployed_at", NULL) &&
                kf_pw_set_text(flow, "layout_direction", "LR") && cJSON_AddArrayToObject(flow, "labels") != NULL &&
                kf_pw_set(flow, "notification_groups", NULL);
    return good ? flow : NULL;
}

bool kf_pw_seed(kf_sandbox *sandbox)
{
    kf_patchworks *patchworks = sandbox->patchworks;
    char text[64];
    for (int i = 1; i <= KF_PW_FLOWS; i++) {
        snprintf(text, sizeof(text), i == 1 ? "Orders to warehouse" : i == 2 ? "Stock to shop" : "Flow %02d", i);
        if (new_flow(sandbox, text) == NULL)
            return false;
    }
    cJSON *flow;
    cJSON_ArrayForEach(flow, patchworks->flows)
    {
        cJSON *version = kf_pw_new_version(sandbox, kf_pw_id(flow));
        kf_sb_now(sandbox, text);
        if (version == NULL)
            return false;
        if (kf_pw_id(flow) != 2 && (!kf_pw_deploy(sandbox, flow, version, text) || !kf_pw_enable(flow, text)))
            return false;
    }
    return true;
}

void kf_pw_create_flow(kf_sb_call *call)
{
    kf_pw_errors errors = {0};
    cJSON *body = kf_pw_body(call);
    if (body == NULL)
        return;
    const cJSON *name = kf_pw_input(&errors, body, "flow.name", 's', true);
    const cJSON *description = kf_pw_input(&errors, body, "flow.description", 's', false);
    const cJSON *prod = kf_pw_input(&errors, body, "flow.prod_flag", 'b', false);
    if (!kf_pw_refused(call, &errors)) {
        cJSON *flow = new_flow(call->sandbox, cJSON_GetStringValue(name));
        bool good = flow != NULL && kf_pw_set(flow, "description", description) &&
                    (prod == NULL || kf_pw_set(flow, "prod_flag", prod));
        reply_done(call, 201, &kf_pw_flow_list, flow, good);
    }
    cJSON_Delete(body);
}

/* The members of a flow that an update may bring. */
static bool apply(cJSON *flow, const cJSON *body, kf_pw_errors *errors)
{
    static const struct {
        const char *name;
        char type;
    } members[] = {
        {"flow.name", 's'},           {"flow.description", 'S'}, {"flow.use_queued_time", 'b'},
        {"flow.priority", 'i'},       {"flow.prod_flag", 'b'},   {"flow.remove_failed_payloads", 'b'},
        {"notification_groups", 'S'},
    };
    const cJSON *values[sizeof(members) / sizeof(members[0])];
    const cJSON *enabled = kf_pw_input(errors, body, "flow.enabled_at", 'D', false);
    const cJSON *labels = cJSON_GetObjectItemCaseSensitive(body, "labels"), *label;
    if (labels != NULL && !cJSON_IsArray(labels))
        kf_pw_wrong(errors, "labels", "The labels field must be an array.");
    int index = 0;
    cJSON_ArrayForEach(label, labels)
    {
        char field[32];
        snprintf(field, sizeof(field), "labels.%d.id", index++);
        if (!cJSON_HasObjectItem(label, "id"))
            kf_pw_wrong(errors, field, "The %s field is required.", field);
    }
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        values[i] = kf_pw_input(errors, body, members[i].name, members[i].type, false);
    if (errors->count > 0)
        return true;
    bool good = true;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *dot = strchr(members[i].name, '.');
        if (values[i] != NULL && good)
            good = kf_pw_set(flow, dot == NULL ? members[i].name : dot + 1, values[i]);
    }
    if (good && enabled != NULL)
        good = kf_pw_enable(flow, cJSON_GetStringValue(enabled));
    return good && (labels == NULL || kf_pw_set(flow, "labels", labels));
}

void kf_pw_update_flow(kf_sb_call *call)
{
    cJSON *flow = kf_pw_flow_of(call);
    cJSON *body = flow == NULL ? NULL : kf_pw_body(call);
    if (body == NULL)
        return;
    kf_pw_errors errors = {0};
    bool good = apply(flow, body, &errors) && kf_pw_touch(call->sandbox, flow);
    if (!kf_pw_refused(call, &errors))
        reply_done(call, 200, &kf_pw_flow_list, flow, good);
    cJSON_Delete(body);
}

void kf_pw_delete_flow(kf_sb_call *call)
{
    cJSON *flow = kf_pw_flow_of(call);
    if (flow == NULL)
        return;
    cJSON_Delete(cJSON_DetachItemViaPointer(kf_pw_of(call)->flows, flow));
    kf_pw_message(call, 200, "The flow was deleted.");
}

void kf_pw_duplicate_flow(kf_sb_call *call)
{
    char name[160];
    kf_pw_errors errors = {0};
    cJSON *flow = kf_pw_flow_of(call);
    cJSON *body = flow == NULL ? NULL : kf_pw_body(call);
    if (body == NULL)
        return;
    const cJSON *id = kf_pw_input(&errors, body, "flow_version_id", 's', true);
    const char *text = cJSON_GetStringValue(id);
    if (text != NULL && kf_pw_find(kf_pw_of(call)->versions, text, "flow_id", kf_pw_id(flow)) == NULL)
        kf_pw_wrong(&errors, "flow_version_id", "The selected flow version id is invalid.");
    if (!kf_pw_refused(call, &errors)) {
        snprintf(name, sizeof(name), "%.100s (copy)", kf_pw_text(flow, "name"));
        cJSON *copy = new_flow(call->sandbox, name);
        reply_done(call, 201, &kf_pw_flow_list, copy,
                   copy != NULL && kf_pw_new_version(call->sandbox, kf_pw_id(copy)) != NULL);
    }
    cJSON_Delete(body);
}

/* An empty answer, and the direction where it seems to be meant. */
void kf_pw_update_layout(kf_sb_call *call)
{
    kf_pw_errors errors = {0};
    cJSON *flow = kf_pw_flow_of(call);
    cJSON *body = flow == NULL ? NULL : kf_pw_body(call);
    if (body == NULL)
        return;
    const cJSON *direction = kf_pw_input(&errors, body, "layout_direction", 's', false);
    if (!kf_pw_refused(call, &errors)) {
        if (direction == NULL || kf_pw_set(flow, "layout_direction", direction))
            kf_sb_set_reply(call, 200, NULL, 0, "");
        else
            kf_sb_no_memory(call);
    }
    cJSON_Delete(body);
}

void kf_pw_export_flow(kf_sb_call *call)
{
    char id[24];
    kf_pw_errors errors = {0};
    cJSON *body = kf_pw_body(call);
    if (body == NULL)
        return;
    const cJSON *number = kf_pw_input(&errors, body, "flow_id", 'i', true);
    snprintf(id, sizeof(id), "%.0f", cJSON_IsNumber(number) ? number->valuedouble : -1);
    const cJSON *flow = kf_pw_find(kf_pw_of(call)->flows, id, NULL, 0);
    if (errors.count == 0 && flow == NULL)
        kf_pw_wrong(&errors, "flow_id", "The selected flow id is invalid.");
    if (!kf_pw_refused(call, &errors)) {
        cJSON *answer = cJSON_CreateObject();
        char *text = cJSON_PrintUnformatted(flow);
        if (text == NULL || cJSON_AddStringToObject(answer, "flow", text) == NULL ||
            cJSON_AddStringToObject(answer, "metadata", "{\"version\":1}") == NULL) {
            cJSON_Delete(answer);
            answer = NULL;
        }
        cJSON_free(text);
        kf_pw_reply(call, 200, answer);
    }
    cJSON_Delete(body);
}

void kf_pw_import_flow(kf_sb_call *call)
{
    kf_pw_errors errors = {0};
    cJSON *body = kf_pw_body(call);
    if (body == NULL)
        return;
    const cJSON *text = kf_pw_input(&errors, body, "flow", 's', true);
    kf_pw_input(&errors, body, "metadata", 's', true);
    kf_pw_input(&errors, body, "as_marketplace", 's', false);
    cJSON *given = text == NULL ? NULL : cJSON_Parse(cJSON_GetStringValue(text));
    const char *name = kf_pw_text(given, "name");
    if (errors.count == 0 && name == NULL)
        kf_pw_wrong(&errors, "flow", "The flow field must be a valid JSON string.");
    if (!kf_pw_refused(call, &errors)) {
        const cJSON *flow = new_flow(call->sandbox, name);
        reply_done(call, 201, &kf_pw_flow_list, flow, flow != NULL);
    }
    cJSON_Delete(given);
    cJSON_Delete(body);
}
