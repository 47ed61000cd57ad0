/* Locks, lost answers and races on a real Flowable: what a worker meets when something goes wrong. */
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "support/proxy.h"

static kf_status unacquire_all(fixture *f, const char *worker)
{
    flowable_unacquire_external_worker_jobs_request request = {.worker_id = worker};
    return flowable_unacquire_jobs(f->client, &request, &f->error);
}

/* A client whose answers are dropped after the server has acted. */
static kf_client *deaf_client(kf_proxy **proxy)
{
    *proxy = kf_proxy_start(server_port());
    assert_non_null(*proxy);
    kf_proxy_fault drop = {.kind = KF_PROXY_DROP};
    assert_true(kf_proxy_set_fault(*proxy, &drop));
    kf_client_options options = fixture_options();
    options.base_url = kf_proxy_url(*proxy);
    return fixture_client(&options);
}

static void check_no_answer(const fixture *f, kf_status status)
{
    assert_int_equal(status, KF_ERROR_TRANSPORT);
    assert_int_equal(f->error.attempts, 1);
    assert_true(f->error.may_have_acted);
    assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_NO_ANSWER);
}

static void test_case_02_answer_of_acquire_lost(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 3; i++)
        start_process(f, "single", NULL, NULL);
    kf_proxy *proxy;
    kf_client *deaf = deaf_client(&proxy);
    flowable_acquire_external_worker_job_request request = {
        .topic = "single", .worker_id = "batch 1", .lock_duration = HOUR, .number_of_tasks = KF_INT32(2)};
    jobs_answer *answer = NULL;
    check_no_answer(f, flowable_acquire_and_lock_jobs(deaf, &request, &answer, &f->error));
    assert_null(answer);
    kf_client_free(deaf);
    kf_proxy_stop(proxy);
    answer = acquire(f, "single", "batch 2", HOUR, 9);
    assert_int_equal(answer->items_count, 1);
    flowable_acquire_and_lock_jobs_answer_free(answer);
    if (f->version < 700) {
        CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "", unacquire_all(f, "batch 1"));
        assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_ADDRESS);
        return;
    }
    CHECK_OK(f, unacquire_all(f, "batch 1"));
    answer = acquire(f, "single", "batch 3", HOUR, 9);
    assert_int_equal(answer->items_count, 2);
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

static void test_case_03_answer_of_complete_lost(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE], job[ID_SIZE];
    start_process(f, "single", NULL, process);
    take_id(f, "single", "w", job);
    kf_proxy *proxy;
    kf_client *deaf = deaf_client(&proxy);
    flowable_external_worker_job_complete_request request = {.worker_id = "w"};
    check_no_answer(f, flowable_complete_job(deaf, job, &request, &f->error));
    kf_client_free(deaf);
    kf_proxy_stop(proxy);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", complete(f, job, "w"));
    assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_JOB_GONE);
    WAIT_UNTIL(process_ended(f, process));
}

/* A job of the topic "single" whose lock has expired and was not swept yet, or was. */
static void take_briefly(fixture *f, const char *worker, const char *lock, char id[ID_SIZE])
{
    start_process(f, "single", NULL, NULL);
    jobs_answer *answer = acquire(f, "single", worker, lock, 1);
    assert_int_equal(answer->items_count, 1);
    snprintf(id, ID_SIZE, "%s", answer->items[0].id);
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

/* The sweep comes once a second, so that one of a few jobs is reported before it. */
static void test_case_05_late_complete_before_the_sweep(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE];
    int rounds = 0;
    do {
        take_briefly(f, "w", "PT0S", job);
    } while (complete(f, job, "w") != KF_OK && wait_again(&rounds));
    CHECK_OK(f, f->error.status);
}

/* Whether the sweep has come; a swept job keeps its id from 7.0 on. */
static bool swept(fixture *f, const char *job_id)
{
    flowable_external_worker_job_response *job = NULL;
    kf_status status = flowable_get_external_worker_job(f->client, job_id, &job, &f->error);
    if (status == KF_ERROR_NOT_FOUND)
        return f->version < 700;
    CHECK_OK(f, status);
    bool unlocked = job->lock_owner == NULL;
    flowable_external_worker_job_response_free(job);
    return unlocked;
}

static void check_lost(fixture *f, const char *job_id, const char *worker)
{
    if (f->version < 700) {
        CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", complete(f, job_id, worker));
        return;
    }
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, "does not hold a lock on the requested job", complete(f, job_id, worker));
    assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_LOCK_LOST);
}

