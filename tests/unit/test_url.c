/* URLs: base URLs, every style of parameter, and values that try to break out of their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/header.h"
#include "http/parameter.h"
#include "http/url.h"
#include "kuflow/kuflow.h"

#include <curl/curl.h>

typedef enum color { COLOR_UNSPECIFIED, COLOR_RED, COLOR_DARK_BLUE } color;
typedef struct color_list {
    const color *items;
    size_t count;
} color_list;
typedef struct point {
    kf_int32 x;
    const char *label;
    kf_extra extra;
} point;
typedef struct values {
    const char *text;
    kf_int64 number;
    kf_bool flag;
    kf_double ratio;
    color shade;
    kf_string_list list;
    kf_int32_list numbers;
    color_list shades;
    const point *where;
    const kf_string_entry *map;
    size_t map_count;
    const cJSON *json;
    int32_t plain;
} values;

static const char *const color_texts[] = {"red", "dark blue"};
static const kf_enum color_enum = {.name = "test.Color", .texts = color_texts, .count = 2};
static const kf_field point_fields[] = {
    {.name = "x", .offset = offsetof(point, x), .kind = KF_KIND_INT32, .name_length = 1},
    {.name = "label", .offset = offsetof(point, label), .kind = KF_KIND_STRING, .name_length = 5},
};
static const kf_type point_type = {.name = "test.Point",
                                   .fields = point_fields,
                                   .field_count = 2,
                                   .size = sizeof(point),
                                   .extra_offset = offsetof(point, extra)};

#define SCALAR(member, field_kind)                                                                                     \
    {                                                                                                                  \
        .name = #member, .offset = offsetof(values, member), .kind = (field_kind)                                      \
    }
#define LIST(member, field_kind, list_flags, reference)                                                                \
    {                                                                                                                  \
        .name = #member, .offset = offsetof(values, member.items), .count_offset = offsetof(values, member.count),     \
        .kind = (field_kind), .flags = KF_FIELD_ARRAY | (list_flags), .ref = (reference)                               \
    }
enum { TEXT, NUMBER, FLAG, RATIO, SHADE, LIST_, NUMBERS, SHADES, WHERE, MAP, JSON, PLAIN };
static const kf_field fields[] = {
    SCALAR(text, KF_KIND_STRING),
    SCALAR(number, KF_KIND_INT64),
    SCALAR(flag, KF_KIND_BOOL),
    SCALAR(ratio, KF_KIND_DOUBLE),
    {.name = "shade", .offset = offsetof(values, shade), .kind = KF_KIND_ENUM, .ref = &color_enum},
    LIST(list, KF_KIND_STRING, 0, NULL),
    LIST(numbers, KF_KIND_INT32, KF_FIELD_PLAIN, NULL),
    LIST(shades, KF_KIND_ENUM, 0, &color_enum),
    {.name = "where", .offset = offsetof(values, where), .kind = KF_KIND_OBJECT, .ref = &point_type},
    {.name = "map",
     .offset = offsetof(values, map),
     .count_offset = offsetof(values, map_count),
     .kind = KF_KIND_STRING,
     .flags = KF_FIELD_MAP},
    {.name = "json", .offset = offsetof(values, json), .kind = KF_KIND_JSON},
    {.name = "plain",
     .offset = offsetof(values, plain),
     .kind = KF_KIND_INT32,
     .flags = KF_FIELD_PLAIN | KF_FIELD_REQUIRED},
};

static char written[4096];

/* One parameter in a style, as it stands in its place. */
static const char *write_parameter(int field, kf_location location, kf_style style, bool explode, const values *from)
{
    kf_parameter parameter = {(uint8_t)location, (uint8_t)style, explode, false, NULL};
    kf_buffer buffer = {0};
    kf_error error = {0};
    bool wrote;
    kf_status status = kf_parameter_write(&fields[field], &parameter, from, NULL, location == KF_IN_QUERY ? '?' : 0,
                                          &wrote, &buffer, &error);
    if (status != KF_OK)
        snprintf(written, sizeof(written), "!%s", kf_status_name(status));
    else
        snprintf(written, sizeof(written), "%s", buffer.data != NULL ? buffer.data : "");
    assert_int_equal(wrote, status == KF_OK && *written != '\0');
    kf_buffer_free(&buffer);
    return written;
}

