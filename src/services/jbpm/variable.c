/* Reading variables, whatever form the release gives them. */
#include "core/fail.h"
#include "services/jbpm/java.h"
#include "json/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text; /* for people */
    const char *xml; /* in XML Schema */
} types[] = {
    [JBPM_VARIABLE_TYPE_UNSPECIFIED] = {"unspecified", ""},
    [JBPM_VARIABLE_TYPE_NULL] = {"null", ""},
    [JBPM_VARIABLE_TYPE_STRING] = {"string", "string"},
    [JBPM_VARIABLE_TYPE_LONG] = {"long", "long"},
    [JBPM_VARIABLE_TYPE_INTEGER] = {"integer", "int"},
    [JBPM_VARIABLE_TYPE_SHORT] = {"short", "short"},
    [JBPM_VARIABLE_TYPE_BYTE] = {"byte", "byte"},
    [JBPM_VARIABLE_TYPE_BOOLEAN] = {"boolean", "boolean"},
    [JBPM_VARIABLE_TYPE_DOUBLE] = {"double", "double"},
    [JBPM_VARIABLE_TYPE_FLOAT] = {"float", "float"},
    [JBPM_VARIABLE_TYPE_TEXT] = {"text", ""},
    [JBPM_VARIABLE_TYPE_OBJECT] = {"object", ""},
};

#define TYPE(name) (1u << JBPM_VARIABLE_TYPE_##name)
#define TYPES_WHOLE (TYPE(LONG) | TYPE(INTEGER) | TYPE(SHORT) | TYPE(BYTE))

const char *jbpm_variable_type_text(jbpm_variable_type type)
{
    size_t place = (size_t)type;
    return types[place < sizeof(types) / sizeof(types[0]) ? place : 0].text;
}

const jbpm_variable *jbpm_variable_find(const jbpm_variable *variables, size_t count, const char *name)
{
    for (size_t i = 0; variables != NULL && name != NULL && i < count; i++)
        if (variables[i].key != NULL && strcmp(variables[i].key, name) == 0)
            return &variables[i];
    return NULL;
}

/* The type that XML Schema calls that, with whatever prefix its namespace has. */
static jbpm_variable_type type_of_xml(const char *name)
{
    const char *colon = name != NULL ? strrchr(name, ':') : NULL;
    if (colon != NULL)
        name = colon + 1;
    for (size_t i = 0; name != NULL && *name != '\0' && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].xml, name) == 0)
            return (jbpm_variable_type)i;
    return JBPM_VARIABLE_TYPE_TEXT;
}

/* A variable taken apart: a text, or a Java object. */
typedef struct reading {
    const char *name;
    jbpm_variable_type type;
    const char *text; /* NULL: `java` has the value */
    jbpm_java_value java;
    const kf_bytes *stream; /* NULL: it came as text */
    kf_error *error;
} reading;

static reading read_variable(const jbpm_variable *variable)
{
    reading found = {.type = JBPM_VARIABLE_TYPE_NULL};
    if (variable->content.data != NULL && variable->content.length > 0) {
        found.stream = &variable->content;
        found.java = jbpm_java_read(variable->content.data, variable->content.length);
        found.type = found.java.type;
    } else if (variable->value != NULL && variable->value->text != NULL) {
        found.text = variable->value->text;
        found.type = type_of_xml(variable->value->type);
    } else if (variable->value != NULL && type_of_xml(variable->value->type) == JBPM_VARIABLE_TYPE_STRING) {
        found.text = ""; /* an empty element */
        found.type = JBPM_VARIABLE_TYPE_STRING;
    }
    return found;
}

jbpm_variable_type jbpm_variable_type_of(const jbpm_variable *variable)
{
    return variable != NULL ? read_variable(variable).type : JBPM_VARIABLE_TYPE_UNSPECIFIED;
}

static kf_status refuse(const reading *found, const char *problem)
{
    return kf_fail(found->error, KF_ERROR_ARGUMENT, "variable \"%.128s\": %s", found->name, problem);
}

/* Finds the variable and looks whether its type is among those that are wanted. */
static kf_status begin(reading *found, const jbpm_variable *variables, size_t count, const char *name,
                       const void *value, unsigned wanted, kf_error *error)
{
    kf_error_clear(error);
    if (name == NULL || value == NULL || (variables == NULL && count > 0))
        return kf_fail(error, KF_ERROR_ARGUMENT, "the variables, the name or the place for the value is NULL");
    const jbpm_variable *variable = jbpm_variable_find(variables, count, name);
    if (variable == NULL)
        return kf_fail(error, KF_ERROR_NOT_FOUND, "there is no variable \"%.128s\"", name);
    *found = read_variable(variable);
    found->name = name;
    found->error = error;
    if (found->type == JBPM_VARIABLE_TYPE_NULL)
        return kf_fail(error, KF_ERROR_NOT_FOUND, "variable \"%.128s\" is null", name);
    if ((wanted >> found->type & 1) == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "variable \"%.128s\" is of the type %s%s%.128s", name,
                       jbpm_variable_type_text(found->type), variable->class_name != NULL ? ": " : "",
                       variable->class_name != NULL ? variable->class_name : "");
    return KF_OK;
}

