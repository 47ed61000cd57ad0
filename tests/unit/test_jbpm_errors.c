/* What errors of jBPM mean, and the way round what a release cannot do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jbpm_support.h"

#define TOMCAT_PAGE(title, words)                                                                                      \
    "<!doctype html><html lang=\"en\"><head><title>HTTP Status " title                                                 \
    "</title><style type=\"text/css\">body {font-family:Tahoma,Arial,sans-serif;} .line {height:1px;}</style></head>"  \
    "<body><h1>HTTP Status " title                                                                                     \
    "</h1><hr class=\"line\" /><p><b>Type</b> Status Report</p><p><b>Message</b> " words                               \
    "</p><hr class=\"line\" /><h3>Apache Tomcat/7.0.109</h3></body></html>"

static void advises(const kf_error *error, const char *words)
{
    const char *advice = jbpm_error_advice(error);
    if (advice == NULL || strstr(advice, words) == NULL)
        fail_msg("%s: %s", error->operation, advice != NULL ? advice : "no advice");
}

typedef struct answer {
    int http;
    const char *body;
    jbpm_error_kind kind;
    const char *words; /* in kf_error.server_message */
} answer;

static void errors_of_6_0_are_told_apart(void **state)
{
    static const answer answers[] = {
        {401, TOMCAT_PAGE("401 – Unauthorized", "no"), JBPM_ERROR_LOGIN, NULL},
        {401, TOMCAT_PAGE("401 – Unauthorized", "Validation fails."), JBPM_ERROR_SERVER, "Validation fails"},
        {403, TOMCAT_PAGE("403 – Forbidden", "Access to the requested resource has been denied"), JBPM_ERROR_ROLE,
         NULL},
        {404, TOMCAT_PAGE("404 – Not Found", "/other/rest/task/3"), JBPM_ERROR_ADDRESS, NULL},
        {401,
         RESPONSE("FAILURE", ERROR("User '[UserImpl:'john']' was unable to execution operation 'Claim' on task id 3 "
                                   "due to a no 'current status' match")),
         JBPM_ERROR_PERMISSION, "User '[UserImpl:'john']' was unable to execution operation 'Claim' on task id 3"},
        {401,
         RESPONSE("FAILURE", ERROR("User '[UserImpl:'mary']' does not have permissions to execution operation "
                                   "'Start' on task id 1")),
         JBPM_ERROR_PERMISSION, "does not have permissions"},
        {401, RESPONSE("FAILURE", ""), JBPM_ERROR_PERMISSION, NULL},
        {400, RESPONSE("BAD_REQUEST", ERROR("No runtime manager could be found for deployment 'no.such:lab:1.0'.")),
         JBPM_ERROR_DEPLOYMENT, "no.such:lab:1.0"},
        {500, RESPONSE("FAILURE", ERROR("Unknown process ID: no.such")), JBPM_ERROR_PROCESS,
         "Unknown process ID: no.such"},
        {400,
         RESPONSE("BAD_REQUEST", ERROR("Unable to retrieve process instance 9 which may have been completed. Please "
                                       "see the history operations.")),
         JBPM_ERROR_GONE, "Unable to retrieve process instance 9"},
        {500, RESPONSE("FAILURE", ERROR("Could not find process instance for id 99999")), JBPM_ERROR_GONE, NULL},
        {404, RESPONSE("FAILURE", ERROR("Task 99999 could not be found.")), JBPM_ERROR_GONE, NULL},
        {500, RESPONSE("FAILURE", ERROR("null source")), JBPM_ERROR_GONE, NULL},
        {404,
         RESPONSE("FAILURE", ERROR("Could not find resource for relative : /runtime/a:b:1/history/instance/2/node/_2 "
                                   "of full path: http://h/kie-wb/rest/runtime/a:b:1/history/instance/2/node/_2")),
         JBPM_ERROR_PATH, "/node/_2"},
        {400, RESPONSE("BAD_REQUEST", ERROR("Operation 'frob' is not supported on tasks.")), JBPM_ERROR_REFUSED,
         "Operation 'frob'"},
        {400, RESPONSE("BAD_REQUEST", ERROR("Frob is not a valid status type for a task.")), JBPM_ERROR_REFUSED, NULL},
        {400, RESPONSE("BAD_REQUEST", ERROR("Inprogress is not a valid status type for a task.")), JBPM_ERROR_DEFECT,
         NULL},
        {500,
         RESPONSE("FAILURE", ERROR("org.jbpm.services.task.impl.model.xml.JaxbPeopleAssignments cannot be cast to "
                                   "org.kie.internal.task.api.model.InternalPeopleAssignments")),
         JBPM_ERROR_DEFECT, "JaxbPeopleAssignments cannot be cast"},
        {500, RESPONSE("FAILURE", ERROR("Unknown @PathParam: procId for path: /runtime/a:b:1/history/variable/v")),
         JBPM_ERROR_DEFECT, NULL},
        {500,
         RESPONSE("FAILURE", ERROR("Could not find MessageBodyWriter for response object of type: java.util.ArrayList "
                                   "of media type: application/xml")),
         JBPM_ERROR_DEFECT, NULL},
        {400,
         "Conflicting getter definitions for property \"archived\": a.TaskImpl#getArchived(0 params) vs "
         "a.TaskImpl#isArchived(0 params)",
         JBPM_ERROR_DEFECT, "Conflicting getter definitions"},
        {500, RESPONSE("FAILURE", ERROR("something of the process' own")), JBPM_ERROR_SERVER, NULL},
        {500, RESPONSE("FAILURE", ""), JBPM_ERROR_SERVER, NULL},
        {503, "", JBPM_ERROR_SERVER, NULL},
        {302, "", JBPM_ERROR_ADDRESS, NULL},
        {200, "<not xml", JBPM_ERROR_NO_ANSWER, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        const fake_step step = {.http = answers[i].http, .headers = TYPE_XML, .body = answers[i].body};
        jbpm_response *response = NULL;
        kf_error error;
        fake_init(&f, &step, 1);
        kf_client *client = client_for("http://h/kie-wb", false);
        assert_int_not_equal(jbpm_claim_task(client, 3, &response, &error), KF_OK);
        assert_null(response);
        if (jbpm_error_classify(&error) != answers[i].kind)
            fail_msg("answer %zu: %d, %s", i, jbpm_error_classify(&error), error.server_message);
        if (answers[i].words != NULL && strstr(error.server_message, answers[i].words) == NULL)
            fail_msg("answer %zu: %s", i, error.server_message);
        assert_int_equal(f.count, 1); /* a 401 of a task is no login to be repeated */
        assert_null(strchr(error.message, '<'));
        kf_client_free(client);
    }
}

static void errors_of_6_4_are_told_apart(void **state)
{
    static const answer answers[] = {
        {404, EXCEPTION("NOT_FOUND", ""), JBPM_ERROR_GONE, NULL},
        {400, EXCEPTION("BAD_REQUEST", ""), JBPM_ERROR_REFUSED, NULL},
        {403, EXCEPTION("FORBIDDEN", ""), JBPM_ERROR_PERMISSION, NULL},
        {409, EXCEPTION("PERMISSIONS_CONFLICT", ""), JBPM_ERROR_PERMISSION, NULL},
        {500,
         EXCEPTION("FAILURE", MESSAGE("PermissionDeniedException thrown with message 'User '[UserImpl:'krisv']' was "
                                      "unable to execute operation 'Start' on task id 2 due to a no 'current status' "
                                      "match'")),
         JBPM_ERROR_PERMISSION, "unable to execute operation 'Start'"},
        {500, EXCEPTION("FAILURE", MESSAGE("PermissionDeniedException thrown with message 'Task '2' not found'")),
         JBPM_ERROR_GONE, "Task '2' not found"},
        {500,
         EXCEPTION("FAILURE",
                   MESSAGE("IllegalArgumentException thrown with message 'Unknown process ID: no.such.process'")),
         JBPM_ERROR_PROCESS, NULL},
        {500,
         EXCEPTION("FAILURE",
                   MESSAGE("SessionNotFoundException thrown with message 'No session found for context -1'")),
         JBPM_ERROR_REFUSED, NULL},
        {500,
         EXCEPTION("FAILURE",
                   MESSAGE("SessionNotFoundException thrown with message 'No session found for context 77'")),
         JBPM_ERROR_GONE, NULL},
        {405, "", JBPM_ERROR_PATH, NULL},
        {404, TOMCAT_PAGE("404 – Not Found", "RESTEASY001185: Could not find resource for relative : /task/execute"),
         JBPM_ERROR_PATH, NULL},
        {401, TOMCAT_PAGE("401 – Unauthorized", "no"), JBPM_ERROR_LOGIN, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        /* XML under the content type that was asked for */
        const fake_step step = {
            .http = answers[i].http, .headers = "Content-Type: application/json\n", .body = answers[i].body};
        kf_error error;
        fake_init(&f, &step, 1);
        kf_client *client = client_for("http://h/kie-wb", i % 2 == 0);
        assert_int_not_equal(jbpm_start_task(client, 2, NULL, &error), KF_OK);
        if (jbpm_error_classify(&error) != answers[i].kind)
            fail_msg("answer %zu: %d, %s", i, jbpm_error_classify(&error), error.server_message);
        if (answers[i].words != NULL && strstr(error.server_message, answers[i].words) == NULL)
            fail_msg("answer %zu: %s", i, error.server_message);
        kf_client_free(client);
    }
}

/* 6.0.1 dereferences what it did not find; an older Java has no words for that. */
static void what_the_server_stumbles_over_is_gone(void **state)
{
#define STUMBLES(what) ERROR("Cannot invoke \"" what " is null")
    static const char *const words[] = {ERROR(""), "", STUMBLES("Object.getClass()\" because \"logObj\"")};
    kf_error error;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char body[600];
        snprintf(body, sizeof(body), XML "<response><status>FAILURE</status><url>/x</url>%s</response>", words[i]);
        const fake_step step = {.http = 500, .headers = TYPE_XML, .body = body};
        fake_init(&f, &step, 1);
        kf_client *client = client_for("http://h/kie-wb", false);
        assert_int_equal(jbpm_get_process_instance_log(client, "a:b:1", 9, NULL, NULL, &error), KF_ERROR_SERVER);
        assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_GONE);
        kf_client_free(client);
    }
    static const fake_step steps[] = {
        {.http = 500,
         .headers = TYPE_XML,
         .body =
             RESPONSE("FAILURE", STUMBLES("org.kie.api.task.model.Task.getPeopleAssignments()\" because \"task\""))},
        {.http = 500, .headers = TYPE_XML, .body = RESPONSE("FAILURE", "")},
        {.http = 412,
         .headers = TYPE_XML,
         .body = RESPONSE("FAILURE", ERROR("This method can only be used on processes that will not complete after a "
                                           "signal."))}};
    const jbpm_nominate_task_params nominee = {.user = KF_LIST("ben")};
    const jbpm_signal_process_instance_with_vars_params signal = {.signal = "Go"};
    FAKE_INIT(&f, steps);
    kf_client *client = client_for("http://h/kie-wb", false);
    assert_int_equal(jbpm_nominate_task(client, 9, &nominee, NULL, &error), KF_ERROR_SERVER);
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_GONE);
    assert_int_equal(jbpm_nominate_task(client, 9, &nominee, NULL, &error), KF_ERROR_SERVER);
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_SERVER);
    assert_int_equal(jbpm_signal_process_instance_with_vars(client, "a:b:1", 9, &signal, NULL, &error),
                     KF_ERROR_CONFLICT);
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_GONE);
    kf_client_free(client);
}

