/* From a request for Patchworks to its handler: two servers, the login, credentials, media types, the size of a body.
 */
#include "patchworks.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const kf_sb_binding routes[] = {
    {"listFlows", kf_pw_list_flows},
    {"createFlow", kf_pw_create_flow},
    {"exportFlow", kf_pw_export_flow},
    {"importFlow", kf_pw_import_flow},
    {"manualFlow", kf_pw_start},
    {"startFlow", kf_pw_start},
    {"manualDeployedFlow", kf_pw_start},
    {"startDeployedFlow", kf_pw_start},
    {"manualFlowRaw", kf_pw_start},
    {"startFlowRaw", kf_pw_start},
    {"getFlow", kf_pw_get_flow},
    {"updateFlow", kf_pw_update_flow},
    {"deleteFlow", kf_pw_delete_flow},
    {"listFlowCallbacks", kf_pw_list_hooks},
    {"createFlowCallback", kf_pw_create_hook},
    {"updateFlowCallback", kf_pw_update_hook},
    {"deleteFlowCallback", kf_pw_delete_hook},
    {"duplicateFlow", kf_pw_duplicate_flow},
    {"updateFlowLayoutDirection", kf_pw_update_layout},
    {"listFlowVersionMetrics", kf_pw_list_version_metrics},
    {"listFlowVersions", kf_pw_list_versions},
    {"createFlowVersion", kf_pw_create_version},
    {"getFlowVersion", kf_pw_get_version},
    {"updateFlowVersion", kf_pw_update_version},
    {"deleteFlowVersion", kf_pw_delete_version},
    {"copyFlowVersion", kf_pw_create_version},
    {"listFlowWebhooks", kf_pw_list_hooks},
    {"createFlowWebhook", kf_pw_create_hook},
    {"updateFlowWebhook", kf_pw_update_hook},
    {"deleteFlowWebhook", kf_pw_delete_hook},
    {"listFlowRuns", kf_pw_list_runs},
    {"getFlowRun", kf_pw_get_run},
    {"listFlowRunLogs", kf_pw_list_logs},
};

int64_t kf_pw_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Gives a token for the right user, whose name may stand under either of its names. */
static void log_in(kf_sb_call *call)
{
    kf_patchworks *patchworks = kf_pw_of(call);
    kf_pw_errors errors = {0};
    cJSON *body = kf_pw_body(call);
    if (body == NULL)
        return;
    const char *member = cJSON_HasObjectItem(body, "email") ? "email" : "username";
    const cJSON *user = kf_pw_input(&errors, body, member, 's', true);
    const cJSON *password = kf_pw_input(&errors, body, "password", 's', true);
    if (!kf_pw_refused(call, &errors)) {
        if (strcmp(user->valuestring, KF_SANDBOX_PATCHWORKS_USER) != 0 ||
            strcmp(password->valuestring, KF_SANDBOX_PATCHWORKS_PASSWORD) != 0) {
            kf_pw_message(call, 401, "These credentials do not match our records.");
        } else {
            kf_pw_token *token = &patchworks->tokens[patchworks->token_count++ % KF_PW_TOKENS];
            char id[KF_UUID_TEXT_SIZE];
            kf_uuid_new(id);
            snprintf(token->text, sizeof(token->text), "jwt.%s", id);
            token->ends_ms = kf_pw_now() + patchworks->token_life_ms;
            cJSON *answer = cJSON_CreateObject();
            if (cJSON_AddStringToObject(answer, "message", "Logged in.") == NULL ||
                cJSON_AddStringToObject(answer, "token", token->text) == NULL ||
                cJSON_AddNumberToObject(answer, "expires_in", (double)(patchworks->token_life_ms / 1000)) == NULL) {
                cJSON_Delete(answer);
                answer = NULL;
            }
            kf_pw_reply(call, 200, answer);
        }
    }
    cJSON_Delete(body);
}

/* The bare key, a token of a login that has not ended, or the token of the options. */
static bool authorized(const kf_sb_call *call)
{
    const kf_patchworks *patchworks = kf_pw_of(call);
    const char *given = kf_sb_request_header(call, "Authorization");
    if (given == NULL)
        return false;
    if (strcmp(given, KF_SANDBOX_PATCHWORKS_KEY) == 0)
        return true;
    if (strncasecmp(given, "Bearer ", 7) != 0)
        return false;
    given += 7;
    for (size_t i = 0; i < KF_PW_TOKENS; i++)
        if (patchworks->tokens[i].text[0] != '\0' && strcmp(given, patchworks->tokens[i].text) == 0)
            return kf_pw_now() < patchworks->tokens[i].ends_ms;
    return patchworks->token != NULL && strcmp(given, patchworks->token) == 0;
}

