/**
 * @file steady.h
 * A clock for workers under test: the machine's own, but for the times when the machine stands still. A job that no
 * thread takes for seconds is given back, and events and figures then tell of more than the test is about.
 *
 *     options.transport = &kf_steady;
 */
#ifndef KF_TESTS_STEADY_H
#define KF_TESTS_STEADY_H

#include "kuflow/transport.h"

extern const kf_transport kf_steady;

#endif
