/* Smart Flows' own rules: clients, statuses, documents in a model, and how long a poll may take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"

#define ID "11111111-1111-4111-8111-111111111111"

static fake_transport f;

static void test_status(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        smartflows_flow_execution_status status;
    } cases[] = {{"User input", SMARTFLOWS_FLOW_EXECUTION_STATUS_USER_INPUT},
                 {"User Input", SMARTFLOWS_FLOW_EXECUTION_STATUS_USER_INPUT},
                 {"UserInput", SMARTFLOWS_FLOW_EXECUTION_STATUS_USER_INPUT},
                 {" userINPUT ", SMARTFLOWS_FLOW_EXECUTION_STATUS_USER_INPUT},
                 {"SelectFlow", SMARTFLOWS_FLOW_EXECUTION_STATUS_SELECT_FLOW},
                 {"Select flow", SMARTFLOWS_FLOW_EXECUTION_STATUS_SELECT_FLOW},
                 {"warning", SMARTFLOWS_FLOW_EXECUTION_STATUS_WARNING},
                 {"Interrupted", SMARTFLOWS_FLOW_EXECUTION_STATUS_INTERRUPTED},
                 {"Runnin", SMARTFLOWS_FLOW_EXECUTION_STATUS_UNRECOGNIZED},
                 {"Running!", SMARTFLOWS_FLOW_EXECUTION_STATUS_UNRECOGNIZED},
                 {"", SMARTFLOWS_FLOW_EXECUTION_STATUS_UNSPECIFIED},
                 {"  ", SMARTFLOWS_FLOW_EXECUTION_STATUS_UNSPECIFIED},
                 {NULL, SMARTFLOWS_FLOW_EXECUTION_STATUS_UNSPECIFIED}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(smartflows_status_of(cases[i].text), cases[i].status);
    int stable = 0;
    for (int status = -1; status <= 10; status++)
        stable += smartflows_status_is_stable((smartflows_flow_execution_status)status);
    assert_int_equal(stable, 5);
    assert_true(smartflows_status_is_stable(SMARTFLOWS_FLOW_EXECUTION_STATUS_WARNING));
    assert_false(smartflows_status_is_stable(SMARTFLOWS_FLOW_EXECUTION_STATUS_WAITING));
}

/* Whatever it is called and however deep it stands; what only looks like a document is none. */
static void test_documents(void **state)
{
    static const char json[] = "{\"B407\":{\"document\":{\"id\":\"a\",\"displayName\":\"A\",\"type\":\"document\"}},"
                               "\"other\":[1,null,[{\"type\":\"document\",\"id\":\"b\",\"inner\":{\"id\":\"c\","
                               "\"type\":\"document\",\"displayName\":7}}]],\"flow\":{\"id\":\"x\",\"type\":\"flow\"},"
                               "\"type\":\"document\",\"no\":{\"type\":\"document\",\"id\":5},"
                               "\"again\":{\"id\":\"a\",\"type\":\"document\"}}";
    smartflows_output_document found[3];
    cJSON *model = cJSON_Parse(json);
    (void)state;
    assert_non_null(model);
    assert_int_equal(smartflows_find_documents(model, NULL, 0), 4);
    assert_int_equal(smartflows_find_documents(model, found, 3), 4);
    assert_string_equal(found[0].id, "a");
    assert_string_equal(found[0].name, "A");
    assert_string_equal(found[1].id, "b");
    assert_null(found[1].name);
    assert_string_equal(found[2].id, "c");
    assert_null(found[2].name);
    cJSON_Delete(model);
    assert_int_equal(smartflows_find_documents(NULL, found, 3), 0);
}

