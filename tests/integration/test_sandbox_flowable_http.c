/* The sandbox's Flowable as HTTP shows it: who is let in, what is refused and in which words, when connections are
 * closed, lists, faults and what is recorded. */
#include "flowable_fixture.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WRONG "Basic YWRtaW46d3Jvbmc=" /* admin:wrong */
#define GUEST "Basic Z3Vlc3Q6dGVzdA==" /* guest:test */
#define JSON_TYPE "Content-Type: application/json\r\n"

static int setup_token(void **state)
{
    kf_sandbox_options options = KF_SANDBOX_OPTIONS_INIT;
    options.token = "a-token";
    return flowable_setup_with(state, &options);
}

static void test_credentials(void **state)
{
    kf_fixture *f = *state;
    static const struct {
        const char *authorization;
        int status;
    } cases[] = {{"", 401}, {WRONG, 401}, {"Bearer nonsense", 401}, {GUEST, 403}, {"Bearer a-token", 200}, {NULL, 200}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(raw_send(f, "GET", "/external-job-api/jobs", cases[i].authorization, "", NULL),
                         cases[i].status);
        assert_int_equal(raw_has_header("WWW-Authenticate: Basic realm=\"Realm\""), cases[i].status == 401);
        assert_int_equal(raw_body[0] == '\0', cases[i].status != 200);
        assert_false(raw_has_header("Connection: close"));
    }
    /* Nothing tells whether a path exists. */
    assert_int_equal(raw_send(f, "GET", "/external-job-api/nothing", "", "", NULL), 401);
    assert_int_equal(raw_send(f, "GET", "/process-api/management/jobs", "", "", NULL), 401);
}

static void test_changing_password(void **state)
{
    kf_fixture *f = *state;
    assert_int_equal(kf_sandbox_flowable_set_password(f->sandbox, "wrong"), KF_OK);
    assert_int_equal(raw_get(f, "/jobs"), 401);
    assert_int_equal(raw_send(f, "GET", "/external-job-api/jobs", WRONG, "", NULL), 200);
    assert_int_equal(kf_sandbox_flowable_set_password(f->sandbox, KF_SANDBOX_FLOWABLE_PASSWORD), KF_OK);
    assert_int_equal(raw_get(f, "/jobs"), 200);
    assert_int_equal(kf_sandbox_flowable_set_password(f->sandbox, NULL), KF_ERROR_ARGUMENT);
}

static void test_firewall(void **state)
{
    kf_fixture *f = *state;
    static const char *const refused[] = {"//jobs",     "/jobs;a=b",      "/jobs/%3B", "/jobs/%25",   "/jobs/./x",
                                          "/jobs/../x", "/jobs/%2e%2E/x", "/jobs/.",   "/jobs/a%0Ab", "/jobs/..%3bx"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(raw_get(f, refused[i]), 401);
        assert_string_equal(raw_body, "");
    }
    static const char *const broken[] = {"/jobs/a%2Fb", "/jobs/a%5Cb", "/jobs/a%00b", "/jobs/%zz", "/jobs/\xc3\xa4"};
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        assert_int_equal(raw_get(f, broken[i]), 400);
        assert_true(raw_has_header("Content-Type: text/html;charset=utf-8"));
    }
    CHECK_EXCEPTION(raw_get(f, "/jobs/a:b"), 404, "Could not find external worker job with id 'a:b'.");
    CHECK_EXCEPTION(raw_get(f, "/jobs/%C3%A4%20%22"), 404, "Could not find external worker job with id '\xc3\xa4 \"'.");
}

