/* The login: a user and a password for a token. */
#define _DEFAULT_SOURCE 1
#include "kuflow/services/patchworks_client.h"

#include "client/token.h"
#include "core/fail.h"
#include "json/writer.h"

#include <stdlib.h>
#include <string.h>

static const char default_url[] = "https://app.wearepatchworks.com/fabric/api/login";

struct patchworks_login {
    kf_token_server server;
    char *password;
    kf_buffer body;
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
    if (made == NULL || (made->password = strdup(own.password)) == NULL) {
        free(made);
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    }
    made->server.member = "token";
    status = write_body(&made->body, &own, user_member != NULL ? user_member : "username", error);
    if (status == KF_OK)
        status = kf_token_server_init(&made->server, &own, own.base_url != NULL ? own.base_url : default_url, NULL,
                                      NULL, error);
    if (status == KF_OK)
        *login = made;
    else
        patchworks_login_free(made);
    return status;
}

int patchworks_login_token(char *token, size_t size, int64_t *expires_ms, void *user)
{
    patchworks_login *login = user;
    kf_token_answer answer;
    kf_error error;
    kf_token_server_ask(&login->server, &login->body, &answer, &error);
    kf_redact_error(&error, login->password); /* a server may repeat what it was sent */
    int result = kf_token_server_end(&login->server, &answer, &error, token, size, expires_ms);
    kf_token_answer_free(&answer);
    return result;
}

void patchworks_login_error(patchworks_login *login, kf_error *error)
{
    kf_token_server_error(&login->server, error);
}

void patchworks_login_free(patchworks_login *login)
{
    if (login == NULL)
        return;
    kf_token_server_free(&login->server);
    kf_buffer_wipe(&login->body);
    explicit_bzero(login->password, strlen(login->password));
    free(login->password);
    free(login);
}
