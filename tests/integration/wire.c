#include "wire.h"

#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 64, BUFFER = 65536 };

/* A request that is still coming in: its head, then as much of the body as there is room for. */
typedef struct connection {
    int fd;
    char head[sizeof(((wire_request *)0)->head)];
    size_t head_length;
    bool in_body;
    bool chunked;
    int64_t body_left; /* of a body with a length */
    char tail[5]; /* the last bytes of a chunked body */
    wire_request request;
} connection;

struct wire {
    int fd;
    int port;
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock;
    bool stop;
    char *answer;
    size_t answer_length;
    size_t pause_at;
    bool end;
    int requests;
    int connections;
    wire_request last;
    wire_request shown;
    connection *open[MOST_CONNECTIONS];
    size_t open_count;
};

static bool send_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

/* Answers a request that is whole. @return Whether the connection stays. */
static bool finish(wire *server, connection *c)
{
    pthread_mutex_lock(&server->lock);
    server->last = c->request;
    server->requests++;
    char *answer = NULL;
    size_t length = server->answer_length, pause_at = server->pause_at;
    bool end = server->end;
    if (server->answer != NULL) {
        answer = malloc(length + 1);
        memcpy(answer, server->answer, length);
    }
    pthread_mutex_unlock(&server->lock);
    bool stays = true;
    if (answer != NULL && pause_at > 0 && pause_at < length) {
        stays = send_all(c->fd, answer, pause_at);
        sleep_ms(1);
        stays = stays && send_all(c->fd, answer + pause_at, length - pause_at);
    } else if (answer != NULL) {
        stays = send_all(c->fd, answer, length);
    }
    free(answer);
    c->head_length = 0;
    c->in_body = false;
    memset(&c->request, 0, sizeof(c->request));
    return stays && !end;
}

static const char *header_in(const char *head, const char *name, char *value, size_t size)
{
    size_t length = strlen(name);
    for (const char *line = head; *line != '\0'; line = strstr(line, "\r\n") + 2) {
        if (strncasecmp(line, name, length) != 0 || line[length] != ':')
            continue;
        const char *begin = line + length + 1;
        begin += strspn(begin, " ");
        snprintf(value, size, "%.*s", (int)strcspn(begin, "\r"), begin);
        return value;
    }
    return NULL;
}

/* Takes bytes of a body. @return How many belong to it; `*whole` when it ended. */
static size_t take_body(connection *c, const char *bytes, size_t length, bool *whole)
{
    wire_request *r = &c->request;
    if (!c->chunked && (int64_t)length > c->body_left)
        length = (size_t)c->body_left;
    for (size_t i = 0; c->chunked && i < length; i++) {
        memmove(c->tail, c->tail + 1, 4);
        c->tail[4] = bytes[i];
        if (memcmp(c->tail, "0\r\n\r\n", 5) == 0) {
            *whole = true;
            length = i + 1;
        }
    }
    size_t room = sizeof(r->body) - 1;
    if (r->body_length < room)
        memcpy(r->body + r->body_length, bytes, length < room - r->body_length ? length : room - r->body_length);
    r->body_length += length;
    c->body_left -= (int64_t)length;
    *whole = *whole || (!c->chunked && c->body_left == 0);
    return length;
}

static void begin_body(connection *c)
{
    wire_request *r = &c->request;
    char value[64];
    c->head[c->head_length - 2] = '\0';
    char *lines = strstr(c->head, "\r\n") + 2;
    snprintf(r->line, sizeof(r->line), "%.*s", (int)(strstr(c->head, " HTTP/") - c->head), c->head);
    snprintf(r->head, sizeof(r->head), "%s", lines);
    c->in_body = true;
    c->chunked = header_in(r->head, "Transfer-Encoding", value, sizeof(value)) != NULL;
    c->body_left = header_in(r->head, "Content-Length", value, sizeof(value)) != NULL ? strtoll(value, NULL, 10) : 0;
    memset(c->tail, 0, sizeof(c->tail));
}

/* @return Whether the connection stays. */
static bool take(wire *server, connection *c)
{
    static char buffer[BUFFER];
    ssize_t n = recv(c->fd, buffer, sizeof(buffer), 0);
    if (n <= 0)
        return false;
    for (size_t at = 0; at < (size_t)n;) {
        bool whole = false;
        if (!c->in_body) {
            if (c->head_length + 1 >= sizeof(c->head))
                return false;
            c->head[c->head_length++] = buffer[at++];
            if (c->head_length < 4 || memcmp(c->head + c->head_length - 4, "\r\n\r\n", 4) != 0)
                continue;
            begin_body(c);
            whole = !c->chunked && c->body_left == 0;
        }
        if (!whole)
            at += take_body(c, buffer + at, (size_t)n - at, &whole);
        if (whole && !finish(server, c))
            return false;
        /* Shown as soon as its head is there, so that a test may look at one that never ends. */
        if (!whole && c->in_body) {
            pthread_mutex_lock(&server->lock);
            server->last = c->request;
            pthread_mutex_unlock(&server->lock);
        }
    }
    return true;
}

