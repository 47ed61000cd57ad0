/* What a real jBPM 6.0.1 answers when something is wrong, defects of its own among it, and how jbpm_error_classify()
 * reads that. */
#include "support.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/loopback.h"
#include "support/proxy.h"

/* The call fails with that status, which means that. */
#define MEANS(f, kind, http, call)                                                                                     \
    do {                                                                                                               \
        if ((call) == KF_OK || (f)->error.http_status != (http) || jbpm_error_classify(&(f)->error) != (kind))         \
            fail_msg("%s gave HTTP %d, kind %d: %s [%s] [%s]", #call, (f)->error.http_status,                          \
                     (int)jbpm_error_classify(&(f)->error), (f)->error.message, (f)->error.server_code,                \
                     (f)->error.server_message);                                                                       \
        assert_null(strchr((f)->error.server_message, '<'));                                                           \
        assert_int_equal((f)->error.attempts, (http) == 0 ? (f)->error.attempts : 1);                                  \
    } while (0)

/* The same with another client for one user. */
static jbpm_error_kind kind_with(fixture *f, const char *user, const char *password, const char *base)
{
    kf_client_options options = fixture_options(NULL, user);
    options.password = password;
    if (base != NULL)
        options.base_url = base;
    kf_client *client = fixture_client(&options);
    jbpm_task_summary_list *list = NULL;
    jbpm_query_tasks(client, &(jbpm_query_tasks_params){.task_owner = KF_LIST("nobody")}, &list, &f->error);
    jbpm_task_summary_list_free(list);
    kf_client_free(client);
    return jbpm_error_classify(&f->error);
}

static void test_login(void **state)
{
    fixture *f = *state;
    assert_int_equal(kind_with(f, "anna", "anna", NULL), JBPM_ERROR_NONE);
    assert_int_equal(kind_with(f, "anna", "wrong", NULL), JBPM_ERROR_LOGIN);
    assert_int_equal(f->error.status, KF_ERROR_AUTH);
    assert_int_equal(f->error.http_status, 401);
    assert_null(strchr(f->error.server_message, '<'));
    assert_int_equal(kind_with(f, "nobody", "anna", NULL), JBPM_ERROR_LOGIN);
    assert_int_equal(kind_with(f, NULL, NULL, NULL), JBPM_ERROR_LOGIN);
    assert_int_equal(kind_with(f, "guest", "guest", NULL), JBPM_ERROR_ROLE);
    assert_int_equal(f->error.http_status, 403);
    assert_null(strchr(f->error.server_message, '<'));
}

/* A 401 that says nothing about the login. */
static void test_permission(void **state)
{
    fixture *f = *state;
    const int64_t task = shared_task(f);
    jbpm_response *response = NULL;
    MEANS(f, JBPM_ERROR_PERMISSION, 401, jbpm_complete_task(f->ben, task, NULL, &response, &f->error));
    CHECK_OK(f, jbpm_claim_task(f->ben, task, &response, &f->error));
    jbpm_response_free(response);
    MEANS(f, JBPM_ERROR_PERMISSION, 401, jbpm_claim_task(f->carl, task, &response, &f->error));
    assert_string_equal(f->error.server_code, "FAILURE");
    assert_non_null(strstr(f->error.server_message, "carl"));
    assert_false(f->error.may_have_acted);
    MEANS(f, JBPM_ERROR_PERMISSION, 401, jbpm_skip_task(f->carl, task, &response, &f->error));
    CHECK_OK(f, jbpm_release_task(f->ben, task, &response, &f->error));
    jbpm_response_free(response);
}

