/* The jBPM worker at work on the sandbox. */
#include "jbpm_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From Ready to Completed */

static kf_outcome review(kf_job *job, void *user)
{
    const char *employee = NULL, *node = NULL;
    int64_t age = 0;
    size_t count = 0;
    const jbpm_task *task = jbpm_job_task(job);
    const jbpm_variable *parameters = jbpm_job_parameters(job, &count);
    (void)user;
    if (kf_job_get_string(job, "employee", &employee) != KF_OK || strcmp(employee, "Zoë <東京>") != 0 ||
        kf_job_get_string(job, "NodeName", &node) != KF_OK || strcmp(node, "Review") != 0)
        return kf_job_fail(job, "the texts are not what they were");
    if (kf_job_get_int64(job, "age", &age) != KF_OK || age != INT64_C(9007199254740993))
        return kf_job_fail(job, "the number is not what it was");
    if (kf_job_has(job, "none") || kf_job_get_bool(job, "age", &(bool){false}) != KF_ERROR_ARGUMENT)
        return kf_job_fail(job, "there is more than there should be");
    if (task == NULL || task->task_data->status != JBPM_TASK_STATUS_READY ||
        strcmp(jbpm_task_name(task), "Review") != 0 ||
        jbpm_variable_type_of(jbpm_variable_find(parameters, count, "age")) != JBPM_VARIABLE_TYPE_LONG)
        return kf_job_fail(job, "the task is not what it was");
    if (kf_job_set_string(job, "result", "yes") != KF_OK || kf_job_set_int64(job, "stars", 5) != KF_OK)
        return kf_job_fail(job, kf_job_error(job));
    return kf_job_complete(job);
}

static void test_tasks_are_worked(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    const int64_t instance = jbpm_begin(f, "office.shared", "Zoë <東京>", INT64_C(9007199254740993));
    const int64_t id = jbpm_task_id(f, instance);
    jbpm_process_instance *gone = NULL;
    char *text = NULL;
    int64_t stars = 0;
    crew_start_one(c, "Review", review);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 1);
    crew_stop(c);
    assert_int_equal(kf_watch_last(c->watch, KF_WORKER_JOB_DONE)->outcome, KF_OUTCOME_COMPLETED);
    assert_int_equal(jbpm_status_now(f, id), JBPM_TASK_STATUS_COMPLETED);
    jbpm_content *output = jbpm_output(f, id);
    OK(f, jbpm_variable_get_string(output->content_map, output->content_map_count, "result", &text, &f->error));
    OK(f, jbpm_variable_get_int64(output->content_map, output->content_map_count, "stars", &stars, &f->error));
    assert_string_equal(text, "yes");
    assert_int_equal(stars, 5);
    assert_int_equal(jbpm_get_process_instance(f->anna, OFFICE, instance, &gone, &f->error), KF_ERROR_REJECTED);
    assert_int_equal(jbpm_requests(f, "jbpm.executeTaskCommands"), 0);
    kf_free(text);
    jbpm_content_free(output);
}

/* A task of one person is hers from the beginning. */
static void test_own_tasks_need_no_claim(void **state)
{
    jbpm_fixture *f = *state;
    const int64_t id = jbpm_task_id(f, jbpm_begin(f, "office.approval", NULL, NO_AGE));
    crew_start_one(&f->crew, "Approve", handle_complete);
    WAIT_EVENT(&f->crew, KF_WORKER_JOB_DONE, 1);
    assert_int_equal(jbpm_status_now(f, id), JBPM_TASK_STATUS_COMPLETED);
    assert_int_equal(jbpm_requests(f, "jbpm.claimTask"), 0);
    assert_int_equal(jbpm_requests(f, "jbpm.startTask"), 1);
    assert_null(jbpm_output(f, id)); /* nothing was set */
}

/* Results */

