"""XML as the question formats need it: elements from plain strings, a parser that refuses what attacks one."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # builds and prints trees only; `parse` reads with defusedxml

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bpsym.errors import BpsymError

MAX_BYTES = 256 * 2**20

Element = ET.Element


def add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    """A new last child of `parent`; a trailing underscore of an attribute's name is dropped (`class_`)."""
    child = ET.SubElement(parent, tag, {name.rstrip("_"): value for name, value in attributes.items()})
    child.text = text
    return child


def document(root: Element, *, indented: bool = True) -> bytes:
    """A whole XML file, UTF-8, the same bytes on every machine; indented only where no element mixes text and tags."""
    if indented:
        ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def parse(data: bytes, where: str) -> Element:
    """The root of an XML file; BpsymError where it is too long, not well-formed, or declares entities or a DTD."""
    if len(data) > MAX_BYTES:
        raise BpsymError(f"{where} is longer than {MAX_BYTES} bytes, the most that is read")
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except ET.ParseError as error:
        raise BpsymError(f"{where} is no well-formed XML: {error}") from error
    except (DefusedXmlException, ValueError, LookupError) as error:
        raise BpsymError(f"{where} is not read: {error}") from error
    return root


def attribute(element: Element, name: str, where: str) -> str:
    """An attribute that must be there."""
    value = element.get(name)
    if value is None:
        raise BpsymError(f"{where}: <{local_name(element)}> lacks the attribute {name!r}")
    return value


def child(element: Element, path: str, where: str) -> Element:
    """A descendant that must be there."""
    found = element.find(path)
    if found is None:
        raise BpsymError(f"{where}: <{local_name(element)}> lacks <{path.rpartition('}')[2]}>")
    return found


def local_name(element: Element) -> str:
    """A tag without its namespace."""
    return element.tag.rpartition("}")[2]
