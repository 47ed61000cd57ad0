/* What errors of Flowable mean, told from the answers that real servers give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"

static fake_transport f;

#define UUID "482fb007-e5b2-11f1-b569-02fc00000001"
#define ERROR(message, exception) "{\"message\":\"" message "\",\"exception\":\"" exception "\"}"
#define INTERNAL(exception) ERROR("Internal server error", exception)
#define SQL_SETS                                                                                                       \
    "\\n        ID_,\\n        REV_,\\n        CATEGORY_,\\n        TYPE_,\\n        LOCK_OWNER_,\\n        "          \
    "LOCK_EXP_TIME_,\\n        EXCLUSIVE_,\\n        EXECUTION_ID_,\\n        PROCESS_INSTANCE_ID_,\\n        "        \
    "PROC_DEF_ID_,\\n        ELEMENT_ID_,\\n        ELEMENT_NAME_,\\n        SCOPE_ID_, \\n        SUB_SCOPE_ID_, "    \
    "\\n        SCOPE_TYPE_, \\n        SCOPE_DEFINITION_ID_,\\n        CORRELATION_ID_,\\n        RETRIES_,\\n"
/* As MyBatis reports it: the cause at both ends, the statement between them, more than 1 kB. */
#define SQL(statement, cause)                                                                                          \
    INTERNAL("\\n### Error " statement ".  Cause: " cause "; SQL statement:\\ninsert into ACT_RU_JOB (" SQL_SETS       \
             ") values (?,?,?)\\n### The error may exist in org/flowable/job/service/db/mapping/entity/Job.xml\\n"     \
             "### The error may involve org.flowable.job.service.impl.persistence.entity.JobEntityImpl.insertJob\\n"   \
             "### SQL: insert into ACT_RU_JOB (" SQL_SETS ") values (?,?,?)\\n### Cause: " cause "; SQL statement:\\n" \
             "insert into ACT_RU_JOB (" SQL_SETS ") values (?,?,?) [23505-232]")
#define HTML(title)                                                                                                    \
    "<!doctype html><html lang=\"en\"><head><title>" title "</title></head><body><h1>" title "</h1></body>"

static kf_client *new_client(void)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client;
    kf_error error;
    options.base_url = "http://h";
    options.allow_http = true;
    options.max_attempts = 1;
    options.transport = &f.transport;
    if (flowable_client_new(&options, &client, &error) != KF_OK)
        fail_msg("%s", error.message);
    return client;
}

/* The error of a call that got this answer, or this failure. */
static kf_error error_of(const fake_step *step)
{
    const flowable_external_worker_job_complete_request body = {.worker_id = "w"};
    kf_error error;
    fake_init(&f, step, 1);
    kf_client *client = new_client();
    kf_status status = flowable_complete_job(client, "j", &body, &error);
    assert_int_equal(status, error.status);
    kf_client_free(client);
    return error;
}

typedef struct answer {
    int http;
    flowable_error_kind kind;
    const char *body;
} answer;

static void check(const answer *answers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const fake_step step = {.http = answers[i].http, .body = answers[i].body};
        kf_error error = error_of(&step);
        flowable_error_kind kind = flowable_error_classify(&error);
        if (kind != answers[i].kind)
            fail_msg("%zu: %d is %d, not %d: %s", i, answers[i].http, kind, answers[i].kind, error.message);
        assert_null(strchr(error.server_message, '\n'));
    }
}

#define CHECK(answers) check((answers), sizeof(answers) / sizeof((answers)[0]))

static void who_may_call(void **state)
{
    static const answer answers[] = {
        {401, FLOWABLE_ERROR_LOGIN, ""},
        {403, FLOWABLE_ERROR_PRIVILEGE, ""},
        {403, FLOWABLE_ERROR_PRIVILEGE, "{\"timestamp\":\"x\",\"status\":403,\"error\":\"Forbidden\",\"path\":\"/x\"}"},
        {403, FLOWABLE_ERROR_PRIVILEGE, HTML("403 Forbidden")},
    };
    (void)state;
    CHECK(answers);
}

