/* JSON Pointer (RFC 6901) and JSON Patch (RFC 6902) on cJSON trees. A patch works on a copy, so that a failing
 * operation leaves nothing half done. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST 500 /* as deep as the library reads, within an answer */
#define COPIED_MOST ((size_t)64 << 20) /* bytes that the operations of one patch copy, together */

/* Cuts the next token off a pointer, unescaped. NULL: no memory, or an escape that is none. */
static char *next_token(const char **pointer)
{
    const char *from = *pointer + 1;
    size_t length = strcspn(from, "/");
    char *token = malloc(length + 1);
    if (token == NULL)
        return NULL;
    char *to = token;
    for (size_t i = 0; i < length; i++) {
        if (from[i] != '~') {
            *to++ = from[i];
        } else if (i + 1 < length && (from[i + 1] == '0' || from[i + 1] == '1')) {
            *to++ = from[++i] == '0' ? '~' : '/';
        } else {
            free(token);
            return NULL;
        }
    }
    *to = '\0';
    *pointer = from + length;
    return token;
}

/* The index that a token names; -1: none. `count` itself is one only for an insertion. */
static int array_index(const cJSON *array, const char *token, bool insert)
{
    int count = cJSON_GetArraySize(array);
    if (insert && strcmp(token, "-") == 0)
        return count;
    if (*token == '\0' || strspn(token, "0123456789") != strlen(token) || strlen(token) > 9 ||
        (token[0] == '0' && token[1] != '\0'))
        return -1;
    int index = atoi(token);
    return index < count || (insert && index == count) ? index : -1;
}

static cJSON *child(cJSON *parent, const char *token)
{
    if (cJSON_IsObject(parent))
        return cJSON_GetObjectItemCaseSensitive(parent, token);
    int index = cJSON_IsArray(parent) ? array_index(parent, token, false) : -1;
    return index < 0 ? NULL : cJSON_GetArrayItem(parent, index);
}

/* Walks to the parent of what the pointer names; its last token goes to *last. */
static cJSON *walk(cJSON *document, const char *pointer, char **last)
{
    *last = NULL;
    if (*pointer != '/')
        return NULL;
    cJSON *at = document;
    while (at != NULL) {
        char *token = next_token(&pointer);
        if (token == NULL)
            return NULL;
        if (*pointer == '\0') {
            *last = token;
            return at;
        }
        at = child(at, token);
        free(token);
    }
    return NULL;
}

cJSON *kf_sb_pointer(cJSON *document, const char *pointer)
{
    if (*pointer == '\0')
        return document;
    char *last;
    cJSON *parent = walk(document, pointer, &last);
    cJSON *found = parent == NULL ? NULL : child(parent, last);
    free(last);
    return found;
}

/* Takes the value over in any case. */
static const char *add(cJSON **document, const char *path, cJSON *value)
{
    if (value == NULL)
        return "memory is short";
    if (*path == '\0') {
        cJSON_Delete(*document);
        *document = value;
        return NULL;
    }
    char *last;
    cJSON *parent = walk(*document, path, &last);
    const char *failure = NULL;
    if (parent == NULL) {
        failure = "the path does not exist";
    } else if (cJSON_IsObject(parent)) {
        cJSON_DeleteItemFromObjectCaseSensitive(parent, last);
        if (cJSON_AddItemToObject(parent, last, value))
            value = NULL;
        else
            failure = "memory is short";
    } else {
        int index = cJSON_IsArray(parent) ? array_index(parent, last, true) : -1;
        value->prev = value; /* some releases of cJSON take a new item without it for a broken one */
        if (index < 0)
            failure = "the path does not exist";
        else if (cJSON_InsertItemInArray(parent, index, value))
            value = NULL;
        else
            failure = "memory is short";
    }
    free(last);
    cJSON_Delete(value);
    return failure;
}

static cJSON *detach(cJSON *document, const char *path)
{
    char *last;
    cJSON *parent = walk(document, path, &last);
    cJSON *found = parent == NULL ? NULL : child(parent, last);
    free(last);
    return found == NULL ? NULL : cJSON_DetachItemViaPointer(parent, found);
}

static const char *replace(cJSON **document, const char *path, cJSON *value)
{
    if (value == NULL)
        return "memory is short";
    char *last = NULL;
    cJSON *target = kf_sb_pointer(*document, path);
    if (target == NULL) {
        cJSON_Delete(value);
        return "the path does not exist";
    }
    if (*path == '\0')
        return add(document, path, value);
    cJSON *parent = walk(*document, path, &last);
    bool ok;
    if (cJSON_IsObject(parent))
        ok = cJSON_ReplaceItemInObjectCaseSensitive(parent, last, value);
    else
        ok = cJSON_ReplaceItemViaPointer(parent, target, value);
    free(last);
    return ok ? NULL : "memory is short";
}

