/* Requests over a proxy, and none of the environment's. */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kuflow/kuflow.h"
#include "tiny_server.h"

#define ID "11111111-1111-4111-8111-111111111111"
#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 45\r\n\r\n"
#define PROCESS "{\"id\":\"" ID "\"}"

/* What the proxy was asked, and what it answers. */
struct proxy {
    char requests[8][2048];
    _Atomic int count;
    const char *answer;
};

static void serve(tiny_server *server, int fd, int number, void *user)
{
    struct proxy *proxy = user;
    char request[2048];
    (void)server, (void)number;
    while (proxy->count < 8 && tiny_read(fd, request, sizeof(request))) {
        strcpy(proxy->requests[proxy->count], request);
        proxy->count++;
        if (!tiny_answer(fd, proxy->answer) || strstr(proxy->answer, " 200 ") == NULL ||
            strncmp(request, "CONNECT", 7) == 0)
            return;
    }
}

static kf_client *new_client(const char *base_url, const char *proxy)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client;
    kf_error error;
    options.base_url = base_url;
    options.allow_http = true;
    options.auth = KF_AUTH_BEARER;
    options.token = "s3cret-token";
    options.proxy = proxy;
    options.retry_base_ms = 1;
    if (kf_client_new(&options, &client, &error) != KF_OK)
        fail_msg("%s", error.message);
    return client;
}

static kf_status get(kf_client *client, kf_error *error)
{
    kuflow_process *process;
    kf_status status = kuflow_retrieve_process(client, ID, &process, error);
    kuflow_process_free(process);
    return status;
}

static void test_http_over_proxy(void **state)
{
    struct proxy proxy = {.answer = OK_HEAD PROCESS};
    tiny_server *server = tiny_start(serve, &proxy);
    const kf_pair query = {"q", "a b"};
    const kf_request request = {.path = "/raw", .query = &query, .query_count = 1};
    kf_error error;
    (void)state;
    kf_client *client = new_client("http://nowhere.invalid:8123/v1", tiny_url(server));
    assert_int_equal(get(client, &error), KF_OK);
    assert_int_equal(kf_request_send(client, &request, NULL, NULL, &error), KF_OK);
    assert_int_equal(tiny_connections(server), 1);
    kf_client_free(client);
    tiny_stop(server);
    assert_int_equal(proxy.count, 2);
    static const char first[] = "GET http://nowhere.invalid:8123/v1/processes/" ID " HTTP/1.1\r\n";
    static const char second[] = "GET http://nowhere.invalid:8123/v1/raw?q=a%20b HTTP/1.1\r\n";
    assert_memory_equal(proxy.requests[0], first, sizeof(first) - 1);
    assert_memory_equal(proxy.requests[1], second, sizeof(second) - 1);
    assert_non_null(strstr(proxy.requests[0], "\r\nHost: nowhere.invalid:8123\r\n"));
    assert_non_null(strstr(proxy.requests[0], "\r\nAuthorization: Bearer s3cret-token\r\n"));
}

/* The proxy refuses: nothing was sent to the server, so that everything may be repeated. */
static void test_connect(void **state)
{
    static const struct {
        const char *url;
        const char *line;
    } cases[] = {{"https://nowhere.invalid/v1", "CONNECT nowhere.invalid:443 HTTP/1.1\r\n"},
                 {"https://nowhere.invalid:8443", "CONNECT nowhere.invalid:8443 HTTP/1.1\r\n"},
                 {"https://[::1]:8443", "CONNECT [::1]:8443 HTTP/1.1\r\n"}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct proxy proxy = {.answer = "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"};
        tiny_server *server = tiny_start(serve, &proxy);
        const kf_request post = {.method = "POST", .path = "/x", .body = "{\"a\":\"b0dy\"}"};
        kf_error error;
        kf_client *client = new_client(cases[i].url, tiny_url(server));
        assert_int_not_equal(kf_request_send(client, &post, NULL, NULL, &error), KF_OK);
        assert_int_equal(error.http_status, 0);
        assert_int_equal(error.attempts, 3);
        assert_false(error.may_have_acted);
        kf_client_free(client);
        tiny_stop(server);
        assert_int_equal(proxy.count, 3);
        for (int k = 0; k < proxy.count; k++) {
            assert_memory_equal(proxy.requests[k], cases[i].line, strlen(cases[i].line));
            assert_null(strcasestr(proxy.requests[k], "authorization"));
            assert_null(strcasestr(proxy.requests[k], "x-request-id"));
            assert_null(strstr(proxy.requests[k], "s3cret"));
            assert_null(strstr(proxy.requests[k], "b0dy"));
        }
    }
}

