/* Waiting for something on the server: pauses, deadlines, cancelling, and failures of the check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "kuflow/wait.h"

#define ID "7a0c6f4e-2f6b-4f0a-8a0e-2b1d6f3c9e55"

static fake_transport f;

static const fake_step completed_at_third[] = {
    {.http = 200, .body = "{\"id\":\"" ID "\",\"state\":\"RUNNING\"}"},
    {.http = 200, .body = "{\"id\":\"" ID "\",\"state\":\"RUNNING\"}"},
    {.http = 200, .body = "{\"id\":\"" ID "\",\"state\":\"COMPLETED\"}"},
};
static const fake_step never_completed[] = {{.http = 200, .body = "{\"id\":\"" ID "\",\"state\":\"RUNNING\"}"}};
static const fake_step forbidden[] = {{.http = 403, .body = "{}"}};

static kf_status is_completed(kf_client *client, bool *done, void *user, kf_error *error)
{
    kuflow_process *process = NULL;
    kf_status status = kuflow_retrieve_process(client, user, &process, error);
    *done = process != NULL && process->state == KUFLOW_PROCESS_STATE_COMPLETED;
    kuflow_process_free(process);
    return status;
}

static kf_client *scope_of(kf_client *client, int64_t deadline_ms, kf_cancel *cancel)
{
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    kf_client *scope = NULL;
    kf_error error;
    options.deadline_ms = deadline_ms;
    options.cancel = cancel;
    assert_int_equal(kf_client_scope(client, &options, &scope, &error), KF_OK);
    return scope;
}

static void test_pauses_until_done(void **state)
{
    kf_error error;
    (void)state;
    for (int round = 0; round < 2; round++) {
        FAKE_INIT(&f, completed_at_third);
        f.random = round == 0 ? 0 : 300;
        kf_client *client = fake_client(&f, NULL);
        assert_int_equal(kf_wait_until(client, is_completed, ID, 600, &error), KF_OK);
        assert_int_equal(error.status, KF_OK);
        assert_int_equal(f.count, 3);
        assert_int_equal(f.wait_count, 2);
        assert_int_equal(f.waits[0], round == 0 ? 300 : 600);
        kf_client_free(client);
    }
}

static void test_shortest_pause(void **state)
{
    kf_error error;
    (void)state;
    FAKE_INIT(&f, completed_at_third);
    kf_client *client = fake_client(&f, NULL);
    assert_int_equal(kf_wait_until(client, is_completed, ID, 1, &error), KF_OK);
    assert_int_equal(f.waits[0], 1);
    kf_client_free(client);
}

static void test_deadline(void **state)
{
    kf_error error;
    (void)state;
    FAKE_INIT(&f, never_completed);
    kf_client *client = fake_client(&f, NULL), *scope = scope_of(client, 1200, NULL);
    assert_int_equal(kf_wait_until(scope, is_completed, ID, 0, &error), KF_ERROR_TIMEOUT);
    assert_true(f.now <= 1000000 + 1200);
    assert_true(strlen(error.message) > 0);
    kf_client_free(scope);
    kf_client_free(client);
}

static void test_cancel(void **state)
{
    kf_error error;
    (void)state;
    kf_cancel *cancel = kf_cancel_new();
    FAKE_INIT(&f, never_completed);
    f.cancel_on_wait = cancel;
    kf_client *client = fake_client(&f, NULL), *scope = scope_of(client, 0, cancel);
    assert_int_equal(kf_wait_until(scope, is_completed, ID, 0, &error), KF_ERROR_CANCELLED);
    assert_int_equal(f.count, 1);
    kf_client_free(scope);
    kf_client_free(client);
    kf_cancel_free(cancel);
}

static void test_failure_ends_it(void **state)
{
    kf_error error;
    (void)state;
    FAKE_INIT(&f, forbidden);
    kf_client *client = fake_client(&f, NULL);
    assert_int_equal(kf_wait_until(client, is_completed, ID, 0, &error), KF_ERROR_FORBIDDEN);
    assert_int_equal(error.http_status, 403);
    assert_int_equal(f.wait_count, 0);
    assert_int_equal(kf_wait_until(client, NULL, NULL, 0, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_wait_until(client, is_completed, ID, -1, &error), KF_ERROR_ARGUMENT);
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pauses_until_done),
        cmocka_unit_test(test_shortest_pause),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_failure_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