/* Numbers where texts are described, and the other way round. */
static void test_other_scalars(void **state)
{
    static const char odd[] = "{\"id\":7,\"createdAt\":1556000000123,\"status\":\"Paused\",\"createdBy\":{\"id\":5},"
                              "\"state\":{\"iterations\":[{\"id\":9}],\"stages\":[{\"lastProgress\":{\"percentage\":"
                              "\"50\"}}],\"output\":{\"model\":{\"n\":1.50,\"t\":\"1\"}}}}";
    static const char list[] = "[{\"id\":7},{\"id\":\"8\"}]", page[] = "<html><body/></html>";
    smartflows_flow_execution *execution = NULL;
    smartflows_get_all_flow_executions_answer *answer = NULL;
    char *text = NULL;
    kf_error error;
    (void)state;
    assert_int_equal(smartflows_flow_execution_decode(odd, strlen(odd), &execution, &error), KF_OK);
    assert_string_equal(execution->id, "7");
    assert_string_equal(execution->created_at, "1556000000123");
    assert_string_equal(execution->created_by->id, "5");
    assert_string_equal(execution->state->iterations[0].id, "9");
    assert_int_equal(execution->state->stages[0].last_progress->percentage.value, 50);
    assert_int_equal(smartflows_flow_execution_encode(execution, &text, &error), KF_OK);
    assert_non_null(strstr(text, "\"t\":\"1\"")); /* what is free stays as it was */
    kf_free(text);
    smartflows_flow_execution_free(execution);
    assert_int_equal(smartflows_get_all_flow_executions_answer_decode(list, strlen(list), &answer, &error), KF_OK);
    assert_int_equal(answer->items_count, 2);
    assert_string_equal(answer->items[0].id, "7");
    smartflows_get_all_flow_executions_answer_free(answer);
    assert_int_equal(smartflows_get_all_flow_executions_answer_decode(page, strlen(page), &answer, &error),
                     KF_ERROR_DECODE);
    assert_null(answer);
}

static const fake_step progress[] = {{.http = 200, .body = "{\"id\":\"" ID "\",\"status\":\"Running\"}"}};

/* A client over the fake transport. */
static kf_client *client_of(const char *base_url, kf_client_options options)
{
    kf_client *client = NULL;
    kf_error error;
    FAKE_INIT(&f, progress);
    options.base_url = base_url;
    options.transport = &f.transport;
    if (smartflows_client_new(&options, &client, &error) != KF_OK)
        fail_msg("%s", error.message);
    return client;
}

static void poll(kf_client *client, const smartflows_get_flow_execution_progress_params *params)
{
    smartflows_flow_execution_progress *answer = NULL;
    kf_error error;
    if (smartflows_get_flow_execution_progress(client, ID, params, &answer, &error) != KF_OK)
        fail_msg("%s", error.message);
    smartflows_flow_execution_progress_free(answer);
}

static void test_client(void **state)
{
    static const struct {
        const char *base_url, *url;
    } cases[] = {{"https://host", "https://host/api/v1"},
                 {"https://host:8443/", "https://host:8443/api/v1"},
                 {"https://host/api/v1", "https://host/api/v1"},
                 {"https://host//api//v1//", "https://host/api/v1"},
                 {"https://host/project", "https://host/project/api/v1"}};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    char url[200];
    (void)state;
    options.token = "key";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kf_client *client = client_of(cases[i].base_url, options);
        poll(client, NULL);
        snprintf(url, sizeof(url), "%s/flows/executions/" ID "/progress", cases[i].url);
        assert_string_equal(f.urls[0], url);
        assert_non_null(strstr(f.headers[0], "X-API-Key: key\n"));
        assert_null(strstr(f.headers[0], "Authorization"));
        kf_client_free(client);
    }
    options.auth = KF_AUTH_BEARER;
    kf_client *client = client_of("https://host", options);
    poll(client, NULL);
    assert_non_null(strstr(f.headers[0], "Authorization: Bearer key\n"));
    kf_client_free(client);

    kf_error error;
    options = (kf_client_options)KF_CLIENT_OPTIONS_INIT;
    options.token = "key";
    assert_int_equal(smartflows_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "base_url"));
    assert_int_equal(smartflows_client_new(NULL, &client, &error), KF_ERROR_ARGUMENT);
    assert_null(client);
    options.base_url = "https://host";
    options.token = NULL;
    options.username = "anna";
    options.password = "test";
    assert_int_equal(smartflows_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "smartflows_login"));
    options = (kf_client_options)KF_CLIENT_OPTIONS_INIT;
    options.size = 0;
    assert_int_equal(smartflows_client_new(&options, &client, &error), KF_ERROR_ARGUMENT);
}

