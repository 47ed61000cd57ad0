/* Members of a request's body, taken as leniently as the real server takes them, and refused in its words. */
#include "flowable.h"

#include <stdlib.h>
#include <string.h>

/* An array or an object where a single value belongs. */
static bool refuse_structure(kf_sb_call *call, const kf_fl_node *node, const char *java_type)
{
    bool array = node->kind == KF_FL_ARRAY;
    kf_fl_errorf(call, 400,
                 "JSON parse error: Cannot deserialize value of type `%s` from %s value (token `JsonToken.%s`)",
                 java_type, array ? "Array" : "Object", array ? "START_ARRAY" : "START_OBJECT");
    return false;
}

static kf_fl_slice trimmed(kf_fl_slice text)
{
    while (text.length > 0 && (unsigned char)text.bytes[0] <= ' ') {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && (unsigned char)text.bytes[text.length - 1] <= ' ')
        text.length--;
    return text;
}

void kf_fl_refuse_value(kf_sb_call *call, const kf_fl_node *node, const char *java_class)
{
    static const char *const constructors[] = {"",        "boolean/Boolean", "boolean/Boolean",
                                               "int/Int", "double/Double",   "String"};
    char before[400];
    if (node->kind == KF_FL_ARRAY) {
        refuse_structure(call, node, java_class);
        return;
    }
    bool text = node->kind == KF_FL_STRING, boolean = node->kind < KF_FL_INTEGER;
    if (text && trimmed(node->text).length == 0) {
        kf_fl_errorf(call, 400,
                     "JSON parse error: Cannot coerce empty String (\"\") to `%s` value (but could if coercion was "
                     "enabled using `CoercionConfig`)",
                     java_class);
        return;
    }
    snprintf(before, sizeof(before),
             "JSON parse error: Cannot construct instance of `%s` (although at least one Creator exists): no "
             "%s-argument constructor/factory method to deserialize from %s value (%s",
             java_class, constructors[node->kind],
             text      ? "String"
             : boolean ? "boolean"
                       : "Number",
             text ? "'" : "");
    kf_fl_slice word = kf_fl_slice_of(node->kind == KF_FL_TRUE ? "true" : "false");
    kf_fl_error_slice(call, 400, before, boolean ? word : node->text, text ? "')" : ")");
}

bool kf_fl_body(kf_sb_call *call, kf_fl_document *document, const char *java_class, const char *java_method)
{
    *document = (kf_fl_document){0};
    static const kf_fl_node array = {.kind = KF_FL_ARRAY};
    bool empty = call->body_length == 0;
    if (!empty && call->body[strspn(call->body, " \t\r\n")] == '[')
        return refuse_structure(call, &array, java_class); /* whatever is in it */
    if (!empty && !kf_fl_parse(document, call->body, call->body_length)) {
        if (document->no_memory)
            kf_sb_no_memory(call);
        else
            kf_fl_errorf(call, 400, "JSON parse error: %s", document->error);
        return false;
    }
    if (empty || document->nodes->kind == KF_FL_NULL) {
        kf_fl_errorf(call, 400, "Required request body is missing: %s", java_method);
        return false;
    }
    if (document->nodes->kind == KF_FL_OBJECT)
        return true;
    kf_fl_refuse_value(call, document->nodes, java_class);
    return false;
}

bool kf_fl_body_string(kf_sb_call *call, const kf_fl_document *document, const kf_fl_node *object, const char *name,
                       kf_fl_slice *value)
{
    const kf_fl_node *node = kf_fl_member(document, object, name);
    *value = (kf_fl_slice){NULL, 0};
    if (node == NULL || node->kind == KF_FL_NULL)
        return true;
    if (node->kind == KF_FL_ARRAY || node->kind == KF_FL_OBJECT)
        return refuse_structure(call, node, "java.lang.String");
    if (node->kind == KF_FL_TRUE || node->kind == KF_FL_FALSE)
        *value = kf_fl_slice_of(node->kind == KF_FL_TRUE ? "true" : "false");
    else
        *value = node->text;
    return true;
}

/* An integer in a text. */
static bool text_int(kf_sb_call *call, kf_fl_slice given, const char *java_type, kf_fl_int *value)
{
    kf_fl_slice text = trimmed(given);
    char before[160], digits[24];
    if (text.length == 0 || kf_fl_slice_is(text, "null"))
        return true;
    size_t sign = text.bytes[0] == '-' || text.bytes[0] == '+';
    bool number = text.length > sign;
    for (size_t i = sign; i < text.length; i++)
        number = number && text.bytes[i] >= '0' && text.bytes[i] <= '9';
    snprintf(before, sizeof(before), "JSON parse error: Cannot deserialize value of type `%s` from String \"",
             java_type);
    snprintf(digits, sizeof(digits), "%.*s", (int)(text.length < 20 ? text.length : 20), text.bytes);
    long long read = number ? strtoll(digits, NULL, 10) : 0;
    if (number && text.length < 20 && read >= INT32_MIN && read <= INT32_MAX) {
        *value = (kf_fl_int){true, (int32_t)read};
        return true;
    }
    char after[160];
    if (number)
        snprintf(after, sizeof(after),
                 "\": Overflow: numeric value (%.60s) out of range of %s (-2147483648 -2147483647)", digits, java_type);
    else
        snprintf(after, sizeof(after), "\": not a valid `%s` value", java_type);
    kf_fl_error_slice(call, 400, before, given, after);
    return false;
}

