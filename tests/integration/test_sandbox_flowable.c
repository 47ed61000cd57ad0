/* The sandbox's Flowable: what happens to jobs, from their creation to their end. */
#include "flowable_fixture.h"

#include <stdio.h>
#include <string.h>

static kf_sandbox_flowable_counts counts(kf_fixture *f)
{
    kf_sandbox_flowable_counts now;
    kf_sandbox_flowable_count(f->sandbox, &now);
    return now;
}

static size_t got(kf_fixture *f, const char *topic, const char *worker)
{
    return acquire_as(f, topic, worker, "PT1H", 1)->items_count;
}

/* The value of a variable of an instance, ended or not, as JSON text; "" when there is none. */
static const char *variable(kf_fixture *f, const char *instance, const char *name)
{
    static char value[200];
    char path[300];
    snprintf(path, sizeof(path),
             "/process-api/history/historic-variable-instances?processInstanceId=%s&variableName=%s", instance, name);
    assert_int_equal(raw_send(f, "GET", path, NULL, "", NULL), 200);
    const char *found = strstr(raw_body, "\"value\":");
    snprintf(value, sizeof(value), "%.*s", found == NULL ? 0 : (int)strcspn(found + 8, ",}"),
             found == NULL ? "" : found + 8);
    return value;
}

static int status_of(kf_fixture *f, const char *instance)
{
    char path[200];
    snprintf(path, sizeof(path), "/process-api/runtime/process-instances/%s", instance);
    return raw_send(f, "GET", path, NULL, "", NULL);
}

static void test_one_job(void **state)
{
    kf_fixture *f = *state;
    const char *instance = start_instance(f, "single", "[{\"name\":\"n\",\"type\":\"integer\",\"value\":1}]");
    const acquired_jobs *jobs = acquire_as(f, "single", "w1", "PT1H", 5);
    assert_int_equal(jobs->items_count, 1);
    const flowable_acquired_external_worker_job_response *job = &jobs->items[0];
    assert_string_equal(job->process_instance_id, instance);
    assert_string_equal(job->element_id, "work");
    assert_string_equal(job->lock_owner, "w1");
    assert_string_equal(job->tenant_id, "");
    assert_null(job->scope_type);
    assert_int_equal(job->retries.value, 3);
    assert_int_equal(job->variables_count, 1);
    assert_string_equal(job->variables[0].name, "n");
    kf_time created, ends;
    assert_int_equal(kf_time_parse(job->create_time, &created, NULL), KF_OK);
    assert_int_equal(kf_time_parse(job->lock_expiration_time, &ends, NULL), KF_OK);
    assert_true(ends.seconds - created.seconds >= 3600 && ends.seconds - created.seconds < 3660);

    assert_int_equal(got(f, "single", "w1"), 0); /* a lock is not renewed */
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, complete(f, job->id, "w2"));
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, complete(f, job->id, "W1"));
    flowable_external_worker_job_complete_request request = {.worker_id = "w1"};
    flowable_engine_rest_variable result = {.name = "n", .value = &(cJSON){.type = cJSON_True}};
    request.variables = &result;
    request.variables_count = 1;
    CHECK_OK(f, flowable_complete_job(f->client, job->id, &request, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, complete(f, job->id, "w1"));
    assert_int_equal(kf_sandbox_applied(f->sandbox, job->id), 1);
    assert_int_equal(status_of(f, instance), 404);
    assert_string_equal(variable(f, instance, "n"), "true");
    kf_sandbox_flowable_counts now = counts(f);
    assert_int_equal(now.created, 1);
    assert_int_equal(now.completed, 1);
    assert_int_equal(now.open, 0);
    assert_int_equal(now.instances, 0);
}

