/* HTTPS: whom the client trusts, and client certificates. The certificates are made by the openssl command. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 "

/* Runs an openssl command in the scratch directory. */
static void openssl(const char *arguments)
{
    char command[1024];
    snprintf(command, sizeof(command), "cd '%s' && openssl %s >openssl.log 2>&1", scratch_directory(), arguments);
    if (system(command) != 0)
        fail_msg("this command failed: %s", command);
}

/* A key and a certificate that an authority signed. */
static void make_certificate(const char *name, const char *authority, const char *extensions)
{
    char arguments[512];
    write_file(scratch_path("extensions"), extensions, strlen(extensions));
    snprintf(arguments, sizeof(arguments), "req " KEY "-keyout %s.key -out %s.csr -subj /CN=%s", name, name, name);
    openssl(arguments);
    snprintf(arguments, sizeof(arguments),
             "x509 -req -in %s.csr -CA %s.pem -CAkey %s.key -CAcreateserial -days 30 -extfile extensions -out %s.pem",
             name, authority, authority, name);
    openssl(arguments);
}

static int tls_setup(void **state)
{
    (void)state;
    openssl("req -x509 " KEY "-keyout ca.key -out ca.pem -subj /CN=Right");
    openssl("req -x509 " KEY "-keyout other.key -out other.pem -subj /CN=Other");
    make_certificate("server", "ca", "subjectAltName=IP:127.0.0.1\n");
    make_certificate("named", "ca", "subjectAltName=DNS:elsewhere.example\n");
    make_certificate("client", "ca", "extendedKeyUsage=clientAuth\n");
    make_certificate("stranger", "other", "extendedKeyUsage=clientAuth\n");
    return 0;
}

/* A sandbox with that certificate, which asks for the clients' when `client_ca` is given. */
static kf_sandbox *start(const char *certificate, const char *client_ca)
{
    char name[64];
    snprintf(name, sizeof(name), "%s.pem", certificate);
    char *pem = read_file(scratch_path(name), NULL);
    snprintf(name, sizeof(name), "%s.key", certificate);
    char *key = read_file(scratch_path(name), NULL);
    char *ca = client_ca == NULL ? NULL : read_file(scratch_path(client_ca), NULL);
    kf_sandbox_options options = KF_SANDBOX_OPTIONS_INIT;
    options.tls_certificate_pem = pem;
    options.tls_key_pem = key;
    options.tls_client_ca_pem = ca;
    kf_sandbox *sandbox = NULL;
    kf_error error;
    if (kf_sandbox_start(&options, &sandbox, &error) != KF_OK)
        fail_msg("%s", error.message);
    free(pem);
    free(key);
    free(ca);
    assert_int_equal(strncmp(kf_sandbox_url(sandbox), "https://127.0.0.1:", 18), 0);
    return sandbox;
}

static kf_client_options tls_options(const kf_sandbox *sandbox)
{
    kf_client_options options = fixture_options(kf_sandbox_url(sandbox));
    options.allow_http = false;
    return options;
}

/* One call with these options; returns its status. */
static kf_status call(kf_fixture *f, const kf_client_options *options)
{
    kf_client *client = NULL;
    kf_status status = kuflow_client_new(options, &client, &f->error);
    if (status != KF_OK)
        return status;
    kuflow_tenant *tenant = NULL;
    status = kuflow_retrieve_tenant(client, KF_SANDBOX_TENANT, &tenant, &f->error);
    assert_int_equal(status == KF_OK, tenant != NULL);
    kuflow_tenant_free(tenant);
    kf_client_free(client);
    return status;
}

static void test_authority_file(void **state)
{
    (void)state;
    kf_fixture f = {.sandbox = start("server", NULL)};
    kf_client_options options = tls_options(f.sandbox);
    options.ca_file = scratch_path("ca.pem");
    CHECK_OK(&f, call(&f, &options));
    options.tls_version = KF_TLS_1_3;
    CHECK_OK(&f, call(&f, &options));
    kf_sandbox_stop(f.sandbox);
}

