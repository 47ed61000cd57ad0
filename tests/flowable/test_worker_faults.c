/* Workers on the real server when something goes wrong: lost answers, lost locks, lost instances, and stops. */
#include "worker_support.h"

#include <stdio.h>
#include <string.h>

static void through_proxy(worker_fixture *w)
{
    const kf_client_options options = fixture_options();
    crew_through_proxy(&w->crew, server_port(), &options);
}

static kf_topic short_lock(crew *c, const char *name, kf_job_fn handler, int64_t lock_ms)
{
    kf_topic topic = crew_topic(c, name, handler);
    topic.lock_ms = lock_ms;
    return topic;
}

/* An acquire whose answer is lost has locked jobs that nobody knows of: it is undone, and they are worked long before
 * their lock is over. */
static void lost_acquire(worker_fixture *w, const char *model)
{
    crew *c = &w->crew;
    char id[ID_SIZE];
    const kf_proxy_fault drop = {.kind = KF_PROXY_DROP, .times = 1};
    const kf_topic topic = short_lock(c, model, handle_complete, 3600000);
    start_process(w->f, model, NULL, id);
    through_proxy(w);
    assert_true(kf_proxy_set_fault(c->proxy, &drop));
    crew_start(c, NULL, &topic, 1);
    WAIT_UNTIL(process_ended(w->f, id));
    crew_stop(c);
    assert_int_equal(c->calls, 1);
    const kf_worker_stats stats = crew_stats(c);
    assert_int_equal(stats.completed, 1);
    assert_int_equal(stats.undone, 1);
    assert_int_equal(stats.polls_failed, 1);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_ACQUIRE_FAILED), 1);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_RECOVERED), 1);
}

static void test_lost_acquire_is_undone(void **state)
{
    lost_acquire(*state, "single");
}

/* The lock of the instance goes, too. */
static void test_lost_acquire_of_exclusive_job(void **state)
{
    lost_acquire(*state, "exclusive");
}

/* Makes the next answer go lost. */
static kf_outcome handle_before_drop(kf_job *job, void *user)
{
    crew *c = user;
    const kf_proxy_fault drop = {.kind = KF_PROXY_DROP, .times = 1};
    atomic_fetch_add(&c->calls, 1);
    kf_proxy_set_fault(c->proxy, &drop);
    kf_proxy_reset_all(c->proxy);
    return kf_job_complete(job);
}

/* A completion whose answer is lost was done all the same: it is assumed so, and not worked again. */
static void test_lost_completion_is_assumed_done(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[ID_SIZE];
    through_proxy(w);
    const kf_topic topic = crew_topic(c, "single", handle_before_drop);
    kf_worker_options options = crew_options(c);
    options.threads = -1; /* so that the first request after the handler is its report */
    int handled = 0;
    start_process(w->f, "single", NULL, id);
    crew_make(c, &options, &topic, 1);
    while (kf_watch_count(c->watch, KF_WORKER_JOB_ASSUMED_DONE) == 0) {
        CREW_OK(c, kf_worker_poll_once(c->worker, 1000, &handled, &c->error));
        assert_int_equal(kf_watch_count(c->watch, KF_WORKER_JOB_DONE), 0);
    }
    WAIT_UNTIL(process_ended(w->f, id));
    assert_int_equal(c->calls, 1);
    const kf_worker_stats stats = crew_stats(c);
    assert_int_equal(stats.completed, 1);
    assert_int_equal(stats.assumed_done, 1);
    assert_true(stats.report_retries >= 1);
}

/* Ends when the lock's time is over, and this was told. */
static kf_outcome handle_late(kf_job *job, void *user)
{
    crew *c = user;
    const int call = atomic_fetch_add(&c->calls, 1) + 1;
    if (!kf_watch_wait(c->watch, KF_WORKER_JOB_LOCK_ENDED, call) || !kf_job_cancelled(job) ||
        kf_job_remaining_ms(job) > 0)
        return kf_job_fail(job, "the lock did not end");
    return kf_job_complete(job);
}

/* An end after the lock's time is taken as long as the server has not swept the lock; that may happen in between, so
 * this is tried until it did not. */
static void test_late_completion(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    kf_topic topic = short_lock(c, "single", handle_late, 300);
    topic.max_deliveries = -1;
    crew_start(c, NULL, &topic, 1);
    for (int i = 1; crew_stats(c).late == 0; i++) {
        char id[ID_SIZE];
        assert_true(i < 50);
        start_process(w->f, "single", NULL, id);
        WAIT_UNTIL(process_ended(w->f, id));
        WAIT_UNTIL(crew_stats(c).completed == (uint64_t)i);
    }
    assert_true(kf_watch_count(c->watch, KF_WORKER_JOB_LOCK_HALF) >= 1);
    crew_stop(c);
    const kf_worker_stats stats = crew_stats(c);
    assert_int_equal(c->calls, (int)(stats.completed + stats.lock_lost + stats.gone));
    assert_int_equal(stats.failed, 0);
}

