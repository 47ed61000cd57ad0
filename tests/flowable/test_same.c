/* The sandbox answers as the real server does: the same requests are sent to both, and what differs is printed. Ids,
 * times and the order of keys and of lists may differ, nothing else. */
#define _POSIX_C_SOURCE 200809L
#include "same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kuflow/sandbox.h"
#include "support.h"

#define REAL 0
#define SANDBOX 1

typedef struct comparison {
    kf_sandbox *sandbox;
    peer servers[2];
    char real_name[32];
    const char *version;
    int compared, differences, not_compared;
} comparison;

/* The sweep of locks that are over was busy with the same job: not what is compared. */
static bool is_conflict(const answer *result)
{
    return result->status == 500 && strstr(result->body.bytes, "updated by another transaction concurrently") != NULL;
}

/* A request of ours, on a connection of its own; its status. */
static int send_aside(const peer *server, const char *method, const char *target, answer *result)
{
    static const char *const headers[] = {"Connection: close"};
    peer aside = *server;
    text none = {0};
    aside.fd = -1;
    peer_send(&aside, method, target, headers, 1, &none, result);
    peer_disconnect(&aside);
    return result->status;
}

static bool is_empty_list(const peer *server, const char *target)
{
    answer list = {0};
    send_aside(server, "GET", target, &list);
    bool none = list.status == 200 && strstr(list.body.bytes, "\"total\":0,") != NULL;
    answer_free(&list);
    return none;
}

/* What the last request has set off on the real server happens in the background. */
static void settle(const comparison *c)
{
    WAIT_UNTIL(is_empty_list(&c->servers[REAL], "/process-api/management/jobs"));
}

static void end_instance(const peer *server, const char *id)
{
    char target[200];
    answer result = {0};
    snprintf(target, sizeof(target), "/process-api/runtime/process-instances/%s", id);
    WAIT_UNTIL((send_aside(server, "DELETE", target, &result), !is_conflict(&result)));
    if (result.status != 204 && result.status != 404)
        fail_msg("%s: DELETE %s: %d %s", server->name, target, result.status, result.body.bytes);
    answer_free(&result);
}

static void empty(peer *server)
{
    for (size_t i = 0; i < server->started_count; i++) {
        end_instance(server, server->started[i]);
        free(server->started[i]);
    }
    for (size_t i = 0; i < server->kept_count; i++)
        free(server->kept[i].value);
    server->started_count = server->kept_count = 0;
    peer_disconnect(server);
    server->began_ms = now_ms();
    if (!is_empty_list(server, "/external-job-api/jobs"))
        fail_msg("%s: there are jobs that this test does not know", server->name);
}

/* The request's target and body for one server. */
static void prepare(const peer *server, const step *request, text *target, text *body)
{
    text from = {0};
    text_clear(&from);
    if (request->kind == STEP_START) {
        text_printf(&from, "{\"processDefinitionKey\":\"%s\"%s%s}", request->target, *request->body == '\0' ? "" : ",",
                    request->body);
        text_puts(target, "/process-api/runtime/process-instances");
    } else if (request->kind == STEP_TAKE) {
        text_printf(&from, "{\"topic\":\"%s\",\"lockDuration\":\"PT1H\",\"workerId\":\"%s\"}", request->target,
                    request->body);
        text_puts(target, "/external-job-api/acquire/jobs");
    } else {
        text_puts(&from, *request->target == '/' ? "" : "/external-job-api/");
        text_puts(&from, request->target);
        peer_expand(server, from.bytes, target);
        text_clear(&from);
        text_puts(&from, request->body);
    }
    peer_expand(server, from.bytes, body);
    text_free(&from);
}

static void keep(peer *server, const step *request, const answer *result)
{
    text value = {0};
    for (size_t i = 0; i < request->keep_count; i++) {
        if (!answer_text(result, request->keep[i].pointer, &value))
            fail_msg("%s:%d: %s: nothing at %s: %d %s", request->file, request->line, server->name,
                     request->keep[i].pointer, result->status, result->body.bytes);
        peer_keep(server, request->keep[i].name, value.bytes);
    }
    if (request->kind == STEP_START) {
        if (result->status != 201 || !answer_text(result, "/id", &value))
            fail_msg("%s:%d: %s: %d %s", request->file, request->line, server->name, result->status,
                     result->body.bytes);
        assert_true(server->started_count < sizeof(server->started) / sizeof(server->started[0]));
        server->started[server->started_count] = strdup(value.bytes);
        assert_non_null(server->started[server->started_count++]);
    }
    text_free(&value);
}

