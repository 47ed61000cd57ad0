/* Failing and counting allocations, in the whole process: libcurl's, cJSON's and OpenSSL's as well as ours. */
#ifndef KF_SWEEP_ALLOC_H
#define KF_SWEEP_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* From now on allocations are counted from 1, and those blocks watched. Number `fail_at` fails (0: none), and with
 * `from_then_on` all after it too. */
void kf_alloc_arm(long fail_at, bool from_then_on);
/* Nothing fails any more and nothing more is counted; what was allocated before is still watched. */
void kf_alloc_disarm(void);
/* Allocations that were counted, and how many of them failed. */
long kf_alloc_count(void);
long kf_alloc_failures(void);
/* Watched blocks that were not freed. */
size_t kf_alloc_live(void);

/* Remember where each watched block comes from. Slow; set before arming. */
void kf_alloc_trace(void);
/* Calls `visit` with the addresses that lead to each live block, the innermost first. */
void kf_alloc_each_live(void (*visit)(void *const *frames, int count, size_t size, void *user), void *user);
/* The same for the first allocation that failed; count 0 when none did. */
int kf_alloc_failure_frames(void *const **frames);

#endif
