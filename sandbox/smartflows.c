/* Smart Flows as the sandbox's user sees it: start and stop, the flows, and how executions stand. */
#include "smartflows.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const details[] = {"d4b3_name", "Name", "d4b3_city", "City", NULL};
static const char *const choice[] = {"flow", "Flow", NULL};

const kf_sf_flow kf_sf_flows[] = {
    {KF_SANDBOX_SMARTFLOWS_LETTER,
     "Letter",
     "Makes a letter from XML",
     KF_SF_XML,
     NULL,
     {{"Queued", 0, "Queued"}, {"Running", 50, "Generate document"}, {"Success", 100, "Done"}}},
    {KF_SANDBOX_SMARTFLOWS_FORM,
     "Questions",
     "Asks for name and city, and makes a letter",
     KF_SF_NONE,
     details,
     {{"Running", 0, "Prepare form"},
      {"User input", 30, "Fill in the form"},
      {"Running", 60, "Generate document"},
      {"Success", 100, "Done"}}},
    {KF_SANDBOX_SMARTFLOWS_WAIT,
     "Signature",
     "Waits until the document is signed",
     KF_SF_NONE,
     NULL,
     {{"Running", 0, "Generate document"},
      {"Waiting", 40, "Waiting for the signature"},
      {"Running", 80, "Store document"},
      {"Success", 100, "Done"}}},
    {KF_SANDBOX_SMARTFLOWS_FAIL,
     "Broken",
     "Fails",
     KF_SF_NONE,
     NULL,
     {{"Running", 0, "Generate document"}, {"Error", 50, "The template has no field \"total\""}}},
    {KF_SANDBOX_SMARTFLOWS_SELECT,
     "Plug-in",
     "Has a flow selected for records, as JSON",
     KF_SF_JSON,
     choice,
     {{"SelectFlow", 0, "Select a flow"}, {"Running", 50, "Generate document"}, {"Success", 100, "Done"}}},
};
const size_t kf_sf_flow_count = sizeof(kf_sf_flows) / sizeof(kf_sf_flows[0]);

bool kf_sf_new(kf_sandbox *sandbox, const kf_sandbox_options *options)
{
    const char *key = options->smartflows_key;
    kf_smartflows *smartflows = calloc(1, sizeof(*smartflows));
    if (smartflows == NULL)
        return false;
    sandbox->smartflows = smartflows;
    smartflows->sandbox = sandbox;
    smartflows->poll_ms = options->smartflows_poll_ms == 0 ? -1 : options->smartflows_poll_ms;
    if (options->smartflows_poll_ms < 0)
        smartflows->poll_ms = 0;
    kf_uuid_new(smartflows->login_token);
    smartflows->key = kf_sb_strdup(key == NULL ? KF_SANDBOX_SMARTFLOWS_KEY : key);
    smartflows->tokens[0] = kf_sb_credential("Bearer", smartflows->login_token, NULL);
    if (options->token != NULL)
        smartflows->tokens[1] = kf_sb_credential("Bearer", options->token, NULL);
    return smartflows->key != NULL && smartflows->tokens[0] != NULL &&
           (options->token == NULL || smartflows->tokens[1] != NULL);
}

static void free_execution(void *item)
{
    kf_sf_execution *execution = item;
    free(execution->input);
    cJSON_Delete(execution->values);
    cJSON_Delete(execution->draft);
    free(execution);
}

void kf_sf_free(kf_smartflows *smartflows)
{
    if (smartflows == NULL)
        return;
    kf_sb_vector_free(&smartflows->executions, free_execution);
    free(smartflows->key);
    free(smartflows->tokens[0]);
    free(smartflows->tokens[1]);
    free(smartflows);
}

const kf_sf_flow *kf_sf_find_flow(const char *id)
{
    for (size_t i = 0; i < kf_sf_flow_count; i++) {
        if (strcasecmp(kf_sf_flows[i].id, id) == 0)
            return &kf_sf_flows[i];
    }
    return NULL;
}

kf_sf_execution *kf_sf_find_execution(kf_sandbox *sandbox, const char *id)
{
    const kf_sb_vector *all = &sandbox->smartflows->executions;
    for (size_t i = 0; i < all->count; i++) {
        kf_sf_execution *execution = all->items[i];
        if (strcasecmp(execution->id, id) == 0)
            return execution;
    }
    return NULL;
}

const char *kf_sf_status(const kf_sf_execution *execution)
{
    return execution->status[0] != '\0' ? execution->status : execution->flow->steps[execution->step].status;
}

smartflows_flow_execution_status kf_sf_status_of(const kf_sf_execution *execution)
{
    return smartflows_status_of(kf_sf_status(execution));
}

/* Whoever looks at the execution, and waits for a change, is woken. */
static void changed(kf_sandbox *sandbox, kf_sf_execution *execution)
{
    execution->version++;
    kf_sb_now(sandbox, execution->modified_at);
    pthread_cond_broadcast(&sandbox->changed);
}

void kf_sf_set_status(kf_sandbox *sandbox, kf_sf_execution *execution, const char *status)
{
    snprintf(execution->status, sizeof(execution->status), "%s", status);
    changed(sandbox, execution);
}

void kf_sf_go_on(kf_sandbox *sandbox, kf_sf_execution *execution)
{
    execution->status[0] = '\0';
    if (execution->flow->steps[execution->step + 1].status != NULL)
        execution->step++;
    if (strcmp(kf_sf_status(execution), "Success") == 0 && execution->document[0] == '\0')
        kf_uuid_new(execution->document);
    changed(sandbox, execution);
}

const char *kf_sandbox_smartflows_url(const kf_sandbox *sandbox)
{
    return sandbox->smartflows_url;
}

kf_status kf_sandbox_smartflows_set(kf_sandbox *sandbox, const char *execution_id, const char *status)
{
    if (sandbox == NULL || execution_id == NULL)
        return KF_ERROR_ARGUMENT;
    pthread_mutex_lock(&sandbox->mutex);
    kf_sf_execution *execution = kf_sf_find_execution(sandbox, execution_id);
    if (execution != NULL && status != NULL)
        kf_sf_set_status(sandbox, execution, status);
    else if (execution != NULL)
        kf_sf_go_on(sandbox, execution);
    pthread_mutex_unlock(&sandbox->mutex);
    return execution != NULL ? KF_OK : KF_ERROR_NOT_FOUND;
}

size_t kf_sandbox_smartflows_count(kf_sandbox *sandbox, const char *status)
{
    size_t count = 0;
    pthread_mutex_lock(&sandbox->mutex);
    const kf_sb_vector *all = &sandbox->smartflows->executions;
    for (size_t i = 0; i < all->count; i++)
        count += status == NULL || strcmp(kf_sf_status(all->items[i]), status) == 0;
    pthread_mutex_unlock(&sandbox->mutex);
    return count;
}
