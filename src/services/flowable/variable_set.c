#include "kuflow/services/flowable_variable.h"

#include "core/fail.h"
#include "model/codec.h"
#include "services/flowable/variable_check.h"
#include "json/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLOWABLE_GREGORIAN INT64_C(-12219292800) /* 1582-10-15 */

/* Each variable is a model of its own, as if it had been received: so it has its exact text, and one way of keeping
 * holds for those that were received too. The array has shallow copies of them, in one piece for a request. */
struct flowable_variables {
    flowable_engine_rest_variable **owned;
    flowable_engine_rest_variable *items;
    size_t count;
    size_t room;
};

flowable_variables *flowable_variables_new(void)
{
    return calloc(1, sizeof(flowable_variables));
}

void flowable_variables_free(flowable_variables *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->count; i++)
        flowable_engine_rest_variable_free(set->owned[i]);
    free(set->owned);
    free(set->items);
    free(set);
}

const flowable_engine_rest_variable *flowable_variables_items(const flowable_variables *set, size_t *count)
{
    bool empty = set == NULL || set->count == 0;
    if (count != NULL)
        *count = empty ? 0 : set->count;
    return empty ? NULL : set->items;
}

/* The place of that name, or the count. */
static size_t place_of(const flowable_variables *set, const char *name)
{
    size_t i = 0;
    while (i < set->count && strcmp(set->items[i].name, name) != 0)
        i++;
    return i;
}

static bool reserve(flowable_variables *set)
{
    if (set->count < set->room)
        return true;
    size_t room = set->room == 0 ? 8 : set->room * 2;
    if (room > SIZE_MAX / sizeof *set->items / 2)
        return false;
    flowable_engine_rest_variable **owned = realloc(set->owned, room * sizeof *owned);
    if (owned == NULL)
        return false;
    set->owned = owned;
    flowable_engine_rest_variable *items = realloc(set->items, room * sizeof *items);
    if (items == NULL)
        return false;
    set->items = items;
    set->room = room;
    return true;
}

/* Takes the variable over. */
static kf_status store(flowable_variables *set, flowable_engine_rest_variable *variable, kf_error *error)
{
    size_t place = place_of(set, variable->name);
    if (place == set->count && !reserve(set)) {
        flowable_engine_rest_variable_free(variable);
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    }
    if (place < set->count)
        flowable_engine_rest_variable_free(set->owned[place]);
    else
        set->count++;
    set->owned[place] = variable;
    set->items[place] = *variable;
    return KF_OK;
}

bool flowable_variables_remove(flowable_variables *set, const char *name)
{
    size_t place = set != NULL && name != NULL ? place_of(set, name) : 0;
    if (set == NULL || name == NULL || place == set->count)
        return false;
    flowable_engine_rest_variable_free(set->owned[place]);
    set->count--;
    memmove(set->owned + place, set->owned + place + 1, (set->count - place) * sizeof *set->owned);
    memmove(set->items + place, set->items + place + 1, (set->count - place) * sizeof *set->items);
    return true;
}

static kf_status refuse(kf_error *error, const char *name, const char *problem)
{
    return kf_fail(error, KF_ERROR_ARGUMENT, "variable \"%.128s\": %s", name != NULL ? name : "", problem);
}

/* A variable on its way into the set, as JSON text. */
typedef struct draft {
    flowable_variables *set;
    const char *name;
    kf_error *error;
    kf_buffer json;
    kf_writer writer;
} draft;

