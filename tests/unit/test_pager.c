/* Iterators over pages: both styles, ends of every kind, failures in between, prefetching. */
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

/* A third one: pages that tell the address of the next, and are asked for with both parameters or none. */
typedef struct linked_links {
    const char *next;
    kf_extra extra;
} linked_links;
typedef struct linked_page {
    const linked_links *links;
    kf_int32 pages;
    const char *const *data;
    size_t data_count;
    kf_extra extra;
} linked_page;
typedef struct linked_params {
    kf_int32 page;
    kf_int32 size;
    kf_string_map filter;
} linked_params;

static const kf_field links_fields[] = {
    {.name = "next", .offset = offsetof(linked_links, next), .kind = KF_KIND_STRING, .name_length = 4},
};
static const uint16_t links_slots[] = {1};
static const kf_type links_type = {.name = "test.Links",
                                   .fields = links_fields,
                                   .slots = links_slots,
                                   .field_count = 1,
                                   .size = sizeof(linked_links),
                                   .extra_offset = offsetof(linked_links, extra)};
static const kf_field linked_fields[] = {
    {.name = "links",
     .offset = offsetof(linked_page, links),
     .kind = KF_KIND_OBJECT,
     .ref = &links_type,
     .name_length = 5},
    {.name = "pages", .offset = offsetof(linked_page, pages), .kind = KF_KIND_INT32, .name_length = 5},
    {.name = "data",
     .offset = offsetof(linked_page, data),
     .count_offset = offsetof(linked_page, data_count),
     .flags = KF_FIELD_ARRAY,
     .kind = KF_KIND_STRING,
     .name_length = 4},
};
static const uint16_t linked_slots[] = {3, 0, 2, 1};
static const kf_type linked_type = {.name = "test.Linked",
                                    .fields = linked_fields,
                                    .slots = linked_slots,
                                    .hash_seed = 0,
                                    .slot_mask = 3,
                                    .field_count = 3,
                                    .size = sizeof(linked_page),
                                    .extra_offset = offsetof(linked_page, extra)};
static const kf_field linked_params_fields[] = {
    {.name = "page", .offset = offsetof(linked_params, page), .kind = KF_KIND_INT32},
    {.name = "size", .offset = offsetof(linked_params, size), .kind = KF_KIND_INT32},
    {.name = "filter",
     .offset = offsetof(linked_params, filter.items),
     .count_offset = offsetof(linked_params, filter.count),
     .flags = KF_FIELD_MAP,
     .kind = KF_KIND_STRING},
};
static const kf_type linked_params_type = {.name = "test.LinkedParams",
                                           .fields = linked_params_fields,
                                           .field_count = 3,
                                           .size = sizeof(linked_params),
                                           .flags = KF_TYPE_REQUEST};
static const kf_parameter linked_styles[] = {{KF_IN_QUERY, KF_STYLE_FORM, true, false, NULL},
                                             {KF_IN_QUERY, KF_STYLE_FORM, true, false, NULL},
                                             {KF_IN_QUERY, KF_STYLE_DEEP_OBJECT, false, false, NULL}};
static const kf_pagination linked_pagination = {.position = "page",
                                                .size = "size",
                                                .items = "data",
                                                .pages = "pages",
                                                .next = "links.next",
                                                .style = KF_PAGE_NUMBER,
                                                .first = 1};
static const kf_pagination sized_pagination = {
    .position = "page", .size = "size", .items = "data", .style = KF_PAGE_NUMBER, .first = 1, .size_sent = 3};
static const kf_pagination whole_pagination = {
    .position = "page", .size = "size", .items = "data", .style = KF_PAGE_NUMBER, .first = 1, .whole = true};
static const kf_pagination cumulative_pagination = {.position = "page",
                                                    .size = "size",
                                                    .items = "data",
                                                    .style = KF_PAGE_NUMBER,
                                                    .first = 1,
                                                    .size_sent = 3,
                                                    .cumulative = true};
static const kf_answer linked_answers[] = {{.type = &linked_type, .status = 200}};
static kf_operation linked_operation = {.service = &offset_service,
                                        .name = "list",
                                        .method = "GET",
                                        .path = "/list",
                                        .parameters = &linked_params_type,
                                        .styles = linked_styles,
                                        .answers = linked_answers,
                                        .answer_count = 1,
                                        .pagination = &linked_pagination};

