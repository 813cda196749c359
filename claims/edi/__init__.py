"""Files in: every byte that came is kept, read purely, and taken into the books once.

Kept true: no file stops those behind it, and no claim those beside it; what can't be read says where (file, segment,
element) and changes nothing; reading anything again changes nothing; a file's money reaches only the practice it names,
and only from somebody who may act for it. A refused file is refused as a whole; a rejected claim is another thing
(a payer's or clearinghouse's answer, see `acknowledgments`).

Doors
    services                the one service behind the command, the upload page, the watched folder and the API
    file_actions            what people do with files: upload, retry, download, settle, open the practice named
    watched_folder          what a clearinghouse drops in a folder, put aside under done/ or rejected/
    store                   the raw bytes by their SHA-256, written once
    retention               which bytes are past their term, and deleting them
    key_rotation            fields and raw bytes go under the newest key
    models                  files and transactions
    files                   their rows while they are read: received, being read, taken in, refused
    selectors               who sees which file, and the very segments that a claim payment was read from
    practice_lookup         whose money: the forced practice, else by NPI, else by tax number

What is taken in
    claims_837              the claims of a batch of an 837: what each does to the books, then all of it together
    counterparts            what the books hold of a bill, under its number or as a submission under another one
    later_submissions       further submissions of known claims, read or sent: recorded, restating, voiding
    claim_charges           charges onto lines, their reversal, charges anew
    translate_837           from the records of an 837 to a bill, its people and its coverage
    claim_number_conflicts  a claim number that stands for another claim, settled by a person; replacement claims
    remits_835              one 835: staged, finished, released
    translate_835           from the records of an 835 to the rows that staging keeps
    crossovers              payments posted before their crossovers were understood, sent on afterwards
    duplicate_835           another copy of a payment: the same again, a corrected one, or something else
    acknowledgments         999, 997, TA1, 277CA, 277: submissions move on, proof of timely filing is kept
    coverage_271            271: answers about coverage, handed to whoever asked
    answer_listeners        who hears what payers answer about claims and coverage
"""
