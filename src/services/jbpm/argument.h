/* What typed values must be like, and their texts. */
#ifndef JBPM_ARGUMENT_H
#define JBPM_ARGUMENT_H

#include "core/buffer.h"
#include "kuflow/services/jbpm_variable.h"

/* KF_ERROR_ARGUMENT with a message that names the argument. */
kf_status jbpm_argument_refuse(const jbpm_argument *argument, const char *problem, kf_error *error);

/* What holds however it is sent: its type, a text and a name that are UTF-8 and fit into XML, and no name twice. */
kf_status jbpm_arguments_check(const jbpm_argument *arguments, size_t count, kf_error *error);

/* Whether a text is UTF-8 that XML 1.0 can hold; true for NULL. */
bool jbpm_fits_xml(const char *text);

/* The text of a value in XML Schema's form, which has a number's sign and all of its digits. */
void jbpm_argument_put(const jbpm_argument *argument, kf_buffer *text);

/* The type's name in XML Schema, with the prefix that its namespace has in requests: "xs:int". Static. */
const char *jbpm_argument_xml_type(const jbpm_argument *argument);

/* The shortest digits that read back as the same float: "15" and 1 for 15.0. It is finite and not negative. Returns how
 * many there are. */
size_t jbpm_float_digits(float value, char digits[16], int *exponent);

#endif
