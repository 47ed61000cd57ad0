/* What is odd about Flowable's API, a test each, by number: models and calls. What concerns the document and the
 * generated code is in codegen/tests/test_oddities_flowable.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"

static fake_transport f;

static kf_client *new_client(const fake_step *step)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client;
    kf_error error;
    fake_init(&f, step, 1);
    options.base_url = "http://h";
    options.allow_http = true;
    options.transport = &f.transport;
    if (flowable_client_new(&options, &client, &error) != KF_OK)
        fail_msg("%s", error.message);
    return client;
}

/* Decoded and encoded again: the same text. */
static flowable_acquired_external_worker_job_response *job_of(const char *text)
{
    flowable_acquired_external_worker_job_response *job = NULL;
    char *again = NULL;
    kf_error error;
    if (flowable_acquired_external_worker_job_response_decode(text, strlen(text), &job, &error) != KF_OK ||
        flowable_acquired_external_worker_job_response_encode(job, &again, &error) != KF_OK)
        fail_msg("%s", error.message);
    assert_string_equal(again, text);
    kf_free(again);
    return job;
}

static void oddity_05_19_null_and_the_word_null(void **state)
{
    (void)state;
    flowable_acquired_external_worker_job_response *job =
        job_of("{\"id\":\"8\",\"url\":\"u\",\"processInstanceId\":\"5\",\"scopeId\":null,\"scopeType\":null,"
               "\"exceptionMessage\":\"null\",\"dueDate\":null,\"tenantId\":\"\",\"lockOwner\":null,\"variables\":[]}");
    assert_string_equal(job->exception_message, "null");
    assert_null(job->scope_id);
    assert_null(job->scope_type);
    assert_null(job->due_date);
    assert_string_equal(job->tenant_id, ""); /* neither null nor absent */
    assert_null(job->correlation_id);
    assert_int_equal(job->retries.presence, KF_ABSENT);
    flowable_acquired_external_worker_job_response_free(job);
    job = job_of("{\"id\":\"8\",\"url\":\"u\",\"retries\":null,\"exceptionMessage\":null}");
    assert_int_equal(job->retries.presence, KF_NULL);
    assert_null(job->exception_message);
    flowable_acquired_external_worker_job_response_free(job);
}

static void oddity_16_a_value_is_any_json(void **state)
{
    static const char *const values[] = {"\"text\"",
                                         "\"\"",
                                         "7",
                                         "9223372036854775807",
                                         "30.30",
                                         "0.30000000000000004",
                                         "1.0E21",
                                         "true",
                                         "false",
                                         "{\"a\":[1,{}]}",
                                         "[]",
                                         "null",
                                         "123456789012345678901234567890",
                                         "\"\\uD83D\\uDE00\""};
    char text[256];
    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        snprintf(text, sizeof(text),
                 "{\"id\":\"8\",\"url\":\"u\",\"variables\":[{\"name\":\"v\",\"type\":\"t\",\"value\":%s}]}",
                 values[i]);
        flowable_acquired_external_worker_job_response *job = job_of(text);
        assert_int_equal(job->variables_count, 1);
        assert_true(i == 11 || job->variables[0].value != NULL);
        flowable_acquired_external_worker_job_response_free(job);
    }
    /* Null values have no type, and no other member has to be there. */
    flowable_acquired_external_worker_job_response *job =
        job_of("{\"id\":\"8\",\"url\":\"u\",\"variables\":[{\"name\":\"v\",\"value\":null},{}]}");
    assert_null(job->variables[0].type);
    assert_null(job->variables[1].name);
    flowable_acquired_external_worker_job_response_free(job);
}

static void oddity_20_what_is_required(void **state)
{
    static const fake_step steps[] = {{.http = 204}};
    kf_client *client = new_client(steps);
    kf_error error;
    (void)state;
    assert_int_equal(flowable_complete_job(client, "j", &(flowable_external_worker_job_complete_request){0}, &error),
                     KF_ERROR_ENCODE);
    assert_int_equal(flowable_bpmn_error_job(client, "j", &(flowable_external_worker_job_error_request){0}, &error),
                     KF_ERROR_ENCODE);
    assert_int_equal(
        flowable_terminate_cmmn_job(client, "j", &(flowable_external_worker_job_terminate_request){0}, &error),
        KF_ERROR_ENCODE);
    assert_int_equal(flowable_fail_job(client, "j", &(flowable_external_worker_job_failure_request){0}, &error),
                     KF_ERROR_ENCODE);
    assert_int_equal(flowable_unacquire_jobs(client, &(flowable_unacquire_external_worker_jobs_request){0}, &error),
                     KF_ERROR_ENCODE);
    assert_non_null(strstr(error.message, "workerId"));
    assert_int_equal(f.count, 0);
    kf_client_free(client);
}

