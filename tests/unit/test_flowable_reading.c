/* Variables that came with a job. */
#include "kuflow/services/flowable_variable.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* As a server answers: the types that need 7.2, and what it leaves out, included. */
static const char answer_text[] =
    "[{\"id\":\"j1\",\"url\":\"http://localhost/external-job-api/jobs/j1\",\"correlationId\":\"c\","
    "\"processInstanceId\":\"p\",\"processDefinitionId\":\"d:1:x\",\"executionId\":\"e\",\"scopeId\":null,"
    "\"subScopeId\":null,\"scopeDefinitionId\":null,\"scopeType\":null,\"elementId\":\"a\",\"elementName\":null,"
    "\"retries\":3,\"exceptionMessage\":null,\"dueDate\":null,\"createTime\":\"2026-01-02T03:04:05.678Z\","
    "\"tenantId\":\"\",\"lockOwner\":\"w\",\"lockExpirationTime\":\"2026-01-02T03:05:05.678Z\",\"variables\":["
    "{\"name\":\"string\",\"type\":\"string\",\"value\":\"a \\\"b\\\" \\uD83D\\uDE00\"},"
    "{\"name\":\"empty\",\"type\":\"string\",\"value\":\"\"},"
    "{\"name\":\"short\",\"type\":\"short\",\"value\":-32768},"
    "{\"name\":\"integer\",\"type\":\"integer\",\"value\":2147483647},"
    "{\"name\":\"long\",\"type\":\"long\",\"value\":9007199254740993},"
    "{\"name\":\"most\",\"type\":\"long\",\"value\":9223372036854775807},"
    "{\"name\":\"least\",\"type\":\"long\",\"value\":-9223372036854775808},"
    "{\"name\":\"double\",\"type\":\"double\",\"value\":1.0E21},"
    "{\"name\":\"exact\",\"type\":\"double\",\"value\":0.30000000000000004},"
    "{\"name\":\"tiny\",\"type\":\"double\",\"value\":4.9E-324},"
    "{\"name\":\"infinity\",\"type\":\"double\",\"value\":\"Infinity\"},"
    "{\"name\":\"minus\",\"type\":\"double\",\"value\":\"-Infinity\"},"
    "{\"name\":\"nan\",\"type\":\"double\",\"value\":\"NaN\"},"
    "{\"name\":\"yes\",\"type\":\"boolean\",\"value\":true},"
    "{\"name\":\"no\",\"type\":\"boolean\",\"value\":false},"
    "{\"name\":\"bigDecimal\",\"type\":\"bigDecimal\",\"value\":\"1.500\"},"
    "{\"name\":\"bigInteger\",\"type\":\"bigInteger\",\"value\":\"123456789012345678901234567890\"},"
    "{\"name\":\"smallBig\",\"type\":\"bigInteger\",\"value\":\"-9223372036854775808\"},"
    "{\"name\":\"date\",\"type\":\"date\",\"value\":\"2026-01-02T03:04:05Z\"},"
    "{\"name\":\"instant\",\"type\":\"instant\",\"value\":\"2026-01-02T03:04:05.678Z\"},"
    "{\"name\":\"localDate\",\"type\":\"localDate\",\"value\":\"2020-04-20\"},"
    "{\"name\":\"localDateTime\",\"type\":\"localDateTime\",\"value\":\"2020-04-20T12:53\"},"
    "{\"name\":\"json\",\"type\":\"json\",\"value\":{\"a\":[1,{\"b\":123456789012345678901234567890}]}},"
    "{\"name\":\"none\",\"value\":null},"
    "{\"name\":\"binary\",\"type\":\"binary\",\"value\":null},"
    "{\"name\":\"serializable\",\"type\":\"serializable\",\"value\":null},"
    "{\"name\":\"future\",\"type\":\"money\",\"value\":{\"cents\":1}},"
    "{\"name\":\"untyped\",\"value\":5},"
    "{\"name\":\"twice\",\"type\":\"string\",\"value\":\"first\"},"
    "{\"name\":\"twice\",\"type\":\"string\",\"value\":\"last\"}]}]";

static flowable_acquire_and_lock_jobs_answer *answer;
static const flowable_engine_rest_variable *variables;
static size_t count;
static kf_error error;

