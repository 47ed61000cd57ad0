/* GET /jobs: filters, order, pages. */
#include "flowable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The text of a job that a filter or the order looks at; NULL: it has none. */
static const char *property(const kf_flowable *flowable, const kf_fl_job *job, const char *name, kf_fl_text *room)
{
    bool is_case = job->instance->model->is_case;
    char id[KF_SB_ID] = "";
    bool of_case = strncmp(name, "scope", 5) == 0 || strncmp(name, "sub", 3) == 0;
    bool of_process = strncmp(name, "process", 7) == 0 || strcmp(name, "executionId") == 0;
    if (strcmp(name, "elementId") == 0)
        return job->task->id;
    if (strcmp(name, "elementName") == 0)
        return job->task->name;
    if (strcmp(name, "exceptionMessage") == 0)
        return job->message;
    if (strcmp(name, "tenantId") == 0)
        return job->instance->tenant;
    if ((of_case && !is_case) || (of_process && is_case))
        return NULL;
    if (strcmp(name, "scopeType") == 0)
        return "cmmn";
    if (strcmp(name, "processDefinitionId") == 0 || strcmp(name, "scopeDefinitionId") == 0) {
        room->length = 0;
        kf_fl_put_definition(room, flowable, job->instance->model);
        return room->failed ? NULL : room->bytes;
    }
    if (strcmp(name, "processInstanceId") == 0 || strcmp(name, "scopeId") == 0)
        kf_fl_id(flowable, KF_FL_ID_INSTANCE, job->instance->entry.number, id);
    else if (strcmp(name, "executionId") == 0)
        kf_fl_id(flowable, KF_FL_ID_EXECUTION, job->entry.number, id);
    else if (strcmp(name, "subScopeId") == 0)
        kf_fl_id(flowable, KF_FL_ID_PLAN_ITEM, job->entry.number, id);
    else
        kf_fl_id(flowable, KF_FL_ID_JOB, job->entry.number, id);
    room->length = 0;
    kf_fl_puts(room, id);
    return room->failed ? NULL : room->bytes;
}

/* SQL's LIKE. Only the last "%" ever takes more: what one before it could take, it can as well. */
static bool like(const char *text, const char *pattern)
{
    const char *percent = NULL, *taken = NULL;
    while (*text != '\0') {
        if (*pattern == '%') {
            percent = pattern++;
            taken = text;
        } else if (*pattern == '_' || *pattern == *text) {
            pattern++;
            text++;
        } else if (percent != NULL) {
            pattern = percent + 1;
            text = ++taken;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "%")] == '\0';
}

/* Parameters that are texts: filters first. */
static const char *const texts[] = {
    "id",
    "processInstanceId",
    "executionId",
    "processDefinitionId",
    "scopeId",
    "subScopeId",
    "scopeType",
    "scopeDefinitionId",
    "exceptionMessage",
    "tenantId",
    "elementId",
    "elementName",
    "tenantIdLike",
    "sort",
    "order",
};
enum { FILTER_COUNT = 12, LIKE = FILTER_COUNT, SORT, ORDER, TEXT_COUNT };

/* Filters that are on or off */
typedef struct list_flag {
    const char *name;
    bool (*fits)(const kf_fl_job *job);
} list_flag;

static bool is_case(const kf_fl_job *job)
{
    return job->instance->model->is_case;
}

static bool is_process(const kf_fl_job *job)
{
    return !job->instance->model->is_case;
}

static bool has_failure(const kf_fl_job *job)
{
    return job->message != NULL || job->details != NULL;
}

static bool has_no_tenant(const kf_fl_job *job)
{
    return job->instance->tenant[0] == '\0';
}

static bool is_locked(const kf_fl_job *job)
{
    return job->lock_place != KF_FL_NOWHERE;
}

static bool is_unlocked(const kf_fl_job *job)
{
    return job->lock_place == KF_FL_NOWHERE;
}

