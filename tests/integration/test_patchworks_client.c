/* Patchworks: who calls and where, logins and their renewal, flows that are started and watched, errors. */
#include "patchworks_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOW KF_SANDBOX_PATCHWORKS_FLOW
#define WORDS_SIZE 512

static kf_client *client_with(kf_fixture *f, const kf_client_options *options)
{
    kf_client *client = NULL;
    CHECK_OK(f, patchworks_client_new(options, &client, &f->error));
    return client;
}

static void check_header(kf_fixture *f, const char *name, const char *expected)
{
    char value[256];
    assert_true(kf_sandbox_last_header(f->sandbox, name, value, sizeof(value)));
    assert_string_equal(value, expected);
}

static void test_headers(void **state)
{
    kf_fixture *f = *state;
    patchworks_flow_list *list;
    CHECK_OK(f, patchworks_list_flows(f->client, NULL, NULL, &f->error));
    check_header(f, "Authorization", KF_SANDBOX_PATCHWORKS_KEY); /* no scheme before it */
    check_header(f, "Accept", "application/json");
    check_header(f, "Content-Type", "application/json");

    kf_client_options options = patchworks_options(f);
    const kf_pair own[] = {{"X-Own", "1"}, {"content-type", "application/json; charset=utf-8"}};
    options.auth = KF_AUTH_API_KEY;
    options.token = KF_SANDBOX_PATCHWORKS_KEY;
    options.headers = own;
    options.header_count = 2;
    kf_client *client = client_with(f, &options);
    CHECK_OK(f, patchworks_list_flows(client, NULL, NULL, &f->error));
    check_header(f, "Content-Type", "application/json; charset=utf-8");
    check_header(f, "X-Own", "1");
    kf_client_free(client);

    /* Whoever does not ask for JSON gets a page for people, which is no answer. */
    const kf_pair html = {"Accept", "text/html"};
    kf_scope_options scope = KF_SCOPE_OPTIONS_INIT;
    scope.headers = &html;
    scope.header_count = 1;
    CHECK_OK(f, kf_client_scope(f->client, &scope, &client, &f->error));
    CHECK_FAILS(f, KF_ERROR_DECODE, 200, patchworks_list_flows(client, NULL, &list, &f->error));
    assert_null(list);
    assert_null(strstr(f->error.message, "<body"));
    kf_client_free(client);

    /* Nor is one that happens to be well-formed XML an empty list. */
    static const char *const pages[] = {"<html><body>Log in</body></html>", "<HTML/>", "<page><data/></page>"};
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        fixture_answer(f, "patchworks.listFlows", 200, pages[i]);
        CHECK_FAILS(f, KF_ERROR_DECODE, 200, patchworks_list_flows(f->client, NULL, &list, &f->error));
        assert_null(list);
        assert_non_null(strstr(f->error.message, "JSON, found "));
    }
}

static void test_credentials(void **state)
{
    kf_fixture *f = *state;
    patchworks_flow_list *list;
    kf_client_options options = patchworks_options(f);
    kf_client *client = client_with(f, &options); /* nobody */
    CHECK_FAILS(f, KF_ERROR_AUTH, 401, patchworks_list_flows(client, NULL, &list, &f->error));
    assert_string_equal(f->error.server_message, "Unauthenticated.");
    kf_client_free(client);

    options.token = "another-key";
    client = client_with(f, &options);
    CHECK_FAILS(f, KF_ERROR_AUTH, 401, patchworks_list_flows(client, NULL, &list, &f->error));
    kf_client_free(client);

    options.auth = KF_AUTH_BEARER; /* the key is no token */
    options.token = KF_SANDBOX_PATCHWORKS_KEY;
    client = client_with(f, &options);
    CHECK_FAILS(f, KF_ERROR_AUTH, 401, patchworks_list_flows(client, NULL, &list, &f->error));
    check_header(f, "Authorization", "Bearer " KF_SANDBOX_PATCHWORKS_KEY);
    kf_client_free(client);

    options = patchworks_options(f);
    options.username = "anna";
    options.password = "secret";
    assert_int_equal(patchworks_client_new(&options, &client, &f->error), KF_ERROR_ARGUMENT);
    assert_null(client);
    assert_int_equal(patchworks_client_new(&options, NULL, &f->error), KF_ERROR_ARGUMENT);
}

