/* Jobs that no worker has, as the process API and the case API show them: waiting, put off, suspended, dead; and the
 * variables of instances, ended or not. */
#include "flowable.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    kf_fl_job_state state;
} lists[] = {
    {"jobs", KF_FL_ASYNC},
    {"timer-jobs", KF_FL_TIMER},
    {"suspended-jobs", KF_FL_SUSPENDED},
    {"deadletter-jobs", KF_FL_DEAD},
};

/* The place of the list of that name; behind the last: there is none. */
static size_t place_of(const char *name)
{
    size_t i = 0;
    while (i < sizeof(lists) / sizeof(lists[0]) && strcmp(lists[i].name, name) != 0)
        i++;
    return i;
}

bool kf_fl_is_managed(const char *name)
{
    return place_of(name) < sizeof(lists) / sizeof(lists[0]);
}

static bool is_case_api(const kf_sb_call *call)
{
    return strncmp(call->target, "/cmmn-api/", 10) == 0;
}

/* The job's instance as the process API shows it, which knows no cases. */
static void put_place(kf_fl_text *text, kf_sb_call *call, const kf_fl_job *job)
{
    const kf_flowable *flowable = call->sandbox->flowable;
    const kf_fl_instance *instance = job->instance;
    if (is_case_api(call)) {
        kf_fl_puts(text, ",\"caseInstanceId\":");
        kf_fl_put_id(text, flowable, KF_FL_ID_INSTANCE, instance->entry.number);
        kf_fl_puts(text, ",\"caseInstanceUrl\":");
        kf_fl_put_instance_url(text, call, instance, KF_FL_CASE_PATH "/");
        kf_fl_puts(text, ",\"caseDefinitionId\":\"");
        kf_fl_put_definition(text, flowable, instance->model);
        kf_fl_puts(text, "\",\"caseDefinitionUrl\":");
        kf_fl_put_definition_url(text, call, instance->model);
        kf_fl_puts(text, ",\"planItemInstanceId\":");
        kf_fl_put_id(text, flowable, KF_FL_ID_PLAN_ITEM, job->entry.number);
        return;
    }
    kf_fl_puts(text, ",\"correlationId\":");
    kf_fl_put_id(text, flowable, KF_FL_ID_CORRELATION, job->entry.number);
    if (instance->model->is_case) {
        kf_fl_puts(text, ",\"processInstanceId\":null,\"processInstanceUrl\":null,\"processDefinitionId\":null,"
                         "\"processDefinitionUrl\":null,\"executionId\":null,\"executionUrl\":null");
        return;
    }
    char execution[KF_SB_ID];
    kf_fl_id(flowable, KF_FL_ID_EXECUTION, job->entry.number, execution);
    kf_fl_puts(text, ",\"processInstanceId\":");
    kf_fl_put_id(text, flowable, KF_FL_ID_INSTANCE, instance->entry.number);
    kf_fl_puts(text, ",\"processInstanceUrl\":");
    kf_fl_put_instance_url(text, call, instance, KF_FL_PROCESS_PATH "/");
    kf_fl_puts(text, ",\"processDefinitionId\":\"");
    kf_fl_put_definition(text, flowable, instance->model);
    kf_fl_puts(text, "\",\"processDefinitionUrl\":");
    kf_fl_put_definition_url(text, call, instance->model);
    kf_fl_printf(text, ",\"executionId\":\"%s\",\"executionUrl\":", execution);
    kf_fl_put_url(text, call, "/process-api/runtime/executions/", execution);
}

