/* The parts of the worker that only reckon: when to poll, how much to take, what the engine's words mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "worker/report.h"
#include "worker/schedule.h"
#include "worker/seen.h"

static const kf_topic settings = {.poll_min_ms = 25, .poll_max_ms = 500};

/* A poll for `limit` that found so many; dice at their highest, so that jitter takes nothing away. */
static kf_blocked polled(kf_schedule *s, int room, int found, int64_t now)
{
    int limit = kf_schedule_begin(s, room);
    const kf_polled p = {.limit = limit,
                         .room = room,
                         .found = found < limit ? found : limit,
                         .now = now,
                         .random = 0,
                         .may_block = true};
    return kf_schedule_polled(s, &settings, &p);
}

static void test_empty_polls_wait_longer_and_longer(void **state)
{
    static const int64_t waits[] = {25, 50, 100, 200, 400, 500, 500};
    kf_schedule s;
    (void)state;
    kf_schedule_init(&s);
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        int limit = kf_schedule_begin(&s, 1);
        const kf_polled none = {.limit = limit, .room = 1, .now = 1000, .random = (uint64_t)(waits[i] / 2)};
        kf_schedule_polled(&s, &settings, &none);
        assert_int_equal(s.next_at, 1000 + waits[i]);
    }
    polled(&s, 1, 1, 2000);
    assert_int_equal(s.next_at, 2000); /* full: again at once */
    polled(&s, 1, 0, 3000);
    assert_int_equal(s.next_at, 3013); /* from the beginning, and not less than half */
}

static void test_partial_poll_waits_the_least(void **state)
{
    kf_schedule s;
    (void)state;
    kf_schedule_init(&s);
    polled(&s, 8, 3, 1000);
    assert_int_equal(s.next_at, 1013);
    polled(&s, 8, 8, 1000);
    assert_int_equal(s.next_at, 1000);
}

static void test_jitter_is_between_half_and_all(void **state)
{
    (void)state;
    for (int64_t ms = 0; ms < 50; ms++)
        for (uint64_t random = 0; random < 200; random++) {
            int64_t wait = kf_jitter(ms, random);
            assert_true(wait >= ms / 2 && wait <= ms);
        }
    assert_int_equal(kf_jitter(100, 50), 100);
    assert_int_equal(kf_jitter(100, 0), 50);
}

static void test_empty_answer_is_probed(void **state)
{
    kf_schedule s;
    (void)state;
    kf_schedule_init(&s);
    polled(&s, 8, 0, 1000);
    assert_int_equal(s.next_at, 1000);
    assert_int_equal(kf_schedule_begin(&s, 8), 1);
    polled(&s, 8, 0, 1000); /* the probe: nothing either */
    assert_true(s.next_at > 1000);
    polled(&s, 8, 0, 1100);
    assert_int_equal(kf_schedule_begin(&s, 8), 8); /* not again within a second */
    polled(&s, 8, 0, 2000);
    assert_int_equal(kf_schedule_begin(&s, 8), 1);
    polled(&s, 8, 0, 2000);
    polled(&s, 8, 0, 3500);
    assert_int_equal(kf_schedule_begin(&s, 8), 8); /* not within two seconds then */
    polled(&s, 8, 0, 4000);
    assert_int_equal(kf_schedule_begin(&s, 8), 1);
    polled(&s, 8, 0, 4000);
    polled(&s, 8, 2, 4500); /* something came: the next empty answer is probed at once */
    polled(&s, 8, 0, 4600);
    assert_int_equal(kf_schedule_begin(&s, 8), 1);
}

static void test_one_job_asked_for_is_not_probed(void **state)
{
    kf_schedule s;
    (void)state;
    kf_schedule_init(&s);
    polled(&s, 1, 0, 1000);
    assert_int_equal(kf_schedule_begin(&s, 8), 8);
}

static void test_engine_without_locks_is_not_probed(void **state)
{
    kf_schedule s;
    (void)state;
    kf_schedule_init(&s);
    kf_schedule_begin(&s, 8);
    kf_schedule_polled(&s, &settings, &(kf_polled){.limit = 8, .room = 8, .now = 1000});
    assert_true(s.next_at > 1000);
    assert_int_equal(kf_schedule_begin(&s, 8), 8);
}

