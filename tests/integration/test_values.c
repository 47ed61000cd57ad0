/* Nothing is lost on the way there and back: free-form JSON byte for byte, numbers, members of the future. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

/* The exact text of a JsonValue's value, as it came. */
static void check_text(const kuflow_json_value *value, const char *expected)
{
    char *text = NULL;
    assert_int_equal(kf_model_encode(&kuflow_json_value_schema, value, &text, NULL), KF_OK);
    if (strstr(text, expected) == NULL)
        fail_msg("%s does not have %s", text, expected);
    kf_free(text);
}

/* Sends this text as metadata and looks at what comes back, then sends that back unread. */
static void check_round_trip(kf_fixture *f, const char *id, const char *value)
{
    char path[128], body[1024];
    snprintf(path, sizeof(path), "/processes/%s/metadata", id);
    snprintf(body, sizeof(body), "{\"metadata\":{\"value\":%s}}", value);
    kf_request request = {.method = "PUT", .path = path, .body = body};
    CHECK_OK(f, kf_request_send(f->client, &request, NULL, NULL, &f->error));
    for (int i = 0; i < 2; i++) {
        kuflow_process *process = NULL, *again = NULL;
        CHECK_OK(f, kuflow_retrieve_process(f->client, id, &process, &f->error));
        check_text(process->metadata, value);
        kuflow_process_metadata_update_params params = {.metadata = process->metadata};
        CHECK_OK(f, kuflow_update_process_metadata(f->client, id, &params, &again, &f->error));
        check_text(again->metadata, value);
        kuflow_process_free(again);
        kuflow_process_free(process);
    }
}