/* The tunnel stands, but what is behind it speaks no TLS. */
static void test_no_tls_in_tunnel(void **state)
{
    struct proxy proxy = {.answer = "HTTP/1.1 200 Connection established\r\n\r\nthis is no TLS, whatever it is"};
    tiny_server *server = tiny_start(serve, &proxy);
    const kf_request post = {.method = "POST", .path = "/x", .body = "{}"};
    kf_error error;
    (void)state;
    kf_client *client = new_client("https://nowhere.invalid", tiny_url(server));
    assert_int_not_equal(kf_request_send(client, &post, NULL, NULL, &error), KF_OK);
    assert_false(error.may_have_acted);
    kf_client_free(client);
    tiny_stop(server);
}

/* The password of a proxy gets to the proxy, and into no message. */
static void test_proxy_password(void **state)
{
    struct proxy proxy = {.answer = "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"};
    tiny_server *server = tiny_start(serve, &proxy);
    char url[128];
    kf_error error;
    (void)state;
    snprintf(url, sizeof(url), "http://user:pr0xypass@%s", tiny_url(server) + strlen("http://"));
    kf_client *client = new_client("https://nowhere.invalid", url);
    assert_int_not_equal(get(client, &error), KF_OK);
    assert_null(memmem(&error, sizeof(error), "pr0xypass", 9));
    kf_client_free(client);
    tiny_stop(server);
    assert_non_null(strstr(proxy.requests[0], "Proxy-Authorization: Basic dXNlcjpwcjB4eXBhc3M="));
    client = new_client("https://nowhere.invalid", "http://user:pr0xypass@proxy.invalid:1");
    assert_int_equal(get(client, &error), KF_ERROR_CONNECT);
    assert_null(memmem(&error, sizeof(error), "pr0xypass", 9));
    kf_client_free(client);
}

static void test_environment_is_not_read(void **state)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"};
    struct proxy proxy = {.answer = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"},
                 direct = {.answer = OK_HEAD PROCESS};
    tiny_server *proxy_server = tiny_start(serve, &proxy), *server = tiny_start(serve, &direct);
    kf_error error;
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        setenv(names[i], tiny_url(proxy_server), 1);
    kf_client *client = new_client(tiny_url(server), NULL);
    assert_int_equal(get(client, &error), KF_OK);
    kf_client_free(client);
    client = new_client("https://127.0.0.1:1", NULL);
    assert_int_equal(get(client, &error), KF_ERROR_CONNECT);
    kf_client_free(client);
    /* One that was set is used, whatever the environment says is to go directly. */
    setenv("NO_PROXY", "*", 1);
    setenv("no_proxy", "*", 1);
    proxy.answer = OK_HEAD PROCESS;
    assert_int_equal(proxy.count, 0);
    client = new_client(tiny_url(server), tiny_url(proxy_server));
    assert_int_equal(get(client, &error), KF_OK);
    kf_client_free(client);
    assert_int_equal(proxy.count, 1);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unsetenv(names[i]);
    unsetenv("NO_PROXY");
    unsetenv("no_proxy");
    tiny_stop(server);
    tiny_stop(proxy_server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http_over_proxy),         cmocka_unit_test(test_connect),
        cmocka_unit_test(test_no_tls_in_tunnel),        cmocka_unit_test(test_proxy_password),
        cmocka_unit_test(test_environment_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