static void ask(peer *server, const step *request, answer *result)
{
    text target = {0}, body = {0}, found = {0}, headers[4] = {{0}};
    const char *header_texts[4];
    int rounds = 0;
    text_clear(&target);
    prepare(server, request, &target, &body);
    for (size_t i = 0; i < request->header_count; i++) {
        peer_expand(server, request->headers[i], &headers[i]);
        header_texts[i] = headers[i].bytes;
    }
    for (;;) {
        peer_send(server, request->method, target.bytes, header_texts, request->header_count, &body, result);
        if (!is_conflict(result) && (request->until == NULL || answer_text(result, request->until, &found)))
            break;
        if (!wait_again(&rounds))
            fail_msg("%s:%d: %s: nothing came at %s: %s", request->file, request->line, server->name,
                     request->until == NULL ? "all" : request->until, result->body.bytes);
    }
    if (rounds > 0 || request->until != NULL)
        peer_disconnect(server); /* so that both have had as many requests on their connection */
    keep(server, request, result);
    for (size_t i = 0; i < request->header_count; i++)
        text_free(&headers[i]);
    text_free(&target);
    text_free(&body);
    text_free(&found);
}

static bool has_line(const char *lines, const char *line, size_t length)
{
    while (*lines != '\n' && strncmp(lines, line, length) != 0)
        lines = strchr(lines, '\n') + 1;
    return *lines != '\n';
}

/* The status, the header fields that the other one does not have, and the body, from a little before the place where it
 * differs. */
static void print_answer(const char *name, const char *lines, const char *other)
{
    printf("  %s: %.*s\n", name, (int)strcspn(lines, "\n"), lines);
    const char *line = strchr(lines, '\n') + 1;
    for (; *line != '\n'; line = strchr(line, '\n') + 1) {
        size_t length = strcspn(line, "\n") + 1;
        if (!has_line(other, line, length))
            printf("    %.*s", (int)length, line);
    }
    const char *body = line + 1, *other_body = strstr(other, "\n\n") + 2;
    size_t same = 0;
    while (body[same] != '\0' && body[same] == other_body[same])
        same++;
    size_t from = same > 200 ? same - 100 : 0;
    if (body[same] != other_body[same])
        printf("    %s%.1500s\n", from > 0 ? "..." : "", *body == '\n' ? "(no body)" : body + from);
}

static bool overlap(const lengths *one, const lengths *other)
{
    bool known = one->shortest <= one->longest && other->shortest <= other->longest;
    return !known || (one->shortest <= other->longest + 2 && other->shortest <= one->longest + 2);
}

static void compare(comparison *c, const step *request, const answer *answers)
{
    if (request->only != NULL && strcmp(request->only, c->version) != 0) {
        c->not_compared++;
        return;
    }
    text texts[2] = {{0}, {0}};
    lengths locks[2];
    for (int i = 0; i < 2; i++)
        normalise(&c->servers[i], request, &answers[i], &texts[i], &locks[i]);
    for (int i = 0; i < 2 && !overlap(&locks[REAL], &locks[SANDBOX]); i++)
        text_printf(&texts[i], "locked for %lld to %lld ms\n", (long long)locks[i].shortest,
                    (long long)locks[i].longest);
    c->compared++;
    if (strcmp(texts[REAL].bytes, texts[SANDBOX].bytes) != 0) {
        c->differences++;
        printf("%s:%d: %s %s %.300s\n", request->file, request->line, request->method, request->target, request->body);
        print_answer(c->real_name, texts[REAL].bytes, texts[SANDBOX].bytes);
        print_answer("sandbox", texts[SANDBOX].bytes, texts[REAL].bytes);
    }
    text_free(&texts[REAL]);
    text_free(&texts[SANDBOX]);
}

/* The real server needs the model in the tenant; whoever needed it before has put it there. */
static void deploy(const comparison *c, const step *request)
{
    char line[300];
    answer result = {0};
    text form = {0};
    peer aside = c->servers[REAL];
    snprintf(line, sizeof(line), "/process-api/repository/process-definitions?tenantId=%s&key=%s", request->body,
             request->target);
    if (!is_empty_list(&aside, line))
        return;
    text_puts(&form, "--form\r\nContent-Disposition: form-data; name=\"file\"; filename=\"model.bpmn20.xml\"\r\n\r\n");
    snprintf(line, sizeof(line), KF_TEST_SOURCE_DIR "/tests/servers/flowable/models/%s.bpmn20.xml", request->target);
    text_read_file(&form, line);
    text_puts(&form, "\r\n--form--\r\n");
    const char *headers[] = {"Content-Type: multipart/form-data; boundary=form", "Connection: close"};
    snprintf(line, sizeof(line), "/process-api/repository/deployments?tenantId=%s", request->body);
    aside.fd = -1;
    peer_send(&aside, "POST", line, headers, 2, &form, &result);
    if (result.status != 201)
        fail_msg("%s: %d %s", line, result.status, result.body.bytes);
    peer_disconnect(&aside);
    answer_free(&result);
    text_free(&form);
}

