/* Numbers of JSON and their texts, exact and independent of the locale. */
#ifndef KF_JSON_NUMBER_H
#define KF_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KF_NUMBER_TEXT_SIZE 40

typedef enum kf_number_result {
    KF_NUMBER_OK,
    KF_NUMBER_FRACTION, /* Not a whole number. */
    KF_NUMBER_RANGE, /* Too large for the type. */
    KF_NUMBER_MEMORY
} kf_number_result;

/* All take the text of a valid JSON number; what follows it is readable and does not continue a number. */

/* Also whole numbers in forms such as 5.0 and 1e3. */
kf_number_result kf_number_int64(const char *text, size_t length, int64_t *value);
/* The nearest double; KF_NUMBER_RANGE for infinity. Never KF_NUMBER_FRACTION. */
kf_number_result kf_number_double(const char *text, size_t length, double *value);

/* Each returns the length; the text is terminated. */
size_t kf_number_print_int64(char text[KF_NUMBER_TEXT_SIZE], int64_t value);
/* The shortest text that reads back as the same value. 0 when it is not finite, or memory is short. */
size_t kf_number_print_double(char text[KF_NUMBER_TEXT_SIZE], double value);

/* Whether printing the value gives this text again. */
bool kf_number_is_printed_int64(const char *text, size_t length, int64_t value);
bool kf_number_is_printed_double(const char *text, size_t length, double value);

#endif
