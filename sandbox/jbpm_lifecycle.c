/* What may be done with a task of jBPM: in which status, by whom, and what it leads to. */
#include "jbpm.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define IN(status) (1u << (status))

enum { OWNER = 1, POTENTIAL = 2, ADMINISTRATOR = 4, BY_NAME = 8 }; /* BY_NAME: and among the owners by name */
enum { TAKE = 1, LEAVE = 2, ADD_TARGET = 4, GIVE_TO_TARGET = 8, BACK = 16 };

typedef struct kf_jb_rule {
    const char *operation;
    unsigned from, allowed, effects;
    kf_jb_status to;
} kf_jb_rule;

static const kf_jb_rule rules[] = {
    {"claim", IN(KF_JB_READY), POTENTIAL | ADMINISTRATOR, TAKE, KF_JB_RESERVED},
    {"start", IN(KF_JB_READY), POTENTIAL | ADMINISTRATOR, TAKE, KF_JB_IN_PROGRESS},
    {"start", IN(KF_JB_RESERVED), OWNER, 0, KF_JB_IN_PROGRESS},
    {"stop", IN(KF_JB_IN_PROGRESS), OWNER | ADMINISTRATOR, 0, KF_JB_RESERVED},
    {"release", IN(KF_JB_RESERVED) | IN(KF_JB_IN_PROGRESS), OWNER | ADMINISTRATOR, LEAVE, KF_JB_READY},
    {"suspend", IN(KF_JB_READY), POTENTIAL | ADMINISTRATOR, 0, KF_JB_SUSPENDED},
    {"suspend", IN(KF_JB_RESERVED) | IN(KF_JB_IN_PROGRESS), OWNER | ADMINISTRATOR, 0, KF_JB_SUSPENDED},
    {"resume", IN(KF_JB_SUSPENDED), OWNER | POTENTIAL | ADMINISTRATOR, BACK, KF_JB_READY},
    {"skip", IN(KF_JB_CREATED), ADMINISTRATOR, 0, KF_JB_OBSOLETE},
    {"skip", IN(KF_JB_READY), POTENTIAL | ADMINISTRATOR, 0, KF_JB_OBSOLETE},
    {"skip", IN(KF_JB_RESERVED) | IN(KF_JB_IN_PROGRESS), OWNER | ADMINISTRATOR, 0, KF_JB_OBSOLETE},
    {"delegate", IN(KF_JB_READY), POTENTIAL | ADMINISTRATOR, ADD_TARGET | GIVE_TO_TARGET, KF_JB_RESERVED},
    {"delegate", IN(KF_JB_RESERVED) | IN(KF_JB_IN_PROGRESS), OWNER | ADMINISTRATOR, ADD_TARGET | GIVE_TO_TARGET,
     KF_JB_RESERVED},
    {"forward", IN(KF_JB_READY), POTENTIAL | ADMINISTRATOR | BY_NAME, ADD_TARGET | LEAVE, KF_JB_READY},
    {"forward", IN(KF_JB_RESERVED) | IN(KF_JB_IN_PROGRESS), OWNER | ADMINISTRATOR | BY_NAME, ADD_TARGET | LEAVE,
     KF_JB_READY},
    {"complete", IN(KF_JB_IN_PROGRESS), OWNER | ADMINISTRATOR, 0, KF_JB_COMPLETED},
    {"fail", IN(KF_JB_IN_PROGRESS), OWNER | ADMINISTRATOR, 0, KF_JB_FAILED},
    {"activate", IN(KF_JB_CREATED), OWNER | ADMINISTRATOR, 0, KF_JB_READY},
    {"exit", IN(KF_JB_CREATED) | IN(KF_JB_READY) | IN(KF_JB_RESERVED) | IN(KF_JB_IN_PROGRESS) | IN(KF_JB_SUSPENDED),
     ADMINISTRATOR, 0, KF_JB_EXITED},
};
#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

bool kf_jb_is_operation(const char *name)
{
    size_t i = 0;
    while (i < RULE_COUNT && strcmp(rules[i].operation, name) != 0)
        i++;
    return i < RULE_COUNT;
}

bool kf_jb_may_own(const kf_jb_task *task, const kf_jb_user *user)
{
    for (size_t i = 0; i < task->owner_count; i++) {
        const char *owner = task->owners[i];
        if (*owner == 'u' ? strcmp(owner + 2, user->name) == 0 : kf_jb_is_in(user, owner + 2))
            return true;
    }
    return false;
}

bool kf_jb_administers(const kf_jb_task *task, const kf_jb_user *user)
{
    return kf_jb_is_in(user, "Administrators") ||
           (task->node->administrator != NULL && strcmp(task->node->administrator, user->name) == 0);
}

