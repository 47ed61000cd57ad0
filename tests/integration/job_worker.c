#include "job_worker.h"

#include "support/steady.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

kf_client_options job_options(const job_worker *w)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = kf_sandbox_flowable_url(w->sandbox);
    options.allow_http = true;
    options.username = KF_SANDBOX_FLOWABLE_USER;
    options.password = KF_SANDBOX_FLOWABLE_PASSWORD;
    options.transport = &kf_steady;
    return options;
}

int job_worker_setup(void **state)
{
    job_worker *w = calloc(1, sizeof(*w));
    kf_sandbox_options options = KF_SANDBOX_OPTIONS_INIT;
    kf_error error;
    assert_non_null(w);
    options.flowable_sweep_ms = 10;
    if (kf_sandbox_start(&options, &w->sandbox, &error) != KF_OK)
        fail_msg("no sandbox: %s", error.message);
    const kf_client_options own = job_options(w);
    if (flowable_client_new(&own, &w->client, &error) != KF_OK)
        fail_msg("no client: %s", error.message);
    crew_begin(&w->crew, w->client);
    *state = w;
    return 0;
}

int job_worker_teardown(void **state)
{
    job_worker *w = *state;
    kf_sandbox_fault_clear(w->sandbox);
    crew_end(&w->crew);
    kf_client_free(w->client);
    kf_sandbox_stop(w->sandbox);
    free(w);
    return 0;
}

void job_start(job_worker *w, const char *key, const char *variables, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(kf_sandbox_flowable_start_instance(w->sandbox, key, variables, NULL, NULL), KF_OK);
}

void job_id(job_worker *w, char id[KF_UUID_TEXT_SIZE])
{
    const flowable_list_external_worker_jobs_params first = {.size = KF_INT32(1)};
    flowable_data_response_external_worker_job_response *page = NULL;
    CREW_OK(&w->crew, flowable_list_external_worker_jobs(w->client, &first, &page, &w->crew.error));
    assert_int_equal(page->data_count, 1);
    snprintf(id, KF_UUID_TEXT_SIZE, "%s", page->data[0].id);
    flowable_data_response_external_worker_job_response_free(page);
}

kf_sandbox_flowable_counts job_counts(job_worker *w)
{
    kf_sandbox_flowable_counts counts;
    kf_sandbox_flowable_count(w->sandbox, &counts);
    return counts;
}

void job_fault(job_worker *w, const char *operation, kf_sandbox_fault_spec fault)
{
    assert_int_equal(kf_sandbox_fault(w->sandbox, operation, &fault), KF_OK);
}

bool job_wait_again(int *rounds)
{
    const struct timespec pause = {0, 5 * 1000 * 1000};
    nanosleep(&pause, NULL);
    return ++*rounds < 6000;
}
