"""What has happened to each quote of the sample firm: one story per state that a user can meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from services.demo.firm import MARK


class Row(Struct, frozen=True):
    """A line made from an article of the price list; quantity in thousandths, discount in hundredths of a percent."""

    article: str
    quantity_milli: int
    text: str = ""
    note: str = ""
    discount_bp: int = 0
    is_option: bool = False


class Step(Struct, frozen=True):
    """One act: its name in services/demo/acts.py, how many days ago and when on that day (Stockholm), and its words."""

    act: str
    days_ago: int
    hour: int
    minute: int
    words: dict[str, Any] = field(default_factory=dict)


class Story(Struct, frozen=True):
    title: str
    customer: str  # a key of firm.CUSTOMERS
    sections: Mapping[str, tuple[Row, ...]]
    steps: tuple[Step, ...]
    valid_days: int = 30  # from the sending


def step(act: str, days_ago: int, clock: str, **words: Any) -> Step:
    hour, minute = clock.split(".")
    return Step(act, days_ago, int(hour), int(minute), words)


BATHROOM = {
    "Rivning": (
        Row("Rivning", 16000, "Rivning av ytskikt och inredning"),
        Row("Container 10 m³", 1000, "Container och bortforsling"),
    ),
    "Ytskikt": (
        Row("Plattsättning", 38000, "Tätskikt, kakel och klinker"),
        Row("Tätskikt", 22500),
        Row("Klinker 30 × 30", 20000, discount_bp=1000),
        Row("Golvvärmematta", 4500, "Golvvärme under klinkern", "Med termostat på väggen.", is_option=True),
        Row("Elinstallation", 5000, "Två spotlights över spegeln", is_option=True),
    ),
    "Installation": (Row("Rörmokare", 12000, "Brunn, blandare och wc"), Row("Elinstallation", 6000)),
}
KITCHEN = {
    "Snickeri": (
        Row("Snickare", 46000, "Montering av stommar, luckor och bänkskiva"),
        Row("Bänkskiva, laminat", 5200),
        Row("Foder och golvlist", 24000),
    ),
    "El och vatten": (
        Row("Elinstallation", 8000),
        Row("Rörmokare", 6000, "Diskmaskin och blandare"),
        Row("Målning och spackling", 14000, "Målning av väggar och tak", is_option=True),
    ),
}
DECK = {
    "Altan": (
        Row("Snickare", 28000, "Stomme och trall"),
        Row("Lärling", 28000),
        Row("Regel 45 × 95", 96000),
        Row("Trall 28 × 120, tryckimpregnerad", 210000),
        Row("Trallskruv, 250 st", 4000),
    ),
    "Trappa": (Row("Snickare", 9000, "Trappa med fyra steg och räcke", is_option=True),),
}
FLOOR = {
    "Golv": (
        Row("Snickare", 18000, "Läggning av parkett"),
        Row("Parkett, ek trestav", 42000),
        Row("Foder och golvlist", 54000),
        Row("Bortforsling", 1000, "Bortforsling av gammalt golv"),
    )
}
DOORS = {
    "Entréer": (
        Row("Snickare", 24000, "Byte av tre entrédörrar"),
        Row("Ytterdörr, isolerad", 3000),
        Row("Byggställning", 2000),
    ),
    "Trapphus": (Row("Målning och spackling", 30000, "Målning av trapphus", is_option=True),),
}
WINDOWS = {
    "Fönster": (
        Row("Snickare", 20000, "Byte av fem fönster"),
        Row("Fönster, tre glas", 5000),
        Row("Foder och golvlist", 30000),
        Row("Framkörning", 3000),
    )
}
SHOP = {
    "Butiken": (
        Row("Snickare", 32000, "Disk, hyllor och ny vägg mot lagret"),
        Row("Gipsskiva 13 mm", 24000),
        Row("Regel 45 × 95", 60000),
        Row("Innerdörr, vit", 1000),
        Row("Väggfärg", 10000),
    )
}

STORIES: tuple[Story, ...] = (
    Story(
        "Golv i vardagsrum, Tallgränd 8",
        "eva",
        FLOOR,
        (
            step("write", 75, "08.40"),
            step("send", 75, "09.05"),
            step("expire", 44, "00.10"),
            step("archive", 40, "07.55"),
        ),
    ),
    Story(
        "Altan, Kvarnvägen 19",
        "per",
        DECK,
        (step("write", 44, "10.10"), step("send", 44, "10.45"), step("open", 43, "18.20"), step("expire", 13, "00.10")),
    ),
    Story(
        "Nya fönster, Kyrkbacken 1",
        "britta",
        WINDOWS,
        (
            step("write", 40, "13.00"),
            step("send", 40, "13.25"),
            step("open", 38, "09.12"),
            step("expire", 9, "00.10"),
            step("approve", 2, "19.48", name="Britta Åström", later=True),
        ),
    ),
    Story(
        "Omläggning av golv, Sjövägen 30",
        "mehmet",
        FLOOR,
        (
            step("write", 24, "15.30"),
            step("send", 24, "15.50"),
            step("open", 23, "20.02"),
            step("approve", 16, "20.15", name="Mehmet Demir", later=True),
            step("withdraw", 9, "08.31", name="Mehmet Demir"),
        ),
    ),
    Story(
        "Badrum på övervåningen, Kvarnvägen 19",
        "per",
        BATHROOM,
        (
            step("write", 21, "09.00"),
            step("send", 21, "09.40"),
            step("open", 20, "12.03"),
            step("decline", 18, "17.26", reason="price", comment="Vi väntar med badrummet till nästa år."),
        ),
    ),
    Story(
        "Disk och hyllor i butiken",
        "bageri",
        SHOP,
        (
            step("write", 20, "10.15"),
            step("send", 20, "10.50"),
            step("open", 20, "11.31"),
            step("approve", 17, "14.02", name="Ingrid Sand"),
            step("rate", 17, "14.05", score=5, text="Lätt att se vad som ingick och vad det kostade."),
        ),
    ),
    Story(
        "Altan med trappa, Sjövägen 30",
        "mehmet",
        DECK,
        (step("write", 15, "11.20"), step("send", 15, "11.35"), step("recall", 14, "08.05")),
    ),
    Story(
        "Kök, Ågatan 7",
        "sara",
        KITCHEN,
        (
            step("write", 13, "14.05"),
            step("send", 13, "14.40"),
            step("open", 12, "19.22"),
            step("ask", 12, "19.31", text="Ingår bortforsling av de gamla skåpen?"),
            step("answer", 11, "07.50", text="Ja, vi tar med oss dem samma dag som vi river."),
            step("pick", 6, "20.40", text="Målning av väggar och tak"),
            step(
                "approve",
                6,
                "20.44",
                name="Sara Öhman",
                numbers=(("Sara Öhman", "198406012388"), ("Ali Öhman", "198502152393")),
                fastighetsbeteckning="LILLHAMRA 3:14",
            ),
        ),
    ),
    Story(
        "Badrum i källaren, Kyrkbacken 1",
        "britta",
        BATHROOM,
        (
            step("write", 13, "09.20"),
            step("contract", 13, "09.50", starts=40, days=21),
            step("send", 13, "10.00", message=f"Hej Britta! Här är kontraktet, som vi sa.\n\n{MARK}"),
            step("open", 12, "18.10"),
            step("approve", 10, "19.05", name="Britta Åström", later=True),
        ),
    ),
    Story(
        "Tre entrédörrar, Åkanten 1",
        "brf",
        DOORS,
        (
            step("write", 12, "09.10"),
            step("send", 12, "09.45"),
            step("open", 11, "16.00"),
            step("write_more", 8, "13.20", section="Entréer", row=Row("Snickare", 6000, "Nya dörrstängare")),
            step("send", 8, "13.35", message="Hej Maj! Här är offerten igen, nu med nya dörrstängare."),
            step("open", 7, "10.24"),
        ),
    ),
    Story(
        "Nya fönster i butiken, Torget 3",
        "bageri",
        WINDOWS,
        (
            step("write", 6, "09.10"),
            step("contract", 6, "09.30", starts=40, days=10),
            step("share", 6, "09.40", name="Oskar Sand", email="oskar.sand@lillhamrabageri.example", role="signatory"),
            step("share", 6, "09.41", name="Mona Ek", email="mona.ek@kund.example", role="witness"),
            step("arrange", 6, "09.42"),
            step("send", 6, "09.50", message=f"Hej! Här är kontraktet på fönstren.\n\n{MARK}"),
            step("open", 5, "11.04"),
            step("approve", 5, "11.20", name="Ingrid Sand"),
        ),
    ),
    Story(
        "Skjutdörrar i sovrum, Solbacken 2",
        "lennart",
        {"Sovrum": (Row("Snickare", 8000, "Montering av skjutdörrar"), Row("Innerdörr, vit", 2000, "Skjutdörr, vit"))},
        (step("write", 9, "16.10"), step("send", 9, "16.20"), step("open", 8, "08.14")),
        valid_days=11,
    ),
    Story(
        "Badrum, Granstigen 4",
        "karin",
        BATHROOM,
        (
            step("write", 4, "09.30"),
            step("send", 4, "10.12"),
            step("open", 3, "18.47"),
            step("ask", 1, "20.19", text="Hinner ni bli klara före jul? Vi får gäster den 22 december."),
        ),
    ),
    Story(
        "Kök, Björkgatan 11",
        "amina",
        KITCHEN,
        (step("write", 3, "13.15"), step("send", 3, "13.55"), step("open", 2, "12.30")),
    ),
    Story(
        "Parkett i hallen, Tallgränd 8",
        "eva",
        FLOOR,
        (
            step("write", 2, "15.00"),
            step("send", 2, "15.10", email="eva.ljung@kundd.example", bounces="550 5.1.1 No such user here"),
        ),
    ),
    Story(
        "Besiktningsprotokoll, altan",
        "lennart",
        {},
        (
            step("upload", 6, "15.20"),
            step("send", 6, "15.24", message=f"Hej Lennart! Här är protokollet. Skriv gärna under.\n\n{MARK}"),
            step("open", 5, "19.02"),
        ),
    ),
    Story("Fönster mot gården", "karin", WINDOWS, (step("write", 1, "16.35"), step("send", 1, "16.52"))),
    Story("Altan med trappa, Solbacken 2", "lennart", DECK, (step("write", 1, "17.20"),)),
)
