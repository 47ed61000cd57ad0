/* Decoding, and that nothing is lost on the way back. */
#include "model_support.h"

#include "model/codec.h"

#define FULL                                                                                                           \
    "{\"x\":[1, 2],\"id\":null,\"state\":\"BLUE\",\"count\":5.0,\"zz\":null,\"big\":-9223372036854775808,"             \
    "\"ratio\":1.10,\"small\":1e2,\"data\":{\"a\":[1,{\"b\":\"\\u00e9\"}],\"c\":0.30000000000000004},"                 \
    "\"tags\":[\"a\",null,\"\\n\"],\"colors\":[\"RED\",\"X\",null],\"parts\":[{\"id\":\"p\"},null,{\"id\":\"q\","      \
    "\"size\":null,\"paint\":null}],\"shapes\":[{\"radius\":1.5,\"kind\":\"circle\"},null,{\"kind\":\"blob\",\"w\":1}" \
    "],"                                                                                                               \
    "\"labels\":{\"a\":\"b\",\"c\":null},\"counts\":{\"a\":1,\"b\":null},\"props\":{\"a\":{},\"b\":1.0},"              \
    "\"stock\":{\"x\":{\"id\":\"1\"},\"y\":null},\"paints\":{\"a\":\"GREEN\",\"b\":\"?\"},\"shape\":{\"kind\":"        \
    "\"circle\"},"                                                                                                     \
    "\"choice\":7.0,\"figure\":{\"kind\":\"circle\",\"radius\":2},\"password\":\"pw\",\"child\":{\"choice\":[{\"id\":" \
    "\"x\"}]},"                                                                                                        \
    "\"blob\":\"AQID\",\"mark\":true,\"trees\":[1.0,{}],\"ratios\":[1,2.50],\"bigs\":[9007199254740993],"              \
    "\"flags\":[true,null],\"blobs\":[\"Zg==\",null]}"

#define THING(members) "{\"id\":\"a\",\"state\":\"RED\",\"count\":1" members "}"

