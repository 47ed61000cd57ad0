/**
 * @file smartflows_client.h
 * Clients for Smart Flows, and what its calls leave to the caller: reading a status, cancelling, finding documents.
 */
#ifndef KUFLOW_SERVICES_SMARTFLOWS_CLIENT_H
#define KUFLOW_SERVICES_SMARTFLOWS_CLIENT_H

#include "kuflow/services/smartflows.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a client as kf_client_new() does, with what Smart Flows needs:
 *
 * - `token` alone is an API key and means KF_AUTH_API_KEY, in the header `X-API-Key`; `token_provider` alone supplies
 *   the tokens of smartflows_login() and means KF_AUTH_BEARER, which also serves for a `token` of that kind. There is
 *   no login with name and password in each request: KF_ERROR_ARGUMENT.
 * - `base_url` is needed, as each project has a host of its own: "https://host", "https://host:8443/" or with the path
 *   of the API, "https://host/api/v1". Slashes too many are removed, and "/api/v1" is appended when it is not the end
 *   already.
 *
 * @return As kf_client_new(); KF_ERROR_ARGUMENT also without `base_url`.
 */
KF_API kf_status smartflows_client_new(const kf_client_options *options, kf_client **client, kf_error *error);

/**
 * Reads a status without regard to case and spaces: "UserInput", "User input" and "user input" are the same.
 * @param text  The `status` of an execution or of its progress.
 * @return The status; 0 for NULL and an empty text, SMARTFLOWS_FLOW_EXECUTION_STATUS_UNRECOGNIZED for one that this
 *         version does not know.
 */
KF_API smartflows_flow_execution_status smartflows_status_of(const char *text);

/** Whether an execution with this status has ended: Success, Warning, Error, Canceled or Interrupted. */
KF_API bool smartflows_status_is_stable(smartflows_flow_execution_status status);

/**
 * Cancels an execution. Two calls are described for this, and it is not known which of them a server has:
 * smartflows_cancel_flow_execution() is tried first, smartflows_delete_flow_execution() when the server answers the
 * first with 404 or 405.
 * @return As of the call that was made last; KF_ERROR_NOT_FOUND when the server knows neither, or not the execution.
 */
KF_API kf_status smartflows_cancel(kf_client *client, const char *execution_id, kf_error *error);

/** A document that an execution made. */
typedef struct smartflows_output_document {
    const char *id;   /**< For smartflows_save_document() and smartflows_get_document(). */
    const char *name; /**< For people; may be NULL. Check it before you use it as a path. */
} smartflows_output_document;

/**
 * Finds the documents in a `model`, in its order: every object, at any depth, whose `type` is "document" and that has
 * an `id`. The name of the member that it stands in does not matter. A document that stands there twice is found twice.
 *
 * @param model      Of the progress of an execution that has ended, or of its `state.output`; NULL: there are none.
 * @param documents  Room for `capacity` of them; may be NULL with 0. Their texts belong to `model`.
 * @return How many there are, also when that is more than `capacity`.
 */
KF_API size_t smartflows_find_documents(const cJSON *model, smartflows_output_document *documents, size_t capacity);

/**
 * Streams the bytes of a document into a sink: a file, memory, a descriptor or a callback. Two paths are described for
 * this, and it is not known which of them a server has: smartflows_get_document_content() is tried first,
 * smartflows_get_document_content_by_id() when the server answers the first with 404.
 * @return As of the call that was made last; KF_ERROR_NOT_FOUND when there is no such document.
 */
KF_API kf_status smartflows_save_document(kf_client *client, const char *document_id, kf_sink *sink, kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
