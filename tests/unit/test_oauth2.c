/* OAuth2: what is asked of the token endpoint, what its answers make of a call, and refresh tokens that change. */
#define _GNU_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pthread.h>

#include "fake_transport.h"

#define ID "11111111-1111-4111-8111-111111111111"
#define PROCESS                                                                                                        \
    {                                                                                                                  \
        .http = 200, .body = "{\"id\":\"" ID "\"}"                                                                     \
    }
#define TOKEN(text)                                                                                                    \
    {                                                                                                                  \
        .http = 200, .body = "{\"access_token\":\"" text "\",\"token_type\":\"bearer\",\"expires_in\":600}"            \
    }

static fake_transport f;

static kf_oauth2_options options_of(kf_client_options *connection)
{
    kf_oauth2_options options = KF_OAUTH2_OPTIONS_INIT;
    kf_client_options_init(connection, sizeof(*connection));
    connection->allow_http = true;
    connection->transport = &f.transport;
    options.token_url = "http://login.example/oauth2/token";
    options.client_id = "my service";
    options.client_secret = "s3cret:+&";
    options.connection = connection;
    return options;
}

static kf_oauth2 *source_of(const kf_oauth2_options *options)
{
    kf_oauth2 *oauth2;
    kf_error error;
    if (kf_oauth2_new(options, &oauth2, &error) != KF_OK)
        fail_msg("%s", error.message);
    return oauth2;
}

static kf_client *client_of(kf_oauth2 *oauth2)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.auth = KF_AUTH_BEARER;
    options.token_provider = kf_oauth2_token;
    options.token_provider_user = oauth2;
    return fake_client(&f, &options);
}

static void test_client_credentials(void **state)
{
    static const fake_step steps[] = {TOKEN("token-1"), PROCESS,          TOKEN("token-2"), PROCESS,
                                      {.http = 401},    TOKEN("token-3"), PROCESS};
    const kf_pair parameters[] = {{"audience", "https://api.example"}};
    kf_client_options connection;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_oauth2_options options = options_of(&connection);
    options.scope = "read write";
    options.parameters = parameters;
    options.parameter_count = 1;
    kf_oauth2 *oauth2 = source_of(&options);
    kf_client *client = client_of(oauth2);
    assert_int_equal(f.count, 0);
    assert_int_equal(kuflow_retrieve_process(client, ID, NULL, NULL), KF_OK);
    assert_string_equal(f.methods[0], "POST");
    assert_string_equal(f.urls[0], "http://login.example/oauth2/token");
    assert_string_equal(f.bodies[0],
                        "grant_type=client_credentials&scope=read%20write&audience=https%3A%2F%2Fapi.example");
    /* "my%20service:s3cret%3A%2B%26" */
    assert_non_null(strstr(f.headers[0], "\nAuthorization: Basic bXklMjBzZXJ2aWNlOnMzY3JldCUzQSUyQiUyNg==\n"));
    assert_non_null(strstr(f.headers[0], "\nContent-Type: application/x-www-form-urlencoded\n"));
    assert_non_null(strstr(f.headers[1], "\nAuthorization: Bearer token-1\n"));
    f.now += 570000; /* the last 30 s of a token are not used */
    assert_int_equal(kuflow_retrieve_process(client, ID, NULL, NULL), KF_OK);
    assert_non_null(strstr(f.headers[3], "\nAuthorization: Bearer token-2\n"));
    assert_int_equal(kuflow_retrieve_process(client, ID, NULL, NULL), KF_OK);
    assert_int_equal(f.count, 7);
    assert_non_null(strstr(f.headers[6], "\nAuthorization: Bearer token-3\n"));
    kf_client_free(client);
    kf_oauth2_free(oauth2);
}