static void what_is_decoded_is_encoded_byte_for_byte(void **state)
{
    (void)state;
    static const char *const texts[] = {
        THING(""),
        "{}",
        "null",
        FULL,
        THING(",\"name\":\"\",\"flag\":false,\"small\":0,\"big\":0,\"ratio\":0"),
        THING(",\"name\":null,\"flag\":null,\"small\":null,\"big\":null,\"ratio\":null,\"mark\":null,\"data\":null"),
        THING(",\"big\":9007199254740993"),
        THING(",\"big\":9223372036854775807"),
        THING(",\"big\":1e18,\"small\":-0,\"ratio\":-0.0"),
        THING(",\"ratio\":1e2"),
        THING(",\"ratio\":0.30000000000000004"),
        THING(",\"ratio\":100000000000000000000000000000001"),
        THING(",\"mark\":1"),
        THING(",\"mark\":2"),
        THING(",\"mark\":false"),
        THING(",\"mark\":1.0"),
        THING(",\"data\":[1.0, 2 ,{\"a\" : [ ]}]"),
        THING(",\"data\":{\"a\":1,\"a\":2}"),
        THING(",\"tags\":[],\"parts\":[],\"labels\":{},\"trees\":[],\"props\":{},\"colors\":[]"),
        THING(",\"tags\":null,\"parts\":null,\"labels\":null,\"child\":null,\"shape\":null,\"choice\":null"),
        THING(",\"flags\":[true,false],\"smalls\":[1,-2],\"colors\":[\"GREEN\"]"),
        THING(",\"smalls\":[1,2.0]"),
        THING(",\"child\":{},\"choice\":[],\"figure\":{\"kind\":\"other\",\"name\":\"n\"}"),
        THING(",\"figure\":{\"kind\":\"new\",\"q\":[1 ,2]}"),
        THING(",\"figure\":{\"name\":\"q\"}"),
        THING(",\"choice\":1.5"),
        THING(",\"choice\":\"t\""),
        THING(",\"choice\":true"),
        THING(",\"choice\":{\"id\":\"p\",\"size\":3}"),
        THING(",\"choice\":{\"id\":\"p\",\"state\":\"RED\",\"count\":1,\"name\":\"big\"}"),
        THING(",\"choice\":{\"q\":1}"),
        THING(",\"shape\":{\"name\":\"n\",\"kind\":\"circle\",\"radius\":2.5,\"w\":[ ]}"),
        THING(",\"unknown\":{\"a\":[1, 2]},\"text\":\"\\u0000\\ud83d\\ude00\\ud83d\""),
        THING(",\"data\":[1e999,{\"a\":-1E400}]"),
        THING(",\"data\":\"a\\u0000b\""),
        THING(",\"data\":{\"a\":[\"\\ud83d\",\"\\ude00\\ud83d\"]}"),
        THING(",\"trees\":[1e999,\"\\u0000\"]"),
        "{\"count\":1,\"state\":\"GREEN\",\"id\":\"z\"}",
        "{\"u\":1,\"count\":1,\"v\":2,\"state\":\"GREEN\",\"w\":3,\"id\":\"z\",\"a\":4}",
        "{\"count\":null,\"state\":null,\"id\":null}",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        keeps(&thing_type, texts[i]);
}

static void additional_members_keep_their_order_and_text(void **state)
{
    (void)state;
    keeps(&open_text_type, "{\"id\":\"a\",\"x\":\"1\",\"y\":null}");
    keeps(&open_text_type, "{\"x\":\"1\",\"id\":null,\"y\":\"2\"}");
    keeps(&open_text_type, "{}");
    keeps(&open_number_type, "{\"b\":1,\"a\":1.0,\"id\":\"a\",\"c\":null,\"d\":4}");
    keeps(&open_json_type, "{\"id\":\"a\",\"x\":{\"a\":[1.0 ]},\"y\":null,\"z\":\"\\u0041\"}");
    open_number *model = decoded(&open_number_type, "{\"b\":1,\"a\":2.0,\"id\":\"a\"}");
    assert_int_equal(model->rest_count, 2);
    assert_string_equal(model->rest[1].key, "a");
    assert_int_equal(model->rest[1].value, 2);
    kf_model_free(model);
    refuses(&open_number_type, "{\"a\":\"x\"}", KF_ERROR_DECODE, "open_number.a: expected a number, found a string");
    refuses(&open_number_type, "{\"a\":1,\"b\":2,\"a\":3}", KF_ERROR_DECODE, "open_number.a: the member came twice");
}

static void values_stand_where_they_belong(void **state)
{
    (void)state;
    thing *t = decoded(&thing_type, FULL);
    assert_null(t->id);
    assert_int_equal(t->state, COLOR_UNRECOGNIZED);
    assert_int_equal(t->count, 5);
    assert_int_equal(t->big.presence, KF_SET);
    assert_true(t->big.value == INT64_MIN);
    assert_true(t->ratio.value == 1.1);
    assert_int_equal(t->small.value, 100);
    assert_int_equal(t->flag.presence, KF_ABSENT);
    assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(t->data, "a"), 1), "b")->valuestring,
                        "\xC3\xA9");
    assert_int_equal(t->tags_count, 3);
    assert_null(t->tags[1]);
    assert_string_equal(t->tags[2], "\n");
    assert_int_equal(t->colors[0], COLOR_RED);
    assert_int_equal(t->colors[1], COLOR_UNRECOGNIZED);
    assert_int_equal(t->colors[2], COLOR_UNSPECIFIED);
    assert_int_equal(t->parts_count, 3);
    assert_null(t->parts[1].id);
    assert_string_equal(t->parts[1].extra.members[0].json, "null");
    assert_int_equal(t->parts[2].size.presence, KF_NULL);
    assert_ptr_equal(kf_model_type(&shape_type, t->shapes[0]), &circle_type);
    assert_true(((const circle *)(const void *)t->shapes[0])->radius == 1.5);
    assert_null(t->shapes[1]);
    assert_ptr_equal(kf_model_type(&shape_type, t->shapes[2]), &shape_type);
    assert_string_equal(t->labels[0].value, "b");
    assert_int_equal(t->counts[0].value, 1);
    assert_string_equal(t->props[1].key, "b");
    assert_string_equal(t->stock[0].value->id, "1");
    assert_null(t->stock[1].value);
    assert_int_equal(t->paints[0].value, COLOR_GREEN);
    assert_int_equal(t->choice->number.value, 7);
    assert_true(t->figure->round->radius == 2);
    assert_memory_equal(t->blob.data, "\x01\x02\x03", 3);
    assert_int_equal(t->mark, GRADE_TRUE);
    assert_true(t->bigs[0] == INT64_C(9007199254740993));
    assert_true(t->flags[0]);
    assert_int_equal(t->blobs[0].length, 1);
    assert_null(t->blobs[1].data);
    kf_model_free(t);
}

