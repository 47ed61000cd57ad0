/* JSON as the real server reads it, with its words for what is wrong. */
#include "flowable.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 1000
#define BROKEN UINT32_MAX

static uint32_t broken(kf_fl_document *document, const char *format, ...) __attribute__((format(printf, 2, 3)));

static uint32_t broken(kf_fl_document *document, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (document->error[0] == '\0' && !document->no_memory)
        vsnprintf(document->error, sizeof(document->error), format, arguments);
    va_end(arguments);
    return BROKEN;
}

static void skip_space(kf_fl_document *document)
{
    while (document->at < document->end && strchr(" \t\r\n", *document->at) != NULL && *document->at != '\0')
        document->at++;
}

static uint32_t unexpected(kf_fl_document *document, const char *expected)
{
    unsigned char c = (unsigned char)*document->at;
    if (c < 0x20)
        return broken(document,
                      "Illegal character ((CTRL-CHAR, code %d)): only regular white space (\\r, \\n, \\t) is "
                      "allowed between tokens",
                      c);
    if (c == '/')
        expected =
            "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for "
            "parser)";
    return broken(document, "Unexpected character ('%c' (code %d)): %s", c < 0x80 ? c : '?', c, expected);
}

/* An array or object that began at `start` does not end as it should. */
static uint32_t unclosed(kf_fl_document *document, const char *start)
{
    int line = 1, column = 1;
    const char *what = *start == '{' ? "Object" : "Array";
    for (const char *c = document->start; c < start; c++) {
        column = *c == '\n' ? 1 : column + 1;
        line += *c == '\n';
    }
    char place[160];
    snprintf(place, sizeof(place),
             "at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: %d, column: %d])",
             line, column);
    if (document->at == document->end)
        return broken(document, "Unexpected end-of-input: expected close marker for %s (start marker %s", what, place);
    return broken(document, "Unexpected close marker '%c': expected '%c' (for %s starting %s", *document->at,
                  *start == '{' ? '}' : ']', what, place);
}

static uint32_t add_node(kf_fl_document *document, kf_fl_kind kind)
{
    if (document->count == document->capacity) {
        uint32_t capacity = document->capacity == 0 ? 64 : document->capacity * 2;
        kf_fl_node *nodes = realloc(document->nodes, capacity * sizeof(*nodes));
        if (nodes == NULL) {
            document->no_memory = true;
            return BROKEN;
        }
        document->nodes = nodes;
        document->capacity = capacity;
    }
    document->nodes[document->count] = (kf_fl_node){.kind = kind};
    return document->count++;
}

/* Texts */

static int hex4(const char *at)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static char *put_utf8(char *to, uint32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xc0 | code >> 6);
        *to++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *to++ = (char)(0xe0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    } else {
        *to++ = (char)(0xf0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3f));
        *to++ = (char)(0x80 | (code >> 6 & 0x3f));
        *to++ = (char)(0x80 | (code & 0x3f));
    }
    return to;
}

/* What follows a backslash; NULL: broken. */
static char *unescape(kf_fl_document *document, char *to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    if (document->at == document->end) {
        broken(document, "Unexpected end-of-input in character escape sequence");
        return NULL;
    }
    char c = *document->at++;
    const char *simple = c == '\0' ? NULL : strchr(from, c);
    if (simple != NULL) {
        *to++ = into[simple - from];
        return to;
    }
    if (c != 'u') {
        broken(document, "Unrecognized character escape '%c' (code %d)", c, (unsigned char)c);
        return NULL;
    }
    size_t hex = strspn(document->at, "0123456789abcdefABCDEF");
    if (document->at + hex >= document->end && hex < 4) {
        broken(document, "Unexpected end-of-input in character escape sequence");
        return NULL;
    }
    if (hex < 4) {
        broken(document, "Unexpected character ('%c' (code %d)): expected a hex-digit for character escape sequence",
               document->at[hex], (unsigned char)document->at[hex]);
        return NULL;
    }
    int code = hex4(document->at);
    document->at += 4;
    if (code >= 0xd800 && code < 0xdc00 && document->end - document->at >= 6 && document->at[0] == '\\' &&
        document->at[1] == 'u') {
        int low = hex4(document->at + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            document->at += 6;
            return put_utf8(to, 0x10000 + ((uint32_t)(code - 0xd800) << 10) + (uint32_t)(low - 0xdc00));
        }
    }
    return put_utf8(to, (uint32_t)code);
}

