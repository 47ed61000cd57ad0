/* Texts of the Flowable API: a growing text, JSON strings as Jackson writes them, times, identifiers. */
#include "flowable.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(kf_fl_text *text, size_t length)
{
    if (text->failed)
        return false;
    if (text->length + length < text->capacity)
        return true;
    size_t capacity = text->capacity == 0 ? 512 : text->capacity;
    while (capacity <= text->length + length)
        capacity *= 2;
    char *bytes = realloc(text->bytes, capacity);
    if (bytes == NULL) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void kf_fl_put(kf_fl_text *text, const char *bytes, size_t length)
{
    if (!make_room(text, length))
        return;
    if (length > 0)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void kf_fl_puts(kf_fl_text *text, const char *bytes)
{
    kf_fl_put(text, bytes, strlen(bytes));
}

void kf_fl_printf(kf_fl_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !make_room(text, (size_t)length))
        return;
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

kf_fl_slice kf_fl_slice_of(const char *text)
{
    return (kf_fl_slice){text, text == NULL ? 0 : strlen(text)};
}

bool kf_fl_slice_is(kf_fl_slice slice, const char *text)
{
    return slice.bytes != NULL && slice.length == strlen(text) && memcmp(slice.bytes, text, slice.length) == 0;
}

#define REPLACEMENT 0xfffd /* what Java reads for a byte that is no UTF-8 */

/* The character at `at`, and how many bytes it has. A lone surrogate is one, too. */
static uint32_t character(const unsigned char *at, size_t left, size_t *size)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xc0 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    *size = 1;
    if (length == 1)
        return at[0];
    if (length == 0 || length > left)
        return REPLACEMENT;
    uint32_t code = at[0] & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return REPLACEMENT;
        code = code << 6 | (at[i] & 0x3f);
    }
    if (code < least[length] || code > 0x10ffff)
        return REPLACEMENT;
    *size = length;
    return code;
}

size_t kf_fl_units(kf_fl_slice value)
{
    size_t units = 0;
    for (size_t i = 0, size; i < value.length; i += size)
        units += character((const unsigned char *)value.bytes + i, value.length - i, &size) > 0xffff ? 2 : 1;
    return units;
}

static void put_escape(kf_fl_text *text, uint32_t unit)
{
    kf_fl_printf(text, "\\u%04X", (unsigned)unit);
}

static void put_special(kf_fl_text *text, uint32_t code)
{
    static const char names[] = "btn\0fr"; /* of 8 to 13 */
    char pair[2] = {'\\', (char)code};
    if (code >= 8 && code <= 13 && code != 11)
        pair[1] = names[code - 8];
    if (code == REPLACEMENT)
        kf_fl_puts(text, "\xef\xbf\xbd");
    else if (code == '"' || code == '\\' || pair[1] != (char)code) {
        kf_fl_put(text, pair, 2);
    } else if (code > 0xffff) { /* a pair of surrogates */
        put_escape(text, 0xd800 + ((code - 0x10000) >> 10));
        put_escape(text, 0xdc00 + ((code - 0x10000) & 0x3ff));
    } else {
        put_escape(text, code);
    }
}

/* Up to `most` UTF-16 units. */
static void put_cut(kf_fl_text *text, kf_fl_slice value, size_t most)
{
    const unsigned char *bytes = (const unsigned char *)value.bytes;
    size_t plain = 0; /* where the bytes begin that can be copied */
    size_t i = 0;
    for (size_t size; i < value.length && most > 0; i += size, most--) {
        uint32_t code = character(bytes + i, value.length - i, &size);
        if (code >= 0x20 && code != '"' && code != '\\' && code < 0xd800)
            continue;
        if (code >= 0xe000 && code <= 0xffff && size == 3)
            continue;
        kf_fl_put(text, value.bytes + plain, i - plain);
        plain = i + size;
        if (code > 0xffff && most == 1) { /* only half of the pair has room */
            put_escape(text, 0xd800 + ((code - 0x10000) >> 10));
            return;
        }
        put_special(text, code);
        most -= code > 0xffff;
    }
    kf_fl_put(text, value.bytes + plain, i - plain);
}

