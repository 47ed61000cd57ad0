#include "jbpm_fixture.h"

#include <stdio.h>
#include <string.h>

#define FOLDER KF_TEST_SOURCE_DIR "/tests/fixtures/jbpm/"

char *contents(const char *file, size_t *length)
{
    char path[512];
    (void)snprintf(path, sizeof path, FOLDER "%s", file);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        fail_msg("cannot open %s", path);
    char *text = test_malloc(65536);
    *length = fread(text, 1, 65535, stream);
    text[*length] = '\0';
    assert_int_equal(fclose(stream), 0);
    return text;
}

void *decoded(const kf_type *type, const char *file)
{
    size_t length;
    char *text = contents(file, &length);
    void *model = NULL;
    kf_error error;
    kf_status status = text[0] == '<' ? kf_model_decode_xml(type, text, length, &model, &error)
                                      : kf_model_decode(type, text, length, &model, &error);
    test_free(text);
    if (status != KF_OK)
        fail_msg("%s: %s", file, error.message);
    return model;
}

/* How many members have no place in the struct or those below it. A null has none in a text, and is none of them. */
static size_t unknown_in(const kf_type *type, const void *model, const char *file)
{
    type = kf_model_type(type, model);
    const char *base = model;
    const kf_extra *extra = (const void *)(base + type->extra_offset);
    size_t found = 0;
    for (size_t i = 0; i < extra->count; i++) {
        const kf_extra_member *member = &extra->members[i];
        if (member->json == NULL || strcmp(member->json, "null") == 0 || member->origin != NULL)
            continue;
        print_message("%s: %s.%s = %s\n", file, type->name, member->name, member->json);
        found++;
    }
    for (size_t i = 0; i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        if (field->kind != KF_KIND_OBJECT)
            continue;
        const void *value = *(const void *const *)(const void *)(base + field->offset);
        bool array = (field->flags & KF_FIELD_ARRAY) != 0;
        size_t count = array ? *(const size_t *)(const void *)(base + field->count_offset) : value != NULL;
        size_t size = ((const kf_type *)field->ref)->size;
        for (size_t k = 0; k < count; k++)
            found += unknown_in(field->ref,
                                (field->flags & KF_FIELD_INDIRECT) != 0 ? ((const void *const *)value)[k]
                                                                        : (const char *)value + k * size,
                                file);
    }
    return found;
}

void *known(const kf_type *type, const char *file)
{
    void *model = decoded(type, file);
    assert_int_equal(unknown_in(type, model, file), 0);
    return model;
}

const jbpm_variable *variable(const jbpm_variable *variables, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(variables[i].key, key) == 0)
            return &variables[i];
    fail_msg("no variable %s", key);
    return NULL;
}

void is_value(const jbpm_value *value, const char *type, const char *text)
{
    assert_non_null(value);
    if (type == NULL)
        assert_null(value->type);
    else
        assert_string_equal(value->type, type);
    assert_string_equal(value->text, text);
}
