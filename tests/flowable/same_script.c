#define _POSIX_C_SOURCE 200809L
#include "same.h"

#include <stdlib.h>
#include <string.h>

#include "support.h"

/* Cuts the first word off. */
static char *word(char **rest)
{
    char *begin = *rest + strspn(*rest, " ");
    char *end = begin + strcspn(begin, " ");
    *rest = end + strspn(end, " ");
    if (*end != '\0')
        *end = '\0';
    return begin;
}

static void broken(const char *file, int line, const char *why)
{
    fail_msg("%s:%d: %s", file, line, why);
}

static void add_keep(step *request, const char *name, const char *pointer)
{
    if (*name == '\0' || *pointer != '/' || request->keep_count == sizeof(request->keep) / sizeof(request->keep[0]))
        broken(request->file, request->line, "keep NAME /POINTER");
    request->keep[request->keep_count].name = name;
    request->keep[request->keep_count++].pointer = pointer;
}

/* A line below a request. */
static void read_detail(step *request, char *line)
{
    char *rest = line;
    const char *first = word(&rest);
    if (strcmp(first, "keep") == 0) {
        const char *name = word(&rest);
        add_keep(request, name, rest);
    } else if (strcmp(first, "with") == 0 && request->header_count < 4) {
        request->headers[request->header_count++] = rest;
    } else if (strcmp(first, "times") == 0) {
        request->times = atoi(rest);
    } else if (strcmp(first, "until") == 0) {
        request->until = rest;
    } else if (strcmp(first, "mask") == 0) {
        request->masked = rest;
    } else if (strcmp(first, "ordered") == 0) {
        request->ordered = true;
    } else if (strcmp(first, "only") == 0) {
        request->only = word(&rest);
        if (*rest == '\0')
            broken(request->file, request->line, "only VERSION REASON");
    } else if (strcmp(first, "roughly") == 0) {
        request->roughly = true;
        if (*rest == '\0')
            broken(request->file, request->line, "roughly REASON");
    } else {
        broken(request->file, request->line, "not understood below this request");
    }
}

static void read_step(step *request, char *line)
{
    char *rest = line;
    char *first = word(&rest);
    request->times = 1;
    request->kind = STEP_REQUEST;
    request->body = "";
    if (strcmp(first, "==") == 0) {
        request->kind = STEP_SECTION;
        request->target = rest;
    } else if (strcmp(first, "deploy") == 0) {
        request->kind = STEP_DEPLOY;
        request->target = word(&rest);
        word(&rest); /* "in" */
        request->body = rest;
    } else if (strcmp(first, "start") == 0) { /* start KEY as NAME MORE */
        request->kind = STEP_START;
        request->method = "POST";
        request->target = word(&rest);
        if (*rest != '\0') {
            word(&rest); /* "as" */
            add_keep(request, word(&rest), "/id");
        }
        request->body = rest;
    } else if (strcmp(first, "take") == 0) {
        request->kind = STEP_TAKE;
        request->method = "POST";
        request->target = word(&rest);
        request->body = word(&rest);
        if (*rest != '\0') {
            word(&rest); /* "as" */
            add_keep(request, word(&rest), "/0/id");
        }
    } else if (strcmp(first, "variable") == 0) {
        request->kind = STEP_VARIABLE;
        request->method = "variable";
        request->target = "";
        request->body = rest;
    } else if (strspn(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(first)) {
        request->method = first;
        request->target = word(&rest);
        request->body = rest;
    } else {
        broken(request->file, request->line, "not understood");
    }
}

void script_read(script *requests, const char *path)
{
    *requests = (script){0};
    text_read_file(&requests->source, path);
    size_t lines = 1;
    for (const char *c = requests->source.bytes; *c != '\0'; c++)
        lines += *c == '\n';
    requests->steps = calloc(lines, sizeof(*requests->steps));
    assert_non_null(requests->steps);
    const step *section = NULL;
    int number = 0;
    for (char *line = requests->source.bytes, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        number++;
        if (*line == '#' || line[strspn(line, " ")] == '\0')
            continue;
        if (*line == ' ') {
            if (requests->count == 0)
                broken(path, number, "below no request");
            read_detail(&requests->steps[requests->count - 1], line);
            continue;
        }
        step *request = &requests->steps[requests->count++];
        *request = (step){.file = path, .line = number};
        read_step(request, line);
        if (request->kind == STEP_SECTION)
            section = request;
        else if (section != NULL)
            request->only = section->only;
    }
}

void script_free(script *requests)
{
    free(requests->steps);
    text_free(&requests->source);
}
