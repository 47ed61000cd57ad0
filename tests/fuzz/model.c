/* Any type, any text: what decodes is JSON, encodes again to what came, and can be copied, printed and checked. */
#include "kuflow/kuflow.h"
#include "model_types.h"
#include "oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

#define MOST_TYPES 256

static const kf_type *types[MOST_TYPES];
static size_t type_count;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    /* The small service has every form that there is; the real ones come after it. */
    static const kf_type *const small[] = {&thing_type,  &open_json_type, &open_number_type, &open_text_type,
                                           &choice_type, &figure_type,    &shape_type,       &part_list_type,
                                           &part_type,   &circle_type};
    size_t services;
    const kf_service *const *all = kf_services(&services);
    (void)argc;
    (void)argv;
    make_types();
    for (size_t i = 0; i < COUNT(small); i++)
        types[type_count++] = small[i];
    for (size_t i = 0; i < services; i++)
        for (size_t k = 0; k < all[i]->type_count && type_count < MOST_TYPES; k++)
            if (all[i]->types[k]->wire == NULL) /* others are read in more forms than they are written: wire.c */
                types[type_count++] = all[i]->types[k];
    return 0;
}

static const kf_type *type_of(const uint8_t *data)
{
    return types[data[0] % type_count];
}

static char *encoded(const kf_type *type, const void *model)
{
    char *text;
    kf_error error;
    if (kf_model_encode(type, model, &text, &error) != KF_OK) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    return text;
}

/* Neither text lacks anything that the other says. */
static void same(const char *a, size_t a_length, const char *b)
{
    form first;
    form second;
    MUST(form_of(a, a_length, &first));
    MUST(form_of(b, strlen(b), &second));
    if (first.length != second.length || memcmp(first.text, second.text, first.length) != 0) {
        fprintf(stderr, "not the same:\n%.*s\n%.*s\n", (int)first.length, first.text, (int)second.length, second.text);
        abort();
    }
    free(first.text);
    free(second.text);
}

static void again(const kf_type *type, const char *text)
{
    void *model;
    kf_error error;
    MUST(kf_model_decode(type, text, strlen(text), &model, &error) == KF_OK);
    char *once_more = encoded(type, model);
    MUST(strcmp(once_more, text) == 0);
    kf_free(once_more);
    kf_model_free(model);
}

static void print(const kf_type *type, const void *model)
{
    char *text;
    form shown;
    MUST(kf_model_print(type, model, &text, NULL) == KF_OK);
    MUST(form_of(text, strlen(text), &shown));
    free(shown.text);
    kf_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kf_error error;
    void *model = NULL;
    void *copy = NULL;
    if (size == 0)
        return 0;
    const kf_type *type = type_of(data);
    const char *text = (const char *)data + 1;
    kf_status status = kf_model_decode(type, text, size - 1, &model, &error);
    MUST(status == error.status && (status == KF_OK) == (model != NULL));
    if (status != KF_OK) {
        MUST(status == KF_ERROR_DECODE || status == KF_ERROR_LIMIT);
        MUST(error.message[0] != '\0');
        return 0;
    }
    char *once = encoded(type, model);
    same(text, size - 1, once);
    again(type, once);
    MUST(kf_model_clone(type, model, &copy, &error) == KF_OK);
    status = kf_model_check(type, model, &error);
    MUST(status == KF_OK || (status == KF_ERROR_ENCODE && error.message[0] != '\0'));
    print(type, model);
    MUST(kf_model_type(type, model) == kf_model_type(type, copy));
    kf_model_free(model);
    char *twice = encoded(type, copy);
    MUST(strcmp(once, twice) == 0);
    MUST(kf_model_check(type, copy, &error) == status);
    kf_model_free(copy);
    kf_free(twice);
    kf_free(once);
    return 0;
}

/* A member that some type of the input's service knows, put in after a brace or comma: chance alone would take long to
 * find the names. */
static size_t insert_member(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    static const char *const values[] = {
        "null", "0",   "\"\"", "true",         "{}",        "[]",   "\"x\"",           "[null]",
        "-0.0", "1e0", "[{}]", "\"a\\u0062\"", "{\"a\":1}", "1.50", "9007199254740993"};
    const kf_type *type = seed % 4 == 0 ? types[seed / 4 % type_count] : type_of(data);
    char member[400];
    size_t at = 1;
    if (type->field_count == 0)
        return size;
    const kf_field *field = &type->fields[seed / 16 % type->field_count];
    const kf_type *nested = field->kind == KF_KIND_OBJECT ? field->ref : NULL;
    if (nested != NULL && nested->field_count > 0 && seed % 3 == 0)
        field = &nested->fields[seed / 64 % nested->field_count];
    int length = snprintf(member, sizeof member, "\"%s\":%s,", field->name, values[seed / 7 % COUNT(values)]);
    for (size_t i = 1, seen = 0; i < size; i++)
        if ((data[i] == '{' || data[i] == ',') && seed / 11 % ++seen == 0)
            at = i + 1;
    if (length < 0 || (size_t)length >= sizeof member || size + (size_t)length > most)
        return size;
    memmove(data + at + length, data + at, size - at);
    memcpy(data + at, member, (size_t)length);
    return size + (size_t)length;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    if (size > 1 && seed % 3 == 0)
        return insert_member(data, size, most, seed / 3);
    return LLVMFuzzerMutate(data, size, most);
}
