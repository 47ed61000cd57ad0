/* The KuFlow worker against a scripted server: what it sends, byte for byte, and when it announces itself. */
#include "task_server.h"

#include <math.h>
#include <string.h>

static kf_outcome just_complete(kf_job *job, void *user)
{
    (void)user;
    return kf_job_complete(job);
}

/* Registration */

static void test_registration_says_who(void **state)
{
    (void)state;
    static task_setup s;
    static const char *const robots[] = {OWNER_ID};
    memset(&s, 0, sizeof(s));
    kuflow_worker_options kuflow = KUFLOW_WORKER_OPTIONS_INIT;
    kuflow.tenant_id = TASK_ID;
    kuflow.hostname = "host.example";
    kuflow.ip = "10.1.2.3";
    kuflow.task_queue = "queue";
    kuflow.identity = "me@host";
    kuflow.installation_id = OWNER_ID;
    kuflow.robot_ids = (kf_string_list){robots, 1};
    task_begin(&s, &kuflow, just_complete);
    assert_int_equal(s.fake.registrations, 0);
    task_pass(&s, 0);
    assert_int_equal(s.fake.registrations, 1);
    assert_string_equal(s.fake.registration,
                        "{\"identity\":\"me@host\",\"taskQueue\":\"queue\",\"hostname\":\"host.example\","
                        "\"ip\":\"10.1.2.3\",\"installationId\":\"" OWNER_ID "\",\"robotIds\":[\"" OWNER_ID
                        "\"],\"tenantId\":\"" TASK_ID "\"}");
    task_end(&s);
}

static void test_registration_has_defaults(void **state)
{
    (void)state;
    static task_setup s;
    char text[256];
    memset(&s, 0, sizeof(s));
    task_begin(&s, NULL, just_complete);
    task_pass(&s, 0);
    task_member(text, sizeof(text), s.fake.registration, "identity");
    assert_memory_equal(text, "unit@", 5);
    assert_true(strlen(text) > 5);
    task_member(text, sizeof(text), s.fake.registration, "taskQueue");
    assert_string_equal(text, "unit");
    task_member(text, sizeof(text), s.fake.registration, "hostname");
    assert_true(strlen(text) > 0);
    task_member(text, sizeof(text), s.fake.registration, "ip");
    assert_in_range(strlen(text), 7, 40);
    task_end(&s);
}

static void test_registration_is_repeated(void **state)
{
    (void)state;
    static task_setup s;
    memset(&s, 0, sizeof(s));
    task_begin(&s, NULL, just_complete);
    task_pass(&s, 0);
    task_pass(&s, 299000);
    assert_int_equal(s.fake.registrations, 1);
    task_pass(&s, 1000);
    assert_int_equal(s.fake.registrations, 2);

    s.fake.window = "60";
    task_pass(&s, 300000);
    assert_int_equal(s.fake.registrations, 3);
    task_pass(&s, 59000);
    assert_int_equal(s.fake.registrations, 3);
    static const char *const nonsense[] = {"", "0", "-5", "1.5", "soon", "99999999999", "86401", "30 s"};
    for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        s.fake.window = nonsense[i];
        int before = s.fake.registrations;
        task_pass(&s, 1000);
        assert_int_equal(s.fake.registrations, before + 1);
        task_pass(&s, 59000);
        assert_int_equal(s.fake.registrations, before + 1);
    }
    assert_int_equal(s.fake.event_count, 1); /* the first time only */
    assert_int_equal(s.fake.kinds[0], KF_WORKER_REGISTERED);
    task_end(&s);
}

static void test_registration_backs_off(void **state)
{
    (void)state;
    static task_setup s;
    static const int64_t waits[] = {2500, 6250, 15625, 39062, 97656, 244140, 300000, 300000};
    memset(&s, 0, sizeof(s));
    task_begin(&s, NULL, just_complete);
    s.fake.register_status = 500;
    task_pass(&s, 0);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(s.fake.registrations, i + 1);
        assert_int_equal(s.fake.kinds[i], KF_WORKER_REGISTRATION_FAILED);
        assert_int_equal(s.fake.waits[i], waits[i]);
        task_pass(&s, waits[i] - 1000);
        assert_int_equal(s.fake.registrations, i + 1);
        if (i == 7)
            s.fake.register_status = 200;
        task_pass(&s, 1000);
    }
    assert_int_equal(s.fake.registrations, 9);
    assert_int_equal(s.fake.completions, 1); /* it worked all the time */
    assert_int_equal(s.fake.event_count, 9);
    assert_int_equal(s.fake.kinds[8], KF_WORKER_REGISTERED);
    assert_int_equal(s.fake.waits[8], 300000);
    task_end(&s);
}

