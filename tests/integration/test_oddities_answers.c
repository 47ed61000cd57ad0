/* What is odd about the KuFlow document, a test each, by number: answers. See test_oddities.c. */
#include "models.h"
#include "wire.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define PROCESS "{\"id\":\"1\",\"state\":\"RUNNING\",\"tenantId\":\"t\"}"
#define ITEM "{\"id\":\"1\",\"type\":\"TASK\",\"processId\":\"p\"}"

/* 201 and 200 have the same body; which it was can be told. */
static void oddity_45_two_success_codes(void **state)
{
    kf_fixture *f = *state;
    char id[KF_UUID_TEXT_SIZE], item_id[KF_UUID_TEXT_SIZE];
    kf_uuid_new(id);
    kf_uuid_new(item_id);
    kuflow_process_create_params process_params = {.id = id, .process_definition_id = KF_SANDBOX_DEFINITION_EMPTY};
    kuflow_process_item_create_params item_params = {
        .id = item_id, .type = KUFLOW_PROCESS_ITEM_TYPE_TASK, .process_id = id, .process_item_definition_code = "CODE"};
    kuflow_worker_create_params worker_params = {
        .identity = "twice", .task_queue = "q", .hostname = "h", .ip = "127.0.0.1"};
    for (int expected = 201; expected >= 200; expected--) {
        kuflow_process *process = NULL;
        CHECK_OK(f, kuflow_create_process(f->client, &process_params, &process, &f->error));
        assert_int_equal(f->error.http_status, expected);
        assert_string_equal(process->id, id);
        kuflow_process_free(process);
        kuflow_process_item *item = NULL;
        CHECK_OK(f, kuflow_create_process_item(f->client, &item_params, &item, &f->error));
        assert_int_equal(f->error.http_status, expected);
        assert_string_equal(item->id, item_id);
        kuflow_process_item_free(item);
        kuflow_worker *worker = NULL;
        CHECK_OK(f, kuflow_create_worker(f->client, &worker_params, &worker, &f->error));
        assert_int_equal(f->error.http_status, expected);
        assert_string_equal(worker->identity, "twice");
        kuflow_worker_free(worker);
    }
}

/* 304 is a success without content. */
static void oddity_46_not_modified_is_a_success(void **state)
{
    wire_fixture *w = *state;
    kuflow_upload_process_user_action_document_params params = {
        .file_content_type = "a/b", .file_name = "f", .user_action_value_id = "v"};
    kf_source source;
    kf_source_memory(&source, "x", 1);
    kuflow_process *process = (kuflow_process *)&source; /* to be reset */
    wire_answer(w->server, 304, NULL, NULL);
    WIRE_OK(w, kuflow_upload_process_user_action_document(w->client, "1", &params, &source, &process, &w->error));
    assert_null(process);
    assert_int_equal(w->error.http_status, 304);
    /* Where the document does not have it, it is a failure. */
    kuflow_tenant *tenant = NULL;
    WIRE_FAILS(w, KF_ERROR_REJECTED, kuflow_retrieve_tenant(w->client, "1", &tenant, &w->error));
}

/* A download may be one of two media types. */
static void oddity_47_pdf_or_zip(void **state)
{
    wire_fixture *w = *state;
    kuflow_download_process_item_task_data_webforms_as_document_params params = {.property_path = "/f"};
    static const char *const types[] = {"application/pdf", "application/zip"};
    for (int i = 0; i < 2; i++) {
        char header[64];
        snprintf(header, sizeof(header), "Content-Type: %s\r\n", types[i]);
        wire_answer(w->server, 200, header, "PK\x03\x04");
        kf_sink sink;
        kf_sink_memory(&sink);
        WIRE_OK(w,
                kuflow_download_process_item_task_data_webforms_as_document(w->client, "1", &params, &sink, &w->error));
        assert_string_equal(sink.content_type, types[i]);
        assert_int_equal(sink.length, 4);
        kf_free(sink.data);
        const char *accept = wire_header(w->server, "Accept");
        assert_non_null(strstr(accept, "application/pdf"));
        assert_non_null(strstr(accept, "application/zip"));
        assert_non_null(strstr(accept, "application/json"));
    }
}

static int count_bytes(const char *data, size_t size, void *user)
{
    (void)data;
    *(size_t *)user += size;
    return 0;
}

