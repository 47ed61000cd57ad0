/* What users of other C generators complain about, a test each: calls. See test_complaints.c. */
#include "models.h"
#include "wire.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define VERSION "/v2024-06-14"
#define TENANT "{\"id\":\"1\",\"name\":\"n\",\"plan\":\"FREE\"}"
#define EMPTY_PAGE "{\"metadata\":{\"size\":0,\"page\":0,\"totalElements\":0,\"totalPages\":0},\"content\":[]}"

static kf_status find(wire_fixture *w, const kuflow_find_process_items_params *params)
{
    kuflow_process_item_page *page = NULL;
    wire_answer(w->server, 200, NULL, EMPTY_PAGE);
    kf_status status = kuflow_find_process_items(w->client, params, &page, &w->error);
    kuflow_process_item_page_free(page);
    return status;
}

static kf_status tenant(wire_fixture *w, const char *id)
{
    kuflow_tenant *answer = NULL;
    kf_status status = kuflow_retrieve_tenant(w->client, id, &answer, &w->error);
    assert_int_equal(answer != NULL, status == KF_OK);
    kuflow_tenant_free(answer);
    return status;
}

/* A query value of 0 was not sent; after the repair it was always sent and could not be left out. */
static void complaint_04_query_absent_zero_and_set(void **state)
{
    wire_fixture *w = *state;
    kuflow_find_process_items_params params = {0};
    WIRE_OK(w, find(w, &params));
    CHECK_LINE(w->server, "GET " VERSION "/process-items");
    params.size = KF_INT32(0);
    WIRE_OK(w, find(w, &params));
    CHECK_LINE(w->server, "GET " VERSION "/process-items?size=0");
    params.page = KF_INT32(0);
    WIRE_OK(w, find(w, &params));
    CHECK_LINE(w->server, "GET " VERSION "/process-items?size=0&page=0");
    params.size = KF_INT32(7);
    WIRE_OK(w, find(w, &params));
    CHECK_LINE(w->server, "GET " VERSION "/process-items?size=7&page=0");
    params.size = params.page = (kf_int32){0};
    WIRE_OK(w, find(w, &params));
    CHECK_LINE(w->server, "GET " VERSION "/process-items");
    WIRE_OK(w, find(w, NULL));
    CHECK_LINE(w->server, "GET " VERSION "/process-items");
}

/* Query values that had never been made were freed, which crashed. */
static void complaint_11_nothing_is_freed_that_was_not_made(void **state)
{
    wire_fixture *w = *state;
    kuflow_download_robot_asset_params params = {0};
    kf_sink sink;
    kf_sink_memory(&sink);
    /* One required value more each time; each failure happens at another place. */
    for (int step = 0; step < 4; step++) {
        static const char *const missing[] = {"type", "version", "platform", "architecture"};
        WIRE_FAILS(w, KF_ERROR_ARGUMENT, kuflow_download_robot_asset(w->client, "1", &params, &sink, &w->error));
        assert_non_null(strstr(w->error.message, missing[step]));
        switch (step) {
        case 0:
            params.type = KUFLOW_ROBOT_ASSET_TYPE_PYTHON;
            break;
        case 1:
            params.version = "3";
            break;
        default:
            params.platform = KUFLOW_ROBOT_ASSET_PLATFORM_LINUX;
        }
    }
    WIRE_FAILS(w, KF_ERROR_ARGUMENT, kuflow_download_robot_asset(w->client, "1", NULL, &sink, &w->error));
    WIRE_FAILS(w, KF_ERROR_ARGUMENT, kuflow_download_robot_asset(w->client, NULL, &params, &sink, &w->error));
    WIRE_FAILS(w, KF_ERROR_ARGUMENT, tenant(w, ""));
    assert_int_equal(wire_requests(w->server), 0);
    assert_null(sink.data);
}

