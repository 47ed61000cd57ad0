/* Hooks before an attempt: what they see, what they may change, and how they refuse. */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"

#define ID "11111111-1111-4111-8111-111111111111"
#define PROCESS "{\"id\":\"" ID "\"}"

static fake_transport f;
static const fake_step fine[] = {{.http = 200, .body = PROCESS}};

/* Each call appends a line about what it saw. */
static void note(kf_outgoing *outgoing, void *user)
{
    char *text = user;
    size_t used = strlen(text);
    sprintf(text + used, "%s|%s|%s|%s|%d|%d|%s|%d\n", outgoing->operation, outgoing->method, outgoing->path,
            outgoing->url, outgoing->attempt, *outgoing->request_id != '\0',
            outgoing->body == NULL ? "-" : outgoing->body, (int)outgoing->body_length);
}

static const char *header_of(const kf_outgoing *outgoing, const char *name)
{
    for (size_t i = 0; i < outgoing->header_count; i++)
        if (strcasecmp(outgoing->headers[i].name, name) == 0)
            return outgoing->headers[i].value;
    return NULL;
}

static kf_client *client_with(const kf_hook *hooks, size_t count, const kf_client_options *options)
{
    kf_client_options own = KF_CLIENT_OPTIONS_INIT;
    if (options != NULL)
        own = *options;
    own.hooks = hooks;
    own.hook_count = count;
    return fake_client(&f, &own);
}

static void test_what_they_see(void **state)
{
    static const fake_step steps[] = {{.http = 503}, {.http = 200, .body = PROCESS}};
    static char seen[4096];
    const kf_hook hook = {note, seen};
    const kf_pair query = {"a", "b c"};
    kf_scope_options scope_options = KF_SCOPE_OPTIONS_INIT;
    kuflow_process_create_params params = {.id = ID, .process_definition_id = ID};
    kf_client *scope;
    kf_source source;
    (void)state;
    seen[0] = '\0';
    FAKE_INIT(&f, steps);
    kf_client *client = client_with(&hook, 1, NULL);
    scope_options.query = &query;
    scope_options.query_count = 1;
    assert_int_equal(kf_client_scope(client, &scope_options, &scope, NULL), KF_OK);
    assert_int_equal(kuflow_retrieve_process(scope, ID, NULL, NULL), KF_OK);
    assert_string_equal(
        seen, "kuflow.retrieveProcess|GET|/processes/{id}|http://test.example/api/processes/" ID "?a=b%20c|1|1|-|0\n"
              "kuflow.retrieveProcess|GET|/processes/{id}|http://test.example/api/processes/" ID "?a=b%20c|2|1|-|0\n");
    kf_client_free(scope);

    seen[0] = '\0';
    assert_int_equal(kuflow_create_process(client, &params, NULL, NULL), KF_OK);
    char expected[2048];
    snprintf(expected, sizeof(expected),
             "kuflow.createProcess|POST|/processes|http://test.example/api/processes|1|1|%s|%d\n", f.bodies[2],
             (int)strlen(f.bodies[2]));
    assert_string_equal(seen, expected);

    /* Bytes in memory are shown, those of a stream are only counted. */
    kf_request request = {.method = "PUT", .path = "/x", .upload = &source};
    seen[0] = '\0';
    kf_source_memory(&source, "bytes", 5);
    assert_int_equal(kf_request_send(client, &request, NULL, NULL, NULL), KF_OK);
    kf_source_path(&source, KF_TEST_SOURCE_DIR "/LICENSE");
    assert_int_equal(kf_request_send(client, &request, NULL, NULL, NULL), KF_OK);
    assert_ptr_equal(strstr(seen, "|PUT|/x|http://test.example/api/x|1|1|bytes|5\n"), seen);
    assert_non_null(strstr(seen + 40, "|PUT|/x|http://test.example/api/x|1|1|-|1"));
    kf_client_free(client);
}

