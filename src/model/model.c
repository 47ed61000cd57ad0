#include "kuflow/model.h"

#include "core/arena.h"
#include "core/fail.h"
#include "model/codec.h"
#include "model/decode.h"
#include "model/encode.h"
#include "wire/wire.h"

#include <stdlib.h>

/* Structs take about half as much as the text that they come from; the arena grows if not. */
static size_t kf_expected_size(size_t length)
{
    const size_t most = (size_t)1024 * 1024;
    return length / 2 < most ? length / 2 + 256 : most;
}

static void kf_decoder_end(kf_decoder *decoder)
{
    free(decoder->extras);
    free(decoder->order);
    kf_scratch_free(&decoder->scratch);
}

static void kf_drop_text(char *text, size_t length, bool secret)
{
    if (secret)
        kf_wipe(text, length + 1);
    free(text);
}

/* Decodes the whole text into the arena's root, whose type is known. */
static kf_status kf_decode_root(kf_decoder *decoder, const kf_type *type, size_t length, char *text)
{
    bool secret = kf_type_is_secret(decoder->root);
    decoder->arena = kf_arena_new(type->size, kf_expected_size(length));
    if (decoder->arena == NULL || !kf_arena_adopt(decoder->arena, text, length + 1)) {
        kf_drop_text(text, length, secret);
        return kf_decode_no_memory(decoder);
    }
    if (secret)
        kf_arena_set_secret(decoder->arena);
    kf_status status = kf_decode_struct(decoder, type, kf_arena_root(decoder->arena));
    if (status == KF_OK && !kf_reader_finish(&decoder->reader))
        status = kf_decode_problem(decoder);
    return status;
}

static kf_status kf_decode_text(const kf_type *type, char *text, size_t length, const kf_decode_options *options,
                                bool marks, void **model, kf_error *error)
{
    kf_decoder decoder = {.root = type,
                          .error = error,
                          .http_status = options->http_status,
                          .converted = options->converted,
                          .own = options->own};
    decoder.scratch.secret = kf_type_is_secret(type);
    kf_reader_init(&decoder.reader, text, length, options->max_depth);
    decoder.reader.allow_marks = marks;
    const kf_type *actual = type;
    kf_status status = kf_decode_type(&decoder, type, &actual);
    if (status == KF_OK)
        status = kf_decode_root(&decoder, actual, length, text);
    else
        kf_drop_text(text, length, decoder.scratch.secret);
    if (status == KF_OK) {
        kf_error_clear(error);
        *model = kf_arena_root(decoder.arena);
    } else {
        kf_arena_free(decoder.arena);
    }
    kf_decoder_end(&decoder);
    return status;
}

/* Another form is brought into the library's own JSON first. */
static kf_status kf_decode_wire(const kf_type *type, char *text, size_t length, const kf_decode_options *options,
                                void **model, kf_error *error)
{
    const kf_decode_options own = {
        .max_depth = KF_DEPTH_MOST, .http_status = options->http_status, .converted = true, .own = options->own};
    kf_buffer json = {.secret = kf_type_is_secret(type)};
    const kf_wire_options wire = {.max_depth = options->max_depth, .http_status = options->http_status};
    kf_error problem;
    kf_error_clear(&problem);
    bool xml = options->xml || kf_wire_is_xml(text, length);
    kf_status status = (xml ? kf_wire_from_xml(type, text, length, &wire, &json, &problem)
                            : kf_wire_from_json(type, text, length, &wire, &json, &problem));
    if (status != KF_OK && problem.status == KF_OK) {
        kf_buffer_free(&json);
        return kf_decode_text(type, text, length, options, false, model, error); /* It says where and why. */
    }
    if (status != KF_OK && error != NULL)
        *error = problem;
    kf_drop_text(text, length, json.secret);
    length = json.length;
    char *canonical = status == KF_OK ? kf_buffer_take(&json) : NULL;
    if (status == KF_OK && canonical == NULL)
        status = kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    if (status == KF_OK)
        return kf_decode_text(type, canonical, length, &own, false, model, error);
    kf_buffer_free(&json);
    return status;
}

kf_status kf_model_decode_in_place(const kf_type *type, char *text, size_t length, const kf_decode_options *options,
                                   void **model, kf_error *error)
{
    kf_error_clear(error);
    if (model != NULL)
        *model = NULL;
    static const kf_decode_options defaults = {0};
    bool request = options != NULL && options->request;
    if (type == NULL || text == NULL || model == NULL || ((type->flags & KF_TYPE_REQUEST) != 0) != request) {
        free(text);
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_model_decode: an argument is NULL or not a type of JSON");
    }
    if (options == NULL)
        options = &defaults;
    if (type->wire != NULL && !request)
        return kf_decode_wire(type, text, length, options, model, error);
    return kf_decode_text(type, text, length, options, false, model, error);
}

