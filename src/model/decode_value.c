#include "model/decode.h"

#include "core/base64.h"
#include "core/fail.h"
#include "json/number.h"
#include "json/tree.h"

kf_status kf_decode_unescape(kf_decoder *decoder, kf_slice *raw, bool escaped)
{
    if (!escaped)
        return KF_OK;
    char *copy = kf_scratch_alloc(&decoder->scratch, raw->length + 3);
    if (copy == NULL)
        return kf_decode_no_memory(decoder);
    memcpy(copy, raw->text - 1, raw->length + 2);
    copy[raw->length + 2] = '\0';
    kf_reader reader;
    kf_reader_init(&reader, copy, raw->length + 2, 0);
    kf_slice text;
    /* With U+0000 it is no name and no constant of ours, and may stay as it is. */
    if (kf_reader_string(&reader, &text))
        *raw = text;
    return KF_OK;
}

static kf_status kf_decode_string(kf_decoder *decoder, kf_token token, void *slot)
{
    kf_slice text;
    if (token != KF_TOKEN_STRING)
        return kf_decode_mismatch(decoder, "a string", token);
    if (!kf_reader_string(&decoder->reader, &text))
        return kf_decode_problem(decoder);
    kf_store_pointer(slot, text.text);
    return KF_OK;
}

static kf_status kf_decode_bytes(kf_decoder *decoder, kf_token token, void *slot)
{
    kf_slice text;
    kf_bytes bytes;
    if (token != KF_TOKEN_STRING)
        return kf_decode_mismatch(decoder, "a string", token);
    if (!kf_reader_string(&decoder->reader, &text))
        return kf_decode_problem(decoder);
    if (!kf_base64_decode(text.text, text.length, &bytes.length))
        return kf_decode_fail(decoder, "expected base64");
    bytes.data = (const uint8_t *)text.text;
    memcpy(slot, &bytes, sizeof bytes);
    return KF_OK;
}

static kf_status kf_decode_bool(kf_decoder *decoder, kf_token token, void *slot)
{
    bool value = token == KF_TOKEN_TRUE;
    if (token != KF_TOKEN_TRUE && token != KF_TOKEN_FALSE)
        return kf_decode_mismatch(decoder, "true or false", token);
    if (!kf_reader_literal(&decoder->reader, token))
        return kf_decode_problem(decoder);
    memcpy(slot, &value, sizeof value);
    return KF_OK;
}

static kf_status kf_decode_integer(kf_decoder *decoder, const kf_field *field, const kf_slice *number, void *slot,
                                   bool *exact)
{
    int64_t value;
    kf_number_result result = kf_number_int64(number->text, number->length, &value);
    if (result == KF_NUMBER_FRACTION)
        return kf_decode_fail(decoder, "expected a whole number");
    if (result == KF_NUMBER_OK && field->kind == KF_KIND_INT32 && (value < INT32_MIN || value > INT32_MAX))
        return kf_decode_fail(decoder, "the number does not fit into 32 bits");
    if (result != KF_NUMBER_OK)
        return kf_decode_fail(decoder, "the number does not fit into 64 bits");
    *exact = *exact && kf_number_is_printed_int64(number->text, number->length, value);
    if (field->kind == KF_KIND_INT32) {
        int32_t narrow = (int32_t)value;
        memcpy(slot, &narrow, sizeof narrow);
    } else {
        memcpy(slot, &value, sizeof value);
    }
    return KF_OK;
}

static kf_status kf_decode_number(kf_decoder *decoder, const kf_field *field, kf_token token, void *slot, bool *exact)
{
    kf_slice number;
    double value;
    if (token != KF_TOKEN_NUMBER)
        return kf_decode_mismatch(decoder, "a number", token);
    if (!kf_reader_number(&decoder->reader, &number))
        return kf_decode_problem(decoder);
    if (field->kind != KF_KIND_DOUBLE)
        return kf_decode_integer(decoder, field, &number, slot, exact);
    kf_number_result result = kf_number_double(number.text, number.length, &value);
    if (result == KF_NUMBER_MEMORY)
        return kf_decode_no_memory(decoder);
    if (result != KF_NUMBER_OK)
        return kf_decode_fail(decoder, "the number is too large");
    *exact = *exact && kf_number_is_printed_double(number.text, number.length, value);
    memcpy(slot, &value, sizeof value);
    return KF_OK;
}

