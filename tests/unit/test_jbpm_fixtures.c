/* What real servers of several releases answer, in XML and JSON, fills the same structs. */
#include "jbpm_fixture.h"

#include <string.h>

static kf_error error;

static void test_process_instances(void **state)
{
    static const struct {
        const char *file, *process_id, *event;
        int64_t id;
        jbpm_process_state process_state;
    } cases[] = {{"6.0.1/process-instance.xml", "office.approval", NULL, 3, JBPM_PROCESS_STATE_ACTIVE},
                 {"6.0.1/process-instance.json", "office.approval", NULL, 35, JBPM_PROCESS_STATE_ACTIVE},
                 {"6.4.0/process-instance.xml", "com.acme.signal", "MySignal", 20, JBPM_PROCESS_STATE_ACTIVE},
                 {"6.4.0/process-instance.json", "com.acme.signal", "MySignal", 56, JBPM_PROCESS_STATE_ACTIVE},
                 {"wildfly/process-instance.json", "office.approval", NULL, 1, JBPM_PROCESS_STATE_COMPLETED}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jbpm_process_instance *instance = known(&jbpm_process_instance_schema, cases[i].file);
        assert_string_equal(instance->process_id, cases[i].process_id);
        assert_int_equal(instance->id.value, cases[i].id);
        assert_int_equal(instance->state, cases[i].process_state);
        assert_int_equal(instance->event_types_count, cases[i].event != NULL);
        if (cases[i].event != NULL)
            assert_string_equal(instance->event_types[0], cases[i].event);
        jbpm_process_instance_free(instance);
    }
}

static void test_variables_of_instances(void **state)
{
    static const char *const files[] = {
        "6.0.1/process-instance-with-variables.xml", "6.0.1/process-instance-with-variables.json",
        "6.4.0/process-instance-with-variables.xml", "6.4.0/process-instance-with-variables.json"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        jbpm_process_instance_with_variables *answer = known(&jbpm_process_instance_with_variables_schema, files[i]);
        const char *type = strstr(files[i], ".json") != NULL ? "xs:string" : NULL;
        is_value(variable(answer->variables, answer->variables_count, "employee")->value, type, "Zoë <東京> & \"q\"");
        is_value(variable(answer->variables, answer->variables_count, "age")->value, type, i < 2 ? "42" : "43");
        assert_int_equal(answer->status, JBPM_REQUEST_STATUS_SUCCESS);
        assert_int_equal(answer->process_instance->state, JBPM_PROCESS_STATE_ACTIVE);
        jbpm_process_instance_with_variables_free(answer);
    }
    jbpm_variables *none = known(&jbpm_variables_schema, "6.0.1/variables.xml");
    assert_int_equal(none->variables_count, 0);
    assert_int_equal(none->status, JBPM_REQUEST_STATUS_SUCCESS);
    jbpm_variables_free(none);
}

static void test_work_items(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) { /* Values that can be read. */
        jbpm_work_item *item = known(&jbpm_work_item_schema, i == 0 ? "6.0.1/work-item.xml" : "6.0.1/work-item.json");
        assert_string_equal(item->name, "Service");
        assert_int_equal(item->state.value, 0);
        assert_int_equal(item->parameters_count, 3);
        assert_int_equal(item->results_count, 0);
        is_value(variable(item->parameters, 3, "mode")->value, "xs:string", "urgent");
        is_value(variable(item->parameters, 3, "age")->value, "xs:long", "7");
        jbpm_work_item_free(item);
    }
    jbpm_work_item *item = known(&jbpm_work_item_schema, "6.4.0/work-item.xml"); /* Java's serialization. */
    const jbpm_variable *entry = variable(item->parameters, item->parameters_count, "p1");
    assert_string_equal(entry->class_name, "java.lang.String");
    assert_null(entry->value);
    assert_int_equal(entry->content.length, 26);
    assert_memory_equal(entry->content.data, "\xac\xed\0\5t\0\x13Zo", 9);
    jbpm_work_item_free(item);
    item = known(&jbpm_work_item_schema, "6.4.0/work-item.json");
    is_value(variable(item->parameters, item->parameters_count, "p2")->value, "xs:long", "5");
    jbpm_work_item_free(item);
}