static void a_missing_work_item_is_gone(void **state)
{
    static const char *const bodies[] = {
        RESPONSE("FAILURE", ""),
        RESPONSE("FAILURE", ERROR("Cannot invoke \"org.kie.api.runtime.process.WorkItem.getId()\" because \"result\" "
                                  "is null"))};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const fake_step step = {.http = 500, .headers = TYPE_XML, .body = bodies[i]};
        jbpm_work_item *item;
        kf_error error;
        fake_init(&f, &step, 1);
        kf_client *client = client_for("http://h/kie-wb", false);
        assert_int_equal(jbpm_get_work_item(client, "a:b:1", 9, NULL, &item, &error), KF_ERROR_SERVER);
        assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_GONE);
        kf_client_free(client);
    }
}

/* What 6.0.x cannot do has a way round it. */
static void errors_name_the_way_that_works(void **state)
{
#define FAILS(http_status, words)                                                                                      \
    {                                                                                                                  \
        .http = (http_status), .headers = TYPE_XML, .body = RESPONSE("FAILURE", ERROR(words))                          \
    }
    static const fake_step steps[] = {
        FAILS(500, "a.JaxbPeopleAssignments cannot be cast to b.InternalPeopleAssignments"),
        FAILS(500, "Unknown @PathParam: procId for path: /x"),
        FAILS(404, "Could not find resource for relative : /runtime/a:b:1/history/instance/5/node/_2 of full path: /x"),
        FAILS(404,
              "Could not find resource for relative : /runtime/a:b:1/history/variable/v/value/%20 of full path: /x"),
        FAILS(400, "Inprogress is not a valid status type for a task."),
        FAILS(500, "unexpected token: null near line 1"),
        FAILS(404, "Task 9 could not be found."),
    };
    const jbpm_list_variable_value_process_instances_params page = {.page = KF_INT32(1), .page_size = KF_INT32(9)};
    const jbpm_task_status progress = JBPM_TASK_STATUS_IN_PROGRESS;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = client_for("http://h/kie-wb", false);
    assert_int_not_equal(jbpm_get_task_content(client, 7, NULL, &error), KF_OK);
    advises(&error, "jbpm_retrieve_task_content()");
    assert_int_not_equal(jbpm_list_variable_value_process_instances(client, "a:b:1", "v", "x", &page, NULL, &error),
                         KF_OK);
    advises(&error, "jbpm_list_variable_value_history()");
    assert_int_not_equal(jbpm_list_node_logs_by_id(client, "a:b:1", 5, "_2", NULL, NULL, &error), KF_OK);
    advises(&error, "jbpm_commands_find_node_instances()");
    assert_int_not_equal(jbpm_list_variable_value_history(client, "a:b:1", "v", " ", NULL, NULL, &error), KF_OK);
    advises(&error, "jbpm_commands_find_variable_instances_by_name()");
    assert_int_not_equal(jbpm_query_tasks(client, &(jbpm_query_tasks_params){.status = {&progress, 1}}, NULL, &error),
                         KF_OK);
    advises(&error, "jbpm_commands_get_tasks_owned()");
    assert_int_not_equal(jbpm_query_tasks(client, NULL, NULL, &error), KF_OK);
    advises(&error, "one parameter at least");
    assert_int_not_equal(jbpm_get_task(client, 9, NULL, &error), KF_OK);
    assert_null(jbpm_error_advice(&error));
    assert_null(jbpm_error_advice(NULL));
    kf_client_free(client);
}

