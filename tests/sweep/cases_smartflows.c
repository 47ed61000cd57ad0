/* A run of a flow under short memory, with a form and documents. The answers come from a transport of its own, so that
 * every error must be KF_ERROR_MEMORY. */
#include "sweep.h"

#include "kuflow/services/smartflows_run.h"
#include "kuflow/transport.h"

#include <string.h>

#define ID "11111111-1111-4111-8111-111111111111"
#define DOCUMENT "{\"id\":\"d\",\"displayName\":\"Letter\",\"type\":\"document\"}"
#define OTHER "{\"id\":\"e\",\"type\":\"document\"}"

static int polls; /* of the run under way */

static const char *answer_to(const kf_exchange *exchange)
{
    if (strstr(exchange->url, "/progress") == NULL && strcmp(exchange->method, "GET") == 0)
        return "{\"id\":\"" ID "\",\"status\":\"Success\",\"state\":{\"output\":{\"model\":{\"a\":" DOCUMENT
               "},\"parts\":[{\"model\":" OTHER "}]}}}";
    if (strcmp(exchange->method, "GET") == 0 && polls++ > 0)
        return "{\"id\":\"" ID "\",\"status\":\"Success\",\"model\":{\"b\":" DOCUMENT ",\"c\":" DOCUMENT "}}";
    if (strcmp(exchange->method, "GET") == 0 || strstr(exchange->url, "/progress") == NULL)
        return "{\"id\":\"" ID "\",\"status\":\"User input\",\"schema\":{\"properties\":{\"k\":{}}},\"model\":{\"k\":"
               "{\"x\":[1]}},\"form\":[{\"items\":[{\"key\":\"l\"}]}]}";
    return "{\"id\":\"" ID "\",\"status\":\"Running\"}";
}

static kf_status perform(kf_exchange *exchange, void *user)
{
    const char *text = answer_to(exchange);
    (void)user;
    if (exchange->on_status(200, exchange->user) != 0 ||
        exchange->on_header("Content-Type", "application/json", exchange->user) != 0 ||
        exchange->on_body(text, strlen(text), exchange->user) != 0)
        return KF_ERROR_TRANSPORT;
    exchange->complete = true;
    return KF_OK;
}

static void do_not_sleep(int64_t milliseconds, void *user)
{
    (void)milliseconds;
    (void)user;
}

static int fill_in(const smartflows_flow_execution_progress *progress, cJSON *values, void *user)
{
    (void)progress;
    (void)user;
    return cJSON_AddStringToObject(values, "own", "value") == NULL;
}

/* Its client stays, as other cases have that. */
static kf_status run_flow(void **result)
{
    static const kf_transport transport = {.perform = perform, .sleep_ms = do_not_sleep};
    static kf_client *client;
    smartflows_run_options options = SMARTFLOWS_RUN_OPTIONS_INIT;
    kf_client_options own = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    kf_status status = KF_OK;
    *result = NULL;
    own.base_url = "https://host";
    own.token = "key";
    own.transport = &transport;
    if (client == NULL)
        status = smartflows_client_new(&own, &client, &error);
    options.flow_id = ID;
    options.on_form = fill_in;
    polls = 0;
    if (status == KF_OK)
        status = smartflows_run(client, &options, (smartflows_outcome **)result, &error);
    if (status == KF_OK)
        return KF_OK;
    smartflows_outcome_free(*result);
    *result = NULL;
    return status;
}

/* Right is also where the form was not filled in for want of memory: the callback declined. */
static bool is_right(void *result)
{
    const smartflows_outcome *outcome = result;
    if (outcome->status == SMARTFLOWS_FLOW_EXECUTION_STATUS_USER_INPUT)
        return outcome->execution == NULL && outcome->document_count == 0;
    return outcome->status == SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS && outcome->execution != NULL &&
           outcome->document_count == 2 && strcmp(outcome->documents[0].id, "d") == 0 &&
           strcmp(outcome->documents[1].id, "e") == 0;
}

static void release(void *result)
{
    smartflows_outcome_free(result);
}

static kf_status make_client(void **result)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    options.base_url = "https://host:8443//project/";
    options.token = "key";
    return smartflows_client_new(&options, (kf_client **)result, &error);
}

static bool is_there(void *result)
{
    return result != NULL;
}

static void free_client(void *client)
{
    kf_client_free(client);
}

const kf_sweep_case kf_sweep_smartflows_cases[] = {
    {.name = "smartflows client", .run = make_client, .check = is_there, .release = free_client, .other_errors = true},
    {.name = "smartflows run", .run = run_flow, .check = is_right, .release = release},
    {.name = NULL},
};
