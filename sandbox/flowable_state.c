/* Flowable's tables: what is found by its number, which jobs are free and which are locked, and the sweep. */
#include "flowable.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Tables: numbers are given out in order, so that they spread evenly by themselves. */

kf_fl_entry *kf_fl_find(const kf_fl_table *table, uint32_t number)
{
    kf_fl_entry *entry = table->bucket_count == 0 ? NULL : table->buckets[number & (table->bucket_count - 1)];
    while (entry != NULL && entry->number != number)
        entry = entry->chain;
    return entry;
}

static bool grow(kf_fl_table *table)
{
    size_t count = table->bucket_count == 0 ? 256 : table->bucket_count * 2;
    kf_fl_entry **buckets = calloc(count, sizeof(*buckets));
    if (buckets == NULL)
        return false;
    for (size_t i = 0; i < table->bucket_count; i++) {
        for (kf_fl_entry *entry = table->buckets[i], *next; entry != NULL; entry = next) {
            next = entry->chain;
            entry->chain = buckets[entry->number & (count - 1)];
            buckets[entry->number & (count - 1)] = entry;
        }
    }
    free(table->buckets);
    table->buckets = buckets;
    table->bucket_count = count;
    return true;
}

bool kf_fl_insert(kf_fl_table *table, kf_fl_entry *entry)
{
    if (table->count >= table->bucket_count && !grow(table))
        return false;
    kf_fl_entry **bucket = &table->buckets[entry->number & (table->bucket_count - 1)];
    entry->chain = *bucket;
    *bucket = entry;
    table->count++;
    return true;
}

void kf_fl_remove(kf_fl_table *table, kf_fl_entry *entry)
{
    kf_fl_entry **place = &table->buckets[entry->number & (table->bucket_count - 1)];
    while (*place != entry)
        place = &(*place)->chain;
    *place = entry->chain;
    table->count--;
}

kf_fl_job *kf_fl_job_of(const kf_flowable *flowable, const char *id)
{
    return (kf_fl_job *)kf_fl_find(&flowable->jobs, kf_fl_number(flowable, KF_FL_ID_JOB, id));
}

kf_fl_topic *kf_fl_topic_of(kf_flowable *flowable, kf_fl_slice name, bool create)
{
    size_t hash = 5381;
    for (size_t i = 0; i < name.length; i++)
        hash = hash * 33 + (unsigned char)name.bytes[i];
    kf_fl_topic **place = &flowable->topics[hash % (sizeof(flowable->topics) / sizeof(flowable->topics[0]))];
    while (*place != NULL && !kf_fl_slice_is(name, (*place)->name))
        place = &(*place)->next;
    if (*place == NULL && create) {
        *place = calloc(1, sizeof(**place) + name.length + 1);
        if (*place != NULL)
            memcpy((*place)->name, name.bytes, name.length);
    }
    return *place;
}

/* Heaps. `by_lock` tells which of the two orders, and which of the places. */

static bool before(const kf_fl_job *a, const kf_fl_job *b, bool by_lock)
{
    if (by_lock && a->lock_ms != b->lock_ms)
        return a->lock_ms < b->lock_ms;
    return a->entry.number < b->entry.number;
}

static void put_at(kf_fl_heap *heap, size_t place, kf_fl_job *job, bool by_lock)
{
    heap->jobs[place] = job;
    *(by_lock ? &job->lock_place : &job->free_place) = (uint32_t)place;
}

static void move_up(kf_fl_heap *heap, size_t place, kf_fl_job *job, bool by_lock)
{
    for (; place > 0 && before(job, heap->jobs[(place - 1) / 2], by_lock); place = (place - 1) / 2)
        put_at(heap, place, heap->jobs[(place - 1) / 2], by_lock);
    put_at(heap, place, job, by_lock);
}

static void move_down(kf_fl_heap *heap, size_t place, kf_fl_job *job, bool by_lock)
{
    for (size_t child; (child = 2 * place + 1) < heap->count; place = child) {
        if (child + 1 < heap->count && before(heap->jobs[child + 1], heap->jobs[child], by_lock))
            child++;
        if (!before(heap->jobs[child], job, by_lock))
            break;
        put_at(heap, place, heap->jobs[child], by_lock);
    }
    put_at(heap, place, job, by_lock);
}

