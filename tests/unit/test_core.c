#include "core/arena.h"
#include "core/buffer.h"
#include "core/fail.h"
#include "core/scratch.h"
#include "kuflow/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void version_is_that_of_the_headers(void **state)
{
    (void)state;
    assert_string_equal(kf_version(), KF_VERSION);
    kf_free(NULL);
}

static void every_status_has_a_name_and_a_text(void **state)
{
    (void)state;
    assert_string_equal(kf_status_name(KF_OK), "KF_OK");
    assert_string_equal(kf_status_name(KF_ERROR_TIMEOUT), "KF_ERROR_TIMEOUT");
    for (int i = 0; i <= KF_ERROR_INTERNAL; i++) {
        assert_int_equal(strncmp(kf_status_name((kf_status)i), "KF_", 3), 0);
        assert_string_not_equal(kf_status_name((kf_status)i), "KF_ERROR_UNKNOWN");
        assert_true(strlen(kf_status_text((kf_status)i)) > 5);
    }
    assert_string_equal(kf_status_name((kf_status)-1), "KF_ERROR_UNKNOWN");
    assert_string_equal(kf_status_name((kf_status)(KF_ERROR_INTERNAL + 1)), "KF_ERROR_UNKNOWN");
    assert_non_null(kf_status_text((kf_status)9999));
}

static void an_error_is_cleared_to_success(void **state)
{
    (void)state;
    kf_error error;
    memset(&error, 0xAA, sizeof error);
    kf_error_clear(&error);
    assert_int_equal(error.status, KF_OK);
    assert_int_equal(error.retry_after_ms, -1);
    assert_string_equal(error.message, "");
    kf_error_clear(NULL);
}

static void failing_sets_status_and_message_and_keeps_the_rest(void **state)
{
    (void)state;
    kf_error error;
    kf_error_clear(&error);
    error.http_status = 404;
    assert_int_equal(kf_fail(&error, KF_ERROR_DECODE, "at %s: %d", "x", 7), KF_ERROR_DECODE);
    assert_int_equal(error.status, KF_ERROR_DECODE);
    assert_string_equal(error.message, "at x: 7");
    assert_int_equal(error.http_status, 404);
    assert_int_equal(kf_fail(NULL, KF_ERROR_LIMIT, "%s", "x"), KF_ERROR_LIMIT);
}

static void a_long_message_is_cut_at_a_character(void **state)
{
    (void)state;
    kf_error error;
    char text[1200];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xB1", 2);
    text[1198] = '\0';
    kf_error_clear(&error);
    kf_fail(&error, KF_ERROR_DECODE, "%s", text);
    assert_int_equal(strlen(error.message), sizeof error.message - 2);
    kf_fail(&error, KF_ERROR_DECODE, "x%s", text);
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
}

static void copied_text_is_cut_and_made_harmless(void **state)
{
    (void)state;
    char small[6];
    KF_COPY_TEXT(small, "abcdefgh", 8);
    assert_string_equal(small, "abcde");
    KF_COPY_TEXT(small, "abcd\xC3\xB1", 6);
    assert_string_equal(small, "abcd");
    KF_COPY_TEXT(small, "a\n\x80\x7F\0", 5);
    assert_string_equal(small, "a????");
    KF_COPY_TEXT(small, "a\xE2\x82\xAC", 4);
    assert_string_equal(small, "a\xE2\x82\xAC");
    KF_COPY_TEXT(small, "\xE2\x82", 2);
    assert_string_equal(small, "??");
    kf_copy_text(small, 0, "a", 1);
}

