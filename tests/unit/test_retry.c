/* What is repeated, when, and when no more: all schedules on a fake clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "http/retry.h"

#include <curl/curl.h>

#define ID "11111111-1111-4111-8111-111111111111"
#define RANDOM UINT64_C(12345678)
#define PROCESS "{\"id\":\"" ID "\"}"

static fake_transport f;

static kf_status get(kf_client *client, kf_error *error)
{
    kuflow_process *process = NULL;
    kf_status status = kuflow_retrieve_process(client, ID, &process, error);
    assert_true((status == KF_OK) == (process != NULL));
    kuflow_process_free(process);
    return status;
}

static kf_status patch(kf_client *client, kf_error *error)
{
    const kuflow_json_patch_operation removal = {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_REMOVE, .path = "/a"};
    const kuflow_json_patch body = {.items = &removal, .items_count = 1};
    return kuflow_patch_process_metadata(client, ID, &body, NULL, error);
}

static kf_status create(kf_client *client, const char *id, kf_error *error)
{
    kuflow_process_create_params body = {.id = id, .process_definition_id = ID};
    return kuflow_create_process(client, &body, NULL, error);
}

/* Runs one GET over the steps. */
#define RUN_GET(steps, error) run_steps((steps), sizeof(steps) / sizeof((steps)[0]), get, (error))
#define RUN_PATCH(steps, error) run_steps((steps), sizeof(steps) / sizeof((steps)[0]), patch, (error))
static kf_status run_steps(const fake_step *steps, size_t count, kf_status (*call)(kf_client *, kf_error *),
                           kf_error *error)
{
    fake_init(&f, steps, count);
    f.random = RANDOM;
    kf_client *client = fake_client(&f, NULL);
    kf_status status = call(client, error);
    kf_client_free(client);
    return status;
}

