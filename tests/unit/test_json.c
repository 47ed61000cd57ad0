#include "core/arena.h"
#include "model/codec.h"
#include "json/reader.h"
#include "json/tree.h"
#include "json/writer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* On the heap with its exact size, so that a sanitizer sees a step too far. */
static char *copy_of(const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* Both ways through a text, the one that passes over it and the one that takes it apart, must agree. */
static kf_status check(const char *text, size_t length, int max_depth)
{
    char *copy = copy_of(text, length);
    kf_reader reader;
    kf_slice raw;
    kf_reader_init(&reader, copy, length, max_depth);
    bool skipped = kf_reader_skip(&reader, &raw) && kf_reader_finish(&reader);
    kf_status status = reader.status;
    assert_memory_equal(copy, text, length);
    assert_int_equal(skipped, status == KF_OK);
    kf_reader_init(&reader, copy, length, max_depth);
    kf_arena *arena = kf_arena_new(1, 0);
    const cJSON *tree;
    bool read = kf_tree_read(&reader, arena, &tree) && kf_reader_finish(&reader);
    assert_int_equal(read, reader.status == KF_OK);
    if (read != skipped && strstr(text, "\\u0000") == NULL && strstr(text, "1e400") == NULL)
        fail_msg("the ways disagree about %s", text);
    kf_arena_free(arena);
    free(copy);
    return status;
}

static void valid_texts_are_read(void **state)
{
    (void)state;
    const char *const texts[] = {
        "0",
        "-0",
        "1.5",
        "1e5",
        "1E+5",
        "-1.25e-7",
        "123456789012345678901234567890",
        "true",
        "false",
        "null",
        "\"\"",
        "\"a\"",
        " [ ] ",
        "{}",
        "[1,2 , 3]",
        "{\"a\":1,\"b\":[{}]}",
        "\t\n\r {\"a\" : null }\n",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"",
        "\"\xC3\xB1\xE2\x82\xAC\xF0\x9F\x98\x80\"",
        "\"\\ud83d\\ude00\"",
        "\"\x7F\"",
        "[[[[]]]]",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800x\"",
        "\"\\ud800\\ud800\"",
        "[1e400]",
        "\"\xF4\x8F\xBF\xBF\"",
        "\"\xED\x9F\xBF\xEE\x80\x80\"",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (check(texts[i], strlen(texts[i]), 0) != KF_OK)
            fail_msg("%s was refused", texts[i]);
    }
}

static void invalid_texts_are_refused(void **state)
{
    (void)state;
    const char *const texts[] = {
        "",
        " ",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1.e5",
        "1e",
        "1e+",
        "-01",
        "00",
        "0x10",
        "1 2",
        "NaN",
        "Infinity",
        "-Infinity",
        "nul",
        "nulll",
        "tru",
        "True",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[",
        "]",
        "[1",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{1:2}",
        "[1}",
        "{\"a\":1]",
        "\"",
        "\"a",
        "\"\\",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u123g\"",
        "\"\n\"",
        "\"\t\"",
        "\"\x01\"",
        "\"\x1F\"",
        "'a'",
        "\xEF\xBB\xBF{}",
        "{} x",
        "[] []",
        "//x\n1",
        "/**/1",
        "1,",
        "\"a\"\"b\"",
        "\x01",
        "[\x01]",
        "--1",
        "1e1.5",
        "1.5.5",
        "\\u0031",
        "\v1",
        "\f1",
        "\xC2\xA0x",
        "[1]]",
        "{}}",
        "\"\\u-123\"",
        "\"\\U0041\"",
        "undefined",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (check(texts[i], strlen(texts[i]), 0) != KF_ERROR_DECODE)
            fail_msg("%s was read", texts[i]);
    }
    assert_int_equal(check("1\0", 2, 0), KF_ERROR_DECODE);
    assert_int_equal(check("\"a\0b\"", 5, 0), KF_ERROR_DECODE);
    assert_int_equal(check("[1,\0 2]", 7, 0), KF_ERROR_DECODE);
}

static void invalid_utf8_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    const char *const bytes[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC3",
        "\xC3(",
        "\xE0\x80\x80",
        "\xE0\x9F\xBF",
        "\xE2\x82",
        "\xE2\x28\xA1",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xF0\x80\x80\x80",
        "\xF0\x8F\xBF\xBF",
        "\xF0\x9F\x98",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFE",
        "\xFF",
        "\xF8\x88\x80\x80\x80",
        "\xC3\xC3\xB1",
    };
    for (size_t i = 0; i < COUNT(bytes); i++) {
        for (int before = 0; before < 20; before++) {
            char text[64];
            int length = snprintf(text, sizeof text, "[\"%.*s%s%s\"]", before, "abcdefghijklmnopqrst", bytes[i],
                                  before % 2 ? "0123456789" : "");
            assert_int_equal(check(text, (size_t)length, 0), KF_ERROR_DECODE);
        }
        char name[64];
        int length = snprintf(name, sizeof name, "{\"%s\":1}", bytes[i]);
        assert_int_equal(check(name, (size_t)length, 0), KF_ERROR_DECODE);
    }
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    char text[9001];
    for (int depth = 1; depth <= 4500; depth += depth < 10 || (depth > 500 && depth < 520) ? 1 : 97) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        assert_int_equal(check(text, (size_t)depth * 2, 0), depth <= 512 ? KF_OK : KF_ERROR_LIMIT);
        assert_int_equal(check(text, (size_t)depth * 2, 5), depth <= 5 ? KF_OK : KF_ERROR_LIMIT);
        assert_int_equal(check(text, (size_t)depth * 2, 1000000), depth <= KF_DEPTH_MOST ? KF_OK : KF_ERROR_LIMIT);
    }
    assert_int_equal(check("{\"a\":{\"a\":{}}}", 15, 2), KF_ERROR_LIMIT);
    assert_int_equal(check("[{},{},[],{}]", 13, 2), KF_OK);
}

