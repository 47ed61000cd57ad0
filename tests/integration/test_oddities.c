/* What is odd about the KuFlow document and its answers, a test each, by number: models. On the wire:
 * test_oddities_wire.c and test_oddities_answers.c; what the generator makes of it: codegen/tests/test_oddities.py. */
#include "models.h"

#include <stdio.h>
#include <string.h>

#define AUDIT                                                                                                          \
    "\"createdBy\":\"a\",\"createdAt\":\"2024-06-14T09:30:00Z\",\"lastModifiedBy\":\"b\",\"lastModifiedAt\":\"2024-"   \
    "06-14T09:30:01Z\""
#define DEFINITION "\"processDefinitionRef\":{\"id\":\"d\",\"version\":\"v\"}"

/* "version" is not a date, and is part of the server's path. */
static void oddity_02_version_is_a_text(void **state)
{
    (void)state;
    assert_string_equal(kuflow_service.version, "2024-06-14");
    assert_string_equal(kuflow_service.server_url, "https://api.kuflow.com/v2024-06-14");
}

/* Names are required that are no properties: they can neither come nor be sent. */
static void oddity_08_process_page_item_without_initiator(void **state)
{
    (void)state;
    const char *text = "{" AUDIT ",\"id\":\"1\",\"state\":\"RUNNING\"," DEFINITION ",\"tenantId\":\"t\"}";
    CHECK_KEPT(&kuflow_process_page_item_schema, text);
    CHECK_MISSES(&kuflow_process_page_item_schema, text, NULL);
    assert_null(kf_type_field(&kuflow_process_page_item_schema, "initiator"));
    /* Should a server send one after all, it is kept. */
    CHECK_KEPT(&kuflow_process_page_item_schema, "{\"id\":\"1\",\"initiator\":{\"id\":\"x\"}}");
}

static void oddity_09_process_without_definition_and_initiator(void **state)
{
    (void)state;
    const char *text = "{\"id\":\"1\",\"state\":\"COMPLETED\",\"tenantId\":\"t\"}";
    CHECK_KEPT(&kuflow_process_schema, text);
    CHECK_MISSES(&kuflow_process_schema, text, NULL);
    kuflow_process mine = {.id = "1", .state = KUFLOW_PROCESS_STATE_COMPLETED, .tenant_id = "t"};
    CHECK_ENCODES(&kuflow_process_schema, &mine, text);
    assert_null(kf_type_field(&kuflow_process_schema, "initiator"));
    assert_null(kf_type_field(&kuflow_process_schema, "processDefinition"));
}

static void oddity_10_task_without_definition(void **state)
{
    (void)state;
    CHECK_KEPT(&kuflow_process_item_task_schema, "{\"state\":\"READY\"}");
    CHECK_MISSES(&kuflow_process_item_task_schema, "{\"state\":\"READY\"}", NULL);
    kuflow_process_item_task mine = {.state = KUFLOW_PROCESS_ITEM_TASK_STATE_READY};
    CHECK_ENCODES(&kuflow_process_item_task_schema, &mine, "{\"state\":\"READY\"}");
    assert_null(kf_type_field(&kuflow_process_item_task_schema, "taskDefinition"));
}

/* Much is always there although nothing requires it. */
static void oddity_11_nothing_required(void **state)
{
    (void)state;
    const kf_type *const types[] = {
        &kuflow_authentication_schema,        &kuflow_principal_schema,
        &kuflow_principal_page_item_schema,   &kuflow_principal_user_schema,
        &kuflow_principal_application_schema, &kuflow_process_item_message_schema,
        &kuflow_process_related_schema,       &kuflow_json_value_error_schema,
        &kuflow_abstract_audited_schema,      &kuflow_process_change_initiator_params_schema,
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        assert_true(types[i]->field_count > 0);
        CHECK_KEPT(types[i], "{}");
        CHECK_MISSES(types[i], "{}", NULL);
        for (size_t j = 0; j < types[i]->field_count; j++)
            assert_int_equal(types[i]->fields[j].flags & KF_FIELD_REQUIRED, 0);
    }
    kuflow_process *process = model_of(&kuflow_process_schema, "{\"id\":\"1\"}");
    assert_null(process->process_definition_ref); /* to be looked at before it is used */
    assert_null(process->initiator_id);
    kuflow_process_free(process);
}

