/* What the tests against a real Flowable share: clients for it, process instances, jobs, and checks that say why they
 * failed. The server's address comes in FLOWABLE_URL, its version in FLOWABLE_VERSION; its models are those of
 * tests/servers/flowable/models. */
#ifndef KF_TESTS_FLOWABLE_SUPPORT_H
#define KF_TESTS_FLOWABLE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kuflow/services/flowable.h"
#include "kuflow/services/flowable_client.h"

#define ID_SIZE 64
#define HOUR "PT1H"
#define UNKNOWN_ID "99999999-0000-4000-8000-000000000001"

typedef flowable_acquire_and_lock_jobs_answer jobs_answer;
typedef flowable_acquired_external_worker_job_response acquired_job;

typedef struct fixture {
    kf_client *client; /* of the external worker API */
    kf_client *engine; /* of the server's root, for /process-api and /cmmn-api */
    int version; /* 710 for 7.1.0 */
    kf_error error; /* of the last call */
} fixture;

/* For cmocka: *state becomes a fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* After each test: ends all process and case instances, so that no job is left over. */
int fixture_clean(void **state);

/* Options for a client of the server, with the admin's login. */
kf_client_options fixture_options(void);
kf_client *fixture_client(const kf_client_options *options);
/* "http://127.0.0.1:PORT", and its port. */
const char *server_root(void);
int server_port(void);

/* A request to the engines; must succeed. `body` may be NULL. What it answered, NULL without content; freed with
 * cJSON_Delete(). */
cJSON *engine_send(fixture *f, const char *method, const char *path, const char *body);
/* The items of a list, those whose `name` is `value` (both NULL: all). */
cJSON *engine_list(fixture *f, const char *path, const char *name, const char *value);
/* How many they are. */
int engine_count(fixture *f, const char *path, const char *name, const char *value);
/* A process instance; `variables` is a JSON array or NULL. Its id goes to `id`, which may be NULL. */
void start_process(fixture *f, const char *key, const char *variables, char id[ID_SIZE]);
/* The same in a tenant, which the model "single" is deployed for if that was not done yet. */
void start_single_in_tenant(fixture *f, const char *tenant, char id[ID_SIZE]);
/* A case instance of the model "assembly", through the process "startCase", whose instance's id goes to `id`. */
void start_case(fixture *f, char id[ID_SIZE]);
void delete_process(fixture *f, const char *id);
/* Whether the instance has come to its end. */
bool process_ended(fixture *f, const char *id);
/* The variable as the history has it: {"name","type","value",…}; freed with cJSON_Delete(). NULL: there is none. */
cJSON *history_variable(fixture *f, const char *process_id, const char *name);
bool is_dead_letter(fixture *f, const char *job_id);

/* One acquire, which must succeed but may bring no jobs. */
jobs_answer *acquire(fixture *f, const char *topic, const char *worker, const char *lock, int count);
size_t acquired_count(fixture *f, const char *topic, const char *worker);
/* One job of the topic for an hour; waits until there is one. */
jobs_answer *take(fixture *f, const char *topic, const char *worker);
/* The same; only its id. */
void take_id(fixture *f, const char *topic, const char *worker, char id[ID_SIZE]);
/* The end of a job, as the call answered. `error` of the fixture is filled. */
kf_status complete(fixture *f, const char *job_id, const char *worker);
kf_status fail_job(fixture *f, const char *job_id, const char *worker, kf_int32 retries, const char *retry_timeout);
kf_status unacquire(fixture *f, const char *job_id, const char *worker);
/* The job as GET /jobs/{id} shows it; must be there. */
flowable_external_worker_job_response *job_now(fixture *f, const char *job_id);
/* Whether it is there and locked by that worker; by none: NULL. */
bool job_held_by(fixture *f, const char *job_id, const char *worker);

/* The value that JSON text stands for; freed with cJSON_Delete(). */
cJSON *json(const char *text);

void check_ok_at(const fixture *f, kf_status status, const char *call, const char *file, int line);
void check_fails_at(const fixture *f, kf_status status, kf_status expected, int http_status, const char *text,
                    const char *call, const char *file, int line);
/* A call that succeeds, and one that fails with that HTTP status and a text in the server's message, both at the first
 * attempt. */
#define CHECK_OK(f, call) check_ok_at((f), (call), #call, __FILE__, __LINE__)
#define CHECK_FAILS(f, expected, http_status, text, call)                                                              \
    check_fails_at((f), (call), (expected), (http_status), (text), #call, __FILE__, __LINE__)

/* Waits until a condition holds; half a minute at most. */
bool wait_again(int *rounds);
#define WAIT_UNTIL(condition)                                                                                          \
    do {                                                                                                               \
        int rounds_ = 0;                                                                                               \
        while (!(condition)) {                                                                                         \
            if (!wait_again(&rounds_))                                                                                 \
                fail_msg("did not come: %s", #condition);                                                              \
        }                                                                                                              \
    } while (0)

#endif
