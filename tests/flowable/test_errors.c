/* What a real Flowable answers when something is wrong, how flowable_error_classify() reads it, and that the
 * connections which it closes cost nothing. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "support/loopback.h"
#include <unistd.h>

/* What the answer to reading a job (NULL: to listing) is taken for, with that base (NULL: the right one) and login. */
static flowable_error_kind kind_of(fixture *f, const char *base, const char *user, const char *password, const char *id)
{
    kf_client_options options = fixture_options();
    if (base != NULL)
        options.base_url = base;
    options.username = user;
    options.password = password;
    kf_client *client = fixture_client(&options);
    flowable_data_response_external_worker_job_response *page = NULL;
    flowable_external_worker_job_response *job = NULL;
    if (id == NULL)
        flowable_list_external_worker_jobs(client, NULL, &page, &f->error);
    else
        flowable_get_external_worker_job(client, id, &job, &f->error);
    flowable_data_response_external_worker_job_response_free(page);
    assert_null(job);
    kf_client_free(client);
    return flowable_error_classify(&f->error);
}

static void test_login(void **state)
{
    fixture *f = *state;
    assert_int_equal(kind_of(f, NULL, "admin", "test", NULL), FLOWABLE_ERROR_NONE);
    assert_int_equal(kind_of(f, NULL, "admin", "wrong", NULL), FLOWABLE_ERROR_LOGIN);
    assert_int_equal(f->error.http_status, 401);
    assert_int_equal(f->error.status, KF_ERROR_AUTH);
    assert_string_equal(f->error.server_message, "");
    assert_int_equal(kind_of(f, NULL, "nobody", "test", NULL), FLOWABLE_ERROR_LOGIN);
    kf_client_options options = fixture_options();
    options.username = options.password = NULL;
    options.token = "token";
    kf_client *client = fixture_client(&options);
    flowable_data_response_external_worker_job_response *page = NULL;
    CHECK_FAILS(f, KF_ERROR_AUTH, 401, "", flowable_list_external_worker_jobs(client, NULL, &page, &f->error));
    kf_client_free(client);
}

/* A known user without the privilege for REST. A lock that was lost is a 403 too, but with a body. */
static void test_privilege(void **state)
{
    fixture *f = *state;
    assert_int_equal(kind_of(f, NULL, "guest", "test", NULL), FLOWABLE_ERROR_PRIVILEGE);
    assert_int_equal(f->error.http_status, 403);
    assert_int_equal(f->error.status, KF_ERROR_FORBIDDEN);
    assert_string_equal(f->error.server_message, "");
    char job[ID_SIZE];
    start_process(f, "single", NULL, NULL);
    take_id(f, "single", "w", job);
    CHECK_FAILS(f, KF_ERROR_FORBIDDEN, 403, "does not hold a lock", complete(f, job, "other"));
    assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_LOCK_LOST);
}

/* The firewall of Spring answers as to a wrong login; that of 6.8 otherwise. No path with "//" leaves the library. */
static void test_paths_that_the_firewall_refuses(void **state)
{
    static const char *const ids[] = {"a;b", "a%b"};
    fixture *f = *state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        flowable_error_kind kind = kind_of(f, NULL, "admin", "test", ids[i]);
        assert_int_equal(kind, f->version >= 700 ? FLOWABLE_ERROR_LOGIN : FLOWABLE_ERROR_SERVER);
        assert_int_equal(f->error.http_status, f->version >= 700 ? 401 : 500);
    }
    assert_int_equal(kind_of(f, NULL, "admin", "test", "a/b"), FLOWABLE_ERROR_REFUSED);
    assert_int_equal(f->error.http_status, 400);
    kf_request request = {.path = "//jobs"};
    CHECK_FAILS(f, KF_ERROR_ARGUMENT, 0, "", kf_request_send(f->client, &request, NULL, NULL, &f->error));
}

static void test_base_urls(void **state)
{
    static const char *const good[] = {
        "", "/", "//", "/external-job-api", "/external-job-api/", "//external-job-api//"};
    fixture *f = *state;
    char base[200];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(base, sizeof(base), "%s%s", server_root(), good[i]);
        assert_int_equal(kind_of(f, base, "admin", "test", NULL), FLOWABLE_ERROR_NONE);
        assert_int_equal(kind_of(f, base, "admin", "test", UNKNOWN_ID), FLOWABLE_ERROR_JOB_GONE);
    }
    snprintf(base, sizeof(base), "%s/flowable-rest", server_root());
    assert_int_equal(kind_of(f, base, "admin", "test", NULL), FLOWABLE_ERROR_ADDRESS);
}

/* An id that would end the path's segment stays an id. */
static void test_ids_that_need_care_in_a_path(void **state)
{
    static const char *const ids[] = {"a b", "a?b",       "a#b", "a&b=c", "a:b@c", "\xc3\xa4\xf0\x9f\x98\x80",
                                      "a+b", "~a'(b)*!,$"};
    fixture *f = *state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, ids[i], complete(f, ids[i], "w"));
        assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_JOB_GONE);
    }
}

