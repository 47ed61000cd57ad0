/* What becomes of a job: its ends, its variables, what is counted against it. The clock is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker_loop.h"

static kf_outcome fail_it(kf_job *job, void *user)
{
    (void)user;
    return kf_job_fail(job, "no such account");
}

static const fake_answer one_job[] = {{.jobs = "a"}};

static kf_outcome every_end(kf_job *job, void *user)
{
    const char *id = kf_job_id(job);
    (void)user;
    assert_string_equal(kf_job_topic(job), "t");
    assert_string_equal(kf_job_instance_id(job), "i");
    assert_int_equal(kf_job_retries(job), 3);
    assert_int_equal(kf_job_remaining_ms(job), 300000);
    assert_false(kf_job_cancelled(job));
    assert_non_null(kf_job_client(job));
    assert_string_equal(kf_job_worker_id(job), fake.last_id);
    if (strcmp(id, "bpmn") == 0)
        return kf_job_bpmn_error(job, "NO_STOCK");
    if (strcmp(id, "cmmn") == 0)
        return kf_job_cmmn_terminate(job);
    if (strcmp(id, "fail") == 0)
        return kf_job_fail_with(job, &(kf_failure){.message = "m", .retries = KF_INT32(0), .delay_ms = KF_INT64(77)});
    if (strcmp(id, "back") == 0)
        return kf_job_give_back(job);
    if (strcmp(id, "none") == 0)
        return KF_OUTCOME_NONE;
    if (strcmp(id, "lies") == 0) {
        kf_job_complete(job);
        return KF_OUTCOME_FAILED;
    }
    if (strcmp(id, "twice") == 0) {
        assert_int_equal(kf_job_complete(job), KF_OUTCOME_COMPLETED);
        assert_int_equal(kf_job_fail(job, "after all"), KF_OUTCOME_REFUSED);
        assert_string_equal(kf_job_error(job), "the job was ended before");
        return kf_job_detach(job);
    }
    return kf_job_fail(job, NULL);
}

static void test_every_end(void **state)
{
    static const fake_answer answers[] = {{.jobs = "bpmn cmmn fail back none lies twice other"}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, every_end);
    FAKE_ANSWERS(&fake, answers);
    assert_int_equal(turn(&made, 0), 8);
    assert_int_equal(fake_logged(&fake, "report bpmn bpmn_error NO_STOCK\n"), 1);
    assert_int_equal(fake_logged(&fake, "report cmmn terminated\n"), 1);
    assert_int_equal(fake_logged(&fake, "report fail failed m\n"), 1);
    assert_int_equal(fake_logged(&fake, "report back given_back\n"), 1);
    assert_int_equal(fake_logged(&fake, "report none failed the handler ended without an outcome\n"), 1);
    assert_int_equal(fake_logged(&fake, "report lies completed\n"), 1);
    assert_int_equal(fake_logged(&fake, "report twice completed\n"), 1);
    assert_int_equal(fake_logged(&fake, "report other failed the handler failed\n"), 1);
    kf_worker_stats stats = stats_of(&made);
    assert_int_equal(stats.completed, 2);
    assert_int_equal(stats.bpmn_errors, 1);
    assert_int_equal(stats.terminated, 1);
    assert_int_equal(stats.failed, 3);
    assert_int_equal(stats.given_back, 1);
    done(&made);
}

static kf_outcome try_to_terminate(kf_job *job, void *user)
{
    (void)user;
    kf_outcome outcome = kf_job_cmmn_terminate(job);
    assert_int_equal(outcome, KF_OUTCOME_REFUSED);
    return outcome;
}

static void test_end_that_the_engine_does_not_have(void **state)
{
    setup made = make(&fake_ops, NULL);
    (void)state;
    fake.refuses = "a process has no cases";
    add_handler(&made, try_to_terminate);
    FAKE_ANSWERS(&fake, one_job);
    turn(&made, 0);
    assert_int_equal(
        fake_logged(&fake, "report a failed the handler ended without an outcome: a process has no cases\n"), 1);
    done(&made);
}

static kf_outcome variables(kf_job *job, void *user)
{
    const char *text = "before";
    int64_t integer = 1;
    double real = 0;
    bool yes = false;
    kf_time time;
    const cJSON *json = NULL;
    (void)user;
    assert_int_equal(kf_job_get_string(job, "text", &text), KF_OK);
    assert_string_equal(text, "text");
    assert_int_equal(kf_job_get_int64(job, "exact", &integer), KF_OK);
    assert_true(integer == INT64_C(9007199254740993));
    assert_int_equal(kf_job_get_double(job, "exact", &real), KF_OK);
    assert_true(real == 9007199254740992.0);
    assert_int_equal(kf_job_get_int64(job, "fraction", &integer), KF_ERROR_ARGUMENT);
    assert_true(integer == INT64_C(9007199254740993));
    assert_string_equal(kf_job_error(job), "the variable fraction is not a whole number of 64 bits");
    assert_int_equal(kf_job_get_double(job, "fraction", &real), KF_OK);
    assert_true(real == 1.5);
    assert_int_equal(kf_job_get_double(job, "text", &real), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_job_get_string(job, "fraction", &text), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_job_get_bool(job, "yes", &yes), KF_OK);
    assert_true(yes);
    assert_int_equal(kf_job_get_bool(job, "text", &yes), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_job_get_time(job, "time", &time), KF_OK);
    assert_int_equal(time.nanoseconds, 678000000);
    assert_int_equal(kf_job_get_time(job, "text", &time), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_job_get_json(job, "null", &json), KF_OK);
    assert_true(cJSON_IsNull(json));
    assert_int_equal(kf_job_get_string(job, "null", &text), KF_ERROR_NOT_FOUND);
    assert_int_equal(kf_job_get_string(job, "missing", &text), KF_ERROR_NOT_FOUND);
    assert_string_equal(kf_job_error(job), "there is no variable missing");
    assert_int_equal(kf_job_get_string(job, NULL, &text), KF_ERROR_NOT_FOUND);
    assert_true(kf_job_has(job, "null") && !kf_job_has(job, "missing"));
    assert_int_equal(kf_job_set_string(job, "s", "x"), KF_OK);
    assert_int_equal(kf_job_set_string(job, "n", NULL), KF_OK);
    assert_int_equal(kf_job_set_int64(job, "i", 7), KF_OK);
    assert_int_equal(kf_job_set_bool(job, "b", true), KF_OK);
    assert_int_equal(kf_job_set_time(job, "w", time), KF_OK);
    assert_int_equal(kf_job_set_json(job, "j", json), KF_OK);
    assert_int_equal(kf_job_set_double(job, "d", 1.5), KF_ERROR_ARGUMENT);
    assert_string_equal(kf_job_error(job), "no doubles here");
    assert_int_equal(kf_job_set_null(job, NULL), KF_ERROR_ARGUMENT);
    kf_outcome outcome = kf_job_complete(job);
    assert_int_equal(kf_job_set_null(job, "late"), KF_ERROR_ARGUMENT);
    return outcome;
}

static void test_variables(void **state)
{
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, variables);
    FAKE_ANSWERS(&fake, one_job);
    assert_int_equal(turn(&made, 0), 1);
    assert_int_equal(fake_logged(&fake, "set a s kind 1\n"), 1);
    assert_int_equal(fake_logged(&fake, "set a n kind 0\n"), 1);
    assert_int_equal(fake_logged(&fake, "set a late"), 0);
    assert_int_equal(fake_logged(&fake, "report a completed\n"), 1);
    done(&made);
}

static void test_delay_grows_with_failures(void **state)
{
    static const struct {
        int retries;
        int64_t base, most, delay;
    } cases[] = {
        {3, 0, 0, 5000},  {2, 0, 0, 10000},   {1, 0, 0, 20000},   {-1, 0, 0, 5000},
        {10, 0, 0, 5000}, {1, 0, 7000, 7000}, {1, 1000, 0, 4000}, {3, -1, 0, -1 /*none*/},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kf_topic topic = KF_TOPIC_INIT;
        setup made = make(&fake_ops, NULL);
        topic.name = "t";
        topic.handler = fail_it;
        topic.retry_base_ms = cases[i].base;
        topic.retry_max_ms = cases[i].most;
        add_topic(&made, &topic);
        FAKE_ANSWERS(&fake, one_job);
        fake.retries = cases[i].retries;
        turn(&made, 0);
        if (cases[i].delay < 0)
            assert_int_equal(fake.last_delay, -1);
        else
            assert_int_equal(fake.last_delay, cases[i].delay / 2); /* the least of the jitter */
        assert_int_equal(fake.last_retries, -1); /* the engine counts */
        assert_int_equal(fake_logged(&fake, "report a failed no such account\n"), 1);
        bool last = cases[i].retries == 1;
        assert_int_equal(event_of(KF_WORKER_JOB_DONE)->severity, last ? KF_SEVERITY_ERROR : KF_SEVERITY_WARNING);
        assert_string_equal(fake_message(&fake, KF_WORKER_JOB_DONE),
                            last ? "the job failed for the last time: no such account"
                                 : "the job failed: no such account");
        done(&made);
    }
}

