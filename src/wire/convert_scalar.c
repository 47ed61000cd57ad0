#include "wire/convert.h"

#include "kuflow/time.h"
#include "model/layout.h"
#include "json/number.h"

bool kf_node_is_null(const kf_node *node)
{
    return node->kind == KF_NODE_NULL || node->nil;
}

bool kf_node_has_elements(const kf_node *node)
{
    return node->kind == KF_NODE_ELEMENT && node->last != NULL && node->last->kind == KF_NODE_ELEMENT;
}

kf_slice kf_node_trimmed(const kf_node *node)
{
    kf_slice text = node->text;
    while (text.length > 0 && strchr(" \t\r\n", text.text[text.length - 1]) != NULL)
        text.length--;
    while (text.length > 0 && strchr(" \t\r\n", *text.text) != NULL) {
        text.text++;
        text.length--;
    }
    return text;
}

static bool kf_needs_text(const kf_field *field)
{
    return field->kind >= KF_KIND_BOOL && field->kind <= KF_KIND_ENUM;
}

bool kf_node_is_absent(const kf_node *node, const kf_field *field)
{
    return kf_needs_text(field) && kf_node_is_xml(node) && !kf_node_has_elements(node) &&
           kf_node_trimmed(node).length == 0 && !kf_node_is_null(node);
}

void kf_convert_text(kf_convert *convert, const kf_slice *text)
{
    if (!kf_writer_string(&convert->writer, text->text, text->length))
        convert->not_utf8 = true;
}

static size_t kf_digits(const char *text, const char *end)
{
    const char *p = text;
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return (size_t)(p - text);
}

/* A number as people and XML may write it: "+5", "007", ".5", "5.". False when it is none. */
static bool kf_convert_number(kf_buffer *buffer, kf_slice text)
{
    if (text.length == 0)
        return false;
    const char *p = text.text;
    const char *end = p + text.length;
    bool minus = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    size_t digits = kf_digits(p, end);
    const char *whole = p;
    p += digits;
    const char *fraction = p;
    size_t decimals = 0;
    if (p < end && *p == '.') {
        fraction = p + 1;
        decimals = kf_digits(fraction, end);
        p = fraction + decimals;
    }
    const char *exponent = p;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p += p + 1 < end && (p[1] == '+' || p[1] == '-') ? 2 : 1;
        size_t power = kf_digits(p, end);
        p = power > 0 ? p + power : text.text;
    }
    if (p != end || digits + decimals == 0)
        return false;
    for (; digits > 1 && *whole == '0'; digits--)
        whole++;
    kf_buffer_append(buffer, "-", minus ? 1 : 0);
    kf_buffer_append(buffer, digits > 0 ? whole : "0", digits > 0 ? digits : 1);
    kf_buffer_append(buffer, ".", decimals > 0 ? 1 : 0);
    kf_buffer_append(buffer, fraction, decimals);
    kf_buffer_append(buffer, exponent, (size_t)(end - exponent));
    return true;
}

/* Milliseconds since 1970 as a date-time. False when they are none that a calendar has. */
static bool kf_convert_time(kf_convert *convert, const kf_slice *number)
{
    char text[KF_TIME_TEXT_SIZE];
    int64_t ms;
    if (kf_number_int64(number->text, number->length, &ms) != KF_NUMBER_OK)
        return false;
    int64_t rest = ms % 1000 < 0 ? ms % 1000 + 1000 : ms % 1000;
    if (kf_time_format((kf_time){(ms - rest) / 1000, (int32_t)(rest * 1000000)}, text, NULL) != KF_OK)
        return false;
    kf_convert_text(convert, &(kf_slice){text, strlen(text)});
    return true;
}

/* As it came: the decoder knows whether it fits. */
static void kf_convert_as_is(kf_convert *convert, const kf_node *node)
{
    if (!kf_node_is_xml(node))
        kf_buffer_append(convert->writer.buffer, node->raw.text, node->raw.length);
    else if (kf_node_has_elements(node))
        kf_convert_generic(convert, node);
    else
        kf_convert_text(convert, &node->text);
}

