/* What the fuzz targets share: a second, simple reader of JSON that has nothing in common with the library's own. */
#ifndef TESTS_FUZZ_ORACLE_H
#define TESTS_FUZZ_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the run, which makes the fuzzer keep the input. */
#define MUST(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* A canonical form: no white space, texts with as few escapes as possible, numbers as they are written, members in
 * their order. Two texts with the same form say the same. */
typedef struct form {
    char *text;
    size_t length;
} form;

/* False when the text is not JSON by RFC 8259. The form's text is free()d by the caller. */
bool form_of(const char *json, size_t length, form *canonical);

#endif
