#define _DEFAULT_SOURCE 1
#include "client/token.h"

#include "client/send.h"
#include "core/fail.h"
#include "json/reader.h"

#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)((at - digits) % 16);
}

/* Undoes the percent-encoding of a form; what is none stays. */
static void decode(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        int high = *from == '%' ? hex_digit(from[1]) : -1;
        int low = high < 0 ? -1 : hex_digit(from[2]);
        if (low >= 0 && high + low > 0) {
            *to++ = (char)(high * 16 + low);
            from += 2;
        } else {
            *to++ = *from == '+' ? ' ' : *from;
        }
    }
    *to = '\0';
}

/* Takes the query off the path. It is part of the address (RFC 6749, 3.2). */
static bool split_query(kf_token_server *server)
{
    size_t count = 1;
    char *next = strchr(server->path, '?');
    if (next == NULL)
        return true;
    *next++ = '\0';
    for (const char *c = next; *c != '\0'; c++)
        count += *c == '&';
    server->query = calloc(count, sizeof(*server->query));
    if (server->query == NULL)
        return false;
    while (next != NULL && *next != '\0') {
        char *name = next, *value = name + strcspn(name, "=&");
        next = strchr(name, '&');
        if (next != NULL)
            *next++ = '\0';
        if (*value == '=')
            *value++ = '\0';
        decode(name);
        decode(value);
        server->query[server->query_count++] = (kf_pair){name, value};
    }
    return true;
}

static void keep_connection_options(kf_client_options *own)
{
    own->servers = NULL;
    own->server_count = 0;
    own->token = NULL;
    own->token_provider = NULL;
    own->headers = NULL;
    own->header_count = 0;
    own->hooks = NULL;
    own->hook_count = 0;
    own->on_event = NULL; /* it would be told what the server says before the secrets are taken out of it */
    if (own->deadline_ms == 0)
        own->deadline_ms = KF_TOKEN_DEADLINE_MS;
}

kf_status kf_token_server_init(kf_token_server *server, kf_client_options *own, const char *url, const char *username,
                               const char *password, kf_error *error)
{
    const char *scheme = strstr(url, "://");
    const char *path = scheme == NULL ? "" : scheme + 3 + strcspn(scheme + 3, "/?#");
    kf_buffer origin = {0};
    kf_error_clear(&server->last);
    if (pthread_mutex_init(&server->lock, NULL) != 0)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    server->locked = true;
    if (*path != '/' || strchr(url, '#') != NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "base_url is not a whole address such as https://example.com/token");
    server->path = strdup(path);
    if (server->path == NULL || !split_query(server))
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    kf_status status = kf_url_check_path(server->path, error); /* now, and not with the first request */
    if (status != KF_OK)
        return status;
    keep_connection_options(own);
    own->auth = username != NULL ? KF_AUTH_BASIC : KF_AUTH_NONE;
    own->username = username;
    own->password = password;
    kf_buffer_append(&origin, url, (size_t)(path - url));
    return kf_client_new_for(own, &origin, KF_AUTH_NONE, &server->client, error);
}

void kf_token_server_free(kf_token_server *server)
{
    kf_client_free(server->client);
    free(server->query);
    free(server->path);
    if (server->locked)
        pthread_mutex_destroy(&server->lock);
}

static bool is_named(const kf_slice *name, const char *text)
{
    return name->length == strlen(text) && memcmp(name->text, text, name->length) == 0;
}

static void take_member(kf_token_answer *answer, const char *member, const kf_slice *name, const kf_slice *value,
                        bool is_text)
{
    if (is_named(name, "expires_in")) { /* some servers send it as a text */
        long long seconds = strtoll(value->text, NULL, 10);
        if (seconds > 0 && seconds < INT64_MAX / 1000)
            answer->expires_ms = seconds * 1000;
    } else if (is_text && is_named(name, member)) {
        answer->token = value->text;
    } else if (is_text && is_named(name, "token_type")) {
        answer->type = value->text;
    } else if (is_text && is_named(name, "refresh_token")) {
        answer->refresh_token = value->text;
    }
}

/* Reads the answer in place, so that no copy of the token stays behind. */
static kf_status read_answer(kf_token_answer *answer, const char *member, kf_error *error)
{
    kf_reader reader;
    kf_slice name, value;
    bool more = true;
    kf_reader_init(&reader, answer->text, answer->length, 0);
    bool good = kf_reader_peek(&reader) == KF_TOKEN_OBJECT && kf_reader_enter(&reader);
    for (bool first = true; good; first = false) {
        good = kf_reader_next_member(&reader, first, &more);
        if (!good || !more)
            break;
        good = kf_reader_name(&reader, &name);
        bool is_text = good && kf_reader_peek(&reader) == KF_TOKEN_STRING;
        good = good && (is_text ? kf_reader_string(&reader, &value) : kf_reader_skip(&reader, &value));
        if (good)
            take_member(answer, member, &name, &value, is_text);
    }
    if (!good || !kf_reader_finish(&reader) || answer->token == NULL || *answer->token == '\0')
        return kf_fail(error, KF_ERROR_DECODE, "the answer has no token: no text \"%s\" in a JSON object", member);
    return KF_OK;
}

kf_status kf_token_server_ask(kf_token_server *server, const kf_buffer *body, kf_token_answer *answer, kf_error *error)
{
    const kf_request request = {.method = "POST",
                                .path = server->path,
                                .query = server->query,
                                .query_count = server->query_count,
                                .body = body->data,
                                .body_length = body->length,
                                .content_type = server->content_type,
                                .idempotent = true}; /* whoever lost the answer could only ask the same again */
    *answer = (kf_token_answer){.expires_ms = -1};
    kf_status status =
        kf_request_send_as(server->client, &request, server->pointers, &answer->text, &answer->length, error);
    return status == KF_OK ? read_answer(answer, server->member, error) : status;
}

void kf_token_answer_free(kf_token_answer *answer)
{
    if (answer->text != NULL)
        explicit_bzero(answer->text, answer->length);
    free(answer->text);
}

int kf_token_server_end(kf_token_server *server, const kf_token_answer *answer, kf_error *error, char *token,
                        size_t size, int64_t *expires_ms)
{
    if (error->status == KF_OK && strlen(answer->token) >= size)
        kf_fail(error, KF_ERROR_DECODE, "the token has more than %zu bytes", size - 1);
    if (error->status == KF_OK) {
        memcpy(token, answer->token, strlen(answer->token) + 1);
        if (answer->expires_ms >= 0)
            *expires_ms = answer->expires_ms;
    } else {
        kf_copy_text(token, size, error->message, strlen(error->message));
    }
    pthread_mutex_lock(&server->lock);
    server->last = *error;
    pthread_mutex_unlock(&server->lock);
    return error->status == KF_OK ? 0 : KF_TOKEN_REASON;
}

void kf_token_server_error(kf_token_server *server, kf_error *error)
{
    if (error == NULL)
        return;
    pthread_mutex_lock(&server->lock);
    *error = server->last;
    pthread_mutex_unlock(&server->lock);
}