/* Durations and times are sent and read as they are, whatever their digits. */
static void oddity_21_22_durations_and_times(void **state)
{
    static const char *const durations[] = {"PT10M", "P1DT0.5S", "PT0.000000001S", "-PT5S", "pt1m"};
    static const char *const times[] = {"2020-05-04T16:35:10Z", "2020-05-04T16:35:10.4Z",
                                        "2020-05-04T16:35:10.474123456+02:00"};
    static const fake_step steps[] = {{.http = 200, .body = "[]"}};
    char text[256];
    kf_error error;
    (void)state;
    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        kf_client *client = new_client(steps);
        const flowable_acquire_external_worker_job_request body = {
            .topic = "t", .lock_duration = durations[i], .worker_id = "w"};
        assert_int_equal(flowable_acquire_and_lock_jobs(client, &body, NULL, &error), KF_OK);
        snprintf(text, sizeof(text), "\"lockDuration\":\"%s\"", durations[i]);
        assert_non_null(strstr(f.bodies[0], text));
        kf_client_free(client);
    }
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        snprintf(text, sizeof(text), "{\"id\":\"8\",\"url\":\"u\",\"createTime\":\"%s\"}", times[i]);
        flowable_acquired_external_worker_job_response *job = job_of(text);
        assert_string_equal(job->create_time, times[i]);
        flowable_acquired_external_worker_job_response_free(job);
    }
}

static void oddity_25_a_total_keeps_its_digits(void **state)
{
    static const char text[] = "{\"data\":[],\"total\":9223372036854775807,\"start\":2147483647,\"size\":0}";
    flowable_data_response_external_worker_job_response *page;
    char *again;
    kf_error error;
    (void)state;
    assert_int_equal(flowable_data_response_external_worker_job_response_decode(text, strlen(text), &page, &error),
                     KF_OK);
    assert_true(page->total.value == INT64_MAX);
    assert_int_equal(flowable_data_response_external_worker_job_response_encode(page, &again, &error), KF_OK);
    assert_string_equal(again, text);
    kf_free(again);
    flowable_data_response_external_worker_job_response_free(page);
    static const char wide[] = "{\"size\":2147483648}";
    assert_int_equal(flowable_data_response_external_worker_job_response_decode(wide, strlen(wide), &page, &error),
                     KF_ERROR_DECODE);
}

/* A job of the one shape can be read as the other. */
static void oddity_28_two_shapes_of_a_job(void **state)
{
    static const char text[] =
        "{\"id\":\"8\",\"url\":\"u\",\"retries\":3,\"tenantId\":\"t\",\"variables\":[{\"name\":\"v\"}]}";
    flowable_external_worker_job_response *job;
    char *again;
    kf_error error;
    (void)state;
    assert_int_equal(flowable_external_worker_job_response_decode(text, strlen(text), &job, &error), KF_OK);
    assert_string_equal(job->tenant_id, "t");
    assert_int_equal(flowable_external_worker_job_response_encode(job, &again, &error), KF_OK);
    assert_string_equal(again, text); /* what has no member of its own is kept */
    kf_free(again);
    flowable_external_worker_job_response_free(job);
}

static void oddity_29_ids_with_any_character(void **state)
{
    static const struct {
        const char *id, *path;
    } cases[] = {{"JOB-1", "JOB-1"},
                 {"PRC-x:6:1", "PRC-x:6:1"},
                 {"a/../b?c#d", "a%2F..%2Fb%3Fc%23d"},
                 {"\xC3\xA4 %", "%C3%A4%20%25"}};
    static const fake_step steps[] = {{.http = 200, .body = "{\"id\":\"8\",\"url\":\"u\"}"}};
    char url[128];
    kf_error error;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kf_client *client = new_client(steps);
        assert_int_equal(flowable_get_external_worker_job(client, cases[i].id, NULL, &error), KF_OK);
        snprintf(url, sizeof(url), "http://h/external-job-api/jobs/%s", cases[i].path);
        assert_string_equal(f.urls[0], url);
        kf_client_free(client);
    }
}

/* A flag has three states: true acts, false is sent and does nothing, absent is not sent; a null makes no sense. */
static void oddity_30_flags(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = "{}"}};
    static const struct {
        flowable_list_external_worker_jobs_params params;
        const char *query;
    } cases[] = {
        {{.locked = {KF_SET, true}}, "?locked=true"},
        {{.locked = {KF_SET, false}, .without_tenant_id = {KF_SET, true}}, "?locked=false&withoutTenantId=true"},
        {{.size = {KF_ABSENT, 0}}, ""}};
    char url[128];
    kf_error error;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kf_client *client = new_client(steps);
        assert_int_equal(flowable_list_external_worker_jobs(client, &cases[i].params, NULL, &error), KF_OK);
        snprintf(url, sizeof(url), "http://h/external-job-api/jobs%s", cases[i].query);
        assert_string_equal(f.urls[0], url);
        kf_client_free(client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oddity_05_19_null_and_the_word_null), cmocka_unit_test(oddity_16_a_value_is_any_json),
        cmocka_unit_test(oddity_20_what_is_required),          cmocka_unit_test(oddity_21_22_durations_and_times),
        cmocka_unit_test(oddity_25_a_total_keeps_its_digits),  cmocka_unit_test(oddity_28_two_shapes_of_a_job),
        cmocka_unit_test(oddity_29_ids_with_any_character),    cmocka_unit_test(oddity_30_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
