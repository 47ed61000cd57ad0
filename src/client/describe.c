#include "client/describe.h"

#include "core/fail.h"
#include "model/codec.h"
#include "wire/wire.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

kf_status kf_status_of_http(int http_status)
{
    switch (http_status) {
    case 401:
        return KF_ERROR_AUTH;
    case 403:
        return KF_ERROR_FORBIDDEN;
    case 404:
    case 410:
        return KF_ERROR_NOT_FOUND;
    case 409:
    case 412:
        return KF_ERROR_CONFLICT;
    case 429:
        return KF_ERROR_THROTTLED;
    default:
        if (http_status >= 300 && http_status < 500)
            return KF_ERROR_REJECTED;
        return http_status >= 500 && http_status < 600 ? KF_ERROR_SERVER : KF_ERROR_TRANSPORT;
    }
}

static const char *reason_phrase(int http_status)
{
    static const struct {
        int http_status;
        const char *text;
    } phrases[] = {
        {301, " Moved Permanently"},
        {302, " Found"},
        {303, " See Other"},
        {304, " Not Modified"},
        {307, " Temporary Redirect"},
        {308, " Permanent Redirect"},
        {400, " Bad Request"},
        {401, " Unauthorized"},
        {403, " Forbidden"},
        {404, " Not Found"},
        {405, " Method Not Allowed"},
        {406, " Not Acceptable"},
        {407, " Proxy Authentication Required"},
        {408, " Request Timeout"},
        {409, " Conflict"},
        {410, " Gone"},
        {411, " Length Required"},
        {412, " Precondition Failed"},
        {413, " Content Too Large"},
        {414, " URI Too Long"},
        {415, " Unsupported Media Type"},
        {422, " Unprocessable Content"},
        {425, " Too Early"},
        {428, " Precondition Required"},
        {429, " Too Many Requests"},
        {500, " Internal Server Error"},
        {501, " Not Implemented"},
        {502, " Bad Gateway"},
        {503, " Service Unavailable"},
        {504, " Gateway Timeout"},
    };
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        if (phrases[i].http_status == http_status)
            return phrases[i].text;
    return "";
}

/* The first of several pointers, with blanks between them, that leads to something. */
static bool at_pointer(const kf_buffer *body, const char *pointers, char *target, size_t size)
{
    char pointer[256];
    if (pointers == NULL)
        return false;
    do {
        size_t length = strcspn(pointers, " ");
        snprintf(pointer, sizeof(pointer), "%.*s", (int)length, pointers);
        if (kf_json_pointer_text(body->data, body->length, pointer, target, size) && *target != '\0')
            return true;
        pointers += length + strspn(pointers + length, " ");
    } while (*pointers != '\0');
    return false;
}

/* How far the end of an element is whose content is not for people; 0 for others. */
static size_t hidden(const char *text)
{
    static const char *const names[] = {"style", "script"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t length = strlen(names[i]);
        const char *end = text;
        if (strncasecmp(text + 1, names[i], length) != 0)
            continue;
        do
            end = strstr(end + 1, "</");
        while (end != NULL && strncasecmp(end + 2, names[i], length) != 0);
        return end != NULL ? (size_t)(end - text) : strlen(text);
    }
    return 0;
}

/* The server's words in a body that is not JSON, or not the document's JSON: without markup, on one line. The title of
 * a page that begins with the same words counts once. */
static void plain_text(const kf_receiver *receiver, char *target, size_t size)
{
    char text[201];
    size_t used = 0, title = 0;
    bool tag = false, blank = true;
    for (size_t i = 0; i < receiver->body.length && used + 1 < sizeof(text); i++) {
        char c = receiver->body.data[i];
        if (c == '<') {
            if (title == 0 && strncasecmp(receiver->body.data + i, "</title", 7) == 0)
                title = used;
            i += hidden(receiver->body.data + i);
            tag = true;
        } else if (c == '>' && tag) {
            tag = false;
            c = ' ';
        }
        if (tag)
            continue;
        bool space = (unsigned char)c <= ' ' || c == 0x7f;
        if (!space || !blank)
            text[used++] = space ? ' ' : c;
        blank = space;
    }
    while (used > 0 && text[used - 1] == ' ')
        used--;
    while (title > 0 && text[title - 1] == ' ')
        title--;
    size_t rest = title + 1; /* where the page's own words begin */
    if (title == 0 || used < rest + title || memcmp(text, text + rest, title) != 0)
        rest = 0;
    kf_copy_text(target, size, text + rest, used - rest);
}