/* The texts of all pages, one after the other; each begins with its page's first letter. */
static const char *linked_texts(const fake_step *steps, size_t step_count, const kf_pagination *pagination,
                                const linked_params *params)
{
    static char texts[32];
    kf_error error;
    *texts = '\0';
    linked_operation.pagination = pagination;
    fake_init(&f, steps, step_count);
    kf_client *client = fake_client(&f, NULL);
    kf_pager *pager = kf_pager_new(client, &linked_operation, NULL, params, &error);
    for (const char *text; (text = kf_pager_next(pager, &error)) != NULL;)
        strcat(texts, text);
    assert_int_equal(error.status, KF_OK);
    kf_pager_free(pager);
    kf_client_free(client);
    return texts;
}
#define LINKED(steps, pagination, params)                                                                              \
    linked_texts((steps), sizeof(steps) / sizeof(*(steps)), (pagination), (params))

static void test_next_page(void **state)
{
    /* What it says counts more than the number of pages and the size of the page. */
    static const fake_step told[] = {
        {.http = 200, .body = "{\"links\":{\"next\":\"http://x/?page=2\"},\"pages\":1,\"data\":[\"a\",\"b\"]}"},
        {.http = 200, .body = "{\"links\":{\"next\":\"http://x/?page=3\"},\"data\":[\"c\"]}"},
        {.http = 200, .body = "{\"links\":{\"next\":null},\"pages\":9,\"data\":[\"d\",\"e\"]}"}};
    static const fake_step absent[] = {{.http = 200, .body = "{\"links\":{},\"pages\":9,\"data\":[\"a\",\"b\"]}"}};
    static const fake_step empty[] = {{.http = 200, .body = "{\"links\":{\"next\":\"\"},\"data\":[\"a\",\"b\"]}"}};
    static const fake_step no_items[] = {{.http = 200, .body = "{\"links\":{\"next\":\"x\"},\"data\":[]}"}};
    /* Without the object around it, the other signs count. */
    static const fake_step by_pages[] = {{.http = 200, .body = "{\"pages\":2,\"data\":[\"a\"]}"},
                                         {.http = 200, .body = "{\"pages\":2,\"links\":null,\"data\":[\"b\",\"c\"]}"}};
    static const fake_step by_size[] = {{.http = 200, .body = "{\"data\":[\"a\",\"b\"]}"},
                                        {.http = 200, .body = "{\"data\":[\"c\"]}"}};
    const linked_params two = {.size = KF_INT32(2)};
    (void)state;
    assert_string_equal(LINKED(told, &linked_pagination, &two), "abcde");
    assert_int_equal(f.count, 3);
    assert_string_equal(f.urls[0], "http://test.example/api/list?size=2");
    assert_string_equal(f.urls[2], "http://test.example/api/list?page=3&size=2");
    assert_string_equal(LINKED(absent, &linked_pagination, &two), "ab");
    assert_string_equal(LINKED(empty, &linked_pagination, &two), "ab");
    assert_string_equal(LINKED(no_items, &linked_pagination, &two), "");
    assert_string_equal(LINKED(by_pages, &linked_pagination, &two), "abc");
    assert_string_equal(LINKED(by_size, &linked_pagination, &two), "abc");
}

static void test_size_sent(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = "{\"data\":[\"a\",\"b\",\"c\"]}"},
                                      {.http = 200, .body = "{\"data\":[\"d\"]}"}};
    static const fake_step short_page[] = {{.http = 200, .body = "{\"data\":[\"a\",\"b\",\"c\"]}"}};
    const linked_params four = {.size = KF_INT32(4)}, third = {.page = KF_INT32(3)};
    (void)state;
    assert_string_equal(LINKED(steps, &sized_pagination, NULL), "abcd");
    assert_string_equal(f.urls[0], "http://test.example/api/list?page=1&size=3");
    assert_string_equal(f.urls[1], "http://test.example/api/list?page=2&size=3");
    assert_string_equal(LINKED(short_page, &sized_pagination, &four), "abc");
    assert_string_equal(f.urls[0], "http://test.example/api/list?page=1&size=4");
    assert_string_equal(LINKED(steps, &sized_pagination, &third), "abcd");
    assert_string_equal(f.urls[0], "http://test.example/api/list?page=3&size=3");
    assert_string_equal(f.urls[1], "http://test.example/api/list?page=4&size=3");
}

static void test_whole_list(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = "{\"data\":[\"a\",\"b\"]}"},
                                      {.http = 200, .body = "{\"data\":[\"c\"]}"}};
    const linked_params two = {.size = KF_INT32(2)}, second = {.page = KF_INT32(2)};
    (void)state;
    assert_string_equal(LINKED(steps, &whole_pagination, NULL), "ab");
    assert_string_equal(f.urls[0], "http://test.example/api/list");
    assert_string_equal(LINKED(steps, &whole_pagination, &second), "ab");
    assert_int_equal(f.count, 1);
    assert_string_equal(LINKED(steps, &whole_pagination, &two), "abc");
    assert_int_equal(f.count, 2);
}