static void test_paths_and_methods(void **state)
{
    kf_fixture *f = *state;
    CHECK_EXCEPTION(raw_get(f, "/jobs/%FF"), 404, "Could not find external worker job with id '\xef\xbf\xbd'.");
    CHECK_EXCEPTION(raw_get(f, "/jobs/"), 500, "No endpoint GET /external-job-api/jobs/.");
    assert_true(raw_has_header("Connection: close"));
    CHECK_EXCEPTION(raw_get(f, ""), 500, "No endpoint GET /external-job-api.");
    CHECK_EXCEPTION(raw_get(f, "/nothing?x=1"), 500, "No endpoint GET /external-job-api/nothing.");
    CHECK_EXCEPTION(raw_get(f, "/acquire/jobs"), 500, "Request method 'GET' is not supported");
    CHECK_EXCEPTION(raw_post(f, "/jobs", "{}"), 500, "Request method 'POST' is not supported");
    assert_int_equal(raw_send(f, "HEAD", "/external-job-api/jobs", NULL, "", NULL), 200);
    assert_int_equal(raw_send(f, "OPTIONS", "/external-job-api/acquire/jobs", NULL, "", NULL), 200);
    assert_true(raw_has_header("Allow: POST,OPTIONS"));
    CHECK_EXCEPTION(raw_send(f, "GET", "/process-api/nothing", NULL, "", NULL), 500,
                    "No endpoint GET /process-api/nothing.");
    assert_int_equal(raw_send(f, "GET", "/nothing", NULL, "", NULL), 404); /* Spring's own shape */
    assert_non_null(strstr(raw_body, "\"status\":404,\"error\":\"Not Found\",\"path\":\"/nothing\"}"));
}

