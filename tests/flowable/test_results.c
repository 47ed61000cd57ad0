/* How a job ends on a real Flowable: complete, BPMN error, CMMN terminate, fail; and reading it with GET /jobs/{id}. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef flowable_engine_rest_variable variable;

static kf_status bpmn_error(fixture *f, const char *job_id, const char *worker, const char *code)
{
    flowable_external_worker_job_error_request request = {.worker_id = worker, .error_code = code};
    return flowable_bpmn_error_job(f->client, job_id, &request, &f->error);
}

static kf_status terminate(fixture *f, const char *job_id, const char *worker)
{
    flowable_external_worker_job_terminate_request request = {.worker_id = worker};
    return flowable_terminate_cmmn_job(f->client, job_id, &request, &f->error);
}

static kf_status fail_once(fixture *f, const char *job_id, const char *worker)
{
    return fail_job(f, job_id, worker, (kf_int32){0}, NULL);
}

static kf_status bpmn_error_e1(fixture *f, const char *job_id, const char *worker)
{
    return bpmn_error(f, job_id, worker, "E1");
}

/* The four results refuse in the same way, and a refused one changes nothing. */
static void test_refusals_of_all(void **state)
{
    static kf_status (*const results[])(fixture *, const char *, const char *) = {complete, bpmn_error_e1, terminate,
                                                                                  fail_once};
    fixture *f = *state;
    char job[ID_SIZE];
    start_process(f, "single", NULL, NULL);
    start_process(f, "single", NULL, NULL);
    take_id(f, "single", "w", job);
    flowable_data_response_external_worker_job_response *page = NULL;
    flowable_list_external_worker_jobs_params unlocked = {.unlocked = KF_BOOL(true)};
    CHECK_OK(f, flowable_list_external_worker_jobs(f->client, &unlocked, &page, &f->error));
    assert_int_equal(page->data_count, 1);
    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        const char *unknown = "Could not find external worker job with id '" UNKNOWN_ID "'";
        CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, unknown, results[i](f, UNKNOWN_ID, "w"));
        assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_JOB_GONE);
        CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "workerId is required", results[i](f, UNKNOWN_ID, ""));
        assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_REFUSED);
        static const char *const others[] = {"other", "W"};
        for (size_t k = 0; k < 2; k++) {
            CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, "does not hold a lock on the requested job",
                        results[i](f, job, others[k]));
            assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_LOCK_LOST);
        }
        CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, "does not hold a lock", results[i](f, page->data[0].id, "w"));
        CHECK_FAILS(f, KF_ERROR_ENCODE, 0, "", results[i](f, job, NULL));
        CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, "", results[i](f, "", "w"));
        assert_true(job_held_by(f, job, "w"));
    }
    flowable_data_response_external_worker_job_response_free(page);
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, "", flowable_complete_job(f->client, job, NULL, &f->error));
    CHECK_OK(f, complete(f, job, "w"));
}

static void test_wrong_scope(void **state)
{
    fixture *f = *state;
    char process_job[ID_SIZE], case_job[ID_SIZE];
    start_process(f, "single", NULL, NULL);
    start_case(f, NULL);
    take_id(f, "single", "w", process_job);
    take_id(f, "build", "w", case_job);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "Can only complete BPMN external job with a BPMN error",
                bpmn_error(f, case_job, "w", "E1"));
    assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_REFUSED);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "Can only terminate CMMN external job", terminate(f, process_job, "w"));
    assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_REFUSED);
    CHECK_OK(f, complete(f, process_job, "w"));
    CHECK_OK(f, complete(f, case_job, "w"));
}