/* Two servers: each operation goes to its own, and nothing goes anywhere else. */
static void test_servers(void **state)
{
    kf_fixture *f = *state;
    kf_sandbox *other;
    assert_int_equal(kf_sandbox_start(NULL, &other, NULL), KF_OK);
    const patchworks_flow_start_params body = {.flow_id = 1, .payload = "{}"};
    kf_pair server = {"start", kf_sandbox_patchworks_start_url(other)};
    kf_client_options options = patchworks_options(f);
    options.token = KF_SANDBOX_PATCHWORKS_KEY;
    options.servers = &server;
    kf_client *client = client_with(f, &options);
    int before = kf_sandbox_requests(f->sandbox, NULL);
    CHECK_OK(f, patchworks_start_deployed_flow(client, FLOW, &body, NULL, &f->error));
    assert_int_equal(kf_sandbox_requests(other, "patchworks.startDeployedFlow"), 1);
    assert_int_equal(kf_sandbox_requests(f->sandbox, NULL), before);
    CHECK_OK(f, patchworks_list_flows(client, NULL, NULL, &f->error));
    assert_int_equal(kf_sandbox_requests(f->sandbox, NULL), before + 1);
    assert_int_equal(kf_sandbox_requests(other, NULL), 1);
    kf_client_free(client);

    options.server_count = 0; /* a base URL alone is for all */
    client = client_with(f, &options);
    CHECK_OK(f, patchworks_start_deployed_flow(client, FLOW, &body, NULL, &f->error));
    check_target(f, "POST /patchworks/api/v1/flows/1/start");
    kf_client_free(client);

    options.server_count = 1;
    server.name = "strat";
    client = client_with(f, &options);
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, patchworks_list_flows(client, NULL, NULL, &f->error));
    assert_non_null(strstr(f->error.message, "\"strat\""));
    kf_client_free(client);
    server = (kf_pair){"start", "ftp://x"};
    assert_int_equal(patchworks_client_new(&options, &client, &f->error), KF_ERROR_ARGUMENT);
    options.servers = NULL;
    assert_int_equal(patchworks_client_new(&options, &client, &f->error), KF_ERROR_ARGUMENT);
    kf_sandbox_stop(other);
}

static patchworks_login *login_of(kf_fixture *f, const char *member, const char *password, const kf_transport *clock)
{
    patchworks_login *login = NULL;
    kf_client_options options = patchworks_options(f);
    options.base_url = kf_sandbox_patchworks_login_url(f->sandbox);
    options.username = KF_SANDBOX_PATCHWORKS_USER;
    options.password = password;
    options.transport = clock;
    CHECK_OK(f, patchworks_login_new(&options, member, &login, &f->error));
    return login;
}

static int64_t read_clock(void *user)
{
    return *(const int64_t *)user;
}

/* Renewed before it ends, and when the server refuses it. */
static void test_login(void **state)
{
    kf_fixture *f = *state;
    int64_t now = 1000;
    const kf_transport clock = {.monotonic_ms = read_clock, .user = &now};
    int logins = kf_sandbox_patchworks_logins(f->sandbox);
    for (int i = 0; i < 2; i++) {
        kf_sandbox_patchworks_end_tokens(f->sandbox, 1000000);
        patchworks_login *login = login_of(f, i == 0 ? NULL : "email", KF_SANDBOX_PATCHWORKS_PASSWORD, &clock);
        kf_client_options options = patchworks_options(f);
        options.token_provider = patchworks_login_token;
        options.token_provider_user = login;
        options.transport = &clock;
        kf_client *client = client_with(f, &options);
        assert_int_equal(kf_sandbox_patchworks_logins(f->sandbox), logins);
        CHECK_OK(f, patchworks_list_flows(client, NULL, NULL, &f->error));
        CHECK_OK(f, patchworks_list_flow_runs(client, NULL, NULL, &f->error));
        assert_int_equal(kf_sandbox_patchworks_logins(f->sandbox), logins + 1);
        now += 960000; /* the token lives 1000 s: the last 30 s of it are not used */
        CHECK_OK(f, patchworks_list_flows(client, NULL, NULL, &f->error));
        assert_int_equal(kf_sandbox_patchworks_logins(f->sandbox), logins + 1);
        now += 15000;
        CHECK_OK(f, patchworks_list_flows(client, NULL, NULL, &f->error));
        assert_int_equal(f->error.attempts, 1);
        assert_int_equal(kf_sandbox_patchworks_logins(f->sandbox), logins + 2);
        kf_sandbox_patchworks_end_tokens(f->sandbox, 0);
        CHECK_OK(f, patchworks_start_run(client, FLOW, NULL, NULL, &f->error));
        assert_int_equal(f->error.attempts, 2); /* 401, a new token, the flow */
        logins += 3;
        assert_int_equal(kf_sandbox_patchworks_logins(f->sandbox), logins);
        patchworks_login_error(login, &f->error);
        CHECK_OK(f, f->error.status);
        kf_client_free(client);
        patchworks_login_free(login);
    }
}