static void test_delay_knows_failures_of_this_process(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a"}, {.jobs = "a"}, {.jobs = "a"}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, fail_it);
    FAKE_ANSWERS(&fake, answers);
    fake.retries = 9;
    for (int64_t delay = 2500; delay <= 10000; delay *= 2) {
        turn(&made, 0);
        assert_int_equal(fake.last_delay, delay);
    }
    done(&made);
}

static kf_outcome own_delay(kf_job *job, void *user)
{
    return kf_job_fail_with(
        job, &(kf_failure){.message = "m", .retries = KF_INT32(0), .delay_ms = KF_INT64(*(int64_t *)user)});
}

static void test_delay_of_the_handler_wins(void **state)
{
    int64_t delay = 123;
    kf_topic topic = KF_TOPIC_INIT;
    static const fake_answer answers[] = {{.jobs = "a"}, {.jobs = "b"}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = own_delay;
    topic.user = &delay;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, answers);
    turn(&made, 0);
    assert_int_equal(fake.last_delay, 123);
    assert_int_equal(fake.last_retries, 0);
    delay = 0;
    turn(&made, 0);
    assert_int_equal(fake.last_delay, -1); /* at once */
    done(&made);
}

static void test_broken_jobs(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a *b ? c"}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, answers);
    assert_int_equal(turn(&made, 0), 2); /* one that cannot be read does not drop the others */
    assert_int_equal(fake_logged(&fake, "report b failed the job cannot be read: its variables are a number\n"), 1);
    kf_worker_stats stats = stats_of(&made);
    assert_int_equal(stats.completed, 2);
    assert_int_equal(stats.bad_jobs, 2);
    assert_int_equal(stats.failed, 1);
    assert_int_equal(fake_told(&fake, KF_WORKER_BAD_JOB), 2);
    done(&made);
}

