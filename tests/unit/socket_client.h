/* A client over real sockets, and the one process that its server knows. */
#ifndef SOCKET_CLIENT_H
#define SOCKET_CLIENT_H

#include "kuflow/kuflow.h"
#include "tiny_server.h"

#define ID "11111111-1111-4111-8111-111111111111"
#define PROCESS "{\"id\":\"" ID "\"}"
#define PROCESS_LENGTH "45"

kf_client *connect_to(const char *url, const kf_client_options *options);
/* Without retries. */
kf_client *once_client(const char *url);
/* Fetches the process; a success must have it. */
kf_status get(kf_client *client, kf_error *error);
/* A handler of tiny_server: the text that `user` points to, for each request. */
void answer_always(tiny_server *server, int fd, int number, void *user);

#endif
