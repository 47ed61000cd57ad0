/* Rare shapes of types: unions of scalars, secret maps, very wide structs; and marks of copies. */
#include "model_support.h"

#include "model/codec.h"

typedef struct mixed {
    const char *text;
    color paint;
    kf_int32 small;
    kf_double ratio;
    const char *const *words;
    size_t words_count;
    const int32_t *numbers;
    size_t numbers_count;
    const kf_string_entry *map;
    size_t map_count;
    kf_extra extra;
} mixed;

typedef struct loose {
    kf_bytes blob;
    const char *text;
    const cJSON *any;
    kf_extra extra;
} loose;

typedef struct vault {
    const kf_string_entry *keys;
    size_t keys_count;
    const mixed *mixed;
    kf_extra extra;
} vault;

#define WIDE 300
typedef struct wide {
    kf_int32 values[WIDE];
    kf_extra extra;
} wide;

static kf_type mixed_type, loose_type, vault_type, wide_type;

static const kf_field mixed_fields[] = {
    FIELD(mixed, text, STRING, 0, NULL),   FIELD(mixed, paint, ENUM, 0, &color_enum),
    FIELD(mixed, small, INT32, 0, NULL),   FIELD(mixed, ratio, DOUBLE, 0, NULL),
    MANY(mixed, words, STRING, ARR, NULL), MANY(mixed, numbers, INT32, ARR, NULL),
    MANY(mixed, map, STRING, MAP, NULL),
};
static const kf_field loose_fields[] = {
    FIELD(loose, blob, BYTES, 0, NULL),
    FIELD(loose, text, STRING, 0, NULL),
    FIELD(loose, any, JSON, 0, NULL),
};
static const kf_field vault_fields[] = {
    MANY(vault, keys, STRING, MAP | KF_FIELD_SECRET, NULL),
    FIELD(vault, mixed, OBJECT, 0, &mixed_type),
};
static kf_field wide_fields[WIDE];
static char wide_names[WIDE][8];

static int setup(void **state)
{
    setup_types(state);
    MAKE(mixed, mixed, KF_TYPE_UNION, extra);
    MAKE(loose, loose, KF_TYPE_UNION, extra);
    MAKE(vault, vault, KF_TYPE_SECRET, extra);
    for (size_t i = 0; i < WIDE; i++) {
        uint8_t length = (uint8_t)snprintf(wide_names[i], sizeof wide_names[i], "f%zu", i);
        wide_fields[i] = (kf_field){wide_names[i], NULL, (uint16_t)(i * sizeof(kf_int32)), 0, 0, KF_KIND_INT32, length};
    }
    MAKE(wide, wide, 0, extra);
    return 0;
}

static int teardown(void **state)
{
    kf_type *types[] = {&mixed_type, &loose_type, &vault_type, &wide_type};
    for (size_t i = 0; i < COUNT(types); i++)
        free((void *)(uintptr_t)types[i]->slots);
    return free_all_types(state);
}

static void a_union_of_scalars_goes_by_the_value(void **state)
{
    (void)state;
    mixed *m = decoded(&mixed_type, "\"GREEN\"");
    assert_int_equal(m->paint, COLOR_GREEN);
    kf_model_free(m);
    m = decoded(&mixed_type, "\"BLUE\"");
    assert_string_equal(m->text, "BLUE");
    kf_model_free(m);
    m = decoded(&mixed_type, "7");
    assert_int_equal(m->small.value, 7);
    kf_model_free(m);
    m = decoded(&mixed_type, "5000000000");
    assert_true(m->ratio.value == 5e9);
    kf_model_free(m);
    m = decoded(&mixed_type, "[\"a\",null]");
    assert_int_equal(m->words_count, 2);
    kf_model_free(m);
    m = decoded(&mixed_type, "[1,2]");
    assert_int_equal(m->numbers_count, 2);
    kf_model_free(m);
    static const char *const texts[] = {"\"GREEN\"", "\"x\"",         "7",    "7.0",  "1.50",   "[]",    "[\"a\"]",
                                        "[1,2.0]",   "{\"a\":\"b\"}", "true", "null", "[true]", "[[1 ]]"};
    for (size_t i = 0; i < COUNT(texts); i++)
        keeps(&mixed_type, texts[i]);
    refuses(&mixed_type, "{\"a\":1}", KF_ERROR_DECODE, "mixed.a: expected a string, found a number");
    refuses(&mixed_type, "[1,", KF_ERROR_DECODE, "mixed");
    refuses(&mixed_type, "1e999", KF_ERROR_DECODE, "mixed: the number is too large");
    static const char *const loose_texts[] = {"\"Zg==\"", "\"a\"", "{\"a\":[1.0 ]}", "1e2", "null", "[true]"};
    for (size_t i = 0; i < COUNT(loose_texts); i++)
        keeps(&loose_type, loose_texts[i]);
}

