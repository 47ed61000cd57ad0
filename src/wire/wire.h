/* Other forms of a model than the library's own JSON: XML, and the JSON of other releases of a server. Both are brought
 * into that JSON by the tables (kf_type.wire), and XML is written from it, so that there is one decoder and one
 * encoder. Secret types leave nothing behind. */
#ifndef KF_WIRE_WIRE_H
#define KF_WIRE_WIRE_H

#include "core/buffer.h"
#include "kuflow/model.h"

/* Whether a text begins as XML does and JSON cannot. */
bool kf_wire_is_xml(const char *text, size_t length);
/* Whether a Content-Type is that of XML. */
bool kf_media_is_xml(const char *media);

/* What the decoder has to know as well. */
typedef struct kf_wire_options {
    int max_depth; /* 0: 512 */
    int http_status; /* 0: not known */
    size_t max_bytes; /* Of the tree, which takes many times as much as a text of small values; 0: 256 MiB */
} kf_wire_options;

/* The library's own JSON, appended. `text` holds a NUL after its end; JSON that is none is KF_ERROR_DECODE or
 * KF_ERROR_LIMIT and leaves the error as it was: the decoder's is better. */
kf_status kf_wire_from_json(const kf_type *type, char *text, size_t length, const kf_wire_options *options,
                            kf_buffer *json, kf_error *error);
kf_status kf_wire_from_xml(const kf_type *type, const char *text, size_t length, const kf_wire_options *options,
                           kf_buffer *json, kf_error *error);
/* XML without a type: elements by their names. False when it is not XML, or is a web page, or memory is short. */
bool kf_wire_any_xml(const char *text, size_t length, kf_buffer *json);

/* An XML document from the library's own JSON, which is changed; appended. `type` is the variant that it is. */
kf_status kf_wire_to_xml(const kf_type *type, const char *root, kf_buffer *json, kf_buffer *xml, kf_error *error);

#endif
