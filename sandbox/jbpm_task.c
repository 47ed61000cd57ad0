/* Tasks of jBPM: what is done with one, and looking for some. */
#include "jbpm.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* NULL: an error is in the call. */
static kf_jb_task *task_of(kf_sb_call *call)
{
    int64_t id;
    if (!kf_jb_id(call, 0, &id))
        return NULL;
    kf_jb_task *task = kf_jb_task_of(call->sandbox->jbpm, id);
    if (task == NULL)
        kf_jb_error(call, 404, "Task %lld could not be found.", (long long)id);
    return task;
}

void kf_jb_get_task(kf_sb_call *call)
{
    const kf_jb_task *task = task_of(call);
    kf_fl_text xml = {0};
    if (task == NULL)
        return;
    kf_fl_puts(&xml, KF_JB_HEAD);
    kf_jb_put_task(&xml, task);
    kf_jb_reply(call, &xml);
}

void kf_jb_get_task_content(kf_sb_call *call)
{
    if (task_of(call) != NULL)
        kf_jb_error(call, 500,
                    "class org.jbpm.services.task.impl.model.xml.JaxbPeopleAssignments cannot be cast to class "
                    "org.kie.internal.task.api.model.InternalPeopleAssignments");
}

void kf_jb_get_content(kf_sb_call *call)
{
    int64_t id;
    kf_fl_text xml = {0};
    if (!kf_jb_id(call, 0, &id))
        return;
    const kf_jb_content *content = kf_jb_content_of(call->sandbox->jbpm, id);
    if (content == NULL) {
        kf_jb_error(call, 404, "Content %lld could not be found.", (long long)id);
        return;
    }
    kf_fl_puts(&xml, KF_JB_HEAD "<content>");
    kf_jb_put_content(&xml, content);
    kf_fl_puts(&xml, "</content>");
    kf_jb_reply(call, &xml);
}

/* Some operations do not look whether there is such a task. */
static bool stumbles(const char *operation)
{
    static const char *const names[] = {"complete", "fail", "skip", "exit"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(operation, names[i]) == 0)
            return false;
    }
    return true;
}

void kf_jb_operate_task(kf_sb_call *call)
{
    kf_jbpm *jbpm = call->sandbox->jbpm;
    const char *operation = strrchr(call->operation->path, '/') + 1;
    bool targeted = strcmp(operation, "delegate") == 0 || strcmp(operation, "forward") == 0;
    bool ends = strcmp(operation, "complete") == 0 || strcmp(operation, "fail") == 0;
    const char *target = targeted ? kf_jb_required(call, "targetEntityId") : NULL;
    kf_jb_map results = {NULL, 0};
    char error[256];
    int64_t id;
    if ((targeted && target == NULL) || !kf_jb_id(call, 0, &id))
        return;
    if (!ends || kf_jb_map_parameter(call, &results)) {
        kf_jb_task *task = kf_jb_task_of(jbpm, id);
        int status =
            task == NULL ? 500 : kf_jb_operate(jbpm, task, operation, kf_jb_caller(call), target, &results, error);
        if (task == NULL && !stumbles(operation))
            task_of(call);
        else if (task == NULL)
            kf_jb_error(call, 500, "null source");
        else if (status != 200)
            kf_jb_error(call, status, "%s", error);
        else
            kf_jb_success(call);
    }
    kf_jb_map_free(&results);
}

/* Of those that the caller may have by name, not as a member of a group. */
void kf_jb_claim_next(kf_sb_call *call)
{
    kf_jbpm *jbpm = call->sandbox->jbpm;
    const kf_jb_user *user = kf_jb_caller(call);
    char error[256];
    for (size_t i = 0; i < jbpm->tasks.count; i++) {
        kf_jb_task *task = jbpm->tasks.items[i];
        if (task->status == KF_JB_READY && kf_jb_is_named(task, user)) {
            kf_jb_operate(jbpm, task, "claim", user, NULL, NULL, error);
            break;
        }
    }
    kf_jb_success(call);
}

static size_t count_parameters(const kf_sb_call *call, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < call->query_count; i++)
        count += strcmp(call->query[i].name, name) == 0;
    return count;
}

void kf_jb_nominate(kf_sb_call *call)
{
    kf_jbpm *jbpm = call->sandbox->jbpm;
    const kf_jb_user *user = kf_jb_caller(call);
    size_t users = count_parameters(call, "user"), groups = count_parameters(call, "group");
    int64_t id;
    if (!kf_jb_id(call, 0, &id))
        return;
    kf_jb_task *task = kf_jb_task_of(jbpm, id);
    if (users + groups == 0) {
        kf_jb_error(call, 400,
                    "At least 1 query parameter (either 'user' or 'group') is required for the 'nominate' operation.");
    } else if (task == NULL) {
        kf_jb_error(call, 500,
                    "Cannot invoke \"org.kie.api.task.model.Task.getPeopleAssignments()\" because \"task\" is null");
    } else if (!kf_jb_administers(task, user)) {
        kf_jb_error(call, 401, "User %s is not allowed to perform Nominate on Task %lld", user->name,
                    (long long)task->id);
    } else if (task->status != KF_JB_CREATED) {
        kf_jb_error(call, 500, "Can only assign task owner if status is Created!");
    } else {
        task->previous = task->status;
        task->status = users == 1 && groups == 0 ? KF_JB_RESERVED : KF_JB_READY;
        if (task->status == KF_JB_RESERVED) {
            task->owner = kf_sb_strdup(kf_sb_query(call, "user"));
            call->no_memory = call->no_memory || task->owner == NULL;
        }
        for (size_t i = 0; i < call->query_count && task->status == KF_JB_READY; i++) {
            bool group = strcmp(call->query[i].name, "group") == 0;
            if (group || strcmp(call->query[i].name, "user") == 0)
                kf_jb_add_owner(jbpm, task, group ? 'g' : 'u', call->query[i].value);
        }
        kf_jb_success(call);
    }
}

