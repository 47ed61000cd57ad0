/* JSON of 6.0.1, for those who prefer it: its lists of tasks and tasks are of no use, the rest is as in XML. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

typedef struct json_fixture {
    fixture *f;
    kf_client *json;
} json_fixture;

static int group_setup(void **state)
{
    json_fixture *j = calloc(1, sizeof(*j));
    assert_non_null(j);
    fixture_setup((void **)&j->f);
    kf_client_options options = fixture_options(NULL, "anna");
    options.prefer_json = true;
    j->json = fixture_client(&options);
    *state = j;
    return 0;
}

static int group_teardown(void **state)
{
    json_fixture *j = *state;
    kf_client_free(j->json);
    fixture_teardown((void **)&j->f);
    free(j);
    return 0;
}

static void test_processes(void **state)
{
    const json_fixture *j = *state;
    fixture *f = j->f;
    const jbpm_start_process_with_vars_params params = {.map = KF_MAP({"employee", "Zo\xc3\xab"}, {"age", "42"})};
    jbpm_process_instance_with_variables *started = NULL;
    CHECK_OK(f, jbpm_start_process_with_vars(j->json, OFFICE, "office.approval", &params, &started, &f->error));
    assert_int_equal(started->process_instance->state, JBPM_PROCESS_STATE_ACTIVE);
    assert_int_equal(started->variables_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const bool age = strcmp(started->variables[i].key, "age") == 0;
        assert_string_equal(started->variables[i].value->text, age ? "42" : "Zo\xc3\xab");
    }
    const int64_t id = started->process_instance->id.value;
    jbpm_process_instance_with_variables_free(started);
    jbpm_process_instance *instance = NULL;
    CHECK_OK(f, jbpm_get_process_instance(j->json, OFFICE, id, &instance, &f->error));
    assert_int_equal(instance->id.value, id);
    assert_string_equal(instance->process_id, "office.approval");
    jbpm_process_instance_free(instance);
}

/* They come without a word about their type, and with themselves as a member. */
static void test_logs(void **state)
{
    const json_fixture *j = *state;
    fixture *f = j->f;
    const int64_t id = start_for(f, "office.note", "karl");
    jbpm_history_log_list *lists[2][3] = {{NULL}};
    for (size_t i = 0; i < 2; i++) {
        kf_client *client = i == 0 ? f->anna : j->json;
        CHECK_OK(f, jbpm_get_process_instance_log(client, OFFICE, id, NULL, &lists[i][0], &f->error));
        CHECK_OK(f, jbpm_list_node_logs(client, OFFICE, id, NULL, &lists[i][1], &f->error));
        CHECK_OK(f, jbpm_list_variable_logs(client, OFFICE, id, NULL, &lists[i][2], &f->error));
    }
    for (size_t k = 0; k < 3; k++) {
        const jbpm_history_log_list *xml = lists[0][k], *json = lists[1][k];
        assert_true(xml->history_log_list_count > 0);
        assert_int_equal(json->history_log_list_count, xml->history_log_list_count);
        for (size_t i = 0; i < xml->history_log_list_count; i++) {
            const jbpm_history_log *log = json->history_log_list[i];
            assert_int_equal(log->kind, xml->history_log_list[i]->kind);
            assert_int_equal(log->process_instance_id.value, id);
            assert_string_equal(log->external_id, OFFICE);
            const jbpm_process_instance_log *process = jbpm_history_log_as_process_instance_log(log);
            const jbpm_node_instance_log *node = jbpm_history_log_as_node_instance_log(log);
            const jbpm_variable_instance_log *variable = jbpm_history_log_as_variable_instance_log(log);
            assert_true((process != NULL) == (k == 0) && (node != NULL) == (k == 1) && (variable != NULL) == (k == 2));
            if (process != NULL)
                assert_non_null(strchr(process->end, 'T')); /* milliseconds on the wire */
            if (node != NULL)
                assert_non_null(node->node_id);
        }
    }
    for (size_t i = 0; i < 6; i++)
        jbpm_history_log_list_free(lists[i / 3][i % 3]);
}

/* An error is XML under the name of JSON; an answer that 6.0.1 cannot give is text under that name. */
static void test_errors(void **state)
{
    const json_fixture *j = *state;
    fixture *f = j->f;
    const int64_t task = shared_task(f);
    jbpm_process_instance *instance = NULL;
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "Unable to retrieve process instance 999999",
                jbpm_get_process_instance(j->json, OFFICE, UNKNOWN_ID, &instance, &f->error));
    assert_string_equal(f->error.server_code, "BAD_REQUEST");
    assert_int_equal(jbpm_error_classify(&f->error), JBPM_ERROR_GONE);
    jbpm_task *answer = NULL;
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "Conflicting getter definitions",
                jbpm_get_task(j->json, task, &answer, &f->error));
    assert_int_equal(jbpm_error_classify(&f->error), JBPM_ERROR_DEFECT);
    assert_true(instance == NULL && answer == NULL);
    /* The list is left out altogether, which is not taken for an empty one. */
    jbpm_task_summary_list *list = NULL;
    const jbpm_query_tasks_params params = {.task_id = {&task, 1}};
    CHECK_FAILS(f, KF_ERROR_DECODE, 200, "", jbpm_query_tasks(j->json, &params, &list, &f->error));
    assert_non_null(strstr(f->error.message, "only in XML"));
    assert_null(list);
    jbpm_process_instance_list *instances = NULL;
    const jbpm_list_variable_process_instances_params page = {.page = KF_INT32(1), .page_size = KF_INT32(5)};
    CHECK_FAILS(f, KF_ERROR_DECODE, 200, "",
                jbpm_list_variable_process_instances(j->json, OFFICE, "employee", &page, &instances, &f->error));
    assert_null(instances);
    assert_false(f->error.may_have_acted);
    CHECK_OK(f, jbpm_query_tasks(f->anna, &params, &list, &f->error));
    assert_int_equal(list->task_summary_list_count, 1);
    jbpm_task_summary_list_free(list);
}

static void test_contents(void **state)
{
    const json_fixture *j = *state;
    fixture *f = j->f;
    const int64_t instance = start_for(f, "office.approval", "lena");
    jbpm_task *task = NULL;
    CHECK_OK(f, jbpm_get_task(f->anna, task_of(f, instance), &task, &f->error));
    jbpm_content *content = NULL;
    CHECK_OK(f, jbpm_get_content(j->json, task->task_data->document_content_id.value, &content, &f->error));
    jbpm_task_free(task);
    size_t found = 0;
    for (size_t i = 0; i < content->content_map_count; i++) {
        if (strcmp(content->content_map[i].key, "employee") == 0) {
            assert_string_equal(content->content_map[i].value->text, "lena");
            found++;
        }
    }
    assert_int_equal(found, 1);
    assert_non_null(content->content.data);
    jbpm_content_free(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_processes),
        cmocka_unit_test(test_logs),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_contents),
    };
    return cmocka_run_group_tests_name("json", tests, group_setup, group_teardown);
}
