/* Flowable workers and what a server answers to a request for jobs. */
#include "job_worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static kf_topic long_lock(crew *c)
{
    kf_topic topic = crew_topic(c, "single", handle_complete);
    topic.lock_ms = INT64_C(24) * 3600 * 1000; /* so that nothing but giving back sets a job free again */
    return topic;
}

/* One job is there, and one request for it goes wrong: it is worked all the same, once, and the trouble and its end are
 * told once each. */
static void worked_all_the_same(job_worker *w, const char *name)
{
    crew *c = &w->crew;
    const kf_topic topic = long_lock(c);
    const kf_sandbox_flowable_counts before = job_counts(w);
    job_start(w, "single", NULL, 1);
    crew_start(c, NULL, &topic, 1);
    WAIT_DONE(w);
    crew_stop(c);
    if (job_counts(w).completed - before.completed != 1 || kf_watch_count(c->watch, KF_WORKER_ACQUIRE_FAILED) != 1 ||
        kf_watch_count(c->watch, KF_WORKER_RECOVERED) != 1 || kf_sandbox_flowable_locked(w->sandbox, NULL) != 0)
        fail_msg("%s: %d ends, told %d times, recovered %d times, %zu locked", name, (int)job_counts(w).completed,
                 kf_watch_count(c->watch, KF_WORKER_ACQUIRE_FAILED), kf_watch_count(c->watch, KF_WORKER_RECOVERED),
                 kf_sandbox_flowable_locked(w->sandbox, NULL));
    assert_true(*kf_watch_last(c->watch, KF_WORKER_ACQUIRE_FAILED)->message != '\0');
}

/* The same with a crew for each of several cases. */
static void next_crew(job_worker *w)
{
    crew_end(&w->crew);
    crew_begin(&w->crew, w->client);
}

static void test_answers_that_are_none(void **state)
{
    static const struct {
        const char *name;
        kf_sandbox_fault_spec fault;
    } cases[] = {
        {"HTML instead of jobs",
         {.kind = KF_SANDBOX_FAULT_ANSWER, .body = "<html></html>", .content_type = "text/html"}},
        {"HTML, with jobs locked",
         {.kind = KF_SANDBOX_FAULT_REPLACE, .body = "<html></html>", .content_type = "text/html"}},
        {"an object", {.kind = KF_SANDBOX_FAULT_REPLACE, .body = "{\"data\":[]}"}},
        {"null", {.kind = KF_SANDBOX_FAULT_REPLACE, .body = "null"}},
        {"a list that does not end", {.kind = KF_SANDBOX_FAULT_REPLACE, .body = "[{\"id\":\"1\"},"}},
        {"more than a list", {.kind = KF_SANDBOX_FAULT_REPLACE, .body = "[5] x"}},
        {"nothing", {.kind = KF_SANDBOX_FAULT_REPLACE, .body = ""}},
        {"a lost request", {.kind = KF_SANDBOX_FAULT_LOST_BEFORE}},
        {"a lost answer", {.kind = KF_SANDBOX_FAULT_LOST_AFTER}},
        {"a conflict", {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 500, .body = KF_SANDBOX_FLOWABLE_CONFLICT}},
        {"a server that breaks after the effect", {.kind = KF_SANDBOX_FAULT_REPLACE, .status = 500, .body = "oops"}},
        {"a gateway's timeout", {.kind = KF_SANDBOX_FAULT_REPLACE, .status = 504, .body = ""}},
        {"a busy server", {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 503, .retry_after = "0"}},
        {"too many requests", {.kind = KF_SANDBOX_FAULT_ANSWER, .status = 429, .body = "", .retry_after = "0"}},
    };
    job_worker *w = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        job_fault(w, ACQUIRE, cases[i].fault);
        worked_all_the_same(w, cases[i].name);
        next_crew(w);
    }
}

/* An answer beyond the client's limit is not read to its end. */
static void test_huge_answer(void **state)
{
    job_worker *w = *state;
    kf_client_options options = job_options(w);
    kf_client *client = NULL;
    options.max_response_bytes = 100000;
    CREW_OK(&w->crew, flowable_client_new(&options, &client, &w->crew.error));
    w->crew.client = client;
    job_fault(w, ACQUIRE, (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_HUGE});
    worked_all_the_same(w, "10 GiB");
    crew_dismiss(&w->crew);
    kf_client_free(client);
}

