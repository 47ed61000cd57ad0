#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *server_root(void)
{
    const char *value = getenv("JBPM_URL");
    if (value == NULL || value[0] == '\0') {
        print_error("JBPM_URL is not set: these programs need a running server, see tests/run jbpm\n");
        exit(1);
    }
    return value;
}

int server_port(void)
{
    const char *colon = strrchr(server_root(), ':');
    assert_non_null(colon);
    return atoi(colon + 1);
}

static void count(const kf_event *event, void *user)
{
    fixture *f = user;
    const kf_operation *operation = kf_operation_find(event->operation);
    if (event->kind != KF_EVENT_ATTEMPT || operation == NULL)
        return;
    size_t i = (size_t)(operation - operation->service->operations);
    assert_true(i < OPERATIONS_MAX);
    if (event->http_status >= 400)
        atomic_fetch_add(&f->tallies[i].refused, 1);
    else if (event->http_status >= 200 && event->status == KF_OK)
        atomic_fetch_add(&f->tallies[i].succeeded, 1);
}

kf_client_options fixture_options(fixture *f, const char *user)
{
    static char base[200];
    snprintf(base, sizeof(base), "%s/jbpm-console", server_root());
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = base;
    options.allow_http = true;
    options.username = user;
    options.password = user;
    options.max_attempts = 1;
    options.on_event = f == NULL ? NULL : count;
    options.on_event_user = f;
    return options;
}

kf_client *fixture_client(const kf_client_options *options)
{
    kf_client *client = NULL;
    kf_error error;
    if (jbpm_client_new(options, &client, &error) != KF_OK)
        fail_msg("no client: %s", error.message);
    return client;
}

static kf_client *client_of(fixture *f, const char *user)
{
    kf_client_options options = fixture_options(f, user);
    return fixture_client(&options);
}

int fixture_setup(void **state)
{
    fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    f->anna = client_of(f, "anna");
    f->ben = client_of(f, "ben");
    f->carl = client_of(f, "carl");
    f->admin = client_of(f, "Administrator");
    f->guest = client_of(f, "guest");
    f->work_item = 1;
    *state = f;
    return 0;
}

int fixture_teardown(void **state)
{
    fixture *f = *state;
    kf_client_free(f->anna);
    kf_client_free(f->ben);
    kf_client_free(f->carl);
    kf_client_free(f->admin);
    kf_client_free(f->guest);
    free(f);
    return 0;
}

static int64_t start_at(fixture *f, const char *deployment, const char *process, const char *employee)
{
    const kf_string_entry entry = {"employee", employee};
    const jbpm_start_process_params params = {.map = {&entry, 1}};
    jbpm_process_instance *instance = NULL;
    CHECK_OK(f,
             jbpm_start_process(f->anna, deployment, process, employee == NULL ? NULL : &params, &instance, &f->error));
    assert_true(instance->id.presence == KF_SET);
    int64_t id = instance->id.value;
    jbpm_process_instance_free(instance);
    return id;
}

int64_t start_process(fixture *f, const char *process)
{
    return start_at(f, OFFICE, process, NULL);
}

int64_t start_for(fixture *f, const char *process, const char *employee)
{
    return start_at(f, OFFICE, process, employee);
}

int64_t start_at_desk(fixture *f, const char *process)
{
    return start_at(f, DESK, process, NULL);
}

int64_t task_of(fixture *f, int64_t instance)
{
    const jbpm_query_tasks_params params = {.process_instance_id = {&instance, 1}};
    jbpm_task_summary_list *list = NULL;
    CHECK_OK(f, jbpm_query_tasks(f->anna, &params, &list, &f->error));
    assert_int_equal(list->task_summary_list_count, 1);
    const int64_t id = list->task_summary_list[0].id.value;
    jbpm_task_summary_list_free(list);
    return id;
}

int64_t shared_task(fixture *f)
{
    return task_of(f, start_process(f, "office.shared"));
}

void assert_task_status(fixture *f, int64_t id, const char *status)
{
    jbpm_task *task = NULL;
    CHECK_OK(f, jbpm_get_task(f->anna, id, &task, &f->error));
    assert_string_equal(jbpm_task_status_text(task->task_data->status), status);
    jbpm_task_free(task);
}

int64_t work_item_of(fixture *f, const char *deployment, int64_t instance)
{
    /* Work items, those of tasks too, are numbered, so a later one is further on; many numbers are free by now. */
    for (;; f->work_item++) {
        jbpm_work_item *item = NULL;
        int64_t owner = 0;
        assert_true(f->work_item < 10000);
        if (jbpm_get_work_item(f->anna, deployment, f->work_item, NULL, &item, &f->error) == KF_OK)
            owner = item->process_instance_id.value;
        jbpm_work_item_free(item);
        if (owner == instance)
            return f->work_item;
    }
}

bool is_active(fixture *f, int64_t instance)
{
    jbpm_process_instance *answer = NULL;
    const kf_status status = jbpm_get_process_instance(f->anna, OFFICE, instance, &answer, &f->error);
    jbpm_process_instance_free(answer);
    if (status != KF_OK && f->error.http_status != 400)
        fail_msg("HTTP %d: %s", f->error.http_status, f->error.message);
    return status == KF_OK;
}

char *logged_value(fixture *f, int64_t instance, const char *variable)
{
    jbpm_history_log_list *list = NULL;
    int64_t latest = 0;
    char *value = NULL;
    CHECK_OK(f, jbpm_list_variable_logs_by_id(f->anna, OFFICE, instance, variable, NULL, &list, &f->error));
    for (size_t i = 0; i < list->history_log_list_count; i++) {
        const jbpm_variable_instance_log *log = jbpm_history_log_as_variable_instance_log(list->history_log_list[i]);
        assert_non_null(log);
        if (log->id.value > latest) {
            latest = log->id.value;
            free(value);
            value = strdup(log->value);
        }
    }
    jbpm_history_log_list_free(list);
    return value;
}

void assert_logged_value(fixture *f, int64_t instance, const char *variable, const char *value)
{
    char *logged = logged_value(f, instance, variable);
    assert_non_null(logged);
    assert_string_equal(logged, value);
    free(logged);
}

static void print_call(const char *call, kf_status status, const kf_error *error)
{
    print_error("%s\n  gave %s (error.status %s, HTTP %d, %d attempts): %s [%s]\n", call, kf_status_name(status),
                kf_status_name(error->status), error->http_status, error->attempts, error->message,
                error->server_message);
}

void check_ok_at(const fixture *f, kf_status status, const char *call, const char *file, int line)
{
    if (status == KF_OK && f->error.status == KF_OK)
        return;
    print_call(call, status, &f->error);
    _fail(file, line);
}

void check_fails_at(const fixture *f, kf_status status, kf_status expected, int http_status, const char *text,
                    const char *call, const char *file, int line)
{
    const kf_error *error = &f->error;
    if (status == expected && error->status == expected && error->http_status == http_status &&
        strstr(error->server_message, text) != NULL)
        return;
    print_call(call, status, error);
    print_error("  expected %s, HTTP %d, \"%s\"\n", kf_status_name(expected), http_status, text);
    _fail(file, line);
}
