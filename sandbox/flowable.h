/* The sandbox's Flowable: models, instances, external worker jobs, and the texts of its API. The sandbox's mutex guards
 * all of it. Identifiers are numbers inside; as texts they look like UUIDs that sort in the order of creation. */
#ifndef KF_SANDBOX_FLOWABLE_H
#define KF_SANDBOX_FLOWABLE_H

#include "internal.h"

#include <locale.h>

/* Bytes of someone else's; `bytes` is NULL for null and for absent. */
typedef struct kf_fl_slice {
    const char *bytes;
    size_t length;
} kf_fl_slice;

/* A growing text. When memory is short, `failed` is set and nothing is added any more. */
typedef struct kf_fl_text {
    char *bytes;
    size_t length, capacity;
    bool failed;
} kf_fl_text;

/* JSON as Jackson reads it: a tree in one array. Texts are unescaped in place, to UTF-8 in which a lone surrogate is
 * three bytes. */
typedef enum kf_fl_kind {
    KF_FL_NULL,
    KF_FL_FALSE,
    KF_FL_TRUE,
    KF_FL_INTEGER,
    KF_FL_DECIMAL,
    KF_FL_STRING,
    KF_FL_ARRAY,
    KF_FL_OBJECT
} kf_fl_kind;

typedef struct kf_fl_node {
    kf_fl_kind kind;
    kf_fl_slice text; /* of a number: as it came */
    kf_fl_slice name; /* of a member */
    uint32_t next; /* its sibling; 0: none */
    uint32_t child; /* its first; 0: none */
} kf_fl_node;

typedef struct kf_fl_document {
    kf_fl_node *nodes; /* the first is the root */
    uint32_t count, capacity;
    char *at, *start;
    const char *end;
    char error[320]; /* Jackson's words */
    bool no_memory;
} kf_fl_document;

typedef enum kf_fl_id_kind {
    KF_FL_ID_JOB = 1,
    KF_FL_ID_CORRELATION, /* these three have the job's number */
    KF_FL_ID_EXECUTION,
    KF_FL_ID_PLAN_ITEM,
    KF_FL_ID_INSTANCE,
    KF_FL_ID_DEFINITION,
    KF_FL_ID_VARIABLE
} kf_fl_id_kind;

/* What is found by its number. */
typedef struct kf_fl_entry {
    uint32_t number;
    struct kf_fl_entry *chain;
} kf_fl_entry;

typedef struct kf_fl_table {
    kf_fl_entry **buckets;
    size_t bucket_count, count;
} kf_fl_table;

/* A variable, its texts as they stand in JSON. */
typedef struct kf_fl_variable {
    struct kf_fl_variable *next;
    const char *type; /* NULL: none */
    uint32_t name_length, value_length;
    char text[]; /* name, then value */
} kf_fl_variable;

struct kf_fl_job;

/* A binary heap of jobs; each job knows its places. */
typedef struct kf_fl_heap {
    struct kf_fl_job **jobs;
    size_t count, capacity;
} kf_fl_heap;

typedef struct kf_fl_topic {
    struct kf_fl_topic *next;
    kf_fl_heap free[2]; /* acquirable jobs of processes, and of cases; the lowest number first */
    size_t jobs[2]; /* all that there are, acquirable or not */
    char name[];
} kf_fl_topic;

typedef struct kf_fl_task {
    char *id, *name;
    kf_fl_topic *topic; /* NULL: nothing to do */
    char *starts; /* key of a case */
    char *after; /* NULL: begins with the instance */
    kf_sandbox_flowable_end on;
    char *error_code; /* NULL: any */
    bool exclusive;
    int count;
} kf_fl_task;

typedef struct kf_fl_model {
    struct kf_fl_model *next; /* the latest first */
    char *key;
    bool is_case;
    uint32_t number;
    int version;
    kf_fl_task *tasks;
    size_t task_count;
} kf_fl_model;

typedef struct kf_fl_instance {
    kf_fl_entry entry;
    const kf_fl_model *model;
    struct kf_fl_instance *parent; /* it waits with `parent_task` for this one's end */
    const kf_fl_task *parent_task;
    struct kf_fl_instance *child, *sibling; /* what it has started and waits for */
    struct kf_fl_job *jobs;
    kf_fl_variable *variables;
    struct kf_fl_instance *later; /* the next one that ended, for the history */
    int64_t start_ms, lock_ms; /* locked for an exclusive job until then; 0: not */
    bool suspended, ended;
    bool taken; /* while a batch is put together: it has an exclusive job of this instance */
    char tenant[];
} kf_fl_instance;

