/* Polls: which topic, how many jobs, what when they fail or their answers are lost. The clock is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker_loop.h"

static void test_poll_failures(void **state)
{
    static const fake_answer answers[] = {
        {.status = KF_ERROR_CONNECT},
        {.status = KF_ERROR_CONNECT},
        {.status = KF_ERROR_AUTH, .http = 401},
        {.status = KF_ERROR_AUTH, .http = 401},
        {.jobs = NULL},
    };
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, answers);
    f.random = 250;
    turn(&made, 0);
    assert_int_equal(kf_worker_due_ms(made.worker), 250);
    assert_int_equal(event_of(KF_WORKER_ACQUIRE_FAILED)->milliseconds, 250);
    assert_int_equal(event_of(KF_WORKER_ACQUIRE_FAILED)->severity, KF_SEVERITY_ERROR);
    turn(&made, 0);
    assert_int_equal(fake.polls, 1);
    turn(&made, 1000);
    assert_int_equal(fake.polls, 2);
    assert_int_equal(fake_told(&fake, KF_WORKER_ACQUIRE_FAILED), 1);
    turn(&made, 1000);
    assert_int_equal(fake.polls, 3);
    assert_int_equal(fake_told(&fake, KF_WORKER_ACQUIRE_FAILED), 2);
    assert_string_equal(fake_message(&fake, KF_WORKER_ACQUIRE_FAILED),
                        "no jobs from fake: it wants credentials; it goes on being asked. scripted failure");
    assert_in_range(kf_worker_due_ms(made.worker), 2500, 10000); /* slowly */
    turn(&made, 60000);
    assert_int_equal(fake.polls, 4);
    assert_int_equal(fake_told(&fake, KF_WORKER_ACQUIRE_FAILED), 2);
    turn(&made, 60000);
    assert_int_equal(fake.polls, 5);
    assert_int_equal(fake_told(&fake, KF_WORKER_RECOVERED), 1);
    assert_int_equal(event_of(KF_WORKER_RECOVERED)->count, 4);
    assert_int_equal(stats_of(&made).polls_failed, 4);
    assert_int_equal(stats_of(&made).polls, 5);
    done(&made);
}

static void test_new_trouble_is_waited_for_anew(void **state)
{
    static const fake_answer answers[] = {
        {.status = KF_ERROR_CONNECT}, {.status = KF_ERROR_CONNECT}, {.status = KF_ERROR_CONNECT},
        {.status = KF_ERROR_CONNECT}, {.status = KF_ERROR_CONNECT}, {.status = KF_ERROR_AUTH, .http = 401},
    };
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, answers);
    while (fake.polls < 6)
        turn(&made, 30000);
    assert_in_range(event_of(KF_WORKER_ACQUIRE_FAILED)->milliseconds, 2500, 5000);
    assert_in_range(kf_worker_due_ms(made.worker), 2500, 5000);
    done(&made);
}

static void test_poll_waits_as_the_server_asks(void **state)
{
    static const fake_answer answers[] = {{.status = KF_ERROR_THROTTLED, .http = 429, .retry_after_ms = 12000}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, answers);
    turn(&made, 0);
    assert_int_equal(kf_worker_due_ms(made.worker), 12000);
    done(&made);
}

static kf_status down(fake_source *source, kf_client *client, const kf_poll *poll, kf_batch *batch, kf_error *error)
{
    (void)client;
    (void)batch;
    bool *is_down = source->user;
    error->status = *is_down || strcmp(poll->topic->name, "bad") == 0 ? KF_ERROR_SERVER : KF_OK;
    return error->status;
}

static void test_failures_are_of_the_server_not_of_the_topic(void **state)
{
    bool is_down = true;
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_topics(&made, 50);
    fake.on_acquire = down;
    fake.user = &is_down;
    f.random = 20000;
    int64_t begin = f.now;
    while (f.now < begin + 600000)
        turn(&made, 1000);
    assert_in_range(fake.polls, 10, 60); /* ten minutes; 50 topics each for itself would be far more */
    assert_int_equal(fake_told(&fake, KF_WORKER_ACQUIRE_FAILED), 1);
    is_down = false;
    while (fake_told(&fake, KF_WORKER_RECOVERED) == 0 && f.now < begin + 700000)
        turn(&made, 1000);
    assert_int_equal(fake_told(&fake, KF_WORKER_RECOVERED), 1);
    size_t polls = fake.polls;
    int64_t healed = f.now;
    while (f.now < healed + 1000)
        turn(&made, 1000);
    assert_true(fake.polls - polls >= 50); /* all of them are served again soon */
    assert_int_equal(fake_told(&fake, KF_WORKER_ACQUIRE_FAILED), 1);
    done(&made);
}

