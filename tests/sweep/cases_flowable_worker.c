/* A Flowable worker under short memory: every job is worked in the end, if there is memory again. */
#include "sweep.h"

#include "kuflow/services/flowable_client.h"
#include "kuflow/services/flowable_worker.h"
#include "kuflow/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOBS 4

/* A server without a network that has four jobs, the third of which cannot be decoded the first time; and a clock that
 * stands still until somebody waits. */
typedef struct kf_tiny_flowable {
    char owner[JOBS][256]; /* "": not locked */
    bool ended[JOBS];
    bool failed[JOBS];
    int64_t now;
} kf_tiny_flowable;

static kf_tiny_flowable server;

static int64_t read_clock(void *user)
{
    (void)user;
    return server.now;
}

static void wait_clock(int64_t milliseconds, void *user)
{
    (void)user;
    server.now += milliseconds;
}

static uint64_t no_dice(void *user)
{
    (void)user;
    return 1;
}

static void find_worker(kf_exchange *exchange, char worker[256])
{
    char body[4096];
    size_t used = 0;
    int64_t count;
    while (exchange->read_body != NULL && used + 1 < sizeof(body) &&
           (count = exchange->read_body(body + used, sizeof(body) - 1 - used, exchange->read_user)) > 0)
        used += (size_t)count;
    body[used] = '\0';
    const char *found = strstr(body, "\"workerId\":\"");
    *worker = '\0';
    if (found != NULL)
        sscanf(found, "\"workerId\":\"%255[^\"]", worker);
}

/* All jobs that are free are locked, and shown; or just those that are locked. */
static void put_jobs(char *text, size_t size, const char *locks_for)
{
    static const char *const members[JOBS] = {"", "", ",\"elementName\":\"\\ud83d\"", ",\"scopeType\":\"cmmn\""};
    size_t used = (size_t)snprintf(text, size, locks_for != NULL ? "[" : "{\"total\":1,\"start\":0,\"data\":[");
    const char *comma = "";
    for (int i = 0; i < JOBS; i++) {
        if (server.ended[i] || (locks_for != NULL) == (*server.owner[i] != '\0'))
            continue;
        if (locks_for != NULL)
            strcpy(server.owner[i], locks_for);
        used += (size_t)snprintf(text + used, size - used,
                                 "%s{\"id\":\"job%d\",\"retries\":3,\"lockOwner\":\"%s\",\"variables\":"
                                 "[{\"name\":\"n\",\"type\":\"integer\",\"value\":%d}]%s}",
                                 comma, i, server.owner[i], i, server.failed[i] || locks_for == NULL ? "" : members[i]);
        comma = ",";
    }
    snprintf(text + used, size - used, locks_for != NULL ? "]" : "]}");
}

/* complete, bpmnError, cmmnTerminate, fail and unacquire of one or all. */
static void end_job(const char *url, const char *worker)
{
    const char *job = strstr(url, "/jobs/job");
    for (int i = 0; i < JOBS; i++) {
        if (strcmp(server.owner[i], worker) != 0 || (job != NULL && job[9] != '0' + i))
            continue;
        *server.owner[i] = '\0';
        server.failed[i] = strstr(url, "/fail") != NULL;
        server.ended[i] = !server.failed[i] && strstr(url, "/unacquire/") == NULL;
    }
}

static kf_status perform(kf_exchange *exchange, void *user)
{
    char body[4096] = "", worker[256];
    int status = 200;
    (void)user;
    find_worker(exchange, worker);
    if (strstr(exchange->url, "/acquire/jobs") != NULL && strstr(exchange->url, "/acquire/jobs/") == NULL &&
        strstr(exchange->url, "/unacquire/") == NULL) {
        put_jobs(body, sizeof(body), worker);
    } else if (strcmp(exchange->method, "GET") == 0) {
        put_jobs(body, sizeof(body), NULL);
    } else {
        end_job(exchange->url, worker);
        status = 204;
    }
    exchange->sent = true;
    if (exchange->on_status(status, exchange->user) != 0 ||
        (status == 200 && (exchange->on_header("Content-Type", "application/json", exchange->user) != 0 ||
                           exchange->on_body(body, strlen(body), exchange->user) != 0)))
        return KF_ERROR_TRANSPORT;
    exchange->complete = true;
    return KF_OK;
}

static const kf_transport transport = {perform, read_clock, read_clock, wait_clock, no_dice, NULL};

static kf_outcome handle(kf_job *job, void *user)
{
    int64_t number = 0;
    (void)user;
    if (kf_job_get_int64(job, "n", &number) != KF_OK ||
        kf_job_set_string(job, "answer", "A text that is copied") != KF_OK)
        return kf_job_fail(job, kf_job_error(job));
    return number == 0 ? kf_job_bpmn_error(job, "A code that is copied") : kf_job_complete(job);
}

static kf_status make(kf_client **client, kf_worker **worker, kf_error *error)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_worker_options worker_options = KF_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    options.base_url = "http://localhost";
    options.allow_http = true;
    options.transport = &transport;
    worker_options.threads = -1;
    topic.name = "topic";
    topic.handler = handle;
    topic.retry_base_ms = -1;
    kf_status status = flowable_client_new(&options, client, error);
    if (status == KF_OK)
        status = flowable_worker_new(*client, &worker_options, worker, error);
    if (status == KF_OK)
        status = kf_worker_add_topic(*worker, &topic, error);
    return status;
}

static bool all_ended(void)
{
    for (int i = 0; i < JOBS; i++)
        if (!server.ended[i])
            return false;
    return true;
}

static bool none_locked(void)
{
    for (int i = 0; i < JOBS; i++)
        if (*server.owner[i] != '\0')
            return false;
    return true;
}

static kf_status work(void **result)
{
    static char done[] = "done";
    kf_client *client = NULL;
    kf_worker *worker = NULL;
    kf_error error;
    memset(&server, 0, sizeof(server));
    *result = NULL;
    kf_status status = make(&client, &worker, &error);
    for (int i = 0; i < 50 && status == KF_OK && !all_ended(); i++)
        status = kf_worker_poll_once(worker, 1000, NULL, &error);
    if (status == KF_OK && !all_ended())
        status = KF_ERROR_MEMORY; /* as long as nothing can be stored, nothing can be worked */
    kf_worker_free(worker);
    kf_client_free(client);
    if (status == KF_OK)
        *result = done;
    return status;
}

static bool is_worked(void *result)
{
    (void)result;
    return all_ended() && none_locked();
}

static void keep(void *result)
{
    (void)result;
}

const kf_sweep_case kf_sweep_flowable_worker_cases[] = {
    /* libcurl, which reads the base URL, does not say that memory was short. */
    {.name = "flowable worker", .run = work, .check = is_worked, .release = keep, .other_errors = true},
    {.name = NULL},
};
