/* Values of jBPM: what parameters can carry, and what comes in the forms of all releases. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base64.h"
#include "kuflow/services/jbpm_variable.h"

/* Parameters */

typedef struct sent {
    jbpm_argument argument;
    const char *text; /* NULL: refused */
    const char *reason;
} sent;

static void check_sent(jbpm_profile profile, const sent *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kf_string_map map;
        kf_error error;
        char *event = NULL;
        kf_status status = jbpm_map_new(profile, &cases[i].argument, 1, &map, &error);
        if (cases[i].text == NULL) {
            assert_int_equal(status, KF_ERROR_ARGUMENT);
            if (strstr(error.message, cases[i].reason) == NULL || strstr(error.message, "\"n\"") == NULL)
                fail_msg("case %zu: %s", i, error.message);
            assert_null(map.items);
            assert_int_equal(jbpm_event_text(profile, &cases[i].argument, &event, &error), KF_ERROR_ARGUMENT);
            assert_null(event);
            assert_non_null(strstr(error.message, "\"event\""));
            continue;
        }
        if (status != KF_OK)
            fail_msg("case %zu: %s", i, error.message);
        assert_int_equal(map.count, 1);
        assert_string_equal(map.items[0].key, "n");
        assert_string_equal(map.items[0].value, cases[i].text);
        assert_int_equal(jbpm_event_text(profile, &cases[i].argument, &event, &error), KF_OK);
        assert_string_equal(event, cases[i].text);
        kf_free(event);
        jbpm_map_free(&map);
        assert_null(map.items);
        assert_int_equal(map.count, 0);
    }
}
#define CHECK_SENT(profile, cases) check_sent((profile), (cases), sizeof(cases) / sizeof((cases)[0]))

static void jbpm_6_0_takes_texts_and_whole_numbers(void **state)
{
    (void)state;
    const sent cases[] = {
        {jbpm_string("n", "Zoë 東京 \xF0\x9F\x98\x80"), "Zoë 東京 \xF0\x9F\x98\x80", NULL},
        {jbpm_string("n", ""), "", NULL},
        {jbpm_string("n", "-5"), "-5", NULL},
        {jbpm_string("n", "true"), "true", NULL},
        {jbpm_string("n", "1.5"), "1.5", NULL},
        {jbpm_string("n", "42L"), "42L", NULL},
        {jbpm_string("n", "42li"), "42li", NULL},
        {jbpm_string("n", "\"42\""), "\"42\"", NULL},
        {jbpm_string("n", "a\nb"), "a\nb", NULL},
        {jbpm_string("n", "\xC2\xA0x\xC2\xA0"), "\xC2\xA0x\xC2\xA0", NULL},
        {jbpm_string("n", "5000"), NULL, "reads this text as a number"},
        {jbpm_string("n", "42l"), NULL, "reads this text as a number"},
        {jbpm_string("n", "7i"), NULL, "reads this text as a number"},
        {jbpm_string("n", " a"), NULL, "cuts off"},
        {jbpm_string("n", "a\n"), NULL, "cuts off"},
        {jbpm_string("n", "a\x01z"), NULL, "XML cannot hold"},
        {jbpm_string("n", "\xFF"), NULL, "not valid UTF-8"},
        {jbpm_string("n", NULL), NULL, "NULL"},
        {jbpm_long("n", 0), "0", NULL},
        {jbpm_long("n", INT64_C(999999999999999999)), "999999999999999999", NULL},
        {jbpm_long("n", INT64_C(1000000000000000000)), NULL, "18 digits"},
        {jbpm_long("n", -1), NULL, "negative"},
        {jbpm_int("n", 42), "42i", NULL},
        {jbpm_int("n", 999999999), "999999999i", NULL},
        {jbpm_int("n", 1000000000), NULL, "9 digits"},
        {jbpm_int("n", -1), NULL, "jbpm_commands"},
        {jbpm_boolean("n", true), NULL, "read a boolean as a text"},
        {{.name = "n", .type = JBPM_VARIABLE_TYPE_FLOAT, .number = 1.5}, NULL, "read a float as a text"},
        {jbpm_double("n", 1.5), NULL, "no text for a double"},
        {{.name = "n", .type = JBPM_VARIABLE_TYPE_OBJECT}, NULL, "cannot be sent"},
        {{.name = "n", .type = JBPM_VARIABLE_TYPE_INTEGER, .integer = INT64_C(1) << 40}, NULL, "32 bits"},
        {{.name = "n", .type = JBPM_VARIABLE_TYPE_BOOLEAN, .integer = 2}, NULL, "0 or 1"},
    };
    CHECK_SENT(JBPM_6_0, cases);
}