/* The error of a download is JSON: both are accepted, and the error does not get into the file. */
static void oddity_48_error_of_a_download(void **state)
{
    wire_fixture *w = *state;
    wire_answer(w->server, 404, NULL,
                "{\"timestamp\":\"t\",\"status\":404,\"message\":\"Gone\",\"errors\":[{\"code\":\"robot\",\"message\":"
                "\"m\"}]}");
    size_t bytes = 0;
    kf_sink sink;
    kf_sink_callback(&sink, count_bytes, NULL, &bytes);
    WIRE_FAILS(w, KF_ERROR_NOT_FOUND, kuflow_download_robot_source_code(w->client, "1", &sink, &w->error));
    assert_int_equal(bytes, 0);
    assert_string_equal(w->error.server_code, "robot");
    const char *accept = wire_header(w->server, "Accept");
    assert_non_null(strstr(accept, "application/octet-stream"));
    assert_non_null(strstr(accept, "application/json"));
    int files = count_files(scratch_directory());
    kf_sink_path(&sink, scratch_path("never.bin"));
    WIRE_FAILS(w, KF_ERROR_NOT_FOUND, kuflow_download_robot_source_code(w->client, "1", &sink, &w->error));
    assert_int_equal(count_files(scratch_directory()), files);
    kf_sink_memory(&sink);
    WIRE_FAILS(w, KF_ERROR_NOT_FOUND, kuflow_download_robot_source_code(w->client, "1", &sink, &w->error));
    assert_null(sink.data);
}

/* Sets each required member of a struct to the simplest value of its kind. */
static void fill_required(const kf_type *type, char *model, const kuflow_json_value *value)
{
    static const kuflow_json_patch_operation patch = {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_REMOVE, .path = "/a"};
    static const char *const text = "x";
    static const int first = 1;
    static const size_t count = 1;
    for (size_t i = 0; type != NULL && i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        const void *object = field->ref == &kuflow_json_value_schema ? (const void *)value : &patch;
        if ((field->flags & KF_FIELD_REQUIRED) == 0)
            continue;
        if ((field->flags & KF_FIELD_ARRAY) != 0)
            memcpy(model + field->count_offset, &count, sizeof(count));
        if (field->kind == KF_KIND_STRING)
            memcpy(model + field->offset, &text, sizeof(text));
        else if (field->kind == KF_KIND_ENUM)
            memcpy(model + field->offset, &first, sizeof(first));
        else if (field->kind == KF_KIND_OBJECT)
            memcpy(model + field->offset, &object, sizeof(object));
        else
            fail_msg("what is %s.%s?", type->name, field->name);
    }
}

/* Calls any operation with what it requires. */
static kf_status call_any(wire_fixture *w, const kf_operation *operation, const kuflow_json_value *value)
{
    const char *path[] = {"1"}; /* all have at most one path parameter, a text */
    _Alignas(max_align_t) char params[512] = {0}, body[512] = {0};
    fill_required(operation->parameters, params, value);
    fill_required(operation->body, body, value);
    kf_source source;
    kf_source_memory(&source, "x", 1);
    kf_sink sink;
    kf_sink_memory(&sink);
    void *model = NULL;
    bool upload = (operation->flags & KF_OPERATION_UPLOAD) != 0;
    bool download = (operation->flags & KF_OPERATION_DOWNLOAD) != 0;
    assert_true(operation->path_parameters == NULL || operation->path_parameters->field_count == 1);
    kf_status status = kf_call(w->client, operation, operation->path_parameters != NULL ? path : NULL,
                               operation->parameters != NULL ? params : NULL,
                               upload                    ? (const void *)&source
                               : operation->body != NULL ? body
                                                         : NULL,
                               download ? (void *)&sink : (void *)&model, &w->error);
    assert_null(model);
    assert_null(sink.data);
    return status;
}

/* Every operation may answer the same error body. */
static void oddity_49_default_error_everywhere(void **state)
{
    wire_fixture *w = *state;
    wire_answer(
        w->server, 422, NULL,
        "{\"timestamp\":\"t\",\"status\":422,\"message\":\"Said so\",\"errors\":[{\"code\":\"c1\",\"message\":\"m1\","
        "\"location\":\"l1\",\"locationType\":\"body\"},{\"code\":\"c2\",\"message\":\"m2\"}]}");
    cJSON *object = cJSON_CreateObject();
    kuflow_json_value value = {.value = object};
    for (size_t i = 0; i < kuflow_service.operation_count; i++) {
        const kf_operation *operation = &kuflow_service.operations[i];
        kf_status status = call_any(w, operation, &value);
        if (status != KF_ERROR_REJECTED || w->error.http_status != 422)
            fail_msg("%s gave %s: %s", operation->name, kf_status_name(status), w->error.message);
        assert_string_equal(w->error.server_code, "c1");
        assert_string_equal(w->error.server_location, "l1");
        assert_non_null(strstr(w->error.server_message, "Said so"));
        assert_string_equal(w->error.operation + strlen("kuflow."), operation->name);
    }
    assert_int_equal(wire_requests(w->server), 37);
    cJSON_Delete(object);
}

