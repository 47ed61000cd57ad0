/**
 * @file flowable_variable.h
 * Variables of Flowable: typed values in both directions, exact.
 *
 * Reading takes the array that came with a job:
 *
 *     const char *customer;
 *     if (flowable_variable_get_string(job->variables, job->variables_count, "customer", &customer, &error) != KF_OK)
 *         fprintf(stderr, "%s\n", error.message);
 *
 * Sending takes a set, which grows as values are put in and then goes into a request:
 *
 *     flowable_variables *set = flowable_variables_new();
 *     if (flowable_variables_set_string(set, "receipt", "R-17", &error) == KF_OK &&
 *         flowable_variables_set_long(set, "cents", 1999, &error) == KF_OK)
 *         request.variables = flowable_variables_items(set, &request.variables_count);
 *     …
 *     flowable_variables_free(set);
 *
 * The server takes many a value that does not fit its type and stores another one without a word: 3000000000 as an
 * integer becomes -1294967296, 1e400 becomes infinity. So a setter refuses, before anything is sent, what a server
 * would change or reject, and says in `error->message` which variable it was and what to do instead. What a setter
 * accepts arrives as it is. Left to the server are limits that it may set as it likes: how large and deep a request or
 * a single text, name or number in it may be (20,000,000, 50,000 and 1,000 characters, as Jackson has it by itself).
 */
#ifndef KUFLOW_SERVICES_FLOWABLE_VARIABLE_H
#define KUFLOW_SERVICES_FLOWABLE_VARIABLE_H

#include "kuflow/services/flowable.h"
#include "kuflow/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The type of a variable. The names are those of the server; the Java type behind each is in brackets. */
typedef enum flowable_variable_type {
    FLOWABLE_VARIABLE_TYPE_UNRECOGNIZED = -1, /**< A type that this version does not know; `variable->type` names it. */
    FLOWABLE_VARIABLE_TYPE_UNSPECIFIED = 0,   /**< No type is named, and there is a value. */
    FLOWABLE_VARIABLE_TYPE_STRING = 1,        /**< "string" */
    FLOWABLE_VARIABLE_TYPE_SHORT,             /**< "short": an integer of 16 bits */
    FLOWABLE_VARIABLE_TYPE_INTEGER,           /**< "integer": of 32 bits */
    FLOWABLE_VARIABLE_TYPE_LONG,              /**< "long": of 64 bits */
    FLOWABLE_VARIABLE_TYPE_DOUBLE,            /**< "double" */
    FLOWABLE_VARIABLE_TYPE_BOOLEAN,           /**< "boolean" */
    FLOWABLE_VARIABLE_TYPE_BIG_DECIMAL,       /**< "bigDecimal": a decimal number of any length */
    FLOWABLE_VARIABLE_TYPE_BIG_INTEGER,       /**< "bigInteger": a whole number of any length */
    FLOWABLE_VARIABLE_TYPE_DATE,              /**< "date": a point in time [java.util.Date] */
    FLOWABLE_VARIABLE_TYPE_INSTANT,           /**< "instant": a point in time [java.time.Instant] */
    FLOWABLE_VARIABLE_TYPE_LOCAL_DATE,        /**< "localDate": a day, without a zone */
    FLOWABLE_VARIABLE_TYPE_LOCAL_DATE_TIME,   /**< "localDateTime": a day and time of day, without a zone */
    FLOWABLE_VARIABLE_TYPE_JSON,              /**< "json": an object or array */
    FLOWABLE_VARIABLE_TYPE_NULL,              /**< No value, and no type or one of those above. */
    FLOWABLE_VARIABLE_TYPE_SERIALIZABLE,      /**< "serializable": a Java object; the API does not show it. */
    FLOWABLE_VARIABLE_TYPE_BINARY             /**< "binary": bytes; the API does not show them. */
} flowable_variable_type;

/** The type of a variable, by the name of its type and by whether it has a value. UNSPECIFIED for NULL. */
KF_API flowable_variable_type flowable_variable_type_of(const flowable_engine_rest_variable *variable);

/** The server's name of a type, such as "localDate"; "null" for the type NULL, which has none on the wire. NULL for
 *  UNSPECIFIED and UNRECOGNIZED. The text is static. */
KF_API const char *flowable_variable_type_text(flowable_variable_type type);

/** The type of that name, in the server's letter case; UNSPECIFIED for NULL, UNRECOGNIZED for any other text. */
KF_API flowable_variable_type flowable_variable_type_from_text(const char *text);

