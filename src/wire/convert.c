#include "wire/convert.h"

#include "model/layout.h"
#include "json/number.h"

static void kf_convert_null(kf_convert *convert)
{
    kf_writer_literal(&convert->writer, "null");
}

static const kf_field *kf_named_xsi_type(const kf_type *type)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (strcmp(kf_wire_name(type, &type->fields[i]), "xsi:type") == 0)
            return &type->fields[i];
    }
    return NULL;
}

static const char *kf_xsi_type_of(const kf_node *node)
{
    if (node->kind == KF_NODE_STRING)
        return "xs:string";
    if (node->kind == KF_NODE_TRUE || node->kind == KF_NODE_FALSE)
        return "xs:boolean";
    int64_t value;
    bool whole = kf_number_int64(node->text.text, node->text.length, &value) == KF_NUMBER_OK &&
                 kf_number_is_printed_int64(node->text.text, node->text.length, value);
    return whole ? "xs:long" : "xs:double";
}

/* A scalar of JSON where XML would have an element with that text: {"type": "xs:long", "text": "5"}. */
static void kf_convert_as_text(kf_convert *convert, const kf_type *type, const kf_field *text, const kf_node *node)
{
    const kf_field *kind = kf_named_xsi_type(type);
    kf_writer_begin(&convert->writer, '{');
    if (kind != NULL && node->kind != KF_NODE_ARRAY) {
        const char *name = kf_xsi_type_of(node);
        kf_convert_name(convert, &(kf_slice){(char *)(uintptr_t)kind->name, kind->name_length});
        kf_convert_text(convert, &(kf_slice){(char *)(uintptr_t)name, strlen(name)});
    }
    kf_convert_name(convert, &(kf_slice){(char *)(uintptr_t)text->name, text->name_length});
    if (node->kind == KF_NODE_ARRAY)
        kf_convert_text(convert, &node->raw);
    else
        kf_convert_scalar(convert, text, kf_wire_field_of(type, text), node);
    kf_writer_end(&convert->writer, '}');
}

/* The only array of objects that a type has; NULL for none or several. */
static const kf_field *kf_only_array(const kf_type *type)
{
    const kf_field *only = NULL;
    for (size_t i = 0; i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        if (field->kind != KF_KIND_OBJECT || (field->flags & KF_FIELD_ARRAY) == 0)
            continue;
        if (only != NULL)
            return NULL;
        only = field;
    }
    return only;
}

static void kf_convert_within(kf_convert *convert, const kf_type *type, const kf_field *field, kf_node *node)
{
    kf_writer_begin(&convert->writer, '{');
    kf_convert_name(convert, &(kf_slice){(char *)(uintptr_t)field->name, field->name_length});
    kf_convert_member(convert, field, kf_wire_field_of(type, field), node);
    kf_writer_end(&convert->writer, '}');
}

void kf_convert_other(kf_convert *convert, const kf_type *type, kf_node *node)
{
    const kf_field *text = kf_wire_flagged(type, KF_WIRE_TEXT);
    const kf_field *array = node->kind == KF_NODE_ARRAY ? kf_only_array(type) : NULL;
    if (array != NULL)
        kf_convert_within(convert, type, array, node);
    else if (text != NULL)
        kf_convert_as_text(convert, type, text, node);
    else if (node->kind == KF_NODE_ARRAY && node->first == NULL)
        kf_writer_literal(&convert->writer, "{}"); /* PHP cannot tell them apart. */
    else
        kf_convert_generic(convert, node);
}

