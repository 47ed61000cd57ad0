/* An answer as text without what may differ: the status, the header fields, an empty line, the body. JSON is taken as
 * it came: numbers and escapes are not decoded. */
#define _GNU_SOURCE
#include "same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support.h"

typedef struct reader {
    const peer *server;
    const step *request;
    const char *at;
    const char *member; /* the innermost name, with its quote */
    lengths *locks;
    int64_t sent_ms, received_ms;
    bool broken;
} reader;

static const char *const times[] = {"createTime", "dueDate", "lockExpirationTime", "startTime", "time", "timestamp"};

static bool is_member(const char *member, const char *name)
{
    size_t length = strlen(name);
    return member != NULL && strncmp(member + 1, name, length) == 0 && member[length + 1] == '"';
}

static bool is_masked(const char *member, const char *names)
{
    size_t length = member == NULL ? 0 : strcspn(member + 1, "\"");
    for (const char *name = names; name != NULL && *name != '\0'; name += strspn(name, " ")) {
        size_t size = strcspn(name, " ");
        if (size == length && strncmp(name, member + 1, size) == 0)
            return true;
        name += size;
    }
    return false;
}

static bool is_uuid(const char *from)
{
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? from[i] != '-' : from[i] == '\0' || strchr("0123456789abcdefABCDEF", from[i]) == NULL)
            return false;
    }
    return true;
}

/* Copies text; ids that were kept become their names, other ids and the server's address words. */
static void add_masked(const peer *server, const char *from, size_t length, text *to)
{
    char address[40];
    snprintf(address, sizeof(address), "127.0.0.1:%d", server->port);
    for (const char *end = from + length; from < end;) {
        size_t skip = 0;
        for (size_t i = 0; i < server->kept_count && skip == 0; i++) {
            const kept *value = &server->kept[i];
            if (is_uuid(value->value) && strncmp(from, value->value, strlen(value->value)) == 0) {
                text_printf(to, "<%s>", value->name);
                skip = strlen(value->value);
            }
        }
        if (skip == 0 && end - from >= 36 && is_uuid(from)) {
            text_puts(to, "<id>");
            skip = 36;
        }
        if (skip == 0 && strncmp(from, address, strlen(address)) == 0) {
            text_puts(to, "<server>");
            skip = strlen(address);
        }
        if (skip == 0) {
            text_add(to, from, 1);
            skip = 1;
        }
        from += skip;
    }
}

