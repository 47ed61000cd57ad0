/* Filling in a kf_error. */
#ifndef KF_CORE_FAIL_H
#define KF_CORE_FAIL_H

#include "kuflow/error.h"

/* Clears an error (NULL allowed): KF_OK, retry_after_ms -1. Every public function that takes one begins with this. */
void kf_error_clear(kf_error *error);

/* Sets status and message, keeps the rest, and returns the status. NULL error allowed. */
kf_status kf_fail(kf_error *error, kf_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Copies text into a fixed array: cut at a UTF-8 boundary, control characters as '?', invalid bytes as '?'. */
void kf_copy_text(char *target, size_t size, const char *text, size_t length);
#define KF_COPY_TEXT(array, text, length) kf_copy_text((array), sizeof(array), (text), (length))

/* The same for a server's words, on one line: white space becomes single blanks, and of a text that is too long the
 * middle is left out, as what matters may stand at either end. Words are not split, so that a secret in them is found
 * whole. Changes `text`. */
void kf_copy_words(char *target, size_t size, char *text, size_t length);

#endif
