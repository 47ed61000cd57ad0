#include "json/reader.h"

#include "core/utf8.h"
#include "json/scan.h"

static inline char *kf_reader_scan(kf_reader *reader, char *p)
{
    return p + (kf_scan_plain(p, reader->end) - p);
}

void kf_reader_init(kf_reader *reader, char *text, size_t length, int max_depth)
{
    *reader = (kf_reader){.position = text, .start = text, .end = text + length};
    reader->max_depth = max_depth <= 0 ? KF_DEPTH_DEFAULT : max_depth > KF_DEPTH_MOST ? KF_DEPTH_MOST : max_depth;
}

bool kf_reader_fail(kf_reader *reader, const char *problem)
{
    if (reader->problem == NULL) {
        reader->problem = problem;
        reader->status = KF_ERROR_DECODE;
    }
    return false;
}

/* At the end of the text every complaint is the same one. */
static bool kf_reader_expected(kf_reader *reader, const char *problem)
{
    return kf_reader_fail(reader, reader->position >= reader->end ? "the text ends too early" : problem);
}

size_t kf_reader_offset(const kf_reader *reader)
{
    return (size_t)(reader->position - reader->start);
}

bool kf_reader_finish(kf_reader *reader)
{
    kf_reader_space(reader);
    return reader->position == reader->end || kf_reader_fail(reader, "there is text after the end of the value");
}

kf_token kf_reader_peek(kf_reader *reader)
{
    kf_reader_space(reader);
    switch (*reader->position) {
    case '{':
        return KF_TOKEN_OBJECT;
    case '[':
        return KF_TOKEN_ARRAY;
    case '"':
        return KF_TOKEN_STRING;
    case 't':
        return KF_TOKEN_TRUE;
    case 'f':
        return KF_TOKEN_FALSE;
    case 'n':
        return KF_TOKEN_NULL;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return KF_TOKEN_NUMBER;
    default:
        if (reader->allow_marks && *reader->position == KF_VOID_TEXT[0])
            return KF_TOKEN_VOID;
        if (reader->allow_marks && *reader->position == KF_MARK_CHAR && reader->position[1] != '\0')
            return KF_TOKEN_MARK;
        break;
    }
    kf_reader_expected(reader, "a value was expected");
    return KF_TOKEN_NONE;
}

const char *kf_token_text(kf_token token)
{
    static const char *const texts[] = {"nothing",  "null",     "false",     "true",    "a number",
                                        "a string", "an array", "an object", "nothing", "a mark"};
    return texts[token];
}

bool kf_reader_literal(kf_reader *reader, kf_token token)
{
    const char *text = token == KF_TOKEN_NULL ? "null" : token == KF_TOKEN_TRUE ? "true" : "false";
    if (token == KF_TOKEN_VOID)
        text = KF_VOID_TEXT;
    size_t length = strlen(text);
    if (strncmp(reader->position, text, length) != 0)
        return kf_reader_fail(reader, "a value was expected");
    reader->position += length;
    return true;
}

size_t kf_reader_mark(kf_reader *reader)
{
    size_t number = (unsigned char)reader->position[1] - (size_t)KF_MARK_BASE;
    reader->position += 2;
    return number;
}

