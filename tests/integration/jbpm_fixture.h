/* What the tests of the sandbox's jBPM and of its worker share. */
#ifndef KF_TESTS_JBPM_FIXTURE_H
#define KF_TESTS_JBPM_FIXTURE_H

#include "support/crew.h"

#include "kuflow/sandbox.h"
#include "kuflow/services/jbpm_client.h"
#include "kuflow/services/jbpm_execute.h"

#define OFFICE KF_SANDBOX_JBPM_DEPLOYMENT
#define NO_AGE INT64_MIN

typedef struct jbpm_fixture {
    crew crew; /* first: handlers get it. Its worker is one of anna's */
    jbpm_worker_options options; /* of the next worker */
    kf_sandbox *sandbox;
    kf_client *anna, *ben, *carl, *admin;
    kf_error error;
} jbpm_fixture;

/* For cmocka: *state becomes a jbpm_fixture. */
int jbpm_setup(void **state);
int jbpm_teardown(void **state);
#define JBPM_TEST(function) cmocka_unit_test_setup_teardown(function, jbpm_setup, jbpm_teardown)

/* A client of that user, which makes one attempt. */
kf_client *jbpm_client_of(jbpm_fixture *f, const char *user);
/* Starts an instance, and gives its id. `employee` may be NULL, `age` NO_AGE. */
int64_t jbpm_begin(jbpm_fixture *f, const char *process, const char *employee, int64_t age);
/* The task of an instance. */
int64_t jbpm_task_id(jbpm_fixture *f, int64_t instance);
/* The task of a new instance of office.shared, which is Ready for anna, ben and carl. */
int64_t jbpm_shared_task(jbpm_fixture *f);
/* To be freed. */
jbpm_task *jbpm_task_now(jbpm_fixture *f, int64_t task);
jbpm_task_status jbpm_status_now(jbpm_fixture *f, int64_t task);
/* What a task ended with; NULL: nothing. To be freed. */
jbpm_content *jbpm_output(jbpm_fixture *f, int64_t task);
/* The text of a fault's value; static. "": none. */
const char *jbpm_fault_text(jbpm_fixture *f, int64_t task, const char *name);
void jbpm_order_fault(jbpm_fixture *f, const char *operation, kf_sandbox_fault_spec fault);
int jbpm_requests(jbpm_fixture *f, const char *operation);

/* A call that must succeed and writes into f->error. */
#define OK(f, call)                                                                                                    \
    do {                                                                                                               \
        if ((call) != KF_OK)                                                                                           \
            fail_msg("%s: %s", #call, (f)->error.message);                                                             \
    } while (0)

/* Waits until a condition holds; half a minute at most. */
bool jbpm_wait_again(int *rounds);
#define WAIT_UNTIL(condition)                                                                                          \
    do {                                                                                                               \
        int rounds_ = 0;                                                                                               \
        while (!(condition)) {                                                                                         \
            if (!jbpm_wait_again(&rounds_))                                                                            \
                fail_msg("did not come: %s", #condition);                                                              \
        }                                                                                                              \
    } while (0)

#endif
