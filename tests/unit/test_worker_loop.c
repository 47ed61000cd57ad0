/* The worker in a loop of the caller's own: detached jobs, locks, stopping, figures. The clock is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker_loop.h"

static const fake_answer one_job[] = {{.jobs = "a"}};

static void test_a_job_from_poll_to_report(void **state)
{
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, complete);
    FAKE_ANSWERS(&fake, one_job);
    assert_int_equal(kf_worker_due_ms(made.worker), 0);
    assert_int_equal(turn(&made, 0), 1);
    assert_string_equal(fake.log, "poll t 1\nreport a completed\n");
    kf_worker_stats stats = stats_of(&made);
    assert_int_equal(stats.polls, 1);
    assert_int_equal(stats.acquired, 1);
    assert_int_equal(stats.started, 1);
    assert_int_equal(stats.completed, 1);
    assert_int_equal(stats.running, 0);
    assert_int_equal(stats.since_success_ms, 0);
    static const kf_worker_event_kind order[] = {KF_WORKER_STARTED, KF_WORKER_ACQUIRED, KF_WORKER_JOB_STARTED,
                                                 KF_WORKER_JOB_HANDLED, KF_WORKER_JOB_DONE};
    assert_int_equal(fake.event_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(fake.events[i].kind, order[i]);
    assert_int_equal(turn(&made, 0), 0);
    done(&made);
}

static void test_detached(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a"}, {.jobs = "b"}, {.jobs = "c"}};
    kf_job *held = NULL;
    kf_topic topic = KF_TOPIC_INIT;
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = detach_into;
    topic.user = &held;
    topic.max_jobs = 1;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, answers);
    assert_int_equal(turn(&made, 0), 1);
    assert_int_equal(stats_of(&made).running, 1);
    turn(&made, 1000);
    assert_int_equal(fake.polls, 1); /* it takes the topic's only place */
    assert_int_equal(kf_job_set_int64(held, "n", 1), KF_OK);
    assert_int_equal(kf_job_complete(held), KF_OUTCOME_COMPLETED);
    assert_int_equal(kf_job_complete(held), KF_OUTCOME_REFUSED);
    assert_int_equal(kf_worker_due_ms(made.worker), 0);
    kf_job_free(held); /* before it was reported */
    held = NULL;
    turn(&made, 0);
    assert_int_equal(fake_logged(&fake, "report a completed\n"), 1);
    while (held == NULL)
        turn(&made, 100);
    assert_string_equal(kf_job_id(held), "b");
    kf_job_free(held); /* not ended: given back */
    held = NULL;
    turn(&made, 0);
    assert_int_equal(fake_logged(&fake, "report b given_back\n"), 1);
    while (held == NULL)
        turn(&made, 100);
    assert_int_equal(kf_job_detach(held), KF_OUTCOME_REFUSED);
    kf_job_complete(held);
    turn(&made, 0);
    assert_string_equal(kf_job_id(held), "c"); /* it lives as long as its owner wants */
    kf_job_free(held);
    assert_int_equal(stats_of(&made).completed, 2);
    done(&made);
}

static kf_outcome end_while_detached(kf_job *job, void *user)
{
    (void)user;
    kf_outcome outcome = kf_job_detach(job);
    kf_job_complete(job);
    kf_job_free(job);
    return outcome;
}

static void test_detached_and_ended_in_the_handler(void **state)
{
    setup made = make(&fake_ops, NULL);
    (void)state;
    add_handler(&made, end_while_detached);
    FAKE_ANSWERS(&fake, one_job);
    assert_int_equal(turn(&made, 0), 1);
    assert_int_equal(fake_logged(&fake, "report a completed\n"), 1);
    done(&made);
}

