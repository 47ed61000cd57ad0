/* OAuth2, hooks and a scope with its own address under short memory. The answers come from a transport of its own. */
#include "sweep.h"

#include "kuflow/oauth2.h"
#include "kuflow/transport.h"

#include <string.h>

static char saved[32]; /* the refresh token that was told */
static int hooked; /* headers of the hook that were sent */

static kf_status perform(kf_exchange *exchange, void *user)
{
    static const char token[] = "{\"access_token\":\"a1\",\"token_type\":\"Bearer\",\"expires_in\":60,"
                                "\"refresh_token\":\"r1\"}";
    const char *text = strstr(exchange->url, "/token") != NULL ? token : "{}";
    (void)user;
    for (size_t i = 0; i < exchange->header_count; i++)
        hooked += strncmp(exchange->headers[i].name, "X-Hook-2", 8) == 0 ||
                  strncmp(exchange->headers[i].name, "x-hook-1", 8) == 0;
    if (strncmp(exchange->url, "https://scope:444/", 18) != 0 || exchange->on_status(200, exchange->user) != 0 ||
        exchange->on_body(text, strlen(text), exchange->user) != 0)
        return KF_ERROR_TRANSPORT;
    exchange->complete = true;
    return KF_OK;
}

static const kf_transport transport = {.perform = perform};

static void save(const char *refresh_token, void *user)
{
    (void)user;
    strncat(saved, refresh_token, sizeof saved - 1);
}

static kf_status get_token(void **result)
{
    static const kf_pair parameters[] = {{"audience", "https://api"}};
    static char token[64];
    kf_client_options connection = KF_CLIENT_OPTIONS_INIT;
    kf_oauth2_options options = KF_OAUTH2_OPTIONS_INIT;
    kf_oauth2 *oauth2 = NULL;
    kf_error error;
    int64_t expires_ms = -1;
    saved[0] = '\0';
    connection.transport = &transport;
    options.connection = &connection;
    options.token_url = "https://scope:444/token?a=b&c";
    options.client_id = "id";
    options.client_secret = "secret";
    options.refresh_token = "r0";
    options.on_refresh_token = save;
    options.parameters = parameters;
    options.parameter_count = 1;
    kf_status status = kf_oauth2_new(&options, &oauth2, &error);
    if (status != KF_OK)
        return status;
    if (kf_oauth2_token(token, sizeof token, &expires_ms, oauth2) == 0)
        *result = token;
    kf_oauth2_error(oauth2, &error);
    kf_oauth2_free(oauth2);
    return error.status;
}

static bool is_token(void *token)
{
    return strcmp(token, "a1") == 0 && strcmp(saved, "r1") == 0;
}

static void keep(void *result)
{
    (void)result;
}

/* Takes no notice of failures: the call must. */
static void set_headers(kf_outgoing *outgoing, void *user)
{
    (void)user;
    kf_outgoing_set_header(outgoing, "X-Hook-1", "1");
    kf_outgoing_set_header(outgoing, "X-Hook-2", "2");
    kf_outgoing_set_header(outgoing, "x-hook-1", "3");
}

static kf_status call_hooked(void **result)
{
    static const kf_hook hooks[] = {{set_headers, NULL}};
    const kf_request request = {.path = "/x"};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_scope_options scope_options = KF_SCOPE_OPTIONS_INIT;
    kf_client *client = NULL, *scope = NULL;
    char *text = NULL;
    hooked = 0;
    options.base_url = "https://client";
    options.transport = &transport;
    options.hooks = hooks;
    options.hook_count = 1;
    scope_options.base_url = "https://scope:444/v1";
    kf_status status = kf_client_new(&options, &client, NULL);
    if (status == KF_OK)
        status = kf_client_scope(client, &scope_options, &scope, NULL);
    if (status == KF_OK)
        status = kf_request_send(scope, &request, &text, NULL, NULL);
    kf_client_free(scope);
    kf_client_free(client);
    *result = text;
    return status;
}

static bool has_both(void *text)
{
    return strcmp(text, "{}") == 0 && hooked == 2;
}

const kf_sweep_case kf_sweep_client_cases[] = {
    {.name = "oauth2 token", .run = get_token, .check = is_token, .release = keep},
    {.name = "hooks and scope", .run = call_hooked, .check = has_both, .release = kf_free},
    {.name = NULL},
};
