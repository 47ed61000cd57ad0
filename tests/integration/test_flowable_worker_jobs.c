/* Jobs that are odd, or cannot be read at all. */
#include "job_worker.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The next acquire locks the first job, and is answered with this instead; "%s" stands for the job's id. */
static void replace_answer(job_worker *w, const char *format)
{
    char id[KF_UUID_TEXT_SIZE];
    const size_t size = strlen(format) + sizeof(id);
    char *body = malloc(size);
    assert_non_null(body);
    job_id(w, id);
    snprintf(body, size, format, id);
    job_fault(w, ACQUIRE, (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_REPLACE, .body = body});
    free(body);
}

/* Completes; on a second try, only if the first one was failed for what it was. */
static kf_outcome handle_second_try(kf_job *job, void *user)
{
    crew *c = user;
    const char *before = flowable_job_model(job)->exception_message;
    atomic_fetch_add(&c->calls, 1);
    return before != NULL && strstr(before, "cannot be read") != NULL ? kf_job_complete(job)
                                                                      : kf_job_fail(job, "came as new");
}

/* A job that cannot be read is failed with the reason, wherever in it the trouble is and however its members are
 * ordered. */
static void test_unreadable_jobs_are_failed(void **state)
{
    static const char *const bodies[] = {
        "[{\"id\":\"%s\",\"retries\":3,\"elementName\":\"\\ud83d\"}]",
        "[{\"id\":\"%s\",\"retries\":3,\"variables\":[{\"name\":\"\\u0000\"}]}]",
        "[{\"elementName\":\"\\udc00 ]},{ \\\"\", \"retries\":3 , \"id\" : \"%s\"}]",
        "[{\"id\":\"%s\",\"retries\":\"three\"}]",
        "[{\"retries\":1,\"retries\":2,\"url\":\"x\",\"id\":\"%s\"}]",
        "[{\"variables\":{\"id\":\"wrong\"},\"id\":\"%s\"}]",
    };
    job_worker *w = *state;
    crew *c = &w->crew;
    const int count = sizeof(bodies) / sizeof(bodies[0]);
    for (int i = 0; i < count; i++) {
        job_start(w, "single", NULL, 1);
        replace_answer(w, bodies[i]);
        crew_start_one(c, "single", handle_second_try);
        WAIT_DONE(w);
        crew_stop(c);
        assert_int_equal(kf_watch_count(c->watch, KF_WORKER_BAD_JOB), i + 1);
        assert_int_equal(c->calls, i + 1);
        assert_int_equal(crew_stats(c).bad_jobs, 1);
        assert_int_equal(crew_stats(c).failed, 1);
        crew_dismiss(c);
    }
}

/* So is one that is nested too deep. */
static void test_deep_job(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    char body[4096] = "[{\"id\":\"%s\",\"variables\":[{\"name\":\"x\",\"type\":\"json\",\"value\":";
    for (int i = 0; i < 1400; i++)
        strcat(body, i < 700 ? "[" : "]");
    strcat(body, "}]}]");
    job_start(w, "single", NULL, 1);
    replace_answer(w, body);
    crew_start_one(c, "single", handle_second_try);
    WAIT_DONE(w);
    crew_stop(c);
    assert_int_equal(c->calls, 1);
    assert_int_equal(crew_stats(c).failed, 1);
}

static kf_outcome handle_good(kf_job *job, void *user)
{
    crew *c = user;
    atomic_fetch_add(&c->calls, kf_job_retries(job) == 3 ? 1 : 100);
    return kf_job_complete(job);
}

/* What cannot be read does not cost the jobs beside it. */
static void test_bad_elements_of_a_batch(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    job_start(w, "single", NULL, 1);
    replace_answer(w, "[5,{\"id\":7},{\"url\":\"x\",\"elementName\":\"\\ud83d\"},null,[{\"id\":\"1\"}],{\"id\":null},"
                      "{\"id\":\"%s\",\"retries\":3}]");
    crew_start_one(c, "single", handle_good);
    WAIT_DONE(w);
    crew_stop(c);
    assert_int_equal(c->calls, 1);
    assert_int_equal(crew_stats(c).bad_jobs, 6);
    assert_int_equal(crew_stats(c).failed, 0);
    assert_string_equal(kf_watch_last(c->watch, KF_WORKER_BAD_JOB)->job_id, "");
}

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return kf_job_fail(job, #condition);                                                                       \
    } while (0)

