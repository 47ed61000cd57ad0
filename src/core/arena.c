#include "core/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define KF_ARENA_ALIGN alignof(max_align_t)
#define KF_ARENA_FIRST ((size_t)512)
#define KF_ARENA_LEAST ((size_t)4096)
#define KF_ARENA_MOST ((size_t)256 * 1024)

/* A further block of memory: carved from when it is ours, or adopted from a caller. */
typedef struct kf_arena_block {
    struct kf_arena_block *next;
    void *adopted;
    size_t size; /* Of what follows this header, or of the adopted block. */
} kf_arena_block;

struct kf_arena {
    kf_arena_block *blocks;
    char *position;
    char *end;
    size_t size; /* Of this first block, the header included. */
    size_t total;
    bool secret;
};

static size_t kf_arena_round(size_t size)
{
    return (size + KF_ARENA_ALIGN - 1) & ~(size_t)(KF_ARENA_ALIGN - 1);
}

#define KF_ARENA_HEAD kf_arena_round(sizeof(kf_arena))
#define KF_BLOCK_HEAD kf_arena_round(sizeof(kf_arena_block))

kf_arena *kf_arena_new(size_t root_size, size_t expected)
{
    if (root_size > SIZE_MAX / 4 || expected > SIZE_MAX / 4)
        return NULL;
    size_t root = kf_arena_round(root_size);
    size_t size = KF_ARENA_HEAD + root + kf_arena_round(expected > 0 ? expected : KF_ARENA_FIRST);
    kf_arena *arena = malloc(size);
    if (arena == NULL)
        return NULL;
    arena->blocks = NULL;
    arena->position = (char *)arena + KF_ARENA_HEAD + root;
    arena->end = (char *)arena + size;
    arena->size = size;
    arena->total = size;
    arena->secret = false;
    memset(kf_arena_root(arena), 0, root);
    return arena;
}

void *kf_arena_root(kf_arena *arena)
{
    return (char *)arena + KF_ARENA_HEAD;
}

kf_arena *kf_arena_of(void *root)
{
    return root == NULL ? NULL : (kf_arena *)(void *)((char *)root - KF_ARENA_HEAD);
}

/* Grows with what is there, so that the number of blocks stays small and the waste a fraction. */
static bool kf_arena_grow(kf_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4)
        return false;
    size_t wanted = arena->total / 2;
    if (wanted < KF_ARENA_LEAST)
        wanted = KF_ARENA_LEAST;
    if (wanted > KF_ARENA_MOST)
        wanted = KF_ARENA_MOST;
    if (wanted < size + KF_ARENA_ALIGN)
        wanted = size + KF_ARENA_ALIGN;
    kf_arena_block *block = malloc(KF_BLOCK_HEAD + wanted);
    if (block == NULL)
        return false;
    block->next = arena->blocks;
    block->adopted = NULL;
    block->size = wanted;
    arena->blocks = block;
    arena->total += wanted;
    arena->position = (char *)block + KF_BLOCK_HEAD;
    arena->end = arena->position + wanted;
    return true;
}

void *kf_arena_alloc_raw(kf_arena *arena, size_t size)
{
    size_t padding = (size_t)(-(uintptr_t)arena->position) & (KF_ARENA_ALIGN - 1);
    if ((size_t)(arena->end - arena->position) < padding || (size_t)(arena->end - arena->position) - padding < size) {
        if (!kf_arena_grow(arena, size))
            return NULL;
        padding = 0;
    }
    void *memory = arena->position + padding;
    arena->position += padding + size;
    return memory;
}

void *kf_arena_alloc(kf_arena *arena, size_t size)
{
    void *memory = kf_arena_alloc_raw(arena, size);
    if (memory != NULL)
        memset(memory, 0, size);
    return memory;
}

char *kf_arena_text(kf_arena *arena, size_t size)
{
    if ((size_t)(arena->end - arena->position) < size && !kf_arena_grow(arena, size))
        return NULL;
    char *text = arena->position;
    arena->position += size;
    return text;
}

bool kf_arena_adopt(kf_arena *arena, void *block, size_t size)
{
    kf_arena_block *entry = malloc(sizeof *entry);
    if (entry == NULL)
        return false;
    entry->next = arena->blocks;
    entry->adopted = block;
    entry->size = size;
    arena->blocks = entry;
    return true;
}

void kf_arena_set_secret(kf_arena *arena)
{
    arena->secret = true;
}

void kf_arena_free(kf_arena *arena)
{
    if (arena == NULL)
        return;
    bool secret = arena->secret;
    kf_arena_block *next;
    for (kf_arena_block *block = arena->blocks; block != NULL; block = next) {
        next = block->next;
        if (secret)
            kf_wipe(block->adopted != NULL ? block->adopted : (char *)block + KF_BLOCK_HEAD, block->size);
        free(block->adopted);
        free(block);
    }
    if (secret)
        kf_wipe(arena, arena->size);
    free(arena);
}

void kf_wipe(void *memory, size_t size)
{
    static void *(*const volatile overwrite)(void *, int, size_t) = memset;
    if (size > 0)
        overwrite(memory, 0, size);
}
