/* Runs of flows: started with a payload, found in the answer, watched until they end. */
#include "kuflow/services/patchworks_client.h"

#include "core/buffer.h"
#include "core/fail.h"
#include "core/options.h"
#include "kuflow/wait.h"
#include "model/codec.h"
#include "json/reader.h"
#include "json/writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void patchworks_start_options_init(patchworks_start_options *options, size_t size)
{
    kf_options_clear(options, size);
}

/* JSON as a text, from a value or from a text that has to be JSON. Neither: nothing is put there. */
static kf_status put_json(kf_buffer *target, const cJSON *value, const char *text, const char *what, kf_error *error)
{
    const char *problem = "it is not valid";
    if (value != NULL && text != NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "%s is there as a value and as a text", what);
    if (value != NULL) {
        kf_writer writer;
        kf_writer_init(&writer, target, false);
        if (!kf_writer_tree(&writer, value, &problem))
            return kf_fail(error, KF_ERROR_ENCODE, "%s cannot be written as JSON: %s", what, problem);
    } else if (text != NULL) {
        kf_buffer copy = {0}; /* the reader unescapes in place */
        kf_reader reader;
        kf_slice passed;
        kf_buffer_text(target, text);
        kf_buffer_text(&copy, text);
        bool json = !copy.failed;
        if (json) {
            kf_reader_init(&reader, copy.data, copy.length, 0);
            json = kf_reader_skip(&reader, &passed) && kf_reader_finish(&reader);
        }
        kf_buffer_free(&copy);
        if (!json && !copy.failed && !target->failed)
            return kf_fail(error, KF_ERROR_ARGUMENT, "%s is not JSON", what);
    }
    return target->failed ? kf_fail(error, KF_ERROR_MEMORY, "out of memory") : KF_OK;
}

/* An id as the body wants it. */
static kf_status read_id(const char *text, const char *what, int64_t *number, kf_error *error)
{
    char *end;
    if (text == NULL || *text < '0' || *text > '9')
        return kf_fail(error, KF_ERROR_ARGUMENT, "%s has to be a number: Patchworks also wants it as one in the body",
                       what);
    errno = 0;
    *number = strtoll(text, &end, 10);
    if (*end != '\0' || errno != 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "%s has to be a number: Patchworks also wants it as one in the body",
                       what);
    return KF_OK;
}

static kf_status send_start(kf_client *client, const char *flow_id, const patchworks_start_options *options,
                            const patchworks_flow_start_params *body, patchworks_answer **answer, kf_error *error)
{
    const char *version = options->version_id;
    if (options->manual)
        return version != NULL ? patchworks_manual_flow(client, flow_id, version, body, answer, error)
                               : patchworks_manual_deployed_flow(client, flow_id, body, answer, error);
    return version != NULL ? patchworks_start_flow(client, flow_id, version, body, answer, error)
                           : patchworks_start_deployed_flow(client, flow_id, body, answer, error);
}

kf_status patchworks_start_run(kf_client *client, const char *flow_id, const patchworks_start_options *options,
                               char run_id[PATCHWORKS_ID_SIZE], kf_error *error)
{
    patchworks_start_options own = PATCHWORKS_START_OPTIONS_INIT;
    patchworks_flow_start_params body = {0};
    patchworks_answer *answer = NULL;
    kf_buffer payload = {0}, variables = {0};
    kf_error_clear(error);
    if (run_id != NULL)
        run_id[0] = '\0';
    if (options != NULL && options->size == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "options must begin with PATCHWORKS_START_OPTIONS_INIT");
    if (options != NULL)
        memcpy(&own, options, options->size < sizeof(own) ? options->size : sizeof(own));
    kf_status status = read_id(flow_id, "flow_id", &body.flow_id, error);
    if (status == KF_OK && own.version_id != NULL) {
        body.version_id.presence = KF_SET;
        status = read_id(own.version_id, "version_id", &body.version_id.value, error);
    }
    if (status == KF_OK)
        status = put_json(&payload, own.payload, own.payload_text, "the payload", error);
    if (status == KF_OK)
        status = put_json(&variables, own.variables, own.variables_text, "variables", error);
    if (status == KF_OK) {
        body.payload = payload.data != NULL ? payload.data : "{}";
        body.flow_variables = variables.data;
        body.virtual_environment_id = own.virtual_environment_id;
        status = send_start(client, flow_id, &own, &body, run_id != NULL ? &answer : NULL, error);
    }
    if (status == KF_OK && run_id != NULL && !patchworks_run_id(answer, run_id)) {
        status = kf_fail(error, KF_ERROR_DECODE, "the flow was started, but the answer has no id of its run");
        if (error != NULL)
            error->may_have_acted = true;
    }
    patchworks_answer_free(answer);
    kf_buffer_free(&payload);
    kf_buffer_free(&variables);
    return status;
}

