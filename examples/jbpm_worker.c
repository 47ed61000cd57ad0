/* A worker for human tasks of jBPM 6. Usage: jbpm_worker [TASK…] — the names of tasks; Ctrl-C stops it.
 * Reads JBPM_URL, JBPM_USER and JBPM_PASSWORD; examples/run jbpm-worker sets them up. */
#include <kuflow/kuflow.h>
#include <kuflow/services/jbpm_client.h>
#include <kuflow/services/jbpm_worker.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static kf_worker *worker;

static void on_signal(int number)
{
    (void)number;
    kf_worker_request_stop(worker); /* the second Ctrl-C no longer waits for handlers */
}

/* The work itself, by several threads at once: looks at the task's parameters, sets its result, and ends it. */
static kf_outcome decide(kf_job *job, void *user)
{
    (void)user;
    const char *employee = "somebody"; /* stays so when the process has no such variable */
    int64_t age = 0;
    kf_job_get_string(job, "employee", &employee);
    if (kf_job_get_int64(job, "age", &age) == KF_ERROR_ARGUMENT)
        return kf_job_fail(job, "the age is no whole number"); /* tried three times, then the task has failed */
    printf("task %s of process instance %s: %s, %" PRId64 "\n", kf_job_id(job), kf_job_instance_id(job), employee, age);
    if (kf_job_set_string(job, "result", age < 18 ? "refused" : "approved") != KF_OK)
        return kf_job_fail(job, kf_job_error(job));
    return kf_job_complete(job); /* the process takes the result, and goes on */
}

static void show(const kf_worker_event *event, void *user)
{
    (void)user;
    if (event->kind == KF_WORKER_JOB_DONE)
        printf("task %s: %s\n", event->job_id, kf_outcome_text(event->outcome));
    else if (event->severity > KF_SEVERITY_DEBUG)
        printf("%s%s%s\n", event->job_id, event->job_id[0] == '\0' ? "" : ": ", event->message);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char *usual[] = {argv[0], "Approve", "Review"};
    if (argc == 1)
        argv = usual, argc = 3;
    kf_error error;
    kf_client *client = NULL;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = getenv("JBPM_URL"); /* up to the application: "http://127.0.0.1:8080/jbpm-console" */
    options.username = getenv("JBPM_USER"), options.password = getenv("JBPM_PASSWORD");
    options.allow_http = true;
    kf_worker_options settings = KF_WORKER_OPTIONS_INIT;
    settings.on_event = show;
    jbpm_worker_options jbpm = JBPM_WORKER_OPTIONS_INIT;
    jbpm.user = options.username;
    kf_status status = jbpm_client_new(&options, &client, &error);
    if (status == KF_OK)
        status = jbpm_worker_new(client, &settings, &jbpm, &worker, &error);
    for (int i = 1; status == KF_OK && i < argc; i++) {
        kf_topic topic = KF_TOPIC_INIT;
        topic.name = argv[i], topic.handler = decide;
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
