#include "kuflow/services/smartflows_run.h"

#include "client/state.h"
#include "core/fail.h"
#include "core/options.h"
#include "kuflow/wait.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_MS 600000
#define POLL_S 30
#define CANCEL_MS 10000 /* for the cancel on the server */
#define UNCLEAR_MAX 3 /* answers to forms that were lost, one after the other */

typedef smartflows_flow_execution_progress progress;

typedef struct smartflows_run_state {
    kf_client *client; /* the caller's */
    kf_client *scope; /* the same within the run's own deadline */
    smartflows_run_options options;
    smartflows_outcome *outcome;
    bool fresh; /* nothing was done yet about what was seen last */
    bool answered; /* that is the answer to a form: what it asks for may still be that form */
    int64_t waiting_since; /* -1: it does not wait */
    int unclear;
} smartflows_run_state;

void smartflows_run_options_init(smartflows_run_options *options, size_t size)
{
    kf_options_clear(options, size);
}

void smartflows_outcome_free(smartflows_outcome *outcome)
{
    if (outcome == NULL)
        return;
    smartflows_flow_execution_progress_free((progress *)outcome->progress);
    smartflows_flow_execution_free((smartflows_flow_execution *)outcome->execution);
    free((void *)outcome->documents);
    free((void *)outcome->execution_id);
    free(outcome);
}

static int64_t now_ms(const smartflows_run_state *run)
{
    return kf_clock_now(&run->scope->core->clock);
}

static bool time_is_over(const smartflows_run_state *run)
{
    return run->scope->deadline_at >= 0 && now_ms(run) >= run->scope->deadline_at;
}

static kf_status out_of_memory(kf_error *error)
{
    return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
}

/* The execution has an id from here on: there is an outcome. */
static kf_status make_outcome(smartflows_run_state *run, const char *id, kf_error *error)
{
    smartflows_outcome *outcome = calloc(1, sizeof(*outcome));
    char *copy = strdup(id);
    if (outcome == NULL || copy == NULL) {
        free(outcome);
        free(copy);
        return out_of_memory(error);
    }
    outcome->execution_id = copy;
    run->outcome = outcome;
    return KF_OK;
}

/* Takes over what was seen last. */
static void take(smartflows_run_state *run, progress *seen)
{
    smartflows_outcome *outcome = run->outcome;
    smartflows_flow_execution_progress_free((progress *)outcome->progress);
    outcome->progress = seen;
    run->fresh = true;
    outcome->status = smartflows_status_of(seen->status);
    if (outcome->status != SMARTFLOWS_FLOW_EXECUTION_STATUS_WAITING)
        run->waiting_since = -1;
    else if (run->waiting_since < 0)
        run->waiting_since = now_ms(run);
}

static kf_status create(smartflows_run_state *run, kf_error *error)
{
    const smartflows_run_options *options = &run->options;
    const smartflows_create_flow_execution_params params = {.flow_id = options->flow_id,
                                                            .dataset_id = options->dataset_id};
    progress *seen = NULL;
    kf_status status = smartflows_create_flow_execution(run->scope, &params, options->input, &seen, error);
    if (status != KF_OK)
        return status;
    if (seen->id == NULL || *seen->id == '\0') {
        error->may_have_acted = true;
        status = kf_fail(error, KF_ERROR_DECODE, "the answer to the creation of an execution has no id");
    } else {
        status = make_outcome(run, seen->id, error);
    }
    if (status == KF_OK)
        take(run, seen);
    else
        smartflows_flow_execution_progress_free(seen);
    return status;
}

/* Milliseconds until the execution has waited for long enough. */
static int64_t waiting_left(const smartflows_run_state *run)
{
    int64_t limit = run->options.waiting_ms != 0 ? run->options.waiting_ms : WAITING_MS;
    if (limit < 0 || run->waiting_since < 0)
        return INT64_MAX;
    return limit - (now_ms(run) - run->waiting_since);
}

/* For how long the server may keep its answer back: no longer than a limit leaves, and half of what the client allows
 * each call, so that its answer still comes. */
static int32_t poll_seconds(const smartflows_run_state *run)
{
    int64_t seconds = run->options.poll_s > 0 ? run->options.poll_s : POLL_S;
    int64_t left = waiting_left(run), call_ms = run->scope->deadline_ms;
    if (run->scope->deadline_at >= 0 && run->scope->deadline_at - now_ms(run) < left)
        left = run->scope->deadline_at - now_ms(run);
    if (left / 1000 < seconds)
        seconds = left / 1000 + 1;
    if (seconds < 1)
        seconds = 1;
    return (int32_t)(call_ms > 0 && call_ms / 2000 < seconds ? call_ms / 2000 : seconds);
}

