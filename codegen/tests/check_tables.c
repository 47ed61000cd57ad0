/* Walks the tables of a generated service and says what in them does not fit together. Compiled with
 * -DSERVICE=…_service and linked with the generated files; the library is not needed. */
#include "kuflow/pager.h"

#include <stdio.h>
#include <string.h>

extern const kf_service SERVICE;

static int failures;

#define EXPECT(condition, ...)                  \
    do {                                        \
        if (!(condition)) {                     \
            failures++;                         \
            printf("%s: ", #condition);         \
            printf(__VA_ARGS__);                \
            putchar('\n');                      \
        }                                       \
    } while (0)

static uint32_t name_hash(const char *name, uint32_t seed)
{
    uint32_t hash = 2166136261u ^ seed;
    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619u;
    return hash ^ hash >> 15;
}

static size_t size_of_value(const kf_field *field)
{
    bool plain = (field->flags & KF_FIELD_PLAIN) != 0;
    if ((field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0)
        return sizeof(void *);
    switch (field->kind) {
    case KF_KIND_BOOL:
        return plain ? sizeof(bool) : sizeof(kf_bool);
    case KF_KIND_INT32:
        return plain ? sizeof(int32_t) : sizeof(kf_int32);
    case KF_KIND_INT64:
        return plain ? sizeof(int64_t) : sizeof(kf_int64);
    case KF_KIND_DOUBLE:
        return plain ? sizeof(double) : sizeof(kf_double);
    case KF_KIND_ENUM:
        return sizeof(int);
    case KF_KIND_BYTES:
        return sizeof(kf_bytes);
    default:
        return sizeof(void *);
    }
}

static const kf_field *find(const kf_type *type, const char *name, size_t length)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].name_length == length && memcmp(type->fields[i].name, name, length) == 0)
            return &type->fields[i];
    return NULL;
}

static void check_field(const kf_type *type, size_t index)
{
    const kf_field *field = &type->fields[index];
    bool counted = (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0;
    size_t end = field->offset + size_of_value(field);
    size_t next = type->size;
    EXPECT(field->kind >= KF_KIND_STRING && field->kind <= KF_KIND_OBJECT, "%s.%s", type->name, field->name);
    EXPECT(strlen(field->name) == field->name_length, "%s.%s", type->name, field->name);
    EXPECT((field->ref != NULL) == (field->kind == KF_KIND_ENUM || field->kind == KF_KIND_OBJECT), "%s.%s", type->name,
           field->name);
    EXPECT(!counted || field->count_offset >= end, "%s.%s", type->name, field->name);
    EXPECT(counted || field->count_offset == 0, "%s.%s", type->name, field->name);
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].offset > field->offset && type->fields[i].offset < next)
            next = type->fields[i].offset;
    EXPECT(end <= next, "%s.%s reaches into the next member", type->name, field->name);
    EXPECT((field->flags & KF_FIELD_INDIRECT) == 0 ||
               ((field->flags & KF_FIELD_ARRAY) != 0 && ((const kf_type *)field->ref)->variant_count > 0),
           "%s.%s", type->name, field->name);
    uint16_t slot = type->slots[name_hash(field->name, type->hash_seed) & type->slot_mask];
    if ((field->flags & KF_FIELD_ADDITIONAL) == 0)
        EXPECT(slot != 0 && strcmp(type->fields[slot - 1].name, field->name) == 0, "%s.%s", type->name, field->name);
    else
        EXPECT(slot != index + 1 && index + 1 == type->field_count, "%s.%s", type->name, field->name);
}

