/* What can go wrong, and how a program tells it apart. Usage: errors [PROCESS_ID] */
#include <kuflow/kuflow.h>

#include <stdio.h>

/* What a caller decides upon: the status. What a person reads: the message. What support asks for: the request id. */
static void explain(const char *what, const kf_error *error)
{
    printf("%s\n  %s: %s\n", what, kf_status_name(error->status), error->message);
    if (error->http_status != 0)
        printf("  HTTP %d, the server's words: \"%s\", its code: \"%s\"\n", error->http_status, error->server_message,
               error->server_code);
    printf("  attempts %d, trying later %s, request id %s\n", error->attempts,
           error->retryable ? "may help" : "will not help", error->request_id);
}

int main(int argc, char **argv)
{
    const char *id = argc > 1 ? argv[1] : "00000000-0000-4000-8000-000000000000";
    kf_error error;
    kf_client *client = NULL, *scope = NULL, *wrong = NULL;
    kf_cancel *cancel = kf_cancel_new();
    kuflow_process *process = NULL;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.allow_http = true; /* the sandbox is at http://127.0.0.1 */
    if (cancel == NULL || kuflow_client_from_environment(&options, &client, &error) != KF_OK)
        return fprintf(stderr, "%s\n", cancel == NULL ? "out of memory" : error.message), 1;

    if (kuflow_retrieve_process(client, id, &process, &error) != KF_OK)
        explain("A process that does not exist", &error);
    kuflow_process_free(process);

    if (kuflow_retrieve_process(client, "", &process, &error) != KF_OK)
        explain("An id that would have changed the path: nothing is sent", &error);

    kuflow_process_create_params empty = {0};
    if (kuflow_create_process(client, &empty, &process, &error) != KF_OK)
        explain("A body without its required member: nothing is sent", &error);

    kf_scope_options bounds = KF_SCOPE_OPTIONS_INIT;
    bounds.cancel = cancel;
    kf_cancel_trigger(cancel); /* usually from another thread, in the middle of a call */
    if (kf_client_scope(client, &bounds, &scope, &error) == KF_OK &&
        kuflow_retrieve_process(scope, id, &process, &error) != KF_OK)
        explain("A call that was cancelled", &error);

    options.username = "nobody";
    options.password = "wrong";
    if (kuflow_client_from_environment(&options, &wrong, &error) == KF_OK &&
        kuflow_retrieve_process(wrong, id, &process, &error) != KF_OK)
        explain("A wrong password", &error);

    kf_client_free(wrong);
    kf_client_free(scope);
    kf_client_free(client);
    kf_cancel_free(cancel);
    return 0;
}
