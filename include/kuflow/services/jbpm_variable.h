/**
 * @file jbpm_variable.h
 * Values of jBPM: typed ones to send, and those of variables, work items and contents to read.
 *
 * What is sent is an array of names and typed values, on the stack:
 *
 *     const jbpm_argument arguments[] = {jbpm_string("employee", "Zoë"), jbpm_long("age", 42)};
 *     kf_string_map map;
 *     if (jbpm_map_new(JBPM_6_0, arguments, 2, &map, &error) == KF_OK) {
 *         jbpm_start_process_params params = {.map = map};
 *         …
 *         jbpm_map_free(&map);
 *     }
 *
 * The same array goes into the commands of jbpm_execute.h, which carry every value exactly. The `map_…` parameters do
 * not: the server guesses a type from the text, so that the text "5000" cannot be sent to 6.0.x at all. What it would
 * read as something else is refused here, with the reason in `error->message`; it is never changed.
 *
 * What came is read from the array that holds it, whatever form the release gives it (texts with an XML Schema type,
 * serialized Java objects, JSON):
 *
 *     int64_t age;
 *     if (jbpm_variable_get_int64(item->parameters, item->parameters_count, "age", &age, &error) != KF_OK)
 *         fprintf(stderr, "%s\n", error.message);
 */
#ifndef KUFLOW_SERVICES_JBPM_VARIABLE_H
#define KUFLOW_SERVICES_JBPM_VARIABLE_H

#include "kuflow/services/jbpm.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The releases of the server, by what they accept. The numbers never change. */
typedef enum jbpm_profile {
    JBPM_6_0 = 0, /**< 6.0.x */
    JBPM_6_2 = 1, /**< 6.2 and 6.3 */
    JBPM_6_4 = 2 /**< 6.4 and 6.5 */
} jbpm_profile;

/** The type of a value: that of the Java object which the server has. */
typedef enum jbpm_variable_type {
    JBPM_VARIABLE_TYPE_UNSPECIFIED = 0, /**< There is no such variable. */
    JBPM_VARIABLE_TYPE_NULL, /**< No value. */
    JBPM_VARIABLE_TYPE_STRING, /**< java.lang.String */
    JBPM_VARIABLE_TYPE_LONG, /**< java.lang.Long: 64 bits */
    JBPM_VARIABLE_TYPE_INTEGER, /**< java.lang.Integer: 32 bits */
    JBPM_VARIABLE_TYPE_SHORT, /**< java.lang.Short: 16 bits */
    JBPM_VARIABLE_TYPE_BYTE, /**< java.lang.Byte: 8 bits */
    JBPM_VARIABLE_TYPE_BOOLEAN, /**< java.lang.Boolean */
    JBPM_VARIABLE_TYPE_DOUBLE, /**< java.lang.Double */
    JBPM_VARIABLE_TYPE_FLOAT, /**< java.lang.Float */
    JBPM_VARIABLE_TYPE_TEXT, /**< A text of which the server does not tell the type: all variables of
                                  getProcessInstanceWithVars (not with `prefer_json`: JSON makes STRING of
                                  them, numbers too), and XML types without a name here, whose name is in
                                  `variable->value->type`. */
    JBPM_VARIABLE_TYPE_OBJECT /**< Another Java object, serialized; its class is in `variable->class_name`. */
} jbpm_variable_type;

/*
 * Sending
 */

/** A name and a typed value, made by one of the functions below. It borrows its texts. */
typedef struct jbpm_argument {
    const char *name;
    jbpm_variable_type type; /**< STRING, LONG, INTEGER, BOOLEAN, DOUBLE or FLOAT. */
    const char *text; /**< STRING: UTF-8. */
    int64_t integer; /**< LONG and INTEGER; BOOLEAN: 0 or 1. */
    double number; /**< DOUBLE and FLOAT. */
} jbpm_argument;

/** A java.lang.String. `text` is UTF-8; NULL is refused where it is used. */
KF_API jbpm_argument jbpm_string(const char *name, const char *text);
/** A java.lang.Long. */
KF_API jbpm_argument jbpm_long(const char *name, int64_t value);
/** A java.lang.Integer. */
KF_API jbpm_argument jbpm_int(const char *name, int32_t value);
/** A java.lang.Boolean. In parameters from 6.4 on; commands carry it to every release. */
KF_API jbpm_argument jbpm_boolean(const char *name, bool value);
/** A java.lang.Double. For commands only: parameters have no text for it. */
KF_API jbpm_argument jbpm_double(const char *name, double value);
/** A java.lang.Float. In parameters from 6.4 on; commands carry it to every release. */
KF_API jbpm_argument jbpm_float(const char *name, float value);

