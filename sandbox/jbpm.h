/* The sandbox's jBPM: process instances, user tasks with their rules, work items and the history, as 6.0.1 has them.
 * The sandbox's mutex guards all of it. Nothing is forgotten but the history, when it is told to. */
#ifndef KF_SANDBOX_JBPM_H
#define KF_SANDBOX_JBPM_H

#include "flowable.h" /* its texts */
#include "kuflow/services/jbpm.h"

#define KF_JB_BASE "/jbpm-console/rest"
#define KF_JB_TIME 25 /* "2024-06-14T09:30:00.123Z" and its NUL */

/* A value of one of the Java types that REST can make. */
typedef enum kf_jb_java { KF_JB_STRING, KF_JB_LONG, KF_JB_INTEGER, KF_JB_BOOLEAN, KF_JB_DOUBLE } kf_jb_java;

typedef struct kf_jb_value {
    char *name, *text;
    kf_jb_java java;
} kf_jb_value;

typedef struct kf_jb_map {
    kf_jb_value *values;
    size_t count;
} kf_jb_map;

typedef enum kf_jb_kind { KF_JB_PASS, KF_JB_TASK, KF_JB_WAIT, KF_JB_WORK, KF_JB_CALL, KF_JB_BREAK } kf_jb_kind;

/* What a process does between its start and its end, one after the other. */
typedef struct kf_jb_node {
    kf_jb_kind kind;
    const char *id, *name, *type; /* of the history */
    const char *inputs[4]; /* variables of the process that become parameters, NULL-terminated */
    const char *output; /* the result that becomes the variable "result" */
    const char *target; /* the signal, or the process that is called */
    const char *task_name, *comment, *actor, *groups, *administrator;
    int priority;
} kf_jb_node;

typedef struct kf_jb_model {
    const char *id, *name, *first_id, *last_id; /* of the start and the end */
    kf_jb_node nodes[3]; /* up to one without id */
} kf_jb_model;

typedef struct kf_jb_instance {
    int64_t id, start_ms, end_ms;
    const kf_jb_model *model;
    struct kf_jb_instance *parent; /* it waits for this one's end; NULL: none */
    size_t at; /* the node */
    int64_t work; /* its latest work item; 0: none */
    int state; /* 1 active, 2 completed, 3 aborted */
    bool forgotten; /* by the history */
    const char *identity; /* who has started it */
    kf_jb_map variables;
} kf_jb_instance;

typedef enum kf_jb_status {
    KF_JB_CREATED,
    KF_JB_READY,
    KF_JB_RESERVED,
    KF_JB_IN_PROGRESS,
    KF_JB_SUSPENDED,
    KF_JB_COMPLETED,
    KF_JB_FAILED,
    KF_JB_ERROR,
    KF_JB_EXITED,
    KF_JB_OBSOLETE
} kf_jb_status;
extern const char *const kf_jb_status_names[KF_JB_OBSOLETE + 1];

#define KF_JB_OWNERS 8
typedef struct kf_jb_task {
    int64_t id, created_ms, work_item;
    kf_jb_instance *instance;
    const kf_jb_node *node;
    kf_jb_status status, previous;
    char *owner; /* NULL: nobody */
    char *owners[KF_JB_OWNERS]; /* potential ones: "u:anna", "g:sales" */
    size_t owner_count;
    int64_t input, output, fault; /* ids of contents; -1: none */
} kf_jb_task;

/* What a task brings along, or ended with. */
typedef struct kf_jb_content {
    int64_t id;
    kf_jb_map map;
} kf_jb_content;

typedef struct kf_jb_work {
    int64_t id;
    kf_jb_instance *instance;
    const kf_jb_node *node;
    bool open;
    kf_jb_map parameters;
} kf_jb_work;

/* Of the history: a node that was entered (type 0) or left (1), or with `name` a variable that was set. */
typedef struct kf_jb_log {
    int64_t id, at_ms;
    int64_t work; /* of a node that was left; 0: it had no work item */
    const kf_jb_instance *instance;
    int type;
    size_t place; /* 0: the start; then the nodes; then the end */
    char *name, *value;
} kf_jb_log;

