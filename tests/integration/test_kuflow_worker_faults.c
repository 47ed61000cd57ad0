/* The KuFlow worker while answers get lost and servers fail: no task is lost, and none is worked twice. */
#include "task_worker.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

static kf_outcome set_and_complete(kf_job *job, void *user)
{
    ++*(int *)user;
    kf_job_set_int64(job, "answer", 42);
    return kf_job_complete(job);
}

/* One task is worked while `operation` goes wrong as `faults` say; returns how often the handler was called. */
static int work_one(kf_fixture *f, const char *code, const char *operation, const kf_sandbox_fault_spec *faults,
                    size_t count, int attempts)
{
    task_worker w;
    int calls = 0;
    char ids[1][KF_UUID_TEXT_SIZE];
    tasks_create(f, code, 1, "{\"x\":1}", ids);
    for (size_t i = 0; i < count; i++)
        fixture_fault(f, operation, faults[i]);
    worker_begin_with(&w, f, code, set_and_complete, &calls, -1, NULL, attempts);
    worker_poll_until(&w, code, COMPLETED, 1);
    worker_poll_until_told(&w, KF_WORKER_JOB_DONE, 1);
    kuflow_process_item *item = task_get(f, ids[0]);
    assert_int_equal(cJSON_GetObjectItem(item->task->data->value, "answer")->valueint, 42);
    kuflow_process_item_free(item);
    assert_int_equal(worker_stats(&w).completed, 1);
    assert_int_equal(worker_stats(&w).failed, 0);
    assert_int_equal(task_lines(f, ids[0], FAILURE, ""), 0);
    assert_int_equal(task_lines(f, ids[0], INFO, "Taken by worker "), 1);
    worker_end(&w);
    return calls;
}

static const char *const steps[] = {"claimProcessItemTask", "appendProcessItemTaskLog", "patchProcessItemTaskData",
                                    "completeProcessItemTask"};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

static void test_lost_answers(void **state)
{
    const kf_sandbox_fault_spec lost[] = {{.kind = KF_SANDBOX_FAULT_LOST_AFTER}};
    char code[32];
    for (size_t i = 0; i < STEPS; i++) {
        for (int attempts = 1; attempts <= 3; attempts += 2) {
            snprintf(code, sizeof(code), "LOST_%zu_%d", i, attempts);
            assert_int_equal(work_one(*state, code, steps[i], lost, 1, attempts), 1);
        }
    }
}

static void test_lost_requests(void **state)
{
    const kf_sandbox_fault_spec lost[] = {{.kind = KF_SANDBOX_FAULT_LOST_BEFORE}};
    char code[32];
    for (size_t i = 0; i < STEPS; i++) {
        snprintf(code, sizeof(code), "UNSENT_%zu", i);
        assert_int_equal(work_one(*state, code, steps[i], lost, 1, 1), 1);
    }
}

/* A server that calls the repeated claim or completion wrong. */
static void test_lost_answers_and_a_strict_server(void **state)
{
    const kf_sandbox_fault_spec strict[] = {{.kind = KF_SANDBOX_FAULT_LOST_AFTER},
                                            {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 400}};
    assert_int_equal(work_one(*state, "STRICT_1", "claimProcessItemTask", strict, 2, 1), 1);
    assert_int_equal(work_one(*state, "STRICT_2", "completeProcessItemTask", strict, 2, 1), 1);
    assert_int_equal(work_one(*state, "STRICT_3", "claimProcessItemTask", strict, 2, 3), 1);
    assert_int_equal(work_one(*state, "STRICT_4", "completeProcessItemTask", strict, 2, 3), 1);
}

static void test_server_errors(void **state)
{
    const kf_sandbox_fault_spec broken[] = {{.kind = KF_SANDBOX_FAULT_ANSWER, .status = 500, .times = 2},
                                            {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 503, .times = 1}};
    char code[32];
    for (size_t i = 0; i < STEPS; i++) {
        snprintf(code, sizeof(code), "BROKEN_%zu", i);
        assert_int_equal(work_one(*state, code, steps[i], broken, 2, 1), 1);
    }
    assert_int_equal(work_one(*state, "BROKEN_FIND", "findProcessItems", broken, 1, 3), 1);
    assert_int_equal(work_one(*state, "BROKEN_REGISTER", "createWorker", broken, 2, 1), 1);
}

/* Tasks that are there, but cannot be claimed for some time: that is told once a task. */
static void test_a_claim_that_fails_is_told(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    int calls = 0;
    char ids[1][KF_UUID_TEXT_SIZE];
    tasks_create(f, "TOLD", 1, NULL, ids);
    fixture_fault(f, "claimProcessItemTask",
                  (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .status = 500, .times = 3});
    worker_begin(&w, f, "TOLD", set_and_complete, &calls, -1, NULL);
    worker_poll_until(&w, "TOLD", COMPLETED, 1);
    assert_int_equal(worker_told(&w, KF_WORKER_ACQUIRE_FAILED), 1);
    assert_int_equal(calls, 1);
    worker_end(&w);
}

static kf_outcome fail_once(kf_job *job, void *user)
{
    return ++*(int *)user == 1 ? kf_job_fail(job, "no luck") : kf_job_complete(job);
}

