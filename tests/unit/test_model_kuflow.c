/* The engine on the generated descriptions. */
#include "model_support.h"

#include "kuflow/services/kuflow.h"

#define ITEM                                                                                                           \
    "{\"objectType\":\"PROCESS_ITEM\",\"createdBy\":\"u1\",\"createdAt\":\"2024-06-14T09:30:00.123Z\",\"id\":\"i1\","  \
    "\"type\":\"TASK\",\"processId\":\"p1\",\"task\":{\"state\":\"READY\",\"taskDefinition\":{\"id\":\"d\"},\"data\":" \
    "{"                                                                                                                \
    "\"value\":{\"amount\":1.10,\"list\":[1e2,null]},\"valid\":true},\"logs\":[{\"id\":\"l\",\"timestamp\":\"t\","     \
    "\"message\":\"\\nñ\",\"level\":\"INFO\"},{\"level\":\"FATAL\"}]},\"ownerId\":null}"

static void documents_of_the_service_survive(void **state)
{
    (void)state;
    keeps(&kuflow_process_item_schema, ITEM);
    keeps(&kuflow_process_item_page_schema,
          "{\"content\":["
          "{\"id\":\"x\",\"type\":\"NEW_KIND\"},null,{}],\"metadata\":{\"totalElements\":9007199254740993,"
          "\"size\":25,\"page\":0,\"totalPages\":1}}");
    keeps(&kuflow_json_patch_schema,
          "[{\"op\":\"add\",\"path\":\"/a\",\"value\":null},{\"op\":\"add\",\"path\":\"/b\",\"value\":1.0}]");
}

static void a_mistake_deep_inside_is_named(void **state)
{
    (void)state;
    refuses(&kuflow_process_item_schema, "{\"task\":{\"logs\":[{},{},{},{\"level\":7}]}}", KF_ERROR_DECODE,
            "ProcessItem.task.logs[3].level: expected a string, found a number");
}

static void an_event_is_what_its_type_says(void **state)
{
    (void)state;
    static const char text[] = "{\"id\":\"e\",\"version\":\"1\",\"timestamp\":\"t\",\"data\":{\"processId\":\"p\","
                               "\"processState\":\"RUNNING\"},\"type\":\"PROCESS.CREATED\"}";
    kuflow_webhook_event *event = decoded(&kuflow_webhook_event_schema, text);
    assert_ptr_equal(kf_model_type(&kuflow_webhook_event_schema, event), &kuflow_webhook_event_process_created_schema);
    const kuflow_webhook_event_process_created *created = (const void *)event;
    assert_string_equal(created->data->process_id, "p");
    assert_int_equal(created->data->process_state, KUFLOW_PROCESS_STATE_RUNNING);
    assert_int_equal(event->extra.count, 0);
    kf_model_free(event);
    keeps(&kuflow_webhook_event_schema, text);
    keeps(&kuflow_webhook_event_schema, "{\"id\":\"e\",\"type\":\"PROCESS.EXPLODED\",\"data\":{\"a\":[1 ]}}");
    refuses(&kuflow_webhook_event_schema, "{\"type\":\"PROCESS.CREATED\",\"data\":{\"processId\":1}}", KF_ERROR_DECODE,
            "WebhookEvent.data.processId: expected a string, found a number");
}

static void every_slot_table_leads_to_its_fields(void **state)
{
    (void)state;
    static const kf_type *const types[] = {
        &kuflow_process_item_schema, &kuflow_process_schema,    &kuflow_process_page_schema,     &kuflow_worker_schema,
        &kuflow_principal_schema,    &kuflow_json_patch_schema, &kuflow_authentication_schema,
    };
    for (size_t i = 0; i < COUNT(types); i++) {
        for (size_t j = 0; j < types[i]->field_count; j++)
            assert_ptr_equal(kf_type_field(types[i], types[i]->fields[j].name), &types[i]->fields[j]);
    }
}

static void keys_and_certificates_are_not_printed(void **state)
{
    (void)state;
    const uint8_t bytes[] = "hidden";
    const kuflow_kms_key key = {.value = {bytes, 6}};
    char *text;
    assert_int_equal(kf_model_print(&kuflow_kms_key_schema, &key, &text, NULL), KF_OK);
    assert_non_null(strstr(text, "\"value\": \"***\""));
    assert_null(strstr(text, "aGlkZGVu"));
    kf_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_of_the_service_survive),      cmocka_unit_test(a_mistake_deep_inside_is_named),
        cmocka_unit_test(an_event_is_what_its_type_says),        cmocka_unit_test(every_slot_table_leads_to_its_fields),
        cmocka_unit_test(keys_and_certificates_are_not_printed),
    };
    return cmocka_run_group_tests(tests, setup_types, free_all_types);
}