/* A batch comes in the order of creation, whatever came back in between. */
static void test_order_of_a_batch(void **state)
{
    kf_fixture *f = *state;
    char ids[6][KF_UUID_TEXT_SIZE];
    for (int i = 0; i < 6; i++)
        start_instance(f, "single", NULL);
    const acquired_jobs *jobs = acquire(f, "single", 4);
    assert_int_equal(jobs->items_count, 4);
    for (int i = 0; i < 4; i++)
        snprintf(ids[i], sizeof(ids[i]), "%s", jobs->items[i].id);
    CHECK_OK(f, unacquire(f, ids[2], "w"));
    CHECK_OK(f, unacquire(f, ids[0], "w"));
    jobs = acquire(f, "single", 10);
    assert_int_equal(jobs->items_count, 4);
    assert_string_equal(jobs->items[0].id, ids[0]);
    assert_string_equal(jobs->items[1].id, ids[2]);
    for (size_t i = 1; i < 4; i++)
        assert_true(strcmp(jobs->items[i - 1].id, jobs->items[i].id) < 0);
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, NULL), 6);
    assert_int_equal(count_jobs(f, "locked=true"), 6);
}

static void test_unacquire_all(void **state)
{
    kf_fixture *f = *state;
    for (int i = 0; i < 3; i++)
        start_instance(f, "single", NULL);
    assert_int_equal(kf_sandbox_flowable_start_instance(f->sandbox, "single", NULL, "acme", NULL), KF_OK);
    acquire_as(f, "single", "batch/1", "PT1H", 2);
    acquire_as(f, "single", "batch/2", "PT1H", 2);
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, "batch/"), 4);
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, "batch/2"), 2);
    flowable_unacquire_external_worker_jobs_request request = {.worker_id = "batch/2", .tenant_id = "acme"};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, flowable_unacquire_jobs(f->client, &request, &f->error));
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, "batch/2"), 2); /* all or none */
    request.tenant_id = NULL;
    CHECK_OK(f, flowable_unacquire_jobs(f->client, &request, &f->error));
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, "batch/2"), 0);
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, "batch/1"), 2);
    request.worker_id = "nobody";
    CHECK_OK(f, flowable_unacquire_jobs(f->client, &request, &f->error));
    assert_int_equal(counts(f).unacquired, 2);
}

/* A lock that ended stays until the sweep; the owner can complete until then. */
static void test_expiry(void **state)
{
    kf_fixture *f = *state;
    start_instance(f, "single", NULL);
    start_instance(f, "single", NULL);
    const char *late = acquire_one(f, "single", "w1", "PT0S");
    CHECK_OK(f, complete(f, late, "w1"));
    const char *lost = acquire_one(f, "single", "w1", "PT10S");
    kf_sandbox_flowable_advance(f->sandbox, 5000);
    assert_int_equal(got(f, "single", "w2"), 0);
    kf_sandbox_flowable_advance(f->sandbox, 7000);
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, complete(f, lost, "w1"));
    assert_string_equal(acquire_one(f, "single", "w2", "PT10S"), lost);
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, complete(f, lost, "w1"));
    CHECK_OK(f, complete(f, lost, "w2"));
    assert_int_equal(counts(f).swept, 1);
    assert_int_equal(kf_sandbox_applied(f->sandbox, lost), 1);
}

static int setup_off(void **state)
{
    kf_sandbox_options options = KF_SANDBOX_OPTIONS_INIT;
    options.flowable_sweep_ms = -1;
    return flowable_setup_with(state, &options);
}

/* Without the async executor no lock is swept, and what a completed job leads to waits to be executed by hand. */
static void test_executor_off(void **state)
{
    kf_fixture *f = *state;
    char path[200];
    const char *instance = start_instance(f, "sequence", NULL);
    const char *job = acquire_one(f, "first", "w1", "PT1S");
    kf_sandbox_flowable_advance(f->sandbox, 3600000);
    assert_int_equal(got(f, "first", "w2"), 0);
    CHECK_OK(f, complete(f, job, "w1"));
    assert_int_equal(got(f, "second", "w1"), 0);
    assert_int_equal(status_of(f, instance), 200);
    snprintf(path, sizeof(path), "/process-api/management/jobs/%s", job);
    assert_int_equal(raw_send(f, "GET", path, NULL, "", NULL), 200);
    assert_int_equal(raw_send(f, "POST", path, NULL, "Content-Type: application/json\r\n", "{\"action\":\"execute\"}"),
                     204);
    assert_int_equal(got(f, "second", "w1"), 1);
}

