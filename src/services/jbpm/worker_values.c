/* A task's parameters as the variables of its job, and the results that are set. */
#include "core/base64.h"
#include "core/fail.h"
#include "services/jbpm/argument.h"
#include "services/jbpm/worker_task.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Parameters */

/* {"className": …, "base64": …} */
static cJSON *opaque(const jbpm_variable *variable)
{
    kf_buffer text = {0};
    uint8_t *bytes = NULL;
    size_t length = 0;
    kf_error ignored;
    cJSON *object = cJSON_CreateObject();
    bool ok = object != NULL &&
              cJSON_AddStringToObject(object, "className", variable->class_name == NULL ? "" : variable->class_name);
    if (ok && jbpm_variable_get_bytes(variable, 1, variable->key, &bytes, &length, &ignored) == KF_OK) {
        ok = kf_base64_append(&text, bytes, length) &&
             cJSON_AddStringToObject(object, "base64", text.data == NULL ? "" : text.data) != NULL;
        kf_free(bytes);
    }
    kf_buffer_free(&text);
    if (!ok) {
        cJSON_Delete(object);
        return NULL;
    }
    return object;
}

static cJSON *text_of(const jbpm_variable *variable)
{
    char *text = NULL;
    kf_error error;
    kf_status status = jbpm_variable_get_string(variable, 1, variable->key, &text, &error);
    cJSON *item = status == KF_OK ? cJSON_CreateString(text) : status == KF_ERROR_ARGUMENT ? opaque(variable) : NULL;
    kf_free(text);
    return item;
}

/* `number` receives a whole number's exact text. NULL: no memory. */
static cJSON *decode(const jbpm_variable *variable, char number[JBPM_NUMBER_SIZE])
{
    int64_t whole = 0;
    double real = 0;
    bool truth = false;
    kf_error ignored;
    switch (jbpm_variable_type_of(variable)) {
    case JBPM_VARIABLE_TYPE_NULL:
        return cJSON_CreateNull();
    case JBPM_VARIABLE_TYPE_STRING:
    case JBPM_VARIABLE_TYPE_TEXT:
        return text_of(variable);
    case JBPM_VARIABLE_TYPE_LONG:
    case JBPM_VARIABLE_TYPE_INTEGER:
    case JBPM_VARIABLE_TYPE_SHORT:
    case JBPM_VARIABLE_TYPE_BYTE:
        if (jbpm_variable_get_int64(variable, 1, variable->key, &whole, &ignored) != KF_OK)
            return opaque(variable);
        snprintf(number, JBPM_NUMBER_SIZE, "%" PRId64, whole);
        return cJSON_CreateNumber((double)whole);
    case JBPM_VARIABLE_TYPE_BOOLEAN:
        return jbpm_variable_get_boolean(variable, 1, variable->key, &truth, &ignored) == KF_OK
                   ? cJSON_CreateBool(truth)
                   : opaque(variable);
    case JBPM_VARIABLE_TYPE_DOUBLE:
    case JBPM_VARIABLE_TYPE_FLOAT:
        if (jbpm_variable_get_double(variable, 1, variable->key, &real, &ignored) != KF_OK || !isfinite(real))
            return opaque(variable); /* JSON has no infinity */
        return cJSON_CreateNumber(real);
    default:
        return opaque(variable);
    }
}

kf_status jbpm_job_decode(jbpm_job *job, kf_error *error)
{
    size_t count = job->content == NULL ? 0 : job->content->content_map_count;
    if (job->parameters != NULL)
        return KF_OK;
    cJSON *parameters = cJSON_CreateObject();
    char(*numbers)[JBPM_NUMBER_SIZE] = calloc(count + 1, sizeof(*numbers));
    bool ok = parameters != NULL && numbers != NULL;
    for (size_t i = 0, place = 0; ok && i < count; i++) {
        const jbpm_variable *variable = &job->content->content_map[i];
        if (variable->key == NULL)
            continue;
        cJSON *item = decode(variable, numbers[place++]);
        ok = item != NULL && cJSON_AddItemToObject(parameters, variable->key, item);
        if (!ok)
            cJSON_Delete(item);
    }
    if (!ok) {
        cJSON_Delete(parameters);
        free(numbers);
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    }
    job->parameters = parameters;
    job->numbers = numbers;
    return KF_OK;
}

const cJSON *jbpm_worker_get(void *source, const kf_job *job, const char *name, const char **number, size_t *length)
{
    const jbpm_job *data = jbpm_job_of(job);
    const cJSON *item = data == NULL || data->parameters == NULL ? NULL : data->parameters->child;
    size_t place = 0;
    (void)source;
    *number = NULL;
    *length = 0;
    for (; item != NULL && strcmp(item->string, name) != 0; item = item->next)
        place++;
    if (item != NULL && data->numbers[place][0] != '\0') {
        *number = data->numbers[place];
        *length = strlen(*number);
    }
    return item;
}

/* Results */

static void free_result(jbpm_argument *result)
{
    free((char *)(uintptr_t)result->name);
    free((char *)(uintptr_t)result->text);
}

void jbpm_job_drop_results(jbpm_job *job)
{
    for (size_t i = 0; i < job->result_count; i++)
        free_result(&job->results[i]);
    free(job->results);
    job->results = NULL;
    job->result_count = 0;
}

/* Takes the texts over, unless it fails: no memory. */
static bool keep(jbpm_job *job, jbpm_argument result)
{
    for (size_t i = 0; i < job->result_count; i++) {
        if (strcmp(job->results[i].name, result.name) == 0) {
            free_result(&job->results[i]);
            job->results[i] = result;
            return true;
        }
    }
    jbpm_argument *grown = realloc(job->results, (job->result_count + 1) * sizeof(*grown));
    if (grown == NULL)
        return false;
    job->results = grown;
    grown[job->result_count++] = result;
    return true;
}

/* As an argument with borrowed texts; `time` is room for one. */
static kf_status argument_of(const char *name, const kf_value *value, char time[KF_TIME_TEXT_SIZE],
                             jbpm_argument *argument, kf_error *error)
{
    switch (value->kind) {
    case KF_VALUE_STRING:
        *argument = jbpm_string(name, value->as.string);
        break;
    case KF_VALUE_INT64:
        *argument = jbpm_long(name, value->as.int64);
        break;
    case KF_VALUE_DOUBLE:
        *argument = jbpm_double(name, value->as.real);
        break;
    case KF_VALUE_BOOL:
        *argument = jbpm_boolean(name, value->as.boolean);
        break;
    case KF_VALUE_TIME:
        if (kf_time_format(value->as.time, time, error) != KF_OK)
            return KF_ERROR_ARGUMENT;
        *argument = jbpm_string(name, time);
        break;
    default:
        return kf_fail(error, KF_ERROR_ARGUMENT, "variable \"%s\": jBPM has no results that are %s", name,
                       value->kind == KF_VALUE_NULL ? "null" : "JSON; set their text");
    }
    return jbpm_arguments_check(argument, 1, error);
}

kf_status jbpm_worker_set(void *source, kf_job *job, const char *name, const kf_value *value, kf_error *error)
{
    char time[KF_TIME_TEXT_SIZE];
    jbpm_argument result = {0};
    (void)source;
    kf_error_clear(error);
    kf_status status = argument_of(name, value, time, &result, error);
    if (status != KF_OK)
        return status;
    const char *text = result.text;
    result.name = strdup(name);
    result.text = text == NULL ? NULL : strdup(text);
    if (result.name != NULL && (text == NULL || result.text != NULL) && keep(jbpm_job_of(job), result))
        return KF_OK;
    free_result(&result);
    return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
}
