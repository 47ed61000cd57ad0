#define _DEFAULT_SOURCE 1
#include "http/pipe.h"

#include <pthread.h>
#include <time.h>

void kf_pipe_guard_begin(kf_pipe_guard *guard)
{
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    /* Where the program blocks it already, a pending one may be its own: then nothing is to be done. */
    guard->active = pthread_sigmask(SIG_BLOCK, &pipe, &guard->before) == 0 && sigismember(&guard->before, SIGPIPE) == 0;
}

void kf_pipe_guard_end(const kf_pipe_guard *guard)
{
    if (!guard->active)
        return;
    sigset_t pipe;
    const struct timespec now = {0, 0};
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigtimedwait(&pipe, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
