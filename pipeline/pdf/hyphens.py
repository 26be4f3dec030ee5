"""Hyphens at the end of a line: put there by the typesetter, or part of the word?"""

import re
from collections import Counter
from collections.abc import Iterable

from pipeline.pdf.raw import HYPHEN_BREAK

# first parts that English joins to a second with a hyphen; used where the paper itself does not tell
_FIRST_PARTS = frozenset(
    """above after air all broad business capacity carbon climate coal community cost cross decision demand
    double dual eco emission emissions employee end energy environment evidence export family fast firm first five
    follow foreign forward fossil four full future gas gender global green greenhouse ground half hard
    heat high home human income industry investor job knowledge labor labour land large least less lessons
    life light local long low macro market medium mid mixed more multi nation natural near nine non
    off oil one open output over-all part peer people performance policy pollution poor post power
    price private problem process product profit public quality quasi rapid raw real resource result risk
    rule science second sector self semi service seven short single site six skill slow small so socio
    soft solar solution stake-holder state supply target task tax technology ten third three time top
    trade triple two under-developed user value waste water well wide win wind work world year zero""".split()
)
# second parts that English joins to a first with a hyphen, whatever the first is
_SECOND_PARTS = frozenset(
    """adjusted aided aligned assisted averse based blind bound built caused centred centered certified controlled
    dependent derived directed driven efficient effective exempt financed focused focussed forming friendly funded
    generated induced intensive intensity level linked made making mediated minded neutral operated oriented owned
    producing reducing related relevant rich run saving scale sensitive specific spectrum sponsored stage
    supported term treated weighted""".split()
)
_LINKS = frozenset("of to and in on by up the for or at as out off down with per".split())
_FRAGMENTS = frozenset(
    "over under more there where here with some any every can may be for in out up on to per per con pro re "
    "de dis un inter sub super trans pre mis anti bio geo micro hydro thermo photo electro".split()
)
_WORD = re.compile(r"(?:[a-z]+[^\W\d_]*|[^\W\d_]+)(?:[-’'][^\W\d_]+)*")  # plain letters first, which is quicker


def vocabulary(lines: Iterable[str]) -> Counter[str]:
    """How often each word form, in lower case, stands whole in the paper, whose lines these are."""
    whole: list[str] = []
    cut = False
    for line in lines:
        at = line.find(" ") + 1 or len(line) if cut else 0
        cut = line.endswith(("-", HYPHEN_BREAK))
        whole.append(line[at : line.rfind(" ") + 1] if cut else line[at:])
    return Counter(_WORD.findall(" ".join(whole).lower()))


def keeps_hyphen(head: str, tail: str, known: Counter[str]) -> bool:
    """Whether `head`-`tail`, broken after its hyphen, is written with the hyphen on one line too.

    `head` comes without the hyphen. The paper's own usage decides, then what the parts are.
    """
    first, second = _edges(head, tail)
    joined, hyphened = known[first + second], known[f"{first}-{second}"]
    in_capitals = head.isupper() and tail[:2].isupper() and joined > hyphened
    if not tail[:1].islower() or not head[-1:].isalpha() or head.isupper():
        return not in_capitals
    if joined != hyphened:
        return hyphened > joined
    *before, last = first.split("-")
    base = second.split("-")[0]
    if (before and last in _LINKS) or ("-" in second and base in _LINKS):
        return True
    if len(last) == 1 or (last[-1] == second[:1] == "i"):
        return True  # "t-test", "anti-inflammatory": no word is broken after its first letter, none has a double i
    if last in _FIRST_PARTS and (known[second] or len(second) > 3 or second in _LINKS):
        return not known[last + second]
    if len(last) > 3 and last not in _FRAGMENTS and base in _SECOND_PARTS:
        return True
    if last.endswith("ly") and len(last) > 4 and len(second) > 3 and known[last]:
        return True  # "highly-unsaturated"
    both_words = known[last] > 0 and known[base] > 0
    return both_words and len(last) > 3 and len(base) > 3 and last not in _FRAGMENTS


def _edges(head: str, tail: str) -> tuple[str, str]:
    """The word right before the break and the word right after it, in lower case."""
    before = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", head.lower())
    after = _WORD.match(tail.lower())
    return (before[-1] if before else ""), (after.group() if after else "")
