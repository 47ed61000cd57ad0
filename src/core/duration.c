#include "kuflow/time.h"

#include "core/fail.h"

#include <string.h>

#define KF_SECOND_NANOSECONDS 1000000000

/* Moves the text past a letter, in either case. */
static bool kf_duration_letter(const char **text, char letter)
{
    if (**text != letter && **text != letter - 'A' + 'a')
        return false;
    (*text)++;
    return true;
}

/* What is counted before a unit: whole, and of seconds also the fraction. */
typedef struct kf_duration_part {
    int64_t whole;
    int32_t nanoseconds; /* Of the same sign, also where the whole is 0. */
    bool fraction; /* A point or comma stood there. */
} kf_duration_part;

/* A fraction of up to nine digits, which may be none. */
static bool kf_duration_fraction(const char **text, bool negative, kf_duration_part *part)
{
    int32_t unit = negative ? -KF_SECOND_NANOSECONDS : KF_SECOND_NANOSECONDS;
    part->fraction = **text == '.' || **text == ',';
    if (!part->fraction)
        return true;
    for ((*text)++; **text >= '0' && **text <= '9'; (*text)++) {
        unit /= 10;
        if (unit == 0)
            return false;
        part->nanoseconds += (**text - '0') * unit;
    }
    return true;
}

static bool kf_duration_number(const char **text, kf_duration_part *part)
{
    bool negative = **text == '-';
    *part = (kf_duration_part){0};
    if (**text == '-' || **text == '+')
        (*text)++;
    if (**text < '0' || **text > '9')
        return false;
    for (; **text >= '0' && **text <= '9'; (*text)++) {
        int digit = negative ? '0' - **text : **text - '0';
        if (__builtin_mul_overflow(part->whole, 10, &part->whole) ||
            __builtin_add_overflow(part->whole, digit, &part->whole))
            return false;
    }
    return kf_duration_fraction(text, negative, part);
}

/* Turns seconds and nanoseconds of any sign into a duration. */
static bool kf_duration_set(int64_t seconds, int32_t nanoseconds, kf_duration *duration)
{
    if (nanoseconds < 0) {
        nanoseconds += KF_SECOND_NANOSECONDS;
        if (__builtin_sub_overflow(seconds, 1, &seconds))
            return false;
    }
    *duration = (kf_duration){seconds, nanoseconds};
    return true;
}

static bool kf_duration_negate(kf_duration *duration)
{
    int64_t seconds = duration->seconds;
    /* -(s + n) is (-s - 1) + (1 - n): there is one for INT64_MIN too, as long as n is not 0. */
    if (duration->nanoseconds > 0)
        *duration = (kf_duration){-(seconds + 1), KF_SECOND_NANOSECONDS - duration->nanoseconds};
    else if (seconds == INT64_MIN)
        return false;
    else
        duration->seconds = -seconds;
    return true;
}

/* The units after the P. Java adds them up from the last to the first, and so do we: what overflows on the way is an
 * error although the sum may fit. */
static bool kf_duration_units(const char *text, kf_duration *duration)
{
    static const struct {
        char letter;
        int64_t seconds;
    } units[] = {{'D', 86400}, {'H', 3600}, {'M', 60}, {'S', 1}};
    int64_t parts[4] = {0};
    int64_t sum = 0;
    int32_t nanoseconds = 0;
    size_t unit = 0;
    bool time = false; /* Behind the T. */
    bool any = false; /* There, where we are, stands a unit. */
    while (*text != '\0') {
        kf_duration_part part;
        if (!time && kf_duration_letter(&text, 'T')) {
            time = true;
            any = false;
            unit = 1;
            continue;
        }
        if (!kf_duration_number(&text, &part))
            return false;
        while (unit < 4 && !kf_duration_letter(&text, units[unit].letter))
            unit++;
        if (unit >= 4 || time == (unit == 0) || (part.fraction && unit != 3))
            return false;
        if (__builtin_mul_overflow(part.whole, units[unit].seconds, &parts[unit]))
            return false;
        unit++;
        nanoseconds = part.nanoseconds;
        any = true;
    }
    for (int i = 3; i >= 0; i--) {
        if (__builtin_add_overflow(sum, parts[i], &sum))
            return false;
    }
    return any && kf_duration_set(sum, nanoseconds, duration);
}

