/* Finding entries by name, where there may be many: members of an extra, entries of a map. */
#ifndef KF_MODEL_NAMES_H
#define KF_MODEL_NAMES_H

#include <stddef.h>

/* Each entry begins with the pointer to its name, which may be NULL. */
typedef struct kf_names {
    const char *entries;
    size_t count;
    size_t size; /* Of one entry. */
    size_t next; /* The entry behind the one that was found last: often what is asked for next. */
    const char **sorted; /* Made when a search has to go far. */
    size_t sorted_count;
} kf_names;

void kf_names_begin(kf_names *names, const void *entries, size_t count, size_t size);
/* The entry of that name, or NULL. */
const void *kf_names_search(kf_names *names, const char *name);
void kf_names_end(kf_names *names);

/* The same; most structs have no entries at all. */
static inline const void *kf_names_find(kf_names *names, const char *name)
{
    return names->count == 0 ? NULL : kf_names_search(names, name);
}

#endif
