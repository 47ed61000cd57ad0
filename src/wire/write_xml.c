/* XML from the library's own JSON, by the tables of a type.
 *
 * Not by libxml2's xmlTextWriter: where memory is short it loses an element's end without a word (xmlListPushFront() in
 * xmlTextWriterStartElement() of 2.9.14 is not looked at), and it writes characters that XML does not have. */
#include "core/fail.h"
#include "core/utf8.h"
#include "model/layout.h"
#include "model/place.h"
#include "wire/convert.h"
#include "wire/wire.h"

#include <libxml/tree.h>

#define KF_XML_BEGIN "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<"
#define KF_XML_XSI " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
#define KF_XML_XS " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""

typedef struct kf_xml {
    kf_buffer *buffer;
    const kf_type *root;
    const kf_place *place;
    kf_error *error;
    bool open; /* The start of the innermost element has no ">" yet. */
    bool xsi; /* These prefixes were used. */
    bool xs;
} kf_xml;

static bool kf_xml_fail(kf_xml *xml, const char *problem)
{
    char path[KF_PATH_SIZE];
    kf_place_text(path, xml->root, xml->place);
    kf_fail(xml->error, KF_ERROR_ENCODE, "%s: %s", path, problem);
    return false;
}

static const char *kf_xml_escape(char c, bool attribute)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\r':
        return "&#13;";
    case '"':
        return attribute ? "&quot;" : NULL;
    case '\n':
        return attribute ? "&#10;" : NULL;
    case '\t':
        return attribute ? "&#9;" : NULL;
    default:
        return NULL;
    }
}

/* Bytes of a character that XML has; 0 for others. */
static size_t kf_xml_character(const char *p, size_t available)
{
    size_t bytes = kf_utf8_length(p, available);
    if (bytes == 1)
        return (unsigned char)*p >= 0x20 || *p == '\t' || *p == '\n' || *p == '\r';
    bool none = bytes == 3 && memcmp(p, "\xEF\xBF", 2) == 0 && (unsigned char)p[2] >= 0xBE; /* U+FFFE, U+FFFF */
    return none ? 0 : bytes;
}

static bool kf_xml_text(kf_xml *xml, const kf_slice *text, bool attribute)
{
    if (text->text == NULL)
        return kf_xml_fail(xml, "a text with U+0000 or half of a surrogate pair, which XML cannot hold");
    const char *end = text->text + text->length;
    for (const char *p = text->text; p < end;) {
        size_t bytes = kf_xml_character(p, (size_t)(end - p));
        const char *escape = kf_xml_escape(*p, attribute);
        if (bytes == 0)
            return kf_xml_fail(xml, "a text with a character that XML cannot hold");
        if (escape != NULL)
            kf_buffer_text(xml->buffer, escape);
        else
            kf_buffer_append(xml->buffer, p, bytes);
        p += bytes;
    }
    return true;
}

/* Whatever is written next stands within the innermost element. */
static void kf_xml_content(kf_xml *xml)
{
    if (xml->open)
        kf_buffer_char(xml->buffer, '>');
    xml->open = false;
}

static bool kf_xml_begin(kf_xml *xml, const char *name)
{
    kf_xml_content(xml);
    /* Nor with a prefix, whose namespace nobody knows here. */
    if (xmlValidateNCName((const xmlChar *)name, 0) != 0)
        return kf_xml_fail(xml, "the name cannot be that of an element");
    kf_buffer_char(xml->buffer, '<');
    xml->open = true;
    return kf_buffer_text(xml->buffer, name);
}

static void kf_xml_end(kf_xml *xml, const char *name)
{
    if (xml->open) {
        kf_buffer_text(xml->buffer, "/>");
    } else {
        kf_buffer_text(xml->buffer, "</");
        kf_buffer_text(xml->buffer, name);
        kf_buffer_char(xml->buffer, '>');
    }
    xml->open = false;
}

static bool kf_node_is_scalar(const kf_node *node)
{
    return node->kind != KF_NODE_ARRAY && node->kind != KF_NODE_OBJECT;
}

static const kf_slice *kf_scalar(const kf_node *node)
{
    return node->kind == KF_NODE_STRING ? &node->text : &node->raw;
}

static bool kf_xml_attribute(kf_xml *xml, const char *name, const kf_node *node)
{
    const kf_slice *text = kf_scalar(node);
    bool instance = strncmp(name, "xsi:", 4) == 0;
    if (xmlValidateNCName((const xmlChar *)name + (instance ? 4 : 0), 0) != 0)
        return kf_xml_fail(xml, "the name cannot be that of an attribute");
    xml->xsi = xml->xsi || instance;
    kf_buffer_char(xml->buffer, ' ');
    kf_buffer_text(xml->buffer, name);
    xml->xs = xml->xs || (strcmp(name, "xsi:type") == 0 && text->text != NULL && strncmp(text->text, "xs:", 3) == 0);
    kf_buffer_text(xml->buffer, "=\"");
    if (!kf_xml_text(xml, text, true))
        return false;
    return kf_buffer_char(xml->buffer, '"');
}

