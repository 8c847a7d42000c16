"""A second reader of the embedded store's file and of the ledger, written from doc/formats/ alone: what is in a collection,
without asking the programs under test."""

import contextlib
import hashlib
import json
import sqlite3
import struct
import uuid


def connect(file):
    return contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True))


def read_varint(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def read_row(data, properties):
    """Collections of code have texts and integers only."""
    out, at = {}, 0
    while at < len(data):
        place, at = read_varint(data, at)
        value, at = read_varint(data, at)
        if properties[place]["type"] == "text":
            out[properties[place]["name"]] = data[at:at + value]
            at += value
        else:
            assert properties[place]["type"] == "int", properties[place]
            out[properties[place]["name"]] = (value >> 1) ^ -(value & 1)
    return out


class Object:
    def __init__(self, identity, properties, vector):
        self.id = identity
        self.properties = properties
        self.vector = vector

    def text(self, name):
        return self.properties[name].decode()

    def hash(self, replaced):
        """As doc/formats/collection-digest.md says."""
        out = bytearray(self.id)
        for name, value in sorted({**self.properties, **replaced}.items()):
            out += struct.pack("<I", len(name)) + name.encode()
            out += b"i" + struct.pack("<q", value) if isinstance(value, int) else b"t" + struct.pack("<I", len(value)) + value
        if self.vector is not None:
            out += struct.pack("<I", 7) + b"_vector" + b"v" + struct.pack("<I", len(self.vector) // 4) + self.vector
        return int.from_bytes(hashlib.sha256(out).digest(), "big")


def collections(store):
    if not store.exists():
        return []
    with connect(store) as database:
        return [name for (name,) in database.execute("SELECT name FROM collections ORDER BY name")]


def objects(store, collection):
    with connect(store) as database:
        number, schema = database.execute("SELECT id, schema FROM collections WHERE name = ?", (collection,)).fetchone()
        properties = json.loads(schema)["properties"]
        rows = database.execute(f"SELECT o.id, o.data, v.data FROM c{number}_objects o "
                                f"LEFT JOIN c{number}_vectors v USING(ordinal)")
        return [Object(identity, read_row(data, properties), vector) for identity, data, vector in rows]


def digest(listed, **replaced):
    """The digest of these objects, with properties replaced."""
    replaced = {name: value.encode() for name, value in replaced.items()}
    return format(sum(item.hash(replaced) for item in listed) % (1 << 256), "064x")


def ledger_rows(ledger):
    """path -> (blob id, outcome, reason, ids) of all repositories, and the number of scopes."""
    if not ledger.exists():
        return {}, 0
    with connect(ledger) as database:
        rows = {path: (blob, ("indexed", "skipped", "failed")[outcome], reason,
                       [uuid.UUID(bytes=ids[at:at + 16]) for at in range(0, len(ids), 16)])
                for path, blob, outcome, reason, ids in
                database.execute("SELECT path, blob_id, outcome, reason, ids FROM documents")}
        return rows, database.execute("SELECT count(*) FROM scopes").fetchone()[0]
