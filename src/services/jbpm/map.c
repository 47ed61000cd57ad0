/* Values in parameters, where the server guesses a type from the text. */
#include "core/fail.h"
#include "services/jbpm/argument.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define JBPM_LONG_MOST INT64_C(999999999999999999) /* 18 digits */
#define JBPM_INTEGER_MOST INT64_C(999999999) /* 9 digits */
#define JBPM_FLOAT_LENGTH_MOST 10

#define SEND_IT "; send it with commands (jbpm_commands_…)"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Java's pattern \d+[li]? */
static bool reads_as_whole(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;
    return digits > 0 && (*rest == '\0' || ((*rest == 'l' || *rest == 'i') && rest[1] == '\0'));
}

/* Java's pattern \d[\d.]{1,9}(E-?\d{1,2})?f? */
static bool reads_as_float(const char *text)
{
    size_t mantissa = strspn(text, "0123456789.");
    const char *rest = text + mantissa;
    if (!is_digit(*text) || mantissa < 2 || mantissa > 10)
        return false;
    if (*rest == 'E') {
        rest += rest[1] == '-' ? 2 : 1;
        size_t digits = strspn(rest, "0123456789");
        if (digits < 1 || digits > 2)
            return false;
        rest += digits;
    }
    return *rest == '\0' || (*rest == 'f' && rest[1] == '\0');
}

/* Whether the server cuts something off at either end, as String.trim() does. */
static bool is_trimmed(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && ((unsigned char)text[0] <= ' ' || (unsigned char)text[length - 1] <= ' ');
}

/* Whether Java's "." does not match a character of it. */
static bool has_lines(const char *text)
{
    return strpbrk(text, "\n\r") != NULL || strstr(text, "\xC2\x85") != NULL || strstr(text, "\xE2\x80\xA8") != NULL ||
           strstr(text, "\xE2\x80\xA9") != NULL;
}

static bool is_quoted(const char *text)
{
    size_t length = strlen(text);
    return length >= 2 && text[0] == '"' && text[length - 1] == '"' && !has_lines(text);
}

static const char *put_string(jbpm_profile profile, const char *value, kf_buffer *text)
{
    if (profile == JBPM_6_0) {
        if (is_trimmed(value))
            return "jBPM 6.0 cuts off the white space at its ends" SEND_IT;
        if (reads_as_whole(value))
            return "jBPM 6.0 reads this text as a number" SEND_IT;
        kf_buffer_text(text, value);
        return NULL;
    }
    bool quotes = is_trimmed(value) || is_quoted(value) || reads_as_whole(value) || reads_as_float(value) ||
                  strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
    if (quotes && has_lines(value))
        return "the server would misread it, and takes quotes off a text of one line only" SEND_IT;
    kf_buffer_format(text, quotes ? "\"%s\"" : "%s", value);
    return NULL;
}

static const char *put_whole(const jbpm_argument *argument, kf_buffer *text)
{
    bool is_long = argument->type == JBPM_VARIABLE_TYPE_LONG;
    if (argument->integer < 0)
        return "the server reads a negative number as a text" SEND_IT;
    if (is_long && argument->integer > JBPM_LONG_MOST)
        return "the server takes a long of at most 18 digits" SEND_IT;
    if (!is_long && argument->integer > JBPM_INTEGER_MOST)
        return "the server takes an integer of at most 9 digits" SEND_IT;
    jbpm_argument_put(argument, text);
    kf_buffer_text(text, is_long ? "" : "i");
    return NULL;
}

/* 1.5 and 0.001, with a point so that it is no long. */
static void put_plain(const char *digits, size_t count, int exponent, kf_buffer *text)
{
    if (exponent < 0)
        kf_buffer_text(text, "0.");
    for (int i = exponent + 1; i < 0; i++)
        kf_buffer_char(text, '0');
    for (int i = 0; i < (int)count || i <= exponent; i++) {
        if (exponent >= 0 && i == exponent + 1)
            kf_buffer_char(text, '.');
        kf_buffer_char(text, i < (int)count ? digits[i] : '0');
    }
    if (exponent >= (int)count - 1)
        kf_buffer_text(text, ".0");
}