static void a_lock_that_was_lost(void **state)
{
    static const answer answers[] = {
        {403, FLOWABLE_ERROR_LOCK_LOST, ERROR("Forbidden", "w1 does not hold a lock on the requested job")},
        {400, FLOWABLE_ERROR_LOCK_LOST, ERROR("Bad request", "w1 does not hold a lock on the requested job")},
        /* A server that hides details. */
        {403, FLOWABLE_ERROR_LOCK_LOST, ERROR("Forbidden", "Error with ID: " UUID)},
    };
    (void)state;
    CHECK(answers);
    /* A worker's name may be long, and the text that tells stands behind it. */
    char name[256], body[512];
    memset(name, 'w', 255);
    name[255] = '\0';
    snprintf(body, sizeof(body), ERROR("Bad request", "%s does not hold a lock on the requested job"), name);
    const answer named = {400, FLOWABLE_ERROR_LOCK_LOST, body};
    check(&named, 1);
}

static void a_job_that_is_gone(void **state)
{
    static const answer answers[] = {
        {404, FLOWABLE_ERROR_JOB_GONE, ERROR("Not found", "Could not find external worker job with id '" UUID "'.")},
        {404, FLOWABLE_ERROR_JOB_GONE, ERROR("Not found", "No External Worker job found for id: " UUID)},
        {404, FLOWABLE_ERROR_JOB_GONE, ERROR("Not found", "Error with ID: " UUID)},
    };
    (void)state;
    CHECK(answers);
}

static void a_wrong_address(void **state)
{
    static const answer answers[] = {
        {404, FLOWABLE_ERROR_ADDRESS, ""},
        {404, FLOWABLE_ERROR_ADDRESS,
         "{\"timestamp\":\"2026-11-21T13:48:59.202+00:00\",\"status\":404,\"error\":\"Not Found\",\"path\":\"/x\"}"},
        {404, FLOWABLE_ERROR_ADDRESS, HTML("HTTP Status 404 - Not Found")},
        {500, FLOWABLE_ERROR_ADDRESS, INTERNAL("No endpoint GET /external-job-api/jobs/.")},
        {302, FLOWABLE_ERROR_ADDRESS, ""},
    };
    (void)state;
    CHECK(answers);
}

static void a_conflict(void **state)
{
    static const answer answers[] = {
        {500, FLOWABLE_ERROR_CONFLICT,
         INTERNAL("ExternalWorkerJobEntity[id=" UUID
                  ", jobHandlerType=external-worker-complete, jobType=externalWorker, elementId=w, correlationId=" UUID
                  ", processInstanceId=" UUID ", executionId=" UUID ", processDefinitionId=simple:1:" UUID
                  "] was updated by another transaction concurrently")},
        {500, FLOWABLE_ERROR_CONFLICT, INTERNAL("Could not find job for id " UUID)},
        {500, FLOWABLE_ERROR_CONFLICT,
         INTERNAL("Cannot invoke \\\"String.equals(Object)\\\" because the return value of "
                  "\\\"org.flowable.job.service.impl.persistence.entity.ExternalWorkerJobEntity.getLockOwner()\\\" is "
                  "null")},
        {500, FLOWABLE_ERROR_CONFLICT,
         INTERNAL(
             "Cannot invoke \\\"org.flowable.engine.impl.persistence.entity.ExecutionEntity.getCurrentFlowElement()"
             "\\\" because \\\"executionEntity\\\" is null")},
        {500, FLOWABLE_ERROR_CONFLICT,
         SQL("updating database",
             "org.h2.jdbc.JdbcSQLIntegrityConstraintViolationException: Unique index or primary key "
             "violation: \\\"PUBLIC.PRIMARY_KEY_1C ON PUBLIC.ACT_RU_JOB(ID_)\\\"")},
        {500, FLOWABLE_ERROR_CONFLICT,
         SQL("flushing statements", "org.h2.jdbc.JdbcBatchUpdateException: Referential integrity constraint violation: "
                                    "\\\"ACT_FK_JOB_EXECUTION\\\"")},
        {500, FLOWABLE_ERROR_CONFLICT,
         SQL("updating database", "org.postgresql.util.PSQLException: ERROR: duplicate key value violates unique "
                                  "constraint \\\"act_ru_job_pkey\\\"")},
        {500, FLOWABLE_ERROR_CONFLICT,
         SQL("updating database",
             "java.sql.SQLIntegrityConstraintViolationException: Duplicate entry 'x' for key 'P'")},
        {500, FLOWABLE_ERROR_CONFLICT,
         SQL("updating database",
             "com.microsoft.sqlserver.jdbc.SQLServerException: Violation of PRIMARY KEY constraint")},
        {409, FLOWABLE_ERROR_CONFLICT, ERROR("Conflict", "x")},
    };
    (void)state;
    CHECK(answers);
}

