/* The program kuflow-sandbox. */
#define _GNU_SOURCE 1
#include "kuflow/sandbox.h"

#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
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

static bool parse_number(const char *name, const char *text, long least, long most, int *number)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < least || value > most) {
        fprintf(stderr, "kuflow-sandbox: --%s is a number from %ld to %ld, and not \"%s\"\n", name, least, most, text);
        return false;
    }
    *number = (int)value;
    return true;
}

/* 0: go on; 1: help was asked for; -1: wrong arguments, which was said. */
static int parse_arguments(int count, char **arguments, kf_sandbox_options *options)
{
    static const struct option known[] = {{"help", no_argument, NULL, 'h'},
                                          {"quiet", no_argument, NULL, 'q'},
                                          {"port", required_argument, NULL, 'p'},
                                          {"client-id", required_argument, NULL, 'i'},
                                          {"client-secret", required_argument, NULL, 's'},
                                          {"token", required_argument, NULL, 't'},
                                          {"webhook", required_argument, NULL, 'w'},
                                          {"flowable-password", required_argument, NULL, 'f'},
                                          {"flowable-sweep", required_argument, NULL, 'F'},
                                          {"smartflows-key", required_argument, NULL, 'k'},
                                          {0}};
    options->on_request = print_line;
    for (int option; (option = getopt_long(count, arguments, "h", known, NULL)) != -1;) {
        switch (option) {
        case 'h':
            return 1;
        case 'q':
            options->on_request = NULL;
            break;
        case 'i':
            options->client_id = optarg;
            break;
        case 's':
            options->client_secret = optarg;
            break;
        case 't':
            options->token = optarg;
            break;
        case 'w':
            options->webhook_url = optarg;
            break;
        case 'f':
            options->flowable_password = optarg;
            break;
        case 'k':
            options->smartflows_key = optarg;
            break;
        case 'p':
            if (!parse_number("port", optarg, 0, 65535, &options->port))
                return -1;
            break;
        case 'F':
            if (!parse_number("flowable-sweep", optarg, -1, 86400000, &options->flowable_sweep_ms))
                return -1;
            break;
        default:
            return -1;
        }
    }
    if (optind == count)
        return 0;
    fprintf(stderr, "kuflow-sandbox: there is no argument \"%s\"\n", arguments[optind]);
    return -1;
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