/* Id and secret in the body, no secret at all, and an address with a query. */
static void test_in_the_body(void **state)
{
    static const fake_step steps[] = {TOKEN("t")};
    char token[64];
    int64_t expires = -1;
    kf_client_options connection;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_oauth2_options options = options_of(&connection);
    options.secret_in_body = true;
    options.token_url = "http://login.example/token?p=a%20b+c%26&x&%zz=1";
    kf_oauth2 *oauth2 = source_of(&options);
    assert_int_equal(kf_oauth2_token(token, sizeof(token), &expires, oauth2), 0);
    assert_string_equal(token, "t");
    assert_int_equal(expires, 600000);
    assert_string_equal(f.urls[0], "http://login.example/token?p=a%20b%20c%26&x=&%25zz=1");
    assert_string_equal(f.bodies[0],
                        "grant_type=client_credentials&client_id=my%20service&client_secret=s3cret%3A%2B%26");
    assert_null(strstr(f.headers[0], "Authorization"));
    kf_oauth2_free(oauth2);

    options.client_secret = NULL;
    options.refresh_token = "r0";
    oauth2 = source_of(&options);
    assert_int_equal(kf_oauth2_token(token, sizeof(token), &expires, oauth2), 0);
    assert_string_equal(f.bodies[1], "grant_type=refresh_token&client_id=my%20service&refresh_token=r0");
    assert_null(strstr(f.headers[1], "Authorization"));
    kf_oauth2_free(oauth2);
}

static void save(const char *refresh_token, void *user)
{
    strcat(user, refresh_token);
    strcat(user, " ");
}

static void test_refresh_tokens(void **state)
{
    static const fake_step steps[] = {
        {.http = 200, .body = "{\"access_token\":\"a1\",\"refresh_token\":\"r/1\",\"expires_in\":\"60\"}"},
        {.http = 503},
        {.http = 200, .body = "{\"access_token\":\"a2\"}"},
        {.http = 200, .body = "{\"access_token\":\"a3\",\"refresh_token\":\"r/1\"}"},
        {.http = 200, .body = "{\"access_token\":\"a4\",\"refresh_token\":\"r4\",\"token_type\":\"mac\"}"},
        {.http = 200, .body = "{\"refresh_token\":\"r5\"}"},
        {.http = 400, .body = "{\"error\":\"invalid_grant\",\"error_description\":\"the token refresh4 has expired\"}"},
    };
    char saved[64] = "", token[256];
    int64_t expires = -1;
    kf_error error;
    kf_client_options connection;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_oauth2_options options = options_of(&connection);
    options.refresh_token = "refresh-0";
    options.on_refresh_token = save;
    options.on_refresh_token_user = saved;
    kf_oauth2 *oauth2 = source_of(&options);
    assert_int_equal(kf_oauth2_token(token, sizeof(token), &expires, oauth2), 0);
    assert_int_equal(expires, 60000);
    assert_string_equal(f.bodies[0], "grant_type=refresh_token&refresh_token=refresh-0");
    expires = -1;
    assert_int_equal(kf_oauth2_token(token, sizeof(token), &expires, oauth2), 0);
    assert_int_equal(expires, -1);
    assert_string_equal(token, "a2");
    assert_string_equal(f.bodies[1], "grant_type=refresh_token&refresh_token=r%2F1");
    assert_string_equal(f.bodies[2], f.bodies[1]);
    assert_int_equal(kf_oauth2_token(token, sizeof(token), &expires, oauth2), 0);
    assert_string_equal(saved, "r/1 ");
    /* The new refresh token counts, although the access token is of no use, or there is none. */
    assert_int_equal(kf_oauth2_token(token, sizeof(token), &expires, oauth2), KF_TOKEN_REASON);
    assert_string_equal(token, "the token is not a Bearer token, but of the type \"mac\"");
    assert_string_equal(saved, "r/1 r4 ");
    assert_int_equal(kf_oauth2_token(token, sizeof(token), &expires, oauth2), KF_TOKEN_REASON);
    assert_string_equal(f.bodies[5], "grant_type=refresh_token&refresh_token=r4");
    assert_string_equal(saved, "r/1 r4 r5 ");
    assert_int_equal(kf_oauth2_token(token, sizeof(token), &expires, oauth2), KF_TOKEN_REASON);
    assert_string_equal(f.bodies[6], "grant_type=refresh_token&refresh_token=r5");
    kf_oauth2_error(oauth2, NULL);
    kf_oauth2_error(oauth2, &error);
    assert_int_equal(error.status, KF_ERROR_REJECTED);
    assert_string_equal(error.server_code, "invalid_grant");
    kf_oauth2_free(oauth2);
}