/* The words of an event that has any. */
static void keep_message(const kf_event *event, void *user)
{
    if (*event->message != '\0')
        snprintf(user, WORDS_SIZE, "%s", event->message);
}

static void test_login_failures(void **state)
{
    kf_fixture *f = *state;
    kf_client_options options = patchworks_options(f);
    patchworks_login *login = login_of(f, NULL, "wrong-password", NULL);
    options.token_provider = patchworks_login_token;
    options.token_provider_user = login;
    kf_client *client = client_with(f, &options);
    assert_int_equal(patchworks_list_flows(client, NULL, NULL, &f->error), KF_ERROR_AUTH);
    assert_int_equal(f->error.http_status, 0);
    assert_non_null(strstr(f->error.message, "the token provider gave no token: the server answered 401 Unauthorized"));
    patchworks_login_error(login, &f->error);
    assert_int_equal(f->error.status, KF_ERROR_AUTH);
    assert_int_equal(f->error.http_status, 401);
    kf_client_free(client);
    patchworks_login_free(login);

    /* Answers without a usable token. */
    static const char *const answers[] = {"{}", "{\"token\":\"\"}", "{\"token\":5}", "[]", "{\"token\":\"x\"", "x"};
    login = login_of(f, NULL, KF_SANDBOX_PATCHWORKS_PASSWORD, NULL);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        char token[32];
        int64_t expires = -1;
        fixture_answer(f, NULL, 200, answers[i]);
        assert_int_not_equal(patchworks_login_token(token, sizeof(token), &expires, login), 0);
        patchworks_login_error(login, &f->error);
        assert_int_equal(f->error.status, KF_ERROR_DECODE);
    }
    char token[32];
    int64_t expires = -1;
    fixture_answer(f, NULL, 200, "{\"expires_in\":60,\"message\":\"m\",\"token\":\"t\\u0041\"}");
    assert_int_equal(patchworks_login_token(token, sizeof(token), &expires, login), 0);
    assert_string_equal(token, "tA");
    assert_int_equal(expires, 60000);
    /* A server that repeats the password does not get it into the error. */
    fixture_answer(f, NULL, 422, "{\"message\":\"no user with " KF_SANDBOX_PATCHWORKS_PASSWORD "\"}");
    assert_int_not_equal(patchworks_login_token(token, sizeof(token), &expires, login), 0);
    patchworks_login_error(login, &f->error);
    assert_null(strstr(f->error.message, KF_SANDBOX_PATCHWORKS_PASSWORD));
    assert_null(strstr(f->error.server_message, KF_SANDBOX_PATCHWORKS_PASSWORD));
    patchworks_login_free(login);
    char words[WORDS_SIZE] = "";
    options = patchworks_options(f);
    options.base_url = kf_sandbox_patchworks_login_url(f->sandbox);
    options.username = KF_SANDBOX_PATCHWORKS_USER;
    options.password = KF_SANDBOX_PATCHWORKS_PASSWORD;
    options.on_event = keep_message;
    options.on_event_user = words;
    CHECK_OK(f, patchworks_login_new(&options, NULL, &login, &f->error));
    fixture_answer(f, NULL, 422, "{\"message\":\"no user with " KF_SANDBOX_PATCHWORKS_PASSWORD "\"}");
    assert_int_not_equal(patchworks_login_token(token, sizeof(token), &expires, login), 0);
    assert_null(strstr(words, KF_SANDBOX_PATCHWORKS_PASSWORD)); /* nor into an event */
    patchworks_login_free(login);

    options = patchworks_options(f);
    assert_int_equal(patchworks_login_new(&options, NULL, &login, &f->error), KF_ERROR_ARGUMENT);
    assert_null(login);
    options.username = "u";
    options.password = "p";
    options.base_url = "http://127.0.0.1:1"; /* no path */
    assert_int_equal(patchworks_login_new(&options, NULL, &login, &f->error), KF_ERROR_ARGUMENT);
    options.base_url = "http://127.0.0.1:1/login";
    options.password = "\xff";
    assert_int_equal(patchworks_login_new(&options, NULL, &login, &f->error), KF_ERROR_ARGUMENT);
    options.allow_http = false;
    options.password = "p";
    assert_int_equal(patchworks_login_new(&options, NULL, &login, &f->error), KF_ERROR_ARGUMENT);
    patchworks_login_free(NULL);
}

