/* Lists as Patchworks' framework answers them: include, filter, sort and fields; pages with their meta and links. */
#include "patchworks.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether a list of names has one of that length. */
static bool has_name(const char *const *names, const char *name, size_t length)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return true;
    return false;
}

/* The next piece of a text with commas; NULL past the last. */
static const char *next_piece(const char **rest, size_t *length)
{
    const char *piece = *rest;
    if (piece == NULL)
        return NULL;
    *length = strcspn(piece, ",");
    *rest = piece[*length] == ',' ? piece + *length + 1 : NULL;
    return piece;
}

/* The key of "filter[key]"; NULL for another parameter. */
static bool key_of(const char *name, const char *family, char *key, size_t size)
{
    size_t length = strlen(family), end = strlen(name);
    if (strncmp(name, family, length) != 0 || name[length] != '[' || name[end - 1] != ']' || end - length - 2 >= size)
        return false;
    memcpy(key, name + length + 1, end - length - 2);
    key[end - length - 2] = '\0';
    return true;
}

/* "deployedVersion.variables", "versions_count" and "versionsExists" belong to deployedVersion and versions. */
static size_t relation_length(const char *include, size_t length)
{
    size_t end = 0;
    while (end < length && include[end] != '.')
        end++;
    if (end == length && end > 6 && strncmp(include + end - 6, "_count", 6) == 0)
        end -= 6;
    else if (end == length && end > 6 && strncmp(include + end - 6, "Exists", 6) == 0)
        end -= 6;
    return end;
}

static bool check_pieces(kf_sb_call *call, const char *parameter, const char *text, const char *const *allowed,
                         bool relations)
{
    size_t length;
    for (const char *piece; (piece = next_piece(&text, &length)) != NULL;) {
        if (!relations && length > 0 && *piece == '-') {
            piece++;
            length--;
        }
        if (!has_name(allowed, piece, relations ? relation_length(piece, length) : length)) {
            kf_pw_message(call, 400, "Requested %s(s) `%.*s` are not allowed.", parameter, (int)length, piece);
            return false;
        }
    }
    return true;
}

static void check_number(kf_pw_errors *errors, const kf_sb_call *call, const char *name, long most)
{
    const char *text = kf_sb_query(call, name);
    char words[32], *end;
    if (text == NULL)
        return;
    long value = strtol(text, &end, 10);
    snprintf(words, sizeof(words), "%s", strcmp(name, "per_page") == 0 ? "per page" : name);
    if (*text == '\0' || *end != '\0')
        kf_pw_wrong(errors, name, "The %s field must be an integer.", words);
    else if (value < 1)
        kf_pw_wrong(errors, name, "The %s field must be at least 1.", words);
    else if (value > most)
        kf_pw_wrong(errors, name, "The %s field must not be greater than %ld.", words, most);
}

bool kf_pw_check_query(kf_sb_call *call, const kf_pw_list *list)
{
    kf_pw_errors errors = {0};
    char key[64];
    check_number(&errors, call, "page", 1000000);
    check_number(&errors, call, "per_page", 100);
    if (kf_pw_refused(call, &errors))
        return false;
    for (size_t i = 0; i < call->query_count; i++) {
        const kf_pair *pair = &call->query[i];
        bool good = true;
        if (key_of(pair->name, "filter", key, sizeof(key)))
            good = check_pieces(call, "filter", strcmp(key, ",") == 0 ? NULL : key, list->filters, false);
        else if (strcmp(pair->name, "sort") == 0)
            good = check_pieces(call, "sort", pair->value, list->sorts, false);
        else if (strcmp(pair->name, "include") == 0)
            good = check_pieces(call, "include", pair->value, list->includes, true);
        if (!good)
            return false;
    }
    return true;
}

static bool passes(kf_sb_call *call, const kf_pw_list *list, const cJSON *item)
{
    char key[64], value[128];
    for (size_t i = 0; i < call->query_count; i++) {
        if (!key_of(call->query[i].name, "filter", key, sizeof(key)) || strcmp(key, ",") == 0)
            continue;
        bool any = false;
        size_t length;
        const char *rest = call->query[i].value;
        for (const char *piece; !any && (piece = next_piece(&rest, &length)) != NULL;) {
            snprintf(value, sizeof(value), "%.*s", (int)length, piece);
            any = list->fits(call, item, key, value);
        }
        if (!any)
            return false;
    }
    return true;
}

