/* Finding fields and variants by the names that they have on any wire. */
#ifndef KF_WIRE_LOOKUP_H
#define KF_WIRE_LOOKUP_H

#include "wire/node.h"

/* Never NULL: a type without one has nothing of its own. */
const kf_wire *kf_wire_of(const kf_type *type);
const kf_wire_field *kf_wire_field_of(const kf_type *type, const kf_field *field);
static inline bool kf_wire_has(const kf_wire_field *wire, kf_wire_flag flag)
{
    return (wire->flags & flag) != 0;
}
/* Its element or attribute in XML. */
const char *kf_wire_name(const kf_type *type, const kf_field *field);
/* The first field with that flag, or NULL. */
const kf_field *kf_wire_flagged(const kf_type *type, kf_wire_flag flag);

/* The field that a member, attribute or element is for: by its own name, that in XML and its aliases; in XML also one
 * whose elements are named by their variants. NULL for none. */
const kf_field *kf_wire_find(const kf_type *type, const kf_node *node);

/* Whether the name is the type's root or one of its aliases. Of a Java class the package does not matter. */
bool kf_wire_is_called(const kf_type *type, const kf_node *node, const kf_slice *name);
/* The variant with that tag, else the first whose type is called so; NULL for none. `node` is what has the name. */
const kf_variant *kf_wire_variant_called(const kf_type *type, const kf_node *node, const kf_slice *name);
/* The variant that has one of the object's members for itself; NULL for none. */
const kf_variant *kf_wire_variant_known(const kf_type *type, const kf_node *object);

#endif
