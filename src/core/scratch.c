#include "core/scratch.h"

#include "core/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#define KF_SCRATCH_ALIGN alignof(max_align_t)
#define KF_SCRATCH_LEAST ((size_t)8 * 1024)

struct kf_scratch_block {
    kf_scratch_block *next;
    size_t size;
    alignas(max_align_t) char data[];
};

/* The block after the current one, made or replaced when it is missing or too small. */
static bool kf_scratch_advance(kf_scratch *scratch, size_t size)
{
    kf_scratch_block **link = scratch->current == NULL ? &scratch->first : &scratch->current->next;
    kf_scratch_block *block = *link;
    if (block == NULL || block->size < size) {
        size_t wanted = scratch->current == NULL ? KF_SCRATCH_LEAST : scratch->current->size * 2;
        if (wanted < size)
            wanted = size;
        if (wanted > SIZE_MAX / 4)
            return false;
        scratch->full = scratch->full || (scratch->most > 0 && scratch->held + wanted > scratch->most);
        if (scratch->full)
            return false;
        block = malloc(sizeof *block + wanted);
        if (block == NULL)
            return false;
        scratch->held += wanted;
        block->size = wanted;
        block->next = *link;
        *link = block;
    }
    scratch->current = block;
    scratch->used = 0;
    return true;
}

void *kf_scratch_alloc(kf_scratch *scratch, size_t size)
{
    if (size > SIZE_MAX / 8)
        return NULL;
    size = (size + KF_SCRATCH_ALIGN - 1) & ~(size_t)(KF_SCRATCH_ALIGN - 1);
    if ((scratch->current == NULL || scratch->current->size - scratch->used < size) &&
        !kf_scratch_advance(scratch, size))
        return NULL;
    void *memory = scratch->current->data + scratch->used;
    scratch->used += size;
    return memory;
}

kf_scratch_mark kf_scratch_here(const kf_scratch *scratch)
{
    return (kf_scratch_mark){scratch->current, scratch->used};
}

void kf_scratch_release(kf_scratch *scratch, kf_scratch_mark mark)
{
    scratch->current = mark.block;
    scratch->used = mark.used;
}

void kf_scratch_free(kf_scratch *scratch)
{
    kf_scratch_block *next;
    for (kf_scratch_block *block = scratch->first; block != NULL; block = next) {
        next = block->next;
        if (scratch->secret)
            kf_wipe(block->data, block->size);
        free(block);
    }
    *scratch = (kf_scratch){0};
}
