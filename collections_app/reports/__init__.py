"""Reports: aging, denials and reconciliation as people read and export them.

Kept true: every figure opens the rows it is made of, and every table exports as numbers.

    aging_page         the aging table as a page
    collectors         aging by collector
    denials            the denials of a period and what became of them
    denial_breakdowns  the ways to cut them
    denial_sheets      as sheets
    windows            of payers: closing within two weeks, and missed
    reconciliation     receivable, unapplied cash and cash, tied to the cent
    rollforward        from the start of a period to its end
    deposits           what each remittance brought, and what became of it
    payer_file         how one payer answers, denies, pays and keeps us waiting, month by month; as a page and a PDF
    month_end          what is proven and kept of a month that closes
    sheets             reports as sheets
"""
