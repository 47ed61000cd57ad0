#define _DEFAULT_SOURCE 1
#include "fake_source.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void fake_note(fake_source *fake, const char *format, ...)
{
    va_list arguments;
    pthread_mutex_lock(&fake->lock);
    size_t used = strlen(fake->log);
    va_start(arguments, format);
    vsnprintf(fake->log + used, sizeof(fake->log) - used, format, arguments);
    va_end(arguments);
    pthread_mutex_unlock(&fake->lock);
}

static void take_time(fake_source *fake, int64_t milliseconds)
{
    if (fake->transport != NULL)
        fake->transport->now += milliseconds;
}

kf_status fake_add(fake_source *fake, kf_batch *batch, const char *id, kf_error *error)
{
    kf_job_spec spec = {.id = id, .instance_id = "i", .retries = fake->retries, .data = malloc(1)};
    if (id[0] == '?') {
        free(spec.data);
        kf_batch_count_bad(batch, "no id");
        return KF_OK;
    }
    if (id[0] == '*') {
        spec.id = id + 1;
        spec.broken = "its variables are a number";
    }
    pthread_mutex_lock(&fake->lock);
    fake->live_data++;
    pthread_mutex_unlock(&fake->lock);
    return kf_batch_add(batch, &spec, error);
}

static kf_status play_answer(fake_source *fake, const fake_answer *answer, kf_batch *batch, kf_error *error)
{
    char ids[512];
    char *rest = ids;
    snprintf(ids, sizeof(ids), "%s", answer->jobs != NULL ? answer->jobs : "");
    for (char *id; (id = strtok_r(rest, " ", &rest)) != NULL;) {
        kf_status status = fake_add(fake, batch, id, error);
        if (status != KF_OK)
            return status;
    }
    if (answer->retry_after_ms > 0)
        error->retry_after_ms = answer->retry_after_ms;
    error->may_have_acted = answer->acted;
    error->http_status = answer->http;
    error->status = answer->status;
    if (answer->status != KF_OK)
        snprintf(error->message, sizeof(error->message), "scripted failure");
    return answer->status;
}

static kf_status acquire(void *source, kf_client *client, const kf_poll *poll, kf_batch *batch, kf_error *error)
{
    static const fake_answer nothing;
    fake_source *fake = source;
    fake_note(fake, "poll %s %d\n", poll->topic->name, poll->limit);
    pthread_mutex_lock(&fake->lock);
    size_t n = fake->polls++;
    const fake_answer *answer = n < fake->answer_count ? &fake->answers[n] : &nothing;
    snprintf(fake->last_id, sizeof(fake->last_id), "%s", poll->worker_id);
    pthread_cond_broadcast(&fake->change);
    pthread_mutex_unlock(&fake->lock);
    if (fake->on_acquire != NULL)
        return fake->on_acquire(fake, client, poll, batch, error);
    take_time(fake, answer->takes_ms);
    return play_answer(fake, answer, batch, error);
}

static kf_verdict play_word(fake_source *fake, const fake_word *words, size_t count, size_t *next, kf_error *error)
{
    static const fake_word taken;
    pthread_mutex_lock(&fake->lock);
    size_t n = (*next)++;
    pthread_mutex_unlock(&fake->lock);
    const fake_word *word = n < count ? &words[n] : &taken;
    take_time(fake, word->takes_ms);
    error->may_have_acted = word->acted;
    if (word->retry_after_ms > 0)
        error->retry_after_ms = word->retry_after_ms;
    if (word->verdict != KF_VERDICT_DONE) {
        error->status = KF_ERROR_SERVER;
        snprintf(error->message, sizeof(error->message), "%s", word->message != NULL ? word->message : "scripted");
        snprintf(error->server_message, sizeof(error->server_message), "%s",
                 word->message != NULL ? word->message : "");
    }
    return word->verdict;
}

