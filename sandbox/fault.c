/* Misbehaviour that was ordered, and the record of what came in. */
#include "flowable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

const kf_operation *kf_sb_find_operation(const char *name)
{
    for (size_t i = 0; i < kf_sb_service_count; i++) {
        const kf_service *service = kf_sb_services[i]->service;
        size_t prefix = strlen(service->name);
        bool full = strncmp(name, service->name, prefix) == 0 && name[prefix] == '.';
        for (size_t j = 0; j < service->operation_count; j++) {
            if (strcmp(service->operations[j].name, full ? name + prefix + 1 : name) == 0)
                return &service->operations[j];
        }
    }
    return NULL;
}

/* Its place among the operations of all services; without operation, the place behind them. */
static size_t place_of(const kf_operation *operation)
{
    size_t place = 0;
    for (size_t i = 0; i < kf_sb_service_count; i++) {
        const kf_service *service = kf_sb_services[i]->service;
        if (operation != NULL && operation->service == service)
            return place + (size_t)(operation - service->operations);
        place += service->operation_count;
    }
    return place;
}

void kf_sb_fault_free(kf_sb_fault *fault)
{
    free((void *)fault->spec.body);
    free((void *)fault->spec.content_type);
    free((void *)fault->spec.retry_after);
    free((void *)fault->spec.location);
    fault->spec = (kf_sandbox_fault_spec){0};
}

static bool copy_text(const char **target, const char *text)
{
    *target = kf_sb_strdup(text);
    return text == NULL || *target != NULL;
}

/* A deep copy; false: nothing was made. */
static bool copy_fault(kf_sb_fault *copy, const kf_sb_fault *fault)
{
    *copy = *fault;
    copy->spec.body = copy->spec.content_type = copy->spec.retry_after = copy->spec.location = NULL;
    bool ok = copy_text(&copy->spec.content_type, fault->spec.content_type) &&
              copy_text(&copy->spec.retry_after, fault->spec.retry_after) &&
              copy_text(&copy->spec.location, fault->spec.location);
    if (ok && fault->spec.body != NULL) {
        char *body = malloc(fault->body_length + 1);
        if (body != NULL) {
            memcpy(body, fault->spec.body, fault->body_length);
            body[fault->body_length] = '\0';
        }
        copy->spec.body = body;
        ok = body != NULL;
    }
    if (!ok)
        kf_sb_fault_free(copy);
    return ok;
}

static void free_fault(void *item)
{
    kf_sb_fault_free(item);
    free(item);
}

kf_status kf_sandbox_fault(kf_sandbox *sandbox, const char *operation, const kf_sandbox_fault_spec *fault)
{
    if (sandbox == NULL || fault == NULL || fault->kind < KF_SANDBOX_FAULT_ANSWER ||
        fault->kind > KF_SANDBOX_FAULT_HUGE || (fault->status != 0 && (fault->status < 200 || fault->status > 999)))
        return KF_ERROR_ARGUMENT;
    kf_sb_fault given = {.spec = *fault};
    if (operation != NULL && (given.operation = kf_sb_find_operation(operation)) == NULL)
        return KF_ERROR_ARGUMENT;
    if (given.spec.times == 0)
        given.spec.times = 1;
    if (given.spec.status == 0)
        given.spec.status = 200;
    if (fault->kind == KF_SANDBOX_FAULT_HUGE)
        given.spec.body = NULL; /* `length` is not its */
    if (given.spec.body != NULL)
        given.body_length = fault->length > 0 ? fault->length : strlen(fault->body);
    kf_sb_fault *copy = malloc(sizeof(*copy));
    if (copy == NULL)
        return KF_ERROR_MEMORY;
    if (!copy_fault(copy, &given)) {
        free(copy);
        return KF_ERROR_MEMORY;
    }
    pthread_mutex_lock(&sandbox->mutex);
    bool ok = kf_sb_push(&sandbox->faults, copy);
    pthread_mutex_unlock(&sandbox->mutex);
    if (!ok)
        free_fault(copy);
    return ok ? KF_OK : KF_ERROR_MEMORY;
}

void kf_sandbox_fault_clear(kf_sandbox *sandbox)
{
    pthread_mutex_lock(&sandbox->mutex);
    kf_sb_faults_free(sandbox);
    sandbox->release++;
    pthread_cond_broadcast(&sandbox->changed);
    pthread_mutex_unlock(&sandbox->mutex);
}

void kf_sb_faults_free(kf_sandbox *sandbox)
{
    kf_sb_vector_free(&sandbox->faults, free_fault);
}

bool kf_sb_fault_take(kf_sandbox *sandbox, const kf_operation *operation, kf_sb_fault *fault)
{
    kf_sb_vector *faults = &sandbox->faults;
    for (size_t i = 0; i < faults->count; i++) {
        kf_sb_fault *found = faults->items[i];
        if (found->operation != NULL && found->operation != operation)
            continue;
        if (!copy_fault(fault, found))
            return false;
        if (found->spec.times > 0 && --found->spec.times == 0) {
            free_fault(found);
            memmove(&faults->items[i], &faults->items[i + 1], (faults->count - i - 1) * sizeof(void *));
            faults->count--;
        }
        return true;
    }
    return false;
}

