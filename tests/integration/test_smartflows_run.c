/* smartflows_run(): a flow from its start to its end, in all the ways that it can take. */
#include "smartflows_fixture.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the callbacks of a run saw and are to do. */
typedef struct run_log {
    kf_fixture *fixture;
    char statuses[300]; /* "Queued Running Success " */
    int asked;
    int decline; /* 1: the form is not filled in */
    const char *on_paused; /* what an execution that is Paused is put into; "": it goes on */
    int stop_at; /* the percentage at which the progress callback ends the run; 0: never */
} run_log;

static int on_progress(const smartflows_flow_execution_progress *progress, void *user)
{
    run_log *log = user;
    size_t length = strlen(log->statuses);
    snprintf(log->statuses + length, sizeof(log->statuses) - length, "%s,", progress->status);
    if (log->on_paused != NULL && strcmp(progress->status, "Paused") == 0)
        kf_sandbox_smartflows_set(log->fixture->sandbox, progress->id, *log->on_paused != '\0' ? log->on_paused : NULL);
    return log->stop_at > 0 && progress->percentage.value == log->stop_at;
}

static int on_form(const smartflows_flow_execution_progress *progress, cJSON *values, void *user)
{
    run_log *log = user;
    log->asked++;
    assert_true(cJSON_IsArray(progress->form));
    assert_int_equal(cJSON_GetArraySize(values), 0);
    if (log->decline)
        return 1;
    if (strcmp(progress->status, "SelectFlow") == 0)
        cJSON_AddStringToObject(values, "flow", KF_SANDBOX_SMARTFLOWS_LETTER);
    else
        cJSON_AddStringToObject(values, "own", "more");
    return 0;
}

static smartflows_run_options options_of(run_log *log, kf_fixture *f, const char *flow)
{
    smartflows_run_options options = SMARTFLOWS_RUN_OPTIONS_INIT;
    *log = (run_log){.fixture = f};
    options.flow_id = flow;
    options.on_progress = on_progress;
    options.user = log;
    return options;
}

/* The text of the only document. */
static char *text_of(kf_fixture *f, const smartflows_outcome *outcome)
{
    kf_sink sink;
    assert_int_equal(outcome->document_count, 1);
    kf_sink_memory(&sink);
    CHECK_OK(f, smartflows_save_document(f->client, outcome->documents[0].id, &sink, &f->error));
    return sink.data;
}

static void test_success(void **state)
{
    kf_fixture *f = *state;
    run_log log;
    smartflows_run_options options = options_of(&log, f, KF_SANDBOX_SMARTFLOWS_LETTER);
    options.input = letter_input();
    smartflows_outcome *outcome = NULL;
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_string_equal(log.statuses, "Queued,Running,Success,");
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS);
    assert_string_equal(outcome->execution_id, outcome->execution->id);
    assert_string_equal(outcome->execution->status, "Success");
    assert_string_equal(outcome->documents[0].name, "Letter");
    char *text = text_of(f, outcome);
    assert_string_equal(text, "Letter\n" LETTER_INPUT);
    kf_free(text);
    smartflows_outcome_free(outcome);
    assert_int_equal(kf_sandbox_requests(f->sandbox, "smartflows.createFlowExecution"), 1);
    smartflows_outcome_free(NULL);
}

/* The documents of all the places that an execution may have for its output, each once. */
static void test_documents(void **state)
{
    static const char execution[] = "{\"state\":{\"output\":{\"model\":{\"d\":{\"type\":\"document\",\"id\":\"a\"}},"
                                    "\"parts\":[{\"model\":null},{\"model\":"
                                    "[{\"type\":\"document\",\"id\":\"b\"},{\"type\":\"document\",\"id\":\"a\"}]}]}},"
                                    "\"outputs\":[{\"content\":\"QQ==\"},"
                                    "{\"output\":{\"id\":\"o\"},\"content\":{\"type\":\"document\",\"id\":\"c\"}}]}";
    kf_fixture *f = *state;
    run_log log;
    smartflows_run_options options = options_of(&log, f, KF_SANDBOX_SMARTFLOWS_FAIL);
    smartflows_outcome *outcome = NULL;
    fixture_answer(f, "smartflows.getFlowExecution", 200, execution);
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(outcome->document_count, 3);
    assert_string_equal(outcome->documents[0].id, "a");
    assert_string_equal(outcome->documents[1].id, "b");
    assert_string_equal(outcome->documents[2].id, "c");
    smartflows_outcome_free(outcome);
}