static void test_case_06_lock_swept(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE];
    take_briefly(f, "w", "PT0.001S", job);
    WAIT_UNTIL(swept(f, job));
    check_lost(f, job, "w");
    /* Expiry takes no try away. */
    jobs_answer *answer = take(f, "single", "w2");
    assert_int_equal(answer->items[0].retries.value, 3);
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

static void test_case_07_acquired_by_another_worker(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE], again[ID_SIZE];
    take_briefly(f, "w1", "PT0.001S", job);
    take_id(f, "single", "w2", again);
    check_lost(f, job, "w1");
    CHECK_OK(f, complete(f, again, "w2"));
}

/* Only the worker's id is a fence: under the same id the stale handler's result counts. */
static void test_case_07_acquired_by_the_same_worker(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE], again[ID_SIZE];
    take_briefly(f, "w", "PT0.001S", job);
    take_id(f, "single", "w", again);
    if (f->version < 700) {
        check_lost(f, job, "w");
        return;
    }
    assert_string_equal(job, again);
    CHECK_OK(f, complete(f, job, "w"));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", complete(f, again, "w"));
}

static size_t batch(fixture *f, const char *topic, int count)
{
    jobs_answer *answer = acquire(f, topic, "w", HOUR, count);
    size_t got = answer->items_count;
    flowable_acquire_and_lock_jobs_answer_free(answer);
    return got;
}

static void test_case_10_exclusive_jobs_of_several_instances(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 6; i++)
        start_process(f, "exclusive", NULL, NULL);
    assert_int_equal(batch(f, "exclusive", 6), 6);
}

static void test_case_10_parallel_exclusive_jobs(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE], job[ID_SIZE];
    start_process(f, "siblings", NULL, process);
    start_process(f, "siblings", NULL, NULL);
    assert_int_equal(batch(f, "siblings", 6), 0);
    assert_int_equal(batch(f, "siblings", 3), 0);
    assert_int_equal(batch(f, "siblings", 2), 0);
    /* One job of an instance at a time, and none of the other instance as long as the held one has a free sibling. */
    for (int i = 0; i < 6; i++) {
        take_id(f, "siblings", "w", job);
        for (int k = i % 3; k < 2; k++)
            assert_int_equal(acquired_count(f, "siblings", "w2"), 0);
        CHECK_OK(f, complete(f, job, "w"));
    }
    WAIT_UNTIL(process_ended(f, process));
}

static void test_case_10_parallel_jobs_that_are_not_exclusive(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE];
    start_process(f, "parallel", NULL, process);
    jobs_answer *answer = acquire(f, "parallel", "w", HOUR, 3);
    assert_int_equal(answer->items_count, 3);
    for (size_t i = 0; i < 3; i++)
        CHECK_OK(f, complete(f, answer->items[i].id, "w"));
    flowable_acquire_and_lock_jobs_answer_free(answer);
    WAIT_UNTIL(process_ended(f, process));
}

/* Before 8.0 unacquire leaves the process instance of an exclusive job locked, until the time of the job's lock. */
static void test_case_11_unacquire_of_an_exclusive_job(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE];
    start_process(f, "siblings", NULL, NULL);
    jobs_answer *answer = acquire(f, "siblings", "w", "PT4S", 1);
    assert_int_equal(answer->items_count, 1);
    snprintf(job, sizeof(job), "%s", answer->items[0].id);
    flowable_acquire_and_lock_jobs_answer_free(answer);
    if (f->version < 700) {
        CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "", unacquire(f, job, "w"));
        return;
    }
    CHECK_OK(f, unacquire(f, job, "w"));
    assert_true(job_held_by(f, job, NULL));
    assert_int_equal(acquired_count(f, "siblings", "w2"), 0);
    take_id(f, "siblings", "w2", job);
}

static void test_case_12_instance_deleted(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE], job[ID_SIZE];
    start_process(f, "single", NULL, process);
    take_id(f, "single", "w", job);
    delete_process(f, process);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", complete(f, job, "w"));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", fail_job(f, job, "w", (kf_int32){0}, NULL));
    assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_JOB_GONE);
}

