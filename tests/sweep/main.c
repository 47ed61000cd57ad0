/* kuflow-sweep [PART-OF-A-NAME]: sweeps the cases, prints TAP, ends with 1 when anything is bad. */
#include "sweep.h"

#include <stdio.h>
#include <string.h>

static void add(kf_sweep_counts *sum, const kf_sweep_counts *counts)
{
    sum->points += counts->points;
    for (int i = 0; i < KF_SWEEP_VERDICTS; i++)
        sum->verdicts[i] += counts->verdicts[i];
}

static void print_counts(const kf_sweep_counts *counts)
{
    const long *n = counts->verdicts;
    printf("points %ld: clean error %ld, right success %ld, crash %ld, leak %ld, silent loss %ld, hang %ld\n",
           counts->points, n[KF_SWEEP_CLEAN_ERROR], n[KF_SWEEP_RIGHT_SUCCESS], n[KF_SWEEP_CRASH], n[KF_SWEEP_LEAK],
           n[KF_SWEEP_LOSS], n[KF_SWEEP_HANG]);
}

static int sweep_all(const kf_sweep_case *cases, const char *part, int *number, kf_sweep_counts *sum)
{
    int failed = 0;
    for (; cases->name != NULL; cases++) {
        for (int mode = 0; mode < 2 && (part == NULL || strstr(cases->name, part) != NULL); mode++) {
            kf_sweep_counts counts;
            bool good = kf_sweep(cases, mode == 1, false, &counts) && kf_sweep_good(&counts);
            printf("%sok %d - %s, %s: ", good ? "" : "not ", ++*number, cases->name, mode ? "from point on" : "once");
            print_counts(&counts);
            fflush(stdout);
            add(sum, &counts);
            failed += !good;
        }
    }
    return failed;
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : NULL;
    kf_sweep_counts sum = {0};
    int number = 0;
    int failed = kf_sweep_self_test(&number);
    if (!kf_sweep_http_set_up() || !kf_sweep_model_set_up()) {
        printf("not ok %d - the server and the models to work on\n1..%d\n", number + 1, number + 1);
        return 1;
    }
    failed += sweep_all(kf_sweep_model_cases, part, &number, &sum);
    failed += sweep_all(kf_sweep_wire_cases, part, &number, &sum);
    failed += sweep_all(kf_sweep_flowable_cases, part, &number, &sum);
    failed += sweep_all(kf_sweep_jbpm_cases, part, &number, &sum);
    failed += sweep_all(kf_sweep_worker_cases, part, &number, &sum);
    failed += sweep_all(kf_sweep_flowable_worker_cases, part, &number, &sum);
    failed += sweep_all(kf_sweep_jbpm_worker_cases, part, &number, &sum);
    failed += sweep_all(kf_sweep_smartflows_cases, part, &number, &sum);
    failed += sweep_all(kf_sweep_patchworks_cases, part, &number, &sum);
    failed += sweep_all(kf_sweep_client_cases, part, &number, &sum);
    failed += sweep_all(kf_sweep_http_cases, part, &number, &sum);
    kf_sweep_model_tear_down();
    kf_sweep_http_tear_down();
    printf("# total ");
    print_counts(&sum);
    printf("1..%d\n", number);
    return failed > 0;
}
