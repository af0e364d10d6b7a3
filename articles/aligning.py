"""Which of the one list stands where in the other.

Every way to find that out has a bound that grows with the lists and no faster, so that no
text, however it was made, keeps an editor waiting. `Work` counts, and a test holds the bounds.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

Pair = tuple[int, int]

ROUNDS = 12  # how often a stretch is parted by what is unique in it
TABLE = 10_000  # cells of the largest table: a hundred items against a hundred
TABLES = 2_000_000  # cells of all tables; no text that somebody wrote needs a tenth of it
COMMON = 8  # a word that stands in more stretches than that leads to none of them
LIKELY = 3  # how many candidates by their words are looked at
ALIKE = 0.42  # from this likeness on, one is the other rewritten


@dataclass
class Work:
    cells: int = 0  # of tables, in `align`
    pairs: int = 0  # compared for likeness, in `pair_alike`


class Bag(NamedTuple):
    """The words of something, to be paired only with others of its kind."""

    kind: Hashable
    words: Counter


def align(old: Sequence[Hashable], new: Sequence[Hashable], work: Work) -> list[Pair]:
    """The places that hold the same in both, in the order of both.

    What is the same at both ends is taken off; the rest is parted at what occurs once in
    both, and so on; what then remains is laid out in a table if it is small. A large
    stretch without anything unique counts as replaced.
    """
    pairs: list[Pair] = []
    stretches = [(0, len(old), 0, len(new), 0)]
    while stretches:
        i, i_end, j, j_end, rounds = stretches.pop()
        while i < i_end and j < j_end and old[i] == new[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        while i < i_end and j < j_end and old[i_end - 1] == new[j_end - 1]:
            i_end, j_end = i_end - 1, j_end - 1
            pairs.append((i_end, j_end))
        if i == i_end or j == j_end:
            continue
        anchors = _anchors(old, new, (i, i_end, j, j_end)) if rounds < ROUNDS else []
        if anchors:
            pairs += anchors
            ends = [(i - 1, j - 1), *anchors, (i_end, j_end)]
            stretches += [
                (before[0] + 1, after[0], before[1] + 1, after[1], rounds + 1)
                for before, after in pairwise(ends)
            ]
        elif (i_end - i) * (j_end - j) <= TABLE and work.cells < TABLES:
            found = _longest_common(old[i:i_end], new[j:j_end], work)
            pairs += [(i + left, j + right) for left, right in found]
    return sorted(pairs)


def pair_alike(old: Sequence[Bag], new: Sequence[Bag], work: Work) -> list[Pair]:
    """The places of those that are a rewriting of each other, in the order of both.

    Each of the old is compared with a handful of the new: those that share most of its rarer
    words, and those at its place.
    """
    places: dict[Hashable, list[int]] = defaultdict(list)
    for j, bag in enumerate(new):
        for word in bag.words:
            if len(places[word]) <= COMMON:
                places[word].append(j)
    leads = {word: found for word, found in places.items() if len(found) <= COMMON}

    pairs = []
    for i, bag in enumerate(old):
        votes = Counter(j for word in bag.words for j in leads.get(word, ()))
        likely = {j for j, _votes in votes.most_common(LIKELY)}
        likely |= {j for j in (i, len(new) - len(old) + i) if 0 <= j < len(new)}
        scores = [
            (likeness(bag.words, new[j].words, work), -j) for j in likely if new[j].kind == bag.kind
        ]
        score, place = max(scores, default=(0.0, 0))
        if score >= ALIKE:
            pairs.append((i, -place))
    return longest_rising(pairs)


def likeness(one: Counter, other: Counter, work: Work) -> float:
    """How far two have the same words, from 0 to 1: half of it is their share of all words,
    half their share of the shorter one's, so that a text that has grown is still the same."""
    work.pairs += 1
    shared, totals = in_common(one, other), (one.total(), other.total())
    return shared / (sum(totals) or 1) + shared / (2 * min(totals) or 1)


def in_common(one: Counter, other: Counter) -> int:
    small, large = sorted((one, other), key=len)
    return sum(min(count, large[word]) for word, count in small.items())


def longest_rising(pairs: Sequence[Pair]) -> list[Pair]:
    """The most of these pairs, given by their first place, whose second place rises too."""
    ends: list[int] = []  # the lowest second place that a run of so many can end on
    at: list[int] = []  # and which pair that is
    before: list[int] = []
    for number, (_first, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [second]
        at[length : length + 1] = [number]
    found = []
    number = at[-1] if at else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _anchors(old, new, stretch):
    """What occurs once in both stretches, as far as its order is the same."""
    i, i_end, j, j_end = stretch
    in_old, in_new = Counter(old[i:i_end]), Counter(new[j:j_end])
    place = {new[k]: k for k in range(j, j_end) if in_new[new[k]] == 1}
    return longest_rising(
        [(k, place[old[k]]) for k in range(i, i_end) if in_old[old[k]] == 1 and old[k] in place]
    )


def _longest_common(old, new, work):
    work.cells += len(old) * len(new)
    lengths = [[0] * (len(new) + 1)]  # of what is common to both ends, from each place on
    for left in reversed(old):
        below, row = lengths[-1], [0]
        for k, right in enumerate(reversed(new)):
            row.append(below[k] + 1 if left == right else max(below[k + 1], row[k]))
        lengths.append(row)
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[len(old) - i - 1][len(new) - j] >= lengths[len(old) - i][len(new) - j - 1]:
            i += 1
        else:
            j += 1
    return pairs
