/* The commands of jbpm_execute.h, each carried out by a real jBPM 6.0.1. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "kuflow/services/jbpm_execute.h"

typedef struct run {
    fixture *f;
    jbpm_commands *commands;
    jbpm_results *results;
} run;

static run begin(fixture *f, const char *deployment, const char *user)
{
    run r = {f, NULL, NULL};
    CHECK_OK(f, jbpm_commands_new(JBPM_6_0, deployment, user, &r.commands, &f->error));
    return r;
}

static void execute(run *r, kf_client *client)
{
    CHECK_OK(r->f, jbpm_commands_execute(client, r->commands, &r->results, &r->f->error));
    assert_int_equal(jbpm_results_count(r->results), jbpm_commands_count(r->commands));
}

static void end(run *r)
{
    jbpm_results_free(r->results);
    jbpm_commands_free(r->commands);
}

#define ADD(r, call) CHECK_OK((r).f, call)
#define OUTCOME(r, place, expected) assert_int_equal(jbpm_results_outcome((r).results, (place)), (expected))

/* The struct of a result, which must be one. */
#define RESULT(r, place, type)                                                                                         \
    (OUTCOME(r, place, JBPM_OUTCOME_RESULT), CHECK_OK((r).f, jbpm_results_error((r).results, (place), &(r).f->error)), \
     assert_non_null(jbpm_command_result_as_##type(jbpm_results_at((r).results, (place)))),                            \
     jbpm_command_result_as_##type(jbpm_results_at((r).results, (place))))

static void assert_failed(run *r, size_t place, jbpm_error_kind kind, const char *text)
{
    OUTCOME(*r, place, JBPM_OUTCOME_FAILED);
    assert_int_equal(jbpm_results_error(r->results, place, &r->f->error), KF_ERROR_REJECTED);
    assert_int_equal(jbpm_error_classify(&r->f->error), kind);
    if (strstr(r->f->error.server_message, text) == NULL)
        fail_msg("[%s] is not in: %s [%s]", text, r->f->error.message, r->f->error.server_message);
}

/* All types, exactly as they are; the texts that parameters cannot carry too. */
static void test_types(void **state)
{
    static const struct {
        jbpm_argument argument;
        const char *type, *text;
    } rows[] = {
        {{"employee", JBPM_VARIABLE_TYPE_STRING, "5000", 0, 0}, "java.lang.String", "5000"},
        {{"employee", JBPM_VARIABLE_TYPE_STRING, "  <Zo\xc3\xab & \xf0\x9f\x98\x80]]> \"'\t", 0, 0},
         "java.lang.String",
         "  <Zo\xc3\xab & \xf0\x9f\x98\x80]]> \"'\t"},
        {{"employee", JBPM_VARIABLE_TYPE_STRING, "", 0, 0}, "java.lang.String", ""},
        {{"employee", JBPM_VARIABLE_TYPE_LONG, NULL, INT64_MIN, 0}, "java.lang.Long", "-9223372036854775808"},
        {{"employee", JBPM_VARIABLE_TYPE_INTEGER, NULL, -3, 0}, "java.lang.Integer", "-3"},
        {{"employee", JBPM_VARIABLE_TYPE_BOOLEAN, NULL, 1, 0}, "java.lang.Boolean", "true"},
        {{"employee", JBPM_VARIABLE_TYPE_DOUBLE, NULL, 0, -0.1}, "java.lang.Double", "-0.1"},
        {{"employee", JBPM_VARIABLE_TYPE_FLOAT, NULL, 0, 1.5}, "java.lang.Float", "1.5"},
    };
    fixture *f = *state;
    run r = begin(f, OFFICE, NULL);
    const size_t count = sizeof(rows) / sizeof(rows[0]);
    for (size_t i = 0; i < count; i++)
        ADD(r, jbpm_commands_start_process(r.commands, "office.note", &rows[i].argument, 1, &f->error));
    execute(&r, f->anna);
    for (size_t i = 0; i < count; i++) {
        const jbpm_process_instance *instance = RESULT(r, i, process_instance);
        char *classes = logged_value(f, instance->id.value, "result");
        assert_non_null(classes);
        assert_int_equal(strncmp(classes, rows[i].type, strlen(rows[i].type)), 0);
        free(classes);
        assert_logged_value(f, instance->id.value, "employee", rows[i].text);
    }
    end(&r);
}

static void test_processes(void **state)
{
    fixture *f = *state;
    const int64_t instance = start_process(f, "office.wait"), other = start_process(f, "office.approval");
    const jbpm_argument event = jbpm_string("", "5000"),
                        variables[] = {jbpm_long("age", -7), jbpm_string("employee", "x")};
    run r = begin(f, OFFICE, NULL);
    ADD(r, jbpm_commands_set_variables(r.commands, instance, variables, 2, &f->error));
    ADD(r, jbpm_commands_signal_event(r.commands, instance, "Go", &event, &f->error));
    ADD(r, jbpm_commands_get_process_instance(r.commands, instance, &f->error));
    ADD(r, jbpm_commands_start_process(r.commands, "office.none", NULL, 0, &f->error));
    ADD(r, jbpm_commands_abort_process_instance(r.commands, other, &f->error));
    ADD(r, jbpm_commands_get_process_instance(r.commands, other, &f->error));
    ADD(r, jbpm_commands_abort_process_instance(r.commands, other, &f->error));
    ADD(r, jbpm_commands_signal_event(r.commands, 0, "Nobody", NULL, &f->error));
    execute(&r, f->anna);
    OUTCOME(r, 0, JBPM_OUTCOME_DONE);
    OUTCOME(r, 1, JBPM_OUTCOME_DONE);
    assert_int_equal(RESULT(r, 2, process_instance)->id.value, instance);
    assert_failed(&r, 3, JBPM_ERROR_PROCESS, "Unknown process ID: office.none");
    OUTCOME(r, 4, JBPM_OUTCOME_DONE);
    OUTCOME(r, 5, JBPM_OUTCOME_EMPTY);
    assert_failed(&r, 6, JBPM_ERROR_GONE, "");
    OUTCOME(r, 7, JBPM_OUTCOME_DONE);
    end(&r);
    assert_logged_value(f, instance, "result", "5000");
    assert_logged_value(f, instance, "age", "-7");
    assert_logged_value(f, instance, "employee", "x");
    assert_false(is_active(f, other));
}

static void test_work_items(void **state)
{
    fixture *f = *state;
    const int64_t instances[] = {start_process(f, "office.service"), start_process(f, "office.service")};
    const int64_t items[] = {work_item_of(f, OFFICE, instances[0]), work_item_of(f, OFFICE, instances[1])};
    const jbpm_argument result = jbpm_string("Result", " 7 ");
    run r = begin(f, OFFICE, NULL);
    ADD(r, jbpm_commands_get_work_item(r.commands, items[0], &f->error));
    ADD(r, jbpm_commands_complete_work_item(r.commands, items[0], &result, 1, &f->error));
    ADD(r, jbpm_commands_abort_work_item(r.commands, items[1], &f->error));
    ADD(r, jbpm_commands_complete_work_item(r.commands, UNKNOWN_ID, NULL, 0, &f->error));
    ADD(r, jbpm_commands_abort_work_item(r.commands, UNKNOWN_ID, &f->error));
    execute(&r, f->anna);
    const jbpm_work_item *item = RESULT(r, 0, work_item);
    assert_int_equal(item->id.value, items[0]);
    assert_string_equal(item->name, "Service");
    for (size_t i = 1; i < 5; i++)
        OUTCOME(r, i, JBPM_OUTCOME_DONE);
    end(&r);
    assert_logged_value(f, instances[0], "result", " 7 ");
    assert_false(is_active(f, instances[0]));
    assert_false(is_active(f, instances[1]));
}

/* A session for each instance. */
static void test_runtime(void **state)
{
    fixture *f = *state;
    const int64_t instance = start_at_desk(f, "office.wait");
    const jbpm_argument event = jbpm_boolean("", true);
    run r = begin(f, DESK, NULL);
    jbpm_commands_set_process_instance(r.commands, instance);
    ADD(r, jbpm_commands_signal_event(r.commands, 0, "Go", &event, &f->error));
    execute(&r, f->anna);
    OUTCOME(r, 0, JBPM_OUTCOME_DONE);
    end(&r);
    assert_logged_value(f, instance, "result", "true");
}

static size_t tasks_with_id(const jbpm_task_summary_list *list, int64_t id)
{
    size_t count = 0;
    for (size_t i = 0; i < list->task_summary_list_count; i++)
        count += list->task_summary_list[i].id.value == id;
    return count;
}

static void test_tasks(void **state)
{
    fixture *f = *state;
    const int64_t instance = start_process(f, "office.shared"), task = task_of(f, instance), failed = shared_task(f);
    const jbpm_argument output[] = {jbpm_string("result", "5000"), jbpm_double("share", 0.25)};
    run r = begin(f, NULL, "ben");
    ADD(r, jbpm_commands_claim_task(r.commands, task, &f->error));
    ADD(r, jbpm_commands_release_task(r.commands, task, &f->error));
    ADD(r, jbpm_commands_claim_task(r.commands, task, &f->error));
    ADD(r, jbpm_commands_claim_task(r.commands, task, &f->error));
    ADD(r, jbpm_commands_start_task(r.commands, task, &f->error));
    ADD(r, jbpm_commands_complete_task(r.commands, task, output, 2, &f->error));
    ADD(r, jbpm_commands_complete_task(r.commands, task, NULL, 0, &f->error));
    ADD(r, jbpm_commands_start_task(r.commands, UNKNOWN_ID, &f->error));
    ADD(r, jbpm_commands_start_task(r.commands, failed, &f->error));
    ADD(r, jbpm_commands_fail_task(r.commands, failed, NULL, 0, &f->error));
    execute(&r, f->ben);
    for (size_t i = 0; i < 3; i++)
        OUTCOME(r, i, JBPM_OUTCOME_DONE);
    assert_failed(&r, 3, JBPM_ERROR_PERMISSION, "Claim");
    OUTCOME(r, 4, JBPM_OUTCOME_DONE);
    OUTCOME(r, 5, JBPM_OUTCOME_DONE);
    assert_failed(&r, 6, JBPM_ERROR_PERMISSION, "Complete");
    assert_failed(&r, 7, JBPM_ERROR_GONE, "");
    OUTCOME(r, 8, JBPM_OUTCOME_DONE);
    OUTCOME(r, 9, JBPM_OUTCOME_DONE);
    end(&r);
    assert_logged_value(f, instance, "result", "5000");
    assert_task_status(f, task, "Completed");
    assert_task_status(f, failed, "Failed");
    /* What 6.0.1 would drop or always fail at is refused. */
    r = begin(f, NULL, "ben");
    assert_int_equal(jbpm_commands_fail_task(r.commands, failed, output, 2, &f->error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_commands_get_task(r.commands, failed, &f->error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_commands_count(r.commands), 0);
    end(&r);
}

static void test_task_lists(void **state)
{
    fixture *f = *state;
    const int64_t instance = start_process(f, "office.approval"), task = task_of(f, instance);
    const int64_t shared = shared_task(f), waiting = start_process(f, "office.approval");
    const jbpm_task_status_list reserved = KF_LIST_OF(jbpm_task_status, JBPM_TASK_STATUS_RESERVED);
    const jbpm_task_status_list ready = KF_LIST_OF(jbpm_task_status, JBPM_TASK_STATUS_READY);
    jbpm_task *now = NULL;
    CHECK_OK(f, jbpm_get_task(f->anna, task, &now, &f->error));
    const int64_t content = now->task_data->document_content_id.value;
    jbpm_task_free(now);
    run r = begin(f, NULL, "anna");
    ADD(r, jbpm_commands_get_tasks_owned(r.commands, NULL, NULL, &f->error));
    ADD(r, jbpm_commands_get_tasks_owned(r.commands, "en-UK", &reserved, &f->error));
    ADD(r, jbpm_commands_get_tasks_as_potential_owner(r.commands, NULL, &ready, &f->error));
    ADD(r, jbpm_commands_get_tasks_as_business_admin(r.commands, NULL, &f->error));
    ADD(r, jbpm_commands_get_task_ids(r.commands, instance, &f->error));
    ADD(r, jbpm_commands_get_tasks_of_instance(r.commands, instance, NULL, &reserved, &f->error));
    ADD(r, jbpm_commands_get_tasks_of_instance(r.commands, waiting, NULL, &ready, &f->error));
    ADD(r, jbpm_commands_get_content(r.commands, content, &f->error));
    ADD(r, jbpm_commands_get_content(r.commands, UNKNOWN_ID, &f->error));
    execute(&r, f->anna);
    assert_int_equal(tasks_with_id(RESULT(r, 0, task_summary_list), task), 1);
    assert_int_equal(tasks_with_id(RESULT(r, 1, task_summary_list), task), 1);
    assert_int_equal(tasks_with_id(RESULT(r, 2, task_summary_list), task), 0);
    assert_int_equal(tasks_with_id(RESULT(r, 2, task_summary_list), shared), 1);
    assert_int_equal(tasks_with_id(RESULT(r, 3, task_summary_list), task), 0);
    const jbpm_long_list *ids = RESULT(r, 4, long_list);
    assert_int_equal(ids->values_count, 1);
    assert_int_equal(ids->values[0], task);
    assert_int_equal(RESULT(r, 5, task_summary_list)->task_summary_list_count, 1);
    assert_int_equal(RESULT(r, 6, task_summary_list)->task_summary_list_count, 0);
    const jbpm_content *input = RESULT(r, 7, content);
    char *name = NULL;
    CHECK_OK(f, jbpm_variable_get_string(input->content_map, input->content_map_count, "TaskName", &name, &f->error));
    assert_string_equal(name, "approve");
    kf_free(name);
    OUTCOME(r, 8, JBPM_OUTCOME_EMPTY);
    end(&r);
}

/* Their lists have no index, and the logs of one thing neither. */
static void test_history(void **state)
{
    fixture *f = *state;
    const int64_t parent = start_for(f, "office.parent", "ida v."), service = start_process(f, "office.service");
    run r = begin(f, OFFICE, NULL);
    ADD(r, jbpm_commands_find_process_instance(r.commands, parent, &f->error));
    ADD(r, jbpm_commands_find_process_instances(r.commands, "office.parent", &f->error));
    ADD(r, jbpm_commands_find_process_instance(r.commands, UNKNOWN_ID, &f->error));
    ADD(r, jbpm_commands_find_active_process_instances(r.commands, "office.service", &f->error));
    ADD(r, jbpm_commands_find_subprocess_instances(r.commands, parent, &f->error));
    ADD(r, jbpm_commands_find_node_instances(r.commands, service, "_2", &f->error));
    ADD(r, jbpm_commands_start_process(r.commands, "office.none", NULL, 0, &f->error));
    ADD(r, jbpm_commands_find_node_instances(r.commands, service, NULL, &f->error));
    ADD(r, jbpm_commands_find_variable_instances(r.commands, parent, "employee", &f->error));
    ADD(r, jbpm_commands_find_variable_instances(r.commands, parent, NULL, &f->error));
    ADD(r, jbpm_commands_find_variable_instances_by_name(r.commands, "employee", "ida v.", true, &f->error));
    ADD(r, jbpm_commands_find_process_instances(r.commands, NULL, &f->error));
    execute(&r, f->anna);
    assert_int_equal(RESULT(r, 0, process_instance_log)->process_instance_id.value, parent);
    assert_true(RESULT(r, 1, history_log_list)->history_log_list_count >= 1);
    OUTCOME(r, 2, JBPM_OUTCOME_EMPTY);
    assert_true(RESULT(r, 3, history_log_list)->history_log_list_count >= 1);
    assert_int_equal(RESULT(r, 4, history_log_list)->history_log_list_count, 1);
    const jbpm_history_log_list *nodes = RESULT(r, 5, history_log_list);
    assert_int_equal(nodes->history_log_list_count, 1);
    assert_string_equal(jbpm_history_log_as_node_instance_log(nodes->history_log_list[0])->node_name, "Service");
    assert_failed(&r, 6, JBPM_ERROR_PROCESS, "office.none");
    assert_int_equal(RESULT(r, 7, history_log_list)->history_log_list_count, 3);
    assert_int_equal(RESULT(r, 8, history_log_list)->history_log_list_count, 1);
    assert_int_equal(RESULT(r, 9, history_log_list)->history_log_list_count, 1);
    assert_int_equal(RESULT(r, 10, history_log_list)->history_log_list_count, 2); /* the child has it too */
    assert_true(RESULT(r, 11, history_log_list)->history_log_list_count >= 3);
    end(&r);
}

/* 6.0.1 would pass over it. */
static void test_unknown_commands(void **state)
{
    fixture *f = *state;
    const jbpm_task_command comments = {
        .kind = JBPM_COMMAND_KIND_GET_ALL_COMMENTS, .task_id = KF_INT64(1), .user_id = "anna"};
    run r = begin(f, OFFICE, "anna");
    assert_int_equal(jbpm_commands_add(r.commands, (const jbpm_command *)&comments, &f->error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_commands_count(r.commands), 0);
    end(&r);
}

static void test_failed_requests(void **state)
{
    fixture *f = *state;
    run r = begin(f, OFFICE, NULL);
    assert_int_equal(jbpm_commands_execute(f->anna, r.commands, &r.results, &f->error), KF_ERROR_ARGUMENT);
    assert_null(r.results);
    ADD(r, jbpm_commands_start_process(r.commands, "office.note", NULL, 0, &f->error));
    assert_int_equal(jbpm_commands_execute(f->guest, r.commands, &r.results, &f->error), KF_ERROR_FORBIDDEN);
    assert_null(r.results);
    assert_int_equal(jbpm_error_classify(&f->error), JBPM_ERROR_ROLE);
    end(&r);
    r = begin(f, UNKNOWN_DEPLOYMENT, NULL);
    ADD(r, jbpm_commands_start_process(r.commands, "office.note", NULL, 0, &f->error));
    execute(&r, f->anna);
    assert_failed(&r, 0, JBPM_ERROR_DEPLOYMENT, "No runtime manager could be found");
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),           cmocka_unit_test(test_processes),
        cmocka_unit_test(test_work_items),      cmocka_unit_test(test_runtime),
        cmocka_unit_test(test_tasks),           cmocka_unit_test(test_task_lists),
        cmocka_unit_test(test_history),         cmocka_unit_test(test_unknown_commands),
        cmocka_unit_test(test_failed_requests),
    };
    return cmocka_run_group_tests_name("execute", tests, fixture_setup, fixture_teardown);
}
