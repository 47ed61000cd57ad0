#include "listener.h"

#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define BODIES_MAX 256
#define REQUEST_MAX 65536

struct kf_listener {
    int socket;
    int stop[2]; /* a pipe: a byte ends the thread */
    int refused;
    char url[64];
    pthread_t thread;
    pthread_mutex_t mutex;
    char *bodies[BODIES_MAX];
    size_t count;
};

static bool readable(const kf_listener *listener, int fd)
{
    struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = listener->stop[0], .events = POLLIN}};
    return poll(fds, 2, -1) > 0 && fds[1].revents == 0;
}

/* Reads one request; returns where its body begins, NULL when it did not come whole. */
static const char *read_request(const kf_listener *listener, int fd, char *request)
{
    size_t length = 0;
    for (;;) {
        if (length == REQUEST_MAX - 1 || !readable(listener, fd))
            return NULL;
        ssize_t got = read(fd, request + length, REQUEST_MAX - 1 - length);
        if (got <= 0)
            return NULL;
        length += (size_t)got;
        request[length] = '\0';
        char *body = strstr(request, "\r\n\r\n");
        if (body == NULL)
            continue;
        body += 4;
        const char *header = strstr(request, "Content-Length:");
        size_t wanted = header == NULL || header > body ? 0 : (size_t)strtoul(header + 15, NULL, 10);
        if (length - (size_t)(body - request) >= wanted)
            return body;
    }
}

static void serve(kf_listener *listener, int fd, char *request)
{
    static const char yes[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    static const char no[] = "HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    const char *body = read_request(listener, fd, request);
    if (body == NULL)
        return;
    const char *answer = yes;
    pthread_mutex_lock(&listener->mutex);
    if (listener->refused > 0) {
        listener->refused--;
        answer = no;
    } else if (listener->count < BODIES_MAX && strncmp(request, "POST /events HTTP/1.1\r\n", 23) == 0) {
        listener->bodies[listener->count++] = strdup(body);
    }
    pthread_mutex_unlock(&listener->mutex);
    send(fd, answer, strlen(answer), MSG_NOSIGNAL);
}

static void *run(void *user)
{
    kf_listener *listener = user;
    char *request = malloc(REQUEST_MAX);
    while (request != NULL && readable(listener, listener->socket)) {
        int fd = accept(listener->socket, NULL, NULL);
        if (fd < 0)
            continue;
        serve(listener, fd, request);
        close(fd);
    }
    free(request);
    return NULL;
}

kf_listener *kf_listener_start(int refused)
{
    kf_listener *listener = calloc(1, sizeof(*listener));
    if (listener == NULL)
        return NULL;
    int port = 0;
    listener->refused = refused;
    pthread_mutex_init(&listener->mutex, NULL);
    listener->socket = loopback_listen(&port);
    if (listener->socket < 0 || pipe(listener->stop) != 0 || pthread_create(&listener->thread, NULL, run, listener) != 0) {
        free(listener);
        return NULL;
    }
    snprintf(listener->url, sizeof(listener->url), "http://127.0.0.1:%d/events", port);
    return listener;
}

void kf_listener_stop(kf_listener *listener)
{
    if (write(listener->stop[1], "", 1) != 1)
        abort();
    pthread_join(listener->thread, NULL);
    close(listener->socket);
    close(listener->stop[0]);
    close(listener->stop[1]);
    for (size_t i = 0; i < listener->count; i++)
        free(listener->bodies[i]);
    pthread_mutex_destroy(&listener->mutex);
    free(listener);
}

const char *kf_listener_url(const kf_listener *listener)
{
    return listener->url;
}

size_t kf_listener_count(kf_listener *listener)
{
    pthread_mutex_lock(&listener->mutex);
    size_t count = listener->count;
    pthread_mutex_unlock(&listener->mutex);
    return count;
}

const char *kf_listener_body(kf_listener *listener, size_t index)
{
    pthread_mutex_lock(&listener->mutex);
    const char *body = index < listener->count ? listener->bodies[index] : NULL;
    pthread_mutex_unlock(&listener->mutex);
    return body;
}
