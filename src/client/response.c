#define _DEFAULT_SOURCE 1
#include "client/response.h"

#include "http/header.h"

#include <stdlib.h>
#include <string.h>

void kf_response_free(kf_response *response)
{
    if (response == NULL)
        return;
    kf_buffer_wipe(&response->headers); /* cookies, tokens */
    if (response->text != NULL)
        explicit_bzero(response->text, response->length);
    free(response->text);
    free(response);
}

int kf_response_status(const kf_response *response)
{
    return response == NULL ? 0 : response->http_status;
}

int kf_response_header_at(const kf_response *response, size_t index, const char **name, const char **value)
{
    if (response == NULL || index >= response->header_count)
        return -1;
    const char *at = response->headers.data;
    for (; index > 0; index--) {
        at += strlen(at) + 1;
        at += strlen(at) + 1;
    }
    if (name != NULL)
        *name = at;
    if (value != NULL)
        *value = at + strlen(at) + 1;
    return 0;
}

const char *kf_response_header(const kf_response *response, const char *name)
{
    const char *found = NULL;
    if (response == NULL || name == NULL)
        return NULL;
    const char *at = response->headers.data;
    for (size_t i = 0; i < response->header_count; i++) {
        const char *value = at + strlen(at) + 1;
        if (kf_header_name_equal(at, name))
            found = value;
        at = value + strlen(value) + 1;
    }
    return found;
}

const char *kf_response_text(const kf_response *response, size_t *length)
{
    if (length != NULL)
        *length = response == NULL ? 0 : response->length;
    return response == NULL ? NULL : response->text;
}
