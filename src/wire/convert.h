/* From a tree to the library's own JSON, by the tables of a type. */
#ifndef KF_WIRE_CONVERT_H
#define KF_WIRE_CONVERT_H

#include "wire/lookup.h"
#include "json/writer.h"

typedef struct kf_convert {
    kf_writer writer;
    kf_scratch *scratch;
    int http_status; /* For the root; 0: not known. */
    bool not_utf8; /* A text of the tree was not. */
} kf_convert;

/* A failed allocation is remembered by the writer's buffer. What does not fit its type is written as it came, so that
 * the decoder says where it stands and what is wrong with it. */

/* The whole document. */
void kf_convert_root(kf_convert *convert, const kf_type *type, kf_node *root);
/* An element of an array, the value of an entry, a member that is neither array nor map. `variant`: what its name
 * says; may be NULL. */
void kf_convert_element(kf_convert *convert, const kf_field *field, const kf_wire_field *wire, kf_node *node,
                        const kf_variant *variant);
/* A member; of an array in XML, the first of its `same`. */
void kf_convert_member(kf_convert *convert, const kf_field *field, const kf_wire_field *wire, kf_node *node);
/* A struct, whatever kind of type it has. */
void kf_convert_typed(kf_convert *convert, const kf_type *type, kf_node *node, const kf_variant *variant);
/* An object or element that is no union and no mere value. */
void kf_convert_object(kf_convert *convert, const kf_type *type, kf_node *node, const kf_variant *variant);
/* What is not an object or element, where one is expected. */
void kf_convert_other(kf_convert *convert, const kf_type *type, kf_node *node);
void kf_convert_scalar(kf_convert *convert, const kf_field *field, const kf_wire_field *wire, const kf_node *node);
/* Without a type: JSON as it is, an element as an object, or as a text when it has nothing else. */
void kf_convert_generic(kf_convert *convert, const kf_node *node);
/* The text of an element without a field for it, unless it is blank: "#text". */
void kf_convert_text_member(kf_convert *convert, const kf_node *element);
/* The members that an element has without a type, but for those that are `done` or for a field. */
void kf_convert_unknown(kf_convert *convert, const kf_type *type, kf_node *node);

void kf_convert_name(kf_convert *convert, const kf_slice *name);
void kf_convert_text(kf_convert *convert, const kf_slice *text);
/* The name of a member as it came. */
void kf_convert_label(kf_convert *convert, const kf_node *node);

/* xsi:nil, or JSON's null. */
bool kf_node_is_null(const kf_node *node);
/* Whether there are elements within it. */
bool kf_node_has_elements(const kf_node *node);
/* Without the white space around it. */
kf_slice kf_node_trimmed(const kf_node *node);
/* An empty element where a number, a truth value or a constant belongs. */
bool kf_node_is_absent(const kf_node *node, const kf_field *field);
/* The text of the discriminator, which all variants have; NULL when it is not set. */
const kf_slice *kf_node_tag(const kf_type *type, const kf_node *object);
/* The variant of an object or element: by its discriminator, the name of its class, its own name, or a member that
 * only one has. NULL for none. */
const kf_variant *kf_node_variant(const kf_type *type, const kf_node *node);
/* The alternative of a union that an object or element is, as far as that can be told; NULL for none. */
const kf_field *kf_node_alternative(const kf_type *type, const kf_node *node);
/* The member "@class" when it names the type; NULL for none. */
kf_node *kf_node_class(const kf_type *type, const kf_node *node);

#endif
