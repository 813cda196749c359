"""The protocol to a payer network: what goes out, what may come back, and nothing of a payload anywhere else."""

import json
import logging

import pytest
import requests
from django.core.exceptions import ImproperlyConfigured

from arwork.lib.payer_network_settings import PayerNetwork, payer_network
from collections_app.status_requests.network import NetworkAway, NetworkRefused, exchange

SECRET = "ISA*00*MBR001*GUARINO~"


class Answer:
    def __init__(self, status: int, body: object = None) -> None:
        self.status_code, self.content = status, json.dumps(body).encode()

    def json(self) -> object:
        return json.loads(self.content)


@pytest.fixture
def network(settings, monkeypatch: pytest.MonkeyPatch):
    settings.PAYER_NETWORK = PayerNetwork("https://net.test", "token-1", 5)
    asked: list[tuple[str, dict]] = []

    def answering(*answers: Answer | Exception):
        left = list(answers)

        def post(url: str, **told: object) -> Answer:
            asked.append((url, told))
            one = left.pop(0)
            if isinstance(one, Exception):
                raise one
            return one

        monkeypatch.setattr(requests, "post", post)
        return asked

    return answering


def test_a_question_goes_out_with_its_token_and_key_and_the_answer_comes_back(network) -> None:
    asked = network(Answer(200, {"transaction": "277", "payload": "ISA*277"}))
    assert exchange("276", SECRET) == "ISA*277"
    ((url, told),) = asked
    assert url == "https://net.test/v1/exchange"
    assert told["json"] == {"transaction": "276", "payload": SECRET}
    assert told["headers"]["Authorization"] == "Bearer token-1"
    assert (told["timeout"], told["allow_redirects"]) == (5, False)


def test_it_is_asked_again_under_the_same_key_while_the_network_is_busy(network) -> None:
    good = Answer(200, {"transaction": "271", "payload": "ISA*271"})
    asked = network(Answer(503), requests.Timeout(), good)
    assert exchange("270", SECRET, pause=0) == "ISA*271"
    assert len({told["headers"]["Idempotency-Key"] for _, told in asked}) == 1


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([Answer(503), Answer(429), requests.ConnectionError(SECRET)], NetworkAway),
        ([Answer(401, {"error": SECRET})], NetworkRefused),
        ([Answer(302)], NetworkRefused),
        ([Answer(200, {"transaction": "999", "payload": "x"})], NetworkRefused),
        ([Answer(200, ["nothing"])], NetworkRefused),
    ],
)
def test_what_fails_says_so_without_a_word_of_the_payload(network, caplog, answers, error) -> None:
    network(*answers)
    with caplog.at_level(logging.DEBUG), pytest.raises(error) as caught:
        exchange("276", SECRET, pause=0)
    assert "GUARINO" not in caught.value.message + caplog.text


def test_settings_refuse_a_sandbox_in_production_and_what_is_not_encrypted() -> None:
    class Env:
        def __init__(self, **told: str) -> None:
            self.told = told

        def str(self, name: str, default: str = "") -> str:
            return self.told.get(name, default)

        def int(self, name: str, default: int) -> int:
            return int(self.told.get(name, default))

    assert payer_network(Env(), is_production=False).url == "sandbox"
    assert not payer_network(Env(), is_production=True).is_set
    for told in ({"PAYER_NETWORK_URL": "sandbox"}, {"PAYER_NETWORK_URL": "https://a.test"}):
        with pytest.raises(ImproperlyConfigured):
            payer_network(Env(**told), is_production=True)
    with pytest.raises(ImproperlyConfigured):
        payer_network(Env(PAYER_NETWORK_URL="http://a.test", PAYER_NETWORK_TOKEN="t"), is_production=True)
