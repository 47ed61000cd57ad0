#include "services/jbpm/java.h"

#include "core/utf8.h"

#include <string.h>

/* The protocol is chapter 6 of the Java Object Serialization Specification. */
#define TC_NULL 0x70
#define TC_CLASSDESC 0x72
#define TC_OBJECT 0x73
#define TC_STRING 0x74
#define TC_ENDBLOCKDATA 0x78
#define TC_LONGSTRING 0x7C
#define SC_SERIALIZABLE 0x02

/* A place in the stream. What is read behind its end is 0 and makes it fail. */
typedef struct stream {
    const uint8_t *at;
    size_t left;
    bool failed;
} stream;

static const uint8_t *take(stream *in, size_t length)
{
    const uint8_t *start = in->at;
    if (in->failed || length > in->left) {
        in->failed = true;
        return NULL;
    }
    in->at += length;
    in->left -= length;
    return start;
}

static uint64_t take_number(stream *in, size_t bytes)
{
    uint64_t number = 0;
    const uint8_t *at = take(in, bytes);
    for (size_t i = 0; at != NULL && i < bytes; i++)
        number = number << 8 | at[i];
    return number;
}

static bool expect(stream *in, uint64_t number, size_t bytes)
{
    if (take_number(in, bytes) != number)
        in->failed = true;
    return !in->failed;
}

/* A name with its length before it. */
static bool expect_name(stream *in, const char *name)
{
    size_t length = strlen(name);
    if (!expect(in, length, 2))
        return false;
    const uint8_t *at = take(in, length);
    if (at != NULL && memcmp(at, name, length) != 0)
        in->failed = true;
    return !in->failed;
}

typedef struct box {
    const char *class;
    jbpm_variable_type type;
    char code; /* of its only field, "value" */
    uint8_t bytes;
    bool is_number; /* built on java.lang.Number */
} box;

static const box boxes[] = {
    {"java.lang.Long", JBPM_VARIABLE_TYPE_LONG, 'J', 8, true},
    {"java.lang.Integer", JBPM_VARIABLE_TYPE_INTEGER, 'I', 4, true},
    {"java.lang.Short", JBPM_VARIABLE_TYPE_SHORT, 'S', 2, true},
    {"java.lang.Byte", JBPM_VARIABLE_TYPE_BYTE, 'B', 1, true},
    {"java.lang.Boolean", JBPM_VARIABLE_TYPE_BOOLEAN, 'Z', 1, false},
    {"java.lang.Double", JBPM_VARIABLE_TYPE_DOUBLE, 'D', 8, true},
    {"java.lang.Float", JBPM_VARIABLE_TYPE_FLOAT, 'F', 4, true},
};

static const box *box_of(const uint8_t *name, size_t length)
{
    for (size_t i = 0; name != NULL && i < sizeof(boxes) / sizeof(boxes[0]); i++)
        if (length == strlen(boxes[i].class) && memcmp(name, boxes[i].class, length) == 0)
            return &boxes[i];
    return NULL;
}

/* The class behind TC_OBJECT; NULL when it is another one. */
static const box *take_class(stream *in)
{
    expect(in, TC_CLASSDESC, 1);
    size_t length = (size_t)take_number(in, 2);
    const box *found = box_of(take(in, length), length);
    if (found == NULL)
        return NULL;
    take(in, 8); /* serialVersionUID */
    expect(in, SC_SERIALIZABLE, 1);
    expect(in, 1, 2); /* fields */
    expect(in, (uint8_t)found->code, 1);
    expect_name(in, "value");
    expect(in, TC_ENDBLOCKDATA, 1);
    if (found->is_number) {
        expect(in, TC_CLASSDESC, 1);
        expect_name(in, "java.lang.Number");
        take(in, 8);
        expect(in, SC_SERIALIZABLE, 1);
        expect(in, 0, 2);
        expect(in, TC_ENDBLOCKDATA, 1);
    }
    expect(in, TC_NULL, 1); /* no class above */
    return in->failed ? NULL : found;
}

static void take_boxed(stream *in, jbpm_java_value *value)
{
    const box *found = take_class(in);
    if (found == NULL) {
        in->failed = true;
        return;
    }
    uint64_t bits = take_number(in, found->bytes);
    value->type = found->type;
    if (found->type == JBPM_VARIABLE_TYPE_DOUBLE) {
        memcpy(&value->number, &bits, sizeof value->number);
    } else if (found->type == JBPM_VARIABLE_TYPE_FLOAT) {
        uint32_t single = (uint32_t)bits;
        float number;
        memcpy(&number, &single, sizeof number);
        value->number = (double)number;
    } else if (found->type == JBPM_VARIABLE_TYPE_BOOLEAN) {
        value->integer = bits != 0;
    } else {
        uint64_t sign = UINT64_C(1) << (found->bytes * 8 - 1);
        uint64_t extended = (bits ^ sign) - sign;
        memcpy(&value->integer, &extended, sizeof value->integer);
    }
}

static void take_text(stream *in, size_t bytes, jbpm_java_value *value)
{
    uint64_t length = take_number(in, bytes);
    if (length > in->left)
        in->failed = true;
    value->type = JBPM_VARIABLE_TYPE_STRING;
    value->length = (size_t)length;
    value->text = take(in, value->length);
}

jbpm_java_value jbpm_java_read(const uint8_t *bytes, size_t length)
{
    const jbpm_java_value object = {.type = JBPM_VARIABLE_TYPE_OBJECT};
    jbpm_java_value value = object;
    stream in = {bytes, length, false};
    if (!expect(&in, 0xACED0005, 4))
        return object;
    switch (take_number(&in, 1)) {
    case TC_NULL:
        value.type = JBPM_VARIABLE_TYPE_NULL;
        break;
    case TC_STRING:
        take_text(&in, 2, &value);
        break;
    case TC_LONGSTRING:
        take_text(&in, 8, &value);
        break;
    case TC_OBJECT:
        take_boxed(&in, &value);
        break;
    default:
        return object;
    }
    return in.failed || in.left > 0 ? object : value;
}

/* One unit of UTF-16, in one to three bytes; the number of bytes, or 0. Java also reads overlong forms. */
static size_t unit_at(const uint8_t *s, size_t left, uint32_t *unit)
{
    if (s[0] < 0x80) {
        *unit = s[0];
        return 1;
    }
    if ((s[0] & 0xE0) == 0xC0 && left >= 2 && (s[1] & 0xC0) == 0x80) {
        *unit = (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
        return 2;
    }
    if ((s[0] & 0xF0) == 0xE0 && left >= 3 && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80) {
        *unit = (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
        return 3;
    }
    return 0;
}

jbpm_java_text jbpm_java_utf8(const uint8_t *text, size_t length, kf_buffer *utf8)
{
    for (size_t i = 0; i < length;) {
        uint32_t point;
        uint32_t low;
        char bytes[4];
        size_t taken = unit_at(text + i, length - i, &point);
        if (taken == 0 || (point >= 0xDC00 && point <= 0xDFFF))
            return JBPM_JAVA_TEXT_BROKEN;
        i += taken;
        if (point >= 0xD800 && point <= 0xDBFF) {
            taken = i < length ? unit_at(text + i, length - i, &low) : 0;
            if (taken == 0 || low < 0xDC00 || low > 0xDFFF)
                return JBPM_JAVA_TEXT_BROKEN;
            i += taken;
            point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        }
        if (point == 0)
            return JBPM_JAVA_TEXT_NUL;
        kf_buffer_append(utf8, bytes, kf_utf8_put(bytes, point));
    }
    return JBPM_JAVA_TEXT_OK;
}