/* Every way to end is a result, also those that are spelt in another way. */
static void test_other_ends(void **state)
{
    kf_fixture *f = *state;
    run_log log;
    smartflows_run_options options = options_of(&log, f, KF_SANDBOX_SMARTFLOWS_FAIL);
    smartflows_outcome *outcome = NULL;
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_ERROR);
    assert_string_equal(outcome->progress->message, "The template has no field \"total\"");
    assert_non_null(outcome->execution);
    assert_int_equal(outcome->document_count, 0);
    smartflows_outcome_free(outcome);

    static const struct {
        const char *text;
        smartflows_flow_execution_status status;
    } ends[] = {{"WARNING", SMARTFLOWS_FLOW_EXECUTION_STATUS_WARNING},
                {"canceled", SMARTFLOWS_FLOW_EXECUTION_STATUS_CANCELED},
                {"Inter rupted", SMARTFLOWS_FLOW_EXECUTION_STATUS_INTERRUPTED}};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        const char *id = new_execution(f, KF_SANDBOX_SMARTFLOWS_WAIT);
        options = options_of(&log, f, NULL);
        options.execution_id = id;
        assert_int_equal(kf_sandbox_smartflows_set(f->sandbox, id, ends[i].text), KF_OK);
        CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
        assert_int_equal(outcome->status, ends[i].status);
        assert_string_equal(outcome->progress->status, ends[i].text);
        smartflows_outcome_free(outcome);
    }
}

static void test_form(void **state)
{
    kf_fixture *f = *state;
    run_log log;
    smartflows_run_options options = options_of(&log, f, KF_SANDBOX_SMARTFLOWS_FORM);
    options.on_form = on_form;
    smartflows_outcome *outcome = NULL;
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS);
    assert_int_equal(log.asked, 1);
    assert_string_equal(log.statuses, "Running,User input,Running,Success,");
    char *text = text_of(f, outcome); /* the caller's value, the form's own, and an empty one */
    assert_string_equal(text, "Questions\nown: more\nd4b3_name: default\nd4b3_city: \n");
    kf_free(text);
    smartflows_outcome_free(outcome);

    kf_source json;
    kf_source_memory(&json, "{}", 2);
    json.content_type = "application/json";
    options = options_of(&log, f, KF_SANDBOX_SMARTFLOWS_SELECT);
    options.on_form = on_form;
    options.input = &json;
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS);
    text = text_of(f, outcome);
    assert_string_equal(text, "Plug-in\nflow: " KF_SANDBOX_SMARTFLOWS_LETTER "\n{}");
    kf_free(text);
    smartflows_outcome_free(outcome);
}

/* Nobody fills in the form: the run ends there, and can be gone on with. */
static void test_form_without_answer(void **state)
{
    kf_fixture *f = *state;
    run_log log;
    smartflows_run_options options = options_of(&log, f, KF_SANDBOX_SMARTFLOWS_FORM);
    smartflows_outcome *outcome = NULL, *later = NULL;
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_USER_INPUT);
    assert_null(outcome->execution);
    assert_true(cJSON_IsArray(outcome->progress->form));

    options = options_of(&log, f, NULL);
    options.execution_id = outcome->execution_id;
    options.on_form = on_form;
    log.decline = 1;
    CHECK_OK(f, smartflows_run(f->client, &options, &later, &f->error));
    assert_int_equal(later->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_USER_INPUT);
    assert_int_equal(log.asked, 1);
    smartflows_outcome_free(later);
    log.decline = 0;
    CHECK_OK(f, smartflows_run(f->client, &options, &later, &f->error));
    assert_int_equal(later->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS);
    smartflows_outcome_free(later);
    smartflows_outcome_free(outcome);
}