/* The reason gets to who made the call, without the secrets. */
static void test_reasons(void **state)
{
    static const struct {
        fake_step step;
        const char *reason;
    } cases[] = {
        {{.http = 401, .body = "{\"error\":\"invalid_client\",\"error_description\":\"wrong secret\"}"},
         "the server answered 401 Unauthorized: invalid_client: wrong secret"},
        {{.http = 400, .body = "{\"error\":\"invalid_scope\"}"}, "the server answered 400 Bad Request: invalid_scope"},
        {{.http = 400, .body = "{\"error\":\"x\",\"error_description\":\"not refresh-0\"}"},
         "the server answered 400 Bad Request: x: not *********"},
        {{.http = 403, .body = "not client_secret=s3cret%3A%2B%26"},
         "the server answered 403 Forbidden: not client_secret=***************"},
        {{.http = 403, .body = "not s3cret:+&, nor bXklMjBzZXJ2aWNlOnMzY3JldCUzQSUyQiUyNg=="},
         "the server answered 403 Forbidden: not *********, nor ****************************************"},
        {{.http = 200, .body = "<html>"}, "the answer has no token: no text \"access_token\" in a JSON object"},
        {{.http = 200, .body = "{\"access_token\":\"\"}"},
         "the answer has no token: no text \"access_token\" in a JSON object"},
        {{.status = KF_ERROR_CONNECT, .code = 7}, "scripted failure"},
    };
    kf_client_options connection;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char expected[512];
        kf_error error, cause;
        fake_init(&f, &cases[i].step, 1);
        kf_oauth2_options options = options_of(&connection);
        connection.max_attempts = 1;
        options.refresh_token = "refresh-0";
        kf_oauth2 *oauth2 = source_of(&options);
        kf_client *client = client_of(oauth2);
        assert_int_equal(kuflow_retrieve_process(client, ID, NULL, &error), KF_ERROR_AUTH);
        snprintf(expected, sizeof(expected), "kuflow.retrieveProcess: the token provider gave no token: %s",
                 cases[i].reason);
        assert_string_equal(error.message, expected);
        kf_oauth2_error(oauth2, &cause);
        assert_string_equal(cause.message, cases[i].reason);
        assert_int_equal(cause.http_status, cases[i].step.http);
        assert_int_equal(cause.retryable, cases[i].step.status == KF_ERROR_CONNECT);
        kf_client_free(client);
        kf_oauth2_free(oauth2);
    }
    char small[4];
    int64_t expires = -1;
    static const fake_step four[] = {TOKEN("four")};
    FAKE_INIT(&f, four);
    kf_oauth2_options options = options_of(&connection);
    kf_oauth2 *oauth2 = source_of(&options);
    assert_int_equal(kf_oauth2_token(small, sizeof(small), &expires, oauth2), KF_TOKEN_REASON);
    assert_string_equal(small, "the");
    kf_oauth2_free(oauth2);
}

static void refused(const kf_oauth2_options *options, const char *words)
{
    kf_oauth2 *oauth2 = (kf_oauth2 *)1;
    kf_error error;
    assert_int_equal(kf_oauth2_new(options, &oauth2, &error), KF_ERROR_ARGUMENT);
    assert_null(oauth2);
    assert_ptr_equal(strstr(error.message, words), error.message);
}

