/* A real Flowable whose async executor is off: nobody sweeps expired locks, and nobody goes on after a completion. This
 * program needs a server that was started with --flowable.async-executor-activate=false. */
#include "support.h"

#include <stdio.h>
#include <time.h>

/* Longer than the second between two sweeps that a server with its executor on would make. */
static void wait_for_sweeps(void)
{
    struct timespec pause = {2, 500 * 1000 * 1000};
    nanosleep(&pause, NULL);
}

static void test_case_13_locks_never_expire(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE], job[ID_SIZE], path[200];
    start_process(f, "single", NULL, process);
    jobs_answer *answer = acquire(f, "single", "w", "PT0.001S", 1);
    assert_int_equal(answer->items_count, 1);
    snprintf(job, sizeof(job), "%s", answer->items[0].id);
    flowable_acquire_and_lock_jobs_answer_free(answer);
    wait_for_sweeps();
    assert_int_equal(acquired_count(f, "single", "w2"), 0);
    assert_true(job_held_by(f, job, "w"));
    /* The late report counts; the process waits for somebody who executes what is left to do. */
    CHECK_OK(f, complete(f, job, "w"));
    assert_int_equal(engine_count(f, "/process-api/management/jobs", "id", job), 1);
    assert_false(process_ended(f, process));
    snprintf(path, sizeof(path), "/process-api/management/jobs/%s", job);
    cJSON_Delete(engine_send(f, "POST", path, "{\"action\":\"execute\"}"));
    assert_true(process_ended(f, process));
}

static void test_case_13_retry_timeouts_never_end(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE];
    start_process(f, "single", NULL, NULL);
    take_id(f, "single", "w", job);
    CHECK_OK(f, fail_job(f, job, "w", (kf_int32){0}, "PT0.001S"));
    wait_for_sweeps();
    assert_int_equal(acquired_count(f, "single", "w"), 0);
    /* Nobody holds it, so nobody can give it back; 6.8 has no such operation at all. */
    bool old = f->version < 700;
    CHECK_FAILS(f, old ? KF_ERROR_NOT_FOUND : KF_ERROR_FORBIDDEN, old ? 404 : 403, old ? "" : "does not hold a lock",
                unacquire(f, job, "w"));
    assert_int_equal(acquired_count(f, "single", "w"), 0);
}

/* What an expired exclusive job leaves free without any sweep: its siblings. */
static void test_case_13_siblings_of_an_expired_job(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE];
    start_process(f, "siblings", NULL, NULL);
    jobs_answer *answer = acquire(f, "siblings", "w", "PT4S", 1);
    assert_int_equal(answer->items_count, 1);
    assert_int_equal(acquired_count(f, "siblings", "w2"), 0);
    take_id(f, "siblings", "w2", job);
    assert_string_not_equal(job, answer->items[0].id);
    assert_true(job_held_by(f, answer->items[0].id, "w"));
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_case_13_locks_never_expire),
        TEST(test_case_13_retry_timeouts_never_end),
        TEST(test_case_13_siblings_of_an_expired_job),
    };
    return cmocka_run_group_tests_name("executor off", tests, fixture_setup, fixture_teardown);
}