/*
 * Reading
 *
 * All take `count` variables and a name, and return
 *  - KF_OK: `*value` is filled;
 *  - KF_ERROR_NOT_FOUND: there is no variable of that name, or it is null (`error->message` tells which);
 *  - KF_ERROR_ARGUMENT: it is of a type, or has a value, that `*value` cannot hold exactly; the message names its type
 *    and the function to use; also for an argument that is NULL.
 * Except on KF_OK, `*value` stays as it was. What they point to belongs to the variables and lives as long as these.
 *
 * A variable of a type without a function of its own is read from its members: `value`, and for its exact text
 * `kf_extra_find(&variable->extra, "value")`.
 */

/** The variable of that name; of several the last, as the server has it. NULL when there is none. */
KF_API const flowable_engine_rest_variable *
flowable_variable_find(const flowable_engine_rest_variable *variables, size_t count, const char *name);

/** A string. One with U+0000 or half of a surrogate pair, which a server may have, is no C text (KF_ERROR_ARGUMENT). */
KF_API kf_status flowable_variable_get_string(const flowable_engine_rest_variable *variables, size_t count,
                                              const char *name, const char **value, kf_error *error);

/** A short, integer or long, or a bigInteger that fits. Exact over the whole range. */
KF_API kf_status flowable_variable_get_int64(const flowable_engine_rest_variable *variables, size_t count,
                                             const char *name, int64_t *value, kf_error *error);

/** A double, infinity and NaN included; or a short, integer or long that a double holds exactly. */
KF_API kf_status flowable_variable_get_double(const flowable_engine_rest_variable *variables, size_t count,
                                              const char *name, double *value, kf_error *error);

/** A boolean. */
KF_API kf_status flowable_variable_get_boolean(const flowable_engine_rest_variable *variables, size_t count,
                                               const char *name, bool *value, kf_error *error);

/** Any number, as the text that came: of a bigDecimal "1.500", of a double also "1.0E21". A double that is infinite or
 *  no number has none (KF_ERROR_ARGUMENT). */
KF_API kf_status flowable_variable_get_decimal(const flowable_engine_rest_variable *variables, size_t count,
                                               const char *name, const char **value, kf_error *error);

/** A date or an instant. */
KF_API kf_status flowable_variable_get_time(const flowable_engine_rest_variable *variables, size_t count,
                                            const char *name, kf_time *value, kf_error *error);

/** A localDate, "2026-02-28", or a localDateTime, "2026-02-28T09:30" (the server leaves out seconds that are 0). */
KF_API kf_status flowable_variable_get_local(const flowable_engine_rest_variable *variables, size_t count,
                                             const char *name, const char **value, kf_error *error);

/** A json. Read the tree with cJSON's functions; never change it or give it to cJSON_Delete(). Numbers that a double
 *  cannot hold are exact only in the text, see above. */
KF_API kf_status flowable_variable_get_json(const flowable_engine_rest_variable *variables, size_t count,
                                            const char *name, const cJSON **value, kf_error *error);

/*
 * Sending
 */

/** Variables to send. One thread at a time. */
typedef struct flowable_variables flowable_variables;

/** An empty set. NULL: no memory. */
KF_API flowable_variables *flowable_variables_new(void);

/** Frees a set, and with it the array of flowable_variables_items(). NULL is allowed. */
KF_API void flowable_variables_free(flowable_variables *set);

/*
 * Setters. All copy what they are given. A name that is there already is set anew, and keeps its place. They return
 *  - KF_OK;
 *  - KF_ERROR_ARGUMENT: the set is as before. For a set or name that is NULL, a name that is empty, longer than 255
 *    UTF-16 units (as Java counts: a character beyond U+FFFF counts twice) or no UTF-8, and for the values named below;
 *  - KF_ERROR_MEMORY: the set is as before.
 */

/** @param text  UTF-8. KF_ERROR_ARGUMENT for NULL (see flowable_variables_set_null()) and for other bytes. */
KF_API kf_status flowable_variables_set_string(flowable_variables *set, const char *name, const char *text,
                                               kf_error *error);

/** @param value  -32768 to 32767. */
KF_API kf_status flowable_variables_set_short(flowable_variables *set, const char *name, int64_t value,
                                              kf_error *error);

/** @param value  -2147483648 to 2147483647. */
KF_API kf_status flowable_variables_set_integer(flowable_variables *set, const char *name, int64_t value,
                                                kf_error *error);

/** @param value  Any. Sent with all digits. */
KF_API kf_status flowable_variables_set_long(flowable_variables *set, const char *name, int64_t value,
                                             kf_error *error);