static void test_a_failing_topic_does_not_stop_the_others(void **state)
{
    bool is_down = false;
    kf_topic topic = KF_TOPIC_INIT;
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "bad";
    topic.handler = complete;
    add_topic(&made, &topic);
    topic.name = "good";
    add_topic(&made, &topic);
    fake.on_acquire = down;
    fake.user = &is_down;
    f.random = 15000;
    int64_t begin = f.now;
    while (f.now < begin + 60000)
        turn(&made, 1000);
    assert_true(fake_logged(&fake, "poll good") > 60);
    assert_true(fake_logged(&fake, "poll bad") < 30);
    assert_int_equal(fake_told(&fake, KF_WORKER_ACQUIRE_FAILED), 1); /* not again and again */
    assert_int_equal(fake_told(&fake, KF_WORKER_RECOVERED), 0);
    done(&made);
}

static void test_wrong_settings_end_the_topic(void **state)
{
    static const fake_answer answers[] = {{.status = KF_ERROR_REJECTED, .http = 400}, {.jobs = "x"}, {.jobs = "y"}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_topics(&made, 2);
    FAKE_ANSWERS(&fake, answers);
    turn(&made, 0);
    turn(&made, 100);
    turn(&made, 100);
    assert_int_equal(fake_logged(&fake, "poll t0"), 1);
    assert_true(fake_logged(&fake, "poll t1") >= 2);
    assert_int_equal(fake_told(&fake, KF_WORKER_TOPIC_ENDED), 1);
    assert_int_equal(fake_told(&fake, KF_WORKER_ACQUIRE_FAILED), 0);
    assert_string_equal(fake_message(&fake, KF_WORKER_TOPIC_ENDED),
                        "topic t0 is polled no more, as its settings are wrong: scripted failure");
    assert_int_equal(stats_of(&made).completed, 2);
    done(&made);
}

static void test_settings_that_were_right_before_end_no_topic(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a"},
                                          {.status = KF_ERROR_REJECTED, .http = 400},
                                          {.status = KF_ERROR_REJECTED, .http = 400},
                                          {.jobs = "b"}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, answers);
    turn(&made, 0);
    turn(&made, 0);
    assert_true(kf_worker_due_ms(made.worker) >= 2500); /* slowly */
    turn(&made, 60000);
    turn(&made, 60000);
    assert_int_equal(stats_of(&made).completed, 2);
    assert_int_equal(fake_told(&fake, KF_WORKER_TOPIC_ENDED), 0);
    assert_int_equal(fake_told(&fake, KF_WORKER_ACQUIRE_FAILED), 1);
    done(&made);
}

static void test_lost_answer_is_undone(void **state)
{
    static const fake_answer answers[] = {{.status = KF_ERROR_TRANSPORT, .acted = true}};
    static const fake_word words[] = {{.verdict = KF_VERDICT_AGAIN}, {.verdict = KF_VERDICT_AGAIN}};
    char undone[sizeof(fake.last_id) + 1];
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, answers);
    FAKE_UNDO_WORDS(&fake, words);
    f.random = 100;
    turn(&made, 0);
    snprintf(undone, sizeof(undone), "%s\n", fake.last_id);
    assert_int_equal(fake_logged(&fake, "undo"), 1); /* at once; it did not get through */
    assert_int_equal(stats_of(&made).undone, 0);
    for (int i = 0; i < 50; i++)
        turn(&made, 200);
    /* Twice without an answer, once, and once more, since the server may have been at work still. */
    assert_int_equal(fake_logged(&fake, "undo"), 4);
    assert_int_equal(stats_of(&made).undone, 1);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(strncmp(fake.undone_ids + i * strlen(undone), undone, strlen(undone)), 0);
    assert_string_not_equal(fake.undone_ids, fake.last_id); /* later polls have ids of their own */
    done(&made);
}

