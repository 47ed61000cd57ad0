/* Making a worker for KuFlow's tasks, and what its handlers may do beyond other workers'. */
#include "client/state.h"
#include "core/fail.h"
#include "core/options.h"
#include "core/utf8.h"
#include "services/kuflow/worker_task.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MOST 255
#define MAX_FAILURES 3
#define PERIOD_MS INT64_C(300000)

void kuflow_worker_options_init(kuflow_worker_options *options, size_t size)
{
    kf_options_clear(options, size);
}

static const char *refuses(void *source, const kf_job *job, const kf_end *end)
{
    (void)source;
    (void)job;
    if (end->outcome == KF_OUTCOME_BPMN_ERROR)
        return "tasks of KuFlow have no BPMN errors: write the case into the task's data and complete it, or let it "
               "fail";
    if (end->outcome == KF_OUTCOME_TERMINATED)
        return "tasks of KuFlow cannot be terminated: complete the task, or let it fail";
    return NULL;
}

static void free_source(void *user)
{
    kuflow_source *source = user;
    kf_claims_free(&source->claims);
    kf_arena_free(kf_arena_of(source));
}

const kf_source_ops kuflow_worker_ops = {
    .engine = "KuFlow",
    .acquire = kuflow_task_acquire,
    .begin = kuflow_task_begin,
    .report = kuflow_task_report,
    .refuses = refuses,
    .get = kuflow_task_get,
    .set = kuflow_task_set,
    .tend = kuflow_worker_register,
    .free_data = kuflow_task_free,
    .free = free_source,
};

/* The options */

static kf_status check_text(const char *name, const char *text, size_t least, size_t most, kf_error *error)
{
    size_t left = text == NULL ? 0 : strlen(text), count = 0, bytes;
    for (; left > 0; text += bytes, left -= bytes, count++) {
        if ((bytes = kf_utf8_length(text, left)) == 0)
            return kf_fail(error, KF_ERROR_ARGUMENT, "%s is not valid UTF-8", name);
    }
    if (text == NULL || (count >= least && count <= most))
        return KF_OK;
    return kf_fail(error, KF_ERROR_ARGUMENT, "%s must have %zu to %zu characters", name, least, most);
}

static kf_status check_uuid(const char *name, const char *text, kf_error *error)
{
    if (text == NULL || kf_uuid_valid(text))
        return KF_OK;
    return kf_fail(error, KF_ERROR_ARGUMENT, "%s must be a UUID", name);
}

static kf_status check(const kuflow_worker_options *options, kf_error *error)
{
    kf_status status = KF_OK;
    if (options->size == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "options must begin with KUFLOW_WORKER_OPTIONS_INIT");
    if (options->max_failures < 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "max_failures must not be negative");
    if ((status = check_uuid("tenant_id", options->tenant_id, error)) != KF_OK ||
        (status = check_uuid("resume_owner_id", options->resume_owner_id, error)) != KF_OK ||
        (status = check_uuid("installation_id", options->installation_id, error)) != KF_OK ||
        (status = check_text("identity", options->identity, 1, TEXT_MOST, error)) != KF_OK ||
        (status = check_text("task_queue", options->task_queue, 1, TEXT_MOST, error)) != KF_OK ||
        (status = check_text("hostname", options->hostname, 1, TEXT_MOST, error)) != KF_OK ||
        (status = check_text("ip", options->ip, 7, 40, error)) != KF_OK)
        return status;
    if (options->robot_ids.count > 0 && options->robot_ids.items == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "robot_ids has a count, but no items");
    for (size_t i = 0; status == KF_OK && i < options->robot_ids.count; i++) {
        const char *id = options->robot_ids.items[i];
        status = check_uuid("each of robot_ids", id == NULL ? "" : id, error);
    }
    return status;
}

/* A copy in the arena; NULL for NULL. *ok turns false when memory is short. */
static const char *copy(kf_arena *arena, const char *text, bool *ok)
{
    if (text == NULL)
        return NULL;
    char *target = kf_arena_text(arena, strlen(text) + 1);
    *ok = *ok && target != NULL;
    return target == NULL ? NULL : strcpy(target, text);
}

static bool copy_robots(kf_arena *arena, kuflow_worker_create_params *params, const kf_string_list *robots)
{
    bool ok = true;
    if (robots->count == 0)
        return true;
    const char **ids = kf_arena_alloc(arena, robots->count * sizeof(*ids));
    for (size_t i = 0; ids != NULL && i < robots->count; i++)
        ids[i] = copy(arena, robots->items[i], &ok);
    params->robot_ids = ids;
    params->robot_ids_count = robots->count;
    return ok && ids != NULL;
}

