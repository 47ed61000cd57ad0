/* Items, inputs and answers of Patchworks as JSON. */
#include "patchworks.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

kf_patchworks *kf_pw_of(const kf_sb_call *call)
{
    return call->sandbox->patchworks;
}

/* Items */

int kf_pw_id(const cJSON *item)
{
    return (int)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
}

const char *kf_pw_text(const cJSON *item, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, name));
}

bool kf_pw_set(cJSON *item, const char *name, const cJSON *value)
{
    cJSON *copy = value == NULL ? cJSON_CreateNull() : cJSON_Duplicate(value, true);
    if (copy == NULL)
        return false;
    bool set = cJSON_HasObjectItem(item, name) ? cJSON_ReplaceItemInObjectCaseSensitive(item, name, copy)
                                               : cJSON_AddItemToObject(item, name, copy);
    if (!set)
        cJSON_Delete(copy);
    return set;
}

bool kf_pw_set_text(cJSON *item, const char *name, const char *text)
{
    cJSON *value = text == NULL ? cJSON_CreateNull() : cJSON_CreateString(text);
    bool set = value != NULL && kf_pw_set(item, name, value);
    cJSON_Delete(value);
    return set;
}

bool kf_pw_set_number(cJSON *item, const char *name, double number)
{
    cJSON *value = cJSON_CreateNumber(number);
    bool set = value != NULL && kf_pw_set(item, name, value);
    cJSON_Delete(value);
    return set;
}

bool kf_pw_touch(kf_sandbox *sandbox, cJSON *item)
{
    char now[KF_SB_TIME];
    kf_sb_now(sandbox, now);
    return kf_pw_set_text(item, "updated_at", now);
}

cJSON *kf_pw_add(kf_sandbox *sandbox, cJSON *list)
{
    char now[KF_SB_TIME];
    cJSON *item = cJSON_CreateObject();
    kf_sb_now(sandbox, now);
    if (item == NULL || cJSON_AddNumberToObject(item, "id", sandbox->patchworks->next_id) == NULL ||
        !kf_pw_set_text(item, "created_at", now) || !kf_pw_set_text(item, "updated_at", now) ||
        !cJSON_AddItemToArray(list, item)) {
        cJSON_Delete(item);
        return NULL;
    }
    sandbox->patchworks->next_id++;
    return item;
}

cJSON *kf_pw_find(cJSON *list, const char *id, const char *parent, int parent_id)
{
    char *end;
    long number = strtol(id, &end, 10);
    cJSON *item;
    if (*id == '\0' || *end != '\0')
        return NULL;
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *owner = parent == NULL ? NULL : cJSON_GetObjectItemCaseSensitive(item, parent);
        if (kf_pw_id(item) == number && (parent == NULL || (int)cJSON_GetNumberValue(owner) == parent_id))
            return item;
    }
    return NULL;
}

/* Answers */

void kf_pw_reply(kf_sb_call *call, int status, cJSON *json)
{
    char *text = json == NULL ? NULL : cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    if (text == NULL) {
        kf_sb_no_memory(call);
    } else {
        kf_sb_make_utf8(text);
        kf_sb_set_reply(call, status, text, strlen(text), "application/json");
    }
}

void kf_pw_message(kf_sb_call *call, int status, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    cJSON *json = cJSON_CreateObject();
    if (cJSON_AddStringToObject(json, "message", message) == NULL) {
        cJSON_Delete(json);
        json = NULL;
    }
    kf_pw_reply(call, status, json);
}

void kf_pw_missing(kf_sb_call *call, const char *model, const char *id)
{
    kf_pw_message(call, 404, "No query results for model [App\\Models\\%s] %s", model, id);
}

