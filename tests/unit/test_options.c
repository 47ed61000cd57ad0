/* Options by name, defaults, scopes and the kuflow conveniences. */
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/state.h"
#include "fake_transport.h"

#define ID "11111111-1111-4111-8111-111111111111"
#define PROCESS "{\"id\":\"" ID "\"}"
#define EMPTY_PAGE "{\"metadata\":{\"size\":25,\"page\":0,\"totalElements\":0,\"totalPages\":0},\"content\":[]}"

static fake_transport f;

static void test_set(void **state)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    (void)state;
    assert_int_equal(options.size, sizeof(options));
    assert_int_equal(kf_client_options_set(&options, "base_url", "https://h", &error), KF_OK);
    assert_string_equal(options.base_url, "https://h");
    assert_int_equal(kf_client_options_set(&options, "max_attempts", "5", &error), KF_OK);
    assert_int_equal(options.max_attempts, 5);
    assert_int_equal(kf_client_options_set(&options, "deadline_ms", "-1", &error), KF_OK);
    assert_int_equal(options.deadline_ms, -1);
    assert_int_equal(kf_client_options_set(&options, "max_response_bytes", "4096", &error), KF_OK);
    assert_int_equal(options.max_response_bytes, 4096);
    assert_int_equal(kf_client_options_set(&options, "allow_http", "true", &error), KF_OK);
    assert_true(options.allow_http);
    assert_int_equal(kf_client_options_set(&options, "allow_http", "false", &error), KF_OK);
    assert_false(options.allow_http);
    assert_int_equal(kf_client_options_set(&options, "auth", "bearer_pair", &error), KF_OK);
    assert_int_equal(options.auth, KF_AUTH_BEARER_PAIR);
    assert_int_equal(kf_client_options_set(&options, "tls_version", "1.3", &error), KF_OK);
    assert_int_equal(options.tls_version, KF_TLS_1_3);
    assert_int_equal(kf_client_options_set(&options, "base_url", NULL, &error), KF_OK);
    assert_null(options.base_url);
}

static void test_set_refused(void **state)
{
    static const char *const cases[][2] = {
        {"max_attempts", ""},
        {"max_attempts", "x"},
        {"max_attempts", "3 "},
        {"max_attempts", "1e3"},
        {"max_attempts", "99999999999"},
        {"max_attempts", NULL},
        {"deadline_ms", "99999999999999999999"},
        {"max_response_bytes", "-1"},
        {"allow_http", "yes"},
        {"no_retry_budget", "yes"},
        {"auth", "BASIC"},
        {"tls_version", "1.1"},
        {"nothing", "1"},
        {"headers", "x"},
        {"on_event", "x"},
        {"", "x"},
    };
    kf_client_options options = KF_CLIENT_OPTIONS_INIT, untouched = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    (void)state;
    options.no_retry_budget = true;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(kf_client_options_set(&options, cases[i][0], cases[i][1], &error), KF_ERROR_ARGUMENT);
        assert_true(*error.message != '\0');
    }
    assert_int_equal(options.max_attempts, untouched.max_attempts);
    assert_true(options.no_retry_budget);
    assert_int_equal(kf_client_options_set(NULL, "auth", "basic", NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_client_options_set(&options, NULL, "basic", NULL), KF_ERROR_ARGUMENT);
}

/* Every name can be set, and no name comes twice. */
static void test_names(void **state)
{
    size_t count = 0;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    (void)state;
    for (const char *name; (name = kf_client_options_name(count)) != NULL; count++) {
        assert_true(kf_client_options_set(&options, name, "1", NULL) == KF_OK ||
                    kf_client_options_set(&options, name, "none", NULL) == KF_OK ||
                    kf_client_options_set(&options, name, "1.2", NULL) == KF_OK);
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(name, kf_client_options_name(i));
    }
    assert_int_equal(count, 31);
    assert_null(kf_client_options_name(SIZE_MAX));
}

