/* The sandbox itself: what it refuses, by raw requests that the typed functions would never send. */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* What the last answer says its error is about; "" for nothing. */
static char location[128];

/* One raw request; of the answer only the error's location is kept. */
static kf_status send_raw(kf_fixture *f, const kf_request *request)
{
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.keep_response = true;
    kf_client *scope = NULL;
    CHECK_OK(f, kf_client_scope(f->client, &options, &scope, &f->error));
    kf_status status = kf_request_send(scope, request, NULL, NULL, &f->error);
    location[0] = '\0';
    const kf_response *response = kf_client_response(scope);
    size_t length = 0;
    const char *text = response == NULL ? NULL : kf_response_text(response, &length);
    if (status != KF_OK && text != NULL && length > 0) {
        kuflow_default_error *body = NULL; /* an error is what the document says an error is */
        CHECK_OK(&(kf_fixture){0}, kuflow_default_error_decode(text, length, &body, NULL));
        assert_int_equal(body->status, kf_response_status(response));
        assert_int_equal(kf_time_parse(body->timestamp, &(kf_time){0}, NULL), KF_OK);
        assert_true(body->message[0] != '\0');
        assert_int_equal(body->errors_count, 1);
        assert_true(body->errors[0].code[0] != '\0' && body->errors[0].message[0] != '\0');
        if (body->errors[0].location != NULL)
            snprintf(location, sizeof(location), "%s", body->errors[0].location);
        kuflow_default_error_free(body);
    }
    kf_client_free(scope);
    return status;
}

static kf_status ask(kf_fixture *f, const char *method, const char *path, const char *body, const char *type)
{
    kf_request request = {.method = method, .path = path, .body = body, .content_type = type};
    return send_raw(f, &request);
}

static void test_bodies(void **state)
{
    kf_fixture *f = *state;
    int created = kf_sandbox_created(f->sandbox);
    static const struct {
        const char *path, *body, *location;
    } cases[] = {
        {"/processes", "{", ""},
        {"/processes", "[]", ""},
        {"/processes", "7", ""},
        {"/processes", "{}", "processDefinitionId"},
        {"/processes", "null", "processDefinitionId"},
        {"/processes", "{\"processDefinitionId\":null}", "processDefinitionId"},
        {"/processes", "{\"processDefinitionId\":5}", ""},
        {"/processes", "{\"processDefinitionId\":\"x\"}", "processDefinitionId"},
        {"/processes", "{\"processDefinitionId\":\"" UNKNOWN_ID "\",\"initiatorEmail\":\"no\"}", "initiatorEmail"},
        {"/processes", "{\"processDefinitionId\":\"" UNKNOWN_ID "\",\"metadata\":{}}", "metadata.value"},
        {"/processes", "{\"processDefinitionId\":\"" UNKNOWN_ID "\",\"metadata\":7}", ""},
        {"/processes", "{\"processDefinitionId\":\"" UNKNOWN_ID "\"} x", ""},
        {"/authentications", "{\"type\":\"MAGIC\"}", "type"},
        {"/authentications", "{\"type\":\"ENGINE_TOKEN\",\"tenantId\":\"" UNKNOWN_ID "\"}", "tenantId"},
        {"/process-items", "{\"type\":\"TASK\",\"processId\":\"" UNKNOWN_ID "\"}", "processId"},
        {"/process-items", "{\"processId\":\"" UNKNOWN_ID "\"}", "type"},
        {"/workers", "{\"identity\":\"\",\"taskQueue\":\"q\",\"hostname\":\"h\",\"ip\":\"1.1.1.1\"}", "identity"},
        {"/workers",
         "{\"identity\":\"i\",\"taskQueue\":\"q\",\"hostname\":\"h\",\"ip\":\"1.1.1.1\",\"robotIds\":[\"r\"]}",
         "robotIds[0]"},
        {"/workers",
         "{\"identity\":\"i\",\"taskQueue\":\"q\",\"hostname\":\"h\",\"ip\":\"1.1.1.1\",\"workflowTypes\":[\"\"]}",
         "workflowTypes"},
        {"/workers",
         "{\"identity\":\"i\",\"taskQueue\":\"q\",\"hostname\":\"h\",\"ip\":\"1.1.1.1\",\"robotIds\":[null]}",
         "robotIds[0]"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK_FAILS(f, KF_ERROR_REJECTED, 400, ask(f, "POST", cases[i].path, cases[i].body, NULL));
        assert_string_equal(location, cases[i].location);
    }
    assert_int_equal(kf_sandbox_created(f->sandbox), created);
}

static void test_media_types(void **state)
{
    kf_fixture *f = *state;
    char id[KF_UUID_TEXT_SIZE], path[128];
    fixture_process(f, KF_SANDBOX_DEFINITION_EMPTY, id);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 415, ask(f, "POST", "/processes", "{}", "text/plain"));
    snprintf(path, sizeof(path), "/processes/%s/metadata", id);
    const char *patch = "[{\"op\":\"add\",\"path\":\"/a\",\"value\":null}]";
    CHECK_FAILS(f, KF_ERROR_REJECTED, 415, ask(f, "PATCH", path, patch, "application/json"));
    CHECK_OK(f, ask(f, "PATCH", path, patch, "application/json-patch+json"));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, ask(f, "PATCH", path, "[]", "application/json-patch+json"));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, ask(f, "PATCH", path, "[{\"op\":\"add\"}]", "application/json-patch+json"));
    assert_string_equal(location, "[0].path");
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                ask(f, "PATCH", path, "[{\"op\":\"swap\",\"path\":\"\"}]", "application/json-patch+json"));
    assert_string_equal(location, "[0].op");
}

