/* Webhook events: each type decoded from its bytes, and events that the sandbox really posts. */
#include "fixture.h"
#include "listener.h"

#include <stdio.h>
#include <string.h>

#define EVENT(type, data)                                                                                              \
    "{\"id\":\"11111111-2222-4333-8444-555555555555\",\"version\":\"1\",\"type\":\"" type "\","                        \
    "\"timestamp\":\"2024-06-14T09:30:00.123Z\",\"data\":" data "}"
#define PROCESS "\"processId\":\"aaaaaaaa-2222-4333-8444-555555555555\""
#define ITEM PROCESS ",\"processItemId\":\"bbbbbbbb-2222-4333-8444-555555555555\",\"processItemType\":\"TASK\""

static kuflow_webhook_event *decode(const char *text)
{
    kuflow_webhook_event *event = NULL;
    kf_error error;
    if (kuflow_webhook_event_decode(text, strlen(text), &event, &error) != KF_OK)
        fail_msg("%s", error.message);
    return event;
}

/* That an event is encoded as it came, byte for byte. */
static void check_same(const kuflow_webhook_event *event, const char *text)
{
    char *again = NULL;
    assert_int_equal(kuflow_webhook_event_encode(event, &again, NULL), KF_OK);
    assert_string_equal(again, text);
    kf_free(again);
}

static void test_process_created(void **state)
{
    (void)state;
    const char *text = EVENT("PROCESS.CREATED", "{" PROCESS ",\"processState\":\"RUNNING\"}");
    kuflow_webhook_event *event = decode(text);
    assert_string_equal(event->id, "11111111-2222-4333-8444-555555555555");
    assert_string_equal(event->version, "1");
    assert_string_equal(event->timestamp, "2024-06-14T09:30:00.123Z");
    assert_int_equal(event->type, KUFLOW_WEBHOOK_TYPE_PROCESS_CREATED);
    const kuflow_webhook_event_process_created *created = kuflow_webhook_event_as_process_created(event);
    assert_non_null(created);
    assert_string_equal(created->data->process_id, "aaaaaaaa-2222-4333-8444-555555555555");
    assert_int_equal(created->data->process_state, KUFLOW_PROCESS_STATE_RUNNING);
    assert_null(kuflow_webhook_event_as_process_state_changed(event));
    assert_null(kuflow_webhook_event_as_process_item_created(event));
    check_same(event, text);
    kuflow_webhook_event_free(event);
}

static void test_process_state_changed(void **state)
{
    (void)state;
    const char *text = EVENT("PROCESS.STATE_CHANGED", "{" PROCESS ",\"processState\":\"CANCELLED\"}");
    kuflow_webhook_event *event = decode(text);
    const kuflow_webhook_event_process_state_changed *changed = kuflow_webhook_event_as_process_state_changed(event);
    assert_non_null(changed);
    assert_int_equal(changed->data->process_state, KUFLOW_PROCESS_STATE_CANCELLED);
    check_same(event, text);
    kuflow_webhook_event_free(event);
}

static void test_item_created(void **state)
{
    (void)state;
    const char *text = EVENT("PROCESS_ITEM.CREATED", "{" ITEM "}");
    kuflow_webhook_event *event = decode(text);
    const kuflow_webhook_event_process_item_created *created = kuflow_webhook_event_as_process_item_created(event);
    assert_non_null(created);
    assert_string_equal(created->data->process_item_id, "bbbbbbbb-2222-4333-8444-555555555555");
    assert_int_equal(created->data->process_item_type, KUFLOW_PROCESS_ITEM_TYPE_TASK);
    assert_int_equal(created->data->process_item_state, KUFLOW_PROCESS_ITEM_TASK_STATE_UNSPECIFIED);
    assert_null(created->data->process_item_definition_code);
    check_same(event, text);
    kuflow_webhook_event_free(event);
}

static void test_task_state_changed(void **state)
{
    (void)state;
    const char *text =
        EVENT("PROCESS_ITEM.TASK_STATE_CHANGED", "{" ITEM ",\"processItemState\":\"CLAIMED\","
                                                 "\"processItemDefinitionCode\":\"CODE\",\"new\":{\"a\":1.0}}");
    kuflow_webhook_event *event = decode(text);
    const kuflow_webhook_event_process_item_task_state_changed *changed =
        kuflow_webhook_event_as_process_item_task_state_changed(event);
    assert_non_null(changed);
    assert_int_equal(changed->data->process_item_state, KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED);
    assert_string_equal(changed->data->process_item_definition_code, "CODE");
    check_same(event, text);
    kuflow_webhook_event_free(event);
}

static void test_unknown_type(void **state)
{
    (void)state;
    const char *text = EVENT("ROBOT.EXPLODED", "{\"robotId\":7}");
    kuflow_webhook_event *event = decode(text);
    assert_string_equal(event->id, "11111111-2222-4333-8444-555555555555");
    assert_int_equal(event->type, KUFLOW_WEBHOOK_TYPE_UNRECOGNIZED);
    assert_null(kuflow_webhook_event_as_process_created(event));
    const kf_extra_member *type = kf_extra_find(&event->extra, "type");
    assert_non_null(type);
    assert_memory_equal(type->json, "\"ROBOT.EXPLODED\"", type->length);
    const kf_extra_member *data = kf_extra_find(&event->extra, "data");
    assert_non_null(data);
    assert_int_equal(data->length, strlen("{\"robotId\":7}"));
    check_same(event, text);
    kuflow_webhook_event_free(event);
}

