/* XML and other JSON under short memory. libxml2 tells of it in many ways or not at all: whatever it does, there is
 * the whole document or an error. */
#include "sweep.h"

#include "kuflow/model.h"

#include <stdio.h>
#include <string.h>

#define LONG_TEXT 20000

/* Attributes and texts with entities, prefixes, comments, elements that nobody knows. */
static const char response_text[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- c --><command-response "
    "a=\"&lt;&#65;&gt;&amp;\"><deployment-id>g:a&amp;"
    "b</deployment-id><?pi x?><process-instance index=\"0\"><process-id>p</process-id><id>5</id></process-instance>"
    "<primitive index=\"1\" type=\"java.lang.Integer\"><result xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" "
    "xmlns:q=\"http://www.w3.org/2001/XMLSchema\" i:type=\"q:int\">7</result></primitive><new>x</new>y<new><![CDATA["
    "<z>]]></new><history-log-list><var-inst-log "
    "id=\"1\"><variable-id>v</variable-id></var-inst-log></history-log-list>"
    "<w:o xmlns:w=\"urn:w\"><w:e b=\"1\"/><w:e/></w:o></command-response>";
static const char response_json[] =
    "{\"a\":\"<A>&\",\"deploymentId\":\"g:a&b\",\"results\":[{\"kind\":\"process-instance\",\"index\":0,\"processId\":"
    "\"p\","
    "\"id\":5},{\"kind\":\"primitive\",\"index\":1,\"type\":\"java.lang.Integer\",\"result\":{\"type\":\"xs:int\","
    "\"text\":\"7\"}},{\"kind\":\"history-log-list\",\"historyLogList\":[{\"kind\":\"var-inst-log\",\"id\":1,"
    "\"variableId\":\"v\"}]}],\"new\":[\"x\",\"<z>\"],\"w:o\":{\"w:e\":[{\"b\":\"1\"},\"\"]},\"#text\":\"y\"}";

static const char logs_text[] =
    "{\"historyLogList\":[{\"org.kie.services.client.serialization.jaxb.impl.audit.JaxbVariableInstanceLog\":{\"id\":"
    "\"1\","
    "\"variableId\":\"\\u0076\",\"date\":1795253008515,\"new\":[1, 2]}},{\"nodeId\":5}],\"pageNumber\":null}";
static const char logs_json[] = "{\"historyLogList\":[{\"kind\":\"var-inst-log\",\"id\":1,\"variableId\":\"v\","
                                "\"date\":\"2026-11-21T09:23:28.515Z\","
                                "\"new\":[1, 2]},{\"kind\":\"node-inst-log\",\"nodeId\":\"5\"}],\"pageNumber\":null}";

static const char request_json[] =
    "{\"deploymentId\":\"d\",\"commands\":[{\"kind\":\"start-process\",\"processId\":\"a<b\",\"parameter\":[{\"key\":"
    "\"k\","
    "\"value\":{\"type\":\"xs:string\",\"text\":\"v & w\"}}]}],\"other\":{\"x\":[\"1\",null]}}";
static const char request_text[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<command-request "
                                   "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
                                   " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><deployment-id>d</"
                                   "deployment-id><start-process processId=\"a&lt;b\">"
                                   "<parameter><item key=\"k\"><value xsi:type=\"xs:string\">v &amp; "
                                   "w</value></item></parameter></start-process><other>"
                                   "<x>1</x><x xsi:nil=\"true\"/></other></command-request>";

static kf_status decode(const char *type, const char *text, size_t length, void **model)
{
    kf_error error;
    return kf_model_decode(kf_type_find(type), text, length, model, &error);
}

static bool is_json(const char *type, const void *model, const char *json)
{
    char *text = NULL;
    bool same = kf_model_encode(kf_type_find(type), model, &text, NULL) == KF_OK && strcmp(text, json) == 0;
    if (!same)
        fprintf(stderr, "# %s\n# wanted %s\n# got    %s\n", type, json, text != NULL ? text : "");
    kf_free(text);
    return same;
}

static kf_status decode_response(void **result)
{
    return decode("jbpm.CommandResponse", response_text, sizeof response_text - 1, result);
}

static bool is_response(void *model)
{
    return is_json("jbpm.CommandResponse", model, response_json);
}

/* Longer than any buffer, and in an encoding that has to be converted. */
static kf_status decode_latin(void **result)
{
    static char text[LONG_TEXT + 200];
    if (*text == '\0') {
        size_t length =
            (size_t)sprintf(text, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><response a='\xE9'><url>");
        memset(text + length, '\xE9', LONG_TEXT);
        strcpy(text + length + LONG_TEXT, "</url></response>");
    }
    return decode("jbpm.Response", text, strlen(text), result);
}

static bool is_latin(void *model)
{
    char *text = NULL;
    bool right = kf_model_encode(kf_type_find("jbpm.Response"), model, &text, NULL) == KF_OK;
    const char *p = right ? strstr(text, "\"url\":\"") : NULL;
    size_t count = 0;
    for (p = p != NULL ? p + 7 : ""; memcmp(p, "\xC3\xA9", 2) == 0; p += 2)
        count++;
    right = right && strncmp(text, "{\"a\":\"\xC3\xA9\",", 10) == 0 && count == LONG_TEXT && strcmp(p, "\"}") == 0;
    kf_free(text);
    return right;
}

static kf_status decode_logs(void **result)
{
    return decode("jbpm.HistoryLogList", logs_text, sizeof logs_text - 1, result);
}

static bool is_logs(void *model)
{
    return is_json("jbpm.HistoryLogList", model, logs_json);
}

static kf_status encode_request(void **result)
{
    static void *request; /* Made when nothing fails yet. */
    kf_error error;
    if (request == NULL && decode("jbpm.CommandRequest", request_json, sizeof request_json - 1, &request) != KF_OK)
        return KF_ERROR_INTERNAL;
    return kf_model_encode_xml(kf_type_find("jbpm.CommandRequest"), request, (char **)result, &error);
}

static bool is_request(void *text)
{
    if (strcmp(text, request_text) == 0)
        return true;
    fprintf(stderr, "# wanted %s\n# got    %s\n", request_text, (char *)text);
    return false;
}

/* A text that is refused leaves nothing behind in libxml2 either. */
static kf_status refuse(const char *text, const char *problem, void **result)
{
    static char refused[] = "refused";
    void *model = NULL;
    kf_error error;
    kf_status status = kf_model_decode(kf_type_find("jbpm.Task"), text, strlen(text), &model, &error);
    if (status == KF_ERROR_DECODE && model == NULL && strstr(error.message, problem) != NULL)
        *result = refused;
    else if (status == KF_OK)
        status = KF_ERROR_INTERNAL;
    return *result != NULL ? KF_OK : status;
}

static kf_status refuse_mismatch(void **result)
{
    return refuse("<task><id>1</id><name>a</task>", "Task.name: Opening and ending tag mismatch", result);
}

static kf_status refuse_doctype(void **result)
{
    return refuse("<!DOCTYPE a [<!ENTITY b 'c'>]><task>&b;</task>", "document type declaration", result);
}

static bool is_refused(void *result)
{
    return result != NULL;
}

static void keep(void *result)
{
    (void)result;
}

/* Without memory for its words libxml2 still says that a text is wrong. */
const kf_sweep_case kf_sweep_wire_cases[] = {
    {"decode XML", decode_response, is_response, kf_model_free, NULL, false, 0},
    {"decode XML of another encoding", decode_latin, is_latin, kf_model_free, NULL, false, 0},
    {"decode XML that is wrong", refuse_mismatch, is_refused, keep, NULL, true, 0},
    {"decode XML with a DOCTYPE", refuse_doctype, is_refused, keep, NULL, false, 0},
    {"decode other JSON", decode_logs, is_logs, kf_model_free, NULL, false, 0},
    {"encode XML", encode_request, is_request, kf_free, NULL, false, 0},
    {NULL, NULL, NULL, NULL, NULL, false, 0},
};
