/* Calls over real sockets: kept connections that die, cancelling, time limits, threads, forks. */
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "socket_client.h"

/* Connections are reused; one that the server ended is replaced. */
struct stale {
    int per_connection; /* answers before a request is swallowed and the connection ended */
};

static void answer_some(tiny_server *server, int fd, int number, void *user)
{
    const struct stale *stale = user;
    char request[4096];
    (void)server, (void)number;
    for (int i = 0; tiny_read(fd, request, sizeof(request)); i++) {
        if (i == stale->per_connection)
            return;
        tiny_answer(fd, "HTTP/1.1 200 OK\r\nContent-Length: " PROCESS_LENGTH "\r\n\r\n" PROCESS);
    }
}

static void test_reuse(void **state)
{
    struct stale stale = {1000};
    tiny_server *server = tiny_start(answer_some, &stale);
    kf_client *client = connect_to(tiny_url(server), NULL);
    kf_error error;
    (void)state;
    for (int i = 0; i < 20; i++)
        assert_int_equal(get(client, &error), KF_OK);
    assert_int_equal(tiny_connections(server), 1);
    kf_client_free(client);
    tiny_stop(server);
}

static void test_stale_connection(void **state)
{
    struct stale stale = {1};
    tiny_server *server = tiny_start(answer_some, &stale);
    kf_client *client = connect_to(tiny_url(server), NULL);
    const kf_request post = {.method = "POST", .path = "/x", .body = "{}"};
    const kf_request bare_post = {.method = "POST", .path = "/x"};
    kf_error error;
    (void)state;
    /* A request that can be repeated survives, however often, and without a retry. */
    for (int i = 0; i < 14; i++) {
        assert_int_equal(get(client, &error), KF_OK);
        assert_int_equal(error.attempts, 1);
    }
    kf_client_free(client);
    /* One that cannot arrives once, and the call fails. */
    const kf_request *posts[] = {&post, &bare_post};
    for (int i = 0; i < 2; i++) {
        client = connect_to(tiny_url(server), NULL);
        assert_int_equal(kf_request_send(client, posts[i], NULL, NULL, &error), KF_OK);
        tiny_reset_requests();
        assert_int_equal(kf_request_send(client, posts[i], NULL, NULL, &error), KF_ERROR_TRANSPORT);
        assert_int_equal(tiny_requests(), 1);
        assert_int_equal(error.attempts, 1);
        assert_true(error.may_have_acted);
        assert_true(error.retryable);
        kf_client_free(client);
    }
    tiny_stop(server);
}

/* A connection answers once, and then again without having been asked; one before it ends at the second request. */
struct stray {
    int connection;
    sem_t answered, sent;
};

