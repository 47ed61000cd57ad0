/* Answers that cannot be used, what is known of their effect, and arguments that are NULL. */
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"

#define ID "7a0c6f4e-2f6b-4f0a-8a0e-2b1d6f3c9e55"

static fake_transport f;

static kf_client *once(const fake_step *step)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.max_attempts = 1;
    fake_init(&f, step, 1);
    return fake_client(&f, &options);
}

static kf_status create(const fake_step *step, kf_error *error)
{
    kuflow_process_create_params params = {.process_definition_id = ID};
    kuflow_process *process = (kuflow_process *)(void *)&params;
    kf_client *client = once(step);
    kf_status status = kuflow_create_process(client, &params, &process, error);
    assert_true((status == KF_OK) == (process != NULL));
    kuflow_process_free(process);
    kf_client_free(client);
    return status;
}

/* A success is a model: the caller may look at it without asking whether it is there. */
static void test_success_has_a_model(void **state)
{
    kf_error error;
    (void)state;
    assert_int_equal(create(&(fake_step){.http = 201, .body = "{\"id\":\"" ID "\"}"}, &error), KF_OK);
    assert_int_equal(create(&(fake_step){.http = 204}, &error), KF_ERROR_TRANSPORT);
    assert_true(error.may_have_acted);
    assert_int_equal(create(&(fake_step){.http = 200, .body = " null "}, &error), KF_ERROR_DECODE);
    assert_non_null(strstr(error.message, "null"));
    assert_int_equal(create(&(fake_step){.http = 200, .headers = "Content-Type: text/html", .body = "<p>"}, &error),
                     KF_ERROR_DECODE);
    assert_non_null(strstr(error.message, "text/html"));
}

/* Two alternatives that the text alone does not tell apart. */
typedef struct one {
    const char *text;
    kf_extra extra;
} one;
typedef struct answer {
    const one *status_200;
    const one *status_2xx;
    kf_extra extra;
} answer;

static const kf_field one_fields[] = {{"text", NULL, offsetof(one, text), 0, 0, KF_KIND_STRING, 4}};
static const uint16_t one_slots[] = {1};
static const kf_type one_schema = {.name = "test.One",
                                   .fields = one_fields,
                                   .slots = one_slots,
                                   .field_count = 1,
                                   .size = sizeof(one),
                                   .extra_offset = offsetof(one, extra)};
static const kf_field answer_fields[] = {
    {"status_200", &one_schema, offsetof(answer, status_200), 0, 0, KF_KIND_OBJECT, 10},
    {"status_2xx", &one_schema, offsetof(answer, status_2xx), 0, 0, KF_KIND_OBJECT, 10},
};

static void test_alternative_by_status(void **state)
{
    uint16_t slots[] = {0, 0};
    kf_type type = {.name = "test.Answer",
                    .fields = answer_fields,
                    .slots = slots,
                    .slot_mask = 1,
                    .field_count = 2,
                    .size = sizeof(answer),
                    .extra_offset = offsetof(answer, extra),
                    .flags = KF_TYPE_UNION | KF_TYPE_BY_STATUS};
    const kf_answer answers[] = {{&type, 200, false}, {&type, 2, false}};
    const kf_service service = {.name = "test"};
    const kf_operation operation = {
        .service = &service, .name = "get", .method = "GET", .path = "/x", .answers = answers, .answer_count = 2};
    (void)state;
    while (kf_name_hash("status_200", 10, type.hash_seed) % 2 == kf_name_hash("status_2xx", 10, type.hash_seed) % 2)
        type.hash_seed++;
    slots[kf_name_hash("status_200", 10, type.hash_seed) % 2] = 1;
    slots[kf_name_hash("status_2xx", 10, type.hash_seed) % 2] = 2;
    for (int http = 200; http < 203; http++) {
        fake_step step = {.http = http, .body = "{\"text\":\"t\"}"};
        kf_client *client = once(&step);
        kf_error error;
        void *out = NULL;
        assert_int_equal(kf_call(client, &operation, NULL, NULL, NULL, &out, &error), KF_OK);
        const answer *got = out;
        assert_true((got->status_200 != NULL) == (http == 200));
        assert_true((got->status_2xx != NULL) == (http != 200));
        kf_model_free(out);
        kf_client_free(client);
    }
}

