#include "services/jbpm/argument.h"

#include "core/fail.h"
#include "core/utf8.h"
#include "json/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const jbpm_argument none;

jbpm_argument jbpm_string(const char *name, const char *text)
{
    jbpm_argument argument = none;
    argument.name = name;
    argument.type = JBPM_VARIABLE_TYPE_STRING;
    argument.text = text;
    return argument;
}

static jbpm_argument whole(const char *name, jbpm_variable_type type, int64_t value)
{
    jbpm_argument argument = none;
    argument.name = name;
    argument.type = type;
    argument.integer = value;
    return argument;
}

jbpm_argument jbpm_long(const char *name, int64_t value)
{
    return whole(name, JBPM_VARIABLE_TYPE_LONG, value);
}

jbpm_argument jbpm_int(const char *name, int32_t value)
{
    return whole(name, JBPM_VARIABLE_TYPE_INTEGER, value);
}

jbpm_argument jbpm_boolean(const char *name, bool value)
{
    return whole(name, JBPM_VARIABLE_TYPE_BOOLEAN, value);
}

static jbpm_argument decimal(const char *name, jbpm_variable_type type, double value)
{
    jbpm_argument argument = none;
    argument.name = name;
    argument.type = type;
    argument.number = value;
    return argument;
}

jbpm_argument jbpm_double(const char *name, double value)
{
    return decimal(name, JBPM_VARIABLE_TYPE_DOUBLE, value);
}

jbpm_argument jbpm_float(const char *name, float value)
{
    return decimal(name, JBPM_VARIABLE_TYPE_FLOAT, (double)value);
}

kf_status jbpm_argument_refuse(const jbpm_argument *argument, const char *problem, kf_error *error)
{
    return kf_fail(error, KF_ERROR_ARGUMENT, "argument \"%.128s\": %s", argument->name != NULL ? argument->name : "",
                   problem);
}

static bool valid_text(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        size_t bytes = kf_utf8_length(text, left);
        if (bytes == 0)
            return false;
        text += bytes;
        left -= bytes;
    }
    return true;
}

bool jbpm_fits_xml(const char *text)
{
    if (text != NULL && !valid_text(text))
        return false;
    for (; text != NULL && *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || strncmp(text, "\xEF\xBF\xBE", 3) == 0 ||
            strncmp(text, "\xEF\xBF\xBF", 3) == 0)
            return false;
    }
    return true;
}

/* Of parameters, too: the server would take it, and no answer with it could be read. */
static const char no_xml[] = "XML cannot hold one of its characters";

static const char *problem_of(const jbpm_argument *argument)
{
    if (argument->name == NULL || *argument->name == '\0')
        return "a value needs a name";
    if (!valid_text(argument->name))
        return "its name is not valid UTF-8";
    if (!jbpm_fits_xml(argument->name))
        return no_xml;
    switch (argument->type) {
    case JBPM_VARIABLE_TYPE_STRING:
        if (argument->text == NULL)
            return "the text is NULL; to send no value, leave it out";
        if (!valid_text(argument->text))
            return "the text is not valid UTF-8";
        return jbpm_fits_xml(argument->text) ? NULL : no_xml;
    case JBPM_VARIABLE_TYPE_INTEGER:
        return argument->integer < INT32_MIN || argument->integer > INT32_MAX ? "the value is no integer of 32 bits"
                                                                              : NULL;
    case JBPM_VARIABLE_TYPE_BOOLEAN:
        return argument->integer != 0 && argument->integer != 1 ? "a boolean is 0 or 1" : NULL;
    case JBPM_VARIABLE_TYPE_FLOAT:
        return isfinite(argument->number) && (double)(float)argument->number != argument->number
                   ? "the value is no float"
                   : NULL;
    case JBPM_VARIABLE_TYPE_LONG:
    case JBPM_VARIABLE_TYPE_DOUBLE:
        return NULL;
    default:
        return "values of its type cannot be sent; make it with jbpm_string() or one of the functions beside it";
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static kf_status check_names(const jbpm_argument *arguments, size_t count, kf_error *error)
{
    const char **names = calloc(count, sizeof *names);
    if (names == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    for (size_t i = 0; i < count; i++)
        names[i] = arguments[i].name;
    qsort(names, count, sizeof *names, compare_names);
    kf_status status = KF_OK;
    for (size_t i = 1; i < count && status == KF_OK; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            status = kf_fail(error, KF_ERROR_ARGUMENT, "argument \"%.128s\" is there twice", names[i]);
    free(names);
    return status;
}

kf_status jbpm_arguments_check(const jbpm_argument *arguments, size_t count, kf_error *error)
{
    if (arguments == NULL && count > 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the arguments are NULL");
    for (size_t i = 0; i < count; i++) {
        const char *problem = problem_of(&arguments[i]);
        if (problem != NULL)
            return jbpm_argument_refuse(&arguments[i], problem, error);
    }
    return count > 1 ? check_names(arguments, count, error) : KF_OK;
}

size_t jbpm_float_digits(float value, char digits[16], int *exponent)
{
    char text[48];
    size_t count = 0;
    /* A text is read back in the same locale in which it was written, so its decimal point does not matter. */
    for (int places = 0; places < 9; places++) {
        snprintf(text, sizeof text, "%.*e", places, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    const char *at = text;
    for (; *at != '\0' && *at != 'e'; at++)
        if (*at >= '0' && *at <= '9' && count < 15)
            digits[count++] = *at;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    *exponent = *at == 'e' ? atoi(at + 1) : 0;
    return count;
}

static void put_double(double value, bool single, kf_buffer *text)
{
    char digits[KF_NUMBER_TEXT_SIZE];
    int exponent;
    if (isnan(value)) {
        kf_buffer_text(text, "NaN");
    } else if (isinf(value)) {
        kf_buffer_text(text, value < 0 ? "-INF" : "INF");
    } else if (single) {
        size_t count = jbpm_float_digits((float)fabs(value), digits, &exponent);
        kf_buffer_format(text, "%s%c.%sE%d", signbit(value) ? "-" : "", digits[0], count > 1 ? digits + 1 : "0",
                         exponent);
    } else {
        text->failed = kf_number_print_double(digits, value) == 0 || text->failed;
        kf_buffer_text(text, digits);
    }
}

void jbpm_argument_put(const jbpm_argument *argument, kf_buffer *text)
{
    switch (argument->type) {
    case JBPM_VARIABLE_TYPE_STRING:
        kf_buffer_text(text, argument->text);
        break;
    case JBPM_VARIABLE_TYPE_BOOLEAN:
        kf_buffer_text(text, argument->integer != 0 ? "true" : "false");
        break;
    case JBPM_VARIABLE_TYPE_DOUBLE:
    case JBPM_VARIABLE_TYPE_FLOAT:
        put_double(argument->number, argument->type == JBPM_VARIABLE_TYPE_FLOAT, text);
        break;
    default:
        kf_buffer_format(text, "%" PRId64, argument->integer);
    }
}

const char *jbpm_argument_xml_type(const jbpm_argument *argument)
{
    switch (argument->type) {
    case JBPM_VARIABLE_TYPE_STRING:
        return "xs:string";
    case JBPM_VARIABLE_TYPE_INTEGER:
        return "xs:int";
    case JBPM_VARIABLE_TYPE_BOOLEAN:
        return "xs:boolean";
    case JBPM_VARIABLE_TYPE_DOUBLE:
        return "xs:double";
    case JBPM_VARIABLE_TYPE_FLOAT:
        return "xs:float";
    default:
        return "xs:long";
    }
}
