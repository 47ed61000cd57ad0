/* Every operation of every service by its name, with JSON in and JSON out: what is sent and what comes back are made
 * from the tables, so that a new document is tested as soon as it is generated. */
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_transport.h"

#include <cjson/cJSON.h>

#define DEEPEST 4
#define BYTES "a <b> & c"

static fake_transport f;
static kf_client *client;
static char *sent; /* the body of the last request */

static cJSON *sample_of(const kf_type *type, int depth, bool request);

static cJSON *sample_value(const kf_field *field, int depth, bool request)
{
    const kf_enum *description = field->ref;
    switch (field->kind) {
    case KF_KIND_BOOL:
        return cJSON_CreateBool(true);
    case KF_KIND_INT32:
    case KF_KIND_INT64:
        return cJSON_CreateNumber(7);
    case KF_KIND_DOUBLE:
        return cJSON_CreateNumber(1.5);
    case KF_KIND_ENUM:
        return description->is_number ? cJSON_Parse(description->texts[0]) : cJSON_CreateString(description->texts[0]);
    case KF_KIND_BYTES:
        return cJSON_CreateString("AAEC");
    case KF_KIND_JSON:
        return cJSON_Parse("{\"free\":[\"a\",\"b\"],\"more\":{\"c\":\"d\"}}");
    case KF_KIND_OBJECT:
        return sample_of(field->ref, depth + 1, request);
    default:
        return cJSON_CreateString("a:b:1.0");
    }
}

static cJSON *sample_field(const kf_field *field, int depth, bool request)
{
    cJSON *value = sample_value(field, depth, request), *many;
    if ((field->flags & KF_FIELD_ARRAY) != 0) {
        many = cJSON_CreateArray();
        cJSON_AddItemToArray(many, value);
        return many;
    }
    if ((field->flags & KF_FIELD_MAP) == 0)
        return value;
    many = cJSON_CreateObject();
    cJSON_AddItemToObject(many, "key", value);
    return many;
}

/* Where a type is one of a base's variants: the member that says so, and its text. */
static const kf_variant *as_variant(const kf_type *type, const char **member)
{
    size_t services;
    const kf_service *const *all = kf_services(&services);
    for (size_t i = 0; i < services; i++)
        for (size_t j = 0; j < all[i]->type_count; j++) {
            const kf_type *base = all[i]->types[j];
            *member = base->discriminator;
            for (size_t k = 0; k < base->variant_count && base->discriminator != NULL; k++)
                if (base->variants[k].type == type)
                    return &base->variants[k];
        }
    return NULL;
}

/* A value with every member that the type has, down to some depth. */
static cJSON *sample_of(const kf_type *type, int depth, bool request)
{
    if (type->variant_count > 0 && type->discriminator != NULL && type->variants[0].type != type)
        return sample_of(type->variants[0].type, depth, request);
    if ((type->flags & (KF_TYPE_VALUE | KF_TYPE_UNION | KF_TYPE_BY_STATUS)) != 0)
        return sample_field(&type->fields[0], depth, request);
    cJSON *object = cJSON_CreateObject();
    for (size_t i = 0; i < type->field_count; i++) {
        const kf_field *field = &type->fields[i];
        bool skip = request && (field->flags & KF_FIELD_READ_ONLY) != 0;
        bool deep = depth >= DEEPEST && field->kind == KF_KIND_OBJECT && (field->flags & KF_FIELD_REQUIRED) == 0;
        if (skip || deep)
            continue;
        cJSON *value = (field->flags & KF_FIELD_ADDITIONAL) != 0 ? sample_value(field, depth, request)
                                                                 : sample_field(field, depth, request);
        cJSON_AddItemToObject(object, (field->flags & KF_FIELD_ADDITIONAL) != 0 ? "more" : field->name, value);
    }
    const char *member;
    const kf_variant *variant = as_variant(type, &member);
    if (variant != NULL)
        cJSON_ReplaceItemInObjectCaseSensitive(object, member, cJSON_CreateString(variant->tag));
    return object;
}

