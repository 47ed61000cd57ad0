/* The sandbox's Flowable: what becomes of variables, in the words and with the losses of the real server. */
#include "flowable_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct value_case {
    const char *type; /* NULL: left out */
    const char *sent; /* JSON */
    const char *shown; /* what follows the name; or the exception */
    int status; /* of a refusal; 0: taken */
} value_case;

#define SHOWN(type, value) "\"type\":\"" type "\",\"value\":" value
#define NOTHING "\"value\":null"

static const value_case texts[] = {
    {"string", "\"a\\u0001\\/\\u00e9\"", SHOWN("string", "\"a\\u0001/\xc3\xa9\""), 0},
    {"string", "\"\\u0000\"", SHOWN("string", "\"\\u0000\""), 0},
    {"string", "\"\xf0\x9f\x98\x80\\ud83d\"", SHOWN("string", "\"\\uD83D\\uDE00\\uD83D\""), 0},
    {"string", "\"\x7f\xe2\x80\xa8\\n\"", SHOWN("string", "\"\x7f\xe2\x80\xa8\\n\""), 0},
    {"string", "5", "Converter can only convert strings", 400},
    {"string", "null", NOTHING, 0},
    {"STRING", "\"x\"", "Variable 'v' has unsupported type: 'STRING'.", 400},
    {"foo", "null", "Variable 'v' has unsupported type: 'foo'.", 400},
    {"uuid", "\"x\"", "Variable 'v' has unsupported type: 'uuid'.", 400},
};

static const value_case numbers[] = {
    {"short", "32768", SHOWN("short", "-32768"), 0},
    {"short", "99999999999999999999999", SHOWN("short", "-1"), 0},
    {"short", "1e400", SHOWN("short", "-1"), 0},
    {"short", "\"7\"", "Converter can only convert shorts", 400},
    {"integer", "3000000000", SHOWN("integer", "-1294967296"), 0},
    {"integer", "-1.9", SHOWN("integer", "-1"), 0},
    {"integer", "99999999999999999999999", SHOWN("integer", "-159383553"), 0},
    {"integer", "1e10", SHOWN("integer", "2147483647"), 0},
    {"integer", "true", "Converter can only convert integers", 400},
    {"long", "9007199254740993", SHOWN("long", "9007199254740993"), 0},
    {"long", "-9223372036854775808", SHOWN("long", "-9223372036854775808"), 0},
    {"long", "9223372036854775808", SHOWN("long", "-9223372036854775808"), 0},
    {"long", "1e20", SHOWN("long", "9223372036854775807"), 0},
    {"double", "3", SHOWN("double", "3.0"), 0},
    {"double", "0.30000000000000004", SHOWN("double", "0.30000000000000004"), 0},
    {"double", "1e21", SHOWN("double", "1.0E21"), 0},
    {"double", "0.0001", SHOWN("double", "1.0E-4"), 0},
    {"double", "9999999.5", SHOWN("double", "9999999.5"), 0},
    {"double", "1e7", SHOWN("double", "1.0E7"), 0},
    {"double", "0.00123", SHOWN("double", "0.00123"), 0},
    {"double", "5e-324", SHOWN("double", "4.9E-324"), 0},
    {"double", "-0.0", SHOWN("double", "0.0"), 0},
    {"double", "1e400", SHOWN("double", "\"Infinity\""), 0},
    {"double", "\"1.5\"", "Converter can only convert doubles", 400},
    {"boolean", "false", SHOWN("boolean", "false"), 0},
    {"boolean", "1", "Converter can only convert booleans", 400},
    {"bigDecimal", "\"1E+30\"", SHOWN("bigDecimal", "\"1000000000000000000000000000000\""), 0},
    {"bigDecimal", "\"-01.500\"", SHOWN("bigDecimal", "\"-1.500\""), 0},
    {"bigDecimal", "1.50", SHOWN("bigDecimal", "\"1.5\""), 0},
    {"bigDecimal", "\"1e-10\"", SHOWN("bigDecimal", "\"0.0000000001\""), 0},
    {"bigDecimal", "\"a\"",
     "Character a is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark.", 500},
    {"bigInteger", "\"123456789012345678901234567890\"", SHOWN("bigInteger", "\"123456789012345678901234567890\""), 0},
    {"bigInteger", "\"1.5\"", "For input string: \"1.5\"", 500},
    {NULL, "5", SHOWN("integer", "5"), 0},
    {NULL, "-2147483649", SHOWN("long", "-2147483649"), 0},
    {NULL, "123456789012345678901234567890", SHOWN("bigInteger", "\"123456789012345678901234567890\""), 0},
    {NULL, "1e2", SHOWN("double", "100.0"), 0},
    {NULL, "{\"a\":1}", SHOWN("serializable", "null"), 0},
    {NULL, "null", NOTHING, 0},
};

