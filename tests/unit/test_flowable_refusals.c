/* Variables to send: what is refused before it goes. */
#include "flowable_set.h"

#include <math.h>

/* Characters as Java counts them. */
static void names_have_255_characters_at_most(void **state)
{
    flowable_variables *set = *state;
    char name[1100] = "";
    REFUSED("variable", flowable_variables_set_null(set, NULL, error));
    REFUSED("needs a name", flowable_variables_set_null(set, "", error));
    REFUSED("UTF-8", flowable_variables_set_null(set, "a\xFF", error));
    memset(name, 'n', 256);
    REFUSED("255", flowable_variables_set_string(set, name, "x", error));
    REFUSED("255", flowable_variables_set(set, &(flowable_engine_rest_variable){.name = name}, error));
    for (int i = 0; i < 128; i++)
        memcpy(name + (size_t)i * 4, "\xF0\x9F\x98\x80", 5);
    REFUSED("255", flowable_variables_set_long(set, name, 1, error));
    OK(flowable_variables_set_long(set, name + 4, 1, error));
    for (int i = 0; i < 255; i++)
        memcpy(name + (size_t)i * 2, "\xC3\xA4", 3);
    OK(flowable_variables_set_long(set, name, 1, error));
}

static void no_set_is_refused(void **state)
{
    flowable_variables *set = *state;
    REFUSED("set of variables is NULL", flowable_variables_set_null(NULL, "v", error));
    REFUSED("set of variables is NULL",
            flowable_variables_set(NULL, &(flowable_engine_rest_variable){.name = "v"}, error));
    REFUSED("the variable is NULL", flowable_variables_set(set, NULL, error));
    assert_int_equal(flowable_variables_set_null(NULL, "v", NULL), KF_ERROR_ARGUMENT);
}

static void values_out_of_range_are_refused(void **state)
{
    flowable_variables *set = *state;
    REFUSED("\"v\": a short reaches", flowable_variables_set_short(set, "v", 32768, error));
    REFUSED("flowable_variables_set_long()", flowable_variables_set_short(set, "v", -32769, error));
    REFUSED("\"v\": an integer reaches", flowable_variables_set_integer(set, "v", INT64_C(3000000000), error));
    REFUSED("flowable_variables_set_long()", flowable_variables_set_integer(set, "v", INT64_C(-2147483649), error));
    REFUSED("\"v\": JSON has no NaN", flowable_variables_set_double(set, "v", NAN, error));
    REFUSED("no infinity", flowable_variables_set_double(set, "v", -INFINITY, error));
    REFUSED("-0.0", flowable_variables_set_double(set, "v", -0.0, error));
}

static void texts_that_are_none_are_refused(void **state)
{
    flowable_variables *set = *state;
    REFUSED("flowable_variables_set_null()", flowable_variables_set_string(set, "v", NULL, error));
    REFUSED("\"v\": the text is not valid UTF-8", flowable_variables_set_string(set, "v", "a\xED\xA0\x80", error));
    REFUSED("flowable_variables_set_null()", flowable_variables_set_big_decimal(set, "v", NULL, error));
    REFUSED("flowable_variables_set_null()", flowable_variables_set_local_date(set, "v", NULL, error));
    REFUSED("flowable_variables_set_null()", flowable_variables_set_local_date_time(set, "v", NULL, error));
    REFUSED("flowable_variables_set_null()", flowable_variables_set_json(set, "v", NULL, error));
    REFUSED("flowable_variables_set_null()", flowable_variables_set_json_text(set, "v", NULL, 0, error));
}

static void numbers_that_are_none_are_refused(void **state)
{
    flowable_variables *set = *state;
    static const char *const decimals[] = {"",   "abc", " 5",   "5 ",    "--5", "+-5",      "5.",    ".5",      "1,5",
                                           "1e", "1e+", "0x10", "1.5.2", "-",   "Infinity", "1_000", "\xD9\xA5"};
    static const char *const integers[] = {"", "1.5", "1e5", "abc", "-", " 1", "1 "};
    for (size_t i = 0; i < COUNT(decimals); i++)
        REFUSED("not a decimal number", flowable_variables_set_big_decimal(set, "v", decimals[i], error));
    for (size_t i = 0; i < COUNT(integers); i++)
        REFUSED("not a whole number", flowable_variables_set_big_integer(set, "v", integers[i], error));
}

