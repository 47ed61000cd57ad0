/* The sandbox's memory: vectors, ids, times, and how each resource is freed. */
#include "internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

bool kf_sb_push(kf_sb_vector *vector, void *item)
{
    if (vector->count == vector->capacity) {
        size_t capacity = vector->capacity == 0 ? 16 : vector->capacity * 2;
        void **items = realloc(vector->items, capacity * sizeof(*items));
        if (items == NULL)
            return false;
        vector->items = items;
        vector->capacity = capacity;
    }
    vector->items[vector->count++] = item;
    return true;
}

void kf_sb_vector_free(kf_sb_vector *vector, void (*free_item)(void *))
{
    for (size_t i = 0; free_item != NULL && i < vector->count; i++)
        free_item(vector->items[i]);
    free(vector->items);
    *vector = (kf_sb_vector){0};
}

char *kf_sb_strdup(const char *text)
{
    return text == NULL ? NULL : strdup(text);
}

void kf_sb_copy_id(char target[KF_SB_ID], const char *id)
{
    size_t i = 0;
    for (; id[i] != '\0' && i < KF_SB_ID - 1; i++)
        target[i] = (char)tolower((unsigned char)id[i]);
    target[i] = '\0';
}

void kf_sb_time_text(int64_t microseconds, char text[KF_SB_TIME])
{
    time_t seconds = (time_t)(microseconds / 1000000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t length = strftime(text, KF_SB_TIME, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + length, KF_SB_TIME - length, ".%06dZ", (int)(microseconds % 1000000));
}

/* No two times are the same, so that sorting by one has a single right result. */
void kf_sb_now(kf_sandbox *sandbox, char text[KF_SB_TIME])
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    if (us <= sandbox->state.clock_us)
        us = sandbox->state.clock_us + 1;
    sandbox->state.clock_us = us;
    kf_sb_time_text(us, text);
}

void kf_sb_resource_init(kf_sandbox *sandbox, kf_sb_resource *resource, const char *id)
{
    kf_sb_audit *audit = &resource->audit;
    if (id != NULL)
        kf_sb_copy_id(resource->id, id);
    else
        kf_uuid_new(resource->id);
    strcpy(audit->created_by, KF_SANDBOX_CALLER);
    strcpy(audit->modified_by, KF_SANDBOX_CALLER);
    kf_sb_now(sandbox, audit->created_at);
    strcpy(audit->modified_at, audit->created_at);
}

void kf_sb_touch(kf_sandbox *sandbox, kf_sb_resource *resource)
{
    strcpy(resource->audit.modified_by, KF_SANDBOX_CALLER);
    kf_sb_now(sandbox, resource->audit.modified_at);
}

void *kf_sb_find(const kf_sb_vector *resources, const char *id)
{
    if (id == NULL)
        return NULL;
    char wanted[KF_SB_ID];
    kf_sb_copy_id(wanted, id);
    /* The latest first: tests and examples mostly ask for what they have just made. */
    for (size_t i = resources->count; i-- > 0;) {
        kf_sb_resource *resource = resources->items[i];
        if (strcmp(resource->id, wanted) == 0)
            return resource;
    }
    return NULL;
}

const kf_sb_principal *kf_sb_find_email(const kf_sandbox *sandbox, const char *email)
{
    for (size_t i = 0; i < sandbox->state.principals.count; i++) {
        const kf_sb_principal *principal = sandbox->state.principals.items[i];
        if (principal->email[0] != '\0' && strcasecmp(principal->email, email) == 0)
            return principal;
    }
    return NULL;
}

bool kf_sb_applied_add(kf_sandbox *sandbox, const char *id)
{
    char *copy = kf_sb_strdup(id);
    if (copy == NULL || !kf_sb_push(&sandbox->state.applied, copy)) {
        free(copy);
        return false;
    }
    sandbox->state.created++;
    return true;
}

kuflow_json_value *kf_sb_json_clone(const kuflow_json_value *value)
{
    void *copy = NULL;
    if (kf_model_clone(&kuflow_json_value_schema, value, &copy, NULL) != KF_OK)
        return NULL;
    kuflow_json_value *clone = copy;
    clone->valid = KF_BOOL(true); /* there are no schemas here: every value is valid */
    clone->errors = NULL;
    clone->errors_count = 0;
    return clone;
}

void kf_sb_process_free(void *item)
{
    kf_sb_process *process = item;
    if (process == NULL)
        return;
    kf_model_free(process->metadata);
    kf_model_free(process->entity);
    free(process);
}

static void free_log(void *item)
{
    kf_sb_log *log = item;
    free(log->message);
    free(log);
}

void kf_sb_item_free(void *resource)
{
    kf_sb_item *item = resource;
    if (item == NULL)
        return;
    kf_model_free(item->data);
    kf_sb_vector_free(&item->logs, free_log);
    free(item->code);
    free(item->text);
    free(item->data_code);
    free(item);
}

void kf_sb_document_free(void *item)
{
    kf_sb_document *document = item;
    if (document == NULL)
        return;
    free(document->name);
    free(document->content_type);
    free(document->bytes);
    free(document);
}

static void free_worker(void *item)
{
    kf_sb_worker *worker = item;
    kf_model_free(worker->params);
    free(worker);
}

static void free_robot(void *item)
{
    kf_sb_robot *robot = item;
    free(robot->source);
    free(robot);
}

static void free_tenant_user(void *item)
{
    kf_sb_tenant_user *user = item;
    kf_model_free(user->metadata);
    free(user);
}

void kf_sb_state_free(kf_sb_state *state)
{
    kf_sb_vector_free(&state->documents, kf_sb_document_free);
    kf_sb_vector_free(&state->workers, free_worker);
    kf_sb_vector_free(&state->items, kf_sb_item_free);
    kf_sb_vector_free(&state->processes, kf_sb_process_free);
    kf_sb_vector_free(&state->definitions, free);
    kf_sb_vector_free(&state->keys, free);
    kf_sb_vector_free(&state->robots, free_robot);
    kf_sb_vector_free(&state->tenant_users, free_tenant_user);
    kf_sb_vector_free(&state->groups, free);
    kf_sb_vector_free(&state->principals, free);
    kf_sb_vector_free(&state->tenants, free);
    kf_sb_vector_free(&state->applied, free);
}
