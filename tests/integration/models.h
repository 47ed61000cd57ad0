/* Decoding and encoding of models in one line each, with checks that say why they failed. */
#ifndef KF_TESTS_MODELS_H
#define KF_TESTS_MODELS_H

#include "fixture.h"

/* The model of that text, freed with kf_model_free(); the test fails when there is none. */
void *model_of(const kf_type *type, const char *text);
/* That the text is refused so, with these words in the message. */
void check_refused_at(const kf_type *type, const char *text, kf_status status, const char *words, const char *file,
                      int line);
#define CHECK_REFUSED(type, text, status, words) check_refused_at((type), (text), (status), (words), __FILE__, __LINE__)
/* That the model is encoded as exactly this text. */
void check_encodes_at(const kf_type *type, const void *model, const char *expected, const char *file, int line);
#define CHECK_ENCODES(type, model, expected) check_encodes_at((type), (model), (expected), __FILE__, __LINE__)
/* That decoding and encoding gives the text again, byte for byte. */
void check_kept_at(const kf_type *type, const char *text, const char *file, int line);
#define CHECK_KEPT(type, text) check_kept_at((type), (text), __FILE__, __LINE__)
/* That kf_model_check() misses exactly this (in its message), or nothing (NULL). */
void check_misses_at(const kf_type *type, const char *text, const char *missing, const char *file, int line);
#define CHECK_MISSES(type, text, missing) check_misses_at((type), (text), (missing), __FILE__, __LINE__)
/* The text of kf_model_print(), freed with kf_free(). */
char *printed(const kf_type *type, const void *model);

#endif
