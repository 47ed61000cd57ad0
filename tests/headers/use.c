/* What users write with the macros of the headers, without a warning in C99, C11 and C++. */
#include <kuflow/kuflow.h>

kf_status use(void);

kf_status use(void)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_scope_options scope_options = KF_SCOPE_OPTIONS_INIT;
    kf_bool truth = KF_BOOL(true);
    kf_int32 small = KF_INT32(50);
    kf_int64 large = KF_INT64(INT64_C(9007199254740993));
    kf_double number = KF_DOUBLE(0.5);
    kf_int32 null = KF_NULL_OF(kf_int32);
    kf_client *client = NULL;
    kf_client *scope = NULL;
    kf_error error;
#ifndef __cplusplus
    kf_string_list sort = KF_LIST("createdAt,desc", "id");
    kuflow_process_item_type_list types = KF_LIST_OF(kuflow_process_item_type, KUFLOW_PROCESS_ITEM_TYPE_TASK);
    if (sort.count != 2 || types.count != 1)
        return KF_ERROR_ARGUMENT;
#endif
    options.base_url = "https://api.kuflow.com";
    scope_options.max_attempts = 1;
    if (!truth.value || small.value != 50 || large.value == 0 || number.value > 1 || null.presence != KF_NULL)
        return KF_ERROR_ARGUMENT;
    if (kf_client_new(&options, &client, &error) == KF_OK)
        kf_client_scope(client, &scope_options, &scope, &error);
    kf_client_free(scope);
    kf_client_free(client);
    return error.status;
}
