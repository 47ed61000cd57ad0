/* Reads what java.io.ObjectOutputStream writes: texts, and the objects around single numbers and truth values. */
#ifndef JBPM_JAVA_H
#define JBPM_JAVA_H

#include "core/buffer.h"
#include "kuflow/services/jbpm_variable.h"

typedef struct jbpm_java_value {
    /* OBJECT for everything else, also for what is broken; NULL, STRING, LONG, INTEGER, SHORT, BYTE, BOOLEAN, DOUBLE or
     * FLOAT. */
    jbpm_variable_type type;
    int64_t integer; /* LONG to BYTE; BOOLEAN: 0 or 1 */
    double number; /* DOUBLE, FLOAT */
    const uint8_t *text; /* STRING: modified UTF-8, in the stream */
    size_t length;
} jbpm_java_value;

jbpm_java_value jbpm_java_read(const uint8_t *stream, size_t length);

typedef enum jbpm_java_text {
    JBPM_JAVA_TEXT_OK,
    JBPM_JAVA_TEXT_NUL, /* It has U+0000 (and nothing worse before it), which no C text can hold. */
    JBPM_JAVA_TEXT_BROKEN /* Half of a surrogate pair, or no modified UTF-8. */
} jbpm_java_text;

/* Appends Java's modified UTF-8 as UTF-8. */
jbpm_java_text jbpm_java_utf8(const uint8_t *text, size_t length, kf_buffer *utf8);

#endif
