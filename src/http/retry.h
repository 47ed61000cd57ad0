/* Whether and when a failed attempt is repeated. Pure functions, and the budget that ends retry storms. */
#ifndef KF_HTTP_RETRY_H
#define KF_HTTP_RETRY_H

#include "kuflow/error.h"

#include <stdatomic.h>

#define KF_RETRY_BUDGET 500

typedef enum kf_retry_class { KF_RETRY_NO = 0, KF_RETRY_TRANSIENT, KF_RETRY_THROTTLED } kf_retry_class;

/* How an attempt ended. */
typedef struct kf_attempt {
    kf_status status; /* of the transport; KF_OK when an answer came whole */
    int http_status; /* of the whole answer, else 0 */
    int code; /* CURLcode */
    bool sent; /* a byte of the request may have left */
    bool repeatable; /* doing it twice is the same as once */
} kf_attempt;

kf_retry_class kf_retry_classify(const kf_attempt *attempt);

/* The wait before another attempt, with full jitter: 0 to min(max, base * 2^retries). `base_ms` 0: 50 ms, or 1 s when
 * throttled. `retries` counts those before this one. */
int64_t kf_retry_wait(kf_retry_class class, int retries, int64_t base_ms, int64_t max_ms, uint64_t random);

/* Milliseconds that a `Retry-After` asks for (seconds or a date; a past one is 0); -1 when it cannot be read. */
int64_t kf_retry_after(const char *value, int64_t wall_ms);
/* The same for `retry-after-ms`. */
int64_t kf_retry_after_ms(const char *value);

/* Shared by all calls of a client. */
typedef struct kf_budget {
    atomic_int tokens;
    bool off;
} kf_budget;

void kf_budget_init(kf_budget *budget, bool off);
/* Takes the price of one retry, and returns it; -1 when there is not enough left. */
int kf_budget_take(kf_budget *budget, kf_retry_class class);
/* A success pays back the price of the retry that led to it, or 1 when there was none (price 0). */
void kf_budget_success(kf_budget *budget, int price);

#endif
