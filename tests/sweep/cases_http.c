/* Whole calls under short memory, against a sandbox in another process. Below the library, libcurl turns a failed
 * allocation into almost any of its errors, so that every error but a wrong success is clean here. */
#define _GNU_SOURCE
#include "sweep.h"

#include "kuflow/kuflow.h"
#include "kuflow/sandbox.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DOCUMENT_SIZE = 3000, PRINCIPALS = 30, PAGE = 10 };

static pid_t server;
static char url[128];
static char folder[] = "/tmp/kuflow-sweep-XXXXXX";
static char path[64];
static char process_id[KF_UUID_TEXT_SIZE];
static char document_uri[256];
static char document[DOCUMENT_SIZE];
static char message[256]; /* of the last error */
static char some[] = "some"; /* a result where only success matters */

static void do_not_sleep(int64_t milliseconds, void *user)
{
    (void)milliseconds;
    (void)user;
}

static kf_status new_client(kf_client **client)
{
    static const kf_transport transport = {.sleep_ms = do_not_sleep};
    static const kf_pair headers[] = {{"X-Sweep", "1"}};
    kf_client_options options;
    kf_error error;
    kf_client_options_init(&options, sizeof options);
    options.base_url = url;
    options.allow_http = true;
    options.auth = KF_AUTH_BEARER_PAIR;
    options.username = KF_SANDBOX_CLIENT_ID;
    options.password = KF_SANDBOX_CLIENT_SECRET;
    options.headers = headers;
    options.header_count = 1;
    options.transport = &transport;
    return kf_client_new(&options, client, &error);
}

/* One call with a client of its own. */
typedef kf_status (*kf_sweep_call)(kf_client *client, void **result, kf_error *error);

static kf_status with_client(kf_sweep_call call, void **result)
{
    kf_client *client = NULL;
    kf_error error = {.status = KF_OK};
    kf_status status = new_client(&client);
    if (status == KF_OK)
        status = call(client, result, &error);
    if (status != KF_OK)
        snprintf(message, sizeof message, "%s", error.message);
    kf_client_free(client);
    return status;
}

static bool is_there(void *result)
{
    return result != NULL;
}

static void keep(void *result)
{
    (void)result;
}

static void free_client(void *client)
{
    kf_client_free(client);
}

static kf_status make_client(void **result)
{
    return new_client((kf_client **)result);
}

static kf_status make_flowable_client(void **result)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    options.base_url = "http://127.0.0.1:8080//flowable-rest/";
    options.allow_http = true;
    options.username = "admin";
    options.password = "test";
    return flowable_client_new(&options, (kf_client **)result, &error);
}

static kf_status make_scope(void **result)
{
    static const kf_pair pairs[] = {{"X-Sweep", "2"}};
    kf_scope_options options = {.size = sizeof options, .headers = pairs, .header_count = 1, .query = pairs};
    kf_client *client = NULL;
    kf_error error;
    kf_cancel *cancel = kf_cancel_new();
    kf_status status = cancel != NULL ? new_client(&client) : KF_ERROR_MEMORY;
    options.query_count = 1;
    options.deadline_ms = 60000;
    options.cancel = cancel;
    options.tenant = KF_SANDBOX_TENANT_2;
    if (status == KF_OK)
        status = kf_client_scope(client, &options, (kf_client **)result, &error);
    kf_client_free(client); /* the scope keeps what it needs */
    kf_client_free(*result);
    kf_cancel_free(cancel);
    *result = status == KF_OK ? some : NULL;
    return status;
}

static kf_status call_create(kf_client *client, void **result, kf_error *error)
{
    kuflow_process_create_params params = {.process_definition_id = KF_SANDBOX_DEFINITION};
    return kuflow_create_process(client, &params, (kuflow_process **)result, error);
}

static kf_status create_process(void **result)
{
    return with_client(call_create, result);
}

static bool is_process(void *result)
{
    kuflow_process *process = result;
    return process != NULL && process->id != NULL && process->state == KUFLOW_PROCESS_STATE_RUNNING;
}

static kf_status call_list(kf_client *client, void **result, kf_error *error)
{
    kuflow_find_principals_params params = {.size = KF_INT32(PAGE)};
    return kuflow_find_principals(client, &params, (kuflow_principal_page **)result, error);
}

