#define _DEFAULT_SOURCE 1
#include "client/headers.h"
#include "client/page.h"
#include "client/send.h"
#include "client/tail.h"
#include "core/fail.h"
#include "http/parameter.h"
#include "kuflow/uuid.h"
#include "model/codec.h"
#include "wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One call of an operation. */
typedef struct kf_call_state {
    kf_client *client;
    const kf_operation *operation;
    const void *body;
    void *out;
    kf_error *error;
    kf_buffer url;
    kf_buffer text; /* the body's JSON or XML */
    bool keyed; /* the body has an id that makes a repeat harmless */
    kf_header_list headers;
    kf_upload upload;
    kf_download download;
    kf_receiver receiver;
    kf_send send;
} kf_call_state;

static bool has_flag(const kf_call_state *call, kf_operation_flag flag)
{
    return (call->operation->flags & flag) != 0;
}

static kf_status check_arguments(const kf_call_state *call, const void *path, kf_error *error)
{
    const kf_operation *operation = call->operation;
    bool upload = has_flag(call, KF_OPERATION_UPLOAD);
    if (operation->path_parameters != NULL && path == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the path parameters are missing");
    if (call->body == NULL && has_flag(call, KF_OPERATION_BODY_REQUIRED))
        return kf_fail(error, KF_ERROR_ARGUMENT, "the body is missing");
    if (call->body != NULL && operation->body == NULL && !upload)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the operation takes no body");
    if (has_flag(call, KF_OPERATION_DOWNLOAD) && call->out == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the sink is missing");
    return KF_OK;
}

/* The id that makes a creation repeatable: the caller's, or a new one, which `made` then points to. */
static void find_key(kf_call_state *call, const char **made)
{
    const kf_type *type = kf_model_type(call->operation->body, call->body);
    for (size_t i = 0; i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        if ((field->flags & KF_FIELD_KEY) == 0 || field->kind != KF_KIND_STRING)
            continue;
        const char *body = call->body;
        const char *id = *(const char *const *)(body + field->offset);
        const kf_extra_member *own = kf_extra_find((const kf_extra *)(body + type->extra_offset), field->name);
        if (id != NULL) {
            call->keyed = *id != '\0'; /* an empty one tells nothing apart */
            KF_COPY_TEXT(call->error->idempotency_id, id, strlen(id));
        } else if (own == NULL || own->json == NULL || kf_extra_is_null(own)) {
            call->keyed = true;
            kf_uuid_new(call->error->idempotency_id);
            *made = call->error->idempotency_id;
        } /* else it is JSON of the caller's own, which is not looked into: not repeated */
        return;
    }
}

static kf_status prepare_body(kf_call_state *call)
{
    const kf_operation *operation = call->operation;
    if (call->body == NULL)
        return KF_OK;
    call->send.upload = &call->upload;
    if (has_flag(call, KF_OPERATION_UPLOAD))
        return kf_upload_source(&call->upload, call->body, &call->client->core->clock, call->error);
    kf_encode_options options = {.mode = KF_ENCODE_REQUEST, .tenant = call->client->tenant};
    if (operation->idempotency == KF_IDEMPOTENCY_KEY)
        find_key(call, &options.key);
    call->text.secret = (operation->body->flags & KF_TYPE_SECRET) != 0;
    if (call->text.secret) {
        call->send.body_type = operation->body;
        call->send.body = call->body;
    }
    kf_error error; /* of its own: encoding clears it */
    bool xml = operation->body->wire != NULL && kf_media_is_xml(operation->body_media);
    kf_status status =
        (xml ? kf_model_encode_xml_to : kf_model_encode_to)(operation->body, call->body, &options, &call->text, &error);
    if (status != KF_OK)
        return kf_fail(call->error, status, "%s", error.message);
    if (call->text.failed)
        status = kf_fail(call->error, KF_ERROR_MEMORY, "out of memory");
    kf_upload_text(&call->upload, call->text.data, call->text.length);
    return status;
}

static kf_status prepare_receiver(kf_call_state *call)
{
    const kf_core *core = call->client->core;
    const kf_operation *operation = call->operation;
    kf_receiver *receiver = &call->receiver;
    receiver->operation = operation;
    receiver->max_bytes = core->max_response_bytes;
    receiver->keep_headers = call->client->keep_response;
    for (size_t i = 0; i < operation->answer_count; i++)
        if (operation->answers[i].type != NULL && (operation->answers[i].type->flags & KF_TYPE_SECRET) != 0)
            receiver->body.secret = true;
    if (!has_flag(call, KF_OPERATION_DOWNLOAD))
        return KF_OK;
    receiver->download = &call->download;
    return kf_download_init(&call->download, call->out, core->max_response_bytes, &core->clock, call->error);
}

static const char *content_type(const kf_call_state *call)
{
    if (call->body == NULL)
        return NULL;
    const kf_source *source = has_flag(call, KF_OPERATION_UPLOAD) ? call->body : NULL;
    return source != NULL && source->content_type != NULL ? source->content_type : call->operation->body_media;
}

/* How long the server is asked to keep its answer back. */
static int64_t wait_ms(const kf_operation *operation, const void *parameters)
{
    int64_t seconds = operation->wait_s;
    for (size_t i = 0; operation->wait != NULL && parameters != NULL && i < operation->parameters->field_count; i++)
        if (strcmp(operation->parameters->fields[i].name, operation->wait) == 0)
            seconds = kf_page_parameter(&operation->parameters->fields[i], parameters, seconds);
    const int64_t most = INT64_MAX / 4000; /* so that limits may be added to it */
    return seconds <= 0 ? 0 : (seconds < most ? seconds : most) * 1000;
}

static kf_status prepare(kf_call_state *call, const void *path, const void *parameters)
{
    const kf_operation *operation = call->operation;
    const kf_client *client = call->client;
    const kf_url_values values = {path, parameters, client->tenant, &client->query};
    kf_send *send = &call->send;
    kf_status status = kf_client_base(call->client, operation, &send->base, call->error);
    if (status == KF_OK)
        status = kf_url_build(send->base, operation, &values, &call->url, call->error);
    if (status == KF_OK)
        status = prepare_body(call);
    bool json = has_flag(call, KF_OPERATION_JSON_TOO) && client->core->prefer_json;
    const kf_own_headers own = {json ? "application/json" : operation->accept, content_type(call),
                                has_flag(call, KF_OPERATION_DOWNLOAD) ? KF_UNCOMPRESSED : NULL};
    if (status == KF_OK)
        status = kf_headers_collect(&call->headers, client, NULL, operation, parameters, &own, call->error);
    if (status == KF_OK)
        status = prepare_receiver(call);
    if (status != KF_OK)
        return status;
    send->client = call->client;
    send->operation = call->error->operation;
    send->method = operation->method;
    send->path = operation->path;
    send->url = call->url.data;
    send->headers = call->headers.items;
    send->header_count = call->headers.count;
    send->pointers = &operation->service->error;
    send->repeatable = operation->idempotency == KF_IDEMPOTENCY_SAFE || call->keyed ||
                       strcmp(operation->method, "GET") == 0 || strcmp(operation->method, "HEAD") == 0;
    send->authorize = !has_flag(call, KF_OPERATION_NO_AUTH);
    send->wait_ms = wait_ms(operation, parameters);
    send->transfer = has_flag(call, KF_OPERATION_UPLOAD) || has_flag(call, KF_OPERATION_DOWNLOAD);
    send->receiver = &call->receiver;
    send->error = call->error;
    return KF_OK;
}

/* The server has done its part, but the caller gets nothing of it. */
static kf_status unusable(const kf_call_state *call, kf_status status, const char *message)
{
    const char *method = call->operation->method;
    call->error->may_have_acted = strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
    return kf_fail(call->error, status, "%s", message);
}

/* A null where the document has an object: the decoder keeps it, but there is nothing in it for a caller. */
static bool is_null(const kf_type *type, const char *text)
{
    text += strspn(text, " \t\r\n");
    return (type->flags & (KF_TYPE_VALUE | KF_TYPE_UNION | KF_TYPE_BY_STATUS)) == 0 && strncmp(text, "null", 4) == 0;
}

static kf_status decode_answer(kf_call_state *call)
{
    kf_receiver *receiver = &call->receiver;
    int http = receiver->http_status;
    const kf_decode_options options = {.max_depth = call->client->core->max_json_depth, .http_status = http};
    const kf_answer *answer = kf_operation_answer(call->operation, http);
    if (receiver->download != NULL || answer == NULL || answer->type == NULL)
        return KF_OK;
    if (receiver->body.length == 0 && answer->optional)
        return KF_OK;
    if (receiver->body.length == 0)
        return unusable(call, KF_ERROR_TRANSPORT, "the answer came without the content that it should have");
    if (call->out == NULL)
        return KF_OK;
    size_t length = receiver->body.length;
    char *text = kf_buffer_take(&receiver->body);
    if (text == NULL)
        return unusable(call, KF_ERROR_MEMORY, "out of memory");
    kf_error error;
    error.message[0] = '\0';
    bool null = is_null(answer->type, text);
    bool xml = answer->type->wire != NULL && kf_wire_is_xml(text, length);
    kf_status status = kf_model_decode_in_place(answer->type, text, length, &options, call->out, &error);
    if (status == KF_OK && null)
        status = answer->optional ? KF_OK : kf_fail(&error, KF_ERROR_DECODE, "it is null");
    else if (status == KF_OK)
        status = kf_model_expect(answer->type, *(void **)call->out, xml, &error);
    if (null || status != KF_OK) {
        kf_model_free(*(void **)call->out);
        *(void **)call->out = NULL;
    }
    if (status == KF_OK)
        return KF_OK;
    char message[sizeof(error.message) + sizeof(receiver->content_type) + 64];
    bool other = *receiver->content_type != '\0' && strstr(receiver->content_type, xml ? "xml" : "json") == NULL;
    snprintf(message, sizeof(message), "the answer cannot be used: %s%s%s", error.message,
             other ? "; the server calls it " : "", other ? receiver->content_type : "");
    return unusable(call, status, message);
}

static kf_status run(kf_call_state *call, const void *path, const void *parameters)
{
    void *both = NULL;
    kf_status status = check_arguments(call, path, call->error);
    if (status == KF_OK)
        status = kf_page_complete(call->operation, parameters, &both, call->error);
    if (status == KF_OK)
        status = prepare(call, path, both != NULL ? both : parameters);
    if (status == KF_OK) {
        status = kf_send_all(&call->send);
        kf_status kept = kf_keep_response(call->client, &call->receiver, call->error);
        if (status == KF_OK)
            status = kept == KF_OK ? decode_answer(call) : unusable(call, kept, "out of memory");
        kf_prefix_message(call->error);
        kf_send_done(&call->send);
    } else {
        kf_prefix_message(call->error);
    }
    free(both);
    return status;
}

kf_status kf_call(struct kf_client *client, const kf_operation *operation, const void *path, const void *parameters,
                  const void *body, void *out, kf_error *error)
{
    kf_error own_error;
    if (error == NULL)
        error = &own_error;
    kf_error_clear(error);
    if (operation != NULL && out != NULL && (operation->flags & KF_OPERATION_DOWNLOAD) == 0)
        *(void **)out = NULL;
    if (client == NULL || operation == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "client or operation is NULL");
    snprintf(error->operation, sizeof(error->operation), "%s.%s", operation->service->name, operation->name);
    kf_forget_response(client);
    kf_call_state call = {.client = client, .operation = operation, .body = body, .out = out, .error = error};
    call.headers.items = call.headers.first;
    kf_status status = run(&call, path, parameters);
    kf_upload_end(&call.upload);
    kf_download_close(&call.download);
    kf_receiver_free(&call.receiver);
    kf_header_list_free(&call.headers);
    kf_buffer_free(&call.url);
    kf_buffer_free(&call.text);
    return status;
}