/* The body of an answer with another status than 200 was thrown away. */
static void complaint_15_body_of_every_status_is_kept(void **state)
{
    wire_fixture *w = *state;
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.keep_response = true;
    kf_client *scope = NULL;
    WIRE_OK(w, kf_client_scope(w->client, &options, &scope, &w->error));
    static const int statuses[] = {300, 400, 401, 403, 404, 409, 418, 422, 429, 500, 501, 503, 599};
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        char body[300];
        snprintf(body, sizeof(body),
                 "{\"timestamp\":\"2024-06-14T00:00:00Z\",\"status\":%d,\"message\":\"Said %d\","
                 "\"errors\":[{\"code\":\"c%d\",\"message\":\"m\",\"location\":\"l%d\"}]}",
                 statuses[i], statuses[i], statuses[i], statuses[i]);
        wire_answer(w->server, statuses[i], "X-Of-Server: here\r\n", body);
        kuflow_tenant *answer = NULL;
        assert_int_not_equal(kuflow_retrieve_tenant(scope, "1", &answer, &w->error), KF_OK);
        assert_null(answer);
        assert_int_equal(w->error.http_status, statuses[i]);
        char said[40];
        snprintf(said, sizeof(said), "Said %d: m", statuses[i]);
        assert_string_equal(w->error.server_message, said);
        snprintf(said, sizeof(said), "c%d", statuses[i]);
        assert_string_equal(w->error.server_code, said);
        snprintf(said, sizeof(said), "l%d", statuses[i]);
        assert_string_equal(w->error.server_location, said);
        const kf_response *response = kf_client_response(scope);
        assert_int_equal(kf_response_status(response), statuses[i]);
        assert_string_equal(kf_response_text(response, NULL), body);
        assert_string_equal(kf_response_header(response, "x-of-server"), "here");
    }
    kf_client_free(scope);
    /* 201 is a success with a body, too. */
    kuflow_process_create_params params = {.process_definition_id = "d"};
    kuflow_process *process = NULL;
    wire_answer(w->server, 201, NULL, "{\"id\":\"1\",\"state\":\"RUNNING\",\"tenantId\":\"t\"}");
    WIRE_OK(w, kuflow_create_process(w->client, &params, &process, &w->error));
    assert_int_equal(w->error.http_status, 201);
    assert_string_equal(process->id, "1");
    kuflow_process_free(process);
}

