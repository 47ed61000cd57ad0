/* The requests of jbpm_execute.h as the servers' own classes read them, those of 6.0.1 and of 6.4.0:
 * requests/RELEASE.txt has what these are to find, a command a line. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kuflow/services/jbpm_client.h"
#include "kuflow/services/jbpm_execute.h"
#include "kuflow/transport.h"

/* Keeps the request's body and says that there is no server. */
static kf_status keep_body(kf_exchange *exchange, void *user)
{
    FILE *file = user;
    char buffer[1024];
    int64_t length;
    while ((length = exchange->read_body(buffer, sizeof(buffer), exchange->read_user)) > 0)
        fwrite(buffer, 1, (size_t)length, file);
    exchange->sent = false;
    return KF_ERROR_CONNECT;
}

static void write_request(const jbpm_commands *commands, const char *path)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    const kf_transport transport = {.perform = keep_body, .user = file};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = "http://127.0.0.1:1/rest";
    options.allow_http = true;
    options.max_attempts = 1;
    options.transport = &transport;
    kf_client *client = NULL;
    jbpm_results *results = NULL;
    kf_error error;
    assert_int_equal(jbpm_client_new(&options, &client, &error), KF_OK);
    assert_int_equal(jbpm_commands_execute(client, commands, &results, &error), KF_ERROR_CONNECT);
    assert_null(results);
    kf_client_free(client);
    assert_true(ftell(file) > 0);
    assert_int_equal(fclose(file), 0);
}

static void ok(kf_status status, const kf_error *error)
{
    if (status != KF_OK)
        fail_msg("%s", error->message);
}

/* Refused, as this release would drop something; or taken. */
static void taken(bool yes, kf_status status, const kf_error *error)
{
    if (status != (yes ? KF_OK : KF_ERROR_ARGUMENT))
        fail_msg("%s: %s", kf_status_name(status), error->message);
}

static const jbpm_argument all[] = {
    {"s", JBPM_VARIABLE_TYPE_STRING, "5000 <Zo\xc3\xab & \"\xf0\x9f\x98\x80\"> ]]>\t", 0, 0},
    {"e", JBPM_VARIABLE_TYPE_STRING, "", 0, 0},
    {"l", JBPM_VARIABLE_TYPE_LONG, NULL, INT64_MIN, 0},
    {"i", JBPM_VARIABLE_TYPE_INTEGER, NULL, -3, 0},
    {"b", JBPM_VARIABLE_TYPE_BOOLEAN, NULL, 1, 0},
    {"d", JBPM_VARIABLE_TYPE_DOUBLE, NULL, 0, -0.1},
    {"f", JBPM_VARIABLE_TYPE_FLOAT, NULL, 0, 1.5},
};
enum { COUNT = sizeof(all) / sizeof(all[0]) };

static void add_runtime_commands(jbpm_commands *c, kf_error *e)
{
    ok(jbpm_commands_start_process(c, "office.note", all, COUNT, e), e);
    ok(jbpm_commands_start_process(c, "office.note", NULL, 0, e), e);
    ok(jbpm_commands_get_process_instance(c, 5, e), e);
    ok(jbpm_commands_abort_process_instance(c, 6, e), e);
    ok(jbpm_commands_set_variables(c, 7, all, COUNT, e), e);
    ok(jbpm_commands_signal_event(c, 8, "Go", &all[0], e), e);
    ok(jbpm_commands_signal_event(c, 0, "Go", &all[3], e), e);
    ok(jbpm_commands_signal_event(c, 0, "Go", NULL, e), e);
    ok(jbpm_commands_get_work_item(c, 9, e), e);
    ok(jbpm_commands_complete_work_item(c, 10, all, COUNT, e), e);
    ok(jbpm_commands_abort_work_item(c, 11, e), e);
}

