/* What the parts of the sandbox share. One mutex guards the whole state; every handler runs with it held. */
#ifndef KF_SANDBOX_INTERNAL_H
#define KF_SANDBOX_INTERNAL_H

#include "kuflow/kuflow.h"
#include "kuflow/sandbox.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>

#define KF_SB_ID 37 /* a UUID and its NUL */
#define KF_SB_TIME 28 /* "2024-06-14T09:30:00.123456Z" and its NUL */
#define KF_SB_BASE "/v2024-06-14"
#define KF_SB_BODY_MAX ((size_t)512 << 20)

/* Pointers in order of arrival. */
typedef struct kf_sb_vector {
    void **items;
    size_t count;
    size_t capacity;
} kf_sb_vector;

bool kf_sb_push(kf_sb_vector *vector, void *item);
/* Frees each item with `free_item` (NULL: not at all), and the vector's memory. */
void kf_sb_vector_free(kf_sb_vector *vector, void (*free_item)(void *));

typedef struct kf_sb_audit {
    char created_by[KF_SB_ID];
    char created_at[KF_SB_TIME];
    char modified_by[KF_SB_ID];
    char modified_at[KF_SB_TIME];
} kf_sb_audit;

/* Every resource begins with its audit and id. */
typedef struct kf_sb_resource {
    kf_sb_audit audit;
    char id[KF_SB_ID];
} kf_sb_resource;

typedef struct kf_sb_tenant {
    kf_sb_resource base;
    char name[64];
    kuflow_tenant_pricing_plan plan;
} kf_sb_tenant;

typedef struct kf_sb_principal {
    kf_sb_resource base;
    kuflow_principal_type type;
    char name[64];
    char email[64]; /* of a user */
    unsigned groups; /* a bit for each group, by its place in the state */
    unsigned tenants; /* the same for tenants */
} kf_sb_principal;

typedef struct kf_sb_group {
    kf_sb_resource base;
    char name[64];
    const char *tenant_id;
} kf_sb_group;

typedef struct kf_sb_tenant_user {
    kf_sb_resource base;
    const kf_sb_principal *principal;
    const char *tenant_id;
    kuflow_json_value *metadata;
} kf_sb_tenant_user;

typedef struct kf_sb_robot {
    kf_sb_resource base;
    char code[51];
    char name[51];
    char description[128];
    const char *tenant_id;
    bool ready;
    char source_id[KF_SB_ID];
    char source_name[64];
    char source_hash[65];
    char *source;
    size_t source_length;
} kf_sb_robot;

typedef struct kf_sb_key {
    char id[64];
    uint8_t value[32];
} kf_sb_key;

typedef struct kf_sb_definition {
    char id[KF_SB_ID];
    char version[KF_SB_ID];
    const char *tenant_id;
    const char *tasks[4]; /* codes of the tasks that a process begins with */
    bool extras; /* a message and a thread, too */
} kf_sb_definition;

typedef struct kf_sb_process {
    kf_sb_resource base;
    kuflow_process_state state;
    char definition_id[KF_SB_ID];
    char definition_version[KF_SB_ID];
    char initiator_id[KF_SB_ID];
    char tenant_id[KF_SB_ID];
    kuflow_json_value *metadata;
    kuflow_json_value *entity;
} kf_sb_process;

typedef struct kf_sb_log {
    char id[KF_SB_ID];
    char timestamp[KF_SB_TIME];
    kuflow_process_item_task_log_level level;
    char *message;
} kf_sb_log;

typedef struct kf_sb_item {
    kf_sb_resource base;
    kuflow_process_item_type type;
    kf_sb_process *process;
    char owner_id[KF_SB_ID]; /* "": none */
    char definition_id[KF_SB_ID];
    char definition_version[KF_SB_ID];
    char *code; /* of its definition; NULL: none */
    /* task */
    kuflow_process_item_task_state state;
    char claimed_at[KF_SB_TIME];
    char completed_at[KF_SB_TIME];
    char cancelled_at[KF_SB_TIME];
    kf_sb_vector logs;
    /* task and message */
    kuflow_json_value *data;
    /* message */
    char *text;
    char *data_code;
} kf_sb_item;