/* What the server stores is the number without exponent. */
static void numbers_have_4000_characters_at_most(void **state)
{
    flowable_variables *set = *state;
    static const char *const too_long[] = {"1E+4000", "1E-3999",  "10E+3999", "-1E+3999",         "0E-3999",
                                           "1E+9999", "1E-10000", "1E+10000", "1E+99999999999999"};
    static const char *const fitting[] = {"1E+3999", "1E-3998", "-1E+3998", "0E+5000", "0E-3998"};
    char text[4100];
    for (size_t i = 0; i < COUNT(too_long); i++)
        REFUSED("4000", flowable_variables_set_big_decimal(set, "v", too_long[i], error));
    memset(text, '7', 4001);
    text[4001] = '\0';
    REFUSED("4000", flowable_variables_set_big_integer(set, "v", text, error));
    REFUSED("4000", flowable_variables_set_big_decimal(set, "v", text, error));
    text[1] = '.';
    REFUSED("4000", flowable_variables_set_big_decimal(set, "v", text, error));
    text[1] = '7';
    text[0] = '-';
    REFUSED("4000", flowable_variables_set_big_integer(set, "v", text, error));
    text[0] = '0';
    OK(flowable_variables_set_big_integer(set, "v", text, error));
    for (size_t i = 0; i < COUNT(fitting); i++)
        OK(flowable_variables_set_big_decimal(set, "v", fitting[i], error));
}

static void times_that_would_change_are_refused(void **state)
{
    flowable_variables *set = *state;
    static const char *const wrong[] = {"2026-02-30T00:00", "2026-02-28T09:30Z", "2026-02-28", "2026-02-28T24:00", ""};
    REFUSED("milliseconds", flowable_variables_set_instant(set, "v", at("2026-01-02T03:04:05.1234Z"), error));
    REFUSED("milliseconds", flowable_variables_set_date(set, "v", at("2026-01-02T03:04:05.000000001Z"), error));
    REFUSED("set_instant()", flowable_variables_set_date(set, "v", at("1582-10-14T23:59:59Z"), error));
    REFUSED("year", flowable_variables_set_date(set, "v", (kf_time){INT64_C(253402300800), 0}, error));
    REFUSED("year", flowable_variables_set_instant(set, "v", (kf_time){INT64_MIN, 0}, error));
    REFUSED("nanoseconds", flowable_variables_set_instant(set, "v", (kf_time){0, -1000000}, error));
    REFUSED("\"v\": the text is not a day", flowable_variables_set_local_date(set, "v", "2026-02-30", error));
    REFUSED("not a day", flowable_variables_set_local_date(set, "v", "+12026-02-03", error));
    REFUSED("not a day", flowable_variables_set_local_date(set, "v", "2026-02-03T00:00", error));
    REFUSED("milliseconds", flowable_variables_set_local_date_time(set, "v", "2026-02-28T09:30:15.1250001", error));
    for (size_t i = 0; i < COUNT(wrong); i++)
        REFUSED("not a date and time", flowable_variables_set_local_date_time(set, "v", wrong[i], error));
}

static void json_that_would_change_is_refused(void **state)
{
    flowable_variables *set = *state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"\"text\"", "own type"},
        {" 5", "own type"},
        {"true", "own type"},
        {"null", "own type"},
        {"[0.1000000000000000055]", "not exact as a double"},
        {"[1,{\"a\":[9007199254740993.0]}]", "not exact as a double"},
        {"[1e400]", "not exact as a double"},
        {"[-1e-400]", "not exact as a double"},
        {"[0.10000000000000001]", "not exact as a double"},
        {"[-0]", "-0"},
        {"{\"a\":1,\"b\":{\"c\":1,\"d\":2,\"\\u0063\":3}}", "two members of one name"},
        {"{\"\\u0000\":1}", "U+0000"},
        {"[1,]", "expected"},
        {"[1] [2]", "text after the end"},
        {"", "too early"},
        {"[\"\xFF\"]", "UTF-8"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text = cases[i].text;
        REFUSED(cases[i].message, flowable_variables_set_json_text(set, "v", text, strlen(text), error));
        REFUSED("variable \"v\": ", flowable_variables_set_json_text(set, "v", text, strlen(text), error));
    }
}