static void test_media_types(void **state)
{
    kf_fixture *f = *state;
    const char *path = "/external-job-api/acquire/jobs";
    const char *body = "{\"topic\":\"t\",\"lockDuration\":\"PT1S\",\"workerId\":\"w\"}";
    static const struct {
        const char *header, *exception;
    } cases[] = {
        {"Content-Type: application/json;charset=utf-8\r\n", NULL},
        {"Content-Type: APPLICATION/JSON\r\n", NULL},
        {"Content-Type: application/vnd.api+json\r\n", NULL},
        {"Content-Type: text/plain\r\n", "Content-Type 'text/plain;charset=UTF-8' is not supported"},
        {"", "Content-Type 'application/octet-stream' is not supported"},
        {"Content-Type: nonsense\r\n", "Invalid mime type \"nonsense\": does not contain '/'"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int status = raw_send(f, "POST", path, NULL, cases[i].header, body);
        if (cases[i].exception == NULL)
            assert_int_equal(status, 200);
        else
            CHECK_EXCEPTION(status, 500, cases[i].exception);
    }
    assert_int_equal(raw_send(f, "GET", "/external-job-api/jobs", NULL, "Accept: text/html, */*\r\n", NULL), 200);
    assert_int_equal(raw_send(f, "GET", "/external-job-api/jobs", NULL, "Accept: application/xml\r\n", NULL), 406);
    assert_string_equal(raw_body, "");
}

/* What each answer does to its connection is told; the hundredth one closes it anyway. */
static void test_connections(void **state)
{
    kf_fixture *f = *state;
    assert_int_equal(raw_get(f, "/jobs"), 200);
    assert_false(raw_has_header("Connection: close"));
    assert_true(raw_has_header("X-Content-Type-Options: nosniff"));
    assert_int_equal(raw_get(f, "/jobs/x"), 404);
    assert_false(raw_has_header("Connection: close"));
    assert_int_equal(raw_get(f, "/jobs?sort=x"), 400);
    assert_true(raw_has_header("Connection: close"));
    assert_int_equal(raw_get(f, "/jobs?size=x"), 500);
    assert_true(raw_has_header("Connection: close"));

    kf_request request = {.path = "/jobs"};
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.keep_response = true;
    kf_client *scope = NULL;
    CHECK_OK(f, kf_client_scope(f->client, &options, &scope, &f->error));
    for (int i = 1; i <= 150; i++) {
        CHECK_OK(f, kf_request_send(scope, &request, NULL, NULL, &f->error));
        const char *closes = kf_response_header(kf_client_response(scope), "Connection");
        assert_int_equal(closes != NULL, i == 100);
    }
    kf_client_free(scope);
}

#define MISSING_ACQUIRE                                                                                                \
    "Required request body is missing: public java.util.List<org.flowable.external.job.rest.service.api.acquire."      \
    "AcquiredExternalWorkerJobResponse> org.flowable.external.job.rest.service.api.acquire."                           \
    "ExternalWorkerAcquireJobResource.acquireAndLockJobs(org.flowable.external.job.rest.service.api.acquire."          \
    "AcquireExternalWorkerJobRequest)"
#define PARSE "JSON parse error: "

static void test_acquire_bodies(void **state)
{
    kf_fixture *f = *state;
    static const struct {
        const char *body, *exception;
    } cases[] = {
        {"", MISSING_ACQUIRE},
        {"null", MISSING_ACQUIRE},
        {"{}", "topic is required"},
        {"{\"topic\":\"\",\"workerId\":\"w\"}", "topic is required"},
        {"{\"topic\":\"t\"}", "lockDuration is required"},
        {"{\"topic\":\"t\",\"lockDuration\":\" \",\"workerId\":\"w\"}", "lockDuration is required"},
        {"{\"topic\":\"t\",\"lockDuration\":\"PT1S\"}", "workerId is required"},
        {"{\"topic\":\"t\",\"lockDuration\":\"PT1S\",\"workerId\":\"w\",\"numberOfTasks\":0}",
         "requested number of jobs must not be smaller than 1"},
        {"{\"topic\":\"t\",\"lockDuration\":\"PT1S\",\"workerId\":\"w\",\"numberOfTasks\":null}",
         "requested number of jobs must not be smaller than 1"},
        {"{\"numberOfTasks\":3000000000}",
         PARSE "Numeric value (3000000000) out of range of int (-2147483648 - 2147483647)"},
        {"{\"numberOfTasks\":\"x\"}",
         PARSE "Cannot deserialize value of type `int` from String \"x\": not a valid `int` value"},
        {"{\"topic\":[]}", PARSE "Cannot deserialize value of type `java.lang.String` from Array value (token "
                                 "`JsonToken.START_ARRAY`)"},
        {"{", PARSE "Unexpected end-of-input: expected close marker for Object (start marker at [Source: REDACTED "
                    "(`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 1])"},
        {"{\"topic\":", PARSE "Unexpected end-of-input within/between Object entries"},
        {"{\"topic\":\"x", PARSE "Unexpected end-of-input in VALUE_STRING"},
        {"{\"topic\":\"x\",}",
         PARSE "Unexpected character ('}' (code 125)): was expecting double-quote to start field name"},
        {"{\"a\" 1}",
         PARSE "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value"},
        {"{\"topic\":01}", PARSE "Invalid numeric value: Leading zeroes not allowed"},
        {"{\"topic\":\"a\tb\"}",
         PARSE "Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash "
               "to be included in string value"},
        {"xyz",
         PARSE "Unrecognized token 'xyz': was expecting (JSON String, Number, Array, Object or token 'null', 'true' "
               "or 'false')"},
        {" ", PARSE "No content to map due to end-of-input"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_EXCEPTION(raw_post(f, "/acquire/jobs", cases[i].body), 400, cases[i].exception);
    static const char *const taken[] = {
        "{\"topic\":12,\"lockDuration\":\"PT1S\",\"workerId\":true,\"bogus\":[{}]}",
        "{\"topic\":\"t\",\"lockDuration\":\"PT1S\",\"workerId\":\"w\"} and more",
        "\xef\xbb\xbf{\"topic\":\"t\",\"lockDuration\":60,\"workerId\":\"w\",\"numberOfTasks\":\" 2 \"}",
        "{\"topic\":\"t\",\"lockDuration\":\"PT1S\",\"workerId\":\"w\",\"numberOfTasks\":1.9,\"scopeType\":5}",
    };
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        assert_int_equal(raw_post(f, "/acquire/jobs", taken[i]), 200);
        assert_string_equal(raw_body, "[]");
    }
}

/* numberOfTasks is cut, numberOfRetries below 1 finds nothing. */
static void test_acquire_numbers(void **state)
{
    kf_fixture *f = *state;
    for (int i = 0; i < 5; i++)
        start_instance(f, "single", NULL);
    static const struct {
        const char *members;
        int jobs;
    } cases[] = {
        {"\"numberOfRetries\":0", 0},      {"\"numberOfRetries\":null", 0}, {"\"scopeType\":\"cmmn\"", 0},
        {"\"numberOfTasks\":2.9", 2},      {"\"numberOfTasks\":\"1\"", 1},  {"\"numberOfTasks\":2147483647", 2},
        {"\"numberOfRetries\":\"20\"", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char body[300];
        snprintf(body, sizeof(body), "{\"topic\":\"single\",\"lockDuration\":\"PT1H\",\"workerId\":\"w\",%s}",
                 cases[i].members);
        assert_int_equal(raw_post(f, "/acquire/jobs", body), 200);
        int jobs = 0;
        for (const char *at = raw_body; (at = strstr(at, "{\"id\":")) != NULL; at++)
            jobs++;
        assert_int_equal(jobs, cases[i].jobs);
    }
}

/* How long a lock lasts that was asked for in that way, in milliseconds; -1 when it was refused. */
static int64_t lock_ms(kf_fixture *f, const char *lock)
{
    char body[300], text[64];
    snprintf(body, sizeof(body), "{\"topic\":\"single\",\"lockDuration\":%s,\"workerId\":\"w\"}", lock);
    if (raw_post(f, "/acquire/jobs", body) != 200)
        return -1;
    const char *end = strstr(raw_body, "\"lockExpirationTime\":\"");
    assert_non_null(end);
    snprintf(text, sizeof(text), "%.*s", (int)strcspn(end + 22, "\""), end + 22);
    kf_time ends;
    struct timespec now;
    assert_int_equal(kf_time_parse(text, &ends, NULL), KF_OK);
    clock_gettime(CLOCK_REALTIME, &now);
    flowable_unacquire_external_worker_jobs_request request = {.worker_id = "w"};
    CHECK_OK(f, flowable_unacquire_jobs(f->client, &request, &f->error));
    return (ends.seconds - now.tv_sec) * 1000 + (ends.nanoseconds - now.tv_nsec) / 1000000;
}

static void test_lock_durations(void **state)
{
    kf_fixture *f = *state;
    start_instance(f, "single", NULL);
    static const struct {
        const char *lock;
        int64_t seconds;
    } cases[] = {
        {"\"PT1H\"", 3600},      {"\"PT-1H\"", 3600},    {"\"-PT1H\"", 3600},       {"-3600", 3600},
        {"3600.5", 3600},        {"\"pt60m\"", 3600},    {"\" PT1H \"", 3600},      {"\"P-1DT25H\"", 3600},
        {"\"PT3600,5S\"", 3600}, {"\"PT3600.S\"", 3600}, {"\"P24DT20H\"", 2145600}, {"\"P25D\"", -2134967},
        {"\"P50D\"", 25032},     {"\"P365D\"", 1471228}, {"60000000", -129542},     {"\"P106751991167D\"", -25975},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = lock_ms(f, cases[i].lock), expected = cases[i].seconds * 1000;
        if (ms < expected - 60000 || ms > expected + 1000)
            fail_msg("%s locks for %lld ms", cases[i].lock, (long long)ms);
    }
    static const char *const refused[] = {"\"P1W\"",
                                          "\"P1M\"",
                                          "\"P1Y\"",
                                          "\"PT1.5M\"",
                                          "\"60\"",
                                          "\"PT\"",
                                          "\"P\"",
                                          "\"P1DT\"",
                                          "\"1m\"",
                                          "\"P1D2H\"",
                                          "\"PT.5S\"",
                                          "\"--PT5S\"",
                                          "\"PT5S1M\"",
                                          "true",
                                          "{}",
                                          "[60]",
                                          "\"PT0.1234567890S\""};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(lock_ms(f, refused[i]), -1);
        assert_non_null(strstr(raw_body, "JSON parse error: "));
    }
    assert_int_equal(lock_ms(f, "\"P106751991167300D\""), -1);
    assert_non_null(strstr(raw_body, "\"exception\":\"long overflow\""));
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, NULL), 0);
}