static void a_copy_keeps_the_alternative(void **state)
{
    (void)state;
    const uint8_t bytes[] = {'f'};
    const loose blob = {.blob = {bytes, 1}};
    void *model = NULL;
    assert_int_equal(kf_model_clone(&loose_type, &blob, &model, NULL), KF_OK);
    assert_memory_equal(((loose *)model)->blob.data, "f", 1);
    assert_null(((loose *)model)->text);
    kf_model_free(model);
    const loose none = {0};
    assert_int_equal(kf_model_clone(&loose_type, &none, &model, NULL), KF_OK);
    assert_int_equal(((loose *)model)->extra.count, 0);
    kf_model_free(model);
}

static void marks_of_copies_are_no_json_for_others(void **state)
{
    (void)state;
    refuses(&vault_type, "{\"mixed\":\x01}", KF_ERROR_DECODE, "vault.mixed: a value was expected");
    refuses(&vault_type, "{\"mixed\":\x02\x20}", KF_ERROR_DECODE, "vault.mixed: a value was expected");
    refuses(&loose_type, "\x02\x21\"a\"", KF_ERROR_DECODE, "a value was expected");
}

static void a_secret_map_shows_its_keys_only(void **state)
{
    (void)state;
    const kf_string_entry keys[] = {{"name", "hidden"}, {"other", NULL}};
    const vault v = {.keys = keys, .keys_count = 2};
    char *text;
    assert_int_equal(kf_model_print(&vault_type, &v, &text, NULL), KF_OK);
    assert_string_equal(text, "{\n  \"keys\": {\n    \"name\": \"***\",\n    \"other\": \"***\"\n  }\n}");
    kf_free(text);
    /* Additional members, those of the caller's own among them. */
    kf_field fields[COUNT(open_text_fields)];
    memcpy(fields, open_text_fields, sizeof fields);
    fields[1].flags |= KF_FIELD_SECRET;
    kf_type type = open_text_type;
    type.fields = fields;
    const open_text open = {
        .id = "a", .rest = keys, .rest_count = 1, .extra = KF_EXTRA(KF_MEMBER("more", "\"hidden\""))};
    assert_int_equal(kf_model_print(&type, &open, &text, NULL), KF_OK);
    assert_string_equal(text, "{\n  \"id\": \"a\",\n  \"name\": \"***\",\n  \"more\": \"***\"\n}");
    kf_free(text);
}

static void a_wide_struct_keeps_any_order(void **state)
{
    (void)state;
    char text[WIDE * 16];
    size_t length = 0;
    for (size_t i = 0; i < WIDE; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s\"f%zu\":%zu", i == 0 ? "{" : ",",
                                   (i * 7) % WIDE, i);
    strcpy(text + length, ",\"new\":1}");
    keeps(&wide_type, text);
    wide *w = decoded(&wide_type, text);
    assert_int_equal(w->values[7].value, 1);
    kf_model_free(w);
    strcpy(text + length, ",\"f299\":1}");
    refuses(&wide_type, text, KF_ERROR_DECODE, "wide.f299: the member came twice");
}

static void a_check_finds_what_decoding_put_up_with(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"{\"id\":\"a\",\"state\":\"NEW\",\"count\":1.0,\"x\":1}", NULL},
        {"{\"state\":\"RED\",\"count\":1}", "thing.id: the member is required"},
        {"{\"id\":null,\"state\":\"RED\",\"count\":1}", "thing.id: the member is required"},
        {"{\"id\":\"a\",\"state\":\"RED\",\"count\":1,\"parts\":[{\"id\":\"b\"},{}]}",
         "thing.parts[1].id: the member is"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kf_error error;
        void *model = decoded(&thing_type, cases[i].text);
        kf_status status = kf_model_check(&thing_type, model, &error);
        assert_int_equal(status, cases[i].message == NULL ? KF_OK : KF_ERROR_ENCODE);
        if (cases[i].message != NULL)
            assert_non_null(strstr(error.message, cases[i].message));
        kf_model_free(model);
    }
}

static void a_text_that_is_taken_over_is_freed_in_any_case(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"password\":\"x\"}", "{\"password\":1}", "", "{\"kind\":\"ci"};
    for (size_t i = 0; i < COUNT(texts) * 2; i++) {
        size_t length = strlen(texts[i / 2]);
        char *text = malloc(length + 1);
        void *model;
        memcpy(text, texts[i / 2], length + 1);
        kf_status status =
            kf_model_decode_in_place(i % 2 ? &shape_type : &thing_type, text, length, NULL, &model, NULL);
        assert_int_equal(status == KF_OK, model != NULL);
        kf_model_free(model);
    }
    void *model = NULL;
    assert_int_equal(kf_model_decode_in_place(NULL, malloc(1), 0, NULL, &model, NULL), KF_ERROR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_union_of_scalars_goes_by_the_value),
        cmocka_unit_test(a_copy_keeps_the_alternative),
        cmocka_unit_test(marks_of_copies_are_no_json_for_others),
        cmocka_unit_test(a_secret_map_shows_its_keys_only),
        cmocka_unit_test(a_wide_struct_keeps_any_order),
        cmocka_unit_test(a_check_finds_what_decoding_put_up_with),
        cmocka_unit_test(a_text_that_is_taken_over_is_freed_in_any_case),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
