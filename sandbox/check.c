/* Checks of what a request brings, by the library's own tables: required members, enums, ids, addresses. */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* The tables have no formats; the document's names tell them. */
static bool names_uuid(const char *name)
{
    return strcmp(name, "keyId") != 0 && (strcmp(name, "id") == 0 || ends_with(name, "Id") || ends_with(name, "Ids"));
}

static bool names_email(const char *name)
{
    return strcmp(name, "email") == 0 || ends_with(name, "Email");
}

bool kf_sb_is_email(const char *text)
{
    const char *at = strchr(text, '@');
    return at != NULL && at != text && at[1] != '\0' && strchr(at + 1, '@') == NULL && strpbrk(text, " \t") == NULL;
}

/* A text by its member's name. */
static bool check_text(kf_sb_call *call, const char *name, const char *text, const char *place, const char *kind)
{
    if (names_uuid(name) && !kf_uuid_valid(text)) {
        kf_sb_error(call, 400, "validation.uuid", place, kind, "%s is not a UUID", place);
        return false;
    }
    if (names_email(name) && !kf_sb_is_email(text)) {
        kf_sb_error(call, 400, "validation.email", place, kind, "%s is not an e-mail address", place);
        return false;
    }
    return true;
}

bool kf_sb_check_length(kf_sb_call *call, const char *name, const char *text, size_t least, size_t most)
{
    size_t characters = 0;
    for (const char *c = text; c != NULL && *c != '\0'; c++)
        characters += ((unsigned char)*c & 0xc0) != 0x80;
    if (text == NULL || (characters >= least && characters <= most))
        return true;
    kf_sb_error(call, 400, "validation.length", name, "body", "%s must have %zu to %zu characters", name, least, most);
    return false;
}

static bool check_model(kf_sb_call *call, const kf_type *type, const void *model, const char *path);

static bool came(const kf_type *type, const char *model, const kf_field *field)
{
    const kf_extra *extra = (const kf_extra *)(const void *)(model + type->extra_offset);
    const kf_extra_member *member = kf_extra_find(extra, field->name);
    if (member != NULL && (member->json == NULL || (member->length == 4 && memcmp(member->json, "null", 4) == 0)))
        return false; /* told as missing, or null */
    const char *value = model + field->offset;
    if (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP))
        return *(const void *const *)(const void *)value != NULL || member != NULL;
    switch (field->kind) {
    case KF_KIND_ENUM:
        return *(const int *)(const void *)value != 0;
    case KF_KIND_BOOL:
        return (field->flags & KF_FIELD_PLAIN) || ((const kf_bool *)(const void *)value)->presence != 0;
    case KF_KIND_INT32:
        return (field->flags & KF_FIELD_PLAIN) || ((const kf_int32 *)(const void *)value)->presence != 0;
    case KF_KIND_INT64:
        return (field->flags & KF_FIELD_PLAIN) || ((const kf_int64 *)(const void *)value)->presence != 0;
    case KF_KIND_DOUBLE:
        return (field->flags & KF_FIELD_PLAIN) || ((const kf_double *)(const void *)value)->presence != 0;
    default:
        return *(const void *const *)(const void *)value != NULL; /* kf_bytes begins with its pointer, too */
    }
}

static bool check_element(kf_sb_call *call, const kf_field *field, const void *element, const char *place)
{
    switch (field->kind) {
    case KF_KIND_STRING: {
        const char *text = *(const char *const *)element;
        return text == NULL || check_text(call, field->name, text, place, "body");
    }
    case KF_KIND_ENUM:
        if (*(const int *)element >= 0)
            return true;
        kf_sb_error(call, 400, "validation.enum", place, "body", "%s has a value that does not exist", place);
        return false;
    case KF_KIND_OBJECT:
        return check_model(call, field->ref, element, place);
    default:
        return true;
    }
}

static size_t element_size(const kf_field *field)
{
    switch (field->kind) {
    case KF_KIND_STRING:
        return sizeof(const char *);
    case KF_KIND_ENUM:
        return sizeof(int);
    case KF_KIND_OBJECT:
        return ((const kf_type *)field->ref)->size;
    default:
        return 0;
    }
}

