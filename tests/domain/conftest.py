"""How property tests run: no time limits, since machines are shared, and nothing written beside the code."""

import os

from hypothesis import HealthCheck, settings

# measuring coverage makes each example twice as dear: the gate asks for fewer there, and for all beside PostgreSQL
EXAMPLES = int(os.environ.get("EXAMPLES", "200"))
settings.register_profile(
    "domain", deadline=None, max_examples=EXAMPLES, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("domain")
