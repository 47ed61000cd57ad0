#include "core/fail.h"
#include "services/flowable/worker_job.h"
#include "json/reader.h"

#include <stdlib.h>
#include <string.h>

/* The jobs are locked, but cannot be had. */
static kf_status lost(kf_error *error, kf_status status, const char *message)
{
    error->may_have_acted = true;
    return kf_fail(error, status, "flowable.acquireAndLockJobs: %s", message);
}

/* Takes the decoded block over, which is freed with the last of its jobs. The caller holds one reference. NULL: no
 * memory, and the block is freed. */
static flowable_answer *share(void *model)
{
    flowable_answer *answer = calloc(1, sizeof(*answer));
    if (answer == NULL) {
        kf_model_free(model);
        return NULL;
    }
    atomic_init(&answer->references, 1);
    answer->model = model;
    return answer;
}

void flowable_answer_release(flowable_answer *answer)
{
    if (answer != NULL && atomic_fetch_sub(&answer->references, 1) == 1) {
        kf_model_free(answer->model);
        free(answer);
    }
}

static kf_status add(kf_batch *batch, flowable_answer *answer,
                     const flowable_acquired_external_worker_job_response *model, kf_error *error)
{
    if (model->id == NULL) {
        kf_batch_count_bad(batch, "a job came without an id; it stays locked until its lock is over");
        return KF_OK;
    }
    flowable_job *job = calloc(1, sizeof(*job));
    if (job == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    atomic_fetch_add(&answer->references, 1);
    job->answer = answer;
    job->model = model;
    const kf_job_spec spec = {
        .id = model->id,
        .instance_id = model->process_instance_id != NULL ? model->process_instance_id : model->scope_id,
        .retries = model->retries.presence == KF_SET ? model->retries.value : -1,
        .data = job,
    };
    return kf_batch_add(batch, &spec, error);
}

static kf_status take_all(flowable_acquire_and_lock_jobs_answer *jobs, kf_batch *batch, kf_error *error)
{
    flowable_answer *answer = share(jobs);
    kf_status status = KF_OK;
    if (answer == NULL)
        return lost(error, KF_ERROR_MEMORY, "out of memory");
    if (jobs->items == NULL)
        status = lost(error, KF_ERROR_DECODE, "the answer is no list of jobs");
    for (size_t i = 0; status == KF_OK && i < jobs->items_count; i++)
        if (add(batch, answer, &jobs->items[i], error) != KF_OK)
            status = lost(error, KF_ERROR_MEMORY, "out of memory");
    flowable_answer_release(answer);
    return status;
}

/* Where an element of an array or a member of an object ends: at the comma or bracket behind it. Only quotes and
 * brackets are looked at, so that this works where the strict reader gives up, at half of a surrogate pair say. NULL:
 * the text ends within it. */
static const char *item_end(const char *text, const char *end)
{
    int depth = 0;
    bool quoted = false;
    for (; text < end; text++) {
        char c = *text;
        if (quoted && c == '\\')
            text++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{'))
            depth++;
        else if (!quoted && depth == 0 && (c == ',' || c == ']' || c == '}'))
            return text;
        else if (!quoted && (c == ']' || c == '}'))
            depth--;
    }
    return NULL;
}

static const char *skip_space(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

/* The job's id, of an object that the decoder refused as a whole. */
static bool find_id(const char *text, const char *end, char *id, size_t size)
{
    text = skip_space(text);
    if (*text != '{')
        return false;
    const char *stop;
    for (text++; (stop = item_end(text, end)) != NULL; text = stop + 1) {
        text = skip_space(text);
        if (strncmp(text, "\"id\"", 4) != 0 || *(text = skip_space(text + 4)) != ':')
            continue;
        size_t length = (size_t)(stop - ++text);
        kf_reader reader;
        kf_slice value;
        if (length >= size)
            return false;
        memcpy(id, text, length);
        id[length] = '\0';
        kf_reader_init(&reader, id, length, 0);
        if (kf_reader_peek(&reader) != KF_TOKEN_STRING || !kf_reader_string(&reader, &value) || value.length == 0)
            return false;
        memmove(id, value.text, value.length + 1);
        return true;
    }
    return false;
}

static kf_status add_one(kf_batch *batch, const char *text, const char *end, kf_error *error)
{
    kf_error why;
    char id[1024];
    flowable_acquired_external_worker_job_response *model = NULL;
    kf_status status = flowable_acquired_external_worker_job_response_decode(text, (size_t)(end - text), &model, &why);
    if (status == KF_OK) {
        flowable_answer *answer = share(model);
        status = answer == NULL ? KF_ERROR_MEMORY : add(batch, answer, model, error);
        flowable_answer_release(answer);
        return status;
    }
    if (status != KF_ERROR_DECODE && status != KF_ERROR_LIMIT)
        return status;
    if (find_id(text, end, id, sizeof(id))) {
        const kf_job_spec spec = {.id = id, .retries = -1, .broken = why.message};
        return kf_batch_add(batch, &spec, error);
    }
    kf_batch_count_bad(batch, why.message);
    return KF_OK;
}

/* The list element by element, since one that cannot be decoded must not cost the others. `error` is what is wrong with
 * the whole, and stays so if it is no list at all. */
static kf_status take_each(const kf_response *response, kf_batch *batch, kf_error *error)
{
    size_t length = 0;
    const char *text = response == NULL ? NULL : kf_response_text(response, &length);
    if (text == NULL || kf_response_status(response) != 200)
        return error->status;
    const char *end = text + length, *stop;
    const char *first = skip_space(text);
    if (*first != '[')
        return error->status;
    for (stop = first; stop != NULL && *stop != ']';)
        stop = item_end(stop + 1, end);
    if (stop == NULL || skip_space(stop + 1) != end)
        return error->status;
    for (text = first; *text != ']'; text = stop) {
        stop = item_end(++text, end);
        if (add_one(batch, text, stop, error) != KF_OK)
            return lost(error, KF_ERROR_MEMORY, "out of memory");
    }
    kf_error_clear(error);
    return KF_OK;
}

kf_status flowable_worker_acquire(void *source, kf_client *client, const kf_poll *poll, kf_batch *batch,
                                  kf_error *error)
{
    char lock[KF_DURATION_TEXT_SIZE];
    kf_client *scope = NULL;
    flowable_acquire_and_lock_jobs_answer *jobs = NULL;
    const char *scope_type = poll->topic->scope_type;
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.keep_response = true; /* see take_each() */
    (void)source;
    kf_status status = kf_duration_format(kf_duration_from_ms(poll->topic->lock_ms), lock, error);
    if (status == KF_OK)
        status = kf_client_scope(client, &options, &scope, error);
    if (status != KF_OK)
        return status;
    const flowable_acquire_external_worker_job_request request = {
        .topic = poll->topic->name,
        .lock_duration = lock,
        .number_of_tasks = KF_INT32(poll->limit),
        .worker_id = poll->worker_id,
        .scope_type = scope_type,
    };
    status = flowable_acquire_and_lock_jobs(scope, &request, &jobs, error);
    if (status == KF_OK)
        status = take_all(jobs, batch, error);
    else if (status == KF_ERROR_DECODE || status == KF_ERROR_LIMIT)
        status = take_each(kf_client_response(scope), batch, error);
    kf_client_free(scope);
    return status;
}