#define QUERY(field, style, explode, v) write_parameter((field), KF_IN_QUERY, (style), (explode), (v))
#define PATH(field, style, explode, v) write_parameter((field), KF_IN_PATH, (style), (explode), (v))

static void test_query_styles(void **state)
{
    const point where = {.x = KF_INT32(-3), .label = "a b"};
    const kf_string_entry map[] = {{"k 1", "v&1"}, {"k2", ""}};
    const values v = {.text = "a b&c=d/e?f#g+h%i~j",
                      .number = KF_INT64(INT64_MIN),
                      .flag = KF_BOOL(false),
                      .ratio = KF_DOUBLE(0.5),
                      .shade = COLOR_DARK_BLUE,
                      .list = KF_LIST("x,y", "", "z"),
                      .numbers = {(const int32_t[]){1, 0, -2}, 3},
                      .shades = {(const color[]){COLOR_RED, COLOR_DARK_BLUE}, 2},
                      .where = &where,
                      .map = map,
                      .map_count = 2};
    (void)state;
    assert_string_equal(QUERY(TEXT, KF_STYLE_FORM, true, &v), "?text=a%20b%26c%3Dd%2Fe%3Ff%23g%2Bh%25i~j");
    assert_string_equal(QUERY(NUMBER, KF_STYLE_FORM, true, &v), "?number=-9223372036854775808");
    assert_string_equal(QUERY(FLAG, KF_STYLE_FORM, true, &v), "?flag=false");
    assert_string_equal(QUERY(RATIO, KF_STYLE_FORM, true, &v), "?ratio=0.5");
    assert_string_equal(QUERY(SHADE, KF_STYLE_FORM, true, &v), "?shade=dark%20blue");
    assert_string_equal(QUERY(PLAIN, KF_STYLE_FORM, true, &v), "?plain=0");
    assert_string_equal(QUERY(LIST_, KF_STYLE_FORM, true, &v), "?list=x%2Cy&list=&list=z");
    assert_string_equal(QUERY(LIST_, KF_STYLE_FORM, false, &v), "?list=x%2Cy,,z");
    assert_string_equal(QUERY(NUMBERS, KF_STYLE_SPACE_DELIMITED, false, &v), "?numbers=1%200%20-2");
    assert_string_equal(QUERY(NUMBERS, KF_STYLE_PIPE_DELIMITED, false, &v), "?numbers=1%7C0%7C-2");
    assert_string_equal(QUERY(NUMBERS, KF_STYLE_PIPE_DELIMITED, true, &v), "?numbers=1&numbers=0&numbers=-2");
    assert_string_equal(QUERY(SHADES, KF_STYLE_FORM, true, &v), "?shades=red&shades=dark%20blue");
    assert_string_equal(QUERY(WHERE, KF_STYLE_FORM, true, &v), "?x=-3&label=a%20b");
    assert_string_equal(QUERY(WHERE, KF_STYLE_FORM, false, &v), "?where=x,-3,label,a%20b");
    assert_string_equal(QUERY(WHERE, KF_STYLE_DEEP_OBJECT, true, &v), "?where%5Bx%5D=-3&where%5Blabel%5D=a%20b");
    assert_string_equal(QUERY(MAP, KF_STYLE_DEEP_OBJECT, true, &v), "?map%5Bk%201%5D=v%261&map%5Bk2%5D=");
    assert_string_equal(QUERY(MAP, KF_STYLE_FORM, true, &v), "?k%201=v%261&k2=");
    assert_string_equal(QUERY(WHERE, KF_STYLE_JSON, false, &v),
                        "?where=%7B%22x%22%3A-3%2C%22label%22%3A%22a%20b%22%7D");
    assert_string_equal(QUERY(NUMBERS, KF_STYLE_JSON, false, &v), "?numbers=%5B1%2C0%2C-2%5D");
    assert_string_equal(QUERY(TEXT, KF_STYLE_JSON, false, &(values){.text = "a\"b"}), "?text=%22a%5C%22b%22");
    cJSON *json = cJSON_Parse("{\"a\":[1,true]}");
    assert_string_equal(QUERY(JSON, KF_STYLE_JSON, false, &(values){.json = json}),
                        "?json=%7B%22a%22%3A%5B1%2Ctrue%5D%7D");
    assert_string_equal(QUERY(JSON, KF_STYLE_FORM, true, &(values){.json = json}), "!KF_ERROR_ENCODE");
    cJSON_Delete(json);
}