/* tenantId is required in a list of items, not in an item. */
static void oddity_12_tenant_of_an_item(void **state)
{
    (void)state;
    const char *text = "{\"id\":\"1\",\"type\":\"TASK\",\"processId\":\"p\"}";
    CHECK_MISSES(&kuflow_process_item_schema, text, NULL);
    CHECK_MISSES(&kuflow_process_item_page_item_schema, text, "tenantId");
    /* Required and set by the server only: expected in an answer, never sent, never missed in a request. */
    CHECK_MISSES(&kuflow_tenant_user_page_item_schema, "{\"id\":\"1\",\"tenantId\":\"t\"}", "principalId");
    const kf_field *field = kf_type_field(&kuflow_tenant_user_schema, "tenantId");
    assert_int_equal(field->flags & (KF_FIELD_REQUIRED | KF_FIELD_READ_ONLY), KF_FIELD_REQUIRED | KF_FIELD_READ_ONLY);
}

/* Servers leave out what is really required, and send what nobody declared. */
static void oddity_13_required_members_left_out(void **state)
{
    (void)state;
    const char *text = "{" AUDIT ",\"id\":\"1\",\"code\":\"C\",\"name\":\"n\",\"sourceType\":\"ROBOT_FRAMEWORK\","
                       "\"newMember\":{\"a\":[1]},\"another\":null}";
    kuflow_robot *robot = model_of(&kuflow_robot_schema, text);
    assert_null(robot->tenant_id);
    assert_null(robot->source_file);
    assert_int_equal(robot->source_type, KUFLOW_ROBOT_SOURCE_TYPE_UNRECOGNIZED);
    assert_non_null(kf_extra_find(&robot->extra, "newMember"));
    CHECK_ENCODES(&kuflow_robot_schema, robot, text);
    kuflow_robot_free(robot);
    CHECK_KEPT(&kuflow_tenant_schema, "{\"name\":\"n\"}");
    CHECK_MISSES(&kuflow_robot_schema, text, "sourceFile");
}

static void check_begins_with(const kf_type *type, const kf_type *base)
{
    assert_true(type->field_count > base->field_count);
    for (size_t i = 0; i < base->field_count; i++) {
        assert_string_equal(type->fields[i].name, base->fields[i].name);
        assert_int_equal(type->fields[i].offset, base->fields[i].offset);
        assert_int_equal(type->fields[i].kind, base->fields[i].kind);
    }
}

/* 22 schemas inherit by allOf. */
static void oddity_14_inherited_members_come_first(void **state)
{
    (void)state;
    const kf_type *const pages[] = {&kuflow_principal_page_schema, &kuflow_group_page_schema,
                                    &kuflow_tenant_page_schema,    &kuflow_tenant_user_page_schema,
                                    &kuflow_process_page_schema,   &kuflow_process_item_page_schema,
                                    &kuflow_robot_page_schema};
    const kf_type *const audited[] = {&kuflow_authentication_schema,
                                      &kuflow_tenant_schema,
                                      &kuflow_tenant_user_schema,
                                      &kuflow_tenant_user_page_item_schema,
                                      &kuflow_process_page_item_schema,
                                      &kuflow_process_schema,
                                      &kuflow_process_item_page_item_schema,
                                      &kuflow_process_item_schema,
                                      &kuflow_worker_schema,
                                      &kuflow_robot_page_item_schema,
                                      &kuflow_robot_schema};
    const kf_type *const events[] = {&kuflow_webhook_event_process_created_schema,
                                     &kuflow_webhook_event_process_state_changed_schema,
                                     &kuflow_webhook_event_process_item_created_schema,
                                     &kuflow_webhook_event_process_item_task_state_changed_schema};
    for (size_t i = 0; i < 7; i++)
        check_begins_with(pages[i], &kuflow_page_schema);
    for (size_t i = 0; i < 11; i++)
        check_begins_with(audited[i], &kuflow_abstract_audited_schema);
    for (size_t i = 0; i < 4; i++) {
        check_begins_with(events[i], &kuflow_webhook_event_schema);
        assert_int_equal(events[i]->extra_offset, kuflow_webhook_event_schema.extra_offset);
    }
    CHECK_MISSES(&kuflow_tenant_page_schema, "{\"content\":[]}", "metadata"); /* required by the base */
}

