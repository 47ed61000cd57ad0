/* What the tests of Smart Flows share: a sandbox with a client on a clock that only moves when somebody sleeps. */
#ifndef KF_TESTS_SMARTFLOWS_FIXTURE_H
#define KF_TESTS_SMARTFLOWS_FIXTURE_H

#include "fixture.h"

/* For cmocka: *state becomes a kf_fixture whose client is one of Smart Flows. The sandbox keeps no poll back. */
int smartflows_setup(void **state);

#define SMARTFLOWS_TEST(function) cmocka_unit_test_setup_teardown(function, smartflows_setup, fixture_teardown)

#define LETTER_INPUT "<?xml version=\"1.0\"?>\n<letter  to='A &amp; B'/>\n"

/* Another client of the same sandbox. */
kf_client *smartflows_client(kf_fixture *fixture, const kf_client_options *options);
kf_client_options smartflows_options(kf_fixture *fixture);
/* LETTER_INPUT as a source that lives until the next call. */
const kf_source *letter_input(void);
/* A new execution of that flow, without input; the id lives until the next call but three. */
const char *new_execution(kf_fixture *fixture, const char *flow);

#endif