static void test_what_is_not_there(void **state)
{
    fixture *f = *state;
    jbpm_process_instance *instance = NULL;
    jbpm_work_item *item = NULL;
    jbpm_task *task = NULL;
    jbpm_content *content = NULL;
    jbpm_response *response = NULL;
    MEANS(f, JBPM_ERROR_DEPLOYMENT, 400,
          jbpm_start_process(f->anna, UNKNOWN_DEPLOYMENT, "office.note", NULL, &instance, &f->error));
    MEANS(f, JBPM_ERROR_DEPLOYMENT, 400,
          jbpm_start_process(f->anna, OFFICE ":base:session", "office.note", NULL, &instance, &f->error));
    MEANS(f, JBPM_ERROR_PROCESS, 500, jbpm_start_process(f->anna, OFFICE, "office.none", NULL, &instance, &f->error));
    MEANS(f, JBPM_ERROR_GONE, 400, jbpm_get_process_instance(f->anna, OFFICE, UNKNOWN_ID, &instance, &f->error));
    MEANS(f, JBPM_ERROR_GONE, 500,
          jbpm_abort_process_instance(f->anna, OFFICE, start_process(f, "office.note"), &response, &f->error));
    MEANS(f, JBPM_ERROR_GONE, 500, jbpm_get_work_item(f->anna, OFFICE, UNKNOWN_ID, NULL, &item, &f->error));
    MEANS(f, JBPM_ERROR_GONE, 404, jbpm_get_task(f->anna, UNKNOWN_ID, &task, &f->error));
    MEANS(f, JBPM_ERROR_GONE, 404, jbpm_get_content(f->anna, UNKNOWN_ID, &content, &f->error));
    MEANS(f, JBPM_ERROR_GONE, 404, jbpm_skip_task(f->anna, UNKNOWN_ID, &response, &f->error));
    MEANS(f, JBPM_ERROR_GONE, 404, jbpm_complete_task(f->anna, UNKNOWN_ID, NULL, &response, &f->error));
    MEANS(f, JBPM_ERROR_GONE, 500, jbpm_claim_task(f->anna, UNKNOWN_ID, &response, &f->error));
    /* These are no errors to the server. */
    CHECK_OK(f, jbpm_complete_work_item(f->anna, OFFICE, UNKNOWN_ID, NULL, &response, &f->error));
    jbpm_response_free(response);
    CHECK_OK(f, jbpm_abort_work_item(f->anna, OFFICE, UNKNOWN_ID, NULL, &response, &f->error));
    jbpm_response_free(response);
    CHECK_OK(f, jbpm_signal_process_instance(f->anna, OFFICE, UNKNOWN_ID,
                                             &(jbpm_signal_process_instance_params){.signal = "Go"}, &response,
                                             &f->error));
    jbpm_response_free(response);
}

static void test_requests_that_are_wrong(void **state)
{
    fixture *f = *state;
    const int64_t id = start_process(f, "office.service");
    jbpm_process_instance *instance = NULL;
    jbpm_history_log_list *list = NULL;
    jbpm_response *response = NULL;
    const char *const long_texts[] = {"1234567890123456789", "1234567890i"};
    for (size_t i = 0; i < 2; i++) {
        const jbpm_start_process_params params = {.map = KF_MAP({"age", long_texts[i]})};
        MEANS(f, JBPM_ERROR_REFUSED, 400,
              jbpm_start_process(f->anna, OFFICE, "office.note", &params, &instance, &f->error));
    }
    MEANS(f, JBPM_ERROR_REFUSED, 400,
          jbpm_list_child_logs(f->anna, OFFICE, id, &(jbpm_list_child_logs_params){.page = KF_INT32(-1)}, &list,
                               &f->error));
    assert_non_null(strstr(f->error.server_message, "page"));
    assert_string_equal(f->error.server_code, "BAD_REQUEST");
    MEANS(f, JBPM_ERROR_REFUSED, 400, jbpm_nominate_task(f->anna, 1, NULL, &response, &f->error));
    /* Forms of path segments that 6.0.1 does not know. */
    MEANS(f, JBPM_ERROR_PATH, 404, jbpm_list_node_logs_by_id(f->anna, OFFICE, id, "_2", NULL, &list, &f->error));
    MEANS(f, JBPM_ERROR_PATH, 404,
          jbpm_list_variable_value_history(f->anna, OFFICE, "employee", "a b", NULL, &list, &f->error));
    MEANS(f, JBPM_ERROR_PATH, 404, jbpm_start_process(f->anna, "office", "office.note", NULL, &instance, &f->error));
    /* An operation of later releases. */
    jbpm_process_definition *definition = NULL;
    MEANS(f, JBPM_ERROR_PATH, 404, jbpm_get_process_definition(f->anna, OFFICE, "office.note", &definition, &f->error));
    /* What is not even sent. */
    MEANS(f, JBPM_ERROR_NOT_SENT, 0, jbpm_signal_event(f->anna, OFFICE, NULL, &response, &f->error));
    MEANS(f, JBPM_ERROR_NOT_SENT, 0, jbpm_list_node_logs_by_id(f->anna, OFFICE, id, "", NULL, &list, &f->error));
    assert_true(instance == NULL && list == NULL && response == NULL && definition == NULL);
}