typedef struct kf_sb_worker {
    kf_sb_resource base;
    kuflow_worker_create_params *params;
} kf_sb_worker;

typedef struct kf_sb_document {
    char id[KF_SB_ID]; /* of a user action's document: the value's id */
    const kf_sb_process *process;
    bool user_action;
    char *name;
    char *content_type;
    char *bytes;
    size_t length;
} kf_sb_document;

typedef struct kf_sb_state {
    kf_sb_vector tenants, principals, groups, tenant_users, robots, keys, definitions;
    kf_sb_vector processes, items, workers, documents;
    kf_sb_vector applied; /* texts: the ids of creations that took effect */
    int64_t clock_us; /* the last time given out */
    unsigned created;
} kf_sb_state;

typedef struct kf_sb_call kf_sb_call;
typedef void (*kf_sb_handler)(kf_sb_call *call);

/* An operation and what carries it out. */
typedef struct kf_sb_binding {
    const char *operation;
    kf_sb_handler handler;
} kf_sb_binding;

/* One API that the server speaks. More of them are more entries in kf_sb_services. */
typedef struct kf_sb_service {
    const kf_service *service;
    const char *bases[4]; /* the paths that are its own, NULL-terminated; the first one is the operations' */
    const kf_sb_binding *routes; /* a handler for each operation */
    size_t route_count;
    unsigned answers_max; /* that one connection gets; 0: any number */
    bool (*knows)(const kf_sb_call *call); /* whose credentials it has: for paths that are nobody's; NULL: not asked */
    /* Finds the operation and checks the credentials, or leaves an answer in the call. */
    void (*route)(kf_sb_call *call);
    /* Carries the request out. */
    void (*dispatch)(kf_sb_call *call);
    /* An error in the API's shape. */
    void (*error)(kf_sb_call *call, int status, const char *code, const char *message);
} kf_sb_service;

typedef struct kf_sb_fault {
    const kf_operation *operation; /* NULL: any */
    kf_sandbox_fault_spec spec; /* with copies of the texts */
    size_t body_length;
} kf_sb_fault;

typedef struct kf_sb_event {
    char *text;
    bool done;
    bool delivered;
} kf_sb_event;

struct kf_sandbox {
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* events, faults, release, stop */
    struct MHD_Daemon *daemon;
    char url[96], flowable_url[96], jbpm_url[96], smartflows_url[96], patchworks_urls[3][96]; /* core, start, login */
    int port;
    bool stopping;

    char *credentials[4]; /* KuFlow's accepted values of Authorization; NULL: unused */
    int max_page_size;
    int delay_window_s;
    int64_t engine_token_life_ms;
    bool client_certificates;
    kf_sandbox_log_fn on_request;
    void *on_request_user;

    kf_sb_state state;
    struct kf_flowable *flowable;
    struct kf_smartflows *smartflows;
    struct kf_patchworks *patchworks;
    struct kf_jbpm *jbpm;

    int *requests; /* by operation, service after service, and one more for all */
    kf_sb_vector last_headers; /* name, value, name, value … */
    char *last_target;

    kf_sb_vector faults;
    unsigned release; /* counts releases */
    int held;

    kf_sb_vector events;
    char *webhook_url;
    kf_client *webhook;
    kf_cancel *webhook_cancel;
    pthread_t webhook_thread;
    bool webhook_running;
};

/* One request and its answer. */
struct kf_sb_call {
    kf_sandbox *sandbox;
    const kf_sb_service *service;
    struct MHD_Connection *connection;
    char *target; /* raw, with the query */
    char *method;
    char *body; /* terminated */
    size_t body_length;
    size_t body_capacity;
    bool body_too_large;
    bool no_memory;
    bool begun;

