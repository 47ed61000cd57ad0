/* What the tests of the sandbox's Flowable share: a sandbox with a client, and requests as text. */
#ifndef KF_TESTS_FLOWABLE_FIXTURE_H
#define KF_TESTS_FLOWABLE_FIXTURE_H

#include "fixture.h"

typedef flowable_acquire_and_lock_jobs_answer acquired_jobs;

/* For cmocka: *state becomes a kf_fixture whose client is one of Flowable. The sandbox sweeps every second of its own
 * clock. */
int flowable_setup(void **state);
/* The same with options of the test's own. */
int flowable_setup_with(void **state, kf_sandbox_options *options);

#define FLOWABLE_TEST(function) cmocka_unit_test_setup_teardown(function, flowable_setup, fixture_teardown)

/* Starts an instance; its id lives until the next call but three. */
const char *start_instance(kf_fixture *f, const char *key, const char *variables);
/* Acquires for an hour as "w"; the answer lives until the next call but seven. */
const acquired_jobs *acquire(kf_fixture *f, const char *topic, int count);
const acquired_jobs *acquire_as(kf_fixture *f, const char *topic, const char *worker, const char *lock, int count);
/* The id of the one job that this gives. */
const char *acquire_one(kf_fixture *f, const char *topic, const char *worker, const char *lock);
kf_status complete(kf_fixture *f, const char *job, const char *worker);
kf_status unacquire(kf_fixture *f, const char *job, const char *worker);
/* How many jobs that list filter finds ("locked=true"). */
int count_jobs(kf_fixture *f, const char *filter);

/* A request on a connection of its own, as admin unless `authorization` says otherwise ("": nobody). The path is the
 * whole one. Answers the status; head and body are kept in the two texts below. */
extern char raw_head[8192], raw_body[65536];
int raw_send(kf_fixture *f, const char *method, const char *path, const char *authorization, const char *headers,
             const char *body);
/* The same with JSON to a path below "/external-job-api". */
int raw_post(kf_fixture *f, const char *path, const char *body);
int raw_get(kf_fixture *f, const char *path);
bool raw_has_header(const char *line); /* "Connection: close" */
/* That the last answer is Flowable's error with that exception. */
void check_exception_at(int status, int expected_status, const char *exception, const char *file, int line);
#define CHECK_EXCEPTION(status, expected_status, exception)                                                            \
    check_exception_at((status), (expected_status), (exception), __FILE__, __LINE__)

#endif