static void answer_unasked(tiny_server *server, int fd, int number, void *user)
{
    struct stray *stray = user;
    char request[4096];
    int on_the_way = 1;
    (void)server;
    for (int asked = 0; tiny_read(fd, request, sizeof(request)); asked++) {
        if (number < stray->connection && asked > 0)
            return;
        tiny_answer(fd, "HTTP/1.1 200 OK\r\nContent-Length: " PROCESS_LENGTH "\r\n\r\n" PROCESS);
        if (number != stray->connection)
            continue;
        while (sem_wait(&stray->answered) != 0)
            ;
        tiny_answer(fd, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
        while (ioctl(fd, TIOCOUTQ, &on_the_way) == 0 && on_the_way > 0) /* till the client's side has it */
            usleep(100);
        usleep(50000); /* the pause after which a connection is looked at; more does no harm */
        sem_post(&stray->sent);
    }
}

static void test_stray_answer(void **state)
{
    kf_error error;
    (void)state;
    /* Also on a connection that libcurl opened to send a request again. */
    for (int number = 0; number < 2; number++) {
        struct stray stray = {.connection = number};
        sem_init(&stray.answered, 0, 0);
        sem_init(&stray.sent, 0, 0);
        tiny_server *server = tiny_start(answer_unasked, &stray);
        kf_client *client = once_client(tiny_url(server));
        for (int i = 0; i <= number; i++)
            assert_int_equal(get(client, &error), KF_OK);
        assert_int_equal(tiny_connections(server), number + 1);
        sem_post(&stray.answered);
        while (sem_wait(&stray.sent) != 0)
            ;
        assert_int_equal(get(client, &error), KF_OK);
        assert_int_equal(get(client, &error), KF_OK);
        assert_int_equal(tiny_connections(server), number + 2);
        kf_client_free(client);
        tiny_stop(server);
        sem_destroy(&stray.answered);
        sem_destroy(&stray.sent);
    }
}

/* Remembers the last request. */
static char last_request[65536];

static void answer_and_remember(tiny_server *server, int fd, int number, void *user)
{
    static char request[sizeof(last_request)];
    (void)server, (void)number, (void)user;
    while (tiny_read(fd, request, sizeof(request))) {
        memcpy(last_request, request, sizeof(request));
        bool head = strncmp(request, "HEAD ", 5) == 0;
        tiny_answer(fd, head ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
                             : "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}");
    }
}

static void send_method(kf_client *client, const char *method, const char *body)
{
    kf_request request = {.method = method, .path = "/~a/%2F", .body = body};
    kf_error error;
    char *text;
    size_t length;
    if (kf_request_send(client, &request, &text, &length, &error) != KF_OK)
        fail_msg("%s: %s", method, error.message);
    assert_int_equal(length, strcmp(method, "HEAD") == 0 ? 0 : 2);
    kf_free(text);
}

/* The method, body and headers of one request leave nothing behind in the next one of the same connection. */
static void test_methods(void **state)
{
    tiny_server *server = tiny_start(answer_and_remember, NULL);
    kf_client *client = connect_to(tiny_url(server), NULL);
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"};
    const size_t count = sizeof(methods) / sizeof(methods[0]);
    char line[64];
    (void)state;
    for (size_t i = 0; i < count * count * 4; i++) {
        /* Every pair of methods after each other, with and without bodies. */
        const char *method = methods[i % 2 == 0 ? i / 2 % count : i / 2 / count % count];
        const char *body = i / 2 % 3 == 0 ? NULL : "{\"a\":1}";
        bool posts = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
        send_method(client, method, body);
        snprintf(line, sizeof(line), "%s /~a/%%2F HTTP/1.1\r\n", method);
        assert_memory_equal(last_request, line, strlen(line));
        if (body != NULL) {
            assert_non_null(strstr(last_request, "\r\nContent-Length: 7\r\n"));
            assert_non_null(strstr(last_request, "\r\nContent-Type: application/json\r\n"));
            assert_non_null(strstr(last_request, "\r\n\r\n{\"a\":1}"));
        } else {
            assert_null(strstr(last_request, "Content-Type"));
            assert_int_equal(strstr(last_request, "\r\nContent-Length: 0\r\n") != NULL, posts);
        }
        assert_null(strstr(last_request, "Expect"));
        assert_null(strstr(last_request, "Cookie"));
        assert_null(strstr(last_request, "Transfer-Encoding"));
        /* Nothing else would notice that a compressed text was cut. */
        assert_non_null(strstr(last_request, "\r\nAccept-Encoding: identity\r\n"));
    }
    send_method(client, "HEAD", NULL);
    assert_memory_equal(last_request, "HEAD ", 5);
    send_method(client, "GET", NULL);
    assert_memory_equal(last_request, "GET ", 4);
    assert_int_equal(tiny_connections(server), 1);
    kf_client_free(client);
    tiny_stop(server);
}

/* A value of nothing is sent, too. */
static void test_blank_headers(void **state)
{
    tiny_server *server = tiny_start(answer_and_remember, NULL);
    kf_client *client = connect_to(tiny_url(server), NULL);
    const kf_pair headers[] = {{"X-Empty", ""}, {"X-Blank", " \t"}, {"X-Led", "  a b"}};
    const kf_request request = {.path = "/x", .headers = headers, .header_count = 3};
    kf_error error;
    (void)state;
    assert_int_equal(kf_request_send(client, &request, NULL, NULL, &error), KF_OK);
    assert_non_null(strstr(last_request, "\r\nX-Empty:\r\n"));
    assert_non_null(strstr(last_request, "\r\nX-Blank:\r\n"));
    assert_non_null(strstr(last_request, "\r\nX-Led: a b\r\n"));
    kf_client_free(client);
    tiny_stop(server);
}

static void test_connection_refused(void **state)
{
    tiny_server *server = tiny_start(answer_and_remember, NULL);
    char url[64], expected[160];
    kf_error error;
    (void)state;
    snprintf(url, sizeof(url), "%s", tiny_url(server));
    tiny_stop(server);
    kf_client *client = once_client(url);
    assert_int_equal(get(client, &error), KF_ERROR_CONNECT);
    snprintf(expected, sizeof(expected), "kuflow.retrieveProcess: cannot connect to %s: Connection refused", url + 7);
    assert_string_equal(error.message, expected);
    assert_false(error.may_have_acted);
    assert_true(error.retryable);
    assert_int_equal(error.transport_code, 7);
    kf_client_free(client);
}

/* A server that takes a request and says nothing until the other side goes. */
static void say_nothing(tiny_server *server, int fd, int number, void *user)
{
    char request[4096];
    (void)server, (void)number;
    if (!tiny_read(fd, request, sizeof(request)))
        return;
    if (user != NULL)
        sem_post(user);
    tiny_wait_closed(fd);
}

struct canceller {
    kf_cancel *cancel;
    sem_t *arrived;
};

static void *cancel_when_arrived(void *argument)
{
    struct canceller *canceller = argument;
    while (sem_wait(canceller->arrived) != 0)
        ;
    kf_cancel_trigger(canceller->cancel);
    return NULL;
}

static void test_cancel(void **state)
{
    sem_t arrived;
    (void)state;
    sem_init(&arrived, 0, 0);
    tiny_server *server = tiny_start(say_nothing, &arrived);
    kf_client *client = connect_to(tiny_url(server), NULL);
    kf_cancel *cancel = kf_cancel_new();
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    kf_client *scope, *inner;
    kf_error error;
    options.cancel = cancel;
    assert_int_equal(kf_client_scope(client, &options, &scope, &error), KF_OK);
    assert_int_equal(kf_client_scope(scope, NULL, &inner, &error), KF_OK);
    for (int i = 0; i < 20; i++) {
        struct canceller canceller = {cancel, &arrived};
        pthread_t thread;
        pthread_create(&thread, NULL, cancel_when_arrived, &canceller);
        assert_int_equal(get(i % 2 == 0 ? scope : inner, &error), KF_ERROR_CANCELLED);
        pthread_join(thread, NULL);
        kf_cancel_reset(cancel);
    }
    kf_client_free(inner);
    kf_client_free(scope);
    kf_client_free(client);
    kf_cancel_free(cancel);
    tiny_stop(server);
    sem_destroy(&arrived);
}

static void test_timeouts(void **state)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    tiny_server *server = tiny_start(say_nothing, NULL);
    kf_error error;
    (void)state;
    options.max_attempts = 2;
    options.attempt_timeout_ms = 30;
    options.retry_base_ms = 1;
    kf_client *client = connect_to(tiny_url(server), &options);
    assert_int_equal(get(client, &error), KF_ERROR_TIMEOUT);
    assert_int_equal(error.attempts, 2);
    assert_false(error.may_have_acted);
    kf_client_free(client);
    client = connect_to(tiny_url(server), NULL);
    error.may_have_acted = false;
    /* On a machine that stands still, a short one may pass before anything is sent. */
    for (int64_t deadline = 20; !error.may_have_acted && deadline < 100000; deadline *= 2) {
        kf_scope_options scope_options = KF_SCOPE_OPTIONS_INIT;
        scope_options.deadline_ms = deadline;
        kf_client *scope;
        assert_int_equal(kf_client_scope(client, &scope_options, &scope, &error), KF_OK);
        const kf_request post = {.method = "POST", .path = "/x"};
        assert_int_equal(kf_request_send(scope, &post, NULL, NULL, &error), KF_ERROR_TIMEOUT);
        kf_client_free(scope);
    }
    assert_true(error.may_have_acted);
    assert_int_equal(error.attempts, 1);
    assert_non_null(strstr(error.message, "did not answer in time"));
    kf_client_free(client);
    tiny_stop(server);
}

