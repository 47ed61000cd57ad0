/* Workers on the real server: processes and cases from start to end. */
#include "worker_support.h"

#include <stdio.h>
#include <string.h>

/* The handler of a process's first task: sees what the process began with, and sets one of each type. */
static kf_outcome handle_first(kf_job *job, void *user)
{
    const char *text = NULL;
    int64_t cents = 0;
    double rate = 0;
    bool urgent = false;
    kf_time due;
    const cJSON *tree = NULL;
    char time_text[KF_TIME_TEXT_SIZE];
    crew *c = user;
    if (kf_job_get_string(job, "customer", &text) != KF_OK || strcmp(text, "Grüße 👋") != 0 ||
        kf_job_get_int64(job, "cents", &cents) != KF_OK || cents != INT64_C(9007199254740993) ||
        kf_job_get_double(job, "rate", &rate) != KF_OK || rate != 30.3 ||
        kf_job_get_bool(job, "urgent", &urgent) != KF_OK || !urgent || kf_job_get_time(job, "due", &due) != KF_OK ||
        kf_job_get_json(job, "nothing", &tree) != KF_OK || !cJSON_IsNull(tree) || kf_job_has(job, "missing") ||
        !kf_job_has(job, "nothing"))
        return kf_job_fail(job, "a variable did not come as it was set");
    if (kf_time_format(due, time_text, NULL) != KF_OK || strcmp(time_text, "2026-01-02T03:04:05Z") != 0)
        return kf_job_fail(job, time_text);
    cJSON *list = cJSON_CreateStringArray((const char *[]){"a", "b"}, 2);
    const bool set = kf_job_set_string(job, "text", "läuft") == KF_OK &&
                     kf_job_set_int64(job, "long", INT64_MIN) == KF_OK &&
                     kf_job_set_double(job, "double", 0.1) == KF_OK && kf_job_set_bool(job, "bool", false) == KF_OK &&
                     kf_job_set_time(job, "time", due) == KF_OK && kf_job_set_json(job, "list", list) == KF_OK &&
                     kf_job_set_null(job, "customer") == KF_OK &&
                     flowable_variables_set_local_date(flowable_job_variables(job), "day", "2026-12-24", NULL) == KF_OK;
    cJSON_Delete(list);
    if (!set)
        return kf_job_fail(job, kf_job_error(job));
    atomic_fetch_add(&c->calls, 1);
    return kf_job_complete(job);
}

/* The handler of the second task sees what the first one set. */
static kf_outcome handle_second(kf_job *job, void *user)
{
    const char *text = NULL;
    int64_t whole = 0;
    double real = 0;
    bool truth = true;
    const cJSON *list = NULL;
    kf_time time;
    crew *c = user;
    const flowable_engine_rest_variable *day = flowable_job_variable(job, "day");
    if (kf_job_get_string(job, "text", &text) != KF_OK || strcmp(text, "läuft") != 0 ||
        kf_job_get_int64(job, "long", &whole) != KF_OK || whole != INT64_MIN ||
        kf_job_get_double(job, "double", &real) != KF_OK || real != 0.1 ||
        kf_job_get_bool(job, "bool", &truth) != KF_OK || truth || kf_job_get_time(job, "time", &time) != KF_OK ||
        time.seconds != 1767323045 || kf_job_get_json(job, "list", &list) != KF_OK || cJSON_GetArraySize(list) != 2 ||
        kf_job_get_string(job, "customer", &text) != KF_ERROR_NOT_FOUND || day == NULL ||
        strcmp(day->type, "localDate") != 0 || strcmp(cJSON_GetStringValue(day->value), "2026-12-24") != 0)
        return kf_job_fail(job, "a variable did not come as the first task set it");
    atomic_fetch_add(&c->calls, 1);
    return kf_job_complete(job);
}