/** @param value  Finite; neither NaN, which JSON lacks, nor an infinity; and not -0.0, whose sign the server drops. */
KF_API kf_status flowable_variables_set_double(flowable_variables *set, const char *name, double value,
                                               kf_error *error);

/** A boolean. */
KF_API kf_status flowable_variables_set_boolean(flowable_variables *set, const char *name, bool value,
                                                kf_error *error);

/** @param text  A decimal number: "-12.50", "1E+30". Zeros at the end are kept; the server shows it without exponent.
 *               At most 4000 characters in that form. For servers from 7.2 on; older ones reject the type. */
KF_API kf_status flowable_variables_set_big_decimal(flowable_variables *set, const char *name, const char *text,
                                                    kf_error *error);

/** @param text  A whole number: digits, with a sign or without, at most 4000 characters. For servers from 7.2 on. */
KF_API kf_status flowable_variables_set_big_integer(flowable_variables *set, const char *name, const char *text,
                                                    kf_error *error);

/** @param time  A point in time in whole milliseconds, from 1582-10-15 (before that day the server counts by another
 *               calendar) to the end of 9999. The process gets the milliseconds; but servers up to 7.2 leave them
 *               out where they show a date, so that a worker does not see them. An instant is shown with them. */
KF_API kf_status flowable_variables_set_date(flowable_variables *set, const char *name, kf_time time, kf_error *error);

/** @param time  A point in time in whole milliseconds, of the years 0000 to 9999. */
KF_API kf_status flowable_variables_set_instant(flowable_variables *set, const char *name, kf_time time,
                                                kf_error *error);

/** @param text  "2026-02-28"; see kf_local_date_valid(). */
KF_API kf_status flowable_variables_set_local_date(flowable_variables *set, const char *name, const char *text,
                                                   kf_error *error);

/** @param text  "2026-02-28T09:30:15.125", in whole milliseconds; see kf_local_date_time_valid(). */
KF_API kf_status flowable_variables_set_local_date_time(flowable_variables *set, const char *name, const char *text,
                                                        kf_error *error);

/** @param tree  An object or array; copied. A scalar is refused, since the server would make another type of it: use
 *               the setter of that type. So are
 *               - a decimal number with more digits than a double holds, since the server would round it: make it a
 *                 text, or round it yourself;
 *               - a whole number from 2^53 to 2^63, which cJSON may have rounded already: put it in with
 *                 cJSON_CreateRaw(), or use flowable_variables_set_json_text(). Written so, a whole number may have any
 *                 size;
 *               - an object with two members of one name, of which the server would drop one;
 *               - nesting deeper than 511 levels. */
KF_API kf_status flowable_variables_set_json(flowable_variables *set, const char *name, const cJSON *tree,
                                             kf_error *error);

/** The same from text.
 *  @param length  Bytes of `text`, which need not be terminated. */
KF_API kf_status flowable_variables_set_json_text(flowable_variables *set, const char *name, const char *text,
                                                  size_t length, kf_error *error);

/** No value. The process then has the variable, and it is null. */
KF_API kf_status flowable_variables_set_null(flowable_variables *set, const char *name, kf_error *error);

/** A variable as it is, under its own name: one that was received, say, of whatever type, with all that it has. Its
 *  value is not checked; but binary and serializable are refused, whose values the API has in neither direction: leave
 *  them out, and the process keeps them. */
KF_API kf_status flowable_variables_set(flowable_variables *set, const flowable_engine_rest_variable *variable,
                                        kf_error *error);

/** Takes a variable out of the set, so that it is not sent. @return Whether it was there. */
KF_API bool flowable_variables_remove(flowable_variables *set, const char *name);

/** The variables of the set, in the order in which their names were first set, for a request; also for the reading
 *  functions above. They live until the next change of the set. NULL and 0 for an empty set and for NULL.
 *  @param count  Receives their number. */
KF_API const flowable_engine_rest_variable *flowable_variables_items(const flowable_variables *set, size_t *count);

/*
 * Lock durations
 */

/** The longest lock, in milliseconds: 24 days, 20 hours, 31 minutes and 23.647 seconds. */
#define FLOWABLE_LOCK_DURATION_MAX_MS INT64_C(2147483647)

/**
 * Whether the server takes a lock of that length as it is: at least a millisecond, in whole milliseconds, and no longer
 * than FLOWABLE_LOCK_DURATION_MAX_MS. It makes a positive one of a negative, one in the past of one that is too long,
 * and cuts off what is finer.
 * @return KF_OK, or KF_ERROR_ARGUMENT with a message that says what is wrong.
 */
KF_API kf_status flowable_lock_duration_check(kf_duration duration, kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
