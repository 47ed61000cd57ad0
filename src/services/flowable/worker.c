#include "core/fail.h"
#include "services/flowable/worker_job.h"

#include <stdlib.h>

static void free_data(void *source, void *data)
{
    flowable_job *job = data;
    (void)source;
    if (job == NULL)
        return;
    flowable_answer_release(job->answer);
    flowable_variables_free(job->variables);
    free(job);
}

static const cJSON *get(void *source, const kf_job *job, const char *name, const char **number, size_t *length)
{
    static const cJSON null = {.type = cJSON_NULL};
    const flowable_engine_rest_variable *variable = flowable_job_variable(job, name);
    (void)source;
    *number = NULL;
    *length = 0;
    if (variable == NULL)
        return NULL;
    const cJSON *value = variable->value;
    if (value == NULL)
        return &null;
    const kf_extra_member *text = cJSON_IsNumber(value) ? kf_extra_find(&variable->extra, "value") : NULL;
    if (text != NULL) {
        *number = text->json;
        *length = text->length;
    }
    return value;
}

static kf_status set(void *source, kf_job *job, const char *name, const kf_value *value, kf_error *error)
{
    flowable_variables *variables = flowable_job_variables(job);
    (void)source;
    if (variables == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    switch (value->kind) {
    case KF_VALUE_STRING:
        return flowable_variables_set_string(variables, name, value->as.string, error);
    case KF_VALUE_INT64:
        return flowable_variables_set_long(variables, name, value->as.int64, error);
    case KF_VALUE_DOUBLE:
        return flowable_variables_set_double(variables, name, value->as.real, error);
    case KF_VALUE_BOOL:
        return flowable_variables_set_boolean(variables, name, value->as.boolean, error);
    case KF_VALUE_TIME:
        return flowable_variables_set_instant(variables, name, value->as.time, error);
    case KF_VALUE_JSON:
        return flowable_variables_set_json(variables, name, value->as.json, error);
    case KF_VALUE_NULL:
        break;
    }
    return flowable_variables_set_null(variables, name, error);
}

const flowable_acquired_external_worker_job_response *flowable_job_model(const kf_job *job)
{
    const flowable_job *data = flowable_job_of(job);
    return data == NULL ? NULL : data->model;
}

const flowable_engine_rest_variable *flowable_job_variable(const kf_job *job, const char *name)
{
    const flowable_job *data = flowable_job_of(job);
    return data == NULL ? NULL : flowable_variable_find(data->model->variables, data->model->variables_count, name);
}

flowable_variables *flowable_job_variables(kf_job *job)
{
    flowable_job *data = flowable_job_of(job);
    if (data != NULL && data->variables == NULL)
        data->variables = flowable_variables_new();
    return data == NULL ? NULL : data->variables;
}

/* The client has all that a source needs. */
static void free_source(void *source)
{
    (void)source;
}

const kf_source_ops flowable_worker_ops = {
    .engine = "Flowable",
    .has_locks = true,
    .acquire = flowable_worker_acquire,
    .undo = flowable_worker_undo,
    .report = flowable_worker_report,
    .refuses = flowable_worker_refuses,
    .get = get,
    .set = set,
    .free_data = free_data,
    .free = free_source,
};

kf_status flowable_worker_new(kf_client *client, const kf_worker_options *options, kf_worker **worker, kf_error *error)
{
    return kf_worker_new(client, options, &flowable_worker_ops, NULL, worker, error);
}
