/* The edges: deep and large models, names that JSON has to escape, nulls where none belong. */
#include "model_support.h"

#include "core/fail.h"
#include "model/codec.h"
#include "json/number.h"

#include <time.h>

/* A union whose only object is a union again, and a struct that is built on one with such a member before its tag. */
typedef struct outer {
    const choice *inner;
    const char *word;
    kf_extra extra;
} outer;
typedef struct animal {
    const outer *food;
    const char *kind;
    kf_extra extra;
} animal;
typedef struct odd {
    const char *quote;
    const char *slash;
    kf_extra extra;
} odd;

static kf_type outer_type, animal_type, cat_type, odd_type;
static const kf_field outer_fields[] = {
    FIELD(outer, inner, OBJECT, 0, &choice_type),
    FIELD(outer, word, STRING, 0, NULL),
};
static const kf_field animal_fields[] = {
    FIELD(animal, food, OBJECT, 0, &outer_type),
    FIELD(animal, kind, STRING, REQ, NULL),
};
#define cat_fields animal_fields
static const kf_variant animal_variants[] = {{"cat", &cat_type}};
static const kf_field odd_fields[] = {
    {"a\"b", NULL, offsetof(odd, quote), 0, KF_FIELD_ESCAPED, KF_KIND_STRING, 3},
    {"a\\nb", NULL, offsetof(odd, slash), 0, KF_FIELD_ESCAPED, KF_KIND_STRING, 4},
};

static int setup(void **state)
{
    setup_types(state);
    MAKE(outer, outer, KF_TYPE_UNION, extra);
    MAKE(animal, animal, 0, extra);
    MAKE(cat, animal, 0, extra);
    MAKE(odd, odd, 0, extra);
    animal_type.discriminator = "kind";
    animal_type.variants = animal_variants;
    animal_type.variant_count = 1;
    return 0;
}

static int teardown(void **state)
{
    kf_type *types[] = {&outer_type, &animal_type, &cat_type, &odd_type};
    for (size_t i = 0; i < COUNT(types); i++)
        free((void *)types[i]->slots);
    return free_all_types(state);
}

static char *repeated(const char *text, size_t times, const char *middle, const char *end)
{
    char *all = malloc((strlen(text) + strlen(end)) * times + strlen(middle) + 1);
    char *at = all;
    for (size_t i = 0; i < times; i++)
        at = strcpy(at, text) + strlen(text);
    at = strcpy(at, middle) + strlen(middle);
    for (size_t i = 0; i < times; i++)
        at = strcpy(at, end) + strlen(end);
    return all;
}

static void what_decodes_encodes_however_deep(void **state)
{
    (void)state;
    /* Two structs for each level: the union and its object. */
    char *text = repeated("{\"id\":\"a\",\"state\":\"RED\",\"count\":1,\"choice\":", 300, "5", "}");
    void *model = decoded(&thing_type, text);
    char *printed;
    keeps(&thing_type, text);
    assert_int_equal(kf_model_print(&thing_type, model, &printed, NULL), KF_OK);
    kf_free(printed);
    kf_model_free(model);
    free(text);
}

static void a_copy_passes_over_unions_within_unions(void **state)
{
    (void)state;
    keeps(&animal_type, "{\"food\":{\"id\":\"p\",\"size\":3},\"kind\":\"cat\"}");
    keeps(&animal_type, "{\"food\":7,\"kind\":\"cat\"}");
    keeps(&animal_type, "{\"food\":\"x\",\"kind\":\"cat\"}");
}

static void names_with_escapes_are_told_apart(void **state)
{
    (void)state;
    odd *model = decoded(&odd_type, "{\"a\\\"b\":\"1\",\"a\\\\nb\":\"2\",\"a\\nb\":\"3\"}");
    assert_string_equal(model->quote, "1");
    assert_string_equal(model->slash, "2");
    assert_string_equal(kf_extra_find(&model->extra, "a\nb")->json, "\"3\"");
    kf_model_free(model);
    keeps(&odd_type, "{\"a\\\"b\":\"1\",\"a\\\\nb\":\"2\",\"a\\nb\":\"3\"}");
    refuses(&odd_type, "{\"a\"b\":\"1\"}", KF_ERROR_DECODE, "a colon was expected");
}

