/* Every way to stop a worker with threads. No test depends on how long something takes. */
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "kuflow/wait.h"
#include "worker_threads.h"

static const fake_answer one_job[] = {{.jobs = "a"}};
static const fake_answer three_jobs[] = {{.jobs = "a b c"}};

static void *stop_soon(void *unused)
{
    (void)unused;
    fake_wait_told(&engine, KF_WORKER_JOB_DONE, 1);
    kf_worker_request_stop(worker);
    return NULL;
}

static void test_run_until_asked_to_stop(void **state)
{
    pthread_t thread;
    kf_error error;
    (void)state;
    make_worker(NULL, &fake_ops);
    add_work("t", complete_at_once, 0, 0);
    FAKE_ANSWERS(&engine, one_job);
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, NULL), 0);
    assert_int_equal(kf_worker_run(worker, &error), KF_OK);
    pthread_join(thread, NULL);
    assert_int_equal(fake_told(&engine, KF_WORKER_STOPPED), 1);
    assert_int_equal(fake_told(&engine, KF_WORKER_STARTED), 1);
}

static void on_signal(int number)
{
    (void)number;
    kf_worker_request_stop(worker);
}

static kf_outcome raise_signal(kf_job *job, void *user)
{
    (void)user;
    kill(getpid(), SIGUSR1);
    return kf_job_complete(job);
}

static void test_stop_by_a_signal(void **state)
{
    struct sigaction action, before;
    kf_error error;
    (void)state;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    sigaction(SIGUSR1, &action, &before);
    make_worker(NULL, &fake_ops);
    add_work("t", raise_signal, 0, 0);
    FAKE_ANSWERS(&engine, one_job);
    assert_int_equal(kf_worker_run(worker, &error), KF_OK);
    sigaction(SIGUSR1, &before, NULL);
    assert_int_equal(figures_of(NULL).completed, 1);
}

static void test_stop_when_idle(void **state)
{
    kf_error error;
    (void)state;
    make_worker(NULL, &fake_ops);
    add_work("t", complete_at_once, 0, 0);
    start();
    assert_true(fake_wait_told(&engine, KF_WORKER_STARTED, 1));
    assert_int_equal(kf_worker_stop(worker, 0, NULL, &error), KF_OK);
    assert_int_equal(kf_worker_stop(worker, 0, NULL, &error), KF_OK);
    assert_int_equal(kf_worker_start(worker, &error), KF_ERROR_ARGUMENT);
}

