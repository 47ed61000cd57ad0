/* A text that came, JSON or XML, as a tree: what the tables are applied to. */
#ifndef KF_WIRE_NODE_H
#define KF_WIRE_NODE_H

#include "core/scratch.h"
#include "kuflow/model.h"
#include "json/reader.h"

typedef enum kf_node_kind {
    KF_NODE_NULL,
    KF_NODE_FALSE,
    KF_NODE_TRUE,
    KF_NODE_NUMBER,
    KF_NODE_STRING,
    KF_NODE_ARRAY,
    KF_NODE_OBJECT,
    KF_NODE_ATTRIBUTE, /* XML */
    KF_NODE_ELEMENT /* XML: its attributes come before its child elements. */
} kf_node_kind;

typedef struct kf_node {
    kf_slice name; /* Of a member, attribute or element, with its prefix; the text is NULL for what has none. */
    kf_slice text; /* Of a string, number, attribute or element; NULL where C cannot hold it. Terminated, but for
                      numbers and for strings without escapes. */
    kf_slice raw; /* JSON: the whole value as it was written. XML: the text is NULL. */
    kf_slice label; /* JSON: the name as it was written, between its quotes. */
    struct kf_node *up;
    struct kf_node *first;
    struct kf_node *last;
    struct kf_node *next;
    struct kf_node *alike; /* XML: the next of its siblings with the same name. */
    uint8_t kind;
    bool repeats; /* XML: it is an `alike` of one before it. */
    bool nil; /* XML: xsi:nil. */

    /* While an object is converted. */
    const kf_field *field; /* What it is for; NULL: unknown. */
    struct kf_node *same; /* The next member for the same field. */
    bool nested; /* It stands within a member whose members count as the object's. */
    bool done;
} kf_node;

/* Both give the tree, which lives in the scratch memory as long as `text` does. */

/* KF_ERROR_DECODE, KF_ERROR_LIMIT or KF_ERROR_MEMORY without a message; `text` holds a NUL after its end. */
kf_status kf_node_read_json(char *text, size_t length, int max_depth, kf_scratch *scratch, kf_node **root);
/* `what` begins the message of the error: the name of a type. */
kf_status kf_node_read_xml(const char *text, size_t length, int max_depth, const char *what, kf_scratch *scratch,
                           kf_node **root, kf_error *error);

/* A zeroed node, the last child of `up`, which may be NULL. NULL: no memory. */
kf_node *kf_node_add(kf_scratch *scratch, kf_node *up, kf_node_kind kind);

static inline bool kf_node_is_xml(const kf_node *node)
{
    return node->kind >= KF_NODE_ATTRIBUTE;
}

static inline bool kf_slice_is(const kf_slice *slice, const char *text)
{
    return slice->text != NULL && strncmp(slice->text, text, slice->length) == 0 && text[slice->length] == '\0';
}

#endif