static int count_looks(const patchworks_flow_run *run, void *user)
{
    assert_non_null(run->id);
    ++*(int *)user;
    return 0;
}

static int end_waiting(const patchworks_flow_run *run, void *user)
{
    (void)run;
    (void)user;
    return 1;
}

static void test_start_and_wait(void **state)
{
    kf_fixture *f = *state;
    char id[PATCHWORKS_ID_SIZE];
    int looks = 0;
    patchworks_flow_run *run;
    patchworks_start_options options = PATCHWORKS_START_OPTIONS_INIT;
    CHECK_OK(f, patchworks_start_run(f->client, FLOW, NULL, id, &f->error));
    CHECK_OK(f, patchworks_wait_run(f->client, id, 1, count_looks, &looks, &run, &f->error));
    assert_int_equal(looks, 2);
    assert_int_equal(patchworks_run_state_of(run), PATCHWORKS_RUN_SUCCESS);
    assert_int_equal(run->trigger, PATCHWORKS_FLOW_RUN_TRIGGER_API);
    assert_non_null(run->finished_at);
    patchworks_flow_run_free(run);

    /* As a value, and as text; of a version; by hand. */
    cJSON *fail = json("{\"sandbox\":\"fail\"}");
    options.payload = fail;
    options.variables_text = "{\"a\":[1]}";
    options.version_id = KF_SANDBOX_PATCHWORKS_VERSION;
    options.manual = true;
    options.virtual_environment_id = KF_INT64(5);
    CHECK_OK(f, patchworks_start_run(f->client, FLOW, &options, id, &f->error));
    CHECK_OK(f, patchworks_wait_run(f->client, id, 1, NULL, NULL, &run, &f->error));
    assert_int_equal(patchworks_run_state_of(run), PATCHWORKS_RUN_FAILURE);
    assert_int_equal(run->trigger, PATCHWORKS_FLOW_RUN_TRIGGER_MANUAL);
    patchworks_flow_run_free(run);
    options = (patchworks_start_options)PATCHWORKS_START_OPTIONS_INIT;
    options.payload_text = " {\"sandbox\" : \"wait\"}";
    options.variables = fail;
    CHECK_OK(f, patchworks_start_run(f->client, FLOW, &options, id, &f->error));
    options.manual = true;
    CHECK_OK(f, patchworks_start_run(f->client, FLOW, &options, NULL, &f->error));
    cJSON_Delete(fail);

    /* It goes on: a callback and a deadline end the waiting, and another status ends the run. */
    CHECK_FAILS(f, KF_ERROR_CANCELLED, 200, patchworks_wait_run(f->client, id, 1, end_waiting, NULL, &run, &f->error));
    assert_null(run);
    kf_client *scope = fixture_scope(f, 30, 0);
    kf_status status = patchworks_wait_run(scope, id, 1, NULL, NULL, &run, &f->error);
    assert_int_equal(status, KF_ERROR_TIMEOUT);
    kf_client_free(scope);
    assert_int_equal(kf_sandbox_patchworks_end_run(f->sandbox, id, 5), KF_OK);
    CHECK_OK(f, patchworks_wait_run(f->client, id, 0, NULL, NULL, &run, &f->error));
    assert_int_equal(patchworks_run_state_of(run), PATCHWORKS_RUN_PARTIAL_SUCCESS);
    patchworks_flow_run_free(run);
    assert_int_equal(kf_sandbox_patchworks_end_run(f->sandbox, "9999", 5), KF_ERROR_NOT_FOUND);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_wait_run(f->client, "9999", 1, NULL, NULL, &run, &f->error));
}

