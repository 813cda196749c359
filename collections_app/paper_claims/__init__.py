"""Claims on paper, for payers that take no file: a claim as segments becomes a CMS-1500 (02/12) in PDF.

Kept true: boxes are filled by the placement rules of NUCC from what the claim itself says; nothing is invented for a box
that it leaves open. The printed form is licensed art: what is drawn here is a plain form of our own, for proof; for the
red form the data alone is printed, at an offset that a printer needs.

    boxes           which text stands in which box, page by page. Pure
    cms1500         the pages as PDF, as data alone or on the plain form
"""
