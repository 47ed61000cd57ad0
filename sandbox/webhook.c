/* Events: made as the state changes, kept, and posted in order by one thread. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVENT_VERSION "1"

static void add_event(kf_sandbox *sandbox, const kf_type *type, const void *model)
{
    char *text = NULL;
    kf_sb_event *event = calloc(1, sizeof(*event));
    if (event == NULL || kf_model_encode(type, model, &text, NULL) != KF_OK)
        goto failed;
    event->text = text;
    event->done = sandbox->webhook_url == NULL;
    if (!kf_sb_push(&sandbox->events, event))
        goto failed;
    pthread_cond_broadcast(&sandbox->changed);
    return;
failed:
    kf_free(text);
    free(event);
}

void kf_sb_event_process(kf_sandbox *sandbox, const kf_sb_process *process, bool created)
{
    char id[KF_SB_ID], now[KF_SB_TIME];
    kf_uuid_new(id);
    kf_sb_now(sandbox, now);
    if (created) {
        kuflow_webhook_event_process_created_data data = {.process_id = process->base.id,
                                                          .process_state = process->state};
        kuflow_webhook_event_process_created event = {.id = id,
                                                      .version = EVENT_VERSION,
                                                      .type = KUFLOW_WEBHOOK_TYPE_PROCESS_CREATED,
                                                      .timestamp = now,
                                                      .data = &data};
        add_event(sandbox, &kuflow_webhook_event_process_created_schema, &event);
    } else {
        kuflow_webhook_event_process_state_changed_data data = {.process_id = process->base.id,
                                                                .process_state = process->state};
        kuflow_webhook_event_process_state_changed event = {.id = id,
                                                            .version = EVENT_VERSION,
                                                            .type = KUFLOW_WEBHOOK_TYPE_PROCESS_STATE_CHANGED,
                                                            .timestamp = now,
                                                            .data = &data};
        add_event(sandbox, &kuflow_webhook_event_process_state_changed_schema, &event);
    }
}

void kf_sb_event_item(kf_sandbox *sandbox, const kf_sb_item *item, bool created)
{
    char id[KF_SB_ID], now[KF_SB_TIME];
    kf_uuid_new(id);
    kf_sb_now(sandbox, now);
    if (created) {
        kuflow_webhook_event_process_item_created_data data = {.process_id = item->process->base.id,
                                                               .process_item_id = item->base.id,
                                                               .process_item_type = item->type,
                                                               .process_item_state = item->state,
                                                               .process_item_definition_code = item->code};
        kuflow_webhook_event_process_item_created event = {.id = id,
                                                           .version = EVENT_VERSION,
                                                           .type = KUFLOW_WEBHOOK_TYPE_PROCESS_ITEM_CREATED,
                                                           .timestamp = now,
                                                           .data = &data};
        add_event(sandbox, &kuflow_webhook_event_process_item_created_schema, &event);
    } else {
        kuflow_webhook_event_process_item_task_state_changed_data data = {.process_id = item->process->base.id,
                                                                          .process_item_id = item->base.id,
                                                                          .process_item_type = item->type,
                                                                          .process_item_state = item->state,
                                                                          .process_item_definition_code = item->code};
        kuflow_webhook_event_process_item_task_state_changed event = {
            .id = id,
            .version = EVENT_VERSION,
            .type = KUFLOW_WEBHOOK_TYPE_PROCESS_ITEM_TASK_STATE_CHANGED,
            .timestamp = now,
            .data = &data};
        add_event(sandbox, &kuflow_webhook_event_process_item_task_state_changed_schema, &event);
    }
}

/* The path of the webhook's URL; the client has the rest. */
static const char *url_path(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host == NULL ? NULL : strchr(host + 3, '/');
    return path == NULL ? "/" : path;
}