static kf_status kf_decode_copied(const kf_type *type, const char *text, size_t length,
                                  const kf_decode_options *options, void **model, kf_error *error)
{
    kf_error_clear(error);
    if (model != NULL)
        *model = NULL;
    if (type == NULL || text == NULL || model == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_model_decode: an argument is NULL");
    char *copy = length < SIZE_MAX / 4 ? malloc(length + 1) : NULL;
    if (copy == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    memcpy(copy, text, length);
    copy[length] = '\0';
    return kf_model_decode_in_place(type, copy, length, options, model, error);
}

kf_status kf_model_decode(const kf_type *type, const char *text, size_t length, void **model, kf_error *error)
{
    return kf_decode_copied(type, text, length, NULL, model, error);
}

kf_status kf_model_decode_xml(const kf_type *type, const char *text, size_t length, void **model, kf_error *error)
{
    if (type != NULL && type->wire == NULL) {
        kf_error_clear(error);
        if (model != NULL)
            *model = NULL;
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_model_decode_xml: %s has no form in XML", type->name);
    }
    return kf_decode_copied(type, text, length, &(kf_decode_options){.xml = true}, model, error);
}

kf_status kf_encode_root(const kf_type *type, const void *model, const kf_encode_options *options, bool marks,
                         kf_buffer *buffer, kf_error *error)
{
    kf_encode_mode mode = options == NULL ? KF_ENCODE_ALL : options->mode;
    const kf_type *actual = kf_model_type(type, model);
    kf_encoder encoder = {.root = type, .error = error, .marks = marks};
    encoder.lenient = mode == KF_ENCODE_LENIENT || mode == KF_ENCODE_PRINT;
    encoder.request = mode == KF_ENCODE_REQUEST;
    encoder.print = mode == KF_ENCODE_PRINT;
    encoder.check = mode == KF_ENCODE_CHECK;
    if (options != NULL) {
        encoder.key = options->key;
        encoder.tenant = options->tenant;
    }
    size_t start = buffer->length;
    if (kf_type_is_secret(type) && mode != KF_ENCODE_PRINT)
        buffer->secret = true;
    kf_writer_init(&encoder.writer, buffer, encoder.print);
    kf_status status = kf_encode_struct(&encoder, actual, model);
    if (status == KF_OK && buffer->failed)
        status = kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    if (status != KF_OK && buffer->data != NULL) {
        buffer->length = start;
        buffer->data[start] = '\0';
    }
    return status;
}

kf_status kf_model_encode_to(const kf_type *type, const void *model, const kf_encode_options *options,
                             kf_buffer *buffer, kf_error *error)
{
    kf_error_clear(error);
    if (type == NULL || model == NULL || buffer == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_model_encode, _check or _print: an argument is NULL");
    return kf_encode_root(type, model, options, false, buffer, error);
}

kf_status kf_model_encode_xml_to(const kf_type *type, const void *model, const kf_encode_options *options,
                                 kf_buffer *buffer, kf_error *error)
{
    kf_buffer json = {0};
    kf_error_clear(error);
    if (type == NULL || model == NULL || buffer == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_model_encode_xml: an argument is NULL");
    const kf_type *actual = kf_model_type(type, model);
    const char *root = actual->wire != NULL ? actual->wire->root : NULL;
    if (root == NULL && type->wire != NULL)
        root = type->wire->root;
    if (root == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "%s is never the root of an XML document", kf_type_short_name(type));
    kf_status status = kf_model_encode_to(type, model, options, &json, error);
    buffer->secret = buffer->secret || json.secret;
    if (status == KF_OK)
        status = kf_wire_to_xml(actual, root, &json, buffer, error);
    kf_buffer_free(&json);
    return status;
}

static kf_status kf_encode_taken(const kf_type *type, const void *model, kf_encode_mode mode, bool xml, char **text,
                                 kf_error *error)
{
    kf_encode_options options = {.mode = mode};
    kf_buffer buffer = {0};
    kf_error_clear(error);
    if (text != NULL)
        *text = NULL;
    if (text == NULL || type == NULL || model == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_model_encode, _check or _print: an argument is NULL");
    kf_status status = xml ? kf_model_encode_xml_to(type, model, &options, &buffer, error)
                           : kf_model_encode_to(type, model, &options, &buffer, error);
    if (status == KF_OK) {
        *text = kf_buffer_take(&buffer);
        if (*text == NULL)
            status = kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    }
    kf_buffer_free(&buffer);
    return status;
}

kf_status kf_model_encode(const kf_type *type, const void *model, char **text, kf_error *error)
{
    return kf_encode_taken(type, model, KF_ENCODE_ALL, false, text, error);
}

kf_status kf_model_encode_xml(const kf_type *type, const void *model, char **text, kf_error *error)
{
    return kf_encode_taken(type, model, KF_ENCODE_ALL, true, text, error);
}

kf_status kf_model_print(const kf_type *type, const void *model, char **text, kf_error *error)
{
    return kf_encode_taken(type, model, KF_ENCODE_PRINT, false, text, error);
}

kf_status kf_model_check(const kf_type *type, const void *model, kf_error *error)
{
    char *text = NULL;
    kf_status status = kf_encode_taken(type, model, KF_ENCODE_CHECK, false, &text, error);
    if (text != NULL && kf_type_is_secret(type))
        kf_wipe(text, strlen(text));
    free(text);
    return status;
}

kf_status kf_model_clone(const kf_type *type, const void *model, void **copy, kf_error *error)
{
    kf_error_clear(error);
    if (copy != NULL)
        *copy = NULL;
    if (type == NULL || model == NULL || copy == NULL || (type->flags & KF_TYPE_REQUEST) != 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_model_clone: an argument is NULL or not a type of JSON");
    kf_encode_options options = {.mode = KF_ENCODE_LENIENT};
    kf_buffer buffer = {0};
    kf_status status = kf_encode_root(type, model, &options, true, &buffer, error);
    if (status != KF_OK) {
        kf_buffer_free(&buffer);
        return status;
    }
    size_t length = buffer.length;
    char *text = kf_buffer_take(&buffer);
    if (text == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    return kf_decode_text(type, text, length, &(kf_decode_options){.max_depth = KF_DEPTH_MOST}, true, copy, error);
}

void kf_model_free(void *model)
{
    kf_arena_free(kf_arena_of(model));
}
