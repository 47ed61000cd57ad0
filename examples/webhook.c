/* Receives KuFlow's webhook events over HTTP and tells what each one says. Usage: webhook [PORT]; Ctrl-C ends it.
 * KuFlow does not sign its events: let only KuFlow reach this port, or put a secret into the URL that you register. */
#include <kuflow/kuflow.h>

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell(const kuflow_webhook_event *event)
{
    const kuflow_webhook_event_process_created *created = kuflow_webhook_event_as_process_created(event);
    const kuflow_webhook_event_process_state_changed *changed = kuflow_webhook_event_as_process_state_changed(event);
    const kuflow_webhook_event_process_item_created *item = kuflow_webhook_event_as_process_item_created(event);
    const kuflow_webhook_event_process_item_task_state_changed *task =
        kuflow_webhook_event_as_process_item_task_state_changed(event);
    if (created != NULL && created->data != NULL) /* `data` is required, but who knows what comes */
        printf("event: process %s was started\n", created->data->process_id);
    else if (changed != NULL && changed->data != NULL)
        printf("event: process %s is %s\n", changed->data->process_id,
               kuflow_process_state_text(changed->data->process_state));
    else if (item != NULL && item->data != NULL)
        printf("event: item %s was created\n", item->data->process_item_id);
    else if (task != NULL && task->data != NULL)
        printf("event: task %s is %s\n", task->data->process_item_id,
               kuflow_process_item_task_state_text(task->data->process_item_state));
    else /* a type that this version does not know still has the members that all events share */
        printf("event: %s, of a type that is new\n", event->id);
    fflush(stdout);
}

/* libmicrohttpd calls this once for the head, then for each piece of the body, then at the end with *size == 0. */
static enum MHD_Result receive(void *user, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *data, size_t *size, void **state)
{
    (void)user, (void)url, (void)version;
    kf_error error;
    kuflow_webhook_event *event = NULL;
    if (*state == NULL)
        return (*state = calloc(1, 1)) != NULL ? MHD_YES : MHD_NO;
    if (*size != 0) {
        size_t length = strlen(*state);
        char *text = length + *size > 65536 ? NULL : realloc(*state, length + *size + 1);
        if (text == NULL)
            return MHD_NO;
        memcpy(text + length, data, *size);
        text[length + *size] = '\0';
        *state = text;
        *size = 0;
        return MHD_YES;
    }
    unsigned int status = MHD_HTTP_OK;
    if (strcmp(method, "POST") != 0 || kuflow_webhook_event_decode(*state, strlen(*state), &event, &error) != KF_OK) {
        fprintf(stderr, "refused: %s\n", strcmp(method, "POST") != 0 ? method : error.message);
        status = MHD_HTTP_BAD_REQUEST;
    } else {
        tell(event);
    }
    kuflow_webhook_event_free(event);
    free(*state);
    *state = NULL;
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, receive, NULL,
                                                 MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_END);
    if (daemon == NULL)
        return fprintf(stderr, "cannot listen\n"), 1;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    printf("webhook: listening on http://127.0.0.1:%u/\n", (unsigned)info->port);
    fflush(stdout);
    pause();
    return 0;
}
