#define _POSIX_C_SOURCE 200809L
#include "json/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KF_EXPONENT_MOST 100000
#define KF_EXACT_INTEGERS 9007199254740992.0 /* Up to here every whole number is a double. */

/* A number taken apart: mantissa * 10^exponent, or more digits than fit. */
typedef struct kf_parts {
    bool negative;
    bool fits; /* The mantissa holds all significant digits. */
    uint64_t mantissa;
    int exponent;
} kf_parts;

/* Stops growing far above what the digits of any text could make up for. */
static int64_t kf_read_exponent(const char *p, const char *end)
{
    bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    int64_t exponent = 0;
    for (; p < end; p++) {
        if (exponent < INT64_C(100000000000000000))
            exponent = exponent * 10 + (*p - '0');
    }
    return negative ? -exponent : exponent;
}

/* Zeros at the end only move the exponent, so that 5.0 and 1e3 have the mantissas 5 and 1. */
static void kf_take_apart(const char *text, size_t length, kf_parts *parts)
{
    const char *end = text + length;
    *parts = (kf_parts){.fits = true};
    if (*text == '-') {
        parts->negative = true;
        text++;
    }
    bool fraction = false;
    int64_t exponent = 0;
    int64_t zeros = 0;
    for (; text < end && *text != 'e' && *text != 'E'; text++) {
        if (*text == '.') {
            fraction = true;
            continue;
        }
        exponent -= fraction;
        zeros++;
        if (*text == '0')
            continue;
        /* The zeros before this digit count now that a digit follows them. */
        for (; zeros > 0; zeros--) {
            uint64_t digit = zeros == 1 ? (uint64_t)(*text - '0') : 0;
            if (parts->mantissa > (UINT64_MAX - digit) / 10) {
                parts->fits = false;
                zeros = 0;
                break;
            }
            parts->mantissa = parts->mantissa * 10 + digit;
        }
    }
    exponent += zeros;
    if (text < end)
        exponent += kf_read_exponent(text + 1, end);
    if (exponent > KF_EXPONENT_MOST || exponent < -KF_EXPONENT_MOST)
        exponent = exponent < 0 ? -KF_EXPONENT_MOST : KF_EXPONENT_MOST;
    parts->exponent = parts->mantissa == 0 && parts->fits ? 0 : (int)exponent;
}

static kf_number_result kf_parts_int64(const kf_parts *parts, int64_t *value)
{
    uint64_t mantissa = parts->mantissa;
    if (parts->exponent < 0)
        return KF_NUMBER_FRACTION;
    if (!parts->fits)
        return KF_NUMBER_RANGE;
    for (int i = 0; i < parts->exponent; i++) {
        if (mantissa > UINT64_MAX / 10)
            return KF_NUMBER_RANGE;
        mantissa *= 10;
    }
    if (mantissa > (uint64_t)INT64_MAX + parts->negative)
        return KF_NUMBER_RANGE;
    if (parts->negative)
        *value = mantissa > (uint64_t)INT64_MAX ? INT64_MIN : -(int64_t)mantissa;
    else
        *value = (int64_t)mantissa;
    return KF_NUMBER_OK;
}

kf_number_result kf_number_int64(const char *text, size_t length, int64_t *value)
{
    const char *end = text + length;
    const char *p = text + (*text == '-');
    if (end - p <= 18) {
        int64_t sum = 0;
        while (p < end && *p >= '0' && *p <= '9')
            sum = sum * 10 + (*p++ - '0');
        if (p == end) {
            *value = *text == '-' ? -sum : sum;
            return KF_NUMBER_OK;
        }
    }
    kf_parts parts;
    kf_take_apart(text, length, &parts);
    return kf_parts_int64(&parts, value);
}

/* strtod() and snprintf() follow the thread's locale; this puts the plain one in place for a moment. */
typedef struct kf_plain_locale {
    locale_t plain;
    locale_t before;
} kf_plain_locale;

static bool kf_locale_begin(kf_plain_locale *state)
{
    state->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (state->plain == (locale_t)0)
        return false;
    state->before = uselocale(state->plain);
    return true;
}

