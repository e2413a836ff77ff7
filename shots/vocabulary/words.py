"""The vocabulary: one table of terms per field, and functions that look a text up in them.

Every table row holds a word, its aliases, the phrase sent to Wan 2.2, and the evidence for that
phrase: W, it is listed in Wan's own system prompts; A, it is in Alibaba's prompt guide; T, an
ordinary trade term found in neither; a dash, bookkeeping that is never sent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache

# Characters up to which a text is compared with the vocabulary as a possible misspelling.
MAX_MISSPELT = 60

_SEPARATORS = re.compile(r"[\s_\-‐‑–—'’‘]+")  # noqa: RUF001


@dataclass(frozen=True)
class Term:
    """One meaning in the vocabulary: canonical word, phrase for the prompt, evidence, aliases.

    The phrase of a move may contain {adv} and {subject}.
    """

    word: str
    phrase: str
    source: str
    aliases: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every text with this meaning: the word, its aliases, and a phrase without punctuation."""
        phrase = () if not self.phrase or set(self.phrase) & set(",.{") else (self.phrase,)
        return (self.word, *self.aliases, *phrase)


def _table(*rows: tuple[str, str, str, str]) -> tuple[Term, ...]:
    """Build terms from rows of word, comma-separated aliases, phrase, source."""
    return tuple(
        Term(word, phrase, source, tuple(filter(None, aliases.split(", "))))
        for word, aliases, phrase, source in rows
    )


SIZE = _table(
    ("EWS", "ELS, XLS, XWS, extreme wide, extreme long, vast", "extreme wide shot", "W"),
    ("WS", "LS, wide, long, wide shot, long shot", "wide shot", "W"),
    ("FS", "full, full shot, full body", "full shot", "A"),
    ("MWS", "MLS, cowboy, american, medium wide, medium long, three quarter",
     "medium wide shot", "W"),
    ("MS", "medium, mid, waist, medium shot", "medium shot", "W"),
    ("MCU", "medium close up, bust, head and shoulders", "medium close-up shot", "W"),
    ("CU", "close up, closeup, close", "close-up shot", "W"),
    ("BCU", "VCU, big close up, very close up, choker",
     "close-up shot, face filling the frame", "T"),
    ("ECU", "XCU, extreme close up", "extreme close-up shot", "W"),
)  # fmt: skip

PEOPLE = _table(
    ("single", "1S, clean single, one shot", "clean single shot", "A"),
    ("two-shot", "2S, 2 shot, two", "two-shot", "A"),
    ("three-shot", "3S, 3 shot", "three-shot", "T"),
    ("group", "group shot, crowd", "group shot", "A"),
    ("empty", "no people", "", "-"),
)

VIEW = _table(
    ("OTS", "over the shoulder, over shoulder", "over-the-shoulder shot", "W"),
    ("POV", "point of view, subjective", "first-person point-of-view shot", "T"),
    ("insert", "detail, cutaway", "insert shot of a detail", "T"),
    ("establishing", "est, establisher", "establishing shot", "A"),
    ("reverse", "reverse angle", "", "-"),
)

ANGLE = _table(
    ("eye-level", "eye, neutral", "eye-level shot", "A"),
    ("low", "low angle, looking up", "low angle shot", "W"),
    ("high", "high angle, looking down", "high angle shot", "W"),
    ("dutch", "canted, oblique, tilted, dutch angle", "Dutch angle shot", "W"),
    ("overhead", "top, top down, birds eye, bird's eye, god's eye", "overhead shot", "W"),
    ("aerial", "drone, helicopter, aerial shot", "aerial shot", "W"),
    ("worms-eye", "worm's eye, extreme low", "extreme low angle shot looking straight up", "T"),
    ("ground", "ground level, floor", "ground-level shot", "T"),
    ("shoulder", "shoulder level", "shoulder-level shot", "T"),
    ("hip", "hip level, waist level", "hip-level shot", "T"),
)

