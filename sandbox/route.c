/* From a request to its handler: credentials, the operation by method and path, media types, parameters, body. */
#include "flowable.h"
#include "jbpm.h"
#include "patchworks.h"
#include "smartflows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const kf_sb_binding routes[] = {
    {"createAuthentication", kf_sb_create_authentication},
    {"retrieveKmsKey", kf_sb_retrieve_kms_key},
    {"findPrincipals", kf_sb_find_principals},
    {"retrievePrincipal", kf_sb_retrieve_principal},
    {"findGroups", kf_sb_find_groups},
    {"findTenants", kf_sb_find_tenants},
    {"retrieveTenant", kf_sb_retrieve_tenant},
    {"findTenantUsers", kf_sb_find_tenant_users},
    {"retrieveTenantUser", kf_sb_retrieve_tenant_user},
    {"findProcesses", kf_sb_find_processes},
    {"createProcess", kf_sb_create_process},
    {"retrieveProcess", kf_sb_retrieve_process},
    {"completeProcess", kf_sb_complete_process},
    {"cancelProcess", kf_sb_cancel_process},
    {"changeProcessInitiator", kf_sb_change_process_initiator},
    {"updateProcessMetadata", kf_sb_update_process_metadata},
    {"patchProcessMetadata", kf_sb_patch_process_metadata},
    {"updateProcessEntity", kf_sb_update_process_entity},
    {"patchProcessEntity", kf_sb_patch_process_entity},
    {"uploadProcessUserActionDocument", kf_sb_upload_process_user_action_document},
    {"uploadProcessDocument", kf_sb_upload_process_document},
    {"downloadProcessDocument", kf_sb_download_process_document},
    {"findProcessItems", kf_sb_find_process_items},
    {"createProcessItem", kf_sb_create_process_item},
    {"retrieveProcessItem", kf_sb_retrieve_process_item},
    {"claimProcessItemTask", kf_sb_claim_process_item_task},
    {"assignProcessItemTask", kf_sb_assign_process_item_task},
    {"completeProcessItemTask", kf_sb_complete_process_item_task},
    {"appendProcessItemTaskLog", kf_sb_append_process_item_task_log},
    {"updateProcessItemTaskData", kf_sb_update_process_item_task_data},
    {"patchProcessItemTaskData", kf_sb_patch_process_item_task_data},
    {"downloadProcessItemTaskDataWebformsAsDocument", kf_sb_download_process_item_task_data_webforms_as_document},
    {"createWorker", kf_sb_create_worker},
    {"findRobots", kf_sb_find_robots},
    {"retrieveRobot", kf_sb_retrieve_robot},
    {"downloadRobotSourceCode", kf_sb_download_robot_source_code},
    {"downloadRobotAsset", kf_sb_download_robot_asset},
};

kf_sb_handler kf_sb_handler_of(const kf_sb_service *service, const char *operation)
{
    for (size_t i = 0; i < service->route_count; i++) {
        if (strcmp(service->routes[i].operation, operation) == 0)
            return service->routes[i].handler;
    }
    return NULL;
}

bool kf_sb_routes_complete(void)
{
    for (size_t i = 0; i < kf_sb_service_count; i++) {
        const kf_sb_service *service = kf_sb_services[i];
        for (size_t j = 0; j < service->service->operation_count; j++) {
            if (kf_sb_handler_of(service, service->service->operations[j].name) == NULL)
                return false;
        }
    }
    return true;
}

const char *kf_sb_query(const kf_sb_call *call, const char *name)
{
    for (size_t i = 0; i < call->query_count; i++) {
        if (strcmp(call->query[i].name, name) == 0)
            return call->query[i].value;
    }
    return NULL;
}

bool kf_sb_filter(const kf_sb_call *call, const char *name, const char *value)
{
    bool asked = false;
    for (size_t i = 0; i < call->query_count; i++) {
        if (strcmp(call->query[i].name, name) != 0)
            continue;
        if (value != NULL && strcasecmp(call->query[i].value, value) == 0)
            return true;
        asked = true;
    }
    return !asked;
}