static void test_stop_before_start(void **state)
{
    kf_error error;
    kf_worker_result result = {1, 1, 1};
    (void)state;
    make_worker(NULL, &fake_ops);
    assert_int_equal(kf_worker_start(worker, &error), KF_ERROR_ARGUMENT);
    assert_string_equal(error.message, "the worker has no topic");
    add_work("t", complete_at_once, 0, 0);
    assert_int_equal(kf_worker_stop(worker, 0, &result, &error), KF_OK);
    assert_int_equal(result.completed + result.given_back + result.abandoned, 0);
    assert_int_equal(kf_worker_poll_once(worker, 0, NULL, &error), KF_ERROR_ARGUMENT);
    start();
    assert_int_equal(kf_worker_start(worker, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_worker_poll_once(worker, 0, NULL, &error), KF_ERROR_ARGUMENT);
}

static void test_asked_to_stop_before_the_run(void **state)
{
    kf_error error;
    (void)state;
    make_worker(NULL, &fake_ops);
    add_work("t", complete_at_once, 0, 0);
    kf_worker_request_stop(worker);
    assert_int_equal(kf_worker_run(worker, &error), KF_OK);
}

static kf_status never_comes(kf_client *scope, bool *is_done, void *user, kf_error *error)
{
    (void)scope;
    (void)is_done;
    (void)user;
    (void)error;
    return KF_OK;
}

/* A server that does not answer until the request is aborted. */
static kf_status acquire_hanging(fake_source *source, kf_client *scope, const kf_poll *poll, kf_batch *batch,
                                 kf_error *error)
{
    (void)source;
    (void)poll;
    (void)batch;
    kf_status status = kf_wait_until(scope, never_comes, NULL, 60000, error);
    error->may_have_acted = true;
    return status;
}

static void test_stop_aborts_the_poll_and_undoes_it(void **state)
{
    kf_error error;
    (void)state;
    make_worker(NULL, &fake_ops);
    add_work("t", complete_at_once, 0, 0);
    engine.on_acquire = acquire_hanging;
    start();
    pthread_mutex_lock(&engine.lock);
    while (engine.polls == 0)
        pthread_cond_wait(&engine.change, &engine.lock);
    pthread_mutex_unlock(&engine.lock);
    assert_int_equal(kf_worker_stop(worker, 30000, NULL, &error), KF_OK);
    assert_int_equal(figures_of(NULL).undone, 1);
    assert_int_equal(fake_told(&engine, KF_WORKER_ACQUIRE_FAILED), 0);
    assert_non_null(strstr(engine.undone_ids, engine.last_id));
}

static atomic_int tended; /* a kf_status */

static void tend_hanging(fake_source *source, kf_client *scope)
{
    kf_error error;
    fake_note(source, "tend\n");
    atomic_store(&tended, kf_wait_until(scope, never_comes, NULL, 60000, &error));
}

static void test_stop_aborts_the_registration(void **state)
{
    kf_error error;
    (void)state;
    make_worker(NULL, &fake_lockless_ops);
    add_work("t", complete_at_once, 0, 0);
    engine.on_tend = tend_hanging;
    start();
    while (fake_logged(&engine, "tend") == 0)
        usleep(1000);
    assert_int_equal(kf_worker_stop(worker, 30000, NULL, &error), KF_OK);
    assert_int_equal(atomic_load(&tended), KF_ERROR_CANCELLED);
}

static void *poll_in_a_thread(void *handled)
{
    kf_worker_poll_once(worker, 0, handled, NULL);
    return NULL;
}

/* Without threads of its own, while another thread is in the loop. */
static void test_stop_waits_for_the_loop(void **state)
{
    pthread_t thread;
    kf_error error;
    int handled = 0;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    (void)state;
    options.threads = -1;
    options.grace_ms = 1;
    make_worker(&options, &fake_ops);
    add_work("t", complete_behind_the_door, 0, 0);
    FAKE_ANSWERS(&engine, three_jobs);
    assert_int_equal(pthread_create(&thread, NULL, poll_in_a_thread, &handled), 0);
    wait_at_door(1);
    assert_int_equal(kf_worker_stop(worker, 0, NULL, &error), KF_ERROR_TIMEOUT);
    open_door();
    kf_worker_free(worker);
    worker = NULL;
    pthread_join(thread, NULL);
    assert_int_equal(handled, 1);
    assert_int_equal(fake_logged(&engine, "given_back\n"), 2);
    assert_int_equal(fake_logged(&engine, "completed\n"), 1);
}

static kf_verdict undo_never(fake_source *source, const char *worker_id)
{
    (void)source;
    (void)worker_id;
    return KF_VERDICT_AGAIN;
}

static void test_stop_does_not_wait_for_a_dead_server(void **state)
{
    kf_error error;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    (void)state;
    options.grace_ms = 1;
    make_worker(&options, &fake_ops);
    add_work("t", complete_at_once, 0, 0);
    engine.on_acquire = acquire_hanging;
    engine.on_undo = undo_never;
    start();
    assert_int_equal(kf_worker_stop(worker, 0, NULL, &error), KF_OK);
}

static void test_stop_gives_back_what_waits(void **state)
{
    kf_error error;
    kf_worker_result result;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    (void)state;
    options.threads = 1;
    make_worker(&options, &fake_ops);
    add_work("t", complete_behind_the_door, 0, 0);
    FAKE_ANSWERS(&engine, three_jobs); /* more than there is room for */
    start();
    wait_at_door(1);
    kf_worker_request_stop(worker);
    /* The only handler thread is busy: they are given back all the same. */
    assert_true(fake_wait_told(&engine, KF_WORKER_JOB_DONE, 2));
    assert_int_equal(fake_logged(&engine, "report b given_back\n"), 1);
    assert_int_equal(fake_logged(&engine, "report c given_back\n"), 1);
    open_door();
    assert_int_equal(kf_worker_stop(worker, 30000, &result, &error), KF_OK);
    assert_int_equal(result.completed, 1);
    assert_int_equal(result.given_back, 2);
    assert_int_equal(result.abandoned, 0);
    assert_int_equal(figures_of(NULL).started, 1);
}

static void *stop_now(void *status)
{
    *(kf_status *)status = kf_worker_stop(worker, 30000, NULL, NULL);
    return NULL;
}

static void test_drain_reports_what_ends(void **state)
{
    pthread_t threads[2];
    kf_status statuses[2] = {KF_ERROR_INTERNAL, KF_ERROR_INTERNAL};
    (void)state;
    make_worker(NULL, &fake_ops);
    add_work("t", complete_behind_the_door, 0, 0);
    FAKE_ANSWERS(&engine, three_jobs);
    start();
    wait_at_door(3);
    for (int i = 0; i < 2; i++) /* two stops at once */
        assert_int_equal(pthread_create(&threads[i], NULL, stop_now, &statuses[i]), 0);
    assert_true(fake_wait_told(&engine, KF_WORKER_STOPPING, 1));
    assert_non_null(strstr(fake_message(&engine, KF_WORKER_STOPPING), "the worker stops, and waits up to "));
    assert_non_null(strstr(fake_message(&engine, KF_WORKER_STOPPING), " s for 3 jobs"));
    open_door();
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(statuses[i], KF_OK);
    }
    assert_int_equal(figures_of(NULL).completed, 3);
    assert_int_equal(fake_told(&engine, KF_WORKER_STOPPED), 1);
}

