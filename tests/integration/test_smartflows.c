/* Every operation of Smart Flows through its typed function, with every parameter and member, and its error path. */
#include "smartflows_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_GUID "not a guid"

/* An execution of the letter that has ended. */
static const char *finished(kf_fixture *f)
{
    static char id[KF_UUID_TEXT_SIZE];
    const smartflows_create_flow_execution_params params = {.flow_id = KF_SANDBOX_SMARTFLOWS_LETTER};
    smartflows_flow_execution_progress *progress = NULL;
    CHECK_OK(f, smartflows_create_flow_execution(f->client, &params, letter_input(), &progress, &f->error));
    snprintf(id, sizeof(id), "%s", progress->id);
    while (!smartflows_status_is_stable(smartflows_status_of(progress->status))) {
        smartflows_flow_execution_progress_free(progress);
        CHECK_OK(f, smartflows_get_flow_execution_progress(f->client, id, NULL, &progress, &f->error));
    }
    smartflows_flow_execution_progress_free(progress);
    return id;
}

/* The id of its document. */
static const char *document_of(kf_fixture *f, const char *id)
{
    static char document[KF_UUID_TEXT_SIZE];
    smartflows_output_document found[2];
    smartflows_flow_execution_progress *progress = NULL;
    CHECK_OK(f, smartflows_get_flow_execution_progress(f->client, id, NULL, &progress, &f->error));
    assert_int_equal(smartflows_find_documents(progress->model, found, 2), 1);
    snprintf(document, sizeof(document), "%s", found[0].id);
    smartflows_flow_execution_progress_free(progress);
    return document;
}

static void create_and_start(kf_fixture *f)
{
    char value[200];
    const smartflows_create_flow_execution_params letter = {.flow_id = KF_SANDBOX_SMARTFLOWS_LETTER,
                                                            .dataset_id = UNKNOWN_ID};
    smartflows_flow_execution_progress *progress = NULL;
    CHECK_OK(f, smartflows_create_flow_execution(f->client, &letter, letter_input(), &progress, &f->error));
    assert_true(kf_uuid_valid(progress->id));
    assert_int_equal(progress->percentage.value, 0);
    assert_string_equal(progress->message, "Queued");
    assert_string_equal(progress->status, "Queued");
    smartflows_flow_execution_progress_free(progress);
    assert_true(kf_sandbox_last_header(f->sandbox, "Content-Type", value, sizeof(value)));
    assert_string_equal(value, "application/xml; charset=\"utf-8\"");
    assert_true(kf_sandbox_last_header(f->sandbox, "X-API-Key", value, sizeof(value)));
    assert_string_equal(value, KF_SANDBOX_SMARTFLOWS_KEY);
    assert_true(kf_sandbox_last_target(f->sandbox, value, sizeof(value)));
    assert_string_equal(value, "POST /smartflows/api/v1/flows/executions?flowId=" KF_SANDBOX_SMARTFLOWS_LETTER
                               "&datasetId=" UNKNOWN_ID);

    kf_source json;
    kf_source_memory(&json, "{\"id\":[\"1\"],\"entity\":\"account\"}", 31);
    json.content_type = "application/json";
    const smartflows_create_flow_execution_params plugin = {.flow_id = KF_SANDBOX_SMARTFLOWS_SELECT};
    CHECK_OK(f, smartflows_create_flow_execution(f->client, &plugin, &json, &progress, &f->error));
    assert_int_equal(smartflows_status_of(progress->status), SMARTFLOWS_FLOW_EXECUTION_STATUS_SELECT_FLOW);
    smartflows_flow_execution_progress_free(progress);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 415,
                smartflows_create_flow_execution(f->client, &plugin, letter_input(), &progress, &f->error));
    assert_null(progress);
    assert_string_equal(f->error.server_code, "contentType");
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                smartflows_create_flow_execution(f->client, NULL, letter_input(), &progress, &f->error));
    kf_source broken;
    kf_source_memory(&broken, "<letter>", 8);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                smartflows_create_flow_execution(f->client, &letter, &broken, &progress, &f->error));

    const smartflows_start_flow_params form = {.flow = KF_SANDBOX_SMARTFLOWS_FORM};
    smartflows_flow_execution *execution = NULL;
    CHECK_OK(f, smartflows_start_flow(f->client, &form, letter_input(), &execution, &f->error));
    assert_string_equal(execution->status, "Success");
    smartflows_flow_execution_free(execution);
    const smartflows_start_flow_params unknown = {.flow = UNKNOWN_ID};
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_start_flow(f->client, &unknown, NULL, &execution, &f->error));
}

