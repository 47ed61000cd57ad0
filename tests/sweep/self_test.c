/* Planted faults: what the harness says about a clean case is worth only as much as it sees in these. */
#include "sweep.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_whole(void *result)
{
    return result != NULL && strcmp(result, "whole") == 0;
}

static char *text(const char *content)
{
    char *copy = malloc(strlen(content) + 1);
    return copy != NULL ? strcpy(copy, content) : NULL;
}

static kf_status clean(void **result)
{
    void *other = malloc(10);
    *result = other != NULL ? text("whole") : NULL;
    free(other);
    return *result != NULL ? KF_OK : KF_ERROR_MEMORY;
}

static kf_status absorbs(void **result)
{
    *result = text("whole");
    if (*result == NULL)
        *result = text("whole");
    return *result != NULL ? KF_OK : KF_ERROR_MEMORY;
}

static kf_status crashes(void **result)
{
    char *volatile copy = malloc(6);
    *result = strcpy(copy, "whole");
    return KF_OK;
}

static kf_status leaks(void **result)
{
    void *other = malloc(10);
    *result = text("whole");
    if (*result == NULL)
        return KF_ERROR_MEMORY;
    free(other);
    return other != NULL ? KF_OK : (free(*result), *result = NULL, KF_ERROR_MEMORY);
}

static kf_status loses(void **result)
{
    void *other = malloc(10);
    *result = text(other != NULL ? "whole" : "half");
    free(other);
    return *result != NULL ? KF_OK : KF_ERROR_MEMORY;
}

static kf_status leaves_a_result(void **result)
{
    static char half[] = "half";
    *result = text("whole");
    if (*result != NULL)
        return KF_OK;
    *result = half;
    return KF_ERROR_MEMORY;
}

static kf_status says_the_wrong_error(void **result)
{
    *result = text("whole");
    return *result != NULL ? KF_OK : KF_ERROR_DECODE;
}

static kf_status hangs(void **result)
{
    volatile bool forever = true;
    *result = text("whole");
    while (*result == NULL && forever)
        ;
    return KF_OK;
}

/* cJSON's allocations, in its own shared library, count as well: at least one for the array and each number. */
static kf_status parses(void **result)
{
    cJSON *json = cJSON_Parse("[1,2,3]");
    *result = json != NULL ? text("whole") : NULL;
    cJSON_Delete(json);
    return *result != NULL ? KF_OK : KF_ERROR_MEMORY;
}

typedef struct kf_planted {
    kf_sweep_case test;
    kf_sweep_counts once, from_then_on;
} kf_planted;

/* clang-format off */
#define CASE(run, ms) {#run, run, is_whole, free, NULL, false, ms}
#define COUNTS(points, ...) {points, {__VA_ARGS__}}
/* clang-format on */
static const kf_planted planted[] = {
    /*                            points, error, success, crash, leak, loss, hang */
    {CASE(clean, 0), COUNTS(2, 2, 0, 0, 0, 0, 0), COUNTS(2, 2, 0, 0, 0, 0, 0)},
    {CASE(absorbs, 0), COUNTS(1, 0, 1, 0, 0, 0, 0), COUNTS(1, 1, 0, 0, 0, 0, 0)},
    {CASE(crashes, 0), COUNTS(1, 0, 0, 1, 0, 0, 0), COUNTS(1, 0, 0, 1, 0, 0, 0)},
    {CASE(leaks, 0), COUNTS(2, 1, 0, 0, 1, 0, 0), COUNTS(2, 1, 0, 0, 1, 0, 0)},
    {CASE(loses, 0), COUNTS(2, 1, 0, 0, 0, 1, 0), COUNTS(2, 2, 0, 0, 0, 0, 0)},
    {CASE(leaves_a_result, 0), COUNTS(1, 0, 0, 0, 0, 1, 0), COUNTS(1, 0, 0, 0, 0, 1, 0)},
    {CASE(says_the_wrong_error, 0), COUNTS(1, 0, 0, 0, 0, 1, 0), COUNTS(1, 0, 0, 0, 0, 1, 0)},
    {CASE(hangs, 300), COUNTS(1, 0, 0, 0, 0, 0, 1), COUNTS(1, 0, 0, 0, 0, 0, 1)},
};

int kf_sweep_self_test(int *number)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        kf_sweep_counts once, rest;
        bool good = kf_sweep(&planted[i].test, false, true, &once) && kf_sweep(&planted[i].test, true, true, &rest) &&
                    memcmp(&once, &planted[i].once, sizeof once) == 0 &&
                    memcmp(&rest, &planted[i].from_then_on, sizeof rest) == 0;
        printf("%sok %d - self-test: %s\n", good ? "" : "not ", ++*number, planted[i].test.name);
        failed += !good;
    }
    static const kf_sweep_case library = CASE(parses, 0);
    kf_sweep_counts counts;
    bool good = kf_sweep(&library, false, true, &counts) && counts.points >= 5 &&
                counts.verdicts[KF_SWEEP_CLEAN_ERROR] == counts.points;
    printf("%sok %d - self-test: %s\n", good ? "" : "not ", ++*number, library.name);
    return failed + !good;
}