static const value_case times[] = {
    {"date", "\"2026-01-02T03:04:05.678+02:00\"", SHOWN("date", "\"2026-01-02T01:04:05Z\""), 0},
    {"date", "\"2026-01-02\"", SHOWN("date", "\"2026-01-02T00:00:00Z\""), 0},
    {"date", "\"2026-02-30\"", SHOWN("date", "\"2026-03-02T00:00:00Z\""), 0},
    {"date", "\"2026-01-02T03:04:05\"", "The given variable value is not a date: '2026-01-02T03:04:05'", 400},
    {"date", "\"1582-10-10T00:00:00Z\"", "The given variable value is not a date: '1582-10-10T00:00:00Z'", 400},
    {"date", "5", "Converter can only convert string to date", 400},
    {"instant", "\"2026-01-02T03:04:05.123456789Z\"", SHOWN("instant", "\"2026-01-02T03:04:05.123Z\""), 0},
    {"instant", "\"1969-12-31T23:59:59.9999Z\"", SHOWN("instant", "\"1969-12-31T23:59:59.999Z\""), 0},
    {"instant", "\"2026-01-02t24:00:00z\"", SHOWN("instant", "\"2026-01-03T00:00:00Z\""), 0},
    {"instant", "\"2026-01-02T03:04Z\"", "The given variable value is not an instant: '2026-01-02T03:04Z'", 400},
    {"localDate", "\"2024-02-29\"", SHOWN("localDate", "\"2024-02-29\""), 0},
    {"localDate", "\"2026-02-29\"", "The given variable value is not a localDate: '2026-02-29'", 400},
    {"localDateTime", "\"2026-04-20T12:53:00\"", SHOWN("localDateTime", "\"2026-04-20T12:53\""), 0},
    {"localDateTime", "\"2026-04-20T12:53:10.5\"", SHOWN("localDateTime", "\"2026-04-20T12:53:10.500\""), 0},
    {"localDateTime", "\"2026-04-20T12:53Z\"", "The given variable value is not a localDateTime: '2026-04-20T12:53Z'",
     400},
};

static const value_case trees[] = {
    {"json", "{\"b\":1,\"a\":[1,2.50,null,true,\"x\"]}", SHOWN("json", "{\"b\":1,\"a\":[1,2.5,null,true,\"x\"]}"), 0},
    {"json", "{\"x\":1,\"y\":2,\"x\":{\"x\":3}}", SHOWN("json", "{\"x\":{\"x\":3},\"y\":2}"), 0},
    {"json", "[9007199254740993,123456789012345678901234567890,-0,-0.0,1E400]",
     SHOWN("json", "[9007199254740993,123456789012345678901234567890,0,-0.0,\"Infinity\"]"), 0},
    {"json", "\"{}\"", SHOWN("string", "\"{}\""), 0},
    {"json", "5", SHOWN("integer", "5"), 0},
    {"json", "[]", SHOWN("json", "[]"), 0},
};

/* Completes the first task of a sequence with the variable, and looks at it as the second one's worker. */
static void check_value(kf_fixture *f, const value_case *c)
{
    char path[120], body[600], expected[400];
    start_instance(f, "sequence", NULL);
    snprintf(path, sizeof(path), "/acquire/jobs/%s/complete", acquire_one(f, "first", "w", "PT1H"));
    snprintf(body, sizeof(body), "{\"workerId\":\"w\",\"variables\":[{\"name\":\"v\",%s%s%s\"value\":%s}]}",
             c->type == NULL ? "" : "\"type\":\"", c->type == NULL ? "" : c->type, c->type == NULL ? "" : "\",",
             c->sent);
    int status = raw_post(f, path, body);
    if (c->status != 0) {
        CHECK_EXCEPTION(status, c->status, c->shown);
        assert_int_equal(raw_post(f, path, "{\"workerId\":\"w\"}"), 204); /* the job is still held */
        assert_int_equal(acquire(f, "second", 1)->items_count, 1);
        return;
    }
    assert_int_equal(status, 204);
    assert_int_equal(
        raw_post(f, "/acquire/jobs", "{\"topic\":\"second\",\"workerId\":\"w\",\"lockDuration\":\"PT1H\"}"), 200);
    snprintf(expected, sizeof(expected), "\"variables\":[{\"name\":\"v\",%s}]}]", c->shown);
    if (strstr(raw_body, expected) == NULL)
        fail_msg("%s %s: expected %s in %s", c->type, c->sent, expected, raw_body);
}

