/* Announcing the worker to KuFlow, again and again. */
#define _DEFAULT_SOURCE 1 /* the flags of interfaces */
#include "core/fail.h"
#include "services/kuflow/worker_task.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define PERIOD_MOST_S 86400
#define BACKOFF_MS 1000.0
#define BACKOFF_FACTOR 2.5
#define IP_LEAST 7

/* How good an address is for telling this machine from others; 0: not at all. */
static int address_rank(const struct ifaddrs *entry)
{
    if (entry->ifa_addr == NULL || (entry->ifa_flags & IFF_UP) == 0 || (entry->ifa_flags & IFF_LOOPBACK) != 0)
        return 0;
    if (entry->ifa_addr->sa_family == AF_INET)
        return 2;
    if (entry->ifa_addr->sa_family != AF_INET6)
        return 0;
    struct sockaddr_in6 address;
    memcpy(&address, entry->ifa_addr, sizeof(address));
    return IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr) ? 0 : 1;
}

static bool address_text(const struct sockaddr *address, char text[KUFLOW_IP_SIZE])
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    if (address->sa_family == AF_INET) {
        memcpy(&four, address, sizeof(four));
        return inet_ntop(AF_INET, &four.sin_addr, text, KUFLOW_IP_SIZE) != NULL;
    }
    memcpy(&six, address, sizeof(six));
    return inet_ntop(AF_INET6, &six.sin6_addr, text, KUFLOW_IP_SIZE) != NULL && strlen(text) >= IP_LEAST;
}

void kuflow_worker_find_ip(char text[KUFLOW_IP_SIZE])
{
    struct ifaddrs *all = NULL;
    char found[KUFLOW_IP_SIZE];
    int best = 0;
    strcpy(text, "127.0.0.1");
    if (getifaddrs(&all) != 0)
        return;
    for (const struct ifaddrs *entry = all; entry != NULL; entry = entry->ifa_next) {
        int rank = address_rank(entry);
        if (rank > best && address_text(entry->ifa_addr, found)) {
            strcpy(text, found);
            best = rank;
        }
    }
    freeifaddrs(all);
}

/* The period that the answer asks for; what makes no sense is ignored. */
static void read_window(kuflow_source *source, const kf_response *response)
{
    const char *text = response == NULL ? NULL : kf_response_header(response, "X-KF-DELAY-WINDOW");
    size_t length = text == NULL ? 0 : strspn(text, "0123456789");
    int64_t seconds = 0;
    if (length == 0 || length > 9 || text[length] != '\0')
        return;
    for (size_t i = 0; i < length; i++)
        seconds = seconds * 10 + (text[i] - '0');
    if (seconds > 0 && seconds <= PERIOD_MOST_S)
        source->period_ms = seconds * 1000;
}

static int64_t backoff(const kuflow_source *source)
{
    double wait = BACKOFF_MS;
    for (int i = 0; i < source->failures && wait < (double)source->period_ms; i++)
        wait *= BACKOFF_FACTOR;
    return wait < (double)source->period_ms ? (int64_t)wait : source->period_ms;
}

static void tell(const kuflow_source *source, kf_worker *worker, const kf_error *error, int64_t wait_ms)
{
    char message[700];
    bool ok = error->status == KF_OK;
    if (ok)
        snprintf(message, sizeof(message), "announced to KuFlow as %s, and again every %lld s", source->params.identity,
                 (long long)(wait_ms / 1000));
    else
        snprintf(message, sizeof(message), "not announced to KuFlow as %s, which is tried again: %s",
                 source->params.identity, error->message);
    const kf_worker_event event = {.kind = ok ? KF_WORKER_REGISTERED : KF_WORKER_REGISTRATION_FAILED,
                                   .severity = ok ? KF_SEVERITY_INFO : KF_SEVERITY_WARNING,
                                   .status = error->status,
                                   .http_status = error->http_status,
                                   .count = source->failures,
                                   .milliseconds = wait_ms,
                                   .message = message};
    kf_worker_tell(worker, &event);
}

int64_t kuflow_worker_register(void *user, kf_client *client, kf_worker *worker)
{
    kuflow_source *source = user;
    kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
    kf_client *scope = NULL;
    kuflow_worker *entry = NULL;
    kf_error error;
    if (source->no_registration)
        return PERIOD_MOST_S * INT64_C(1000); /* nothing to do for long */
    options.keep_response = true;
    kf_status status = kf_client_scope(client, &options, &scope, &error);
    if (status == KF_OK)
        status = kuflow_create_worker(scope, &source->params, &entry, &error);
    if (status == KF_OK) {
        read_window(source, kf_client_response(scope));
        kuflow_source_note_registrar(source, entry->last_modified_by);
    }
    kuflow_worker_free(entry);
    kf_client_free(scope);
    if (status != KF_OK) {
        source->failures++;
        source->registered = false;
        int64_t wait_ms = backoff(source);
        if (status != KF_ERROR_CANCELLED) /* by the worker's stop */
            tell(source, worker, &error, wait_ms);
        return wait_ms;
    }
    if (!source->registered)
        tell(source, worker, &error, source->period_ms);
    source->registered = true;
    source->failures = 0;
    return source->period_ms;
}
