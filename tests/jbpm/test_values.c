/* Values on their way to the server, as the Java objects that it makes of them, and back. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "kuflow/services/jbpm_variable.h"

/* What the process office.note found: the classes of employee and age. */
static void assert_classes(fixture *f, int64_t instance, const char *classes)
{
    assert_logged_value(f, instance, "result", classes);
}

static void test_parameters(void **state)
{
    static const struct {
        const char *classes;
        jbpm_argument first, second;
        const char *first_text, *second_text;
    } rows[] = {
        {"java.lang.String java.lang.Long",
         {"employee", JBPM_VARIABLE_TYPE_STRING, "Zo\xc3\xab & <\"'>", 0, 0},
         {"age", JBPM_VARIABLE_TYPE_LONG, NULL, 42, 0},
         "Zo\xc3\xab & <\"'>",
         "42"},
        {"java.lang.String java.lang.Integer",
         {"employee", JBPM_VARIABLE_TYPE_STRING, "\xe6\x9d\xb1\xe4\xba\xac%2B +;,/?#", 0, 0},
         {"age", JBPM_VARIABLE_TYPE_INTEGER, NULL, 999999999, 0},
         "\xe6\x9d\xb1\xe4\xba\xac%2B +;,/?#",
         "999999999"},
        {"java.lang.String java.lang.Long",
         {"employee", JBPM_VARIABLE_TYPE_STRING, "-3", 0, 0},
         {"age", JBPM_VARIABLE_TYPE_LONG, NULL, 999999999999999999, 0},
         "-3",
         "999999999999999999"},
        {"java.lang.String java.lang.Integer",
         {"employee", JBPM_VARIABLE_TYPE_STRING, "true", 0, 0},
         {"age", JBPM_VARIABLE_TYPE_INTEGER, NULL, 0, 0},
         "true",
         "0"},
        {"java.lang.String java.lang.String",
         {"employee", JBPM_VARIABLE_TYPE_STRING, "1.5", 0, 0},
         {"age", JBPM_VARIABLE_TYPE_STRING, "line\nbreak\tand \"quotes\"", 0, 0},
         "1.5",
         "line\nbreak\tand \"quotes\""},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const jbpm_argument arguments[] = {rows[i].first, rows[i].second};
        jbpm_start_process_params params = {.map = {NULL, 0}};
        jbpm_process_instance *instance = NULL;
        CHECK_OK(f, jbpm_map_new(JBPM_6_0, arguments, 2, &params.map, &f->error));
        CHECK_OK(f, jbpm_start_process(f->anna, OFFICE, "office.note", &params, &instance, &f->error));
        jbpm_map_free(&params.map);
        const int64_t id = instance->id.value;
        jbpm_process_instance_free(instance);
        assert_classes(f, id, rows[i].classes);
        assert_logged_value(f, id, "employee", rows[i].first_text);
        assert_logged_value(f, id, "age", rows[i].second_text);
    }
}

/* The rest is refused before it is sent; these show that the server would misread what is refused. */
static void test_parameters_that_would_change(void **state)
{
    static const struct {
        const char *text, *read, *classes;
    } rows[] = {
        {"5000", "5000", "java.lang.Long none"},     {"42l", "42", "java.lang.Long none"},
        {"7i", "7", "java.lang.Integer none"},       {"  x ", "x", "java.lang.String none"},
        {"\"x\"", "\"x\"", "java.lang.String none"},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const jbpm_argument argument = jbpm_string("employee", rows[i].text);
        kf_string_map map = {NULL, 0};
        const bool changes = i < 4;
        assert_int_equal(jbpm_map_new(JBPM_6_0, &argument, 1, &map, &f->error), changes ? KF_ERROR_ARGUMENT : KF_OK);
        jbpm_map_free(&map);
        const int64_t id = start_for(f, "office.note", rows[i].text);
        assert_classes(f, id, rows[i].classes);
        assert_logged_value(f, id, "employee", rows[i].read);
    }
}

static void test_events(void **state)
{
    fixture *f = *state;
    const struct {
        jbpm_argument event;
        const char *read;
        jbpm_variable_type type;
    } rows[] = {
        {jbpm_string("", "Zo\xc3\xab & co"), "Zo\xc3\xab & co", JBPM_VARIABLE_TYPE_STRING},
        {jbpm_long("", 7), "7", JBPM_VARIABLE_TYPE_LONG},
        {jbpm_int("", 8), "8", JBPM_VARIABLE_TYPE_INTEGER},
    };
    for (size_t i = 0; i < 3; i++) {
        char *text = NULL;
        const int64_t id = start_process(f, "office.wait");
        CHECK_OK(f, jbpm_event_text(JBPM_6_0, &rows[i].event, &text, &f->error));
        const jbpm_signal_process_instance_params params = {.signal = "Go", .event = text};
        jbpm_response *response = NULL;
        CHECK_OK(f, jbpm_signal_process_instance(f->anna, OFFICE, id, &params, &response, &f->error));
        jbpm_response_free(response);
        kf_free(text);
        assert_logged_value(f, id, "result", rows[i].read);
        /* The task that follows has it as its input: a serialized Java object. */
        jbpm_content *content = NULL;
        CHECK_OK(f, jbpm_retrieve_task_content(f->ben, task_of(f, id), &content, &f->error));
        const jbpm_variable *result = jbpm_variable_find(content->content_map, content->content_map_count, "result");
        assert_int_equal(jbpm_variable_type_of(result), rows[i].type);
        jbpm_content_free(content);
    }
}