void kf_pw_wrong(kf_pw_errors *errors, const char *field, const char *format, ...)
{
    char message[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    if (errors->fields == NULL)
        errors->fields = cJSON_CreateObject();
    cJSON *texts = cJSON_GetObjectItemCaseSensitive(errors->fields, field);
    if (texts == NULL)
        texts = cJSON_AddArrayToObject(errors->fields, field);
    cJSON *text = cJSON_CreateString(message);
    if (!cJSON_AddItemToArray(texts, text)) {
        cJSON_Delete(text);
        errors->no_memory = true;
    }
    if (errors->count++ == 0)
        snprintf(errors->first, sizeof(errors->first), "%s", message);
}

bool kf_pw_refused(kf_sb_call *call, kf_pw_errors *errors)
{
    char message[220];
    if (errors->count == 0)
        return false;
    int more = errors->count - 1;
    if (more == 0)
        snprintf(message, sizeof(message), "%s", errors->first);
    else
        snprintf(message, sizeof(message), "%s (and %d more error%s)", errors->first, more, more == 1 ? "" : "s");
    cJSON *json = cJSON_CreateObject();
    if (errors->no_memory || cJSON_AddStringToObject(json, "message", message) == NULL ||
        !cJSON_AddItemToObject(json, "errors", errors->fields)) {
        cJSON_Delete(errors->fields);
        cJSON_Delete(json);
        json = NULL;
    }
    errors->fields = NULL;
    kf_pw_reply(call, 422, json);
    return true;
}

/* Inputs */

cJSON *kf_pw_body(kf_sb_call *call)
{
    cJSON *body = call->body == NULL ? NULL : cJSON_ParseWithLength(call->body, call->body_length);
    if (!cJSON_IsObject(body)) {
        cJSON_Delete(body);
        body = cJSON_CreateObject();
    }
    if (body == NULL)
        kf_sb_no_memory(call);
    return body;
}

static bool is_integer(const cJSON *value)
{
    if (cJSON_IsNumber(value))
        return value->valuedouble == (double)(long long)value->valuedouble;
    const char *text = cJSON_GetStringValue(value);
    return text != NULL && *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

static bool is_truth(const cJSON *value)
{
    return cJSON_IsBool(value) || (cJSON_IsNumber(value) && (value->valuedouble == 0 || value->valuedouble == 1));
}

/* "flow.name" is said as "flow.name field"; underscores become spaces, as the framework does. */
static void spoken(const char *name, char *words, size_t size)
{
    snprintf(words, size, "%s", name);
    for (; *words != '\0'; words++)
        if (*words == '_')
            *words = ' ';
}

const cJSON *kf_pw_input(kf_pw_errors *errors, const cJSON *body, const char *name, char type, bool required)
{
    char path[64], words[64];
    const cJSON *value = body;
    snprintf(path, sizeof(path), "%s", name);
    spoken(name, words, sizeof(words));
    for (char *part = path, *next; part != NULL && value != NULL; part = next) {
        next = strchr(part, '.');
        if (next != NULL)
            *next++ = '\0';
        value = cJSON_GetObjectItemCaseSensitive(value, part);
    }
    bool null = cJSON_IsNull(value) && isupper((unsigned char)type);
    const char *text = cJSON_GetStringValue(value);
    kf_time time;
    if (value == NULL || (cJSON_IsNull(value) && required) || (required && text != NULL && *text == '\0')) {
        if (required)
            kf_pw_wrong(errors, name, "The %s field is required.", words);
        return NULL;
    }
    switch (null ? 0 : tolower((unsigned char)type)) {
    case 's':
        if (!cJSON_IsString(value))
            kf_pw_wrong(errors, name, "The %s field must be a string.", words);
        break;
    case 'i':
        if (!is_integer(value))
            kf_pw_wrong(errors, name, "The %s field must be an integer.", words);
        break;
    case 'b':
        if (!is_truth(value))
            kf_pw_wrong(errors, name, "The %s field must be true or false.", words);
        break;
    case 'd':
        if (text == NULL || kf_time_parse(text, &time, NULL) != KF_OK)
            kf_pw_wrong(errors, name, "The %s field must be a valid date.", words);
        break;
    default:
        break;
    }
    return value;
}
