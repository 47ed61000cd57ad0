/* Pages of lists: filtered rows are collected, sorted and cut. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct kf_sb_row {
    const void *resource;
    size_t index; /* makes the order stable */
    const kf_sb_page *page;
};

static bool add_sort(kf_sb_call *call, kf_sb_page *page, const char *const *properties, const char *text)
{
    if (page->sort_count == sizeof(page->sort) / sizeof(page->sort[0])) {
        kf_sb_error(call, 400, "validation.sort", "sort", "query", "There are too many sort criteria");
        return false;
    }
    const char *comma = strchr(text, ',');
    size_t length = comma == NULL ? strlen(text) : (size_t)(comma - text);
    const char *property = NULL;
    for (size_t i = 0; properties[i] != NULL; i++) {
        if (strlen(properties[i]) == length && memcmp(properties[i], text, length) == 0)
            property = properties[i];
    }
    bool descending = comma != NULL && strcasecmp(comma + 1, "desc") == 0;
    if (property == NULL || (comma != NULL && !descending && strcasecmp(comma + 1, "asc") != 0)) {
        kf_sb_error(call, 400, "validation.sort", "sort", "query", "It cannot be sorted by \"%s\"", text);
        return false;
    }
    page->sort[page->sort_count] = property;
    page->descending[page->sort_count++] = descending;
    return true;
}

bool kf_sb_page_begin(kf_sb_call *call, kf_sb_page *page, const char *const *properties, kf_sb_key_fn key)
{
    *page = (kf_sb_page){.key = key};
    const char *size = kf_sb_query(call, "size");
    const char *number = kf_sb_query(call, "page");
    /* Both were checked with the query. */
    page->metadata.size = size == NULL ? 25 : (int32_t)strtol(size, NULL, 10);
    page->metadata.page = number == NULL ? 0 : (int32_t)strtol(number, NULL, 10);
    if (size == NULL && page->metadata.size > call->sandbox->max_page_size)
        page->metadata.size = call->sandbox->max_page_size;
    for (size_t i = 0; i < call->query_count; i++) {
        if (strcmp(call->query[i].name, "sort") == 0 && !add_sort(call, page, properties, call->query[i].value))
            return false;
    }
    return true;
}

bool kf_sb_page_add(kf_sb_call *call, kf_sb_page *page, const void *resource)
{
    if (page->count == page->capacity) {
        size_t capacity = page->capacity == 0 ? 64 : page->capacity * 2;
        kf_sb_row *rows = realloc(page->rows, capacity * sizeof(*rows));
        if (rows == NULL) {
            kf_sb_no_memory(call);
            return false;
        }
        page->rows = rows;
        page->capacity = capacity;
    }
    page->rows[page->count] = (kf_sb_row){resource, page->count, page};
    page->count++;
    return true;
}

static int compare_rows(const void *left, const void *right)
{
    const kf_sb_row *a = left;
    const kf_sb_row *b = right;
    const kf_sb_page *page = a->page;
    for (size_t i = 0; i < page->sort_count; i++) {
        const char *x = page->key(a->resource, page->sort[i]);
        const char *y = page->key(b->resource, page->sort[i]);
        if (x == NULL || y == NULL) { /* without a value: last, in either direction */
            if (x != y)
                return x == NULL ? 1 : -1;
            continue;
        }
        int order = strcmp(x, y);
        if (order != 0)
            return page->descending[i] ? -order : order;
    }
    return a->index < b->index ? -1 : a->index > b->index;
}

bool kf_sb_page_end(kf_sb_call *call, kf_sb_page *page, size_t content_size)
{
    if (page->sort_count > 0 && page->count > 1)
        qsort(page->rows, page->count, sizeof(*page->rows), compare_rows);
    size_t size = (size_t)page->metadata.size;
    size_t first = size * (size_t)page->metadata.page;
    page->metadata.total_elements = (int64_t)page->count;
    page->metadata.total_pages = size == 0 ? 0 : (int32_t)((page->count + size - 1) / size);
    page->slice_count = first >= page->count ? 0 : page->count - first < size ? page->count - first : size;
    page->slice = calloc(page->slice_count + 1, sizeof(*page->slice));
    page->content = calloc(page->slice_count + 1, content_size);
    if (page->slice == NULL || page->content == NULL) {
        kf_sb_no_memory(call);
        return false;
    }
    for (size_t i = 0; i < page->slice_count; i++)
        page->slice[i] = page->rows[first + i].resource;
    return true;
}

void kf_sb_page_free(kf_sb_page *page)
{
    free(page->rows);
    free(page->slice);
    free(page->content);
}
