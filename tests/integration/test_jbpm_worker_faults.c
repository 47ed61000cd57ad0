/* The jBPM worker when answers are lost, servers are broken, others meddle, and after a crash. */
#include "jbpm_fixture.h"

#include <stdio.h>
#include <string.h>

static const kf_sandbox_fault_spec lost_before = {.kind = KF_SANDBOX_FAULT_LOST_BEFORE};
static const kf_sandbox_fault_spec lost_after = {.kind = KF_SANDBOX_FAULT_LOST_AFTER};
static const kf_sandbox_fault_spec broken = {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 500};
static const kf_sandbox_fault_spec busy = {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 503, .retry_after = "0"};
static const kf_sandbox_fault_spec gateway = {
    .kind = KF_SANDBOX_FAULT_REPLACE, .status = 502, .body = "<html>", .content_type = "text/html"};
static const kf_sandbox_fault_spec wrong_login = {
    .kind = KF_SANDBOX_FAULT_ANSWER, .status = 401, .body = "<html>", .content_type = "text/html"};
/* The application is not there: the server around it answers. */
static const kf_sandbox_fault_spec undeployed = {
    .kind = KF_SANDBOX_FAULT_ANSWER, .status = 404, .body = "<html>", .content_type = "text/html"};
static const kf_sandbox_fault_spec nonsense = {.kind = KF_SANDBOX_FAULT_REPLACE, .body = "oops"};

static const kf_sandbox_fault_spec *const faults[] = {&lost_before, &lost_after,  &broken,     &busy,
                                                      &gateway,     &wrong_login, &undeployed, &nonsense};
#define FAULTS (sizeof(faults) / sizeof(faults[0]))
#define TASKS 16

/* It does not wait long for what is given back. */
static void start(crew *c, kf_job_fn handler)
{
    kf_topic topic = crew_topic(c, "Review", handler);
    topic.poll_min_ms = topic.poll_max_ms = 5;
    crew_start(c, NULL, &topic, 1);
}

static void begin_tasks(jbpm_fixture *f, int64_t instances[TASKS])
{
    for (int i = 0; i < TASKS; i++)
        instances[i] = jbpm_begin(f, "office.shared", NULL, NO_AGE);
}

static void check_statuses(jbpm_fixture *f, const int64_t instances[TASKS], jbpm_task_status expected)
{
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(jbpm_status_now(f, jbpm_task_id(f, instances[i])), expected);
}

static kf_outcome handle_parameters(kf_job *job, void *user)
{
    return kf_job_has(job, "NodeName") ? handle_complete(job, user) : kf_job_fail(job, "without its parameters");
}

/* Whatever goes wrong on the way to the handlers, each is called once, with all parameters. */
static void test_beginning_with_faults(void **state)
{
    static const char *const operations[] = {"jbpm.getTask", "jbpm.claimTask", "jbpm.startTask", "jbpm.getContent"};
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    int64_t instances[TASKS];
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]) * FAULTS; i++)
        jbpm_order_fault(f, operations[i / FAULTS], *faults[i % FAULTS]);
    begin_tasks(f, instances);
    start(c, handle_parameters);
    WAIT_UNTIL(crew_stats(c).completed == TASKS);
    crew_stop(c);
    kf_sandbox_fault_clear(f->sandbox);
    assert_int_equal(c->calls, TASKS);
    assert_int_equal(crew_stats(c).failed + crew_stats(c).unreported + crew_stats(c).lock_lost, 0);
    check_statuses(f, instances, JBPM_TASK_STATUS_COMPLETED);
}

/* 6.0.1 refuses a right login now and then: that is none of the troubles that only a person can mend. */
static void test_finding_with_faults(void **state)
{
    static const kf_sandbox_fault_spec stray = {.kind = KF_SANDBOX_FAULT_ANSWER,
                                                .status = 401,
                                                .body = "<html><body>Validation fails.</body></html>",
                                                .content_type = "text/html"};
    static const struct {
        const kf_sandbox_fault_spec *fault;
        kf_status status;
    } cases[] = {{&stray, KF_ERROR_SERVER}, {&nonsense, KF_ERROR_DECODE}, {&wrong_login, KF_ERROR_AUTH}};
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    jbpm_shared_task(f);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        jbpm_order_fault(f, "jbpm.queryTasks", *cases[i].fault);
        start(c, handle_complete);
        WAIT_EVENT(c, KF_WORKER_ACQUIRE_FAILED, (int)i + 1);
        assert_int_equal(kf_watch_last(c->watch, KF_WORKER_ACQUIRE_FAILED)->status, cases[i].status);
        crew_dismiss(c);
    }
}

