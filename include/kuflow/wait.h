/**
 * @file wait.h
 * Waiting for something to come about on the server: a process that ends, a task that is ready.
 */
#ifndef KUFLOW_WAIT_H
#define KUFLOW_WAIT_H

#include "kuflow/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Looks whether what is waited for has come, usually by one call of an operation. Called in the thread of
 * kf_wait_until().
 * @param client  The client that was given to kf_wait_until().
 * @param done    To be set to true when it has come.
 * @param error   That of kf_wait_until(); may be NULL. Fill it where you return an error, or pass it to the call.
 * @return KF_OK; anything else ends the waiting, which then returns the same.
 */
typedef kf_status (*kf_check_fn)(kf_client *client, bool *done, void *user, kf_error *error);

/**
 * Looks again and again until `check` says that it is done: at once, and then after pauses that are random between half
 * of `interval_ms` and all of it, so that many programs do not ask at the same moment.
 *
 * Give it a scope with a deadline or a cancel handle: both end the pauses too. Without them it waits for as long as it
 * takes.
 *
 * @param interval_ms  Milliseconds; 0 for one second.
 * @return KF_OK; what `check` returned; KF_ERROR_TIMEOUT when the scope's deadline came first; KF_ERROR_CANCELLED;
 *         KF_ERROR_ARGUMENT for a negative interval; KF_ERROR_MEMORY.
 */
KF_API kf_status kf_wait_until(kf_client *client, kf_check_fn check, void *user, int64_t interval_ms, kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