/* What the server is asked to wait comes on top of the limits of an attempt, but not of the caller's deadline. */
static void test_poll_limits(void **state)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    smartflows_get_flow_execution_progress_params params = {.timeout = KF_INT32(300)};
    (void)state;
    options.token = "key";
    kf_client *client = client_of("https://host", options);
    poll(client, NULL); /* 30 s, the server's own default */
    assert_int_equal(f.timeouts[0], 90000);
    assert_int_equal(f.idles[0], 60000);
    poll(client, &params);
    assert_int_equal(f.timeouts[1], 360000);
    assert_int_equal(f.idles[1], 330000);
    params.timeout = KF_INT32(0);
    poll(client, &params);
    assert_int_equal(f.timeouts[2], 60000);
    assert_int_equal(f.idles[2], 30000);
    params.timeout = KF_INT32(-5);
    poll(client, &params);
    assert_int_equal(f.timeouts[3], 60000);

    kf_scope_options limits = KF_SCOPE_OPTIONS_INIT;
    kf_client *scope = NULL;
    limits.deadline_ms = 10000;
    params.timeout = KF_INT32(300);
    assert_int_equal(kf_client_scope(client, &limits, &scope, NULL), KF_OK);
    poll(scope, &params);
    assert_int_equal(f.timeouts[4], 10000);
    kf_client_free(scope);
    smartflows_flow *flow = NULL; /* others are as they were */
    assert_int_equal(smartflows_get_flow(client, ID, &flow, NULL), KF_OK);
    smartflows_flow_free(flow);
    assert_int_equal(f.timeouts[5], 60000);
    assert_int_equal(f.idles[5], 30000);
    kf_client_free(client);

    options.attempt_timeout_ms = 5000;
    options.idle_timeout_ms = -1;
    client = client_of("https://host", options);
    poll(client, &params);
    assert_int_equal(f.timeouts[0], 305000);
    assert_int_equal(f.idles[0], -1);
    kf_client_free(client);
    options.attempt_timeout_ms = options.deadline_ms = -1;
    client = client_of("https://host", options);
    poll(client, &params);
    assert_int_equal(f.timeouts[0], -1);
    kf_client_free(client);
}

static const char *sent_type(size_t attempt)
{
    static char value[100];
    const char *header = strstr(f.headers[attempt], "Content-Type: ");
    if (header == NULL)
        return NULL;
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(header + 14, "\n"), header + 14);
    return value;
}

/* The media type of an upload: the operation's, the source's, or that of a header. */
static void test_content_type(void **state)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    const kf_pair header = {"Content-Type", "text/xml"};
    smartflows_flow_execution_progress *answer = NULL;
    kf_error error;
    kf_source source;
    (void)state;
    options.token = "key";
    kf_client *client = client_of("https://host", options);
    kf_source_memory(&source, "{}", 2);
    assert_int_equal(smartflows_create_flow_execution(client, NULL, &source, NULL, &error), KF_OK);
    assert_string_equal(sent_type(0), "application/xml; charset=\"utf-8\"");
    assert_string_equal(f.bodies[0], "{}");
    source.content_type = "application/json";
    assert_int_equal(smartflows_create_flow_execution(client, NULL, &source, NULL, &error), KF_OK);
    assert_string_equal(sent_type(1), "application/json");
    kf_scope_options with = KF_SCOPE_OPTIONS_INIT;
    kf_client *scope = NULL;
    with.headers = &header;
    with.header_count = 1;
    assert_int_equal(kf_client_scope(client, &with, &scope, &error), KF_OK);
    assert_int_equal(smartflows_create_flow_execution(scope, NULL, &source, NULL, &error), KF_OK);
    assert_string_equal(sent_type(2), "text/xml");
    kf_client_free(scope);
    assert_int_equal(smartflows_create_flow_execution(client, NULL, NULL, NULL, &error), KF_OK);
    assert_null(sent_type(3));

    kf_request request = {.method = "POST", .path = "/x", .upload = &source};
    assert_int_equal(kf_request_send(client, &request, NULL, NULL, &error), KF_OK);
    assert_string_equal(sent_type(4), "application/json");
    request.content_type = "text/plain";
    assert_int_equal(kf_request_send(client, &request, NULL, NULL, &error), KF_OK);
    assert_string_equal(sent_type(5), "text/plain");
    source.content_type = "text/plain\r\nX-Evil: 1";
    assert_int_equal(smartflows_create_flow_execution(client, NULL, &source, &answer, &error), KF_ERROR_ARGUMENT);
    request.content_type = NULL;
    assert_int_equal(kf_request_send(client, &request, NULL, NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(f.count, 6);
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status), cmocka_unit_test(test_documents),   cmocka_unit_test(test_other_scalars),
        cmocka_unit_test(test_client), cmocka_unit_test(test_poll_limits), cmocka_unit_test(test_content_type),
    };
    return cmocka_run_group_tests_name("smartflows", tests, NULL, NULL);
}
