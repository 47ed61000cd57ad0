/* Variables: how the server converts what a worker sends, and what it shows of it later. */
#include "flowable.h"

#include <stdlib.h>
#include <string.h>

#define REST_VARIABLE "org.flowable.common.rest.variable.EngineRestVariable"

/* What one variable becomes. */
typedef struct conversion {
    kf_sb_call *call;
    const kf_fl_document *document;
    const kf_fl_node *value;
    const char *type; /* what it is shown as */
    kf_fl_text *text; /* the value, as JSON */
} conversion;

bool kf_fl_check_variables(kf_sb_call *call, const kf_fl_document *document)
{
    static const char *const names[] = {"null", "Boolean", "Boolean", "Integer", "Floating-point", "String"};
    static const char *const tokens[] = {"VALUE_NULL",       "VALUE_FALSE",        "VALUE_TRUE",
                                         "VALUE_NUMBER_INT", "VALUE_NUMBER_FLOAT", "VALUE_STRING"};
    const kf_fl_node *array = kf_fl_member(document, document->nodes, "variables");
    if (array == NULL || array->kind == KF_FL_NULL)
        return true;
    if (array->kind != KF_FL_ARRAY) {
        bool object = array->kind == KF_FL_OBJECT;
        kf_fl_errorf(call, 400,
                     "JSON parse error: Cannot deserialize value of type `java.util.ArrayList<" REST_VARIABLE
                     ">` from %s value (token `JsonToken.%s`)",
                     object ? "Object" : names[array->kind], object ? "START_OBJECT" : tokens[array->kind]);
        return false;
    }
    for (uint32_t i = array->child; i != 0; i = document->nodes[i].next) {
        const kf_fl_node *node = &document->nodes[i];
        if (node->kind != KF_FL_NULL && node->kind != KF_FL_OBJECT) {
            kf_fl_refuse_value(call, node, REST_VARIABLE);
            return false;
        }
    }
    return true;
}

/* The low 64 bits of an integer of any length. */
static uint64_t low_bits(kf_fl_slice text)
{
    uint64_t value = 0;
    bool negative = text.bytes[0] == '-';
    for (size_t i = negative; i < text.length; i++)
        value = value * 10 + (uint64_t)(text.bytes[i] - '0');
    return negative ? 0 - value : value;
}

/* A decimal cut to an integer from `least` to `most`, as a cast does it. */
static int64_t cut(kf_fl_slice text, int64_t least, int64_t most)
{
    double value = strtod(text.bytes, NULL);
    if (value >= (double)most)
        return most;
    return value <= (double)least ? least : (int64_t)value;
}

static bool refuse(conversion *c, const char *text)
{
    kf_fl_error(c->call, 400, text);
    return false;
}

static bool is_number(const conversion *c)
{
    return c->value->kind == KF_FL_INTEGER || c->value->kind == KF_FL_DECIMAL;
}

static bool convert_string(conversion *c)
{
    if (c->value->kind != KF_FL_STRING)
        return refuse(c, "Converter can only convert strings");
    kf_fl_write(c->text, c->document, c->value);
    return true;
}

static bool convert_short(conversion *c)
{
    if (!is_number(c))
        return refuse(c, "Converter can only convert shorts");
    int64_t value =
        c->value->kind == KF_FL_INTEGER ? (int64_t)low_bits(c->value->text) : cut(c->value->text, INT32_MIN, INT32_MAX);
    kf_fl_printf(c->text, "%d", (int16_t)(uint16_t)(uint64_t)value);
    return true;
}

static bool convert_integer(conversion *c)
{
    if (!is_number(c))
        return refuse(c, "Converter can only convert integers");
    int64_t value =
        c->value->kind == KF_FL_INTEGER ? (int64_t)low_bits(c->value->text) : cut(c->value->text, INT32_MIN, INT32_MAX);
    kf_fl_printf(c->text, "%d", (int32_t)(uint32_t)(uint64_t)value);
    return true;
}

static bool convert_long(conversion *c)
{
    if (!is_number(c))
        return refuse(c, "Converter can only convert longs");
    int64_t value =
        c->value->kind == KF_FL_INTEGER ? (int64_t)low_bits(c->value->text) : cut(c->value->text, INT64_MIN, INT64_MAX);
    kf_fl_printf(c->text, "%lld", (long long)value);
    return true;
}

static bool convert_double(conversion *c)
{
    char number[40];
    if (!is_number(c))
        return refuse(c, "Converter can only convert doubles");
    kf_fl_double(strtod(c->value->text.bytes, NULL) + 0.0, number); /* the database knows no negative zero */
    kf_fl_printf(c->text, strchr(number, 'I') != NULL ? "\"%s\"" : "%s", number);
    return true;
}

static bool convert_boolean(conversion *c)
{
    if (c->value->kind != KF_FL_TRUE && c->value->kind != KF_FL_FALSE)
        return refuse(c, "Converter can only convert booleans");
    kf_fl_puts(c->text, c->value->kind == KF_FL_TRUE ? "true" : "false");
    return true;
}

