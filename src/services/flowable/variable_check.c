#include "services/flowable/variable_check.h"

#include "core/utf8.h"
#include "kuflow/time.h"
#include "json/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLOWABLE_NAME_MOST 255 /* UTF-16 units: a column of the server's database. */
#define FLOWABLE_DECIMAL_MOST 4000 /* The same, for a number written without exponent. */
#define FLOWABLE_EXPONENT_MOST 9999 /* Beyond it every number is longer than that. */
#define FLOWABLE_ROUNDED_FROM 9007199254740992.0
#define FLOWABLE_ROUNDED_TO 9223372036854775808.0

static const char no_memory[] = "memory ran out";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *flowable_name_problem(const char *name)
{
    size_t left = name != NULL ? strlen(name) : 0;
    size_t units = 0;
    if (left == 0)
        return "a variable needs a name";
    while (left > 0) {
        size_t bytes = kf_utf8_length(name, left);
        if (bytes == 0)
            return "its name is not valid UTF-8";
        units += bytes == 4 ? 2 : 1;
        name += bytes;
        left -= bytes;
    }
    return units > FLOWABLE_NAME_MOST ? "its name is longer than 255 characters" : NULL;
}

/* A decimal number taken apart. */
typedef struct parts {
    bool negative;
    size_t digits; /* From the first that is not 0; at least 1. */
    size_t fraction;
    long exponent;
} parts;

/* The digits before or behind the point, which may be none. */
static const char *count_digits(const char *text, parts *number)
{
    for (; is_digit(*text); text++) {
        if (number->digits > 0 || *text != '0')
            number->digits++;
    }
    return text;
}

static bool take_exponent(const char **text, parts *number)
{
    const char *p = *text + 1;
    bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    if (!is_digit(*p))
        return false;
    for (; is_digit(*p); p++) {
        if (number->exponent <= FLOWABLE_EXPONENT_MOST)
            number->exponent = number->exponent * 10 + (*p - '0');
    }
    if (negative)
        number->exponent = -number->exponent;
    *text = p;
    return true;
}

static bool take_decimal(const char *text, bool whole, parts *number)
{
    *number = (parts){.negative = *text == '-'};
    if (*text == '-' || *text == '+')
        text++;
    if (!is_digit(*text))
        return false;
    text = count_digits(text, number);
    if (!whole && *text == '.') {
        const char *fraction = text + 1;
        text = count_digits(fraction, number);
        number->fraction = (size_t)(text - fraction);
        if (number->fraction == 0)
            return false;
    }
    if (!whole && (*text == 'e' || *text == 'E') && !take_exponent(&text, number))
        return false;
    return *text == '\0';
}

bool flowable_decimal_valid(const char *text, bool whole)
{
    parts number;
    return take_decimal(text, whole, &number);
}

const char *flowable_decimal_problem(const char *text, bool whole)
{
    static const char too_long[] = "written without exponent, it is longer than the 4000 characters that the server "
                                   "can store; send it as a string";
    parts number;
    if (text == NULL)
        return "the text is NULL; for no value there is flowable_variables_set_null()";
    if (!take_decimal(text, whole, &number))
        return whole ? "the text is not a whole number such as -12" : "the text is not a decimal number such as -12.50";
    if (number.fraction > FLOWABLE_DECIMAL_MOST || number.exponent > FLOWABLE_EXPONENT_MOST ||
        number.exponent < -FLOWABLE_EXPONENT_MOST)
        return too_long;
    bool zero = number.digits == 0;
    long scale = (long)number.fraction - number.exponent;
    size_t length = zero ? 1 : number.digits;
    if (scale > 0)
        length = (length > (size_t)scale ? length : (size_t)scale + 1) + 1;
    else if (!zero)
        length += (size_t)-scale;
    length += number.negative && !zero;
    return length > FLOWABLE_DECIMAL_MOST ? too_long : NULL;
}

const char *flowable_local_date_time_problem(const char *text)
{
    if (!kf_local_date_time_valid(text))
        return "the text is not a date and time such as 2026-02-28T09:30:15.125, without a zone, of a year from 0000 "
               "to 9999";
    const char *point = strchr(text, '.');
    if (point != NULL && strlen(point) > 4 && strspn(point + 4, "0") != strlen(point + 4))
        return "the server cuts a time to milliseconds; round it first";
    return NULL;
}

