#define _DEFAULT_SOURCE 1
#include "tiny_server.h"

#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct tiny_connection {
    tiny_server *server;
    struct tiny_connection *next;
    pthread_t thread;
    int fd;
    int number;
    bool ended; /* and its socket closed */
} tiny_connection;

struct tiny_server {
    int listener;
    char url[64];
    tiny_handler handler;
    void *user;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    tiny_connection *connections;
    int count;
    bool stopping;
};

static atomic_int requests_read;

static void need(bool condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    exit(2);
}

static void *serve(void *argument)
{
    tiny_connection *connection = argument;
    tiny_server *server = connection->server;
    server->handler(server, connection->fd, connection->number, server->user);
    pthread_mutex_lock(&server->lock);
    int fd = connection->fd;
    connection->fd = -1;
    pthread_mutex_unlock(&server->lock);
    close(fd);
    pthread_mutex_lock(&server->lock);
    connection->ended = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

static void *accept_all(void *argument)
{
    tiny_server *server = argument;
    for (;;) {
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        tiny_connection *connection = calloc(1, sizeof(*connection));
        need(connection != NULL, "calloc");
        connection->server = server;
        connection->fd = fd;
        pthread_mutex_lock(&server->lock);
        if (server->stopping) {
            pthread_mutex_unlock(&server->lock);
            close(fd);
            free(connection);
            return NULL;
        }
        connection->number = server->count++;
        connection->next = server->connections;
        server->connections = connection;
        need(pthread_create(&connection->thread, NULL, serve, connection) == 0, "pthread_create");
        pthread_mutex_unlock(&server->lock);
    }
}

tiny_server *tiny_start(tiny_handler handler, void *user)
{
    tiny_server *server = calloc(1, sizeof(*server));
    int port = 0;
    need(server != NULL, "calloc");
    server->handler = handler;
    server->user = user;
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->changed, NULL);
    server->listener = loopback_listen(&port);
    need(server->listener >= 0, "listen");
    snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d", port);
    need(pthread_create(&server->thread, NULL, accept_all, server) == 0, "pthread_create");
    return server;
}

void tiny_stop(tiny_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->stopping = true;
    shutdown(server->listener, SHUT_RDWR);
    for (tiny_connection *c = server->connections; c != NULL; c = c->next)
        if (c->fd >= 0)
            shutdown(c->fd, SHUT_RDWR);
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->thread, NULL);
    while (server->connections != NULL) {
        tiny_connection *next = server->connections->next;
        pthread_join(server->connections->thread, NULL);
        free(server->connections);
        server->connections = next;
    }
    close(server->listener);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

const char *tiny_url(const tiny_server *server)
{
    return server->url;
}

int tiny_connections(tiny_server *server)
{
    pthread_mutex_lock(&server->lock);
    int count = server->count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

void tiny_wait_ended(tiny_server *server, int count)
{
    pthread_mutex_lock(&server->lock);
    for (int ended = 0; ended < count;) {
        ended = 0;
        for (tiny_connection *c = server->connections; c != NULL; c = c->next)
            ended += c->ended;
        if (ended < count)
            pthread_cond_wait(&server->changed, &server->lock);
    }
    pthread_mutex_unlock(&server->lock);
}

static const char *header(const char *head, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, length) == 0)
            return line + 2 + length;
    return NULL;
}

bool tiny_read(int fd, char *request, size_t size)
{
    size_t length = 0;
    char *end = NULL;
    request[0] = '\0';
    while (end == NULL && length + 1 < size) {
        ssize_t count = recv(fd, request + length, 1, 0);
        if (count <= 0)
            return false;
        request[++length] = '\0';
        end = length >= 4 ? strstr(request + length - 4, "\r\n\r\n") : NULL;
    }
    const char *announced = header(request, "Content-Length:");
    bool chunked = header(request, "Transfer-Encoding: chunked") != NULL;
    long left = announced != NULL ? atol(announced) : 0;
    while (left > 0 || (chunked && strstr(end, "\r\n0\r\n\r\n") == NULL)) {
        char buffer[4096];
        size_t want = chunked ? 1 : left < (long)sizeof(buffer) ? (size_t)left : sizeof(buffer);
        ssize_t count = recv(fd, buffer, want, 0);
        if (count <= 0)
            return false;
        left -= chunked ? 0 : count;
        for (ssize_t i = 0; i < count && length + 1 < size; i++)
            request[length++] = buffer[i];
        request[length] = '\0';
    }
    atomic_fetch_add(&requests_read, 1);
    return true;
}

bool tiny_write(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t count = send(fd, text, length, MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        text += count;
        length -= (size_t)count;
    }
    return true;
}

bool tiny_answer(int fd, const char *text)
{
    return tiny_write(fd, text, strlen(text));
}

void tiny_wait_closed(int fd)
{
    char buffer[256];
    while (recv(fd, buffer, sizeof(buffer), 0) > 0)
        ;
}

int tiny_requests(void)
{
    return atomic_load(&requests_read);
}

void tiny_reset_requests(void)
{
    atomic_store(&requests_read, 0);
}