static int retries_of(kf_fixture *f, const char *job, char *message, size_t size)
{
    flowable_external_worker_job_response *shown = NULL;
    CHECK_OK(f, flowable_get_external_worker_job(f->client, job, &shown, &f->error));
    int retries = shown->retries.value;
    snprintf(message, size, "%s", shown->exception_message == NULL ? "(none)" : shown->exception_message);
    flowable_external_worker_job_response_free(shown);
    return retries;
}

static void test_failures(void **state)
{
    kf_fixture *f = *state;
    char message[64], path[200];
    start_instance(f, "single", NULL);
    const char *job = acquire_one(f, "single", "w", "PT1H");
    flowable_external_worker_job_failure_request request = {.worker_id = "w", .error_message = "broken"};
    CHECK_OK(f, flowable_fail_job(f->client, job, &request, &f->error));
    assert_int_equal(retries_of(f, job, message, sizeof(message)), 2);
    assert_string_equal(message, "broken");
    acquire_one(f, "single", "w", "PT1H"); /* free at once */
    request = (flowable_external_worker_job_failure_request){.worker_id = "w", .retries = KF_INT32(-5)};
    CHECK_OK(f, flowable_fail_job(f->client, job, &request, &f->error));
    assert_int_equal(retries_of(f, job, message, sizeof(message)), 1); /* as if left out */
    assert_string_equal(message, "(none)");

    acquire_one(f, "single", "w", "PT1H");
    request = (flowable_external_worker_job_failure_request){
        .worker_id = "w", .retries = KF_INT32(7), .retry_timeout = "PT30S"};
    CHECK_OK(f, flowable_fail_job(f->client, job, &request, &f->error));
    assert_int_equal(retries_of(f, job, message, sizeof(message)), 7);
    assert_int_equal(got(f, "single", "w"), 0);
    assert_int_equal(count_jobs(f, "locked=true"), 1);
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, NULL), 0); /* nobody's lock */
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, complete(f, job, "w"));
    kf_sandbox_flowable_advance(f->sandbox, 32000);

    acquire_one(f, "single", "w", "PT1H");
    request = (flowable_external_worker_job_failure_request){
        .worker_id = "w", .retries = KF_INT32(0), .error_message = "dead", .error_details = "long\nstory"};
    CHECK_OK(f, flowable_fail_job(f->client, job, &request, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, complete(f, job, "w"));
    snprintf(path, sizeof(path), "/process-api/management/deadletter-jobs/%s/exception-stacktrace", job);
    assert_int_equal(raw_send(f, "GET", path, NULL, "", NULL), 200);
    assert_string_equal(raw_body, "long\nstory");
    path[strlen(path) - strlen("/exception-stacktrace")] = '\0';
    assert_int_equal(raw_send(f, "POST", path, NULL, "Content-Type: application/json\r\n", "{\"action\":\"move\"}"),
                     204);
    assert_int_equal(retries_of(f, job, message, sizeof(message)), 3);
    assert_string_equal(message, "dead");
    assert_string_equal(acquire_one(f, "single", "w", "PT1H"), job);
    CHECK_OK(f, complete(f, job, "w"));
    assert_int_equal(kf_sandbox_applied(f->sandbox, job), 1);
    assert_int_equal(counts(f).failed, 4);
}

/* Two jobs of one instance are never locked together, one that is held keeps the others away, and with them the jobs
 * of all instances behind. */
static void test_exclusive_jobs(void **state)
{
    kf_fixture *f = *state;
    start_instance(f, "siblings", NULL);
    start_instance(f, "siblings", NULL);
    for (int count = 6; count > 1; count--)
        assert_int_equal(acquire_as(f, "siblings", "w", "PT10S", count)->items_count, 0);
    const char *first = acquire_one(f, "siblings", "w", "PT10S");
    assert_int_equal(got(f, "siblings", "w2"), 0);
    assert_int_equal(count_jobs(f, "unlocked=true"), 5);
    CHECK_OK(f, complete(f, first, "w"));
    const char *second = acquire_one(f, "siblings", "w", "PT10S");
    CHECK_OK(f, unacquire(f, second, "w")); /* the instance stays locked as long as it would have been */
    assert_int_equal(got(f, "siblings", "w2"), 0);
    kf_sandbox_flowable_advance(f->sandbox, 10001);
    assert_string_equal(acquire_one(f, "siblings", "w2", "PT10S"), second);
    flowable_external_worker_job_failure_request request = {.worker_id = "w2", .retry_timeout = "PT1H"};
    CHECK_OK(f, flowable_fail_job(f->client, second, &request, &f->error));
    assert_int_equal(got(f, "siblings", "w2"), 1); /* the third one */

    for (int i = 0; i < 3; i++)
        start_instance(f, "exclusive", NULL);
    assert_int_equal(acquire(f, "exclusive", 3)->items_count, 3); /* of one instance each */
}