static void a_cut_text_is_always_an_error(void **state)
{
    (void)state;
    const char text[] = "{\"a\":[1,-2.5e+3,true,false,null,\"x\\u00e9\\ud83d\\ude00\\n\xC3\xB1\"],\"b\":{\"c\":{}}}";
    for (size_t length = 0; length < sizeof text - 1; length++)
        assert_int_equal(check(text, length, 0), KF_ERROR_DECODE);
    assert_int_equal(check(text, sizeof text - 1, 0), KF_OK);
}

static void no_damaged_text_does_harm(void **state)
{
    (void)state;
    const char text[] = "{\"a\":[1,-2.5e+3,true,false,null,\"x\\u00e9\\ud83d\\ude00\\n\xC3\xB1\"],\"b\":{\"c\":{}}}";
    for (size_t at = 0; at < sizeof text - 1; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char damaged[sizeof text];
            memcpy(damaged, text, sizeof text);
            damaged[at] = (char)byte;
            check(damaged, sizeof text - 1, 0);
        }
    }
}

static void texts_are_unescaped_in_place(void **state)
{
    (void)state;
    const char text[] =
        "\"0123456789\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00f1\\u20AC\\ud83D\\uDe00 0123456789 \xC3\xB1\\n\"";
    char *copy = copy_of(text, sizeof text - 1);
    kf_reader reader;
    kf_slice slice;
    kf_reader_init(&reader, copy, sizeof text - 1, 0);
    assert_int_equal(kf_reader_peek(&reader), KF_TOKEN_STRING);
    assert_true(kf_reader_string(&reader, &slice) && kf_reader_finish(&reader));
    const char expected[] = "0123456789\"\\/\b\f\n\r\tA\xC3\xB1\xE2\x82\xAC\xF0\x9F\x98\x80 0123456789 \xC3\xB1\n";
    assert_string_equal(slice.text, expected);
    assert_int_equal(slice.length, sizeof expected - 1);
    free(copy);
}

static void texts_that_c_cannot_hold_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\"a\\u0000b\"",     "\"a\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud83d\\ude00\\ude00\"",
        "\"\\ud800\\ud800\""};
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *copy = copy_of(texts[i], strlen(texts[i]));
        kf_reader reader;
        kf_slice slice;
        bool escaped;
        kf_reader_init(&reader, copy, strlen(texts[i]), 0);
        assert_true(kf_reader_raw_string(&reader, &slice, &escaped));
        assert_false(kf_reader_can_hold(&slice));
        kf_reader_init(&reader, copy, strlen(texts[i]), 0);
        assert_false(kf_reader_string(&reader, &slice));
        assert_non_null(strstr(reader.problem, "cannot be held"));
        free(copy);
    }
}

