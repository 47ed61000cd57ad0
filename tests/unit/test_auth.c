/* Credentials: what is sent, what is refused, and when a provider is asked. */
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

#include "fake_transport.h"
#include "http/auth.h"

#define ID "11111111-1111-4111-8111-111111111111"
#define PROCESS "{\"id\":\"" ID "\"}"

static fake_transport f;
static const fake_step fine[] = {{.http = 200, .body = PROCESS}};

static kf_status get(kf_client *client, kf_error *error)
{
    kuflow_process *process;
    kf_status status = kuflow_retrieve_process(client, ID, &process, error);
    kuflow_process_free(process);
    return status;
}

/* The headers of one GET. */
static const char *sent(const kf_client_options *options)
{
    FAKE_INIT(&f, fine);
    kf_client *client = fake_client(&f, options);
    assert_int_equal(get(client, NULL), KF_OK);
    kf_client_free(client);
    return f.headers[0];
}

static void test_kinds(void **state)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    (void)state;
    assert_null(strstr(sent(&options), "Authorization"));
    options.auth = KF_AUTH_BASIC;
    options.username = "Aladdin";
    options.password = "open sesame";
    assert_non_null(strstr(sent(&options), "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n"));
    options.username = "a";
    options.password = "";
    assert_non_null(strstr(sent(&options), "Authorization: Basic YTo=\n"));
    options.password = "b";
    assert_non_null(strstr(sent(&options), "Authorization: Basic YTpi\n"));
    options.password = "bc:d";
    options.auth = KF_AUTH_BEARER_PAIR;
    assert_non_null(strstr(sent(&options), "Authorization: Bearer YTpiYzpk\n"));
    options.auth = KF_AUTH_BEARER;
    options.token = "t0k";
    assert_non_null(strstr(sent(&options), "Authorization: Bearer t0k\n"));
    options.auth = KF_AUTH_API_KEY;
    assert_non_null(strstr(sent(&options), "X-API-Key: t0k\n"));
    options.api_key_header = "apikey";
    assert_non_null(strstr(sent(&options), "apikey: t0k\n"));
    assert_null(strstr(f.headers[0], "Authorization"));
    options.auth = KF_AUTH_NONE;
    options.username = options.password = options.token = NULL;
    const kf_pair own = {"authorization", "Custom x"};
    options.headers = &own;
    options.header_count = 1;
    assert_non_null(strstr(sent(&options), "authorization: Custom x\n"));
}

static void refused(const kf_client_options *options)
{
    kf_client *client = (kf_client *)1;
    kf_error error;
    assert_int_equal(kf_client_new(options, &client, &error), KF_ERROR_ARGUMENT);
    assert_null(client);
    assert_null(strstr(error.message, "s3cret"));
}

static void test_refused(void **state)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    const kf_pair own = {"Authorization", "x"};
    (void)state;
    options.token = "s3cret"; /* and nothing says how to send it */
    refused(&options);
    options.token = NULL;
    options.auth = KF_AUTH_BASIC;
    refused(&options);
    options.username = "u";
    refused(&options);
    options.password = "s3cret\n";
    refused(&options);
    options.password = "s3cret";
    options.username = "a:b";
    refused(&options);
    options.username = "a\x01";
    refused(&options);
    options.auth = KF_AUTH_BEARER;
    refused(&options);
    options.token = "";
    refused(&options);
    options.token = "s3cret\r\nX: y";
    refused(&options);
    options.auth = KF_AUTH_API_KEY;
    options.token = "s3cret";
    options.api_key_header = "a b";
    refused(&options);
    options.api_key_header = "Host";
    refused(&options);
    options.auth = (kf_auth)77;
    refused(&options);
    options.auth = KF_AUTH_BEARER;
    options.headers = &own;
    options.header_count = 1;
    refused(&options);
    const kf_pair second_key = {"x-api-KEY", "x"};
    options.auth = KF_AUTH_API_KEY;
    options.api_key_header = NULL;
    options.token = "s3cret";
    options.headers = &second_key;
    refused(&options);
}

struct provider {
    int asked;
    int64_t expires_ms;
    const char *text; /* NULL: "token-<asked>" */
    int fails;
    int inside;
    int overlap;
};

static int provide(char *token, size_t size, int64_t *expires_ms, void *user)
{
    struct provider *provider = user;
    if (__atomic_fetch_add(&provider->inside, 1, __ATOMIC_SEQ_CST) != 0)
        provider->overlap = 1;
    provider->asked++;
    *expires_ms = provider->expires_ms;
    if (provider->text == (const char *)-1)
        memset(token, 'x', size);
    else if (provider->text != NULL)
        snprintf(token, size, "%s", provider->text);
    else
        snprintf(token, size, "token-%d", provider->asked);
    __atomic_fetch_sub(&provider->inside, 1, __ATOMIC_SEQ_CST);
    return provider->fails;
}