static void test_process_from_start_to_end(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[ID_SIZE];
    const kf_topic topics[] = {crew_topic(c, "first", handle_first), crew_topic(c, "second", handle_second)};
    crew_start(c, NULL, topics, 2);
    start_process(w->f, "sequence",
                  "[{\"name\":\"customer\",\"value\":\"Grüße 👋\"},"
                  "{\"name\":\"cents\",\"type\":\"long\",\"value\":9007199254740993},"
                  "{\"name\":\"rate\",\"type\":\"double\",\"value\":30.3},"
                  "{\"name\":\"urgent\",\"type\":\"boolean\",\"value\":true},"
                  "{\"name\":\"due\",\"type\":\"date\",\"value\":\"2026-01-02T03:04:05Z\"},"
                  "{\"name\":\"nothing\",\"type\":\"string\",\"value\":null}]",
                  id);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 2);
    assert_int_equal(kf_watch_last(c->watch, KF_WORKER_JOB_DONE)->outcome, KF_OUTCOME_COMPLETED);
    assert_int_equal(c->calls, 2);
    WAIT_UNTIL(process_ended(w->f, id));
    cJSON *variable = history_variable(w->f, id, "list");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(variable, "type")), "json");
    cJSON_Delete(variable);
    crew_stop(c);
    const kf_worker_stats stats = crew_stats(c);
    assert_int_equal(stats.completed, 2);
    assert_int_equal(stats.failed, 0);
}

/* Terminates what shall be scrapped. */
static kf_outcome handle_build(kf_job *job, void *user)
{
    crew *c = user;
    if (strcmp(flowable_job_model(job)->scope_type, "cmmn") != 0 || *kf_job_instance_id(job) == '\0')
        return kf_job_fail(job, "not a job of a case");
    /* A job of a case cannot end so, which is refused before anything is sent, and leaves it open. */
    if (kf_job_bpmn_error(job, "E1") != KF_OUTCOME_REFUSED || strstr(kf_job_error(job), "case") == NULL)
        return kf_job_fail(job, "a BPMN error was not refused");
    return atomic_fetch_add(&c->calls, 1) == 0 ? kf_job_complete(job) : kf_job_cmmn_terminate(job);
}

static void test_case_from_start_to_end(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[2][ID_SIZE];
    kf_topic topics[] = {crew_topic(c, "build", handle_build), crew_topic(c, "polish", handle_complete),
                         crew_topic(c, "scrap", handle_complete)};
    topics[0].scope_type = "cmmn";
    crew_start(c, NULL, topics, 3);
    for (int i = 0; i < 2; i++)
        start_case(w->f, id[i]);
    for (int i = 0; i < 2; i++)
        WAIT_UNTIL(process_ended(w->f, id[i]));
    crew_stop(c);
    const kf_worker_stats stats = crew_stats(c);
    assert_int_equal(stats.completed, 3); /* build and polish of one, scrap of the other */
    assert_int_equal(stats.terminated, 1);
    assert_int_equal(stats.acquired, 4);
}

/* A topic for jobs of cases leaves those of processes alone, and the other way round. */
static void test_scope_type(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char process[ID_SIZE], with_case[ID_SIZE];
    kf_topic topics[] = {crew_topic(c, "single", handle_complete), crew_topic(c, "build", handle_complete),
                         crew_topic(c, "first", handle_complete)};
    topics[0].scope_type = "cmmn";
    topics[1].scope_type = "bpmn";
    topics[2].scope_type = "bpmn";
    start_process(w->f, "single", NULL, process);
    start_case(w->f, with_case);
    start_process(w->f, "sequence", NULL, NULL);
    crew_start(c, NULL, topics, 3);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 1);
    WAIT_UNTIL(crew_stats(c).polls_empty >= 4);
    crew_stop(c);
    assert_int_equal(crew_stats(c).acquired, 1);
    assert_false(process_ended(w->f, process) || process_ended(w->f, with_case));
}

static kf_outcome handle_fail(kf_job *job, void *user)
{
    crew *c = user;
    static const kf_failure failure = {.message = "no ink", .details = "the left one"};
    atomic_fetch_add(&c->calls, 1);
    return kf_job_fail_with(job, &failure);
}

static void test_failures_end_as_dead_letter(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    start_process(w->f, "single", NULL, NULL);
    crew_start_one(c, "single", handle_fail);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 3);
    const kf_worker_event *last = kf_watch_last(c->watch, KF_WORKER_JOB_DONE);
    assert_int_equal(last->outcome, KF_OUTCOME_FAILED);
    WAIT_UNTIL(is_dead_letter(w->f, last->job_id));
    cJSON *letters = engine_list(w->f, "/process-api/management/deadletter-jobs", "id", last->job_id);
    const cJSON *letter = cJSON_GetArrayItem(letters, 0);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(letter, "exceptionMessage")), "no ink");
    cJSON_Delete(letters);
    crew_stop(c);
    assert_int_equal(c->calls, 3);
    assert_int_equal(crew_stats(c).failed, 3);
}

