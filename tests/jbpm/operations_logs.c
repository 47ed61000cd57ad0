#include "operations.h"

#include <string.h>

/* What 6.0.1 says for a deployment that it does not have. */
#define NO_DEPLOYMENT "No runtime manager could be found"

/* Checks the last call and the list that it gave: all items are of OFFICE and, if not 0, of that instance. */
static void assert_logs(const jbpm_history_log_list *list, size_t count, int64_t instance)
{
    assert_int_equal(list->history_log_list_count, count);
    for (size_t i = 0; i < count; i++) {
        const jbpm_history_log *log = list->history_log_list[i];
        assert_string_equal(log->external_id, OFFICE);
        assert_true(log->id.presence == KF_SET);
        if (instance != 0)
            assert_int_equal(log->process_instance_id.value, instance);
    }
}

static void instances(fixture *f, int64_t instance)
{
    const jbpm_list_process_instance_logs_params one = {
        .page = KF_INT32(1), .page_size = KF_INT32(1), .runtime_proc_inst_id = KF_INT64(instance)};
    jbpm_history_log_list *list = NULL;
    CHECK_OK(f, jbpm_list_process_instance_logs(f->anna, OFFICE, &one, &list, &f->error));
    assert_logs(list, 1, 0);
    assert_non_null(jbpm_history_log_as_process_instance_log(list->history_log_list[0]));
    jbpm_history_log_list_free(list);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "page",
                jbpm_list_process_instance_logs(f->anna, OFFICE,
                                                &(jbpm_list_process_instance_logs_params){.page = KF_INT32(-1)}, &list,
                                                &f->error));
    assert_null(list);

    const jbpm_get_process_instance_log_params page = {.page = KF_INT32(1), .page_size = KF_INT32(5)};
    CHECK_OK(f, jbpm_get_process_instance_log(f->anna, OFFICE, instance, &page, &list, &f->error));
    assert_logs(list, 1, instance);
    const jbpm_process_instance_log *log = jbpm_history_log_as_process_instance_log(list->history_log_list[0]);
    assert_non_null(log);
    assert_string_equal(log->process_id, "office.parent");
    assert_string_equal(log->process_name, "Parent");
    assert_string_equal(log->process_version, "1.0");
    assert_string_equal(log->identity, "anna");
    assert_int_equal(log->status, JBPM_PROCESS_STATE_ACTIVE);
    assert_non_null(strchr(log->start, 'T'));
    assert_null(log->end);
    assert_int_equal(log->duration.presence, KF_ABSENT);
    jbpm_history_log_list_free(list);
    CHECK_FAILS(f, KF_ERROR_SERVER, 500, "",
                jbpm_get_process_instance_log(f->anna, OFFICE, UNKNOWN_ID, NULL, &list, &f->error));
    assert_null(list);
}

static void of_instance(fixture *f, int64_t instance)
{
    jbpm_history_log_list *list = NULL;
    const jbpm_list_child_logs_params children = {.page = KF_INT32(1), .page_size = KF_INT32(5)};
    CHECK_OK(f, jbpm_list_child_logs(f->anna, OFFICE, instance, &children, &list, &f->error));
    assert_logs(list, 1, 0);
    const jbpm_process_instance_log *child = jbpm_history_log_as_process_instance_log(list->history_log_list[0]);
    assert_non_null(child);
    assert_int_equal(child->parent_process_instance_id.value, instance);
    assert_string_equal(child->process_id, "office.approval");
    const int64_t id = child->process_instance_id.value;
    jbpm_history_log_list_free(list);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "pageSize",
                jbpm_list_child_logs(f->anna, OFFICE, instance,
                                     &(jbpm_list_child_logs_params){.page_size = KF_INT32(-1)}, &list, &f->error));
    assert_null(list);

    const jbpm_list_node_logs_params nodes = {.page = KF_INT32(1), .page_size = KF_INT32(9)};
    CHECK_OK(f, jbpm_list_node_logs(f->anna, OFFICE, id, &nodes, &list, &f->error));
    assert_logs(list, 3, id); /* start and approve were entered, start was left */
    for (size_t i = 0; i < 3; i++) {
        const jbpm_node_instance_log *log = jbpm_history_log_as_node_instance_log(list->history_log_list[i]);
        assert_non_null(log);
        assert_true(strcmp(log->node_id, "start") == 0 || strcmp(log->node_type, "HumanTaskNode") == 0);
        assert_true(log->type.value == 0 || strcmp(log->node_id, "start") == 0);
    }
    jbpm_history_log_list_free(list);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "page",
                jbpm_list_node_logs(f->anna, OFFICE, id, &(jbpm_list_node_logs_params){.page = KF_INT32(-1)}, &list,
                                    &f->error));

    const jbpm_list_node_logs_by_id_params node = {.page = KF_INT32(1), .page_size = KF_INT32(9)};
    CHECK_OK(f, jbpm_list_node_logs_by_id(f->anna, OFFICE, id, "approve", &node, &list, &f->error));
    assert_logs(list, 1, id);
    assert_string_equal(jbpm_history_log_as_node_instance_log(list->history_log_list[0])->node_name, "Approve");
    jbpm_history_log_list_free(list);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "",
                jbpm_list_node_logs_by_id(f->anna, OFFICE, id, "_2", &node, &list, &f->error));
    assert_null(list);
}