/* Looking for tasks */

static const char *const criteria[] = {
    "workItemId", "taskId", "processInstanceId", "businessAdministrator", "potentialOwner", "taskOwner", "status"};
#define CRITERION_COUNT (sizeof(criteria) / sizeof(criteria[0]))

static bool has_owner(const kf_jb_task *task, const char *name)
{
    for (size_t i = 0; i < kf_jb_user_count; i++) {
        if (strcmp(kf_jb_users[i].name, name) == 0)
            return kf_jb_may_own(task, &kf_jb_users[i]);
    }
    for (size_t i = 0; i < task->owner_count; i++) {
        if (strcmp(task->owners[i] + 2, name) == 0)
            return true;
    }
    return false;
}

static bool has_administrator(const kf_jb_task *task, const char *name)
{
    return strcmp(name, "Administrator") == 0 || strcmp(name, "Administrators") == 0 ||
           (task->node->administrator != NULL && strcmp(task->node->administrator, name) == 0);
}

static bool holds(const kf_jb_task *task, size_t criterion, const char *value)
{
    switch (criterion) {
    case 0:
        return task->work_item == strtoll(value, NULL, 10);
    case 1:
        return task->id == strtoll(value, NULL, 10);
    case 2:
        return task->instance->id == strtoll(value, NULL, 10);
    case 3:
        return has_administrator(task, value);
    case 4:
        return has_owner(task, value);
    case 5:
        return task->owner != NULL && strcmp(task->owner, value) == 0;
    default:
        return strcasecmp(kf_jb_status_names[task->status], value) == 0;
    }
}

/* Values of one parameter are alternatives. */
static bool selected(const kf_sb_call *call, const kf_jb_task *task, bool any)
{
    bool all_hold = true, one_holds = false;
    for (size_t i = 0; i < CRITERION_COUNT; i++) {
        bool asked = false, found = false;
        for (size_t j = 0; j < call->query_count; j++) {
            if (strcasecmp(call->query[j].name, criteria[i]) != 0)
                continue;
            asked = true;
            found = found || holds(task, i, call->query[j].value);
        }
        all_hold = all_hold && (!asked || found);
        one_holds = one_holds || found;
    }
    return any ? one_holds : all_hold;
}

/* A status is looked up with only its first letter in upper case, so that InProgress cannot be found. */
static bool check_status(kf_sb_call *call, const char *value)
{
    char folded[40];
    if (*value == '\0') {
        kf_jb_error(call, 500, "begin 0, end 1, length 0");
        return false;
    }
    snprintf(folded, sizeof(folded), "%s", value);
    for (char *c = folded; *c != '\0'; c++)
        *c = (char)(c == folded ? toupper((unsigned char)*c) : tolower((unsigned char)*c));
    for (size_t i = 0; i <= KF_JB_OBSOLETE; i++) {
        if (strcmp(kf_jb_status_names[i], folded) == 0)
            return true;
    }
    kf_jb_error(call, 400, "%s is not a valid status type for a task.", folded);
    return false;
}

static bool check_query(kf_sb_call *call, bool *any, bool *other_language)
{
    size_t asked = 0;
    for (size_t i = 0; i < call->query_count; i++) {
        const char *name = call->query[i].name, *value = call->query[i].value;
        size_t at = 0;
        int64_t number;
        while (at < CRITERION_COUNT && strcasecmp(criteria[at], name) != 0)
            at++;
        if (strcasecmp(name, "union") == 0) {
            *any = strcasecmp(value, "true") == 0;
        } else if (strcasecmp(name, "language") == 0) {
            *other_language = strcmp(value, "en-UK") != 0;
        } else if (at == CRITERION_COUNT) {
            kf_jb_error(call, 400, "%s is an unknown and unsupported query param for the task query operation.", name);
            return false;
        } else if ((at < 3 && !kf_jb_long_parameter(call, criteria[at], &number)) ||
                   (at == CRITERION_COUNT - 1 && !check_status(call, value))) {
            return false;
        }
        asked++;
    }
    if (asked == 0)
        kf_jb_error(call, 500, "org.hibernate.hql.internal.ast.QuerySyntaxException: unexpected token: null");
    return asked > 0;
}

void kf_jb_query_tasks(kf_sb_call *call)
{
    const kf_sb_vector *tasks = &call->sandbox->jbpm->tasks;
    bool any = false, other_language = false;
    size_t count = 0;
    kf_fl_text xml = {0};
    if (!check_query(call, &any, &other_language))
        return;
    kf_fl_puts(&xml, KF_JB_HEAD "<task-summary-list");
    for (size_t i = 0; i < tasks->count && !other_language; i++) {
        if (!selected(call, tasks->items[i], any))
            continue;
        kf_fl_puts(&xml, count++ == 0 ? ">" : "");
        kf_jb_put_summary(&xml, tasks->items[i]);
    }
    kf_fl_puts(&xml, count == 0 ? "/>" : "</task-summary-list>");
    kf_jb_reply(call, &xml);
}
