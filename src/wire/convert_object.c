/* Objects and elements: each member is found its field, whatever it is called and wherever it stands. */
#include "wire/convert.h"

#include "model/layout.h"

/* The members of an object, with those of members whose own count as the object's. */
typedef struct kf_members {
    const kf_type *type;
    kf_node **items; /* In the order in which they came, each before those within it. */
    size_t count;
    kf_node **chosen; /* For each field of the type: the first of its `same`, or NULL. */
} kf_members;

static bool kf_is_flattened(const kf_type *type, const kf_node *node)
{
    const char *const *names = kf_wire_of(type)->flatten;
    bool several = node->alike != NULL || node->repeats;
    if (names == NULL || several || node->first == NULL ||
        (node->kind != KF_NODE_OBJECT && node->kind != KF_NODE_ELEMENT))
        return false;
    while (*names != NULL && !kf_slice_is(&node->name, *names))
        names++;
    return *names != NULL && kf_wire_find(type, node) == NULL && !kf_node_is_null(node);
}

static size_t kf_members_count(const kf_type *type, const kf_node *object)
{
    size_t count = 0;
    for (const kf_node *node = object->first; node != NULL; node = node->next)
        count += 1 + (kf_is_flattened(type, node) ? kf_members_count(type, node) : 0);
    return count;
}

static void kf_members_add(kf_members *members, kf_node *object, bool nested)
{
    for (kf_node *node = object->first; node != NULL; node = node->next) {
        bool flattened = kf_is_flattened(members->type, node);
        node->field = flattened ? NULL : kf_wire_find(members->type, node);
        node->same = NULL;
        node->nested = nested;
        node->done = false;
        members->items[members->count++] = node;
        if (flattened)
            kf_members_add(members, node, true);
    }
}

/* How good a candidate for its field is: a value before a null, the object's own before one from within, the usual
 * name before others. */
static int kf_node_rank(const kf_type *type, const kf_node *node)
{
    const char *usual = kf_node_is_xml(node) ? kf_wire_name(type, node->field) : node->field->name;
    bool empty = kf_node_is_null(node) || kf_node_is_absent(node, node->field);
    return (empty ? 0 : 4) + (node->nested ? 0 : 2) + (kf_slice_is(&node->name, usual) ? 1 : 0);
}

static bool kf_same_name(const kf_node *a, const kf_node *b)
{
    return a->name.length == b->name.length && memcmp(a->name.text, b->name.text, a->name.length) == 0;
}

/* One that is not for its field after all stays under the name that it came by; only a null is not missed. A name
 * that comes twice stays what it is: a mistake. */
static void kf_member_loses(kf_node *loser, const kf_node *winner)
{
    if (!loser->nested && !winner->nested && kf_same_name(loser, winner))
        return;
    while (loser != NULL) {
        kf_node *next = loser->same;
        loser->done = kf_node_is_null(loser);
        loser->field = NULL;
        loser->same = NULL;
        loser = next;
    }
}

/* Whether elements of one name are all for it. */
static bool kf_gathers(const kf_field *field, const kf_node *node)
{
    bool free_form = field->kind == KF_KIND_JSON && (field->flags & KF_FIELD_MAP) == 0;
    return kf_node_is_xml(node) && (free_form || (field->flags & KF_FIELD_ARRAY) != 0);
}

static void kf_members_choose(kf_members *members)
{
    kf_node **last = members->chosen + members->type->field_count;
    for (size_t i = 0; i < members->count; i++) {
        kf_node *node = members->items[i];
        if (node->field == NULL)
            continue;
        size_t index = (size_t)(node->field - members->type->fields);
        kf_node *winner = members->chosen[index];
        if (winner == NULL) {
            members->chosen[index] = last[index] = node;
        } else if (kf_gathers(node->field, node) && node->nested == winner->nested) {
            last[index]->same = node;
            last[index] = node;
        } else if (kf_node_rank(members->type, node) > kf_node_rank(members->type, winner)) {
            members->chosen[index] = last[index] = node;
            kf_member_loses(winner, node);
        } else {
            kf_member_loses(node, winner);
        }
    }
}

static bool kf_members_find(kf_convert *convert, const kf_type *type, kf_node *object, kf_members *members)
{
    size_t count = kf_members_count(type, object);
    size_t fields = type->field_count;
    *members = (kf_members){.type = type};
    members->items = kf_scratch_alloc(convert->scratch, count * sizeof(kf_node *));
    members->chosen = kf_scratch_alloc(convert->scratch, 2 * fields * sizeof(kf_node *));
    if (members->items == NULL || members->chosen == NULL) {
        convert->writer.buffer->failed = true;
        return false;
    }
    for (size_t i = 0; i < 2 * fields; i++)
        members->chosen[i] = NULL;
    kf_members_add(members, object, false);
    kf_members_choose(members);
    return true;
}

static bool kf_has_rest(const kf_type *type, const kf_node *node)
{
    for (const kf_node *child = node->first; child != NULL; child = child->next) {
        if (kf_is_flattened(type, child) ? kf_has_rest(type, child) : child->field == NULL && !child->done)
            return true;
    }
    return node->kind == KF_NODE_ELEMENT && kf_node_trimmed(node).length > 0;
}

