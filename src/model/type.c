#include "model/layout.h"

#include <stdio.h>
#include <string.h>

uint32_t kf_name_hash(const char *name, size_t length, uint32_t seed)
{
    uint32_t hash = UINT32_C(2166136261) ^ seed;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * UINT32_C(16777619);
    return hash ^ (hash >> 15);
}

typedef struct kf_enum_entry {
    const char *key;
    int value;
} kf_enum_entry;

typedef struct kf_object_entry {
    const char *key;
    const void *value;
} kf_object_entry;

const kf_layout *kf_layout_of(uint8_t kind)
{
#define KF_LAYOUT(type, optional, entry)                                                                               \
    {                                                                                                                  \
        sizeof(type), optional, sizeof(entry), offsetof(entry, value)                                                  \
    }
    static const kf_layout layouts[] = {
        [KF_KIND_STRING] = KF_LAYOUT(const char *, 0, kf_string_entry),
        [KF_KIND_BOOL] = KF_LAYOUT(bool, offsetof(kf_bool, value), kf_bool_entry),
        [KF_KIND_INT32] = KF_LAYOUT(int32_t, offsetof(kf_int32, value), kf_int32_entry),
        [KF_KIND_INT64] = KF_LAYOUT(int64_t, offsetof(kf_int64, value), kf_int64_entry),
        [KF_KIND_DOUBLE] = KF_LAYOUT(double, offsetof(kf_double, value), kf_double_entry),
        [KF_KIND_ENUM] = KF_LAYOUT(int, 0, kf_enum_entry),
        [KF_KIND_BYTES] = KF_LAYOUT(kf_bytes, 0, kf_bytes_entry),
        [KF_KIND_JSON] = KF_LAYOUT(const cJSON *, 0, kf_json_entry),
        [KF_KIND_OBJECT] = KF_LAYOUT(const void *, 0, kf_object_entry),
    };
#undef KF_LAYOUT
    return &layouts[kind];
}

const kf_field *kf_type_field_of(const kf_type *type, const char *name, size_t length)
{
    if (type->slots == NULL)
        return NULL;
    uint16_t slot = type->slots[kf_name_hash(name, length, type->hash_seed) & type->slot_mask];
    if (slot == 0)
        return NULL;
    const kf_field *field = &type->fields[slot - 1];
    bool same = field->name_length == length && memcmp(field->name, name, length) == 0;
    return same && (field->flags & KF_FIELD_ADDITIONAL) == 0 ? field : NULL;
}

const kf_field *kf_type_field(const kf_type *type, const char *name)
{
    return type == NULL || name == NULL ? NULL : kf_type_field_of(type, name, strlen(name));
}

const kf_field *kf_type_additional(const kf_type *type)
{
    /* It stands last, or nowhere; the search from the end finds it at once. */
    for (size_t i = type->field_count; i > 0; i--) {
        if ((type->fields[i - 1].flags & KF_FIELD_ADDITIONAL) != 0)
            return &type->fields[i - 1];
    }
    return NULL;
}

const char *kf_enum_text(const kf_enum *description, int value)
{
    if (description == NULL || value < 1 || value > description->count)
        return NULL;
    return description->texts[value - 1];
}

int kf_enum_value_of(const kf_enum *description, const char *text, size_t length)
{
    for (int i = 0; i < description->count; i++) {
        const char *known = description->texts[i];
        if (strncmp(known, text, length) == 0 && known[length] == '\0')
            return i + 1;
    }
    return -1;
}

int kf_enum_value(const kf_enum *description, const char *text)
{
    if (text == NULL)
        return 0;
    return description == NULL ? -1 : kf_enum_value_of(description, text, strlen(text));
}

const kf_type *kf_type_variant(const kf_type *type, const char *tag, size_t length)
{
    for (size_t i = 0; i < type->variant_count; i++) {
        const char *known = type->variants[i].tag;
        if (strncmp(known, tag, length) == 0 && known[length] == '\0')
            return type->variants[i].type;
    }
    return type;
}

const kf_type *kf_model_type(const kf_type *type, const void *model)
{
    if (type == NULL || model == NULL || type->variant_count == 0 || type->discriminator == NULL ||
        (type->flags & (KF_TYPE_UNION | KF_TYPE_BY_STATUS)) != 0)
        return type;
    const kf_field *field = kf_type_field(type, type->discriminator);
    if (field == NULL)
        return type;
    const char *tag = NULL;
    if (field->kind == KF_KIND_STRING) {
        tag = kf_load_pointer(kf_at_const(model, field->offset));
    } else if (field->kind == KF_KIND_ENUM) {
        int value;
        memcpy(&value, kf_at_const(model, field->offset), sizeof value);
        tag = kf_enum_text(kf_field_enum(field), value);
    }
    return tag == NULL ? type : kf_type_variant(type, tag, strlen(tag));
}

bool kf_type_is_secret(const kf_type *type)
{
    bool secret = (type->flags & KF_TYPE_SECRET) != 0;
    for (size_t i = 0; i < type->variant_count; i++)
        secret = secret || (type->variants[i].type->flags & KF_TYPE_SECRET) != 0;
    return secret;
}

const char *kf_type_short_name(const kf_type *type)
{
    const char *dot = strchr(type->name, '.');
    return dot == NULL ? type->name : dot + 1;
}

const kf_field *kf_type_by_status(const kf_type *type, int http_status)
{
    char names[3][24] = {"", "", "status_default"};
    if ((type->flags & KF_TYPE_BY_STATUS) == 0 || http_status == 0)
        return NULL;
    snprintf(names[0], sizeof names[0], "status_%d", http_status);
    snprintf(names[1], sizeof names[1], "status_%dxx", http_status / 100);
    for (size_t i = 0; i < 3; i++) {
        const kf_field *field = kf_type_field_of(type, names[i], strlen(names[i]));
        if (field != NULL)
            return field;
    }
    return NULL;
}
