/* What is odd about the KuFlow document, a test each, by number: requests. See test_oddities.c. */
#include "models.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION "/v2024-06-14"
#define PAGE "{\"metadata\":{\"size\":0,\"page\":0,\"totalElements\":0,\"totalPages\":0},\"content\":[]}"
#define PROCESS "{\"id\":\"1\",\"state\":\"RUNNING\",\"tenantId\":\"t\"}"
#define ITEM "{\"id\":\"1\",\"type\":\"TASK\",\"processId\":\"p\"}"

/* Any of three kinds of credentials will do, for all operations. */
static void oddity_06_alternative_credentials(void **state)
{
    wire_fixture *w = *state;
    kf_sandbox_options with = KF_SANDBOX_OPTIONS_INIT;
    with.token = "oauth-token";
    kf_sandbox *sandbox = NULL;
    WIRE_OK(w, kf_sandbox_start(&with, &sandbox, &w->error));
    kf_client_options options[4];
    for (int i = 0; i < 4; i++) {
        options[i] = fixture_options(kf_sandbox_url(sandbox));
        options[i].max_attempts = 1;
    }
    options[0].auth = KF_AUTH_BASIC;
    options[1].auth = KF_AUTH_BEARER_PAIR;
    options[2].auth = KF_AUTH_BEARER;
    options[2].username = options[2].password = NULL;
    options[2].token = "oauth-token";
    options[3].auth = KF_AUTH_BASIC;
    options[3].password = "wrong";
    for (int i = 0; i < 4; i++) {
        kf_client *client = NULL;
        WIRE_OK(w, kf_client_new(&options[i], &client, &w->error));
        kuflow_tenant *tenant = NULL;
        kf_status status = kuflow_retrieve_tenant(client, KF_SANDBOX_TENANT, &tenant, &w->error);
        assert_int_equal(status, i < 3 ? KF_OK : KF_ERROR_AUTH);
        kuflow_tenant_free(tenant);
        kf_client_free(client);
    }
    kf_sandbox_stop(sandbox);
    for (size_t i = 0; i < kuflow_service.operation_count; i++)
        assert_int_equal(kuflow_service.operations[i].flags & KF_OPERATION_NO_AUTH, 0);
}

/* An array at the top is the body of three operations, with a media type of its own. */
static void oddity_21_json_patch_three_times(void **state)
{
    wire_fixture *w = *state;
    kuflow_json_patch_operation operation = {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_REMOVE, .path = "/a"};
    kuflow_json_patch patch = {.items = &operation, .items_count = 1};
    kuflow_process *process = NULL;
    kuflow_process_item *item = NULL;
    static const char *const lines[] = {"PATCH " VERSION "/processes/1/metadata",
                                        "PATCH " VERSION "/processes/1/entity",
                                        "PATCH " VERSION "/process-items/1/task/data"};
    for (int i = 0; i < 3; i++) {
        wire_answer(w->server, 200, NULL, i < 2 ? PROCESS : ITEM);
        if (i == 0)
            WIRE_OK(w, kuflow_patch_process_metadata(w->client, "1", &patch, &process, &w->error));
        else if (i == 1)
            WIRE_OK(w, kuflow_patch_process_entity(w->client, "1", &patch, &process, &w->error));
        else
            WIRE_OK(w, kuflow_patch_process_item_task_data(w->client, "1", &patch, &item, &w->error));
        CHECK_LINE(w->server, lines[i]);
        CHECK_BODY(w->server, "[{\"op\":\"remove\",\"path\":\"/a\"}]");
        assert_string_equal(wire_header(w->server, "Content-Type"), "application/json-patch+json");
        kuflow_process_free(process);
        kuflow_process_item_free(item);
        process = NULL;
        item = NULL;
    }
}

/* Free-form data, beside members that the server alone sets. */
static void oddity_22_read_only_members_are_not_sent(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, NULL,
                "{\"id\":\"1\",\"entity\":{\"valid\":false,\"value\":{\"a\":[{\"b\":1.50}]},"
                "\"errors\":[{\"propertyPath\":\"/a\",\"type\":\"REQUIRED\"}]}}");
    kuflow_process *process = NULL, *answer = NULL;
    WIRE_OK(w, kuflow_retrieve_process(w->client, "1", &process, &w->error));
    assert_int_equal(process->entity->valid.presence, KF_SET);
    assert_false(process->entity->valid.value);
    assert_int_equal(process->entity->errors_count, 1);
    assert_string_equal(process->entity->errors[0].property_path, "/a");
    /* What was received is sent back without them, its data as they came. */
    kuflow_process_entity_update_params params = {.entity = process->entity};
    WIRE_OK(w, kuflow_update_process_entity(w->client, "1", &params, &answer, &w->error));
    CHECK_BODY(w->server, "{\"entity\":{\"value\":{\"a\":[{\"b\":1.50}]}}}");
    kuflow_process_free(answer);
    kuflow_process_free(process);
    kuflow_json_value nothing = {0};
    params.entity = &nothing;
    WIRE_FAILS(w, KF_ERROR_ENCODE, kuflow_update_process_entity(w->client, "1", &params, &answer, &w->error));
    assert_non_null(strstr(w->error.message, "entity.value"));
}

