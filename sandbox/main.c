/* The program kuflow-sandbox. */
#include "kuflow/sandbox.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: kuflow-sandbox [--port N] [--client-id TEXT] [--client-secret TEXT] [--token TEXT]\n"
    "                      [--webhook URL] [--quiet]\n"
    "A local KuFlow server on 127.0.0.1 for tests and first steps; its state is in memory.\n";

static void print_line(const char *line, void *user)
{
    (void)user;
    printf("%s\n", line);
    fflush(stdout);
}

static int parse_port(const char *text, int *port)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < 0 || value > 65535)
        return -1;
    *port = (int)value;
    return 0;
}

/* 0: go on; 1: help was asked for; -1: wrong arguments. */
static int parse_arguments(int count, char **arguments, kf_sandbox_options *options)
{
    options->on_request = print_line;
    for (int i = 1; i < count; i++) {
        const char *name = arguments[i];
        if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
            return 1;
        if (strcmp(name, "--quiet") == 0) {
            options->on_request = NULL;
            continue;
        }
        const char *value = i + 1 < count ? arguments[++i] : NULL;
        if (value == NULL)
            return -1;
        if (strcmp(name, "--port") == 0) {
            if (parse_port(value, &options->port) != 0)
                return -1;
        } else if (strcmp(name, "--client-id") == 0) {
            options->client_id = value;
        } else if (strcmp(name, "--client-secret") == 0) {
            options->client_secret = value;
        } else if (strcmp(name, "--token") == 0) {
            options->token = value;
        } else if (strcmp(name, "--webhook") == 0) {
            options->webhook_url = value;
        } else {
            return -1;
        }
    }
    return 0;
}

int main(int count, char **arguments)
{
    kf_sandbox_options options = KF_SANDBOX_OPTIONS_INIT;
    int parsed = parse_arguments(count, arguments, &options);
    if (parsed != 0) {
        fputs(usage, parsed > 0 ? stdout : stderr);
        return parsed > 0 ? 0 : 2;
    }

    /* Blocked before any thread starts, so that only sigwait() sees them. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    sigdelset(&signals, SIGPIPE);

    kf_sandbox *sandbox;
    kf_error error;
    if (kf_sandbox_start(&options, &sandbox, &error) != KF_OK) {
        fprintf(stderr, "kuflow-sandbox: %s\n", error.message);
        return 1;
    }
    printf("kuflow-sandbox: listening on %s (client id %s, secret %s)\n", kf_sandbox_url(sandbox),
           options.client_id == NULL ? KF_SANDBOX_CLIENT_ID : options.client_id,
           options.client_secret == NULL ? KF_SANDBOX_CLIENT_SECRET : options.client_secret);
    fflush(stdout);
    int received;
    sigwait(&signals, &received);
    kf_sandbox_stop(sandbox);
    return 0;
}