static void later_releases_take_texts_in_quotes(void **state)
{
    (void)state;
    const sent cases[] = {
        {jbpm_string("n", "plain"), "plain", NULL},
        {jbpm_string("n", ""), "", NULL},
        {jbpm_string("n", "5000"), "\"5000\"", NULL},
        {jbpm_string("n", "7i"), "\"7i\"", NULL},
        {jbpm_string("n", " a "), "\" a \"", NULL},
        {jbpm_string("n", "true"), "\"true\"", NULL},
        {jbpm_string("n", "false"), "\"false\"", NULL},
        {jbpm_string("n", "True"), "True", NULL},
        {jbpm_string("n", "1.5"), "\"1.5\"", NULL},
        {jbpm_string("n", "1.5E-10f"), "\"1.5E-10f\"", NULL},
        {jbpm_string("n", "1.5E"), "1.5E", NULL},
        {jbpm_string("n", "1.5E100"), "1.5E100", NULL},
        {jbpm_string("n", "1.2345678901"), "1.2345678901", NULL},
        {jbpm_string("n", "5f"), "5f", NULL},
        {jbpm_string("n", "192.168.0.1"), "192.168.0.1", NULL},
        {jbpm_string("n", "10.0.0.1"), "\"10.0.0.1\"", NULL},
        {jbpm_string("n", "\""), "\"", NULL},
        {jbpm_string("n", "\"\""), "\"\"\"\"", NULL},
        {jbpm_string("n", "\"a\""), "\"\"a\"\"", NULL},
        {jbpm_string("n", "\"a\nb\""), "\"a\nb\"", NULL},
        {jbpm_string("n", "a\nb"), "a\nb", NULL},
        {jbpm_string("n", "a\nb "), NULL, "one line only"},
        {jbpm_string("n", " a\xE2\x80\xA8"), NULL, "one line only"},
        {jbpm_long("n", 42), "42", NULL},
        {jbpm_long("n", -42), NULL, "negative"},
    };
    CHECK_SENT(JBPM_6_2, cases);
    CHECK_SENT(JBPM_6_4, cases);
    const sent before[] = {{jbpm_boolean("n", true), NULL, "before 6.4"}, {jbpm_float("n", 1.5f), NULL, "before 6.4"}};
    CHECK_SENT(JBPM_6_2, before);
}

static void jbpm_6_4_takes_booleans_and_floats(void **state)
{
    (void)state;
    const sent cases[] = {
        {jbpm_boolean("n", true), "true", NULL},
        {jbpm_boolean("n", false), "false", NULL},
        {jbpm_float("n", 0.0f), "0.0", NULL},
        {jbpm_float("n", 5.0f), "5.0", NULL},
        {jbpm_float("n", 1.5f), "1.5", NULL},
        {jbpm_float("n", 0.1f), "0.1", NULL},
        {jbpm_float("n", 0.00025f), "0.00025", NULL},
        {jbpm_float("n", 120.0f), "120.0", NULL},
        {jbpm_float("n", 16777216.0f), "16777216.0", NULL},
        {jbpm_float("n", 1e20f), "1.0E20", NULL},
        {jbpm_float("n", 1.5e-20f), "1.5E-20", NULL},
        {jbpm_float("n", 1.2345678e-10f), NULL, "10 characters"},
        {jbpm_float("n", -1.5f), NULL, "not negative"},
        {jbpm_float("n", -0.0f), NULL, "not negative"},
        {jbpm_float("n", INFINITY), NULL, "finite"},
        {jbpm_float("n", NAN), NULL, "finite"},
        {jbpm_double("n", 1.5), NULL, "no text for a double"},
        {{.name = "n", .type = JBPM_VARIABLE_TYPE_FLOAT, .number = 0.1}, NULL, "no float"},
    };
    CHECK_SENT(JBPM_6_4, cases);
}

