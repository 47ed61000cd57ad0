#include "core/buffer.h"

#include "core/arena.h"
#include "core/utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KF_BUFFER_FIRST 128

/* realloc() may leave a copy behind, which a secret must not. */
static char *kf_buffer_move(kf_buffer *buffer, size_t capacity)
{
    if (!buffer->secret)
        return realloc(buffer->data, capacity);
    char *data = malloc(capacity);
    if (data == NULL)
        return NULL;
    if (buffer->data != NULL) {
        memcpy(data, buffer->data, buffer->length + 1);
        kf_wipe(buffer->data, buffer->capacity);
        free(buffer->data);
    }
    return data;
}

bool kf_buffer_reserve(kf_buffer *buffer, size_t more)
{
    if (buffer->failed)
        return false;
    if (more < buffer->capacity - buffer->length)
        return true;
    if (more >= SIZE_MAX / 2 - buffer->length) {
        buffer->failed = true;
        return false;
    }
    size_t capacity = buffer->capacity < KF_BUFFER_FIRST / 2 ? KF_BUFFER_FIRST : buffer->capacity * 2;
    if (capacity < buffer->length + more + 1)
        capacity = buffer->length + more + 1;
    char *data = kf_buffer_move(buffer, capacity);
    if (data == NULL) {
        buffer->failed = true;
        return false;
    }
    data[buffer->length] = '\0';
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

bool kf_buffer_append(kf_buffer *buffer, const char *text, size_t length)
{
    if (!kf_buffer_reserve(buffer, length))
        return false;
    if (length > 0)
        memcpy(buffer->data + buffer->length, text, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return true;
}

bool kf_buffer_text(kf_buffer *buffer, const char *text)
{
    return kf_buffer_append(buffer, text, strlen(text));
}

bool kf_buffer_utf8(kf_buffer *buffer, const char *text, size_t most)
{
    size_t left = strlen(text), bytes, count = 0;
    for (; left > 0; text += bytes, left -= bytes) {
        bytes = kf_utf8_length(text, left);
        count += bytes == 4 ? 2 : 1;
        if (most > 0 && count > most)
            break;
        kf_buffer_append(buffer, bytes == 0 ? "?" : text, bytes == 0 ? 1 : bytes);
        bytes += bytes == 0;
    }
    return !buffer->failed;
}

bool kf_buffer_format(kf_buffer *buffer, const char *format, ...)
{
    if (!kf_buffer_reserve(buffer, 64))
        return false;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(buffer->data + buffer->length, buffer->capacity - buffer->length, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length >= buffer->capacity - buffer->length) {
        buffer->data[buffer->length] = '\0';
        if (!kf_buffer_reserve(buffer, (size_t)length))
            return false;
        va_start(arguments, format);
        length = vsnprintf(buffer->data + buffer->length, buffer->capacity - buffer->length, format, arguments);
        va_end(arguments);
    }
    if (length < 0) {
        buffer->data[buffer->length] = '\0';
        buffer->failed = true;
        return false;
    }
    buffer->length += (size_t)length;
    return true;
}

char *kf_buffer_take(kf_buffer *buffer)
{
    if (!kf_buffer_append(buffer, "", 0)) {
        kf_buffer_free(buffer);
        return NULL;
    }
    char *data = buffer->data;
    *buffer = (kf_buffer){0};
    return data;
}

void kf_buffer_free(kf_buffer *buffer)
{
    if (buffer->secret && buffer->data != NULL)
        kf_wipe(buffer->data, buffer->capacity);
    free(buffer->data);
    *buffer = (kf_buffer){0};
}

void kf_buffer_wipe(kf_buffer *buffer)
{
    buffer->secret = true;
    kf_buffer_free(buffer);
}
