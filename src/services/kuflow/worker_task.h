/* A KuFlow worker's source of tasks: what it holds, and what the runtime keeps of each. */
#ifndef KF_KUFLOW_WORKER_TASK_H
#define KF_KUFLOW_WORKER_TASK_H

#include "core/arena.h"
#include "kuflow/services/kuflow_worker.h"
#include "kuflow/uuid.h"
#include "worker/claims.h"
#include "worker/source.h"

#define KUFLOW_IP_SIZE 46

/* A task that this worker has found. KuFlow goes on listing it as READY until it is claimed, and as CLAIMED for as long
 * as it is not completed. */
typedef struct kuflow_held {
    kf_claim claim; /* first; by this principal, for this worker. Its topic is the code */
    bool marked; /* no other worker of this principal has it */
    bool listed; /* `listed_at` is known */
    kf_time listed_at; /* its latest change when it was seen READY */
} kuflow_held;

/* The root of an arena that holds its texts. Below the lock everything is constant while the worker runs. */
typedef struct kuflow_source {
    kf_client *client;
    kf_worker *worker;
    const char *tenant_id; /* NULL: the client's */
    const char *resume_owner_id; /* NULL: none */
    bool only_worker;
    char mark[24]; /* tells this worker from all others in the logs of tasks */
    bool no_registration;
    kuflow_worker_create_params params; /* of the registration */
    int64_t period_ms; /* the registration's own: it has one thread at a time */
    int failures;
    bool registered;

    kf_claims claims; /* of kuflow_held; its lock is that of the rest, too */
    char principal[KF_UUID_TEXT_SIZE]; /* as which the client acts; "" until the first claimed task tells */
    char registrar[KF_UUID_TEXT_SIZE]; /* who announced this worker, as KuFlow says: most likely the same */
} kuflow_source;

/* A variable that was set. */
typedef struct kuflow_setting {
    char *name;
    char *json;
} kuflow_setting;

/* What the runtime keeps of a job. */
typedef struct kuflow_task {
    kuflow_held *held; /* NULL when what became of it is settled */
    kuflow_process_item *item; /* NULL until it was claimed */
    kuflow_setting *settings; /* `setting_count` of them */
    size_t setting_count;
    bool stumbled; /* it could not be begun */
    bool sent; /* the settings are in the task's data */
    bool log_unsure; /* a line for the log may be there although the request failed */
} kuflow_task;

extern const kf_source_ops kuflow_worker_ops;

/* NULL for a job of another engine. */
static inline kuflow_task *kuflow_task_of(const kf_job *job)
{
    return kf_job_is_of(job, &kuflow_worker_ops) ? kf_job_data(job) : NULL;
}

/* The runtime's functions, see kf_source_ops. */
kf_status kuflow_task_acquire(void *source, kf_client *client, const kf_poll *poll, kf_batch *batch, kf_error *error);
kf_verdict kuflow_task_begin(void *source, kf_client *client, kf_job *job, kf_error *error);
kf_verdict kuflow_task_report(void *source, kf_client *client, kf_job *job, const kf_end *end, kf_error *error);
const cJSON *kuflow_task_get(void *source, const kf_job *job, const char *name, const char **number, size_t *length);
kf_status kuflow_task_set(void *source, kf_job *job, const char *name, const kf_value *value, kf_error *error);
void kuflow_task_free(void *source, void *data);
int64_t kuflow_worker_register(void *source, kf_client *client, kf_worker *worker);

/* An address of this machine, without asking anybody; "127.0.0.1" when it has no other. */
void kuflow_worker_find_ip(char text[KUFLOW_IP_SIZE]);

/* Held tasks */

/* Settles what becomes of a job's task: it is forgotten, or waits for another try after that time, or is left. */
void kuflow_held_forget(kuflow_source *source, kuflow_task *task);
void kuflow_held_wait(kuflow_source *source, kuflow_task *task, int64_t delay_ms);
void kuflow_held_leave(kuflow_source *source, kuflow_task *task);
void kuflow_source_note_principal(kuflow_source *source, const char *id);
void kuflow_source_note_registrar(kuflow_source *source, const char *id);
/* Whether the owner of a task that is this worker's is still the client's principal. True while that is not known. */
bool kuflow_source_is_principal(kuflow_source *source, const char *id);
/* Whether the owner of a task is known to be the client's principal. */
bool kuflow_source_knows_as_principal(kuflow_source *source, const char *id);

/* Requests about a task */

/* What an error means. KF_VERDICT_REFUSED where the server does not accept the request as things are. */
kf_verdict kuflow_task_verdict(const kf_error *error);
/* Why a request about a claimed task was refused, from what the task is now: GONE or LOST when it is not this
 * worker's to work on any more, `completed` when this principal completed it, REFUSED otherwise; `error` stays then. */
kf_verdict kuflow_task_look(kuflow_source *source, kf_client *client, kuflow_task *task, kf_verdict completed,
                            kf_error *error);
/* Appends a line to the log, and replaces the task's item by the answer; after a lost answer it looks first whether the
 * line is there. */
kf_status kuflow_task_append(kf_client *client, kuflow_task *task, kuflow_process_item_task_log_level level,
                             const char *message, kf_error *error);
/* Writes what was set into the task's data. */
kf_status kuflow_task_send_data(kf_client *client, kuflow_task *task, kf_error *error);

#endif