static void put_managed(kf_fl_text *text, kf_sb_call *call, const kf_fl_job *job, const char *list)
{
    char id[KF_SB_ID], path[80];
    kf_fl_id(call->sandbox->flowable, KF_FL_ID_JOB, job->entry.number, id);
    snprintf(path, sizeof(path), "%s/%s/", is_case_api(call) ? "/cmmn-api/cmmn-management" : "/process-api/management",
             list);
    kf_fl_printf(text, "{\"id\":\"%s\",\"url\":", id);
    kf_fl_put_url(text, call, path, id);
    put_place(text, call, job);
    kf_fl_puts(text, ",\"elementId\":");
    kf_fl_put_string(text, job->task->id);
    kf_fl_puts(text, ",\"elementName\":");
    kf_fl_put_string(text, job->task->name);
    kf_fl_printf(text, ",\"handlerType\":\"%sexternal-worker-complete\",\"retries\":%d,\"exceptionMessage\":",
                 job->instance->model->is_case ? "cmmn-" : "", (int)job->retries);
    kf_fl_put_quoted(text, job->message);
    kf_fl_puts(text, ",\"dueDate\":");
    if (job->state == KF_FL_TIMER)
        kf_fl_put_time(text, job->due_ms);
    else
        kf_fl_puts(text, "null");
    kf_fl_puts(text, ",\"createTime\":");
    kf_fl_put_time(text, job->create_ms);
    kf_fl_puts(text, ",\"lockOwner\":null,\"lockExpirationTime\":null,\"tenantId\":");
    kf_fl_put_string(text, job->instance->tenant);
    kf_fl_puts(text, "}");
}

void kf_fl_list_managed(kf_sb_call *call)
{
    const kf_fl_table *table = &call->sandbox->flowable->jobs;
    size_t chosen = place_of(call->values[0]);
    kf_fl_listing list;
    const kf_fl_entry **entries = kf_fl_in_order(call, table);
    if (entries != NULL && kf_fl_begin_list(call, &list)) {
        for (size_t i = 0; i < table->count; i++) {
            const kf_fl_job *job = (const kf_fl_job *)entries[i];
            uint32_t instance = job->instance->entry.number;
            if (job->state == lists[chosen].state && (!is_case_api(call) || job->instance->model->is_case) &&
                kf_fl_id_fits(call, "id", KF_FL_ID_JOB, job->entry.number) &&
                kf_fl_id_fits(call, "processInstanceId", KF_FL_ID_INSTANCE, instance) &&
                kf_fl_id_fits(call, "caseInstanceId", KF_FL_ID_INSTANCE, instance) && kf_fl_next_row(&list))
                put_managed(&list.text, call, job, lists[chosen].name);
        }
        kf_fl_end_list(&list, "id");
    }
    free(entries);
}

/* The job of the path in the list of the path; NULL: 404 is in the call. */
static kf_fl_job *managed_job(kf_sb_call *call)
{
    kf_fl_job *job = kf_fl_job_of(call->sandbox->flowable, call->values[1]);
    if (job != NULL && job->state == lists[place_of(call->values[0])].state)
        return job;
    kf_fl_error_slice(call, 404, "Could not find a job with id '", kf_fl_slice_of(call->values[1]), "'.");
    return NULL;
}

void kf_fl_get_managed(kf_sb_call *call)
{
    kf_fl_text text = {0};
    const kf_fl_job *job = managed_job(call);
    if (job == NULL)
        return;
    put_managed(&text, call, job, call->values[0]);
    kf_fl_reply(call, 200, &text);
}

void kf_fl_get_stack_trace(kf_sb_call *call)
{
    kf_fl_text text = {0};
    const kf_fl_job *job = managed_job(call);
    if (job == NULL)
        return;
    kf_fl_puts(&text, job->details == NULL ? "" : job->details);
    kf_fl_reply(call, 200, &text);
    snprintf(call->reply_type, sizeof(call->reply_type), "text/plain");
}

void kf_fl_act_on_managed(kf_sb_call *call)
{
    kf_flowable *flowable = call->sandbox->flowable;
    kf_fl_document document;
    kf_fl_slice action;
    if (!kf_fl_body(call, &document, "org.flowable.rest.service.api.RestActionRequest", "") ||
        !kf_fl_body_string(call, &document, document.nodes, "action", &action))
        goto done;
    bool dead = lists[place_of(call->values[0])].state == KF_FL_DEAD;
    bool waiting = lists[place_of(call->values[0])].state == KF_FL_ASYNC;
    if (dead ? !kf_fl_slice_is(action, "move") : !waiting || !kf_fl_slice_is(action, "execute")) {
        kf_fl_error(call, 400,
                    dead ? "Invalid action, only 'move' or 'moveToHistoryJob' is supported."
                         : "Invalid action, only 'execute' is supported.");
        goto done;
    }
    kf_fl_job *job = managed_job(call);
    if (job != NULL) {
        (dead ? kf_fl_revive : kf_fl_carry_out)(flowable, job);
        kf_fl_empty(call, 204);
    }
done:
    kf_fl_document_free(&document);
}

