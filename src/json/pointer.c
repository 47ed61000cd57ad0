#include "core/buffer.h"
#include "core/fail.h"
#include "model/codec.h"
#include "json/reader.h"

#include <stdlib.h>
#include <string.h>

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

/* A copy of the text, and a reader at the value that the pointer names. NULL: there is none, or no memory. */
static char *kf_pointer_open(const char *json, size_t length, const char *pointer, kf_reader *reader)
{
    if (json == NULL || pointer == NULL || length > SIZE_MAX / 2)
        return NULL;
    char *text = malloc(length + 1);
    if (text == NULL)
        return NULL;
    memcpy(text, json, length);
    text[length] = '\0';
    kf_slice value;
    kf_reader_init(reader, text, length, 0);
    /* The whole must be JSON, not just the way to the value. */
    bool found = kf_reader_skip(reader, &value) && kf_reader_finish(reader);
    kf_reader_init(reader, text, length, 0);
    if (found && kf_pointer_follow(reader, pointer))
        return text;
    free(text);
    return NULL;
}

bool kf_json_pointer_text(const char *json, size_t length, const char *pointer, char *target, size_t size)
{
    if (size > 0)
        target[0] = '\0';
    kf_reader reader;
    kf_slice value;
    char *text = size > 0 ? kf_pointer_open(json, length, pointer, &reader) : NULL;
    bool found = text != NULL && kf_reader_peek(&reader) != KF_TOKEN_NULL;
    if (found)
        found = kf_reader_peek(&reader) == KF_TOKEN_STRING ? kf_reader_string(&reader, &value)
                                                           : kf_reader_skip(&reader, &value);
    if (found)
        kf_copy_words(target, size, value.text, value.length);
    free(text);
    return found;
}

/* Passes a value: a text, or an array whose first element may be one. *text is empty where there is none. */
static bool kf_pointer_first_text(kf_reader *reader, kf_slice *text)
{
    kf_slice passed;
    bool more;
    *text = (kf_slice){"", 0};
    if (kf_reader_peek(reader) == KF_TOKEN_STRING)
        return kf_reader_string(reader, text);
    if (kf_reader_peek(reader) != KF_TOKEN_ARRAY)
        return kf_reader_skip(reader, &passed);
    if (!kf_reader_enter(reader))
        return false;
    for (bool first = true; kf_reader_next_element(reader, first, &more); first = false) {
        if (!more)
            return true;
        bool wanted = first && kf_reader_peek(reader) == KF_TOKEN_STRING;
        if (!(wanted ? kf_reader_string(reader, text) : kf_reader_skip(reader, &passed)))
            return false;
    }
    return false;
}

bool kf_json_pointer_fields(const char *json, size_t length, const char *pointer, char *target, size_t size,
                            char *first, size_t first_size)
{
    kf_reader reader;
    kf_slice name, words;
    kf_buffer list = {0};
    bool more;
    char *text = kf_pointer_open(json, length, pointer, &reader);
    bool good = text != NULL && kf_reader_peek(&reader) == KF_TOKEN_OBJECT && kf_reader_enter(&reader);
    for (bool begins = true; good && kf_reader_next_member(&reader, begins, &more) && more; begins = false) {
        good = kf_reader_name(&reader, &name) && kf_pointer_first_text(&reader, &words);
        if (!good)
            break;
        kf_buffer_text(&list, begins ? "" : "; ");
        kf_buffer_append(&list, name.text, name.length);
        kf_buffer_text(&list, words.length > 0 ? ": " : "");
        kf_buffer_append(&list, words.text, words.length);
        if (begins)
            kf_copy_words(first, first_size, name.text, name.length);
    }
    good = good && list.length > 0 && !list.failed;
    if (good)
        kf_copy_words(target, size, list.data, list.length);
    kf_buffer_free(&list);
    free(text);
    return good;
}
