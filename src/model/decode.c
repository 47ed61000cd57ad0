#include "model/decode.h"

#include "core/fail.h"

#include <stdlib.h>

#define KF_SEEN_WORDS 4

/* An object that is being read. */
typedef struct kf_object {
    const kf_type *type;
    void *target;
    size_t next; /* The field that is expected next. */
    uint64_t *seen;
    uint64_t seen_here[KF_SEEN_WORDS];
    size_t extra_base;
    size_t first_unknown; /* In the stack of extras. */
    size_t order_base;
    size_t last_code;
    bool in_order;
    bool order_lost; /* More members than codes. */
    const kf_field *additional;
    kf_gather entries; /* Of the map of additional members. */
    kf_place place;
} kf_object;

static kf_status kf_object_begin(kf_decoder *decoder, kf_object *object, const kf_type *type, void *target)
{
    object->type = type;
    object->target = target;
    object->next = 0;
    object->seen = object->seen_here;
    object->extra_base = decoder->extra_count;
    object->first_unknown = SIZE_MAX;
    object->order_base = decoder->order_count;
    object->last_code = 0;
    object->in_order = true;
    object->order_lost = false;
    object->additional = NULL;
    object->place = (kf_place){decoder->place, NULL, KF_NOWHERE};
    memset(object->seen_here, 0, sizeof object->seen_here);
    if (type->field_count > KF_SEEN_WORDS * 64) {
        size_t size = ((size_t)type->field_count + 63) / 64 * sizeof(uint64_t);
        object->seen = kf_arena_alloc(decoder->arena, size);
        if (object->seen == NULL)
            return kf_decode_no_memory(decoder);
    }
    return KF_OK;
}

static bool kf_object_has(const kf_object *object, size_t index)
{
    return (object->seen[index / 64] >> (index % 64) & 1) != 0;
}

/* Records what came so far, which was in the usual order until now. */
static kf_status kf_object_begin_order(kf_decoder *decoder, kf_object *object)
{
    size_t fields = object->type->field_count;
    size_t unknown = object->additional != NULL ? object->entries.count : 0;
    size_t base = 0;
    object->in_order = false;
    for (size_t i = 0; i < fields; i++) {
        if (kf_object_has(object, i) && kf_decode_push_order(decoder, (uint16_t)i) != KF_OK)
            return KF_ERROR_MEMORY;
    }
    if (object->first_unknown != SIZE_MAX) {
        base = object->first_unknown - object->extra_base;
        unknown = decoder->extra_count - object->first_unknown;
    }
    for (size_t i = 0; i < unknown; i++) {
        object->order_lost = object->order_lost || fields + base + i > UINT16_MAX;
        if (kf_decode_push_order(decoder, (uint16_t)(fields + base + i)) != KF_OK)
            return KF_ERROR_MEMORY;
    }
    return KF_OK;
}

/* The codes: a field's index; above them, an entry of the extra, or of the map of additional members. */
static kf_status kf_object_note(kf_decoder *decoder, kf_object *object, size_t code)
{
    if (object->in_order && code >= object->last_code) {
        object->last_code = code + 1;
        return KF_OK;
    }
    if (object->in_order && kf_object_begin_order(decoder, object) != KF_OK)
        return KF_ERROR_MEMORY;
    object->order_lost = object->order_lost || code > UINT16_MAX;
    return kf_decode_push_order(decoder, (uint16_t)code);
}

static kf_status kf_object_known(kf_decoder *decoder, kf_object *object, const kf_field *field)
{
    size_t index = (size_t)(field - object->type->fields);
    object->place.name = field->name;
    object->next = index + 1;
    if (kf_object_has(object, index))
        return kf_decode_fail(decoder, "the member came twice");
    kf_status status = kf_object_note(decoder, object, index);
    object->seen[index / 64] |= UINT64_C(1) << (index % 64);
    if (status == KF_OK)
        status = kf_decode_field(decoder, field, field->name, object->target);
    return status;
}

static kf_status kf_object_additional(kf_decoder *decoder, kf_object *object, const char *name)
{
    const kf_field *field = object->additional;
    const kf_layout *layout = kf_layout_of(field->kind);
    kf_status status = kf_object_note(decoder, object, object->type->field_count + object->entries.count);
    char *entry = status == KF_OK ? kf_gather_add(decoder, &object->entries) : NULL;
    if (entry == NULL)
        return kf_decode_no_memory(decoder);
    kf_store_pointer(entry, name);
    if (field->kind == KF_KIND_JSON)
        return kf_decode_free_form(decoder, name, entry + layout->entry_at);
    bool exact = true;
    kf_slice raw;
    kf_reader_peek(&decoder->reader);
    raw.text = decoder->reader.position;
    status = kf_decode_element(decoder, field, entry + layout->entry_at, &exact);
    raw.length = (size_t)(decoder->reader.position - raw.text);
    if (status == KF_OK && !exact)
        status = kf_decode_keep(decoder, name, &raw, raw.text);
    return status;
}

