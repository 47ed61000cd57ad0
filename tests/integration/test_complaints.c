/* What users of other C generators complain about, a test each: models. Calls are in test_complaints_calls.c, what the
 * generator decides in codegen/tests/test_complaints.py. */
#include "models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char PAGE[] =
    "{\"metadata\":{\"size\":2,\"page\":0,\"totalElements\":2,\"totalPages\":1},\"content\":["
    "{\"id\":\"1\",\"type\":\"TASK\",\"processId\":\"p\",\"tenantId\":\"t\",\"task\":{\"state\":\"READY\"}},"
    "{\"id\":\"2\",\"type\":\"MESSAGE\",\"processId\":\"p\",\"tenantId\":\"t\",\"message\":{\"text\":\"\\u00e9 "
    "\\\"x\\\"\"},"
    "\"later\":[1,{\"a\":null}]}]}";

/* A body that is an array was freed twice. */
static void complaint_01_array_body_is_freed_once(void **state)
{
    (void)state;
    cJSON *value = json("{\"a\":[1]}");
    kuflow_json_patch_operation operations[] = {
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_ADD, .path = "/a", .value = value},
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_REMOVE, .path = "/b"},
    };
    kuflow_json_patch patch = {.items = operations, .items_count = 2};
    const char *text = "[{\"op\":\"add\",\"path\":\"/a\",\"value\":{\"a\":[1]}},{\"op\":\"remove\",\"path\":\"/b\"}]";
    for (int i = 0; i < 3; i++) /* the same body again and again: it stays ours */
        CHECK_ENCODES(&kuflow_json_patch_schema, &patch, text);
    kuflow_json_patch *copy = NULL;
    assert_int_equal(kuflow_json_patch_clone(&patch, &copy, NULL), KF_OK);
    CHECK_JSON(value, "{\"a\":[1]}");
    cJSON_Delete(value); /* the copy does not need it */
    CHECK_ENCODES(&kuflow_json_patch_schema, copy, text);
    kuflow_json_patch_free(copy);
    CHECK_KEPT(&kuflow_json_patch_schema, text);
}

/* A required number that is 0 counted as missing, and nothing was encoded. */
static void complaint_02_required_zero_is_sent(void **state)
{
    (void)state;
    kuflow_page_metadata zero = {0};
    CHECK_ENCODES(&kuflow_page_metadata_schema, &zero, "{\"size\":0,\"page\":0,\"totalElements\":0,\"totalPages\":0}");
    kuflow_robot_source_file file = {.id = "", .name = "", .content_type = "", .content_length = 0, .content_hash = ""};
    CHECK_ENCODES(&kuflow_robot_source_file_schema, &file,
                  "{\"id\":\"\",\"name\":\"\",\"contentType\":\"\",\"contentLength\":0,\"contentHash\":\"\"}");
    file.name = NULL; /* while what is really missing is */
    char *text = NULL;
    kf_error error;
    assert_int_equal(kuflow_robot_source_file_encode(&file, &text, &error), KF_ERROR_ENCODE);
    assert_null(text);
    assert_non_null(strstr(error.message, "name"));
}

/* An optional value that is 0 or false was never sent. */
static void complaint_03_optional_false_is_sent(void **state)
{
    (void)state;
    cJSON *object = cJSON_CreateObject();
    kuflow_json_value value = {.value = object, .valid = KF_BOOL(false)};
    CHECK_ENCODES(&kuflow_json_value_schema, &value, "{\"valid\":false,\"value\":{}}");
    value.valid = (kf_bool){0};
    CHECK_ENCODES(&kuflow_json_value_schema, &value, "{\"value\":{}}");
    cJSON_Delete(object);
}