/* The line about a failure is written once, although the answer to it gets lost. */
static void test_the_line_of_a_failure_is_written_once(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    int calls = 0;
    char ids[1][KF_UUID_TEXT_SIZE];
    kuflow_worker_options kuflow = KUFLOW_WORKER_OPTIONS_INIT;
    kuflow.only_worker = true; /* so that the first line is that of the failure */
    tasks_create(f, "LINE", 1, NULL, ids);
    fixture_fault(f, "appendProcessItemTaskLog", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_AFTER});
    worker_begin_with(&w, f, "LINE", fail_once, &calls, -1, &kuflow, 1);
    worker_poll_until(&w, "LINE", COMPLETED, 1);
    assert_int_equal(calls, 2);
    assert_int_equal(task_lines(f, ids[0], FAILURE, "no luck"), 1);
    worker_end(&w);
}

/* A claim that is refused although the task is free is a failure, and the task is not asked for without end. */
static void test_a_claim_that_is_never_allowed(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    int calls = 0;
    char ids[2][KF_UUID_TEXT_SIZE];
    tasks_create(f, "FORBIDDEN", 2, NULL, ids);
    fixture_fault(f, "claimProcessItemTask",
                  (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .status = 403, .times = 6});
    worker_begin(&w, f, "FORBIDDEN", set_and_complete, &calls, -1, NULL);
    worker_poll_until_told(&w, KF_WORKER_JOB_POISON, 2);
    assert_int_equal(calls, 0);
    assert_int_equal(tasks_count(f, "FORBIDDEN", READY), 2);
    assert_int_equal(task_lines(f, ids[0], FAILURE, ""), 0);
    /* Those that are left do not stand in the way of new ones. */
    tasks_create(f, "FORBIDDEN", 2, NULL, ids);
    worker_poll_until(&w, "FORBIDDEN", COMPLETED, 2);
    assert_int_equal(calls, 2);
    assert_int_equal(tasks_count(f, "FORBIDDEN", READY), 2);
    worker_end(&w);
}

static kf_outcome complete_elsewhere(kf_job *job, void *user)
{
    kf_error error;
    kuflow_process_item_task_assign_params assign = {.owner_id = KF_SANDBOX_USER};
    ++*(int *)user;
    kuflow_assign_process_item_task(kf_job_client(job), kf_job_id(job), &assign, NULL, &error);
    return kf_job_complete(job);
}

/* A person takes the task over while the handler is at work. */
static void test_a_task_that_is_taken_away(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    int calls = 0;
    char ids[1][KF_UUID_TEXT_SIZE];
    tasks_create(f, "AWAY", 1, NULL, ids);
    worker_begin(&w, f, "AWAY", complete_elsewhere, &calls, -1, NULL);
    worker_poll_until_told(&w, KF_WORKER_JOB_LOCK_LOST, 1);
    assert_int_equal(worker_stats(&w).lock_lost, 1);
    assert_int_equal(worker_stats(&w).completed, 0);
    assert_int_equal(calls, 1);
    assert_int_equal(tasks_count(f, "AWAY", CLAIMED), 1);
    assert_int_equal(task_lines(f, ids[0], FAILURE, ""), 0);
    worker_end(&w);
}

/* The server finds the data wrong: that is a failure with its words. */
static void test_data_that_is_refused(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    int calls = 0;
    char ids[1][KF_UUID_TEXT_SIZE];
    tasks_create(f, "REFUSED", 1, "{}", ids);
    fixture_fault(f, "patchProcessItemTaskData",
                  (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .status = 400});
    worker_begin(&w, f, "REFUSED", set_and_complete, &calls, -1, NULL);
    worker_poll_until(&w, "REFUSED", COMPLETED, 1);
    assert_int_equal(calls, 2);
    assert_int_equal(worker_stats(&w).refused, 1);
    assert_int_equal(task_lines(f, ids[0], FAILURE, ""), 1);
    worker_end(&w);
}

static void test_a_stop_during_the_registration_is_no_failure(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    int calls = 0;
    fixture_fault(f, "createWorker", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_DELAY});
    worker_begin(&w, f, "STOPPED", set_and_complete, &calls, 1, NULL);
    CHECK_OK(f, kf_worker_start(w.worker, &f->error));
    while (kf_sandbox_held(f->sandbox) == 0)
        sched_yield();
    CHECK_OK(f, kf_worker_stop(w.worker, 0, NULL, &f->error));
    assert_int_equal(worker_told(&w, KF_WORKER_REGISTRATION_FAILED), 0);
    worker_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_lost_answers, fixture_clean),
        cmocka_unit_test_teardown(test_lost_requests, fixture_clean),
        cmocka_unit_test_teardown(test_lost_answers_and_a_strict_server, fixture_clean),
        cmocka_unit_test_teardown(test_server_errors, fixture_clean),
        cmocka_unit_test_teardown(test_a_claim_that_fails_is_told, fixture_clean),
        cmocka_unit_test_teardown(test_the_line_of_a_failure_is_written_once, fixture_clean),
        cmocka_unit_test_teardown(test_a_claim_that_is_never_allowed, fixture_clean),
        cmocka_unit_test_teardown(test_a_task_that_is_taken_away, fixture_clean),
        cmocka_unit_test_teardown(test_data_that_is_refused, fixture_clean),
        cmocka_unit_test_teardown(test_a_stop_during_the_registration_is_no_failure, fixture_clean),
    };
    return cmocka_run_group_tests_name("KuFlow worker, faults", tests, fixture_setup, fixture_teardown);
}
