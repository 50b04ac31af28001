#!/usr/bin/env python3
"""Uses a Kazasu purse card through PC/SC, as a stranger's program would.

It is written from two descriptions only: card-emulator/card-profile.md (what lies on the card and
how its keys are derived) and the public one of the AES scheme of FeliCa Standard. It shares no code
and no library with this package: where it and the card agree, two programs agree.

It loads, debits, tries what must fail, and prints each thing it saw as one JSON line; null stands
for a silent card (the reader said 63 00). It takes its orders as one JSON object on standard input:
nothing secret stands on a command line.

  reader      the reader's name
  masters     the issuer's master key of each key label, in hex
  keyVersion  the key version of the card
  load, debit {"terminalId", "number", "amount"} of a terminal transaction
  date        the business date, such as 2026-11-23
"""

import datetime
import hashlib
import json
import struct
import sys

from felica_aes import Card, Session, cmac
from smartcard.CardRequest import CardRequest
from smartcard.CardType import AnyCardType
from smartcard.System import readers

SYSTEM_CODE = 0x4B5A
PURSE_DIRECT, PURSE_DECREMENT, PURSE_READ = 0x1010, 0x1014, 0x1017
HISTORY, HISTORY_READ = 0x104C, 0x104F
CARD_DATA_READ, CERTIFICATE_READ = 0x108A, 0x10CA
VALIDITY_DIRECT, VALIDITY_DECREMENT, VALIDITY_READ = 0x1110, 0x1114, 0x1117
LABELS = {
    PURSE_DIRECT: "LOAD",
    PURSE_DECREMENT: "DEBI",
    HISTORY: "HIST",
    CARD_DATA_READ: "DATR",
    CERTIFICATE_READ: "CERR",
    VALIDITY_DIRECT: "VALW",
    VALIDITY_DECREMENT: "BLOK",
}
KIND_LOAD, KIND_DEBIT = 1, 2
CERTIFIED_DECREMENT = 2
CARD_WAIT_S = 10


def say(step, **seen):
    print(json.dumps({"step": step, **seen}), flush=True)


class Keys:
    """A card's own keys, derived from the issuer's masters."""

    def __init__(self, masters, idm, version):
        self._masters, self._idm, self._version = masters, idm, version

    def of(self, label):
        text = label.encode("ascii")
        message = b"\x01" + text + b"\x00" + self._idm + bytes([self._version]) + b"\x80"
        return cmac(bytes.fromhex(self._masters[label]), message)

    def session(self, card, services):
        service_keys = {service: self.of(LABELS[service]) for service in services}
        return Session(card, service_keys, self.of("INDV"))


# What lies on the card


def purse(block):
    balance, cashback = struct.unpack_from("<II", block)
    return {"balance": balance, "cashback": cashback, "executionId": block[12:16].hex()}


def history(stored):
    return [entry(block) for block in stored if block[0] != 0]


def entry(block):
    return {
        "kind": block[0],
        "counter": int.from_bytes(block[1:3], "little"),
        "terminalId": int.from_bytes(block[3:6], "little"),
        "number": int.from_bytes(block[6:8], "little"),
        "amount": int.from_bytes(block[8:11], "little"),
        "balanceAfter": int.from_bytes(block[11:14], "little"),
        "days": int.from_bytes(block[14:16], "little"),
    }


def execution_id(counter, sale):
    tag = hashlib.sha256(f"{sale['terminalId']}:{sale['number']}".encode("ascii")).digest()[:2]
    return struct.pack(">H", counter) + tag


def history_block(kind, counter, sale, balance_after, date):
    days = (datetime.date.fromisoformat(date) - datetime.date(2020, 1, 1)).days
    return b"".join(
        number.to_bytes(length, "little")
        for number, length in [
            (kind, 1),
            (counter, 2),
            (sale["terminalId"], 3),
            (sale["number"] & 0xFFFF, 2),
            (sale["amount"], 3),
            (balance_after, 3),
            (days, 2),
        ]
    )


def counter_of(block):
    return int.from_bytes(block[12:14], "big")


# What is done, in order


def text(answer):
    return None if answer is None else answer.hex()


def look(card, step):
    """What anybody may read: the purse, and the history in two commands."""
    flags, stored = card.read_plain([PURSE_READ], [(0, 0)])
    _, newest = card.read_plain([HISTORY_READ], [(0, number) for number in range(15)])
    _, oldest = card.read_plain([HISTORY_READ], [(0, number) for number in range(15, 20)])
    seen = {"purse": purse(stored[0]), "history": history(newest + oldest)} if stored else {}
    say(step, flags=text(flags), blocks=len(newest) + len(oldest), **seen)


def poll(card):
    say(
        "polling",
        purse=text(card.poll(SYSTEM_CODE, 0)),
        wildcard=text(card.poll(0xFFFF, 1)),
        speed=text(card.poll(SYSTEM_CODE, 2)),
        otherSystem=text(card.poll(0x0003, 0)),
    )


def try_without_key(card):
    flags, _ = card.read_plain([PURSE_DECREMENT], [(0, 0)])
    written = card.write_plain(PURSE_READ, bytes(16))
    say("without a key", read=text(flags), write=text(written))


def load(card, keys, orders):
    session = keys.session(card, [PURSE_DIRECT, HISTORY])
    _, [before] = session.read([(0, 0)])
    sale, counter = orders["load"], counter_of(before) + 1
    balance = purse(before)["balance"] + sale["amount"]
    stored = struct.pack("<I", balance) + bytes(8) + execution_id(counter, sale)
    logged = history_block(KIND_LOAD, counter, sale, balance, orders["date"])
    flags = session.write([(0, 0), (1, 0)], stored + logged)
    wrote = (stored + logged).hex()
    say("load", isCardGenuine=session.is_card_genuine, flags=text(flags), wrote=wrote)


