"""Deliveries: a document or message on its way to a person by mail, e-mail or text, and what became of it.

Kept true: nothing leaves without the contact gate, asked when it is queued and again in the transaction in which it
leaves, where the attempt goes to the contact log; nothing leaves twice; no message names a bill, an amount or a visit,
and each says how to stop further ones; every step is kept (`DeliveryEvent`, append-only).

    models      deliveries, their steps, print batches, replies
    services    asking for a delivery, canceling it
    allowed     asks the contact gate, and keeps the attempt with its verdict
    history     keeps each step
    words       what messages say in English and Spanish, and what none may say. Pure
    numbers     the number of a delivery as it is typed when it comes back. Pure
    doors       tries at the doors of pages behind a link, counted before they are looked at
    door_models  those tries
    links       where a message is read, and the click that stops e-mails
    carriers    e-mail, texts: who takes a message along
    leaving     e-mails and texts leave, each at most once
    print_batches  mail leaves in batches: one PDF with its manifest
    store       where print batches stand
    sftp        files handed to a partner (print vendor, bank) whose host key is pinned
    handovers   what was handed over so, or not and why, from the audit trail
    reports     what carriers report of what they took along
    outcomes    delivered or bounced, and what follows for the number or address
    returned    mail that came back, of whatever kind, and what follows for the address
    replies     what people answer to texts
    stopping    STOP and START, by reply or by one click
    resolving   what to do about one that failed
    checking    what is configured here, and a test of it
    selectors   what waits and failed, batches
"""
