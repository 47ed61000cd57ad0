#include "task_worker.h"

#include "support/steady.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE_MS 30000

static void note(const kf_worker_event *event, void *user)
{
    task_worker *w = user;
    if ((int)event->kind >= KINDS_MOST)
        return;
    pthread_mutex_lock(&w->lock);
    w->told[event->kind]++;
    snprintf(w->last[event->kind], sizeof(w->last[0]), "%s", event->message);
    pthread_mutex_unlock(&w->lock);
}

void worker_begin_with(task_worker *w, kf_fixture *f, const char *code, kf_job_fn handler, void *user, int threads,
                       const kuflow_worker_options *kuflow, int attempts)
{
    kf_client_options options = fixture_options(kf_sandbox_url(f->sandbox));
    kf_worker_options settings = KF_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    memset(w, 0, sizeof(*w));
    w->f = f;
    assert_int_equal(pthread_mutex_init(&w->lock, NULL), 0);
    options.max_attempts = attempts;
    options.transport = &kf_steady;
    CHECK_OK(f, kuflow_client_new(&options, &w->client, &f->error));
    settings.threads = threads;
    settings.on_event = note;
    settings.on_event_user = w;
    CHECK_OK(f, kuflow_worker_new(w->client, &settings, kuflow, &w->worker, &f->error));
    topic.name = code;
    topic.handler = handler;
    topic.user = user;
    topic.retry_base_ms = -1;
    CHECK_OK(f, kf_worker_add_topic(w->worker, &topic, &f->error));
}

void worker_begin(task_worker *w, kf_fixture *f, const char *code, kf_job_fn handler, void *user, int threads,
                  const kuflow_worker_options *kuflow)
{
    worker_begin_with(w, f, code, handler, user, threads, kuflow, 0);
}

void worker_end(task_worker *w)
{
    kf_worker_free(w->worker);
    kf_client_free(w->client);
    pthread_mutex_destroy(&w->lock);
}

kf_worker_stats worker_stats(task_worker *w)
{
    kf_worker_stats stats = {.size = sizeof(stats)};
    assert_int_equal(kf_worker_stats_get(w->worker, NULL, &stats), KF_OK);
    return stats;
}

int worker_told(task_worker *w, kf_worker_event_kind kind)
{
    pthread_mutex_lock(&w->lock);
    int count = w->told[kind];
    pthread_mutex_unlock(&w->lock);
    return count;
}

static void poll_once(task_worker *w, int64_t give_up)
{
    if (kf_worker_poll_once(w->worker, 20, NULL, &w->f->error) != KF_OK)
        fail_msg("the poll failed: %s", w->f->error.message);
    if (now_ms() < give_up)
        return;
    for (int kind = 0; kind < KINDS_MOST; kind++) {
        if (w->told[kind] > 0)
            print_error("%d x %s: %s\n", w->told[kind], kf_worker_event_text((kf_worker_event_kind)kind),
                        w->last[kind]);
    }
    fail_msg("it did not come about");
}

void worker_poll_until(task_worker *w, const char *code, kuflow_process_item_task_state state, int count)
{
    int64_t give_up = now_ms() + PATIENCE_MS;
    while (tasks_count(w->f, code, state) != count)
        poll_once(w, give_up);
}

void worker_poll_until_told(task_worker *w, kf_worker_event_kind kind, int count)
{
    int64_t give_up = now_ms() + PATIENCE_MS;
    while (worker_told(w, kind) < count)
        poll_once(w, give_up);
}

void tasks_create(kf_fixture *f, const char *code, int count, const char *data, char ids[][KF_UUID_TEXT_SIZE])
{
    char process[KF_UUID_TEXT_SIZE];
    kf_extra_member text = {.name = "value", .json = data};
    kuflow_json_value value = {.extra = {&text, 1, NULL}};
    kuflow_process_item_task_create_params task = {.data = &value};
    kuflow_process_item_create_params params = {.type = KUFLOW_PROCESS_ITEM_TYPE_TASK,
                                                .process_id = process,
                                                .process_item_definition_code = code,
                                                .task = data == NULL ? NULL : &task};
    fixture_process(f, KF_SANDBOX_DEFINITION_EMPTY, process);
    for (int i = 0; i < count; i++) {
        kuflow_process_item *item = NULL;
        CHECK_OK(f, kuflow_create_process_item(f->client, &params, &item, &f->error));
        snprintf(ids[i], KF_UUID_TEXT_SIZE, "%s", item->id);
        kuflow_process_item_free(item);
    }
}

int tasks_count(kf_fixture *f, const char *code, kuflow_process_item_task_state state)
{
    kuflow_find_process_items_params params = {
        .size = KF_INT32(1), .task_state = {&state, 1}, .process_item_definition_code = {&code, 1}};
    kuflow_process_item_page *page = NULL;
    CHECK_OK(f, kuflow_find_process_items(f->client, &params, &page, &f->error));
    int count = (int)page->metadata->total_elements;
    kuflow_process_item_page_free(page);
    return count;
}

void tasks_wait(kf_fixture *f, const char *code, kuflow_process_item_task_state state, int count)
{
    int64_t give_up = now_ms() + PATIENCE_MS;
    while (tasks_count(f, code, state) != count) {
        if (now_ms() > give_up)
            fail_msg("not %d tasks, but %d", count, tasks_count(f, code, state));
        sleep_ms(1);
    }
}

kuflow_process_item *task_get(kf_fixture *f, const char *id)
{
    kuflow_process_item *item = NULL;
    CHECK_OK(f, kuflow_retrieve_process_item(f->client, id, &item, &f->error));
    return item;
}

int task_lines(kf_fixture *f, const char *id, kuflow_process_item_task_log_level level, const char *begin)
{
    kuflow_process_item *item = task_get(f, id);
    int count = 0;
    for (size_t i = 0; i < item->task->logs_count; i++) {
        const kuflow_process_item_task_log *line = &item->task->logs[i];
        count += line->level == level && strncmp(line->message, begin, strlen(begin)) == 0;
    }
    kuflow_process_item_free(item);
    return count;
}
