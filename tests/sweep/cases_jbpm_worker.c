/* A jBPM worker under short memory: every task is worked in the end, if there is memory again. */
#include "sweep.h"

#include "kuflow/services/jbpm_client.h"
#include "kuflow/services/jbpm_worker.h"
#include "kuflow/transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TASKS 3

static const char *const statuses[] = {"Ready", "Reserved", "InProgress", "Completed"};

/* A server without a network that has three tasks, one of which a crash has left in progress, and a clock that stands
 * still until somebody waits. */
typedef struct kf_tiny_jbpm {
    int status[TASKS];
    bool failed[TASKS];
    int64_t now;
} kf_tiny_jbpm;

static kf_tiny_jbpm server;

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

static void put_owner(char *text, size_t size, int task)
{
    snprintf(text, size, "%s", server.status[task] == 0 ? "" : "<actual-owner>anna</actual-owner>");
}

/* The open tasks, or those in progress as the first command's result. */
static void put_list(char *text, size_t size, bool started)
{
    char owner[64];
    size_t used = (size_t)snprintf(text, size, started ? "<task-summary-list index=\"0\">" : "<task-summary-list>");
    for (int i = 0; i < TASKS; i++) {
        put_owner(owner, sizeof(owner), i);
        if (started ? server.status[i] == 2 : server.status[i] < 2)
            used += (size_t)snprintf(text + used, size - used,
                                     "<task-summary><id>%d</id><name>Review</name><status>%s</status>%s</task-summary>",
                                     i + 1, statuses[server.status[i]], owner);
    }
    snprintf(text + used, size - used, "</task-summary-list>");
}

static void put_task(char *text, size_t size, int task)
{
    char owner[64];
    put_owner(owner, sizeof(owner), task);
    snprintf(text, size,
             "<task><id>%d</id><name>1:en-UK:Review</name><taskData><status>%s</status>%s<document-content-id>1"
             "</document-content-id><deployment-id>a:b:1</deployment-id></taskData></task>",
             task + 1, statuses[server.status[task]], owner);
}

/* False: the task is not as it must be for that. */
static bool act(int task, const char *operation)
{
    static const struct {
        const char *name;
        int from, to;
    } rules[] = {{"claim", 0, 1}, {"start", 1, 2}, {"release", 2, 0}, {"complete", 2, 3}, {"fail", 2, 3}};
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strncmp(operation, rules[i].name, strlen(rules[i].name)) != 0)
            continue;
        if (server.status[task] != rules[i].from)
            return false;
        server.status[task] = rules[i].to;
        return true;
    }
    return false;
}

static int answer(const char *url, char *text, size_t size)
{
    const char *path = strstr(url, "/task/");
    int task = path == NULL ? -1 : atoi(path + 6) - 1;
    if (path == NULL || strcmp(path, "/task/execute") == 0) {
        char list[2048] = "";
        if (path == NULL) /* the last task is completed */
            act(TASKS - 1, "complete");
        else
            put_list(list, sizeof(list), true);
        snprintf(text, size,
                 "<command-response>%s<long-list index=\"1\"><command-name>GetTasksByProcessInstanceIdCommand"
                 "</command-name></long-list></command-response>",
                 list);
    } else if (strncmp(path, "/task/query", 11) == 0) {
        put_list(text, size, false);
    } else if (strncmp(path, "/task/content/", 14) == 0) {
        snprintf(
            text, size,
            "<content><id>1</id><content-map><entry key=\"who\" class-name=\"java.lang.String\">rO0ABXQAAkFk</entry>"
            "<entry key=\"what\" class-name=\"a.B\">rO0ABQ==</entry></content-map></content>");
    } else if (task < 0 || task >= TASKS) {
        return 404;
    } else if (strchr(path + 6, '/') == NULL) {
        put_task(text, size, task);
    } else if (act(task, strchr(path + 6, '/') + 1)) {
        snprintf(text, size, "<response><status>SUCCESS</status></response>");
    } else {
        snprintf(text, size, "<response><status>FAILURE</status><error>wrong state</error></response>");
        return 401;
    }
    return 200;
}

static kf_status perform(kf_exchange *exchange, void *user)
{
    char body[4096] = "";
    (void)user;
    int status = answer(exchange->url, body, sizeof(body));
    exchange->sent = true;
    if (exchange->on_status(status, exchange->user) != 0 ||
        exchange->on_header("Content-Type", "application/xml", exchange->user) != 0 ||
        exchange->on_body(body, strlen(body), exchange->user) != 0)
        return KF_ERROR_TRANSPORT;
    exchange->complete = true;
    return KF_OK;
}

static const kf_transport transport = {perform, read_clock, read_clock, wait_clock, no_dice, NULL};

static kf_outcome handle(kf_job *job, void *user)
{
    const int task = atoi(kf_job_id(job)) - 1;
    const char *who = NULL;
    (void)user;
    if (kf_job_get_string(job, "who", &who) != KF_OK || strcmp(who, "Ad") != 0)
        return kf_job_fail(job, "not Ad");
    if (task == 0 && !server.failed[task]) {
        server.failed[task] = true;
        return kf_job_fail(job, "A message that is copied");
    }
    if (kf_job_set_string(job, "answer", "A text that is copied") != KF_OK ||
        (task == TASKS - 1 && kf_job_set_double(job, "number", 1.5) != KF_OK))
        return kf_job_fail(job, kf_job_error(job));
    return kf_job_complete(job);
}

static kf_status make(kf_client **client, kf_worker **worker, kf_error *error)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_worker_options worker_options = KF_WORKER_OPTIONS_INIT;
    jbpm_worker_options jbpm = JBPM_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    options.base_url = "http://localhost/rest";
    options.allow_http = true;
    options.transport = &transport;
    worker_options.threads = -1;
    jbpm.user = "anna";
    jbpm.resume = true;
    jbpm.max_failures = 100; /* a failure for want of memory is not the task's */
    topic.name = "Review";
    topic.handler = handle;
    topic.retry_base_ms = -1;
    kf_status status = jbpm_client_new(&options, client, error);
    if (status == KF_OK)
        status = jbpm_worker_new(*client, &worker_options, &jbpm, worker, error);
    if (status == KF_OK)
        status = kf_worker_add_topic(*worker, &topic, error);
    return status;
}

static bool all_ended(void)
{
    for (int i = 0; i < TASKS; i++)
        if (server.status[i] != 3)
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
    server.status[1] = 2;
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
    return all_ended();
}

static void keep(void *result)
{
    (void)result;
}

const kf_sweep_case kf_sweep_jbpm_worker_cases[] = {
    /* libcurl, which reads the base URL, does not say that memory was short. */
    {.name = "jbpm worker", .run = work, .check = is_worked, .release = keep, .other_errors = true},
    {.name = NULL},
};