    const kf_operation *operation;
    kf_sb_handler handler; /* of a request that is no operation; NULL: as the operation says */
    char *path; /* the raw path below the base, cut into segments where parameters stand */
    const char *values[4]; /* of the path's parameters, decoded, in order */
    size_t value_count;
    kf_pair *query; /* decoded */
    size_t query_count;
    char *query_text; /* holds them */
    void *model; /* the decoded body */

    int status;
    char *reply; /* malloc'ed */
    size_t reply_length;
    char reply_type[128]; /* "": none */
    struct {
        char name[24];
        char *value;
    } headers[4];
    size_t header_count;
    const char *const (*more_headers)[2]; /* up to one without name; NULL: none */
    bool close; /* the connection, after the answer */
    unsigned *answers; /* how many the connection has had before; NULL: unknown */
};

/* state.c */
void kf_sb_now(kf_sandbox *sandbox, char text[KF_SB_TIME]); /* strictly later with each call */
void kf_sb_time_text(int64_t microseconds, char text[KF_SB_TIME]);
void kf_sb_resource_init(kf_sandbox *sandbox, kf_sb_resource *resource, const char *id); /* NULL: a new id */
void kf_sb_touch(kf_sandbox *sandbox, kf_sb_resource *resource);
void *kf_sb_find(const kf_sb_vector *resources, const char *id); /* of kf_sb_resource; NULL: none */
const kf_sb_principal *kf_sb_find_email(const kf_sandbox *sandbox, const char *email);
bool kf_sb_applied_add(kf_sandbox *sandbox, const char *id);
void kf_sb_copy_id(char target[KF_SB_ID], const char *id); /* in lower case */
char *kf_sb_strdup(const char *text); /* NULL for NULL, too */
void kf_sb_state_free(kf_sb_state *state);
kuflow_json_value *kf_sb_json_clone(const kuflow_json_value *value); /* marked as valid; NULL: no memory */
void kf_sb_process_free(void *process);
void kf_sb_item_free(void *item);
void kf_sb_document_free(void *document);

/* seed.c */
bool kf_sb_seed(kf_sandbox *sandbox);

/* reply.c */
/* The answer; `text` is malloc'ed and taken over. */
void kf_sb_set_reply(kf_sb_call *call, int status, char *text, size_t length, const char *type);
/* Encodes a model as the answer. */
void kf_sb_reply(kf_sb_call *call, int status, const kf_type *type, const void *model);
void kf_sb_reply_bytes(kf_sb_call *call, const char *bytes, size_t length, const char *type, const char *file_name);
/* An error in the API's shape; `location` and `location_type` may be NULL. */
void kf_sb_error(kf_sb_call *call, int status, const char *code, const char *location, const char *location_type,
                 const char *format, ...) __attribute__((format(printf, 6, 7)));
void kf_sb_no_memory(kf_sb_call *call);
/* Puts "?" in the place of each byte that is not UTF-8: requests may bring such, and long messages are cut anywhere. */
void kf_sb_make_utf8(char *text);
bool kf_sb_header(kf_sb_call *call, const char *name, const char *value);
void kf_sb_fill_audit(const kf_sb_resource *resource, const char **created_by, const char **created_at,
                      const char **modified_by, const char **modified_at);
/* Appends text with everything but unreserved characters percent-encoded. */
void kf_sb_percent_encode(FILE *out, const char *text);
/* Decodes in place; false for a broken escape or an escaped NUL. */
bool kf_sb_percent_decode(char *text, bool plus_is_space);
/* base64 of the bytes, malloc'ed. */
char *kf_sb_base64(const void *bytes, size_t length);

