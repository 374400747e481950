"""What a login was made with, in words, from the browser's own account of itself."""

from __future__ import annotations

from blueprints.shared.phrases import gettext as _

# the first that fits: Edge and Opera also call themselves Chrome, Chrome also Safari
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "SamsungBrowser": "Samsung Internet",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


def describe(user_agent: str) -> str:
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    if browser and system:
        return str(_("%(browser)s på %(system)s", browser=browser, system=system))
    return browser or system or str(_("Okänd webbläsare"))
