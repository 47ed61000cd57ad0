/* Which connections are kept for the next calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http/pool.h"

#define MANY 8

/* Gives MANY handles back, and counts those that come again. */
static int kept(kf_pool *pool)
{
    kf_handle *first[MANY], *again[MANY];
    int count = 0;
    for (int i = 0; i < MANY; i++)
        assert_non_null(first[i] = kf_pool_take(pool));
    /* What is given back beyond the limit is freed, so its address may come again: the mark does not. */
    for (int i = 0; i < MANY; i++) {
        first[i]->timeout_ms = 4711;
        kf_pool_give_back(pool, first[i]);
    }
    for (int i = 0; i < MANY; i++) {
        assert_non_null(again[i] = kf_pool_take(pool));
        count += again[i]->timeout_ms == 4711;
    }
    for (int i = 0; i < MANY; i++) {
        again[i]->timeout_ms = 0;
        kf_pool_give_back(pool, again[i]);
    }
    return count;
}

static void test_idle_connections_are_limited(void **state)
{
    kf_connection_options options = {.allow_http = true, .max_idle_connections = 2};
    kf_pool *pool = NULL;
    kf_error error;
    (void)state;
    assert_int_equal(kf_pool_new(&options, &pool, &error), KF_OK);
    assert_int_equal(kept(pool), 2);
    kf_pool_reserve(pool, 5);
    assert_int_equal(kept(pool), 5);
    kf_pool_reserve(pool, 3); /* never less */
    assert_int_equal(kept(pool), 5);
    kf_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_idle_connections_are_limited)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
