#define _DEFAULT_SOURCE 1
#include "http/header.h"

#include "core/fail.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool pair_copy(kf_pair *target, const kf_pair *source)
{
    char *name = strdup(source->name);
    char *value = strdup(source->value);
    if (name == NULL || value == NULL) {
        free(name);
        free(value);
        return false;
    }
    target->name = name;
    target->value = value;
    return true;
}

static bool replaced(const kf_pair *pair, const kf_pairs *by)
{
    for (size_t i = 0; i < by->count; i++)
        if (kf_header_name_equal(pair->name, by->items[i].name))
            return true;
    return false;
}

bool kf_pairs_join(kf_pairs *target, const kf_pairs *first, const kf_pairs *second, bool replace)
{
    *target = (kf_pairs){NULL, 0};
    if (first->count + second->count == 0)
        return true;
    target->items = calloc(first->count + second->count, sizeof(kf_pair));
    if (target->items == NULL)
        return false;
    for (size_t i = 0; i < first->count + second->count; i++) {
        const kf_pair *source = i < first->count ? &first->items[i] : &second->items[i - first->count];
        if (replace && i < first->count && replaced(source, second))
            continue;
        if (!pair_copy(&target->items[target->count], source)) {
            kf_pairs_free(target);
            return false;
        }
        target->count++;
    }
    return true;
}

static void free_value(kf_pair *pair)
{
    explicit_bzero((char *)pair->value, strlen(pair->value));
    free((char *)pair->value);
    pair->value = NULL;
}

bool kf_pairs_set(kf_pairs *pairs, const char *name, const char *value)
{
    const kf_pair pair = {name, value};
    kf_pair made = {NULL, NULL};
    size_t count = 0;
    if (value != NULL) {
        kf_pair *items = realloc(pairs->items, (pairs->count + 1) * sizeof(*items));
        if (items != NULL)
            pairs->items = items;
        if (items == NULL || !pair_copy(&made, &pair))
            return false;
    }
    for (size_t i = 0; i < pairs->count; i++)
        if (kf_header_name_equal(pairs->items[i].name, name))
            free_value(&pairs->items[i]);
    for (size_t i = 0; i < pairs->count; i++) {
        if (pairs->items[i].value == NULL)
            free((char *)pairs->items[i].name);
        else
            pairs->items[count++] = pairs->items[i];
    }
    if (made.name != NULL)
        pairs->items[count++] = made;
    pairs->count = count;
    return true;
}

void kf_pairs_free(kf_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        free_value(&pairs->items[i]);
        free((char *)pairs->items[i].name);
    }
    free(pairs->items);
    *pairs = (kf_pairs){NULL, 0};
}