typedef struct kf_jb_user {
    const char *name; /* the password as well */
    const char *groups[2];
    bool may; /* use the API */
} kf_jb_user;

typedef struct kf_jbpm {
    kf_sandbox *sandbox;
    char *authorizations[8]; /* by user */
    kf_sb_vector instances, tasks, contents, works, logs;
    int64_t last_instance, last_task, last_content, last_work, last_node_log, last_variable_log;
    bool no_memory; /* something could not be made; the call that asked for it is cut off */
} kf_jbpm;

/* jbpm_models.c */
extern const kf_jb_user kf_jb_users[];
extern const size_t kf_jb_user_count;
const kf_jb_model *kf_jb_model_of(const char *id); /* NULL: none */
bool kf_jb_is_in(const kf_jb_user *user, const char *group);

/* jbpm_state.c. Texts are copied; false and NULL: no memory, which `no_memory` tells, too. */
bool kf_jb_put(kf_jbpm *jbpm, kf_jb_map *map, const char *name, kf_jb_java java, const char *text);
const kf_jb_value *kf_jb_find(const kf_jb_map *map, const char *name);
void kf_jb_map_free(kf_jb_map *map);
int64_t kf_jb_now(kf_jbpm *jbpm); /* milliseconds since 1970 */
void kf_jb_time(int64_t ms, char text[KF_JB_TIME]);
kf_jb_instance *kf_jb_instance_of(const kf_jbpm *jbpm, int64_t id); /* an active one; NULL: none */
kf_jb_task *kf_jb_task_of(const kf_jbpm *jbpm, int64_t id);
const kf_jb_content *kf_jb_content_of(const kf_jbpm *jbpm, int64_t id);
kf_jb_work *kf_jb_work_of(const kf_jbpm *jbpm, int64_t id); /* an open one; NULL: none */
int64_t kf_jb_content_add(kf_jbpm *jbpm, const kf_jb_map *map); /* its id; -1: no memory */
void kf_jb_clear_history(kf_jbpm *jbpm);
bool kf_jb_new(kf_sandbox *sandbox);
void kf_jb_free(kf_jbpm *jbpm);

/* jbpm_engine.c */
kf_jb_instance *kf_jb_start(kf_jbpm *jbpm, const kf_jb_model *model, const kf_jb_map *variables, const char *identity,
                            kf_jb_instance *parent);
void kf_jb_abort(kf_jbpm *jbpm, kf_jb_instance *instance);
void kf_jb_signal(kf_jbpm *jbpm, kf_jb_instance *only, const char *signal, const kf_jb_value *event); /* NULL: all */
/* The node is over: the instance takes its results and goes on. */
void kf_jb_finish(kf_jbpm *jbpm, kf_jb_instance *instance, const kf_jb_map *results);

/* jbpm_lifecycle.c */
bool kf_jb_may_own(const kf_jb_task *task, const kf_jb_user *user);
bool kf_jb_is_named(const kf_jb_task *task, const kf_jb_user *user); /* not by a group */
bool kf_jb_administers(const kf_jb_task *task, const kf_jb_user *user);
bool kf_jb_add_owner(kf_jbpm *jbpm, kf_jb_task *task, char kind, const char *name);
/* Carries out an operation in lower case ("claim"); `results` of complete and fail may be NULL, `target` is of delegate
 * and forward. The answer's status: 200, or 401 with the reason in `error`. */
int kf_jb_operate(kf_jbpm *jbpm, kf_jb_task *task, const char *operation, const kf_jb_user *user, const char *target,
                  const kf_jb_map *results, char error[256]);
bool kf_jb_is_operation(const char *name);

