#include "wire/convert.h"

#include "model/layout.h"

void kf_convert_name(kf_convert *convert, const kf_slice *name)
{
    if (!kf_writer_name(&convert->writer, name->text, name->length))
        convert->not_utf8 = true;
}

void kf_convert_label(kf_convert *convert, const kf_node *node)
{
    if (node->label.text == NULL) {
        kf_convert_name(convert, &node->name);
        return;
    }
    kf_writer_element(&convert->writer);
    kf_buffer_char(convert->writer.buffer, '"');
    kf_buffer_append(convert->writer.buffer, node->label.text, node->label.length);
    kf_buffer_append(convert->writer.buffer, "\":", 2);
}

void kf_convert_text_member(kf_convert *convert, const kf_node *element)
{
    static const kf_slice name = {(char *)(uintptr_t) "#text", 5};
    if (kf_node_trimmed(element).length == 0)
        return;
    kf_convert_name(convert, &name);
    kf_convert_text(convert, &element->text);
}

static void kf_convert_element_generic(kf_convert *convert, const kf_node *element)
{
    kf_writer *writer = &convert->writer;
    kf_writer_begin(writer, '{');
    for (const kf_node *node = element->first; node != NULL; node = node->next) {
        if (node->repeats)
            continue;
        kf_convert_name(convert, &node->name);
        if (node->alike == NULL) {
            kf_convert_generic(convert, node);
            continue;
        }
        kf_writer_begin(writer, '[');
        for (const kf_node *item = node; item != NULL; item = item->alike) {
            kf_writer_element(writer);
            kf_convert_generic(convert, item);
        }
        kf_writer_end(writer, ']');
    }
    kf_convert_text_member(convert, element);
    kf_writer_end(writer, '}');
}

void kf_convert_generic(kf_convert *convert, const kf_node *node)
{
    if (!kf_node_is_xml(node))
        kf_buffer_append(convert->writer.buffer, node->raw.text, node->raw.length);
    else if (kf_node_is_null(node))
        kf_writer_literal(&convert->writer, "null");
    else if (node->first == NULL)
        kf_convert_text(convert, &node->text);
    else
        kf_convert_element_generic(convert, node);
}

/* A member that is for no field: for the map of additional members where there is one. */
static void kf_convert_stray(kf_convert *convert, const kf_field *additional, kf_node *node)
{
    static const kf_wire_field none = {0};
    if (additional != NULL)
        kf_convert_element(convert, additional, &none, node, NULL);
    else
        kf_convert_generic(convert, node);
    node->done = true;
}

static bool kf_node_is_stray(const kf_node *node)
{
    return node->field == NULL && !node->done;
}

void kf_convert_unknown(kf_convert *convert, const kf_type *type, kf_node *node)
{
    const kf_field *additional = kf_type_additional(type);
    kf_node *other = node->alike;
    if (!kf_node_is_stray(node))
        return;
    kf_convert_label(convert, node);
    while (other != NULL && !kf_node_is_stray(other))
        other = other->alike;
    if (other == NULL) {
        kf_convert_stray(convert, additional, node);
        return;
    }
    kf_writer_begin(&convert->writer, '[');
    for (other = node; other != NULL; other = other->alike) {
        if (!kf_node_is_stray(other))
            continue;
        kf_writer_element(&convert->writer);
        kf_convert_stray(convert, additional, other);
    }
    kf_writer_end(&convert->writer, ']');
}