static bool kf_xml_own_text(kf_xml *xml, const kf_node *node)
{
    if (node->kind == KF_NODE_NULL)
        return true;
    if (!kf_node_is_scalar(node))
        return kf_xml_fail(xml, "an element's text is an object or array");
    if (kf_scalar(node)->length > 0)
        kf_xml_content(xml);
    return kf_xml_text(xml, kf_scalar(node), false);
}

static bool kf_xml_scalar(kf_xml *xml, const char *name, const kf_node *node)
{
    if (!kf_xml_begin(xml, name))
        return false;
    if (node->kind == KF_NODE_NULL) {
        xml->xsi = true;
        kf_buffer_text(xml->buffer, " xsi:nil=\"true\"");
    } else if (!kf_xml_own_text(xml, node)) {
        return false;
    }
    kf_xml_end(xml, name);
    return true;
}

/* Members' names are terminated where they stand, which the quote after them makes room for. */
static const char *kf_xml_member_name(kf_node *node)
{
    node->name.text[node->name.length] = '\0';
    return node->name.text;
}

static bool kf_xml_generic(kf_xml *xml, const char *name, kf_node *node);

static bool kf_is_generic_attribute(const kf_node *node)
{
    return node->name.length > 4 && memcmp(node->name.text, "xsi:", 4) == 0 && kf_node_is_scalar(node) &&
           node->kind != KF_NODE_NULL && !kf_slice_is(&node->name, "xsi:nil");
}

static bool kf_xml_generic_member(kf_xml *xml, kf_node *node)
{
    if (kf_is_generic_attribute(node))
        return true;
    if (kf_slice_is(&node->name, "#text"))
        return kf_xml_own_text(xml, node);
    kf_place place = {xml->place, kf_xml_member_name(node), KF_NOWHERE};
    xml->place = &place;
    bool good = kf_xml_generic(xml, place.name, node);
    xml->place = place.above;
    return good;
}

/* Those that XML itself gives a meaning to are attributes. */
static bool kf_xml_generic_attributes(kf_xml *xml, const kf_type *type, kf_node *object)
{
    for (kf_node *node = object->first; node != NULL; node = node->next) {
        bool own = type != NULL && kf_type_field_of(type, node->name.text, node->name.length) != NULL;
        if (!own && kf_is_generic_attribute(node) && !kf_xml_attribute(xml, kf_xml_member_name(node), node))
            return false;
    }
    return true;
}

/* Without a type: the members of an object as elements, the elements of an array as elements of that name. */
static bool kf_xml_generic(kf_xml *xml, const char *name, kf_node *node)
{
    bool good = true;
    if (kf_node_is_scalar(node))
        return kf_xml_scalar(xml, name, node);
    for (kf_node *item = node->first; node->kind == KF_NODE_ARRAY && item != NULL && good; item = item->next) {
        bool within = item->kind == KF_NODE_ARRAY;
        good = !within || kf_xml_begin(xml, name);
        good = good && kf_xml_generic(xml, within ? "item" : name, item);
        if (good && within)
            kf_xml_end(xml, name);
    }
    if (node->kind == KF_NODE_ARRAY)
        return good;
    good = kf_xml_begin(xml, name) && kf_xml_generic_attributes(xml, NULL, node);
    for (kf_node *member = node->first; member != NULL && good; member = member->next)
        good = kf_xml_generic_member(xml, member);
    if (good)
        kf_xml_end(xml, name);
    return good;
}

static bool kf_xml_object(kf_xml *xml, const char *name, const kf_type *type, kf_node *node, bool by_name);
static bool kf_xml_struct(kf_xml *xml, const char *name, const kf_type *type, kf_node *node);

static bool kf_xml_value(kf_xml *xml, const char *name, const kf_field *field, kf_node *node)
{
    if (field->kind == KF_KIND_OBJECT)
        return kf_xml_struct(xml, name, field->ref, node);
    return kf_xml_generic(xml, name, node);
}

static const kf_node *kf_object_member(const kf_node *object, const char *name)
{
    const kf_node *node = object->kind == KF_NODE_OBJECT && name != NULL ? object->first : NULL;
    while (node != NULL && !kf_slice_is(&node->name, name))
        node = node->next;
    return node;
}

