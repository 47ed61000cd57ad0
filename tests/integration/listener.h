/* A server that takes POSTs and keeps their bodies: what a receiver of webhooks is. */
#ifndef KF_TESTS_LISTENER_H
#define KF_TESTS_LISTENER_H

#include <stddef.h>

typedef struct kf_listener kf_listener;

/* Answers 503 to the first `refused` requests, then 200. NULL on failure. */
kf_listener *kf_listener_start(int refused);
void kf_listener_stop(kf_listener *listener);
/* "http://127.0.0.1:PORT/events" */
const char *kf_listener_url(const kf_listener *listener);
/* How many bodies were taken. */
size_t kf_listener_count(kf_listener *listener);
/* The body number `index`; lives as long as the listener. NULL past the last. */
const char *kf_listener_body(kf_listener *listener, size_t index);

#endif
