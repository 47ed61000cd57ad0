#include "worker_support.h"

#include <stdlib.h>

int worker_setup(void **state)
{
    worker_fixture *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    fixture_setup(state);
    w->f = *state;
    crew_begin(&w->crew, w->f->client);
    *state = w;
    return 0;
}

int worker_teardown(void **state)
{
    worker_fixture *w = *state;
    void *f = w->f;
    crew_end(&w->crew);
    int status = fixture_clean(&f);
    fixture_teardown(&f);
    free(w);
    return status;
}

int64_t locked_jobs(fixture *f)
{
    flowable_list_external_worker_jobs_params params = {.locked = KF_BOOL(true)};
    flowable_data_response_external_worker_job_response *page = NULL;
    CHECK_OK(f, flowable_list_external_worker_jobs(f->client, &params, &page, &f->error));
    int64_t total = page->total.value;
    flowable_data_response_external_worker_job_response_free(page);
    return total;
}
