/* What the integration tests share: a sandbox with a client, and checks that say why they failed. */
#ifndef KF_TESTS_FIXTURE_H
#define KF_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kuflow/kuflow.h"
#include "kuflow/sandbox.h"

typedef struct kf_fixture {
    kf_sandbox *sandbox;
    kf_client *client;
    kf_error error;
    const char *refused[64]; /* operations whose error path was seen, by name */
    size_t refused_count;
} kf_fixture;

/* For cmocka: *state becomes a kf_fixture with the default sandbox and a client. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* After each test: no fault is left over. */
int fixture_clean(void **state);

/* Options for a client of that URL with the sandbox's credentials, which waits next to nothing between attempts. */
kf_client_options fixture_options(const char *url);
kf_client *fixture_client(const char *url);
/* A child of the fixture's client with a deadline (0: none) and that many attempts (0: as the parent). */
kf_client *fixture_scope(kf_fixture *fixture, int64_t deadline_ms, int attempts);

/* The next requests get this answer. */
void fixture_fault(kf_fixture *fixture, const char *operation, kf_sandbox_fault_spec fault);
/* The same with an answer of a status and body. */
void fixture_answer(kf_fixture *fixture, const char *operation, int status, const char *body);

/* A process of the definition; returns its id in `id`. */
void fixture_process(kf_fixture *fixture, const char *definition, char id[KF_UUID_TEXT_SIZE]);
/* A READY task in a new process without others. */
void fixture_task(kf_fixture *fixture, char process_id[KF_UUID_TEXT_SIZE], char id[KF_UUID_TEXT_SIZE]);

/* The value that JSON text stands for; freed with cJSON_Delete(). */
cJSON *json(const char *text);
/* Whether both are the same JSON. */
void check_json_at(const cJSON *value, const char *expected, const char *file, int line);
#define CHECK_JSON(value, expected) check_json_at((value), (expected), __FILE__, __LINE__)

/* A directory for files that the process may write; made once, removed at exit. */
const char *scratch_directory(void);
/* Its path with a file name, static until the next call but three. */
const char *scratch_path(const char *name);
/* The content of a file, terminated; NULL: there is none. */
char *read_file(const char *path, size_t *length);
void write_file(const char *path, const void *data, size_t length);
/* How many entries a directory has. */
int count_files(const char *path);
int64_t now_ms(void);
void sleep_ms(int milliseconds);

void check_ok_at(const kf_fixture *fixture, kf_status status, const char *call, const char *file, int line);
/* That the call failed so, with one clear sentence and no credential in it; notes the operation's error path. */
void check_fails_at(kf_fixture *fixture, kf_status status, kf_status expected, int http_status, const char *call,
                    const char *file, int line);

/* A call that succeeds, and one that fails. Both look at fixture->error, which the call has to fill. */
#define CHECK_OK(fixture, call) check_ok_at((fixture), (call), #call, __FILE__, __LINE__)
#define CHECK_FAILS(fixture, expected, http_status, call)                                                              \
    check_fails_at((fixture), (call), (expected), (http_status), #call, __FILE__, __LINE__)

/* The parts of test_operations.c. */
void operations_processes(kf_fixture *fixture);
void operations_items(kf_fixture *fixture);
void operations_directory(kf_fixture *fixture);
void operations_files(kf_fixture *fixture);

#define UNKNOWN_ID "99999999-0000-4000-8000-000000000001"

#endif