typedef enum kf_fl_job_state {
    KF_FL_EXTERNAL, /* a worker's; the only ones that the external worker API knows */
    KF_FL_SUSPENDED,
    KF_FL_DEAD,
    KF_FL_ASYNC, /* its outcome waits to be carried out */
    KF_FL_TIMER /* its outcome failed and will be tried again */
} kf_fl_job_state;

#define KF_FL_NOWHERE UINT32_MAX

typedef struct kf_fl_job {
    kf_fl_entry entry;
    kf_fl_instance *instance;
    const kf_fl_task *task;
    struct kf_fl_job *next, *previous; /* of the instance */
    int64_t create_ms, due_ms;
    int64_t lock_ms; /* the end of the lock, while it is among the locked */
    uint32_t free_place, lock_place; /* in the heaps; KF_FL_NOWHERE: in none */
    kf_fl_job_state state, resumed; /* `resumed`: what it will be when it is no longer suspended */
    int32_t retries;
    char *owner, *message, *details; /* the first two as JSON texts without quotes */
    bool decided; /* a worker has reported how it ended: */
    kf_sandbox_flowable_end outcome;
    char *error_code;
    kf_fl_variable *variables;
} kf_fl_job;

typedef struct kf_fl_user {
    char *authorization; /* the accepted value of that header */
    bool may; /* use the API */
} kf_fl_user;

typedef struct kf_flowable {
    kf_sandbox *sandbox;
    kf_fl_user users[3]; /* the user, the guest, the bearer of the token */
    locale_t locale; /* "C", for numbers */
    uint64_t node; /* the end of every id */
    uint32_t job_number, instance_number, definition_number;
    int64_t clock_offset_ms, sweep_base_ms, next_sweep_ms;
    int sweep_ms; /* -1: never */
    bool tls;
    kf_fl_topic *topics[64];
    kf_fl_model *models;
    kf_fl_table jobs, instances;
    kf_fl_heap locked; /* the one that ends first comes first */
    kf_fl_instance *oldest_ended, *latest_ended;
    size_t ended_count, history;
    size_t timers; /* jobs of that state */
    uint8_t *accepted; /* by the job's number */
    size_t accepted_capacity;
    kf_sandbox_flowable_counts counts;
} kf_flowable;

