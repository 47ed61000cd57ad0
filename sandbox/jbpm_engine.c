/* How jBPM's process instances go from node to node. */
#include "jbpm.h"

#include <stdlib.h>
#include <string.h>

static kf_jb_log *add_log(kf_jbpm *jbpm, const kf_jb_instance *instance, int type, size_t place, const char *name,
                          const char *value)
{
    kf_jb_log *log = calloc(1, sizeof(*log));
    bool ok = log != NULL;
    if (ok) {
        *log = (kf_jb_log){.id = 1 + (name == NULL ? jbpm->last_node_log : jbpm->last_variable_log),
                           .at_ms = kf_jb_now(jbpm),
                           .instance = instance,
                           .type = type,
                           .place = place,
                           .name = kf_sb_strdup(name),
                           .value = kf_sb_strdup(value)};
        ok = (name == NULL || (log->name != NULL && log->value != NULL)) && kf_sb_push(&jbpm->logs, log);
    }
    if (ok) {
        (*(name == NULL ? &jbpm->last_node_log : &jbpm->last_variable_log))++;
        return log;
    }
    jbpm->no_memory = true;
    if (log != NULL) {
        free(log->name);
        free(log->value);
        free(log);
    }
    return NULL;
}

static void set_variable(kf_jbpm *jbpm, kf_jb_instance *instance, const char *name, const kf_jb_value *value)
{
    if (kf_jb_put(jbpm, &instance->variables, name, value->java, value->text))
        add_log(jbpm, instance, 0, 0, name, value->text);
}

/* The parameters that a node takes from its instance. */
static void put_inputs(kf_jbpm *jbpm, kf_jb_map *map, const kf_jb_instance *instance, const kf_jb_node *node)
{
    for (size_t i = 0; node->inputs[i] != NULL; i++) {
        const kf_jb_value *value = kf_jb_find(&instance->variables, node->inputs[i]);
        if (value != NULL)
            kf_jb_put(jbpm, map, node->inputs[i], value->java, value->text);
    }
}

static void put_text(kf_jbpm *jbpm, kf_jb_map *map, const char *name, const char *text)
{
    if (text != NULL)
        kf_jb_put(jbpm, map, name, KF_JB_STRING, text);
}

static int64_t add_work(kf_jbpm *jbpm, kf_jb_instance *instance, const kf_jb_node *node)
{
    kf_jb_work *work = calloc(1, sizeof(*work));
    if (work == NULL) {
        jbpm->no_memory = true;
        return -1;
    }
    *work = (kf_jb_work){.id = jbpm->last_work + 1, .instance = instance, .node = node, .open = true};
    if (!kf_sb_push(&jbpm->works, work)) {
        free(work);
        jbpm->no_memory = true;
        return -1;
    }
    char priority[16];
    snprintf(priority, sizeof(priority), "%d", node->priority);
    if (node->kind == KF_JB_TASK) {
        put_text(jbpm, &work->parameters, "BusinessAdministratorId", node->administrator);
        put_text(jbpm, &work->parameters, "Comment", node->comment);
        put_text(jbpm, &work->parameters, "TaskName", node->task_name);
        put_text(jbpm, &work->parameters, "NodeName", node->name);
        put_text(jbpm, &work->parameters, "Priority", node->priority != 0 ? priority : NULL);
        put_text(jbpm, &work->parameters, "Skippable", node->output != NULL ? "true" : NULL);
        put_text(jbpm, &work->parameters, "ActorId", node->actor);
        put_text(jbpm, &work->parameters, "GroupId", node->groups);
    } else {
        put_text(jbpm, &work->parameters, "mode", "urgent");
    }
    put_inputs(jbpm, &work->parameters, instance, node);
    instance->work = ++jbpm->last_work;
    return instance->work;
}

static void add_owners(kf_jbpm *jbpm, kf_jb_task *task, const kf_jb_node *node)
{
    char group[32];
    if (node->actor != NULL)
        kf_jb_add_owner(jbpm, task, 'u', node->actor);
    for (const char *at = node->groups; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, ",");
        snprintf(group, sizeof(group), "%.*s", (int)length, at);
        kf_jb_add_owner(jbpm, task, 'g', group);
        at += length + (at[length] == ',');
    }
}

static void add_task(kf_jbpm *jbpm, kf_jb_instance *instance, const kf_jb_node *node)
{
    kf_jb_task *task = calloc(1, sizeof(*task));
    int64_t work = add_work(jbpm, instance, node);
    if (task == NULL || work < 0 || !kf_sb_push(&jbpm->tasks, task)) {
        jbpm->no_memory = true;
        free(task);
        return;
    }
    *task = (kf_jb_task){.id = ++jbpm->last_task,
                         .created_ms = kf_jb_now(jbpm),
                         .work_item = work,
                         .instance = instance,
                         .node = node,
                         .output = -1,
                         .fault = -1};
    task->input = kf_jb_content_add(jbpm, &kf_jb_work_of(jbpm, work)->parameters);
    add_owners(jbpm, task, node);
    if (node->actor != NULL) { /* the only one who can have it */
        task->owner = kf_sb_strdup(node->actor);
        jbpm->no_memory = jbpm->no_memory || task->owner == NULL;
        task->status = KF_JB_RESERVED;
    } else if (node->groups != NULL) {
        task->status = KF_JB_READY;
    }
}

static void go_on(kf_jbpm *jbpm, kf_jb_instance *instance);

static void end(kf_jbpm *jbpm, kf_jb_instance *instance, int state)
{
    instance->state = state;
    instance->end_ms = kf_jb_now(jbpm);
    if (instance->parent != NULL && instance->parent->state == 1)
        kf_jb_finish(jbpm, instance->parent, &instance->variables);
}

