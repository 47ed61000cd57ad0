/* What the words of the server mean. */
#ifndef JBPM_ERRORS_H
#define JBPM_ERRORS_H

#include "kuflow/services/jbpm_client.h"

/* Of the message of an exception, in an error body or among the results of commands. JBPM_ERROR_NONE: no known words.
 */
jbpm_error_kind jbpm_words_classify(const char *words);

#endif
