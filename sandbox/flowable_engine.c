/* Flowable's engine: models, instances, and what follows when a job is over. */
#include "flowable.h"

#include <stdlib.h>
#include <string.h>

#define RETRY_MS 10000 /* until an outcome that failed is tried again */

/* Models */

static void free_model(kf_fl_model *model)
{
    for (size_t i = 0; i < model->task_count; i++) {
        free(model->tasks[i].id);
        free(model->tasks[i].name);
        free(model->tasks[i].starts);
        free(model->tasks[i].after);
        free(model->tasks[i].error_code);
    }
    free(model->tasks);
    free(model->key);
    free(model);
}

static bool copy_text(char **target, const char *text)
{
    *target = kf_sb_strdup(text);
    return text == NULL || *target != NULL;
}

static bool copy_task(kf_flowable *flowable, kf_fl_task *copy, const kf_sandbox_flowable_task *task)
{
    *copy = (kf_fl_task){.on = task->on, .exclusive = task->exclusive, .count = task->count > 0 ? task->count : 1};
    if (task->topic != NULL)
        copy->topic = kf_fl_topic_of(flowable, kf_fl_slice_of(task->topic), true);
    return copy_text(&copy->id, task->id) && copy_text(&copy->name, task->name) &&
           copy_text(&copy->starts, task->starts) && copy_text(&copy->after, task->after) &&
           copy_text(&copy->error_code, task->error_code) && (task->topic == NULL || copy->topic != NULL);
}

bool kf_fl_deploy(kf_flowable *flowable, const kf_sandbox_flowable_model *model)
{
    kf_fl_model *copy = calloc(1, sizeof(*copy));
    if (copy == NULL)
        return false;
    const kf_fl_model *former = kf_fl_model_of(flowable, model->is_case, model->key);
    copy->is_case = model->is_case;
    copy->version = former == NULL ? 1 : former->version + 1;
    copy->tasks = calloc(model->task_count + 1, sizeof(*copy->tasks));
    bool ok = copy->tasks != NULL && copy_text(&copy->key, model->key);
    for (size_t i = 0; ok && i < model->task_count; i++) {
        copy->task_count++;
        ok = copy_task(flowable, &copy->tasks[i], &model->tasks[i]);
    }
    if (!ok) {
        free_model(copy);
        return false;
    }
    copy->number = ++flowable->definition_number;
    copy->next = flowable->models;
    flowable->models = copy;
    return true;
}

const kf_fl_model *kf_fl_model_of(const kf_flowable *flowable, bool is_case, const char *key)
{
    const kf_fl_model *model = flowable->models;
    while (model != NULL && (model->is_case != is_case || strcmp(model->key, key) != 0))
        model = model->next;
    return model;
}

void kf_fl_put_definition(kf_fl_text *text, const kf_flowable *flowable, const kf_fl_model *model)
{
    char id[KF_SB_ID];
    kf_fl_id(flowable, KF_FL_ID_DEFINITION, model->number, id);
    if (!model->is_case) {
        kf_fl_put_escaped(text, kf_fl_slice_of(model->key));
        kf_fl_printf(text, ":%d:", model->version);
    }
    kf_fl_puts(text, id);
}

/* Instances */

static bool begin_next(kf_flowable *flowable, kf_fl_instance *instance, const kf_fl_task *task,
                       kf_sandbox_flowable_end outcome, const kf_fl_task *only);
static bool begin_tasks(kf_flowable *flowable, kf_fl_instance *instance);

static void free_instance(kf_fl_instance *instance)
{
    kf_fl_variables_free(instance->variables);
    free(instance);
}

/* An instance without jobs. */
static kf_fl_instance *new_instance(kf_flowable *flowable, const kf_fl_model *model, const char *tenant)
{
    size_t length = tenant == NULL ? 0 : strlen(tenant);
    kf_fl_instance *instance = calloc(1, sizeof(*instance) + length + 1);
    if (instance == NULL)
        return NULL;
    instance->entry.number = flowable->instance_number + 1;
    instance->model = model;
    instance->start_ms = kf_fl_now(flowable);
    if (length > 0)
        memcpy(instance->tenant, tenant, length);
    if (!kf_fl_insert(&flowable->instances, &instance->entry)) {
        free(instance);
        return NULL;
    }
    flowable->instance_number++;
    return instance;
}

