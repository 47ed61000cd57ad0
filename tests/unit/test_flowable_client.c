/* The client for Flowable: its options, and every operation on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"

#define JOB "\"id\":\"job:1\",\"url\":\"http://h/external-job-api/jobs/job:1\""

static fake_transport f;
static const fake_step no_content[] = {{.http = 204}};

static kf_client *client_with(kf_client_options *options)
{
    kf_client *client = NULL;
    kf_error error;
    options->transport = &f.transport;
    options->allow_http = true;
    if (flowable_client_new(options, &client, &error) != KF_OK)
        fail_msg("%s", error.message);
    return client;
}

static kf_client *client_for(const char *base_url)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = base_url;
    options.username = "admin";
    options.password = "test";
    return client_with(&options);
}

/* The URL that a call goes to. */
static const char *url_of(const char *base_url)
{
    static const fake_step steps[] = {{.http = 200, .body = "{" JOB "}"}};
    kf_error error;
    FAKE_INIT(&f, steps);
    kf_client *client = client_for(base_url);
    if (flowable_get_external_worker_job(client, "j", NULL, &error) != KF_OK)
        fail_msg("%s", error.message);
    kf_client_free(client);
    return f.urls[0];
}

static void the_base_url_is_completed(void **state)
{
    static const char *const same[] = {
        "http://h:8080/flowable-rest",
        "http://h:8080/flowable-rest/",
        "http://h:8080/flowable-rest//",
        "http://h:8080//flowable-rest",
        "http://h:8080/flowable-rest/external-job-api",
        "http://h:8080/flowable-rest/external-job-api/",
        "http://h:8080///flowable-rest//external-job-api//",
    };
    (void)state;
    assert_string_equal(url_of(NULL), "http://localhost:8080/flowable-rest/external-job-api/jobs/j");
    assert_string_equal(url_of(""), "http://localhost:8080/flowable-rest/external-job-api/jobs/j");
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        assert_string_equal(url_of(same[i]), "http://h:8080/flowable-rest/external-job-api/jobs/j");
    assert_string_equal(url_of("https://h"), "https://h/external-job-api/jobs/j");
    assert_string_equal(url_of("https://h/"), "https://h/external-job-api/jobs/j");
    assert_string_equal(url_of("https://external-job-api"), "https://external-job-api/external-job-api/jobs/j");
    assert_string_equal(url_of("https://h/my-external-job-api"),
                        "https://h/my-external-job-api/external-job-api/jobs/j");
    assert_string_equal(url_of("https://h/external-job-api/v2"),
                        "https://h/external-job-api/v2/external-job-api/jobs/j");
}

