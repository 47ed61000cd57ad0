#include "core/fail.h"
#include "model/codec.h"
#include "json/reader.h"

#include <stdlib.h>

/* Whether a reference token of a pointer, with ~0 and ~1 for ~ and /, is this name. */
static bool kf_pointer_matches(const char *token, size_t length, const kf_slice *name)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++, used++) {
        char c = token[i];
        if (c == '~' && i + 1 < length && (token[i + 1] == '0' || token[i + 1] == '1'))
            c = token[++i] == '0' ? '~' : '/';
        if (used >= name->length || name->text[used] != c)
            return false;
    }
    return used == name->length;
}

static bool kf_pointer_member(kf_reader *reader, const char *token, size_t length)
{
    bool more;
    kf_slice name;
    kf_slice passed;
    if (!kf_reader_enter(reader))
        return false;
    for (bool first = true; kf_reader_next_member(reader, first, &more) && more; first = false) {
        if (!kf_reader_name(reader, &name))
            return false;
        if (kf_pointer_matches(token, length, &name))
            return true;
        if (!kf_reader_skip(reader, &passed))
            return false;
    }
    return false;
}

static bool kf_pointer_element(kf_reader *reader, const char *token, size_t length)
{
    size_t index = 0;
    if (length == 0 || length > 9 || (token[0] == '0' && length > 1))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (token[i] < '0' || token[i] > '9')
            return false;
        index = index * 10 + (size_t)(token[i] - '0');
    }
    bool more;
    kf_slice passed;
    if (!kf_reader_enter(reader))
        return false;
    for (bool first = true; kf_reader_next_element(reader, first, &more) && more; first = false) {
        if (index-- == 0)
            return true;
        if (!kf_reader_skip(reader, &passed))
            return false;
    }
    return false;
}

/* Moves the reader to the value that the pointer names. */
static bool kf_pointer_follow(kf_reader *reader, const char *pointer)
{
    while (*pointer != '\0') {
        if (*pointer++ != '/')
            return false;
        size_t length = strcspn(pointer, "/");
        kf_token token = kf_reader_peek(reader);
        bool found = token == KF_TOKEN_OBJECT  ? kf_pointer_member(reader, pointer, length)
                     : token == KF_TOKEN_ARRAY ? kf_pointer_element(reader, pointer, length)
                                               : false;
        if (!found)
            return false;
        pointer += length;
    }
    return true;
}

bool kf_json_pointer_text(const char *json, size_t length, const char *pointer, char *target, size_t size)
{
    if (size > 0)
        target[0] = '\0';
    if (json == NULL || pointer == NULL || size == 0 || length > SIZE_MAX / 2)
        return false;
    char *text = malloc(length + 1);
    if (text == NULL)
        return false;
    memcpy(text, json, length);
    text[length] = '\0';
    kf_reader reader;
    kf_slice value;
    kf_reader_init(&reader, text, length, 0);
    /* The whole must be JSON, not just the way to the value. */
    bool found = kf_reader_skip(&reader, &value) && kf_reader_finish(&reader);
    kf_reader_init(&reader, text, length, 0);
    if (found && kf_pointer_follow(&reader, pointer) && kf_reader_peek(&reader) != KF_TOKEN_NULL)
        found = kf_reader_peek(&reader) == KF_TOKEN_STRING ? kf_reader_string(&reader, &value)
                                                           : kf_reader_skip(&reader, &value);
    else
        found = false;
    if (found)
        kf_copy_words(target, size, value.text, value.length);
    free(text);
    return found;
}