/* flowable_text.c */
void kf_fl_put(kf_fl_text *text, const char *bytes, size_t length);
void kf_fl_puts(kf_fl_text *text, const char *bytes);
void kf_fl_printf(kf_fl_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kf_fl_put_escaped(kf_fl_text *text, kf_fl_slice value); /* as Jackson writes it; without quotes */
void kf_fl_put_string(kf_fl_text *text, const char *value); /* a JSON string; null for NULL */
void kf_fl_put_quoted(kf_fl_text *text, const char *escaped); /* the same for what is escaped already */
void kf_fl_put_time(kf_fl_text *text, int64_t ms); /* quoted */
void kf_fl_time(int64_t ms, char text[40]); /* Instant.toString() */
/* Days from 1970-01-01 to a date of the Gregorian calendar, and back. */
int64_t kf_fl_days(int64_t year, int month, int day);
void kf_fl_date(int64_t days, int64_t *year, int *month, int *day);
char *kf_fl_escaped(
    kf_fl_slice value,
    size_t most); /* malloc'ed; longer than so many UTF-16 units: cut, with dots at its end; NULL: no memory */
size_t kf_fl_units(kf_fl_slice value); /* UTF-16 units */
kf_fl_slice kf_fl_slice_of(const char *text);
bool kf_fl_slice_is(kf_fl_slice slice, const char *text);
void kf_fl_id(const kf_flowable *flowable, kf_fl_id_kind kind, uint32_t number, char id[KF_SB_ID]);
void kf_fl_put_id(kf_fl_text *text, const kf_flowable *flowable, kf_fl_id_kind kind, uint32_t number); /* quoted */
/* The number of an id; 0: it is none of that kind. */
uint32_t kf_fl_number(const kf_flowable *flowable, kf_fl_id_kind kind, const char *id);

/* flowable_json.c */
bool kf_fl_parse(kf_fl_document *document, char *text, size_t length); /* what follows the value is not looked at */
void kf_fl_document_free(kf_fl_document *document);
const kf_fl_node *kf_fl_member(const kf_fl_document *document, const kf_fl_node *object, const char *name);
/* flowable_json_write.c */
void kf_fl_write(kf_fl_text *text, const kf_fl_document *document, const kf_fl_node *node);

/* flowable_java.c: texts as Java's own classes read and write them */
void kf_fl_double(double value, char text[40]);
/* Seconds and nanoseconds; *part is what overflows, or NULL. */
bool kf_fl_duration(kf_fl_slice text, int64_t *seconds, int32_t *nanos, const char **part);
bool kf_fl_big_decimal(kf_fl_slice text, kf_fl_text *plain, char message[120]);
bool kf_fl_big_integer(kf_fl_slice text, kf_fl_text *plain, char message[120]);
/* flowable_dates.c */
bool kf_fl_parse_date(kf_fl_slice text, char out[40]);
bool kf_fl_parse_instant(kf_fl_slice text, char out[40]);
bool kf_fl_parse_local_date(kf_fl_slice text, char out[40]);
bool kf_fl_parse_local_date_time(kf_fl_slice text, char out[40]);

/* flowable_body.c: members of a request's body. Each is false when an error is in the call. */
bool kf_fl_body(kf_sb_call *call, kf_fl_document *document, const char *java_class, const char *java_method);
/* Leaves the error for a single value (or an array) where an object belongs. */
void kf_fl_refuse_value(kf_sb_call *call, const kf_fl_node *node, const char *java_class);
bool kf_fl_body_string(kf_sb_call *call, const kf_fl_document *document, const kf_fl_node *object, const char *name,
                       kf_fl_slice *value);
typedef struct kf_fl_int {
    bool present;
    int32_t value;
} kf_fl_int;
bool kf_fl_body_int(kf_sb_call *call, const kf_fl_document *document, const char *name, const char *java_type,
                    kf_fl_int *value);
typedef struct kf_fl_duration_value {
    bool present;
    int64_t seconds;
    int32_t nanos;
} kf_fl_duration_value;
bool kf_fl_body_duration(kf_sb_call *call, const kf_fl_document *document, const char *name,
                         kf_fl_duration_value *value);

/* flowable_variable.c */
/* That "variables" is a list of objects. */
bool kf_fl_check_variables(kf_sb_call *call, const kf_fl_document *document);
/* Converts them; false: the error is in the call, or (without a call) in `error`. */
bool kf_fl_read_variables(kf_sb_call *call, const kf_fl_document *document, const kf_fl_node *array,
                          kf_fl_variable **list);
void kf_fl_variables_free(kf_fl_variable *list);
/* Puts the variables of `list` in the place of those with the same names, and empties the list. */
void kf_fl_set_variables(kf_fl_variable **variables, kf_fl_variable *list);
void kf_fl_put_variables(kf_fl_text *text, const kf_fl_variable *list, const char *scope); /* a JSON array */

/* flowable_state.c */
int64_t kf_fl_now(const kf_flowable *flowable);
void kf_fl_tick(kf_flowable *flowable); /* what the background threads have done up to now */
kf_fl_entry *kf_fl_find(const kf_fl_table *table, uint32_t number);
bool kf_fl_insert(kf_fl_table *table, kf_fl_entry *entry);
void kf_fl_remove(kf_fl_table *table, kf_fl_entry *entry);
kf_fl_topic *kf_fl_topic_of(kf_flowable *flowable, kf_fl_slice name, bool create);
kf_fl_job *kf_fl_job_of(const kf_flowable *flowable, const char *id); /* in any state; NULL: none */
/* A new job, acquirable at once. NULL: no memory. All room that it will ever need in the heaps and in the ledger is
 * made here, so that nothing below fails. */
kf_fl_job *kf_fl_job_new(kf_flowable *flowable, kf_fl_instance *instance, const kf_fl_task *task);
void kf_fl_job_free(kf_flowable *flowable, kf_fl_job *job);
void kf_fl_set_state(kf_flowable *flowable, kf_fl_job *job, kf_fl_job_state state); /* of a job that is withdrawn */
void kf_fl_set_free(kf_flowable *flowable, kf_fl_job *job);
void kf_fl_lock(kf_flowable *flowable, kf_fl_job *job, int64_t until_ms, char *owner); /* takes the owner over */
void kf_fl_unlock(kf_flowable *flowable, kf_fl_job *job); /* and makes it free when it is external */
void kf_fl_withdraw(kf_flowable *flowable, kf_fl_job *job); /* out of all heaps, without owner */
/* The `count` first free jobs of a topic, in order, into `jobs`; they stay where they are. -1: no memory. */
typedef enum kf_fl_scope { KF_FL_PROCESSES = 1, KF_FL_CASES = 2 } kf_fl_scope;
ptrdiff_t kf_fl_first_free(kf_fl_topic *topic, int scopes, size_t count, kf_fl_job ***jobs);

/* flowable_engine.c */
bool kf_fl_deploy(kf_flowable *flowable, const kf_sandbox_flowable_model *model);
const kf_fl_model *kf_fl_model_of(const kf_flowable *flowable, bool is_case, const char *key);
void kf_fl_put_definition(kf_fl_text *text, const kf_flowable *flowable, const kf_fl_model *model); /* its id */
/* Takes the variables over. NULL: no memory. */
kf_fl_instance *kf_fl_start(kf_flowable *flowable, const kf_fl_model *model, const char *tenant,
                            kf_fl_variable *variables);
void kf_fl_end(kf_flowable *flowable, kf_fl_instance *instance); /* with all its jobs and cases */
void kf_fl_suspend(kf_flowable *flowable, kf_fl_instance *instance, bool suspended);
/* The job is over for its worker: queues what follows, and carries it out unless the executor is off. */
void kf_fl_accept(kf_flowable *flowable, kf_fl_job *job, kf_sandbox_flowable_end outcome, char *error_code,
                  kf_fl_variable *variables); /* takes the texts over */
void kf_fl_carry_out(kf_flowable *flowable, kf_fl_job *job); /* an ASYNC or TIMER job */
void kf_fl_bury(kf_flowable *flowable, kf_fl_job *job); /* to the dead letters */
void kf_fl_revive(kf_flowable *flowable, kf_fl_job *job);
void kf_fl_forget(kf_flowable *flowable); /* all but the latest instances that ended */
void kf_fl_engine_free(kf_flowable *flowable);

/* flowable_route.c */
extern const kf_sb_service kf_fl_service;
void kf_fl_reply(kf_sb_call *call, int status, kf_fl_text *text); /* takes the text over */
void kf_fl_empty(kf_sb_call *call, int status);
/* {message, exception} with the status's message; an exception of NULL is left out. */
void kf_fl_error(kf_sb_call *call, int status, const char *exception);
void kf_fl_errorf(kf_sb_call *call, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
void kf_fl_error_slice(kf_sb_call *call, int status, const char *before, kf_fl_slice middle, const char *after);

/* flowable_jobs.c, flowable_acquire.c, flowable_list.c: the operations */
void kf_fl_acquire(kf_sb_call *call);
void kf_fl_unacquire(kf_sb_call *call);
void kf_fl_unacquire_all(kf_sb_call *call);
void kf_fl_complete(kf_sb_call *call);
void kf_fl_bpmn_error(kf_sb_call *call);
void kf_fl_cmmn_terminate(kf_sb_call *call);
void kf_fl_fail(kf_sb_call *call);
void kf_fl_get_job(kf_sb_call *call);
void kf_fl_list_jobs(kf_sb_call *call);
void kf_fl_put_url(kf_fl_text *text, kf_sb_call *call, const char *path, const char *id); /* quoted */
void kf_fl_put_job(kf_fl_text *text, kf_sb_call *call, const kf_fl_job *job, bool variables);

/* flowable_page.c */
typedef struct kf_fl_listing {
    kf_sb_call *call;
    kf_fl_text text;
    size_t total, start, size, shown;
} kf_fl_listing;
bool kf_fl_begin_list(kf_sb_call *call, kf_fl_listing *list);
bool kf_fl_next_row(kf_fl_listing *list); /* counts a row; true: it belongs to the page, and is to be added now */
void kf_fl_end_list(kf_fl_listing *list, const char *sort);
bool kf_fl_id_fits(kf_sb_call *call, const char *name, kf_fl_id_kind kind, uint32_t number); /* that query parameter */
const kf_fl_entry **kf_fl_in_order(kf_sb_call *call, const kf_fl_table *table); /* malloc'ed; NULL: no memory */
void kf_fl_put_instance_url(kf_fl_text *text, kf_sb_call *call, const kf_fl_instance *instance, const char *path);
void kf_fl_put_definition_url(kf_fl_text *text, kf_sb_call *call, const kf_fl_model *model);

/* flowable_process.c */
#define KF_FL_PROCESS_PATH "/process-api/runtime/process-instances"
#define KF_FL_CASE_PATH "/cmmn-api/cmmn-runtime/case-instances"
bool kf_fl_process_route(kf_sb_call *call); /* finds the handler; false: there is no such path */

/* flowable_manage.c; the list is the first value of the path */
bool kf_fl_is_managed(const char *name); /* "deadletter-jobs" */
void kf_fl_list_managed(kf_sb_call *call);
void kf_fl_get_managed(kf_sb_call *call);
void kf_fl_get_stack_trace(kf_sb_call *call);
void kf_fl_act_on_managed(kf_sb_call *call);
void kf_fl_list_historic(kf_sb_call *call);

/* flowable.c */
bool kf_fl_new(kf_sandbox *sandbox, const kf_sandbox_options *options);
void kf_fl_free(kf_flowable *flowable);
int kf_fl_accepted(const kf_flowable *flowable, const char *id); /* how many outcomes of that job were accepted */
bool kf_fl_seed(kf_flowable *flowable); /* flowable_seed.c: the models */

#endif
