/* Commands of jBPM: what is sent, and what the answer says of each. Answers are in the form of a real 6.0.1 and 6.4.0.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "kuflow/services/jbpm_client.h"
#include "kuflow/services/jbpm_execute.h"

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
#define DEPLOYMENT "com.acme:lab:1.0"
#define ANSWER_6_0(results)                                                                                            \
    XML "<command-response><deployment-id>" DEPLOYMENT "</deployment-id>" results "</command-response>"
#define ANSWER_6_4(results)                                                                                            \
    XML "<command-response><deployment-id>" DEPLOYMENT "</deployment-id><ver>6.4.0.1</ver>" results                    \
        "</command-response>"
/* The query at the end, as a server answers it that has read so many commands before. */
#define MARK_6_0(index)                                                                                                \
    "<long-list index=\"" index "\"><command-name>GetTasksByProcessInstanceIdCommand</command-name></long-list>"
#define MARK_6_4(index)                                                                                                \
    "<string-list index=\"" index "\"><command-name>GetProcessIdsCommand</command-name><string>p</string></"           \
    "string-list>"
#define EXCEPTION(index, name, message)                                                                                \
    "<exception index=\"" index "\"><command-name>" name "</command-name><message>" message "</message></exception>"
#define INSTANCE(index, id)                                                                                            \
    "<process-instance index=\"" index "\"><command-name>StartProcessCommand</command-name><process-id>p</process-id>" \
    "<id>" id "</id><state>1</state></process-instance>"
#define LOG(element, id) "<" element " id=\"2\"><process-instance-id>" id "</process-instance-id></" element ">"

static fake_transport f;

static kf_client *new_client(const char *body)
{
    static fake_step step;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client = NULL;
    kf_error error;
    step = (fake_step){.http = 200, .headers = "Content-Type: application/xml\n", .body = body};
    fake_init(&f, &step, 1);
    options.base_url = "http://h/kie-wb";
    options.allow_http = true;
    options.transport = &f.transport;
    if (jbpm_client_new(&options, &client, &error) != KF_OK)
        fail_msg("%s", error.message);
    return client;
}

static jbpm_commands *new_commands(jbpm_profile profile, const char *deployment_id)
{
    jbpm_commands *commands = NULL;
    kf_error error;
    if (jbpm_commands_new(profile, deployment_id, "krisv", &commands, &error) != KF_OK)
        fail_msg("%s", error.message);
    return commands;
}

/* Executes, gives the commands and the client back, and leaves the request in f.bodies[0]. */
static jbpm_results *execute(jbpm_commands *commands, const char *body)
{
    jbpm_results *results = NULL;
    kf_error error;
    kf_client *client = new_client(body);
    if (jbpm_commands_execute(client, commands, &results, &error) != KF_OK)
        fail_msg("%s", error.message);
    assert_int_equal(jbpm_results_count(results), jbpm_commands_count(commands));
    assert_int_equal(f.count, 1);
    assert_string_equal(f.methods[0], "POST");
    assert_non_null(strstr(f.headers[0], "Content-Type: application/xml"));
    assert_non_null(strstr(f.headers[0], "Accept: application/xml"));
    jbpm_commands_free(commands);
    kf_client_free(client);
    return results;
}

static void must_have_sent(const char *part)
{
    if (strstr(f.bodies[0], part) == NULL)
        fail_msg("not sent: %s\nbut: %s", part, f.bodies[0]);
}

#define CHECK(call) assert_int_equal((call), KF_OK)

/* What is sent */