static void test_json_values_of_all_kinds(void **state)
{
    (void)state;
    jbpm_work_item *item = decoded(&jbpm_work_item_schema, "wildfly/work-item.json");
    size_t count = item->parameters_count;
    assert_int_equal(count, 7);
    is_value(variable(item->parameters, count, "mode")->value, "xs:string", "urgent");
    is_value(variable(item->parameters, count, "age")->value, "xs:long", "7");
    is_value(variable(item->parameters, count, "rush")->value, "xs:boolean", "true");
    is_value(variable(item->parameters, count, "ratio")->value, "xs:double", "1.5");
    assert_null(variable(item->parameters, count, "none")->value);
    is_value(variable(item->parameters, count, "list")->value, NULL, "[\"a\",1]");
    const kf_extra_member *member = kf_extra_find(&variable(item->parameters, count, "object")->value->extra, "a");
    assert_non_null(member);
    assert_memory_equal(member->json, "1", member->length);
    jbpm_work_item_free(item);
}

static void test_logs_of_nodes(void **state)
{
    static const char *const files[] = {"6.4.0/node-logs.xml", "6.4.0/node-logs.json", "6.0.1/node-logs.xml",
                                        "6.0.1/node-logs.json"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        /* JSON of 6.0.1 has a copy of each log within it. */
        jbpm_history_log_list *list =
            i == 3 ? decoded(&jbpm_history_log_list_schema, files[i]) : known(&jbpm_history_log_list_schema, files[i]);
        assert_int_equal(list->history_log_list_count, 3);
        const jbpm_node_instance_log *log =
            jbpm_history_log_as_node_instance_log(list->history_log_list[i < 2 ? 2 : 1]);
        assert_non_null(log);
        assert_int_equal(log->kind, JBPM_COMMAND_RESULT_KIND_NODE_INST_LOG);
        assert_string_equal(log->node_id, i < 2 ? "_2" : "approve");
        assert_string_equal(log->node_instance_id, "1");
        assert_int_equal(log->type.value, 0);
        assert_int_equal(strlen(log->date), strlen("2026-11-21T09:25:13.618Z"));
        assert_memory_equal(log->date, "2026-11-21T", 11);
        if (i < 2)
            assert_int_equal(log->work_item_id.value, i == 0 ? 7 : 25);
        else
            assert_int_equal(log->id.presence, KF_SET);
        jbpm_history_log_list_free(list);
    }
}

static void test_logs_of_variables(void **state)
{
    static const char *const files[] = {"6.4.0/variable-logs.xml", "6.4.0/variable-logs.json",
                                        "6.0.1/variable-logs.xml", "6.0.1/variable-logs.json"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        jbpm_history_log_list *list =
            i == 3 ? decoded(&jbpm_history_log_list_schema, files[i]) : known(&jbpm_history_log_list_schema, files[i]);
        size_t found = 0;
        for (size_t k = 0; k < list->history_log_list_count; k++) {
            const jbpm_variable_instance_log *log =
                jbpm_history_log_as_variable_instance_log(list->history_log_list[k]);
            assert_non_null(log);
            if (strcmp(log->variable_id, "employee") == 0) {
                assert_string_equal(log->value, "Zoë <東京> & \"q\"");
                assert_string_equal(log->old_value, "");
                found++;
            }
        }
        assert_int_equal(found, 1);
        jbpm_history_log_list_free(list);
    }
}

