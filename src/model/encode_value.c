#include "model/encode.h"

#include "core/base64.h"
#include "core/fail.h"
#include "json/number.h"

#include <math.h>
#include <stdlib.h>

static kf_status kf_encode_text(kf_encoder *encoder, const char *text)
{
    bool valid = kf_writer_string(&encoder->writer, text, strlen(text));
    return valid ? KF_OK : kf_encode_fail(encoder, "the text is not valid UTF-8");
}

static kf_status kf_encode_enum(kf_encoder *encoder, const kf_field *field, const void *slot)
{
    int constant;
    memcpy(&constant, slot, sizeof constant);
    const kf_enum *description = kf_field_enum(field);
    const char *text = kf_enum_text(description, constant);
    if (text == NULL && encoder->print) {
        kf_writer_literal(&encoder->writer, "null");
        return KF_OK;
    }
    if (text == NULL)
        return kf_encode_fail(encoder, constant == -1  ? "an unrecognized constant without a text of its own"
                                       : constant == 0 ? "the constant is unspecified"
                                                       : "the constant is out of range");
    if (!description->is_number)
        return kf_encode_text(encoder, text);
    kf_writer_literal(&encoder->writer, text);
    return KF_OK;
}

static kf_status kf_encode_double(kf_encoder *encoder, const void *slot)
{
    double value;
    memcpy(&value, slot, sizeof value);
    if (!isfinite(value) && !encoder->print)
        return kf_encode_fail(encoder, "the number is not finite");
    if (isfinite(value))
        kf_writer_double(&encoder->writer, value);
    else
        kf_writer_literal(&encoder->writer, "null");
    return KF_OK;
}

static kf_status kf_encode_bytes(kf_encoder *encoder, const void *slot)
{
    kf_bytes bytes;
    memcpy(&bytes, slot, sizeof bytes);
    kf_buffer_char(encoder->writer.buffer, '"');
    kf_base64_append(encoder->writer.buffer, bytes.data, bytes.length);
    kf_buffer_char(encoder->writer.buffer, '"');
    return KF_OK;
}

static kf_status kf_encode_tree(kf_encoder *encoder, const cJSON *tree)
{
    const char *problem = NULL;
    return kf_writer_tree(&encoder->writer, tree, &problem) ? KF_OK : kf_encode_fail(encoder, problem);
}

static kf_status kf_encode_scalar(kf_encoder *encoder, const kf_field *field, const void *slot)
{
    bool truth;
    int32_t narrow;
    int64_t wide;
    switch (field->kind) {
    case KF_KIND_BOOL:
        memcpy(&truth, slot, sizeof truth);
        kf_writer_literal(&encoder->writer, truth ? "true" : "false");
        return KF_OK;
    case KF_KIND_INT32:
        memcpy(&narrow, slot, sizeof narrow);
        kf_writer_int64(&encoder->writer, narrow);
        return KF_OK;
    case KF_KIND_INT64:
        memcpy(&wide, slot, sizeof wide);
        kf_writer_int64(&encoder->writer, wide);
        return KF_OK;
    case KF_KIND_DOUBLE:
        return kf_encode_double(encoder, slot);
    default:
        return kf_encode_enum(encoder, field, slot);
    }
}

kf_status kf_encode_element(kf_encoder *encoder, const kf_field *field, const void *slot)
{
    if (field->kind == KF_KIND_OBJECT && (field->flags & (KF_FIELD_ARRAY | KF_FIELD_INDIRECT)) == KF_FIELD_ARRAY)
        return kf_encode_struct(encoder, kf_field_type(field), slot);
    if (field->kind >= KF_KIND_BOOL && field->kind <= KF_KIND_ENUM)
        return kf_encode_scalar(encoder, field, slot);
    const void *pointer = kf_load_pointer(slot);
    if (pointer == NULL) {
        kf_writer_literal(&encoder->writer, "null");
        return KF_OK;
    }
    switch (field->kind) {
    case KF_KIND_STRING:
        return kf_encode_text(encoder, pointer);
    case KF_KIND_BYTES:
        return kf_encode_bytes(encoder, slot);
    case KF_KIND_JSON:
        return kf_encode_tree(encoder, pointer);
    default:
        return kf_encode_struct(encoder, kf_model_type(kf_field_type(field), pointer), pointer);
    }
}

/* What is filled in belongs to the root object, not to elements. */
static void kf_encode_leave_root(kf_encoder *encoder)
{
    encoder->key = NULL;
    encoder->tenant = NULL;
}

