/* Flowable's variables under short memory. No network, so that every error must be KF_ERROR_MEMORY. */
#include "sweep.h"

#include "kuflow/services/flowable_variable.h"

#include <string.h>

/* More than the set has room for at first; among them a number that takes the long way, and a raw item. */
static kf_status fill(flowable_variables *set)
{
    static const char json[] = "{\"b\":[1e22,0.30000000000000004,\"\\u0000\"],\"a\":{\"x\":1,\"y\":2}}";
    const flowable_engine_rest_variable own = {.name = "own", .type = "money"};
    kf_error error;
    kf_status status = flowable_variables_set_string(set, "string", "text", &error);
    for (int i = 0; i < 10 && status == KF_OK; i++) {
        const char name[] = {'v', (char)('0' + i), '\0'};
        status = flowable_variables_set_double(set, name, i + 1.0 / 3, &error);
    }
    if (status == KF_OK)
        status = flowable_variables_set_json_text(set, "json", json, sizeof json - 1, &error);
    if (status == KF_OK)
        status = flowable_variables_set(set, &own, &error);
    if (status == KF_OK)
        status = flowable_variables_set_null(set, "string", &error);
    return status;
}

static kf_status fill_new(void **result)
{
    flowable_variables *set = flowable_variables_new();
    *result = NULL;
    if (set == NULL)
        return KF_ERROR_MEMORY;
    kf_status status = fill(set);
    if (status == KF_OK)
        *result = set;
    else
        flowable_variables_free(set);
    return status;
}

static bool is_filled(void *result)
{
    size_t count;
    double value = 0;
    const flowable_engine_rest_variable *items = flowable_variables_items(result, &count);
    return count == 13 && flowable_variable_type_of(items) == FLOWABLE_VARIABLE_TYPE_NULL &&
           flowable_variable_get_double(items, count, "v9", &value, NULL) == KF_OK && value == 9 + 1.0 / 3 &&
           strcmp(items[12].type, "money") == 0;
}

static void release(void *result)
{
    flowable_variables_free(result);
}

/* A set that is there already, and must stay as it is when a value does not get in. */
static flowable_variables *held;

static kf_status replace(void **result)
{
    kf_error error;
    *result = NULL;
    if (held == NULL && (held = flowable_variables_new()) == NULL)
        return KF_ERROR_MEMORY;
    if (flowable_variables_items(held, NULL) == NULL) {
        kf_status status = flowable_variables_set_long(held, "v", 1, &error);
        if (status != KF_OK)
            return status;
    }
    kf_status status = flowable_variables_set_string(held, "v", "new", &error);
    *result = status == KF_OK ? held : NULL;
    return status;
}

static bool is_replaced(void *result)
{
    const char *value = NULL;
    return flowable_variable_get_string(flowable_variables_items(result, NULL), 1, "v", &value, NULL) == KF_OK &&
           strcmp(value, "new") == 0;
}

/* The next run begins with the old value again. */
static void put_back(void *result)
{
    (void)result;
    flowable_variables_free(held);
    held = NULL;
}

static bool is_as_before(void)
{
    int64_t value = 0;
    size_t count;
    const flowable_engine_rest_variable *items = flowable_variables_items(held, &count);
    bool right = count == 0 ||
                 (flowable_variable_get_int64(items, count, "v", &value, NULL) == KF_OK && count == 1 && value == 1);
    put_back(NULL);
    return right;
}

const kf_sweep_case kf_sweep_flowable_cases[] = {
    {.name = "flowable variables", .run = fill_new, .check = is_filled, .release = release},
    {.name = "flowable variable set anew",
     .run = replace,
     .check = is_replaced,
     .release = put_back,
     .check_failed = is_as_before},
    {.name = NULL},
};