static void a_request_that_is_refused(void **state)
{
    static const answer answers[] = {
        {400, FLOWABLE_ERROR_REFUSED, ERROR("Bad request", "Variable 'v' has unsupported type: 'y'.")},
        {400, FLOWABLE_ERROR_REFUSED, ERROR("Bad request", "workerId is required")},
        {400, FLOWABLE_ERROR_REFUSED, HTML("HTTP Status 400 - Bad Request")},
        {406, FLOWABLE_ERROR_REFUSED, ""},
        {413, FLOWABLE_ERROR_REFUSED, HTML("413")},
        {500, FLOWABLE_ERROR_REFUSED, INTERNAL("For input string: \\\"1.5\\\"")},
        {500, FLOWABLE_ERROR_REFUSED,
         INTERNAL("Character a is neither a decimal digit number, decimal point, nor "
                  "\\\"e\\\" notation exponential mark.")},
        {500, FLOWABLE_ERROR_REFUSED,
         INTERNAL("Cannot invoke \\\"org.flowable.common.rest.variable.EngineRestVariable.getName()\\\" because "
                  "\\\"restVariable\\\" is null")},
        {500, FLOWABLE_ERROR_REFUSED, INTERNAL("long overflow")},
        {500, FLOWABLE_ERROR_REFUSED, INTERNAL("Request method 'GET' is not supported")},
        {500, FLOWABLE_ERROR_REFUSED, INTERNAL("Validation failed for argument [0] in public x")},
        {500, FLOWABLE_ERROR_REFUSED,
         SQL("updating database", "org.h2.jdbc.JdbcSQLDataException: Value too long for column \\\"NAME_ CHARACTER "
                                  "VARYING(255)\\\": \\\"'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn... (256)\\\"")},
        {500, FLOWABLE_ERROR_REFUSED,
         SQL("updating database", "org.postgresql.util.PSQLException: ERROR: value too long for type character "
                                  "varying(255)")},
    };
    (void)state;
    CHECK(answers);
}

static void a_server_in_trouble(void **state)
{
    static const answer answers[] = {
        {500, FLOWABLE_ERROR_SERVER, INTERNAL("Error with ID: " UUID)},
        {500, FLOWABLE_ERROR_SERVER, INTERNAL("Could not open JDBC Connection")},
        {500, FLOWABLE_ERROR_SERVER, ""},
        {502, FLOWABLE_ERROR_SERVER, HTML("502 Bad Gateway")},
        {503, FLOWABLE_ERROR_SERVER, ""},
        {504, FLOWABLE_ERROR_SERVER, ""},
        {429, FLOWABLE_ERROR_SERVER, ""},
    };
    (void)state;
    CHECK(answers);
}

