#include "http/retry.h"

#include <curl/curl.h>
#include <string.h>
#include <time.h>

/* Codes that another attempt would only repeat: certificates, settings, texts that are no URL. */
static bool final_code(int code)
{
    switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_FAILED_INIT:
    case CURLE_URL_MALFORMAT:
    case CURLE_OUT_OF_MEMORY:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return true;
    default:
        return false;
    }
}

static kf_retry_class classify_answer(const kf_attempt *attempt)
{
    switch (attempt->http_status) {
    case 429: /* refused before anything was done */
        return KF_RETRY_THROTTLED;
    case 503:
        return attempt->repeatable ? KF_RETRY_THROTTLED : KF_RETRY_NO;
    case 408:
    case 425:
    case 500:
    case 502:
    case 504:
        return attempt->repeatable ? KF_RETRY_TRANSIENT : KF_RETRY_NO;
    default:
        return KF_RETRY_NO;
    }
}

kf_retry_class kf_retry_classify(const kf_attempt *attempt)
{
    if (attempt->status == KF_OK)
        return classify_answer(attempt);
    if (final_code(attempt->code))
        return KF_RETRY_NO;
    switch (attempt->status) {
    case KF_ERROR_CONNECT:
    case KF_ERROR_TLS:
    case KF_ERROR_TIMEOUT:
    case KF_ERROR_TRANSPORT:
        return attempt->repeatable || !attempt->sent ? KF_RETRY_TRANSIENT : KF_RETRY_NO;
    default:
        return KF_RETRY_NO;
    }
}

int64_t kf_retry_wait(kf_retry_class class, int retries, int64_t base_ms, int64_t max_ms, uint64_t random)
{
    int64_t ceiling = base_ms > 0 ? base_ms : class == KF_RETRY_THROTTLED ? 1000 : 50;
    for (int i = 0; i < retries && ceiling < max_ms; i++)
        ceiling = ceiling > INT64_MAX / 2 ? INT64_MAX : ceiling * 2;
    if (ceiling > max_ms)
        ceiling = max_ms;
    return ceiling <= 0 ? 0 : (int64_t)(random % ((uint64_t)ceiling + 1));
}

/* A number of digits only; cut at a year of milliseconds, far above any limit. -1: something else. */
static int64_t read_digits(const char *value)
{
    const int64_t most = INT64_C(31536000000);
    int64_t number = 0;
    value += strspn(value, " \t");
    size_t digits = strspn(value, "0123456789");
    if (digits == 0 || value[digits + strspn(value + digits, " \t")] != '\0')
        return -1;
    for (size_t i = 0; i < digits && number < most; i++)
        number = number * 10 + (value[i] - '0');
    return number < most ? number : most;
}

int64_t kf_retry_after(const char *value, int64_t wall_ms)
{
    int64_t seconds = read_digits(value);
    if (seconds >= 0)
        return seconds * 1000;
    /* A date has the name of a month; libcurl would take much less for one. */
    if (strchr(value, ':') == NULL)
        return -1;
    time_t date = curl_getdate(value, NULL);
    if (date == (time_t)-1)
        return -1;
    /* Cut at the year 9999: a server may write any number of digits. */
    const int64_t most = INT64_C(253402300800);
    int64_t at = date;
    at = (at < most ? at : most) * 1000;
    return at > wall_ms ? at - wall_ms : 0;
}

int64_t kf_retry_after_ms(const char *value)
{
    return read_digits(value);
}

void kf_budget_init(kf_budget *budget, bool off)
{
    atomic_init(&budget->tokens, KF_RETRY_BUDGET);
    budget->off = off;
}

int kf_budget_take(kf_budget *budget, kf_retry_class class)
{
    int price = class == KF_RETRY_THROTTLED ? 5 : 14;
    if (budget->off)
        return 0;
    int tokens = atomic_load(&budget->tokens);
    do {
        if (tokens < price)
            return -1;
    } while (!atomic_compare_exchange_weak(&budget->tokens, &tokens, tokens - price));
    return price;
}

void kf_budget_success(kf_budget *budget, int price)
{
    if (budget->off)
        return;
    int tokens = atomic_load(&budget->tokens);
    int more;
    do {
        if (tokens >= KF_RETRY_BUDGET)
            return;
        more = tokens + (price > 0 ? price : 1);
        if (more > KF_RETRY_BUDGET)
            more = KF_RETRY_BUDGET;
    } while (!atomic_compare_exchange_weak(&budget->tokens, &tokens, more));
}