static void test_broken(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "{", "[]", EVENT("PROCESS.CREATED", "7"), EVENT("PROCESS.CREATED", "{\"processId\":{}}"), "{\"type\":1}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        kuflow_webhook_event *event = NULL;
        kf_error error;
        assert_int_equal(kuflow_webhook_event_decode(texts[i], strlen(texts[i]), &event, &error), KF_ERROR_DECODE);
        assert_null(event);
        assert_true(strlen(error.message) > 10);
    }
}

/* What an event says in one line, for a look at the order. */
static void describe(const char *text, char *line, size_t size)
{
    kuflow_webhook_event *event = decode(text);
    assert_true(kf_uuid_valid(event->id));
    const char *detail = "";
    const kuflow_webhook_event_process_item_task_state_changed *task =
        kuflow_webhook_event_as_process_item_task_state_changed(event);
    const kuflow_webhook_event_process_item_created *item = kuflow_webhook_event_as_process_item_created(event);
    const kuflow_webhook_event_process_state_changed *process = kuflow_webhook_event_as_process_state_changed(event);
    if (task != NULL)
        detail = kuflow_process_item_task_state_text(task->data->process_item_state);
    else if (item != NULL)
        detail = item->data->process_item_definition_code;
    else if (process != NULL)
        detail = kuflow_process_state_text(process->data->process_state);
    snprintf(line, size, "%s %s", kuflow_webhook_type_text(event->type), detail);
    kuflow_webhook_event_free(event);
}

static void act(kf_fixture *f)
{
    char id[KF_UUID_TEXT_SIZE];
    fixture_process(f, KF_SANDBOX_DEFINITION, id);
    kuflow_find_process_items_params params = {.process_id = KF_LIST(id), .sort = KF_LIST("createdAt")};
    kuflow_process_item_page *page = NULL;
    CHECK_OK(f, kuflow_find_process_items(f->client, &params, &page, &f->error));
    const char *task = page->content[0].id;
    for (int i = 0; i < 2; i++) /* twice: the second time nothing changes, and there is no event */
        CHECK_OK(f, kuflow_claim_process_item_task(f->client, task, NULL, &f->error));
    CHECK_OK(f, kuflow_complete_process_item_task(f->client, task, NULL, &f->error));
    CHECK_OK(f, kuflow_cancel_process(f->client, id, NULL, &f->error));
    kuflow_process_item_page_free(page);
}

static void test_posted_in_order(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "PROCESS.CREATED ",
        "PROCESS_ITEM.CREATED REVIEW",
        "PROCESS_ITEM.CREATED APPROVE",
        "PROCESS_ITEM.CREATED ARCHIVE",
        "PROCESS_ITEM.TASK_STATE_CHANGED CLAIMED",
        "PROCESS_ITEM.TASK_STATE_CHANGED COMPLETED",
        "PROCESS_ITEM.TASK_STATE_CHANGED CANCELLED",
        "PROCESS_ITEM.TASK_STATE_CHANGED CANCELLED",
        "PROCESS.STATE_CHANGED CANCELLED",
    };
    size_t count = sizeof(expected) / sizeof(expected[0]);
    kf_fixture f = {0};
    kf_listener *listener = kf_listener_start(2); /* refuses at first: events are posted again */
    assert_non_null(listener);
    kf_sandbox_options options = KF_SANDBOX_OPTIONS_INIT;
    options.webhook_url = kf_listener_url(listener);
    CHECK_OK(&f, kf_sandbox_start(&options, &f.sandbox, &f.error));
    f.client = fixture_client(kf_sandbox_url(f.sandbox));
    act(&f);
    assert_true(kf_sandbox_webhook_wait(f.sandbox, 20000));
    assert_int_equal(kf_sandbox_event_count(f.sandbox), count);
    assert_int_equal(kf_listener_count(listener), count);
    for (size_t i = 0; i < count; i++) {
        char line[128];
        describe(kf_listener_body(listener, i), line, sizeof(line));
        assert_string_equal(line, expected[i]);
        assert_string_equal(kf_listener_body(listener, i), kf_sandbox_event(f.sandbox, i));
    }
    kf_client_free(f.client);
    kf_sandbox_stop(f.sandbox);
    kf_listener_stop(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process_created), cmocka_unit_test(test_process_state_changed),
        cmocka_unit_test(test_item_created),    cmocka_unit_test(test_task_state_changed),
        cmocka_unit_test(test_unknown_type),    cmocka_unit_test(test_broken),
        cmocka_unit_test(test_posted_in_order),
    };
    return cmocka_run_group_tests_name("webhook", tests, NULL, NULL);
}