static void test_registration_can_be_left_out(void **state)
{
    (void)state;
    static task_setup s;
    memset(&s, 0, sizeof(s));
    kuflow_worker_options kuflow = KUFLOW_WORKER_OPTIONS_INIT;
    kuflow.no_registration = true;
    task_begin(&s, &kuflow, just_complete);
    task_pass(&s, 0);
    task_pass(&s, 600000);
    assert_int_equal(s.fake.registrations, 0);
    assert_int_equal(s.fake.completions, 1);
    task_end(&s);
}

/* A login that is wrong, and then right again. */
static void test_a_wrong_login_is_told_once(void **state)
{
    (void)state;
    static task_setup s;
    memset(&s, 0, sizeof(s));
    task_begin(&s, NULL, just_complete);
    s.fake.list_status = 401;
    s.fake.register_status = 401;
    for (int i = 0; i < 20; i++)
        task_pass(&s, 60000);
    assert_int_equal(s.fake.troubles, 1);
    assert_int_equal(s.fake.completions, 0);
    s.fake.list_status = 200;
    s.fake.register_status = 200;
    for (int i = 0; i < 5; i++)
        task_pass(&s, 60000);
    assert_int_equal(s.fake.troubles, 1);
    assert_int_equal(s.fake.recoveries, 1);
    assert_int_equal(s.fake.completions, 1);
    task_end(&s);
}

/* Data */

static kf_outcome set_all(kf_job *job, void *user)
{
    (void)user;
    cJSON *list = cJSON_Parse("[1,{\"a\":null}]");
    assert_int_equal(kf_job_set_int64(job, "big", INT64_MAX), KF_OK);
    assert_int_equal(kf_job_set_string(job, "a/b~c", "first"), KF_OK);
    assert_int_equal(kf_job_set_string(job, "a/b~c", "\"Ü\""), KF_OK); /* the last one counts */
    assert_int_equal(kf_job_set_double(job, "", 0.1), KF_OK);
    assert_int_equal(kf_job_set_bool(job, "no", false), KF_OK);
    assert_int_equal(kf_job_set_time(job, "at", (kf_time){1767225600, 500000000}), KF_OK);
    assert_int_equal(kf_job_set_null(job, "none"), KF_OK);
    assert_int_equal(kf_job_set_json(job, "list", list), KF_OK);
    cJSON_Delete(list);
    assert_int_equal(kf_job_set_double(job, "bad", INFINITY), KF_ERROR_ARGUMENT);
    assert_string_not_equal(kf_job_error(job), "");
    assert_int_equal(kf_job_set_string(job, "bad", "\xff"), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_job_set_string(job, "\xff", "bad"), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_job_set_time(job, "bad", (kf_time){INT64_MAX, 0}), KF_ERROR_ARGUMENT);
    return kf_job_complete(job);
}

static void test_data_is_patched_exactly(void **state)
{
    (void)state;
    static task_setup s;
    memset(&s, 0, sizeof(s));
    s.fake.task = "\"data\":{\"value\":{\"x\":1}}";
    task_begin(&s, NULL, set_all);
    task_pass(&s, 0);
    assert_string_equal(s.fake.data_method, "PATCH");
    assert_string_equal(s.fake.data, "[{\"op\":\"add\",\"path\":\"/big\",\"value\":9223372036854775807},"
                                     "{\"op\":\"add\",\"path\":\"/a~1b~0c\",\"value\":\"\\\"Ü\\\"\"},"
                                     "{\"op\":\"add\",\"path\":\"/\",\"value\":0.1},"
                                     "{\"op\":\"add\",\"path\":\"/no\",\"value\":false},"
                                     "{\"op\":\"add\",\"path\":\"/at\",\"value\":\"2026-01-01T00:00:00.500Z\"},"
                                     "{\"op\":\"add\",\"path\":\"/none\",\"value\":null},"
                                     "{\"op\":\"add\",\"path\":\"/list\",\"value\":[1,{\"a\":null}]}]");
    assert_int_equal(s.fake.completions, 1);
    task_end(&s);
}

