/* Reports that do not get through at once, or come late. The clock is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker_loop.h"

static const fake_answer one_job[] = {{.jobs = "a"}};

static void test_report_is_repeated(void **state)
{
    static const fake_word words[] = {{.verdict = KF_VERDICT_AGAIN}, {.verdict = KF_VERDICT_AGAIN}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, one_job);
    FAKE_WORDS(&fake, words);
    f.random = 50;
    assert_int_equal(turn(&made, 0), 1);
    assert_int_equal(fake_logged(&fake, "report a completed\n"), 1);
    assert_int_equal(stats_of(&made).running, 1);
    assert_int_equal(turn(&made, 0), 0);
    assert_int_equal(fake_logged(&fake, "poll"), 1); /* no room meanwhile */
    assert_int_equal(kf_worker_due_ms(made.worker), 50);
    turn(&made, 1000);
    assert_int_equal(fake_logged(&fake, "report a completed\n"), 2);
    assert_int_equal(kf_worker_due_ms(made.worker), 50);
    turn(&made, 1000);
    assert_int_equal(fake_logged(&fake, "report a completed\n"), 3);
    kf_worker_stats stats = stats_of(&made);
    assert_int_equal(stats.completed, 1);
    assert_int_equal(stats.report_retries, 2);
    assert_int_equal(stats.running, 0);
    assert_int_equal(stats.report_ms.sum_ms, 100);
    done(&made);
}

static void test_report_waits_as_the_server_asks(void **state)
{
    static const fake_word words[] = {{.verdict = KF_VERDICT_AGAIN, .retry_after_ms = 7000}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, one_job);
    FAKE_WORDS(&fake, words);
    turn(&made, 0);
    assert_int_equal(kf_worker_due_ms(made.worker), 7000);
    turn(&made, 7000);
    assert_int_equal(stats_of(&made).completed, 1);
    done(&made);
}

static void test_last_moment_is_tried(void **state)
{
    static const fake_word words[] = {{.verdict = KF_VERDICT_AGAIN, .retry_after_ms = 200000},
                                      {.verdict = KF_VERDICT_AGAIN, .retry_after_ms = 200000}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, one_job);
    FAKE_WORDS(&fake, words);
    int64_t begin = f.now;
    turn(&made, 0);
    while (stats_of(&made).running > 0)
        turn(&made, 200000);
    assert_int_equal(f.now - begin, 300000 + 60000);
    assert_int_equal(stats_of(&made).completed, 1);
    done(&made);
}

static void test_report_ends_with_the_lock(void **state)
{
    setup made = make(&fake_ops, NULL);
    int64_t begin;
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, one_job);
    fake.on_report = never;
    f.random = 5000;
    begin = f.now;
    turn(&made, 0);
    while (stats_of(&made).unreported == 0 && f.now < begin + 1000000)
        turn(&made, 10000);
    assert_in_range(f.now - begin, 300000 + 60000 - 5000, 300000 + 60000);
    assert_string_equal(fake_message(&fake, KF_WORKER_JOB_UNREPORTED),
                        "the report (completed) did not get through, and the job will be worked again: nobody listens");
    assert_int_equal(stats_of(&made).completed, 0);
    done(&made);
}

static kf_outcome late(kf_job *job, void *user)
{
    (void)user;
    f.now += 300001;
    assert_true(kf_job_cancelled(job));
    assert_int_equal(kf_job_remaining_ms(job), -1);
    return kf_job_complete(job);
}

static void test_late_end_is_tried(void **state)
{
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, late);
    FAKE_ANSWERS(&fake, one_job);
    turn(&made, 0);
    assert_int_equal(stats_of(&made).completed, 1);
    assert_int_equal(stats_of(&made).late, 1);
    done(&made);
}

static void test_late_end_is_discarded(void **state)
{
    kf_topic topic = KF_TOPIC_INIT;
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = late;
    topic.discard_late = true;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, one_job);
    turn(&made, 0);
    assert_int_equal(fake_logged(&fake, "report"), 0);
    assert_int_equal(stats_of(&made).unreported, 1);
    done(&made);
}