/* Of a task: input and output. */
static void test_contents(void **state)
{
    fixture *f = *state;
    const jbpm_argument input[] = {jbpm_string("employee", "Zo\xc3\xab \xf0\x9f\x98\x80"), jbpm_long("age", 42)};
    jbpm_start_process_params params = {.map = {NULL, 0}};
    jbpm_process_instance *instance = NULL;
    CHECK_OK(f, jbpm_map_new(JBPM_6_0, input, 2, &params.map, &f->error));
    CHECK_OK(f, jbpm_start_process(f->anna, OFFICE, "office.approval", &params, &instance, &f->error));
    jbpm_map_free(&params.map);
    const int64_t id = instance->id.value, task = task_of(f, id);
    jbpm_process_instance_free(instance);

    jbpm_content *content = NULL;
    CHECK_OK(f, jbpm_retrieve_task_content(f->anna, task, &content, &f->error));
    char *text = NULL;
    int64_t number = 0;
    CHECK_OK(f,
             jbpm_variable_get_string(content->content_map, content->content_map_count, "employee", &text, &f->error));
    assert_string_equal(text, "Zo\xc3\xab \xf0\x9f\x98\x80");
    kf_free(text);
    CHECK_OK(f, jbpm_variable_get_int64(content->content_map, content->content_map_count, "age", &number, &f->error));
    assert_int_equal(number, 42);
    CHECK_OK(f,
             jbpm_variable_get_string(content->content_map, content->content_map_count, "Comment", &text, &f->error));
    assert_string_equal(text, "Approve <Zo\xc3\xab & \xe6\x9d\xb1\xe4\xba\xac>, please");
    kf_free(text);
    jbpm_content_free(content);

    const jbpm_argument output[] = {jbpm_int("count", 7), jbpm_string("result", "approved")};
    jbpm_complete_task_params completed = {.map = {NULL, 0}};
    jbpm_response *response = NULL;
    CHECK_OK(f, jbpm_start_task(f->anna, task, &response, &f->error));
    jbpm_response_free(response);
    CHECK_OK(f, jbpm_map_new(JBPM_6_0, output, 2, &completed.map, &f->error));
    CHECK_OK(f, jbpm_complete_task(f->anna, task, &completed, &response, &f->error));
    jbpm_map_free(&completed.map);
    jbpm_response_free(response);
    assert_logged_value(f, id, "result", "approved");
    jbpm_task *done = NULL;
    CHECK_OK(f, jbpm_get_task(f->anna, task, &done, &f->error));
    CHECK_OK(f, jbpm_get_content(f->anna, done->task_data->output_content_id.value, &content, &f->error));
    jbpm_task_free(done);
    const jbpm_variable *count = jbpm_variable_find(content->content_map, content->content_map_count, "count");
    assert_int_equal(jbpm_variable_type_of(count), JBPM_VARIABLE_TYPE_INTEGER);
    jbpm_content_free(content);
}

/* Parameters of work items come with types of XML Schema, or as JSON. */
static void test_work_items(void **state)
{
    fixture *f = *state;
    kf_client_options options = fixture_options(f, "anna");
    options.prefer_json = true;
    kf_client *json = fixture_client(&options);
    const jbpm_start_process_params params = {.map = KF_MAP({"employee", "Zo\xc3\xab"}, {"age", "5i"})};
    jbpm_process_instance *instance = NULL;
    CHECK_OK(f, jbpm_start_process(json, OFFICE, "office.service", &params, &instance, &f->error));
    const int64_t id = work_item_of(f, OFFICE, instance->id.value);
    jbpm_process_instance_free(instance);
    for (int i = 0; i < 2; i++) {
        jbpm_work_item *item = NULL;
        char *text = NULL;
        int64_t number = 0;
        CHECK_OK(f, jbpm_get_work_item(i == 0 ? f->anna : json, OFFICE, id, NULL, &item, &f->error));
        assert_int_equal(item->parameters_count, 3);
        CHECK_OK(f, jbpm_variable_get_string(item->parameters, 3, "employee", &text, &f->error));
        assert_string_equal(text, "Zo\xc3\xab");
        kf_free(text);
        CHECK_OK(f, jbpm_variable_get_int64(item->parameters, 3, "age", &number, &f->error));
        assert_int_equal(number, 5);
        jbpm_work_item_free(item);
    }
    kf_client_free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters), cmocka_unit_test(test_parameters_that_would_change),
        cmocka_unit_test(test_events),     cmocka_unit_test(test_contents),
        cmocka_unit_test(test_work_items),
    };
    return cmocka_run_group_tests_name("values", tests, fixture_setup, fixture_teardown);
}
