/* Bare libcurl handles, as the bound of what a client can reach: they make instances, or work jobs with as little as
 * the API needs: acquire, look for the ids in the text, complete, over and over, one reused handle for each connection.
 */
#include "measure.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 64 };

static const char usage[] =
    "usage: bare work URL TOPIC JOBS HANDLER_MS CONNECTIONS BATCH    takes jobs of a topic and completes them\n"
    "       bare create URL KEY JOBS CONNECTIONS                     starts instances of a process\n";

typedef struct line {
    pthread_t thread;
    int number;
    CURL *handle;
    struct curl_slist *headers;
    char *text;
    size_t length, room;
} line;

static const char *url, *topic, *key;
static int64_t jobs;
static int handler_ms, batch;
static atomic_llong left;
static atomic_bool finished;

static void stop(const char *what, const char *detail)
{
    fprintf(stderr, "bare: %s: %s\n", what, detail);
    exit(1);
}

static size_t collect(char *data, size_t size, size_t count, void *user)
{
    line *l = user;
    size_t more = size * count;
    if (l->length + more >= l->room) {
        l->room = 2 * (l->length + more) + 4096;
        l->text = realloc(l->text, l->room);
        if (l->text == NULL)
            stop("memory", "none left");
    }
    memcpy(l->text + l->length, data, more);
    l->length += more;
    l->text[l->length] = '\0';
    return more;
}

static void set_up(line *l)
{
    l->handle = curl_easy_init();
    l->headers = curl_slist_append(NULL, "Content-Type: application/json");
    l->headers = curl_slist_append(l->headers, "Accept: application/json");
    l->headers = curl_slist_append(l->headers, "Authorization: Basic YWRtaW46dGVzdA==");
    if (l->handle == NULL || l->headers == NULL)
        stop("memory", "none left");
    curl_easy_setopt(l->handle, CURLOPT_HTTPHEADER, l->headers);
    curl_easy_setopt(l->handle, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(l->handle, CURLOPT_WRITEDATA, l);
    curl_easy_setopt(l->handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(l->handle, CURLOPT_TIMEOUT_MS, 60000L);
}

static void clean_up(line *l)
{
    curl_easy_cleanup(l->handle);
    curl_slist_free_all(l->headers);
    free(l->text);
}

static void post(line *l, const char *target, const char *body, long expected)
{
    long status = 0;
    l->length = 0;
    curl_easy_setopt(l->handle, CURLOPT_URL, target);
    curl_easy_setopt(l->handle, CURLOPT_POSTFIELDS, body);
    CURLcode code = curl_easy_perform(l->handle);
    curl_easy_getinfo(l->handle, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK)
        stop(target, curl_easy_strerror(code));
    if (status != expected)
        stop(target, l->length > 0 ? l->text : "another status than expected");
}

static void pause_ms(int ms)
{
    struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    if (ms > 0)
        nanosleep(&wait, NULL);
}

static void complete(line *l, const char *id, int length, const char *worker)
{
    char target[1024], body[256];
    pause_ms(handler_ms);
    snprintf(target, sizeof target, "%s/external-job-api/acquire/jobs/%.*s/complete", url, length, id);
    snprintf(body, sizeof body, "{\"workerId\":\"%s\"}", worker);
    post(l, target, body, 204);
    if (measure_count())
        finished = true;
}

static void *work(void *argument)
{
    static const char mark[] = "\"id\":\"";
    line *l = argument;
    char target[1024], body[512], worker[64];
    char *answer = NULL;
    snprintf(worker, sizeof worker, "bare-%d-%d", (int)getpid(), l->number);
    snprintf(target, sizeof target, "%s/external-job-api/acquire/jobs", url);
    snprintf(body, sizeof body, "{\"topic\":\"%s\",\"lockDuration\":\"PT5M\",\"workerId\":\"%s\",\"numberOfTasks\":%d}",
             topic, worker, batch);
    while (!finished) {
        post(l, target, body, 200);
        /* The completions need the buffer. */
        answer = realloc(answer, l->length + 1);
        if (answer == NULL)
            stop("memory", "none left");
        memcpy(answer, l->text, l->length + 1);
        if (l->length < 10)
            pause_ms(2);
        for (char *id = answer; (id = strstr(id, mark)) != NULL;) {
            id += sizeof mark - 1;
            complete(l, id, (int)strcspn(id, "\""), worker);
        }
    }
    free(answer);
    return NULL;
}

static void *create(void *argument)
{
    line *l = argument;
    char target[1024], body[256];
    snprintf(target, sizeof target, "%s/process-api/runtime/process-instances", url);
    snprintf(body, sizeof body, "{\"processDefinitionKey\":\"%s\"}", key);
    while (--left >= 0) {
        post(l, target, body, 201);
        measure_count();
    }
    return NULL;
}

static int number(const char *text, int least)
{
    char *rest;
    long value = strtol(text, &rest, 10);
    if (*rest != '\0' || value < least || value > 100000000)
        stop("not a sensible number", text);
    return (int)value;
}

int main(int argc, char **argv)
{
    static line lines[MAX_CONNECTIONS];
    bool working = argc == 8 && strcmp(argv[1], "work") == 0;
    if (!working && !(argc == 6 && strcmp(argv[1], "create") == 0))
        return fputs(usage, stderr), 2;
    url = argv[2];
    topic = key = argv[3];
    jobs = number(argv[4], 1);
    handler_ms = working ? number(argv[5], 0) : 0;
    int connections = number(argv[working ? 6 : 5], 1);
    batch = working ? number(argv[7], 1) : 0;
    if (connections > MAX_CONNECTIONS)
        stop("too many connections", argv[working ? 6 : 5]);

    left = jobs;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    measure_begin(jobs);
    for (int i = 0; i < connections; i++) {
        lines[i].number = i;
        set_up(&lines[i]);
        if (pthread_create(&lines[i].thread, NULL, working ? work : create, &lines[i]) != 0)
            stop("pthread_create", "failed");
    }
    for (int i = 0; i < connections; i++) {
        pthread_join(lines[i].thread, NULL);
        clean_up(&lines[i]);
    }
    measure_print();
    curl_global_cleanup();
    return 0;
}
