/* Patchworks as the sandbox's user sees it: start and stop, shapes, tokens, runs. */
#include "patchworks.h"

#include <stdlib.h>
#include <string.h>

bool kf_pw_new(kf_sandbox *sandbox, const kf_sandbox_options *options)
{
    kf_patchworks *patchworks = calloc(1, sizeof(*patchworks));
    if (patchworks == NULL)
        return false;
    sandbox->patchworks = patchworks;
    cJSON **lists[] = {&patchworks->flows,    &patchworks->versions, &patchworks->callbacks,
                       &patchworks->webhooks, &patchworks->runs,     &patchworks->logs};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if ((*lists[i] = cJSON_CreateArray()) == NULL)
            return false;
    patchworks->next_id = 1;
    patchworks->token_life_ms = 86400000;
    patchworks->token = kf_sb_strdup(options->token);
    return (options->token == NULL || patchworks->token != NULL) && kf_pw_seed(sandbox);
}

void kf_pw_free(kf_patchworks *patchworks)
{
    if (patchworks == NULL)
        return;
    cJSON_Delete(patchworks->flows);
    cJSON_Delete(patchworks->versions);
    cJSON_Delete(patchworks->callbacks);
    cJSON_Delete(patchworks->webhooks);
    cJSON_Delete(patchworks->runs);
    cJSON_Delete(patchworks->logs);
    free(patchworks->token);
    free(patchworks);
}

const char *kf_sandbox_patchworks_url(const kf_sandbox *sandbox)
{
    return sandbox->patchworks_urls[0];
}

const char *kf_sandbox_patchworks_start_url(const kf_sandbox *sandbox)
{
    return sandbox->patchworks_urls[1];
}

const char *kf_sandbox_patchworks_login_url(const kf_sandbox *sandbox)
{
    return sandbox->patchworks_urls[2];
}

void kf_sandbox_patchworks_shape(kf_sandbox *sandbox, bool attributes, bool text_ids)
{
    pthread_mutex_lock(&sandbox->mutex);
    sandbox->patchworks->attributes = attributes;
    sandbox->patchworks->text_ids = text_ids;
    pthread_mutex_unlock(&sandbox->mutex);
}

void kf_sandbox_patchworks_end_tokens(kf_sandbox *sandbox, int64_t life_ms)
{
    pthread_mutex_lock(&sandbox->mutex);
    memset(sandbox->patchworks->tokens, 0, sizeof(sandbox->patchworks->tokens));
    if (life_ms > 0)
        sandbox->patchworks->token_life_ms = life_ms;
    pthread_mutex_unlock(&sandbox->mutex);
}

int kf_sandbox_patchworks_logins(kf_sandbox *sandbox)
{
    pthread_mutex_lock(&sandbox->mutex);
    int count = (int)sandbox->patchworks->token_count;
    pthread_mutex_unlock(&sandbox->mutex);
    return count;
}

kf_status kf_sandbox_patchworks_end_run(kf_sandbox *sandbox, const char *run_id, int status)
{
    pthread_mutex_lock(&sandbox->mutex);
    cJSON *run = kf_pw_find(sandbox->patchworks->runs, run_id, NULL, 0);
    bool good = run != NULL && kf_pw_end_run(sandbox, run, status);
    pthread_mutex_unlock(&sandbox->mutex);
    return good ? KF_OK : run == NULL ? KF_ERROR_NOT_FOUND : KF_ERROR_MEMORY;
}
