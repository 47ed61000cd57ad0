#include "wire/lookup.h"

#include "model/layout.h"

const kf_wire *kf_wire_of(const kf_type *type)
{
    static const kf_wire none = {0};
    return type->wire != NULL ? type->wire : &none;
}

const kf_wire_field *kf_wire_field_of(const kf_type *type, const kf_field *field)
{
    static const kf_wire_field none = {0};
    const kf_wire *wire = kf_wire_of(type);
    bool own = wire->fields != NULL && field >= type->fields && field < type->fields + type->field_count;
    return own ? &wire->fields[field - type->fields] : &none;
}

const char *kf_wire_name(const kf_type *type, const kf_field *field)
{
    const char *name = kf_wire_field_of(type, field)->name;
    return name != NULL ? name : field->name;
}

const kf_field *kf_wire_flagged(const kf_type *type, kf_wire_flag flag)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (kf_wire_has(kf_wire_field_of(type, &type->fields[i]), flag))
            return &type->fields[i];
    }
    return NULL;
}

/* An element's name without its prefix; of all else the name. */
static kf_slice kf_wire_local(const kf_node *node)
{
    kf_slice name = node->name;
    const char *colon = node->kind == KF_NODE_ELEMENT && name.text != NULL ? memchr(name.text, ':', name.length) : NULL;
    if (colon != NULL) {
        name.length -= (size_t)(colon + 1 - name.text);
        name.text += colon + 1 - name.text;
    }
    return name;
}

static bool kf_node_is_called(const kf_node *node, const char *name)
{
    if (kf_slice_is(&node->name, name))
        return true;
    kf_slice local = kf_wire_local(node);
    return local.length != node->name.length && kf_slice_is(&local, name);
}

static bool kf_wire_listed(const char *const *names, const kf_node *node)
{
    for (; names != NULL && *names != NULL; names++) {
        if (kf_node_is_called(node, *names))
            return true;
    }
    return false;
}

/* A field by its name in XML; with `exactly`, an attribute is one and an element is none. */
static const kf_field *kf_wire_by_xml_name(const kf_type *type, const kf_node *node, bool exactly)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        const kf_wire_field *wire = kf_wire_field_of(type, field);
        bool attribute = kf_wire_has(wire, KF_WIRE_ATTRIBUTE);
        bool nameless = kf_wire_has(wire, KF_WIRE_TEXT) ||
                        (kf_wire_has(wire, KF_WIRE_BY_NAME) && !kf_wire_has(wire, KF_WIRE_WRAPPED));
        if ((field->flags & KF_FIELD_ADDITIONAL) != 0 || (kf_node_is_xml(node) && nameless) ||
            (exactly && attribute != (node->kind == KF_NODE_ATTRIBUTE)))
            continue;
        if (kf_node_is_called(node, wire->name != NULL ? wire->name : field->name))
            return field;
    }
    return NULL;
}

static const kf_field *kf_wire_by_alias(const kf_type *type, const kf_node *node)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (kf_wire_listed(kf_wire_field_of(type, &type->fields[i])->aliases, node))
            return &type->fields[i];
    }
    return NULL;
}

static const kf_field *kf_wire_by_own_name(const kf_type *type, const kf_node *node)
{
    kf_slice local = kf_wire_local(node);
    const kf_field *field = kf_type_field_of(type, node->name.text, node->name.length);
    if (field == NULL && local.length != node->name.length)
        field = kf_type_field_of(type, local.text, local.length);
    return field;
}

/* A field whose elements are named by their variants, and are not within another. */
static const kf_field *kf_wire_by_variant(const kf_type *type, const kf_node *node)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        const kf_wire_field *wire = kf_wire_field_of(type, field);
        if (kf_wire_has(wire, KF_WIRE_BY_NAME) && !kf_wire_has(wire, KF_WIRE_WRAPPED) &&
            kf_wire_variant_called(kf_field_type(field), node, &node->name) != NULL)
            return field;
    }
    return NULL;
}

const kf_field *kf_wire_find(const kf_type *type, const kf_node *node)
{
    const kf_field *field = NULL;
    if ((type->flags & (KF_TYPE_UNION | KF_TYPE_BY_STATUS)) != 0)
        return NULL; /* Its fields are no members. */
    if (!kf_node_is_xml(node)) {
        field = kf_wire_by_own_name(type, node);
        if (field == NULL)
            field = kf_wire_by_xml_name(type, node, false);
        return field != NULL ? field : kf_wire_by_alias(type, node);
    }
    field = kf_wire_by_xml_name(type, node, true);
    if (field == NULL)
        field = kf_wire_by_xml_name(type, node, false);
    if (field == NULL && node->kind == KF_NODE_ELEMENT)
        field = kf_wire_by_variant(type, node);
    if (field == NULL)
        field = kf_wire_by_own_name(type, node);
    return field != NULL ? field : kf_wire_by_alias(type, node);
}

bool kf_wire_is_called(const kf_type *type, const kf_node *node, const kf_slice *name)
{
    const kf_wire *wire = kf_wire_of(type);
    kf_node named = {.kind = node->kind, .name = *name};
    if (name->text == NULL)
        return false;
    if ((wire->root != NULL && kf_node_is_called(&named, wire->root)) || kf_wire_listed(wire->aliases, &named))
        return true;
    size_t start = name->length;
    while (start > 0 && name->text[start - 1] != '.')
        start--;
    if (start == 0)
        return false;
    named.name = (kf_slice){name->text + start, name->length - start};
    return kf_wire_listed(wire->aliases, &named);
}

const kf_variant *kf_wire_variant_called(const kf_type *type, const kf_node *node, const kf_slice *name)
{
    kf_node named = {.kind = node->kind, .name = *name};
    if (name->text == NULL)
        return NULL;
    for (size_t i = 0; i < type->variant_count; i++) {
        if (kf_node_is_called(&named, type->variants[i].tag))
            return &type->variants[i];
    }
    for (size_t i = 0; i < type->variant_count; i++) {
        if (kf_wire_is_called(type->variants[i].type, node, name))
            return &type->variants[i];
    }
    return NULL;
}

static bool kf_wire_knows(const kf_type *type, const kf_node *object)
{
    for (const kf_node *member = object->first; member != NULL; member = member->next) {
        const kf_field *field = kf_wire_find(type, member);
        for (const char *const *known = type->wire->known_by; *known != NULL; known++) {
            if (kf_slice_is(&member->name, *known) || (field != NULL && strcmp(field->name, *known) == 0))
                return true;
        }
    }
    return false;
}

const kf_variant *kf_wire_variant_known(const kf_type *type, const kf_node *object)
{
    for (size_t i = 0; i < type->variant_count; i++) {
        const kf_type *variant = type->variants[i].type;
        if (kf_wire_of(variant)->known_by != NULL && kf_wire_knows(variant, object))
            return &type->variants[i];
    }
    return NULL;
}
