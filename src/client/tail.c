#include "client/tail.h"

#include "client/response.h"
#include "core/fail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void kf_prefix_message(kf_error *error)
{
    char message[sizeof(error->operation) + sizeof(error->message) + 2];
    if (error->status == KF_OK || *error->operation == '\0')
        return;
    snprintf(message, sizeof(message), "%s: %s", error->operation, error->message);
    KF_COPY_TEXT(error->message, message, strlen(message));
}

void kf_forget_response(kf_client *client)
{
    if (!client->keep_response)
        return;
    kf_response_free(client->response);
    client->response = NULL;
}

kf_status kf_keep_response(kf_client *client, kf_receiver *receiver, kf_error *error)
{
    if (!client->keep_response || receiver->http_status == 0)
        return KF_OK;
    kf_response *response = calloc(1, sizeof(*response));
    size_t length = receiver->body.length;
    bool to_sink = receiver->download != NULL && receiver->success;
    if (response != NULL && !to_sink) {
        response->text = malloc(length + 1);
        if (response->text != NULL) {
            if (length > 0)
                memcpy(response->text, receiver->body.data, length);
            response->text[length] = '\0';
            response->length = length;
        }
    }
    if (response == NULL || (response->text == NULL && !to_sink)) {
        free(response);
        if (to_sink) { /* a call that fails gives nothing */
            kf_sink *sink = receiver->download->sink;
            free(sink->data);
            sink->data = NULL;
            sink->length = 0;
        }
        return error->status != KF_OK ? error->status : kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    }
    response->http_status = receiver->http_status;
    response->headers = receiver->headers;
    response->header_count = receiver->header_count;
    receiver->headers = (kf_buffer){0};
    client->response = response;
    return KF_OK;
}