static const char *move(cJSON **document, const char *from, const char *path)
{
    size_t length = strlen(from);
    if (strcmp(from, path) == 0)
        return NULL;
    if (strncmp(path, from, length) == 0 && path[length] == '/')
        return "a value cannot be moved into itself";
    return add(document, path, detach(*document, from));
}

/* How deep a value is. What it takes of memory, about, is added to *bytes. */
static int measure(const cJSON *value, size_t *bytes)
{
    int depth = 0;
    *bytes += sizeof(*value) + (value->valuestring == NULL ? 0 : strlen(value->valuestring));
    for (const cJSON *item = value->child; item != NULL; item = item->next) {
        int below = measure(item, bytes);
        depth = below > depth ? below : depth;
    }
    return depth + 1;
}

/* Whether the value may go there: a few operations can nest or double a document beyond all bounds. */
static const char *check_growth(const cJSON *value, const char *path, bool copied, size_t *copied_bytes)
{
    size_t bytes = 0;
    int depth = measure(value, &bytes);
    for (; *path != '\0' && depth <= DEPTH_MOST; path++)
        depth += *path == '/';
    if (depth > DEPTH_MOST)
        return "the result is nested too deep";
    *copied_bytes += copied ? bytes : 0;
    return *copied_bytes > COPIED_MOST ? "the patch copies too much" : NULL;
}

static const char *apply(cJSON **document, const kuflow_json_patch_operation *operation, size_t *copied_bytes)
{
    const char *path = operation->path;
    const char *failure = NULL;
    cJSON *target;
    switch (operation->op) {
    case KUFLOW_JSON_PATCH_OPERATION_TYPE_ADD:
    case KUFLOW_JSON_PATCH_OPERATION_TYPE_REPLACE:
    case KUFLOW_JSON_PATCH_OPERATION_TYPE_TEST:
        if (operation->value == NULL)
            return "it needs a value";
        failure = check_growth(operation->value, path, false, copied_bytes);
        break;
    case KUFLOW_JSON_PATCH_OPERATION_TYPE_MOVE:
    case KUFLOW_JSON_PATCH_OPERATION_TYPE_COPY:
        if (operation->from == NULL)
            return "it needs \"from\"";
        target = kf_sb_pointer(*document, operation->from);
        if (target == NULL)
            return "the source does not exist";
        failure = check_growth(target, path, operation->op == KUFLOW_JSON_PATCH_OPERATION_TYPE_COPY, copied_bytes);
        break;
    default:
        break;
    }
    if (failure != NULL)
        return failure;
    switch (operation->op) {
    case KUFLOW_JSON_PATCH_OPERATION_TYPE_ADD:
        return add(document, path, cJSON_Duplicate(operation->value, true));
    case KUFLOW_JSON_PATCH_OPERATION_TYPE_REPLACE:
        return replace(document, path, cJSON_Duplicate(operation->value, true));
    case KUFLOW_JSON_PATCH_OPERATION_TYPE_REMOVE:
        target = detach(*document, path);
        cJSON_Delete(target);
        return target == NULL ? "the path does not exist" : NULL;
    case KUFLOW_JSON_PATCH_OPERATION_TYPE_MOVE:
        return move(document, operation->from, path);
    case KUFLOW_JSON_PATCH_OPERATION_TYPE_COPY:
        return add(document, path, cJSON_Duplicate(kf_sb_pointer(*document, operation->from), true));
    case KUFLOW_JSON_PATCH_OPERATION_TYPE_TEST:
        target = kf_sb_pointer(*document, path);
        return target != NULL && cJSON_Compare(target, operation->value, true) ? NULL : "the test failed";
    default:
        return "the operation is unknown";
    }
}

cJSON *kf_sb_patch(const cJSON *document, const kuflow_json_patch *patch, const char **reason, size_t *index)
{
    cJSON *copy = document == NULL ? cJSON_CreateObject() : cJSON_Duplicate(document, true);
    size_t copied_bytes = 0;
    *reason = copy == NULL ? "memory is short" : NULL;
    for (*index = 0; *reason == NULL && *index < patch->items_count; (*index)++) {
        *reason = apply(&copy, &patch->items[*index], &copied_bytes);
        if (*reason != NULL)
            break;
    }
    if (*reason == NULL && !cJSON_IsObject(copy))
        *reason = "the result is not an object";
    if (*reason != NULL) {
        cJSON_Delete(copy);
        copy = NULL;
    }
    return copy;
}
