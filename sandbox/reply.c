/* Answers: models, bytes and errors; and the small encodings that they need. */
#include "../src/core/utf8.h"
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void kf_sb_set_reply(kf_sb_call *call, int status, char *text, size_t length, const char *type)
{
    free(call->reply);
    call->status = status;
    call->reply = text;
    call->reply_length = length;
    snprintf(call->reply_type, sizeof(call->reply_type), "%s", type);
}

void kf_sb_no_memory(kf_sb_call *call)
{
    kf_sb_set_reply(call, 500, NULL, 0, "");
    call->no_memory = true;
}

void kf_sb_reply(kf_sb_call *call, int status, const kf_type *type, const void *model)
{
    char *text = NULL;
    kf_error error;
    kf_status result = kf_model_encode(type, model, &text, &error);
    if (result == KF_ERROR_MEMORY)
        kf_sb_no_memory(call);
    else if (result != KF_OK)
        kf_sb_error(call, 500, "sandbox.encode", NULL, NULL, "The sandbox could not encode its answer: %s",
                    error.message);
    else
        kf_sb_set_reply(call, status, text, strlen(text), "application/json");
}

bool kf_sb_header(kf_sb_call *call, const char *name, const char *value)
{
    if (call->header_count == sizeof(call->headers) / sizeof(call->headers[0]))
        return false;
    char *copy = kf_sb_strdup(value);
    if (copy == NULL)
        return false;
    snprintf(call->headers[call->header_count].name, sizeof(call->headers[0].name), "%s", name);
    call->headers[call->header_count++].value = copy;
    return true;
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void kf_sb_percent_encode(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (is_unreserved(*text))
            fputc(*text, out);
        else
            fprintf(out, "%%%02X", (unsigned char)*text);
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool kf_sb_percent_decode(char *text, bool plus_is_space)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (*from == '+' && plus_is_space) {
            *to++ = ' ';
        } else if (*from != '%') {
            *to++ = *from;
        } else {
            int high = hex_digit(from[1]);
            int low = high < 0 ? -1 : hex_digit(from[2]);
            if (low < 0 || (high == 0 && low == 0))
                return false;
            *to++ = (char)(high << 4 | low);
            from += 2;
        }
    }
    *to = '\0';
    return true;
}

char *kf_sb_base64(const void *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = bytes;
    char *text = malloc((length + 2) / 3 * 4 + 1);
    if (text == NULL)
        return NULL;
    char *to = text;
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned group =
            (unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0u);
        *to++ = digits[group >> 18];
        *to++ = digits[group >> 12 & 63];
        *to++ = left > 1 ? digits[group >> 6 & 63] : '=';
        *to++ = left > 2 ? digits[group & 63] : '=';
    }
    *to = '\0';
    return text;
}

/* Content-Disposition with the plain form for old readers and RFC 5987's for all others. */
static bool add_disposition(kf_sb_call *call, const char *file_name)
{
    char *value = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&value, &length);
    if (out == NULL)
        return false;
    fputs("attachment; filename=\"", out);
    for (const char *c = file_name; *c != '\0'; c++)
        fputc((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e || *c == '"' || *c == '\\' ? '_' : *c, out);
    fputs("\"; filename*=UTF-8''", out);
    kf_sb_percent_encode(out, file_name);
    bool ok = fclose(out) == 0 && kf_sb_header(call, "Content-Disposition", value);
    free(value);
    return ok;
}

void kf_sb_reply_bytes(kf_sb_call *call, const char *bytes, size_t length, const char *type, const char *file_name)
{
    char *copy = malloc(length + 1);
    if (copy == NULL || !add_disposition(call, file_name)) {
        free(copy);
        kf_sb_no_memory(call);
        return;
    }
    if (length > 0)
        memcpy(copy, bytes, length);
    kf_sb_set_reply(call, 200, copy, length, type);
}

static const char *reason(int status)
{
    switch (status) {
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 409:
        return "Conflict";
    case 413:
        return "Payload Too Large";
    case 415:
        return "Unsupported Media Type";
    case 429:
        return "Too Many Requests";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    default:
        return "Error";
    }
}

void kf_sb_make_utf8(char *text)
{
    for (size_t left = strlen(text), bytes; left > 0; text += bytes, left -= bytes) {
        bytes = kf_utf8_length(text, left);
        if (bytes == 0) {
            *text = '?';
            bytes = 1;
        }
    }
}

void kf_sb_error(kf_sb_call *call, int status, const char *code, const char *location, const char *location_type,
                 const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    kf_sb_make_utf8(message);

    char now[KF_SB_TIME];
    kf_sb_now(call->sandbox, now);
    kuflow_default_error_info info = {
        .code = code, .message = message, .location = location, .location_type = location_type};
    kuflow_default_error body = {
        .timestamp = now, .status = status, .message = reason(status), .errors = &info, .errors_count = 1};
    char *text = NULL;
    if (kf_model_encode(&kuflow_default_error_schema, &body, &text, NULL) != KF_OK)
        kf_sb_no_memory(call);
    else
        kf_sb_set_reply(call, status, text, strlen(text), "application/json");
}

void kf_sb_fill_audit(const kf_sb_resource *resource, const char **created_by, const char **created_at,
                      const char **modified_by, const char **modified_at)
{
    *created_by = resource->audit.created_by;
    *created_at = resource->audit.created_at;
    *modified_by = resource->audit.modified_by;
    *modified_at = resource->audit.modified_at;
}