/* A POST may have no body at all. */
static void oddity_50_posts_without_body(void **state)
{
    wire_fixture *w = *state;
    kuflow_process *process = NULL;
    kuflow_process_item *item = NULL;
    for (int i = 0; i < 4; i++) {
        wire_answer(w->server, 200, NULL, i < 2 ? PROCESS : ITEM);
        if (i == 0)
            WIRE_OK(w, kuflow_complete_process(w->client, "1", &process, &w->error));
        else if (i == 1)
            WIRE_OK(w, kuflow_cancel_process(w->client, "1", &process, &w->error));
        else if (i == 2)
            WIRE_OK(w, kuflow_claim_process_item_task(w->client, "1", &item, &w->error));
        else
            WIRE_OK(w, kuflow_complete_process_item_task(w->client, "1", &item, &w->error));
        kuflow_process_free(process);
        kuflow_process_item_free(item);
        process = NULL;
        item = NULL;
        assert_int_equal(strncmp(wire_last(w->server)->line, "POST ", 5), 0);
        assert_string_equal(wire_header(w->server, "Content-Length"), "0");
        assert_null(wire_header(w->server, "Content-Type"));
        assert_null(wire_header(w->server, "Transfer-Encoding"));
        assert_int_equal(wire_last(w->server)->body_length, 0);
    }
}

/* Headers that the document does not mention are used: one steers workers, one names files. */
static void oddity_52_undocumented_headers(void **state)
{
    kf_fixture *f = *state;
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.keep_response = true;
    kf_client *scope = NULL;
    CHECK_OK(f, kf_client_scope(f->client, &options, &scope, &f->error));
    kuflow_worker_create_params params = {.identity = "w52", .task_queue = "q", .hostname = "h", .ip = "127.0.0.1"};
    kuflow_worker *worker = NULL;
    CHECK_OK(f, kuflow_create_worker(scope, &params, &worker, &f->error));
    kuflow_worker_free(worker);
    assert_string_equal(kf_response_header(kf_client_response(scope), "x-kf-delay-window"), "300");
    kf_client_free(scope);
    kf_sink sink;
    kf_sink_memory(&sink);
    CHECK_OK(f, kuflow_download_robot_source_code(f->client, KF_SANDBOX_ROBOT, &sink, &f->error));
    assert_true(strlen(sink.file_name) > 0);
    assert_null(strchr(sink.file_name, '/'));
    kf_free(sink.data);

    wire *server = wire_start();
    kf_client *client = fixture_client(wire_url(server));
    static const struct {
        const char *header;
        const char *name;
    } names[] = {
        {"attachment; filename=\"a b.pdf\"", "a b.pdf"},
        {"attachment; filename=\"../../etc/passwd\"", "passwd"},
        {"attachment; filename*=UTF-8''%C3%B1.pdf; filename=\"n.pdf\"", "\xc3\xb1.pdf"},
        {"inline", ""},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char headers[200];
        snprintf(headers, sizeof(headers), "Content-Type: a/b\r\nContent-Disposition: %s\r\n", names[i].header);
        wire_answer(server, 200, headers, "x");
        kf_sink_memory(&sink);
        CHECK_OK(f, kuflow_download_robot_source_code(client, "1", &sink, &f->error));
        assert_string_equal(sink.file_name, names[i].name);
        kf_free(sink.data);
    }
    kf_client_free(client);
    wire_stop(server);
}

#define SANDBOX_TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SANDBOX_TEST(oddity_45_two_success_codes),
        WIRE_TEST(oddity_46_not_modified_is_a_success),
        WIRE_TEST(oddity_47_pdf_or_zip),
        WIRE_TEST(oddity_48_error_of_a_download),
        WIRE_TEST(oddity_49_default_error_everywhere),
        WIRE_TEST(oddity_50_posts_without_body),
        SANDBOX_TEST(oddity_52_undocumented_headers),
    };
    return cmocka_run_group_tests_name("oddities of answers", tests, NULL, NULL);
}