/* Flowable 6.8 gives a job another id when it sweeps its lock: there the one that was held is gone. */
static kf_worker_event_kind swept_kind(const worker_fixture *w)
{
    return w->f->version < 700 ? KF_WORKER_JOB_GONE : KF_WORKER_JOB_LOCK_LOST;
}

static bool is_swept(worker_fixture *w, const char *job_id)
{
    flowable_external_worker_job_response *job = NULL;
    kf_status status = flowable_get_external_worker_job(w->f->client, job_id, &job, &w->f->error);
    bool swept = w->f->version < 700 ? status == KF_ERROR_NOT_FOUND : status == KF_OK && job->lock_owner == NULL;
    flowable_external_worker_job_response_free(job);
    return swept;
}

static void test_swept_lock_is_lost(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[ID_SIZE];
    kf_topic topic = short_lock(c, "single", handle_gated, 300);
    kf_worker_options options = crew_options(c);
    topic.max_deliveries = -1;
    options.threads = 1;
    options.max_prefetch = -1; /* so that nobody takes it again meanwhile */
    start_process(w->f, "single", NULL, id);
    crew_start(c, &options, &topic, 1);
    WAIT_EVENT(c, KF_WORKER_JOB_STARTED, 1);
    WAIT_UNTIL(is_swept(w, kf_watch_last(c->watch, KF_WORKER_JOB_STARTED)->job_id));
    kf_gate_open(c->gate);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 1);
    WAIT_UNTIL(process_ended(w->f, id));
    crew_stop(c);
    const kf_worker_stats stats = crew_stats(c);
    assert_int_equal(stats.completed, 1);
    /* Once, and once more for each time that this machine stood still. */
    assert_in_range(stats.started, 2, 1 + stats.lock_lost + stats.gone);
    assert_int_equal(kf_watch_count(c->watch, swept_kind(w)), stats.lock_lost + stats.gone);
}

/* The first one waits until the second one has the job, and ends first; the second one waits for that. */
static kf_outcome handle_taken_twice(kf_job *job, void *user)
{
    crew *c = user;
    if (atomic_fetch_add(&c->calls, 1) == 0) {
        if (!kf_gate_wait(c->gate, 1))
            return kf_job_fail(job, "the job did not come again");
        kf_job_set_string(job, "by", "first");
        return kf_job_complete(job);
    }
    kf_gate_pass(c->gate);
    kf_job_set_string(job, "by", "second");
    return kf_job_complete(job);
}

/* The engine sets a job free that a handler is at work on, as it does when a lock's time is over. */
static void set_free(worker_fixture *w)
{
    crew *c = &w->crew;
    WAIT_UNTIL(c->calls == 1);
    const kf_worker_event *event = kf_watch_last(c->watch, KF_WORKER_JOB_STARTED);
    CHECK_OK(w->f, fail_job(w->f, event->job_id, event->worker_id, KF_INT32(3), NULL));
}

static void ended_by(worker_fixture *w, const char *process, const char *who)
{
    WAIT_UNTIL(process_ended(w->f, process));
    cJSON *by = history_variable(w->f, process, "by");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(by, "value")), who);
    cJSON_Delete(by);
    crew_stop(&w->crew);
    assert_int_equal(w->crew.calls, 2);
    assert_int_equal(crew_stats(&w->crew).completed, 1);
}

/* A job that this process has taken again meanwhile cannot be ended by the handler that lost it. */
static void test_fence_within_a_process(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[ID_SIZE];
    start_process(w->f, "single", NULL, id);
    crew_start_one(c, "single", handle_taken_twice);
    set_free(w);
    WAIT_EVENT(c, KF_WORKER_JOB_LOCK_LOST, 1);
    assert_false(process_ended(w->f, id));
    kf_gate_open(c->gate);
    ended_by(w, id, "second");
}

/* With a fixed worker id the same handler ends the job although it was taken again: what the fence is for. */
static void test_without_fence(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[ID_SIZE];
    const kf_topic topic = crew_topic(c, "single", handle_taken_twice);
    kf_worker_options options = crew_options(c);
    options.worker_id = "always-the-same";
    start_process(w->f, "single", NULL, id);
    crew_start(c, &options, &topic, 1);
    set_free(w);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 1);
    kf_gate_open(c->gate);
    WAIT_EVENT(c, KF_WORKER_JOB_GONE, 1);
    ended_by(w, id, "first");
}