/* Each key of an exploded object has its prefix, encoded like the key. */
static void test_prefix(void **state)
{
    (void)state;
    const kf_string_entry entries[] = {{"a", "1"}, {"b c", "x&y"}};
    const values v = {.map = entries, .map_count = 2};
    const kf_parameter parameter = {
        .location = KF_IN_QUERY, .style = KF_STYLE_FORM, .explode = true, .prefix = "map_?"};
    kf_buffer buffer = {0};
    kf_error error;
    bool wrote;
    assert_int_equal(kf_parameter_write(&fields[MAP], &parameter, &v, NULL, '?', &wrote, &buffer, &error), KF_OK);
    assert_string_equal(buffer.data, "?map_%3Fa=1&map_%3Fb%20c=x%26y");
    kf_buffer_free(&buffer);
}

static void test_path_and_header_styles(void **state)
{
    const point where = {.x = KF_INT32(1), .label = "b"};
    const values v = {.text = "a/b", .list = KF_LIST("x", "y z"), .where = &where};
    (void)state;
    assert_string_equal(PATH(TEXT, KF_STYLE_SIMPLE, false, &v), "a%2Fb");
    assert_string_equal(PATH(LIST_, KF_STYLE_SIMPLE, false, &v), "x,y%20z");
    assert_string_equal(PATH(LIST_, KF_STYLE_SIMPLE, true, &v), "x,y%20z");
    assert_string_equal(PATH(WHERE, KF_STYLE_SIMPLE, false, &v), "x,1,label,b");
    assert_string_equal(PATH(WHERE, KF_STYLE_SIMPLE, true, &v), "x=1,label=b");
    assert_string_equal(PATH(TEXT, KF_STYLE_LABEL, false, &v), ".a%2Fb");
    assert_string_equal(PATH(LIST_, KF_STYLE_LABEL, false, &v), ".x,y%20z");
    assert_string_equal(PATH(LIST_, KF_STYLE_LABEL, true, &v), ".x.y%20z");
    assert_string_equal(PATH(WHERE, KF_STYLE_LABEL, true, &v), ".x=1.label=b");
    assert_string_equal(PATH(TEXT, KF_STYLE_MATRIX, false, &v), ";text=a%2Fb");
    assert_string_equal(PATH(LIST_, KF_STYLE_MATRIX, false, &v), ";list=x,y%20z");
    assert_string_equal(PATH(LIST_, KF_STYLE_MATRIX, true, &v), ";list=x;list=y%20z");
    assert_string_equal(PATH(WHERE, KF_STYLE_MATRIX, false, &v), ";where=x,1,label,b");
    assert_string_equal(PATH(WHERE, KF_STYLE_MATRIX, true, &v), ";x=1;label=b");
    assert_string_equal(write_parameter(LIST_, KF_IN_HEADER, KF_STYLE_SIMPLE, false, &v), "x,y z");
    assert_string_equal(write_parameter(WHERE, KF_IN_HEADER, KF_STYLE_SIMPLE, true, &v), "x=1,label=b");
    assert_string_equal(write_parameter(TEXT, KF_IN_COOKIE, KF_STYLE_FORM, false, &v), "text=a%2Fb");
    assert_string_equal(write_parameter(LIST_, KF_IN_COOKIE, KF_STYLE_FORM, true, &v), "list=x; list=y%20z");
}

