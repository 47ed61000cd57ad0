/* Any operation by its name, with JSON in and JSON out. */
#include "client/state.h"
#include "core/base64.h"
#include "core/fail.h"
#include "kuflow/client.h"
#include "model/codec.h"
#include "model/layout.h"
#include "json/reader.h"
#include "json/writer.h"

#include <stdlib.h>
#include <string.h>

typedef struct kf_json_call {
    kf_client *client;
    const kf_operation *operation;
    kf_error *error;
    kf_buffer input; /* The caller's text, read in place. */
    kf_buffer path_text, parameter_text;
    kf_slice body, sink; /* In the input; the text is NULL for none. */
    void *path, *parameters, *model;
    kf_source upload;
    kf_sink download;
} kf_json_call;

static kf_status no_memory(const kf_json_call *call)
{
    return kf_fail(call->error, KF_ERROR_MEMORY, "out of memory");
}

static bool is_upload(const kf_operation *operation)
{
    return (operation->flags & KF_OPERATION_UPLOAD) != 0;
}

static bool is_download(const kf_operation *operation)
{
    return (operation->flags & KF_OPERATION_DOWNLOAD) != 0;
}

/* Puts a member of the input where it belongs. What is wrong with it; NULL: nothing. */
static const char *place_member(kf_json_call *call, kf_writer *path, kf_writer *parameters, const kf_slice *name,
                                const kf_slice *value)
{
    const kf_operation *operation = call->operation;
    const char *problem;
    bool null = value->length == 4 && memcmp(value->text, "null", 4) == 0;
    kf_writer *writer = NULL;
    if (operation->path_parameters != NULL &&
        kf_type_field_of(operation->path_parameters, name->text, name->length) != NULL)
        writer = path;
    else if (operation->parameters != NULL && kf_type_field_of(operation->parameters, name->text, name->length) != NULL)
        writer = parameters;
    if (writer != NULL && null)
        return NULL;
    if (writer != NULL) {
        kf_writer_name(writer, name->text, name->length);
        kf_writer_raw(writer, value->text, value->length, &problem);
        return NULL; /* A failed allocation is the buffer's. */
    }
    kf_slice *whole = NULL;
    if ((operation->body != NULL || is_upload(operation)) && strcmp(name->text, "body") == 0)
        whole = &call->body;
    else if (is_download(operation) && strcmp(name->text, "sink") == 0)
        whole = &call->sink;
    if (whole == NULL)
        return "has no parameter";
    if (whole->text != NULL)
        return "was given twice";
    if (!null)
        *whole = *value;
    return NULL;
}

static kf_status split_members(kf_json_call *call, kf_reader *reader, kf_writer *path, kf_writer *parameters)
{
    if (kf_reader_peek(reader) != KF_TOKEN_OBJECT || !kf_reader_enter(reader))
        return kf_fail(call->error, KF_ERROR_ARGUMENT, "the input is not a JSON object");
    for (bool first = true;; first = false) {
        bool more;
        kf_slice name, value;
        if (!kf_reader_next_member(reader, first, &more) || (more && !kf_reader_name(reader, &name)))
            break;
        if (!more && kf_reader_finish(reader))
            return KF_OK;
        if (!more || !kf_reader_skip(reader, &value))
            break;
        const char *wrong = place_member(call, path, parameters, &name, &value);
        if (wrong != NULL)
            return kf_fail(call->error, KF_ERROR_ARGUMENT, "%s.%s %s \"%.60s\"", call->operation->service->name,
                           call->operation->name, wrong, name.text);
    }
    return kf_fail(call->error, KF_ERROR_ARGUMENT, "the input is not valid JSON: byte %zu: %s",
                   kf_reader_offset(reader), reader->problem != NULL ? reader->problem : "");
}

/* Divides the input among path, parameter struct, body and sink. */
static kf_status split(kf_json_call *call, const char *json)
{
    kf_reader reader;
    kf_writer path, parameters;
    if (!kf_buffer_text(&call->input, json))
        return no_memory(call);
    kf_reader_init(&reader, call->input.data, call->input.length, 0);
    kf_writer_init(&path, &call->path_text, false);
    kf_writer_init(&parameters, &call->parameter_text, false);
    kf_writer_begin(&path, '{');
    kf_writer_begin(&parameters, '{');
    kf_status status = split_members(call, &reader, &path, &parameters);
    kf_writer_end(&path, '}');
    kf_writer_end(&parameters, '}');
    if (status == KF_OK && (call->path_text.failed || call->parameter_text.failed))
        status = no_memory(call);
    return status;
}

