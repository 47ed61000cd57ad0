#include "kuflow/services/smartflows_client.h"

#include "client/state.h"
#include "core/buffer.h"
#include "core/fail.h"

#include <string.h>

kf_status smartflows_client_new(const kf_client_options *options, kf_client **client, kf_error *error)
{
    kf_client_options own;
    kf_buffer url = {0};
    kf_status status = kf_client_begin(options, &own, client, error);
    if (status != KF_OK)
        return status;
    if (own.base_url == NULL || *own.base_url == '\0')
        return kf_fail(error, KF_ERROR_ARGUMENT,
                       "base_url is missing: each project of Smart Flows has a host of its own");
    if (own.auth == KF_AUTH_NONE && (own.username != NULL || own.password != NULL))
        return kf_fail(
            error, KF_ERROR_ARGUMENT,
            "Smart Flows takes an API key or a token; smartflows_login() gives one for a name and a password");
    if (own.auth == KF_AUTH_NONE && own.token != NULL)
        own.auth = KF_AUTH_API_KEY;
    kf_put_base_url(&url, own.base_url, &smartflows_service, "/api/v1");
    return kf_client_new_for(&own, &url, KF_AUTH_BEARER, client, error);
}

/* A letter without its case. */
static int fold(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static bool same_status(const char *text, const char *known)
{
    for (;; text++, known++) {
        text += strspn(text, " \t");
        known += strspn(known, " \t");
        if (fold(*text) != fold(*known))
            return false;
        if (*text == '\0')
            return true;
    }
}

smartflows_flow_execution_status smartflows_status_of(const char *text)
{
    const kf_enum *known = &smartflows_flow_execution_status_enum;
    if (text == NULL || text[strspn(text, " \t")] == '\0')
        return SMARTFLOWS_FLOW_EXECUTION_STATUS_UNSPECIFIED;
    for (int value = 1; value <= known->count; value++)
        if (same_status(text, kf_enum_text(known, value)))
            return (smartflows_flow_execution_status)value;
    return SMARTFLOWS_FLOW_EXECUTION_STATUS_UNRECOGNIZED;
}

bool smartflows_status_is_stable(smartflows_flow_execution_status status)
{
    switch (status) {
    case SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS:
    case SMARTFLOWS_FLOW_EXECUTION_STATUS_WARNING:
    case SMARTFLOWS_FLOW_EXECUTION_STATUS_ERROR:
    case SMARTFLOWS_FLOW_EXECUTION_STATUS_CANCELED:
    case SMARTFLOWS_FLOW_EXECUTION_STATUS_INTERRUPTED:
        return true;
    default:
        return false;
    }
}

kf_status smartflows_cancel(kf_client *client, const char *execution_id, kf_error *error)
{
    kf_error own;
    if (error == NULL)
        error = &own;
    kf_status status = smartflows_cancel_flow_execution(client, execution_id, NULL, error);
    if (error->http_status == 404 || error->http_status == 405)
        status = smartflows_delete_flow_execution(client, execution_id, error);
    return status;
}

kf_status smartflows_save_document(kf_client *client, const char *document_id, kf_sink *sink, kf_error *error)
{
    kf_error own;
    if (error == NULL)
        error = &own;
    kf_status status = smartflows_get_document_content(client, document_id, sink, error);
    if (error->http_status == 404)
        status = smartflows_get_document_content_by_id(client, document_id, sink, error);
    return status;
}

static const char *text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

size_t smartflows_find_documents(const cJSON *model, smartflows_output_document *documents, size_t capacity)
{
    size_t count = 0;
    if (cJSON_IsObject(model)) {
        const char *type = text_of(model, "type"), *id = text_of(model, "id");
        if (type != NULL && id != NULL && strcmp(type, "document") == 0) {
            if (capacity > 0)
                documents[0] = (smartflows_output_document){id, text_of(model, "displayName")};
            count++;
        }
    }
    for (const cJSON *child = model != NULL ? model->child : NULL; child != NULL; child = child->next) {
        size_t used = count < capacity ? count : capacity;
        count += smartflows_find_documents(child, used < capacity ? documents + used : NULL, capacity - used);
    }
    return count;
}
