/* The models that every sandbox has. */
#include "flowable.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const kf_sandbox_flowable_task single[] = {{.id = "work", .name = "Work", .topic = "single"}};
static const kf_sandbox_flowable_task exclusive[] = {
    {.id = "work", .name = "Exclusive work", .topic = "exclusive", .exclusive = true},
};
static const kf_sandbox_flowable_task siblings[] = {
    {.id = "left", .name = "Left", .topic = "siblings", .exclusive = true},
    {.id = "middle", .name = "Middle", .topic = "siblings", .exclusive = true},
    {.id = "right", .name = "Right", .topic = "siblings", .exclusive = true},
};
static const kf_sandbox_flowable_task parallel[] = {
    {.id = "left", .name = "Left", .topic = "parallel"},
    {.id = "middle", .name = "Middle", .topic = "parallel"},
    {.id = "right", .name = "Right", .topic = "parallel"},
};
static const kf_sandbox_flowable_task sequence[] = {
    {.id = "first", .name = "First", .topic = "first"},
    {.id = "second", .name = "Second", .topic = "second", .after = "first"},
};
static const kf_sandbox_flowable_task caught[] = {
    {.id = "work", .name = "Risky work", .topic = "risky"},
    {.id = "rescue",
     .name = "Rescue",
     .topic = "rescue",
     .after = "work",
     .on = KF_SANDBOX_FLOWABLE_ON_ERROR,
     .error_code = "E1"},
};
static const kf_sandbox_flowable_task caught_any[] = {
    {.id = "work", .name = "Risky work", .topic = "riskyAny"},
    {.id = "rescue", .name = "Rescue", .topic = "rescueAny", .after = "work", .on = KF_SANDBOX_FLOWABLE_ON_ERROR},
};
static const kf_sandbox_flowable_task start_case[] = {{.id = "case", .name = "Case", .starts = "assembly"}};
static const kf_sandbox_flowable_task assembly[] = {
    {.id = "build", .name = "Build", .topic = "build"},
    {.id = "polish", .name = "Polish", .topic = "polish", .after = "build"},
    {.id = "scrap", .name = "Scrap", .topic = "scrap", .after = "build", .on = KF_SANDBOX_FLOWABLE_ON_TERMINATE},
};

static const kf_sandbox_flowable_model models[] = {
    {"single", false, single, COUNT(single)},
    {"exclusive", false, exclusive, COUNT(exclusive)},
    {"siblings", false, siblings, COUNT(siblings)},
    {"parallel", false, parallel, COUNT(parallel)},
    {"sequence", false, sequence, COUNT(sequence)},
    {"caught", false, caught, COUNT(caught)},
    {"caughtAny", false, caught_any, COUNT(caught_any)},
    {"startCase", false, start_case, COUNT(start_case)},
    {"assembly", true, assembly, COUNT(assembly)},
};

bool kf_fl_seed(kf_flowable *flowable)
{
    for (size_t i = 0; i < COUNT(models); i++) {
        if (!kf_fl_deploy(flowable, &models[i]))
            return false;
    }
    return true;
}