def authenticate_wrongly(card, orders):
    for label in ["DEBI", "INDV"]:
        wrong = bytes(byte ^ 0xFF for byte in bytes.fromhex(orders["masters"][label]))
        masters = {**orders["masters"], label: wrong.hex()}
        keys = Keys(masters, card.idm, orders["keyVersion"])
        session = keys.session(card, [PURSE_DECREMENT, HISTORY])
        is_genuine = session.is_card_genuine
        say("wrong key", label=label, isCardGenuine=is_genuine, issueData=text(session.issue_data))


def debit(card, keys, orders):
    session = keys.session(card, [PURSE_DECREMENT, HISTORY])
    _, (before, newest) = session.read([(0, 0), (1, 0)])
    sale, counter = orders["debit"], counter_of(before) + 1
    balance = purse(before)["balance"] - sale["amount"]
    identity = execution_id(counter, sale)
    taken = struct.pack("<I", sale["amount"]) + bytes(8) + identity
    logged = history_block(KIND_DEBIT, counter, sale, balance, orders["date"])
    flags = session.write([(0, 0), (1, 0)], taken + logged)
    say(
        "debit",
        isCardGenuine=session.is_card_genuine,
        issueData=text(session.issue_data),
        before=purse(before),
        newest=entry(newest),
        flags=text(flags),
        wrote=(taken + logged).hex(),
    )
    read_back(session, "read back")
    say("plain read in a session", answer=text(card.read_plain([PURSE_READ], [(0, 0)])[0]))
    say("same command", flags=text(session.write([(0, 0), (1, 0)], taken + logged)))
    more = struct.pack("<I", sale["amount"] + 1) + bytes(8) + identity
    say("same execution ID", flags=text(session.write([(0, 0)], more)))
    read_back(session, "after the same")
    too_much = struct.pack("<I", balance + 1) + bytes(8) + execution_id(counter + 1, sale)
    other = history_block(KIND_DEBIT, counter + 1, sale, 0, orders["date"])
    say("overdraft", flags=text(session.write([(0, 0), (1, 0)], too_much + other)))
    read_back(session, "after the overdraft")
    say("replay", answer=text(session.replay()))
    return before, taken, logged


def read_back(session, step):
    flags, (held, newest) = session.read([(0, 0), (1, 0)])
    say(step, flags=text(flags), purse=purse(held), newest=entry(newest))


def check_certificate(card, keys, written):
    """Recomputes, with the key only an issuer has, what the card said of the debit."""
    before, taken, logged = written
    services = [PURSE_DECREMENT, HISTORY, CARD_DATA_READ, CERTIFICATE_READ]
    session = keys.session(card, services)
    flags, stored = session.read([(index, 0) for index in range(4)])
    held, newest, data, certificate = stored
    message = b"KZC1" + card.idm + bytes([CERTIFIED_DECREMENT])
    message += before[:4] + held[:4] + taken[12:] + logged
    say(
        "certificate",
        flags=text(flags),
        cardData=data.hex(),
        stored=certificate.hex(),
        expected=cmac(keys.of("CERT"), message)[:8].hex(),
    )


def block(card, keys, orders):
    """Blocks the card as a terminal does, and tries to make it valid with the same right."""
    session = keys.session(card, [PURSE_DECREMENT, HISTORY, VALIDITY_DECREMENT])
    _, [valid] = session.read([(2, 0)])
    identity = execution_id(counter_of(valid) + 1, {**orders["debit"], "number": 0})
    taken = valid[:4] + bytes(8) + identity
    flags = session.write([(2, 0)], taken)
    _, [blocked] = session.read([(2, 0)])
    refused = session.write([(2, 0)], valid[:4] + bytes(8) + execution_id(7, orders["debit"]))
    say(
        "block",
        valid=valid.hex(),
        flags=text(flags),
        wrote=taken.hex(),
        blocked=blocked.hex(),
        again=text(refused),
    )
    issuer = keys.session(card, [VALIDITY_DIRECT])
    say("make valid", flags=text(issuer.write([(0, 0)], valid)))
    block_again = keys.session(card, [VALIDITY_DECREMENT])
    say("block again", flags=text(block_again.write([(0, 0)], taken)))


def main():
    orders = json.load(sys.stdin)
    [reader] = [each for each in readers() if each.name == orders["reader"]]
    request = CardRequest(timeout=CARD_WAIT_S, cardType=AnyCardType(), readers=[reader])
    connection = request.waitforcard().connection
    connection.connect()
    card = Card(connection)
    keys = Keys(orders["masters"], card.idm, orders["keyVersion"])
    atr = bytes(connection.getATR()).hex()
    say("card", atr=atr, idm=card.idm.hex(), pmm=card.get_data(0x01).hex())
    poll(card)
    look(card, "new card")
    try_without_key(card)
    load(card, keys, orders)
    authenticate_wrongly(card, orders)
    written = debit(card, keys, orders)
    say("Reset Mode", flags=text(card.command(0x3E, bytes(2))))
    look(card, "after Reset Mode")
    check_certificate(card, keys, written)
    block(card, keys, orders)
    card.reset_by_reader()
    look(card, "after a reset by the reader")
    connection.disconnect()


main()
