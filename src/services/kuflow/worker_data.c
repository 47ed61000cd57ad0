/* The members of a task's data as the variables of its job. */
#include "core/buffer.h"
#include "core/fail.h"
#include "services/kuflow/worker_task.h"
#include "json/reader.h"
#include "json/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* NULL: the task has none. */
static const kuflow_json_value *data_of(const kuflow_task *task)
{
    const kuflow_process_item_task *part = task == NULL || task->item == NULL ? NULL : task->item->task;
    const kuflow_json_value *data = part == NULL ? NULL : part->data;
    return data == NULL || data->value == NULL || cJSON_IsNull(data->value) ? NULL : data;
}

/* The text of the object's member number `index`, as it was received. */
static bool member_text(const kuflow_json_value *data, size_t index, const char **text, size_t *length)
{
    const kf_extra_member *whole = kf_extra_find(&data->extra, "value");
    if (whole == NULL || whole->json == NULL)
        return false;
    kf_reader reader;
    kf_slice slice = {NULL, 0};
    bool escaped, more = true;
    /* Looking does not change the text. */
    kf_reader_init(&reader, (char *)(uintptr_t)whole->json, whole->length, KF_DEPTH_MOST);
    if (kf_reader_peek(&reader) != KF_TOKEN_OBJECT || !kf_reader_enter(&reader))
        return false;
    for (size_t i = 0; i <= index; i++) {
        if (!kf_reader_next_member(&reader, i == 0, &more) || !more || !kf_reader_raw_name(&reader, &slice, &escaped))
            return false;
        kf_reader_peek(&reader); /* passes over white space */
        if (!kf_reader_skip(&reader, &slice))
            return false;
    }
    *text = slice.text;
    *length = slice.length;
    return true;
}

const cJSON *kuflow_task_get(void *source, const kf_job *job, const char *name, const char **number, size_t *length)
{
    const kuflow_json_value *data = data_of(kuflow_task_of(job));
    const cJSON *member = data != NULL && cJSON_IsObject(data->value) ? data->value->child : NULL;
    size_t index = 0;
    (void)source;
    *number = NULL;
    *length = 0;
    for (; member != NULL && strcmp(member->string, name) != 0; member = member->next)
        index++;
    if (cJSON_IsNumber(member))
        member_text(data, index, number, length);
    return member;
}

/* Setting */

static kf_status bad(kf_error *error, const char *name, const char *problem)
{
    return kf_fail(error, KF_ERROR_ARGUMENT, "variable \"%s\": %s", name, problem);
}

static kf_status write_value(kf_writer *writer, const char *name, const kf_value *value, kf_error *error)
{
    char time[KF_TIME_TEXT_SIZE];
    const char *problem = NULL;
    switch (value->kind) {
    case KF_VALUE_STRING:
        if (value->as.string == NULL)
            return bad(error, name, "the text is NULL");
        return kf_writer_string(writer, value->as.string, strlen(value->as.string))
                   ? KF_OK
                   : bad(error, name, "the text is not valid UTF-8");
    case KF_VALUE_INT64:
        kf_writer_int64(writer, value->as.int64);
        return KF_OK;
    case KF_VALUE_DOUBLE:
        if (!isfinite(value->as.real))
            return bad(error, name, "JSON has no infinity and no NaN");
        kf_writer_double(writer, value->as.real);
        return KF_OK;
    case KF_VALUE_BOOL:
        kf_writer_literal(writer, value->as.boolean ? "true" : "false");
        return KF_OK;
    case KF_VALUE_TIME:
        if (kf_time_format(value->as.time, time, error) != KF_OK)
            return KF_ERROR_ARGUMENT;
        return kf_writer_string(writer, time, strlen(time)) ? KF_OK : KF_ERROR_ARGUMENT;
    case KF_VALUE_JSON:
        if (value->as.json == NULL)
            return bad(error, name, "the JSON is NULL");
        return kf_writer_tree(writer, value->as.json, &problem) ? KF_OK : bad(error, name, problem);
    case KF_VALUE_NULL:
        break;
    }
    kf_writer_literal(writer, "null");
    return KF_OK;
}

