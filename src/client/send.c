#include "client/send.h"

#include "client/describe.h"
#include "core/fail.h"
#include "http/perform.h"

#include <curl/curl.h>
#include <string.h>

#define ATTEMPT_TIMEOUT_MS 60000
#define DEADLINE_MS 180000

static bool changes_nothing(const kf_send *send)
{
    return strcmp(send->method, "GET") == 0 || strcmp(send->method, "HEAD") == 0;
}

static void emit(const kf_send *send, kf_event_kind kind, int64_t since, int64_t wait_ms)
{
    const kf_core *core = send->client->core;
    const kf_error *error = send->error;
    if (core->on_event == NULL)
        return;
    bool all = kind == KF_EVENT_CALL;
    const kf_event event = {
        .kind = kind,
        .operation = send->operation,
        .method = send->method,
        .path = send->path,
        .request_id = error->request_id,
        .status = error->status,
        .http_status = error->http_status,
        .attempt = error->attempts,
        .bytes_sent = all ? send->bytes_sent : send->attempt_sent,
        .bytes_received = all ? send->bytes_received : send->receiver->received,
        .milliseconds = kf_clock_now(&core->clock) - since,
        .wait_ms = wait_ms,
        .message = error->message,
    };
    core->on_event(&event, core->on_event_user);
}

/* Clears what the attempt before left in the error. */
static void restart_error(kf_error *error)
{
    error->status = KF_OK;
    error->http_status = 0;
    error->retryable = false;
    error->may_have_acted = false;
    error->transport_code = 0;
    error->retry_after_ms = -1;
    error->message[0] = '\0';
    error->server_code[0] = '\0';
    error->server_message[0] = '\0';
    error->server_location[0] = '\0';
}

static bool too_late(const kf_send *send)
{
    return send->deadline_at >= 0 && kf_clock_now(&send->client->core->clock) >= send->deadline_at;
}

/* The time for this attempt: its own limit, or what is left of the call's. -1: none. */
static int64_t attempt_timeout(const kf_send *send)
{
    int64_t timeout = send->client->attempt_timeout_ms;
    if (timeout == 0)
        timeout = send->transfer ? -1 : ATTEMPT_TIMEOUT_MS;
    if (timeout > 0 && timeout < INT64_MAX - send->wait_ms)
        timeout += send->wait_ms;
    if (send->deadline_at >= 0) {
        int64_t left = send->deadline_at - kf_clock_now(&send->client->core->clock);
        if (timeout < 0 || left < timeout)
            timeout = left > 1 ? left : 1; /* 0 would be none */
    }
    return timeout < 0 ? -1 : timeout;
}

static int64_t idle_timeout(const kf_send *send)
{
    int64_t timeout = send->client->core->idle_timeout_ms;
    if (timeout < 0 || timeout > INT64_MAX - send->wait_ms)
        return -1;
    return timeout + send->wait_ms;
}

static void fill_exchange(kf_send *send, kf_exchange *exchange)
{
    kf_upload *upload = send->upload;
    *exchange = (kf_exchange){
        .method = send->method, .url = send->url, .headers = send->sent.items, .header_count = send->sent.count};
    exchange->timeout_ms = attempt_timeout(send);
    exchange->idle_ms = idle_timeout(send);
    exchange->sent = true; /* unless the transport knows better */
    if (upload != NULL) {
        exchange->body_length = upload->length;
        bool memory = kf_upload_in_memory(upload);
        exchange->read_body = memory ? kf_memory_body_read : kf_upload_read;
        exchange->read_user = memory ? (void *)&upload->memory : (void *)upload;
    }
    kf_receiver_attach(send->receiver, exchange);
}

static kf_status perform(kf_send *send, kf_exchange *exchange)
{
    const kf_core *core = send->client->core;
    if (core->transport != NULL && core->transport->perform != NULL)
        return core->transport->perform(exchange, core->transport->user);
    const kf_perform_options options = {
        .waiter = &send->waiter, .authority = send->base->authority, .once = !send->repeatable};
    return kf_pool_perform(core->pool, exchange, &options);
}

/* A server that broke off, a gateway that lost its server, and one that points to what it made. */
static bool unclear(int http_status)
{
    return http_status >= 500 || http_status == 408 || http_status == 302 || http_status == 303;
}

/* A whole answer: a success, or its words in the error. */
static kf_status conclude_answer(kf_send *send)
{
    kf_receiver *receiver = send->receiver;
    kf_error *error = send->error;
    error->http_status = receiver->http_status;
    if (receiver->success)
        return KF_OK;
    if (*receiver->retry_after_ms != '\0')
        error->retry_after_ms = kf_retry_after_ms(receiver->retry_after_ms);
    if (error->retry_after_ms < 0 && *receiver->retry_after != '\0')
        error->retry_after_ms = kf_retry_after(receiver->retry_after, kf_clock_wall(&send->client->core->clock));
    if (unclear(receiver->http_status))
        send->acted |= !changes_nothing(send);
    return kf_describe_answer(receiver, send->pointers, error);
}

