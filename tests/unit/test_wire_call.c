/* Calls whose bodies and answers are XML, or may be either; error bodies in XML, in HTML, and in neither. */
#include "fake_transport.h"
#include "wire_support.h"

#include <pthread.h>

static fake_transport f;

static const kf_answer answers[] = {{&job_type, 200, false}};
static const kf_answer part_answers[] = {{&part_type, 200, false}};
static const kf_service service = {.name = "test",
                                   .error = {.message = "/message /error/text", .code = "/status", .detail = "/cause"}};
static const kf_operation run = {.service = &service,
                                 .name = "run",
                                 .method = "POST",
                                 .path = "/run",
                                 .body = &job_type,
                                 .body_media = "application/xml",
                                 .accept = "application/xml",
                                 .answers = answers,
                                 .answer_count = 1,
                                 .flags = KF_OPERATION_JSON_TOO};

static kf_client *client_for(const fake_step *step, bool prefer_json, int depth)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.max_attempts = 1;
    options.prefer_json = prefer_json;
    options.max_json_depth = depth;
    fake_init(&f, step, 1);
    return fake_client(&f, &options);
}

static kf_status call(const kf_operation *operation, const fake_step *step, int depth, job **out, kf_error *error)
{
    const job body = {.id = KF_INT64(5), .name = "a & b"};
    kf_client *client = client_for(step, false, depth);
    *out = NULL;
    kf_status status = kf_call(client, operation, NULL, NULL, operation->body == NULL ? NULL : &body, out, error);
    kf_client_free(client);
    return status;
}

static void answers_name(const char *body, const char *headers)
{
    job *answer;
    kf_error error;
    if (call(&run, &(fake_step){.http = 200, .headers = headers, .body = body}, 0, &answer, &error) != KF_OK)
        fail_msg("%s", error.message);
    assert_string_equal(answer->name, "n");
    kf_model_free(answer);
}

static void test_body_and_answer(void **state)
{
    (void)state;
    answers_name("<job id='1'><job-name>n</job-name></job>", "Content-Type: application/xml");
    assert_non_null(strstr(f.headers[0], "Content-Type: application/xml\n"));
    assert_non_null(strstr(f.headers[0], "Accept: application/xml\n"));
    assert_string_equal(f.bodies[0], XML_HEAD "<job id=\"5\"><job-name>a &amp; b</job-name></job>");
    /* The first byte tells, whatever the server calls it. */
    answers_name(" \n<job id='1'><title>n</title></job>", "Content-Type: application/json");
    answers_name("\xEF\xBB\xBF<?xml version='1.0'?><job id='1'><title>n</title></job>", NULL);
    answers_name("{\"id\":1,\"title\":\"n\"}", "Content-Type: application/xml");
}

static void test_json_on_request(void **state)
{
    (void)state;
    kf_client *client = client_for(&(fake_step){.http = 200, .body = "{\"id\":1}"}, true, 0);
    kf_operation operation = run;
    const job body = {.id = KF_INT64(5)};
    assert_int_equal(kf_call(client, &operation, NULL, NULL, &body, NULL, NULL), KF_OK);
    assert_non_null(strstr(f.headers[0], "Accept: application/json\n"));
    assert_non_null(strstr(f.headers[0], "Content-Type: application/xml\n"));
    operation.flags = 0;
    assert_int_equal(kf_call(client, &operation, NULL, NULL, &body, NULL, NULL), KF_OK);
    assert_non_null(strstr(f.headers[1], "Accept: application/xml\n"));
    operation.body_media = "application/json";
    assert_int_equal(kf_call(client, &operation, NULL, NULL, &body, NULL, NULL), KF_OK);
    assert_string_equal(f.bodies[2], "{\"id\":5}");
    operation.body_media = "application/vnd.job+XML; charset=UTF-8";
    assert_int_equal(kf_call(client, &operation, NULL, NULL, &body, NULL, NULL), KF_OK);
    assert_string_equal(f.bodies[3], XML_HEAD "<job id=\"5\"/>");
    kf_client_free(client);
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    assert_int_equal(kf_client_options_set(&options, "prefer_json", "true", NULL), KF_OK);
    assert_true(options.prefer_json);
}

static void test_not_sent(void **state)
{
    (void)state;
    kf_error error;
    kf_client *client = client_for(&(fake_step){.http = 200, .body = "<job id='1'/>"}, false, 0);
    assert_int_equal(kf_call(client, &run, NULL, NULL, &(job){.id = KF_INT64(1), .name = "\x01"}, NULL, &error),
                     KF_ERROR_ENCODE);
    assert_string_equal(error.message, "test.run: job.name: a text with a character that XML cannot hold");
    assert_int_equal(kf_call(client, &run, NULL, NULL, &(job){0}, NULL, &error), KF_ERROR_ENCODE);
    assert_int_equal(f.count, 0);
    kf_client_free(client);
}