static int set_up(void **state)
{
    (void)state;
    if (flowable_acquire_and_lock_jobs_answer_decode(answer_text, sizeof answer_text - 1, &answer, &error) != KF_OK)
        return -1;
    variables = answer->items[0].variables;
    count = answer->items[0].variables_count;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    flowable_acquire_and_lock_jobs_answer_free(answer);
    return 0;
}

static const char *string_of(const char *name)
{
    const char *value = NULL;
    assert_int_equal(flowable_variable_get_string(variables, count, name, &value, &error), KF_OK);
    return value;
}

static int64_t int64_of(const char *name)
{
    int64_t value = 0;
    assert_int_equal(flowable_variable_get_int64(variables, count, name, &value, &error), KF_OK);
    return value;
}

static double double_of(const char *name)
{
    double value = 0;
    assert_int_equal(flowable_variable_get_double(variables, count, name, &value, &error), KF_OK);
    return value;
}

static const char *decimal_of(const char *name)
{
    const char *value = NULL;
    assert_int_equal(flowable_variable_get_decimal(variables, count, name, &value, &error), KF_OK);
    return value;
}

static const char *time_of(const char *name)
{
    static char text[KF_TIME_TEXT_SIZE];
    kf_time time;
    assert_int_equal(flowable_variable_get_time(variables, count, name, &time, &error), KF_OK);
    assert_int_equal(kf_time_format(time, text, NULL), KF_OK);
    return text;
}

static const char *local_of(const char *name)
{
    const char *value = NULL;
    assert_int_equal(flowable_variable_get_local(variables, count, name, &value, &error), KF_OK);
    return value;
}

static void values_are_read_exactly(void **state)
{
    (void)state;
    bool truth = false;
    const cJSON *tree = NULL;
    assert_string_equal(string_of("string"), "a \"b\" \xF0\x9F\x98\x80");
    assert_string_equal(string_of("empty"), "");
    assert_int_equal(int64_of("short"), -32768);
    assert_int_equal(int64_of("integer"), 2147483647);
    assert_true(int64_of("long") == INT64_C(9007199254740993));
    assert_true(int64_of("most") == INT64_MAX);
    assert_true(int64_of("least") == INT64_MIN);
    assert_true(int64_of("smallBig") == INT64_MIN);
    assert_true(double_of("double") == 1e21);
    assert_true(double_of("exact") == 0.1 + 0.2);
    assert_true(double_of("tiny") == 5e-324);
    assert_true(double_of("infinity") == INFINITY);
    assert_true(double_of("minus") == -INFINITY);
    assert_true(isnan(double_of("nan")));
    assert_true(double_of("integer") == 2147483647.0);
    assert_true(double_of("least") == -9223372036854775808.0);
    assert_int_equal(flowable_variable_get_boolean(variables, count, "yes", &truth, &error), KF_OK);
    assert_true(truth);
    assert_int_equal(flowable_variable_get_boolean(variables, count, "no", &truth, &error), KF_OK);
    assert_false(truth);
    assert_string_equal(decimal_of("bigDecimal"), "1.500");
    assert_string_equal(decimal_of("bigInteger"), "123456789012345678901234567890");
    assert_string_equal(decimal_of("double"), "1.0E21");
    assert_string_equal(decimal_of("long"), "9007199254740993");
    assert_string_equal(time_of("date"), "2026-01-02T03:04:05Z");
    assert_string_equal(time_of("instant"), "2026-01-02T03:04:05.678Z");
    assert_string_equal(local_of("localDate"), "2020-04-20");
    assert_string_equal(local_of("localDateTime"), "2020-04-20T12:53");
    assert_int_equal(flowable_variable_get_json(variables, count, "json", &tree, &error), KF_OK);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(tree, "a")), 2);
    const kf_extra_member *text = kf_extra_find(&flowable_variable_find(variables, count, "json")->extra, "value");
    assert_string_equal(text->json, "{\"a\":[1,{\"b\":123456789012345678901234567890}]}");
}

static void of_two_variables_of_one_name_the_last_counts(void **state)
{
    (void)state;
    assert_string_equal(string_of("twice"), "last");
    assert_ptr_equal(flowable_variable_find(variables, count, "twice"), &variables[count - 1]);
    assert_null(flowable_variable_find(variables, count, "Twice"));
    assert_null(flowable_variable_find(variables, 0, "twice"));
    assert_null(flowable_variable_find(NULL, 0, "twice"));
    assert_null(flowable_variable_find(variables, count, NULL));
    const flowable_engine_rest_variable nameless = {.type = "string"};
    assert_null(flowable_variable_find(&nameless, 1, "x"));
}

