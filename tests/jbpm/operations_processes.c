#include "operations.h"

#include <stdio.h>
#include <string.h>

/* What 6.0.1 says for a deployment that it does not have. */
#define NO_DEPLOYMENT "No runtime manager could be found"

static const jbpm_variable *variable(const jbpm_process_instance_with_variables *instance, const char *name)
{
    for (size_t i = 0; i < instance->variables_count; i++) {
        if (strcmp(instance->variables[i].key, name) == 0)
            return &instance->variables[i];
    }
    fail_msg("there is no variable %s", name);
    return NULL;
}

static void starts(fixture *f)
{
    const jbpm_start_process_params params = {.map = KF_MAP({"employee", "Zo\xc3\xab <&\"'>"}, {"age", "42"})};
    jbpm_process_instance *instance = NULL;
    CHECK_OK(f, jbpm_start_process(f->anna, OFFICE, "office.approval", &params, &instance, &f->error));
    assert_string_equal(instance->process_id, "office.approval");
    assert_int_equal(instance->state, JBPM_PROCESS_STATE_ACTIVE);
    assert_int_equal(instance->status, JBPM_REQUEST_STATUS_SUCCESS);
    assert_non_null(strstr(instance->url, "/process/office.approval/start?map_employee="));
    const int64_t id = instance->id.value;
    assert_true(instance->id.presence == KF_SET && id > 0);
    jbpm_process_instance_free(instance);
    assert_logged_value(f, id, "employee", "Zo\xc3\xab <&\"'>");
    assert_logged_value(f, id, "age", "42");

    CHECK_FAILS(f, KF_ERROR_SERVER, 500, "Unknown process ID: office.none",
                jbpm_start_process(f->anna, OFFICE, "office.none", NULL, &instance, &f->error));
    assert_null(instance);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, NO_DEPLOYMENT,
                jbpm_start_process(f->anna, UNKNOWN_DEPLOYMENT, "office.note", NULL, &instance, &f->error));
    CHECK_FAILS(f, KF_ERROR_SERVER, 500, "this process is broken",
                jbpm_start_process(f->anna, OFFICE, "office.broken", NULL, &instance, &f->error));
}

static void starts_with_variables(fixture *f)
{
    const jbpm_start_process_with_vars_params params = {.map = KF_MAP({"employee", "ben"}, {"age", "7i"})};
    jbpm_process_instance_with_variables *instance = NULL;
    CHECK_OK(f, jbpm_start_process_with_vars(f->anna, OFFICE, "office.approval", &params, &instance, &f->error));
    assert_int_equal(instance->status, JBPM_REQUEST_STATUS_SUCCESS);
    assert_int_equal(instance->process_instance->state, JBPM_PROCESS_STATE_ACTIVE);
    assert_string_equal(variable(instance, "employee")->value->text, "ben");
    assert_string_equal(variable(instance, "age")->value->text, "7");
    const int64_t id = instance->process_instance->id.value;
    jbpm_process_instance_with_variables_free(instance);
    CHECK_FAILS(f, KF_ERROR_SERVER, 500, "Unknown process ID: office.none",
                jbpm_start_process_with_vars(f->anna, OFFICE, "office.none", NULL, &instance, &f->error));
    assert_null(instance);

    CHECK_OK(f, jbpm_get_process_instance_with_vars(f->anna, OFFICE, id, &instance, &f->error));
    assert_int_equal(instance->process_instance->id.value, id);
    assert_string_equal(variable(instance, "employee")->value->text, "ben");
    jbpm_process_instance_with_variables_free(instance);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "",
                jbpm_get_process_instance_with_vars(f->anna, OFFICE, UNKNOWN_ID, &instance, &f->error));
    assert_null(instance);
}

