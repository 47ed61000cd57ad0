/* GET /jobs on a real Flowable: filters, sorting, pages. */
#include "support.h"

#include <stdio.h>
#include <string.h>

typedef flowable_list_external_worker_jobs_params list_params;
typedef flowable_data_response_external_worker_job_response jobs_page;

static jobs_page *list(fixture *f, list_params params)
{
    jobs_page *page = NULL;
    CHECK_OK(f, flowable_list_external_worker_jobs(f->client, &params, &page, &f->error));
    assert_int_equal(page->size.value, page->data_count);
    return page;
}

#define LIST(f, ...) list(f, (list_params){__VA_ARGS__})

/* How many jobs pass the filters. */
static int found(fixture *f, list_params params)
{
    jobs_page *page = list(f, params);
    int64_t total = page->total.value;
    assert_int_equal(total, page->data_count);
    flowable_data_response_external_worker_job_response_free(page);
    return (int)total;
}

#define FOUND(f, ...) found(f, (list_params){__VA_ARGS__})

/* Six jobs: three of one instance, the first of them locked; one that failed; one of the tenant acme; one of a case. */
static void prepare(fixture *f, char parallel[ID_SIZE], char failed[ID_SIZE])
{
    char job[ID_SIZE];
    start_process(f, "parallel", NULL, parallel);
    take_id(f, "parallel", "w", job);
    start_process(f, "single", NULL, NULL);
    take_id(f, "single", "w", failed);
    CHECK_OK(f, fail_job(f, failed, "w", (kf_int32){0}, NULL));
    start_single_in_tenant(f, "acme", NULL);
    start_case(f, NULL);
    WAIT_UNTIL(FOUND(f, .scope_type = "cmmn") == 1);
    assert_int_equal(FOUND(f, .size = KF_INT32(100)), 6);
}

static void test_filters_of_texts(void **state)
{
    fixture *f = *state;
    char parallel[ID_SIZE], failed[ID_SIZE];
    prepare(f, parallel, failed);
    jobs_page *page = LIST(f, .process_instance_id = parallel);
    assert_int_equal(page->data_count, 3);
    const flowable_external_worker_job_response *job = &page->data[1];
    assert_int_equal(FOUND(f, .id = job->id), 1);
    assert_int_equal(FOUND(f, .execution_id = job->execution_id), 1);
    assert_int_equal(FOUND(f, .process_definition_id = job->process_definition_id), 3);
    assert_int_equal(FOUND(f, .element_id = job->element_id), 1);
    flowable_data_response_external_worker_job_response_free(page);

    page = LIST(f, .scope_type = "cmmn");
    assert_int_equal(page->data_count, 1);
    job = &page->data[0];
    assert_int_equal(FOUND(f, .scope_id = job->scope_id), 1);
    assert_int_equal(FOUND(f, .sub_scope_id = job->sub_scope_id), 1);
    assert_int_equal(FOUND(f, .scope_definition_id = job->scope_definition_id), 1);
    assert_int_equal(FOUND(f, .scope_id = job->sub_scope_id), 0);
    flowable_data_response_external_worker_job_response_free(page);
    /* Jobs of processes have no scope type. */
    assert_int_equal(FOUND(f, .scope_type = "bpmn"), 0);

    assert_int_equal(FOUND(f, .element_name = "Work"), 2);
    assert_int_equal(FOUND(f, .element_name = "Wor%"), 0);
    assert_int_equal(FOUND(f, .exception_message = "it broke"), 1);
    assert_int_equal(FOUND(f, .exception_message = "it"), 0);
    assert_int_equal(FOUND(f, .tenant_id = "acme"), 1);
    assert_int_equal(FOUND(f, .tenant_id = ""), 5);
    assert_int_equal(FOUND(f, .tenant_id_like = "ac%"), 1);
    assert_int_equal(FOUND(f, .tenant_id_like = "acm_"), 1);
    assert_int_equal(FOUND(f, .tenant_id_like = "ac"), 0);
    /* Combined, and with texts that need care in a URL. */
    assert_int_equal(FOUND(f, .element_name = "Work", .tenant_id = "acme"), 1);
    assert_int_equal(FOUND(f, .element_name = "Work", .element_id = "build"), 0);
    assert_int_equal(FOUND(f, .element_name = "A&B=\xc3\xa4 +%20#?/"), 0);
    assert_int_equal(FOUND(f, .id = UNKNOWN_ID), 0);
    assert_int_equal(FOUND(f, .id = ""), 0);
}

