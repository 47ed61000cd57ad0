/* Variables on a real Flowable: what the server makes of each type and value, and that what the helpers of
 * flowable_variable.h send arrives as it is. */
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kuflow/services/flowable_variable.h"

typedef flowable_engine_rest_variable variable;

/* What is sent, as JSON without the name; and what the next task gets. */
typedef struct row {
    const char *sent;
    const char *got;
    int since; /* the first version that does so; 0: all */
} row;

static const row rows[] = {
    {"'type':'string','value':'x'", "'type':'string','value':'x'", 0},
    {"'type':'string','value':''", "'type':'string','value':''", 0},
    {"'type':'string','value':'\\u0000'", "'type':'string','value':'\\u0000'", 0},
    {"'type':'string','value':'\\ud83d'", "'type':'string','value':'\\uD83D'", 0},
    {"'type':'string','value':'ä€😀\\n'", "'type':'string','value':'ä€\\uD83D\\uDE00\\n'", 0},
    {"'type':'short','value':32767", "'type':'short','value':32767", 0},
    {"'type':'short','value':32768", "'type':'short','value':-32768", 0},
    {"'type':'integer','value':-2147483648", "'type':'integer','value':-2147483648", 0},
    {"'type':'integer','value':3000000000", "'type':'integer','value':-1294967296", 0},
    {"'type':'integer','value':1.9", "'type':'integer','value':1", 0},
    {"'type':'integer','value':1e2", "'type':'integer','value':100", 0},
    {"'type':'long','value':9007199254740993", "'type':'long','value':9007199254740993", 0},
    {"'type':'long','value':9223372036854775807", "'type':'long','value':9223372036854775807", 0},
    {"'type':'long','value':-9223372036854775808", "'type':'long','value':-9223372036854775808", 0},
    {"'type':'long','value':9223372036854775808", "'type':'long','value':-9223372036854775808", 0},
    {"'type':'long','value':1.5", "'type':'long','value':1", 0},
    {"'type':'double','value':0.30000000000000004", "'type':'double','value':0.30000000000000004", 0},
    {"'type':'double','value':3", "'type':'double','value':3.0", 0},
    {"'type':'double','value':1e21", "'type':'double','value':1.0E21", 0},
    {"'type':'double','value':5e-324", "'type':'double','value':4.9E-324", 0},
    {"'type':'double','value':1.7976931348623157e308", "'type':'double','value':1.7976931348623157E308", 0},
    {"'type':'double','value':-0.0", "'type':'double','value':0.0", 0},
    {"'type':'double','value':1e400", "'type':'double','value':'Infinity'", 0},
    {"'type':'boolean','value':true", "'type':'boolean','value':true", 0},
    {"'type':'boolean','value':false", "'type':'boolean','value':false", 0},
    {"'type':'bigDecimal','value':'1E+30'", "'type':'bigDecimal','value':'1000000000000000000000000000000'", 720},
    {"'type':'bigDecimal','value':'1.500'", "'type':'bigDecimal','value':'1.500'", 720},
    {"'type':'bigDecimal','value':1.50", "'type':'bigDecimal','value':'1.5'", 720},
    {"'type':'bigInteger','value':'123456789012345678901234567890'",
     "'type':'bigInteger','value':'123456789012345678901234567890'", 720},
    {"'type':'bigInteger','value':123456789012345678901234567890",
     "'type':'bigInteger','value':'123456789012345678901234567890'", 720},
    {"'type':'date','value':'2026-01-02T03:04:05.678Z'", "'type':'date','value':'2026-01-02T03:04:05Z'", 0},
    {"'type':'date','value':'2026-01-02T03:04:05.678+02:00'", "'type':'date','value':'2026-01-02T01:04:05Z'", 0},
    {"'type':'date','value':'2026-01-02T03:04Z'", "'type':'date','value':'2026-01-02T03:04:00Z'", 0},
    {"'type':'date','value':'2026-01-02'", "'type':'date','value':'2026-01-02T00:00:00Z'", 0},
    {"'type':'instant','value':'2026-01-02T03:04:05.123456789Z'", "'type':'instant','value':'2026-01-02T03:04:05.123Z'",
     0},
    {"'type':'instant','value':'2026-01-02T03:04:05+02:00'", "'type':'instant','value':'2026-01-02T01:04:05Z'", 0},
    {"'type':'localDate','value':'2026-04-20'", "'type':'localDate','value':'2026-04-20'", 0},
    {"'type':'localDateTime','value':'2026-04-20T12:53:10.123456789'",
     "'type':'localDateTime','value':'2026-04-20T12:53:10.123'", 0},
    {"'type':'localDateTime','value':'2026-04-20T12:53:00'", "'type':'localDateTime','value':'2026-04-20T12:53'", 0},
    {"'type':'json','value':{'b':[1,2.50,null,true],'a':{}}", "'type':'json','value':{'b':[1,2.5,null,true],'a':{}}",
     0},
    {"'type':'json','value':[9007199254740993,123456789012345678901234567890]",
     "'type':'json','value':[9007199254740993,123456789012345678901234567890]", 0},
    {"'type':'json','value':[0.1000000000000000055,1e2]", "'type':'json','value':[0.1,100.0]", 0},
    {"'type':'json','value':{'a':1,'a':2}", "'type':'json','value':{'a':2}", 0},
    {"'type':'json','value':'text'", "'type':'string','value':'text'", 0},
    {"'type':'json','value':5", "'type':'integer','value':5", 0},
    {"'type':'json','value':true", "'type':'boolean','value':true", 0},
    {"'type':'json','value':null", "'value':null", 0},
    {"'type':'string','value':null", "'value':null", 0},
    {"'type':'integer'", "'value':null", 0},
    {"'value':null", "'value':null", 0},
    {"'type':null,'value':'x'", "'type':'string','value':'x'", 0},
    {"'value':5", "'type':'integer','value':5", 0},
    {"'value':9007199254740993", "'type':'long','value':9007199254740993", 0},
    {"'value':1.5", "'type':'double','value':1.5", 0},
    {"'value':false", "'type':'boolean','value':false", 0},
    {"'value':123456789012345678901234567890", "'type':'bigInteger','value':'123456789012345678901234567890'", 720},
    {"'value':{'a':1}", "'type':'serializable','value':null", 0},
    {"'value':[1]", "'type':'serializable','value':null", 0},
    {"'value':1,'valueUrl':'http://x','scope':'local'", "'type':'integer','value':1", 0},
};