static void test_classify(void **state)
{
    static const struct {
        kf_attempt attempt;
        kf_retry_class class;
    } cases[] = {
        {{KF_OK, 429, 0, true, false}, KF_RETRY_THROTTLED},
        {{KF_OK, 429, 0, true, true}, KF_RETRY_THROTTLED},
        {{KF_OK, 503, 0, true, true}, KF_RETRY_THROTTLED},
        {{KF_OK, 503, 0, true, false}, KF_RETRY_NO},
        {{KF_OK, 500, 0, true, true}, KF_RETRY_TRANSIENT},
        {{KF_OK, 500, 0, true, false}, KF_RETRY_NO},
        {{KF_OK, 408, 0, true, true}, KF_RETRY_TRANSIENT},
        {{KF_OK, 425, 0, true, true}, KF_RETRY_TRANSIENT},
        {{KF_OK, 502, 0, true, true}, KF_RETRY_TRANSIENT},
        {{KF_OK, 504, 0, true, true}, KF_RETRY_TRANSIENT},
        {{KF_OK, 501, 0, true, true}, KF_RETRY_NO},
        {{KF_OK, 404, 0, true, true}, KF_RETRY_NO},
        {{KF_OK, 409, 0, true, true}, KF_RETRY_NO},
        {{KF_OK, 302, 0, true, true}, KF_RETRY_NO},
        {{KF_ERROR_CONNECT, 0, CURLE_COULDNT_CONNECT, false, false}, KF_RETRY_TRANSIENT},
        {{KF_ERROR_TRANSPORT, 0, CURLE_RECV_ERROR, true, true}, KF_RETRY_TRANSIENT},
        {{KF_ERROR_TRANSPORT, 0, CURLE_RECV_ERROR, true, false}, KF_RETRY_NO},
        {{KF_ERROR_TRANSPORT, 0, CURLE_SEND_ERROR, false, false}, KF_RETRY_TRANSIENT},
        {{KF_ERROR_TIMEOUT, 0, CURLE_OPERATION_TIMEDOUT, true, true}, KF_RETRY_TRANSIENT},
        {{KF_ERROR_TIMEOUT, 0, CURLE_OPERATION_TIMEDOUT, true, false}, KF_RETRY_NO},
        {{KF_ERROR_TIMEOUT, 0, CURLE_OPERATION_TIMEDOUT, false, false}, KF_RETRY_TRANSIENT},
        {{KF_ERROR_TLS, 0, CURLE_SSL_CONNECT_ERROR, false, false}, KF_RETRY_TRANSIENT},
        {{KF_ERROR_TLS, 0, CURLE_PEER_FAILED_VERIFICATION, false, true}, KF_RETRY_NO},
        {{KF_ERROR_TLS, 0, CURLE_SSL_CACERT_BADFILE, false, true}, KF_RETRY_NO},
        {{KF_ERROR_MEMORY, 0, CURLE_OUT_OF_MEMORY, false, true}, KF_RETRY_NO},
        {{KF_ERROR_CANCELLED, 0, 0, false, true}, KF_RETRY_NO},
        {{KF_ERROR_LIMIT, 0, 0, true, true}, KF_RETRY_NO},
        {{KF_ERROR_IO, 0, 0, true, true}, KF_RETRY_NO},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(kf_retry_classify(&cases[i].attempt), cases[i].class);
}

static void test_wait(void **state)
{
    (void)state;
    assert_int_equal(kf_retry_wait(KF_RETRY_TRANSIENT, 0, 0, 20000, 50), 50);
    assert_int_equal(kf_retry_wait(KF_RETRY_TRANSIENT, 0, 0, 20000, 51), 0);
    assert_int_equal(kf_retry_wait(KF_RETRY_TRANSIENT, 1, 0, 20000, 100), 100);
    assert_int_equal(kf_retry_wait(KF_RETRY_TRANSIENT, 3, 0, 20000, 400), 400);
    assert_int_equal(kf_retry_wait(KF_RETRY_THROTTLED, 0, 0, 20000, 1000), 1000);
    assert_int_equal(kf_retry_wait(KF_RETRY_THROTTLED, 9, 0, 20000, 20000), 20000);
    assert_int_equal(kf_retry_wait(KF_RETRY_THROTTLED, 9, 0, 20000, 20001), 0);
    assert_int_equal(kf_retry_wait(KF_RETRY_THROTTLED, 0, 7, 20000, 7), 7);
    assert_int_equal(kf_retry_wait(KF_RETRY_TRANSIENT, 200, INT64_MAX / 3, INT64_MAX, INT64_MAX), INT64_MAX);
    assert_int_equal(kf_retry_wait(KF_RETRY_TRANSIENT, 0, 50, -1, 12345), 0);
    for (uint64_t random = 0; random < 1000; random++)
        assert_in_range(kf_retry_wait(KF_RETRY_TRANSIENT, 2, 0, 20000, random * 0x9e3779b97f4a7c15U), 0, 200);
}

static void test_retry_after_text(void **state)
{
    const int64_t wall = INT64_C(784111770000); /* Sun, 06 Nov 1994 08:49:30 GMT */
    (void)state;
    assert_int_equal(kf_retry_after("0", wall), 0);
    assert_int_equal(kf_retry_after("120", wall), 120000);
    assert_int_equal(kf_retry_after(" 7 ", wall), 7000);
    assert_true(kf_retry_after("99999999999999999999999999", wall) > INT64_C(86400000) * 300);
    assert_int_equal(kf_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", wall), 7000);
    assert_int_equal(kf_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", wall), 7000);
    assert_int_equal(kf_retry_after("Sun Nov  6 08:49:37 1994", wall), 7000);
    assert_int_equal(kf_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", wall), 0);
    const char *wrong[] = {"", "-1", "1.5", "soon", "12 s", "Sun, 99 Foo 1994 08:49:37 GMT", "0x10", "+3"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(kf_retry_after(wrong[i], wall), -1);
    assert_int_equal(kf_retry_after_ms("250"), 250);
    assert_int_equal(kf_retry_after_ms("x"), -1);
}

static void test_budget(void **state)
{
    kf_budget budget;
    (void)state;
    kf_budget_init(&budget, false);
    int taken = 0;
    while (kf_budget_take(&budget, KF_RETRY_TRANSIENT) == 14)
        taken++;
    assert_int_equal(taken, 35);
    assert_int_equal(kf_budget_take(&budget, KF_RETRY_THROTTLED), 5); /* 10 were left */
    assert_int_equal(kf_budget_take(&budget, KF_RETRY_THROTTLED), 5);
    assert_int_equal(kf_budget_take(&budget, KF_RETRY_THROTTLED), -1);
    for (int i = 0; i < 5; i++)
        kf_budget_success(&budget, 0);
    assert_int_equal(kf_budget_take(&budget, KF_RETRY_THROTTLED), 5);
    kf_budget_success(&budget, 14);
    assert_int_equal(kf_budget_take(&budget, KF_RETRY_TRANSIENT), 14);
    kf_budget_init(&budget, false);
    kf_budget_success(&budget, 14);
    assert_int_equal(atomic_load(&budget.tokens), KF_RETRY_BUDGET);
    kf_budget_init(&budget, true);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(kf_budget_take(&budget, KF_RETRY_TRANSIENT), 0);
}

static void test_success_after_failures(void **state)
{
    static const fake_step steps[] = {{.status = KF_ERROR_TRANSPORT, .code = CURLE_RECV_ERROR, .sent = true},
                                      {.http = 500},
                                      {.http = 200, .body = PROCESS}};
    kf_error error;
    (void)state;
    assert_int_equal(RUN_GET(steps, &error), KF_OK);
    assert_int_equal(error.attempts, 3);
    assert_int_equal(error.http_status, 200);
    assert_int_equal(error.status, KF_OK);
    assert_string_equal(error.message, "");
    assert_int_equal(f.wait_count, 2);
    assert_int_equal(f.waits[0], (int64_t)(RANDOM % 51));
    assert_int_equal(f.waits[1], (int64_t)(RANDOM % 101));
    assert_string_equal(f.headers[0], f.headers[2]); /* the request id too */
}

static void test_attempts_end(void **state)
{
    static const fake_step steps[] = {{.http = 503, .body = "<html><h1>Busy</h1>\r\n<p>try  later</html>"}};
    kf_error error;
    (void)state;
    assert_int_equal(RUN_GET(steps, &error), KF_ERROR_SERVER);
    assert_int_equal(error.attempts, 3);
    assert_int_equal(f.waits[0], (int64_t)(RANDOM % 1001));
    assert_true(error.retryable);
    assert_false(error.may_have_acted);
    assert_string_equal(error.message,
                        "kuflow.retrieveProcess: the server answered 503 Service Unavailable: Busy try later");
}

static void test_not_idempotent(void **state)
{
    static const fake_step unavailable[] = {{.http = 503}};
    static const fake_step broken[] = {{.status = KF_ERROR_TRANSPORT, .code = CURLE_RECV_ERROR, .sent = true}};
    static const fake_step refused[] = {
        {.status = KF_ERROR_CONNECT, .code = CURLE_COULDNT_CONNECT}, {.http = 429}, {.http = 200, .body = PROCESS}};
    static const fake_step late[] = {{.status = KF_ERROR_TIMEOUT, .code = CURLE_OPERATION_TIMEDOUT, .sent = true}};
    kf_error error;
    (void)state;
    assert_int_equal(RUN_PATCH(unavailable, &error), KF_ERROR_SERVER);
    assert_int_equal(error.attempts, 1);
    assert_int_equal(RUN_PATCH(broken, &error), KF_ERROR_TRANSPORT);
    assert_int_equal(error.attempts, 1);
    assert_true(error.may_have_acted);
    assert_true(error.retryable);
    assert_int_equal(error.transport_code, CURLE_RECV_ERROR);
    static const fake_step clear[] = {{.http = 400}}, unclear[] = {{.http = 500}}, elsewhere[] = {{.http = 303}};
    assert_int_equal(RUN_PATCH(clear, &error), KF_ERROR_REJECTED);
    assert_false(error.may_have_acted);
    assert_int_equal(RUN_PATCH(unclear, &error), KF_ERROR_SERVER);
    assert_true(error.may_have_acted);
    assert_int_equal(RUN_PATCH(elsewhere, &error), KF_ERROR_REJECTED);
    assert_true(error.may_have_acted);
    assert_int_equal(RUN_PATCH(late, &error), KF_ERROR_TIMEOUT);
    assert_int_equal(error.attempts, 1);
    assert_true(error.may_have_acted);
    assert_int_equal(RUN_PATCH(refused, &error), KF_OK);
    assert_int_equal(error.attempts, 3);
}

static void test_final_failures(void **state)
{
    static const fake_step steps[][1] = {
        {{.status = KF_ERROR_TLS, .code = CURLE_PEER_FAILED_VERIFICATION}},
        {{.status = KF_ERROR_MEMORY, .code = CURLE_OUT_OF_MEMORY}},
        {{.http = 400}},
        {{.http = 401}},
        {{.http = 403}},
        {{.http = 404}},
        {{.http = 410}},
        {{.http = 409}},
        {{.http = 412}},
        {{.http = 422}},
        {{.http = 301, .headers = "Location: https://other.example/x?secret=1"}},
        {{.http = 501}},
    };
    static const kf_status expected[] = {KF_ERROR_TLS,       KF_ERROR_MEMORY,    KF_ERROR_REJECTED,  KF_ERROR_AUTH,
                                         KF_ERROR_FORBIDDEN, KF_ERROR_NOT_FOUND, KF_ERROR_NOT_FOUND, KF_ERROR_CONFLICT,
                                         KF_ERROR_CONFLICT,  KF_ERROR_REJECTED,  KF_ERROR_REJECTED,  KF_ERROR_SERVER};
    kf_error error;
    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        assert_int_equal(RUN_GET(steps[i], &error), expected[i]);
        assert_int_equal(error.attempts, 1);
        assert_false(error.retryable);
        assert_null(strstr(error.message, "secret"));
        if (steps[i][0].http == 301)
            assert_non_null(strstr(error.message, "other.example"));
    }
}

static void test_retry_after(void **state)
{
    static const fake_step seconds[] = {{.http = 429, .headers = "Retry-After: 7"}, {.http = 200, .body = PROCESS}};
    static const fake_step milliseconds[] = {{.http = 503, .headers = "retry-after-ms: 321\nRetry-After: 7"},
                                             {.http = 200, .body = PROCESS}};
    static const fake_step date[] = {{.http = 503, .headers = "Retry-After: Tue, 14 Nov 2023 22:13:30 GMT"},
                                     {.http = 200, .body = PROCESS}};
    static const fake_step long_wait[] = {{.http = 429, .headers = "Retry-After: 61"}};
    static const fake_step garbage[] = {{.http = 503, .headers = "Retry-After: soon"}, {.http = 200, .body = PROCESS}};
    kf_error error;
    (void)state;
    assert_int_equal(RUN_GET(seconds, &error), KF_OK);
    assert_int_equal(f.waits[0], 7000);
    assert_int_equal(RUN_GET(milliseconds, &error), KF_OK);
    assert_int_equal(f.waits[0], 321);
    assert_int_equal(RUN_GET(date, &error), KF_OK);
    assert_int_equal(f.waits[0], 10000);
    assert_int_equal(RUN_GET(long_wait, &error), KF_ERROR_THROTTLED);
    assert_int_equal(error.attempts, 1);
    assert_int_equal(error.retry_after_ms, 61000);
    assert_true(error.retryable);
    assert_int_equal(RUN_GET(garbage, &error), KF_OK);
    assert_int_equal(f.waits[0], (int64_t)(RANDOM % 1001));
}

static void test_deadline(void **state)
{
    static const fake_step slow[] = {{.http = 500, .takes_ms = 400}};
    static const fake_step waits[] = {{.http = 503, .headers = "Retry-After: 2"}};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    (void)state;
    options.deadline_ms = 1000;
    options.max_attempts = 10;
    FAKE_INIT(&f, slow);
    kf_client *client = fake_client(&f, &options);
    assert_int_equal(get(client, &error), KF_ERROR_SERVER);
    assert_int_equal(error.attempts, 3); /* at 0, 400 and 800: the fourth would begin after 1000 */
    assert_int_equal(f.timeouts[0], 1000);
    assert_int_equal(f.timeouts[1], 600);
    assert_int_equal(f.timeouts[2], 200);
    kf_client_free(client);

    FAKE_INIT(&f, waits);
    client = fake_client(&f, &options);
    assert_int_equal(get(client, &error), KF_ERROR_SERVER);
    assert_int_equal(error.attempts, 1);
    assert_int_equal(f.wait_count, 0);

    kf_scope_options scope_options = KF_SCOPE_OPTIONS_INIT;
    scope_options.deadline_ms = 5000;
    scope_options.attempt_timeout_ms = 300;
    kf_client *scope;
    assert_int_equal(kf_client_scope(client, &scope_options, &scope, &error), KF_OK);
    assert_int_equal(get(scope, &error), KF_ERROR_SERVER);
    assert_int_equal(error.attempts, 3); /* waits of 2 s at 0 and 2000; a third would pass 5000 */
    assert_int_equal(f.timeouts[1], 300);
    f.now += 10000;
    assert_int_equal(get(scope, &error), KF_ERROR_TIMEOUT);
    assert_int_equal(error.attempts, 0);
    kf_client_free(client); /* lives on in its scope */
    assert_int_equal(get(scope, NULL), KF_ERROR_TIMEOUT);
    kf_client_free(scope);
}

static void test_storm_ends(void **state)
{
    static const fake_step steps[] = {{.http = 500}};
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, NULL);
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    kf_client *scope;
    assert_int_equal(kf_client_scope(client, &options, &scope, &error), KF_OK);
    int attempts = 0;
    for (int i = 0; i < 40; i++) {
        assert_int_equal(get(i % 2 == 0 ? client : scope, &error), KF_ERROR_SERVER);
        attempts += error.attempts;
        f.count = 0;
    }
    assert_int_equal(attempts, 40 + 35);
    kf_client_free(scope);
    kf_client_free(client);
}

static void test_cancel_in_wait(void **state)
{
    static const fake_step steps[] = {{.http = 500}};
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, NULL);
    kf_cancel *cancel = kf_cancel_new();
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    kf_client *scope;
    options.cancel = cancel;
    f.cancel_on_wait = cancel;
    f.random = 3;
    assert_int_equal(kf_client_scope(client, &options, &scope, &error), KF_OK);
    assert_int_equal(get(scope, &error), KF_ERROR_CANCELLED);
    assert_int_equal(error.attempts, 1);
    assert_true(kf_cancel_triggered(cancel));
    assert_int_equal(get(scope, &error), KF_ERROR_CANCELLED);
    assert_int_equal(error.attempts, 0);
    assert_int_equal(f.count, 1);
    kf_cancel_reset(cancel);
    f.cancel_on_wait = NULL;
    assert_int_equal(get(scope, &error), KF_ERROR_SERVER);
    kf_client_free(scope);
    kf_client_free(client);
    kf_cancel_free(cancel);
}

static void test_idempotency_key(void **state)
{
    static const fake_step steps[] = {
        {.status = KF_ERROR_TIMEOUT, .code = 28, .sent = true}, {.http = 502}, {.http = 201, .body = PROCESS}};
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, NULL);
    assert_int_equal(create(client, NULL, &error), KF_OK);
    assert_int_equal(error.attempts, 3);
    assert_int_equal(error.http_status, 201);
    assert_true(kf_uuid_valid(error.idempotency_id));
    assert_non_null(strstr(f.bodies[0], error.idempotency_id));
    assert_string_equal(f.bodies[0], f.bodies[1]);
    assert_string_equal(f.bodies[0], f.bodies[2]);
    assert_true(kf_uuid_valid(error.request_id));
    assert_non_null(strstr(f.headers[2], error.request_id));
    char first[64];
    memcpy(first, error.idempotency_id, sizeof(first));
    f.count = 0;
    assert_int_equal(create(client, NULL, &error), KF_OK);
    assert_string_not_equal(first, error.idempotency_id);
    f.count = 0;
    assert_int_equal(create(client, ID, &error), KF_OK);
    assert_string_equal(error.idempotency_id, ID);
    assert_non_null(strstr(f.bodies[2], "\"id\":\"" ID "\""));
    f.count = 0; /* an id that is none makes nothing repeatable */
    assert_int_equal(create(client, "", &error), KF_ERROR_TIMEOUT);
    assert_int_equal(error.attempts, 1);
    assert_true(error.may_have_acted);
    kf_client_free(client);
}

/* By an id that is null the server tells nothing apart either; what a caller wrote himself is sent as it is, once. */
static void test_idempotency_key_in_extra(void **state)
{
    static const fake_step steps[] = {{.http = 502}, {.http = 201, .body = PROCESS}};
    kuflow_process_create_params body = {.process_definition_id = ID, .extra = KF_EXTRA(KF_NULL_MEMBER("id"))};
    kuflow_process *process;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, NULL);
    assert_int_equal(kuflow_create_process(client, &body, &process, &error), KF_OK);
    kuflow_process_free(process);
    assert_int_equal(error.attempts, 2);
    assert_true(kf_uuid_valid(error.idempotency_id));
    assert_non_null(strstr(f.bodies[0], error.idempotency_id));
    assert_string_equal(f.bodies[0], f.bodies[1]);
    f.count = 0;
    body.extra = KF_EXTRA(KF_MEMBER("id", "\"\""));
    assert_int_equal(kuflow_create_process(client, &body, &process, &error), KF_ERROR_SERVER);
    assert_int_equal(error.attempts, 1);
    assert_string_equal(error.idempotency_id, "");
    assert_non_null(strstr(f.bodies[0], "\"id\":\"\""));
    kf_client_free(client);
}

