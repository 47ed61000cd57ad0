#define _DEFAULT_SOURCE 1
#include "fake_transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(char *target, size_t size, const char *text)
{
    size_t used = strlen(target);
    snprintf(target + used, size - used, "%s", text);
}

static void record(fake_transport *fake, kf_exchange *exchange)
{
    size_t n = fake->count;
    snprintf(fake->methods[n], sizeof(fake->methods[n]), "%s", exchange->method);
    snprintf(fake->urls[n], sizeof(fake->urls[n]), "%s", exchange->url);
    fake->timeouts[n] = exchange->timeout_ms;
    fake->idles[n] = exchange->idle_ms;
    fake->headers[n][0] = '\0';
    for (size_t i = 0; i < exchange->header_count; i++) {
        add(fake->headers[n], sizeof(fake->headers[n]), exchange->headers[i].name);
        add(fake->headers[n], sizeof(fake->headers[n]), ": ");
        add(fake->headers[n], sizeof(fake->headers[n]), exchange->headers[i].value);
        add(fake->headers[n], sizeof(fake->headers[n]), "\n");
    }
    size_t used = 0;
    while (exchange->read_body != NULL && used + 1 < sizeof(fake->bodies[n])) {
        size_t room = sizeof(fake->bodies[n]) - 1 - used;
        int64_t count = exchange->read_body(fake->bodies[n] + used, room < 7 ? room : 7, exchange->read_user);
        if (count <= 0)
            break;
        used += (size_t)count;
    }
    fake->bodies[n][used] = '\0';
}

static bool play_headers(kf_exchange *exchange, const char *headers)
{
    char line[512];
    while (headers != NULL && *headers != '\0') {
        size_t length = strcspn(headers, "\n");
        snprintf(line, sizeof(line), "%.*s", (int)length, headers);
        char *colon = strchr(line, ':');
        *colon = '\0';
        if (exchange->on_header(line, colon + 2, exchange->user) != 0)
            return false;
        headers += length + (headers[length] == '\n' ? 1 : 0);
    }
    return true;
}

static kf_status perform(kf_exchange *exchange, void *user)
{
    fake_transport *fake = user;
    const fake_step *step = &fake->steps[fake->count < fake->step_count ? fake->count : fake->step_count - 1];
    if (fake->count >= FAKE_MAX)
        abort();
    record(fake, exchange);
    fake->count++;
    fake->now += step->takes_ms;
    fake->wall += step->takes_ms;
    exchange->sent = step->sent || step->status == KF_OK;
    exchange->code = step->code;
    if (step->http != 0 &&
        (exchange->on_status(step->http, exchange->user) != 0 || !play_headers(exchange, step->headers) ||
         (step->body != NULL && *step->body != '\0' &&
          exchange->on_body(step->body, strlen(step->body), exchange->user) != 0)))
        return KF_ERROR_TRANSPORT;
    if (step->status != KF_OK)
        snprintf(exchange->message, sizeof(exchange->message), "scripted failure");
    exchange->complete = step->status == KF_OK;
    return step->status;
}

static int64_t monotonic(void *user)
{
    return ((fake_transport *)user)->now;
}

static int64_t wall(void *user)
{
    return ((fake_transport *)user)->wall;
}

static void sleep_fake(int64_t milliseconds, void *user)
{
    fake_transport *fake = user;
    if (fake->wait_count < FAKE_MAX)
        fake->waits[fake->wait_count++] = milliseconds;
    fake->now += milliseconds;
    fake->wall += milliseconds;
    kf_cancel_trigger(fake->cancel_on_wait);
}

static uint64_t random_fake(void *user)
{
    return ((fake_transport *)user)->random;
}

void fake_init(fake_transport *fake, const fake_step *steps, size_t count)
{
    memset(fake, 0, sizeof(*fake));
    fake->transport = (kf_transport){perform, monotonic, wall, sleep_fake, random_fake, fake};
    fake->steps = steps;
    fake->step_count = count;
    fake->now = 1000000;
    fake->wall = INT64_C(1700000000000);
}

kf_client *fake_client(fake_transport *fake, const kf_client_options *options)
{
    kf_client_options own = KF_CLIENT_OPTIONS_INIT;
    kf_client *client = NULL;
    kf_error error;
    if (options != NULL)
        own = *options;
    own.base_url = "http://test.example/api";
    own.allow_http = true;
    own.transport = &fake->transport;
    if (kf_client_new(&own, &client, &error) != KF_OK) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    return client;
}
