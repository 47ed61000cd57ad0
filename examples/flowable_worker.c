/* A worker for Flowable: it charges amounts until Ctrl-C. Usage: flowable_worker [TOPIC]
 * FLOWABLE_URL, FLOWABLE_USER and FLOWABLE_PASSWORD tell where the server is, and who calls. */
#include <kuflow/kuflow.h>
#include <kuflow/services/flowable_worker.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static kf_worker *worker;

static void stop(int signal_number)
{
    (void)signal_number;
    kf_worker_request_stop(worker); /* once: ends in order; twice: does not wait for the handlers */
}

/* Called by several threads at once. What it returns is reported to the server. */
static kf_outcome charge(kf_job *job, void *user)
{
    double amount = 0;
    int64_t work_ms = 0; /* how long the charging takes, if the process says so */
    (void)user;
    if (kf_job_get_double(job, "amount", &amount) != KF_OK)
        return kf_job_bpmn_error(job, "E1"); /* the model has a boundary event for it */
    kf_job_get_int64(job, "workMs", &work_ms);
    for (; work_ms > 0; work_ms -= 10) {
        if (kf_job_cancelled(job))
            return kf_job_give_back(job); /* the worker stops, or the lock's time is over */
        nanosleep(&(struct timespec){0, 10 * 1000000}, NULL);
    }
    if (kf_job_set_string(job, "receipt", kf_job_id(job)) != KF_OK)
        return kf_job_fail(job, kf_job_error(job)); /* offered again until its retries are used up */
    return kf_job_complete(job);
}

static void tell(const kf_worker_event *event, void *user)
{
    (void)user;
    if (event->kind == KF_WORKER_JOB_DONE)
        printf("job %s: %s\n", event->job_id, kf_outcome_text(event->outcome));
    else if (event->severity > KF_SEVERITY_DEBUG)
        printf("%s%s%s\n", event->job_id, *event->job_id == '\0' ? "" : ": ", event->message);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    kf_error error;
    kf_client *client = NULL;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_worker_options settings = KF_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    const struct sigaction action = {.sa_handler = stop};
    options.base_url = getenv("FLOWABLE_URL");
    options.username = getenv("FLOWABLE_USER");
    options.password = getenv("FLOWABLE_PASSWORD");
    options.allow_http = true; /* the server may be on this machine */
    settings.on_event = tell;
    topic.name = argc > 1 ? argv[1] : "risky";
    topic.handler = charge;
    kf_status status = flowable_client_new(&options, &client, &error);
    if (status == KF_OK)
        status = flowable_worker_new(client, &settings, &worker, &error);
    if (status == KF_OK)
        status = kf_worker_add_topic(worker, &topic, &error);
    if (status == KF_OK) {
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        status = kf_worker_run(worker, &error); /* until stop() */
        signal(SIGINT, SIG_DFL), signal(SIGTERM, SIG_DFL); /* kf_worker_free() waits for handlers still at work */
    }
    if (status != KF_OK)
        fprintf(stderr, "%s\n", error.message);
    kf_worker_free(worker);
    kf_client_free(client);
    return status == KF_OK ? 0 : 1;
}