static kf_outcome handle_typed(kf_job *job, void *user)
{
    crew *c = user;
    c->calls++;
    return kf_job_set_double(job, "result", 1.5) == KF_OK ? kf_job_complete(job) : KF_OUTCOME_NONE;
}

/* Tasks are completed once, and their handlers called once. Two of the faults lose answers. */
static void check_ends(jbpm_fixture *f, const char *operation, kf_job_fn handler)
{
    crew *c = &f->crew;
    int64_t instances[TASKS];
    for (size_t i = 0; i + 1 < FAULTS; i++)
        jbpm_order_fault(f, operation, *faults[i]);
    begin_tasks(f, instances);
    start(c, handler);
    WAIT_UNTIL(crew_stats(c).completed == TASKS);
    crew_stop(c);
    kf_sandbox_fault_clear(f->sandbox);
    assert_int_equal(c->calls, TASKS);
    assert_int_equal(crew_stats(c).failed + crew_stats(c).unreported + crew_stats(c).lock_lost, 0);
    assert_in_range(crew_stats(c).assumed_done, 1, 2); /* 1: both fell upon the same task */
    check_statuses(f, instances, JBPM_TASK_STATUS_COMPLETED);
}

static void test_completing_with_faults(void **state)
{
    check_ends(*state, "jbpm.completeTask", handle_complete);
}

static void test_completing_by_command_with_faults(void **state)
{
    check_ends(*state, "jbpm.executeRuntimeCommands", handle_typed);
}

/* The application goes while the handler is at work, and comes again: the task has not ended. */
static kf_outcome handle_undeployed(kf_job *job, void *user)
{
    jbpm_fixture *f = user;
    jbpm_order_fault(f, "jbpm.completeTask", undeployed);
    jbpm_order_fault(f, "jbpm.getTask", undeployed);
    return handle_complete(job, user);
}

static void test_completing_without_application(void **state)
{
    jbpm_fixture *f = *state;
    const int64_t id = jbpm_shared_task(f);
    start(&f->crew, handle_undeployed);
    WAIT_UNTIL(crew_stats(&f->crew).completed + crew_stats(&f->crew).gone == 1);
    assert_int_equal(jbpm_status_now(f, id), JBPM_TASK_STATUS_COMPLETED);
    assert_int_equal(f->crew.calls, 1);
}

/* The answer to a start is lost while the worker stops, and the task cannot be looked at just then. */
static void test_a_start_without_answer_is_given_back(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    const int64_t id = jbpm_shared_task(f);
    jbpm_order_fault(f, "jbpm.claimTask", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_DELAY});
    start(c, handle_complete);
    WAIT_UNTIL(kf_sandbox_held(f->sandbox) == 1);
    jbpm_order_fault(f, "jbpm.startTask", lost_after);
    jbpm_order_fault(f, "jbpm.getTask", busy);
    kf_worker_request_stop(c->worker);
    kf_sandbox_release(f->sandbox);
    crew_stop(c);
    assert_int_equal(c->calls, 0);
    assert_int_equal(jbpm_requests(f, "jbpm.startTask"), 1);
    assert_int_equal(jbpm_status_now(f, id), JBPM_TASK_STATUS_READY);
}

/* In the second round every task is completed. */
static kf_outcome fail_once(kf_job *job, void *user)
{
    crew *c = user;
    c->calls++;
    return kf_job_retries(job) == 3 ? kf_job_fail(job, "once") : kf_job_complete(job);
}

static kf_outcome fail_for_good(kf_job *job, void *user)
{
    const kf_failure failure = {.message = "never", .retries = KF_INT32(0)};
    (void)user;
    return kf_job_fail_with(job, &failure);
}

