/* Every operation through its typed function, with every parameter and member, and each one's error path. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static void test_processes(void **state)
{
    operations_processes(*state);
}

static void test_items(void **state)
{
    operations_items(*state);
}

static void test_directory(void **state)
{
    operations_directory(*state);
}

static void test_files(void **state)
{
    operations_files(*state);
}

static bool was_refused(const kf_fixture *fixture, const char *operation)
{
    for (size_t i = 0; i < fixture->refused_count; i++) {
        if (strcmp(fixture->refused[i], operation) == 0)
            return true;
    }
    return false;
}

/* Runs last: what the sandbox counted against what the service has. */
static void test_all_were_called(void **state)
{
    kf_fixture *fixture = *state;
    const kf_service *service = kf_operation_find("kuflow.createProcess")->service;
    int called = 0, refused = 0;
    for (size_t i = 0; i < service->operation_count; i++) {
        const char *name = service->operations[i].name;
        bool was_called = kf_sandbox_requests(fixture->sandbox, name) > 0;
        called += was_called;
        refused += was_refused(fixture, name);
        if (!was_called || !was_refused(fixture, name))
            print_error("%s: %s\n", name, was_called ? "its error path was not seen" : "was not called");
    }
    print_message("# operations %d of %d called, error paths %d of %d\n", called, service->operation_count, refused,
                  service->operation_count);
    assert_int_equal(service->operation_count, 37);
    assert_int_equal(called, service->operation_count);
    assert_int_equal(refused, service->operation_count);
}

/* Without the right credentials every operation is refused, before anything else is looked at. */
static void test_credentials(void **state)
{
    kf_fixture *fixture = *state;
    kf_client_options options = fixture_options(kf_sandbox_url(fixture->sandbox));
    options.password = "wrong";
    kf_client *client = NULL;
    CHECK_OK(fixture, kuflow_client_new(&options, &client, &fixture->error));
    kuflow_process *process = NULL;
    CHECK_FAILS(fixture, KF_ERROR_AUTH, 401, kuflow_retrieve_process(client, UNKNOWN_ID, &process, &fixture->error));
    assert_null(process);
    assert_string_equal(fixture->error.server_code, "authentication");
    assert_int_equal(fixture->error.attempts, 1);
    kf_client_free(client);

    options = fixture_options(kf_sandbox_url(fixture->sandbox));
    options.auth = KF_AUTH_BASIC;
    CHECK_OK(fixture, kf_client_new(&options, &client, &fixture->error));
    kuflow_tenant *tenant = NULL;
    CHECK_OK(fixture, kuflow_retrieve_tenant(client, KF_SANDBOX_TENANT, &tenant, &fixture->error));
    kuflow_tenant_free(tenant);
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_processes), cmocka_unit_test(test_items),       cmocka_unit_test(test_directory),
        cmocka_unit_test(test_files),     cmocka_unit_test(test_credentials), cmocka_unit_test(test_all_were_called),
    };
    return cmocka_run_group_tests_name("operations", tests, fixture_setup, fixture_teardown);
}
