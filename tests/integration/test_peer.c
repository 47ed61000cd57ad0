/* Where the C of another generator fails on this very document: each of its ways to fail is a test. */
#include "models.h"
#include "wire.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define VERSION "/v2024-06-14"
#define PROCESS "{\"id\":\"1\",\"state\":\"RUNNING\",\"tenantId\":\"t\"}"

/* A free-form member with content was dropped: the server got an empty object and said "created". */
static void peer_free_form_content_arrives(void **state)
{
    wire_fixture *w = *state;
    cJSON *data = json("{\"a\":{\"b\":[1,null,{\"c\":\"\\u00f1\"}]},\"n\":0.1}");
    kuflow_json_value metadata = {.value = data};
    kuflow_process_create_params params = {.id = "i", .process_definition_id = "d", .metadata = &metadata};
    kuflow_process *process = NULL;
    wire_answer(w->server, 201, NULL, PROCESS);
    WIRE_OK(w, kuflow_create_process(w->client, &params, &process, &w->error));
    kuflow_process_free(process);
    CHECK_LINE(w->server, "POST " VERSION "/processes");
    CHECK_BODY(w->server, "{\"id\":\"i\",\"processDefinitionId\":\"d\",\"metadata\":{\"value\":{\"a\":{\"b\":[1,null,"
                          "{\"c\":\"\xc3\xb1\"}]},\"n\":0.1}}}");
    assert_string_equal(wire_header(w->server, "Content-Type"), "application/json");
    /* And comes back: what was received is there, with content. */
    wire_answer(w->server, 200, NULL, "{\"id\":\"1\",\"entity\":{\"value\":{\"x\":[{\"y\":1}]}}}");
    WIRE_OK(w, kuflow_retrieve_process(w->client, "1", &process, &w->error));
    CHECK_JSON(process->entity->value, "{\"x\":[{\"y\":1}]}");
    kuflow_process_free(process);
    cJSON_Delete(data);
}

/* A JSON Patch had the wrong body and was freed twice, every time. */
static void peer_json_patch_body(void **state)
{
    wire_fixture *w = *state;
    cJSON *five = cJSON_CreateNumber(5);
    kuflow_json_patch_operation operations[] = {
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_REPLACE, .path = "/a~1b", .value = five},
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_COPY, .from = "/x", .path = "/y"},
    };
    kuflow_json_patch patch = {.items = operations, .items_count = 2};
    for (int i = 0; i < 3; i++) {
        kuflow_process *process = NULL;
        wire_answer(w->server, 200, NULL, PROCESS);
        WIRE_OK(w, kuflow_patch_process_entity(w->client, "1", &patch, &process, &w->error));
        kuflow_process_free(process);
        CHECK_LINE(w->server, "PATCH " VERSION "/processes/1/entity");
        CHECK_BODY(w->server, "[{\"op\":\"replace\",\"path\":\"/a~1b\",\"value\":5},"
                              "{\"op\":\"copy\",\"from\":\"/x\",\"path\":\"/y\"}]");
        assert_string_equal(wire_header(w->server, "Content-Type"), "application/json-patch+json");
    }
    cJSON_Delete(five);
}

/* An array in the query went out as addresses of memory, then the program crashed. */
static void peer_array_in_query(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, NULL, "{\"metadata\":{},\"content\":[]}");
    const char *emails[] = {"a@example.com", "b+c@example.com"};
    kuflow_find_tenant_users_params params = {.email = {emails, 2}, .group_id = {emails, 0}};
    kuflow_tenant_user_page *page = NULL;
    for (int i = 0; i < 3; i++) {
        WIRE_OK(w, kuflow_find_tenant_users(w->client, &params, &page, &w->error));
        kuflow_tenant_user_page_free(page);
        CHECK_LINE(w->server, "GET " VERSION "/tenant-users?email=a%40example.com&email=b%2Bc%40example.com");
    }
}

/* An enum by reference was sent as {"type":{"process_item_type":"TASK"}}. */
static void peer_enum_in_body_on_the_wire(void **state)
{
    wire_fixture *w = *state;
    kuflow_process_item_create_params params = {.id = "i", .type = KUFLOW_PROCESS_ITEM_TYPE_TASK, .process_id = "p"};
    kuflow_process_item *item = NULL;
    wire_answer(w->server, 201, NULL, "{\"id\":\"i\",\"type\":\"TASK\",\"processId\":\"p\"}");
    WIRE_OK(w, kuflow_create_process_item(w->client, &params, &item, &w->error));
    CHECK_BODY(w->server, "{\"id\":\"i\",\"type\":\"TASK\",\"processId\":\"p\"}");
    assert_int_equal(item->type, KUFLOW_PROCESS_ITEM_TYPE_TASK);
    kuflow_process_item_free(item);
}

