/* The loop in which reading and writing of texts spend their time. */
#ifndef KF_JSON_SCAN_H
#define KF_JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define KF_ONES UINT64_C(0x0101010101010101)
#define KF_HIGHS UINT64_C(0x8080808080808080)

/* Bytes that a text may hold as they are and that need no look: 0x20 to 0x7F without quote and backslash. */
static inline bool kf_is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* The first byte that is not plain, or the end. Eight at a time: in each, the high bit of a byte that needs a look
 * becomes set. */
static inline const char *kf_scan_plain(const char *p, const char *end)
{
    while (end - p >= 8) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        uint64_t quote = word ^ (KF_ONES * '"');
        uint64_t backslash = word ^ (KF_ONES * '\\');
        uint64_t found = (word | (word - KF_ONES * 0x20) | (quote - KF_ONES) | (backslash - KF_ONES)) & KF_HIGHS;
        if (found != 0) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            /* A borrow can mark bytes above the first one wrongly, never the first. */
            return p + (__builtin_ctzll(found) >> 3);
#else
            break;
#endif
        }
        p += 8;
    }
    while (p < end && kf_is_plain((unsigned char)*p))
        p++;
    return p;
}

#endif