struct seen {
    size_t count;
    kf_event events[16];
    char messages[16][128];
};

static void on_event(const kf_event *event, void *user)
{
    struct seen *seen = user;
    strncpy(seen->messages[seen->count], event->message, 127);
    seen->events[seen->count++] = *event;
}

static void test_events(void **state)
{
    static const fake_step steps[] = {{.http = 500, .takes_ms = 10, .body = "{}"},
                                      {.http = 200, .body = PROCESS, .takes_ms = 5}};
    struct seen seen = {0};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    (void)state;
    options.on_event = on_event;
    options.on_event_user = &seen;
    FAKE_INIT(&f, steps);
    f.random = 4;
    kf_client *client = fake_client(&f, &options);
    assert_int_equal(get(client, &error), KF_OK);
    kf_client_free(client);
    assert_int_equal(seen.count, 4);
    assert_int_equal(seen.events[0].kind, KF_EVENT_ATTEMPT);
    assert_int_equal(seen.events[0].http_status, 500);
    assert_int_equal(seen.events[0].status, KF_ERROR_SERVER);
    assert_int_equal(seen.events[0].milliseconds, 10);
    assert_string_equal(seen.events[0].path, "/processes/{id}");
    assert_int_equal(seen.events[1].kind, KF_EVENT_RETRY);
    assert_int_equal(seen.events[1].wait_ms, 4);
    assert_int_equal(seen.events[2].kind, KF_EVENT_ATTEMPT);
    assert_int_equal(seen.events[2].attempt, 2);
    assert_int_equal(seen.events[2].status, KF_OK);
    assert_int_equal(seen.events[3].kind, KF_EVENT_CALL);
    assert_int_equal(seen.events[3].milliseconds, 19);
    assert_int_equal(seen.events[3].bytes_received, 2 + (int)strlen(PROCESS));
    assert_string_equal(seen.messages[3], "");
}

