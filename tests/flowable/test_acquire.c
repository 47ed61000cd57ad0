/* POST /acquire/jobs, and both ways to give jobs back, on a real Flowable. */
#include "support.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kuflow/time.h"

static kf_status send(fixture *f, flowable_acquire_external_worker_job_request request, jobs_answer **answer)
{
    if (request.topic == NULL)
        request.topic = "single";
    if (request.worker_id == NULL)
        request.worker_id = "w";
    if (request.lock_duration == NULL)
        request.lock_duration = HOUR;
    return flowable_acquire_and_lock_jobs(f->client, &request, answer, &f->error);
}

/* How many jobs the request brings; they are given back. */
static size_t brings(fixture *f, flowable_acquire_external_worker_job_request request)
{
    jobs_answer *answer = NULL;
    CHECK_OK(f, send(f, request, &answer));
    size_t count = answer->items_count;
    for (size_t i = 0; i < count; i++)
        CHECK_OK(f, fail_job(f, answer->items[i].id, answer->items[i].lock_owner, KF_INT32(3), NULL));
    flowable_acquire_and_lock_jobs_answer_free(answer);
    return count;
}

#define BRINGS(f, ...) brings(f, (flowable_acquire_external_worker_job_request){__VA_ARGS__})

static void refuses(fixture *f, flowable_acquire_external_worker_job_request request, int status, const char *text)
{
    jobs_answer *answer = NULL;
    kf_status expected = status == 500 ? KF_ERROR_SERVER : KF_ERROR_REJECTED;
    CHECK_FAILS(f, expected, status, text, send(f, request, &answer));
    assert_null(answer);
    assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_REFUSED);
}

#define REFUSES(f, status, text, ...)                                                                                  \
    refuses(f, (flowable_acquire_external_worker_job_request){__VA_ARGS__}, status, text)

/* Seconds from now to a time. */
static double ahead(const char *text)
{
    kf_time then;
    assert_non_null(text);
    assert_int_equal(kf_time_parse(text, &then, NULL), KF_OK);
    return difftime((time_t)then.seconds, time(NULL));
}

static void test_job_of_a_process(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE];
    start_process(f, "single", "[{\"name\":\"n\",\"type\":\"integer\",\"value\":7}]", process);
    jobs_answer *answer = acquire(f, "single", "worker 1", "PT10M", 5);
    assert_int_equal(f->error.http_status, 200);
    assert_int_equal(answer->items_count, 1);
    const acquired_job *job = &answer->items[0];
    char url[300];
    snprintf(url, sizeof(url), "%s/external-job-api/jobs/%s", server_root(), job->id);
    assert_string_equal(job->url, url);
    assert_non_null(job->correlation_id);
    assert_string_equal(job->process_instance_id, process);
    assert_memory_equal(job->process_definition_id, "single:", 7);
    assert_non_null(job->execution_id);
    assert_null(job->scope_id);
    assert_null(job->sub_scope_id);
    assert_null(job->scope_definition_id);
    assert_null(job->scope_type);
    assert_string_equal(job->element_id, "work");
    assert_string_equal(job->element_name, "Work");
    assert_int_equal(job->retries.value, 3);
    assert_null(job->exception_message);
    assert_null(job->due_date);
    assert_true(ahead(job->create_time) <= 1);
    assert_string_equal(job->tenant_id, "");
    assert_string_equal(job->lock_owner, "worker 1");
    double lock = ahead(job->lock_expiration_time);
    assert_true(lock > 500 && lock <= 601);
    assert_int_equal(job->variables_count, 1);
    assert_string_equal(job->variables[0].name, "n");
    assert_string_equal(job->variables[0].type, "integer");
    assert_int_equal(job->variables[0].value->valueint, 7);
    /* A lock cannot be extended: neither its owner nor another worker gets the job again. */
    assert_int_equal(acquired_count(f, "single", "worker 1"), 0);
    assert_int_equal(acquired_count(f, "single", "worker 2"), 0);
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