/* A list of one in 6.0.1, the log itself later. */
static void test_logs_of_one_instance(void **state)
{
    static const char *const files[] = {"6.0.1/process-log.xml", "6.0.1/process-log.json", "6.4.0/process-log.xml",
                                        "6.4.0/process-log.json", "wildfly/process-log.json"};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        jbpm_history_log_list *list =
            i == 1 ? decoded(&jbpm_history_log_list_schema, files[i]) : known(&jbpm_history_log_list_schema, files[i]);
        assert_int_equal(list->history_log_list_count, 1);
        const jbpm_process_instance_log *log = jbpm_history_log_as_process_instance_log(list->history_log_list[0]);
        assert_non_null(log);
        assert_string_equal(log->process_version, "1.0");
        bool completed = strncmp(files[i], "6.4.0", 5) == 0;
        assert_int_equal(log->status, completed ? JBPM_PROCESS_STATE_COMPLETED : JBPM_PROCESS_STATE_ACTIVE);
        assert_int_equal(log->end != NULL, completed);
        assert_int_equal(log->duration.presence == KF_SET, completed);
        assert_null(log->outcome);
        assert_int_equal(log->parent_process_instance_id.presence, i < 2 ? KF_NULL : KF_SET);
        jbpm_history_log_list_free(list);
    }
}

static void test_lists_of_logs(void **state)
{
    (void)state;
    jbpm_history_log_list *list = known(&jbpm_history_log_list_schema, "6.4.0/process-logs.json");
    assert_int_equal(list->history_log_list[0]->kind, JBPM_COMMAND_RESULT_KIND_PROC_INST_LOG);
    jbpm_history_log_list_free(list);
    list = known(&jbpm_history_log_list_schema, "wildfly/logs.json"); /* All kinds, in their order. */
    assert_int_equal(list->history_log_list_count, 3);
    assert_string_equal(jbpm_history_log_as_process_instance_log(list->history_log_list[0])->start,
                        "2026-11-21T09:25:34.267Z");
    assert_int_equal(jbpm_history_log_as_node_instance_log(list->history_log_list[1])->work_item_id.value, 20);
    assert_string_equal(jbpm_history_log_as_variable_instance_log(list->history_log_list[2])->value, "42");
    jbpm_history_log_list_free(list);
    for (size_t i = 0; i < 2; i++) {
        list = known(&jbpm_history_log_list_schema, i == 0 ? "6.4.0/no-logs.xml" : "6.4.0/no-logs.json");
        assert_int_equal(list->history_log_list_count, 0);
        jbpm_history_log_list_free(list);
    }
    jbpm_process_instance_list *instances =
        known(&jbpm_process_instance_list_schema, "6.0.1/process-instances-with-variable.xml");
    assert_true(instances->process_instance_list_count > 1);
    assert_string_equal(instances->process_instance_list[0].process_id, "office.approval");
    jbpm_process_instance_list_free(instances);
}

static void test_lists_of_tasks(void **state)
{
    static const char *const files[] = {"6.0.1/tasks.xml", "6.4.0/tasks.xml", "6.4.0/tasks.json"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        jbpm_task_summary_list *list = known(&jbpm_task_summary_list_schema, files[i]);
        assert_int_equal(list->task_summary_list_count, 2);
        const jbpm_task_summary *task = &list->task_summary_list[0];
        assert_int_equal(task->id.value, 1);
        assert_string_equal(task->name, i == 0 ? "Approve" : "Approve Request");
        assert_int_equal(task->status, i == 0 ? JBPM_TASK_STATUS_RESERVED : JBPM_TASK_STATUS_IN_PROGRESS);
        assert_string_equal(task->actual_owner, i == 0 ? "anna" : "krisv");
        assert_string_equal(task->created_by, i == 0 ? "anna" : "krisv");
        assert_string_equal(task->created_on, i == 0 ? "2026-11-21T16:55:14.692Z" : "2026-11-21T09:23:28.515Z");
        assert_true(task->skipable.value);
        assert_int_equal(task->parent_id.value, -1);
        jbpm_task_summary_list_free(list);
    }
    /* JSON of 6.0.1 has no list at all. */
    jbpm_task_summary_list *none = known(&jbpm_task_summary_list_schema, "6.0.1/tasks.json");
    assert_int_equal(none->task_summary_list_count, 0);
    jbpm_task_summary_list_free(none);
}