/* Making optional scalars pointers later broke every caller. Here presence is in the type from the beginning. */
static void complaint_05_presence_is_in_the_type(void **state)
{
    (void)state;
    kuflow_find_processes_params params = {0};
    kuflow_page_metadata metadata = {0};
    kuflow_json_value value = {0};
    assert_true(_Generic(params.size, kf_int32 : true, default : false));
    assert_true(_Generic(value.valid, kf_bool : true, default : false));
    assert_true(_Generic(metadata.size, int32_t : true, default : false)); /* required: just the number */
    assert_true(_Generic(metadata.total_elements, int64_t : true, default : false));
    assert_int_equal(params.size.presence, KF_ABSENT);
    params.size = KF_INT32(0);
    assert_int_equal(params.size.presence, KF_SET);
    params.size = KF_NULL_OF(kf_int32);
    assert_int_equal(params.size.presence, KF_NULL);
    /* Each scalar of the service, by its description: required ones are plain, optional ones never. */
    for (size_t i = 0; i < kuflow_service.type_count; i++) {
        const kf_type *type = kuflow_service.types[i];
        for (size_t j = 0; j < type->field_count; j++) {
            const kf_field *field = &type->fields[j];
            bool scalar = field->kind == KF_KIND_BOOL || field->kind == KF_KIND_INT32 || field->kind == KF_KIND_INT64 ||
                          field->kind == KF_KIND_DOUBLE;
            if (scalar && (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) == 0)
                assert_int_equal((field->flags & KF_FIELD_PLAIN) != 0,
                                 (field->flags & (KF_FIELD_REQUIRED | KF_FIELD_NULLABLE)) == KF_FIELD_REQUIRED);
        }
    }
}

/* An enum that was left out became -1, or the first constant. */
static void complaint_07_missing_enum_is_unspecified(void **state)
{
    (void)state;
    kuflow_tenant *tenant = model_of(&kuflow_tenant_schema, "{\"id\":\"1\",\"name\":\"n\"}");
    assert_int_equal(tenant->plan, KUFLOW_TENANT_PRICING_PLAN_UNSPECIFIED);
    assert_int_equal(KUFLOW_TENANT_PRICING_PLAN_UNSPECIFIED, 0);
    assert_null(kuflow_tenant_pricing_plan_text(tenant->plan));
    kuflow_tenant_free(tenant);
    tenant = model_of(&kuflow_tenant_schema, "{\"id\":\"1\",\"name\":\"n\",\"plan\":\"GOLD\"}");
    assert_int_equal(tenant->plan, KUFLOW_TENANT_PRICING_PLAN_UNRECOGNIZED);
    const kf_extra_member *member = kf_extra_find(&tenant->extra, "plan");
    assert_non_null(member);
    assert_int_equal(member->length, 6);
    assert_memory_equal(member->json, "\"GOLD\"", 6);
    CHECK_ENCODES(&kuflow_tenant_schema, tenant, "{\"id\":\"1\",\"name\":\"n\",\"plan\":\"GOLD\"}");
    kuflow_tenant_free(tenant);
    /* Set back to unspecified it is absent, not a text of its own. */
    kuflow_principal principal = {.id = "1"};
    CHECK_ENCODES(&kuflow_principal_schema, &principal, "{\"id\":\"1\"}");
}

/* A null anywhere voided the whole object. */
static void complaint_08_null_is_tolerated_everywhere(void **state)
{
    (void)state;
    int fields = 0;
    for (size_t i = 0; i < kuflow_service.type_count; i++) {
        const kf_type *type = kuflow_service.types[i];
        if ((type->flags & (KF_TYPE_REQUEST | KF_TYPE_VALUE | KF_TYPE_UNION)) != 0)
            continue;
        for (size_t j = 0; j < type->field_count; j++) {
            char text[300];
            snprintf(text, sizeof(text), "{\"%s\":null,\"other\":1}", type->fields[j].name);
            CHECK_KEPT(type, text);
            fields++;
        }
    }
    assert_true(fields > 250);
    CHECK_KEPT(&kuflow_robot_schema, "{\"environmentVariables\":{\"a\":null,\"b\":\"\"}}");
    /* Who wants to insist on required members is told the place. */
    CHECK_MISSES(&kuflow_process_item_schema,
                 "{\"id\":\"1\",\"type\":\"TASK\",\"processId\":\"p\",\"task\":{\"state\":\"READY\",\"logs\":["
                 "{\"id\":\"1\",\"timestamp\":\"t\",\"message\":null,\"level\":\"INFO\"}]}}",
                 "task.logs[0].message");
}

