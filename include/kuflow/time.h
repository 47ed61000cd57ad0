/**
 * @file time.h
 * Points in time. The structs keep a time as the text that came, so that no digit is lost; these functions read and
 * write such texts.
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
 * @return KF_OK, or KF_ERROR_ARGUMENT for a year outside 0000 to 9999.
 */
KF_API kf_status kf_time_format(kf_time time, char text[KF_TIME_TEXT_SIZE], kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
