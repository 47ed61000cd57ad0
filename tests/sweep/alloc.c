/* The program's own malloc family, in front of glibc's: every shared library finds these first. */
#define _GNU_SOURCE
#include "alloc.h"

#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 16, FRAMES = 24 };

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

typedef struct kf_slot {
    void *block; /* NULL: never used; TOMBSTONE: free again */
    size_t size;
    int frame_count;
    void *frames[FRAMES];
} kf_slot;

static char tombstone;
#define TOMBSTONE ((void *)&tombstone)

/* All of it is guarded by the lock. */
static atomic_flag lock = ATOMIC_FLAG_INIT;
static kf_slot slots[SLOTS];
static size_t live;
static bool armed, forever, tracing;
static bool watching; /* armed at least once: frees have to be looked up */
static long count, failures, target;
static void *failure_frames[FRAMES];
static int failure_frame_count;
static _Thread_local bool inside; /* backtrace() may allocate */

static void take(void)
{
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
        ;
}

static void give(void)
{
    atomic_flag_clear_explicit(&lock, memory_order_release);
}

/* The slot of a block, or the one to put it in. */
static kf_slot *find(const void *block, bool insert)
{
    size_t at = (size_t)(((uintptr_t)block >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 40) % SLOTS;
    kf_slot *room = NULL;
    for (size_t i = 0; i < SLOTS; i++, at = (at + 1) % SLOTS) {
        kf_slot *slot = &slots[at];
        if (slot->block == block)
            return slot;
        if (room == NULL && (slot->block == TOMBSTONE || slot->block == NULL))
            room = slot;
        if (slot->block == NULL)
            break;
    }
    if (insert && room == NULL)
        abort(); /* more live blocks than any case should have */
    return insert ? room : NULL;
}

/* Counts one allocation. Returns whether it is to fail. */
static bool must_fail(void)
{
    bool fail = false;
    int traced = 0;
    void *frames[FRAMES];
    if (!armed || inside)
        return false;
    take();
    count++;
    fail = target > 0 && (count == target || (forever && count > target));
    bool first = fail && failures == 0;
    failures += fail;
    give();
    if (first && tracing) {
        inside = true;
        traced = backtrace(frames, FRAMES);
        inside = false;
        memcpy(failure_frames, frames, sizeof frames);
        failure_frame_count = traced;
    }
    if (fail)
        errno = ENOMEM;
    return fail;
}

static void *watch(void *block, size_t size)
{
    void *frames[FRAMES];
    int traced = 0;
    if (block == NULL || !armed || inside)
        return block;
    if (tracing) {
        inside = true;
        traced = backtrace(frames, FRAMES);
        inside = false;
    }
    take();
    kf_slot *slot = find(block, true);
    slot->block = block;
    slot->size = size;
    slot->frame_count = traced;
    memcpy(slot->frames, frames, (size_t)traced * sizeof *frames);
    live++;
    give();
    return block;
}

/* Returns whether the block was watched. */
static bool forget(const void *block)
{
    if (block == NULL || !watching)
        return false;
    take();
    kf_slot *slot = find(block, false);
    if (slot != NULL) {
        slot->block = TOMBSTONE;
        live--;
    }
    give();
    return slot != NULL;
}

void *malloc(size_t size)
{
    return must_fail() ? NULL : watch(__libc_malloc(size), size);
}

void *calloc(size_t number, size_t size)
{
    return must_fail() ? NULL : watch(__libc_calloc(number, size), number * size);
}

void *realloc(void *block, size_t size)
{
    if (must_fail())
        return NULL;
    /* A block from before stays unwatched when it grows: it belongs to what was there already. */
    bool was_watched = block == NULL || forget(block);
    void *moved = __libc_realloc(block, size);
    if (was_watched && moved == NULL && block != NULL && size > 0)
        watch(block, 0);
    return was_watched ? watch(moved, size) : moved;
}

void *reallocarray(void *block, size_t number, size_t size)
{
    size_t all;
    if (__builtin_mul_overflow(number, size, &all)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, all);
}

void free(void *block)
{
    forget(block);
    __libc_free(block);
}

void *memalign(size_t alignment, size_t size)
{
    return must_fail() ? NULL : watch(__libc_memalign(alignment, size), size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    void *got = memalign(alignment, size);
    if (got == NULL)
        return ENOMEM;
    *block = got;
    return 0;
}

void kf_alloc_arm(long fail_at, bool from_then_on)
{
    take();
    count = failures = 0;
    target = fail_at;
    forever = from_then_on;
    armed = watching = true;
    give();
}

void kf_alloc_disarm(void)
{
    take();
    armed = false;
    give();
}

long kf_alloc_count(void)
{
    return count;
}

long kf_alloc_failures(void)
{
    return failures;
}

size_t kf_alloc_live(void)
{
    return live;
}

void kf_alloc_trace(void)
{
    void *frames[FRAMES];
    backtrace(frames, FRAMES); /* loads what it needs */
    tracing = true;
}

void kf_alloc_each_live(void (*visit)(void *const *frames, int count, size_t size, void *user), void *user)
{
    for (size_t i = 0; i < SLOTS; i++)
        if (slots[i].block != NULL && slots[i].block != TOMBSTONE)
            visit(slots[i].frames, slots[i].frame_count, slots[i].size, user);
}

int kf_alloc_failure_frames(void *const **frames)
{
    *frames = failure_frames;
    return failure_frame_count;
}
