/* What the parts of the sandbox's Patchworks share. Its state is JSON, as it is answered: flat members. */
#ifndef KF_SANDBOX_PATCHWORKS_H
#define KF_SANDBOX_PATCHWORKS_H

#include "internal.h"

#define KF_PW_BODY_MAX ((size_t)8 << 20)
#define KF_PW_TOKENS 8

/* A token that a login gave. */
typedef struct kf_pw_token {
    char text[48];
    int64_t ends_ms; /* on the monotonic clock */
} kf_pw_token;

typedef struct kf_patchworks {
    bool attributes; /* items have their members within "attributes" */
    bool text_ids; /* and their ids as texts */
    int64_t token_life_ms;
    char *token; /* of the options: always accepted; may be NULL */
    kf_pw_token tokens[KF_PW_TOKENS];
    unsigned token_count; /* given so far */
    /* Arrays of objects with an "id", which counts up over all of them. */
    cJSON *flows, *versions, *callbacks, *webhooks, *runs, *logs;
    int next_id;
} kf_patchworks;

extern const kf_sb_service kf_pw_service;
int64_t kf_pw_now(void); /* milliseconds */

/* patchworks.c */
bool kf_pw_new(kf_sandbox *sandbox, const kf_sandbox_options *options);
void kf_pw_free(kf_patchworks *patchworks);

/* patchworks_json.c */
kf_patchworks *kf_pw_of(const kf_sb_call *call);
/* A new item at the end of a list, with id and times; NULL: no memory. */
cJSON *kf_pw_add(kf_sandbox *sandbox, cJSON *list);
int kf_pw_id(const cJSON *item);
/* The member as a text; NULL: it is none. */
const char *kf_pw_text(const cJSON *item, const char *name);
/* The item of that id, which the parent (a member "flow_id" of the other item) has; NULL: none. */
cJSON *kf_pw_find(cJSON *list, const char *id, const char *parent, int parent_id);
/* Sets a member to a copy; NULL: null. False: no memory. */
bool kf_pw_set(cJSON *item, const char *name, const cJSON *value);
bool kf_pw_set_text(cJSON *item, const char *name, const char *text);
bool kf_pw_set_number(cJSON *item, const char *name, double number);
bool kf_pw_touch(kf_sandbox *sandbox, cJSON *item);
/* Takes over the JSON. */
void kf_pw_reply(kf_sb_call *call, int status, cJSON *json);
void kf_pw_message(kf_sb_call *call, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* 404 in the framework's words. */
void kf_pw_missing(kf_sb_call *call, const char *model, const char *id);
/* What is wrong with the request, field by field: kept in the call until kf_pw_refused() answers 422 with all of it. */
typedef struct kf_pw_errors {
    cJSON *fields;
    char first[160];
    int count;
    bool no_memory;
} kf_pw_errors;
void kf_pw_wrong(kf_pw_errors *errors, const char *field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Whether there was anything wrong, which is then answered. */
bool kf_pw_refused(kf_sb_call *call, kf_pw_errors *errors);
/* A member of the body by its dotted name, checked for its type: 's' text, 'i' integer or digits, 'b' truth value, 'd'
 * time; in capitals, null is allowed. NULL: absent or wrong. */
const cJSON *kf_pw_input(kf_pw_errors *errors, const cJSON *body, const char *name, char type, bool required);
/* The body; an empty object for one that is no JSON object, as the framework takes it. To be deleted. */
cJSON *kf_pw_body(kf_sb_call *call);

/* patchworks_list.c */
typedef struct kf_pw_list {
    const char *model; /* "flows": for fields[…] */
    const char *const *filters; /* allowed ones, NULL-terminated; NULL: none */
    const char *const *sorts; /* the same */
    const char *const *includes; /* the same, in camel case */
    bool (*fits)(kf_sb_call *call, const cJSON *item, const char *filter, const char *value);
    bool (*include)(kf_sb_call *call, const cJSON *item, const char *name, cJSON *answer); /* false: no memory */
} kf_pw_list;
/* Whether include, filter, sort, page and per_page make sense; else they are answered. */
bool kf_pw_check_query(kf_sb_call *call, const kf_pw_list *list);
/* One page of those items whose member `parent` is `parent_id` (NULL: all). */
void kf_pw_reply_list(kf_sb_call *call, const kf_pw_list *list, const cJSON *items, const char *parent, int parent_id);
/* One item, within "data". */
void kf_pw_reply_item(kf_sb_call *call, int status, const kf_pw_list *list, const cJSON *item);
extern const kf_pw_list kf_pw_flow_list, kf_pw_version_list, kf_pw_hook_list, kf_pw_run_list, kf_pw_log_list;

/* patchworks_flows.c */
#define KF_PW_FLOWS 40 /* at the start */
bool kf_pw_seed(kf_sandbox *sandbox);
/* The flow that the path names first; NULL: 404 is in the call. */
cJSON *kf_pw_flow_of(kf_sb_call *call);
bool kf_pw_enable(cJSON *flow, const char *at); /* NULL: disables it */

/* patchworks_versions.c */
cJSON *kf_pw_new_version(kf_sandbox *sandbox, int flow_id);
bool kf_pw_deploy(kf_sandbox *sandbox, cJSON *flow, cJSON *version, const char *at); /* NULL: takes it back */

/* patchworks_runs.c */
bool kf_pw_end_run(kf_sandbox *sandbox, cJSON *run, int status);

/* The handlers, one for each operation. */
void kf_pw_list_flows(kf_sb_call *call);
void kf_pw_create_flow(kf_sb_call *call);
void kf_pw_export_flow(kf_sb_call *call);
void kf_pw_import_flow(kf_sb_call *call);
void kf_pw_get_flow(kf_sb_call *call);
void kf_pw_update_flow(kf_sb_call *call);
void kf_pw_delete_flow(kf_sb_call *call);
void kf_pw_duplicate_flow(kf_sb_call *call);
void kf_pw_update_layout(kf_sb_call *call);
void kf_pw_list_version_metrics(kf_sb_call *call);
void kf_pw_list_versions(kf_sb_call *call);
void kf_pw_create_version(kf_sb_call *call); /* and copyFlowVersion */
void kf_pw_get_version(kf_sb_call *call);
void kf_pw_update_version(kf_sb_call *call);
void kf_pw_delete_version(kf_sb_call *call);
void kf_pw_list_hooks(kf_sb_call *call); /* callbacks and webhooks */
void kf_pw_create_hook(kf_sb_call *call);
void kf_pw_update_hook(kf_sb_call *call);
void kf_pw_delete_hook(kf_sb_call *call);
void kf_pw_start(kf_sb_call *call); /* all six that start a flow */
void kf_pw_list_runs(kf_sb_call *call);
void kf_pw_get_run(kf_sb_call *call);
void kf_pw_list_logs(kf_sb_call *call);

#endif
