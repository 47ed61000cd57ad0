/* Process instances, signals and work items. */
#include "jbpm.h"

#include <stdlib.h>
#include <string.h>

static bool with_variables(const kf_sb_call *call)
{
    return strstr(call->operation->path, "/withvars/") != NULL;
}

/* `whole`: with the answer's own status. */
static void reply_instance(kf_sb_call *call, const kf_jb_instance *instance, bool whole)
{
    bool variables = with_variables(call);
    kf_fl_text xml = {0};
    kf_fl_puts(&xml, variables ? KF_JB_HEAD "<process-instance-with-vars>" : KF_JB_HEAD "<process-instance>");
    if (whole)
        kf_jb_put_url(&xml, call);
    if (variables) {
        kf_jb_put_variables(&xml, &instance->variables);
        kf_fl_puts(&xml, "<processInstance>");
    }
    kf_jb_put_instance(&xml, instance);
    kf_fl_puts(&xml, variables ? "</processInstance></process-instance-with-vars>" : "</process-instance>");
    kf_jb_reply(call, &xml);
}

void kf_jb_start_error(const kf_jb_model *model, const char *id, kf_jbpm *jbpm, char error[256])
{
    if (model == NULL)
        snprintf(error, 256, "Unknown process ID: %.200s", id);
    else
        snprintf(error, 256, "[%s:%lld - %s:2] -- this process is broken", model->id, (long long)++jbpm->last_instance,
                 model->nodes[0].name);
}

void kf_jb_start_process(kf_sb_call *call)
{
    kf_jbpm *jbpm = call->sandbox->jbpm;
    const kf_jb_model *model = kf_jb_model_of(call->values[1]);
    kf_jb_map variables = {NULL, 0};
    char error[256];
    if (kf_jb_map_parameter(call, &variables)) {
        if (model == NULL || model->nodes[0].kind == KF_JB_BREAK) {
            kf_jb_start_error(model, call->values[1], jbpm, error);
            kf_jb_error(call, 500, "%s", error);
        } else {
            const kf_jb_instance *instance = kf_jb_start(jbpm, model, &variables, kf_jb_caller(call)->name, NULL);
            if (instance != NULL)
                reply_instance(call, instance, true);
        }
    }
    kf_jb_map_free(&variables);
}

void kf_jb_get_instance(kf_sb_call *call)
{
    int64_t id;
    if (!kf_jb_id(call, 1, &id))
        return;
    const kf_jb_instance *instance = kf_jb_instance_of(call->sandbox->jbpm, id);
    if (instance == NULL)
        kf_jb_error(call, 400,
                    "Unable to retrieve process instance %lld %s been completed. Please see the history operations.",
                    (long long)id, with_variables(call) ? "since it has" : "which may have");
    else
        reply_instance(call, instance, with_variables(call));
}

void kf_jb_signal_instance(kf_sb_call *call)
{
    kf_jbpm *jbpm = call->sandbox->jbpm;
    const char *signal = kf_jb_required(call, "signal");
    kf_jb_value event;
    int64_t id;
    if (signal == NULL || !kf_jb_id(call, 1, &id))
        return;
    if (kf_jb_object_parameter(call, "event", &event)) {
        kf_jb_instance *instance = kf_jb_instance_of(jbpm, id);
        if (instance != NULL)
            kf_jb_signal(jbpm, instance, signal, event.text == NULL ? NULL : &event);
        if (!with_variables(call))
            kf_jb_success(call);
        else if (instance == NULL || instance->state != 1)
            kf_jb_error(call, 412, "This method can only be used on processes that will not complete after a signal.");
        else
            reply_instance(call, instance, false);
    }
    free(event.text);
}

void kf_jb_signal_all(kf_sb_call *call)
{
    const char *signal = kf_jb_required(call, "signal");
    int64_t context = 0;
    kf_jb_value event;
    if (signal == NULL || !kf_jb_long_parameter(call, "runtimeProcInstId", &context))
        return;
    if (kf_jb_object_parameter(call, "event", &event)) {
        kf_jb_signal(call->sandbox->jbpm, NULL, signal, event.text == NULL ? NULL : &event);
        kf_jb_success(call);
    }
    free(event.text);
}

void kf_jb_abort_instance(kf_sb_call *call)
{
    int64_t id;
    if (!kf_jb_id(call, 1, &id))
        return;
    kf_jb_instance *instance = kf_jb_instance_of(call->sandbox->jbpm, id);
    if (instance == NULL) {
        kf_jb_error(call, 500, "Could not find process instance for id %lld", (long long)id);
        return;
    }
    kf_jb_abort(call->sandbox->jbpm, instance);
    kf_jb_success(call);
}

/* 6.0.1 loses them on the way. */
void kf_jb_get_variables(kf_sb_call *call)
{
    kf_fl_text xml = {0};
    kf_fl_puts(&xml, KF_JB_HEAD "<variables>");
    kf_jb_put_url(&xml, call);
    kf_fl_puts(&xml, "<variables/></variables>");
    kf_jb_reply(call, &xml);
}

/* Work items */

/* NULL: an error is in the call, or with `quiet` the answer of success. */
static kf_jb_work *work_of(kf_sb_call *call, bool quiet)
{
    int64_t id, context = 0;
    if (!kf_jb_id(call, 1, &id) || !kf_jb_long_parameter(call, "runtimeProcInstId", &context))
        return NULL;
    kf_jb_work *work = kf_jb_work_of(call->sandbox->jbpm, id);
    if (work == NULL && quiet)
        kf_jb_success(call);
    else if (work == NULL)
        kf_jb_error(call, 500,
                    "Cannot invoke \"org.kie.api.runtime.process.WorkItem.getId()\" because \"result\" is null");
    return work;
}

void kf_jb_get_work(kf_sb_call *call)
{
    const kf_jb_work *work = work_of(call, false);
    kf_fl_text xml = {0};
    if (work == NULL)
        return;
    kf_fl_puts(&xml, KF_JB_HEAD "<work-item>");
    kf_jb_put_work(&xml, work);
    kf_fl_puts(&xml, "</work-item>");
    kf_jb_reply(call, &xml);
}

void kf_jb_complete_work(kf_sb_call *call)
{
    kf_jb_map results = {NULL, 0};
    if (kf_jb_map_parameter(call, &results)) {
        kf_jb_work *work = work_of(call, true);
        if (work != NULL) {
            work->open = false;
            kf_jb_finish(call->sandbox->jbpm, work->instance, &results);
            kf_jb_success(call);
        }
    }
    kf_jb_map_free(&results);
}

void kf_jb_abort_work(kf_sb_call *call)
{
    kf_jb_work *work = work_of(call, true);
    if (work == NULL)
        return;
    work->open = false;
    kf_jb_finish(call->sandbox->jbpm, work->instance, NULL);
    kf_jb_success(call);
}
