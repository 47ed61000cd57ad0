#include "http/url.h"

#include "core/fail.h"
#include "http/parameter.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

static bool unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void kf_url_encode(kf_buffer *buffer, const char *text, size_t length, const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t done = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (unreserved(c) || (c != '\0' && strchr(keep, c) != NULL))
            continue;
        kf_buffer_append(buffer, text + done, i - done);
        char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
        kf_buffer_append(buffer, escape, sizeof(escape));
        done = i + 1;
    }
    kf_buffer_append(buffer, text + done, length - done);
}

/* A part, NULL when there is none. False: no memory. */
static bool get_part(CURLU *url, CURLUPart part, char **text)
{
    *text = NULL;
    return curl_url_get(url, part, text, 0) != CURLUE_OUT_OF_MEMORY;
}

/* A user, password or login options. */
static kf_status check_user(CURLU *url, kf_error *error)
{
    char *user = NULL, *password = NULL, *options = NULL;
    kf_status status = KF_OK;
    if (!get_part(url, CURLUPART_USER, &user) || !get_part(url, CURLUPART_PASSWORD, &password) ||
        !get_part(url, CURLUPART_OPTIONS, &options))
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    else if (user != NULL || password != NULL || options != NULL)
        status =
            kf_fail(error, KF_ERROR_ARGUMENT, "base_url must not have a user or password; use the options for them");
    curl_free(user);
    curl_free(password);
    curl_free(options);
    return status;
}

/* Builds the normal form from the parsed parts. */
static kf_status assemble(CURLU *url, bool allow_http, kf_base_url *base, kf_error *error)
{
    char *scheme = NULL, *host = NULL, *port = NULL, *path = NULL;
    kf_buffer text = {0}, authority = {0};
    kf_status status = KF_OK;
    if (!get_part(url, CURLUPART_SCHEME, &scheme) || !get_part(url, CURLUPART_HOST, &host) ||
        !get_part(url, CURLUPART_PORT, &port) || !get_part(url, CURLUPART_PATH, &path)) {
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
        goto out;
    }
    if (scheme == NULL || host == NULL || path == NULL) {
        status = kf_fail(error, KF_ERROR_ARGUMENT, "base_url has no host");
        goto out;
    }
    base->https = strcmp(scheme, "https") == 0;
    if (!base->https && strcmp(scheme, "http") != 0) {
        status = kf_fail(error, KF_ERROR_ARGUMENT, "base_url must begin with https:// (or http://)");
        goto out;
    }
    if (!base->https && !allow_http) {
        status = kf_fail(error, KF_ERROR_ARGUMENT,
                         "base_url begins with http://, which sends credentials in clear text; set allow_http");
        goto out;
    }
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/')
        length--;
    kf_buffer_text(&authority, host);
    if (port != NULL) {
        kf_buffer_char(&authority, ':');
        kf_buffer_text(&authority, port);
    }
    kf_buffer_text(&text, scheme);
    kf_buffer_text(&text, "://");
    kf_buffer_append(&text, authority.data, authority.length);
    kf_buffer_append(&text, path, length);
    base->length = text.length;
    base->text = kf_buffer_take(&text);
    base->authority = kf_buffer_take(&authority);
    if (base->text == NULL || base->authority == NULL)
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
out:
    kf_buffer_free(&text);
    kf_buffer_free(&authority);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(path);
    return status;
}

kf_status kf_base_url_new(const char *text, bool allow_http, kf_base_url **base, kf_error *error)
{
    *base = NULL;
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f || *c == '\\')
            return kf_fail(error, KF_ERROR_ARGUMENT,
                           "base_url has a blank, a backslash or a character that is not ASCII");
    if (strpbrk(text, "?#") != NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "base_url must not have a query or fragment");
    CURLU *url = curl_url();
    kf_base_url *made = calloc(1, sizeof(*made));
    kf_status status = KF_OK;
    if (url == NULL || made == NULL) {
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
        goto out;
    }
    CURLUcode code = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
    if (code == CURLUE_OUT_OF_MEMORY)
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    else if (code != CURLUE_OK || strstr(text, "://") == NULL || strstr(text, ":///") != NULL)
        status = kf_fail(error, KF_ERROR_ARGUMENT, "base_url is not a URL such as https://api.example.com/v1");
    else if ((status = check_user(url, error)) == KF_OK)
        status = assemble(url, allow_http, made, error);
out:
    curl_url_cleanup(url);
    if (status != KF_OK)
        kf_base_url_free(made);
    else
        *base = made;
    return status;
}

void kf_base_url_free(kf_base_url *base)
{
    if (base == NULL)
        return;
    free(base->text);
    free(base->authority);
    free(base);
}

