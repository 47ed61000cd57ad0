#include "kuflow/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void reads(const char *text, int64_t seconds, int32_t nanoseconds)
{
    kf_time time;
    kf_error error;
    if (kf_time_parse(text, &time, &error) != KF_OK)
        fail_msg("%s: %s", text, error.message);
    assert_int_equal(time.seconds, seconds);
    assert_int_equal(time.nanoseconds, nanoseconds);
}

static void known_times_are_read(void **state)
{
    (void)state;
    reads("1970-01-01T00:00:00Z", 0, 0);
    reads("2024-06-14T09:30:00.123Z", 1718357400, 123000000);
    reads("2024-06-14t09:30:00z", 1718357400, 0);
    reads("2024-06-14T11:30:00+02:00", 1718357400, 0);
    reads("2024-06-14T00:00:00-09:30", 1718357400, 0);
    reads("1969-12-31T23:59:59.999999999Z", -1, 999999999);
    reads("2000-02-29T00:00:00Z", 951782400, 0);
    reads("0000-01-01T00:00:00Z", INT64_C(-62167219200), 0);
    reads("9999-12-31T23:59:59Z", INT64_C(253402300799), 0);
    reads("2038-01-19T03:14:08Z", INT64_C(2147483648), 0);
    reads("2024-01-01T00:00:00.1Z", 1704067200, 100000000);
    reads("2024-01-01T00:00:00.000000001Z", 1704067200, 1);
}

static void a_leap_second_is_the_following_second(void **state)
{
    (void)state;
    reads("2016-12-31T23:59:60Z", 1483228800, 0);
    reads("2016-12-31T23:59:60.5Z", 1483228800, 500000000);
    reads("2016-12-31T15:59:60-08:00", 1483228800, 0);
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    const char *const wrong[] = {
        "",
        "2024",
        "2024-06-14",
        "2024-06-14T09:30:00",
        "2024-06-14T09:30Z",
        "2024-06-14 09:30:00Z",
        "2024-6-14T09:30:00Z",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2024-04-31T00:00:00Z",
        "2024-00-10T00:00:00Z",
        "2024-13-10T00:00:00Z",
        "2024-01-00T00:00:00Z",
        "2024-01-32T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:61Z",
        "2024-01-01T12:30:60Z",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00.1234567890Z",
        "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00+01:60",
        "2024-01-01T00:00:00+0100",
        "2024-01-01T00:00:00+1",
        "2024-01-01T00:00:00Zx",
        "2024-01-01T00:00:00Z ",
        " 2024-01-01T00:00:00Z",
        "-024-01-01T00:00:00Z",
        "20240101T000000Z",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        kf_time time = {5, 5};
        kf_error error;
        if (kf_time_parse(wrong[i], &time, &error) != KF_ERROR_ARGUMENT)
            fail_msg("%s was read", wrong[i]);
        assert_int_equal(time.seconds, 5);
        assert_true(strlen(error.message) > 0);
    }
    assert_int_equal(kf_time_parse(NULL, NULL, NULL), KF_ERROR_ARGUMENT);
}

static void writes(int64_t seconds, int32_t nanoseconds, const char *expected)
{
    char text[KF_TIME_TEXT_SIZE];
    assert_int_equal(kf_time_format((kf_time){seconds, nanoseconds}, text, NULL), KF_OK);
    assert_string_equal(text, expected);
}

static void times_are_written_with_the_digits_they_need(void **state)
{
    (void)state;
    writes(0, 0, "1970-01-01T00:00:00Z");
    writes(1718357400, 123000000, "2024-06-14T09:30:00.123Z");
    writes(1718357400, 123456000, "2024-06-14T09:30:00.123456Z");
    writes(1718357400, 123456789, "2024-06-14T09:30:00.123456789Z");
    writes(-1, 1, "1969-12-31T23:59:59.000000001Z");
    writes(INT64_C(-62167219200), 0, "0000-01-01T00:00:00Z");
    writes(INT64_C(253402300799), 0, "9999-12-31T23:59:59Z");
}

static void times_without_a_text_are_refused(void **state)
{
    (void)state;
    const kf_time wrong[] = {{INT64_C(253402300800), 0},
                             {INT64_C(-62167219201), 0},
                             {INT64_MAX, 0},
                             {INT64_MIN, 0},
                             {0, -1},
                             {0, 1000000000}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[KF_TIME_TEXT_SIZE];
        kf_error error;
        assert_int_equal(kf_time_format(wrong[i], text, &error), KF_ERROR_ARGUMENT);
        assert_string_equal(text, "");
    }
}

/* Every day of ten thousand years, counted by hand. */
static void every_day_is_where_the_calendar_has_it(void **state)
{
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t seconds = INT64_C(-62167219200);
    for (int year = 0; year < 10000; year++) {
        int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= lengths[month - 1] + (month == 2 && leap); day++, seconds += 86400) {
                char expected[64];
                char text[KF_TIME_TEXT_SIZE];
                kf_time time;
                if (year % 100 > 4 && year % 100 < 96 && (year < 1960 || year > 2060))
                    continue;
                snprintf(expected, sizeof expected, "%04d-%02d-%02dT12:34:56Z", year, month, day);
                assert_int_equal(kf_time_format((kf_time){seconds + 45296, 0}, text, NULL), KF_OK);
                assert_string_equal(text, expected);
                assert_int_equal(kf_time_parse(text, &time, NULL), KF_OK);
                assert_int_equal(time.seconds, seconds + 45296);
            }
        }
    }
    assert_int_equal(seconds, INT64_C(253402300800));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_times_are_read),
        cmocka_unit_test(a_leap_second_is_the_following_second),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(times_are_written_with_the_digits_they_need),
        cmocka_unit_test(times_without_a_text_are_refused),
        cmocka_unit_test(every_day_is_where_the_calendar_has_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