static const list_flag flags[] = {
    {"withoutProcessInstanceId", is_case},
    {"withoutScopeId", is_process},
    {"withoutScopeType", is_process},
    {"withException", has_failure},
    {"withoutTenantId", has_no_tenant},
    {"locked", is_locked},
    {"unlocked", is_unlocked},
};
#define FLAG_COUNT (sizeof(flags) / sizeof(flags[0]))

typedef struct list_query {
    char *texts[TEXT_COUNT]; /* NULL: not given */
    bool flags[FLAG_COUNT];
    int32_t start, size;
    kf_fl_text problems;
    int problem_count;
} list_query;

/* Spring finds "size" for "Size", too. */
static bool is_named(const kf_pair *pair, const char *name)
{
    return pair->name[0] != '\0' && (pair->name[0] | 0x20) == (name[0] | 0x20) && strcmp(pair->name + 1, name + 1) == 0;
}

/* The values of a parameter with commas between; NULL: there is none, or no memory. */
static char *joined(const kf_sb_call *call, const char *name, bool *no_memory)
{
    kf_fl_text text = {0};
    for (size_t i = 0; i < call->query_count; i++) {
        if (!is_named(&call->query[i], name))
            continue;
        kf_fl_puts(&text, text.bytes == NULL ? "" : ",");
        kf_fl_puts(&text, call->query[i].value);
    }
    *no_memory = *no_memory || text.failed;
    return text.bytes;
}

static const char *first_value(const kf_sb_call *call, const char *name)
{
    for (size_t i = 0; i < call->query_count; i++) {
        if (is_named(&call->query[i], name))
            return call->query[i].value;
    }
    return NULL;
}

/* A value that cannot be converted is told as Spring tells it. */
static void refuse(list_query *query, const char *name, const char *value, const char *type, const char *reason)
{
    kf_fl_text *text = &query->problems;
    kf_fl_puts(text, "[Field error in object 'externalWorkerJobQueryRequest' on field '");
    kf_fl_printf(text, "%s': rejected value [%s]; ", name, value);
    kf_fl_printf(text,
                 "codes [typeMismatch.externalWorkerJobQueryRequest.%s,typeMismatch.%s,typeMismatch.%s,"
                 "typeMismatch]; ",
                 name, name, type);
    kf_fl_printf(text,
                 "arguments [org.springframework.context.support.DefaultMessageSourceResolvable: codes "
                 "[externalWorkerJobQueryRequest.%s,%s]; arguments []; default message [%s]]; ",
                 name, name, name);
    kf_fl_printf(text,
                 "default message [Failed to convert property value of type 'java.lang.String' to required type "
                 "'%s' for property '%s'; %s]] ",
                 type, name, reason);
    query->problem_count++;
}

/* Without the blanks around it. */
static void trim(const char *value, char *text, size_t size)
{
    size_t length = strlen(value += strspn(value, " \t\r\n"));
    while (length > 0 && strchr(" \t\r\n", value[length - 1]) != NULL)
        length--;
    snprintf(text, size, "%.*s", (int)(length < size ? length : size - 1), value);
}

static void read_flag(const kf_sb_call *call, list_query *query, const char *name)
{
    static const char *const words[] = {"true", "on", "yes", "1", "false", "off", "no", "0"};
    const char *value = first_value(call, name);
    char word[200], reason[240];
    if (value == NULL)
        return;
    trim(value, word, sizeof(word));
    for (size_t i = 0; i < 8; i++) {
        if (strcasecmp(word, words[i]) != 0)
            continue;
        for (size_t flag = 0; flag < FLAG_COUNT; flag++)
            query->flags[flag] = query->flags[flag] || (i < 4 && strcmp(flags[flag].name, name) == 0);
        return;
    }
    snprintf(reason, sizeof(reason), "Invalid boolean value [%s]", value);
    refuse(query, name, value, "boolean", reason);
}

