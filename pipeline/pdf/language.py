"""Which language a paper is in: English is told by its commonest words, the others by py3langid.

py3langid (BSD licence) is langid.py of Lui and Baldwin, "langid.py: An off-the-shelf language identification tool",
2012, in plain Python and NumPy: offline, the same answer every time, no pickle. Its model takes half a second to
load, which only papers that do not look English cost.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from pipeline.documents import Section

WINDOWS, LENGTH = 12, 600  # stretches of a text that are looked at, and characters of each
LETTERS = 0.5  # of a stretch, at least so much is letters; others are tables or formulas
ENOUGH = 200  # letters below which a text is too short to tell
PLAIN = 0.12  # of the words of a stretch in English, at least so many are among these

_ENGLISH = frozenset("the of and to is that for with are this which was were from by be it has have not can".split())
NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "gl": "Galician", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian",
    "mk": "Macedonian", "mn": "Mongolian", "ms": "Malay", "my": "Burmese", "ne": "Nepali", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili",
    "ta": "Tamil", "th": "Thai", "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def language(text: str, sections: Iterable[Section]) -> str:
    """The ISO 639-1 code of the language that most of a text is in, such as "en", or "" where that cannot be told.

    The reference list does not count. An abstract in another language, or names, do not outweigh the text.
    """
    body = " ".join(text[s.start : s.end] for s in sections if s.role != "references") or text
    counted = ((stretch, sum(map(str.isalpha, stretch))) for stretch in _stretches(body))
    letters = {stretch: count for stretch, count in counted if count >= LETTERS * len(stretch)}
    if sum(letters.values()) < ENOUGH:
        return ""
    seen = list(letters)
    english = [_is_english(stretch) for stretch in seen]
    if sum(english) >= len(seen) / 2:
        return "en"
    votes = Counter("en" if yes else _told(stretch) for stretch, yes in zip(seen, english, strict=True))
    code, most = max(votes.items(), key=lambda vote: (vote[1], vote[0]))
    return code if most >= len(seen) / 2 else ""


def _stretches(body: str) -> list[str]:
    """Stretches of a text, evenly spread, or all of it where it is short."""
    step = max(len(body) // WINDOWS, LENGTH)
    return [body[at : at + LENGTH] for at in range(0, len(body), step)][:WINDOWS]


def _is_english(stretch: str) -> bool:
    words = stretch.lower().split()
    return sum(word in _ENGLISH for word in words) >= PLAIN * len(words)


def _told(stretch: str) -> str:
    """The language of a stretch, of those that have a name here."""
    code, _ = _identifier().classify(stretch)
    return str(code)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # here, for most runs need neither it nor its time

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(sorted(NAMES))
    return identifier
