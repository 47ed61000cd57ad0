/* What the tests of the KuFlow worker share: tasks of one definition, a worker for them, and what it tells. */
#ifndef KF_TESTS_TASK_WORKER_H
#define KF_TESTS_TASK_WORKER_H

#include "fixture.h"

#include "kuflow/services/kuflow_worker.h"

#include <pthread.h>

#define TASKS_MOST 80
#define KINDS_MOST 64

typedef struct task_worker {
    kf_fixture *f;
    kf_client *client; /* of its own */
    kf_worker *worker;
    pthread_mutex_t lock; /* of what follows */
    int told[KINDS_MOST]; /* events, by kind */
    char last[KINDS_MOST][300]; /* their last message */
} task_worker;

/* A worker that is not started; `threads` below 0: none. NULL options: the defaults. Failures are tried again at once.
 */
void worker_begin(task_worker *w, kf_fixture *f, const char *code, kf_job_fn handler, void *user, int threads,
                  const kuflow_worker_options *kuflow);
/* The same with a client that makes that many attempts. */
void worker_begin_with(task_worker *w, kf_fixture *f, const char *code, kf_job_fn handler, void *user, int threads,
                       const kuflow_worker_options *kuflow, int attempts);
void worker_end(task_worker *w);
/* Calls kf_worker_poll_once() until that many tasks of the definition are in that state. */
void worker_poll_until(task_worker *w, const char *code, kuflow_process_item_task_state state, int count);
/* Calls kf_worker_poll_once() until so many events of a kind were told. */
void worker_poll_until_told(task_worker *w, kf_worker_event_kind kind, int count);
kf_worker_stats worker_stats(task_worker *w);
int worker_told(task_worker *w, kf_worker_event_kind kind);

/* READY tasks of a definition in one new process; NULL data: none. */
void tasks_create(kf_fixture *f, const char *code, int count, const char *data, char ids[][KF_UUID_TEXT_SIZE]);
int tasks_count(kf_fixture *f, const char *code, kuflow_process_item_task_state state);
/* Waits until so many are in that state. */
void tasks_wait(kf_fixture *f, const char *code, kuflow_process_item_task_state state, int count);
kuflow_process_item *task_get(kf_fixture *f, const char *id);
/* How many lines of the log have that level and begin so. */
int task_lines(kf_fixture *f, const char *id, kuflow_process_item_task_log_level level, const char *begin);

#define READY KUFLOW_PROCESS_ITEM_TASK_STATE_READY
#define CLAIMED KUFLOW_PROCESS_ITEM_TASK_STATE_CLAIMED
#define COMPLETED KUFLOW_PROCESS_ITEM_TASK_STATE_COMPLETED
#define INFO KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_INFO
#define FAILURE KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_ERROR

#endif
