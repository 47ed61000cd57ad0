/* Variables to send: what goes on the wire. */
#include "flowable_set.h"

static void an_empty_set_is_no_array(void **state)
{
    size_t count = 7;
    assert_null(flowable_variables_items(*state, &count));
    assert_int_equal(count, 0);
    assert_null(flowable_variables_items(*state, NULL));
    count = 7;
    assert_null(flowable_variables_items(NULL, &count));
    assert_int_equal(count, 0);
    flowable_variables_free(NULL);
}

static void strings_go_as_they_are(void **state)
{
    OK(flowable_variables_set_string(*state, "v", "a \"b\" \\ \n \xC3\xA4 \xF0\x9F\x98\x80 {}", error));
    sends_one(*state, "string", "\"a \\\"b\\\" \\\\ \\n \xC3\xA4 \xF0\x9F\x98\x80 {}\"");
    OK(flowable_variables_set_string(*state, "v", "", error));
    sends_one(*state, "string", "\"\"");
}

static void whole_numbers_go_with_all_digits(void **state)
{
    OK(flowable_variables_set_short(*state, "v", INT16_MAX, error));
    sends_one(*state, "short", "32767");
    OK(flowable_variables_set_short(*state, "v", INT16_MIN, error));
    sends_one(*state, "short", "-32768");
    OK(flowable_variables_set_integer(*state, "v", INT32_MAX, error));
    sends_one(*state, "integer", "2147483647");
    OK(flowable_variables_set_integer(*state, "v", INT32_MIN, error));
    sends_one(*state, "integer", "-2147483648");
    OK(flowable_variables_set_long(*state, "v", INT64_MAX, error));
    sends_one(*state, "long", "9223372036854775807");
    OK(flowable_variables_set_long(*state, "v", INT64_MIN, error));
    sends_one(*state, "long", "-9223372036854775808");
    OK(flowable_variables_set_long(*state, "v", INT64_C(9007199254740993), error));
    sends_one(*state, "long", "9007199254740993");
}

static void doubles_go_with_the_digits_they_need(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{30.3, "30.3"},
                 {0.1, "0.1"},
                 {3, "3"},
                 {0, "0"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {1e21, "1e21"},
                 {-1e-7, "-1e-7"},
                 {5e-324, "5e-324"},
                 {1.7976931348623157e308, "1.7976931348623157e308"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        OK(flowable_variables_set_double(*state, "v", cases[i].value, error));
        sends_one(*state, "double", cases[i].text);
    }
}

static void truth_and_null_go(void **state)
{
    OK(flowable_variables_set_boolean(*state, "v", true, error));
    sends_one(*state, "boolean", "true");
    OK(flowable_variables_set_boolean(*state, "v", false, error));
    sends_one(*state, "boolean", "false");
    OK(flowable_variables_set_null(*state, "v", error));
    sends(*state, "[{\"name\":\"v\",\"value\":null}]");
}

static void big_numbers_go_as_texts(void **state)
{
    static const char *const decimals[] = {"1.500", "-12.50", "+5",  "1E+30", "1e-400",
                                           "0",     "007.70", "0.0", "1E+99", "123456789012345678901234567890.5"};
    static const char *const integers[] = {"0", "-5", "+5", "007", "123456789012345678901234567890"};
    char quoted[64];
    for (size_t i = 0; i < COUNT(decimals); i++) {
        OK(flowable_variables_set_big_decimal(*state, "v", decimals[i], error));
        snprintf(quoted, sizeof quoted, "\"%s\"", decimals[i]);
        sends_one(*state, "bigDecimal", quoted);
    }
    for (size_t i = 0; i < COUNT(integers); i++) {
        OK(flowable_variables_set_big_integer(*state, "v", integers[i], error));
        snprintf(quoted, sizeof quoted, "\"%s\"", integers[i]);
        sends_one(*state, "bigInteger", quoted);
    }
}

static void times_go_in_the_form_that_all_servers_take(void **state)
{
    OK(flowable_variables_set_date(*state, "v", at("2026-01-02T03:04:05.678+02:00"), error));
    sends_one(*state, "date", "\"2026-01-02T01:04:05.678Z\"");
    OK(flowable_variables_set_date(*state, "v", at("2026-01-02T03:04:05.100Z"), error));
    sends_one(*state, "date", "\"2026-01-02T03:04:05.100Z\"");
    OK(flowable_variables_set_date(*state, "v", at("2026-01-02T03:04:05Z"), error));
    sends_one(*state, "date", "\"2026-01-02T03:04:05Z\"");
    OK(flowable_variables_set_date(*state, "v", at("1582-10-15T00:00:00Z"), error));
    OK(flowable_variables_set_date(*state, "v", at("9999-12-31T23:59:59.999Z"), error));
    OK(flowable_variables_set_instant(*state, "v", at("0000-01-01T00:00:00.001Z"), error));
    sends_one(*state, "instant", "\"0000-01-01T00:00:00.001Z\"");
    OK(flowable_variables_set_local_date(*state, "v", "2024-02-29", error));
    sends_one(*state, "localDate", "\"2024-02-29\"");
    OK(flowable_variables_set_local_date_time(*state, "v", "2026-02-28T09:30", error));
    sends_one(*state, "localDateTime", "\"2026-02-28T09:30\"");
    OK(flowable_variables_set_local_date_time(*state, "v", "2026-02-28T09:30:15.125000", error));
    sends_one(*state, "localDateTime", "\"2026-02-28T09:30:15.125000\"");
}

static void json_goes_as_a_value_of_its_own(void **state)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON_AddNumberToObject(tree, "half", 0.5);
    cJSON_AddRawToObject(tree, "id", "9007199254740993");
    cJSON_AddNullToObject(tree, "none");
    cJSON_AddItemToObject(tree, "list", cJSON_CreateArray());
    OK(flowable_variables_set_json(*state, "v", tree, error));
    /* It was copied. */
    cJSON_SetNumberValue(cJSON_GetObjectItem(tree, "half"), 7);
    cJSON_Delete(tree);
    sends_one(*state, "json", "{\"half\":0.5,\"id\":9007199254740993,\"none\":null,\"list\":[]}");

    static const char *const texts[] = {"{}", "[]", "[1.50,1E2,-0.0,0e5,123456789012345678901234567890,\"\\u00e9 -0\"]",
                                        " { \"b\" : [ { \"a\" : 1 }, {\"a\":2} ] } ",
                                        "{\"a\":\"1.00000000000000000001\\\\\",\"b\":{\"a\":\"\\\"1e999\"}}"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        char text[128];
        size_t length = strlen(texts[i]);
        memcpy(text, texts[i], length);
        memcpy(text + length, "x}", 3); /* The length counts, not a NUL. */
        OK(flowable_variables_set_json_text(*state, "v", text, length, error));
        const flowable_engine_rest_variable *items = flowable_variables_items(*state, NULL);
        assert_true(cJSON_IsObject(items[0].value) || cJSON_IsArray(items[0].value));
        while (text[length - 1] == ' ')
            text[--length] = '\0';
        text[length] = '\0';
        sends_one(*state, "json", text + strspn(text, " "));
    }
}