bool kf_sb_parse_query(kf_sb_call *call, bool *broken)
{
    const char *query = strchr(call->target, '?');
    size_t count = 1;
    *broken = false;
    if (query == NULL)
        return true;
    for (const char *c = query; *c != '\0'; c++)
        count += *c == '&';
    call->query_text = kf_sb_strdup(query + 1);
    call->query = calloc(count, sizeof(*call->query));
    if (call->query_text == NULL || call->query == NULL) {
        kf_sb_no_memory(call);
        return false;
    }
    for (char *pair = call->query_text, *next; pair != NULL; pair = next) {
        next = strchr(pair, '&');
        if (next != NULL)
            *next++ = '\0';
        if (*pair == '\0')
            continue;
        char *value = strchr(pair, '=');
        if (value != NULL)
            *value++ = '\0';
        if (!kf_sb_percent_decode(pair, true) || (value != NULL && !kf_sb_percent_decode(value, true)))
            *broken = true;
        else
            call->query[call->query_count++] = (kf_pair){pair, value == NULL ? "" : value};
    }
    return true;
}

bool kf_sb_match(const char *template, char *path, const char **values, size_t *count)
{
    *count = 0;
    while (*template != '\0' && *path != '\0') {
        if (*template != '{') {
            if (*template ++ != *path++)
                return false;
            continue;
        }
        template = strchr(template, '}') + 1;
        size_t length = strcspn(path, "/");
        if (length == 0)
            return false;
        if (values != NULL) {
            bool more = path[length] == '/';
            values[(*count)++] = path;
            path[length] = '\0';
            path += length;
            if (more) { /* the template goes on with a slash, too: it was matched before */
                path++;
                template ++;
            }
        } else {
            path += length;
        }
    }
    return *template == '\0' && *path == '\0';
}

/* Finds the operation; false: the error is in the call. */
static bool find_operation(kf_sb_call *call)
{
    const kf_service *service = call->service->service;
    size_t count;
    char allowed[64] = "";
    for (size_t i = 0; i < service->operation_count && call->operation == NULL; i++) {
        const kf_operation *operation = &service->operations[i];
        if (!kf_sb_match(operation->path, call->path, NULL, &count))
            continue;
        if (strcmp(operation->method, call->method) == 0)
            call->operation = operation;
        size_t length = strlen(allowed);
        snprintf(allowed + length, sizeof(allowed) - length, "%s%s", length > 0 ? ", " : "", operation->method);
    }
    if (call->operation == NULL) {
        if (allowed[0] == '\0') {
            kf_sb_error(call, 404, "request.path", NULL, NULL, "There is nothing under this path");
        } else {
            kf_sb_error(call, 405, "request.method", NULL, NULL, "%s is not allowed here", call->method);
            kf_sb_header(call, "Allow", allowed);
        }
        return false;
    }
    kf_sb_match(call->operation->path, call->path, call->values, &call->value_count);
    for (size_t i = 0; i < call->value_count; i++) {
        if (!kf_sb_percent_decode((char *)call->values[i], false)) {
            kf_sb_error(call, 400, "request.path", NULL, "path", "The path has a broken escape");
            return false;
        }
    }
    return true;
}

