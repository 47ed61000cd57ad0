/* What a run of a benchmark's program costs: time, CPU, allocations and memory, printed as one line of JSON. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>
#include <stdint.h>

/** Starts the clocks for that many jobs. */
void measure_begin(int64_t jobs);

/** Counts a job that the engine took as ended. The last one stops the clocks. Any thread.
 *  @return whether it was the last. */
bool measure_count(void);

/** Milliseconds between the making of a job, in the words of its `createTime`, and now. Negative for another text. */
double measure_age_ms(const char *create_time);

/** Keeps how old a job was when its handler began, and when the engine took its end. Any thread. */
void measure_started(double age_ms);
void measure_ended(double age_ms);

/** Prints the line. */
void measure_print(void);

#endif