/* One item as it is answered. */
static cJSON *shown(kf_sb_call *call, const kf_pw_list *list, const cJSON *item)
{
    const kf_patchworks *patchworks = kf_pw_of(call);
    char wanted[64], id[16];
    snprintf(wanted, sizeof(wanted), "fields[%s]", list->model);
    const char *fields = kf_sb_query(call, wanted), *includes = kf_sb_query(call, "include");
    cJSON *answer = cJSON_CreateObject();
    const cJSON *member;
    bool good = answer != NULL;
    cJSON_ArrayForEach(member, item)
    {
        bool asked = fields == NULL;
        size_t length;
        const char *rest = fields;
        for (const char *piece; !asked && (piece = next_piece(&rest, &length)) != NULL;)
            asked = strlen(member->string) == length && memcmp(member->string, piece, length) == 0;
        if (asked && good)
            good = kf_pw_set(answer, member->string, member);
    }
    size_t length;
    for (const char *piece; good && list->include != NULL && (piece = next_piece(&includes, &length)) != NULL;) {
        char name[64];
        snprintf(name, sizeof(name), "%.*s", (int)length, piece);
        good = list->include(call, item, name, answer);
    }
    snprintf(id, sizeof(id), "%d", kf_pw_id(item));
    if (good && patchworks->text_ids && cJSON_HasObjectItem(answer, "id"))
        good = kf_pw_set_text(answer, "id", id);
    if (good && patchworks->attributes) {
        cJSON *inner = answer;
        cJSON *own_id = cJSON_DetachItemFromObjectCaseSensitive(inner, "id");
        answer = cJSON_CreateObject();
        good = (own_id == NULL || cJSON_AddItemToObject(answer, "id", own_id)) &&
               cJSON_AddStringToObject(answer, "type", list->model) != NULL;
        if (cJSON_AddItemToObject(answer, "attributes", inner))
            inner = NULL;
        good = good && inner == NULL && cJSON_AddObjectToObject(answer, "relationships") != NULL;
        cJSON_Delete(inner);
    }
    if (good)
        return answer;
    cJSON_Delete(answer);
    return NULL;
}

void kf_pw_reply_item(kf_sb_call *call, int status, const kf_pw_list *list, const cJSON *item)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON *data = shown(call, list, item);
    if (!cJSON_AddItemToObject(answer, "data", data)) {
        cJSON_Delete(data);
        cJSON_Delete(answer);
        answer = NULL;
    }
    kf_pw_reply(call, status, answer);
}

/* Pages */

typedef struct kf_pw_rows {
    const cJSON **items;
    size_t count;
    const char *sort; /* NULL: as they were created */
} kf_pw_rows;

static int compare(const cJSON *a, const cJSON *b, const char *sort)
{
    size_t length;
    for (const char *piece; (piece = next_piece(&sort, &length)) != NULL;) {
        char name[64];
        bool down = *piece == '-';
        snprintf(name, sizeof(name), "%.*s", (int)(length - down), piece + down);
        const cJSON *x = cJSON_GetObjectItemCaseSensitive(a, name), *y = cJSON_GetObjectItemCaseSensitive(b, name);
        const char *left = cJSON_GetStringValue(x), *right = cJSON_GetStringValue(y);
        int order = 0;
        if (cJSON_IsNumber(x) && cJSON_IsNumber(y))
            order = (x->valuedouble > y->valuedouble) - (x->valuedouble < y->valuedouble);
        else
            order = strcmp(left == NULL ? "" : left, right == NULL ? "" : right);
        if (order != 0)
            return down ? -order : order;
    }
    return 0;
}