static kf_client *with_provider(struct provider *provider)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.auth = KF_AUTH_BEARER;
    options.token_provider = provide;
    options.token_provider_user = provider;
    return fake_client(&f, &options);
}

static void test_provider_expiry(void **state)
{
    struct provider provider = {.expires_ms = 600000};
    (void)state;
    FAKE_INIT(&f, fine);
    kf_client *client = with_provider(&provider);
    assert_int_equal(provider.asked, 0);
    assert_int_equal(get(client, NULL), KF_OK);
    assert_int_equal(get(client, NULL), KF_OK);
    assert_int_equal(provider.asked, 1);
    assert_non_null(strstr(f.headers[1], "Authorization: Bearer token-1\n"));
    f.now += 600000 - 30001;
    assert_int_equal(get(client, NULL), KF_OK);
    assert_int_equal(provider.asked, 1);
    provider.expires_ms = 1000;
    f.now += 1;
    assert_int_equal(get(client, NULL), KF_OK);
    assert_int_equal(provider.asked, 2);
    f.now += 899;
    assert_int_equal(get(client, NULL), KF_OK);
    assert_int_equal(provider.asked, 2);
    provider.expires_ms = -1;
    f.now += 1;
    assert_int_equal(get(client, NULL), KF_OK);
    assert_int_equal(provider.asked, 3);
    f.now += INT64_C(1000000000);
    assert_int_equal(get(client, NULL), KF_OK);
    assert_int_equal(provider.asked, 3);
    assert_non_null(strstr(f.headers[f.count - 1], "token-3"));
    kf_client_free(client);
}

static void test_provider_after_401(void **state)
{
    static const fake_step once[] = {{.http = 401}, {.http = 200, .body = PROCESS}};
    static const fake_step always[] = {{.http = 401, .body = "{\"message\":\"who?\"}"}};
    struct provider provider = {.expires_ms = -1};
    kf_error error;
    (void)state;
    FAKE_INIT(&f, once);
    kf_client *client = with_provider(&provider);
    kf_scope_options scope_options = KF_SCOPE_OPTIONS_INIT;
    kf_client *scope;
    scope_options.max_attempts = 1; /* a new token is not a retry */
    assert_int_equal(kf_client_scope(client, &scope_options, &scope, NULL), KF_OK);
    assert_int_equal(get(scope, &error), KF_OK);
    assert_int_equal(error.attempts, 2);
    assert_int_equal(provider.asked, 2);
    assert_int_equal(f.wait_count, 0);
    assert_non_null(strstr(f.headers[0], "token-1"));
    assert_non_null(strstr(f.headers[1], "token-2"));
    kf_client_free(scope);
    kf_client_free(client);

    FAKE_INIT(&f, always);
    provider.asked = 0;
    client = with_provider(&provider);
    assert_int_equal(get(client, &error), KF_ERROR_AUTH);
    assert_int_equal(error.attempts, 2);
    assert_int_equal(provider.asked, 2);
    assert_string_equal(error.message, "kuflow.retrieveProcess: the server answered 401 Unauthorized: who?");
    kf_client_free(client);
}

static void test_provider_failures(void **state)
{
    struct provider provider = {.expires_ms = -1, .fails = 1};
    kf_error error;
    (void)state;
    FAKE_INIT(&f, fine);
    kf_client *client = with_provider(&provider);
    assert_int_equal(get(client, &error), KF_ERROR_AUTH);
    assert_int_equal(error.attempts, 0);
    /* What it wrote is no reason, and may be a token. */
    assert_string_equal(error.message, "kuflow.retrieveProcess: the token provider gave no token");
    provider.fails = KF_TOKEN_REASON;
    provider.text = "the vault is locked";
    assert_int_equal(get(client, &error), KF_ERROR_AUTH);
    assert_string_equal(error.message, "kuflow.retrieveProcess: the token provider gave no token: the vault is locked");
    provider.fails = 0;
    provider.text = "";
    assert_int_equal(get(client, &error), KF_ERROR_AUTH);
    provider.text = "s3cret\nX: y";
    assert_int_equal(get(client, &error), KF_ERROR_AUTH);
    assert_null(strstr(error.message, "s3cret"));
    provider.text = (const char *)-1;
    assert_int_equal(get(client, &error), KF_ERROR_AUTH);
    provider.text = "good";
    assert_int_equal(get(client, &error), KF_OK);
    kf_client_free(client);
}

/* Single flight: threads that saw the same token refused get one new token between them. */
struct flight {
    kf_auth_state *auth;
    kf_clock clock;
    uint64_t refused;
    pthread_barrier_t *barrier;
    uint64_t got;
};

static void *fly(void *argument)
{
    struct flight *flight = argument;
    kf_credential *credential;
    pthread_barrier_wait(flight->barrier);
    if (kf_auth_acquire(flight->auth, &flight->clock, flight->refused, NULL, &credential, NULL) == KF_OK) {
        flight->got = credential->generation;
        kf_credential_release(credential);
    }
    return NULL;
}