static void long_words_keep_both_ends(void **state)
{
    (void)state;
    char target[128], text[1000];
    strcpy(text, " \n begin\t of\r\n it  ");
    kf_copy_words(target, sizeof target, text, strlen(text));
    assert_string_equal(target, "begin of it");
    /* Whole up to the last byte that fits. */
    memset(text, 'x', sizeof text);
    memcpy(text, "begin ", 6);
    memcpy(text + 127 - 4, " end", 4);
    kf_copy_words(target, sizeof target, text, 127);
    assert_int_equal(strlen(target), 127);
    assert_memory_equal(target, text, 127);
    /* One more, and the middle is left out, between words. */
    memset(text, 'x', sizeof text);
    memcpy(text, "the begin ", 10);
    memcpy(text + 990, " \nthe end", 9);
    kf_copy_words(target, sizeof target, text, 999);
    assert_string_equal(target, "the begin ... the end");
    /* A text of one word has no middle to leave out. */
    memset(text, 'x', sizeof text);
    kf_copy_words(target, sizeof target, text, sizeof text);
    assert_int_equal(strlen(target), 127);
    assert_null(strchr(target, '.'));
    /* Nothing is left of white space, and a small target is just cut. */
    memcpy(text, "\t\n", 2);
    kf_copy_words(target, sizeof target, text, 2);
    assert_string_equal(target, "");
    memcpy(text, "a b c d e f", 11);
    kf_copy_words(target, 6, text, 11);
    assert_string_equal(target, "a b c");
}

static void a_buffer_grows_and_stays_terminated(void **state)
{
    (void)state;
    kf_buffer buffer = {0};
    for (int i = 0; i < 1000; i++) {
        assert_true(kf_buffer_text(&buffer, "ab"));
        assert_true(kf_buffer_char(&buffer, 'c'));
        assert_int_equal(buffer.data[buffer.length], 0);
    }
    assert_int_equal(buffer.length, 3000);
    assert_true(kf_buffer_format(&buffer, "%0500d|%s", 7, "x"));
    assert_int_equal(buffer.length, 3502);
    assert_string_equal(buffer.data + 3499, "7|x");
    kf_buffer_free(&buffer);
    assert_null(buffer.data);
}

static void an_empty_buffer_gives_an_empty_text(void **state)
{
    (void)state;
    kf_buffer buffer = {0};
    char *text = kf_buffer_take(&buffer);
    assert_string_equal(text, "");
    free(text);
}

static void a_failed_buffer_stays_failed(void **state)
{
    (void)state;
    kf_buffer buffer = {0};
    assert_true(kf_buffer_text(&buffer, "abc"));
    assert_false(kf_buffer_reserve(&buffer, SIZE_MAX - 1));
    assert_true(buffer.failed);
    assert_false(kf_buffer_char(&buffer, 'x'));
    assert_null(kf_buffer_take(&buffer));
}

static void a_secret_buffer_moves_and_is_wiped(void **state)
{
    (void)state;
    kf_buffer buffer = {.secret = true};
    for (int i = 0; i < 500; i++)
        kf_buffer_text(&buffer, "secret");
    assert_int_equal(buffer.length, 3000);
    kf_buffer_wipe(&buffer);
    assert_null(buffer.data);
}

static void an_arena_aligns_zeroes_and_keeps(void **state)
{
    (void)state;
    kf_arena *arena = kf_arena_new(40, 0);
    char *root = kf_arena_root(arena);
    assert_ptr_equal(kf_arena_of(root), arena);
    assert_null(kf_arena_of(NULL));
    for (int i = 0; i < 40; i++)
        assert_int_equal(root[i], 0);
    char *blocks[2000];
    for (size_t i = 0; i < 2000; i++) {
        blocks[i] = kf_arena_alloc(arena, i);
        assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < i; j++)
            assert_int_equal(blocks[i][j], 0);
        memset(blocks[i], (int)(i & 0xFF), i);
        char *text = kf_arena_text(arena, 3);
        memcpy(text, "ab", 3);
    }
    for (size_t i = 0; i < 2000; i++)
        for (size_t j = 0; j < i; j++)
            assert_int_equal((unsigned char)blocks[i][j], i & 0xFF);
    assert_null(kf_arena_alloc(arena, SIZE_MAX));
    assert_null(kf_arena_text(arena, SIZE_MAX - 10));
    char *adopted = malloc(100);
    assert_true(kf_arena_adopt(arena, adopted, 100));
    kf_arena_set_secret(arena);
    kf_arena_free(arena);
    kf_arena_free(NULL);
    assert_null(kf_arena_new(SIZE_MAX, 0));
}

