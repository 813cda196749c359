"""The kinds of letters that come with the product, but for those that other slices register themselves."""

from collections_app.letters.kinds import FactShape, LetterGroup, LetterKind, MergeField

PLAIN = LetterKind(
    code="plain",
    name="Plain letter",
    group=LetterGroup.FREE,
    does="Your own words, on the letterhead of the practice",
    fields=(
        MergeField("topic", "subject", asks="What it is about, as its title"),
        MergeField("words", "words", FactShape.WORDS, asks="What you say; an empty line begins a new paragraph"),
    ),
    must=("words",),
    sample={"topic": "Your question of November 12", "words": "Thank you for your call."},
)
KINDS = (PLAIN,)