/* The decoder's message begins with a type; who writes JSON knows the operation, and its parameters by their names. */
static kf_status decode(kf_json_call *call, const kf_type *type, const char *place, kf_buffer *buffer,
                        const kf_decode_options *options, void **model)
{
    kf_error wrong;
    size_t length = buffer->length;
    char *text = kf_buffer_take(buffer);
    if (text == NULL)
        return no_memory(call);
    kf_status status = kf_model_decode_in_place(type, text, length, options, model, &wrong);
    if (status == KF_OK)
        return KF_OK;
    const char *name = kf_type_short_name(type);
    const char *rest = wrong.message;
    if (strncmp(rest, name, strlen(name)) == 0)
        rest += strlen(name);
    else
        place = "";
    rest += *place == '\0' && *rest == '.';
    return kf_fail(call->error, status, "%s.%s: %s%s", call->operation->service->name, call->operation->name, place,
                   rest);
}

static kf_status decode_request(kf_json_call *call, const kf_type *type, kf_buffer *buffer, void **model)
{
    static const kf_decode_options options = {.request = true, .converted = true};
    return type == NULL ? KF_OK : decode(call, type, "", buffer, &options, model);
}

/* A member of an object in the input, which is a text. */
typedef struct kf_json_text {
    const char *name;
    kf_slice text; /* The text is NULL when it is absent. */
} kf_json_text;

static bool read_text(kf_reader *reader, kf_slice *text)
{
    kf_token token = kf_reader_peek(reader);
    if (token == KF_TOKEN_NULL)
        return kf_reader_literal(reader, token);
    return token == KF_TOKEN_STRING && kf_reader_string(reader, text);
}

/* The members of an object; with `plain`, it may be a text by itself, and that is the first. Read where it stands, so
 * that what is secret has no copy. False: it is something else. */
static bool read_texts(const kf_slice *value, bool plain, kf_json_text *texts, size_t count, const char **problem)
{
    kf_reader reader;
    bool more = true;
    value->text[value->length] = '\0'; /* What follows in the input has been divided already. */
    kf_reader_init(&reader, value->text, value->length, 0);
    bool good = plain && kf_reader_peek(&reader) == KF_TOKEN_STRING;
    if (good)
        good = kf_reader_string(&reader, &texts->text);
    else
        good = kf_reader_peek(&reader) == KF_TOKEN_OBJECT && kf_reader_enter(&reader);
    for (bool first = true; good && more && reader.depth > 0; first = false) {
        kf_slice name;
        size_t i = 0;
        good = kf_reader_next_member(&reader, first, &more) && (!more || kf_reader_name(&reader, &name));
        while (good && more && i < count && strcmp(texts[i].name, name.text) != 0)
            i++;
        if (good && more)
            good = i < count && texts[i].text.text == NULL && read_text(&reader, &texts[i].text);
    }
    *problem = reader.problem;
    return good;
}

/* The bytes of an upload: a text, or an object that says where they are. */
static kf_status prepare_upload(kf_json_call *call)
{
    kf_json_text texts[] = {{.name = "text"}, {.name = "path"}, {.name = "base64"}, {.name = "content_type"}};
    kf_slice *text = &texts[0].text, *path = &texts[1].text, *base64 = &texts[2].text;
    const char *problem;
    bool good = read_texts(&call->body, true, texts, sizeof(texts) / sizeof(texts[0]), &problem);
    if (!good && problem != NULL)
        return kf_fail(call->error, KF_ERROR_ARGUMENT, "\"body\": %s", problem);
    if (!good || (text->text != NULL) + (path->text != NULL) + (base64->text != NULL) != 1)
        return kf_fail(call->error, KF_ERROR_ARGUMENT,
                       "\"body\" is neither a text nor an object with one of \"text\", \"base64\" and \"path\", and at "
                       "most a \"content_type\"");
    if (base64->text != NULL && !kf_base64_decode(base64->text, base64->length, &base64->length))
        return kf_fail(call->error, KF_ERROR_ARGUMENT, "\"body\".\"base64\" is not base64");
    if (path->text != NULL)
        kf_source_path(&call->upload, path->text);
    else if (text->text != NULL)
        kf_source_memory(&call->upload, text->text, text->length);
    else
        kf_source_memory(&call->upload, base64->text, base64->length);
    call->upload.content_type = texts[3].text.text;
    return KF_OK;
}

static kf_status prepare_body(kf_json_call *call)
{
    if (call->body.text == NULL)
        return KF_OK;
    if (is_upload(call->operation))
        return prepare_upload(call);
    static const kf_decode_options options = {.converted = true, .own = true};
    kf_buffer text = {0};
    kf_buffer_append(&text, call->body.text, call->body.length);
    return decode(call, call->operation->body, "body", &text, &options, &call->model);
}

