#include "model/decode.h"

#include "core/fail.h"

#include <stdlib.h>

const char kf_null_text[] = "null";

kf_status kf_decode_fail(kf_decoder *decoder, const char *problem)
{
    char path[KF_PATH_SIZE];
    kf_place_text(path, decoder->root, decoder->place);
    return kf_fail(decoder->error, KF_ERROR_DECODE, "%s: %s", path, problem);
}

kf_status kf_decode_no_memory(kf_decoder *decoder)
{
    return kf_fail(decoder->error, KF_ERROR_MEMORY, "memory ran out");
}

kf_status kf_decode_problem(kf_decoder *decoder)
{
    const kf_reader *reader = &decoder->reader;
    char path[KF_PATH_SIZE];
    if (reader->status == KF_ERROR_MEMORY)
        return kf_decode_no_memory(decoder);
    kf_place_text(path, decoder->root, decoder->place);
    if (decoder->converted)
        return kf_fail(decoder->error, reader->status, "%s: %s", path, reader->problem);
    return kf_fail(decoder->error, reader->status, "%s: %s (byte %zu)", path, reader->problem,
                   kf_reader_offset(reader));
}

kf_status kf_decode_mismatch(kf_decoder *decoder, const char *expected, kf_token found)
{
    char problem[80] = "expected ";
    if (found == KF_TOKEN_NONE)
        return kf_decode_problem(decoder);
    strcat(problem, expected);
    strcat(problem, ", found ");
    strcat(problem, kf_token_text(found));
    return kf_decode_fail(decoder, problem);
}

static kf_status kf_decode_push(kf_decoder *decoder, const kf_extra_member *member)
{
    if (decoder->extra_count == decoder->extra_room) {
        size_t room = decoder->extra_room == 0 ? 32 : decoder->extra_room * 2;
        kf_extra_member *extras = NULL;
        if (room <= SIZE_MAX / sizeof *extras / 2)
            extras = realloc(decoder->extras, room * sizeof *extras);
        if (extras == NULL)
            return kf_decode_no_memory(decoder);
        decoder->extras = extras;
        decoder->extra_room = room;
    }
    decoder->extras[decoder->extra_count++] = *member;
    return KF_OK;
}

kf_status kf_decode_copy(kf_decoder *decoder, const kf_slice *raw, kf_slice *copy)
{
    copy->length = raw->length;
    copy->text = kf_arena_text(decoder->arena, raw->length + 1);
    if (copy->text == NULL)
        return kf_decode_no_memory(decoder);
    memcpy(copy->text, raw->text, raw->length);
    copy->text[raw->length] = '\0';
    return KF_OK;
}

kf_status kf_decode_keep(kf_decoder *decoder, const char *name, const kf_slice *raw, const void *origin)
{
    kf_slice text = *raw;
    /* The byte after an object's member is its own to change, the byte after a whole value is not. */
    if (name == NULL && kf_decode_copy(decoder, raw, &text) != KF_OK)
        return KF_ERROR_MEMORY;
    return kf_decode_push(decoder, &(kf_extra_member){name, text.text, text.length, origin});
}

kf_status kf_decode_keep_mark(kf_decoder *decoder, const char *name, const char *json)
{
    return kf_decode_push(decoder, &(kf_extra_member){name, json, json == NULL ? 0 : strlen(json), NULL});
}

kf_status kf_decode_store_extras(kf_decoder *decoder, const kf_type *type, void *target, size_t base)
{
    size_t count = decoder->extra_count - base;
    decoder->extra_count = base;
    if (count == 0 || (type->flags & KF_TYPE_REQUEST) != 0)
        return KF_OK;
    kf_extra_member *members = kf_arena_alloc_raw(decoder->arena, count * sizeof *members);
    if (members == NULL)
        return kf_decode_no_memory(decoder);
    memcpy(members, decoder->extras + base, count * sizeof *members);
    for (size_t i = 0; i < count; i++) {
        char *json = (char *)(uintptr_t)members[i].json;
        if (json != NULL && json != kf_null_text)
            json[members[i].length] = '\0';
    }
    kf_extra *extra = kf_at(target, type->extra_offset);
    extra->members = members;
    extra->count = count;
    return KF_OK;
}