static void test_effect_of_failures(void **state)
{
    static const int unclear[] = {302, 303, 408, 500, 502, 503, 504, 599}, clear[] = {400, 401, 404, 409, 429};
    kuflow_process_item_task_append_log_params log = {.message = "m", .level = KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_INFO};
    kf_error error;
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        fake_step step = {.http = unclear[i], .body = "{}"};
        kf_client *client = once(&step);
        assert_int_not_equal(kuflow_append_process_item_task_log(client, ID, &log, NULL, &error), KF_OK);
        assert_true(error.may_have_acted);
        assert_int_not_equal(kuflow_retrieve_process(client, ID, NULL, &error), KF_OK);
        assert_false(error.may_have_acted);
        kf_client_free(client);
    }
    for (size_t i = 0; i < 5; i++) {
        fake_step step = {.http = clear[i], .body = "{}"};
        kf_client *client = once(&step);
        assert_int_not_equal(kuflow_append_process_item_task_log(client, ID, &log, NULL, &error), KF_OK);
        assert_false(error.may_have_acted);
        kf_client_free(client);
    }
}

static void test_words_of_a_refusal(void **state)
{
    kf_error error;
    (void)state;
    assert_int_equal(create(&(fake_step){.http = 400, .body = "{\"message\":\"Bad Request: no such id\"}"}, &error),
                     KF_ERROR_REJECTED);
    assert_string_equal(error.message, "kuflow.createProcess: the server answered 400 Bad Request: no such id");
    assert_string_equal(error.server_message, "Bad Request: no such id");
    fake_step wait = {.http = 429, .headers = "Retry-After: 3600"};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    fake_init(&f, &wait, 1);
    kf_client *client = fake_client(&f, &options);
    assert_int_equal(kuflow_retrieve_process(client, ID, NULL, &error), KF_ERROR_THROTTLED);
    assert_int_equal(error.attempts, 1);
    assert_non_null(strstr(error.message, "3600 s"));
    kf_client_free(client);
}

/* A program that was built with an older, smaller struct. */
static void test_options_of_another_size(void **state)
{
    struct {
        kf_client_options options;
        char after[8];
    } memory;
    size_t size = offsetof(kf_client_options, max_attempts);
    kf_client *client;
    kf_error error;
    (void)state;
    memset(&memory, 0x55, sizeof(memory));
    kf_client_options_init(&memory.options, size);
    assert_int_equal(memory.options.max_attempts, 0x55555555);
    memory.options.base_url = "https://test.example";
    assert_int_equal(kf_client_new(&memory.options, &client, &error), KF_OK);
    kf_client_free(client);
}

static void test_pager_of_another_operation(void **state)
{
    static const fake_step page = {.http = 200, .body = "{\"content\":[{\"id\":\"" ID "\"}]}"};
    kf_error error;
    (void)state;
    kf_client *client = once(&page);
    kf_pager *pager = kuflow_find_tenants_pager(client, NULL, &error);
    assert_null(kuflow_find_processes_next(pager, &error));
    assert_int_equal(error.status, KF_ERROR_ARGUMENT);
    assert_int_equal(f.count, 0);
    assert_non_null(kuflow_find_tenants_next(pager, &error));
    kf_pager_free(pager);
    kf_client_free(client);
}

static void test_null_arguments(void **state)
{
    const kf_extra broken = {.count = 3};
    (void)state;
    kf_client_options_init(NULL, sizeof(kf_client_options));
    kf_scope_options_init(NULL, sizeof(kf_scope_options));
    kf_source_memory(NULL, "", 0);
    kf_source_path(NULL, "x");
    kf_source_fd(NULL, 0);
    kf_source_callback(NULL, NULL, NULL, 0, NULL);
    kf_sink_memory(NULL);
    kf_sink_path(NULL, "x");
    kf_sink_fd(NULL, 0);
    kf_sink_callback(NULL, NULL, NULL, NULL);
    assert_null(kf_extra_find(&broken, "x"));
}

/* An unset variable of a script must not aim at the live server. */
static void test_empty_endpoint(void **state)
{
    kf_client *client;
    kf_error error;
    (void)state;
    setenv("KUFLOW_ENDPOINT", "", 1);
    setenv("KUFLOW_TOKEN", "t", 1);
    assert_int_equal(kuflow_client_from_environment(NULL, &client, &error), KF_ERROR_ARGUMENT);
    assert_null(client);
    unsetenv("KUFLOW_ENDPOINT");
    unsetenv("KUFLOW_TOKEN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_success_has_a_model),        cmocka_unit_test(test_effect_of_failures),
        cmocka_unit_test(test_words_of_a_refusal),         cmocka_unit_test(test_options_of_another_size),
        cmocka_unit_test(test_pager_of_another_operation), cmocka_unit_test(test_null_arguments),
        cmocka_unit_test(test_empty_endpoint),             cmocka_unit_test(test_alternative_by_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
