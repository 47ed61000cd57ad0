/* Choosing a type by looking ahead, without a change to the text. */
#include "model/decode.h"

#include "core/fail.h"
#include "json/number.h"

/* Looks for a member and gives its text; *found is false when it is not there or not a string. */
static kf_status kf_look_for_text(kf_decoder *decoder, const char *name, kf_slice *text, bool *found)
{
    kf_reader start = decoder->reader;
    size_t length = strlen(name);
    kf_status status = KF_OK;
    bool more;
    *found = false;
    if (!kf_reader_enter(&decoder->reader))
        return kf_decode_problem(decoder);
    for (bool first = true;; first = false) {
        kf_slice key;
        kf_slice value;
        bool escaped;
        if (!kf_reader_next_member(&decoder->reader, first, &more))
            return kf_decode_problem(decoder);
        if (!more)
            break;
        if (!kf_reader_raw_name(&decoder->reader, &key, &escaped))
            return kf_decode_problem(decoder);
        status = kf_decode_unescape(decoder, &key, escaped);
        if (status != KF_OK)
            return status;
        bool same = key.length == length && memcmp(key.text, name, length) == 0;
        if (same && kf_reader_peek(&decoder->reader) == KF_TOKEN_STRING) {
            if (!kf_reader_raw_string(&decoder->reader, text, &escaped))
                return kf_decode_problem(decoder);
            status = kf_decode_unescape(decoder, text, escaped);
            *found = true;
            break;
        }
        if (!kf_reader_skip(&decoder->reader, &value))
            return kf_decode_problem(decoder);
        if (same)
            break;
    }
    decoder->reader = start;
    return status;
}

kf_status kf_decode_type(kf_decoder *decoder, const kf_type *type, const kf_type **actual)
{
    *actual = type;
    bool choice = type->discriminator != NULL && type->variant_count > 0 &&
                  (type->flags & (KF_TYPE_UNION | KF_TYPE_BY_STATUS)) == 0;
    if (!choice || kf_reader_peek(&decoder->reader) != KF_TOKEN_OBJECT)
        return KF_OK;
    kf_slice tag;
    bool found;
    kf_scratch_mark mark = kf_scratch_here(&decoder->scratch);
    kf_status status = kf_look_for_text(decoder, type->discriminator, &tag, &found);
    if (status == KF_OK && found)
        *actual = kf_type_variant(type, tag.text, tag.length);
    kf_scratch_release(&decoder->scratch, mark);
    return status;
}

/* Fits of alternatives, from a mere possibility upwards; an object's members count on top. */
enum {
    KF_FIT_NONE = 0,
    KF_FIT_ANY = 1,
    KF_FIT_MAP = 2,
    KF_FIT_LOOSE = 3,
    KF_FIT_GOOD = 4,
    KF_FIT_BEST = 5,
    KF_FIT_OBJECT = 10
};

static int kf_fit_number(kf_decoder *decoder, const kf_field *field)
{
    kf_reader scan = decoder->reader;
    kf_slice number;
    int64_t value;
    if (!kf_reader_number(&scan, &number))
        return KF_FIT_NONE;
    if (field->kind == KF_KIND_DOUBLE)
        return KF_FIT_LOOSE;
    if (kf_number_int64(number.text, number.length, &value) != KF_NUMBER_OK)
        return KF_FIT_NONE;
    if (field->kind == KF_KIND_INT64)
        return KF_FIT_GOOD;
    return value >= INT32_MIN && value <= INT32_MAX ? KF_FIT_BEST : KF_FIT_NONE;
}

static int kf_fit_enum(kf_decoder *decoder, const kf_field *field, kf_token token)
{
    kf_reader scan = decoder->reader;
    kf_slice text;
    bool escaped = false;
    bool literal = token == KF_TOKEN_NUMBER || token == KF_TOKEN_TRUE || token == KF_TOKEN_FALSE;
    if (kf_field_enum(field)->is_number ? !literal : token != KF_TOKEN_STRING)
        return KF_FIT_NONE;
    if (literal ? !kf_reader_skip(&scan, &text) : !kf_reader_raw_string(&scan, &text, &escaped))
        return KF_FIT_NONE;
    if (escaped)
        return KF_FIT_LOOSE; /* It may be any word. */
    return kf_enum_value_of(kf_field_enum(field), text.text, text.length) > 0 ? KF_FIT_BEST : KF_FIT_MAP;
}