static void test_releasing_with_faults(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    int64_t instances[TASKS];
    for (size_t i = 0; i < FAULTS; i++)
        jbpm_order_fault(f, "jbpm.releaseTask", *faults[i]);
    begin_tasks(f, instances);
    start(c, fail_once);
    WAIT_UNTIL(crew_stats(c).completed == TASKS);
    crew_stop(c);
    assert_int_equal(c->calls, 2 * TASKS);
    assert_int_equal(crew_stats(c).failed, TASKS);
    check_statuses(f, instances, JBPM_TASK_STATUS_COMPLETED);
}

static void test_failing_with_faults(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    int64_t instances[TASKS];
    for (size_t i = 0; i < FAULTS; i++)
        jbpm_order_fault(f, "jbpm.failTask", *faults[i]);
    begin_tasks(f, instances);
    start(c, fail_for_good);
    WAIT_UNTIL(crew_stats(c).failed == TASKS);
    crew_stop(c);
    assert_int_equal(crew_stats(c).unreported, 0);
    check_statuses(f, instances, JBPM_TASK_STATUS_FAILED);
    assert_string_equal(jbpm_fault_text(f, jbpm_task_id(f, instances[0]), "message"), "never");
}

/* A server that does not let a task begin: it is tried so often, told, and left alone. */
static void test_a_task_that_cannot_be_claimed_is_left(void **state)
{
    static const kf_sandbox_fault_spec refused = {.kind = KF_SANDBOX_FAULT_ANSWER, .times = -1, .status = 401};
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    jbpm_order_fault(f, "jbpm.claimTask", refused);
    const int64_t id = jbpm_shared_task(f);
    start(c, handle_complete);
    WAIT_EVENT(c, KF_WORKER_JOB_POISON, 1);
    const uint64_t empty = crew_stats(c).polls_empty;
    WAIT_UNTIL(crew_stats(c).polls_empty >= empty + 2);
    crew_stop(c);
    assert_int_equal(c->calls, 0);
    assert_int_equal(jbpm_requests(f, "jbpm.claimTask"), 3);
    assert_int_equal(jbpm_status_now(f, id), JBPM_TASK_STATUS_READY);
}

/* A result that the server does not take is told to the handler's user as a failure; then it is tried again. */
static void test_a_refused_end_is_a_failure(void **state)
{
    static const kf_sandbox_fault_spec refused = {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 400};
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    jbpm_order_fault(f, "jbpm.completeTask", refused);
    const int64_t id = jbpm_shared_task(f);
    start(c, handle_complete);
    WAIT_EVENT(c, KF_WORKER_JOB_REFUSED, 1);
    WAIT_UNTIL(jbpm_status_now(f, id) == JBPM_TASK_STATUS_COMPLETED);
    crew_stop(c);
    assert_int_equal(c->calls, 2);
    assert_int_equal(crew_stats(c).refused, 1);
}

/* Others end, take or stop a task while its handler is at work. */
static void test_meddling(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    const int64_t ended = jbpm_shared_task(f), released = jbpm_shared_task(f), suspended = jbpm_shared_task(f);
    start(c, handle_gated);
    assert_true(kf_gate_wait(c->gate, 3));
    OK(f, jbpm_exit_task(f->admin, ended, NULL, &f->error));
    OK(f, jbpm_release_task(f->admin, released, NULL, &f->error));
    OK(f, jbpm_claim_task(f->carl, released, NULL, &f->error));
    OK(f, jbpm_suspend_task(f->admin, suspended, NULL, &f->error));
    kf_gate_open(c->gate);
    WAIT_EVENT(c, KF_WORKER_JOB_GONE, 1);
    WAIT_EVENT(c, KF_WORKER_JOB_LOCK_LOST, 2);
    crew_stop(c);
    assert_int_equal(crew_stats(c).completed, 0);
    assert_int_equal(jbpm_status_now(f, ended), JBPM_TASK_STATUS_EXITED);
    assert_int_equal(jbpm_status_now(f, released), JBPM_TASK_STATUS_RESERVED);
    assert_int_equal(jbpm_status_now(f, suspended), JBPM_TASK_STATUS_SUSPENDED);
}