static void test_nobody_listens(void **state)
{
    fixture *f = *state;
    int port = 0;
    int fd = loopback_listen(&port);
    assert_true(fd >= 0);
    close(fd);
    char base[100];
    snprintf(base, sizeof(base), "http://127.0.0.1:%d", port);
    kf_client_options options = fixture_options();
    options.base_url = base;
    options.max_attempts = 1;
    kf_client *client = fixture_client(&options);
    flowable_data_response_external_worker_job_response *page = NULL;
    assert_int_equal(flowable_list_external_worker_jobs(client, NULL, &page, &f->error), KF_ERROR_CONNECT);
    assert_int_equal(flowable_error_classify(&f->error), FLOWABLE_ERROR_UNREACHABLE);
    kf_client_free(client);
}

/* What only requests without a type can send. */
static void test_requests_that_are_wrong(void **state)
{
    static const struct {
        const char *path, *name, *value, *body, *type;
        int http_status;
    } rows[] = {
        {"/jobs", "sort", "lockOwner", NULL, NULL, 400}, {"/jobs", "order", "ASC", NULL, NULL, 400},
        {"/acquire/jobs", NULL, NULL, "{", NULL, 400},   {"/acquire/jobs", NULL, NULL, "null", NULL, 400},
        {"/acquire/jobs", NULL, NULL, "{}", NULL, 400},  {"/acquire/jobs", NULL, NULL, "{}", "text/plain", 500},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        kf_pair query = {rows[i].name, rows[i].value};
        kf_request request = {.method = rows[i].body == NULL ? "GET" : "POST",
                              .path = rows[i].path,
                              .query = &query,
                              .query_count = rows[i].name != NULL,
                              .body = rows[i].body,
                              .content_type = rows[i].type};
        CHECK_FAILS(f, rows[i].http_status == 500 ? KF_ERROR_SERVER : KF_ERROR_REJECTED, rows[i].http_status, "",
                    kf_request_send(f->client, &request, NULL, NULL, &f->error));
    }
}

/* The server closes a connection after the hundredth answer, and after each 400 and 500. */
static void test_closed_connections_cost_nothing(void **state)
{
    fixture *f = *state;
    char name[257];
    memset(name, 'w', 256);
    name[256] = '\0';
    start_process(f, "exclusive", NULL, NULL);
    for (int i = 0; i < 350; i++) {
        flowable_data_response_external_worker_job_response *page = NULL;
        CHECK_OK(f, flowable_list_external_worker_jobs(f->client, NULL, &page, &f->error));
        flowable_data_response_external_worker_job_response_free(page);
    }
    for (int i = 0; i < 120; i++) {
        flowable_acquire_external_worker_job_request request = {
            .topic = "exclusive", .worker_id = name, .lock_duration = "PT1S"};
        jobs_answer *answer = NULL;
        CHECK_FAILS(f, KF_ERROR_SERVER, 500, "Value too long",
                    flowable_acquire_and_lock_jobs(f->client, &request, &answer, &f->error));
        CHECK_FAILS(f, KF_ERROR_REJECTED, 400, "workerId is required", complete(f, UNKNOWN_ID, ""));
        CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, "Could not find", complete(f, UNKNOWN_ID, "w"));
    }
}

/* No operation is repeated by itself after a 500 of an acquire or a report, and none is lost by it. */
static void test_refused_acquire_locks_nothing(void **state)
{
    fixture *f = *state;
    char name[257];
    memset(name, 'w', 256);
    name[256] = '\0';
    for (int i = 0; i < 3; i++)
        start_process(f, "single", NULL, NULL);
    flowable_acquire_external_worker_job_request request = {
        .topic = "single", .worker_id = name, .lock_duration = HOUR, .number_of_tasks = KF_INT32(3)};
    jobs_answer *answer = NULL;
    CHECK_FAILS(f, KF_ERROR_SERVER, 500, "Value too long",
                flowable_acquire_and_lock_jobs(f->client, &request, &answer, &f->error));
    answer = acquire(f, "single", "w", HOUR, 3);
    assert_int_equal(answer->items_count, 3);
    flowable_acquire_and_lock_jobs_answer_free(answer);
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_login),
        TEST(test_privilege),
        TEST(test_paths_that_the_firewall_refuses),
        TEST(test_base_urls),
        TEST(test_ids_that_need_care_in_a_path),
        TEST(test_nobody_listens),
        TEST(test_requests_that_are_wrong),
        TEST(test_closed_connections_cost_nothing),
        TEST(test_refused_acquire_locks_nothing),
    };
    return cmocka_run_group_tests_name("errors", tests, fixture_setup, fixture_teardown);
}