static void test_start_refusals(void **state)
{
    kf_fixture *f = *state;
    char id[PATCHWORKS_ID_SIZE] = "x";
    patchworks_start_options options = PATCHWORKS_START_OPTIONS_INIT;
    int before = kf_sandbox_requests(f->sandbox, NULL);
    static const char *const no_numbers[] = {NULL, "", "x", "1x", "-1", "99999999999999999999"};
    for (size_t i = 0; i < sizeof(no_numbers) / sizeof(no_numbers[0]); i++)
        assert_int_equal(patchworks_start_run(f->client, no_numbers[i], NULL, id, &f->error), KF_ERROR_ARGUMENT);
    assert_string_equal(id, "");
    options.payload_text = "{\"a\":}";
    assert_int_equal(patchworks_start_run(f->client, FLOW, &options, id, &f->error), KF_ERROR_ARGUMENT);
    assert_string_equal(f->error.message, "the payload is not JSON");
    cJSON *value = json("1");
    options.payload_text = "1";
    options.payload = value;
    assert_int_equal(patchworks_start_run(f->client, FLOW, &options, id, &f->error), KF_ERROR_ARGUMENT);
    cJSON_Delete(value);
    options = (patchworks_start_options){0};
    assert_int_equal(patchworks_start_run(f->client, FLOW, &options, id, &f->error), KF_ERROR_ARGUMENT);
    patchworks_start_options_init(&options, sizeof(options));
    assert_int_equal(options.size, sizeof(options));
    options.payload_text = "";
    assert_int_equal(patchworks_start_run(f->client, FLOW, &options, id, &f->error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_sandbox_requests(f->sandbox, NULL), before); /* nothing was sent */

    CHECK_FAILS(f, KF_ERROR_REJECTED, 422,
                patchworks_start_run(f->client, KF_SANDBOX_PATCHWORKS_DRAFT, NULL, id, &f->error));
    assert_string_equal(f->error.server_location, "version_id");
    /* Whether a flow was started is not known: it is not started again. */
    fixture_fault(f, "patchworks.startDeployedFlow", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_AFTER});
    CHECK_FAILS(f, KF_ERROR_TRANSPORT, 0, patchworks_start_run(f->client, FLOW, NULL, id, &f->error));
    assert_true(f->error.may_have_acted);
    assert_int_equal(f->error.attempts, 1);
    /* It was started, but who knows which run it is. */
    fixture_answer(f, "patchworks.startDeployedFlow", 200, "{\"message\":\"ok\"}");
    assert_int_equal(patchworks_start_run(f->client, FLOW, NULL, id, &f->error), KF_ERROR_DECODE);
    assert_true(f->error.may_have_acted);
    fixture_answer(f, "patchworks.startDeployedFlow", 200, "");
    assert_int_equal(patchworks_start_run(f->client, FLOW, NULL, id, &f->error), KF_ERROR_DECODE);
    fixture_answer(f, "patchworks.startDeployedFlow", 200, "");
    CHECK_OK(f, patchworks_start_run(f->client, FLOW, NULL, NULL, &f->error));

    size_t length = (size_t)9 << 20;
    char *large = malloc(length);
    assert_non_null(large);
    memset(large, ' ', length);
    memcpy(large, "1", 1);
    large[length - 1] = '\0';
    options = (patchworks_start_options)PATCHWORKS_START_OPTIONS_INIT;
    options.payload_text = large;
    CHECK_FAILS(f, KF_ERROR_REJECTED, 413, patchworks_start_run(f->client, FLOW, &options, id, &f->error));
    free(large);
}

