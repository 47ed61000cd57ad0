/* A worker on the real server, for the tests of workers. */
#ifndef KF_TESTS_FLOWABLE_WORKER_SUPPORT_H
#define KF_TESTS_FLOWABLE_WORKER_SUPPORT_H

#include "support.h"

#include "support/crew.h"

typedef struct worker_fixture {
    crew crew; /* first: handlers get it */
    fixture *f;
} worker_fixture;

/* For cmocka: *state becomes a worker_fixture. The end takes all instances away. */
int worker_setup(void **state);
int worker_teardown(void **state);
#define WORKER_TEST(function) cmocka_unit_test_setup_teardown(function, worker_setup, worker_teardown)

/* How many jobs are locked on the server. */
int64_t locked_jobs(fixture *f);

#endif