MOVEMENT = _table(
    ("static", "lock off, locked off, fixed, tripod, still, sticks",
     "Fixed camera, the camera remains still.", "A"),
    ("push-in", "dolly in, track in, push, pushes in, truck in", "The camera {adv}pushes in.", "A"),
    ("pull-out", "dolly out, pull back, track out, pulls out", "The camera {adv}pulls out.", "A"),
    ("pan-left", "", "The camera {adv}pans to the left.", "A"),
    ("pan-right", "", "The camera {adv}pans to the right.", "A"),
    ("tilt-up", "", "The camera {adv}tilts up.", "A"),
    ("tilt-down", "", "The camera {adv}tilts down.", "A"),
    ("track-left", "truck left, dolly left, slide left, crab left",
     "The camera {adv}moves to the left.", "A"),
    ("track-right", "truck right, dolly right, slide right, crab right",
     "The camera {adv}moves to the right.", "A"),
    ("follow", "tracking, tracking shot, follow cam",
     "The camera {adv}follows {subject} from behind.", "A"),
    ("lead", "back with, walk back", "The camera {adv}moves back with {subject}.", "A"),
    ("orbit", "arc, circle", "Orbiting camera movement, the camera {adv}circles {subject}.", "A"),
    ("orbit-left", "arc left, circle left",
     "Orbiting camera movement, the camera {adv}circles {subject} to the left.", "A"),
    ("orbit-right", "arc right, circle right",
     "Orbiting camera movement, the camera {adv}circles {subject} to the right.", "A"),
    ("crane-up", "boom up, jib up, pedestal up, rise", "The camera {adv}rises.", "A"),
    ("crane-down", "boom down, jib down, pedestal down", "The camera {adv}descends.", "T"),
    ("fly-through", "drone forward, fpv", "Drone shot, the camera {adv}flies forward.", "A"),
    ("zoom-in", "", "The lens {adv}zooms in.", "T"),
    ("zoom-out", "", "The lens {adv}zooms out.", "T"),
    ("dolly-zoom", "vertigo, zolly, contra zoom",
     "The camera pulls back while the lens zooms in, the background stretching away.", "T"),
    ("whip-pan-left", "swish left", "The camera whips quickly to the left with motion blur.", "T"),
    ("whip-pan-right", "swish right",
     "The camera whips quickly to the right with motion blur.", "T"),
    ("roll-left", "roll counterclockwise", "The camera {adv}rolls counterclockwise.", "T"),
    ("roll-right", "roll clockwise", "The camera {adv}rolls clockwise.", "T"),
    ("handheld", "hand held", "Handheld camera with slight natural shake.", "T"),
    ("steadicam", "gimbal", "The camera glides smoothly with {subject}.", "T"),
    ("rack-focus", "focus pull, shift focus",
     "The focus shifts from the foreground to the background.", "T"),
)  # fmt: skip

# The phrase is the adverb that goes into {adv}.
SPEED = _table(
    ("very slow", "very slowly", "very slowly", "A"),
    ("slow", "slowly", "slowly", "A"),
    ("subtle", "subtly, slight, slightly", "slightly", "A"),
    ("medium", "normal", "", "A"),
    ("fast", "quick, quickly", "quickly", "A"),
)

FOCUS = _table(
    ("shallow", "bokeh", "the background is blurred", "A"),
    ("deep", "deep focus", "everything in sharp focus from foreground to background", "T"),
    ("tilt-shift", "", "tilt-shift lens", "A"),
    ("fisheye", "", "ultra-wide-angle fisheye", "A"),
    ("macro", "", "macro close detail", "T"),
    ("anamorphic", "scope lens", "anamorphic lens", "T"),
)

SOURCE = _table(
    ("daylight", "day exterior", "daylight", "W"),
    ("sun", "sunny, sunlight", "sunny lighting", "W"),
    ("clear-sky", "skylight", "clear sky light", "A"),
    ("overcast", "cloudy", "overcast lighting", "W"),
    ("moonlight", "moon", "moonlight", "W"),
    ("practical", "practicals, lamp", "practical lighting", "W"),
    ("artificial", "tungsten, led", "artificial lighting", "W"),
    ("fluorescent", "fluoro", "fluorescent lighting", "W"),
    ("firelight", "fire, candle, candlelight", "firelight", "W"),
    ("mixed", "mixed light", "mixed light", "A"),
    ("neon", "", "practical lighting from neon signs", "T"),
)

QUALITY = _table(
    ("soft", "diffused", "soft lighting", "W"), ("hard", "harsh, direct", "hard lighting", "W")
)

# The left or right of "side left" is a field of its own, parsed in lighting.py.
DIRECTION = _table(
    ("top", "toplight, overhead light", "top lighting", "W"),
    ("side", "sidelight, rembrandt, split", "side lighting", "W"),
    ("under", "underlight, uplight", "underlighting", "W"),
    ("edge", "rim, rim light, kicker", "edge lighting", "W"),
    ("back", "backlight, backlit, contre jour", "backlight", "A"),
    ("silhouette", "", "silhouette", "A"),
    ("front", "frontal, flat, beauty", "front lighting", "T"),
)

CONTRAST = _table(
    ("high-contrast", "low key, chiaroscuro, noir", "high contrast", "A"),
    ("low-contrast", "high key, flat light", "low contrast", "A"),
)

TIME = _table(
    ("day", "daytime, morning, noon, afternoon", "day time", "W"),
    ("night", "midnight", "night time", "W"),
    ("dawn", "", "dawn time", "W"),
    ("sunrise", "", "sunrise time", "W"),
    ("sunset", "golden hour, magic hour", "sunset", "A"),
    ("dusk", "blue hour, twilight, evening", "dusk", "A"),
)

TONE = _table(
    ("warm", "", "warm colors", "W"),
    ("cool", "cold", "cool colors", "W"),
    ("mixed-tones", "", "mixed colors", "W"),
    ("desaturated", "low saturation, muted", "low saturation", "A"),
    ("saturated", "high saturation, vivid", "high saturation", "A"),
)

COMPOSITION = _table(
    ("center", "centred, centered", "center composition", "W"),
    ("balanced", "", "balanced composition", "W"),
    ("left-heavy", "left weighted", "left-heavy composition", "W"),
    ("right-heavy", "right weighted", "right-heavy composition", "W"),
    ("symmetrical", "symmetric", "symmetrical composition", "W"),
    ("short-side", "short sided", "short-side composition", "W"),
)

