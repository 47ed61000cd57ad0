/* The operations on processes, but for files. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static void check_audit(const char *created_by, const char *created_at, const char *modified_by,
                        const char *modified_at)
{
    kf_time created, modified;
    assert_string_equal(created_by, KF_SANDBOX_CALLER);
    assert_string_equal(modified_by, KF_SANDBOX_CALLER);
    assert_int_equal(kf_time_parse(created_at, &created, NULL), KF_OK);
    assert_int_equal(kf_time_parse(modified_at, &modified, NULL), KF_OK);
    assert_true(created.seconds < modified.seconds ||
                (created.seconds == modified.seconds && created.nanoseconds <= modified.nanoseconds));
}

static void create(kf_fixture *f, char id[KF_UUID_TEXT_SIZE])
{
    kf_uuid_new(id);
    cJSON *data = json("{\"customer\":\"Ñandú & Söhne\",\"amount\":12.5,\"tags\":[\"a\",null,true],\"none\":null}");
    kuflow_json_value metadata = {.value = data};
    kuflow_process_create_params params = {.id = id,
                                           .process_definition_id = KF_SANDBOX_DEFINITION,
                                           .metadata = &metadata,
                                           .initiator_id = KF_SANDBOX_USER};
    kuflow_process *process = NULL;
    CHECK_OK(f, kuflow_create_process(f->client, &params, &process, &f->error));
    assert_int_equal(f->error.http_status, 201);
    assert_int_equal(f->error.attempts, 1);
    assert_string_equal(f->error.idempotency_id, id);
    assert_string_equal(f->error.operation, "kuflow.createProcess");
    assert_string_equal(process->id, id);
    assert_int_equal(process->state, KUFLOW_PROCESS_STATE_RUNNING);
    assert_non_null(process->process_definition_ref);
    assert_string_equal(process->process_definition_ref->id, KF_SANDBOX_DEFINITION);
    assert_true(kf_uuid_valid(process->process_definition_ref->version));
    assert_string_equal(process->initiator_id, KF_SANDBOX_USER);
    assert_string_equal(process->tenant_id, KF_SANDBOX_TENANT);
    assert_non_null(process->metadata);
    assert_int_equal(process->metadata->valid.presence, KF_SET);
    assert_true(process->metadata->valid.value);
    assert_true(cJSON_Compare(process->metadata->value, data, true));
    assert_null(process->entity);
    check_audit(process->created_by, process->created_at, process->last_modified_by, process->last_modified_at);
    kuflow_process_free(process);
    cJSON_Delete(data);

    /* The same id again: the same process, and nothing new. */
    int created = kf_sandbox_created(f->sandbox);
    kuflow_process_create_params again = {.id = id, .process_definition_id = KF_SANDBOX_DEFINITION_EMPTY};
    CHECK_OK(f, kuflow_create_process(f->client, &again, &process, &f->error));
    assert_int_equal(f->error.http_status, 200);
    assert_string_equal(process->id, id);
    assert_string_equal(process->process_definition_ref->id, KF_SANDBOX_DEFINITION);
    kuflow_process_free(process);
    assert_int_equal(kf_sandbox_applied(f->sandbox, id), 1);
    assert_int_equal(kf_sandbox_created(f->sandbox), created);
}

static void create_otherwise(kf_fixture *f)
{
    /* Without an id: the library makes one. */
    kuflow_process_create_params params = {.process_definition_id = KF_SANDBOX_DEFINITION_EMPTY,
                                           .initiator_email = "user02@example.com"};
    kuflow_process *process = NULL;
    CHECK_OK(f, kuflow_create_process(f->client, &params, &process, &f->error));
    assert_true(kf_uuid_valid(f->error.idempotency_id));
    assert_string_equal(process->id, f->error.idempotency_id);
    assert_string_equal(process->initiator_id, "20000000-0000-4000-8000-000000000004");
    assert_null(process->metadata);
    kuflow_process_free(process);

    params.process_definition_id = "00000000-0000-0000-0000-000000000000";
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_create_process(f->client, &params, &process, &f->error));
    assert_null(process);
    assert_string_equal(f->error.server_code, "process_definition.not_found");
    assert_string_equal(f->error.server_location, "processDefinitionId");
    assert_false(f->error.may_have_acted);

    params.process_definition_id = NULL; /* refused here: nothing is sent */
    int requests = kf_sandbox_requests(f->sandbox, NULL);
    CHECK_FAILS(f, KF_ERROR_ENCODE, 0, kuflow_create_process(f->client, &params, &process, &f->error));
    assert_non_null(strstr(f->error.message, "processDefinitionId"));
    assert_int_equal(f->error.attempts, 0);
    assert_int_equal(kf_sandbox_requests(f->sandbox, NULL), requests);

    params = (kuflow_process_create_params){.process_definition_id = KF_SANDBOX_DEFINITION, .id = "not a uuid"};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_create_process(f->client, &params, &process, &f->error));
    assert_string_equal(f->error.server_location, "id");
}

