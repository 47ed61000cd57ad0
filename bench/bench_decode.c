/* What decoding costs: pages of process items, decoded into structs, against bare cJSON_Parse() and cJSON_Delete().
 * Process CPU, in rounds that alternate, so that a busy machine slows both alike; the median of the rounds counts. */
#include "kuflow/services/kuflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 41

static unsigned long state = 42;

static unsigned number(void)
{
    state = state * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(state >> 33);
}

static const char *uuid(void)
{
    static char texts[8][40];
    static int next;
    char *text = texts[next++ % 8];
    snprintf(text, sizeof texts[0], "%08x-%04x-4%03x-8%03x-%08x%04x", number(), number() & 0xFFFF, number() & 0xFFF,
             number() & 0xFFF, number(), number() & 0xFFFF);
    return text;
}

static size_t add_item(char *text, size_t room, int i)
{
    static const char *const states[] = {"READY", "CLAIMED", "COMPLETED", "CANCELLED"};
    unsigned day = 1 + number() % 28;
    int length = snprintf(text, room, "%s{\"createdBy\":\"%s\",\"createdAt\":\"2024-06-%02uT09:30:%02u.123Z\",",
                          i > 0 ? "," : "", uuid(), day, number() % 60);
    length += snprintf(text + length, room - (size_t)length,
                       "\"lastModifiedBy\":\"%s\",\"lastModifiedAt\":\"2024-07-%02uT11:02:%02u.456Z\",\"id\":\"%s\",",
                       uuid(), day, number() % 60, uuid());
    length += snprintf(text + length, room - (size_t)length,
                       "\"type\":\"%s\",\"processId\":\"%s\",\"ownerId\":\"%s\",\"tenantId\":\"%s\",",
                       i % 5 == 4 ? "MESSAGE" : "TASK", uuid(), uuid(), uuid());
    if (i % 5 == 4)
        length +=
            snprintf(text + length, room - (size_t)length,
                     "\"message\":{\"text\":\"The order **%u** was sent.\\nThank you, se\\u00f1or Mu\xC3\xB1oz.\","
                     "\"dataStructureDataDefinitionCode\":\"ORDER_DATA\"}}",
                     number());
    else
        length += snprintf(text + length, room - (size_t)length,
                           "\"processItemDefinitionRef\":{\"id\":\"%s\",\"version\":\"%s\",\"code\":\"T_APPROVE_%u\"},"
                           "\"task\":{\"state\":\"%s\"}}",
                           uuid(), uuid(), number() % 100, states[i % 4]);
    return (size_t)length;
}

/* A page of about that many bytes. */
static char *make_page(size_t bytes)
{
    char *text = malloc(bytes + 2048);
    int items = 0;
    if (text == NULL)
        return NULL;
    size_t length = (size_t)snprintf(text, 2048, "{\"content\":[");
    for (; length < bytes; items++)
        length += add_item(text + length, bytes + 2048 - length, items);
    snprintf(text + length, bytes + 2048 - length,
             "],\"metadata\":{\"size\":%d,\"page\":0,\"totalElements\":%d,\"totalPages\":7}}", items, items * 7);
    return text;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double ours(const char *text, size_t length, int repeats)
{
    double start = now();
    for (int i = 0; i < repeats; i++) {
        kuflow_process_item_page *page = NULL;
        kf_error error;
        if (kuflow_process_item_page_decode(text, length, &page, &error) != KF_OK) {
            fprintf(stderr, "bench_decode: %s\n", error.message);
            exit(1);
        }
        kuflow_process_item_page_free(page);
    }
    return (now() - start) / repeats;
}

static double cjson(const char *text, int repeats)
{
    double start = now();
    for (int i = 0; i < repeats; i++) {
        cJSON *tree = cJSON_Parse(text);
        if (tree == NULL)
            exit(1);
        cJSON_Delete(tree);
    }
    return (now() - start) / repeats;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, compare);
    return values[ROUNDS / 2];
}

static void compare_decoders(const char *name, size_t bytes)
{
    static double mine[ROUNDS];
    static double theirs[ROUNDS];
    static double ratios[ROUNDS];
    char *text = make_page(bytes);
    if (text == NULL)
        exit(1);
    size_t length = strlen(text);
    int repeats = (int)(4000000 / length) + 1;
    ours(text, length, repeats);
    cjson(text, repeats);
    for (int i = 0; i < ROUNDS; i++) {
        mine[i] = ours(text, length, repeats);
        theirs[i] = cjson(text, repeats);
        ratios[i] = mine[i] / theirs[i];
    }
    printf("decode %s: ours %.1f \xC2\xB5s, cJSON %.1f \xC2\xB5s, ratio %.3f\n", name, median(mine), median(theirs),
           median(ratios));
    free(text);
}

int main(void)
{
    compare_decoders("28 KB", (size_t)28 * 1024);
    compare_decoders("1 MB", (size_t)1024 * 1024);
    return 0;
}
