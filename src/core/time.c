#include "kuflow/time.h"

#include "core/fail.h"

#include <string.h>

#define KF_DAY_SECONDS INT64_C(86400)
#define KF_ERA_DAYS INT64_C(146097) /* 400 years */

/* Days since 1970-01-01, by the rule of eras of 400 years that begin on 1 March. */
static int64_t kf_days_from_date(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * KF_ERA_DAYS + day_of_era - 719468;
}

static void kf_date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - (KF_ERA_DAYS - 1)) / KF_ERA_DAYS;
    int64_t day_of_era = days - era * KF_ERA_DAYS;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

static int kf_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Reads exactly that many digits; moves the text on. */
static bool kf_digits(const char **text, int digits, int *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++) {
        char c = **text;
        if (c < '0' || c > '9')
            return false;
        *value = *value * 10 + (c - '0');
        (*text)++;
    }
    return true;
}

static bool kf_expect(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

static bool kf_fraction(const char **text, int32_t *nanoseconds)
{
    *nanoseconds = 0;
    if (!kf_expect(text, '.'))
        return true;
    int digits = 0;
    int32_t unit = 100000000;
    for (; **text >= '0' && **text <= '9'; (*text)++, digits++) {
        if (digits == 9)
            return false;
        *nanoseconds += (**text - '0') * unit;
        unit /= 10;
    }
    return digits > 0;
}

static bool kf_zone(const char **text, int *seconds)
{
    *seconds = 0;
    if (kf_expect(text, 'Z') || kf_expect(text, 'z'))
        return true;
    int sign = **text == '-' ? -1 : 1;
    int hours;
    int minutes;
    if (!kf_expect(text, '+') && !kf_expect(text, '-'))
        return false;
    if (!kf_digits(text, 2, &hours) || !kf_expect(text, ':') || !kf_digits(text, 2, &minutes))
        return false;
    *seconds = sign * (hours * 60 + minutes) * 60;
    return hours <= 23 && minutes <= 59;
}

static bool kf_date(const char **text, int64_t *days)
{
    int year;
    int month;
    int day;
    if (!kf_digits(text, 4, &year) || !kf_expect(text, '-') || !kf_digits(text, 2, &month) || !kf_expect(text, '-') ||
        !kf_digits(text, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > kf_days_in_month(year, month))
        return false;
    *days = kf_days_from_date(year, month, day);
    return true;
}

static bool kf_date_and_hour(const char **text, int64_t *days, int *hour, int *minute)
{
    return kf_date(text, days) && (kf_expect(text, 'T') || kf_expect(text, 't')) && kf_digits(text, 2, hour) &&
           kf_expect(text, ':') && kf_digits(text, 2, minute) && *hour <= 23 && *minute <= 59;
}

static bool kf_time_read(const char *text, kf_time *time)
{
    int64_t days;
    int hour;
    int minute;
    int second;
    int offset;
    if (!kf_date_and_hour(&text, &days, &hour, &minute) || !kf_expect(&text, ':') || !kf_digits(&text, 2, &second))
        return false;
    if (second > 60 || !kf_fraction(&text, &time->nanoseconds) || !kf_zone(&text, &offset) || *text != '\0')
        return false;
    time->seconds = days * KF_DAY_SECONDS + hour * 3600 + minute * 60 + second - offset;
    /* A leap second stands at the end of a day in UTC only; the sum above makes it the first second of the next. */
    return second != 60 || time->seconds % KF_DAY_SECONDS == 0;
}

bool kf_local_date_valid(const char *text)
{
    int64_t days;
    return text != NULL && kf_date(&text, &days) && *text == '\0';
}

bool kf_local_date_time_valid(const char *text)
{
    int64_t days;
    int hour;
    int minute;
    int second;
    int32_t nanoseconds;
    if (text == NULL || !kf_date_and_hour(&text, &days, &hour, &minute))
        return false;
    if (*text == '\0')
        return true;
    return kf_expect(&text, ':') && kf_digits(&text, 2, &second) && second <= 59 && kf_fraction(&text, &nanoseconds) &&
           *text == '\0';
}

kf_status kf_time_parse(const char *text, kf_time *time, kf_error *error)
{
    kf_error_clear(error);
    if (text == NULL || time == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_time_parse: an argument is NULL");
    kf_time read;
    if (!kf_time_read(text, &read))
        return kf_fail(error, KF_ERROR_ARGUMENT, "\"%.64s\" is not a date-time such as 2024-06-14T09:30:00.123Z", text);
    *time = read;
    return KF_OK;
}

static char *kf_put_digits(char *target, int digits, int64_t value)
{
    for (int i = digits - 1; i >= 0; i--) {
        target[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return target + digits;
}

kf_status kf_time_format(kf_time time, char text[KF_TIME_TEXT_SIZE], kf_error *error)
{
    kf_error_clear(error);
    if (text == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_time_format: an argument is NULL");
    text[0] = '\0';
    if (time.nanoseconds < 0 || time.nanoseconds > 999999999)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_time_format: nanoseconds are not in 0 to 999999999");
    int64_t days = time.seconds / KF_DAY_SECONDS;
    int64_t second = time.seconds % KF_DAY_SECONDS;
    if (second < 0) {
        days--;
        second += KF_DAY_SECONDS;
    }
    int64_t year = -1;
    int month = 0;
    int day = 0;
    if (days > -800000 && days < 3000000)
        kf_date_from_days(days, &year, &month, &day);
    if (year < 0 || year > 9999)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_time_format: the year is not in 0000 to 9999");
    char *p = kf_put_digits(text, 4, year);
    *p++ = '-';
    p = kf_put_digits(p, 2, month);
    *p++ = '-';
    p = kf_put_digits(p, 2, day);
    *p++ = 'T';
    p = kf_put_digits(p, 2, second / 3600);
    *p++ = ':';
    p = kf_put_digits(p, 2, second / 60 % 60);
    *p++ = ':';
    p = kf_put_digits(p, 2, second % 60);
    if (time.nanoseconds != 0) {
        *p++ = '.';
        if (time.nanoseconds % 1000000 == 0)
            p = kf_put_digits(p, 3, time.nanoseconds / 1000000);
        else if (time.nanoseconds % 1000 == 0)
            p = kf_put_digits(p, 6, time.nanoseconds / 1000);
        else
            p = kf_put_digits(p, 9, time.nanoseconds);
    }
    *p++ = 'Z';
    *p = '\0';
    return KF_OK;
}