void kf_url_host(const char *location, char *target, size_t size)
{
    char *host = NULL;
    CURLU *url = curl_url();
    *target = '\0';
    if (url != NULL && curl_url_set(url, CURLUPART_URL, location, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        kf_copy_text(target, size, host, strlen(host));
    curl_free(host);
    curl_url_cleanup(url);
}

/* No segment may be "." or "..", also not written as %2e: a server or proxy would resolve it. */
static bool has_dot_segment(const char *path, size_t length)
{
    /* Most paths have neither; this saves looking at each character. */
    if (memchr(path, '.', length) == NULL && memchr(path, '%', length) == NULL)
        return false;
    for (size_t i = 0; i < length;) {
        size_t dots = 0;
        bool other = false;
        for (i++; i < length && path[i] != '/'; i++) {
            if (path[i] == '.') {
                dots++;
            } else if (i + 2 < length && path[i] == '%' && path[i + 1] == '2' && (path[i + 2] | 0x20) == 'e') {
                dots++;
                i += 2;
            } else {
                other = true;
            }
        }
        if (!other && (dots == 1 || dots == 2))
            return true;
    }
    return false;
}

static kf_status put_path_value(const kf_operation *operation, const char *name, size_t length,
                                const kf_url_values *values, kf_buffer *url, kf_error *error)
{
    const kf_type *type = operation->path_parameters;
    for (size_t i = 0; type != NULL && i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        bool wrote;
        if (strlen(field->name) == length && memcmp(field->name, name, length) == 0)
            return kf_parameter_write(field, &operation->path_styles[i], values->path, values->tenant, 0, &wrote, url,
                                      error);
    }
    return kf_fail(error, KF_ERROR_INTERNAL, "the description of the path parameter \"%.*s\" is missing", (int)length,
                   name);
}

static kf_status put_path(const kf_operation *operation, const kf_url_values *values, kf_buffer *url, kf_error *error)
{
    size_t start = url->length;
    const char *template = operation->path;
    while (*template != '\0') {
        size_t plain = strcspn(template, "{");
        kf_buffer_append(url, template, plain);
        template += plain;
        if (*template == '\0')
            break;
        const char *end = strchr(template, '}');
        if (end == NULL)
            return kf_fail(error, KF_ERROR_INTERNAL, "the path template has no closing brace");
        kf_status status = put_path_value(operation, template + 1, (size_t)(end - template - 1), values, url, error);
        if (status != KF_OK)
            return status;
        template = end + 1;
    }
    if (url->failed)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    if (operation->path_parameters != NULL && has_dot_segment(url->data + start, url->length - start))
        return kf_fail(error, KF_ERROR_ARGUMENT, "a path parameter is \".\" or \"..\", which would change the path");
    return KF_OK;
}

static kf_status put_pairs(const kf_pairs *pairs, char *lead, kf_buffer *url, kf_error *error)
{
    for (size_t i = 0; pairs != NULL && i < pairs->count; i++) {
        const kf_pair *pair = &pairs->items[i];
        if (pair->name == NULL || pair->value == NULL)
            return kf_fail(error, KF_ERROR_ARGUMENT, "a query parameter has no name or no value");
        kf_buffer_char(url, *lead);
        kf_url_encode(url, pair->name, strlen(pair->name), "");
        kf_buffer_char(url, '=');
        kf_url_encode(url, pair->value, strlen(pair->value), "");
        *lead = '&';
    }
    return url->failed ? kf_fail(error, KF_ERROR_MEMORY, "out of memory") : KF_OK;
}

kf_status kf_url_build(const kf_base_url *base, const kf_operation *operation, const kf_url_values *values,
                       kf_buffer *url, kf_error *error)
{
    kf_buffer_reserve(url, base->length + strlen(operation->path) + 128);
    kf_buffer_append(url, base->text, base->length);
    kf_status status = put_path(operation, values, url, error);
    const kf_type *type = operation->parameters;
    char lead = strchr(operation->path, '?') == NULL ? '?' : '&'; /* Some documents have a query in a path. */
    for (size_t i = 0; type != NULL && i < type->field_count && status == KF_OK; i++) {
        bool wrote;
        if (operation->styles[i].location != KF_IN_QUERY)
            continue;
        status = kf_parameter_write(&type->fields[i], &operation->styles[i], values->parameters, values->tenant, lead,
                                    &wrote, url, error);
        if (wrote)
            lead = '&';
    }
    return status == KF_OK ? put_pairs(values->query, &lead, url, error) : status;
}

static bool path_character(const char *c)
{
    if (*c == '%') {
        for (int i = 1; i <= 2; i++)
            if (c[i] == '\0' || strchr("0123456789abcdefABCDEF", c[i]) == NULL)
                return false;
        return true;
    }
    return unreserved((unsigned char)*c) || strchr("/!$&'()*+,;=:@", *c) != NULL;
}

kf_status kf_url_check_path(const char *path, kf_error *error)
{
    if (path == NULL || *path != '/')
        return kf_fail(error, KF_ERROR_ARGUMENT, "the path must begin with /");
    if (strchr(path, '?') != NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the path has a query, which is to be given by itself");
    for (const char *c = path; *c != '\0'; c++)
        if (!path_character(c))
            return kf_fail(error, KF_ERROR_ARGUMENT, "the path has a character that must be percent-encoded");
    /* A join gone wrong; some servers take it for an attack. */
    if (strstr(path, "//") != NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the path has an empty segment, \"//\"");
    if (has_dot_segment(path, strlen(path)))
        return kf_fail(error, KF_ERROR_ARGUMENT, "the path has a segment \".\" or \"..\"");
    return KF_OK;
}

kf_status kf_url_raw(const kf_base_url *base, const char *path, const kf_pairs *query, const kf_pairs *more,
                     kf_buffer *url, kf_error *error)
{
    char lead = '?';
    kf_status status = kf_url_check_path(path, error);
    if (status != KF_OK)
        return status;
    kf_buffer_append(url, base->text, base->length);
    kf_buffer_text(url, path);
    status = put_pairs(query, &lead, url, error);
    return status == KF_OK ? put_pairs(more, &lead, url, error) : status;
}
