/* The pager of every list operation. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#define SEEN_MAX 64

/* Ids in the order in which they came; no id twice. */
typedef struct seen {
    char ids[SEEN_MAX][KF_UUID_TEXT_SIZE];
    size_t count;
} seen;

static void see(seen *all, const char *id)
{
    assert_true(all->count < SEEN_MAX);
    for (size_t i = 0; i < all->count; i++)
        assert_string_not_equal(all->ids[i], id);
    snprintf(all->ids[all->count++], KF_UUID_TEXT_SIZE, "%s", id);
}

/* Walks a list to its end with a page size, from a page on, and checks the number of items and of requests. */
#define WALK(f, name, item_type, page_size, first_page, expected, requests_expected)                                   \
    do {                                                                                                               \
        seen all_ = {.count = 0};                                                                                      \
        kuflow_find_##name##_params params_ = {.size = KF_INT32(page_size), .page = KF_INT32(first_page)};             \
        int before_ = kf_sandbox_requests((f)->sandbox, NULL);                                                         \
        kf_pager *pager_ = kuflow_find_##name##_pager((f)->client, &params_, &(f)->error);                             \
        assert_non_null(pager_);                                                                                       \
        for (const item_type *item_; (item_ = kuflow_find_##name##_next(pager_, &(f)->error)) != NULL;)                \
            see(&all_, item_->id);                                                                                     \
        CHECK_OK((f), (f)->error.status);                                                                              \
        assert_null(kuflow_find_##name##_next(pager_, &(f)->error)); /* the end stays the end */                       \
        CHECK_OK((f), (f)->error.status);                                                                              \
        kf_pager_free(pager_);                                                                                         \
        assert_int_equal(all_.count, (expected));                                                                      \
        assert_int_equal(kf_sandbox_requests((f)->sandbox, NULL) - before_, (requests_expected));                      \
    } while (0)

static void test_all_lists(void **state)
{
    kf_fixture *f = *state;
    WALK(f, principals, kuflow_principal_page_item, 7, 0, 30, 5);
    WALK(f, principals, kuflow_principal_page_item, 10, 0, 30, 3); /* an exact multiple: no fourth request */
    WALK(f, principals, kuflow_principal_page_item, 1000, 0, 30, 1);
    WALK(f, groups, kuflow_group_page_item, 4, 0, 6, 2);
    WALK(f, tenants, kuflow_tenant_page_item, 1, 0, 2, 2);
    WALK(f, tenant_users, kuflow_tenant_user_page_item, 10, 0, 35, 4);
    WALK(f, robots, kuflow_robot_page_item, 2, 0, 5, 3);
    WALK(f, processes, kuflow_process_page_item, 10, 0, 0, 1); /* none yet */
    char id[KF_UUID_TEXT_SIZE];
    for (int i = 0; i < 5; i++)
        fixture_process(f, KF_SANDBOX_DEFINITION, id);
    WALK(f, processes, kuflow_process_page_item, 1, 0, 5, 5);
    WALK(f, process_items, kuflow_process_item_page_item, 6, 0, 15, 3);
}

static void test_start_in_the_middle(void **state)
{
    kf_fixture *f = *state;
    WALK(f, principals, kuflow_principal_page_item, 7, 3, 9, 2);
    WALK(f, principals, kuflow_principal_page_item, 7, 5, 0, 1); /* behind the end */
}

static void test_position_and_total(void **state)
{
    kf_fixture *f = *state;
    kuflow_find_principals_params params = {.size = KF_INT32(8)};
    kf_pager *pager = kuflow_find_principals_pager(f->client, &params, &f->error);
    assert_null(kf_pager_page(pager));
    assert_int_equal(kf_pager_total(pager), -1);
    char last[KF_UUID_TEXT_SIZE] = "";
    for (int i = 0; i < 20; i++) {
        const kuflow_principal_page_item *item = kuflow_find_principals_next(pager, &f->error);
        assert_non_null(item);
        assert_int_equal(kf_pager_total(pager), 30);
        assert_int_equal(kf_pager_position(pager), i / 8);
        const kuflow_principal_page *page = kf_pager_page(pager);
        assert_int_equal(page->metadata->page, i / 8);
        assert_ptr_equal(&page->content[i % 8], item);
        snprintf(last, sizeof(last), "%s", item->id);
    }
    /* Where it stood is where another one can go on. */
    params.page = KF_INT32((int32_t)kf_pager_position(pager));
    kf_pager_free(pager);
    pager = kuflow_find_principals_pager(f->client, &params, &f->error);
    bool found = false;
    for (const kuflow_principal_page_item *item; (item = kuflow_find_principals_next(pager, &f->error)) != NULL;)
        found = found || strcmp(item->id, last) == 0;
    CHECK_OK(f, f->error.status);
    assert_true(found);
    kf_pager_free(pager);
}

static void test_prefetch(void **state)
{
    kf_fixture *f = *state;
    kuflow_find_principals_params params = {.size = KF_INT32(4), .sort = KF_LIST("id,desc")};
    seen all = {.count = 0};
    kf_pager *pager = kuflow_find_principals_pager(f->client, &params, &f->error);
    kf_pager_prefetch(pager, true);
    for (const kuflow_principal_page_item *item; (item = kuflow_find_principals_next(pager, &f->error)) != NULL;) {
        assert_true(all.count == 0 || strcmp(all.ids[all.count - 1], item->id) > 0);
        see(&all, item->id);
    }
    CHECK_OK(f, f->error.status);
    kf_pager_free(pager);
    assert_int_equal(all.count, 30);

    /* Freed while a page is on its way. */
    pager = kuflow_find_principals_pager(f->client, &params, &f->error);
    kf_pager_prefetch(pager, true);
    assert_non_null(kuflow_find_principals_next(pager, &f->error));
    fixture_fault(f, "findPrincipals", (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_DELAY, .times = -1});
    for (int i = 0; i < 3; i++)
        assert_non_null(kuflow_find_principals_next(pager, &f->error));
    int64_t begin = now_ms();
    kf_pager_free(pager);
    assert_in_range(now_ms() - begin, 0, 10000);
    kf_sandbox_fault_clear(f->sandbox);
}

static void test_filters_and_sort(void **state)
{
    kf_fixture *f = *state;
    kuflow_find_principals_params params = {.size = KF_INT32(3),
                                            .sort = KF_LIST("name,desc"),
                                            .type = KUFLOW_PRINCIPAL_TYPE_USER,
                                            .group_id = KF_LIST(KF_SANDBOX_GROUP)};
    kf_pager *pager = kuflow_find_principals_pager(f->client, &params, &f->error);
    params = (kuflow_find_principals_params){0}; /* they were copied */
    size_t count = 0;
    char name[64] = "~";
    for (const kuflow_principal_page_item *item; (item = kuflow_find_principals_next(pager, &f->error)) != NULL;) {
        assert_int_equal(item->type, KUFLOW_PRINCIPAL_TYPE_USER);
        assert_true(strcmp(name, item->name) > 0);
        snprintf(name, sizeof(name), "%s", item->name);
        count++;
    }
    CHECK_OK(f, f->error.status);
    kf_pager_free(pager);
    assert_int_equal(count, 10);
}

/* After a failure the same page is asked for again; with prefetch the failure comes when its page is wanted. */
static void test_failure_and_again(void **state)
{
    kf_fixture *f = *state;
    kuflow_find_principals_params params = {.size = KF_INT32(10)};
    for (int prefetch = 0; prefetch < 2; prefetch++) {
        seen all = {.count = 0};
        kf_pager *pager = kuflow_find_principals_pager(f->client, &params, &f->error);
        kf_pager_prefetch(pager, prefetch);
        kf_sandbox_fault_spec pass = {.kind = KF_SANDBOX_FAULT_DELAY, .delay_ms = 1};
        fixture_fault(f, "findPrincipals", pass); /* the first page */
        fixture_answer(f, "findPrincipals", 400, NULL);
        for (int i = 0; i < 10; i++)
            see(&all, kuflow_find_principals_next(pager, &f->error)->id);
        assert_null(kuflow_find_principals_next(pager, &f->error));
        CHECK_FAILS(f, KF_ERROR_REJECTED, 400, f->error.status);
        for (const kuflow_principal_page_item *item; (item = kuflow_find_principals_next(pager, &f->error)) != NULL;)
            see(&all, item->id);
        CHECK_OK(f, f->error.status);
        kf_pager_free(pager);
        assert_int_equal(all.count, 30);
    }
}

static void test_not_a_list(void **state)
{
    kf_fixture *f = *state;
    assert_null(kf_pager_new(f->client, kf_operation_find("kuflow.retrieveTenant"), NULL, NULL, &f->error));
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, f->error.status);
    kf_pager_free(NULL);
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_lists),        TEST(test_start_in_the_middle), TEST(test_position_and_total), TEST(test_prefetch),
        TEST(test_filters_and_sort), TEST(test_failure_and_again),   TEST(test_not_a_list),
    };
    return cmocka_run_group_tests_name("paging", tests, fixture_setup, fixture_teardown);
}