static void reads(fixture *f)
{
    const int64_t id = start_for(f, "office.approval", "carl");
    jbpm_process_instance *instance = NULL;
    CHECK_OK(f, jbpm_get_process_instance(f->ben, OFFICE, id, &instance, &f->error));
    assert_int_equal(instance->id.value, id);
    assert_string_equal(instance->process_id, "office.approval");
    assert_null(instance->url);
    jbpm_process_instance_free(instance);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "999999",
                jbpm_get_process_instance(f->anna, OFFICE, UNKNOWN_ID, &instance, &f->error));
    assert_null(instance);

    /* The map of 6.0.1 is empty, whatever there is, which is not taken for an answer. */
    jbpm_variables *variables = NULL;
    CHECK_FAILS(f, KF_ERROR_DECODE, 200, "",
                jbpm_get_process_instance_variables(f->anna, OFFICE, id, &variables, &f->error));
    assert_non_null(strstr(f->error.message, "this server never tells it"));
    assert_null(variables);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, NO_DEPLOYMENT,
                jbpm_get_process_instance_variables(f->anna, UNKNOWN_DEPLOYMENT, id, &variables, &f->error));
    assert_null(variables);
}

static void signals(fixture *f)
{
    const jbpm_signal_process_instance_params params = {.signal = "Go", .event = "42"};
    int64_t id = start_process(f, "office.wait");
    jbpm_response *response = NULL;
    CHECK_OK(f, jbpm_signal_process_instance(f->anna, OFFICE, id, &params, &response, &f->error));
    assert_int_equal(response->status, JBPM_REQUEST_STATUS_SUCCESS);
    assert_non_null(strstr(response->url, "signal=Go"));
    jbpm_response_free(response);
    assert_logged_value(f, id, "result", "42");
    assert_task_status(f, task_of(f, id), "Reserved");
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, NO_DEPLOYMENT,
                jbpm_signal_process_instance(f->anna, UNKNOWN_DEPLOYMENT, id, &params, &response, &f->error));
    assert_null(response);

    const jbpm_signal_process_instance_with_vars_params with_vars = {.signal = "Go", .event = "some text"};
    id = start_process(f, "office.wait");
    jbpm_process_instance_with_variables *instance = NULL;
    CHECK_OK(f, jbpm_signal_process_instance_with_vars(f->anna, OFFICE, id, &with_vars, &instance, &f->error));
    assert_string_equal(variable(instance, "result")->value->text, "some text");
    jbpm_process_instance_with_variables_free(instance);
    CHECK_FAILS(
        f, KF_ERROR_REJECTED, 400, NO_DEPLOYMENT,
        jbpm_signal_process_instance_with_vars(f->anna, UNKNOWN_DEPLOYMENT, id, &with_vars, &instance, &f->error));
    assert_null(instance);
}

/* All instances of a session get it; with a session for each instance, that of one. */
static void signals_all(fixture *f)
{
    const int64_t all[] = {start_process(f, "office.wait"), start_process(f, "office.wait")};
    jbpm_response *response = NULL;
    CHECK_OK(f, jbpm_signal_event(f->anna, OFFICE, &(jbpm_signal_event_params){.signal = "Go", .event = "5i"},
                                  &response, &f->error));
    assert_int_equal(response->status, JBPM_REQUEST_STATUS_SUCCESS);
    jbpm_response_free(response);
    assert_logged_value(f, all[0], "result", "5");
    assert_logged_value(f, all[1], "result", "5");

    const int64_t here = start_at_desk(f, "office.wait"), there = start_at_desk(f, "office.wait");
    const jbpm_signal_event_params to_one = {.signal = "Go", .event = "one", .runtime_proc_inst_id = KF_INT64(here)};
    CHECK_OK(f, jbpm_signal_event(f->anna, DESK, &to_one, &response, &f->error));
    jbpm_response_free(response);
    assert_logged_value(f, here, "result", "one");
    assert_null(logged_value(f, there, "result"));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, NO_DEPLOYMENT,
                jbpm_signal_event(f->anna, UNKNOWN_DEPLOYMENT, &to_one, &response, &f->error));
    assert_null(response);
}

static void aborts(fixture *f)
{
    const int64_t id = start_process(f, "office.approval");
    jbpm_response *response = NULL;
    CHECK_OK(f, jbpm_abort_process_instance(f->anna, OFFICE, id, &response, &f->error));
    assert_int_equal(response->status, JBPM_REQUEST_STATUS_SUCCESS);
    jbpm_response_free(response);
    assert_false(is_active(f, id));
    CHECK_FAILS(f, KF_ERROR_SERVER, 500, "", jbpm_abort_process_instance(f->anna, OFFICE, id, &response, &f->error));
    assert_null(response);
}

