/* A worker for KuFlow tasks. Usage: kuflow_task_worker [CODE …] — the codes of task definitions; Ctrl-C stops it.
 * Reads KUFLOW_ENDPOINT, KUFLOW_CLIENT_ID and KUFLOW_CLIENT_SECRET; examples/run kuflow-worker sets them up. */
#include <kuflow/kuflow.h>
#include <kuflow/services/kuflow_worker.h>

#include <signal.h>
#include <stdio.h>
#include <time.h>

static kf_worker *worker;

static void on_signal(int number)
{
    (void)number;
    kf_worker_request_stop(worker); /* the second Ctrl-C no longer waits for handlers */
}

/* The work itself: looks at the task, writes a line into its log, sets members of its data, and ends it. */
static kf_outcome handle(kf_job *job, void *user)
{
    (void)user;
    kf_error error;
    const char *title = "untitled";
    kf_job_get_string(job, "title", &title); /* stays as it is when the task's data has none */
    if (kuflow_job_log(job, KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_INFO, "The C worker looks at it", &error) != KF_OK)
        return kf_job_fail(job, error.message);
    nanosleep(&(struct timespec){0, 200 * 1000000}, NULL);
    if (kf_job_cancelled(job)) /* what takes long asks this now and then */
        return kf_job_give_back(job);
    if (kf_job_set_string(job, "title", title) != KF_OK || kf_job_set_bool(job, "approved", true) != KF_OK ||
        kf_job_set_time(job, "approvedAt", (kf_time){.seconds = time(NULL)}) != KF_OK)
        return kf_job_fail(job, kf_job_error(job));
    return kf_job_complete(job);
}

static void show(const kf_worker_event *event, void *user)
{
    (void)user;
    char clock[16];
    time_t now = time(NULL);
    strftime(clock, sizeof clock, "%H:%M:%S", localtime_r(&now, &(struct tm){0}));
    if (event->kind == KF_WORKER_JOB_STARTED)
        printf("%s  %-10s %s  begun\n", clock, event->topic, event->job_id);
    else if (event->kind == KF_WORKER_JOB_DONE)
        printf("%s  %-10s %s  %s\n", clock, event->topic, event->job_id, kf_outcome_text(event->outcome));
    else if (event->severity >= KF_SEVERITY_INFO)
        printf("%s  %s%s%s\n", clock, event->topic, event->topic[0] != '\0' ? ": " : "", event->message);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char *sandbox[] = {argv[0], "REVIEW", "APPROVE", "ARCHIVE"};
    if (argc == 1)
        argv = sandbox, argc = 4;
    kf_error error;
    kf_client *client = NULL;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.allow_http = true; /* the sandbox is at http://127.0.0.1 */
    kf_worker_options settings = KF_WORKER_OPTIONS_INIT;
    settings.on_event = show;
    kf_status status = kuflow_client_from_environment(&options, &client, &error);
    if (status == KF_OK)
        status = kuflow_worker_new(client, &settings, NULL, &worker, &error);
    for (int i = 1; status == KF_OK && i < argc; i++) {
        kf_topic topic = KF_TOPIC_INIT;
        topic.name = argv[i], topic.handler = handle;
        status = kf_worker_add_topic(worker, &topic, &error);
    }
    const struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL), sigaction(SIGTERM, &action, NULL);
    if (status == KF_OK)
        status = kf_worker_run(worker, &error); /* until Ctrl-C; what has begun is ended first */
    signal(SIGINT, SIG_DFL), signal(SIGTERM, SIG_DFL); /* kf_worker_free() waits for handlers that are still at work */
    if (status != KF_OK)
        fprintf(stderr, "%s\n", error.message);
    kf_worker_free(worker), kf_client_free(client);
    return status == KF_OK ? 0 : 1;
}