/* What cJSON cannot hold. */
static void a_tree_has_raw_items_for_the_rest(void **state)
{
    (void)state;
    char text[] = "[1e400,-1E+999,\"a\\u0000b\",\"\\ud800\",\"\\n\\ud83d\\ude00\",{\"x\":1e999}]";
    kf_reader reader;
    kf_arena *arena = kf_arena_new(1, 0);
    const cJSON *tree = NULL;
    kf_reader_init(&reader, text, sizeof text - 1, 0);
    assert_true(kf_tree_read(&reader, arena, &tree) && kf_reader_finish(&reader));
    static const char *const expected[] = {"1e400", "-1E+999", "\"a\\u0000b\"", "\"\\ud800\""};
    for (int i = 0; i < (int)COUNT(expected); i++) {
        assert_true(cJSON_IsRaw(cJSON_GetArrayItem(tree, i)));
        assert_string_equal(cJSON_GetArrayItem(tree, i)->valuestring, expected[i]);
    }
    assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(tree, 4)), "\n\xF0\x9F\x98\x80");
    assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(tree, 5), "x")->valuestring, "1e999");
    kf_arena_free(arena);
}

static void a_tree_is_linked_as_cjson_links_it(void **state)
{
    (void)state;
    char text[] = "{\"a\":[1,true,null,\"x\",false],\"b\":{\"c\":5000000000},\"d\":-5000000000,\"e\":2.75,\"f\":[]}";
    cJSON *expected = cJSON_Parse(text);
    kf_reader reader;
    kf_arena *arena = kf_arena_new(1, 0);
    const cJSON *tree = NULL;
    kf_reader_init(&reader, text, sizeof text - 1, 0);
    assert_true(kf_tree_read(&reader, arena, &tree));
    assert_true(cJSON_Compare(tree, expected, 1));
    assert_int_equal(cJSON_GetObjectItem(tree, "d")->valueint, cJSON_GetObjectItem(expected, "d")->valueint);
    assert_int_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(tree, "a"), 1)->valueint, 1);
    const cJSON *list = tree->child;
    assert_ptr_equal(list->child->prev->next, NULL);
    assert_int_equal(list->child->prev->type, cJSON_False);
    assert_null(list->valuestring);
    assert_null(tree->valuestring);
    char *mine = cJSON_PrintUnformatted(tree);
    char *theirs = cJSON_PrintUnformatted(expected);
    assert_string_equal(mine, theirs);
    cJSON *copy = cJSON_Duplicate(tree, 1);
    assert_true(cJSON_Compare(copy, expected, 1));
    cJSON_Delete(copy);
    free(mine);
    free(theirs);
    cJSON_Delete(expected);
    kf_arena_free(arena);
}

static void a_pointer_finds_its_place(void **state)
{
    (void)state;
    const char json[] = "{\"a\":{\"b/c\":[10,{\"d~e\":\"x\\ny\"}],\"\":7},\"\\u0061b\":\"ok\",\"z\":null}";
    static const struct {
        const char *pointer;
        const char *text;
    } cases[] = {{"/a/b~1c/0", "10"},
                 {"/a/b~1c/1/d~0e", "x y"},
                 {"/a/", "7"},
                 {"/ab", "ok"},
                 {"/z", NULL},
                 {"/a/b~1c/1", "{\"d~e\":\"x\\ny\"}"},
                 {"/a/b~1c/2", NULL},
                 {"/a/b~1c/-", NULL},
                 {"/a/b~1c/00", NULL},
                 {"/q", NULL},
                 {"a", NULL},
                 {"/z/a", NULL},
                 {"/a/b~1c/9999999999999", NULL}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char target[64] = "before";
        bool found = kf_json_pointer_text(json, sizeof json - 1, cases[i].pointer, target, sizeof target);
        assert_int_equal(found, cases[i].text != NULL);
        assert_string_equal(target, found ? cases[i].text : "");
    }
    char small[4];
    assert_true(kf_json_pointer_text("\"abcdef\"", 8, "", small, sizeof small));
    assert_string_equal(small, "abc");
    assert_false(kf_json_pointer_text("{\"a\":1", 6, "/a", small, sizeof small));
    assert_false(kf_json_pointer_text("<html>", 6, "/a", small, sizeof small));
    assert_false(kf_json_pointer_text(NULL, 0, "/a", small, sizeof small));
}