static void test_absent_null_empty(void **state)
{
    const values none = {0};
    const values nulls = {.number = KF_NULL_OF(kf_int64)};
    const values empty = {.text = "", .list = {(const char *const[]){NULL}, 0}};
    const values hole = {.list = KF_LIST("a", NULL)};
    const values strange = {.shade = (color)9, .ratio = KF_DOUBLE(1.0 / 0.0)};
    (void)state;
    for (int field = TEXT; field <= JSON; field++)
        assert_string_equal(QUERY(field, KF_STYLE_FORM, true, &none), "");
    assert_string_equal(QUERY(NUMBER, KF_STYLE_FORM, true, &nulls), "!KF_ERROR_ARGUMENT");
    assert_string_equal(QUERY(TEXT, KF_STYLE_FORM, true, &empty), "?text=");
    assert_string_equal(QUERY(LIST_, KF_STYLE_FORM, true, &empty), "");
    assert_string_equal(QUERY(LIST_, KF_STYLE_FORM, true, &hole), "!KF_ERROR_ARGUMENT");
    assert_string_equal(QUERY(SHADE, KF_STYLE_FORM, true, &strange), "!KF_ERROR_ENCODE");
    assert_string_equal(QUERY(RATIO, KF_STYLE_FORM, true, &strange), "!KF_ERROR_ENCODE");
    assert_string_equal(PATH(TEXT, KF_STYLE_SIMPLE, false, &none), "!KF_ERROR_ARGUMENT");
    assert_string_equal(PATH(TEXT, KF_STYLE_SIMPLE, false, &empty), "!KF_ERROR_ARGUMENT");
    assert_string_equal(PATH(LIST_, KF_STYLE_SIMPLE, false, &empty), "!KF_ERROR_ARGUMENT");
    assert_string_equal(write_parameter(TEXT, KF_IN_HEADER, KF_STYLE_SIMPLE, false, &(values){.text = "a\r\nX: y"}),
                        "!KF_ERROR_ARGUMENT");
}

static void test_allow_reserved(void **state)
{
    const kf_parameter parameter = {KF_IN_QUERY, KF_STYLE_FORM, true, true, NULL};
    const values v = {.text = "a/b?c:d@e&f#g+h=i;j,k%l[m]"};
    kf_buffer buffer = {0};
    kf_error error;
    bool wrote;
    (void)state;
    assert_int_equal(kf_parameter_write(&fields[TEXT], &parameter, &v, NULL, '?', &wrote, &buffer, &error), KF_OK);
    assert_string_equal(buffer.data, "?text=a/b?c:d@e%26f%23g%2Bh=i;j,k%25l%5Bm%5D");
    kf_buffer_free(&buffer);
    /* A path has no reserved characters to allow, and a member's name none either. */
    const kf_parameter in_path = {KF_IN_PATH, KF_STYLE_SIMPLE, false, true, NULL};
    assert_int_equal(kf_parameter_write(&fields[TEXT], &in_path, &v, NULL, 0, &wrote, &buffer, &error), KF_OK);
    assert_string_equal(buffer.data, "a%2Fb%3Fc:d%40e%26f%23g%2Bh%3Di%3Bj%2Ck%25l%5Bm%5D");
    kf_buffer_free(&buffer);
    const kf_string_entry entry = {"a=b;c", "d"};
    const values with_map = {.map = &entry, .map_count = 1};
    assert_int_equal(kf_parameter_write(&fields[MAP], &parameter, &with_map, NULL, '?', &wrote, &buffer, &error),
                     KF_OK);
    assert_string_equal(buffer.data, "?a%3Db%3Bc=d");
    kf_buffer_free(&buffer);
    const kf_string_entry broken = {"a\r\nX-Evil: b", "d"};
    const values with_break = {.map = &broken, .map_count = 1};
    assert_string_equal(write_parameter(MAP, KF_IN_HEADER, KF_STYLE_SIMPLE, true, &with_break), "!KF_ERROR_ARGUMENT");
    assert_string_equal(write_parameter(MAP, KF_IN_HEADER, KF_STYLE_SIMPLE, false, &with_break), "!KF_ERROR_ARGUMENT");
}

