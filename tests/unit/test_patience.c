/* Deadlines, cancelling and secrets where a token provider, a server or a transport does what it should not. */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include "fake_transport.h"
#include "http/cancel.h"
#include "http/retry.h"

#define ID "11111111-1111-4111-8111-111111111111"
#define PROCESS "{\"id\":\"" ID "\"}"

static fake_transport f;

static kf_status get(kf_client *client, kf_error *error)
{
    kuflow_process *process;
    kf_status status = kuflow_retrieve_process(client, ID, &process, error);
    kuflow_process_free(process);
    return status;
}

struct provider {
    int asked;
    int64_t takes_ms;
    int64_t expires_ms;
};

static int provide(char *token, size_t size, int64_t *expires_ms, void *user)
{
    struct provider *provider = user;
    f.now += provider->takes_ms;
    *expires_ms = provider->expires_ms;
    snprintf(token, size, "token-%d-secret", ++provider->asked);
    return 0;
}

static kf_client *with_provider(struct provider *provider, int64_t deadline_ms)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.auth = KF_AUTH_BEARER;
    options.token_provider = provide;
    options.token_provider_user = provider;
    options.deadline_ms = deadline_ms;
    return fake_client(&f, &options);
}

/* What the provider takes is part of the call's time. */
static void test_deadline_in_provider(void **state)
{
    static const fake_step fine[] = {{.http = 200, .body = PROCESS}};
    static const fake_step late_401[] = {{.http = 401, .takes_ms = 1500}, {.http = 200, .body = PROCESS}};
    struct provider provider = {.takes_ms = 600, .expires_ms = -1};
    kf_error error;
    (void)state;
    FAKE_INIT(&f, fine);
    kf_client *client = with_provider(&provider, 1000);
    assert_int_equal(get(client, &error), KF_OK);
    assert_int_equal(f.timeouts[0], 400);
    kf_client_free(client);
    FAKE_INIT(&f, fine);
    provider.takes_ms = 1001;
    client = with_provider(&provider, 1000);
    assert_int_equal(get(client, &error), KF_ERROR_TIMEOUT);
    assert_int_equal(f.count, 0);
    assert_int_equal(error.attempts, 0);
    kf_client_free(client);
    /* The answer that asks for another token came when the time was over. */
    FAKE_INIT(&f, late_401);
    provider.takes_ms = 0;
    client = with_provider(&provider, 1000);
    assert_int_equal(get(client, &error), KF_ERROR_TIMEOUT);
    assert_int_equal(f.count, 1);
    kf_client_free(client);
}

static void test_huge_expiry(void **state)
{
    static const fake_step fine[] = {{.http = 200, .body = PROCESS}};
    struct provider provider = {.expires_ms = INT64_MAX};
    (void)state;
    FAKE_INIT(&f, fine);
    kf_client *client = with_provider(&provider, 0);
    assert_int_equal(get(client, NULL), KF_OK);
    assert_int_equal(get(client, NULL), KF_OK);
    assert_int_equal(provider.asked, 1);
    kf_client_free(client);
}

/* One call is in the provider; another one does not wait for it longer than it may. */
struct slow {
    sem_t inside;
    sem_t go_on;
    int asked;
};

static int provide_slowly(char *token, size_t size, int64_t *expires_ms, void *user)
{
    struct slow *slow = user;
    (void)expires_ms;
    slow->asked++;
    sem_post(&slow->inside);
    sem_wait(&slow->go_on);
    snprintf(token, size, "slow-token");
    return 0;
}

static int plain_perform_count;

static kf_status plain_perform(kf_exchange *exchange, void *user)
{
    (void)user;
    __atomic_fetch_add(&plain_perform_count, 1, __ATOMIC_SEQ_CST);
    exchange->on_status(200, exchange->user);
    exchange->on_body(PROCESS, strlen(PROCESS), exchange->user);
    return KF_OK;
}

static void *get_in_thread(void *client)
{
    return get(client, NULL) == KF_OK ? client : NULL;
}

static void *trigger_soon(void *cancel)
{
    usleep(50000);
    kf_cancel_trigger(cancel);
    return NULL;
}

static void test_waiting_for_provider(void **state)
{
    const kf_transport transport = {.perform = plain_perform};
    struct slow slow = {.asked = 0};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_scope_options with_deadline = KF_SCOPE_OPTIONS_INIT, with_cancel = KF_SCOPE_OPTIONS_INIT;
    kf_client *client, *scope;
    kf_error error;
    pthread_t first, helper;
    void *result;
    (void)state;
    sem_init(&slow.inside, 0, 0);
    sem_init(&slow.go_on, 0, 0);
    options.base_url = "https://h";
    options.auth = KF_AUTH_BEARER;
    options.token_provider = provide_slowly;
    options.token_provider_user = &slow;
    options.transport = &transport;
    assert_int_equal(kf_client_new(&options, &client, NULL), KF_OK);
    assert_int_equal(pthread_create(&first, NULL, get_in_thread, client), 0);
    sem_wait(&slow.inside);
    with_deadline.deadline_ms = 60;
    assert_int_equal(kf_client_scope(client, &with_deadline, &scope, NULL), KF_OK);
    assert_int_equal(get(scope, &error), KF_ERROR_TIMEOUT);
    assert_int_equal(error.attempts, 0);
    kf_client_free(scope);
    with_cancel.cancel = kf_cancel_new();
    assert_int_equal(kf_client_scope(client, &with_cancel, &scope, NULL), KF_OK);
    assert_int_equal(pthread_create(&helper, NULL, trigger_soon, with_cancel.cancel), 0);
    assert_int_equal(get(scope, &error), KF_ERROR_CANCELLED);
    pthread_join(helper, NULL);
    kf_client_free(scope);
    kf_cancel_free(with_cancel.cancel);
    assert_int_equal(slow.asked, 1);
    sem_post(&slow.go_on);
    pthread_join(first, &result);
    assert_non_null(result);
    assert_int_equal(get(client, &error), KF_OK);
    assert_int_equal(slow.asked, 1);
    kf_client_free(client);
    sem_destroy(&slow.inside);
    sem_destroy(&slow.go_on);
}