static void values_keep_their_types(void **state)
{
    static const struct {
        const char *name, *type, *text;
    } sent[] = {
        {"digits", "xs:string", "5000"},
        {"space", "xs:string", " a&#13;\nb "},
        {"markup", "xs:string", "&lt;&amp;\"'&gt;"},
        {"empty", "xs:string", ""},
        {"long", "xs:long", "-9223372036854775808"},
        {"int", "xs:int", "-7"},
        {"boolean", "xs:boolean", "true"},
        {"double", "xs:double", "-0.1"},
        {"float", "xs:float", "1.1E0"},
    };
    const jbpm_argument arguments[] = {
        jbpm_string("digits", "5000"), jbpm_string("space", " a\r\nb "), jbpm_string("markup", "<&\"'>"),
        jbpm_string("empty", ""),      jbpm_long("long", INT64_MIN),     jbpm_int("int", -7),
        jbpm_boolean("boolean", true), jbpm_double("double", -0.1),      jbpm_float("float", 1.1f)};
    (void)state;
    jbpm_commands *commands = new_commands(JBPM_6_0, DEPLOYMENT);
    CHECK(jbpm_commands_start_process(commands, "com.acme.order", arguments, 9, NULL));
    jbpm_results *results = execute(commands, ANSWER_6_0(INSTANCE("0", "12") MARK_6_0("1")));
    assert_string_equal(f.urls[0], "http://h/kie-wb/rest/runtime/" DEPLOYMENT "/execute");
    must_have_sent("<deployment-id>" DEPLOYMENT "</deployment-id><ver>1</ver>");
    must_have_sent("<start-process processId=\"com.acme.order\"><parameter>");
    for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
        char start[128];
        char end[128];
        snprintf(start, sizeof start, "<item key=\"%s\"><value", sent[i].name);
        snprintf(end, sizeof end, *sent[i].text == '\0' ? "/>%s" : ">%s</value>", sent[i].text);
        const char *item = strstr(f.bodies[0], start);
        const char *value = item != NULL ? strstr(item, end) : NULL;
        const char *close = item != NULL ? strstr(item, "</item>") : NULL;
        char type[64];
        snprintf(type, sizeof type, "xsi:type=\"%s\"", sent[i].type);
        const char *typed = item != NULL ? strstr(item, type) : NULL;
        if (value == NULL || close == NULL || value > close || typed == NULL || typed > value)
            fail_msg("%s: %s", sent[i].name, f.bodies[0]);
    }
    must_have_sent("xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"");
    must_have_sent("xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"");
    const jbpm_process_instance *instance = jbpm_command_result_as_process_instance(jbpm_results_at(results, 0));
    assert_non_null(instance);
    assert_int_equal(instance->id.value, 12);
    jbpm_results_free(results);
}

static void every_command_of_6_0_is_written_as_it_reads(void **state)
{
    static const jbpm_task_status status[] = {JBPM_TASK_STATUS_READY, JBPM_TASK_STATUS_IN_PROGRESS};
    const jbpm_task_status_list statuses = {status, 2};
    const jbpm_argument one[] = {jbpm_int("a", 1)};
    const jbpm_argument event = jbpm_string(NULL, "x");
    static const char *const sent[] = {
        "<abort-process-instance processInstanceId=\"5\"/>",
        "<get-process-instance processInstanceId=\"5\"",
        "<set-process-instance-vars processInstanceId=\"5\"><variables><item key=\"a\"><value",
        "<signal-event process-instance-id=\"5\" event-type=\"go\"><event",
        "<signal-event event-type=\"all\"/>",
        "<get-workitem workItemId=\"6\"/>",
        "<complete-work-item id=\"6\"><result><item key=\"a\">",
        "<abort-work-item id=\"6\"/>",
        "<claim-task><task-id>7</task-id><user-id>krisv</user-id></claim-task>",
        "<start-task><task-id>7</task-id><user-id>krisv</user-id></start-task>",
        "<release-task><task-id>7</task-id><user-id>krisv</user-id></release-task>",
        "<complete-task><task-id>7</task-id><user-id>krisv</user-id><data><item key=\"a\">",
        "<fail-task><task-id>7</task-id><user-id>krisv</user-id></fail-task>",
        "<get-content><user-id>krisv</user-id><contentId>8</contentId></get-content>",
        ("<get-tasks-owned><user-id>krisv</user-id><language>de-DE</language><status>Ready</status>"
         "<status>InProgress</status></get-tasks-owned>"),
        "<get-task-as-potential-owner><user-id>krisv</user-id><language>en-UK</language></get-task-as-potential-owner>",
        "<get-task-as-business-admin><user-id>krisv</user-id><language>en-UK</language></get-task-as-business-admin>",
        "<get-tasks-by-processinstanceid><user-id>krisv</user-id><processInstanceId>5</processInstanceId>",
        "<process-instance-id>5</process-instance-id>",
    };
    (void)state;
    jbpm_commands *c = new_commands(JBPM_6_0, NULL);
    CHECK(jbpm_commands_abort_process_instance(c, 5, NULL));
    CHECK(jbpm_commands_get_process_instance(c, 5, NULL));
    CHECK(jbpm_commands_set_variables(c, 5, one, 1, NULL));
    CHECK(jbpm_commands_signal_event(c, 5, "go", &event, NULL));
    CHECK(jbpm_commands_signal_event(c, 0, "all", NULL, NULL));
    CHECK(jbpm_commands_get_work_item(c, 6, NULL));
    CHECK(jbpm_commands_complete_work_item(c, 6, one, 1, NULL));
    CHECK(jbpm_commands_abort_work_item(c, 6, NULL));
    CHECK(jbpm_commands_claim_task(c, 7, NULL));
    CHECK(jbpm_commands_start_task(c, 7, NULL));
    CHECK(jbpm_commands_release_task(c, 7, NULL));
    CHECK(jbpm_commands_complete_task(c, 7, one, 1, NULL));
    CHECK(jbpm_commands_fail_task(c, 7, NULL, 0, NULL));
    CHECK(jbpm_commands_get_content(c, 8, NULL));
    jbpm_results_free(execute(c, ANSWER_6_0(MARK_6_0("14"))));
    assert_string_equal(f.urls[0], "http://h/kie-wb/rest/task/execute");
    for (size_t i = 0; i < 14; i++)
        must_have_sent(sent[i]);
    c = new_commands(JBPM_6_0, NULL);
    CHECK(jbpm_commands_get_tasks_owned(c, "de-DE", &statuses, NULL));
    CHECK(jbpm_commands_get_tasks_as_potential_owner(c, NULL, NULL, NULL));
    CHECK(jbpm_commands_get_tasks_as_business_admin(c, NULL, NULL));
    CHECK(jbpm_commands_get_task_ids(c, 5, NULL));
    CHECK(jbpm_commands_get_tasks_of_instance(c, 5, NULL, &statuses, NULL));
    jbpm_results_free(execute(c, ANSWER_6_0(MARK_6_0("5"))));
    for (size_t i = 14; i < sizeof(sent) / sizeof(sent[0]); i++)
        must_have_sent(sent[i]);
}

static void later_releases_get_their_own_spelling(void **state)
{
    static const jbpm_task_status status[] = {JBPM_TASK_STATUS_READY};
    const jbpm_task_status_list statuses = {status, 1};
    const jbpm_argument one[] = {jbpm_int("a", 1)};
    static const char *const sent[] = {
        "<process-instance-id>77</process-instance-id><ver>6.2.0.1</ver><user>krisv</user>",
        "<get-task><task-id>7</task-id><user-id>krisv</user-id></get-task>",
        "<fail-task><task-id>7</task-id><user-id>krisv</user-id><data><item key=\"a\">",
        "<get-content-by-id><user-id>krisv</user-id><contentId>8</contentId></get-content-by-id>",
        "<get-tasks-owned><user-id>krisv</user-id><statuses>Ready</statuses></get-tasks-owned>",
        "<get-tasks-by-processinstanceid><user-id>krisv</user-id><process-instance-id>5</process-instance-id>",
        "<find-node-instances processInstanceId=\"5\" process-instance-id=\"5\" nodeId=\"_2\"/>",
        "<find-variable-instances processInstanceId=\"5\" process-instance-id=\"5\" variableId=\"v\"/>",
        "<find-variable-instances-by-name variableId=\"v\" value=\"a b/ö\" activeProcesses=\"true\"/>",
        "<find-process-instances/>",
        "<find-active-process-instances processId=\"p\"/>",
        "<find-subprocess-instances processInstanceId=\"5\" process-instance-id=\"5\"/>",
        "<get-process-ids/></command-request>",
    };
    (void)state;
    jbpm_commands *c = new_commands(JBPM_6_2, DEPLOYMENT);
    jbpm_commands_set_process_instance(c, 77);
    CHECK(jbpm_commands_get_task(c, 7, NULL));
    CHECK(jbpm_commands_fail_task(c, 7, one, 1, NULL));
    CHECK(jbpm_commands_get_content(c, 8, NULL));
    CHECK(jbpm_commands_get_tasks_owned(c, NULL, &statuses, NULL));
    CHECK(jbpm_commands_get_task_ids(c, 5, NULL));
    CHECK(jbpm_commands_find_node_instances(c, 5, "_2", NULL));
    CHECK(jbpm_commands_find_variable_instances(c, 5, "v", NULL));
    CHECK(jbpm_commands_find_variable_instances_by_name(c, "v", "a b/ö", true, NULL));
    CHECK(jbpm_commands_find_process_instances(c, NULL, NULL));
    CHECK(jbpm_commands_find_active_process_instances(c, "p", NULL));
    CHECK(jbpm_commands_find_subprocess_instances(c, 5, NULL));
    jbpm_results_free(execute(c, ANSWER_6_4(MARK_6_4("11"))));
    assert_string_equal(f.urls[0], "http://h/kie-wb/rest/execute");
    for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++)
        must_have_sent(sent[i]);
}