static void progress_and_form(kf_fixture *f)
{
    const char *id = new_execution(f, KF_SANDBOX_SMARTFLOWS_FORM);
    const smartflows_get_flow_execution_progress_params params = {.timeout = KF_INT32(5)};
    char target[200];
    smartflows_flow_execution_progress *progress = NULL;
    CHECK_OK(f, smartflows_get_flow_execution_progress(f->client, id, &params, &progress, &f->error));
    assert_string_equal(progress->status, "User input");
    assert_int_equal(smartflows_status_of(progress->status), SMARTFLOWS_FLOW_EXECUTION_STATUS_USER_INPUT);
    assert_int_equal(progress->percentage.value, 30);
    CHECK_JSON(progress->schema, "{\"properties\":{\"d4b3_name\":{\"type\":\"string\"},\"d4b3_city\":{\"type\":"
                                 "\"string\"}}}");
    CHECK_JSON(progress->model, "{\"d4b3_name\":\"default\"}");
    assert_int_equal(cJSON_GetArraySize(progress->form), 1);
    smartflows_flow_execution_progress_free(progress);
    assert_true(kf_sandbox_last_target(f->sandbox, target, sizeof(target)));
    assert_non_null(strstr(target, "/progress?timeout=5"));

    cJSON *draft = json("{\"d4b3_name\":\"A\"}");
    const smartflows_execution_draft body = {.model = draft, .uuid = UNKNOWN_ID};
    CHECK_OK(f, smartflows_save_execution_state(f->client, id, &body, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_save_execution_state(f->client, UNKNOWN_ID, &body, &f->error));

    smartflows_form_values values = {.value = draft};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                smartflows_continue_flow_execution(f->client, id, &values, &progress, &f->error));
    cJSON_AddStringToObject(draft, "d4b3_city", "");
    CHECK_OK(f, smartflows_continue_flow_execution(f->client, id, &values, &progress, &f->error));
    assert_string_equal(progress->status, "Running");
    smartflows_flow_execution_progress_free(progress);
    CHECK_FAILS(f, KF_ERROR_CONFLICT, 409,
                smartflows_continue_flow_execution(f->client, id, &values, &progress, &f->error));
    cJSON_Delete(draft);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                smartflows_get_flow_execution_progress(f->client, NO_GUID, NULL, &progress, &f->error));
}

