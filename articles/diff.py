"""What changed from one text to another, block by block and then word by word.

Blocks that are the same come first; between them, those that are alike are paired, and the
words of each pair compared. Nothing here asks the database, and all of it is bounded (see
`articles.aligning`). Whoever takes what was added and leaves what was removed has the new text;
the other way round the old one. `articles.changes` shows it.
"""

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from itertools import accumulate, groupby, pairwise
from typing import NamedTuple

from articles.aligning import Bag, Work, align, in_common, pair_alike
from articles.blocks import Block, Words, blocks, join

# Where one block ends and the next begins, inside a pair of which one side has more than one.
BREAK = Words("</>")

PART = 0.6  # share of its words that a block has from another, from which it was a part of it
SMALLEST_PART = 3  # words; fewer are in every text
ISLAND = 3  # so few words between two larger changes are no ground to stand on
SENTENCE_ENDS = frozenset(".!?:…”»")


class Kind(Enum):
    KEPT = "kept"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"
    MOVED = "moved"  # its words stand elsewhere, or in a block of another shape


class Segment(NamedTuple):
    """Words in a row that were kept, removed or added."""

    kind: Kind
    words: list[Words]


@dataclass(frozen=True)
class Row:
    """Blocks of the old text and what became of them. `old` and `new` are their places.

    A removed row has no new block, an added one no old. Of what has moved there is a row at
    each of both places. A changed row has more than one block on one side where a paragraph
    was parted or two were joined.
    """

    kind: Kind
    old: tuple[int, ...] = ()
    new: tuple[int, ...] = ()
    segments: tuple[Segment, ...] = ()


@dataclass
class Comparison:
    old: list[Block]
    new: list[Block]
    rows: list[Row]
    moved: dict[int, int]  # from which place to which
    added: int  # words; what has only moved is neither added nor removed
    removed: int
    work: Work

    @property
    def is_empty(self) -> bool:
        return not (self.old or self.new)

    @cached_property
    def has_changed(self) -> bool:
        return any(row.kind != Kind.KEPT for row in self.rows) or self.is_only_regrouped

    @cached_property
    def is_only_regrouped(self) -> bool:
        """Every block is as it was, but a list or a quotation begins or ends elsewhere."""
        return all(row.kind == Kind.KEPT for row in self.rows) and join(self.old) != join(self.new)

    def find(self, place: int, *, quoted: str = "") -> int | None:
        """Where the old text's block at this place is in the new one; None: nowhere.

        Words quoted from it decide where it was parted, or is so changed that only they are left.
        """
        quoted = " ".join(quoted.split())
        near = self._new_places.get(place, ())
        with_words = [at for at in near if quoted in self.new[at].text]
        if near:
            return (with_words or near)[0]
        anywhere = [at for at, block in enumerate(self.new) if quoted and quoted in block.text]
        return anywhere[0] if len(anywhere) == 1 else None

    @cached_property
    def _new_places(self):
        places = {old: row.new for row in self.rows for old in row.old if row.new}
        return places | {old: (new,) for old, new in self.moved.items()}


def find(old: str, place: int, new: str, *, quoted: str = "") -> int | None:
    """Where a block of the old HTML is in the new one; None where it is not there any more.

    For more than one block of the same two texts, ask one `compare(old, new)`.
    """
    return compare(old, new).find(place, quoted=quoted)


def compare(old: str, new: str) -> Comparison:
    """What changed between two texts as `clean_html` leaves them."""
    return _Comparing(blocks(old), blocks(new)).comparison()


# Blocks --------------------------------------------------------------------------------------


class Group(NamedTuple):
    """Blocks that belong together: one on at least one side."""

    old: range
    new: range


