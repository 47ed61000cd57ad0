/* Patchworks under short memory: a login, a flow that is started and watched, a list of both shapes, refusals. The
 * answers come from a transport of its own. A failed login hides its cause, so that other errors are clean too. */
#include "sweep.h"

#include "kuflow/services/patchworks_client.h"
#include "kuflow/transport.h"

#include <string.h>

static int looks; /* at the run under way */

static const char *answer_to(const kf_exchange *exchange)
{
    if (strstr(exchange->url, "/login") != NULL)
        return "{\"message\":\"m\",\"token\":\"a.b.c\",\"expires_in\":86400}";
    if (strstr(exchange->url, "/start") != NULL)
        return "{\"message\":\"m\",\"data\":{\"flow_run_id\":7}}";
    if (strstr(exchange->url, "/flow-runs/7") != NULL)
        return looks++ == 0 ? "{\"data\":{\"id\":7,\"attributes\":{\"status\":1}}}"
                            : "{\"data\":{\"id\":7,\"attributes\":{\"status\":2}}}";
    return "{\"data\":[{\"id\":1,\"name\":\"a\"},{\"id\":\"2\",\"attributes\":{\"name\":\"b\"}}],"
           "\"meta\":{\"current_page\":1,\"last_page\":1,\"total\":2},\"links\":{\"next\":null}}";
}

static kf_status perform(kf_exchange *exchange, void *user)
{
    const char *text = answer_to(exchange);
    (void)user;
    if (exchange->on_status(200, exchange->user) != 0 || exchange->on_body(text, strlen(text), exchange->user) != 0)
        return KF_ERROR_TRANSPORT;
    exchange->complete = true;
    return KF_OK;
}

static void do_not_sleep(int64_t milliseconds, void *user)
{
    (void)milliseconds;
    (void)user;
}

static const kf_transport transport = {.perform = perform, .sleep_ms = do_not_sleep};

static kf_status make_login(patchworks_login **login)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = "https://host/login";
    options.username = "u";
    options.password = "p";
    options.transport = &transport;
    return patchworks_login_new(&options, "email", login, NULL);
}

static kf_status make_client(patchworks_login *login, kf_client **client)
{
    static const kf_pair servers[] = {{"start", "https://start"}};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.servers = servers;
    options.server_count = 1;
    options.token_provider = patchworks_login_token;
    options.token_provider_user = login;
    options.transport = &transport;
    return patchworks_client_new(&options, client, NULL);
}

static kf_status watch_run(kf_client *client, patchworks_flow_run **run)
{
    char id[PATCHWORKS_ID_SIZE];
    patchworks_start_options options = PATCHWORKS_START_OPTIONS_INIT;
    cJSON number = {.type = cJSON_Number, .valuedouble = 5};
    looks = 0;
    options.payload = &number;
    options.variables_text = "{\"a\":[1,2]}";
    kf_status status = patchworks_start_run(client, "1", &options, id, NULL);
    return status != KF_OK ? status : patchworks_wait_run(client, id, 1, NULL, NULL, run, NULL);
}

static kf_status run_flow(void **result)
{
    patchworks_login *login = NULL;
    kf_client *client = NULL;
    patchworks_flow_run *run = NULL;
    kf_status status = make_login(&login);
    if (status == KF_OK)
        status = make_client(login, &client);
    if (status == KF_OK)
        status = watch_run(client, &run);
    kf_client_free(client);
    patchworks_login_free(login);
    *result = run;
    return status;
}

static bool has_ended(void *run)
{
    return patchworks_run_state_of(run) == PATCHWORKS_RUN_SUCCESS;
}

static void free_run(void *run)
{
    patchworks_flow_run_free(run);
}

/* Stays, as other cases have the making of one. */
static kf_status lasting_client(kf_client **result)
{
    static kf_client *client;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_status status = KF_OK;
    options.token = "key";
    options.transport = &transport;
    if (client == NULL)
        status = patchworks_client_new(&options, &client, NULL);
    *result = client;
    return status;
}

static kf_status list_flows(void **result)
{
    const patchworks_list_flows_params params = {.filter = KF_MAP({"name", "x"}), .include = KF_LIST("a", "b")};
    patchworks_flow_list *list = NULL;
    kf_client *client;
    kf_status status = lasting_client(&client);
    if (status == KF_OK)
        status = patchworks_list_flows(client, &params, &list, NULL);
    *result = list;
    return status;
}

static bool has_both(void *result)
{
    const patchworks_flow_list *list = result;
    return list->data_count == 2 && strcmp(list->data[0].id, "1") == 0 && strcmp(list->data[1].name, "b") == 0;
}

static void free_list(void *list)
{
    patchworks_flow_list_free(list);
}

static kf_status start_by_name(void **result)
{
    static const char json[] =
        "{\"flow_id\":\"1\",\"version_id\":\"2\",\"body\":{\"flow_id\":1,\"payload\":\"\\u00e9\"}}";
    char *text = NULL;
    kf_client *client;
    kf_status status = lasting_client(&client);
    if (status == KF_OK)
        status = kf_call_json(client, "patchworks.startFlow", json, &text, NULL);
    *result = text;
    return status;
}

static bool is_started(void *text)
{
    return strcmp(text, "{\"message\":\"m\",\"data\":{\"flow_run_id\":7}}") == 0;
}

const kf_sweep_case kf_sweep_patchworks_cases[] = {
    {.name = "patchworks run", .run = run_flow, .check = has_ended, .release = free_run, .other_errors = true},
    {.name = "patchworks list", .run = list_flows, .check = has_both, .release = free_list},
    {.name = "patchworks start by name", .run = start_by_name, .check = is_started, .release = kf_free},
    {.name = NULL},
};
