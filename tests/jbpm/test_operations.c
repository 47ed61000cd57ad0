/* Every operation of 6.0.1 through its typed function, with all its parameters, and each one's error path. */
#include "operations.h"

#include <string.h>

/* 6.0.1 answers them with an error always. */
static bool never_succeeds(const char *name)
{
    return strcmp(name, "getTaskContent") == 0 || strcmp(name, "listVariableValueProcessInstances") == 0;
}

static void test_processes(void **state)
{
    operations_processes(*state);
}

static void test_work_items(void **state)
{
    operations_work_items(*state);
}

static void test_logs(void **state)
{
    operations_logs(*state);
}

static void test_variable_logs(void **state)
{
    operations_variable_logs(*state);
}

static void test_queries(void **state)
{
    operations_queries(*state);
}

static void test_task_life(void **state)
{
    operations_task_life(*state);
}

static void test_task_owners(void **state)
{
    operations_task_owners(*state);
}

static void test_task_contents(void **state)
{
    operations_task_contents(*state);
}

static void test_execute(void **state)
{
    operations_execute(*state);
}

/* 6.0.1 has those of the documentation, which come first in the service. */
static bool is_of_6_0(const kf_operation *operation)
{
    return strstr(operation->name, "AtRoot") == NULL;
}

/* Runs last. */
static void test_all_were_called(void **state)
{
    const fixture *f = *state;
    const kf_service *service = kf_operation_find("jbpm.startProcess")->service;
    int all = 0, called = 0, succeeded = 0, refused = 0;
    for (size_t i = 0; i < service->operation_count && is_of_6_0(&service->operations[i]); i++) {
        const char *name = service->operations[i].name;
        const tally *t = &f->tallies[i];
        all++;
        called += t->succeeded + t->refused > 0;
        succeeded += t->succeeded > 0;
        refused += t->refused > 0;
        if ((t->succeeded > 0) == never_succeeds(name) || t->refused == 0)
            print_error("%s: %d answers with success, %d with an error\n", name, t->succeeded, t->refused);
    }
    print_message(
        "# operations jbpm: %d of %d called and answered by the real server, %d with success, error paths %d of "
        "%d\n",
        called, all, succeeded, refused, all);
    assert_int_equal(all, 46);
    assert_int_equal(called, 46);
    assert_int_equal(succeeded, 44);
    assert_int_equal(refused, 46);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_processes),       cmocka_unit_test(test_work_items),    cmocka_unit_test(test_logs),
        cmocka_unit_test(test_variable_logs),   cmocka_unit_test(test_queries),       cmocka_unit_test(test_task_life),
        cmocka_unit_test(test_task_owners),     cmocka_unit_test(test_task_contents), cmocka_unit_test(test_execute),
        cmocka_unit_test(test_all_were_called),
    };
    return cmocka_run_group_tests_name("operations", tests, fixture_setup, fixture_teardown);
}
