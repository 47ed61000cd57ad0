/* jBPM's history. */
#include "jbpm.h"

#include <stdlib.h>
#include <string.h>

void kf_jb_clear(kf_sb_call *call)
{
    kf_jb_clear_history(call->sandbox->jbpm);
    kf_jb_success(call);
}

void kf_jb_always_broken(kf_sb_call *call)
{
    int length = (int)strcspn(call->target + strlen(KF_JB_BASE), "?");
    kf_jb_error(call, 500, "Unknown @PathParam: procId for path: %.*s", length, call->target + strlen(KF_JB_BASE));
}

/* The path's value of that name; NULL: it has none. */
static const char *path_value(const kf_sb_call *call, const char *name)
{
    for (size_t i = 0; i < call->value_count; i++) {
        if (strcmp(call->operation->path_parameters->fields[i].name, name) == 0)
            return call->values[i];
    }
    return NULL;
}

/* The instances, or of an instance those that it has started, or those of a process. */
void kf_jb_list_instance_logs(kf_sb_call *call)
{
    const kf_sb_vector *instances = &call->sandbox->jbpm->instances;
    const char *process = path_value(call, "processDefId"), *parent = path_value(call, "procInstId");
    int64_t parent_id = parent == NULL ? 0 : strtoll(parent, NULL, 10), status = 0;
    kf_fl_text xml = {0};
    kf_jb_page page;
    size_t count = 0;
    if (!kf_jb_page_parameters(call, &page) || (process != NULL && !kf_jb_long_parameter(call, "status", &status)))
        return;
    kf_fl_puts(&xml, KF_JB_HEAD "<log-instance-list");
    for (size_t i = 0; i < instances->count; i++) {
        const kf_jb_instance *instance = instances->items[i];
        if (instance->forgotten || (process != NULL && strcmp(instance->model->id, process) != 0) ||
            (parent != NULL && (instance->parent == NULL || instance->parent->id != parent_id)) ||
            (status == 1 && instance->state != 1) || /* others are not filtered */
            !kf_jb_on_page(&page))
            continue;
        kf_fl_puts(&xml, count++ == 0 ? ">" : "");
        kf_jb_put_instance_log(&xml, instance, "process-instance-log");
    }
    kf_fl_puts(&xml, count == 0 ? "/>" : "</log-instance-list>");
    kf_jb_reply(call, &xml);
}

void kf_jb_get_instance_log(kf_sb_call *call)
{
    const kf_sb_vector *instances = &call->sandbox->jbpm->instances;
    const kf_jb_instance *found = NULL;
    kf_fl_text xml = {0};
    int64_t id;
    if (!kf_jb_id(call, 1, &id))
        return;
    for (size_t i = 0; i < instances->count && found == NULL; i++) {
        const kf_jb_instance *instance = instances->items[i];
        found = instance->id == id && !instance->forgotten ? instance : NULL;
    }
    if (found == NULL) {
        kf_jb_error(call, 500, "Cannot invoke \"Object.getClass()\" because \"logObj\" is null");
        return;
    }
    kf_fl_puts(&xml, KF_JB_HEAD "<log-instance-list>");
    kf_jb_put_instance_log(&xml, found, "process-instance-log");
    kf_fl_puts(&xml, "</log-instance-list>");
    kf_jb_reply(call, &xml);
}

/* Whether the caller wants this log of a node or variable. */
static bool wanted(const kf_sb_call *call, const kf_jb_log *log, bool nodes)
{
    const char *instance = path_value(call, "procInstId"), *node = path_value(call, "nodeId");
    const char *variable = path_value(call, "variableId"), *value = path_value(call, "value");
    const char *active = kf_sb_query(call, "activeProcesses");
    const char *id = NULL, *name, *type;
    if ((log->name == NULL) != nodes || (instance != NULL && log->instance->id != strtoll(instance, NULL, 10)))
        return false;
    if (nodes)
        kf_jb_log_node(log, &id, &name, &type);
    bool only_active = variable != NULL && instance == NULL && (active == NULL || strcmp(active, "true") == 0);
    if (only_active && log->instance->state != 1)
        return false;
    return (node == NULL || strcmp(node, id) == 0) && (variable == NULL || strcmp(variable, log->name) == 0) &&
           (value == NULL || strcmp(value, log->value) == 0);
}

void kf_jb_list_logs(kf_sb_call *call)
{
    const kf_sb_vector *logs = &call->sandbox->jbpm->logs;
    bool nodes = strstr(call->operation->path, "/node") != NULL;
    kf_fl_text xml = {0};
    kf_jb_page page;
    size_t count = 0;
    if (!kf_jb_page_parameters(call, &page))
        return;
    kf_fl_puts(&xml, KF_JB_HEAD "<log-instance-list");
    for (size_t i = 0; i < logs->count; i++) {
        if (!wanted(call, logs->items[i], nodes) || !kf_jb_on_page(&page))
            continue;
        kf_fl_puts(&xml, count++ == 0 ? ">" : "");
        kf_jb_put_log(&xml, logs->items[i]);
    }
    kf_fl_puts(&xml, count == 0 ? "/>" : "</log-instance-list>");
    kf_jb_reply(call, &xml);
}

/* The active instances in which a variable was set. Without a page there is nothing. */
void kf_jb_list_instances(kf_sb_call *call)
{
    const kf_sb_vector *logs = &call->sandbox->jbpm->logs;
    int64_t last = 0;
    kf_fl_text xml = {0};
    kf_jb_page page;
    if (!kf_jb_page_parameters(call, &page))
        return;
    kf_fl_puts(&xml, KF_JB_HEAD "<process-instance-list><command-name>FindProcessInstanceCommand</command-name>");
    for (size_t i = 0; i < logs->count && page.page > 0; i++) {
        const kf_jb_log *log = logs->items[i];
        if (log->name == NULL || log->instance->state != 1 || log->instance->id == last || !wanted(call, log, false) ||
            !kf_jb_on_page(&page))
            continue;
        last = log->instance->id;
        kf_fl_puts(&xml, "<process-instance>");
        kf_jb_put_instance(&xml, log->instance);
        kf_fl_puts(&xml, "</process-instance>");
    }
    kf_fl_puts(&xml, "</process-instance-list>");
    kf_jb_reply(call, &xml);
}
