/* What the tests of XML and of other JSON share. */
#ifndef TESTS_WIRE_SUPPORT_H
#define TESTS_WIRE_SUPPORT_H

#include "model_support.h"
#include "wire_types.h"

#define XSI "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
#define XS "xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

/* In whatever form it comes, it is this JSON. */
static inline void reads_bytes(const kf_type *type, const char *text, size_t length, const char *json)
{
    void *model = NULL;
    kf_error error;
    if (kf_model_decode(type, text, length, &model, &error) != KF_OK)
        fail_msg("%.200s\n%s", text, error.message);
    encodes_to(type, model, json);
    kf_model_free(model);
}

static inline void reads(const kf_type *type, const char *text, const char *json)
{
    reads_bytes(type, text, strlen(text), json);
}

/* A job with just these members and an id of 1. */
static inline void job_reads(const char *elements, const char *members)
{
    char xml[2000];
    char json[2000];
    (void)snprintf(xml, sizeof xml, "<job id='1'>%s</job>", elements);
    (void)snprintf(json, sizeof json, "{\"id\":1%s%s}", *members != '\0' ? "," : "", members);
    reads(&job_type, xml, json);
}

/* The JSON becomes this XML, and this XML the JSON again. */
static inline void writes(const kf_type *type, const char *json, const char *xml)
{
    void *model = decoded(type, json);
    char *text = NULL;
    kf_error error;
    if (kf_model_encode_xml(type, model, &text, &error) != KF_OK)
        fail_msg("%s\n%s", json, error.message);
    assert_int_equal(error.status, KF_OK);
    assert_int_equal(strncmp(text, XML_HEAD, strlen(XML_HEAD)), 0);
    assert_string_equal(text + strlen(XML_HEAD), xml);
    kf_model_free(model);
    reads(type, text, json);
    kf_free(text);
}

static inline void refuses_xml(const kf_type *type, const char *text, size_t length, kf_status status,
                               const char *message)
{
    kf_error error;
    void *model = &error;
    assert_int_equal(kf_model_decode_xml(type, text, length, &model, &error), status);
    assert_null(model);
    assert_int_equal(error.status, status);
    if (strstr(error.message, message) == NULL)
        fail_msg("%.300s\nexpected: %s\nfound:    %s", text, message, error.message);
}

static inline int setup_wire(void **state)
{
    make_wire_types();
    return setup_types(state);
}

static inline int free_wire(void **state)
{
    free_wire_types();
    return free_all_types(state);
}

#endif
