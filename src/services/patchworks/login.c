/* The login: a user and a password for a token. */
#define _DEFAULT_SOURCE 1
#include "kuflow/services/patchworks_client.h"

#include "client/state.h"
#include "core/fail.h"
#include "json/reader.h"
#include "json/writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Nothing cuts a call short that waits for its token. */
#define DEADLINE_MS 30000

static const char default_url[] = "https://app.wearepatchworks.com/fabric/api/login";

struct patchworks_login {
    kf_client *client; /* without credentials; knows the origin of the address only */
    char *path;
    char *password;
    kf_buffer body;
    pthread_mutex_t lock; /* of the rest */
    kf_error last;
};

static kf_status write_body(kf_buffer *body, const kf_client_options *options, const char *user_member, kf_error *error)
{
    kf_writer writer;
    body->secret = true;
    kf_writer_init(&writer, body, false);
    kf_writer_begin(&writer, '{');
    bool text = kf_writer_name(&writer, user_member, strlen(user_member)) &&
                kf_writer_string(&writer, options->username, strlen(options->username)) &&
                kf_writer_name(&writer, "password", strlen("password")) &&
                kf_writer_string(&writer, options->password, strlen(options->password));
    kf_writer_end(&writer, '}');
    if (!text)
        return kf_fail(error, KF_ERROR_ARGUMENT, "username or password is not UTF-8");
    return body->failed ? kf_fail(error, KF_ERROR_MEMORY, "out of memory") : KF_OK;
}

/* Cuts the address into the client's base URL and the path. */
static kf_status connect_to(patchworks_login *login, const char *url, kf_client_options *own, kf_error *error)
{
    const char *scheme = strstr(url, "://");
    const char *path = scheme == NULL ? url : scheme + 3 + strcspn(scheme + 3, "/");
    kf_buffer origin = {0};
    if (scheme == NULL || *path == '\0' || strpbrk(url, "?#") != NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "base_url is not the address of a login, such as %s", default_url);
    kf_buffer_append(&origin, url, (size_t)(path - url));
    login->path = strdup(path);
    login->password = strdup(own->password);
    own->username = NULL;
    own->password = NULL;
    own->token = NULL;
    own->token_provider = NULL;
    own->auth = KF_AUTH_NONE;
    own->headers = NULL;
    own->header_count = 0;
    own->on_event = NULL; /* it would be told what the server says before the password is taken out of it */
    own->servers = NULL;
    own->server_count = 0;
    if (own->deadline_ms == 0)
        own->deadline_ms = DEADLINE_MS;
    if (login->path == NULL || login->password == NULL) {
        kf_buffer_free(&origin);
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    }
    return kf_client_new_for(own, &origin, KF_AUTH_NONE, &login->client, error);
}

kf_status patchworks_login_new(const kf_client_options *options, const char *user_member, patchworks_login **login,
                               kf_error *error)
{
    kf_client_options own;
    kf_error_clear(error);
    if (login == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "login is NULL");
    *login = NULL;
    kf_status status = kf_options_copy(options, &own, error);
    if (status != KF_OK)
        return status;
    if (own.username == NULL || own.password == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the credentials are missing: username and password");
    patchworks_login *made = calloc(1, sizeof(*made));
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    }
    kf_error_clear(&made->last);
    status = write_body(&made->body, &own, user_member != NULL ? user_member : "username", error);
    if (status == KF_OK)
        status = connect_to(made, own.base_url != NULL ? own.base_url : default_url, &own, error);
    if (status == KF_OK)
        *login = made;
    else
        patchworks_login_free(made);
    return status;
}

/* The token and its life in a login's answer, which is read in place, so that no copy of it stays behind. */
static kf_status read_answer(char *text, size_t length, char *token, size_t size, int64_t *expires_ms, kf_error *error)
{
    kf_reader reader;
    kf_slice name, value;
    bool more = true;
    bool found = false;
    kf_reader_init(&reader, text, length, 0);
    bool good = kf_reader_peek(&reader) == KF_TOKEN_OBJECT && kf_reader_enter(&reader);
    for (bool first = true; good; first = false) {
        good = kf_reader_next_member(&reader, first, &more);
        if (!good || !more)
            break;
        good = kf_reader_name(&reader, &name);
        bool is_text = good && kf_reader_peek(&reader) == KF_TOKEN_STRING;
        good = good && (is_text ? kf_reader_string(&reader, &value) : kf_reader_skip(&reader, &value));
        if (good && is_text && name.length == 5 && memcmp(name.text, "token", 5) == 0 && value.length < size) {
            memcpy(token, value.text, value.length);
            token[value.length] = '\0';
            found = value.length > 0;
        } else if (good && name.length == 10 && memcmp(name.text, "expires_in", 10) == 0) {
            long long seconds = strtoll(value.text, NULL, 10);
            if (seconds > 0 && seconds < INT64_MAX / 1000)
                *expires_ms = seconds * 1000;
        }
    }
    if (!good || !found || !kf_reader_finish(&reader))
        return kf_fail(error, KF_ERROR_DECODE, "the answer to the login has no token, or one that is too long");
    return KF_OK;
}

int patchworks_login_token(char *token, size_t size, int64_t *expires_ms, void *user)
{
    patchworks_login *login = user;
    const kf_request request = {.method = "POST",
                                .path = login->path,
                                .body = login->body.data,
                                .body_length = login->body.length,
                                .idempotent = true};
    char *text = NULL;
    size_t length = 0;
    kf_error error;
    kf_status status = kf_request_send(login->client, &request, &text, &length, &error);
    if (status == KF_OK) {
        status = read_answer(text, length, token, size, expires_ms, &error);
        explicit_bzero(text, length);
        kf_free(text);
    }
    kf_redact(error.message, login->password); /* a server may repeat what it was sent */
    kf_redact(error.server_message, login->password);
    pthread_mutex_lock(&login->lock);
    login->last = error;
    pthread_mutex_unlock(&login->lock);
    return status == KF_OK ? 0 : -1;
}

void patchworks_login_error(patchworks_login *login, kf_error *error)
{
    pthread_mutex_lock(&login->lock);
    *error = login->last;
    pthread_mutex_unlock(&login->lock);
}

void patchworks_login_free(patchworks_login *login)
{
    if (login == NULL)
        return;
    kf_client_free(login->client);
    kf_buffer_wipe(&login->body);
    if (login->password != NULL)
        explicit_bzero(login->password, strlen(login->password));
    free(login->password);
    free(login->path);
    pthread_mutex_destroy(&login->lock);
    free(login);
}
