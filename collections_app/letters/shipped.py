"""The kinds of letters that come with the product, but for those that other slices register themselves."""

from collections_app.letters.kinds import Field, Group, LetterKind, Shape

PLAIN = LetterKind(
    code="plain",
    name="Plain letter",
    group=Group.FREE,
    does="Your own words, on the letterhead of the practice",
    fields=(
        Field("topic", "subject", asks="What it is about, as its title"),
        Field("words", "words", Shape.WORDS, asks="What you want to say. An empty line begins a new paragraph."),
    ),
    must=("words",),
    sample={"topic": "Your question of November 12", "words": "Thank you for your call."},
)
KINDS = (PLAIN,)
