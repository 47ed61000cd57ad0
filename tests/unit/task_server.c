#include "task_server.h"

#include <stdio.h>
#include <string.h>

static void read_body(kf_exchange *exchange, char *target, size_t size)
{
    size_t used = 0;
    int64_t count;
    while (exchange->read_body != NULL && used + 1 < size &&
           (count = exchange->read_body(target + used, size - 1 - used, exchange->read_user)) > 0)
        used += (size_t)count;
    target[used] = '\0';
}

void task_member(char *target, size_t size, const char *body, const char *name)
{
    char start[64];
    snprintf(start, sizeof(start), "\"%s\":\"", name);
    const char *at = strstr(body, start);
    at = at == NULL ? "" : at + strlen(start);
    snprintf(target, size, "%.*s", (int)strcspn(at, "\""), at);
}

static void write_item(const task_server *fake, const char *state, char *text, size_t size)
{
    char own[256] = "", other[256] = "", logs[600];
    if (fake->mark[0] != '\0')
        snprintf(own, sizeof(own),
                 "{\"id\":\"%s\",\"timestamp\":\"2026-01-01T00:00:05Z\",\"level\":\"INFO\",\"message\":\"%s\"}",
                 TASK_ID, fake->mark);
    if (fake->mark_time != NULL && (!fake->mark_late || fake->lines > 0))
        snprintf(other, sizeof(other),
                 "{\"id\":\"%s\",\"timestamp\":\"%s\",\"level\":\"INFO\",\"message\":\"Taken by worker other (1)\"}",
                 OWNER_ID, fake->mark_time);
    snprintf(logs, sizeof(logs), "[%s%s%s]", other, own[0] != '\0' && other[0] != '\0' ? "," : "", own);
    snprintf(text, size,
             "{\"id\":\"%s\",\"type\":\"TASK\",\"processId\":\"%s\",\"ownerId\":\"%s\",\"tenantId\":\"%s\","
             "\"task\":{\"state\":\"%s\",%s%s\"logs\":%s}}",
             TASK_ID, TASK_ID, OWNER_ID, TASK_ID, state, fake->task, fake->task[0] != '\0' ? "," : "", logs);
}

static void write_page(task_server *fake, char *text, size_t size)
{
    char item[400] = "";
    if (!fake->listed)
        snprintf(item, sizeof(item),
                 "{\"id\":\"%s\",\"type\":\"TASK\",\"processId\":\"%s\",\"tenantId\":\"%s\","
                 "\"lastModifiedAt\":\"2026-01-01T00:00:00Z\",\"task\":{\"state\":\"READY\"}}",
                 TASK_ID, TASK_ID, TASK_ID);
    snprintf(text, size,
             "{\"metadata\":{\"size\":25,\"page\":0,\"totalElements\":1,\"totalPages\":1},\"content\":[%s]}", item);
    fake->listed = true;
}

/* Writes the answer, and returns its status. */
static int answer(task_server *fake, kf_exchange *exchange, char *text, size_t size)
{
    char body[4096];
    const char *url = exchange->url;
    read_body(exchange, body, sizeof(body));
    strcpy(text, "{}");
    if (strstr(url, "/workers") != NULL) {
        fake->registrations++;
        snprintf(fake->registration, sizeof(fake->registration), "%.1000s", body);
        return fake->register_status;
    }
    if (strstr(url, "/process-items?") != NULL && fake->list_status != 200)
        return fake->list_status;
    if (strstr(url, "/process-items?") != NULL) {
        write_page(fake, text, size);
        return 200;
    }
    if (strstr(url, "/append-log") != NULL && fake->lines++ == 0)
        task_member(fake->mark, sizeof(fake->mark), body, "message");
    if (strstr(url, "/task/data") != NULL) {
        snprintf(fake->data_method, sizeof(fake->data_method), "%s", exchange->method);
        snprintf(fake->data, sizeof(fake->data), "%s", body);
    }
    fake->completions += strstr(url, "/complete") != NULL;
    write_item(fake, fake->completions > 0 ? "COMPLETED" : "CLAIMED", text, size);
    return 200;
}

static kf_status perform(kf_exchange *exchange, void *user)
{
    task_server *fake = user;
    char text[8192];
    int status = answer(fake, exchange, text, sizeof(text));
    exchange->sent = exchange->complete = true;
    if (exchange->on_status(status, exchange->user) != 0 ||
        exchange->on_header("Content-Type", "application/json", exchange->user) != 0 ||
        (fake->window != NULL && exchange->on_header("X-KF-DELAY-WINDOW", fake->window, exchange->user) != 0) ||
        exchange->on_body(text, strlen(text), exchange->user) != 0)
        return KF_ERROR_TRANSPORT;
    return KF_OK;
}

static int64_t clock_now(void *user)
{
    return ((task_server *)user)->now;
}

static void clock_sleep(int64_t milliseconds, void *user)
{
    ((task_server *)user)->now += milliseconds;
}

static uint64_t dice(void *user)
{
    task_server *fake = user;
    fake->random = fake->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return fake->random;
}

static void note(const kf_worker_event *event, void *user)
{
    task_server *fake = user;
    fake->troubles += event->kind == KF_WORKER_ACQUIRE_FAILED;
    fake->recoveries += event->kind == KF_WORKER_RECOVERED;
    if (fake->event_count == LOG_LIMIT ||
        (event->kind != KF_WORKER_REGISTERED && event->kind != KF_WORKER_REGISTRATION_FAILED))
        return;
    fake->kinds[fake->event_count] = event->kind;
    fake->waits[fake->event_count] = event->milliseconds;
    snprintf(fake->events[fake->event_count++], sizeof(fake->events[0]), "%s", event->message);
}

void task_begin(task_setup *s, const kuflow_worker_options *kuflow, kf_job_fn handler)
{
    kf_error error;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_worker_options settings = KF_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    task_server *fake = &s->fake;
    fake->transport = (kf_transport){perform, clock_now, clock_now, clock_sleep, dice, fake};
    fake->now = 1000000;
    fake->register_status = 201;
    fake->list_status = 200;
    if (fake->task == NULL)
        fake->task = "";
    options.base_url = "http://test.example/api";
    options.allow_http = true;
    options.max_attempts = 1;
    options.transport = &fake->transport;
    assert_int_equal(kf_client_new(&options, &s->client, &error), KF_OK);
    settings.threads = -1;
    settings.name = "unit";
    settings.on_event = note;
    settings.on_event_user = fake;
    if (kuflow_worker_new(s->client, &settings, kuflow, &s->worker, &error) != KF_OK)
        fail_msg("%s", error.message);
    topic.name = "CODE";
    topic.handler = handler;
    topic.user = fake;
    assert_int_equal(kf_worker_add_topic(s->worker, &topic, &error), KF_OK);
}

void task_end(task_setup *s)
{
    kf_worker_free(s->worker);
    kf_client_free(s->client);
}

void task_pass(task_setup *s, int64_t milliseconds)
{
    kf_error error;
    int handled = 0;
    s->fake.now += milliseconds;
    do
        assert_int_equal(kf_worker_poll_once(s->worker, 0, &handled, &error), KF_OK);
    while (handled > 0);
}