static kf_status poll(smartflows_run_state *run, kf_error *error)
{
    const smartflows_get_flow_execution_progress_params params = {.timeout = KF_INT32(poll_seconds(run))};
    progress *seen = NULL;
    kf_status status =
        smartflows_get_flow_execution_progress(run->scope, run->outcome->execution_id, &params, &seen, error);
    if (status == KF_OK)
        take(run, seen);
    return status;
}

/* Forms */

/* Gives a key its value of the model, or an empty text, unless it has one. */
static bool complete_key(cJSON *values, const char *key, const cJSON *model)
{
    if (cJSON_GetObjectItemCaseSensitive(values, key) != NULL)
        return true;
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(model, key);
    cJSON *value = given != NULL ? cJSON_Duplicate(given, true) : cJSON_CreateString("");
    if (value != NULL && cJSON_AddItemToObject(values, key, value))
        return true;
    cJSON_Delete(value);
    return false;
}

/* The keys of fields, also of those in groups. */
static bool complete_fields(cJSON *values, const cJSON *fields, const cJSON *model)
{
    for (const cJSON *field = fields != NULL ? fields->child : NULL; field != NULL; field = field->next) {
        const char *key = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(field, "key"));
        if (key != NULL && !complete_key(values, key, model))
            return false;
        if (!complete_fields(values, cJSON_GetObjectItemCaseSensitive(field, "items"), model))
            return false;
    }
    return true;
}

static bool complete(cJSON *values, const progress *form)
{
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(form->schema, "properties");
    for (const cJSON *key = properties != NULL ? properties->child : NULL; key != NULL; key = key->next)
        if (key->string != NULL && !complete_key(values, key->string, form->model))
            return false;
    return complete_fields(values, form->form, form->model);
}

static kf_status send_values(smartflows_run_state *run, const cJSON *values, kf_error *error)
{
    const smartflows_form_values body = {.value = values};
    progress *seen = NULL;
    kf_status status = smartflows_continue_flow_execution(run->scope, run->outcome->execution_id, &body, &seen, error);
    if (status == KF_OK) {
        run->unclear = 0;
        run->answered = seen != NULL;
        if (seen != NULL)
            take(run, seen);
    } else if (error->may_have_acted && status != KF_ERROR_CANCELLED && ++run->unclear < UNCLEAR_MAX) {
        status = KF_OK; /* the next poll tells */
    }
    return status;
}

/* Has the caller fill in the form. *done: nobody does. */
static kf_status ask(smartflows_run_state *run, bool *done, kf_error *error)
{
    const progress *form = run->outcome->progress;
    if (run->options.on_form == NULL) {
        *done = true;
        return KF_OK;
    }
    cJSON *values = cJSON_CreateObject();
    kf_status status = KF_OK;
    if (values == NULL)
        status = out_of_memory(error);
    else if (run->options.on_form(form, values, run->options.user) != 0)
        *done = true;
    else if (!complete(values, form))
        status = out_of_memory(error);
    else
        status = send_values(run, values, error);
    cJSON_Delete(values);
    return status;
}

/* Following */

static kf_status tell(smartflows_run_state *run, kf_error *error)
{
    if (run->options.on_progress == NULL || run->options.on_progress(run->outcome->progress, run->options.user) == 0)
        return KF_OK;
    return kf_fail(error, KF_ERROR_CANCELLED, "the progress callback ended the run");
}

/* What is to be done about what was seen last. */
static kf_status act(smartflows_run_state *run, bool *done, kf_error *error)
{
    smartflows_flow_execution_status seen = run->outcome->status;
    bool answered = run->answered;
    run->answered = false;
    if (seen == SMARTFLOWS_FLOW_EXECUTION_STATUS_USER_INPUT || seen == SMARTFLOWS_FLOW_EXECUTION_STATUS_SELECT_FLOW)
        return answered ? KF_OK : ask(run, done, error);
    *done = smartflows_status_is_stable(seen) || waiting_left(run) <= 0;
    return KF_OK;
}

/* One look at the execution. The answer to its creation, and that to a form, are dealt with at once. */
static kf_status look(kf_client *client, bool *done, void *user, kf_error *error)
{
    smartflows_run_state *run = user;
    (void)client;
    kf_status status = run->fresh ? KF_OK : poll(run, error);
    while (status == KF_OK && run->fresh && !*done) {
        run->fresh = false;
        status = tell(run, error);
        if (status == KF_OK)
            status = act(run, done, error);
    }
    return status;
}

/* The end */

static kf_status add_documents(smartflows_outcome *outcome, const cJSON *model, kf_error *error)
{
    size_t count = smartflows_find_documents(model, NULL, 0);
    smartflows_output_document *documents = calloc(count, sizeof(*documents));
    if (count == 0) {
        free(documents);
        return KF_OK;
    }
    size_t size = outcome->document_count + count;
    smartflows_output_document *all = realloc((void *)outcome->documents, size * sizeof(*all));
    if (all != NULL)
        outcome->documents = all;
    if (all == NULL || documents == NULL) {
        free(documents);
        return out_of_memory(error);
    }
    smartflows_find_documents(model, documents, count);
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;
        while (same < outcome->document_count && strcmp(all[same].id, documents[i].id) != 0)
            same++;
        if (same == outcome->document_count)
            all[outcome->document_count++] = documents[i];
    }
    free(documents);
    return KF_OK;
}

