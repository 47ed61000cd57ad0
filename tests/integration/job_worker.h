/* A worker on the sandbox's Flowable. */
#ifndef KF_TESTS_JOB_WORKER_H
#define KF_TESTS_JOB_WORKER_H

#include "support/crew.h"

#include "kuflow/sandbox.h"

typedef struct job_worker {
    crew crew; /* first: handlers get it */
    kf_sandbox *sandbox;
    kf_client *client;
} job_worker;

/* For cmocka: *state becomes a job_worker. The sandbox's locks are swept every 10 ms. */
int job_worker_setup(void **state);
int job_worker_teardown(void **state);
#define JOB_TEST(function) cmocka_unit_test_setup_teardown(function, job_worker_setup, job_worker_teardown)

/* Options for a client of the sandbox, with its user. */
kf_client_options job_options(const job_worker *w);
/* Instances of a model of the sandbox's. `variables` as in a request, or NULL. */
void job_start(job_worker *w, const char *key, const char *variables, int count);
/* The id of the first job that is there. */
void job_id(job_worker *w, char id[KF_UUID_TEXT_SIZE]);
kf_sandbox_flowable_counts job_counts(job_worker *w);
void job_fault(job_worker *w, const char *operation, kf_sandbox_fault_spec fault);

/* Waits until a condition holds; half a minute at most. */
bool job_wait_again(int *rounds);
#define WAIT_UNTIL(condition)                                                                                          \
    do {                                                                                                               \
        int rounds_ = 0;                                                                                               \
        while (!(condition)) {                                                                                         \
            if (!job_wait_again(&rounds_))                                                                             \
                fail_msg("did not come: %s", #condition);                                                              \
        }                                                                                                              \
    } while (0)
/* Until all jobs are worked. */
#define WAIT_DONE(w) WAIT_UNTIL(job_counts(w).instances == 0)

#define ACQUIRE "flowable.acquireAndLockJobs"
#define COMPLETE "flowable.completeJob"
#define UNACQUIRE "flowable.unacquireJobs"

#endif