/* A decimal or hexadecimal number, blanks in it left aside; negative ones count as none. */
static void read_number(const kf_sb_call *call, list_query *query, const char *name, int32_t *number)
{
    const char *value = first_value(call, name);
    char digits[32] = "";
    size_t length = 0;
    for (const char *c = value; c != NULL && *c != '\0' && length < sizeof(digits) - 1; c++) {
        if (strchr(" \t", *c) == NULL)
            digits[length++] = *c;
    }
    digits[length] = '\0';
    if (length == 0)
        return;
    char *end;
    errno = 0;
    char *first = digits + (digits[0] == '-' || digits[0] == '+');
    bool hexadecimal = strncasecmp(first, "0x", 2) == 0 || *first == '#';
    if (*first == '#')
        *first = '0';
    long long read = strtoll(digits, &end, hexadecimal ? 16 : 10);
    if (*end != '\0' || *first < '0' || *first > '9' || errno != 0 || read < INT32_MIN || read > INT32_MAX) {
        char reason[64];
        snprintf(reason, sizeof(reason), "For input string: \"%s\"", digits);
        refuse(query, name, value, "java.lang.Integer", reason);
    } else if (read >= 0) {
        *number = (int32_t)read;
    }
}

/* The values that are no texts, in the order of their names. */
static bool read_values(kf_sb_call *call, list_query *query)
{
    static const char *const more[] = {"unlocked",       "withException",    "withoutProcessInstanceId",
                                       "withoutScopeId", "withoutScopeType", "withoutTenantId"};
    kf_fl_text text = {0};
    read_flag(call, query, "locked");
    read_number(call, query, "size", &query->size);
    read_number(call, query, "start", &query->start);
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
        read_flag(call, query, more[i]);
    if (query->problem_count == 0)
        return true;
    kf_fl_puts(&text, "Validation failed for argument [0] in public org.flowable.common.rest.api.DataResponse<"
                      "org.flowable.external.job.rest.service.api.query.ExternalWorkerJobResponse> "
                      "org.flowable.external.job.rest.service.api.query.ExternalWorkerJobCollectionResource."
                      "listExternalWorkerJobs(org.flowable.external.job.rest.service.api.query."
                      "ExternalWorkerJobQueryRequest)");
    if (query->problem_count > 1)
        kf_fl_printf(&text, " with %d errors", query->problem_count);
    kf_fl_puts(&text, ": ");
    kf_fl_put(&text, query->problems.bytes, query->problems.length);
    if (text.failed || query->problems.failed)
        kf_sb_no_memory(call);
    else
        kf_fl_error(call, 500, text.bytes);
    free(text.bytes);
    return false;
}

static bool read_query(kf_sb_call *call, list_query *query)
{
    static const char *const sorts[] = {"id",      "dueDate", "createTime", "executionId", "processInstanceId",
                                        "retries", "tenantId"};
    bool no_memory = false;
    for (size_t i = 0; i < TEXT_COUNT; i++)
        query->texts[i] = joined(call, texts[i], &no_memory);
    if (query->texts[SORT] == NULL)
        query->texts[SORT] = kf_sb_strdup("id");
    if (query->texts[ORDER] == NULL)
        query->texts[ORDER] = kf_sb_strdup("asc");
    const char *sort = query->texts[SORT], *order = query->texts[ORDER];
    if (no_memory || sort == NULL || order == NULL) {
        kf_sb_no_memory(call);
        return false;
    }
    if (!read_values(call, query))
        return false;
    bool known = false;
    for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
        known = known || strcmp(sort, sorts[i]) == 0;
    if (!known) {
        kf_fl_errorf(call, 400, "Value for param 'sort' is not valid, '%.500s' is not a valid property", sort);
        return false;
    }
    if (strcmp(order, "asc") != 0 && strcmp(order, "desc") != 0) {
        kf_fl_errorf(call, 400, "Value for param 'order' is not valid : '%.500s', must be 'asc' or 'desc'", order);
        return false;
    }
    return true;
}