static void test_exclusive_jobs_are_taken_one_by_one(void **state)
{
    kf_schedule s;
    (void)state;
    kf_schedule_init(&s);
    assert_int_equal(polled(&s, 8, 0, 0), KF_BLOCKED_NO);
    assert_int_equal(polled(&s, 8, 1, 0), KF_BLOCKED_SUSPECTED); /* may have come just then */
    assert_int_equal(kf_schedule_begin(&s, 8), 8);
    assert_int_equal(polled(&s, 8, 0, 0), KF_BLOCKED_NO);
    assert_int_equal(polled(&s, 8, 1, 0), KF_BLOCKED_FOUND);
    assert_int_equal(kf_schedule_begin(&s, 8), 1);
    for (int i = 0; i < 2; i++)
        polled(&s, 8, 1, 0);
    assert_int_equal(kf_schedule_begin(&s, 8), 2); /* two full answers: tries two */
    assert_int_equal(polled(&s, 8, 0, 0), KF_BLOCKED_NO);
    assert_int_equal(polled(&s, 8, 1, 0), KF_BLOCKED_FOUND);
    assert_int_equal(kf_schedule_begin(&s, 8), 1);
    for (int i = 0; i < 3; i++)
        polled(&s, 8, 1, 0);
    assert_int_equal(kf_schedule_begin(&s, 8), 1); /* now it takes four */
    polled(&s, 8, 1, 0);
    assert_int_equal(kf_schedule_begin(&s, 8), 2);
    for (int i = 0; i < 2; i++)
        polled(&s, 8, 2, 0);
    assert_int_equal(kf_schedule_begin(&s, 8), 4); /* more works again: back to two */
    for (int i = 0; i < 16; i++)
        polled(&s, 8, 8, 0);
    assert_int_equal(s.most, KF_ANY_LIMIT);
}

/* Several workers that reach for the same jobs get empty answers now and then, all alike. */
static void test_contention_does_not_make_batches_small_for_long(void **state)
{
    kf_schedule s;
    uint64_t dice = 1;
    int64_t now = 0, jobs = 0;
    int told = 0;
    (void)state;
    kf_schedule_init(&s);
    for (int i = 0; i < 20000; i++) {
        int limit = kf_schedule_begin(&s, 8);
        dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const kf_polled p = {.limit = limit,
                             .room = 8,
                             .found = (dice >> 33) % 100 < 15 ? 0 : limit, /* fifteen in a hundred are empty */
                             .holding = true,
                             .kept = true,
                             .now = now,
                             .may_block = true};
        told += kf_schedule_polled(&s, &settings, &p) == KF_BLOCKED_FOUND;
        jobs += p.found;
        now = s.next_at + 5;
    }
    assert_in_range(jobs, 4 * 20000, 8 * 20000);
    assert_int_equal(told, 0);
}

static void test_longest_waits(void **state)
{
    static const kf_topic patient = {.poll_min_ms = INT64_MAX / 2 + 1, .poll_max_ms = INT64_MAX};
    kf_schedule s;
    (void)state;
    kf_schedule_init(&s);
    for (int i = 0; i < 4; i++) {
        int limit = kf_schedule_begin(&s, 1);
        const kf_polled none = {.limit = limit, .room = 1, .now = INT64_MAX / 2, .random = UINT64_MAX};
        kf_schedule_polled(&s, &patient, &none);
        assert_true(s.next_at > INT64_MAX / 2);
    }
}

static void test_suspicion_is_dropped(void **state)
{
    kf_schedule s;
    (void)state;
    kf_schedule_init(&s);
    polled(&s, 8, 0, 0);
    assert_int_equal(polled(&s, 8, 1, 0), KF_BLOCKED_SUSPECTED);
    polled(&s, 8, 3, 0); /* several at once are to be had */
    polled(&s, 8, 0, 0);
    assert_int_equal(polled(&s, 8, 1, 0), KF_BLOCKED_SUSPECTED);
    polled(&s, 8, 0, 0);
    polled(&s, 8, 0, 0); /* a probe that found nothing, while nothing was held */
    polled(&s, 8, 0, 5000);
    assert_int_equal(polled(&s, 8, 1, 5000), KF_BLOCKED_SUSPECTED);
}

