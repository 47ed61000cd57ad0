/* Answers over real sockets: in pieces, cut, compressed, too long. */
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "socket_client.h"

/* Sends the first `length` bytes of a text, in pieces of `piece`, and ends the connection. */
struct script {
    const char *text;
    _Atomic size_t length; /* the test goes on while the server still looks */
    size_t piece;
};

static void play_script(tiny_server *server, int fd, int number, void *user)
{
    const struct script *script = user;
    char request[4096];
    (void)server, (void)number;
    if (!tiny_read(fd, request, sizeof(request)))
        return;
    for (size_t at = 0; at < script->length; at += script->piece) {
        size_t left = script->length - at;
        tiny_write(fd, script->text + at, left < script->piece ? left : script->piece);
    }
}

static const char *const whole_answers[] = {
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " PROCESS_LENGTH "\r\n\r\n" PROCESS,
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    "HTTP/1.1 200 OK\r\nContent-Length: " PROCESS_LENGTH "\r\n\r\n" PROCESS,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n"
    "5\r\n{\"id\"\r\n28;ext=1\r\n:\"" ID "\"}\r\n0\r\nX-T: 1\r\n\r\n",
    "HTTP/1.0 200 OK\r\n\r\n" PROCESS,
};

static void test_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(whole_answers) / sizeof(whole_answers[0]); i++) {
        for (size_t piece = 1; piece < 8; piece += 3) {
            struct script script = {whole_answers[i], strlen(whole_answers[i]), piece};
            tiny_server *server = tiny_start(play_script, &script);
            kf_client *client = once_client(tiny_url(server));
            kf_error error;
            if (get(client, &error) != KF_OK)
                fail_msg("answer %zu in pieces of %zu: %s", i, piece, error.message);
            kf_client_free(client);
            tiny_stop(server);
        }
    }
}

/* Cut at every byte: an error each time, and the whole a success. */
static void test_truncated(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(whole_answers) / sizeof(whole_answers[0]); i++) {
        struct script script = {whole_answers[i], 0, 4096};
        tiny_server *server = tiny_start(play_script, &script);
        kf_client *client = once_client(tiny_url(server));
        size_t whole = strlen(whole_answers[i]);
        for (script.length = 0; script.length <= whole; script.length++) {
            kf_error error;
            kf_status status = get(client, &error);
            /* The last bytes after the last chunk say nothing any more. */
            bool after_body = strstr(whole_answers[i], "chunked") != NULL && script.length + 11 > whole;
            if ((status == KF_OK) != (script.length == whole) && !(after_body && status == KF_OK))
                fail_msg("answer %zu cut at %zu: %s %s", i, script.length, kf_status_name(status), error.message);
            if (status != KF_OK && strstr(whole_answers[i], "HTTP/1.0") == NULL)
                assert_int_equal(status, KF_ERROR_TRANSPORT);
        }
        kf_client_free(client);
        tiny_stop(server);
    }
}

static void test_truncated_without_content(void **state)
{
    static const char text[] = "HTTP/1.1 204 No Content\r\nX-A: b\r\nConnection: close\r\n\r\n";
    struct script script = {text, 0, 4096};
    tiny_server *server = tiny_start(play_script, &script);
    kf_client *client = once_client(tiny_url(server));
    const kf_request request = {.method = "DELETE", .path = "/x"};
    (void)state;
    for (script.length = 0; script.length <= sizeof(text) - 1; script.length++) {
        kf_error error;
        kf_status status = kf_request_send(client, &request, NULL, NULL, &error);
        assert_int_equal(status, script.length == sizeof(text) - 1 ? KF_OK : KF_ERROR_TRANSPORT);
        assert_int_equal(error.may_have_acted, status != KF_OK);
    }
    kf_client_free(client);
    tiny_stop(server);
}

static kf_status get_answer(const char *answer, kf_error *error)
{
    tiny_server *server = tiny_start(answer_always, (void *)answer);
    kf_client *client = once_client(tiny_url(server));
    kf_status status = get(client, error);
    kf_client_free(client);
    tiny_stop(server);
    return status;
}

