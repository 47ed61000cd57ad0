#include "kuflow/services/flowable_client.h"

#include "client/state.h"
#include "core/buffer.h"
#include "core/fail.h"
#include "kuflow/services/flowable.h"

#include <string.h>

static const char api[] = "/external-job-api";

/* The base URL with single slashes and none at the end, and with the API's path at its end. What is no URL is left to
 * kf_client_new(), which says so. */
static void put_base_url(kf_buffer *url, const char *text)
{
    const char *scheme = strstr(text, "://");
    if (scheme == NULL || strpbrk(text, "?#") != NULL) {
        kf_buffer_text(url, text);
        return;
    }
    const char *path = scheme + 3 + strcspn(scheme + 3, "/");
    kf_buffer_append(url, text, (size_t)(path - text));
    size_t start = url->length;
    for (const char *end; *path != '\0'; path = end) {
        path += strspn(path, "/");
        end = path + strcspn(path, "/");
        if (end > path) {
            kf_buffer_char(url, '/');
            kf_buffer_append(url, path, (size_t)(end - path));
        }
    }
    size_t length = url->length - start, last = sizeof(api) - 1;
    if (length < last || memcmp(url->data + url->length - last, api, last) != 0)
        kf_buffer_text(url, api);
}

kf_status flowable_client_new(const kf_client_options *options, kf_client **client, kf_error *error)
{
    kf_client_options own;
    kf_buffer url = {0};
    kf_error_clear(error);
    if (client != NULL)
        *client = NULL;
    kf_status status = kf_options_copy(options, &own, error);
    if (status != KF_OK)
        return status;
    put_base_url(&url, own.base_url != NULL && *own.base_url != '\0' ? own.base_url : flowable_service.server_url);
    return kf_client_new_for(&own, &url, KF_AUTH_BASIC, client, error);
}