static bool kf_xml_named_item(kf_xml *xml, const kf_type *type, kf_node *item)
{
    const kf_node *tag = kf_object_member(item, type->discriminator);
    if (tag == NULL || tag->kind != KF_NODE_STRING || tag->text.text == NULL)
        return kf_xml_fail(xml, "the element has no name: its discriminator is not set");
    char *name = tag->text.text;
    char after = name[tag->text.length];
    name[tag->text.length] = '\0';
    bool good = kf_xml_object(xml, name, type, item, true);
    name[tag->text.length] = after;
    return good;
}

static bool kf_xml_items(kf_xml *xml, const kf_field *field, const kf_wire_field *wire, const char *name,
                         kf_node *array)
{
    kf_place place = {xml->place, NULL, 0};
    bool good = true;
    xml->place = &place;
    for (kf_node *item = array->first; item != NULL && good; item = item->next, place.index++) {
        if (kf_wire_has(wire, KF_WIRE_BY_NAME))
            good = kf_xml_named_item(xml, field->ref, item);
        else
            good = kf_xml_value(xml, name, field, item);
    }
    xml->place = place.above;
    return good;
}

static bool kf_xml_map(kf_xml *xml, const char *name, const kf_field *field, kf_node *map)
{
    if (!kf_xml_begin(xml, name))
        return false;
    for (kf_node *entry = map->first; entry != NULL; entry = entry->next) {
        kf_place place = {xml->place, kf_xml_member_name(entry), KF_NOWHERE};
        xml->place = &place;
        bool good = kf_xml_value(xml, place.name, field, entry);
        xml->place = place.above;
        if (!good)
            return false;
    }
    kf_xml_end(xml, name);
    return true;
}

static bool kf_xml_wrapped(kf_xml *xml, const char *name, const kf_field *field, const kf_wire_field *wire,
                           kf_node *array)
{
    const char *item = wire->item != NULL ? wire->item : wire->name != NULL ? wire->name : field->name;
    if (!kf_xml_begin(xml, name) || !kf_xml_items(xml, field, wire, item, array))
        return false;
    kf_xml_end(xml, name);
    return true;
}

/* The value of a field, as one element or several. `whole`: it is all of its type, and the element is there for that.
 */
static bool kf_xml_field(kf_xml *xml, const char *name, const kf_field *field, const kf_wire_field *wire, kf_node *node,
                         bool whole)
{
    bool array = (field->flags & KF_FIELD_ARRAY) != 0;
    bool wrapped = whole || kf_wire_has(wire, KF_WIRE_WRAPPED);
    if (array && !wrapped && node->kind == KF_NODE_NULL)
        return true; /* It has no element that could be null. */
    array = array && node->kind == KF_NODE_ARRAY;
    if (array && wrapped)
        return kf_xml_wrapped(xml, name, field, wire, node);
    if (array)
        return kf_xml_items(xml, field, wire, name, node);
    if ((field->flags & KF_FIELD_MAP) != 0 && node->kind == KF_NODE_OBJECT)
        return kf_xml_map(xml, name, field, node);
    return kf_xml_value(xml, name, field, node);
}

static bool kf_xml_struct(kf_xml *xml, const char *name, const kf_type *type, kf_node *node)
{
    const kf_field *field = NULL;
    if ((type->flags & (KF_TYPE_UNION | KF_TYPE_BY_STATUS)) != 0) {
        if (kf_node_variant(type, node) != NULL)
            return kf_xml_object(xml, name, type, node, false);
        field = node->kind == KF_NODE_OBJECT ? kf_node_alternative(type, node) : NULL;
        return field != NULL ? kf_xml_value(xml, name, field, node) : kf_xml_generic(xml, name, node);
    }
    if ((type->flags & KF_TYPE_VALUE) != 0 && type->field_count > 0)
        return kf_xml_field(xml, name, type->fields, kf_wire_field_of(type, type->fields), node, true);
    return node->kind == KF_NODE_OBJECT ? kf_xml_object(xml, name, type, node, false) : kf_xml_generic(xml, name, node);
}

static bool kf_xml_attributes(kf_xml *xml, const kf_type *type, kf_node *object)
{
    for (kf_node *node = object->first; node != NULL; node = node->next) {
        const kf_field *field = kf_type_field_of(type, node->name.text, node->name.length);
        if (field == NULL || !kf_wire_has(kf_wire_field_of(type, field), KF_WIRE_ATTRIBUTE) ||
            node->kind == KF_NODE_NULL)
            continue;
        kf_place place = {xml->place, field->name, KF_NOWHERE};
        xml->place = &place;
        bool good = kf_node_is_scalar(node) ? kf_xml_attribute(xml, kf_wire_name(type, field), node)
                                            : kf_xml_fail(xml, "an attribute cannot be an object or array");
        xml->place = place.above;
        if (!good)
            return false;
    }
    return kf_xml_generic_attributes(xml, type, object);
}

