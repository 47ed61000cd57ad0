/* Iterators over pages: by number and by offset, ends of every kind, failures in between, prefetching. */
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "tiny_server.h"

static fake_transport f;

#define PAGE(page, pages, total, items)                                                                                \
    "{\"metadata\":{\"size\":2,\"page\":" #page ",\"totalElements\":" #total ",\"totalPages\":" #pages                 \
    "},\"content\":[" items "]}"

static const fake_step three_pages[] = {
    {.http = 200, .body = PAGE(0, 3, 5, "{\"id\":\"a\"},{\"id\":\"b\"}")},
    {.http = 200, .body = PAGE(1, 3, 5, "{\"id\":\"c\"},{\"id\":\"d\"}")},
    {.http = 200, .body = PAGE(2, 3, 5, "{\"id\":\"e\"}")},
};

static void walk(bool prefetch)
{
    kuflow_find_processes_params params = {.size = KF_INT32(2), .sort = KF_LIST("id", "x,desc")};
    char ids[16] = "";
    kf_error error;
    FAKE_INIT(&f, three_pages);
    kf_client *client = fake_client(&f, NULL);
    kf_pager *pager = kuflow_find_processes_pager(client, &params, &error);
    assert_non_null(pager);
    memset(&params, 0xee, sizeof(params)); /* they were copied */
    kf_pager_prefetch(pager, prefetch);
    assert_null(kf_pager_page(pager));
    assert_int_equal(kf_pager_total(pager), -1);
    for (const kuflow_process_page_item *item; (item = kuflow_find_processes_next(pager, &error)) != NULL;) {
        strcat(ids, item->id);
        assert_int_equal(kf_pager_total(pager), 5);
        assert_int_equal(kf_pager_position(pager), (int64_t)(strlen(ids) - 1) / 2);
        assert_non_null(kf_pager_page(pager));
    }
    assert_int_equal(error.status, KF_OK);
    assert_string_equal(ids, "abcde");
    assert_null(kf_pager_next(pager, &error));
    assert_int_equal(f.count, 3);
    assert_string_equal(f.urls[0], "http://test.example/api/processes?size=2&sort=id&sort=x%2Cdesc");
    assert_string_equal(f.urls[1], "http://test.example/api/processes?size=2&page=1&sort=id&sort=x%2Cdesc");
    assert_string_equal(f.urls[2], "http://test.example/api/processes?size=2&page=2&sort=id&sort=x%2Cdesc");
    kf_pager_free(pager);
    kf_client_free(client);
}

static void test_walk(void **state)
{
    (void)state;
    walk(false);
    walk(true);
}

static size_t count_items(const fake_step *steps, size_t step_count, const kuflow_find_processes_params *params)
{
    size_t count = 0;
    kf_error error;
    fake_init(&f, steps, step_count);
    kf_client *client = fake_client(&f, NULL);
    kf_pager *pager = kuflow_find_processes_pager(client, params, &error);
    while (kuflow_find_processes_next(pager, &error) != NULL)
        count++;
    assert_int_equal(error.status, KF_OK);
    kf_pager_free(pager);
    kf_client_free(client);
    return count;
}

static void test_ends(void **state)
{
    static const fake_step empty[] = {{.http = 200, .body = PAGE(0, 0, 0, "")}};
    static const fake_step no_metadata[] = {{.http = 200, .body = "{\"content\":[{\"id\":\"a\"},{\"id\":\"b\"}]}"},
                                            {.http = 200, .body = "{\"content\":[{\"id\":\"c\"}]}"},
                                            {.http = 200, .body = "{\"content\":[]}"}};
    static const fake_step lying[] = {{.http = 200, .body = PAGE(0, 9, 99, "{\"id\":\"a\"}")},
                                      {.http = 200, .body = PAGE(1, 9, 99, "")}};
    const kuflow_find_processes_params two = {.size = KF_INT32(2)}, last = {.page = KF_INT32(2)};
    (void)state;
    assert_int_equal(count_items(empty, 1, NULL), 0);
    assert_int_equal(f.count, 1);
    assert_int_equal(count_items(no_metadata, 3, NULL), 3);
    assert_int_equal(f.count, 3);
    assert_int_equal(count_items(no_metadata, 3, &two), 3);
    assert_int_equal(f.count, 2);
    assert_int_equal(count_items(lying, 2, NULL), 1);
    assert_int_equal(f.count, 2);
    assert_int_equal(count_items(three_pages + 2, 1, &last), 1);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.urls[0], "http://test.example/api/processes?page=2");
}

