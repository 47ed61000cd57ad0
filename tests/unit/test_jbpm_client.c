/* The client for jBPM: its options, tasks in the forms of all releases, and lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jbpm_support.h"

static void the_base_url_is_completed(void **state)
{
    static const char *const urls[] = {"http://h:8080/kie-wb", "http://h:8080/kie-wb/", "http://h:8080/kie-wb/rest",
                                       "http://h:8080//kie-wb/rest//"};
    static const fake_step steps[] = {{.http = 200, .headers = TYPE_XML, .body = XML "<task><id>5</id></task>"}};
    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        jbpm_task *task;
        kf_error error;
        FAKE_INIT(&f, steps);
        kf_client *client = client_for(urls[i], false);
        if (jbpm_get_task(client, 5, &task, &error) != KF_OK)
            fail_msg("%s", error.message);
        assert_string_equal(f.urls[0], "http://h:8080/kie-wb/rest/task/5");
        assert_non_null(strstr(f.headers[0], "Authorization: Basic a3Jpc3Y6c2VjcmV0\n"));
        assert_non_null(strstr(f.headers[0], "Accept: application/xml\n"));
        jbpm_task_free(task);
        kf_client_free(client);
    }
    FAKE_INIT(&f, steps);
    kf_client *client = client_for(NULL, true);
    jbpm_task *task;
    assert_int_equal(jbpm_get_task(client, 5, &task, NULL), KF_OK);
    assert_string_equal(f.urls[0], "http://localhost:8080/jbpm-console/rest/task/5");
    assert_non_null(strstr(f.headers[0], "Accept: application/json\n"));
    jbpm_task_free(task);
    kf_client_free(client);
}

/* Tasks */

#define TASK_6_0                                                                                                       \
    XML "<task><id>7</id><priority>5</priority><name>2:en-UK:Approve Request</name>"                                   \
        "<subject>3:en-UK:Please approve: &lt;Zoë&gt;</subject><description>-1::</description>"                       \
        "<peopleAssignments><potential-owner>u:krisv</potential-owner><potential-owner>g:HR</potential-owner>"         \
        "</peopleAssignments><taskData><status>Reserved</status><document-content-id>11</document-content-id>"         \
        "</taskData></task>"
#define TASK_6_4                                                                                                       \
    XML "<task><id>7</id><priority>5</priority><name>1:2:three</name><subject>S</subject>"                             \
        "<names><id>32</id><text>1:2:three</text><language>en-UK</language></names>"                                   \
        "<people-assignments><potential-owners><id>krisv</id><type>USER</type></potential-owners><potential-owners>"   \
        "<id>HR</id><type>GROUP</type></potential-owners></people-assignments><taskData><status>Reserved</status>"     \
        "<document-content-id>11</document-content-id></taskData></task>"

static void check_people(const jbpm_task *task)
{
    const jbpm_people_assignments *people = task->people_assignments;
    assert_non_null(people);
    assert_int_equal(people->potential_owners_count, 2);
    assert_string_equal(jbpm_entity_id(&people->potential_owners[0]), "krisv");
    assert_false(jbpm_entity_is_group(&people->potential_owners[0]));
    assert_string_equal(jbpm_entity_id(&people->potential_owners[1]), "HR");
    assert_true(jbpm_entity_is_group(&people->potential_owners[1]));
}

static void tasks_read_the_same_in_all_releases(void **state)
{
    static const fake_step steps[] = {{.http = 200, .headers = TYPE_XML, .body = TASK_6_0},
                                      {.http = 200, .headers = TYPE_XML, .body = TASK_6_4},
                                      {.http = 200, .headers = TYPE_XML, .body = XML "<task><id>1</id></task>"},
                                      {.http = 200,
                                       .headers = TYPE_XML,
                                       .body = XML "<task><name>10:30:00 call</name><subject>3::</subject></task>"}};
    (void)state;
    jbpm_task *task;
    FAKE_INIT(&f, steps);
    kf_client *client = client_for("http://h/kie-wb", false);
    assert_int_equal(jbpm_get_task(client, 7, &task, NULL), KF_OK);
    assert_string_equal(jbpm_task_name(task), "Approve Request");
    assert_string_equal(jbpm_task_subject(task), "Please approve: <Zoë>");
    assert_string_equal(jbpm_task_description(task), "");
    check_people(task);
    jbpm_task_free(task);
    assert_int_equal(jbpm_get_task(client, 7, &task, NULL), KF_OK);
    assert_string_equal(jbpm_task_name(task), "1:2:three");
    assert_string_equal(jbpm_task_subject(task), "S");
    assert_null(jbpm_task_description(task));
    check_people(task);
    jbpm_task_free(task);
    assert_int_equal(jbpm_get_task(client, 7, &task, NULL), KF_OK);
    assert_null(jbpm_task_name(task));
    jbpm_task_free(task);
    assert_int_equal(jbpm_get_task(client, 7, &task, NULL), KF_OK);
    assert_string_equal(jbpm_task_name(task), "10:30:00 call");
    assert_string_equal(jbpm_task_subject(task), "");
    jbpm_task_free(task);
    assert_null(jbpm_task_name(NULL));
    assert_null(jbpm_entity_id(NULL));
    assert_false(jbpm_entity_is_group(NULL));
    kf_client_free(client);
}