/* The digits of a number without sign, point, exponent, and zeros at either end. Returns how many; more than the room
 * are counted, but not written. */
static size_t significant_digits(const char *text, size_t length, char *digits, size_t room)
{
    size_t count = 0;
    size_t last = 0;
    for (size_t i = 0; i < length && text[i] != 'e' && text[i] != 'E'; i++) {
        if (!is_digit(text[i]) || (count == 0 && text[i] == '0'))
            continue;
        if (count < room)
            digits[count] = text[i];
        count++;
        if (text[i] != '0')
            last = count;
    }
    return last;
}

/* The server keeps whole numbers as they are, but reads all others as doubles: they must be what that prints. */
static const char *number_problem(const char *text, size_t length, kf_status *status)
{
    char digits[KF_NUMBER_TEXT_SIZE];
    char printed[KF_NUMBER_TEXT_SIZE];
    char printed_digits[KF_NUMBER_TEXT_SIZE];
    double value;
    bool whole = true;
    for (size_t i = 0; i < length; i++)
        whole = whole && (is_digit(text[i]) || text[i] == '-');
    if (whole)
        return length == 2 && memcmp(text, "-0", 2) == 0 ? "a number in it is -0, whose sign the server drops" : NULL;
    kf_number_result result = kf_number_double(text, length, &value);
    size_t count = significant_digits(text, length, digits, sizeof digits);
    size_t printed_length = result == KF_NUMBER_OK ? kf_number_print_double(printed, value) : 0;
    if (result == KF_NUMBER_MEMORY || (result == KF_NUMBER_OK && printed_length == 0)) {
        *status = KF_ERROR_MEMORY;
        return no_memory;
    }
    if (result != KF_NUMBER_OK || count > sizeof digits ||
        count != significant_digits(printed, printed_length, printed_digits, sizeof printed_digits) ||
        memcmp(digits, printed_digits, count) != 0)
        return "a number in it is not exact as a double, to which the server would round it; write it with fewer "
               "digits or as a text";
    return NULL;
}

const char *flowable_json_numbers_problem(const char *json, size_t length, kf_status *status)
{
    const char *problem = NULL;
    for (size_t i = 0; i < length && problem == NULL; i++) {
        if (json[i] == '"') {
            for (i++; json[i] != '"'; i++)
                i += json[i] == '\\';
        } else if (json[i] == '-' || is_digit(json[i])) {
            size_t start = i;
            while (i + 1 < length && strchr("+-.eE0123456789", json[i + 1]) != NULL && json[i + 1] != '\0')
                i++;
            problem = number_problem(json + start, i + 1 - start, status);
        }
    }
    return problem;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *object_names_problem(const cJSON *object, kf_status *status)
{
    size_t count = 0;
    bool twice = false;
    for (const cJSON *item = object->child; item != NULL; item = item->next)
        count++;
    if (count < 2)
        return NULL;
    const char **names = malloc(count * sizeof *names);
    if (names == NULL) {
        *status = KF_ERROR_MEMORY;
        return no_memory;
    }
    count = 0;
    for (const cJSON *item = object->child; item != NULL; item = item->next)
        names[count++] = item->string;
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 1; i < count; i++)
        twice = twice || strcmp(names[i - 1], names[i]) == 0;
    free(names);
    return twice ? "an object in it has two members of one name, of which the server would drop one" : NULL;
}

/* Both walks go as deep as the tree, which has passed the depth that can be read or written before. */
const char *flowable_json_names_problem(const cJSON *tree, kf_status *status)
{
    const char *problem = cJSON_IsObject(tree) ? object_names_problem(tree, status) : NULL;
    for (const cJSON *item = tree->child; item != NULL && problem == NULL; item = item->next)
        problem = flowable_json_names_problem(item, status);
    return problem;
}

const char *flowable_tree_numbers_problem(const cJSON *tree)
{
    const char *problem = NULL;
    double size = fabs(tree->valuedouble);
    /* Above that, it is written with an exponent, as a double. */
    if (cJSON_IsNumber(tree) && size >= FLOWABLE_ROUNDED_FROM && size < FLOWABLE_ROUNDED_TO)
        problem = "a whole number in it is too large for cJSON, which may have rounded it; use cJSON_CreateRaw() or "
                  "flowable_variables_set_json_text()";
    for (const cJSON *item = tree->child; item != NULL && problem == NULL; item = item->next)
        problem = flowable_tree_numbers_problem(item);
    return problem;
}
