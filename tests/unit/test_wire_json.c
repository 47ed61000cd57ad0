/* JSON of other shapes than the library's own, by the tables. */
#include "wire_support.h"

#include "wire/wire.h"

/* What the library writes itself it reads as it is, and so it does with all that no table speaks of. */
static void test_own_form(void **state)
{
    (void)state;
    static const char text[] =
        "{\"id\":1,\"state\":\"RED\",\"name\":\"a\\u0062\\n\",\"mark\":1,\"done\":null,\"ratio\":1.50e0,"
        "\"created\":\"2026-11-21T09:13:06.172Z\",\"blob\":\"aGVsbG8=\",\"data\":{ \"a\" : [1e400,\"\\u0000\",{}] "
        ",\"a\":0},"
        "\"tags\":[\"a\",null],\"marks\":[1,null],\"owner\":{\"name\":\"n\",\"x\":[ 1.0 ]},\"people\":[{\"age\":1}],"
        "\"params\":[{\"key\":\"k\",\"value\":{\"type\":\"t\",\"text\":\"x\"}}],\"events\":[{\"kind\":\"closed\","
        "\"index\":1,\"reason\":\"r\"},{\"kind\":\"other\"}],\"labels\":{\"a\":\"1\"},\"card\":{\"id\":\"i\",\"m\":"
        "\"n\"},"
        "\"new\":{\"b\" :null},\"n\\u00e9w\":1}";
    void *model = decoded(&job_type, text);
    char *once = NULL;
    char *twice = NULL;
    assert_int_equal(kf_model_encode(&job_type, model, &once, NULL), KF_OK);
    kf_model_free(model);
    assert_string_equal(
        once, "{\"id\":1,\"state\":\"RED\",\"name\":\"ab\\n\",\"mark\":1,\"done\":null,\"ratio\":1.50e0,"
              "\"created\":\"2026-11-21T09:13:06.172Z\",\"blob\":\"aGVsbG8=\","
              "\"data\":{ \"a\" : [1e400,\"\\u0000\",{}] ,\"a\":0},"
              "\"tags\":[\"a\",null],\"marks\":[1,null],\"owner\":{\"name\":\"n\",\"x\":[ 1.0 ]},"
              "\"people\":[{\"age\":1}],\"params\":[{\"key\":\"k\",\"value\":{\"type\":\"t\",\"text\":\"x\"}}],"
              "\"events\":[{\"kind\":\"closed\",\"index\":1,\"reason\":\"r\"},{\"kind\":\"other\"}],"
              "\"labels\":{\"a\":\"1\"},\"card\":{\"id\":\"i\",\"m\":\"n\"},\"new\":{\"b\" :null},"
              "\"n\xC3\xA9w\":1}");
    model = decoded(&job_type, once);
    assert_int_equal(kf_model_encode(&job_type, model, &twice, NULL), KF_OK);
    assert_string_equal(once, twice);
    kf_model_free(model);
    kf_free(once);
    kf_free(twice);
}

static void test_names(void **state)
{
    (void)state;
    reads(&job_type, "{\"id\":1,\"job-name\":\"a\",\"is-done\":true,\"param-map\":[]}",
          "{\"id\":1,\"name\":\"a\",\"done\":true,\"params\":[]}");
    reads(&job_type, "{\"id\":1,\"ti\\u0074le\":\"a\"}", "{\"id\":1,\"name\":\"a\"}");
    /* The usual name before others, a value before a null; nothing is lost. */
    reads(&job_type, "{\"id\":1,\"title\":\"t\",\"name\":\"n\"}", "{\"id\":1,\"title\":\"t\",\"name\":\"n\"}");
    reads(&job_type, "{\"id\":1,\"title\":\"t\",\"job-name\":\"n\"}", "{\"id\":1,\"name\":\"t\",\"job-name\":\"n\"}");
    reads(&job_type, "{\"id\":1,\"name\":null,\"title\":\"t\"}", "{\"id\":1,\"name\":\"t\"}");
    reads(&job_type, "{\"id\":1,\"title\":null,\"job-name\":null}", "{\"id\":1,\"name\":null}");
    refuses(&job_type, "{\"id\":1,\"id\":2}", KF_ERROR_DECODE, "job.id: the member came twice");
    refuses(&job_type, "{\"id\":1,\"title\":\"a\",\"title\":\"b\"}", KF_ERROR_DECODE,
            "job.name: the member came twice");
    refuses(&job_type, "{\"id\":1,\"x\":1,\"x\":2}", KF_ERROR_DECODE, "job.x: the member came twice");
}