static void test_waiting(void **state)
{
    kf_fixture *f = *state;
    run_log log;
    char target[200];
    smartflows_run_options options = options_of(&log, f, KF_SANDBOX_SMARTFLOWS_WAIT);
    smartflows_outcome *outcome = NULL, *later = NULL;
    options.waiting_ms = 20000;
    options.poll_s = 5;
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_WAITING);
    assert_null(outcome->execution);
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, "Waiting"), 1);
    assert_true(kf_sandbox_requests(f->sandbox, "smartflows.getFlowExecutionProgress") >= 20);
    assert_true(kf_sandbox_last_target(f->sandbox, target, sizeof(target)));
    assert_non_null(strstr(target, "?timeout=1")); /* no longer than what is left */

    /* The answer to each poll has to come within what the client allows a call. */
    kf_client_options limited = smartflows_options(f);
    limited.deadline_ms = 10000;
    kf_client *client = smartflows_client(f, &limited);
    options = options_of(&log, f, NULL);
    options.execution_id = outcome->execution_id;
    options.keep_running = true;
    log.stop_at = 40; /* as it stands at the first look */
    assert_int_equal(smartflows_run(client, &options, &later, &f->error), KF_ERROR_CANCELLED);
    assert_true(kf_sandbox_last_target(f->sandbox, target, sizeof(target)));
    assert_non_null(strstr(target, "?timeout=5"));
    smartflows_outcome_free(later);
    kf_client_free(client);
    log.stop_at = 0;

    options.waiting_ms = -1;
    options.deadline_ms = 60000;
    assert_int_equal(smartflows_run(f->client, &options, &later, &f->error), KF_ERROR_TIMEOUT);
    assert_non_null(strstr(f->error.message, outcome->execution_id));
    assert_int_equal(later->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_WAITING); /* kept, to go on with it */
    smartflows_outcome_free(later);
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, "Waiting"), 1);

    assert_int_equal(kf_sandbox_smartflows_set(f->sandbox, outcome->execution_id, NULL), KF_OK);
    CHECK_OK(f, smartflows_run(f->client, &options, &later, &f->error));
    assert_int_equal(later->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS);
    smartflows_outcome_free(later);
    smartflows_outcome_free(outcome);
}

/* A status of a later server counts as Running, and is kept. */
static void test_unknown_status(void **state)
{
    kf_fixture *f = *state;
    run_log log;
    const char *id = new_execution(f, KF_SANDBOX_SMARTFLOWS_FAIL);
    smartflows_run_options options = options_of(&log, f, NULL);
    smartflows_outcome *outcome = NULL;
    options.execution_id = id;
    log.on_paused = "";
    assert_int_equal(kf_sandbox_smartflows_set(f->sandbox, id, "Paused"), KF_OK);
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_string_equal(log.statuses, "Paused,Error,");
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_ERROR);
    smartflows_outcome_free(outcome);

    id = new_execution(f, KF_SANDBOX_SMARTFLOWS_FAIL);
    options.execution_id = id;
    options.deadline_ms = 10000;
    log.on_paused = NULL;
    assert_int_equal(kf_sandbox_smartflows_set(f->sandbox, id, "Paused"), KF_OK);
    assert_int_equal(smartflows_run(f->client, &options, &outcome, &f->error), KF_ERROR_TIMEOUT);
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_UNRECOGNIZED);
    assert_string_equal(outcome->progress->status, "Paused");
    smartflows_outcome_free(outcome);
}

typedef struct canceller {
    kf_sandbox *sandbox;
    kf_cancel *cancel;
} canceller;

/* Cancels when the poll is on its way. */
static void *cancel_when_held(void *user)
{
    canceller *own = user;
    while (kf_sandbox_held(own->sandbox) == 0)
        sched_yield();
    kf_cancel_trigger(own->cancel);
    return NULL;
}

typedef struct waker {
    kf_sandbox *sandbox;
    const char *execution_id;
} waker;

/* Lets the execution go on when the poll is kept back. */
static void *go_on_when_held(void *user)
{
    const waker *own = user;
    while (kf_sandbox_held(own->sandbox) == 0)
        sched_yield();
    kf_sandbox_smartflows_set(own->sandbox, own->execution_id, NULL);
    return NULL;
}

/* The server keeps its answer back until something changes, far longer than a request may be silent otherwise. */
static void test_long_poll(void **state)
{
    kf_fixture *f = *state, other = {0};
    kf_sandbox_options sandbox = KF_SANDBOX_OPTIONS_INIT;
    run_log log;
    pthread_t thread;
    smartflows_outcome *outcome = NULL;
    CHECK_OK(f, kf_sandbox_start(&sandbox, &other.sandbox, &f->error));
    kf_client_options client = smartflows_options(&other);
    other.client = smartflows_client(&other, &client);
    smartflows_run_options options = options_of(&log, &other, NULL);
    options.execution_id = new_execution(&other, KF_SANDBOX_SMARTFLOWS_WAIT);
    options.poll_s = 86400;
    options.waiting_ms = -1;
    waker own = {other.sandbox, options.execution_id};
    assert_int_equal(pthread_create(&thread, NULL, go_on_when_held, &own), 0);
    CHECK_OK(f, smartflows_run(other.client, &options, &outcome, &f->error));
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(log.statuses, "Waiting,Running,Success,");
    smartflows_outcome_free(outcome);
    kf_client_free(other.client);
    kf_sandbox_stop(other.sandbox);
}

