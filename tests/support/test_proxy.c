/* The proxy before a server that sends back what it gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "loopback.h"
#include "proxy.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 1000, PATIENCE_MS = 10000 };

typedef struct echo {
    pthread_t thread;
    int listener;
    int port;
    pthread_mutex_t lock;
    int64_t received;
    kf_proxy *proxy;
} echo;

static void *serve(void *argument)
{
    echo *server = argument;
    char bytes[SIZE];
    for (int fd; (fd = accept(server->listener, NULL, NULL)) >= 0; close(fd)) {
        for (ssize_t got; (got = recv(fd, bytes, sizeof bytes, 0)) > 0;) {
            pthread_mutex_lock(&server->lock);
            server->received += got;
            pthread_mutex_unlock(&server->lock);
            if (send(fd, bytes, (size_t)got, MSG_NOSIGNAL) < 0)
                break;
        }
    }
    return NULL;
}

static int set_up(void **state)
{
    echo *server = calloc(1, sizeof *server);
    server->listener = loopback_listen(&server->port);
    assert_true(server->listener >= 0);
    pthread_mutex_init(&server->lock, NULL);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
    server->proxy = kf_proxy_start(server->port);
    assert_non_null(server->proxy);
    *state = server;
    return 0;
}

static int tear_down(void **state)
{
    echo *server = *state;
    kf_proxy_stop(server->proxy);
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    pthread_mutex_destroy(&server->lock);
    free(server);
    return 0;
}

static int open_client(const echo *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)kf_proxy_port(server->proxy))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static void fill(char *bytes)
{
    for (int i = 0; i < SIZE; i++)
        bytes[i] = (char)('a' + i % 26);
}

/* Sends SIZE bytes over a new connection and reads the answer. Returns how many bytes came; `*end` is 0 when all SIZE
 * came or the connection ended, else the errno, ETIMEDOUT for silence. */
static int64_t exchange(const echo *server, char *answer, int *end, int silence_ms)
{
    char bytes[SIZE];
    fill(bytes);
    int fd = open_client(server);
    *end = fd < 0 ? errno : 0;
    if (fd < 0)
        return -1;
    int64_t length = 0;
    ssize_t got = 1;
    bool sent = send(fd, bytes, sizeof bytes, MSG_NOSIGNAL) == SIZE;
    while (sent && length < SIZE && got > 0) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        got = poll(&ready, 1, silence_ms) == 1 ? recv(fd, answer + length, (size_t)(SIZE - length), 0) : -1;
        if (got > 0)
            length += got;
        else if (got < 0)
            *end = ready.revents ? errno : ETIMEDOUT;
    }
    close(fd);
    return length;
}

static int64_t through(echo *server, const kf_proxy_fault *fault, char *answer, int *end)
{
    assert_true(kf_proxy_set_fault(server->proxy, fault));
    return exchange(server, answer, end, PATIENCE_MS);
}

static void passes_bytes(void **state)
{
    echo *server = *state;
    char answer[SIZE], bytes[SIZE];
    int end;
    fill(bytes);
    assert_int_equal(through(server, NULL, answer, &end), SIZE);
    assert_memory_equal(answer, bytes, SIZE);
    assert_true(kf_proxy_wait_idle(server->proxy, PATIENCE_MS));
    kf_proxy_counts counts = kf_proxy_count(server->proxy);
    assert_int_equal(counts.connections, 1);
    assert_int_equal(counts.faulty, 0);
    assert_int_equal(counts.bytes[KF_PROXY_REQUEST], SIZE);
    assert_int_equal(counts.bytes[KF_PROXY_ANSWER], SIZE);
}

static void follows_a_server_to_another_port(void **state)
{
    echo *server = *state;
    char answer[SIZE];
    int end, gone;
    int listener = loopback_listen(&gone);
    assert_true(listener >= 0);
    close(listener);
    kf_proxy_set_target(server->proxy, gone);
    assert_true(exchange(server, answer, &end, PATIENCE_MS) <= 0);
    kf_proxy_set_target(server->proxy, server->port);
    assert_int_equal(exchange(server, answer, &end, PATIENCE_MS), SIZE);
}

static void cuts_at_every_kind_of_byte(void **state)
{
    static const int64_t places[] = {0, 1, 17, SIZE - 1};
    char answer[SIZE];
    int end;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        kf_proxy_fault fault = {.kind = KF_PROXY_CUT, .at = places[i]};
        assert_int_equal(through(*state, &fault, answer, &end), places[i]);
        assert_int_equal(end, 0);
        fault.kind = KF_PROXY_RESET;
        int64_t got = through(*state, &fault, answer, &end);
        assert_true(got <= places[i]);
        assert_int_equal(end, ECONNRESET);
    }
}