static void read_and_cancel(kf_fixture *f)
{
    const char *id = finished(f);
    smartflows_flow_execution *execution = NULL;
    CHECK_OK(f, smartflows_get_flow_execution(f->client, id, &execution, &f->error));
    assert_string_equal(execution->flow->type, "flow");
    assert_string_equal(execution->flow->display_name, "Letter");
    assert_string_equal(execution->created_by->display_name, "anna");
    CHECK_JSON(execution->state->input_data,
               "{\"contentType\":\"application/xml; charset=\\\"utf-8\\\"\",\"length\":48}");
    assert_int_equal(smartflows_find_documents(execution->state->output->model, NULL, 0), 1);
    const smartflows_flow_block_state *block = &execution->state->report[0].blocks[0];
    assert_true(block->condition->result.value);
    assert_string_equal(block->condition->body[0].blocks[0].step->status, "Success");
    smartflows_flow_execution_free(execution);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                smartflows_get_flow_execution(f->client, UNKNOWN_ID, &execution, &f->error));

    smartflows_get_flow_execution_status_params params = {.output = "letter"};
    CHECK_OK(f, smartflows_get_flow_execution_status(f->client, id, &params, &execution, &f->error));
    assert_int_equal(execution->outputs_count, 1);
    assert_int_equal(smartflows_find_documents(execution->outputs[0].content, NULL, 0), 1);
    smartflows_flow_execution_free(execution);
    params.output = "another";
    CHECK_OK(f, smartflows_get_flow_execution_status(f->client, id, &params, &execution, &f->error));
    assert_int_equal(execution->outputs_count, 0);
    smartflows_flow_execution_free(execution);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                smartflows_get_flow_execution_status(f->client, UNKNOWN_ID, NULL, &execution, &f->error));

    smartflows_flow_execution_progress *progress = NULL;
    id = new_execution(f, KF_SANDBOX_SMARTFLOWS_WAIT);
    CHECK_OK(f, smartflows_cancel_flow_execution(f->client, id, &progress, &f->error));
    assert_string_equal(progress->status, "Canceled");
    smartflows_flow_execution_progress_free(progress);
    id = new_execution(f, KF_SANDBOX_SMARTFLOWS_WAIT);
    CHECK_OK(f, smartflows_delete_flow_execution(f->client, id, &f->error));
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, "Canceled"), 2);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                smartflows_cancel_flow_execution(f->client, UNKNOWN_ID, &progress, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_delete_flow_execution(f->client, UNKNOWN_ID, &f->error));
}

/* The callback that an execution waits for. */
static const char *callback_of(kf_fixture *f, const char *id)
{
    static char callback[KF_UUID_TEXT_SIZE];
    smartflows_flow_execution_progress *progress = NULL;
    CHECK_OK(f, smartflows_get_flow_execution_progress(f->client, id, NULL, &progress, &f->error));
    assert_string_equal(progress->status, "Waiting");
    snprintf(callback, sizeof(callback), "%s", cJSON_GetStringValue(cJSON_GetObjectItem(progress->model, "callback")));
    smartflows_flow_execution_progress_free(progress);
    return callback;
}

/* They need no credentials, so none are sent. */
static void callbacks(kf_fixture *f)
{
    char value[100];
    kf_source data;
    kf_sink sink;
    const char *id = new_execution(f, KF_SANDBOX_SMARTFLOWS_WAIT);
    const char *callback = callback_of(f, id);
    const smartflows_get_flow_callback_params got = {.execution_id = id};
    kf_sink_memory(&sink);
    CHECK_OK(f, smartflows_get_flow_callback(f->client, callback, &got, &sink, &f->error));
    assert_string_equal(sink.data, "OK");
    kf_free(sink.data);
    assert_false(kf_sandbox_last_header(f->sandbox, "X-API-Key", value, sizeof(value)));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_get_flow_callback(f->client, callback, &got, &sink, &f->error));

    id = new_execution(f, KF_SANDBOX_SMARTFLOWS_WAIT);
    callback = callback_of(f, id);
    const smartflows_post_flow_callback_params posted = {.execution_id = id};
    kf_source_memory(&data, "signed", 6);
    kf_sink_memory(&sink);
    CHECK_OK(f, smartflows_post_flow_callback(f->client, callback, &posted, &data, &sink, &f->error));
    assert_string_equal(sink.data, "OK");
    kf_free(sink.data);
    assert_true(kf_sandbox_last_header(f->sandbox, "Content-Type", value, sizeof(value)));
    assert_string_equal(value, "text/plain");
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                smartflows_post_flow_callback(f->client, UNKNOWN_ID, NULL, NULL, &sink, &f->error));
}