/* Page p is the first p * size items. */
static void test_cumulative(void **state)
{
#define DATA(items)                                                                                                    \
    {                                                                                                                  \
        .http = 200, .body = "{\"data\":[" items "]}"                                                                  \
    }
    static const fake_step steps[] = {DATA("\"a\",\"b\""), DATA("\"a\",\"b\",\"c\",\"d\""),
                                      DATA("\"a\",\"b\",\"c\",\"d\",\"e\"")};
    static const fake_step even[] = {DATA("\"a\",\"b\""), DATA("\"a\",\"b\",\"c\",\"d\""),
                                     DATA("\"a\",\"b\",\"c\",\"d\"")};
    static const fake_step shrunk[] = {DATA("\"a\",\"b\""), DATA("\"a\"")};
    static const fake_step empty[] = {DATA("")};
    const linked_params two = {.size = KF_INT32(2)}, third = {.page = KF_INT32(3), .size = KF_INT32(2)};
    const linked_params first_of_none = {.page = KF_INT32(0), .size = KF_INT32(2)};
    const linked_params far = {.page = KF_INT32(INT32_MAX), .size = KF_INT32(INT32_MAX)};
    const linked_params no_size = {.size = KF_INT32(0)};
    (void)state;
    assert_string_equal(LINKED(steps, &cumulative_pagination, &two), "abcde");
    assert_int_equal(f.count, 3);
    assert_string_equal(f.urls[0], "http://test.example/api/list?page=1&size=2");
    assert_string_equal(f.urls[2], "http://test.example/api/list?page=3&size=2");
    assert_string_equal(LINKED(even, &cumulative_pagination, &two), "abcd");
    assert_int_equal(f.count, 3);
    assert_string_equal(LINKED(steps, &cumulative_pagination, NULL), "ab"); /* three were asked for */
    assert_int_equal(f.count, 1);
    assert_string_equal(LINKED(shrunk, &cumulative_pagination, &two), "ab");
    assert_int_equal(f.count, 2);
    assert_string_equal(linked_texts(steps + 2, 1, &cumulative_pagination, &third), "e");
    assert_int_equal(f.count, 1);
    assert_string_equal(linked_texts(steps + 2, 1, &cumulative_pagination, &far), "");
    assert_string_equal(LINKED(empty, &cumulative_pagination, &no_size), "");
    assert_string_equal(LINKED(empty, &cumulative_pagination, &first_of_none), "");
    assert_int_equal(f.count, 1);
#undef DATA
    /* A call of its own would get nothing without both. */
    const linked_params page_alone = {.page = KF_INT32(1)};
    const linked_params *const incomplete[] = {NULL, &two, &page_alone};
    linked_page *page = NULL;
    kf_error error;
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, NULL);
    linked_operation.pagination = &cumulative_pagination;
    for (size_t i = 0; i < 3; i++) {
        void *out = &page;
        assert_int_equal(kf_call(client, &linked_operation, NULL, incomplete[i], NULL, out, &error), KF_ERROR_ARGUMENT);
        assert_non_null(strstr(error.message, i == 2 ? "size is missing" : "page is missing"));
    }
    assert_int_equal(f.count, 0);
    kf_client_free(client);
}

static void test_map_is_kept(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = "{\"data\":[\"a\"]}"},
                                      {.http = 200, .body = "{\"data\":[]}"}};
    char key[] = "name", value[] = "a b";
    kf_string_entry entries[] = {{key, value}, {"status", "Deployed"}};
    linked_params params = {.filter = {entries, 2}};
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, NULL);
    linked_operation.pagination = &linked_pagination;
    kf_pager *pager = kf_pager_new(client, &linked_operation, NULL, &params, &error);
    assert_non_null(pager);
    memset(key, 'x', sizeof(key) - 1);
    memset(value, 'x', sizeof(value) - 1);
    memset(entries, 0xee, sizeof(entries));
    assert_string_equal(kf_pager_next(pager, &error), "a");
    assert_null(kf_pager_next(pager, &error));
    assert_int_equal(error.status, KF_OK);
    assert_string_equal(f.urls[0], "http://test.example/api/list?filter%5Bname%5D=a%20b&filter%5Bstatus%5D=Deployed");
    assert_string_equal(f.urls[1],
                        "http://test.example/api/list?page=2&filter%5Bname%5D=a%20b&filter%5Bstatus%5D=Deployed");
    kf_pager_free(pager);
    kf_client_free(client);
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
        cmocka_unit_test(test_next_page),
        cmocka_unit_test(test_size_sent),
        cmocka_unit_test(test_map_is_kept),
        cmocka_unit_test(test_whole_list),
        cmocka_unit_test(test_cumulative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
