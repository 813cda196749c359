"""Fill the database at hand with open claims: `python -m bench.build 1000000`. Started by `bench.world`."""

import sys
import time

import django


def main(claims: int) -> None:
    """Multiply the seeded open claims until there are `claims` of them."""
    from django.db import transaction

    from bench import multiply
    from claims.billing.models import Claim

    started = time.monotonic()

    def tell(line: str) -> None:
        print(f"world  | {time.monotonic() - started:6.0f} s {line}", flush=True)

    present = Claim.objects.exclude(balance=0).count()
    copies = max(0, -(-(claims - present) // multiply.picked_claims()))
    with transaction.atomic():
        picked = multiply.multiply(copies, tell=tell)
    tell(f"{present:,} open claims were there; {picked:,} of them copied {copies:,} times")
    if wrong := multiply.dangling():
        raise SystemExit(f"Copies name rows that are not there: {wrong}")


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