static void test_worker_names(void **state)
{
    kf_fixture *f = *state;
    char name[260], body[400];
    memset(name, 'w', sizeof(name));
    name[256] = '\0';
    snprintf(body, sizeof(body), "{\"topic\":\"single\",\"lockDuration\":\"PT1H\",\"workerId\":\"%s\"}", name);
    assert_int_equal(raw_post(f, "/acquire/jobs", body), 200); /* nothing to be locked: nobody notices */
    start_instance(f, "single", NULL);
    assert_int_equal(raw_post(f, "/acquire/jobs", body), 500);
    assert_non_null(strstr(raw_body, "Value too long for column \\\"LOCK_OWNER_ CHARACTER VARYING(255)\\\""));
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, NULL), 0);
    name[255] = '\0';
    assert_int_equal(acquire_as(f, "single", name, "PT1H", 1)->items_count, 1);
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, name), 1);
    flowable_unacquire_external_worker_jobs_request request = {.worker_id = name};
    CHECK_OK(f, flowable_unacquire_jobs(f->client, &request, &f->error));
    assert_int_equal(acquire_as(f, "single", "w\"\xc3\xa4 \xf0\x9f\x98\x80", "PT1H", 1)->items_count, 1);
    assert_int_equal(raw_get(f, "/jobs"), 200);
    assert_non_null(strstr(raw_body, "\"lockOwner\":\"w\\\"\xc3\xa4 \\uD83D\\uDE00\""));
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, "w\"\xc3\xa4"), 1);
}