static void what_cannot_be_held_is_in_the_extra(void **state)
{
    (void)state;
    thing *t =
        decoded(&thing_type, "{\"zz\": [1, 2] ,\"state\":\"BLUE\",\"name\":null,\"data\": {\"a\":1} ,\"ratio\":2.0}");
    assert_string_equal(kf_extra_find(&t->extra, "zz")->json, "[1, 2]");
    assert_int_equal(kf_extra_find(&t->extra, "zz")->length, 6);
    assert_null(kf_extra_find(&t->extra, "zz")->origin);
    assert_string_equal(kf_extra_find(&t->extra, "state")->json, "\"BLUE\"");
    assert_string_equal(kf_extra_find(&t->extra, "name")->json, "null");
    assert_string_equal(kf_extra_find(&t->extra, "data")->json, "{\"a\":1}");
    assert_ptr_equal(kf_extra_find(&t->extra, "data")->origin, t->data);
    assert_string_equal(kf_extra_find(&t->extra, "ratio")->json, "2.0");
    assert_non_null(kf_extra_find(&t->extra, "id"));
    assert_null(kf_extra_find(&t->extra, "id")->json);
    kf_model_free(t);
    t = decoded(&thing_type, THING(",\"name\":\"\\u0041\",\"flag\":null,\"ratio\":2.5"));
    assert_int_equal(t->extra.count, 0);
    assert_null(t->extra.order);
    kf_model_free(t);
    t = decoded(&thing_type, "{\"count\":1,\"id\":\"a\",\"state\":\"RED\"}");
    assert_non_null(t->extra.order);
    kf_model_free(t);
}

static void wrong_values_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"[]", "thing: expected an object, found an array"},
        {"{\"id\":5}", "thing.id: expected a string, found a number"},
        {"{\"child\":{\"parts\":[{},{\"size\":\"x\"}]}}",
         "thing.child.parts[1].size: expected a number, found a string"},
        {"{\"small\":5000000000}", "thing.small: the number does not fit into 32 bits"},
        {"{\"small\":-2147483649}", "thing.small: the number does not fit into 32 bits"},
        {"{\"big\":9223372036854775808}", "thing.big: the number does not fit into 64 bits"},
        {"{\"big\":1.5}", "thing.big: expected a whole number"},
        {"{\"count\":true}", "thing.count: expected a number, found true"},
        {"{\"ratio\":1e999}", "thing.ratio: the number is too large"},
        {"{\"flag\":1}", "thing.flag: expected true or false, found a number"},
        {"{\"state\":1}", "thing.state: expected a string, found a number"},
        {"{\"mark\":\"1\"}", "thing.mark: expected a number, true or false, found a string"},
        {"{\"tags\":{}}", "thing.tags: expected an array, found an object"},
        {"{\"tags\":[1]}", "thing.tags[0]: expected a string, found a number"},
        {"{\"labels\":[]}", "thing.labels: expected an object, found an array"},
        {"{\"labels\":{\"k\":7}}", "thing.labels.k: expected a string, found a number"},
        {"{\"child\":\"x\"}", "thing.child: expected an object, found a string"},
        {"{\"blob\":\"Zg=\"}", "thing.blob: expected base64"},
        {"{\"blob\":\"Zh==\"}", "thing.blob: expected base64"},
        {"{\"name\":\"a\\u0000b\"}", "thing.name: a text with U+0000"},
        {"{\"name\":\"a\\ud800b\"}", "thing.name: a text with half of a surrogate pair"},
        {"{\"data\":{\"\\u0000\":1}}", "thing.data: a text with U+0000"},
        {"{\"data\":{\"\\ud800\":1}}", "thing.data: a text with half of a surrogate pair"},
        {"{\"a\\u0000b\":1}", "thing: a text with U+0000"},
        {"{\"id\":\"a\",\"id\":\"b\"}", "thing.id: the member came twice"},
        {"{\"q\":1,\"r\":2,\"q\":1}", "thing.q: the member came twice"},
        {"{\"labels\":{\"k\":null,\"k\":null}}", "thing.labels.k: the member came twice"},
        {"{\"child\":{\"tags\":[\"a\",]}}", "thing.child.tags"},
        {"{\"name\":\"\xFF\"}", "thing.name: a text is not valid UTF-8"},
        {"{\"u\":[01]}", "thing.u: "},
        {"{\"shape\":{\"kind\":\"circle\",\"radius\":\"x\"}}", "thing.shape.radius: expected a number, found a string"},
        {"{\"shapes\":[{\"kind\":7}]}", "thing.shapes[0].kind: expected a string, found a number"},
        {"{} {}", "thing: there is text after the end"},
        {"", "thing: the text ends too early"},
        {"{\"id\":\x01}", "thing.id: a value was expected"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        refuses(&thing_type, cases[i].text, KF_ERROR_DECODE, cases[i].message);
}

