#include "model/encode.h"

#include "core/fail.h"
#include "model/names.h"
#include "json/reader.h"

#include <stdlib.h>

#define KF_DONE_WORDS 4
#define KF_DEPTH_ENCODE 512 /* As deep as the decoder reads; it also ends a struct that contains itself. */
#define KF_DEPTH_STRUCTS (4 * KF_DEPTH_ENCODE) /* Unions and values take no level of their own in JSON. */

/* An object that is being written. */
typedef struct kf_output {
    const kf_type *type;
    const void *model;
    const kf_extra *extra;
    uint64_t *done; /* Fields, then extras; only with an order. */
    uint64_t done_here[KF_DONE_WORDS];
    const kf_field *additional;
    kf_names extras; /* Those of `extra`, by name. */
    const char *key;
    const char *tenant;
    kf_place place;
} kf_output;

kf_status kf_encode_fail(kf_encoder *encoder, const char *problem)
{
    char path[KF_PATH_SIZE];
    kf_place_text(path, encoder->root, encoder->place);
    return kf_fail(encoder->error, KF_ERROR_ENCODE, "%s: %s", path, problem);
}

kf_status kf_encode_masked(kf_encoder *encoder)
{
    kf_writer_literal(&encoder->writer, "\"***\"");
    return KF_OK;
}

static bool kf_output_done(const kf_output *output, size_t code)
{
    return (output->done[code / 64] >> (code % 64) & 1) != 0;
}

static kf_status kf_encode_name(kf_encoder *encoder, const char *name)
{
    bool valid = kf_writer_name(&encoder->writer, name, strlen(name));
    return valid ? KF_OK : kf_encode_fail(encoder, "the name is not valid UTF-8");
}

kf_status kf_encode_raw(kf_encoder *encoder, const kf_extra_member *member)
{
    const char *problem = NULL;
    if (kf_writer_raw(&encoder->writer, member->json, kf_extra_length(member), &problem))
        return KF_OK;
    char text[96] = "the extra is not valid JSON: ";
    strncat(text, problem != NULL ? problem : "", sizeof text - strlen(text) - 1);
    return kf_encode_fail(encoder, text);
}

/* A member that is not set: filled in, left out, or missed. */
static kf_status kf_encode_absent(kf_encoder *encoder, const kf_output *output, const kf_field *field,
                                  const kf_extra_member *member)
{
    const char *filling = NULL;
    if ((field->flags & KF_FIELD_KEY) != 0)
        filling = output->key;
    if (filling == NULL && (field->flags & KF_FIELD_TENANT) != 0)
        filling = output->tenant;
    if (filling != NULL && field->kind == KF_KIND_STRING) {
        kf_status status = kf_encode_name(encoder, field->name);
        if (status == KF_OK && !kf_writer_string(&encoder->writer, filling, strlen(filling)))
            status = kf_encode_fail(encoder, "the text is not valid UTF-8");
        return status;
    }
    if ((field->flags & KF_FIELD_REQUIRED) == 0 || (member != NULL && member->json == NULL && !encoder->check) ||
        (encoder->lenient && !encoder->marks))
        return KF_OK;
    if (!encoder->marks && (field->flags & KF_FIELD_NULLABLE) == 0)
        return kf_encode_fail(encoder, "the member is required and not set");
    kf_status status = kf_encode_name(encoder, field->name);
    kf_writer_literal(&encoder->writer, encoder->marks ? KF_VOID_TEXT : "null");
    return status;
}