bool kf_jb_is_named(const kf_jb_task *task, const kf_jb_user *user)
{
    for (size_t i = 0; i < task->owner_count; i++) {
        if (task->owners[i][0] == 'u' && strcmp(task->owners[i] + 2, user->name) == 0)
            return true;
    }
    return false;
}

static bool allowed(const kf_jb_task *task, const kf_jb_user *user, unsigned who)
{
    if ((who & BY_NAME) && !kf_jb_is_named(task, user))
        return false;
    return ((who & OWNER) && task->owner != NULL && strcmp(task->owner, user->name) == 0) ||
           ((who & POTENTIAL) && kf_jb_may_own(task, user)) || ((who & ADMINISTRATOR) && kf_jb_administers(task, user));
}

bool kf_jb_add_owner(kf_jbpm *jbpm, kf_jb_task *task, char kind, const char *name)
{
    char text[80];
    snprintf(text, sizeof(text), "%c:%s", kind, name);
    for (size_t i = 0; i < task->owner_count; i++) {
        if (strcmp(task->owners[i], text) == 0)
            return true;
    }
    char *copy = kf_sb_strdup(text);
    if (copy == NULL || task->owner_count == KF_JB_OWNERS) {
        free(copy);
        jbpm->no_memory = true;
        return false;
    }
    task->owners[task->owner_count++] = copy;
    return true;
}

static void remove_owner(kf_jb_task *task, const char *name)
{
    for (size_t i = 0; i < task->owner_count; i++) {
        if (task->owners[i][0] == 'u' && strcmp(task->owners[i] + 2, name) == 0) {
            free(task->owners[i]);
            task->owners[i] = task->owners[--task->owner_count];
            return;
        }
    }
}

static bool set_owner(kf_jbpm *jbpm, kf_jb_task *task, const char *name)
{
    char *copy = kf_sb_strdup(name);
    if (name != NULL && copy == NULL) {
        jbpm->no_memory = true;
        return false;
    }
    free(task->owner);
    task->owner = copy;
    return true;
}

/* Its work item is over, and the process goes on, unless an administrator has taken the task out. */
static void close_work(kf_jbpm *jbpm, kf_jb_task *task, const kf_jb_map *results)
{
    kf_jb_work *work = kf_jb_work_of(jbpm, task->work_item);
    if (work == NULL || task->status == KF_JB_EXITED)
        return;
    work->open = false;
    kf_jb_finish(jbpm, task->instance, task->status == KF_JB_COMPLETED ? results : NULL);
}

static void apply(kf_jbpm *jbpm, kf_jb_task *task, const kf_jb_rule *rule, const kf_jb_user *user, const char *target,
                  const kf_jb_map *results)
{
    if ((rule->effects & ADD_TARGET) && target != NULL && !kf_jb_add_owner(jbpm, task, 'u', target))
        return;
    if (rule->effects & TAKE && !set_owner(jbpm, task, user->name))
        return;
    if (rule->effects & GIVE_TO_TARGET && !set_owner(jbpm, task, target))
        return;
    if (rule->effects & LEAVE)
        set_owner(jbpm, task, NULL);
    if ((rule->effects & (ADD_TARGET | LEAVE)) == (ADD_TARGET | LEAVE))
        remove_owner(task, user->name);
    kf_jb_status former = task->status;
    task->status = rule->effects & BACK ? task->previous : rule->to;
    task->previous = former;
    if (task->status == KF_JB_COMPLETED && results != NULL && results->count > 0)
        task->output = kf_jb_content_add(jbpm, results);
    if (task->status == KF_JB_FAILED && results != NULL && results->count > 0)
        task->fault = kf_jb_content_add(jbpm, results);
    if (task->status >= KF_JB_COMPLETED)
        close_work(jbpm, task, results);
}

int kf_jb_operate(kf_jbpm *jbpm, kf_jb_task *task, const char *operation, const kf_jb_user *user, const char *target,
                  const kf_jb_map *results, char error[256])
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (strcmp(rules[i].operation, operation) != 0 || !(rules[i].from & IN(task->status)))
            continue;
        if (!allowed(task, user, rules[i].allowed)) {
            snprintf(error, 256,
                     "User '[UserImpl:'%s']' does not have permissions to execution operation '%c%s' on task id %lld",
                     user->name, toupper((unsigned char)*operation), operation + 1, (long long)task->id);
            return 401;
        }
        apply(jbpm, task, &rules[i], user, target, results);
        return 200;
    }
    snprintf(error, 256,
             "User '[UserImpl:'%s']' was unable to execution operation '%c%s' on task id %lld due to a no 'current "
             "status' match",
             user->name, toupper((unsigned char)*operation), operation + 1, (long long)task->id);
    return 401;
}
