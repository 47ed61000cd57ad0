/* The encoder: from structs to a writer. */
#ifndef KF_MODEL_ENCODE_H
#define KF_MODEL_ENCODE_H

#include "model/codec.h"
#include "model/layout.h"
#include "model/place.h"
#include "json/writer.h"

typedef struct kf_encoder {
    kf_writer writer;
    const kf_type *root;
    const kf_place *place;
    kf_error *error;
    const char *key; /* For the root object only. */
    const char *tenant; /* The same. */
    int depth;
    bool lenient;
    bool request;
    bool print;
    bool marks; /* Missing members leave a mark, for the decoder of a copy. */
    bool check; /* What the decoder found missing, or null, is missing here too. */
} kf_encoder;

kf_status kf_encode_fail(kf_encoder *encoder, const char *problem);
/* In the place of a secret. */
kf_status kf_encode_masked(kf_encoder *encoder);
kf_status kf_encode_struct(kf_encoder *encoder, const kf_type *type, const void *model);
/* The value of a field that is set. */
kf_status kf_encode_field_value(kf_encoder *encoder, const kf_field *field, const void *model);
/* An element of an array, the value of an entry, a plain scalar. */
kf_status kf_encode_element(kf_encoder *encoder, const kf_field *field, const void *slot);
kf_status kf_encode_raw(kf_encoder *encoder, const kf_extra_member *member);
/* What both codec.h and the copy need: with marks or without. */
kf_status kf_encode_root(const kf_type *type, const void *model, const kf_encode_options *options, bool marks,
                         kf_buffer *buffer, kf_error *error);

/* Whether a field is absent, null or set; -1 when it is neither. */
int kf_field_state(const kf_field *field, const void *model);
/* As kf_field_state(), but a plain scalar of zero counts as absent. */
bool kf_field_is_zero(const kf_field *field, const void *model);
/* Whether the text of an extra still says what the field says. */
bool kf_extra_holds(const kf_extra_member *member, const kf_field *field, const void *model);
/* The same for a value that stands alone, as in an entry of a map. */
bool kf_extra_holds_element(const kf_extra_member *member, const kf_field *field, const void *slot);
/* Whether an element of an array, or the value of an entry, is null. */
bool kf_element_is_null(const kf_field *field, const void *slot);
/* Whether the text of an array or map that the decoder kept has null for an element. */
bool kf_extra_has_null(const kf_extra_member *member);
/* The entry without a name, or NULL. */
const kf_extra_member *kf_extra_whole(const kf_extra *extra);
/* Of its text, which must be there; a caller's own need not be terminated. */
size_t kf_extra_length(const kf_extra_member *member);

#endif
