/* The program kuflow-sandbox. */
#include "kuflow/sandbox.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: kuflow-sandbox [--port N] [--client-id TEXT] [--client-secret TEXT] [--token TEXT]\n"
    "                      [--webhook URL] [--flowable-password TEXT] [--flowable-sweep MILLISECONDS]\n"
    "                      [--smartflows-key TEXT] [--quiet]\n"
    "A local server on 127.0.0.1 for tests and first steps; its state is in memory. It tells the credentials when it\n"
    "starts, then one line for each request (not with --quiet). It speaks the APIs of\n"
    "  KuFlow       under /v2024-06-14; --webhook says where its events are posted\n"
    "  Flowable     for external workers, under /external-job-api, with parts of the APIs of processes and cases,\n"
    "               /process-api and /cmmn-api; --flowable-sweep: how often locks that ended are swept (-1: never)\n"
    "  jBPM         under /jbpm-console/rest\n"
    "  Smart Flows  under /smartflows/api/v1\n"
    "  Patchworks   under /patchworks, and /patchworks-start for the operations that start flows\n";

static void print_line(const char *line, void *user)
{
    (void)user;
    printf("%s\n", line);
    fflush(stdout);
}

static int parse_number(const char *text, long least, long most, int *number)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < least || value > most)
        return -1;
    *number = (int)value;
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
            if (parse_number(value, 0, 65535, &options->port) != 0)
                return -1;
        } else if (strcmp(name, "--client-id") == 0) {
            options->client_id = value;
        } else if (strcmp(name, "--client-secret") == 0) {
            options->client_secret = value;
        } else if (strcmp(name, "--token") == 0) {
            options->token = value;
        } else if (strcmp(name, "--webhook") == 0) {
            options->webhook_url = value;
        } else if (strcmp(name, "--flowable-password") == 0) {
            options->flowable_password = value;
        } else if (strcmp(name, "--smartflows-key") == 0) {
            options->smartflows_key = value;
        } else if (strcmp(name, "--flowable-sweep") == 0) {
            if (parse_number(value, -1, 86400000, &options->flowable_sweep_ms) != 0 || options->flowable_sweep_ms == 0)
                return -1;
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
    printf("kuflow-sandbox: Flowable on %s (user " KF_SANDBOX_FLOWABLE_USER ", password %s)\n",
           kf_sandbox_flowable_url(sandbox),
           options.flowable_password == NULL ? KF_SANDBOX_FLOWABLE_PASSWORD : options.flowable_password);
    printf("kuflow-sandbox: jBPM on %s (user " KF_SANDBOX_JBPM_USER ", password " KF_SANDBOX_JBPM_PASSWORD ")\n",
           kf_sandbox_jbpm_url(sandbox));
    printf("kuflow-sandbox: Smart Flows on %s (API key %s)\n", kf_sandbox_smartflows_url(sandbox),
           options.smartflows_key == NULL ? KF_SANDBOX_SMARTFLOWS_KEY : options.smartflows_key);
    printf("kuflow-sandbox: Patchworks on %s, %s (key " KF_SANDBOX_PATCHWORKS_KEY
           "; login %s, user " KF_SANDBOX_PATCHWORKS_USER ", password " KF_SANDBOX_PATCHWORKS_PASSWORD ")\n",
           kf_sandbox_patchworks_url(sandbox), kf_sandbox_patchworks_start_url(sandbox),
           kf_sandbox_patchworks_login_url(sandbox));
    fflush(stdout);
    int received;
    sigwait(&signals, &received);
    kf_sandbox_stop(sandbox);
    return 0;
}