#define EVENT(type, data)                                                                                              \
    "{\"id\":\"1\",\"version\":\"1.0\",\"type\":\"" type "\",\"timestamp\":\"2024-06-14T09:30:00Z\",\"data\":" data "}"

/* A base names its children, and they inherit from it. */
static void oddity_15_webhook_event_by_its_type(void **state)
{
    (void)state;
    const char *created = EVENT("PROCESS.CREATED", "{\"processId\":\"p\",\"processState\":\"RUNNING\"}");
    const char *changed = EVENT("PROCESS.STATE_CHANGED", "{\"processId\":\"p\",\"processState\":\"CANCELLED\"}");
    const char *item =
        EVENT("PROCESS_ITEM.CREATED", "{\"processId\":\"p\",\"processItemId\":\"i\",\"processItemType\":\"MESSAGE\"}");
    const char *task = EVENT("PROCESS_ITEM.TASK_STATE_CHANGED",
                             "{\"processId\":\"p\",\"processItemId\":\"i\",\"processItemType\":\"TASK\","
                             "\"processItemState\":\"CLAIMED\",\"processItemDefinitionCode\":\"C\"}");
    kuflow_webhook_event *event = model_of(&kuflow_webhook_event_schema, created);
    assert_int_equal(event->type, KUFLOW_WEBHOOK_TYPE_PROCESS_CREATED);
    assert_string_equal(kuflow_webhook_event_as_process_created(event)->data->process_id, "p");
    assert_null(kuflow_webhook_event_as_process_state_changed(event));
    kuflow_webhook_event_free(event);
    event = model_of(&kuflow_webhook_event_schema, changed);
    assert_int_equal(kuflow_webhook_event_as_process_state_changed(event)->data->process_state,
                     KUFLOW_PROCESS_STATE_CANCELLED);
    assert_null(kuflow_webhook_event_as_process_created(event));
    kuflow_webhook_event_free(event);
    event = model_of(&kuflow_webhook_event_schema, item);
    assert_int_equal(kuflow_webhook_event_as_process_item_created(event)->data->process_item_type,
                     KUFLOW_PROCESS_ITEM_TYPE_MESSAGE);
    kuflow_webhook_event_free(event);
    event = model_of(&kuflow_webhook_event_schema, task);
    assert_string_equal(
        kuflow_webhook_event_as_process_item_task_state_changed(event)->data->process_item_definition_code, "C");
    kuflow_webhook_event_free(event);
    /* A type of tomorrow is the base, with all it brought. */
    const char *later = EVENT("ROBOT.STARTED", "{\"robotId\":\"r\"}");
    event = model_of(&kuflow_webhook_event_schema, later);
    assert_int_equal(event->type, KUFLOW_WEBHOOK_TYPE_UNRECOGNIZED);
    assert_string_equal(event->id, "1");
    assert_null(kuflow_webhook_event_as_process_created(event));
    assert_non_null(kf_extra_find(&event->extra, "data"));
    kuflow_webhook_event_free(event);
    const char *const all[] = {created, changed, item, task, later, "{\"data\":{},\"id\":\"1\"}"};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        CHECK_KEPT(&kuflow_webhook_event_schema, all[i]);
}

/* The same members, required here and optional there; a task's state under the name of an item's. */
static void oddity_17_same_members_other_requirements(void **state)
{
    (void)state;
    const char *text = "{\"processId\":\"p\",\"processItemId\":\"i\",\"processItemType\":\"TASK\"}";
    CHECK_MISSES(&kuflow_webhook_event_process_item_created_data_schema, text, NULL);
    CHECK_MISSES(&kuflow_webhook_event_process_item_task_state_changed_data_schema, text, "processItemState");
    kuflow_webhook_event_process_item_created_data data = {0};
    assert_true(_Generic(&data.process_item_state, kuflow_process_item_task_state * : true, default : false));
    const kf_type *created = &kuflow_webhook_event_process_created_data_schema;
    const kf_type *changed = &kuflow_webhook_event_process_state_changed_data_schema;
    assert_ptr_not_equal(created, changed);
    assert_int_equal(created->field_count, changed->field_count);
}