static void test_answers(void **state)
{
    kf_error error;
    (void)state;
    assert_int_equal(get_answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", &error), KF_ERROR_TRANSPORT);
    assert_non_null(strstr(error.message, "without the content"));
    assert_int_equal(get_answer("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", &error), KF_ERROR_TRANSPORT);
    assert_int_equal(get_answer("HTTP/1.1 206 X\r\nContent-Length: " PROCESS_LENGTH "\r\n\r\n" PROCESS, &error), KF_OK);
    assert_int_equal(get_answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]", &error), KF_ERROR_DECODE);
    assert_int_equal(error.http_status, 200);
    assert_false(error.may_have_acted);
    assert_int_equal(get_answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{]", &error), KF_ERROR_DECODE);
    assert_int_equal(get_answer("garbage\r\n\r\n", &error), KF_ERROR_TRANSPORT);
    assert_int_equal(get_answer("HTTP/0.9 200 OK\r\n\r\n{}", &error), KF_ERROR_TRANSPORT);
    assert_int_equal(get_answer("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", &error), KF_ERROR_TRANSPORT);
    assert_non_null(strstr(error.message, "not valid HTTP"));
    assert_int_equal(get_answer("HTTP/1.1 304 Not Modified\r\n\r\n", &error), KF_ERROR_REJECTED);
    assert_string_equal(error.message, "kuflow.retrieveProcess: the server answered 304 Not Modified");
    assert_int_equal(get_answer("HTTP/1.1 302 Found\r\nLocation: http://u:pw@evil.example/?token=1\r\n"
                                "Content-Length: 0\r\n\r\n",
                                &error),
                     KF_ERROR_REJECTED);
    assert_non_null(strstr(error.message, "evil.example"));
    assert_null(strstr(error.message, "pw"));
    assert_null(strstr(error.message, "token"));
    assert_int_equal(get_answer("HTTP/1.1 404 Not Found\r\nContent-Length: 85\r\n\r\n{\"message\":\"No process\","
                                "\"errors\":[{\"code\":\"E7\",\"message\":\"gone\",\"location\":\"id\"}]}   \r\n",
                                &error),
                     KF_ERROR_NOT_FOUND);
    assert_string_equal(error.message, "kuflow.retrieveProcess: the server answered 404 Not Found: No process: gone");
    assert_string_equal(error.server_code, "E7");
    assert_string_equal(error.server_location, "id");
}

static void test_gzip(void **state)
{
    (void)state;
    /* {"id":"…"} as one stored block */
    static char answer[512];
    const char *json = PROCESS;
    size_t length = strlen(json);
    unsigned crc = 0xffffffffU;
    for (size_t i = 0; i < length; i++) {
        crc ^= (unsigned char)json[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
    }
    crc = ~crc;
    int used = snprintf(answer, sizeof(answer),
                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", length + 23);
    unsigned char head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1, (unsigned char)length, 0, (unsigned char)~length,
                            0xff};
    unsigned char tail[] = {crc & 255, crc >> 8 & 255, crc >> 16 & 255, crc >> 24 & 255, (unsigned char)length, 0, 0,
                            0};
    memcpy(answer + used, head, sizeof(head));
    memcpy(answer + used + sizeof(head), json, length);
    memcpy(answer + used + sizeof(head) + length, tail, sizeof(tail));
    struct script script = {answer, (size_t)used + sizeof(head) + length + sizeof(tail), 4096};
    tiny_server *server = tiny_start(play_script, &script);
    kf_client *client = once_client(tiny_url(server));
    kf_error error;
    if (get(client, &error) != KF_OK)
        fail_msg("%s", error.message);
    kf_client_free(client);
    tiny_stop(server);
    answer[used + sizeof(head)] ^= 1; /* the check sum is wrong now */
    server = tiny_start(play_script, &script);
    client = once_client(tiny_url(server));
    assert_int_not_equal(get(client, &error), KF_OK);
    kf_client_free(client);
    tiny_stop(server);
}

static void test_limits(void **state)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    (void)state;
    options.max_response_bytes = 44;
    options.max_header_bytes = 1000;
    const char *answers[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: " PROCESS_LENGTH "\r\n\r\n" PROCESS,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2d\r\n" PROCESS "\r\n0\r\n\r\n",
    };
    for (size_t i = 0; i < 2; i++) {
        tiny_server *server = tiny_start(answer_always, (void *)answers[i]);
        kf_client *client = connect_to(tiny_url(server), &options);
        assert_int_equal(get(client, &error), KF_ERROR_LIMIT);
        assert_int_equal(error.attempts, 1);
        kf_client_free(client);
        tiny_stop(server);
    }
    char *large = malloc(400000);
    snprintf(large, 400000, "HTTP/1.1 200 OK\r\nX: %01000d\r\n\r\n", 1);
    tiny_server *server = tiny_start(answer_always, large);
    kf_client *client = connect_to(tiny_url(server), &options);
    assert_int_equal(get(client, &error), KF_ERROR_LIMIT);
    kf_client_free(client);
    tiny_stop(server);
    /* One header above libcurl's own limit, which it calls a lack of memory before 8.6. */
    options.max_header_bytes = 0;
    snprintf(large, 400000, "HTTP/1.1 200 OK\r\nX: %0150000d\r\n\r\n", 1);
    server = tiny_start(answer_always, large);
    client = connect_to(tiny_url(server), &options);
    kf_status status = get(client, &error);
    assert_true(status == KF_ERROR_LIMIT || status == KF_ERROR_MEMORY);
    assert_non_null(strstr(error.message, "a header of the answer is longer than libcurl takes"));
    kf_client_free(client);
    tiny_stop(server);
    options.max_header_bytes = 1000;
    /* Trailers without end. */
    int start =
        snprintf(large, 400000, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2d\r\n" PROCESS "\r\n0\r\n");
    while (start < 300000)
        start += snprintf(large + start, 400000 - (size_t)start, "X-Trailer: again and again\r\n");
    snprintf(large + start, 400000 - (size_t)start, "\r\n");
    options.max_response_bytes = 0;
    server = tiny_start(answer_always, large);
    client = connect_to(tiny_url(server), &options);
    assert_int_equal(get(client, &error), KF_ERROR_LIMIT);
    kf_client_free(client);
    tiny_stop(server);
    /* A long error body is cut, and still an answer. */
    int used = snprintf(large, 400000, "HTTP/1.1 400 Bad Request\r\nContent-Length: 350000\r\n\r\nToo <b>bad");
    memset(large + used, ' ', 399999 - (size_t)used);
    large[399999] = '\0';
    server = tiny_start(answer_always, large);
    client = connect_to(tiny_url(server), NULL);
    assert_int_equal(get(client, &error), KF_ERROR_REJECTED);
    assert_string_equal(error.server_message, "Too bad");
    assert_int_equal(error.attempts, 1);
    kf_client_free(client);
    tiny_stop(server);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_truncated_without_content),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