static const kf_answer *answer_of(const kf_operation *operation)
{
    for (size_t i = 0; i < operation->answer_count; i++)
        if (operation->answers[i].type != NULL)
            return &operation->answers[i];
    return &operation->answers[0];
}

static bool is_xml(const char *media)
{
    return media != NULL && strstr(media, "xml") != NULL;
}

/* The text as the server would send it. */
static char *on_the_wire(const kf_type *type, const char *media, const cJSON *sample)
{
    char *text = cJSON_PrintUnformatted(sample), *xml = NULL;
    void *model;
    kf_error error;
    if (!is_xml(media))
        return text;
    if (kf_model_decode(type, text, strlen(text), &model, &error) != KF_OK ||
        kf_model_encode_xml(type, model, &xml, &error) != KF_OK)
        fail_msg("%s", error.message);
    kf_model_free(model);
    free(text);
    return xml;
}

static cJSON *from_the_wire(const kf_type *type, const char *media, const char *text)
{
    void *model;
    char *json = NULL;
    kf_error error;
    if (!is_xml(media))
        return cJSON_Parse(text);
    if (kf_model_decode_xml(type, text, strlen(text), &model, &error) != KF_OK ||
        kf_model_encode(type, model, &json, &error) != KF_OK)
        fail_msg("%s in %s", error.message, text);
    cJSON *tree = cJSON_Parse(json);
    kf_free(json);
    kf_model_free(model);
    return tree;
}

static kf_status perform(kf_exchange *exchange, void *user)
{
    size_t length = 0;
    int64_t count = 0;
    free(sent);
    sent = calloc(1, 1 << 20);
    do {
        length += (size_t)count;
        if (exchange->read_body != NULL)
            count = exchange->read_body(sent + length, (1 << 20) - 1 - length, exchange->read_user);
    } while (count > 0);
    exchange->read_body = NULL;
    return f.transport.perform(exchange, user);
}

static void add_parameters(cJSON *input, const kf_type *type)
{
    for (size_t i = 0; type != NULL && i < type->field_count; i++)
        cJSON_AddItemToObject(input, type->fields[i].name, sample_field(&type->fields[i], 0, true));
}

static void percent_decode(char *text)
{
    char *to = text;
    unsigned int byte;
    for (; *text != '\0'; text++)
        if (*text == '%' && sscanf(text + 1, "%2x", &byte) == 1) {
            *to++ = (char)byte;
            text += 2;
        } else {
            *to++ = *text;
        }
    *to = '\0';
}

/* Each parameter has left, where it belongs. */
static void check_parameters(const kf_operation *operation)
{
    char wanted[256];
    assert_string_equal(f.methods[0], operation->method);
    assert_null(strchr(f.urls[0], '{'));
    percent_decode(f.urls[0]);
    for (size_t i = 0; operation->parameters != NULL && i < operation->parameters->field_count; i++) {
        const kf_field *field = &operation->parameters->fields[i];
        const kf_parameter *style = &operation->styles[i];
        bool map = (field->flags & KF_FIELD_MAP) != 0;
        if (map)
            snprintf(wanted, sizeof(wanted), style->style == KF_STYLE_DEEP_OBJECT ? "%s[key]=" : "%skey=",
                     style->style == KF_STYLE_DEEP_OBJECT ? field->name
                     : style->prefix != NULL              ? style->prefix
                                                          : "");
        else
            snprintf(wanted, sizeof(wanted), style->location == KF_IN_HEADER ? "%s: " : "%s=", field->name);
        if (strstr(style->location == KF_IN_HEADER ? f.headers[0] : f.urls[0], wanted) == NULL)
            fail_msg("%s.%s: %s is not in %s", operation->service->name, operation->name, wanted, f.urls[0]);
    }
}

static void check_body(const kf_operation *operation, const cJSON *body)
{
    if ((operation->flags & KF_OPERATION_UPLOAD) != 0) {
        assert_string_equal(sent, BYTES);
    } else if (operation->body != NULL) {
        cJSON *tree = from_the_wire(operation->body, operation->body_media, sent);
        if (!cJSON_Compare(tree, body, true))
            fail_msg("%s.%s sent %s", operation->service->name, operation->name, sent);
        cJSON_Delete(tree);
    }
}