static kf_outcome handle_odd_variables(kf_job *job, void *user)
{
    const char *text = "as it was";
    int64_t whole = 0;
    double real = 0;
    bool truth = false;
    kf_time time = {0, 0};
    const cJSON *tree = NULL;
    (void)user;
    CHECK(kf_job_get_int64(job, "exact", &whole) == KF_OK && whole == INT64_C(9007199254740993));
    CHECK(kf_job_get_int64(job, "exponent", &whole) == KF_OK && whole == 100);
    CHECK(kf_job_get_int64(job, "fraction", &whole) == KF_ERROR_ARGUMENT && whole == 100);
    CHECK(kf_job_get_int64(job, "beyond", &whole) == KF_ERROR_ARGUMENT);
    CHECK(kf_job_get_double(job, "beyond", &real) == KF_OK && real == 1e22);
    CHECK(kf_job_get_double(job, "infinite", &real) == KF_ERROR_ARGUMENT && real == 1e22);
    CHECK(kf_job_get_string(job, "big", &text) == KF_OK && strcmp(text, "1.500") == 0);
    CHECK(kf_job_get_string(job, "null", &text) == KF_ERROR_NOT_FOUND && strcmp(text, "1.500") == 0);
    CHECK(kf_job_has(job, "null") && kf_job_get_json(job, "null", &tree) == KF_OK && cJSON_IsNull(tree));
    CHECK(kf_job_has(job, "absent") && kf_job_get_string(job, "absent", &text) == KF_ERROR_NOT_FOUND);
    CHECK(kf_job_has(job, "binary") && kf_job_get_json(job, "binary", &tree) == KF_OK && cJSON_IsNull(tree));
    CHECK(strcmp(flowable_job_variable(job, "binary")->type, "binary") == 0);
    CHECK(strcmp(flowable_job_variable(job, "new")->type, "complex") == 0);
    CHECK(kf_job_get_json(job, "new", &tree) == KF_OK && cJSON_GetObjectItem(tree, "re") != NULL);
    CHECK(kf_job_get_string(job, "twice", &text) == KF_OK && strcmp(text, "second") == 0);
    CHECK(kf_job_get_time(job, "instant", &time) == KF_OK && time.nanoseconds == 123456789);
    CHECK(kf_job_get_time(job, "local", &time) == KF_ERROR_ARGUMENT && strstr(kf_job_error(job), "local") != NULL);
    CHECK(kf_job_get_string(job, "local", &text) == KF_OK && strcmp(text, "2026-02-28T09:30") == 0);
    CHECK(kf_job_get_bool(job, "exact", &truth) == KF_ERROR_ARGUMENT);
    CHECK(kf_job_get_string(job, "none", &text) == KF_ERROR_NOT_FOUND && strstr(kf_job_error(job), "none") != NULL);
    CHECK(kf_job_get_string(job, "half", &text) == KF_ERROR_ARGUMENT);
    CHECK(kf_job_get_json(job, "half", &tree) == KF_OK && strcmp(tree->valuestring, "\"\\ud83d\"") == 0);
    CHECK(kf_job_get_string(job, "nul", &text) == KF_ERROR_ARGUMENT);
    CHECK(kf_job_get_string(job, "", &text) == KF_OK && strcmp(text, "nameless") == 0);
    CHECK(strcmp(flowable_job_model(job)->element_id, "work") == 0 && *kf_job_instance_id(job) == '\0');
    return kf_job_complete(job);
}

