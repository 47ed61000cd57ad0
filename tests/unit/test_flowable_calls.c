/* Calls to Flowable one after the other: pages, repeats, connections that the server ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "services/flowable/worker_job.h"
#include "tiny_server.h"

static fake_transport f;

static kf_client *new_client(const char *url, const kf_transport *transport)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client;
    kf_error error;
    options.base_url = url;
    options.allow_http = true;
    options.transport = transport;
    if (flowable_client_new(&options, &client, &error) != KF_OK)
        fail_msg("%s", error.message);
    return client;
}

/* The iterator goes on by the number of jobs that came, and ends at the last page without asking for another. */
static void iterate_over_pages(void **state)
{
    static const fake_step steps[] = {
        {.http = 200,
         .body = "{\"data\":[{\"id\":\"a\",\"url\":\"u\"},{\"id\":\"b\",\"url\":\"u\"}],\"total\":5,\"start\":0,"
                 "\"sort\":\"id\",\"order\":\"asc\",\"size\":2}"},
        {.http = 200,
         .body = "{\"data\":[{\"id\":\"c\",\"url\":\"u\"},{\"id\":\"d\",\"url\":\"u\"}],\"total\":5,\"start\":2,"
                 "\"sort\":\"id\",\"order\":\"asc\",\"size\":2}"},
        {.http = 200,
         .body = "{\"data\":[{\"id\":\"e\",\"url\":\"u\"}],\"total\":5,\"start\":4,\"sort\":\"id\",\"order\":\"asc\","
                 "\"size\":1}"},
    };
    const flowable_list_external_worker_jobs_params params = {.size = KF_INT32(2), .unlocked = KF_BOOL(true)};
    char ids[16] = "";
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = new_client("http://h", &f.transport);
    kf_pager *pager = flowable_list_external_worker_jobs_pager(client, &params, &error);
    assert_non_null(pager);
    for (const flowable_external_worker_job_response *job;
         (job = flowable_list_external_worker_jobs_next(pager, &error)) != NULL;)
        strcat(ids, job->id);
    assert_int_equal(error.status, KF_OK);
    assert_string_equal(ids, "abcde");
    assert_int_equal(kf_pager_total(pager), 5);
    assert_int_equal(f.count, 3);
    assert_string_equal(f.urls[1], "http://h/external-job-api/jobs?size=2&start=2&unlocked=true");
    assert_string_equal(f.urls[2], "http://h/external-job-api/jobs?size=2&start=4&unlocked=true");
    kf_pager_free(pager);
    kf_client_free(client);
}

/* Without a size the server's pages have ten jobs: the iterator must not take the first one for the last. */
static void iterate_with_the_servers_size(void **state)
{
    char pages[2][1024] = {"{\"total\":12,\"size\":10,\"start\":0,\"data\":[", "{\"total\":12,\"size\":2,\"data\":["};
    size_t count = 0;
    kf_error error;
    (void)state;
    for (int i = 0; i < 12; i++)
        snprintf(pages[i / 10] + strlen(pages[i / 10]), 64, "%s{\"id\":\"%d\",\"url\":\"u\"}", i % 10 ? "," : "", i);
    strcat(pages[0], "]}");
    strcat(pages[1], "]}");
    const fake_step steps[] = {{.http = 200, .body = pages[0]}, {.http = 200, .body = pages[1]}};
    FAKE_INIT(&f, steps);
    kf_client *client = new_client("http://h", &f.transport);
    kf_pager *pager = flowable_list_external_worker_jobs_pager(client, NULL, &error);
    while (flowable_list_external_worker_jobs_next(pager, &error) != NULL)
        count++;
    assert_int_equal(error.status, KF_OK);
    assert_int_equal(count, 12);
    assert_int_equal(f.count, 2);
    assert_non_null(strstr(f.urls[1], "start=10"));
    kf_pager_free(pager);
    kf_client_free(client);
}

/* Which calls are tried again when the server fails, and when the answer is lost. */
static void repeats(void **state)
{
    static const fake_step failing[] = {{.http = 500, .body = "{}"}};
    static const fake_step lost[] = {{.status = KF_ERROR_TRANSPORT, .sent = true}};
    const flowable_unacquire_external_worker_jobs_request give = {.worker_id = "w"};
    const flowable_external_worker_job_complete_request done = {.worker_id = "w"};
    const flowable_external_worker_job_error_request error_request = {.worker_id = "w"};
    const flowable_external_worker_job_terminate_request terminate = {.worker_id = "w"};
    const flowable_external_worker_job_failure_request failure = {.worker_id = "w"};
    const flowable_acquire_external_worker_job_request acquired = {
        .topic = "t", .lock_duration = "PT1S", .worker_id = "w"};
    kf_error error;
    (void)state;
    FAKE_INIT(&f, failing);
    kf_client *client = new_client("http://h", &f.transport);
    for (int i = 0; i < 2; i++) {
        fake_init(&f, i == 0 ? failing : lost, 1);
        assert_int_not_equal(flowable_list_external_worker_jobs(client, NULL, NULL, &error), KF_OK);
        assert_int_equal(error.attempts, 3);
        assert_int_not_equal(flowable_get_external_worker_job(client, "j", NULL, &error), KF_OK);
        assert_int_equal(error.attempts, 3);
        assert_int_not_equal(flowable_unacquire_jobs(client, &give, &error), KF_OK);
        assert_int_equal(error.attempts, 3);
        assert_int_not_equal(flowable_unacquire_job(client, "j", &give, &error), KF_OK);
        assert_int_equal(error.attempts, 1);
        assert_int_not_equal(flowable_complete_job(client, "j", &done, &error), KF_OK);
        assert_int_equal(error.attempts, 1);
        assert_true(error.may_have_acted);
        assert_int_not_equal(flowable_bpmn_error_job(client, "j", &error_request, &error), KF_OK);
        assert_int_equal(error.attempts, 1);
        assert_int_not_equal(flowable_terminate_cmmn_job(client, "j", &terminate, &error), KF_OK);
        assert_int_equal(error.attempts, 1);
        assert_int_not_equal(flowable_fail_job(client, "j", &failure, &error), KF_OK);
        assert_int_equal(error.attempts, 1);
        assert_int_not_equal(flowable_acquire_and_lock_jobs(client, &acquired, NULL, &error), KF_OK);
        assert_int_equal(error.attempts, 1);
    }
    kf_client_free(client);
}

