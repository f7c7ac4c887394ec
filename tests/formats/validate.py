"""Reads what shapecheck writes for other programs, with parsers that are not its own.

validate.py parse FILE...         every file parses: .xml, else JSON with neither repeated keys nor NaN
validate.py junit FILE            the counts of each suite are those of its cases; prints one line for each case
validate.py schema SCHEMA FILE... the files obey a JSON schema
validate.py sarif-schema          prints the path of the SARIF schema, if the npm package @microsoft/sarif-multitool is
                                  in node_modules of a folder from here upwards, or SHAPECHECK_SARIF_SCHEMA names it
"""
import glob
import json
import os
import pathlib
import sys
import warnings
import xml.etree.ElementTree as ElementTree


def refuse(constant):
    raise ValueError(constant + " is no JSON")


def unique(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key is repeated: " + repr([key for key, _ in pairs]))
    return dict(pairs)


def load(path):
    with open(path, encoding="utf-8", newline="") as file:
        return json.load(file, object_pairs_hook=unique, parse_constant=refuse)


def junit(path):
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        cases = suite.findall("testcase")
        for attribute, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
            found = sum(case.find(tag) is not None for case in cases)
            assert int(suite.get(attribute)) == found, (attribute, suite.get(attribute), found)
        assert int(suite.get("tests")) == len(cases)
        names = [(case.get("classname"), case.get("name")) for case in cases]
        assert len(set(names)) == len(names), names
        for case in cases:
            print(case.get("classname"), case.get("name"), *sorted(child.tag for child in case), sep="|")


def schema(path, documents):
    warnings.simplefilter("ignore")
    import jsonschema

    rules = load(path)
    validator = jsonschema.validators.validator_for(rules)(rules)
    for document in documents:
        for error in validator.iter_errors(load(document)):
            sys.exit(f"{document}: {'/'.join(map(str, error.absolute_path))}: {error.message[:400]}")


def sarif_schema():
    given = os.environ.get("SHAPECHECK_SARIF_SCHEMA")
    if given:
        return given
    for folder in pathlib.Path(__file__).resolve().parents:
        found = glob.glob(str(folder / "node_modules/@microsoft/sarif-multitool-*/sarif-2.1.0.json"))
        if found:
            return sorted(found)[0]
    return ""


def main(what, *rest):
    if what == "parse":
        for path in rest:
            ElementTree.parse(path) if path.endswith(".xml") else load(path)
    elif what == "junit":
        junit(rest[0])
    elif what == "schema":
        schema(rest[0], rest[1:])
    elif what == "sarif-schema":
        print(sarif_schema(), end="")
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