/* In whatever form they come. */
static void a_pointer_finds_what_is_said_of_fields(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *text; /* NULL: nothing */
        const char *first;
    } cases[] = {{"{\"e\":{\"a\":[\"x\",\"y\"],\"b\":\"z\"}}", "a: x; b: z", "a"},
                 {"{\"e\":{\"a\\nb\":[],\"c\":[{\"d\":1},\"y\"],\"d\":5}}", "a b; c; d", "a b"},
                 {"{\"e\":{\"\":\"x\"}}", ": x", ""},
                 {"{\"e\":{\"\":[],\"a\":\"x\"}}", "; a: x", ""},
                 {"{\"e\":{}}", NULL, NULL},
                 {"{\"e\":[\"x\"]}", NULL, NULL},
                 {"{\"e\":null}", NULL, NULL},
                 {"{\"e\":{\"a\":[\"x\"}}", NULL, NULL},
                 {"{}", NULL, NULL},
                 {"<html>", NULL, NULL}};
    char text[64], first[8];
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool found =
            kf_json_pointer_fields(cases[i].json, strlen(cases[i].json), "/e", text, sizeof text, first, sizeof first);
        assert_int_equal(found, cases[i].text != NULL);
        if (found) {
            assert_string_equal(text, cases[i].text);
            assert_string_equal(first, cases[i].first);
        }
    }
    char small[6];
    const char json[] = "{\"field.name\":\"a long text\"}";
    assert_true(kf_json_pointer_fields(json, sizeof json - 1, "", small, sizeof small, first, sizeof first));
    assert_string_equal(small, "field");
    assert_string_equal(first, "field.n");
}

static char *written(const cJSON *tree, const char **problem)
{
    kf_buffer buffer = {0};
    kf_writer writer;
    *problem = NULL;
    kf_writer_init(&writer, &buffer, false);
    if (kf_writer_tree(&writer, tree, problem))
        return kf_buffer_take(&buffer);
    kf_buffer_free(&buffer);
    return NULL;
}

static void trees_are_written_without_cjsons_losses(void **state)
{
    (void)state;
    const char *problem;
    cJSON *tree = cJSON_CreateObject();
    cJSON_AddNumberToObject(tree, "a", 9007199254740991.0);
    cJSON_AddNumberToObject(tree, "b", 0.30000000000000004);
    cJSON_AddNumberToObject(tree, "c", 1e18);
    cJSON_AddNumberToObject(tree, "d", 1e300);
    cJSON_AddStringToObject(tree, "e", "\x01\"\\\n\xC3\xB1/");
    cJSON_AddRawToObject(tree, "f", "[1, 2]");
    cJSON_AddNullToObject(tree, "g");
    cJSON_AddBoolToObject(tree, "h", 1);
    cJSON_AddItemToObject(tree, "i", cJSON_CreateArray());
    cJSON_AddNumberToObject(tree, "j", -0.0);
    char *text = written(tree, &problem);
    assert_string_equal(text,
                        "{\"a\":9007199254740991,\"b\":0.30000000000000004,\"c\":1000000000000000000,\"d\":1e300,"
                        "\"e\":\"\\u0001\\\"\\\\\\n\xC3\xB1/\",\"f\":[1, 2],\"g\":null,\"h\":true,\"i\":[],\"j\":-0}");
    free(text);
    cJSON_Delete(tree);
}

static void trees_that_are_no_json_are_refused(void **state)
{
    (void)state;
    cJSON invalid = {0};
    cJSON text = {.type = cJSON_String, .valuestring = (char *)(uintptr_t) "\xC3"};
    cJSON raw = {.type = cJSON_Raw, .valuestring = (char *)(uintptr_t) "{\"a\":1"};
    cJSON two = {.type = cJSON_Raw, .valuestring = (char *)(uintptr_t) "1 2"};
    cJSON nameless = {.type = cJSON_Number, .valuedouble = 1};
    cJSON object = {.type = cJSON_Object, .child = &nameless};
    cJSON infinite = {.type = cJSON_Number, .valuedouble = (double)INFINITY};
    cJSON loop = {.type = cJSON_Array};
    loop.child = &loop;
    const cJSON *const trees[] = {&invalid, &text, &raw, &two, &object, &infinite, &loop};
    for (size_t i = 0; i < COUNT(trees); i++) {
        const char *problem;
        assert_null(written(trees[i], &problem));
        assert_non_null(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_texts_are_read),
        cmocka_unit_test(invalid_texts_are_refused),
        cmocka_unit_test(invalid_utf8_is_refused_wherever_it_stands),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(a_cut_text_is_always_an_error),
        cmocka_unit_test(no_damaged_text_does_harm),
        cmocka_unit_test(texts_are_unescaped_in_place),
        cmocka_unit_test(texts_that_c_cannot_hold_are_refused),
        cmocka_unit_test(a_tree_has_raw_items_for_the_rest),
        cmocka_unit_test(a_tree_is_linked_as_cjson_links_it),
        cmocka_unit_test(a_pointer_finds_its_place),
        cmocka_unit_test(a_pointer_finds_what_is_said_of_fields),
        cmocka_unit_test(trees_are_written_without_cjsons_losses),
        cmocka_unit_test(trees_that_are_no_json_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
