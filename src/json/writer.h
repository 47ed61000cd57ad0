/* A writer of JSON, compact or indented. A failed allocation is remembered by the buffer; the caller looks at the end.
 */
#ifndef KF_JSON_WRITER_H
#define KF_JSON_WRITER_H

#include "core/buffer.h"

#include <cjson/cJSON.h>
#include <stdint.h>

typedef struct kf_writer {
    kf_buffer *buffer;
    bool pretty; /* Indented, for people. */
    bool lenient; /* Bytes that are not UTF-8 are replaced instead of refused. */
    bool first; /* Nothing stands in the innermost object or array yet. */
    int depth;
} kf_writer;

void kf_writer_init(kf_writer *writer, kf_buffer *buffer, bool pretty);

/* '{' or '[', and its counterpart. */
void kf_writer_begin(kf_writer *writer, char bracket);
void kf_writer_end(kf_writer *writer, char bracket);
/* Goes before each member: separator, name and colon. False: the name is not UTF-8. */
bool kf_writer_name(kf_writer *writer, const char *name, size_t length);
/* Goes before each element. */
void kf_writer_element(kf_writer *writer);

/* False: the text is not UTF-8. */
bool kf_writer_string(kf_writer *writer, const char *text, size_t length);
/* A text that needs no escapes, and literals. */
void kf_writer_literal(kf_writer *writer, const char *text);
void kf_writer_int64(kf_writer *writer, int64_t value);
/* The value must be finite. */
void kf_writer_double(kf_writer *writer, double value);
/* JSON text as it is. On failure tells what is wrong with it. */
bool kf_writer_raw(kf_writer *writer, const char *json, size_t length, const char **problem);
/* A cJSON tree. On failure tells what is wrong with it. */
bool kf_writer_tree(kf_writer *writer, const cJSON *tree, const char **problem);

#endif
