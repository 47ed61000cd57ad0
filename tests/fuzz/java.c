/* Any bytes as a serialized Java object, and any text as a value to send. */
#include "services/jbpm/java.h"
#include "oracle.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void stream(const uint8_t *data, size_t size)
{
    const jbpm_variable variable = {.key = "v", .content = {data, size}};
    jbpm_variable_type type = jbpm_variable_type_of(&variable);
    char *text = NULL;
    uint8_t *bytes = NULL;
    size_t length = 0;
    int64_t whole;
    double decimal;
    bool truth;
    MUST(type != JBPM_VARIABLE_TYPE_UNSPECIFIED && type != JBPM_VARIABLE_TYPE_TEXT);
    kf_status status = jbpm_variable_get_string(&variable, 1, "v", &text, NULL);
    MUST((status == KF_OK) == (text != NULL) && (status != KF_OK || type == JBPM_VARIABLE_TYPE_STRING));
    kf_free(text);
    bool is_whole = type >= JBPM_VARIABLE_TYPE_LONG && type <= JBPM_VARIABLE_TYPE_BYTE;
    bool is_decimal = type == JBPM_VARIABLE_TYPE_DOUBLE || type == JBPM_VARIABLE_TYPE_FLOAT;
    MUST((jbpm_variable_get_int64(&variable, 1, "v", &whole, NULL) == KF_OK) == is_whole);
    MUST((jbpm_variable_get_double(&variable, 1, "v", &decimal, NULL) == KF_OK) == is_decimal);
    MUST((jbpm_variable_get_boolean(&variable, 1, "v", &truth, NULL) == KF_OK) == (type == JBPM_VARIABLE_TYPE_BOOLEAN));
    status = jbpm_variable_get_bytes(&variable, 1, "v", &bytes, &length, NULL);
    MUST((status == KF_OK) == (type != JBPM_VARIABLE_TYPE_NULL));
    MUST(status != KF_OK || (length == size && memcmp(bytes, data, size) == 0));
    kf_free(bytes);
}

/* A text between its quotes arrives as it was. */
static void parameter(jbpm_profile profile, const char *text)
{
    const jbpm_argument argument = jbpm_string("n", text);
    kf_string_map map;
    if (jbpm_map_new(profile, &argument, 1, &map, NULL) != KF_OK) {
        MUST(map.items == NULL && map.count == 0);
        return;
    }
    const char *sent = map.items[0].value;
    size_t length = strlen(text);
    bool same = strcmp(sent, text) == 0;
    bool quoted = strlen(sent) == length + 2 && sent[0] == '"' && memcmp(sent + 1, text, length) == 0;
    MUST(same || (profile != JBPM_6_0 && quoted && sent[length + 1] == '"'));
    jbpm_map_free(&map);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    /* A copy of the exact size, so that reading behind it is seen. */
    bool is_stream = data[0] % 2 == 0;
    char *copy = malloc(is_stream && size > 1 ? size - 1 : size);
    MUST(copy != NULL);
    memcpy(copy, data + 1, size - 1);
    if (is_stream) {
        stream((const uint8_t *)copy, size - 1);
    } else {
        copy[size - 1] = '\0';
        parameter((jbpm_profile)(data[0] / 2 % 3), copy);
    }
    free(copy);
    return 0;
}
