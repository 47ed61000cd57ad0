/* Recorded answers of jBPM, decoded: tests/fixtures/jbpm/. */
#ifndef JBPM_FIXTURE_H
#define JBPM_FIXTURE_H

#include "kuflow/services/jbpm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The text of a file; test_free() it. */
char *contents(const char *file, size_t *length);
/* XML or JSON as a struct of that type. */
void *decoded(const kf_type *type, const char *file);
/* The same, and every member that came has its place in the struct. */
void *known(const kf_type *type, const char *file);
/* The variable of that name; it must be there. */
const jbpm_variable *variable(const jbpm_variable *variables, size_t count, const char *key);
/* `type` NULL: it has none. */
void is_value(const jbpm_value *value, const char *type, const char *text);

#endif