static void test_tasks(void **state)
{
    static const char *const files[] = {"6.4.0/task.xml", "6.4.0/task.json", "wildfly/task.json"};
    (void)state;
    jbpm_task *task = known(&jbpm_task_schema, "6.0.1/task.xml");
    assert_int_equal(task->name_count, 1);
    assert_string_equal(task->name[0], "2:en-UK:Approve");
    assert_int_equal(task->people_assignments->business_administrators_count, 2);
    assert_string_equal(task->people_assignments->business_administrators[1].reference, "g:Administrators");
    assert_string_equal(task->people_assignments->potential_owners[0].reference, "u:anna");
    assert_int_equal(task->task_data->previous_status, JBPM_TASK_STATUS_CREATED);
    assert_int_equal(task->task_data->document_content_id.value, 1);
    assert_int_equal(task->task_data->output_content_id.value, -1);
    jbpm_task_free(task);
    for (size_t i = 0; i < 3; i++) {
        task = known(&jbpm_task_schema, files[i]);
        assert_int_equal(task->name_count, 1);
        assert_string_equal(task->name[0], i < 2 ? "Approve Request" : "Approve");
        assert_int_equal(task->names_count, 1);
        assert_string_equal(task->names[0].language, "en-UK");
        assert_string_equal(task->names[0].text, task->name[0]);
        assert_int_equal(task->people_assignments->potential_owners_count, 1);
        assert_string_equal(task->people_assignments->potential_owners[0].id, i < 2 ? "krisv" : "anna");
        assert_int_equal(task->people_assignments->potential_owners[0].type, JBPM_ORGANIZATIONAL_ENTITY_TYPE_USER);
        assert_true(task->people_assignments->business_administrators_count > 0);
        assert_int_equal(task->task_data->status, JBPM_TASK_STATUS_RESERVED);
        assert_int_equal(task->task_data->previous_status, JBPM_TASK_STATUS_CREATED);
        assert_int_equal(task->task_data->work_item_id.value, i == 0 ? 2 : 20);
        assert_string_equal(task->form_name, "approve");
        jbpm_task_free(task);
    }
}

static void test_contents(void **state)
{
    static const char *const files[] = {"6.0.1/content.xml", "6.4.0/content.xml", "6.0.1/content.json",
                                        "6.4.0/content.json"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        jbpm_content *content = known(&jbpm_content_schema, files[i]);
        const jbpm_variable *comment = variable(content->content_map, content->content_map_count, "Comment");
        if (i < 2) {
            assert_string_equal(comment->class_name, "java.lang.String");
            assert_memory_equal(comment->content.data, "\xac\xed\0\5t\0", 6);
        } else {
            is_value(comment->value, "xs:string",
                     i == 2 ? "Approve <Zoë & 東京>, please" : "Please approve <Zoë & 東京>");
            assert_memory_equal(content->content.data, "\xac\xed", 2);
        }
        jbpm_content_free(content);
    }
}

static void test_plain_answers_and_errors(void **state)
{
    static const char *const files[] = {"6.0.1/response.xml", "6.0.1/response.json", "6.4.0/response.xml",
                                        "6.4.0/response.json", "wildfly/response.json"};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        jbpm_response *answer = known(&jbpm_response_schema, files[i]);
        assert_int_equal(answer->status, JBPM_REQUEST_STATUS_SUCCESS);
        assert_non_null(answer->url);
        assert_null(answer->message);
        jbpm_response_free(answer);
    }
    jbpm_response *answer = known(&jbpm_response_schema, "6.0.1/error.xml");
    assert_int_equal(answer->status, JBPM_REQUEST_STATUS_FAILURE);
    assert_string_equal(answer->error, "Unknown process ID: office.none");
    jbpm_response_free(answer);
    answer = known(&jbpm_response_schema, "6.4.0/error.xml");
    assert_string_equal(answer->message,
                        "IllegalArgumentException thrown with message 'Unknown process ID: no.such.process'");
    assert_non_null(strchr(answer->stack_trace, '\n'));
    jbpm_response_free(answer);
    answer = known(&jbpm_response_schema, "6.4.0/error-404.xml");
    assert_int_equal(answer->status, JBPM_REQUEST_STATUS_NOT_FOUND);
    assert_null(answer->message);
    jbpm_response_free(answer);
}