static void test_defaults(void **state)
{
    kf_client_options resolved, small = KF_CLIENT_OPTIONS_INIT;
    (void)state;
    assert_int_equal(kf_options_resolve(NULL, &resolved, NULL), KF_OK);
    assert_int_equal(resolved.max_attempts, 3);
    assert_int_equal(resolved.connect_timeout_ms, 10000);
    assert_int_equal(resolved.max_response_bytes, 64 << 20);
    assert_int_equal(resolved.max_idle_connections, 16);
    /* A program that was built against an older header. */
    small.size = offsetof(kf_client_options, max_attempts);
    small.max_attempts = 77;
    small.base_url = "https://h";
    assert_int_equal(kf_options_resolve(&small, &resolved, NULL), KF_OK);
    assert_int_equal(resolved.max_attempts, 3);
    assert_string_equal(resolved.base_url, "https://h");
    small.size = 0;
    assert_int_equal(kf_options_resolve(&small, &resolved, NULL), KF_ERROR_ARGUMENT);
}

static void test_client_refused(void **state)
{
    kf_client *client;
    kf_error error;
    kf_client_options options;
    const kf_pair bad = {"X\n", "y"};
    (void)state;
    kf_client_options_init(&options, sizeof options);
    options.base_url = "http://h";
    assert_int_equal(kf_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "allow_http"));
    options.base_url = "https://h";
    options.max_attempts = -1;
    assert_int_equal(kf_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
    options.max_attempts = 0;
    options.headers = &bad;
    options.header_count = 1;
    assert_int_equal(kf_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
    options.headers = NULL;
    assert_int_equal(kf_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
    options.header_count = 0;
    options.user_agent = "a\nb";
    assert_int_equal(kf_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
    options.user_agent = NULL;
    options.ca_file = options.ca_pem = "x";
    assert_int_equal(kf_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
    options.ca_pem = NULL;
    options.client_key_file = "x"; /* of no certificate */
    assert_int_equal(kf_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
    options.client_key_file = NULL;
    options.tls_version = (kf_tls_version)9;
    assert_int_equal(kf_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_client_new(NULL, NULL, &error), KF_ERROR_ARGUMENT);
    kf_client_free(NULL);
    kf_cancel_free(NULL);
    kf_cancel_trigger(NULL);
    kf_cancel_reset(NULL);
    assert_false(kf_cancel_triggered(NULL));
    assert_int_equal(kf_client_new(NULL, &client, &error), KF_OK);
    kf_client *scope;
    kf_scope_options scope_options;
    kf_scope_options_init(&scope_options, sizeof scope_options);
    scope_options.headers = &bad;
    scope_options.header_count = 1;
    assert_int_equal(kf_client_scope(client, &scope_options, &scope, &error), KF_ERROR_ARGUMENT);
    assert_null(scope);
    scope = client;
    assert_int_equal(kf_client_scope(NULL, NULL, &scope, &error), KF_ERROR_ARGUMENT);
    assert_null(scope);
    assert_int_equal(kf_client_scope(client, NULL, &scope, &error), KF_OK);
    assert_null(kf_client_response(scope));
    kf_client_free(scope);
    kf_client_free(client);
}

static void test_headers_and_query(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = EMPTY_PAGE}};
    const kf_pair headers[] = {{"X-One", "1"}, {"X-Two", "2"}};
    const kf_pair scoped[] = {{"x-two", "II"}, {"User-Agent", "mine"}, {"X-Request-Id", "given"}};
    const kf_pair query[] = {{"trace", "a b"}};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_scope_options scope_options = KF_SCOPE_OPTIONS_INIT;
    kuflow_process_page *page;
    kf_error error;
    (void)state;
    options.headers = headers;
    options.header_count = 2;
    options.user_agent = "app/1";
    options.tenant = "T1";
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, &options);
    assert_int_equal(kuflow_find_processes(client, NULL, &page, &error), KF_OK);
    kuflow_process_page_free(page);
    assert_string_equal(f.urls[0], "http://test.example/api/processes?tenantId=T1");
    assert_non_null(strstr(f.headers[0], "X-One: 1\nX-Two: 2\n"));
    assert_non_null(strstr(f.headers[0], "User-Agent: app/1 libkuflow/" KF_VERSION " libcurl/"));
    assert_non_null(strstr(f.headers[0], "Accept: application/json\n"));
    assert_null(strstr(f.headers[0], "Content-Type"));
    assert_true(kf_uuid_valid(error.request_id));

    scope_options.headers = scoped;
    scope_options.header_count = 3;
    scope_options.query = query;
    scope_options.query_count = 1;
    scope_options.tenant = "T2";
    kf_client *scope, *inner;
    assert_int_equal(kf_client_scope(client, &scope_options, &scope, &error), KF_OK);
    assert_int_equal(kf_client_scope(scope, NULL, &inner, &error), KF_OK);
    kuflow_find_processes_params params = {.tenant_id = KF_LIST("own"), .size = KF_INT32(0)};
    assert_int_equal(kuflow_find_processes(inner, &params, &page, &error), KF_OK);
    kuflow_process_page_free(page);
    assert_string_equal(f.urls[1], "http://test.example/api/processes?size=0&tenantId=own&trace=a%20b");
    assert_non_null(strstr(f.headers[1], "X-One: 1\n"));
    assert_null(strstr(f.headers[1], "X-Two: 2\n"));
    assert_non_null(strstr(f.headers[1], "x-two: II\n"));
    assert_non_null(strstr(f.headers[1], "User-Agent: mine\n"));
    assert_null(strstr(f.headers[1], "libkuflow"));
    assert_string_equal(error.request_id, "given");
    kf_client_free(client);
    kf_client_free(scope);
    assert_int_equal(kuflow_find_processes(inner, NULL, NULL, &error), KF_OK);
    assert_non_null(strstr(f.urls[2], "tenantId=T2&trace"));
    kf_client_free(inner);
}

static void test_document_server(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = PROCESS}};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_request request = {.path = "/x"};
    kf_client *client;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    options.transport = &f.transport;
    assert_int_equal(kf_client_new(&options, &client, &error), KF_OK);
    assert_int_equal(kf_request_send(client, &request, NULL, NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kuflow_retrieve_process(client, ID, NULL, &error), KF_OK);
    assert_string_equal(f.urls[0], "https://api.kuflow.com/v2024-06-14/processes/" ID);
    static const kf_service other = {.name = "other", .server_url = "https://other.example"};
    static const kf_operation operation = {.service = &other, .name = "x", .method = "GET", .path = "/x"};
    assert_int_equal(kf_call(client, &operation, NULL, NULL, NULL, NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(f.count, 1);
    kf_client_free(client);
}

static const char *scope_url(kf_client *parent, const char *base_url, const kf_operation *operation)
{
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    kf_client *scope, *inner;
    options.base_url = base_url;
    assert_int_equal(kf_client_scope(parent, &options, &scope, NULL), KF_OK);
    assert_int_equal(kf_client_scope(scope, NULL, &inner, NULL), KF_OK);
    kf_client_free(scope);
    assert_int_equal(kf_call(inner, operation, NULL, NULL, NULL, NULL, NULL), KF_OK);
    kf_client_free(inner);
    return f.urls[f.count - 1];
}

/* All requests of a scope go to its own address, as those of an inner one; the credentials too. */
static void test_scope_base_url(void **state)
{
    static const fake_step steps[] = {{.http = 200}};
    static const kf_server other = {"other", "https://other.example"};
    static const kf_service service = {
        .name = "s", .server_url = "https://main.example", .servers = &other, .server_count = 1};
    static const kf_operation main_one = {.service = &service, .name = "a", .method = "GET", .path = "/a"};
    static const kf_operation other_one = {
        .service = &service, .name = "b", .method = "GET", .path = "/b", .server = 1};
    static const char *const bad[] = {"http://h", "", "https://h?x", "https://u@h"};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_scope_options scope_options = KF_SCOPE_OPTIONS_INIT;
    kf_client *client, *scope;
    (void)state;
    FAKE_INIT(&f, steps);
    options.transport = &f.transport;
    options.auth = KF_AUTH_BEARER;
    options.token = "s3cret";
    assert_int_equal(kf_client_new(&options, &client, NULL), KF_OK);
    assert_string_equal(scope_url(client, "https://elsewhere/v2/", &main_one), "https://elsewhere/v2/a");
    assert_non_null(strstr(f.headers[0], "Authorization: Bearer s3cret\n"));
    assert_string_equal(scope_url(client, "https://elsewhere", &other_one), "https://elsewhere/b");
    assert_string_equal(scope_url(client, NULL, &other_one), "https://other.example/b");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        scope = (kf_client *)1;
        scope_options.base_url = bad[i];
        assert_int_equal(kf_client_scope(client, &scope_options, &scope, NULL), KF_ERROR_ARGUMENT);
        assert_null(scope);
    }
    /* A program that was built before there was such a member. */
    scope_options.size = offsetof(kf_scope_options, base_url);
    assert_int_equal(kf_client_scope(client, &scope_options, &scope, NULL), KF_OK);
    kf_client_free(scope);
    kf_client_free(client);
}

static const char *kuflow_url(const char *base_url)
{
    static const fake_step steps[] = {{.http = 200, .body = PROCESS}};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client;
    kf_error error;
    FAKE_INIT(&f, steps);
    options.transport = &f.transport;
    options.base_url = base_url;
    options.username = "id";
    options.password = "secret";
    assert_int_equal(kuflow_client_new(&options, &client, &error), KF_OK);
    assert_int_equal(kuflow_retrieve_process(client, "p", NULL, &error), KF_OK);
    kf_client_free(client);
    return f.urls[0];
}

static void test_kuflow_client(void **state)
{
    (void)state;
    assert_string_equal(kuflow_url(NULL), "https://api.kuflow.com/v2024-06-14/processes/p");
    assert_non_null(strstr(f.headers[0], "Authorization: Bearer aWQ6c2VjcmV0\n"));
    assert_string_equal(kuflow_url("https://h"), "https://h/v2024-06-14/processes/p");
    assert_string_equal(kuflow_url("https://h/a//"), "https://h/a/v2024-06-14/processes/p");
    assert_string_equal(kuflow_url("https://h/v2022-10-08"), "https://h/v2022-10-08/processes/p");
    assert_string_equal(kuflow_url("https://h/v2024-06-14/"), "https://h/v2024-06-14/processes/p");
    assert_string_equal(kuflow_url("https://h/v2"), "https://h/v2/v2024-06-14/processes/p");
    kf_client_options half = KF_CLIENT_OPTIONS_INIT;
    kf_client *client;
    half.username = "id"; /* and no password: not a client without credentials */
    assert_int_equal(kuflow_client_new(&half, &client, NULL), KF_ERROR_ARGUMENT);
    assert_null(client);
}

static void test_kuflow_environment(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = PROCESS}};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    options.transport = &f.transport;
    unsetenv("KUFLOW_ENDPOINT");
    unsetenv("KUFLOW_CLIENT_ID");
    unsetenv("KUFLOW_CLIENT_SECRET");
    unsetenv("KUFLOW_TOKEN");
    assert_int_equal(kuflow_client_from_environment(&options, &client, &error), KF_ERROR_ARGUMENT);
    assert_null(client);
    setenv("KUFLOW_TOKEN", "tok", 1);
    setenv("KUFLOW_ENDPOINT", "https://env.example", 1);
    assert_int_equal(kuflow_client_from_environment(&options, &client, &error), KF_OK);
    assert_int_equal(kuflow_retrieve_process(client, "p", NULL, &error), KF_OK);
    assert_string_equal(f.urls[0], "https://env.example/v2024-06-14/processes/p");
    assert_non_null(strstr(f.headers[0], "Authorization: Bearer tok\n"));
    kf_client_free(client);
    setenv("KUFLOW_CLIENT_ID", "id", 1);
    setenv("KUFLOW_CLIENT_SECRET", "secret", 1);
    options.base_url = "https://own.example";
    assert_int_equal(kuflow_client_from_environment(&options, &client, &error), KF_OK);
    assert_int_equal(kuflow_retrieve_process(client, "p", NULL, &error), KF_OK);
    assert_string_equal(f.urls[1], "https://own.example/v2024-06-14/processes/p");
    assert_non_null(strstr(f.headers[1], "Authorization: Bearer aWQ6c2VjcmV0\n"));
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_set_refused),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_client_refused),
        cmocka_unit_test(test_headers_and_query),
        cmocka_unit_test(test_document_server),
        cmocka_unit_test(test_scope_base_url),
        cmocka_unit_test(test_kuflow_client),
        cmocka_unit_test(test_kuflow_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
