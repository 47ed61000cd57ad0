/* What the tests of Patchworks share: a sandbox with a client of both servers, with the key. */
#ifndef KF_TESTS_PATCHWORKS_FIXTURE_H
#define KF_TESTS_PATCHWORKS_FIXTURE_H

#include "fixture.h"

/* For cmocka: *state becomes a kf_fixture whose client is one of Patchworks. */
int patchworks_setup(void **state);
/* Options without credentials. The servers live as long as the sandbox. */
kf_client_options patchworks_options(const kf_fixture *fixture);

/* That the last request had this method and target, or began so. */
void check_target(kf_fixture *fixture, const char *expected);
void check_target_begins(kf_fixture *fixture, const char *expected);
/* That every operation was called and refused, and prints how many of the documented ones. */
void check_all_called(const kf_fixture *fixture);

#endif