static bool fits(const kf_sb_call *call, const list_query *query, const kf_fl_job *job, kf_fl_text *room)
{
    if (job->state != KF_FL_EXTERNAL)
        return false;
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        if (query->flags[i] && !flags[i].fits(job))
            return false;
    }
    for (size_t i = 0; i < FILTER_COUNT; i++) {
        if (query->texts[i] == NULL)
            continue;
        const char *value = property(call->sandbox->flowable, job, texts[i], room);
        if (value == NULL || strcmp(value, query->texts[i]) != 0)
            return false;
    }
    return query->texts[LIKE] == NULL || like(job->instance->tenant, query->texts[LIKE]);
}

/* What two jobs are ordered by: a number, or a text. */
typedef struct sort_row {
    const kf_fl_job *job;
    int64_t number;
    const char *text;
} sort_row;

static int compare(const void *one, const void *other)
{
    const sort_row *a = one, *b = other;
    int order = a->text != NULL ? strcmp(a->text, b->text) : (a->number > b->number) - (a->number < b->number);
    uint32_t first = a->job->entry.number, second = b->job->entry.number;
    return order != 0 ? order : (first > second) - (first < second);
}

static void fill_row(sort_row *row, const kf_fl_job *job, const char *sort)
{
    *row = (sort_row){.job = job};
    if (strcmp(sort, "createTime") == 0)
        row->number = job->create_ms;
    else if (strcmp(sort, "retries") == 0)
        row->number = job->retries;
    else if (strcmp(sort, "processInstanceId") == 0)
        row->number = job->instance->model->is_case ? 0 : job->instance->entry.number;
    else if (strcmp(sort, "executionId") == 0)
        row->number = job->instance->model->is_case ? 0 : job->entry.number;
    else if (strcmp(sort, "tenantId") == 0)
        row->text = job->instance->tenant;
}

/* All jobs that fit, in order; NULL: no memory. */
static sort_row *collect(const kf_sb_call *call, const list_query *query, size_t *count)
{
    const kf_fl_table *jobs = &call->sandbox->flowable->jobs;
    kf_fl_text room = {0};
    sort_row *rows = malloc((jobs->count + 1) * sizeof(*rows));
    *count = 0;
    if (rows == NULL)
        return NULL;
    const char *id = query->texts[0];
    uint32_t number = id == NULL ? 0 : kf_fl_number(call->sandbox->flowable, KF_FL_ID_JOB, id);
    for (size_t i = 0; i < jobs->bucket_count; i++) {
        if (id != NULL && i != (number & (jobs->bucket_count - 1)))
            continue;
        for (const kf_fl_entry *entry = jobs->buckets[i]; entry != NULL; entry = entry->chain) {
            const kf_fl_job *job = (const kf_fl_job *)entry;
            if (fits(call, query, job, &room))
                fill_row(&rows[(*count)++], job, query->texts[SORT]);
        }
    }
    qsort(rows, *count, sizeof(*rows), compare);
    free(room.bytes);
    return rows;
}

static void reply_page(kf_sb_call *call, const list_query *query)
{
    kf_fl_text text = {0};
    size_t count, shown = 0;
    sort_row *rows = collect(call, query, &count);
    if (rows == NULL) {
        kf_sb_no_memory(call);
        return;
    }
    bool ascending = strcmp(query->texts[ORDER], "asc") == 0;
    kf_fl_puts(&text, "{\"data\":[");
    for (size_t i = (size_t)query->start; i < count && shown < (size_t)query->size; i++, shown++) {
        kf_fl_puts(&text, shown > 0 ? "," : "");
        kf_fl_put_job(&text, call, rows[ascending ? i : count - 1 - i].job, false);
    }
    kf_fl_printf(&text, "],\"total\":%zu,\"start\":%d,\"sort\":\"%s\",\"order\":\"%s\",\"size\":%zu}", count,
                 (int)query->start, query->texts[SORT], query->texts[ORDER], shown);
    free(rows);
    kf_fl_reply(call, 200, &text);
}

void kf_fl_list_jobs(kf_sb_call *call)
{
    list_query query = {.size = 10};
    if (read_query(call, &query))
        reply_page(call, &query);
    for (size_t i = 0; i < TEXT_COUNT; i++)
        free(query.texts[i]);
    free(query.problems.bytes);
}
