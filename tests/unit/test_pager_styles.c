/* Iterators over lists whose documents describe their pages in other ways: links to the next page, sizes that are
 * always sent, whole lists, pages that have all items before them. */
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"

static fake_transport f;
static const kf_service service = {.name = "test"};

/* A list of another document: pages that tell the address of the next, asked for with both parameters or none. */
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
static kf_operation linked_operation = {.service = &service,
                                        .name = "list",
                                        .method = "GET",
                                        .path = "/list",
                                        .parameters = &linked_params_type,
                                        .styles = linked_styles,
                                        .answers = linked_answers,
                                        .answer_count = 1,
                                        .pagination = &linked_pagination};

/* The texts of all pages, one after the other, and "!" for an answer of no use. */
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
    if (error.status == KF_ERROR_DECODE)
        strcat(texts, "!");
    else
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
    /* A server without pages has one answer for all. */
    static const fake_step same[] = {
        {.http = 200, .body = "{\"links\":{\"next\":\"x\"},\"pages\":3,\"data\":[\"a\"]}"},
        {.http = 200, .body = "{\"links\":{\"next\":\"x\"},\"pages\":3,\"data\":[\"a\"]}"}};
    const linked_params two = {.size = KF_INT32(2)};
    (void)state;
    assert_string_equal(LINKED(same, &linked_pagination, NULL), "a!");
    assert_string_equal(LINKED(by_size, &linked_pagination, NULL), "ab");
    assert_int_equal(f.count, 1);
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
    static const fake_step steps[] = {{.http = 200, .body = "{\"pages\":2,\"data\":[\"a\"]}"},
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
        cmocka_unit_test(test_next_page),  cmocka_unit_test(test_size_sent),  cmocka_unit_test(test_map_is_kept),
        cmocka_unit_test(test_whole_list), cmocka_unit_test(test_cumulative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