static kf_outcome set_all(kf_job *job, void *user)
{
    static const cJSON none = {.type = cJSON_NULL};
    crew *c = user;
    char text[5000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    bool ok = kf_job_set_string(job, "digits", "old") == KF_OK && kf_job_set_string(job, "digits", "5000") == KF_OK &&
              kf_job_set_int64(job, "negative", -7) == KF_OK && kf_job_set_double(job, "double", 1.5) == KF_OK &&
              kf_job_set_bool(job, "bool", true) == KF_OK && kf_job_set_string(job, "long", text) == KF_OK &&
              kf_job_set_time(job, "time", (kf_time){.seconds = 0}) == KF_OK;
    c->calls += ok && kf_job_set_null(job, "null") == KF_ERROR_ARGUMENT && strstr(kf_job_error(job), "null") != NULL &&
                kf_job_set_json(job, "json", &none) == KF_ERROR_ARGUMENT &&
                kf_job_set_string(job, "bad", "\xff") == KF_ERROR_ARGUMENT &&
                kf_job_set_string(job, "bad", "\x01") == KF_ERROR_ARGUMENT &&
                kf_job_set_bool(job, "b\x01", true) == KF_ERROR_ARGUMENT;
    return kf_job_complete(job);
}

static void test_every_value_arrives(void **state)
{
    jbpm_fixture *f = *state;
    const int64_t id = jbpm_shared_task(f);
    char *digits = NULL, *time = NULL, *text = NULL;
    int64_t negative = 0;
    double real = 0;
    bool truth = false;
    crew_start_one(&f->crew, "Review", set_all);
    WAIT_EVENT(&f->crew, KF_WORKER_JOB_DONE, 1);
    assert_int_equal(f->crew.calls, 1);
    jbpm_content *output = jbpm_output(f, id);
    const jbpm_variable *values = output->content_map;
    const size_t count = output->content_map_count;
    assert_int_equal(count, 6);
    assert_int_equal(jbpm_variable_type_of(jbpm_variable_find(values, count, "digits")), JBPM_VARIABLE_TYPE_STRING);
    OK(f, jbpm_variable_get_string(values, count, "digits", &digits, &f->error));
    OK(f, jbpm_variable_get_string(values, count, "time", &time, &f->error));
    OK(f, jbpm_variable_get_string(values, count, "long", &text, &f->error));
    OK(f, jbpm_variable_get_int64(values, count, "negative", &negative, &f->error));
    OK(f, jbpm_variable_get_double(values, count, "double", &real, &f->error));
    OK(f, jbpm_variable_get_boolean(values, count, "bool", &truth, &f->error));
    assert_string_equal(digits, "5000");
    assert_string_equal(time, "1970-01-01T00:00:00Z");
    assert_int_equal(strlen(text), 4999);
    assert_int_equal(negative, -7);
    assert_true(real == 1.5 && truth);
    assert_int_equal(jbpm_requests(f, "jbpm.executeTaskCommands") + jbpm_requests(f, "jbpm.executeRuntimeCommands"), 1);
    kf_free(digits);
    kf_free(time);
    kf_free(text);
    jbpm_content_free(output);
}

/* One that was made by hand belongs to no process. */
static kf_outcome handle_bare(kf_job *job, void *user)
{
    size_t count = 1;
    const bool bare = jbpm_job_parameters(job, &count) == NULL && count == 0 && !kf_job_has(job, "NodeName") &&
                      kf_job_set_double(job, "result", 1.5) == KF_OK;
    return bare ? handle_complete(job, user) : kf_job_fail(job, "it is not bare");
}

static void test_a_task_without_deployment(void **state)
{
    jbpm_fixture *f = *state;
    const int64_t id = jbpm_shared_task(f);
    char task[200];
    snprintf(task, sizeof(task), "<task><id>%d</id><taskData><status>Ready</status></taskData></task>", (int)id);
    jbpm_order_fault(
        f, "jbpm.getTask",
        (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .body = task, .content_type = "application/xml"});
    crew_start_one(&f->crew, "Review", handle_bare);
    WAIT_EVENT(&f->crew, KF_WORKER_JOB_DONE, 1);
    assert_int_equal(f->crew.calls, 1);
    assert_int_equal(jbpm_status_now(f, id), JBPM_TASK_STATUS_COMPLETED);
    assert_int_equal(jbpm_requests(f, "jbpm.executeTaskCommands"), 1);
}

/* Choosing tasks */

static kf_outcome note_order(kf_job *job, void *user)
{
    static int64_t last;
    crew *c = user;
    const int64_t id = strtoll(kf_job_id(job), NULL, 10);
    if (c->calls++ > 0 && id < last)
        return kf_job_fail(job, "not in order");
    last = id;
    return kf_job_complete(job);
}

static void test_lowest_ids_come_first(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    kf_worker_options options = crew_options(c);
    const kf_topic topic = crew_topic(c, "Review", note_order);
    options.threads = 1;
    int64_t other = jbpm_task_id(f, jbpm_begin(f, "office.approval", NULL, NO_AGE)); /* of another name */
    for (int i = 0; i < 12; i++)
        jbpm_shared_task(f);
    crew_start(c, &options, &topic, 1);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 12);
    crew_stop(c);
    assert_int_equal(crew_stats(c).failed, 0);
    assert_int_equal(jbpm_status_now(f, other), JBPM_TASK_STATUS_RESERVED);
}