FIELDS: Mapping[str, tuple[Term, ...]] = {
    "size": SIZE, "people": PEOPLE, "view": VIEW, "angle": ANGLE, "movement": MOVEMENT,
    "speed": SPEED, "focus": FOCUS, "source": SOURCE, "quality": QUALITY, "direction": DIRECTION,
    "contrast": CONTRAST, "time": TIME, "tone": TONE, "composition": COMPOSITION,
}  # fmt: skip

# Speed is not a field of the shorthand: "medium" alone is a size, and a speed word belongs to the
# move it stands beside (camera.py).
GROUPS: Mapping[str, tuple[str, ...]] = {
    "camera": ("size", "people", "view", "angle", "movement", "focus"),
    "lighting": ("source", "quality", "direction", "contrast", "time", "tone"),
    "composition": ("composition",),
}

# Tones on one axis exclude each other: a warm shot overrides the board's cool palette and keeps
# its low saturation.
TONE_AXES: Mapping[str, str] = {
    "warm": "temperature",
    "cool": "temperature",
    "mixed-tones": "temperature",
    "desaturated": "saturation",
    "saturated": "saturation",
}

# Upper limit in full-frame millimetres (exclusive), phrase, source. There is no evidence that the
# model understands a number, so none is sent; 28 to 44 mm is its default look.
LENS_PHRASES: tuple[tuple[float, str, str], ...] = (
    (16, "ultra-wide-angle lens", "A"),
    (28, "wide-angle lens", "A"),
    (45, "", "-"),
    (70, "medium focal length", "A"),
    (135, "long-focus lens", "A"),
    (float("inf"), "telephoto lens with compressed perspective", "A+T"),
)


def lens_phrase(lens_mm: float) -> str:
    """Return the phrase for a focal length in full-frame millimetres."""
    return next(phrase for limit, phrase, _ in LENS_PHRASES if lens_mm < limit)


def normalize(text: str) -> str:
    """Fold case and drop separators: "Bird's-Eye" and "birds_eye" become the same key."""
    return _SEPARATORS.sub("", text.casefold())


@cache
def _terms_by_key(field: str) -> Mapping[str, Term]:
    return {normalize(name): term for term in FIELDS[field] for name in term.spellings}


@lru_cache(maxsize=4096)
def find(field: str, text: str) -> Term | None:
    """Find the term of a field that a text is a spelling of."""
    return _terms_by_key(field).get(normalize(text))


@lru_cache(maxsize=4096)
def find_in_group(group: str, text: str) -> tuple[str, Term] | None:
    """Find the field and term of a text in the shorthand of a group."""
    key = normalize(text)
    for field in GROUPS[group]:
        if key in _terms_by_key(field):
            return field, _terms_by_key(field)[key]
    return None


def term(field: str, word: str) -> Term:
    """Return the term of a validated word; any other raises KeyError."""
    return _terms_by_key(field)[normalize(word)]


def spellings(*fields: str) -> Iterator[tuple[str, str, Term]]:
    """Iterate over every spelling of some fields, with its field and its term."""
    return (
        (name, field, entry)
        for field in fields
        for entry in FIELDS[field]
        for name in entry.spellings
    )


@lru_cache(maxsize=4096)
def only_term(text: str, *fields: str) -> str:
    """Return the one word that a text can be a misspelling of; empty where it is ambiguous."""
    words_by_name = _words_by_name(*fields)
    near = _similar(text, *fields) if len(text) > 4 else []
    names = get_close_matches(text.casefold(), near, n=5, cutoff=0.8)
    words = {words_by_name[name] for name in names}
    return words.pop() if len(words) == 1 else ""


@lru_cache(maxsize=4096)
def nearest(text: str, *fields: str) -> str | None:
    """Return the word that a misspelt text most likely means, or None."""
    near = get_close_matches(text.casefold(), _similar(text, *fields), n=1, cutoff=0.6)
    return _words_by_name(*fields)[near[0]] if near else None


@cache
def _words_by_name(*fields: str) -> Mapping[str, str]:
    return {name.casefold(): entry.word for name, _, entry in spellings(*fields)}


@cache
def _names_by_bigram(*fields: str) -> Mapping[str, list[str]]:
    names: dict[str, list[str]] = {}
    for name in _words_by_name(*fields):
        for bigram in _bigrams(name):
            names.setdefault(bigram, []).append(name)
    return names


def _bigrams(text: str) -> set[str]:
    padded = f" {text.casefold()} "
    return {padded[k : k + 2] for k in range(len(padded) - 1)}


@lru_cache(maxsize=4096)
def _similar(text: str, *fields: str) -> list[str]:
    """Return the six spellings that share most bigrams with a text."""
    # get_close_matches against every spelling takes too long on a board full of mistakes.
    if len(text) > MAX_MISSPELT:
        return []
    names = _names_by_bigram(*fields)
    shared = Counter(name for bigram in _bigrams(text) for name in names.get(bigram, ()))
    return [name for name, _ in shared.most_common(6)]
