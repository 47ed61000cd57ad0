/* Connections that break at byte k, for every k of a small exchange, in both directions: what a call returns is right,
 * or it fails and says truly whether the server may have acted. */
#include "fixture.h"
#include "support/proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct wire {
    kf_fixture *f;
    kf_proxy *proxy;
    char url[128];
    char process[KF_UUID_TEXT_SIZE]; /* there from the beginning */
    char *document; /* the reference of one of its documents */
    int right, failed;
} wire;

static const char content[] = "The quick brown fox jumps over the lazy dog.";

static int wire_setup(void **state)
{
    wire *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    void *fixture;
    fixture_setup(&fixture);
    w->f = fixture;
    w->proxy = kf_proxy_start(kf_sandbox_port(w->f->sandbox));
    assert_non_null(w->proxy);
    snprintf(w->url, sizeof(w->url), "%s/v2024-06-14", kf_proxy_url(w->proxy));
    fixture_process(w->f, KF_SANDBOX_DEFINITION_EMPTY, w->process);
    kf_source source;
    kf_source_memory(&source, content, strlen(content));
    kuflow_upload_process_document_params params = {.file_content_type = "text/plain", .file_name = "fox.txt"};
    kuflow_document_reference *reference = NULL;
    CHECK_OK(w->f,
             kuflow_upload_process_document(w->f->client, w->process, &params, &source, &reference, &w->f->error));
    w->document = strdup(reference->document_uri);
    kuflow_document_reference_free(reference);
    *state = w;
    return 0;
}

static int wire_teardown(void **state)
{
    wire *w = *state;
    void *fixture = w->f;
    kf_proxy_stop(w->proxy);
    fixture_teardown(&fixture);
    free(w->document);
    free(w);
    return 0;
}

/* What is tried at each byte. It checks what it got, and returns the status; `error` is the call's. */
typedef kf_status (*attempt_fn)(wire *w, kf_client *client, kf_error *error);

static kf_status get(wire *w, kf_client *client, kf_error *error)
{
    (void)w;
    kuflow_tenant *tenant = NULL;
    kf_status status = kuflow_retrieve_tenant(client, KF_SANDBOX_TENANT, &tenant, error);
    assert_int_equal(status == KF_OK, tenant != NULL);
    if (status == KF_OK) {
        assert_string_equal(tenant->id, KF_SANDBOX_TENANT);
        assert_string_equal(tenant->name, "Acme");
        assert_int_equal(tenant->plan, KUFLOW_TENANT_PRICING_PLAN_PREMIUM);
        assert_non_null(tenant->last_modified_at);
    }
    assert_false(error->may_have_acted);
    kuflow_tenant_free(tenant);
    return status;
}

/* The same without a look at the values: garbage may change them. */
static kf_status get_anything(wire *w, kf_client *client, kf_error *error)
{
    (void)w;
    kuflow_tenant *tenant = NULL;
    kf_status status = kuflow_retrieve_tenant(client, KF_SANDBOX_TENANT, &tenant, error);
    assert_int_equal(status == KF_OK, tenant != NULL);
    kuflow_tenant_free(tenant);
    return status;
}

static kf_status create(wire *w, kf_client *client, kf_error *error)
{
    char id[KF_UUID_TEXT_SIZE];
    kf_uuid_new(id);
    kuflow_process_create_params params = {.id = id, .process_definition_id = KF_SANDBOX_DEFINITION_EMPTY};
    kuflow_process *process = NULL;
    kf_status status = kuflow_create_process(client, &params, &process, error);
    assert_int_equal(status == KF_OK, process != NULL);
    int applied = kf_sandbox_applied(w->f->sandbox, id);
    if (status == KF_OK) {
        assert_string_equal(process->id, id);
        assert_int_equal(applied, 1);
    } else {
        assert_in_range(applied, 0, error->may_have_acted ? 1 : 0);
    }
    kuflow_process_free(process);
    return status;
}

