#include "http/parameter.h"

#include "core/fail.h"
#include "http/url.h"
#include "model/codec.h"
#include "model/layout.h"

#include <stddef.h>
#include <string.h>

static const void *at(const void *model, size_t offset)
{
    return (const char *)model + offset;
}

static bool is_list(const kf_field *field)
{
    return (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0;
}

static kf_presence of_pointer(const void *pointer)
{
    return pointer == NULL ? KF_ABSENT : KF_SET;
}

kf_presence kf_field_presence(const kf_field *field, const void *model)
{
    const void *value = at(model, field->offset);
    if (is_list(field))
        return of_pointer(*(const void *const *)value);
    switch ((kf_kind)field->kind) {
    case KF_KIND_STRING:
    case KF_KIND_JSON:
    case KF_KIND_OBJECT:
        return of_pointer(*(const void *const *)value);
    case KF_KIND_BYTES:
        return of_pointer(((const kf_bytes *)value)->data);
    case KF_KIND_ENUM:
        return *(const int *)value == 0 ? KF_ABSENT : KF_SET;
    case KF_KIND_BOOL:
        return (field->flags & KF_FIELD_PLAIN) != 0 ? KF_SET : ((const kf_bool *)value)->presence;
    case KF_KIND_INT32:
        return (field->flags & KF_FIELD_PLAIN) != 0 ? KF_SET : ((const kf_int32 *)value)->presence;
    case KF_KIND_INT64:
        return (field->flags & KF_FIELD_PLAIN) != 0 ? KF_SET : ((const kf_int64 *)value)->presence;
    case KF_KIND_DOUBLE:
        return (field->flags & KF_FIELD_PLAIN) != 0 ? KF_SET : ((const kf_double *)value)->presence;
    }
    return KF_ABSENT;
}

const void *kf_field_value(const kf_field *field, const void *model)
{
    const void *value = at(model, field->offset);
    if ((field->flags & KF_FIELD_PLAIN) != 0)
        return value;
    switch ((kf_kind)field->kind) {
    case KF_KIND_BOOL:
        return &((const kf_bool *)value)->value;
    case KF_KIND_INT32:
        return &((const kf_int32 *)value)->value;
    case KF_KIND_INT64:
        return &((const kf_int64 *)value)->value;
    case KF_KIND_DOUBLE:
        return &((const kf_double *)value)->value;
    default:
        return value;
    }
}

size_t kf_field_element_size(const kf_field *field)
{
    switch ((kf_kind)field->kind) {
    case KF_KIND_BOOL:
        return sizeof(bool);
    case KF_KIND_INT32:
        return sizeof(int32_t);
    case KF_KIND_INT64:
        return sizeof(int64_t);
    case KF_KIND_DOUBLE:
        return sizeof(double);
    case KF_KIND_ENUM:
        return sizeof(int);
    case KF_KIND_BYTES:
        return sizeof(kf_bytes);
    case KF_KIND_OBJECT:
        if ((field->flags & KF_FIELD_INDIRECT) == 0)
            return ((const kf_type *)field->ref)->size;
        break;
    default:
        break;
    }
    return sizeof(void *);
}

/* What one parameter is being written with. */
typedef struct kf_parameter_writer {
    const kf_field *field;
    const kf_parameter *parameter;
    kf_buffer *buffer;
    kf_buffer scratch; /* one value before it is encoded */
    kf_error *error;
    size_t count; /* pieces so far */
    char lead;
} kf_parameter_writer;

static void put(kf_parameter_writer *writer, const char *text, size_t length)
{
    const kf_parameter *parameter = writer->parameter;
    if (parameter->location == KF_IN_HEADER)
        kf_buffer_append(writer->buffer, text, length);
    else if (parameter->location == KF_IN_PATH)
        kf_url_encode(writer->buffer, text, length, ":"); /* harmless there, and some servers want it as it is */
    else if (parameter->location == KF_IN_QUERY && parameter->allow_reserved)
        kf_url_encode(writer->buffer, text, length, ":/?@!$'()*,;="); /* what cannot end the value */
    else
        kf_url_encode(writer->buffer, text, length, "");
}

/* A member's name may hold '=' as little as '&'. */
static void put_key(kf_parameter_writer *writer, const char *key)
{
    if (writer->parameter->location == KF_IN_HEADER)
        kf_buffer_text(writer->buffer, key);
    else
        kf_url_encode(writer->buffer, key, strlen(key), "");
}

/* Between the pieces of a value that is not exploded. */
static const char *delimiter(const kf_parameter_writer *writer)
{
    switch (writer->parameter->style) {
    case KF_STYLE_SPACE_DELIMITED:
        return "%20";
    case KF_STYLE_PIPE_DELIMITED:
        return "%7C";
    default:
        return ",";
    }
}

/* What stands before a piece that is not joined to the one before it: separator, name, key. */
static void put_head(kf_parameter_writer *writer, const char *key)
{
    const char *name = writer->field->name;
    bool exploded_key = key != NULL && writer->parameter->explode;
    switch (writer->parameter->style) {
    case KF_STYLE_SIMPLE:
        if (writer->count > 0)
            kf_buffer_char(writer->buffer, ',');
        break;
    case KF_STYLE_LABEL:
        kf_buffer_char(writer->buffer, '.');
        break;
    case KF_STYLE_MATRIX:
        kf_buffer_char(writer->buffer, ';');
        break;
    default:
        if (writer->parameter->location == KF_IN_COOKIE) {
            if (writer->count > 0)
                kf_buffer_text(writer->buffer, "; ");
        } else if (writer->count > 0 || writer->lead != 0) {
            kf_buffer_char(writer->buffer, writer->count > 0 ? '&' : writer->lead);
        }
    }
    bool named = writer->parameter->style != KF_STYLE_SIMPLE && writer->parameter->style != KF_STYLE_LABEL;
    if (writer->parameter->style == KF_STYLE_DEEP_OBJECT && key != NULL) {
        kf_url_encode(writer->buffer, name, strlen(name), "");
        kf_buffer_text(writer->buffer, "%5B");
        kf_url_encode(writer->buffer, key, strlen(key), "");
        kf_buffer_text(writer->buffer, "%5D=");
    } else if (exploded_key) {
        if (writer->parameter->prefix != NULL)
            put_key(writer, writer->parameter->prefix);
        put_key(writer, key);
        kf_buffer_char(writer->buffer, '=');
    } else if (named) {
        kf_url_encode(writer->buffer, name, strlen(name), "");
        kf_buffer_char(writer->buffer, '=');
    }
}

static kf_status put_piece(kf_parameter_writer *writer, const char *key, const char *text, size_t length)
{
    const kf_parameter *parameter = writer->parameter;
    bool split = parameter->explode || parameter->style == KF_STYLE_DEEP_OBJECT;
    if (parameter->location == KF_IN_PATH && length == 0)
        return kf_fail(writer->error, KF_ERROR_ARGUMENT, "the path parameter \"%s\" is empty", writer->field->name);
    if (parameter->location == KF_IN_HEADER &&
        (!kf_header_value_valid(text) || strlen(text) != length || (key != NULL && !kf_header_value_valid(key))))
        return kf_fail(writer->error, KF_ERROR_ARGUMENT, "the header parameter \"%s\" has a control character",
                       writer->field->name);
    if (writer->count == 0 || split) {
        put_head(writer, key);
        if (key != NULL && !split) {
            put_key(writer, key);
            kf_buffer_text(writer->buffer, delimiter(writer));
        }
    } else {
        kf_buffer_text(writer->buffer, delimiter(writer));
        if (key != NULL) {
            put_key(writer, key);
            kf_buffer_text(writer->buffer, delimiter(writer));
        }
    }
    put(writer, text, length);
    writer->count++;
    return KF_OK;
}

static kf_status put_value(kf_parameter_writer *writer, const kf_field *field, const char *key, const void *element)
{
    if (field->kind == KF_KIND_OBJECT || field->kind == KF_KIND_JSON)
        return kf_fail(writer->error, KF_ERROR_ENCODE, "the parameter \"%s\" is nested too deeply for its style",
                       writer->field->name);
    if (field->kind == KF_KIND_STRING && *(const char *const *)element == NULL)
        return kf_fail(writer->error, KF_ERROR_ARGUMENT, "the parameter \"%s\" has an element that is NULL",
                       writer->field->name);
    writer->scratch.length = 0;
    kf_status status = kf_scalar_text(field, element, &writer->scratch, writer->error);
    if (status != KF_OK)
        return status;
    if (writer->scratch.failed)
        return kf_fail(writer->error, KF_ERROR_MEMORY, "out of memory");
    return put_piece(writer, key, writer->scratch.data != NULL ? writer->scratch.data : "", writer->scratch.length);
}

static kf_status put_array(kf_parameter_writer *writer, const kf_field *field, const char *key, const void *model)
{
    const char *items = *(const char *const *)at(model, field->offset);
    size_t count = *(const size_t *)at(model, field->count_offset);
    size_t size = kf_field_element_size(field);
    kf_status status = KF_OK;
    for (size_t i = 0; i < count && status == KF_OK; i++)
        status = put_value(writer, field, key, items + i * size);
    return status;
}

static kf_status put_map(kf_parameter_writer *writer, const void *model)
{
    const kf_field *field = writer->field;
    const char *items = *(const char *const *)at(model, field->offset);
    size_t count = *(const size_t *)at(model, field->count_offset);
    const kf_layout *layout = kf_layout_of(field->kind);
    kf_status status = KF_OK;
    for (size_t i = 0; i < count && status == KF_OK; i++) {
        const char *entry = items + i * layout->entry_size;
        const char *key = *(const char *const *)entry;
        if (key == NULL)
            return kf_fail(writer->error, KF_ERROR_ARGUMENT, "the parameter \"%s\" has an entry without key",
                           field->name);
        status = put_value(writer, field, key, entry + layout->entry_at);
    }
    return status;
}

static kf_status put_object(kf_parameter_writer *writer, const void *object)
{
    const kf_type *type = kf_model_type(writer->field->ref, object);
    kf_status status = KF_OK;
    for (size_t i = 0; i < type->field_count && status == KF_OK; i++) {
        const kf_field *member = &type->fields[i];
        if (kf_field_presence(member, object) != KF_SET || (member->flags & KF_FIELD_READ_ONLY) != 0)
            continue;
        if ((member->flags & KF_FIELD_MAP) != 0)
            return kf_fail(writer->error, KF_ERROR_ENCODE, "the parameter \"%s\" is nested too deeply for its style",
                           writer->field->name);
        if ((member->flags & KF_FIELD_ARRAY) != 0)
            status = put_array(writer, member, member->name, object);
        else
            status = put_value(writer, member, member->name, kf_field_value(member, object));
    }
    return status;
}

/* Bytes of a member that is no array or map. */
static size_t member_size(const kf_field *field)
{
    if ((field->flags & KF_FIELD_PLAIN) == 0) {
        switch ((kf_kind)field->kind) {
        case KF_KIND_BOOL:
            return sizeof(kf_bool);
        case KF_KIND_INT32:
            return sizeof(kf_int32);
        case KF_KIND_INT64:
            return sizeof(kf_int64);
        case KF_KIND_DOUBLE:
            return sizeof(kf_double);
        case KF_KIND_OBJECT:
            return sizeof(void *);
        default:
            break;
        }
    }
    return kf_field_element_size(field);
}

/* The whole value as JSON, through a type that consists of this one field. */
static kf_status put_json(kf_parameter_writer *writer, const void *model)
{
    struct {
        kf_int64 room[2]; /* as large and aligned as any member */
        size_t count;
        kf_extra extra;
    } value = {0};
    kf_field field = *writer->field;
    size_t size = is_list(&field) ? sizeof(void *) : member_size(&field);
    memcpy(&value, at(model, field.offset), size);
    if (is_list(&field))
        memcpy(&value.count, at(model, field.count_offset), sizeof(value.count));
    field.offset = 0;
    field.count_offset = (uint16_t)((const char *)&value.count - (const char *)&value);
    const kf_type type = {.name = field.name,
                          .fields = &field,
                          .field_count = 1,
                          .size = sizeof(value),
                          .extra_offset = (uint16_t)((const char *)&value.extra - (const char *)&value),
                          .flags = KF_TYPE_VALUE};
    const kf_encode_options options = {.mode = KF_ENCODE_REQUEST};
    kf_error error; /* of its own: encoding clears it */
    writer->scratch.length = 0;
    kf_status status = kf_model_encode_to(&type, &value, &options, &writer->scratch, &error);
    if (status != KF_OK)
        return kf_fail(writer->error, status, "%s", error.message);
    if (writer->scratch.failed || writer->scratch.data == NULL)
        return kf_fail(writer->error, KF_ERROR_MEMORY, "out of memory");
    return put_piece(writer, NULL, writer->scratch.data, writer->scratch.length);
}

static const char *location_name(const kf_parameter *parameter)
{
    switch ((kf_location)parameter->location) {
    case KF_IN_PATH:
        return "path";
    case KF_IN_QUERY:
        return "query";
    case KF_IN_HEADER:
        return "header";
    case KF_IN_COOKIE:
        return "cookie";
    }
    return "";
}

static kf_status put_field(kf_parameter_writer *writer, const void *model)
{
    const kf_field *field = writer->field;
    if (writer->parameter->style == KF_STYLE_JSON)
        return put_json(writer, model);
    if ((field->flags & KF_FIELD_ARRAY) != 0)
        return put_array(writer, field, NULL, model);
    if ((field->flags & KF_FIELD_MAP) != 0)
        return put_map(writer, model);
    if (field->kind == KF_KIND_OBJECT)
        return put_object(writer, *(const void *const *)at(model, field->offset));
    return put_value(writer, field, NULL, kf_field_value(field, model));
}

kf_status kf_parameter_write(const kf_field *field, const kf_parameter *parameter, const void *model,
                             const char *tenant, char lead, bool *wrote, kf_buffer *buffer, kf_error *error)
{
    kf_parameter_writer writer = {
        .field = field, .parameter = parameter, .buffer = buffer, .error = error, .lead = lead};
    kf_presence presence = model == NULL ? KF_ABSENT : kf_field_presence(field, model);
    kf_status status = KF_OK;
    *wrote = false;
    if (presence == KF_NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the %s parameter \"%s\" cannot be null", location_name(parameter),
                       field->name);
    if (presence == KF_SET)
        status = put_field(&writer, model);
    else if ((field->flags & KF_FIELD_TENANT) != 0 && tenant != NULL)
        status = put_piece(&writer, NULL, tenant, strlen(tenant));
    kf_buffer_free(&writer.scratch);
    if (status == KF_OK && writer.count == 0 &&
        (parameter->location == KF_IN_PATH || (field->flags & KF_FIELD_REQUIRED) != 0))
        return kf_fail(error, KF_ERROR_ARGUMENT, "the %s parameter \"%s\" is missing", location_name(parameter),
                       field->name);
    if (status == KF_OK && buffer->failed)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    *wrote = status == KF_OK && writer.count > 0;
    return status;
}