/* Takes both texts over when it succeeds. */
static bool keep(kuflow_task *task, char *name, char *json)
{
    for (size_t i = 0; i < task->setting_count; i++) {
        if (strcmp(task->settings[i].name, name) == 0) {
            free(name);
            free(task->settings[i].json);
            task->settings[i].json = json;
            return true;
        }
    }
    kuflow_setting *grown = realloc(task->settings, (task->setting_count + 1) * sizeof(*grown));
    if (grown == NULL)
        return false;
    task->settings = grown;
    grown[task->setting_count++] = (kuflow_setting){name, json};
    return true;
}

kf_status kuflow_task_set(void *source, kf_job *job, const char *name, const kf_value *value, kf_error *error)
{
    kuflow_task *task = kuflow_task_of(job);
    kf_buffer text = {0}, check = {0};
    kf_writer writer;
    char *copy = NULL, *json = NULL;
    (void)source;
    kf_error_clear(error);
    kf_writer_init(&writer, &check, false);
    kf_status status = kf_writer_string(&writer, name, strlen(name))
                           ? KF_OK
                           : kf_fail(error, KF_ERROR_ARGUMENT, "the name of a variable is not valid UTF-8");
    kf_writer_init(&writer, &text, false);
    if (status == KF_OK)
        status = write_value(&writer, name, value, error);
    if (status == KF_OK) {
        copy = strdup(name);
        json = kf_buffer_take(&text);
        if (check.failed || copy == NULL || json == NULL || !keep(task, copy, json)) {
            free(copy);
            free(json);
            status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
        }
    }
    kf_buffer_free(&check);
    kf_buffer_free(&text);
    return status;
}

/* Sending */

/* `{"name":value,…}`: a task without data gets all of it at once. */
static kf_status send_whole(kf_client *client, const kuflow_task *task, kf_error *error)
{
    kf_buffer text = {0};
    kf_writer writer;
    const char *problem;
    kf_writer_init(&writer, &text, false);
    kf_writer_begin(&writer, '{');
    for (size_t i = 0; i < task->setting_count; i++) {
        kf_writer_name(&writer, task->settings[i].name, strlen(task->settings[i].name));
        kf_writer_raw(&writer, task->settings[i].json, strlen(task->settings[i].json), &problem);
    }
    kf_writer_end(&writer, '}');
    const kf_extra_member value = {.name = "value", .json = text.data};
    const kuflow_json_value data = {.extra = {&value, 1, NULL}};
    const kuflow_process_item_task_data_update_params params = {.data = &data};
    kf_status status = text.failed
                           ? kf_fail(error, KF_ERROR_MEMORY, "out of memory")
                           : kuflow_update_process_item_task_data(client, task->held->claim.id, &params, NULL, error);
    kf_buffer_free(&text);
    return status;
}

/* A name as the only step of a JSON Pointer. NULL: no memory. */
static char *pointer_to(const char *name)
{
    kf_buffer path = {0};
    kf_buffer_char(&path, '/');
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '~' || *c == '/')
            kf_buffer_text(&path, *c == '~' ? "~0" : "~1");
        else
            kf_buffer_char(&path, *c);
    }
    return kf_buffer_take(&path);
}

static kf_status send_patch(kf_client *client, const kuflow_task *task, kf_error *error)
{
    size_t count = task->setting_count;
    kuflow_json_patch_operation *operations = calloc(count, sizeof(*operations));
    kf_extra_member *values = calloc(count, sizeof(*values));
    bool ok = operations != NULL && values != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        values[i] = (kf_extra_member){.name = "value", .json = task->settings[i].json};
        operations[i] = (kuflow_json_patch_operation){.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_ADD,
                                                      .path = pointer_to(task->settings[i].name),
                                                      .extra = {&values[i], 1, NULL}};
        ok = operations[i].path != NULL;
    }
    const kuflow_json_patch patch = {.items = operations, .items_count = count};
    kf_status status = ok ? kuflow_patch_process_item_task_data(client, task->held->claim.id, &patch, NULL, error)
                          : kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    for (size_t i = 0; operations != NULL && i < count; i++)
        free((char *)(uintptr_t)operations[i].path);
    free(operations);
    free(values);
    return status;
}

/* Both ways can be repeated: each sets the same values again. */
kf_status kuflow_task_send_data(kf_client *client, kuflow_task *task, kf_error *error)
{
    kf_error_clear(error);
    if (task->setting_count == 0 || task->sent)
        return KF_OK;
    kf_status status = data_of(task) != NULL ? send_patch(client, task, error) : send_whole(client, task, error);
    task->sent = status == KF_OK;
    return status;
}