/* Cancels a run while that operation is on its way. */
static void cancel_run(kf_fixture *f, const char *flow, const char *operation, bool keep_running,
                       smartflows_outcome **outcome)
{
    run_log log;
    smartflows_run_options options = options_of(&log, f, flow);
    kf_scope_options with = KF_SCOPE_OPTIONS_INIT;
    kf_client *scope = NULL;
    pthread_t thread;
    canceller own = {f->sandbox, kf_cancel_new()};
    assert_non_null(own.cancel);
    with.cancel = own.cancel;
    options.keep_running = keep_running;
    options.on_form = on_form;
    CHECK_OK(f, kf_client_scope(f->client, &with, &scope, &f->error));
    fixture_fault(f, operation, (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_DELAY});
    assert_int_equal(pthread_create(&thread, NULL, cancel_when_held, &own), 0);
    assert_int_equal(smartflows_run(scope, &options, outcome, &f->error), KF_ERROR_CANCELLED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    kf_client_free(scope);
    kf_cancel_free(own.cancel);
    kf_sandbox_fault_clear(f->sandbox);
    while (kf_sandbox_held(f->sandbox) > 0)
        sched_yield();
}

static void test_cancel(void **state)
{
    static const char poll[] = "smartflows.getFlowExecutionProgress", *const wait = KF_SANDBOX_SMARTFLOWS_WAIT;
    kf_fixture *f = *state;
    smartflows_outcome *outcome = NULL;
    cancel_run(f, wait, "smartflows.createFlowExecution", false, &outcome);
    assert_null(outcome); /* its id is not known */
    assert_true(f->error.may_have_acted);
    cancel_run(f, wait, poll, false, &outcome);
    assert_non_null(strstr(f->error.message, outcome->execution_id));
    assert_non_null(strstr(f->error.message, "on the server too"));
    smartflows_outcome_free(outcome);
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, "Canceled"), 1);

    cancel_run(f, wait, poll, true, &outcome);
    smartflows_outcome_free(outcome);
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, "Canceled"), 1);

    fixture_answer(f, "smartflows.cancelFlowExecution", 403, "{\"message\":\"not yours\"}");
    cancel_run(f, wait, poll, false, &outcome);
    assert_non_null(strstr(f->error.message, "not yours"));
    smartflows_outcome_free(outcome);
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, "Canceled"), 1);
    cancel_run(f, KF_SANDBOX_SMARTFLOWS_FORM, "smartflows.continueFlowExecution", false, &outcome);
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_USER_INPUT);
    smartflows_outcome_free(outcome);
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, "Canceled"), 2);

    run_log log;
    smartflows_run_options options = options_of(&log, f, KF_SANDBOX_SMARTFLOWS_LETTER);
    options.input = letter_input();
    log.stop_at = 50;
    assert_int_equal(smartflows_run(f->client, &options, &outcome, &f->error), KF_ERROR_CANCELLED);
    assert_string_equal(log.statuses, "Queued,Running,");
    smartflows_outcome_free(outcome);
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, "Canceled"), 3);
    options = options_of(&log, f, KF_SANDBOX_SMARTFLOWS_LETTER);
    options.input = letter_input();
    log.stop_at = 100; /* it has ended: there is nothing to cancel */
    assert_int_equal(smartflows_run(f->client, &options, &outcome, &f->error), KF_ERROR_CANCELLED);
    smartflows_outcome_free(outcome);
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, "Canceled"), 3);
}

/* What may have run the flow is not done again; a poll is. */
static void test_lost_answers(void **state)
{
    kf_fixture *f = *state;
    const kf_sandbox_fault_spec lost_after = {.kind = KF_SANDBOX_FAULT_LOST_AFTER};
    const kf_sandbox_fault_spec lost_twice = {.kind = KF_SANDBOX_FAULT_LOST_BEFORE, .times = 2};
    run_log log;
    smartflows_run_options options = options_of(&log, f, KF_SANDBOX_SMARTFLOWS_LETTER);
    smartflows_outcome *outcome = NULL;
    options.input = letter_input();
    fixture_fault(f, "smartflows.createFlowExecution", lost_after);
    CHECK_FAILS(f, KF_ERROR_TRANSPORT, 0, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_true(f->error.may_have_acted);
    assert_null(outcome);
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, NULL), 1);

    fixture_fault(f, "smartflows.getFlowExecutionProgress", lost_twice);
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS);
    smartflows_outcome_free(outcome);
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, NULL), 2);

    fixture_answer(f, "smartflows.createFlowExecution", 200, "{\"status\":\"Running\"}");
    CHECK_FAILS(f, KF_ERROR_DECODE, 200, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_true(f->error.may_have_acted);
    fixture_answer(f, "smartflows.getFlowExecution", 404, "");
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS);
    assert_null(outcome->execution);
    assert_int_equal(outcome->document_count, 1); /* of its progress */
    smartflows_outcome_free(outcome);
}