static kf_verdict undo(void *source, kf_client *client, const char *worker_id, kf_error *error)
{
    fake_source *fake = source;
    (void)client;
    fake_note(fake, "undo\n");
    pthread_mutex_lock(&fake->lock);
    size_t used = strlen(fake->undone_ids);
    snprintf(fake->undone_ids + used, sizeof(fake->undone_ids) - used, "%s\n", worker_id);
    pthread_mutex_unlock(&fake->lock);
    kf_verdict verdict = play_word(fake, fake->undo_words, fake->undo_word_count, &fake->undos, error);
    return fake->on_undo != NULL ? fake->on_undo(fake, worker_id) : verdict;
}

static kf_verdict report(void *source, kf_client *client, kf_job *job, const kf_end *end, kf_error *error)
{
    fake_source *fake = source;
    const char *code = end->code != NULL ? end->code : "";
    const char *message = end->failure.message != NULL ? end->failure.message : "";
    fake_note(fake, "report %s %s%s%s%s%s\n", kf_job_id(job), kf_outcome_text(end->outcome), *code != '\0' ? " " : "",
              code, *message != '\0' ? " " : "", message);
    pthread_mutex_lock(&fake->lock);
    fake->last_delay = end->failure.delay_ms.presence == KF_SET ? end->failure.delay_ms.value : -1;
    fake->last_retries = end->failure.retries.presence == KF_SET ? end->failure.retries.value : -1;
    pthread_mutex_unlock(&fake->lock);
    if (fake->on_report != NULL)
        return fake->on_report(fake, client, job, end, error);
    return play_word(fake, fake->words, fake->word_count, &fake->reports, error);
}

static kf_verdict begin(void *source, kf_client *client, kf_job *job, kf_error *error)
{
    fake_source *fake = source;
    (void)client;
    fake_note(fake, "begin %s\n", kf_job_id(job));
    return play_word(fake, fake->begin_words, fake->begin_word_count, &fake->begins, error);
}

static const char *refuses(void *source, const kf_job *job, const kf_end *end)
{
    const fake_source *fake = source;
    (void)job;
    return end->outcome == KF_OUTCOME_TERMINATED ? fake->refuses : NULL;
}

/* The variables of every job, and the exact texts of some. */
static const cJSON *get(void *source, const kf_job *job, const char *name, const char **number, size_t *length)
{
    static const cJSON variables[] = {
        {.type = cJSON_String, .valuestring = (char *)"text", .string = (char *)"text"},
        {.type = cJSON_Number, .valuedouble = 9007199254740992.0, .string = (char *)"exact"},
        {.type = cJSON_Number, .valuedouble = 1.5, .string = (char *)"fraction"},
        {.type = cJSON_True, .string = (char *)"yes"},
        {.type = cJSON_String, .valuestring = (char *)"2026-01-02T03:04:05.678Z", .string = (char *)"time"},
        {.type = cJSON_NULL, .string = (char *)"null"},
    };
    (void)source;
    (void)job;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        if (strcmp(variables[i].string, name) != 0)
            continue;
        if (strcmp(name, "exact") == 0) {
            *number = "9007199254740993,";
            *length = 16;
        }
        return &variables[i];
    }
    return NULL;
}

static kf_status set(void *source, kf_job *job, const char *name, const kf_value *value, kf_error *error)
{
    fake_source *fake = source;
    if (value->kind == KF_VALUE_DOUBLE) {
        snprintf(error->message, sizeof(error->message), "no doubles here");
        return error->status = KF_ERROR_ARGUMENT;
    }
    fake_note(fake, "set %s %s kind %d\n", kf_job_id(job), name, (int)value->kind);
    return KF_OK;
}

static int64_t tend(void *source, kf_client *client, kf_worker *worker)
{
    fake_source *fake = source;
    if (fake->on_tend != NULL)
        fake->on_tend(fake, client);
    kf_worker_tell(worker, &(kf_worker_event){.kind = KF_WORKER_REGISTERED});
    pthread_mutex_lock(&fake->lock);
    fake->tends++;
    pthread_mutex_unlock(&fake->lock);
    return fake->tend_ms;
}