bool kf_fl_body_int(kf_sb_call *call, const kf_fl_document *document, const char *name, const char *java_type,
                    kf_fl_int *value)
{
    const kf_fl_node *node = kf_fl_member(document, document->nodes, name);
    if (node == NULL)
        return true; /* the default stays */
    *value = (kf_fl_int){false, 0};
    if (node->kind == KF_FL_NULL)
        return true;
    if (node->kind == KF_FL_ARRAY || node->kind == KF_FL_OBJECT)
        return refuse_structure(call, node, java_type);
    if (node->kind == KF_FL_STRING)
        return text_int(call, node->text, java_type, value);
    if (node->kind == KF_FL_TRUE || node->kind == KF_FL_FALSE) {
        kf_fl_errorf(call, 400,
                     "JSON parse error: Cannot deserialize value of type `%s` from Boolean value (token "
                     "`JsonToken.VALUE_%s`)",
                     java_type, node->kind == KF_FL_TRUE ? "TRUE" : "FALSE");
        return false;
    }
    double number = strtod(node->text.bytes, NULL); /* whose fraction is cut off */
    if (number <= (double)INT32_MIN - 1 || number >= (double)INT32_MAX + 1) {
        kf_fl_error_slice(call, 400, "JSON parse error: Numeric value (", node->text,
                          ") out of range of int (-2147483648 - 2147483647)");
        return false;
    }
    *value = (kf_fl_int){true, (int32_t)number};
    return true;
}

static bool text_duration(kf_sb_call *call, kf_fl_slice given, kf_fl_duration_value *value)
{
    const char *part = NULL;
    kf_fl_slice text = trimmed(given);
    if (text.length == 0)
        return true;
    value->present = kf_fl_duration(text, &value->seconds, &value->nanos, &part);
    if (value->present)
        return true;
    char after[200];
    snprintf(after, sizeof(after),
             "\": Failed to deserialize java.time.Duration: (java.time.format.DateTimeParseException) Text cannot be "
             "parsed to a Duration%s%s",
             part == NULL ? "" : ": ", part == NULL ? "" : part);
    kf_fl_error_slice(call, 400,
                      "JSON parse error: Cannot deserialize value of type `java.time.Duration` from String \"", text,
                      after);
    return false;
}

/* Seconds as a number with a fraction or an exponent. */
static void decimal_duration(kf_fl_slice text, kf_fl_duration_value *value)
{
    double number = strtod(text.bytes, NULL);
    if (number - number != 0)
        return; /* what is infinite becomes none at all */
    if (number >= 9.2e18 || number <= -9.2e18) {
        value->seconds = number > 0 ? INT64_MAX : INT64_MIN + 1; /* more than a duration holds */
        return;
    }
    /* A double has not always room for both parts. */
    bool plain = memchr(text.bytes, 'e', text.length) == NULL && memchr(text.bytes, 'E', text.length) == NULL;
    const char *point = plain ? memchr(text.bytes, '.', text.length) : NULL;
    double fraction = plain ? strtod(point, NULL) : number - (double)(int64_t)number;
    value->seconds = plain ? strtoll(text.bytes, NULL, 10) : (int64_t)number;
    value->nanos = (int32_t)(fraction * 1e9 + (fraction < 0 ? -0.5 : 0.5));
    if (plain && number < 0)
        value->nanos = -value->nanos;
    if (value->nanos < 0) {
        value->seconds--;
        value->nanos += 1000000000;
    }
}

bool kf_fl_body_duration(kf_sb_call *call, const kf_fl_document *document, const char *name,
                         kf_fl_duration_value *value)
{
    const kf_fl_node *node = kf_fl_member(document, document->nodes, name);
    *value = (kf_fl_duration_value){0};
    if (node == NULL || node->kind == KF_FL_NULL)
        return true;
    if (node->kind == KF_FL_ARRAY || node->kind == KF_FL_OBJECT)
        return refuse_structure(call, node, "java.time.Duration");
    if (node->kind == KF_FL_STRING)
        return text_duration(call, node->text, value);
    if (node->kind == KF_FL_TRUE || node->kind == KF_FL_FALSE) {
        kf_fl_errorf(call, 400,
                     "JSON parse error: Unexpected token (VALUE_%s), expected one of [VALUE_STRING, "
                     "VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT] for java.time.Duration value",
                     node->kind == KF_FL_TRUE ? "TRUE" : "FALSE");
        return false;
    }
    value->present = true;
    if (node->kind == KF_FL_DECIMAL) {
        decimal_duration(node->text, value);
        return true;
    }
    size_t digits = node->text.length - (node->text.bytes[0] == '-');
    char exact[24];
    value->seconds = strtoll(node->text.bytes, NULL, 10);
    snprintf(exact, sizeof(exact), "%lld", (long long)value->seconds);
    if (digits >= 19 && !kf_fl_slice_is(node->text, exact)) {
        kf_fl_error_slice(call, 400, "JSON parse error: Numeric value (", node->text,
                          ") out of range of long (-9223372036854775808 - 9223372036854775807)");
        return false;
    }
    return true;
}