static void lists(kf_fixture *f)
{
    smartflows_get_all_flow_executions_answer *answer = NULL;
    const size_t all = kf_sandbox_smartflows_count(f->sandbox, NULL);
    const size_t canceled = kf_sandbox_smartflows_count(f->sandbox, "Canceled");
    const smartflows_get_all_flow_executions_params params = {
        .page = KF_INT32(0), .size = KF_INT32(100), .sort = "createdAt,desc", .filter = "status:Canceled"};
    CHECK_OK(f, smartflows_get_all_flow_executions(f->client, &params, &answer, &f->error));
    assert_int_equal(answer->items_count, canceled);
    assert_true(strcmp(answer->items[0].created_at, answer->items[canceled - 1].created_at) > 0);
    smartflows_get_all_flow_executions_answer_free(answer);
    const smartflows_get_all_flow_executions_params wrong = {.size = KF_INT32(0)};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, smartflows_get_all_flow_executions(f->client, &wrong, &answer, &f->error));

    /* Bare arrays: the first page that is not full is the last. */
    const smartflows_get_all_flow_executions_params pages = {.size = KF_INT32(2)};
    kf_pager *pager = smartflows_get_all_flow_executions_pager(f->client, &pages, &f->error);
    size_t count = 0;
    while (smartflows_get_all_flow_executions_next(pager, &f->error) != NULL)
        count++;
    assert_int_equal(f->error.status, KF_OK);
    assert_int_equal(count, all);
    assert_int_equal(kf_pager_total(pager), -1);
    kf_pager_free(pager);

    smartflows_get_flow_executions_answer *of_flow = NULL;
    const smartflows_get_flow_executions_params flow_params = {
        .page = KF_INT32(1), .size = KF_INT32(1), .sort = "createdAt,asc", .filter = "status:Canceled"};
    CHECK_OK(f,
             smartflows_get_flow_executions(f->client, KF_SANDBOX_SMARTFLOWS_WAIT, &flow_params, &of_flow, &f->error));
    assert_int_equal(of_flow->items_count, 1);
    smartflows_get_flow_executions_answer_free(of_flow);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                smartflows_get_flow_executions(f->client, UNKNOWN_ID, NULL, &of_flow, &f->error));
    pager = smartflows_get_flow_executions_pager(f->client, KF_SANDBOX_SMARTFLOWS_WAIT, NULL, &f->error);
    for (count = 0; smartflows_get_flow_executions_next(pager, &f->error) != NULL;)
        count++;
    assert_true(count >= 2);
    kf_pager_free(pager);
}

static void filters(kf_fixture *f)
{
    const char *const values[] = {"Canceled", "Success"};
    const smartflows_filter_condition status = {
        .key = "status", .operator_ = SMARTFLOWS_FILTER_OPERATOR_IN, .values = values, .values_count = 2};
    const char *const first_day[] = {"2019-01-01"};
    const smartflows_filter_condition created = {.key = "createdAt",
                                                 .operator_ = SMARTFLOWS_FILTER_OPERATOR_GREATER_THAN_OR_EQUAL_TO,
                                                 .values = first_day,
                                                 .values_count = 1};
    const smartflows_filter_node nodes[] = {{.id = UNKNOWN_ID, .condition = &status}, {.condition = &created}};
    const smartflows_filter_group group = {.type = SMARTFLOWS_FILTER_GROUP_TYPE_AND, .nodes = nodes, .nodes_count = 2};
    const smartflows_filter_node filter = {.group = &group};
    const size_t wanted =
        kf_sandbox_smartflows_count(f->sandbox, "Canceled") + kf_sandbox_smartflows_count(f->sandbox, "Success");
    const smartflows_get_filtered_flow_executions_params params = {
        .page = KF_INT32(0), .size = KF_INT32(100), .sort = "createdAt,asc"};
    smartflows_get_filtered_flow_executions_answer *answer = NULL;
    CHECK_OK(f, smartflows_get_filtered_flow_executions(f->client, &params, &filter, &answer, &f->error));
    assert_int_equal(answer->items_count, wanted);
    smartflows_get_filtered_flow_executions_answer_free(answer);
    const smartflows_get_filtered_flow_executions_params wrong = {.page = KF_INT32(-1)};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                smartflows_get_filtered_flow_executions(f->client, &wrong, &filter, &answer, &f->error));

    const smartflows_get_flow_execution_statistics_params by = {.group_time_by = "day"};
    smartflows_statistics *statistics = NULL;
    CHECK_OK(f, smartflows_get_flow_execution_statistics(f->client, &by, &filter, &statistics, &f->error));
    assert_int_equal(statistics->per_object_count, 5);
    size_t sum = 0;
    for (size_t i = 0; i < statistics->per_object_count; i++)
        sum += (size_t)cJSON_GetNumberValue(cJSON_GetObjectItem(statistics->per_object[i], "count"));
    assert_int_equal(sum, wanted);
    smartflows_statistics_free(statistics);
    fixture_answer(f, "smartflows.getFlowExecutionStatistics", 500, "{\"code\":\"x\",\"message\":\"no\"}");
    kf_client *scope = fixture_scope(f, 0, 1);
    CHECK_FAILS(f, KF_ERROR_SERVER, 500,
                smartflows_get_flow_execution_statistics(scope, NULL, &filter, &statistics, &f->error));
    assert_string_equal(f->error.server_message, "no");
    kf_client_free(scope);
}