static void test_order_of_checks(void **state)
{
    kf_fixture *f = *state;
    char path[120];
    start_instance(f, "single", NULL);
    const char *job = acquire_one(f, "single", "w", "PT1H");
    static const char *const calls[] = {"complete", "bpmnError", "cmmnTerminate", "fail"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "/acquire/jobs/unknown/%s", calls[i]);
        CHECK_EXCEPTION(raw_post(f, path, "{\"workerId\":\"\"}"), 400, "workerId is required");
        CHECK_EXCEPTION(raw_post(f, path, "{\"workerId\":\"w\"}"), 404,
                        "Could not find external worker job with id 'unknown'.");
        snprintf(path, sizeof(path), "/acquire/jobs/%s/%s", job, calls[i]);
        CHECK_EXCEPTION(raw_post(f, path, "{\"workerId\":\"x\",\"variables\":[{}]}"), 403,
                        "x does not hold a lock on the requested job");
    }
    CHECK_EXCEPTION(raw_post(f, "/unacquire/jobs/unknown", "{}"), 400, "worker id is required");
    CHECK_EXCEPTION(raw_post(f, "/unacquire/jobs", "{\"workerId\":null}"), 400, "worker id is required");
    snprintf(path, sizeof(path), "/acquire/jobs/%s/complete", job);
    CHECK_EXCEPTION(raw_post(f, path, "{\"workerId\":\"w\",\"variables\":{}}"), 400,
                    PARSE "Cannot deserialize value of type `java.util.ArrayList<org.flowable.common.rest.variable."
                          "EngineRestVariable>` from Object value (token `JsonToken.START_OBJECT`)");
    snprintf(path, sizeof(path), "/acquire/jobs/%s/fail", job);
    assert_int_equal(raw_post(f, path, "{\"workerId\":\"w\",\"retryTimeout\":\"abc\"}"), 400);
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, "w"), 1);
    CHECK_OK(f, complete(f, job, "w"));
}