static void a_text_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof FULL - 1; length++) {
        void *model;
        kf_error error;
        assert_int_equal(kf_model_decode(&thing_type, FULL, length, &model, &error), KF_ERROR_DECODE);
        assert_null(model);
    }
}

static void damaged_texts_do_no_harm(void **state)
{
    (void)state;
    static const char bytes[] = "\"\\{}[]:,0-.e nt\x01\xC3\x80";
    for (size_t at = 0; at < sizeof FULL - 1; at++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            char text[] = FULL;
            void *model;
            char *again;
            text[at] = bytes[i];
            if (kf_model_decode(&thing_type, text, sizeof FULL - 1, &model, NULL) != KF_OK)
                continue;
            assert_int_equal(kf_model_encode(&thing_type, model, &again, NULL), KF_OK);
            kf_model_free(model);
            kf_free(again);
        }
    }
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    char text[10 * 600];
    for (size_t depth = 400; depth < 600; depth += depth < 510 || depth > 514 ? 10 : 1) {
        size_t length = 0;
        for (size_t i = 0; i + 1 < depth; i++)
            length += (size_t)sprintf(text + length, "{\"child\":");
        length += (size_t)sprintf(text + length, "{");
        memset(text + length, '}', depth);
        void *model;
        assert_int_equal(kf_model_decode(&thing_type, text, length + depth, &model, NULL),
                         depth <= 512 ? KF_OK : KF_ERROR_LIMIT);
        kf_model_free(model);
    }
    kf_decode_options limits = {.max_depth = 3};
    for (int depth = 2; depth <= 4; depth++) {
        static const char *const texts[] = {"{\"data\":[]}", "{\"data\":[[]]}", "{\"data\":[[[]]]}"};
        kf_error error;
        void *model;
        char *copy = malloc(32);
        strcpy(copy, texts[depth - 2]);
        kf_status status = kf_model_decode_in_place(&thing_type, copy, strlen(copy), &limits, &model, &error);
        assert_int_equal(status, depth <= 3 ? KF_OK : KF_ERROR_LIMIT);
        kf_model_free(model);
    }
}

static void many_members_are_no_trouble(void **state)
{
    (void)state;
    size_t room = 4000000;
    char *text = malloc(room);
    size_t length = (size_t)sprintf(text, "{\"count\":1");
    for (int i = 0; i < 100000; i++)
        length += (size_t)sprintf(text + length, ",\"m%d\":%d", i, i);
    strcpy(text + length, ",\"id\":\"a\",\"state\":\"RED\"}");
    thing *t = decoded(&thing_type, text);
    assert_int_equal(t->extra.count, 100000);
    kf_model_free(t);
    length = (size_t)sprintf(text, "{\"id\":\"a\",\"state\":\"RED\",\"count\":1,\"bigs\":[0");
    for (int i = 1; i < 100000; i++)
        length += (size_t)sprintf(text + length, ",%d", i);
    length += (size_t)sprintf(text + length, "],\"parts\":[{\"id\":\"0\"}");
    for (int i = 1; i < 20000; i++)
        length += (size_t)sprintf(text + length, ",{\"id\":\"%d\"}", i);
    strcpy(text + length, "]}");
    t = decoded(&thing_type, text);
    assert_int_equal(t->bigs_count, 100000);
    assert_true(t->bigs[99999] == 99999);
    assert_string_equal(t->parts[19999].id, "19999");
    encodes_to(&thing_type, t, text);
    kf_model_free(t);
    free(text);
}