static void find(kf_fixture *f, const char *id)
{
    kuflow_find_processes_params params = {.size = KF_INT32(2),
                                           .page = KF_INT32(0),
                                           .sort = KF_LIST("createdAt,desc", "id"),
                                           .tenant_id = KF_LIST(KF_SANDBOX_TENANT, KF_SANDBOX_TENANT_2)};
    kuflow_process_page *page = NULL;
    CHECK_OK(f, kuflow_find_processes(f->client, &params, &page, &f->error));
    assert_int_equal(page->metadata->size, 2);
    assert_int_equal(page->metadata->page, 0);
    assert_true(page->metadata->total_elements >= 2);
    assert_int_equal(page->metadata->total_pages, (page->metadata->total_elements + 1) / 2);
    assert_int_equal(page->content_count, 2);
    assert_true(strcmp(page->content[0].created_at, page->content[1].created_at) > 0);
    bool found = false;
    for (size_t i = 0; i < page->content_count; i++) {
        const kuflow_process_page_item *item = &page->content[i];
        assert_true(kf_uuid_valid(item->id));
        assert_int_equal(item->state, KUFLOW_PROCESS_STATE_RUNNING);
        assert_true(kf_uuid_valid(item->process_definition_ref->id));
        assert_true(kf_uuid_valid(item->initiator_id));
        assert_true(kf_uuid_valid(item->tenant_id));
        check_audit(item->created_by, item->created_at, item->last_modified_by, item->last_modified_at);
        found = found || strcmp(item->id, id) == 0;
    }
    assert_true(found);
    kuflow_process_page_free(page);

    char target[512];
    assert_true(kf_sandbox_last_target(f->sandbox, target, sizeof(target)));
    assert_string_equal(
        target, "GET /v2024-06-14/processes?size=2&page=0&sort=createdAt%2Cdesc&sort=id&tenantId=" KF_SANDBOX_TENANT
                "&tenantId=" KF_SANDBOX_TENANT_2);

    CHECK_OK(f, kuflow_find_processes(f->client, NULL, &page, &f->error)); /* no parameters at all */
    assert_int_equal(page->metadata->size, 25);
    kuflow_process_page_free(page);
    assert_true(kf_sandbox_last_target(f->sandbox, target, sizeof(target)));
    assert_string_equal(target, "GET /v2024-06-14/processes");

    params = (kuflow_find_processes_params){.sort = KF_LIST("name")};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_find_processes(f->client, &params, &page, &f->error));
    assert_string_equal(f->error.server_location, "sort");
    params = (kuflow_find_processes_params){.size = KF_INT32(1001)};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_find_processes(f->client, &params, &page, &f->error));
    assert_string_equal(f->error.server_location, "size");
}

static void retrieve(kf_fixture *f, const char *id)
{
    kuflow_process *process = NULL;
    CHECK_OK(f, kuflow_retrieve_process(f->client, id, &process, &f->error));
    assert_int_equal(f->error.http_status, 200);
    assert_string_equal(process->id, id);
    kuflow_process_free(process);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, kuflow_retrieve_process(f->client, UNKNOWN_ID, &process, &f->error));
    assert_null(process);
    assert_string_equal(f->error.server_code, "process.not_found");
    assert_non_null(strstr(f->error.server_message, UNKNOWN_ID));
    assert_false(f->error.retryable);
}

static void initiator(kf_fixture *f, const char *id)
{
    kuflow_process *process = NULL;
    kuflow_process_change_initiator_params params = {.initiator_id = KF_SANDBOX_CALLER};
    CHECK_OK(f, kuflow_change_process_initiator(f->client, id, &params, &process, &f->error));
    assert_string_equal(process->initiator_id, KF_SANDBOX_CALLER);
    kuflow_process_free(process);
    params = (kuflow_process_change_initiator_params){.initiator_email = KF_SANDBOX_USER_EMAIL};
    CHECK_OK(f, kuflow_change_process_initiator(f->client, id, &params, &process, &f->error));
    assert_string_equal(process->initiator_id, KF_SANDBOX_USER);
    kuflow_process_free(process);
    params.initiator_email = "nobody@example.com";
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                kuflow_change_process_initiator(f->client, id, &params, &process, &f->error));
    assert_string_equal(f->error.server_location, "initiatorEmail");
}

