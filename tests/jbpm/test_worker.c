/* The worker for tasks on a real jBPM. Other tests leave tasks behind, so each of these counts its own. */
#include "support.h"
#include "support/crew.h"

#include "kuflow/services/jbpm_execute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TASKS 12

/* The tasks that this test is about; a worker gives all others back. */
static struct {
    int64_t ids[TASKS];
    atomic_int calls[TASKS];
    int count;
} own;

static int place_of(const kf_job *job)
{
    const int64_t id = strtoll(kf_job_id(job), NULL, 10);
    for (int i = 0; i < own.count; i++) {
        if (own.ids[i] == id)
            return i;
    }
    return -1;
}

/* A client whose answers are not counted: several threads use it. */
static kf_client *client_of(const char *user)
{
    const kf_client_options options = fixture_options(NULL, user);
    return fixture_client(&options);
}

static void begin_tasks(fixture *f, const char *process, const char *employee, int count)
{
    memset(&own, 0, sizeof(own));
    for (int i = 0; i < count; i++)
        own.ids[i] = task_of(f, start_for(f, process, employee));
    own.count = count;
}

/* While workers are busy the server stumbles now and then over requests at the same moment (401, 500). */
static jbpm_task_status status_of(fixture *f, int64_t id)
{
    jbpm_task *task = NULL;
    if (jbpm_get_task(f->admin, id, &task, &f->error) != KF_OK)
        return JBPM_TASK_STATUS_UNSPECIFIED;
    const jbpm_task_status status = task->task_data->status;
    jbpm_task_free(task);
    return status;
}

/* Until a task has that status; a minute at most. */
static void wait_for_one(fixture *f, int64_t id, jbpm_task_status status)
{
    const struct timespec pause = {0, 20 * 1000 * 1000};
    for (int rounds = 0; status_of(f, id) != status; rounds++) {
        if (rounds > 3000)
            fail_msg("task %d does not get there: %s", (int)id, f->error.message);
        nanosleep(&pause, NULL);
    }
}

static void wait_for(fixture *f, jbpm_task_status status)
{
    for (int i = 0; i < own.count; i++)
        wait_for_one(f, own.ids[i], status);
}

/* A task with a past: the others of its name are for nobody here. */
static kf_outcome handle_own(kf_job *job, void *user)
{
    const int place = place_of(job);
    const char *employee = "";
    (void)user;
    if (place < 0)
        return kf_job_fail_with(job, &(kf_failure){.message = "not of this test", .retries = KF_INT32(0)});
    atomic_fetch_add(&own.calls[place], 1);
    if (kf_job_get_string(job, "employee", &employee) != KF_OK || strcmp(employee, "Zoë <東京> & \"q\"") != 0)
        return kf_job_fail(job, "another employee");
    if (place % 2 == 0)
        kf_job_set_string(job, "result", "yes"); /* goes with the parameters */
    else if (kf_job_set_string(job, "result", "5000") != KF_OK || kf_job_set_double(job, "double", -1.5) != KF_OK ||
             kf_job_set_bool(job, "truth", true) != KF_OK || kf_job_set_int64(job, "long", INT64_MIN) != KF_OK)
        return kf_job_fail(job, kf_job_error(job));
    return kf_job_complete(job);
}

static jbpm_content *output_of(fixture *f, int64_t id)
{
    jbpm_task *task = NULL;
    jbpm_content *content = NULL;
    CHECK_OK(f, jbpm_get_task(f->admin, id, &task, &f->error));
    CHECK_OK(f, jbpm_get_content(f->admin, task->task_data->output_content_id.value, &content, &f->error));
    jbpm_task_free(task);
    return content;
}

static void check_results(fixture *f, int64_t id)
{
    char *result = NULL;
    double real = 0;
    int64_t whole = 0;
    bool truth = false;
    jbpm_content *output = output_of(f, id);
    const jbpm_variable *values = output->content_map;
    const size_t count = output->content_map_count;
    assert_int_equal(jbpm_variable_type_of(jbpm_variable_find(values, count, "result")), JBPM_VARIABLE_TYPE_STRING);
    CHECK_OK(f, jbpm_variable_get_string(values, count, "result", &result, &f->error));
    CHECK_OK(f, jbpm_variable_get_double(values, count, "double", &real, &f->error));
    CHECK_OK(f, jbpm_variable_get_boolean(values, count, "truth", &truth, &f->error));
    CHECK_OK(f, jbpm_variable_get_int64(values, count, "long", &whole, &f->error));
    assert_string_equal(result, "5000");
    assert_true(real == -1.5 && truth && whole == INT64_MIN);
    kf_free(result);
    jbpm_content_free(output);
}