static void test_unreadable_answer_is_undone(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a b", .status = KF_ERROR_DECODE, .http = 200}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, answers);
    turn(&made, 0);
    for (int i = 0; i < 20; i++)
        turn(&made, 200);
    assert_int_equal(fake_logged(&fake, "undo"), 1);
    assert_int_equal(fake_logged(&fake, "report"), 0);
    assert_int_equal(stats_of(&made).started, 0);
    assert_int_equal(stats_of(&made).undone, 1);
    done(&made);
}

static void test_poll_that_was_not_sent_is_not_undone(void **state)
{
    static const fake_answer answers[] = {{.status = KF_ERROR_CONNECT}, {.status = KF_ERROR_SERVER, .http = 503}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, answers);
    for (int i = 0; i < 20; i++)
        turn(&made, 200);
    assert_int_equal(fake_logged(&fake, "undo"), 0);
    done(&made);
}

static kf_status always_lost(fake_source *source, kf_client *client, const kf_poll *poll, kf_batch *batch,
                             kf_error *error)
{
    (void)source;
    (void)client;
    (void)poll;
    (void)batch;
    error->may_have_acted = true;
    return error->status = KF_ERROR_TIMEOUT;
}

static kf_verdict undo_never(fake_source *source, const char *worker_id)
{
    (void)source;
    (void)worker_id;
    return KF_VERDICT_AGAIN;
}

static void test_no_more_polls_than_can_be_undone(void **state)
{
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    options.threads = -1;
    options.grace_ms = 1;
    setup made = make(&fake_ops, &options);
    (void)state;
    add_handler(&made, complete);
    fake.on_acquire = always_lost;
    fake.on_undo = undo_never;
    f.random = 100;
    int64_t begin = f.now;
    while (f.now < begin + 350000)
        turn(&made, 1000);
    assert_int_equal(fake.polls, 32);
    while (f.now < begin + 600000) /* the first of their locks are over: it does not wait for ever */
        turn(&made, 1000);
    assert_true(fake.polls > 32);
    assert_int_equal(stats_of(&made).undone, 0);
    done(&made); /* and the end does not wait for them */
}

static void test_fixed_id(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a", .status = KF_ERROR_TRANSPORT, .acted = true}, {.jobs = "b"}};
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    options.threads = -1;
    options.worker_id = "me";
    setup made = make(&fake_ops, &options);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, answers);
    turn(&made, 0);
    for (int i = 0; i < 5; i++)
        turn(&made, 300);
    assert_string_equal(fake.last_id, "me");
    assert_int_equal(fake_logged(&fake, "undo"), 0); /* it would take away what other polls got */
    assert_int_equal(fake_logged(&fake, "report a completed"), 1);
    assert_int_equal(fake_logged(&fake, "report b completed"), 1);
    done(&made);
}

static void test_ids(void **state)
{
    char first[512];
    char name[401];
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    kf_worker *none;
    kf_error error;
    (void)state;
    for (size_t i = 0; i < 100; i++)
        memcpy(name + 4 * i, "\xF0\x9F\x98\x80", 4);
    name[400] = '\0';
    options.threads = -1;
    options.name = name;
    setup made = make(&fake_ops, &options);
    add_handler(&made, complete);
    turn(&made, 0);
    snprintf(first, sizeof(first), "%s", fake.last_id);
    turn(&made, 1000);
    assert_string_not_equal(first, fake.last_id);
    assert_true(strlen(first) <= 255 && strlen(fake.last_id) <= 255);
    char *slash = strchr(first, '/');
    assert_non_null(slash);
    assert_int_equal((slash - first) % 4, 0); /* cut between characters */
    assert_string_equal(strrchr(first, '/'), "/1");
    done(&made);
    made.client = fake_client(&f, NULL);
    static const char *const wrong[] = {"\xFF", "a\nb", NULL};
    for (size_t i = 0; wrong[i] != NULL; i++) {
        options.name = wrong[i];
        fake_source_init(&fake, NULL);
        assert_int_equal(kf_worker_new(made.client, &options, &fake_ops, &fake, &none, &error), KF_ERROR_ARGUMENT);
        assert_true(fake.freed);
        assert_null(none);
    }
    kf_client_free(made.client);
}

