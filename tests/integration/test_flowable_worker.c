/* Flowable workers and what a server says to their reports. */
#include "job_worker.h"

#include <stdlib.h>
#include <string.h>

/* A report that fails in some way first, and what comes of it. */
typedef struct report_case {
    const char *name;
    kf_sandbox_fault_spec fault;
    kf_worker_event_kind told;
} report_case;

static void test_reports_are_repeated(void **state)
{
    static const char gone[] =
        "{\"message\":\"Not found\",\"exception\":\"Could not find external worker job with id\"}";
    static const report_case cases[] = {
        {"a conflict",
         {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 500, .body = KF_SANDBOX_FLOWABLE_CONFLICT},
         KF_WORKER_JOB_DONE},
        {"a busy server", {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 503, .retry_after = "0"}, KF_WORKER_JOB_DONE},
        {"a gateway",
         {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 502, .body = "<html>", .content_type = "text/html"},
         KF_WORKER_JOB_DONE},
        {"another address",
         {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 404, .body = "<html>", .content_type = "text/html"},
         KF_WORKER_JOB_DONE},
        {"a password that is mended",
         {.kind = KF_SANDBOX_FAULT_ANSWER, .times = 2, .status = 401, .body = ""},
         KF_WORKER_JOB_DONE},
        {"a right that is given", {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 403, .body = ""}, KF_WORKER_JOB_DONE},
        {"a lost request", {.kind = KF_SANDBOX_FAULT_LOST_BEFORE, .times = 2}, KF_WORKER_JOB_DONE},
        {"a lost answer", {.kind = KF_SANDBOX_FAULT_LOST_AFTER}, KF_WORKER_JOB_ASSUMED_DONE},
        {"a server that breaks after the effect",
         {.kind = KF_SANDBOX_FAULT_REPLACE, .status = 500, .body = "oops"},
         KF_WORKER_JOB_ASSUMED_DONE},
        {"a job that is gone", {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 404, .body = gone}, KF_WORKER_JOB_GONE},
    };
    job_worker *w = *state;
    crew *c = &w->crew;
    int64_t reports = 0;
    crew_start_one(c, "single", handle_complete);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char id[KF_UUID_TEXT_SIZE];
        const int told = kf_watch_count(c->watch, cases[i].told);
        job_fault(w, COMPLETE, cases[i].fault);
        job_start(w, "single", NULL, 1);
        WAIT_EVENT(c, cases[i].told, told + 1);
        const kf_worker_event *event = kf_watch_last(c->watch, cases[i].told);
        strcpy(id, event->job_id);
        const bool done = cases[i].told != KF_WORKER_JOB_GONE;
        if (kf_sandbox_applied(w->sandbox, id) != (done ? 1 : 0) || c->calls != (int)i + 1)
            fail_msg("%s: the end was accepted %d times", cases[i].name, kf_sandbox_applied(w->sandbox, id));
        reports += done;
    }
    crew_stop(c);
    const kf_worker_stats stats = crew_stats(c);
    assert_int_equal(stats.completed, reports);
    assert_int_equal(stats.assumed_done, 2);
    assert_int_equal(stats.failed, 0);
    assert_int_equal(job_counts(w).failed, 0);
}

/* A conflict was undone by the server: when the job is gone at the repeat, another one has ended it. */
static void test_conflict_then_gone(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    job_fault(
        w, COMPLETE,
        (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .status = 500, .body = KF_SANDBOX_FLOWABLE_CONFLICT});
    job_fault(w, COMPLETE,
              (kf_sandbox_fault_spec){
                  KF_SANDBOX_FAULT_ANSWER, .status = 404,
                  .body = "{\"message\":\"Not found\",\"exception\":\"Could not find external worker job with id\"}"});
    job_start(w, "single", NULL, 1);
    crew_start_one(c, "single", handle_complete);
    WAIT_EVENT(c, KF_WORKER_JOB_GONE, 1);
    assert_int_equal(crew_stats(c).assumed_done, 0);
    assert_int_equal(crew_stats(c).report_retries, 1);
}

/* The server refuses the outcome for good: it becomes a failure, once, with the server's words. */
static kf_outcome handle_refused_once(kf_job *job, void *user)
{
    crew *c = user;
    const char *before = flowable_job_model(job)->exception_message;
    if (atomic_fetch_add(&c->calls, 1) == 1 && (before == NULL || strstr(before, "unsupported type: 'y'") == NULL))
        return kf_job_fail(job, "the server's words were not kept");
    return kf_job_complete(job);
}

static void test_refused_outcome_becomes_a_failure(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    job_fault(w, COMPLETE,
              (kf_sandbox_fault_spec){
                  KF_SANDBOX_FAULT_ANSWER, .status = 400,
                  .body = "{\"message\":\"Bad request\",\"exception\":\"Variable 'x' has unsupported type: 'y'.\"}"});
    job_start(w, "single", NULL, 1);
    crew_start_one(c, "single", handle_refused_once);
    WAIT_DONE(w);
    crew_stop(c);
    const kf_worker_stats stats = crew_stats(c);
    assert_int_equal(c->calls, 2);
    assert_int_equal(stats.refused, 1);
    assert_int_equal(stats.failed, 1);
    assert_int_equal(stats.completed, 1);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_JOB_REFUSED), 1);
}