/* Every failure while a document was read left memory behind. What is left here, the leak checker finds. */
static void complaint_09_malformed_input_leaks_nothing(void **state)
{
    (void)state;
    size_t length = strlen(PAGE);
    kf_error error;
    kuflow_process_item_page *page = NULL;
    assert_int_equal(kuflow_process_item_page_decode(PAGE, length, &page, &error), KF_OK);
    kuflow_process_item_page_free(page);
    for (size_t cut = 0; cut < length; cut++) {
        char *text = malloc(cut > 0 ? cut : 1);
        memcpy(text, PAGE, cut);
        page = (kuflow_process_item_page *)&error; /* to be reset */
        assert_int_equal(kuflow_process_item_page_decode(text, cut, &page, &error), KF_ERROR_DECODE);
        assert_null(page);
        assert_true(strlen(error.message) > 10);
        free(text);
    }
    static const char wrong[] = "\x01\xff}\"0";
    int refused = 0;
    for (size_t at = 0; at < length; at++) {
        for (size_t i = 0; i < sizeof(wrong) - 1; i++) {
            char *text = malloc(length);
            memcpy(text, PAGE, length);
            text[at] = wrong[i];
            kf_status status = kuflow_process_item_page_decode(text, length, &page, &error);
            assert_true(status == KF_OK || status == KF_ERROR_DECODE);
            assert_int_equal(page != NULL, status == KF_OK);
            refused += status != KF_OK;
            kuflow_process_item_page_free(page);
            free(text);
        }
    }
    assert_true(refused > 500);
}

/* The library freed what the caller had passed, literals included. */
static void complaint_10_what_is_passed_stays_the_callers(void **state)
{
    (void)state;
    static const char *const types[] = {"A", "B"}; /* constant memory: whoever writes to it or frees it crashes */
    static const kuflow_worker_create_params params = {.identity = "me",
                                                       .task_queue = "queue",
                                                       .workflow_types = types,
                                                       .workflow_types_count = 2,
                                                       .hostname = "host",
                                                       .ip = "127.0.0.1"};
    for (int i = 0; i < 2; i++)
        CHECK_ENCODES(&kuflow_worker_create_params_schema, &params,
                      "{\"identity\":\"me\",\"taskQueue\":\"queue\",\"workflowTypes\":[\"A\",\"B\"],"
                      "\"hostname\":\"host\",\"ip\":\"127.0.0.1\"}");
    kuflow_worker_create_params *copy = NULL;
    assert_int_equal(kuflow_worker_create_params_clone(&params, &copy, NULL), KF_OK);
    assert_true(copy->identity != params.identity && copy->workflow_types != types);
    kuflow_worker_create_params_free(copy);
    /* The text that was decoded stays as it is, too. */
    char text[] = "{\"id\":\"a\\u0062c\",\"name\":\"\\n\"}";
    kuflow_tenant *tenant = NULL;
    assert_int_equal(kuflow_tenant_decode(text, strlen(text), &tenant, NULL), KF_OK);
    assert_string_equal(text, "{\"id\":\"a\\u0062c\",\"name\":\"\\n\"}");
    memset(text, 'x', sizeof(text));
    assert_string_equal(tenant->id, "abc");
    kuflow_tenant_free(tenant);
}

/* Freeing a model that was built only in part crashed. */
static void complaint_12_partial_models_can_be_freed(void **state)
{
    (void)state;
    /* Decoding fails at every depth, each time with something built already. */
    CHECK_REFUSED(&kuflow_process_item_schema, "{\"id\":\"1\",\"type\":\"TASK\",\"processId\":7}", KF_ERROR_DECODE,
                  "processId");
    CHECK_REFUSED(&kuflow_process_item_schema,
                  "{\"id\":\"1\",\"task\":{\"data\":{\"value\":{\"a\":[1,2]}},\"state\":[]}}", KF_ERROR_DECODE,
                  "task.state");
    CHECK_REFUSED(&kuflow_process_item_schema, "{\"task\":{\"logs\":[{\"id\":\"1\"},{\"id\":\"2\"},{\"id\":3}]}}",
                  KF_ERROR_DECODE, "task.logs[2].id");
    /* What the caller built in part can be copied, freed and printed, but not sent. */
    kuflow_process_item_task_log logs[2] = {{.message = "first"}, {0}};
    kuflow_process_item_task task = {.logs = logs, .logs_count = 2};
    kuflow_process_item item = {.task = &task};
    kuflow_process_item *copy = NULL;
    kf_error error;
    assert_int_equal(kuflow_process_item_clone(&item, &copy, &error), KF_OK);
    assert_string_equal(copy->task->logs[0].message, "first");
    assert_null(copy->task->logs[1].message);
    char *text = NULL;
    assert_int_equal(kuflow_process_item_encode(copy, &text, &error), KF_ERROR_ENCODE);
    assert_null(text);
    text = printed(&kuflow_process_item_schema, copy);
    assert_non_null(strstr(text, "\"first\""));
    kf_free(text);
    kuflow_process_item_free(copy);
    kuflow_process_item_free(NULL);
}