/* An object with that many members that it does not know. */
static char *crowd(const char *lead, size_t count)
{
    char *text = malloc(64 + count * 32);
    size_t length = (size_t)sprintf(text, "{%s\"id\":\"x\"", lead);
    for (size_t i = 0; i < count; i++)
        length += (size_t)sprintf(text + length, ",\"n%zu\":%s", i, i % 2 == 0 ? "null" : "1");
    strcpy(text + length, "}");
    return text;
}

static void a_crowd_of_members_takes_no_time(void **state)
{
    (void)state;
    const kf_type *types[] = {&part_type, &open_number_type, &open_json_type, &open_text_type};
    clock_t before = clock();
    for (size_t i = 0; i < 3; i++) {
        char *text = crowd(i == 0 ? "\"paint\":null," : "", 60000);
        keeps(types[i], text);
        free(text);
    }
    /* With a search for each it was minutes; valgrind and sanitizers need some time, too. */
    assert_true((clock() - before) / CLOCKS_PER_SEC < 30);
}

static void an_entry_beats_an_extra_of_its_name(void **state)
{
    (void)state;
    enum { MANY_ = 50 };
    char names[MANY_][8];
    kf_int32_entry entries[MANY_];
    kf_extra_member members[MANY_];
    open_number model = {.id = "x", .rest = entries, .rest_count = MANY_};
    model.extra = (kf_extra){members, MANY_, NULL};
    for (int i = 0; i < MANY_; i++) {
        sprintf(names[i], "n%d", (i * 7) % MANY_);
        entries[i] = (kf_int32_entry){names[i], i + 1};
        members[i] = (kf_extra_member){i % 5 == 0 ? "own" : names[MANY_ - 1 - i], "0", 0, NULL};
    }
    for (int i = 5; i < MANY_; i += 5)
        members[i].name = NULL;
    char *text = NULL;
    assert_int_equal(kf_model_encode(&open_number_type, &model, &text, NULL), KF_OK);
    assert_null(strstr(text, ":0,"));
    assert_string_equal(text + strlen(text) - 9, ",\"own\":0}");
    kf_free(text);
}

static void a_print_of_a_deep_text_stays_small(void **state)
{
    (void)state;
    char *deep = repeated("[0,", 500, "0", "]");
    char *text = malloc(strlen(deep) + 64);
    char *printed = NULL;
    sprintf(text, "{\"id\":\"a\",\"deep\":%s}", deep);
    void *model = decoded(&part_type, text);
    assert_int_equal(kf_model_print(&part_type, model, &printed, NULL), KF_OK);
    assert_true(strlen(printed) < 100 * strlen(text));
    kf_free(printed);
    kf_model_free(model);
    free(text);
    free(deep);
}

static void a_scalar_at_the_root_is_printed_whole(void **state)
{
    (void)state;
    const kf_type *types[] = {&part_list_type, &part_type, &choice_type, &choice_type};
    const char *const texts[] = {"null", "null", "null", "1.50"};
    for (size_t i = 0; i < COUNT(types); i++) {
        char *printed = NULL;
        void *model = decoded(types[i], texts[i]);
        assert_int_equal(kf_model_print(types[i], model, &printed, NULL), KF_OK);
        assert_string_equal(printed, texts[i]);
        kf_free(printed);
        kf_model_free(model);
    }
}

static void no_number_is_read_as_another_one(void **state)
{
    (void)state;
    char *text = repeated("0", 123456, "", "");
    char *end = text + strlen(text) - 10;
    int64_t whole;
    double number;
    text[1] = '.';
    /* 10 to the power of 1111122, which only an exponent that is cut makes a small one. */
    strcpy(end, "1e1234567");
    assert_int_equal(kf_number_int64(text, strlen(text), &whole), KF_NUMBER_RANGE);
    assert_int_equal(kf_number_double(text, strlen(text), &number), KF_NUMBER_RANGE);
    strcpy(end, "1e123445");
    assert_int_equal(kf_number_int64(text, strlen(text), &whole), KF_NUMBER_OK);
    assert_int_equal(whole, 1);
    free(text);
}