static void flows(kf_fixture *f)
{
    const smartflows_get_flows_params params = {
        .page = KF_INT32(0), .size = KF_INT32(2), .sort = "displayName,asc", .filter = "type:Advanced"};
    smartflows_get_flows_answer *answer = NULL;
    CHECK_OK(f, smartflows_get_flows(f->client, &params, &answer, &f->error));
    assert_int_equal(answer->items_count, 2);
    assert_string_equal(answer->items[0].id, KF_SANDBOX_SMARTFLOWS_LETTER);
    smartflows_get_flows_answer_free(answer);
    const smartflows_get_flows_params wrong = {.size = KF_INT32(0)};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, smartflows_get_flows(f->client, &wrong, &answer, &f->error));
    const smartflows_get_flows_params pages = {.size = KF_INT32(2)};
    kf_pager *pager = smartflows_get_flows_pager(f->client, &pages, &f->error);
    size_t count = 0;
    while (smartflows_get_flows_next(pager, &f->error) != NULL)
        count++;
    assert_int_equal(count, 5);
    kf_pager_free(pager);

    smartflows_flow *flow = NULL;
    CHECK_OK(f, smartflows_get_flow(f->client, KF_SANDBOX_SMARTFLOWS_FAIL, &flow, &f->error));
    assert_string_equal(flow->display_name, "Broken");
    smartflows_flow_free(flow);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_get_flow(f->client, UNKNOWN_ID, &flow, &f->error));
    kf_sink sink;
    kf_sink_memory(&sink);
    CHECK_OK(f, smartflows_get_flow_thumbnail(f->client, KF_SANDBOX_SMARTFLOWS_FAIL, &sink, &f->error));
    assert_string_equal(sink.content_type, "image/gif");
    assert_memory_equal(sink.data, "GIF89a", 6);
    kf_free(sink.data);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_get_flow_thumbnail(f->client, UNKNOWN_ID, &sink, &f->error));
}

static void documents(kf_fixture *f)
{
    const char *id = document_of(f, finished(f));
    smartflows_document *document = NULL;
    kf_sink sink;
    CHECK_OK(f, smartflows_get_document(f->client, id, &document, &f->error));
    assert_string_equal(document->content_type, "text/plain");
    assert_true(document->finished.value);
    smartflows_document_free(document);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_get_document(f->client, UNKNOWN_ID, &document, &f->error));
    kf_sink_memory(&sink);
    CHECK_OK(f, smartflows_get_document_content(f->client, id, &sink, &f->error));
    assert_string_equal(sink.data, "Letter\n" LETTER_INPUT); /* sent as it is */
    kf_free(sink.data);
    kf_sink_memory(&sink);
    CHECK_OK(f, smartflows_get_document_content_by_id(f->client, id, &sink, &f->error));
    assert_string_equal(sink.data, "Letter\n" LETTER_INPUT);
    kf_free(sink.data);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_get_document_content(f->client, UNKNOWN_ID, &sink, &f->error));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                smartflows_get_document_content_by_id(f->client, UNKNOWN_ID, &sink, &f->error));
}