/* A server of Flowable's manners: each answer of JSON in a chunk, 100 answers for a connection, which ends with the
 * last of them and with each 400 and 500. */
static void manners(tiny_server *server, int fd, int number, void *user)
{
    char request[4096];
    (void)server, (void)number, (void)user;
    for (int i = 1; tiny_read(fd, request, sizeof(request)); i++) {
        bool bad = strstr(request, "/bad/") != NULL, broken = strstr(request, "/broken/") != NULL;
        bool last = bad || broken || i == 100;
        char answer[512];
        snprintf(answer, sizeof(answer), "HTTP/1.1 %s \r\nCache-Control: no-cache\r\n%s%s\r\n%s",
                 bad      ? "400"
                 : broken ? "500"
                          : "204",
                 bad || broken ? "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n" : "",
                 last ? "Connection: close\r\n" : "", bad || broken ? "11\r\n{\"message\":\"Bad\"}\r\n0\r\n\r\n" : "");
        if (!tiny_answer(fd, answer) || last)
            return;
    }
}

/* No call of a kind that must not be repeated may fail or be repeated because the server ends connections. */
static void the_servers_ends_of_connections_cost_nothing(void **state)
{
    const flowable_external_worker_job_complete_request body = {.worker_id = "w"};
    kf_error error;
    (void)state;
    tiny_server *server = tiny_start(manners, NULL);
    kf_client *client = new_client(tiny_url(server), NULL);
    tiny_reset_requests();
    for (int i = 0; i < 250; i++) {
        if (flowable_complete_job(client, "j", &body, &error) != KF_OK)
            fail_msg("%d: %s", i, error.message);
        assert_int_equal(error.attempts, 1);
    }
    assert_int_equal(tiny_connections(server), 3);
    for (int i = 0; i < 20; i++) {
        static const char *const ids[] = {"bad", "broken", "j", "j"};
        static const kf_status expected[] = {KF_ERROR_REJECTED, KF_ERROR_SERVER, KF_OK, KF_OK};
        assert_int_equal(flowable_complete_job(client, ids[i % 4], &body, &error), expected[i % 4]);
        assert_int_equal(error.attempts, 1);
        assert_int_equal(error.may_have_acted, i % 4 == 1);
    }
    assert_int_equal(tiny_requests(), 270);
    kf_client_free(client);
    tiny_stop(server);
}

/* Answers once, and ends the connection as soon as it is told to, as after a minute without a request. */
static void close_idle(tiny_server *server, int fd, int number, void *user)
{
    char request[4096];
    (void)server, (void)number, (void)user;
    if (tiny_read(fd, request, sizeof(request)))
        tiny_answer(fd, "HTTP/1.1 204 \r\n\r\n");
}

static void a_connection_that_was_closed_while_idle_costs_nothing(void **state)
{
    const flowable_external_worker_job_complete_request body = {.worker_id = "w"};
    kf_error error;
    (void)state;
    tiny_server *server = tiny_start(close_idle, NULL);
    kf_client *client = new_client(tiny_url(server), NULL);
    for (int i = 0; i < 10; i++) {
        if (flowable_complete_job(client, "j", &body, &error) != KF_OK)
            fail_msg("%d: %s", i, error.message);
        assert_int_equal(error.attempts, 1);
        tiny_wait_ended(server, i + 1);
    }
    assert_int_equal(tiny_connections(server), 10);
    kf_client_free(client);
    tiny_stop(server);
}

/* A poll is undone with several requests. A worker that stops waits for none that begins after it was called off. */
static void an_undo_that_is_cancelled_asks_no_more(void **state)
{
    static const char page[] = "{\"data\":[{\"id\":\"a\",\"url\":\"u\",\"retries\":3,\"lockOwner\":\"w\"},"
                               "{\"id\":\"b\",\"url\":\"u\",\"retries\":3,\"lockOwner\":\"w\"}],\"total\":2,"
                               "\"start\":0,\"sort\":\"id\",\"order\":\"asc\",\"size\":2}";
    static const fake_step steps[] = {{.status = KF_ERROR_CANCELLED, .sent = true},
                                      {.http = 200, .body = page},
                                      {.status = KF_ERROR_CANCELLED, .sent = true}};
    static const size_t asked[] = {1, 3};
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = new_client("http://h", &f.transport);
    for (size_t i = 0; i < 2; i++) { /* while it looks for the jobs, and while it gives them back */
        kf_error error;
        assert_int_equal(flowable_worker_undo(NULL, client, "w", &error), KF_VERDICT_AGAIN);
        assert_int_equal(error.status, KF_ERROR_CANCELLED);
        assert_int_equal(f.count, asked[i]);
    }
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iterate_over_pages),
        cmocka_unit_test(iterate_with_the_servers_size),
        cmocka_unit_test(repeats),
        cmocka_unit_test(the_servers_ends_of_connections_cost_nothing),
        cmocka_unit_test(a_connection_that_was_closed_while_idle_costs_nothing),
        cmocka_unit_test(an_undo_that_is_cancelled_asks_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