/* An empty answer is enough where the server did something; whoever reads needs what was read. */
static void test_empty_answers(void **state)
{
    kf_fixture *f = *state;
    const patchworks_flow_create_fields fields = {.name = "n"};
    const patchworks_flow_create_params create = {.flow = &fields};
    patchworks_answer *answer;
    patchworks_message *message;
    patchworks_flow *flow;
    fixture_answer(f, "patchworks.createFlow", 201, "");
    CHECK_OK(f, patchworks_create_flow(f->client, &create, &answer, &f->error));
    assert_null(answer);
    fixture_answer(f, "patchworks.deleteFlow", 200, "");
    CHECK_OK(f, patchworks_delete_flow(f->client, FLOW, &message, &f->error));
    assert_null(message);
    fixture_answer(f, "patchworks.deleteFlow", 200, "null");
    CHECK_OK(f, patchworks_delete_flow(f->client, FLOW, &message, &f->error));
    assert_null(message);
    fixture_answer(f, "patchworks.updateFlowLayoutDirection", 200, "{\"data\":1}");
    CHECK_OK(f, patchworks_update_flow_layout_direction(f->client, FLOW, NULL, &f->error));
    fixture_answer(f, "patchworks.getFlow", 200, "");
    CHECK_FAILS(f, KF_ERROR_TRANSPORT, 200, patchworks_get_flow(f->client, FLOW, NULL, &flow, &f->error));
}

static void test_errors(void **state)
{
    static const struct {
        const char *body, *message, *location;
    } cases[] = {
        {"{\"message\":\"The given data was invalid.\",\"errors\":{\"flow.name\":[\"The name field is required.\"]}}",
         "The given data was invalid: flow.name: The name field is required.", "flow.name"},
        {"{\"message\":\"Wrong\",\"errors\":{\"a\":[\"x\",\"y\"],\"b\":\"z\",\"c\":[]}}", "Wrong: a: x; b: z; c", "a"},
        {"{\"message\":\"x\",\"errors\":{\"a\":[\"x\"]}}", "x", "a"},
        {"{\"errors\":{\"a\":[\"x\"]}}", "a: x", "a"},
        {"{\"message\":\"m\",\"errors\":[]}", "m", ""},
        {"{\"message\":\"m\",\"errors\":{}}", "m", ""},
        {"{\"message\":\"m\",\"errors\":\"e\"}", "m", ""},
        {"{\"errors\":{\"a\":[{\"x\":1}],\"b\":[\"y\"]}}", "a; b: y", "a"},
    };
    kf_fixture *f = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fixture_answer(f, "patchworks.listFlows", 422, cases[i].body);
        assert_int_equal(patchworks_list_flows(f->client, NULL, NULL, &f->error), KF_ERROR_REJECTED);
        assert_string_equal(f->error.server_message, cases[i].message);
        assert_string_equal(f->error.server_location, cases[i].location);
        assert_non_null(strstr(f->error.message, "422"));
    }
    const patchworks_flow_update_fields fields = {
        .priority = KF_INT32(1), .extra = KF_EXTRA(KF_MEMBER("name", "5"), KF_MEMBER("enabled_at", "\"soon\""))};
    const patchworks_flow_update_params update = {.flow = &fields};
    assert_int_equal(patchworks_update_flow(f->client, "3", &update, NULL, &f->error), KF_ERROR_REJECTED);
    assert_non_null(strstr(f->error.server_message, "(and 1 more error): flow.enabled_at: "));
    assert_non_null(strstr(f->error.server_message, "; flow.name: The flow.name field must be a string."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_headers, fixture_clean),
        cmocka_unit_test_teardown(test_credentials, fixture_clean),
        cmocka_unit_test_teardown(test_servers, fixture_clean),
        cmocka_unit_test_teardown(test_login, fixture_clean),
        cmocka_unit_test_teardown(test_login_failures, fixture_clean),
        cmocka_unit_test_teardown(test_start_and_wait, fixture_clean),
        cmocka_unit_test_teardown(test_start_refusals, fixture_clean),
        cmocka_unit_test_teardown(test_empty_answers, fixture_clean),
        cmocka_unit_test_teardown(test_errors, fixture_clean),
    };
    return cmocka_run_group_tests(tests, patchworks_setup, fixture_teardown);
}