static atomic_bool saw_cancel;

static kf_outcome ignore_cancel(kf_job *job, void *user)
{
    (void)user;
    pass_door();
    atomic_store(&saw_cancel, kf_job_cancelled(job));
    return kf_job_complete(job);
}

static void test_stop_gives_up_on_a_handler(void **state)
{
    kf_error error;
    kf_worker_result result;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    (void)state;
    options.grace_ms = 1;
    make_worker(&options, &fake_ops);
    add_work("t", ignore_cancel, 0, 0);
    FAKE_ANSWERS(&engine, one_job);
    start();
    wait_at_door(1);
    assert_int_equal(kf_worker_stop(worker, 0, &result, &error), KF_ERROR_TIMEOUT);
    assert_int_equal(result.abandoned, 1);
    assert_int_equal(fake_told(&engine, KF_WORKER_STOPPED), 0);
    open_door();
    assert_int_equal(kf_worker_stop(worker, 30000, &result, &error), KF_OK); /* it was not too late */
    assert_int_equal(result.abandoned, 0);
    assert_int_equal(result.completed, 1);
    assert_true(atomic_load(&saw_cancel));
    assert_int_equal(fake_logged(&engine, "report a completed\n"), 1);
}

static void *ask_and_open(void *unused)
{
    (void)unused;
    wait_at_door(1);
    kf_worker_request_stop(worker);
    kf_worker_request_stop(worker);
    pthread_mutex_lock(&engine.lock); /* run() has returned when this is set */
    while (engine.user == NULL)
        pthread_cond_wait(&engine.change, &engine.lock);
    pthread_mutex_unlock(&engine.lock);
    open_door();
    return NULL;
}

static void test_second_request_cuts_the_drain_short(void **state)
{
    pthread_t thread;
    kf_error error;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    (void)state;
    options.drain_ms = 3600000;
    options.grace_ms = 1;
    make_worker(&options, &fake_ops);
    add_work("t", ignore_cancel, 0, 0);
    FAKE_ANSWERS(&engine, one_job);
    assert_int_equal(pthread_create(&thread, NULL, ask_and_open, NULL), 0);
    assert_int_equal(kf_worker_run(worker, &error), KF_ERROR_TIMEOUT);
    pthread_mutex_lock(&engine.lock);
    engine.user = &engine;
    pthread_cond_broadcast(&engine.change);
    pthread_mutex_unlock(&engine.lock);
    pthread_join(thread, NULL);
}

static kf_verdict report_never(fake_source *source, kf_client *scope, kf_job *job, const kf_end *end, kf_error *error)
{
    (void)source;
    (void)scope;
    (void)job;
    (void)end;
    snprintf(error->message, sizeof(error->message), "nobody listens");
    return KF_VERDICT_AGAIN;
}

static kf_verdict report_hanging(fake_source *source, kf_client *scope, kf_job *job, const kf_end *end, kf_error *error)
{
    (void)source;
    (void)job;
    (void)end;
    kf_wait_until(scope, never_comes, NULL, 60000, error);
    return KF_VERDICT_AGAIN;
}