static void *post_events(void *user)
{
    kf_sandbox *sandbox = user;
    size_t next = 0;
    pthread_mutex_lock(&sandbox->mutex);
    while (!sandbox->stopping) {
        if (next == sandbox->events.count) {
            pthread_cond_wait(&sandbox->changed, &sandbox->mutex);
            continue;
        }
        kf_sb_event *event = sandbox->events.items[next++];
        pthread_mutex_unlock(&sandbox->mutex);
        kf_request request = {
            .method = "POST", .path = url_path(sandbox->webhook_url), .body = event->text, .idempotent = true};
        kf_error error;
        kf_status status = kf_request_send(sandbox->webhook, &request, NULL, NULL, &error);
        pthread_mutex_lock(&sandbox->mutex);
        event->done = true;
        event->delivered = status == KF_OK;
        pthread_cond_broadcast(&sandbox->changed);
    }
    pthread_mutex_unlock(&sandbox->mutex);
    return NULL;
}

bool kf_sb_webhook_start(kf_sandbox *sandbox, kf_error *error)
{
    if (sandbox->webhook_url == NULL)
        return true;
    kf_client *client = NULL;
    char *origin = kf_sb_strdup(sandbox->webhook_url);
    sandbox->webhook_cancel = kf_cancel_new();
    if (origin == NULL || sandbox->webhook_cancel == NULL) {
        free(origin);
        return false;
    }
    const char *path = url_path(sandbox->webhook_url);
    if (path > sandbox->webhook_url && path < sandbox->webhook_url + strlen(sandbox->webhook_url))
        origin[path - sandbox->webhook_url] = '\0';
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = origin;
    options.allow_http = true;
    options.max_attempts = 5;
    kf_scope_options scope = KF_SCOPE_OPTIONS_INIT;
    scope.cancel = sandbox->webhook_cancel;
    bool ok = kf_client_new(&options, &client, error) == KF_OK &&
              kf_client_scope(client, &scope, &sandbox->webhook, error) == KF_OK;
    kf_client_free(client); /* the scope keeps what it needs */
    free(origin);
    if (ok)
        ok = sandbox->webhook_running = pthread_create(&sandbox->webhook_thread, NULL, post_events, sandbox) == 0;
    return ok;
}

/* `stopping` is set before. */
void kf_sb_webhook_stop(kf_sandbox *sandbox)
{
    if (sandbox->webhook_running) {
        kf_cancel_trigger(sandbox->webhook_cancel);
        pthread_join(sandbox->webhook_thread, NULL);
    }
    kf_client_free(sandbox->webhook);
    kf_cancel_free(sandbox->webhook_cancel);
    for (size_t i = 0; i < sandbox->events.count; i++) {
        kf_sb_event *event = sandbox->events.items[i];
        kf_free(event->text);
        free(event);
    }
    kf_sb_vector_free(&sandbox->events, NULL);
}

size_t kf_sandbox_event_count(kf_sandbox *sandbox)
{
    pthread_mutex_lock(&sandbox->mutex);
    size_t count = sandbox->events.count;
    pthread_mutex_unlock(&sandbox->mutex);
    return count;
}

const char *kf_sandbox_event(kf_sandbox *sandbox, size_t index)
{
    pthread_mutex_lock(&sandbox->mutex);
    const char *text = NULL;
    if (index < sandbox->events.count)
        text = ((const kf_sb_event *)sandbox->events.items[index])->text;
    pthread_mutex_unlock(&sandbox->mutex);
    return text;
}

bool kf_sandbox_webhook_wait(kf_sandbox *sandbox, int64_t timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(timeout_ms / 1000);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    bool delivered = true;
    pthread_mutex_lock(&sandbox->mutex);
    size_t count = sandbox->events.count;
    for (size_t i = 0; i < count; i++) {
        const kf_sb_event *event = sandbox->events.items[i];
        while (!event->done && pthread_cond_timedwait(&sandbox->changed, &sandbox->mutex, &until) == 0)
            continue;
        delivered = delivered && event->delivered;
    }
    pthread_mutex_unlock(&sandbox->mutex);
    return delivered;
}
