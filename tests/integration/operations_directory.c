/* The operations on principals, groups, tenants, keys, authentications, workers and robots. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static void principals(kf_fixture *f)
{
    kuflow_find_principals_params params = {.size = KF_INT32(3),
                                            .page = KF_INT32(1),
                                            .sort = KF_LIST("name,desc"),
                                            .type = KUFLOW_PRINCIPAL_TYPE_USER,
                                            .group_id = KF_LIST(KF_SANDBOX_GROUP),
                                            .tenant_id = KF_LIST(KF_SANDBOX_TENANT)};
    kuflow_principal_page *page = NULL;
    CHECK_OK(f, kuflow_find_principals(f->client, &params, &page, &f->error));
    assert_int_equal(page->metadata->size, 3);
    assert_int_equal(page->metadata->page, 1);
    assert_true(page->metadata->total_elements > 3);
    assert_true(page->content_count > 0);
    for (size_t i = 0; i < page->content_count; i++) {
        assert_int_equal(page->content[i].type, KUFLOW_PRINCIPAL_TYPE_USER);
        assert_true(kf_uuid_valid(page->content[i].id));
        assert_true(i == 0 || strcmp(page->content[i - 1].name, page->content[i].name) > 0);
    }
    kuflow_principal_page_free(page);
    params = (kuflow_find_principals_params){.sort = KF_LIST("name,sideways")};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_find_principals(f->client, &params, &page, &f->error));

    kuflow_principal *principal = NULL;
    CHECK_OK(f, kuflow_retrieve_principal(f->client, KF_SANDBOX_USER, &principal, &f->error));
    assert_string_equal(principal->id, KF_SANDBOX_USER);
    assert_int_equal(principal->type, KUFLOW_PRINCIPAL_TYPE_USER);
    assert_string_equal(principal->name, "User 01");
    assert_string_equal(principal->user->email, KF_SANDBOX_USER_EMAIL);
    assert_string_equal(principal->user->id, KF_SANDBOX_USER);
    assert_null(principal->application);
    kuflow_principal_free(principal);
    CHECK_OK(f, kuflow_retrieve_principal(f->client, KF_SANDBOX_CALLER, &principal, &f->error));
    assert_int_equal(principal->type, KUFLOW_PRINCIPAL_TYPE_APPLICATION);
    assert_string_equal(principal->application->id, KF_SANDBOX_CALLER);
    assert_null(principal->user);
    kuflow_principal_free(principal);
    CHECK_OK(f, kuflow_retrieve_principal(f->client, KF_SANDBOX_SYSTEM, &principal, &f->error));
    assert_int_equal(principal->type, KUFLOW_PRINCIPAL_TYPE_SYSTEM);
    kuflow_principal_free(principal);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, kuflow_retrieve_principal(f->client, UNKNOWN_ID, &principal, &f->error));
}

static void groups(kf_fixture *f)
{
    kuflow_find_groups_params params = {.size = KF_INT32(5),
                                        .page = KF_INT32(0),
                                        .sort = KF_LIST("name", "id,desc"),
                                        .tenant_id = KF_LIST(KF_SANDBOX_TENANT),
                                        .principal_id = KF_SANDBOX_USER,
                                        .group_id = KF_LIST(KF_SANDBOX_GROUP)};
    kuflow_group_page *page = NULL;
    CHECK_OK(f, kuflow_find_groups(f->client, &params, &page, &f->error));
    assert_int_equal(page->content_count, 1);
    assert_string_equal(page->content[0].id, KF_SANDBOX_GROUP);
    assert_string_equal(page->content[0].name, "Accounting");
    assert_string_equal(page->content[0].tenant_id, KF_SANDBOX_TENANT);
    kuflow_group_page_free(page);
    params = (kuflow_find_groups_params){.principal_id = "x"};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_find_groups(f->client, &params, &page, &f->error));
}

static void tenants(kf_fixture *f)
{
    kuflow_find_tenants_params params = {.size = KF_INT32(5),
                                         .page = KF_INT32(0),
                                         .sort = KF_LIST("name,desc"),
                                         .tenant_id = KF_LIST(KF_SANDBOX_TENANT, KF_SANDBOX_TENANT_2)};
    kuflow_tenant_page *page = NULL;
    CHECK_OK(f, kuflow_find_tenants(f->client, &params, &page, &f->error));
    assert_int_equal(page->content_count, 2);
    assert_string_equal(page->content[0].id, KF_SANDBOX_TENANT_2);
    assert_string_equal(page->content[0].name, "Zürich Insurance");
    kuflow_tenant_page_free(page);
    params = (kuflow_find_tenants_params){.size = KF_INT32(-1)};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_find_tenants(f->client, &params, &page, &f->error));

    kuflow_tenant *tenant = NULL;
    CHECK_OK(f, kuflow_retrieve_tenant(f->client, KF_SANDBOX_TENANT, &tenant, &f->error));
    assert_string_equal(tenant->id, KF_SANDBOX_TENANT);
    assert_string_equal(tenant->name, "Acme");
    assert_int_equal(tenant->plan, KUFLOW_TENANT_PRICING_PLAN_PREMIUM);
    assert_string_equal(tenant->created_by, KF_SANDBOX_SYSTEM);
    kuflow_tenant_free(tenant);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, kuflow_retrieve_tenant(f->client, UNKNOWN_ID, &tenant, &f->error));
}

static void tenant_users(kf_fixture *f)
{
    kuflow_find_tenant_users_params params = {.size = KF_INT32(5),
                                              .page = KF_INT32(0),
                                              .sort = KF_LIST("createdAt", "lastModifiedAt", "id"),
                                              .group_id = KF_LIST(KF_SANDBOX_GROUP),
                                              .email = KF_LIST(KF_SANDBOX_USER_EMAIL, "other+tag@example.com"),
                                              .tenant_id = KF_LIST(KF_SANDBOX_TENANT)};
    kuflow_tenant_user_page *page = NULL;
    CHECK_OK(f, kuflow_find_tenant_users(f->client, &params, &page, &f->error));
    assert_int_equal(page->content_count, 1);
    assert_string_equal(page->content[0].id, KF_SANDBOX_TENANT_USER);
    assert_string_equal(page->content[0].principal_id, KF_SANDBOX_USER);
    assert_string_equal(page->content[0].tenant_id, KF_SANDBOX_TENANT);
    kuflow_tenant_user_page_free(page);
    params = (kuflow_find_tenant_users_params){.email = KF_LIST("no address")};
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_find_tenant_users(f->client, &params, &page, &f->error));

    kuflow_tenant_user *user = NULL;
    CHECK_OK(f, kuflow_retrieve_tenant_user(f->client, KF_SANDBOX_TENANT_USER, &user, &f->error));
    assert_string_equal(user->id, KF_SANDBOX_TENANT_USER);
    assert_string_equal(user->tenant_id, KF_SANDBOX_TENANT);
    assert_string_equal(user->principal->id, KF_SANDBOX_USER);
    assert_string_equal(user->principal->user->email, KF_SANDBOX_USER_EMAIL);
    CHECK_JSON(user->metadata->value, "{\"department\":\"sales\"}");
    kuflow_tenant_user_free(user);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, kuflow_retrieve_tenant_user(f->client, UNKNOWN_ID, &user, &f->error));
}

static void keys(kf_fixture *f)
{
    kuflow_kms_key *key = NULL;
    CHECK_OK(f, kuflow_retrieve_kms_key(f->client, KF_SANDBOX_KEY, &key, &f->error));
    assert_string_equal(key->id, KF_SANDBOX_KEY);
    assert_int_equal(key->value.length, 32);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(key->value.data[i], i * 8);
    kuflow_kms_key_free(key);
    CHECK_OK(f, kuflow_retrieve_kms_key(f->client, "key/2 ñ", &key, &f->error)); /* every sign has to be escaped */
    assert_string_equal(key->id, "key/2 ñ");
    kuflow_kms_key_free(key);
    char target[256];
    assert_true(kf_sandbox_last_target(f->sandbox, target, sizeof(target)));
    assert_string_equal(target, "GET /v2024-06-14/kms/keys/key%2F2%20%C3%B1");
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, kuflow_retrieve_kms_key(f->client, "none", &key, &f->error));
}