static void bad_options_are_refused(void **state)
{
    static const char *const urls[] = {"h:8080",       "http://",      "http:////x",   "ftp://h",
                                       "http://h/a?b", "http://h/a#b", "http://u:p@h/"};
    kf_client *client = (kf_client *)&client;
    kf_error error;
    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        kf_client_options options = KF_CLIENT_OPTIONS_INIT;
        options.base_url = urls[i];
        options.allow_http = true;
        assert_int_equal(flowable_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
        assert_null(client);
    }
    /* The document's server is http://. */
    assert_int_equal(flowable_client_new(NULL, &client, &error), KF_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "allow_http"));
    kf_client_options half = KF_CLIENT_OPTIONS_INIT;
    half.base_url = "https://h";
    half.username = "admin";
    assert_int_equal(flowable_client_new(&half, &client, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(flowable_client_new(&half, NULL, NULL), KF_ERROR_ARGUMENT);
    kf_client_options without_size = {.base_url = "https://h"};
    assert_int_equal(flowable_client_new(&without_size, &client, NULL), KF_ERROR_ARGUMENT);
    assert_null(client);
}

static int supply(char *token, size_t size, int64_t *expires_ms, void *user)
{
    (void)expires_ms, (void)user;
    snprintf(token, size, "%s", "supplied");
    return 0;
}

static void check_login(kf_client_options *options, const char *header)
{
    kf_error error;
    FAKE_INIT(&f, no_content);
    options->base_url = "https://h";
    kf_client *client = client_with(options);
    const flowable_unacquire_external_worker_jobs_request body = {.worker_id = "w"};
    assert_int_equal(flowable_unacquire_jobs(client, &body, &error), KF_OK);
    const char *sent = strstr(f.headers[0], "Authorization: ");
    if (header == NULL)
        assert_null(sent);
    else if (sent == NULL || strncmp(sent + 15, header, strlen(header)) != 0)
        fail_msg("%s", sent == NULL ? "no header" : sent);
    kf_client_free(client);
}

static void credentials_say_how_they_are_sent(void **state)
{
    (void)state;
    kf_client_options basic = KF_CLIENT_OPTIONS_INIT, bearer = KF_CLIENT_OPTIONS_INIT;
    kf_client_options supplied = KF_CLIENT_OPTIONS_INIT, pair = KF_CLIENT_OPTIONS_INIT, none = KF_CLIENT_OPTIONS_INIT;
    basic.username = pair.username = "admin";
    basic.password = pair.password = "test";
    check_login(&basic, "Basic YWRtaW46dGVzdA==\n");
    bearer.token = "tok";
    check_login(&bearer, "Bearer tok\n");
    supplied.token_provider = supply;
    check_login(&supplied, "Bearer supplied\n");
    pair.auth = KF_AUTH_BEARER_PAIR; /* what the caller says holds */
    check_login(&pair, "Bearer YWRtaW46dGVzdA==\n");
    check_login(&none, NULL);
}

/* A slash too many is taken for an attack, and answered as a wrong login. */
static void no_double_slash_is_sent(void **state)
{
    kf_error error;
    (void)state;
    FAKE_INIT(&f, no_content);
    kf_client *client = client_for("http://h/flowable-rest/");
    const kf_request request = {.path = "//jobs"}, inside = {.path = "/jobs//x"}, good = {.path = "/jobs/x"};
    assert_int_equal(kf_request_send(client, &request, NULL, NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_request_send(client, &inside, NULL, NULL, &error), KF_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "//"));
    assert_int_equal(kf_request_send(client, &good, NULL, NULL, &error), KF_OK);
    assert_string_equal(f.urls[0], "http://h/flowable-rest/external-job-api/jobs/x");
    const flowable_external_worker_job_complete_request body = {.worker_id = "w"};
    assert_int_equal(flowable_complete_job(client, "", &body, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(flowable_complete_job(client, NULL, &body, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(flowable_complete_job(client, "..", &body, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(f.count, 1);
    kf_client_free(client);
}

/* What the last call sent. */
static void check_sent(const char *method, const char *path, const char *body)
{
    char url[1024];
    snprintf(url, sizeof(url), "http://h/external-job-api%s", path);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.methods[0], method);
    assert_string_equal(f.urls[0], url);
    assert_string_equal(f.bodies[0], body);
    bool typed = strstr(f.headers[0], "Content-Type: application/json\n") != NULL;
    assert_int_equal(typed, *body != '\0');
    assert_non_null(strstr(f.headers[0], "Accept: application/json\n"));
}

static void acquire(void **state)
{
    static const fake_step steps[] = {
        {.http = 200,
         .body = "[{" JOB ",\"correlationId\":\"c\",\"processInstanceId\":\"pi\",\"processDefinitionId\":\"p:1:x\","
                 "\"executionId\":\"ex\",\"scopeId\":\"s\",\"subScopeId\":\"ss\",\"scopeDefinitionId\":\"sd\","
                 "\"scopeType\":\"cmmn\",\"elementId\":\"el\",\"elementName\":\"El\",\"retries\":3,"
                 "\"exceptionMessage\":\"bad\",\"dueDate\":\"2021-05-04T16:35:10.474Z\","
                 "\"createTime\":\"2020-05-04T16:35:10Z\",\"tenantId\":\"acme\",\"lockOwner\":\"w1\","
                 "\"lockExpirationTime\":\"2020-05-04T16:45:10.1Z\",\"variables\":["
                 "{\"name\":\"n\",\"type\":\"integer\",\"value\":7},{\"name\":\"o\",\"value\":null}]},{" JOB "}]"}};
    const flowable_acquire_external_worker_job_request body = {.topic = "order",
                                                               .lock_duration = "PT10M",
                                                               .number_of_tasks = KF_INT32(2),
                                                               .number_of_retries = KF_INT32(1),
                                                               .worker_id = "w1",
                                                               .scope_type = "cmmn"};
    flowable_acquire_and_lock_jobs_answer *answer;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = client_for("http://h");
    assert_int_equal(flowable_acquire_and_lock_jobs(client, &body, &answer, &error), KF_OK);
    check_sent("POST", "/acquire/jobs",
               "{\"topic\":\"order\",\"lockDuration\":\"PT10M\",\"numberOfTasks\":2,\"numberOfRetries\":1,"
               "\"workerId\":\"w1\",\"scopeType\":\"cmmn\"}");
    assert_int_equal(answer->items_count, 2);
    const flowable_acquired_external_worker_job_response *job = &answer->items[0];
    assert_string_equal(job->id, "job:1");
    assert_string_equal(job->url, "http://h/external-job-api/jobs/job:1");
    assert_string_equal(job->correlation_id, "c");
    assert_string_equal(job->process_instance_id, "pi");
    assert_string_equal(job->process_definition_id, "p:1:x");
    assert_string_equal(job->execution_id, "ex");
    assert_string_equal(job->scope_id, "s");
    assert_string_equal(job->sub_scope_id, "ss");
    assert_string_equal(job->scope_definition_id, "sd");
    assert_string_equal(job->scope_type, "cmmn");
    assert_string_equal(job->element_id, "el");
    assert_string_equal(job->element_name, "El");
    assert_int_equal(job->retries.value, 3);
    assert_string_equal(job->exception_message, "bad");
    assert_string_equal(job->due_date, "2021-05-04T16:35:10.474Z");
    assert_string_equal(job->create_time, "2020-05-04T16:35:10Z");
    assert_string_equal(job->tenant_id, "acme");
    assert_string_equal(job->lock_owner, "w1");
    assert_string_equal(job->lock_expiration_time, "2020-05-04T16:45:10.1Z");
    assert_int_equal(job->variables_count, 2);
    assert_string_equal(job->variables[0].type, "integer");
    assert_int_equal(job->variables[0].value->valueint, 7);
    assert_null(job->variables[1].type);
    assert_int_equal(answer->items[1].variables_count, 0);
    flowable_acquire_and_lock_jobs_answer_free(answer);
    kf_client_free(client);
}

/* What is left out is not sent: an empty scopeType or a number that is null would find nothing. */
static void acquire_with_the_least(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = "[]"}};
    flowable_acquire_external_worker_job_request body = {.topic = "t", .lock_duration = "PT1S", .worker_id = "w"};
    flowable_acquire_and_lock_jobs_answer *answer;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = client_for("http://h");
    assert_int_equal(flowable_acquire_and_lock_jobs(client, &body, &answer, &error), KF_OK);
    check_sent("POST", "/acquire/jobs", "{\"topic\":\"t\",\"lockDuration\":\"PT1S\",\"workerId\":\"w\"}");
    assert_int_equal(answer->items_count, 0);
    flowable_acquire_and_lock_jobs_answer_free(answer);
    body.worker_id = NULL;
    assert_int_equal(flowable_acquire_and_lock_jobs(client, &body, &answer, &error), KF_ERROR_ENCODE);
    assert_non_null(strstr(error.message, "workerId"));
    assert_int_equal(flowable_acquire_and_lock_jobs(client, NULL, &answer, &error), KF_ERROR_ARGUMENT);
    assert_null(answer);
    assert_int_equal(f.count, 1);
    kf_client_free(client);
}

static void every_end_of_a_job(void **state)
{
    const flowable_engine_rest_variable variables[] = {
        {.name = "a", .type = "string", .value = cJSON_CreateString("x")},
        {.name = "b", .type = "long", .value = cJSON_CreateRaw("9007199254740993")},
        {.name = "c"},
    };
    static const char sent[] = "\"variables\":[{\"name\":\"a\",\"type\":\"string\",\"value\":\"x\"},"
                               "{\"name\":\"b\",\"type\":\"long\",\"value\":9007199254740993},{\"name\":\"c\"}]";
    char body[512];
    kf_error error;
    (void)state;
    kf_client *client = client_for("http://h");

    const flowable_external_worker_job_complete_request complete = {
        .worker_id = "w", .variables = variables, .variables_count = 3};
    FAKE_INIT(&f, no_content);
    assert_int_equal(flowable_complete_job(client, "job:1", &complete, &error), KF_OK);
    snprintf(body, sizeof(body), "{\"workerId\":\"w\",%s}", sent);
    check_sent("POST", "/acquire/jobs/job:1/complete", body);
    assert_int_equal(error.http_status, 204);

    const flowable_external_worker_job_error_request bpmn_error = {
        .worker_id = "w", .variables = variables, .variables_count = 3, .error_code = "E1"};
    FAKE_INIT(&f, no_content);
    assert_int_equal(flowable_bpmn_error_job(client, "j", &bpmn_error, &error), KF_OK);
    snprintf(body, sizeof(body), "{\"workerId\":\"w\",%s,\"errorCode\":\"E1\"}", sent);
    check_sent("POST", "/acquire/jobs/j/bpmnError", body);

    const flowable_external_worker_job_terminate_request terminate = {
        .worker_id = "w", .variables = variables, .variables_count = 3};
    FAKE_INIT(&f, no_content);
    assert_int_equal(flowable_terminate_cmmn_job(client, "j", &terminate, &error), KF_OK);
    snprintf(body, sizeof(body), "{\"workerId\":\"w\",%s}", sent);
    check_sent("POST", "/acquire/jobs/j/cmmnTerminate", body);

    const flowable_external_worker_job_failure_request failure = {.worker_id = "w",
                                                                  .error_message = "no database",
                                                                  .error_details = "line 1\nline 2",
                                                                  .retries = KF_INT32(0),
                                                                  .retry_timeout = "PT20M"};
    FAKE_INIT(&f, no_content);
    assert_int_equal(flowable_fail_job(client, "j", &failure, &error), KF_OK);
    check_sent("POST", "/acquire/jobs/j/fail",
               "{\"workerId\":\"w\",\"errorMessage\":\"no database\",\"errorDetails\":\"line 1\\nline 2\","
               "\"retries\":0,\"retryTimeout\":\"PT20M\"}");

    kf_client_free(client);
    for (size_t i = 0; i < 2; i++)
        cJSON_Delete((cJSON *)variables[i].value);
}

static void unacquire(void **state)
{
    const flowable_unacquire_external_worker_jobs_request body = {.worker_id = "w", .tenant_id = "acme"};
    kf_error error;
    (void)state;
    kf_client *client = client_for("http://h");
    FAKE_INIT(&f, no_content);
    assert_int_equal(flowable_unacquire_jobs(client, &body, &error), KF_OK);
    check_sent("POST", "/unacquire/jobs", "{\"workerId\":\"w\",\"tenantId\":\"acme\"}");
    FAKE_INIT(&f, no_content);
    assert_int_equal(flowable_unacquire_job(client, "j", &body, &error), KF_OK);
    check_sent("POST", "/unacquire/jobs/j", "{\"workerId\":\"w\",\"tenantId\":\"acme\"}");
    kf_client_free(client);
}

static void list_with_every_filter(void **state)
{
    static const fake_step steps[] = {
        {.http = 200,
         .body = "{\"data\":[{" JOB ",\"retries\":2,\"scopeType\":null,\"tenantId\":\"\"}],"
                 "\"total\":9007199254740993,\"start\":5,\"sort\":\"createTime\",\"order\":\"desc\",\"size\":1}"}};
    const flowable_list_external_worker_jobs_params params = {.element_id = "e",
                                                              .element_name = "Do it",
                                                              .exception_message = "a&b",
                                                              .execution_id = "x",
                                                              .id = "i",
                                                              .locked = KF_BOOL(true),
                                                              .order = FLOWABLE_JOB_ORDER_DESC,
                                                              .process_definition_id = "p:1:2",
                                                              .process_instance_id = "pi",
                                                              .scope_definition_id = "sd",
                                                              .scope_id = "s",
                                                              .size = KF_INT32(0),
                                                              .sort = FLOWABLE_JOB_SORT_CREATE_TIME,
                                                              .start = KF_INT32(5),
                                                              .sub_scope_id = "ss",
                                                              .tenant_id = "",
                                                              .tenant_id_like = "ac%",
                                                              .unlocked = KF_BOOL(false),
                                                              .with_exception = KF_BOOL(true),
                                                              .without_process_instance_id = KF_BOOL(true),
                                                              .without_scope_id = KF_BOOL(true),
                                                              .without_scope_type = KF_BOOL(true),
                                                              .without_tenant_id = KF_BOOL(true),
                                                              .scope_type = "cmmn"};
    flowable_data_response_external_worker_job_response *page;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = client_for("http://h");
    assert_int_equal(flowable_list_external_worker_jobs(client, &params, &page, &error), KF_OK);
    check_sent("GET",
               "/jobs?elementId=e&elementName=Do%20it&exceptionMessage=a%26b&executionId=x&id=i&locked=true&order=desc"
               "&processDefinitionId=p%3A1%3A2&processInstanceId=pi&scopeDefinitionId=sd&scopeId=s&size=0"
               "&sort=createTime&start=5&subScopeId=ss&tenantId=&tenantIdLike=ac%25&unlocked=false&withException=true"
               "&withoutProcessInstanceId=true&withoutScopeId=true&withoutScopeType=true&withoutTenantId=true"
               "&scopeType=cmmn",
               "");
    assert_int_equal(page->data_count, 1);
    assert_string_equal(page->data[0].id, "job:1");
    assert_int_equal(page->data[0].retries.value, 2);
    assert_null(page->data[0].scope_type);
    assert_string_equal(page->data[0].tenant_id, "");
    assert_true(page->total.value == INT64_C(9007199254740993));
    assert_int_equal(page->start.value, 5);
    assert_string_equal(page->sort, "createTime");
    assert_string_equal(page->order, "desc");
    assert_int_equal(page->size.value, 1);
    flowable_data_response_external_worker_job_response_free(page);
    FAKE_INIT(&f, steps);
    assert_int_equal(flowable_list_external_worker_jobs(client, NULL, NULL, &error), KF_OK);
    check_sent("GET", "/jobs", "");
    kf_client_free(client);
}

static void every_sort_has_its_word(void **state)
{
    static const char *const words[] = {"id",      "dueDate", "createTime", "executionId", "processInstanceId",
                                        "retries", "tenantId"};
    (void)state;
    for (int i = 0; i < 7; i++) {
        assert_string_equal(flowable_job_sort_text((flowable_job_sort)(i + 1)), words[i]);
        assert_int_equal(flowable_job_sort_from_text(words[i]), i + 1);
    }
    assert_int_equal(flowable_job_sort_from_text("topic"), FLOWABLE_JOB_SORT_UNRECOGNIZED);
    assert_string_equal(flowable_job_order_text(FLOWABLE_JOB_ORDER_ASC), "asc");
}

static void get_one_job(void **state)
{
    static const fake_step steps[] = {
        {.http = 200, .body = "{" JOB ",\"lockOwner\":null,\"dueDate\":null,\"more\":[1]}"}};
    flowable_external_worker_job_response *job;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = client_for("http://h");
    assert_int_equal(flowable_get_external_worker_job(client, "job:1", &job, &error), KF_OK);
    check_sent("GET", "/jobs/job:1", "");
    assert_string_equal(job->id, "job:1");
    assert_null(job->lock_owner);
    flowable_external_worker_job_response_free(job);
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_base_url_is_completed),
        cmocka_unit_test(bad_options_are_refused),
        cmocka_unit_test(credentials_say_how_they_are_sent),
        cmocka_unit_test(no_double_slash_is_sent),
        cmocka_unit_test(acquire),
        cmocka_unit_test(acquire_with_the_least),
        cmocka_unit_test(every_end_of_a_job),
        cmocka_unit_test(unacquire),
        cmocka_unit_test(list_with_every_filter),
        cmocka_unit_test(every_sort_has_its_word),
        cmocka_unit_test(get_one_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
