/* The iterators over the lists of 6.0.1, which says neither how many items there are nor in what order they come. */
#include "support.h"

#include <stdlib.h>

enum { INSTANCES = 5, SIZE = 2 };

typedef struct paging {
    fixture *f;
    int64_t instance; /* of office.parent */
    int64_t child;
} paging;

static int group_setup(void **state)
{
    paging *p = calloc(1, sizeof(*p));
    assert_non_null(p);
    fixture_setup((void **)&p->f);
    *state = p;
    jbpm_response *response = NULL;
    CHECK_OK(p->f, jbpm_clear_history(p->f->anna, OFFICE, NULL, &response, &p->f->error));
    jbpm_response_free(response);
    for (int i = 0; i < INSTANCES; i++)
        p->instance = start_for(p->f, "office.parent", "paul");
    jbpm_history_log_list *children = NULL;
    CHECK_OK(p->f, jbpm_list_child_logs(p->f->anna, OFFICE, p->instance, NULL, &children, &p->f->error));
    assert_int_equal(children->history_log_list_count, 1);
    p->child = children->history_log_list[0]->process_instance_id.value;
    jbpm_history_log_list_free(children);
    return 0;
}

static int group_teardown(void **state)
{
    paging *p = *state;
    fixture_teardown((void **)&p->f);
    free(p);
    return 0;
}

/* Goes through all items; each comes once. */
static void assert_items(fixture *f, kf_pager *pager, size_t expected,
                         const jbpm_history_log *(*next)(kf_pager *, kf_error *))
{
    assert_non_null(pager);
    int64_t ids[100];
    size_t count = 0;
    for (const jbpm_history_log *log; (log = next(pager, &f->error)) != NULL; count++) {
        assert_true(count < 100);
        ids[count] = log->id.value;
        for (size_t i = 0; i < count; i++)
            assert_int_not_equal(ids[i], ids[count]);
        assert_int_equal(kf_pager_total(pager), -1);
    }
    assert_int_equal(f->error.status, KF_OK);
    assert_int_equal(count, expected);
    kf_pager_free(pager);
}