static void authentications(kf_fixture *f)
{
    kuflow_authentication_create_params params = {.type = KUFLOW_AUTHENTICATION_TYPE_ENGINE_TOKEN,
                                                  .tenant_id = KF_SANDBOX_TENANT_2};
    kuflow_authentication *authentication = NULL;
    CHECK_OK(f, kuflow_create_authentication(f->client, &params, &authentication, &f->error));
    assert_true(kf_uuid_valid(authentication->id));
    assert_int_equal(authentication->type, KUFLOW_AUTHENTICATION_TYPE_ENGINE_TOKEN);
    assert_string_equal(authentication->tenant_id, KF_SANDBOX_TENANT_2);
    assert_non_null(strstr(authentication->engine_token->token, "engine-"));
    kf_time expired;
    assert_int_equal(kf_time_parse(authentication->engine_token->expired_at, &expired, NULL), KF_OK);
    assert_null(authentication->engine_certificate);
    kuflow_authentication_free(authentication);

    params = (kuflow_authentication_create_params){.type = KUFLOW_AUTHENTICATION_TYPE_ENGINE_CERTIFICATE};
    CHECK_OK(f, kuflow_create_authentication(f->client, &params, &authentication, &f->error));
    const kuflow_authentication_engine_certificate *certificate = authentication->engine_certificate;
    assert_string_equal(certificate->namespace_, "sandbox");
    assert_non_null(strstr(certificate->tls->server_root_ca_certificate, "BEGIN CERTIFICATE"));
    assert_non_null(strstr(certificate->tls->client_certificate, "BEGIN CERTIFICATE"));
    assert_non_null(strstr(certificate->tls->client_private_key, "PRIVATE KEY"));
    assert_null(authentication->engine_token);
    kuflow_authentication_free(authentication);
    params.tenant_id = UNKNOWN_ID;
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400,
                kuflow_create_authentication(f->client, &params, &authentication, &f->error));
}