/* After a crash */

static void test_tasks_in_progress_are_taken_up(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    const int64_t mine = jbpm_shared_task(f), bens = jbpm_shared_task(f);
    OK(f, jbpm_start_task(f->anna, mine, NULL, &f->error)); /* as a worker did that is no more */
    OK(f, jbpm_start_task(f->ben, bens, NULL, &f->error));
    start(c, handle_complete);
    WAIT_UNTIL(crew_stats(c).polls_empty >= 2);
    crew_dismiss(c);
    assert_int_equal(jbpm_status_now(f, mine), JBPM_TASK_STATUS_IN_PROGRESS);
    f->options.resume = true;
    start(c, handle_complete);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 1);
    crew_stop(c);
    assert_int_equal(c->calls, 1);
    assert_int_equal(jbpm_status_now(f, mine), JBPM_TASK_STATUS_COMPLETED);
    assert_int_equal(jbpm_status_now(f, bens), JBPM_TASK_STATUS_IN_PROGRESS);
}

/* Later releases find them by their status. */
static void test_later_releases_are_queried(void **state)
{
    jbpm_fixture *f = *state;
    const int64_t id = jbpm_shared_task(f);
    char list[300];
    OK(f, jbpm_start_task(f->anna, id, NULL, &f->error));
    snprintf(list, sizeof(list),
             "<task-summary-list><task-summary><id>%d</id><name>Review</name><status>InProgress</status>"
             "<actual-owner>anna</actual-owner></task-summary></task-summary-list>",
             (int)id);
    jbpm_order_fault(
        f, "jbpm.queryTasks",
        (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .body = list, .content_type = "application/xml"});
    f->options.profile = JBPM_6_4;
    f->options.resume = true;
    start(&f->crew, handle_complete);
    WAIT_EVENT(&f->crew, KF_WORKER_JOB_DONE, 1);
    assert_int_equal(jbpm_status_now(f, id), JBPM_TASK_STATUS_COMPLETED);
    assert_int_equal(jbpm_requests(f, "jbpm.executeTaskCommands"), 0);
}

/* What the user has completed before does not grow into an answer that is too large. */
static void test_ended_tasks_are_not_listed(void **state)
{
    jbpm_fixture *f = *state;
    crew *c = &f->crew;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client = NULL;
    int64_t id = 0;
    options.base_url = kf_sandbox_jbpm_url(f->sandbox);
    options.allow_http = true;
    options.username = options.password = f->options.user;
    options.max_response_bytes = 4000;
    for (int i = 0; i < TASKS; i++) {
        id = jbpm_shared_task(f);
        OK(f, jbpm_start_task(f->anna, id, NULL, &f->error));
        if (i + 1 < TASKS)
            OK(f, jbpm_complete_task(f->anna, id, NULL, NULL, &f->error));
    }
    OK(f, jbpm_client_new(&options, &client, &f->error));
    c->client = client;
    f->options.resume = true;
    start(c, handle_complete);
    WAIT_UNTIL(crew_stats(c).completed + crew_stats(c).polls_failed > 0);
    assert_int_equal(crew_stats(c).polls_failed, 0);
    assert_int_equal(jbpm_status_now(f, id), JBPM_TASK_STATUS_COMPLETED);
    crew_dismiss(c);
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JBPM_TEST(test_beginning_with_faults),
        JBPM_TEST(test_finding_with_faults),
        JBPM_TEST(test_completing_with_faults),
        JBPM_TEST(test_completing_by_command_with_faults),
        JBPM_TEST(test_completing_without_application),
        JBPM_TEST(test_a_start_without_answer_is_given_back),
        JBPM_TEST(test_releasing_with_faults),
        JBPM_TEST(test_failing_with_faults),
        JBPM_TEST(test_a_task_that_cannot_be_claimed_is_left),
        JBPM_TEST(test_a_refused_end_is_a_failure),
        JBPM_TEST(test_tasks_in_progress_are_taken_up),
        JBPM_TEST(test_later_releases_are_queried),
        JBPM_TEST(test_ended_tasks_are_not_listed),
        JBPM_TEST(test_meddling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
