/* What users write with the macros of the headers, without a warning in C99, C11 and C++. */
#include <kuflow/kuflow.h>

static kf_outcome handle(kf_job *job, void *user)
{
#ifdef __cplusplus
    kf_failure failure = {};
#else
    kf_failure failure = {0};
#endif
    (void)user;
    failure.message = "it did not work";
    failure.retries = KF_INT32(0);
    return kf_job_has(job, "amount") ? kf_job_complete(job) : kf_job_fail_with(job, &failure);
}

static void trace(kf_outgoing *outgoing, void *user)
{
    (void)user;
    if (kf_outgoing_set_header(outgoing, "X-Trace", outgoing->request_id) != KF_OK)
        kf_outgoing_refuse(outgoing, KF_ERROR_INTERNAL, "no trace");
}

kf_status use(void);

kf_status use(void)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_scope_options scope_options = KF_SCOPE_OPTIONS_INIT;
    kf_oauth2_options token_options = KF_OAUTH2_OPTIONS_INIT;
    kf_worker_options worker_options = KF_WORKER_OPTIONS_INIT;
    kuflow_worker_options task_options = KUFLOW_WORKER_OPTIONS_INIT;
    kf_topic topic = KF_TOPIC_INIT;
    kf_bool truth = KF_BOOL(true);
    kf_int32 small = KF_INT32(50);
    kf_int64 large = KF_INT64(INT64_C(9007199254740993));
    kf_double number = KF_DOUBLE(0.5);
    kf_int32 null = KF_NULL_OF(kf_int32);
    kf_client *client = NULL;
    kf_client *scope = NULL;
    kf_oauth2 *oauth2 = NULL;
    const kf_hook hook = {trace, NULL};
    kf_worker *worker = NULL;
    kf_error error;
#ifndef __cplusplus
    kf_string_list sort = KF_LIST("createdAt,desc", "id");
    kuflow_process_item_type_list types = KF_LIST_OF(kuflow_process_item_type, KUFLOW_PROCESS_ITEM_TYPE_TASK);
    kf_int64_list ids = KF_INT64_LIST(1, 2, 3);
    kf_int32_list sizes = KF_INT32_LIST(4);
    if (sort.count != 2 || types.count != 1 || ids.count != 3 || ids.items[2] != 3 || sizes.items[0] != 4)
        return KF_ERROR_ARGUMENT;
#endif
    options.base_url = "https://api.kuflow.com";
    options.hooks = &hook;
    options.hook_count = 1;
    scope_options.max_attempts = 1;
    token_options.client_id = "id";
    worker_options.threads = 2;
    task_options.max_failures = 1;
    topic.name = "charge";
    topic.handler = handle;
    if (!truth.value || small.value != 50 || large.value == 0 || number.value > 1 || null.presence != KF_NULL)
        return KF_ERROR_ARGUMENT;
    if (kf_oauth2_new(&token_options, &oauth2, &error) == KF_OK) {
        options.token_provider = kf_oauth2_token;
        options.token_provider_user = oauth2;
    }
    if (kf_client_new(&options, &client, &error) == KF_OK)
        kf_client_scope(client, &scope_options, &scope, &error);
    if (flowable_worker_new(client, &worker_options, &worker, &error) == KF_OK)
        kf_worker_add_topic(worker, &topic, &error);
    kf_worker_free(worker);
    if (kuflow_worker_new(client, &worker_options, &task_options, &worker, &error) == KF_OK)
        kf_worker_free(worker);
    kf_client_free(scope);
    kf_client_free(client);
    kf_oauth2_free(oauth2);
    return error.status;
}