/* route.c */
/* The services. A path that is nobody's is answered by the one that knows the credentials, else by the first. */
extern const kf_sb_service *const kf_sb_services[];
extern const size_t kf_sb_service_count;
bool kf_sb_is_below(const char *target, const char *base);
bool kf_sb_routes_complete(void); /* whether every operation has its handler */
kf_sb_handler kf_sb_handler_of(const kf_sb_service *service, const char *operation);
/* Records the request, and has its service find out what it wants. */
void kf_sb_route(kf_sb_call *call);
/* Cuts the path below the base out of the target; false: the error is in the call. */
bool kf_sb_cut_path(kf_sb_call *call, size_t base_length);
/* Whether the path fits the template. With `values`, the path is cut and the parameters are put there. */
bool kf_sb_match(const char *template, char *path, const char **values, size_t *count);
/* Splits and decodes the query. Pairs with a broken escape are left out; *broken tells whether there were any. False:
 * the error is in the call. */
bool kf_sb_parse_query(kf_sb_call *call, bool *broken);
const char *kf_sb_request_header(const kf_sb_call *call, const char *name);
bool kf_sb_authorized(const char *given, const char *accepted); /* both are values of Authorization */
/* The value of Authorization for a name and a password, or for one token; malloc'ed. */
char *kf_sb_credential(const char *scheme, const char *first, const char *second);
const char *kf_sb_query(const kf_sb_call *call, const char *name); /* the first; NULL: none */
/* Whether there is no such parameter, or one of that value. */
bool kf_sb_filter(const kf_sb_call *call, const char *name, const char *value);

/* check.c */
/* Checks and decodes the body; false: the error is in the call. */
bool kf_sb_check_body(kf_sb_call *call);
bool kf_sb_check_query(kf_sb_call *call);
bool kf_sb_is_email(const char *text);
/* Refuses a text that is too short or too long (characters); NULL passes. */
bool kf_sb_check_length(kf_sb_call *call, const char *name, const char *text, size_t least, size_t most);

/* page.c */
typedef const char *(*kf_sb_key_fn)(const void *resource, const char *property); /* NULL: no value, sorted last */
typedef struct kf_sb_row kf_sb_row;
typedef struct kf_sb_page {
    kf_sb_key_fn key;
    const char *sort[8]; /* properties */
    bool descending[8];
    size_t sort_count;
    kf_sb_row *rows;
    size_t count, capacity;
    const void **slice; /* the resources of the page asked for, `slice_count` of them */
    size_t slice_count;
    void *content; /* room for one zeroed struct each */
    kuflow_page_metadata metadata;
} kf_sb_page;
/* `properties`: those that can be sorted by, NULL-terminated. False: the error is in the call. */
bool kf_sb_page_begin(kf_sb_call *call, kf_sb_page *page, const char *const *properties, kf_sb_key_fn key);
bool kf_sb_page_add(kf_sb_call *call, kf_sb_page *page, const void *resource);
/* Sorts and cuts; makes room for the content. */
bool kf_sb_page_end(kf_sb_call *call, kf_sb_page *page, size_t content_size);
void kf_sb_page_free(kf_sb_page *page);

/* patch.c */
/* Applies a patch to a copy of `document`. NULL: it does not apply, *reason and *index tell why and where. */
cJSON *kf_sb_patch(const cJSON *document, const kuflow_json_patch *patch, const char **reason, size_t *index);
/* The value at a JSON pointer; NULL: none. */
cJSON *kf_sb_pointer(cJSON *document, const char *pointer);

/* webhook.c */
bool kf_sb_webhook_start(kf_sandbox *sandbox, kf_error *error);
void kf_sb_webhook_stop(kf_sandbox *sandbox);
void kf_sb_event_process(kf_sandbox *sandbox, const kf_sb_process *process, bool created);
void kf_sb_event_item(kf_sandbox *sandbox, const kf_sb_item *item, bool created);

/* fault.c */
const kf_operation *kf_sb_find_operation(const char *name); /* "createProcess" or "kuflow.createProcess" */
/* Takes the first fault that fits; false: none. The texts are the taker's, to be freed with kf_sb_fault_free(). */
bool kf_sb_fault_take(kf_sandbox *sandbox, const kf_operation *operation, kf_sb_fault *fault);
void kf_sb_fault_free(kf_sb_fault *fault);
void kf_sb_fault_answer(kf_sb_call *call, const kf_sb_fault *fault);
void kf_sb_fault_hold(kf_sandbox *sandbox, int64_t milliseconds);
void kf_sb_faults_free(kf_sandbox *sandbox);
void kf_sb_record(kf_sb_call *call);
void kf_sb_record_operation(kf_sb_call *call);

