/* Parameters as jBPM 6.0.1 reads them. */
#include "jbpm.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LONG_DIGITS 18
#define INTEGER_DIGITS 9

/* The path that messages name. */
static const char *place(const kf_sb_call *call, int *length)
{
    const char *path = call->target + strlen(KF_JB_BASE) - strlen("/rest");
    *length = (int)strcspn(path, "?");
    return path;
}

static const char *find(const kf_sb_call *call, const char *name, size_t *count)
{
    const char *found = NULL;
    *count = 0;
    for (size_t i = 0; i < call->query_count; i++) {
        if (strcasecmp(call->query[i].name, name) != 0)
            continue;
        found = found == NULL ? call->query[i].value : found;
        (*count)++;
    }
    return found;
}

bool kf_jb_long_parameter(kf_sb_call *call, const char *name, int64_t *value)
{
    size_t count;
    const char *text = find(call, name, &count);
    if (text == NULL)
        return true;
    size_t digits = strspn(text, "0123456789");
    bool suffix = text[digits] != '\0' && text[digits + 1] == '\0' && strchr("il", text[digits]) != NULL;
    if (digits == 0 || (text[digits] != '\0' && !suffix)) {
        kf_jb_error(call, 400, "%s parameter does not have a numerical format (%s)", name, text);
        return false;
    }
    if (digits > LONG_DIGITS) {
        kf_jb_error(call, 400, "%s parameter is numerical but too large to be a long (%s)", name, text);
        return false;
    }
    *value = strtoll(text, NULL, 10);
    return true;
}

bool kf_jb_id(kf_sb_call *call, size_t position, int64_t *id)
{
    if (strlen(call->values[position]) > LONG_DIGITS) {
        kf_jb_error(call, 400, "Failed processing arguments of public javax.ws.rs.core.Response");
        return false;
    }
    *id = strtoll(call->values[position], NULL, 10);
    return true;
}

/* Digits are a long, with an "i" an integer; anything else is a text. `room` has place for it, trimmed. */
static bool read_object(kf_sb_call *call, const char *name, const char *text, char *room, kf_jb_java *java)
{
    while (*text != '\0' && (unsigned char)*text <= ' ')
        text++;
    size_t length = strlen(text), digits = strspn(text, "0123456789");
    while (length > 0 && (unsigned char)text[length - 1] <= ' ')
        length--;
    memmove(room, text, length);
    room[length] = '\0';
    digits = digits < length ? digits : length;
    bool integer = digits > 0 && digits + 1 == length && room[digits] == 'i';
    bool number = digits > 0 && (digits == length || integer || (digits + 1 == length && room[digits] == 'l'));
    *java = integer ? KF_JB_INTEGER : number ? KF_JB_LONG : KF_JB_STRING;
    if (number && digits > (integer ? INTEGER_DIGITS : LONG_DIGITS)) {
        kf_jb_error(call, 400, "%s parameter is numerical but too large to be %s (%s)", name,
                    integer ? "an integer" : "a long", room);
        return false;
    }
    if (number)
        room[digits] = '\0';
    return true;
}

bool kf_jb_map_parameter(kf_sb_call *call, kf_jb_map *map)
{
    for (size_t i = 0; i < call->query_count; i++) {
        const char *name = call->query[i].name;
        size_t count;
        int length;
        kf_jb_java java;
        if (strncmp(name, "map_", 4) != 0)
            continue;
        find(call, name, &count);
        if (count > 1) {
            const char *path = place(call, &length);
            kf_jb_error(call, 400, "Only one map_* (%s) query parameter allowed for '%.*s' operation (%zu passed).",
                        name, length, path, count);
            return false;
        }
        char *room = kf_sb_strdup(call->query[i].value);
        bool ok = room != NULL && read_object(call, name, call->query[i].value, room, &java) &&
                  kf_jb_put(call->sandbox->jbpm, map, name + 4, java, room);
        free(room);
        if (!ok) {
            call->no_memory = call->no_memory || room == NULL;
            return false;
        }
    }
    return true;
}

bool kf_jb_object_parameter(kf_sb_call *call, const char *name, kf_jb_value *value)
{
    size_t count;
    int length;
    const char *text = find(call, name, &count);
    *value = (kf_jb_value){.name = (char *)name};
    if (text == NULL)
        return true;
    if (count > 1) {
        const char *path = place(call, &length);
        kf_jb_error(call, 400, "One and only one '%s' query parameter required for '%.*s' operation (%zu passed).",
                    name, length, path, count);
        return false;
    }
    value->text = kf_sb_strdup(text);
    call->no_memory = call->no_memory || value->text == NULL;
    return value->text != NULL && read_object(call, name, text, value->text, &value->java);
}

const char *kf_jb_required(kf_sb_call *call, const char *name)
{
    size_t count;
    int length;
    const char *text = find(call, name, &count), *path = place(call, &length);
    const char *last = strrchr(call->operation->path, '/') + 1;
    if (text != NULL)
        return text;
    if (strncmp(call->operation->path, "/task/", 6) == 0)
        kf_jb_error(call, 400, "Query parameter '%s' required for '%s' operation.", name, last);
    else
        kf_jb_error(call, 400, "Query parameter '%s' required for '%.*s' operation.", name, length, path);
    return NULL;
}

/* Without a page there is everything; without a size there are ten. */
bool kf_jb_page_parameters(kf_sb_call *call, kf_jb_page *page)
{
    *page = (kf_jb_page){0, 10, 0};
    return kf_jb_long_parameter(call, "p", &page->page) && kf_jb_long_parameter(call, "page", &page->page) &&
           kf_jb_long_parameter(call, "s", &page->size) && kf_jb_long_parameter(call, "pageSize", &page->size);
}

bool kf_jb_on_page(kf_jb_page *page)
{
    int64_t number = page->seen++;
    return page->page == 0 || (page->size > 0 && number / page->size == page->page - 1);
}
