/* Encoding structs, the caller's own and changed ones, copies and prints. */
#include "model_support.h"

#include "model/codec.h"

#include <math.h>

#define OWN .id = "a", .state = COLOR_RED, .count = 1
#define OWN_TEXT "{\"id\":\"a\",\"state\":\"RED\",\"count\":1"

static void a_struct_of_ones_own_is_encoded_in_the_documents_order(void **state)
{
    (void)state;
    const char *const tags[] = {"x", NULL};
    const part parts[] = {{.id = "p", .size = KF_INT32(0)}, {.id = "q", .size = KF_NULL_OF(kf_int32)}};
    const circle round = {.kind = "circle", .radius = 0.5};
    const shape *const shapes[] = {(const shape *)(const void *)&round, NULL};
    const kf_string_entry labels[] = {{"k", "v"}, {"n", NULL}};
    const choice number = {.number = KF_INT64(INT64_MIN)};
    const uint8_t bytes[] = {1, 2, 3};
    const thing t = {OWN,
                     .name = "\x01\"\xC3\xB1",
                     .flag = KF_BOOL(false),
                     .big = KF_INT64(INT64_C(9007199254740993)),
                     .ratio = KF_DOUBLE(0.30000000000000004),
                     .mark = GRADE_1,
                     .blob = {bytes, 3},
                     .tags = tags,
                     .tags_count = 2,
                     .parts = parts,
                     .parts_count = 2,
                     .shapes = shapes,
                     .shapes_count = 2,
                     .labels = labels,
                     .labels_count = 2,
                     .choice = &number};
    encodes_to(&thing_type, &t,
               OWN_TEXT ",\"name\":\"\\u0001\\\"\xC3\xB1\",\"flag\":false,\"big\":9007199254740993,"
                        "\"ratio\":0.30000000000000004,\"mark\":1,\"blob\":\"AQID\",\"tags\":[\"x\",null],"
                        "\"parts\":[{\"id\":\"p\",\"size\":0},{\"id\":\"q\",\"size\":null}],"
                        "\"shapes\":[{\"kind\":\"circle\",\"radius\":0.5},null],\"labels\":{\"k\":\"v\",\"n\":null},"
                        "\"choice\":-9223372036854775808}");
    const thing empty = {OWN, .tags = tags, .blob = {bytes, 0}, .labels = labels};
    encodes_to(&thing_type, &empty, OWN_TEXT ",\"blob\":\"\",\"tags\":[],\"labels\":{}}");
}