/* Why a member that is there does not pass a check; NULL when it does. */
static const char *kf_check_member(const kf_field *field, const kf_extra_member *raw, int state)
{
    bool many = (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0;
    bool null = raw != NULL ? kf_extra_is_null(raw) : state == KF_NULL;
    if (field->kind == KF_KIND_JSON)
        return NULL;
    if (null && (field->flags & (KF_FIELD_REQUIRED | KF_FIELD_NULLABLE)) == KF_FIELD_REQUIRED)
        return "the member is required and null";
    if (!null && raw != NULL && many && (field->flags & KF_FIELD_NULLABLE_ITEMS) == 0 && kf_extra_has_null(raw))
        return "an element is null";
    return NULL;
}

static kf_status kf_encode_member(kf_encoder *encoder, kf_output *output, const kf_field *field)
{
    bool secret = encoder->print && (field->flags & KF_FIELD_SECRET) != 0;
    if (encoder->request && (field->flags & KF_FIELD_READ_ONLY) != 0)
        return KF_OK;
    output->place.name = field->name;
    const kf_extra_member *member = kf_names_find(&output->extras, field->name);
    bool raw = member != NULL && kf_extra_holds(member, field, output->model);
    /* The server tells nothing apart by a null: it is filled in as one that was left out. */
    if (raw && (field->flags & KF_FIELD_KEY) != 0 && output->key != NULL && kf_extra_is_null(member))
        raw = false;
    int state = raw ? KF_SET : kf_field_state(field, output->model);
    if (encoder->check) {
        const char *problem = kf_check_member(field, raw ? member : NULL, state);
        if (problem != NULL)
            return kf_encode_fail(encoder, problem);
    }
    if (state < 0)
        return kf_encode_fail(encoder, (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0
                                           ? "the pointer is NULL although the count is not 0"
                                           : "the presence is not valid");
    if (!raw && member != NULL && member->json == NULL && kf_field_is_zero(field, output->model))
        state = KF_ABSENT;
    if (state == KF_ABSENT)
        return kf_encode_absent(encoder, output, field, member);
    kf_status status = kf_encode_name(encoder, field->name);
    if (status != KF_OK)
        return status;
    if (state == KF_NULL) {
        kf_writer_literal(&encoder->writer, "null");
        return KF_OK;
    }
    /* The keys of a secret map may be seen; its values are masked one by one. */
    if (secret && (raw || (field->flags & KF_FIELD_MAP) == 0))
        return kf_encode_masked(encoder);
    return raw ? kf_encode_raw(encoder, member) : kf_encode_field_value(encoder, field, output->model);
}

/* An entry of the extra whose name is not that of a field. */
static kf_status kf_encode_extra(kf_encoder *encoder, kf_output *output, size_t index)
{
    const kf_extra_member *member = &output->extra->members[index];
    if (member->name == NULL || member->json == NULL)
        return KF_OK;
    if (kf_type_field_of(output->type, member->name, strlen(member->name)) != NULL)
        return KF_OK;
    output->place.name = member->name;
    kf_status status = kf_encode_name(encoder, member->name);
    if (status != KF_OK)
        return status;
    /* It stands for one of the additional members. */
    if (encoder->print && output->additional != NULL && (output->additional->flags & KF_FIELD_SECRET) != 0)
        return kf_encode_masked(encoder);
    return kf_encode_raw(encoder, member);
}

/* One entry of the map of additional members. */
static kf_status kf_encode_entry(kf_encoder *encoder, kf_output *output, size_t index)
{
    const kf_field *field = output->additional;
    const kf_layout *layout = kf_layout_of(field->kind);
    const char *entries = kf_load_pointer(kf_at_const(output->model, field->offset));
    const char *entry = entries + index * layout->entry_size;
    const char *name = kf_load_pointer(entry);
    output->place.name = name;
    if (encoder->request && (field->flags & KF_FIELD_READ_ONLY) != 0)
        return KF_OK;
    if (name == NULL)
        return kf_encode_fail(encoder, "a key is NULL");
    if (kf_type_field_of(output->type, name, strlen(name)) != NULL)
        return kf_encode_fail(encoder, "the key of an additional member is the name of a member");
    kf_status status = kf_encode_name(encoder, name);
    if (status != KF_OK)
        return status;
    if (encoder->print && (field->flags & KF_FIELD_SECRET) != 0)
        return kf_encode_masked(encoder);
    const kf_extra_member *member = kf_names_find(&output->extras, name);
    bool raw = member != NULL && kf_extra_holds_element(member, field, entry + layout->entry_at);
    if (encoder->check && (field->flags & KF_FIELD_NULLABLE_ITEMS) == 0 &&
        (raw ? kf_extra_is_null(member) : kf_element_is_null(field, entry + layout->entry_at)) &&
        field->kind != KF_KIND_JSON)
        return kf_encode_fail(encoder, "the value is null");
    return raw ? kf_encode_raw(encoder, member) : kf_encode_element(encoder, field, entry + layout->entry_at);
}

/* Members of the extra that are no entries of the map: a caller's own. */
static kf_status kf_encode_beside_entries(kf_encoder *encoder, kf_output *output)
{
    const kf_extra *extra = output->extra;
    const kf_field *field = output->additional;
    kf_names keys;
    kf_status status = KF_OK;
    if (field == NULL || extra->count == 0)
        return KF_OK;
    kf_names_begin(&keys, kf_load_pointer(kf_at_const(output->model, field->offset)),
                   kf_load_count(output->model, field), kf_layout_of(field->kind)->entry_size);
    for (size_t i = 0; i < extra->count && status == KF_OK; i++) {
        if (extra->members[i].name != NULL && kf_names_find(&keys, extra->members[i].name) == NULL)
            status = kf_encode_extra(encoder, output, i);
    }
    kf_names_end(&keys);
    return status;
}

static kf_status kf_encode_code(kf_encoder *encoder, kf_output *output, size_t code)
{
    size_t fields = output->type->field_count;
    if (code < fields)
        return kf_encode_member(encoder, output, &output->type->fields[code]);
    return output->additional != NULL ? kf_encode_entry(encoder, output, code - fields)
                                      : kf_encode_extra(encoder, output, code - fields);
}

/* The members in the order in which they came, as far as they still are there. */
static kf_status kf_encode_ordered(kf_encoder *encoder, kf_output *output, size_t codes)
{
    const uint16_t *order = output->extra->order;
    kf_status status = KF_OK;
    for (size_t i = 1; i <= order[0] && status == KF_OK; i++) {
        size_t code = order[i];
        if (code >= codes || kf_output_done(output, code))
            continue;
        output->done[code / 64] |= UINT64_C(1) << (code % 64);
        status = kf_encode_code(encoder, output, code);
    }
    return status;
}

static kf_status kf_encode_members(kf_encoder *encoder, kf_output *output)
{
    const kf_type *type = output->type;
    const kf_extra *extra = output->extra;
    size_t trailing = output->additional != NULL ? kf_load_count(output->model, output->additional) : extra->count;
    size_t codes = type->field_count + trailing;
    bool ordered = extra->order != NULL;
    kf_status status = KF_OK;
    if (ordered && codes > KF_DONE_WORDS * 64) {
        output->done = calloc(codes / 64 + 1, sizeof *output->done);
        if (output->done == NULL)
            return kf_fail(encoder->error, KF_ERROR_MEMORY, "memory ran out");
    }
    kf_writer_begin(&encoder->writer, '{');
    if (ordered)
        status = kf_encode_ordered(encoder, output, codes);
    for (size_t i = 0; i < codes && status == KF_OK; i++) {
        bool map = i < type->field_count && (type->fields[i].flags & KF_FIELD_ADDITIONAL) != 0;
        if (!map && !(ordered && kf_output_done(output, i)))
            status = kf_encode_code(encoder, output, i);
    }
    if (status == KF_OK)
        status = kf_encode_beside_entries(encoder, output);
    kf_writer_end(&encoder->writer, '}');
    if (output->done != output->done_here)
        free(output->done);
    return status;
}

static kf_status kf_encode_object(kf_encoder *encoder, const kf_type *type, const void *model)
{
    static const kf_extra none = {NULL, 0, NULL};
    kf_output output = {.type = type, .model = model, .extra = &none, .key = encoder->key, .tenant = encoder->tenant};
    if ((type->flags & KF_TYPE_REQUEST) == 0)
        output.extra = kf_at_const(model, type->extra_offset);
    output.done = output.done_here;
    output.additional = kf_type_additional(type);
    output.place = (kf_place){encoder->place, NULL, KF_NOWHERE};
    encoder->key = NULL;
    encoder->tenant = NULL;
    if (output.extra->count > 0 && output.extra->members == NULL)
        return kf_encode_fail(encoder, "the extra's pointer is NULL although its count is not 0");
    if (output.additional != NULL && kf_field_state(output.additional, model) < 0)
        return kf_encode_fail(encoder, "the pointer is NULL although the count is not 0");
    const kf_extra_member *whole = output.extra->count == 0 ? NULL : kf_extra_whole(output.extra);
    bool zero = whole != NULL && whole->json != NULL;
    for (size_t i = 0; zero && i < type->field_count; i++)
        zero = kf_field_is_zero(&type->fields[i], model);
    if (zero && encoder->print && (type->flags & KF_TYPE_SECRET) != 0 && !kf_extra_is_null(whole))
        return kf_encode_masked(encoder);
    if (zero && encoder->check && kf_extra_is_null(whole))
        return kf_encode_fail(encoder, "null where an object is required");
    if (zero)
        return kf_encode_raw(encoder, whole);
    encoder->place = &output.place;
    kf_names_begin(&output.extras, output.extra->members, output.extra->count, sizeof(kf_extra_member));
    kf_status status = kf_encode_members(encoder, &output);
    kf_names_end(&output.extras);
    encoder->place = output.place.above;
    return status;
}

static void kf_encode_mark(kf_encoder *encoder, size_t number)
{
    kf_buffer_char(encoder->writer.buffer, KF_MARK_CHAR);
    kf_buffer_char(encoder->writer.buffer, (char)(KF_MARK_BASE + number));
}

/* The value of one field: the whole of a value type, the alternative of a union. */
static kf_status kf_encode_only(kf_encoder *encoder, const kf_type *type, const void *model, const kf_field *field)
{
    const kf_extra *extra = kf_at_const(model, type->extra_offset);
    const kf_extra_member *whole = extra->count > 0 && extra->members != NULL ? kf_extra_whole(extra) : NULL;
    bool raw = whole != NULL && whole->json != NULL;
    int state = field == NULL ? KF_ABSENT : kf_field_state(field, model);
    bool secret = encoder->print && ((type->flags & KF_TYPE_SECRET) != 0 && (raw || field == NULL));
    if (field != NULL && (field->flags & KF_FIELD_SECRET) != 0 && encoder->print)
        secret = true;
    if (raw && field != NULL)
        raw = kf_extra_holds(whole, field, model);
    if (secret && (raw || (state == KF_SET && (field->flags & KF_FIELD_MAP) == 0)))
        return kf_encode_masked(encoder);
    if (raw && encoder->check) {
        bool free_form = field != NULL && field->kind == KF_KIND_JSON;
        bool nullable = field != NULL && (field->flags & KF_FIELD_NULLABLE) != 0;
        if (kf_extra_is_null(whole) && !free_form && !nullable)
            return kf_encode_fail(encoder, "null where a value is required");
        if (field != NULL && kf_check_member(field, whole, state) != NULL)
            return kf_encode_fail(encoder, kf_check_member(field, whole, state));
    }
    if (raw)
        return kf_encode_raw(encoder, whole);
    if (state == KF_SET)
        return kf_encode_field_value(encoder, field, model);
    if (state < 0)
        return kf_encode_fail(encoder, "the presence, or the pointer to elements, is not valid");
    if (encoder->marks && state == KF_ABSENT)
        kf_encode_mark(encoder, 0);
    else if (encoder->lenient || state == KF_NULL || (field != NULL && (field->flags & KF_FIELD_NULLABLE) != 0))
        kf_writer_literal(&encoder->writer, "null");
    else
        return kf_encode_fail(encoder, field == NULL ? "none of the alternatives is set" : "the value is not set");
    return KF_OK;
}

static kf_status kf_encode_union(kf_encoder *encoder, const kf_type *type, const void *model)
{
    const kf_field *set = NULL;
    for (size_t i = 0; i < type->field_count; i++) {
        if (kf_field_is_zero(&type->fields[i], model))
            continue;
        if (set != NULL && !encoder->print)
            return kf_encode_fail(encoder, "more than one of the alternatives is set");
        if (set == NULL)
            set = &type->fields[i];
    }
    size_t number = set == NULL ? 0 : (size_t)(set - type->fields) + 1;
    if (encoder->marks && number > 0 && number <= KF_MARK_MOST)
        kf_encode_mark(encoder, number);
    return kf_encode_only(encoder, type, model, set);
}

kf_status kf_encode_struct(kf_encoder *encoder, const kf_type *type, const void *model)
{
    kf_status status;
    if (encoder->writer.depth > KF_DEPTH_ENCODE || encoder->depth >= KF_DEPTH_STRUCTS)
        return kf_encode_fail(encoder, "nested too deep");
    encoder->depth++;
    if ((type->flags & (KF_TYPE_UNION | KF_TYPE_BY_STATUS)) != 0)
        status = kf_encode_union(encoder, type, model);
    else if ((type->flags & KF_TYPE_VALUE) != 0 && type->field_count > 0)
        status = kf_encode_only(encoder, type, model, &type->fields[0]);
    else
        status = kf_encode_object(encoder, type, model);
    encoder->depth--;
    return status;
}
