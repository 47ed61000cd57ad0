#include "kuflow/services/flowable_client.h"

#include <string.h>

/* Texts of Flowable and of the databases below it. Of a text that was too long for kf_error only the middle is missing,
 * and these stand at either end. */
static const char *const conflicts[] = {
    "was updated by another transaction concurrently", /* Flowable's optimistic lock */
    "Could not find job for id", /* completed in the meantime */
    "getLockOwner()\" is null", /* given back in the meantime */
    "\"executionEntity\" is null", /* its instance ended in the meantime */
    "IntegrityConstraintViolation", /* H2, MySQL, Oracle, Db2: a class of JDBC */
    "primary key violation", /* H2 */
    "Referential integrity constraint", /* H2 */
    "violates unique constraint", /* PostgreSQL */
    "violates foreign key constraint", /* PostgreSQL */
    "could not serialize access", /* PostgreSQL */
    "Violation of PRIMARY KEY", /* SQL Server */
    "REFERENCE constraint", /* SQL Server */
    "deadlock",
    "Deadlock",
    "ORA-00060",
};
/* What Flowable calls an internal error although the request is to blame. */
static const char *const refusals[] = {
    "alue too long for", /* H2 and PostgreSQL, which begin with a capital and a small letter */
    "Data too long for", /* MySQL */
    "Data truncation", /* MySQL */
    "would be truncated in", /* SQL Server */
    "ORA-12899",
    "For input string", /* bigInteger, bigDecimal */
    "is neither a decimal digit", /* bigDecimal */
    "\"restVariable\" is null", /* an element of the variables */
    "long overflow", /* a duration */
    "Validation failed for argument", /* a parameter of the query */
    "Character decoding failed",
    "is not supported", /* method, media type */
};

static bool has_any(const char *text, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(text, parts[i]) != NULL)
            return true;
    return false;
}

#define HAS_ANY(text, parts) has_any((text), (parts), sizeof(parts) / sizeof((parts)[0]))

/* Whether the words are those of the API itself: the class of the error first, then the details. */
static bool own_words(const char *words, const char *class)
{
    size_t length = strlen(class);
    return strncmp(words, class, length) == 0 && words[length] == ':';
}

static flowable_error_kind of_internal_error(const char *words)
{
    if (HAS_ANY(words, conflicts))
        return FLOWABLE_ERROR_CONFLICT;
    if (HAS_ANY(words, refusals))
        return FLOWABLE_ERROR_REFUSED;
    return strstr(words, "No endpoint ") != NULL ? FLOWABLE_ERROR_ADDRESS : FLOWABLE_ERROR_SERVER;
}

static flowable_error_kind of_answer(const kf_error *error)
{
    const char *words = error->server_message;
    int http = error->http_status;
    bool lost = strstr(words, "does not hold a lock on the requested job") != NULL;
    switch (http) {
    case 400:
        return lost ? FLOWABLE_ERROR_LOCK_LOST : FLOWABLE_ERROR_REFUSED;
    case 403:
        return lost || own_words(words, "Forbidden") ? FLOWABLE_ERROR_LOCK_LOST : FLOWABLE_ERROR_PRIVILEGE;
    case 404:
        return own_words(words, "Not found") ? FLOWABLE_ERROR_JOB_GONE : FLOWABLE_ERROR_ADDRESS;
    case 408:
    case 425:
    case 429:
        return FLOWABLE_ERROR_SERVER;
    case 409:
        return FLOWABLE_ERROR_CONFLICT;
    case 500:
        return of_internal_error(words);
    default: /* a redirect leads to another server */
        return http >= 500 ? FLOWABLE_ERROR_SERVER : http >= 400 ? FLOWABLE_ERROR_REFUSED : FLOWABLE_ERROR_ADDRESS;
    }
}

flowable_error_kind flowable_error_classify(const kf_error *error)
{
    if (error == NULL || error->status == KF_OK)
        return FLOWABLE_ERROR_NONE;
    switch (error->status) {
    case KF_ERROR_AUTH: /* also of the token provider, without an answer */
        return FLOWABLE_ERROR_LOGIN;
    case KF_ERROR_FORBIDDEN:
    case KF_ERROR_NOT_FOUND:
    case KF_ERROR_CONFLICT:
    case KF_ERROR_REJECTED:
    case KF_ERROR_THROTTLED:
    case KF_ERROR_SERVER:
        return of_answer(error);
    case KF_ERROR_CONNECT:
    case KF_ERROR_TLS:
    case KF_ERROR_TIMEOUT:
    case KF_ERROR_TRANSPORT:
        return error->may_have_acted ? FLOWABLE_ERROR_NO_ANSWER : FLOWABLE_ERROR_UNREACHABLE;
    default: /* with a status, an answer that cannot be read */
        return error->may_have_acted || error->http_status != 0 ? FLOWABLE_ERROR_NO_ANSWER : FLOWABLE_ERROR_NOT_SENT;
    }
}