/* Without a change to the text, which is kept when the constant is not known. */
static kf_status kf_decode_enum(kf_decoder *decoder, const kf_field *field, kf_token token, void *slot, bool *exact)
{
    const kf_enum *description = kf_field_enum(field);
    kf_slice text;
    bool literal = token == KF_TOKEN_NUMBER || token == KF_TOKEN_TRUE || token == KF_TOKEN_FALSE;
    kf_scratch_mark mark = kf_scratch_here(&decoder->scratch);
    if (description->is_number) {
        if (!literal)
            return kf_decode_mismatch(decoder, "a number, true or false", token);
        if (!kf_reader_skip(&decoder->reader, &text))
            return kf_decode_problem(decoder);
    } else {
        bool escaped;
        if (token != KF_TOKEN_STRING)
            return kf_decode_mismatch(decoder, "a string", token);
        if (!kf_reader_raw_string(&decoder->reader, &text, &escaped))
            return kf_decode_problem(decoder);
        if (kf_decode_unescape(decoder, &text, escaped) != KF_OK)
            return KF_ERROR_MEMORY;
    }
    int value = kf_enum_value_of(description, text.text, text.length);
    kf_scratch_release(&decoder->scratch, mark);
    /* Parameters have no extra that would keep the text. */
    if (value < 0 && (decoder->root->flags & KF_TYPE_REQUEST) != 0)
        return kf_decode_fail(decoder, "the value is none of those that the document names");
    *exact = *exact && value > 0;
    memcpy(slot, &value, sizeof value);
    return KF_OK;
}

static kf_status kf_decode_object(kf_decoder *decoder, const kf_field *field, kf_token token, void *slot)
{
    const kf_type *type = kf_field_type(field);
    kf_status status = token == KF_TOKEN_OBJECT ? kf_decode_type(decoder, type, &type) : KF_OK;
    if (status != KF_OK)
        return status;
    void *object = kf_arena_alloc(decoder->arena, type->size);
    if (object == NULL)
        return kf_decode_no_memory(decoder);
    status = kf_decode_struct(decoder, type, object);
    kf_store_pointer(slot, object);
    return status;
}

kf_status kf_decode_free_form(kf_decoder *decoder, const char *name, void *slot)
{
    kf_reader start = decoder->reader;
    kf_slice raw;
    kf_slice copy;
    const cJSON *tree;
    if (!kf_reader_skip(&decoder->reader, &raw))
        return kf_decode_problem(decoder);
    if (name != NULL && kf_decode_copy(decoder, &raw, &copy) != KF_OK)
        return KF_ERROR_MEMORY;
    if (name == NULL)
        copy = raw;
    decoder->reader = start;
    size_t base = decoder->extra_count;
    /* kf_decode_keep() copies by itself when there is no name; it must see the text before the tree takes it. */
    if (kf_decode_keep(decoder, name, &copy, NULL) != KF_OK)
        return KF_ERROR_MEMORY;
    if (!kf_tree_read(&decoder->reader, decoder->arena, &tree))
        return kf_decode_problem(decoder);
    decoder->extras[base].origin = tree;
    kf_store_pointer(slot, tree);
    return KF_OK;
}

kf_status kf_decode_element(kf_decoder *decoder, const kf_field *field, void *slot, bool *exact)
{
    kf_token token = kf_reader_peek(&decoder->reader);
    const cJSON *tree;
    bool object = field->kind == KF_KIND_OBJECT;
    if (object && (field->flags & (KF_FIELD_ARRAY | KF_FIELD_INDIRECT)) == KF_FIELD_ARRAY)
        return kf_decode_struct(decoder, kf_field_type(field), slot);
    if (token == KF_TOKEN_NULL && field->kind != KF_KIND_JSON) {
        *exact = *exact && (object || field->kind == KF_KIND_STRING || field->kind == KF_KIND_BYTES);
        return kf_reader_literal(&decoder->reader, token) ? KF_OK : kf_decode_problem(decoder);
    }
    switch (field->kind) {
    case KF_KIND_STRING:
        return kf_decode_string(decoder, token, slot);
    case KF_KIND_BOOL:
        return kf_decode_bool(decoder, token, slot);
    case KF_KIND_ENUM:
        return kf_decode_enum(decoder, field, token, slot, exact);
    case KF_KIND_BYTES:
        return kf_decode_bytes(decoder, token, slot);
    case KF_KIND_OBJECT:
        return kf_decode_object(decoder, field, token, slot);
    case KF_KIND_JSON:
        if (!kf_tree_read(&decoder->reader, decoder->arena, &tree))
            return kf_decode_problem(decoder);
        kf_store_pointer(slot, tree);
        return KF_OK;
    default:
        return kf_decode_number(decoder, field, token, slot, exact);
    }
}
