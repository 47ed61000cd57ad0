/* Patchworks: every operation with all its parameters, its iterator, and its error path; items of every shape. */
#include "patchworks_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOW KF_SANDBOX_PATCHWORKS_FLOW
#define VERSION KF_SANDBOX_PATCHWORKS_VERSION
#define NOWHERE "9999"

/* The id of what an answer of free JSON holds within "data". */
static void take_id(patchworks_answer *answer, char id[PATCHWORKS_ID_SIZE])
{
    assert_true(patchworks_run_id(answer, id));
    patchworks_answer_free(answer);
}

static const cJSON *data_of(const patchworks_answer *answer, const char *name)
{
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(answer->value, "data");
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(data, name);
    assert_non_null(member);
    return member;
}

static void test_flows(void **state)
{
    kf_fixture *f = *state;
    patchworks_flow_list *list;
    patchworks_flow *flow;
    const patchworks_list_flows_params params = {
        .filter = KF_MAP({"name", "flow"}, {"marketplace_app_id", "x"}, {"blueprint_id", "x"},
                         {"blueprint_version_number", "x"}, {"labelled", "false"}, {"enabled", "true"},
                         {"deployed", "1"}, {"versions.id", "47,48"}, {",", "x"}, {"versions", "47,48"}, {"id", "7,8"}),
        .fields = KF_MAP({"flows", "id,name"}),
        .include = KF_LIST("latestVersion", "versions_count", "webhooksExists", "deployedVersion.variables"),
        .sort = KF_LIST("-id", "name"),
        .page = KF_INT32(1),
        .per_page = KF_INT32(100)};
    CHECK_OK(f, patchworks_list_flows(f->client, &params, &list, &f->error));
    check_target(f, "GET /patchworks/api/v1/flows?filter%5Bname%5D=flow&filter%5Bmarketplace_app_id%5D=x&"
                    "filter%5Bblueprint_id%5D=x&filter%5Bblueprint_version_number%5D=x&filter%5Blabelled%5D=false&"
                    "filter%5Benabled%5D=true&filter%5Bdeployed%5D=1&filter%5Bversions.id%5D=47%2C48&"
                    "filter%5B%2C%5D=x&filter%5Bversions%5D=47%2C48&filter%5Bid%5D=7%2C8&fields%5Bflows%5D=id%2Cname&"
                    "include=latestVersion,versions_count,webhooksExists,deployedVersion.variables&sort=-id,name&"
                    "page=1&per_page=100");
    assert_int_equal(list->data_count, 0); /* no flow here is from a marketplace */
    assert_int_equal(list->meta->total.value, 0);
    assert_int_equal(list->meta->from.presence, KF_NULL);
    assert_null(list->links->next);
    patchworks_flow_list_free(list);

    const patchworks_list_flows_params two = {.filter = KF_MAP({"versions.id", "47,48"}),
                                              .fields = KF_MAP({"flows", "id,name"}),
                                              .include = KF_LIST("versions_count", "webhooksExists", "latestVersion"),
                                              .sort = KF_LIST("-id")};
    CHECK_OK(f, patchworks_list_flows(f->client, &two, &list, &f->error));
    assert_int_equal(list->data_count, 2);
    assert_string_equal(list->data[0].id, "8");
    assert_string_equal(list->data[1].name, "Flow 07");
    assert_null(list->data[0].created_at);
    assert_non_null(kf_extra_find(&list->data[0].extra, "versions_count"));
    assert_non_null(list->data[0].latest_version);
    patchworks_flow_list_free(list);

    const patchworks_list_flows_params second = {.page = KF_INT32(2), .per_page = KF_INT32(16)};
    char next[128];
    CHECK_OK(f, patchworks_list_flows(f->client, &second, &list, &f->error));
    snprintf(next, sizeof(next), "%s/api/v1/flows?page=3", kf_sandbox_patchworks_url(f->sandbox));
    assert_string_equal(list->links->next, next);
    assert_int_equal(strlen(list->meta->path), strlen(next) - strlen("?page=3"));
    assert_int_equal(list->meta->current_page.value, 2);
    assert_int_equal(list->meta->last_page.value, 3);
    assert_int_equal(list->meta->from.value, 17);
    assert_int_equal(list->meta->to.value, 32);
    assert_int_equal(list->meta->per_page.value, 16);
    patchworks_flow_list_free(list);

    const patchworks_get_flow_params get = {.filter = KF_MAP({"name", "x"}),
                                            .fields = KF_MAP({"flows", "id,status,is_enabled"}),
                                            .include = KF_LIST("versions"),
                                            .sort = KF_LIST("id"),
                                            .page = KF_INT32(1),
                                            .per_page = KF_INT32(5)};
    CHECK_OK(f, patchworks_get_flow(f->client, FLOW, &get, &flow, &f->error));
    check_target(f, "GET /patchworks/api/v1/flows/1?filter%5Bname%5D=x&fields%5Bflows%5D=id%2Cstatus%2Cis_enabled&"
                    "include=versions&sort=id&page=1&per_page=5");
    assert_string_equal(flow->id, FLOW);
    assert_int_equal(flow->status, PATCHWORKS_FLOW_STATUS_DEPLOYED);
    assert_true(cJSON_IsTrue(flow->is_enabled));
    assert_int_equal(cJSON_GetArraySize(flow->versions), 1);
    patchworks_flow_free(flow);

    const patchworks_list_flows_params many = {.per_page = KF_INT32(101)};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422, patchworks_list_flows(f->client, &many, &list, &f->error));
    assert_string_equal(f->error.server_location, "per_page");
    assert_string_equal(f->error.server_message, "The per page field must not be greater than 100.");
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_get_flow(f->client, NOWHERE, NULL, &flow, &f->error));
}