static void call(kf_jbpm *jbpm, kf_jb_instance *instance, const kf_jb_node *node)
{
    kf_jb_map variables = {NULL, 0};
    put_inputs(jbpm, &variables, instance, node);
    kf_jb_start(jbpm, kf_jb_model_of(node->target), &variables, instance->identity, instance);
    kf_jb_map_free(&variables);
}

/* What a script sees of a variable. */
static const char *class_of(const kf_jb_instance *instance, const char *name)
{
    static const char *const classes[] = {"java.lang.String", "java.lang.Long", "java.lang.Integer",
                                          "java.lang.Boolean", "java.lang.Double"};
    const kf_jb_value *value = kf_jb_find(&instance->variables, name);
    return value == NULL ? "none" : classes[value->java];
}

/* Enters the node that is next, or ends; afterwards the one before it is left, as the history shows it. */
static void go_on(kf_jbpm *jbpm, kf_jb_instance *instance)
{
    size_t place = instance->at + 1;
    const kf_jb_node *node = &instance->model->nodes[instance->at];
    char text[64];
    if (instance->at == sizeof(instance->model->nodes) / sizeof(*node) || node->id == NULL) {
        add_log(jbpm, instance, 0, place, NULL, NULL);
        end(jbpm, instance, 2);
        add_log(jbpm, instance, 1, place, NULL, NULL);
        return;
    }
    add_log(jbpm, instance, 0, place, NULL, NULL);
    switch (node->kind) {
    case KF_JB_TASK:
        add_task(jbpm, instance, node);
        break;
    case KF_JB_WORK:
        add_work(jbpm, instance, node);
        break;
    case KF_JB_CALL:
        call(jbpm, instance, node);
        break;
    case KF_JB_PASS:
        snprintf(text, sizeof(text), "%s %s", class_of(instance, "employee"), class_of(instance, "age"));
        set_variable(jbpm, instance, "result", &(kf_jb_value){.text = text, .java = KF_JB_STRING});
        kf_jb_finish(jbpm, instance, NULL);
        break;
    default:
        break;
    }
}

kf_jb_instance *kf_jb_start(kf_jbpm *jbpm, const kf_jb_model *model, const kf_jb_map *variables, const char *identity,
                            kf_jb_instance *parent)
{
    kf_jb_instance *instance = calloc(1, sizeof(*instance));
    if (instance == NULL || !kf_sb_push(&jbpm->instances, instance)) {
        jbpm->no_memory = true;
        free(instance);
        return NULL;
    }
    *instance = (kf_jb_instance){.id = ++jbpm->last_instance,
                                 .start_ms = kf_jb_now(jbpm),
                                 .model = model,
                                 .parent = parent,
                                 .state = 1,
                                 .identity = identity};
    for (size_t i = 0; i < variables->count; i++)
        set_variable(jbpm, instance, variables->values[i].name, &variables->values[i]);
    add_log(jbpm, instance, 0, 0, NULL, NULL);
    go_on(jbpm, instance);
    add_log(jbpm, instance, 1, 0, NULL, NULL);
    return instance;
}

void kf_jb_finish(kf_jbpm *jbpm, kf_jb_instance *instance, const kf_jb_map *results)
{
    const kf_jb_node *node = &instance->model->nodes[instance->at];
    const kf_jb_value *value = node->output == NULL ? NULL : kf_jb_find(results, node->output);
    if (value != NULL)
        set_variable(jbpm, instance, "result", value);
    size_t place = ++instance->at;
    int64_t work = node->kind == KF_JB_TASK || node->kind == KF_JB_WORK ? instance->work : 0;
    go_on(jbpm, instance);
    kf_jb_log *log = add_log(jbpm, instance, 1, place, NULL, NULL);
    if (log != NULL)
        log->work = work;
}

void kf_jb_abort(kf_jbpm *jbpm, kf_jb_instance *instance)
{
    instance->state = 3;
    instance->end_ms = kf_jb_now(jbpm);
    for (size_t i = 0; i < jbpm->tasks.count; i++) {
        kf_jb_task *task = jbpm->tasks.items[i];
        if (task->instance == instance && task->status < KF_JB_COMPLETED) {
            task->previous = task->status;
            task->status = KF_JB_EXITED;
        }
    }
    for (size_t i = 0; i < jbpm->works.count; i++) {
        kf_jb_work *work = jbpm->works.items[i];
        work->open = work->open && work->instance != instance;
    }
    for (size_t i = 0; i < jbpm->instances.count; i++) {
        kf_jb_instance *child = jbpm->instances.items[i];
        if (child->parent == instance && child->state == 1)
            kf_jb_abort(jbpm, child);
    }
}

void kf_jb_signal(kf_jbpm *jbpm, kf_jb_instance *only, const char *signal, const kf_jb_value *event)
{
    for (size_t i = 0; i < jbpm->instances.count; i++) {
        kf_jb_instance *instance = jbpm->instances.items[i];
        const kf_jb_node *node = &instance->model->nodes[instance->at];
        if (instance->state != 1 || (only != NULL && instance != only) || node->kind != KF_JB_WAIT ||
            strcmp(node->target, signal) != 0)
            continue;
        kf_jb_value named = {.name = (char *)node->output};
        if (event != NULL) {
            named.text = event->text;
            named.java = event->java;
        }
        const kf_jb_map results = {&named, event != NULL ? 1 : 0};
        kf_jb_finish(jbpm, instance, &results);
    }
}