/* Bodies that are just bytes. */
static void oddity_25_binary_bodies(void **state)
{
    wire_fixture *w = *state;
    static const char bytes[] = "\0\r\n\xff\xfe{\"a\":1}\0";
    kf_source source;
    kf_source_memory(&source, bytes, sizeof(bytes));
    kuflow_upload_process_document_params params = {.file_content_type = "a/b", .file_name = "f"};
    kuflow_document_reference *reference = NULL;
    wire_answer(w->server, 200, NULL, "{\"documentUri\":\"kuflow-file:uri=x;\"}");
    WIRE_OK(w, kuflow_upload_process_document(w->client, "1", &params, &source, &reference, &w->error));
    assert_string_equal(reference->document_uri, "kuflow-file:uri=x;");
    kuflow_document_reference_free(reference);
    assert_int_equal(wire_last(w->server)->body_length, sizeof(bytes));
    assert_memory_equal(wire_last(w->server)->body, bytes, sizeof(bytes));
    assert_string_equal(wire_header(w->server, "Content-Type"), "application/octet-stream");
    char answer[200] = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 14\r\n\r\n";
    size_t head = strlen(answer);
    memcpy(answer + head, bytes, sizeof(bytes));
    wire_answer_raw(w->server, answer, head + sizeof(bytes), 0, false);
    assert_int_equal(sizeof(bytes), 14);
    kf_sink sink;
    kf_sink_memory(&sink);
    WIRE_OK(w, kuflow_download_robot_source_code(w->client, "1", &sink, &w->error));
    assert_int_equal(sink.length, sizeof(bytes));
    assert_memory_equal(sink.data, bytes, sizeof(bytes));
    kf_free(sink.data);
}

/* Lengths are limits of the server; an address may be of IPv6. */
static void oddity_31_lengths_are_the_servers(void **state)
{
    kf_fixture *f = *state;
    kuflow_worker_create_params params = {
        .identity = "me", .task_queue = "q", .hostname = "h", .ip = "2001:0db8:0000:0000:0000:ff00:0042:8329"};
    kuflow_worker *worker = NULL;
    CHECK_OK(f, kuflow_create_worker(f->client, &params, &worker, &f->error));
    assert_string_equal(worker->ip, params.ip);
    kuflow_worker_free(worker);
    char name[257];
    memset(name, 'x', 256);
    name[256] = '\0';
    params.identity = name;
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_create_worker(f->client, &params, &worker, &f->error));
    assert_string_equal(f->error.server_location, "identity");
}

/* A value of an enum is called DEFAULT; the enum stands alone in the query. */
static void oddity_34_enum_value_default(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, NULL, PAGE);
    kuflow_find_robots_params params = {.filter_context = KUFLOW_ROBOT_FILTER_CONTEXT_DEFAULT};
    kuflow_robot_page *page = NULL;
    WIRE_OK(w, kuflow_find_robots(w->client, &params, &page, &w->error));
    CHECK_LINE(w->server, "GET " VERSION "/robots?filterContext=DEFAULT");
    kuflow_robot_page_free(page);
}

/* Arrays are repeated keys, in their order. */
static void oddity_36_arrays_are_repeated_keys(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, NULL, PAGE);
    kuflow_find_processes_params params = {.sort = KF_LIST("sort1", "sort2,&%", "\xc3\xb1 x"),
                                           .tenant_id = KF_LIST("t1", "t2")};
    kuflow_process_page *page = NULL;
    WIRE_OK(w, kuflow_find_processes(w->client, &params, &page, &w->error));
    CHECK_LINE(w->server,
               "GET " VERSION "/processes?sort=sort1&sort=sort2%2C%26%25&sort=%C3%B1%20x&tenantId=t1&tenantId=t2");
    kuflow_process_page_free(page);
}