static void workers(kf_fixture *f)
{
    const char *const workflows[] = {"WF_1", "WF_2"};
    const char *const activities[] = {"ACT"};
    const char *const robots[] = {KF_SANDBOX_ROBOT};
    kuflow_worker_create_params params = {.identity = "1234@host",
                                          .task_queue = "queue",
                                          .workflow_types = workflows,
                                          .workflow_types_count = 2,
                                          .activity_types = activities,
                                          .activity_types_count = 1,
                                          .hostname = "host",
                                          .ip = "2001:db8::1",
                                          .installation_id = UNKNOWN_ID,
                                          .robot_ids = robots,
                                          .robot_ids_count = 1,
                                          .tenant_id = KF_SANDBOX_TENANT_2};
    kf_scope_options scope_options = KF_SCOPE_OPTIONS_INIT;
    scope_options.keep_response = true;
    kf_client *scope = NULL;
    CHECK_OK(f, kf_client_scope(f->client, &scope_options, &scope, &f->error));
    for (int i = 0; i < 2; i++) { /* created, then updated */
        kuflow_worker *worker = NULL;
        CHECK_OK(f, kuflow_create_worker(scope, &params, &worker, &f->error));
        assert_int_equal(f->error.http_status, i == 0 ? 201 : 200);
        assert_string_equal(kf_response_header(kf_client_response(scope), "x-kf-delay-window"), "300");
        assert_true(kf_uuid_valid(worker->id));
        assert_string_equal(worker->identity, "1234@host");
        assert_string_equal(worker->task_queue, "queue");
        assert_int_equal(worker->workflow_types_count, 2);
        assert_string_equal(worker->workflow_types[1], "WF_2");
        assert_int_equal(worker->activity_types_count, 1);
        assert_string_equal(worker->activity_types[0], "ACT");
        assert_string_equal(worker->hostname, "host");
        assert_string_equal(worker->ip, "2001:db8::1");
        assert_string_equal(worker->installation_id, UNKNOWN_ID);
        assert_int_equal(worker->robot_ids_count, 1);
        assert_string_equal(worker->robot_ids[0], KF_SANDBOX_ROBOT);
        assert_string_equal(worker->tenant_id, KF_SANDBOX_TENANT_2);
        assert_string_equal(worker->created_by, KF_SANDBOX_CALLER);
        kuflow_worker_free(worker);
    }
    kf_client_free(scope);
    assert_int_equal(kf_sandbox_applied(f->sandbox, "1234@host"), 1);
    params.ip = "1.1";
    kuflow_worker *worker = NULL;
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_create_worker(f->client, &params, &worker, &f->error));
    assert_string_equal(f->error.server_location, "ip");
}

