/* What became of a job before, as far as this process has seen: a table of limited size, the least recently seen is
 * forgotten. */
#ifndef KF_WORKER_SEEN_H
#define KF_WORKER_SEEN_H

#include <stdint.h>

#define KF_SEEN_SETS 128
#define KF_SEEN_WAYS 8

typedef struct kf_seen {
    uint64_t key; /* of the job's id; 0: a free place */
    uint64_t last;
    int taken; /* so often, without any end that the engine took */
    int failures; /* ends that were failures */
} kf_seen;

typedef struct kf_seen_table {
    kf_seen places[KF_SEEN_SETS][KF_SEEN_WAYS];
    uint64_t clock;
} kf_seen_table;

uint64_t kf_hash(const char *text); /* never 0 */
/* Counts that the job was taken; what was known before. */
kf_seen kf_seen_taken(kf_seen_table *table, const char *id);
void kf_seen_failed(kf_seen_table *table, const char *id);
/* It was given back without being begun: this time does not count. */
void kf_seen_not_begun(kf_seen_table *table, const char *id);
void kf_seen_forget(kf_seen_table *table, const char *id);

#endif