/* With pages of two, where the last one may be full or not, and with the size that the library chooses. */
#define ITERATES(operation, expected, ...)                                                                             \
    do {                                                                                                               \
        jbpm_##operation##_params params = {.page_size = KF_INT32(SIZE)};                                              \
        assert_items(p->f, jbpm_##operation##_pager(p->f->anna, __VA_ARGS__, &params, &p->f->error), expected,         \
                     jbpm_##operation##_next);                                                                         \
        assert_items(p->f, jbpm_##operation##_pager(p->f->anna, __VA_ARGS__, NULL, &p->f->error), expected,            \
                     jbpm_##operation##_next);                                                                         \
    } while (0)

static void test_logs(void **state)
{
    paging *p = *state;
    ITERATES(list_process_instance_logs, 2 * INSTANCES, OFFICE);
    ITERATES(list_process_logs, INSTANCES, OFFICE, "office.approval");
    ITERATES(list_process_logs, 0, OFFICE, "office.wait");
    ITERATES(list_child_logs, 1, OFFICE, p->instance);
    ITERATES(list_node_logs, 3, OFFICE, p->child);
    ITERATES(list_node_logs_by_id, 1, OFFICE, p->child, "approve");
    ITERATES(list_variable_logs, 1, OFFICE, p->child);
    ITERATES(list_variable_logs_by_id, 1, OFFICE, p->child, "employee");
    ITERATES(list_variable_history, 2 * INSTANCES, OFFICE, "employee");
    ITERATES(list_variable_value_history, 2 * INSTANCES, OFFICE, "employee", "paul");
}

/* How many active instances come that have set "employee", each once, from that page on. */
static size_t instances(paging *p, const jbpm_list_variable_process_instances_params *params, int64_t *first)
{
    fixture *f = p->f;
    int64_t ids[100];
    size_t count = 0;
    kf_pager *pager = jbpm_list_variable_process_instances_pager(f->anna, OFFICE, "employee", params, &f->error);
    assert_non_null(pager);
    for (const jbpm_process_instance *instance;
         (instance = jbpm_list_variable_process_instances_next(pager, &f->error)) != NULL; count++) {
        assert_true(count < 100);
        ids[count] = instance->id.value;
        for (size_t i = 0; i < count; i++)
            assert_int_not_equal(ids[i], ids[count]);
    }
    assert_int_equal(f->error.status, KF_OK);
    kf_pager_free(pager);
    *first = ids[0];
    return count;
}

/* A page of 6.0.1 has all earlier pages in it. */
static void test_process_instances(void **state)
{
    paging *p = *state;
    fixture *f = p->f;
    const jbpm_list_variable_process_instances_params all = {.page = KF_INT32(1), .page_size = KF_INT32(1000)};
    const jbpm_list_variable_process_instances_params twos = {.page_size = KF_INT32(SIZE)};
    const jbpm_list_variable_process_instances_params second = {.page = KF_INT32(2), .page_size = KF_INT32(SIZE)};
    jbpm_process_instance_list *list = NULL;
    int64_t first = 0;
    CHECK_OK(f, jbpm_list_variable_process_instances(f->anna, OFFICE, "employee", &all, &list, &f->error));
    const size_t count = list->process_instance_list_count;
    assert_int_equal(count, 2 * INSTANCES);
    assert_int_equal(instances(p, NULL, &first), count);
    assert_int_equal(first, list->process_instance_list[0].id.value);
    assert_int_equal(instances(p, &twos, &first), count);
    assert_int_equal(first, list->process_instance_list[0].id.value);
    assert_int_equal(instances(p, &second, &first), count - SIZE);
    assert_int_equal(first, list->process_instance_list[SIZE].id.value);
    jbpm_process_instance_list_free(list);

    kf_pager *pager =
        jbpm_list_variable_value_process_instances_pager(f->anna, OFFICE, "employee", "paul", NULL, &f->error);
    assert_non_null(pager);
    assert_null(jbpm_list_variable_value_process_instances_next(pager, &f->error));
    assert_int_equal(f->error.http_status, 500);
    assert_int_equal(jbpm_error_classify(&f->error), JBPM_ERROR_DEFECT);
    kf_pager_free(pager);
}

/* 6.0.1 gives all tasks at once, and knows no parameters for pages. */
static void test_tasks(void **state)
{
    paging *p = *state;
    fixture *f = p->f;
    const jbpm_query_tasks_params params = {.process_instance_id = {&p->child, 1}};
    kf_pager *pager = jbpm_query_tasks_pager(f->anna, &params, &f->error);
    assert_non_null(pager);
    const jbpm_task_summary *task = jbpm_query_tasks_next(pager, &f->error);
    assert_non_null(task);
    assert_int_equal(task->process_instance_id.value, p->child);
    assert_null(jbpm_query_tasks_next(pager, &f->error));
    assert_int_equal(f->error.status, KF_OK);
    kf_pager_free(pager);
}

/* A later page to begin with, and one that is beyond the end. */
static void test_positions(void **state)
{
    paging *p = *state;
    fixture *f = p->f;
    const jbpm_list_process_logs_params third = {.page = KF_INT32(3), .page_size = KF_INT32(SIZE)};
    kf_pager *pager = jbpm_list_process_logs_pager(f->anna, OFFICE, "office.approval", &third, &f->error);
    assert_non_null(jbpm_list_process_logs_next(pager, &f->error));
    assert_int_equal(kf_pager_position(pager), 3);
    assert_null(jbpm_list_process_logs_next(pager, &f->error));
    assert_int_equal(f->error.status, KF_OK);
    kf_pager_free(pager);
    jbpm_history_log_list *list = NULL;
    const jbpm_list_process_logs_params beyond = {.page = KF_INT32(99), .page_size = KF_INT32(SIZE)};
    CHECK_OK(f, jbpm_list_process_logs(f->anna, OFFICE, "office.approval", &beyond, &list, &f->error));
    assert_int_equal(list->history_log_list_count, 0);
    jbpm_history_log_list_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logs),
        cmocka_unit_test(test_process_instances),
        cmocka_unit_test(test_tasks),
        cmocka_unit_test(test_positions),
    };
    return cmocka_run_group_tests_name("pagers", tests, group_setup, group_teardown);
}
