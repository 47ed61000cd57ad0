#include "model/decode.h"

#include "core/fail.h"

/* Elements that a cJSON tree is made of are taken from the text, so that only a copy still has it afterwards. */
static kf_status kf_decode_save(kf_decoder *decoder, kf_slice *saved)
{
    kf_reader start = decoder->reader;
    kf_slice raw;
    if (!kf_reader_skip(&decoder->reader, &raw))
        return kf_decode_problem(decoder);
    decoder->reader = start;
    return kf_decode_copy(decoder, &raw, saved);
}

static kf_status kf_decode_each_element(kf_decoder *decoder, const kf_field *field, kf_gather *gather, bool *exact,
                                        kf_place *place)
{
    kf_status status = KF_OK;
    if (!kf_reader_enter(&decoder->reader))
        return kf_decode_problem(decoder);
    for (bool first = true; status == KF_OK; first = false) {
        bool more;
        if (!kf_reader_next_element(&decoder->reader, first, &more))
            return kf_decode_problem(decoder);
        if (!more)
            break;
        place->index++; /* From KF_NOWHERE to 0 at first. */
        void *slot = kf_gather_add(decoder, gather);
        status = slot == NULL ? kf_decode_no_memory(decoder) : kf_decode_element(decoder, field, slot, exact);
    }
    return status;
}

static kf_status kf_decode_elements(kf_decoder *decoder, const kf_field *field, kf_gather *gather, bool *exact)
{
    kf_place place = {decoder->place, NULL, KF_NOWHERE};
    decoder->place = &place;
    kf_status status = kf_decode_each_element(decoder, field, gather, exact, &place);
    decoder->place = place.above;
    return status;
}

kf_status kf_decode_array(kf_decoder *decoder, const kf_field *field, const char *name, void *target)
{
    kf_slice raw;
    kf_gather gather;
    bool exact = field->kind != KF_KIND_JSON;
    kf_token token = kf_reader_peek(&decoder->reader);
    if (token != KF_TOKEN_ARRAY)
        return kf_decode_mismatch(decoder, "an array", token);
    raw.text = decoder->reader.position;
    kf_status status = field->kind == KF_KIND_JSON ? kf_decode_save(decoder, &raw) : KF_OK;
    if (status != KF_OK)
        return status;
    kf_gather_begin(decoder, &gather, kf_element_size(field));
    status = kf_decode_elements(decoder, field, &gather, &exact);
    if (status != KF_OK)
        return status;
    size_t count = gather.count;
    void *array = kf_gather_end(decoder, &gather);
    if (array == NULL)
        return kf_decode_no_memory(decoder);
    kf_store_pointer(kf_at(target, field->offset), array);
    memcpy(kf_at(target, field->count_offset), &count, sizeof count);
    if (exact)
        return KF_OK;
    if (field->kind != KF_KIND_JSON)
        raw.length = (size_t)(decoder->reader.position - raw.text);
    return kf_decode_keep(decoder, name, &raw, array);
}

static kf_status kf_decode_each_entry(kf_decoder *decoder, const kf_field *field, kf_gather *gather, bool *exact,
                                      kf_place *place)
{
    const kf_layout *layout = kf_layout_of(field->kind);
    kf_status status = KF_OK;
    if (!kf_reader_enter(&decoder->reader))
        return kf_decode_problem(decoder);
    for (bool first = true; status == KF_OK; first = false) {
        bool more;
        kf_slice key;
        place->name = NULL;
        if (!kf_reader_next_member(&decoder->reader, first, &more))
            return kf_decode_problem(decoder);
        if (!more)
            break;
        if (!kf_reader_name(&decoder->reader, &key))
            return kf_decode_problem(decoder);
        char *entry = kf_gather_add(decoder, gather);
        if (entry == NULL)
            return kf_decode_no_memory(decoder);
        place->name = key.text;
        kf_store_pointer(entry, key.text);
        status = kf_decode_element(decoder, field, entry + layout->entry_at, exact);
    }
    return status;
}

static kf_status kf_decode_entries(kf_decoder *decoder, const kf_field *field, kf_gather *gather, bool *exact)
{
    kf_place place = {decoder->place, NULL, KF_NOWHERE};
    decoder->place = &place;
    kf_status status = kf_decode_each_entry(decoder, field, gather, exact, &place);
    decoder->place = place.above;
    return status;
}