/* "2026-01-02T03:04:05.678Z" in milliseconds; false: it is no such time. */
static bool read_time(const char *from, int64_t *ms)
{
    struct tm parts = {0};
    const char *rest = strptime(from, "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == NULL)
        return false;
    double fraction = *rest == '.' ? strtod(rest, (char **)&rest) : 0;
    *ms = (int64_t)timegm(&parts) * 1000 + (int64_t)(fraction * 1000 + 0.5);
    return strncmp(rest, "Z\"", 2) == 0 || strncmp(rest, "+00:00\"", 7) == 0;
}

/* When a lock ends is compared by how long it lasts, which is known as exactly as the time of the request. */
static void note_lock(reader *from, int64_t end_ms)
{
    int64_t shortest = end_ms - from->received_ms, longest = end_ms - from->sent_ms;
    bool first = from->locks->shortest > from->locks->longest;
    if (first || shortest < from->locks->shortest)
        from->locks->shortest = shortest;
    if (first || longest > from->locks->longest)
        from->locks->longest = longest;
}

static void add_string(reader *from, text *to)
{
    const char *begin = from->at++;
    while (*from->at != '"' && *from->at != '\0')
        from->at += from->at[0] == '\\' && from->at[1] != '\0' ? 2 : 1;
    from->broken = from->broken || *from->at == '\0';
    if (from->broken)
        return;
    from->at++;
    bool time = false;
    int64_t ms;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        time = time || is_member(from->member, times[i]);
    if (time && read_time(begin + 1, &ms)) {
        text_puts(to, "<time>");
        if (is_member(from->member, "lockExpirationTime"))
            note_lock(from, ms);
        return;
    }
    add_masked(from->server, begin, (size_t)(from->at - begin), to);
}

static int by_text(const void *one, const void *other)
{
    return strcmp(((const text *)one)->bytes, ((const text *)other)->bytes);
}

static void skip_space(reader *from)
{
    from->at += strspn(from->at, " \t\r\n");
}

static void add_value(reader *from, text *to);

/* An array or object, its parts in the order of their texts. */
static void add_list(reader *from, text *to)
{
    bool object = *from->at == '{';
    const char *outer = from->member;
    text *parts = NULL;
    size_t count = 0;
    from->at++;
    for (skip_space(from); *from->at != (object ? '}' : ']') && !from->broken; skip_space(from)) {
        if (count > 0) {
            from->broken = from->broken || *from->at++ != ',';
            skip_space(from);
        }
        parts = realloc(parts, (count + 1) * sizeof(*parts));
        assert_non_null(parts);
        text *part = &parts[count++];
        *part = (text){0};
        text_clear(part);
        if (object) {
            const char *name = from->at;
            from->broken = from->broken || *name != '"';
            from->member = NULL;
            if (!from->broken)
                add_string(from, part);
            from->member = name;
            skip_space(from);
            from->broken = from->broken || *from->at++ != ':';
            text_puts(part, ":");
        }
        if (!from->broken)
            add_value(from, part);
    }
    from->at += !from->broken;
    from->member = outer;
    if (count > 0 && (object || !from->request->ordered))
        qsort(parts, count, sizeof(*parts), by_text);
    text_puts(to, object ? "{" : "[");
    for (size_t i = 0; i < count; i++) {
        text_puts(to, i > 0 ? ", " : "");
        text_add(to, parts[i].bytes, parts[i].length);
        text_free(&parts[i]);
    }
    free(parts);
    text_puts(to, object ? "}" : "]");
}

static void add_value(reader *from, text *to)
{
    size_t before = to->length;
    skip_space(from);
    const char *member = from->member;
    if (*from->at == '{' || *from->at == '[') {
        add_list(from, to);
    } else if (*from->at == '"') {
        add_string(from, to);
    } else {
        size_t length = strspn(from->at, "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        from->broken = from->broken || length == 0;
        text_add(to, from->at, length);
        from->at += length;
    }
    if (is_masked(member, from->request->masked)) {
        to->length = before;
        text_puts(to, "<masked>");
    }
}

static void add_body(const peer *server, const step *request, const answer *from, text *to, lengths *locks)
{
    bool to_acquire = strncmp(request->target, "acquire/jobs", 12) == 0 || request->kind == STEP_TAKE;
    reader json = {.server = server,
                   .request = request,
                   .at = from->body.bytes,
                   .locks = locks,
                   .sent_ms = to_acquire ? from->sent_ms : server->began_ms,
                   .received_ms = from->received_ms};
    size_t before = to->length;
    if (request->roughly) {
        text message = {0};
        bool known = answer_text(from, "/message", &message);
        text_puts(to, known ? message.bytes : from->body.length > 0 ? "<a body>" : "");
        text_free(&message);
        return;
    }
    if (json.at[0] == '{' || json.at[0] == '[') {
        add_value(&json, to);
        skip_space(&json);
        if (!json.broken && json.at == from->body.bytes + from->body.length)
            return;
    }
    to->length = before;
    add_masked(server, from->body.bytes, from->body.length, to);
}

/* The header fields in order, without the date. */
static void add_head(const answer *from, text *to)
{
    text lines[40];
    size_t count = 0;
    for (const char *line = from->head.bytes, *end; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        if (strncmp(line, "Date:", 5) == 0 || strncmp(line, "Content-Length:", 15) == 0 ||
            strncmp(line, "Transfer-Encoding:", 18) == 0)
            continue;
        assert_true(count < sizeof(lines) / sizeof(lines[0]));
        lines[count] = (text){0};
        size_t length = (size_t)(end - line);
        while (line[length - 1] == ' ')
            length--;
        text_add(&lines[count++], line, length);
    }
    qsort(lines, count, sizeof(lines[0]), by_text);
    for (size_t i = 0; i < count; i++) {
        text_puts(to, lines[i].bytes);
        text_puts(to, "\n");
        text_free(&lines[i]);
    }
}

void normalise(const peer *server, const step *request, const answer *from, text *to, lengths *locks)
{
    *locks = (lengths){.shortest = 1, .longest = 0};
    text_clear(to);
    text_printf(to, "%d\n", from->status);
    add_head(from, to);
    text_puts(to, "\n");
    add_body(server, request, from, to, locks);
    text_puts(to, "\n");
}

bool answer_text(const answer *from, const char *pointer, text *to)
{
    cJSON *root = cJSON_Parse(from->body.bytes);
    const cJSON *value = root;
    while (*pointer == '/' && value != NULL) {
        char name[64];
        size_t length = strcspn(++pointer, "/");
        snprintf(name, sizeof(name), "%.*s", (int)length, pointer);
        value = cJSON_IsArray(value) ? cJSON_GetArrayItem(value, atoi(name)) : cJSON_GetObjectItem(value, name);
        pointer += length;
    }
    bool found = cJSON_IsString(value);
    text_clear(to);
    if (found)
        text_puts(to, value->valuestring);
    cJSON_Delete(root);
    return found;
}