static void test_job_of_a_case(void **state)
{
    fixture *f = *state;
    start_case(f, NULL);
    jobs_answer *answer = take(f, "build", "w");
    const acquired_job *job = &answer->items[0];
    assert_null(job->process_instance_id);
    assert_null(job->process_definition_id);
    assert_null(job->execution_id);
    assert_non_null(job->scope_id);
    assert_non_null(job->sub_scope_id);
    assert_non_null(job->scope_definition_id);
    assert_string_equal(job->scope_type, "cmmn");
    assert_string_equal(job->element_id, "build");
    assert_string_equal(job->element_name, "Build");
    assert_int_equal(job->variables_count, 0);
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

static void test_required_members(void **state)
{
    fixture *f = *state;
    start_process(f, "single", NULL, NULL);
    flowable_acquire_external_worker_job_request request = {0};
    jobs_answer *answer = NULL;
    CHECK_FAILS(f, KF_ERROR_ENCODE, 0, "", flowable_acquire_and_lock_jobs(f->client, &request, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, "", flowable_acquire_and_lock_jobs(f->client, NULL, &answer, &f->error));
    REFUSES(f, 400, "topic is required", .topic = "", .lock_duration = "", .worker_id = "");
    REFUSES(f, 400, "lockDuration is required", .lock_duration = "", .worker_id = "");
    REFUSES(f, 400, "workerId is required", .worker_id = "");
    assert_int_equal(BRINGS(f, .worker_id = " "), 1);
    assert_int_equal(BRINGS(f, .topic = "Single"), 0);
    kf_extra_member unknown = {.name = "priority", .json = "5"};
    assert_int_equal(BRINGS(f, .extra = {.members = &unknown, .count = 1}), 1);
}

static void test_number_of_tasks_and_retries(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 4; i++)
        start_process(f, "single", NULL, NULL);
    assert_int_equal(BRINGS(f, .number_of_tasks = {0}), 1);
    assert_int_equal(BRINGS(f, .number_of_tasks = KF_INT32(3)), 3);
    assert_int_equal(BRINGS(f, .number_of_tasks = KF_INT32(INT32_MAX)), 4);
    const char *too_few = "requested number of jobs must not be smaller than 1";
    REFUSES(f, 400, too_few, .number_of_tasks = KF_INT32(0));
    REFUSES(f, 400, too_few, .number_of_tasks = KF_INT32(-1));
    REFUSES(f, 400, too_few, .number_of_tasks = KF_NULL_OF(kf_int32));
    assert_int_equal(BRINGS(f, .number_of_retries = KF_INT32(1)), 1);
    assert_int_equal(BRINGS(f, .number_of_retries = KF_INT32(0)), 0);
    assert_int_equal(BRINGS(f, .number_of_retries = KF_INT32(-1)), 0);
    assert_int_equal(BRINGS(f, .number_of_retries = KF_NULL_OF(kf_int32)), 0);
}

static void test_order_is_by_id(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 5; i++)
        start_process(f, "single", NULL, NULL);
    jobs_answer *answer = acquire(f, "single", "w", HOUR, 5);
    assert_int_equal(answer->items_count, 5);
    for (size_t i = 1; i < 5; i++)
        assert_true(strcmp(answer->items[i - 1].id, answer->items[i].id) < 0);
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

static void test_scope_type(void **state)
{
    fixture *f = *state;
    start_process(f, "single", NULL, NULL);
    start_case(f, NULL);
    WAIT_UNTIL(BRINGS(f, .topic = "build", .scope_type = "cmmn") == 1);
    assert_int_equal(BRINGS(f, .topic = "build"), 1);
    assert_int_equal(BRINGS(f, .topic = "build", .scope_type = "bpmn"), 0);
    assert_int_equal(BRINGS(f, .scope_type = "bpmn"), 1);
    assert_int_equal(BRINGS(f, .scope_type = "cmmn"), 0);
    static const char *const none[] = {"", "foo", "BPMN"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(BRINGS(f, .scope_type = none[i]), 0);
}

static void test_worker_id(void **state)
{
    fixture *f = *state;
    char id[257];
    memset(id, 'w', 256);
    id[256] = '\0';
    assert_int_equal(BRINGS(f, .worker_id = id), 0);
    start_process(f, "single", NULL, NULL);
    REFUSES(f, 500, "Value too long for column", .worker_id = id);
    assert_int_equal(BRINGS(f, .worker_id = id + 1), 1);
    assert_int_equal(BRINGS(f, .worker_id = "Arbeiter ü € 😀 \"'\\ /%;"), 1);
}

static void test_lock_durations(void **state)
{
    static const struct {
        const char *text;
        double seconds;
    } good[] = {
        {"PT60S", 60},
        {"pt1m", 60},
        {" PT1M", 60},
        {"PT-60S", 60},
        {"-PT60S", 60},
        {"P1D", 86400},
        {"P24D", 24 * 86400},
        {"P24DT20H", 24 * 86400 + 20 * 3600},
        {"P25D", 25 * 86400 - 4294967.296}, /* an int of milliseconds runs over: it ends in the past */
        {"PT0S", 0},
        {"PT0.0001S", 0},
    };
    static const char *const bad[] = {"P1W", "P1M", "P1Y", "PT1.5M", "60s", "PT60", "PT", "1m", "P1DT", "P"};
    fixture *f = *state;
    char process[ID_SIZE];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        start_process(f, "single", NULL, process);
        jobs_answer *answer = acquire(f, "single", "w", good[i].text, 1);
        assert_int_equal(answer->items_count, 1);
        double off = ahead(answer->items[0].lock_expiration_time) - good[i].seconds;
        if (off < -60 || off > 2)
            fail_msg("%s: the lock is %.0f s too long", good[i].text, off);
        flowable_acquire_and_lock_jobs_answer_free(answer);
        delete_process(f, process);
    }
    start_process(f, "single", NULL, NULL);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        REFUSES(f, 400, "JSON parse error", .lock_duration = bad[i]);
    assert_int_equal(BRINGS(f, .topic = "single"), 1);
}

/* 6.8 has neither of the two operations. */
static bool no_unacquire(fixture *f, kf_status status)
{
    if (f->version >= 700)
        return false;
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "", status);
    return true;
}