static void robots(kf_fixture *f)
{
    kuflow_find_robots_params params = {.size = KF_INT32(10),
                                        .page = KF_INT32(0),
                                        .sort = KF_LIST("createdAt,desc", "lastModifiedAt"),
                                        .tenant_id = KF_LIST(KF_SANDBOX_TENANT, KF_SANDBOX_TENANT_2),
                                        .filter_context = KUFLOW_ROBOT_FILTER_CONTEXT_READY};
    kuflow_robot_page *page = NULL;
    CHECK_OK(f, kuflow_find_robots(f->client, &params, &page, &f->error));
    assert_int_equal(page->content_count, 3);
    const kuflow_robot_page_item *item = &page->content[2];
    assert_string_equal(item->id, KF_SANDBOX_ROBOT);
    assert_string_equal(item->code, "ROBOT_1");
    assert_string_equal(item->name, "Robot 1");
    assert_non_null(item->description);
    assert_int_equal(item->source_type, KUFLOW_ROBOT_SOURCE_TYPE_PACKAGE);
    assert_int_equal(item->source_file->content_length, 1000);
    assert_string_equal(item->tenant_id, KF_SANDBOX_TENANT);
    kuflow_robot_page_free(page);
    params.filter_context = KUFLOW_ROBOT_FILTER_CONTEXT_DEFAULT;
    CHECK_OK(f, kuflow_find_robots(f->client, &params, &page, &f->error));
    assert_int_equal(page->content_count, 5);
    kuflow_robot_page_free(page);
    params.sort = KF_LIST("id");
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, kuflow_find_robots(f->client, &params, &page, &f->error));

    kuflow_robot *robot = NULL;
    CHECK_OK(f, kuflow_retrieve_robot(f->client, KF_SANDBOX_ROBOT, &robot, &f->error));
    assert_string_equal(robot->code, "ROBOT_1");
    assert_string_equal(robot->source_file->name, "robot-1.zip");
    assert_string_equal(robot->source_file->content_type, "application/zip");
    assert_int_equal(strlen(robot->source_file->content_hash), 64);
    assert_int_equal(robot->environment_variables_count, 3);
    assert_string_equal(robot->environment_variables[0].key, "ROBOT_CODE");
    assert_string_equal(robot->environment_variables[0].value, "ROBOT_1");
    assert_string_equal(robot->environment_variables[2].value, "¡Hola = mundo!");
    kuflow_robot_free(robot);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, kuflow_retrieve_robot(f->client, UNKNOWN_ID, &robot, &f->error));
}

void operations_directory(kf_fixture *f)
{
    principals(f);
    groups(f);
    tenants(f);
    tenant_users(f);
    keys(f);
    authentications(f);
    workers(f);
    robots(f);
}