static void test_poison(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a"}, {.jobs = "a"}, {.jobs = "a"}, {.jobs = "a"}, {.jobs = "a"}};
    static const fake_word lost[] = {
        {.verdict = KF_VERDICT_LOST}, {.verdict = KF_VERDICT_LOST}, {.verdict = KF_VERDICT_LOST}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, answers);
    FAKE_WORDS(&fake, lost);
    for (int i = 0; i < 3; i++)
        assert_int_equal(turn(&made, 0), 1);
    assert_int_equal(turn(&made, 0), 1); /* the fourth is failed, and after that end it begins anew */
    assert_int_equal(fake_logged(&fake, "report a failed taken 3 times before without an end"), 1);
    assert_int_equal(fake.last_retries, -1);
    assert_int_equal(stats_of(&made).poison, 1);
    assert_int_equal(fake_told(&fake, KF_WORKER_JOB_POISON), 1);
    assert_int_equal(stats_of(&made).started, 4);
    done(&made);
}

static void test_poison_can_be_switched_off(void **state)
{
    static const fake_word lost = {.verdict = KF_VERDICT_LOST};
    fake_answer answers[20];
    fake_word words[20];
    kf_topic topic = KF_TOPIC_INIT;
    setup made = make(&fake_ops, NULL);
    (void)state;
    for (int i = 0; i < 20; i++) {
        answers[i] = one_job[0];
        words[i] = lost;
    }
    topic.name = "t";
    topic.handler = complete;
    topic.max_deliveries = -1;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, answers);
    FAKE_WORDS(&fake, words);
    for (int i = 0; i < 20; i++)
        assert_int_equal(turn(&made, 0), 1);
    done(&made);
}

static void test_begin(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a b c d e"}};
    static const fake_word words[] = {{.verdict = KF_VERDICT_GONE},
                                      {.verdict = KF_VERDICT_LOST},
                                      {.verdict = KF_VERDICT_AGAIN},
                                      {.verdict = KF_VERDICT_REFUSED, .message = "it is a form"}};
    setup made = make(&fake_lockless_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, answers);
    FAKE_BEGIN_WORDS(&fake, words);
    assert_int_equal(turn(&made, 0), 1);
    assert_int_equal(fake_logged(&fake, "report c given_back\n"), 1);
    assert_int_equal(fake_logged(&fake, "report d failed fake did not let the job begin: it is a form\n"), 1);
    assert_int_equal(fake_logged(&fake, "report e completed\n"), 1);
    assert_int_equal(fake_logged(&fake, "report "), 3);
    kf_worker_stats stats = stats_of(&made);
    assert_int_equal(stats.started, 1);
    assert_int_equal(stats.gone, 2);
    assert_int_equal(event_of(KF_WORKER_JOB_GONE)->severity, KF_SEVERITY_DEBUG);
    done(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_end),
        cmocka_unit_test(test_end_that_the_engine_does_not_have),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_delay_grows_with_failures),
        cmocka_unit_test(test_delay_knows_failures_of_this_process),
        cmocka_unit_test(test_delay_of_the_handler_wins),
        cmocka_unit_test(test_broken_jobs),
        cmocka_unit_test(test_poison),
        cmocka_unit_test(test_poison_can_be_switched_off),
        cmocka_unit_test(test_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