static void check_answer(const kf_operation *operation, const char *out, const cJSON *answer)
{
    cJSON *tree = cJSON_Parse(out);
    assert_non_null(tree);
    if ((operation->flags & KF_OPERATION_DOWNLOAD) != 0)
        assert_string_equal(cJSON_GetObjectItem(tree, "base64")->valuestring, "YSA8Yj4gJiBj");
    else if (answer == NULL)
        assert_true(cJSON_IsNull(tree));
    else if (!cJSON_Compare(tree, answer, true))
        fail_msg("%s.%s: got %s, the answer was %s", operation->service->name, operation->name, out, f.steps[0].body);
    cJSON_Delete(tree);
}

static void call_operation(const kf_operation *operation)
{
    const kf_answer *answer = answer_of(operation);
    const kf_type *type = answer->type;
    bool upload = (operation->flags & KF_OPERATION_UPLOAD) != 0;
    bool download = (operation->flags & KF_OPERATION_DOWNLOAD) != 0;
    char name[128], *out = NULL, *text = NULL;
    kf_error error;
    cJSON *input = cJSON_CreateObject();
    cJSON *body = upload ? cJSON_CreateString(BYTES) : operation->body ? sample_of(operation->body, 0, true) : NULL;
    cJSON *sample = type != NULL ? sample_of(type, 0, false) : NULL;
    add_parameters(input, operation->path_parameters);
    add_parameters(input, operation->parameters);
    if (body != NULL)
        cJSON_AddItemReferenceToObject(input, "body", body);
    if (sample != NULL)
        text = on_the_wire(type, operation->accept, sample);
    const fake_step step = {.http = answer->status == 2 ? 200 : answer->status,
                            .body = download       ? BYTES
                                    : text != NULL ? text
                                                   : ""};
    f.steps = &step;
    f.count = 0;
    snprintf(name, sizeof(name), "%s.%s", operation->service->name, operation->name);
    char *json = cJSON_PrintUnformatted(input);
    if (kf_call_json(client, name, json, &out, &error) != KF_OK)
        fail_msg("%s: %s, for %s", name, error.message, json);
    assert_int_equal(f.count, 1);
    check_parameters(operation);
    check_body(operation, body);
    check_answer(operation, out, sample);
    kf_free(out);
    free(json);
    free(text);
    cJSON_Delete(input);
    cJSON_Delete(body);
    cJSON_Delete(sample);
}

static void test_every_operation(void **state)
{
    size_t services;
    const kf_service *const *all = kf_services(&services);
    (void)state;
    for (size_t i = 0; i < services; i++) {
        for (size_t j = 0; j < all[i]->operation_count; j++)
            call_operation(&all[i]->operations[j]);
        print_message("# operations %s: %d by name, with JSON\n", all[i]->name, all[i]->operation_count);
    }
}