static void check_variants(const kf_type *type)
{
    bool is_union = (type->flags & KF_TYPE_UNION) != 0;
    EXPECT(type->variant_count == 0 || type->discriminator != NULL || (type->flags & KF_TYPE_BY_STATUS) != 0, "%s",
           type->name);
    for (size_t i = 0; i < type->variant_count; i++) {
        const kf_type *variant = type->variants[i].type;
        bool found = false;
        for (size_t j = 0; is_union && j < type->field_count; j++)
            found = found || type->fields[j].ref == variant;
        EXPECT(found == is_union, "%s: %s", type->name, type->variants[i].tag);
        for (size_t j = 0; !is_union && j < type->field_count; j++)
            EXPECT(strcmp(variant->fields[j].name, type->fields[j].name) == 0 &&
                       variant->fields[j].offset == type->fields[j].offset,
                   "%s does not begin like %s", variant->name, type->name);
        EXPECT(is_union || variant->extra_offset == type->extra_offset, "%s: %s", type->name, variant->name);
    }
}

/* Of a name list: each has text, and the list ends. */
static void check_names(const kf_type *type, const char *const *names)
{
    EXPECT(names == NULL || names[0] != NULL, "%s", type->name);
    for (; names != NULL && *names != NULL; names++)
        EXPECT(**names != '\0', "%s", type->name);
}

static void check_wire(const kf_type *type)
{
    const kf_wire *wire = type->wire;
    check_names(type, wire->aliases);
    check_names(type, wire->known_by);
    check_names(type, wire->flatten);
    for (size_t i = 0; wire->fields != NULL && i < type->field_count; i++) {
        const kf_wire_field *of = &wire->fields[i];
        const kf_field *field = &type->fields[i];
        bool array = (field->flags & KF_FIELD_ARRAY) != 0;
        check_names(type, of->aliases);
        EXPECT(of->item == NULL || (of->flags & KF_WIRE_WRAPPED) != 0, "%s.%s", type->name, field->name);
        EXPECT(array || (of->flags & (KF_WIRE_WRAPPED | KF_WIRE_BY_NAME | KF_WIRE_ENTRIES)) == 0, "%s.%s", type->name,
               field->name);
        EXPECT(!array || (of->flags & (KF_WIRE_ATTRIBUTE | KF_WIRE_TEXT)) == 0, "%s.%s", type->name, field->name);
        EXPECT((of->flags & KF_WIRE_BY_NAME) == 0 || ((const kf_type *)field->ref)->discriminator != NULL, "%s.%s",
               type->name, field->name);
        EXPECT((of->flags & KF_WIRE_TIME) == 0 || field->kind == KF_KIND_STRING, "%s.%s", type->name, field->name);
    }
}

static void check_type(const kf_type *type)
{
    size_t used = 0;
    for (size_t i = 0; i <= type->slot_mask; i++)
        used += type->slots[i] != 0;
    EXPECT((type->slot_mask & (type->slot_mask + 1)) == 0, "%s", type->name);
    EXPECT(used <= type->field_count, "%s", type->name);
    for (size_t i = 0; i < type->field_count; i++)
        check_field(type, i);
    if ((type->flags & KF_TYPE_REQUEST) == 0)
        EXPECT(type->extra_offset + sizeof(kf_extra) <= type->size, "%s", type->name);
    EXPECT((type->flags & KF_TYPE_VALUE) == 0 || type->field_count == 1, "%s", type->name);
    EXPECT((type->flags & KF_TYPE_UNION) == 0 || type->field_count > 1, "%s", type->name);
    check_variants(type);
    if (type->wire != NULL)
        check_wire(type);
}

static void check_enum(const kf_enum *description)
{
    for (size_t i = 0; i < description->count; i++)
        for (size_t j = 0; j < i; j++)
            EXPECT(strcmp(description->texts[i], description->texts[j]) != 0, "%s: %s", description->name,
                   description->texts[i]);
    EXPECT(description->count > 0, "%s", description->name);
}