static void test_own_end_polls_again_at_once(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a"}, {.jobs = NULL}, {.jobs = "b"}};
    kf_job *held = NULL;
    kf_topic topic = KF_TOPIC_INIT;
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = detach_into;
    topic.user = &held;
    topic.max_jobs = 4;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, answers);
    turn(&made, 0);
    turn(&made, 0);
    assert_int_equal(fake.polls, 2); /* the second found nothing */
    assert_true(kf_worker_due_ms(made.worker) > 0);
    kf_job_complete(held);
    kf_job_free(held);
    held = NULL;
    turn(&made, 0);
    assert_int_equal(fake.polls, 3);
    assert_non_null(held);
    kf_job_free(held);
    done(&made);
}

static void test_tend(void **state)
{
    setup made = make(&fake_lockless_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    turn(&made, 0);
    assert_int_equal(fake.tends, 1);
    assert_int_equal(fake_told(&fake, KF_WORKER_REGISTERED), 1);
    int64_t begin = f.now;
    while (f.now < begin + 5500)
        turn(&made, 300);
    assert_int_equal(fake.tends, 6);
    done(&made);
}

static kf_status as_many_as_asked_for(fake_source *source, kf_client *client, const kf_poll *poll, kf_batch *batch,
                                      kf_error *error)
{
    char id[32];
    (void)client;
    for (int i = 0; i < poll->limit; i++) {
        snprintf(id, sizeof(id), "j%zu-%d", source->polls, i);
        fake_add(source, batch, id, error);
    }
    return KF_OK;
}

static void test_prefetch_follows_the_pace(void **state)
{
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    (void)state;
    options.threads = -1;
    options.max_prefetch = 10;
    setup made = make(&fake_ops, &options);
    fake.on_acquire = as_many_as_asked_for;
    topic.name = "t";
    topic.handler = complete;
    add_topic(&made, &topic);
    assert_int_equal(turn(&made, 0), 1); /* nothing is known yet */
    for (int i = 0; i < 10; i++) {
        f.now += 1;
        turn(&made, 0);
    }
    assert_int_equal(turn(&made, 0), 11); /* quick handlers: one to begin, and as many as are allowed */
    f.now += 10000;
    assert_int_equal(turn(&made, 0), 1); /* that was long ago */
    done(&made);
}

static void test_ten_thousand_topics(void **state)
{
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_topics(&made, 10000);
    turn(&made, 0);
    assert_int_equal(fake.polls, 10000);
    turn(&made, 0);
    assert_int_equal(fake.polls, 10000);
    f.now += 25;
    turn(&made, 0);
    assert_int_equal(fake.polls, 20000);
    done(&made);
}

static void test_topics_take_turns(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a"}, {.jobs = "b"}, {.jobs = "c"}, {.jobs = "d"}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_topics(&made, 2);
    FAKE_ANSWERS(&fake, answers);
    for (int i = 0; i < 4; i++) {
        turn(&made, 0);
        f.now++;
    }
    assert_int_equal(fake_logged(&fake, "poll t0"), 2);
    assert_int_equal(fake_logged(&fake, "poll t1"), 2);
    done(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poll_failures),
        cmocka_unit_test(test_new_trouble_is_waited_for_anew),
        cmocka_unit_test(test_poll_waits_as_the_server_asks),
        cmocka_unit_test(test_failures_are_of_the_server_not_of_the_topic),
        cmocka_unit_test(test_a_failing_topic_does_not_stop_the_others),
        cmocka_unit_test(test_wrong_settings_end_the_topic),
        cmocka_unit_test(test_settings_that_were_right_before_end_no_topic),
        cmocka_unit_test(test_lost_answer_is_undone),
        cmocka_unit_test(test_unreadable_answer_is_undone),
        cmocka_unit_test(test_poll_that_was_not_sent_is_not_undone),
        cmocka_unit_test(test_no_more_polls_than_can_be_undone),
        cmocka_unit_test(test_fixed_id),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_own_end_polls_again_at_once),
        cmocka_unit_test(test_tend),
        cmocka_unit_test(test_prefetch_follows_the_pace),
        cmocka_unit_test(test_ten_thousand_topics),
        cmocka_unit_test(test_topics_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