static void test_complete(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE], job[ID_SIZE];
    start_process(f, "sequence", "[{\"name\":\"kept\",\"value\":\"as it was\"}]", process);
    take_id(f, "first", "w", job);
    cJSON *value = json("{\"total\":[12.5]}");
    variable variables[] = {{.name = "order", .type = "json", .value = value}, {.name = "nothing"}};
    flowable_external_worker_job_complete_request request = {
        .worker_id = "w", .variables = variables, .variables_count = 2};
    CHECK_OK(f, flowable_complete_job(f->client, job, &request, &f->error));
    assert_int_equal(f->error.http_status, 204);
    cJSON_Delete(value);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", complete(f, job, "w"));
    jobs_answer *answer = take(f, "second", "w");
    assert_int_equal(answer->items[0].variables_count, 3);
    cJSON *order = history_variable(f, process, "order");
    cJSON *expected = json("{\"total\":[12.5]}");
    assert_true(cJSON_Compare(cJSON_GetObjectItem(order, "value"), expected, true));
    cJSON_Delete(order);
    cJSON_Delete(expected);
    CHECK_OK(f, complete(f, answer->items[0].id, "w"));
    flowable_acquire_and_lock_jobs_answer_free(answer);
    WAIT_UNTIL(process_ended(f, process));
}

/* Lists of variables that the server refuses leave the job as it was, also where it calls them its own error. */
static void test_refused_variables(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE], name[257];
    start_process(f, "single", NULL, NULL);
    take_id(f, "single", "w", job);
    memset(name, 'n', 256);
    name[256] = '\0';
    cJSON *text = cJSON_CreateString("x");
    const struct {
        variable variable;
        int status;
        const char *text;
    } refused[] = {
        {{.value = text}, 400, "Variable name is required"},
        {{.name = "v", .type = "uuid", .value = text}, 400, "Variable 'v' has unsupported type: 'uuid'"},
        {{.name = "v", .type = "STRING", .value = text}, 400, "Variable 'v' has unsupported type: 'STRING'"},
        {{.name = "v", .type = "", .value = text}, 400, "Variable 'v' has unsupported type: ''"},
        {{.name = "v", .type = "nothing"}, 400, "Variable 'v' has unsupported type: 'nothing'"},
        {{.name = "v", .type = "integer", .value = text}, 400, "Converter can only convert"},
        {{.name = name, .type = "string", .value = text}, 500, "Value too long for column"},
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        flowable_external_worker_job_complete_request request = {
            .worker_id = "w", .variables = &refused[i].variable, .variables_count = 1};
        CHECK_FAILS(f, refused[i].status == 500 ? KF_ERROR_SERVER : KF_ERROR_REJECTED, refused[i].status,
                    refused[i].text, flowable_complete_job(f->client, job, &request, &f->error));
        assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_REFUSED);
        assert_true(job_held_by(f, job, "w"));
    }
    variable longest = {.name = name + 1, .type = "string", .value = text};
    flowable_external_worker_job_complete_request request = {
        .worker_id = "w", .variables = &longest, .variables_count = 1};
    CHECK_OK(f, flowable_complete_job(f->client, job, &request, &f->error));
    cJSON_Delete(text);
}

/* Which task comes after an error with that code; the variable that is sent with it must be there. */
static void error_leads_to(fixture *f, const char *key, const char *topic, const char *code, const char *next)
{
    char process[ID_SIZE], job[ID_SIZE];
    start_process(f, key, NULL, process);
    take_id(f, topic, "w", job);
    cJSON *value = cJSON_CreateString("no funds");
    variable why = {.name = "why", .type = "string", .value = value};
    flowable_external_worker_job_error_request request = {
        .worker_id = "w", .error_code = code, .variables = &why, .variables_count = 1};
    CHECK_OK(f, flowable_bpmn_error_job(f->client, job, &request, &f->error));
    assert_int_equal(f->error.http_status, 204);
    cJSON_Delete(value);
    jobs_answer *answer = take(f, next, "w");
    assert_string_equal(answer->items[0].process_instance_id, process);
    assert_int_equal(answer->items[0].variables_count, 1);
    assert_string_equal(answer->items[0].variables[0].value->valuestring, "no funds");
    flowable_acquire_and_lock_jobs_answer_free(answer);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", bpmn_error(f, job, "w", code));
    delete_process(f, process);
}