static int kf_fit_scalar(kf_decoder *decoder, const kf_field *field, kf_token token)
{
    switch (field->kind) {
    case KF_KIND_JSON:
        return token == KF_TOKEN_NULL ? KF_FIT_NONE : KF_FIT_ANY;
    case KF_KIND_STRING:
        return token == KF_TOKEN_STRING ? KF_FIT_GOOD : KF_FIT_NONE;
    case KF_KIND_BYTES:
        return token == KF_TOKEN_STRING ? KF_FIT_LOOSE : KF_FIT_NONE;
    case KF_KIND_BOOL:
        return token == KF_TOKEN_TRUE || token == KF_TOKEN_FALSE ? KF_FIT_GOOD : KF_FIT_NONE;
    case KF_KIND_ENUM:
        return kf_fit_enum(decoder, field, token);
    default:
        return token == KF_TOKEN_NUMBER ? kf_fit_number(decoder, field) : KF_FIT_NONE;
    }
}

static int kf_fit_type(const kf_type *type, kf_token token);

/* Whether a value of that kind could be the field's, without a look at the value itself. */
static int kf_fit_kind(const kf_field *field, kf_token token)
{
    bool string = field->kind == KF_KIND_STRING || field->kind == KF_KIND_BYTES;
    if ((field->flags & KF_FIELD_ARRAY) != 0)
        return token == KF_TOKEN_ARRAY ? KF_FIT_LOOSE : KF_FIT_NONE;
    if ((field->flags & KF_FIELD_MAP) != 0)
        return token == KF_TOKEN_OBJECT ? KF_FIT_MAP : KF_FIT_NONE;
    if (field->kind == KF_KIND_OBJECT)
        return kf_fit_type(kf_field_type(field), token);
    if (field->kind == KF_KIND_JSON)
        return KF_FIT_ANY;
    bool truth = token == KF_TOKEN_TRUE || token == KF_TOKEN_FALSE;
    if (field->kind == KF_KIND_BOOL)
        return truth ? KF_FIT_GOOD : KF_FIT_NONE;
    if (field->kind == KF_KIND_ENUM && !kf_field_enum(field)->is_number)
        string = true;
    else if (field->kind == KF_KIND_ENUM && truth)
        return KF_FIT_LOOSE;
    if (token == KF_TOKEN_STRING)
        return string ? KF_FIT_LOOSE : KF_FIT_NONE;
    return !string && token == KF_TOKEN_NUMBER ? KF_FIT_LOOSE : KF_FIT_NONE;
}

static int kf_fit_type(const kf_type *type, kf_token token)
{
    if ((type->flags & (KF_TYPE_UNION | KF_TYPE_BY_STATUS)) != 0)
        return KF_FIT_MAP;
    if ((type->flags & KF_TYPE_VALUE) != 0 && type->field_count > 0)
        return kf_fit_kind(&type->fields[0], token);
    return token == KF_TOKEN_OBJECT ? KF_FIT_OBJECT : KF_FIT_NONE;
}

/* By its first element; an empty array is any array. */
static int kf_fit_array(kf_decoder *decoder, const kf_field *field)
{
    kf_reader scan = decoder->reader;
    bool more;
    if (!kf_reader_enter(&scan) || !kf_reader_next_element(&scan, true, &more) || !more)
        return KF_FIT_LOOSE;
    kf_field element = *field;
    element.flags &= (uint16_t)~KF_FIELD_ARRAY;
    kf_token token = kf_reader_peek(&scan);
    return token == KF_TOKEN_NULL || kf_fit_kind(&element, token) != KF_FIT_NONE ? KF_FIT_LOOSE : KF_FIT_NONE;
}