/* Two workers of one user and one of another's: each task is worked once. */
static void test_workers_share_tasks(void **state)
{
    fixture *f = *state;
    jbpm_worker_options annas = JBPM_WORKER_OPTIONS_INIT, carls = JBPM_WORKER_OPTIONS_INIT;
    crew crews[3];
    kf_client *clients[] = {client_of("anna"), client_of("anna"), client_of("carl")};
    uint64_t completed = 0;
    annas.user = "anna";
    carls.user = "carl";
    begin_tasks(f, "office.job", "Zoë <東京> & \"q\"", TASKS);
    for (int i = 0; i < 3; i++) {
        crew_begin(&crews[i], clients[i]);
        crews[i].jbpm = i < 2 ? &annas : &carls;
        crew_start_one(&crews[i], "Job", handle_own);
    }
    wait_for(f, JBPM_TASK_STATUS_COMPLETED);
    for (int i = 0; i < 3; i++) {
        crew_stop(&crews[i]);
        completed += crew_stats(&crews[i]).completed;
        assert_int_equal(crew_stats(&crews[i]).failed + crew_stats(&crews[i]).unreported, 0);
        crew_end(&crews[i]);
        kf_client_free(clients[i]);
    }
    assert_int_equal(completed, TASKS);
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(own.calls[i], 1);
        if (i % 2 == 1)
            check_results(f, own.ids[i]);
    }
}

/* What a user has from the beginning. */
static void test_own_tasks(void **state)
{
    fixture *f = *state;
    jbpm_worker_options annas = JBPM_WORKER_OPTIONS_INIT;
    crew c;
    annas.user = "anna";
    begin_tasks(f, "office.approval", "Zoë <東京> & \"q\"", 2);
    kf_client *client = client_of("anna");
    crew_begin(&c, client);
    c.jbpm = &annas;
    crew_start_one(&c, "Approve", handle_own);
    wait_for(f, JBPM_TASK_STATUS_COMPLETED);
    crew_stop(&c);
    crew_end(&c);
    kf_client_free(client);
    check_results(f, own.ids[1]);
}

static kf_outcome fail_own(kf_job *job, void *user)
{
    const int place = place_of(job);
    const kf_failure failure = {.message = "no luck", .details = "line 1\nline 2"};
    (void)user;
    if (place < 0)
        return kf_job_complete(job);
    const int calls = atomic_fetch_add(&own.calls[place], 1);
    if (place == 0 && calls == 1)
        return kf_job_complete(job); /* the second time it goes well */
    if (place == 1 && calls == 0)
        return kf_job_give_back(job);
    return kf_job_fail_with(job, &failure);
}

static void test_failures_and_giving_back(void **state)
{
    fixture *f = *state;
    jbpm_worker_options annas = JBPM_WORKER_OPTIONS_INIT;
    crew c;
    jbpm_task *task = NULL;
    jbpm_content *fault = NULL;
    char *text = NULL;
    annas.user = "anna";
    begin_tasks(f, "office.job", "x", 2);
    kf_client *client = client_of("anna");
    crew_begin(&c, client);
    c.jbpm = &annas;
    crew_start_one(&c, "Job", fail_own);
    wait_for_one(f, own.ids[0], JBPM_TASK_STATUS_COMPLETED);
    wait_for_one(f, own.ids[1], JBPM_TASK_STATUS_FAILED);
    crew_stop(&c);
    crew_end(&c);
    kf_client_free(client);
    assert_int_equal(own.calls[0], 2);
    assert_int_equal(own.calls[1], 4);
    CHECK_OK(f, jbpm_get_task(f->admin, own.ids[1], &task, &f->error));
    CHECK_OK(f, jbpm_get_content(f->admin, task->task_data->fault_content_id.value, &fault, &f->error));
    CHECK_OK(f, jbpm_variable_get_string(fault->content_map, fault->content_map_count, "details", &text, &f->error));
    assert_string_equal(text, "line 1\nline 2");
    kf_free(text);
    jbpm_content_free(fault);
    jbpm_task_free(task);
}

/* A task in progress, of a worker that is no more. */
static void test_tasks_in_progress_are_taken_up(void **state)
{
    fixture *f = *state;
    jbpm_worker_options annas = JBPM_WORKER_OPTIONS_INIT;
    crew c;
    annas.user = "anna";
    annas.resume = true;
    begin_tasks(f, "office.job", "Zoë <東京> & \"q\"", 1);
    CHECK_OK(f, jbpm_start_task(f->anna, own.ids[0], NULL, &f->error));
    kf_client *client = client_of("anna");
    crew_begin(&c, client);
    c.jbpm = &annas;
    crew_start_one(&c, "Job", handle_own);
    wait_for(f, JBPM_TASK_STATUS_COMPLETED);
    crew_stop(&c);
    crew_end(&c);
    kf_client_free(client);
    assert_int_equal(own.calls[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_workers_share_tasks),
        cmocka_unit_test(test_own_tasks),
        cmocka_unit_test(test_failures_and_giving_back),
        cmocka_unit_test(test_tasks_in_progress_are_taken_up),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
