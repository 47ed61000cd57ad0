/* Numbers and bytes as texts. */
#include "core/base64.h"
#include "json/number.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void whole_numbers_are_exact_in_all_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        kf_number_result result;
        int64_t value;
    } cases[] = {
        {"0", KF_NUMBER_OK, 0},
        {"-0", KF_NUMBER_OK, 0},
        {"7", KF_NUMBER_OK, 7},
        {"9007199254740993", KF_NUMBER_OK, INT64_C(9007199254740993)},
        {"9223372036854775807", KF_NUMBER_OK, INT64_MAX},
        {"-9223372036854775808", KF_NUMBER_OK, INT64_MIN},
        {"9223372036854775808", KF_NUMBER_RANGE, 0},
        {"-9223372036854775809", KF_NUMBER_RANGE, 0},
        {"99999999999999999999999", KF_NUMBER_RANGE, 0},
        {"5.0", KF_NUMBER_OK, 5},
        {"1e3", KF_NUMBER_OK, 1000},
        {"1.5e1", KF_NUMBER_OK, 15},
        {"1500e-2", KF_NUMBER_OK, 15},
        {"-12.50e1", KF_NUMBER_OK, -125},
        {"922337203685477580.7e1", KF_NUMBER_OK, INT64_MAX},
        {"-92233720368547758080e-1", KF_NUMBER_OK, INT64_MIN},
        {"1.5", KF_NUMBER_FRACTION, 0},
        {"1e-1", KF_NUMBER_FRACTION, 0},
        {"0.0", KF_NUMBER_OK, 0},
        {"0e999999999999", KF_NUMBER_OK, 0},
        {"0.000e-99999999", KF_NUMBER_OK, 0},
        {"1e18", KF_NUMBER_OK, INT64_C(1000000000000000000)},
        {"1e19", KF_NUMBER_RANGE, 0},
        {"1e999999999999", KF_NUMBER_RANGE, 0},
        {"1e-999999999999", KF_NUMBER_FRACTION, 0},
        {"100000000000000000000000000e-26", KF_NUMBER_OK, 1},
        {"0.00000000000000000000000001e26", KF_NUMBER_OK, 1},
        {"123456789012345678", KF_NUMBER_OK, INT64_C(123456789012345678)},
        {"1234567890123456789", KF_NUMBER_OK, INT64_C(1234567890123456789)},
        {"12345678901234567890123456789.5", KF_NUMBER_FRACTION, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t value = 0;
        kf_number_result result = kf_number_int64(cases[i].text, strlen(cases[i].text), &value);
        if (result != cases[i].result || (result == KF_NUMBER_OK && value != cases[i].value))
            fail_msg("%s gave %d, %lld", cases[i].text, result, (long long)value);
    }
}

static void check_double(double value)
{
    char text[KF_NUMBER_TEXT_SIZE];
    double back;
    size_t length = kf_number_print_double(text, value);
    assert_int_equal(length, strlen(text));
    assert_int_equal(kf_number_double(text, length, &back), KF_NUMBER_OK);
    if (memcmp(&back, &value, sizeof value) != 0)
        fail_msg("%.17g became %s", value, text);
    assert_true(kf_number_is_printed_double(text, length, value));
}

static void doubles_are_read_and_printed_without_loss(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *printed;
    } cases[] = {
        {"1.10", "1.1"},
        {"1e2", "100"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"0.1", "0.1"},
        {"-0", "-0"},
        {"-0.0", "-0"},
        {"0", "0"},
        {"5.0", "5"},
        {"1e22", "1e22"},
        {"1e23", "1e23"},
        {"123456.789", "123456.789"},
        {"1e-7", "1e-7"},
        {"0.0001", "0.0001"},
        {"0.00001", "1e-5"},
        {"9007199254740993", "9007199254740992"},
        {"1.7976931348623157e308", "1.7976931348623157e308"},
        {"5e-324", "5e-324"},
        {"1e-400", "0"},
        {"2.2250738585072011e-308", "2.225073858507201e-308"},
        {"9007199254740991", "9007199254740991"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double value;
        char text[KF_NUMBER_TEXT_SIZE];
        size_t length = strlen(cases[i].text);
        assert_int_equal(kf_number_double(cases[i].text, length, &value), KF_NUMBER_OK);
        assert_true(value == strtod(cases[i].text, NULL));
        kf_number_print_double(text, value);
        if (strcmp(text, cases[i].printed) != 0)
            fail_msg("%s was printed as %s", cases[i].text, text);
        assert_int_equal(kf_number_is_printed_double(cases[i].text, length, value), strcmp(text, cases[i].text) == 0);
    }
    double value;
    assert_int_equal(kf_number_double("1e309", 5, &value), KF_NUMBER_RANGE);
    assert_int_equal(kf_number_double("-1e99999999999", 14, &value), KF_NUMBER_RANGE);
    char text[KF_NUMBER_TEXT_SIZE];
    assert_int_equal(kf_number_print_double(text, (double)NAN), 0);
    uint64_t bits = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            check_double(value);
        check_double((double)(int64_t)(bits % 2000000) / 100.0);
    }
}