static const kf_field path_fields[] = {
    {.name = "a", .offset = 0, .kind = KF_KIND_STRING, .flags = KF_FIELD_REQUIRED},
    {.name = "b", .offset = sizeof(char *), .kind = KF_KIND_STRING, .flags = KF_FIELD_REQUIRED},
};
static const kf_type path_type = {
    .name = "test.Path", .fields = path_fields, .field_count = 2, .size = 2 * sizeof(char *), .flags = KF_TYPE_REQUEST};
static const kf_parameter path_styles[] = {{KF_IN_PATH, KF_STYLE_SIMPLE, false, false, NULL},
                                           {KF_IN_PATH, KF_STYLE_SIMPLE, false, false, NULL}};
static const kf_service service = {.name = "test"};
static const kf_operation operation = {.service = &service,
                                       .name = "op",
                                       .method = "GET",
                                       .path = "/x/{a}/~actions/{b}",
                                       .path_parameters = &path_type,
                                       .path_styles = path_styles};

static kf_status build(const char *a, const char *b, kf_buffer *url, kf_error *error)
{
    const char *const path[] = {a, b};
    const kf_url_values url_values = {.path = path};
    kf_base_url *base;
    assert_int_equal(kf_base_url_new("https://h.example/v1/", false, &base, error), KF_OK);
    kf_status status = kf_url_build(base, &operation, &url_values, url, error);
    kf_base_url_free(base);
    return status;
}

/* Whatever the value: the URL has the same host and segments, and the value comes back from its own one. */
static void test_injection(void **state)
{
    static const char *const corpus[] = {
        "plain",
        "a/b",
        "../../admin",
        "..%2f..",
        "%2e%2e",
        "%2E%2E/",
        "a?b=c",
        "a#b",
        "a&b=c",
        "a b",
        "a+b",
        "a%20b",
        "a\r\nHost: x",
        "a\nb",
        "\x01\x02",
        "\x7f",
        "ä€\xf0\x9f\x98\x80",
        "\xff\xfe",
        "a;b=c",
        "a\\..\\b",
        "//evil.example",
        "@evil.example",
        ":80",
        "http://evil",
        "{a}",
        "{b}",
        "a=b",
        "...",
        ".a",
        "a.",
        "~",
        "[::1]",
        "\"<>'",
        "a|b",
        "^`",
        "%",
        "%%",
        "%00",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(corpus) / sizeof(corpus[0]); i++) {
        kf_buffer url = {0};
        kf_error error;
        kf_status status = build(corpus[i], "q", &url, &error);
        assert_int_equal(status, KF_OK);
        static const char before[] = "https://h.example/v1/x/", after[] = "/~actions/q";
        assert_memory_equal(url.data, before, sizeof(before) - 1);
        char *segment = url.data + sizeof(before) - 1;
        size_t length = strcspn(segment, "/");
        assert_string_equal(segment + length, after);
        assert_int_equal(strspn(segment, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%:"),
                         length);
        int decoded_length;
        char *decoded = curl_easy_unescape(NULL, segment, (int)length, &decoded_length);
        assert_string_equal(decoded, corpus[i]);
        curl_free(decoded);
        kf_buffer_free(&url);
    }
}

static void test_refused_path_values(void **state)
{
    static const char *const refused[] = {NULL, "", ".", ".."};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        kf_buffer url = {0};
        kf_error error;
        assert_int_equal(build("x", refused[i], &url, &error), KF_ERROR_ARGUMENT);
        kf_buffer_free(&url);
        assert_int_equal(build(refused[i], "x", &url, &error), KF_ERROR_ARGUMENT);
        kf_buffer_free(&url);
    }
}