static void test_kept_response(void **state)
{
    static const char answer[] = "HTTP/1.1 404 Not Found\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 5\r\n\r\n{\"a\"}";
    tiny_server *server = tiny_start(answer_always, (void *)answer);
    kf_client *client = connect_to(tiny_url(server), NULL);
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    const char *name, *value;
    size_t length;
    kf_client *scope;
    kf_error error;
    (void)state;
    options.keep_response = true;
    assert_int_equal(kf_client_scope(client, &options, &scope, &error), KF_OK);
    assert_null(kf_client_response(scope));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(get(scope, &error), KF_ERROR_NOT_FOUND);
        const kf_response *response = kf_client_response(scope);
        assert_int_equal(kf_response_status(response), 404);
        assert_string_equal(kf_response_header(response, "X-a"), "2");
        assert_null(kf_response_header(response, "X-B"));
        assert_int_equal(kf_response_header_at(response, 0, &name, &value), 0);
        assert_string_equal(name, "X-A");
        assert_string_equal(value, "1");
        assert_int_equal(kf_response_header_at(response, 3, &name, &value), -1);
        assert_string_equal(kf_response_text(response, &length), "{\"a\"}");
        assert_int_equal(length, 5);
    }
    kf_client_free(scope);
    kf_client_free(client);
    assert_int_equal(kf_response_status(NULL), 0);
    assert_null(kf_response_text(NULL, &length));
    tiny_stop(server);
}