/* Without a look into objects. */
static int kf_fit_value(kf_decoder *decoder, const kf_field *field, kf_token token)
{
    bool many = (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0;
    if (token == KF_TOKEN_ARRAY && (field->flags & KF_FIELD_ARRAY) != 0)
        return kf_fit_array(decoder, field);
    return many || field->kind == KF_KIND_OBJECT ? kf_fit_kind(field, token) : kf_fit_scalar(decoder, field, token);
}

/* Whether a value may be that member's: of its kind, and the only word of an enum that has no other, as such an enum
 * tells alternatives apart. */
static bool kf_may_be_member(kf_decoder *decoder, const kf_field *field)
{
    kf_token token = kf_reader_peek(&decoder->reader);
    bool single = field->kind == KF_KIND_ENUM && (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) == 0 &&
                  kf_field_enum(field)->count == 1;
    return token == KF_TOKEN_NULL || kf_fit_value(decoder, field, token) > (single ? KF_FIT_MAP : KF_FIT_NONE);
}

/* How well an object fits: -1 when a required member is missing or a value cannot be its member's, else the members
 * that the type knows. */
static kf_status kf_look_at_object(kf_decoder *decoder, const kf_type *type, int *fit)
{
    kf_reader start = decoder->reader;
    kf_scratch_mark mark = kf_scratch_here(&decoder->scratch);
    int known = 0;
    int required = 0;
    bool wrong = false;
    for (size_t i = 0; i < type->field_count; i++)
        required += (type->fields[i].flags & KF_FIELD_REQUIRED) != 0;
    if (!kf_reader_enter(&decoder->reader))
        return kf_decode_problem(decoder);
    for (bool first = true;; first = false) {
        bool more;
        bool escaped;
        kf_slice slice;
        if (!kf_reader_next_member(&decoder->reader, first, &more))
            return kf_decode_problem(decoder);
        if (!more)
            break;
        if (!kf_reader_raw_name(&decoder->reader, &slice, &escaped))
            return kf_decode_problem(decoder);
        if (kf_decode_unescape(decoder, &slice, escaped) != KF_OK)
            return KF_ERROR_MEMORY;
        const kf_field *field = kf_type_field_of(type, slice.text, slice.length);
        known += field != NULL;
        required -= field != NULL && (field->flags & KF_FIELD_REQUIRED) != 0;
        wrong = wrong || (field != NULL && !kf_may_be_member(decoder, field));
        if (!kf_reader_skip(&decoder->reader, &slice))
            return kf_decode_problem(decoder);
    }
    *fit = required > 0 || wrong ? -1 : known;
    kf_scratch_release(&decoder->scratch, mark);
    decoder->reader = start;
    return KF_OK;
}

static kf_status kf_decode_fit(kf_decoder *decoder, const kf_field *field, kf_token token, bool several, int *fit)
{
    kf_status status = KF_OK;
    *fit = kf_fit_value(decoder, field, token);
    if (*fit == KF_FIT_OBJECT && several) {
        int members = 0;
        status = kf_look_at_object(decoder, kf_field_type(field), &members);
        *fit = members < 0 ? KF_FIT_NONE : KF_FIT_OBJECT + members;
    }
    return status;
}

/* The alternative that fits best, the first of equals; NULL when none does. */
static kf_status kf_decode_best(kf_decoder *decoder, const kf_type *type, kf_token token, const kf_field **best)
{
    int objects = 0;
    int best_fit = KF_FIT_NONE;
    kf_status status = KF_OK;
    *best = NULL;
    for (size_t i = 0; i < type->field_count; i++) {
        bool many = (type->fields[i].flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0;
        objects += type->fields[i].kind == KF_KIND_OBJECT && !many;
    }
    for (size_t i = 0; i < type->field_count && status == KF_OK; i++) {
        int fit;
        status = kf_decode_fit(decoder, &type->fields[i], token, objects > 1, &fit);
        if (status == KF_OK && fit > best_fit) {
            best_fit = fit;
            *best = &type->fields[i];
        }
    }
    return status;
}

static kf_status kf_decode_by_tag(kf_decoder *decoder, const kf_type *type, const kf_field **best)
{
    kf_slice tag;
    bool found;
    kf_scratch_mark mark = kf_scratch_here(&decoder->scratch);
    kf_status status = kf_look_for_text(decoder, type->discriminator, &tag, &found);
    const kf_type *variant = status == KF_OK && found ? kf_type_variant(type, tag.text, tag.length) : type;
    kf_scratch_release(&decoder->scratch, mark);
    *best = NULL;
    for (size_t i = 0; i < type->field_count && variant != type; i++) {
        if (type->fields[i].kind == KF_KIND_OBJECT && kf_field_type(&type->fields[i]) == variant)
            *best = &type->fields[i];
    }
    return status;
}

kf_status kf_decode_union(kf_decoder *decoder, const kf_type *type, void *target)
{
    kf_status status = KF_OK;
    size_t base = decoder->extra_count;
    kf_token token = kf_reader_peek(&decoder->reader);
    const kf_field *best = kf_type_by_status(type, decoder->http_status);
    decoder->http_status = 0; /* Only the root is the answer. */
    if (best == NULL && token == KF_TOKEN_OBJECT && type->discriminator != NULL && type->variant_count > 0)
        status = kf_decode_by_tag(decoder, type, &best);
    else if (best == NULL)
        status = kf_decode_best(decoder, type, token, &best);
    if (status != KF_OK)
        return status;
    if (best != NULL) {
        status = kf_decode_field(decoder, best, NULL, target);
    } else {
        kf_slice raw;
        if (!kf_reader_skip(&decoder->reader, &raw))
            return kf_decode_problem(decoder);
        status = kf_decode_keep(decoder, NULL, &raw, NULL);
    }
    return status == KF_OK ? kf_decode_store_extras(decoder, type, target, base) : status;
}
