/* The KuFlow worker at work on the sandbox. */
#include "task_worker.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* From READY to COMPLETED */

static kf_outcome charge(kf_job *job, void *user)
{
    int64_t number = 0;
    const char *name = NULL;
    kf_error error;
    (void)user;
    if (kf_job_get_int64(job, "number", &number) != KF_OK || kf_job_get_string(job, "name", &name) != KF_OK)
        return kf_job_fail(job, "the data did not come");
    if (number != INT64_C(9007199254740993) || strcmp(name, "Ü") != 0)
        return kf_job_fail(job, "the data is not what it was");
    if (kuflow_job_log(job, INFO, "at work", &error) != KF_OK)
        return kf_job_fail(job, error.message);
    kf_job_set_string(job, "receipt/1", "R-17");
    kf_job_set_bool(job, "name", true);
    return kf_job_complete(job);
}

static void test_tasks_are_worked(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    char ids[3][KF_UUID_TEXT_SIZE];
    tasks_create(f, "CHARGE", 3, "{\"number\":9007199254740993,\"name\":\"Ü\"}", ids);
    worker_begin(&w, f, "CHARGE", charge, NULL, -1, NULL);
    worker_poll_until(&w, "CHARGE", COMPLETED, 3);
    for (int i = 0; i < 3; i++) {
        kuflow_process_item *item = task_get(f, ids[i]);
        const cJSON *data = item->task->data->value;
        assert_string_equal(item->owner_id, KF_SANDBOX_CALLER);
        assert_string_equal(cJSON_GetObjectItem(data, "receipt/1")->valuestring, "R-17");
        assert_true(cJSON_IsTrue(cJSON_GetObjectItem(data, "name")));
        assert_non_null(cJSON_GetObjectItem(data, "number"));
        kuflow_process_item_free(item);
        assert_int_equal(task_lines(f, ids[i], INFO, "at work"), 1);
        assert_int_equal(task_lines(f, ids[i], INFO, "Taken by worker kuflow@"), 1);
        assert_int_equal(task_lines(f, ids[i], FAILURE, ""), 0);
    }
    assert_int_equal(worker_stats(&w).completed, 3);
    assert_int_equal(worker_stats(&w).failed, 0);
    assert_int_equal(worker_told(&w, KF_WORKER_REGISTERED), 1);
    assert_int_equal(kf_sandbox_requests(f->sandbox, "createWorker"), 1);
    worker_end(&w);
}

typedef struct order {
    int count;
    char ids[TASKS_MOST][KF_UUID_TEXT_SIZE];
} order;

static kf_outcome note_order(kf_job *job, void *user)
{
    order *seen = user;
    if (seen->count < TASKS_MOST)
        snprintf(seen->ids[seen->count++], KF_UUID_TEXT_SIZE, "%s", kf_job_id(job));
    return kf_job_complete(job);
}

static void test_the_oldest_come_first(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    order seen = {0};
    char ids[30][KF_UUID_TEXT_SIZE], others[2][KF_UUID_TEXT_SIZE];
    tasks_create(f, "OLD", 30, NULL, ids);
    tasks_create(f, "OLDER", 2, NULL, others);
    worker_begin(&w, f, "OLD", note_order, &seen, -1, NULL);
    worker_poll_until(&w, "OLD", COMPLETED, 30);
    assert_int_equal(seen.count, 30);
    for (int i = 0; i < 30; i++)
        assert_string_equal(seen.ids[i], ids[i]);
    assert_int_equal(tasks_count(f, "OLDER", READY), 2); /* of another definition */
    worker_end(&w);
}

static void test_only_tasks_of_the_tenant(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    order seen = {0};
    char ids[1][KF_UUID_TEXT_SIZE];
    kuflow_worker_options kuflow = KUFLOW_WORKER_OPTIONS_INIT;
    kuflow.tenant_id = KF_SANDBOX_TENANT_2;
    tasks_create(f, "TENANT", 1, NULL, ids);
    worker_begin(&w, f, "TENANT", note_order, &seen, -1, &kuflow);
    while (worker_stats(&w).polls_empty < 2)
        CHECK_OK(f, kf_worker_poll_once(w.worker, 100, NULL, &f->error));
    assert_int_equal(seen.count, 0);
    assert_int_equal(tasks_count(f, "TENANT", READY), 1);
    worker_end(&w);
}

/* Several workers */

typedef struct tally {
    atomic_int times[TASKS_MOST];
    char ids[TASKS_MOST][KF_UUID_TEXT_SIZE];
    int count;
} tally;

