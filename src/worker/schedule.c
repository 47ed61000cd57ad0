#include "worker/schedule.h"

#include "http/retry.h"

#define PROBE_FIRST_MS 1000
#define PROBE_LAST_MS 30000
#define GROW_FIRST 2
#define GROW_LAST 64
#define PACE_MS 100
#define ASKED_MOST_MS 300000

static int least(int a, int b)
{
    return a < b ? a : b;
}

int64_t kf_after(int64_t now, int64_t ms)
{
    return now > INT64_MAX - ms ? INT64_MAX : now + ms;
}

int64_t kf_jitter(int64_t ms, uint64_t random)
{
    if (ms <= 0)
        return 0;
    int64_t half = ms - ms / 2;
    return half + (int64_t)(random % (uint64_t)(ms - half + 1));
}

void kf_schedule_init(kf_schedule *schedule)
{
    *schedule = (kf_schedule){.most = KF_ANY_LIMIT, .grow_after = GROW_FIRST};
}

int kf_schedule_begin(kf_schedule *schedule, int room)
{
    schedule->ended = false;
    return schedule->probe ? least(room, 1) : least(room, schedule->most);
}

/* A full answer: perhaps more can be asked for. */
static void grow(kf_schedule *schedule, const kf_polled *polled)
{
    if (polled->limit != schedule->most || ++schedule->full < schedule->grow_after)
        return;
    schedule->full = 0;
    schedule->most = schedule->most > KF_ANY_LIMIT / 2 ? KF_ANY_LIMIT : schedule->most * 2;
    /* Beyond all there is room for, nothing is limited any more. */
    if (schedule->most > polled->room && schedule->most > 2)
        schedule->most = KF_ANY_LIMIT;
}

/* A probe found what a request for more had not. It may be chance: a job that came just then, or several workers that
 * reached for the same ones, who get nothing either. So less is asked for only until more works again; and exclusive
 * jobs are not given out while one is kept. */
static kf_blocked suspect(kf_schedule *schedule, const kf_polled *polled)
{
    schedule->suspicions++;
    if (schedule->most == KF_ANY_LIMIT && schedule->suspicions < 2)
        return KF_BLOCKED_SUSPECTED;
    if (schedule->most != KF_ANY_LIMIT)
        schedule->grow_after = least(schedule->grow_after * 2, GROW_LAST); /* asking for more has failed */
    schedule->most = schedule->most == KF_ANY_LIMIT || schedule->most < 4 ? 1 : schedule->most / 2;
    schedule->full = 0;
    return schedule->suspicions < 2 || polled->kept ? KF_BLOCKED_SUSPECTED : KF_BLOCKED_FOUND;
}

static kf_blocked found_some(kf_schedule *schedule, const kf_topic *topic, const kf_polled *polled, bool probe)
{
    schedule->empty = false;
    schedule->wait_ms = 0;
    schedule->probe_at = 0;
    schedule->probe_wait_ms = 0;
    if (polled->limit > 1) {
        schedule->suspicions = 0;
        schedule->grow_after = GROW_FIRST;
    }
    if (polled->found >= polled->limit) {
        schedule->next_at = polled->now;
        grow(schedule, polled);
    } else {
        schedule->next_at = kf_after(polled->now, kf_jitter(topic->poll_min_ms, polled->random));
        schedule->full = 0;
    }
    return probe ? suspect(schedule, polled) : KF_BLOCKED_NO;
}

static void found_none(kf_schedule *schedule, const kf_topic *topic, const kf_polled *polled, bool probe)
{
    schedule->empty = true;
    schedule->full = 0;
    if (polled->may_block && polled->limit > 1 && polled->now >= schedule->probe_at) {
        schedule->probe = true;
        schedule->next_at = polled->now;
        return;
    }
    if (probe) {
        schedule->probe_wait_ms = schedule->probe_wait_ms == 0 ? PROBE_FIRST_MS : schedule->probe_wait_ms * 2;
        if (schedule->probe_wait_ms > PROBE_LAST_MS)
            schedule->probe_wait_ms = PROBE_LAST_MS;
        schedule->probe_at = polled->now + schedule->probe_wait_ms;
        if (!polled->holding)
            schedule->suspicions = 0; /* the empty answer was true */
    }
    if (schedule->wait_ms > topic->poll_max_ms / 2)
        schedule->wait_ms = topic->poll_max_ms;
    else
        schedule->wait_ms = schedule->wait_ms == 0 ? topic->poll_min_ms : schedule->wait_ms * 2;
    schedule->next_at =
        schedule->ended ? polled->now : kf_after(polled->now, kf_jitter(schedule->wait_ms, polled->random));
}