static kf_status upload(wire *w, kf_client *client, kf_error *error)
{
    kf_source source;
    kf_source_memory(&source, content, strlen(content));
    kuflow_upload_process_document_params params = {.file_content_type = "text/plain", .file_name = "fox.txt"};
    kuflow_document_reference *reference = NULL;
    int created = kf_sandbox_created(w->f->sandbox);
    kf_status status = kuflow_upload_process_document(client, w->process, &params, &source, &reference, error);
    assert_int_equal(status == KF_OK, reference != NULL);
    if (status == KF_OK)
        assert_non_null(strstr(reference->document_uri, ";size=44;name=fox.txt;"));
    else
        assert_in_range(kf_sandbox_created(w->f->sandbox) - created, 0, error->may_have_acted ? 1 : 0);
    kuflow_document_reference_free(reference);
    return status;
}

static kf_status download(wire *w, kf_client *client, kf_error *error)
{
    const char *path = scratch_path("download");
    remove(path);
    kf_sink sink;
    kf_sink_path(&sink, path);
    kuflow_download_process_document_params params = {.document_uri = w->document};
    kf_status status = kuflow_download_process_document(client, w->process, &params, &sink, error);
    size_t length = 0;
    char *got = read_file(path, &length);
    assert_int_equal(status == KF_OK, got != NULL); /* whole, or not there at all */
    assert_int_equal(count_files(scratch_directory()), got != NULL ? 1 : 0);
    if (got != NULL) {
        assert_int_equal(length, strlen(content));
        assert_string_equal(got, content);
    }
    free(got);
    return status;
}

static kf_status run(wire *w, attempt_fn attempt, int attempts, int64_t timeout_ms)
{
    kf_client_options options = fixture_options(w->url); /* a client each time: a new connection */
    options.max_attempts = attempts;
    options.attempt_timeout_ms = timeout_ms;
    kf_client *client = NULL;
    kf_error error;
    assert_int_equal(kuflow_client_new(&options, &client, &error), KF_OK);
    kf_status status = attempt(w, client, &error);
    assert_int_equal(status, error.status);
    if (status == KF_OK)
        w->right++;
    else
        w->failed++;
    kf_client_free(client);
    return status;
}

/* How many bytes a whole exchange has in each direction. */
static void measure(wire *w, attempt_fn attempt, int64_t bytes[2])
{
    assert_true(kf_proxy_set_fault(w->proxy, NULL));
    assert_true(kf_proxy_wait_idle(w->proxy, 5000));
    kf_proxy_counts before = kf_proxy_count(w->proxy);
    assert_int_equal(run(w, attempt, 1, 10000), KF_OK);
    assert_true(kf_proxy_wait_idle(w->proxy, 5000));
    kf_proxy_counts after = kf_proxy_count(w->proxy);
    for (int i = 0; i < 2; i++)
        bytes[i] = after.bytes[i] - before.bytes[i];
    assert_true(bytes[KF_PROXY_ANSWER] > 50 && bytes[KF_PROXY_ANSWER] < 4000);
    assert_true(bytes[KF_PROXY_REQUEST] > 50 && bytes[KF_PROXY_REQUEST] < 4000);
}

/* The fault at every byte: once with one attempt, which fails unless nothing was lost, and then, every few bytes, with
 * three, of which the second succeeds. */
static void sweep(wire *w, attempt_fn attempt, kf_proxy_kind kind, kf_proxy_direction direction)
{
    int64_t bytes[2];
    measure(w, attempt, bytes);
    w->right = w->failed = 0;
    for (int64_t at = 0; at < bytes[direction]; at++) {
        kf_proxy_fault fault = {.kind = kind, .direction = direction, .at = at, .times = 1};
        assert_true(kf_proxy_set_fault(w->proxy, &fault));
        kf_status status = run(w, attempt, 1, 10000);
        if (direction == KF_PROXY_ANSWER && status == KF_OK)
            fail_msg("the answer was cut at byte %d of %d, and the call succeeded", (int)at, (int)bytes[direction]);
        if (at % 7 == 0) {
            assert_true(kf_proxy_set_fault(w->proxy, &fault));
            status = run(w, attempt, 3, 10000);
            if (status != KF_OK)
                fail_msg("the second attempt did not succeed; the first broke at byte %d: %s", (int)at,
                         kf_status_name(status));
        }
    }
    print_message("# %d right, %d failed\n", w->right, w->failed);
    assert_true(kf_proxy_set_fault(w->proxy, NULL));
}