static void maps_keep_order_and_refuse_odd_names(void **state)
{
    (void)state;
    const jbpm_argument three[] = {jbpm_string("b", "x"), jbpm_long("a", 1), jbpm_int(" B=", 2)};
    const jbpm_argument twice[] = {jbpm_string("b", "x"), jbpm_long("a", 1), jbpm_string("b", "y")};
    const jbpm_argument nameless[] = {jbpm_string("", "x")};
    const jbpm_argument null_name[] = {jbpm_string(NULL, "x")};
    const jbpm_argument broken[] = {jbpm_string("\xC3", "x")};
    kf_string_map map;
    kf_error error;
    assert_int_equal(jbpm_map_new(JBPM_6_0, three, 3, &map, &error), KF_OK);
    assert_int_equal(map.count, 3);
    assert_string_equal(map.items[0].key, "b");
    assert_string_equal(map.items[1].value, "1");
    assert_string_equal(map.items[2].key, " B=");
    assert_string_equal(map.items[2].value, "2i");
    jbpm_map_free(&map);
    assert_int_equal(jbpm_map_new(JBPM_6_0, twice, 3, &map, &error), KF_ERROR_ARGUMENT);
    assert_string_equal(error.message, "argument \"b\" is there twice");
    assert_int_equal(jbpm_map_new(JBPM_6_0, nameless, 1, &map, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_map_new(JBPM_6_0, null_name, 1, &map, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_map_new(JBPM_6_0, broken, 1, &map, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_map_new(JBPM_6_0, NULL, 0, &map, &error), KF_OK);
    assert_int_equal(map.count, 0);
    assert_int_equal(jbpm_map_new(JBPM_6_0, NULL, 1, &map, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_map_new(JBPM_6_0, three, 3, NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_event_text(JBPM_6_0, NULL, NULL, NULL), KF_ERROR_ARGUMENT);
    jbpm_map_free(NULL);
}

/* Java's serialization, as ObjectOutputStream of a JDK 17 writes it. */

#define LONG "rO0ABXNyAA5qYXZhLmxhbmcuTG9uZzuL5JDMjyPfAgABSgAFdmFsdWV4cgAQamF2YS5sYW5nLk51bWJlcoaslR0LlOCLAgAAeH"
#define INTEGER "rO0ABXNyABFqYXZhLmxhbmcuSW50ZWdlchLioKT3gYc4AgABSQAFdmFsdWV4cgAQamF2YS5sYW5nLk51bWJlcoaslR0LlOCLAgAAeH"
#define SHORT "rO0ABXNyAA9qYXZhLmxhbmcuU2hvcnRoTTcTNGDaUgIAAVMABXZhbHVleHIAEGphdmEubGFuZy5OdW1iZXKGrJUdC5TgiwIAAHhw"
#define BYTE "rO0ABXNyAA5qYXZhLmxhbmcuQnl0ZZxOYITuUPUcAgABQgAFdmFsdWV4cgAQamF2YS5sYW5nLk51bWJlcoaslR0LlOCLAgAAeH"
#define BOOLEAN "rO0ABXNyABFqYXZhLmxhbmcuQm9vbGVhbs0gcoDVnPruAgABWgAFdmFsdWV4cA"
#define DOUBLE "rO0ABXNyABBqYXZhLmxhbmcuRG91YmxlgLPCSilr+wQCAAFEAAV2YWx1ZXhyABBqYXZhLmxhbmcuTnVtYmVyhqyVHQuU4IsCAAB4c"
#define FLOAT "rO0ABXNyAA9qYXZhLmxhbmcuRmxvYXTa7cmi2zzw7AIAAUYABXZhbHVleHIAEGphdmEubGFuZy5OdW1iZXKGrJUdC5TgiwIAAHhw"

typedef struct stream {
    uint8_t bytes[512];
    size_t length;
} stream;

static stream decoded(const char *base64)
{
    stream result;
    char text[512];
    assert_true(strlen(base64) < sizeof text);
    strcpy(text, base64);
    assert_true(kf_base64_decode(text, strlen(text), &result.length));
    memcpy(result.bytes, text, result.length);
    return result;
}

static jbpm_variable serialized(const stream *value)
{
    return (jbpm_variable){.key = "v", .class_name = "C", .content = {value->bytes, value->length}};
}

static void serialized_texts_are_read(void **state)
{
    static const struct {
        const char *base64;
        const char *text; /* NULL: no C text */
    } cases[] = {
        {"rO0ABXQABWtyaXN2", "krisv"},
        {"rO0ABXQAAA==", ""},
        {"rO0ABXQAC1pvw6sg5p2x5Lqs", "Zoë 東"
                                     "京"},
        {"rO0ABXQACGHtoL3tuIBi", "a\xF0\x9F\x98\x80"
                                 "b"},
        {"rO0ABXQABGHAgGI=", NULL},
        {"rO0ABXQABGHtoL0=", NULL},
        {"rO0ABXQABO24gGI=", NULL},
        {"rO0ABXQABu24gO2gvQ==", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const stream value = decoded(cases[i].base64);
        const jbpm_variable variable = serialized(&value);
        char *text = NULL;
        uint8_t *bytes;
        size_t length;
        kf_error error;
        assert_int_equal(jbpm_variable_type_of(&variable), JBPM_VARIABLE_TYPE_STRING);
        kf_status status = jbpm_variable_get_string(&variable, 1, "v", &text, &error);
        if (cases[i].text != NULL) {
            assert_int_equal(status, KF_OK);
            assert_string_equal(text, cases[i].text);
            kf_free(text);
        } else {
            assert_int_equal(status, KF_ERROR_ARGUMENT);
            assert_non_null(strstr(error.message, i == 4 ? "U+0000" : "surrogate"));
            assert_null(text);
        }
        assert_int_equal(jbpm_variable_get_bytes(&variable, 1, "v", &bytes, &length, &error), KF_OK);
        assert_int_equal(length, value.length);
        assert_memory_equal(bytes, value.bytes, length);
        kf_free(bytes);
    }
}

static void long_texts_are_read(void **state)
{
    static const uint8_t head[] = {0xAC, 0xED, 0x00, 0x05, 0x7C, 0, 0, 0, 0, 0, 1, 0, 0};
    const size_t length = 65536;
    (void)state;
    uint8_t *bytes = malloc(sizeof head + length);
    assert_non_null(bytes);
    memcpy(bytes, head, sizeof head);
    for (size_t i = 0; i < length; i++)
        bytes[sizeof head + i] = (uint8_t)('a' + i % 26);
    jbpm_variable variable = {.key = "v", .content = {bytes, sizeof head + length}};
    char *text;
    assert_int_equal(jbpm_variable_get_string(&variable, 1, "v", &text, NULL), KF_OK);
    assert_int_equal(strlen(text), length);
    assert_memory_equal(text, bytes + sizeof head, length);
    kf_free(text);
    variable.content.length--;
    assert_int_equal(jbpm_variable_type_of(&variable), JBPM_VARIABLE_TYPE_OBJECT);
    free(bytes);
}

static void serialized_numbers_are_read(void **state)
{
    static const struct {
        const char *base64;
        jbpm_variable_type type;
        int64_t number;
    } cases[] = {
        {LONG "AAIAAAAAAAAQ==", JBPM_VARIABLE_TYPE_LONG, INT64_C(9007199254740993)},
        {LONG "CAAAAAAAAAAA==", JBPM_VARIABLE_TYPE_LONG, INT64_MIN},
        {LONG "B//////////w==", JBPM_VARIABLE_TYPE_LONG, INT64_MAX},
        {INTEGER "D////W", JBPM_VARIABLE_TYPE_INTEGER, -42},
        {INTEGER "CAAAAA", JBPM_VARIABLE_TYPE_INTEGER, INT32_MIN},
        {SHORT "//k=", JBPM_VARIABLE_TYPE_SHORT, -7},
        {BYTE "CA", JBPM_VARIABLE_TYPE_BYTE, -128},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const stream value = decoded(cases[i].base64);
        const jbpm_variable variable = serialized(&value);
        int64_t number = 0;
        double real;
        assert_int_equal(jbpm_variable_type_of(&variable), cases[i].type);
        assert_int_equal(jbpm_variable_get_int64(&variable, 1, "v", &number, NULL), KF_OK);
        assert_true(number == cases[i].number);
        assert_int_equal(jbpm_variable_get_double(&variable, 1, "v", &real, NULL), KF_ERROR_ARGUMENT);
        for (size_t cut = 0; cut < value.length; cut++) { /* nothing shorter is such a value */
            const jbpm_variable shorter = {.key = "v", .content = {value.bytes, cut}};
            assert_int_equal(jbpm_variable_type_of(&shorter),
                             cut == 0 ? JBPM_VARIABLE_TYPE_NULL : JBPM_VARIABLE_TYPE_OBJECT);
        }
    }
}

static void serialized_decimals_and_truth_values_are_read(void **state)
{
    (void)state;
    const stream doubles[] = {decoded(DOUBLE "L+5mZmZmZma"), decoded(DOUBLE "H/wAAAAAAAA"), decoded(FLOAT "P4zMzQ==")};
    const double numbers[] = {-0.1, INFINITY, (double)1.1f};
    for (size_t i = 0; i < 3; i++) {
        const jbpm_variable variable = serialized(&doubles[i]);
        double number;
        assert_int_equal(jbpm_variable_type_of(&variable),
                         i < 2 ? JBPM_VARIABLE_TYPE_DOUBLE : JBPM_VARIABLE_TYPE_FLOAT);
        assert_int_equal(jbpm_variable_get_double(&variable, 1, "v", &number, NULL), KF_OK);
        assert_true(number == numbers[i]);
    }
    const stream booleans[] = {decoded(BOOLEAN "A="), decoded(BOOLEAN "E=")};
    for (size_t i = 0; i < 2; i++) {
        const jbpm_variable variable = serialized(&booleans[i]);
        bool value = i == 0;
        assert_int_equal(jbpm_variable_get_boolean(&variable, 1, "v", &value, NULL), KF_OK);
        assert_int_equal(value, i == 1);
    }
    const stream null = decoded("rO0ABXA=");
    const jbpm_variable nothing = serialized(&null);
    assert_int_equal(jbpm_variable_type_of(&nothing), JBPM_VARIABLE_TYPE_NULL);
}

static void other_objects_stay_bytes(void **state)
{
    static const char *const objects[] = {
        "rO0ABXNyABNqYXZhLmxhbmcuQ2hhcmFjdGVyNItH2WsaJngCAAFDAAV2YWx1ZXhwAHg=",
        "rO0ABXNyAA5qYXZhLnV0aWwuRGF0ZWhqgQFLWXQZAwAAeHB3CAAAAAAAAAAAeA==",
        "rO0ABXNyABNqYXZhLnV0aWwuQXJyYXlMaXN0eIHSHZnHYZ0DAAFJAARzaXpleHAAAAACdwQAAAACdAABYXQAAWJ4",
        "rO0ABXVyABNbTGphdmEubGFuZy5PYmplY3Q7kM5YnxBzKWwCAAB4cAAAAAF0AAFh",
        "rO0ABXQABWtyaXN2rO0ABQ==", /* a text with something behind it */
        "rO0ABg==",
        "AAAA",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        const stream value = decoded(objects[i]);
        const jbpm_variable variable = serialized(&value);
        char *text = NULL;
        uint8_t *bytes;
        size_t length;
        kf_error error;
        assert_int_equal(jbpm_variable_type_of(&variable), JBPM_VARIABLE_TYPE_OBJECT);
        assert_int_equal(jbpm_variable_get_string(&variable, 1, "v", &text, &error), KF_ERROR_ARGUMENT);
        assert_string_equal(error.message, "variable \"v\" is of the type object: C");
        assert_int_equal(jbpm_variable_get_bytes(&variable, 1, "v", &bytes, &length, &error), KF_OK);
        assert_int_equal(length, value.length);
        kf_free(bytes);
    }
}

/* Values with a type of XML Schema. */

static void typed_texts_are_read(void **state)
{
    (void)state;
    static const jbpm_value values[] = {{.type = "xs:string", .text = "5"},
                                        {.type = "xs:long", .text = "-9223372036854775808"},
                                        {.type = "ns2:int", .text = " 42\n"},
                                        {.type = "xs:boolean", .text = "1"},
                                        {.type = "xs:double", .text = "-1.5E10"},
                                        {.type = "xs:float", .text = "1.1"},
                                        {.type = "xs:double", .text = "-INF"},
                                        {.text = "17"},
                                        {.type = "xs:dateTime", .text = "2026-01-01T00:00:00Z"},
                                        {.type = "xs:string"},
                                        {.type = "xs:long", .text = "9223372036854775808"},
                                        {.type = "xs:long", .text = "1.0"},
                                        {.text = "true"},
                                        {.type = "xs:double", .text = "1,5"}};
    static const char *const names[] = {"string", "long", "int",   "bool", "double", "float", "inf",
                                        "text",   "date", "empty", "big",  "point",  "yes",   "comma"};
    jbpm_variable v[sizeof(values) / sizeof(values[0]) + 1] = {{0}};
    size_t count = sizeof(values) / sizeof(values[0]);
    for (size_t i = 0; i < count; i++)
        v[i] = (jbpm_variable){.key = names[i], .value = &values[i]};
    v[count++] = (jbpm_variable){.key = "null"};
    int64_t number = 0;
    double real;
    bool truth = false;
    char *text = NULL;
    kf_error error;
    assert_int_equal(jbpm_variable_get_string(v, count, "string", &text, &error), KF_OK);
    assert_string_equal(text, "5");
    kf_free(text);
    assert_int_equal(jbpm_variable_get_int64(v, count, "string", &number, &error), KF_ERROR_ARGUMENT);
    assert_string_equal(error.message, "variable \"string\" is of the type string");
    assert_int_equal(jbpm_variable_get_int64(v, count, "long", &number, &error), KF_OK);
    assert_true(number == INT64_MIN);
    assert_int_equal(jbpm_variable_get_int64(v, count, "int", &number, &error), KF_OK);
    assert_int_equal(number, 42);
    assert_int_equal(jbpm_variable_get_boolean(v, count, "bool", &truth, &error), KF_OK);
    assert_true(truth);
    assert_int_equal(jbpm_variable_get_double(v, count, "double", &real, &error), KF_OK);
    assert_true(real == -1.5e10);
    assert_int_equal(jbpm_variable_get_double(v, count, "float", &real, &error), KF_OK);
    assert_true(real == (double)1.1f);
    assert_int_equal(jbpm_variable_get_double(v, count, "inf", &real, &error), KF_OK);
    assert_true(real == -INFINITY);
    assert_int_equal(jbpm_variable_type_of(&v[7]), JBPM_VARIABLE_TYPE_TEXT);
    assert_int_equal(jbpm_variable_get_int64(v, count, "text", &number, &error), KF_OK);
    assert_int_equal(number, 17);
    assert_int_equal(jbpm_variable_get_double(v, count, "text", &real, &error), KF_OK);
    assert_true(real == 17);
    assert_int_equal(jbpm_variable_get_boolean(v, count, "text", &truth, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_variable_get_boolean(v, count, "yes", &truth, &error), KF_OK);
    assert_int_equal(jbpm_variable_get_string(v, count, "date", &text, &error), KF_OK);
    kf_free(text);
    assert_int_equal(jbpm_variable_get_string(v, count, "empty", &text, &error), KF_OK);
    assert_string_equal(text, "");
    kf_free(text);
    number = 7;
    assert_int_equal(jbpm_variable_get_int64(v, count, "big", &number, &error), KF_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "64 bits"));
    assert_int_equal(jbpm_variable_get_int64(v, count, "point", &number, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_variable_get_double(v, count, "comma", &real, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(number, 7);
    uint8_t *bytes;
    size_t length;
    assert_int_equal(jbpm_variable_get_bytes(v, count, "string", &bytes, &length, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_variable_get_string(v, count, "null", &text, &error), KF_ERROR_NOT_FOUND);
    assert_string_equal(error.message, "variable \"null\" is null");
    assert_int_equal(jbpm_variable_get_string(v, count, "none", &text, &error), KF_ERROR_NOT_FOUND);
    assert_string_equal(error.message, "there is no variable \"none\"");
    assert_int_equal(jbpm_variable_get_string(v, count, "string", NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_variable_get_string(NULL, 1, "string", &text, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(jbpm_variable_get_bytes(v, count, "string", &bytes, NULL, &error), KF_ERROR_ARGUMENT);
}

/* The same work item as four servers send it. */
static void work_items_read_the_same_in_all_forms(void **state)
{
    static const char *const forms[] = {
        /* 6.0.1, XML */
        "<work-item><id>7</id><name>LabService</name><state>0</state><parameters><entry><key>p1</key><value "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
        "xsi:type=\"xs:string\">Zoë &lt;東京&gt; &amp; \"q\"</value></entry><entry><key>p2</key><value "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" "
        "xsi:type=\"xs:long\">5</value></entry></parameters><results/><processInstanceId>23</processInstanceId>"
        "</work-item>",
        /* 6.4.0, XML */
        "<work-item-response><id>7</id><name>LabService</name><state>0</state><param-map><entry key=\"p1\" "
        "class-name=\"java.lang.String\">rO0ABXQAE1pvw6sgPOadseS6rD4gJiAicSI=</entry><entry key=\"p2\" "
        "class-name=\"java.lang.Long\">" LONG "AAAAAAAAAABQ==</entry></param-map><results-map/><processInstanceId>23"
        "</processInstanceId></work-item-response>",
        /* 6.0.1, JSON */
        "{\"index\":null,\"commandName\":null,\"id\":7,\"name\":\"LabService\",\"state\":0,\"parameters\":{\"p1\":"
        "\"Zoë <東京> & \\\"q\\\"\",\"p2\":5},\"results\":{},\"processInstanceId\":23}",
        /* 6.4.0 on WildFly, JSON */
        "{\"status\":null,\"url\":null,\"id\":7,\"name\":\"LabService\",\"state\":0,\"param-map\":{\"p1\":"
        "\"Zoë <東京> & \\\"q\\\"\",\"p2\":5},\"results-map\":{},\"processInstanceId\":23}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        jbpm_work_item *item;
        kf_error error;
        char *text = NULL;
        int64_t number = 0;
        if (kf_model_decode(&jbpm_work_item_schema, forms[i], strlen(forms[i]), (void **)&item, &error) != KF_OK &&
            kf_model_decode_xml(&jbpm_work_item_schema, forms[i], strlen(forms[i]), (void **)&item, &error) != KF_OK)
            fail_msg("form %zu: %s", i, error.message);
        assert_int_equal(item->parameters_count, 2);
        if (jbpm_variable_get_string(item->parameters, 2, "p1", &text, &error) != KF_OK ||
            jbpm_variable_get_int64(item->parameters, 2, "p2", &number, &error) != KF_OK)
            fail_msg("form %zu: %s", i, error.message);
        assert_string_equal(text, "Zoë <東京> & \"q\"");
        assert_int_equal(number, 5);
        assert_int_equal(jbpm_variable_type_of(&item->parameters[1]), JBPM_VARIABLE_TYPE_LONG);
        assert_int_equal(item->results_count, 0);
        assert_int_equal(item->process_instance_id.value, 23);
        kf_free(text);
        jbpm_work_item_free(item);
    }
}

static void types_have_names(void **state)
{
    (void)state;
    assert_string_equal(jbpm_variable_type_text(JBPM_VARIABLE_TYPE_INTEGER), "integer");
    assert_string_equal(jbpm_variable_type_text(JBPM_VARIABLE_TYPE_OBJECT), "object");
    assert_string_equal(jbpm_variable_type_text((jbpm_variable_type)99), "unspecified");
    assert_int_equal(jbpm_variable_type_of(NULL), JBPM_VARIABLE_TYPE_UNSPECIFIED);
    assert_null(jbpm_variable_find(NULL, 0, "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jbpm_6_0_takes_texts_and_whole_numbers),
        cmocka_unit_test(later_releases_take_texts_in_quotes),
        cmocka_unit_test(jbpm_6_4_takes_booleans_and_floats),
        cmocka_unit_test(maps_keep_order_and_refuse_odd_names),
        cmocka_unit_test(serialized_texts_are_read),
        cmocka_unit_test(long_texts_are_read),
        cmocka_unit_test(serialized_numbers_are_read),
        cmocka_unit_test(serialized_decimals_and_truth_values_are_read),
        cmocka_unit_test(other_objects_stay_bytes),
        cmocka_unit_test(typed_texts_are_read),
        cmocka_unit_test(work_items_read_the_same_in_all_forms),
        cmocka_unit_test(types_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
