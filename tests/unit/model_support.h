/* What the tests of the engine share. */
#ifndef TESTS_MODEL_SUPPORT_H
#define TESTS_MODEL_SUPPORT_H

#include "model_types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static inline void *decoded(const kf_type *type, const char *text)
{
    void *model = NULL;
    kf_error error;
    if (kf_model_decode(type, text, strlen(text), &model, &error) != KF_OK)
        fail_msg("%s\n%s", text, error.message);
    assert_int_equal(error.status, KF_OK);
    assert_string_equal(error.message, "");
    return model;
}

static inline void encodes_to(const kf_type *type, const void *model, const char *expected)
{
    char *text = NULL;
    kf_error error;
    if (kf_model_encode(type, model, &text, &error) != KF_OK)
        fail_msg("%s\n%s", expected, error.message);
    assert_string_equal(text, expected);
    kf_free(text);
}

/* Decoded and encoded it is the same, byte for byte; so is its copy. */
static inline void keeps(const kf_type *type, const char *text)
{
    void *model = decoded(type, text);
    void *copy = NULL;
    kf_error error;
    encodes_to(type, model, text);
    if (kf_model_clone(type, model, &copy, &error) != KF_OK)
        fail_msg("%s\n%s", text, error.message);
    kf_model_free(model);
    encodes_to(type, copy, text);
    kf_model_free(copy);
}

static inline void refuses(const kf_type *type, const char *text, kf_status status, const char *message)
{
    kf_error error;
    void *model = &error;
    assert_int_equal(kf_model_decode(type, text, strlen(text), &model, &error), status);
    assert_null(model);
    assert_int_equal(error.status, status);
    if (strstr(error.message, message) == NULL)
        fail_msg("%s\nexpected: %s\nfound:    %s", text, message, error.message);
}

static inline void cannot_encode(const kf_type *type, const void *model, const char *message)
{
    char *text = NULL;
    kf_error error;
    assert_int_equal(kf_model_encode(type, model, &text, &error), KF_ERROR_ENCODE);
    assert_null(text);
    if (strstr(error.message, message) == NULL)
        fail_msg("expected: %s\nfound:    %s", message, error.message);
}

static inline int setup_types(void **state)
{
    (void)state;
    make_types();
    return 0;
}

static inline int free_all_types(void **state)
{
    (void)state;
    free_types();
    return 0;
}

#endif