static void test_base_urls(void **state)
{
    static const char *const refused[] = {
        "",
        "api.example.com",
        "/x",
        "ftp://h/",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "https://u@h/",
        "https://u:p@h/",
        "https://h/?a=b",
        "https://h/?",
        "https://h/#f",
        "https://h/#",
        "https://h /",
        "https://h/\r\nX: y",
        "https://h/a\\b",
        "https://h:99999/",
        "https://h:x/",
        "javascript:alert(1)",
        "http://h/",
    };
    static const char *const taken[][3] = {
        {"https://h.example", "https://h.example", "h.example"},
        {"https://h.example/", "https://h.example", "h.example"},
        {"HTTPS://h.example/v1///", "https://h.example/v1", "h.example"},
        {"https://h.example:8443/a/b", "https://h.example:8443/a/b", "h.example:8443"},
        {"https://[::1]:1234/x", "https://[::1]:1234/x", "[::1]:1234"},
        {"https://127.0.0.1:80", "https://127.0.0.1:80", "127.0.0.1:80"},
    };
    kf_base_url *base;
    kf_error error;
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (kf_base_url_new(refused[i], false, &base, &error) != KF_ERROR_ARGUMENT)
            fail_msg("taken: %s", refused[i]);
        assert_null(base);
    }
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        assert_int_equal(kf_base_url_new(taken[i][0], false, &base, &error), KF_OK);
        assert_string_equal(base->text, taken[i][1]);
        assert_string_equal(base->authority, taken[i][2]);
        assert_true(base->https);
        kf_base_url_free(base);
    }
    assert_int_equal(kf_base_url_new("http://h/", true, &base, &error), KF_OK);
    assert_false(base->https);
    kf_base_url_free(base);
}

static void test_raw_paths(void **state)
{
    static const char *const refused[] = {NULL,      "",          "x",     "/a b",      "/a?b", "/a#b",
                                          "/a\r\nb", "/%",        "/%2",   "/%zz",      "/..",  "/a/../b",
                                          "/a/.",    "/%2e%2E/a", "/.%2e", "/\xc3\xa4", "/a\\b"};
    const kf_pair pair = {"k&", "v ="};
    const kf_pairs query = {(kf_pair *)&pair, 1};
    kf_base_url *base;
    kf_buffer url = {0};
    kf_error error;
    (void)state;
    assert_int_equal(kf_base_url_new("https://h/v", false, &base, &error), KF_OK);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(kf_url_raw(base, refused[i], NULL, NULL, &url, &error), KF_ERROR_ARGUMENT);
        assert_int_equal(url.length, 0);
    }
    kf_url_raw(base, "/a?b", NULL, NULL, &url, &error);
    assert_string_equal(error.message, "the path has a query, which is to be given by itself");
    assert_int_equal(kf_url_raw(base, "/a%2Fb/~x/...;p=1", &query, &query, &url, &error), KF_OK);
    assert_string_equal(url.data, "https://h/v/a%2Fb/~x/...;p=1?k%26=v%20%3D&k%26=v%20%3D");
    kf_buffer_free(&url);
    kf_base_url_free(base);
}

static void test_headers(void **state)
{
    static const kf_pair refused[] = {
        {"", "x"},
        {"a b", "x"},
        {"a:", "x"},
        {"a\r\n", "x"},
        {NULL, "x"},
        {"a", NULL},
        {"a", "x\r\ny"},
        {"a", "x\ny"},
        {"a", "\x01"},
        {"a", "\x7f"},
        {"Host", "x"},
        {"content-LENGTH", "1"},
        {"Transfer-Encoding", "x"},
        {"Connection", "close"},
        {"Authorization", "x"},
    };
    kf_error error;
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        kf_pairs pairs = {(kf_pair *)&refused[i], 1};
        assert_int_equal(kf_headers_check(&pairs, false, &error), KF_ERROR_ARGUMENT);
    }
    kf_pair good[] = {{"X-A", "a\tb \xc3\xa4"}, {"authorization", ""}};
    assert_int_equal(kf_headers_check(&(kf_pairs){good, 2}, true, &error), KF_OK);
    kf_pair more[] = {{"x-a", "2"}, {"Y", "3"}};
    kf_pairs joined;
    assert_true(kf_pairs_join(&joined, &(kf_pairs){good, 2}, &(kf_pairs){more, 2}, true));
    assert_int_equal(joined.count, 3);
    assert_string_equal(kf_pairs_find(&joined, "X-A"), "2");
    assert_null(kf_pairs_find(&joined, "Z"));
    kf_pairs_free(&joined);
}