static void refused(kf_status status, const kf_error *error, const char *words)
{
    assert_int_equal(status, KF_ERROR_ARGUMENT);
    if (strstr(error->message, words) == NULL)
        fail_msg("%s", error->message);
}

static void what_cannot_work_is_refused(void **state)
{
    const jbpm_argument one[] = {jbpm_int("a", 1)};
    const jbpm_argument control[] = {jbpm_string("a", "\x01")};
    const jbpm_argument noncharacter[] = {jbpm_string("a", "x\xEF\xBF\xBF")};
    const jbpm_argument twice[] = {jbpm_int("a", 1), jbpm_int("a", 2)};
    const jbpm_task_command later = {.kind = JBPM_COMMAND_KIND_GET_TASKS_BY_VARIOUS};
    const jbpm_runtime_command kindless = {.process_id = "p"};
    jbpm_commands *c;
    kf_error e;
    (void)state;
    refused(jbpm_commands_new(JBPM_6_4, DEPLOYMENT, NULL, &c, &e), &e, "wants the user");
    assert_null(c);
    refused(jbpm_commands_new(JBPM_6_0, DEPLOYMENT, NULL, NULL, &e), &e, "NULL");
    c = new_commands(JBPM_6_0, DEPLOYMENT);
    refused(jbpm_commands_get_task(c, 7, &e), &e, "jbpm_get_task()");
    refused(jbpm_commands_fail_task(c, 7, one, 1, &e), &e, "jbpm_fail_task()");
    refused(jbpm_commands_add(c, (const jbpm_command *)&later, &e), &e, "get-tasks-by-various is passed over");
    refused(jbpm_commands_add(c, (const jbpm_command *)&kindless, &e), &e, "no kind");
    refused(jbpm_commands_add(c, NULL, &e), &e, "NULL");
    refused(jbpm_commands_start_process(c, NULL, NULL, 0, &e), &e, "process is NULL");
    refused(jbpm_commands_start_process(c, "p", control, 1, &e), &e, "argument \"a\": XML cannot hold");
    refused(jbpm_commands_complete_work_item(c, 1, noncharacter, 1, &e), &e, "XML cannot hold");
    refused(jbpm_commands_complete_task(c, 1, twice, 2, &e), &e, "there twice");
    refused(jbpm_commands_set_variables(c, 1, NULL, 1, &e), &e, "NULL");
    refused(jbpm_commands_signal_event(c, 1, NULL, NULL, &e), &e, "signal is NULL");
    refused(jbpm_commands_signal_event(c, 1, "s", control, &e), &e, "XML cannot hold");
    refused(jbpm_commands_find_variable_instances_by_name(c, NULL, NULL, true, &e), &e, "NULL");
    refused(jbpm_commands_find_node_instances(c, 1, "\x02", &e), &e, "XML cannot hold");
    refused(jbpm_commands_signal_event(c, 1, "\xFF", NULL, &e), &e, "XML cannot hold");
    refused(jbpm_commands_get_tasks_of_instance(c, 1, NULL, NULL, &e), &e, "one status");
    refused(jbpm_commands_start_task(NULL, 1, &e), &e, "NULL");
    assert_int_equal(jbpm_commands_count(c), 0);
    jbpm_results *results = (jbpm_results *)1;
    kf_client *client = new_client("");
    refused(jbpm_commands_execute(client, c, &results, &e), &e, "no commands");
    assert_null(results);
    assert_int_equal(f.count, 0);
    kf_client_free(client);
    jbpm_commands_free(c);
    jbpm_commands_free(NULL);
    assert_int_equal(jbpm_commands_count(NULL), 0);
}

