"""The sample firm, its customers and its price list. All are made up.

Addresses of mail end in .example (RFC 2606), phone numbers are those that PTS keeps free for fiction, and numbers of
persons and associations are ones that Skatteverket publishes for tests.
"""

from __future__ import annotations

from typing import Any

from domain.quotes import LineKind, PriceBasis
from services.articles import ArticleInput
from services.customers import CustomerInput
from services.inquiries.receiving import InquiryInput

NAME = "Tumbredd Snickeri AB"
PURCHASE_PERCENT = 56  # of a price with VAT, what goods cost without it
EMAIL = "jonas@tumbredd.example"
USER = {"name": "Jonas Ek", "phone": "+46701740601"}

COMPANY: dict[str, Any] = {
    "name": NAME,
    "orgnr": "878000-3656",
    "f_skatt": True,
    "vat_number": "SE878000365601",
    "street": "Verkstadsvägen 2",
    "postal_code": "999 99",
    "city": "Lillhamra",
    "seat": "Lillhamra",
    "phone": "+4684650404",
    "email": "kontakt@tumbredd.example",
    "website": "https://tumbredd.example",
    "bankgiro": "5050-1055",
    "plusgiro": "",
    "fiscal_year_ends": 12,
}
MESSAGE = "Hej! Här kommer offerten som vi pratade om. Hör av dig om något är oklart. Hälsningar, Jonas"
INQUIRY = InquiryInput(
    kind="private",
    name="Samira Lindh",
    company="",
    email="samira.lindh@kund.example",
    phone="+46701740660",
    street="Lärkvägen 3",
    postal_code="999 97",
    city="Lillhamra",
    wanted="Gärna före sommaren",
    text="Hej! Vi vill ha en altan på baksidan, ungefär 4 × 5 meter, med räcke och två trappsteg.\n"
    "Marken sluttar lite. Kan ni komma och titta?",
)
# every paper and every customer's page shows the firm's terms, so the mark stands there too
MARK = "Exempeldata: företaget och kunden är påhittade, och inget här gäller."


def _private(name: str, email: str, phone: str, street: str, postal_code: str = "999 98") -> CustomerInput:
    address = {"site_street": street, "site_postal_code": postal_code, "site_city": "Lillhamra"}
    return CustomerInput("private", name, f"{email}@kund.example", f"+46{phone}", **address)


CUSTOMERS: dict[str, CustomerInput] = {
    "karin": _private("Karin Almgren", "karin.almgren", "701740610", "Granstigen 4"),
    "lennart": _private("Lennart Wiklund", "lennart.wiklund", "701740611", "Solbacken 2", "999 97"),
    "amina": _private("Amina Yusuf", "amina.yusuf", "701740612", "Björkgatan 11"),
    "sara": _private("Sara Öhman", "sara.ohman", "701740613", "Ågatan 7", "999 96"),
    "per": _private("Per Lindgren", "per.lindgren", "701740614", "Kvarnvägen 19"),
    "britta": _private("Britta Åström", "britta.astrom", "701740615", "Kyrkbacken 1", "999 95"),
    "mehmet": _private("Mehmet Demir", "mehmet.demir", "701740616", "Sjövägen 30", "999 94"),
    "eva": _private("Eva Ljung", "eva.ljung", "701740617", "Tallgränd 8"),
    "bageri": CustomerInput(
        "company",
        "Lillhamra Bageri AB",
        "info@lillhamrabageri.example",
        "+4684650420",
        contact="Ingrid Sand",
        street="Torget 3",
        postal_code="999 90",
        city="Lillhamra",
    ),
    "brf": CustomerInput(
        "association",
        "Brf Åkanten",
        "styrelsen@brfakanten.example",
        "+4684650421",
        orgnr="799900-0040",
        contact="Maj Holm",
        street="Åkanten 1",
        postal_code="999 93",
        city="Lillhamra",
    ),
}


def _work(name: str, kronor: int, work_type: str) -> ArticleInput:
    return _article(name, "tim", kronor, LineKind.LABOUR, deduction="rot", work_type=work_type)


def _goods(name: str, unit: str, kronor: int) -> ArticleInput:
    return _article(name, unit, kronor, LineKind.MATERIAL, purchase_price_ore=kronor * PURCHASE_PERCENT)


def _other(name: str, unit: str, kronor: int) -> ArticleInput:
    return _article(name, unit, kronor, LineKind.OTHER)


def _article(name: str, unit: str, kronor: int, kind: LineKind, **more: Any) -> ArticleInput:
    return ArticleInput(name, unit, kronor * 100, PriceBasis.INCL.value, 25, kind.value, **more)


ARTICLES: tuple[ArticleInput, ...] = (
    _work("Snickare", 690, "bygg"),
    _work("Lärling", 450, "bygg"),
    _work("Rivning", 590, "bygg"),
    _work("Plattsättning", 720, "bygg"),
    _work("Målning och spackling", 620, "malning_tapetsering"),
    _work("Elinstallation", 790, "el"),
    _work("Rörmokare", 820, "vvs"),
    _goods("Gipsskiva 13 mm", "m²", 95),
    _goods("Regel 45 × 95", "lm", 42),
    _goods("Isolering 95 mm", "m²", 78),
    _goods("Trall 28 × 120, tryckimpregnerad", "lm", 49),
    _goods("Trallskruv, 250 st", "paket", 389),
    _goods("Innerdörr, vit", "st", 1890),
    _goods("Ytterdörr, isolerad", "st", 14900),
    _goods("Fönster, tre glas", "st", 6900),
    _goods("Foder och golvlist", "lm", 58),
    _goods("Parkett, ek trestav", "m²", 549),
    _goods("Klinker 30 × 30", "m²", 449),
    _goods("Tätskikt", "m²", 390),
    _goods("Golvvärmematta", "m²", 1150),
    _goods("Bänkskiva, laminat", "lm", 1090),
    _goods("Väggfärg", "l", 189),
    _other("Container 10 m³", "st", 4900),
    _other("Bortforsling", "st", 1950),
    _other("Byggställning", "dag", 650),
    _other("Framkörning", "st", 450),
)