static void check_refusal(const char *operation, const char *json, kf_status status, const char *message)
{
    char *out = (char *)1;
    kf_error error;
    f.count = 0;
    assert_int_equal(kf_call_json(client, operation, json, &out, &error), status);
    assert_null(out);
    assert_int_equal(f.count, 0);
    if (strstr(error.message, message) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", message, error.message);
}

static void test_refusals(void **state)
{
    kf_error error;
    (void)state;
    check_refusal("kuflow.nothing", "{}", KF_ERROR_ARGUMENT, "no operation \"kuflow.nothing\"");
    check_refusal("kuflow.findProcesses", "[]", KF_ERROR_ARGUMENT, "not a JSON object");
    check_refusal("kuflow.findProcesses", "", KF_ERROR_ARGUMENT, "not a JSON object");
    check_refusal("kuflow.findProcesses", "{\"size\": 1", KF_ERROR_ARGUMENT, "not valid JSON: byte 10");
    check_refusal("kuflow.findProcesses", "{\"size\": 1} x", KF_ERROR_ARGUMENT, "not valid JSON");
    check_refusal("kuflow.findProcesses", "{\"sise\": 1}", KF_ERROR_ARGUMENT,
                  "findProcesses has no parameter \"sise\"");
    check_refusal("kuflow.findProcesses", "{\"body\": {}}", KF_ERROR_ARGUMENT, "no parameter \"body\"");
    check_refusal("kuflow.findProcesses", "{\"size\": \"1\"}", KF_ERROR_DECODE, "size: expected a number");
    check_refusal("kuflow.findProcesses", "{\"size\": 1, \"size\": 2}", KF_ERROR_DECODE, "came twice");
    check_refusal("kuflow.retrieveProcess", "{}", KF_ERROR_ARGUMENT, "id");
    check_refusal("kuflow.createProcess", "{\"body\": {}, \"body\": {}}", KF_ERROR_ARGUMENT, "given twice \"body\"");
    check_refusal("kuflow.createProcess", "{\"body\": null}", KF_ERROR_ARGUMENT, "body");
    check_refusal("kuflow.createProcess", "{\"sink\": {}}", KF_ERROR_ARGUMENT, "no parameter \"sink\"");
    check_refusal("kuflow.findProcesses", "{\"s\\u0000\": 1}", KF_ERROR_ARGUMENT, "U+0000");
    check_refusal("kuflow.createProcess", "{\"body\": {\"id\": 5}}", KF_ERROR_DECODE,
                  "kuflow.createProcess: body.id: expected a string, found a number");
    check_refusal("kuflow.createProcess", "{\"body\": []}", KF_ERROR_DECODE,
                  "kuflow.createProcess: body: expected an object, found an array");
    check_refusal("kuflow.retrieveProcess", "{\"id\": 5}", KF_ERROR_DECODE,
                  "kuflow.retrieveProcess: id: expected a string, found a number");
    /* The text that was decoded is not the caller's: no place in it is named. */
    check_refusal("kuflow.findProcesses", "{\"tenantId\": [\"\\u0000\"]}", KF_ERROR_DECODE,
                  "tenantId[0]: a text with U+0000, which cannot be held");
    assert_int_equal(kf_call_json(client, "kuflow.findProcesses", "{\"tenantId\": [\"\\u0000\"]}", NULL, &error),
                     KF_ERROR_DECODE);
    assert_null(strstr(error.message, "byte"));
    check_refusal("kuflow.findProcessItems", "{\"type\": [\"TASK\", \"NONE\"]}", KF_ERROR_DECODE,
                  "type[1]: the value is none of those that the document names");
    /* What the document requires. */
    check_refusal("kuflow.createProcess", "{\"body\": {}}", KF_ERROR_DECODE,
                  "body.processDefinitionId: the member is required and not set");
    check_refusal("flowable.acquireAndLockJobs", "{\"body\": {\"workerId\": \"w\"}}", KF_ERROR_DECODE,
                  "the member is required and not set");
    assert_int_equal(kf_call_json(NULL, "kuflow.findProcesses", NULL, NULL, NULL), KF_ERROR_ARGUMENT);
    assert_int_equal(kf_call_json(client, NULL, NULL, NULL, NULL), KF_ERROR_ARGUMENT);
}

/* The bytes of an upload, and where those of a download go. */
static void test_refused_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *message;
    } bodies[] = {
        {"5", "neither a text nor an object"},
        {"{}", "neither a text nor an object"},
        {"[\"a\"]", "neither a text nor an object"},
        {"{\"text\":5}", "neither a text nor an object"},
        {"{\"text\":\"a\",\"path\":\"b\"}", "neither a text nor an object"},
        {"{\"text\":\"a\",\"text\":\"b\"}", "neither a text nor an object"},
        {"{\"text\":\"a\",\"type\":\"b\"}", "neither a text nor an object"},
        {"\"a\\u0000b\"", "U+0000"},
        {"{\"text\":\"a\\u0000b\"}", "U+0000"},
        {"\"\\uD800\"", "half of a surrogate pair"},
        {"{\"base64\":\"a\"}", "not base64"},
        {"{\"path\":\"/no/such/file\"}", "/no/such/file"},
        {"{\"text\":\"a\",\"content_type\":\"a\\nb\"}", "content_type"},
    };
    static const char *const sinks[] = {
        "5", "\"a\"", "{}", "{\"path\":5}", "{\"path\":\"\\u0000\"}", "{\"Path\":\"a\"}"};
    char json[200];
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        kf_status status = strstr(bodies[i].body, "/no/") != NULL ? KF_ERROR_IO : KF_ERROR_ARGUMENT;
        snprintf(json, sizeof(json), "{\"body\":%s,\"id\":\"x\",\"fileContentType\":\"a\",\"fileName\":\"b\"}",
                 bodies[i].body);
        check_refusal("kuflow.uploadProcessDocument", json, status, bodies[i].message);
    }
    for (size_t i = 0; i < sizeof(sinks) / sizeof(sinks[0]); i++) {
        snprintf(json, sizeof(json), "{\"sink\":%s,\"id\":\"x\",\"documentUri\":\"a\"}", sinks[i]);
        check_refusal("kuflow.downloadProcessDocument", json, KF_ERROR_ARGUMENT, "\"sink\" is not an object");
    }
}

