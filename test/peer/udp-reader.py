"""A reader that speaks nfcpy's UDP protocol, written from its description alone.

It shares no code with the card it tests: what it sends and what it understands stands here a second
time on purpose. Standard library only.

    python3 udp-reader.py PORT            plays the story below; prints one JSON object a line
    python3 udp-reader.py PORT rate N     polls N times; prints how many exchanges fit in a second
"""

import json
import socket
import sys
import time

BIT_RATE = "212F"
SYSTEM = bytes.fromhex("4b5a")
READ_ONLY_PURSE = 0x1017
DECREMENT_PURSE = 0x1015
NODE_WITH_KEY = 0x1014
ANSWER_SECONDS = 2.0
SILENCE_SECONDS = 0.2


class Reader:
    def __init__(self, port):
        self.card = ("127.0.0.1", port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))

    def send(self, code, data):
        packet = bytes([len(data) + 2, code]) + data
        self.socket.sendto(f"{BIT_RATE} {packet.hex()}".encode("ascii"), self.card)

    def receive(self, code, seconds):
        """The data of the response, or None for silence."""
        self.socket.settimeout(seconds)
        try:
            datagram, sender = self.socket.recvfrom(1024)
        except socket.timeout:
            return None
        assert sender == self.card, f"an answer from {sender}"
        bit_rate, digits = datagram.decode("ascii").split(" ")
        packet = bytes.fromhex(digits)
        assert bit_rate == BIT_RATE, f"bit rate {bit_rate}"
        assert digits == digits.lower(), "upper-case digits"
        assert packet[0] == len(packet), "length byte"
        assert packet[1] == code + 1, f"response code {packet[1]:02x}"
        return packet[2:]

    def ask(self, code, data, seconds=ANSWER_SECONDS):
        self.send(code, data)
        return self.receive(code, seconds)

    def poll(self, system, seconds=ANSWER_SECONDS):
        return self.ask(0x00, system + bytes([0x01, 0x00]), seconds)

    def read_block(self, idm, service, number):
        data = self.ask(0x06, idm + block_list(service, number))
        assert data[:8] == idm, "IDm of a read"
        assert data[8:11] == b"\x00\x00\x01", f"status flags {data[8:10].hex()}"
        assert len(data) == 27, "one block"
        return data[11:]

    def mode(self, idm):
        data = self.ask(0x04, idm)
        assert data[:8] == idm and len(data) == 9, "Request Response"
        return data[8]

    def field_off(self):
        self.socket.sendto(b"RFOFF", self.card)


def block_list(service, number):
    return bytes([1]) + service.to_bytes(2, "little") + bytes([1, 0x80, number])


def purse_of(block):
    return {
        "balance": int.from_bytes(block[0:4], "little"),
        "cashback": int.from_bytes(block[4:8], "little"),
        "executionId": int.from_bytes(block[14:16], "big"),
    }


def decrement_block(amount, execution_id):
    return amount.to_bytes(4, "little") + bytes(10) + execution_id.to_bytes(2, "big")


def say(step, **facts):
    print(json.dumps({"step": step, **facts}), flush=True)


def tell_story(reader):
    # A card hears neither type A nor type B.
    for other in (b"106A 26", b"106B 050010"):
        reader.socket.sendto(other, reader.card)
    say("a system the card does not have", answer=reader.poll(bytes.fromhex("fe00"), SILENCE_SECONDS))

    polled = reader.poll(SYSTEM)
    idm = polled[:8]
    say("polled", idm=idm.hex(), pmm=polled[8:16].hex(), systemCode=polled[16:].hex())
    say("purse", **purse_of(reader.read_block(idm, READ_ONLY_PURSE, 0)))

    write = idm + block_list(DECREMENT_PURSE, 0) + decrement_block(300, 2)
    reader.send(0x08, write)
    lost = reader.receive(0x08, ANSWER_SECONDS)
    say("decrement whose answer is thrown away", wasAnswered=lost is not None)
    again = reader.ask(0x08, write)
    say("the same decrement again", flags=again[8:].hex())
    say("purse", **purse_of(reader.read_block(idm, READ_ONLY_PURSE, 0)))

    nodes = bytes([0, 1]) + NODE_WITH_KEY.to_bytes(2, "little")
    answer = reader.ask(0x40, idm + nodes + bytes(range(16)))
    say("authentication begun", wasAnswered=answer is not None, mode=reader.mode(idm))
    reader.field_off()
    say("field off and on", mode=reader.mode(idm))
    reader.field_off()


def measure(reader, count):
    start = time.perf_counter()
    for _ in range(count):
        assert reader.poll(SYSTEM) is not None
    seconds = time.perf_counter() - start
    reader.field_off()
    say("rate", exchanges=count, perSecond=round(count / seconds))


if __name__ == "__main__":
    udp_reader = Reader(int(sys.argv[1]))
    if len(sys.argv) > 2:
        measure(udp_reader, int(sys.argv[3]))
    else:
        tell_story(udp_reader)