static const struct {
    const char *filter;
    int total;
} filters[] = {
    {"", 6},
    {"size=0", 6},
    {"tenantId=acme", 1},
    {"tenantId=", 5},
    {"tenantIdLike=ac%25", 1},
    {"tenantIdLike=acm_", 1},
    {"tenantIdLike=ac", 0},
    {"tenantIdLike=%25c_e%25%25", 1},
    {"tenantIdLike=%25m_", 1},
    {"tenantIdLike=_%25_____", 0},
    {"withoutTenantId=true", 5},
    {"elementId=left", 1},
    {"elementName=Work", 2},
    {"elementName=work", 0},
    {"scopeType=cmmn", 1},
    {"scopeType=bpmn", 0},
    {"withoutScopeType=true", 5},
    {"withoutScopeId=1", 5},
    {"withoutProcessInstanceId=yes", 1},
    {"locked=on", 1},
    {"unlocked=TRUE", 5},
    {"locked=true&unlocked=true", 0},
    {"locked=false", 6},
    {"withException=true", 0},
    {"exceptionMessage=x", 0},
    {"topic=build", 6},
    {"id=", 0},
    {"id=%zz", 6},
};

static void test_list(void **state)
{
    kf_fixture *f = *state;
    char filter[200];
    const char *first = start_instance(f, "single", NULL);
    start_instance(f, "parallel", NULL);
    start_instance(f, "assembly", NULL);
    assert_int_equal(kf_sandbox_flowable_start_instance(f->sandbox, "single", NULL, "acme", NULL), KF_OK);
    acquire_one(f, "build", "w", "PT1H");
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        if (count_jobs(f, filters[i].filter) != filters[i].total)
            fail_msg("%s finds %d", filters[i].filter, count_jobs(f, filters[i].filter));
    }
    snprintf(filter, sizeof(filter), "processInstanceId=%s&unlocked=true", first);
    assert_int_equal(count_jobs(f, filter), 1);
}

static void test_pages_of_the_list(void **state)
{
    kf_fixture *f = *state;
    char filter[200];
    for (int i = 0; i < 6; i++)
        start_instance(f, "single", NULL);
    assert_int_equal(raw_get(f, "/jobs?start=4&size=10&sort=createTime&order=desc"), 200);
    assert_non_null(
        strstr(raw_body, "],\"total\":6,\"start\":4,\"sort\":\"createTime\",\"order\":\"desc\",\"size\":2}"));
    assert_int_equal(raw_get(f, "/jobs?start=-1&size="), 200);
    assert_non_null(strstr(raw_body, "],\"total\":6,\"start\":0,\"sort\":\"id\",\"order\":\"asc\",\"size\":6}"));
    CHECK_EXCEPTION(raw_get(f, "/jobs?sort=topic"), 400,
                    "Value for param 'sort' is not valid, 'topic' is not a valid property");
    CHECK_EXCEPTION(raw_get(f, "/jobs?order=ASC"), 400,
                    "Value for param 'order' is not valid : 'ASC', must be 'asc' or 'desc'");
    static const char *const broken[] = {"size=abc", "size=1.5",     "size=99999999999",
                                         "start=x",  "locked=maybe", "locked="};
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        snprintf(filter, sizeof(filter), "/jobs?%s", broken[i]);
        assert_int_equal(raw_get(f, filter), 500);
        assert_non_null(strstr(raw_body, "Validation failed for argument [0]"));
    }

    flowable_list_external_worker_jobs_params params = {.size = KF_INT32(2)};
    kf_pager *pager = flowable_list_external_worker_jobs_pager(f->client, &params, &f->error);
    int walked = 0;
    while (flowable_list_external_worker_jobs_next(pager, &f->error) != NULL)
        walked++;
    assert_int_equal(f->error.status, KF_OK);
    assert_int_equal(walked, 6);
    kf_pager_free(pager);
}

/* A pattern that could fit in a myriad of ways is answered as soon as any. */
static void test_pattern_of_many_parts(void **state)
{
    kf_fixture *f = *state;
    char tenant[101] = "", filter[200] = "tenantIdLike=";
    memset(tenant, 'a', sizeof(tenant) - 1);
    assert_int_equal(kf_sandbox_flowable_start_instance(f->sandbox, "single", NULL, tenant, NULL), KF_OK);
    for (int i = 0; i < 30; i++)
        strcat(filter, "%25a");
    assert_int_equal(count_jobs(f, filter), 1);
    strcat(filter, "b");
    assert_int_equal(count_jobs(f, filter), 0);
}