static void a_task_s_content_is_found(void **state)
{
    static const fake_step steps[] = {
        {.http = 200, .headers = TYPE_XML, .body = TASK_6_0},
        {.http = 200,
         .headers = TYPE_XML,
         .body = XML "<content><id>11</id><class-name>java.util.HashMap</class-name><content-map><entry "
                     "key=\"in_employee\" class-name=\"java.lang.String\">rO0ABXQABFpvw6s=</entry></content-map>"
                     "</content>"},
        {.http = 200,
         .headers = TYPE_XML,
         .body = XML "<task><id>8</id><taskData><document-content-id>-1</document-content-id></taskData></task>"},
        {.http = 404, .headers = TYPE_XML, .body = RESPONSE("FAILURE", ERROR("Task 9 could not be found."))}};
    (void)state;
    jbpm_content *content = NULL;
    char *text;
    kf_error error;
    FAKE_INIT(&f, steps);
    kf_client *client = client_for("http://h/kie-wb", false);
    assert_int_equal(jbpm_retrieve_task_content(client, 7, &content, &error), KF_OK);
    assert_string_equal(f.urls[1], "http://h/kie-wb/rest/task/content/11");
    assert_int_equal(
        jbpm_variable_get_string(content->content_map, content->content_map_count, "in_employee", &text, &error),
        KF_OK);
    assert_string_equal(text, "Zoë");
    kf_free(text);
    jbpm_content_free(content);
    assert_int_equal(jbpm_retrieve_task_content(client, 8, &content, &error), KF_ERROR_NOT_FOUND);
    assert_null(content);
    assert_string_equal(error.message, "the task 8 has no content");
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_GONE);
    assert_int_equal(jbpm_retrieve_task_content(client, 9, &content, &error), KF_ERROR_NOT_FOUND);
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_GONE);
    assert_int_equal(f.count, 4);
    kf_client_free(client);
}

/* Lists of tasks */

#define SUMMARY(id) "<task-summary><id>" id "</id></task-summary>"
#define SUMMARIES(items) XML "<task-summary-list>" items "</task-summary-list>"

/* Reads all tasks, which have the ids 1, 2, and so on. */
static size_t read_tasks(const jbpm_query_tasks_params *params)
{
    kf_error error;
    int64_t count = 0;
    const jbpm_task_summary *task;
    kf_client *client = client_for("http://h/kie-wb", false);
    kf_pager *pager = jbpm_query_tasks_pager(client, params, &error);
    assert_non_null(pager);
    while ((task = jbpm_query_tasks_next(pager, &error)) != NULL)
        assert_int_equal(task->id.value, ++count);
    assert_int_equal(error.status, KF_OK);
    assert_int_equal(kf_pager_total(pager), -1);
    kf_pager_free(pager);
    kf_client_free(client);
    return (size_t)count;
}

/* 6.0 refuses the parameters of pages, and answers with all tasks; later releases have pages when they are asked to. */
static void lists_of_tasks_have_pages_when_a_size_is_given(void **state)
{
    static const fake_step all[] = {
        {.http = 200, .headers = TYPE_XML, .body = SUMMARIES(SUMMARY("1") SUMMARY("2") SUMMARY("3"))}};
    static const fake_step pages[] = {{.http = 200, .headers = TYPE_XML, .body = SUMMARIES(SUMMARY("1") SUMMARY("2"))},
                                      {.http = 200, .headers = TYPE_XML, .body = SUMMARIES(SUMMARY("3"))}};
    jbpm_query_tasks_params params = {.potential_owner = KF_LIST("krisv")};
    (void)state;
    FAKE_INIT(&f, all);
    assert_int_equal(read_tasks(&params), 3);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.urls[0], "http://h/kie-wb/rest/task/query?potentialOwner=krisv");
    params.s = KF_INT32(2);
    FAKE_INIT(&f, pages);
    assert_int_equal(read_tasks(&params), 3);
    assert_int_equal(f.count, 2);
    assert_string_equal(f.urls[0], "http://h/kie-wb/rest/task/query?potentialOwner=krisv&s=2");
    assert_string_equal(f.urls[1], "http://h/kie-wb/rest/task/query?potentialOwner=krisv&p=2&s=2");
}

