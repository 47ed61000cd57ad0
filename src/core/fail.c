#include "core/fail.h"

#include "core/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void kf_error_clear(kf_error *error)
{
    if (error == NULL)
        return;
    memset(error, 0, sizeof *error);
    error->retry_after_ms = -1;
}

kf_status kf_fail(kf_error *error, kf_status status, const char *format, ...)
{
    if (error == NULL)
        return status;
    char message[2 * sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (length < 0)
        message[0] = '\0';
    error->status = status;
    KF_COPY_TEXT(error->message, message, strlen(message));
    return status;
}

void kf_copy_text(char *target, size_t size, const char *text, size_t length)
{
    if (size == 0)
        return;
    size_t used = 0;
    const char *end = text + length;
    while (text < end) {
        unsigned char c = (unsigned char)*text;
        size_t bytes = c < 0x80 ? 1 : kf_utf8_length(text, (size_t)(end - text));
        /* U+0080 to U+009F are control characters, too. */
        bool printable = bytes > 0 && c >= 0x20 && c != 0x7F && (c != 0xC2 || (unsigned char)text[1] >= 0xA0);
        size_t step = bytes > 0 ? bytes : 1;
        if (!printable)
            bytes = 1;
        if (used + bytes >= size)
            break;
        if (printable)
            memcpy(target + used, text, bytes);
        else
            target[used] = '?';
        used += bytes;
        text += step;
    }
    target[used] = '\0';
}