static void test_lock_of_a_detached_job(void **state)
{
    kf_job *held = NULL;
    kf_topic topic = KF_TOPIC_INIT;
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = detach_into;
    topic.user = &held;
    topic.lock_ms = 10000;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, one_job);
    turn(&made, 0);
    assert_int_equal(kf_worker_due_ms(made.worker), 5000);
    turn(&made, 5000);
    assert_int_equal(fake_told(&fake, KF_WORKER_JOB_LOCK_HALF), 1);
    assert_false(kf_job_cancelled(held));
    turn(&made, 5000);
    assert_int_equal(fake_told(&fake, KF_WORKER_JOB_LOCK_ENDED), 1);
    assert_true(kf_job_cancelled(held));
    turn(&made, 5000);
    assert_int_equal(fake_told(&fake, KF_WORKER_JOB_LOCK_HALF), 1);
    assert_int_equal(fake_told(&fake, KF_WORKER_JOB_LOCK_ENDED), 1);
    assert_int_equal(stats_of(&made).oldest_remaining_ms, -5000);
    kf_job_complete(held);
    kf_job_free(held);
    turn(&made, 0);
    assert_int_equal(stats_of(&made).late, 1);
    done(&made);
}

static kf_outcome detach_d(kf_job *job, void *user)
{
    return strcmp(kf_job_id(job), "d") == 0 ? detach_into(job, user) : kf_job_complete(job);
}

static void test_nothing_is_taken_ahead_of_a_detached_job(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a"}, {.jobs = "b"}, {.jobs = "c"}, {.jobs = "d"}, {.jobs = "e"}};
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    kf_job *held = NULL;
    (void)state;
    options.threads = -1;
    options.max_prefetch = 8;
    setup made = make(&fake_ops, &options);
    topic.name = "t";
    topic.handler = detach_d;
    topic.user = &held;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, answers);
    while (held == NULL)
        turn(&made, 25);
    size_t polls = fake.polls;
    turn(&made, 25);
    assert_int_equal(fake.polls, polls);
    kf_job_complete(held);
    kf_job_free(held);
    while (stats_of(&made).completed < 5)
        turn(&made, 25);
    done(&made);
}

static void test_lock_counts_from_the_request(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a", .takes_ms = 4000}};
    kf_job *held = NULL;
    kf_topic topic = KF_TOPIC_INIT;
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = detach_into;
    topic.user = &held;
    topic.lock_ms = 10000;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, answers);
    turn(&made, 0);
    assert_int_equal(kf_job_remaining_ms(held), 6000);
    kf_job_free(held);
    done(&made);
}

static kf_outcome slow(kf_job *job, void *user)
{
    (void)user;
    f.now += 8000;
    return kf_job_complete(job);
}

static void test_what_waited_too_long_is_given_back(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a b c"}}; /* more than was asked for */
    kf_topic topic = KF_TOPIC_INIT;
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = slow;
    topic.lock_ms = 10000;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, answers);
    assert_int_equal(turn(&made, 0), 1);
    assert_int_equal(fake_logged(&fake, "report a completed\n"), 1);
    assert_int_equal(fake_logged(&fake, "report b given_back\n"), 1);
    assert_int_equal(fake_logged(&fake, "report c given_back\n"), 1);
    assert_int_equal(stats_of(&made).given_back, 2);
    assert_int_equal(stats_of(&made).started, 1);
    done(&made);
}

static void test_waiting_behind_a_detached_job(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a b"}};
    kf_job *held = NULL;
    kf_topic topic = KF_TOPIC_INIT;
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = detach_into;
    topic.user = &held;
    topic.lock_ms = 10000;
    topic.max_jobs = 1;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, answers);
    assert_int_equal(turn(&made, 0), 1);
    assert_int_equal(stats_of(&made).waiting, 1);
    turn(&made, 5000);
    turn(&made, 2500);
    assert_int_equal(fake_logged(&fake, "report b given_back\n"), 1);
    kf_job_free(held);
    done(&made);
}

/* With most of its lock left: other workers may have a free thread. */
static void test_what_waits_for_a_thread_is_given_back(void **state)
{
    static const fake_answer answers[] = {{.jobs = "a b c"}};
    kf_job *held = NULL;
    kf_topic topic = KF_TOPIC_INIT;
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = detach_into;
    topic.user = &held;
    topic.max_jobs = 1;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, answers);
    turn(&made, 0);
    turn(&made, 4999);
    assert_int_equal(stats_of(&made).waiting, 2);
    turn(&made, 4999);
    assert_int_equal(fake_logged(&fake, "given_back"), 2);
    assert_int_equal(stats_of(&made).waiting, 0);
    kf_job_free(held);
    done(&made);
}