static void test_disposition(void **state)
{
    static const char *const cases[][2] = {
        {"attachment; filename=\"a.pdf\"", "a.pdf"},
        {"attachment; filename=a.pdf; size=3", "a.pdf"},
        {"attachment; filename=\"a \\\"b\\\".pdf\"", "a \"b\".pdf"},
        {"attachment; FileName = \"a;b.pdf\"", "a;b.pdf"},
        {"attachment; filename=\"x.pdf\"; filename*=UTF-8''na%C3%AFve%20file.pdf", "na\xc3\xafve file.pdf"},
        {"attachment; filename*=iso-8859-1'en'%A3.txt", "\xc2\xa3.txt"},
        {"attachment; filename*=KOI8-R''%A3; filename=b", "b"},
        {"attachment; filename*=UTF-8''%ZZ; filename=b", "b"},
        {"attachment; filename*=UTF-8''a%00b; filename=c", "c"},
        {"attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"},
        {"attachment; filename=\"../../etc/passwd\"", "passwd"},
        {"attachment; filename=\"C:\\\\dir\\\\f.txt\"", "f.txt"},
        {"attachment; filename=\"a\x01\x1b[31mb\"", "a[31mb"},
        {"attachment; filename=..", ""},
        {"attachment; filename=\"/\"", ""},
        {"attachment; filename=", ""},
        {"attachment; xfilename=a", ""},
        {"attachment; note=\"; filename=evil\"; filename=good", "good"},
        {"attachment; filename=\"open", "open"},
        {"inline", ""},
        {"", ""},
    };
    char name[256];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kf_disposition_file_name(cases[i][0], name, sizeof(name));
        assert_string_equal(name, cases[i][1]);
    }
    char small[4];
    kf_disposition_file_name("x; filename=abcdef", small, sizeof(small));
    assert_string_equal(small, "abc");
}

static void test_tenant(void **state)
{
    const kf_field one = {
        .name = "t", .offset = 0, .kind = KF_KIND_STRING, .flags = KF_FIELD_TENANT | KF_FIELD_REQUIRED};
    const kf_parameter parameter = {KF_IN_QUERY, KF_STYLE_FORM, true, false, NULL};
    kf_buffer buffer = {0};
    kf_error error;
    bool wrote;
    const char *text = NULL;
    (void)state;
    assert_int_equal(kf_parameter_write(&one, &parameter, NULL, "x y", '?', &wrote, &buffer, &error), KF_OK);
    assert_int_equal(kf_parameter_write(&one, &parameter, &text, "z", '&', &wrote, &buffer, &error), KF_OK);
    text = "own";
    assert_int_equal(kf_parameter_write(&one, &parameter, &text, "z", '&', &wrote, &buffer, &error), KF_OK);
    assert_string_equal(buffer.data, "?t=x%20y&t=z&t=own");
    assert_int_equal(kf_parameter_write(&one, &parameter, NULL, NULL, '?', &wrote, &buffer, &error), KF_ERROR_ARGUMENT);
    assert_string_equal(error.message, "the query parameter \"t\" is missing");
    kf_buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_styles),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_path_and_header_styles),
        cmocka_unit_test(test_absent_null_empty),
        cmocka_unit_test(test_allow_reserved),
        cmocka_unit_test(test_injection),
        cmocka_unit_test(test_refused_path_values),
        cmocka_unit_test(test_base_urls),
        cmocka_unit_test(test_raw_paths),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_disposition),
        cmocka_unit_test(test_tenant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
