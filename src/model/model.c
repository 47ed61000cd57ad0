#include "kuflow/model.h"

#include "core/arena.h"
#include "core/fail.h"
#include "model/codec.h"
#include "model/decode.h"
#include "model/encode.h"

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
    kf_decoder decoder = {.root = type, .error = error, .http_status = options->http_status};
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

kf_status kf_model_decode_in_place(const kf_type *type, char *text, size_t length, const kf_decode_options *options,
                                   void **model, kf_error *error)
{
    kf_error_clear(error);
    if (model != NULL)
        *model = NULL;
    if (type == NULL || text == NULL || model == NULL || (type->flags & KF_TYPE_REQUEST) != 0) {
        free(text);
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_model_decode: an argument is NULL or not a type of JSON");
    }
    static const kf_decode_options defaults = {0};
    return kf_decode_text(type, text, length, options == NULL ? &defaults : options, false, model, error);
}

kf_status kf_model_decode(const kf_type *type, const char *text, size_t length, void **model, kf_error *error)
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
    return kf_model_decode_in_place(type, copy, length, NULL, model, error);
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

static kf_status kf_encode_taken(const kf_type *type, const void *model, kf_encode_mode mode, char **text,
                                 kf_error *error)
{
    kf_encode_options options = {.mode = mode};
    kf_buffer buffer = {0};
    kf_error_clear(error);
    if (text != NULL)
        *text = NULL;
    if (text == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "kf_model_encode, _check or _print: an argument is NULL");
    kf_status status = kf_model_encode_to(type, model, &options, &buffer, error);
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
    return kf_encode_taken(type, model, KF_ENCODE_ALL, text, error);
}

kf_status kf_model_print(const kf_type *type, const void *model, char **text, kf_error *error)
{
    return kf_encode_taken(type, model, KF_ENCODE_PRINT, text, error);
}

kf_status kf_model_check(const kf_type *type, const void *model, kf_error *error)
{
    char *text = NULL;
    kf_status status = kf_encode_taken(type, model, KF_ENCODE_CHECK, &text, error);
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