/* Whether the values of a form arrived is found out by the next poll. */
static void test_lost_values(void **state)
{
    kf_fixture *f = *state;
    run_log log;
    smartflows_run_options options = options_of(&log, f, KF_SANDBOX_SMARTFLOWS_FORM);
    smartflows_outcome *outcome = NULL;
    options.on_form = on_form;
    fixture_fault(f, "smartflows.continueFlowExecution", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_AFTER});
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS);
    assert_int_equal(log.asked, 1);
    smartflows_outcome_free(outcome);

    log.asked = 0;
    fixture_fault(f, "smartflows.continueFlowExecution", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_BEFORE});
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS);
    assert_int_equal(log.asked, 2);
    smartflows_outcome_free(outcome);

    log.asked = 0;
    fixture_fault(f, "smartflows.continueFlowExecution",
                  (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .status = 502, .times = -1});
    CHECK_FAILS(f, KF_ERROR_SERVER, 502, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(log.asked, 3);
    smartflows_outcome_free(outcome);
    kf_sandbox_fault_clear(f->sandbox);

    /* A server that answers with the form as it was is looked at again before anybody is asked again. */
    log.asked = 0;
    fixture_fault(f, "smartflows.continueFlowExecution",
                  (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_REPLACE, .body = "{\"status\":\"UserInput\"}"});
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(log.asked, 1);
    smartflows_outcome_free(outcome);
    log.asked = 0; /* and so is one that answers nothing */
    fixture_fault(f, "smartflows.continueFlowExecution",
                  (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_REPLACE, .body = ""});
    CHECK_OK(f, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_int_equal(outcome->status, SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS);
    assert_int_equal(log.asked, 1);
    smartflows_outcome_free(outcome);
}

static void test_arguments(void **state)
{
    kf_fixture *f = *state;
    run_log log;
    smartflows_run_options options = options_of(&log, f, NULL);
    smartflows_outcome *outcome = NULL;
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, smartflows_run(f->client, NULL, &outcome, &f->error));
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, smartflows_run(f->client, &options, &outcome, &f->error));
    options.flow_id = KF_SANDBOX_SMARTFLOWS_FAIL;
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, smartflows_run(f->client, &options, NULL, &f->error));
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, smartflows_run(NULL, &options, &outcome, &f->error));
    options.poll_s = -1;
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, smartflows_run(f->client, &options, &outcome, &f->error));
    options.poll_s = 0;
    options.execution_id = UNKNOWN_ID;
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, smartflows_run(f->client, &options, &outcome, &f->error));
    options.flow_id = NULL;
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, smartflows_run(f->client, &options, &outcome, &f->error));
    assert_string_equal(outcome->execution_id, UNKNOWN_ID);
    assert_null(outcome->progress);
    smartflows_outcome_free(outcome);
    smartflows_run_options small;
    smartflows_run_options_init(&small, sizeof(small));
    assert_int_equal(small.size, sizeof(small));
    small.flow_id = KF_SANDBOX_SMARTFLOWS_FAIL;
    assert_int_equal(smartflows_run(f->client, &small, &outcome, NULL), KF_OK);
    smartflows_outcome_free(outcome);
    assert_int_equal(kf_sandbox_smartflows_count(f->sandbox, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SMARTFLOWS_TEST(test_success),      SMARTFLOWS_TEST(test_other_ends),
        SMARTFLOWS_TEST(test_form),         SMARTFLOWS_TEST(test_form_without_answer),
        SMARTFLOWS_TEST(test_waiting),      SMARTFLOWS_TEST(test_unknown_status),
        SMARTFLOWS_TEST(test_cancel),       SMARTFLOWS_TEST(test_long_poll),
        SMARTFLOWS_TEST(test_lost_answers), SMARTFLOWS_TEST(test_lost_values),
        SMARTFLOWS_TEST(test_documents),    SMARTFLOWS_TEST(test_arguments),
    };
    return cmocka_run_group_tests_name("smartflows run", tests, NULL, NULL);
}
