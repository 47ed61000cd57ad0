/**
 * @file watch.h
 * What tests of workers need: an ear for a worker's events, and a gate that holds handlers.
 */
#ifndef KF_TESTS_WATCH_H
#define KF_TESTS_WATCH_H

#include "kuflow/worker.h"

typedef struct kf_watch kf_watch;

/** Never NULL. */
kf_watch *kf_watch_new(void);
void kf_watch_free(kf_watch *watch);
/** For kf_worker_options.on_event, with the watch as its user. */
void kf_watch_event(const kf_worker_event *event, void *watch);
/** How many events of that kind came. */
int kf_watch_count(kf_watch *watch, kf_worker_event_kind kind);
/** Waits until so many came; half a minute at most. @return Whether they did. */
bool kf_watch_wait(kf_watch *watch, kf_worker_event_kind kind, int count);
/** The last event of that kind; its texts live until the next one comes. Its `kind` is 0 when none came. */
const kf_worker_event *kf_watch_last(kf_watch *watch, kf_worker_event_kind kind);

typedef struct kf_gate kf_gate;

/** Closed. Never NULL. */
kf_gate *kf_gate_new(void);
void kf_gate_free(kf_gate *gate);
/** Waits until the gate is open; half a minute at most. */
void kf_gate_pass(kf_gate *gate);
/** Lets all pass, now and later. */
void kf_gate_open(kf_gate *gate);
/** Waits until so many came to the gate, those that passed included. @return Whether they did, within half a minute. */
bool kf_gate_wait(kf_gate *gate, int count);

#endif
