#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include "support/steady.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROCESS_INSTANCES "/process-api/runtime/process-instances"

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL || value[0] == '\0') {
        print_error("%s is not set: these programs need a running server, see tests/run flowable\n", name);
        exit(1);
    }
    return value;
}

const char *server_root(void)
{
    return environment("FLOWABLE_URL");
}

int server_port(void)
{
    const char *colon = strrchr(server_root(), ':');
    assert_non_null(colon);
    return atoi(colon + 1);
}

kf_client_options fixture_options(void)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = server_root();
    options.allow_http = true;
    options.username = "admin";
    options.password = "test";
    options.retry_base_ms = 1;
    options.no_retry_budget = true;
    options.transport = &kf_steady;
    return options;
}

kf_client *fixture_client(const kf_client_options *options)
{
    kf_client *client = NULL;
    kf_error error;
    if (flowable_client_new(options, &client, &error) != KF_OK)
        fail_msg("no client: %s", error.message);
    return client;
}

int fixture_setup(void **state)
{
    fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    kf_client_options options = fixture_options();
    f->client = fixture_client(&options);
    options.auth = KF_AUTH_BASIC;
    assert_int_equal(kf_client_new(&options, &f->engine, &f->error), KF_OK);
    const char *version = environment("FLOWABLE_VERSION");
    assert_int_equal(strlen(version), strlen("7.1.0"));
    f->version = (version[0] - '0') * 100 + (version[2] - '0') * 10 + (version[4] - '0');
    *state = f;
    return 0;
}

int fixture_teardown(void **state)
{
    fixture *f = *state;
    kf_client_free(f->client);
    kf_client_free(f->engine);
    free(f);
    return 0;
}

static void delete_all(fixture *f, const char *path)
{
    cJSON *instances = engine_list(f, path, NULL, NULL);
    const cJSON *instance;
    cJSON_ArrayForEach(instance, instances)
    {
        char one[200];
        snprintf(one, sizeof(one), "%s/%s", path, cJSON_GetStringValue(cJSON_GetObjectItem(instance, "id")));
        /* It may have ended meanwhile, and the engine may be working on it, which is a conflict. */
        kf_request request = {.method = "DELETE", .path = one};
        while (kf_request_send(f->engine, &request, NULL, NULL, &f->error) == KF_ERROR_SERVER)
            continue;
    }
    cJSON_Delete(instances);
}

int fixture_clean(void **state)
{
    fixture *f = *state;
    WAIT_UNTIL((delete_all(f, PROCESS_INSTANCES), engine_count(f, PROCESS_INSTANCES, NULL, NULL) == 0));
    flowable_data_response_external_worker_job_response *page = NULL;
    CHECK_OK(f, flowable_list_external_worker_jobs(f->client, NULL, &page, &f->error));
    assert_int_equal(page->total.value, 0);
    flowable_data_response_external_worker_job_response_free(page);
    return 0;
}

cJSON *json(const char *text)
{
    cJSON *value = cJSON_Parse(text);
    if (value == NULL)
        fail_msg("no JSON: %s", text);
    return value;
}

static cJSON *engine_request(fixture *f, const kf_request *request)
{
    char *text = NULL;
    size_t length = 0;
    if (kf_request_send(f->engine, request, &text, &length, &f->error) != KF_OK)
        fail_msg("%s %s: %s", request->method, request->path, f->error.message);
    cJSON *answer = length == 0 ? NULL : json(text);
    kf_free(text);
    return answer;
}

cJSON *engine_send(fixture *f, const char *method, const char *path, const char *body)
{
    kf_request request = {.method = method, .path = path, .body = body};
    return engine_request(f, &request);
}

cJSON *engine_list(fixture *f, const char *path, const char *name, const char *value)
{
    kf_pair query[] = {{"size", "10000"}, {name, value}};
    kf_request request = {.method = "GET", .path = path, .query = query, .query_count = name == NULL ? 1 : 2};
    cJSON *page = engine_request(f, &request);
    cJSON *items = cJSON_DetachItemFromObject(page, "data");
    assert_true(cJSON_IsArray(items));
    cJSON_Delete(page);
    return items;
}