static void *free_worker(void *freed)
{
    kf_worker_free(freed);
    return NULL;
}

static void test_free_waits_for_a_reported_job(void **state)
{
    pthread_t thread;
    kf_job *held = NULL;
    kf_topic topic = KF_TOPIC_INIT;
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = detach_into;
    topic.user = &held;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, one_job);
    turn(&made, 0);
    kf_job_complete(held);
    turn(&made, 0);
    assert_int_equal(stats_of(&made).completed, 1);
    assert_int_equal(pthread_create(&thread, NULL, free_worker, made.worker), 0);
    assert_true(fake_wait_told(&fake, KF_WORKER_STOPPED, 1));
    assert_string_equal(kf_job_id(held), "a");
    kf_job_free(held);
    pthread_join(thread, NULL);
    kf_client_free(made.client);
    assert_int_equal(fake.live_data, 0);
}

static void test_stop_in_the_loop(void **state)
{
    kf_error error;
    kf_worker_result result;
    kf_job *held = NULL;
    kf_topic topic = KF_TOPIC_INIT;
    static const fake_answer answers[] = {{.jobs = "a b"}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = detach_into;
    topic.user = &held;
    topic.max_jobs = 1;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, answers);
    turn(&made, 0);
    kf_worker_request_stop(made.worker);
    assert_int_equal(kf_worker_due_ms(made.worker), 0);
    assert_int_equal(kf_worker_poll_once(made.worker, 1000, NULL, &error), KF_ERROR_CANCELLED);
    int64_t begin = f.now;
    assert_int_equal(kf_worker_stop(made.worker, 1000, &result, &error), KF_ERROR_TIMEOUT);
    assert_in_range(f.now - begin, 6000, 6300);
    assert_int_equal(fake_logged(&fake, "report b given_back\n"), 1);
    assert_int_equal(result.given_back, 1);
    assert_int_equal(result.abandoned, 1);
    assert_true(kf_job_cancelled(held));
    kf_job_complete(held);
    kf_job_free(held);
    assert_int_equal(kf_worker_stop(made.worker, 0, &result, &error), KF_OK);
    assert_int_equal(result.completed, 1);
    assert_int_equal(result.abandoned, 0);
    assert_int_equal(fake_told(&fake, KF_WORKER_STOPPED), 1);
    assert_int_equal(kf_worker_stop(made.worker, 0, &result, &error), KF_OK);
    assert_int_equal(kf_worker_poll_once(made.worker, 0, NULL, &error), KF_ERROR_CANCELLED);
    done(&made);
}

