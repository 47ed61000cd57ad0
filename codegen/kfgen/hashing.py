"""The hash tables of member names: the same function as kf_name_hash() in C, and the search for a seed."""
from .stop import Stop

MOST_SLOTS = 1 << 15


def name_hash(name, seed):
    value = 2166136261 ^ seed
    for byte in name:
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value ^ value >> 15


def is_likely(count, size):
    """Whether a seed without collisions can be expected among some ten thousand."""
    chance = 1.0
    for taken in range(count):
        chance *= (size - taken) / size
    return chance >= 1e-4


def find_seed(names, size, tries):
    for seed in range(tries):
        slots = [0] * size
        for index, name in names:
            slot = name_hash(name, seed) & (size - 1)
            if slots[slot]:
                break
            slots[slot] = index + 1
        else:
            return seed, slots
    return None


def slots_of(names, place):
    """Seed and slots for a list of names, where None takes no part and a repeated name counts once."""
    keys, seen = [], set()
    for index, name in enumerate(names):
        if name is not None and name not in seen:
            seen.add(name)
            keys.append((index, name.encode()))
    size = 1
    while size < len(keys) or not is_likely(len(keys), size):
        size *= 2
    while size <= MOST_SLOTS:
        found = find_seed(keys, size, 100000)
        if found:
            return found
        size *= 2
    raise Stop(place, f"has too many members ({len(keys)})")