@dataclass
class _Comparing:
    old: list[Block]
    new: list[Block]
    work: Work = field(default_factory=Work)
    added: int = 0
    removed: int = 0

    def comparison(self):
        groups = self._groups()
        moved = self._moved(groups)
        rows = list(self._rows(groups, moved))
        return Comparison(self.old, self.new, rows, moved, self.added, self.removed, self.work)

    def _groups(self):
        """Which blocks belong together, in the order of both texts."""
        same = align(
            [block.key for block in self.old], [block.key for block in self.new], self.work
        )
        groups = [Group(range(i, i + 1), range(j, j + 1)) for i, j in same]
        ends = [(-1, -1), *same, (len(self.old), len(self.new))]
        for (i, j), (i_end, j_end) in pairwise(ends):
            groups += self._alike(range(i + 1, i_end), range(j + 1, j_end))
        return sorted(groups, key=lambda group: group.old.start)

    def _alike(self, old, new):
        """The groups in a stretch that has no block in common."""
        if not old or not new:
            return
        pairs = pair_alike(
            [_bag(self.old[i]) for i in old], [_bag(self.new[j]) for j in new], self.work
        )
        pairs = [*((old[i], new[j]) for i, j in pairs), (old.stop, new.stop)]
        i_free, j_free = old.start, new.start
        for (i, j), (i_next, j_next) in pairwise(pairs):
            wholes = range(i, i + 1)
            parts = self._parts(self.old[i], self.new, j, range(j_free, j_next))
            if len(parts) == 1:
                wholes = self._parts(self.new[j], self.old, i, range(i_free, i_next))
            yield Group(wholes, parts)
            i_free, j_free = wholes.stop, parts.stop

    def _parts(self, whole, others, at, free):
        """The place `at` with those beside it, among the free ones, that were parts of a whole."""
        left_over = whole.words - others[at].words
        first, last = at, at
        while last + 1 < free.stop and self._is_part(others[last + 1], whole, left_over):
            last += 1
        while first > free.start and self._is_part(others[first - 1], whole, left_over):
            first -= 1
        return range(first, last + 1)

    def _is_part(self, block, whole, left_over):
        total = block.words.total()
        if block.shape != whole.shape or total < SMALLEST_PART:
            return False
        self.work.pairs += 1
        if in_common(block.words, left_over) < PART * total:
            return False
        for word, count in block.words.items():
            left_over[word] -= min(count, left_over[word])
        return True

    def _moved(self, groups):
        """Which removed block stands elsewhere, with the very same words."""
        kept_old = {i for group in groups for i in group.old}
        kept_new = {j for group in groups for j in group.new}
        waiting: dict[str, list[int]] = {}
        for j in reversed(range(len(self.new))):
            if j not in kept_new and self.new[j].words:
                waiting.setdefault(self.new[j].html, []).append(j)
        found = {}
        for i, block in enumerate(self.old):
            if i not in kept_old and waiting.get(block.html):
                found[i] = waiting[block.html].pop()
        return found

    def _rows(self, groups, moved):
        i = j = 0
        arrived = set(moved.values())
        end = Group(range(len(self.old), len(self.old)), range(len(self.new), len(self.new)))
        for group in [*groups, end]:
            for place in range(i, group.old.start):
                yield self._gone(place, moved)
            for place in range(j, group.new.start):
                yield self._come(place, arrived)
            i, j = group.old.stop, group.new.stop
            if group is not end:
                yield self._together(group)

    def _gone(self, place, moved):
        if place in moved:
            return Row(Kind.MOVED, old=(place,))
        self.removed += self.old[place].words.total()
        return Row(Kind.REMOVED, old=(place,))

    def _come(self, place, arrived):
        if place in arrived:
            return Row(Kind.MOVED, new=(place,))
        self.added += self.new[place].words.total()
        return Row(Kind.ADDED, new=(place,))

    def _together(self, group):
        old, new = [self.old[i] for i in group.old], [self.new[j] for j in group.new]
        places = tuple(group.old), tuple(group.new)
        if [block.key for block in old] == [block.key for block in new]:
            return Row(Kind.KEPT, *places)
        segments, removed, added = _compare_words(_flat(old), _flat(new), self.work)
        self.removed += removed
        self.added += added
        return Row(Kind.CHANGED, *places, tuple(segments))


def _bag(block):
    return Bag(block.shape, block.words)


def _flat(blocks):
    first, *others = [block.atoms for block in blocks]
    return [*first, *(words for atoms in others for words in (BREAK, *atoms))]


# Words ---------------------------------------------------------------------------------------


def _compare_words(old, new, work):
    """The segments of a pair of blocks, and how many words were removed and added.

    Words and signs are aligned, whatever their marks; spaces follow them. Words that only look
    different now are removed and added, and not counted.
    """
    places = [[k for k, words in enumerate(side) if not words.is_space] for side in (old, new)]
    left, right = ([side[k].html for k in at] for side, at in zip((old, new), places, strict=True))
    pairs = _without_islands(align(left, right, work), left, right)
    matched = [(places[0][i], places[1][j]) for i, j in pairs]
    segments = _Segments()
    i = j = 0
    removed = added = 0
    for i_next, j_next in [*matched, (len(old), len(new))]:
        gone, come = old[i:i_next], new[j:j_next]
        removed += sum(words.is_word for words in gone)
        added += sum(words.is_word for words in come)
        segments.replace(gone, come)
        if i_next < len(old):
            segments.replace([old[i_next]], [new[j_next]])
        i, j = i_next + 1, j_next + 1
    return segments.done(), removed, added