static kf_status kf_decode_check_keys(kf_decoder *decoder, const void *entries, size_t count, size_t size)
{
    bool failed;
    const char *key = kf_decode_twice(decoder, entries, count, size, &failed);
    if (failed)
        return kf_decode_no_memory(decoder);
    if (key == NULL)
        return KF_OK;
    kf_place place = {decoder->place, key, 0};
    decoder->place = &place;
    kf_status status = kf_decode_fail(decoder, "the member came twice");
    decoder->place = place.above;
    return status;
}

kf_status kf_decode_map(kf_decoder *decoder, const kf_field *field, const char *name, void *target)
{
    kf_slice raw = {NULL, 0};
    kf_gather gather;
    bool exact = field->kind != KF_KIND_JSON;
    /* Reading the keys changes the text, so what may have to be kept is copied before. */
    bool save = field->kind != KF_KIND_STRING && field->kind != KF_KIND_BYTES && field->kind != KF_KIND_OBJECT;
    kf_token token = kf_reader_peek(&decoder->reader);
    if (token != KF_TOKEN_OBJECT)
        return kf_decode_mismatch(decoder, "an object", token);
    kf_status status = save ? kf_decode_save(decoder, &raw) : KF_OK;
    if (status != KF_OK)
        return status;
    kf_gather_begin(decoder, &gather, kf_layout_of(field->kind)->entry_size);
    status = kf_decode_entries(decoder, field, &gather, &exact);
    if (status != KF_OK)
        return status;
    size_t count = gather.count;
    void *entries = kf_gather_end(decoder, &gather);
    if (entries == NULL)
        return kf_decode_no_memory(decoder);
    status = kf_decode_check_keys(decoder, entries, count, gather.size);
    if (status != KF_OK)
        return status;
    kf_store_pointer(kf_at(target, field->offset), entries);
    memcpy(kf_at(target, field->count_offset), &count, sizeof count);
    return exact ? KF_OK : kf_decode_keep(decoder, name, &raw, entries);
}

/* A scalar of its own: the value, its presence, and its text where the value alone would not give it again. */
static kf_status kf_decode_scalar(kf_decoder *decoder, const kf_field *field, const char *name, void *target)
{
    bool exact = true;
    kf_slice raw = {decoder->reader.position, 0};
    char *value = kf_at(target, field->offset);
    if (kf_field_has_presence(field)) {
        kf_presence presence = KF_SET;
        memcpy(value, &presence, sizeof presence);
        value += kf_layout_of(field->kind)->optional_at;
    }
    kf_status status = kf_decode_element(decoder, field, value, &exact);
    if (status != KF_OK || exact)
        return status;
    raw.length = (size_t)(decoder->reader.position - raw.text);
    return kf_decode_keep(decoder, name, &raw, raw.text);
}

kf_status kf_decode_field(kf_decoder *decoder, const kf_field *field, const char *name, void *target)
{
    bool many = (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0;
    /* Most members are texts: straight to them. */
    if (field->kind == KF_KIND_STRING && !many && *decoder->reader.position == '"') {
        kf_slice text;
        if (!kf_reader_string(&decoder->reader, &text))
            return kf_decode_problem(decoder);
        kf_store_pointer(kf_at(target, field->offset), text.text);
        return KF_OK;
    }
    kf_token token = kf_reader_peek(&decoder->reader);
    if (token == KF_TOKEN_NONE)
        return kf_decode_problem(decoder);
    if (token == KF_TOKEN_VOID)
        return kf_reader_literal(&decoder->reader, token) ? KF_OK : kf_decode_problem(decoder);
    if (token == KF_TOKEN_NULL && (many || field->kind != KF_KIND_JSON)) {
        if (!kf_reader_literal(&decoder->reader, token))
            return kf_decode_problem(decoder);
        if (!kf_field_has_presence(field))
            return kf_decode_keep_mark(decoder, name, kf_null_text);
        kf_presence presence = KF_NULL;
        memcpy(kf_at(target, field->offset), &presence, sizeof presence);
        return KF_OK;
    }
    if ((field->flags & KF_FIELD_ARRAY) != 0)
        return kf_decode_array(decoder, field, name, target);
    if ((field->flags & KF_FIELD_MAP) != 0)
        return kf_decode_map(decoder, field, name, target);
    if (field->kind == KF_KIND_JSON)
        return kf_decode_free_form(decoder, name, kf_at(target, field->offset));
    return kf_decode_scalar(decoder, field, name, target);
}
