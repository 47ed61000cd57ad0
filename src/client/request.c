#include "client/headers.h"
#include "client/send.h"
#include "client/tail.h"
#include "core/fail.h"

#include <stdlib.h>
#include <string.h>

typedef struct kf_request_state {
    kf_client *client;
    const kf_request *request;
    kf_error *error;
    kf_pairs more; /* the request's headers */
    kf_buffer url;
    kf_header_list headers;
    kf_upload upload;
    kf_download download;
    kf_receiver receiver;
    kf_send send;
} kf_request_state;

static bool always_repeatable(const char *method)
{
    static const char *const methods[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (strcmp(method, methods[i]) == 0)
            return true;
    return false;
}

static kf_status check(const kf_request_state *state, const char *method)
{
    const kf_request *request = state->request;
    kf_error *error = state->error;
    if (!kf_header_name_valid(method) || strlen(method) > 15 || strcmp(method, "CONNECT") == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the method is not one that can be sent");
    if (strcmp(method, "HEAD") == 0 && (request->body != NULL || request->upload != NULL || request->download != NULL))
        return kf_fail(error, KF_ERROR_ARGUMENT, "HEAD has neither body nor download");
    if (request->body != NULL && request->upload != NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "body and upload exclude each other");
    if ((request->header_count > 0 && request->headers == NULL) || (request->query_count > 0 && request->query == NULL))
        return kf_fail(error, KF_ERROR_ARGUMENT, "headers or query is NULL, but its count is not 0");
    if (request->content_type != NULL && !kf_header_value_valid(request->content_type))
        return kf_fail(error, KF_ERROR_ARGUMENT, "content_type has a control character");
    return kf_client_check_headers(state->client, &state->more, error);
}

static const char *content_type(const kf_request *request)
{
    if (request->body == NULL && request->upload == NULL)
        return NULL;
    if (request->content_type != NULL)
        return request->content_type;
    if (request->upload != NULL && request->upload->content_type != NULL)
        return request->upload->content_type;
    return request->upload != NULL ? "application/octet-stream" : "application/json";
}

static kf_status prepare_streams(kf_request_state *state)
{
    const kf_request *request = state->request;
    const kf_core *core = state->client->core;
    if (request->upload != NULL) {
        state->send.upload = &state->upload;
        kf_status status = kf_upload_source(&state->upload, request->upload, &core->clock, state->error);
        if (status != KF_OK)
            return status;
    } else if (request->body != NULL) {
        state->send.upload = &state->upload;
        kf_upload_text(&state->upload, request->body,
                       request->body_length > 0 ? request->body_length : strlen(request->body));
    }
    state->receiver.body.secret = true; /* no document says what is in it */
    state->receiver.max_bytes = core->max_response_bytes;
    state->receiver.keep_headers = state->client->keep_response;
    if (request->download == NULL)
        return KF_OK;
    state->receiver.download = &state->download;
    return kf_download_init(&state->download, request->download, core->max_response_bytes, &core->clock, state->error);
}

static kf_status prepare(kf_request_state *state)
{
    const kf_request *request = state->request;
    kf_client *client = state->client;
    kf_send *send = &state->send;
    const char *method = request->method != NULL ? request->method : "GET";
    const kf_pairs query = {(kf_pair *)request->query, request->query_count};
    const kf_own_headers own = {request->download != NULL ? "*/*" : "application/json, */*;q=0.5",
                                content_type(request), KF_UNCOMPRESSED};
    kf_status status = check(state, method);
    if (status == KF_OK)
        status = kf_client_base(client, NULL, &send->base, state->error);
    if (status == KF_OK)
        status = kf_url_raw(send->base, request->path, &query, &client->query, &state->url, state->error);
    if (status == KF_OK)
        status = kf_headers_collect(&state->headers, client, &state->more, NULL, NULL, &own, state->error);
    if (status == KF_OK)
        status = prepare_streams(state);
    if (status != KF_OK)
        return status;
    send->client = client;
    send->operation = "";
    send->method = method;
    send->path = request->path;
    send->url = state->url.data;
    send->headers = state->headers.items;
    send->header_count = state->headers.count;
    send->repeatable = request->idempotent || always_repeatable(method);
    send->authorize = true;
    send->transfer = request->upload != NULL || request->download != NULL;
    send->receiver = &state->receiver;
    send->error = state->error;
    return KF_OK;
}

static kf_status run(kf_request_state *state, char **text, size_t *length)
{
    kf_status status = prepare(state);
    if (status != KF_OK)
        return status;
    status = kf_send_all(&state->send);
    kf_status kept = kf_keep_response(state->client, &state->receiver, state->error);
    if (status == KF_OK)
        status = kept;
    if (status == KF_OK && text != NULL && state->receiver.download == NULL) {
        size_t count = state->receiver.body.length;
        *text = kf_buffer_take(&state->receiver.body);
        if (*text == NULL)
            status = kf_fail(state->error, KF_ERROR_MEMORY, "out of memory");
        else if (length != NULL)
            *length = count;
    }
    kf_send_done(&state->send);
    return status;
}

kf_status kf_request_send_as(kf_client *client, const kf_request *request, const kf_error_pointers *pointers,
                             char **text, size_t *length, kf_error *error)
{
    kf_error own_error;
    if (error == NULL)
        error = &own_error;
    kf_error_clear(error);
    if (text != NULL)
        *text = NULL;
    if (length != NULL)
        *length = 0;
    if (client == NULL || request == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "client or request is NULL");
    kf_forget_response(client);
    kf_request_state state = {.client = client, .request = request, .error = error};
    state.more = (kf_pairs){(kf_pair *)request->headers, request->header_count};
    state.headers.items = state.headers.first;
    state.send.pointers = pointers;
    kf_status status = run(&state, text, length);
    kf_upload_end(&state.upload);
    kf_download_close(&state.download);
    kf_receiver_free(&state.receiver);
    kf_header_list_free(&state.headers);
    kf_buffer_free(&state.url);
    return status;
}

kf_status kf_request_send(kf_client *client, const kf_request *request, char **text, size_t *length, kf_error *error)
{
    return kf_request_send_as(client, request, NULL, text, length, error);
}