const char *kf_sb_request_header(const kf_sb_call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

bool kf_sb_authorized(const char *given, const char *accepted)
{
    if (given == NULL || accepted == NULL)
        return false;
    size_t scheme = strcspn(accepted, " ") + 1;
    size_t length = strlen(accepted);
    return strncasecmp(given, accepted, scheme) == 0 &&
           strncmp(given + scheme, accepted + scheme, length - scheme) == 0 &&
           given[length + strspn(given + length, " ")] == '\0';
}

char *kf_sb_credential(const char *scheme, const char *first, const char *second)
{
    size_t length = strlen(first) + (second == NULL ? 0 : strlen(second)) + 2;
    char *text = malloc(length);
    if (text == NULL)
        return NULL;
    snprintf(text, length, "%s%s%s", first, second == NULL ? "" : ":", second == NULL ? "" : second);
    if (second != NULL) {
        char *pair = kf_sb_base64(text, strlen(text));
        free(text);
        text = pair;
    }
    size_t size = text == NULL ? 0 : strlen(scheme) + strlen(text) + 2;
    char *credential = text == NULL ? NULL : malloc(size);
    if (credential != NULL)
        snprintf(credential, size, "%s %s", scheme, text);
    free(text);
    return credential;
}

static void check_credentials(kf_sb_call *call)
{
    const char *given = kf_sb_request_header(call, "Authorization");
    for (size_t i = 0; i < 4; i++) {
        if (kf_sb_authorized(given, call->sandbox->credentials[i]))
            return;
    }
    kf_sb_error(call, 401, "authentication", "Authorization", "header",
                given == NULL ? "Credentials are missing" : "The credentials are wrong");
    kf_sb_header(call, "WWW-Authenticate", "Basic realm=\"KuFlow\", Bearer realm=\"KuFlow\"");
}

/* Whether a media type equals, its parameters left aside. */
static bool same_media(const char *given, const char *wanted)
{
    size_t length = strlen(wanted);
    return given != NULL && strncasecmp(given, wanted, length) == 0 &&
           (given[length] == '\0' || given[length] == ';' || given[length] == ' ');
}

static bool check_media(kf_sb_call *call)
{
    const kf_operation *operation = call->operation;
    const char *wanted = operation->flags & KF_OPERATION_UPLOAD ? "application/octet-stream" : operation->body_media;
    const char *given = kf_sb_request_header(call, "Content-Type");
    if ((operation->body != NULL || operation->flags & KF_OPERATION_UPLOAD) && !same_media(given, wanted)) {
        kf_sb_error(call, 415, "request.content_type", "Content-Type", "header", "The body must be %s", wanted);
        return false;
    }
    const char *accept = kf_sb_request_header(call, "Accept");
    if (!(operation->flags & KF_OPERATION_DOWNLOAD) && accept != NULL && strstr(accept, "*/*") == NULL &&
        strstr(accept, "application/*") == NULL && strstr(accept, "application/json") == NULL) {
        kf_sb_error(call, 406, "request.accept", "Accept", "header", "application/json is not accepted");
        return false;
    }
    return true;
}

bool kf_sb_cut_path(kf_sb_call *call, size_t base_length)
{
    size_t length = strcspn(call->target, "?");
    call->path = kf_sb_strdup(call->target + base_length);
    if (call->path == NULL) {
        kf_sb_no_memory(call);
        return false;
    }
    call->path[length - base_length] = '\0';
    return true;
}

/* Finds the operation and its parameters, or leaves an error in the call. */
static void prepare(kf_sb_call *call)
{
    size_t base = strlen(KF_SB_BASE);
    bool broken;
    if (strncmp(call->target, KF_SB_BASE "/", base + 1) != 0) {
        kf_sb_error(call, 404, "request.path", NULL, NULL, "There is nothing under this path");
        return;
    }
    if (!kf_sb_cut_path(call, base) || !find_operation(call))
        return;
    kf_sb_record_operation(call);
    if (kf_sb_parse_query(call, &broken) && broken)
        kf_sb_error(call, 400, "request.query", NULL, "query", "The query has a broken escape");
}

static void route(kf_sb_call *call)
{
    prepare(call);
    check_credentials(call); /* last: without credentials, not even what exists is told */
}

static void dispatch(kf_sb_call *call)
{
    if (!check_media(call) || !kf_sb_check_query(call))
        return;
    if (call->body_too_large) {
        kf_sb_error(call, 413, "request.size", NULL, "body", "The body is too large");
        return;
    }
    if (call->operation->body != NULL && !kf_sb_check_body(call))
        return;
    kf_sb_handler_of(call->service, call->operation->name)(call);
}

static void error(kf_sb_call *call, int status, const char *code, const char *message)
{
    kf_sb_error(call, status, code, NULL, NULL, "%s", message);
}

static const kf_sb_service kuflow = {
    .service = &kuflow_service,
    .bases = {KF_SB_BASE},
    .routes = routes,
    .route_count = sizeof(routes) / sizeof(routes[0]),
    .route = route,
    .dispatch = dispatch,
    .error = error,
};

const kf_sb_service *const kf_sb_services[] = {&kuflow, &kf_fl_service, &kf_pw_service, &kf_sf_service, &kf_jb_service};
const size_t kf_sb_service_count = sizeof(kf_sb_services) / sizeof(kf_sb_services[0]);

bool kf_sb_is_below(const char *target, const char *base)
{
    size_t length = strlen(base);
    return strncmp(target, base, length) == 0 && strchr("/?;", target[length]) != NULL; /* or at its end */
}

static bool is_own(const kf_sb_service *service, const char *target)
{
    size_t i = 0;
    while (service->bases[i] != NULL && !kf_sb_is_below(target, service->bases[i]))
        i++;
    return service->bases[i] != NULL;
}

void kf_sb_route(kf_sb_call *call)
{
    kf_sb_record(call);
    for (size_t i = 0; i < kf_sb_service_count && call->service == NULL; i++) {
        if (is_own(kf_sb_services[i], call->target))
            call->service = kf_sb_services[i];
    }
    for (size_t i = 0; i < kf_sb_service_count && call->service == NULL; i++) {
        if (kf_sb_services[i]->knows != NULL && kf_sb_services[i]->knows(call))
            call->service = kf_sb_services[i];
    }
    if (call->service == NULL)
        call->service = kf_sb_services[0];
    call->service->route(call);
}