static void test_changes_of_flows(void **state)
{
    kf_fixture *f = *state;
    char id[PATCHWORKS_ID_SIZE];
    patchworks_answer *answer;
    patchworks_message *message;
    patchworks_flow *flow;
    const patchworks_flow_create_fields fields = {.name = "New", .description = "d", .prod_flag = KF_BOOL(true)};
    const patchworks_flow_create_params create = {.flow = &fields};
    CHECK_OK(f, patchworks_create_flow(f->client, &create, &answer, &f->error));
    assert_int_equal(f->error.http_status, 201);
    take_id(answer, id);

    const patchworks_flow_label_params labels[] = {{.id = "3"}, {.id = "4"}};
    const patchworks_flow_update_fields changed = {.name = "Newer",
                                                   .description = "e",
                                                   .enabled_at = "2024-06-14T09:30:00Z",
                                                   .use_queued_time = KF_BOOL(true),
                                                   .remove_failed_payloads = KF_BOOL(false),
                                                   .priority = KF_INT32(5),
                                                   .prod_flag = KF_BOOL(false)};
    const patchworks_flow_update_params update = {
        .flow = &changed, .labels = labels, .labels_count = 2, .notification_groups = "g"};
    CHECK_OK(f, patchworks_update_flow(f->client, id, &update, &answer, &f->error));
    CHECK_JSON(data_of(answer, "labels"), "[{\"id\":\"3\"},{\"id\":\"4\"}]");
    CHECK_JSON(data_of(answer, "priority"), "5");
    CHECK_JSON(data_of(answer, "use_queued_time"), "true");
    CHECK_JSON(data_of(answer, "is_enabled"), "true");
    patchworks_answer_free(answer);
    /* null, which disables it, is not the same as nothing */
    const patchworks_flow_update_fields disabled = {.extra = KF_EXTRA(KF_NULL_MEMBER("enabled_at"))};
    const patchworks_flow_update_params disable = {.flow = &disabled};
    CHECK_OK(f, patchworks_update_flow(f->client, id, &disable, NULL, &f->error));
    CHECK_OK(f, patchworks_get_flow(f->client, id, NULL, &flow, &f->error));
    assert_null(flow->enabled_at);
    assert_string_equal(flow->name, "Newer");
    patchworks_flow_free(flow);

    const patchworks_flow_layout_params layout = {.layout_direction = "TB"};
    CHECK_OK(f, patchworks_update_flow_layout_direction(f->client, id, &layout, &f->error));
    CHECK_OK(f, patchworks_update_flow_layout_direction(f->client, id, NULL, &f->error));
    CHECK_OK(f, patchworks_get_flow(f->client, id, NULL, &flow, &f->error));
    assert_string_equal(flow->layout_direction, "TB");
    patchworks_flow_free(flow);
    CHECK_OK(f, patchworks_delete_flow(f->client, id, &message, &f->error));
    assert_string_equal(message->message, "The flow was deleted.");
    patchworks_message_free(message);

    const patchworks_flow_create_params nameless = {0};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422, patchworks_create_flow(f->client, &nameless, &answer, &f->error));
    assert_string_equal(f->error.server_location, "flow.name");
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_update_flow(f->client, id, &update, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_delete_flow(f->client, id, &message, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_update_flow_layout_direction(f->client, id, &layout, &f->error));
}