static void test_parallel_jobs(void **state)
{
    kf_fixture *f = *state;
    const char *instance = start_instance(f, "parallel", NULL);
    const acquired_jobs *jobs = acquire(f, "parallel", 5);
    assert_int_equal(jobs->items_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(status_of(f, instance), 200);
        CHECK_OK(f, complete(f, jobs->items[i].id, "w"));
    }
    assert_int_equal(status_of(f, instance), 404);
}

static void end_by_error(kf_fixture *f, const char *job, const char *code)
{
    flowable_external_worker_job_error_request request = {.worker_id = "w", .error_code = code};
    CHECK_OK(f, flowable_bpmn_error_job(f->client, job, &request, &f->error));
}

static void test_bpmn_errors(void **state)
{
    kf_fixture *f = *state;
    start_instance(f, "caught", NULL);
    end_by_error(f, acquire_one(f, "risky", "w", "PT1H"), "E1");
    assert_int_equal(got(f, "rescue", "w"), 1);
    start_instance(f, "caught", NULL);
    end_by_error(f, acquire_one(f, "risky", "w", "PT1H"), NULL); /* no code is any code */
    assert_int_equal(got(f, "rescue", "w"), 1);
    start_instance(f, "caughtAny", NULL);
    end_by_error(f, acquire_one(f, "riskyAny", "w", "PT1H"), "E9");
    assert_int_equal(got(f, "rescueAny", "w"), 1);

    const char *instance = start_instance(f, "caught", NULL);
    end_by_error(f, acquire_one(f, "risky", "w", "PT1H"), "E2");
    assert_int_equal(got(f, "rescue", "w"), 0);
    assert_int_equal(status_of(f, instance), 200); /* it hangs, and only the server shows why */
    assert_int_equal(raw_send(f, "GET", "/process-api/management/timer-jobs", NULL, "", NULL), 200);
    assert_non_null(strstr(raw_body, "No catching boundary event found for error with errorCode 'E2'"));
    assert_non_null(strstr(raw_body, "\"retries\":2"));
    kf_sandbox_flowable_advance(f->sandbox, 11000);
    kf_sandbox_flowable_advance(f->sandbox, 11000);
    assert_int_equal(raw_send(f, "GET", "/process-api/management/deadletter-jobs", NULL, "", NULL), 200);
    assert_non_null(strstr(raw_body, "'E2'"));
    assert_int_equal(counts(f).bpmn_errors, 4);
}

static void test_cases(void **state)
{
    kf_fixture *f = *state;
    const char *id = start_instance(f, "assembly", NULL);
    const acquired_jobs *jobs = acquire(f, "build", 1);
    assert_string_equal(jobs->items[0].scope_id, id);
    assert_string_equal(jobs->items[0].scope_type, "cmmn");
    assert_null(jobs->items[0].process_instance_id);
    flowable_external_worker_job_error_request error = {.worker_id = "w", .error_code = "E1"};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, flowable_bpmn_error_job(f->client, jobs->items[0].id, &error, &f->error));
    CHECK_OK(f, complete(f, jobs->items[0].id, "w"));
    CHECK_OK(f, complete(f, acquire_one(f, "polish", "w", "PT1H"), "w"));
    assert_int_equal(counts(f).instances, 0);

    const char *process = start_instance(f, "startCase", NULL);
    flowable_external_worker_job_terminate_request request = {.worker_id = "w"};
    const char *build = acquire_one(f, "build", "w", "PT1H");
    CHECK_OK(f, flowable_terminate_cmmn_job(f->client, build, &request, &f->error));
    assert_int_equal(got(f, "polish", "w"), 0);
    assert_int_equal(status_of(f, process), 200);
    CHECK_OK(f, complete(f, acquire_one(f, "scrap", "w", "PT1H"), "w"));
    assert_int_equal(status_of(f, process), 404); /* it waited for its case */

    start_instance(f, "single", NULL);
    const char *job = acquire_one(f, "single", "w", "PT1H");
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, flowable_terminate_cmmn_job(f->client, job, &request, &f->error));
    CHECK_OK(f, complete(f, job, "w")); /* it is as it was */
}