/* What comes back */

static void expect(const jbpm_results *results, size_t place, jbpm_outcome outcome)
{
    if (jbpm_results_outcome(results, place) != outcome)
        fail_msg("command %zu: %d", place, jbpm_results_outcome(results, place));
    bool has = outcome == JBPM_OUTCOME_RESULT || outcome == JBPM_OUTCOME_FAILED;
    assert_int_equal(jbpm_results_at(results, place) != NULL, has);
    bool fine = outcome == JBPM_OUTCOME_RESULT || outcome == JBPM_OUTCOME_DONE || outcome == JBPM_OUTCOME_EMPTY;
    kf_error error;
    assert_int_equal(jbpm_results_error(results, place, &error) == KF_OK, fine);
    assert_int_equal(error.status == KF_OK, fine);
}

static void results_belong_to_their_commands(void **state)
{
    (void)state;
    jbpm_commands *c = new_commands(JBPM_6_0, DEPLOYMENT);
    CHECK(jbpm_commands_claim_task(c, 7, NULL));
    CHECK(jbpm_commands_start_task(c, 7, NULL));
    CHECK(jbpm_commands_get_process_instance(c, 99, NULL));
    CHECK(jbpm_commands_start_process(c, "p", NULL, 0, NULL));
    CHECK(jbpm_commands_start_process(c, "no.such", NULL, 0, NULL));
    jbpm_results *r = execute(
        c, ANSWER_6_0(EXCEPTION("1", "StartTaskCommand",
                                "UnauthorizedException thrown with message 'User '[UserImpl:'krisv']' was unable to "
                                "execution operation 'Start' on task id 7 due to a no 'current status' match'")
                          INSTANCE("3", "31") EXCEPTION("4", "StartProcessCommand",
                                                        "IllegalArgumentException thrown with message 'Unknown "
                                                        "process ID: no.such'") MARK_6_0("5")));
    kf_error error;
    expect(r, 0, JBPM_OUTCOME_DONE);
    expect(r, 1, JBPM_OUTCOME_FAILED);
    expect(r, 2, JBPM_OUTCOME_EMPTY);
    expect(r, 3, JBPM_OUTCOME_RESULT);
    expect(r, 4, JBPM_OUTCOME_FAILED);
    assert_int_equal(jbpm_results_error(r, 1, &error), KF_ERROR_REJECTED);
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_PERMISSION);
    assert_memory_equal(error.message, "command 2 (start-task): UnauthorizedException thrown", 52);
    assert_false(error.may_have_acted);
    assert_int_equal(jbpm_results_error(r, 4, &error), KF_ERROR_REJECTED);
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_PROCESS);
    assert_int_equal(jbpm_command_result_as_process_instance(jbpm_results_at(r, 3))->id.value, 31);
    assert_int_equal(jbpm_results_error(r, 5, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_results_outcome(r, 5), JBPM_OUTCOME_UNKNOWN);
    assert_null(jbpm_results_at(r, 5));
    assert_string_equal(jbpm_results_response(r)->deployment_id, DEPLOYMENT);
    jbpm_results_free(r);
    jbpm_results_free(NULL);
    assert_int_equal(jbpm_results_count(NULL), 0);
    assert_null(jbpm_results_response(NULL));
}