static void test_copies_of_flows(void **state)
{
    kf_fixture *f = *state;
    char id[PATCHWORKS_ID_SIZE];
    patchworks_answer *answer, *export;
    const patchworks_flow_export_params wanted = {.flow_id = 1};
    CHECK_OK(f, patchworks_export_flow(f->client, &wanted, &export, &f->error));
    const patchworks_flow_import_params import = {
        .flow = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(export->value, "flow")),
        .metadata = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(export->value, "metadata")),
        .as_marketplace = "0"};
    CHECK_OK(f, patchworks_import_flow(f->client, &import, &answer, &f->error));
    CHECK_JSON(data_of(answer, "name"), "\"Orders to warehouse\"");
    take_id(answer, id);
    patchworks_answer_free(export);
    CHECK_OK(f, patchworks_delete_flow(f->client, id, NULL, &f->error));

    const patchworks_flow_duplicate_params copy = {.flow_version_id = VERSION};
    CHECK_OK(f, patchworks_duplicate_flow(f->client, FLOW, &copy, &answer, &f->error));
    take_id(answer, id);
    CHECK_OK(f, patchworks_delete_flow(f->client, id, NULL, &f->error));

    const patchworks_flow_export_params missing = {.flow_id = 9999};
    const patchworks_flow_import_params broken = {.flow = "{", .metadata = "{}"};
    const patchworks_flow_duplicate_params foreign = {.flow_version_id = "42"};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422, patchworks_export_flow(f->client, &missing, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422, patchworks_import_flow(f->client, &broken, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422, patchworks_duplicate_flow(f->client, FLOW, &foreign, &answer, &f->error));
}

