/* Patchworks' callbacks and webhooks, which differ by the members that they take. */
#include "patchworks.h"

#include <string.h>

static const char *const none[] = {NULL};
const kf_pw_list kf_pw_hook_list = {"flow_hooks", NULL, none, none, NULL, NULL};

static bool is_webhook(const kf_sb_call *call)
{
    return strstr(call->operation->path, "/webhooks") != NULL;
}

static cJSON *hooks_of(kf_sb_call *call)
{
    return is_webhook(call) ? kf_pw_of(call)->webhooks : kf_pw_of(call)->callbacks;
}

/* The hook that the path names second; NULL: 404 is in the call. */
static cJSON *hook_of(kf_sb_call *call)
{
    const cJSON *flow = kf_pw_flow_of(call);
    cJSON *hook = flow == NULL ? NULL : kf_pw_find(hooks_of(call), call->values[1], "flow_id", kf_pw_id(flow));
    if (flow != NULL && hook == NULL)
        kf_pw_missing(call, is_webhook(call) ? "FlowWebhook" : "FlowCallback", call->values[1]);
    return hook;
}

static void check(kf_pw_errors *errors, const cJSON *body, bool webhook, bool update)
{
    const char *format = cJSON_GetStringValue(kf_pw_input(errors, body, "format", 's', false));
    kf_pw_input(errors, body, "status", 's', false);
    if (format != NULL && strcmp(format, "csv") != 0 && strcmp(format, "json") != 0 && strcmp(format, "txt") != 0 &&
        strcmp(format, "xml") != 0)
        kf_pw_wrong(errors, "format", "The selected format is invalid.");
    if (webhook)
        kf_pw_input(errors, body, "body", 'S', false);
    if (!webhook || !update)
        return;
    kf_pw_input(errors, body, "hmac_algorithm", 'S', false);
    const char *key = cJSON_GetStringValue(kf_pw_input(errors, body, "hmac_secret_key", 'S', false));
    if (key != NULL && strlen(key) > 128)
        kf_pw_wrong(errors, "hmac_secret_key", "The hmac secret key field must not be greater than 128 characters.");
}

/* The key of the signature is never shown, only that there is one. */
static bool apply(cJSON *hook, const cJSON *body)
{
    static const char *const members[] = {"status", "format", "body", "hmac_algorithm"};
    bool good = true;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(body, members[i]);
        if (good && value != NULL)
            good = kf_pw_set(hook, members[i], value);
    }
    const cJSON *key = cJSON_GetObjectItemCaseSensitive(body, "hmac_secret_key");
    if (!good || key == NULL)
        return good;
    cJSON *signed_now = cJSON_CreateBool(!cJSON_IsNull(key));
    good = signed_now != NULL && kf_pw_set(hook, "is_signed", signed_now);
    cJSON_Delete(signed_now);
    return good;
}

void kf_pw_list_hooks(kf_sb_call *call)
{
    const cJSON *flow = kf_pw_flow_of(call);
    if (flow != NULL)
        kf_pw_reply_list(call, &kf_pw_hook_list, hooks_of(call), "flow_id", kf_pw_id(flow));
}

static void save(kf_sb_call *call, cJSON *hook, int flow_id)
{
    kf_pw_errors errors = {0};
    cJSON *body = kf_pw_body(call);
    if (body == NULL)
        return;
    bool update = hook != NULL;
    check(&errors, body, is_webhook(call), update);
    if (!kf_pw_refused(call, &errors)) {
        if (!update)
            hook = kf_pw_add(call->sandbox, hooks_of(call));
        if (hook != NULL && (update || kf_pw_set_number(hook, "flow_id", flow_id)) && apply(hook, body) &&
            kf_pw_touch(call->sandbox, hook))
            kf_pw_reply_item(call, update ? 200 : 201, &kf_pw_hook_list, hook);
        else
            kf_sb_no_memory(call);
    }
    cJSON_Delete(body);
}

void kf_pw_create_hook(kf_sb_call *call)
{
    const cJSON *flow = kf_pw_flow_of(call);
    if (flow != NULL)
        save(call, NULL, kf_pw_id(flow));
}

void kf_pw_update_hook(kf_sb_call *call)
{
    cJSON *hook = hook_of(call);
    if (hook != NULL)
        save(call, hook, 0);
}

void kf_pw_delete_hook(kf_sb_call *call)
{
    cJSON *hook = hook_of(call);
    if (hook == NULL)
        return;
    cJSON_Delete(cJSON_DetachItemViaPointer(hooks_of(call), hook));
    kf_pw_message(call, 200, "The %s was deleted.", is_webhook(call) ? "webhook" : "callback");
}