/* A login gives a token for KF_AUTH_BEARER. */
static void logins(kf_fixture *f)
{
    smartflows_login_info *info = NULL;
    CHECK_OK(f, smartflows_get_login_info(f->client, &info, &f->error));
    assert_true(info->login->enabled.value);
    smartflows_login_info_free(info);
    fixture_answer(f, "smartflows.getLoginInfo", 403, "<html><body>no</body></html>");
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, smartflows_get_login_info(f->client, &info, &f->error));
    assert_string_equal(f->error.server_message, "no");

    smartflows_credentials body = {.username = KF_SANDBOX_SMARTFLOWS_USER,
                                   .password = KF_SANDBOX_SMARTFLOWS_PASSWORD,
                                   .scope = "client",
                                   .login_context = "native"};
    smartflows_authentication *authentication = NULL;
    CHECK_OK(f, smartflows_login(f->client, &body, &authentication, &f->error));
    assert_int_equal(authentication->tokens_count, 1);
    assert_string_equal(authentication->tokens[0].scope, "client");
    kf_client_options options = smartflows_options(f);
    options.auth = KF_AUTH_BEARER;
    options.token = authentication->tokens[0].token;
    kf_client *client = smartflows_client(f, &options);
    smartflows_flow *flow = NULL;
    CHECK_OK(f, smartflows_get_flow(client, KF_SANDBOX_SMARTFLOWS_WAIT, &flow, &f->error));
    smartflows_flow_free(flow);
    kf_client_free(client);
    smartflows_authentication_free(authentication);
    body.password = "wrong";
    CHECK_FAILS(f, KF_ERROR_AUTH, 401, smartflows_login(f->client, &body, &authentication, &f->error));
    assert_null(strstr(f->error.message, "wrong\""));
    fixture_answer(f, "smartflows.login", 400, "{\"code\":\"wrong-password\",\"message\":\"no wrong-password here\"}");
    body.password = "wrong-password"; /* what a server repeats of it gets nowhere */
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, smartflows_login(f->client, &body, &authentication, &f->error));
    assert_string_equal(f->error.server_message, "no ************** here");
    assert_string_equal(f->error.server_code, "**************");
    assert_null(strstr(f->error.message, "wrong-password"));
}

/* The vendor's own guide names these; the others stand around them. */
static bool is_documented(const char *name)
{
    return strcmp(name, "createFlowExecution") == 0 || strcmp(name, "getFlowExecutionProgress") == 0 ||
           strcmp(name, "getFlowExecution") == 0;
}

/* One sandbox for all: the counts are those of the operations that were called, and of those that were refused. */
static void test_operations(void **state)
{
    kf_fixture *f = *state;
    int documented = 0, called = 0, refused = 0;
    create_and_start(f);
    progress_and_form(f);
    read_and_cancel(f);
    callbacks(f);
    lists(f);
    filters(f);
    flows(f);
    documents(f);
    logins(f);
    for (size_t i = 0; i < smartflows_service.operation_count; i++) {
        char name[100];
        bool error = false;
        snprintf(name, sizeof(name), "smartflows.%s", smartflows_service.operations[i].name);
        for (size_t j = 0; j < f->refused_count; j++)
            error = error || f->refused[j] == smartflows_service.operations[i].name;
        bool call = kf_sandbox_requests(f->sandbox, name) > 0;
        called += call;
        documented += call && is_documented(smartflows_service.operations[i].name);
        refused += error;
        if (!call || !error)
            print_error("%s: %s\n", name, call ? "its error path was not seen" : "was not called");
    }
    print_message("# operations smartflows: %d of 3, and %d of 20 around them; error paths %d of 23\n", documented,
                  called - documented, refused);
    assert_int_equal(documented, 3);
    assert_int_equal(smartflows_service.operation_count, 23);
    assert_int_equal(called, smartflows_service.operation_count);
    assert_int_equal(refused, smartflows_service.operation_count);
}