static void check_values(kf_fixture *f, const value_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_value(f, &cases[i]);
}

#define CHECK_VALUES(f, cases) check_values((f), (cases), sizeof(cases) / sizeof((cases)[0]))

static void test_texts(void **state)
{
    CHECK_VALUES(*state, texts);
}

static void test_numbers(void **state)
{
    CHECK_VALUES(*state, numbers);
}

static void test_times(void **state)
{
    CHECK_VALUES(*state, times);
}

static void test_json(void **state)
{
    CHECK_VALUES(*state, trees);
}

static void test_names(void **state)
{
    kf_fixture *f = *state;
    char path[120], body[800], name[260];
    start_instance(f, "sequence", NULL);
    snprintf(path, sizeof(path), "/acquire/jobs/%s/complete", acquire_one(f, "first", "w", "PT1H"));
    memset(name, 'n', sizeof(name));
    name[256] = '\0';
    snprintf(body, sizeof(body), "{\"workerId\":\"w\",\"variables\":[{\"name\":\"%s\",\"value\":1}]}", name);
    assert_int_equal(raw_post(f, path, body), 500);
    assert_non_null(strstr(raw_body, "Value too long for column"));
    CHECK_EXCEPTION(
        raw_post(f, path, "{\"workerId\":\"w\",\"variables\":[{\"name\":\"a\",\"value\":1},{\"value\":2}]}"), 400,
        "Variable name is required.");
    CHECK_EXCEPTION(raw_post(f, path, "{\"workerId\":\"w\",\"variables\":[null]}"), 500,
                    "Cannot invoke \"org.flowable.common.rest.variable.EngineRestVariable.getName()\" because "
                    "\"restVariable\" is null");
    CHECK_EXCEPTION(raw_post(f, path, "{\"workerId\":\"w\",\"variables\":[5]}"), 400,
                    "JSON parse error: Cannot construct instance of `org.flowable.common.rest.variable."
                    "EngineRestVariable` (although at least one Creator exists): no int/Int-argument "
                    "constructor/factory method to deserialize from Number value (5)");
    snprintf(body, sizeof(body),
             "{\"workerId\":\"w\",\"variables\":[{\"name\":\"a\",\"value\":1},{\"name\":\"\",\"value\":2},"
             "{\"name\":\"a\",\"value\":3},{\"name\":\"%.255s\"}]}",
             name);
    assert_int_equal(raw_post(f, path, body), 204);
    assert_int_equal(
        raw_post(f, "/acquire/jobs", "{\"topic\":\"second\",\"workerId\":\"w\",\"lockDuration\":\"PT1H\"}"), 200);
    assert_non_null(strstr(raw_body, "{\"name\":\"a\",\"type\":\"integer\",\"value\":3}"));
    assert_null(strstr(raw_body, "\"value\":1}"));
    assert_non_null(strstr(raw_body, "{\"name\":\"\",\"type\":\"integer\",\"value\":2}"));
    assert_non_null(strstr(raw_body, "n\",\"value\":null}"));
}

/* A value of a megabyte, and one object with many members. */
static void test_large_values(void **state)
{
    kf_fixture *f = *state;
    size_t length = 1 << 20;
    char *list = malloc(length + 100);
    assert_non_null(list);
    size_t at = (size_t)sprintf(list, "[{\"name\":\"big\",\"type\":\"json\",\"value\":{");
    int members = 0;
    for (; at < length - 100; members++)
        at += (size_t)sprintf(list + at, "%s\"k%d\":%d", members > 0 ? "," : "", members % 1000, members);
    strcpy(list + at, "}}]");
    start_instance(f, "single", list);
    free(list);
    const acquired_jobs *jobs = acquire(f, "single", 1);
    assert_int_equal(jobs->items[0].variables_count, 1);
    const cJSON *value = jobs->items[0].variables[0].value;
    assert_int_equal(cJSON_GetArraySize(value), 1000); /* the last of each name */
    assert_true(cJSON_GetNumberValue(cJSON_GetObjectItem(value, "k7")) > members - 1001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOWABLE_TEST(test_texts), FLOWABLE_TEST(test_numbers), FLOWABLE_TEST(test_times),
        FLOWABLE_TEST(test_json),  FLOWABLE_TEST(test_names),   FLOWABLE_TEST(test_large_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
