/* What every sandbox begins with. The ids are the same each time. */
#include "internal.h"

#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USERS 28

int kf_sb_sha256(const void *bytes, size_t length, char hex[65])
{
    unsigned char digest[32];
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, length, digest) != 0)
        return -1;
    for (size_t i = 0; i < sizeof(digest); i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return 0;
}

static void seed_id(char id[KF_SB_ID], unsigned kind, unsigned number)
{
    snprintf(id, KF_SB_ID, "%02x000000-0000-4000-8000-%012x", kind & 0xffu, number);
}

/* A zeroed struct in the vector; resources get their id and audit. NULL: no memory. */
static void *add(kf_sb_vector *vector, size_t size)
{
    void *item = calloc(1, size);
    if (item != NULL && !kf_sb_push(vector, item)) {
        free(item);
        item = NULL;
    }
    return item;
}

static void *add_resource(kf_sandbox *sandbox, kf_sb_vector *vector, size_t size, unsigned kind, unsigned number)
{
    kf_sb_resource *resource = add(vector, size);
    if (resource == NULL)
        return NULL;
    char id[KF_SB_ID];
    seed_id(id, kind, number);
    kf_sb_resource_init(sandbox, resource, id);
    strcpy(resource->audit.created_by, KF_SANDBOX_SYSTEM);
    strcpy(resource->audit.modified_by, KF_SANDBOX_SYSTEM);
    return resource;
}

static bool seed_tenants(kf_sandbox *sandbox)
{
    static const char *const names[] = {"Acme", "Zürich Insurance"};
    for (unsigned i = 0; i < 2; i++) {
        kf_sb_tenant *tenant = add_resource(sandbox, &sandbox->state.tenants, sizeof(*tenant), 0x10, i + 1);
        if (tenant == NULL)
            return false;
        snprintf(tenant->name, sizeof(tenant->name), "%s", names[i]);
        tenant->plan = i == 0 ? KUFLOW_TENANT_PRICING_PLAN_PREMIUM : KUFLOW_TENANT_PRICING_PLAN_FREE;
    }
    return true;
}

static const char *tenant_id(const kf_sandbox *sandbox, unsigned index)
{
    const kf_sb_tenant *tenant = sandbox->state.tenants.items[index];
    return tenant->base.id;
}

static bool seed_groups(kf_sandbox *sandbox)
{
    static const char *const names[] = {"Accounting", "Sales", "Support", "Legal", "People", "Board"};
    for (unsigned i = 0; i < 6; i++) {
        kf_sb_group *group = add_resource(sandbox, &sandbox->state.groups, sizeof(*group), 0x30, i + 1);
        if (group == NULL)
            return false;
        snprintf(group->name, sizeof(group->name), "%s", names[i]);
        group->tenant_id = tenant_id(sandbox, i % 2);
    }
    return true;
}

static bool seed_principals(kf_sandbox *sandbox)
{
    for (unsigned i = 0; i < USERS + 2; i++) {
        kf_sb_principal *principal = add_resource(sandbox, &sandbox->state.principals, sizeof(*principal), 0x20, i + 1);
        if (principal == NULL)
            return false;
        principal->tenants = 3;
        if (i == 0) {
            principal->type = KUFLOW_PRINCIPAL_TYPE_APPLICATION;
            strcpy(principal->name, "Sandbox application");
        } else if (i == 1) {
            principal->type = KUFLOW_PRINCIPAL_TYPE_SYSTEM;
            strcpy(principal->name, "KuFlow");
        } else {
            unsigned user = i - 2;
            principal->type = KUFLOW_PRINCIPAL_TYPE_USER;
            snprintf(principal->name, sizeof(principal->name), "User %02u", user + 1);
            snprintf(principal->email, sizeof(principal->email), "user%02u@example.com", user + 1);
            principal->groups = (user % 3 == 0 ? 1u : 0u) | (user % 6 != 0 ? 1u << user % 6 : 0u);
            principal->tenants = user % 4 == 3 ? 3u : 1u << user % 2;
        }
    }
    return true;
}