static void test_scalars(void **state)
{
    (void)state;
    reads(&job_type,
          "{\"id\":\" 007 \",\"name\":5,\"done\":\"true\",\"ratio\":\"+.5\",\"mark\":\"1\",\"tags\":[true,1.50,\"x\"],"
          "\"marks\":[\"3\",4],\"labels\":{\"a\":1e400}}",
          "{\"id\":7,\"name\":\"5\",\"done\":true,\"ratio\":0.5,\"mark\":1,\"tags\":[\"true\",\"1.50\",\"x\"],"
          "\"marks\":[3,4],\"labels\":{\"a\":\"1e400\"}}");
    reads(&job_type, "{\"id\":1,\"done\":1}", "{\"id\":1,\"done\":true}");
    reads(&job_type, "{\"id\":1,\"done\":\"0\",\"mark\":\"true\",\"ratio\":\"\"}",
          "{\"id\":1,\"done\":false,\"mark\":true,\"ratio\":null}");
    reads(&job_type, "{\"id\":1,\"state\":5}", "{\"id\":1,\"state\":\"5\"}");
    static const struct {
        const char *text;
        const char *message;
    } wrong[] = {
        {"{\"id\":\"x\"}", "job.id: expected a number, found a string"},
        {"{\"id\":true}", "job.id: expected a number, found true"},
        {"{\"id\":1,\"done\":2}", "job.done: expected true or false, found a number"},
        {"{\"id\":1,\"done\":\"yes\"}", "job.done: expected true or false, found a string"},
        {"{\"id\":1,\"name\":{}}", "job.name: expected a string, found an object"},
        {"{\"id\":1,\"name\":[]}", "job.name: expected a string, found an array"},
        {"{\"id\":1,\"owner\":\"x\"}", "job.owner: expected an object, found a string"},
        {"{\"id\":1,\"owner\":[1]}", "job.owner: expected an object, found an array"},
        {"{\"id\":1,\"labels\":5}", "job.labels: expected an object, found a number"},
        {"{\"id\":1,\"people\":[{},{\"age\":\"x\"}]}", "job.people[1].age: expected a number, found a string"},
        {"[1]", "job: expected an object, found an array"},
        {"5", "job: expected an object, found a number"},
        {"{\"id\":1,\"name\":\"\\u0000\"}", "job.name: a text with U+0000"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        refuses(&job_type, wrong[i].text, KF_ERROR_DECODE, wrong[i].message);
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        const char *text;
    } times[] = {
        {"1795253008515", "\"2026-11-21T09:23:28.515Z\""},
        {"0", "\"1970-01-01T00:00:00Z\""},
        {"-1", "\"1969-12-31T23:59:59.999Z\""},
        {"1.795253008515e12", "\"2026-11-21T09:23:28.515Z\""},
        {"0.5", "\"0.5\""},
        {"999999999999999", "\"999999999999999\""},
        {"1e400", "\"1e400\""},
        {"\"1795253008515\"", "\"1795253008515\""},
        {"null", "null"},
    };
    for (size_t i = 0; i < COUNT(times); i++) {
        char text[200];
        char json[200];
        (void)snprintf(text, sizeof text, "{\"id\":1,\"created-on\":%s,\"stamps\":[%s]}", times[i].number,
                       times[i].number);
        (void)snprintf(json, sizeof json, "{\"id\":1,\"created\":%s,\"stamps\":[%s]}", times[i].text, times[i].text);
        reads(&job_type, text, json);
    }
}

static void test_objects_within_objects(void **state)
{
    (void)state;
    reads(&job_type, "{\"job\":{\"id\":1}}", "{\"id\":1}");
    reads(&job_type, "{\"job-response\":{\"id\":1}}", "{\"id\":1}");
    reads(&job_type, "{\"org.acme.impl.JaxbJob\":{\"id\":1}}", "{\"id\":1}");
    reads(&job_list_type, "[{\"job\":{\"id\":1}},{\"id\":2}]", "[{\"id\":1},{\"id\":2}]");
    reads(&job_list_type, "{\"job-list\":[{\"id\":1}]}", "[{\"id\":1}]");
    reads(&job_list_type, "{\"id\":1}", "[{\"id\":1}]");
    /* Not a wrapper: more than one member, none with an object, or a member of its own. */
    reads(&job_type, "{\"job\":{\"id\":1},\"id\":2}", "{\"job\":{\"id\":1},\"id\":2}");
    refuses(&job_type, "{\"job\":1,\"id\":\"x\"}", KF_ERROR_DECODE, "job.id: ");
    reads(&job_type, "{\"@class\":\"org.acme.JaxbJob\",\"id\":1}", "{\"id\":1}");
    reads(&job_type, "{\"@class\":\"org.acme.Other\",\"id\":1}", "{\"@class\":\"org.acme.Other\",\"id\":1}");
}

static void test_flattened(void **state)
{
    (void)state;
    reads(&job_type, "{\"id\":1,\"attributes\":{\"title\":\"t\",\"done\":1}}",
          "{\"id\":1,\"name\":\"t\",\"done\":true}");
    reads(&job_type, "{\"body\":{\"id\":1,\"attributes\":{\"title\":\"t\",\"x\":1},\"y\":2},\"z\":3}",
          "{\"body\":{\"attributes\":{\"x\":1},\"y\":2},\"id\":1,\"name\":\"t\",\"z\":3}");
    reads(&job_type, "{\"id\":1,\"attributes\":{\"id\":2,\"name\":\"n\"}}",
          "{\"id\":1,\"attributes\":{\"id\":2},\"name\":\"n\"}");
    reads(&job_type, "{\"attributes\":{\"id\":2},\"id\":1}", "{\"attributes\":{\"id\":2},\"id\":1}");
    reads(&job_type, "{\"id\":1,\"attributes\":null,\"body\":[1]}", "{\"id\":1,\"attributes\":null,\"body\":[1]}");
    reads(&job_type, "<job id='1'><attributes a='b'><title>t</title></attributes></job>",
          "{\"id\":1,\"attributes\":{\"a\":\"b\"},\"name\":\"t\"}");
}

static void test_variants(void **state)
{
    (void)state;
    reads(&job_type,
          "{\"id\":1,\"events\":[{\"opened\":{\"who\":\"a\"}},{\"org.acme.Opened\":{\"who\":\"b\"}},"
          "{\"@class\":\"org.acme.Opened\",\"who\":\"c\"},{\"why\":\"d\"},{\"kind\":\"reopened\",\"why\":\"e\"},"
          "{\"kind\":null,\"why\":\"f\"},{\"kind\":\"opened-event\"},{\"kind\":\"new\",\"reason\":\"g\"},{\"who\":"
          "\"h\"},null]}",
          "{\"id\":1,\"events\":[{\"kind\":\"opened\",\"who\":\"a\"},{\"kind\":\"opened\",\"who\":\"b\"},"
          "{\"kind\":\"opened\",\"who\":\"c\"},{\"kind\":\"closed\",\"reason\":\"d\"},{\"kind\":\"reopened\",\"why\":"
          "\"e\"},"
          "{\"kind\":\"closed\",\"reason\":\"f\"},{\"kind\":\"opened\"},{\"kind\":\"new\",\"reason\":\"g\"},{\"who\":"
          "\"h\"},"
          "null]}");
    /* A document that is one element of the array. */
    reads(&history_type, "{\"closed\":{\"index\":1}}", "{\"events\":[{\"kind\":\"closed\",\"index\":1}]}");
    reads(&history_type, "{\"why\":\"r\",\"index\":1}",
          "{\"events\":[{\"kind\":\"closed\",\"reason\":\"r\",\"index\":1}]}");
    reads(&history_type, "{\"@class\":\"org.acme.Opened\"}", "{\"events\":[{\"kind\":\"opened\"}]}");
    reads(&history_type, "{\"page\":1}", "{\"page\":1}");
    reads(&history_type, "{\"events\":null}", "{\"events\":null}");
    reads(&history_type, "[{\"why\":\"r\"}]", "{\"events\":[{\"kind\":\"closed\",\"reason\":\"r\"}]}");
    reads(&history_type, "[]", "{\"events\":[]}");
}

static void test_arrays_and_maps(void **state)
{
    (void)state;
    reads(
        &job_type,
        "{\"id\":1,\"params\":{\"a\":\"x\",\"b\":5,\"c\":true,\"d\":1.5,\"e\":null,\"f\":[1, 2],\"g\":{\"type\":\"t\"},"
        "\"value\":\"\\n\"}}",
        "{\"id\":1,\"params\":[{\"key\":\"a\",\"value\":{\"type\":\"xs:string\",\"text\":\"x\"}},"
        "{\"key\":\"b\",\"value\":{\"type\":\"xs:long\",\"text\":\"5\"}},"
        "{\"key\":\"c\",\"value\":{\"type\":\"xs:boolean\",\"text\":\"true\"}},"
        "{\"key\":\"d\",\"value\":{\"type\":\"xs:double\",\"text\":\"1.5\"}},{\"key\":\"e\",\"value\":null},"
        "{\"key\":\"f\",\"value\":{\"text\":\"[1, 2]\"}},{\"key\":\"g\",\"value\":{\"type\":\"t\"}},"
        "{\"key\":\"value\",\"value\":{\"type\":\"xs:string\",\"text\":\"\\n\"}}]}");
    reads(&job_type, "{\"id\":1,\"params\":{}}", "{\"id\":1,\"params\":[]}");
    reads(&job_type, "{\"id\":1,\"cost\":99999999999999999999}",
          "{\"id\":1,\"cost\":{\"type\":\"xs:double\",\"text\":\"99999999999999999999\"}}");
    reads(&job_type, "{\"id\":1,\"tags\":\"one\",\"people\":{\"age\":1},\"marks\":5}",
          "{\"id\":1,\"tags\":[\"one\"],\"people\":[{\"age\":1}],\"marks\":[5]}");
    reads(&job_type, "{\"id\":1,\"owner\":[],\"labels\":[],\"people\":[[]]}",
          "{\"id\":1,\"owner\":{},\"labels\":{},\"people\":[{}]}");
    reads(&job_type, "{\"id\":1,\"card\":{\"id\":5,\"a\":true,\"b\":\"x\"}}",
          "{\"id\":1,\"card\":{\"id\":\"5\",\"a\":\"true\",\"b\":\"x\"}}");
}

static void test_alternatives(void **state)
{
    (void)state;
    reads(&either_type, "{\"person\":{\"age\":\"5\"}}", "{\"age\":5}");
    reads(&either_type, "{\"name\":\"n\"}", "{\"name\":\"n\"}");
    reads(&either_type, "[{\"age\":\"1\"}]", "[{\"age\":1}]");
    reads(&either_type, "\"text\"", "\"text\"");
    reads(&either_type, "5", "5");
}

/* A text that is no JSON is told as ever. */
static void test_refused(void **state)
{
    (void)state;
    refuses(&job_type, "{\"id\":1", KF_ERROR_DECODE, "job: the text ends too early (byte 7)");
    refuses(&job_type, "{\"id\":1}x", KF_ERROR_DECODE, "there is text after the end");
    refuses(&job_type, "{\"id\":01}", KF_ERROR_DECODE, "job.id: a number is not written as JSON wants it");
    refuses(&job_type, "{\"child\":{\"name\":\"\xFF\"}}", KF_ERROR_DECODE, "job.child.name: a text is not valid UTF-8");
    refuses(&job_type, "", KF_ERROR_DECODE, "job: ");
    char deep[4000] = "";
    for (int i = 0; i < 600; i++)
        deep[i] = '[';
    refuses(&job_type, deep, KF_ERROR_DECODE, "job: ");
    char text[8000] = "";
    for (int i = 0; i < 513; i++)
        strcat(text, "{\"child\":");
    refuses(&job_type, text, KF_ERROR_LIMIT, "nested too deep");
}

/* A tree of small values takes many times as much memory as its text: there is a limit of its own. */
static void test_too_many_values(void **state)
{
    static char json[4096] = "{\"unknown\":[0";
    static char xml[4096] = "<job><unknown>";
    const kf_wire_options options = {.max_bytes = 64 * 1024};
    kf_buffer out = {0};
    kf_error error;
    (void)state;
    for (int i = 0; i < 1000; i++) {
        strcat(json, ",0");
        strcat(xml, i < 900 ? "<a/>" : "");
    }
    strcat(json, "]}");
    strcat(xml, "</unknown></job>");
    assert_int_equal(kf_wire_from_json(&job_type, json, strlen(json), &options, &out, &error), KF_ERROR_LIMIT);
    assert_non_null(strstr(error.message, "too many values"));
    kf_buffer_free(&out);
    assert_int_equal(kf_wire_from_xml(&job_type, xml, strlen(xml), &options, &out, &error), KF_ERROR_LIMIT);
    assert_non_null(strstr(error.message, "too many values"));
    kf_buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_form),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_scalars),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_objects_within_objects),
        cmocka_unit_test(test_flattened),
        cmocka_unit_test(test_variants),
        cmocka_unit_test(test_arrays_and_maps),
        cmocka_unit_test(test_alternatives),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_too_many_values),
    };
    return cmocka_run_group_tests(tests, setup_wire, free_wire);
}
