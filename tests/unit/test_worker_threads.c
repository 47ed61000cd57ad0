/* The worker with its threads: many jobs at once. No test depends on how long something takes. */
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker_threads.h"

static const fake_answer one_job[] = {{.jobs = "a"}};
static const fake_answer three_jobs[] = {{.jobs = "a b c"}};

/* Ends of all kinds, one after the other. */
static kf_outcome end_somehow(kf_job *job, void *user)
{
    static atomic_int turn;
    (void)user;
    switch (atomic_fetch_add(&turn, 1) % 5) {
    case 0:
        return kf_job_fail(job, "no");
    case 1:
        return kf_job_bpmn_error(job, "E");
    case 2:
        kf_job_detach(job);
        kf_job_complete(job);
        kf_job_free(job);
        return KF_OUTCOME_DETACHED;
    case 3:
        return kf_job_give_back(job);
    default:
        return kf_job_complete(job);
    }
}

/* Now and then an answer is lost before or after it counts. */
static kf_verdict report_many(fake_source *source, kf_client *scope, kf_job *job, const kf_end *end, kf_error *error)
{
    int id = atoi(kf_job_id(job));
    kf_verdict verdict = KF_VERDICT_DONE;
    (void)source;
    (void)scope;
    (void)end;
    pthread_mutex_lock(&many.lock);
    int turn = many.reports++;
    if (turn % 17 == 3) {
        verdict = KF_VERDICT_AGAIN;
    } else if (!many.held[id]) {
        verdict = KF_VERDICT_GONE;
    } else {
        many.held[id] = false;
        many.ends[id]++;
        if (turn % 17 == 5) {
            verdict = KF_VERDICT_AGAIN;
            error->may_have_acted = true;
        }
    }
    pthread_mutex_unlock(&many.lock);
    return verdict;
}

static void test_many_jobs(void **state)
{
    kf_error error;
    kf_worker_result result;
    kf_worker_stats all, one, two;
    (void)state;
    memset(many.held, 0, sizeof(many.held));
    memset(many.ends, 0, sizeof(many.ends));
    many.next = many.reports = 0;
    make_worker(NULL, &fake_ops);
    add_work("one", end_somehow, 0, 0);
    add_work("two", end_somehow, 3, 0);
    engine.on_acquire = acquire_many;
    engine.on_report = report_many;
    start();
    do {
        char *text;
        all = figures_of(NULL);
        assert_int_equal(kf_worker_metrics(worker, &text, NULL, &error), KF_OK);
        kf_free(text);
        usleep(1000);
    } while (all.acquired < MANY || all.running + all.waiting > 0);
    assert_int_equal(kf_worker_stop(worker, 30000, &result, &error), KF_OK);
    /* On a machine that stands still for seconds, jobs wait for too long and go back unhandled. */
    assert_int_equal(result.completed + result.given_back, MANY);
    assert_int_equal(result.abandoned, 0);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(many.ends[i], 1);
    all = figures_of(NULL);
    one = figures_of("one");
    two = figures_of("two");
    assert_int_equal(all.started, result.completed);
    assert_int_equal(all.completed + all.failed + all.bpmn_errors + all.given_back, MANY);
    assert_int_equal(one.started + two.started, all.started);
    assert_true(all.assumed_done > 0 && all.report_retries >= all.assumed_done);
    assert_int_equal(all.gone + all.lock_lost + all.unreported, 0);
    assert_int_equal(all.handler_ms.count, all.started);
    assert_int_equal(all.total_ms.count, all.started);
}

static void test_topic_takes_no_more_than_its_limit(void **state)
{
    kf_error error;
    kf_worker_stats all;
    (void)state;
    make_worker(NULL, &fake_ops);
    many.next = MANY - 40;
    engine.on_acquire = acquire_many;
    add_work("t", complete_behind_the_door, 2, 0);
    start();
    wait_at_door(2);
    open_door();
    do {
        usleep(1000);
        all = figures_of(NULL);
    } while (all.completed + all.given_back < 40);
    assert_int_equal(kf_worker_stop(worker, 30000, NULL, &error), KF_OK);
    assert_in_range(most_at_door, 1, 2);
}