/* The server has pages of the history only when both parameters are there, and tells no total. */
static void lists_of_logs_are_asked_for_by_page_and_size(void **state)
{
    static const fake_step steps[] = {
        {.http = 200,
         .headers = TYPE_XML,
         .body = XML "<log-instance-list><process-instance-log id=\"1\"/></log-instance-list>"},
        {.http = 200, .headers = TYPE_XML, .body = XML "<log-instance-list/>"}};
    const jbpm_list_process_logs_params params = {.page_size = KF_INT32(1)};
    (void)state;
    for (int given = 0; given < 2; given++) {
        kf_error error;
        size_t count = 0;
        FAKE_INIT(&f, steps);
        kf_client *client = client_for("http://h/kie-wb", false);
        kf_pager *pager = jbpm_list_process_logs_pager(client, "a:b:1", "p", given != 0 ? &params : NULL, &error);
        while (jbpm_list_process_logs_next(pager, &error) != NULL)
            count++;
        assert_int_equal(error.status, KF_OK);
        assert_int_equal(count, 1);
        assert_int_equal(f.count, given != 0 ? 2 : 1);
        assert_non_null(strstr(f.urls[0], given != 0 ? "/rest/runtime/a:b:1/history/process/p?page=1&pageSize=1"
                                                     : "/rest/runtime/a:b:1/history/process/p?page=1&pageSize=100"));
        kf_pager_free(pager);
        kf_client_free(client);
    }
}

/* The releases do different things when one of the two is missing. */
static void a_page_and_its_size_are_sent_together(void **state)
{
    static const fake_step steps[] = {{.http = 200, .headers = TYPE_XML, .body = XML "<log-instance-list/>"}};
    const struct {
        jbpm_list_process_logs_params given;
        const char *query;
    } cases[] = {{{.page = KF_INT32(2)}, "p?page=2&pageSize=100"},
                 {{.page_size = KF_INT32(7)}, "p?page=1&pageSize=7"},
                 {{.page = KF_INT32(2), .page_size = KF_INT32(7)}, "p?page=2&pageSize=7"},
                 {{0}, "history/process/p"}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        jbpm_history_log_list *list;
        kf_error error;
        FAKE_INIT(&f, steps);
        kf_client *client = client_for("http://h/kie-wb", false);
        assert_int_equal(jbpm_list_process_logs(client, "a:b:1", "p", &cases[i].given, &list, &error), KF_OK);
        assert_string_equal(f.urls[0] + strlen(f.urls[0]) - strlen(cases[i].query), cases[i].query);
        jbpm_history_log_list_free(list);
        kf_client_free(client);
    }
}

/* Page p of 6.0.x is the first p * size items: each instance comes once, and no call is made that cannot find any. */
static void lists_of_instances_leave_out_what_they_gave(void **state)
{
#define INSTANCE(id) "<process-instance><process-id>p</process-id><id>" id "</id><state>1</state></process-instance>"
#define INSTANCES(items)                                                                                               \
    {                                                                                                                  \
        .http = 200, .headers = TYPE_XML, .body = XML "<process-instance-list>" items "</process-instance-list>"       \
    }
    static const fake_step steps[] = {INSTANCES(INSTANCE("1") INSTANCE("2")),
                                      INSTANCES(INSTANCE("1") INSTANCE("2") INSTANCE("3"))};
    const jbpm_list_variable_process_instances_params params = {.page_size = KF_INT32(2)};
    jbpm_process_instance_list *list;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = client_for("http://h/kie-wb", false);
    assert_int_equal(jbpm_list_variable_process_instances(client, "a:b:1", "v", &params, &list, &error),
                     KF_ERROR_ARGUMENT);
    assert_null(list);
    assert_int_equal(jbpm_error_classify(&error), JBPM_ERROR_NOT_SENT);
    assert_non_null(strstr(error.message, "page is missing"));
    kf_pager *pager = jbpm_list_variable_process_instances_pager(client, "a:b:1", "v", &params, &error);
    for (int64_t id = 1; id <= 3; id++) {
        const jbpm_process_instance *instance = jbpm_list_variable_process_instances_next(pager, &error);
        assert_non_null(instance);
        assert_int_equal(instance->id.value, id);
    }
    assert_null(jbpm_list_variable_process_instances_next(pager, &error));
    assert_int_equal(error.status, KF_OK);
    assert_int_equal(f.count, 2);
    assert_non_null(strstr(f.urls[1], "/runtime/a:b:1/history/variable/v/instances?page=2&pageSize=2"));
    kf_pager_free(pager);
    FAKE_INIT(&f, steps);
    pager = jbpm_list_variable_value_process_instances_pager(client, "a:b:1", "v", "5", NULL, &error);
    assert_non_null(jbpm_list_variable_value_process_instances_next(pager, &error));
    assert_non_null(strstr(f.urls[0], "/history/variable/v/value/5/instances?page=1&pageSize=1000"));
    kf_pager_free(pager);
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_base_url_is_completed),
        cmocka_unit_test(tasks_read_the_same_in_all_releases),
        cmocka_unit_test(a_task_s_content_is_found),
        cmocka_unit_test(lists_of_tasks_have_pages_when_a_size_is_given),
        cmocka_unit_test(lists_of_logs_are_asked_for_by_page_and_size),
        cmocka_unit_test(a_page_and_its_size_are_sent_together),
        cmocka_unit_test(lists_of_instances_leave_out_what_they_gave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