/* A body that came in several pieces lost all but the last. */
static void complaint_16_answer_in_pieces(void **state)
{
    wire_fixture *w = *state;
    static const char raw[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 42\r\n\r\n"
                              "{\"id\":\"\xc3\xa9\\u00e9\",\"name\":\"n\",\"plan\":\"FREE\"}";
    static const char chunked[] =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "9\r\n{\"id\":\"\xc3\xa9\r\n21\r\n\\u00e9\",\"name\":\"n\",\"plan\":\"FREE\"}\r\n0\r\n\r\n";
    const char *const forms[] = {raw, chunked};
    for (size_t form = 0; form < 2; form++) {
        size_t length = strlen(forms[form]);
        for (size_t at = 1; at < length; at++) {
            wire_answer_raw(w->server, forms[form], length, at, false);
            kuflow_tenant *answer = NULL;
            WIRE_OK(w, kuflow_retrieve_tenant(w->client, "1", &answer, &w->error));
            assert_string_equal(answer->id, "\xc3\xa9\xc3\xa9");
            assert_int_equal(answer->plan, KUFLOW_TENANT_PRICING_PLAN_FREE);
            kuflow_tenant_free(answer);
        }
    }
}

/* Numbers and other values in the query came out as garbage. All styles: test_complaints.py. */
static void complaint_18_query_values(void **state)
{
    wire_fixture *w = *state;
    kuflow_find_process_items_params params = {
        .size = KF_INT32(1000),
        .page = KF_INT32(2147483647),
        .sort = KF_LIST("createdAt,desc", "id"),
        .process_id = KF_LIST("p1"),
        .type = KF_LIST_OF(kuflow_process_item_type, KUFLOW_PROCESS_ITEM_TYPE_TASK, KUFLOW_PROCESS_ITEM_TYPE_THREAD),
        .task_state = KF_LIST_OF(kuflow_process_item_task_state, KUFLOW_PROCESS_ITEM_TASK_STATE_READY),
        .process_item_definition_code = KF_LIST("A", ""),
        .tenant_id = KF_LIST("t")};
    WIRE_OK(w, find(w, &params));
    CHECK_LINE(w->server, "GET " VERSION "/process-items?size=1000&page=2147483647&sort=createdAt%2Cdesc&sort=id"
                          "&processId=p1&type=TASK&type=THREAD&taskState=READY&processItemDefinitionCode=A"
                          "&processItemDefinitionCode=&tenantId=t");
    params = (kuflow_find_process_items_params){
        .type = KF_LIST_OF(kuflow_process_item_type, KUFLOW_PROCESS_ITEM_TYPE_UNRECOGNIZED)};
    int requests = wire_requests(w->server);
    kuflow_process_item_page *page = NULL;
    assert_int_not_equal(kuflow_find_process_items(w->client, &params, &page, &w->error), KF_OK);
    assert_non_null(strstr(w->error.message, "type"));
    assert_int_equal(wire_requests(w->server), requests);
}

/* Values were put into path and query as they were: they could add segments, parameters and headers. */
static void complaint_19_values_are_encoded(void **state)
{
    wire_fixture *w = *state;
    static const struct {
        const char *value;
        const char *encoded;
        const char *in_path; /* NULL: the same */
    } corpus[] = {
        {"a b/../x?y=1&z", "a%20b%2F..%2Fx%3Fy%3D1%26z", NULL},
        {"k=v&limit=1#f", "k%3Dv%26limit%3D1%23f", NULL},
        {"100%", "100%25", NULL},
        {"%2e%2e", "%252e%252e", NULL},
        {"a+b;c:d@e,f", "a%2Bb%3Bc%3Ad%40e%2Cf", "a%2Bb%3Bc:d%40e%2Cf"},
        {"-._~", "-._~", NULL},
        {"!$'()*[]\"<>\\^`{|}", "%21%24%27%28%29%2A%5B%5D%22%3C%3E%5C%5E%60%7B%7C%7D", NULL},
        {"\xc3\xb1\xe6\x97\xa5", "%C3%B1%E6%97%A5", NULL},
        {"a\r\nX-Evil: 1", "a%0D%0AX-Evil%3A%201", "a%0D%0AX-Evil:%201"},
        {"\x01\x7f\t", "%01%7F%09", NULL},
    };
    for (size_t i = 0; i < sizeof(corpus) / sizeof(corpus[0]); i++) {
        char expected[300];
        wire_answer(w->server, 200, NULL, TENANT);
        WIRE_OK(w, tenant(w, corpus[i].value));
        const char *in_path = corpus[i].in_path != NULL ? corpus[i].in_path : corpus[i].encoded;
        snprintf(expected, sizeof(expected), "GET " VERSION "/tenants/%s", in_path);
        CHECK_LINE(w->server, expected);
        assert_null(wire_header(w->server, "X-Evil"));
        kuflow_find_process_items_params params = {.sort = KF_LIST(corpus[i].value)};
        WIRE_OK(w, find(w, &params));
        snprintf(expected, sizeof(expected), "GET " VERSION "/process-items?sort=%s", corpus[i].encoded);
        CHECK_LINE(w->server, expected);
        assert_null(wire_header(w->server, "X-Evil"));
    }
    /* What would be another path after all is refused. */
    int requests = wire_requests(w->server);
    WIRE_FAILS(w, KF_ERROR_ARGUMENT, tenant(w, ".."));
    WIRE_FAILS(w, KF_ERROR_ARGUMENT, tenant(w, "."));
    kf_pair evil = {"X-A", "1\r\nX-Evil: 1"};
    kf_request request = {.path = "/x", .headers = &evil, .header_count = 1};
    WIRE_FAILS(w, KF_ERROR_ARGUMENT, kf_request_send(w->client, &request, NULL, NULL, &w->error));
    assert_int_equal(wire_requests(w->server), requests);
}

static void *client_of_its_own(void *user)
{
    wire *server = user;
    for (int i = 0; i < 10; i++) {
        kf_client_options options = fixture_options(wire_url(server));
        kf_client *client = NULL;
        kf_error error;
        kuflow_tenant *answer = NULL;
        if (kuflow_client_new(&options, &client, &error) != KF_OK ||
            kuflow_retrieve_tenant(client, "1", &answer, &error) != KF_OK)
            return "failed";
        kuflow_tenant_free(answer);
        kf_client_free(client);
    }
    return NULL;
}

/* Making and freeing clients in several threads crashed, because of libcurl's global state. */
static void complaint_20_clients_in_many_threads(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, NULL, TENANT);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, client_of_its_own, w->server), 0);
    for (int i = 0; i < 8; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(wire_requests(w->server), 80);
    WIRE_OK(w, tenant(w, "1")); /* and who was there before goes on */
}