/* A single value here, an array of the same name there. */
static void oddity_37_scalar_and_array_alike(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, NULL, PAGE);
    kuflow_find_groups_params groups = {.principal_id = "p", .group_id = KF_LIST("g1", "g2")};
    kuflow_group_page *group_page = NULL;
    WIRE_OK(w, kuflow_find_groups(w->client, &groups, &group_page, &w->error));
    CHECK_LINE(w->server, "GET " VERSION "/groups?principalId=p&groupId=g1&groupId=g2");
    kuflow_group_page_free(group_page);
    kuflow_find_principals_params principals = {.type = KUFLOW_PRINCIPAL_TYPE_USER};
    kuflow_principal_page *principal_page = NULL;
    WIRE_OK(w, kuflow_find_principals(w->client, &principals, &principal_page, &w->error));
    CHECK_LINE(w->server, "GET " VERSION "/principals?type=USER");
    kuflow_principal_page_free(principal_page);
    kuflow_find_process_items_params items = {
        .type = KF_LIST_OF(kuflow_process_item_type, KUFLOW_PROCESS_ITEM_TYPE_TASK, KUFLOW_PROCESS_ITEM_TYPE_MESSAGE)};
    kuflow_process_item_page *item_page = NULL;
    WIRE_OK(w, kuflow_find_process_items(w->client, &items, &item_page, &w->error));
    CHECK_LINE(w->server, "GET " VERSION "/process-items?type=TASK&type=MESSAGE");
    kuflow_process_item_page_free(item_page);
    kuflow_download_robot_asset_params asset = {.type = KUFLOW_ROBOT_ASSET_TYPE_PYTHON_PIP,
                                                .version = "3.12",
                                                .platform = KUFLOW_ROBOT_ASSET_PLATFORM_MAC_OS,
                                                .architecture = KUFLOW_ROBOT_ASSET_ARCHITECTURE_X86_32};
    kf_sink sink;
    kf_sink_memory(&sink);
    WIRE_OK(w, kuflow_download_robot_asset(w->client, "1", &asset, &sink, &w->error));
    CHECK_LINE(w->server,
               "GET " VERSION "/robots/1/~actions/download-asset?type=PYTHON_PIP&version=3.12&platform=MAC_OS"
               "&architecture=X86_32");
    kf_free(sink.data);
}

/* `style: form` on a single enum changes nothing. */
static void oddity_38_form_style_of_a_single_value(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, NULL, PAGE);
    kuflow_find_robots_params params = {.filter_context = KUFLOW_ROBOT_FILTER_CONTEXT_READY, .size = KF_INT32(1)};
    kuflow_robot_page *page = NULL;
    WIRE_OK(w, kuflow_find_robots(w->client, &params, &page, &w->error));
    CHECK_LINE(w->server, "GET " VERSION "/robots?size=1&filterContext=READY");
    kuflow_robot_page_free(page);
}

/* Size 0 is legal and not "no size"; page 0 is the default and can be said. */
static void oddity_40_size_and_page_of_zero(void **state)
{
    kf_fixture *f = *state;
    char target[512];
    kuflow_find_groups_params params = {.size = KF_INT32(0)};
    kuflow_group_page *page = NULL;
    CHECK_OK(f, kuflow_find_groups(f->client, &params, &page, &f->error));
    assert_int_equal(page->content_count, 0);
    assert_int_equal(page->metadata->size, 0);
    assert_true(page->metadata->total_elements > 0);
    kuflow_group_page_free(page);
    params = (kuflow_find_groups_params){.page = KF_INT32(0)};
    CHECK_OK(f, kuflow_find_groups(f->client, &params, &page, &f->error));
    assert_true(kf_sandbox_last_target(f->sandbox, target, sizeof(target)));
    assert_string_equal(target, "GET " VERSION "/groups?page=0");
    assert_true(page->content_count > 0);
    kuflow_group_page_free(page);
}

/* Defaults are the server's: they are not sent. */
static void oddity_41_defaults_are_not_sent(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, NULL, PAGE);
    kuflow_find_groups_params params = {0};
    kuflow_group_page *page = NULL;
    WIRE_OK(w, kuflow_find_groups(w->client, &params, &page, &w->error));
    CHECK_LINE(w->server, "GET " VERSION "/groups");
    kuflow_group_page_free(page);
    params.size = KF_INT32(25); /* set to the default: said */
    WIRE_OK(w, kuflow_find_groups(w->client, &params, &page, &w->error));
    CHECK_LINE(w->server, "GET " VERSION "/groups?size=25");
    kuflow_group_page_free(page);
}

