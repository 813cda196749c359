from tests.demo.loaded import load_once
_loaded = load_once(claims=150)
def test_it(db):
    from collections_app.claim_batches.models import ClaimBatch
    from collections_app.clearinghouses.models import ClearinghouseConnection
    from collections_app.outgoing_claims.models import OutgoingClaim
    import time
    for b in ClaimBatch.objects.order_by("pk"):
        print("BATCH", b.pk, b.state, b.count, b.amount, b.file, b.problem, list(b.claims.values_list("state","complaint","outgoing_claim__submission__state")), list(b.events.values_list("kind","words")))
    print("CONN", list(ClearinghouseConnection.objects.values_list("name","practice__name","is_nightly")))
    print("OUT", list(OutgoingClaim.objects.values_list("pk","state","next_action")))
    from claims.billing.models import Submission
    print("REJ", Submission.objects.filter(state="rejected").count())
