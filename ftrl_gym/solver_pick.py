"""Which rows of a result a question means: the only one, the ones with a value that it names, or an extreme one.

Part of the independent solver. English and nothing of any scenario: superlatives, what they can be about, and to which
noun of the question they belong.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

from ftrl_gym.question_values import Named, folded
from ftrl_gym.solver_types import is_date, is_number, words
from ftrl_gym.task import Json

Object = dict[str, Json]
End = Callable[..., Json]

_PRICE = r"price|fee|cost|amount|fare|tax"
_WHEN = r"depart|start|date|arrive|issued|time|expires"
_LENGTH = r"minute|distance|duration|km|hours"
_SIZE = r"beds|seats|size|area|capacity|amount"
_WEIGHT = r"weight|weighs|mass|kilo|gram|kg"
_MADE = r"built|founded|opened"
_SUPERLATIVES: tuple[tuple[str, str, End], ...] = (
    (r"cheapest|least expensive|lowest priced", _PRICE, min),
    (r"dearest|priciest|costliest|most expensive", _PRICE, max),
    (r"earliest|soonest|first|next", _WHEN, min),
    (r"latest|last|most recent|newest", _WHEN, max),
    (r"best rated|best reviewed|highest rated|top rated|best", r"rating|score", max),
    (r"worst rated|lowest rated|worst", r"rating|score", min),
    (r"nearest|closest|shortest|quickest|fastest", _LENGTH, min),
    (r"furthest|farthest|longest|slowest", _LENGTH, max),
    (r"heaviest", _WEIGHT, max),
    (r"lightest", _WEIGHT, min),
    (r"oldest", _MADE, min),
    (r"newest", _MADE, max),
    (r"biggest|largest|roomiest", _SIZE, max),
    (r"smallest", _SIZE, min),
    (r"most|highest|greatest|maximum", "", max),
    (r"fewest|least|lowest|minimum", "", min),
)
"""Words of a question, the fields they may be about, and which end they mean. Where no field is given the noun that
follows names it ("the most seats")."""
_SYNONYMS = {
    "room": ("hotel", "stay", "accommodation"),
    "car": ("rental", "rented", "hire"),
    "flight": ("fly", "flying", "plane"),
    "fare": ("price",),
    "guest": ("rating",),
    "review": ("rating",),
}
_NO_THINGS = frozenset(("stop", "name", "time", "leg"))
"""What a superlative before it has nothing to choose from: the last stop, the first name."""
_BARRIERS = frozenset(
    ("from", "to", "of", "in", "at", "on", "for", "with", "that", "which", "and", "or", "by", "between")
)


def says(named: Named, choice: Json) -> bool:
    """Whether a question says a member of a closed vocabulary, or a common word for it."""
    forms = (str(choice), f"{choice}s", *_SYNONYMS.get(str(choice), ()))
    return any(named.says(form) for form in forms)


def pick(
    objects: Sequence[Object], entity: str, others: frozenset[str], plain: frozenset[str], named: Named
) -> tuple[list[Object], list[Object]]:
    """The rows that have the values a question names, and those of them that its words single out.

    Args:
        objects: Rows of one result.
        entity: What they are.
        others: Nouns for other things, to which a superlative may belong instead.
        plain: Words for kinds of things; as values of a row they are not meant.
        named: What the question says.

    Returns:
        The rows left, and the ones singled out: none where no word of the question chooses between several.
    """
    left = list(objects)
    for name in objects[0] if len(objects) > 1 else ():
        values = [str(each.get(name)) for each in left]
        if len(set(values)) > 1:
            said = [each for each in left if each.get(name) not in plain and _names(named, name, each.get(name))]
            left = said or left
    if len(left) < 2:
        return left, left
    kinds = {v for each in left for v in each.values() if isinstance(v, str) and v.islower()}  # van, double, window
    nouns = words(entity) | kinds
    ends = _ends(left[0], nouns, others, named) or _ends(left[0], nouns, others, named, guess=True)
    extremes = [_extreme(left, name, end) for name, end in ends]
    return left, [each for each in left if among(each, extremes)]


def among(one: Object, some: Sequence[Object | None]) -> bool:
    """Whether this very object is one of some."""
    return any(one is each for each in some)


def _ends(
    sample: Object, nouns: frozenset[str], others: frozenset[str], named: Named, *, guess: bool = False
) -> list[tuple[str, End]]:
    """Fields of which the question wants the least or the greatest value.

    With ``guess``, also those whose names do not say that they are meant, where no other field could be.
    """
    own: list[tuple[str, End]] = []
    loose: list[tuple[str, End]] = []
    for start, near, fields, end in _superlatives(named.text):
        columns = _columns(sample, fields, near) or (_lone(sample, fields) if guess else [])
        belongs = _belongs(start, near, nouns, others, named)
        (own if belongs else loose).extend((name, end) for name in columns if belongs is not None)
    return list(dict.fromkeys(own or loose))


@functools.lru_cache(maxsize=256)
def _superlatives(text: str) -> tuple[tuple[int, tuple[str, ...], str, End], ...]:
    """Where a text has a superlative, the words after it, the fields that it may be about, and which end it means."""
    return tuple(
        (match.start(), tuple(_until_barrier(text[match.end() :].split()[:4])), fields, end)
        for said, fields, end in _SUPERLATIVES
        for match in re.finditer(rf" (?:{said})(?= )", text)
    )


def _columns(sample: Object, fields: str, near: Sequence[str]) -> list[str]:
    spoken = frozenset().union(*(words(word) | {*_SYNONYMS.get(word, ())} for word in near)) if near else frozenset()
    comparable = [name for name, value in sample.items() if _comparable(value)]
    about = [name for name in comparable if words(name) & spoken]
    return about or [name for name in comparable if fields and re.search(fields, name)][:1]


def _lone(sample: Object, fields: str) -> list[str]:
    """The only day or time for words about time, for other words the only number: "next" has no other ``ships``."""
    if not fields:
        return []
    fitting = [name for name, v in sample.items() if _comparable(v) and is_number(v) is (fields != _WHEN)]
    return fitting if len(fitting) == 1 else []


def _belongs(
    start: int, near: Sequence[str], nouns: frozenset[str], others: frozenset[str], named: Named
) -> bool | None:
    """Whether a superlative is about a noun: True by grammar, False perhaps, None when it is about another word."""
    before = named.text[:start].split()
    for word in near:
        if words(word) & nouns:
            return True
        if words(word) & others:
            return None
    if before and words(before[-1]) & nouns:  # the airport nearest to
        return True
    if before[-2:] in (["with", "the"], ["has", "the"], ["have", "the"]):  # the hotel with the best rating
        noun = before[-3] if len(before) > 2 else ""
        return None if words(noun) & others else bool(words(noun) & nouns)
    return None if near[:1] and near[0] in _NO_THINGS else False


def _until_barrier(after: Sequence[str]) -> list[str]:
    result = []
    for word in after:
        if word in _BARRIERS:
            break
        result.append(word)
    return result


def _extreme(rows: Sequence[Object], name: str, end: End) -> Object | None:
    """The one row with the least or greatest value; None in a tie."""
    values = [each[name] for each in rows]
    best = end(values)
    return rows[values.index(best)] if values.count(best) == 1 else None


def _names(named: Named, column: str, value: Json) -> bool:
    """Whether a question says a value: a text as such, a number with what it counts ("2 beds")."""
    if is_number(value):
        if not named.says(str(value)):
            return False
        after = re.findall(rf" {re.escape(folded(str(value)).strip())} (\w+)(?= )", named.text)
        return any(words(noun) & words(column) for noun in after)
    return isinstance(value, str) and len(value) > 1 and says(named, value)


def _comparable(value: Json) -> bool:
    return is_number(value) or is_date(value) or (isinstance(value, str) and bool(re.fullmatch(r"\d\d:\d\d", value)))