/* Maps of texts crashed or were written wrongly. Maps of all other types: test_complaints.py. */
static void complaint_13_map_of_texts(void **state)
{
    (void)state;
    const char *text = "{\"environmentVariables\":{\"B\":\"2\",\"A\":\"\",\"\":\"x\",\"a b\":\"\\\"\"}}";
    kuflow_robot *robot = model_of(&kuflow_robot_schema, text);
    assert_int_equal(robot->environment_variables_count, 4);
    assert_string_equal(robot->environment_variables[0].key, "B");
    assert_string_equal(robot->environment_variables[1].value, "");
    assert_string_equal(robot->environment_variables[2].key, "");
    assert_string_equal(robot->environment_variables[3].value, "\"");
    CHECK_ENCODES(&kuflow_robot_schema, robot, text);
    kuflow_robot_free(robot);
    CHECK_KEPT(&kuflow_robot_schema, "{\"environmentVariables\":{}}");
    CHECK_REFUSED(&kuflow_robot_schema, "{\"environmentVariables\":{\"A\":1}}", KF_ERROR_DECODE,
                  "environmentVariables");
    CHECK_REFUSED(&kuflow_robot_schema, "{\"environmentVariables\":[]}", KF_ERROR_DECODE, "environmentVariables");
}

/* An object without a fixed shape was not supported: its content was dropped. */
static void complaint_14_free_form_object(void **state)
{
    (void)state;
    const char *text =
        "{\"value\":{\"a\":{\"b\":[1,2.50,{\"c\":null}]},\"big\":9007199254740993,\"e\":\"\\u00e9\",\"t\":true}}";
    kuflow_json_value *value = model_of(&kuflow_json_value_schema, text);
    const cJSON *a = cJSON_GetObjectItemCaseSensitive(value->value, "a");
    CHECK_JSON(a, "{\"b\":[1,2.5,{\"c\":null}]}");
    CHECK_ENCODES(&kuflow_json_value_schema, value, text); /* untouched: byte for byte */
    cJSON *mine = json("{\"x\":[{},[],\"y\",0]}");
    value->value = mine;
    CHECK_ENCODES(&kuflow_json_value_schema, value, "{\"value\":{\"x\":[{},[],\"y\",0]}}");
    kuflow_json_value_free(value);
    cJSON_Delete(mine);
}

/* An array of models at the top came back as texts. */
static void complaint_17_array_at_the_top(void **state)
{
    (void)state;
    kuflow_json_patch *patch =
        model_of(&kuflow_json_patch_schema,
                 " [ {\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"} , {\"op\":\"test\",\"path\":\"\"} ] ");
    assert_int_equal(patch->items_count, 2);
    assert_int_equal(patch->items[0].op, KUFLOW_JSON_PATCH_OPERATION_TYPE_MOVE);
    assert_string_equal(patch->items[0].from, "/a");
    assert_int_equal(patch->items[1].op, KUFLOW_JSON_PATCH_OPERATION_TYPE_TEST);
    assert_string_equal(patch->items[1].path, "");
    kuflow_json_patch_free(patch);
    CHECK_REFUSED(&kuflow_json_patch_schema, "[\"add\"]", KF_ERROR_DECODE, "[0]");
    CHECK_REFUSED(&kuflow_json_patch_schema, "{}", KF_ERROR_DECODE, "JsonPatch");
    patch = model_of(&kuflow_json_patch_schema, "[]");
    assert_int_equal(patch->items_count, 0);
    CHECK_ENCODES(&kuflow_json_patch_schema, patch, "[]");
    kuflow_json_patch_free(patch);
}