static void sign(kf_outgoing *outgoing, void *user)
{
    char value[64];
    assert_null(header_of(outgoing, "X-Signature")); /* each attempt begins anew */
    assert_string_equal(header_of(outgoing, "authorization"), "Bearer s3cret-token");
    snprintf(value, sizeof(value), "%s-%d", (const char *)user, outgoing->attempt);
    assert_int_equal(kf_outgoing_set_header(outgoing, "X-Signature", value), KF_OK);
    assert_string_equal(header_of(outgoing, "X-Signature"), value);
}

/* After `sign`. */
static void change(kf_outgoing *outgoing, void *user)
{
    (void)user;
    assert_non_null(header_of(outgoing, "X-Signature"));
    assert_int_equal(kf_outgoing_set_header(outgoing, "x-old", NULL), KF_OK);
    assert_null(header_of(outgoing, "X-Old"));
    assert_int_equal(kf_outgoing_set_header(outgoing, "x-old", NULL), KF_OK);
    const char *value = header_of(outgoing, "accept"); /* its own value under its own name */
    assert_int_equal(kf_outgoing_set_header(outgoing, "Accept", value), KF_OK);
    assert_int_equal(kf_outgoing_set_header(outgoing, "User-Agent", ""), KF_OK);
    for (size_t i = 0; i < outgoing->header_count; i++)
        if (strcmp(outgoing->headers[i].name, "User-Agent") == 0) {
            assert_int_equal(kf_outgoing_set_header(outgoing, outgoing->headers[i].name, NULL), KF_OK);
            break;
        }
}

static void test_headers(void **state)
{
    static const fake_step steps[] = {{.http = 503}, {.http = 200, .body = PROCESS}};
    const kf_hook hooks[] = {{sign, (void *)"signed"}, {change, NULL}};
    const kf_pair old = {"X-Old", "1"};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    (void)state;
    options.auth = KF_AUTH_BEARER;
    options.token = "s3cret-token";
    options.headers = &old;
    options.header_count = 1;
    FAKE_INIT(&f, steps);
    kf_client *client = client_with(hooks, 2, &options);
    assert_int_equal(kuflow_retrieve_process(client, ID, NULL, NULL), KF_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(strstr(f.headers[i], i == 0 ? "\nX-Signature: signed-1\n" : "\nX-Signature: signed-2\n"));
        assert_non_null(strstr(f.headers[i], "\nAccept: application/json\n"));
        assert_null(strcasestr(f.headers[i], "x-old"));
        assert_null(strstr(f.headers[i], "User-Agent"));
        assert_non_null(strstr(f.headers[i], "Authorization: Bearer s3cret-token\n"));
    }
    kf_client_free(client);
}

static void set_bad(kf_outgoing *outgoing, void *user)
{
    const kf_pair *pair = user;
    assert_int_equal(kf_outgoing_set_header(outgoing, pair->name, pair->value), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_outgoing_set_header(outgoing, "X-Good", "1"), KF_OK);
}

/* A header that a hook may not set ends the call, also when the hook does not look. */
static void test_headers_refused(void **state)
{
    static const kf_pair bad[] = {
        {"X-A", "1\r\nX-B: 2"}, {"X A", "1"},          {"Host", "h"},       {"Host", NULL}, {"Content-Length", "0"},
        {"Authorization", "x"}, {"X-Request-Id", "1"}, {"X-API-Key", NULL}, {NULL, "1"}};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    (void)state;
    options.auth = KF_AUTH_API_KEY;
    options.token = "s3cret";
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        FAKE_INIT(&f, fine);
        const kf_hook hooks[] = {{set_bad, (void *)&bad[i]}, {change, NULL}};
        kf_client *client = client_with(hooks, 2, &options);
        assert_int_equal(kuflow_retrieve_process(client, ID, NULL, &error), KF_ERROR_ARGUMENT);
        assert_non_null(strstr(error.message, "kuflow.retrieveProcess: "));
        assert_int_equal(error.attempts, 0);
        assert_int_equal(f.count, 0);
        kf_client_free(client);
    }
}

