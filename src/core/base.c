#include "kuflow/base.h"
#include "kuflow/error.h"

#include <stdlib.h>
#include <string.h>

const char *kf_version(void)
{
    return KF_VERSION;
}

void kf_free(void *memory)
{
    free(memory);
}

const kf_extra_member *kf_extra_find(const kf_extra *extra, const char *name)
{
    if (extra == NULL || extra->members == NULL || name == NULL)
        return NULL;
    for (size_t i = 0; i < extra->count; i++) {
        const kf_extra_member *member = &extra->members[i];
        if (member->name != NULL && strcmp(member->name, name) == 0)
            return member;
    }
    return NULL;
}

static const struct {
    const char *name;
    const char *text;
} kf_statuses[] = {
    [KF_OK] = {"KF_OK", "The call succeeded."},
    [KF_ERROR_MEMORY] = {"KF_ERROR_MEMORY", "Memory ran out."},
    [KF_ERROR_ARGUMENT] = {"KF_ERROR_ARGUMENT", "An argument is wrong."},
    [KF_ERROR_CANCELLED] = {"KF_ERROR_CANCELLED", "The call was cancelled."},
    [KF_ERROR_TIMEOUT] = {"KF_ERROR_TIMEOUT", "The time limit was reached."},
    [KF_ERROR_CONNECT] = {"KF_ERROR_CONNECT", "The server could not be reached."},
    [KF_ERROR_TLS] = {"KF_ERROR_TLS", "The secure connection was refused."},
    [KF_ERROR_TRANSPORT] = {"KF_ERROR_TRANSPORT", "The connection broke, or the answer was incomplete."},
    [KF_ERROR_AUTH] = {"KF_ERROR_AUTH", "The credentials were not accepted."},
    [KF_ERROR_FORBIDDEN] = {"KF_ERROR_FORBIDDEN", "The server does not allow this."},
    [KF_ERROR_NOT_FOUND] = {"KF_ERROR_NOT_FOUND", "The server does not have this."},
    [KF_ERROR_CONFLICT] = {"KF_ERROR_CONFLICT", "The request conflicts with the server's state."},
    [KF_ERROR_REJECTED] = {"KF_ERROR_REJECTED", "The server does not accept the request."},
    [KF_ERROR_THROTTLED] = {"KF_ERROR_THROTTLED", "The server got too many requests."},
    [KF_ERROR_SERVER] = {"KF_ERROR_SERVER", "The server failed."},
    [KF_ERROR_DECODE] = {"KF_ERROR_DECODE", "The text is not valid, or does not fit its type."},
    [KF_ERROR_ENCODE] = {"KF_ERROR_ENCODE", "The data cannot be sent as it is."},
    [KF_ERROR_LIMIT] = {"KF_ERROR_LIMIT", "A limit was passed."},
    [KF_ERROR_IO] = {"KF_ERROR_IO", "A file or stream could not be read or written."},
    [KF_ERROR_INTERNAL] = {"KF_ERROR_INTERNAL", "The library could not be set up."},
};

static bool kf_status_known(kf_status status)
{
    return (unsigned)status < sizeof kf_statuses / sizeof kf_statuses[0];
}

const char *kf_status_name(kf_status status)
{
    return kf_status_known(status) ? kf_statuses[status].name : "KF_ERROR_UNKNOWN";
}

const char *kf_status_text(kf_status status)
{
    return kf_status_known(status) ? kf_statuses[status].text : "The status is not known.";
}
