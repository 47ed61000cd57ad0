/* The cost of a small GET: the library's typed call against a bare curl handle that is reused, and against a fresh
 * handle for each call. One process is the server, this one the client, so that its CPU time is the client's alone. */
#define _GNU_SOURCE
#include "kuflow/kuflow.h"
#include "kuflow/sandbox.h"

#include <curl/curl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 41 };

static const char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 65536);
    if (file == NULL || text == NULL || fread(text, 1, 65535, file) == 0) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    fclose(file);
    return text;
}

/* Client and server on one core: on two, waking the other one would cost more than what is measured. */
static void stay_on_one_core(void)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(0, &cores);
    sched_setaffinity(0, sizeof cores, &cores);
}

/* Starts the sandbox in a child and returns its URL. */
static pid_t serve(const char *directory, char *url, size_t size)
{
    int channel[2];
    if (pipe(channel) != 0)
        exit(1);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        kf_sandbox_options options = KF_SANDBOX_OPTIONS_INIT;
        char path[4096];
        if (directory != NULL) {
            snprintf(path, sizeof path, "%s/cert.pem", directory);
            options.tls_certificate_pem = read_file(path);
            snprintf(path, sizeof path, "%s/key.pem", directory);
            options.tls_key_pem = read_file(path);
        }
        kf_sandbox *sandbox = NULL;
        kf_error error;
        if (kf_sandbox_start(&options, &sandbox, &error) != KF_OK) {
            fprintf(stderr, "%s\n", error.message);
            exit(1);
        }
        if (write(channel[1], kf_sandbox_url(sandbox), strlen(kf_sandbox_url(sandbox))) < 0)
            exit(1);
        close(channel[1]);
        for (;;)
            pause();
    }
    close(channel[1]);
    ssize_t length = read(channel[0], url, size - 1);
    url[length > 0 ? length : 0] = '\0';
    close(channel[0]);
    return pid;
}

static double cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double wall_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

typedef struct bench {
    kf_client *client;
    CURL *handle;
    struct curl_slist *headers;
    const char *ca_file;
    char url[512];
    char id[64];
    char body[65536];
    size_t length;
} bench;

static size_t collect(char *data, size_t size, size_t count, void *user)
{
    bench *b = user;
    if (b->length + size * count < sizeof b->body)
        memcpy(b->body + b->length, data, size * count);
    b->length += size * count;
    return size * count;
}

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s failed\n", what);
    exit(1);
}

static void ours(bench *b)
{
    kf_error error;
    kuflow_process *process = NULL;
    if (kuflow_retrieve_process(b->client, b->id, &process, &error) != KF_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    kuflow_process_free(process);
}

static void configure(bench *b, CURL *handle)
{
    b->length = 0;
    curl_easy_setopt(handle, CURLOPT_URL, b->url);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, b->headers);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, b);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, 60000L);
    curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");
    if (b->ca_file != NULL)
        curl_easy_setopt(handle, CURLOPT_CAINFO, b->ca_file);
}

static void perform(CURL *handle)
{
    long status = 0;
    CURLcode code = curl_easy_perform(handle);
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    check(code == CURLE_OK && status == 200, "the bare request");
}

static void reused(bench *b)
{
    curl_easy_reset(b->handle);
    configure(b, b->handle);
    perform(b->handle);
}

static void fresh(bench *b)
{
    CURL *handle = curl_easy_init();
    check(handle != NULL, "curl_easy_init");
    configure(b, handle);
    perform(handle);
    curl_easy_cleanup(handle);
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, ascending);
    return values[ROUNDS / 2];
}

static void run(const char *scheme, const char *directory, int calls, int fresh_calls)
{
    static bench b;
    memset(&b, 0, sizeof b);
    char base[256], ca[4096];
    pid_t server = serve(directory, base, sizeof base);
    snprintf(ca, sizeof ca, "%s/cert.pem", directory != NULL ? directory : "");
    b.ca_file = directory != NULL ? ca : NULL;

    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = base;
    options.allow_http = true;
    options.ca_file = b.ca_file;
    options.username = KF_SANDBOX_CLIENT_ID;
    options.password = KF_SANDBOX_CLIENT_SECRET;
    options.auth = KF_AUTH_BASIC;
    kf_error error;
    check(kf_client_new(&options, &b.client, &error) == KF_OK, error.message);

    kuflow_process_create_params create = {.process_definition_id = KF_SANDBOX_DEFINITION_EMPTY};
    kuflow_process *process = NULL;
    check(kuflow_create_process(b.client, &create, &process, &error) == KF_OK, error.message);
    snprintf(b.id, sizeof b.id, "%s", process->id);
    kuflow_process_free(process);
    snprintf(b.url, sizeof b.url, "%s/processes/%s", base, b.id);

    /* The bare handles send the same headers. */
    b.headers = curl_slist_append(NULL, "Accept: application/json");
    b.headers = curl_slist_append(b.headers, "User-Agent: libkuflow/0.1.0 libcurl/7.88.1");
    b.headers = curl_slist_append(b.headers, "Authorization: Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ=");
    b.headers = curl_slist_append(b.headers, "X-Request-Id: 9f0a3a52-6a2b-4c0e-9d0e-0d5a4f3f2b11");
    b.handle = curl_easy_init();

    void (*const kinds[3])(bench *) = {ours, reused, fresh};
    double cpu[3][ROUNDS], wall[3][ROUNDS], to_reused[ROUNDS], to_fresh[ROUNDS];
    for (int i = 0; i < calls / 4; i++)
        ours(&b), reused(&b);
    for (int round = 0; round < ROUNDS; round++) {
        for (int k = 0; k < 3; k++) {
            int kind = (k + round) % 3, count = kind == 2 ? fresh_calls : calls;
            double cpu_before = cpu_us(), wall_before = wall_us();
            for (int i = 0; i < count; i++)
                kinds[kind](&b);
            cpu[kind][round] = (cpu_us() - cpu_before) / count;
            wall[kind][round] = (wall_us() - wall_before) / count;
        }
        to_reused[round] = cpu[0][round] / cpu[1][round];
        to_fresh[round] = cpu[0][round] / cpu[2][round];
    }
    printf("%-5s GET, client CPU per call: ours %.1f us, reused handle %.1f us, fresh handle %.1f us\n", scheme,
           median(cpu[0]), median(cpu[1]), median(cpu[2]));
    printf("%-5s GET, wall time per call:  ours %.1f us, reused handle %.1f us, fresh handle %.1f us\n", scheme,
           median(wall[0]), median(wall[1]), median(wall[2]));
    printf("%-5s GET, CPU ratio: ours/reused %.2f (aim 1.10), ours/fresh 1:%.1f (aim 1:%d)\n", scheme,
           median(to_reused), 1 / median(to_fresh), directory != NULL ? 20 : 5);

    curl_easy_cleanup(b.handle);
    curl_slist_free_all(b.headers);
    kf_client_free(b.client);
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: bench_http DIRECTORY (with cert.pem and key.pem for 127.0.0.1)\n");
        return 2;
    }
    stay_on_one_core();
    run("HTTP", NULL, 500, 300);
    run("HTTPS", argv[1], 400, 20);
    return 0;
}