/* What Java's toString() makes of the value: enough of it to be refused in the same words. */
static kf_fl_slice java_text(const kf_fl_node *value, char number[40])
{
    if (value->kind == KF_FL_DECIMAL) {
        kf_fl_double(strtod(value->text.bytes, NULL), number);
        return kf_fl_slice_of(number);
    }
    if (value->kind == KF_FL_ARRAY || value->kind == KF_FL_OBJECT)
        return kf_fl_slice_of(value->kind == KF_FL_ARRAY ? "[]" : "{}");
    if (value->kind == KF_FL_TRUE || value->kind == KF_FL_FALSE)
        return kf_fl_slice_of(value->kind == KF_FL_TRUE ? "true" : "false");
    return value->text;
}

static bool convert_big(conversion *c, bool (*read)(kf_fl_slice, kf_fl_text *, char *))
{
    char number[40], message[120];
    kf_fl_puts(c->text, "\"");
    if (!read(java_text(c->value, number), c->text, message)) {
        kf_fl_error(c->call, 500, message[0] == '\0' ? NULL : message);
        return false;
    }
    kf_fl_puts(c->text, "\"");
    return true;
}

static bool convert_big_decimal(conversion *c)
{
    return convert_big(c, kf_fl_big_decimal);
}

static bool convert_big_integer(conversion *c)
{
    return convert_big(c, kf_fl_big_integer);
}

static bool convert_time(conversion *c, bool (*read)(kf_fl_slice, char[40]), const char *article)
{
    char out[40], text[80];
    if (c->value->kind != KF_FL_STRING) {
        snprintf(text, sizeof(text), "Converter can only convert string to %s", c->type);
        return refuse(c, text);
    }
    if (!read(c->value->text, out)) {
        snprintf(text, sizeof(text), "The given variable value is not %s %s: '", article, c->type);
        kf_fl_error_slice(c->call, 400, text, c->value->text, "'");
        return false;
    }
    kf_fl_printf(c->text, "\"%s\"", out);
    return true;
}

static bool convert_date(conversion *c)
{
    return convert_time(c, kf_fl_parse_date, "a");
}

static bool convert_instant(conversion *c)
{
    return convert_time(c, kf_fl_parse_instant, "an");
}

static bool convert_local_date(conversion *c)
{
    return convert_time(c, kf_fl_parse_local_date, "a");
}

static bool convert_local_date_time(conversion *c)
{
    return convert_time(c, kf_fl_parse_local_date_time, "a");
}

/* Of an integer: the smallest type that holds it. */
static const char *integer_type(const kf_fl_node *value)
{
    char exact[24];
    int64_t bits = (int64_t)low_bits(value->text);
    snprintf(exact, sizeof(exact), "%lld", (long long)bits);
    if (!kf_fl_slice_is(value->text, exact) && !kf_fl_slice_is(value->text, "-0"))
        return "bigInteger";
    return bits >= INT32_MIN && bits <= INT32_MAX ? "integer" : "long";
}

/* The value's own type; objects and arrays become Java's collections, which cannot be read back. */
static bool convert_untyped(conversion *c)
{
    switch (c->value->kind) {
    case KF_FL_INTEGER:
        c->type = integer_type(c->value);
        if (strcmp(c->type, "bigInteger") == 0)
            return convert_big_integer(c);
        break;
    case KF_FL_DECIMAL:
        c->type = "double";
        return convert_double(c);
    case KF_FL_STRING:
        c->type = "string";
        break;
    case KF_FL_ARRAY:
    case KF_FL_OBJECT:
        c->type = "serializable";
        kf_fl_puts(c->text, "null");
        return true;
    default:
        c->type = "boolean";
    }
    kf_fl_write(c->text, c->document, c->value);
    return true;
}

static bool convert_json(conversion *c)
{
    if (c->value->kind != KF_FL_ARRAY && c->value->kind != KF_FL_OBJECT)
        return convert_untyped(c);
    kf_fl_write(c->text, c->document, c->value);
    return true;
}

static const struct {
    const char *type;
    bool (*convert)(conversion *);
} converters[] = {
    {"string", convert_string},
    {"integer", convert_integer},
    {"long", convert_long},
    {"short", convert_short},
    {"double", convert_double},
    {"bigDecimal", convert_big_decimal},
    {"bigInteger", convert_big_integer},
    {"boolean", convert_boolean},
    {"date", convert_date},
    {"instant", convert_instant},
    {"localDate", convert_local_date},
    {"localDateTime", convert_local_date_time},
    {"json", convert_json},
};

