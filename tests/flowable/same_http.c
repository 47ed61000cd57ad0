/* Requests and answers over a socket of our own, so that nothing is encoded, refused, repeated or decoded on the way.
 */
#define _DEFAULT_SOURCE 1
#include "same.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define ADMIN "Basic YWRtaW46dGVzdA==" /* admin:test */

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void peer_disconnect(peer *server)
{
    if (server->fd >= 0)
        close(server->fd);
    server->fd = -1;
}

static void connect_to(peer *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server->port)};
    struct timeval patience = {.tv_sec = 60};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->fd >= 0);
    setsockopt(server->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(server->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        fail_msg("%s: %s", server->name, strerror(errno));
}

/* More of the answer; false: the server has closed. */
static bool receive(const peer *server, text *input)
{
    char part[16384];
    ssize_t length;
    do /* a process that was stopped for a while is interrupted, too */
        length = recv(server->fd, part, sizeof(part), 0);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        fail_msg("%s: no answer: %s", server->name, strerror(errno));
    text_add(input, part, (size_t)length);
    return length > 0;
}

/* Until `count` bytes are there. */
static void receive_to(const peer *server, text *input, size_t count)
{
    while (input->length < count) {
        if (!receive(server, input))
            fail_msg("%s: the answer was cut", server->name);
    }
}

/* The end of the line that begins at `from`, which is made to be there. */
static size_t receive_line(const peer *server, text *input, size_t from)
{
    for (;;) {
        const char *end = input->length > from ? strstr(input->bytes + from, "\r\n") : NULL;
        if (end != NULL)
            return (size_t)(end - input->bytes);
        receive_to(server, input, input->length + 1);
    }
}

static void receive_chunks(const peer *server, text *input, size_t at, text *body)
{
    for (;;) {
        size_t end = receive_line(server, input, at);
        size_t size = strtoul(input->bytes + at, NULL, 16);
        receive_to(server, input, end + 2 + size + 2);
        text_add(body, input->bytes + end + 2, size);
        at = end + 2 + size + 2;
        if (size == 0)
            return;
    }
}

const char *answer_header(const answer *result, const char *name)
{
    static char value[512];
    size_t length = strlen(name);
    for (const char *line = result->head.bytes; *line != '\0'; line = strchr(line, '\n') + 1) {
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            snprintf(value, sizeof(value), "%.*s", (int)strcspn(line + length + 2, "\n"), line + length + 2);
            return value;
        }
    }
    return NULL;
}

static void receive_answer(peer *server, const char *method, answer *result)
{
    text input = {0};
    size_t at = 0;
    text_clear(&result->head);
    text_clear(&result->body);
    text_clear(&input);
    do { /* leaving interim answers out */
        size_t end = receive_line(server, &input, at);
        result->status = atoi(input.bytes + at + strlen("HTTP/1.1 "));
        text_clear(&result->head);
        for (at = end + 2; (end = receive_line(server, &input, at)) > at; at = end + 2) {
            text_add(&result->head, input.bytes + at, end - at);
            text_puts(&result->head, "\n");
        }
        at = end + 2;
    } while (result->status < 200);
    const char *length = answer_header(result, "Content-Length");
    size_t size = length == NULL ? 0 : strtoul(length, NULL, 10);
    const char *coding = answer_header(result, "Transfer-Encoding");
    bool chunked = coding != NULL && strcmp(coding, "chunked") == 0;
    const char *connection = answer_header(result, "Connection");
    result->close = connection != NULL && strcmp(connection, "close") == 0;
    if (strcmp(method, "HEAD") == 0 || result->status == 204) {
        size = 0;
    } else if (chunked) {
        receive_chunks(server, &input, at, &result->body);
    } else {
        receive_to(server, &input, at + size);
        text_add(&result->body, input.bytes + at, size);
    }
    text_free(&input);
}

/* The usual header field unless it was given. */
static void add_header(text *out, const char *const *headers, size_t count, const char *name, const char *value)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < count; i++) {
        if (strncasecmp(headers[i], name, length) == 0 && headers[i][length] == ':')
            return;
    }
    text_printf(out, "%s: %s\r\n", name, value);
}

void peer_send(peer *server, const char *method, const char *target, const char *const *headers, size_t header_count,
               const text *body, answer *result)
{
    text out = {0};
    char host[40], length[24];
    bool with_body = body->length > 0 || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;
    text_puts(&out, method);
    text_puts(&out, " ");
    text_puts(&out, target);
    text_puts(&out, " HTTP/1.1\r\n");
    snprintf(host, sizeof(host), "127.0.0.1:%d", server->port);
    add_header(&out, headers, header_count, "Host", host);
    add_header(&out, headers, header_count, "Authorization", ADMIN);
    if (with_body) {
        add_header(&out, headers, header_count, "Content-Type", "application/json");
        snprintf(length, sizeof(length), "%zu", body->length);
        add_header(&out, headers, header_count, "Content-Length", length);
    }
    for (size_t i = 0; i < header_count; i++) {
        if (headers[i][strlen(headers[i]) - 1] == ':')
            continue;
        text_puts(&out, headers[i]);
        text_puts(&out, "\r\n");
    }
    text_puts(&out, "\r\n");
    text_add(&out, body->bytes, body->length);

    if (server->fd < 0)
        connect_to(server);
    result->sent_ms = now_ms();
    for (size_t sent = 0; sent < out.length;) {
        ssize_t count = send(server->fd, out.bytes + sent, out.length - sent, MSG_NOSIGNAL);
        if (count <= 0)
            fail_msg("%s: %s", server->name, strerror(errno));
        sent += (size_t)count;
    }
    receive_answer(server, method, result);
    result->received_ms = now_ms();
    if (result->close)
        peer_disconnect(server);
    text_free(&out);
}

void answer_free(answer *result)
{
    text_free(&result->head);
    text_free(&result->body);
}