static void what_is_absent_or_null_is_not_found(void **state)
{
    (void)state;
    const char *text = "untouched";
    double number = 7;
    assert_int_equal(flowable_variable_get_string(variables, count, "nobody", &text, &error), KF_ERROR_NOT_FOUND);
    assert_string_equal(error.message, "there is no variable \"nobody\"");
    assert_int_equal(flowable_variable_get_string(variables, count, "none", &text, &error), KF_ERROR_NOT_FOUND);
    assert_string_equal(error.message, "variable \"none\" is null");
    assert_int_equal(flowable_variable_get_double(variables, count, "none", &number, NULL), KF_ERROR_NOT_FOUND);
    assert_int_equal(flowable_variable_get_double(NULL, 0, "none", &number, NULL), KF_ERROR_NOT_FOUND);
    assert_string_equal(text, "untouched");
    assert_true(number == 7);
}

/* Each function with each variable of another type. */
static void other_types_are_refused_with_what_reads_them(void **state)
{
    (void)state;
    static const struct {
        const char *names; /* That the functions below read, by their letters. */
        const char *name;
        const char *message;
    } cases[] = {
        {"s", "string", "is of type string: read it with flowable_variable_get_string()"},
        {"idx", "short", "is of type short: read it with flowable_variable_get_int64()"},
        {"dx", "double", "is of type double: read it with flowable_variable_get_double()"},
        {"b", "yes", "is of type boolean: read it with flowable_variable_get_boolean()"},
        {"x", "bigDecimal", "is of type bigDecimal: read it with flowable_variable_get_decimal()"},
        {"ix", "smallBig", "is of type bigInteger: read it with flowable_variable_get_decimal()"},
        {"t", "date", "is of type date: read it with flowable_variable_get_time()"},
        {"t", "instant", "is of type instant: read it with flowable_variable_get_time()"},
        {"l", "localDate", "is of type localDate: read it with flowable_variable_get_local()"},
        {"l", "localDateTime", "is of type localDateTime: read it with flowable_variable_get_local()"},
        {"j", "json", "is of type json: read it with flowable_variable_get_json()"},
        {"", "binary", "is of type binary: the API does not show values of this type"},
        {"", "serializable", "is of type serializable: the API does not show values of this type"},
        {"", "future", "is of type money: this version does not know the type; read its member value"},
        {"", "untyped", "names no type; read its member value"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *name = cases[i].name;
        const char *text;
        int64_t whole;
        double number;
        bool truth;
        kf_time time;
        const cJSON *tree;
        for (const char *letter = "sidbxtlj"; *letter != '\0'; letter++) {
            kf_status status = *letter == 's'   ? flowable_variable_get_string(variables, count, name, &text, &error)
                               : *letter == 'i' ? flowable_variable_get_int64(variables, count, name, &whole, &error)
                               : *letter == 'd' ? flowable_variable_get_double(variables, count, name, &number, &error)
                               : *letter == 'b' ? flowable_variable_get_boolean(variables, count, name, &truth, &error)
                               : *letter == 'x' ? flowable_variable_get_decimal(variables, count, name, &text, &error)
                               : *letter == 't' ? flowable_variable_get_time(variables, count, name, &time, &error)
                               : *letter == 'l' ? flowable_variable_get_local(variables, count, name, &text, &error)
                                                : flowable_variable_get_json(variables, count, name, &tree, &error);
            if (status != (strchr(cases[i].names, *letter) != NULL ? KF_OK : KF_ERROR_ARGUMENT))
                fail_msg("%s by %c: %s", name, *letter, error.message);
            if (status != KF_OK &&
                (strstr(error.message, cases[i].message) == NULL || strstr(error.message, name) == NULL))
                fail_msg("%s by %c: %s", name, *letter, error.message);
        }
    }
}

static void values_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    int64_t whole = 7;
    double number = 7;
    const char *text = "untouched";
    assert_int_equal(flowable_variable_get_int64(variables, count, "bigInteger", &whole, &error), KF_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "64 bits"));
    assert_int_equal(flowable_variable_get_double(variables, count, "long", &number, &error), KF_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "flowable_variable_get_int64()"));
    assert_int_equal(flowable_variable_get_double(variables, count, "most", &number, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(flowable_variable_get_decimal(variables, count, "infinity", &text, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(whole, 7);
    assert_true(number == 7);
    assert_string_equal(text, "untouched");
}

static void values_of_the_wrong_kind_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"name\":\"v\",\"type\":\"string\",\"value\":5}",
        "{\"name\":\"v\",\"type\":\"long\",\"value\":\"5\"}",
        "{\"name\":\"v\",\"type\":\"long\",\"value\":1.5}",
        "{\"name\":\"v\",\"type\":\"long\",\"value\":1e19}",
        "{\"name\":\"v\",\"type\":\"double\",\"value\":\"1\"}",
        "{\"name\":\"v\",\"type\":\"double\",\"value\":{}}",
        "{\"name\":\"v\",\"type\":\"boolean\",\"value\":1}",
        "{\"name\":\"v\",\"type\":\"bigDecimal\",\"value\":\"x\"}",
        "{\"name\":\"v\",\"type\":\"bigInteger\",\"value\":[]}",
        "{\"name\":\"v\",\"type\":\"bigInteger\",\"value\":\"1.5\"}",
        "{\"name\":\"v\",\"type\":\"date\",\"value\":5}",
        "{\"name\":\"v\",\"type\":\"instant\",\"value\":\"today\"}",
        "{\"name\":\"v\",\"type\":\"localDate\",\"value\":5}",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        flowable_engine_rest_variable *v;
        const char *text;
        int64_t whole;
        double number;
        bool truth;
        kf_time time;
        assert_int_equal(flowable_engine_rest_variable_decode(texts[i], strlen(texts[i]), &v, &error), KF_OK);
        assert_int_equal(flowable_variable_get_string(v, 1, "v", &text, &error), KF_ERROR_ARGUMENT);
        assert_int_equal(flowable_variable_get_int64(v, 1, "v", &whole, &error), KF_ERROR_ARGUMENT);
        assert_int_equal(flowable_variable_get_double(v, 1, "v", &number, &error), KF_ERROR_ARGUMENT);
        assert_int_equal(flowable_variable_get_boolean(v, 1, "v", &truth, &error), KF_ERROR_ARGUMENT);
        assert_int_equal(flowable_variable_get_time(v, 1, "v", &time, &error), KF_ERROR_ARGUMENT);
        assert_int_equal(flowable_variable_get_local(v, 1, "v", &text, &error), KF_ERROR_ARGUMENT);
        flowable_engine_rest_variable_free(v);
    }
}

/* A server stores such strings and shows them; the others beside them can be read all the same, and both can be sent
 * on. */
static void a_text_that_c_cannot_hold_is_kept(void **state)
{
    (void)state;
    static const char text[] = "[{\"id\":\"j\",\"url\":\"u\",\"variables\":["
                               "{\"name\":\"nul\",\"type\":\"string\",\"value\":\"a\\u0000b\"},"
                               "{\"name\":\"half\",\"type\":\"string\",\"value\":\"\\uD83D\"},"
                               "{\"name\":\"fine\",\"type\":\"string\",\"value\":\"x\"}]}]";
    flowable_acquire_and_lock_jobs_answer *odd;
    const char *value;
    assert_int_equal(flowable_acquire_and_lock_jobs_answer_decode(text, sizeof text - 1, &odd, &error), KF_OK);
    const flowable_engine_rest_variable *v = odd->items[0].variables;
    assert_int_equal(flowable_variable_get_string(v, 3, "nul", &value, &error), KF_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, "U+0000"));
    assert_int_equal(flowable_variable_get_string(v, 3, "half", &value, &error), KF_ERROR_ARGUMENT);
    assert_string_equal(kf_extra_find(&v[1].extra, "value")->json, "\"\\uD83D\"");
    assert_int_equal(flowable_variable_get_string(v, 3, "fine", &value, &error), KF_OK);
    assert_string_equal(value, "x");
    flowable_variables *set = flowable_variables_new();
    char *sent;
    assert_int_equal(flowable_variables_set(set, &v[0], &error), KF_OK);
    flowable_acquire_and_lock_jobs_answer_free(odd);
    assert_int_equal(flowable_engine_rest_variable_encode(flowable_variables_items(set, NULL), &sent, &error), KF_OK);
    assert_string_equal(sent, "{\"name\":\"nul\",\"type\":\"string\",\"value\":\"a\\u0000b\"}");
    kf_free(sent);
    flowable_variables_free(set);
}