kf_status kf_decode_push_order(kf_decoder *decoder, uint16_t code)
{
    if (decoder->order_count == decoder->order_room) {
        size_t room = decoder->order_room == 0 ? 128 : decoder->order_room * 2;
        uint16_t *order = realloc(decoder->order, room * sizeof *order);
        if (order == NULL)
            return kf_decode_no_memory(decoder);
        decoder->order = order;
        decoder->order_room = room;
    }
    decoder->order[decoder->order_count++] = code;
    return KF_OK;
}

static int kf_compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *kf_decode_twice(kf_decoder *decoder, const void *entries, size_t count, size_t size, bool *failed)
{
    *failed = false;
    if (count < 2)
        return NULL;
    kf_scratch_mark mark = kf_scratch_here(&decoder->scratch);
    const char **names = kf_scratch_alloc(&decoder->scratch, count * sizeof *names);
    if (names == NULL) {
        *failed = true;
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        names[i] = kf_load_pointer((const char *)entries + i * size);
    qsort(names, count, sizeof *names, kf_compare_names);
    const char *twice = NULL;
    for (size_t i = 1; i < count && twice == NULL; i++) {
        if (strcmp(names[i - 1], names[i]) == 0)
            twice = names[i];
    }
    kf_scratch_release(&decoder->scratch, mark);
    return twice;
}

#define KF_GATHER_FIRST ((size_t)512) /* Bytes of the first chunk, about. */
#define KF_GATHER_MOST ((size_t)64 * 1024) /* Chunks stop doubling here. */

struct kf_gather_chunk {
    kf_gather_chunk *next;
    size_t used;
    size_t room;
    char *data;
};

void kf_gather_begin(kf_decoder *decoder, kf_gather *gather, size_t size)
{
    *gather = (kf_gather){.size = size, .mark = kf_scratch_here(&decoder->scratch)};
}

static bool kf_gather_grow(kf_decoder *decoder, kf_gather *gather)
{
    size_t room = KF_GATHER_FIRST / gather->size + 2;
    if (gather->last != NULL) {
        room = gather->last->room;
        if (room * gather->size < KF_GATHER_MOST)
            room *= 2;
    }
    kf_gather_chunk *chunk = kf_scratch_alloc(&decoder->scratch, sizeof *chunk);
    char *data = chunk == NULL ? NULL : kf_scratch_alloc(&decoder->scratch, room * gather->size);
    if (data == NULL)
        return false;
    *chunk = (kf_gather_chunk){.room = room, .data = data};
    if (gather->last == NULL)
        gather->first = chunk;
    else
        gather->last->next = chunk;
    gather->last = chunk;
    return true;
}

void *kf_gather_add(kf_decoder *decoder, kf_gather *gather)
{
    if ((gather->last == NULL || gather->last->used == gather->last->room) && !kf_gather_grow(decoder, gather))
        return NULL;
    char *element = gather->last->data + gather->last->used++ * gather->size;
    gather->count++;
    memset(element, 0, gather->size);
    return element;
}

void *kf_gather_end(kf_decoder *decoder, kf_gather *gather)
{
    char *array = kf_arena_alloc_raw(decoder->arena, gather->count * gather->size);
    char *target = array;
    if (array == NULL)
        return NULL;
    for (const kf_gather_chunk *chunk = gather->first; chunk != NULL; chunk = chunk->next) {
        memcpy(target, chunk->data, chunk->used * gather->size);
        target += chunk->used * gather->size;
    }
    kf_scratch_release(&decoder->scratch, gather->mark);
    return array;
}