static void messages_hold_no_control_characters(void **state)
{
    (void)state;
    char text[16];
    KF_COPY_TEXT(text, "a\x1b\xc2\x9b\xc2\xa0z", 7);
    assert_string_equal(text, "a??\xc2\xa0z");
}

static void lacks(const kf_type *type, const char *text, const char *message)
{
    kf_error error;
    void *model = decoded(type, text);
    kf_status status = kf_model_check(type, model, &error);
    kf_model_free(model);
    if (status != KF_ERROR_ENCODE || strcmp(error.message, message) != 0)
        fail_msg("%s\nexpected: %s\nfound:    %s", text, message, error.message);
}

#define THING "{\"id\":\"a\",\"state\":\"RED\",\"count\":1,"

static void a_check_counts_nulls_as_missing(void **state)
{
    (void)state;
    lacks(&thing_type, THING "\"parts\":[{\"id\":\"p\"},null]}", "thing.parts[1]: the element is null");
    lacks(&thing_type, THING "\"shapes\":[null]}", "thing.shapes[0]: the element is null");
    lacks(&thing_type, THING "\"tags\":[\"x\",null]}", "thing.tags[1]: the element is null");
    lacks(&thing_type, THING "\"labels\":{\"k\":null}}", "thing.labels.k: the value is null");
    lacks(&thing_type, THING "\"stock\":{\"k\":null}}", "thing.stock.k: the value is null");
    lacks(&thing_type, THING "\"smalls\":[1,null]}", "thing.smalls: an element is null");
    lacks(&thing_type, THING "\"paints\":{\"k\":null}}", "thing.paints: an element is null");
    lacks(&open_number_type, "{\"id\":\"a\",\"n\":null}", "open_number.n: the value is null");
    lacks(&open_text_type, "{\"id\":\"a\",\"n\":null}", "open_text.n: the value is null");
    lacks(&part_type, "null", "part: null where an object is required");
    lacks(&part_list_type, "null", "part_list: null where a value is required");
    lacks(&choice_type, "null", "choice: null where a value is required");
    void *model = decoded(&thing_type, THING "\"trees\":[null],\"props\":{\"k\":null},\"data\":null,\"parts\":null,"
                                             "\"smalls\":[1.0],\"colors\":[\"BLUE\"]}");
    assert_int_equal(kf_model_check(&thing_type, model, NULL), KF_OK);
    kf_model_free(model);
}

static void a_text_of_the_callers_needs_no_end(void **state)
{
    (void)state;
    char *null = malloc(4);
    memcpy(null, "null", 4);
    kf_extra_member member = {"paint", null, 4, NULL};
    part model = {.id = "a", .extra = {&member, 1, NULL}};
    encodes_to(&part_type, &model, "{\"id\":\"a\",\"paint\":null}");
    assert_int_equal(kf_model_check(&part_type, &model, NULL), KF_OK);
    member.name = NULL;
    model.id = NULL;
    encodes_to(&part_type, &model, "null");
    free(null);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_decodes_encodes_however_deep),
        cmocka_unit_test(a_copy_passes_over_unions_within_unions),
        cmocka_unit_test(names_with_escapes_are_told_apart),
        cmocka_unit_test(a_crowd_of_members_takes_no_time),
        cmocka_unit_test(an_entry_beats_an_extra_of_its_name),
        cmocka_unit_test(a_print_of_a_deep_text_stays_small),
        cmocka_unit_test(a_scalar_at_the_root_is_printed_whole),
        cmocka_unit_test(no_number_is_read_as_another_one),
        cmocka_unit_test(messages_hold_no_control_characters),
        cmocka_unit_test(a_check_counts_nulls_as_missing),
        cmocka_unit_test(a_text_of_the_callers_needs_no_end),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