/* Wide integers lost digits or were cut to 32 bits without a word. */
static void peer_integers_are_exact_or_refused(void **state)
{
    (void)state;
    static const char *const exact[] = {"0",
                                        "-1",
                                        "9007199254740991",
                                        "9007199254740992",
                                        "9007199254740993",
                                        "4503599627370499",
                                        "9223372036854775807",
                                        "-9223372036854775808"};
    for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
        char text[200];
        snprintf(text, sizeof(text), "{\"size\":1,\"page\":0,\"totalElements\":%s,\"totalPages\":1}", exact[i]);
        kuflow_page_metadata *metadata = model_of(&kuflow_page_metadata_schema, text);
        assert_true(metadata->total_elements == strtoll(exact[i], NULL, 10));
        kuflow_page_metadata *copy = NULL;
        kuflow_page_metadata mine = {.size = 1, .total_pages = 1, .total_elements = metadata->total_elements};
        assert_int_equal(kuflow_page_metadata_clone(&mine, &copy, NULL), KF_OK);
        CHECK_ENCODES(&kuflow_page_metadata_schema, copy, text);
        kuflow_page_metadata_free(copy);
        kuflow_page_metadata_free(metadata);
    }
    CHECK_REFUSED(&kuflow_page_metadata_schema, "{\"size\":5000000000}", KF_ERROR_DECODE, "PageMetadata.size");
    CHECK_REFUSED(&kuflow_page_metadata_schema, "{\"totalElements\":9223372036854775808}", KF_ERROR_DECODE,
                  "totalElements");
    CHECK_REFUSED(&kuflow_page_metadata_schema, "{\"size\":1.5}", KF_ERROR_DECODE, "size");
    CHECK_REFUSED(&kuflow_page_metadata_schema, "{\"size\":\"1\"}", KF_ERROR_DECODE, "size");
    CHECK_REFUSED(&kuflow_page_metadata_schema, "{\"totalElements\":true}", KF_ERROR_DECODE, "totalElements");
}

/* An enum by reference was sent as an object around its text. */
static void peer_enum_by_reference_is_a_text(void **state)
{
    (void)state;
    kuflow_process_item_create_params params = {.type = KUFLOW_PROCESS_ITEM_TYPE_TASK, .process_id = "p"};
    CHECK_ENCODES(&kuflow_process_item_create_params_schema, &params, "{\"type\":\"TASK\",\"processId\":\"p\"}");
    kuflow_webhook_event_process_item_created event = {
        .id = "1", .version = "1", .type = KUFLOW_WEBHOOK_TYPE_PROCESS_ITEM_CREATED, .timestamp = "t"};
    char *text = printed(&kuflow_webhook_event_schema, &event);
    assert_non_null(strstr(text, "\"PROCESS_ITEM.CREATED\""));
    kf_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complaint_01_array_body_is_freed_once),
        cmocka_unit_test(complaint_02_required_zero_is_sent),
        cmocka_unit_test(complaint_03_optional_false_is_sent),
        cmocka_unit_test(complaint_05_presence_is_in_the_type),
        cmocka_unit_test(complaint_07_missing_enum_is_unspecified),
        cmocka_unit_test(complaint_08_null_is_tolerated_everywhere),
        cmocka_unit_test(complaint_09_malformed_input_leaks_nothing),
        cmocka_unit_test(complaint_10_what_is_passed_stays_the_callers),
        cmocka_unit_test(complaint_12_partial_models_can_be_freed),
        cmocka_unit_test(complaint_13_map_of_texts),
        cmocka_unit_test(complaint_14_free_form_object),
        cmocka_unit_test(complaint_17_array_at_the_top),
        cmocka_unit_test(peer_integers_are_exact_or_refused),
        cmocka_unit_test(peer_enum_by_reference_is_a_text),
    };
    return cmocka_run_group_tests_name("complaints about models", tests, NULL, NULL);
}