static void failures_without_an_answer_are_told_apart(void **state)
{
    static const struct {
        fake_step step;
        jbpm_error_kind reading, acting;
    } failures[] = {
        {{.status = KF_ERROR_CONNECT, .code = 7}, JBPM_ERROR_UNREACHABLE, JBPM_ERROR_UNREACHABLE},
        {{.status = KF_ERROR_TIMEOUT, .code = 28, .sent = true}, JBPM_ERROR_UNREACHABLE, JBPM_ERROR_NO_ANSWER},
        {{.status = KF_ERROR_TRANSPORT, .code = 56, .sent = true}, JBPM_ERROR_UNREACHABLE, JBPM_ERROR_NO_ANSWER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        jbpm_task *task;
        kf_error error;
        fake_init(&f, &failures[i].step, 1);
        kf_client *client = client_for("http://h/kie-wb", false);
        assert_int_not_equal(jbpm_get_task(client, 1, &task, &error), KF_OK);
        assert_int_equal(jbpm_error_classify(&error), failures[i].reading);
        assert_int_not_equal(jbpm_claim_task(client, 1, NULL, &error), KF_OK);
        assert_int_equal(jbpm_error_classify(&error), failures[i].acting);
        assert_int_equal(jbpm_get_process_instance(client, NULL, 1, NULL, &error), KF_ERROR_ARGUMENT);
        assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_NOT_SENT);
        kf_client_free(client);
    }
    assert_int_equal(jbpm_error_classify(NULL), JBPM_ERROR_NONE);
    const kf_error fine = {.http_status = 200};
    assert_int_equal(jbpm_error_classify(&fine), JBPM_ERROR_NONE);
}