static void what_cannot_be_sent_is_refused_with_its_place(void **state)
{
    (void)state;
    const part nameless = {.size = KF_INT32(1)};
    const part wrong = {.id = "a", .paint = (color)9};
    const part *const parts[] = {&nameless, &wrong};
    const double infinite[] = {1, (double)INFINITY};
    const kf_string_entry keyless[] = {{NULL, "v"}};
    const choice none = {0};
    const choice two = {.text = "a", .truth = KF_BOOL(true)};
    const color colors[] = {COLOR_RED, COLOR_UNSPECIFIED};
    const kf_extra_member broken[] = {{"q", "{\"a\":1", 0, NULL}};
    const kf_extra_member twovalues[] = {{"q", "1 2", 0, NULL}};
    const cJSON invalid = {0};
    thing loop = {OWN};
    loop.child = &loop;
    const struct {
        thing value;
        const char *message;
    } cases[] = {
        {{.state = COLOR_RED}, "thing.id: the member is required"},
        {{.id = "a"}, "thing.state: the member is required"},
        {{.id = "a", .state = COLOR_UNRECOGNIZED}, "thing.state: an unrecognized constant"},
        {{.id = "a", .state = (color)3}, "thing.state: the constant is out of range"},
        {{OWN, .name = "\xFF"}, "thing.name: the text is not valid UTF-8"},
        {{OWN, .ratio = KF_DOUBLE((double)NAN)}, "thing.ratio: the number is not finite"},
        {{OWN, .ratios = infinite, .ratios_count = 2}, "thing.ratios[1]: the number is not finite"},
        {{OWN, .small = {(kf_presence)7, 1}}, "thing.small: the presence is not valid"},
        {{OWN, .tags_count = 2}, "thing.tags: the pointer is NULL"},
        {{OWN, .labels = keyless, .labels_count = 1}, "a key is NULL"},
        {{OWN, .parts = parts[0], .parts_count = 1}, "thing.parts[0].id: the member is required"},
        {{OWN, .parts = parts[1], .parts_count = 1}, "thing.parts[0].paint: the constant is out of range"},
        {{OWN, .choice = &none}, "thing.choice: none of the alternatives"},
        {{OWN, .choice = &two}, "thing.choice: more than one"},
        {{OWN, .colors = colors, .colors_count = 2}, "thing.colors[1]: the constant is unspecified"},
        {{OWN, .extra = {broken, 1, NULL}}, "thing.q: the extra is not valid JSON"},
        {{OWN, .extra = {twovalues, 1, NULL}}, "thing.q: the extra is not valid JSON"},
        {{OWN, .extra = {NULL, 1, NULL}}, "thing: the extra's pointer is NULL"},
        {{OWN, .data = &invalid}, "thing.data: an item of the tree has no type"},
        {loop, "nested too deep"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cannot_encode(&thing_type, &cases[i].value, cases[i].message);
    const kf_json_entry clash[] = {{"id", &invalid}};
    const open_json open = {.id = "a", .rest = clash, .rest_count = 1};
    cannot_encode(&open_json_type, &open, "open_json.id: the key of an additional member is the name of a member");
}

static void an_extra_of_ones_own_is_sent(void **state)
{
    (void)state;
    const kf_extra_member members[] = {
        {"more", " {\"a\": 1.0}", 0, NULL}, {"cut", "[1,2]...", 5, NULL}, {"name", "null", 0, NULL},
        {"id", "\"other\"", 0, NULL},       {"small", "1.0", 0, NULL},    {"mark", "7", 0, NULL},
    };
    const thing t = {OWN, .mark = GRADE_UNRECOGNIZED, .extra = {members, COUNT(members), NULL}};
    encodes_to(&thing_type, &t,
               OWN_TEXT ",\"name\":null,\"small\":1.0,\"mark\":7,\"more\": {\"a\": 1.0},\"cut\":[1,2]}");
    const thing set = {OWN, .name = "n", .small = KF_INT32(2), .mark = GRADE_1, .extra = {members, 6, NULL}};
    encodes_to(&thing_type, &set,
               OWN_TEXT ",\"name\":\"n\",\"small\":2,\"mark\":1,\"more\": {\"a\": 1.0},\"cut\":[1,2]}");
    const kf_extra_member whole[] = {{NULL, "[7]", 0, NULL}};
    const choice odd = {.extra = {whole, 1, NULL}};
    encodes_to(&choice_type, &odd, "[7]");
}

static void a_changed_member_wins_over_the_text_that_came(void **state)
{
    (void)state;
    static const char text[] =
        "{\"name\":null,\"id\":\"a\",\"u\":1,\"state\":\"NEW\",\"count\":1.0,\"ratio\":1.10,\"data\":{\"a\": 1},"
        "\"colors\":[\"X\",\"RED\"],\"counts\":{\"a\":1.0},\"big\":1e2,\"child\":null,\"choice\":5.0,\"props\":{\"p\":"
        "1.0}}";
    thing *t = decoded(&thing_type, text);
    thing copy = *t;
    encodes_to(&thing_type, &copy, text);
    const part one = {.id = "p"};
    const thing small = {.id = "c", .state = COLOR_GREEN};
    const choice other = {.single = &one};
    const color colors[] = {COLOR_GREEN};
    const kf_int32_entry counts[] = {{"b", 2}};
    cJSON *tree = cJSON_Parse("[1]");
    copy.name = "n";
    copy.state = COLOR_RED;
    copy.count = 2;
    copy.ratio = KF_DOUBLE(1.2);
    copy.data = tree;
    copy.colors = colors;
    copy.colors_count = 1;
    copy.counts = counts;
    copy.big = KF_INT64(101);
    copy.child = &small;
    copy.choice = &other;
    copy.props = NULL;
    copy.props_count = 0;
    encodes_to(
        &thing_type, &copy,
        "{\"name\":\"n\",\"id\":\"a\",\"u\":1,\"state\":\"RED\",\"count\":2,\"ratio\":1.2,\"data\":[1],\"colors\":"
        "[\"GREEN\"],\"counts\":{\"b\":2},\"big\":101,\"child\":{\"id\":\"c\",\"state\":\"GREEN\",\"count\":0},"
        "\"choice\":{\"id\":\"p\"}}");
    copy = *t;
    copy.ratio = (kf_double){KF_ABSENT, 0};
    copy.colors_count = 1;
    cannot_encode(&thing_type, &copy, "thing.colors[0]: an unrecognized constant");
    copy.colors = t->colors + 1;
    copy.data = NULL;
    copy.big.presence = KF_NULL;
    copy.tenant = "t";
    copy.state = COLOR_UNSPECIFIED;
    cannot_encode(&thing_type, &copy, "thing.state: the member is required");
    copy.state = COLOR_GREEN;
    encodes_to(&thing_type, &copy,
               "{\"name\":null,\"id\":\"a\",\"u\":1,\"state\":\"GREEN\",\"count\":1.0,\"colors\":[\"RED\"],\"counts\":"
               "{\"a\":1.0},\"big\":null,\"child\":null,\"choice\":5.0,\"props\":{\"p\":1.0},\"tenant\":\"t\"}");
    cJSON_Delete(tree);
    kf_model_free(t);
}

static void a_member_that_did_not_come_may_stay_away_or_be_set(void **state)
{
    (void)state;
    thing *t = decoded(&thing_type, "{\"count\":3}");
    thing copy = *t;
    copy.id = "x";
    encodes_to(&thing_type, &copy, "{\"id\":\"x\",\"count\":3}");
    kf_model_free(t);
    t = decoded(&thing_type, "{}");
    copy = *t;
    copy.count = 5;
    encodes_to(&thing_type, &copy, "{\"count\":5}");
    kf_model_free(t);
}

static char *request(const kf_type *type, const void *model, const char *key, const char *tenant)
{
    kf_buffer buffer = {0};
    kf_error error;
    const kf_encode_options options = {KF_ENCODE_REQUEST, key, tenant};
    kf_buffer_text(&buffer, "body=");
    if (kf_model_encode_to(type, model, &options, &buffer, &error) != KF_OK)
        fail_msg("%s", error.message);
    return kf_buffer_take(&buffer);
}

static void a_request_leaves_out_what_the_server_owns_and_fills_the_key(void **state)
{
    (void)state;
    const thing inner = {OWN, .created = "never"};
    const thing t = {.state = COLOR_RED, .created = "never", .child = &inner};
    char *text = request(&thing_type, &t, "KEY", "TENANT");
    assert_string_equal(text,
                        "body={\"id\":\"KEY\",\"state\":\"RED\",\"count\":0,\"child\":{\"id\":\"a\",\"state\":\"RED\","
                        "\"count\":1},\"tenant\":\"TENANT\"}");
    kf_free(text);
    const thing own = {OWN, .tenant = "mine"};
    text = request(&thing_type, &own, "KEY", "TENANT");
    assert_string_equal(text, "body=" OWN_TEXT ",\"tenant\":\"mine\"}");
    kf_free(text);
    thing *received = decoded(&thing_type, "{\"created\":null,\"state\":\"RED\",\"created2\":1,\"count\":1}");
    text = request(&thing_type, received, "KEY", NULL);
    assert_string_equal(text, "body={\"state\":\"RED\",\"created2\":1,\"count\":1,\"id\":\"KEY\"}");
    kf_free(text);
    kf_model_free(received);
}

static void only_the_root_object_is_filled_in(void **state)
{
    (void)state;
    const thing inner[] = {{OWN}};
    const kf_field fields[] = {
        {"items", &thing_type, offsetof(part_list, items), offsetof(part_list, items_count), KF_FIELD_ARRAY,
         KF_KIND_OBJECT, 5},
    };
    const kf_type list_type = {.name = "test.List",
                               .fields = fields,
                               .field_count = 1,
                               .size = sizeof(part_list),
                               .extra_offset = offsetof(part_list, extra),
                               .flags = KF_TYPE_VALUE};
    const part_list list = {.items = (const part *)(const void *)inner, .items_count = 1};
    char *text = request(&list_type, &list, "KEY", "TENANT");
    assert_string_equal(text, "body=[" OWN_TEXT "}]");
    kf_free(text);
}

static void a_failure_leaves_the_buffer_as_it_was(void **state)
{
    (void)state;
    kf_buffer buffer = {0};
    const thing t = {.id = "a", .name = "x"};
    kf_buffer_text(&buffer, "before");
    assert_int_equal(kf_model_encode_to(&thing_type, &t, NULL, &buffer, NULL), KF_ERROR_ENCODE);
    assert_string_equal(buffer.data, "before");
    kf_buffer_free(&buffer);
}

static void a_copy_is_complete_and_independent(void **state)
{
    (void)state;
    const choice none = {0};
    const part parts[] = {{.size = KF_INT32(4)}};
    const thing t = {.name = "n", .parts = parts, .parts_count = 1, .choice = &none, .small = KF_NULL_OF(kf_int32)};
    thing *copy;
    void *model = NULL;
    kf_error error;
    assert_int_equal(kf_model_clone(&thing_type, &t, &model, &error), KF_OK);
    copy = model;
    assert_null(copy->id);
    assert_string_equal(copy->name, "n");
    assert_ptr_not_equal(copy->name, t.name);
    assert_int_equal(copy->parts[0].size.value, 4);
    assert_int_equal(copy->small.presence, KF_NULL);
    assert_non_null(copy->choice);
    assert_int_equal(copy->extra.count, 0);
    /* What counts as missing in the source does so in the copy. */
    cannot_encode(&thing_type, copy, "thing.id: the member is required");
    kf_model_free(copy);
    const thing infinite = {OWN, .ratio = KF_DOUBLE((double)INFINITY)};
    assert_int_equal(kf_model_clone(&thing_type, &infinite, &model, &error), KF_ERROR_ENCODE);
    assert_null(model);
}

static void printing_hides_secrets_and_forgives(void **state)
{
    (void)state;
    const part parts[] = {{.size = KF_INT32(4)}};
    const thing child = {.password = "hidden"};
    const thing t = {.password = "hidden",
                     .parts = parts,
                     .parts_count = 1,
                     .name = "\xFF",
                     .child = &child,
                     .ratio = KF_DOUBLE((double)NAN)};
    char *text;
    assert_int_equal(kf_model_print(&thing_type, &t, &text, NULL), KF_OK);
    assert_string_equal(text, "{\n  \"count\": 0,\n  \"name\": \"\xEF\xBF\xBD\",\n  \"ratio\": null,\n  \"child\": {\n"
                              "    \"count\": 0,\n    \"password\": \"***\"\n  },\n  \"parts\": [\n    {\n"
                              "      \"size\": 4\n    }\n  ],\n  \"password\": \"***\"\n}");
    kf_free(text);
    const kf_extra_member members[] = {{"password", "{\"a\":\"hidden\"}", 0, NULL},
                                       {"q", "[ 1,{ },[{\"a\":\"\\\"[\"}]]", 0, NULL}};
    const thing extra = {OWN, .extra = {members, 2, NULL}};
    assert_int_equal(kf_model_print(&thing_type, &extra, &text, NULL), KF_OK);
    assert_string_equal(
        text, "{\n  \"id\": \"a\",\n  \"state\": \"RED\",\n  \"count\": 1,\n  \"password\": \"***\",\n"
              "  \"q\": [\n    1,\n    {},\n    [\n      {\n        \"a\": \"\\\"[\"\n      }\n    ]\n  ]\n}");
    kf_free(text);
}

static void scalars_have_a_text_of_their_own(void **state)
{
    (void)state;
    const kf_field text_field = {.name = "t", .kind = KF_KIND_STRING};
    const kf_field double_field = {.name = "d", .kind = KF_KIND_DOUBLE, .flags = KF_FIELD_PLAIN};
    const kf_field int_field = {.name = "i", .kind = KF_KIND_INT64, .flags = KF_FIELD_PLAIN};
    const kf_field bool_field = {.name = "b", .kind = KF_KIND_BOOL, .flags = KF_FIELD_PLAIN};
    const kf_field enum_field = {.name = "e", .kind = KF_KIND_ENUM, .ref = &color_enum};
    const kf_field bytes_field = {.name = "y", .kind = KF_KIND_BYTES};
    const kf_field json_field = {.name = "j", .kind = KF_KIND_JSON};
    const char *string = "a\"b";
    const double number = 0.1;
    const int64_t whole = INT64_MIN;
    const bool truth = true;
    const int green = COLOR_GREEN;
    const int unknown = -1;
    const double infinite = (double)INFINITY;
    const kf_bytes bytes = {(const uint8_t *)"f", 1};
    kf_buffer buffer = {0};
    kf_error error;
    assert_int_equal(kf_scalar_text(&text_field, &string, &buffer, NULL), KF_OK);
    assert_int_equal(kf_scalar_text(&double_field, &number, &buffer, NULL), KF_OK);
    assert_int_equal(kf_scalar_text(&int_field, &whole, &buffer, NULL), KF_OK);
    assert_int_equal(kf_scalar_text(&bool_field, &truth, &buffer, NULL), KF_OK);
    assert_int_equal(kf_scalar_text(&enum_field, &green, &buffer, NULL), KF_OK);
    assert_int_equal(kf_scalar_text(&bytes_field, &bytes, &buffer, NULL), KF_OK);
    assert_string_equal(buffer.data, "a\"b0.1-9223372036854775808trueGREENZg==");
    assert_int_equal(kf_scalar_text(&enum_field, &unknown, &buffer, &error), KF_ERROR_ENCODE);
    assert_non_null(strstr(error.message, "e: "));
    assert_int_equal(kf_scalar_text(&double_field, &infinite, &buffer, &error), KF_ERROR_ENCODE);
    assert_int_equal(kf_scalar_text(&json_field, &string, &buffer, &error), KF_ERROR_ENCODE);
    kf_buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_struct_of_ones_own_is_encoded_in_the_documents_order),
        cmocka_unit_test(what_cannot_be_sent_is_refused_with_its_place),
        cmocka_unit_test(an_extra_of_ones_own_is_sent),
        cmocka_unit_test(a_changed_member_wins_over_the_text_that_came),
        cmocka_unit_test(a_member_that_did_not_come_may_stay_away_or_be_set),
        cmocka_unit_test(a_request_leaves_out_what_the_server_owns_and_fills_the_key),
        cmocka_unit_test(only_the_root_object_is_filled_in),
        cmocka_unit_test(a_failure_leaves_the_buffer_as_it_was),
        cmocka_unit_test(a_copy_is_complete_and_independent),
        cmocka_unit_test(printing_hides_secrets_and_forgives),
        cmocka_unit_test(scalars_have_a_text_of_their_own),
    };
    return cmocka_run_group_tests(tests, setup_types, free_all_types);
}
