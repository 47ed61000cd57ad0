/* Numbers and durations as Java's own classes read and write them. */
#include "flowable.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

/* Double.toString(): the shortest digits, two at least, that stand for the value. */
void kf_fl_double(double value, char text[40])
{
    char digits[40];
    const char *sign = value < 0 || (value == 0 && 1 / value < 0) ? "-" : "";
    double size = value < 0 ? -value : value;
    if (size > DBL_MAX || size == 0) {
        snprintf(text, 40, "%s%s", sign, size == 0 ? "0.0" : "Infinity");
        return;
    }
    int precision = 1;
    do
        snprintf(digits, sizeof(digits), "%.*e", precision, size);
    while (strtod(digits, NULL) != size && ++precision < 17);
    int exponent = atoi(strchr(digits, 'e') + 1);
    digits[1] = digits[0]; /* over the point: from here on plain digits */
    char *first = digits + 1;
    size_t count = strcspn(first, "e");
    while (count > 2 && first[count - 1] == '0')
        count--;
    int length = (int)count;
    if (exponent < -3 || exponent >= 7) {
        snprintf(text, 40, "%s%c.%.*sE%d", sign, first[0], length - 1, first + 1, exponent);
    } else if (exponent < 0) {
        if (length == 2 && first[1] == '0')
            length = 1;
        snprintf(text, 40, "%s0.%.*s%.*s", sign, -exponent - 1, "00", length, first);
    } else {
        int whole = exponent + 1;
        int zeros = whole > length ? whole - length : 0;
        int fraction = length - whole;
        snprintf(text, 40, "%s%.*s%.*s.%.*s", sign, whole < length ? whole : length, first, zeros, "000000",
                 fraction > 0 ? fraction : 1, fraction > 0 ? first + whole : "0");
    }
}

/* Durations: PnDTnHnMn.nS with a sign at the front and at each number */

typedef struct duration_reader {
    const char *at, *end;
    int64_t seconds;
    int32_t nanos;
    bool negative;
    const char *part; /* what overflowed */
} duration_reader;

static bool is_letter(const duration_reader *reader, char upper)
{
    return reader->at < reader->end && (*reader->at & ~0x20) == upper;
}

/* A number followed by `unit`, worth so many seconds; nothing is read when there is none. */
static bool read_part(duration_reader *reader, char unit, int64_t worth, const char *name)
{
    const char *begin = reader->at;
    bool negative = false, overflow = false;
    int64_t value = 0;
    if (reader->at < reader->end && (*reader->at == '-' || *reader->at == '+'))
        negative = *reader->at++ == '-';
    const char *digits = reader->at;
    for (; reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9'; reader->at++) {
        int digit = *reader->at - '0';
        overflow = overflow || __builtin_mul_overflow(value, 10, &value) ||
                   __builtin_add_overflow(value, negative ? -digit : digit, &value);
    }
    bool number = reader->at > digits;
    int32_t nanos = 0;
    if (number && unit == 'S' && reader->at < reader->end && (*reader->at == '.' || *reader->at == ',')) {
        int32_t scale = 100000000;
        for (reader->at++; reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9' && scale > 0;
             scale /= 10)
            nanos += (*reader->at++ - '0') * scale;
    }
    if (!number || !is_letter(reader, unit)) {
        reader->at = begin;
        return false;
    }
    reader->at++;
    if (overflow || __builtin_mul_overflow(value, worth, &value)) {
        reader->part = name;
    } else if (__builtin_add_overflow(reader->seconds, value, &reader->seconds)) {
        reader->part = "overflow";
    }
    reader->nanos = negative ? -nanos : nanos;
    return true;
}

bool kf_fl_duration(kf_fl_slice text, int64_t *seconds, int32_t *nanos, const char **part)
{
    duration_reader reader = {.at = text.bytes, .end = text.bytes + text.length};
    *part = NULL;
    if (reader.at < reader.end && (*reader.at == '-' || *reader.at == '+'))
        reader.negative = *reader.at++ == '-';
    if (!is_letter(&reader, 'P'))
        return false;
    reader.at++;
    bool some = read_part(&reader, 'D', 86400, "days");
    if (is_letter(&reader, 'T')) {
        reader.at++;
        bool hours = read_part(&reader, 'H', 3600, "hours");
        bool minutes = read_part(&reader, 'M', 60, "minutes");
        bool any = read_part(&reader, 'S', 1, "seconds") || hours || minutes;
        if (!any)
            return false;
        some = true;
    }
    if (!some || reader.at != reader.end)
        return false;
    if (reader.negative) {
        if (__builtin_sub_overflow(0, reader.seconds, &reader.seconds))
            reader.part = "overflow";
        reader.nanos = -reader.nanos;
    }
    if (reader.nanos < 0) {
        reader.nanos += 1000000000;
        if (__builtin_sub_overflow(reader.seconds, 1, &reader.seconds))
            reader.part = "overflow";
    }
    *part = reader.part;
    *seconds = reader.seconds;
    *nanos = reader.nanos;
    return *part == NULL;
}

