"""FeliCa Standard with AES, through a reader that passes packets on.

Written from the public description of the commands and of the AES scheme alone, with the AES, OFB
and CMAC of another library than this package has.
"""

import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from smartcard.scard import SCARD_RESET_CARD


def aes(key, block):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def cmac(key, message):
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def xor(left, right):
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


class Card:
    """The reader's pass-through, and the commands that need no key."""

    def __init__(self, connection):
        self._connection = connection
        self.idm = self.get_data(0x00)

    def get_data(self, which):
        data, sw1, sw2 = self._connection.transmit([0xFF, 0xCA, which, 0x00, 0x00])
        if (sw1, sw2) != (0x90, 0x00):
            raise RuntimeError(f"GET DATA {which:02x}: {sw1:02x}{sw2:02x}")
        return bytes(data)

    def exchange(self, code, data):
        """The response without LEN and response code; None where the card was silent."""
        packet = bytes([2 + len(data), code]) + data
        header = [0xFF, 0x00, 0x00, 0x00, len(packet)]
        response, sw1, sw2 = self._connection.transmit(header + list(packet))
        if (sw1, sw2) == (0x63, 0x00):
            return None
        if (sw1, sw2) != (0x90, 0x00):
            raise RuntimeError(f"command {code:02x}: {sw1:02x}{sw2:02x}")
        if response[0] != len(response) or response[1] != code + 1:
            raise RuntimeError(f"command {code:02x}: answered {bytes(response).hex()}")
        return bytes(response[2:])

    def command(self, code, data=b""):
        """A command addressed by IDm, as all are that carry no session."""
        answer = self.exchange(code, self.idm + data)
        if answer is None:
            return None
        if answer[:8] != self.idm:
            raise RuntimeError(f"command {code:02x}: another IDm, {answer[:8].hex()}")
        return answer[8:]

    def poll(self, system_code, request_code):
        """System code on the air is big endian; the last byte asks for one time slot."""
        return self.exchange(0x00, struct.pack(">HBB", system_code, request_code, 0))

    def read_plain(self, services, elements):
        data = bytes([len(services)]) + codes(services) + bytes([len(elements)]) + blocks(elements)
        return read_answer(self.command(0x06, data))

    def write_plain(self, service, data):
        return self.command(0x08, b"\x01" + codes([service]) + b"\x01" + blocks([(0, 0)]) + data)

    def reset_by_reader(self):
        self._connection.reconnect(disposition=SCARD_RESET_CARD)


def codes(nodes):
    return b"".join(struct.pack("<H", node) for node in nodes)


def blocks(elements):
    """Elements of two bytes, access mode 0, from (index in the service list, block number)."""
    return b"".join(bytes([0x80 | service, number]) for service, number in elements)


def read_answer(answer):
    """(status flags, the blocks); no blocks where status flag 1 is not zero."""
    if answer is None:
        return None, []
    flags, rest = answer[:2], answer[2:]
    if flags[0] != 0x00:
        return flags, []
    count, data = rest[0], rest[1:]
    if len(data) != 16 * count:
        raise RuntimeError(f"{count} blocks of {len(data)} bytes")
    return flags, [data[at : at + 16] for at in range(0, len(data), 16)]


class Session:
    """Mutual authentication over a list of services, and the messages after it."""

    def __init__(self, card, service_keys, individual_key):
        """`service_keys` maps each service to its key; its order is that of the services."""
        self._card = card
        mixed = xor(aes_chain(service_keys.values()), individual_key)
        alpha = aes(mixed, b"\x01\x02" + bytes(4) + card.idm + b"\x01\x00")
        beta = aes(mixed, b"\x02\x02" + bytes(4) + card.idm + b"\x01\x00")
        r1 = os.urandom(16)
        node_list = bytes([0, len(service_keys)]) + codes(service_keys)
        answer = card.command(0x40, node_list + aes(alpha, r1))
        c1b, c2a, self._c3c = answer[:16], answer[16:32], answer[32:36]
        beta = xor(beta, self._c3c + bytes(12))
        self.is_card_genuine = c1b == aes(beta, r1)
        r2 = aes_inverse(beta, c2a)
        self._transaction_id = r1[2:8]
        self._encryption_key = aes(r2, b"\x01\x03" + bytes(12) + b"\x01\x00")
        self._mac_key = aes(r2, b"\x02\x03" + bytes(12) + b"\x01\x00")
        self._number = 0
        # A careful reader stops at a wrong C1B. This one goes on, to see that the card does not.
        answer = card.exchange(0x42, card.idm + aes(alpha, r2))
        self.issue_data = None if answer is None else self._opened(0x43, answer)

    def read(self, elements):
        return read_answer(self._send(0x44, bytes([len(elements)]) + blocks(elements)))

    def write(self, elements, data):
        return self._send(0x46, bytes([len(elements)]) + blocks(elements) + data)

    def replay(self):
        """The last frame once more, byte for byte."""
        return self._card.exchange(*self._last)

    def _send(self, code, payload):
        self._number += 1
        self._last = (code, self._sealed(code, payload))
        answer = self._card.exchange(*self._last)
        self._number += 1
        return None if answer is None else self._opened(code + 1, answer)

    def _sealed(self, code, payload):
        number = struct.pack("<H", self._number)
        length = 2 + len(number) + len(payload) + 8
        vector, mac = self._vector_and_mac(length, code, payload)
        return number + self._covered(vector, payload, mac)

    def _opened(self, code, answer):
        vector, _ = self._vector_and_mac(2 + len(answer), code, b"")
        payload, mac = self._uncovered(vector, answer[2:])
        _, expected = self._vector_and_mac(2 + len(answer), code, payload)
        if mac != expected:
            raise RuntimeError(f"response {code:02x}: wrong MAC")
        if answer[:2] != struct.pack("<H", self._number):
            raise RuntimeError(f"response {code:02x}: transaction number {answer[:2].hex()}")
        return payload

    def _vector_and_mac(self, length, code, payload):
        number = struct.pack("<H", self._number)
        identity = self._transaction_id + self._c3c[1:4]
        vector = bytes([1, length, code]) + number + identity + bytes(2)
        first = b"\x19" + vector[1:14] + struct.pack(">H", len(payload))
        return vector, cmac(self._mac_key, first + payload)[:8]

    def _covered(self, vector, payload, mac):
        stream = self._stream(vector, len(payload))
        return xor(payload, stream[: len(payload)]) + xor(mac, stream[-8:])

    def _uncovered(self, vector, covered):
        payload, mac = covered[:-8], covered[-8:]
        stream = self._stream(vector, len(payload))
        return xor(payload, stream[: len(payload)]), xor(mac, stream[-8:])

    def _stream(self, vector, length):
        """Ends with the 8 bytes for the MAC, which start at the next boundary of 16."""
        encryptor = Cipher(algorithms.AES(self._encryption_key), modes.OFB(vector)).encryptor()
        return encryptor.update(bytes(-(-length // 16) * 16 + 8))


def aes_chain(keys):
    value = b"\x01\x01" + bytes(13) + b"\x80"
    for key in keys:
        value = aes(key, value)
    return value


def aes_inverse(key, block):
    decryptor = Cipher(algorithms.AES(key), modes.ECB()).decryptor()
    return decryptor.update(block) + decryptor.finalize()