static void test_scope_filter(void **state)
{
    kf_fixture *f = *state;
    const kf_sandbox_flowable_task task = {.id = "t", .topic = "both"};
    const kf_sandbox_flowable_model process = {"p", false, &task, 1}, plan = {"c", true, &task, 1};
    assert_int_equal(kf_sandbox_flowable_deploy(f->sandbox, &process), KF_OK);
    assert_int_equal(kf_sandbox_flowable_deploy(f->sandbox, &plan), KF_OK);
    for (int i = 0; i < 2; i++) {
        start_instance(f, "c", NULL);
        start_instance(f, "p", NULL);
    }
    flowable_acquire_external_worker_job_request request = {
        .topic = "both", .worker_id = "w", .lock_duration = "PT1H", .number_of_tasks = KF_INT32(1)};
    const char *const scopes[] = {"", "BPMN", "bpmn", "cmmn", NULL};
    const size_t expected[] = {0, 0, 1, 1, 1};
    for (int i = 0; i < 5; i++) {
        acquired_jobs *jobs = NULL;
        request.scope_type = scopes[i];
        CHECK_OK(f, flowable_acquire_and_lock_jobs(f->client, &request, &jobs, &f->error));
        assert_int_equal(jobs->items_count, expected[i]);
        if (i == 2 || i == 3)
            assert_int_equal(jobs->items[0].scope_type != NULL, i == 3);
        if (i == 4)
            assert_non_null(jobs->items[0].scope_type); /* the case's job is the older one */
        flowable_acquire_and_lock_jobs_answer_free(jobs);
    }
}