/* shared between the handlers */
kf_sb_process *kf_sb_process_of(kf_sb_call *call, const char *id); /* NULL: 404 is in the call */
bool kf_sb_principal_of(kf_sb_call *call, const char *id, const char *id_name, const char *email,
                        const char *email_name, const kf_sb_principal **principal);
kf_sb_item *kf_sb_item_add(kf_sandbox *sandbox, kf_sb_process *process, kuflow_process_item_type type, const char *id,
                           const char *code);
void kf_sb_item_set_state(kf_sandbox *sandbox, kf_sb_item *item, kuflow_process_item_task_state state);
void kf_sb_reply_process(kf_sb_call *call, int status, const kf_sb_process *process);
/* Replaces *value by it patched; false: the error is in the call. */
bool kf_sb_patch_value(kf_sb_call *call, kuflow_json_value **value);
/* Replaces *value by a copy of `replacement`; false: the error is in the call. */
bool kf_sb_replace_value(kf_sb_call *call, kuflow_json_value **value, const kuflow_json_value *replacement);
int kf_sb_sha256(const void *bytes, size_t length, char hex[65]);

/* The handlers, one for each operation. */
void kf_sb_create_authentication(kf_sb_call *call);
void kf_sb_retrieve_kms_key(kf_sb_call *call);
void kf_sb_find_principals(kf_sb_call *call);
void kf_sb_retrieve_principal(kf_sb_call *call);
void kf_sb_find_groups(kf_sb_call *call);
void kf_sb_find_tenants(kf_sb_call *call);
void kf_sb_retrieve_tenant(kf_sb_call *call);
void kf_sb_find_tenant_users(kf_sb_call *call);
void kf_sb_retrieve_tenant_user(kf_sb_call *call);
void kf_sb_find_processes(kf_sb_call *call);
void kf_sb_create_process(kf_sb_call *call);
void kf_sb_retrieve_process(kf_sb_call *call);
void kf_sb_complete_process(kf_sb_call *call);
void kf_sb_cancel_process(kf_sb_call *call);
void kf_sb_change_process_initiator(kf_sb_call *call);
void kf_sb_update_process_metadata(kf_sb_call *call);
void kf_sb_patch_process_metadata(kf_sb_call *call);
void kf_sb_update_process_entity(kf_sb_call *call);
void kf_sb_patch_process_entity(kf_sb_call *call);
void kf_sb_upload_process_user_action_document(kf_sb_call *call);
void kf_sb_upload_process_document(kf_sb_call *call);
void kf_sb_download_process_document(kf_sb_call *call);
void kf_sb_find_process_items(kf_sb_call *call);
void kf_sb_create_process_item(kf_sb_call *call);
void kf_sb_retrieve_process_item(kf_sb_call *call);
void kf_sb_claim_process_item_task(kf_sb_call *call);
void kf_sb_assign_process_item_task(kf_sb_call *call);
void kf_sb_complete_process_item_task(kf_sb_call *call);
void kf_sb_append_process_item_task_log(kf_sb_call *call);
void kf_sb_update_process_item_task_data(kf_sb_call *call);
void kf_sb_patch_process_item_task_data(kf_sb_call *call);
void kf_sb_download_process_item_task_data_webforms_as_document(kf_sb_call *call);
void kf_sb_create_worker(kf_sb_call *call);
void kf_sb_find_robots(kf_sb_call *call);
void kf_sb_retrieve_robot(kf_sb_call *call);
void kf_sb_download_robot_source_code(kf_sb_call *call);
void kf_sb_download_robot_asset(kf_sb_call *call);

#endif
