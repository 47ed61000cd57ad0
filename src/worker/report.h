/* What the engine's words about a report mean, over several attempts. Pure. */
#ifndef KF_WORKER_REPORT_H
#define KF_WORKER_REPORT_H

#include "worker/source.h"

typedef struct kf_report {
    int attempts;
    bool acted; /* an attempt without an answer may have been taken */
    bool converted; /* the end was refused, and is now a failure with the engine's words */
} kf_report;

typedef enum kf_final {
    KF_FINAL_NONE = 0, /* try again */
    KF_FINAL_CONVERT, /* make it a failure, and try again */
    KF_FINAL_TAKEN,
    KF_FINAL_ASSUMED, /* taken, most likely: an answer was lost, and now the job is not there as before */
    KF_FINAL_LOST,
    KF_FINAL_GONE,
    KF_FINAL_UNREPORTED
} kf_final;

kf_final kf_report_judge(kf_report *report, kf_outcome outcome, kf_verdict verdict, const kf_error *error);

#endif
