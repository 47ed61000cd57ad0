/* A program that uses the installed library: a model, a client, and a call that cannot succeed. */
#include <kuflow/kuflow.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    static const char text[] = "{\"id\":\"5f0b6bd2-5bd4-4b0a-9d5b-0e6a4b6f5a10\",\"free\":9007199254740993}";
    kf_error error;
    void *process = NULL;
    char *again = NULL;
    kf_client *client = NULL;
    kf_client_options options;
    cJSON *json = cJSON_CreateObject(); /* cJSON is part of the library's interface */
    int failed = json == NULL || strcmp(kf_version(), KF_VERSION) != 0;
    cJSON_Delete(json);

    const kf_type *type = kf_type_find("kuflow.Process");
    if (type == NULL || kf_model_decode(type, text, strlen(text), &process, &error) != KF_OK)
        return fprintf(stderr, "decode: %s\n", type != NULL ? error.message : "no such type"), 1;
    if (kf_model_print(type, process, &again, &error) != KF_OK || strstr(again, "9007199254740993") == NULL)
        failed = fprintf(stderr, "print: %s\n", error.message);
    kf_free(again);
    kf_model_free(process);

    kf_client_options_init(&options, sizeof options);
    options.base_url = "http://127.0.0.1:1";
    options.allow_http = true;
    options.max_attempts = 1;
    if (kf_client_new(&options, &client, &error) != KF_OK)
        failed = fprintf(stderr, "client: %s\n", error.message);
    kf_request request = {0};
    request.path = "/";
    if (client != NULL && kf_request_send(client, &request, NULL, NULL, &error) != KF_ERROR_CONNECT)
        failed = fprintf(stderr, "call: %s\n", error.message);
    kf_client_free(client);
    printf("kuflow %s\n", kf_version());
    return failed != 0;
}