static void cannot_use(const kf_operation *operation, const char *body, const char *headers, int depth,
                       kf_status status, const char *message)
{
    job *answer;
    kf_error error;
    assert_int_equal(
        call(operation, &(fake_step){.http = 200, .headers = headers, .body = body}, depth, &answer, &error), status);
    assert_null(answer);
    if (strcmp(error.message, message) != 0)
        fail_msg("expected: %s\nfound:    %s", message, error.message);
}

static void test_answers_that_cannot_be_used(void **state)
{
    (void)state;
    kf_operation get = run;
    get.method = "GET";
    get.body = NULL;
    cannot_use(&get, "<job id='x'/>", "Content-Type: application/xml", 0, KF_ERROR_DECODE,
               "test.run: the answer cannot be used: job.id: expected a number, found a string");
    cannot_use(&get, "<job id='x'/>", "Content-Type: application/json", 0, KF_ERROR_DECODE,
               "test.run: the answer cannot be used: job.id: expected a number, found a string; the server calls it "
               "application/json");
    cannot_use(&get, "<!doctype html><html><b>x</b></html>", "Content-Type: text/html", 0, KF_ERROR_DECODE,
               "test.run: the answer cannot be used: job: expected XML or JSON, found a web page; the "
               "server calls it text/html");
    cannot_use(&get, "<task/>", NULL, 0, KF_ERROR_DECODE,
               "test.run: the answer cannot be used: job: expected the element <job>, found <task>");
    cannot_use(&get, "<job><child><child/></child></job>", NULL, 2, KF_ERROR_LIMIT,
               "test.run: the answer cannot be used: job.child: nested too deep (line 1)");
    cannot_use(&get, "{\"child\":{\"child\":{}}}", NULL, 2, KF_ERROR_LIMIT,
               "test.run: the answer cannot be used: job.child.child: nested too deep (byte 18)");
    get.answers = part_answers;
    cannot_use(&get, "<part/>", NULL, 0, KF_ERROR_DECODE,
               "test.run: the answer cannot be used: part: a value was expected "
               "(byte 0)");
}

static void refused(const char *body, const char *message, const char *code)
{
    job *answer;
    kf_error error;
    kf_status status = call(&run, &(fake_step){.http = 400, .body = body}, 0, &answer, &error);
    assert_int_equal(status, KF_ERROR_REJECTED);
    if (strcmp(error.server_message, message) != 0)
        fail_msg("%s\nexpected: %s\nfound:    %s", body, message, error.server_message);
    assert_string_equal(error.server_code, code);
}

static void test_error_bodies(void **state)
{
    (void)state;
    refused("{\"message\":\"m\",\"status\":\"S\",\"cause\":\"c\"}", "m: c", "S");
    refused("<exception><status>S</status><message>a &lt;b&gt;\n c</message><cause>d</cause></exception>", "a <b> c: d",
            "S");
    refused("<response><error><text>e</text></error><message/></response>", "e", "");
    refused("<r><detail>usual</detail></r>", "usual", "");
    refused("<r><message>one</message><message>two</message></r>", "[\"one\",\"two\"]", "");
    /* What says nothing that is known, and what is not for a program. */
    refused("<exception><status>S</status></exception>", "", "S");
    refused("<error>Just a text</error>", "Just a text", "");
    refused("<html><head><title>T</title></head><body><message>M</message></body></html>", "T M", "");
    refused("<!doctype html><html><head><style>p {}</style><script>if (a < b) x();</script></head><p>Words</p>",
            "Words", "");
    refused("<p>Words <style>", "Words", "");
    refused("<a>not <b>closed</a>", "not closed", "");
    refused("<!DOCTYPE a [<!ENTITY m 'x'>]><a><message>&m;</message></a>", "]> &m;", "");
}

/* libxml2 keeps something for each thread. */
static void *decode_often(void *user)
{
    for (int i = 0; i < 20; i++) {
        void *model = NULL;
        if (kf_model_decode_xml(&job_type, "<job id='1'><x/></job>", 22, &model, NULL) != KF_OK ||
            kf_model_decode_xml(&job_type, "<job id='1'><x></job>", 21, user, NULL) != KF_ERROR_DECODE)
            return user;
        kf_model_free(model);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    void *models[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, decode_often, &models[i]), 0);
    for (int i = 0; i < 4; i++) {
        void *failed;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_body_and_answer), cmocka_unit_test(test_json_on_request),
        cmocka_unit_test(test_not_sent),        cmocka_unit_test(test_answers_that_cannot_be_used),
        cmocka_unit_test(test_error_bodies),    cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, setup_wire, free_wire);
}