static void test_definitions_and_deployments(void **state)
{
    static const char *const lists[] = {"6.4.0/deployments.xml", "6.4.0/deployments.json", "6.0.1/deployments.json",
                                        "wildfly/deployments.json"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        jbpm_process_definition_list *list =
            known(&jbpm_process_definition_list_schema,
                  i == 0 ? "6.4.0/process-definitions.xml" : "6.4.0/process-definitions.json");
        assert_int_equal(list->process_definition_list_count, 3);
        const jbpm_process_definition *definition = &list->process_definition_list[0];
        assert_string_equal(definition->package_name, "com.acme");
        assert_int_equal(definition->forms_count, 0);
        is_value(variable(definition->variables, definition->variables_count, "age")->value,
                 i == 0 ? NULL : "xs:string", "Object");
        jbpm_process_definition_list_free(list);
        jbpm_form_response *form =
            known(&jbpm_form_response_schema, i == 0 ? "6.4.0/start-form.xml" : "6.4.0/start-form.json");
        assert_non_null(strstr(form->form_url, "&processId=com.acme.usertask"));
        jbpm_form_response_free(form);
        jbpm_deployment_job_result *job = known(&jbpm_deployment_job_result_schema,
                                                i == 0 ? "6.4.0/deployment-job.xml" : "6.4.0/deployment-job.json");
        assert_true(job->success.value);
        assert_int_equal(job->deployment_unit->status, JBPM_DEPLOYMENT_STATUS_ACCEPTED);
        jbpm_deployment_job_result_free(job);
    }
    for (size_t i = 0; i < 4; i++) {
        jbpm_deployment_unit_list *list = known(&jbpm_deployment_unit_list_schema, lists[i]);
        assert_int_equal(list->deployment_unit_list_count, i == 3 ? 1 : 2);
        assert_int_equal(list->deployment_unit_list[0].strategy, JBPM_RUNTIME_STRATEGY_SINGLETON);
        assert_int_equal(list->deployment_unit_list[0].status, JBPM_DEPLOYMENT_STATUS_DEPLOYED);
        jbpm_deployment_unit_list_free(list);
    }
    jbpm_deployment_unit *unit = known(&jbpm_deployment_unit_schema, "6.0.1/deployment.xml");
    assert_int_equal(unit->strategy, JBPM_RUNTIME_STRATEGY_SINGLETON);
    assert_int_equal(unit->status, JBPM_DEPLOYMENT_STATUS_DEPLOYED);
    jbpm_deployment_unit_free(unit);
}

static void test_queries_with_variables(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        jbpm_process_instance_info_list *list =
            known(&jbpm_process_instance_info_list_schema,
                  i == 0 ? "6.4.0/process-instances.xml" : "6.4.0/process-instances.json");
        const jbpm_process_instance_info *info = &list->process_instance_info_list[0];
        assert_string_equal(info->process_instance->process_id, "com.acme.usertask");
        assert_true(info->variables_count > 1);
        assert_non_null(info->variables[0].value->text);
        assert_memory_equal(info->variables[0].last_modification_date, "2026-11-21T", 11);
        jbpm_process_instance_info_list_free(list);
        jbpm_task_info_list *tasks = known(&jbpm_task_info_list_schema, i == 0 ? "6.4.0/tasks-with-variables.xml"
                                                                               : "6.4.0/tasks-with-variables.json");
        assert_int_equal(tasks->task_info_list[0].task_summaries_count, 1);
        assert_string_equal(tasks->task_info_list[0].task_summaries[0].actual_owner, "krisv");
        jbpm_task_info_list_free(tasks);
    }
    /* A value here is a Java object with its members. */
    jbpm_process_instance_info_list *list =
        decoded(&jbpm_process_instance_info_list_schema, "wildfly/process-instances.json");
    assert_string_equal(list->process_instance_info_list[0].variables[0].value->text, "42");
    assert_int_equal(list->process_instance_info_list[0].process_instance->id.value, 1);
    jbpm_process_instance_info_list_free(list);
}