/* What the server refuses; the text is of its answer. */
static const struct {
    const char *sent;
    int status;
    const char *text;
    int since, before; /* versions; 0: no bound */
} refused[] = {
    {"'type':'string','value':5", 400, "Converter can only convert strings", 0, 0},
    {"'type':'short','value':'7'", 400, "Converter can only convert shorts", 0, 0},
    {"'type':'integer','value':'42'", 400, "Converter can only convert integers", 0, 0},
    {"'type':'long','value':true", 400, "Converter can only convert longs", 0, 0},
    {"'type':'double','value':'NaN'", 400, "Converter can only convert doubles", 0, 0},
    {"'type':'boolean','value':1", 400, "Converter can only convert booleans", 0, 0},
    {"'type':'bigDecimal','value':'abc'", 500, "neither a decimal digit", 720, 0},
    {"'type':'bigInteger','value':'1.5'", 500, "For input string", 720, 0},
    {"'type':'bigDecimal','value':'1'", 400, "unsupported type: 'bigDecimal'", 0, 720},
    {"'type':'bigInteger','value':'1'", 400, "unsupported type: 'bigInteger'", 0, 720},
    {"'type':'date','value':'2026-01-02T03:04:05'", 400, "is not a date", 0, 0},
    {"'type':'date','value':'1582-10-10T00:00:00Z'", 400, "is not a date", 0, 0},
    {"'type':'date','value':5", 400, "Converter can only convert string to date", 0, 0},
    {"'type':'instant','value':'soon'", 400, "is not an instant", 0, 0},
    {"'type':'localDate','value':'2026-02-30'", 400, "is not a localDate", 0, 0},
    {"'type':'localDateTime','value':'2026-04-20T12:53:10Z'", 400, "is not a localDateTime", 0, 0},
    {"'type':'binary','value':'eA=='", 400, "unsupported type: 'binary'", 0, 0},
    {"'type':'serializable','value':'x'", 400, "unsupported type: 'serializable'", 0, 0},
    {"'type':'uuid','value':'x'", 400, "unsupported type: 'uuid'", 0, 0},
    {"'type':'nothing'", 400, "unsupported type: 'nothing'", 0, 0},
};

