/* Lets every allocation of a case fail, one after the other, each in a process of its own, and judges what comes out.
 */
#ifndef KF_SWEEP_SWEEP_H
#define KF_SWEEP_SWEEP_H

#include "kuflow/error.h"

/* Something that allocates. All functions are called in the same process, one after the other; only `run` meets
 * failures. It is run without any failure a few times first, so that what is made once for all is there already. */
typedef struct kf_sweep_case {
    const char *name;
    kf_status (*run)(void **result);
    bool (*check)(void *result); /* Whether a success is the right one. */
    void (*release)(void *result);
    bool (*check_failed)(void); /* What must hold after an error; may be NULL. */
    bool other_errors; /* Errors other than KF_ERROR_MEMORY are clean too: a library below hides the cause. */
    int timeout_ms; /* Of one point. 0: 20 s. */
} kf_sweep_case;

typedef enum kf_sweep_verdict {
    KF_SWEEP_CLEAN_ERROR,
    KF_SWEEP_RIGHT_SUCCESS,
    KF_SWEEP_CRASH,
    KF_SWEEP_LEAK,
    KF_SWEEP_LOSS, /* A success that is none, an error with half a result, or the wrong error. */
    KF_SWEEP_HANG,
    KF_SWEEP_VERDICTS
} kf_sweep_verdict;

typedef struct kf_sweep_counts {
    long points;
    long verdicts[KF_SWEEP_VERDICTS];
} kf_sweep_counts;

/* Sweeps a case with single failures, or with all allocations failing from a point on. `quiet`: say nothing about bad
 * points. Returns false when the case does not even work without failures. */
bool kf_sweep(const kf_sweep_case *test, bool from_then_on, bool quiet, kf_sweep_counts *counts);
bool kf_sweep_good(const kf_sweep_counts *counts);

/* Whether the harness itself sees what it has to see. Prints one line for each planted fault; returns the failures. */
int kf_sweep_self_test(int *number);

/* The cases, terminated by one without name. */
extern const kf_sweep_case kf_sweep_model_cases[];
extern const kf_sweep_case kf_sweep_wire_cases[];
extern const kf_sweep_case kf_sweep_flowable_cases[];
extern const kf_sweep_case kf_sweep_jbpm_cases[];
extern const kf_sweep_case kf_sweep_worker_cases[];
extern const kf_sweep_case kf_sweep_flowable_worker_cases[];
extern const kf_sweep_case kf_sweep_jbpm_worker_cases[];
extern const kf_sweep_case kf_sweep_smartflows_cases[];
extern const kf_sweep_case kf_sweep_patchworks_cases[];
extern const kf_sweep_case kf_sweep_client_cases[];
extern const kf_sweep_case kf_sweep_http_cases[];
/* Starts a server for them, in a process of its own. */
bool kf_sweep_http_set_up(void);
void kf_sweep_http_tear_down(void);
bool kf_sweep_model_set_up(void);
void kf_sweep_model_tear_down(void);

#endif