/* Without the right key everything is 401, and the key is not told. */
static void test_credentials(void **state)
{
    kf_fixture *f = *state;
    kf_client_options options = smartflows_options(f);
    smartflows_flow *flow = NULL;
    options.token = "not-the-key";
    kf_client *client = smartflows_client(f, &options);
    CHECK_FAILS(f, KF_ERROR_AUTH, 401, smartflows_get_flow(client, KF_SANDBOX_SMARTFLOWS_WAIT, &flow, &f->error));
    assert_null(strstr(f->error.message, "not-the-key"));
    assert_int_equal(f->error.attempts, 1);
    kf_client_free(client);
    options.token = "jwt"; /* a bearer token is no key */
    client = smartflows_client(f, &options);
    CHECK_FAILS(f, KF_ERROR_AUTH, 401, smartflows_get_flow(client, KF_SANDBOX_SMARTFLOWS_WAIT, &flow, &f->error));
    kf_client_free(client);
    options.auth = KF_AUTH_BEARER;
    client = smartflows_client(f, &options);
    CHECK_OK(f, smartflows_get_flow(client, KF_SANDBOX_SMARTFLOWS_WAIT, &flow, &f->error));
    smartflows_flow_free(flow);
    kf_client_free(client);
}

/* Whichever of the two ways a server has. */
static void test_two_ways(void **state)
{
    kf_fixture *f = *state;
    const int refusals[] = {404, 405};
    for (size_t i = 0; i < 2; i++) {
        const char *id = new_execution(f, KF_SANDBOX_SMARTFLOWS_WAIT);
        fixture_answer(f, "smartflows.cancelFlowExecution", refusals[i], "");
        CHECK_OK(f, smartflows_cancel(f->client, id, &f->error));
        assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, "Canceled"), i + 1);
    }
    assert_int_equal(kf_sandbox_requests(f->sandbox, "smartflows.deleteFlowExecution"), 2);
    fixture_fault(f, "smartflows.cancelFlowExecution", /* an answer that says nothing will do */
                  (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_REPLACE, .body = ""});
    CHECK_OK(f, smartflows_cancel(f->client, new_execution(f, KF_SANDBOX_SMARTFLOWS_WAIT), &f->error));
    CHECK_OK(f, smartflows_cancel(f->client, new_execution(f, KF_SANDBOX_SMARTFLOWS_WAIT), &f->error));
    assert_int_equal(kf_sandbox_requests(f->sandbox, "smartflows.deleteFlowExecution"), 2);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_cancel(f->client, UNKNOWN_ID, &f->error));
    assert_int_equal(smartflows_cancel(f->client, UNKNOWN_ID, NULL), KF_ERROR_NOT_FOUND);

    const char *document = document_of(f, finished(f)), *path = scratch_path("letter.txt");
    kf_sink sink;
    kf_sink_path(&sink, path);
    fixture_answer(f, "smartflows.getDocumentContent", 404, "<html>Not found</html>");
    CHECK_OK(f, smartflows_save_document(f->client, document, &sink, &f->error));
    char *text = read_file(path, NULL);
    assert_string_equal(text, "Letter\n" LETTER_INPUT);
    free(text);
    kf_sink_path(&sink, scratch_path("none.txt"));
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_save_document(f->client, UNKNOWN_ID, &sink, &f->error));
    assert_int_equal(smartflows_save_document(f->client, UNKNOWN_ID, &sink, NULL), KF_ERROR_NOT_FOUND);
    assert_null(read_file(scratch_path("none.txt"), NULL));
    kf_sink_memory(&sink);
    fixture_answer(f, "smartflows.getDocumentContent", 403, "");
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, smartflows_save_document(f->client, document, &sink, &f->error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SMARTFLOWS_TEST(test_operations),
        SMARTFLOWS_TEST(test_credentials),
        SMARTFLOWS_TEST(test_two_ways),
    };
    return cmocka_run_group_tests_name("smartflows", tests, NULL, NULL);
}