/* The instance is deleted, or suspended, while the handler is at work. */
static void test_instance_is_deleted(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[ID_SIZE];
    start_process(w->f, "single", NULL, id);
    crew_start_one(c, "single", handle_gated);
    assert_true(kf_gate_wait(c->gate, 1));
    delete_process(w->f, id);
    kf_gate_open(c->gate);
    WAIT_EVENT(c, KF_WORKER_JOB_GONE, 1);
    crew_stop(c);
    assert_int_equal(crew_stats(c).gone, 1);
    assert_int_equal(crew_stats(c).completed, 0);
    assert_int_equal(crew_stats(c).failed, 0);
}

static void test_instance_is_suspended(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[ID_SIZE], path[200];
    start_process(w->f, "single", NULL, id);
    crew_start_one(c, "single", handle_gated);
    assert_true(kf_gate_wait(c->gate, 1));
    snprintf(path, sizeof(path), "/process-api/runtime/process-instances/%s", id);
    cJSON_Delete(engine_send(w->f, "PUT", path, "{\"action\":\"suspend\"}"));
    kf_gate_open(c->gate);
    WAIT_EVENT(c, KF_WORKER_JOB_GONE, 1);
    cJSON_Delete(engine_send(w->f, "PUT", path, "{\"action\":\"activate\"}"));
    WAIT_UNTIL(process_ended(w->f, id)); /* it is offered again, and done */
    crew_stop(c);
    assert_int_equal(crew_stats(c).gone, 1);
    assert_int_equal(crew_stats(c).completed, 1);
}

/* Quick at first, so that the worker takes more than it has handlers for; then it waits at the gate. */
static kf_outcome handle_quick_then_gated(kf_job *job, void *user)
{
    crew *c = user;
    if (atomic_fetch_add(&c->calls, 1) >= 60)
        kf_gate_pass(c->gate);
    return kf_job_complete(job);
}

/* What no handler has begun is given back at once, and does not block its instance; what handlers have begun is
 * reported when they end. No lock stays. */
static void test_stop_while_busy(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    const kf_topic topic = crew_topic(c, "exclusive", handle_quick_then_gated);
    kf_worker_options options = crew_options(c);
    kf_worker_result result;
    options.threads = 2;
    options.grace_ms = 1;
    for (int i = 0; i < 100; i++)
        start_process(w->f, "exclusive", NULL, NULL);
    crew_start(c, &options, &topic, 1);
    assert_true(kf_gate_wait(c->gate, 2));
    WAIT_UNTIL(crew_stats(c).waiting + crew_stats(c).given_back > 0); /* after 5 s they go back by themselves */
    kf_worker_request_stop(c->worker);
    WAIT_UNTIL(crew_stats(c).waiting + crew_stats(c).running == 2);
    assert_int_equal(kf_worker_stop(c->worker, 0, &result, &w->f->error), KF_ERROR_TIMEOUT);
    assert_int_equal(result.abandoned, 2);
    assert_true(result.given_back > 0);
    assert_int_equal(locked_jobs(w->f), 2);
    jobs_answer *rest = acquire(w->f, "exclusive", "another", HOUR, 100);
    assert_int_equal(rest->items_count, 100 - 60 - 2);
    flowable_acquire_and_lock_jobs_answer_free(rest);
    kf_gate_open(c->gate);
    WAIT_UNTIL(crew_stats(c).running == 0);
    crew_dismiss(c);
    assert_int_equal(locked_jobs(w->f), 100 - 60 - 2);
}

/* A request to stop while hundreds of jobs flow. */
static void test_stop_in_full_flow(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    for (int i = 0; i < 100; i++)
        start_process(w->f, "single", NULL, NULL);
    crew_start_one(c, "single", handle_complete);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 10);
    kf_worker_request_stop(c->worker);
    crew_stop(c);
    assert_int_equal(locked_jobs(w->f), 0);
    const kf_worker_stats stats = crew_stats(c);
    assert_int_equal(stats.acquired, stats.completed + stats.given_back);
    assert_int_equal(c->calls, stats.completed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKER_TEST(test_lost_acquire_is_undone),
        WORKER_TEST(test_lost_acquire_of_exclusive_job),
        WORKER_TEST(test_lost_completion_is_assumed_done),
        WORKER_TEST(test_late_completion),
        WORKER_TEST(test_swept_lock_is_lost),
        WORKER_TEST(test_fence_within_a_process),
        WORKER_TEST(test_without_fence),
        WORKER_TEST(test_instance_is_deleted),
        WORKER_TEST(test_instance_is_suspended),
        WORKER_TEST(test_stop_while_busy),
        WORKER_TEST(test_stop_in_full_flow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
