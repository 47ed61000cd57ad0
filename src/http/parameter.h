/* Parameters by description: from a struct to the text of a path, query, header or cookie. */
#ifndef KF_HTTP_PARAMETER_H
#define KF_HTTP_PARAMETER_H

#include "core/buffer.h"
#include "kuflow/operation.h"

/* Whether a field of a struct has something to send. KF_SET also for an array without elements. */
kf_presence kf_field_presence(const kf_field *field, const void *model);
/* The plain value of a field that is set: what an element of an array would be. */
const void *kf_field_value(const kf_field *field, const void *model);
/* Bytes of one element of an array of this kind. */
size_t kf_field_element_size(const kf_field *field);

/* Appends one parameter in its style. `lead` is written before the first piece ('?', '&', or 0 for none) and '&' before
 * the next ones; `wrote` tells whether anything came. Of a path value nothing is left unencoded that means something in
 * a path; a header's is not encoded, but refused when it has control characters. */
kf_status kf_parameter_write(const kf_field *field, const kf_parameter *parameter, const void *model,
                             const char *tenant, char lead, bool *wrote, kf_buffer *buffer, kf_error *error);

#endif