static void test_own_end_brings_the_poll_on(void **state)
{
    kf_schedule s;
    (void)state;
    kf_schedule_init(&s);
    polled(&s, 1, 0, 1000);
    assert_true(s.next_at > 1000);
    assert_true(kf_schedule_ended(&s, 1001));
    assert_int_equal(s.next_at, 1001);
    assert_false(kf_schedule_ended(&s, 1001));
    kf_schedule_begin(&s, 1);
    assert_false(kf_schedule_ended(&s, 1002)); /* while a poll is under way: its answer is old */
    kf_schedule_polled(&s, &settings, &(kf_polled){.limit = 1, .room = 1, .now = 1003});
    assert_int_equal(s.next_at, 1003);
    polled(&s, 8, 3, 1010); /* something was found: no reason to hurry */
    assert_false(kf_schedule_ended(&s, 1011));
}

static void test_failures_are_spaced(void **state)
{
    const kf_error server = {.status = KF_ERROR_SERVER, .retry_after_ms = -1};
    const kf_error asked = {.status = KF_ERROR_THROTTLED, .retry_after_ms = 7000};
    const kf_error tomorrow = {.status = KF_ERROR_THROTTLED, .retry_after_ms = 86400000};
    const kf_error auth = {.status = KF_ERROR_AUTH, .retry_after_ms = -1};
    (void)state;
    assert_int_equal(kf_track_wait(KF_TRACK_ERROR, 1, &server, 250), 250);
    assert_int_equal(kf_track_wait(KF_TRACK_ERROR, 1, &server, 0), 0);
    assert_int_equal(kf_track_wait(KF_TRACK_ERROR, 3, &server, 1000), 1000);
    assert_int_equal(kf_track_wait(KF_TRACK_ERROR, 99, &server, 30000), 30000);
    assert_int_equal(kf_track_wait(KF_TRACK_ERROR, 1, &asked, 100), 7000);
    assert_int_equal(kf_track_wait(KF_TRACK_ERROR, 1, &tomorrow, 100), 300000); /* a server that is up again earlier */
    assert_int_equal(kf_track_wait(KF_TRACK_SLOW, 1, &auth, 0), 2500);
    assert_int_equal(kf_track_wait(KF_TRACK_SLOW, 2, &auth, 5000), 10000);
    assert_int_equal(kf_track_wait(KF_TRACK_SLOW, 99, &auth, 30000), 60000);
}

static void test_tracks(void **state)
{
    static const struct {
        kf_status status;
        int http;
        kf_track track;
    } cases[] = {
        {KF_ERROR_CONNECT, 0, KF_TRACK_ERROR},    {KF_ERROR_TIMEOUT, 0, KF_TRACK_ERROR},
        {KF_ERROR_SERVER, 500, KF_TRACK_ERROR},   {KF_ERROR_THROTTLED, 429, KF_TRACK_ERROR},
        {KF_ERROR_DECODE, 200, KF_TRACK_ERROR},   {KF_ERROR_MEMORY, 0, KF_TRACK_ERROR},
        {KF_ERROR_AUTH, 401, KF_TRACK_SLOW},      {KF_ERROR_FORBIDDEN, 403, KF_TRACK_SLOW},
        {KF_ERROR_NOT_FOUND, 404, KF_TRACK_SLOW}, {KF_ERROR_REJECTED, 302, KF_TRACK_SLOW},
        {KF_ERROR_REJECTED, 400, KF_TRACK_END},   {KF_ERROR_ARGUMENT, 0, KF_TRACK_END},
        {KF_ERROR_ENCODE, 0, KF_TRACK_END},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const kf_error error = {.status = cases[i].status, .http_status = cases[i].http};
        assert_int_equal(kf_track_of(&error), cases[i].track);
    }
}