static void a_value_type_is_its_only_field(void **state)
{
    (void)state;
    keeps(&part_list_type, "[{\"id\":\"a\"},null,{\"size\":5.0}]");
    keeps(&part_list_type, "[]");
    keeps(&part_list_type, "null");
    part_list *list = decoded(&part_list_type, "[{\"id\":\"a\"},{\"id\":\"b\"}]");
    assert_int_equal(list->items_count, 2);
    kf_model_free(list);
    refuses(&part_list_type, "{}", KF_ERROR_DECODE, "part_list: expected an array, found an object");
    refuses(&part_list_type, "[{},{\"id\":1}]", KF_ERROR_DECODE, "part_list[1].id: expected a string");
}

static void a_union_takes_the_alternative_that_fits(void **state)
{
    (void)state;
    choice *c = decoded(&choice_type, "{\"id\":\"a\",\"size\":1}");
    assert_non_null(c->single);
    kf_model_free(c);
    c = decoded(&choice_type, "{\"id\":\"a\",\"state\":\"RED\",\"count\":1}");
    assert_non_null(c->big);
    assert_null(c->single);
    kf_model_free(c);
    c = decoded(&choice_type, "[{\"id\":\"a\"}]");
    assert_int_equal(c->many_count, 1);
    kf_model_free(c);
    c = decoded(&choice_type, "[1]");
    assert_null(c->many);
    assert_string_equal(c->extra.members[0].json, "[1]");
    assert_null(c->extra.members[0].name);
    kf_model_free(c);
    shape *s = decoded(&shape_type, "{\"name\":\"n\",\"k\\u0069nd\":\"circl\\u0065\",\"radius\":7}");
    assert_ptr_equal(kf_model_type(&shape_type, s), &circle_type);
    assert_true(((circle *)(void *)s)->radius == 7);
    kf_model_free(s);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    void *model = &model;
    kf_error error;
    assert_int_equal(kf_model_decode(NULL, "{}", 2, &model, &error), KF_ERROR_ARGUMENT);
    assert_null(model);
    assert_int_equal(kf_model_decode(&thing_type, NULL, 0, &model, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_model_decode(&thing_type, "{}", 2, NULL, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_model_encode(&thing_type, NULL, NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_model_clone(NULL, NULL, &model, &error), KF_ERROR_ARGUMENT);
    kf_model_free(NULL);
}

static void names_lead_to_fields_and_constants(void **state)
{
    (void)state;
    for (size_t i = 0; i < thing_type.field_count; i++)
        assert_ptr_equal(kf_type_field(&thing_type, thing_fields[i].name), &thing_fields[i]);
    assert_null(kf_type_field(&thing_type, "nothing"));
    assert_null(kf_type_field(&open_text_type, "rest"));
    assert_null(kf_type_field(&thing_type, NULL));
    assert_string_equal(kf_enum_text(&color_enum, COLOR_GREEN), "GREEN");
    assert_null(kf_enum_text(&color_enum, 0));
    assert_null(kf_enum_text(&color_enum, -1));
    assert_null(kf_enum_text(&color_enum, 3));
    assert_int_equal(kf_enum_value(&color_enum, "GREEN"), COLOR_GREEN);
    assert_int_equal(kf_enum_value(&color_enum, "GREE"), -1);
    assert_int_equal(kf_enum_value(&color_enum, "GREENS"), -1);
    assert_int_equal(kf_enum_value(&color_enum, NULL), 0);
    assert_int_equal(kf_name_hash("", 0, 0), UINT32_C(2166136261) ^ (UINT32_C(2166136261) >> 15));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_decoded_is_encoded_byte_for_byte),
        cmocka_unit_test(additional_members_keep_their_order_and_text),
        cmocka_unit_test(values_stand_where_they_belong),
        cmocka_unit_test(what_cannot_be_held_is_in_the_extra),
        cmocka_unit_test(wrong_values_are_refused_with_their_place),
        cmocka_unit_test(a_text_cut_anywhere_is_refused),
        cmocka_unit_test(damaged_texts_do_no_harm),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(many_members_are_no_trouble),
        cmocka_unit_test(a_value_type_is_its_only_field),
        cmocka_unit_test(a_union_takes_the_alternative_that_fits),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(names_lead_to_fields_and_constants),
    };
    return cmocka_run_group_tests(tests, setup_types, free_all_types);
}
