#include "core/base64.h"

#include <string.h>

static int kf_base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool kf_base64_decode(char *text, size_t length, size_t *bytes)
{
    *bytes = 0;
    if (length % 4 != 0)
        return false;
    char *target = text;
    for (size_t i = 0; i < length; i += 4) {
        int padding = 0;
        if (i + 4 == length)
            padding = text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
        uint32_t group = 0;
        for (int j = 0; j < 4; j++) {
            int digit = j < 4 - padding ? kf_base64_digit(text[i + (size_t)j]) : 0;
            if (digit < 0)
                return false;
            group = group << 6 | (uint32_t)digit;
        }
        /* Bits that no byte takes must be zero, or two texts would mean the same. */
        if ((padding == 1 && (group & 0xFF) != 0) || (padding == 2 && (group & 0xFFFF) != 0))
            return false;
        for (int j = 0; j < 3 - padding; j++)
            *target++ = (char)(group >> (16 - 8 * j) & 0xFF);
    }
    *bytes = (size_t)(target - text);
    return true;
}

bool kf_base64_append(kf_buffer *buffer, const uint8_t *data, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (length > SIZE_MAX / 4 || !kf_buffer_reserve(buffer, (length + 2) / 3 * 4)) {
        buffer->failed = true;
        return false;
    }
    char *target = buffer->data + buffer->length;
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t group = (uint32_t)data[i] << 16;
        if (left > 1)
            group |= (uint32_t)data[i + 1] << 8;
        if (left > 2)
            group |= data[i + 2];
        *target++ = digits[group >> 18];
        *target++ = digits[group >> 12 & 63];
        *target++ = left > 1 ? digits[group >> 6 & 63] : '=';
        *target++ = left > 2 ? digits[group & 63] : '=';
    }
    *target = '\0';
    buffer->length = (size_t)(target - buffer->data);
    return true;
}