static void test_versions(void **state)
{
    kf_fixture *f = *state;
    char id[PATCHWORKS_ID_SIZE], copy[PATCHWORKS_ID_SIZE];
    patchworks_answer *answer;
    patchworks_flow_version *version;
    patchworks_flow_version_list *list;
    CHECK_OK(f, patchworks_create_flow_version(f->client, FLOW, &answer, &f->error));
    take_id(answer, id);
    CHECK_OK(f, patchworks_copy_flow_version(f->client, FLOW, id, &answer, &f->error));
    take_id(answer, copy);
    const patchworks_list_flow_versions_params params = {.include = KF_LIST("steps", "runs_count"),
                                                         .sort = KF_LIST("-created_at"),
                                                         .page = KF_INT32(1),
                                                         .per_page = KF_INT32(2)};
    CHECK_OK(f, patchworks_list_flow_versions(f->client, FLOW, &params, &list, &f->error));
    check_target(f, "GET /patchworks/api/v1/flows/1/versions?include=steps,runs_count&sort=-created_at&page=1&"
                    "per_page=2");
    assert_int_equal(list->data_count, 2);
    assert_int_equal(list->meta->total.value, 3);
    assert_string_equal(list->data[0].id, copy);
    patchworks_flow_version_list_free(list);

    const patchworks_flow_version_params deploy = {.deployed_at = "2024-06-14T09:30:00Z"};
    const patchworks_flow_version_params take_back = {.extra = KF_EXTRA(KF_NULL_MEMBER("deployed_at"))};
    const patchworks_get_flow_version_params get = {.include = KF_LIST("latestRun"), .sort = KF_LIST("created_at")};
    CHECK_OK(f, patchworks_update_flow_version(f->client, FLOW, id, &deploy, &answer, &f->error));
    CHECK_JSON(data_of(answer, "deployed_at"), "\"2024-06-14T09:30:00Z\"");
    patchworks_answer_free(answer);
    CHECK_OK(f, patchworks_update_flow_version(f->client, FLOW, id, &take_back, &answer, &f->error));
    CHECK_JSON(data_of(answer, "deployed_at"), "null");
    patchworks_answer_free(answer);
    CHECK_OK(f, patchworks_get_flow_version(f->client, FLOW, id, &get, &version, &f->error));
    check_target_begins(f, "GET /patchworks/api/v1/flows/1/versions/");
    assert_null(version->deployed_at);
    assert_string_equal(version->flow_id, FLOW);
    patchworks_flow_version_free(version);
    const patchworks_list_flow_version_metrics_params metrics = {.interval_start = "2024-01-01",
                                                                 .interval_end = "2024-12-31",
                                                                 .interval_unit = "day",
                                                                 .model_type = "flow",
                                                                 .key = "k",
                                                                 .keys = "k,l",
                                                                 .managed_companies = "1"};
    CHECK_OK(f, patchworks_list_flow_version_metrics(f->client, FLOW, &metrics, &answer, &f->error));
    CHECK_JSON(cJSON_GetObjectItemCaseSensitive(answer->value, "query"),
               "{\"interval_start\":\"2024-01-01\",\"interval_end\":\"2024-12-31\",\"interval_unit\":\"day\","
               "\"model_type\":\"flow\",\"key\":\"k\",\"keys\":\"k,l\",\"managed_companies\":\"1\"}");
    patchworks_answer_free(answer);
    CHECK_OK(f, patchworks_delete_flow_version(f->client, FLOW, id, NULL, &f->error));
    CHECK_OK(f, patchworks_delete_flow_version(f->client, FLOW, copy, NULL, &f->error));

    const patchworks_flow_version_params no_date = {.deployed_at = "soon"};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422,
                patchworks_update_flow_version(f->client, FLOW, VERSION, &no_date, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_create_flow_version(f->client, NOWHERE, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_copy_flow_version(f->client, FLOW, id, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                patchworks_get_flow_version(f->client, FLOW, id, NULL, &version, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_delete_flow_version(f->client, FLOW, id, NULL, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                patchworks_list_flow_version_metrics(f->client, NOWHERE, NULL, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_list_flow_versions(f->client, NOWHERE, NULL, &list, &f->error));
}

static void test_callbacks(void **state)
{
    kf_fixture *f = *state;
    char id[PATCHWORKS_ID_SIZE];
    patchworks_answer *answer;
    patchworks_flow_callback_list *list;
    const patchworks_flow_callback_params body = {.status = "202", .format = PATCHWORKS_FLOW_FORMAT_XML};
    CHECK_OK(f, patchworks_create_flow_callback(f->client, FLOW, &body, &answer, &f->error));
    CHECK_JSON(data_of(answer, "format"), "\"xml\"");
    take_id(answer, id);
    const patchworks_flow_callback_params changed = {.status = "200", .format = PATCHWORKS_FLOW_FORMAT_TXT};
    CHECK_OK(f, patchworks_update_flow_callback(f->client, FLOW, id, &changed, &answer, &f->error));
    patchworks_answer_free(answer);
    const patchworks_list_flow_callbacks_params params = {.page = KF_INT32(1), .per_page = KF_INT32(10)};
    CHECK_OK(f, patchworks_list_flow_callbacks(f->client, FLOW, &params, &list, &f->error));
    check_target(f, "GET /patchworks/api/v1/flows/1/callbacks?page=1&per_page=10");
    assert_int_equal(list->data_count, 1);
    assert_string_equal(list->data[0].status, "200");
    assert_int_equal(list->data[0].format, PATCHWORKS_FLOW_FORMAT_TXT);
    patchworks_flow_callback_list_free(list);
    CHECK_OK(f, patchworks_delete_flow_callback(f->client, FLOW, id, NULL, &f->error));

    /* A value that this document does not know can be sent all the same, and be refused. */
    const patchworks_flow_callback_params unknown = {.extra = KF_EXTRA(KF_MEMBER("format", "\"edi\""))};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422,
                patchworks_create_flow_callback(f->client, FLOW, &unknown, &answer, &f->error));
    assert_string_equal(f->error.server_location, "format");
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                patchworks_update_flow_callback(f->client, FLOW, id, &body, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_delete_flow_callback(f->client, FLOW, id, NULL, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_list_flow_callbacks(f->client, NOWHERE, NULL, &list, &f->error));
}

static void test_webhooks(void **state)
{
    kf_fixture *f = *state;
    char id[PATCHWORKS_ID_SIZE], key[200];
    patchworks_answer *answer;
    patchworks_flow_webhook_list *list;
    const patchworks_flow_webhook_create_params body = {
        .status = "200", .body = "ok", .format = PATCHWORKS_FLOW_FORMAT_JSON};
    CHECK_OK(f, patchworks_create_flow_webhook(f->client, FLOW, &body, &answer, &f->error));
    take_id(answer, id);
    const patchworks_flow_webhook_update_params sign = {.status = "201",
                                                        .body = "fine",
                                                        .format = PATCHWORKS_FLOW_FORMAT_CSV,
                                                        .hmac_algorithm = "sha256",
                                                        .hmac_secret_key = "very secret"};
    CHECK_OK(f, patchworks_update_flow_webhook(f->client, FLOW, id, &sign, &answer, &f->error));
    CHECK_JSON(data_of(answer, "is_signed"), "true");
    patchworks_answer_free(answer);
    const patchworks_flow_webhook_update_params unsign = {
        .extra = KF_EXTRA(KF_NULL_MEMBER("body"), KF_NULL_MEMBER("hmac_algorithm"), KF_NULL_MEMBER("hmac_secret_key"))};
    CHECK_OK(f, patchworks_update_flow_webhook(f->client, FLOW, id, &unsign, &answer, &f->error));
    CHECK_JSON(data_of(answer, "is_signed"), "false");
    CHECK_JSON(data_of(answer, "body"), "null");
    patchworks_answer_free(answer);
    const patchworks_list_flow_webhooks_params params = {.page = KF_INT32(1), .per_page = KF_INT32(10)};
    CHECK_OK(f, patchworks_list_flow_webhooks(f->client, FLOW, &params, &list, &f->error));
    check_target(f, "GET /patchworks/api/v1/flows/1/webhooks?page=1&per_page=10");
    assert_string_equal(list->data[0].status, "201");
    assert_null(list->data[0].body);
    patchworks_flow_webhook_list_free(list);
    CHECK_OK(f, patchworks_delete_flow_webhook(f->client, FLOW, id, NULL, &f->error));

    memset(key, 'k', sizeof(key));
    key[sizeof(key) - 1] = '\0';
    const patchworks_flow_webhook_update_params too_long = {.hmac_secret_key = key};
    const patchworks_flow_webhook_create_params wrong = {.extra = KF_EXTRA(KF_MEMBER("body", "5"))};
    CHECK_OK(f, patchworks_create_flow_webhook(f->client, FLOW, &body, &answer, &f->error));
    take_id(answer, id);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422,
                patchworks_update_flow_webhook(f->client, FLOW, id, &too_long, &answer, &f->error));
    assert_string_equal(f->error.server_location, "hmac_secret_key");
    fixture_answer(f, "patchworks.updateFlowWebhook", 422, "{\"message\":\"very secret is too weak\"}");
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422,
                patchworks_update_flow_webhook(f->client, FLOW, id, &sign, &answer, &f->error));
    assert_string_equal(f->error.server_message, "*********** is too weak");
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422, patchworks_create_flow_webhook(f->client, FLOW, &wrong, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_delete_flow_webhook(f->client, FLOW, NOWHERE, NULL, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_list_flow_webhooks(f->client, NOWHERE, NULL, &list, &f->error));
}

static void test_starts(void **state)
{
    kf_fixture *f = *state;
    char run[PATCHWORKS_ID_SIZE];
    patchworks_answer *answer;
    const patchworks_flow_start_params body = {.flow_id = 1,
                                               .version_id = KF_INT64(41),
                                               .payload = "{\"n\":[1,2]}",
                                               .flow_variables = "{}",
                                               .virtual_environment_id = KF_INT64(3)};
    CHECK_OK(f, patchworks_start_flow(f->client, FLOW, VERSION, &body, &answer, &f->error));
    check_target(f, "POST /patchworks-start/api/v1/flows/1/start/41");
    take_id(answer, run);
    CHECK_OK(f, patchworks_manual_flow(f->client, FLOW, VERSION, &body, &answer, &f->error));
    check_target(f, "POST /patchworks-start/api/v1/flows/1/manual/41");
    take_id(answer, run);
    CHECK_OK(f, patchworks_start_deployed_flow(f->client, FLOW, &body, &answer, &f->error));
    take_id(answer, run);
    CHECK_OK(f, patchworks_manual_deployed_flow(f->client, FLOW, &body, &answer, &f->error));
    take_id(answer, run);
    cJSON *value = json("{\"n\":1}");
    const patchworks_payload payload = {.value = value};
    const patchworks_start_flow_raw_params raw = {.flow_variables = "{\"a\":1}", .virtual_environment_id = KF_INT64(3)};
    const patchworks_manual_flow_raw_params manual = {.flow_variables = "{}", .virtual_environment_id = KF_INT64(3)};
    CHECK_OK(f, patchworks_start_flow_raw(f->client, FLOW, &raw, &payload, &answer, &f->error));
    check_target(f, "POST /patchworks-start/api/v1/flows/1/start/raw?flow_variables=%7B%22a%22%3A1%7D&"
                    "virtual_environment_id=3");
    take_id(answer, run);
    CHECK_OK(f, patchworks_manual_flow_raw(f->client, FLOW, &manual, NULL, &answer, &f->error));
    take_id(answer, run);
    cJSON_Delete(value);

    const patchworks_flow_start_params none = {.flow_id = 2, .payload = "{}"};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422, patchworks_start_flow(f->client, "1", "42", &body, &answer, &f->error));
    assert_string_equal(f->error.server_location, "version_id");
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422, patchworks_manual_flow(f->client, "1", "42", &body, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422, patchworks_start_deployed_flow(f->client, "2", &none, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422, patchworks_manual_deployed_flow(f->client, "2", &none, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_REJECTED, 422, patchworks_start_flow_raw(f->client, "2", NULL, NULL, &answer, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                patchworks_manual_flow_raw(f->client, NOWHERE, NULL, NULL, &answer, &f->error));
}

static void test_runs(void **state)
{
    kf_fixture *f = *state;
    patchworks_flow_run_list *list;
    patchworks_flow_run_log_list *logs;
    patchworks_flow_run *run;
    const patchworks_list_flow_runs_params params = {
        .filter = KF_MAP({"status", "1,2"}, {"started_after", "2020-01-01T00:00:00Z"}, {"flow_id", FLOW}),
        .include = KF_LIST("flow"),
        .sort = KF_LIST("-id"),
        .page = KF_INT32(1),
        .per_page = KF_INT32(2)};
    CHECK_OK(f, patchworks_list_flow_runs(f->client, &params, &list, &f->error));
    check_target(f, "GET /patchworks/api/v1/flow-runs?filter%5Bstatus%5D=1%2C2&filter%5Bstarted_after%5D="
                    "2020-01-01T00%3A00%3A00Z&filter%5Bflow_id%5D=1&include=flow&sort=-id&page=1&per_page=2");
    assert_int_equal(list->data_count, 2);
    assert_int_equal(list->meta->total.value, 6);
    assert_int_equal(list->data[0].trigger, PATCHWORKS_FLOW_RUN_TRIGGER_MANUAL);
    const patchworks_get_flow_run_params get = {.include = KF_LIST("flowVersion")};
    CHECK_OK(f, patchworks_get_flow_run(f->client, list->data[0].id, &get, &run, &f->error));
    assert_int_equal(patchworks_run_state_of(run), PATCHWORKS_RUN_STARTED);
    assert_string_equal(run->flow_id, FLOW);
    patchworks_flow_run_free(run);
    const patchworks_list_flow_run_logs_params log = {.fields = KF_MAP({"flowStep", "id,name"}),
                                                      .load_payload_ids = KF_BOOL(true),
                                                      .page = KF_INT32(1),
                                                      .per_page = KF_INT32(100)};
    CHECK_OK(f, patchworks_list_flow_run_logs(f->client, list->data[0].id, &log, &logs, &f->error));
    assert_string_equal(logs->data[0].message, "The run began.");
    patchworks_flow_run_log_list_free(logs);
    patchworks_flow_run_list_free(list);

    const patchworks_list_flow_runs_params unknown = {.filter = KF_MAP({"colour", "red"})};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, patchworks_list_flow_runs(f->client, &unknown, &list, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_get_flow_run(f->client, NOWHERE, NULL, &run, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, patchworks_list_flow_run_logs(f->client, NOWHERE, NULL, &logs, &f->error));
}

/* Items flat or within attributes, ids as numbers or texts: the structs are the same. */
static void test_shapes_and_iterators(void **state)
{
    kf_fixture *f = *state;
    for (int shape = 0; shape < 4; shape++) {
        kf_sandbox_patchworks_shape(f->sandbox, shape & 1, shape & 2);
        const patchworks_list_flows_params params = {.per_page = KF_INT32(7), .sort = KF_LIST("id")};
        kf_pager *pager = patchworks_list_flows_pager(f->client, &params, &f->error);
        assert_non_null(pager);
        int seen = 0;
        char id[8];
        for (const patchworks_flow *flow; (flow = patchworks_list_flows_next(pager, &f->error)) != NULL;) {
            snprintf(id, sizeof(id), "%d", ++seen);
            assert_string_equal(flow->id, id);
            assert_string_equal(flow->name, seen == 1   ? "Orders to warehouse"
                                            : seen == 2 ? "Stock to shop"
                                                        : (snprintf(id, sizeof(id), "Flow %02d", seen), id));
            assert_int_equal(kf_pager_total(pager), 40);
        }
        CHECK_OK(f, f->error.status);
        assert_int_equal(seen, 40);
        kf_pager_free(pager);
        patchworks_flow *flow;
        CHECK_OK(f, patchworks_get_flow(f->client, "2", NULL, &flow, &f->error));
        assert_string_equal(flow->id, "2");
        assert_string_equal(flow->name, "Stock to shop");
        patchworks_flow_free(flow);
    }
    kf_sandbox_patchworks_shape(f->sandbox, false, false);
    int before = kf_sandbox_requests(f->sandbox, "patchworks.listFlowVersions");
    kf_pager *pager = patchworks_list_flow_versions_pager(f->client, FLOW, NULL, &f->error);
    assert_string_equal(((const patchworks_flow_version *)patchworks_list_flow_versions_next(pager, &f->error))->id,
                        VERSION);
    assert_null(patchworks_list_flow_versions_next(pager, &f->error));
    kf_pager_free(pager);
    assert_int_equal(kf_sandbox_requests(f->sandbox, "patchworks.listFlowVersions"), before + 1);
    pager = patchworks_list_flow_callbacks_pager(f->client, FLOW, NULL, &f->error);
    assert_null(patchworks_list_flow_callbacks_next(pager, &f->error));
    kf_pager_free(pager);
    pager = patchworks_list_flow_webhooks_pager(f->client, FLOW, NULL, &f->error);
    assert_non_null(patchworks_list_flow_webhooks_next(pager, &f->error));
    kf_pager_free(pager);
    pager = patchworks_list_flow_runs_pager(f->client, NULL, &f->error);
    const patchworks_flow_run *run = patchworks_list_flow_runs_next(pager, &f->error);
    assert_non_null(run);
    kf_pager *logs = patchworks_list_flow_run_logs_pager(f->client, run->id, NULL, &f->error);
    assert_non_null(patchworks_list_flow_run_logs_next(logs, &f->error));
    kf_pager_free(logs);
    kf_pager_free(pager);
    CHECK_OK(f, f->error.status);
}

/* The base alone, without a slash behind it, is no route; an id may be no UTF-8, which the answer always is. */
static void test_odd_paths(void **state)
{
    kf_fixture *f = *state;
    char url[100];
    kf_client *client = NULL;
    kf_client_options options = patchworks_options(f);
    const kf_request request = {.path = "/patchworks"}, odd_id = {.path = "/patchworks/api/v1/flows/%FF"};
    snprintf(url, sizeof(url), "http://127.0.0.1:%d", kf_sandbox_port(f->sandbox));
    options.base_url = url;
    options.token = KF_SANDBOX_PATCHWORKS_KEY;
    CHECK_OK(f, patchworks_client_new(&options, &client, &f->error));
    assert_int_equal(kf_request_send(client, &request, NULL, NULL, &f->error), KF_ERROR_NOT_FOUND);
    assert_string_equal(f->error.server_message, "The route could not be found.");
    assert_int_equal(kf_request_send(client, &odd_id, NULL, NULL, &f->error), KF_ERROR_NOT_FOUND);
    assert_string_equal(f->error.server_message, "No query results for model [App\\Models\\Flow] ?");
    kf_client_free(client);
}

/* Runs last: which of the operations were called with success, and refused. */
static void test_all_were_called(void **state)
{
    check_all_called(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_flows, fixture_clean),
        cmocka_unit_test_teardown(test_changes_of_flows, fixture_clean),
        cmocka_unit_test_teardown(test_copies_of_flows, fixture_clean),
        cmocka_unit_test_teardown(test_versions, fixture_clean),
        cmocka_unit_test_teardown(test_callbacks, fixture_clean),
        cmocka_unit_test_teardown(test_webhooks, fixture_clean),
        cmocka_unit_test_teardown(test_starts, fixture_clean),
        cmocka_unit_test_teardown(test_runs, fixture_clean),
        cmocka_unit_test_teardown(test_shapes_and_iterators, fixture_clean),
        cmocka_unit_test_teardown(test_odd_paths, fixture_clean),
        cmocka_unit_test(test_all_were_called),
    };
    return cmocka_run_group_tests(tests, patchworks_setup, fixture_teardown);
}