static kf_status list_page(void **result)
{
    return with_client(call_list, result);
}

static bool is_page(void *result)
{
    kuflow_principal_page *page = result;
    return page != NULL && page->content_count == PAGE && page->content[PAGE - 1].id != NULL;
}

/* Three pages; every principal must come exactly once. */
static kf_status page_through(kf_client *client, bool prefetch, void **result, kf_error *error)
{
    kuflow_find_principals_params params = {.size = KF_INT32(PAGE), .sort = KF_LIST("id")};
    char last[KF_UUID_TEXT_SIZE] = "";
    long seen = 0;
    bool ordered = true;
    kf_pager *pager = kuflow_find_principals_pager(client, &params, error);
    if (pager == NULL)
        return error->status;
    kf_pager_prefetch(pager, prefetch);
    for (const kuflow_principal_page_item *one; (one = kuflow_find_principals_next(pager, error)) != NULL; seen++) {
        ordered = ordered && strcmp(last, one->id) < 0;
        snprintf(last, sizeof last, "%s", one->id);
    }
    kf_pager_free(pager);
    if (error->status == KF_OK)
        *result = ordered && seen == PRINCIPALS ? some : NULL;
    return error->status;
}

static kf_status call_pager(kf_client *client, void **result, kf_error *error)
{
    return page_through(client, false, result, error);
}

static kf_status all_pages(void **result)
{
    return with_client(call_pager, result);
}

static kf_status call_prefetch(kf_client *client, void **result, kf_error *error)
{
    return page_through(client, true, result, error);
}

static kf_status all_pages_ahead(void **result)
{
    return with_client(call_prefetch, result);
}

static kf_status call_upload(kf_client *client, void **result, kf_error *error)
{
    kf_source source;
    kuflow_upload_process_document_params params = {.file_name = "a.bin", .file_content_type = "application/pdf"};
    kf_source_memory(&source, document, sizeof document);
    return kuflow_upload_process_document(client, process_id, &params, &source, (kuflow_document_reference **)result,
                                          error);
}

static kf_status upload(void **result)
{
    return with_client(call_upload, result);
}

static bool is_reference(void *result)
{
    kuflow_document_reference *reference = result;
    return reference != NULL && reference->document_uri != NULL && reference->document_uri[0] != '\0';
}

static kf_status call_download(kf_client *client, void **result, kf_error *error)
{
    kf_sink sink;
    kuflow_download_process_document_params params = {.document_uri = document_uri};
    kf_sink_path(&sink, path);
    kf_status status = kuflow_download_process_document(client, process_id, &params, &sink, error);
    *result = status == KF_OK ? path : NULL;
    return status;
}

static kf_status download(void **result)
{
    return with_client(call_download, result);
}

/* In a scope that keeps the answer too: the bytes are there, or they are the library's to free. */
static kf_status call_download_to_memory(kf_client *client, void **result, kf_error *error)
{
    kf_sink sink;
    kf_client *scope;
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    kuflow_download_process_document_params params = {.document_uri = document_uri};
    options.keep_response = true;
    kf_sink_memory(&sink);
    if (kf_client_scope(client, &options, &scope, error) != KF_OK)
        return error->status;
    kf_status status = kuflow_download_process_document(scope, process_id, &params, &sink, error);
    *result = sink.data;
    kf_client_free(scope);
    return status;
}

static kf_status download_to_memory(void **result)
{
    return with_client(call_download_to_memory, result);
}

static bool are_bytes(void *result)
{
    return memcmp(result, document, DOCUMENT_SIZE) == 0;
}

static bool is_document(void *result)
{
    char copy[DOCUMENT_SIZE + 1];
    FILE *file = fopen(result, "rb");
    size_t length = file != NULL ? fread(copy, 1, sizeof copy, file) : 0;
    if (file != NULL)
        fclose(file);
    return length == DOCUMENT_SIZE && memcmp(copy, document, DOCUMENT_SIZE) == 0;
}

static void remove_file(void *file)
{
    remove(file);
}

