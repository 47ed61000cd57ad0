/* Who there is: principals, groups, tenants and their users; keys; authentications for the engine. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* Every resource with a name has it in a struct of its own; lists sort by it through these. */
static const char *principal_key(const void *resource, const char *property)
{
    const kf_sb_principal *principal = resource;
    return strcmp(property, "id") == 0 ? principal->base.id : principal->name;
}

static const char *group_key(const void *resource, const char *property)
{
    const kf_sb_group *group = resource;
    return strcmp(property, "id") == 0 ? group->base.id : group->name;
}

static const char *tenant_key(const void *resource, const char *property)
{
    const kf_sb_tenant *tenant = resource;
    return strcmp(property, "id") == 0 ? tenant->base.id : tenant->name;
}

static const char *audit_key(const void *resource, const char *property)
{
    const kf_sb_resource *base = resource;
    if (strcmp(property, "id") == 0)
        return base->id;
    return strcmp(property, "createdAt") == 0 ? base->audit.created_at : base->audit.modified_at;
}

static const char *const by_name[] = {"id", "name", NULL};

/* Whether one of the resources that a bit set names passes the filter. */
static bool any_fits(const kf_sb_call *call, const char *parameter, const kf_sb_vector *resources, unsigned set)
{
    for (size_t i = 0; i < resources->count; i++) {
        if (set & 1u << i && kf_sb_filter(call, parameter, ((const kf_sb_resource *)resources->items[i])->id))
            return true;
    }
    return kf_sb_filter(call, parameter, NULL);
}

static const char *principal_type_text(kuflow_principal_type type)
{
    static const char *const texts[] = {NULL, "USER", "APPLICATION", "SYSTEM"};
    return texts[type];
}

void kf_sb_find_principals(kf_sb_call *call)
{
    const kf_sb_state *state = &call->sandbox->state;
    kf_sb_page page;
    bool ok = kf_sb_page_begin(call, &page, by_name, principal_key);
    for (size_t i = 0; ok && i < state->principals.count; i++) {
        const kf_sb_principal *principal = state->principals.items[i];
        if (kf_sb_filter(call, "type", principal_type_text(principal->type)) &&
            any_fits(call, "groupId", &state->groups, principal->groups) &&
            any_fits(call, "tenantId", &state->tenants, principal->tenants))
            ok = kf_sb_page_add(call, &page, principal);
    }
    if (ok && kf_sb_page_end(call, &page, sizeof(kuflow_principal_page_item))) {
        kuflow_principal_page_item *content = page.content;
        for (size_t i = 0; i < page.slice_count; i++) {
            const kf_sb_principal *principal = page.slice[i];
            content[i] = (kuflow_principal_page_item){
                .id = principal->base.id, .type = principal->type, .name = principal->name};
        }
        kuflow_principal_page model = {
            .metadata = &page.metadata, .content = content, .content_count = page.slice_count};
        kf_sb_reply(call, 200, &kuflow_principal_page_schema, &model);
    }
    kf_sb_page_free(&page);
}

/* What a principal's model points to. */
typedef struct principal_parts {
    kuflow_principal_user user;
    kuflow_principal_application application;
} principal_parts;

static kuflow_principal principal_model(const kf_sb_principal *principal, principal_parts *parts)
{
    parts->user = (kuflow_principal_user){.id = principal->base.id, .email = principal->email};
    parts->application = (kuflow_principal_application){.id = principal->base.id};
    return (kuflow_principal){.id = principal->base.id,
                              .type = principal->type,
                              .name = principal->name,
                              .user = principal->type == KUFLOW_PRINCIPAL_TYPE_USER ? &parts->user : NULL,
                              .application =
                                  principal->type == KUFLOW_PRINCIPAL_TYPE_APPLICATION ? &parts->application : NULL};
}

void kf_sb_retrieve_principal(kf_sb_call *call)
{
    const kf_sb_principal *principal = kf_sb_find(&call->sandbox->state.principals, call->values[0]);
    if (principal == NULL) {
        kf_sb_error(call, 404, "principal.not_found", "id", "path", "There is no principal %s", call->values[0]);
        return;
    }
    principal_parts parts;
    kuflow_principal model = principal_model(principal, &parts);
    kf_sb_reply(call, 200, &kuflow_principal_schema, &model);
}

