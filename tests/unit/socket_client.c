#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "socket_client.h"

kf_client *connect_to(const char *url, const kf_client_options *options)
{
    kf_client_options own = KF_CLIENT_OPTIONS_INIT;
    kf_client *client;
    kf_error error;
    if (options != NULL)
        own = *options;
    own.base_url = url;
    own.allow_http = true;
    if (kf_client_new(&own, &client, &error) != KF_OK)
        fail_msg("%s", error.message);
    return client;
}

kf_client *once_client(const char *url)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.max_attempts = 1;
    return connect_to(url, &options);
}

kf_status get(kf_client *client, kf_error *error)
{
    kuflow_process *process = NULL;
    kf_status status = kuflow_retrieve_process(client, ID, &process, error);
    assert_true((status == KF_OK) == (process != NULL));
    if (process != NULL)
        assert_string_equal(process->id, ID);
    kuflow_process_free(process);
    return status;
}

/* One answer for every request of a connection. */
void answer_always(tiny_server *server, int fd, int number, void *user)
{
    char request[65536];
    (void)server, (void)number;
    while (tiny_read(fd, request, sizeof(request)))
        if (!tiny_answer(fd, user))
            return;
}
