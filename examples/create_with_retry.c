/* Creates a process so that it exists exactly once, whatever the network does: the id is ours, it is kept over the
 * library's retries, and it can be used again after a restart of this program. Usage: create_with_retry [ID] */
#include <kuflow/kuflow.h>

#include <stdio.h>

static void report(const kf_event *event, void *user)
{
    (void)user;
    if (event->kind == KF_EVENT_RETRY)
        printf("attempt %d failed (%s); again in %lld ms\n", event->attempt, event->message, (long long)event->wait_ms);
}

int main(int argc, char **argv)
{
    kf_error error;
    kf_client *client = NULL;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.allow_http = true; /* the sandbox is at http://127.0.0.1 */
    options.max_attempts = 5;
    options.deadline_ms = 30000; /* over all attempts and waits */
    options.on_event = report;
    if (kuflow_client_from_environment(&options, &client, &error) != KF_OK)
        return fprintf(stderr, "%s\n", error.message), 1;

    kuflow_process_create_params create = {
        .id = argc > 1 ? argv[1] : NULL, /* NULL: the library makes a UUID, and tells it in error.idempotency_id */
        .process_definition_id = "60000000-0000-4000-8000-000000000001",
    };
    kuflow_process *process = NULL;
    kf_status status = kuflow_create_process(client, &create, &process, &error);
    if (status == KF_OK)
        printf("process %s %s, after %d attempt(s)\n", process->id,
               error.http_status == 201 ? "was created" : "was there already", error.attempts);
    else
        fprintf(stderr, "%s\n%s\n", error.message,
                error.may_have_acted ? "It may exist nevertheless. Run this again with the id below: that is safe."
                                     : "It was not created.");
    if (status != KF_OK && *error.idempotency_id != '\0')
        fprintf(stderr, "id %s\n", error.idempotency_id);
    kuflow_process_free(process);
    kf_client_free(client);
    return status == KF_OK ? 0 : 1;
}