/* Where other services have their words. */
static bool at_usual_places(const kf_buffer *body, char *target, size_t size)
{
    static const char *const places[] = {"/message", "/detail", "/title", "/error_description", "/error"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (at_pointer(body, places[i], target, size))
            return true;
    return false;
}

/* Which fields are wrong, and why. Where the only reason is the message already, its field alone is news. */
static void read_fields(const kf_buffer *body, const char *pointer, char *detail, size_t size, kf_error *error)
{
    char *location = error->server_location;
    if (!kf_json_pointer_fields(body->data, body->length, pointer, detail, size, location,
                                sizeof(error->server_location)))
        return;
    size_t length = strlen(location);
    if (strncmp(detail, location, length) == 0 && strncmp(detail + length, ": ", 2) == 0 &&
        strcmp(detail + length + 2, error->server_message) == 0)
        *detail = '\0';
}

/* What a body says; of one that is JSON, or XML made JSON. Whether there is a message. */
static bool read_parts(const kf_buffer *body, const kf_error_pointers *pointers, kf_error *error)
{
    char detail[1024] = "";
    bool found = false;
    if (pointers != NULL) {
        found = at_pointer(body, pointers->message, error->server_message, sizeof(error->server_message));
        at_pointer(body, pointers->code, error->server_code, sizeof(error->server_code));
        at_pointer(body, pointers->location, error->server_location, sizeof(error->server_location));
        if (!at_pointer(body, pointers->detail, detail, sizeof(detail)) && pointers->fields != NULL)
            read_fields(body, pointers->fields, detail, sizeof(detail), error);
    }
    if (!found)
        found = at_usual_places(body, error->server_message, sizeof(error->server_message));
    if (*detail != '\0' && strcmp(detail, error->server_message) != 0) {
        char joined[sizeof(error->server_message) + sizeof(detail) + 2];
        size_t length = strlen(error->server_message);
        if (length > 0 && error->server_message[length - 1] == '.') /* what follows goes on with the sentence */
            length--;
        snprintf(joined, sizeof(joined), "%.*s%s%s", (int)length, error->server_message, found ? ": " : "", detail);
        kf_copy_words(error->server_message, sizeof(error->server_message), joined, strlen(joined));
        found = true;
    }
    return found;
}

static void read_body(const kf_receiver *receiver, const kf_error_pointers *pointers, kf_error *error)
{
    kf_buffer json = {.secret = receiver->body.secret};
    if (receiver->body.length == 0)
        return;
    bool xml = kf_wire_any_xml(receiver->body.data, receiver->body.length, &json);
    const kf_buffer *body = xml ? &json : &receiver->body;
    bool found = read_parts(body, pointers, error);
    char first = body->data[strspn(body->data, " \t\r\n")];
    if (!found && first != '{' && first != '[')
        plain_text(receiver, error->server_message, sizeof(error->server_message));
    kf_buffer_free(&json);
}

kf_status kf_describe_answer(const kf_receiver *receiver, const kf_error_pointers *pointers, kf_error *error)
{
    int http = receiver->http_status;
    kf_status status = kf_status_of_http(http);
    read_body(receiver, pointers, error);
    error->retryable = http == 408 || http == 425 || http == 429 || (http >= 500 && http != 501 && http != 505);
    if (http >= 300 && http < 400 && http != 304) {
        char where[sizeof(receiver->location) + 32] = "elsewhere";
        if (*receiver->location != '\0')
            snprintf(where, sizeof(where), "to the host %s", receiver->location);
        return kf_fail(error, status, "the server answered %d%s, which points %s and is not followed", http,
                       reason_phrase(http), where);
    }
    /* Many servers begin their words with the status's own. */
    const char *phrase = reason_phrase(http), *words = error->server_message;
    size_t length = *phrase != '\0' ? strlen(phrase + 1) : 0;
    if (length > 0 && strncasecmp(words, phrase + 1, length) == 0 &&
        (words[length] == '\0' || strspn(words + length, ": ") > 0))
        words += length + strspn(words + length, ": ");
    return kf_fail(error, status, "the server answered %d%s%s%s", http, phrase, *words != '\0' ? ": " : "", words);
}
