/* Values and commands of jBPM under short memory. No network, so that every error must be KF_ERROR_MEMORY. */
#include "sweep.h"

#include "kuflow/services/jbpm_client.h"
#include "kuflow/services/jbpm_execute.h"
#include "kuflow/transport.h"

#include <stdlib.h>
#include <string.h>

static kf_status make_map(void **result)
{
    const jbpm_argument arguments[] = {jbpm_string("text", "Zoë"), jbpm_long("long", 42), jbpm_float("float", 1.5f),
                                       jbpm_boolean("boolean", true)};
    kf_error error;
    *result = NULL;
    kf_string_map *map = malloc(sizeof *map);
    if (map == NULL)
        return KF_ERROR_MEMORY;
    kf_status status = jbpm_map_new(JBPM_6_4, arguments, 4, map, &error);
    if (status == KF_OK)
        *result = map;
    else
        free(map);
    return status;
}

static bool is_map(void *result)
{
    const kf_string_map *map = result;
    return map->count == 4 && strcmp(map->items[1].value, "42") == 0 && strcmp(map->items[2].value, "1.5") == 0;
}

static void release_map(void *result)
{
    jbpm_map_free(result);
    free(result);
}

/* A serialized text with a character beyond U+FFFF. */
static kf_status read_text(void **result)
{
    static const uint8_t stream[] = {0xAC, 0xED, 0x00, 0x05, 0x74, 0x00, 0x08, 'a',
                                     0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80, 'b'};
    static const jbpm_variable variable = {.key = "v", .content = {stream, sizeof stream}};
    kf_error error;
    char *text = NULL;
    kf_status status = jbpm_variable_get_string(&variable, 1, "v", &text, &error);
    *result = text;
    return status;
}

static bool is_text(void *result)
{
    return strcmp(result, "a\xF0\x9F\x98\x80"
                          "b") == 0;
}

static void release_text(void *result)
{
    kf_free(result);
}

/* More than the list has room for at first, with the values that each kind can have. */
static kf_status fill(jbpm_commands *commands)
{
    const jbpm_argument arguments[] = {jbpm_string("text", "Zoë"), jbpm_long("long", -42), jbpm_double("double", 0.1),
                                       jbpm_boolean("boolean", false)};
    const jbpm_argument event = jbpm_int(NULL, 7);
    kf_error error;
    kf_status status = jbpm_commands_start_process(commands, "com.acme", arguments, 4, &error);
    if (status == KF_OK)
        status = jbpm_commands_signal_event(commands, 0, "go", &event, &error);
    for (int64_t id = 1; id < 10 && status == KF_OK; id++)
        status = jbpm_commands_complete_task(commands, id, arguments, 4, &error);
    return status;
}

static kf_status build(void **result)
{
    jbpm_commands *commands;
    kf_error error;
    *result = NULL;
    kf_status status = jbpm_commands_new(JBPM_6_0, "g:a:1", "krisv", &commands, &error);
    if (status == KF_OK)
        status = fill(commands);
    if (status == KF_OK)
        *result = commands;
    else
        jbpm_commands_free(commands);
    return status;
}

static bool is_built(void *result)
{
    return jbpm_commands_count(result) == 11;
}

static void release_commands(void *result)
{
    jbpm_commands_free(result);
}

/* Writing the request and reading the answer, over a transport of its own. */

static kf_status perform(kf_exchange *exchange, void *user)
{
    static const char answer[] = "<command-response><deployment-id>g:a:1</deployment-id><process-instance index=\"0\">"
                                 "<command-name>StartProcessCommand</command-name><id>12</id><state>1</state>"
                                 "</process-instance><exception index=\"2\"><message>m</message></exception><long-list "
                                 "index=\"11\"><command-name>GetTasksByProcessInstanceIdCommand</command-name>"
                                 "</long-list></command-response>";
    (void)user;
    if (exchange->on_status(200, exchange->user) != 0 ||
        exchange->on_header("Content-Type", "application/xml", exchange->user) != 0 ||
        exchange->on_body(answer, sizeof answer - 1, exchange->user) != 0)
        return KF_ERROR_TRANSPORT;
    exchange->complete = true;
    return KF_OK;
}

/* Made once, as libcurl does not tell short memory from a wrong URL. */
static kf_client *the_client(void)
{
    static const kf_transport transport = {.perform = perform};
    static kf_client *client;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = "http://h/kie-wb";
    options.allow_http = true;
    options.transport = &transport;
    if (client == NULL)
        jbpm_client_new(&options, &client, NULL);
    return client;
}

static kf_status execute(void **result)
{
    void *commands;
    jbpm_results *results = NULL;
    kf_error error;
    kf_client *client = the_client();
    kf_status status = client != NULL ? build(&commands) : KF_ERROR_MEMORY;
    if (status == KF_OK) {
        status = jbpm_commands_execute(client, commands, &results, &error);
        jbpm_commands_free(commands);
    }
    *result = results;
    return status;
}

static bool is_executed(void *result)
{
    return jbpm_results_count(result) == 11 && jbpm_results_outcome(result, 0) == JBPM_OUTCOME_RESULT &&
           jbpm_results_outcome(result, 1) == JBPM_OUTCOME_DONE &&
           jbpm_results_outcome(result, 2) == JBPM_OUTCOME_FAILED;
}

static void release_results(void *result)
{
    jbpm_results_free(result);
}

const kf_sweep_case kf_sweep_jbpm_cases[] = {
    {.name = "jbpm map", .run = make_map, .check = is_map, .release = release_map},
    {.name = "jbpm serialized text", .run = read_text, .check = is_text, .release = release_text},
    {.name = "jbpm commands", .run = build, .check = is_built, .release = release_commands},
    {.name = "jbpm execute", .run = execute, .check = is_executed, .release = release_results},
    {.name = NULL},
};
