#include "kuflow/services/flowable_variable.h"

#include "core/fail.h"
#include "services/flowable/variable_check.h"
#include "json/number.h"

#include <math.h>
#include <string.h>

#define FLOWABLE_INT64_BOUND 9223372036854775808.0

/* What is to be known about a type, by its number. */
static const struct {
    const char *text;
    const char *read_with; /* What reads it; NULL: nothing does. */
} types[] = {
    [FLOWABLE_VARIABLE_TYPE_STRING] = {"string", "flowable_variable_get_string()"},
    [FLOWABLE_VARIABLE_TYPE_SHORT] = {"short", "flowable_variable_get_int64()"},
    [FLOWABLE_VARIABLE_TYPE_INTEGER] = {"integer", "flowable_variable_get_int64()"},
    [FLOWABLE_VARIABLE_TYPE_LONG] = {"long", "flowable_variable_get_int64()"},
    [FLOWABLE_VARIABLE_TYPE_DOUBLE] = {"double", "flowable_variable_get_double()"},
    [FLOWABLE_VARIABLE_TYPE_BOOLEAN] = {"boolean", "flowable_variable_get_boolean()"},
    [FLOWABLE_VARIABLE_TYPE_BIG_DECIMAL] = {"bigDecimal", "flowable_variable_get_decimal()"},
    [FLOWABLE_VARIABLE_TYPE_BIG_INTEGER] = {"bigInteger", "flowable_variable_get_decimal()"},
    [FLOWABLE_VARIABLE_TYPE_DATE] = {"date", "flowable_variable_get_time()"},
    [FLOWABLE_VARIABLE_TYPE_INSTANT] = {"instant", "flowable_variable_get_time()"},
    [FLOWABLE_VARIABLE_TYPE_LOCAL_DATE] = {"localDate", "flowable_variable_get_local()"},
    [FLOWABLE_VARIABLE_TYPE_LOCAL_DATE_TIME] = {"localDateTime", "flowable_variable_get_local()"},
    [FLOWABLE_VARIABLE_TYPE_JSON] = {"json", "flowable_variable_get_json()"},
    [FLOWABLE_VARIABLE_TYPE_NULL] = {"null", NULL},
    [FLOWABLE_VARIABLE_TYPE_SERIALIZABLE] = {"serializable", NULL},
    [FLOWABLE_VARIABLE_TYPE_BINARY] = {"binary", NULL},
};
enum { TYPE_COUNT = sizeof types / sizeof types[0] };

/* Sets of types. */
#define TYPE(name) (1u << FLOWABLE_VARIABLE_TYPE_##name)
#define TYPES_WHOLE (TYPE(SHORT) | TYPE(INTEGER) | TYPE(LONG))
#define TYPES_BIG (TYPE(BIG_INTEGER) | TYPE(BIG_DECIMAL))

const char *flowable_variable_type_text(flowable_variable_type type)
{
    return (int)type > 0 && (int)type < TYPE_COUNT ? types[type].text : NULL;
}

flowable_variable_type flowable_variable_type_from_text(const char *text)
{
    if (text == NULL)
        return FLOWABLE_VARIABLE_TYPE_UNSPECIFIED;
    for (int i = 1; i < TYPE_COUNT; i++) {
        if (strcmp(types[i].text, text) == 0)
            return (flowable_variable_type)i;
    }
    return FLOWABLE_VARIABLE_TYPE_UNRECOGNIZED;
}

flowable_variable_type flowable_variable_type_of(const flowable_engine_rest_variable *variable)
{
    if (variable == NULL)
        return FLOWABLE_VARIABLE_TYPE_UNSPECIFIED;
    flowable_variable_type type = flowable_variable_type_from_text(variable->type);
    if (type == FLOWABLE_VARIABLE_TYPE_UNRECOGNIZED || type == FLOWABLE_VARIABLE_TYPE_SERIALIZABLE ||
        type == FLOWABLE_VARIABLE_TYPE_BINARY)
        return type;
    return variable->value == NULL || cJSON_IsNull(variable->value) ? FLOWABLE_VARIABLE_TYPE_NULL : type;
}

const flowable_engine_rest_variable *flowable_variable_find(const flowable_engine_rest_variable *variables,
                                                            size_t count, const char *name)
{
    if (variables == NULL || name == NULL)
        return NULL;
    while (count > 0) {
        count--;
        if (variables[count].name != NULL && strcmp(variables[count].name, name) == 0)
            return &variables[count];
    }
    return NULL;
}

/* One reading. */
typedef struct lookup {
    const flowable_engine_rest_variable *variable;
    flowable_variable_type type;
    kf_error *error;
} lookup;

static kf_status refuse(const lookup *reading, const char *problem)
{
    return kf_fail(reading->error, KF_ERROR_ARGUMENT, "variable \"%.128s\" is of type %.64s: %s",
                   reading->variable->name, reading->variable->type, problem);
}

