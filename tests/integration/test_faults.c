/* Misbehaviour on the level of HTTP: every kind ends in the right result or the right error, and never hangs. */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void test_server_error(void **state)
{
    kf_fixture *f = *state;
    kuflow_tenant *tenant = NULL;
    /* One failure is repeated … */
    fixture_answer(f, "retrieveTenant", 500, NULL);
    CHECK_OK(f, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    assert_int_equal(f->error.attempts, 2);
    kuflow_tenant_free(tenant);
    /* … for ever is too often. */
    fixture_fault(f, "retrieveTenant",
                  (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .status = 500, .times = -1});
    CHECK_FAILS(f, KF_ERROR_SERVER, 500, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    assert_null(tenant);
    assert_int_equal(f->error.attempts, 3);
    assert_true(f->error.retryable);
    assert_false(f->error.may_have_acted); /* a GET changes nothing */
    assert_string_equal(f->error.server_code, "sandbox.fault");
    kf_sandbox_fault_clear(f->sandbox);
}

static void test_throttled(void **state)
{
    kf_fixture *f = *state;
    kuflow_tenant *tenant = NULL;
    kf_sandbox_fault_spec fault = {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 429, .retry_after = "1"};
    fixture_fault(f, "retrieveTenant", fault);
    int64_t begin = now_ms();
    CHECK_OK(f, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    kuflow_tenant_free(tenant);
    assert_int_equal(f->error.attempts, 2);
    assert_in_range(now_ms() - begin, 900, 30000);

    /* Longer than the limit: the call ends and tells it. */
    fault.retry_after = "3600";
    fixture_fault(f, "retrieveTenant", fault);
    begin = now_ms();
    CHECK_FAILS(f, KF_ERROR_THROTTLED, 429, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    assert_int_equal(f->error.retry_after_ms, 3600000);
    assert_int_equal(f->error.attempts, 1);
    assert_in_range(now_ms() - begin, 0, 10000);
    kf_sandbox_fault_clear(f->sandbox);
}

static void test_unavailable_then_success(void **state)
{
    kf_fixture *f = *state;
    char id[KF_UUID_TEXT_SIZE];
    kf_uuid_new(id);
    kuflow_process_create_params params = {.id = id, .process_definition_id = KF_SANDBOX_DEFINITION_EMPTY};
    kuflow_process *process = NULL;
    kf_sandbox_fault_spec fault = {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 503, .retry_after = "0"};
    fixture_fault(f, "createProcess", fault);
    CHECK_OK(f, kuflow_create_process(f->client, &params, &process, &f->error));
    assert_int_equal(f->error.http_status, 201);
    assert_int_equal(f->error.attempts, 2);
    kuflow_process_free(process);
    assert_int_equal(kf_sandbox_applied(f->sandbox, id), 1);
}

static void test_answer_lost_after_effect(void **state)
{
    kf_fixture *f = *state;
    kf_client *client = fixture_client(kf_sandbox_url(f->sandbox)); /* without connections */
    kuflow_process_create_params params = {.process_definition_id = KF_SANDBOX_DEFINITION};
    kuflow_process *process = NULL;
    int created = kf_sandbox_created(f->sandbox);
    fixture_fault(f, "createProcess", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_AFTER});
    CHECK_OK(f, kuflow_create_process(client, &params, &process, &f->error));
    assert_int_equal(f->error.http_status, 200);
    assert_int_equal(f->error.attempts, 2);
    assert_string_equal(process->id, f->error.idempotency_id);
    assert_int_equal(kf_sandbox_applied(f->sandbox, process->id), 1);
    assert_int_equal(kf_sandbox_created(f->sandbox), created + 1);
    kuflow_process_free(process);
    kf_client_free(client);
}

/* What has no key is not sent again once it may have acted: neither by the library nor, on a connection that was used
 * before, by libcurl on its own account. */
static void test_lost_without_key(void **state)
{
    kf_fixture *f = *state;
    char process[KF_UUID_TEXT_SIZE], task[KF_UUID_TEXT_SIZE];
    fixture_task(f, process, task);
    kuflow_process_item_task_append_log_params log = {.message = "x", .level = KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_INFO};
    for (int used_before = 0; used_before < 2; used_before++) {
        kf_client *client = fixture_client(kf_sandbox_url(f->sandbox));
        kuflow_process_item *item = NULL;
        if (used_before) {
            CHECK_OK(f, kuflow_retrieve_process_item(client, task, &item, &f->error));
            kuflow_process_item_free(item);
        }
        int requests = kf_sandbox_requests(f->sandbox, "appendProcessItemTaskLog");
        fixture_fault(f, "appendProcessItemTaskLog", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_AFTER});
        CHECK_FAILS(f, KF_ERROR_TRANSPORT, 0,
                    kuflow_append_process_item_task_log(client, task, &log, &item, &f->error));
        assert_int_equal(f->error.attempts, 1);
        assert_true(f->error.may_have_acted);
        assert_int_equal(kf_sandbox_requests(f->sandbox, "appendProcessItemTaskLog"), requests + 1);
        CHECK_OK(f, kuflow_retrieve_process_item(client, task, &item, &f->error));
        assert_int_equal(item->task->logs_count, used_before + 1);
        kuflow_process_item_free(item);
        kf_client_free(client);
    }
}

static void test_answer_lost_before_effect(void **state)
{
    kf_fixture *f = *state;
    kf_client *client = fixture_client(kf_sandbox_url(f->sandbox));
    kuflow_process_create_params params = {.process_definition_id = KF_SANDBOX_DEFINITION_EMPTY};
    kuflow_process *process = NULL;
    fixture_fault(f, "createProcess", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_BEFORE, .times = 2});
    CHECK_OK(f, kuflow_create_process(client, &params, &process, &f->error));
    assert_int_equal(f->error.http_status, 201);
    assert_int_equal(f->error.attempts, 3);
    assert_int_equal(kf_sandbox_applied(f->sandbox, process->id), 1);
    kuflow_process_free(process);
    fixture_fault(f, "createProcess", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_BEFORE, .times = -1});
    CHECK_FAILS(f, KF_ERROR_TRANSPORT, 0, kuflow_create_process(client, &params, &process, &f->error));
    assert_true(f->error.may_have_acted);
    assert_true(f->error.retryable);
    kf_client_free(client);
}

