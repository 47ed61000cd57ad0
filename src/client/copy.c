#include "client/copy.h"

#include "core/fail.h"
#include "http/parameter.h"
#include "model/codec.h"
#include "model/layout.h"

#include <string.h>

static kf_status no_memory(kf_error *error)
{
    return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
}

/* The element at `target` was copied as bytes; what it points to follows. */
static kf_status copy_element(kf_arena *arena, const kf_field *field, void *target, kf_error *error)
{
    if (field->kind == KF_KIND_STRING) {
        const char **text = target;
        if (*text == NULL)
            return KF_OK;
        size_t size = strlen(*text) + 1;
        char *copy = kf_arena_text(arena, size);
        if (copy == NULL)
            return no_memory(error);
        *text = memcpy(copy, *text, size);
    } else if (field->kind == KF_KIND_BYTES) {
        kf_bytes *bytes = target;
        if (bytes->data == NULL)
            return KF_OK;
        char *copy = kf_arena_text(arena, bytes->length + 1);
        if (copy == NULL)
            return no_memory(error);
        memcpy(copy, bytes->data, bytes->length);
        bytes->data = (const uint8_t *)copy;
    } else if (field->kind == KF_KIND_OBJECT) {
        void **object = target;
        if (*object != NULL)
            return kf_copy_struct(arena, kf_model_type(field->ref, *object), *object, object, error);
    } else if (field->kind == KF_KIND_JSON && *(const void *const *)target != NULL) {
        return kf_fail(error, KF_ERROR_ARGUMENT, "the parameter \"%s\" is JSON, which a pager cannot keep",
                       field->name);
    }
    return KF_OK;
}

static kf_status copy_array(kf_arena *arena, const kf_field *field, void *model, kf_error *error)
{
    void **items = (void **)((char *)model + field->offset);
    size_t count = *(const size_t *)((char *)model + field->count_offset);
    const kf_layout *layout = kf_layout_of(field->kind);
    bool map = (field->flags & KF_FIELD_MAP) != 0;
    size_t size = map ? layout->entry_size : kf_field_element_size(field);
    static const kf_field key = {.kind = KF_KIND_STRING};
    if (*items == NULL)
        return KF_OK;
    if (field->kind == KF_KIND_OBJECT && !map && (field->flags & KF_FIELD_INDIRECT) == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the parameter \"%s\" is not one that a pager can keep", field->name);
    char *copy = kf_arena_alloc(arena, count * size + 1);
    if (copy == NULL)
        return no_memory(error);
    memcpy(copy, *items, count * size);
    *items = copy;
    kf_status status = KF_OK;
    for (size_t i = 0; i < count && status == KF_OK; i++) {
        char *element = copy + i * size;
        if (map)
            status = copy_element(arena, &key, element, error);
        if (status == KF_OK)
            status = copy_element(arena, field, element + (map ? layout->entry_at : 0), error);
    }
    return status;
}

kf_status kf_copy_struct(kf_arena *arena, const kf_type *type, const void *source, void **copy, kf_error *error)
{
    char *made = kf_arena_alloc(arena, type->size);
    kf_status status = KF_OK;
    if (made == NULL)
        return no_memory(error);
    *copy = made;
    if (source == NULL)
        return KF_OK;
    memcpy(made, source, type->size);
    if ((type->flags & KF_TYPE_REQUEST) == 0 &&
        ((const kf_extra *)(const void *)(made + type->extra_offset))->count > 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "a parameter has extra members, which a pager cannot keep");
    for (size_t i = 0; i < type->field_count && status == KF_OK; i++) {
        const kf_field *field = &type->fields[i];
        if ((field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0)
            status = copy_array(arena, field, made, error);
        else
            status = copy_element(arena, field, made + field->offset, error);
    }
    return status;
}