/* Some zeros, then the end of our patience. */
static int64_t read_then_fail(char *buffer, size_t size, void *user)
{
    int *left = user;
    if ((*left)-- == 0)
        return -1;
    memset(buffer, 0, size);
    return (int64_t)size;
}

/* A length was passed to libcurl as the wrong type, which 32-bit machines noticed. */
static void complaint_22_lengths_above_4_gib(void **state)
{
    wire_fixture *w = *state;
    int left = 3;
    kf_source source;
    kf_source_callback(&source, read_then_fail, NULL, INT64_C(5368709121), &left);
    kuflow_upload_process_document_params params = {.file_content_type = "a/b", .file_name = "f"};
    kuflow_document_reference *reference = NULL;
    WIRE_FAILS(w, KF_ERROR_IO, kuflow_upload_process_document(w->client, "1", &params, &source, &reference, &w->error));
    for (int i = 0; i < 200 && wire_last(w->server)->line[0] == '\0'; i++)
        sleep_ms(10);
    assert_string_equal(wire_header(w->server, "Content-Length"), "5368709121");
}

/* Whether a socket of this process that is connected to the port has the option. */
static int socket_option(int port, int option)
{
    for (int fd = 3; fd < 1024; fd++) {
        struct sockaddr_in peer;
        socklen_t length = sizeof(peer);
        if (getpeername(fd, (struct sockaddr *)&peer, &length) != 0 || peer.sin_family != AF_INET ||
            ntohs(peer.sin_port) != port)
            continue;
        int value = 0;
        length = sizeof(value);
        assert_int_equal(getsockopt(fd, SOL_SOCKET, option, &value, &length), 0);
        return value;
    }
    fail_msg("no connection is open");
    return 0;
}

/* A long call died without a word, and keep-alive was out of reach. */
static void complaint_23_silence_ends(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, NULL, TENANT);
    WIRE_OK(w, tenant(w, "1"));
    assert_int_not_equal(socket_option(wire_port(w->server), SO_KEEPALIVE), 0);
    kf_client_options options = fixture_options(wire_url(w->server));
    options.max_attempts = 1;
    options.idle_timeout_ms = 1000;
    options.attempt_timeout_ms = 12000; /* what would end it otherwise */
    kf_client *client = NULL;
    WIRE_OK(w, kuflow_client_new(&options, &client, &w->error));
    kuflow_tenant *answer = NULL;
    static const char begun[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":";
    for (int i = 0; i < 2; i++) { /* no answer at all, then half of one */
        wire_answer_raw(w->server, i == 0 ? NULL : begun, strlen(begun), 0, false);
        int64_t begin = now_ms();
        WIRE_FAILS(w, KF_ERROR_TIMEOUT, kuflow_retrieve_tenant(client, "1", &answer, &w->error));
        assert_in_range(now_ms() - begin, 500, 10000);
        assert_null(answer);
    }
    kf_client_free(client);
}