/* Of another process and state. */
static void of_process(fixture *f)
{
    jbpm_history_log_list *list = NULL;
    const int64_t note = start_process(f, "office.note");
    const jbpm_list_process_logs_params active = {.status = JBPM_PROCESS_STATE_ACTIVE,
                                                  .page = KF_INT32(1),
                                                  .page_size = KF_INT32(5),
                                                  .runtime_proc_inst_id = KF_INT64(note)};
    CHECK_OK(f, jbpm_list_process_logs(f->anna, OFFICE, "office.note", &active, &list, &f->error));
    assert_logs(list, 0, 0);
    jbpm_history_log_list_free(list);
    CHECK_OK(f, jbpm_list_process_logs(f->anna, OFFICE, "office.note", NULL, &list, &f->error));
    assert_true(list->history_log_list_count > 0);
    const size_t last = list->history_log_list_count - 1;
    const jbpm_process_instance_log *log = jbpm_history_log_as_process_instance_log(list->history_log_list[last]);
    assert_int_equal(log->status, JBPM_PROCESS_STATE_COMPLETED);
    assert_non_null(log->end);
    assert_true(log->duration.presence == KF_SET);
    jbpm_history_log_list_free(list);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "page",
                jbpm_list_process_logs(f->anna, OFFICE, "office.note",
                                       &(jbpm_list_process_logs_params){.page = KF_INT32(-1)}, &list, &f->error));
    assert_null(list);
}

void operations_logs(fixture *f)
{
    const int64_t instance = start_for(f, "office.parent", "kid");
    instances(f, instance);
    of_instance(f, instance);
    of_process(f);
}

static void variables_of_instance(fixture *f)
{
    const jbpm_start_process_params params = {.map = KF_MAP({"employee", "dora"}, {"age", "5"})};
    jbpm_process_instance *started = NULL;
    CHECK_OK(f, jbpm_start_process(f->anna, OFFICE, "office.approval", &params, &started, &f->error));
    const int64_t id = started->id.value;
    jbpm_process_instance_free(started);

    jbpm_history_log_list *list = NULL;
    const jbpm_list_variable_logs_params page = {.page = KF_INT32(1), .page_size = KF_INT32(9)};
    CHECK_OK(f, jbpm_list_variable_logs(f->anna, OFFICE, id, &page, &list, &f->error));
    assert_logs(list, 2, id);
    jbpm_history_log_list_free(list);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "page",
                jbpm_list_variable_logs(f->anna, OFFICE, id, &(jbpm_list_variable_logs_params){.page = KF_INT32(-1)},
                                        &list, &f->error));

    const jbpm_list_variable_logs_by_id_params of_one = {.page = KF_INT32(1), .page_size = KF_INT32(9)};
    CHECK_OK(f, jbpm_list_variable_logs_by_id(f->anna, OFFICE, id, "employee", &of_one, &list, &f->error));
    assert_logs(list, 1, id);
    const jbpm_variable_instance_log *log = jbpm_history_log_as_variable_instance_log(list->history_log_list[0]);
    assert_non_null(log);
    assert_string_equal(log->variable_id, "employee");
    assert_string_equal(log->variable_instance_id, "employee");
    assert_string_equal(log->value, "dora");
    assert_non_null(strchr(log->date, 'T'));
    jbpm_history_log_list_free(list);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "page",
                jbpm_list_variable_logs_by_id(f->anna, OFFICE, id, "employee",
                                              &(jbpm_list_variable_logs_by_id_params){.page = KF_INT32(-1)}, &list,
                                              &f->error));
    assert_null(list);
}

