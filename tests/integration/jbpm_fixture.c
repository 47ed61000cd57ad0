#include "jbpm_fixture.h"

#include "support/steady.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

kf_client *jbpm_client_of(jbpm_fixture *f, const char *user)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client = NULL;
    options.base_url = kf_sandbox_jbpm_url(f->sandbox);
    options.allow_http = true;
    options.username = options.password = user;
    options.max_attempts = 1;
    options.transport = &kf_steady;
    OK(f, jbpm_client_new(&options, &client, &f->error));
    return client;
}

int jbpm_setup(void **state)
{
    jbpm_fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    if (kf_sandbox_start(NULL, &f->sandbox, &f->error) != KF_OK)
        fail_msg("no sandbox: %s", f->error.message);
    f->anna = jbpm_client_of(f, KF_SANDBOX_JBPM_USER);
    f->ben = jbpm_client_of(f, "ben");
    f->carl = jbpm_client_of(f, "carl");
    f->admin = jbpm_client_of(f, "Administrator");
    f->options = (jbpm_worker_options)JBPM_WORKER_OPTIONS_INIT;
    f->options.user = KF_SANDBOX_JBPM_USER;
    crew_begin(&f->crew, f->anna);
    f->crew.jbpm = &f->options;
    *state = f;
    return 0;
}

int jbpm_teardown(void **state)
{
    jbpm_fixture *f = *state;
    kf_sandbox_fault_clear(f->sandbox);
    crew_end(&f->crew);
    kf_client_free(f->anna);
    kf_client_free(f->ben);
    kf_client_free(f->carl);
    kf_client_free(f->admin);
    kf_sandbox_stop(f->sandbox);
    free(f);
    return 0;
}

int64_t jbpm_begin(jbpm_fixture *f, const char *process, const char *employee, int64_t age)
{
    const jbpm_argument arguments[] = {jbpm_long("age", age), jbpm_string("employee", employee)};
    const size_t skipped = age == NO_AGE, count = (size_t)(age != NO_AGE) + (employee != NULL);
    jbpm_start_process_params params = {0};
    jbpm_process_instance *instance = NULL;
    OK(f, jbpm_map_new(JBPM_6_0, arguments + skipped, count, &params.map, &f->error));
    OK(f, jbpm_start_process(f->anna, OFFICE, process, &params, &instance, &f->error));
    const int64_t id = instance->id.value;
    jbpm_map_free(&params.map);
    jbpm_process_instance_free(instance);
    return id;
}

int64_t jbpm_task_id(jbpm_fixture *f, int64_t instance)
{
    const jbpm_query_tasks_params params = {.process_instance_id = {&instance, 1}};
    jbpm_task_summary_list *list = NULL;
    OK(f, jbpm_query_tasks(f->anna, &params, &list, &f->error));
    assert_int_equal(list->task_summary_list_count, 1);
    const int64_t id = list->task_summary_list[0].id.value;
    jbpm_task_summary_list_free(list);
    return id;
}

int64_t jbpm_shared_task(jbpm_fixture *f)
{
    return jbpm_task_id(f, jbpm_begin(f, "office.shared", NULL, NO_AGE));
}

jbpm_task *jbpm_task_now(jbpm_fixture *f, int64_t id)
{
    jbpm_task *task = NULL;
    OK(f, jbpm_get_task(f->admin, id, &task, &f->error));
    return task;
}

jbpm_task_status jbpm_status_now(jbpm_fixture *f, int64_t id)
{
    jbpm_task *task = jbpm_task_now(f, id);
    const jbpm_task_status status = task->task_data->status;
    jbpm_task_free(task);
    return status;
}

static jbpm_content *content_of(jbpm_fixture *f, const kf_int64 *id)
{
    jbpm_content *content = NULL;
    if (id->presence == KF_SET && id->value > 0)
        OK(f, jbpm_get_content(f->admin, id->value, &content, &f->error));
    return content;
}

jbpm_content *jbpm_output(jbpm_fixture *f, int64_t id)
{
    jbpm_task *task = jbpm_task_now(f, id);
    jbpm_content *content = content_of(f, &task->task_data->output_content_id);
    jbpm_task_free(task);
    return content;
}

const char *jbpm_fault_text(jbpm_fixture *f, int64_t id, const char *name)
{
    static char text[4096];
    char *value = NULL;
    jbpm_task *task = jbpm_task_now(f, id);
    jbpm_content *content = content_of(f, &task->task_data->fault_content_id);
    text[0] = '\0';
    if (content != NULL &&
        jbpm_variable_get_string(content->content_map, content->content_map_count, name, &value, &f->error) == KF_OK)
        snprintf(text, sizeof(text), "%s", value);
    kf_free(value);
    jbpm_content_free(content);
    jbpm_task_free(task);
    return text;
}

void jbpm_order_fault(jbpm_fixture *f, const char *operation, kf_sandbox_fault_spec fault)
{
    assert_int_equal(kf_sandbox_fault(f->sandbox, operation, &fault), KF_OK);
}

int jbpm_requests(jbpm_fixture *f, const char *operation)
{
    return kf_sandbox_requests(f->sandbox, operation);
}

bool jbpm_wait_again(int *rounds)
{
    const struct timespec pause = {0, 2 * 1000 * 1000};
    nanosleep(&pause, NULL);
    return ++*rounds < 15000;
}
