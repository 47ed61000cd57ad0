/* What the client asks of the engine beyond model.h. */
#ifndef KF_MODEL_CODEC_H
#define KF_MODEL_CODEC_H

#include "core/buffer.h"
#include "kuflow/model.h"

typedef struct kf_decode_options {
    int max_depth;   /* 0: 512 */
    int http_status; /* Of the answer: it selects the alternative of a KF_TYPE_BY_STATUS. 0: the text does. */
    bool request; /* Parameters (KF_TYPE_REQUEST): what they cannot hold is dropped, a null is an absent one. */
    bool xml; /* The text is XML, whatever it looks like. */
    bool converted; /* The text is not the one that came: places in it mean nothing to anybody. */
    bool own; /* It is the caller's, not a server's: a member that is required must be there. */
} kf_decode_options;

/* Free-form JSON becomes cJSON nodes in the arena, whose texts stand in the text: they are for reading, are copied with
 * cJSON_Duplicate(), and must never be changed or given to cJSON_Delete(). Their exact text is in the extra.
 *
 * Of a type with a kf_wire the text may have any form that this describes, XML too; its first byte tells.
 *
 * Decodes in place: `text` (malloc'ed, length bytes, terminated by one more NUL byte) is taken over in any case, and
 * lives in the model's arena. */
kf_status kf_model_decode_in_place(const kf_type *type, char *text, size_t length, const kf_decode_options *options,
                                   void **model, kf_error *error);

typedef enum kf_encode_mode {
    KF_ENCODE_ALL,     /* everything, strict: kf_model_encode() */
    KF_ENCODE_REQUEST, /* without read-only members, strict */
    KF_ENCODE_LENIENT, /* everything, nothing counts as missing: clone */
    KF_ENCODE_PRINT,   /* indented, lenient, secrets masked */
    KF_ENCODE_CHECK    /* everything, and what the decoder put up with is missing: kf_model_check() */
} kf_encode_mode;

typedef struct kf_encode_options {
    kf_encode_mode mode;
    const char *key;    /* Written for the root's KF_FIELD_KEY member when it is absent; may be NULL. */
    const char *tenant; /* Written for the root's KF_FIELD_TENANT member when it is absent; may be NULL. */
} kf_encode_options;

kf_status kf_model_encode_to(const kf_type *type, const void *model, const kf_encode_options *options,
                             kf_buffer *buffer, kf_error *error);

/* The same as an XML document; KF_ERROR_ARGUMENT for a type that is never the root of one. */
kf_status kf_model_encode_xml_to(const kf_type *type, const void *model, const kf_encode_options *options,
                                 kf_buffer *buffer, kf_error *error);

/* Whether the text of an extra, which must be there, is null. */
bool kf_extra_is_null(const kf_extra_member *member);

/* Whether an answer has what its form should have told (KF_WIRE_FILLED, KF_WIRE_IN_JSON); `xml`: it was XML. Otherwise
 * KF_ERROR_DECODE, with KF_MODEL_UNTOLD in the message. */
#define KF_MODEL_UNTOLD "this server "
kf_status kf_model_expect(const kf_type *type, const void *model, bool xml, kf_error *error);

/* The text of a scalar (string, bool, number, enum, bytes) as it stands in a URL or header, without quotes.
 * `element` points to the plain value (as in an array). Appends to the buffer. KF_ERROR_ENCODE for an enum without text
 * or a number that is not finite. */
kf_status kf_scalar_text(const kf_field *field, const void *element, kf_buffer *buffer, kf_error *error);

/* The text at a JSON pointer (RFC 6901) in a JSON text: a string's content unescaped, or the JSON of any other value,
 * as kf_copy_words(). Returns false when the text is not JSON or has nothing or null there. For error bodies; never
 * fails loudly. */
bool kf_json_pointer_text(const char *json, size_t length, const char *pointer, char *target, size_t size);
/* What an object at a JSON pointer says of fields, each member being a text or an array of texts: "name: its first text;
 * name: …", cut to the target's size, and the first name. False: there is nothing like that, or no memory. */
bool kf_json_pointer_fields(const char *json, size_t length, const char *pointer, char *target, size_t size, char *first,
                            size_t first_size);

#endif