static bool seed_tenant_users(kf_sandbox *sandbox)
{
    cJSON *data = cJSON_CreateObject();
    bool ok = data != NULL && cJSON_AddStringToObject(data, "department", "sales") != NULL;
    kuflow_json_value metadata = {.value = data};
    for (unsigned i = 0; ok && i < sandbox->state.principals.count * 2; i++) {
        unsigned number = i / 2;
        unsigned tenant = i % 2;
        const kf_sb_principal *principal = sandbox->state.principals.items[number];
        if (principal->type != KUFLOW_PRINCIPAL_TYPE_USER || !(principal->tenants & 1u << tenant))
            continue;
        kf_sb_tenant_user *user =
            add_resource(sandbox, &sandbox->state.tenant_users, sizeof(*user), tenant == 0 ? 0x40 : 0x41, number + 1);
        ok = user != NULL;
        if (ok) {
            user->principal = principal;
            user->tenant_id = tenant_id(sandbox, tenant);
            user->metadata = kf_sb_json_clone(&metadata);
            ok = user->metadata != NULL;
        }
    }
    cJSON_Delete(data);
    return ok;
}

static bool seed_robots(kf_sandbox *sandbox)
{
    for (unsigned i = 0; i < 5; i++) {
        kf_sb_robot *robot = add_resource(sandbox, &sandbox->state.robots, sizeof(*robot), 0x50, i + 1);
        if (robot == NULL)
            return false;
        snprintf(robot->code, sizeof(robot->code), "ROBOT_%u", i + 1);
        snprintf(robot->name, sizeof(robot->name), "Robot %u", i + 1);
        snprintf(robot->description, sizeof(robot->description), "Reads invoices, number %u of 5", i + 1);
        robot->tenant_id = tenant_id(sandbox, i % 2);
        robot->ready = i % 2 == 0;
        seed_id(robot->source_id, 0x51, i + 1);
        snprintf(robot->source_name, sizeof(robot->source_name), "robot-%u.zip", i + 1);
        robot->source_length = 1000 * (i + 1) + i;
        robot->source = malloc(robot->source_length);
        if (robot->source == NULL)
            return false;
        for (size_t j = 0; j < robot->source_length; j++)
            robot->source[j] = (char)((j * 31 + i * 7) & 0xff); /* any bytes, NUL among them */
        if (kf_sb_sha256(robot->source, robot->source_length, robot->source_hash) != 0)
            return false;
    }
    return true;
}

static bool seed_keys(kf_sandbox *sandbox)
{
    for (unsigned i = 0; i < 2; i++) {
        kf_sb_key *key = add(&sandbox->state.keys, sizeof(*key));
        if (key == NULL)
            return false;
        snprintf(key->id, sizeof(key->id), i == 0 ? KF_SANDBOX_KEY : "key/2 ñ"); /* the second has to be escaped */
        for (unsigned j = 0; j < sizeof(key->value); j++)
            key->value[j] = (uint8_t)(j * 8 + i);
    }
    return true;
}

static bool seed_definitions(kf_sandbox *sandbox)
{
    static const kf_sb_definition definitions[] = {
        {.tasks = {"REVIEW", "APPROVE", "ARCHIVE"}},
        {.extras = false},
        {.tasks = {"REVIEW", "APPROVE"}, .extras = true},
    };
    for (unsigned i = 0; i < 3; i++) {
        kf_sb_definition *definition = add(&sandbox->state.definitions, sizeof(*definition));
        if (definition == NULL)
            return false;
        *definition = definitions[i];
        seed_id(definition->id, 0x60, i + 1);
        seed_id(definition->version, 0x61, i + 1);
        definition->tenant_id = tenant_id(sandbox, i == 2 ? 1 : 0);
    }
    return true;
}

bool kf_sb_seed(kf_sandbox *sandbox)
{
    return seed_tenants(sandbox) && seed_groups(sandbox) && seed_principals(sandbox) && seed_tenant_users(sandbox) &&
           seed_robots(sandbox) && seed_keys(sandbox) && seed_definitions(sandbox);
}