static void test_data_that_was_not_there_is_put(void **state)
{
    (void)state;
    static const char *const none[] = {"", "\"data\":null", "\"data\":{\"value\":null}"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        static task_setup s;
        memset(&s, 0, sizeof(s));
        s.fake.task = none[i];
        task_begin(&s, NULL, set_all);
        task_pass(&s, 0);
        assert_string_equal(s.fake.data_method, "PUT");
        assert_string_equal(s.fake.data, "{\"data\":{\"value\":{\"big\":9223372036854775807,\"a/b~c\":\"\\\"Ü\\\"\","
                                         "\"\":0.1,\"no\":false,\"at\":\"2026-01-01T00:00:00.500Z\",\"none\":null,"
                                         "\"list\":[1,{\"a\":null}]}}}");
        task_end(&s);
    }
}

static kf_outcome get_all(kf_job *job, void *user)
{
    int64_t whole = 7;
    double real = 0;
    bool yes = false;
    kf_time at;
    const char *text = NULL;
    const cJSON *tree = NULL;
    (void)user;
    assert_string_equal(kf_job_id(job), TASK_ID);
    assert_string_equal(kf_job_instance_id(job), TASK_ID);
    assert_string_equal(kuflow_job_task(job)->owner_id, OWNER_ID);
    assert_int_equal(kf_job_remaining_ms(job), INT64_MAX);
    assert_int_equal(kf_job_get_int64(job, "big", &whole), KF_OK);
    assert_true(whole == INT64_C(9007199254740993));
    assert_int_equal(kf_job_get_int64(job, "least", &whole), KF_OK);
    assert_true(whole == INT64_MIN);
    assert_int_equal(kf_job_get_int64(job, "huge", &whole), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_job_get_int64(job, "\"ü\\", &whole), KF_OK);
    assert_true(whole == 5);
    assert_int_equal(kf_job_get_double(job, "real", &real), KF_OK);
    assert_true(real == 0.30000000000000004);
    assert_int_equal(kf_job_get_int64(job, "real", &whole), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_job_get_string(job, "text", &text), KF_OK);
    assert_string_equal(text, "a\"b");
    assert_int_equal(kf_job_get_string(job, "big", &text), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_job_get_bool(job, "yes", &yes), KF_OK);
    assert_true(yes);
    assert_int_equal(kf_job_get_time(job, "at", &at), KF_OK);
    assert_true(at.seconds == 1767225600 && at.nanoseconds == 500000000);
    assert_int_equal(kf_job_get_json(job, "list", &tree), KF_OK);
    assert_int_equal(cJSON_GetArraySize(tree), 2);
    assert_int_equal(kf_job_get_json(job, "none", &tree), KF_OK);
    assert_true(cJSON_IsNull(tree));
    assert_true(kf_job_has(job, "none"));
    assert_false(kf_job_has(job, "nothing"));
    assert_int_equal(kf_job_get_int64(job, "nothing", &whole), KF_ERROR_NOT_FOUND);
    return kf_job_complete(job);
}

static void test_data_is_read_exactly(void **state)
{
    (void)state;
    static task_setup s;
    memset(&s, 0, sizeof(s));
    s.fake.task = "\"data\":{\"value\":{ \"text\" : \"a\\\"b\" , \"big\" : 9007199254740993 ,"
                  "\"least\":-9223372036854775808,\"huge\":9223372036854775808, \"real\":0.30000000000000004,"
                  "\"\\\"\\u00fc\\\\\":\t5 ,\"yes\":true,\"at\":\"2026-01-01T01:00:00.5+01:00\",\"list\":[1,2],"
                  "\"none\":null},\"valid\":true}";
    task_begin(&s, NULL, get_all);
    task_pass(&s, 0);
    assert_int_equal(s.fake.completions, 1);
    assert_string_equal(s.fake.data, ""); /* nothing was set */
    task_end(&s);
}

/* Workers of one principal */