/* Variants without a tag: which member is there follows from the type, and THREAD and SYSTEM have none. */
static void oddity_18_variants_without_a_member(void **state)
{
    (void)state;
    const char *thread = "{\"id\":\"1\",\"type\":\"THREAD\",\"processId\":\"p\"}";
    kuflow_process_item *item = model_of(&kuflow_process_item_schema, thread);
    assert_int_equal(item->type, KUFLOW_PROCESS_ITEM_TYPE_THREAD);
    assert_true(item->task == NULL && item->message == NULL);
    kuflow_process_item_free(item);
    CHECK_MISSES(&kuflow_process_item_schema, thread, NULL);
    kuflow_process_item_create_params params = {.type = KUFLOW_PROCESS_ITEM_TYPE_THREAD, .process_id = "p"};
    CHECK_ENCODES(&kuflow_process_item_create_params_schema, &params, "{\"type\":\"THREAD\",\"processId\":\"p\"}");
    kuflow_principal *principal =
        model_of(&kuflow_principal_schema, "{\"id\":\"1\",\"type\":\"SYSTEM\",\"name\":\"n\"}");
    assert_true(principal->user == NULL && principal->application == NULL);
    kuflow_principal_free(principal);
    CHECK_KEPT(&kuflow_authentication_schema,
               "{\"type\":\"ENGINE_TOKEN\",\"engineToken\":{\"token\":\"t\",\"expiredAt\":\"e\"}}");
    /* "Only one of the two" is prose: the server is to judge. */
    kuflow_process_item_task_assign_params both = {.owner_id = "1", .owner_email = "a@b"}, neither = {0};
    CHECK_ENCODES(&kuflow_process_item_task_assign_params_schema, &both, "{\"ownerId\":\"1\",\"ownerEmail\":\"a@b\"}");
    CHECK_ENCODES(&kuflow_process_item_task_assign_params_schema, &neither, "{}");
}

/* Shapes that occur twice stay two types. */
static void oddity_19_duplicate_shapes(void **state)
{
    (void)state;
    kuflow_worker worker = {0};
    kuflow_robot robot = {0};
    assert_true(_Generic(&worker, kuflow_worker * : true, default : false));
    assert_true(_Generic(&robot, kuflow_robot_page_item * : false, kuflow_robot * : true));
    assert_null(kf_type_field(&kuflow_worker_create_params_schema, "createdBy"));
    assert_non_null(kf_type_field(&kuflow_worker_schema, "createdBy"));
    assert_null(kf_type_field(&kuflow_robot_page_item_schema, "environmentVariables"));
    assert_int_equal(kuflow_robot_schema.field_count, kuflow_robot_page_item_schema.field_count + 1);
    assert_ptr_not_equal(&kuflow_process_item_message_schema, &kuflow_process_item_message_create_params_schema);
}

/* `value` of a patch has no type, and null is not absent. */
static void oddity_20_patch_value_is_any_json(void **state)
{
    (void)state;
    cJSON *null = cJSON_CreateNull(), *number = cJSON_CreateNumber(0), *text = cJSON_CreateString("");
    kuflow_json_patch_operation operation = {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_ADD, .path = "/a"};
    const kf_type *type = &kuflow_json_patch_operation_schema;
    CHECK_ENCODES(type, &operation, "{\"op\":\"add\",\"path\":\"/a\"}");
    operation.value = null;
    CHECK_ENCODES(type, &operation, "{\"op\":\"add\",\"path\":\"/a\",\"value\":null}");
    operation.value = number;
    CHECK_ENCODES(type, &operation, "{\"op\":\"add\",\"path\":\"/a\",\"value\":0}");
    operation.value = text;
    CHECK_ENCODES(type, &operation, "{\"op\":\"add\",\"path\":\"/a\",\"value\":\"\"}");
    cJSON_Delete(null);
    cJSON_Delete(number);
    cJSON_Delete(text);
    static const char *const values[] = {"null", "false", "0", "-1.50", "\"x\"", "[]", "{}", "[{\"a\":[null]}]"};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char json_text[100];
        snprintf(json_text, sizeof(json_text), "{\"op\":\"test\",\"path\":\"\",\"value\":%s}", values[i]);
        kuflow_json_patch_operation *got = model_of(type, json_text);
        CHECK_JSON(got->value, values[i]);
        CHECK_ENCODES(type, got, json_text);
        kuflow_json_patch_operation_free(got);
    }
    kuflow_json_patch_operation *absent = model_of(type, "{\"op\":\"remove\",\"path\":\"/a\"}");
    assert_null(absent->value);
    kuflow_json_patch_operation_free(absent);
    /* additionalProperties: false closes the schema for writers, not for what is read. */
    CHECK_KEPT(type, "{\"op\":\"add\",\"path\":\"\",\"more\":1}");
}

