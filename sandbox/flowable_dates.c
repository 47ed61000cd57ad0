/* Dates and times of variables: what Java's classes accept, and how the server writes what it has stored. */
#include "flowable.h"

#include <string.h>

typedef struct date_reader {
    const char *at, *end;
} date_reader;

/* So many digits, as a number; -1: they are not there. */
static int number(date_reader *reader, int digits)
{
    int value = 0;
    if (reader->end - reader->at < digits)
        return -1;
    for (int i = 0; i < digits; i++) {
        if (reader->at[i] < '0' || reader->at[i] > '9')
            return -1;
        value = value * 10 + (reader->at[i] - '0');
    }
    reader->at += digits;
    return value;
}

static bool mark(date_reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

static bool letter(date_reader *reader, char upper)
{
    if (reader->at == reader->end || (*reader->at & ~0x20) != upper)
        return false;
    reader->at++;
    return true;
}

static int month_length(int64_t year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap);
}

static bool valid_date(int64_t year, int month, int day)
{
    return month >= 1 && month <= 12 && day >= 1 && day <= month_length(year, month);
}

/* ±HH:MM, ±HHMM as seconds; of an instant ±HH:MM[:SS], up to 18 hours. */
static bool offset(date_reader *reader, bool of_instant, int *seconds)
{
    bool negative = *reader->at == '-';
    reader->at++;
    int hours = number(reader, 2);
    bool colon = mark(reader, ':');
    int minutes = number(reader, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || (of_instant && !colon))
        return false;
    int more = of_instant && mark(reader, ':') ? number(reader, 2) : 0;
    int size = hours * 3600 + minutes * 60 + more;
    *seconds = negative ? -size : size;
    return more >= 0 && more < 60 && (!of_instant || size <= 18 * 3600);
}