/* BigDecimal and BigInteger */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool refuse_character(char c, char message[120])
{
    snprintf(message, 120,
             "Character %c is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark.", c);
    return false;
}

/* Digits without leading zeros, with the decimal point `scale` places from their end. */
static void put_plain(kf_fl_text *plain, bool negative, const char *digits, size_t count, long scale)
{
    while (count > 0 && *digits == '0') {
        digits++;
        count--;
    }
    if (negative && count > 0)
        kf_fl_puts(plain, "-");
    if (scale <= 0) {
        kf_fl_put(plain, count > 0 ? digits : "0", count > 0 ? count : 1);
        for (long i = scale; count > 0 && i < 0; i++)
            kf_fl_puts(plain, "0");
        return;
    }
    long whole = (long)count - scale;
    kf_fl_put(plain, whole > 0 ? digits : "0", whole > 0 ? (size_t)whole : 1);
    kf_fl_puts(plain, ".");
    for (long i = whole; i < 0; i++)
        kf_fl_puts(plain, "0");
    kf_fl_put(plain, whole > 0 ? digits + whole : digits, whole > 0 ? count - (size_t)whole : count);
}

bool kf_fl_big_decimal(kf_fl_slice text, kf_fl_text *plain, char message[120])
{
    kf_fl_text digits = {0};
    size_t i = 0;
    long fraction = 0, exponent = 0;
    bool point = false, negative = false, ok = false;
    message[0] = '\0';
    if (text.length > 0 && (text.bytes[0] == '-' || text.bytes[0] == '+'))
        negative = text.bytes[i++] == '-';
    for (; i < text.length && text.bytes[i] != 'e' && text.bytes[i] != 'E'; i++) {
        if (text.bytes[i] == '.') {
            if (point) {
                snprintf(message, 120, "Character array contains more than one decimal point.");
                goto done;
            }
            point = true;
        } else if (!is_digit(text.bytes[i])) {
            refuse_character(text.bytes[i], message);
            goto done;
        } else {
            kf_fl_put(&digits, &text.bytes[i], 1);
            fraction += point;
        }
    }
    if (digits.length == 0) {
        snprintf(message, 120, "%s", text.length == 0 ? "" : "No digits found.");
        goto done;
    }
    if (i < text.length) {
        char number[12];
        size_t length = text.length - i - 1;
        size_t sign = length > 0 && (text.bytes[i + 1] == '-' || text.bytes[i + 1] == '+');
        if (length == sign || length - sign > 6) { /* longer ones are numbers that nobody can write out */
            snprintf(message, 120, "%s", length == sign ? "" : "Too many nonzero exponent digits.");
            goto done;
        }
        snprintf(number, sizeof(number), "%.*s", (int)length, text.bytes + i + 1);
        if (strspn(number + sign, "0123456789") != length - sign) {
            snprintf(message, 120, "Not a digit.");
            goto done;
        }
        exponent = strtol(number, NULL, 10);
    }
    put_plain(plain, negative, digits.bytes, digits.length, fraction - exponent);
    ok = true;
done:
    plain->failed = plain->failed || digits.failed;
    free(digits.bytes);
    return ok;
}

bool kf_fl_big_integer(kf_fl_slice text, kf_fl_text *plain, char message[120])
{
    size_t first = text.length > 0 && (text.bytes[0] == '-' || text.bytes[0] == '+');
    if (text.length == first) {
        snprintf(message, 120, "Zero length BigInteger");
        return false;
    }
    for (size_t i = 1; i < text.length; i++) {
        if (text.bytes[i] == '-' || text.bytes[i] == '+') {
            snprintf(message, 120, "Illegal embedded sign character");
            return false;
        }
    }
    while (first + 1 < text.length && text.bytes[first] == '0')
        first++;
    for (size_t i = first; i < text.length; i++) {
        if (is_digit(text.bytes[i]))
            continue;
        size_t left = (text.length - i - 1) % 9; /* digits are read nine at a time, the odd ones first */
        size_t end = i + left + 1;
        size_t begin = end - first > 9 ? end - 9 : first;
        snprintf(message, 120, "For input string: \"%.*s\"", (int)(end - begin), text.bytes + begin);
        return false;
    }
    put_plain(plain, text.bytes[0] == '-', text.bytes + first, text.length - first, 0);
    return true;
}
