/* Time and randomness, the machine's own or those of a replaced transport. */
#ifndef KF_HTTP_CLOCK_H
#define KF_HTTP_CLOCK_H

#include "kuflow/transport.h"

typedef struct kf_clock {
    int64_t (*monotonic_ms)(void *user);
    int64_t (*wall_ms)(void *user);
    void (*sleep_ms)(int64_t milliseconds, void *user); /* NULL: the interruptible wait of cancel.h */
    uint64_t (*random)(void *user);
    void *user;
} kf_clock;

/* `transport` may be NULL. */
void kf_clock_init(kf_clock *clock, const kf_transport *transport);

int64_t kf_clock_now(const kf_clock *clock);
int64_t kf_clock_wall(const kf_clock *clock);
uint64_t kf_clock_random(const kf_clock *clock);

#endif