static void trees_that_would_change_are_refused(void **state)
{
    flowable_variables *set = *state;
    static const struct {
        double number;
        const char *message;
    } cases[] = {{9007199254740992.0, "cJSON_CreateRaw()"},
                 {-1e18, "cJSON_CreateRaw()"},
                 {INFINITY, "not finite"},
                 {-0.0, "-0"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        cJSON *tree = cJSON_CreateArray();
        cJSON_AddItemToArray(tree, cJSON_CreateNumber(cases[i].number));
        REFUSED(cases[i].message, flowable_variables_set_json(set, "v", tree, error));
        cJSON_Delete(tree);
    }
    cJSON *scalar = cJSON_CreateString("{}");
    REFUSED("own type", flowable_variables_set_json(set, "v", scalar, error));
    cJSON_Delete(scalar);
    cJSON *twice = cJSON_CreateObject();
    cJSON_AddNumberToObject(twice, "a", 1e22);
    cJSON_AddNumberToObject(twice, "a", 1e22);
    REFUSED("two members of one name", flowable_variables_set_json(set, "v", twice, error));
    cJSON_DeleteItemFromObject(twice, "a");
    OK(flowable_variables_set_json(set, "v", twice, error));
    sends_one(set, "json", "{\"a\":1e22}");
    cJSON_Delete(twice);
}

static void deep_json_is_refused_not_followed(void **state)
{
    flowable_variables *set = *state;
    enum { DEPTH = 5000 };
    char *text = malloc((size_t)DEPTH * 2);
    assert_non_null(text);
    memset(text, '[', DEPTH);
    memset(text + DEPTH, ']', DEPTH);
    REFUSED("deep", flowable_variables_set_json_text(set, "v", text, (size_t)DEPTH * 2, error));
    REFUSED("deep", flowable_variables_set_json_text(set, "v", text + DEPTH - 512, 1024, error));
    OK(flowable_variables_set_json_text(set, "v", text + DEPTH - 511, 1022, error));
    free(text);
    cJSON round = {.type = cJSON_Array};
    round.child = &round;
    kf_error error;
    assert_int_equal(flowable_variables_set_json(set, "v", &round, &error), KF_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "deep"));
}

static void what_cannot_be_sent_back_is_refused(void **state)
{
    flowable_variables *set = *state;
    cJSON number = {.type = cJSON_Number, .valuedouble = INFINITY};
    REFUSED("leave it out",
            flowable_variables_set(set, &(flowable_engine_rest_variable){.name = "v", .type = "binary"}, error));
    REFUSED("leave it out",
            flowable_variables_set(set, &(flowable_engine_rest_variable){.name = "v", .type = "serializable"}, error));
    REFUSED("needs a name", flowable_variables_set(set, &(flowable_engine_rest_variable){.type = "string"}, error));
    REFUSED("\"v\": ",
            flowable_variables_set(set, &(flowable_engine_rest_variable){"v", "double", &number, NULL, {0}}, error));
    REFUSED("\"v\": ",
            flowable_variables_set(set, &(flowable_engine_rest_variable){.name = "v", .type = "\xFF"}, error));
    assert_int_equal(flowable_variables_set(set, &(flowable_engine_rest_variable){.name = "v", .type = "\xFF"}, NULL),
                     KF_ERROR_ARGUMENT);
}

static void lock_durations_are_what_the_server_can_count(void **state)
{
    static const struct {
        const char *text;
        const char *message; /* NULL: fine. */
    } cases[] = {{"PT0.001S", NULL},
                 {"PT5M", NULL},
                 {"P24DT20H31M23.647S", NULL},
                 {"P24DT20H31M23.648S", "longer than"},
                 {"P25D", "longer than"},
                 {"P106751991167300D", "milliseconds"},
                 {"PT0S", "not a millisecond"},
                 {"PT-5S", "not a millisecond"},
                 {"PT0.0001S", "not a millisecond"},
                 {"PT1.0005S", "round it"}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        kf_duration duration;
        kf_error error;
        assert_int_equal(kf_duration_parse(cases[i].text, &duration, &error), KF_OK);
        kf_status status = flowable_lock_duration_check(duration, &error);
        assert_int_equal(status, cases[i].message == NULL ? KF_OK : KF_ERROR_ARGUMENT);
        if (cases[i].message != NULL && strstr(error.message, cases[i].message) == NULL)
            fail_msg("%s: %s", cases[i].text, error.message);
    }
    assert_int_equal(flowable_lock_duration_check(kf_duration_from_ms(FLOWABLE_LOCK_DURATION_MAX_MS), NULL), KF_OK);
    assert_int_equal(flowable_lock_duration_check((kf_duration){1, -1}, NULL), KF_ERROR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_have_255_characters_at_most),   TEST(no_set_is_refused),
        TEST(values_out_of_range_are_refused),     TEST(texts_that_are_none_are_refused),
        TEST(numbers_that_are_none_are_refused),   TEST(numbers_have_4000_characters_at_most),
        TEST(times_that_would_change_are_refused), TEST(json_that_would_change_is_refused),
        TEST(trees_that_would_change_are_refused), TEST(deep_json_is_refused_not_followed),
        TEST(what_cannot_be_sent_back_is_refused), TEST(lock_durations_are_what_the_server_can_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
