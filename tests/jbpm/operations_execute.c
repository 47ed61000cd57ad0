#include "operations.h"

#include <string.h>

/* The only result; must be of that kind, and the first command's. */
static const jbpm_command_result *only_result(const jbpm_command_response *response, jbpm_command_result_kind kind)
{
    assert_int_equal(response->results_count, 1);
    assert_int_equal(response->results[0]->kind, kind);
    assert_int_equal(response->results[0]->index.value, 0);
    return response->results[0];
}

static void runtime_commands(fixture *f)
{
    const jbpm_named_value variables[] = {
        {.key = "employee", .value = &(jbpm_value){.type = "xs:string", .text = "42"}},
        {.key = "age", .value = &(jbpm_value){.type = "xs:int", .text = "-5"}}};
    const jbpm_runtime_command start = {.kind = JBPM_COMMAND_KIND_START_PROCESS,
                                        .process_id = "office.note",
                                        .parameter = variables,
                                        .parameter_count = 2};
    const jbpm_command *const commands[] = {(const jbpm_command *)&start};
    const jbpm_command_request request = {
        .deployment_id = OFFICE, .ver = "1", .commands = commands, .commands_count = 1};
    jbpm_command_response *response = NULL;
    CHECK_OK(f, jbpm_execute_runtime_commands(f->anna, OFFICE, &request, &response, &f->error));
    const jbpm_process_instance *instance =
        jbpm_command_result_as_process_instance(only_result(response, JBPM_COMMAND_RESULT_KIND_PROCESS_INSTANCE));
    assert_non_null(instance);
    assert_string_equal(instance->command_name, "StartProcessCommand");
    assert_int_equal(instance->state, JBPM_PROCESS_STATE_COMPLETED);
    assert_logged_value(f, instance->id.value, "result", "java.lang.String java.lang.Integer");
    jbpm_command_response_free(response);
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, "",
                jbpm_execute_runtime_commands(f->guest, OFFICE, &request, &response, &f->error));
    assert_null(response);
}

static void task_commands(fixture *f)
{
    const int64_t task = shared_task(f);
    const jbpm_task_command claim = {.kind = JBPM_COMMAND_KIND_CLAIM_TASK, .task_id = KF_INT64(task), .user_id = "ben"};
    const jbpm_command *const commands[] = {(const jbpm_command *)&claim};
    const jbpm_command_request request = {
        .deployment_id = OFFICE, .ver = "1", .commands = commands, .commands_count = 1};
    jbpm_command_response *response = NULL;
    CHECK_OK(f, jbpm_execute_task_commands(f->anna, &request, &response, &f->error));
    assert_int_equal(response->results_count, 0);
    jbpm_command_response_free(response);
    assert_task_status(f, task, "Reserved");
    /* A command that fails is no error of the call. */
    CHECK_OK(f, jbpm_execute_task_commands(f->anna, &request, &response, &f->error));
    const jbpm_exception_result *exception =
        jbpm_command_result_as_exception_result(only_result(response, JBPM_COMMAND_RESULT_KIND_EXCEPTION));
    assert_non_null(exception);
    assert_string_equal(exception->command_name, "ClaimTaskCommand");
    assert_non_null(strstr(exception->message, "UnauthorizedException"));
    assert_non_null(strstr(exception->cause_message, "PermissionDeniedException"));
    jbpm_command_response_free(response);
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, "", jbpm_execute_task_commands(f->guest, &request, &response, &f->error));
    assert_null(response);
}

void operations_execute(fixture *f)
{
    runtime_commands(f);
    task_commands(f);
}
