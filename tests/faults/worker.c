/* The worker of the fault run. It writes a journal of what it did, line by line, each with one write(), so that all of
 * it is there however the process ends. Two topics, one handler that takes a while and completes. */
#include "kuflow/services/flowable_client.h"
#include "kuflow/services/flowable_worker.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char usage[] = "usage: worker URL JOURNAL LOCK_MS HANDLER_MS\n";

static kf_worker *worker;
static int journal = -1;
static int handler_ms;

static const char *word(const char *text)
{
    return text != NULL && *text != '\0' ? text : "-";
}

/* A line: milliseconds since 1970, what happened, job, worker id, topic, and more. */
static void note(const char *what, const char *job, const char *worker_id, const char *topic, const char *more)
{
    char line[2048];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int length =
        snprintf(line, sizeof line, "%lld %s %s %s %s %s\n", (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000, what,
                 word(job), word(worker_id), word(topic), word(more));
    if (length >= (int)sizeof line) {
        length = sizeof line;
        line[length - 1] = '\n';
    }
    if (write(journal, line, (size_t)length) != length)
        abort();
}

static kf_outcome handle(kf_job *job, void *user)
{
    (void)user;
    note("run", kf_job_id(job), kf_job_worker_id(job), kf_job_topic(job), kf_job_instance_id(job));
    /* Between nothing and twice the given time, by the job's own id. */
    const char *id = kf_job_id(job);
    unsigned sum = 0;
    while (*id != '\0')
        sum = sum * 31 + (unsigned char)*id++;
    long ms = (long)(sum % (2 * (unsigned)handler_ms + 1));
    struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&wait, NULL);
    return kf_job_complete(job);
}

static void listen(const kf_worker_event *event, void *user)
{
    char more[1024];
    (void)user;
    snprintf(more, sizeof more, "%s %d %s", kf_outcome_text(event->outcome), event->http_status, event->message);
    for (char *c = more; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    note(kf_worker_event_text(event->kind), event->job_id, event->worker_id, event->topic, more);
}

static void stop(int number)
{
    (void)number;
    kf_worker_request_stop(worker);
}

/* run.py starts this process with SIGTERM blocked, and may send it at once. */
static void listen_to_signals(void)
{
    sigset_t signals;
    signal(SIGTERM, stop);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

int main(int argc, char **argv)
{
    int status = 1;
    kf_error error = {0};
    kf_client *client = NULL;
    kf_client_options client_options = KF_CLIENT_OPTIONS_INIT;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    if (argc != 5)
        return fputs(usage, stderr), 2;
    client_options.base_url = argv[1];
    client_options.allow_http = true;
    client_options.username = "admin";
    client_options.password = "test";
    client_options.connect_timeout_ms = 2000;
    options.name = "faults";
    options.threads = 4;
    options.request_ms = 4000;
    options.drain_ms = 10000;
    options.on_event = listen;
    topic.handler = handle;
    topic.lock_ms = strtoll(argv[3], NULL, 10);
    handler_ms = atoi(argv[4]);
    journal = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (journal < 0)
        return perror(argv[2]), 1;

    if (flowable_client_new(&client_options, &client, &error) != KF_OK ||
        flowable_worker_new(client, &options, &worker, &error) != KF_OK)
        goto done;
    topic.name = "first";
    if (kf_worker_add_topic(worker, &topic, &error) != KF_OK)
        goto done;
    topic.name = "second";
    if (kf_worker_add_topic(worker, &topic, &error) != KF_OK)
        goto done;
    listen_to_signals();
    if (kf_worker_run(worker, &error) == KF_OK)
        status = 0;

done:
    if (status != 0)
        fprintf(stderr, "worker: %s\n", error.message);
    signal(SIGTERM, SIG_IGN);
    kf_worker_free(worker);
    kf_client_free(client);
    close(journal);
    return status;
}
