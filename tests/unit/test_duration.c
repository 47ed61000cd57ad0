#include "java_times.h"
#include "kuflow/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void durations_are_read_as_java_reads_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(java_durations); i++) {
        const char *text = java_durations[i].text;
        kf_duration duration = {5, 6};
        kf_error error;
        kf_status status = kf_duration_parse(text, &duration, &error);
        if (status != (java_durations[i].valid ? KF_OK : KF_ERROR_ARGUMENT))
            fail_msg("\"%s\": %s", text, kf_status_name(status));
        if (status == KF_OK &&
            (duration.seconds != java_durations[i].seconds || duration.nanoseconds != java_durations[i].nanoseconds))
            fail_msg("\"%s\" is %lld s and %d ns", text, (long long)duration.seconds, (int)duration.nanoseconds);
        if (status != KF_OK && (duration.seconds != 5 || duration.nanoseconds != 6 || error.message[0] == '\0'))
            fail_msg("\"%s\" was refused, but not properly", text);
    }
}

static void what_was_read_is_written_as_java_writes_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(java_durations); i++) {
        kf_duration duration;
        char text[KF_DURATION_TEXT_SIZE];
        if (!java_durations[i].valid)
            continue;
        assert_int_equal(kf_duration_parse(java_durations[i].text, &duration, NULL), KF_OK);
        assert_int_equal(kf_duration_format(duration, text, NULL), KF_OK);
        assert_string_equal(text, java_durations[i].written);
    }
}

static void durations_are_written_as_java_writes_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(java_duration_texts); i++) {
        kf_duration duration = {java_duration_texts[i].seconds, java_duration_texts[i].nanoseconds};
        kf_duration again;
        char text[KF_DURATION_TEXT_SIZE];
        kf_error error;
        assert_int_equal(kf_duration_format(duration, text, &error), KF_OK);
        assert_string_equal(text, java_duration_texts[i].written);
        assert_int_equal(kf_duration_parse(text, &again, &error), KF_OK);
        assert_int_equal(again.seconds, duration.seconds);
        assert_int_equal(again.nanoseconds, duration.nanoseconds);
    }
}

static void wrong_arguments_are_refused(void **state)
{
    (void)state;
    kf_duration duration;
    char text[KF_DURATION_TEXT_SIZE] = "x";
    int64_t milliseconds = 7;
    assert_int_equal(kf_duration_parse(NULL, &duration, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_duration_parse("PT1S", NULL, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_duration_format((kf_duration){1, 0}, NULL, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_duration_format((kf_duration){1, -1}, text, NULL), KF_ERROR_ARGUMENT);
    assert_string_equal(text, "");
    assert_int_equal(kf_duration_format((kf_duration){1, 1000000000}, text, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_duration_to_ms((kf_duration){1, 1000000000}, &milliseconds, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_duration_to_ms((kf_duration){1, -1}, &milliseconds, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_duration_to_ms((kf_duration){1, 0}, NULL, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(milliseconds, 7);
}

static void milliseconds_go_both_ways(void **state)
{
    (void)state;
    static const int64_t values[] = {0, 1, -1, 999, 1000, 1001, -999, -1000, -1001, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT(values); i++) {
        kf_duration duration = kf_duration_from_ms(values[i]);
        int64_t again;
        assert_in_range(duration.nanoseconds, 0, 999999999);
        assert_int_equal(kf_duration_to_ms(duration, &again, NULL), KF_OK);
        assert_true(again == values[i]);
    }
    kf_duration half = kf_duration_from_ms(-500);
    assert_int_equal(half.seconds, -1);
    assert_int_equal(half.nanoseconds, 500000000);
}

static void milliseconds_are_cut_towards_zero(void **state)
{
    (void)state;
    int64_t milliseconds;
    assert_int_equal(kf_duration_to_ms((kf_duration){1, 1999999}, &milliseconds, NULL), KF_OK);
    assert_int_equal(milliseconds, 1001);
    assert_int_equal(kf_duration_to_ms((kf_duration){-1, 999999999}, &milliseconds, NULL), KF_OK);
    assert_int_equal(milliseconds, 0);
    assert_int_equal(kf_duration_to_ms((kf_duration){-2, 998500000}, &milliseconds, NULL), KF_OK);
    assert_int_equal(milliseconds, -1001);
    milliseconds = 7;
    assert_int_equal(kf_duration_to_ms((kf_duration){INT64_C(9223372036854775), 808000000}, &milliseconds, NULL),
                     KF_ERROR_ARGUMENT);
    assert_int_equal(kf_duration_to_ms((kf_duration){INT64_MIN, 1}, &milliseconds, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(milliseconds, 7);
}

/* What time.h promises to read other than Java, and why: RFC 3339 has offsets up to 23:59, but no seconds in them, no
 * hour 24 and no year beyond four digits; a leap second is the following second, where Java repeats the one before. */
static int verdict_of_our_own(const char *text)
{
    static const char *const read[] = {"2024-06-14T00:00:00-23:59", "2024-06-14T00:00:00+18:01", "2016-12-31T23:59:60Z",
                                       "2016-12-31T23:59:60.5Z"};
    static const char *const refused[] = {"2024-06-14T09:30:00.Z", "2024-06-14T00:00:00+02:00:30",
                                          "2024-01-01T24:00:00Z", "+10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z"};
    for (size_t i = 0; i < COUNT(read); i++) {
        if (strcmp(text, read[i]) == 0)
            return 1;
    }
    for (size_t i = 0; i < COUNT(refused); i++) {
        if (strcmp(text, refused[i]) == 0)
            return -1;
    }
    return 0;
}

static void instants_are_read_and_written_as_java_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(java_instants); i++) {
        const char *text = java_instants[i].text;
        int own = verdict_of_our_own(text);
        kf_time time;
        char written[KF_TIME_TEXT_SIZE];
        kf_status status = kf_time_parse(text, &time, NULL);
        if ((status == KF_OK) != (own == 0 ? java_instants[i].valid : own > 0))
            fail_msg("\"%s\": %s", text, kf_status_name(status));
        if (status != KF_OK || own != 0)
            continue;
        assert_true(time.seconds == java_instants[i].seconds);
        assert_int_equal(time.nanoseconds, java_instants[i].nanoseconds);
        assert_int_equal(kf_time_format(time, written, NULL), KF_OK);
        assert_string_equal(written, java_instants[i].written);
    }
}

/* Java also takes years beyond four digits with a sign, and a point with no digit behind it. */
static void local_dates_and_times_are_those_of_java(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(java_local_dates); i++) {
        const char *text = java_local_dates[i].text;
        bool expected = java_local_dates[i].valid && text[0] != '-' && text[0] != '+';
        if (kf_local_date_valid(text) != expected)
            fail_msg("\"%s\"", text);
    }
    for (size_t i = 0; i < COUNT(java_local_date_times); i++) {
        const char *text = java_local_date_times[i].text;
        bool expected = java_local_date_times[i].valid && text[strlen(text) - 1] != '.';
        if (kf_local_date_time_valid(text) != expected)
            fail_msg("\"%s\"", text);
    }
    assert_false(kf_local_date_valid(NULL));
    assert_false(kf_local_date_time_valid(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read_as_java_reads_them),
        cmocka_unit_test(what_was_read_is_written_as_java_writes_it),
        cmocka_unit_test(durations_are_written_as_java_writes_them),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(milliseconds_go_both_ways),
        cmocka_unit_test(milliseconds_are_cut_towards_zero),
        cmocka_unit_test(instants_are_read_and_written_as_java_does),
        cmocka_unit_test(local_dates_and_times_are_those_of_java),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