static void test_element_names_with_spaces(void **state)
{
    fixture *f = *state;
    start_process(f, "exclusive", NULL, NULL);
    assert_int_equal(FOUND(f, .element_name = "Exclusive work"), 1);
    assert_int_equal(FOUND(f, .element_name = "Exclusive+work"), 0);
}

static void test_filters_of_truth(void **state)
{
    fixture *f = *state;
    char parallel[ID_SIZE], failed[ID_SIZE];
    prepare(f, parallel, failed);
    kf_bool yes = KF_BOOL(true), no = KF_BOOL(false);
    assert_int_equal(FOUND(f, .locked = yes), 1);
    assert_int_equal(FOUND(f, .unlocked = yes), 5);
    assert_int_equal(FOUND(f, .locked = yes, .unlocked = yes), 0);
    assert_int_equal(FOUND(f, .with_exception = yes), 1);
    assert_int_equal(FOUND(f, .without_process_instance_id = yes), 1);
    assert_int_equal(FOUND(f, .without_scope_id = yes), 5);
    assert_int_equal(FOUND(f, .without_scope_type = yes), 5);
    assert_int_equal(FOUND(f, .without_tenant_id = yes), 5);
    assert_int_equal(FOUND(f, .without_tenant_id = yes, .without_scope_type = yes, .unlocked = yes), 3);
    /* False is no filter. */
    assert_int_equal(FOUND(f, .locked = no, .unlocked = no, .with_exception = no, .without_process_instance_id = no,
                           .without_scope_id = no, .without_scope_type = no, .without_tenant_id = no),
                     6);
    /* A job that waits for its retry is locked by nobody. */
    take_id(f, "single", "w", failed);
    CHECK_OK(f, fail_job(f, failed, "w", (kf_int32){0}, HOUR));
    assert_int_equal(FOUND(f, .locked = yes), 2);
}

/* What the jobs are sorted by, as text. */
static const char *sorted_by(const flowable_external_worker_job_response *job, flowable_job_sort sort)
{
    static char number[2][16];
    static int next;
    switch (sort) {
    case FLOWABLE_JOB_SORT_CREATE_TIME:
        return job->create_time;
    case FLOWABLE_JOB_SORT_EXECUTION_ID:
        return job->execution_id;
    case FLOWABLE_JOB_SORT_PROCESS_INSTANCE_ID:
        return job->process_instance_id;
    case FLOWABLE_JOB_SORT_RETRIES:
        snprintf(number[next ^= 1], sizeof(number[0]), "%d", job->retries.value);
        return number[next];
    case FLOWABLE_JOB_SORT_TENANT_ID:
        return job->tenant_id;
    default:
        return job->id;
    }
}