static kf_status wrong_type(const lookup *reading)
{
    const flowable_engine_rest_variable *variable = reading->variable;
    const char *read_with = reading->type > 0 ? types[reading->type].read_with : NULL;
    if (variable->type == NULL)
        return kf_fail(reading->error, KF_ERROR_ARGUMENT, "variable \"%.128s\" names no type; read its member value",
                       variable->name);
    if (read_with != NULL)
        return kf_fail(reading->error, KF_ERROR_ARGUMENT, "variable \"%.128s\" is of type %.64s: read it with %s",
                       variable->name, variable->type, read_with);
    return refuse(reading, reading->type == FLOWABLE_VARIABLE_TYPE_UNRECOGNIZED
                               ? "this version does not know the type; read its member value"
                               : "the API does not show values of this type");
}

/* Finds a variable of one of the types. `target` is where its value is to go. */
static kf_status begin(lookup *reading, const flowable_engine_rest_variable *variables, size_t count, const char *name,
                       const void *target, unsigned allowed, kf_error *error)
{
    *reading = (lookup){.error = error};
    kf_error_clear(error);
    if (name == NULL || target == NULL || (variables == NULL && count > 0))
        return kf_fail(error, KF_ERROR_ARGUMENT, "the %s is NULL",
                       name == NULL     ? "name of a variable"
                       : target == NULL ? "place for a variable's value"
                                        : "array of variables");
    reading->variable = flowable_variable_find(variables, count, name);
    reading->type = flowable_variable_type_of(reading->variable);
    if (reading->variable == NULL)
        return kf_fail(error, KF_ERROR_NOT_FOUND, "there is no variable \"%.128s\"", name);
    if (reading->type == FLOWABLE_VARIABLE_TYPE_NULL)
        return kf_fail(error, KF_ERROR_NOT_FOUND, "variable \"%.128s\" is null", name);
    if (reading->type <= 0 || (allowed & 1u << reading->type) == 0)
        return wrong_type(reading);
    return KF_OK;
}

/* A value that has to be a text. */
static kf_status take_text(const lookup *reading, const char **text)
{
    const cJSON *value = reading->variable->value;
    if (cJSON_IsRaw(value))
        return refuse(reading, "its value has U+0000 or half of a surrogate pair, which no C text can hold; the exact "
                               "JSON text is in the variable's extra");
    if (!cJSON_IsString(value) || value->valuestring == NULL)
        return refuse(reading, "its value is not a JSON text");
    *text = value->valuestring;
    return KF_OK;
}

/* The exact text of a number that was decoded, terminated; NULL when it was built by hand. */
static const char *number_text(const flowable_engine_rest_variable *variable, size_t *length)
{
    const kf_extra_member *member = kf_extra_find(&variable->extra, "value");
    if (member == NULL || member->origin != variable->value || !cJSON_IsNumber(variable->value))
        return NULL;
    *length = member->length;
    return member->json;
}

static kf_status take_number(const lookup *reading, int64_t *number)
{
    const cJSON *value = reading->variable->value;
    size_t length;
    const char *text = number_text(reading->variable, &length);
    if (!cJSON_IsNumber(value))
        return refuse(reading, "its value is not a JSON number");
    if (text != NULL && kf_number_int64(text, length, number) == KF_NUMBER_OK)
        return KF_OK;
    if (text != NULL || value->valuedouble != floor(value->valuedouble) ||
        fabs(value->valuedouble) >= FLOWABLE_INT64_BOUND)
        return refuse(reading, "its value is not a whole number of 64 bits");
    *number = (int64_t)value->valuedouble;
    return KF_OK;
}

/* A bigInteger, which comes as a text. */
static kf_status take_big_integer(const lookup *reading, int64_t *number)
{
    const char *text;
    if (cJSON_IsNumber(reading->variable->value))
        return take_number(reading, number);
    kf_status status = take_text(reading, &text);
    if (status != KF_OK)
        return status;
    if (!flowable_decimal_valid(text, true))
        return refuse(reading, "its value is not a whole number");
    text += *text == '+';
    if (kf_number_int64(text, strlen(text), number) != KF_NUMBER_OK)
        return refuse(reading, "its value does not fit into 64 bits; use flowable_variable_get_decimal()");
    return KF_OK;
}

kf_status flowable_variable_get_string(const flowable_engine_rest_variable *variables, size_t count, const char *name,
                                       const char **value, kf_error *error)
{
    lookup reading;
    kf_status status = begin(&reading, variables, count, name, value, TYPE(STRING), error);
    return status == KF_OK ? take_text(&reading, value) : status;
}

