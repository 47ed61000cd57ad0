#include "wire/node.h"

typedef struct kf_json_source {
    kf_reader reader;
    kf_scratch *scratch;
    bool short_of_memory;
} kf_json_source;

kf_node *kf_node_add(kf_scratch *scratch, kf_node *up, kf_node_kind kind)
{
    kf_node *node = kf_scratch_alloc(scratch, sizeof *node);
    if (node == NULL)
        return NULL;
    *node = (kf_node){.up = up, .kind = (uint8_t)kind};
    if (up != NULL && up->last != NULL)
        up->last->next = node;
    else if (up != NULL)
        up->first = node;
    if (up != NULL)
        up->last = node;
    return node;
}

/* What a checked text between quotes means; the original stays as it is. */
static bool kf_json_meaning(kf_json_source *source, const kf_slice *raw, bool escaped, kf_slice *text)
{
    *text = *raw;
    if (!escaped)
        return true;
    if (!kf_reader_can_hold(raw)) {
        *text = (kf_slice){NULL, 0};
        return true;
    }
    char *copy = kf_scratch_alloc(source->scratch, raw->length + 3);
    source->short_of_memory = copy == NULL;
    if (copy == NULL)
        return false;
    memcpy(copy, raw->text - 1, raw->length + 2);
    copy[raw->length + 2] = '\0';
    kf_reader reader;
    kf_reader_init(&reader, copy, raw->length + 2, 0);
    return kf_reader_string(&reader, text);
}

/* The next value; of an array or object just its beginning. */
static bool kf_json_begin(kf_json_source *source, kf_node *node)
{
    static const uint8_t kinds[] = {
        [KF_TOKEN_NULL] = KF_NODE_NULL,     [KF_TOKEN_FALSE] = KF_NODE_FALSE,   [KF_TOKEN_TRUE] = KF_NODE_TRUE,
        [KF_TOKEN_NUMBER] = KF_NODE_NUMBER, [KF_TOKEN_STRING] = KF_NODE_STRING, [KF_TOKEN_ARRAY] = KF_NODE_ARRAY,
        [KF_TOKEN_OBJECT] = KF_NODE_OBJECT,
    };
    kf_reader *reader = &source->reader;
    kf_slice raw;
    bool escaped;
    bool good;
    kf_token token = kf_reader_peek(reader);
    if (token == KF_TOKEN_NONE)
        return false;
    node->kind = kinds[token];
    node->raw.text = reader->position;
    if (token == KF_TOKEN_ARRAY || token == KF_TOKEN_OBJECT)
        return kf_reader_enter(reader);
    if (token == KF_TOKEN_STRING)
        good = kf_reader_raw_string(reader, &raw, &escaped) && kf_json_meaning(source, &raw, escaped, &node->text);
    else if (token == KF_TOKEN_NUMBER)
        good = kf_reader_number(reader, &node->text);
    else
        good = kf_reader_literal(reader, token);
    node->raw.length = (size_t)(reader->position - node->raw.text);
    return good;
}

static bool kf_json_name(kf_json_source *source, kf_node *node)
{
    bool escaped;
    if (!kf_reader_raw_name(&source->reader, &node->label, &escaped) ||
        !kf_json_meaning(source, &node->label, escaped, &node->name))
        return false;
    if (node->name.text == NULL)
        node->name = node->label;
    return true;
}

static bool kf_json_read(kf_json_source *source, kf_node *root)
{
    if (!kf_json_begin(source, root))
        return false;
    kf_node *open = root->kind == KF_NODE_ARRAY || root->kind == KF_NODE_OBJECT ? root : NULL;
    while (open != NULL) {
        bool more;
        bool object = open->kind == KF_NODE_OBJECT;
        bool first = open->first == NULL;
        if (!(object ? kf_reader_next_member(&source->reader, first, &more)
                     : kf_reader_next_element(&source->reader, first, &more)))
            return false;
        if (!more) {
            open->raw.length = (size_t)(source->reader.position - open->raw.text);
            open = open->up;
            continue;
        }
        kf_node *node = kf_node_add(source->scratch, open, KF_NODE_NULL);
        source->short_of_memory = node == NULL;
        if (node == NULL || (object && !kf_json_name(source, node)) || !kf_json_begin(source, node))
            return false;
        if (node->kind == KF_NODE_ARRAY || node->kind == KF_NODE_OBJECT)
            open = node;
    }
    return kf_reader_finish(&source->reader);
}

kf_status kf_node_read_json(char *text, size_t length, int max_depth, kf_scratch *scratch, kf_node **root)
{
    kf_json_source source = {.scratch = scratch};
    kf_reader_init(&source.reader, text, length, max_depth);
    *root = kf_node_add(scratch, NULL, KF_NODE_NULL);
    if (*root == NULL)
        return KF_ERROR_MEMORY;
    if (kf_json_read(&source, *root))
        return KF_OK;
    return source.short_of_memory ? KF_ERROR_MEMORY : source.reader.status;
}
