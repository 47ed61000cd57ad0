/* The operations that carry files. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static void documents(kf_fixture *f, const char *process)
{
    static const char bytes[] = "first\0second\r\n\xff\xfe";
    kf_source source;
    kf_source_memory(&source, bytes, sizeof(bytes));
    kuflow_upload_process_document_params params = {.file_content_type = "text/plain; charset=utf-8",
                                                    .file_name = "año nuevo; 100% \"fun\".txt"};
    kuflow_document_reference *reference = NULL;
    CHECK_OK(f, kuflow_upload_process_document(f->client, process, &params, &source, &reference, &f->error));
    assert_int_equal(strncmp(reference->document_uri, "kuflow-file:uri=", 16), 0);
    assert_non_null(strstr(reference->document_uri, ";type=text%2Fplain%3B%20charset%3Dutf-8;size=17;name=a%C3%B1o"));
    char value[128];
    assert_true(kf_sandbox_last_header(f->sandbox, "Content-Length", value, sizeof(value)));
    assert_string_equal(value, "17");
    assert_true(kf_sandbox_last_header(f->sandbox, "Content-Type", value, sizeof(value)));
    assert_string_equal(value, "application/octet-stream");
    kuflow_document_reference *none = NULL;
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                kuflow_upload_process_document(f->client, UNKNOWN_ID, &params, &source, &none, &f->error));

    kf_sink sink;
    kf_sink_memory(&sink);
    kuflow_download_process_document_params where = {.document_uri = reference->document_uri};
    CHECK_OK(f, kuflow_download_process_document(f->client, process, &where, &sink, &f->error));
    assert_int_equal(sink.length, sizeof(bytes));
    assert_memory_equal(sink.data, bytes, sizeof(bytes));
    assert_string_equal(sink.content_type, "text/plain; charset=utf-8");
    assert_string_equal(sink.file_name, "año nuevo; 100% \"fun\".txt");
    kf_free(sink.data);
    kuflow_document_reference_free(reference);

    kf_sink_memory(&sink);
    where.document_uri = "kuflow-file:uri=none;";
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404,
                kuflow_download_process_document(f->client, process, &where, &sink, &f->error));
    assert_null(sink.data); /* an error's body never gets to the sink */
}

static void user_actions(kf_fixture *f, const char *id)
{
    kf_source source;
    kf_source_memory(&source, "content", 7);
    char value_id[KF_UUID_TEXT_SIZE];
    kf_uuid_new(value_id);
    kuflow_upload_process_user_action_document_params params = {
        .file_content_type = "text/plain", .file_name = "a.txt", .user_action_value_id = value_id};
    kuflow_process *process = NULL;
    CHECK_OK(f, kuflow_upload_process_user_action_document(f->client, id, &params, &source, &process, &f->error));
    assert_int_equal(f->error.http_status, 200);
    assert_string_equal(process->id, id);
    kuflow_process_free(process);
    CHECK_OK(f, kuflow_upload_process_user_action_document(f->client, id, &params, &source, &process, &f->error));
    assert_int_equal(f->error.http_status, 304); /* the same again: no content */
    assert_null(process);
    params.user_action_value_id = "1";
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                kuflow_upload_process_user_action_document(f->client, id, &params, &source, &process, &f->error));
    assert_string_equal(f->error.server_location, "userActionValueId");
}

static void webforms(kf_fixture *f)
{
    char process[KF_UUID_TEXT_SIZE], task[KF_UUID_TEXT_SIZE];
    fixture_task(f, process, task);
    cJSON *tree = json("{\"form\":{\"a\":1},\"forms\":[{\"a\":1},{\"a\":2}]}");
    kuflow_json_value value = {.value = tree};
    kuflow_process_item_task_data_update_params update = {.data = &value};
    CHECK_OK(f, kuflow_update_process_item_task_data(f->client, task, &update, NULL, &f->error));
    cJSON_Delete(tree);

    kf_sink sink;
    kuflow_download_process_item_task_data_webforms_as_document_params params = {.property_path = "/form"};
    kf_sink_memory(&sink);
    CHECK_OK(f,
             kuflow_download_process_item_task_data_webforms_as_document(f->client, task, &params, &sink, &f->error));
    assert_string_equal(sink.content_type, "application/pdf");
    assert_memory_equal(sink.data, "%PDF-", 5);
    kf_free(sink.data);
    params.property_path = "/forms";
    kf_sink_memory(&sink);
    CHECK_OK(f,
             kuflow_download_process_item_task_data_webforms_as_document(f->client, task, &params, &sink, &f->error));
    assert_string_equal(sink.content_type, "application/zip");
    assert_string_equal(sink.file_name, "forms.zip");
    assert_memory_equal(sink.data, "PK\3\4", 4);
    kf_free(sink.data);
    params.property_path = "/nothing/~0~1";
    kf_sink_memory(&sink);
    CHECK_FAILS(
        f, KF_ERROR_NOT_FOUND, 404,
        kuflow_download_process_item_task_data_webforms_as_document(f->client, task, &params, &sink, &f->error));
}

static void robots(kf_fixture *f)
{
    kf_sink sink;
    kf_sink_memory(&sink);
    CHECK_OK(f, kuflow_download_robot_source_code(f->client, KF_SANDBOX_ROBOT, &sink, &f->error));
    assert_int_equal(sink.length, 1000);
    assert_int_equal((unsigned char)sink.data[999], 999 * 31 & 0xff);
    assert_string_equal(sink.file_name, "robot-1.zip");
    kf_free(sink.data);
    kf_sink_memory(&sink);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, kuflow_download_robot_source_code(f->client, UNKNOWN_ID, &sink, &f->error));

    kuflow_download_robot_asset_params params = {.type = KUFLOW_ROBOT_ASSET_TYPE_PYTHON_PIP,
                                                 .version = "3.11+local",
                                                 .platform = KUFLOW_ROBOT_ASSET_PLATFORM_MAC_OS,
                                                 .architecture = KUFLOW_ROBOT_ASSET_ARCHITECTURE_X86_64};
    kf_sink_memory(&sink);
    CHECK_OK(f, kuflow_download_robot_asset(f->client, KF_SANDBOX_ROBOT, &params, &sink, &f->error));
    assert_string_equal(sink.data, "PYTHON_PIP 3.11+local for MAC_OS on X86_64");
    kf_free(sink.data);
    params.version = "";
    kf_sink_memory(&sink);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                kuflow_download_robot_asset(f->client, KF_SANDBOX_ROBOT, &params, &sink, &f->error));
    params.version = NULL; /* refused here */
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0,
                kuflow_download_robot_asset(f->client, KF_SANDBOX_ROBOT, &params, &sink, &f->error));
}

void operations_files(kf_fixture *f)
{
    char process[KF_UUID_TEXT_SIZE];
    fixture_process(f, KF_SANDBOX_DEFINITION_EMPTY, process);
    documents(f, process);
    user_actions(f, process);
    webforms(f);
    robots(f);
}