/* {"key": …, "value": …} for each member. */
static void kf_convert_entries(kf_convert *convert, const kf_field *field, const kf_wire_field *wire, kf_node *map)
{
    kf_writer_begin(&convert->writer, '[');
    for (kf_node *node = map->first; node != NULL; node = node->next) {
        kf_scratch_mark mark = kf_scratch_here(convert->scratch);
        kf_node *entry = kf_node_add(convert->scratch, NULL, KF_NODE_OBJECT);
        kf_node *key = entry == NULL ? NULL : kf_node_add(convert->scratch, entry, KF_NODE_STRING);
        kf_node *value = key == NULL ? NULL : kf_node_add(convert->scratch, entry, KF_NODE_NULL);
        if (value == NULL) {
            convert->writer.buffer->failed = true;
            return;
        }
        key->raw = (kf_slice){node->label.text - 1, node->label.length + 2};
        key->text = node->name;
        key->name = (kf_slice){(char *)(uintptr_t) "key", 3};
        *value = *node;
        value->up = entry;
        value->next = NULL;
        value->name = value->label = (kf_slice){(char *)(uintptr_t) "value", 5};
        kf_writer_element(&convert->writer);
        kf_convert_element(convert, field, wire, entry, NULL);
        kf_scratch_release(convert->scratch, mark);
    }
    kf_writer_end(&convert->writer, ']');
}

/* An element whose name says what it is says so also when nobody knows it. */
static void kf_convert_item(kf_convert *convert, const kf_field *field, const kf_wire_field *wire, kf_node *node)
{
    const kf_type *type = field->kind == KF_KIND_OBJECT ? kf_field_type(field) : NULL;
    const kf_variant *variant = NULL;
    kf_variant unknown = {node->name.text, type};
    if (kf_wire_has(wire, KF_WIRE_BY_NAME) && node->kind == KF_NODE_ELEMENT) {
        variant = kf_wire_variant_called(type, node, &node->name);
        if (variant == NULL && kf_node_tag(type, node) == NULL)
            variant = &unknown;
    }
    kf_writer_element(&convert->writer);
    kf_convert_element(convert, field, wire, node, variant);
}

/* The elements within one, or the element itself. */
static void kf_convert_xml_items(kf_convert *convert, const kf_field *field, const kf_wire_field *wire, kf_node *node,
                                 bool wrapped)
{
    if (!wrapped || (!kf_node_has_elements(node) && kf_node_trimmed(node).length > 0)) {
        kf_convert_item(convert, field, wire, node);
        return;
    }
    for (kf_node *item = node->first; item != NULL; item = item->next) {
        if (item->kind == KF_NODE_ELEMENT)
            kf_convert_item(convert, field, wire, item);
    }
}

static void kf_convert_array(kf_convert *convert, const kf_field *field, const kf_wire_field *wire, kf_node *node,
                             bool wrapped)
{
    bool xml = kf_node_is_xml(node);
    if (node->kind == KF_NODE_NULL || (xml && wrapped && node->same == NULL && kf_node_is_null(node))) {
        kf_convert_null(convert);
        return;
    }
    if (node->kind == KF_NODE_OBJECT && kf_wire_has(wire, KF_WIRE_ENTRIES)) {
        kf_convert_entries(convert, field, wire, node);
        return;
    }
    kf_writer_begin(&convert->writer, '[');
    if (node->kind == KF_NODE_ARRAY) {
        for (kf_node *item = node->first; item != NULL; item = item->next)
            kf_convert_item(convert, field, wire, item);
    } else if (xml) {
        for (kf_node *part = node; part != NULL; part = part->field == field ? part->same : NULL)
            kf_convert_xml_items(convert, field, wire, part, wrapped);
    } else {
        kf_convert_item(convert, field, wire, node);
    }
    kf_writer_end(&convert->writer, ']');
}

static void kf_convert_map(kf_convert *convert, const kf_field *field, const kf_wire_field *wire, kf_node *node)
{
    bool empty_array = node->kind == KF_NODE_ARRAY && node->first == NULL;
    if (kf_node_is_null(node)) {
        kf_convert_null(convert);
        return;
    }
    if (node->kind != KF_NODE_OBJECT && !kf_node_is_xml(node) && !empty_array) {
        kf_convert_generic(convert, node);
        return;
    }
    kf_writer_begin(&convert->writer, '{');
    for (kf_node *entry = node->first; entry != NULL; entry = entry->next) {
        kf_convert_label(convert, entry);
        kf_convert_element(convert, field, wire, entry, NULL);
    }
    kf_writer_end(&convert->writer, '}');
}