void kf_sb_fault_answer(kf_sb_call *call, const kf_sb_fault *fault)
{
    const kf_sandbox_fault_spec *spec = &fault->spec;
    while (call->header_count > 0) /* of the answer that is not sent */
        free(call->headers[--call->header_count].value);
    if (spec->body == NULL) {
        char message[64];
        snprintf(message, sizeof(message), "The sandbox was told to answer %d", spec->status);
        call->service->error(call, spec->status, "sandbox.fault", message);
    } else {
        char *copy = malloc(fault->body_length + 1);
        if (copy == NULL) {
            kf_sb_no_memory(call);
            return;
        }
        memcpy(copy, spec->body, fault->body_length + 1);
        free(call->reply);
        call->reply = copy;
        call->reply_length = fault->body_length;
        call->status = spec->status;
        snprintf(call->reply_type, sizeof(call->reply_type), "application/json");
    }
    if (spec->content_type != NULL)
        snprintf(call->reply_type, sizeof(call->reply_type), "%s", spec->content_type);
    if (spec->retry_after != NULL)
        kf_sb_header(call, "Retry-After", spec->retry_after);
    if (spec->location != NULL)
        kf_sb_header(call, "Location", spec->location);
}

/* Called with the mutex held, which is given up while waiting. */
void kf_sb_fault_hold(kf_sandbox *sandbox, int64_t milliseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(milliseconds / 1000);
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    unsigned release = sandbox->release;
    sandbox->held++;
    pthread_cond_broadcast(&sandbox->changed);
    while (sandbox->release == release && !sandbox->stopping) {
        if (milliseconds <= 0)
            pthread_cond_wait(&sandbox->changed, &sandbox->mutex);
        else if (pthread_cond_timedwait(&sandbox->changed, &sandbox->mutex, &until) != 0)
            break;
    }
    sandbox->held--;
}

void kf_sandbox_release(kf_sandbox *sandbox)
{
    pthread_mutex_lock(&sandbox->mutex);
    sandbox->release++;
    pthread_cond_broadcast(&sandbox->changed);
    pthread_mutex_unlock(&sandbox->mutex);
}

int kf_sandbox_held(kf_sandbox *sandbox)
{
    pthread_mutex_lock(&sandbox->mutex);
    int held = sandbox->held;
    pthread_mutex_unlock(&sandbox->mutex);
    return held;
}

static enum MHD_Result record_header(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    kf_sb_vector *headers = user;
    char *copies[2] = {kf_sb_strdup(name), kf_sb_strdup(value == NULL ? "" : value)};
    for (int i = 0; i < 2; i++) {
        if (copies[0] == NULL || copies[1] == NULL || !kf_sb_push(headers, copies[i])) {
            free(copies[1]);
            if (i == 0)
                free(copies[0]);
            return MHD_NO;
        }
    }
    return MHD_YES;
}

/* Keeps the request's target and headers, and counts it. */
void kf_sb_record(kf_sb_call *call)
{
    kf_sandbox *sandbox = call->sandbox;
    kf_sb_vector_free(&sandbox->last_headers, free);
    MHD_get_connection_values(call->connection, MHD_HEADER_KIND, record_header, &sandbox->last_headers);
    size_t size = strlen(call->method) + strlen(call->target) + 2;
    free(sandbox->last_target);
    sandbox->last_target = malloc(size);
    if (sandbox->last_target != NULL)
        snprintf(sandbox->last_target, size, "%s %s", call->method, call->target);
    sandbox->requests[place_of(NULL)]++;
}

void kf_sb_record_operation(kf_sb_call *call)
{
    call->sandbox->requests[place_of(call->operation)]++;
}

int kf_sandbox_requests(kf_sandbox *sandbox, const char *operation)
{
    int count = 0;
    const kf_operation *found = operation == NULL ? NULL : kf_sb_find_operation(operation);
    pthread_mutex_lock(&sandbox->mutex);
    if (operation == NULL || found != NULL)
        count = sandbox->requests[place_of(found)];
    pthread_mutex_unlock(&sandbox->mutex);
    return count;
}

int kf_sandbox_applied(kf_sandbox *sandbox, const char *id)
{
    int count = 0;
    pthread_mutex_lock(&sandbox->mutex);
    for (size_t i = 0; i < sandbox->state.applied.count; i++)
        count += strcasecmp(sandbox->state.applied.items[i], id) == 0;
    count += kf_fl_accepted(sandbox->flowable, id);
    pthread_mutex_unlock(&sandbox->mutex);
    return count;
}

int kf_sandbox_created(kf_sandbox *sandbox)
{
    pthread_mutex_lock(&sandbox->mutex);
    int count = (int)sandbox->state.created;
    pthread_mutex_unlock(&sandbox->mutex);
    return count;
}

bool kf_sandbox_last_header(kf_sandbox *sandbox, const char *name, char *value, size_t size)
{
    bool found = false;
    pthread_mutex_lock(&sandbox->mutex);
    for (size_t i = 0; !found && i + 1 < sandbox->last_headers.count; i += 2) {
        found = strcasecmp(sandbox->last_headers.items[i], name) == 0;
        if (found)
            snprintf(value, size, "%s", (const char *)sandbox->last_headers.items[i + 1]);
    }
    pthread_mutex_unlock(&sandbox->mutex);
    return found;
}

bool kf_sandbox_last_target(kf_sandbox *sandbox, char *text, size_t size)
{
    pthread_mutex_lock(&sandbox->mutex);
    bool found = sandbox->last_target != NULL;
    if (found)
        snprintf(text, size, "%s", sandbox->last_target);
    pthread_mutex_unlock(&sandbox->mutex);
    return found;
}