kf_status jbpm_variable_get_string(const jbpm_variable *variables, size_t count, const char *name, char **value,
                                   kf_error *error)
{
    reading found;
    kf_buffer text = {0};
    kf_status status = begin(&found, variables, count, name, value, TYPE(STRING) | TYPE(TEXT), error);
    if (status != KF_OK)
        return status;
    jbpm_java_text result = JBPM_JAVA_TEXT_OK;
    if (found.text != NULL)
        kf_buffer_text(&text, found.text);
    else
        result = jbpm_java_utf8(found.java.text, found.java.length, &text);
    if (result != JBPM_JAVA_TEXT_OK) {
        kf_buffer_free(&text);
        return refuse(&found, result == JBPM_JAVA_TEXT_NUL
                                  ? "it has U+0000, which no C text can hold; use jbpm_variable_get_bytes()"
                                  : "it has half of a surrogate pair or is broken; use jbpm_variable_get_bytes()");
    }
    char *copy = kf_buffer_take(&text);
    if (copy == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    *value = copy;
    return KF_OK;
}

/* Without the white space that XML Schema allows around numbers. */
static const char *trim(const char *text, size_t *length)
{
    text += strspn(text, " \t\r\n");
    *length = strlen(text);
    while (*length > 0 && strchr(" \t\r\n", text[*length - 1]) != NULL)
        --*length;
    return text;
}

/* Whether it is a number as JSON and Java write it; `*whole` without point and exponent. */
static bool is_number(const char *text, size_t length, bool *whole)
{
    const char *end = text + length;
    text += *text == '-';
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || (digits > 1 && *text == '0'))
        return false;
    text += digits;
    *whole = text == end;
    if (*text == '.') {
        digits = strspn(text + 1, "0123456789");
        text += digits > 0 ? digits + 1 : 0;
    }
    if (*text == 'e' || *text == 'E') {
        const char *exponent = text + (text[1] == '-' || text[1] == '+' ? 2 : 1);
        digits = strspn(exponent, "0123456789");
        text = digits > 0 ? exponent + digits : text;
    }
    return text == end;
}

kf_status jbpm_variable_get_int64(const jbpm_variable *variables, size_t count, const char *name, int64_t *value,
                                  kf_error *error)
{
    reading found;
    size_t length;
    bool whole = false;
    int64_t number;
    kf_status status = begin(&found, variables, count, name, value, TYPES_WHOLE | TYPE(TEXT), error);
    if (status != KF_OK)
        return status;
    if (found.text == NULL) {
        *value = found.java.integer;
        return KF_OK;
    }
    const char *text = trim(found.text, &length);
    if (!is_number(text, length, &whole) || !whole)
        return refuse(&found, "its value is not a whole number");
    if (kf_number_int64(text, length, &number) != KF_NUMBER_OK)
        return refuse(&found, "its value does not fit into 64 bits");
    *value = number;
    return KF_OK;
}

static kf_status take_double(const reading *found, double *value)
{
    static const struct {
        const char *text;
        double number;
    } special[] = {
        {"INF", INFINITY}, {"-INF", -INFINITY}, {"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}};
    size_t length;
    bool whole;
    const char *text = trim(found->text, &length);
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
        if (strlen(special[i].text) == length && memcmp(text, special[i].text, length) == 0) {
            *value = special[i].number;
            return KF_OK;
        }
    if (!is_number(text, length, &whole))
        return refuse(found, "its value is not a decimal number");
    kf_number_result result = kf_number_double(text, length, value);
    if (result == KF_NUMBER_MEMORY)
        return kf_fail(found->error, KF_ERROR_MEMORY, "memory ran out");
    return result == KF_NUMBER_OK ? KF_OK : refuse(found, "its value is larger than a double");
}

kf_status jbpm_variable_get_double(const jbpm_variable *variables, size_t count, const char *name, double *value,
                                   kf_error *error)
{
    reading found;
    double number = 0;
    kf_status status = begin(&found, variables, count, name, value, TYPE(DOUBLE) | TYPE(FLOAT) | TYPE(TEXT), error);
    if (status != KF_OK)
        return status;
    if (found.text == NULL) {
        *value = found.java.number;
        return KF_OK;
    }
    status = take_double(&found, &number);
    if (status == KF_OK) /* a float's text has only the digits that a float needs */
        *value = found.type == JBPM_VARIABLE_TYPE_FLOAT ? (double)(float)number : number;
    return status;
}

kf_status jbpm_variable_get_boolean(const jbpm_variable *variables, size_t count, const char *name, bool *value,
                                    kf_error *error)
{
    reading found;
    size_t length;
    kf_status status = begin(&found, variables, count, name, value, TYPE(BOOLEAN) | TYPE(TEXT), error);
    if (status != KF_OK)
        return status;
    if (found.text == NULL) {
        *value = found.java.integer != 0;
        return KF_OK;
    }
    const char *text = trim(found.text, &length);
    bool typed = found.type == JBPM_VARIABLE_TYPE_BOOLEAN; /* XML Schema also has 0 and 1 */
    bool yes = (length == 4 && memcmp(text, "true", 4) == 0) || (typed && length == 1 && *text == '1');
    bool no = (length == 5 && memcmp(text, "false", 5) == 0) || (typed && length == 1 && *text == '0');
    if (!yes && !no)
        return refuse(&found, "its value is neither true nor false");
    *value = yes;
    return KF_OK;
}

kf_status jbpm_variable_get_bytes(const jbpm_variable *variables, size_t count, const char *name, uint8_t **value,
                                  size_t *length, kf_error *error)
{
    reading found;
    kf_status status = begin(&found, variables, count, name, length != NULL ? value : NULL, ~0u, error);
    if (status != KF_OK)
        return status;
    if (found.stream == NULL)
        return refuse(&found, "it did not come as a serialized object");
    uint8_t *copy = malloc(found.stream->length);
    if (copy == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    *value = memcpy(copy, found.stream->data, found.stream->length);
    *length = found.stream->length;
    return KF_OK;
}