static void test_room(void **state)
{
    static const struct {
        kf_load worker;
        kf_load topic;
        int room;
    } cases[] = {
        /* slots, busy, waiting, ahead */
        {{8, 0, 0, 0}, {8, 0, 0, 0}, 8},
        {{8, 7, 0, 0}, {8, 7, 0, 0}, 1}, /* a thread is idle */
        {{8, 8, 0, 0}, {8, 8, 0, 0}, 0},
        {{8, 8, 0, 32}, {8, 8, 0, 32}, 32},
        {{8, 8, 21, 32}, {8, 8, 21, 32}, 0}, /* less than half of the places: not worth a request */
        {{8, 8, 12, 32}, {8, 8, 12, 32}, 20},
        {{8, 7, 0, 32}, {8, 7, 0, 32}, 33},
        {{8, 7, 20, 32}, {8, 7, 20, 32}, 0},
        {{8, 0, 0, 0}, {1, 0, 0, 0}, 1}, /* the topic's own limit */
        {{8, 1, 0, 0}, {1, 1, 0, 0}, 0},
        {{8, 0, 0, 0}, {100, 96, 0, 0}, 4},
        {{8, 0, 0, 0}, {100, 0, 0, 0}, 8},
        {{8, 9, 0, 0}, {8, 9, 0, 0}, 0},
        {{2, 0, 40, 8}, {2, 0, 40, 8}, 0}, /* more came than was asked for */
        {{8, 0, 0, 32}, {INT32_MAX, 100, 0, 32}, 40}, /* a topic without a limit, of detached jobs */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(kf_room(&cases[i].worker, &cases[i].topic), cases[i].room);
}

static void test_pace(void **state)
{
    kf_pace quick = {0}, slow = {0};
    (void)state;
    assert_int_equal(kf_pace_read(&quick, 1000), 0);
    for (int64_t now = 0; now < 10000; now += 5)
        kf_pace_add(&quick, now); /* 20 in 100 ms */
    assert_in_range(kf_pace_read(&quick, 10000), 17, 23);
    assert_in_range(kf_pace_read(&quick, 10100), 5, 11);
    assert_int_equal(kf_pace_read(&quick, 13000), 0);
    for (int64_t now = 0; now < 100000; now += 1000)
        kf_pace_add(&slow, now);
    assert_int_equal(kf_pace_read(&slow, 100000), 0);
}

/* The engine's words in their order, and what they come to. '+': taken, 'a': again, 'A': again, and it may have acted,
 * 'g': gone, 'l': lost, 'r': refused. */
static void test_words_and_what_they_mean(void **state)
{
    static const struct {
        kf_outcome outcome;
        const char *words;
        kf_final final;
    } cases[] = {
        {KF_OUTCOME_COMPLETED, "+", KF_FINAL_TAKEN},
        {KF_OUTCOME_COMPLETED, "aA+", KF_FINAL_TAKEN},
        {KF_OUTCOME_COMPLETED, "g", KF_FINAL_GONE},
        {KF_OUTCOME_COMPLETED, "ag", KF_FINAL_GONE},
        {KF_OUTCOME_COMPLETED, "Ag", KF_FINAL_ASSUMED},
        {KF_OUTCOME_COMPLETED, "Aag", KF_FINAL_ASSUMED},
        {KF_OUTCOME_COMPLETED, "l", KF_FINAL_LOST},
        {KF_OUTCOME_COMPLETED, "Al", KF_FINAL_LOST},
        {KF_OUTCOME_BPMN_ERROR, "Ag", KF_FINAL_ASSUMED},
        {KF_OUTCOME_BPMN_ERROR, "Al", KF_FINAL_LOST},
        {KF_OUTCOME_TERMINATED, "Ag", KF_FINAL_ASSUMED},
        {KF_OUTCOME_TERMINATED, "Al", KF_FINAL_LOST},
        {KF_OUTCOME_FAILED, "l", KF_FINAL_LOST},
        {KF_OUTCOME_FAILED, "al", KF_FINAL_LOST},
        {KF_OUTCOME_FAILED, "Al", KF_FINAL_ASSUMED}, /* it was taken and set the job free */
        {KF_OUTCOME_FAILED, "Ag", KF_FINAL_ASSUMED}, /* to the dead letters */
        {KF_OUTCOME_GIVEN_BACK, "Al", KF_FINAL_ASSUMED},
        {KF_OUTCOME_GIVEN_BACK, "l", KF_FINAL_LOST},
        {KF_OUTCOME_GIVEN_BACK, "g", KF_FINAL_GONE},
        {KF_OUTCOME_GIVEN_BACK, "r", KF_FINAL_UNREPORTED}, /* not worth a retry of the job */
        {KF_OUTCOME_COMPLETED, "a", KF_FINAL_NONE},
        {KF_OUTCOME_COMPLETED, "A", KF_FINAL_NONE},
        {KF_OUTCOME_COMPLETED, "r", KF_FINAL_CONVERT},
        {KF_OUTCOME_COMPLETED, "r+", KF_FINAL_TAKEN},
        {KF_OUTCOME_COMPLETED, "rr", KF_FINAL_UNREPORTED},
        {KF_OUTCOME_COMPLETED, "rl", KF_FINAL_LOST},
        {KF_OUTCOME_COMPLETED, "Arl", KF_FINAL_LOST}, /* a refusal shows that nothing was taken before */
        {KF_OUTCOME_COMPLETED, "Arg", KF_FINAL_GONE},
        {KF_OUTCOME_COMPLETED, "rAl", KF_FINAL_ASSUMED}, /* the failure was taken */
        {KF_OUTCOME_FAILED, "r+", KF_FINAL_TAKEN},
        {KF_OUTCOME_FAILED, "rr", KF_FINAL_UNREPORTED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kf_report report = {0};
        kf_outcome outcome = cases[i].outcome;
        kf_final final = KF_FINAL_NONE;
        for (const char *word = cases[i].words; *word != '\0'; word++) {
            const kf_error error = {.may_have_acted = *word == 'A'};
            kf_verdict verdict = *word == '+'   ? KF_VERDICT_DONE
                                 : *word == 'g' ? KF_VERDICT_GONE
                                 : *word == 'l' ? KF_VERDICT_LOST
                                 : *word == 'r' ? KF_VERDICT_REFUSED
                                                : KF_VERDICT_AGAIN;
            assert_true(final == KF_FINAL_NONE || final == KF_FINAL_CONVERT);
            final = kf_report_judge(&report, outcome, verdict, &error);
            if (final == KF_FINAL_CONVERT)
                outcome = KF_OUTCOME_FAILED;
        }
        if (final != cases[i].final)
            print_error("%s %s\n", kf_outcome_text(cases[i].outcome), cases[i].words);
        assert_int_equal(final, cases[i].final);
    }
}

static kf_seen_table table;

static void test_seen(void **state)
{
    char id[16];
    (void)state;
    memset(&table, 0, sizeof(table));
    assert_int_equal(kf_seen_taken(&table, "a").taken, 0);
    assert_int_equal(kf_seen_taken(&table, "a").taken, 1);
    assert_int_equal(kf_seen_taken(&table, "a").taken, 2);
    kf_seen_failed(&table, "a");
    kf_seen seen = kf_seen_taken(&table, "a");
    assert_int_equal(seen.taken, 0);
    assert_int_equal(seen.failures, 1);
    kf_seen_not_begun(&table, "a");
    assert_int_equal(kf_seen_taken(&table, "a").taken, 0);
    kf_seen_forget(&table, "a");
    assert_int_equal(kf_seen_taken(&table, "a").failures, 0);
    /* Of limited size; what was seen lately stays. */
    for (int i = 0; i < 100000; i++) {
        snprintf(id, sizeof(id), "j%d", i);
        kf_seen_taken(&table, id);
    }
    assert_int_equal(kf_seen_taken(&table, "j99999").taken, 1);
    assert_int_equal(kf_seen_taken(&table, "j1").taken, 0);
    kf_seen_forget(&table, "never");
    kf_seen_not_begun(&table, "never");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_polls_wait_longer_and_longer),
        cmocka_unit_test(test_partial_poll_waits_the_least),
        cmocka_unit_test(test_jitter_is_between_half_and_all),
        cmocka_unit_test(test_empty_answer_is_probed),
        cmocka_unit_test(test_one_job_asked_for_is_not_probed),
        cmocka_unit_test(test_engine_without_locks_is_not_probed),
        cmocka_unit_test(test_exclusive_jobs_are_taken_one_by_one),
        cmocka_unit_test(test_contention_does_not_make_batches_small_for_long),
        cmocka_unit_test(test_longest_waits),
        cmocka_unit_test(test_suspicion_is_dropped),
        cmocka_unit_test(test_own_end_brings_the_poll_on),
        cmocka_unit_test(test_failures_are_spaced),
        cmocka_unit_test(test_tracks),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_words_and_what_they_mean),
        cmocka_unit_test(test_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
