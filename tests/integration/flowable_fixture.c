#define _DEFAULT_SOURCE 1
#include "flowable_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int flowable_setup_with(void **state, kf_sandbox_options *options)
{
    kf_fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    if (kf_sandbox_start(options, &f->sandbox, &f->error) != KF_OK)
        fail_msg("the sandbox does not start: %s", f->error.message);
    kf_client_options client = fixture_options(kf_sandbox_flowable_url(f->sandbox));
    client.username = KF_SANDBOX_FLOWABLE_USER;
    client.password = KF_SANDBOX_FLOWABLE_PASSWORD;
    CHECK_OK(f, flowable_client_new(&client, &f->client, &f->error));
    *state = f;
    return 0;
}

int flowable_setup(void **state)
{
    return flowable_setup_with(state, NULL);
}

const char *start_instance(kf_fixture *f, const char *key, const char *variables)
{
    static char ids[4][KF_UUID_TEXT_SIZE];
    static unsigned next;
    char *id = ids[next++ % 4];
    assert_int_equal(kf_sandbox_flowable_start_instance(f->sandbox, key, variables, NULL, id), KF_OK);
    return id;
}

static acquired_jobs *answers[8];
static unsigned next_answer;

static void free_answers(void)
{
    for (size_t i = 0; i < 8; i++)
        flowable_acquire_and_lock_jobs_answer_free(answers[i]);
}

const acquired_jobs *acquire_as(kf_fixture *f, const char *topic, const char *worker, const char *lock, int count)
{
    flowable_acquire_external_worker_job_request request = {
        .topic = topic, .worker_id = worker, .lock_duration = lock, .number_of_tasks = KF_INT32(count)};
    acquired_jobs **answer = &answers[next_answer++ % 8];
    if (next_answer == 1)
        atexit(free_answers);
    flowable_acquire_and_lock_jobs_answer_free(*answer);
    *answer = NULL;
    CHECK_OK(f, flowable_acquire_and_lock_jobs(f->client, &request, answer, &f->error));
    return *answer;
}

const acquired_jobs *acquire(kf_fixture *f, const char *topic, int count)
{
    return acquire_as(f, topic, "w", "PT1H", count);
}

const char *acquire_one(kf_fixture *f, const char *topic, const char *worker, const char *lock)
{
    static char ids[4][KF_UUID_TEXT_SIZE];
    static unsigned next;
    const acquired_jobs *jobs = acquire_as(f, topic, worker, lock, 1);
    assert_int_equal(jobs->items_count, 1);
    char *id = ids[next++ % 4];
    snprintf(id, KF_UUID_TEXT_SIZE, "%s", jobs->items[0].id);
    return id;
}

kf_status complete(kf_fixture *f, const char *job, const char *worker)
{
    flowable_external_worker_job_complete_request request = {.worker_id = worker};
    return flowable_complete_job(f->client, job, &request, &f->error);
}

kf_status unacquire(kf_fixture *f, const char *job, const char *worker)
{
    flowable_unacquire_external_worker_jobs_request request = {.worker_id = worker};
    return flowable_unacquire_job(f->client, job, &request, &f->error);
}

int count_jobs(kf_fixture *f, const char *filter)
{
    char path[300];
    snprintf(path, sizeof(path), "/jobs?%s", filter);
    assert_int_equal(raw_get(f, path), 200);
    const char *total = strstr(raw_body, "\"total\":");
    assert_non_null(total);
    return atoi(total + 8);
}

char raw_head[8192], raw_body[65536];

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void send_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        assert_true(sent > 0);
        bytes += sent;
        length -= (size_t)sent;
    }
}

int raw_send(kf_fixture *f, const char *method, const char *path, const char *authorization, const char *headers,
             const char *body)
{
    static char answer[sizeof(raw_head) + sizeof(raw_body)];
    size_t length = 0;
    char length_line[60] = "", login[200] = "";
    if (authorization == NULL)
        authorization = "Basic YWRtaW46dGVzdA=="; /* admin:test */
    if (authorization[0] != '\0')
        snprintf(login, sizeof(login), "Authorization: %s\r\n", authorization);
    if (body != NULL)
        snprintf(length_line, sizeof(length_line), "Content-Length: %zu\r\n", strlen(body));
    char *request = malloc(strlen(path) + strlen(headers) + 600 + (body == NULL ? 0 : strlen(body)));
    assert_non_null(request);
    sprintf(request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s%s%s\r\n%s", method, path, kf_sandbox_port(f->sandbox),
            login, headers, length_line, body == NULL ? "" : body);
    int fd = connect_to(kf_sandbox_port(f->sandbox));
    send_all(fd, request, strlen(request));
    free(request);
    char *end = NULL;
    for (size_t wanted = 1; length < wanted;) {
        ssize_t received = recv(fd, answer + length, sizeof(answer) - 1 - length, 0);
        assert_true(received > 0);
        length += (size_t)received;
        answer[length] = '\0';
        end = strstr(answer, "\r\n\r\n");
        const char *size = end == NULL ? NULL : strstr(answer, "Content-Length: ");
        if (end == NULL)
            wanted = length + 1;
        else
            wanted = (size_t)(end + 4 - answer) +
                     (size == NULL || size > end || strcmp(method, "HEAD") == 0 ? 0 : strtoul(size + 16, NULL, 10));
    }
    close(fd);
    snprintf(raw_body, sizeof(raw_body), "%s", end + 4);
    end[2] = '\0';
    snprintf(raw_head, sizeof(raw_head), "%s", answer);
    return atoi(answer + strlen("HTTP/1.1 "));
}

int raw_post(kf_fixture *f, const char *path, const char *body)
{
    char whole[300];
    snprintf(whole, sizeof(whole), "/external-job-api%s", path);
    return raw_send(f, "POST", whole, NULL, "Content-Type: application/json\r\n", body);
}

int raw_get(kf_fixture *f, const char *path)
{
    char whole[600];
    snprintf(whole, sizeof(whole), "/external-job-api%s", path);
    return raw_send(f, "GET", whole, NULL, "", NULL);
}

bool raw_has_header(const char *line)
{
    char wanted[300];
    snprintf(wanted, sizeof(wanted), "\n%s\r\n", line);
    return strstr(raw_head, wanted) != NULL;
}

void check_exception_at(int status, int expected_status, const char *exception, const char *file, int line)
{
    cJSON *body = cJSON_Parse(raw_body);
    const char *got = cJSON_GetStringValue(cJSON_GetObjectItem(body, "exception"));
    bool same = got != NULL && strcmp(got, exception) == 0;
    cJSON_Delete(body);
    if (same && status == expected_status)
        return;
    print_error("got %d %s\n  expected %d %s\n", status, raw_body, expected_status, exception);
    _fail(file, line);
}