static kf_status kf_object_unknown(kf_decoder *decoder, kf_object *object, const char *name)
{
    object->place.name = name;
    if (object->first_unknown == SIZE_MAX && object->additional == NULL) {
        object->additional = kf_type_additional(object->type);
        if (object->additional != NULL)
            kf_gather_begin(decoder, &object->entries, kf_layout_of(object->additional->kind)->entry_size);
        else
            object->first_unknown = decoder->extra_count;
    }
    if (object->additional != NULL)
        return kf_object_additional(decoder, object, name);
    kf_slice raw;
    size_t code = object->type->field_count + (decoder->extra_count - object->extra_base);
    if (kf_object_note(decoder, object, code) != KF_OK)
        return KF_ERROR_MEMORY;
    if (!kf_reader_skip(&decoder->reader, &raw))
        return kf_decode_problem(decoder);
    return kf_decode_keep(decoder, name, &raw, NULL);
}

static kf_status kf_object_member(kf_decoder *decoder, kf_object *object)
{
    const kf_type *type = object->type;
    object->place.name = NULL;
    if (object->next < type->field_count) {
        const kf_field *field = &type->fields[object->next];
        if ((field->flags & (KF_FIELD_ADDITIONAL | KF_FIELD_ESCAPED)) == 0 &&
            kf_reader_name_is(&decoder->reader, field->name, field->name_length))
            return kf_object_known(decoder, object, field);
    }
    kf_slice name;
    if (!kf_reader_name(&decoder->reader, &name))
        return kf_decode_problem(decoder);
    const kf_field *field = kf_type_field_of(type, name.text, name.length);
    return field != NULL ? kf_object_known(decoder, object, field) : kf_object_unknown(decoder, object, name.text);
}

static kf_status kf_object_check_twice(kf_decoder *decoder, kf_object *object)
{
    bool failed = false;
    const char *name = NULL;
    if (object->first_unknown != SIZE_MAX)
        name = kf_decode_twice(decoder, &decoder->extras[object->first_unknown],
                               decoder->extra_count - object->first_unknown, sizeof(kf_extra_member), &failed);
    if (failed)
        return kf_decode_no_memory(decoder);
    object->place.name = name;
    return name == NULL ? KF_OK : kf_decode_fail(decoder, "the member came twice");
}

static kf_status kf_object_store_entries(kf_decoder *decoder, kf_object *object)
{
    if (object->additional == NULL)
        return KF_OK;
    bool failed = false;
    size_t count = object->entries.count;
    void *entries = kf_gather_end(decoder, &object->entries);
    if (entries == NULL)
        return kf_decode_no_memory(decoder);
    object->place.name = kf_decode_twice(decoder, entries, count, object->entries.size, &failed);
    if (failed)
        return kf_decode_no_memory(decoder);
    if (object->place.name != NULL)
        return kf_decode_fail(decoder, "the member came twice");
    kf_store_pointer(kf_at(object->target, object->additional->offset), entries);
    memcpy(kf_at(object->target, object->additional->count_offset), &count, sizeof count);
    return KF_OK;
}

static kf_status kf_object_store_order(kf_decoder *decoder, kf_object *object)
{
    size_t count = decoder->order_count - object->order_base;
    if (object->in_order || object->order_lost || count > UINT16_MAX || (object->type->flags & KF_TYPE_REQUEST) != 0)
        return KF_OK;
    uint16_t *order = kf_arena_alloc_raw(decoder->arena, (count + 1) * sizeof *order);
    if (order == NULL)
        return kf_decode_no_memory(decoder);
    order[0] = (uint16_t)count;
    memcpy(order + 1, decoder->order + object->order_base, count * sizeof *order);
    kf_extra *extra = kf_at(object->target, object->type->extra_offset);
    extra->order = order;
    return KF_OK;
}

/* A required member did not come. Of what a caller gives, only a member that is not sent, or is filled in, may be
 * missing. */