static void test_options_refused(void **state)
{
    static const kf_pair twice[] = {{"audience", "a"}, {"audience", "b"}}, own = {"grant_type", "password"};
    static char long_token[16385];
    kf_client_options connection;
    (void)state;
    const kf_oauth2_options good = options_of(&connection);
    kf_oauth2_options options = good;
    options.token_url = NULL;
    refused(&options, "token_url or client_id is missing");
    options.token_url = "http://login.example";
    refused(&options, "token_url is not a whole address");
    options.token_url = "ftp://login.example/token";
    refused(&options, "token_url must begin with https://");
    options.token_url = "http://login.example/token#x";
    refused(&options, "token_url");
    options.token_url = "http://login.example//token";
    refused(&options, "the path has an empty segment");
    options.token_url = "http://user@login.example/token";
    refused(&options, "token_url must not have a user");
    options = good;
    options.client_id = NULL;
    refused(&options, "token_url or client_id is missing");
    options = good;
    options.connection = NULL; /* its default does not allow it */
    refused(&options, "token_url begins with http://");
    options = good;
    options.parameter_count = 1;
    refused(&options, "parameters is NULL");
    options.parameters = &own;
    refused(&options, "the parameter \"grant_type\" would be sent twice");
    options.parameters = twice;
    options.parameter_count = 2;
    refused(&options, "the parameter \"audience\" would be sent twice");
    options = good;
    options.refresh_token = "";
    refused(&options, "refresh_token");
    options.refresh_token = memset(long_token, 'x', sizeof(long_token) - 1);
    refused(&options, "refresh_token");
    options = good;
    options.size = 0;
    refused(&options, "options must begin with");
    assert_int_equal(kf_oauth2_new(NULL, NULL, NULL), KF_ERROR_ARGUMENT);
    kf_oauth2 *none = (kf_oauth2 *)1;
    assert_int_equal(kf_oauth2_new(NULL, &none, NULL), KF_ERROR_ARGUMENT);
    assert_null(none);
    kf_oauth2_free(NULL);
}

/* One source for several clients and threads: one request at a time, so that each new refresh token is used once. */
static atomic_int inside, given;
static atomic_bool mixed_up;

static kf_status rotate(kf_exchange *exchange, void *user)
{
    char body[256] = "", expected[256], answer[256];
    (void)user;
    if (atomic_fetch_add(&inside, 1) > 0)
        atomic_store(&mixed_up, true);
    usleep(100); /* for others to come in, if they can */
    exchange->read_body(body, sizeof(body) - 1, exchange->read_user);
    int number = atomic_fetch_add(&given, 1);
    snprintf(expected, sizeof(expected), "grant_type=refresh_token&refresh_token=r%d", number);
    if (strcmp(body, expected) != 0)
        atomic_store(&mixed_up, true);
    number++;
    snprintf(answer, sizeof(answer), "{\"access_token\":\"a%d\",\"refresh_token\":\"r%d\"}", number, number);
    atomic_fetch_sub(&inside, 1);
    if (exchange->on_status(200, exchange->user) != 0 || exchange->on_body(answer, strlen(answer), exchange->user) != 0)
        return KF_ERROR_TRANSPORT;
    exchange->complete = true;
    return KF_OK;
}

static void *ask_often(void *oauth2)
{
    char token[64];
    int64_t expires = -1;
    for (int i = 0; i < 10; i++)
        kf_oauth2_token(token, sizeof(token), &expires, oauth2);
    return NULL;
}

static void test_threads(void **state)
{
    static const kf_transport transport = {.perform = rotate};
    kf_client_options connection;
    pthread_t threads[4];
    (void)state;
    kf_oauth2_options options = options_of(&connection);
    connection.transport = &transport;
    options.refresh_token = "r0";
    kf_oauth2 *oauth2 = source_of(&options);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, oauth2), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&given), 40);
    assert_false(atomic_load(&mixed_up));
    kf_oauth2_free(oauth2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_credentials), cmocka_unit_test(test_in_the_body),
        cmocka_unit_test(test_refresh_tokens),     cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_options_refused),    cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests_name("oauth2", tests, NULL, NULL);
}