/* Appends a text with ' for ", so that the rows above can be read. */
static void append(char *target, size_t size, const char *format, const char *name, const char *text)
{
    size_t length = strlen(target);
    snprintf(target + length, size - length, format, name, text);
    for (char *c = target + length; (c = strchr(c, '\'')) != NULL;)
        *c = '"';
}

static kf_status complete_with(fixture *f, const char *job, const char *variables)
{
    flowable_external_worker_job_complete_request *request = NULL;
    char *text = malloc(strlen(variables) + 100);
    assert_non_null(text);
    int length = sprintf(text, "{\"workerId\":\"w\",\"variables\":[%s]}", variables);
    assert_int_equal(flowable_external_worker_job_complete_request_decode(text, (size_t)length, &request, NULL), KF_OK);
    kf_status status = flowable_complete_job(f->client, job, request, &f->error);
    flowable_external_worker_job_complete_request_free(request);
    free(text);
    return status;
}

/* Whether the variable, encoded again, is the text: nothing got lost or changed on the way through the library. */
static void check_variable(const variable *got, const char *name, const char *expected)
{
    char wanted[300] = "";
    char *text = NULL;
    append(wanted, sizeof(wanted), "{'name':'%s',%s}", name, expected);
    assert_int_equal(flowable_engine_rest_variable_encode(got, &text, NULL), KF_OK);
    assert_string_equal(text, wanted);
    kf_free(text);
}

static void test_what_the_server_makes_of_values(void **state)
{
    fixture *f = *state;
    static char sent[20000];
    char job[ID_SIZE], name[16];
    size_t count = sizeof(rows) / sizeof(rows[0]), expected = 0;
    start_process(f, "sequence", NULL, NULL);
    take_id(f, "first", "w", job);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].since > f->version)
            continue;
        snprintf(name, sizeof(name), "v%zu", i);
        append(sent, sizeof(sent), expected++ == 0 ? "{'name':'%s',%s}" : ",{'name':'%s',%s}", name, rows[i].sent);
    }
    CHECK_OK(f, complete_with(f, job, sent));
    jobs_answer *answer = take(f, "second", "w");
    const acquired_job *second = &answer->items[0];
    assert_int_equal(second->variables_count, expected);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].since > f->version)
            continue;
        snprintf(name, sizeof(name), "v%zu", i);
        const variable *got = flowable_variable_find(second->variables, second->variables_count, name);
        assert_non_null(got);
        check_variable(got, name, rows[i].got);
    }
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

static void test_what_the_server_refuses(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE];
    start_process(f, "single", NULL, NULL);
    take_id(f, "single", "w", job);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (f->version < refused[i].since || (refused[i].before != 0 && f->version >= refused[i].before))
            continue;
        char sent[300] = "";
        append(sent, sizeof(sent), "{'name':'%s',%s}", "v", refused[i].sent);
        CHECK_FAILS(f, refused[i].status == 500 ? KF_ERROR_SERVER : KF_ERROR_REJECTED, refused[i].status,
                    refused[i].text, complete_with(f, job, sent));
        assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_REFUSED);
        assert_true(job_held_by(f, job, "w"));
    }
    /* null where a variable belongs: the server stumbles, and the job is as it was. */
    kf_extra_member none = {.json = "null"};
    variable null = {.extra = {.members = &none, .count = 1}};
    flowable_external_worker_job_complete_request request = {
        .worker_id = "w", .variables = &null, .variables_count = 1};
    CHECK_FAILS(f, KF_ERROR_SERVER, 500, "is null", flowable_complete_job(f->client, job, &request, &f->error));
    assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_REFUSED);
    CHECK_OK(f, complete(f, job, "w"));
}