/* Sends the request to both; the real server's status. */
static int send_to_both(comparison *c, const step *request)
{
    int status = 0;
    for (int round = 0; round < request->times; round++) {
        answer answers[2] = {0};
        for (int i = 0; i < 2; i++)
            ask(&c->servers[i], request, &answers[i]);
        if (request->kind != STEP_START)
            compare(c, request, answers);
        status = answers[REAL].status;
        if (strstr(request->target, "acquire/jobs/") != NULL && status == 204)
            settle(c);
        if (answers[REAL].close != answers[SANDBOX].close) { /* they begin anew together */
            peer_disconnect(&c->servers[REAL]);
            peer_disconnect(&c->servers[SANDBOX]);
        }
        answer_free(&answers[REAL]);
        answer_free(&answers[SANDBOX]);
    }
    return status;
}

/* The variable goes in with the end of the first task and comes back with the second; a refused one leaves the first
 * task locked. */
static void send_variable(comparison *c, const step *variable)
{
    text body = {0};
    step start = *variable, take = *variable, report = *variable;
    start.method = take.method = report.method = "POST";
    start.kind = STEP_START;
    start.target = "sequence";
    start.body = "";
    send_to_both(c, &start);
    take.kind = STEP_TAKE;
    take.target = "first";
    take.body = "w";
    take.keep[0].name = "job";
    take.keep[0].pointer = "/0/id";
    take.keep_count = 1;
    send_to_both(c, &take);
    text_puts(&body, "{\"workerId\":\"w\",\"variables\":[");
    text_puts(&body, variable->body);
    text_puts(&body, "]}");
    report.kind = STEP_REQUEST;
    report.target = "acquire/jobs/$job/complete";
    report.body = body.bytes;
    take.keep_count = 0;
    take.roughly = false;
    if (send_to_both(c, &report) == 204) {
        take.target = "second";
    } else {
        take.kind = STEP_REQUEST;
        take.method = "GET";
        take.target = "jobs/$job";
        take.body = "";
    }
    send_to_both(c, &take);
    for (int i = 0; i < 2; i++)
        end_instance(&c->servers[i], c->servers[i].started[--c->servers[i].started_count]);
    for (int i = 0; i < 2; i++)
        free(c->servers[i].started[c->servers[i].started_count]);
    text_free(&body);
}

static void run(void **state, const char *path)
{
    comparison *c = *state;
    script requests;
    int compared = c->compared, differences = c->differences, not_compared = c->not_compared;
    script_read(&requests, path);
    for (size_t i = 0; i < requests.count; i++) {
        const step *request = &requests.steps[i];
        if (request->kind == STEP_SECTION) {
            empty(&c->servers[REAL]);
            empty(&c->servers[SANDBOX]);
        } else if (request->kind == STEP_DEPLOY) {
            deploy(c, request);
        } else if (request->kind == STEP_VARIABLE) {
            send_variable(c, request);
        } else {
            send_to_both(c, request);
        }
    }
    empty(&c->servers[REAL]);
    empty(&c->servers[SANDBOX]);
    script_free(&requests);
    printf("%s: %d requests compared, %d differences, %d not compared on Flowable %s\n", path, c->compared - compared,
           c->differences - differences, c->not_compared - not_compared, c->version);
    assert_int_equal(c->differences, differences);
    assert_true(c->compared > compared);
}

#define FILE_TEST(name)                                                                                                \
    static void test_##name(void **state)                                                                              \
    {                                                                                                                  \
        run(state, "tests/flowable/same/" #name ".txt");                                                               \
    }
FILE_TEST(http)
FILE_TEST(acquire)
FILE_TEST(results)
FILE_TEST(list)
FILE_TEST(engine)
FILE_TEST(variables)

static int set_up(void **state)
{
    comparison *c = calloc(1, sizeof(*c));
    kf_error error;
    void *former = NULL;
    fixture_setup(&former); /* what others have left over ends */
    fixture_clean(&former);
    fixture_teardown(&former);
    assert_non_null(c);
    c->version = getenv("FLOWABLE_VERSION");
    assert_non_null(c->version);
    snprintf(c->real_name, sizeof(c->real_name), "Flowable %s", c->version);
    if (kf_sandbox_start(NULL, &c->sandbox, &error) != KF_OK)
        fail_msg("no sandbox: %s", error.message);
    c->servers[REAL] = (peer){.name = c->real_name, .port = server_port(), .fd = -1};
    c->servers[SANDBOX] = (peer){.name = "sandbox", .port = kf_sandbox_port(c->sandbox), .fd = -1};
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    comparison *c = *state;
    printf("%d requests compared with Flowable %s, %d differences, %d not compared on this version\n", c->compared,
           c->version, c->differences, c->not_compared);
    kf_sandbox_stop(c->sandbox);
    free(c);
    return 0;
}

/* With a word, only the files whose tests' names have it: "test_http", "test_*". */
int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http), cmocka_unit_test(test_acquire), cmocka_unit_test(test_results),
        cmocka_unit_test(test_list), cmocka_unit_test(test_engine),  cmocka_unit_test(test_variables),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