/* What is left of a member whose own members count as the object's. */
static void kf_convert_rest(kf_convert *convert, const kf_type *type, kf_node *node)
{
    if (!kf_has_rest(type, node))
        return;
    kf_convert_label(convert, node);
    kf_writer_begin(&convert->writer, '{');
    for (kf_node *child = node->first; child != NULL; child = child->next) {
        if (kf_is_flattened(type, child))
            kf_convert_rest(convert, type, child);
        else
            kf_convert_unknown(convert, type, child);
    }
    if (node->kind == KF_NODE_ELEMENT)
        kf_convert_text_member(convert, node);
    kf_writer_end(&convert->writer, '}');
}

static void kf_convert_tag(kf_convert *convert, const char *name, const char *tag)
{
    kf_convert_name(convert, &(kf_slice){(char *)(uintptr_t)name, strlen(name)});
    kf_convert_text(convert, &(kf_slice){(char *)(uintptr_t)tag, strlen(tag)});
}

static void kf_convert_one_member(kf_convert *convert, const kf_members *members, kf_node *node, const char *tag_name,
                                  const char *tag)
{
    const kf_type *type = members->type;
    const kf_field *field = node->field;
    if (field == NULL) {
        if (!node->nested && kf_is_flattened(type, node))
            kf_convert_rest(convert, type, node);
        else if (!node->nested)
            kf_convert_unknown(convert, type, node);
        return;
    }
    kf_node *first = members->chosen[field - type->fields];
    if (first != node && kf_gathers(field, node))
        return;
    const kf_wire_field *wire = kf_wire_field_of(type, field);
    if ((field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) == 0 && kf_node_is_absent(node, field))
        return;
    if (tag != NULL && strcmp(field->name, tag_name) == 0) {
        kf_convert_tag(convert, tag_name, tag);
        return;
    }
    kf_convert_name(convert, &(kf_slice){(char *)(uintptr_t)field->name, field->name_length});
    kf_convert_member(convert, field, wire, node);
}

/* The text of an element, which a field may be for. */
static void kf_convert_own_text(kf_convert *convert, const kf_type *type, const kf_members *members,
                                const kf_node *element)
{
    const kf_field *field = kf_wire_flagged(type, KF_WIRE_TEXT);
    bool blank = kf_node_trimmed(element).length == 0;
    kf_node text = {.kind = KF_NODE_ATTRIBUTE, .text = element->text};
    if (field != NULL && members->chosen[field - type->fields] == NULL) {
        if ((blank && kf_node_has_elements(element)) || kf_node_is_absent(&text, field))
            return;
        kf_convert_name(convert, &(kf_slice){(char *)(uintptr_t)field->name, field->name_length});
        kf_convert_scalar(convert, field, kf_wire_field_of(type, field), &text);
    } else if (!blank) {
        text.name = (kf_slice){(char *)(uintptr_t) "#text", 5};
        kf_convert_unknown(convert, type, &text);
    }
}

/* An object around an object, called as its class: {"task": {…}}. */
static kf_node *kf_unwrapped(const kf_type *type, kf_node *node, const kf_variant **variant)
{
    kf_node *inner = node->kind == KF_NODE_OBJECT ? node->first : NULL;
    if (inner == NULL || inner->next != NULL || inner->kind != KF_NODE_OBJECT)
        return node;
    const kf_field *field = kf_wire_find(type, inner);
    if (field != NULL && (field->kind >= KF_KIND_JSON || (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0))
        return node;
    const kf_variant *called = kf_wire_variant_called(type, inner, &inner->name);
    if (called == NULL && !kf_wire_is_called(type, inner, &inner->name))
        return node;
    if (*variant == NULL)
        *variant = called;
    return inner;
}

void kf_convert_object(kf_convert *convert, const kf_type *type, kf_node *node, const kf_variant *variant)
{
    const kf_type *actual = type;
    kf_members members;
    kf_node *object = kf_unwrapped(type, node, &variant);
    bool named = variant != NULL;
    kf_node *class = kf_node_class(type, object);
    if (variant == NULL)
        variant = kf_node_variant(type, object);
    if (variant != NULL)
        actual = variant->type;
    kf_scratch_mark mark = kf_scratch_here(convert->scratch);
    if (!kf_members_find(convert, actual, object, &members))
        return;
    const char *tag = variant == NULL ? NULL : variant->tag;
    const kf_field *tag_field = tag == NULL ? NULL : kf_type_field(actual, type->discriminator);
    bool tagged = tag_field != NULL && members.chosen[tag_field - actual->fields] != NULL;
    if (class != NULL && class->field == NULL)
        class->done = true;
    kf_writer_begin(&convert->writer, '{');
    if (tag != NULL && (named || !tagged))
        kf_convert_tag(convert, type->discriminator, tag);
    for (size_t i = 0; i < members.count; i++)
        kf_convert_one_member(convert, &members, members.items[i], type->discriminator, named ? NULL : tag);
    if (object->kind >= KF_NODE_ATTRIBUTE)
        kf_convert_own_text(convert, actual, &members, object);
    kf_writer_end(&convert->writer, '}');
    kf_scratch_release(convert->scratch, mark);
}