static void failure_and_on(bool prefetch)
{
    static const fake_step steps[] = {
        {.http = 200, .body = PAGE(0, 2, 3, "{\"id\":\"a\"},{\"id\":\"b\"}")},
        {.http = 403},
        {.http = 200, .body = "{\"content\":3}"},
        {.http = 200, .body = PAGE(1, 2, 3, "{\"id\":\"c\"}")},
    };
    const kuflow_process_page_item *item;
    kf_error error;
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, NULL);
    kf_pager *pager = kuflow_find_processes_pager(client, NULL, &error);
    kf_pager_prefetch(pager, prefetch);
    assert_non_null(kuflow_find_processes_next(pager, &error));
    assert_non_null(kuflow_find_processes_next(pager, &error));
    assert_null(kuflow_find_processes_next(pager, &error));
    assert_int_equal(error.status, KF_ERROR_FORBIDDEN);
    assert_null(kuflow_find_processes_next(pager, &error));
    assert_int_equal(error.status, KF_ERROR_DECODE);
    item = kuflow_find_processes_next(pager, &error);
    assert_non_null(item);
    assert_string_equal(item->id, "c");
    assert_null(kuflow_find_processes_next(pager, &error));
    assert_int_equal(error.status, KF_OK);
    for (int i = 1; i < 4; i++)
        assert_string_equal(f.urls[i], "http://test.example/api/processes?page=1");
    kf_pager_free(pager);
    kf_client_free(client);
}

static void test_failure_and_on(void **state)
{
    (void)state;
    failure_and_on(false);
    failure_and_on(true);
}

static void test_refused(void **state)
{
    kf_error error;
    (void)state;
    FAKE_INIT(&f, three_pages);
    kf_client *client = fake_client(&f, NULL);
    assert_null(kf_pager_new(client, kf_operation_find("kuflow.retrieveProcess"), NULL, NULL, &error));
    assert_int_equal(error.status, KF_ERROR_ARGUMENT);
    assert_null(kf_pager_new(NULL, kf_operation_find("kuflow.findProcesses"), NULL, NULL, &error));
    assert_null(kf_pager_new(client, NULL, NULL, NULL, NULL));
    assert_null(kf_pager_next(NULL, &error));
    assert_null(kf_pager_page(NULL));
    kf_pager_prefetch(NULL, true);
    kf_pager_free(NULL);
    kf_client_free(client);
}

/* Another service: items by offset, an array of texts at the top. */
typedef struct text_page {
    const char *const *items;
    size_t items_count;
    kf_extra extra;
} text_page;
typedef struct offset_params {
    kf_int64 start;
    kf_int32 size;
    const char *filter;
    kf_bytes bytes;
} offset_params;
static const kf_field text_fields[] = {{.name = "",
                                        .offset = offsetof(text_page, items),
                                        .count_offset = offsetof(text_page, items_count),
                                        .kind = KF_KIND_STRING,
                                        .flags = KF_FIELD_ARRAY | KF_FIELD_REQUIRED}};
static const uint16_t text_slots[] = {1};
static const kf_type text_type = {.name = "test.Texts",
                                  .fields = text_fields,
                                  .slots = text_slots,
                                  .field_count = 1,
                                  .size = sizeof(text_page),
                                  .extra_offset = offsetof(text_page, extra),
                                  .flags = KF_TYPE_VALUE};
static const kf_field offset_fields[] = {
    {.name = "start", .offset = offsetof(offset_params, start), .kind = KF_KIND_INT64},
    {.name = "size", .offset = offsetof(offset_params, size), .kind = KF_KIND_INT32},
    {.name = "filter", .offset = offsetof(offset_params, filter), .kind = KF_KIND_STRING},
    {.name = "bytes", .offset = offsetof(offset_params, bytes), .kind = KF_KIND_BYTES},
};
static const kf_type offset_type = {.name = "test.Params",
                                    .fields = offset_fields,
                                    .field_count = 4,
                                    .size = sizeof(offset_params),
                                    .flags = KF_TYPE_REQUEST};
static const kf_parameter offset_styles[] = {{KF_IN_QUERY, KF_STYLE_FORM, true, false, NULL},
                                             {KF_IN_QUERY, KF_STYLE_FORM, true, false, NULL},
                                             {KF_IN_HEADER, KF_STYLE_SIMPLE, false, false, NULL},
                                             {KF_IN_COOKIE, KF_STYLE_FORM, true, false, NULL}};