int engine_count(fixture *f, const char *path, const char *name, const char *value)
{
    cJSON *items = engine_list(f, path, name, value);
    int count = cJSON_GetArraySize(items);
    cJSON_Delete(items);
    return count;
}

static void start_instance(fixture *f, const char *key, const char *tenant, const char *variables, char id[ID_SIZE])
{
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "processDefinitionKey", key);
    if (tenant != NULL)
        cJSON_AddStringToObject(body, "tenantId", tenant);
    if (variables != NULL)
        cJSON_AddRawToObject(body, "variables", variables);
    char *text = cJSON_PrintUnformatted(body);
    cJSON *instance = engine_send(f, "POST", PROCESS_INSTANCES, text);
    if (id != NULL)
        snprintf(id, ID_SIZE, "%s", cJSON_GetStringValue(cJSON_GetObjectItem(instance, "id")));
    cJSON_Delete(instance);
    cJSON_free(text);
    cJSON_Delete(body);
}

void start_process(fixture *f, const char *key, const char *variables, char id[ID_SIZE])
{
    start_instance(f, key, NULL, variables, id);
}

/* A file as the multipart form that deployments come in. */
static char *deployment(const char *path, const char *name)
{
    char model[4096] = "";
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(model, 1, sizeof(model) - 1, file);
    assert_true(length > 0 && length < sizeof(model) - 1);
    fclose(file);
    char *form = malloc(sizeof(model) + 400);
    assert_non_null(form);
    snprintf(form, sizeof(model) + 400,
             "--form\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n\r\n%s\r\n--form--\r\n", name,
             model);
    return form;
}

void start_single_in_tenant(fixture *f, const char *tenant, char id[ID_SIZE])
{
    if (engine_count(f, "/process-api/repository/process-definitions", "tenantId", tenant) == 0) {
        char *form = deployment("tests/servers/flowable/models/single.bpmn20.xml", "single.bpmn20.xml");
        kf_pair query = {"tenantId", tenant};
        kf_request request = {.method = "POST",
                              .path = "/process-api/repository/deployments",
                              .query = &query,
                              .query_count = 1,
                              .body = form,
                              .content_type = "multipart/form-data; boundary=form"};
        cJSON_Delete(engine_request(f, &request));
        free(form);
    }
    start_instance(f, "single", tenant, NULL, id);
}

void start_case(fixture *f, char id[ID_SIZE])
{
    start_process(f, "startCase", NULL, id);
}

void delete_process(fixture *f, const char *id)
{
    char path[200];
    snprintf(path, sizeof(path), PROCESS_INSTANCES "/%s", id);
    cJSON_Delete(engine_send(f, "DELETE", path, NULL));
}

bool process_ended(fixture *f, const char *id)
{
    return engine_count(f, PROCESS_INSTANCES, "id", id) == 0;
}

cJSON *history_variable(fixture *f, const char *process_id, const char *name)
{
    cJSON *items = engine_list(f, "/process-api/history/historic-variable-instances", "processInstanceId", process_id);
    cJSON *found = NULL;
    while (found == NULL && cJSON_GetArraySize(items) > 0) {
        cJSON *item = cJSON_DetachItemFromArray(items, 0);
        cJSON *variable = cJSON_DetachItemFromObject(item, "variable");
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(variable, "name")), name) == 0)
            found = variable;
        else
            cJSON_Delete(variable);
        cJSON_Delete(item);
    }
    cJSON_Delete(items);
    return found;
}

bool is_dead_letter(fixture *f, const char *job_id)
{
    return engine_count(f, "/process-api/management/deadletter-jobs", "id", job_id) == 1;
}

