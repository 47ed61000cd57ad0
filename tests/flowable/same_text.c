#define _POSIX_C_SOURCE 200809L
#include "same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

void text_add(text *to, const char *bytes, size_t length)
{
    if (to->length + length + 1 > to->capacity) {
        to->capacity = (to->length + length + 1) * 2;
        to->bytes = realloc(to->bytes, to->capacity);
        assert_non_null(to->bytes);
    }
    if (length > 0)
        memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
    to->bytes[to->length] = '\0';
}

void text_puts(text *to, const char *bytes)
{
    text_add(to, bytes, strlen(bytes));
}

void text_printf(text *to, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    assert_in_range(length, 0, sizeof(line) - 1);
    text_add(to, line, (size_t)length);
}

void text_clear(text *to)
{
    to->length = 0;
    text_add(to, NULL, 0);
}

void text_free(text *to)
{
    free(to->bytes);
    *to = (text){0};
}

void text_read_file(text *to, const char *path)
{
    char part[4096];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s cannot be read", path);
    for (size_t length; (length = fread(part, 1, sizeof(part), file)) > 0;)
        text_add(to, part, length);
    fclose(file);
}

void peer_keep(peer *server, const char *name, const char *value)
{
    kept *place = NULL;
    for (size_t i = 0; i < server->kept_count && place == NULL; i++) {
        if (strcmp(server->kept[i].name, name) == 0)
            place = &server->kept[i];
    }
    if (place == NULL) {
        assert_true(server->kept_count < sizeof(server->kept) / sizeof(server->kept[0]));
        place = &server->kept[server->kept_count++];
        *place = (kept){.value = NULL};
        snprintf(place->name, sizeof(place->name), "%s", name);
    }
    free(place->value);
    place->value = strdup(value);
    assert_non_null(place->value);
}

/* "$<c3 28>": bytes. Returns what follows. */
static const char *expand_bytes(const char *from, text *to)
{
    while (*from != '>') {
        char digits[3] = {from[0], from[1], '\0'};
        char *end;
        char byte = (char)strtol(digits, &end, 16);
        assert_true(*end == '\0' && end > digits);
        text_add(to, &byte, 1);
        from += from[2] == ' ' ? 3 : 2;
    }
    return from + 1;
}

/* "$(text*count)": the text so many times. */
static const char *expand_repeated(const char *from, text *to)
{
    const char *close = strchr(from, ')');
    const char *star = strchr(from, '*');
    assert_true(close != NULL && star != NULL && star < close);
    for (long count = strtol(star + 1, NULL, 10); count > 0; count--)
        text_add(to, from, (size_t)(star - from));
    return close + 1;
}

static const char *expand_name(const peer *server, const char *from, text *to)
{
    size_t length = strspn(from, "abcdefghijklmnopqrstuvwxyz0123456789");
    for (size_t i = 0; i < server->kept_count; i++) {
        const kept *value = &server->kept[i];
        if (strlen(value->name) == length && strncmp(value->name, from, length) == 0) {
            text_puts(to, value->value);
            return from + length;
        }
    }
    fail_msg("%s: nothing was kept for $%.*s", server->name, (int)length, from);
    return from;
}

void peer_expand(const peer *server, const char *from, text *to)
{
    text_clear(to);
    while (*from != '\0') {
        size_t plain = strcspn(from, "$");
        text_add(to, from, plain);
        from += plain;
        if (*from == '\0')
            break;
        from++;
        if (*from == '<')
            from = expand_bytes(from + 1, to);
        else if (*from == '(')
            from = expand_repeated(from + 1, to);
        else
            from = expand_name(server, from, to);
    }
}