static void test_authority_text(void **state)
{
    (void)state;
    kf_fixture f = {.sandbox = start("server", NULL)};
    char *pem = read_file(scratch_path("ca.pem"), NULL);
    kf_client_options options = tls_options(f.sandbox);
    options.ca_pem = pem;
    CHECK_OK(&f, call(&f, &options));
    free(pem);
    kf_sandbox_stop(f.sandbox);
}

static void test_not_trusted(void **state)
{
    (void)state;
    kf_fixture f = {.sandbox = start("server", NULL)};
    kf_client_options options = tls_options(f.sandbox);
    CHECK_FAILS(&f, KF_ERROR_TLS, 0, call(&f, &options)); /* the system does not know the authority */
    assert_false(f.error.may_have_acted);
    assert_int_equal(f.error.attempts, 1); /* it would not get better */
    options.ca_file = scratch_path("other.pem");
    CHECK_FAILS(&f, KF_ERROR_TLS, 0, call(&f, &options));
    assert_int_equal(kf_sandbox_requests(f.sandbox, NULL), 0);
    options.tls_insecure_no_verify = true;
    CHECK_OK(&f, call(&f, &options));
    kf_sandbox_stop(f.sandbox);
}

static void test_wrong_name(void **state)
{
    (void)state;
    kf_fixture f = {.sandbox = start("named", NULL)};
    kf_client_options options = tls_options(f.sandbox);
    options.ca_file = scratch_path("ca.pem");
    CHECK_FAILS(&f, KF_ERROR_TLS, 0, call(&f, &options));
    assert_int_equal(kf_sandbox_requests(f.sandbox, NULL), 0);
    kf_sandbox_stop(f.sandbox);
}

static void test_client_certificate(void **state)
{
    (void)state;
    kf_fixture f = {.sandbox = start("server", "ca.pem")};
    kf_client_options options = tls_options(f.sandbox);
    char *ca = read_file(scratch_path("ca.pem"), NULL);
    options.ca_pem = ca;
    CHECK_FAILS(&f, KF_ERROR_FORBIDDEN, 403, call(&f, &options)); /* none */
    options.client_cert_file = scratch_path("client.pem");
    options.client_key_file = scratch_path("client.key");
    CHECK_OK(&f, call(&f, &options));
    options.client_cert_file = scratch_path("stranger.pem");
    options.client_key_file = scratch_path("stranger.key");
    CHECK_FAILS(&f, KF_ERROR_FORBIDDEN, 403, call(&f, &options));
    options.client_key_file = scratch_path("missing.key");
    CHECK_FAILS(&f, KF_ERROR_TLS, 0, call(&f, &options));
    free(ca);
    kf_sandbox_stop(f.sandbox);
}

/* http:// is not accepted by accident. */
static void test_plain_http(void **state)
{
    (void)state;
    kf_fixture f = {.sandbox = NULL};
    CHECK_OK(&f, kf_sandbox_start(NULL, &f.sandbox, &f.error));
    kf_client_options options = tls_options(f.sandbox);
    CHECK_FAILS(&f, KF_ERROR_ARGUMENT, 0, call(&f, &options));
    assert_non_null(strstr(f.error.message, "allow_http"));
    kf_sandbox_stop(f.sandbox);
}

/* A server without TLS behind an https URL. */
static void test_no_tls_there(void **state)
{
    (void)state;
    kf_fixture f = {.sandbox = NULL};
    CHECK_OK(&f, kf_sandbox_start(NULL, &f.sandbox, &f.error));
    char url[128];
    snprintf(url, sizeof(url), "https://127.0.0.1:%d/v2024-06-14", kf_sandbox_port(f.sandbox));
    kf_client_options options = tls_options(f.sandbox);
    options.base_url = url;
    CHECK_FAILS(&f, KF_ERROR_TLS, 0, call(&f, &options));
    kf_sandbox_stop(f.sandbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_authority_file),     cmocka_unit_test(test_authority_text),
        cmocka_unit_test(test_not_trusted),        cmocka_unit_test(test_wrong_name),
        cmocka_unit_test(test_client_certificate), cmocka_unit_test(test_plain_http),
        cmocka_unit_test(test_no_tls_there),
    };
    return cmocka_run_group_tests_name("tls", tests, tls_setup, NULL);
}