static void test_free_form(void **state)
{
    kf_fixture *f = *state;
    char id[KF_UUID_TEXT_SIZE];
    fixture_process(f, KF_SANDBOX_DEFINITION_EMPTY, id);
    static const char *const values[] = {
        "{}",
        "{\"n\":9007199254740993,\"m\":-9223372036854775808,\"x\":123456789012345678901234567890}",
        "{\"d\":0.30000000000000004,\"e\":1.0,\"f\":1e2,\"g\":-0.0,\"h\":100000000000000000000000.5}",
        "{\"a\":{\"b\":[[],[null],{\"c\":{}}]},\"\":\"empty name\",\"t\":true}",
        "{\"s\":\"\\u00e9 \\\"q\\\" \\\\ \\/ \\n \\ud83d\\ude00\"}",
        "{\"same\":1,\"Same\":2}",
        "{ \"spaces\" : [ 1 , 2 ] }",
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        check_round_trip(f, id, values[i]);
}

/* Texts of every kind through typed members. */
static void test_texts(void **state)
{
    kf_fixture *f = *state;
    char process[KF_UUID_TEXT_SIZE], task[KF_UUID_TEXT_SIZE];
    fixture_task(f, process, task);
    static const char *const texts[] = {
        "",
        " ",
        "a\tb\r\nc\b\f",
        "\"quotes\" \\ / </script>",
        "ñ ü ß € 漢字 \xF0\x9F\x98\x80 e\xCC\x81",
        "\x7f\x01\x1f",
        "line\xE2\x80\xA8separator",
    };
    size_t count = sizeof(texts) / sizeof(texts[0]);
    for (size_t i = 0; i < count; i++) {
        kuflow_process_item_task_append_log_params params = {.message = texts[i],
                                                             .level = KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_INFO};
        CHECK_OK(f, kuflow_append_process_item_task_log(f->client, task, &params, NULL, &f->error));
    }
    kuflow_process_item *item = NULL;
    CHECK_OK(f, kuflow_retrieve_process_item(f->client, task, &item, &f->error));
    assert_int_equal(item->task->logs_count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(item->task->logs[i].message, texts[i]);
    kuflow_process_item_free(item);

    kuflow_process_item_task_append_log_params broken = {.message = "not \xC3( UTF-8",
                                                         .level = KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_INFO};
    int requests = kf_sandbox_requests(f->sandbox, NULL);
    CHECK_FAILS(f, KF_ERROR_ENCODE, 0, kuflow_append_process_item_task_log(f->client, task, &broken, NULL, &f->error));
    assert_int_equal(kf_sandbox_requests(f->sandbox, NULL), requests);
}

/* The oldest log goes when there are too many; the number of elements is right all along. */
static void test_many_logs(void **state)
{
    kf_fixture *f = *state;
    char process[KF_UUID_TEXT_SIZE], task[KF_UUID_TEXT_SIZE];
    fixture_task(f, process, task);
    kuflow_process_item *item = NULL;
    for (int i = 0; i < 103; i++) {
        char text[16];
        snprintf(text, sizeof(text), "%d", i);
        kuflow_process_item_task_append_log_params params = {.message = text,
                                                             .level = KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_WARN};
        kuflow_process_item_free(item);
        CHECK_OK(f, kuflow_append_process_item_task_log(f->client, task, &params, &item, &f->error));
    }
    assert_int_equal(item->task->logs_count, 100);
    assert_string_equal(item->task->logs[0].message, "3");
    assert_string_equal(item->task->logs[99].message, "102");
    kuflow_process_item_free(item);
}

/* A member that the document lacks is sent, received and kept. */
static void test_members_of_the_future(void **state)
{
    kf_fixture *f = *state;
    kuflow_tenant *tenant = NULL;
    const char *answer =
        "{\"id\":\"" KF_SANDBOX_TENANT "\",\"name\":null,\"plan\":\"GOLD\",\"limits\":{\"users\":[1,2.50]},"
        "\"createdAt\":\"2024-06-14T09:30:00Z\"}";
    fixture_answer(f, "retrieveTenant", 200, answer);
    CHECK_OK(f, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    assert_null(tenant->name);
    assert_int_equal(tenant->plan, KUFLOW_TENANT_PRICING_PLAN_UNRECOGNIZED);
    char *text = NULL;
    assert_int_equal(kuflow_tenant_encode(tenant, &text, NULL), KF_OK);
    assert_string_equal(text, answer);
    kf_free(text);
    kuflow_tenant_free(tenant);

    kf_extra_member member = {.name = "priority", .json = "{\"level\":7}"};
    kuflow_process_create_params params = {.process_definition_id = KF_SANDBOX_DEFINITION_EMPTY,
                                           .extra = {&member, 1, NULL}};
    kuflow_process *process = NULL;
    CHECK_OK(f, kuflow_create_process(f->client, &params, &process,
                                      &f->error)); /* the sandbox ignores what it does not know */
    kuflow_process_free(process);
}

/* Metadata of pages: int64 exact, whatever a server says. */
static void test_large_totals(void **state)
{
    kf_fixture *f = *state;
    kuflow_tenant_page *page = NULL;
    fixture_answer(
        f, "findTenants", 200,
        "{\"metadata\":{\"size\":25,\"page\":0,\"totalElements\":9223372036854775807,\"totalPages\":2147483647},"
        "\"content\":[]}");
    CHECK_OK(f, kuflow_find_tenants(f->client, NULL, &page, &f->error));
    assert_true(page->metadata->total_elements == INT64_MAX);
    assert_int_equal(page->metadata->total_pages, INT32_MAX);
    kuflow_tenant_page_free(page);
    fixture_answer(f, "findTenants", 200,
                   "{\"metadata\":{\"size\":25,\"page\":0,\"totalElements\":9223372036854775808,\"totalPages\":1},"
                   "\"content\":[]}");
    CHECK_FAILS(f, KF_ERROR_DECODE, 200, kuflow_find_tenants(f->client, NULL, &page, &f->error));
    assert_non_null(strstr(f->error.message, "metadata.totalElements"));
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_free_form),    TEST(test_texts), TEST(test_many_logs), TEST(test_members_of_the_future),
        TEST(test_large_totals),
    };
    return cmocka_run_group_tests_name("values", tests, fixture_setup, fixture_teardown);
}