/* Never again, and with a message that is longer than what is kept and not all UTF-8. */
static kf_outcome handle_give_up(kf_job *job, void *user)
{
    char message[6001];
    (void)user;
    /* 4 bytes, 2 characters in Java, each; the cut would be within one of them. */
    memcpy(message, "\xFF", 1);
    for (size_t i = 1; i + 4 <= 6000; i += 4)
        memcpy(message + i, "\xF0\x9F\x98\x80", 4);
    message[5997] = '\0';
    const kf_failure failure = {.message = message, .details = "bad \xC3 byte", .retries = KF_INT32(0)};
    const kf_failure senseless = {.message = "x", .retries = KF_INT32(-5)};
    if (kf_job_fail_with(job, &senseless) != KF_OUTCOME_REFUSED)
        return kf_job_complete(job);
    return kf_job_fail_with(job, &failure);
}

static void test_give_up_at_once(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    start_process(w->f, "single", NULL, NULL);
    crew_start_one(c, "single", handle_give_up);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 1);
    const char *id = kf_watch_last(c->watch, KF_WORKER_JOB_DONE)->job_id;
    WAIT_UNTIL(is_dead_letter(w->f, id));
    cJSON *letters = engine_list(w->f, "/process-api/management/deadletter-jobs", "id", id);
    const char *message = cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(letters, 0), "exceptionMessage"));
    assert_non_null(message);
    assert_int_equal(strlen(message), 1 + 999 * 4);
    assert_memory_equal(message, "?\xF0\x9F\x98\x80", 5);
    cJSON_Delete(letters);
    crew_stop(c);
    assert_int_equal(crew_stats(c).failed, 1);
}

/* Fails once, then completes. */
static kf_outcome handle_second_try(kf_job *job, void *user)
{
    crew *c = user;
    const kf_failure failure = {.message = "not yet", .delay_ms = KF_INT64(200)};
    if (atomic_fetch_add(&c->calls, 1) == 0)
        return kf_job_fail_with(job, &failure);
    if (kf_job_retries(job) != 2 || strcmp(flowable_job_model(job)->exception_message, "not yet") != 0)
        return kf_job_fail(job, "the failure was not kept");
    return kf_job_complete(job);
}

static void test_failure_with_delay(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[ID_SIZE];
    start_process(w->f, "single", NULL, id);
    crew_start_one(c, "single", handle_second_try);
    WAIT_UNTIL(process_ended(w->f, id));
    crew_stop(c);
    assert_int_equal(c->calls, 2);
}

static kf_outcome handle_bpmn_error(kf_job *job, void *user)
{
    (void)user;
    if (kf_job_cmmn_terminate(job) != KF_OUTCOME_REFUSED)
        return kf_job_fail(job, "terminating a job of a process was not refused");
    kf_job_set_string(job, "why", "the paper is wet");
    return kf_job_bpmn_error(job, strcmp(kf_job_topic(job), "risky") == 0 ? "E1" : NULL);
}

static kf_outcome handle_rescue(kf_job *job, void *user)
{
    const char *why = NULL;
    (void)user;
    if (kf_job_get_string(job, "why", &why) != KF_OK || strcmp(why, "the paper is wet") != 0)
        return kf_job_fail(job, "the variables of the BPMN error did not come");
    return kf_job_complete(job);
}

static void test_bpmn_errors_are_caught(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char with_code[ID_SIZE], any[ID_SIZE];
    const kf_topic topics[] = {crew_topic(c, "risky", handle_bpmn_error), crew_topic(c, "riskyAny", handle_bpmn_error),
                               crew_topic(c, "rescue", handle_rescue), crew_topic(c, "rescueAny", handle_rescue)};
    start_process(w->f, "caught", NULL, with_code);
    start_process(w->f, "caughtAny", NULL, any);
    crew_start(c, NULL, topics, 4);
    WAIT_UNTIL(process_ended(w->f, with_code) && process_ended(w->f, any));
    crew_stop(c);
    const kf_worker_stats stats = crew_stats(c);
    assert_int_equal(stats.bpmn_errors, 2);
    assert_int_equal(stats.completed, 2);
}

/* Siblings that block each other are all worked, and it is told once why this is slow. */
static void test_exclusive_siblings(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char ids[4][ID_SIZE];
    for (int i = 0; i < 4; i++)
        start_process(w->f, "siblings", NULL, ids[i]);
    crew_start_one(c, "siblings", handle_complete);
    for (int i = 0; i < 4; i++)
        WAIT_UNTIL(process_ended(w->f, ids[i]));
    crew_stop(c);
    assert_int_equal(crew_stats(c).completed, 12);
    assert_int_equal(c->calls, 12);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_EXCLUSIVE), 1);
    assert_non_null(strstr(kf_watch_last(c->watch, KF_WORKER_EXCLUSIVE)->message, "exclusive"));
    assert_true(crew_stats(c).exclusive_blocked > 0);
}