static void test_case_09_bpmn_error_caught(void **state)
{
    fixture *f = *state;
    error_leads_to(f, "caught", "risky", "E1", "rescue");
    error_leads_to(f, "caught", "risky", NULL, "rescue");
    error_leads_to(f, "caughtAny", "riskyAny", "E2", "rescueAny");
    error_leads_to(f, "caughtAny", "riskyAny", NULL, "rescueAny");
}

/* What the engine says afterwards about an error that nothing catches. The API shows nothing of it: the job is gone. */
static void error_is_lost(fixture *f, const char *key, const char *topic, const char *code, const char *message)
{
    char process[ID_SIZE], job[ID_SIZE];
    start_process(f, key, NULL, process);
    take_id(f, topic, "w", job);
    CHECK_OK(f, bpmn_error(f, job, "w", code));
    WAIT_UNTIL(engine_count(f, "/process-api/management/timer-jobs", "processInstanceId", process) == 1);
    cJSON *timers = engine_list(f, "/process-api/management/timer-jobs", "processInstanceId", process);
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(timers, 0), "exceptionMessage"));
    assert_non_null(text);
    if (strstr(text, message) == NULL)
        fail_msg("%s instead of %s", text, message);
    cJSON_Delete(timers);
    assert_false(process_ended(f, process));
    flowable_external_worker_job_response *gone = NULL;
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find",
                flowable_get_external_worker_job(f->client, job, &gone, &f->error));
    delete_process(f, process);
}

static void test_case_09_bpmn_error_uncaught(void **state)
{
    fixture *f = *state;
    const char *nobody = "No catching boundary event found for error with errorCode 'E2'";
    error_is_lost(f, "caught", "risky", "E2", nobody);
    error_is_lost(f, "single", "single", "E2", nobody);
    error_is_lost(f, "single", "single", NULL, "Error Code must not be null");
}

static void test_case_09_cmmn_terminate(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE], job[ID_SIZE];
    start_case(f, process);
    take_id(f, "build", "w", job);
    CHECK_OK(f, terminate(f, job, "w"));
    assert_int_equal(f->error.http_status, 204);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", terminate(f, job, "w"));
    take_id(f, "scrap", "w", job);
    assert_int_equal(acquired_count(f, "polish", "w"), 0);
    CHECK_OK(f, complete(f, job, "w"));
    WAIT_UNTIL(process_ended(f, process));
}

static void test_complete_of_a_case(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE], job[ID_SIZE];
    start_case(f, process);
    take_id(f, "build", "w", job);
    cJSON *value = cJSON_CreateNumber(7);
    variable size = {.name = "size", .type = "integer", .value = value};
    flowable_external_worker_job_complete_request request = {
        .worker_id = "w", .variables = &size, .variables_count = 1};
    CHECK_OK(f, flowable_complete_job(f->client, job, &request, &f->error));
    cJSON_Delete(value);
    jobs_answer *answer = take(f, "polish", "w");
    assert_int_equal(answer->items[0].variables_count, 1);
    assert_int_equal(answer->items[0].variables[0].value->valueint, 7);
    assert_int_equal(acquired_count(f, "scrap", "w"), 0);
    CHECK_OK(f, complete(f, answer->items[0].id, "w"));
    flowable_acquire_and_lock_jobs_answer_free(answer);
    WAIT_UNTIL(process_ended(f, process));
}

/* Fails a job and takes it again; its tries afterwards. */
static int retries_after(fixture *f, const char *job, kf_int32 retries)
{
    CHECK_OK(f, fail_job(f, job, "w", retries, NULL));
    jobs_answer *answer = acquire(f, "single", "w", HOUR, 1);
    assert_int_equal(answer->items_count, 1);
    assert_string_equal(answer->items[0].id, job);
    assert_string_equal(answer->items[0].exception_message, "it broke");
    int left = answer->items[0].retries.value;
    flowable_acquire_and_lock_jobs_answer_free(answer);
    return left;
}

