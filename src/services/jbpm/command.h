/* What is known of each kind of command. */
#ifndef JBPM_COMMAND_H
#define JBPM_COMMAND_H

#include "kuflow/services/jbpm_execute.h"

/* What the server answers, unless an exception. */
typedef enum jbpm_due {
    JBPM_DUE_PERHAPS, /* a result, or nothing when nothing was found; also for kinds of which that is not known */
    JBPM_DUE_NOTHING,
    JBPM_DUE_RESULT,
    JBPM_DUE_LOGS, /* a history-log-list, which has no index */
    JBPM_DUE_LOG /* the log of the process instance, which has no index, or nothing */
} jbpm_due;

jbpm_due jbpm_command_due(jbpm_command_kind kind);
/* Whether 6.0.x passes over it. */
bool jbpm_command_is_later(jbpm_command_kind kind);
/* Why it is of no use in 6.0.x, and what to do instead; NULL when it is. */
const char *jbpm_command_problem_6_0(jbpm_command_kind kind);

struct jbpm_commands {
    jbpm_profile profile;
    char *deployment_id;
    char *user;
    int64_t process_instance_id; /* 0: none */
    jbpm_command **items;
    size_t count;
    size_t room;
};

#endif
