/* Many threads on one client: mixed calls, scopes, pagers, files, and a stop in the middle. */
#include "fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define THREADS 8
#define ROUNDS 12

typedef struct job {
    kf_fixture *f;
    unsigned number;
    atomic_int *failures; /* cmocka's asserts are for the main thread only */
    atomic_bool *stop;
} job;

/* Notes and tells a condition that does not hold. */
static bool expect(job *j, bool holds, const char *what, const kf_error *error)
{
    if (!holds) {
        atomic_fetch_add(j->failures, 1);
        print_error("thread %u: %s: %s\n", j->number, what, error->message);
    }
    return holds;
}

static void task_round(job *j, kf_client *client)
{
    kf_error error;
    kuflow_process_create_params params = {.process_definition_id = KF_SANDBOX_DEFINITION_EMPTY};
    kuflow_process *process = NULL;
    if (!expect(j, kuflow_create_process(client, &params, &process, &error) == KF_OK, "create", &error))
        return;
    kuflow_process_item_create_params item_params = {.type = KUFLOW_PROCESS_ITEM_TYPE_TASK, .process_id = process->id};
    kuflow_process_item *item = NULL, *done = NULL;
    if (expect(j, kuflow_create_process_item(client, &item_params, &item, &error) == KF_OK, "item", &error)) {
        expect(j, kuflow_claim_process_item_task(client, item->id, NULL, &error) == KF_OK, "claim", &error);
        expect(j, kuflow_complete_process_item_task(client, item->id, &done, &error) == KF_OK, "complete", &error);
        expect(j, done != NULL && strcmp(done->id, item->id) == 0, "the right item", &error);
    }
    kuflow_process_item_free(done);
    kuflow_process_item_free(item);
    kuflow_process_free(process);
    expect(j, kuflow_retrieve_process(client, UNKNOWN_ID, &process, &error) == KF_ERROR_NOT_FOUND, "404", &error);
}

static void list_round(job *j, kf_client *client)
{
    kf_error error;
    kuflow_find_principals_params params = {.size = KF_INT32((int32_t)(3 + j->number))};
    kf_pager *pager = kuflow_find_principals_pager(client, &params, &error);
    kf_pager_prefetch(pager, j->number % 2 == 0);
    int count = 0;
    while (kuflow_find_principals_next(pager, &error) != NULL)
        count++;
    expect(j, count == 30 && error.status == KF_OK, "30 principals", &error);
    kf_pager_free(pager);
}

static void file_round(job *j, kf_client *client)
{
    kf_error error;
    kf_sink sink;
    kf_sink_memory(&sink);
    if (expect(j, kuflow_download_robot_source_code(client, KF_SANDBOX_ROBOT, &sink, &error) == KF_OK, "file", &error))
        expect(j, sink.length == 1000, "1000 bytes", &error);
    kf_free(sink.data);
}

static void *mixed(void *user)
{
    job *j = user;
    for (unsigned i = 0; i < ROUNDS; i++) {
        kf_client *client = j->f->client;
        kf_client *scope = NULL;
        kf_error error;
        kf_pair header = {"X-Thread", "yes"};
        if (i % 3 == 0) { /* through a child of its own now and then */
            kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
            options.deadline_ms = 60000;
            options.headers = &header;
            options.header_count = 1;
            options.keep_response = true;
            if (!expect(j, kf_client_scope(client, &options, &scope, &error) == KF_OK, "scope", &error))
                return NULL;
            client = scope;
        }
        switch ((i + j->number) % 3) {
        case 0:
            task_round(j, client);
            break;
        case 1:
            list_round(j, i % 3 == 0 ? j->f->client : client);
            break; /* a scope that keeps is for one thread */
        default:
            file_round(j, client);
            break;
        }
        kf_client_free(scope);
    }
    return NULL;
}

static void run(kf_fixture *f, void *(*work)(void *), atomic_bool *stop)
{
    pthread_t threads[THREADS];
    job jobs[THREADS];
    atomic_int failures = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        jobs[i] = (job){f, i, &failures, stop};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    if (stop != NULL) {
        sleep_ms(50);
        atomic_store(stop, true);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&failures), 0);
}

static void test_mixed_calls(void **state)
{
    run(*state, mixed, NULL);
}

/* Now and then the server loses an answer or says no: nothing is created twice, and nobody gets another's answer. */
static void test_mixed_calls_with_faults(void **state)
{
    kf_fixture *f = *state;
    int created = kf_sandbox_created(f->sandbox);
    for (int i = 0; i < 6; i++) {
        fixture_fault(f, "createProcess", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_AFTER});
        fixture_fault(f, "createProcessItem", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_LOST_BEFORE});
        fixture_answer(f, "findPrincipals", 503, NULL);
    }
    kf_client *client = f->client;
    kf_client_options options = fixture_options(kf_sandbox_url(f->sandbox));
    options.max_attempts = 20; /* all faults may meet one thread */
    CHECK_OK(f, kuflow_client_new(&options, &f->client, &f->error));
    run(f, mixed, NULL);
    kf_client_free(f->client);
    f->client = client;
    /* A process and an item for each round of tasks: a third of the rounds. */
    assert_int_equal(kf_sandbox_created(f->sandbox) - created, 2 * THREADS * ROUNDS / 3);
}

static void *until_stopped(void *user)
{
    job *j = user;
    kf_error error;
    while (!atomic_load(j->stop)) {
        kuflow_tenant *tenant = NULL;
        expect(j, kuflow_retrieve_tenant(j->f->client, KF_SANDBOX_TENANT, &tenant, &error) == KF_OK, "get", &error);
        kuflow_tenant_free(tenant);
    }
    return NULL;
}

static void test_stop_flag(void **state)
{
    atomic_bool stop = false;
    run(*state, until_stopped, &stop);
}

static void *wait_for_cancel(void *user)
{
    job *j = user;
    kf_error error;
    kuflow_tenant *tenant = NULL;
    kf_status status = kuflow_retrieve_tenant(j->f->client, KF_SANDBOX_TENANT, &tenant, &error);
    expect(j, status == KF_ERROR_CANCELLED, "cancelled", &error);
    kuflow_tenant_free(tenant);
    return NULL;
}

/* One trigger ends the calls of all threads. */
static void test_cancel_all(void **state)
{
    kf_fixture *f = *state;
    kf_cancel *cancel = kf_cancel_new();
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.cancel = cancel;
    kf_fixture child = *f;
    CHECK_OK(f, kf_client_scope(f->client, &options, &child.client, &f->error));
    fixture_fault(f, "retrieveTenant", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_DELAY, .times = -1});
    pthread_t threads[THREADS];
    job jobs[THREADS];
    atomic_int failures = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        jobs[i] = (job){&child, i, &failures, NULL};
        assert_int_equal(pthread_create(&threads[i], NULL, wait_for_cancel, &jobs[i]), 0);
    }
    while (kf_sandbox_held(f->sandbox) < THREADS)
        sleep_ms(1);
    kf_cancel_trigger(cancel);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&failures), 0);
    kf_client_free(child.client);
    kf_cancel_free(cancel);
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_mixed_calls),
        TEST(test_mixed_calls_with_faults),
        TEST(test_stop_flag),
        TEST(test_cancel_all),
    };
    return cmocka_run_group_tests_name("threads", tests, fixture_setup, fixture_teardown);
}