/* A map of texts, once. */
static void oddity_23_environment_variables(void **state)
{
    (void)state;
    const char *text = "{\"environmentVariables\":{\"PATH\":\"/bin\",\"TOKEN\":\"s3cret\",\"EMPTY\":\"\"}}";
    kuflow_robot *robot = model_of(&kuflow_robot_schema, text);
    assert_int_equal(robot->environment_variables_count, 3);
    assert_string_equal(robot->environment_variables[1].key, "TOKEN");
    assert_string_equal(robot->environment_variables[1].value, "s3cret");
    char *shown = printed(&kuflow_robot_schema, robot);
    assert_null(strstr(shown, "s3cret"));
    kf_free(shown);
    CHECK_ENCODES(&kuflow_robot_schema, robot, text);
    kuflow_robot_free(robot);
}

/* A key is base64 of bytes, and a secret. */
static void oddity_24_key_is_secret_bytes(void **state)
{
    (void)state;
    kuflow_kms_key *key = model_of(&kuflow_kms_key_schema, "{\"id\":\"k\",\"value\":\"AP8Q+/8=\"}");
    static const uint8_t bytes[] = {0x00, 0xff, 0x10, 0xfb, 0xff};
    assert_int_equal(key->value.length, sizeof(bytes));
    assert_memory_equal(key->value.data, bytes, sizeof(bytes));
    char *shown = printed(&kuflow_kms_key_schema, key);
    assert_null(strstr(shown, "AP8Q"));
    assert_non_null(strstr(shown, "***"));
    kf_free(shown);
    kuflow_kms_key_free(key);
    kuflow_kms_key mine = {.id = "k", .value = {bytes, sizeof(bytes)}};
    CHECK_ENCODES(&kuflow_kms_key_schema, &mine, "{\"id\":\"k\",\"value\":\"AP8Q+/8=\"}");
    mine.value.length = 0;
    CHECK_ENCODES(&kuflow_kms_key_schema, &mine, "{\"id\":\"k\",\"value\":\"\"}");
    CHECK_REFUSED(&kuflow_kms_key_schema, "{\"value\":\"A\"}", KF_ERROR_DECODE, "KmsKey.value");
    CHECK_REFUSED(&kuflow_kms_key_schema, "{\"value\":\"A*==\"}", KF_ERROR_DECODE, "KmsKey.value");
    /* An error does not tell the secret. */
    kf_error error;
    void *model = NULL;
    const char *broken = "{\"value\":\"c2VjcmV0LXRleHQ*\"}";
    assert_int_equal(kf_model_decode(&kuflow_kms_key_schema, broken, strlen(broken), &model, &error), KF_ERROR_DECODE);
    assert_null(strstr(error.message, "c2Vjcm"));
}