static bool check_field(kf_sb_call *call, const kf_field *field, const char *value, size_t count, const char *place)
{
    if (field->flags & KF_FIELD_ARRAY) {
        const char *elements = *(const char *const *)(const void *)value;
        size_t size = field->flags & KF_FIELD_INDIRECT ? sizeof(void *) : element_size(field);
        for (size_t i = 0; size > 0 && i < count; i++) {
            char element_place[256];
            snprintf(element_place, sizeof(element_place), "%.200s[%zu]", place, i);
            const void *element = elements + i * size;
            if (field->flags & KF_FIELD_INDIRECT)
                element = *(const void *const *)element;
            if (field->kind == KF_KIND_STRING && *(const char *const *)element == NULL) {
                kf_sb_error(call, 400, "validation.required", element_place, "body", "%s is null", element_place);
                return false;
            }
            if (!check_element(call, field, element, element_place))
                return false;
        }
        return true;
    }
    if (field->flags & KF_FIELD_MAP)
        return true;
    if (field->kind == KF_KIND_OBJECT) {
        const void *object = *(const void *const *)(const void *)value;
        return object == NULL || check_model(call, field->ref, object, place);
    }
    return check_element(call, field, value, place);
}

static bool check_model(kf_sb_call *call, const kf_type *type, const void *model, const char *path)
{
    const char *base = model;
    for (size_t i = 0; i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        char place[256];
        const char *name = type->flags & KF_TYPE_VALUE ? "" : field->name;
        snprintf(place, sizeof(place), "%.100s%s%.100s", path, *path != '\0' && *name != '\0' ? "." : "", name);
        if ((field->flags & KF_FIELD_REQUIRED) && !came(type, base, field)) {
            kf_sb_error(call, 400, "validation.required", place, "body", "%s is required",
                        *place == '\0' ? "The body" : place);
            return false;
        }
        size_t count = field->flags & KF_FIELD_ARRAY ? *(const size_t *)(const void *)(base + field->count_offset) : 0;
        if (!check_field(call, field, base + field->offset, count, place))
            return false;
    }
    return true;
}

bool kf_sb_check_body(kf_sb_call *call)
{
    const kf_type *type = call->operation->body;
    kf_error error;
    kf_status result =
        kf_model_decode(type, call->body == NULL ? "" : call->body, call->body_length, &call->model, &error);
    if (result == KF_ERROR_MEMORY) {
        kf_sb_no_memory(call);
        return false;
    }
    if (result != KF_OK) {
        kf_sb_error(call, 400, "request.body", NULL, "body", "The body cannot be read: %s", error.message);
        return false;
    }
    return check_model(call, type, call->model, "");
}

static bool check_number(kf_sb_call *call, const char *name, const char *text)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    long most = strcmp(name, "size") == 0 ? call->sandbox->max_page_size : INT32_MAX;
    if (*text != '\0' && *end == '\0' && errno == 0 && value >= 0 && value <= most)
        return true;
    kf_sb_error(call, 400, "validation.number", name, "query", "%s must be a number from 0 to %ld", name, most);
    return false;
}

static bool check_query_value(kf_sb_call *call, const kf_field *field, const char *text)
{
    switch (field->kind) {
    case KF_KIND_INT32:
    case KF_KIND_INT64:
        return check_number(call, field->name, text);
    case KF_KIND_ENUM:
        if (kf_enum_value(field->ref, text) > 0)
            return true;
        kf_sb_error(call, 400, "validation.enum", field->name, "query", "%s has a value that does not exist",
                    field->name);
        return false;
    default:
        return check_text(call, field->name, text, field->name, "query");
    }
}

bool kf_sb_check_query(kf_sb_call *call)
{
    const kf_type *type = call->operation->parameters;
    for (size_t i = 0; type != NULL && i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        if (call->operation->styles[i].location != KF_IN_QUERY)
            continue;
        size_t found = 0;
        for (size_t j = 0; j < call->query_count; j++) {
            if (strcmp(call->query[j].name, field->name) != 0)
                continue;
            found++;
            if (!check_query_value(call, field, call->query[j].value))
                return false;
        }
        if (found == 0 && (field->flags & KF_FIELD_REQUIRED)) {
            kf_sb_error(call, 400, "validation.required", field->name, "query", "%s is required", field->name);
            return false;
        }
        if (found > 1 && !(field->flags & KF_FIELD_ARRAY)) {
            kf_sb_error(call, 400, "validation.repeated", field->name, "query", "%s came more than once", field->name);
            return false;
        }
    }
    type = call->operation->path_parameters;
    for (size_t i = 0; type != NULL && i < type->field_count && i < call->value_count; i++) {
        if (!check_text(call, type->fields[i].name, call->values[i], type->fields[i].name, "path"))
            return false;
    }
    return true;
}