typedef struct stream {
    int64_t left;
    size_t largest;
} stream;

static int64_t read_stream(char *buffer, size_t size, void *user)
{
    stream *s = user;
    if (size > s->largest)
        s->largest = size;
    if ((int64_t)size > s->left)
        size = (size_t)s->left;
    memset(buffer, 'x', size);
    s->left -= (int64_t)size;
    return (int64_t)size;
}

static long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* An upload needed the whole file in memory. */
static void complaint_25_uploads_are_streamed(void **state)
{
    wire_fixture *w = *state;
    enum { SIZE = 96 * 1024 * 1024 };
    wire_answer(w->server, 200, NULL, "{\"documentUri\":\"u\"}");
    kuflow_upload_process_document_params params = {.file_content_type = "a/b", .file_name = "f"};
    for (int known = 0; known < 2; known++) {
        stream s = {.left = SIZE};
        kf_source source;
        kf_source_callback(&source, read_stream, NULL, known ? SIZE : -1, &s);
        kuflow_document_reference *reference = NULL;
        long before = peak_kib();
        WIRE_OK(w, kuflow_upload_process_document(w->client, "1", &params, &source, &reference, &w->error));
        assert_in_range(peak_kib() - before, 0, 32 * 1024);
        assert_in_range(s.largest, 1, 1024 * 1024);
        assert_int_equal(s.left, 0);
        if (known)
            assert_int_equal(wire_last(w->server)->body_length, SIZE);
        else
            assert_true(wire_last(w->server)->body_length > SIZE); /* with the lengths of the chunks */
        kuflow_document_reference_free(reference);
    }
}

/* The wishes: a client for more than one call, a library, errors that say something. */
static void complaint_26_one_client_for_many_calls(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, NULL, TENANT);
    for (int i = 0; i < 20; i++)
        WIRE_OK(w, tenant(w, "1"));
    wire_answer(w->server, 404, NULL, "{\"timestamp\":\"t\",\"status\":404,\"message\":\"No such tenant\"}");
    WIRE_FAILS(w, KF_ERROR_NOT_FOUND, tenant(w, "1"));
    assert_non_null(strstr(w->error.message, "404"));
    assert_string_equal(w->error.server_message, "No such tenant");
    assert_string_equal(w->error.operation, "kuflow.retrieveTenant");
    wire_answer(w->server, 200, NULL, TENANT);
    WIRE_OK(w, tenant(w, "1"));
    assert_int_equal(wire_requests(w->server), 22);
    assert_int_equal(wire_connections(w->server), 1);
    assert_string_equal(kf_version(), KF_VERSION);
}