/* What is announced. */
static bool fill_params(kf_arena *arena, kuflow_source *source, const char *name, const kuflow_worker_options *options)
{
    kuflow_worker_create_params *params = &source->params;
    char host[TEXT_MOST + 1] = "", identity[1024], ip[KUFLOW_IP_SIZE] = "";
    bool ok = true;
    if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0')
        strcpy(host, "localhost");
    snprintf(identity, sizeof(identity), "%s@%s", name, host);
    if (options->ip == NULL && !options->no_registration)
        kuflow_worker_find_ip(ip);
    params->identity = copy(arena, options->identity != NULL ? options->identity : identity, &ok);
    params->task_queue = copy(arena, options->task_queue != NULL ? options->task_queue : name, &ok);
    params->hostname = copy(arena, options->hostname != NULL ? options->hostname : host, &ok);
    params->ip = copy(arena, options->ip != NULL ? options->ip : ip, &ok);
    params->installation_id = copy(arena, options->installation_id, &ok);
    params->tenant_id = source->tenant_id;
    return copy_robots(arena, params, &options->robot_ids) && ok;
}

/* NULL: no memory. */
static kuflow_source *new_source(kf_client *client, const char *name, const kuflow_worker_options *options)
{
    kf_arena *arena = kf_arena_new(sizeof(kuflow_source), sizeof(kuflow_source) + 1024);
    if (arena == NULL)
        return NULL;
    kuflow_source *source = kf_arena_root(arena);
    char uuid[KF_UUID_TEXT_SIZE];
    const int failures = options->max_failures > 0 ? options->max_failures : MAX_FAILURES;
    bool ok = true;
    source->client = client;
    source->tenant_id = copy(arena, options->tenant_id, &ok);
    source->resume_owner_id = copy(arena, options->resume_owner_id, &ok);
    source->only_worker = options->only_worker;
    source->no_registration = options->no_registration;
    source->period_ms = PERIOD_MS;
    kf_uuid_new(uuid);
    snprintf(source->mark, sizeof(source->mark), "%.8s%.4s", uuid, uuid + 9);
    if (!fill_params(arena, source, name, options) || !ok ||
        !kf_claims_init(&source->claims, &client->core->clock, sizeof(kuflow_held), failures)) {
        kf_arena_free(arena);
        return NULL;
    }
    return source;
}

kf_status kuflow_worker_new(kf_client *client, const kf_worker_options *options, const kuflow_worker_options *kuflow,
                            kf_worker **worker, kf_error *error)
{
    kuflow_worker_options own = KUFLOW_WORKER_OPTIONS_INIT;
    kf_worker_options common = KF_WORKER_OPTIONS_INIT;
    kf_error_clear(error);
    if (worker != NULL)
        *worker = NULL;
    if (worker == NULL || client == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "client and worker must not be NULL");
    if (options != NULL)
        memcpy(&common, options, options->size < sizeof(common) ? options->size : sizeof(common));
    if (kuflow != NULL) {
        memcpy(&own, kuflow, kuflow->size < sizeof(own) ? kuflow->size : sizeof(own));
        own.size = kuflow->size;
    }
    kf_status status = check(&own, error);
    if (status != KF_OK)
        return status;
    kuflow_source *source = new_source(client, common.name != NULL ? common.name : "kuflow", &own);
    if (source == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    status = kf_worker_new(client, options, &kuflow_worker_ops, source, worker, error);
    if (status == KF_OK)
        source->worker = *worker;
    return status;
}

/* In handlers */

const kuflow_process_item *kuflow_job_task(const kf_job *job)
{
    const kuflow_task *task = job == NULL ? NULL : kuflow_task_of(job);
    return task == NULL ? NULL : task->item;
}

kf_status kuflow_job_log(kf_job *job, kuflow_process_item_task_log_level level, const char *message, kf_error *error)
{
    const kuflow_process_item_task_append_log_params params = {.message = message, .level = level};
    kf_error_clear(error);
    if (job == NULL || kuflow_task_of(job) == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the job is not a task of KuFlow");
    return kuflow_append_process_item_task_log(kf_job_client(job), kf_job_id(job), &params, NULL, error);
}
