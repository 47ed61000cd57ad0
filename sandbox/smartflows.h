/* The sandbox's Smart Flows: flows, executions, documents. The sandbox's mutex guards all of it. */
#ifndef KF_SANDBOX_SMARTFLOWS_H
#define KF_SANDBOX_SMARTFLOWS_H

#include "internal.h"

/* What a flow works on. */
typedef enum kf_sf_input {
    KF_SF_NONE, /* nothing: a body is ignored */
    KF_SF_XML,
    KF_SF_JSON
} kf_sf_input;

/* A point that an execution comes to. From Queued and Running the next look at it leads on. */
typedef struct kf_sf_step {
    const char *status; /* NULL: there are no more */
    int percentage;
    const char *message;
} kf_sf_step;

typedef struct kf_sf_flow {
    const char *id;
    const char *name;
    const char *description;
    kf_sf_input input;
    const char *const *fields; /* keys and titles of its form, up to a NULL; NULL: it has none */
    kf_sf_step steps[6];
} kf_sf_flow;

typedef struct kf_sf_execution {
    char id[KF_SB_ID];
    const kf_sf_flow *flow;
    size_t step;
    char status[64]; /* put there by kf_sandbox_smartflows_set(); "": that of the step */
    unsigned version; /* counts changes */
    char *input;
    size_t input_length;
    char input_type[128];
    cJSON *values; /* of the form; NULL: none */
    cJSON *draft;
    char callback[KF_SB_ID]; /* of a flow that waits */
    char document[KF_SB_ID]; /* "": none yet */
    char created_at[KF_SB_TIME];
    char modified_at[KF_SB_TIME];
} kf_sf_execution;

typedef struct kf_smartflows {
    kf_sandbox *sandbox;
    char *key; /* accepted in X-API-Key */
    char *tokens[2]; /* values of Authorization; NULL: unused */
    char login_token[KF_SB_ID];
    int poll_ms; /* the longest that a poll is held back; negative: as it asks */
    kf_sb_vector executions;
} kf_smartflows;

/* smartflows.c */
extern const kf_sf_flow kf_sf_flows[];
extern const size_t kf_sf_flow_count;
bool kf_sf_new(kf_sandbox *sandbox, const kf_sandbox_options *options);
void kf_sf_free(kf_smartflows *smartflows);
const kf_sf_flow *kf_sf_find_flow(const char *id); /* NULL: none */
kf_sf_execution *kf_sf_find_execution(kf_sandbox *sandbox, const char *id); /* NULL: none */
const char *kf_sf_status(const kf_sf_execution *execution);
smartflows_flow_execution_status kf_sf_status_of(const kf_sf_execution *execution);
void kf_sf_set_status(kf_sandbox *sandbox, kf_sf_execution *execution, const char *status);
/* Goes on to the next step; what it makes may fail for want of memory. */
void kf_sf_go_on(kf_sandbox *sandbox, kf_sf_execution *execution);

/* smartflows_route.c */
extern const kf_sb_service kf_sf_service;
void kf_sf_error(kf_sb_call *call, int status, const char *code, const char *message);
/* Bytes as the answer, which takes them over; NULL: no memory. */
void kf_sf_bytes(kf_sb_call *call, char *bytes, size_t length, const char *type);
kf_sf_execution *kf_sf_execution_of(kf_sb_call *call); /* of the path; NULL: 404 is in the call */

/* smartflows_run.c, smartflows_list.c: the handlers */
void kf_sf_create(kf_sb_call *call);
void kf_sf_start(kf_sb_call *call);
void kf_sf_get(kf_sb_call *call);
void kf_sf_progress(kf_sb_call *call);
void kf_sf_continue(kf_sb_call *call);
void kf_sf_cancel(kf_sb_call *call);
void kf_sf_delete(kf_sb_call *call);
void kf_sf_outputs(kf_sb_call *call);
void kf_sf_save_state(kf_sb_call *call);
void kf_sf_callback(kf_sb_call *call);
void kf_sf_list(kf_sb_call *call);
void kf_sf_list_of_flow(kf_sb_call *call);
void kf_sf_filter(kf_sb_call *call);
void kf_sf_statistics(kf_sb_call *call);
void kf_sf_list_flows(kf_sb_call *call);
void kf_sf_get_flow(kf_sb_call *call);
void kf_sf_thumbnail(kf_sb_call *call);
void kf_sf_get_document(kf_sb_call *call);
void kf_sf_content(kf_sb_call *call);
void kf_sf_login_info(kf_sb_call *call);
void kf_sf_login(kf_sb_call *call);
/* An execution without its state. */
void kf_sf_summary(const kf_sf_execution *execution, smartflows_flow_execution *model, smartflows_id_with_name *flow);
extern const smartflows_id_with_name kf_sf_user; /* whom everything is done by */

#endif