static void variable_histories(fixture *f)
{
    const int64_t active = start_for(f, "office.approval", "emil");
    start_for(f, "office.note", "emil");
    jbpm_history_log_list *list = NULL;
    const jbpm_list_variable_history_params page = {.active_processes = KF_BOOL(true),
                                                    .page = KF_INT32(1),
                                                    .page_size = KF_INT32(1),
                                                    .runtime_proc_inst_id = KF_INT64(active)};
    CHECK_OK(f, jbpm_list_variable_history(f->anna, OFFICE, "employee", &page, &list, &f->error));
    assert_logs(list, 1, 0);
    jbpm_history_log_list_free(list);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "page",
                jbpm_list_variable_history(f->anna, OFFICE, "employee",
                                           &(jbpm_list_variable_history_params){.page = KF_INT32(-1)}, &list,
                                           &f->error));

    const jbpm_list_variable_value_history_params only_active = {.active_processes = KF_BOOL(true),
                                                                 .page = KF_INT32(1),
                                                                 .page_size = KF_INT32(9),
                                                                 .runtime_proc_inst_id = KF_INT64(active)};
    CHECK_OK(f, jbpm_list_variable_value_history(f->anna, OFFICE, "employee", "emil", &only_active, &list, &f->error));
    assert_logs(list, 1, active);
    jbpm_history_log_list_free(list);
    const jbpm_list_variable_value_history_params all = {.active_processes = KF_BOOL(false)};
    CHECK_OK(f, jbpm_list_variable_value_history(f->anna, OFFICE, "employee", "emil", &all, &list, &f->error));
    assert_logs(list, 2, 0);
    jbpm_history_log_list_free(list);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "",
                jbpm_list_variable_value_history(f->anna, OFFICE, "employee", "Zo\xc3\xab", NULL, &list, &f->error));
    assert_null(list);
}

static void variable_instances(fixture *f)
{
    const int64_t id = start_for(f, "office.approval", "fred");
    jbpm_process_instance_list *list = NULL;
    const jbpm_list_variable_process_instances_params params = {.active_processes = KF_BOOL(true),
                                                                .page = KF_INT32(1),
                                                                .page_size = KF_INT32(1000),
                                                                .runtime_proc_inst_id = KF_INT64(id)};
    CHECK_OK(f, jbpm_list_variable_process_instances(f->anna, OFFICE, "employee", &params, &list, &f->error));
    bool found = false;
    for (size_t i = 0; i < list->process_instance_list_count; i++) {
        const jbpm_process_instance *instance = &list->process_instance_list[i];
        if (instance->id.value == id) {
            assert_string_equal(instance->process_id, "office.approval");
            assert_int_equal(instance->state, JBPM_PROCESS_STATE_ACTIVE);
            found = true;
        }
    }
    assert_true(found);
    jbpm_process_instance_list_free(list);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "page",
                jbpm_list_variable_process_instances(
                    f->anna, OFFICE, "employee",
                    &(jbpm_list_variable_process_instances_params){.page = KF_INT32(-1), .page_size = KF_INT32(5)},
                    &list, &f->error));

    /* 6.0.1 never has an answer to this. */
    const jbpm_list_variable_value_process_instances_params of_value = {.active_processes = KF_BOOL(true),
                                                                        .page = KF_INT32(1),
                                                                        .page_size = KF_INT32(5),
                                                                        .runtime_proc_inst_id = KF_INT64(id)};
    CHECK_FAILS(
        f, KF_ERROR_SERVER, 500, "procId",
        jbpm_list_variable_value_process_instances(f->anna, OFFICE, "employee", "fred", &of_value, &list, &f->error));
    assert_null(list);
}

void operations_variable_logs(fixture *f)
{
    variables_of_instance(f);
    variable_histories(f);
    variable_instances(f);
    jbpm_response *response = NULL;
    const int64_t id = start_process(f, "office.note");
    CHECK_OK(f, jbpm_clear_history(f->anna, OFFICE, &(jbpm_clear_history_params){.runtime_proc_inst_id = KF_INT64(id)},
                                   &response, &f->error));
    assert_int_equal(response->status, JBPM_REQUEST_STATUS_SUCCESS);
    jbpm_response_free(response);
    jbpm_history_log_list *list = NULL;
    CHECK_OK(f, jbpm_list_process_instance_logs(f->anna, OFFICE, NULL, &list, &f->error));
    assert_logs(list, 0, 0);
    jbpm_history_log_list_free(list);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "runtimeProcInstId",
                jbpm_clear_history(f->anna, OFFICE, &(jbpm_clear_history_params){.runtime_proc_inst_id = KF_INT64(-1)},
                                   &response, &f->error));
    assert_null(response);
}
