/* Which variant an object is. */
#include "wire/convert.h"

#include "model/layout.h"

const kf_slice *kf_node_tag(const kf_type *type, const kf_node *object)
{
    const kf_type *base = (type->flags & KF_TYPE_UNION) != 0 ? type->variants[0].type : type;
    for (const kf_node *node = object->first; node != NULL; node = node->next) {
        const kf_field *field = kf_wire_find(base, node);
        bool tag = field != NULL ? strcmp(field->name, type->discriminator) == 0
                                 : kf_slice_is(&node->name, type->discriminator);
        if (tag && node->text.text != NULL && node->kind != KF_NODE_NULL)
            return &node->text;
    }
    return NULL;
}

kf_node *kf_node_class(const kf_type *type, const kf_node *object)
{
    kf_node *node = object->kind == KF_NODE_OBJECT ? object->first : NULL;
    while (node != NULL && !kf_slice_is(&node->name, "@class"))
        node = node->next;
    if (node == NULL || node->kind != KF_NODE_STRING)
        return NULL;
    bool known = kf_wire_is_called(type, node, &node->text) || kf_wire_variant_called(type, node, &node->text) != NULL;
    return known ? node : NULL;
}

const kf_variant *kf_node_variant(const kf_type *type, const kf_node *object)
{
    if (type->discriminator == NULL || type->variant_count == 0 || type->wire == NULL)
        return NULL;
    const kf_slice *tag = kf_node_tag(type, object);
    if (tag != NULL)
        return kf_wire_variant_called(type, object, tag);
    const kf_node *class = kf_node_class(type, object);
    const kf_variant *variant = class == NULL ? NULL : kf_wire_variant_called(type, class, &class->text);
    if (variant == NULL && object->name.text != NULL && kf_node_is_xml(object))
        variant = kf_wire_variant_called(type, object, &object->name);
    return variant != NULL ? variant : kf_wire_variant_known(type, object);
}