/* How many bytes the UTF-8 character at `at` has; 0: it is none. */
static size_t utf8_size(kf_fl_document *document)
{
    const unsigned char *at = (const unsigned char *)document->at;
    size_t size = at[0] < 0x80             ? 1
                  : (at[0] & 0xe0) == 0xc0 ? 2
                  : (at[0] & 0xf0) == 0xe0 ? 3
                  : (at[0] & 0xf8) == 0xf0 ? 4
                                           : 0;
    if (size == 0)
        broken(document, "Invalid UTF-8 start byte 0x%x", at[0]);
    for (size_t i = 1; i < size; i++) {
        if (document->at + i == document->end || (at[i] & 0xc0) != 0x80) {
            broken(document, "Invalid UTF-8 middle byte 0x%x", document->at + i == document->end ? 0 : at[i]);
            return 0;
        }
    }
    return size;
}

/* After the opening quote. */
static bool parse_text(kf_fl_document *document, kf_fl_slice *text, const char *where)
{
    char *to = document->at;
    text->bytes = to;
    while (document->at < document->end) {
        unsigned char c = (unsigned char)*document->at;
        if (c == '"') {
            document->at++;
            text->length = (size_t)(to - text->bytes);
            return true;
        }
        if (c < 0x20) {
            broken(document,
                   "Illegal unquoted character ((CTRL-CHAR, code %d)): has to be escaped using backslash to "
                   "be included in %s",
                   c, where[0] == 'f' ? "name" : "string value");
            return false;
        }
        if (c == '\\') {
            document->at++;
            to = unescape(document, to);
            if (to == NULL)
                return false;
            continue;
        }
        size_t size = c < 0x80 ? 1 : utf8_size(document);
        if (size == 0)
            return false;
        memmove(to, document->at, size);
        to += size;
        document->at += size;
    }
    broken(document, "Unexpected end-of-input in %s", where);
    return false;
}

/* Numbers and names of values */

static const char value_expected[] =
    "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
static const char non_standard[] =
    "Non-standard token '%.*s': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow";

static size_t digits(kf_fl_document *document)
{
    const char *begin = document->at;
    while (document->at < document->end && *document->at >= '0' && *document->at <= '9')
        document->at++;
    return (size_t)(document->at - begin);
}

/* At least one digit; what is wrong otherwise. */
static bool need_digits(kf_fl_document *document, const char *otherwise)
{
    if (digits(document) > 0)
        return true;
    unsigned char c = (unsigned char)*document->at;
    if (document->at == document->end)
        broken(document, "Unexpected end-of-input in a number");
    else
        broken(document, "Unexpected character ('%c' (code %d)) in numeric value: %s", c, c, otherwise);
    return false;
}

