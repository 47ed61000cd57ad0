/* What a value must be like for the server to keep it as it is. */
#ifndef FLOWABLE_VARIABLE_CHECK_H
#define FLOWABLE_VARIABLE_CHECK_H

#include "kuflow/error.h"

/* Whether the text is a whole number, or a decimal one. */
bool flowable_decimal_valid(const char *text, bool whole);

/* Each of these returns NULL for what is fine, or says what is wrong and what to do about it. The texts are static. */

const char *flowable_name_problem(const char *name);
/* The text of a bigInteger (`whole`) or bigDecimal. */
const char *flowable_decimal_problem(const char *text, bool whole);
const char *flowable_local_date_time_problem(const char *text);
/* The numbers in a text that is valid JSON. Sets *status when it was memory. */
const char *flowable_json_numbers_problem(const char *json, size_t length, kf_status *status);
/* Names that an object has twice. Sets *status when it was memory. */
const char *flowable_json_names_problem(const cJSON *tree, kf_status *status);
/* Numbers that cJSON may have rounded. */
const char *flowable_tree_numbers_problem(const cJSON *tree);

#endif
