/* How Flowable workers stop: whatever they do at that moment, no job stays locked by them. */
#include "job_worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void check_nothing_locked(job_worker *w)
{
    assert_int_equal(kf_sandbox_flowable_locked(w->sandbox, NULL), 0);
}

/* What was given back can still fail as often as before. */
static void jobs_keep_their_retries(job_worker *w)
{
    const flowable_list_external_worker_jobs_params all = {.size = KF_INT32(1000)};
    flowable_data_response_external_worker_job_response *page = NULL;
    CREW_OK(&w->crew, flowable_list_external_worker_jobs(w->client, &all, &page, &w->crew.error));
    assert_int_equal(page->data_count, job_counts(w).open);
    for (size_t i = 0; i < page->data_count; i++)
        assert_int_equal(page->data[i].retries.value, 3);
    flowable_data_response_external_worker_job_response_free(page);
}

/* Between polls that are ten minutes apart: a stop that waited for the next one would never end here. */
static void test_stop_while_idle(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    kf_topic topic = crew_topic(c, "single", handle_complete);
    topic.poll_min_ms = topic.poll_max_ms = 600000;
    crew_start(c, NULL, &topic, 1);
    WAIT_UNTIL(crew_stats(c).polls_empty >= 1);
    crew_stop(c);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_STOPPED), 1);
}

/* The server is still at work on a request for jobs. It goes on after the worker has gone away, and locks a job that
 * nobody wants: that is undone, too. */
static void test_stop_within_an_acquire(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    job_fault(w, ACQUIRE, (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_DELAY});
    job_start(w, "single", NULL, 1);
    crew_start_one(c, "single", handle_complete);
    WAIT_UNTIL(kf_sandbox_held(w->sandbox) == 1);
    kf_worker_request_stop(c->worker);
    WAIT_UNTIL(kf_sandbox_requests(w->sandbox, UNACQUIRE) >= 1);
    kf_sandbox_release(w->sandbox);
    crew_stop(c);
    check_nothing_locked(w);
    assert_int_equal(c->calls, 0);
    assert_int_equal(job_counts(w).open, 1);
}

/* An answer that comes while the worker stops is not thrown away: its jobs are given back. */
static void test_jobs_that_come_late(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    job_fault(w, ACQUIRE, (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_DELAY});
    job_start(w, "single", NULL, 5);
    crew_start_one(c, "single", handle_complete);
    WAIT_UNTIL(kf_sandbox_held(w->sandbox) == 1);
    kf_worker_request_stop(c->worker);
    kf_sandbox_release(w->sandbox);
    crew_stop(c);
    check_nothing_locked(w);
    assert_int_equal(crew_stats(c).completed + job_counts(w).open, 5);
    assert_int_equal(c->calls, job_counts(w).completed);
}

/* Quick at first, so that more jobs are taken than there are handlers; then it waits at the gate. */
static kf_outcome handle_quick_then_gated(kf_job *job, void *user)
{
    crew *c = user;
    if (atomic_fetch_add(&c->calls, 1) >= 100)
        kf_gate_pass(c->gate);
    return kf_job_complete(job);
}

/* What waits here is given back without a retry, what is in handlers is drained. */
static void test_stop_with_jobs_waiting(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    kf_worker_options options = crew_options(c);
    const kf_topic topic = crew_topic(c, "single", handle_quick_then_gated);
    options.threads = 2;
    job_start(w, "single", NULL, 200);
    crew_start(c, &options, &topic, 1);
    assert_true(kf_gate_wait(c->gate, 2));
    WAIT_UNTIL(crew_stats(c).waiting + crew_stats(c).given_back > 0); /* after 5 s they go back by themselves */
    kf_worker_request_stop(c->worker);
    WAIT_UNTIL(kf_sandbox_flowable_locked(w->sandbox, NULL) == 2); /* while the handlers are still at work */
    kf_gate_open(c->gate);
    kf_worker_result result;
    CREW_OK(c, kf_worker_stop(c->worker, 30000, &result, &c->error));
    assert_int_equal(result.completed, 102);
    assert_true(result.given_back > 0);
    assert_int_equal(result.abandoned, 0);
    check_nothing_locked(w);
    assert_int_equal(job_counts(w).open, 200 - 102);
    jobs_keep_their_retries(w);
}

/* Works until it is told to give up. */
static kf_outcome handle_until_cancelled(kf_job *job, void *user)
{
    crew *c = user;
    atomic_fetch_add(&c->calls, 1);
    for (int rounds = 0; !kf_job_cancelled(job);) {
        if (!job_wait_again(&rounds))
            return kf_job_complete(job);
    }
    return kf_job_give_back(job);
}

/* Handlers that are not done in time are told so, and may still give their jobs back. */
static void test_stop_cancels_handlers(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    kf_worker_result result;
    job_start(w, "single", NULL, 3);
    crew_start_one(c, "single", handle_until_cancelled);
    WAIT_UNTIL(c->calls == 3);
    CREW_OK(c, kf_worker_stop(c->worker, 0, &result, &c->error));
    assert_int_equal(result.abandoned, 0);
    assert_int_equal(crew_stats(c).given_back, 3);
    check_nothing_locked(w);
    jobs_keep_their_retries(w);
}