/* Its jobs, and the cases that it has started. */
static void drop_contents(kf_flowable *flowable, kf_fl_instance *instance)
{
    while (instance->jobs != NULL)
        kf_fl_job_free(flowable, instance->jobs);
    while (instance->child != NULL) {
        kf_fl_instance *child = instance->child;
        instance->child = child->sibling;
        child->parent = NULL;
        kf_fl_end(flowable, child);
    }
}

/* Takes an instance back that could not be started. */
static void undo_instance(kf_flowable *flowable, kf_fl_instance *instance)
{
    drop_contents(flowable, instance);
    kf_fl_remove(&flowable->instances, &instance->entry);
    free_instance(instance);
}

static void leave_parent(kf_fl_instance *instance)
{
    if (instance->parent == NULL)
        return;
    kf_fl_instance **place = &instance->parent->child;
    while (*place != instance)
        place = &(*place)->sibling;
    *place = instance->sibling;
    instance->parent = NULL;
}

static bool begin_case(kf_flowable *flowable, kf_fl_instance *instance, const kf_fl_task *task)
{
    const kf_fl_model *model = kf_fl_model_of(flowable, true, task->starts);
    if (model == NULL) /* nothing to wait for */
        return begin_next(flowable, instance, task, KF_SANDBOX_FLOWABLE_ON_COMPLETE, NULL);
    kf_fl_instance *child = new_instance(flowable, model, instance->tenant);
    if (child == NULL)
        return false;
    if (!begin_tasks(flowable, child)) {
        undo_instance(flowable, child);
        return false;
    }
    if (child->jobs == NULL && child->child == NULL) {
        kf_fl_end(flowable, child);
        return begin_next(flowable, instance, task, KF_SANDBOX_FLOWABLE_ON_COMPLETE, NULL);
    }
    child->parent = instance;
    child->parent_task = task;
    child->sibling = instance->child;
    instance->child = child;
    return true;
}

static bool begin_task(kf_flowable *flowable, kf_fl_instance *instance, const kf_fl_task *task)
{
    if (task->starts != NULL)
        return begin_case(flowable, instance, task);
    if (task->topic == NULL) /* over at once */
        return begin_next(flowable, instance, task, KF_SANDBOX_FLOWABLE_ON_COMPLETE, NULL);
    for (int i = 0; i < task->count; i++) {
        if (kf_fl_job_new(flowable, instance, task) == NULL)
            return false;
    }
    return true;
}

static bool begin_tasks(kf_flowable *flowable, kf_fl_instance *instance)
{
    for (size_t i = 0; i < instance->model->task_count; i++) {
        if (instance->model->tasks[i].after == NULL && !begin_task(flowable, instance, &instance->model->tasks[i]))
            return false;
    }
    return true;
}

kf_fl_instance *kf_fl_start(kf_flowable *flowable, const kf_fl_model *model, const char *tenant,
                            kf_fl_variable *variables)
{
    kf_fl_instance *instance = new_instance(flowable, model, tenant);
    if (instance == NULL) {
        kf_fl_variables_free(variables);
        return NULL;
    }
    instance->variables = variables;
    if (!begin_tasks(flowable, instance)) {
        undo_instance(flowable, instance);
        return NULL;
    }
    if (instance->jobs == NULL && instance->child == NULL)
        kf_fl_end(flowable, instance);
    return instance;
}

void kf_fl_forget(kf_flowable *flowable)
{
    while (flowable->ended_count > flowable->history) {
        kf_fl_instance *oldest = flowable->oldest_ended;
        flowable->oldest_ended = oldest->later;
        flowable->ended_count--;
        kf_fl_remove(&flowable->instances, &oldest->entry);
        free_instance(oldest);
    }
}