static void test_case_08_fail_and_retries(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE];
    start_process(f, "single", NULL, NULL);
    take_id(f, "single", "w", job);
    assert_int_equal(retries_after(f, job, (kf_int32){0}), 2);
    assert_int_equal(retries_after(f, job, KF_INT32(10)), 10);
    assert_int_equal(retries_after(f, job, KF_INT32(-5)), 9);
    assert_int_equal(retries_after(f, job, KF_INT32(1)), 1);
    CHECK_OK(f, fail_job(f, job, "w", (kf_int32){0}, NULL));
    assert_true(is_dead_letter(f, job));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", complete(f, job, "w"));
}

static void test_case_08_dead_letter_and_revival(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE], path[200];
    for (int i = 0; i < 2; i++) {
        start_process(f, "single", NULL, NULL);
        take_id(f, "single", "w", job);
        CHECK_OK(f, fail_job(f, job, "w", KF_INT32(0), i == 0 ? NULL : "PT1S"));
        assert_true(is_dead_letter(f, job));
        assert_int_equal(acquired_count(f, "single", "w"), 0);
        CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", fail_once(f, job, "w"));
        snprintf(path, sizeof(path), "/process-api/management/deadletter-jobs/%s", job);
        cJSON_Delete(engine_send(f, "POST", path, "{\"action\":\"move\"}"));
        jobs_answer *answer = take(f, "single", "w");
        assert_string_equal(answer->items[0].id, job);
        assert_int_equal(answer->items[0].retries.value, 3);
        assert_string_equal(answer->items[0].exception_message, "it broke");
        flowable_acquire_and_lock_jobs_answer_free(answer);
    }
}

static void test_case_08_retry_timeout(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE];
    start_process(f, "single", NULL, NULL);
    take_id(f, "single", "w", job);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "JSON parse error", fail_job(f, job, "w", (kf_int32){0}, "soon"));
    assert_true(job_held_by(f, job, "w"));
    CHECK_OK(f, fail_job(f, job, "w", (kf_int32){0}, HOUR));
    assert_true(job_held_by(f, job, NULL));
    flowable_external_worker_job_response *waiting = job_now(f, job);
    assert_non_null(waiting->lock_expiration_time);
    assert_int_equal(waiting->retries.value, 2);
    flowable_external_worker_job_response_free(waiting);
    assert_int_equal(acquired_count(f, "single", "w"), 0);
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, "does not hold a lock", complete(f, job, "w"));
    char soon[ID_SIZE];
    start_process(f, "single", NULL, NULL);
    take_id(f, "single", "w", soon);
    CHECK_OK(f, fail_job(f, soon, "w", (kf_int32){0}, "PT0.5S"));
    jobs_answer *answer = take(f, "single", "w");
    assert_int_equal(answer->items[0].retries.value, 2);
    /* Before 7.0 a swept job comes back as a copy with an id of its own. */
    assert_int_equal(strcmp(answer->items[0].id, soon) == 0, f->version >= 700);
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

