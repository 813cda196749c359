"""People are found again by digests whose key outlives the key that signs sessions."""

import datetime as dt

from django.test import override_settings

from claims.parties.match_keys import account_number, person_key


def digests() -> tuple[str, str]:
    key = person_key(practice_id=1, last="O'Hara", first="Ann", birth_on=dt.date(1980, 5, 4), otherwise="")
    return key, account_number(1, key)


def test_a_new_secret_key_keeps_known_people_known() -> None:
    with override_settings(SECRET_KEY="first", MATCH_KEY_SECRET="kept"):
        before = digests()
    with override_settings(SECRET_KEY="second", MATCH_KEY_SECRET="kept"):
        assert digests() == before
    with override_settings(SECRET_KEY="second", MATCH_KEY_SECRET="another"):
        assert digests() != before