void kf_sb_find_groups(kf_sb_call *call)
{
    const kf_sb_state *state = &call->sandbox->state;
    const char *principal_id = kf_sb_query(call, "principalId");
    const kf_sb_principal *member = kf_sb_find(&state->principals, principal_id);
    kf_sb_page page;
    bool ok = kf_sb_page_begin(call, &page, by_name, group_key);
    for (size_t i = 0; ok && i < state->groups.count; i++) {
        const kf_sb_group *group = state->groups.items[i];
        bool has_member = principal_id == NULL || (member != NULL && member->groups & 1u << i);
        if (has_member && kf_sb_filter(call, "groupId", group->base.id) &&
            kf_sb_filter(call, "tenantId", group->tenant_id))
            ok = kf_sb_page_add(call, &page, group);
    }
    if (ok && kf_sb_page_end(call, &page, sizeof(kuflow_group_page_item))) {
        kuflow_group_page_item *content = page.content;
        for (size_t i = 0; i < page.slice_count; i++) {
            const kf_sb_group *group = page.slice[i];
            content[i] =
                (kuflow_group_page_item){.id = group->base.id, .name = group->name, .tenant_id = group->tenant_id};
        }
        kuflow_group_page model = {.metadata = &page.metadata, .content = content, .content_count = page.slice_count};
        kf_sb_reply(call, 200, &kuflow_group_page_schema, &model);
    }
    kf_sb_page_free(&page);
}

void kf_sb_find_tenants(kf_sb_call *call)
{
    const kf_sb_state *state = &call->sandbox->state;
    kf_sb_page page;
    bool ok = kf_sb_page_begin(call, &page, by_name, tenant_key);
    for (size_t i = 0; ok && i < state->tenants.count; i++) {
        const kf_sb_tenant *tenant = state->tenants.items[i];
        if (kf_sb_filter(call, "tenantId", tenant->base.id))
            ok = kf_sb_page_add(call, &page, tenant);
    }
    if (ok && kf_sb_page_end(call, &page, sizeof(kuflow_tenant_page_item))) {
        kuflow_tenant_page_item *content = page.content;
        for (size_t i = 0; i < page.slice_count; i++) {
            const kf_sb_tenant *tenant = page.slice[i];
            content[i] = (kuflow_tenant_page_item){.id = tenant->base.id, .name = tenant->name};
        }
        kuflow_tenant_page model = {.metadata = &page.metadata, .content = content, .content_count = page.slice_count};
        kf_sb_reply(call, 200, &kuflow_tenant_page_schema, &model);
    }
    kf_sb_page_free(&page);
}

void kf_sb_retrieve_tenant(kf_sb_call *call)
{
    const kf_sb_tenant *tenant = kf_sb_find(&call->sandbox->state.tenants, call->values[0]);
    if (tenant == NULL) {
        kf_sb_error(call, 404, "tenant.not_found", "id", "path", "There is no tenant %s", call->values[0]);
        return;
    }
    kuflow_tenant model = {.id = tenant->base.id, .name = tenant->name, .plan = tenant->plan};
    kf_sb_fill_audit(&tenant->base, &model.created_by, &model.created_at, &model.last_modified_by,
                     &model.last_modified_at);
    kf_sb_reply(call, 200, &kuflow_tenant_schema, &model);
}

void kf_sb_find_tenant_users(kf_sb_call *call)
{
    static const char *const properties[] = {"id", "createdAt", "lastModifiedAt", NULL};
    const kf_sb_state *state = &call->sandbox->state;
    kf_sb_page page;
    bool ok = kf_sb_page_begin(call, &page, properties, audit_key);
    for (size_t i = 0; ok && i < state->tenant_users.count; i++) {
        const kf_sb_tenant_user *user = state->tenant_users.items[i];
        if (kf_sb_filter(call, "tenantId", user->tenant_id) && kf_sb_filter(call, "email", user->principal->email) &&
            any_fits(call, "groupId", &state->groups, user->principal->groups))
            ok = kf_sb_page_add(call, &page, user);
    }
    if (ok && kf_sb_page_end(call, &page, sizeof(kuflow_tenant_user_page_item))) {
        kuflow_tenant_user_page_item *content = page.content;
        for (size_t i = 0; i < page.slice_count; i++) {
            const kf_sb_tenant_user *user = page.slice[i];
            content[i] = (kuflow_tenant_user_page_item){
                .id = user->base.id, .principal_id = user->principal->base.id, .tenant_id = user->tenant_id};
            kf_sb_fill_audit(&user->base, &content[i].created_by, &content[i].created_at, &content[i].last_modified_by,
                             &content[i].last_modified_at);
        }
        kuflow_tenant_user_page model = {
            .metadata = &page.metadata, .content = content, .content_count = page.slice_count};
        kf_sb_reply(call, 200, &kuflow_tenant_user_page_schema, &model);
    }
    kf_sb_page_free(&page);
}

