/* Receives KuFlow's webhook events over HTTP and tells what each one says. Usage: webhook [PORT]; Ctrl-C ends it.
 * KuFlow does not sign its events: let only KuFlow reach this port, or put a secret into the URL that you register. */
#include <arpa/inet.h>
#include <kuflow/kuflow.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char *what, const char *id, const char *state)
{
    printf("event: %s %s is %s\n", what, id, state != NULL ? state : "in a state that is new");
    fflush(stdout);
}

static void tell(const kuflow_webhook_event *event)
{
    const kuflow_webhook_event_process_created *created = kuflow_webhook_event_as_process_created(event);
    const kuflow_webhook_event_process_state_changed *changed = kuflow_webhook_event_as_process_state_changed(event);
    const kuflow_webhook_event_process_item_created *item = kuflow_webhook_event_as_process_item_created(event);
    const kuflow_webhook_event_process_item_task_state_changed *task =
        kuflow_webhook_event_as_process_item_task_state_changed(event);
    if (created != NULL)
        say("process", created->data->process_id, "started");
    else if (changed != NULL)
        say("process", changed->data->process_id, kuflow_process_state_text(changed->data->process_state));
    else if (item != NULL)
        say("item", item->data->process_item_id, "created");
    else if (task != NULL)
        say("task", task->data->process_item_id, kuflow_process_item_task_state_text(task->data->process_item_state));
    else /* the members that all events share are there, whatever its type */
        say("the event", event->id, "of a type that is new");
}

/* libmicrohttpd calls this for the head, for each piece of the body, and at the end with *size == 0. */
static enum MHD_Result receive(void *user, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *data, size_t *size, void **body)
{
    (void)user, (void)url, (void)version;
    kuflow_webhook_event *event = NULL;
    if (*body == NULL)
        return (*body = calloc(1, 65536)) != NULL ? MHD_YES : MHD_NO;
    if (*size != 0) {
        if (strlen(*body) + *size >= 65536)
            return MHD_NO;
        strncat(*body, data, *size);
        *size = 0;
        return MHD_YES;
    }
    /* The check makes sure that what the document requires is there: this text may come from anybody. */
    bool good = strcmp(method, "POST") == 0;
    good = good && kuflow_webhook_event_decode(*body, strlen(*body), &event, NULL) == KF_OK;
    if (good && (good = kf_model_check(&kuflow_webhook_event_schema, event, NULL) == KF_OK))
        tell(event);
    kuflow_webhook_event_free(event);
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, good ? MHD_HTTP_OK : MHD_HTTP_BAD_REQUEST, response);
    MHD_destroy_response(response);
    return result;
}

static void completed(void *user, struct MHD_Connection *connection, void **body, enum MHD_RequestTerminationCode code)
{
    (void)user, (void)connection, (void)code, free(*body);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG, 0, NULL, NULL,
                                                 receive, NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
                                                 MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_END);
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (info != NULL) /* otherwise libmicrohttpd has said why */
        printf("webhook: listening on http://127.0.0.1:%u/\n", (unsigned)info->port);
    return info != NULL ? fflush(stdout) + pause() : 1;
}
