/**
 * @file time.h
 * Points in time, dates and lengths of time. The structs keep them as the text that came, so that no digit is lost;
 * these functions read, check and write such texts. Any thread. What cannot be read leaves the target as it was.
 */
#ifndef KUFLOW_TIME_H
#define KUFLOW_TIME_H

#include "kuflow/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A point in time on the UTC scale, as in POSIX. */
typedef struct kf_time {
    int64_t seconds;     /**< Since 1970-01-01T00:00:00Z; negative before. */
    int32_t nanoseconds; /**< 0 to 999999999. */
} kf_time;

/** Room for any text that kf_time_format() writes, the NUL included. */
#define KF_TIME_TEXT_SIZE 36

/**
 * Reads a date-time of RFC 3339: "2024-06-14T09:30:00.123Z", with 0 to 9 digits of fraction and `Z` or an offset.
 * A leap second (":60") is read as the following second.
 * @return KF_OK, or KF_ERROR_ARGUMENT for any other text, more digits or a date that does not exist.
 */
KF_API kf_status kf_time_parse(const char *text, kf_time *time, kf_error *error);

/**
 * Writes a time in UTC with as many digits of fraction as it needs: 0, 3, 6 or 9.
 * @return KF_OK, or KF_ERROR_ARGUMENT for a year outside 0000 to 9999 and nanoseconds out of their range; the text is
 *         empty then, as in kf_duration_format().
 */
KF_API kf_status kf_time_format(kf_time time, char text[KF_TIME_TEXT_SIZE], kf_error *error);

/** Whether the text is a day of the calendar, of a year from 0000 to 9999: "2026-02-28". False for NULL. */
KF_API bool kf_local_date_valid(const char *text);

/** Whether the text is a day and a time of day without a zone: "2026-02-28T09:30", with seconds or without, and then
 *  with 1 to 9 digits of fraction or none. Years from 0000 to 9999; no leap second. False for NULL. */
KF_API bool kf_local_date_time_valid(const char *text);

/** A length of time: the sum of both members. Minus half a second is {-1, 500000000}. */
typedef struct kf_duration {
    int64_t seconds;
    int32_t nanoseconds; /**< 0 to 999999999, also of a negative duration. */
} kf_duration;

/** Room for any text that kf_duration_format() writes, the NUL included. */
#define KF_DURATION_TEXT_SIZE 40

/**
 * Reads a duration of ISO 8601 by the rules of Java's Duration, which servers in Java go by: "P2DT3H4M5.25S". Days (of
 * 24 hours), hours, minutes and seconds, in that order and at least one of them; letters in either case; a sign before
 * the P and before each number; a fraction of seconds only, of at most 9 digits, after a point or a comma. Years,
 * months and weeks are refused: "P1W", and "P1M", which is a month.
 * @return KF_OK, or KF_ERROR_ARGUMENT for any other text and for one whose seconds do not fit.
 */
KF_API kf_status kf_duration_parse(const char *text, kf_duration *duration, kf_error *error);

/**
 * Writes a duration as Java does: "PT8H6M12.345S", hours counted beyond 24, "PT0S" for nothing, a sign at each part
 * that is negative.
 * @return KF_OK, or KF_ERROR_ARGUMENT for nanoseconds out of their range.
 */
KF_API kf_status kf_duration_format(kf_duration duration, char text[KF_DURATION_TEXT_SIZE], kf_error *error);

/** The duration of so many milliseconds. */
KF_API kf_duration kf_duration_from_ms(int64_t milliseconds);

/**
 * The milliseconds of a duration; what is finer is cut off, towards zero.
 * @return KF_OK, or KF_ERROR_ARGUMENT where they do not fit, or the nanoseconds are out of their range.
 */
KF_API kf_status kf_duration_to_ms(kf_duration duration, int64_t *milliseconds, kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