/* Faults and records know Flowable's operations by both of their names, and KuFlow's as before. */
static void test_faults_and_records(void **state)
{
    kf_fixture *f = *state;
    char text[300];
    start_instance(f, "single", NULL);
    fixture_fault(f, "completeJob", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_AFTER});
    const char *job = acquire_one(f, "single", "w", "PT1H");
    kf_status status = complete(f, job, "w");
    assert_int_equal(kf_sandbox_applied(f->sandbox, job), 1);
    assert_true(status == KF_ERROR_TRANSPORT || status == KF_ERROR_NOT_FOUND); /* as it was repeated or not */

    start_instance(f, "single", NULL);
    fixture_answer(f, "flowable.acquireAndLockJobs", 503, NULL);
    assert_int_equal(raw_post(f, "/acquire/jobs", "{}"), 503);
    assert_non_null(strstr(raw_body, "\"message\":\"Internal server error\",\"exception\":"));
    fixture_answer(f, "completeJob", 500, KF_SANDBOX_FLOWABLE_CONFLICT);
    job = acquire_one(f, "single", "w", "PT1H");
    snprintf(text, sizeof(text), "/acquire/jobs/%s/complete", job);
    assert_int_equal(raw_post(f, text, "{\"workerId\":\"w\"}"), 500);
    assert_non_null(strstr(raw_body, "was updated by another transaction concurrently"));
    assert_int_equal(kf_sandbox_applied(f->sandbox, job), 0);
    assert_int_equal(
        kf_sandbox_fault(f->sandbox, "kuflow.completeJob", &(kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER}),
        KF_ERROR_ARGUMENT);

    assert_true(kf_sandbox_requests(f->sandbox, "completeJob") >= 2);
    assert_int_equal(kf_sandbox_requests(f->sandbox, "completeJob"),
                     kf_sandbox_requests(f->sandbox, "flowable.completeJob"));
    assert_int_equal(kf_sandbox_requests(f->sandbox, "completeProcess"), 0);
    assert_int_equal(raw_send(f, "GET", "/external-job-api/jobs/x?y=1", NULL, "X-Mine: 7\r\n", NULL), 404);
    assert_true(kf_sandbox_last_target(f->sandbox, text, sizeof(text)));
    assert_string_equal(text, "GET /external-job-api/jobs/x?y=1");
    assert_true(kf_sandbox_last_header(f->sandbox, "x-mine", text, sizeof(text)));
    assert_string_equal(text, "7");
}

/* One port, two APIs, each with its own users. */
static void test_beside_kuflow(void **state)
{
    kf_fixture *f = *state;
    kf_client *kuflow = fixture_client(kf_sandbox_url(f->sandbox));
    kuflow_tenant_page *page = NULL;
    CHECK_OK(f, kuflow_find_tenants(kuflow, NULL, &page, &f->error));
    kuflow_tenant_page_free(page);
    kf_client_free(kuflow);
    assert_int_equal(raw_send(f, "GET", "/v2024-06-14/tenants", NULL, "", NULL), 401);
    assert_non_null(strstr(raw_body, "\"errors\":"));
    assert_int_equal(
        raw_send(f, "GET", "/external-job-api/jobs", "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ=", "", NULL), 401);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_credentials, setup_token, fixture_teardown),
        FLOWABLE_TEST(test_changing_password),
        FLOWABLE_TEST(test_firewall),
        FLOWABLE_TEST(test_paths_and_methods),
        FLOWABLE_TEST(test_media_types),
        FLOWABLE_TEST(test_connections),
        FLOWABLE_TEST(test_acquire_bodies),
        FLOWABLE_TEST(test_acquire_numbers),
        FLOWABLE_TEST(test_lock_durations),
        FLOWABLE_TEST(test_worker_names),
        FLOWABLE_TEST(test_order_of_checks),
        FLOWABLE_TEST(test_list),
        FLOWABLE_TEST(test_pages_of_the_list),
        FLOWABLE_TEST(test_pattern_of_many_parts),
        FLOWABLE_TEST(test_faults_and_records),
        FLOWABLE_TEST(test_beside_kuflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