static void check_pagination(const kf_operation *operation)
{
    const kf_pagination *pagination = operation->pagination;
    EXPECT(find(operation->parameters, pagination->position, strlen(pagination->position)) != NULL, "%s",
           operation->name);
    EXPECT(pagination->size == NULL || find(operation->parameters, pagination->size, strlen(pagination->size)) != NULL,
           "%s", operation->name);
    const kf_type *type = operation->answers[0].type;
    const kf_field *items = pagination->items == NULL ? type->fields : find(type, pagination->items, strlen(pagination->items));
    EXPECT(items != NULL && (items->flags & KF_FIELD_ARRAY) != 0, "%s", operation->name);
    EXPECT(pagination->size_sent == 0 || pagination->size != NULL, "%s", operation->name);
}

static void check_operation(const kf_operation *operation)
{
    size_t braces = 0;
    for (const char *c = operation->path; *c != '\0'; c++)
        braces += *c == '{';
    EXPECT(operation->service == &SERVICE, "%s", operation->name);
    EXPECT(braces == 0 ? operation->path_parameters == NULL : operation->path_parameters != NULL, "%s", operation->path);
    EXPECT(operation->answer_count > 0 && operation->accept != NULL, "%s", operation->name);
    EXPECT(operation->server <= SERVICE.server_count, "%s", operation->name);
    EXPECT((operation->body_media != NULL) == (operation->body != NULL || (operation->flags & KF_OPERATION_UPLOAD) != 0),
           "%s", operation->name);
    EXPECT((operation->parameters == NULL) == (operation->styles == NULL), "%s", operation->name);
    if (operation->path_parameters != NULL)
        check_type(operation->path_parameters);
    if (operation->parameters != NULL)
        check_type(operation->parameters);
    for (size_t i = 0; operation->parameters != NULL && i < operation->parameters->field_count; i++)
        EXPECT(operation->styles[i].location >= KF_IN_QUERY && operation->styles[i].style >= KF_STYLE_FORM, "%s",
               operation->name);
    if (operation->pagination != NULL)
        check_pagination(operation);
}

int main(void)
{
    for (size_t i = 0; i < SERVICE.type_count; i++)
        check_type(SERVICE.types[i]);
    for (size_t i = 0; i < SERVICE.enum_count; i++)
        check_enum(SERVICE.enums[i]);
    for (size_t i = 0; i < SERVICE.operation_count; i++)
        check_operation(&SERVICE.operations[i]);
    return failures > 0;
}

/* What the generated functions call. */
kf_status kf_model_decode(const kf_type *type, const char *text, size_t length, void **model, kf_error *error)
{
    (void)type, (void)text, (void)length, (void)model, (void)error;
    return KF_ERROR_INTERNAL;
}

kf_status kf_model_encode(const kf_type *type, const void *model, char **text, kf_error *error)
{
    (void)type, (void)model, (void)text, (void)error;
    return KF_ERROR_INTERNAL;
}

kf_status kf_model_clone(const kf_type *type, const void *model, void **copy, kf_error *error)
{
    (void)type, (void)model, (void)copy, (void)error;
    return KF_ERROR_INTERNAL;
}

void kf_model_free(void *model)
{
    (void)model;
}

const kf_type *kf_model_type(const kf_type *type, const void *model)
{
    (void)model;
    return type;
}

const char *kf_enum_text(const kf_enum *description, int value)
{
    (void)description, (void)value;
    return NULL;
}

int kf_enum_value(const kf_enum *description, const char *text)
{
    (void)description, (void)text;
    return 0;
}

kf_status kf_call(struct kf_client *client, const kf_operation *operation, const void *path, const void *parameters,
                  const void *body, void *out, kf_error *error)
{
    (void)client, (void)operation, (void)path, (void)parameters, (void)body, (void)out, (void)error;
    return KF_ERROR_INTERNAL;
}

kf_pager *kf_pager_new(struct kf_client *client, const kf_operation *operation, const void *path,
                       const void *parameters, kf_error *error)
{
    (void)client, (void)operation, (void)path, (void)parameters, (void)error;
    return NULL;
}

const void *kf_pager_next_of(kf_pager *pager, const kf_operation *operation, kf_error *error)
{
    (void)pager, (void)operation, (void)error;
    return NULL;
}