static void test_forms_of_bytes(void **state)
{
    static const fake_step step = {.http = 200, .body = "{}"};
    static const struct {
        const char *body;
        const char *bytes;
    } bodies[] = {{"\"a\\n\\u00e9\"", "a\n\xC3\xA9"},
                  {"{ \"text\" : \"b\" , \"path\" : null, \"content_type\":\"text/plain\" } ", "b"},
                  {"{\"base64\":\"YSA8\"}", "a <"},
                  {"{\"base64\":\"\"}", ""}};
    char json[200];
    kf_error error;
    (void)state;
    f.steps = &step;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        f.count = 0;
        snprintf(json, sizeof(json), "{\"body\":%s,\"id\":\"x\",\"fileContentType\":\"a\",\"fileName\":\"b\"}",
                 bodies[i].body);
        if (kf_call_json(client, "kuflow.uploadProcessDocument", json, NULL, &error) != KF_OK)
            fail_msg("%s: %s", json, error.message);
        assert_string_equal(sent, bodies[i].bytes);
    }
    assert_non_null(strstr(f.headers[0], "application/octet-stream"));
}

static void test_nulls_and_no_input(void **state)
{
    static const fake_step step = {.http = 200, .body = "{\"content\":[]}"};
    kf_error error;
    (void)state;
    f.steps = &step;
    f.count = 0;
    assert_int_equal(kf_call_json(client, "kuflow.findProcesses", NULL, NULL, &error), KF_OK);
    assert_int_equal(kf_call_json(client, "kuflow.findProcesses", "{\"size\":null,\"sort\":null}", NULL, &error),
                     KF_OK);
    assert_string_equal(f.urls[0], f.urls[1]);
    assert_int_equal(error.http_status, 200);
}

/* The server's words come through as with the typed functions. */
static void test_error_of_the_server(void **state)
{
    static const fake_step step = {.http = 404, .body = "{\"message\":\"no such process\"}"};
    char *out;
    kf_error error;
    (void)state;
    f.steps = &step;
    f.count = 0;
    assert_int_equal(kf_call_json(client, "kuflow.retrieveProcess", "{\"id\":\"x\"}", &out, &error),
                     KF_ERROR_NOT_FOUND);
    assert_null(out);
    assert_string_equal(error.server_message, "no such process");
    assert_string_equal(error.operation, "kuflow.retrieveProcess");
}

static int set_up(void **state)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_error error;
    (void)state;
    static const fake_step none = {.http = 500};
    fake_init(&f, &none, 1);
    static kf_transport transport;
    transport = f.transport;
    transport.perform = perform;
    options.base_url = "http://test.example/api";
    options.allow_http = true;
    options.transport = &transport;
    return kf_client_new(&options, &client, &error) == KF_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    kf_client_free(client);
    free(sent);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation),    cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_refused_bytes),      cmocka_unit_test(test_forms_of_bytes),
        cmocka_unit_test(test_nulls_and_no_input), cmocka_unit_test(test_error_of_the_server),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
