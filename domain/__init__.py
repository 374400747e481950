"""The rules of the trade: money, VAT, rot and rut, identifiers, dates, states and evidence, as pure functions."""