kf_status flowable_variable_get_int64(const flowable_engine_rest_variable *variables, size_t count, const char *name,
                                      int64_t *value, kf_error *error)
{
    lookup reading;
    int64_t number;
    kf_status status = begin(&reading, variables, count, name, value, TYPES_WHOLE | TYPE(BIG_INTEGER), error);
    if (status == KF_OK)
        status = reading.type == FLOWABLE_VARIABLE_TYPE_BIG_INTEGER ? take_big_integer(&reading, &number)
                                                                    : take_number(&reading, &number);
    if (status == KF_OK)
        *value = number;
    return status;
}

/* A double, whose values that JSON lacks come as texts. */
static kf_status take_double(const lookup *reading, double *number)
{
    const char *text;
    if (cJSON_IsNumber(reading->variable->value)) {
        *number = reading->variable->value->valuedouble;
        return KF_OK;
    }
    kf_status status = take_text(reading, &text);
    if (status != KF_OK)
        return status;
    if (strcmp(text, "Infinity") == 0)
        *number = INFINITY;
    else if (strcmp(text, "-Infinity") == 0)
        *number = -INFINITY;
    else if (strcmp(text, "NaN") == 0)
        *number = NAN;
    else
        return refuse(reading, "its value is not a number");
    return KF_OK;
}

kf_status flowable_variable_get_double(const flowable_engine_rest_variable *variables, size_t count, const char *name,
                                       double *value, kf_error *error)
{
    lookup reading;
    int64_t whole;
    kf_status status = begin(&reading, variables, count, name, value, TYPES_WHOLE | TYPE(DOUBLE), error);
    if (status != KF_OK)
        return status;
    if (reading.type == FLOWABLE_VARIABLE_TYPE_DOUBLE)
        return take_double(&reading, value);
    status = take_number(&reading, &whole);
    if (status != KF_OK)
        return status;
    double number = (double)whole;
    if (number >= FLOWABLE_INT64_BOUND || (int64_t)number != whole)
        return refuse(&reading, "a double cannot hold its value exactly; use flowable_variable_get_int64()");
    *value = number;
    return KF_OK;
}

kf_status flowable_variable_get_boolean(const flowable_engine_rest_variable *variables, size_t count, const char *name,
                                        bool *value, kf_error *error)
{
    lookup reading;
    kf_status status = begin(&reading, variables, count, name, value, TYPE(BOOLEAN), error);
    if (status != KF_OK)
        return status;
    if (!cJSON_IsBool(reading.variable->value))
        return refuse(&reading, "its value is neither true nor false");
    *value = cJSON_IsTrue(reading.variable->value);
    return KF_OK;
}

kf_status flowable_variable_get_decimal(const flowable_engine_rest_variable *variables, size_t count, const char *name,
                                        const char **value, kf_error *error)
{
    lookup reading;
    size_t length;
    const char *text;
    kf_status status = begin(&reading, variables, count, name, value, TYPES_WHOLE | TYPES_BIG | TYPE(DOUBLE), error);
    if (status != KF_OK)
        return status;
    if (cJSON_IsNumber(reading.variable->value)) {
        text = number_text(reading.variable, &length);
        if (text == NULL)
            return refuse(&reading, "its value was not received, so it has no exact text");
    } else {
        status = take_text(&reading, &text);
        if (status != KF_OK)
            return status;
        if (!flowable_decimal_valid(text, reading.type == FLOWABLE_VARIABLE_TYPE_BIG_INTEGER))
            return refuse(&reading, "its value has no text of digits");
    }
    *value = text;
    return KF_OK;
}

kf_status flowable_variable_get_time(const flowable_engine_rest_variable *variables, size_t count, const char *name,
                                     kf_time *value, kf_error *error)
{
    lookup reading;
    const char *text;
    kf_error reason;
    kf_status status = begin(&reading, variables, count, name, value, TYPE(DATE) | TYPE(INSTANT), error);
    if (status == KF_OK)
        status = take_text(&reading, &text);
    if (status == KF_OK && kf_time_parse(text, value, &reason) != KF_OK)
        status = refuse(&reading, reason.message);
    return status;
}

kf_status flowable_variable_get_local(const flowable_engine_rest_variable *variables, size_t count, const char *name,
                                      const char **value, kf_error *error)
{
    lookup reading;
    kf_status status = begin(&reading, variables, count, name, value, TYPE(LOCAL_DATE) | TYPE(LOCAL_DATE_TIME), error);
    return status == KF_OK ? take_text(&reading, value) : status;
}

kf_status flowable_variable_get_json(const flowable_engine_rest_variable *variables, size_t count, const char *name,
                                     const cJSON **value, kf_error *error)
{
    lookup reading;
    kf_status status = begin(&reading, variables, count, name, value, TYPE(JSON), error);
    if (status == KF_OK)
        *value = reading.variable->value;
    return status;
}
