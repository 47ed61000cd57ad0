#include "json/writer.h"

#include "core/utf8.h"
#include "json/number.h"
#include "json/reader.h"
#include "json/scan.h"

#include <math.h>
#include <string.h>

#define KF_TREE_DEPTH 1000 /* As cJSON itself accepts; it also ends a tree that contains itself. */
#define KF_INT64_BOUND 9223372036854775808.0
#define KF_INDENT 2
#define KF_INDENT_MOST 80 /* Deeper ones stay here, or a small text of many levels would become a huge one. */

void kf_writer_init(kf_writer *writer, kf_buffer *buffer, bool pretty)
{
    *writer = (kf_writer){.buffer = buffer, .pretty = pretty, .lenient = pretty, .first = true};
}

static void kf_writer_line(kf_writer *writer)
{
    kf_buffer_char(writer->buffer, '\n');
    for (int i = 0; i < writer->depth * KF_INDENT && i < KF_INDENT_MOST; i++)
        kf_buffer_char(writer->buffer, ' ');
}

void kf_writer_begin(kf_writer *writer, char bracket)
{
    kf_buffer_char(writer->buffer, bracket);
    writer->first = true;
    writer->depth++;
}

void kf_writer_end(kf_writer *writer, char bracket)
{
    writer->depth--;
    if (writer->pretty && !writer->first)
        kf_writer_line(writer);
    kf_buffer_char(writer->buffer, bracket);
    writer->first = false;
}

void kf_writer_element(kf_writer *writer)
{
    if (!writer->first)
        kf_buffer_char(writer->buffer, ',');
    writer->first = false;
    if (writer->pretty)
        kf_writer_line(writer);
}

bool kf_writer_name(kf_writer *writer, const char *name, size_t length)
{
    kf_writer_element(writer);
    bool valid = kf_writer_string(writer, name, length);
    kf_buffer_append(writer->buffer, ": ", writer->pretty ? 2 : 1);
    return valid;
}

