/* The allocator's own functions are replaced by ones that count; those of the C library do the work. */
#define _GNU_SOURCE
#include "measure.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MARKS = 10, MAX_AGES = 4096 };

#define EXPORTED __attribute__((visibility("default")))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

typedef struct snapshot {
    double wall_ms;
    double cpu_ms;
    int64_t allocations;
} snapshot;

static atomic_llong allocations;
static atomic_llong counted;
static int64_t expected;
static snapshot begin, end;
static long rss_kb[MARKS];

static pthread_mutex_t ages_lock = PTHREAD_MUTEX_INITIALIZER;
static double ages[2][MAX_AGES];
static int age_count[2];

EXPORTED void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

EXPORTED void *calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

EXPORTED void *realloc(void *block, size_t size)
{
    allocations++;
    return __libc_realloc(block, size);
}

EXPORTED void *memalign(size_t alignment, size_t size)
{
    allocations++;
    return __libc_memalign(alignment, size);
}

EXPORTED void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

EXPORTED int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = memalign(alignment, size);
    return *block != NULL ? 0 : ENOMEM;
}

static double milliseconds(struct timespec t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static snapshot take(void)
{
    struct timespec wall, cpu;
    clock_gettime(CLOCK_MONOTONIC, &wall);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (snapshot){.wall_ms = milliseconds(wall), .cpu_ms = milliseconds(cpu), .allocations = allocations};
}

static long resident_kb(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%*d %ld", &pages) != 1)
            pages = 0;
        fclose(file);
    }
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

void measure_begin(int64_t jobs)
{
    expected = jobs;
    counted = 0;
    begin = take();
}

bool measure_count(void)
{
    int64_t number = ++counted;
    int64_t mark = number * MARKS / expected;
    if (mark > 0 && mark <= MARKS && (number - 1) * MARKS / expected < mark)
        rss_kb[mark - 1] = resident_kb();
    if (number == expected)
        end = take();
    return number == expected;
}

double measure_age_ms(const char *create_time)
{
    struct tm tm = {0};
    struct timespec now;
    double seconds;
    int length = 0;
    clock_gettime(CLOCK_REALTIME, &now);
    if (create_time == NULL || sscanf(create_time, "%4d-%2d-%2dT%2d:%2d:%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                                      &tm.tm_hour, &tm.tm_min, &length) != 5)
        return -1;
    seconds = strtod(create_time + length, NULL);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return milliseconds(now) - ((double)timegm(&tm) + seconds) * 1e3;
}

static void keep(int which, double age_ms)
{
    pthread_mutex_lock(&ages_lock);
    if (age_count[which] < MAX_AGES)
        ages[which][age_count[which]++] = age_ms;
    pthread_mutex_unlock(&ages_lock);
}

void measure_started(double age_ms)
{
    keep(0, age_ms);
}

void measure_ended(double age_ms)
{
    keep(1, age_ms);
}

static void print_ages(const char *name, int which)
{
    printf(", \"%s\": [", name);
    for (int i = 0; i < age_count[which]; i++)
        printf("%s%.2f", i > 0 ? ", " : "", ages[which][i]);
    printf("]");
}

void measure_print(void)
{
    printf("{\"jobs\": %lld, \"seconds\": %.6f, \"cpu_ms\": %.3f, \"allocations\": %lld", (long long)counted,
           (end.wall_ms - begin.wall_ms) / 1e3, end.cpu_ms - begin.cpu_ms,
           (long long)(end.allocations - begin.allocations));
    printf(", \"rss_kb\": [");
    for (int i = 0; i < MARKS; i++)
        printf("%s%ld", i > 0 ? ", " : "", rss_kb[i]);
    printf("]");
    print_ages("started_ms", 0);
    print_ages("ended_ms", 1);
    printf("}\n");
    fflush(stdout);
}
