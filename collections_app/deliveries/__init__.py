"""Deliveries: a document or message on its way to a person by mail, e-mail or text, and what became of it.

Kept true: nothing leaves without the contact gate, asked when it is queued and again in the transaction in which it
leaves, where the attempt goes to the contact log; nothing leaves twice; no message names a bill, an amount or a visit,
and each says how to stop further ones; every step is kept (`DeliveryEvent`, append-only).

    models      deliveries, their steps, print batches
    services    asking for a delivery, canceling it
    history     keeps each step
    words       what messages say in English and Spanish, and what none may say
    links       where a message is read, and the click that stops e-mails
    carriers    e-mail, texts: who takes a message along
"""