/* No whole answer. What stopped it on our side explains it better than libcurl does. */
static kf_status conclude_failure(kf_send *send, kf_status status, const kf_exchange *exchange)
{
    kf_error *error = send->error;
    const kf_stream_failure *failure = &send->receiver->failure;
    if (failure->status == KF_OK && send->upload != NULL)
        failure = &send->upload->failure;
    if (exchange->sent)
        send->acted |= !changes_nothing(send);
    error->http_status = send->receiver->http_status;
    if (failure->status != KF_OK) {
        send->no_retry = true;
        return kf_fail(error, failure->status, "%s", failure->message);
    }
    const kf_attempt attempt = {.status = status, .code = exchange->code, .sent = exchange->sent, .repeatable = true};
    error->transport_code = exchange->code;
    error->retryable = kf_retry_classify(&attempt) != KF_RETRY_NO;
    return kf_fail(error, status, "%s", *exchange->message != '\0' ? exchange->message : kf_status_text(status));
}

/* No credential gets into an error, also when the server repeats what it was sent; nor does what a hook has set, which
 * may be one, nor a password in the body. */
static void redact(const kf_send *send, const kf_exchange *exchange)
{
    const char *own = send->client->core->auth.header;
    size_t kept = send->client->core->hook_count > 0 ? send->hooked.kept : exchange->header_count;
    for (size_t i = 0; i < exchange->header_count; i++) {
        const kf_pair *header = &exchange->headers[i];
        bool authorization = kf_header_name_equal(header->name, "Authorization");
        if (i >= kept || authorization || kf_header_name_equal(header->name, "Cookie") ||
            (own != NULL && kf_header_name_equal(header->name, own)))
            kf_redact_error(send->error, header->value);
        const char *scheme = header->value + strspn(header->value, " \t"), *end = strchr(scheme, ' ');
        if (authorization && end != NULL) /* also by itself, whatever its scheme */
            kf_redact_error(send->error, end);
    }
    for (size_t i = 0; send->body_type != NULL && i < send->body_type->field_count; i++) {
        const kf_field *field = &send->body_type->fields[i];
        if (field->kind != KF_KIND_STRING || (field->flags & KF_FIELD_SECRET) == 0 ||
            (field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0)
            continue;
        const char *secret = *(const char *const *)((const char *)send->body + field->offset);
        if (secret != NULL)
            kf_redact_error(send->error, secret);
    }
}

/* One exchange with the server; all that it found is in the error, and what a retry must know in `attempt`. */
static kf_status exchange_once(kf_send *send, kf_attempt *attempt)
{
    kf_receiver *receiver = send->receiver;
    kf_exchange exchange;
    fill_exchange(send, &exchange);
    send->error->attempts++;
    kf_status status = perform(send, &exchange);
    if (send->upload != NULL) {
        kf_upload_end(send->upload);
        send->attempt_sent = exchange.sent ? kf_upload_sent(send->upload) : 0;
        send->bytes_sent += send->attempt_sent;
    }
    send->bytes_received += receiver->received;
    bool answered = (status == KF_OK && receiver->failure.status == KF_OK) || receiver->enough;
    if (answered && !kf_receiver_finish(receiver))
        answered = false;
    *attempt = (kf_attempt){.status = answered ? KF_OK : status,
                            .http_status = answered ? receiver->http_status : 0,
                            .code = exchange.code,
                            .sent = exchange.sent,
                            .repeatable = send->repeatable};
    status = answered ? conclude_answer(send) : conclude_failure(send, status, &exchange);
    if (status != KF_OK)
        redact(send, &exchange);
    return status;
}

static kf_status run_hooks(kf_send *send)
{
    const kf_upload *upload = send->upload;
    send->hooked.outgoing = (kf_outgoing){
        .operation = send->operation,
        .method = send->method,
        .path = send->path,
        .request_id = send->error->request_id,
        .attempt = send->error->attempts + 1,
        .url = send->url,
        .body = upload != NULL ? upload->memory.data : NULL,
        .body_length = upload != NULL ? upload->length : 0,
    };
    kf_status status = kf_hooks_run(&send->hooked, send->client, &send->sent, send->error);
    send->sent = send->hooked.headers;
    return status;
}

/* What comes before an exchange: the token, the body, and what the caller's hooks make of it. */
static kf_status prepare_attempt(kf_send *send, kf_credential **credential)
{
    kf_core *core = send->client->core;
    const kf_auth_patience patience = {&send->waiter, send->deadline_at};
    kf_status status = KF_OK;
    if (send->authorize)
        status = kf_auth_acquire(&core->auth, &core->clock, send->refused, &patience, credential, send->error);
    send->generation = *credential != NULL ? (*credential)->generation : 0;
    send->sent = (kf_pairs){send->headers, send->header_count};
    if (*credential != NULL)
        send->headers[send->sent.count++] = (kf_pair){core->auth.header, (*credential)->value};
    if (status == KF_OK && send->upload != NULL)
        status = kf_upload_begin(send->upload, send->error);
    if (status == KF_OK && core->hook_count > 0)
        status = run_hooks(send);
    if (status == KF_OK && kf_waiter_cancelled(&send->waiter))
        status = kf_fail(send->error, KF_ERROR_CANCELLED, "the call was cancelled");
    if (status == KF_OK && too_late(send))
        status = kf_fail(send->error, KF_ERROR_TIMEOUT, "the deadline passed before the request could be sent");
    return status;
}

/* Carries out one attempt. */
static kf_status run_attempt(kf_send *send, kf_attempt *attempt)
{
    kf_credential *credential = NULL;
    send->no_retry = false;
    send->attempt_sent = 0;
    send->attempt_at = kf_clock_now(&send->client->core->clock);
    kf_status status = prepare_attempt(send, &credential);
    if (status != KF_OK) {
        send->no_retry = true;
    } else {
        status = exchange_once(send, attempt);
        emit(send, KF_EVENT_ATTEMPT, send->attempt_at, 0);
    }
    kf_hooked_free(&send->hooked);
    kf_credential_release(credential);
    return status;
}

/* A token that the server refused is renewed once; that is not a retry. */
static bool renew_token(kf_send *send)
{
    if (send->error->http_status != 401 || !send->authorize || send->client->core->auth.provider == NULL ||
        send->refused != 0 || send->no_retry || (send->upload != NULL && !kf_upload_repeatable(send->upload)))
        return false;
    send->refused = send->generation;
    return true;
}

/* Whether another attempt follows, and after how many milliseconds. */
static bool plan_retry(kf_send *send, const kf_attempt *attempt, int64_t *wait_ms)
{
    kf_core *core = send->client->core;
    *wait_ms = 0;
    if (renew_token(send))
        return true;
    kf_retry_class class = send->no_retry ? KF_RETRY_NO : kf_retry_classify(attempt);
    if (class == KF_RETRY_NO || send->retries + 1 >= send->client->max_attempts)
        return false;
    if ((send->upload != NULL && !kf_upload_repeatable(send->upload)) ||
        (send->receiver->download != NULL && !kf_download_repeatable(send->receiver->download)))
        return false;
    int64_t asked = send->error->retry_after_ms;
    if (asked > core->retry_after_max_ms) {
        char words[sizeof(send->error->message)];
        memcpy(words, send->error->message, sizeof(words));
        kf_fail(send->error, send->error->status, "%s; it asks for a wait of %lld s, which is above retry_after_max_ms",
                words, (long long)(asked / 1000));
        return false;
    }
    *wait_ms = asked >= 0 ? asked
                          : kf_retry_wait(class, send->retries, core->retry_base_ms, core->retry_max_ms,
                                          kf_clock_random(&core->clock));
    if (send->deadline_at >= 0 && *wait_ms >= send->deadline_at - kf_clock_now(&core->clock))
        return false;
    int price = kf_budget_take(&core->budget, class);
    if (price < 0)
        return false;
    send->price = price;
    send->retries++;
    return true;
}

static kf_status cancelled(kf_send *send)
{
    send->error->retryable = false;
    return kf_fail(send->error, KF_ERROR_CANCELLED, "the call was cancelled");
}

static kf_status attempt_until_done(kf_send *send)
{
    kf_core *core = send->client->core;
    if (kf_waiter_cancelled(&send->waiter))
        return cancelled(send);
    if (too_late(send))
        return kf_fail(send->error, KF_ERROR_TIMEOUT, "the deadline had passed before anything was sent");
    for (;;) {
        kf_attempt attempt = {0};
        int64_t wait_ms;
        kf_status status = run_attempt(send, &attempt);
        if (status == KF_OK) {
            kf_budget_success(&core->budget, send->price);
            return KF_OK;
        }
        if (!plan_retry(send, &attempt, &wait_ms))
            return status;
        emit(send, KF_EVENT_RETRY, send->started_at, wait_ms);
        if (!kf_waiter_sleep(&send->waiter, &core->clock, wait_ms))
            return cancelled(send);
        restart_error(send->error);
        if (!kf_receiver_reset(send->receiver))
            return kf_fail(send->error, send->receiver->failure.status, "%s", send->receiver->failure.message);
    }
}

kf_status kf_send_all(kf_send *send)
{
    const kf_client *client = send->client;
    send->started_at = kf_clock_now(&client->core->clock);
    int64_t limit = client->deadline_ms != 0 ? client->deadline_ms : send->transfer ? -1 : DEADLINE_MS + send->wait_ms;
    send->deadline_at = client->deadline_at;
    if (limit > 0 && limit < INT64_MAX - send->started_at &&
        (send->deadline_at < 0 || send->started_at + limit < send->deadline_at))
        send->deadline_at = send->started_at + limit;
    if (!kf_waiter_begin(&send->waiter, &client->cancels))
        return kf_fail(send->error, KF_ERROR_MEMORY, "out of memory");
    kf_receiver_reset(send->receiver);
    kf_status status = attempt_until_done(send);
    kf_waiter_end(&send->waiter);
    if (status != KF_OK)
        send->error->may_have_acted = send->acted;
    return status;
}

void kf_send_done(const kf_send *send)
{
    emit(send, KF_EVENT_CALL, send->started_at, 0);
}