/* A nested object without a name got one; it holds a private key. */
static void oddity_26_nested_object_has_a_name(void **state)
{
    (void)state;
    kuflow_authentication_engine_certificate_tls tls = {
        .server_root_ca_certificate = "CA", .client_certificate = "CERT", .client_private_key = "PRIVATE\nKEY"};
    kuflow_authentication_engine_certificate certificate = {.namespace_ = "n", .tls = &tls};
    CHECK_ENCODES(&kuflow_authentication_engine_certificate_schema, &certificate,
                  "{\"namespace\":\"n\",\"tls\":{\"serverRootCaCertificate\":\"CA\",\"clientCertificate\":\"CERT\","
                  "\"clientPrivateKey\":\"PRIVATE\\nKEY\"}}");
    char *shown = printed(&kuflow_authentication_engine_certificate_schema, &certificate);
    assert_null(strstr(shown, "PRIVATE"));
    assert_non_null(strstr(shown, "CERT"));
    kf_free(shown);
    CHECK_MISSES(&kuflow_authentication_engine_certificate_schema, "{\"namespace\":\"n\",\"tls\":{}}",
                 "tls.serverRootCaCertificate");
    assert_string_equal(kuflow_authentication_engine_certificate_tls_schema.name,
                        "kuflow.AuthenticationEngineCertificateTls");
}

/* 64 bits are 64 bits. */
static void oddity_27_wide_integers(void **state)
{
    (void)state;
    kuflow_robot_source_file *file =
        model_of(&kuflow_robot_source_file_schema, "{\"contentLength\":9223372036854775807}");
    assert_true(file->content_length == INT64_MAX);
    kuflow_robot_source_file_free(file);
    CHECK_KEPT(&kuflow_robot_source_file_schema, "{\"id\":\"1\",\"contentLength\":9007199254740993}");
    kuflow_page_metadata metadata = {.total_elements = INT64_C(9007199254740993)};
    CHECK_ENCODES(&kuflow_page_metadata_schema, &metadata,
                  "{\"size\":0,\"page\":0,\"totalElements\":9007199254740993,\"totalPages\":0}");
    assert_true(_Generic(metadata.total_pages, int32_t : true, default : false)); /* "integer" without a format */
    CHECK_REFUSED(&kuflow_default_error_schema, "{\"status\":2147483648}", KF_ERROR_DECODE, "DefaultError.status");
}

/* `format` says what a text should be, not what it is. */
static void oddity_28_formats_are_not_enforced(void **state)
{
    (void)state;
    CHECK_KEPT(&kuflow_principal_user_schema, "{\"id\":\"no uuid\",\"email\":\"no e-mail\"}");
    CHECK_KEPT(&kuflow_process_definition_ref_schema, "{\"id\":\"\",\"version\":\"17\"}");
    CHECK_KEPT(&kuflow_kms_key_schema, "{\"id\":\"k/1 \",\"value\":\"\"}");
    kuflow_process_create_params params = {.process_definition_id = "x", .initiator_email = "\xc3\xb1@example"};
    CHECK_ENCODES(&kuflow_process_create_params_schema, &params,
                  "{\"processDefinitionId\":\"x\",\"initiatorEmail\":\"\xc3\xb1@example\"}");
}

/* Times have 0, 3 or 6 digits of fraction. */
static void oddity_29_times_keep_their_digits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t nanoseconds;
    } times[] = {{"2022-03-08T08:48:10Z", 0},
                 {"2022-03-08T08:48:10.157Z", 157000000},
                 {"2022-03-08T08:48:10.157050Z", 157050000}};
    for (size_t i = 0; i < 3; i++) {
        char text[100];
        snprintf(text, sizeof(text), "{\"createdAt\":\"%s\"}", times[i].text);
        CHECK_KEPT(&kuflow_abstract_audited_schema, text);
        kf_time time;
        assert_int_equal(kf_time_parse(times[i].text, &time, NULL), KF_OK);
        assert_int_equal(time.seconds, 1646729290);
        assert_int_equal(time.nanoseconds, times[i].nanoseconds);
    }
    CHECK_KEPT(&kuflow_abstract_audited_schema, "{\"createdAt\":\"yesterday\"}"); /* a text that the caller may judge */
}