static kf_outcome count_times(kf_job *job, void *user)
{
    tally *all = user;
    for (int i = 0; i < all->count; i++) {
        if (strcmp(all->ids[i], kf_job_id(job)) == 0)
            atomic_fetch_add(&all->times[i], 1);
    }
    return kf_job_complete(job);
}

static void test_two_workers_share_the_tasks(void **state)
{
    kf_fixture *f = *state;
    static tally all;
    task_worker first, second;
    memset(&all, 0, sizeof(all));
    all.count = TASKS_MOST;
    tasks_create(f, "SHARED", TASKS_MOST, "{}", all.ids);
    worker_begin(&first, f, "SHARED", count_times, &all, 4, NULL);
    worker_begin(&second, f, "SHARED", count_times, &all, 4, NULL);
    CHECK_OK(f, kf_worker_start(first.worker, &f->error));
    CHECK_OK(f, kf_worker_start(second.worker, &f->error));
    tasks_wait(f, "SHARED", COMPLETED, TASKS_MOST);
    CHECK_OK(f, kf_worker_stop(first.worker, 10000, NULL, &f->error));
    CHECK_OK(f, kf_worker_stop(second.worker, 10000, NULL, &f->error));
    for (int i = 0; i < TASKS_MOST; i++)
        assert_int_equal(atomic_load(&all.times[i]), 1);
    assert_int_equal(worker_stats(&first).completed + worker_stats(&second).completed, TASKS_MOST);
    assert_int_equal(worker_stats(&first).failed + worker_stats(&second).failed, 0);
    assert_int_equal(worker_stats(&first).unreported + worker_stats(&second).unreported, 0);
    worker_end(&first);
    worker_end(&second);
}

/* Somebody else takes the task between the list and the claim. */
static void test_a_task_of_somebody_else_is_skipped(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    order seen = {0};
    char ids[1][KF_UUID_TEXT_SIZE];
    kf_sandbox_fault_spec held = {.kind = KF_SANDBOX_FAULT_DELAY};
    kuflow_process_item_task_assign_params assign = {.owner_id = KF_SANDBOX_USER};
    tasks_create(f, "TAKEN", 1, NULL, ids);
    fixture_fault(f, "claimProcessItemTask", held);
    worker_begin(&w, f, "TAKEN", note_order, &seen, 2, NULL);
    CHECK_OK(f, kf_worker_start(w.worker, &f->error));
    while (kf_sandbox_held(f->sandbox) == 0)
        sleep_ms(1);
    CHECK_OK(f, kuflow_assign_process_item_task(f->client, ids[0], &assign, NULL, &f->error));
    kf_sandbox_release(f->sandbox);
    while (worker_stats(&w).gone == 0)
        sleep_ms(1);
    CHECK_OK(f, kf_worker_stop(w.worker, 10000, NULL, &f->error));
    assert_int_equal(seen.count, 0);
    assert_int_equal(worker_stats(&w).failed, 0);
    assert_int_equal(worker_told(&w, KF_WORKER_JOB_STARTED), 0);
    assert_int_equal(task_lines(f, ids[0], FAILURE, ""), 0);
    worker_end(&w);
}

/* Failing */

static kf_outcome fail_always(kf_job *job, void *user)
{
    kf_failure failure = {.message = "no luck", .details = "line 1\nline 2"};
    order *seen = user;
    seen->count++;
    return kf_job_fail_with(job, &failure);
}

static void test_failures_are_logged_and_tried_again(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    order seen = {0};
    char ids[1][KF_UUID_TEXT_SIZE];
    tasks_create(f, "FAILING", 1, NULL, ids);
    worker_begin(&w, f, "FAILING", fail_always, &seen, -1, NULL);
    worker_poll_until_told(&w, KF_WORKER_JOB_POISON, 1);
    assert_int_equal(seen.count, 3);
    assert_int_equal(task_lines(f, ids[0], FAILURE, "no luck\nline 1\nline 2"), 3);
    assert_int_equal(worker_stats(&w).failed, 3);
    uint64_t empty = worker_stats(&w).polls_empty;
    while (worker_stats(&w).polls_empty < empty + 2) /* and it is left alone */
        CHECK_OK(f, kf_worker_poll_once(w.worker, 100, NULL, &f->error));
    assert_int_equal(seen.count, 3);
    assert_int_equal(tasks_count(f, "FAILING", CLAIMED), 1);
    worker_end(&w);
}

