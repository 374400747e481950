"""How property tests run: no time limits, since machines are shared, and nothing written beside the code."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "domain", deadline=None, max_examples=200, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("domain")