static kf_status unacquire_all(fixture *f, const char *worker, const char *tenant)
{
    flowable_unacquire_external_worker_jobs_request request = {.worker_id = worker, .tenant_id = tenant};
    return flowable_unacquire_jobs(f->client, &request, &f->error);
}

static void test_unacquire_one(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE];
    start_process(f, "single", NULL, NULL);
    take_id(f, "single", "w", job);
    if (no_unacquire(f, unacquire(f, job, "w")))
        return;
    CHECK_OK(f, f->error.status);
    assert_int_equal(f->error.http_status, 204);
    assert_true(job_held_by(f, job, NULL));
    const char *lost = "w does not hold a lock on the requested job";
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, lost, unacquire(f, job, "w"));
    take_id(f, "single", "w", job);
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, "W does not hold a lock", unacquire(f, job, "W"));
    assert_true(job_held_by(f, job, "w"));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find external worker job", unacquire(f, UNKNOWN_ID, "w"));
    /* The worker is asked for before the job is looked up. */
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "worker id is required", unacquire(f, UNKNOWN_ID, ""));
    flowable_unacquire_external_worker_jobs_request foreign = {.worker_id = "w", .tenant_id = "acme"};
    CHECK_OK(f, flowable_unacquire_job(f->client, job, &foreign, &f->error));
    assert_true(job_held_by(f, job, NULL));
}

static void test_unacquire_all_of_a_worker(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 4; i++)
        start_process(f, "single", NULL, NULL);
    jobs_answer *mine = acquire(f, "single", "w1", HOUR, 3);
    assert_int_equal(mine->items_count, 3);
    flowable_acquire_and_lock_jobs_answer_free(mine);
    assert_int_equal(acquired_count(f, "single", "w2"), 1);
    if (no_unacquire(f, unacquire_all(f, "w1", NULL)))
        return;
    CHECK_OK(f, f->error.status);
    assert_int_equal(f->error.http_status, 204);
    mine = acquire(f, "single", "w3", HOUR, 9);
    assert_int_equal(mine->items_count, 3);
    flowable_acquire_and_lock_jobs_answer_free(mine);
    CHECK_OK(f, unacquire_all(f, "nobody", NULL));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "worker id is required", unacquire_all(f, "", NULL));
}

static void test_unacquire_all_of_a_tenant(void **state)
{
    fixture *f = *state;
    start_single_in_tenant(f, "acme", NULL);
    char job[ID_SIZE];
    take_id(f, "single", "w", job);
    if (no_unacquire(f, unacquire_all(f, "w", "acme")))
        return;
    CHECK_OK(f, f->error.status);
    take_id(f, "single", "w", job);
    const char *foreign = "external worker jobs from different tenant";
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, foreign, unacquire_all(f, "w", "other"));
    assert_true(job_held_by(f, job, "w"));
    start_process(f, "single", NULL, NULL);
    assert_int_equal(acquired_count(f, "single", "w"), 1);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, foreign, unacquire_all(f, "w", "acme"));
    assert_true(job_held_by(f, job, "w"));
    CHECK_OK(f, unacquire_all(f, "w", ""));
    assert_true(job_held_by(f, job, NULL));
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_job_of_a_process),
        TEST(test_job_of_a_case),
        TEST(test_required_members),
        TEST(test_number_of_tasks_and_retries),
        TEST(test_order_is_by_id),
        TEST(test_scope_type),
        TEST(test_worker_id),
        TEST(test_lock_durations),
        TEST(test_unacquire_one),
        TEST(test_unacquire_all_of_a_worker),
        TEST(test_unacquire_all_of_a_tenant),
    };
    return cmocka_run_group_tests_name("acquire", tests, fixture_setup, fixture_teardown);
}