/* Path and query were never encoded. */
static void peer_path_and_query_are_encoded(void **state)
{
    wire_fixture *w = *state;
    kuflow_kms_key *key = NULL;
    wire_answer(w->server, 200, NULL, "{\"id\":\"k\",\"value\":\"AAEC\"}");
    WIRE_OK(w, kuflow_retrieve_kms_key(w->client, "k/1 \xc3\xb1?", &key, &w->error));
    kuflow_kms_key_free(key);
    CHECK_LINE(w->server, "GET " VERSION "/kms/keys/k%2F1%20%C3%B1%3F");
    kuflow_upload_process_document_params params = {.file_content_type = "text/plain; charset=utf-8",
                                                    .file_name = "a&b=c#d \xe2\x82\xac.txt"};
    kf_source source;
    kf_source_memory(&source, "x", 1);
    kuflow_document_reference *reference = NULL;
    wire_answer(w->server, 200, NULL, "{\"documentUri\":\"u\"}");
    WIRE_OK(w, kuflow_upload_process_document(w->client, "1", &params, &source, &reference, &w->error));
    kuflow_document_reference_free(reference);
    CHECK_LINE(w->server, "POST " VERSION "/processes/1/~actions/upload-document?fileContentType=text%2Fplain%3B%20"
                          "charset%3Dutf-8&fileName=a%26b%3Dc%23d%20%E2%82%AC.txt");
}

/* All failures looked alike: no result and no reason. */
static void peer_failures_differ(void **state)
{
    wire_fixture *w = *state;
    static const struct {
        const char *answer; /* raw; the connection ends behind it */
        kf_status status;
        int http_status;
    } cases[] = {
        {"HTTP/1.1 400 Bad\r\nContent-Length: 23\r\n\r\n{\"message\":\"bad input\"}", KF_ERROR_REJECTED, 400},
        {"HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n", KF_ERROR_AUTH, 401},
        {"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", KF_ERROR_FORBIDDEN, 403},
        {"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", KF_ERROR_NOT_FOUND, 404},
        {"HTTP/1.1 409 No\r\nContent-Length: 0\r\n\r\n", KF_ERROR_CONFLICT, 409},
        {"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n", KF_ERROR_THROTTLED, 429},
        {"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", KF_ERROR_SERVER, 500},
        {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n{\"id\":", KF_ERROR_DECODE, 200}, /* malformed */
        {"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"id\":7}", KF_ERROR_DECODE, 200}, /* wrong type */
        {"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>", KF_ERROR_DECODE, 200}, /* no JSON at all */
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", KF_ERROR_TRANSPORT, 200}, /* empty */
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"id\":", KF_ERROR_TRANSPORT, 200}, /* cut in the body */
        {"HTTP/1.1 200 OK\r\nContent-Le", KF_ERROR_TRANSPORT, 0}, /* cut in the head */
        {"garbage\r\n\r\n", KF_ERROR_TRANSPORT, 0},
        {"", KF_ERROR_TRANSPORT, 0}, /* dropped */
    };
    enum { COUNT = sizeof(cases) / sizeof(cases[0]) };
    static char messages[COUNT][512];
    for (size_t i = 0; i < COUNT; i++) {
        kuflow_tenant *answer = NULL;
        wire_answer_raw(w->server, cases[i].answer, strlen(cases[i].answer), 0, true);
        kf_status status = kuflow_retrieve_tenant(w->client, "1", &answer, &w->error);
        if (status != cases[i].status || (cases[i].http_status != 0 && w->error.http_status != cases[i].http_status))
            fail_msg("%s\n  gave %s, HTTP %d: %s", cases[i].answer, kf_status_name(status), w->error.http_status,
                     w->error.message);
        assert_null(answer);
        memcpy(messages[i], w->error.message, sizeof(messages[i]));
        assert_true(strlen(messages[i]) > 10);
        for (size_t j = 0; j + 2 < i; j++) /* what is cut in the head or is no HTTP may be told alike */
            assert_string_not_equal(messages[i], messages[j]);
    }
    /* Nobody listens: yet another one. */
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof(address);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(address.sin_port));
    kf_client_options options = fixture_options(url);
    options.max_attempts = 1;
    kf_client *client = NULL;
    WIRE_OK(w, kuflow_client_new(&options, &client, &w->error));
    kuflow_tenant *answer = NULL;
    WIRE_FAILS(w, KF_ERROR_CONNECT, kuflow_retrieve_tenant(client, "1", &answer, &w->error));
    assert_false(w->error.may_have_acted);
    kf_client_free(client);
    close(fd);
}

