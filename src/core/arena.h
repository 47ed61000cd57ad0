/* Memory that is freed as a whole. The header stands directly before the root, so that the root's address is enough to
 * free everything. */
#ifndef KF_CORE_ARENA_H
#define KF_CORE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

typedef struct kf_arena kf_arena;

/* A new arena with a zeroed root of that size; `expected` is a guess of all the bytes to come. NULL: no memory. */
kf_arena *kf_arena_new(size_t root_size, size_t expected);
void *kf_arena_root(kf_arena *arena);
/* The arena of a root; NULL for NULL. */
kf_arena *kf_arena_of(void *root);

/* Aligned for any type, zeroed. NULL: no memory. */
void *kf_arena_alloc(kf_arena *arena, size_t size);
/* The same, uninitialised. */
void *kf_arena_alloc_raw(kf_arena *arena, size_t size);
/* Uninitialised, without alignment: for text. */
char *kf_arena_text(kf_arena *arena, size_t size);
/* Makes a malloc'ed block part of the arena, freed with it. On failure the block stays the caller's. */
bool kf_arena_adopt(kf_arena *arena, void *block, size_t size);
/* Everything is wiped before it is freed. */
void kf_arena_set_secret(kf_arena *arena);
void kf_arena_free(kf_arena *arena);

/* Overwrites memory in a way that the compiler does not drop. NULL allowed with size 0. */
void kf_wipe(void *memory, size_t size);

#endif
