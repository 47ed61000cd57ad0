/* A program that uses the installed sandbox. */
#include <kuflow/kuflow.h>
#include <kuflow/sandbox.h>

#include <stdio.h>

int main(void)
{
    kf_sandbox *sandbox = NULL;
    kf_client *client = NULL;
    kf_client_options options;
    kf_request request = {0};
    kf_error error;
    kf_client_options_init(&options, sizeof options);
    kf_status status = kf_sandbox_start(NULL, &sandbox, &error);
    if (status == KF_OK) {
        options.base_url = kf_sandbox_url(sandbox);
        options.allow_http = true;
        options.auth = KF_AUTH_BEARER_PAIR;
        options.username = KF_SANDBOX_CLIENT_ID;
        options.password = KF_SANDBOX_CLIENT_SECRET;
        request.path = "/processes";
        status = kf_client_new(&options, &client, &error);
    }
    if (status == KF_OK)
        status = kf_request_send(client, &request, NULL, NULL, &error);
    printf("%s %d\n", kf_status_name(status), error.http_status);
    kf_client_free(client);
    kf_sandbox_stop(sandbox);
    return status != KF_OK;
}