void kf_sb_retrieve_tenant_user(kf_sb_call *call)
{
    const kf_sb_tenant_user *user = kf_sb_find(&call->sandbox->state.tenant_users, call->values[0]);
    if (user == NULL) {
        kf_sb_error(call, 404, "tenant_user.not_found", "id", "path", "There is no tenant user %s", call->values[0]);
        return;
    }
    principal_parts parts;
    kuflow_principal principal = principal_model(user->principal, &parts);
    kuflow_tenant_user model = {
        .id = user->base.id, .metadata = user->metadata, .principal = &principal, .tenant_id = user->tenant_id};
    kf_sb_fill_audit(&user->base, &model.created_by, &model.created_at, &model.last_modified_by,
                     &model.last_modified_at);
    kf_sb_reply(call, 200, &kuflow_tenant_user_schema, &model);
}

void kf_sb_retrieve_kms_key(kf_sb_call *call)
{
    for (size_t i = 0; i < call->sandbox->state.keys.count; i++) {
        const kf_sb_key *key = call->sandbox->state.keys.items[i];
        if (strcmp(key->id, call->values[0]) == 0) {
            kuflow_kms_key model = {.id = key->id, .value = {key->value, sizeof(key->value)}};
            kf_sb_reply(call, 200, &kuflow_kms_key_schema, &model);
            return;
        }
    }
    kf_sb_error(call, 404, "kms_key.not_found", "keyId", "path", "There is no key %s", call->values[0]);
}

/* Looks like PEM; there is no engine here that would check it. */
#define PEM(kind) "-----BEGIN " kind "-----\nS3VGbG93IHNhbmRib3g=\n-----END " kind "-----\n"

void kf_sb_create_authentication(kf_sb_call *call)
{
    kf_sandbox *sandbox = call->sandbox;
    const kuflow_authentication_create_params *params = call->model;
    const char *tenant = params->tenant_id == NULL ? KF_SANDBOX_TENANT : params->tenant_id;
    if (kf_sb_find(&sandbox->state.tenants, tenant) == NULL) {
        kf_sb_error(call, 400, "tenant.not_found", "tenantId", "body", "There is no tenant %s", tenant);
        return;
    }
    kf_sb_resource resource;
    kf_sb_resource_init(sandbox, &resource, NULL);
    char token[64], id[KF_SB_ID], expired_at[KF_SB_TIME];
    kf_uuid_new(id);
    snprintf(token, sizeof(token), "engine-%s", id);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    kf_sb_time_text(((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + sandbox->engine_token_life_ms) * 1000,
                    expired_at);
    kuflow_authentication_engine_token engine_token = {.token = token, .expired_at = expired_at};
    kuflow_authentication_engine_certificate_tls tls = {.server_root_ca_certificate = PEM("CERTIFICATE"),
                                                        .client_certificate = PEM("CERTIFICATE"),
                                                        .client_private_key = PEM("PRIVATE KEY")};
    kuflow_authentication_engine_certificate certificate = {.namespace_ = "sandbox", .tls = &tls};
    bool wants_token = params->type == KUFLOW_AUTHENTICATION_TYPE_ENGINE_TOKEN;
    kuflow_authentication model = {.id = resource.id,
                                   .type = params->type,
                                   .tenant_id = tenant,
                                   .engine_token = wants_token ? &engine_token : NULL,
                                   .engine_certificate = wants_token ? NULL : &certificate};
    kf_sb_fill_audit(&resource, &model.created_by, &model.created_at, &model.last_modified_by, &model.last_modified_at);
    kf_sb_reply(call, 200, &kuflow_authentication_schema, &model);
}