static kf_outcome fail_for_good(kf_job *job, void *user)
{
    kf_failure failure = {.message = "never again", .retries = KF_INT32(0)};
    (void)user;
    return kf_job_fail_with(job, &failure);
}

static void test_a_failure_can_be_the_last(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    char ids[1][KF_UUID_TEXT_SIZE];
    tasks_create(f, "LAST", 1, NULL, ids);
    worker_begin(&w, f, "LAST", fail_for_good, NULL, -1, NULL);
    worker_poll_until_told(&w, KF_WORKER_JOB_POISON, 1);
    assert_int_equal(task_lines(f, ids[0], FAILURE, "never again"), 1);
    worker_end(&w);
}

static kf_outcome second_time_lucky(kf_job *job, void *user)
{
    order *seen = user;
    int retries = kf_job_retries(job);
    if (seen->count++ == 0)
        return retries == 3 ? kf_job_fail(job, "first time") : kf_job_complete(job);
    return retries == 2 ? kf_job_complete(job) : kf_job_fail(job, "not two");
}

static void test_a_failed_task_can_succeed(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    order seen = {0};
    char ids[1][KF_UUID_TEXT_SIZE];
    tasks_create(f, "LUCKY", 1, NULL, ids);
    worker_begin(&w, f, "LUCKY", second_time_lucky, &seen, -1, NULL);
    worker_poll_until(&w, "LUCKY", COMPLETED, 1);
    assert_int_equal(seen.count, 2);
    assert_int_equal(task_lines(f, ids[0], FAILURE, "first time"), 1);
    worker_end(&w);
}

/* Ends that KuFlow does not have, and giving back */

static kf_outcome try_other_ends(kf_job *job, void *user)
{
    order *seen = user;
    seen->count += kf_job_bpmn_error(job, "CODE") == KF_OUTCOME_REFUSED;
    seen->count += strstr(kf_job_error(job), "BPMN") != NULL;
    seen->count += kf_job_cmmn_terminate(job) == KF_OUTCOME_REFUSED;
    seen->count += strstr(kf_job_error(job), "terminated") != NULL;
    return kf_job_complete(job);
}

static void test_other_ends_are_refused(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    order seen = {0};
    char ids[1][KF_UUID_TEXT_SIZE];
    tasks_create(f, "ENDS", 1, NULL, ids);
    worker_begin(&w, f, "ENDS", try_other_ends, &seen, -1, NULL);
    worker_poll_until(&w, "ENDS", COMPLETED, 1);
    assert_int_equal(seen.count, 4);
    worker_end(&w);
}

static kf_outcome give_back_once(kf_job *job, void *user)
{
    order *seen = user;
    return seen->count++ == 0 ? kf_job_give_back(job) : kf_job_complete(job);
}

static void test_what_is_given_back_is_tried_again(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    order seen = {0};
    char ids[1][KF_UUID_TEXT_SIZE];
    tasks_create(f, "BACK", 1, NULL, ids);
    worker_begin(&w, f, "BACK", give_back_once, &seen, -1, NULL);
    worker_poll_until(&w, "BACK", COMPLETED, 1);
    assert_int_equal(seen.count, 2);
    assert_int_equal(task_lines(f, ids[0], FAILURE, ""), 0);
    worker_end(&w);
}

/* After a crash */

static kf_outcome fail_for_long(kf_job *job, void *user)
{
    kf_failure failure = {.message = "later", .delay_ms = KF_INT64(3600000)};
    (void)user;
    return kf_job_fail_with(job, &failure);
}

static void test_claimed_tasks_are_taken_up(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    order seen = {0};
    char ids[4][KF_UUID_TEXT_SIZE];
    kuflow_process_item_task_assign_params assign = {.owner_id = KF_SANDBOX_USER};
    kuflow_worker_options kuflow = KUFLOW_WORKER_OPTIONS_INIT;
    tasks_create(f, "RESUMED", 4, NULL, ids);
    CHECK_OK(f, kuflow_assign_process_item_task(f->client, ids[3], &assign, NULL, &f->error));
    worker_begin(&w, f, "RESUMED", fail_for_long, NULL, -1, NULL);
    worker_poll_until(&w, "RESUMED", CLAIMED, 4);
    worker_poll_until_told(&w, KF_WORKER_JOB_DONE, 3);
    worker_end(&w);

    worker_begin(&w, f, "RESUMED", note_order, &seen, -1, NULL);
    while (worker_stats(&w).polls_empty < 2)
        CHECK_OK(f, kf_worker_poll_once(w.worker, 100, NULL, &f->error));
    assert_int_equal(seen.count, 0); /* not without being asked to */
    worker_end(&w);

    kuflow.resume_owner_id = KF_SANDBOX_CALLER;
    worker_begin(&w, f, "RESUMED", note_order, &seen, -1, &kuflow);
    worker_poll_until(&w, "RESUMED", COMPLETED, 3);
    assert_int_equal(seen.count, 3);
    assert_int_equal(tasks_count(f, "RESUMED", CLAIMED), 1); /* the user's */
    worker_end(&w);
}

