#define _DEFAULT_SOURCE 1
#include "http/clock.h"

#include <sys/random.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_monotonic(void *user)
{
    (void)user;
    return read_clock(CLOCK_MONOTONIC);
}

static int64_t system_wall(void *user)
{
    (void)user;
    return read_clock(CLOCK_REALTIME);
}

static uint64_t system_random(void *user)
{
    (void)user;
    uint64_t value;
    if (getrandom(&value, sizeof(value), 0) != (ssize_t)sizeof(value))
        value = (uint64_t)read_clock(CLOCK_MONOTONIC) * 6364136223846793005U; /* good enough to spread retries */
    return value;
}

void kf_clock_init(kf_clock *clock, const kf_transport *transport)
{
    *clock = (kf_clock){.monotonic_ms = system_monotonic, .wall_ms = system_wall, .random = system_random};
    if (transport == NULL)
        return;
    clock->user = transport->user;
    clock->sleep_ms = transport->sleep_ms;
    if (transport->monotonic_ms != NULL)
        clock->monotonic_ms = transport->monotonic_ms;
    if (transport->wall_ms != NULL)
        clock->wall_ms = transport->wall_ms;
    if (transport->random != NULL)
        clock->random = transport->random;
}

int64_t kf_clock_now(const kf_clock *clock)
{
    return clock->monotonic_ms(clock->user);
}

int64_t kf_clock_wall(const kf_clock *clock)
{
    return clock->wall_ms(clock->user);
}

uint64_t kf_clock_random(const kf_clock *clock)
{
    return clock->random(clock->user);
}