static void scratch_memory_does_not_move_and_is_reused(void **state)
{
    (void)state;
    kf_scratch scratch = {0};
    int *first = kf_scratch_alloc(&scratch, sizeof *first);
    *first = 7;
    kf_scratch_mark mark = kf_scratch_here(&scratch);
    void *second = kf_scratch_alloc(&scratch, 100);
    for (size_t i = 1; i < 300; i++)
        memset(kf_scratch_alloc(&scratch, i * 50), 1, i * 50);
    assert_int_equal(*first, 7);
    kf_scratch_release(&scratch, mark);
    assert_ptr_equal(kf_scratch_alloc(&scratch, 100), second);
    for (size_t i = 1; i < 300; i++)
        memset(kf_scratch_alloc(&scratch, i * 50), 2, i * 50);
    assert_int_equal(*first, 7);
    assert_null(kf_scratch_alloc(&scratch, SIZE_MAX));
    scratch.secret = true;
    kf_scratch_free(&scratch);
}

static void new_uuids_are_valid_and_differ(void **state)
{
    (void)state;
    char a[KF_UUID_TEXT_SIZE];
    char b[KF_UUID_TEXT_SIZE];
    kf_uuid_new(a);
    kf_uuid_new(b);
    assert_true(kf_uuid_valid(a) && kf_uuid_valid(b));
    assert_string_not_equal(a, b);
    assert_int_equal(a[14], '4');
    for (int i = 0; a[i] != '\0'; i++)
        assert_false(a[i] >= 'A' && a[i] <= 'F');
}

/* libuuid's own generator gives rand() another seed. */
static void a_new_uuid_leaves_the_random_numbers_of_the_program(void **state)
{
    (void)state;
    char text[KF_UUID_TEXT_SIZE];
    srand(7);
    const int next = rand();
    srand(7);
    kf_uuid_new(text);
    assert_int_equal(rand(), next);
    assert_int_equal(text[14], '4');
    assert_non_null(strchr("89ab", text[19]));
}

static void only_uuids_are_valid(void **state)
{
    (void)state;
    assert_true(kf_uuid_valid("00000000-0000-0000-0000-000000000000"));
    assert_true(kf_uuid_valid("ABCDEFab-cdef-1234-5678-9abcdef01234"));
    const char *const wrong[] = {"",
                                 "x",
                                 "00000000-0000-0000-0000-00000000000",
                                 "00000000-0000-0000-0000-0000000000000",
                                 "00000000000000000000000000000000",
                                 "0000000000000-0000-0000-000000000000",
                                 "{0000000-0000-0000-0000-000000000000",
                                 "g0000000-0000-0000-0000-000000000000"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(kf_uuid_valid(wrong[i]));
    assert_false(kf_uuid_valid(NULL));
}

static void an_extra_is_found_by_name(void **state)
{
    (void)state;
    const kf_extra_member members[] = {{NULL, "1", 1, NULL}, {"a", "2", 1, NULL}};
    const kf_extra extra = {members, 2, NULL};
    assert_ptr_equal(kf_extra_find(&extra, "a"), &members[1]);
    assert_null(kf_extra_find(&extra, "b"));
    assert_null(kf_extra_find(NULL, "b"));
    assert_null(kf_extra_find(&extra, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_that_of_the_headers),
        cmocka_unit_test(every_status_has_a_name_and_a_text),
        cmocka_unit_test(an_error_is_cleared_to_success),
        cmocka_unit_test(failing_sets_status_and_message_and_keeps_the_rest),
        cmocka_unit_test(a_long_message_is_cut_at_a_character),
        cmocka_unit_test(copied_text_is_cut_and_made_harmless),
        cmocka_unit_test(long_words_keep_both_ends),
        cmocka_unit_test(a_buffer_grows_and_stays_terminated),
        cmocka_unit_test(an_empty_buffer_gives_an_empty_text),
        cmocka_unit_test(a_failed_buffer_stays_failed),
        cmocka_unit_test(a_secret_buffer_moves_and_is_wiped),
        cmocka_unit_test(an_arena_aligns_zeroes_and_keeps),
        cmocka_unit_test(scratch_memory_does_not_move_and_is_reused),
        cmocka_unit_test(new_uuids_are_valid_and_differ),
        cmocka_unit_test(a_new_uuid_leaves_the_random_numbers_of_the_program),
        cmocka_unit_test(only_uuids_are_valid),
        cmocka_unit_test(an_extra_is_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