/* Bytes that never left are not counted, and an attempt that never began is none. */
static void test_events_without_request(void **state)
{
    static const fake_step steps[] = {{.status = KF_ERROR_CONNECT, .code = CURLE_COULDNT_CONNECT}};
    struct seen seen = {0};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_source source;
    const kf_request post = {.method = "POST", .path = "/", .body = "12345"};
    const kf_request upload = {.method = "PUT", .path = "/", .upload = &source};
    (void)state;
    options.on_event = on_event;
    options.on_event_user = &seen;
    options.max_attempts = 1;
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, &options);
    assert_int_equal(kf_request_send(client, &post, NULL, NULL, NULL), KF_ERROR_CONNECT);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.events[0].bytes_sent, 0);
    assert_int_equal(seen.events[1].bytes_sent, 0);
    seen.count = 0;
    kf_source_path(&source, "/no/such/file");
    assert_int_equal(kf_request_send(client, &upload, NULL, NULL, NULL), KF_ERROR_IO);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.events[0].kind, KF_EVENT_CALL);
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classify),
        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_retry_after_text),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_success_after_failures),
        cmocka_unit_test(test_attempts_end),
        cmocka_unit_test(test_not_idempotent),
        cmocka_unit_test(test_final_failures),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_storm_ends),
        cmocka_unit_test(test_cancel_in_wait),
        cmocka_unit_test(test_idempotency_key),
        cmocka_unit_test(test_idempotency_key_in_extra),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_events_without_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
