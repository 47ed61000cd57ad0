/* A scripted KuFlow with one task, and a worker for it with a clock that the test moves. */
#ifndef KF_TESTS_TASK_SERVER_H
#define KF_TESTS_TASK_SERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kuflow/kuflow.h"
#include "kuflow/services/kuflow_worker.h"

#define TASK_ID "11111111-0000-4000-8000-000000000001"
#define OWNER_ID "22222222-0000-4000-8000-000000000001"
#define LOG_LIMIT 16

/* A server that has one task, and a clock. One thread uses it at a time. */
typedef struct task_server {
    kf_transport transport;
    int64_t now;
    uint64_t random;
    const char *task; /* the members of the task: "\"data\":…" */
    const char *mark_time; /* of a line that another worker wrote; NULL: none */
    bool mark_late; /* it is not there before this worker's */
    bool listed;
    int list_status;
    int register_status;
    const char *window; /* X-KF-DELAY-WINDOW; NULL: none */
    int registrations;
    char registration[1024];
    char data_method[8];
    char data[4096]; /* the body of a request for the data */
    int completions;
    int lines;
    char mark[256]; /* the body of the first line in the log */
    char events[LOG_LIMIT][200];
    kf_worker_event_kind kinds[LOG_LIMIT];
    int64_t waits[LOG_LIMIT];
    int event_count;
    int troubles; /* events about polls that fail */
    int recoveries;
} task_server;

/* `fake` is to be filled in before task_begin(); all of it may be zero. */
typedef struct task_setup {
    task_server fake;
    kf_client *client;
    kf_worker *worker;
} task_setup;

void task_begin(task_setup *s, const kuflow_worker_options *kuflow, kf_job_fn handler);
void task_end(task_setup *s);
/* Moves the clock, then does all that is due. */
void task_pass(task_setup *s, int64_t milliseconds);
/* The text of a member of a body, as it stands between its quotes. */
void task_member(char *target, size_t size, const char *body, const char *name);

#endif
