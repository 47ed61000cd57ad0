/* Any type with other forms than the library's own JSON, any text: what is read is written, as JSON and as XML, and the
 * XML means the same again. */
#include "kuflow/kuflow.h"
#include "oracle.h"
#include "wire_types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

#define MOST_TYPES 200

static const kf_type *types[MOST_TYPES];
static size_t type_count;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const kf_type *const small[] = {&job_type,   &job_list_type, &history_type,
                                           &diary_type, &event_type,    &either_type};
    size_t services;
    const kf_service *const *all = kf_services(&services);
    (void)argc;
    (void)argv;
    make_types();
    make_wire_types();
    for (size_t i = 0; i < COUNT(small); i++)
        types[type_count++] = small[i];
    for (size_t i = 0; i < services; i++)
        for (size_t k = 0; k < all[i]->type_count && type_count < MOST_TYPES; k++)
            if (all[i]->types[k]->wire != NULL)
                types[type_count++] = all[i]->types[k];
    return 0;
}

static const kf_type *type_of(const uint8_t *data)
{
    return types[data[0] % type_count];
}

/* What the XML is read as, as XML again. */
static char *again(const kf_type *type, const char *xml)
{
    kf_error error;
    void *model = NULL;
    char *text = NULL;
    kf_status status = kf_model_decode_xml(type, xml, strlen(xml), &model, &error);
    if (status == KF_OK)
        status = kf_model_encode_xml(type, model, &text, &error);
    if (status != KF_OK) {
        fprintf(stderr, "%s: %s\n%s\n", type->name, error.message, xml);
        abort();
    }
    kf_model_free(model);
    return text;
}

/* Nothing of the XML is lost when it is read but nulls beside a value; once things may change their places. Flattened
 * members, which come up bit by bit, are for JSON, and alternatives without names cannot be told apart. */
static void as_xml(const kf_type *type, const void *model)
{
    kf_error error;
    char *first = NULL;
    kf_status status = kf_model_encode_xml(type, model, &first, &error);
    MUST(status == error.status && (status == KF_OK) == (first != NULL));
    if (status != KF_OK) {
        MUST((status == KF_ERROR_ENCODE || status == KF_ERROR_ARGUMENT) && error.message[0] != '\0');
        return;
    }
    if (strstr(first, "<body") != NULL || strstr(first, "<attributes") != NULL || strstr(first, "<either") != NULL) {
        kf_free(first);
        return;
    }
    char *second = again(type, first);
    char *third = again(type, second);
    bool shorter = strlen(first) != strlen(second) && strstr(first, "xsi:nil") == NULL;
    if (shorter || strcmp(second, third) != 0) {
        fprintf(stderr, "%s\n%s\n%s\n%s\n", type->name, first, second, third);
        abort();
    }
    kf_free(first);
    kf_free(second);
    kf_free(third);
}

static void as_json(const kf_type *type, const void *model)
{
    kf_error error;
    char *text = NULL;
    char *same = NULL;
    void *copy = NULL;
    form canonical;
    if (kf_model_encode(type, model, &text, &error) != KF_OK) {
        fprintf(stderr, "%s: %s\n", type->name, error.message);
        abort();
    }
    MUST(form_of(text, strlen(text), &canonical));
    free(canonical.text);
    MUST(kf_model_clone(type, model, &copy, &error) == KF_OK);
    MUST(kf_model_encode(type, copy, &same, &error) == KF_OK && strcmp(text, same) == 0);
    kf_model_free(copy);
    kf_free(same);
    kf_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kf_error error;
    void *model = NULL;
    if (size == 0)
        return 0;
    const kf_type *type = type_of(data);
    kf_status status = kf_model_decode(type, (const char *)data + 1, size - 1, &model, &error);
    MUST(status == error.status && (status == KF_OK) == (model != NULL));
    if (status != KF_OK) {
        MUST((status == KF_ERROR_DECODE || status == KF_ERROR_LIMIT) && error.message[0] != '\0');
        return 0;
    }
    as_json(type, model);
    as_xml(type, model);
    kf_model_free(model);
    return 0;
}

/* A name that means something to the input's type, or to one next to it. */
static const char *some_name(const uint8_t *data, unsigned seed)
{
    static const char *const common[] = {"attributes", "body",     "entry",   "key",    "value",  "item", "x",
                                         "#text",      "xsi:type", "xsi:nil", "@class", "person", "job"};
    const kf_type *type = seed % 4 == 0 ? types[seed / 4 % type_count] : type_of(data);
    unsigned pick = seed / 16;
    if (seed % 5 == 0 || type->field_count == 0)
        return common[pick % COUNT(common)];
    const kf_field *field = &type->fields[pick % type->field_count];
    const kf_type *nested = field->kind == KF_KIND_OBJECT ? field->ref : NULL;
    const kf_wire_field *wire = type->wire->fields == NULL ? NULL : &type->wire->fields[field - type->fields];
    if (nested != NULL && nested->variant_count > 0 && seed % 3 == 0)
        return nested->variants[pick % nested->variant_count].tag;
    if (nested != NULL && nested->field_count > 0 && seed % 3 == 1)
        return nested->fields[pick / 7 % nested->field_count].name;
    if (wire != NULL && wire->aliases != NULL && seed % 7 == 0)
        return wire->aliases[0];
    if (wire != NULL && wire->item != NULL && seed % 7 == 1)
        return wire->item;
    return wire != NULL && wire->name != NULL ? wire->name : field->name;
}

/* An element, attribute or member, where one may stand: chance alone would hardly ever make a whole document. */
static size_t insert(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    static const char *const values[] = {"",         "5",   "true", "a&amp;b", "2026-11-21T09:13:06Z",
                                         "<x>1</x>", "RED", " ",    "=?"};
    static const char *const json[] = {"null",
                                       "5",
                                       "true",
                                       "\"\"",
                                       "\"5\"",
                                       "{}",
                                       "[]",
                                       "[{}]",
                                       "{\"a\":1}",
                                       "\"RED\"",
                                       "1795253008515",
                                       "[1,\"a\"]",
                                       "{\"k\":{\"a\":1}}"};
    const char *name = some_name(data, seed);
    char text[400];
    bool xml = memchr(data + 1, '<', size - 1) != NULL;
    bool attribute = xml && seed % 6 == 0;
    int length = attribute ? snprintf(text, sizeof text, " %s='%s'", name, values[seed / 9 % 3])
                 : xml     ? snprintf(text, sizeof text, "<%s>%s</%s>", name, values[seed / 9 % COUNT(values)], name)
                           : snprintf(text, sizeof text, "\"%s\":%s,", name, json[seed / 9 % COUNT(json)]);
    size_t at = 0;
    for (size_t i = 1, seen = 0; i + 1 < size; i++) {
        bool here = attribute ? data[i] == '>' || data[i] == '/'
                    : xml     ? data[i] == '>'
                              : data[i] == '{' || data[i] == ',';
        if (here && seed / 11 % ++seen == 0)
            at = attribute ? i : i + 1;
    }
    if (at == 0 || length < 0 || (size_t)length >= sizeof text || size + (size_t)length > most)
        return size;
    memmove(data + at + length, data + at, size - at);
    memcpy(data + at, text, (size_t)length);
    return size + (size_t)length;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    if (size > 2 && seed % 3 != 0)
        return insert(data, size, most, seed / 3);
    return LLVMFuzzerMutate(data, size, most);
}