static void test_dead_server(void **state)
{
    kf_fixture *f = *state;
    kf_sandbox *other = NULL;
    CHECK_OK(f, kf_sandbox_start(NULL, &other, &f->error));
    kf_client *client = fixture_client(kf_sandbox_url(other));
    kf_sandbox_stop(other); /* nobody listens there any more */
    kuflow_process_create_params params = {.process_definition_id = KF_SANDBOX_DEFINITION};
    kuflow_process *process = NULL;
    CHECK_FAILS(f, KF_ERROR_CONNECT, 0, kuflow_create_process(client, &params, &process, &f->error));
    assert_false(f->error.may_have_acted);
    assert_true(f->error.retryable);
    assert_int_equal(f->error.attempts, 3);
    kf_client_free(client);
}

/* Answers that are no answer of this operation. */
static void test_strange_answers(void **state)
{
    kf_fixture *f = *state;
    static const struct {
        const char *body;
        kf_status status;
        const char *said; /* in the message */
    } cases[] = {
        {"{\"id\":", KF_ERROR_DECODE, NULL},
        {"<html>hello</html>", KF_ERROR_DECODE, NULL},
        {"{\"id\":7}", KF_ERROR_DECODE, "id"},
        {"[]", KF_ERROR_DECODE, NULL},
        {"\"text\"", KF_ERROR_DECODE, NULL},
        {"{\"id\":\"a\"} x", KF_ERROR_DECODE, NULL},
        {"{\"id\":\"a\\u0000b\"}", KF_ERROR_DECODE, "id"},
        {"", KF_ERROR_TRANSPORT, NULL}, /* as if it had been cut off */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kuflow_tenant *tenant = NULL;
        kf_sandbox_fault_spec fault = {.kind = KF_SANDBOX_FAULT_ANSWER, .body = cases[i].body, .times = -1};
        fixture_fault(f, "retrieveTenant", fault);
        CHECK_FAILS(f, cases[i].status, 200, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
        assert_null(tenant);
        if (cases[i].said != NULL && strstr(f->error.message, cases[i].said) == NULL)
            fail_msg("\"%s\" should tell of %s", f->error.message, cases[i].said);
        kf_sandbox_fault_clear(f->sandbox);
    }
    /* What servers really do is taken: members left out, unknown ones, null. */
    kuflow_tenant *tenant = NULL;
    fixture_answer(f, "retrieveTenant", 200, "{\"id\":null,\"plan\":\"GOLD\",\"new\":[1]}");
    CHECK_OK(f, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    assert_null(tenant->id);
    assert_int_equal(tenant->plan, KUFLOW_TENANT_PRICING_PLAN_UNRECOGNIZED);
    assert_non_null(kf_extra_find(&tenant->extra, "new"));
    kuflow_tenant_free(tenant);
}

static void test_strange_errors(void **state)
{
    kf_fixture *f = *state;
    kuflow_tenant *tenant = NULL;
    kf_sandbox_fault_spec fault = {
        .kind = KF_SANDBOX_FAULT_ANSWER, .status = 400, .body = "<h1>Bad</h1>", .content_type = "text/html"};
    fixture_fault(f, NULL, fault);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    fixture_answer(f, NULL, 403, "");
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    fixture_answer(f, NULL, 409, "{\"message\":\"taken\\nalready\",\"errors\":[]}");
    CHECK_FAILS(f, KF_ERROR_CONFLICT, 409, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    fixture_answer(f, NULL, 410, "{}");
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 410, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
}

static void test_wrong_content_type(void **state)
{
    kf_fixture *f = *state;
    kuflow_tenant *tenant = NULL;
    kf_sandbox_fault_spec fault = {.kind = KF_SANDBOX_FAULT_REPLACE,
                                   .body = "<html><body>Log in, please</body></html>",
                                   .content_type = "text/html"};
    fixture_fault(f, "retrieveTenant", fault);
    CHECK_FAILS(f, KF_ERROR_DECODE, 200, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
}

static void test_redirect_is_not_followed(void **state)
{
    kf_fixture *f = *state;
    char target[256];
    snprintf(target, sizeof(target), "%s/tenants/" KF_SANDBOX_TENANT_2, kf_sandbox_url(f->sandbox));
    kf_sandbox_fault_spec fault = {
        .kind = KF_SANDBOX_FAULT_ANSWER, .status = 302, .body = "", .content_type = "", .location = target};
    fixture_fault(f, "retrieveTenant", fault);
    int requests = kf_sandbox_requests(f->sandbox, NULL);
    kuflow_tenant *tenant = NULL;
    CHECK_FAILS(f, KF_ERROR_REJECTED, 302, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    assert_int_equal(kf_sandbox_requests(f->sandbox, NULL), requests + 1);
}

static void test_huge_answer(void **state)
{
    kf_fixture *f = *state;
    kuflow_tenant *tenant = NULL;
    fixture_fault(f, "retrieveTenant", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_HUGE, .times = -1});
    CHECK_FAILS(f, KF_ERROR_LIMIT, 200, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    assert_null(tenant);
    kf_sandbox_fault_clear(f->sandbox);
    CHECK_OK(f, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error)); /* all is well again */
    kuflow_tenant_free(tenant);
}

static void test_deadline(void **state)
{
    kf_fixture *f = *state;
    kf_client *scope = fixture_scope(f, 300, 0);
    kuflow_tenant *tenant = NULL;
    fixture_fault(f, "retrieveTenant", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_DELAY, .times = -1});
    int64_t begin = now_ms();
    CHECK_FAILS(f, KF_ERROR_TIMEOUT, 0, kuflow_retrieve_tenant(scope, KF_SANDBOX_TENANT, &tenant, &f->error));
    assert_in_range(now_ms() - begin, 250, 10000);
    kf_client_free(scope);
    kf_sandbox_fault_clear(f->sandbox);

    /* The deadline holds for waits, too. */
    scope = fixture_scope(f, 300, 0);
    kf_sandbox_fault_spec fault = {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 503, .retry_after = "30", .times = -1};
    fixture_fault(f, "retrieveTenant", fault);
    begin = now_ms();
    kf_status status = kuflow_retrieve_tenant(scope, KF_SANDBOX_TENANT, &tenant, &f->error);
    assert_true(status == KF_ERROR_TIMEOUT || status == KF_ERROR_SERVER);
    assert_in_range(now_ms() - begin, 0, 10000);
    kf_client_free(scope);
    kf_sandbox_fault_clear(f->sandbox);
}

static void *cancel_when_held(void *user)
{
    void **pair = user;
    while (kf_sandbox_held(pair[0]) == 0)
        sleep_ms(1);
    kf_cancel_trigger(pair[1]);
    return NULL;
}

static void test_cancel_from_another_thread(void **state)
{
    kf_fixture *f = *state;
    kf_cancel *cancel = kf_cancel_new();
    assert_non_null(cancel);
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.cancel = cancel;
    kf_client *scope = NULL;
    CHECK_OK(f, kf_client_scope(f->client, &options, &scope, &f->error));
    fixture_fault(f, "createProcess", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_DELAY});
    pthread_t thread;
    void *pair[] = {f->sandbox, cancel};
    assert_int_equal(pthread_create(&thread, NULL, cancel_when_held, pair), 0);
    int64_t begin = now_ms();
    kuflow_process_create_params params = {.process_definition_id = KF_SANDBOX_DEFINITION};
    kuflow_process *process = NULL;
    CHECK_FAILS(f, KF_ERROR_CANCELLED, 0, kuflow_create_process(scope, &params, &process, &f->error));
    assert_in_range(now_ms() - begin, 0, 10000);
    assert_true(f->error.may_have_acted);
    pthread_join(thread, NULL);
    kf_sandbox_release(f->sandbox);

    /* Once triggered, nothing is sent any more, until it is reset. */
    int requests = kf_sandbox_requests(f->sandbox, NULL);
    CHECK_FAILS(f, KF_ERROR_CANCELLED, 0, kuflow_create_process(scope, &params, &process, &f->error));
    assert_int_equal(kf_sandbox_requests(f->sandbox, NULL), requests);
    assert_false(f->error.may_have_acted);
    kf_cancel_reset(cancel);
    CHECK_OK(f, kuflow_create_process(scope, &params, &process, &f->error));
    kuflow_process_free(process);
    kf_client_free(scope);
    kf_cancel_free(cancel);
}

static void test_headers_of_a_call(void **state)
{
    kf_fixture *f = *state;
    kuflow_process_create_params params = {.process_definition_id = KF_SANDBOX_DEFINITION_EMPTY};
    kuflow_process *process = NULL;
    fixture_answer(f, "createProcess", 503, NULL);
    CHECK_OK(f, kuflow_create_process(f->client, &params, &process, &f->error));
    kuflow_process_free(process);
    char value[256];
    assert_true(kf_sandbox_last_header(f->sandbox, "Authorization", value, sizeof(value)));
    assert_string_equal(value, "Bearer c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ=");
    assert_true(kf_sandbox_last_header(f->sandbox, "Content-Type", value, sizeof(value)));
    assert_string_equal(value, "application/json");
    assert_true(kf_sandbox_last_header(f->sandbox, "Accept", value, sizeof(value)));
    assert_string_equal(value, "application/json");
    assert_true(kf_sandbox_last_header(f->sandbox, "X-Request-Id", value, sizeof(value)));
    assert_string_equal(value, f->error.request_id);
    assert_true(kf_sandbox_last_header(f->sandbox, "User-Agent", value, sizeof(value)));
    assert_non_null(strstr(value, "kuflow"));
    assert_false(kf_sandbox_last_header(f->sandbox, "Transfer-Encoding", value, sizeof(value)));
    assert_false(kf_sandbox_last_header(f->sandbox, "Expect", value, sizeof(value)));
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_server_error),
        TEST(test_throttled),
        TEST(test_unavailable_then_success),
        TEST(test_answer_lost_after_effect),
        TEST(test_lost_without_key),
        TEST(test_answer_lost_before_effect),
        TEST(test_dead_server),
        TEST(test_strange_answers),
        TEST(test_strange_errors),
        TEST(test_wrong_content_type),
        TEST(test_redirect_is_not_followed),
        TEST(test_huge_answer),
        TEST(test_deadline),
        TEST(test_cancel_from_another_thread),
        TEST(test_headers_of_a_call),
    };
    return cmocka_run_group_tests_name("faults", tests, fixture_setup, fixture_teardown);
}
