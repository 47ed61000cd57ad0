#include "kuflow/services/patchworks_client.h"

#include "client/state.h"
#include "core/fail.h"

#include <stdlib.h>
#include <string.h>

/* How the caller identifies itself: both ways are values of one header. */
static kf_status choose_auth(kf_client_options *own, kf_error *error)
{
    if (own->username != NULL || own->password != NULL || own->auth == KF_AUTH_BASIC ||
        own->auth == KF_AUTH_BEARER_PAIR)
        return kf_fail(error, KF_ERROR_ARGUMENT, "Patchworks takes an API key or a token: see patchworks_login_new()");
    if (own->auth == KF_AUTH_NONE && own->token_provider == NULL && own->token != NULL)
        own->auth = KF_AUTH_API_KEY;
    if (own->auth == KF_AUTH_API_KEY && own->api_key_header == NULL)
        own->api_key_header = "Authorization";
    return KF_OK;
}

/* Without the "/api/v1" that the paths of the operations begin with. */
static void put_base_url(kf_buffer *url, const char *text)
{
    static const char api[] = "/api/v1";
    size_t last = sizeof(api) - 1;
    if (text == NULL || *text == '\0')
        return;
    kf_put_base_url(url, text, &patchworks_service, "");
    if (!url->failed && url->length > last && strcmp(url->data + url->length - last, api) == 0)
        url->data[url->length -= last] = '\0';
}

kf_status patchworks_client_new(const kf_client_options *options, kf_client **client, kf_error *error)
{
    kf_client_options own;
    kf_buffer url = {0};
    kf_status status = kf_client_begin(options, &own, client, error);
    if (status == KF_OK)
        status = choose_auth(&own, error);
    if (status == KF_OK && own.header_count > 0 && own.headers == NULL)
        status = kf_fail(error, KF_ERROR_ARGUMENT, "headers is NULL, but header_count is not 0");
    if (status != KF_OK)
        return status;
    kf_pair *headers = calloc(own.header_count + 1, sizeof(*headers));
    if (headers == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    bool given = false;
    for (size_t i = 0; i < own.header_count; i++) {
        headers[i] = own.headers[i];
        given |= headers[i].name != NULL && kf_header_name_equal(headers[i].name, "Content-Type");
    }
    if (!given)
        headers[own.header_count++] = (kf_pair){"Content-Type", "application/json"};
    own.headers = headers;
    put_base_url(&url, own.base_url);
    status = kf_client_new_for(&own, &url, KF_AUTH_BEARER, client, error);
    free(headers);
    return status;
}
