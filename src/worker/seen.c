#include "worker/seen.h"

#include <stddef.h>
#include <string.h>

uint64_t kf_hash(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    hash ^= hash >> 32;
    return hash != 0 ? hash : 1;
}

static kf_seen *find(kf_seen_table *table, const char *id)
{
    uint64_t key = kf_hash(id);
    kf_seen *set = table->places[key % KF_SEEN_SETS];
    for (size_t i = 0; i < KF_SEEN_WAYS; i++)
        if (set[i].key == key)
            return &set[i];
    return NULL;
}

static kf_seen *find_or_add(kf_seen_table *table, const char *id)
{
    kf_seen *seen = find(table, id);
    if (seen == NULL) {
        uint64_t key = kf_hash(id);
        kf_seen *set = table->places[key % KF_SEEN_SETS];
        seen = &set[0];
        for (size_t i = 1; i < KF_SEEN_WAYS; i++)
            if (set[i].last < seen->last)
                seen = &set[i];
        *seen = (kf_seen){.key = key};
    }
    seen->last = ++table->clock;
    return seen;
}

kf_seen kf_seen_taken(kf_seen_table *table, const char *id)
{
    kf_seen *seen = find_or_add(table, id);
    kf_seen before = *seen;
    seen->taken++;
    return before;
}

void kf_seen_failed(kf_seen_table *table, const char *id)
{
    kf_seen *seen = find_or_add(table, id);
    seen->taken = 0;
    seen->failures++;
}

void kf_seen_forget(kf_seen_table *table, const char *id)
{
    kf_seen *seen = find(table, id);
    if (seen != NULL)
        memset(seen, 0, sizeof(*seen));
}

void kf_seen_not_begun(kf_seen_table *table, const char *id)
{
    kf_seen *seen = find(table, id);
    if (seen == NULL || seen->taken == 0)
        return;
    seen->taken--;
    if (seen->taken == 0 && seen->failures == 0)
        memset(seen, 0, sizeof(*seen));
}