static void kf_convert_string(kf_convert *convert, const kf_wire_field *wire, const kf_node *node)
{
    if (node->kind == KF_NODE_NUMBER && kf_wire_has(wire, KF_WIRE_TIME) && kf_convert_time(convert, &node->text))
        return;
    if (node->kind == KF_NODE_NUMBER || node->kind == KF_NODE_TRUE || node->kind == KF_NODE_FALSE)
        kf_convert_text(convert, &node->raw);
    else
        kf_convert_as_is(convert, node);
}

static void kf_convert_bool(kf_convert *convert, const kf_node *node)
{
    kf_slice text = kf_node_trimmed(node);
    if (kf_slice_is(&text, "true") || kf_slice_is(&text, "1"))
        kf_writer_literal(&convert->writer, "true");
    else if (kf_slice_is(&text, "false") || kf_slice_is(&text, "0"))
        kf_writer_literal(&convert->writer, "false");
    else
        kf_convert_as_is(convert, node);
}

static void kf_convert_enum(kf_convert *convert, const kf_enum *description, const kf_node *node)
{
    kf_slice text = kf_node_trimmed(node);
    bool literal = kf_slice_is(&text, "true") || kf_slice_is(&text, "false");
    if (description->is_number && literal)
        kf_buffer_append(convert->writer.buffer, text.text, text.length);
    else if (description->is_number && kf_convert_number(convert->writer.buffer, text))
        return;
    else if (kf_node_is_xml(node) && !kf_node_has_elements(node))
        kf_convert_text(convert, &text);
    else if (!description->is_number &&
             (node->kind == KF_NODE_NUMBER || node->kind == KF_NODE_TRUE || node->kind == KF_NODE_FALSE))
        kf_convert_text(convert, &node->raw);
    else
        kf_convert_as_is(convert, node);
}

/* XML may have white space within base64. */
static void kf_convert_bytes(kf_convert *convert, const kf_node *node)
{
    kf_buffer *buffer = convert->writer.buffer;
    if (!kf_node_is_xml(node) || kf_node_has_elements(node)) {
        kf_convert_as_is(convert, node);
        return;
    }
    size_t start = buffer->length;
    kf_convert_text(convert, &node->text);
    if (buffer->failed)
        return;
    char *target = buffer->data + start;
    for (const char *p = target; p < buffer->data + buffer->length; p++) {
        bool escape = *p == '\\';
        if (escape && strchr("trn", p[1]) != NULL) {
            p++;
            continue;
        }
        if (escape)
            *target++ = *p++;
        if (*p != ' ')
            *target++ = *p;
    }
    *target = '\0';
    buffer->length = (size_t)(target - buffer->data);
}

void kf_convert_scalar(kf_convert *convert, const kf_field *field, const kf_wire_field *wire, const kf_node *node)
{
    bool blank = node->kind == KF_NODE_STRING && node->text.text != NULL && kf_node_trimmed(node).length == 0;
    bool empty = (blank && kf_needs_text(field)) || kf_node_is_absent(node, field);
    if (kf_node_is_null(node) || empty) {
        kf_writer_literal(&convert->writer, "null");
        return;
    }
    switch (field->kind) {
    case KF_KIND_STRING:
        kf_convert_string(convert, wire, node);
        break;
    case KF_KIND_BOOL:
        kf_convert_bool(convert, node);
        break;
    case KF_KIND_ENUM:
        kf_convert_enum(convert, field->ref, node);
        break;
    case KF_KIND_BYTES:
        kf_convert_bytes(convert, node);
        break;
    default:
        if (node->kind == KF_NODE_NUMBER || node->text.text == NULL ||
            !kf_convert_number(convert->writer.buffer, kf_node_trimmed(node)))
            kf_convert_as_is(convert, node);
    }
}
