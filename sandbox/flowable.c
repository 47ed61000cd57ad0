/* Flowable as the sandbox's user sees it: start and stop, models, instances, and what happened. */
#include "flowable.h"

#include <stdlib.h>
#include <string.h>

static bool set_user(kf_fl_user *user, const char *scheme, const char *name, const char *password, bool may)
{
    if (name == NULL)
        return true;
    char *authorization = kf_sb_credential(scheme, name, password);
    if (authorization == NULL)
        return false;
    free(user->authorization);
    *user = (kf_fl_user){authorization, may};
    return true;
}

bool kf_fl_new(kf_sandbox *sandbox, const kf_sandbox_options *options)
{
    const char *password = options->flowable_password;
    kf_flowable *flowable = calloc(1, sizeof(*flowable));
    char id[KF_UUID_TEXT_SIZE];
    if (flowable == NULL)
        return false;
    sandbox->flowable = flowable;
    flowable->sandbox = sandbox;
    flowable->tls = options->tls_certificate_pem != NULL;
    flowable->sweep_ms = options->flowable_sweep_ms == 0 ? 1000 : options->flowable_sweep_ms;
    flowable->history = options->flowable_history > 0 ? (size_t)options->flowable_history : 1000;
    flowable->sweep_base_ms = kf_fl_now(flowable);
    flowable->next_sweep_ms = flowable->sweep_base_ms + flowable->sweep_ms;
    kf_uuid_new(id);
    flowable->node = strtoull(id + 24, NULL, 16);
    flowable->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return flowable->locale != (locale_t)0 &&
           set_user(&flowable->users[0], "Basic", KF_SANDBOX_FLOWABLE_USER,
                    password == NULL ? KF_SANDBOX_FLOWABLE_PASSWORD : password, true) &&
           set_user(&flowable->users[1], "Basic", KF_SANDBOX_FLOWABLE_GUEST, KF_SANDBOX_FLOWABLE_PASSWORD, false) &&
           set_user(&flowable->users[2], "Bearer", options->token, NULL, true) && kf_fl_seed(flowable);
}

void kf_fl_free(kf_flowable *flowable)
{
    if (flowable == NULL)
        return;
    kf_fl_engine_free(flowable);
    for (size_t i = 0; i < sizeof(flowable->topics) / sizeof(flowable->topics[0]); i++) {
        for (kf_fl_topic *topic = flowable->topics[i], *next; topic != NULL; topic = next) {
            next = topic->next;
            free(topic->free[0].jobs);
            free(topic->free[1].jobs);
            free(topic);
        }
    }
    for (size_t i = 0; i < sizeof(flowable->users) / sizeof(flowable->users[0]); i++)
        free(flowable->users[i].authorization);
    if (flowable->locale != (locale_t)0)
        freelocale(flowable->locale);
    free(flowable->locked.jobs);
    free(flowable->accepted);
    free(flowable);
}

int kf_fl_accepted(const kf_flowable *flowable, const char *id)
{
    uint32_t number = kf_fl_number(flowable, KF_FL_ID_JOB, id);
    return number < flowable->accepted_capacity ? flowable->accepted[number] : 0;
}

/* Every function below begins and ends with these. */
static kf_flowable *enter(kf_sandbox *sandbox)
{
    pthread_mutex_lock(&sandbox->mutex);
    kf_fl_tick(sandbox->flowable);
    return sandbox->flowable;
}

static void leave(kf_sandbox *sandbox)
{
    pthread_mutex_unlock(&sandbox->mutex);
}

const char *kf_sandbox_flowable_url(const kf_sandbox *sandbox)
{
    return sandbox->flowable_url;
}

kf_status kf_sandbox_flowable_set_password(kf_sandbox *sandbox, const char *password)
{
    kf_flowable *flowable = enter(sandbox);
    bool ok = password != NULL && set_user(&flowable->users[0], "Basic", KF_SANDBOX_FLOWABLE_USER, password, true);
    leave(sandbox);
    return ok ? KF_OK : password == NULL ? KF_ERROR_ARGUMENT : KF_ERROR_MEMORY;
}