static void authorize(kf_outgoing *outgoing, void *user)
{
    (void)user;
    kf_outgoing_set_header(outgoing, "Authorization", "Own own-credential");
    kf_outgoing_set_header(outgoing, "X-Key", "another-credential ");
}

static void keep_message(const kf_event *event, void *user)
{
    if (event->kind == KF_EVENT_ATTEMPT)
        snprintf(user, 256, "%s", event->message);
}

/* Credentials of another kind; a server that repeats them does not get them into the error or an event. */
static void test_own_credentials(void **state)
{
    static const fake_step steps[] = {
        {.http = 403, .body = "{\"message\":\"not Own own-credential, own-credential, another-credential!\"}"}};
    const kf_hook hook = {authorize, NULL};
    char words[256] = "";
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    (void)state;
    options.on_event = keep_message;
    options.on_event_user = words;
    FAKE_INIT(&f, steps);
    kf_client *client = client_with(&hook, 1, &options);
    assert_int_equal(kuflow_retrieve_process(client, ID, NULL, &error), KF_ERROR_FORBIDDEN);
    assert_non_null(strstr(f.headers[0], "\nAuthorization: Own own-credential\n"));
    assert_null(memmem(&error, sizeof(error), "own-credential", 14));
    assert_null(memmem(&error, sizeof(error), "another-credential", 18));
    assert_non_null(strstr(
        words, "the server answered 403 Forbidden: not ******************, **************, ******************!"));
    kf_client_free(client);
}

/* Refuses from the attempt `*user` on. */
static void refuse_from(kf_outgoing *outgoing, void *user)
{
    if (outgoing->attempt >= *(const int *)user) {
        kf_outgoing_refuse(outgoing, KF_ERROR_FORBIDDEN, "the circuit is open");
        kf_outgoing_refuse(outgoing, KF_ERROR_SERVER, "and again");
    }
}

static void test_refuse(void **state)
{
    static const fake_step steps[] = {{.http = 503}};
    int from = 1;
    const kf_hook hooks[] = {{refuse_from, &from}, {change, NULL}}; /* the second would complain of no signature */
    kf_error error;
    kuflow_process *process = (kuflow_process *)1;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = client_with(hooks, 2, NULL);
    assert_int_equal(kuflow_retrieve_process(client, ID, &process, &error), KF_ERROR_FORBIDDEN);
    assert_string_equal(error.message, "kuflow.retrieveProcess: the circuit is open");
    assert_null(process);
    assert_int_equal(f.count, 0);
    kf_client_free(client);

    from = 2;
    client = client_with(hooks, 1, NULL);
    kuflow_process_create_params params = {.process_definition_id = ID};
    assert_int_equal(kuflow_create_process(client, &params, NULL, &error), KF_ERROR_FORBIDDEN);
    assert_int_equal(error.attempts, 1);
    assert_true(error.may_have_acted); /* the first may have */
    assert_false(error.retryable);
    assert_int_equal(error.http_status, 0);
    assert_int_equal(f.count, 1);
    kf_client_free(client);
}

static void test_options_refused(void **state)
{
    const kf_hook none = {NULL, NULL};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client;
    (void)state;
    options.hook_count = 1;
    assert_int_equal(kf_client_new(&options, &client, NULL), KF_ERROR_ARGUMENT);
    options.hooks = &none;
    assert_int_equal(kf_client_new(&options, &client, NULL), KF_ERROR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_they_see),   cmocka_unit_test(test_headers), cmocka_unit_test(test_headers_refused),
        cmocka_unit_test(test_own_credentials), cmocka_unit_test(test_refuse),  cmocka_unit_test(test_options_refused),
    };
    return cmocka_run_group_tests_name("hooks", tests, NULL, NULL);
}
