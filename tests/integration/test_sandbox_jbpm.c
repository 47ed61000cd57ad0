/* The sandbox's jBPM against what a real 6.0.1.Final answered to the same requests in the same order. */
#include "jbpm_fixture.h"

#include <curl/curl.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONVERSATION KF_TEST_SOURCE_DIR "/tests/fixtures/jbpm/6.0.1/conversation.txt"

/* A growing text. */
typedef struct text {
    char *bytes;
    size_t length;
} text;

static size_t append(char *data, size_t size, size_t count, void *user)
{
    text *to = user;
    to->bytes = realloc(to->bytes, to->length + size * count + 1);
    assert_non_null(to->bytes);
    memcpy(to->bytes + to->length, data, size * count);
    to->length += size * count;
    to->bytes[to->length] = '\0';
    return size * count;
}

/* A request as a line of the conversation has it, without the "> ": USER[:PASSWORD] ACCEPT METHOD PATH[ BODY]. Gives
 * "STATUS TYPE[ login]", and the body. */
static void send_line(jbpm_fixture *f, char *line, char head[200], text *body)
{
    char url[2000], accept[200], *user = strtok(line, " "), *type = strtok(NULL, " "), *method = strtok(NULL, " ");
    char *path = strtok(NULL, " "), *sent = strtok(NULL, ""), *colon = strchr(user, ':'), *given = NULL;
    struct curl_slist *headers = NULL;
    struct curl_header *header;
    long status = 0;
    CURL *curl = curl_easy_init();
    assert_true(curl != NULL && path != NULL);
    if (colon != NULL)
        *colon = '\0';
    snprintf(url, sizeof(url), "%s%s", kf_sandbox_jbpm_url(f->sandbox), path);
    snprintf(accept, sizeof(accept), "Accept: %s", type);
    headers = curl_slist_append(curl_slist_append(headers, accept),
                                sent != NULL ? "Content-Type: application/xml" : "Content-Type:");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    if (strcmp(method, "POST") == 0)
        curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, sent == NULL || strcmp(sent, "-") == 0 ? "" : sent);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_USERNAME, user);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, colon != NULL ? colon + 1 : user);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    assert_int_equal(curl_easy_perform(curl), CURLE_OK);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &given);
    const bool login = curl_easy_header(curl, "WWW-Authenticate", 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
    snprintf(head, 200, "%ld %.*s%s", status, given == NULL ? 0 : (int)strcspn(given, ";"), given == NULL ? "" : given,
             login ? " login" : "");
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
}

static void put(text *to, const char *bytes)
{
    append((char *)(uintptr_t)bytes, 1, strlen(bytes), to);
}

/* What differs from run to run: times, ids of logs, stack traces, white space between elements, the host. */
static void tidy(const char *from, text *to)
{
    static const struct {
        const char *begin, *end, *instead;
    } varying[] = {
        {"<stackTrace>", "</stackTrace>", "<stackTrace/>"},
        {"<duration>", "</duration>", "<duration>N</duration>"},
        {"<node-instance-id>", "</node-instance-id>", "<node-instance-id>N</node-instance-id>"},
        {"-log id=\"", "\"", "-log id=\"N\""},
        {"http://127.0.0.1:", "/", "http://HOST/"},
    };
    put(to, "");
    while (*from != '\0') {
        size_t i = 0, digits = strspn(from, "0123456789-T:.");
        while (i < sizeof(varying) / sizeof(varying[0]) &&
               strncmp(from, varying[i].begin, strlen(varying[i].begin)) != 0)
            i++;
        if (i < sizeof(varying) / sizeof(varying[0])) {
            put(to, varying[i].instead);
            from = strstr(from + strlen(varying[i].begin), varying[i].end) + strlen(varying[i].end);
        } else if (digits > 16 && from[digits] == 'Z') {
            put(to, "TIME");
            from += digits + 1;
        } else if (isspace((unsigned char)*from)) {
            from += strspn(from, " \r\n\t");
            if (*from != '<' && *from != '\0')
                put(to, " ");
        } else {
            put(to, (char[]){*from++, '\0'});
        }
    }
}