/* A report that does not get through is given up when the time for stopping is over. */
static void test_stop_while_a_report_is_repeated(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    kf_worker_options options = crew_options(c);
    const kf_topic topic = crew_topic(c, "single", handle_complete);
    kf_worker_result result;
    options.grace_ms = 1;
    job_fault(w, COMPLETE,
              (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .times = -1, .status = 503, .body = ""});
    job_start(w, "single", NULL, 1);
    crew_start(c, &options, &topic, 1);
    WAIT_UNTIL(crew_stats(c).report_retries >= 2);
    CREW_OK(c, kf_worker_stop(c->worker, 0, &result, &c->error));
    assert_int_equal(result.abandoned, 1);
    assert_int_equal(result.completed, 0);
    assert_int_equal(crew_stats(c).unreported, 1);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_JOB_UNREPORTED), 1);
    /* Given back it would be worked again although it was done. */
    assert_int_equal(kf_sandbox_flowable_locked(w->sandbox, NULL), 1);
}

/* While the server is away, and comes back within the time for stopping. */
static void test_stop_while_the_server_is_away(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    const kf_client_options options = job_options(w);
    const kf_proxy_fault refuse = {.kind = KF_PROXY_REFUSE};
    crew_through_proxy(c, kf_sandbox_port(w->sandbox), &options);
    job_start(w, "single", NULL, 1);
    crew_start_one(c, "single", handle_gated);
    assert_true(kf_gate_wait(c->gate, 1));
    assert_true(kf_proxy_set_fault(c->proxy, &refuse));
    kf_proxy_reset_all(c->proxy);
    kf_worker_request_stop(c->worker);
    kf_gate_open(c->gate);
    WAIT_UNTIL(crew_stats(c).report_retries >= 2);
    assert_true(kf_proxy_set_fault(c->proxy, NULL));
    crew_stop(c);
    assert_int_equal(job_counts(w).completed, 1);
    check_nothing_locked(w);
}

static kf_outcome handle_stop(kf_job *job, void *user)
{
    crew *c = user;
    kf_error error;
    /* Waiting for itself is refused; asking is not. */
    if (kf_worker_stop(c->worker, 0, NULL, &error) != KF_ERROR_ARGUMENT)
        abort();
    kf_worker_request_stop(c->worker);
    return kf_job_complete(job);
}

static void test_stop_from_a_handler(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    kf_topic topic = crew_topic(c, "single", handle_stop);
    topic.max_jobs = 1;
    job_start(w, "single", NULL, 3);
    crew_make(c, NULL, &topic, 1);
    CREW_OK(c, kf_worker_run(c->worker, &c->error));
    /* It is the keeper that hears of it: another job may begin before. */
    assert_in_range(job_counts(w).completed, 1, 3);
    check_nothing_locked(w);
}

static kf_worker *signalled;
static atomic_int signals;

static void on_signal(int number)
{
    (void)number;
    kf_worker_request_stop(signalled);
    atomic_fetch_add(&signals, 1);
}

/* Ctrl-C, twice: the first one lets handlers end, the second one tells them to give up. */
static kf_outcome handle_signals(kf_job *job, void *user)
{
    crew *c = user;
    if (atomic_fetch_add(&c->calls, 1) == 0) {
        int rounds = 0;
        kill(getpid(), SIGINT);
        while (signals < 1 && job_wait_again(&rounds))
            continue;
        kill(getpid(), SIGINT);
    }
    return handle_until_cancelled(job, user);
}

static void test_signals(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    const kf_topic topic = crew_topic(c, "single", handle_signals);
    const struct sigaction action = {.sa_handler = on_signal};
    struct sigaction before;
    kf_worker_options options = crew_options(c);
    options.drain_ms = 600000;
    job_start(w, "single", NULL, 20);
    crew_make(c, &options, &topic, 1);
    signalled = c->worker;
    assert_int_equal(sigaction(SIGINT, &action, &before), 0);
    CREW_OK(c, kf_worker_run(c->worker, &c->error));
    assert_int_equal(sigaction(SIGINT, &before, NULL), 0);
    assert_int_equal(signals, 2);
    check_nothing_locked(w);
    assert_int_equal(job_counts(w).open, 20);
    jobs_keep_their_retries(w);
}

static void *stop_too(void *user)
{
    crew *c = user;
    kf_error error;
    return kf_worker_stop(c->worker, 30000, NULL, &error) == KF_OK ? user : NULL;
}

/* Stops in any number, at any time. */
static void test_stops_that_do_nothing(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    pthread_t thread;
    void *done = NULL;
    const kf_topic topic = crew_topic(c, "single", handle_complete);
    crew_make(c, NULL, &topic, 1);
    CREW_OK(c, kf_worker_stop(c->worker, 0, NULL, &c->error)); /* before it was started */
    CREW_OK(c, kf_worker_start(c->worker, &c->error));
    assert_int_equal(pthread_create(&thread, NULL, stop_too, c), 0); /* two at once */
    crew_stop(c);
    assert_int_equal(pthread_join(thread, &done), 0);
    assert_ptr_equal(done, c);
    crew_stop(c); /* after it has stopped */
    assert_int_equal(kf_worker_start(c->worker, &c->error), KF_ERROR_ARGUMENT);
    crew_dismiss(c);
    crew_make(c, NULL, &topic, 1); /* freed without having been started */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOB_TEST(test_stop_while_idle),
        JOB_TEST(test_stop_within_an_acquire),
        JOB_TEST(test_jobs_that_come_late),
        JOB_TEST(test_stop_with_jobs_waiting),
        JOB_TEST(test_stop_cancels_handlers),
        JOB_TEST(test_stop_while_a_report_is_repeated),
        JOB_TEST(test_stop_while_the_server_is_away),
        JOB_TEST(test_stop_from_a_handler),
        JOB_TEST(test_signals),
        JOB_TEST(test_stops_that_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