static void test_sorting(void **state)
{
    fixture *f = *state;
    char parallel[ID_SIZE], failed[ID_SIZE];
    prepare(f, parallel, failed);
    static const struct {
        flowable_job_sort sort;
        const char *name;
    } sorts[] = {
        {FLOWABLE_JOB_SORT_ID, "id"},
        {FLOWABLE_JOB_SORT_CREATE_TIME, "createTime"},
        {FLOWABLE_JOB_SORT_EXECUTION_ID, "executionId"},
        {FLOWABLE_JOB_SORT_PROCESS_INSTANCE_ID, "processInstanceId"},
        {FLOWABLE_JOB_SORT_RETRIES, "retries"},
        {FLOWABLE_JOB_SORT_TENANT_ID, "tenantId"},
        {FLOWABLE_JOB_SORT_DUE_DATE, "dueDate"}, /* they have none */
    };
    for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++) {
        for (int down = 0; down < 2; down++) {
            flowable_job_order order = down ? FLOWABLE_JOB_ORDER_DESC : FLOWABLE_JOB_ORDER_ASC;
            jobs_page *page = LIST(f, .sort = sorts[i].sort, .order = order, .without_scope_type = KF_BOOL(true));
            assert_int_equal(page->data_count, 5);
            assert_string_equal(page->sort, sorts[i].name);
            assert_string_equal(page->order, down ? "desc" : "asc");
            for (size_t k = 1; k < page->data_count && sorts[i].sort != FLOWABLE_JOB_SORT_DUE_DATE; k++) {
                int compared =
                    strcmp(sorted_by(&page->data[k - 1], sorts[i].sort), sorted_by(&page->data[k], sorts[i].sort));
                assert_true(down ? compared >= 0 : compared <= 0);
            }
            flowable_data_response_external_worker_job_response_free(page);
        }
    }
}

static void test_pages(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 4; i++)
        start_process(f, "parallel", NULL, NULL);
    const struct {
        kf_int32 start, size;
        int starts, rows;
    } rows[] = {
        {{0}, {0}, 0, 10},          {KF_INT32(5), KF_INT32(4), 5, 4}, {KF_INT32(10), KF_INT32(10), 10, 2},
        {KF_INT32(12), {0}, 12, 0}, {KF_INT32(1000), {0}, 1000, 0},   {{0}, KF_INT32(0), 0, 0},
        {{0}, KF_INT32(-1), 0, 10}, {KF_INT32(-1), {0}, 0, 10},       {{0}, KF_INT32(INT32_MAX), 0, 12},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        jobs_page *page = LIST(f, .start = rows[i].start, .size = rows[i].size);
        assert_int_equal(page->data_count, rows[i].rows);
        assert_int_equal(page->start.value, rows[i].starts);
        assert_int_equal(page->total.value, 12);
        assert_string_equal(page->sort, "id");
        assert_string_equal(page->order, "asc");
        flowable_data_response_external_worker_job_response_free(page);
    }
}

static int walk(fixture *f, list_params params, bool prefetch)
{
    kf_pager *pager = flowable_list_external_worker_jobs_pager(f->client, &params, &f->error);
    assert_non_null(pager);
    kf_pager_prefetch(pager, prefetch);
    char last[ID_SIZE] = "";
    int count = 0;
    const flowable_external_worker_job_response *job;
    while ((job = flowable_list_external_worker_jobs_next(pager, &f->error)) != NULL) {
        assert_true(strcmp(last, job->id) < 0);
        snprintf(last, sizeof(last), "%s", job->id);
        assert_int_equal(kf_pager_total(pager), 24);
        count++;
    }
    assert_int_equal(f->error.status, KF_OK);
    kf_pager_free(pager);
    return count;
}

static void test_iterator(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 8; i++)
        start_process(f, "parallel", NULL, NULL);
    static const int sizes[] = {1, 5, 7, 8, 23, 24, 25, 1000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        list_params params = {.size = KF_INT32(sizes[i])};
        assert_int_equal(walk(f, params, false), 24);
        assert_int_equal(walk(f, params, true), 24);
    }
    assert_int_equal(walk(f, (list_params){0}, false), 24);
    assert_int_equal(walk(f, (list_params){.start = KF_INT32(20), .size = KF_INT32(3)}, false), 4);
    assert_int_equal(walk(f, (list_params){.element_id = "nothing"}, false), 0);
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_filters_of_texts),
        TEST(test_element_names_with_spaces),
        TEST(test_filters_of_truth),
        TEST(test_sorting),
        TEST(test_pages),
        TEST(test_iterator),
    };
    return cmocka_run_group_tests_name("list", tests, fixture_setup, fixture_teardown);
}