void kf_fl_end(kf_flowable *flowable, kf_fl_instance *instance)
{
    drop_contents(flowable, instance);
    leave_parent(instance);
    instance->ended = true;
    *(flowable->ended_count == 0 ? &flowable->oldest_ended : &flowable->latest_ended->later) = instance;
    flowable->latest_ended = instance;
    flowable->ended_count++;
}

void kf_fl_suspend(kf_flowable *flowable, kf_fl_instance *instance, bool suspended)
{
    instance->suspended = suspended;
    for (kf_fl_job *job = instance->jobs; job != NULL; job = job->next) {
        if (suspended && job->state != KF_FL_DEAD && job->state != KF_FL_SUSPENDED) {
            kf_fl_withdraw(flowable, job);
            job->resumed = job->state;
            kf_fl_set_state(flowable, job, KF_FL_SUSPENDED);
        } else if (!suspended && job->state == KF_FL_SUSPENDED) {
            kf_fl_set_state(flowable, job, job->resumed);
            kf_fl_unlock(flowable, job);
        }
    }
}

/* What follows */

static bool follows(const kf_fl_task *next, const kf_fl_task *task, kf_sandbox_flowable_end outcome)
{
    return next->after != NULL && strcmp(next->after, task->id) == 0 && next->on == outcome;
}

/* The task that a BPMN error leads to: one for this very code before one for any. */
static const kf_fl_task *catcher(const kf_fl_instance *instance, const kf_fl_task *task, const char *code)
{
    const kf_fl_task *any = NULL;
    bool given = code != NULL && code[0] != '\0';
    for (size_t i = 0; i < instance->model->task_count; i++) {
        const kf_fl_task *next = &instance->model->tasks[i];
        if (!follows(next, task, KF_SANDBOX_FLOWABLE_ON_ERROR))
            continue;
        if (!given || (next->error_code != NULL && strcmp(next->error_code, code) == 0))
            return next;
        if (next->error_code == NULL && any == NULL)
            any = next;
    }
    return any;
}

/* Begins what follows a task; false: no memory, and nothing has begun. */
static bool begin_next(kf_flowable *flowable, kf_fl_instance *instance, const kf_fl_task *task,
                       kf_sandbox_flowable_end outcome, const kf_fl_task *only)
{
    uint32_t before = flowable->job_number;
    kf_fl_instance *child = instance->child;
    bool ok = true;
    for (size_t i = 0; ok && i < instance->model->task_count; i++) {
        const kf_fl_task *next = &instance->model->tasks[i];
        if (only != NULL ? next == only : follows(next, task, outcome))
            ok = begin_task(flowable, instance, next);
    }
    while (!ok && instance->jobs != NULL && instance->jobs->entry.number > before)
        kf_fl_job_free(flowable, instance->jobs); /* the latest come first */
    while (!ok && instance->child != child) {
        kf_fl_instance *begun = instance->child;
        instance->child = begun->sibling;
        begun->parent = NULL;
        undo_instance(flowable, begun);
    }
    return ok;
}

static void end_if_done(kf_flowable *flowable, kf_fl_instance *instance)
{
    if (instance->jobs != NULL || instance->child != NULL)
        return;
    kf_fl_instance *parent = instance->parent;
    const kf_fl_task *task = instance->parent_task;
    kf_fl_end(flowable, instance);
    if (parent == NULL)
        return;
    begin_next(flowable, parent, task, KF_SANDBOX_FLOWABLE_ON_COMPLETE, NULL);
    end_if_done(flowable, parent);
}

/* The job stays, to be tried again a few times. */
static void put_off(kf_flowable *flowable, kf_fl_job *job, const char *message)
{
    free(job->message);
    job->message = kf_fl_escaped(kf_fl_slice_of(message), 2000);
    if (job->retries > 0)
        job->retries--;
    kf_fl_set_state(flowable, job, job->retries == 0 ? KF_FL_DEAD : KF_FL_TIMER);
    job->due_ms = kf_fl_now(flowable) + RETRY_MS;
}