/* Lists of logs have no index, and a missing log has no element. */
static void logs_are_matched_by_their_order(void **state)
{
    (void)state;
    jbpm_commands *c = new_commands(JBPM_6_0, DEPLOYMENT);
    CHECK(jbpm_commands_find_process_instances(c, NULL, NULL));
    CHECK(jbpm_commands_find_node_instances(c, 99, NULL, NULL));
    CHECK(jbpm_commands_find_process_instance(c, 98, NULL));
    CHECK(jbpm_commands_find_process_instance(c, 5, NULL));
    CHECK(jbpm_commands_find_process_instance(c, 97, NULL));
    CHECK(jbpm_commands_find_variable_instances(c, 5, NULL, NULL));
    jbpm_results *r = execute(c, ANSWER_6_0("<history-log-list>" LOG("process-instance-log", "1")
                                                LOG("process-instance-log", "5") "</history-log-list>" EXCEPTION(
                                                    "1", "FindNodeInstancesCommand", "NullPointerException")
                                                    LOG("proc-inst-log", "5") "<history-log-list/>" MARK_6_0("6")));
    expect(r, 0, JBPM_OUTCOME_RESULT);
    expect(r, 1, JBPM_OUTCOME_FAILED);
    expect(r, 2, JBPM_OUTCOME_EMPTY);
    expect(r, 3, JBPM_OUTCOME_RESULT);
    expect(r, 4, JBPM_OUTCOME_EMPTY);
    expect(r, 5, JBPM_OUTCOME_RESULT);
    const jbpm_history_log_list *logs = jbpm_command_result_as_history_log_list(jbpm_results_at(r, 0));
    assert_non_null(logs);
    assert_int_equal(logs->history_log_list_count, 2);
    assert_int_equal(jbpm_command_result_as_process_instance_log(jbpm_results_at(r, 3))->process_instance_id.value, 5);
    assert_int_equal(jbpm_command_result_as_history_log_list(jbpm_results_at(r, 5))->history_log_list_count, 0);
    jbpm_results_free(r);
}