static size_t count_parameters(const char *template)
{
    size_t count = 0;
    for (; *template != '\0'; template ++)
        count += *template == '{';
    return count;
}

/* The operation by method and path, the one with the fewest parameters first: "raw" is no version's id. */
static void find_operation(kf_sb_call *call, bool start)
{
    const kf_service *service = &patchworks_service;
    char allowed[64] = "";
    size_t count;
    for (size_t i = 0; i < service->operation_count; i++) {
        const kf_operation *operation = &service->operations[i];
        if ((start && operation->server == 0) || !kf_sb_match(operation->path, call->path, NULL, &count))
            continue;
        if (strcmp(operation->method, call->method) == 0 &&
            (call->operation == NULL || count_parameters(operation->path) < count_parameters(call->operation->path)))
            call->operation = operation;
        size_t length = strlen(allowed);
        snprintf(allowed + length, sizeof(allowed) - length, "%s%s", length > 0 ? ", " : "", operation->method);
    }
    if (call->operation != NULL)
        return;
    if (allowed[0] == '\0') {
        kf_pw_message(call, 404, "The route %.200s could not be found.", call->path + (*call->path == '/'));
    } else {
        kf_pw_message(call, 405, "The %s method is not supported for this route. Supported methods: %s.", call->method,
                      allowed);
        kf_sb_header(call, "Allow", allowed);
    }
}

static void route(kf_sb_call *call)
{
    bool start = kf_sb_is_below(call->target, call->service->bases[1]), broken = false;
    if (!kf_sb_cut_path(call, strlen(call->service->bases[start ? 1 : 0])))
        return;
    if (!start && strcmp(call->path, "/login") == 0 && strcmp(call->method, "POST") == 0) {
        call->handler = log_in;
        return;
    }
    find_operation(call, start);
    if (call->operation != NULL) {
        kf_sb_record_operation(call);
        kf_sb_match(call->operation->path, call->path, call->values, &call->value_count);
        for (size_t i = 0; i < call->value_count && !broken; i++)
            broken = !kf_sb_percent_decode((char *)call->values[i], false);
        if (broken)
            kf_pw_message(call, 400, "The path has a broken escape.");
        else if (kf_sb_parse_query(call, &broken) && broken)
            kf_pw_message(call, 400, "The query has a broken escape.");
    }
    if (!authorized(call))
        kf_pw_message(call, 401, "Unauthenticated.");
}

/* Whoever does not ask for JSON is taken for a browser. */
static bool speaks_json(kf_sb_call *call)
{
    static const char page[] = "<!DOCTYPE html><html><head><title>Patchworks</title></head><body>Log in</body></html>";
    const char *accept = kf_sb_request_header(call, "Accept"), *type = kf_sb_request_header(call, "Content-Type");
    if (accept != NULL && strstr(accept, "application/json") != NULL && type != NULL &&
        strncasecmp(type, "application/json", 16) == 0)
        return true;
    char *copy = kf_sb_strdup(page);
    if (copy == NULL)
        kf_sb_no_memory(call);
    else
        kf_sb_set_reply(call, 200, copy, strlen(copy), "text/html; charset=UTF-8");
    return false;
}

static void dispatch(kf_sb_call *call)
{
    if (!speaks_json(call))
        return;
    if (call->body_too_large || call->body_length > KF_PW_BODY_MAX)
        kf_pw_message(call, 413, "The body is too large.");
    else if (call->handler != NULL)
        call->handler(call);
    else
        kf_sb_handler_of(call->service, call->operation->name)(call);
}

static void error(kf_sb_call *call, int status, const char *code, const char *message)
{
    (void)code;
    kf_pw_message(call, status, "%s", message);
}

const kf_sb_service kf_pw_service = {
    .service = &patchworks_service,
    .bases = {"/patchworks", "/patchworks-start"},
    .routes = routes,
    .route_count = sizeof(routes) / sizeof(routes[0]),
    .route = route,
    .dispatch = dispatch,
    .error = error,
};
