/* For the small programs of test_complaints.py: a client whose transport shows what would be sent, and checks. */
#ifndef KF_TESTS_HARNESS_H
#define KF_TESTS_HARNESS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kuflow/client.h"
#include "kuflow/model.h"
#include "kuflow/transport.h"

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            printf("%d: %s\n", __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

typedef struct seen_request {
    char line[2048]; /* "GET /path?query", without the server */
    char headers[2048]; /* "Name: value\n" each */
    char body[4096];
} seen_request;

static seen_request seen;
static int answer_status = 200;
static const char *answer_text = "";
static kf_error error;

static kf_status perform(kf_exchange *exchange, void *user)
{
    const char *path = strchr(strstr(exchange->url, "://") + 3, '/');
    (void)user;
    memset(&seen, 0, sizeof(seen));
    snprintf(seen.line, sizeof(seen.line), "%s %s", exchange->method, path == NULL ? "" : path);
    for (size_t i = 0; i < exchange->header_count; i++) {
        size_t at = strlen(seen.headers);
        snprintf(seen.headers + at, sizeof(seen.headers) - at, "%s: %s\n", exchange->headers[i].name,
                 exchange->headers[i].value);
    }
    if (exchange->read_body != NULL) {
        size_t at = 0;
        for (int64_t n; (n = exchange->read_body(seen.body + at, sizeof(seen.body) - 1 - at, exchange->read_user)) > 0;)
            at += (size_t)n;
    }
    exchange->sent = exchange->complete = true;
    CHECK(exchange->on_status(answer_status, exchange->user) == 0);
    CHECK(exchange->on_header("Content-Type", "application/json", exchange->user) == 0);
    if (answer_text[0] != '\0')
        CHECK(exchange->on_body(answer_text, strlen(answer_text), exchange->user) == 0);
    return KF_OK;
}

static kf_client *new_client(kf_auth auth)
{
    static kf_transport transport = {.perform = perform};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client = NULL;
    options.base_url = "http://server";
    options.allow_http = true;
    options.max_attempts = 1;
    options.auth = auth;
    options.username = auth == KF_AUTH_BASIC ? "u" : NULL;
    options.password = auth == KF_AUTH_BASIC ? "p" : NULL;
    options.token = auth == KF_AUTH_BEARER || auth == KF_AUTH_API_KEY ? "t" : NULL;
    options.transport = &transport;
    if (kf_client_new(&options, &client, &error) != KF_OK) {
        printf("no client: %s\n", error.message);
        exit(1);
    }
    return client;
}

static void check_text(const char *got, const char *expected, int line)
{
    if (strcmp(got, expected) == 0)
        return;
    printf("%d: got      %s\n%d: expected %s\n", line, got, line, expected);
    exit(1);
}
#define CHECK_TEXT(got, expected) check_text((got), (expected), __LINE__)
#define CHECK_LINE(expected) check_text(seen.line, (expected), __LINE__)

static void check_ok(kf_status status, int line)
{
    if (status == KF_OK && error.status == KF_OK)
        return;
    printf("%d: %s: %s\n", line, kf_status_name(status), error.message);
    exit(1);
}
/* A call that fills in `error`. */
#define OK(call) check_ok((call), __LINE__)

static void *decode(const kf_type *type, const char *text, int line)
{
    void *model = NULL;
    check_ok(kf_model_decode(type, text, strlen(text), &model, &error), line);
    return model;
}
#define DECODE(type, text) decode(&(type), (text), __LINE__)

static void check_encodes(const kf_type *type, const void *model, const char *expected, int line)
{
    char *text = NULL;
    check_ok(kf_model_encode(type, model, &text, &error), line);
    check_text(text, expected, line);
    kf_free(text);
}
#define CHECK_ENCODES(type, model, expected) check_encodes(&(type), (model), (expected), __LINE__)

/* That decoding and encoding gives the text again. */
static void check_kept(const kf_type *type, const char *text, int line)
{
    void *model = decode(type, text, line);
    check_encodes(type, model, text, line);
    kf_model_free(model);
}
#define CHECK_KEPT(type, text) check_kept(&(type), (text), __LINE__)

static void check_refused(const kf_type *type, const char *text, const char *words, int line)
{
    void *model = NULL;
    kf_status status = kf_model_decode(type, text, strlen(text), &model, &error);
    if (status == KF_ERROR_DECODE && model == NULL && strstr(error.message, words) != NULL)
        return;
    printf("%d: %s: %s\n", line, kf_status_name(status), error.message);
    exit(1);
}
#define CHECK_REFUSED(type, text, words) check_refused(&(type), (text), (words), __LINE__)

/* Uses all of the above, so that no compiler misses anything. */
static void harness_used(void)
{
    (void)new_client;
    (void)check_text;
    (void)decode;
    (void)check_encodes;
    (void)check_kept;
    (void)check_refused;
    (void)check_ok;
}

#endif
