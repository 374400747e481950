"""How the parameters of every route are filled. A route with parameters that no row here covers fails the tests."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.routing import Rule

ARGUMENT = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")

# (blueprint, argument) -> the name in FirmOfTest.names that fills it
FILLED_BY = {
    ("quotes", "n"): "quote_n",
    ("quotes", "section_n"): "section_n",
    ("quotes", "line_n"): "line_n",
    ("quotes", "link_id"): "link_id",
    ("quotes", "recipient_id"): "recipient_id",
    ("quotes", "photo_id"): "photo_id",
    ("quotes", "size"): "photo_size",
    ("quotes", "version_n"): "version_n",
    ("quotes", "upload_id"): "upload_id",
    ("quotes", "page_n"): "page_n",
    ("customers", "n"): "customer_n",
    ("articles", "n"): "article_n",
    ("articles", "import_id"): "import_id",
    ("templates", "n"): "template_n",
    ("templates", "text_n"): "text_n",
    ("templates", "contract_n"): "contract_n",
    ("templates", "code"): "clause_code",
    ("inquiries", "n"): "quote_n",
    ("deal", "deal_id"): "deal_id",
    ("deal", "token"): "token",
    ("deal", "position"): "position",
    ("deal", "applicant_id"): "applicant_id",
    ("deal", "photo_id"): "photo_id",
    ("deal", "size"): "photo_size",
    ("deal", "version_n"): "version_n",
    ("deal", "page_n"): "page_n",
    ("konto", "export_id"): "export_id",
    ("konto", "n"): "quote_n",
    ("konto", "public_id"): "user_id",
    ("settings", "public_id"): "login_id",
}
# parameters that name nothing of a firm: public texts; tokens of mailed links (test_link_tokens.py); the local
# mailbox of a trial, which production does not have (test_headers.py)
OF_NO_FIRM = {
    "home.terms": {"version": "2026-11-20"},
    "home.privacy": {"version": "2026-11-20"},
    "home.dpa": {"version": "2026-11-20"},
    "home.customers": {"version": "2026-11-20"},
    "accounts.take_confirm_link": {"token": "x"},
    "accounts.take_reset_link": {"token": "x"},
    # the public form of a firm, and a sender's own request by its token (tests/routes/inquiries)
    "inquiries.form": {"firm_id": "x"},
    "inquiries.send": {"firm_id": "x"},
    "inquiries.sent": {"firm_id": "x"},
    "inquiries.photo": {"firm_id": "x", "photo_id": "x"},
    "inquiries.logo": {"firm_id": "x"},
    "inquiries.privacy": {"firm_id": "x"},
    "inquiries.enter": {"token": "x"},
    "ops.enter": {"token": "x"},
    # the operator's alone, without whose link they do not open (tests/routes/ops); and what anyone may read
    "ops.incident": {"case": "x"},
    "ops.firm": {"firm_id": "x"},
    "ops.suspend_page": {"firm_id": "x"},
    "ops.suspend": {"firm_id": "x"},
    "ops.restore": {"firm_id": "x"},
    "ops.terminate_page": {"firm_id": "x"},
    "ops.terminate": {"firm_id": "x"},
    "ops.take_back_termination": {"firm_id": "x"},
    "ops.close_incident": {"case": "x"},
    "checking.point": {"n": "1"},
    "checking.point_json": {"n": "1"},
    # what is left of a firm that has gone, by a number nobody guesses (tests/routes/receipts)
    "receipts.show": {"number": "x" * 22},
    "receipts.paper": {"number": "x" * 22},
    "receipts.signed": {"number": "x" * 22},
    "dev.letter": {"firm": "x", "letter_id": "x"},
    "dev.attachment": {"firm": "x", "letter_id": "x", "number": "1"},
    "assets.static": {"path": "css/base.css", "filename": "css/base.css"},
    "static": {"filename": "css/base.css"},
}


def rules(app) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


def of_a_firm(rule: Rule) -> bool:
    """Whether the route's address names something that belongs to a firm."""
    return bool(rule.arguments) and rule.endpoint not in OF_NO_FIRM


def address(rule: Rule, names: dict[str, Any]) -> str:
    """The route's address with a firm's names. Raises KeyError for a parameter that nobody has thought of."""
    blueprint = rule.endpoint.partition(".")[0]

    def value(found: re.Match[str]) -> str:
        if rule.endpoint in OF_NO_FIRM:
            return OF_NO_FIRM[rule.endpoint][found[1]]
        return str(names[FILLED_BY[blueprint, found[1]]])

    return ARGUMENT.sub(value, rule.rule)


def method(rule: Rule) -> str:
    return "POST" if "POST" in rule.methods else "GET"