static kf_status prepare_sink(kf_json_call *call)
{
    kf_json_text path = {.name = "path"};
    const char *problem;
    kf_sink_memory(&call->download);
    if (call->sink.text == NULL)
        return KF_OK;
    if (!read_texts(&call->sink, false, &path, 1, &problem) || path.text.text == NULL)
        return kf_fail(call->error, KF_ERROR_ARGUMENT, "\"sink\" is not an object with just a text \"path\"");
    kf_sink_path(&call->download, path.text.text);
    return KF_OK;
}

/* What a download says of itself, and its bytes unless they are in a file. */
static void write_download(const kf_sink *sink, kf_buffer *out)
{
    kf_writer writer;
    kf_writer_init(&writer, out, false);
    writer.lenient = true;
    kf_writer_begin(&writer, '{');
    kf_writer_name(&writer, "content_type", strlen("content_type"));
    kf_writer_string(&writer, sink->content_type, strlen(sink->content_type));
    kf_writer_name(&writer, "file_name", strlen("file_name"));
    kf_writer_string(&writer, sink->file_name, strlen(sink->file_name));
    kf_writer_name(&writer, "length", strlen("length"));
    kf_writer_int64(&writer, sink->length);
    if (sink->data != NULL) {
        kf_writer_name(&writer, "base64", strlen("base64"));
        kf_writer_literal(&writer, "\"");
        kf_base64_append(out, (const uint8_t *)sink->data, (size_t)sink->length);
        kf_writer_literal(&writer, "\"");
    }
    kf_writer_end(&writer, '}');
}

static const kf_type *answer_type(const kf_operation *operation)
{
    for (size_t i = 0; i < operation->answer_count; i++)
        if (operation->answers[i].type != NULL)
            return operation->answers[i].type;
    return NULL;
}

/* The call itself. The error stays as it is on success, with the answer's status. */
static kf_status run(kf_json_call *call, kf_buffer *out)
{
    const kf_operation *operation = call->operation;
    const kf_type *type = answer_type(operation);
    const void *body = is_upload(operation) && call->body.text != NULL ? (const void *)&call->upload : call->model;
    void *model = NULL;
    void *target = is_download(operation) ? (void *)&call->download : type != NULL ? (void *)&model : NULL;
    kf_status status = kf_call(call->client, operation, call->path, call->parameters, body, target, call->error);
    if (status != KF_OK)
        return status;
    const kf_encode_options options = {.mode = KF_ENCODE_LENIENT};
    kf_error encoding;
    if (is_download(operation))
        write_download(&call->download, out);
    else if (model == NULL)
        kf_buffer_text(out, "null");
    else if (kf_model_encode_to(type, model, &options, out, &encoding) != KF_OK)
        status = kf_fail(call->error, encoding.status, "%s", encoding.message);
    kf_model_free(model);
    return status;
}

static void release(kf_json_call *call)
{
    kf_free(call->download.data);
    kf_model_free(call->path);
    kf_model_free(call->parameters);
    kf_model_free(call->model);
    kf_buffer_free(&call->path_text);
    kf_buffer_free(&call->parameter_text);
    kf_buffer_free(&call->input);
}

kf_status kf_call_json(kf_client *client, const char *operation, const char *json_in, char **json_out, kf_error *error)
{
    kf_error own_error;
    kf_buffer out = {0};
    if (error == NULL)
        error = &own_error;
    kf_error_clear(error);
    if (json_out != NULL)
        *json_out = NULL;
    if (client == NULL || operation == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "client or operation is NULL");
    kf_json_call call = {.client = client, .operation = kf_operation_find(operation), .error = error};
    if (call.operation == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "there is no operation \"%.80s\"", operation);
    call.input.secret = call.path_text.secret = call.parameter_text.secret = out.secret = true;
    kf_status status = split(&call, json_in != NULL ? json_in : "{}");
    if (status == KF_OK)
        status = decode_request(&call, call.operation->path_parameters, &call.path_text, &call.path);
    if (status == KF_OK)
        status = decode_request(&call, call.operation->parameters, &call.parameter_text, &call.parameters);
    if (status == KF_OK)
        status = prepare_body(&call);
    if (status == KF_OK)
        status = prepare_sink(&call);
    if (status == KF_OK)
        status = run(&call, &out);
    if (status == KF_OK && json_out != NULL) {
        *json_out = kf_buffer_take(&out);
        if (*json_out == NULL)
            status = no_memory(&call);
    }
    kf_buffer_free(&out);
    release(&call);
    return status;
}