static void test_what_was_left_is_not_taken_up_at_once(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    order seen = {0};
    char ids[1][KF_UUID_TEXT_SIZE];
    kuflow_worker_options kuflow = KUFLOW_WORKER_OPTIONS_INIT;
    kuflow.resume_owner_id = KF_SANDBOX_CALLER;
    kuflow.max_failures = 2;
    tasks_create(f, "LEFT", 1, NULL, ids);
    worker_begin(&w, f, "LEFT", fail_always, &seen, -1, &kuflow);
    worker_poll_until_told(&w, KF_WORKER_JOB_POISON, 1);
    uint64_t empty = worker_stats(&w).polls_empty;
    while (worker_stats(&w).polls_empty < empty + 2)
        CHECK_OK(f, kf_worker_poll_once(w.worker, 100, NULL, &f->error));
    assert_int_equal(seen.count, 2);
    worker_end(&w);
}

/* Stopping */

typedef struct gate {
    pthread_mutex_t lock;
    pthread_cond_t change;
    int inside;
    bool open;
} gate;

static kf_outcome wait_at_gate(kf_job *job, void *user)
{
    gate *g = user;
    pthread_mutex_lock(&g->lock);
    g->inside++;
    pthread_cond_broadcast(&g->change);
    while (!g->open)
        pthread_cond_wait(&g->change, &g->lock);
    pthread_mutex_unlock(&g->lock);
    return kf_job_complete(job);
}

static void test_stopping_loses_nothing(void **state)
{
    kf_fixture *f = *state;
    task_worker w;
    static gate g = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false};
    char ids[20][KF_UUID_TEXT_SIZE];
    kf_worker_result result;
    tasks_create(f, "STOPPED", 20, NULL, ids);
    worker_begin(&w, f, "STOPPED", wait_at_gate, &g, 3, NULL);
    CHECK_OK(f, kf_worker_start(w.worker, &f->error));
    pthread_mutex_lock(&g.lock);
    while (g.inside < 3)
        pthread_cond_wait(&g.change, &g.lock);
    pthread_mutex_unlock(&g.lock);
    kf_worker_request_stop(w.worker);
    pthread_mutex_lock(&g.lock);
    g.open = true;
    pthread_cond_broadcast(&g.change);
    pthread_mutex_unlock(&g.lock);
    CHECK_OK(f, kf_worker_stop(w.worker, 10000, &result, &f->error));
    int done = tasks_count(f, "STOPPED", COMPLETED);
    assert_in_range(done, 3, 20);
    assert_int_equal(result.completed, done);
    assert_int_equal(result.abandoned, 0);
    assert_int_equal(tasks_count(f, "STOPPED", READY), 20 - done);
    worker_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_tasks_are_worked, fixture_clean),
        cmocka_unit_test_teardown(test_the_oldest_come_first, fixture_clean),
        cmocka_unit_test_teardown(test_only_tasks_of_the_tenant, fixture_clean),
        cmocka_unit_test_teardown(test_two_workers_share_the_tasks, fixture_clean),
        cmocka_unit_test_teardown(test_a_task_of_somebody_else_is_skipped, fixture_clean),
        cmocka_unit_test_teardown(test_failures_are_logged_and_tried_again, fixture_clean),
        cmocka_unit_test_teardown(test_a_failure_can_be_the_last, fixture_clean),
        cmocka_unit_test_teardown(test_a_failed_task_can_succeed, fixture_clean),
        cmocka_unit_test_teardown(test_other_ends_are_refused, fixture_clean),
        cmocka_unit_test_teardown(test_what_is_given_back_is_tried_again, fixture_clean),
        cmocka_unit_test_teardown(test_claimed_tasks_are_taken_up, fixture_clean),
        cmocka_unit_test_teardown(test_what_was_left_is_not_taken_up_at_once, fixture_clean),
        cmocka_unit_test_teardown(test_stopping_loses_nothing, fixture_clean),
    };
    return cmocka_run_group_tests_name("KuFlow worker", tests, fixture_setup, fixture_teardown);
}
