#include "kuflow/services/kuflow_client.h"

#include "client/state.h"
#include "core/buffer.h"
#include "core/fail.h"
#include "kuflow/services/kuflow.h"

#include <stdlib.h>
#include <string.h>

/* The version of the API, as the last segment of the document's server: "/v2024-06-14". */
static const char *version_segment(void)
{
    return strrchr(kuflow_service.server_url, '/');
}

/* Whether a path has a segment of the form vYYYY-MM-DD, that is, names a version itself. */
static bool names_version(const char *url)
{
    for (const char *at = strstr(url, "/v"); at != NULL; at = strstr(at + 1, "/v")) {
        size_t length = strspn(at + 2, "0123456789-");
        if (length == 10 && (at[12] == '\0' || at[12] == '/'))
            return true;
    }
    return false;
}

kf_status kuflow_client_new(const kf_client_options *options, kf_client **client, kf_error *error)
{
    kf_client_options own;
    kf_buffer url = {0};
    kf_status status = kf_client_begin(options, &own, client, error);
    if (status != KF_OK)
        return status;
    if (own.base_url == NULL || *own.base_url == '\0') {
        own.base_url = kuflow_service.server_url;
    } else if (!names_version(own.base_url)) {
        size_t length = strlen(own.base_url);
        while (length > 0 && own.base_url[length - 1] == '/')
            length--;
        kf_buffer_append(&url, own.base_url, length);
        kf_buffer_text(&url, version_segment());
    }
    return kf_client_new_for(&own, &url, KF_AUTH_BEARER_PAIR, client, error);
}

static const char *from_environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : NULL;
}

kf_status kuflow_client_from_environment(const kf_client_options *options, kf_client **client, kf_error *error)
{
    kf_client_options own;
    kf_status status = kf_client_begin(options, &own, client, error);
    if (status != KF_OK)
        return status;
    if (own.base_url == NULL) {
        own.base_url = getenv("KUFLOW_ENDPOINT");
        if (own.base_url != NULL && *own.base_url == '\0')
            return kf_fail(error, KF_ERROR_ARGUMENT, "KUFLOW_ENDPOINT is set, but empty");
    }
    bool given = own.auth != KF_AUTH_NONE || own.username != NULL || own.password != NULL || own.token != NULL ||
                 own.token_provider != NULL;
    if (!given) {
        own.username = from_environment("KUFLOW_CLIENT_ID");
        own.password = from_environment("KUFLOW_CLIENT_SECRET");
        if (own.username == NULL || own.password == NULL) {
            own.username = own.password = NULL;
            own.token = from_environment("KUFLOW_TOKEN");
        }
        if (own.username == NULL && own.token == NULL)
            return kf_fail(error, KF_ERROR_ARGUMENT,
                           "no credentials: set KUFLOW_CLIENT_ID and KUFLOW_CLIENT_SECRET, or KUFLOW_TOKEN");
    }
    return kuflow_client_new(&own, client, error);
}
