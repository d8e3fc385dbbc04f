#!/usr/bin/env python3
"""Compares our message tables with Kafka's definitions, version by version.

usage: check_schema.py DIR [BUILD]

DIR holds Kafka's message definitions as JSON, in folders client, group, transaction, share, metadata, raft.
BUILD is a build directory (default build-dev).
Exit code: 0 no difference (or DIR is missing), 1 differences, 2 usage.
"""

import json
import pathlib
import subprocess
import sys

FOLDERS = ("client", "group", "transaction", "share", "metadata", "raft")
TOPICS = {"group": "__consumer_offsets", "transaction": "__transaction_state", "share": "__share_group_state",
          "metadata": "__cluster_metadata", "client": "", "raft": ""}
SIMPLE = {"bool", "int8", "int16", "uint16", "int32", "uint32", "int64", "float64", "uuid", "string", "bytes", "records"}
NEWEST = 32767


def version_range(text):
    """'3+', '3-5', '3' or 'none' as (first, last), None for none."""
    if text is None or text == "none":
        return None
    if text.endswith("+"):
        return int(text[:-1]), NEWEST
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def has(versions, version):
    return versions is not None and versions[0] <= version <= versions[1]


def default_of(field):
    """(number, is_null) of a definition's default; JSON null is 'none given', the word "null" is null."""
    value = field.get("default")
    if value is None or value == "":
        return 0, False
    if value == "null":
        return 0, True
    if isinstance(value, bool) or value in ("true", "false"):
        return int(value in (True, "true")), False
    return (int(value, 0) if isinstance(value, str) else value), False


def kafka_field(field, common):
    prefix, element = ("[]", field["type"][2:]) if field["type"].startswith("[]") else ("", field["type"])
    tagged = version_range(field.get("taggedVersions"))
    number, is_null = default_of(field)
    result = {
        "name": field["name"],
        "type": prefix + (element if element in SIMPLE else "struct"),
        "versions": version_range(field["versions"]) if "versions" in field else tagged,
        "nullable": version_range(field.get("nullableVersions")),
        "tag": field.get("tag", -1),
        "tagged": tagged,
        "default": number,
        "defaultNull": is_null,
        "ignorable": str(field.get("ignorable", False)).lower() == "true",
        "classic": field.get("flexibleVersions") == "none",
    }
    if element not in SIMPLE:
        result["fields"] = [kafka_field(f, common) for f in field.get("fields") or common[element]]
    return result


def kafka_messages(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).glob("*.json")):
            message = json.loads(path.read_text())
            if message["validVersions"] == "none":
                continue
            common = {s["name"]: s["fields"] for s in message.get("commonStructs", [])}
            listeners = message.get("listeners", [])
            yield {
                "name": message["name"],
                "type": message["type"],
                "apiKey": message.get("apiKey", -1),
                "versions": version_range(message["validVersions"]),
                "flexible": version_range(message.get("flexibleVersions")),
                "broker": "broker" in listeners,
                "controller": "controller" in listeners,
                "unstable": bool(message.get("latestVersionUnstable", False)),
                "topic": TOPICS[folder],
                "fields": [kafka_field(f, common) for f in message["fields"]],
            }


def our_messages(build):
    subprocess.run(["cmake", "--build", str(build), "--target", "schema_dump"], check=True, stdout=sys.stderr)
    dump = subprocess.run([str(build / "tests" / "schema_dump")], check=True, capture_output=True, text=True).stdout

    def tuples(field):
        for key in ("versions", "nullable", "tagged", "flexible"):
            if key in field:
                field[key] = tuple(field[key]) if field[key] else None
        for nested in field.get("fields", []):
            tuples(nested)
        return field

    return [tuples(message) for message in json.loads(dump)]


def layout(message, version):
    """Everything that matters of a message in one version: rows of (path, property, value), in wire order."""
    rows = []
    flexible = has(message["flexible"], version)

    def walk(fields, path):
        for field in fields:
            name = path + field["name"]
            rows.append((name, "type", field["type"]))
            present = has(field["versions"], version)
            rows.append((name, "present", present))
            rows.append((name, "default", (field["default"], field["defaultNull"])))
            rows.append((name, "ignorable", field["ignorable"]))
            if present:
                rows.append((name, "tag", field["tag"] if has(field["tagged"], version) else None))
                rows.append((name, "nullable", has(field["nullable"], version)))
                rows.append((name, "compact", flexible and not field["classic"]))
            walk(field.get("fields", []), name + ".")

    walk(message["fields"], "")
    return rows


def compare(kafka, ours):
    """Texts, one a difference."""
    for key in ("type", "apiKey", "versions", "flexible", "broker", "controller", "unstable", "topic"):
        # The definitions say flexible from when on, or "none"; a message never flexible may say neither.
        if kafka[key] != ours[key]:
            yield f"{key}: Kafka {kafka[key]}, ours {ours[key]}"
    for version in range(kafka["versions"][0], kafka["versions"][1] + 1):
        theirs, mine = layout(kafka, version), layout(ours, version)
        for expected, found in zip(theirs, mine):
            if expected != found:
                yield f"v{version}: Kafka {expected}, ours {found}"
                break
        if len(theirs) != len(mine):
            yield f"v{version}: Kafka has {len(theirs)} properties, ours {len(mine)}"


def main(arguments):
    if len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[1])
    build = pathlib.Path(arguments[2] if len(arguments) == 3 else "build-dev")
    if not root.is_dir():
        print(f"skipped: no definitions in {root}")
        return 0
    kafka = {m["name"]: m for m in kafka_messages(root)}
    ours = {m["name"]: m for m in our_messages(build)}
    differences = [f"{name}: not described" for name in kafka.keys() - ours.keys()]
    for name in sorted(ours.keys() - kafka.keys()):
        print(f"no definition to compare with: {name}")
    versions = 0
    for name in sorted(kafka.keys() & ours.keys()):
        versions += kafka[name]["versions"][1] - kafka[name]["versions"][0] + 1
        differences += [f"{name}: {text}" for text in compare(kafka[name], ours[name])]
    for text in differences:
        print(text)
    print(f"messages {len(kafka)}, versions {versions}, differences {len(differences)}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
