#include "kuflow/services/jbpm_client.h"

#include "client/state.h"

kf_status jbpm_client_new(const kf_client_options *options, kf_client **client, kf_error *error)
{
    kf_client_options own;
    kf_buffer url = {0};
    kf_status status = kf_client_begin(options, &own, client, error);
    if (status != KF_OK)
        return status;
    kf_put_base_url(&url, own.base_url, &jbpm_service, "/rest");
    return kf_client_new_for(&own, &url, KF_AUTH_BASIC, client, error);
}
