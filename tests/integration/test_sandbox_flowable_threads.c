/* The sandbox's Flowable under many workers at once: every job is given to one of them, and accepted once. */
#include "flowable_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS 4
#define JOBS 300

typedef struct worker_crowd {
    kf_fixture *fixture;
    pthread_mutex_t mutex;
    char *done[JOBS]; /* ids */
    int done_count;
} worker_crowd;

typedef struct one_worker {
    worker_crowd *crowd;
    char name[16];
    kf_status status;
} one_worker;

static void note_done(worker_crowd *crowd, const char *id)
{
    pthread_mutex_lock(&crowd->mutex);
    if (crowd->done_count < JOBS)
        crowd->done[crowd->done_count] = strdup(id);
    crowd->done_count++;
    pthread_mutex_unlock(&crowd->mutex);
}

static void *work(void *user)
{
    one_worker *self = user;
    kf_client *client = self->crowd->fixture->client;
    flowable_acquire_external_worker_job_request request = {
        .topic = "single", .worker_id = self->name, .lock_duration = "PT1H", .number_of_tasks = KF_INT32(7)};
    flowable_external_worker_job_complete_request result = {.worker_id = self->name};
    for (size_t count = 1; count > 0 && self->status == KF_OK;) {
        acquired_jobs *jobs = NULL;
        self->status = flowable_acquire_and_lock_jobs(client, &request, &jobs, NULL);
        count = jobs == NULL ? 0 : jobs->items_count;
        for (size_t i = 0; i < count && self->status == KF_OK; i++) {
            self->status = flowable_complete_job(client, jobs->items[i].id, &result, NULL);
            if (self->status == KF_OK)
                note_done(self->crowd, jobs->items[i].id);
        }
        flowable_acquire_and_lock_jobs_answer_free(jobs);
    }
    return NULL;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void test_many_workers(void **state)
{
    kf_fixture *f = *state;
    worker_crowd crowd = {.fixture = f};
    one_worker workers[WORKERS];
    pthread_t threads[WORKERS];
    pthread_mutex_init(&crowd.mutex, NULL);
    for (int i = 0; i < JOBS; i++)
        start_instance(f, "single", "[{\"name\":\"n\",\"value\":1}]");
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (one_worker){.crowd = &crowd};
        snprintf(workers[i].name, sizeof(workers[i].name), "w%d", i);
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < 20; i++) { /* somebody looks on */
        kf_sandbox_flowable_counts counts;
        kf_sandbox_flowable_count(f->sandbox, &counts);
        assert_true(counts.open + counts.completed == JOBS);
        kf_sandbox_flowable_locked(f->sandbox, "w1");
    }
    for (int i = 0; i < WORKERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(workers[i].status, KF_OK);
    }
    assert_int_equal(crowd.done_count, JOBS);
    qsort(crowd.done, JOBS, sizeof(crowd.done[0]), by_text);
    for (int i = 0; i < JOBS; i++) {
        assert_true(i == 0 || strcmp(crowd.done[i - 1], crowd.done[i]) != 0);
        assert_int_equal(kf_sandbox_applied(f->sandbox, crowd.done[i]), 1);
    }
    for (int i = 0; i < JOBS; i++)
        free(crowd.done[i]);
    pthread_mutex_destroy(&crowd.mutex);
    kf_sandbox_flowable_counts counts;
    kf_sandbox_flowable_count(f->sandbox, &counts);
    assert_int_equal(counts.completed, JOBS);
    assert_int_equal(counts.acquired, JOBS);
    assert_int_equal(counts.instances, 0);
}

/* A worker whose answers all get lost: what it locked is found by its name and given back. */
static void test_lost_answers(void **state)
{
    kf_fixture *f = *state;
    kf_client *once = fixture_scope(f, 0, 1);
    for (int i = 0; i < 5; i++)
        start_instance(f, "single", NULL);
    flowable_acquire_external_worker_job_request request = {
        .topic = "single", .worker_id = "lost", .lock_duration = "PT1H", .number_of_tasks = KF_INT32(3)};
    fixture_fault(f, "acquireAndLockJobs", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_AFTER});
    acquired_jobs *jobs = NULL;
    CHECK_FAILS(f, KF_ERROR_TRANSPORT, 0, flowable_acquire_and_lock_jobs(once, &request, &jobs, &f->error));
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, "lost"), 3);
    flowable_unacquire_external_worker_jobs_request undo = {.worker_id = "lost"};
    CHECK_OK(f, flowable_unacquire_jobs(once, &undo, &f->error));
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, NULL), 0);

    fixture_fault(f, "acquireAndLockJobs", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_BEFORE});
    CHECK_FAILS(f, KF_ERROR_TRANSPORT, 0, flowable_acquire_and_lock_jobs(once, &request, &jobs, &f->error));
    assert_int_equal(kf_sandbox_flowable_locked(f->sandbox, NULL), 0);
    kf_client_free(once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOWABLE_TEST(test_many_workers),
        FLOWABLE_TEST(test_lost_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
