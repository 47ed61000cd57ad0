/* A transport that plays a script, with a clock of its own. */
#ifndef FAKE_TRANSPORT_H
#define FAKE_TRANSPORT_H

#include "kuflow/kuflow.h"

#define FAKE_MAX 128

/* One attempt. */
typedef struct fake_step {
    kf_status status; /* KF_OK: an answer */
    int http; /* its status */
    const char *headers; /* "Name: value\n…" */
    const char *body;
    bool sent; /* with a failure: a byte may have left */
    int code; /* CURLcode of a failure */
    int64_t takes_ms; /* the clock moves by this */
} fake_step;

typedef struct fake_transport {
    kf_transport transport;
    const fake_step *steps; /* the last one is repeated */
    size_t step_count;
    size_t count; /* attempts so far */
    int64_t now;
    int64_t wall;
    uint64_t random;
    int64_t waits[FAKE_MAX];
    size_t wait_count;
    kf_cancel *cancel_on_wait; /* triggered in a wait */
    int64_t timeouts[FAKE_MAX];
    int64_t idles[FAKE_MAX];
    char methods[FAKE_MAX][16];
    char urls[FAKE_MAX][1024];
    char headers[FAKE_MAX][2048]; /* "Name: value\n…" */
    char bodies[FAKE_MAX][2048];
} fake_transport;

/* Fills it in; `fake` is large, so keep it static or allocated. */
void fake_init(fake_transport *fake, const fake_step *steps, size_t count);
#define FAKE_INIT(fake, steps) fake_init((fake), (steps), sizeof(steps) / sizeof((steps)[0]))

/* A client over it, for http://test.example/api, with the options (NULL for none) otherwise. */
kf_client *fake_client(fake_transport *fake, const kf_client_options *options);

#endif
