"""What an outcome did about each denial and short payment that was known when it was recorded."""

from collections.abc import Mapping

from claims.denials.claim_windows import NoticeStanding
from collections_app.worklist.models import WorkAction
from collections_app.worklist.window_models import NoticeAnswer


def note_answers(action: WorkAction, answered: Mapping[str, NoticeStanding]) -> None:
    """Note the standing of each notice that `action` answered. One insert, none where it answered nothing."""
    rows = []
    for notice, standing in answered.items():
        model, _, pk = notice.partition(":")
        told = {"kept": " ".join(sorted(standing.kept)), "level": standing.level, "upheld_on": standing.upheld_on}
        rows.append(NoticeAnswer(action=action, **{f"{model}_id": int(pk)}, **told))
    if rows:
        NoticeAnswer.objects.bulk_create(rows)
