#include "kuflow/wait.h"

#include "client/state.h"
#include "core/fail.h"

/* Between half of the interval and all of it, not longer than the deadline leaves. */
static int64_t pause_ms(const kf_client *client, int64_t interval_ms)
{
    const kf_clock *clock = &client->core->clock;
    int64_t half = interval_ms - interval_ms / 2; /* never 0 */
    int64_t pause = half + (int64_t)(kf_clock_random(clock) % (uint64_t)(interval_ms - half + 1));
    if (client->deadline_at < 0)
        return pause;
    int64_t left = client->deadline_at - kf_clock_now(clock);
    return left < pause ? left : pause;
}

static kf_status check_until_done(kf_client *client, kf_waiter *waiter, kf_check_fn check, void *user,
                                  int64_t interval_ms, kf_error *error)
{
    for (;;) {
        bool done = false;
        if (kf_waiter_cancelled(waiter))
            return kf_fail(error, KF_ERROR_CANCELLED, "the waiting was cancelled");
        kf_status status = check(client, &done, user, error);
        if (status != KF_OK || done)
            return status;
        int64_t pause = pause_ms(client, interval_ms);
        if (pause <= 0)
            return kf_fail(error, KF_ERROR_TIMEOUT, "what was waited for did not come before the deadline");
        kf_waiter_sleep(waiter, &client->core->clock, pause);
    }
}

kf_status kf_wait_until(kf_client *client, kf_check_fn check, void *user, int64_t interval_ms, kf_error *error)
{
    kf_waiter waiter;
    kf_error_clear(error);
    if (client == NULL || check == NULL || interval_ms < 0)
        return kf_fail(error, KF_ERROR_ARGUMENT, "client or check is NULL, or the interval is negative");
    if (!kf_waiter_begin(&waiter, &client->cancels))
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    kf_status status = check_until_done(client, &waiter, check, user, interval_ms == 0 ? 1000 : interval_ms, error);
    kf_waiter_end(&waiter);
    return status;
}