/* A member of no field; the map of additional ones says what it is. */
static bool kf_xml_stray(kf_xml *xml, const kf_type *type, kf_node *node)
{
    const kf_field *additional = kf_type_additional(type);
    const kf_node element = {.kind = KF_NODE_ELEMENT, .name = node->name};
    bool taken = kf_wire_find(type, &element) != NULL ||
                 (kf_slice_is(&node->name, "#text") && kf_wire_flagged(type, KF_WIRE_TEXT) != NULL);
    if (!taken && (additional == NULL || additional->kind != KF_KIND_OBJECT))
        return kf_xml_generic_member(xml, node);
    kf_place place = {xml->place, kf_xml_member_name(node), KF_NOWHERE};
    xml->place = &place;
    bool good = taken ? kf_xml_fail(xml, "it is none of the type's members, but in XML has the name of one")
                      : kf_xml_value(xml, place.name, additional, node);
    xml->place = place.above;
    return good;
}

static bool kf_xml_member(kf_xml *xml, const kf_type *type, kf_node *node)
{
    const kf_field *field = kf_type_field_of(type, node->name.text, node->name.length);
    if (field == NULL)
        return kf_xml_stray(xml, type, node);
    const kf_wire_field *wire = kf_wire_field_of(type, field);
    if (kf_wire_has(wire, KF_WIRE_ATTRIBUTE))
        return true;
    kf_place place = {xml->place, field->name, KF_NOWHERE};
    xml->place = &place;
    bool good = kf_wire_has(wire, KF_WIRE_TEXT)
                    ? kf_xml_own_text(xml, node)
                    : kf_xml_field(xml, kf_wire_name(type, field), field, wire, node, false);
    xml->place = place.above;
    return good;
}

/* What stands within an object's element, attributes first. */
static bool kf_xml_inside(kf_xml *xml, const kf_type *type, kf_node *node, const char *left_out)
{
    bool good = kf_xml_attributes(xml, type, node);
    for (kf_node *member = node->first; member != NULL && good; member = member->next) {
        if (left_out == NULL || !kf_slice_is(&member->name, left_out))
            good = kf_xml_member(xml, type, member);
    }
    return good;
}

static bool kf_xml_object(kf_xml *xml, const char *name, const kf_type *type, kf_node *node, bool by_name)
{
    const kf_variant *variant = kf_node_variant(type, node);
    const kf_type *actual = variant != NULL ? variant->type : type;
    if (!kf_xml_begin(xml, name) || !kf_xml_inside(xml, actual, node, by_name ? type->discriminator : NULL))
        return false;
    kf_xml_end(xml, name);
    return true;
}

/* All but the beginning, which knows the prefixes only afterwards. */
static bool kf_xml_document(kf_xml *xml, const char *name, const kf_type *type, kf_node *node)
{
    bool good;
    xml->open = true;
    if (node->kind == KF_NODE_ARRAY && (type->flags & KF_TYPE_VALUE) != 0) {
        const kf_wire_field *wire = kf_wire_field_of(type, type->fields);
        const char *item = wire->item != NULL ? wire->item : kf_wire_name(type, type->fields);
        good = kf_xml_items(xml, type->fields, wire, item, node);
    } else if (node->kind == KF_NODE_OBJECT) {
        good = kf_xml_inside(xml, type, node, NULL);
    } else {
        good = kf_xml_own_text(xml, node);
    }
    kf_xml_end(xml, name);
    return good;
}

static kf_status kf_xml_write(const kf_type *type, const char *name, kf_node *node, kf_buffer *buffer, kf_error *error)
{
    kf_buffer body = {.secret = buffer->secret};
    kf_xml xml = {.buffer = &body, .root = type, .error = error};
    kf_status status = KF_OK;
    if (!kf_xml_document(&xml, name, type, node))
        status = KF_ERROR_ENCODE;
    if (status == KF_OK) {
        kf_buffer_text(buffer, KF_XML_BEGIN);
        kf_buffer_text(buffer, name);
        kf_buffer_text(buffer, xml.xsi ? KF_XML_XSI : "");
        kf_buffer_text(buffer, xml.xs ? KF_XML_XS : "");
        kf_buffer_append(buffer, body.data, body.length);
    }
    if (body.failed || buffer->failed)
        status = kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    kf_buffer_free(&body);
    return status;
}

kf_status kf_wire_to_xml(const kf_type *type, const char *root, kf_buffer *json, kf_buffer *xml, kf_error *error)
{
    kf_scratch scratch = {.secret = json->secret};
    kf_node *node;
    kf_status status = kf_node_read_json(json->data, json->length, KF_DEPTH_MOST, &scratch, &node);
    if (status == KF_OK)
        status = kf_xml_write(type, root, node, xml, error);
    else
        kf_fail(error, status, "%s", status == KF_ERROR_MEMORY ? "memory ran out" : "nested too deep");
    kf_scratch_free(&scratch);
    return status;
}