static void test_single_flight(void **state)
{
    struct provider provider = {.expires_ms = -1};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_auth_state auth;
    kf_credential *credential;
    kf_clock clock;
    pthread_t threads[8];
    struct flight flights[8];
    pthread_barrier_t barrier;
    (void)state;
    options.auth = KF_AUTH_BEARER;
    options.token_provider = provide;
    options.token_provider_user = &provider;
    kf_clock_init(&clock, NULL);
    assert_int_equal(kf_auth_init(&auth, &options, NULL), KF_OK);
    assert_int_equal(kf_auth_acquire(&auth, &clock, 0, NULL, &credential, NULL), KF_OK);
    uint64_t refused_generation = credential->generation;
    pthread_barrier_init(&barrier, NULL, 8);
    for (int i = 0; i < 8; i++) {
        flights[i] = (struct flight){&auth, clock, refused_generation, &barrier, 0};
        pthread_create(&threads[i], NULL, fly, &flights[i]);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(flights[i].got, refused_generation + 1);
    }
    assert_int_equal(provider.asked, 2);
    assert_int_equal(provider.overlap, 0);
    assert_string_equal(credential->value, "Bearer token-1"); /* still held */
    kf_credential_release(credential);
    kf_auth_free(&auth);
    pthread_barrier_destroy(&barrier);
}

/* A provider that fails when somebody else waits for it, too. */
struct refusal {
    kf_auth_state auth;
    kf_clock clock;
    sem_t inside;
    sem_t waiting;
    int asked;
    kf_error error;
};

static int refuse_when_waited_for(char *token, size_t size, int64_t *expires_ms, void *user)
{
    struct refusal *refusal = user;
    (void)token, (void)size, (void)expires_ms;
    if (refusal->asked++ > 0)
        return -1;
    sem_post(&refusal->inside);
    while (sem_wait(&refusal->waiting) != 0)
        ;
    return -1;
}

/* Read between two waits for the provider: with the lock, so that the provider's end comes after the next one began. */
static int64_t tell_of_waiting(void *user)
{
    struct refusal *refusal = user;
    sem_post(&refusal->waiting);
    return 0;
}

static void *wait_for_refusal(void *user)
{
    struct refusal *refusal = user;
    const kf_cancel_set none = {.count = 0};
    const kf_clock clock = {.monotonic_ms = tell_of_waiting, .user = refusal};
    kf_waiter waiter;
    kf_credential *credential;
    if (!kf_waiter_begin(&waiter, &none))
        return NULL;
    const kf_auth_patience patience = {&waiter, INT64_MAX};
    kf_auth_acquire(&refusal->auth, &clock, 0, &patience, &credential, &refusal->error);
    kf_waiter_end(&waiter);
    return NULL;
}

static void *ask_for_refusal(void *user)
{
    struct refusal *refusal = user;
    kf_credential *credential;
    kf_auth_acquire(&refusal->auth, &refusal->clock, 0, NULL, &credential, NULL);
    return NULL;
}

/* All who waited get it, and nobody asks again. */
static void test_shared_refusal(void **state)
{
    static struct refusal refusal;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    pthread_t asks, waits;
    (void)state;
    sem_init(&refusal.inside, 0, 0);
    sem_init(&refusal.waiting, 0, 0);
    options.auth = KF_AUTH_BEARER;
    options.token_provider = refuse_when_waited_for;
    options.token_provider_user = &refusal;
    kf_clock_init(&refusal.clock, NULL);
    assert_int_equal(kf_auth_init(&refusal.auth, &options, NULL), KF_OK);
    assert_int_equal(pthread_create(&asks, NULL, ask_for_refusal, &refusal), 0);
    while (sem_wait(&refusal.inside) != 0)
        ;
    assert_int_equal(pthread_create(&waits, NULL, wait_for_refusal, &refusal), 0);
    pthread_join(asks, NULL);
    pthread_join(waits, NULL);
    assert_int_equal(refusal.asked, 1);
    assert_int_equal(refusal.error.status, KF_ERROR_AUTH);
    assert_string_equal(refusal.error.message, "the token provider gave no token");
    kf_auth_free(&refusal.auth);
    sem_destroy(&refusal.inside);
    sem_destroy(&refusal.waiting);
}

/* No secret in any message, whatever the server says. */
static void test_no_secret_in_errors(void **state)
{
    static const fake_step steps[] = {{.http = 403}};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    (void)state;
    options.auth = KF_AUTH_BEARER;
    options.token = "s3cret";
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, &options);
    assert_int_equal(get(client, &error), KF_ERROR_FORBIDDEN);
    assert_null(memmem(&error, sizeof(error), "s3cret", 6));
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_provider_expiry),
        cmocka_unit_test(test_provider_after_401),
        cmocka_unit_test(test_provider_failures),
        cmocka_unit_test(test_single_flight),
        cmocka_unit_test(test_shared_refusal),
        cmocka_unit_test(test_no_secret_in_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
