#include "patchworks_fixture.h"

#include <stdlib.h>
#include <string.h>

kf_client_options patchworks_options(const kf_fixture *fixture)
{
    static kf_pair servers[1];
    kf_client_options options = fixture_options(kf_sandbox_patchworks_url(fixture->sandbox));
    servers[0] = (kf_pair){"start", kf_sandbox_patchworks_start_url(fixture->sandbox)};
    options.username = NULL;
    options.password = NULL;
    options.servers = servers;
    options.server_count = 1;
    return options;
}

int patchworks_setup(void **state)
{
    kf_fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    if (kf_sandbox_start(NULL, &f->sandbox, &f->error) != KF_OK)
        fail_msg("the sandbox does not start: %s", f->error.message);
    kf_client_options options = patchworks_options(f);
    options.token = KF_SANDBOX_PATCHWORKS_KEY;
    CHECK_OK(f, patchworks_client_new(&options, &f->client, &f->error));
    *state = f;
    return 0;
}

void check_target(kf_fixture *fixture, const char *expected)
{
    char target[1024];
    assert_true(kf_sandbox_last_target(fixture->sandbox, target, sizeof(target)));
    assert_string_equal(target, expected);
}

void check_target_begins(kf_fixture *fixture, const char *expected)
{
    char target[1024];
    assert_true(kf_sandbox_last_target(fixture->sandbox, target, sizeof(target)));
    target[strlen(expected)] = '\0';
    assert_string_equal(target, expected);
}

/* Those beside the documented ones. */
static bool is_neighbour(const char *name)
{
    return strstr(name, "Deployed") != NULL || strstr(name, "Raw") != NULL || strstr(name, "FlowRun") != NULL;
}

void check_all_called(const kf_fixture *fixture)
{
    int documented = 0, others = 0;
    for (size_t i = 0; i < patchworks_service.operation_count; i++) {
        char name[96] = "patchworks.";
        const char *operation = patchworks_service.operations[i].name;
        bool refused = false;
        strncat(name, operation, sizeof(name) - 12);
        for (size_t k = 0; k < fixture->refused_count; k++)
            refused |= strcmp(fixture->refused[k], operation) == 0;
        if (kf_sandbox_requests(fixture->sandbox, name) < 2 || !refused)
            fail_msg("%s: %s", name, refused ? "was not called with success" : "its error path was not seen");
        documented += !is_neighbour(operation);
        others += is_neighbour(operation);
    }
    print_message("# operations patchworks: %d of 26, and %d of 7 around them; error paths %d of 33\n", documented,
                  others, documented + others);
    assert_int_equal(documented, 26);
    assert_int_equal(others, 7);
}