static void test_names_and_sizes(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE];
    size_t length = 1 << 20;
    char *text = malloc(length + 1), *sent = malloc(length + 300);
    assert_true(text != NULL && sent != NULL);
    memset(text, 'x', length);
    text[length] = '\0';
    sprintf(sent,
            "{\"name\":\"big\",\"type\":\"string\",\"value\":\"%s\"},{\"name\":\"twice\",\"value\":1},"
            "{\"name\":\"twice\",\"value\":2},{\"name\":\"ä.b 😀\",\"value\":3},{\"name\":\"\",\"value\":4}",
            text);
    start_process(f, "sequence", NULL, NULL);
    take_id(f, "first", "w", job);
    CHECK_OK(f, complete_with(f, job, sent));
    free(sent);
    jobs_answer *answer = take(f, "second", "w");
    const variable *variables = answer->items[0].variables;
    size_t count = answer->items[0].variables_count;
    const char *big = NULL;
    int64_t number = 0;
    assert_int_equal(count, 4);
    assert_int_equal(flowable_variable_get_string(variables, count, "big", &big, NULL), KF_OK);
    assert_string_equal(big, text);
    free(text);
    assert_int_equal(flowable_variable_get_int64(variables, count, "twice", &number, NULL), KF_OK);
    assert_int_equal(number, 2);
    assert_int_equal(flowable_variable_get_int64(variables, count, "ä.b 😀", &number, NULL), KF_OK);
    assert_int_equal(number, 3);
    assert_int_equal(flowable_variable_get_int64(variables, count, "", &number, NULL), KF_OK);
    assert_int_equal(number, 4);
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

#define SET(call) assert_int_equal((call), KF_OK)

/* All types at the edges of what their setters take. */
static flowable_variables *edges(const fixture *f)
{
    flowable_variables *set = flowable_variables_new();
    assert_non_null(set);
    SET(flowable_variables_set_string(set, "text", "ä€😀\"\\\n\x7f", NULL));
    SET(flowable_variables_set_string(set, "empty", "", NULL));
    SET(flowable_variables_set_short(set, "short", INT16_MIN, NULL));
    SET(flowable_variables_set_integer(set, "integer", INT32_MIN, NULL));
    SET(flowable_variables_set_long(set, "least", INT64_MIN, NULL));
    SET(flowable_variables_set_long(set, "greatest", INT64_MAX, NULL));
    SET(flowable_variables_set_double(set, "tenth", 0.1, NULL));
    SET(flowable_variables_set_double(set, "huge", -DBL_MAX, NULL));
    SET(flowable_variables_set_double(set, "tiny", 4.9406564584124654e-324, NULL));
    SET(flowable_variables_set_boolean(set, "no", false, NULL));
    SET(flowable_variables_set_date(set, "date", (kf_time){.seconds = -12219292800}, NULL));
    SET(flowable_variables_set_instant(set, "instant", (kf_time){.seconds = 253402300799, .nanoseconds = 999000000},
                                       NULL));
    SET(flowable_variables_set_local_date(set, "day", "0000-02-29", NULL));
    SET(flowable_variables_set_local_date_time(set, "evening", "9999-12-31T23:59:59.999", NULL));
    const char *tree = "{\"n\":[9007199254740993,null,\"ü\"]}";
    SET(flowable_variables_set_json_text(set, "json", tree, strlen(tree), NULL));
    SET(flowable_variables_set_null(set, "null", NULL));
    if (f->version >= 720) {
        SET(flowable_variables_set_big_decimal(set, "decimal", "-12345678901234567890.1200", NULL));
        SET(flowable_variables_set_big_integer(set, "whole", "-123456789012345678901234567890", NULL));
    }
    return set;
}

static void check_edges(const fixture *f, const variable *variables, size_t count)
{
    const char *text;
    int64_t number;
    double real;
    bool truth = true;
    kf_time time;
    const cJSON *tree;
#define GET(kind, name, place)                                                                                         \
    assert_int_equal(flowable_variable_get_##kind(variables, count, name, place, NULL), KF_OK)
    GET(string, "text", &text), assert_string_equal(text, "ä€😀\"\\\n\x7f");
    GET(string, "empty", &text), assert_string_equal(text, "");
    GET(int64, "short", &number), assert_int_equal(number, INT16_MIN);
    GET(int64, "integer", &number), assert_int_equal(number, INT32_MIN);
    GET(int64, "least", &number), assert_true(number == INT64_MIN);
    GET(int64, "greatest", &number), assert_true(number == INT64_MAX);
    GET(double, "tenth", &real), assert_true(real == 0.1);
    GET(double, "huge", &real), assert_true(real == -DBL_MAX);
    GET(double, "tiny", &real), assert_true(real > 0 && real < DBL_MIN);
    GET(boolean, "no", &truth), assert_false(truth);
    GET(time, "date", &time), assert_true(time.seconds == -12219292800 && time.nanoseconds == 0);
    GET(time, "instant", &time), assert_true(time.seconds == 253402300799 && time.nanoseconds == 999000000);
    GET(local, "day", &text), assert_string_equal(text, "0000-02-29");
    GET(local, "evening", &text), assert_string_equal(text, "9999-12-31T23:59:59.999");
    GET(json, "json", &tree), assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(tree, "n")), 3);
    assert_int_equal(flowable_variable_type_of(flowable_variable_find(variables, count, "null")),
                     FLOWABLE_VARIABLE_TYPE_NULL);
    if (f->version >= 720) {
        GET(decimal, "decimal", &text), assert_string_equal(text, "-12345678901234567890.1200");
        GET(decimal, "whole", &text), assert_string_equal(text, "-123456789012345678901234567890");
    }
}