static void *end_detached(void *unused)
{
    (void)unused;
    for (int i = 0; i < DETACHED; i++) {
        kf_job *job = wait_for_detached(i);
        if (i % 3 != 0)
            kf_job_complete(job);
        kf_job_free(job);
    }
    return NULL;
}

static void test_detached_jobs_end_elsewhere(void **state)
{
    pthread_t thread;
    kf_error error;
    kf_worker_result result;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    (void)state;
    many.next = MANY - DETACHED;
    options.threads = 2;
    make_worker(&options, &fake_ops);
    add_work("t", detach, DETACHED, 0);
    engine.on_acquire = acquire_many;
    start();
    assert_int_equal(pthread_create(&thread, NULL, end_detached, NULL), 0);
    pthread_join(thread, NULL);
    assert_int_equal(kf_worker_stop(worker, 30000, &result, &error), KF_OK);
    assert_int_equal(result.completed, DETACHED);
    assert_int_equal(figures_of(NULL).given_back, (DETACHED + 2) / 3);
}

static void test_what_waits_too_long_is_given_back(void **state)
{
    kf_error error;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    (void)state;
    options.threads = 1;
    make_worker(&options, &fake_ops);
    add_work("t", complete_behind_the_door, 0, 100);
    FAKE_ANSWERS(&engine, three_jobs);
    start();
    /* While the only handler thread is busy. */
    assert_true(fake_wait_told(&engine, KF_WORKER_JOB_DONE, 2));
    assert_true(fake_logged(&engine, " given_back\n") >= 2);
    open_door();
    assert_int_equal(kf_worker_stop(worker, 30000, NULL, &error), KF_OK);
}

static kf_outcome work_until_cancelled(kf_job *job, void *user)
{
    (void)user;
    while (!kf_job_cancelled(job))
        usleep(1000);
    assert_true(kf_job_remaining_ms(job) <= 0);
    /* The keeper tells it by itself, whatever this thread does. */
    assert_true(fake_wait_told(&engine, KF_WORKER_JOB_LOCK_ENDED, 1));
    return kf_job_complete(job);
}

static void test_lock_ends_in_a_handler(void **state)
{
    kf_error error;
    (void)state;
    make_worker(NULL, &fake_ops);
    add_work("t", work_until_cancelled, 0, 40);
    FAKE_ANSWERS(&engine, one_job);
    start();
    assert_true(fake_wait_told(&engine, KF_WORKER_JOB_DONE, 1));
    assert_int_equal(kf_worker_stop(worker, 30000, NULL, &error), KF_OK);
    assert_int_equal(fake_told(&engine, KF_WORKER_JOB_LOCK_ENDED), 1);
    assert_int_equal(figures_of(NULL).late, 1);
}

/* An engine whose jobs are exclusive: while one is held, its siblings block everything; and a request for several that
 * would meet siblings gets nothing. */
static struct {
    pthread_mutex_t lock;
    int open;
    bool held;
} exclusive = {.lock = PTHREAD_MUTEX_INITIALIZER};

static kf_status acquire_exclusive(fake_source *source, kf_client *scope, const kf_poll *poll, kf_batch *batch,
                                   kf_error *error)
{
    char id[16];
    (void)scope;
    pthread_mutex_lock(&exclusive.lock);
    if (exclusive.open > 0 && !exclusive.held && (poll->limit == 1 || exclusive.open == 1)) {
        snprintf(id, sizeof(id), "e%d", exclusive.open--);
        exclusive.held = true;
        fake_add(source, batch, id, error);
    }
    pthread_mutex_unlock(&exclusive.lock);
    return KF_OK;
}

static kf_verdict end_exclusive(fake_source *source, kf_client *scope, kf_job *job, const kf_end *end, kf_error *error)
{
    (void)source;
    (void)scope;
    (void)job;
    (void)end;
    (void)error;
    pthread_mutex_lock(&exclusive.lock);
    exclusive.held = false;
    pthread_mutex_unlock(&exclusive.lock);
    return KF_VERDICT_DONE;
}