static const kf_pagination offset_pagination = {.position = "start", .size = "size", .style = KF_PAGE_OFFSET};
static const kf_answer offset_answers[] = {{&text_type, 200, false}};
static const kf_service offset_service = {.name = "test"};
static const kf_operation offset_operation = {.service = &offset_service,
                                              .name = "list",
                                              .method = "GET",
                                              .path = "/list",
                                              .parameters = &offset_type,
                                              .styles = offset_styles,
                                              .answers = offset_answers,
                                              .answer_count = 1,
                                              .pagination = &offset_pagination};

/* Of a long poll, the longest time that the parameter can say. */
static void test_longest_wait(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = "[]"}};
    const offset_params params = {.start = KF_INT64(INT64_MAX)};
    kf_operation operation = offset_operation;
    kf_error error;
    (void)state;
    operation.wait = "start";
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, NULL);
    assert_int_equal(kf_call(client, &operation, NULL, &params, NULL, NULL, &error), KF_OK);
    assert_true(f.timeouts[0] > INT64_MAX / 8);
    assert_true(f.idles[0] > INT64_MAX / 8);
    kf_client_free(client);
}

static void test_offset(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = "[\"a\",\"b\"]"},
                                      {.http = 200, .body = "[\"c\",\"d\"]"},
                                      {.http = 200, .body = "[\"e\"]"},
                                      {.http = 200, .body = "[]"}};
    char filter[] = "f g";
    offset_params params = {.size = KF_INT32(2), .filter = filter, .bytes = {(const uint8_t *)"\x01\x02", 2}};
    char texts[16] = "";
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, NULL);
    kf_pager *pager = kf_pager_new(client, &offset_operation, NULL, &params, &error);
    memset(filter, 'x', 3);
    for (const char *text; (text = kf_pager_next(pager, &error)) != NULL;)
        strcat(texts, text);
    assert_string_equal(texts, "abcde");
    assert_int_equal(f.count, 3);
    assert_int_equal(kf_pager_total(pager), -1);
    assert_int_equal(kf_pager_position(pager), 4);
    assert_string_equal(f.urls[2], "http://test.example/api/list?start=4&size=2");
    assert_non_null(strstr(f.headers[2], "filter: f g\n"));
    assert_non_null(strstr(f.headers[2], "Cookie: bytes=AQI%3D\n"));
    kf_pager_free(pager);
    /* Without a size, only a page without items is the last. */
    FAKE_INIT(&f, steps);
    pager = kf_pager_new(client, &offset_operation, NULL, NULL, &error);
    while (kf_pager_next(pager, &error) != NULL)
        ;
    assert_int_equal(f.count, 4);
    kf_pager_free(pager);
    /* There is no page after the last number. */
    FAKE_INIT(&f, steps);
    const offset_params last = {.start = KF_INT64(INT64_MAX - 1)};
    pager = kf_pager_new(client, &offset_operation, NULL, &last, &error);
    assert_non_null(kf_pager_next(pager, &error));
    assert_non_null(kf_pager_next(pager, &error));
    assert_null(kf_pager_next(pager, &error));
    assert_int_equal(error.status, KF_OK);
    assert_int_equal(f.count, 1);
    kf_pager_free(pager);
    kf_client_free(client);
}

/* The second page never comes: freeing the pager ends its fetch. */
static void one_page(tiny_server *server, int fd, int number, void *user)
{
    static const char page[] = PAGE(0, 2, 3, "{\"id\":\"a\"},{\"id\":\"b\"}");
    char request[4096], head[128];
    (void)server, (void)number, (void)user;
    while (tiny_read(fd, request, sizeof(request))) {
        if (strstr(request, "page=1") != NULL) {
            tiny_wait_closed(fd);
            return;
        }
        snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", sizeof(page) - 1);
        tiny_answer(fd, head);
        tiny_answer(fd, page);
    }
}

static void test_free_while_fetching(void **state)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client;
    kf_error error;
    (void)state;
    tiny_server *server = tiny_start(one_page, NULL);
    options.base_url = tiny_url(server);
    options.allow_http = true;
    assert_int_equal(kf_client_new(&options, &client, &error), KF_OK);
    for (int i = 0; i < 10; i++) {
        kf_pager *pager = kuflow_find_processes_pager(client, NULL, &error);
        kf_pager_prefetch(pager, true);
        assert_non_null(kuflow_find_processes_next(pager, &error));
        kf_pager_free(pager);
    }
    kf_client_free(client);
    tiny_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_failure_and_on),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_offset),
        cmocka_unit_test(test_longest_wait),
        cmocka_unit_test(test_free_while_fetching),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