static int kf_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four digits; -1 when they are not there. The text is terminated, so a missing digit stops in time. */
static int32_t kf_hex_unit(const char *p)
{
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = kf_hex_digit(p[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static bool kf_is_surrogate(uint32_t point)
{
    return point >= 0xD800 && point <= 0xDFFF;
}

/* Reads the escape at the position, which stands on the backslash. Gives the code point, which may be half of a
 * surrogate pair. */
static bool kf_reader_escape(kf_reader *reader, uint32_t *point)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    char letter = reader->position[1];
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    if (found != NULL) {
        *point = (uint32_t)meanings[found - letters];
        reader->position += 2;
        return true;
    }
    int32_t unit = letter == 'u' ? kf_hex_unit(reader->position + 2) : -1;
    if (unit < 0)
        return kf_reader_fail(reader, "an escape is not valid");
    int32_t low = -1;
    if (unit >= 0xD800 && unit < 0xDC00 && reader->position[6] == '\\' && reader->position[7] == 'u')
        low = kf_hex_unit(reader->position + 8);
    bool pair = low >= 0xDC00 && low <= 0xDFFF;
    *point = pair ? 0x10000 + (((uint32_t)unit - 0xD800) << 10) + ((uint32_t)low - 0xDC00) : (uint32_t)unit;
    reader->position += pair ? 12 : 6;
    return true;
}

/* Passes over one byte that is not plain. `target` is where its meaning goes, NULL for a mere check. */
static bool kf_reader_special(kf_reader *reader, char **target)
{
    unsigned char c = (unsigned char)*reader->position;
    if (c == '\\') {
        uint32_t point = 0;
        if (!kf_reader_escape(reader, &point))
            return false;
        if (target == NULL)
            return true;
        if (point == 0)
            return kf_reader_fail(reader, "a text with U+0000, which cannot be held");
        if (kf_is_surrogate(point))
            return kf_reader_fail(reader, "a text with half of a surrogate pair, which cannot be held");
        *target += kf_utf8_put(*target, point);
        return true;
    }
    if (c < 0x20)
        return kf_reader_expected(reader, "a control character in a text");
    size_t bytes = kf_utf8_length(reader->position, (size_t)(reader->end - reader->position));
    if (bytes == 0)
        return kf_reader_fail(reader, "a text is not valid UTF-8");
    if (target != NULL) {
        memmove(*target, reader->position, bytes);
        *target += bytes;
    }
    reader->position += bytes;
    return true;
}

/* The rest of a text, from its first byte that is not plain. */
static bool kf_reader_string_rest(kf_reader *reader, char *start, kf_slice *string)
{
    char *target = reader->position;
    while (*reader->position != '"') {
        if (!kf_reader_special(reader, &target))
            return false;
        char *plain = reader->position;
        reader->position = kf_reader_scan(reader, plain);
        size_t length = (size_t)(reader->position - plain);
        if (target != plain)
            memmove(target, plain, length);
        target += length;
    }
    reader->position++;
    *target = '\0';
    string->text = start;
    string->length = (size_t)(target - start);
    return true;
}

bool kf_reader_string(kf_reader *reader, kf_slice *string)
{
    char *start = reader->position + 1;
    char *p = kf_reader_scan(reader, start);
    reader->position = p;
    if (*p != '"')
        return kf_reader_string_rest(reader, start, string);
    *p = '\0';
    reader->position = p + 1;
    string->text = start;
    string->length = (size_t)(p - start);
    return true;
}

bool kf_reader_raw_string(kf_reader *reader, kf_slice *raw, bool *escaped)
{
    char *start = reader->position + 1;
    *escaped = false;
    reader->position = kf_reader_scan(reader, start);
    while (*reader->position != '"') {
        *escaped = *escaped || *reader->position == '\\';
        if (!kf_reader_special(reader, NULL))
            return false;
        reader->position = kf_reader_scan(reader, reader->position);
    }
    raw->text = start;
    raw->length = (size_t)(reader->position - start);
    reader->position++;
    return true;
}

bool kf_reader_can_hold(const kf_slice *raw)
{
    char *end = raw->text + raw->length;
    kf_reader reader = {.position = raw->text};
    for (;;) {
        uint32_t point;
        reader.position = memchr(reader.position, '\\', (size_t)(end - reader.position));
        if (reader.position == NULL)
            return true;
        if (!kf_reader_escape(&reader, &point) || point == 0 || kf_is_surrogate(point))
            return false;
    }
}

static inline char *kf_scan_digits(char *p)
{
    while (*p >= '0' && *p <= '9')
        p++;
    return p;
}

bool kf_reader_number(kf_reader *reader, kf_slice *number)
{
    char *p = reader->position;
    number->text = p;
    if (*p == '-')
        p++;
    char *digits = p;
    p = *p == '0' ? p + 1 : kf_scan_digits(p);
    bool valid = p > digits;
    if (valid && *p == '.') {
        digits = ++p;
        p = kf_scan_digits(p);
        valid = p > digits;
    }
    if (valid && (*p == 'e' || *p == 'E')) {
        p++;
        if (*p == '+' || *p == '-')
            p++;
        digits = p;
        p = kf_scan_digits(p);
        valid = p > digits;
    }
    reader->position = p;
    if (!valid || (*p >= '0' && *p <= '9'))
        return kf_reader_expected(reader, "a number is not written as JSON wants it");
    number->length = (size_t)(p - number->text);
    return true;
}

bool kf_reader_enter(kf_reader *reader)
{
    if (reader->depth >= reader->max_depth) {
        kf_reader_fail(reader, "nested too deep");
        reader->status = KF_ERROR_LIMIT;
        return false;
    }
    reader->depth++;
    reader->position++;
    return true;
}

bool kf_reader_next_member(kf_reader *reader, bool first, bool *more)
{
    kf_reader_space(reader);
    *more = true;
    if (*reader->position == '}') {
        reader->position++;
        reader->depth--;
        *more = false;
        return true;
    }
    if (!first) {
        if (*reader->position != ',')
            return kf_reader_expected(reader, "a comma or } was expected");
        reader->position++;
        kf_reader_space(reader);
    }
    return *reader->position == '"' || kf_reader_expected(reader, "the name of a member was expected");
}

static bool kf_reader_colon(kf_reader *reader)
{
    kf_reader_space(reader);
    if (*reader->position != ':')
        return kf_reader_expected(reader, "a colon was expected");
    reader->position++;
    return true;
}

bool kf_reader_name(kf_reader *reader, kf_slice *name)
{
    return kf_reader_string(reader, name) && kf_reader_colon(reader);
}

bool kf_reader_raw_name(kf_reader *reader, kf_slice *raw, bool *escaped)
{
    return kf_reader_raw_string(reader, raw, escaped) && kf_reader_colon(reader);
}

bool kf_reader_next_element(kf_reader *reader, bool first, bool *more)
{
    kf_reader_space(reader);
    *more = true;
    if (*reader->position == ']') {
        reader->position++;
        reader->depth--;
        *more = false;
        return true;
    }
    if (!first) {
        if (*reader->position != ',')
            return kf_reader_expected(reader, "a comma or ] was expected");
        reader->position++;
    }
    return true;
}

/* One scalar, or the beginning of an object or array. */
static bool kf_reader_skip_one(kf_reader *reader, kf_token token)
{
    kf_slice slice;
    bool escaped;
    switch (token) {
    case KF_TOKEN_OBJECT:
    case KF_TOKEN_ARRAY:
        return kf_reader_enter(reader);
    case KF_TOKEN_STRING:
        return kf_reader_raw_string(reader, &slice, &escaped);
    case KF_TOKEN_NUMBER:
        return kf_reader_number(reader, &slice);
    case KF_TOKEN_NONE:
    case KF_TOKEN_MARK:
        return kf_reader_fail(reader, "a value was expected");
    default:
        return kf_reader_literal(reader, token);
    }
}

/* Unions within unions have one mark each. False: no value follows. */
static bool kf_reader_skip_marks(kf_reader *reader, kf_token *token)
{
    while (*token == KF_TOKEN_MARK) {
        if (kf_reader_mark(reader) == 0)
            return false;
        *token = kf_reader_peek(reader);
    }
    return true;
}

/* The rest of an object or array that was begun above level `base`. */
static bool kf_reader_skip_rest(kf_reader *reader, kf_token token, int base)
{
    /* One bit for each open level tells objects from arrays, so that depth costs no stack. */
    uint64_t objects[KF_DEPTH_MOST / 64 + 1] = {0};
    bool first = true;
    while (reader->depth > base) {
        int level = reader->depth - base;
        uint64_t bit = UINT64_C(1) << (level % 64);
        if (token == KF_TOKEN_OBJECT)
            objects[level / 64] |= bit;
        else if (token == KF_TOKEN_ARRAY)
            objects[level / 64] &= ~bit;
        bool in_object = (objects[level / 64] & bit) != 0;
        bool more;
        if (!(in_object ? kf_reader_next_member(reader, first, &more) : kf_reader_next_element(reader, first, &more)))
            return false;
        first = false;
        token = KF_TOKEN_NONE;
        if (!more)
            continue;
        kf_slice name;
        bool escaped;
        if (in_object && !kf_reader_raw_name(reader, &name, &escaped))
            return false;
        token = kf_reader_peek(reader);
        if (!kf_reader_skip_marks(reader, &token))
            continue;
        if (!kf_reader_skip_one(reader, token))
            return false;
        first = token == KF_TOKEN_OBJECT || token == KF_TOKEN_ARRAY;
    }
    return true;
}

bool kf_reader_skip(kf_reader *reader, kf_slice *raw)
{
    int base = reader->depth;
    kf_token token = kf_reader_peek(reader);
    raw->text = reader->position;
    raw->length = 0;
    if (!kf_reader_skip_marks(reader, &token))
        return true;
    if (!kf_reader_skip_one(reader, token))
        return false;
    if (reader->depth > base && !kf_reader_skip_rest(reader, token, base))
        return false;
    raw->length = (size_t)(reader->position - raw->text);
    return true;
}
