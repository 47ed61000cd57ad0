#include "worker/report.h"

/* An engine that took such an end lets the job live on, and says of the same words again that they come from nobody who
 * holds it. Any other end makes the job disappear. */
static bool sets_free(kf_outcome outcome)
{
    return outcome == KF_OUTCOME_FAILED || outcome == KF_OUTCOME_GIVEN_BACK;
}

kf_final kf_report_judge(kf_report *report, kf_outcome outcome, kf_verdict verdict, const kf_error *error)
{
    report->attempts++;
    switch (verdict) {
    case KF_VERDICT_DONE:
        return KF_FINAL_TAKEN;
    case KF_VERDICT_GONE:
        return report->acted ? KF_FINAL_ASSUMED : KF_FINAL_GONE;
    case KF_VERDICT_LOST:
        return report->acted && sets_free(outcome) ? KF_FINAL_ASSUMED : KF_FINAL_LOST;
    case KF_VERDICT_REFUSED:
        if (report->converted || outcome == KF_OUTCOME_GIVEN_BACK)
            return KF_FINAL_UNREPORTED;
        report->converted = true;
        report->acted = false; /* the job is still there, so no attempt was taken */
        return KF_FINAL_CONVERT;
    case KF_VERDICT_AGAIN:
        break;
    }
    report->acted = report->acted || error->may_have_acted;
    return KF_FINAL_NONE;
}