/* An own model: parallel jobs of one element, an error that interrupts them, and an end without a task. */
static void test_own_model(void **state)
{
    kf_fixture *f = *state;
    const kf_sandbox_flowable_task tasks[] = {
        {.id = "many", .topic = "many", .count = 3},
        {.id = "then", .topic = "then", .after = "many"},
        {.id = "out", .after = "many", .on = KF_SANDBOX_FLOWABLE_ON_ERROR, .error_code = "STOP"},
    };
    const kf_sandbox_flowable_model model = {"own", false, tasks, 3};
    assert_int_equal(kf_sandbox_flowable_deploy(f->sandbox, &model), KF_OK);
    start_instance(f, "own", NULL);
    const acquired_jobs *jobs = acquire(f, "many", 10);
    assert_int_equal(jobs->items_count, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(got(f, "then", "w"), 0);
        CHECK_OK(f, complete(f, jobs->items[i].id, "w"));
    }
    assert_int_equal(got(f, "then", "w"), 1);

    const char *stopped = start_instance(f, "own", NULL);
    end_by_error(f, acquire_one(f, "many", "w", "PT1H"), "STOP");
    assert_int_equal(status_of(f, stopped), 404);
    assert_int_equal(got(f, "many", "w"), 0);

    const kf_sandbox_flowable_task wrong = {.id = "a", .topic = "t", .after = "b"};
    const kf_sandbox_flowable_model bad = {"bad", false, &wrong, 1};
    assert_int_equal(kf_sandbox_flowable_deploy(f->sandbox, &bad), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_sandbox_flowable_start_instance(f->sandbox, "bad", NULL, NULL, NULL), KF_ERROR_NOT_FOUND);
    assert_int_equal(kf_sandbox_flowable_start_instance(f->sandbox, "own", "[{}]", NULL, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_sandbox_flowable_start_instance(f->sandbox, "own", "nonsense", NULL, NULL), KF_ERROR_ARGUMENT);
}

/* A task that is over at once, by itself or because the case that it starts is, leads to what follows it. */
static void test_tasks_over_at_once(void **state)
{
    kf_fixture *f = *state;
    const kf_sandbox_flowable_task tasks[] = {
        {.id = "nothing"},
        {.id = "case", .starts = "empty", .after = "nothing"},
        {.id = "no case", .starts = "unknown", .after = "case"},
        {.id = "last", .topic = "last", .after = "no case"},
    };
    const kf_sandbox_flowable_model empty = {"empty", true, tasks, 1}, model = {"steps", false, tasks, 4};
    assert_int_equal(kf_sandbox_flowable_deploy(f->sandbox, &empty), KF_OK);
    assert_int_equal(kf_sandbox_flowable_deploy(f->sandbox, &model), KF_OK);
    const char *instance = start_instance(f, "steps", NULL);
    assert_int_equal(counts(f).instances, 1);
    CHECK_OK(f, complete(f, acquire_one(f, "last", "w", "PT1H"), "w"));
    assert_int_equal(status_of(f, instance), 404);
    assert_int_equal(counts(f).instances, 0);
}

static int act(kf_fixture *f, const char *method, const char *instance, const char *body)
{
    char path[200];
    snprintf(path, sizeof(path), "/process-api/runtime/process-instances/%s", instance);
    return raw_send(f, method, path, NULL, "Content-Type: application/json\r\n", body);
}

static void test_suspended_and_deleted_instances(void **state)
{
    kf_fixture *f = *state;
    const char *instance = start_instance(f, "single", NULL);
    const char *job = acquire_one(f, "single", "w", "PT1H");
    assert_int_equal(act(f, "PUT", instance, "{\"action\":\"suspend\"}"), 200);
    assert_int_equal(act(f, "PUT", instance, "{\"action\":\"suspend\"}"), 409);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, complete(f, job, "w"));
    assert_int_equal(count_jobs(f, ""), 0);
    assert_int_equal(act(f, "PUT", instance, "{\"action\":\"activate\"}"), 200);
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, complete(f, job, "w")); /* the lock is gone */
    assert_string_equal(acquire_one(f, "single", "w", "PT1H"), job);
    assert_int_equal(act(f, "DELETE", instance, NULL), 204);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, complete(f, job, "w"));
    assert_int_equal(act(f, "DELETE", instance, NULL), 404);
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, NULL), 0);
    assert_int_equal(kf_sandbox_applied(f->sandbox, job), 0);
}

static int setup_forgetful(void **state)
{
    kf_sandbox_options options = KF_SANDBOX_OPTIONS_INIT;
    options.flowable_history = 2;
    return flowable_setup_with(state, &options);
}

static void test_history_is_bounded(void **state)
{
    kf_fixture *f = *state;
    char ids[4][KF_UUID_TEXT_SIZE];
    for (int i = 0; i < 4; i++) {
        snprintf(ids[i], sizeof(ids[i]), "%s", start_instance(f, "single", "[{\"name\":\"n\",\"value\":7}]"));
        CHECK_OK(f, complete(f, acquire_one(f, "single", "w", "PT1H"), "w"));
    }
    assert_string_equal(variable(f, ids[0], "n"), "");
    assert_string_equal(variable(f, ids[1], "n"), "");
    assert_string_equal(variable(f, ids[2], "n"), "7");
    assert_string_equal(variable(f, ids[3], "n"), "7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOWABLE_TEST(test_one_job),
        FLOWABLE_TEST(test_order_of_a_batch),
        FLOWABLE_TEST(test_unacquire_all),
        FLOWABLE_TEST(test_expiry),
        cmocka_unit_test_setup_teardown(test_executor_off, setup_off, fixture_teardown),
        FLOWABLE_TEST(test_failures),
        FLOWABLE_TEST(test_exclusive_jobs),
        FLOWABLE_TEST(test_parallel_jobs),
        FLOWABLE_TEST(test_bpmn_errors),
        FLOWABLE_TEST(test_cases),
        FLOWABLE_TEST(test_scope_filter),
        FLOWABLE_TEST(test_own_model),
        FLOWABLE_TEST(test_tasks_over_at_once),
        FLOWABLE_TEST(test_suspended_and_deleted_instances),
        cmocka_unit_test_setup_teardown(test_history_is_bounded, setup_forgetful, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