static void a_name_that_is_set_again_keeps_its_place(void **state)
{
    OK(flowable_variables_set_long(*state, "a", 1, error));
    OK(flowable_variables_set_long(*state, "b", 2, error));
    OK(flowable_variables_set_long(*state, "c", 3, error));
    OK(flowable_variables_set_string(*state, "a", "one", error));
    sends(*state, "[{\"name\":\"a\",\"type\":\"string\",\"value\":\"one\"},"
                  "{\"name\":\"b\",\"type\":\"long\",\"value\":2},{\"name\":\"c\",\"type\":\"long\",\"value\":3}]");
    assert_true(flowable_variables_remove(*state, "a"));
    assert_false(flowable_variables_remove(*state, "a"));
    assert_false(flowable_variables_remove(*state, NULL));
    assert_false(flowable_variables_remove(NULL, "a"));
    sends(*state, "[{\"name\":\"b\",\"type\":\"long\",\"value\":2},{\"name\":\"c\",\"type\":\"long\",\"value\":3}]");
    assert_true(flowable_variables_remove(*state, "c"));
    sends(*state, "[{\"name\":\"b\",\"type\":\"long\",\"value\":2}]");
}

static void a_set_grows(void **state)
{
    size_t count;
    char name[16];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "v%d", i);
        OK(flowable_variables_set_integer(*state, name, i, error));
    }
    const flowable_engine_rest_variable *items = flowable_variables_items(*state, &count);
    assert_int_equal(count, 100);
    for (int i = 0; i < 100; i++) {
        int64_t value;
        snprintf(name, sizeof name, "v%d", i);
        OK(flowable_variable_get_int64(items, count, name, &value, error));
        assert_int_equal(value, i);
    }
}

static void received_variables_go_as_they_came(void **state)
{
    flowable_variables *set = *state;
    static const char *const texts[] = {
        "{\"name\":\"v\",\"type\":\"json\",\"value\":{\"a\":0.1000000000000000055,\"b\":[1.50,9007199254740993]}}",
        "{\"type\":\"money\",\"name\":\"v\",\"value\":{\"cents\":1E+2},\"scope\":\"local\"}",
        "{\"name\":\"v\",\"type\":\"double\",\"value\":1.0E21}",
        "{\"name\":\"v\",\"type\":null,\"value\":null,\"valueUrl\":null}",
        "{\"name\":\"v\",\"value\":5}",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        flowable_engine_rest_variable *variable;
        char expected[256];
        OK(flowable_engine_rest_variable_decode(texts[i], strlen(texts[i]), &variable, error));
        OK(flowable_variables_set(set, variable, error));
        flowable_engine_rest_variable_free(variable);
        snprintf(expected, sizeof expected, "[%s]", texts[i]);
        sends(set, expected);
    }
    /* One of one's own. */
    cJSON number = {.type = cJSON_Number, .valuedouble = 7};
    OK(flowable_variables_set(set, &(flowable_engine_rest_variable){"v", "short", &number, NULL, {0}}, error));
    sends_one(set, "short", "7");
    /* One of the set itself. */
    OK(flowable_variables_set(set, flowable_variables_items(set, NULL), error));
    sends_one(set, "short", "7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_set_is_no_array),
        TEST(strings_go_as_they_are),
        TEST(whole_numbers_go_with_all_digits),
        TEST(doubles_go_with_the_digits_they_need),
        TEST(truth_and_null_go),
        TEST(big_numbers_go_as_texts),
        TEST(times_go_in_the_form_that_all_servers_take),
        TEST(json_goes_as_a_value_of_its_own),
        TEST(a_name_that_is_set_again_keeps_its_place),
        TEST(a_set_grows),
        TEST(received_variables_go_as_they_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
