/* Many threads on one client; each call may have limits of its own, and all can be cancelled together. */
#include <kuflow/kuflow.h>

#include <pthread.h>
#include <stdio.h>

enum { THREADS = 8, CALLS = 25 };

typedef struct job {
    kf_client *client; /* one for all */
    int created;
    kf_error error; /* one for each */
} job;

static void *work(void *argument)
{
    job *mine = argument;
    kuflow_process_create_params create = {.process_definition_id = "60000000-0000-4000-8000-000000000001"};
    for (int i = 0; i < CALLS; i++) {
        kuflow_process *process = NULL;
        if (kuflow_create_process(mine->client, &create, &process, &mine->error) != KF_OK)
            break;
        kf_status status = kuflow_cancel_process(mine->client, process->id, NULL, &mine->error);
        kuflow_process_free(process);
        if (status != KF_OK)
            break;
        mine->created++;
    }
    return NULL;
}

int main(void)
{
    kf_error error;
    kf_client *client = NULL, *scope = NULL;
    kf_cancel *cancel = kf_cancel_new(); /* kf_cancel_trigger() from any thread ends what is under way */
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.allow_http = true; /* the sandbox is at http://127.0.0.1 */
    if (cancel == NULL || kuflow_client_from_environment(&options, &client, &error) != KF_OK)
        return fprintf(stderr, "%s\n", cancel == NULL ? "out of memory" : error.message), 1;
    kf_scope_options bounds = KF_SCOPE_OPTIONS_INIT;
    bounds.cancel = cancel;
    bounds.deadline_ms = 60000;
    if (kf_client_scope(client, &bounds, &scope, &error) != KF_OK)
        return fprintf(stderr, "%s\n", error.message), 1;

    pthread_t threads[THREADS];
    job jobs[THREADS];
    int started = 0, total = 0, failed = 0;
    for (; started < THREADS; started++) {
        jobs[started] = (job){.client = scope};
        if (pthread_create(&threads[started], NULL, work, &jobs[started]) != 0)
            break;
    }
    for (int i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        total += jobs[i].created;
        if (jobs[i].error.status != KF_OK) {
            fprintf(stderr, "thread %d: %s\n", i, jobs[i].error.message);
            failed++;
        }
    }
    printf("%d threads started and cancelled %d processes over one client\n", started, total);
    kf_client_free(scope);
    kf_client_free(client);
    kf_cancel_free(cancel);
    return failed == 0 && started == THREADS ? 0 : 1;
}