static void ignored_commands_are_seen(void **state)
{
    const jbpm_task_command comments = {.kind = JBPM_COMMAND_KIND_GET_ALL_COMMENTS, .task_id = KF_INT64(7)};
    (void)state;
    jbpm_commands *c = new_commands(JBPM_6_4, DEPLOYMENT);
    CHECK(jbpm_commands_claim_task(c, 7, NULL));
    CHECK(jbpm_commands_add(c, (const jbpm_command *)&comments, NULL));
    CHECK(jbpm_commands_start_process(c, "p", NULL, 0, NULL));
    CHECK(jbpm_commands_abort_work_item(c, 7, NULL));
    jbpm_results *r = execute(c, ANSWER_6_4(INSTANCE("1", "31") MARK_6_4("3")));
    kf_error error;
    expect(r, 0, JBPM_OUTCOME_DONE);
    expect(r, 1, JBPM_OUTCOME_IGNORED);
    expect(r, 2, JBPM_OUTCOME_RESULT);
    expect(r, 3, JBPM_OUTCOME_DONE);
    assert_int_equal(jbpm_results_error(r, 1, &error), KF_ERROR_REJECTED);
    assert_string_equal(error.message, "command 2 (get-all-comments): the server does not know it and passed over it");
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_REFUSED);
    jbpm_results_free(r);
}