void operations_processes(fixture *f)
{
    starts(f);
    starts_with_variables(f);
    reads(f);
    signals(f);
    signals_all(f);
    aborts(f);
}

static void completes_work_items(fixture *f)
{
    const int64_t instance = start_for(f, "office.service", "carl");
    const int64_t id = work_item_of(f, OFFICE, instance);
    jbpm_work_item *item = NULL;
    CHECK_OK(f, jbpm_get_work_item(f->anna, OFFICE, id, NULL, &item, &f->error));
    assert_string_equal(item->name, "Service");
    assert_int_equal(item->state.value, 0);
    assert_int_equal(item->process_instance_id.value, instance);
    assert_int_equal(item->results_count, 0);
    assert_int_equal(item->parameters_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const bool mode = strcmp(item->parameters[i].key, "mode") == 0;
        assert_string_equal(item->parameters[i].value->text, mode ? "urgent" : "carl");
        assert_string_equal(item->parameters[i].value->type, "xs:string");
    }
    jbpm_work_item_free(item);
    CHECK_FAILS(f, KF_ERROR_SERVER, 500, "", jbpm_get_work_item(f->anna, OFFICE, UNKNOWN_ID, NULL, &item, &f->error));
    assert_null(item);

    const jbpm_complete_work_item_params params = {.map = KF_MAP({"Result", "done & gone"})};
    jbpm_response *response = NULL;
    CHECK_OK(f, jbpm_complete_work_item(f->anna, OFFICE, id, &params, &response, &f->error));
    assert_int_equal(response->status, JBPM_REQUEST_STATUS_SUCCESS);
    jbpm_response_free(response);
    assert_false(is_active(f, instance));
    assert_logged_value(f, instance, "result", "done & gone");
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, NO_DEPLOYMENT,
                jbpm_complete_work_item(f->anna, UNKNOWN_DEPLOYMENT, id, &params, &response, &f->error));
    assert_null(response);
}

static void aborts_work_items(fixture *f)
{
    const int64_t instance = start_process(f, "office.service");
    const int64_t id = work_item_of(f, OFFICE, instance);
    jbpm_response *response = NULL;
    CHECK_OK(f, jbpm_abort_work_item(f->anna, OFFICE, id, NULL, &response, &f->error));
    assert_int_equal(response->status, JBPM_REQUEST_STATUS_SUCCESS);
    jbpm_response_free(response);
    assert_false(is_active(f, instance));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, NO_DEPLOYMENT,
                jbpm_abort_work_item(f->anna, UNKNOWN_DEPLOYMENT, id, NULL, &response, &f->error));
    assert_null(response);
}

/* Of instances with sessions of their own. */
static void work_items_at_desk(fixture *f)
{
    int64_t instance = start_at_desk(f, "office.service");
    int64_t id = work_item_of(f, DESK, instance);
    jbpm_work_item *item = NULL;
    jbpm_response *response = NULL;
    const jbpm_get_work_item_params of = {.runtime_proc_inst_id = KF_INT64(instance)};
    CHECK_OK(f, jbpm_get_work_item(f->anna, DESK, id, &of, &item, &f->error));
    assert_int_equal(item->process_instance_id.value, instance);
    jbpm_work_item_free(item);
    const jbpm_complete_work_item_params completed = {.map = KF_MAP({"Result", "5"}),
                                                      .runtime_proc_inst_id = KF_INT64(instance)};
    CHECK_OK(f, jbpm_complete_work_item(f->anna, DESK, id, &completed, &response, &f->error));
    jbpm_response_free(response);
    assert_logged_value(f, instance, "result", "5");

    instance = start_at_desk(f, "office.service");
    id = work_item_of(f, DESK, instance);
    const jbpm_abort_work_item_params aborted = {.runtime_proc_inst_id = KF_INT64(instance)};
    CHECK_OK(f, jbpm_abort_work_item(f->anna, DESK, id, &aborted, &response, &f->error));
    jbpm_response_free(response);
}

void operations_work_items(fixture *f)
{
    completes_work_items(f);
    aborts_work_items(f);
    work_items_at_desk(f);
}