static void test_results_of_commands(void **state)
{
    (void)state;
    jbpm_command_response *answer = known(&jbpm_command_response_schema, "6.0.1/execute-several.xml");
    assert_null(answer->ver);
    assert_int_equal(answer->results_count, 5);
    const jbpm_command_result *const *results = answer->results;
    assert_int_equal(results[0]->kind, JBPM_COMMAND_RESULT_KIND_PROCESS_INSTANCE);
    assert_int_equal(jbpm_command_result_as_process_instance(results[0])->id.value, 34);
    assert_int_equal(results[1]->index.value, 3);
    assert_string_equal(results[1]->command_name, "StartProcessCommand");
    assert_non_null(strstr(jbpm_command_result_as_exception_result(results[1])->message, "office.none"));
    assert_int_equal(results[2]->kind, JBPM_COMMAND_RESULT_KIND_PROC_INST_LOG);
    assert_int_equal(results[2]->index.presence, KF_ABSENT);
    assert_string_equal(jbpm_command_result_as_process_instance_log(results[2])->identity, "anna");
    assert_int_equal(jbpm_command_result_as_history_log_list(results[3])->history_log_list_count, 3);
    const jbpm_history_log_list *variables = jbpm_command_result_as_history_log_list(results[4]);
    assert_string_equal(jbpm_history_log_as_variable_instance_log(variables->history_log_list[1])->old_value, "5");
    jbpm_command_response_free(answer);

    answer = known(&jbpm_command_response_schema, "6.4.0/execute-several.xml");
    assert_string_equal(answer->ver, "6.4.0.1");
    assert_int_equal(answer->results_count, 5);
    const jbpm_string_list *identifiers = jbpm_command_result_as_string_list(answer->results[0]);
    assert_int_equal(identifiers->values_count, 6);
    assert_string_equal(identifiers->values[5], "com.acme.work");
    assert_int_equal(jbpm_command_result_as_process_instance_list(answer->results[2])->process_instance_list_count, 0);
    jbpm_command_response_free(answer);
}

static void test_each_kind_of_result(void **state)
{
    static const struct {
        const char *file;
        jbpm_command_result_kind kind;
    } cases[] = {{"6.0.1/execute-tasks.xml", JBPM_COMMAND_RESULT_KIND_TASK_SUMMARY_LIST},
                 {"6.0.1/execute-identifiers.xml", JBPM_COMMAND_RESULT_KIND_LONG_LIST},
                 {"6.0.1/execute-content.xml", JBPM_COMMAND_RESULT_KIND_CONTENT_RESPONSE},
                 {"6.0.1/execute-logs.xml", JBPM_COMMAND_RESULT_KIND_HISTORY_LOG_LIST},
                 {"6.4.0/execute-start.xml", JBPM_COMMAND_RESULT_KIND_PROCESS_INSTANCE},
                 {"6.4.0/execute-task.xml", JBPM_COMMAND_RESULT_KIND_TASK_RESPONSE},
                 {"6.4.0/execute-tasks.xml", JBPM_COMMAND_RESULT_KIND_TASK_SUMMARY_LIST},
                 {"6.4.0/execute-work-item.xml", JBPM_COMMAND_RESULT_KIND_WORK_ITEM},
                 {"6.4.0/execute-exception.xml", JBPM_COMMAND_RESULT_KIND_EXCEPTION},
                 {"6.4.0/execute-primitive.xml", JBPM_COMMAND_RESULT_KIND_PRIMITIVE}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jbpm_command_response *answer = known(&jbpm_command_response_schema, cases[i].file);
        assert_int_equal(answer->results_count, 1);
        assert_int_equal(answer->results[0]->kind, cases[i].kind);
        if (cases[i].kind == JBPM_COMMAND_RESULT_KIND_PRIMITIVE) {
            const jbpm_primitive *primitive = jbpm_command_result_as_primitive(answer->results[0]);
            assert_string_equal(primitive->type, "java.lang.Integer");
            is_value(primitive->result, "xs:int", "0");
        }
        jbpm_command_response_free(answer);
    }
    jbpm_command_response *none = known(&jbpm_command_response_schema, "6.4.0/execute-nothing.xml");
    assert_int_equal(none->results_count, 0);
    jbpm_command_response_free(none);
}

