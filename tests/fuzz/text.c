/* Any text for the small readers: times, durations, numbers, header values, JSON pointers, URLs. */
#include "http/header.h"
#include "http/retry.h"
#include "http/url.h"
#include "kuflow/kuflow.h"
#include "kuflow/time.h"
#include "kuflow/uuid.h"
#include "model/codec.h"
#include "oracle.h"
#include "json/number.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void times(const char *text)
{
    kf_time time;
    kf_time back;
    char written[KF_TIME_TEXT_SIZE];
    kf_error error;
    if (kf_time_parse(text, &time, &error) != KF_OK) {
        MUST(error.message[0] != '\0');
        return;
    }
    MUST(time.nanoseconds >= 0 && time.nanoseconds <= 999999999);
    /* An offset can move the first and the last day out of the years that can be written. */
    if (kf_time_format(time, written, &error) != KF_OK) {
        MUST(strncmp(text, "0000-01-01", 10) == 0 || strncmp(text, "9999-12-31", 10) == 0);
        return;
    }
    MUST(strlen(written) < KF_TIME_TEXT_SIZE && kf_time_parse(written, &back, NULL) == KF_OK);
    MUST(back.seconds == time.seconds && back.nanoseconds == time.nanoseconds);
}

static void any_time(const char *text, size_t length)
{
    kf_time time = {0, 0};
    kf_time back;
    char written[KF_TIME_TEXT_SIZE];
    memcpy(&time, text, length < sizeof time ? length : sizeof time);
    if (kf_time_format(time, written, NULL) != KF_OK)
        return;
    MUST(kf_time_parse(written, &back, NULL) == KF_OK);
    MUST(back.seconds == time.seconds && back.nanoseconds == time.nanoseconds);
}

static void written_duration(kf_duration duration)
{
    kf_duration back;
    char written[KF_DURATION_TEXT_SIZE];
    if (kf_duration_format(duration, written, NULL) != KF_OK) {
        MUST(duration.nanoseconds < 0 || duration.nanoseconds > 999999999);
        return;
    }
    MUST(strlen(written) < KF_DURATION_TEXT_SIZE && kf_duration_parse(written, &back, NULL) == KF_OK);
    MUST(back.seconds == duration.seconds && back.nanoseconds == duration.nanoseconds);
}

static void durations(const char *text, size_t length)
{
    kf_duration duration = {0, 0};
    if (kf_duration_parse(text, &duration, NULL) == KF_OK)
        written_duration(duration);
    memcpy(&duration, text, length < sizeof duration ? length : sizeof duration);
    written_duration(duration);
    MUST(!kf_local_date_valid(text) || strlen(text) == 10);
    MUST(!kf_local_date_time_valid(text) || (strlen(text) >= 16 && strlen(text) <= 29));
}

static void header_values(const char *text)
{
    char name[64];
    MUST(kf_retry_after(text, INT64_C(1718000000000)) >= -1);
    MUST(kf_retry_after_ms(text) >= -1);
    kf_disposition_file_name(text, name, sizeof name);
    MUST(strlen(name) < sizeof name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
    MUST(strpbrk(name, "/\\\r\n\x7f") == NULL);
}

/* The library's own reading of numbers against that of the C library. */
static void numbers(const char *text, size_t length)
{
    form canonical;
    char printed[KF_NUMBER_TEXT_SIZE];
    double number;
    int64_t whole;
    bool valid = form_of(text, length, &canonical) && canonical.length == length &&
                 (*text == '-' || (*text >= '0' && *text <= '9'));
    free(canonical.text);
    if (!valid)
        return;
    double expected = strtod(text, NULL);
    kf_number_result result = kf_number_double(text, length, &number);
    MUST((result == KF_NUMBER_OK) == (isfinite(expected) != 0));
    if (result != KF_NUMBER_OK)
        return;
    MUST(memcmp(&number, &expected, sizeof number) == 0);
    MUST(kf_number_print_double(printed, number) > 0 && strtod(printed, NULL) == number);
    MUST(kf_number_is_printed_double(text, length, number) == (strcmp(printed, text) == 0));
    if (kf_number_int64(text, length, &whole) != KF_NUMBER_OK)
        return;
    MUST((double)whole == number);
    kf_number_print_int64(printed, whole);
    MUST(kf_number_is_printed_int64(text, length, whole) == (strcmp(printed, text) == 0));
}

static void urls(const char *text)
{
    kf_base_url *base = NULL;
    kf_buffer url = {0};
    char host[64];
    kf_error error = {0};
    kf_url_host(text, host, sizeof host);
    MUST(strlen(host) < sizeof host);
    if (kf_base_url_new(text, true, &base, &error) == KF_OK) {
        MUST(base->length == strlen(base->text) && base->length > 0 && base->text[base->length - 1] != '/');
        MUST(strpbrk(base->text, "?# \r\n") == NULL);
    } else {
        MUST(base == NULL && error.message[0] != '\0');
    }
    kf_base_url_free(base);
    MUST(kf_base_url_new("https://api.example.com", false, &base, NULL) == KF_OK);
    if (kf_url_raw(base, text, NULL, NULL, &url, &error) == KF_OK)
        MUST(strpbrk(url.data, "?# \r\n\\") == NULL && strstr(url.data, "/../") == NULL);
    kf_buffer_free(&url);
    kf_base_url_free(base);
}

/* The pointer is the first line, the JSON what follows. */
static void pointers(const char *text, size_t length)
{
    char found[48];
    char pointer[64];
    size_t line = strcspn(text, "\n");
    form canonical;
    snprintf(pointer, sizeof pointer, "%.*s", (int)line, text);
    const char *json = line < length ? text + line + 1 : text + line;
    size_t json_length = (size_t)(text + length - json);
    bool there = kf_json_pointer_text(json, json_length, pointer, found, sizeof found);
    MUST(strlen(found) < sizeof found && (there || found[0] == '\0'));
    bool valid = form_of(json, json_length, &canonical);
    free(canonical.text);
    MUST(valid || !there);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t length = size - 1;
    char *text = malloc(length + 1);
    MUST(text != NULL);
    memcpy(text, data + 1, length);
    text[length] = '\0';
    switch (data[0] % 7) {
    case 0:
        times(text);
        durations(text, length);
        break;
    case 1:
        any_time(text, length);
        break;
    case 2:
        header_values(text);
        break;
    case 3:
        numbers(text, length);
        break;
    case 4:
        urls(text);
        break;
    case 5:
        pointers(text, length);
        break;
    default:
        MUST(!kf_uuid_valid(text) || length >= 36);
    }
    free(text);
    return 0;
}