static void *get_many(void *argument)
{
    kf_error error;
    for (int i = 0; i < 30; i++)
        if (get(argument, &error) != KF_OK)
            return (void *)1;
    return NULL;
}

static void test_threads(void **state)
{
    struct stale stale = {1000000};
    tiny_server *server = tiny_start(answer_some, &stale);
    kf_client *client = connect_to(tiny_url(server), NULL);
    pthread_t threads[8];
    (void)state;
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, get_many, client);
    for (int i = 0; i < 8; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_in_range(tiny_connections(server), 1, 8);
    kf_client_free(client);
    tiny_stop(server);
}

/* The child makes its own connection, and the parent's lives on. */
static void test_fork(void **state)
{
    struct stale stale = {1000000};
    tiny_server *server = tiny_start(answer_some, &stale);
    kf_client *client = connect_to(tiny_url(server), NULL);
    kf_error error;
    int ends[2], status;
    char good = 0;
    (void)state;
    assert_int_equal(get(client, &error), KF_OK);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        good = kuflow_retrieve_process(client, ID, NULL, NULL) == KF_OK &&
               kuflow_retrieve_process(client, ID, NULL, NULL) == KF_OK;
        kf_client_free(client);
        /* Its parent's handles are left alone, which a leak checker would count: so it ends as another program. */
        if (write(ends[1], &good, 1) == 1)
            execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &good, 1), 1);
    assert_int_equal(good, 1);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(get(client, &error), KF_OK);
    assert_int_equal(tiny_connections(server), 2);
    kf_client_free(client);
    tiny_stop(server);
}