/* An answer that was cut in its head counted as a success without a body. */
static void peer_cut_answer_is_no_success(void **state)
{
    wire_fixture *w = *state;
    static const char deep[] =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-A: b\r\nContent-Length: 39\r\n\r\n"
        "{\"id\":\"1\",\"name\":\"n\",\"plan\":\"PREMIUM\"}x";
    size_t length = strlen(deep) - 2; /* 38 bytes of body are promised one more than there are */
    for (size_t cut = 0; cut < length; cut++) {
        kuflow_tenant *answer = NULL;
        wire_answer_raw(w->server, deep, cut, 0, true);
        WIRE_FAILS(w, KF_ERROR_TRANSPORT, kuflow_retrieve_tenant(w->client, "1", &answer, &w->error));
        assert_null(answer);
    }
    /* The same where no body belongs to the answer. */
    static const char none[] = "HTTP/1.1 304 Not Modified\r\nDate: Fri, 14 Jun 2024 00:00:00 GMT\r\nX-A: b\r\n\r\n";
    kuflow_upload_process_user_action_document_params params = {
        .file_content_type = "a/b", .file_name = "f", .user_action_value_id = "v"};
    for (size_t cut = 0; cut < strlen(none); cut++) {
        kf_source source;
        kf_source_memory(&source, "x", 1);
        kuflow_process *process = NULL;
        wire_answer_raw(w->server, none, cut, 0, true);
        WIRE_FAILS(w, KF_ERROR_TRANSPORT,
                   kuflow_upload_process_user_action_document(w->client, "1", &params, &source, &process, &w->error));
    }
}

/* There was no timeout of any kind. */
static void peer_every_call_ends(void **state)
{
    wire_fixture *w = *state;
    wire_answer_raw(w->server, NULL, 0, 0, false);
    kf_client_options options = fixture_options(wire_url(w->server));
    options.max_attempts = 1;
    options.attempt_timeout_ms = 200;
    kf_client *client = NULL, *scope = NULL;
    WIRE_OK(w, kuflow_client_new(&options, &client, &w->error));
    kuflow_tenant *answer = NULL;
    int64_t begin = now_ms();
    WIRE_FAILS(w, KF_ERROR_TIMEOUT, kuflow_retrieve_tenant(client, "1", &answer, &w->error));
    kf_scope_options bound = KF_SCOPE_OPTIONS_INIT;
    bound.deadline_ms = 100;
    WIRE_OK(w, kf_client_scope(w->client, &bound, &scope, &w->error));
    WIRE_FAILS(w, KF_ERROR_TIMEOUT, kuflow_retrieve_tenant(scope, "1", &answer, &w->error));
    assert_in_range(now_ms() - begin, 250, 15000);
    kf_client_free(scope);
    kf_client_free(client);
}

typedef struct creation {
    kf_sandbox *sandbox;
    kf_client *client;
    const char *id; /* NULL: a new one each time */
    int expected;
    int wrong;
} creation;

static void *create_often(void *user)
{
    creation *c = user;
    for (int i = 0; i < 20; i++) {
        kuflow_process_create_params params = {.id = c->id, .process_definition_id = KF_SANDBOX_DEFINITION_EMPTY};
        kuflow_process *process = NULL;
        kf_error error;
        c->wrong +=
            kuflow_create_process(c->client, &params, &process, &error) != KF_OK || error.http_status != c->expected;
        kuflow_process_free(process);
    }
    return NULL;
}

/* Whether it was 201 or 200 had to be read from a field of the client, which the next call overwrote. */
static void peer_created_or_found_is_told_by_each_call(void **state)
{
    (void)state;
    kf_error error;
    kf_sandbox *sandbox = NULL;
    assert_int_equal(kf_sandbox_start(NULL, &sandbox, &error), KF_OK);
    kf_client *client = fixture_client(kf_sandbox_url(sandbox));
    char id[KF_UUID_TEXT_SIZE];
    kf_uuid_new(id);
    kuflow_process_create_params params = {.id = id, .process_definition_id = KF_SANDBOX_DEFINITION_EMPTY};
    assert_int_equal(kuflow_create_process(client, &params, NULL, &error), KF_OK);
    assert_int_equal(error.http_status, 201);
    creation both[] = {{.client = client, .expected = 201}, {.client = client, .id = id, .expected = 200}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, create_often, &both[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(both[0].wrong + both[1].wrong, 0);
    assert_int_equal(kf_sandbox_applied(sandbox, id), 1);
    kf_client_free(client);
    kf_sandbox_stop(sandbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WIRE_TEST(peer_free_form_content_arrives),
        WIRE_TEST(peer_json_patch_body),
        WIRE_TEST(peer_array_in_query),
        WIRE_TEST(peer_enum_in_body_on_the_wire),
        WIRE_TEST(peer_path_and_query_are_encoded),
        WIRE_TEST(peer_failures_differ),
        WIRE_TEST(peer_cut_answer_is_no_success),
        WIRE_TEST(peer_every_call_ends),
        cmocka_unit_test(peer_created_or_found_is_told_by_each_call),
    };
    return cmocka_run_group_tests_name("what a peer gets wrong", tests, NULL, NULL);
}
