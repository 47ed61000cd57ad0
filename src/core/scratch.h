/* Memory for work in progress, given back in the reverse order. What was handed out never moves. */
#ifndef KF_CORE_SCRATCH_H
#define KF_CORE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

typedef struct kf_scratch_block kf_scratch_block;

typedef struct kf_scratch {
    kf_scratch_block *first;
    kf_scratch_block *current;
    size_t used; /* In the current block. */
    size_t held; /* In all blocks. */
    size_t most; /* More than that is not held; 0: no limit. */
    bool full; /* The limit was met. */
    bool secret; /* Wiped before it is freed. */
} kf_scratch;

typedef struct kf_scratch_mark {
    kf_scratch_block *block;
    size_t used;
} kf_scratch_mark;

/* Aligned for any type, uninitialised. NULL: no memory. A zeroed kf_scratch is ready for use. */
void *kf_scratch_alloc(kf_scratch *scratch, size_t size);
kf_scratch_mark kf_scratch_here(const kf_scratch *scratch);
/* Gives back all that was handed out since the mark. */
void kf_scratch_release(kf_scratch *scratch, kf_scratch_mark mark);
void kf_scratch_free(kf_scratch *scratch);

#endif