static void test_a_recorded_conversation(void **state)
{
    jbpm_fixture *f = *state;
    static char asked[8000], expected[32000], line[8000];
    int count = 0, different = 0;
    FILE *file = fopen(CONVERSATION, "r");
    assert_non_null(file);
    /* The real server had tried itself with two instances, and cleared the history. */
    jbpm_begin(f, "office.note", NULL, NO_AGE);
    jbpm_begin(f, "office.note", NULL, NO_AGE);
    OK(f, jbpm_clear_history(f->anna, OFFICE, NULL, NULL, &f->error));
    while (fgets(asked, sizeof(asked), file) != NULL && fgets(expected, sizeof(expected), file) != NULL) {
        char head[200];
        text body = {NULL, 0}, tidied = {NULL, 0}, whole = {NULL, 0};
        assert_true(strncmp(asked, "> ", 2) == 0 && strncmp(expected, "< ", 2) == 0);
        asked[strcspn(asked, "\n")] = expected[strcspn(expected, "\n")] = '\0';
        strcpy(line, asked + 2);
        send_line(f, line, head, &body);
        if (strstr(head, "text/html") == NULL) /* the pages of Tomcat are its own */
            tidy(body.bytes == NULL ? "" : body.bytes, &tidied);
        put(&whole, head);
        put(&whole, " ");
        put(&whole, tidied.bytes == NULL ? "" : tidied.bytes);
        if (strcmp(whole.bytes, expected + 2) != 0) {
            print_error("%s\n  a real server: %s\n  the sandbox:   %s\n", asked, expected + 2, whole.bytes);
            different++;
        }
        count++;
        free(body.bytes);
        free(tidied.bytes);
        free(whole.bytes);
    }
    fclose(file);
    assert_true(count > 150);
    assert_int_equal(different, 0);
}

/* JSON is the library's own form of the same answers. */
static void test_json_when_asked(void **state)
{
    jbpm_fixture *f = *state;
    char head[200], line[200];
    text body = {NULL, 0};
    const int64_t instance = jbpm_begin(f, "office.approval", "Ada", 42);
    jbpm_process_instance_with_variables *model = NULL;
    snprintf(line, sizeof(line), "anna application/json GET /runtime/" OFFICE "/withvars/process/instance/%d",
             (int)instance);
    send_line(f, line, head, &body);
    assert_string_equal(head, "200 application/json");
    OK(f, jbpm_process_instance_with_variables_decode(body.bytes, body.length, &model, &f->error));
    assert_int_equal(model->process_instance->id.value, instance);
    assert_int_equal(model->variables_count, 2);
    jbpm_process_instance_with_variables_free(model);
    free(body.bytes);
}

/* A value may have what XML cannot hold; the answers are well-formed. */
static void test_odd_values(void **state)
{
    jbpm_fixture *f = *state;
    char head[200], line[200];
    text body = {NULL, 0};
    const int64_t before = jbpm_begin(f, "office.approval", "Ada", 42);
    strcpy(line, "anna application/xml POST /runtime/" OFFICE "/process/office.approval/start?map_employee=a%01%FF");
    send_line(f, line, head, &body);
    assert_string_equal(head, "200 application/xml");
    free(body.bytes);
    body = (text){NULL, 0};
    snprintf(line, sizeof(line), "anna application/json GET /runtime/" OFFICE "/withvars/process/instance/%d",
             (int)before + 1);
    send_line(f, line, head, &body);
    assert_string_equal(head, "200 application/json");
    assert_non_null(strstr(body.bytes, "\"a??\""));
    free(body.bytes);
}

/* What later releases have is not there. */
static void test_only_6_0(void **state)
{
    jbpm_fixture *f = *state;
    jbpm_response *response = NULL;
    assert_int_equal(jbpm_clear_history_at_root(f->anna, &response, &f->error), KF_ERROR_NOT_FOUND);
    assert_int_equal(jbpm_error_classify(&f->error), JBPM_ERROR_PATH);
}

/* Elsewhere there is another application, whatever the login. */
static void test_another_address(void **state)
{
    static const char *const addresses[] = {"", "/x", "/jbpm-console/x", "/jbpm-console/restx", "/business-central"};
    jbpm_fixture *f = *state;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        char url[100];
        kf_client *client = NULL;
        jbpm_task *task = NULL;
        kf_client_options options = KF_CLIENT_OPTIONS_INIT;
        snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", kf_sandbox_port(f->sandbox), addresses[i]);
        options.base_url = url;
        options.username = KF_SANDBOX_JBPM_USER;
        options.password = KF_SANDBOX_JBPM_PASSWORD;
        options.allow_http = true;
        OK(f, jbpm_client_new(&options, &client, &f->error));
        assert_int_equal(jbpm_get_task(client, 1, &task, &f->error), KF_ERROR_NOT_FOUND);
        assert_int_equal(jbpm_error_classify(&f->error), JBPM_ERROR_ADDRESS);
        assert_string_equal(f->error.server_message, "HTTP Status 404 – Not Found Type Status Report");
        kf_client_free(client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JBPM_TEST(test_a_recorded_conversation),
        JBPM_TEST(test_json_when_asked),
        JBPM_TEST(test_odd_values),
        JBPM_TEST(test_only_6_0),
        JBPM_TEST(test_another_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
