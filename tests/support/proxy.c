/* One thread polls the listener, a pipe that wakes it, and both ends of every connection. */
#define _GNU_SOURCE
#include "proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_LINKS = 256, PIECE = 16384 };

/* One direction of a connection: a piece that was read from `from` and waits to be written to `to`. */
typedef struct kf_lane {
    int from, to;
    size_t length, done; /* of the piece */
    int64_t passed; /* bytes written so far */
    int64_t ready; /* when the piece may be written */
    bool ended; /* `from` gave its last byte */
    bool shut; /* and `to` was told */
    bool stalled;
    kf_proxy_fault fault; /* all zero when nothing goes wrong */
    char piece[PIECE];
} kf_lane;

typedef struct kf_link {
    int client, server;
    kf_lane lanes[2]; /* by direction */
} kf_link;

struct kf_proxy {
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows, up to `port` */
    pthread_cond_t changed;
    kf_proxy_fault fault;
    int64_t since_fault; /* connections since the fault was set */
    int64_t hit; /* of these, spoiled */
    kf_proxy_counts counts;
    bool pending; /* the thread has yet to open or close the listener */
    bool stop, reset_all;
    int listener; /* -1 while connections are refused */
    int target_port;

    int port;
    int holder; /* bound to the port, never listening: keeps it while there is no listener */
    int wake[2];
    char url[64];