static void kf_locale_end(kf_plain_locale *state)
{
    uselocale(state->before);
    freelocale(state->plain);
}

static kf_number_result kf_double_slow(const char *text, double *value)
{
    kf_plain_locale state;
    if (!kf_locale_begin(&state))
        return KF_NUMBER_MEMORY;
    *value = strtod(text, NULL);
    kf_locale_end(&state);
    return isfinite(*value) ? KF_NUMBER_OK : KF_NUMBER_RANGE;
}

kf_number_result kf_number_double(const char *text, size_t length, double *value)
{
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0
    /* Both operands are exact, so that one multiplication or division rounds once, and rightly. */
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    kf_parts parts;
    kf_take_apart(text, length, &parts);
    if (parts.fits && parts.mantissa <= (uint64_t)KF_EXACT_INTEGERS && parts.exponent >= -22 && parts.exponent <= 22) {
        double mantissa = (double)parts.mantissa;
        double result = parts.exponent < 0 ? mantissa / powers[-parts.exponent] : mantissa * powers[parts.exponent];
        *value = parts.negative ? -result : result;
        return KF_NUMBER_OK;
    }
#else
    (void)length;
#endif
    return kf_double_slow(text, value);
}

size_t kf_number_print_int64(char text[KF_NUMBER_TEXT_SIZE], int64_t value)
{
    char digits[KF_NUMBER_TEXT_SIZE];
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    size_t length = 0;
    if (value < 0)
        text[length++] = '-';
    while (count > 0)
        text[length++] = digits[--count];
    text[length] = '\0';
    return length;
}

/* 1e+20 and 1e-07 become 1e20 and 1e-7. */
static size_t kf_tidy_exponent(char *text)
{
    char *e = strchr(text, 'e');
    if (e == NULL)
        return strlen(text);
    char *target = e + 1;
    const char *source = e + 1;
    if (*source == '-')
        target++;
    source++;
    while (*source == '0')
        source++;
    memmove(target, source, strlen(source) + 1);
    return strlen(text);
}

size_t kf_number_print_double(char text[KF_NUMBER_TEXT_SIZE], double value)
{
    if (!isfinite(value))
        return 0;
    if (fabs(value) < KF_EXACT_INTEGERS && value == (double)(int64_t)value && !(value == 0 && signbit(value)))
        return kf_number_print_int64(text, (int64_t)value);
    kf_plain_locale state;
    if (!kf_locale_begin(&state))
        return 0;
    /* Every text of 15 digits has a double of its own, except among the smallest ones. */
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        snprintf(text, KF_NUMBER_TEXT_SIZE, "%.*g", digits, value);
        if (digits == 17 || strtod(text, NULL) == value)
            break;
    }
    kf_locale_end(&state);
    return kf_tidy_exponent(text);
}

bool kf_number_is_printed_int64(const char *text, size_t length, int64_t value)
{
    const char *p = text + (*text == '-');
    for (const char *q = p; q < text + length; q++) {
        if (*q < '0' || *q > '9')
            return false;
    }
    return value != 0 || *text != '-';
}

/* At most 15 digits, no exponent, no zeros at the end: such a text is its value's shortest, so printing gives it. */
static bool kf_is_short_decimal(const char *text, size_t length)
{
    const char *end = text + length;
    const char *point = memchr(text, '.', length);
    if (length > 15)
        return false;
    for (const char *p = text + (*text == '-'); p < end; p++) {
        if (p != point && (*p < '0' || *p > '9'))
            return false;
    }
    if (point == NULL)
        return true;
    return end[-1] != '0' && (point[-1] != '0' || point - text > 2 || point[1] != '0');
}

bool kf_number_is_printed_double(const char *text, size_t length, double value)
{
    if (kf_is_short_decimal(text, length))
        return true;
    char printed[KF_NUMBER_TEXT_SIZE];
    return kf_number_print_double(printed, value) == length && memcmp(printed, text, length) == 0;
}