/* Written as XML and read again, a request is the same; and so are the words that the server looks for. */
static void test_requests(void **state)
{
    static const struct {
        const char *file, *words;
    } cases[] = {
        {"6.0.1/request-several.xml", "<find-variable-instances processInstanceId=\"32\" variableId=\"age\"/>"},
        {"6.4.0/request-start-process.xml",
         "<parameter><item key=\"employee\"><value xsi:type=\"xs:string\">Zoë 東京</value>"},
        {"6.4.0/request-logs.xml", "value=\"42\" activeProcesses=\"false\"/>"},
        {"6.4.0/request-complete-task.xml", "<complete-task><task-id>11</task-id><user-id>krisv</user-id><data>"},
        {"6.4.0/request-signal-event.xml",
         "<signal-event event-type=\"MySignal\"><event xsi:type=\"xs:string\">x</event>"},
        {"6.4.0/request-complete-work-item.xml", "<complete-work-item id=\"14\"><result><item key=\"Result\">"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jbpm_command_request *request = known(&jbpm_command_request_schema, cases[i].file), *again = NULL;
        char *xml = NULL, *before = NULL, *after = NULL;
        assert_int_equal(kf_model_encode_xml(&jbpm_command_request_schema, request, &xml, &error), KF_OK);
        if (strstr(xml, cases[i].words) == NULL)
            fail_msg("%s\nlacks %s", xml, cases[i].words);
        bool typed = strstr(xml, "xsi:type") != NULL;
        assert_int_equal(strstr(xml, "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"") != NULL, typed);
        assert_int_equal(strstr(xml, "xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"") != NULL, typed);
        assert_int_equal(kf_model_decode_xml(&jbpm_command_request_schema, xml, strlen(xml), (void **)&again, &error),
                         KF_OK);
        assert_int_equal(jbpm_command_request_encode(request, &before, &error), KF_OK);
        assert_int_equal(jbpm_command_request_encode(again, &after, &error), KF_OK);
        assert_string_equal(after, before);
        kf_free(xml);
        kf_free(before);
        kf_free(after);
        jbpm_command_request_free(again);
        jbpm_command_request_free(request);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_process_instances),
                                              cmocka_unit_test(test_variables_of_instances),
                                              cmocka_unit_test(test_work_items),
                                              cmocka_unit_test(test_json_values_of_all_kinds),
                                              cmocka_unit_test(test_logs_of_nodes),
                                              cmocka_unit_test(test_logs_of_variables),
                                              cmocka_unit_test(test_logs_of_one_instance),
                                              cmocka_unit_test(test_lists_of_logs),
                                              cmocka_unit_test(test_lists_of_tasks),
                                              cmocka_unit_test(test_tasks),
                                              cmocka_unit_test(test_contents),
                                              cmocka_unit_test(test_plain_answers_and_errors),
                                              cmocka_unit_test(test_definitions_and_deployments),
                                              cmocka_unit_test(test_queries_with_variables),
                                              cmocka_unit_test(test_results_of_commands),
                                              cmocka_unit_test(test_each_kind_of_result),
                                              cmocka_unit_test(test_requests)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
