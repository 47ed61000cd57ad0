# shellcheck shell=bash
# Sourced by the suites that run sanitizers: a report always ends the program with an error.
export ASAN_OPTIONS=detect_leaks=1:handle_segv=2:handle_abort=2:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=exitcode=66:second_deadlock_stack=1
export LSAN_OPTIONS=suppressions=$PWD/tests/support/lsan.supp:print_suppressions=0