/* Digits in all shapes, against the C library. */
static void doubles_are_rounded_as_strtod_rounds(void **state)
{
    (void)state;
    uint64_t bits = 1234567;
    for (int i = 0; i < 100000; i++) {
        char text[80];
        double value;
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        unsigned long long digits = bits >> (bits % 60);
        int exponent = (int)(bits >> 32) % 40;
        int length = i % 3 == 0   ? snprintf(text, sizeof text, "%llue%d", digits, exponent)
                     : i % 3 == 1 ? snprintf(text, sizeof text, "%llu.%llu", digits, digits % 1000003)
                                  : snprintf(text, sizeof text, "-0.%030llue%d", digits, exponent);
        assert_int_equal(kf_number_double(text, (size_t)length, &value), KF_NUMBER_OK);
        if (value != strtod(text, NULL))
            fail_msg("%s became %.17g", text, value);
    }
}

static void the_locale_changes_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8",  "de_DE",
                                        "es_ES.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    const char *found = NULL;
    for (size_t i = 0; i < COUNT(names) && found == NULL; i++)
        found = setlocale(LC_ALL, names[i]);
    if (found == NULL)
        fail_msg("no locale with a decimal comma: tests/run makes one, or install Debian's locales and de_DE.UTF-8");
    double value;
    char text[KF_NUMBER_TEXT_SIZE];
    assert_int_equal(kf_number_double("1234567890.12345678901", 22, &value), KF_NUMBER_OK);
    assert_true(value > 1234567890.12345 && value < 1234567890.12346);
    kf_number_print_double(text, 0.30000000000000004);
    assert_string_equal(text, "0.30000000000000004");
    setlocale(LC_ALL, "C");
}

static void integers_are_printed_over_their_whole_range(void **state)
{
    (void)state;
    const int64_t values[] = {0, 1, -1, 10, INT64_MAX, INT64_MIN, INT64_C(9007199254740993)};
    for (size_t i = 0; i < COUNT(values); i++) {
        char text[KF_NUMBER_TEXT_SIZE];
        char expected[32];
        snprintf(expected, sizeof expected, "%lld", (long long)values[i]);
        kf_number_print_int64(text, values[i]);
        assert_string_equal(text, expected);
        assert_true(kf_number_is_printed_int64(text, strlen(text), values[i]));
    }
    assert_false(kf_number_is_printed_int64("-0", 2, 0));
    assert_false(kf_number_is_printed_int64("5.0", 3, 5));
}

static void base64_is_canonical_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *bytes;
    } good[] = {{"", ""},        {"Zg==", "f"},          {"Zm8=", "fo"},
                {"Zm9v", "foo"}, {"Zm9vYmFy", "foobar"}, {"+/+/", "\xFB\xFF\xBF"}};
    for (size_t i = 0; i < COUNT(good); i++) {
        char text[16];
        size_t length;
        kf_buffer buffer = {0};
        strcpy(text, good[i].text);
        assert_true(kf_base64_decode(text, strlen(text), &length));
        assert_int_equal(length, strlen(good[i].bytes));
        assert_memory_equal(text, good[i].bytes, length);
        kf_base64_append(&buffer, (const uint8_t *)good[i].bytes, length);
        char *again = kf_buffer_take(&buffer);
        assert_string_equal(again, good[i].text);
        free(again);
    }
    const char *const wrong[] = {"Z",    "Zg",   "Zg=",  "Zh==", "Zm9=",     "Zm 9", "Zm9v\n",
                                 "Z===", "====", "=m9v", "Zm=v", "Zg==Zg==", "-_-_"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char text[16];
        size_t length;
        strcpy(text, wrong[i]);
        assert_false(kf_base64_decode(text, strlen(text), &length));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_exact_in_all_forms),
        cmocka_unit_test(doubles_are_read_and_printed_without_loss),
        cmocka_unit_test(doubles_are_rounded_as_strtod_rounds),
        cmocka_unit_test(the_locale_changes_nothing),
        cmocka_unit_test(integers_are_printed_over_their_whole_range),
        cmocka_unit_test(base64_is_canonical_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