static void uncaught(kf_flowable *flowable, kf_fl_job *job)
{
    char text[400];
    if (job->error_code == NULL || job->error_code[0] == '\0')
        snprintf(text, sizeof(text), "Error Code must not be %s.", job->error_code == NULL ? "null" : "empty");
    else
        snprintf(text, sizeof(text),
                 "No catching boundary event found for error with errorCode '%.200s', neither in "
                 "same process nor in parent process",
                 job->error_code);
    put_off(flowable, job, text);
}

/* Another open job of the same element, when the element has several. */
static kf_fl_job *sibling_of(const kf_fl_job *job)
{
    kf_fl_job *other = job->task->count > 1 ? job->instance->jobs : NULL;
    while (other != NULL && (other == job || other->task != job->task))
        other = other->next;
    return other;
}

void kf_fl_carry_out(kf_flowable *flowable, kf_fl_job *job)
{
    kf_fl_instance *instance = job->instance;
    const kf_fl_task *caught = NULL;
    if (job->outcome == KF_SANDBOX_FLOWABLE_ON_ERROR) {
        caught = catcher(instance, job->task, job->error_code);
        if (caught == NULL) {
            uncaught(flowable, job);
            return;
        }
    }
    bool last = caught != NULL || sibling_of(job) == NULL;
    if (last && !begin_next(flowable, instance, job->task, job->outcome, caught)) {
        put_off(flowable, job, "Memory is short");
        return;
    }
    kf_fl_set_variables(&instance->variables, job->variables);
    job->variables = NULL;
    for (kf_fl_job *other; caught != NULL && (other = sibling_of(job)) != NULL;)
        kf_fl_job_free(flowable, other); /* the error interrupts them all */
    kf_fl_job_free(flowable, job);
    end_if_done(flowable, instance);
}

void kf_fl_accept(kf_flowable *flowable, kf_fl_job *job, kf_sandbox_flowable_end outcome, char *error_code,
                  kf_fl_variable *variables)
{
    kf_fl_withdraw(flowable, job);
    if (job->task->exclusive)
        job->instance->lock_ms = 0;
    kf_fl_set_state(flowable, job, KF_FL_ASYNC);
    job->decided = true;
    job->outcome = outcome;
    job->error_code = error_code;
    job->variables = variables;
    job->retries = 3;
    if (flowable->accepted[job->entry.number] < UINT8_MAX)
        flowable->accepted[job->entry.number]++;
    flowable->counts.completed += outcome == KF_SANDBOX_FLOWABLE_ON_COMPLETE;
    flowable->counts.bpmn_errors += outcome == KF_SANDBOX_FLOWABLE_ON_ERROR;
    flowable->counts.terminated += outcome == KF_SANDBOX_FLOWABLE_ON_TERMINATE;
    if (flowable->sweep_ms >= 0)
        kf_fl_carry_out(flowable, job);
}

void kf_fl_bury(kf_flowable *flowable, kf_fl_job *job)
{
    kf_fl_withdraw(flowable, job);
    kf_fl_set_state(flowable, job, KF_FL_DEAD);
    job->retries = 0;
    job->create_ms = kf_fl_now(flowable);
}

void kf_fl_revive(kf_flowable *flowable, kf_fl_job *job)
{
    job->retries = 3;
    job->create_ms = kf_fl_now(flowable);
    kf_fl_set_state(flowable, job, job->decided ? KF_FL_ASYNC : KF_FL_EXTERNAL);
    if (!job->decided)
        kf_fl_set_free(flowable, job);
    else if (flowable->sweep_ms >= 0)
        kf_fl_carry_out(flowable, job);
}

void kf_fl_engine_free(kf_flowable *flowable)
{
    for (size_t i = 0; i < flowable->instances.bucket_count; i++) {
        for (kf_fl_entry *entry = flowable->instances.buckets[i], *next; entry != NULL; entry = next) {
            kf_fl_instance *instance = (kf_fl_instance *)entry;
            next = entry->chain;
            while (instance->jobs != NULL)
                kf_fl_job_free(flowable, instance->jobs);
            free_instance(instance);
        }
    }
    free(flowable->instances.buckets);
    free(flowable->jobs.buckets);
    while (flowable->models != NULL) {
        kf_fl_model *next = flowable->models->next;
        free_model(flowable->models);
        flowable->models = next;
    }
}
