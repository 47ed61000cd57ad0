/* A text that grows. The first failed allocation is remembered: append freely, check once at the end. */
#ifndef KF_CORE_BUFFER_H
#define KF_CORE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct kf_buffer {
    char *data; /* NULL until something was appended; always terminated after that. */
    size_t length;
    size_t capacity;
    bool failed; /* An allocation failed; the content is not to be used. */
    bool secret; /* Wiped whenever memory is given back. */
} kf_buffer;

/* Each returns false when memory is or was short. */
bool kf_buffer_append(kf_buffer *buffer, const char *text, size_t length);
bool kf_buffer_text(kf_buffer *buffer, const char *text);
bool kf_buffer_reserve(kf_buffer *buffer, size_t more);
/* Text of a caller's: what is not UTF-8 becomes "?"; at most `most` characters as UTF-16 counts them (0: all). */
bool kf_buffer_utf8(kf_buffer *buffer, const char *text, size_t most);
bool kf_buffer_format(kf_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline bool kf_buffer_char(kf_buffer *buffer, char c)
{
    if (buffer->failed || buffer->capacity - buffer->length < 2)
        return kf_buffer_append(buffer, &c, 1);
    buffer->data[buffer->length++] = c;
    buffer->data[buffer->length] = '\0';
    return true;
}

/* Hands over the text (an empty buffer gives ""), to be freed with free(). NULL when memory was short. */
char *kf_buffer_take(kf_buffer *buffer);
void kf_buffer_free(kf_buffer *buffer);
/* The same, after wiping what it held; set `secret` before the first append when growing must not leave copies. */
void kf_buffer_wipe(kf_buffer *buffer);

#endif