static void test_case_12_instance_suspended(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE], job[ID_SIZE], path[200];
    start_process(f, "single", NULL, process);
    take_id(f, "single", "w", job);
    snprintf(path, sizeof(path), "/process-api/runtime/process-instances/%s", process);
    cJSON_Delete(engine_send(f, "PUT", path, "{\"action\":\"suspend\"}"));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", complete(f, job, "w"));
    flowable_external_worker_job_response *hidden = NULL;
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find",
                flowable_get_external_worker_job(f->client, job, &hidden, &f->error));
    assert_int_equal(acquired_count(f, "single", "w"), 0);
    cJSON_Delete(engine_send(f, "PUT", path, "{\"action\":\"activate\"}"));
    /* It comes back free, with all its tries. */
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, "does not hold a lock", complete(f, job, "w"));
    flowable_external_worker_job_response *back = job_now(f, job);
    assert_null(back->lock_owner);
    assert_int_equal(back->retries.value, 3);
    flowable_external_worker_job_response_free(back);
    take_id(f, "single", "w", job);
    CHECK_OK(f, complete(f, job, "w"));
    WAIT_UNTIL(process_ended(f, process));
}

typedef struct race {
    fixture f; /* the clients of the test, with an error of its own */
    const char *job;
    kf_status (*act)(fixture *, const char *, const char *);
    kf_status status;
    flowable_error_kind kind;
} race;

static kf_status fail_once(fixture *f, const char *job_id, const char *worker)
{
    return fail_job(f, job_id, worker, (kf_int32){0}, NULL);
}

static void *run_race(void *argument)
{
    race *one = argument;
    one->status = one->act(&one->f, one->job, "w");
    one->kind = flowable_error_classify(&one->f.error);
    return NULL;
}

/* Whether the loser of a race was told so in one of the ways that the server has for it. */
static void check_loser(const race *loser)
{
    if (loser->kind != FLOWABLE_ERROR_JOB_GONE && loser->kind != FLOWABLE_ERROR_LOCK_LOST &&
        loser->kind != FLOWABLE_ERROR_CONFLICT)
        fail_msg("kind %d: %s [%s]", loser->kind, loser->f.error.message, loser->f.error.server_message);
}

/* A complete and another call for the same job at the same moment. What was answered with 204 was done, once; the other
 * call says that it lost. */
static void race_with(fixture *f, kf_status (*other)(fixture *, const char *, const char *))
{
    for (int i = 0; i < 25; i++) {
        char process[ID_SIZE], job[ID_SIZE];
        start_process(f, "single", NULL, process);
        take_id(f, "single", "w", job);
        race races[2] = {{*f, job, complete, KF_OK, 0}, {*f, job, other, KF_OK, 0}};
        pthread_t threads[2];
        for (int k = 0; k < 2; k++)
            assert_int_equal(pthread_create(&threads[k], NULL, run_race, &races[k]), 0);
        for (int k = 0; k < 2; k++)
            pthread_join(threads[k], NULL);
        int won = (races[0].status == KF_OK) + (races[1].status == KF_OK);
        assert_int_equal(won, 1);
        check_loser(&races[races[0].status == KF_OK ? 1 : 0]);
        if (races[0].status == KF_OK || other == complete) {
            CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", complete(f, job, "w"));
            WAIT_UNTIL(process_ended(f, process));
        } else {
            CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, "does not hold a lock", complete(f, job, "w"));
            delete_process(f, process);
        }
    }
}

static void test_races_for_one_job(void **state)
{
    fixture *f = *state;
    race_with(f, complete);
    race_with(f, fail_once);
    if (f->version >= 700)
        race_with(f, unacquire);
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_case_02_answer_of_acquire_lost),
        TEST(test_case_03_answer_of_complete_lost),
        TEST(test_case_05_late_complete_before_the_sweep),
        TEST(test_case_06_lock_swept),
        TEST(test_case_07_acquired_by_another_worker),
        TEST(test_case_07_acquired_by_the_same_worker),
        TEST(test_case_10_exclusive_jobs_of_several_instances),
        TEST(test_case_10_parallel_exclusive_jobs),
        TEST(test_case_10_parallel_jobs_that_are_not_exclusive),
        TEST(test_case_11_unacquire_of_an_exclusive_job),
        TEST(test_case_12_instance_deleted),
        TEST(test_case_12_instance_suspended),
        TEST(test_races_for_one_job),
    };
    return cmocka_run_group_tests_name("cases", tests, fixture_setup, fixture_teardown);
}
