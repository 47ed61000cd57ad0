#include "client/receive.h"

#include "core/fail.h"
#include "http/header.h"
#include "http/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const kf_answer *kf_operation_answer(const kf_operation *operation, int http_status)
{
    bool good = http_status >= 200 && http_status < 300;
    for (size_t i = 0; i < operation->answer_count; i++)
        if (operation->answers[i].status == http_status)
            return &operation->answers[i];
    if (!good)
        return NULL;
    for (size_t i = 0; i < operation->answer_count; i++)
        if (operation->answers[i].status == 2)
            return &operation->answers[i];
    for (size_t i = 0; i < operation->answer_count; i++)
        if (operation->answers[i].type != NULL)
            return &operation->answers[i];
    return operation->answer_count > 0 ? &operation->answers[0] : NULL;
}

static bool is_success(const kf_operation *operation, int http_status)
{
    return (http_status >= 200 && http_status < 300) ||
           (operation != NULL && kf_operation_answer(operation, http_status) != NULL);
}

bool kf_receiver_reset(kf_receiver *receiver)
{
    receiver->http_status = 0;
    receiver->success = false;
    receiver->body.length = 0;
    receiver->headers.length = 0;
    receiver->header_count = 0;
    receiver->content_length = -1;
    receiver->encoded = false;
    receiver->begun = false;
    receiver->enough = false;
    receiver->received = 0;
    receiver->retry_after[0] = '\0';
    receiver->retry_after_ms[0] = '\0';
    receiver->content_type[0] = '\0';
    receiver->file_name[0] = '\0';
    receiver->location[0] = '\0';
    receiver->failure.status = KF_OK;
    if (receiver->download == NULL || kf_download_reset(receiver->download))
        return true;
    receiver->failure = receiver->download->failure;
    return false;
}

void kf_receiver_free(kf_receiver *receiver)
{
    kf_buffer_free(&receiver->body);
    kf_buffer_free(&receiver->headers);
}

static bool stop(kf_receiver *receiver, kf_status status, const char *message)
{
    receiver->failure.status = status;
    snprintf(receiver->failure.message, sizeof(receiver->failure.message), "%s", message);
    return false;
}

static int on_status(int http_status, void *user)
{
    kf_receiver *receiver = user;
    receiver->http_status = http_status;
    receiver->success = is_success(receiver->operation, http_status);
    return 0;
}

/* Digits only; -1 for anything else. */
static int64_t read_length(const char *value)
{
    int64_t number = 0;
    if (*value == '\0')
        return -1;
    for (; *value != '\0'; value++) {
        if (*value < '0' || *value > '9' || number > (INT64_MAX - 9) / 10)
            return -1;
        number = number * 10 + (*value - '0');
    }
    return number;
}

static int on_header(const char *name, const char *value, void *user)
{
    kf_receiver *receiver = user;
    size_t length = strlen(value);
    if (receiver->keep_headers) {
        kf_buffer_append(&receiver->headers, name, strlen(name) + 1);
        if (!kf_buffer_append(&receiver->headers, value, length + 1))
            return stop(receiver, KF_ERROR_MEMORY, "out of memory") ? 0 : 1;
        receiver->header_count++;
    }
    switch (*name | 0x20) {
    case 'c':
        if (kf_header_name_equal(name, "Content-Length"))
            receiver->content_length = read_length(value);
        else if (kf_header_name_equal(name, "Content-Encoding"))
            receiver->encoded = !kf_header_name_equal(value, "identity");
        else if (kf_header_name_equal(name, "Content-Type"))
            KF_COPY_TEXT(receiver->content_type, value, length);
        else if (receiver->download != NULL && kf_header_name_equal(name, "Content-Disposition"))
            kf_disposition_file_name(value, receiver->file_name, sizeof(receiver->file_name));
        break;
    case 'r':
        if (kf_header_name_equal(name, "Retry-After"))
            KF_COPY_TEXT(receiver->retry_after, value, length);
        else if (kf_header_name_equal(name, "Retry-After-Ms"))
            KF_COPY_TEXT(receiver->retry_after_ms, value, length);
        break;
    case 'l':
        if (kf_header_name_equal(name, "Location") && receiver->http_status >= 300)
            kf_url_host(value, receiver->location, sizeof(receiver->location));
        break;
    default:
        break;
    }
    return 0;
}

/* Before the first byte: room for what was announced, or the end when that is too much. */
static bool begin_body(kf_receiver *receiver)
{
    int64_t announced = receiver->encoded ? -1 : receiver->content_length;
    receiver->begun = true;
    if (!receiver->success)
        return true;
    if (receiver->download != NULL) {
        if (kf_download_begin(receiver->download, announced))
            return true;
        receiver->failure = receiver->download->failure;
        return false;
    }
    if (announced > 0 && (uint64_t)announced > receiver->max_bytes)
        return stop(receiver, KF_ERROR_LIMIT, "the answer is longer than max_response_bytes");
    if (announced > 0 && !kf_buffer_reserve(&receiver->body, (size_t)announced + 1))
        return stop(receiver, KF_ERROR_MEMORY, "out of memory");
    return true;
}

static bool take_error(kf_receiver *receiver, const char *data, size_t size)
{
    size_t most = receiver->max_bytes < KF_ERROR_BODY_MAX ? receiver->max_bytes : KF_ERROR_BODY_MAX;
    size_t room = most - receiver->body.length;
    receiver->enough = size > room;
    if (!kf_buffer_append(&receiver->body, data, size > room ? room : size))
        return stop(receiver, KF_ERROR_MEMORY, "out of memory");
    return !receiver->enough;
}

static bool take_body(kf_receiver *receiver, const char *data, size_t size)
{
    if (!receiver->begun && !begin_body(receiver))
        return false;
    receiver->received += (int64_t)size;
    if (!receiver->success)
        return take_error(receiver, data, size);
    if (receiver->download != NULL) {
        if (kf_download_write(receiver->download, data, size))
            return true;
        receiver->failure = receiver->download->failure;
        return false;
    }
    if (size > receiver->max_bytes - receiver->body.length)
        return stop(receiver, KF_ERROR_LIMIT, "the answer is longer than max_response_bytes");
    if (!kf_buffer_append(&receiver->body, data, size))
        return stop(receiver, KF_ERROR_MEMORY, "out of memory");
    return true;
}

static int on_body(const char *data, size_t size, void *user)
{
    return take_body(user, data, size) ? 0 : 1;
}

void kf_receiver_attach(kf_receiver *receiver, kf_exchange *exchange)
{
    exchange->on_status = on_status;
    exchange->on_header = on_header;
    exchange->on_body = on_body;
    exchange->user = receiver;
}

bool kf_receiver_finish(kf_receiver *receiver)
{
    kf_download *download = receiver->download;
    if (download == NULL || !receiver->success)
        return true;
    /* No content is no file; an empty one is. */
    bool content = receiver->http_status != 204 && receiver->http_status != 205 && receiver->http_status != 304;
    if (content && !receiver->begun && !begin_body(receiver))
        return false;
    memcpy(download->sink->content_type, receiver->content_type, sizeof(download->sink->content_type));
    memcpy(download->sink->file_name, receiver->file_name, sizeof(download->sink->file_name));
    if (kf_download_commit(download))
        return true;
    receiver->failure = download->failure;
    return false;
}
