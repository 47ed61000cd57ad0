#include "worker/claims.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool kf_claims_init(kf_claims *claims, const kf_clock *clock, size_t size, int retries)
{
    *claims = (kf_claims){.clock = clock, .size = size, .retries = retries};
    claims->last = &claims->first;
    return pthread_mutex_init(&claims->lock, NULL) == 0;
}

int64_t kf_claims_now(const kf_claims *claims)
{
    return kf_clock_now(claims->clock);
}

kf_claim *kf_claims_find(const kf_claims *claims, const char *id)
{
    kf_claim *claim = claims->first;
    while (claim != NULL && strcasecmp(claim->id, id) != 0)
        claim = claim->next;
    return claim;
}

static const char *copy_text(char **target, const char *text)
{
    const char *copy = strcpy(*target, text);
    *target += strlen(text) + 1;
    return copy;
}

kf_claim *kf_claims_add(kf_claims *claims, const char *id, const char *instance_id, const char *topic)
{
    kf_claim *claim = calloc(1, claims->size + strlen(id) + strlen(instance_id) + strlen(topic) + 3);
    if (claim == NULL)
        return NULL;
    char *texts = (char *)claim + claims->size;
    claim->id = copy_text(&texts, id);
    claim->instance_id = copy_text(&texts, instance_id);
    claim->topic = copy_text(&texts, topic);
    claim->retries = claims->retries;
    *claims->last = claim;
    claims->last = &claim->next;
    return claim;
}

kf_claim *kf_claims_take(kf_claims *claims, const char *topic)
{
    int64_t now = kf_claims_now(claims);
    pthread_mutex_lock(&claims->lock);
    kf_claim *claim = claims->first;
    while (claim != NULL &&
           (claim->state != KF_CLAIM_WAITING || claim->due_ms > now || strcmp(claim->topic, topic) != 0))
        claim = claim->next;
    if (claim != NULL)
        claim->state = KF_CLAIM_JOB;
    pthread_mutex_unlock(&claims->lock);
    return claim;
}

static void drop(kf_claims *claims, kf_claim *claim)
{
    kf_claim **at = &claims->first;
    while (*at != claim)
        at = &(*at)->next;
    *at = claim->next;
    if (claims->last == &claim->next)
        claims->last = at;
    free(claim);
}

static void settle(kf_claims *claims, kf_claim **claim, kf_claim_state state, int64_t due_ms)
{
    if (*claim == NULL)
        return;
    pthread_mutex_lock(&claims->lock);
    (*claim)->state = state;
    (*claim)->due_ms = due_ms;
    if (state == KF_CLAIM_JOB)
        drop(claims, *claim);
    pthread_mutex_unlock(&claims->lock);
    *claim = NULL;
}

void kf_claims_forget(kf_claims *claims, kf_claim **claim)
{
    settle(claims, claim, KF_CLAIM_JOB, 0);
}

void kf_claims_wait(kf_claims *claims, kf_claim **claim, int64_t delay_ms)
{
    int64_t now = kf_claims_now(claims);
    settle(claims, claim, KF_CLAIM_WAITING, delay_ms > INT64_MAX - now ? INT64_MAX : now + delay_ms);
}

void kf_claims_leave(kf_claims *claims, kf_claim **claim)
{
    settle(claims, claim, KF_CLAIM_LEFT, 0);
}

kf_claim_scan *kf_claims_scan(kf_claims *claims, const char *topic)
{
    kf_claim_scan *scan = claims->scans;
    while (scan != NULL && strcmp(scan->topic, topic) != 0)
        scan = scan->next;
    if (scan != NULL || (scan = calloc(1, sizeof(*scan) + strlen(topic) + 1)) == NULL)
        return scan;
    strcpy(scan->topic, topic);
    scan->due_ms = INT64_MIN;
    scan->next = claims->scans;
    claims->scans = scan;
    return scan;
}

void kf_claim_tell(kf_worker *worker, const kf_claim *claim, kf_worker_event_kind kind, kf_severity severity,
                   const kf_error *error, const char *message)
{
    const kf_worker_event event = {.kind = kind,
                                   .severity = severity,
                                   .topic = claim->topic,
                                   .job_id = claim->id,
                                   .outcome = kind == KF_WORKER_ACQUIRE_FAILED ? KF_OUTCOME_NONE : KF_OUTCOME_FAILED,
                                   .status = error == NULL ? KF_OK : error->status,
                                   .http_status = error == NULL ? 0 : error->http_status,
                                   .message = message};
    kf_worker_tell(worker, &event);
}

void kf_claims_free(kf_claims *claims)
{
    while (claims->first != NULL)
        drop(claims, claims->first);
    while (claims->scans != NULL) {
        kf_claim_scan *scan = claims->scans;
        claims->scans = scan->next;
        free(scan);
    }
    pthread_mutex_destroy(&claims->lock);
}