static kf_outcome stop_from_within(kf_job *job, void *user)
{
    kf_worker *worker = *(kf_worker **)user;
    kf_error error;
    assert_int_equal(kf_worker_stop(worker, 0, NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_worker_poll_once(worker, 0, NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_worker_start(worker, &error), KF_ERROR_ARGUMENT);
    kf_worker_request_stop(worker);
    return kf_job_complete(job);
}

static void test_stop_from_within_a_handler(void **state)
{
    kf_error error;
    kf_topic topic = KF_TOPIC_INIT;
    static const fake_answer answers[] = {{.jobs = "a b"}, {.jobs = "c"}};
    setup made = make(&fake_ops, NULL);
    (void)state;
    topic.name = "t";
    topic.handler = stop_from_within;
    topic.user = &made.worker;
    add_topic(&made, &topic);
    FAKE_ANSWERS(&fake, answers);
    assert_int_equal(turn(&made, 0), 1); /* the other one does not begin */
    assert_int_equal(kf_worker_poll_once(made.worker, 0, NULL, &error), KF_ERROR_CANCELLED);
    assert_int_equal(fake.polls, 1);
    assert_int_equal(kf_worker_stop(made.worker, 0, NULL, &error), KF_OK);
    assert_int_equal(fake_logged(&fake, "report b given_back\n"), 1);
    done(&made);
}

static void test_arguments(void **state)
{
    kf_error error;
    kf_topic topic = KF_TOPIC_INIT, zeroed = {0};
    kf_worker *worker;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT, none = {0};
    kf_worker_stats stats = {.size = sizeof(stats)}, unsized = {0};
    (void)state;
    setup made = make(&fake_ops, NULL);
    assert_int_equal(kf_worker_poll_once(made.worker, 0, NULL, &error), KF_ERROR_ARGUMENT); /* no topic */
    assert_int_equal(kf_worker_poll_once(NULL, 0, NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_worker_start(made.worker, &error), KF_ERROR_ARGUMENT); /* no threads */
    assert_int_equal(kf_worker_stop(made.worker, 0, NULL, &error), KF_OK); /* not started */
    assert_int_equal(kf_worker_stop(NULL, 0, NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_worker_add_topic(made.worker, &topic, &error), KF_ERROR_ARGUMENT);
    topic.handler = complete;
    assert_int_equal(kf_worker_add_topic(made.worker, &topic, &error), KF_ERROR_ARGUMENT);
    topic.name = "t";
    assert_int_equal(kf_worker_add_topic(made.worker, &topic, &error), KF_OK);
    assert_int_equal(kf_worker_add_topic(made.worker, &topic, &error), KF_ERROR_ARGUMENT);
    assert_string_equal(error.message, "there is a topic t already");
    assert_int_equal(kf_worker_add_topic(made.worker, &zeroed, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_worker_add_topic(made.worker, NULL, &error), KF_ERROR_ARGUMENT);
    topic.name = "u";
    topic.lock_ms = INT64_C(2145600001);
    assert_int_equal(kf_worker_add_topic(made.worker, &topic, &error), KF_ERROR_ARGUMENT);
    topic.lock_ms = 0;
    topic.scope_type = "BPMN";
    assert_int_equal(kf_worker_add_topic(made.worker, &topic, &error), KF_ERROR_ARGUMENT);
    topic.scope_type = NULL;
    topic.poll_min_ms = 100;
    topic.poll_max_ms = 50;
    assert_int_equal(kf_worker_add_topic(made.worker, &topic, &error), KF_ERROR_ARGUMENT);
    topic.poll_max_ms = -1;
    assert_int_equal(kf_worker_add_topic(made.worker, &topic, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_worker_stats_get(made.worker, "nosuch", &stats), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_worker_stats_get(made.worker, NULL, &unsized), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_worker_stats_get(made.worker, "t", &stats), KF_OK);
    assert_int_equal(stats.since_success_ms, -1);
    assert_int_equal(kf_worker_poll_once(made.worker, -1, NULL, &error), KF_ERROR_ARGUMENT);
    turn(&made, 0);
    topic.poll_max_ms = 0;
    assert_int_equal(kf_worker_add_topic(made.worker, &topic, &error), KF_ERROR_ARGUMENT); /* too late */
    kf_topic_init(&topic, sizeof(topic));
    assert_int_equal(topic.size, sizeof(topic));
    assert_null(topic.name);
    kf_worker_free(made.worker);
    fake_source_init(&fake, &f);
    assert_int_equal(kf_worker_new(made.client, &none, &fake_ops, &fake, &worker, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_worker_new(NULL, NULL, &fake_ops, &fake, &worker, &error), KF_ERROR_ARGUMENT);
    options.report_ms = -1;
    assert_int_equal(kf_worker_new(made.client, &options, &fake_ops, &fake, &worker, &error), KF_ERROR_ARGUMENT);
    kf_worker_options_init(&options, sizeof(options));
    options.worker_id = "";
    assert_int_equal(kf_worker_new(made.client, &options, &fake_ops, &fake, &worker, &error), KF_ERROR_ARGUMENT);
    kf_worker_free(NULL);
    kf_worker_request_stop(NULL);
    kf_job_free(NULL);
    kf_client_free(made.client);
}

static void test_metrics(void **state)
{
    kf_error error;
    char *text;
    size_t length;
    kf_topic topic = KF_TOPIC_INIT;
    kf_worker_options options = KF_WORKER_OPTIONS_INIT;
    static const fake_answer answers[] = {{.jobs = "a b"}};
    (void)state;
    options.threads = -1;
    options.name = "w \"1\"\\";
    setup made = make(&fake_ops, &options);
    topic.name = "two\nlines";
    topic.handler = slow;
    add_topic(&made, &topic);
    topic.name = "other";
    add_topic(&made, &topic);
    assert_int_equal(kf_worker_metrics(made.worker, &text, &length, &error), KF_OK);
    assert_null(strstr(text, "kuflow_worker_since_success_seconds{"));
    kf_free(text);
    FAKE_ANSWERS(&fake, answers);
    turn(&made, 0);
    assert_int_equal(kf_worker_metrics(made.worker, &text, &length, &error), KF_OK);
    assert_int_equal(length, strlen(text));
    static const char *const lines[] = {
        "# HELP kuflow_worker_polls_total Requests for jobs.\n# TYPE kuflow_worker_polls_total counter\n",
        "\nkuflow_worker_jobs_completed_total{worker=\"w \\\"1\\\"\\\\\",topic=\"two\\nlines\"} 2\n",
        "\nkuflow_worker_jobs_completed_total{worker=\"w \\\"1\\\"\\\\\",topic=\"other\"} 0\n",
        "\n# TYPE kuflow_worker_handler_seconds histogram\n",
        "topic=\"two\\nlines\",le=\"5\"} 0\n",
        "kuflow_worker_handler_seconds_bucket{worker=\"w \\\"1\\\"\\\\\",topic=\"two\\nlines\",le=\"10\"} 2\n",
        "kuflow_worker_handler_seconds_bucket{worker=\"w \\\"1\\\"\\\\\",topic=\"two\\nlines\",le=\"+Inf\"} 2\n",
        "kuflow_worker_handler_seconds_sum{worker=\"w \\\"1\\\"\\\\\",topic=\"two\\nlines\"} 16.000\n",
        "kuflow_worker_handler_seconds_count{worker=\"w \\\"1\\\"\\\\\",topic=\"two\\nlines\"} 2\n",
        "\n# TYPE kuflow_worker_slots_free gauge\n",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (strstr(text, lines[i]) == NULL)
            fail_msg("missing: %s in\n%s", lines[i], text);
    kf_free(text);
    assert_int_equal(kf_worker_metrics(made.worker, NULL, NULL, &error), KF_ERROR_ARGUMENT);
    done(&made);
}

static void test_texts_and_bounds(void **state)
{
    (void)state;
    assert_string_equal(kf_outcome_text(KF_OUTCOME_BPMN_ERROR), "bpmn_error");
    assert_string_equal(kf_outcome_text((kf_outcome)99), "");
    assert_string_equal(kf_worker_event_text(KF_WORKER_ACQUIRE_FAILED), "acquire_failed");
    assert_string_equal(kf_worker_event_text(KF_WORKER_JOB_LOCK_ENDED), "job_lock_ended");
    assert_string_equal(kf_worker_event_text(KF_WORKER_REGISTRATION_FAILED), "registration_failed");
    assert_string_equal(kf_worker_event_text((kf_worker_event_kind)99), "");
    for (size_t i = 1; i < KF_HISTOGRAM_BUCKETS; i++)
        assert_true(kf_histogram_bound_ms(i) > kf_histogram_bound_ms(i - 1));
    assert_true(kf_histogram_bound_ms(0) == 0.5);
    assert_true(kf_histogram_bound_ms(KF_HISTOGRAM_BUCKETS - 1) > 1e300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_from_poll_to_report),
        cmocka_unit_test(test_detached),
        cmocka_unit_test(test_detached_and_ended_in_the_handler),
        cmocka_unit_test(test_lock_of_a_detached_job),
        cmocka_unit_test(test_nothing_is_taken_ahead_of_a_detached_job),
        cmocka_unit_test(test_lock_counts_from_the_request),
        cmocka_unit_test(test_what_waited_too_long_is_given_back),
        cmocka_unit_test(test_waiting_behind_a_detached_job),
        cmocka_unit_test(test_what_waits_for_a_thread_is_given_back),
        cmocka_unit_test(test_free_waits_for_a_reported_job),
        cmocka_unit_test(test_stop_in_the_loop),
        cmocka_unit_test(test_stop_from_within_a_handler),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_texts_and_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
