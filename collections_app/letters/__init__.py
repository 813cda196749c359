"""Letters: what goes to patients on paper or as PDF, made from versioned texts and facts, frozen with its hash.

Kept true: a letter never changes, and whoever has its hash can prove it; its words come from the text in force on its
day, which names nothing that its kind does not know and lacks nothing that the law asks for; a fact that is missing
stops it; one that was wrong is taken back with a reason, never erased. The window of the envelope shows a name and an
address, nothing else (RULES 12.7).

    words               amounts and days in English and Spanish. Pure
    blocks              tables, boxes and forms, built from facts. Pure
    occasions           when a kind fits an account, and what is known for it. Pure
    kinds               the kinds of letters: fields, blocks, what must be said; where slices register theirs
    shipped             the kinds that come with the product
    merging             texts with merge fields: checked, and filled with facts. Pure
    dossiers            boxes and tables of a dossier. Pure
    overlays            paragraphs that states want beside a text. Pure
    facts               facts as they are kept with a letter. Pure
    models              letters, texts, letterheads, what was taken back
    texts               which text holds on a day
    text_changes        a text begins, ends, and what changed
    text_preview        how a text would look
    letterheads         how a practice heads its letters, and where a person is written to
    letterhead_changes  changing that; a logo that can be drawn
    rendering           PDFs from typst templates (`typst/`)
    composing           a letter as data for a template
    from_books          what is known of an account
    drafting            a letter before it is made
    writing             which kinds fit an account, and a look before one is made
    services            makes letters, takes them back
    selectors           the list, one with its proof, those of an account
"""