/* What the answer does not tell is not guessed: an empty one, and one that counts too few or too many. */
static void unclear_answers_are_said_to_be_so(void **state)
{
    static const char *const answers[] = {
        ANSWER_6_0(""),
        ANSWER_6_0(MARK_6_0("0")),
        ANSWER_6_0(INSTANCE("0", "1") MARK_6_0("3")),
        ANSWER_6_0(INSTANCE("0", "1")),
    };
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        kf_error error;
        jbpm_commands *c = new_commands(JBPM_6_0, DEPLOYMENT);
        CHECK(jbpm_commands_claim_task(c, 7, NULL));
        CHECK(jbpm_commands_start_task(c, 7, NULL));
        jbpm_results *r = execute(c, answers[i]);
        expect(r, 0, JBPM_OUTCOME_UNKNOWN);
        expect(r, 1, JBPM_OUTCOME_UNKNOWN);
        assert_int_equal(jbpm_results_error(r, 1, &error), KF_ERROR_DECODE);
        assert_true(error.may_have_acted);
        assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_NO_ANSWER);
        jbpm_results_free(r);
    }
    /* A result that is due and did not come. */
    jbpm_commands *c = new_commands(JBPM_6_0, DEPLOYMENT);
    CHECK(jbpm_commands_start_process(c, "p", NULL, 0, NULL));
    CHECK(jbpm_commands_find_process_instances(c, NULL, NULL));
    CHECK(jbpm_commands_start_task(c, 7, NULL));
    jbpm_results *r = execute(c, ANSWER_6_0(MARK_6_0("3")));
    expect(r, 0, JBPM_OUTCOME_UNKNOWN);
    expect(r, 1, JBPM_OUTCOME_UNKNOWN);
    expect(r, 2, JBPM_OUTCOME_DONE);
    jbpm_results_free(r);
}

/* The query at the end may fail, without a deployment say: its place counts all the same. */
static void the_query_at_the_end_may_fail(void **state)
{
    (void)state;
    jbpm_commands *c = new_commands(JBPM_6_4, NULL);
    CHECK(jbpm_commands_claim_task(c, 7, NULL));
    jbpm_results *r = execute(c, ANSWER_6_4(EXCEPTION("1", "GetProcessIdsCommand",
                                                      "DeploymentNotFoundException thrown with message 'No deployment "
                                                      "id supplied!'")));
    expect(r, 0, JBPM_OUTCOME_DONE);
    jbpm_results_free(r);
}

static void failures_of_the_request_are_errors(void **state)
{
    static const fake_step step = {.http = 404,
                                   .headers = "Content-Type: application/xml\n",
                                   .body = XML "<response><status>FAILURE</status><error>Could not find resource for "
                                               "relative : /execute of full path: x</error></response>"};
    (void)state;
    jbpm_results *results = NULL;
    kf_error error;
    jbpm_commands *c = new_commands(JBPM_6_2, DEPLOYMENT);
    CHECK(jbpm_commands_claim_task(c, 7, NULL));
    kf_client *client = new_client("");
    fake_init(&f, &step, 1);
    assert_int_equal(jbpm_commands_execute(client, c, &results, &error), KF_ERROR_NOT_FOUND);
    assert_null(results);
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_PATH);
    static const fake_step lost = {.status = KF_ERROR_TRANSPORT, .sent = true, .code = 56};
    fake_init(&f, &lost, 1);
    assert_int_equal(jbpm_commands_execute(client, c, &results, &error), KF_ERROR_TRANSPORT);
    assert_int_equal(f.count, 1); /* never twice */
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_NO_ANSWER);
    kf_client_free(client);
    jbpm_commands_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_keep_their_types),
        cmocka_unit_test(every_command_of_6_0_is_written_as_it_reads),
        cmocka_unit_test(later_releases_get_their_own_spelling),
        cmocka_unit_test(what_cannot_work_is_refused),
        cmocka_unit_test(results_belong_to_their_commands),
        cmocka_unit_test(logs_are_matched_by_their_order),
        cmocka_unit_test(ignored_commands_are_seen),
        cmocka_unit_test(unclear_answers_are_said_to_be_so),
        cmocka_unit_test(the_query_at_the_end_may_fail),
        cmocka_unit_test(failures_of_the_request_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
