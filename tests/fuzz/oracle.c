#include "oracle.h"

#include <string.h>

/* Recursion, a byte at a time, and no care for speed: so that it can be seen to be right. */
typedef struct walker {
    const unsigned char *at;
    const unsigned char *end;
    char *out; /* As large as the text: no canonical form is longer. */
    size_t length;
} walker;

static int look(const walker *w)
{
    return w->at < w->end ? *w->at : -1;
}

static void put(walker *w, unsigned c)
{
    w->out[w->length++] = (char)c;
}

static bool take(walker *w, int c)
{
    if (look(w) != c)
        return false;
    put(w, *w->at++);
    return true;
}

static void blanks(walker *w)
{
    while (look(w) == ' ' || look(w) == '\t' || look(w) == '\n' || look(w) == '\r')
        w->at++;
}

static bool word(walker *w, const char *text)
{
    for (; *text != '\0'; text++)
        if (!take(w, *text))
            return false;
    return true;
}

static bool digits(walker *w)
{
    bool any = false;
    for (; look(w) >= '0' && look(w) <= '9'; any = true)
        put(w, *w->at++);
    return any;
}

static bool number(walker *w)
{
    take(w, '-');
    if (!take(w, '0') && !digits(w))
        return false;
    if (take(w, '.') && !digits(w))
        return false;
    if (!take(w, 'e') && !take(w, 'E'))
        return true;
    if (!take(w, '+'))
        take(w, '-');
    return digits(w);
}

static bool hex(walker *w, unsigned *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int c = look(w);
        const char *all = "0123456789abcdefABCDEF";
        const char *found = c > 0 ? strchr(all, c) : NULL;
        if (found == NULL)
            return false;
        unsigned value = (unsigned)(found - all);
        *unit = *unit * 16 + (value < 16 ? value : value - 6);
        w->at++;
    }
    return true;
}

static void put_point(walker *w, unsigned point)
{
    if (point < 0x20 || point == '"' || point == '\\') {
        put(w, '\\');
        put(w, point < 0x20 ? point + 0x40 : point);
    } else if (point < 0x80) {
        put(w, point);
    } else if (point < 0x800) {
        put(w, 0xC0 | point >> 6);
        put(w, 0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        put(w, 0xE0 | point >> 12);
        put(w, 0x80 | (point >> 6 & 0x3F));
        put(w, 0x80 | (point & 0x3F));
    } else {
        put(w, 0xF0 | point >> 18);
        put(w, 0x80 | (point >> 12 & 0x3F));
        put(w, 0x80 | (point >> 6 & 0x3F));
        put(w, 0x80 | (point & 0x3F));
    }
}

static bool escape(walker *w)
{
    const char *letters = "\"\\/bfnrt";
    const char *meanings = "\"\\/\b\f\n\r\t";
    unsigned unit;
    unsigned low;
    int c = look(w);
    const char *found = c > 0 ? strchr(letters, c) : NULL;
    w->at++;
    if (found != NULL) {
        put_point(w, (unsigned char)meanings[found - letters]);
        return true;
    }
    if (c != 'u' || !hex(w, &unit))
        return false;
    if (unit >= 0xD800 && unit <= 0xDBFF && look(w) == '\\' && w->end - w->at >= 2 && w->at[1] == 'u') {
        const unsigned char *second = w->at;
        w->at += 2;
        if (!hex(w, &low))
            return false;
        if (low >= 0xDC00 && low <= 0xDFFF)
            unit = 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00);
        else
            w->at = second; /* An escape of its own. */
    }
    /* Half of a pair has no bytes of its own: as if it had, which no text does. */
    put_point(w, unit);
    return true;
}

/* A character of several bytes: taken apart, and refused when a shorter form would do or it is no character. */
static bool character(walker *w)
{
    unsigned lead = *w->at++;
    int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    unsigned least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
    unsigned point = lead & (0x3Fu >> more);
    if (lead < 0xC0 || lead >= 0xF8)
        return false;
    for (int i = 0; i < more; i++, w->at++) {
        if (look(w) < 0x80 || look(w) > 0xBF)
            return false;
        point = point << 6 | (*w->at & 0x3F);
    }
    if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        return false;
    put_point(w, point);
    return true;
}

static bool string(walker *w)
{
    if (!take(w, '"'))
        return false;
    while (look(w) != '"') {
        int c = look(w);
        if (c < 0x20)
            return false;
        if (c < 0x80)
            w->at++;
        if (c == '\\' ? !escape(w) : c >= 0x80 && !character(w))
            return false;
        if (c != '\\' && c < 0x80)
            put_point(w, (unsigned)c);
    }
    return take(w, '"');
}

static bool value(walker *w);

static bool container(walker *w, char close)
{
    blanks(w);
    if (take(w, close))
        return true;
    do {
        blanks(w);
        if (close == '}') {
            if (!string(w))
                return false;
            blanks(w);
            if (!take(w, ':'))
                return false;
        }
        if (!value(w))
            return false;
        blanks(w);
    } while (take(w, ','));
    return take(w, close);
}

static bool value(walker *w)
{
    blanks(w);
    switch (look(w)) {
    case '{':
        return take(w, '{') && container(w, '}');
    case '[':
        return take(w, '[') && container(w, ']');
    case '"':
        return string(w);
    case 't':
        return word(w, "true");
    case 'f':
        return word(w, "false");
    case 'n':
        return word(w, "null");
    default:
        return number(w);
    }
}

bool form_of(const char *json, size_t length, form *canonical)
{
    walker w = {(const unsigned char *)json, (const unsigned char *)json + length, malloc(length + 8), 0};
    MUST(w.out != NULL);
    bool valid = value(&w);
    blanks(&w);
    *canonical = (form){w.out, w.length};
    return valid && w.at == w.end;
}