/* What the setters take arrives as it is, there and back again. */
static void test_helpers_both_ways(void **state)
{
    fixture *f = *state;
    char process[ID_SIZE], job[ID_SIZE];
    start_process(f, "sequence", NULL, process);
    take_id(f, "first", "w", job);
    flowable_variables *set = edges(f);
    flowable_external_worker_job_complete_request request = {.worker_id = "w"};
    request.variables = flowable_variables_items(set, &request.variables_count);
    check_edges(f, request.variables, request.variables_count);
    CHECK_OK(f, flowable_complete_job(f->client, job, &request, &f->error));
    jobs_answer *answer = take(f, "second", "w");
    assert_int_equal(answer->items[0].variables_count, request.variables_count);
    flowable_variables_free(set);
    check_edges(f, answer->items[0].variables, answer->items[0].variables_count);

    /* All that came goes back as it came. */
    set = flowable_variables_new();
    for (size_t i = 0; i < answer->items[0].variables_count; i++)
        SET(flowable_variables_set(set, &answer->items[0].variables[i], NULL));
    request.variables = flowable_variables_items(set, &request.variables_count);
    CHECK_OK(f, flowable_complete_job(f->client, answer->items[0].id, &request, &f->error));
    flowable_variables_free(set);
    flowable_acquire_and_lock_jobs_answer_free(answer);
    WAIT_UNTIL(process_ended(f, process));
    cJSON *text = history_variable(f, process, "text");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(text, "value")), "ä€😀\"\\\n\x7f");
    cJSON_Delete(text);
}

/* What no C text can hold does not spoil the other variables or the other jobs of the answer. */
static void test_texts_that_c_cannot_hold(void **state)
{
    fixture *f = *state;
    char job[ID_SIZE];
    start_process(f, "sequence", NULL, NULL);
    take_id(f, "first", "w", job);
    CHECK_OK(f, complete_with(f, job,
                              "{\"name\":\"nul\",\"value\":\"a\\u0000b\"},{\"name\":\"half\",\"value\":\"\\ud83d\"},"
                              "{\"name\":\"good\",\"value\":\"x\"},"
                              "{\"name\":\"deep\",\"type\":\"json\",\"value\":[\"\\u0000\"]}"));
    jobs_answer *answer = take(f, "second", "w");
    const variable *variables = answer->items[0].variables;
    size_t count = answer->items[0].variables_count;
    const char *text = NULL;
    assert_int_equal(count, 4);
    assert_int_equal(flowable_variable_get_string(variables, count, "good", &text, NULL), KF_OK);
    assert_string_equal(text, "x");
    assert_int_equal(flowable_variable_get_string(variables, count, "nul", &text, &f->error), KF_ERROR_ARGUMENT);
    assert_int_equal(flowable_variable_get_string(variables, count, "half", &text, &f->error), KF_ERROR_ARGUMENT);
    check_variable(flowable_variable_find(variables, count, "nul"), "nul", "'type':'string','value':'a\\u0000b'");
    check_variable(flowable_variable_find(variables, count, "deep"), "deep", "'type':'json','value':['\\u0000']");
    CHECK_OK(f, complete(f, answer->items[0].id, "w"));
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_the_server_makes_of_values),
        TEST(test_what_the_server_refuses),
        TEST(test_names_and_sizes),
        TEST(test_helpers_both_ways),
        TEST(test_texts_that_c_cannot_hold),
    };
    return cmocka_run_group_tests_name("variables", tests, fixture_setup, fixture_teardown);
}