const char *kf_pairs_find(const kf_pairs *pairs, const char *name)
{
    for (size_t i = pairs->count; i > 0; i--)
        if (kf_header_name_equal(pairs->items[i - 1].name, name))
            return pairs->items[i - 1].value;
    return NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool kf_header_name_equal(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

bool kf_header_name_valid(const char *name)
{
    if (*name == '\0')
        return false;
    for (; *name != '\0'; name++) {
        bool letter = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z');
        bool digit = *name >= '0' && *name <= '9';
        if (!letter && !digit && strchr("!#$%&'*+-.^_`|~", *name) == NULL)
            return false;
    }
    return true;
}

bool kf_header_value_valid(const char *value)
{
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

kf_status kf_headers_check(const kf_pairs *pairs, bool allow_authorization, kf_error *error)
{
    static const char *const own[] = {
        "Content-Length", "Transfer-Encoding", "Host",       "Connection",      "Expect", "TE",
        "Trailer",        "Upgrade",           "Keep-Alive", "Proxy-Connection"};
    for (size_t i = 0; i < pairs->count; i++) {
        const kf_pair *pair = &pairs->items[i];
        if (pair->name == NULL || !kf_header_name_valid(pair->name))
            return kf_fail(error, KF_ERROR_ARGUMENT, "the name of header number %zu is not valid", i + 1);
        if (pair->value == NULL || !kf_header_value_valid(pair->value))
            return kf_fail(error, KF_ERROR_ARGUMENT, "the header %s has no value, or a control character in it",
                           pair->name);
        for (size_t k = 0; k < sizeof(own) / sizeof(own[0]); k++)
            if (kf_header_name_equal(pair->name, own[k]))
                return kf_fail(error, KF_ERROR_ARGUMENT, "the header %s is set by the library itself", pair->name);
        if (!allow_authorization && kf_header_name_equal(pair->name, "Authorization"))
            return kf_fail(error, KF_ERROR_ARGUMENT, "the header Authorization can be set only with KF_AUTH_NONE");
    }
    return KF_OK;
}

/* Finds a parameter of a header value: `; name=value` or `; name="value"`. Copies the value, escapes undone. */
static bool parameter(const char *text, const char *name, char *target, size_t size)
{
    size_t length = strlen(name);
    bool quoted = false;
    for (; *text != '\0'; text++) {
        if (quoted && *text == '\\' && text[1] != '\0') {
            text++;
        } else if (*text == '"') {
            quoted = !quoted;
        } else if (!quoted && *text == ';') {
            const char *at = text + 1;
            at += strspn(at, " \t");
            if (strncasecmp(at, name, length) != 0)
                continue;
            at += length;
            at += strspn(at, " \t");
            if (*at != '=')
                continue;
            at++;
            at += strspn(at, " \t");
            bool in_quotes = *at == '"';
            size_t used = 0;
            for (at += in_quotes ? 1 : 0; *at != '\0'; at++) {
                if (in_quotes ? *at == '"' : (*at == ';' || *at == ' ' || *at == '\t'))
                    break;
                if (in_quotes && *at == '\\' && at[1] != '\0')
                    at++;
                if (used + 1 < size)
                    target[used++] = *at;
            }
            target[used] = '\0';
            return true;
        }
    }
    return false;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes RFC 8187: charset'language'percent-encoded. ISO-8859-1 becomes UTF-8. */
static bool decode_extended(char *text)
{
    bool latin = strncasecmp(text, "ISO-8859-1'", 11) == 0;
    if (!latin && strncasecmp(text, "UTF-8'", 6) != 0)
        return false;
    const char *from = strchr(strchr(text, '\'') + 1, '\'');
    if (from == NULL)
        return false;
    char *to = text;
    for (from++; *from != '\0'; from++) {
        int c = (unsigned char)*from;
        if (c >= 0x80)
            return false;
        if (c == '%') {
            if (hex_digit(from[1]) < 0 || hex_digit(from[2]) < 0)
                return false;
            c = hex_digit(from[1]) * 16 + hex_digit(from[2]);
            from += 2;
        }
        if (c == 0)
            return false;
        /* Never longer than the source: two bytes for three of "%XX", and the prefix is gone. */
        if (latin && c >= 0x80) {
            *to++ = (char)(0xc0 | (c >> 6));
            c = 0x80 | (c & 0x3f);
        }
        *to++ = (char)c;
    }
    *to = '\0';
    return true;
}

void kf_disposition_file_name(const char *value, char *target, size_t size)
{
    char name[1024];
    *target = '\0';
    if (!(parameter(value, "filename*", name, sizeof(name)) && decode_extended(name)) &&
        !parameter(value, "filename", name, sizeof(name)))
        return;
    const char *start = name;
    for (const char *at = name; *at != '\0'; at++)
        if (*at == '/' || *at == '\\')
            start = at + 1;
    size_t used = 0;
    for (; *start != '\0' && used + 1 < sizeof(name); start++)
        if ((unsigned char)*start >= 0x20 && *start != 0x7f)
            name[used++] = *start;
    name[used] = '\0';
    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
        kf_copy_text(target, size, name, used);
}
