/* The proxy as a program: kuflow-proxy PORT [name=value]…, until it is told to end or its input is closed. A line of
 * its input sets another fault, or names another server. */
#include "proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: kuflow-proxy PORT [fault=cut|reset|garbage|stall|drop|refuse] [direction=answer|request] [at=BYTE]\n"
    "                    [length=BYTES] [delay_ms=N] [drip_bytes=N] [drip_ms=N] [first=N] [every=N] [times=N]\n"
    "Stands before 127.0.0.1:PORT, prints its own URL, and ends when its standard input does. Each line of the input\n"
    "is another fault (an empty one: none), or `target=PORT`, or `reset`, which ends all connections.\n";

static bool read_number(const char *text, int64_t *number)
{
    char *end;
    *number = strtoll(text, &end, 10);
    return end != text && *end == '\0' && *number >= 0 && *number <= INT32_MAX;
}

/* The place of a text in a list of words, or -1. */
static int place_of(const char *text, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(text, words[i]) == 0)
            return i;
    return -1;
}

static bool read_option(char *option, kf_proxy_fault *fault)
{
    static const char *const kinds[] = {"none", "cut", "reset", "garbage", "stall", "drop", "refuse", NULL};
    static const char *const directions[] = {"answer", "request", NULL};
    static const char *const names[] = {"fault",   "direction", "at",    "length", "delay_ms", "drip_bytes",
                                        "drip_ms", "first",     "every", "times",  NULL};
    int *const numbers[] = {&fault->delay_ms, &fault->drip_bytes, &fault->drip_ms,
                            &fault->first,    &fault->every,      &fault->times};
    char *value = strchr(option, '=');
    int64_t number;
    if (value == NULL)
        return false;
    *value++ = '\0';
    int name = place_of(option, names);
    if (name == 0 || name == 1) {
        int place = place_of(value, name == 0 ? kinds : directions);
        if (place >= 0 && name == 0)
            fault->kind = (kf_proxy_kind)place;
        else if (place >= 0)
            fault->direction = (kf_proxy_direction)place;
        return place >= 0;
    }
    if (name < 0 || !read_number(value, &number))
        return false;
    if (name == 2)
        fault->at = number;
    else if (name == 3)
        fault->length = number;
    else
        *numbers[name - 4] = (int)number;
    return true;
}

static bool read_port(const char *text, int64_t *port)
{
    return read_number(text, port) && *port > 0 && *port < 65536;
}

/* Carries out a line of the input. */
static bool obey(kf_proxy *proxy, char *line)
{
    static const char target[] = "target=";
    kf_proxy_fault fault = {.kind = KF_PROXY_NONE};
    int64_t port;
    line[strcspn(line, "\n")] = '\0';
    if (strcmp(line, "reset") == 0)
        return kf_proxy_reset_all(proxy), true;
    if (strncmp(line, target, sizeof target - 1) == 0)
        return read_port(line + sizeof target - 1, &port) && (kf_proxy_set_target(proxy, (int)port), true);
    for (char *rest, *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        if (!read_option(word, &fault))
            return false;
    return kf_proxy_set_fault(proxy, &fault);
}

int main(int argc, char **argv)
{
    kf_proxy_fault fault = {.kind = KF_PROXY_NONE};
    int64_t port = 0;
    char line[512];
    bool good = argc > 1 && read_port(argv[1], &port);
    for (int i = 2; good && i < argc; i++)
        good = read_option(argv[i], &fault);
    if (!good)
        return fputs(usage, stderr), 2;
    kf_proxy *proxy = kf_proxy_start((int)port);
    if (proxy == NULL || !kf_proxy_set_fault(proxy, &fault))
        return fputs("kuflow-proxy: no port to listen on\n", stderr), 1;
    printf("%s\n", kf_proxy_url(proxy));
    fflush(stdout);
    while (good && fgets(line, sizeof line, stdin) != NULL)
        good = obey(proxy, line);
    kf_proxy_stop(proxy);
    return good ? 0 : (fputs("kuflow-proxy: a line of the input was not understood\n", stderr), 1);
}
