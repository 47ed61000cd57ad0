/* A worker with threads over fake_source.h, and a door that its handlers can be made to wait at. */
#ifndef WORKER_THREADS_H
#define WORKER_THREADS_H

#include "fake_source.h"

#define DETACHED 50 /* at most so many jobs are detached */

/* Made and freed for each test; the clock is that of support/steady.h. */
extern fake_source engine;
extern kf_client *client;
extern kf_worker *worker;
int set_up(void **state);
int tear_down(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* The options may be NULL. Each fails the test when something does not go as it should. */
void make_worker(const kf_worker_options *options, const kf_source_ops *ops);
void add_work(const char *name, kf_job_fn handler, int max_jobs, int64_t lock_ms);
void start(void);
kf_worker_stats figures_of(const char *topic);

/* The door is closed at first. */
void open_door(void);
void pass_door(void);
void wait_at_door(int count);
extern int most_at_door;

/* Handlers. */
kf_outcome complete_at_once(kf_job *job, void *user);
kf_outcome complete_behind_the_door(kf_job *job, void *user);
kf_outcome detach(kf_job *job, void *user);
/* The job that was detached as number `index`, from 0; waits for it. */
kf_job *wait_for_detached(int index);

/* An engine of MANY jobs, for fake_source.on_acquire; `many.next` is the first that it still gives out. */
#define MANY 1500
typedef struct many_jobs {
    pthread_mutex_t lock;
    int next;
    bool held[MANY];
    int ends[MANY];
    int reports;
} many_jobs;
extern many_jobs many;
kf_status acquire_many(fake_source *source, kf_client *scope, const kf_poll *poll, kf_batch *batch, kf_error *error);

#endif
