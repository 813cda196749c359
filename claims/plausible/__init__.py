"""What can be true of a person's or an organization's particulars: states, ZIP codes, phones, birth dates, numbers.

Kept true: one rule for what people type and for what files bring; people are told what is wrong and type again, of a
file what is implausible is kept out of the field and found, with its segment, in what the file's import says.

    places        states and ZIP codes, and whether they agree
    contacts      phone numbers and e-mail addresses
    particulars   days of birth, languages, member ids, tax numbers
"""