def _without_islands(pairs, left, right):
    """Leave out the few words in common that stand alone inside a rewritten passage: a reader
    follows two whole passages more easily than a dozen splinters of both."""
    runs = [
        [pair for _number, pair in run]
        for _offset, run in groupby(
            enumerate(pairs), key=lambda each: (each[1][0] - each[0], each[1][1] - each[0])
        )
    ]
    old, new = _Counted(left), _Counted(right)
    kept = []
    i = j = 0  # where the change before a run begins
    for run, after in pairwise([*runs, [(len(left), len(right))]]):
        (first_i, first_j), (last_i, last_j) = run[0], run[-1]
        words = old.between(first_i, last_i + 1)
        changed_before = max(old.between(i, first_i), new.between(j, first_j))
        changed_after = max(
            old.between(last_i + 1, after[0][0]), new.between(last_j + 1, after[0][1])
        )
        is_island = words <= ISLAND and words < min(changed_before, changed_after)
        if is_island and BREAK.html not in left[first_i : last_i + 1]:
            continue
        kept += run
        i, j = last_i + 1, last_j + 1
    return kept


class _Counted:
    """How many words there are between two places, without counting them each time."""

    def __init__(self, htmls):
        self.up_to = [0, *accumulate(Words(html).is_word for html in htmls)]

    def between(self, start, end):
        return self.up_to[end] - self.up_to[start]


class _Segments:
    """Collects what was kept, removed and added, each as long as it goes."""

    def __init__(self):
        self.all: list[Segment] = []
        self.gone: list[Words] = []
        self.come: list[Words] = []

    def replace(self, gone, come):
        """These words by those; what both begin or end with is kept."""
        start = end = 0
        while start < min(len(gone), len(come)) and gone[start] == come[start]:
            start += 1
        while end < min(len(gone), len(come)) - start and gone[-1 - end] == come[-1 - end]:
            end += 1
        self._keep(gone[:start])
        self.gone += gone[start : len(gone) - end]
        self.come += come[start : len(come) - end]
        self._keep(gone[len(gone) - end :])

    def _keep(self, words):
        if not words:
            return
        self._end_change()
        if self.all and self.all[-1].kind == Kind.KEPT:
            self.all[-1].words.extend(words)
        else:
            self.all.append(Segment(Kind.KEPT, list(words)))

    def _end_change(self):
        gone, come = self.gone, self.come
        self.gone, self.come = [], []
        self.all += [Segment(Kind.REMOVED, gone)] if gone else []
        self.all += [Segment(Kind.ADDED, come)] if come else []

    def done(self):
        self._end_change()
        # An empty end on either side, so that every change has two neighbours.
        self.all = [Segment(Kind.KEPT, []), *self.all, Segment(Kind.KEPT, [])]
        for before, change, after in zip(self.all, self.all[1:], self.all[2:], strict=False):
            if change.kind != Kind.KEPT and before.kind == after.kind == Kind.KEPT:
                _begin_with_a_sentence(before.words, change.words, after.words)
        return [segment for segment in self.all if segment.words]


def _begin_with_a_sentence(before, change, after):
    """Of “It rains. It pours.” after “It pours.” alone, “rains. It” was added, or “It rains.”:
    both give the same two texts, and the second is what the writer did."""
    words, length = [*before, *change, *after], len(change)
    first = last = len(before)
    while first and words[first - 1] == words[first + length - 1]:
        first -= 1
    while last + length < len(words) and words[last] == words[last + length]:
        last += 1
    possible = [*range(len(before), first - 1, -1), *range(len(before) + 1, last + 1)]
    at = next((place for place in possible if _begins_sentence(words, place)), len(before))
    before[:], change[:], after[:] = words[:at], words[at : at + length], words[at + length :]


def _begins_sentence(words, at):
    if not at or words[at - 1] == BREAK:
        return True
    return at > 1 and words[at - 1].is_space and words[at - 2].html in SENTENCE_ENDS