#define VALUE(text) "\"value\":" text "}"
#define OP(op, path) "{\"op\":\"" op "\",\"path\":\"" path "\""
#define FROM(op, from, path) OP(op, path) ",\"from\":\"" from "\"}"

/* What each patch makes of {"a":[1,2],"b~/":{"c":null}}; NULL: it is refused, and nothing has changed. */
static const struct {
    const char *patch, *result;
} patches[] = {
    {OP("add", "/a/1") "," VALUE("7"), "{\"a\":[1,7,2],\"b~/\":{\"c\":null}}"},
    {OP("add", "/a/0") "," VALUE("7"), "{\"a\":[7,1,2],\"b~/\":{\"c\":null}}"},
    {OP("add", "/a/2") "," VALUE("7"), "{\"a\":[1,2,7],\"b~/\":{\"c\":null}}"},
    {OP("add", "/a/-") "," VALUE("7"), "{\"a\":[1,2,7],\"b~/\":{\"c\":null}}"},
    {OP("add", "/a/3") "," VALUE("7"), NULL},
    {OP("add", "/a/01") "," VALUE("7"), NULL},
    {OP("add", "a") "," VALUE("7"), NULL},
    {OP("add", "") "," VALUE("{}"), "{}"},
    {OP("add", "") "," VALUE("[]"), NULL},
    {OP("remove", "/a/0") "}", "{\"a\":[2],\"b~/\":{\"c\":null}}"},
    {OP("remove", "/a/-") "}", NULL},
    {OP("remove", "") "}", NULL},
    {OP("replace", "/b~0~1/c") "," VALUE("1"), "{\"a\":[1,2],\"b~/\":{\"c\":1}}"},
    {OP("replace", "/b~0~1/d") "," VALUE("1"), NULL},
    {OP("test", "/b~0~1/c") "," VALUE("null"), "{\"a\":[1,2],\"b~/\":{\"c\":null}}"},
    {OP("test", "/b~0~1/d") "," VALUE("null"), NULL},
    {OP("test", "/b~2") "," VALUE("null"), NULL},
    {FROM("move", "/a/0", "/a/1"), "{\"a\":[2,1],\"b~/\":{\"c\":null}}"},
    {FROM("move", "/a/0", "/a/2"), NULL},
    {FROM("move", "/a", "/a/0"), NULL},
    {FROM("copy", "/a/1", "/b~0~1/d"), "{\"a\":[1,2],\"b~/\":{\"c\":null,\"d\":2}}"},
    {FROM("copy", "/x", "/a/0"), NULL},
    {OP("remove", "/a") "}," OP("test", "/b~0~1/c") "," VALUE("0"), NULL}, /* the whole or nothing */
};

static kf_status patch_metadata(kf_fixture *f, const char *id, const char *operations)
{
    static char path[128], body[120000];
    snprintf(path, sizeof(path), "/processes/%s/metadata", id);
    snprintf(body, sizeof(body), "[%s]", operations);
    return ask(f, "PATCH", path, body, "application/json-patch+json");
}

