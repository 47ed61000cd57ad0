/* Where values stand in structs, arrays and maps. */
#ifndef KF_MODEL_LAYOUT_H
#define KF_MODEL_LAYOUT_H

#include "kuflow/model.h"

#include <string.h>

/* Sizes and offsets of one kind of value. */
typedef struct kf_layout {
    uint8_t size; /* The plain value. An object's is that of a pointer. */
    uint8_t optional_at; /* The value within the struct with presence; 0 for kinds without. */
    uint8_t entry_size; /* The entry of a map. */
    uint8_t entry_at; /* The value within the entry. */
} kf_layout;

const kf_layout *kf_layout_of(uint8_t kind);

/* Number enums and scalars with presence. */
static inline bool kf_field_has_presence(const kf_field *field)
{
    return field->kind >= KF_KIND_BOOL && field->kind <= KF_KIND_DOUBLE &&
           (field->flags & (KF_FIELD_PLAIN | KF_FIELD_ARRAY | KF_FIELD_MAP)) == 0;
}

static inline const kf_type *kf_field_type(const kf_field *field)
{
    return field->ref;
}

static inline const kf_enum *kf_field_enum(const kf_field *field)
{
    return field->ref;
}

/* The distance between the elements of an array. */
static inline size_t kf_element_size(const kf_field *field)
{
    if (field->kind == KF_KIND_OBJECT && (field->flags & KF_FIELD_INDIRECT) == 0)
        return kf_field_type(field)->size;
    return kf_layout_of(field->kind)->size;
}

static inline void *kf_at(void *model, size_t offset)
{
    return (char *)model + offset;
}

static inline const void *kf_at_const(const void *model, size_t offset)
{
    return (const char *)model + offset;
}

/* Pointers of all types are read and written as bytes, whatever their declared type. */
static inline const void *kf_load_pointer(const void *place)
{
    const void *pointer;
    memcpy(&pointer, place, sizeof pointer);
    return pointer;
}

static inline void kf_store_pointer(void *place, const void *pointer)
{
    memcpy(place, &pointer, sizeof pointer);
}

static inline size_t kf_load_count(const void *model, const kf_field *field)
{
    size_t count;
    memcpy(&count, kf_at_const(model, field->count_offset), sizeof count);
    return count;
}

/* The field for a name of that length; the map of additional members has none. */
const kf_field *kf_type_field_of(const kf_type *type, const char *name, size_t length);
/* The type of a variant by its discriminator's text, or `type` itself. */
const kf_type *kf_type_variant(const kf_type *type, const char *tag, size_t length);
/* The map that takes additional members, or NULL. */
const kf_field *kf_type_additional(const kf_type *type);
/* The constant for a text of that length, -1 for none. */
int kf_enum_value_of(const kf_enum *description, const char *text, size_t length);
bool kf_type_is_secret(const kf_type *type);
/* Without the service's: "Process". */
const char *kf_type_short_name(const kf_type *type);
/* The alternative of a KF_TYPE_BY_STATUS for that status, its class, or any; NULL for other types and a status of 0. */
const kf_field *kf_type_by_status(const kf_type *type, int http_status);

#endif
