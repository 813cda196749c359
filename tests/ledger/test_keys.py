"""Natural keys of postings."""

from claims.ledger.entries import posting_key


def test_a_key_is_the_same_for_the_same_source_and_differs_in_every_part():
    asked = [("835", "a", 1, 0), ("835", "a", 1, 1), ("835", "a", 11, ""), ("835", "b", 1, 0), ("837", "a", 1, 0)]
    assert len({posting_key(*parts) for parts in asked}) == len(asked)
    assert posting_key("835", "a", 1, 0) == posting_key("835", "a", 1, 0)
    assert posting_key("835", "a", 1, 23) != posting_key("835", "a", 12, 3)


def test_keys_of_one_source_stand_together_in_an_index():
    of_one = {posting_key("835", "a", number).hex[:8] for number in range(20)}
    of_many = {posting_key("835", f"source {number}", 1).hex[:8] for number in range(20)}
    assert len(of_one) == 1
    assert len(of_many) == 20
