/* Scopes: tenant, headers, query, deadline and raw answers of one group of calls; and the events of a client. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static kf_client *scope_of(kf_fixture *f, kf_client *parent, const kf_scope_options *options)
{
    kf_client *scope = NULL;
    CHECK_OK(f, kf_client_scope(parent, options, &scope, &f->error));
    return scope;
}

static int count_tenant_users(kf_fixture *f, kf_client *client, const kuflow_find_tenant_users_params *params)
{
    kuflow_tenant_user_page *page = NULL;
    CHECK_OK(f, kuflow_find_tenant_users(client, params, &page, &f->error));
    int count = (int)page->metadata->total_elements;
    kuflow_tenant_user_page_free(page);
    return count;
}

static void test_tenant(void **state)
{
    kf_fixture *f = *state;
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.tenant = KF_SANDBOX_TENANT_2;
    kf_client *scope = scope_of(f, f->client, &options);
    int all = count_tenant_users(f, f->client, NULL);
    int second = count_tenant_users(f, scope, NULL);
    kuflow_find_tenant_users_params params = {.tenant_id = KF_LIST(KF_SANDBOX_TENANT)};
    int first = count_tenant_users(f, scope, &params); /* what the caller says wins */
    assert_true(first > 0 && second > 0);
    assert_int_equal(first + second, all);

    kuflow_authentication_create_params authentication_params = {.type = KUFLOW_AUTHENTICATION_TYPE_ENGINE_TOKEN};
    kuflow_authentication *authentication = NULL;
    CHECK_OK(f, kuflow_create_authentication(scope, &authentication_params, &authentication, &f->error));
    assert_string_equal(authentication->tenant_id, KF_SANDBOX_TENANT_2);
    kuflow_authentication_free(authentication);

    kuflow_tenant *tenant = NULL; /* an operation without a tenant is not touched */
    CHECK_OK(f, kuflow_retrieve_tenant(scope, KF_SANDBOX_TENANT, &tenant, &f->error));
    kuflow_tenant_free(tenant);
    kf_client_free(scope);
}

static void test_headers_and_query(void **state)
{
    kf_fixture *f = *state;
    kf_pair outer_headers[] = {{"X-Outer", "1"}, {"X-Both", "outer"}};
    kf_pair inner_headers[] = {{"x-both", "inner"}};
    kf_pair query[] = {{"trace", "a b&c=d"}};
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.headers = outer_headers;
    options.header_count = 2;
    kf_client *outer = scope_of(f, f->client, &options);
    options.headers = inner_headers;
    options.header_count = 1;
    options.query = query;
    options.query_count = 1;
    kf_client *inner = scope_of(f, outer, &options);
    kf_client_free(outer); /* it lives on inside the other */

    kuflow_find_tenants_params params = {.size = KF_INT32(1)};
    CHECK_OK(f, kuflow_find_tenants(inner, &params, NULL, &f->error));
    char text[256];
    assert_true(kf_sandbox_last_header(f->sandbox, "X-Outer", text, sizeof(text)));
    assert_string_equal(text, "1");
    assert_true(kf_sandbox_last_header(f->sandbox, "X-Both", text, sizeof(text)));
    assert_string_equal(text, "inner");
    assert_true(kf_sandbox_last_target(f->sandbox, text, sizeof(text)));
    assert_string_equal(text, "GET /v2024-06-14/tenants?size=1&trace=a%20b%26c%3Dd");
    kf_client_free(inner);

    kf_pair split = {"X-Evil", "a\r\nAuthorization: none"};
    options = (kf_scope_options)KF_SCOPE_OPTIONS_INIT;
    options.headers = &split;
    options.header_count = 1;
    kf_client *scope = NULL;
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, kf_client_scope(f->client, &options, &scope, &f->error));
    assert_null(scope);
}

/* Two servers in turn, over one pool of connections. */
static void test_base_url(void **state)
{
    kf_fixture *f = *state;
    kf_sandbox *other = NULL;
    kf_client *scope = NULL;
    char url[256];
    CHECK_OK(f, kf_sandbox_start(NULL, &other, &f->error));
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    snprintf(url, sizeof(url), "%s", kf_sandbox_url(other));
    options.base_url = url;
    CHECK_OK(f, kf_client_scope(f->client, &options, &scope, &f->error));
    memset(url, 0, sizeof(url)); /* it was copied */
    int before = kf_sandbox_requests(f->sandbox, NULL);
    for (int i = 0; i < 3; i++) {
        CHECK_OK(f, kuflow_retrieve_tenant(scope, KF_SANDBOX_TENANT, NULL, &f->error));
        CHECK_OK(f, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, NULL, &f->error));
    }
    assert_int_equal(kf_sandbox_requests(other, NULL), 3);
    assert_int_equal(kf_sandbox_requests(f->sandbox, NULL), before + 3);
    kf_client_free(scope);
    kf_sandbox_stop(other);
}

/* What a hook sets and takes away is what libcurl sends. */
static void set_headers(kf_outgoing *outgoing, void *user)
{
    kf_outgoing_set_header(outgoing, "traceparent", user);
    kf_outgoing_set_header(outgoing, "User-Agent", NULL);
    kf_outgoing_set_header(outgoing, "Accept", "application/json; of=hook");
}