void kf_convert_member(kf_convert *convert, const kf_field *field, const kf_wire_field *wire, kf_node *node)
{
    if ((field->flags & KF_FIELD_ARRAY) != 0)
        kf_convert_array(convert, field, wire, node, kf_wire_has(wire, KF_WIRE_WRAPPED));
    else if ((field->flags & KF_FIELD_MAP) != 0)
        kf_convert_map(convert, field, wire, node);
    else
        kf_convert_element(convert, field, wire, node, NULL);
}

/* Elements of one name are an array. */
static void kf_convert_free_form(kf_convert *convert, const kf_field *field, const kf_node *node)
{
    if (node->field != field || node->same == NULL) {
        kf_convert_generic(convert, node);
        return;
    }
    kf_writer_begin(&convert->writer, '[');
    for (; node != NULL; node = node->same) {
        kf_writer_element(&convert->writer);
        kf_convert_generic(convert, node);
    }
    kf_writer_end(&convert->writer, ']');
}

void kf_convert_element(kf_convert *convert, const kf_field *field, const kf_wire_field *wire, kf_node *node,
                        const kf_variant *variant)
{
    if (field->kind == KF_KIND_OBJECT)
        kf_convert_typed(convert, kf_field_type(field), node, variant);
    else if (field->kind == KF_KIND_JSON)
        kf_convert_free_form(convert, field, node);
    else
        kf_convert_scalar(convert, field, wire, node);
}

/* A type whose JSON is the value of its only field; an element around an array stands for it. */
static void kf_convert_value(kf_convert *convert, const kf_type *type, kf_node *node)
{
    const kf_field *field = &type->fields[0];
    const kf_wire_field *wire = kf_wire_field_of(type, field);
    bool array = (field->flags & KF_FIELD_ARRAY) != 0;
    kf_node *inner = node->kind == KF_NODE_OBJECT && array ? node->first : NULL;
    /* {"unitList": […]} */
    while (inner != NULL && (inner->kind != KF_NODE_ARRAY || !kf_wire_is_called(type, inner, &inner->name)))
        inner = inner->next;
    if (array)
        kf_convert_array(convert, field, wire, inner != NULL ? inner : node, true);
    else
        kf_convert_member(convert, field, wire, node);
}

static bool kf_is_one_object(const kf_field *field)
{
    return field->kind == KF_KIND_OBJECT && (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) == 0;
}

/* How many of an object's members the type knows; -1 when one that it requires is missing. */
static int kf_fit(const kf_type *type, const kf_node *node)
{
    int known = 0;
    int required = 0;
    for (size_t i = 0; i < type->field_count; i++)
        required += (type->fields[i].flags & KF_FIELD_REQUIRED) != 0;
    for (const kf_node *member = node->first; member != NULL; member = member->next) {
        const kf_field *field = kf_wire_find(type, member);
        known += field != NULL;
        required -= field != NULL && (field->flags & KF_FIELD_REQUIRED) != 0;
    }
    return required > 0 ? -1 : known;
}

/* As it is called, else as its members are. */
const kf_field *kf_node_alternative(const kf_type *type, const kf_node *node)
{
    const kf_node *called = node->kind == KF_NODE_OBJECT ? node->first : node;
    const kf_field *best = NULL;
    int best_fit = 0;
    size_t objects = 0;
    for (size_t i = 0; i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        const kf_type *alternative = field->ref;
        if (!kf_is_one_object(field))
            continue;
        if (kf_node_class(alternative, node) != NULL ||
            (called != NULL && kf_wire_is_called(alternative, called, &called->name)))
            return field;
        int fit = kf_fit(alternative, node);
        if (objects++ == 0 || fit > best_fit) {
            best = field;
            best_fit = fit;
        }
    }
    return objects == 1 || best_fit > 0 ? best : NULL;
}

/* The alternative for an element without any others within. */
static const kf_field *kf_text_alternative(const kf_type *type, const kf_node *node)
{
    static const uint8_t kinds[] = {KF_KIND_STRING, KF_KIND_ENUM,  KF_KIND_BOOL,
                                    KF_KIND_INT64,  KF_KIND_INT32, KF_KIND_DOUBLE};
    for (size_t k = 0; k < sizeof kinds && kf_node_is_xml(node); k++) {
        for (size_t i = 0; i < type->field_count; i++) {
            const kf_field *field = &type->fields[i];
            if (field->kind == kinds[k] && (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) == 0)
                return field;
        }
    }
    return NULL;
}