static void test_broken_connections(void **state)
{
    static const struct {
        const char *name;
        kf_proxy_fault fault;
    } cases[] = {
        {"reset before the answer", {.kind = KF_PROXY_RESET, .times = 1}},
        {"reset within the headers", {.kind = KF_PROXY_RESET, .at = 40, .times = 1}},
        {"cut within the headers", {.kind = KF_PROXY_CUT, .at = 40, .times = 1}},
        {"cut within the body", {.kind = KF_PROXY_CUT, .at = 400, .times = 1}},
        {"reset within the request", {.kind = KF_PROXY_RESET, .direction = KF_PROXY_REQUEST, .at = 60, .times = 1}},
        {"garbage in the status", {.kind = KF_PROXY_GARBAGE, .at = 0, .times = 1}},
        {"an answer that stalls", {.kind = KF_PROXY_STALL, .at = 300, .times = 1}},
        {"no answer", {.kind = KF_PROXY_DROP, .times = 1}},
    };
    job_worker *w = *state;
    const kf_client_options options = job_options(w);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        crew *c = &w->crew;
        const kf_topic topic = long_lock(c);
        kf_worker_options worker = crew_options(c);
        worker.request_ms = 300;
        crew_through_proxy(c, kf_sandbox_port(w->sandbox), &options);
        job_start(w, "single", NULL, 1);
        assert_true(kf_proxy_set_fault(c->proxy, &cases[i].fault));
        crew_start(c, &worker, &topic, 1);
        WAIT_DONE(w);
        crew_stop(c);
        if (c->calls != 1 || kf_watch_count(c->watch, KF_WORKER_ACQUIRE_FAILED) < 1 ||
            kf_sandbox_flowable_locked(w->sandbox, NULL) != 0)
            fail_msg("%s: handled %d times, %d failures told", cases[i].name, c->calls,
                     kf_watch_count(c->watch, KF_WORKER_ACQUIRE_FAILED));
        next_crew(w);
    }
}

/* Nobody listens, for a while. */
static void test_refused_connections(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    const kf_client_options options = job_options(w);
    const kf_proxy_fault refuse = {.kind = KF_PROXY_REFUSE};
    crew_through_proxy(c, kf_sandbox_port(w->sandbox), &options);
    assert_true(kf_proxy_set_fault(c->proxy, &refuse));
    job_start(w, "single", NULL, 1);
    crew_start_one(c, "single", handle_complete);
    WAIT_UNTIL(crew_stats(c).polls_failed >= 4);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_ACQUIRE_FAILED), 1);
    assert_int_equal(kf_watch_last(c->watch, KF_WORKER_ACQUIRE_FAILED)->status, KF_ERROR_CONNECT);
    assert_true(kf_proxy_set_fault(c->proxy, NULL));
    WAIT_DONE(w);
    crew_stop(c);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_RECOVERED), 1);
    assert_int_equal(crew_stats(c).undone, 0); /* nothing was sent */
}

/* Flowable 6.8 has no request for giving back: the jobs of a lost acquire are looked for, and given back one by one. */
static void test_undo_without_unacquire(void **state)
{
    job_worker *w = *state;
    job_fault(w, UNACQUIRE,
              (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER,
                                      .times = -1,
                                      .status = 404,
                                      .body = "{\"timestamp\":\"2026-01-01T00:00:00.000+00:00\",\"status\":404,"
                                              "\"error\":\"Not Found\",\"path\":\"/x\"}"});
    job_fault(w, ACQUIRE, (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_AFTER});
    worked_all_the_same(w, "without unacquire");
    assert_int_equal(crew_stats(&w->crew).undone, 1);
    assert_int_equal(job_counts(w).failed, 1); /* a failure that costs no retry */
}

/* Undoing is tried until it works. */
static void test_undo_is_repeated(void **state)
{
    job_worker *w = *state;
    job_fault(w, "flowable.listExternalWorkerJobs",
              (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .times = -1, .status = 503, .body = ""});
    job_fault(w, UNACQUIRE,
              (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .times = 3, .status = 503, .body = ""});
    job_fault(w, ACQUIRE, (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_AFTER});
    worked_all_the_same(w, "undoing fails");
    assert_true(kf_sandbox_requests(w->sandbox, UNACQUIRE) >= 4);
}