static void cuts_the_request(void **state)
{
    echo *server = *state;
    char answer[SIZE];
    int end;
    kf_proxy_fault fault = {.kind = KF_PROXY_CUT, .direction = KF_PROXY_REQUEST, .at = 10};
    assert_in_range(through(server, &fault, answer, &end), 0, 10);
    assert_true(kf_proxy_wait_idle(server->proxy, PATIENCE_MS));
    assert_int_equal(kf_proxy_count(server->proxy).bytes[KF_PROXY_REQUEST], 10);
}

static void replaces_bytes(void **state)
{
    char answer[SIZE], bytes[SIZE];
    int end;
    kf_proxy_fault fault = {.kind = KF_PROXY_GARBAGE, .at = 100, .length = 3};
    fill(bytes);
    assert_int_equal(through(*state, &fault, answer, &end), SIZE);
    assert_memory_equal(answer, bytes, 100);
    for (int i = 100; i < 103; i++)
        assert_int_not_equal(answer[i], bytes[i]);
    assert_memory_equal(answer + 103, bytes + 103, SIZE - 103);
}

static void stalls_until_the_client_leaves(void **state)
{
    echo *server = *state;
    char answer[SIZE];
    int end;
    for (int direction = 0; direction < 2; direction++) {
        kf_proxy_fault fault = {.kind = KF_PROXY_STALL, .direction = (kf_proxy_direction)direction, .at = 5};
        assert_true(kf_proxy_set_fault(server->proxy, &fault));
        assert_in_range(exchange(server, answer, &end, 50), 0, 5);
        assert_int_equal(end, ETIMEDOUT);
        assert_true(kf_proxy_wait_idle(server->proxy, PATIENCE_MS));
    }
}

static void drips_and_delays(void **state)
{
    char answer[SIZE], bytes[SIZE];
    int end;
    struct timespec before, after;
    kf_proxy_fault fault = {.delay_ms = 30, .drip_bytes = 100, .drip_ms = 2};
    fill(bytes);
    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_int_equal(through(*state, &fault, answer, &end), SIZE);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_memory_equal(answer, bytes, SIZE);
    assert_true((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >= 30 + 9 * 2 - 2);
}

static void loses_the_answer_but_not_the_request(void **state)
{
    echo *server = *state;
    char answer[SIZE];
    int end;
    kf_proxy_fault fault = {.kind = KF_PROXY_DROP};
    assert_int_equal(through(server, &fault, answer, &end), 0);
    assert_int_equal(end, 0);
    pthread_mutex_lock(&server->lock);
    assert_int_equal(server->received, SIZE);
    pthread_mutex_unlock(&server->lock);
}

static void refuses_and_takes_up_again(void **state)
{
    char answer[SIZE];
    int end;
    kf_proxy_fault fault = {.kind = KF_PROXY_REFUSE};
    for (int round = 0; round < 3; round++) {
        assert_int_equal(through(*state, &fault, answer, &end), -1);
        assert_int_equal(end, ECONNREFUSED);
        assert_int_equal(through(*state, NULL, answer, &end), SIZE);
    }
}

static void chooses_connections(void **state)
{
    echo *server = *state;
    char answer[SIZE];
    int end;
    kf_proxy_fault fault = {.kind = KF_PROXY_CUT, .at = 1, .first = 2, .every = 3, .times = 2};
    assert_true(kf_proxy_set_fault(server->proxy, &fault));
    for (int number = 1; number <= 9; number++)
        assert_int_equal(exchange(server, answer, &end, PATIENCE_MS), number == 2 || number == 5 ? 1 : SIZE);
    assert_int_equal(kf_proxy_count(server->proxy).faulty, 2);
}

static void resets_what_is_open(void **state)
{
    echo *server = *state;
    char byte;
    int fd = open_client(server);
    assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), 1);
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    kf_proxy_reset_all(server->proxy);
    assert_int_equal(recv(fd, &byte, 1, 0), -1);
    assert_int_equal(errno, ECONNRESET);
    close(fd);
}

static void has_a_url(void **state)
{
    echo *server = *state;
    const char *url = kf_proxy_url(server->proxy);
    assert_memory_equal(url, "http://127.0.0.1:", 17);
    assert_int_equal(atoi(url + 17), kf_proxy_port(server->proxy));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(passes_bytes),
        TEST(follows_a_server_to_another_port),
        TEST(cuts_at_every_kind_of_byte),
        TEST(cuts_the_request),
        TEST(replaces_bytes),
        TEST(stalls_until_the_client_leaves),
        TEST(drips_and_delays),
        TEST(loses_the_answer_but_not_the_request),
        TEST(refuses_and_takes_up_again),
        TEST(chooses_connections),
        TEST(resets_what_is_open),
        TEST(has_a_url),
    };
    return cmocka_run_group_tests_name("proxy", tests, NULL, NULL);
}
