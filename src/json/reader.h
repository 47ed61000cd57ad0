/* A pull reader of JSON (RFC 8259, strict), in place: texts are unescaped and terminated where they stand.
 *
 * The engine sees values only through these functions: what comes next, the next member or element, a text, a number,
 * the exact text of a whole value. Everything that has been read is valid; a failure leaves `problem` set. */
#ifndef KF_JSON_READER_H
#define KF_JSON_READER_H

#include "kuflow/error.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define KF_DEPTH_DEFAULT 512
#define KF_DEPTH_MOST 4096

typedef enum kf_token {
    KF_TOKEN_NONE, /* No value starts here. */
    KF_TOKEN_NULL,
    KF_TOKEN_FALSE,
    KF_TOKEN_TRUE,
    KF_TOKEN_NUMBER,
    KF_TOKEN_STRING,
    KF_TOKEN_ARRAY,
    KF_TOKEN_OBJECT,
    KF_TOKEN_VOID, /* Only between encoder and decoder of a copy: no member was here. */
    KF_TOKEN_MARK /* The same: which alternative of a union follows, if any. */
} kf_token;

#define KF_VOID_TEXT "\x01"
#define KF_MARK_CHAR '\x02' /* Another byte follows: the number of the alternative, from 1, above this base. */
#define KF_MARK_BASE 0x20
#define KF_MARK_MOST 200

typedef struct kf_reader {
    char *position;
    char *start;
    char *end; /* Here stands a NUL. */
    int depth;
    int max_depth;
    bool allow_marks;
    kf_status status; /* KF_OK, KF_ERROR_DECODE or KF_ERROR_LIMIT. */
    const char *problem; /* What was wrong at `position`; NULL while all is well. */
} kf_reader;

/* A slice of the text. */
typedef struct kf_slice {
    char *text;
    size_t length;
} kf_slice;

/* `text` holds `length` bytes and a NUL after them. A max_depth of 0 is the default. */
void kf_reader_init(kf_reader *reader, char *text, size_t length, int max_depth);
/* Nothing but white space is left. */
bool kf_reader_finish(kf_reader *reader);
bool kf_reader_fail(kf_reader *reader, const char *problem);
size_t kf_reader_offset(const kf_reader *reader);

/* What the next value is, by its first character; its text is checked when it is read. */
kf_token kf_reader_peek(kf_reader *reader);
/* "an object", "a number", … */
const char *kf_token_text(kf_token token);

/* Reads null, true, false or the void, which peek has announced. */
bool kf_reader_literal(kf_reader *reader, kf_token token);
/* Reads a mark, which peek has announced: 0 for "none is set, and no value follows", else an alternative's number. */
size_t kf_reader_mark(kf_reader *reader);
/* A text, unescaped and terminated in place. U+0000 and half a surrogate pair are refused, since UTF-8 in a C text
 * cannot hold them; as JSON they are valid. */
bool kf_reader_string(kf_reader *reader, kf_slice *string);
/* A number's text; not terminated. */
bool kf_reader_number(kf_reader *reader, kf_slice *number);
/* Any value, checked and passed over without a change. */
bool kf_reader_skip(kf_reader *reader, kf_slice *raw);
/* A text, checked without a change; the slice is what stands between the quotes. */
bool kf_reader_raw_string(kf_reader *reader, kf_slice *raw, bool *escaped);
/* Whether kf_reader_string() would take such a text, which has been checked. */
bool kf_reader_can_hold(const kf_slice *raw);

/* Begins an object or array that peek has announced. */
bool kf_reader_enter(kf_reader *reader);
/* Moves to the next member: *more is false at the object's end. The member's name follows, then its value. */
bool kf_reader_next_member(kf_reader *reader, bool first, bool *more);
/* Reads a member's name (terminated in place) and the colon. */
bool kf_reader_name(kf_reader *reader, kf_slice *name);
/* The same without a change to the text. */
bool kf_reader_raw_name(kf_reader *reader, kf_slice *raw, bool *escaped);
/* Moves to the next element: *more is false at the array's end. */
bool kf_reader_next_element(kf_reader *reader, bool first, bool *more);

static inline void kf_reader_space(kf_reader *reader)
{
    char *p = reader->position;
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
        p++;
    reader->position = p;
}

/* Passes over a member's name and its colon when it is this one, written without escapes. */
static inline bool kf_reader_name_is(kf_reader *reader, const char *name, size_t length)
{
    char *p = reader->position;
    if ((size_t)(reader->end - p) < length + 3 || memcmp(p + 1, name, length) != 0 || p[length + 1] != '"' ||
        p[length + 2] != ':')
        return false;
    reader->position = p + length + 3;
    return true;
}

#endif