/* Whether every task can be told apart and what it refers to is there. */
static bool valid(const kf_sandbox_flowable_model *model)
{
    if (model == NULL || model->key == NULL || (model->tasks == NULL && model->task_count > 0))
        return false;
    for (size_t i = 0; i < model->task_count; i++) {
        const kf_sandbox_flowable_task *task = &model->tasks[i];
        bool found = task->after == NULL;
        if (task->id == NULL)
            return false;
        for (size_t j = 0; j < model->task_count && model->tasks[j].id != NULL; j++) {
            if (j != i && strcmp(task->id, model->tasks[j].id) == 0)
                return false;
            found = found || strcmp(task->after, model->tasks[j].id) == 0;
        }
        if (!found)
            return false;
    }
    return true;
}

kf_status kf_sandbox_flowable_deploy(kf_sandbox *sandbox, const kf_sandbox_flowable_model *model)
{
    if (!valid(model))
        return KF_ERROR_ARGUMENT;
    bool ok = kf_fl_deploy(enter(sandbox), model);
    leave(sandbox);
    return ok ? KF_OK : KF_ERROR_MEMORY;
}

/* A list of variables as in a request. */
static kf_status read_list(kf_sandbox *sandbox, const char *json, kf_fl_variable **list)
{
    kf_sb_call call = {.sandbox = sandbox}; /* for the error that would be answered */
    kf_fl_document document = {0};
    char *copy = kf_sb_strdup(json);
    bool ok = copy != NULL && kf_fl_parse(&document, copy, strlen(copy)) && document.nodes->kind == KF_FL_ARRAY &&
              kf_fl_read_variables(&call, &document, document.nodes, list);
    bool memory = copy != NULL && !document.no_memory && !call.no_memory;
    kf_fl_document_free(&document);
    free(call.reply);
    free(copy);
    return ok ? KF_OK : memory ? KF_ERROR_ARGUMENT : KF_ERROR_MEMORY;
}

static kf_status start(kf_flowable *flowable, const char *key, const char *variables, const char *tenant,
                       char id[KF_UUID_TEXT_SIZE])
{
    const kf_fl_model *model = kf_fl_model_of(flowable, false, key);
    kf_fl_variable *list = NULL;
    if (model == NULL)
        model = kf_fl_model_of(flowable, true, key);
    if (model == NULL)
        return KF_ERROR_NOT_FOUND;
    kf_status status = variables == NULL ? KF_OK : read_list(flowable->sandbox, variables, &list);
    if (status != KF_OK)
        return status;
    const kf_fl_instance *instance = kf_fl_start(flowable, model, tenant, list);
    if (instance != NULL && id != NULL)
        kf_fl_id(flowable, KF_FL_ID_INSTANCE, instance->entry.number, id);
    return instance == NULL ? KF_ERROR_MEMORY : KF_OK;
}

kf_status kf_sandbox_flowable_start_instance(kf_sandbox *sandbox, const char *key, const char *variables,
                                             const char *tenant, char id[KF_UUID_TEXT_SIZE])
{
    if (key == NULL)
        return KF_ERROR_ARGUMENT;
    kf_flowable *flowable = enter(sandbox);
    locale_t former = uselocale(flowable->locale);
    kf_status status = start(flowable, key, variables, tenant, id);
    uselocale(former);
    leave(sandbox);
    return status;
}

void kf_sandbox_flowable_advance(kf_sandbox *sandbox, int64_t ms)
{
    kf_flowable *flowable = enter(sandbox);
    flowable->clock_offset_ms += ms > 0 ? ms : 0;
    kf_fl_tick(flowable);
    leave(sandbox);
}

void kf_sandbox_flowable_count(kf_sandbox *sandbox, kf_sandbox_flowable_counts *counts)
{
    kf_flowable *flowable = enter(sandbox);
    *counts = flowable->counts;
    counts->open = (int64_t)flowable->jobs.count;
    counts->instances = (int64_t)(flowable->instances.count - flowable->ended_count);
    leave(sandbox);
}

size_t kf_sandbox_flowable_locked(kf_sandbox *sandbox, const char *owner)
{
    size_t count = 0;
    const kf_flowable *flowable = enter(sandbox);
    char *prefix = kf_fl_escaped(kf_fl_slice_of(owner == NULL ? "" : owner), SIZE_MAX);
    for (size_t i = 0; prefix != NULL && i < flowable->locked.count; i++) {
        const kf_fl_job *job = flowable->locked.jobs[i];
        count += job->owner != NULL && strncmp(job->owner, prefix, strlen(prefix)) == 0;
    }
    free(prefix);
    leave(sandbox);
    return count;
}