static uint32_t parse_number(kf_fl_document *document)
{
    char *begin = document->at;
    bool decimal = false;
    document->at += *document->at == '-';
    const char *first = document->at;
    if (*first == '.')
        return unexpected(document, value_expected);
    if (strncmp(begin, "-Infinity", 9) == 0)
        return broken(document, non_standard, 9, begin);
    if (!need_digits(document, "expected digit (0-9) to follow minus sign, for valid numeric value"))
        return BROKEN;
    if (*first == '0' && document->at - first > 1)
        return broken(document, "Invalid numeric value: Leading zeroes not allowed");
    if (*document->at == '.') {
        document->at++;
        decimal = true;
        if (!need_digits(document, "Decimal point not followed by a digit"))
            return BROKEN;
    }
    if (*document->at == 'e' || *document->at == 'E') {
        document->at++;
        decimal = true;
        document->at += *document->at == '+' || *document->at == '-';
        if (!need_digits(document, "Exponent indicator not followed by a digit"))
            return BROKEN;
    }
    uint32_t node = add_node(document, decimal ? KF_FL_DECIMAL : KF_FL_INTEGER);
    if (node != BROKEN)
        document->nodes[node].text = (kf_fl_slice){begin, (size_t)(document->at - begin)};
    return node;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

static uint32_t parse_word(kf_fl_document *document, bool in_array)
{
    static const struct {
        const char *word;
        kf_fl_kind kind;
    } words[] = {{"null", KF_FL_NULL}, {"true", KF_FL_TRUE}, {"false", KF_FL_FALSE}};
    kf_fl_slice word = {document->at, 0};
    while (document->at < document->end && is_word(*document->at))
        document->at++;
    word.length = (size_t)(document->at - word.bytes);
    if (word.length == 0 && *document->at == '+')
        return broken(document,
                      "Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow numbers "
                      "to have plus signs: enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to "
                      "allow");
    if (word.length == 0) {
        bool none = *document->at == ',' || *document->at == '}' || (*document->at == ']' && in_array);
        return unexpected(document, none ? "expected a value" : value_expected);
    }
    for (size_t i = 0; i < 3; i++) {
        if (kf_fl_slice_is(word, words[i].word))
            return add_node(document, words[i].kind);
    }
    if (kf_fl_slice_is(word, "NaN") || kf_fl_slice_is(word, "Infinity"))
        return broken(document, non_standard, (int)word.length, word.bytes);
    return broken(document,
                  "Unrecognized token '%.*s': was expecting (JSON String, Number, Array, Object or token "
                  "'null', 'true' or 'false')",
                  (int)(word.length < 60 ? word.length : 60), word.bytes);
}

/* Arrays and objects */

static uint32_t parse_value(kf_fl_document *document, int depth, bool in_array);

/* The name of a member and the colon. */
static bool parse_name(kf_fl_document *document, kf_fl_slice *name)
{
    if (*document->at != '"') {
        unexpected(document, "was expecting double-quote to start field name");
        return false;
    }
    document->at++;
    if (!parse_text(document, name, "field name"))
        return false;
    skip_space(document);
    if (document->at == document->end) {
        broken(document, "Unexpected end-of-input within/between Object entries");
        return false;
    }
    if (*document->at != ':') {
        unexpected(document, "was expecting a colon to separate field name and value");
        return false;
    }
    document->at++;
    skip_space(document);
    if (document->at == document->end) {
        broken(document, "Unexpected end-of-input within/between Object entries");
        return false;
    }
    return true;
}

/* After the opening bracket. */
static uint32_t parse_list(kf_fl_document *document, kf_fl_kind kind, int depth)
{
    const char *start = document->at - 1;
    const char *what = kind == KF_FL_OBJECT ? "Object" : "Array";
    char close = kind == KF_FL_OBJECT ? '}' : ']';
    if (depth > DEPTH_MAX)
        return broken(document,
                      "Document nesting depth (%d) exceeds the maximum allowed (%d, from "
                      "`StreamReadConstraints.getMaxNestingDepth()`)",
                      depth, DEPTH_MAX);
    uint32_t list = add_node(document, kind);
    uint32_t last = 0;
    if (list == BROKEN)
        return BROKEN;
    for (bool first = true;; first = false) {
        skip_space(document);
        if (document->at == document->end)
            return unclosed(document, start);
        if (*document->at == close) {
            document->at++;
            return list;
        }
        if (!first) {
            if (*document->at == '}' || *document->at == ']')
                return unclosed(document, start);
            if (*document->at != ',')
                return unexpected(document, kind == KF_FL_OBJECT ? "was expecting comma to separate Object entries"
                                                                 : "was expecting comma to separate Array entries");
            document->at++;
            skip_space(document);
            if (document->at == document->end)
                return broken(document, "Unexpected end-of-input within/between %s entries", what);
        }
        kf_fl_slice name = {NULL, 0};
        if (kind == KF_FL_OBJECT && !parse_name(document, &name))
            return BROKEN;
        uint32_t value = parse_value(document, depth, kind == KF_FL_ARRAY);
        if (value == BROKEN)
            return BROKEN;
        document->nodes[value].name = name;
        *(last == 0 ? &document->nodes[list].child : &document->nodes[last].next) = value;
        last = value;
    }
}

static uint32_t parse_value(kf_fl_document *document, int depth, bool in_array)
{
    char c = *document->at;
    if (c == '{' || c == '[') {
        document->at++;
        return parse_list(document, c == '{' ? KF_FL_OBJECT : KF_FL_ARRAY, depth + 1);
    }
    if (c == '"') {
        kf_fl_slice text;
        document->at++;
        if (!parse_text(document, &text, "VALUE_STRING"))
            return BROKEN;
        uint32_t node = add_node(document, KF_FL_STRING);
        if (node != BROKEN)
            document->nodes[node].text = text;
        return node;
    }
    if (c == '-' || (c >= '0' && c <= '9'))
        return parse_number(document);
    return parse_word(document, in_array);
}

bool kf_fl_parse(kf_fl_document *document, char *text, size_t length)
{
    *document = (kf_fl_document){.at = text, .start = text, .end = text + length};
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        document->at += 3;
    skip_space(document);
    if (document->at == document->end)
        return broken(document, "No content to map due to end-of-input") != BROKEN;
    if (*document->at == '}' || *document->at == ']')
        return broken(document, "Unexpected close marker '%c': no open %s to close", *document->at,
                      *document->at == '}' ? "Object" : "Array") != BROKEN;
    return parse_value(document, 0, false) != BROKEN;
}

void kf_fl_document_free(kf_fl_document *document)
{
    free(document->nodes);
    *document = (kf_fl_document){0};
}

const kf_fl_node *kf_fl_member(const kf_fl_document *document, const kf_fl_node *object, const char *name)
{
    const kf_fl_node *found = NULL; /* the last one counts */
    for (uint32_t i = object->child; i != 0; i = document->nodes[i].next) {
        if (kf_fl_slice_is(document->nodes[i].name, name))
            found = &document->nodes[i];
    }
    return found;
}