/* History */

static int by_name(const void *one, const void *other)
{
    const kf_fl_variable *a = *(const kf_fl_variable *const *)one, *b = *(const kf_fl_variable *const *)other;
    uint32_t length = a->name_length < b->name_length ? a->name_length : b->name_length;
    int order = memcmp(a->text, b->text, length);
    return order != 0 ? order : (a->name_length > b->name_length) - (a->name_length < b->name_length);
}

static void put_historic(kf_fl_text *text, kf_sb_call *call, const kf_fl_instance *instance,
                         const kf_fl_variable *variable)
{
    const kf_flowable *flowable = call->sandbox->flowable;
    bool is_case = instance->model->is_case;
    kf_fl_variable *alone = malloc(sizeof(*alone) + variable->name_length + variable->value_length + 1);
    if (alone == NULL) {
        text->failed = true;
        return;
    }
    memcpy(alone, variable, sizeof(*alone) + variable->name_length + variable->value_length + 1);
    alone->next = NULL;
    kf_fl_puts(text, "{\"id\":");
    kf_fl_put_id(text, flowable, KF_FL_ID_VARIABLE, instance->entry.number);
    kf_fl_puts(text, is_case ? ",\"caseInstanceId\":" : ",\"processInstanceId\":");
    kf_fl_put_id(text, flowable, KF_FL_ID_INSTANCE, instance->entry.number);
    kf_fl_puts(text, is_case ? ",\"caseInstanceUrl\":" : ",\"processInstanceUrl\":");
    kf_fl_put_instance_url(text, call, instance,
                           is_case ? "/cmmn-api/cmmn-history/historic-case-instances/"
                                   : "/process-api/history/historic-process-instances/");
    kf_fl_puts(text, is_case ? ",\"taskId\":null,\"planItemInstanceId\":null" : ",\"taskId\":null,\"executionId\":");
    if (!is_case)
        kf_fl_put_id(text, flowable, KF_FL_ID_INSTANCE, instance->entry.number);
    kf_fl_puts(text, ",\"variable\":");
    size_t bracket = text->length;
    kf_fl_put_variables(text, alone, "global");
    if (!text->failed) { /* the object without the brackets of the list */
        memmove(text->bytes + bracket, text->bytes + bracket + 1, text->length - bracket - 2);
        text->length -= 2;
        text->bytes[text->length] = '\0';
    }
    kf_fl_puts(text, "}");
    free(alone);
}

/* Only of one instance: more than its variables nobody asks for. */
void kf_fl_list_historic(kf_sb_call *call)
{
    const kf_flowable *flowable = call->sandbox->flowable;
    const char *id = kf_sb_query(call, is_case_api(call) ? "caseInstanceId" : "processInstanceId");
    const kf_fl_instance *instance = (const kf_fl_instance *)kf_fl_find(
        &flowable->instances, id == NULL ? 0 : kf_fl_number(flowable, KF_FL_ID_INSTANCE, id));
    const char *name = kf_sb_query(call, "variableName");
    size_t count = 0;
    kf_fl_listing list;
    for (const kf_fl_variable *v = instance == NULL ? NULL : instance->variables; v != NULL; v = v->next)
        count++;
    const kf_fl_variable **sorted = malloc((count + 1) * sizeof(*sorted));
    char *wanted = name == NULL ? NULL : kf_fl_escaped(kf_fl_slice_of(name), SIZE_MAX);
    if (sorted == NULL || (name != NULL && wanted == NULL)) {
        kf_sb_no_memory(call);
    } else if (kf_fl_begin_list(call, &list)) {
        count = 0;
        for (const kf_fl_variable *v = instance == NULL ? NULL : instance->variables; v != NULL; v = v->next)
            sorted[count++] = v;
        qsort(sorted, count, sizeof(*sorted), by_name);
        for (size_t i = 0; i < count; i++) {
            kf_fl_slice own = {sorted[i]->text, sorted[i]->name_length};
            if ((wanted == NULL || kf_fl_slice_is(own, wanted)) && kf_fl_next_row(&list))
                put_historic(&list.text, call, instance, sorted[i]);
        }
        kf_fl_end_list(&list, "variableName");
    }
    free(wanted);
    free(sorted);
}