/* By insertion, which is stable; lists here are short. */
static void add_row(kf_pw_rows *rows, const cJSON *item)
{
    size_t at = rows->count++;
    for (; at > 0 && rows->sort != NULL && compare(rows->items[at - 1], item, rows->sort) > 0; at--)
        rows->items[at] = rows->items[at - 1];
    rows->items[at] = item;
}

/* The list's address, without query. */
static void list_url(const kf_sb_call *call, char url[256])
{
    size_t base = strlen(call->service->bases[0]);
    snprintf(url, 256, "%s%.*s", call->sandbox->patchworks_urls[0], (int)(strcspn(call->target, "?") - base),
             call->target + base);
}

static bool add_link(const kf_sb_call *call, cJSON *links, const char *name, long page, long pages)
{
    char url[256], link[300];
    if (page < 1 || page > pages)
        return cJSON_AddNullToObject(links, name) != NULL;
    list_url(call, url);
    snprintf(link, sizeof(link), "%s?page=%ld", url, page);
    return cJSON_AddStringToObject(links, name, link) != NULL;
}

static bool add_frame(kf_sb_call *call, cJSON *answer, size_t total, long page, long size, size_t shown_count)
{
    cJSON *meta = cJSON_AddObjectToObject(answer, "meta"), *links = cJSON_AddObjectToObject(answer, "links");
    long last = total == 0 ? 1 : (long)((total + (size_t)size - 1) / (size_t)size);
    double from = (double)((page - 1) * size + 1);
    char url[256];
    list_url(call, url);
    return meta != NULL && links != NULL && cJSON_AddNumberToObject(meta, "current_page", (double)page) != NULL &&
           (shown_count > 0 ? kf_pw_set_number(meta, "from", from) : kf_pw_set(meta, "from", NULL)) &&
           cJSON_AddNumberToObject(meta, "last_page", (double)last) != NULL &&
           cJSON_AddStringToObject(meta, "path", url) != NULL &&
           cJSON_AddNumberToObject(meta, "per_page", (double)size) != NULL &&
           (shown_count > 0 ? kf_pw_set_number(meta, "to", from + (double)shown_count - 1)
                            : kf_pw_set(meta, "to", NULL)) &&
           cJSON_AddNumberToObject(meta, "total", (double)total) != NULL && add_link(call, links, "first", 1, last) &&
           add_link(call, links, "last", last, last) && add_link(call, links, "prev", page - 1, last) &&
           add_link(call, links, "next", page + 1, last);
}

static long number_of(const kf_sb_call *call, const char *name, long absent)
{
    const char *text = kf_sb_query(call, name);
    return text == NULL ? absent : strtol(text, NULL, 10);
}

void kf_pw_reply_list(kf_sb_call *call, const kf_pw_list *list, const cJSON *items, const char *parent, int parent_id)
{
    if (!kf_pw_check_query(call, list))
        return;
    long page = number_of(call, "page", 1), size = number_of(call, "per_page", 15);
    kf_pw_rows rows = {.sort = kf_sb_query(call, "sort")};
    rows.items = calloc((size_t)cJSON_GetArraySize(items) + 1, sizeof(*rows.items));
    cJSON *answer = cJSON_CreateObject(), *data = cJSON_AddArrayToObject(answer, "data");
    const cJSON *item;
    bool good = rows.items != NULL && data != NULL;
    cJSON_ArrayForEach(item, items)
    {
        const cJSON *owner = parent == NULL ? NULL : cJSON_GetObjectItemCaseSensitive(item, parent);
        if (good && (parent == NULL || (int)cJSON_GetNumberValue(owner) == parent_id) && passes(call, list, item))
            add_row(&rows, item);
    }
    size_t first = (size_t)(page - 1) * (size_t)size, count = 0;
    for (size_t i = first; good && i < rows.count && count < (size_t)size; i++, count++) {
        cJSON *one = shown(call, list, rows.items[i]);
        good = cJSON_AddItemToArray(data, one);
        if (!good)
            cJSON_Delete(one);
    }
    if (!good || !add_frame(call, answer, rows.count, page, size, count)) {
        cJSON_Delete(answer);
        answer = NULL;
    }
    free(rows.items);
    kf_pw_reply(call, 200, answer);
}
