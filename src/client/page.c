#include "client/page.h"

#include "core/fail.h"
#include "http/parameter.h"

#include <stdlib.h>
#include <string.h>

static bool is_number(const kf_field *field)
{
    return field != NULL && (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) == 0 &&
           (field->kind == KF_KIND_INT32 || field->kind == KF_KIND_INT64);
}

static const kf_field *find_field(const kf_type *type, const char *name, size_t length)
{
    for (size_t i = 0; type != NULL && i < type->field_count; i++)
        if (strlen(type->fields[i].name) == length && memcmp(type->fields[i].name, name, length) == 0)
            return &type->fields[i];
    return NULL;
}

/* Resolves "metadata.totalPages". */
static bool find_path(const kf_type *type, const char *names, kf_page_path *path)
{
    path->depth = 0;
    for (;;) {
        size_t length = strcspn(names, ".");
        const kf_field *field = find_field(type, names, length);
        if (field == NULL || path->depth == KF_PAGE_PATH_MAX)
            return false;
        path->fields[path->depth++] = field;
        if (names[length] == '\0')
            return true;
        if (field->kind != KF_KIND_OBJECT || (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0)
            return false;
        type = field->ref;
        names += length + 1;
    }
}

static bool find_number(const kf_type *type, const char *names, kf_page_path *path)
{
    return names == NULL || (find_path(type, names, path) && is_number(path->fields[path->depth - 1]));
}

static bool find_text(const kf_type *type, const char *names, kf_page_path *path)
{
    if (names == NULL)
        return true;
    if (!find_path(type, names, path))
        return false;
    const kf_field *field = path->fields[path->depth - 1];
    return field->kind == KF_KIND_STRING && (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) == 0;
}

static bool find_items(const kf_type *type, const char *names, kf_page_path *path)
{
    if (names == NULL) {
        if ((type->flags & KF_TYPE_VALUE) == 0 || type->field_count != 1)
            return false;
        path->fields[0] = &type->fields[0];
        path->depth = 1;
    } else if (!find_path(type, names, path)) {
        return false;
    }
    return (path->fields[path->depth - 1]->flags & KF_FIELD_ARRAY) != 0;
}

static const kf_type *answer_type(const kf_operation *operation)
{
    for (size_t i = 0; i < operation->answer_count; i++)
        if (operation->answers[i].type != NULL)
            return operation->answers[i].type;
    return NULL;
}

kf_status kf_page_layout_find(const kf_operation *operation, kf_page_layout *layout, kf_error *error)
{
    const kf_pagination *pagination = operation->pagination;
    const kf_type *type = answer_type(operation);
    memset(layout, 0, sizeof(*layout));
    if (pagination == NULL || type == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "%s.%s is not a paged list", operation->service->name,
                       operation->name);
    layout->pagination = pagination;
    layout->position = find_field(operation->parameters, pagination->position, strlen(pagination->position));
    if (pagination->size != NULL)
        layout->size = find_field(operation->parameters, pagination->size, strlen(pagination->size));
    bool good =
        is_number(layout->position) && (layout->size == NULL || is_number(layout->size)) &&
        find_items(type, pagination->items, &layout->items) && find_number(type, pagination->total, &layout->total) &&
        find_number(type, pagination->pages, &layout->pages) && find_text(type, pagination->next, &layout->next);
    if (!good)
        return kf_fail(error, KF_ERROR_INTERNAL, "the description of the pages of %s.%s does not fit",
                       operation->service->name, operation->name);
    return KF_OK;
}

static bool is_given(const kf_field *field, const void *parameters)
{
    return field != NULL && parameters != NULL && kf_field_presence(field, parameters) == KF_SET;
}

kf_status kf_page_complete(const kf_operation *operation, const void *parameters, void **both, kf_error *error)
{
    const kf_pagination *pagination = operation->pagination;
    *both = NULL;
    if (pagination == NULL || pagination->size_sent == 0)
        return KF_OK;
    const char *const names[] = {pagination->position, pagination->size};
    const kf_field *position = find_field(operation->parameters, names[0], strlen(names[0]));
    const kf_field *size = find_field(operation->parameters, names[1], strlen(names[1]));
    bool at = is_given(position, parameters), sized = is_given(size, parameters);
    if (pagination->cumulative && !(at && sized))
        return kf_fail(error, KF_ERROR_ARGUMENT, "%s is missing: without %s and %s this server's list is empty",
                       names[at], names[0], names[1]);
    if (at == sized)
        return KF_OK;
    *both = malloc(operation->parameters->size);
    if (*both == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    memcpy(*both, parameters, operation->parameters->size);
    if (at)
        kf_page_set_parameter(size, *both, pagination->size_sent);
    else
        kf_page_set_parameter(position, *both, pagination->style == KF_PAGE_NUMBER ? pagination->first : 0);
    return KF_OK;
}

/* The struct that holds the last member of a path; NULL when one on the way is absent. */
static const void *follow(const kf_page_path *path, const void *page)
{
    for (size_t i = 0; i + 1 < path->depth && page != NULL; i++)
        page = *(const void *const *)((const char *)page + path->fields[i]->offset);
    return path->depth == 0 ? NULL : page;
}

static int64_t read_number(const kf_field *field, const void *model, int64_t absent)
{
    if (kf_field_presence(field, model) != KF_SET)
        return absent;
    const void *value = kf_field_value(field, model);
    return field->kind == KF_KIND_INT32 ? *(const int32_t *)value : *(const int64_t *)value;
}

int64_t kf_page_number(const kf_page_path *path, const void *page)
{
    const void *model = follow(path, page);
    return model == NULL ? -1 : read_number(path->fields[path->depth - 1], model, -1);
}

const char *kf_page_next(const kf_page_layout *layout, const void *page)
{
    const kf_page_path *path = &layout->next;
    const void *model = follow(path, page);
    if (model == NULL)
        return NULL;
    const char *text = *(const char *const *)((const char *)model + path->fields[path->depth - 1]->offset);
    return text != NULL ? text : "";
}

size_t kf_page_count(const kf_page_layout *layout, const void *page)
{
    const kf_page_path *path = &layout->items;
    const void *model = follow(path, page);
    return model == NULL ? 0 : *(const size_t *)((const char *)model + path->fields[path->depth - 1]->count_offset);
}

const void *kf_page_item(const kf_page_layout *layout, const void *page, size_t index)
{
    const kf_page_path *path = &layout->items;
    const kf_field *field = path->fields[path->depth - 1];
    const char *items = *(const char *const *)((const char *)follow(path, page) + field->offset);
    const char *item = items + index * kf_field_element_size(field);
    bool pointer = field->kind == KF_KIND_STRING || field->kind == KF_KIND_JSON ||
                   (field->kind == KF_KIND_OBJECT && (field->flags & KF_FIELD_INDIRECT) != 0);
    return pointer ? *(const void *const *)item : item;
}

int64_t kf_page_parameter(const kf_field *field, const void *parameters, int64_t absent)
{
    return field == NULL ? absent : read_number(field, parameters, absent);
}

bool kf_page_set_parameter(const kf_field *field, void *parameters, int64_t value)
{
    void *target = (char *)parameters + field->offset;
    bool plain = (field->flags & KF_FIELD_PLAIN) != 0;
    if (field->kind == KF_KIND_INT32) {
        if (value < INT32_MIN || value > INT32_MAX)
            return false;
        if (plain)
            *(int32_t *)target = (int32_t)value;
        else
            *(kf_int32 *)target = KF_INT32((int32_t)value);
    } else if (plain) {
        *(int64_t *)target = value;
    } else {
        *(kf_int64 *)target = KF_INT64(value);
    }
    return true;
}