jobs_answer *acquire(fixture *f, const char *topic, const char *worker, const char *lock, int count)
{
    flowable_acquire_external_worker_job_request request = {
        .topic = topic, .worker_id = worker, .lock_duration = lock, .number_of_tasks = KF_INT32(count)};
    jobs_answer *answer = NULL;
    CHECK_OK(f, flowable_acquire_and_lock_jobs(f->client, &request, &answer, &f->error));
    assert_non_null(answer);
    return answer;
}

size_t acquired_count(fixture *f, const char *topic, const char *worker)
{
    jobs_answer *answer = acquire(f, topic, worker, HOUR, 1);
    size_t count = answer->items_count;
    flowable_acquire_and_lock_jobs_answer_free(answer);
    return count;
}

jobs_answer *take(fixture *f, const char *topic, const char *worker)
{
    for (int rounds = 0;;) {
        jobs_answer *answer = acquire(f, topic, worker, HOUR, 1);
        if (answer->items_count == 1)
            return answer;
        flowable_acquire_and_lock_jobs_answer_free(answer);
        if (!wait_again(&rounds))
            fail_msg("no job came for the topic %s", topic);
    }
}

void take_id(fixture *f, const char *topic, const char *worker, char id[ID_SIZE])
{
    jobs_answer *answer = take(f, topic, worker);
    snprintf(id, ID_SIZE, "%s", answer->items[0].id);
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

kf_status complete(fixture *f, const char *job_id, const char *worker)
{
    flowable_external_worker_job_complete_request request = {.worker_id = worker};
    return flowable_complete_job(f->client, job_id, &request, &f->error);
}

kf_status fail_job(fixture *f, const char *job_id, const char *worker, kf_int32 retries, const char *retry_timeout)
{
    flowable_external_worker_job_failure_request request = {
        .worker_id = worker, .error_message = "it broke", .retries = retries, .retry_timeout = retry_timeout};
    return flowable_fail_job(f->client, job_id, &request, &f->error);
}

kf_status unacquire(fixture *f, const char *job_id, const char *worker)
{
    flowable_unacquire_external_worker_jobs_request request = {.worker_id = worker};
    return flowable_unacquire_job(f->client, job_id, &request, &f->error);
}

flowable_external_worker_job_response *job_now(fixture *f, const char *job_id)
{
    flowable_external_worker_job_response *job = NULL;
    CHECK_OK(f, flowable_get_external_worker_job(f->client, job_id, &job, &f->error));
    return job;
}

bool job_held_by(fixture *f, const char *job_id, const char *worker)
{
    flowable_external_worker_job_response *job = job_now(f, job_id);
    const char *owner = job->lock_owner;
    bool held = worker == NULL ? owner == NULL : owner != NULL && strcmp(owner, worker) == 0;
    flowable_external_worker_job_response_free(job);
    return held;
}

static void print_call(const char *call, kf_status status, const kf_error *error)
{
    print_error("%s\n  gave %s (error.status %s, HTTP %d, %d attempts): %s [%s]\n", call, kf_status_name(status),
                kf_status_name(error->status), error->http_status, error->attempts, error->message,
                error->server_message);
}

void check_ok_at(const fixture *f, kf_status status, const char *call, const char *file, int line)
{
    if (status == KF_OK && f->error.status == KF_OK && f->error.attempts == 1)
        return;
    print_call(call, status, &f->error);
    _fail(file, line);
}

void check_fails_at(const fixture *f, kf_status status, kf_status expected, int http_status, const char *text,
                    const char *call, const char *file, int line)
{
    const kf_error *error = &f->error;
    if (status == expected && error->status == expected && error->http_status == http_status &&
        error->attempts == (http_status == 0 ? 0 : 1) && strstr(error->server_message, text) != NULL)
        return;
    print_call(call, status, error);
    print_error("  expected %s, HTTP %d, \"%s\"\n", kf_status_name(expected), http_status, text);
    _fail(file, line);
}

bool wait_again(int *rounds)
{
    struct timespec pause = {0, 20 * 1000 * 1000};
    nanosleep(&pause, NULL);
    /* A minute and a half: once in a while the server leaves a continuation alone for more than half a minute. */
    return ++*rounds < 4500;
}