/* What is told and counted of each final word. */
static void test_finals(void **state)
{
    static const fake_word assumed[] = {{.verdict = KF_VERDICT_AGAIN, .acted = true}, {.verdict = KF_VERDICT_GONE}};
    static const fake_word lost[] = {{.verdict = KF_VERDICT_LOST}};
    static const fake_word gone[] = {{.verdict = KF_VERDICT_GONE}};
    static const fake_word refused[] = {{.verdict = KF_VERDICT_REFUSED, .message = "a variable is too long"}};
    static const fake_word refused_twice[] = {{.verdict = KF_VERDICT_REFUSED, .message = "first"},
                                              {.verdict = KF_VERDICT_REFUSED, .message = "second"}};
    static const struct {
        const fake_word *words;
        size_t count;
        kf_worker_event_kind told;
        int completed, failed, assumed, lost, gone, refused, unreported;
    } cases[] = {
        {assumed, 2, KF_WORKER_JOB_ASSUMED_DONE, 1, 0, 1, 0, 0, 0, 0},
        {lost, 1, KF_WORKER_JOB_LOCK_LOST, 0, 0, 0, 1, 0, 0, 0},
        {gone, 1, KF_WORKER_JOB_GONE, 0, 0, 0, 0, 1, 0, 0},
        {refused, 1, KF_WORKER_JOB_REFUSED, 0, 1, 0, 0, 0, 1, 0},
        {refused_twice, 2, KF_WORKER_JOB_UNREPORTED, 0, 0, 0, 0, 0, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        setup made = make(&fake_ops, NULL);
        add_handler(&made, complete);
        FAKE_ANSWERS(&fake, one_job);
        fake.words = cases[i].words;
        fake.word_count = cases[i].count;
        turn(&made, 0);
        turn(&made, 0);
        kf_worker_stats stats = stats_of(&made);
        assert_int_equal(fake_told(&fake, cases[i].told), 1);
        assert_int_equal(stats.completed, cases[i].completed);
        assert_int_equal(stats.failed, cases[i].failed);
        assert_int_equal(stats.assumed_done, cases[i].assumed);
        assert_int_equal(stats.lock_lost, cases[i].lost);
        assert_int_equal(stats.gone, cases[i].gone);
        assert_int_equal(stats.refused, cases[i].refused);
        assert_int_equal(stats.unreported, cases[i].unreported);
        assert_int_equal(stats.running, 0);
        if (cases[i].words == refused)
            assert_int_equal(fake_logged(&fake, "report a failed fake does not accept the outcome 'completed': "
                                                "a variable is too long\n"),
                             1);
        if (cases[i].words == lost)
            assert_int_equal(fake_logged(&fake, "report"), 1); /* and no failure instead */
        done(&made);
    }
}

static kf_outcome without_lock(kf_job *job, void *user)
{
    (void)user;
    assert_true(kf_job_remaining_ms(job) == INT64_MAX);
    f.now += 1000000;
    assert_false(kf_job_cancelled(job));
    return kf_job_complete(job);
}

static void test_engine_without_locks(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a", .status = KF_ERROR_TRANSPORT, .acted = true}, {.jobs = "b"}};
    setup made = make(&fake_lockless_ops, NULL);
    (void)state;
    add_handler(&made, without_lock);
    FAKE_ANSWERS(&fake, answers);
    assert_int_equal(turn(&made, 0), 1); /* there is nothing to undo: what came is worked */
    assert_int_equal(turn(&made, 1000), 1);
    assert_true(stats_of(&made).oldest_remaining_ms == INT64_MAX);
    fake.on_report = never;
    static const fake_answer more[] = {{0}, {0}, {.jobs = "c"}};
    FAKE_ANSWERS(&fake, more);
    f.random = 5000;
    while (fake_logged(&fake, "report c") == 0)
        turn(&made, 1000);
    int64_t begin = f.now;
    while (stats_of(&made).unreported == 0 && f.now < begin + 200000)
        turn(&made, 1000);
    assert_in_range(f.now - begin, 54000, 60000); /* report_ms from the end of the handler */
    done(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_is_repeated),
        cmocka_unit_test(test_report_waits_as_the_server_asks),
        cmocka_unit_test(test_last_moment_is_tried),
        cmocka_unit_test(test_report_ends_with_the_lock),
        cmocka_unit_test(test_late_end_is_tried),
        cmocka_unit_test(test_late_end_is_discarded),
        cmocka_unit_test(test_finals),
        cmocka_unit_test(test_engine_without_locks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