static void free_data(void *source, void *data)
{
    fake_source *fake = source;
    free(data);
    pthread_mutex_lock(&fake->lock);
    fake->live_data--;
    pthread_mutex_unlock(&fake->lock);
}

static void free_source(void *source)
{
    ((fake_source *)source)->freed = true;
}

const kf_source_ops fake_ops = {.engine = "fake",
                                .has_locks = true,
                                .acquire = acquire,
                                .undo = undo,
                                .report = report,
                                .refuses = refuses,
                                .get = get,
                                .set = set,
                                .free_data = free_data,
                                .free = free_source};
const kf_source_ops fake_lockless_ops = {.engine = "fake",
                                         .acquire = acquire,
                                         .report = report,
                                         .begin = begin,
                                         .get = get,
                                         .set = set,
                                         .tend = tend,
                                         .free_data = free_data,
                                         .free = free_source};

void fake_source_init(fake_source *fake, fake_transport *transport)
{
    memset(fake, 0, sizeof(*fake));
    fake->transport = transport;
    fake->retries = 3;
    fake->tend_ms = 1000;
    pthread_mutex_init(&fake->lock, NULL);
    pthread_cond_init(&fake->change, NULL);
}

static void on_event(const kf_worker_event *event, void *user)
{
    fake_source *fake = user;
    pthread_mutex_lock(&fake->lock);
    if (fake->event_count < FAKE_EVENTS) {
        size_t n = fake->event_count++;
        fake->events[n] = *event;
        snprintf(fake->messages[n], sizeof(fake->messages[n]), "%s", event->message);
    }
    pthread_cond_broadcast(&fake->change);
    pthread_mutex_unlock(&fake->lock);
}

kf_worker *fake_worker(fake_source *fake, kf_client *client, const kf_source_ops *ops, const kf_worker_options *options)
{
    kf_worker_options own = KF_WORKER_OPTIONS_INIT;
    kf_worker *worker;
    kf_error error;
    if (options != NULL) {
        own = *options;
    } else {
        own.threads = -1;
        own.max_prefetch = -1;
    }
    own.on_event = on_event;
    own.on_event_user = fake;
    if (kf_worker_new(client, &own, ops, fake, &worker, &error) != KF_OK) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    return worker;
}

static int count_told(const fake_source *fake, kf_worker_event_kind kind)
{
    int count = 0;
    for (size_t i = 0; i < fake->event_count; i++)
        count += fake->events[i].kind == kind;
    return count;
}

int fake_told(fake_source *fake, kf_worker_event_kind kind)
{
    pthread_mutex_lock(&fake->lock);
    int count = count_told(fake, kind);
    pthread_mutex_unlock(&fake->lock);
    return count;
}

const char *fake_message(fake_source *fake, kf_worker_event_kind kind)
{
    const char *message = "";
    pthread_mutex_lock(&fake->lock);
    for (size_t i = 0; i < fake->event_count; i++)
        if (fake->events[i].kind == kind)
            message = fake->messages[i];
    pthread_mutex_unlock(&fake->lock);
    return message;
}

bool fake_wait_told(fake_source *fake, kf_worker_event_kind kind, int count)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    bool good = true;
    pthread_mutex_lock(&fake->lock);
    while (good && count_told(fake, kind) < count)
        good = pthread_cond_timedwait(&fake->change, &fake->lock, &until) == 0;
    pthread_mutex_unlock(&fake->lock);
    return good;
}

int fake_logged(fake_source *fake, const char *text)
{
    int count = 0;
    pthread_mutex_lock(&fake->lock);
    for (const char *at = fake->log; (at = strstr(at, text)) != NULL; at += strlen(text))
        count++;
    pthread_mutex_unlock(&fake->lock);
    return count;
}
