#include "smartflows_fixture.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int64_t clock_ms = 1000;

static int64_t fake_now(void *user)
{
    (void)user;
    return clock_ms;
}

static void fake_sleep(int64_t milliseconds, void *user)
{
    (void)user;
    clock_ms += milliseconds;
}

static const kf_transport transport = {.monotonic_ms = fake_now, .sleep_ms = fake_sleep};

kf_client_options smartflows_options(kf_fixture *fixture)
{
    kf_client_options options = fixture_options(kf_sandbox_smartflows_url(fixture->sandbox));
    options.username = options.password = NULL;
    options.token = KF_SANDBOX_SMARTFLOWS_KEY;
    options.transport = &transport;
    return options;
}

kf_client *smartflows_client(kf_fixture *fixture, const kf_client_options *options)
{
    kf_client *client = NULL;
    CHECK_OK(fixture, smartflows_client_new(options, &client, &fixture->error));
    return client;
}

int smartflows_setup(void **state)
{
    kf_fixture *fixture = calloc(1, sizeof(*fixture));
    kf_sandbox_options sandbox = KF_SANDBOX_OPTIONS_INIT;
    assert_non_null(fixture);
    sandbox.smartflows_poll_ms = -1;
    sandbox.token = "jwt";
    if (kf_sandbox_start(&sandbox, &fixture->sandbox, &fixture->error) != KF_OK)
        fail_msg("the sandbox does not start: %s", fixture->error.message);
    kf_client_options options = smartflows_options(fixture);
    fixture->client = smartflows_client(fixture, &options);
    *state = fixture;
    return 0;
}

const kf_source *letter_input(void)
{
    static kf_source source;
    kf_source_memory(&source, LETTER_INPUT, strlen(LETTER_INPUT));
    return &source;
}

const char *new_execution(kf_fixture *fixture, const char *flow)
{
    static char ids[4][KF_UUID_TEXT_SIZE];
    static unsigned next;
    char *id = ids[next++ % 4];
    const smartflows_create_flow_execution_params params = {.flow_id = flow};
    smartflows_flow_execution_progress *progress = NULL;
    CHECK_OK(fixture, smartflows_create_flow_execution(fixture->client, &params, NULL, &progress, &fixture->error));
    snprintf(id, KF_UUID_TEXT_SIZE, "%s", progress->id);
    smartflows_flow_execution_progress_free(progress);
    return id;
}