static void test_the_first_line_has_the_task(void **state)
{
    (void)state;
    static const struct {
        const char *mark_time;
        bool late;
        int lines;
        int completions;
    } cases[] = {
        {NULL, false, 1, 1},
        {"2026-01-01T00:00:04Z", false, 0, 0}, /* another worker was first, and it is seen at once */
        {"2026-01-01T00:00:04Z", true, 1, 0}, /* or only with the own line */
        {"2026-01-01T00:00:06Z", true, 1, 1}, /* it was second */
        {"2025-12-31T23:59:59Z", false, 1, 1}, /* it had the task before it was READY again */
        {"nonsense", false, 1, 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static task_setup s;
        kf_worker_stats stats = {.size = sizeof(stats)};
        memset(&s, 0, sizeof(s));
        s.fake.mark_time = cases[i].mark_time;
        s.fake.mark_late = cases[i].late;
        task_begin(&s, NULL, just_complete);
        task_pass(&s, 0);
        assert_int_equal(s.fake.lines, cases[i].lines);
        if (cases[i].lines > 0)
            assert_memory_equal(s.fake.mark, "Taken by worker unit@", 21);
        assert_int_equal(s.fake.completions, cases[i].completions);
        assert_int_equal(kf_worker_stats_get(s.worker, NULL, &stats), KF_OK);
        assert_int_equal(stats.gone, 1 - cases[i].completions);
        assert_int_equal(stats.failed, 0);
        task_end(&s);
    }
}

static void test_the_only_worker_writes_no_line(void **state)
{
    (void)state;
    static task_setup s;
    memset(&s, 0, sizeof(s));
    kuflow_worker_options kuflow = KUFLOW_WORKER_OPTIONS_INIT;
    kuflow.only_worker = true;
    s.fake.mark_time = "2026-01-01T00:00:04Z";
    task_begin(&s, &kuflow, just_complete);
    task_pass(&s, 0);
    assert_int_equal(s.fake.lines, 0);
    assert_int_equal(s.fake.completions, 1);
    task_end(&s);
}

/* Options */

static void check_refused(kf_client *client, const kuflow_worker_options *kuflow, const char *what)
{
    kf_error error;
    kf_worker *worker = (kf_worker *)1;
    assert_int_equal(kuflow_worker_new(client, NULL, kuflow, &worker, &error), KF_ERROR_ARGUMENT);
    assert_null(worker);
    if (strstr(error.message, what) == NULL)
        fail_msg("%s is not in: %s", what, error.message);
}

static void test_options_are_checked(void **state)
{
    (void)state;
    static task_setup s;
    static const char *const bad_ids[] = {"x"};
    static const char *const null_ids[] = {NULL};
    char long_text[258];
    memset(&s, 0, sizeof(s));
    memset(long_text, 'x', 257);
    long_text[257] = '\0';
    task_begin(&s, NULL, just_complete);
#define REFUSED(field, value)                                                                                          \
    do {                                                                                                               \
        kuflow_worker_options kuflow = KUFLOW_WORKER_OPTIONS_INIT;                                                     \
        kuflow.field = value;                                                                                          \
        check_refused(s.client, &kuflow, #field);                                                                      \
    } while (0)
    REFUSED(tenant_id, "x");
    REFUSED(resume_owner_id, "");
    REFUSED(installation_id, "x");
    REFUSED(identity, "");
    REFUSED(identity, "\xff");
    REFUSED(task_queue, long_text);
    REFUSED(hostname, "");
    REFUSED(ip, "::1");
    REFUSED(max_failures, -1);
    REFUSED(robot_ids, ((kf_string_list){bad_ids, 1}));
    REFUSED(robot_ids, ((kf_string_list){null_ids, 1}));
    REFUSED(robot_ids, ((kf_string_list){NULL, 1}));
    kuflow_worker_options none;
    memset(&none, 0, sizeof(none));
    check_refused(s.client, &none, "KUFLOW_WORKER_OPTIONS_INIT");
    check_refused(NULL, NULL, "client");
    /* A program with an older, smaller struct. */
    kuflow_worker_options old;
    kf_error error;
    kf_worker *worker = NULL;
    memset(&old, 0xA5, sizeof(old));
    kuflow_worker_options_init(&old, offsetof(kuflow_worker_options, max_failures));
    assert_int_equal(kuflow_worker_new(s.client, NULL, &old, &worker, &error), KF_OK);
    kf_worker_free(worker);
    task_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registration_says_who),          cmocka_unit_test(test_registration_has_defaults),
        cmocka_unit_test(test_registration_is_repeated),       cmocka_unit_test(test_registration_backs_off),
        cmocka_unit_test(test_registration_can_be_left_out),   cmocka_unit_test(test_a_wrong_login_is_told_once),
        cmocka_unit_test(test_data_is_patched_exactly),        cmocka_unit_test(test_data_that_was_not_there_is_put),
        cmocka_unit_test(test_data_is_read_exactly),           cmocka_unit_test(test_the_first_line_has_the_task),
        cmocka_unit_test(test_the_only_worker_writes_no_line), cmocka_unit_test(test_options_are_checked),
    };
    return cmocka_run_group_tests_name("KuFlow worker", tests, NULL, NULL);
}
