/* When the text of an extra may stand for a typed member. */
#include "model/encode.h"

#include "json/number.h"
#include "json/reader.h"

const kf_extra_member *kf_extra_whole(const kf_extra *extra)
{
    for (size_t i = 0; i < extra->count; i++) {
        if (extra->members[i].name == NULL)
            return &extra->members[i];
    }
    return NULL;
}

size_t kf_extra_length(const kf_extra_member *member)
{
    return member->length > 0 ? member->length : strlen(member->json);
}

bool kf_extra_is_null(const kf_extra_member *member)
{
    return kf_extra_length(member) == 4 && memcmp(member->json, "null", 4) == 0;
}

int kf_field_state(const kf_field *field, const void *model)
{
    const void *value = kf_at_const(model, field->offset);
    if ((field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0) {
        if (kf_load_pointer(value) != NULL)
            return KF_SET;
        return kf_load_count(model, field) == 0 ? KF_ABSENT : -1;
    }
    if (kf_field_has_presence(field)) {
        int presence;
        memcpy(&presence, value, sizeof presence);
        return presence >= KF_ABSENT && presence <= KF_SET ? presence : -1;
    }
    if (field->kind == KF_KIND_ENUM) {
        int constant;
        memcpy(&constant, value, sizeof constant);
        return constant == 0 ? KF_ABSENT : KF_SET;
    }
    if (field->kind >= KF_KIND_BOOL && field->kind <= KF_KIND_DOUBLE)
        return KF_SET;
    /* The pointer comes first in kf_bytes too. */
    return kf_load_pointer(value) == NULL ? KF_ABSENT : KF_SET;
}

static bool kf_element_is_zero(const kf_field *field, const void *slot)
{
    static const char zeros[sizeof(double)];
    if (field->kind >= KF_KIND_BOOL && field->kind <= KF_KIND_ENUM)
        return memcmp(slot, zeros, kf_layout_of(field->kind)->size) == 0;
    return kf_load_pointer(slot) == NULL;
}

bool kf_field_is_zero(const kf_field *field, const void *model)
{
    int state = kf_field_state(field, model);
    bool plain = field->kind >= KF_KIND_BOOL && field->kind <= KF_KIND_DOUBLE && !kf_field_has_presence(field) &&
                 (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) == 0;
    return plain ? kf_element_is_zero(field, kf_at_const(model, field->offset)) : state == KF_ABSENT;
}

bool kf_element_is_null(const kf_field *field, const void *slot)
{
    if (field->kind >= KF_KIND_BOOL && field->kind <= KF_KIND_ENUM)
        return false;
    if (field->kind != KF_KIND_OBJECT || (field->flags & (KF_FIELD_ARRAY | KF_FIELD_INDIRECT)) != KF_FIELD_ARRAY)
        return kf_load_pointer(slot) == NULL;
    /* A struct in place: its extra tells. */
    const kf_extra *extra = kf_at_const(slot, kf_field_type(field)->extra_offset);
    const kf_extra_member *whole = extra->members != NULL ? kf_extra_whole(extra) : NULL;
    return whole != NULL && whole->json != NULL && kf_extra_is_null(whole);
}

/* The elements or members of a text that the decoder kept, and how many of them are null. */
static size_t kf_extra_count(const kf_extra_member *member, size_t *nulls)
{
    kf_reader reader;
    kf_slice slice;
    bool escaped;
    bool more = true;
    size_t count = 0;
    /* Looking does not change the text. */
    kf_reader_init(&reader, (char *)(uintptr_t)member->json, member->length, KF_DEPTH_MOST);
    bool object = kf_reader_peek(&reader) == KF_TOKEN_OBJECT;
    if (!kf_reader_enter(&reader))
        return SIZE_MAX;
    for (bool first = true; more; first = false) {
        if (!(object ? kf_reader_next_member(&reader, first, &more) : kf_reader_next_element(&reader, first, &more)))
            return SIZE_MAX;
        if (!more)
            break;
        if (object && !kf_reader_raw_name(&reader, &slice, &escaped))
            return SIZE_MAX;
        *nulls += kf_reader_peek(&reader) == KF_TOKEN_NULL;
        if (!kf_reader_skip(&reader, &slice))
            return SIZE_MAX;
        count++;
    }
    return count;
}

bool kf_extra_has_null(const kf_extra_member *member)
{
    size_t nulls = 0;
    /* Only what was decoded is known to be an array or map. */
    if (member->origin != NULL)
        kf_extra_count(member, &nulls);
    return nulls > 0;
}

/* Reads a text that the decoder kept again, and compares. */
static bool kf_extra_equals(const kf_extra_member *member, const kf_field *field, const void *slot)
{
    int64_t whole = 0;
    int64_t had = 0;
    double number;
    if (kf_extra_is_null(member))
        return kf_element_is_zero(field, slot);
    if (field->kind == KF_KIND_DOUBLE)
        return kf_number_double(member->json, member->length, &number) == KF_NUMBER_OK &&
               memcmp(&number, slot, sizeof number) == 0;
    if (field->kind == KF_KIND_BOOL)
        return false;
    if (kf_number_int64(member->json, member->length, &whole) != KF_NUMBER_OK)
        return false;
    if (field->kind == KF_KIND_INT32) {
        int32_t narrow;
        memcpy(&narrow, slot, sizeof narrow);
        had = narrow;
    } else {
        memcpy(&had, slot, sizeof had);
    }
    return had == whole;
}

bool kf_extra_holds_element(const kf_extra_member *member, const kf_field *field, const void *slot)
{
    int constant;
    if (member->json == NULL)
        return false;
    if (field->kind == KF_KIND_ENUM) {
        /* What the decoder kept stands for -1, or for 0 when it was null; a caller's own text for either. */
        memcpy(&constant, slot, sizeof constant);
        return constant == -1 || (constant == 0 && (member->origin == NULL || kf_extra_is_null(member)));
    }
    if (field->kind < KF_KIND_BOOL || field->kind > KF_KIND_DOUBLE)
        return kf_load_pointer(slot) == member->origin;
    if (member->origin == NULL)
        return kf_element_is_zero(field, slot);
    return kf_extra_equals(member, field, slot);
}

bool kf_extra_holds(const kf_extra_member *member, const kf_field *field, const void *model)
{
    const char *value = kf_at_const(model, field->offset);
    if (member->json == NULL)
        return false;
    if ((field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0) {
        size_t count = kf_load_count(model, field);
        size_t nulls = 0;
        if (kf_load_pointer(value) != member->origin)
            return false;
        return member->origin == NULL ? count == 0 : count == kf_extra_count(member, &nulls);
    }
    if (!kf_field_has_presence(field))
        return kf_extra_holds_element(member, field, value);
    int state = kf_field_state(field, model);
    if (member->origin == NULL)
        return state == KF_ABSENT;
    return state == KF_SET && kf_extra_equals(member, field, value + kf_layout_of(field->kind)->optional_at);
}