static void test_get(void **state)
{
    sweep(*state, get, KF_PROXY_CUT, KF_PROXY_ANSWER);
    sweep(*state, get, KF_PROXY_RESET, KF_PROXY_ANSWER);
    sweep(*state, get, KF_PROXY_CUT, KF_PROXY_REQUEST);
}

static void test_create(void **state)
{
    sweep(*state, create, KF_PROXY_CUT, KF_PROXY_ANSWER);
    sweep(*state, create, KF_PROXY_RESET, KF_PROXY_ANSWER);
    sweep(*state, create, KF_PROXY_CUT, KF_PROXY_REQUEST);
    sweep(*state, create, KF_PROXY_RESET, KF_PROXY_REQUEST);
}

static void test_upload(void **state)
{
    sweep(*state, upload, KF_PROXY_CUT, KF_PROXY_ANSWER);
    sweep(*state, upload, KF_PROXY_RESET, KF_PROXY_REQUEST);
}

static void test_download(void **state)
{
    sweep(*state, download, KF_PROXY_CUT, KF_PROXY_ANSWER);
    sweep(*state, download, KF_PROXY_RESET, KF_PROXY_ANSWER);
}

/* One wrong byte at every place of the answer: no crash, no hang, and no text that is not UTF-8. */
static void test_garbage(void **state)
{
    wire *w = *state;
    int64_t bytes[2];
    measure(w, get_anything, bytes);
    for (int64_t at = 0; at < bytes[KF_PROXY_ANSWER]; at++) {
        kf_proxy_fault fault = {.kind = KF_PROXY_GARBAGE, .at = at, .length = 1, .times = 1};
        assert_true(kf_proxy_set_fault(w->proxy, &fault));
        run(w, get_anything, 1, 300);
    }
    kf_proxy_set_fault(w->proxy, NULL);
}

/* Everything in single bytes, slowly: it works all the same. */
static void test_drip(void **state)
{
    wire *w = *state;
    for (int direction = 0; direction < 2; direction++) {
        kf_proxy_fault fault = {.kind = KF_PROXY_NONE, .direction = (kf_proxy_direction)direction, .drip_bytes = 1};
        assert_true(kf_proxy_set_fault(w->proxy, &fault));
        assert_int_equal(run(w, get, 1, 30000), KF_OK);
        assert_int_equal(run(w, create, 1, 30000), KF_OK);
        assert_int_equal(run(w, upload, 1, 30000), KF_OK);
        assert_int_equal(run(w, download, 1, 30000), KF_OK);
    }
    kf_proxy_set_fault(w->proxy, NULL);
}

static void test_stall(void **state)
{
    wire *w = *state;
    static const int64_t places[] = {0, 1, 20, 150};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        for (int direction = 0; direction < 2; direction++) {
            kf_proxy_fault fault = {
                .kind = KF_PROXY_STALL, .direction = (kf_proxy_direction)direction, .at = places[i], .times = 1};
            assert_true(kf_proxy_set_fault(w->proxy, &fault));
            assert_int_equal(run(w, create, 1, 200), KF_ERROR_TIMEOUT);
        }
    }
    kf_proxy_fault refuse = {.kind = KF_PROXY_REFUSE};
    assert_true(kf_proxy_set_fault(w->proxy, &refuse));
    assert_int_equal(run(w, create, 2, 1000), KF_ERROR_CONNECT);
    kf_proxy_set_fault(w->proxy, NULL);
}

/* A connection that waits in the pool and was ended meanwhile is not an error of the next call. */
static void test_ended_while_idle(void **state)
{
    wire *w = *state;
    kf_client *client = fixture_client(w->url);
    kf_error error;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(get(w, client, &error), KF_OK);
        kf_proxy_reset_all(w->proxy);
        assert_int_equal(create(w, client, &error), KF_OK);
        kf_proxy_reset_all(w->proxy);
    }
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),      cmocka_unit_test(test_create),           cmocka_unit_test(test_upload),
        cmocka_unit_test(test_download), cmocka_unit_test(test_garbage),          cmocka_unit_test(test_drip),
        cmocka_unit_test(test_stall),    cmocka_unit_test(test_ended_while_idle),
    };
    return cmocka_run_group_tests_name("wire", tests, wire_setup, wire_teardown);
}
