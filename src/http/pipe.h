/* Keeping the SIGPIPE of our own writes from the program. */
#ifndef KF_HTTP_PIPE_H
#define KF_HTTP_PIPE_H

#include <signal.h>
#include <stdbool.h>

typedef struct kf_pipe_guard {
    sigset_t before;
    bool active;
} kf_pipe_guard;

/* Between the two, a broken pipe is just EPIPE in this thread. May be nested. */
void kf_pipe_guard_begin(kf_pipe_guard *guard);
void kf_pipe_guard_end(const kf_pipe_guard *guard);

#endif
