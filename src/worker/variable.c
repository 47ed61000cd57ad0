/* A job's variables. */
#include "core/fail.h"
#include "worker/runtime.h"
#include "json/number.h"

#include <string.h>

/* There is no such variable, or it has no value. */
static bool absent(const cJSON *item)
{
    return item == NULL || cJSON_IsNull(item);
}

static kf_status missing(const kf_job *job, const char *name, const cJSON *item)
{
    if (item != NULL)
        kf_job_say(job, "the variable %s is null", name);
    else
        kf_job_say(job, "there is no variable %s", name != NULL ? name : "without a name");
    return KF_ERROR_NOT_FOUND;
}

static kf_status unfit(const kf_job *job, const char *name, const char *what)
{
    kf_job_say(job, "the variable %s is not %s", name, what);
    return KF_ERROR_ARGUMENT;
}

static const cJSON *find(const kf_job *job, const char *name, const char **number, size_t *length)
{
    const char *text = NULL;
    size_t bytes = 0;
    const cJSON *item = name != NULL ? job->worker->ops->get(job->worker->source, job, name, &text, &bytes) : NULL;
    if (number != NULL) {
        *number = text;
        *length = bytes;
    }
    return item;
}

kf_status kf_job_get_string(const kf_job *job, const char *name, const char **value)
{
    const cJSON *item = find(job, name, NULL, NULL);
    if (absent(item))
        return missing(job, name, item);
    if (!cJSON_IsString(item))
        return unfit(job, name, "a text");
    *value = item->valuestring;
    return KF_OK;
}

/* The text of a number; of one that came without, the shortest. NULL: it is none. */
static const char *number_of(const cJSON *item, const char *text, size_t *length, char own[KF_NUMBER_TEXT_SIZE])
{
    if (!cJSON_IsNumber(item))
        return NULL;
    if (text != NULL)
        return text;
    *length = kf_number_print_double(own, item->valuedouble);
    return *length > 0 ? own : NULL;
}

kf_status kf_job_get_int64(const kf_job *job, const char *name, int64_t *value)
{
    const char *text;
    size_t length;
    char own[KF_NUMBER_TEXT_SIZE];
    int64_t number;
    const cJSON *item = find(job, name, &text, &length);
    if (absent(item))
        return missing(job, name, item);
    text = number_of(item, text, &length, own);
    if (text == NULL || kf_number_int64(text, length, &number) != KF_NUMBER_OK)
        return unfit(job, name, "a whole number of 64 bits");
    *value = number;
    return KF_OK;
}

kf_status kf_job_get_double(const kf_job *job, const char *name, double *value)
{
    const char *text;
    size_t length;
    char own[KF_NUMBER_TEXT_SIZE];
    double number;
    const cJSON *item = find(job, name, &text, &length);
    if (absent(item))
        return missing(job, name, item);
    text = number_of(item, text, &length, own);
    if (text == NULL || kf_number_double(text, length, &number) != KF_NUMBER_OK)
        return unfit(job, name, "a number that a double holds");
    *value = number;
    return KF_OK;
}

kf_status kf_job_get_bool(const kf_job *job, const char *name, bool *value)
{
    const cJSON *item = find(job, name, NULL, NULL);
    if (absent(item))
        return missing(job, name, item);
    if (!cJSON_IsBool(item))
        return unfit(job, name, "true or false");
    *value = cJSON_IsTrue(item);
    return KF_OK;
}

kf_status kf_job_get_time(const kf_job *job, const char *name, kf_time *value)
{
    const cJSON *item = find(job, name, NULL, NULL);
    kf_time time;
    if (absent(item))
        return missing(job, name, item);
    if (!cJSON_IsString(item) || kf_time_parse(item->valuestring, &time, NULL) != KF_OK)
        return unfit(job, name, "a point in time");
    *value = time;
    return KF_OK;
}

kf_status kf_job_get_json(const kf_job *job, const char *name, const cJSON **value)
{
    const cJSON *item = find(job, name, NULL, NULL);
    if (item == NULL)
        return missing(job, name, item);
    *value = item;
    return KF_OK;
}

bool kf_job_has(const kf_job *job, const char *name)
{
    return find(job, name, NULL, NULL) != NULL;
}

static kf_status set(kf_job *job, const char *name, const kf_value *value)
{
    kf_error error;
    pthread_mutex_lock(&job->worker->lock);
    bool open = job->state == KF_JOB_HELD;
    pthread_mutex_unlock(&job->worker->lock);
    if (!open || name == NULL) {
        kf_job_say(job, open ? "a variable needs a name" : "the job was ended before");
        return KF_ERROR_ARGUMENT;
    }
    kf_error_clear(&error);
    kf_status status = job->worker->ops->set(job->worker->source, job, name, value, &error);
    if (status != KF_OK)
        kf_job_say(job, "%s", error.message);
    return status;
}

kf_status kf_job_set_string(kf_job *job, const char *name, const char *value)
{
    if (value == NULL)
        return kf_job_set_null(job, name);
    return set(job, name, &(kf_value){.kind = KF_VALUE_STRING, .as.string = value});
}

kf_status kf_job_set_int64(kf_job *job, const char *name, int64_t value)
{
    return set(job, name, &(kf_value){.kind = KF_VALUE_INT64, .as.int64 = value});
}

kf_status kf_job_set_double(kf_job *job, const char *name, double value)
{
    return set(job, name, &(kf_value){.kind = KF_VALUE_DOUBLE, .as.real = value});
}

kf_status kf_job_set_bool(kf_job *job, const char *name, bool value)
{
    return set(job, name, &(kf_value){.kind = KF_VALUE_BOOL, .as.boolean = value});
}

kf_status kf_job_set_time(kf_job *job, const char *name, kf_time value)
{
    return set(job, name, &(kf_value){.kind = KF_VALUE_TIME, .as.time = value});
}

kf_status kf_job_set_json(kf_job *job, const char *name, const cJSON *value)
{
    if (value == NULL)
        return kf_job_set_null(job, name);
    return set(job, name, &(kf_value){.kind = KF_VALUE_JSON, .as.json = value});
}

kf_status kf_job_set_null(kf_job *job, const char *name)
{
    return set(job, name, &(kf_value){.kind = KF_VALUE_NULL});
}
