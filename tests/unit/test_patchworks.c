/* Patchworks' own rules, without a server: the ids of runs, where they stand, values that are not documented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "kuflow/services/patchworks_client.h"

static fake_transport f;

/* With the path of the API or without it. */
static void test_base_urls(void **state)
{
    static const char *const urls[] = {"http://h", "http://h/", "http://h/api/v1", "http://h//api//v1/"};
    static const fake_step steps[] = {{.http = 200, .body = "{\"data\":[]}"}};
    kf_error error;
    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        kf_client_options options = KF_CLIENT_OPTIONS_INIT;
        kf_client *client;
        patchworks_flow_list *list;
        FAKE_INIT(&f, steps);
        options.base_url = urls[i];
        options.allow_http = true;
        options.token = "key";
        options.transport = &f.transport;
        assert_int_equal(patchworks_client_new(&options, &client, &error), KF_OK);
        assert_int_equal(patchworks_list_flows(client, NULL, &list, &error), KF_OK);
        assert_string_equal(f.urls[0], "http://h/api/v1/flows");
        patchworks_flow_list_free(list);
        kf_client_free(client);
    }
}

static void test_run_ids(void **state)
{
    static const struct {
        const char *answer;
        const char *id; /* NULL: none */
    } ids[] = {
        {"{\"message\":\"m\",\"flow_run_id\":9007199254740993}", "9007199254740993"},
        {"{\"id\":5,\"data\":{\"flowRunId\":\"a-b\"}}", "a-b"},
        {"{\"data\":{\"id\":7,\"attributes\":{\"name\":\"x\"}}}", "7"},
        {"{\"data\":{\"attributes\":{\"run_id\":8}}}", "8"},
        {"{\"flow_run\":{\"id\":6}}", "6"},
        {"{\"run\":\"6\"}", "6"},
        {"{\"run\":true,\"data\":{\"flow_run\":null,\"id\":6}}", "6"},
        {"{\"flow_run\":false}", NULL},
        {"{\"data\":[]}", NULL},
        {"null", NULL},
        {"[]", NULL},
        {"{\"id\":\"\"}", NULL},
        {"{\"id\":\"0123456789012345678901234567890123456789012345678901234567890123\"}", NULL},
    };
    kf_error error;
    char id[PATCHWORKS_ID_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        patchworks_answer *answer;
        assert_int_equal(patchworks_answer_decode(ids[i].answer, strlen(ids[i].answer), &answer, &error), KF_OK);
        assert_int_equal(patchworks_run_id(answer, id), ids[i].id != NULL);
        assert_string_equal(id, ids[i].id != NULL ? ids[i].id : "");
        patchworks_answer_free(answer);
    }
    assert_false(patchworks_run_id(NULL, id));
}

static void test_run_states(void **state)
{
    static const struct {
        const char *status;
        patchworks_run_state state;
    } states[] = {{"\"1\"", PATCHWORKS_RUN_STARTED},
                  {"2", PATCHWORKS_RUN_SUCCESS},
                  {"3", PATCHWORKS_RUN_FAILURE},
                  {"4", PATCHWORKS_RUN_STOPPED},
                  {"5", PATCHWORKS_RUN_PARTIAL_SUCCESS},
                  {"\"Partial Success\"", PATCHWORKS_RUN_PARTIAL_SUCCESS},
                  {"\"PARTIAL_SUCCESS\"", PATCHWORKS_RUN_PARTIAL_SUCCESS},
                  {"\"failed\"", PATCHWORKS_RUN_FAILURE},
                  {"\"6\"", PATCHWORKS_RUN_UNKNOWN},
                  {"\"successful\"", PATCHWORKS_RUN_UNKNOWN},
                  {"null", PATCHWORKS_RUN_UNKNOWN}};
    kf_error error;
    char text[128];
    (void)state;
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        patchworks_flow_run *run;
        snprintf(text, sizeof(text), "{\"data\":{\"id\":1,\"attributes\":{\"status\":%s}}}", states[i].status);
        assert_int_equal(patchworks_flow_run_decode(text, strlen(text), &run, &error), KF_OK);
        assert_int_equal(patchworks_run_state_of(run), states[i].state);
        assert_string_equal(run->id, "1");
        patchworks_flow_run_free(run);
    }
    assert_int_equal(patchworks_run_state_of(NULL), PATCHWORKS_RUN_UNKNOWN);
}

/* They may be numbers, and others than were seen. */
static void test_unknown_values(void **state)
{
    kf_error error;
    patchworks_flow_callback *callback;
    static const char odd[] = "{\"id\":3,\"type\":\"x\",\"attributes\":{\"status\":202,\"format\":7}}";
    (void)state;
    assert_int_equal(patchworks_flow_callback_decode(odd, strlen(odd), &callback, &error), KF_OK);
    assert_string_equal(callback->status, "202");
    assert_int_equal(callback->format, PATCHWORKS_FLOW_FORMAT_UNRECOGNIZED);
    assert_non_null(kf_extra_find(&callback->extra, "format"));
    patchworks_flow_callback_free(callback);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base_urls),
        cmocka_unit_test(test_run_ids),
        cmocka_unit_test(test_run_states),
        cmocka_unit_test(test_unknown_values),
    };
    return cmocka_run_group_tests_name("patchworks", tests, NULL, NULL);
}