/* jbpm_xml.c: parts of answers */
void kf_jb_escape(kf_fl_text *xml, const char *text);
void kf_jb_tag(kf_fl_text *xml, const char *name, const char *text); /* nothing for NULL */
void kf_jb_number(kf_fl_text *xml, const char *name, int64_t number);
/* Of a command's result `command` is its name and `index` its place; NULL: of an answer. */
void kf_jb_begin(kf_fl_text *xml, const char *name, const char *command, size_t index);
void kf_jb_put_typed(kf_fl_text *xml, const char *name, const kf_jb_map *map);
void kf_jb_put_variables(kf_fl_text *xml, const kf_jb_map *map);
void kf_jb_put_instance(kf_fl_text *xml, const kf_jb_instance *instance);
void kf_jb_put_content(kf_fl_text *xml, const kf_jb_content *content);
void kf_jb_put_summary(kf_fl_text *xml, const kf_jb_task *task);
void kf_jb_put_task(kf_fl_text *xml, const kf_jb_task *task);
void kf_jb_put_work(kf_fl_text *xml, const kf_jb_work *work);
void kf_jb_put_instance_log(kf_fl_text *xml, const kf_jb_instance *instance, const char *element);
void kf_jb_put_log(kf_fl_text *xml, const kf_jb_log *log);
/* The node that a log is about. */
void kf_jb_log_node(const kf_jb_log *log, const char **id, const char **name, const char **type);

/* jbpm_route.c */
extern const kf_sb_service kf_jb_service;
#define KF_JB_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
const kf_jb_user *kf_jb_caller(const kf_sb_call *call);
/* Takes the document over. */
void kf_jb_reply(kf_sb_call *call, kf_fl_text *xml);
void kf_jb_success(kf_sb_call *call); /* a `response` */
/* A `response` with what went wrong; with a stack trace unless the status is 400 or 412. */
void kf_jb_error(kf_sb_call *call, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
void kf_jb_put_url(kf_fl_text *xml, const kf_sb_call *call); /* `status` and `url` */

/* jbpm_parameters.c. Names in any case where that does no harm. Each is false when an error is in the call. */
bool kf_jb_long_parameter(kf_sb_call *call, const char *name, int64_t *value); /* absent: it stays */
bool kf_jb_id(kf_sb_call *call, size_t place, int64_t *id); /* of the path */
bool kf_jb_map_parameter(kf_sb_call *call, kf_jb_map *map);
bool kf_jb_object_parameter(kf_sb_call *call, const char *name, kf_jb_value *value); /* `text` NULL: absent */
const char *kf_jb_required(kf_sb_call *call, const char *name); /* NULL: an error is in the call */
/* A list's page: whether an item at that place is on it. */
typedef struct kf_jb_page {
    int64_t page, size, seen;
} kf_jb_page;
bool kf_jb_page_parameters(kf_sb_call *call, kf_jb_page *page);
bool kf_jb_on_page(kf_jb_page *page);

/* jbpm_process.c, jbpm_task.c, jbpm_query.c, jbpm_history.c, jbpm_execute.c: the operations */
void kf_jb_start_process(kf_sb_call *call);
void kf_jb_get_instance(kf_sb_call *call);
void kf_jb_signal_instance(kf_sb_call *call);
void kf_jb_abort_instance(kf_sb_call *call);
void kf_jb_get_variables(kf_sb_call *call);
void kf_jb_signal_all(kf_sb_call *call);
void kf_jb_get_work(kf_sb_call *call);
void kf_jb_complete_work(kf_sb_call *call);
void kf_jb_abort_work(kf_sb_call *call);
void kf_jb_get_task(kf_sb_call *call);
void kf_jb_operate_task(kf_sb_call *call);
void kf_jb_claim_next(kf_sb_call *call);
void kf_jb_nominate(kf_sb_call *call);
void kf_jb_get_task_content(kf_sb_call *call);
void kf_jb_get_content(kf_sb_call *call);
void kf_jb_query_tasks(kf_sb_call *call);
void kf_jb_clear(kf_sb_call *call);
void kf_jb_list_instance_logs(kf_sb_call *call);
void kf_jb_get_instance_log(kf_sb_call *call);
void kf_jb_list_logs(kf_sb_call *call); /* of nodes and variables */
void kf_jb_list_instances(kf_sb_call *call);
void kf_jb_always_broken(kf_sb_call *call);
void kf_jb_execute(kf_sb_call *call);
void kf_jb_start_error(const kf_jb_model *model, const char *id, kf_jbpm *jbpm, char error[256]);

#endif