/* A wrong password is told once, with a long wait until the next request; when it is accepted, all goes on. */
static void test_wrong_password(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    assert_int_equal(kf_sandbox_flowable_set_password(w->sandbox, "another"), KF_OK);
    job_start(w, "single", NULL, 1);
    crew_start_one(c, "single", handle_complete);
    WAIT_EVENT(c, KF_WORKER_ACQUIRE_FAILED, 1);
    const kf_worker_event *event = kf_watch_last(c->watch, KF_WORKER_ACQUIRE_FAILED);
    assert_int_equal(event->status, KF_ERROR_AUTH);
    assert_int_equal(event->http_status, 401);
    assert_true(event->milliseconds >= 1000);
    assert_null(strstr(event->message, KF_SANDBOX_FLOWABLE_PASSWORD));
    assert_int_equal(kf_sandbox_flowable_set_password(w->sandbox, KF_SANDBOX_FLOWABLE_PASSWORD), KF_OK);
    WAIT_DONE(w);
    crew_stop(c);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_ACQUIRE_FAILED), 1);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_RECOVERED), 1);
    assert_int_equal(crew_stats(c).completed, 1);
}

static int next_token(char *token, size_t size, int64_t *expires_ms, void *user)
{
    atomic_int *asked = user;
    (void)expires_ms;
    snprintf(token, size, "token-%d", atomic_fetch_add(asked, 1));
    return 0;
}

/* A token that is refused is renewed once within the request: that is no failure. */
static void test_token_expires(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    atomic_int asked = 0;
    kf_client *client = NULL;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    const kf_sandbox_options with_token = {.size = sizeof(with_token), .token = "token-1", .flowable_sweep_ms = 10};
    kf_sandbox_stop(w->sandbox);
    assert_int_equal(kf_sandbox_start(&with_token, &w->sandbox, NULL), KF_OK);
    options.base_url = kf_sandbox_flowable_url(w->sandbox);
    options.allow_http = true;
    options.token_provider = next_token;
    options.token_provider_user = &asked;
    CREW_OK(c, flowable_client_new(&options, &client, &c->error));
    c->client = client;
    job_start(w, "single", NULL, 1);
    crew_start_one(c, "single", handle_complete);
    WAIT_DONE(w);
    crew_stop(c);
    crew_dismiss(c);
    kf_client_free(client);
    assert_int_equal(asked, 2);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_ACQUIRE_FAILED), 0);
}

/* A topic that was wrong from the first is polled no more; the others go on, also after an answer that blames them:
 * their settings were right before. */
static void test_wrong_settings_end_a_topic(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    kf_topic topics[] = {crew_topic(c, "first", handle_complete), crew_topic(c, "single", handle_complete)};
    const kf_sandbox_fault_spec wrong = {.kind = KF_SANDBOX_FAULT_ANSWER,
                                         .status = 400,
                                         .body = "{\"message\":\"Bad request\",\"exception\":\"topic is required\"}"};
    job_start(w, "single", NULL, 1);
    job_fault(w, ACQUIRE, wrong);
    crew_start(c, NULL, topics, 2);
    WAIT_EVENT(c, KF_WORKER_TOPIC_ENDED, 1);
    assert_string_equal(kf_watch_last(c->watch, KF_WORKER_TOPIC_ENDED)->topic, "first");
    assert_non_null(strstr(kf_watch_last(c->watch, KF_WORKER_TOPIC_ENDED)->message, "topic is required"));
    WAIT_DONE(w);
    job_fault(w, ACQUIRE, wrong);
    WAIT_EVENT(c, KF_WORKER_ACQUIRE_FAILED, 1);
    assert_string_equal(kf_watch_last(c->watch, KF_WORKER_ACQUIRE_FAILED)->topic, "single");
    crew_stop(c);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_TOPIC_ENDED), 1);
}

/* Only the free slots are asked for. */
static void test_no_more_than_room(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    kf_worker_options options = crew_options(c);
    const kf_topic topic = crew_topic(c, "single", handle_gated);
    options.threads = 3;
    options.max_prefetch = -1;
    job_start(w, "single", NULL, 10);
    crew_start(c, &options, &topic, 1);
    assert_true(kf_gate_wait(c->gate, 3));
    assert_int_equal(kf_sandbox_flowable_locked(w->sandbox, "kuflow/"), 3);
    assert_int_equal(crew_stats(c).slots_free, 0);
    kf_gate_open(c->gate);
    WAIT_DONE(w);
    crew_stop(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOB_TEST(test_answers_that_are_none),
        JOB_TEST(test_huge_answer),
        JOB_TEST(test_broken_connections),
        JOB_TEST(test_refused_connections),
        JOB_TEST(test_undo_without_unacquire),
        JOB_TEST(test_undo_is_repeated),
        JOB_TEST(test_wrong_password),
        JOB_TEST(test_token_expires),
        JOB_TEST(test_wrong_settings_end_a_topic),
        JOB_TEST(test_no_more_than_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