static void test_patches(void **state)
{
    kf_fixture *f = *state;
    static const char document[] = "{\"a\":[1,2],\"b~/\":{\"c\":null}}";
    char id[KF_UUID_TEXT_SIZE];
    fixture_process(f, KF_SANDBOX_DEFINITION_EMPTY, id);
    cJSON *value = json(document);
    kuflow_json_value whole = {.value = value};
    kuflow_process_metadata_update_params params = {.metadata = &whole};
    for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
        CHECK_OK(f, kuflow_update_process_metadata(f->client, id, &params, NULL, &f->error));
        kf_status status = patch_metadata(f, id, patches[i].patch);
        if ((status == KF_OK) != (patches[i].result != NULL))
            fail_msg("%s: %s", patches[i].patch, f->error.message);
        kuflow_process *process = NULL;
        CHECK_OK(f, kuflow_retrieve_process(f->client, id, &process, &f->error));
        CHECK_JSON(process->metadata->value, patches[i].result == NULL ? document : patches[i].result);
        kuflow_process_free(process);
    }
    cJSON_Delete(value);
}

/* A few operations could nest a value deeper than anybody reads, or double it until memory is short. */
static void test_patches_without_bounds(void **state)
{
    kf_fixture *f = *state;
    static const char *const steps[] = {
        FROM("copy", "", "/a") "," FROM("copy", "", "/b"),
        OP("add", "/b") "," VALUE("{}") "," FROM("move", "/a", "/b/a") "," FROM("move", "/b", "/a"),
    };
    static char operations[120000], text[40000];
    memset(text, 'x', sizeof(text) - 1);
    const int begin = snprintf(operations, sizeof(operations), OP("add", "/a") "," VALUE("[\"%s\"]"), text);
    char id[KF_UUID_TEXT_SIZE];
    fixture_process(f, KF_SANDBOX_DEFINITION_EMPTY, id);
    for (size_t i = 0; i < 2; i++) {
        size_t length = (size_t)begin;
        for (int times = i == 0 ? 60 : 600; times > 0; times--)
            length += (size_t)snprintf(operations + length, sizeof(operations) - length, ",%s", steps[i]);
        CHECK_FAILS(f, KF_ERROR_REJECTED, 400, patch_metadata(f, id, operations));
    }
}

/* What is not UTF-8 in a request, and a message that is cut in a character, are no reason not to answer. */
static void test_odd_texts(void **state)
{
    kf_fixture *f = *state;
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, ask(f, "GET", "/kms/keys/%FF", NULL, NULL));
    for (int shift = 0; shift < 2; shift++) { /* one of the two cuts a character */
        char path[2000] = "/kms/keys/";
        strcat(path, shift == 0 ? "" : "x");
        for (int i = 0; i < 300; i++)
            strcat(path, "%C3%B1");
        CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, ask(f, "GET", path, NULL, NULL));
    }
}

/* A download need not be ready for JSON; all else must. */
static void test_accepted_types(void **state)
{
    kf_fixture *f = *state;
    static const struct {
        const char *path, *accept;
        bool served;
    } cases[] = {
        {"/robots/" KF_SANDBOX_ROBOT "/~actions/download-source-code", "application/octet-stream", true},
        {"/tenants", "application/*", true},
        {"/tenants", "text/html, application/json;q=0.5", true},
        {"/tenants", "text/html", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kf_pair accept = {"Accept", cases[i].accept};
        kf_request request = {.path = cases[i].path, .headers = &accept, .header_count = 1};
        if (cases[i].served)
            CHECK_OK(f, send_raw(f, &request));
        else
            CHECK_FAILS(f, KF_ERROR_REJECTED, 406, send_raw(f, &request));
    }
}

static void test_document_types(void **state)
{
    kf_fixture *f = *state;
    char id[KF_UUID_TEXT_SIZE], path[128], long_type[200] = "";
    memset(long_type, 'x', sizeof(long_type) - 1);
    const char *const types[] = {"", "a/b\r\nX: y", "\xc3\xb1", long_type, "text/plain; charset=utf-8"};
    fixture_process(f, KF_SANDBOX_DEFINITION_EMPTY, id);
    snprintf(path, sizeof(path), "/processes/%s/~actions/upload-document", id);
    for (size_t i = 0; i < 5; i++) {
        kf_pair query[] = {{"fileName", "a"}, {"fileContentType", types[i]}};
        kf_request request = {.method = "POST",
                              .path = path,
                              .query = query,
                              .query_count = 2,
                              .body = "1",
                              .content_type = "application/octet-stream"};
        if (i == 4) {
            CHECK_OK(f, send_raw(f, &request));
        } else {
            CHECK_FAILS(f, KF_ERROR_REJECTED, 400, send_raw(f, &request));
            assert_string_equal(location, "fileContentType");
        }
    }
}

static void test_paths_and_methods(void **state)
{
    kf_fixture *f = *state;
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, ask(f, "GET", "/nothing", NULL, NULL));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, ask(f, "GET", "/processes/", NULL, NULL));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, ask(f, "GET", "/processes/" UNKNOWN_ID "/x", NULL, NULL));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 405, ask(f, "DELETE", "/processes", NULL, NULL));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, ask(f, "GET", "/processes/no-uuid", NULL, NULL));
    assert_string_equal(location, "id");
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, ask(f, "GET", "/kms/keys/a%2Fb", NULL, NULL)); /* one segment */
}