static kf_status kf_object_missing(kf_decoder *decoder, kf_object *object, const kf_field *field)
{
    bool needed = (field->flags & (KF_FIELD_READ_ONLY | KF_FIELD_KEY | KF_FIELD_TENANT)) == 0;
    if (!decoder->own || !needed)
        return kf_decode_keep_mark(decoder, field->name, NULL);
    object->place.name = field->name;
    return kf_decode_fail(decoder, "the member is required and not set");
}

static kf_status kf_object_end(kf_decoder *decoder, kf_object *object)
{
    const kf_type *type = object->type;
    kf_status status = kf_object_check_twice(decoder, object);
    if (status == KF_OK)
        status = kf_object_store_entries(decoder, object);
    object->place.name = NULL;
    for (size_t i = 0; i < type->field_count && status == KF_OK; i++) {
        const kf_field *field = &type->fields[i];
        if ((field->flags & (KF_FIELD_REQUIRED | KF_FIELD_ADDITIONAL)) == KF_FIELD_REQUIRED &&
            !kf_object_has(object, i))
            status = kf_object_missing(decoder, object, field);
    }
    if (status == KF_OK)
        status = kf_decode_store_extras(decoder, type, object->target, object->extra_base);
    if (status == KF_OK)
        status = kf_object_store_order(decoder, object);
    decoder->order_count = object->order_base;
    return status;
}

static kf_status kf_object_read(kf_decoder *decoder, kf_object *object)
{
    kf_status status = KF_OK;
    if (!kf_reader_enter(&decoder->reader))
        return kf_decode_problem(decoder);
    for (bool first = true; status == KF_OK; first = false) {
        bool more;
        object->place.name = NULL;
        if (!kf_reader_next_member(&decoder->reader, first, &more))
            return kf_decode_problem(decoder);
        if (!more)
            return kf_object_end(decoder, object);
        status = kf_object_member(decoder, object);
    }
    return status;
}

static kf_status kf_decode_members(kf_decoder *decoder, const kf_type *type, void *target)
{
    kf_object object;
    kf_status status = kf_object_begin(decoder, &object, type, target);
    if (status != KF_OK)
        return status;
    decoder->place = &object.place;
    status = kf_object_read(decoder, &object);
    decoder->place = object.place.above;
    return status;
}

/* A type whose JSON is the value of its only field. */
static kf_status kf_decode_value(kf_decoder *decoder, const kf_type *type, void *target)
{
    size_t base = decoder->extra_count;
    kf_status status = kf_decode_field(decoder, &type->fields[0], NULL, target);
    return status == KF_OK ? kf_decode_store_extras(decoder, type, target, base) : status;
}

/* A copy does not choose between alternatives again. */
static kf_status kf_decode_marked(kf_decoder *decoder, const kf_type *type, void *target)
{
    size_t base = decoder->extra_count;
    size_t number = kf_reader_mark(&decoder->reader);
    if (number == 0)
        return KF_OK;
    if (number > type->field_count)
        return kf_decode_fail(decoder, "the mark is not valid");
    kf_status status = kf_decode_field(decoder, &type->fields[number - 1], NULL, target);
    return status == KF_OK ? kf_decode_store_extras(decoder, type, target, base) : status;
}

static kf_status kf_decode_null(kf_decoder *decoder, const kf_type *type, void *target)
{
    size_t base = decoder->extra_count;
    if (!kf_reader_literal(&decoder->reader, KF_TOKEN_NULL))
        return kf_decode_problem(decoder);
    kf_status status = kf_decode_keep_mark(decoder, NULL, kf_null_text);
    return status == KF_OK ? kf_decode_store_extras(decoder, type, target, base) : status;
}

kf_status kf_decode_struct(kf_decoder *decoder, const kf_type *type, void *target)
{
    kf_token token = kf_reader_peek(&decoder->reader);
    if (token == KF_TOKEN_NONE)
        return kf_decode_problem(decoder);
    if (token == KF_TOKEN_VOID)
        return kf_reader_literal(&decoder->reader, token) ? KF_OK : kf_decode_problem(decoder);
    if (token == KF_TOKEN_MARK)
        return kf_decode_marked(decoder, type, target);
    if ((type->flags & (KF_TYPE_UNION | KF_TYPE_BY_STATUS)) != 0)
        return kf_decode_union(decoder, type, target);
    if ((type->flags & KF_TYPE_VALUE) != 0 && type->field_count > 0)
        return kf_decode_value(decoder, type, target);
    if (token == KF_TOKEN_NULL)
        return kf_decode_null(decoder, type, target);
    if (token != KF_TOKEN_OBJECT)
        return kf_decode_mismatch(decoder, "an object", token);
    return kf_decode_members(decoder, type, target);
}