/* Siblings that are not exclusive run at once. */
static void test_parallel_siblings(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[ID_SIZE];
    start_process(w->f, "parallel", NULL, id);
    crew_start_one(c, "parallel", handle_gated);
    assert_true(kf_gate_wait(c->gate, 3));
    kf_gate_open(c->gate);
    WAIT_UNTIL(process_ended(w->f, id));
    crew_stop(c);
    assert_int_equal(kf_watch_count(c->watch, KF_WORKER_EXCLUSIVE), 0);
}

/* The first time it is given back, which costs no retry and does not block its instance. */
static kf_outcome handle_second_time(kf_job *job, void *user)
{
    crew *c = user;
    if (kf_job_retries(job) != 3)
        return kf_job_fail(job, "giving back used up a retry");
    return atomic_fetch_add(&c->calls, 1) == 0 ? kf_job_give_back(job) : kf_job_complete(job);
}

static void test_give_back(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[ID_SIZE];
    start_process(w->f, "siblings", NULL, id);
    crew_start_one(c, "siblings", handle_second_time);
    WAIT_UNTIL(process_ended(w->f, id)); /* long before the lock's five minutes are over */
    crew_stop(c);
    assert_int_equal(c->calls, 4);
    assert_int_equal(crew_stats(c).given_back, 1);
    assert_int_equal(crew_stats(c).failed, 0);
}

static kf_outcome handle_detach(kf_job *job, void *user)
{
    crew *c = user;
    kf_outcome outcome = kf_job_detach(job);
    c->detached = job;
    kf_gate_pass(c->gate); /* the gate is open; it counts */
    return outcome;
}

static void test_detached_job(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char id[ID_SIZE];
    start_process(w->f, "single", NULL, id);
    kf_gate_open(c->gate);
    crew_start_one(c, "single", handle_detach);
    assert_true(kf_gate_wait(c->gate, 1));
    assert_int_equal(kf_job_set_string(c->detached, "by", "another thread"), KF_OK);
    assert_int_equal(kf_job_complete(c->detached), KF_OUTCOME_COMPLETED);
    assert_int_equal(kf_job_complete(c->detached), KF_OUTCOME_REFUSED);
    kf_job_free(c->detached);
    WAIT_UNTIL(process_ended(w->f, id));
    cJSON *variable = history_variable(w->f, id, "by");
    assert_non_null(variable);
    cJSON_Delete(variable);
    crew_stop(c);
}

/* A loop of the caller's own. */
static void test_poll_once(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    const int instances = 20;
    int handled = 0;
    const kf_topic topic = crew_topic(c, "single", handle_complete);
    kf_worker_options options = crew_options(c);
    options.threads = -1;
    for (int i = 0; i < instances; i++)
        start_process(w->f, "single", NULL, NULL);
    crew_make(c, &options, &topic, 1);
    for (int sum = 0, rounds = 0; sum < instances; sum += handled) {
        CREW_OK(c, kf_worker_poll_once(c->worker, 1000, &handled, &c->error));
        assert_true(++rounds < 100);
    }
    assert_int_equal(c->calls, instances);
    kf_worker_request_stop(c->worker);
    assert_int_equal(kf_worker_poll_once(c->worker, 60000, &handled, &w->f->error), KF_ERROR_CANCELLED);
    CREW_OK(c, kf_worker_stop(c->worker, 0, NULL, &c->error));
    assert_int_equal(crew_stats(c).completed, instances);
    assert_int_equal(locked_jobs(w->f), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKER_TEST(test_process_from_start_to_end),
        WORKER_TEST(test_case_from_start_to_end),
        WORKER_TEST(test_scope_type),
        WORKER_TEST(test_failures_end_as_dead_letter),
        WORKER_TEST(test_give_up_at_once),
        WORKER_TEST(test_failure_with_delay),
        WORKER_TEST(test_bpmn_errors_are_caught),
        WORKER_TEST(test_exclusive_siblings),
        WORKER_TEST(test_parallel_siblings),
        WORKER_TEST(test_give_back),
        WORKER_TEST(test_detached_job),
        WORKER_TEST(test_poll_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
