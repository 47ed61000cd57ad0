#include "models.h"

#include <stdlib.h>
#include <string.h>

void *model_of(const kf_type *type, const char *text)
{
    kf_error error;
    void *model = NULL;
    /* From memory of exactly that size, so that a read behind it is seen. */
    size_t length = strlen(text);
    char *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    kf_status status = kf_model_decode(type, copy, length, &model, &error);
    free(copy);
    if (status != KF_OK)
        fail_msg("%s: %s\n  in %s", kf_status_name(status), error.message, text);
    return model;
}

void check_refused_at(const kf_type *type, const char *text, kf_status status, const char *words, const char *file,
                      int line)
{
    kf_error error;
    void *model = NULL;
    kf_status got = kf_model_decode(type, text, strlen(text), &model, &error);
    if (got == status && error.status == status && model == NULL && strstr(error.message, words) != NULL)
        return;
    print_error("%s\n  gave %s (%s), expected %s with \"%s\"\n", text, kf_status_name(got), error.message,
                kf_status_name(status), words);
    kf_model_free(model);
    _fail(file, line);
}

void check_encodes_at(const kf_type *type, const void *model, const char *expected, const char *file, int line)
{
    kf_error error;
    char *text = NULL;
    if (kf_model_encode(type, model, &text, &error) == KF_OK && strcmp(text, expected) == 0) {
        kf_free(text);
        return;
    }
    print_error("got      %s\nexpected %s\n", text == NULL ? error.message : text, expected);
    kf_free(text);
    _fail(file, line);
}

void check_kept_at(const kf_type *type, const char *text, const char *file, int line)
{
    void *model = model_of(type, text);
    check_encodes_at(type, model, text, file, line);
    kf_model_free(model);
}

void check_misses_at(const kf_type *type, const char *text, const char *missing, const char *file, int line)
{
    kf_error error;
    void *model = model_of(type, text);
    kf_status status = kf_model_check(type, model, &error);
    kf_model_free(model);
    if (missing == NULL ? status == KF_OK : status == KF_ERROR_ENCODE && strstr(error.message, missing) != NULL)
        return;
    print_error("%s\n  check gave %s \"%s\", expected \"%s\"\n", text, kf_status_name(status), error.message,
                missing == NULL ? "nothing" : missing);
    _fail(file, line);
}

char *printed(const kf_type *type, const void *model)
{
    kf_error error;
    char *text = NULL;
    if (kf_model_print(type, model, &text, &error) != KF_OK)
        fail_msg("%s", error.message);
    return text;
}