kf_blocked kf_schedule_polled(kf_schedule *schedule, const kf_topic *topic, const kf_polled *polled)
{
    bool probe = schedule->probe;
    schedule->probe = false;
    schedule->failures = 0;
    if (polled->found > 0)
        return found_some(schedule, topic, polled, probe);
    found_none(schedule, topic, polled, probe);
    return KF_BLOCKED_NO;
}

void kf_schedule_too_large(kf_schedule *schedule, int limit)
{
    schedule->most = limit > 1 ? limit / 2 : 1;
    schedule->full = 0;
    schedule->grow_after = least(schedule->grow_after * 2, GROW_LAST);
}

bool kf_schedule_ended(kf_schedule *schedule, int64_t now)
{
    schedule->ended = true;
    if (schedule->failures > 0 || (!schedule->empty && schedule->most == KF_ANY_LIMIT))
        return false;
    if (schedule->suspicions > 0)
        schedule->probe_at = 0;
    if (schedule->next_at <= now)
        return false;
    schedule->next_at = now;
    return true;
}

kf_track kf_track_of(const kf_error *error)
{
    switch (error->status) {
    case KF_ERROR_AUTH:
    case KF_ERROR_FORBIDDEN:
    case KF_ERROR_NOT_FOUND: /* a wrong base URL */
        return KF_TRACK_SLOW;
    case KF_ERROR_REJECTED:
        return error->http_status == 400 || error->http_status == 422 ? KF_TRACK_END : KF_TRACK_SLOW;
    case KF_ERROR_ARGUMENT:
    case KF_ERROR_ENCODE:
        return KF_TRACK_END;
    default:
        return KF_TRACK_ERROR;
    }
}

int64_t kf_asked_wait(const kf_error *error, int64_t wait)
{
    int64_t asked = error->retry_after_ms < ASKED_MOST_MS ? error->retry_after_ms : ASKED_MOST_MS;
    return asked > wait ? asked : wait;
}

int64_t kf_track_wait(kf_track track, int failures, const kf_error *error, uint64_t random)
{
    int64_t wait = 0;
    if (track == KF_TRACK_SLOW) {
        int64_t ceiling = 5000;
        for (int i = 1; i < failures && ceiling < 60000; i++)
            ceiling *= 2;
        wait = kf_jitter(ceiling < 60000 ? ceiling : 60000, random);
    } else {
        wait = kf_retry_wait(KF_RETRY_TRANSIENT, failures - 1, 250, 30000, random);
    }
    return kf_asked_wait(error, wait);
}

/* What is left of a count after some time: close to exp(-time), without the mathematics library. */
static double fade(int64_t since_ms)
{
    double x = (double)since_ms / PACE_MS;
    return since_ms <= 0 ? 1 : 1 / (1 + x + x * x / 2);
}

void kf_pace_add(kf_pace *pace, int64_t now)
{
    pace->jobs = pace->jobs * fade(now - pace->at) + 1;
    pace->at = now;
}

int kf_pace_read(const kf_pace *pace, int64_t now)
{
    double jobs = pace->jobs * fade(now - pace->at);
    return jobs > 1000000 ? 1000000 : (int)jobs;
}

/* 64 bits: a topic's limit may be as large as an int. */
static int64_t places(const kf_load *load)
{
    return (int64_t)load->slots + load->ahead;
}

int kf_room(const kf_load *worker, const kf_load *topic)
{
    int64_t all = places(worker) < places(topic) ? places(worker) : places(topic);
    int64_t room = places(worker) - worker->busy - worker->waiting;
    int64_t own = places(topic) - topic->busy - topic->waiting;
    bool begins = worker->busy + worker->waiting < worker->slots && topic->busy + topic->waiting < topic->slots;
    room = own < room ? own : room;
    return room > 0 && (begins || room >= (all + 1) / 2) ? (int)room : 0;
}