/* Whether a failed download left nothing in its directory, not even a temporary file. */
static bool nothing_is_left(void)
{
    int files = 0;
    DIR *directory = opendir(folder);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.' && (entry->d_name[1] == '\0' || strcmp(entry->d_name, "..") == 0))
            continue;
        files++;
        unlinkat(dirfd(directory), entry->d_name, 0);
    }
    closedir(directory);
    return files == 0;
}

/* An answer that is an error must come out as that error. */
static kf_status call_missing(kf_client *client, void **result, kf_error *error)
{
    kuflow_process *process = NULL;
    kf_status status = kuflow_retrieve_process(client, "00000000-0000-4000-8000-000000000000", &process, error);
    if (status != KF_ERROR_NOT_FOUND || process != NULL)
        return status == KF_OK ? KF_ERROR_INTERNAL : status;
    *result = some;
    return KF_OK;
}

static kf_status retrieve_missing(void **result)
{
    return with_client(call_missing, result);
}

static kf_status call_raw(kf_client *client, void **result, kf_error *error)
{
    kf_pair query[] = {{"size", "1"}};
    kf_request request = {.path = "/principals", .query = query, .query_count = 1};
    return kf_request_send(client, &request, (char **)result, NULL, error);
}

static kf_status send_request(void **result)
{
    return with_client(call_raw, result);
}

static bool is_json(void *text)
{
    return text != NULL && strstr(text, "\"totalElements\":30") != NULL && ((char *)text)[strlen(text) - 1] == '}';
}

const kf_sweep_case kf_sweep_http_cases[] = {
    {"client", make_client, is_there, free_client, NULL, true, 0},
    {"client for Flowable", make_flowable_client, is_there, free_client, NULL, true, 0},
    {"scope", make_scope, is_there, keep, NULL, true, 0},
    {"create a process", create_process, is_process, kf_model_free, NULL, true, 0},
    {"list a page", list_page, is_page, kf_model_free, NULL, true, 0},
    {"pager", all_pages, is_there, keep, NULL, true, 0},
    {"pager with prefetch", all_pages_ahead, is_there, keep, NULL, true, 0},
    {"upload", upload, is_reference, kf_model_free, NULL, true, 0},
    {"download to a path", download, is_document, remove_file, nothing_is_left, true, 0},
    {"download to memory", download_to_memory, are_bytes, kf_free, NULL, true, 0},
    {"answer with an error", retrieve_missing, is_there, keep, NULL, true, 0},
    {"raw request", send_request, is_json, kf_free, NULL, true, 0},
    {NULL, NULL, NULL, NULL, NULL, false, 0},
};

/* The server's process: tells its URL, then waits until it is killed. */
static void serve(int channel)
{
    kf_sandbox *sandbox = NULL;
    kf_error error;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (kf_sandbox_start(NULL, &sandbox, &error) != KF_OK)
        fprintf(stderr, "# sandbox: %s\n", error.message);
    else if (write(channel, kf_sandbox_url(sandbox), strlen(kf_sandbox_url(sandbox))) > 0)
        for (close(channel);;)
            pause();
    _exit(1);
}

bool kf_sweep_http_set_up(void)
{
    int channel[2];
    void *result = NULL;
    for (int i = 0; i < DOCUMENT_SIZE; i++)
        document[i] = (char)(i * 7 + i / 256);
    if (mkdtemp(folder) == NULL || pipe(channel) != 0)
        return false;
    snprintf(path, sizeof path, "%s/copy", folder);
    server = fork();
    if (server == 0)
        serve(channel[1]);
    close(channel[1]);
    size_t length = 0;
    for (ssize_t got = 1; got > 0 && length<sizeof url - 1; length += got> 0 ? (size_t)got : 0)
        got = read(channel[0], url + length, sizeof url - 1 - length);
    close(channel[0]);
    if (length == 0 || create_process(&result) != KF_OK)
        return fprintf(stderr, "# set-up: %s\n", message), false;
    snprintf(process_id, sizeof process_id, "%s", ((kuflow_process *)result)->id);
    kf_model_free(result);
    result = NULL;
    if (upload(&result) != KF_OK)
        return fprintf(stderr, "# set-up: %s\n", message), false;
    snprintf(document_uri, sizeof document_uri, "%s", ((kuflow_document_reference *)result)->document_uri);
    kf_model_free(result);
    return true;
}

void kf_sweep_http_tear_down(void)
{
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    rmdir(folder);
}