static void test_odd_variables(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    job_start(w, "single", NULL, 1);
    replace_answer(w, "[{\"id\":\"%s\",\"elementId\":\"work\",\"variables\":["
                      "{\"name\":\"exact\",\"type\":\"long\",\"value\":9007199254740993},"
                      "{\"name\":\"exponent\",\"type\":\"integer\",\"value\":1e2},"
                      "{\"name\":\"fraction\",\"type\":\"double\",\"value\":1.5},"
                      "{\"name\":\"beyond\",\"type\":\"double\",\"value\":1.0E22},"
                      "{\"name\":\"infinite\",\"type\":\"double\",\"value\":\"Infinity\"},"
                      "{\"name\":\"big\",\"type\":\"bigDecimal\",\"value\":\"1.500\"},"
                      "{\"name\":\"null\",\"value\":null},"
                      "{\"name\":\"absent\",\"type\":\"string\"},"
                      "{\"name\":\"binary\",\"type\":\"binary\",\"value\":null},"
                      "{\"name\":\"new\",\"type\":\"complex\",\"value\":{\"re\":1,\"im\":2}},"
                      "{\"name\":\"twice\",\"type\":\"string\",\"value\":\"first\"},"
                      "{\"name\":\"twice\",\"type\":\"string\",\"value\":\"second\"},"
                      "{\"name\":\"instant\",\"type\":\"instant\",\"value\":\"2026-02-28T09:30:00.123456789Z\"},"
                      "{\"name\":\"local\",\"type\":\"localDateTime\",\"value\":\"2026-02-28T09:30\"},"
                      "{\"name\":\"half\",\"type\":\"string\",\"value\":\"\\ud83d\"},"
                      "{\"name\":\"nul\",\"type\":\"string\",\"value\":\"a\\u0000b\"},"
                      "{\"name\":\"\",\"type\":\"string\",\"value\":\"nameless\"}]}]");
    crew_start_one(c, "single", handle_odd_variables);
    WAIT_EVENT(c, KF_WORKER_JOB_HANDLED, 1);
    crew_stop(c);
    assert_int_equal(crew_stats(c).failed, 0);
    assert_int_equal(crew_stats(c).completed, 1);
}

static kf_outcome handle_no_variables(kf_job *job, void *user)
{
    crew *c = user;
    const char *text;
    CHECK(!kf_job_has(job, "x") && kf_job_get_string(job, "x", &text) == KF_ERROR_NOT_FOUND);
    atomic_fetch_add(&c->calls, 1);
    return kf_job_complete(job);
}

/* Variables that are null, or not there at all, are none. */
static void test_no_variables(void **state)
{
    static const char *const bodies[] = {"[{\"id\":\"%s\"}]", "[{\"id\":\"%s\",\"variables\":null}]",
                                         "[{\"id\":\"%s\",\"variables\":[]}]"};
    job_worker *w = *state;
    crew *c = &w->crew;
    for (int i = 0; i < 3; i++) {
        job_start(w, "single", NULL, 1);
        replace_answer(w, bodies[i]);
        crew_start_one(c, "single", handle_no_variables);
        WAIT_DONE(w);
        assert_int_equal(c->calls, i + 1);
        crew_dismiss(c);
    }
}

static bool refused(const kf_job *job, kf_status status, const char *word)
{
    return status == KF_ERROR_ARGUMENT && strstr(kf_job_error(job), word) != NULL;
}