/**
 * Makes the `map` member of a parameter struct (`map_age=42` on the wire).
 *
 * Refused, because the server would read something else, with commands (jbpm_execute.h) as the way out:
 *  - in every release: negative numbers; a long of more than 18 and an int of more than 9 digits; a double; a
 *    float that takes more than 10 characters; a name that is empty, not UTF-8 or there twice; and, without a way out, a
 *    name or text with a character that XML cannot hold: the server would take it, but no answer with it could be read;
 *  - in 6.0.x: booleans, floats, and texts that look like a number ("5000", "42l", "7i") or begin or end with white
 *    space, which the server cuts off;
 *  - in 6.2 and 6.3: booleans and floats. Texts that would be misread are sent in double quotes, which the server takes
 *    off;
 *  - from 6.2 on: a text that needs quotes and has several lines.
 *
 * @param arguments  `count` of them, borrowed for this call.
 * @param map        Receives the texts; free it with jbpm_map_free(). Empty on failure.
 * @return KF_OK, KF_ERROR_ARGUMENT with a message that names the argument, KF_ERROR_MEMORY.
 */
KF_API kf_status jbpm_map_new(jbpm_profile profile, const jbpm_argument *arguments, size_t count, kf_string_map *map,
                              kf_error *error);

/** Frees what jbpm_map_new() made, and empties it. NULL is allowed. */
KF_API void jbpm_map_free(kf_string_map *map);

/**
 * Makes the text of an `event` parameter, by the same rules; the argument's name does not count.
 * @param text  Receives it; free it with kf_free(). NULL on failure.
 * @return As jbpm_map_new().
 */
KF_API kf_status jbpm_event_text(jbpm_profile profile, const jbpm_argument *event, char **text, kf_error *error);

/*
 * Reading
 */

/** The variable of that name, of several the first; NULL when there is none. */
KF_API const jbpm_variable *jbpm_variable_find(const jbpm_variable *variables, size_t count, const char *name);

/** The type of a variable's value. UNSPECIFIED for NULL. */
KF_API jbpm_variable_type jbpm_variable_type_of(const jbpm_variable *variable);

/** The name of a type, "long" say. The text is static. */
KF_API const char *jbpm_variable_type_text(jbpm_variable_type type);

/*
 * The functions below take `count` variables and a name, and return
 *  - KF_OK: `*value` is filled;
 *  - KF_ERROR_NOT_FOUND: there is no variable of that name, or it is null (`error->message` tells which);
 *  - KF_ERROR_ARGUMENT: its type or value is another one; the message names the type. Also for an argument that is
 *    NULL;
 *  - KF_ERROR_MEMORY.
 * Except on KF_OK, `*value` stays as it was. The variables may be read by any number of threads at once.
 */

/** A string or a text. One with U+0000 or half of a surrogate pair, which Java may have, is no C text: its bytes are
 *  had with jbpm_variable_get_bytes().
 *  @param value  A copy; free it with kf_free(). */
KF_API kf_status jbpm_variable_get_string(const jbpm_variable *variables, size_t count, const char *name, char **value,
                                          kf_error *error);

/** A long, integer, short or byte; or a text that is one. Exact over the whole range. */
KF_API kf_status jbpm_variable_get_int64(const jbpm_variable *variables, size_t count, const char *name, int64_t *value,
                                         kf_error *error);

/** A double or float, infinity and NaN included; or a text that is a decimal number. */
KF_API kf_status jbpm_variable_get_double(const jbpm_variable *variables, size_t count, const char *name, double *value,
                                          kf_error *error);

/** A boolean; or a text that is "true" or "false". */
KF_API kf_status jbpm_variable_get_boolean(const jbpm_variable *variables, size_t count, const char *name, bool *value,
                                           kf_error *error);

/** The bytes of a serialized Java object, of whatever class, as java.io.ObjectOutputStream wrote them; the releases
 *  from 6.2 on send every value of a work item or content so. What came in another form has none (KF_ERROR_ARGUMENT).
 *  @param value   A copy; free it with kf_free().
 *  @param length  Receives its bytes. */
KF_API kf_status jbpm_variable_get_bytes(const jbpm_variable *variables, size_t count, const char *name,
                                         uint8_t **value, size_t *length, kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