static void heap_add(kf_fl_heap *heap, kf_fl_job *job, bool by_lock)
{
    move_up(heap, heap->count++, job, by_lock);
}

static void heap_remove(kf_fl_heap *heap, kf_fl_job *job, bool by_lock)
{
    uint32_t *own = by_lock ? &job->lock_place : &job->free_place;
    size_t place = *own;
    *own = KF_FL_NOWHERE;
    kf_fl_job *last = heap->jobs[--heap->count];
    if (place == heap->count)
        return;
    if (place > 0 && before(last, heap->jobs[(place - 1) / 2], by_lock))
        move_up(heap, place, last, by_lock);
    else
        move_down(heap, place, last, by_lock);
}

static bool heap_reserve(kf_fl_heap *heap, size_t count)
{
    if (count <= heap->capacity)
        return true;
    size_t capacity = heap->capacity == 0 ? 64 : heap->capacity;
    while (capacity < count)
        capacity *= 2;
    kf_fl_job **jobs = realloc(heap->jobs, capacity * sizeof(*jobs));
    if (jobs == NULL)
        return false;
    heap->jobs = jobs;
    heap->capacity = capacity;
    return true;
}

static kf_fl_heap *free_heap(const kf_fl_job *job)
{
    return &job->task->topic->free[job->instance->model->is_case];
}

void kf_fl_set_free(kf_flowable *flowable, kf_fl_job *job)
{
    (void)flowable;
    if (job->free_place == KF_FL_NOWHERE)
        heap_add(free_heap(job), job, false);
}

static void leave_locked(kf_flowable *flowable, kf_fl_job *job)
{
    if (job->lock_place != KF_FL_NOWHERE)
        heap_remove(&flowable->locked, job, true);
    free(job->owner);
    job->owner = NULL;
}

void kf_fl_lock(kf_flowable *flowable, kf_fl_job *job, int64_t until_ms, char *owner)
{
    if (job->free_place != KF_FL_NOWHERE)
        heap_remove(free_heap(job), job, false);
    leave_locked(flowable, job);
    job->owner = owner;
    job->lock_ms = until_ms;
    heap_add(&flowable->locked, job, true);
}

void kf_fl_unlock(kf_flowable *flowable, kf_fl_job *job)
{
    leave_locked(flowable, job);
    if (job->state == KF_FL_EXTERNAL)
        kf_fl_set_free(flowable, job);
}

void kf_fl_withdraw(kf_flowable *flowable, kf_fl_job *job)
{
    leave_locked(flowable, job);
    if (job->free_place != KF_FL_NOWHERE)
        heap_remove(free_heap(job), job, false);
}

static bool make_ledger_room(kf_flowable *flowable, uint32_t number)
{
    if (number < flowable->accepted_capacity)
        return true;
    size_t capacity = flowable->accepted_capacity == 0 ? 4096 : flowable->accepted_capacity * 2;
    uint8_t *accepted = realloc(flowable->accepted, capacity);
    if (accepted == NULL)
        return false;
    memset(accepted + flowable->accepted_capacity, 0, capacity - flowable->accepted_capacity);
    flowable->accepted = accepted;
    flowable->accepted_capacity = capacity;
    return true;
}

kf_fl_job *kf_fl_job_new(kf_flowable *flowable, kf_fl_instance *instance, const kf_fl_task *task)
{
    bool is_case = instance->model->is_case;
    kf_fl_topic *topic = task->topic;
    kf_fl_job *job = calloc(1, sizeof(*job));
    if (job == NULL)
        return NULL;
    job->entry.number = flowable->job_number + 1;
    if (!heap_reserve(&flowable->locked, flowable->jobs.count + 1) ||
        !heap_reserve(&topic->free[is_case], topic->jobs[is_case] + 1) ||
        !make_ledger_room(flowable, job->entry.number) || !kf_fl_insert(&flowable->jobs, &job->entry)) {
        free(job);
        return NULL;
    }
    flowable->job_number++;
    flowable->counts.created++;
    topic->jobs[is_case]++;
    job->instance = instance;
    job->task = task;
    job->create_ms = kf_fl_now(flowable);
    job->retries = 3;
    job->free_place = job->lock_place = KF_FL_NOWHERE;
    job->next = instance->jobs;
    if (job->next != NULL)
        job->next->previous = job;
    instance->jobs = job;
    kf_fl_set_free(flowable, job);
    return job;
}