static void add_task_commands(jbpm_commands *c, bool later, kf_error *e)
{
    const jbpm_task_status_list statuses =
        KF_LIST_OF(jbpm_task_status, JBPM_TASK_STATUS_READY, JBPM_TASK_STATUS_IN_PROGRESS);
    ok(jbpm_commands_claim_task(c, 12, e), e);
    ok(jbpm_commands_start_task(c, 13, e), e);
    ok(jbpm_commands_release_task(c, 14, e), e);
    ok(jbpm_commands_complete_task(c, 15, all, COUNT, e), e);
    ok(jbpm_commands_complete_task(c, 16, NULL, 0, e), e);
    ok(jbpm_commands_fail_task(c, 17, NULL, 0, e), e);
    taken(later, jbpm_commands_fail_task(c, 18, all, COUNT, e), e);
    taken(later, jbpm_commands_get_task(c, 19, e), e);
    ok(jbpm_commands_get_content(c, 20, e), e);
    ok(jbpm_commands_get_tasks_owned(c, NULL, NULL, e), e);
    ok(jbpm_commands_get_tasks_owned(c, "de-DE", &statuses, e), e);
    ok(jbpm_commands_get_tasks_as_potential_owner(c, NULL, &statuses, e), e);
    ok(jbpm_commands_get_tasks_as_business_admin(c, NULL, e), e);
    ok(jbpm_commands_get_task_ids(c, 21, e), e);
    ok(jbpm_commands_get_tasks_of_instance(c, 22, NULL, &statuses, e), e);
}

static void add_history_commands(jbpm_commands *c, kf_error *e)
{
    ok(jbpm_commands_find_process_instances(c, "office.note", e), e);
    ok(jbpm_commands_find_process_instances(c, NULL, e), e);
    ok(jbpm_commands_find_active_process_instances(c, "office.note", e), e);
    ok(jbpm_commands_find_process_instance(c, 23, e), e);
    ok(jbpm_commands_find_subprocess_instances(c, 24, e), e);
    ok(jbpm_commands_find_node_instances(c, 25, "_2", e), e);
    ok(jbpm_commands_find_node_instances(c, 26, NULL, e), e);
    ok(jbpm_commands_find_variable_instances(c, 27, "age", e), e);
    ok(jbpm_commands_find_variable_instances_by_name(c, "age", NULL, true, e), e);
    ok(jbpm_commands_find_variable_instances_by_name(c, "age", "a <b>", false, e), e);
}

/* What the command prints; freed with free(). */
static char *output_of(const char *command)
{
    enum { SIZE = 1 << 16 };
    char *text = calloc(1, SIZE);
    assert_non_null(text);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    const size_t length = fread(text, 1, SIZE - 1, output);
    assert_true(length < SIZE - 1);
    if (pclose(output) != 0)
        fail_msg("%s failed", command);
    return text;
}

/* Compares line by line, to show the first that differs. */
static void assert_lines(const char *read, const char *path)
{
    char line[4096];
    FILE *expected = fopen(path, "r");
    assert_non_null(expected);
    while (fgets(line, sizeof(line), expected) != NULL) {
        const size_t length = strcspn(read, "\n") + 1;
        if (strncmp(read, line, length) != 0 || strlen(line) != length)
            fail_msg("it is\n%.*snot\n%s", (int)length, read, line);
        read += length;
    }
    assert_string_equal(read, "");
    fclose(expected);
}

static void check_release(jbpm_profile profile, const char *release)
{
    const bool later = profile != JBPM_6_0;
    char file[] = "/tmp/kuflow-request-XXXXXX", text[500];
    jbpm_commands *commands = NULL;
    kf_error error;
    ok(jbpm_commands_new(profile, "org.example:office:1.0", "anna", &commands, &error), &error);
    jbpm_commands_set_process_instance(commands, 4);
    add_runtime_commands(commands, &error);
    add_task_commands(commands, later, &error);
    add_history_commands(commands, &error);
    const int fd = mkstemp(file);
    assert_true(fd >= 0);
    close(fd);
    write_request(commands, file);
    jbpm_commands_free(commands);
    snprintf(text, sizeof(text), KF_TEST_SOURCE_DIR "/tests/servers/jbpm/judge %s %s", release, file);
    char *read = output_of(text);
    snprintf(text, sizeof(text), KF_TEST_SOURCE_DIR "/tests/jbpm/requests/%s.txt", release);
    assert_lines(read, text);
    free(read);
    unlink(file);
}

static void test_6_0_1(void **state)
{
    (void)state;
    check_release(JBPM_6_0, "6.0.1");
}

static void test_6_4_0(void **state)
{
    (void)state;
    check_release(JBPM_6_4, "6.4.0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_6_0_1), cmocka_unit_test(test_6_4_0)};
    return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}