/* The time of a date; true when it is well-formed and in range. */
static bool date_time(date_reader *reader, int *seconds)
{
    int hour = number(reader, 2);
    mark(reader, ':');
    int minute = number(reader, 2);
    int second = 0;
    mark(reader, ':');
    if (reader->at < reader->end && strchr("Z+-", *reader->at) == NULL) {
        second = number(reader, 2);
        if (second > 59 && second < 63)
            second = 59; /* leap seconds */
        if (mark(reader, '.')) {
            if (number(reader, 1) < 0)
                return false;
            while (number(reader, 1) >= 0)
                continue; /* the fraction is lost */
        }
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
}

/* Whole seconds are kept; what follows the time zone is not looked at. */
bool kf_fl_parse_date(kf_fl_slice text, char out[40])
{
    date_reader reader = {text.bytes, text.bytes + text.length};
    int seconds = 0, zone = 0;
    int year = number(&reader, 4);
    mark(&reader, '-');
    int month = number(&reader, 2);
    mark(&reader, '-');
    int day = number(&reader, 2);
    if (year < 0 || month < 0 || day < 0)
        return false;
    bool strict = reader.at < reader.end;
    if (strict) {
        if (mark(&reader, 'T') && !date_time(&reader, &seconds))
            return false;
        bool skipped = year == 1582 && month == 10 && day >= 5 && day <= 14; /* when the calendar was changed */
        if (reader.at == reader.end || !valid_date(year, month, day) || year == 0 || skipped)
            return false;
        if (!mark(&reader, 'Z') && (strchr("+-", *reader.at) == NULL || !offset(&reader, false, &zone)))
            return false;
    }
    /* A date alone may have any month and day; there was no year 0. */
    year += year == 0;
    int64_t first = kf_fl_days(year + (month + 11) / 12 - 1, (month + 11) % 12 + 1, 1);
    kf_fl_time(((first + day - 1) * 86400 + seconds - zone) * 1000, out);
    return true;
}

/* Four digits, or a sign and more. */
static bool java_year(date_reader *reader, int64_t *year)
{
    bool negative = reader->at < reader->end && *reader->at == '-';
    bool sign = negative || (reader->at < reader->end && *reader->at == '+');
    reader->at += sign;
    const char *begin = reader->at;
    *year = 0;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9' && reader->at - begin < 9)
        *year = *year * 10 + (*reader->at++ - '0');
    long digits = (long)(reader->at - begin);
    if (digits < 4 || (sign && !negative && digits == 4) || (!sign && digits > 4) || (negative && *year == 0))
        return false;
    *year = negative ? -*year : *year;
    return true;
}

static bool java_date(date_reader *reader, int64_t *year, int *month, int *day)
{
    if (!java_year(reader, year) || !mark(reader, '-') || (*month = number(reader, 2)) < 0 || !mark(reader, '-') ||
        (*day = number(reader, 2)) < 0)
        return false;
    return valid_date(*year, *month, *day);
}

/* HH:mm[:ss[.n]] as milliseconds of the day. */
static bool java_time(date_reader *reader, bool seconds_needed, int *ms)
{
    int hour = number(reader, 2);
    int second = 0, fraction = 0;
    if (hour < 0 || !mark(reader, ':'))
        return false;
    int minute = number(reader, 2);
    bool seconds = mark(reader, ':');
    if (minute < 0 || minute > 59 || (seconds_needed && !seconds))
        return false;
    if (seconds) {
        second = number(reader, 2);
        if (seconds_needed && hour == 23 && minute == 59 && second == 60)
            second = 59; /* a leap second */
        if (second < 0 || second > 59)
            return false;
        if (mark(reader, '.')) {
            int scale = 100;
            for (int i = 0, digit; i < 9 && (digit = number(reader, 1)) >= 0; i++, scale /= 10)
                fraction += digit * scale;
        }
    }
    bool midnight = seconds_needed && hour == 24 && minute == 0 && second == 0 && fraction == 0;
    *ms = (hour * 3600 + minute * 60 + second) * 1000 + fraction;
    return hour < 24 || midnight;
}

bool kf_fl_parse_instant(kf_fl_slice text, char out[40])
{
    date_reader reader = {text.bytes, text.bytes + text.length};
    int64_t year;
    int month, day, ms, zone = 0;
    if (!java_date(&reader, &year, &month, &day) || !letter(&reader, 'T') || !java_time(&reader, true, &ms))
        return false;
    if (!letter(&reader, 'Z') &&
        (reader.at == reader.end || strchr("+-", *reader.at) == NULL || !offset(&reader, true, &zone)))
        return false;
    if (reader.at != reader.end)
        return false;
    kf_fl_time(kf_fl_days(year, month, day) * 86400000 + ms - (int64_t)zone * 1000, out);
    return true;
}

static int put_date(char out[40], int64_t year, int month, int day)
{
    return snprintf(out, 40, "%s%0*lld-%02d-%02d", year > 9999 ? "+" : "", year < 0 ? 5 : 4, (long long)year, month,
                    day);
}

bool kf_fl_parse_local_date(kf_fl_slice text, char out[40])
{
    date_reader reader = {text.bytes, text.bytes + text.length};
    int64_t year;
    int month, day;
    if (!java_date(&reader, &year, &month, &day) || reader.at != reader.end)
        return false;
    put_date(out, year, month, day);
    return true;
}

bool kf_fl_parse_local_date_time(kf_fl_slice text, char out[40])
{
    date_reader reader = {text.bytes, text.bytes + text.length};
    int64_t year;
    int month, day, ms;
    if (!java_date(&reader, &year, &month, &day) || !letter(&reader, 'T') || !java_time(&reader, false, &ms) ||
        reader.at != reader.end)
        return false;
    int length = put_date(out, year, month, day);
    int seconds = ms / 1000;
    length += snprintf(out + length, 40 - (size_t)length, "T%02d:%02d", seconds / 3600, seconds / 60 % 60);
    if (ms % 60000 != 0)
        length += snprintf(out + length, 40 - (size_t)length, ":%02d", seconds % 60);
    if (ms % 1000 != 0)
        snprintf(out + length, 40 - (size_t)length, ".%03d", ms % 1000);
    return true;
}