static volatile sig_atomic_t pipes;

static void count_pipe(int number)
{
    (void)number;
    pipes++;
}

/* The other side is gone before a long body is written. */
static void hang_up(tiny_server *server, int fd, int number, void *user)
{
    (void)server, (void)fd, (void)number, (void)user;
}

static void test_no_sigpipe(void **state)
{
    struct sigaction action = {.sa_handler = count_pipe}, before;
    tiny_server *server = tiny_start(hang_up, NULL);
    kf_client *client = connect_to(tiny_url(server), NULL);
    size_t length = 8 << 20;
    char *body = malloc(length);
    kf_error error;
    (void)state;
    sigaction(SIGPIPE, &action, &before);
    memset(body, 'x', length);
    const kf_request request = {
        .method = "POST", .path = "/x", .body = body, .body_length = length, .idempotent = true};
    for (int i = 0; i < 5; i++)
        assert_int_not_equal(kf_request_send(client, &request, NULL, NULL, &error), KF_OK);
    assert_int_equal(pipes, 0);
    sigset_t pending;
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
    sigaction(SIGPIPE, &before, NULL);
    free(body);
    kf_client_free(client);
    tiny_stop(server);
}

static void test_bad_arguments(void **state)
{
    kf_client *client = connect_to("http://127.0.0.1:1", NULL);
    const kf_pair host = {"Host", "evil"};
    kf_error error;
    (void)state;
    const kf_operation *retrieve = kf_operation_find("kuflow.retrieveProcess");
    const kf_operation *create = kf_operation_find("kuflow.createProcess");
    kuflow_process *process = (kuflow_process *)1;
    assert_int_equal(kf_call(NULL, retrieve, NULL, NULL, NULL, &process, &error), KF_ERROR_ARGUMENT);
    assert_null(process);
    assert_int_equal(kf_call(client, NULL, NULL, NULL, NULL, NULL, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_call(client, retrieve, NULL, NULL, NULL, &process, &error), KF_ERROR_ARGUMENT);
    assert_null(process);
    assert_string_equal(error.operation, "kuflow.retrieveProcess");
    assert_int_equal(kuflow_retrieve_process(client, NULL, &process, &error), KF_ERROR_ARGUMENT);
    assert_string_equal(error.message, "kuflow.retrieveProcess: the path parameter \"id\" is missing");
    assert_int_equal(kf_call(client, create, NULL, NULL, NULL, NULL, &error), KF_ERROR_ARGUMENT);
    kuflow_process_create_params body = {0};
    assert_int_equal(kuflow_create_process(client, &body, NULL, &error), KF_ERROR_ENCODE);
    kf_request requests[] = {
        {.path = NULL},
        {.path = "x"},
        {.path = "/a?b"},
        {.path = "/", .method = "G T"},
        {.path = "/", .method = "CONNECT"},
        {.path = "/", .method = "GET\r\nX: y"},
        {.path = "/", .headers = &host, .header_count = 1},
        {.path = "/", .header_count = 1},
        {.path = "/", .query_count = 1},
        {.path = "/", .body = "x", .content_type = "a\r\nb"},
        {.path = "/", .method = "HEAD", .body = "x"},
    };
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        assert_int_equal(kf_request_send(client, &requests[i], NULL, NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(error.attempts, 0);
    assert_int_equal(kf_request_send(client, NULL, NULL, NULL, &error), KF_ERROR_ARGUMENT);
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reuse),         cmocka_unit_test(test_stale_connection),
        cmocka_unit_test(test_stray_answer),  cmocka_unit_test(test_methods),
        cmocka_unit_test(test_blank_headers), cmocka_unit_test(test_connection_refused),
        cmocka_unit_test(test_cancel),        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_kept_response), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_fork),          cmocka_unit_test(test_no_sigpipe),
        cmocka_unit_test(test_bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
