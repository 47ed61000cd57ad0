/* What the tests against a real jBPM share: clients of its users, process instances, tasks, a tally of the operations,
 * and checks that say why they failed. The server's root comes in JBPM_URL; tests/servers/jbpm has its users and
 * processes. */
#ifndef KF_TESTS_JBPM_SUPPORT_H
#define KF_TESTS_JBPM_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>

#include "kuflow/services/jbpm.h"
#include "kuflow/services/jbpm_client.h"

/* The same processes: with one session for all instances, and with one for each. */
#define OFFICE "org.example:office:1.0"
#define DESK "org.example:desk:1.0"
#define UNKNOWN_DEPLOYMENT "org.example:none:1.0"
#define UNKNOWN_ID 999999

#define OPERATIONS_MAX 128

/* How often an operation was answered by the server: with success, and with an error. */
typedef struct tally {
    atomic_int succeeded, refused;
} tally;

typedef struct fixture {
    kf_client *anna, *ben, *carl, *admin, *guest; /* clients of users */
    kf_error error; /* of the last call */
    int64_t work_item; /* where work_item_of() goes on */
    tally tallies[OPERATIONS_MAX]; /* by the operation's place in the service */
} fixture;

/* For cmocka: *state becomes a fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Options of a client of that user; the answers are counted in the fixture (NULL: nowhere). */
kf_client_options fixture_options(fixture *f, const char *user);
kf_client *fixture_client(const kf_client_options *options);
/* "http://127.0.0.1:PORT", and its port. */
const char *server_root(void);
int server_port(void);

/* A process instance of OFFICE without variables, or with the variable employee; must succeed. */
int64_t start_process(fixture *f, const char *process);
int64_t start_for(fixture *f, const char *process, const char *employee);
/* One of DESK. */
int64_t start_at_desk(fixture *f, const char *process);
/* The task of an instance that has one. */
int64_t task_of(fixture *f, int64_t instance);
/* The status of a task: "Reserved" say. */
void assert_task_status(fixture *f, int64_t task, const char *status);
/* A task of office.shared, which nobody has claimed. */
int64_t shared_task(fixture *f);
/* The open work item of an instance of that deployment. Ask for those of older instances first. */
int64_t work_item_of(fixture *f, const char *deployment, int64_t instance);
/* Whether the instance is still active. */
bool is_active(fixture *f, int64_t instance);
/* What the log last has as the variable's value; freed with free(). NULL: nothing. */
char *logged_value(fixture *f, int64_t instance, const char *variable);
void assert_logged_value(fixture *f, int64_t instance, const char *variable, const char *value);

void check_ok_at(const fixture *f, kf_status status, const char *call, const char *file, int line);
void check_fails_at(const fixture *f, kf_status status, kf_status expected, int http_status, const char *text,
                    const char *call, const char *file, int line);
/* A call that succeeds, and one that fails with that HTTP status and a text in the server's message. */
#define CHECK_OK(f, call) check_ok_at((f), (call), #call, __FILE__, __LINE__)
#define CHECK_FAILS(f, expected, http_status, text, call)                                                              \
    check_fails_at((f), (call), (expected), (http_status), (text), #call, __FILE__, __LINE__)

#endif
