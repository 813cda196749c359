"""A 276 or 270 in, the 277 (005010X212) or 271 (005010X279A1) to it out. It reads the delimiters that we write."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from collections_app.status_requests.sandbox.replies import found_member_id, reply_about_claim, reply_about_person

Segments = list[list[str]]
_VERSIONS = {"277": ("HN", "005010X212"), "271": ("HB", "005010X279A1")}


@dataclass
class _Asked:
    """One question: its place in the tree and the segments below it."""

    level: str
    subscriber: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    own: Segments = field(default_factory=list)

    def value(self, tag: str, at: int, *, code: str = "") -> str:
        """An element of the first such segment; "" where there is none."""
        found = (one for one in self.own if one[0] == tag and (not code or one[1] == code))
        return next((one[at] for one in found if len(one) > at), "")


def answer(topic: str, text: str) -> str:
    """The answer file to a question file of `topic`."""
    segments = [one.strip().split("*") for one in text.split("~") if one.strip()]
    kind = {"276": "277", "270": "271"}[topic]
    isa = segments[0]
    made = next(one for one in segments if one[0] == "BHT")
    payer = next(one for one in segments if one[0] == "NM1" and one[1] == "PR")
    provider = next(one for one in segments if one[0] == "NM1" and one[1] == "1P")
    asked_on = dt.datetime.strptime(made[4], "%Y%m%d").date()  # noqa: DTZ007 a day
    body = (
        _statuses(segments, payer, provider, made, asked_on)
        if kind == "277"
        else _covers(segments, payer, provider, made)
    )
    return _file(kind, body, isa, made)


def _questions(segments: Segments) -> Iterator[_Asked]:
    asked: _Asked | None = None
    subscriber: list[str] = []
    for one in segments:
        if one[0] in ("HL", "SE"):
            if asked is not None and any(each[0] == "TRN" for each in asked.own):
                yield asked
            asked = _Asked(one[3]) if one[0] == "HL" and one[3] in ("22", "23") else None
        elif asked is not None:
            if one[0] == "NM1":
                asked.name = one
                subscriber = one if one[1] == "IL" else subscriber
                asked.subscriber = subscriber
            asked.own.append(one)


def _statuses(
    segments: Segments, payer: list[str], provider: list[str], made: list[str], asked_on: dt.date
) -> list[str]:
    written = [
        f"BHT*0010*08*{made[3]}*{made[4]}*{made[5]}*DG", "HL*1**20*1", "*".join(payer), "HL*2*1*21*1",
        "NM1*41*2*SENDER*****46*SENDER", "HL*3*2*19*1", "*".join(provider),
    ]  # fmt: skip
    level = 3
    for one in _questions(segments):
        number, charge = one.value("REF", 2, code="EJ"), Decimal(one.value("AMT", 2) or "0")
        service = one.value("DTP", 3, code="472")
        first = dt.datetime.strptime(service[:8], "%Y%m%d").date()  # noqa: DTZ007 a day
        said = reply_about_claim(number, charge, service_from=first, asked_on=asked_on)
        level += 1
        parent, code = 3, "22"
        if one.level == "23":
            written += [f"HL*{level}*3*22*1", "*".join(one.subscriber)]
            parent, code, level = level, "23", level + 1
        written += [f"HL*{level}*{parent}*{code}{'' if code == '23' else '*0'}", "*".join(one.name)]
        written.append(f"TRN*2*{one.value('TRN', 2)}")
        money = f"{charge:.2f}*{said.paid:.2f}" + (f"*{made[4]}**{made[4]}*{said.check}" if said.check else "")
        written.append(f"STC*{said.category}:{said.status}*{made[4]}**{money}")
        if said.icn:
            written.append(f"REF*1K*{said.icn}")
        written += [f"REF*EJ*{number}", f"DTP*472*{one.value('DTP', 2, code='472')}*{service}"]
    return written


def _covers(segments: Segments, payer: list[str], provider: list[str], made: list[str]) -> list[str]:
    written = [
        f"BHT*0022*11*{made[3]}*{made[4]}*{made[5]}", "HL*1**20*1", "*".join(payer), "HL*2*1*21*1", "*".join(provider),
    ]  # fmt: skip
    level = 2
    for one in _questions(segments):
        last, first = one.name[3], one.name[4] if len(one.name) > 4 else ""
        member = one.subscriber[9] if len(one.subscriber) > 9 else ""
        said = reply_about_person(last, first, member, payer[9])
        level += 1
        trace = f"TRN*2*{one.value('TRN', 2)}*9SANDBOX01"
        if one.level == "23":
            written += [f"HL*{level}*2*22*1", "*".join(one.subscriber)]
            level += 1
            written += [f"HL*{level}*{level - 1}*23*0", trace, "*".join(one.name)]
        else:
            known = member or (found_member_id(last, first) if said.information else "")
            name = f"NM1*IL*1*{last}*{first}" + (f"****MI*{known}" if known else "")
            written += [f"HL*{level}*2*22*0", trace, name]
        if not said.information:
            written.append("AAA*N**75*C")
            continue
        written += [f"DTP*346*D8*{made[4][:4]}0101", f"EB*{said.information}**30*12*{said.plan}"]
        if said.information == "1":
            written.append(f"EB*C*IND*30***29*{said.deductible}*****Y")
        if said.other:
            name, code, other_member = said.other
            written += ["EB*R**30", f"REF*1W*{other_member}", "LS*2120", f"NM1*PR*2*{name}*****PI*{code}", "LE*2120"]
    return written


def _file(kind: str, body: list[str], isa: list[str], made: list[str]) -> str:
    group, version = _VERSIONS[kind]
    control = isa[13]
    lines = [
        f"ISA*00*{'':10}*00*{'':10}*{isa[7]}*{isa[8]:15}*{isa[5]}*{isa[6]:15}*{made[4][2:]}*{made[5]}*^*00501*{control}"
        f"*0*{isa[15]}*:",
        f"GS*{group}*{isa[8].strip()}*{isa[6].strip()}*{made[4]}*{made[5]}*1*X*{version}",
        f"ST*{kind}*0001*{version}", *body, f"SE*{len(body) + 2}*0001", "GE*1*1", f"IEA*1*{control}",
    ]  # fmt: skip
    return "".join(line + "~\n" for line in lines)