static void metadata(kf_fixture *f, const char *id)
{
    kuflow_process *process = NULL;
    cJSON *data = json("{\"a\":{\"b\":[1,2,3]},\"t~/\":\"x\"}");
    kuflow_json_value value = {.value = data};
    kuflow_process_metadata_update_params params = {.metadata = &value};
    CHECK_OK(f, kuflow_update_process_metadata(f->client, id, &params, &process, &f->error));
    assert_true(cJSON_Compare(process->metadata->value, data, true));
    kuflow_process_free(process);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                kuflow_update_process_metadata(f->client, UNKNOWN_ID, &params, &process, &f->error));
    cJSON_Delete(data);

    /* All six operations of a patch. */
    cJSON *null = cJSON_CreateNull(), *four = cJSON_CreateNumber(4), *text = cJSON_CreateString("y");
    kuflow_json_patch_operation operations[] = {
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_TEST, .path = "/a/b/1", .value = json("2")},
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_ADD, .path = "/a/b/-", .value = four},
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_ADD, .path = "/a/none", .value = null},
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_REMOVE, .path = "/a/b/0"},
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_REPLACE, .path = "/t~0~1", .value = text},
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_COPY, .from = "/a/b", .path = "/copy"},
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_MOVE, .from = "/t~0~1", .path = "/moved"},
    };
    kuflow_json_patch patch = {.items = operations, .items_count = 7};
    CHECK_OK(f, kuflow_patch_process_metadata(f->client, id, &patch, &process, &f->error));
    CHECK_JSON(process->metadata->value, "{\"a\":{\"b\":[2,3,4],\"none\":null},\"copy\":[2,3,4],\"moved\":\"y\"}");
    kuflow_process_free(process);

    /* A test that fails after an operation that would not: nothing is applied. */
    kuflow_json_patch_operation failing[] = {
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_REMOVE, .path = "/a"},
        {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_TEST, .path = "/moved", .value = null},
    };
    patch = (kuflow_json_patch){.items = failing, .items_count = 2};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_patch_process_metadata(f->client, id, &patch, &process, &f->error));
    assert_string_equal(f->error.server_code, "json_patch");
    CHECK_OK(f, kuflow_retrieve_process(f->client, id, &process, &f->error));
    CHECK_JSON(process->metadata->value, "{\"a\":{\"b\":[2,3,4],\"none\":null},\"copy\":[2,3,4],\"moved\":\"y\"}");
    kuflow_process_free(process);
    cJSON_Delete((cJSON *)operations[0].value);
    cJSON_Delete(null);
    cJSON_Delete(four);
    cJSON_Delete(text);
}

static void entity(kf_fixture *f, const char *id)
{
    kuflow_process *process = NULL;
    cJSON *data = json("{\"invoice\":{\"lines\":[]}}");
    kuflow_json_value value = {.value = data};
    kuflow_process_entity_update_params params = {.entity = &value};
    CHECK_OK(f, kuflow_update_process_entity(f->client, id, &params, &process, &f->error));
    assert_true(process->entity->valid.value);
    assert_int_equal(process->entity->errors_count, 0);
    CHECK_JSON(process->entity->value, "{\"invoice\":{\"lines\":[]}}");
    kuflow_process_free(process);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                kuflow_update_process_entity(f->client, "no-uuid", &params, &process, &f->error));
    cJSON_Delete(data);

    cJSON *line = json("{\"price\":0.1}");
    kuflow_json_patch_operation operation = {
        .op = KUFLOW_JSON_PATCH_OPERATION_TYPE_ADD, .path = "/invoice/lines/0", .value = line};
    kuflow_json_patch patch = {.items = &operation, .items_count = 1};
    CHECK_OK(f, kuflow_patch_process_entity(f->client, id, &patch, &process, &f->error));
    CHECK_JSON(process->entity->value, "{\"invoice\":{\"lines\":[{\"price\":0.1}]}}");
    kuflow_process_free(process);
    operation.path = "/nowhere/else";
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_patch_process_entity(f->client, id, &patch, &process, &f->error));
    cJSON_Delete(line);
}

static void end(kf_fixture *f, const char *id)
{
    kuflow_process *process = NULL;
    for (int i = 0; i < 2; i++) { /* the second time nothing happens */
        CHECK_OK(f, kuflow_complete_process(f->client, id, &process, &f->error));
        assert_int_equal(process->state, KUFLOW_PROCESS_STATE_COMPLETED);
        kuflow_process_free(process);
    }
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_cancel_process(f->client, id, &process, &f->error));
    char other[KF_UUID_TEXT_SIZE];
    fixture_process(f, KF_SANDBOX_DEFINITION, other);
    CHECK_OK(f, kuflow_cancel_process(f->client, other, &process, &f->error));
    assert_int_equal(process->state, KUFLOW_PROCESS_STATE_CANCELLED);
    kuflow_process_free(process);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_complete_process(f->client, other, &process, &f->error));

    /* Its tasks were cancelled with it. */
    kuflow_find_process_items_params params = {.process_id = KF_LIST(other)};
    kuflow_process_item_page *page = NULL;
    CHECK_OK(f, kuflow_find_process_items(f->client, &params, &page, &f->error));
    assert_int_equal(page->content_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(page->content[i].task->state, KUFLOW_PROCESS_ITEM_TASK_STATE_CANCELLED);
    kuflow_process_item_page_free(page);
}

void operations_processes(kf_fixture *f)
{
    char id[KF_UUID_TEXT_SIZE];
    create(f, id);
    create_otherwise(f);
    find(f, id);
    retrieve(f, id);
    initiator(f, id);
    metadata(f, id);
    entity(f, id);
    end(f, id);
}
