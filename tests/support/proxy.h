/**
 * @file proxy.h
 * A TCP proxy that spoils connections at a chosen byte. It listens on 127.0.0.1 and stands before any server there.
 *
 *     kf_proxy *proxy = kf_proxy_start(sandbox_port);
 *     kf_proxy_fault fault = {.kind = KF_PROXY_RESET, .at = 100, .every = 2};
 *     kf_proxy_set_fault(proxy, &fault);
 *     … kf_proxy_url(proxy) …
 *     kf_proxy_stop(proxy);
 *
 * It has one thread of its own; all functions may be called by any thread.
 */
#ifndef KF_TESTS_PROXY_H
#define KF_TESTS_PROXY_H

#include <stdbool.h>
#include <stdint.h>

typedef enum kf_proxy_kind {
    KF_PROXY_NONE = 0, /**< Bytes pass; `delay_ms` and `drip_bytes` still hold. */
    KF_PROXY_CUT, /**< After `at` bytes both sides see the connection's end (FIN). */
    KF_PROXY_RESET, /**< After `at` bytes both sides see a reset (RST). */
    KF_PROXY_GARBAGE, /**< `length` bytes from byte `at` on are replaced by others. */
    KF_PROXY_STALL, /**< After `at` bytes nothing passes any more; the connection stays open. */
    KF_PROXY_DROP, /**< The request passes; when the server answers, the client sees the end instead. */
    KF_PROXY_REFUSE /**< As long as it is set, nobody can connect (ECONNREFUSED). Holds for all connections. */
} kf_proxy_kind;

typedef enum kf_proxy_direction {
    KF_PROXY_ANSWER = 0, /**< From the server to the client. */
    KF_PROXY_REQUEST = 1
} kf_proxy_direction;

/** What goes wrong. Bytes are counted over a connection's whole life, each direction for itself. With `at` 0 a fault
 *  happens when the first byte in its direction wants to pass. */
typedef struct kf_proxy_fault {
    kf_proxy_kind kind;
    kf_proxy_direction direction;
    int64_t at;
    int64_t length; /**< Of garbage; 0: 16 bytes. */
    int delay_ms; /**< Every piece in that direction comes so much later. */
    int drip_bytes; /**< At most so many bytes at once, … 0: all. */
    int drip_ms; /**< … then a pause. 0: 1 ms. */
    int first; /**< The first connection that it meets, counted from 1 after kf_proxy_set_fault(). 0: 1. */
    int every; /**< Then each connection of that many. 0: 1. */
    int times; /**< So many connections in all. 0: no limit. */
} kf_proxy_fault;

typedef struct kf_proxy kf_proxy;

typedef struct kf_proxy_counts {
    int64_t connections; /**< Accepted. */
    int64_t faulty; /**< Of these, chosen for a fault. */
    int64_t open; /**< Open now. */
    int64_t bytes[2]; /**< Passed on, by direction: kf_proxy_direction. */
} kf_proxy_counts;

/** A proxy before 127.0.0.1:`target_port`, on a port that the system chooses. NULL when that fails. */
kf_proxy *kf_proxy_start(int target_port);
/** From the next connection on. NULL: nothing goes wrong any more. @return false when the port cannot be had again. */
bool kf_proxy_set_fault(kf_proxy *proxy, const kf_proxy_fault *fault);
/** Where the next connections lead to: the server was started again, at another port. */
void kf_proxy_set_target(kf_proxy *proxy, int target_port);
int kf_proxy_port(const kf_proxy *proxy);
/** "http://127.0.0.1:PORT"; lives as long as the proxy. */
const char *kf_proxy_url(const kf_proxy *proxy);
kf_proxy_counts kf_proxy_count(kf_proxy *proxy);
/** Ends all connections that are open now, with a reset, and returns when that is done. */
void kf_proxy_reset_all(kf_proxy *proxy);
/** Waits until no connection is open. @return false when the time was over before. */
bool kf_proxy_wait_idle(kf_proxy *proxy, int timeout_ms);
/** NULL is allowed. */
void kf_proxy_stop(kf_proxy *proxy);

#endif