/* What the server would change without a word is refused before anything is sent; the rest is sent. */
static kf_outcome handle_setting(kf_job *job, void *user)
{
    char name[300];
    cJSON *scalar = cJSON_CreateString("text");
    (void)user;
    memset(name, 'n', sizeof(name));
    name[256] = '\0';
    bool scalar_refused = refused(job, kf_job_set_json(job, "scalar", scalar), "scalar");
    cJSON_Delete(scalar);
    CHECK(scalar_refused);
    CHECK(refused(job, kf_job_set_double(job, "nan", NAN), "nan"));
    CHECK(refused(job, kf_job_set_double(job, "infinite", INFINITY), "infinite"));
    CHECK(refused(job, kf_job_set_time(job, "micro", (kf_time){0, 1000}), "micro"));
    CHECK(refused(job, kf_job_set_string(job, "latin", "\xFC"), "latin"));
    CHECK(kf_job_set_string(job, name, "x") == KF_ERROR_ARGUMENT &&
          kf_job_set_string(job, "", "x") == KF_ERROR_ARGUMENT);
    CHECK(flowable_variables_set_short(flowable_job_variables(job), "short", 32768, NULL) == KF_ERROR_ARGUMENT);
    CHECK(kf_job_set_int64(job, "kept", 1) == KF_OK && kf_job_set_string(job, "kept", "last") == KF_OK);
    CHECK(kf_job_set_time(job, "milli", (kf_time){1767323045, 678000000}) == KF_OK);
    CHECK(flowable_variables_set_short(flowable_job_variables(job), "short", 7, NULL) == KF_OK);
    CHECK(kf_job_bpmn_error(job, "\xFF") == KF_OUTCOME_REFUSED && strstr(kf_job_error(job), "UTF-8") != NULL);
    return kf_job_complete(job);
}

static kf_outcome handle_what_was_set(kf_job *job, void *user)
{
    const char *text = NULL;
    (void)user;
    CHECK(flowable_job_model(job)->variables_count == 3);
    CHECK(kf_job_get_string(job, "kept", &text) == KF_OK && strcmp(text, "last") == 0);
    CHECK(strcmp(flowable_job_variable(job, "short")->type, "short") == 0);
    CHECK(strcmp(flowable_job_variable(job, "milli")->type, "instant") == 0);
    CHECK(kf_job_get_string(job, "milli", &text) == KF_OK && strcmp(text, "2026-01-02T03:04:05.678Z") == 0);
    return kf_job_complete(job);
}

static void test_refused_values(void **state)
{
    job_worker *w = *state;
    crew *c = &w->crew;
    const kf_topic topics[] = {crew_topic(c, "first", handle_setting), crew_topic(c, "second", handle_what_was_set)};
    job_start(w, "sequence", NULL, 1);
    crew_start(c, NULL, topics, 2);
    WAIT_EVENT(c, KF_WORKER_JOB_HANDLED, 2);
    crew_stop(c);
    assert_int_equal(crew_stats(c).failed, 0);
    assert_int_equal(job_counts(w).instances, 0);
}

/* A megabyte each way. */
static kf_outcome handle_large(kf_job *job, void *user)
{
    crew *c = user;
    const cJSON *tree = NULL;
    CHECK(kf_job_get_json(job, "large", &tree) == KF_OK);
    CHECK(strlen(cJSON_GetStringValue(cJSON_GetArrayItem(tree, 0))) == 1000000);
    CHECK(kf_job_set_json(job, "large", tree) == KF_OK);
    atomic_fetch_add(&c->calls, 1);
    return kf_job_complete(job);
}

static void test_large_variable(void **state)
{
    static const char head[] = "[{\"name\":\"large\",\"type\":\"json\",\"value\":[\"";
    job_worker *w = *state;
    crew *c = &w->crew;
    const kf_topic topics[] = {crew_topic(c, "first", handle_large), crew_topic(c, "second", handle_large)};
    char *variables = malloc(1000100);
    assert_non_null(variables);
    strcpy(variables, head);
    memset(variables + strlen(head), 'x', 1000000);
    strcpy(variables + strlen(head) + 1000000, "\"]}]");
    job_start(w, "sequence", variables, 1);
    free(variables);
    crew_start(c, NULL, topics, 2);
    WAIT_DONE(w);
    crew_stop(c);
    assert_int_equal(c->calls, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOB_TEST(test_unreadable_jobs_are_failed),
        JOB_TEST(test_deep_job),
        JOB_TEST(test_bad_elements_of_a_batch),
        JOB_TEST(test_odd_variables),
        JOB_TEST(test_no_variables),
        JOB_TEST(test_refused_values),
        JOB_TEST(test_large_variable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
