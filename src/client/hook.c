#include "client/hook.h"

#include "core/fail.h"

static void show_headers(kf_hooked *hooked)
{
    hooked->outgoing.headers = hooked->headers.items;
    hooked->outgoing.header_count = hooked->headers.count;
}

static kf_status fail(kf_hooked *hooked, kf_status status, const char *message)
{
    if (hooked->status == KF_OK)
        hooked->status = kf_fail(hooked->error, status, "%s", message);
    return status;
}

kf_status kf_outgoing_set_header(kf_outgoing *outgoing, const char *name, const char *value)
{
    kf_hooked *hooked = (kf_hooked *)outgoing;
    kf_pair pair = {name, value != NULL ? value : ""};
    const kf_pairs pairs = {&pair, 1};
    kf_error error;
    kf_status status = kf_client_check_headers(hooked->client, &pairs, &error);
    if (status != KF_OK)
        return fail(hooked, status, error.message);
    if (kf_header_name_equal(name, "X-Request-Id"))
        return fail(hooked, KF_ERROR_ARGUMENT, "a hook cannot change X-Request-Id, which is that of all attempts");
    size_t replaced = 0;
    for (size_t i = 0; i < hooked->kept; i++)
        replaced += kf_header_name_equal(hooked->headers.items[i].name, name);
    bool done = kf_pairs_set(&hooked->headers, name, value);
    show_headers(hooked);
    if (!done)
        return fail(hooked, KF_ERROR_MEMORY, "out of memory");
    hooked->kept -= replaced;
    return KF_OK;
}

void kf_outgoing_refuse(kf_outgoing *outgoing, kf_status status, const char *message)
{
    if (status == KF_OK)
        status = KF_ERROR_ARGUMENT;
    fail((kf_hooked *)outgoing, status, message != NULL ? message : "a hook refused the request");
}

kf_status kf_hooks_run(kf_hooked *hooked, const kf_client *client, const kf_pairs *headers, kf_error *error)
{
    const kf_pairs none = {NULL, 0};
    const kf_core *core = client->core;
    hooked->client = client;
    hooked->error = error;
    hooked->status = KF_OK;
    if (!kf_pairs_join(&hooked->headers, headers, &none, false))
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    hooked->kept = headers->count;
    show_headers(hooked);
    for (size_t i = 0; i < core->hook_count && hooked->status == KF_OK; i++)
        core->hooks[i].before_attempt(&hooked->outgoing, core->hooks[i].user);
    return hooked->status;
}

void kf_hooked_free(kf_hooked *hooked)
{
    kf_pairs_free(&hooked->headers);
}