static void test_query(void **state)
{
    kf_fixture *f = *state;
    static const struct {
        const char *name, *value, *location;
    } cases[] = {
        {"size", "-1", "size"},  {"size", "1001", "size"},      {"size", "x", "size"},        {"page", "-1", "page"},
        {"page", "1e3", "page"}, {"page", "", "page"},          {"sort", "nonsense", "sort"}, {"sort", "id,up", "sort"},
        {"sort", "", "sort"},    {"tenantId", "x", "tenantId"}, {"type", "ROBOT", "type"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kf_pair pair = {cases[i].name, cases[i].value};
        kf_request request = {.path = "/principals", .query = &pair, .query_count = 1};
        CHECK_FAILS(f, KF_ERROR_REJECTED, 400, send_raw(f, &request));
        assert_string_equal(location, cases[i].location);
    }
    kf_pair twice[] = {{"size", "1"}, {"size", "2"}};
    kf_request request = {.path = "/principals", .query = twice, .query_count = 2};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, send_raw(f, &request));
    kf_pair unknown[] = {{"colour", "blue"}, {"size", "0"}};
    request.query = unknown;
    CHECK_OK(f, send_raw(f, &request));
}

static void test_credentials(void **state)
{
    (void)state;
    kf_fixture f = {0};
    kf_sandbox_options options = KF_SANDBOX_OPTIONS_INIT;
    options.client_id = "id";
    options.client_secret = "a:b c"; /* a colon is allowed in a password */
    options.token = "t0ken";
    options.username = "user";
    CHECK_OK(&f, kf_sandbox_start(&options, &f.sandbox, &f.error));
    static const struct {
        kf_auth auth;
        const char *username, *password, *token;
        bool accepted;
    } cases[] = {
        {KF_AUTH_BEARER_PAIR, "id", "a:b c", NULL, true}, {KF_AUTH_BASIC, "id", "a:b c", NULL, true},
        {KF_AUTH_BEARER, NULL, NULL, "t0ken", true},      {KF_AUTH_BASIC, "user", "", NULL, true},
        {KF_AUTH_BEARER, NULL, NULL, "T0ken", false},     {KF_AUTH_BASIC, "id", "a:b", NULL, false},
        {KF_AUTH_BEARER_PAIR, "user", "", NULL, false},   {KF_AUTH_NONE, NULL, NULL, NULL, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kf_client_options client_options = KF_CLIENT_OPTIONS_INIT;
        client_options.base_url = kf_sandbox_url(f.sandbox);
        client_options.allow_http = true;
        client_options.auth = cases[i].auth;
        client_options.username = cases[i].username;
        client_options.password = cases[i].password;
        client_options.token = cases[i].token;
        CHECK_OK(&f, kf_client_new(&client_options, &f.client, &f.error));
        if (cases[i].accepted)
            CHECK_OK(&f, ask(&f, "GET", "/tenants", NULL, NULL));
        else
            CHECK_FAILS(&f, KF_ERROR_AUTH, 401, ask(&f, "GET", "/nothing", NULL, NULL));
        kf_client_free(f.client);
    }
    kf_sandbox_stop(f.sandbox);
}

static void test_bad_starts(void **state)
{
    kf_fixture *f = *state;
    kf_sandbox *sandbox = NULL;
    kf_sandbox_options options = KF_SANDBOX_OPTIONS_INIT;
    options.port = kf_sandbox_port(f->sandbox); /* taken */
    CHECK_FAILS(f, KF_ERROR_CONNECT, 0, kf_sandbox_start(&options, &sandbox, &f->error));
    assert_null(sandbox);
    options.port = 70000;
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, kf_sandbox_start(&options, &sandbox, &f->error));
    options.port = 0;
    options.tls_certificate_pem = "nonsense";
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, kf_sandbox_start(&options, &sandbox, &f->error));
    options.tls_key_pem = "nonsense";
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, kf_sandbox_start(&options, &sandbox, &f->error));
    options = (kf_sandbox_options)KF_SANDBOX_OPTIONS_INIT;
    options.webhook_url = "nonsense";
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, kf_sandbox_start(&options, &sandbox, &f->error));
    options.webhook_url = "http://"; /* the client's to refuse, also when nobody wants to hear why */
    assert_int_equal(kf_sandbox_start(&options, &sandbox, NULL), KF_ERROR_ARGUMENT);
    kf_sandbox_stop(NULL);
}

