/* Maps as parameters, prefixes before their keys, and colons in paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/parameter.h"
#include "kuflow/kuflow.h"

typedef struct point {
    kf_int32 x;
    const char *label;
    kf_extra extra;
} point;
typedef struct values {
    kf_string_map texts;
    kf_int64_map numbers;
    kf_bool_map flags;
    const point *where;
    const char *id;
} values;

static const kf_field point_fields[] = {
    {.name = "x", .offset = offsetof(point, x), .kind = KF_KIND_INT32, .name_length = 1},
    {.name = "label", .offset = offsetof(point, label), .kind = KF_KIND_STRING, .name_length = 5},
};
static const kf_type point_type = {.name = "test.Point",
                                   .fields = point_fields,
                                   .field_count = 2,
                                   .size = sizeof(point),
                                   .extra_offset = offsetof(point, extra)};
#define MAP(member, field_kind, field_flags)                                                                           \
    {                                                                                                                  \
        .name = #member, .offset = offsetof(values, member.items), .count_offset = offsetof(values, member.count),     \
        .kind = (field_kind), .flags = KF_FIELD_MAP | (field_flags)                                                    \
    }
static const kf_field texts = MAP(texts, KF_KIND_STRING, 0);
static const kf_field numbers = MAP(numbers, KF_KIND_INT64, KF_FIELD_PLAIN);
static const kf_field flags = MAP(flags, KF_KIND_BOOL, KF_FIELD_PLAIN);
static const kf_field where = {
    .name = "where", .offset = offsetof(values, where), .kind = KF_KIND_OBJECT, .ref = &point_type};
static const kf_field id = {.name = "id", .offset = offsetof(values, id), .kind = KF_KIND_STRING};

static const kf_parameter form = {KF_IN_QUERY, KF_STYLE_FORM, true, false, NULL};
static const kf_parameter prefixed = {KF_IN_QUERY, KF_STYLE_FORM, true, false, "map_"};
static const kf_parameter deep = {KF_IN_QUERY, KF_STYLE_DEEP_OBJECT, false, false, NULL};
static const kf_parameter in_path = {KF_IN_PATH, KF_STYLE_SIMPLE, false, false, NULL};

static void check(const kf_field *field, const kf_parameter *parameter, const values *from, const char *expected)
{
    kf_buffer buffer = {0};
    kf_error error;
    bool wrote;
    char lead = parameter->location == KF_IN_QUERY ? '?' : 0;
    assert_int_equal(kf_parameter_write(field, parameter, from, NULL, lead, &wrote, &buffer, &error), KF_OK);
    assert_string_equal(buffer.data != NULL ? buffer.data : "", expected);
    assert_int_equal(wrote, *expected != '\0');
    kf_buffer_free(&buffer);
}

static void test_maps(void **state)
{
    const kf_int64_entry numbers_in[] = {{"low", INT64_MIN}, {"high", INT64_MAX}};
    const kf_bool_entry flags_in[] = {{"a", true}, {"b", false}};
    const values v = {.texts = KF_MAP({"name", "a b"}, {"fields[x]", "id,name"}, {"none", ""}),
                      .numbers = {numbers_in, 2},
                      .flags = {flags_in, 2}};
    const values empty = {.texts = {v.texts.items, 0}};
    (void)state;
    check(&texts, &form, &v, "?name=a%20b&fields%5Bx%5D=id%2Cname&none=");
    check(&texts, &deep, &v, "?texts%5Bname%5D=a%20b&texts%5Bfields%5Bx%5D%5D=id%2Cname&texts%5Bnone%5D=");
    check(&numbers, &deep, &v, "?numbers%5Blow%5D=-9223372036854775808&numbers%5Bhigh%5D=9223372036854775807");
    check(&flags, &form, &v, "?a=true&b=false");
    check(&texts, &form, &empty, "");
    check(&texts, &form, NULL, "");
}

static void test_prefix(void **state)
{
    const point here = {.x = KF_INT32(-1), .label = "b"};
    const values v = {.texts = KF_MAP({"employee", "krisv"}, {"map_x", "1"}, {"a=b&c", "d"}), .where = &here};
    (void)state;
    check(&texts, &prefixed, &v, "?map_employee=krisv&map_map_x=1&map_a%3Db%26c=d");
    check(&where, &prefixed, &v, "?map_x=-1&map_label=b");
}

static void test_colons_in_paths(void **state)
{
    const values v = {.id = "org.acme:orders:1.0/..:"};
    (void)state;
    check(&id, &in_path, &v, "org.acme:orders:1.0%2F..:");
    check(&id, &form, &v, "?id=org.acme%3Aorders%3A1.0%2F..%3A");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_maps), cmocka_unit_test(test_prefix),
                                       cmocka_unit_test(test_colons_in_paths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
