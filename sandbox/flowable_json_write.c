/* How the real server writes a JSON value that it has read. */
#include "flowable.h"

#include <stdlib.h>
#include <string.h>

static bool same(kf_fl_slice a, kf_fl_slice b)
{
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* For each member, its value: that of the last member with this name for the first one, 0 for the others. */
static uint32_t *last_values(const kf_fl_document *document, const kf_fl_node *object, size_t count)
{
    size_t size = 16;
    while (size < count * 2)
        size *= 2;
    uint32_t *values = calloc(count + 2 * size, sizeof(*values));
    if (values == NULL)
        return NULL;
    uint32_t *seen = values + count; /* a hash table of pairs: the member, and its place among the values */
    uint32_t place = 0;
    for (uint32_t i = object->child; i != 0; i = document->nodes[i].next, place++) {
        kf_fl_slice name = document->nodes[i].name;
        uint64_t hash = 14695981039346656037u;
        for (size_t j = 0; j < name.length; j++)
            hash = (hash ^ (unsigned char)name.bytes[j]) * 1099511628211u;
        size_t slot = (size_t)hash & (size - 1);
        while (seen[2 * slot] != 0 && !same(document->nodes[seen[2 * slot]].name, name))
            slot = (slot + 1) & (size - 1);
        if (seen[2 * slot] == 0) {
            seen[2 * slot] = i;
            seen[2 * slot + 1] = place;
        }
        values[seen[2 * slot + 1]] = i;
    }
    return values;
}

static void write_object(kf_fl_text *text, const kf_fl_document *document, const kf_fl_node *object)
{
    size_t count = 0;
    for (uint32_t i = object->child; i != 0; i = document->nodes[i].next)
        count++;
    uint32_t *values = last_values(document, object, count);
    if (values == NULL) {
        text->failed = true;
        return;
    }
    kf_fl_puts(text, "{");
    for (size_t i = 0; i < count; i++) {
        if (values[i] == 0)
            continue;
        const kf_fl_node *value = &document->nodes[values[i]];
        kf_fl_puts(text, i > 0 ? ",\"" : "\"");
        kf_fl_put_escaped(text, value->name);
        kf_fl_puts(text, "\":");
        kf_fl_write(text, document, value);
    }
    kf_fl_puts(text, "}");
    free(values);
}

void kf_fl_write(kf_fl_text *text, const kf_fl_document *document, const kf_fl_node *node)
{
    static const char *const words[] = {"null", "false", "true"};
    char number[40];
    switch (node->kind) {
    case KF_FL_INTEGER:
        if (kf_fl_slice_is(node->text, "-0"))
            kf_fl_puts(text, "0");
        else
            kf_fl_put(text, node->text.bytes, node->text.length);
        break;
    case KF_FL_DECIMAL:
        kf_fl_double(strtod(node->text.bytes, NULL), number);
        kf_fl_printf(text, strchr(number, 'I') != NULL ? "\"%s\"" : "%s", number);
        break;
    case KF_FL_STRING:
        kf_fl_puts(text, "\"");
        kf_fl_put_escaped(text, node->text);
        kf_fl_puts(text, "\"");
        break;
    case KF_FL_ARRAY:
        kf_fl_puts(text, "[");
        for (uint32_t i = node->child; i != 0; i = document->nodes[i].next) {
            kf_fl_puts(text, i == node->child ? "" : ",");
            kf_fl_write(text, document, &document->nodes[i]);
        }
        kf_fl_puts(text, "]");
        break;
    case KF_FL_OBJECT:
        write_object(text, document, node);
        break;
    default:
        kf_fl_puts(text, words[node->kind]);
    }
}
