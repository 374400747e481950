"""What fits into a text message: the alphabet of GSM 03.38, and how many messages a text becomes.

A text with a letter outside the alphabet goes as UCS-2, which takes less than half as much. Å, ä and ö are in it;
typographic signs and most foreign letters are not, so they are written the plain way where there is one.
"""

from __future__ import annotations

import unicodedata

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€")  # each takes the room of two
PLAIN = str.maketrans(
    {
        "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "”": '"', "“": '"', "„": '"', "»": '"', "«": '"',
        "’": "'", "‘": "'", "´": "'", "`": "'", "…": "...", "•": "-", "·": "-", "×": "x", "½": "1/2", "²": "2",
        "³": "3", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th",
    }
)  # fmt: skip
ONE, JOINED = 160, 153  # letters of a message alone, and of each of several
ONE_UCS2, JOINED_UCS2 = 70, 67  # the same in UTF-16 units
MOST = 2  # messages that a text of ours becomes


def plain(text: str) -> str:
    """One line without control characters, in letters of the GSM alphabet as far as there are any."""
    line = " ".join(text.split()).translate(PLAIN)
    return "".join(_plain(sign) for sign in line if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co"))


def _plain(sign: str) -> str:
    if sign in GSM or sign in GSM_TWICE:
        return sign
    bare = unicodedata.normalize("NFKD", sign)
    bare = "".join(part for part in bare if not unicodedata.combining(part))
    return bare if bare and all(part in GSM for part in bare) else sign


def messages(text: str) -> int:
    """How many text messages it is sent as."""
    if all(sign in GSM or sign in GSM_TWICE for sign in text):
        size, one, joined = sum(2 if sign in GSM_TWICE else 1 for sign in text), ONE, JOINED
    else:
        size, one, joined = len(text.encode("utf-16-be")) // 2, ONE_UCS2, JOINED_UCS2
    return 1 if size <= one else -(-size // joined)


def fit(words: str, link: str) -> str:
    """The words, cut where they would take more than MOST messages, then the link, whole."""
    words = plain(words)
    whole = f"{words} {link}"
    cut = len(words)
    while cut and messages(whole) > MOST:
        cut -= 1
        whole = f"{words[:cut].rstrip()}... {link}"
    return whole if cut else link