/* Whether it is a text or number that fits, and not another JSON value. */
static bool is_id(const char *json)
{
    return strchr("{[", *json) == NULL && strcmp(json, "true") != 0 && strcmp(json, "false") != 0 &&
           strlen(json) < PATCHWORKS_ID_SIZE;
}

/* The places where an id of a run is likely to stand, the clearest first. */
static bool find_run_id(const char *json, char run_id[PATCHWORKS_ID_SIZE])
{
    static const char *const around[] = {"", "/data", "/data/attributes", "/attributes"};
    static const char *const names[] = {"flow_run_id", "flowRunId", "run_id",   "runId",   "flow_run/id",
                                        "flowRun/id",  "run/id",    "flow_run", "flowRun", "run"};
    char pointer[48], id[PATCHWORKS_ID_SIZE + 16];
    const size_t places = sizeof(around) / sizeof(around[0]), words = sizeof(names) / sizeof(names[0]);
    for (size_t i = 0; i < places * (words + 1); i++) {
        size_t place =
            i < places * words ? i / words : places * (words + 1) - 1 - i; /* "id" is last, the inner first */
        snprintf(pointer, sizeof(pointer), "%s/%s", around[place], i < places * words ? names[i % words] : "id");
        if (kf_json_pointer_text(json, strlen(json), pointer, id, sizeof(id)) && is_id(id)) {
            memcpy(run_id, id, strlen(id) + 1);
            return true;
        }
    }
    return false;
}

bool patchworks_run_id(const patchworks_answer *answer, char run_id[PATCHWORKS_ID_SIZE])
{
    char *json = NULL;
    run_id[0] = '\0';
    /* As text, in which numbers have all of their digits. */
    bool found = answer != NULL && patchworks_answer_encode(answer, &json, NULL) == KF_OK && find_run_id(json, run_id);
    kf_free(json);
    return found;
}

/* "Partial Success" is PARTIAL_SUCCESS. */
static bool same_word(const char *text, const char *word)
{
    for (; *text != '\0' && *word != '\0'; text++, word++) {
        bool gap = *text == '_' || *text == ' ' || *text == '-';
        char small = *text >= 'A' && *text <= 'Z' ? (char)(*text + ('a' - 'A')) : *text;
        if ((gap ? '_' : small) != *word)
            return false;
    }
    return *text == *word;
}

patchworks_run_state patchworks_run_state_of(const patchworks_flow_run *run)
{
    static const struct {
        const char *word;
        patchworks_run_state state;
    } words[] = {
        {"1", PATCHWORKS_RUN_STARTED},         {"2", PATCHWORKS_RUN_SUCCESS},
        {"3", PATCHWORKS_RUN_FAILURE},         {"4", PATCHWORKS_RUN_STOPPED},
        {"5", PATCHWORKS_RUN_PARTIAL_SUCCESS}, {"started", PATCHWORKS_RUN_STARTED},
        {"running", PATCHWORKS_RUN_STARTED},   {"success", PATCHWORKS_RUN_SUCCESS},
        {"failure", PATCHWORKS_RUN_FAILURE},   {"failed", PATCHWORKS_RUN_FAILURE},
        {"stopped", PATCHWORKS_RUN_STOPPED},   {"partial_success", PATCHWORKS_RUN_PARTIAL_SUCCESS},
    };
    if (run == NULL || run->status == NULL)
        return PATCHWORKS_RUN_UNKNOWN;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (same_word(run->status, words[i].word))
            return words[i].state;
    return PATCHWORKS_RUN_UNKNOWN;
}

typedef struct patchworks_watch {
    const char *run_id;
    patchworks_run_fn on_look;
    void *user;
    patchworks_flow_run *run;
} patchworks_watch;

static kf_status look(kf_client *client, bool *done, void *user, kf_error *error)
{
    patchworks_watch *watch = user;
    patchworks_flow_run_free(watch->run);
    watch->run = NULL;
    kf_status status = patchworks_get_flow_run(client, watch->run_id, NULL, &watch->run, error);
    if (status != KF_OK)
        return status;
    patchworks_run_state state = patchworks_run_state_of(watch->run);
    *done = state > PATCHWORKS_RUN_STARTED || watch->run->finished_at != NULL;
    if (watch->on_look != NULL && watch->on_look(watch->run, watch->user) != 0)
        return kf_fail(error, KF_ERROR_CANCELLED, "the caller ended the waiting");
    return KF_OK;
}

kf_status patchworks_wait_run(kf_client *client, const char *run_id, int64_t interval_ms, patchworks_run_fn on_look,
                              void *user, patchworks_flow_run **run, kf_error *error)
{
    patchworks_watch watch = {.run_id = run_id, .on_look = on_look, .user = user};
    if (run != NULL)
        *run = NULL;
    kf_status status = kf_wait_until(client, look, &watch, interval_ms == 0 ? 2000 : interval_ms, error);
    if (status == KF_OK && run != NULL)
        *run = watch.run;
    else
        patchworks_flow_run_free(watch.run);
    return status;
}
