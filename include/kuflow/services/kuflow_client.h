/**
 * @file kuflow_client.h
 * Clients for KuFlow: the endpoint's version, and the environment.
 */
#ifndef KUFLOW_SERVICES_KUFLOW_CLIENT_H
#define KUFLOW_SERVICES_KUFLOW_CLIENT_H

#include "kuflow/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a client as kf_client_new() does, with two conveniences of KuFlow's own clients: a `base_url` without the
 * API's version ("https://api.kuflow.com") gets it appended ("/v2024-06-14"), and `username` and `password` alone mean
 * KF_AUTH_BEARER_PAIR, a `token` or `token_provider` alone KF_AUTH_BEARER.
 * @return As kf_client_new().
 */
KF_API kf_status kuflow_client_new(const kf_client_options *options, kf_client **client, kf_error *error);

/**
 * Makes a client from the environment: KUFLOW_ENDPOINT (default: the live server), and KUFLOW_CLIENT_ID with
 * KUFLOW_CLIENT_SECRET, or KUFLOW_TOKEN. Nothing else in the library reads the environment.
 * @param options  Everything else; what is set here wins over the environment. NULL for the defaults.
 * @return As kf_client_new(); KF_ERROR_ARGUMENT when the environment has no credentials either, and for an empty
 *         KUFLOW_ENDPOINT.
 */
KF_API kf_status kuflow_client_from_environment(const kf_client_options *options, kf_client **client, kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