static void test_stop_during_repeated_reports(void **state)
{
    kf_error error;
    kf_worker_result result;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    (void)state;
    options.grace_ms = 1;
    for (int i = 0; i < 2; i++) {
        fake_source_init(&engine, NULL);
        make_worker(&options, &fake_ops);
        add_work("t", complete_at_once, 0, 0);
        FAKE_ANSWERS(&engine, one_job);
        engine.on_report = i == 0 ? report_never : report_hanging;
        start();
        assert_true(fake_wait_told(&engine, KF_WORKER_JOB_HANDLED, 1));
        assert_int_equal(kf_worker_stop(worker, 0, &result, &error), KF_OK);
        assert_int_equal(result.abandoned, 1);
        assert_int_equal(result.completed, 0);
        assert_int_equal(fake_told(&engine, KF_WORKER_JOB_UNREPORTED), 1);
        kf_worker_free(worker);
        worker = NULL;
    }
}

static kf_outcome stop_from_within(kf_job *job, void *user)
{
    kf_error error;
    (void)user;
    assert_int_equal(kf_worker_stop(worker, 0, NULL, &error), KF_ERROR_ARGUMENT);
    kf_worker_request_stop(worker);
    return kf_job_complete(job);
}

static void test_stop_from_within_a_handler(void **state)
{
    kf_error error;
    (void)state;
    make_worker(NULL, &fake_ops);
    add_work("t", stop_from_within, 0, 0);
    FAKE_ANSWERS(&engine, one_job);
    assert_int_equal(kf_worker_run(worker, &error), KF_OK);
    assert_int_equal(figures_of(NULL).completed, 1);
}

static void test_stop_waits_for_detached_jobs(void **state)
{
    kf_error error;
    kf_worker_result result;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    (void)state;
    options.grace_ms = 1;
    make_worker(&options, &fake_ops);
    add_work("t", detach, 0, 0);
    FAKE_ANSWERS(&engine, one_job);
    start();
    kf_job *job = wait_for_detached(0);
    assert_int_equal(kf_worker_stop(worker, 0, &result, &error), KF_ERROR_TIMEOUT);
    assert_true(kf_job_cancelled(job));
    kf_job_complete(job);
    kf_job_free(job);
    assert_int_equal(kf_worker_stop(worker, 30000, &result, &error), KF_OK);
    assert_int_equal(result.completed, 1);
}

static void *end_when_cancelled(void *job)
{
    while (!kf_job_cancelled(job))
        usleep(1000);
    kf_job_complete(job);
    kf_job_free(job);
    return NULL;
}

static void test_free_waits_for_what_is_held(void **state)
{
    pthread_t thread;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    (void)state;
    options.grace_ms = 1;
    make_worker(&options, &fake_ops);
    add_work("t", detach, 0, 0);
    FAKE_ANSWERS(&engine, one_job);
    start();
    kf_job *job = wait_for_detached(0);
    assert_int_equal(pthread_create(&thread, NULL, end_when_cancelled, job), 0);
    kf_worker_free(worker);
    worker = NULL;
    pthread_join(thread, NULL);
    assert_int_equal(fake_logged(&engine, "report a completed\n"), 1);
}

static void test_free_stops(void **state)
{
    (void)state;
    make_worker(NULL, &fake_ops);
    add_work("t", complete_at_once, 0, 0);
    FAKE_ANSWERS(&engine, three_jobs);
    start();
    assert_true(fake_wait_told(&engine, KF_WORKER_JOB_STARTED, 1));
    kf_worker_free(worker);
    worker = NULL;
    assert_int_equal(fake_told(&engine, KF_WORKER_STOPPED), 1);
    assert_true(engine.freed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_run_until_asked_to_stop),
        TEST(test_stop_by_a_signal),
        TEST(test_stop_when_idle),
        TEST(test_stop_before_start),
        TEST(test_asked_to_stop_before_the_run),
        TEST(test_stop_aborts_the_poll_and_undoes_it),
        TEST(test_stop_aborts_the_registration),
        TEST(test_stop_waits_for_the_loop),
        TEST(test_stop_does_not_wait_for_a_dead_server),
        TEST(test_stop_gives_back_what_waits),
        TEST(test_drain_reports_what_ends),
        TEST(test_stop_gives_up_on_a_handler),
        TEST(test_second_request_cuts_the_drain_short),
        TEST(test_stop_during_repeated_reports),
        TEST(test_stop_from_within_a_handler),
        TEST(test_stop_waits_for_detached_jobs),
        TEST(test_free_waits_for_what_is_held),
        TEST(test_free_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
