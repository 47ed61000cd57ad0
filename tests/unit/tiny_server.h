/* A server for tests: each connection is a thread that runs a function of the test's over the bare socket. */
#ifndef TINY_SERVER_H
#define TINY_SERVER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct tiny_server tiny_server;

/* Serves one connection, the `number`th from 0. The socket is closed when it returns. */
typedef void (*tiny_handler)(tiny_server *server, int fd, int number, void *user);

/* Listens on a free port of 127.0.0.1. Never NULL: ends the test program on failure. */
tiny_server *tiny_start(tiny_handler handler, void *user);
/* Ends all connections, and waits for their threads. */
void tiny_stop(tiny_server *server);
/* "http://127.0.0.1:port" */
const char *tiny_url(const tiny_server *server);
int tiny_connections(tiny_server *server);
/* Waits until the handlers of that many connections have returned and their sockets are closed. */
void tiny_wait_ended(tiny_server *server, int count);

/* Reads one request: its head, and the body of its Content-Length or chunks. False at the end of the connection. The
 * text is terminated and cut to the size. */
bool tiny_read(int fd, char *request, size_t size);
bool tiny_write(int fd, const char *text, size_t length);
bool tiny_answer(int fd, const char *text);
/* Waits until the other side ends the connection. */
void tiny_wait_closed(int fd);

/* The number of requests that were read, on all connections. */
int tiny_requests(void);
void tiny_reset_requests(void);

#endif