/* All open tasks come with each answer, so it is not asked for anew for each of them. */
static void test_a_long_list_is_used_up(void **state)
{
    enum { TASKS = 40 };
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    kf_worker_options options = crew_options(c);
    const kf_topic topic = crew_topic(c, "Review", handle_complete);
    int64_t ids[TASKS];
    for (int i = 0; i < TASKS; i++)
        ids[i] = jbpm_shared_task(f);
    OK(f, jbpm_start_task(f->ben, ids[TASKS - 1], NULL, &f->error));
    const int before = jbpm_requests(f, "jbpm.queryTasks");
    options.threads = 1;
    options.max_prefetch = -1;
    crew_start(c, &options, &topic, 1);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, TASKS - 1);
    assert_true(jbpm_requests(f, "jbpm.queryTasks") - before < TASKS / 2);
    OK(f, jbpm_release_task(f->ben, ids[TASKS - 1], NULL, &f->error)); /* it is found again */
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, TASKS);
    crew_stop(c);
    assert_int_equal(c->calls, TASKS);
}

/* What another user has, or may have, is left alone. */
static void test_tasks_of_others_are_left(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    const int64_t claimed = jbpm_shared_task(f), started = jbpm_shared_task(f);
    OK(f, jbpm_claim_task(f->ben, claimed, NULL, &f->error));
    OK(f, jbpm_start_task(f->ben, started, NULL, &f->error));
    crew_start_one(c, "Review", handle_complete);
    WAIT_UNTIL(crew_stats(c).polls_empty >= 2);
    crew_stop(c);
    assert_int_equal(c->calls, 0);
    assert_int_equal(jbpm_status_now(f, claimed), JBPM_TASK_STATUS_RESERVED);
    assert_int_equal(jbpm_status_now(f, started), JBPM_TASK_STATUS_IN_PROGRESS);
}

/* Somebody else claims it between the list and the claim. */
static void test_a_task_that_is_taken_is_skipped(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    const int64_t id = jbpm_shared_task(f);
    jbpm_order_fault(f, "jbpm.claimTask", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_DELAY});
    crew_start_one(c, "Review", handle_complete);
    WAIT_UNTIL(kf_sandbox_held(f->sandbox) == 1);
    OK(f, jbpm_claim_task(f->ben, id, NULL, &f->error));
    kf_sandbox_release(f->sandbox);
    WAIT_UNTIL(crew_stats(c).gone == 1);
    crew_stop(c);
    assert_int_equal(c->calls, 0);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_JOB_STARTED), 0);
    assert_int_equal(crew_stats(c).failed + crew_stats(c).completed, 0);
    assert_int_equal(jbpm_status_now(f, id), JBPM_TASK_STATUS_RESERVED);
}

