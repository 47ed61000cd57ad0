#include "fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int fixture_setup(void **state)
{
    kf_fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    if (kf_sandbox_start(NULL, &fixture->sandbox, &fixture->error) != KF_OK)
        fail_msg("the sandbox does not start: %s", fixture->error.message);
    fixture->client = fixture_client(kf_sandbox_url(fixture->sandbox));
    *state = fixture;
    return 0;
}

int fixture_teardown(void **state)
{
    kf_fixture *fixture = *state;
    kf_client_free(fixture->client);
    kf_sandbox_stop(fixture->sandbox);
    free(fixture);
    return 0;
}

int fixture_clean(void **state)
{
    kf_fixture *fixture = *state;
    kf_sandbox_fault_clear(fixture->sandbox);
    return 0;
}

kf_client_options fixture_options(const char *url)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = url;
    options.allow_http = true;
    options.username = KF_SANDBOX_CLIENT_ID;
    options.password = KF_SANDBOX_CLIENT_SECRET;
    options.retry_base_ms = 1;
    options.no_retry_budget = true;
    return options;
}

kf_client *fixture_client(const char *url)
{
    kf_client_options options = fixture_options(url);
    kf_client *client = NULL;
    kf_error error;
    if (kuflow_client_new(&options, &client, &error) != KF_OK)
        fail_msg("no client: %s", error.message);
    return client;
}

kf_client *fixture_scope(kf_fixture *fixture, int64_t deadline_ms, int attempts)
{
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    options.deadline_ms = deadline_ms;
    options.max_attempts = attempts;
    kf_client *scope = NULL;
    CHECK_OK(fixture, kf_client_scope(fixture->client, &options, &scope, &fixture->error));
    return scope;
}

void fixture_fault(kf_fixture *fixture, const char *operation, kf_sandbox_fault_spec fault)
{
    assert_int_equal(kf_sandbox_fault(fixture->sandbox, operation, &fault), KF_OK);
}

void fixture_answer(kf_fixture *fixture, const char *operation, int status, const char *body)
{
    kf_sandbox_fault_spec fault = {.kind = KF_SANDBOX_FAULT_ANSWER, .status = status, .body = body};
    fixture_fault(fixture, operation, fault);
}

void fixture_process(kf_fixture *fixture, const char *definition, char id[KF_UUID_TEXT_SIZE])
{
    kuflow_process_create_params params = {.process_definition_id = definition};
    kuflow_process *process = NULL;
    CHECK_OK(fixture, kuflow_create_process(fixture->client, &params, &process, &fixture->error));
    snprintf(id, KF_UUID_TEXT_SIZE, "%s", process->id);
    kuflow_process_free(process);
}

void fixture_task(kf_fixture *fixture, char process_id[KF_UUID_TEXT_SIZE], char id[KF_UUID_TEXT_SIZE])
{
    fixture_process(fixture, KF_SANDBOX_DEFINITION_EMPTY, process_id);
    kuflow_process_item_create_params params = {
        .type = KUFLOW_PROCESS_ITEM_TYPE_TASK, .process_id = process_id, .process_item_definition_code = "CODE"};
    kuflow_process_item *item = NULL;
    CHECK_OK(fixture, kuflow_create_process_item(fixture->client, &params, &item, &fixture->error));
    snprintf(id, KF_UUID_TEXT_SIZE, "%s", item->id);
    kuflow_process_item_free(item);
}

cJSON *json(const char *text)
{
    cJSON *value = cJSON_Parse(text);
    if (value == NULL)
        fail_msg("the test's own JSON is wrong: %s", text);
    return value;
}

void check_json_at(const cJSON *value, const char *expected, const char *file, int line)
{
    cJSON *wanted = json(expected);
    bool same = value != NULL && cJSON_Compare(value, wanted, true);
    cJSON_Delete(wanted);
    if (same)
        return;
    char *text = value == NULL ? NULL : cJSON_PrintUnformatted(value);
    print_error("got %s, expected %s\n", text == NULL ? "nothing" : text, expected);
    cJSON_free(text);
    _fail(file, line);
}

static char directory[64];

static void remove_directory(void)
{
    DIR *entries = opendir(directory);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        char path[400];
        snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        unlink(path);
    }
    if (entries != NULL)
        closedir(entries);
    rmdir(directory);
}

const char *scratch_directory(void)
{
    if (directory[0] == '\0') {
        strcpy(directory, "/tmp/kuflow-test-XXXXXX");
        assert_non_null(mkdtemp(directory));
        atexit(remove_directory);
    }
    return directory;
}

const char *scratch_path(const char *name)
{
    static char paths[4][400];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", scratch_directory(), name);
    return path;
}

char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, size, file), size);
    text[size] = '\0';
    fclose(file);
    if (length != NULL)
        *length = size;
    return text;
}

void write_file(const char *path, const void *data, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

int count_files(const char *path)
{
    int count = 0;
    DIR *entries = opendir(path);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(entries);
    return count;
}

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sleep_ms(int milliseconds)
{
    struct timespec pause = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};
    nanosleep(&pause, NULL);
}

void check_ok_at(const kf_fixture *fixture, kf_status status, const char *call, const char *file, int line)
{
    const kf_error *error = &fixture->error;
    if (status == KF_OK && error->status == KF_OK && error->message[0] == '\0')
        return;
    print_error("%s\n  gave %s (error.status %s, HTTP %d): %s [%s: %s]\n", call, kf_status_name(status),
                kf_status_name(error->status), error->http_status, error->message, error->server_code,
                error->server_message);
    _fail(file, line);
}

/* What is wrong with a message; NULL: nothing. */
static const char *message_fault(const kf_error *error)
{
    const char *text = error->message;
    size_t length = strlen(text);
    if (length < 10)
        return "the message is empty or too short";
    if (length + 1 == sizeof(error->message))
        return "the message fills its array: it was cut";
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20)
            return "the message has a control character";
    }
    if (strstr(text, KF_SANDBOX_CLIENT_SECRET) != NULL ||
        strstr(error->server_message, KF_SANDBOX_CLIENT_SECRET) != NULL)
        return "the message has the secret";
    if (strstr(text, "(null)") != NULL)
        return "the message prints a NULL";
    return NULL;
}

static void note_refused(kf_fixture *fixture)
{
    const kf_operation *operation = kf_operation_find(fixture->error.operation);
    if (operation == NULL)
        return;
    for (size_t i = 0; i < fixture->refused_count; i++) {
        if (fixture->refused[i] == operation->name)
            return;
    }
    if (fixture->refused_count < sizeof(fixture->refused) / sizeof(fixture->refused[0]))
        fixture->refused[fixture->refused_count++] = operation->name;
}

void check_fails_at(kf_fixture *fixture, kf_status status, kf_status expected, int http_status, const char *call,
                    const char *file, int line)
{
    const kf_error *error = &fixture->error;
    const char *fault = message_fault(error);
    if (status == expected && error->status == expected && error->http_status == http_status && fault == NULL) {
        note_refused(fixture);
        return;
    }
    print_error("%s\n  gave %s, expected %s (error.status %s, HTTP %d, expected %d): %s [%s: %s]%s%s\n", call,
                kf_status_name(status), kf_status_name(expected), kf_status_name(error->status), error->http_status,
                http_status, error->message, error->server_code, error->server_message, fault == NULL ? "" : "\n  ",
                fault == NULL ? "" : fault);
    _fail(file, line);
}
