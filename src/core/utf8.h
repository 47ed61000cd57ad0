/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef KF_CORE_UTF8_H
#define KF_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes (1 to 4) of the character at the start of a text of `available` bytes; 0 when it is not valid. */
static inline size_t kf_utf8_length(const char *text, size_t available)
{
    const unsigned char *s = (const unsigned char *)text;
    if (available == 0)
        return 0;
    unsigned lead = s[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (available < bytes || (s[1] & 0xC0) != 0x80)
        return 0;
    if ((lead == 0xE0 && s[1] < 0xA0) || (lead == 0xED && s[1] > 0x9F) || (lead == 0xF0 && s[1] < 0x90) ||
        (lead == 0xF4 && s[1] > 0x8F))
        return 0;
    for (size_t i = 2; i < bytes; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    }
    return bytes;
}

/* Writes a code point that is valid; returns the bytes written, at most 4. */
static inline size_t kf_utf8_put(char *target, uint32_t point)
{
    if (point < 0x80) {
        target[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        target[0] = (char)(0xC0 | (point >> 6));
        target[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        target[0] = (char)(0xE0 | (point >> 12));
        target[1] = (char)(0x80 | ((point >> 6) & 0x3F));
        target[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    target[0] = (char)(0xF0 | (point >> 18));
    target[1] = (char)(0x80 | ((point >> 12) & 0x3F));
    target[2] = (char)(0x80 | ((point >> 6) & 0x3F));
    target[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

#endif