static void accept_one(wire *server)
{
    int fd = accept(server->fd, NULL, NULL);
    if (fd < 0)
        return;
    connection *c = server->open_count < MOST_CONNECTIONS ? calloc(1, sizeof(*c)) : NULL;
    if (c == NULL) {
        close(fd);
        return;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    c->fd = fd;
    server->open[server->open_count++] = c;
    pthread_mutex_lock(&server->lock);
    server->connections++;
    pthread_mutex_unlock(&server->lock);
}

static void drop(wire *server, size_t index)
{
    close(server->open[index]->fd);
    free(server->open[index]);
    server->open[index] = server->open[--server->open_count];
}

static void *serve(void *user)
{
    wire *server = user;
    for (;;) {
        pthread_mutex_lock(&server->lock);
        bool stop = server->stop;
        pthread_mutex_unlock(&server->lock);
        if (stop)
            break;
        struct pollfd fds[MOST_CONNECTIONS + 1] = {{.fd = server->fd, .events = POLLIN}};
        size_t count = server->open_count;
        for (size_t i = 0; i < count; i++)
            fds[i + 1] = (struct pollfd){.fd = server->open[i]->fd, .events = POLLIN};
        if (poll(fds, (nfds_t)count + 1, 20) <= 0)
            continue;
        for (size_t i = count; i > 0; i--) {
            if (fds[i].revents != 0 && !take(server, server->open[i - 1]))
                drop(server, i - 1);
        }
        if (fds[0].revents != 0)
            accept_one(server);
    }
    while (server->open_count > 0)
        drop(server, 0);
    return NULL;
}

wire *wire_start(void)
{
    wire *server = calloc(1, sizeof(*server));
    assert_non_null(server);
    server->fd = loopback_listen(&server->port);
    assert_true(server->fd >= 0);
    snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d/v2024-06-14", server->port);
    pthread_mutex_init(&server->lock, NULL);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
    return server;
}

void wire_stop(wire *server)
{
    pthread_mutex_lock(&server->lock);
    server->stop = true;
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->thread, NULL);
    pthread_mutex_destroy(&server->lock);
    close(server->fd);
    free(server->answer);
    free(server);
}

const char *wire_url(const wire *server)
{
    return server->url;
}

int wire_port(const wire *server)
{
    return server->port;
}

void wire_answer_raw(wire *server, const char *bytes, size_t length, size_t pause_at, bool end)
{
    pthread_mutex_lock(&server->lock);
    free(server->answer);
    server->answer = NULL;
    if (bytes != NULL) {
        server->answer = malloc(length + 1);
        assert_non_null(server->answer);
        memcpy(server->answer, bytes, length);
    }
    server->answer_length = length;
    server->pause_at = pause_at;
    server->end = end;
    pthread_mutex_unlock(&server->lock);
}

void wire_answer(wire *server, int status, const char *headers, const char *body)
{
    size_t size = 512 + (headers != NULL ? strlen(headers) : 0) + (body != NULL ? strlen(body) : 0);
    char *text = malloc(size);
    assert_non_null(text);
    const char *type = body != NULL && (headers == NULL || strstr(headers, "Content-Type") == NULL)
                           ? "Content-Type: application/json\r\n"
                           : "";
    char length[64] = "";
    if (status != 304 && status != 204)
        snprintf(length, sizeof(length), "Content-Length: %zu\r\n", body != NULL ? strlen(body) : 0);
    int n = snprintf(text, size, "HTTP/1.1 %d Said\r\n%s%s%s\r\n%s", status, type, length,
                     headers != NULL ? headers : "", body != NULL ? body : "");
    wire_answer_raw(server, text, (size_t)n, 0, false);
    free(text);
}

const wire_request *wire_last(wire *server)
{
    pthread_mutex_lock(&server->lock);
    server->shown = server->last;
    pthread_mutex_unlock(&server->lock);
    return &server->shown;
}

const char *wire_header(wire *server, const char *name)
{
    static char value[4096];
    return header_in(wire_last(server)->head, name, value, sizeof(value));
}

static int guarded(wire *server, const int *number)
{
    pthread_mutex_lock(&server->lock);
    int value = *number;
    pthread_mutex_unlock(&server->lock);
    return value;
}

int wire_requests(wire *server)
{
    return guarded(server, &server->requests);
}

int wire_connections(wire *server)
{
    return guarded(server, &server->connections);
}

int wire_setup(void **state)
{
    wire_fixture *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    w->server = wire_start();
    kf_client_options options = fixture_options(wire_url(w->server));
    options.max_attempts = 1;
    if (kuflow_client_new(&options, &w->client, &w->error) != KF_OK)
        fail_msg("no client: %s", w->error.message);
    *state = w;
    return 0;
}

int wire_teardown(void **state)
{
    wire_fixture *w = *state;
    kf_client_free(w->client);
    wire_stop(w->server);
    free(w);
    return 0;
}

void wire_check(const wire_fixture *w, kf_status status, kf_status expected, const char *call, const char *file,
                int line)
{
    if (status == expected && w->error.status == expected && (expected == KF_OK) == (w->error.message[0] == '\0'))
        return;
    print_error("%s\n  gave %s, expected %s (error.status %s, HTTP %d): %s\n", call, kf_status_name(status),
                kf_status_name(expected), kf_status_name(w->error.status), w->error.http_status, w->error.message);
    _fail(file, line);
}
