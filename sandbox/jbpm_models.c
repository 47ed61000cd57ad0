/* jBPM's users and processes. */
#include "jbpm.h"

#include <string.h>

const kf_jb_user kf_jb_users[] = {
    {"anna", {"sales", NULL}, true}, {"ben", {"sales", NULL}, true},
    {"carl", {"legal", NULL}, true}, {"Administrator", {"Administrators", NULL}, true},
    {"guest", {NULL, NULL}, false},
};
const size_t kf_jb_user_count = sizeof(kf_jb_users) / sizeof(kf_jb_users[0]);

bool kf_jb_is_in(const kf_jb_user *user, const char *group)
{
    for (size_t i = 0; i < 2 && user->groups[i] != NULL; i++) {
        if (strcmp(user->groups[i], group) == 0)
            return true;
    }
    return false;
}

#define TASK_NODE .kind = KF_JB_TASK, .type = "HumanTaskNode"

static const kf_jb_model models[] = {
    {"office.approval",
     "Approval",
     "start",
     "end",
     {{TASK_NODE, .id = "approve", .name = "Approve", .inputs = {"employee", "age"}, .output = "result",
       .task_name = "approve", .comment = "Approve <Zo\xc3\xab & \xe6\x9d\xb1\xe4\xba\xac>, please", .actor = "anna",
       .priority = 5}}},
    {"office.shared",
     "Shared task",
     "start",
     "end",
     {{TASK_NODE, .id = "review", .name = "Review", .inputs = {"employee", "age"}, .output = "result",
       .task_name = "review", .groups = "sales,legal"}}},
    {"office.unassigned",
     "Unassigned task",
     "start",
     "end",
     {{TASK_NODE, .id = "assign", .name = "Assign", .inputs = {"employee", "age"}, .output = "result",
       .task_name = "assign", .administrator = "anna"}}},
    {"office.wait",
     "Wait",
     "start",
     "end",
     {{.kind = KF_JB_WAIT, .id = "go", .name = "Wait for Go", .type = "EventNode", .output = "event", .target = "Go"},
      {TASK_NODE, .id = "check", .name = "Check", .inputs = {"result"}, .task_name = "check", .actor = "ben"}}},
    {"office.service",
     "Service",
     "_1",
     "_3",
     {{.kind = KF_JB_WORK,
       .id = "_2",
       .name = "Service",
       .type = "WorkItemNode",
       .inputs = {"employee", "age"},
       .output = "Result"}}},
    {"office.parent",
     "Parent",
     "start",
     "end",
     {{.kind = KF_JB_CALL,
       .id = "call",
       .name = "Call",
       .type = "SubProcessNode",
       .inputs = {"employee"},
       .output = "result",
       .target = "office.approval"}}},
    {"office.note",
     "Note",
     "start",
     "end",
     {{.kind = KF_JB_PASS, .id = "write", .name = "Write", .type = "ActionNode"}}},
    {"office.broken",
     "Broken",
     "start",
     "end",
     {{.kind = KF_JB_BREAK, .id = "break", .name = "Break", .type = "ActionNode"}}},
};

const kf_jb_model *kf_jb_model_of(const char *id)
{
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        if (strcmp(models[i].id, id) == 0)
            return &models[i];
    }
    return NULL;
}