static void test_exclusive_jobs(void **state)
{
    kf_error error;
    (void)state;
    exclusive.open = 30;
    exclusive.held = false;
    make_worker(NULL, &fake_ops);
    add_work("t", complete_at_once, 0, 0);
    engine.on_acquire = acquire_exclusive;
    engine.on_report = end_exclusive;
    start();
    assert_true(fake_wait_told(&engine, KF_WORKER_JOB_DONE, 30));
    assert_int_equal(kf_worker_stop(worker, 30000, NULL, &error), KF_OK);
    assert_int_equal(fake_told(&engine, KF_WORKER_EXCLUSIVE), 1);
    assert_non_null(strstr(fake_message(&engine, KF_WORKER_EXCLUSIVE), "flowable:exclusive=\"false\""));
    assert_true(figures_of(NULL).exclusive_blocked >= 2);
}

static void test_child_keeps_its_hands_off(void **state)
{
    kf_error error;
    kf_worker_stats stats = {.size = sizeof(stats)};
    char *text;
    (void)state;
    make_worker(NULL, &fake_ops);
    add_work("t", complete_at_once, 0, 0);
    start();
    pid_t child = fork();
    if (child == 0) {
        bool good = kf_worker_stop(worker, 0, NULL, &error) == KF_ERROR_ARGUMENT &&
                    kf_worker_start(worker, &error) == KF_ERROR_ARGUMENT &&
                    kf_worker_stats_get(worker, NULL, &stats) == KF_ERROR_ARGUMENT &&
                    kf_worker_metrics(worker, &text, NULL, &error) == KF_ERROR_ARGUMENT &&
                    kf_worker_poll_once(worker, 0, NULL, &error) == KF_ERROR_ARGUMENT;
        kf_worker_request_stop(worker);
        kf_worker_free(worker);
        /* What it leaves alone a leak checker would count: so it ends as another program. */
        if (good)
            execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    int code = -1;
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    assert_int_equal(fake_told(&engine, KF_WORKER_STOPPED), 0);
    assert_int_equal(kf_worker_stop(worker, 30000, NULL, &error), KF_OK);
}

static void test_tended_while_it_runs(void **state)
{
    kf_error error;
    (void)state;
    engine.tend_ms = 1;
    make_worker(NULL, &fake_lockless_ops);
    add_work("t", complete_at_once, 0, 0);
    FAKE_ANSWERS(&engine, three_jobs);
    start();
    assert_true(fake_wait_told(&engine, KF_WORKER_REGISTERED, 5));
    assert_true(fake_wait_told(&engine, KF_WORKER_JOB_DONE, 3));
    assert_int_equal(kf_worker_stop(worker, 30000, NULL, &error), KF_OK);
    assert_int_equal(fake_logged(&engine, "begin"), 3);
}

/* Jobs so large that an answer with more than two of them passes the client's limit. */
static kf_status acquire_large(fake_source *source, kf_client *scope, const kf_poll *poll, kf_batch *batch,
                               kf_error *error)
{
    if (poll->limit <= 2)
        return acquire_many(source, scope, poll, batch, error);
    error->may_have_acted = true;
    return error->status = KF_ERROR_LIMIT;
}

static void test_answers_that_are_too_large(void **state)
{
    (void)state;
    many.next = MANY - 20;
    engine.on_acquire = acquire_large;
    make_worker(NULL, &fake_ops);
    add_work("large", complete_at_once, 0, 0);
    start();
    assert_true(fake_wait_told(&engine, KF_WORKER_JOB_DONE, 20));
    assert_int_equal(fake_told(&engine, KF_WORKER_TOPIC_ENDED), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_many_jobs),
        TEST(test_topic_takes_no_more_than_its_limit),
        TEST(test_detached_jobs_end_elsewhere),
        TEST(test_what_waits_too_long_is_given_back),
        TEST(test_lock_ends_in_a_handler),
        TEST(test_exclusive_jobs),
        TEST(test_child_keeps_its_hands_off),
        TEST(test_tended_while_it_runs),
        TEST(test_answers_that_are_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