/* Values that are encoded already, as a URI, are encoded once more. */
static void oddity_43_required_query_with_a_uri(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 200, "Content-Type: application/octet-stream\r\n", "x");
    kuflow_download_process_document_params params = {.document_uri =
                                                          "kuflow-file:uri=ku%3A1;type=a/b;size=1;name=a%20b+c.pdf;"};
    kf_sink sink;
    kf_sink_memory(&sink);
    WIRE_OK(w, kuflow_download_process_document(w->client, "1", &params, &sink, &w->error));
    kf_free(sink.data);
    CHECK_LINE(w->server,
               "GET " VERSION "/processes/1/~actions/download-document?documentUri=kuflow-file%3Auri%3Dku%253A1"
               "%3Btype%3Da%2Fb%3Bsize%3D1%3Bname%3Da%2520b%2Bc.pdf%3B");
    params.document_uri = NULL;
    WIRE_FAILS(w, KF_ERROR_ARGUMENT, kuflow_download_process_document(w->client, "1", &params, &sink, &w->error));
    assert_non_null(strstr(w->error.message, "documentUri"));
    kuflow_upload_process_user_action_document_params upload = {
        .file_content_type = "image/svg+xml", .file_name = "a&b.svg", .user_action_value_id = "v"};
    kf_source source;
    kf_source_memory(&source, "x", 1);
    kuflow_process *process = NULL;
    wire_answer(w->server, 200, NULL, PROCESS);
    WIRE_OK(w, kuflow_upload_process_user_action_document(w->client, "1", &upload, &source, &process, &w->error));
    kuflow_process_free(process);
    CHECK_LINE(w->server,
               "POST " VERSION "/processes/1/~actions/upload-user-action-document?fileContentType=image%2Fsvg%2Bxml"
               "&fileName=a%26b.svg&userActionValueId=v");
}

/* A JSON pointer in the query; "~" in paths; an id that is no UUID. */
static void oddity_44_pointer_tilde_and_key_id(void **state)
{
    wire_fixture *w = *state;
    kuflow_download_process_item_task_data_webforms_as_document_params params = {.property_path = "/a~1b/c~0d/0"};
    kf_sink sink;
    kf_sink_memory(&sink);
    wire_answer(w->server, 200, "Content-Type: application/pdf\r\n", "%PDF");
    WIRE_OK(w, kuflow_download_process_item_task_data_webforms_as_document(w->client, "i", &params, &sink, &w->error));
    kf_free(sink.data);
    CHECK_LINE(w->server, "GET " VERSION "/process-items/i/task/data/~actions/download-webforms-as-document"
                          "?propertyPath=%2Fa~1b%2Fc~0d%2F0");
    kuflow_process *process = NULL;
    wire_answer(w->server, 200, NULL, PROCESS);
    WIRE_OK(w, kuflow_cancel_process(w->client, "~x", &process, &w->error));
    CHECK_LINE(w->server, "POST " VERSION "/processes/~x/~actions/cancel");
    kuflow_process_free(process);
    kuflow_kms_key *key = NULL;
    wire_answer(w->server, 200, NULL, "{\"id\":\"k\",\"value\":\"\"}");
    WIRE_OK(w, kuflow_retrieve_kms_key(w->client, "alias/main key", &key, &w->error));
    CHECK_LINE(w->server, "GET " VERSION "/kms/keys/alias%2Fmain%20key");
    kuflow_kms_key_free(key);
}

#define SANDBOX_TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WIRE_TEST(oddity_06_alternative_credentials),        WIRE_TEST(oddity_21_json_patch_three_times),
        WIRE_TEST(oddity_22_read_only_members_are_not_sent), WIRE_TEST(oddity_25_binary_bodies),
        SANDBOX_TEST(oddity_31_lengths_are_the_servers),     WIRE_TEST(oddity_34_enum_value_default),
        WIRE_TEST(oddity_36_arrays_are_repeated_keys),       WIRE_TEST(oddity_37_scalar_and_array_alike),
        WIRE_TEST(oddity_38_form_style_of_a_single_value),   SANDBOX_TEST(oddity_40_size_and_page_of_zero),
        WIRE_TEST(oddity_41_defaults_are_not_sent),          WIRE_TEST(oddity_43_required_query_with_a_uri),
        WIRE_TEST(oddity_44_pointer_tilde_and_key_id),
    };
    return cmocka_run_group_tests_name("oddities on the wire", tests, NULL, NULL);
}
