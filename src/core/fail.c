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

/* White space as single blanks, and none at the ends. Returns the new length. */
static size_t one_line(char *text, size_t length)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        bool space = text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r');
        if (!space)
            text[used++] = text[i];
        else if (used > 0 && text[used - 1] != ' ')
            text[used++] = ' ';
    }
    return used > 0 && text[used - 1] == ' ' ? used - 1 : used;
}

void kf_copy_words(char *target, size_t size, char *text, size_t length)
{
    static const char gap[] = {' ', '.', '.', '.'};
    length = one_line(text, length);
    if (length >= size && size >= 64) {
        size_t head = size / 10 * 7, room = size - 1 - head - sizeof gap;
        const char *tail = memchr(text + length - room, ' ', room);
        while (head > 0 && text[head] != ' ')
            head--;
        if (head > 0 && tail != NULL) {
            size_t rest = (size_t)(text + length - tail);
            memcpy(text + head, gap, sizeof gap);
            memmove(text + head + sizeof gap, tail, rest);
            length = head + sizeof gap + rest;
        }
    }
    kf_copy_text(target, size, text, length);
}