void kf_fl_put_escaped(kf_fl_text *text, kf_fl_slice value)
{
    put_cut(text, value, SIZE_MAX);
}

void kf_fl_put_string(kf_fl_text *text, const char *value)
{
    if (value == NULL) {
        kf_fl_puts(text, "null");
        return;
    }
    kf_fl_put(text, "\"", 1);
    kf_fl_put_escaped(text, kf_fl_slice_of(value));
    kf_fl_put(text, "\"", 1);
}

void kf_fl_put_quoted(kf_fl_text *text, const char *escaped)
{
    if (escaped == NULL) {
        kf_fl_puts(text, "null");
        return;
    }
    kf_fl_put(text, "\"", 1);
    kf_fl_puts(text, escaped);
    kf_fl_put(text, "\"", 1);
}

char *kf_fl_escaped(kf_fl_slice value, size_t most)
{
    kf_fl_text text = {0};
    kf_fl_put(&text, "", 0);
    if (most == SIZE_MAX || kf_fl_units(value) <= most) {
        put_cut(&text, value, SIZE_MAX);
    } else {
        put_cut(&text, value, most - 3);
        kf_fl_puts(&text, "...");
    }
    if (!text.failed)
        return text.bytes;
    free(text.bytes);
    return NULL;
}

/* Times */

int64_t kf_fl_days(int64_t year, int month, int day)
{
    year -= month <= 2; /* years begin in March, so that the leap day is the last */
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void kf_fl_date(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

void kf_fl_time(int64_t ms, char text[40])
{
    int64_t year;
    int month, day;
    int64_t days = ms / 86400000;
    int64_t rest = ms % 86400000;
    if (rest < 0) {
        rest += 86400000;
        days--;
    }
    kf_fl_date(days, &year, &month, &day);
    int seconds = (int)(rest / 1000);
    int length = snprintf(text, 40, "%s%0*lld-%02d-%02dT%02d:%02d:%02d", year > 9999 ? "+" : "", year < 0 ? 5 : 4,
                          (long long)year, month, day, seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (rest % 1000 != 0)
        length += snprintf(text + length, 40 - (size_t)length, ".%03d", (int)(rest % 1000));
    snprintf(text + length, 40 - (size_t)length, "Z");
}

void kf_fl_put_time(kf_fl_text *text, int64_t ms)
{
    char time[40];
    kf_fl_time(ms, time);
    kf_fl_put_quoted(text, time);
}

/* Identifiers: the number first, so that they sort by it; then the kind; then what is the sandbox's own. */

static void put_hex(char *to, uint64_t value, int digits)
{
    for (int i = digits; i-- > 0; value >>= 4)
        to[i] = "0123456789abcdef"[value & 15];
}

void kf_fl_id(const kf_flowable *flowable, kf_fl_id_kind kind, uint32_t number, char id[KF_SB_ID])
{
    memcpy(id, "........-0000-11f0-8...-............", KF_SB_ID);
    put_hex(id, number, 8);
    put_hex(id + 20, (uint64_t)kind, 3);
    put_hex(id + 24, flowable->node, 12);
}

void kf_fl_put_id(kf_fl_text *text, const kf_flowable *flowable, kf_fl_id_kind kind, uint32_t number)
{
    char id[KF_SB_ID];
    kf_fl_id(flowable, kind, number, id);
    kf_fl_put_quoted(text, id);
}

uint32_t kf_fl_number(const kf_flowable *flowable, kf_fl_id_kind kind, const char *id)
{
    char expected[KF_SB_ID];
    uint32_t number = 0;
    for (int i = 0; i < 8; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = id[i] == '\0' ? NULL : strchr(digits, id[i]);
        if (digit == NULL)
            return 0;
        number = number << 4 | (uint32_t)(digit - digits);
    }
    kf_fl_id(flowable, kind, number, expected);
    return strcmp(id, expected) == 0 ? number : 0;
}