static bool convert(conversion *c, kf_fl_slice name, kf_fl_slice type)
{
    bool (*chosen)(conversion *) = convert_untyped;
    if (type.bytes != NULL) {
        chosen = NULL;
        for (size_t i = 0; chosen == NULL && i < sizeof(converters) / sizeof(converters[0]); i++) {
            if (kf_fl_slice_is(type, converters[i].type)) {
                chosen = converters[i].convert;
                c->type = converters[i].type;
            }
        }
    }
    if (chosen == NULL) {
        kf_fl_text text = {0};
        kf_fl_puts(&text, "Variable '");
        kf_fl_put(&text, name.bytes, name.length);
        kf_fl_puts(&text, "' has unsupported type: '");
        kf_fl_put(&text, type.bytes, type.length);
        kf_fl_puts(&text, "'.");
        kf_fl_error_slice(c->call, 400, "", (kf_fl_slice){text.bytes, text.failed ? 0 : text.length}, "");
        free(text.bytes);
        return false;
    }
    if (c->value != NULL && c->value->kind != KF_FL_NULL)
        return chosen(c);
    c->type = NULL;
    kf_fl_puts(c->text, "null");
    return true;
}

static kf_fl_variable *new_variable(const char *type, kf_fl_slice name, const kf_fl_text *value)
{
    kf_fl_text text = {0};
    kf_fl_put_escaped(&text, name);
    kf_fl_variable *variable =
        text.failed || value->failed ? NULL : malloc(sizeof(*variable) + text.length + value->length + 1);
    if (variable != NULL) {
        *variable = (kf_fl_variable){
            .type = type, .name_length = (uint32_t)text.length, .value_length = (uint32_t)value->length};
        if (text.length > 0)
            memcpy(variable->text, text.bytes, text.length);
        memcpy(variable->text + text.length, value->bytes, value->length + 1);
    }
    free(text.bytes);
    return variable;
}

static bool read_variable(kf_sb_call *call, const kf_fl_document *document, const kf_fl_node *node,
                          kf_fl_variable **variable)
{
    kf_fl_slice name, type;
    kf_fl_text value = {0};
    if (node->kind == KF_FL_NULL) {
        kf_fl_error(call, 500, "Cannot invoke \"" REST_VARIABLE ".getName()\" because \"restVariable\" is null");
        return false;
    }
    if (!kf_fl_body_string(call, document, node, "name", &name) ||
        !kf_fl_body_string(call, document, node, "type", &type))
        return false;
    if (name.bytes == NULL) {
        kf_fl_error(call, 400, "Variable name is required.");
        return false;
    }
    conversion c = {call, document, kf_fl_member(document, node, "value"), NULL, &value};
    bool ok = convert(&c, name, type);
    if (ok && kf_fl_units(name) > 255) {
        char after[40];
        kf_fl_slice shown = {name.bytes, name.length < 79 ? name.length : 79};
        snprintf(after, sizeof(after), "... (%zu)\"", kf_fl_units(name));
        kf_fl_error_slice(call, 500,
                          "\n### Error updating database.  Cause: org.h2.jdbc.JdbcSQLDataException: Value too "
                          "long for column \"NAME_ CHARACTER VARYING(255)\": \"'",
                          shown, after);
        ok = false;
    }
    if (ok) {
        *variable = new_variable(c.type, name, &value);
        ok = *variable != NULL;
        if (!ok)
            kf_sb_no_memory(call);
    }
    free(value.bytes);
    return ok;
}

bool kf_fl_read_variables(kf_sb_call *call, const kf_fl_document *document, const kf_fl_node *array,
                          kf_fl_variable **list)
{
    *list = NULL;
    if (array == NULL || array->kind == KF_FL_NULL)
        return true;
    for (uint32_t i = array->child; i != 0; i = document->nodes[i].next) {
        kf_fl_variable *variable = NULL;
        if (!read_variable(call, document, &document->nodes[i], &variable)) {
            kf_fl_variables_free(*list);
            *list = NULL;
            return false;
        }
        kf_fl_set_variables(list, variable);
    }
    return true;
}

void kf_fl_variables_free(kf_fl_variable *list)
{
    while (list != NULL) {
        kf_fl_variable *next = list->next;
        free(list);
        list = next;
    }
}

void kf_fl_set_variables(kf_fl_variable **variables, kf_fl_variable *list)
{
    while (list != NULL) {
        kf_fl_variable *given = list;
        list = list->next;
        kf_fl_variable **place = variables;
        while (*place != NULL && ((*place)->name_length != given->name_length ||
                                  memcmp((*place)->text, given->text, given->name_length) != 0))
            place = &(*place)->next;
        kf_fl_variable *old = *place;
        given->next = old == NULL ? NULL : old->next;
        *place = given;
        free(old);
    }
}

void kf_fl_put_variables(kf_fl_text *text, const kf_fl_variable *list, const char *scope)
{
    kf_fl_puts(text, "[");
    for (const kf_fl_variable *variable = list; variable != NULL; variable = variable->next) {
        kf_fl_puts(text, variable == list ? "{\"name\":\"" : ",{\"name\":\"");
        kf_fl_put(text, variable->text, variable->name_length);
        if (variable->type != NULL)
            kf_fl_printf(text, "\",\"type\":\"%s", variable->type);
        kf_fl_puts(text, "\",\"value\":");
        kf_fl_put(text, variable->text + variable->name_length, variable->value_length);
        if (scope != NULL)
            kf_fl_printf(text, ",\"scope\":\"%s\"", scope);
        kf_fl_puts(text, "}");
    }
    kf_fl_puts(text, "]");
}