    kf_link *links[MAX_LINKS]; /* the thread's own, as the rest */
    size_t link_count;
    struct pollfd polls[2 + 2 * MAX_LINKS];
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int open_port(int port, bool listening)
{
    struct sockaddr_in address = loopback(port);
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && (!listening || listen(fd, 128) == 0))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void close_end(int fd, bool reset)
{
    if (reset) {
        struct linger hard = {.l_onoff = 1, .l_linger = 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    } else {
        /* Closing with bytes unread would send a reset instead of the end. */
        char rest[PIECE];
        shutdown(fd, SHUT_WR);
        while (recv(fd, rest, sizeof rest, MSG_DONTWAIT) > 0)
            ;
    }
    close(fd);
}

static void end_link(kf_proxy *proxy, size_t index, bool reset)
{
    kf_link *link = proxy->links[index];
    close_end(link->client, reset);
    close_end(link->server, reset);
    free(link);
    proxy->links[index] = proxy->links[--proxy->link_count];
    pthread_mutex_lock(&proxy->lock);
    proxy->counts.open--;
    pthread_cond_broadcast(&proxy->changed);
    pthread_mutex_unlock(&proxy->lock);
}

/* Whether the fault that is set meets the connection that was just accepted, and where that leads to. */
static bool choose_fault(kf_proxy *proxy, kf_proxy_fault *fault, int *target_port)
{
    pthread_mutex_lock(&proxy->lock);
    *target_port = proxy->target_port;
    *fault = proxy->fault;
    int64_t first = fault->first > 0 ? fault->first : 1;
    int64_t every = fault->every > 0 ? fault->every : 1;
    int64_t number = ++proxy->since_fault;
    bool something = fault->kind != KF_PROXY_NONE || fault->delay_ms > 0 || fault->drip_bytes > 0;
    bool hit = something && number >= first && (number - first) % every == 0 &&
               (fault->times <= 0 || proxy->hit < fault->times);
    proxy->hit += hit;
    proxy->counts.connections++;
    proxy->counts.faulty += hit;
    pthread_mutex_unlock(&proxy->lock);
    return hit;
}

static void accept_link(kf_proxy *proxy, int listener)
{
    kf_proxy_fault fault;
    int target_port;
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0)
        return;
    bool hit = choose_fault(proxy, &fault, &target_port);
    struct sockaddr_in address = loopback(target_port);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    kf_link *link = proxy->link_count < MAX_LINKS ? calloc(1, sizeof *link) : NULL;
    if (link == NULL || server < 0 || connect(server, (struct sockaddr *)&address, sizeof address) != 0) {
        close_end(client, true);
        if (server >= 0)
            close(server);
        free(link);
        return;
    }
    fcntl(server, F_SETFL, O_NONBLOCK);
    link->client = client;
    link->server = server;
    link->lanes[KF_PROXY_ANSWER].from = link->lanes[KF_PROXY_REQUEST].to = server;
    link->lanes[KF_PROXY_ANSWER].to = link->lanes[KF_PROXY_REQUEST].from = client;
    if (hit)
        link->lanes[fault.direction].fault = fault;
    proxy->links[proxy->link_count++] = link;
    pthread_mutex_lock(&proxy->lock);
    proxy->counts.open++;
    pthread_mutex_unlock(&proxy->lock);
}

static bool lane_has_piece(const kf_lane *lane)
{
    return lane->done < lane->length;
}

static bool lane_breaks(const kf_lane *lane)
{
    kf_proxy_kind kind = lane->fault.kind;
    return kind == KF_PROXY_CUT || kind == KF_PROXY_RESET || kind == KF_PROXY_STALL;
}

/* Reads a piece when there is room for one. Returns false when the connection is broken. */
static bool lane_read(kf_lane *lane)
{
    if (lane_has_piece(lane) || lane->ended || lane->stalled)
        return true;
    ssize_t got = recv(lane->from, lane->piece, PIECE, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    lane->ended = got == 0;
    lane->length = (size_t)got;
    lane->done = 0;
    if (lane->fault.delay_ms > 0)
        lane->ready = now_ms() + lane->fault.delay_ms;
    if (lane->fault.kind == KF_PROXY_GARBAGE) {
        int64_t length = lane->fault.length > 0 ? lane->fault.length : 16;
        for (ssize_t i = 0; i < got; i++)
            if (lane->passed + i >= lane->fault.at && lane->passed + i < lane->fault.at + length)
                lane->piece[i] = (char)(lane->piece[i] ^ 0xA5);
    }
    return true;
}

/* Writes what may be written by now. Returns false when the connection is broken. */
static bool lane_write(kf_lane *lane, int64_t *bytes)
{
    if (!lane_has_piece(lane) || lane->stalled || lane->ready > now_ms())
        return true;
    int64_t most = (int64_t)(lane->length - lane->done);
    if (lane_breaks(lane) && most > lane->fault.at - lane->passed)
        most = lane->fault.at - lane->passed;
    if (lane->fault.drip_bytes > 0 && most > lane->fault.drip_bytes)
        most = lane->fault.drip_bytes;
    ssize_t put = most > 0 ? send(lane->to, lane->piece + lane->done, (size_t)most, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
    if (put < 0)
        return errno == EAGAIN || errno == EINTR;
    lane->done += (size_t)put;
    lane->passed += put;
    *bytes += put;
    if (lane->fault.drip_bytes > 0)
        lane->ready = now_ms() + (lane->fault.drip_ms > 0 ? lane->fault.drip_ms : 1);
    return true;
}

/* Whether the byte is reached at which the fault happens. */
static bool lane_at_fault(const kf_lane *lane)
{
    return lane_breaks(lane) && lane->passed >= lane->fault.at && (lane->passed > 0 || lane_has_piece(lane));
}

/* Moves what can be moved. Returns false when the link was ended. */
static bool serve_link(kf_proxy *proxy, size_t index, bool hung_up)
{
    kf_link *link = proxy->links[index];
    for (int direction = 0; direction < 2; direction++) {
        kf_lane *lane = &link->lanes[direction];
        int64_t bytes = 0;
        bool whole = lane_read(lane) && lane_write(lane, &bytes);
        pthread_mutex_lock(&proxy->lock);
        proxy->counts.bytes[direction] += bytes;
        pthread_mutex_unlock(&proxy->lock);
        bool fault = whole && lane_at_fault(lane);
        if (!whole || (fault && lane->fault.kind != KF_PROXY_STALL))
            return end_link(proxy, index, !whole || lane->fault.kind == KF_PROXY_RESET), false;
        lane->stalled = fault;
        if (lane->ended && !lane_has_piece(lane) && !lane->shut) {
            shutdown(lane->to, SHUT_WR);
            lane->shut = true;
        }
    }
    bool stalled = link->lanes[0].stalled || link->lanes[1].stalled;
    if ((link->lanes[0].shut && link->lanes[1].shut) || (stalled && hung_up))
        return end_link(proxy, index, false), false;
    return true;
}

/* What to wait for at both ends of a link; returns when something is due at the latest (-1: nothing is). */
static int64_t watch_link(const kf_link *link, struct pollfd *client, struct pollfd *server)
{
    int64_t due = -1;
    *client = (struct pollfd){.fd = link->client};
    *server = (struct pollfd){.fd = link->server};
    for (int direction = 0; direction < 2; direction++) {
        const kf_lane *lane = &link->lanes[direction];
        struct pollfd *from = direction == KF_PROXY_REQUEST ? client : server;
        struct pollfd *to = direction == KF_PROXY_REQUEST ? server : client;
        if (lane->stalled)
            client->events |= POLLRDHUP;
        else if (!lane_has_piece(lane))
            from->events |= lane->ended ? 0 : POLLIN;
        else if (lane->ready <= now_ms())
            to->events |= POLLOUT;
        else if (due < 0 || lane->ready < due)
            due = lane->ready;
    }
    if (client->events == 0)
        client->fd = -1; /* poll() would report a hang-up again and again */
    if (server->events == 0)
        server->fd = -1;
    return due;
}

/* Carries out what other threads asked for. Returns the listener, or -2 to stop. */
static int obey(kf_proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    if (proxy->pending) {
        bool refuse = proxy->fault.kind == KF_PROXY_REFUSE;
        if (refuse && proxy->listener >= 0) {
            close(proxy->listener);
            proxy->listener = -1;
        } else if (!refuse && proxy->listener < 0) {
            proxy->listener = open_port(proxy->port, true);
        }
        proxy->pending = false;
        pthread_cond_broadcast(&proxy->changed);
    }
    int listener = proxy->stop ? -2 : proxy->listener;
    bool reset_all = proxy->reset_all || proxy->stop;
    pthread_mutex_unlock(&proxy->lock);
    while (reset_all && proxy->link_count > 0)
        end_link(proxy, 0, true);
    if (reset_all) {
        pthread_mutex_lock(&proxy->lock);
        proxy->reset_all = false;
        pthread_cond_broadcast(&proxy->changed);
        pthread_mutex_unlock(&proxy->lock);
    }
    return listener;
}

static void *serve(void *argument)
{
    kf_proxy *proxy = argument;
    char bytes[64];
    for (int listener; (listener = obey(proxy)) != -2;) {
        int64_t due = -1;
        proxy->polls[0] = (struct pollfd){.fd = proxy->wake[0], .events = POLLIN};
        proxy->polls[1] = (struct pollfd){.fd = listener, .events = POLLIN};
        for (size_t i = 0; i < proxy->link_count; i++) {
            int64_t at = watch_link(proxy->links[i], &proxy->polls[2 + 2 * i], &proxy->polls[3 + 2 * i]);
            due = at >= 0 && (due < 0 || at < due) ? at : due;
        }
        int64_t wait = due < 0 ? -1 : due - now_ms();
        poll(proxy->polls, 2 + 2 * proxy->link_count, due < 0 ? -1 : wait < 0 ? 0 : (int)wait);
        /* Backwards, because an ended link is replaced by the last one. */
        for (size_t i = proxy->link_count; i-- > 0;)
            serve_link(proxy, i, proxy->polls[2 + 2 * i].revents & (POLLRDHUP | POLLHUP | POLLERR));
        if (proxy->polls[1].revents & POLLIN)
            accept_link(proxy, listener);
        if (proxy->polls[0].revents & POLLIN && read(proxy->wake[0], bytes, sizeof bytes) < 0)
            break;
    }
    return NULL;
}

static void wake(kf_proxy *proxy)
{
    if (write(proxy->wake[1], "", 1) < 0)
        abort();
}

kf_proxy *kf_proxy_start(int target_port)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    kf_proxy *proxy = calloc(1, sizeof *proxy);
    if (proxy == NULL)
        return NULL;
    proxy->target_port = target_port;
    proxy->wake[0] = proxy->wake[1] = proxy->listener = -1;
    proxy->holder = open_port(0, false);
    pthread_mutex_init(&proxy->lock, NULL);
    pthread_cond_init(&proxy->changed, NULL);
    if (proxy->holder < 0 || getsockname(proxy->holder, (struct sockaddr *)&address, &size) != 0 ||
        pipe2(proxy->wake, O_CLOEXEC) != 0)
        goto failed;
    proxy->port = ntohs(address.sin_port);
    proxy->listener = open_port(proxy->port, true);
    snprintf(proxy->url, sizeof proxy->url, "http://127.0.0.1:%d", proxy->port);
    if (proxy->listener < 0 || pthread_create(&proxy->thread, NULL, serve, proxy) != 0)
        goto failed;
    return proxy;

failed:
    for (int i = 0; i < 4; i++) {
        int fd = i < 2 ? proxy->wake[i] : i == 2 ? proxy->holder : proxy->listener;
        if (fd >= 0)
            close(fd);
    }
    free(proxy);
    return NULL;
}

bool kf_proxy_set_fault(kf_proxy *proxy, const kf_proxy_fault *fault)
{
    static const kf_proxy_fault none;
    pthread_mutex_lock(&proxy->lock);
    proxy->fault = fault != NULL ? *fault : none;
    if (proxy->fault.kind == KF_PROXY_DROP) {
        proxy->fault.kind = KF_PROXY_CUT;
        proxy->fault.direction = KF_PROXY_ANSWER;
        proxy->fault.at = 0;
    }
    proxy->since_fault = 0;
    proxy->hit = 0;
    proxy->pending = true;
    wake(proxy);
    while (proxy->pending)
        pthread_cond_wait(&proxy->changed, &proxy->lock);
    bool done = proxy->fault.kind == KF_PROXY_REFUSE || proxy->listener >= 0;
    pthread_mutex_unlock(&proxy->lock);
    return done;
}

void kf_proxy_set_target(kf_proxy *proxy, int target_port)
{
    pthread_mutex_lock(&proxy->lock);
    proxy->target_port = target_port;
    pthread_mutex_unlock(&proxy->lock);
}

int kf_proxy_port(const kf_proxy *proxy)
{
    return proxy->port;
}

const char *kf_proxy_url(const kf_proxy *proxy)
{
    return proxy->url;
}

kf_proxy_counts kf_proxy_count(kf_proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    kf_proxy_counts counts = proxy->counts;
    pthread_mutex_unlock(&proxy->lock);
    return counts;
}

void kf_proxy_reset_all(kf_proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    proxy->reset_all = true;
    wake(proxy);
    while (proxy->reset_all)
        pthread_cond_wait(&proxy->changed, &proxy->lock);
    pthread_mutex_unlock(&proxy->lock);
}

bool kf_proxy_wait_idle(kf_proxy *proxy, int timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    int late = 0;
    pthread_mutex_lock(&proxy->lock);
    while (proxy->counts.open > 0 && late == 0)
        late = pthread_cond_timedwait(&proxy->changed, &proxy->lock, &until);
    bool idle = proxy->counts.open == 0;
    pthread_mutex_unlock(&proxy->lock);
    return idle;
}

void kf_proxy_stop(kf_proxy *proxy)
{
    if (proxy == NULL)
        return;
    pthread_mutex_lock(&proxy->lock);
    proxy->stop = true;
    pthread_mutex_unlock(&proxy->lock);
    wake(proxy);
    pthread_join(proxy->thread, NULL);
    if (proxy->listener >= 0)
        close(proxy->listener);
    close(proxy->holder);
    close(proxy->wake[0]);
    close(proxy->wake[1]);
    pthread_cond_destroy(&proxy->changed);
    pthread_mutex_destroy(&proxy->lock);
    free(proxy);
}
