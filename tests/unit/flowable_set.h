/* What the tests of Flowable's variables share. */
#ifndef FLOWABLE_SET_H
#define FLOWABLE_SET_H

#include "kuflow/services/flowable_variable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define OK(call)                                                                                                       \
    do {                                                                                                               \
        kf_error error_;                                                                                               \
        kf_error *error = &error_;                                                                                     \
        if ((call) != KF_OK)                                                                                           \
            fail_msg("%s: %s", #call, error_.message);                                                                 \
        assert_string_equal(error_.message, "");                                                                       \
    } while (0)
/* The call is refused, the message has the text, and the set stays empty. */
#define REFUSED(text, call)                                                                                            \
    do {                                                                                                               \
        kf_error error_;                                                                                               \
        kf_error *error = &error_;                                                                                     \
        size_t count_ = 99;                                                                                            \
        assert_int_equal((call), KF_ERROR_ARGUMENT);                                                                   \
        if (strstr(error_.message, text) == NULL)                                                                      \
            fail_msg("%s: %s", #call, error_.message);                                                                 \
        assert_null(flowable_variables_items(set, &count_));                                                           \
        assert_int_equal(count_, 0);                                                                                   \
    } while (0)

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static inline int set_up(void **state)
{
    *state = flowable_variables_new();
    return *state == NULL;
}

static inline int tear_down(void **state)
{
    flowable_variables_free(*state);
    return 0;
}

static inline kf_time at(const char *text)
{
    kf_time time;
    assert_int_equal(kf_time_parse(text, &time, NULL), KF_OK);
    return time;
}

/* Puts the set into a request, and compares the array of variables in its text. */
static inline void sends(const flowable_variables *set, const char *expected)
{
    flowable_external_worker_job_complete_request request = {.worker_id = "w"};
    static const char head[] = "{\"workerId\":\"w\",\"variables\":";
    char *text;
    kf_error error;
    request.variables = flowable_variables_items(set, &request.variables_count);
    if (flowable_external_worker_job_complete_request_encode(&request, &text, &error) != KF_OK)
        fail_msg("%s", error.message);
    size_t length = strlen(text);
    assert_true(length > sizeof head && strncmp(text, head, sizeof head - 1) == 0);
    text[length - 1] = '\0';
    assert_string_equal(text + sizeof head - 1, expected);
    kf_free(text);
}

/* A set with this one variable. */
static inline void sends_one(flowable_variables *set, const char *type, const char *value)
{
    char expected[8192];
    snprintf(expected, sizeof expected, "[{\"name\":\"v\",\"type\":\"%s\",\"value\":%s}]", type, value);
    sends(set, expected);
}

#endif