/* Two workers of one user and one of another's: each task has one that works it. */
static void test_workers_share_tasks(void **state)
{
    enum { TASKS = 30 };
    jbpm_fixture *f = *state;
    jbpm_worker_options bens = f->options;
    crew others[2];
    bens.user = "ben";
    for (int i = 0; i < TASKS; i++)
        jbpm_shared_task(f);
    crew_begin(&others[0], f->anna);
    crew_begin(&others[1], f->ben);
    others[0].jbpm = &f->options;
    others[1].jbpm = &bens;
    crew_start_one(&f->crew, "Review", handle_complete);
    crew_start_one(&others[0], "Review", handle_complete);
    crew_start_one(&others[1], "Review", handle_complete);
    WAIT_UNTIL(f->crew.calls + others[0].calls + others[1].calls == TASKS);
    uint64_t completed = 0, trouble = 0;
    crew *crews[] = {&f->crew, &others[0], &others[1]};
    for (int i = 0; i < 3; i++) {
        crew_stop(crews[i]);
        const kf_worker_stats stats = crew_stats(crews[i]);
        completed += stats.completed;
        trouble += stats.failed + stats.unreported + stats.lock_lost + stats.polls_failed;
    }
    assert_int_equal(completed, TASKS);
    assert_int_equal(trouble, 0);
    assert_int_equal(f->crew.calls + others[0].calls + others[1].calls, TASKS);
    crew_end(&others[0]);
    crew_end(&others[1]);
}

/* Failing */

static kf_outcome fail_always(kf_job *job, void *user)
{
    const kf_failure failure = {.message = "no luck", .details = "line 1\nline 2\n"};
    crew *c = user;
    c->calls++;
    return kf_job_fail_with(job, &failure);
}

static void test_failures_are_tried_again(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    const int64_t id = jbpm_shared_task(f);
    crew_start_one(c, "Review", fail_always);
    WAIT_UNTIL(jbpm_status_now(f, id) == JBPM_TASK_STATUS_FAILED);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 3);
    crew_stop(c);
    assert_int_equal(c->calls, 3);
    assert_int_equal(crew_stats(c).failed, 3);
    assert_int_equal(jbpm_requests(f, "jbpm.releaseTask"), 2);
    assert_string_equal(jbpm_fault_text(f, id, "message"), "no luck");
    assert_string_equal(jbpm_fault_text(f, id, "details"), "line 1\nline 2");
}

static kf_outcome fail_for_good(kf_job *job, void *user)
{
    const kf_failure failure = {.message = "42", .details = "see above", .retries = KF_INT32(0)};
    (void)user;
    return kf_job_fail_with(job, &failure);
}

/* The message would be read as a number, so it is left out. */
static void test_a_failure_can_be_the_last(void **state)
{
    jbpm_fixture *f = *state;
    const int64_t id = jbpm_shared_task(f);
    crew_start_one(&f->crew, "Review", fail_for_good);
    WAIT_EVENT(&f->crew, KF_WORKER_JOB_DONE, 1);
    assert_int_equal(jbpm_status_now(f, id), JBPM_TASK_STATUS_FAILED);
    assert_string_equal(jbpm_fault_text(f, id, "message"), "");
    assert_string_equal(jbpm_fault_text(f, id, "details"), "see above");
}

static kf_outcome second_time_lucky(kf_job *job, void *user)
{
    crew *c = user;
    const int retries = kf_job_retries(job);
    if (c->calls++ == 0)
        return retries == 3 ? kf_job_fail(job, "first time") : kf_job_complete(job);
    return retries == 2 ? kf_job_complete(job) : kf_job_fail(job, "not two");
}

static void test_a_failed_task_can_succeed(void **state)
{
    jbpm_fixture *f = *state;
    const int64_t id = jbpm_task_id(f, jbpm_begin(f, "office.approval", NULL, NO_AGE));
    crew_start_one(&f->crew, "Approve", second_time_lucky);
    WAIT_UNTIL(jbpm_status_now(f, id) == JBPM_TASK_STATUS_COMPLETED);
    assert_int_equal(f->crew.calls, 2);
}

/* Other ends, and giving back */

