/* The operations on process items. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static void create_task(kf_fixture *f, const char *process, char id[KF_UUID_TEXT_SIZE])
{
    kf_uuid_new(id);
    cJSON *data = json("{\"name\":\"Íñigo\",\"form\":{\"a\":1},\"forms\":[{\"a\":1},{\"a\":2}]}");
    kuflow_json_value value = {.value = data};
    kuflow_process_item_task_create_params task = {.data = &value};
    kuflow_process_item_create_params params = {.id = id,
                                                .type = KUFLOW_PROCESS_ITEM_TYPE_TASK,
                                                .process_id = process,
                                                .owner_id = KF_SANDBOX_USER,
                                                .process_item_definition_code = "CHECK_IN",
                                                .task = &task};
    kuflow_process_item *item = NULL;
    CHECK_OK(f, kuflow_create_process_item(f->client, &params, &item, &f->error));
    assert_int_equal(f->error.http_status, 201);
    assert_string_equal(item->id, id);
    assert_int_equal(item->type, KUFLOW_PROCESS_ITEM_TYPE_TASK);
    assert_string_equal(item->process_id, process);
    assert_string_equal(item->owner_id, KF_SANDBOX_USER);
    assert_string_equal(item->tenant_id, KF_SANDBOX_TENANT);
    assert_string_equal(item->process_item_definition_ref->code, "CHECK_IN");
    assert_true(kf_uuid_valid(item->process_item_definition_ref->id));
    assert_true(kf_uuid_valid(item->process_item_definition_ref->version));
    assert_int_equal(item->task->state, KUFLOW_PROCESS_ITEM_TASK_STATE_READY);
    assert_true(cJSON_Compare(item->task->data->value, data, true));
    assert_true(item->task->data->valid.value);
    assert_int_equal(item->task->logs_count, 0);
    assert_null(item->message);
    assert_string_equal(item->created_by, KF_SANDBOX_CALLER);
    assert_non_null(item->created_at);
    kuflow_process_item_free(item);

    CHECK_OK(f, kuflow_create_process_item(f->client, &params, &item, &f->error));
    assert_int_equal(f->error.http_status, 200);
    assert_int_equal(kf_sandbox_applied(f->sandbox, id), 1);
    kuflow_process_item_free(item);
    cJSON_Delete(data);

    params = (kuflow_process_item_create_params){.type = KUFLOW_PROCESS_ITEM_TYPE_TASK, .process_id = UNKNOWN_ID};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_create_process_item(f->client, &params, &item, &f->error));
    assert_string_equal(f->error.server_location, "processId");
}

static void create_message_and_thread(kf_fixture *f, const char *process)
{
    cJSON *data = json("{\"x\":[]}");
    kuflow_json_value value = {.value = data};
    kuflow_process_item_message_create_params message = {
        .text = "*Hello*,\n\"world\" \xF0\x9F\x91\x8B", .data = &value, .data_structure_data_definition_code = "DATA"};
    kuflow_process_item_create_params params = {.type = KUFLOW_PROCESS_ITEM_TYPE_MESSAGE,
                                                .process_id = process,
                                                .owner_email = "user03@example.com",
                                                .message = &message};
    kuflow_process_item *item = NULL;
    CHECK_OK(f, kuflow_create_process_item(f->client, &params, &item, &f->error));
    assert_int_equal(item->type, KUFLOW_PROCESS_ITEM_TYPE_MESSAGE);
    assert_string_equal(item->owner_id, "20000000-0000-4000-8000-000000000005");
    assert_string_equal(item->message->text, message.text);
    assert_string_equal(item->message->data_structure_data_definition_code, "DATA");
    assert_true(cJSON_Compare(item->message->data->value, data, true));
    assert_null(item->task);
    kuflow_process_item *claimed = NULL;
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_claim_process_item_task(f->client, item->id, &claimed, &f->error));
    kuflow_process_item_free(item);
    cJSON_Delete(data);

    params = (kuflow_process_item_create_params){.type = KUFLOW_PROCESS_ITEM_TYPE_THREAD, .process_id = process};
    CHECK_OK(f, kuflow_create_process_item(f->client, &params, &item, &f->error));
    assert_int_equal(item->type, KUFLOW_PROCESS_ITEM_TYPE_THREAD);
    assert_null(item->message);
    assert_null(item->task);
    kuflow_process_item_free(item);
}

static void find(kf_fixture *f, const char *process, const char *task)
{
    kuflow_find_process_items_params params = {
        .size = KF_INT32(10),
        .page = KF_INT32(0),
        .sort = KF_LIST("createdAt,desc", "claimedAt", "id,asc"),
        .process_id = KF_LIST(process, UNKNOWN_ID),
        .type = KF_LIST_OF(kuflow_process_item_type, KUFLOW_PROCESS_ITEM_TYPE_TASK, KUFLOW_PROCESS_ITEM_TYPE_MESSAGE),
        .task_state = KF_LIST_OF(kuflow_process_item_task_state, KUFLOW_PROCESS_ITEM_TASK_STATE_READY),
        .process_item_definition_code = KF_LIST("CHECK_IN", "A&B=C, d"),
        .tenant_id = KF_LIST(KF_SANDBOX_TENANT)};
    kuflow_process_item_page *page = NULL;
    CHECK_OK(f, kuflow_find_process_items(f->client, &params, &page, &f->error));
    assert_int_equal(page->metadata->total_elements, 1);
    assert_int_equal(page->content_count, 1);
    const kuflow_process_item_page_item *item = &page->content[0];
    assert_string_equal(item->id, task);
    assert_int_equal(item->type, KUFLOW_PROCESS_ITEM_TYPE_TASK);
    assert_string_equal(item->process_id, process);
    assert_string_equal(item->owner_id, KF_SANDBOX_USER);
    assert_string_equal(item->tenant_id, KF_SANDBOX_TENANT);
    assert_string_equal(item->process_item_definition_ref->code, "CHECK_IN");
    assert_int_equal(item->task->state, KUFLOW_PROCESS_ITEM_TASK_STATE_READY);
    assert_null(item->message);
    kuflow_process_item_page_free(page);

    params = (kuflow_find_process_items_params){
        .process_id = KF_LIST(process), .type = KF_LIST_OF(kuflow_process_item_type, KUFLOW_PROCESS_ITEM_TYPE_MESSAGE)};
    CHECK_OK(f, kuflow_find_process_items(f->client, &params, &page, &f->error));
    assert_int_equal(page->content_count, 1);
    assert_non_null(strstr(page->content[0].message->text, "*Hello*"));
    kuflow_process_item_page_free(page);

    params = (kuflow_find_process_items_params){.process_id = KF_LIST("nothing")};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_find_process_items(f->client, &params, &page, &f->error));
    assert_string_equal(f->error.server_location, "processId");
}

static void claim_and_assign(kf_fixture *f, const char *id)
{
    kuflow_process_item *item = NULL;
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_complete_process_item_task(f->client, id, &item, &f->error));
    for (int i = 0; i < 2; i++) {
        CHECK_OK(f, kuflow_claim_process_item_task(f->client, id, &item, &f->error));
        assert_int_equal(item->task->state, KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED);
        assert_string_equal(item->owner_id, KF_SANDBOX_CALLER);
        kuflow_process_item_free(item);
    }
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, kuflow_claim_process_item_task(f->client, UNKNOWN_ID, &item, &f->error));

    kuflow_process_item_task_assign_params params = {.owner_email = "user04@example.com"};
    CHECK_OK(f, kuflow_assign_process_item_task(f->client, id, &params, &item, &f->error));
    assert_string_equal(item->owner_id, "20000000-0000-4000-8000-000000000006");
    assert_int_equal(item->task->state, KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED);
    kuflow_process_item_free(item);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_complete_process_item_task(f->client, id, &item, &f->error));
    params = (kuflow_process_item_task_assign_params){.owner_id = KF_SANDBOX_CALLER};
    CHECK_OK(f, kuflow_assign_process_item_task(f->client, id, &params, &item, &f->error));
    assert_string_equal(item->owner_id, KF_SANDBOX_CALLER);
    kuflow_process_item_free(item);
    params = (kuflow_process_item_task_assign_params){0};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_assign_process_item_task(f->client, id, &params, &item, &f->error));
}

static void logs(kf_fixture *f, const char *id)
{
    static const kuflow_process_item_task_log_level levels[] = {KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_INFO,
                                                                KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_WARN,
                                                                KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_ERROR};
    kuflow_process_item *item = NULL;
    kuflow_process_item_task_append_log_params params = {0};
    for (size_t i = 0; i < 3; i++) {
        char text[64];
        snprintf(text, sizeof(text), "line %zu\twith \"signs\" \\ and é\n", i);
        params = (kuflow_process_item_task_append_log_params){.message = text, .level = levels[i]};
        CHECK_OK(f, kuflow_append_process_item_task_log(f->client, id, &params, &item, &f->error));
        assert_int_equal(item->task->logs_count, i + 1);
        const kuflow_process_item_task_log *log = &item->task->logs[i];
        assert_string_equal(log->message, text);
        assert_int_equal(log->level, levels[i]);
        assert_true(kf_uuid_valid(log->id));
        assert_int_equal(kf_time_parse(log->timestamp, &(kf_time){0}, NULL), KF_OK);
        kuflow_process_item_free(item);
    }
    params.message = "x";
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                kuflow_append_process_item_task_log(f->client, UNKNOWN_ID, &params, &item, &f->error));
    params.level = KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_UNSPECIFIED;
    CHECK_FAILS(f, KF_ERROR_ENCODE, 0, kuflow_append_process_item_task_log(f->client, id, &params, &item, &f->error));
}

static void data(kf_fixture *f, const char *id)
{
    kuflow_process_item *item = NULL;
    cJSON *tree = json("{\"form\":{\"a\":1},\"forms\":[{\"a\":1},{\"a\":2}],\"empty\":{},\"list\":[]}");
    kuflow_json_value value = {.value = tree};
    kuflow_process_item_task_data_update_params params = {.data = &value};
    CHECK_OK(f, kuflow_update_process_item_task_data(f->client, id, &params, &item, &f->error));
    assert_true(cJSON_Compare(item->task->data->value, tree, true));
    kuflow_process_item_free(item);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                kuflow_update_process_item_task_data(f->client, UNKNOWN_ID, &params, &item, &f->error));
    cJSON_Delete(tree);

    cJSON *number = cJSON_CreateNumber(-1.5e300);
    kuflow_json_patch_operation operations[] = {
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_ADD, .path = "/list/-", .value = number},
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_REMOVE, .path = "/empty"},
    };
    kuflow_json_patch patch = {.items = operations, .items_count = 2};
    CHECK_OK(f, kuflow_patch_process_item_task_data(f->client, id, &patch, &item, &f->error));
    CHECK_JSON(item->task->data->value, "{\"form\":{\"a\":1},\"forms\":[{\"a\":1},{\"a\":2}],\"list\":[-1.5e300]}");
    kuflow_process_item_free(item);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                kuflow_patch_process_item_task_data(f->client, id, &patch, &item, &f->error));
    cJSON_Delete(number);
}

static void complete(kf_fixture *f, const char *id)
{
    kuflow_process_item *item = NULL;
    for (int i = 0; i < 2; i++) {
        CHECK_OK(f, kuflow_complete_process_item_task(f->client, id, &item, &f->error));
        assert_int_equal(item->task->state, KUFLOW_PROCESS_ITEM_TASK_STATE_COMPLETED);
        assert_int_equal(item->task->logs_count, 3);
        kuflow_process_item_free(item);
    }
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_claim_process_item_task(f->client, id, &item, &f->error));
    CHECK_OK(f, kuflow_retrieve_process_item(f->client, id, &item, &f->error));
    assert_int_equal(item->task->state, KUFLOW_PROCESS_ITEM_TASK_STATE_COMPLETED);
    assert_string_equal(item->task->logs[0].message, "line 0\twith \"signs\" \\ and é\n");
    kuflow_process_item_free(item);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, kuflow_retrieve_process_item(f->client, UNKNOWN_ID, &item, &f->error));
}

void operations_items(kf_fixture *f)
{
    char process[KF_UUID_TEXT_SIZE], task[KF_UUID_TEXT_SIZE];
    fixture_process(f, KF_SANDBOX_DEFINITION_EMPTY, process);
    create_task(f, process, task);
    create_message_and_thread(f, process);
    find(f, process, task);
    claim_and_assign(f, task);
    logs(f, task);
    data(f, task);
    complete(f, task);
}