static const char *put_float(const jbpm_argument *argument, kf_buffer *text)
{
    char digits[16];
    int exponent;
    if (!isfinite(argument->number) || signbit(argument->number))
        return "the server reads only floats that are finite and not negative" SEND_IT;
    size_t count = jbpm_float_digits((float)argument->number, digits, &exponent);
    size_t start = text->length;
    if (exponent >= -8 && exponent <= 8)
        put_plain(digits, count, exponent, text);
    else
        jbpm_argument_put(argument, text);
    if (!text->failed && text->length - start > JBPM_FLOAT_LENGTH_MOST)
        return "the server takes a float of at most 10 characters" SEND_IT;
    return NULL;
}

/* The text of a value that has been checked. Returns what is wrong with it here, or NULL. */
static const char *put_value(jbpm_profile profile, const jbpm_argument *argument, kf_buffer *text)
{
    switch (argument->type) {
    case JBPM_VARIABLE_TYPE_STRING:
        return put_string(profile, argument->text, text);
    case JBPM_VARIABLE_TYPE_LONG:
    case JBPM_VARIABLE_TYPE_INTEGER:
        return put_whole(argument, text);
    case JBPM_VARIABLE_TYPE_BOOLEAN:
        if (profile < JBPM_6_4)
            return "servers before 6.4 read a boolean as a text" SEND_IT;
        jbpm_argument_put(argument, text);
        return NULL;
    case JBPM_VARIABLE_TYPE_FLOAT:
        if (profile < JBPM_6_4)
            return "servers before 6.4 read a float as a text" SEND_IT;
        return put_float(argument, text);
    default:
        return "parameters have no text for a double" SEND_IT;
    }
}

/* The texts of all values, each with its end; behind the entries in one block. */
static kf_status put_values(jbpm_profile profile, const jbpm_argument *arguments, size_t count, kf_buffer *texts,
                            kf_error *error)
{
    for (size_t i = 0; i < count; i++) {
        kf_buffer_append(texts, arguments[i].name, strlen(arguments[i].name) + 1);
        const char *problem = put_value(profile, &arguments[i], texts);
        if (problem != NULL)
            return jbpm_argument_refuse(&arguments[i], problem, error);
        kf_buffer_append(texts, "", 1);
    }
    return texts->failed ? kf_fail(error, KF_ERROR_MEMORY, "memory ran out") : KF_OK;
}

kf_status jbpm_map_new(jbpm_profile profile, const jbpm_argument *arguments, size_t count, kf_string_map *map,
                       kf_error *error)
{
    kf_buffer texts = {0};
    kf_error_clear(error);
    if (map == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the place for the map is NULL");
    *map = (kf_string_map){0};
    kf_status status = jbpm_arguments_check(arguments, count, error);
    if (status == KF_OK)
        status = put_values(profile, arguments, count, &texts, error);
    if (status == KF_OK && count > 0) {
        kf_string_entry *entries = malloc(count * sizeof *entries + texts.length);
        if (entries == NULL) {
            status = kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
        } else {
            const char *at = memcpy(entries + count, texts.data, texts.length);
            for (size_t i = 0; i < count; i++) {
                entries[i].key = at;
                entries[i].value = at + strlen(at) + 1;
                at = entries[i].value + strlen(entries[i].value) + 1;
            }
            map->items = entries;
            map->count = count;
        }
    }
    kf_buffer_free(&texts);
    return status;
}

void jbpm_map_free(kf_string_map *map)
{
    if (map == NULL)
        return;
    free((void *)map->items);
    *map = (kf_string_map){0};
}

kf_status jbpm_event_text(jbpm_profile profile, const jbpm_argument *event, char **text, kf_error *error)
{
    kf_buffer buffer = {0};
    kf_error_clear(error);
    if (text != NULL)
        *text = NULL;
    if (event == NULL || text == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the event or the place for its text is NULL");
    jbpm_argument named = *event;
    named.name = "event";
    kf_status status = jbpm_arguments_check(&named, 1, error);
    const char *problem = status == KF_OK ? put_value(profile, &named, &buffer) : NULL;
    if (problem != NULL)
        status = jbpm_argument_refuse(&named, problem, error);
    if (status == KF_OK && (*text = kf_buffer_take(&buffer)) == NULL)
        status = kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    kf_buffer_free(&buffer);
    return status;
}
