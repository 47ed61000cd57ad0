/* Making a worker for jBPM's tasks. */
#include "client/state.h"
#include "core/fail.h"
#include "core/options.h"
#include "services/jbpm/worker_task.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FAILURES 3

void jbpm_worker_options_init(jbpm_worker_options *options, size_t size)
{
    kf_options_clear(options, size);
}

static const char *refuses(void *source, const kf_job *job, const kf_end *end)
{
    (void)source;
    (void)job;
    if (end->outcome == KF_OUTCOME_BPMN_ERROR)
        return "tasks of jBPM have no BPMN errors: complete the task with a result that tells the case, or let it fail";
    if (end->outcome == KF_OUTCOME_TERMINATED)
        return "tasks of jBPM cannot be terminated: complete the task, or let it fail";
    return NULL;
}

static void free_source(void *user)
{
    jbpm_source *source = user;
    jbpm_worker_free_lists(source);
    kf_claims_free(&source->claims);
    free(source);
}

const kf_source_ops jbpm_worker_ops = {
    .engine = "jBPM",
    .acquire = jbpm_worker_acquire,
    .begin = jbpm_worker_begin,
    .report = jbpm_worker_report,
    .refuses = refuses,
    .get = jbpm_worker_get,
    .set = jbpm_worker_set,
    .free_data = jbpm_worker_free_job,
    .free = free_source,
};

static kf_status check(const jbpm_worker_options *options, kf_error *error)
{
    if (options->size == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "options must begin with JBPM_WORKER_OPTIONS_INIT");
    if (options->user == NULL || *options->user == '\0')
        return kf_fail(error, KF_ERROR_ARGUMENT, "user must name the user that the client logs in as");
    if (options->max_failures < 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "max_failures must not be negative");
    if ((int)options->profile < JBPM_6_0 || options->profile > JBPM_6_4)
        return kf_fail(error, KF_ERROR_ARGUMENT, "profile is not one of jbpm_profile");
    return KF_OK;
}

static jbpm_source *new_source(kf_client *client, const jbpm_worker_options *options)
{
    size_t length = strlen(options->user);
    jbpm_source *source = calloc(1, sizeof(*source) + length + 1);
    if (source == NULL)
        return NULL;
    if (!kf_claims_init(&source->claims, &client->core->clock, sizeof(kf_claim),
                        options->max_failures > 0 ? options->max_failures : MAX_FAILURES)) {
        free(source);
        return NULL;
    }
    source->profile = options->profile;
    source->resume = options->resume;
    memcpy(source->user, options->user, length);
    return source;
}

kf_status jbpm_worker_new(kf_client *client, const kf_worker_options *options, const jbpm_worker_options *jbpm,
                          kf_worker **worker, kf_error *error)
{
    jbpm_worker_options own = JBPM_WORKER_OPTIONS_INIT;
    kf_error_clear(error);
    if (worker != NULL)
        *worker = NULL;
    if (worker == NULL || client == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "client and worker must not be NULL");
    if (jbpm != NULL) {
        memcpy(&own, jbpm, jbpm->size < sizeof(own) ? jbpm->size : sizeof(own));
        own.size = jbpm->size;
    }
    kf_status status = check(&own, error);
    if (status != KF_OK)
        return status;
    jbpm_source *source = new_source(client, &own);
    if (source == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    status = kf_worker_new(client, options, &jbpm_worker_ops, source, worker, error);
    if (status == KF_OK)
        source->worker = *worker;
    return status;
}

const jbpm_task *jbpm_job_task(const kf_job *job)
{
    const jbpm_job *data = job == NULL ? NULL : jbpm_job_of(job);
    return data == NULL ? NULL : data->task;
}

const jbpm_variable *jbpm_job_parameters(const kf_job *job, size_t *count)
{
    const jbpm_job *data = job == NULL ? NULL : jbpm_job_of(job);
    const jbpm_content *content = data == NULL ? NULL : data->content;
    *count = content == NULL ? 0 : content->content_map_count;
    return content == NULL ? NULL : content->content_map;
}