static kf_outcome give_back_once(kf_job *job, void *user)
{
    crew *c = user;
    if (c->calls++ > 0)
        return kf_job_complete(job);
    if (kf_job_bpmn_error(job, "E") != KF_OUTCOME_REFUSED || strstr(kf_job_error(job), "BPMN") == NULL ||
        kf_job_cmmn_terminate(job) != KF_OUTCOME_REFUSED || strstr(kf_job_error(job), "terminated") == NULL)
        return kf_job_fail(job, "it was not refused");
    return kf_job_give_back(job);
}

static void test_a_task_can_be_given_back(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    const int64_t id = jbpm_shared_task(f);
    crew_start_one(c, "Review", give_back_once);
    WAIT_UNTIL(jbpm_status_now(f, id) == JBPM_TASK_STATUS_COMPLETED);
    crew_stop(c);
    assert_int_equal(c->calls, 2);
    assert_int_equal(crew_stats(c).failed, 0);
    assert_int_equal(crew_stats(c).given_back, 1);
    assert_int_equal(jbpm_requests(f, "jbpm.releaseTask"), 1);
}

/* What no handler has begun is not touched; what one has begun is ended. */
static void test_a_stop_leaves_nothing_behind(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    kf_worker_options options = crew_options(c);
    const kf_topic topic = crew_topic(c, "Review", handle_gated);
    int64_t ids[4];
    options.threads = 1;
    for (int i = 0; i < 4; i++)
        ids[i] = jbpm_shared_task(f);
    crew_start(c, &options, &topic, 1);
    assert_true(kf_gate_wait(c->gate, 1));
    kf_worker_request_stop(c->worker);
    kf_gate_open(c->gate);
    crew_stop(c);
    assert_int_equal(jbpm_status_now(f, ids[0]), JBPM_TASK_STATUS_COMPLETED);
    for (int i = 1; i < 4; i++)
        assert_int_equal(jbpm_status_now(f, ids[i]), JBPM_TASK_STATUS_READY);
}

/* Making one */

static void test_options_are_checked(void **state)
{
    jbpm_fixture *f = *state;
    kf_worker *worker = NULL;
    jbpm_worker_options options = JBPM_WORKER_OPTIONS_INIT;
    assert_int_equal(jbpm_worker_new(f->anna, NULL, NULL, &worker, &f->error), KF_ERROR_ARGUMENT);
    assert_non_null(strstr(f->error.message, "user"));
    options.user = "anna";
    options.max_failures = -1;
    assert_int_equal(jbpm_worker_new(f->anna, NULL, &options, &worker, &f->error), KF_ERROR_ARGUMENT);
    options.max_failures = 0;
    options.profile = (jbpm_profile)9;
    assert_int_equal(jbpm_worker_new(f->anna, NULL, &options, &worker, &f->error), KF_ERROR_ARGUMENT);
    options.profile = JBPM_6_4;
    worker = (kf_worker *)1;
    assert_int_equal(jbpm_worker_new(NULL, NULL, &options, &worker, &f->error), KF_ERROR_ARGUMENT);
    assert_null(worker);
    OK(f, jbpm_worker_new(f->anna, NULL, &options, &worker, &f->error));
    kf_worker_free(worker);
    assert_null(jbpm_job_task(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JBPM_TEST(test_tasks_are_worked),          JBPM_TEST(test_own_tasks_need_no_claim),
        JBPM_TEST(test_every_value_arrives),       JBPM_TEST(test_a_task_without_deployment),
        JBPM_TEST(test_lowest_ids_come_first),     JBPM_TEST(test_a_long_list_is_used_up),
        JBPM_TEST(test_tasks_of_others_are_left),  JBPM_TEST(test_a_task_that_is_taken_is_skipped),
        JBPM_TEST(test_workers_share_tasks),       JBPM_TEST(test_failures_are_tried_again),
        JBPM_TEST(test_a_failure_can_be_the_last), JBPM_TEST(test_a_failed_task_can_succeed),
        JBPM_TEST(test_a_task_can_be_given_back),  JBPM_TEST(test_a_stop_leaves_nothing_behind),
        JBPM_TEST(test_options_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
