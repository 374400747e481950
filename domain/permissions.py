"""Who in a firm may do what: roles and actions. Every guarded route names one action."""

from __future__ import annotations

ROLES = ("owner", "office", "seller", "worker")

_READ = frozenset({"login.own", "quote.read", "customer.read", "article.read"})
_SELL = _READ | {"quote.write", "quote.send", "customer.write", "margin.read", "personnummer.read"}
_OFFICE = _SELL | {"article.write", "firm.settings"}
_OWNER = _OFFICE | {"firm.users", "firm.export", "firm.close"}

_GRANTS: dict[str, frozenset[str]] = {"owner": _OWNER, "office": _OFFICE, "seller": _SELL, "worker": _READ}

ACTIONS = _OWNER


def allowed(role: str, action: str) -> bool:
    """Whether the role may do the action. Raises KeyError for an unknown role, ValueError for an unknown action."""
    if action not in ACTIONS:
        raise ValueError(f"no such action: {action}")
    return action in _GRANTS[role]