/* Messages are cut to 2000 characters as Java counts them; details are kept whole, and by a failure without any. */
static void test_fail_texts(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE], path[200];
    char *message = malloc(6001), *details = malloc(200001);
    memset(message, 'm', 6000);
    message[6000] = '\0';
    memset(details, 'd', 200000);
    details[200000] = '\0';
    start_process(f, "single", NULL, NULL);
    take_id(f, "single", "w", job);
    flowable_external_worker_job_failure_request request = {
        .worker_id = "w", .error_message = message, .error_details = details};
    CHECK_OK(f, flowable_fail_job(f->client, job, &request, &f->error));
    flowable_external_worker_job_response *failed = job_now(f, job);
    assert_int_equal(strlen(failed->exception_message), 2000);
    flowable_external_worker_job_response_free(failed);
    take_id(f, "single", "w", job);
    flowable_external_worker_job_failure_request silent = {.worker_id = "w", .retries = KF_INT32(0)};
    CHECK_OK(f, flowable_fail_job(f->client, job, &silent, &f->error));
    cJSON *dead = engine_list(f, "/process-api/management/deadletter-jobs", "id", job);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetArrayItem(dead, 0), "exceptionMessage")));
    cJSON_Delete(dead);
    snprintf(path, sizeof(path), "/process-api/management/deadletter-jobs/%s/exception-stacktrace", job);
    kf_request trace = {.path = path};
    char *text = NULL;
    CHECK_OK(f, kf_request_send(f->engine, &trace, &text, NULL, &f->error));
    assert_string_equal(text, details);
    kf_free(text);
    free(message);
    free(details);
}

/* How a job is given back so that an exclusive one frees its process instance at once, which unacquire does only from
 * 8.0 on: a failure that takes no try away. */
static void test_case_11_exclusive_job_given_back_by_fail(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE], again[ID_SIZE];
    start_process(f, "siblings", NULL, NULL);
    take_id(f, "siblings", "w1", job);
    CHECK_OK(f, fail_once(f, job, "w1"));
    take_id(f, "siblings", "w1", job);
    assert_int_equal(acquired_count(f, "siblings", "w2"), 0);
    CHECK_OK(f, fail_job(f, job, "w1", KF_INT32(2), NULL));
    take_id(f, "siblings", "w2", again);
    assert_string_equal(job, again);
    flowable_external_worker_job_response *back = job_now(f, job);
    assert_int_equal(back->retries.value, 2);
    assert_string_equal(back->exception_message, "it broke");
    flowable_external_worker_job_response_free(back);
    CHECK_OK(f, complete(f, again, "w2"));
    take_id(f, "siblings", "w2", again);
    assert_string_not_equal(job, again);
}

static void test_get(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE], job[ID_SIZE];
    start_process(f, "single", "[{\"name\":\"n\",\"value\":1}]", process);
    take_id(f, "single", "w", job);
    flowable_external_worker_job_response *now = job_now(f, job);
    assert_int_equal(f->error.http_status, 200);
    assert_string_equal(now->id, job);
    assert_string_equal(now->process_instance_id, process);
    assert_string_equal(now->element_id, "work");
    assert_string_equal(now->lock_owner, "w");
    assert_null(now->scope_id);
    /* It has no variables; neither as a member nor as one that the document does not know. */
    assert_null(kf_extra_find(&now->extra, "variables"));
    flowable_external_worker_job_response_free(now);
    static const char *const unknown[] = {UNKNOWN_ID, "a:b", "J\xc3\xb6\x62 \xe2\x82\xac"};
    for (size_t i = 0; i < 3; i++) {
        CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, unknown[i],
                    flowable_get_external_worker_job(f->client, unknown[i], &now, &f->error));
        assert_null(now);
        assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_JOB_GONE);
    }
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refusals_of_all),
        TEST(test_wrong_scope),
        TEST(test_complete),
        TEST(test_refused_variables),
        TEST(test_case_09_bpmn_error_caught),
        TEST(test_case_09_bpmn_error_uncaught),
        TEST(test_case_09_cmmn_terminate),
        TEST(test_complete_of_a_case),
        TEST(test_case_08_fail_and_retries),
        TEST(test_case_08_dead_letter_and_revival),
        TEST(test_case_08_retry_timeout),
        TEST(test_fail_texts),
        TEST(test_case_11_exclusive_job_given_back_by_fail),
        TEST(test_get),
    };
    return cmocka_run_group_tests_name("results", tests, fixture_setup, fixture_teardown);
}