/* 6.0.x: its map of variables is always empty, and its JSON of lists lacks the list. Neither may pass for "none". */
static void what_the_server_loses_is_an_error(void **state)
{
    static const fake_step steps[] = {
        {.http = 200,
         .headers = TYPE_XML,
         .body = XML "<variables><status>SUCCESS</status><url>/u</url><variables/></variables>"},
        {.http = 200, .headers = "Content-Type: application/json\n", .body = "{\"index\":null,\"commandName\":null}"},
        {.http = 200, .headers = "Content-Type: application/json\n", .body = "{\"taskSummaryList\":[]}"},
        {.http = 200, .headers = TYPE_XML, .body = XML "<task-summary-list/>"},
    };
    jbpm_variables *variables;
    jbpm_task_summary_list *tasks;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = client_for("http://h/kie-wb", true);
    assert_int_equal(jbpm_get_process_instance_variables(client, "g:a:1", 5, &variables, &error), KF_ERROR_DECODE);
    assert_null(variables);
    assert_non_null(strstr(error.message, "Variables.variables: this server never tells it"));
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_DEFECT);
    advises(&error, "jbpm_get_process_instance_with_vars()");
    assert_int_equal(jbpm_query_tasks(client, NULL, &tasks, &error), KF_ERROR_DECODE);
    assert_null(tasks);
    assert_non_null(strstr(error.message, "TaskSummaryList.taskSummaryList: this server does not tell it in JSON"));
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_DEFECT);
    advises(&error, "without prefer_json");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(jbpm_query_tasks(client, NULL, &tasks, &error), KF_OK);
        assert_int_equal(tasks->task_summary_list_count, 0);
        jbpm_task_summary_list_free(tasks);
    }
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_6_0_are_told_apart),
        cmocka_unit_test(errors_of_6_4_are_told_apart),
        cmocka_unit_test(a_missing_work_item_is_gone),
        cmocka_unit_test(what_the_server_stumbles_over_is_gone),
        cmocka_unit_test(errors_name_the_way_that_works),
        cmocka_unit_test(failures_without_an_answer_are_told_apart),
        cmocka_unit_test(what_the_server_loses_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