static const kf_field *kf_array_alternative(const kf_type *type)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if ((type->fields[i].flags & KF_FIELD_ARRAY) != 0)
            return &type->fields[i];
    }
    return NULL;
}

static void kf_convert_union(kf_convert *convert, const kf_type *type, kf_node *node)
{
    const kf_field *field = kf_type_by_status(type, convert->http_status);
    const kf_variant *variant = NULL;
    bool object = node->kind == KF_NODE_OBJECT || kf_node_has_elements(node);
    convert->http_status = 0; /* Only the root is the answer. */
    if (field == NULL && node->kind == KF_NODE_ARRAY)
        field = kf_array_alternative(type);
    else if (field == NULL && (object || kf_node_is_xml(node)))
        variant = kf_node_variant(type, node);
    if (variant != NULL) {
        kf_convert_object(convert, type, node, variant);
        return;
    }
    if (field == NULL && (object || node->kind == KF_NODE_ELEMENT))
        field = kf_node_alternative(type, node);
    if (field == NULL && !object)
        field = kf_text_alternative(type, node);
    if (field != NULL)
        kf_convert_member(convert, field, kf_wire_field_of(type, field), node);
    else
        kf_convert_generic(convert, node);
}

void kf_convert_typed(kf_convert *convert, const kf_type *type, kf_node *node, const kf_variant *variant)
{
    if (type->wire == NULL && !kf_node_is_xml(node))
        kf_convert_generic(convert, node);
    else if ((type->flags & (KF_TYPE_UNION | KF_TYPE_BY_STATUS)) != 0)
        kf_convert_union(convert, type, node);
    else if ((type->flags & KF_TYPE_VALUE) != 0 && type->field_count > 0)
        kf_convert_value(convert, type, node);
    else if (kf_node_is_null(node) && variant == NULL)
        kf_convert_null(convert);
    else if (node->kind == KF_NODE_OBJECT || kf_node_is_xml(node))
        kf_convert_object(convert, type, node, variant);
    else
        kf_convert_other(convert, type, node);
}

/* A document that is one element of an array whose elements are named by their variants: the array's type is meant. */
static const kf_field *kf_lone_item(const kf_type *type, kf_node *node)
{
    bool plain = (type->flags & (KF_TYPE_UNION | KF_TYPE_BY_STATUS | KF_TYPE_VALUE)) == 0;
    const kf_field *field = plain ? kf_wire_flagged(type, KF_WIRE_BY_NAME) : NULL;
    if (field == NULL || (node->kind != KF_NODE_OBJECT && node->kind != KF_NODE_ELEMENT))
        return NULL;
    const kf_type *item = kf_field_type(field);
    if (node->kind == KF_NODE_ELEMENT) {
        bool own = kf_wire_is_called(type, node, &node->name);
        return !own && kf_wire_variant_called(item, node, &node->name) != NULL ? field : NULL;
    }
    for (const kf_node *member = node->first; member != NULL; member = member->next) {
        if (kf_wire_find(type, member) == field)
            return NULL;
    }
    const kf_node *first = node->first;
    bool wrapped = first != NULL && first->next == NULL && first->kind == KF_NODE_OBJECT &&
                   kf_wire_variant_called(item, first, &first->name) != NULL;
    return wrapped || kf_node_variant(item, node) != NULL ? field : NULL;
}

void kf_convert_root(kf_convert *convert, const kf_type *type, kf_node *root)
{
    const kf_field *field = kf_lone_item(type, root);
    if (field == NULL) {
        kf_convert_typed(convert, type, root, NULL);
        return;
    }
    kf_writer_begin(&convert->writer, '{');
    kf_convert_name(convert, &(kf_slice){(char *)(uintptr_t)field->name, field->name_length});
    kf_convert_array(convert, field, kf_wire_field_of(type, field), root, false);
    kf_writer_end(&convert->writer, '}');
}