/* Checks set and name, and writes all that comes before the value. On failure there is nothing to free. */
static kf_status begin(draft *entry, flowable_variables *set, const char *name, flowable_variable_type type,
                       kf_error *error)
{
    kf_error_clear(error);
    if (set == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the set of variables is NULL");
    const char *problem = flowable_name_problem(name);
    if (problem != NULL)
        return refuse(error, name, problem);
    memset(entry, 0, sizeof *entry);
    entry->set = set;
    entry->name = name;
    entry->error = error;
    kf_writer_init(&entry->writer, &entry->json, false);
    kf_writer_begin(&entry->writer, '{');
    kf_writer_name(&entry->writer, "name", 4);
    kf_writer_string(&entry->writer, name, strlen(name));
    if (type != FLOWABLE_VARIABLE_TYPE_NULL) {
        kf_writer_name(&entry->writer, "type", 4);
        kf_buffer_char(&entry->json, '"');
        kf_writer_literal(&entry->writer, flowable_variable_type_text(type));
        kf_buffer_char(&entry->json, '"');
    }
    kf_writer_name(&entry->writer, "value", 5);
    return KF_OK;
}

/* Reads what was written; after that the text is gone. */
static kf_status read_back(draft *entry, flowable_engine_rest_variable **variable)
{
    kf_error *error = entry->error;
    void *model;
    kf_error reason;
    kf_writer_end(&entry->writer, '}');
    size_t length = entry->json.length;
    char *text = kf_buffer_take(&entry->json);
    if (text == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    kf_status status =
        kf_model_decode_in_place(&flowable_engine_rest_variable_schema, text, length, NULL, &model, &reason);
    if (status == KF_ERROR_MEMORY)
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    if (status != KF_OK)
        return refuse(error, entry->name, reason.message);
    *variable = model;
    return KF_OK;
}

static kf_status finish(draft *entry)
{
    flowable_engine_rest_variable *variable;
    kf_status status = read_back(entry, &variable);
    return status == KF_OK ? store(entry->set, variable, entry->error) : status;
}

static kf_status give_up(draft *entry, const char *problem)
{
    kf_buffer_free(&entry->json);
    return refuse(entry->error, entry->name, problem);
}

static kf_status finish_text(draft *entry, const char *text)
{
    if (!kf_writer_string(&entry->writer, text, strlen(text)))
        return give_up(entry, "the text is not valid UTF-8");
    return finish(entry);
}

/* A text that has been looked at, and has the problem, or NULL. */
static kf_status set_text(flowable_variables *set, const char *name, flowable_variable_type type, const char *text,
                          const char *problem, kf_error *error)
{
    draft entry;
    kf_status status = begin(&entry, set, name, type, error);
    if (status != KF_OK)
        return status;
    if (text == NULL)
        return give_up(&entry, "the text is NULL; for no value there is flowable_variables_set_null()");
    return problem != NULL ? give_up(&entry, problem) : finish_text(&entry, text);
}

kf_status flowable_variables_set_string(flowable_variables *set, const char *name, const char *text, kf_error *error)
{
    return set_text(set, name, FLOWABLE_VARIABLE_TYPE_STRING, text, NULL, error);
}

static kf_status set_whole(flowable_variables *set, const char *name, flowable_variable_type type, int64_t value,
                           const char *problem, kf_error *error)
{
    draft entry;
    kf_status status = begin(&entry, set, name, type, error);
    if (status != KF_OK)
        return status;
    if (problem != NULL)
        return give_up(&entry, problem);
    kf_writer_int64(&entry.writer, value);
    return finish(&entry);
}

kf_status flowable_variables_set_short(flowable_variables *set, const char *name, int64_t value, kf_error *error)
{
    const char *problem = value < INT16_MIN || value > INT16_MAX
                              ? "a short reaches from -32768 to 32767; use flowable_variables_set_long()"
                              : NULL;
    return set_whole(set, name, FLOWABLE_VARIABLE_TYPE_SHORT, value, problem, error);
}

kf_status flowable_variables_set_integer(flowable_variables *set, const char *name, int64_t value, kf_error *error)
{
    const char *problem = value < INT32_MIN || value > INT32_MAX
                              ? "an integer reaches from -2147483648 to 2147483647; use flowable_variables_set_long()"
                              : NULL;
    return set_whole(set, name, FLOWABLE_VARIABLE_TYPE_INTEGER, value, problem, error);
}

kf_status flowable_variables_set_long(flowable_variables *set, const char *name, int64_t value, kf_error *error)
{
    return set_whole(set, name, FLOWABLE_VARIABLE_TYPE_LONG, value, NULL, error);
}

kf_status flowable_variables_set_double(flowable_variables *set, const char *name, double value, kf_error *error)
{
    draft entry;
    kf_status status = begin(&entry, set, name, FLOWABLE_VARIABLE_TYPE_DOUBLE, error);
    if (status != KF_OK)
        return status;
    if (!isfinite(value))
        return give_up(&entry, "JSON has no NaN and no infinity; send a string, or null");
    if (value == 0 && signbit(value))
        return give_up(&entry, "the server drops the sign of -0.0; send 0.0");
    kf_writer_double(&entry.writer, value);
    return finish(&entry);
}

kf_status flowable_variables_set_boolean(flowable_variables *set, const char *name, bool value, kf_error *error)
{
    draft entry;
    kf_status status = begin(&entry, set, name, FLOWABLE_VARIABLE_TYPE_BOOLEAN, error);
    if (status != KF_OK)
        return status;
    kf_writer_literal(&entry.writer, value ? "true" : "false");
    return finish(&entry);
}

kf_status flowable_variables_set_big_decimal(flowable_variables *set, const char *name, const char *text,
                                             kf_error *error)
{
    return set_text(set, name, FLOWABLE_VARIABLE_TYPE_BIG_DECIMAL, text, flowable_decimal_problem(text, false), error);
}

kf_status flowable_variables_set_big_integer(flowable_variables *set, const char *name, const char *text,
                                             kf_error *error)
{
    return set_text(set, name, FLOWABLE_VARIABLE_TYPE_BIG_INTEGER, text, flowable_decimal_problem(text, true), error);
}

static kf_status set_time(flowable_variables *set, const char *name, flowable_variable_type type, kf_time time,
                          kf_error *error)
{
    char text[KF_TIME_TEXT_SIZE];
    const char *problem = NULL;
    kf_error reason = {.status = KF_OK};
    if (kf_time_format(time, text, &reason) != KF_OK)
        problem = reason.message;
    else if (time.nanoseconds % 1000000 != 0)
        problem = "the server cuts a time to milliseconds; round it first";
    else if (type == FLOWABLE_VARIABLE_TYPE_DATE && time.seconds < FLOWABLE_GREGORIAN)
        problem = "the server counts a date before 1582-10-15 by another calendar; use "
                  "flowable_variables_set_instant()";
    return set_text(set, name, type, text, problem, error);
}

kf_status flowable_variables_set_date(flowable_variables *set, const char *name, kf_time time, kf_error *error)
{
    return set_time(set, name, FLOWABLE_VARIABLE_TYPE_DATE, time, error);
}

kf_status flowable_variables_set_instant(flowable_variables *set, const char *name, kf_time time, kf_error *error)
{
    return set_time(set, name, FLOWABLE_VARIABLE_TYPE_INSTANT, time, error);
}

kf_status flowable_variables_set_local_date(flowable_variables *set, const char *name, const char *text,
                                            kf_error *error)
{
    const char *problem = kf_local_date_valid(text) ? NULL
                                                    : "the text is not a day of the calendar such as 2026-02-28, of a "
                                                      "year from 0000 to 9999";
    return set_text(set, name, FLOWABLE_VARIABLE_TYPE_LOCAL_DATE, text, problem, error);
}

kf_status flowable_variables_set_local_date_time(flowable_variables *set, const char *name, const char *text,
                                                 kf_error *error)
{
    return set_text(set, name, FLOWABLE_VARIABLE_TYPE_LOCAL_DATE_TIME, text, flowable_local_date_time_problem(text),
                    error);
}

/* The value has been written, from `start` on, and is valid JSON. */
static kf_status finish_json(draft *entry, size_t start)
{
    flowable_engine_rest_variable *variable;
    kf_error *error = entry->error;
    kf_status problem_status = KF_ERROR_ARGUMENT;
    if (entry->json.failed) {
        kf_buffer_free(&entry->json);
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    }
    const char *text = entry->json.data + start;
    size_t length = entry->json.length - start;
    size_t space = strspn(text, " \t\r\n");
    if (text[space] != '{' && text[space] != '[')
        return give_up(entry, "only an object or array stays json; use the setter of the value's own type");
    const char *problem = flowable_json_numbers_problem(text, length, &problem_status);
    if (problem != NULL) {
        give_up(entry, problem);
        return problem_status == KF_ERROR_MEMORY ? kf_fail(error, KF_ERROR_MEMORY, "%s", problem) : problem_status;
    }
    kf_status status = read_back(entry, &variable);
    if (status != KF_OK)
        return status;
    problem = flowable_json_names_problem(variable->value, &problem_status);
    if (problem == NULL)
        return store(entry->set, variable, error);
    flowable_engine_rest_variable_free(variable);
    return problem_status == KF_ERROR_MEMORY ? kf_fail(error, KF_ERROR_MEMORY, "%s", problem)
                                             : refuse(error, entry->name, problem);
}

kf_status flowable_variables_set_json(flowable_variables *set, const char *name, const cJSON *tree, kf_error *error)
{
    draft entry;
    const char *problem = NULL;
    kf_status status = begin(&entry, set, name, FLOWABLE_VARIABLE_TYPE_JSON, error);
    if (status != KF_OK)
        return status;
    if (tree == NULL)
        return give_up(&entry, "the tree is NULL; for no value there is flowable_variables_set_null()");
    size_t start = entry.json.length;
    if (kf_writer_tree(&entry.writer, tree, &problem))
        problem = flowable_tree_numbers_problem(tree);
    return problem != NULL ? give_up(&entry, problem) : finish_json(&entry, start);
}

kf_status flowable_variables_set_json_text(flowable_variables *set, const char *name, const char *text, size_t length,
                                           kf_error *error)
{
    draft entry;
    const char *problem = NULL;
    kf_status status = begin(&entry, set, name, FLOWABLE_VARIABLE_TYPE_JSON, error);
    if (status != KF_OK)
        return status;
    if (text == NULL)
        return give_up(&entry, "the text is NULL; for no value there is flowable_variables_set_null()");
    size_t start = entry.json.length;
    if (!kf_writer_raw(&entry.writer, text, length, &problem))
        return give_up(&entry, problem);
    return finish_json(&entry, start);
}

kf_status flowable_variables_set_null(flowable_variables *set, const char *name, kf_error *error)
{
    draft entry;
    kf_status status = begin(&entry, set, name, FLOWABLE_VARIABLE_TYPE_NULL, error);
    if (status != KF_OK)
        return status;
    kf_writer_literal(&entry.writer, "null");
    return finish(&entry);
}

kf_status flowable_variables_set(flowable_variables *set, const flowable_engine_rest_variable *variable,
                                 kf_error *error)
{
    flowable_engine_rest_variable *copy;
    char *text = NULL;
    kf_error_clear(error);
    if (set == NULL || variable == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the %s is NULL", set == NULL ? "set of variables" : "variable");
    const char *problem = flowable_name_problem(variable->name);
    flowable_variable_type type = flowable_variable_type_of(variable);
    if (problem == NULL && (type == FLOWABLE_VARIABLE_TYPE_SERIALIZABLE || type == FLOWABLE_VARIABLE_TYPE_BINARY))
        problem = "the API has no value of this type; leave it out, and the process keeps its own";
    if (problem != NULL)
        return refuse(error, variable->name, problem);
    /* A copy is made of much that cannot be sent. */
    kf_status status = flowable_engine_rest_variable_encode(variable, &text, error);
    kf_free(text);
    if (status == KF_OK)
        status = flowable_engine_rest_variable_clone(variable, &copy, error);
    if (status == KF_ERROR_MEMORY)
        return status;
    if (status != KF_OK) {
        char reason[256];
        kf_copy_text(reason, sizeof reason, error != NULL ? error->message : "",
                     error != NULL ? strlen(error->message) : 0);
        return refuse(error, variable->name, reason);
    }
    return store(set, copy, error);
}

kf_status flowable_lock_duration_check(kf_duration duration, kf_error *error)
{
    int64_t milliseconds;
    kf_status status = kf_duration_to_ms(duration, &milliseconds, error);
    if (status != KF_OK)
        return status;
    if (milliseconds > FLOWABLE_LOCK_DURATION_MAX_MS)
        return kf_fail(error, KF_ERROR_ARGUMENT,
                       "the lock duration is longer than P24DT20H31M23.647S, where the server's count overflows");
    if (milliseconds < 1)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the lock duration is not a millisecond at least");
    if (duration.nanoseconds % 1000000 != 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the server cuts a lock duration to milliseconds; round it first");
    return KF_OK;
}