static void failures_without_an_answer(void **state)
{
    static const struct {
        fake_step step;
        flowable_error_kind kind;
    } cases[] = {
        {{.status = KF_ERROR_CONNECT}, FLOWABLE_ERROR_UNREACHABLE},
        {{.status = KF_ERROR_TLS}, FLOWABLE_ERROR_UNREACHABLE},
        {{.status = KF_ERROR_TIMEOUT}, FLOWABLE_ERROR_UNREACHABLE},
        {{.status = KF_ERROR_TIMEOUT, .sent = true}, FLOWABLE_ERROR_NO_ANSWER},
        {{.status = KF_ERROR_TRANSPORT, .sent = true}, FLOWABLE_ERROR_NO_ANSWER},
        /* Only the status of the answer came, and nothing of what it says. */
        {{.status = KF_ERROR_TRANSPORT, .sent = true, .http = 403}, FLOWABLE_ERROR_NO_ANSWER},
        {{.status = KF_ERROR_TRANSPORT, .sent = true, .http = 500}, FLOWABLE_ERROR_NO_ANSWER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kf_error error = error_of(&cases[i].step);
        if (flowable_error_classify(&error) != cases[i].kind)
            fail_msg("%zu: %d: %s", i, flowable_error_classify(&error), error.message);
    }
}

static int no_token(char *token, size_t size, int64_t *expires_ms, void *user)
{
    (void)token, (void)size, (void)expires_ms, (void)user;
    return 1;
}

static void errors_of_the_caller_and_of_the_answer(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = "<html>"}};
    const flowable_acquire_external_worker_job_request body = {.topic = "t", .lock_duration = "PT1S", .worker_id = "w"};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    flowable_acquire_and_lock_jobs_answer *jobs;
    kf_client *client;
    kf_error error;
    (void)state;
    assert_int_equal(flowable_error_classify(NULL), FLOWABLE_ERROR_NONE);
    FAKE_INIT(&f, steps);
    client = new_client();
    assert_int_equal(flowable_complete_job(client, "j", NULL, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(flowable_error_classify(&error), FLOWABLE_ERROR_NOT_SENT);
    assert_int_equal(flowable_complete_job(client, "j", &(flowable_external_worker_job_complete_request){0}, &error),
                     KF_ERROR_ENCODE);
    assert_int_equal(flowable_error_classify(&error), FLOWABLE_ERROR_NOT_SENT);
    /* The jobs are locked, but nobody knows which. */
    assert_int_equal(flowable_acquire_and_lock_jobs(client, &body, &jobs, &error), KF_ERROR_DECODE);
    assert_int_equal(flowable_error_classify(&error), FLOWABLE_ERROR_NO_ANSWER);
    kf_client_free(client);
    options.base_url = "https://h";
    options.token_provider = no_token;
    options.transport = &f.transport;
    assert_int_equal(flowable_client_new(&options, &client, &error), KF_OK);
    assert_int_equal(flowable_error_classify(&error), FLOWABLE_ERROR_NONE);
    assert_int_equal(flowable_get_external_worker_job(client, "j", NULL, &error), KF_ERROR_AUTH);
    assert_int_equal(flowable_error_classify(&error), FLOWABLE_ERROR_LOGIN);
    kf_client_free(client);
}

/* The words come as "message: exception", on one line, and a null is no word. */
static void the_words_of_an_error(void **state)
{
    (void)state;
    kf_error error = error_of(&(fake_step){.http = 404, .body = ERROR("Not found", "Could not\\n find  it")});
    assert_string_equal(error.server_message, "Not found: Could not find it");
    assert_string_equal(error.message, "flowable.completeJob: the server answered 404 Not Found: Could not find it");
    error = error_of(&(fake_step){.http = 403, .body = "{\"message\":\"Forbidden\",\"exception\":null}"});
    assert_string_equal(error.server_message, "Forbidden");
    /* A title that the page repeats is told once; another one stays. */
    error = error_of(&(fake_step){
        .http = 401, .body = "<html><head><title>401 – No</title></head> <body><h1>401 – No</h1>x</body>"});
    assert_string_equal(error.server_message, "401 – No x");
    error = error_of(&(fake_step){.http = 401, .body = "<title>401</title><title>401</title>"});
    assert_string_equal(error.server_message, "401");
    error = error_of(&(fake_step){.http = 401, .body = "<title>A</title><h1>B</h1>A"});
    assert_string_equal(error.server_message, "A B A");
    error = error_of(&(fake_step){.http = 401, .body = "<title></title>A"});
    assert_string_equal(error.server_message, "A");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_call),
        cmocka_unit_test(a_lock_that_was_lost),
        cmocka_unit_test(a_job_that_is_gone),
        cmocka_unit_test(a_wrong_address),
        cmocka_unit_test(a_conflict),
        cmocka_unit_test(a_request_that_is_refused),
        cmocka_unit_test(a_server_in_trouble),
        cmocka_unit_test(failures_without_an_answer),
        cmocka_unit_test(errors_of_the_caller_and_of_the_answer),
        cmocka_unit_test(the_words_of_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
