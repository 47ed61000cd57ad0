/* Workers for the tasks of a real jBPM when something comes in between: another user, a lost answer, a kill. */
#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/crew.h"

/* The task of office.job, which no other test leaves open. */
#define TOPIC "Job"

typedef struct worker_fixture {
    crew crew; /* first: handlers get it */
    fixture *f;
    jbpm_worker_options options;
} worker_fixture;

static int worker_setup(void **state)
{
    worker_fixture *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    fixture_setup((void **)&w->f);
    crew_begin(&w->crew, w->f->ben);
    w->options = (jbpm_worker_options)JBPM_WORKER_OPTIONS_INIT;
    w->options.user = "ben";
    w->crew.jbpm = &w->options;
    *state = w;
    return 0;
}

static int worker_teardown(void **state)
{
    worker_fixture *w = *state;
    crew_end(&w->crew);
    fixture_teardown((void **)&w->f);
    free(w);
    return 0;
}
#define WORKER_TEST(function) cmocka_unit_test_setup_teardown(function, worker_setup, worker_teardown)

static int64_t job(fixture *f)
{
    return task_of(f, start_process(f, "office.job"));
}

/* What somebody else has claimed is left alone until he gives it back. */
static void test_claimed_by_another(void **state)
{
    worker_fixture *w = *state;
    fixture *f = w->f;
    crew *c = &w->crew;
    const int64_t taken = job(f), free_one = job(f);
    CHECK_OK(f, jbpm_claim_task(f->carl, taken, NULL, &f->error));
    crew_start_one(c, TOPIC, handle_complete);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 1);
    assert_task_status(f, free_one, "Completed");
    assert_task_status(f, taken, "Reserved");
    assert_int_equal(c->calls, 1);
    CHECK_OK(f, jbpm_release_task(f->carl, taken, NULL, &f->error));
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 2);
    assert_task_status(f, taken, "Completed");
    crew_stop(c);
}

/* Makes the next answer go lost. */
static kf_outcome handle_before_drop(kf_job *job, void *user)
{
    crew *c = user;
    const kf_proxy_fault drop = {.kind = KF_PROXY_DROP, .times = 1};
    atomic_fetch_add(&c->calls, 1);
    kf_proxy_set_fault(c->proxy, &drop);
    kf_proxy_reset_all(c->proxy);
    return kf_job_complete(job);
}

/* An end of which the answer is lost was reported all the same, and is neither repeated nor taken for a failure. */
static void test_lost_answers(void **state)
{
    enum { JOBS = 4 };
    worker_fixture *w = *state;
    crew *c = &w->crew;
    char base[100];
    int64_t tasks[JOBS];
    const kf_topic topic = crew_topic(c, TOPIC, handle_before_drop);
    kf_worker_options options = crew_options(c);
    kf_client_options client = fixture_options(NULL, "ben");
    c->proxy = kf_proxy_start(server_port());
    assert_non_null(c->proxy);
    snprintf(base, sizeof(base), "%s/jbpm-console", kf_proxy_url(c->proxy));
    client.base_url = base;
    c->client = fixture_client(&client);
    options.threads = 1;
    for (size_t i = 0; i < JOBS; i++)
        tasks[i] = job(w->f);
    crew_start(c, &options, &topic, 1);
    WAIT_EVENT(c, KF_WORKER_JOB_HANDLED, JOBS);
    crew_stop(c);
    for (size_t i = 0; i < JOBS; i++)
        assert_task_status(w->f, tasks[i], "Completed");
    assert_int_equal(c->calls, JOBS);
    assert_int_equal(crew_stats(c).completed, JOBS);
    assert_int_equal(crew_stats(c).failed, 0);
}

/* Says that it has begun, and never ends. */
static kf_outcome handle_forever(kf_job *job, void *user)
{
    const int *report = user;
    if (write(*report, "x", 1) == 1)
        pause();
    return kf_job_complete(job);
}

/* The whole life of a process that is killed in a handler. */
static void be_killed(int report)
{
    const kf_client_options options = fixture_options(NULL, "ben");
    jbpm_worker_options own = JBPM_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    kf_client *client = NULL;
    kf_worker *worker = NULL;
    own.user = "ben";
    topic.name = TOPIC;
    topic.handler = handle_forever;
    topic.user = &report;
    if (jbpm_client_new(&options, &client, NULL) == KF_OK &&
        jbpm_worker_new(client, NULL, &own, &worker, NULL) == KF_OK &&
        kf_worker_add_topic(worker, &topic, NULL) == KF_OK && kf_worker_start(worker, NULL) == KF_OK)
        pause();
    _exit(1);
}

/* What a worker that was killed has begun is taken up by the next one of that user. */
static void test_killed(void **state)
{
    worker_fixture *w = *state;
    crew *c = &w->crew;
    int ends[2];
    char begun = '\0';
    const int64_t id = job(w->f);
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0)
        be_killed(ends[1]);
    close(ends[1]);
    assert_int_equal(read(ends[0], &begun, 1), 1);
    close(ends[0]);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_task_status(w->f, id, "InProgress");

    w->options.resume = true;
    crew_start_one(c, TOPIC, handle_complete);
    WAIT_EVENT(c, KF_WORKER_JOB_DONE, 1);
    crew_stop(c);
    assert_int_equal(c->calls, 1);
    assert_task_status(w->f, id, "Completed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORKER_TEST(test_killed), /* first, as long as this process has no other threads */
        WORKER_TEST(test_claimed_by_another),
        WORKER_TEST(test_lost_answers),
    };
    return cmocka_run_group_tests_name("worker_faults", tests, NULL, NULL);
}