/* The execution has ended: what did it make? */
static kf_status read_result(smartflows_run_state *run, kf_error *error)
{
    smartflows_outcome *outcome = run->outcome;
    smartflows_flow_execution *execution = NULL;
    kf_status status = add_documents(outcome, outcome->progress->model, error);
    if (status == KF_OK)
        status = smartflows_get_flow_execution(run->scope, outcome->execution_id, &execution, error);
    if (status != KF_OK)
        return status;
    outcome->execution = execution;
    const smartflows_flow_execution_output *output = execution->state != NULL ? execution->state->output : NULL;
    if (status == KF_OK && output != NULL)
        status = add_documents(outcome, output->model, error);
    for (size_t i = 0; status == KF_OK && output != NULL && i < output->parts_count; i++)
        status = add_documents(outcome, output->parts[i].model, error);
    for (size_t i = 0; status == KF_OK && i < execution->outputs_count; i++)
        status = add_documents(outcome, execution->outputs[i].content, error);
    return status;
}

/* Takes the execution back. The cancel that ended the run does not end this. */
static void cancel_on_server(const smartflows_run_state *run, kf_error *error)
{
    const char *id = run->outcome->execution_id;
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    kf_client *scope;
    kf_error own;
    kf_status status = kf_client_scope(run->client, &options, &scope, &own);
    if (status == KF_OK) {
        scope->cancels.count = 0;
        scope->deadline_at = kf_clock_now(&scope->core->clock) + CANCEL_MS;
        status = smartflows_cancel(scope, id, &own);
        kf_client_free(scope);
    }
    if (status == KF_OK)
        kf_fail(error, KF_ERROR_CANCELLED, "the run was cancelled, and execution %s on the server too", id);
    else
        kf_fail(error, KF_ERROR_CANCELLED,
                "the run was cancelled, but execution %s could not be cancelled on the server: %s", id, own.message);
}

static kf_status follow(smartflows_run_state *run, kf_error *error)
{
    kf_status status =
        run->options.execution_id != NULL ? make_outcome(run, run->options.execution_id, error) : create(run, error);
    if (status == KF_OK)
        status = kf_wait_until(run->scope, look, run, 0, error);
    if (status == KF_OK && smartflows_status_is_stable(run->outcome->status))
        status = read_result(run, error);
    if (status == KF_ERROR_TIMEOUT && run->outcome != NULL && time_is_over(run))
        kf_fail(error, status, "the deadline passed before execution %s had ended; it goes on",
                run->outcome->execution_id);
    if (status == KF_ERROR_CANCELLED && run->outcome != NULL && !run->options.keep_running &&
        !smartflows_status_is_stable(run->outcome->status))
        cancel_on_server(run, error);
    return status;
}

static kf_status check_options(const smartflows_run_options *options, smartflows_run_options *own, kf_error *error)
{
    if (options == NULL || options->size == 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "options must begin with SMARTFLOWS_RUN_OPTIONS_INIT");
    smartflows_run_options_init(own, sizeof(*own));
    memcpy(own, options, options->size < sizeof(*own) ? options->size : sizeof(*own));
    if (own->execution_id != NULL && (own->flow_id != NULL || own->dataset_id != NULL || own->input != NULL))
        return kf_fail(error, KF_ERROR_ARGUMENT, "an execution that exists has its flow and input already");
    if (own->execution_id == NULL && own->flow_id == NULL && own->dataset_id == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "flow_id is missing");
    if (own->poll_s < 0 || own->poll_s > 86400)
        return kf_fail(error, KF_ERROR_ARGUMENT, "poll_s is not from 1 to 86400");
    return KF_OK;
}

kf_status smartflows_run(kf_client *client, const smartflows_run_options *options, smartflows_outcome **outcome,
                         kf_error *error)
{
    kf_error own;
    smartflows_run_state run = {.client = client, .waiting_since = -1};
    kf_scope_options limits = KF_SCOPE_OPTIONS_INIT;
    if (error == NULL)
        error = &own;
    kf_error_clear(error);
    if (outcome == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "outcome is NULL");
    *outcome = NULL;
    kf_status status = check_options(options, &run.options, error);
    limits.deadline_ms = run.options.deadline_ms > 0 ? run.options.deadline_ms : 0;
    if (status == KF_OK)
        status = kf_client_scope(client, &limits, &run.scope, error);
    if (status == KF_OK)
        status = follow(&run, error);
    kf_client_free(run.scope);
    *outcome = run.outcome;
    return status;
}
