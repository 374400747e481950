"""What a mail server meant when it did not take a letter.

Source: RFC 5321 4.2.3 (reply codes), RFC 3463 (enhanced status codes), and what the large providers say in practice.
"""

from __future__ import annotations

import re

_ENHANCED = re.compile(r"^[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})\b")
_BY_STATUS = {
    "1.0": "unknown", "1.1": "unknown", "1.3": "unknown", "1.6": "unknown", "1.10": "domain",
    "1.2": "domain", "4.4": "domain",
    "2.0": "closed", "2.1": "closed",
    "2.2": "full",
    "2.3": "large", "3.4": "large",
}  # fmt: skip
_BY_WORDS = (  # tried in this order
    ("ours", r"no SMTPUTF8"),
    ("full", r"mailbox (is )?full|over ?quota|quota exceeded|insufficient (system )?storage"),
    ("large", r"too (large|big)|size (limit|exceed)|exceeds? (the )?(maximum )?size"),
    ("domain", r"not an address|host (not found|unknown)|domain (not found|does not exist)|nullmx|no such domain"
     r"|unrouteable"),
    ("spam", r"spam|blocked|black ?list|blocklist|reputation|policy|denylist|dmarc|spf|junk"),
    ("closed", r"disabled|deactivated|inactive|suspended"),
    ("unknown", r"user unknown|unknown user|no such (user|mailbox|recipient|person)|does ?n.t exist|does not exist"
     r"|invalid (recipient|mailbox|address)|address rejected|mailbox unavailable|recipient (not found|unknown)"),
)  # fmt: skip
_OURS = {"530", "534", "535", "538"}


def reason(reply: str) -> str:
    """unknown, domain, closed, full, large, spam, ours, silent or other, from the answer kept with the letter.

    `ours`: no server was reached, or ours was not let in. `silent`: it said "later" until the letter was too old.
    """
    line = reply.strip()
    if not re.match(r"[245]\d\d\b", line) or line[:3] in _OURS:
        return "ours"
    if found := _ENHANCED.match(line):
        subject = found[1].partition(".")[2]
        if subject in _BY_STATUS:
            return _BY_STATUS[subject]
        if subject.startswith("7.") and line[0] == "5":
            return "spam"
    for code, words in _BY_WORDS:
        if line[0] == "4" and code != "full":
            continue
        if re.search(words, line, re.IGNORECASE):
            return code
    if line[0] == "4":
        return "silent"
    return {"550": "unknown", "551": "unknown", "553": "unknown", "552": "full", "554": "spam"}.get(line[:3], "other")