static void test_defects_of_the_server(void **state)
{
    fixture *f = *state;
    const int64_t id = start_for(f, "office.approval", "hans");
    const jbpm_task_status progress = JBPM_TASK_STATUS_IN_PROGRESS;
    jbpm_task_summary_list *tasks = NULL;
    MEANS(f, JBPM_ERROR_DEFECT, 500, jbpm_query_tasks(f->anna, NULL, &tasks, &f->error));
    MEANS(f, JBPM_ERROR_DEFECT, 400,
          jbpm_query_tasks(f->anna, &(jbpm_query_tasks_params){.status = {&progress, 1}}, &tasks, &f->error));
    jbpm_process_instance_list *instances = NULL;
    const jbpm_list_variable_value_process_instances_params page = {.page = KF_INT32(1), .page_size = KF_INT32(5)};
    MEANS(
        f, JBPM_ERROR_DEFECT, 500,
        jbpm_list_variable_value_process_instances(f->anna, OFFICE, "employee", "hans", &page, &instances, &f->error));
    jbpm_content *content = NULL;
    MEANS(f, JBPM_ERROR_DEFECT, 500, jbpm_get_task_content(f->anna, task_of(f, id), &content, &f->error));
    assert_null(content);
    /* The way round. */
    CHECK_OK(f, jbpm_retrieve_task_content(f->anna, task_of(f, id), &content, &f->error));
    assert_true(content->content_map_count > 0);
    jbpm_content_free(content);
    MEANS(f, JBPM_ERROR_GONE, 404, jbpm_retrieve_task_content(f->anna, UNKNOWN_ID, &content, &f->error));
    assert_null(content);
    /* A process that fails is none. */
    jbpm_process_instance *instance = NULL;
    MEANS(f, JBPM_ERROR_SERVER, 500, jbpm_start_process(f->anna, OFFICE, "office.broken", NULL, &instance, &f->error));
}

/* Answers with success that tell nothing: the way that works is beside each. */
static void test_answers_without_content(void **state)
{
    fixture *f = *state;
    const int64_t id = start_for(f, "office.approval", "inge");
    jbpm_variables *variables = NULL;
    MEANS(f, JBPM_ERROR_DEFECT, 200, jbpm_get_process_instance_variables(f->anna, OFFICE, id, &variables, &f->error));
    assert_int_equal(f->error.status, KF_ERROR_DECODE);
    assert_non_null(jbpm_error_advice(&f->error));
    assert_null(variables);
    jbpm_process_instance_with_variables *with = NULL;
    CHECK_OK(f, jbpm_get_process_instance_with_vars(f->anna, OFFICE, id, &with, &f->error));
    assert_int_equal(with->variables_count, 1);
    jbpm_process_instance_with_variables_free(with);

    jbpm_process_instance_list *instances = NULL;
    MEANS(f, JBPM_ERROR_NOT_SENT, 0,
          jbpm_list_variable_process_instances(f->anna, OFFICE, "employee", NULL, &instances, &f->error));
    assert_null(instances);
    const jbpm_list_variable_process_instances_params page = {.page = KF_INT32(1), .page_size = KF_INT32(1)};
    CHECK_OK(f, jbpm_list_variable_process_instances(f->anna, OFFICE, "employee", &page, &instances, &f->error));
    assert_int_equal(instances->process_instance_list_count, 1);
    jbpm_process_instance_list_free(instances);

    /* No instance is named, so that nobody gets the signal. */
    const int64_t waiting = start_at_desk(f, "office.wait");
    CHECK_OK(f, jbpm_signal_event(f->anna, DESK, &(jbpm_signal_event_params){.signal = "Go", .event = "x"}, NULL,
                                  &f->error));
    jbpm_history_log_list *logs = NULL;
    CHECK_OK(f, jbpm_list_variable_logs(f->anna, DESK, waiting, NULL, &logs, &f->error));
    assert_int_equal(logs->history_log_list_count, 0);
    jbpm_history_log_list_free(logs);
}