/* Values of enums with dots, DEFAULT, ERROR and the like. */
static void oddity_33_names_of_enum_values(void **state)
{
    (void)state;
    assert_int_equal(kuflow_service.enum_count, 14);
    assert_string_equal(kuflow_webhook_type_text(KUFLOW_WEBHOOK_TYPE_PROCESS_ITEM_TASK_STATE_CHANGED),
                        "PROCESS_ITEM.TASK_STATE_CHANGED");
    assert_int_equal(kuflow_webhook_type_from_text("PROCESS.CREATED"), KUFLOW_WEBHOOK_TYPE_PROCESS_CREATED);
    assert_int_equal(kuflow_webhook_type_from_text("PROCESS__CREATED"), KUFLOW_WEBHOOK_TYPE_UNRECOGNIZED);
    assert_string_equal(kuflow_robot_asset_architecture_text(KUFLOW_ROBOT_ASSET_ARCHITECTURE_X86_64), "X86_64");
    for (size_t i = 0; i < kuflow_service.enum_count; i++) {
        const kf_enum *description = kuflow_service.enums[i];
        for (int value = 1; value <= description->count; value++)
            assert_int_equal(kf_enum_value(description, kf_enum_text(description, value)), value);
    }
}

/* New values of enums come without a warning. */
static void oddity_35_unknown_enum_values_are_kept(void **state)
{
    (void)state;
    CHECK_KEPT(&kuflow_process_item_task_log_schema, "{\"id\":\"1\",\"level\":\"TRACE\"}");
    CHECK_KEPT(&kuflow_principal_schema, "{\"type\":\"user\"}"); /* another case is another text */
    kuflow_process *process =
        model_of(&kuflow_process_schema, "{\"id\":\"1\",\"state\":\"PAUSED\",\"tenantId\":\"t\"}");
    assert_int_equal(process->state, KUFLOW_PROCESS_STATE_UNRECOGNIZED);
    process->state = KUFLOW_PROCESS_STATE_RUNNING; /* what is set wins over what came */
    CHECK_ENCODES(&kuflow_process_schema, process, "{\"id\":\"1\",\"state\":\"RUNNING\",\"tenantId\":\"t\"}");
    kuflow_process_free(process);
    CHECK_REFUSED(&kuflow_process_schema, "{\"state\":1}", KF_ERROR_DECODE, "state");
}

/* The wire's spelling stays. */
static void oddity_53_outcoming(void **state)
{
    (void)state;
    const char *text = "{\"incoming\":[\"a\"],\"outcoming\":[\"b\",\"c\"]}";
    kuflow_process_related *related = model_of(&kuflow_process_related_schema, text);
    assert_int_equal(related->outcoming_count, 2);
    assert_string_equal(related->outcoming[1], "c");
    CHECK_ENCODES(&kuflow_process_related_schema, related, text);
    kuflow_process_related_free(related);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oddity_02_version_is_a_text),
        cmocka_unit_test(oddity_08_process_page_item_without_initiator),
        cmocka_unit_test(oddity_09_process_without_definition_and_initiator),
        cmocka_unit_test(oddity_10_task_without_definition),
        cmocka_unit_test(oddity_11_nothing_required),
        cmocka_unit_test(oddity_12_tenant_of_an_item),
        cmocka_unit_test(oddity_13_required_members_left_out),
        cmocka_unit_test(oddity_14_inherited_members_come_first),
        cmocka_unit_test(oddity_15_webhook_event_by_its_type),
        cmocka_unit_test(oddity_17_same_members_other_requirements),
        cmocka_unit_test(oddity_18_variants_without_a_member),
        cmocka_unit_test(oddity_19_duplicate_shapes),
        cmocka_unit_test(oddity_20_patch_value_is_any_json),
        cmocka_unit_test(oddity_23_environment_variables),
        cmocka_unit_test(oddity_24_key_is_secret_bytes),
        cmocka_unit_test(oddity_26_nested_object_has_a_name),
        cmocka_unit_test(oddity_27_wide_integers),
        cmocka_unit_test(oddity_28_formats_are_not_enforced),
        cmocka_unit_test(oddity_29_times_keep_their_digits),
        cmocka_unit_test(oddity_33_names_of_enum_values),
        cmocka_unit_test(oddity_35_unknown_enum_values_are_kept),
        cmocka_unit_test(oddity_53_outcoming),
    };
    return cmocka_run_group_tests_name("oddities of the models", tests, NULL, NULL);
}