/* A wrong configuration leaked what had been made before it was noticed; the leak checker looks here. */
static void complaint_28_wrong_configuration(void **state)
{
    wire_fixture *w = *state;
    static const kf_pair evil[] = {{"X-Good", "1"}, {"X-Bad", "a\nb"}};
    const kf_client_options good = fixture_options(wire_url(w->server));
    kf_client_options wrong[12];
    size_t count = sizeof(wrong) / sizeof(wrong[0]);
    for (size_t i = 0; i < count; i++)
        wrong[i] = good;
    wrong[0].base_url = "not a url";
    wrong[1].base_url = "ftp://example.com";
    wrong[2].base_url = "http://user:secret@example.com";
    wrong[3].base_url = "http://example.com/?query=1";
    wrong[4].allow_http = false;
    wrong[5].auth = KF_AUTH_BASIC;
    wrong[5].username = NULL;
    wrong[6].auth = KF_AUTH_BEARER;
    wrong[7].auth = (kf_auth)99;
    wrong[8].headers = evil;
    wrong[8].header_count = 2;
    wrong[9].user_agent = "a\r\nb";
    wrong[10].size = 0;
    wrong[11].auth = KF_AUTH_API_KEY;
    wrong[11].token = "t";
    wrong[11].api_key_header = "bad header:";
    for (size_t i = 0; i < count; i++) {
        kf_client *client = w->client; /* to be reset */
        if (kf_client_new(&wrong[i], &client, &w->error) != KF_ERROR_ARGUMENT)
            fail_msg("number %zu gave %s: %s", i, kf_status_name(w->error.status), w->error.message);
        assert_null(client);
        assert_true(strlen(w->error.message) > 10);
        assert_null(strstr(w->error.message, "secret"));
    }
    kf_client_options options = good;
    WIRE_FAILS(w, KF_ERROR_ARGUMENT, kf_client_options_set(&options, "no_such_option", "1", &w->error));
    WIRE_FAILS(w, KF_ERROR_ARGUMENT, kf_client_options_set(&options, "max_attempts", "many", &w->error));
    assert_int_equal(wire_connections(w->server), 0);
}

/* The code of one kind of authentication was guarded by another's. Here all are data, and any may follow any. */
static void complaint_29_every_authentication(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, NULL, TENANT);
    static const struct {
        kf_auth auth;
        const char *header;
        const char *value;
    } kinds[] = {
        {KF_AUTH_NONE, "Authorization", NULL},
        {KF_AUTH_BASIC, "Authorization", "Basic dTpw"},
        {KF_AUTH_BEARER, "Authorization", "Bearer t"},
        {KF_AUTH_API_KEY, "X-API-Key", "t"},
        {KF_AUTH_BEARER_PAIR, "Authorization", "Bearer dTpw"},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        kf_client_options options = KF_CLIENT_OPTIONS_INIT;
        options.base_url = wire_url(w->server);
        options.allow_http = true;
        options.auth = kinds[i].auth;
        if (options.auth == KF_AUTH_BASIC || options.auth == KF_AUTH_BEARER_PAIR) {
            options.username = "u";
            options.password = "p";
        } else if (options.auth != KF_AUTH_NONE) {
            options.token = "t";
        }
        kf_client *client = NULL;
        WIRE_OK(w, kf_client_new(&options, &client, &w->error));
        kuflow_tenant *answer = NULL;
        WIRE_OK(w, kuflow_retrieve_tenant(client, "1", &answer, &w->error));
        kuflow_tenant_free(answer);
        kf_client_free(client);
        if (kinds[i].value == NULL)
            assert_null(wire_header(w->server, kinds[i].header));
        else
            assert_string_equal(wire_header(w->server, kinds[i].header), kinds[i].value);
        if (options.auth == KF_AUTH_API_KEY)
            assert_null(wire_header(w->server, "Authorization"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WIRE_TEST(complaint_04_query_absent_zero_and_set),
        WIRE_TEST(complaint_11_nothing_is_freed_that_was_not_made),
        WIRE_TEST(complaint_15_body_of_every_status_is_kept),
        WIRE_TEST(complaint_16_answer_in_pieces),
        WIRE_TEST(complaint_18_query_values),
        WIRE_TEST(complaint_19_values_are_encoded),
        WIRE_TEST(complaint_20_clients_in_many_threads),
        WIRE_TEST(complaint_22_lengths_above_4_gib),
        WIRE_TEST(complaint_23_silence_ends),
        WIRE_TEST(complaint_25_uploads_are_streamed),
        WIRE_TEST(complaint_26_one_client_for_many_calls),
        WIRE_TEST(complaint_28_wrong_configuration),
        WIRE_TEST(complaint_29_every_authentication),
    };
    return cmocka_run_group_tests_name("complaints about calls", tests, NULL, NULL);
}