/* Operations on deployments, which 6.0.1 has without a word in its documentation. */
static void test_deployments(void **state)
{
    fixture *f = *state;
    jbpm_deployment_unit *unit = NULL;
    CHECK_OK(f, jbpm_get_deployment(f->anna, DESK, &unit, &f->error));
    assert_string_equal(unit->artifact_id, "desk");
    assert_int_equal(unit->strategy, JBPM_RUNTIME_STRATEGY_PER_PROCESS_INSTANCE);
    assert_int_equal(unit->status, JBPM_DEPLOYMENT_STATUS_DEPLOYED);
    jbpm_deployment_unit_free(unit);
    MEANS(f, JBPM_ERROR_GONE, 404, jbpm_get_deployment(f->anna, UNKNOWN_DEPLOYMENT, &unit, &f->error));
    assert_null(unit);

    /* The list is there in JSON only. */
    jbpm_deployment_unit_list *list = NULL;
    MEANS(f, JBPM_ERROR_DEFECT, 500, jbpm_list_deployments(f->anna, NULL, &list, &f->error));
    assert_null(list);
    kf_client_options options = fixture_options(NULL, "anna");
    options.prefer_json = true;
    kf_client *json = fixture_client(&options);
    CHECK_OK(f, jbpm_list_deployments(json, NULL, &list, &f->error));
    assert_true(list->deployment_unit_list_count >= 2);
    assert_string_equal(list->deployment_unit_list[0].group_id, "org.example");
    jbpm_deployment_unit_list_free(list);
    kf_client_free(json);

    /* Taken, and carried out later: here in vain. */
    jbpm_deployment_job_result *result = NULL;
    CHECK_OK(f, jbpm_deploy(f->anna, "org.example:never:1.0", NULL, NULL, &result, &f->error));
    assert_int_equal(f->error.http_status, 202);
    assert_string_equal(result->operation, "DEPLOY");
    assert_true(result->success.value);
    assert_int_equal(result->deployment_unit->status, JBPM_DEPLOYMENT_STATUS_DEPLOYING);
    jbpm_deployment_job_result_free(result);
    MEANS(f, JBPM_ERROR_SERVER, 500, jbpm_undeploy(f->anna, UNKNOWN_DEPLOYMENT, &result, &f->error));
    assert_null(result);
}

static void test_base_urls(void **state)
{
    static const char *const good[] = {"/jbpm-console", "/jbpm-console/", "//jbpm-console//rest/",
                                       "/jbpm-console/rest"};
    fixture *f = *state;
    char base[200];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(base, sizeof(base), "%s%s", server_root(), good[i]);
        assert_int_equal(kind_with(f, "anna", "anna", base), JBPM_ERROR_NONE);
    }
    snprintf(base, sizeof(base), "%s/kie-wb/rest", server_root());
    assert_int_equal(kind_with(f, "anna", "anna", base), JBPM_ERROR_ADDRESS);
    assert_int_equal(f->error.http_status, 404);

    int port = 0;
    const int fd = loopback_listen(&port);
    assert_true(fd >= 0);
    close(fd);
    snprintf(base, sizeof(base), "http://127.0.0.1:%d/rest", port);
    assert_int_equal(kind_with(f, "anna", "anna", base), JBPM_ERROR_UNREACHABLE);
}

/* An answer that is lost: what only reads is asked for again, a start is not. */
static void test_lost_answers(void **state)
{
    fixture *f = *state;
    const kf_proxy_fault drop = {.kind = KF_PROXY_DROP, .times = 1};
    kf_proxy *proxy = kf_proxy_start(server_port());
    assert_non_null(proxy);
    char base[100];
    snprintf(base, sizeof(base), "%s/jbpm-console", kf_proxy_url(proxy));
    kf_client_options options = fixture_options(NULL, "anna");
    options.base_url = base;
    options.max_attempts = 3;
    options.retry_base_ms = 1;
    kf_client *client = fixture_client(&options);
    const int64_t id = start_process(f, "office.approval");

    jbpm_process_instance *instance = NULL;
    assert_true(kf_proxy_set_fault(proxy, &drop));
    CHECK_OK(f, jbpm_get_process_instance(client, OFFICE, id, &instance, &f->error));
    assert_int_equal(f->error.attempts, 2);
    jbpm_process_instance_free(instance);

    /* In the middle of the XML. */
    const kf_proxy_fault cut = {.kind = KF_PROXY_CUT, .at = 300, .times = 1};
    assert_true(kf_proxy_set_fault(proxy, &cut));
    kf_proxy_reset_all(proxy);
    CHECK_OK(f, jbpm_get_process_instance(client, OFFICE, id, &instance, &f->error));
    assert_int_equal(f->error.attempts, 2);
    jbpm_process_instance_free(instance);

    assert_true(kf_proxy_set_fault(proxy, &drop));
    kf_proxy_reset_all(proxy);
    MEANS(f, JBPM_ERROR_NO_ANSWER, 0, jbpm_start_process(client, OFFICE, "office.note", NULL, &instance, &f->error));
    assert_true(f->error.may_have_acted);
    assert_int_equal(f->error.attempts, 1);
    assert_null(instance);
    kf_client_free(client);
    kf_proxy_stop(proxy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_login),
        cmocka_unit_test(test_permission),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_requests_that_are_wrong),
        cmocka_unit_test(test_defects_of_the_server),
        cmocka_unit_test(test_answers_without_content),
        cmocka_unit_test(test_deployments),
        cmocka_unit_test(test_base_urls),
        cmocka_unit_test(test_lost_answers),
    };
    return cmocka_run_group_tests_name("errors", tests, fixture_setup, fixture_teardown);
}