/* A handle that is reset at once has still ended what was under way. */
static void test_reset_forgets_nothing(void **state)
{
    kf_cancel *cancel = kf_cancel_new();
    const kf_cancel_set set = {{cancel}, 1};
    kf_waiter before, after;
    (void)state;
    assert_true(kf_waiter_begin(&before, &set));
    kf_cancel_trigger(cancel);
    kf_cancel_reset(cancel);
    assert_true(kf_waiter_begin(&after, &set));
    assert_true(kf_waiter_cancelled(&before));
    assert_false(kf_waiter_cancelled(&after));
    kf_waiter_end(&before);
    kf_waiter_end(&after);
    kf_cancel_free(cancel);
}

static void test_retry_after_of_another_age(void **state)
{
    (void)state;
    assert_int_equal(kf_retry_after("Sun, 06 Nov 2147483000 08:49:37 GMT", 0) > INT64_C(100000000000000), true);
    assert_int_equal(kf_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", INT64_C(1700000000000)), 0);
}

/* A server that repeats what it was sent. */
static void test_echoed_credential(void **state)
{
    static const fake_step steps[] = {
        {.http = 403,
         .body = "{\"status\":403,\"message\":\"bad token token-1-secret, yes token-1-secret\","
                 "\"errors\":[{\"code\":\"token-1-secret\"}]}"}};
    static const fake_step plain[] = {{.http = 500, .body = "<p>Authorization: Bearer token-1-secret</p>"}};
    struct provider provider = {.expires_ms = -1};
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = with_provider(&provider, 0);
    assert_int_equal(get(client, &error), KF_ERROR_FORBIDDEN);
    assert_null(memmem(&error, sizeof(error), "token-1-secret", 14));
    assert_non_null(strstr(error.message, "bad token **************, yes"));
    f.steps = plain;
    assert_int_equal(get(client, &error), KF_ERROR_SERVER);
    assert_null(memmem(&error, sizeof(error), "token-1-secret", 14));
    kf_client_free(client);

    /* The caller's own header; the name of a scheme may be written in any case. */
    const kf_pair own = {"authorization", " bearer token-1-secret"};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.headers = &own;
    options.header_count = 1;
    FAKE_INIT(&f, steps);
    client = fake_client(&f, &options);
    assert_int_equal(get(client, &error), KF_ERROR_FORBIDDEN);
    assert_null(memmem(&error, sizeof(error), "token-1-secret", 14));
    kf_client_free(client);
}

/* A transport that goes on after it was told to stop does not make half an answer whole, and one that does not say
 * whether it has sent is taken to have done so. */
static kf_status careless(kf_exchange *exchange, void *user)
{
    static char big[200];
    ++*(int *)user;
    if (exchange->read_body != NULL)
        return KF_ERROR_TRANSPORT;
    memset(big, ' ', sizeof(big));
    exchange->on_status(200, exchange->user);
    exchange->on_body(big, sizeof(big), exchange->user);
    return KF_OK;
}

static void test_careless_transport(void **state)
{
    int count = 0;
    const kf_transport transport = {.perform = careless, .user = &count};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    const kf_request read = {.path = "/x"}, write = {.method = "POST", .path = "/x", .body = "{}"};
    kf_client *client;
    kf_error error;
    char *text;
    (void)state;
    options.base_url = "https://h";
    options.transport = &transport;
    options.max_response_bytes = 100;
    assert_int_equal(kf_client_new(&options, &client, NULL), KF_OK);
    assert_int_equal(kf_request_send(client, &read, &text, NULL, &error), KF_ERROR_LIMIT);
    assert_null(text);
    count = 0;
    assert_int_equal(kf_request_send(client, &write, &text, NULL, &error), KF_ERROR_TRANSPORT);
    assert_int_equal(count, 1);
    assert_true(error.may_have_acted);
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deadline_in_provider),       cmocka_unit_test(test_huge_expiry),
        cmocka_unit_test(test_waiting_for_provider),       cmocka_unit_test(test_reset_forgets_nothing),
        cmocka_unit_test(test_retry_after_of_another_age), cmocka_unit_test(test_echoed_credential),
        cmocka_unit_test(test_careless_transport),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