static bool kf_encode_is_missing(const kf_encoder *encoder, const kf_field *field, const void *slot)
{
    return encoder->check && (field->flags & KF_FIELD_NULLABLE_ITEMS) == 0 && field->kind != KF_KIND_JSON &&
           kf_element_is_null(field, slot);
}

static kf_status kf_encode_array(kf_encoder *encoder, const kf_field *field, const char *elements, size_t count)
{
    kf_place place = {encoder->place, NULL, 0};
    kf_status status = KF_OK;
    kf_encode_leave_root(encoder);
    encoder->place = &place;
    kf_writer_begin(&encoder->writer, '[');
    for (; place.index < count && status == KF_OK; place.index++) {
        const char *slot = elements + place.index * kf_element_size(field);
        kf_writer_element(&encoder->writer);
        status = kf_encode_is_missing(encoder, field, slot) ? kf_encode_fail(encoder, "the element is null")
                                                            : kf_encode_element(encoder, field, slot);
    }
    kf_writer_end(&encoder->writer, ']');
    encoder->place = place.above;
    return status;
}

static kf_status kf_encode_map(kf_encoder *encoder, const kf_field *field, const char *entries, size_t count)
{
    const kf_layout *layout = kf_layout_of(field->kind);
    kf_place place = {encoder->place, NULL, 0};
    kf_status status = KF_OK;
    kf_encode_leave_root(encoder);
    encoder->place = &place;
    kf_writer_begin(&encoder->writer, '{');
    for (size_t i = 0; i < count && status == KF_OK; i++, entries += layout->entry_size) {
        const char *key = kf_load_pointer(entries);
        place.name = key;
        place.index = i;
        if (key == NULL)
            status = kf_encode_fail(encoder, "a key is NULL");
        else if (!kf_writer_name(&encoder->writer, key, strlen(key)))
            status = kf_encode_fail(encoder, "a key is not valid UTF-8");
        else if (kf_encode_is_missing(encoder, field, entries + layout->entry_at))
            status = kf_encode_fail(encoder, "the value is null");
        else if (encoder->print && (field->flags & KF_FIELD_SECRET) != 0)
            status = kf_encode_masked(encoder);
        else
            status = kf_encode_element(encoder, field, entries + layout->entry_at);
    }
    kf_writer_end(&encoder->writer, '}');
    encoder->place = place.above;
    return status;
}

kf_status kf_encode_field_value(kf_encoder *encoder, const kf_field *field, const void *model)
{
    const char *value = kf_at_const(model, field->offset);
    if ((field->flags & KF_FIELD_ARRAY) != 0)
        return kf_encode_array(encoder, field, kf_load_pointer(value), kf_load_count(model, field));
    if ((field->flags & KF_FIELD_MAP) != 0)
        return kf_encode_map(encoder, field, kf_load_pointer(value), kf_load_count(model, field));
    if (kf_field_has_presence(field))
        value += kf_layout_of(field->kind)->optional_at;
    return kf_encode_element(encoder, field, value);
}

/* Numbers, truth values and constants as text. */
static kf_status kf_scalar_number(const kf_field *field, const void *element, kf_buffer *buffer, kf_error *error)
{
    static const kf_type nameless = {.name = "value"};
    kf_encoder encoder = {.root = &nameless, .error = error};
    kf_writer_init(&encoder.writer, buffer, false);
    int constant;
    if (field->kind != KF_KIND_ENUM)
        return kf_encode_scalar(&encoder, field, element);
    memcpy(&constant, element, sizeof constant);
    const char *text = kf_enum_text(kf_field_enum(field), constant);
    if (text == NULL)
        return kf_fail(error, KF_ERROR_ENCODE, "%s: the enum's constant %d has no text", field->name, constant);
    kf_buffer_text(buffer, text);
    return KF_OK;
}

kf_status kf_scalar_text(const kf_field *field, const void *element, kf_buffer *buffer, kf_error *error)
{
    kf_status status = KF_OK;
    const char *text;
    kf_bytes bytes;
    switch (field->kind) {
    case KF_KIND_STRING:
        text = kf_load_pointer(element);
        kf_buffer_text(buffer, text != NULL ? text : "");
        break;
    case KF_KIND_BYTES:
        memcpy(&bytes, element, sizeof bytes);
        kf_base64_append(buffer, bytes.data, bytes.length);
        break;
    case KF_KIND_JSON:
    case KF_KIND_OBJECT:
        return kf_fail(error, KF_ERROR_ENCODE, "%s: only a scalar can stand here", field->name);
    default:
        status = kf_scalar_number(field, element, buffer, error);
        break;
    }
    if (status == KF_OK && buffer->failed)
        status = kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    return status;
}