static void variables_of_ones_own_are_read_too(void **state)
{
    (void)state;
    cJSON number = {.type = cJSON_Number, .valuedouble = 7};
    cJSON half = {.type = cJSON_Number, .valuedouble = 0.5};
    const flowable_engine_rest_variable own[] = {{"whole", "long", &number, NULL, {0}},
                                                 {"half", "long", &half, NULL, {0}}};
    int64_t whole;
    const char *text;
    assert_int_equal(flowable_variable_get_int64(own, 2, "whole", &whole, &error), KF_OK);
    assert_int_equal(whole, 7);
    assert_int_equal(flowable_variable_get_int64(own, 2, "half", &whole, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(flowable_variable_get_decimal(own, 2, "whole", &text, &error), KF_ERROR_ARGUMENT);
    /* Those of a set have their exact text. */
    flowable_variables *set = flowable_variables_new();
    assert_int_equal(flowable_variables_set_long(set, "long", INT64_MAX - 1, &error), KF_OK);
    const flowable_engine_rest_variable *items = flowable_variables_items(set, NULL);
    assert_int_equal(flowable_variable_get_decimal(items, 1, "long", &text, &error), KF_OK);
    assert_string_equal(text, "9223372036854775806");
    flowable_variables_free(set);
}

static void arguments_that_are_missing_are_refused(void **state)
{
    (void)state;
    const char *text;
    assert_int_equal(flowable_variable_get_string(variables, count, NULL, &text, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(flowable_variable_get_string(variables, count, "string", NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(flowable_variable_get_string(NULL, 1, "string", &text, NULL), KF_ERROR_ARGUMENT);
}

static void types_have_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        flowable_variable_type type;
    } cases[] = {{"string", FLOWABLE_VARIABLE_TYPE_STRING},
                 {"most", FLOWABLE_VARIABLE_TYPE_LONG},
                 {"localDateTime", FLOWABLE_VARIABLE_TYPE_LOCAL_DATE_TIME},
                 {"json", FLOWABLE_VARIABLE_TYPE_JSON},
                 {"none", FLOWABLE_VARIABLE_TYPE_NULL},
                 {"binary", FLOWABLE_VARIABLE_TYPE_BINARY},
                 {"serializable", FLOWABLE_VARIABLE_TYPE_SERIALIZABLE},
                 {"future", FLOWABLE_VARIABLE_TYPE_UNRECOGNIZED},
                 {"untyped", FLOWABLE_VARIABLE_TYPE_UNSPECIFIED},
                 {"nobody", FLOWABLE_VARIABLE_TYPE_UNSPECIFIED}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(flowable_variable_type_of(flowable_variable_find(variables, count, cases[i].name)),
                         cases[i].type);
    for (int i = FLOWABLE_VARIABLE_TYPE_STRING; i <= FLOWABLE_VARIABLE_TYPE_BINARY; i++) {
        const char *text = flowable_variable_type_text((flowable_variable_type)i);
        assert_non_null(text);
        assert_int_equal(flowable_variable_type_from_text(text), i);
    }
    assert_string_equal(flowable_variable_type_text(FLOWABLE_VARIABLE_TYPE_BIG_DECIMAL), "bigDecimal");
    assert_null(flowable_variable_type_text(FLOWABLE_VARIABLE_TYPE_UNSPECIFIED));
    assert_null(flowable_variable_type_text(FLOWABLE_VARIABLE_TYPE_UNRECOGNIZED));
    assert_null(flowable_variable_type_text((flowable_variable_type)99));
    assert_int_equal(flowable_variable_type_from_text(NULL), FLOWABLE_VARIABLE_TYPE_UNSPECIFIED);
    assert_int_equal(flowable_variable_type_from_text("String"), FLOWABLE_VARIABLE_TYPE_UNRECOGNIZED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_exactly),
        cmocka_unit_test(of_two_variables_of_one_name_the_last_counts),
        cmocka_unit_test(what_is_absent_or_null_is_not_found),
        cmocka_unit_test(other_types_are_refused_with_what_reads_them),
        cmocka_unit_test(values_that_do_not_fit_are_refused),
        cmocka_unit_test(values_of_the_wrong_kind_are_refused),
        cmocka_unit_test(a_text_that_c_cannot_hold_is_kept),
        cmocka_unit_test(variables_of_ones_own_are_read_too),
        cmocka_unit_test(arguments_that_are_missing_are_refused),
        cmocka_unit_test(types_have_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
