#include "model/names.h"

#include "model/layout.h"

#include <stdlib.h>

#define KF_NAMES_FEW 32 /* Up to here looking at each is as fast. */

void kf_names_begin(kf_names *names, const void *entries, size_t count, size_t size)
{
    *names = (kf_names){.entries = entries, .count = entries != NULL ? count : 0, .size = size};
}

void kf_names_end(kf_names *names)
{
    free(names->sorted);
}

/* The addresses of entries, by their names. */
static int kf_compare_entries(const void *a, const void *b)
{
    const char *first = *(const char *const *)a;
    const char *second = *(const char *const *)b;
    int order = strcmp(kf_load_pointer(first), kf_load_pointer(second));
    return order != 0 ? order : (first > second) - (first < second);
}

/* Without memory for it, the search goes on one by one. */
static void kf_names_sort(kf_names *names)
{
    names->sorted = malloc(names->count * sizeof *names->sorted);
    if (names->sorted == NULL)
        return;
    for (size_t i = 0; i < names->count; i++) {
        const char *entry = names->entries + i * names->size;
        if (kf_load_pointer(entry) != NULL)
            names->sorted[names->sorted_count++] = entry;
    }
    qsort(names->sorted, names->sorted_count, sizeof *names->sorted, kf_compare_entries);
}

static const char *kf_names_bisect(const kf_names *names, const char *name)
{
    size_t low = 0;
    size_t high = names->sorted_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(kf_load_pointer(names->sorted[middle]), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < names->sorted_count && strcmp(kf_load_pointer(names->sorted[low]), name) == 0;
    return found ? names->sorted[low] : NULL;
}

static bool kf_names_is(const kf_names *names, size_t index, const char *name)
{
    const char *known = kf_load_pointer(names->entries + index * names->size);
    return known != NULL && strcmp(known, name) == 0;
}

const void *kf_names_search(kf_names *names, const char *name)
{
    const char *found = NULL;
    if (names->next < names->count && kf_names_is(names, names->next, name))
        return names->entries + names->next++ * names->size;
    if (names->sorted == NULL && names->count > KF_NAMES_FEW)
        kf_names_sort(names);
    if (names->sorted != NULL)
        found = kf_names_bisect(names, name);
    for (size_t i = 0; names->sorted == NULL && found == NULL && i < names->count; i++) {
        if (kf_names_is(names, i, name))
            found = names->entries + i * names->size;
    }
    if (found != NULL)
        names->next = (size_t)(found - names->entries) / names->size + 1;
    return found;
}