/* A lock that was lost is not reported as a failure, whatever the status. */
static void test_lost_locks(void **state)
{
    static const int statuses[] = {400, 403};
    job_worker *w = *state;
    crew *c = &w->crew;
    crew_start_one(c, "single", handle_complete);
    for (int i = 0; i < 2; i++) {
        job_fault(w, COMPLETE,
                  (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER,
                                          .status = statuses[i],
                                          .body =
                                              "{\"message\":\"Forbidden\",\"exception\":\"w does not hold a lock on "
                                              "the requested job\"}"});
        job_start(w, "single", NULL, 1);
        WAIT_EVENT(c, KF_WORKER_JOB_LOCK_LOST, i + 1);
    }
    crew_stop(c);
    assert_int_equal(crew_stats(c).lock_lost, 2);
    assert_int_equal(kf_sandbox_requests(w->sandbox, "flowable.failJob"), 0);
}

/* The first one waits until the second one has the job, and ends first. */
static kf_outcome handle_taken_twice(kf_job *job, void *user)
{
    crew *c = user;
    if (atomic_fetch_add(&c->calls, 1) == 0)
        return kf_gate_wait(c->gate, 1) ? kf_job_complete(job) : kf_job_fail(job, "the job did not come again");
    kf_gate_pass(c->gate);
    return kf_job_complete(job);
}

static void taken_twice(job_worker *w, const char *worker_id, kf_worker_event_kind first, kf_worker_event_kind second)
{
    crew *c = &w->crew;
    kf_worker_options options = crew_options(c);
    const kf_topic topic = crew_topic(c, "single", handle_taken_twice);
    options.worker_id = worker_id;
    job_start(w, "single", NULL, 1);
    crew_start(c, &options, &topic, 1);
    WAIT_EVENT(c, KF_WORKER_JOB_STARTED, 1);
    kf_sandbox_flowable_advance(w->sandbox, 24 * 3600 * 1000);
    WAIT_EVENT(c, first, 1);
    kf_gate_open(c->gate);
    WAIT_EVENT(c, second, 1);
    crew_stop(c);
    assert_int_equal(crew_stats(c).completed, 1);
    assert_int_equal(job_counts(w).completed, 1);
    assert_int_equal(kf_sandbox_applied(w->sandbox, kf_watch_last(c->watch, first)->job_id), 1);
}

/* A batch's own id is a fence: who was late cannot end what was taken again meanwhile. */
static void test_fence(void **state)
{
    taken_twice(*state, NULL, KF_WORKER_JOB_LOCK_LOST, KF_WORKER_JOB_DONE);
}

static void test_without_fence(void **state)
{
    taken_twice(*state, "always-the-same", KF_WORKER_JOB_DONE, KF_WORKER_JOB_GONE);
}

/* Loses its lock each time. */
static kf_outcome handle_too_long(kf_job *job, void *user)
{
    job_worker *w = user;
    atomic_fetch_add(&w->crew.calls, 1);
    kf_sandbox_flowable_advance(w->sandbox, 24 * 3600 * 1000);
    return kf_job_complete(job);
}

/* Nothing but the worker itself stops a job whose handler always takes too long. */
static void test_poison(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    kf_topic topic = crew_topic(c, "single", handle_too_long);
    topic.user = w;
    topic.max_deliveries = 2;
    job_start(w, "single", NULL, 1);
    crew_start(c, NULL, &topic, 1);
    WAIT_EVENT(c, KF_WORKER_JOB_POISON, 1);
    WAIT_UNTIL(job_counts(w).failed == 1);
    crew_stop(c);
    assert_true(c->calls >= 2);
    assert_int_equal(job_counts(w).completed, 0);
}

/* Handlers that do not end their job, or end it twice. */
static kf_outcome handle_badly(kf_job *job, void *user)
{
    crew *c = user;
    switch (atomic_fetch_add(&c->calls, 1)) {
    case 0:
        return KF_OUTCOME_NONE;
    case 1:
        return KF_OUTCOME_COMPLETED; /* not what it did */
    default:
        if (kf_job_complete(job) != KF_OUTCOME_COMPLETED || kf_job_fail(job, "again") != KF_OUTCOME_REFUSED ||
            kf_job_set_string(job, "late", "x") != KF_ERROR_ARGUMENT)
            abort();
        return KF_OUTCOME_NONE; /* what was decided first counts */
    }
}

static void test_handlers_that_decide_nothing(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    job_start(w, "single", NULL, 1);
    crew_start_one(c, "single", handle_badly);
    WAIT_DONE(w);
    crew_stop(c);
    assert_int_equal(c->calls, 3);
    assert_int_equal(crew_stats(c).failed, 2);
    assert_int_equal(crew_stats(c).completed, 1);
    assert_int_equal(kf_sandbox_requests(w->sandbox, COMPLETE), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOB_TEST(test_reports_are_repeated),
        JOB_TEST(test_conflict_then_gone),
        JOB_TEST(test_refused_outcome_becomes_a_failure),
        JOB_TEST(test_lost_locks),
        JOB_TEST(test_fence),
        JOB_TEST(test_without_fence),
        JOB_TEST(test_poison),
        JOB_TEST(test_handlers_that_decide_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