static void kf_writer_escape(kf_buffer *buffer, unsigned char c)
{
    static const char letters[] = "btn-fr"; /* of U+0008 to U+000D */
    static const char digits[] = "0123456789abcdef";
    char escape[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    if (c == '"' || c == '\\') {
        escape[1] = (char)c;
        kf_buffer_append(buffer, escape, 2);
    } else if (c >= 8 && c <= 13 && c != 11) {
        escape[1] = letters[c - 8];
        kf_buffer_append(buffer, escape, 2);
    } else {
        kf_buffer_append(buffer, escape, 6);
    }
}

/* The rest of a text, from its first byte that is not plain. */
static bool kf_writer_rest(kf_writer *writer, const char *text, const char *end)
{
    kf_buffer *buffer = writer->buffer;
    while (text < end) {
        size_t bytes = kf_utf8_length(text, (size_t)(end - text));
        if (bytes == 0 && !writer->lenient)
            return false;
        if (bytes == 0)
            kf_buffer_text(buffer, "\xEF\xBF\xBD");
        else if (bytes == 1)
            kf_writer_escape(buffer, (unsigned char)*text);
        else
            kf_buffer_append(buffer, text, bytes);
        text += bytes > 0 ? bytes : 1;
        const char *plain = text;
        text = kf_scan_plain(plain, end);
        kf_buffer_append(buffer, plain, (size_t)(text - plain));
    }
    return true;
}

bool kf_writer_string(kf_writer *writer, const char *text, size_t length)
{
    kf_buffer *buffer = writer->buffer;
    if (!kf_buffer_reserve(buffer, length + 2))
        return true; /* Which the buffer remembers. */
    size_t plain = (size_t)(kf_scan_plain(text, text + length) - text);
    kf_buffer_char(buffer, '"');
    kf_buffer_append(buffer, text, plain);
    bool valid = plain == length || kf_writer_rest(writer, text + plain, text + length);
    kf_buffer_char(buffer, '"');
    return valid;
}

void kf_writer_literal(kf_writer *writer, const char *text)
{
    kf_buffer_text(writer->buffer, text);
}

void kf_writer_int64(kf_writer *writer, int64_t value)
{
    char text[KF_NUMBER_TEXT_SIZE];
    size_t length = kf_number_print_int64(text, value);
    kf_buffer_append(writer->buffer, text, length);
}

void kf_writer_double(kf_writer *writer, double value)
{
    char text[KF_NUMBER_TEXT_SIZE];
    size_t length = kf_number_print_double(text, value);
    if (length == 0)
        writer->buffer->failed = true;
    kf_buffer_append(writer->buffer, text, length);
}

/* Writes JSON text that is valid with this writer's own lines and indents. */
static void kf_writer_reformat(kf_writer *writer, const char *json, size_t length)
{
    bool quoted = false;
    writer->first = false;
    for (size_t i = 0; i < length; i++) {
        char c = json[i];
        bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (quoted) {
            kf_buffer_char(writer->buffer, c);
            if (c == '\\')
                kf_buffer_char(writer->buffer, json[++i]);
            quoted = c != '"';
        } else if (c == '}' || c == ']') {
            kf_writer_end(writer, c);
        } else if (c == ':') {
            kf_buffer_text(writer->buffer, ": ");
        } else if (c == ',') {
            kf_buffer_char(writer->buffer, c);
            kf_writer_line(writer);
        } else if (!space) {
            /* The first thing after a bracket opens its line. */
            if (writer->first) {
                writer->first = false;
                kf_writer_line(writer);
            }
            quoted = c == '"';
            if (c == '{' || c == '[')
                kf_writer_begin(writer, c);
            else
                kf_buffer_char(writer->buffer, c);
        }
    }
}

bool kf_writer_raw(kf_writer *writer, const char *json, size_t length, const char **problem)
{
    /* The reader wants a NUL at the end, which only the buffer's copy is sure to have. */
    kf_buffer copy = {.secret = writer->buffer->secret};
    kf_buffer *target = writer->pretty ? &copy : writer->buffer;
    size_t start = target->length;
    bool valid = true;
    if (kf_buffer_append(target, json, length)) {
        kf_reader reader;
        kf_slice value;
        kf_reader_init(&reader, target->data + start, length, KF_DEPTH_MOST);
        valid = kf_reader_skip(&reader, &value) && kf_reader_finish(&reader);
        *problem = reader.problem;
        if (valid && writer->pretty)
            kf_writer_reformat(writer, value.text, value.length);
    }
    writer->buffer->failed = writer->buffer->failed || copy.failed;
    kf_buffer_free(&copy);
    writer->first = false;
    return valid;
}

static bool kf_tree_fail(const char **problem, const char *text)
{
    *problem = text;
    return false;
}

static bool kf_tree_number(kf_writer *writer, const cJSON *item, const char **problem)
{
    double value = item->valuedouble;
    if (!isfinite(value))
        return kf_tree_fail(problem, "a number is not finite");
    if (fabs(value) < KF_INT64_BOUND && value == floor(value) && (value != 0 || !signbit(value)))
        kf_writer_int64(writer, (int64_t)value);
    else
        kf_writer_double(writer, value);
    return true;
}

static bool kf_tree_item(kf_writer *writer, const cJSON *item, int depth, const char **problem);

static bool kf_tree_children(kf_writer *writer, const cJSON *item, int depth, const char **problem)
{
    bool object = (item->type & 0xFF) == cJSON_Object;
    if (depth >= KF_TREE_DEPTH)
        return kf_tree_fail(problem, "nested too deep");
    kf_writer_begin(writer, object ? '{' : '[');
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        if (!object)
            kf_writer_element(writer);
        else if (child->string == NULL)
            return kf_tree_fail(problem, "a member has no name");
        else if (!kf_writer_name(writer, child->string, strlen(child->string)))
            return kf_tree_fail(problem, "a name is not valid UTF-8");
        if (!kf_tree_item(writer, child, depth + 1, problem))
            return false;
    }
    kf_writer_end(writer, object ? '}' : ']');
    return true;
}

static bool kf_tree_item(kf_writer *writer, const cJSON *item, int depth, const char **problem)
{
    const char *text = item->valuestring;
    switch (item->type & 0xFF) {
    case cJSON_NULL:
        kf_writer_literal(writer, "null");
        return true;
    case cJSON_True:
        kf_writer_literal(writer, "true");
        return true;
    case cJSON_False:
        kf_writer_literal(writer, "false");
        return true;
    case cJSON_Number:
        return kf_tree_number(writer, item, problem);
    case cJSON_String:
        if (text == NULL)
            return kf_tree_fail(problem, "a string has no text");
        return kf_writer_string(writer, text, strlen(text)) || kf_tree_fail(problem, "a text is not valid UTF-8");
    case cJSON_Raw:
        if (text == NULL)
            return kf_tree_fail(problem, "a raw item has no text");
        return kf_writer_raw(writer, text, strlen(text), problem);
    case cJSON_Array:
    case cJSON_Object:
        return kf_tree_children(writer, item, depth, problem);
    default:
        return kf_tree_fail(problem, "an item of the tree has no type");
    }
}

bool kf_writer_tree(kf_writer *writer, const cJSON *tree, const char **problem)
{
    return kf_tree_item(writer, tree, 0, problem);
}