void kf_fl_job_free(kf_flowable *flowable, kf_fl_job *job)
{
    kf_fl_withdraw(flowable, job);
    kf_fl_set_state(flowable, job, KF_FL_EXTERNAL);
    kf_fl_remove(&flowable->jobs, &job->entry);
    job->task->topic->jobs[job->instance->model->is_case]--;
    *(job->previous == NULL ? &job->instance->jobs : &job->previous->next) = job->next;
    if (job->next != NULL)
        job->next->previous = job->previous;
    free(job->message);
    free(job->details);
    free(job->error_code);
    kf_fl_variables_free(job->variables);
    free(job);
}

void kf_fl_set_state(kf_flowable *flowable, kf_fl_job *job, kf_fl_job_state state)
{
    flowable->timers -= job->state == KF_FL_TIMER;
    flowable->timers += state == KF_FL_TIMER;
    job->state = state;
}

/* Taking the first jobs out and putting them back costs no look at the others. */
ptrdiff_t kf_fl_first_free(kf_fl_topic *topic, int scopes, size_t count, kf_fl_job ***out)
{
    kf_fl_heap *processes = scopes & KF_FL_PROCESSES ? &topic->free[0] : NULL;
    kf_fl_heap *cases = scopes & KF_FL_CASES ? &topic->free[1] : NULL;
    size_t there = (processes == NULL ? 0 : processes->count) + (cases == NULL ? 0 : cases->count);
    if (count > there)
        count = there;
    kf_fl_job **jobs = malloc((count + 1) * sizeof(*jobs));
    if (jobs == NULL)
        return -1;
    for (size_t i = 0; i < count; i++) {
        kf_fl_heap *heap = processes == NULL || processes->count == 0 ? cases : processes;
        if (heap == processes && cases != NULL && cases->count > 0 && before(cases->jobs[0], processes->jobs[0], false))
            heap = cases;
        jobs[i] = heap->jobs[0];
        heap_remove(heap, jobs[i], false);
    }
    for (size_t i = 0; i < count; i++)
        heap_add(free_heap(jobs[i]), jobs[i], false);
    *out = jobs;
    return (ptrdiff_t)count;
}

/* Time */

int64_t kf_fl_now(const kf_flowable *flowable)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + flowable->clock_offset_ms;
}

static kf_fl_job *due_timer(const kf_flowable *flowable, int64_t now)
{
    for (size_t i = 0; i < flowable->jobs.bucket_count; i++) {
        for (kf_fl_entry *entry = flowable->jobs.buckets[i]; entry != NULL; entry = entry->chain) {
            kf_fl_job *job = (kf_fl_job *)entry;
            if (job->state == KF_FL_TIMER && job->due_ms <= now)
                return job;
        }
    }
    return NULL;
}

/* Tries the outcomes again that failed. They are few: each is somebody's uncaught error. */
static void run_timers(kf_flowable *flowable, int64_t now)
{
    kf_fl_job *job;
    while (flowable->timers > 0 && (job = due_timer(flowable, now)) != NULL)
        kf_fl_carry_out(flowable, job);
}

/* The real server's threads sweep every so often; here, the sweeps that were due are made up before anybody looks. */
void kf_fl_tick(kf_flowable *flowable)
{
    int64_t now = kf_fl_now(flowable);
    kf_fl_forget(flowable);
    if (flowable->sweep_ms < 0 || now < flowable->next_sweep_ms)
        return;
    int64_t sweep = now - (now - flowable->sweep_base_ms) % flowable->sweep_ms;
    flowable->next_sweep_ms = sweep + flowable->sweep_ms;
    while (flowable->locked.count > 0 && flowable->locked.jobs[0]->lock_ms < sweep) {
        kf_fl_job *job = flowable->locked.jobs[0];
        flowable->counts.swept += job->owner != NULL;
        kf_fl_unlock(flowable, job);
    }
    run_timers(flowable, now);
}