static void test_hook(void **state)
{
    static char trace[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    kf_fixture *f = *state;
    kf_hook hook = {set_headers, trace};
    kf_client_options options = fixture_options(kf_sandbox_url(f->sandbox));
    kf_client *client = NULL;
    char text[256];
    options.hooks = &hook;
    options.hook_count = 1;
    CHECK_OK(f, kuflow_client_new(&options, &client, &f->error));
    hook.before_attempt = NULL; /* it was copied */
    fixture_answer(f, "retrieveTenant", 500, NULL);
    CHECK_OK(f, kuflow_retrieve_tenant(client, KF_SANDBOX_TENANT, NULL, &f->error));
    assert_int_equal(f->error.attempts, 2);
    assert_true(kf_sandbox_last_header(f->sandbox, "traceparent", text, sizeof(text)));
    assert_string_equal(text, trace);
    assert_true(kf_sandbox_last_header(f->sandbox, "Accept", text, sizeof(text)));
    assert_string_equal(text, "application/json; of=hook");
    assert_false(kf_sandbox_last_header(f->sandbox, "User-Agent", text, sizeof(text)));
    kf_client_free(client);
}

static void test_raw_answer(void **state)
{
    kf_fixture *f = *state;
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.keep_response = true;
    kf_client *scope = scope_of(f, f->client, &options);
    assert_null(kf_client_response(scope));
    CHECK_OK(f, kuflow_retrieve_tenant(scope, KF_SANDBOX_TENANT, NULL, &f->error));
    const kf_response *response = kf_client_response(scope);
    assert_non_null(response);
    assert_int_equal(kf_response_status(response), 200);
    assert_string_equal(kf_response_header(response, "CONTENT-TYPE"), "application/json");
    assert_null(kf_response_header(response, "X-Nothing"));
    const char *name = NULL, *value = NULL;
    size_t headers = 0;
    while (kf_response_header_at(response, headers, &name, &value) == 0)
        headers++;
    assert_true(headers >= 3);
    size_t length = 0;
    const char *text = kf_response_text(response, &length);
    assert_non_null(strstr(text, "\"name\":\"Acme\""));
    assert_int_equal(strlen(text), length);

    kuflow_tenant *tenant = NULL; /* failures are kept, too */
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, kuflow_retrieve_tenant(scope, UNKNOWN_ID, &tenant, &f->error));
    response = kf_client_response(scope);
    assert_int_equal(kf_response_status(response), 404);
    assert_non_null(strstr(kf_response_text(response, NULL), "tenant.not_found"));
    kf_client_free(scope);
    assert_null(kf_client_response(f->client));
}

/* The deadline of a scope is that of all its calls together. */
static void test_deadline_of_a_group(void **state)
{
    kf_fixture *f = *state;
    kf_client *scope = fixture_scope(f, 500, 0);
    kf_sandbox_fault_spec slow = {.kind = KF_SANDBOX_FAULT_DELAY, .delay_ms = 100, .times = -1};
    fixture_fault(f, "retrieveTenant", slow);
    int64_t begin = now_ms();
    int done = 0;
    while (done < 100 && kuflow_retrieve_tenant(scope, KF_SANDBOX_TENANT, NULL, &f->error) == KF_OK)
        done++;
    assert_in_range(done, 0, 5);
    assert_in_range(now_ms() - begin, 400, 20000);
    CHECK_FAILS(f, KF_ERROR_TIMEOUT, 0, f->error.status);
    int requests = kf_sandbox_requests(f->sandbox, NULL);
    CHECK_FAILS(f, KF_ERROR_TIMEOUT, 0, kuflow_retrieve_tenant(scope, KF_SANDBOX_TENANT, NULL, &f->error));
    assert_int_equal(kf_sandbox_requests(f->sandbox, NULL), requests); /* nothing is sent after it */
    kf_client_free(scope);
    CHECK_OK(f, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, NULL, &f->error)); /* the parent has another */
}

typedef struct counted {
    int attempts, retries, calls;
    kf_event last;
    char operation[64], path[64];
} counted;

static void on_event(const kf_event *event, void *user)
{
    counted *c = user;
    c->attempts += event->kind == KF_EVENT_ATTEMPT;
    c->retries += event->kind == KF_EVENT_RETRY;
    c->calls += event->kind == KF_EVENT_CALL;
    c->last = *event;
    snprintf(c->operation, sizeof(c->operation), "%s", event->operation);
    snprintf(c->path, sizeof(c->path), "%s", event->path);
    assert_true(event->message != NULL && strstr(event->message, KF_SANDBOX_CLIENT_SECRET) == NULL);
}

static void test_events(void **state)
{
    kf_fixture *f = *state;
    counted c = {0};
    kf_client_options options = fixture_options(kf_sandbox_url(f->sandbox));
    options.on_event = on_event;
    options.on_event_user = &c;
    kf_client *client = NULL;
    CHECK_OK(f, kuflow_client_new(&options, &client, &f->error));
    fixture_answer(f, "retrieveTenant", 500, NULL);
    CHECK_OK(f, kuflow_retrieve_tenant(client, KF_SANDBOX_TENANT, NULL, &f->error));
    assert_int_equal(c.attempts, 2);
    assert_int_equal(c.retries, 1);
    assert_int_equal(c.calls, 1);
    assert_int_equal(c.last.kind, KF_EVENT_CALL);
    assert_int_equal(c.last.status, KF_OK);
    assert_int_equal(c.last.http_status, 200);
    assert_true(c.last.bytes_received > 100);
    assert_true(c.last.milliseconds >= 0);
    assert_string_equal(c.operation, "kuflow.retrieveTenant");
    assert_string_equal(c.path, "/tenants/{id}");
    kf_client_free(client);
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_tenant),     TEST(test_headers_and_query),   TEST(test_base_url), TEST(test_hook),
        TEST(test_raw_answer), TEST(test_deadline_of_a_group), TEST(test_events),
    };
    return cmocka_run_group_tests_name("scopes", tests, fixture_setup, fixture_teardown);
}