kf_status kf_duration_parse(const char *text, kf_duration *duration, kf_error *error)
{
    kf_error_clear(error);
    if (text == NULL || duration == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_duration_parse: an argument is NULL");
    kf_duration read;
    const char *rest = text + (*text == '-' || *text == '+');
    if (!kf_duration_letter(&rest, 'P') || !kf_duration_units(rest, &read) ||
        (*text == '-' && !kf_duration_negate(&read)))
        return kf_fail(error, KF_ERROR_ARGUMENT, "\"%.64s\" is not a duration such as PT5M or P1DT2H30.5S", text);
    *duration = read;
    return KF_OK;
}

static char *kf_put_number(char *target, int64_t value)
{
    char digits[20];
    size_t count = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value < 0)
        *target++ = '-';
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    while (count > 0)
        *target++ = digits[--count];
    return target;
}

static char *kf_put_unit(char *target, int64_t value, char letter)
{
    if (value == 0)
        return target;
    target = kf_put_number(target, value);
    *target++ = letter;
    return target;
}

/* A point and the digits, without zeros at the end. */
static char *kf_put_nanoseconds(char *target, int32_t nanoseconds)
{
    *target++ = '.';
    for (int32_t unit = KF_SECOND_NANOSECONDS / 10; nanoseconds > 0; unit /= 10) {
        *target++ = (char)('0' + nanoseconds / unit);
        nanoseconds %= unit;
    }
    return target;
}

kf_status kf_duration_format(kf_duration duration, char text[KF_DURATION_TEXT_SIZE], kf_error *error)
{
    kf_error_clear(error);
    if (text == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_duration_format: an argument is NULL");
    text[0] = '\0';
    if (duration.nanoseconds < 0 || duration.nanoseconds >= KF_SECOND_NANOSECONDS)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_duration_format: nanoseconds are not in 0 to 999999999");
    int64_t seconds = duration.seconds;
    int32_t nanoseconds = duration.nanoseconds;
    bool negative = seconds < 0;
    if (negative && nanoseconds > 0) {
        seconds++;
        nanoseconds = KF_SECOND_NANOSECONDS - nanoseconds;
    }
    char *p = text;
    *p++ = 'P';
    *p++ = 'T';
    char *start = p;
    p = kf_put_unit(p, seconds / 3600, 'H');
    p = kf_put_unit(p, seconds % 3600 / 60, 'M');
    seconds %= 60;
    if (seconds != 0 || nanoseconds != 0 || p == start) {
        if (negative && seconds == 0 && nanoseconds != 0)
            *p++ = '-';
        p = kf_put_number(p, seconds);
        if (nanoseconds != 0)
            p = kf_put_nanoseconds(p, nanoseconds);
        *p++ = 'S';
    }
    *p = '\0';
    return KF_OK;
}

kf_duration kf_duration_from_ms(int64_t milliseconds)
{
    kf_duration duration;
    /* Milliseconds have room: this cannot fail. */
    kf_duration_set(milliseconds / 1000, (int32_t)(milliseconds % 1000) * 1000000, &duration);
    return duration;
}

kf_status kf_duration_to_ms(kf_duration duration, int64_t *milliseconds, kf_error *error)
{
    int64_t sum;
    int64_t seconds = duration.seconds;
    int32_t nanoseconds = duration.nanoseconds;
    kf_error_clear(error);
    if (milliseconds == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_duration_to_ms: an argument is NULL");
    if (nanoseconds < 0 || nanoseconds >= KF_SECOND_NANOSECONDS)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_duration_to_ms: nanoseconds are not in 0 to 999999999");
    /* With one sign for both, division cuts towards zero. */
    if (seconds < 0 && nanoseconds > 0) {
        seconds++;
        nanoseconds -= KF_SECOND_NANOSECONDS;
    }
    if (__builtin_mul_overflow(seconds, 1000, &sum) || __builtin_add_overflow(sum, nanoseconds / 1000000, &sum))
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_duration_to_ms: the duration has too many milliseconds");
    *milliseconds = sum;
    return KF_OK;
}