static void *call_and_lose(void *user)
{
    kf_fixture *f = user;
    kf_error error;
    kuflow_tenant *tenant = NULL;
    kf_status status = kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &error);
    kuflow_tenant_free(tenant);
    return status == KF_OK ? NULL : f; /* f: it failed, as it should */
}

/* A stop cuts what is held back, and events that cannot be delivered hold nothing up. */
static void test_stop_under_way(void **state)
{
    (void)state;
    kf_fixture f = {0};
    kf_sandbox_options options = KF_SANDBOX_OPTIONS_INIT;
    options.webhook_url = "http://127.0.0.1:1/nobody";
    CHECK_OK(&f, kf_sandbox_start(&options, &f.sandbox, &f.error));
    kf_client_options client_options = fixture_options(kf_sandbox_url(f.sandbox));
    client_options.max_attempts = 1;
    CHECK_OK(&f, kuflow_client_new(&client_options, &f.client, &f.error));
    char id[KF_UUID_TEXT_SIZE];
    fixture_process(&f, KF_SANDBOX_DEFINITION, id);
    assert_false(kf_sandbox_webhook_wait(f.sandbox, 1));
    fixture_fault(&f, "retrieveTenant", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_DELAY});
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, call_and_lose, &f), 0);
    while (kf_sandbox_held(f.sandbox) == 0)
        sleep_ms(1);
    int64_t begin = now_ms();
    kf_sandbox_stop(f.sandbox);
    assert_in_range(now_ms() - begin, 0, 10000);
    void *failed = NULL;
    pthread_join(thread, &failed);
    assert_non_null(failed);
    kf_client_free(f.client);
}

/* An answer in the place of another has nothing of it. */
static void test_replaced_answer(void **state)
{
    kf_fixture *f = *state;
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.keep_response = true;
    kf_client *scope = NULL;
    CHECK_OK(f, kf_client_scope(f->client, &options, &scope, &f->error));
    const kf_request request = {
        .method = "POST",
        .path = "/workers",
        .body = "{\"identity\":\"replaced\",\"taskQueue\":\"q\",\"hostname\":\"h\",\"ip\":\"1.1.1.1\"}"};
    fixture_fault(f, "createWorker", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_REPLACE, .body = "{}"});
    for (int i = 0; i < 2; i++) {
        CHECK_OK(f, kf_request_send(scope, &request, NULL, NULL, &f->error));
        const kf_response *response = kf_client_response(scope);
        assert_int_equal(kf_response_header(response, "X-KF-DELAY-WINDOW") != NULL, i == 1);
    }
    assert_int_equal(kf_sandbox_applied(f->sandbox, "replaced"), 1);
    kf_client_free(scope);
}

static void test_fault_arguments(void **state)
{
    kf_fixture *f = *state;
    kf_sandbox_fault_spec fault = {.kind = KF_SANDBOX_FAULT_ANSWER};
    assert_int_equal(kf_sandbox_fault(f->sandbox, "noSuchOperation", &fault), KF_ERROR_ARGUMENT);
    fault.kind = 0;
    assert_int_equal(kf_sandbox_fault(f->sandbox, NULL, &fault), KF_ERROR_ARGUMENT);
    fault = (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .status = 100}; /* would be no answer */
    assert_int_equal(kf_sandbox_fault(f->sandbox, NULL, &fault), KF_ERROR_ARGUMENT);
    fault = (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_HUGE, .body = "", .length = (size_t)1 << 40};
    assert_int_equal(kf_sandbox_fault(f->sandbox, NULL, &fault), KF_OK); /* the length is the answer's */
    assert_int_equal(kf_sandbox_requests(f->sandbox, "noSuchOperation"), 0);
    assert_null(kf_sandbox_event(f->sandbox, 1000000));
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_bodies),          TEST(test_media_types),
        TEST(test_patches),         TEST(test_patches_without_bounds),
        TEST(test_odd_texts),       TEST(test_accepted_types),
        TEST(test_document_types),  TEST(test_paths_and_methods),
        TEST(test_query),           TEST(test_credentials),
        TEST(test_bad_starts),      TEST(test_stop_under_way),
        TEST(test_replaced_answer), TEST(test_fault_arguments),
    };
    return cmocka_run_group_tests_name("sandbox", tests, fixture_setup, fixture_teardown);
}
