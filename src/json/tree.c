#include "json/tree.h"

#include "json/number.h"
#include "json/scan.h"

#include <limits.h>

static bool kf_tree_no_memory(kf_reader *reader)
{
    kf_reader_fail(reader, "memory ran out");
    reader->status = KF_ERROR_MEMORY;
    return false;
}

/* JSON text as it is. */
static bool kf_tree_raw(kf_reader *reader, kf_arena *arena, const char *text, size_t length, cJSON *item)
{
    char *copy = kf_arena_text(arena, length + 1);
    if (copy == NULL)
        return kf_tree_no_memory(reader);
    memcpy(copy, text, length);
    copy[length] = '\0';
    item->type = cJSON_Raw;
    item->valuestring = copy;
    return true;
}

static bool kf_tree_read_string(kf_reader *reader, kf_arena *arena, cJSON *item)
{
    kf_reader ahead = *reader;
    kf_slice text;
    bool escaped;
    if (*kf_scan_plain(reader->position + 1, reader->end) != '"') {
        if (!kf_reader_raw_string(&ahead, &text, &escaped)) {
            *reader = ahead;
            return false;
        }
        if (escaped && !kf_reader_can_hold(&text)) {
            *reader = ahead;
            return kf_tree_raw(reader, arena, text.text - 1, text.length + 2, item);
        }
    }
    if (!kf_reader_string(reader, &text))
        return false;
    item->type = cJSON_String;
    item->valuestring = text.text;
    return true;
}

static bool kf_tree_read_number(kf_reader *reader, kf_arena *arena, cJSON *item)
{
    kf_slice number;
    if (!kf_reader_number(reader, &number))
        return false;
    double value;
    kf_number_result result = kf_number_double(number.text, number.length, &value);
    if (result == KF_NUMBER_MEMORY)
        return kf_tree_no_memory(reader);
    if (result != KF_NUMBER_OK)
        return kf_tree_raw(reader, arena, number.text, number.length, item);
    item->type = cJSON_Number;
    item->valuedouble = value;
    if (value >= INT_MAX)
        item->valueint = INT_MAX;
    else if (value <= (double)INT_MIN)
        item->valueint = INT_MIN;
    else
        item->valueint = (int)value;
    return true;
}

/* Reads a scalar, or begins an object or array. */
static bool kf_tree_read_item(kf_reader *reader, kf_arena *arena, cJSON *item)
{
    kf_token token = kf_reader_peek(reader);
    switch (token) {
    case KF_TOKEN_OBJECT:
    case KF_TOKEN_ARRAY:
        item->type = token == KF_TOKEN_OBJECT ? cJSON_Object : cJSON_Array;
        return kf_reader_enter(reader);
    case KF_TOKEN_STRING:
        return kf_tree_read_string(reader, arena, item);
    case KF_TOKEN_NUMBER:
        return kf_tree_read_number(reader, arena, item);
    case KF_TOKEN_TRUE:
    case KF_TOKEN_FALSE:
    case KF_TOKEN_NULL:
        item->type = token == KF_TOKEN_TRUE ? cJSON_True : token == KF_TOKEN_FALSE ? cJSON_False : cJSON_NULL;
        item->valueint = token == KF_TOKEN_TRUE;
        return kf_reader_literal(reader, token);
    default:
        return kf_reader_fail(reader, "a value was expected");
    }
}

/* As cJSON links its lists: the first item's `prev` is the last one. */
static void kf_tree_link(cJSON *parent, cJSON *item)
{
    if (parent->child == NULL) {
        parent->child = item;
        item->prev = item;
        return;
    }
    cJSON *last = parent->child->prev;
    last->next = item;
    item->prev = last;
    parent->child->prev = item;
}

/* No recursion: while a container is open, its `valuestring`, which has no other use, holds its parent. */
bool kf_tree_read(kf_reader *reader, kf_arena *arena, const cJSON **tree)
{
    cJSON *root = kf_arena_alloc(arena, sizeof *root);
    if (root == NULL)
        return kf_tree_no_memory(reader);
    if (!kf_tree_read_item(reader, arena, root))
        return false;
    cJSON *parent = root->type == cJSON_Object || root->type == cJSON_Array ? root : NULL;
    while (parent != NULL) {
        bool object = parent->type == cJSON_Object;
        bool first = parent->child == NULL;
        bool more;
        kf_slice name = {NULL, 0};
        if (!(object ? kf_reader_next_member(reader, first, &more) : kf_reader_next_element(reader, first, &more)))
            return false;
        if (!more) {
            cJSON *above = (cJSON *)(void *)parent->valuestring;
            parent->valuestring = NULL;
            parent = above;
            continue;
        }
        if (object && !kf_reader_name(reader, &name))
            return false;
        cJSON *item = kf_arena_alloc(arena, sizeof *item);
        if (item == NULL)
            return kf_tree_no_memory(reader);
        item->string = name.text;
        if (!kf_tree_read_item(reader, arena, item))
            return false;
        kf_tree_link(parent, item);
        if (item->type == cJSON_Object || item->type == cJSON_Array) {
            item->valuestring = (char *)parent;
            parent = item;
        }
    }
    *tree = root;
    return true;
}
