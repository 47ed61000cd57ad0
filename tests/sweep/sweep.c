#define _GNU_SOURCE
#include "sweep.h"

#include "alloc.h"

#include <execinfo.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WARM_UPS = 3, THREADS = 4, MOST_POINTS = 20000, MOST_REPORTS = 5 };

/* What a child tells its parent, in memory that both see. */
typedef struct kf_report {
    kf_sweep_verdict verdict;
    kf_status status;
    bool fired;
    size_t live;
    const char *why;
} kf_report;

static kf_report *shared;

static void show_frames(void *const *frames, int count)
{
    fflush(stderr);
    backtrace_symbols_fd(frames, count, STDERR_FILENO);
}

static void show_leak(void *const *frames, int count, size_t size, void *user)
{
    (void)user;
    fprintf(stderr, "# %zu bytes were not freed, allocated by\n", size);
    show_frames(frames, count);
}

/* Runs one point in this process and leaves the verdict in `shared`. */
static void judge(const kf_sweep_case *test, long point, bool from_then_on)
{
    void *result = NULL;
    kf_report report = {.verdict = KF_SWEEP_CLEAN_ERROR};
    kf_alloc_arm(point, from_then_on);
    report.status = test->run(&result);
    kf_alloc_disarm();
    report.fired = kf_alloc_failures() > 0;
    if (report.status == KF_OK) {
        report.verdict = test->check(result) ? KF_SWEEP_RIGHT_SUCCESS : KF_SWEEP_LOSS;
        report.why = "a success with a wrong result";
        test->release(result);
    } else if (result != NULL) {
        report.verdict = KF_SWEEP_LOSS;
        report.why = "an error that leaves a result behind";
    } else if (report.status != KF_ERROR_MEMORY && !test->other_errors) {
        report.verdict = KF_SWEEP_LOSS;
        report.why = "not the error of short memory";
    } else if (test->check_failed != NULL && !test->check_failed()) {
        report.verdict = KF_SWEEP_LOSS;
        report.why = "something is left behind after the error";
    }
    report.live = kf_alloc_live();
    if (report.live > 0 && report.verdict != KF_SWEEP_LOSS)
        report.verdict = KF_SWEEP_LEAK;
    *shared = report;
}

/* The same with traces, and says what it sees. */
static void explain(const kf_sweep_case *test, long point, bool from_then_on)
{
    void *const *frames;
    kf_alloc_trace();
    judge(test, point, from_then_on);
    int count = kf_alloc_failure_frames(&frames);
    if (count > 0)
        fprintf(stderr, "# the allocation that failed:\n");
    show_frames(frames, count);
    kf_alloc_each_live(show_leak, NULL);
}

/* Runs one point in a child. `explained`: with traces. */
static kf_report run_point(const kf_sweep_case *test, long point, bool from_then_on, bool explained)
{
    int channel[2];
    if (pipe(channel) != 0)
        abort();
    *shared = (kf_report){.verdict = KF_SWEEP_CRASH, .fired = true};
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        abort();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(channel[0]);
        if (explained)
            explain(test, point, from_then_on);
        else
            judge(test, point, from_then_on);
        _exit(0);
    }
    close(channel[1]);
    /* The child never writes: its end closes the channel. */
    struct pollfd end = {.fd = channel[0], .events = POLLIN};
    bool hung = poll(&end, 1, test->timeout_ms > 0 ? test->timeout_ms : 20000) == 0;
    if (hung)
        kill(pid, SIGKILL);
    int status = 0;
    waitpid(pid, &status, 0);
    close(channel[0]);
    kf_report report = *shared;
    if (hung)
        report = (kf_report){.verdict = KF_SWEEP_HANG, .fired = true};
    else if (status != 0)
        report = (kf_report){.verdict = KF_SWEEP_CRASH, .fired = true};
    return report;
}

static const char *name_of(kf_sweep_verdict verdict)
{
    static const char *const names[] = {"clean error", "right success", "crash", "leak", "silent loss", "hang"};
    return names[verdict];
}

/* Counts a point that is not good, and shows the first ones. */
static void count_bad(const kf_sweep_case *test, long point, bool from_then_on, bool quiet, kf_report report,
                      kf_sweep_counts *counts)
{
    long bad = counts->verdicts[KF_SWEEP_CRASH] + counts->verdicts[KF_SWEEP_LEAK] + counts->verdicts[KF_SWEEP_LOSS] +
               counts->verdicts[KF_SWEEP_HANG];
    counts->verdicts[report.verdict]++;
    if (quiet || bad >= MOST_REPORTS)
        return;
    fprintf(stderr, "# %s, %s %ld: %s, %s%s%s\n", test->name, from_then_on ? "from allocation" : "allocation", point,
            name_of(report.verdict), kf_status_name(report.status), report.verdict == KF_SWEEP_LOSS ? ": " : "",
            report.verdict == KF_SWEEP_LOSS && report.why != NULL ? report.why : "");
    if (report.verdict != KF_SWEEP_HANG)
        run_point(test, point, from_then_on, true);
}

static void *meet(void *barrier)
{
    pthread_barrier_wait(barrier);
    return NULL;
}

/* Lets glibc keep the stacks of some threads. Otherwise the first thread in a child, such as libcurl's resolver, which
 * takes over when reading a numeric address failed, would look like a leak: its stack is kept for the next one. */
static void warm_up_threads(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, meet, &barrier) != 0)
            abort();
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
}

bool kf_sweep(const kf_sweep_case *test, bool from_then_on, bool quiet, kf_sweep_counts *counts)
{
    memset(counts, 0, sizeof *counts);
    if (shared == NULL)
        shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    warm_up_threads();
    for (int i = 0; i < WARM_UPS; i++) {
        void *result = NULL;
        kf_status status = test->run(&result);
        if (status != KF_OK || !test->check(result)) {
            if (!quiet)
                fprintf(stderr, "# %s: fails without any short memory: %s\n", test->name, kf_status_name(status));
            return false;
        }
        test->release(result);
    }
    kf_report whole = run_point(test, 0, false, false);
    if (whole.verdict != KF_SWEEP_RIGHT_SUCCESS) {
        if (!quiet) {
            fprintf(stderr, "# %s: without any short memory: %s\n", test->name, name_of(whole.verdict));
            run_point(test, 0, false, true);
        }
        return false;
    }
    for (long point = 1; point <= MOST_POINTS; point++) {
        kf_report report = run_point(test, point, from_then_on, false);
        if (!report.fired)
            return point > 1;
        counts->points++;
        if (report.verdict == KF_SWEEP_CLEAN_ERROR || report.verdict == KF_SWEEP_RIGHT_SUCCESS)
            counts->verdicts[report.verdict]++;
        else
            count_bad(test, point, from_then_on, quiet, report, counts);
    }
    fprintf(stderr, "# %s: more than %d allocations\n", test->name, MOST_POINTS);
    return false;
}

bool kf_sweep_good(const kf_sweep_counts *counts)
{
    return counts->points > 0 && counts->verdicts[KF_SWEEP_CRASH] == 0 && counts->verdicts[KF_SWEEP_LEAK] == 0 &&
           counts->verdicts[KF_SWEEP_LOSS] == 0 && counts->verdicts[KF_SWEEP_HANG] == 0;
}
