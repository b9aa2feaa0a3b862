"""XML as the question formats need it: elements from plain strings, a parser that refuses what attacks one."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # builds and prints trees only; `parse` reads with defusedxml
from contextlib import contextmanager
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bpsym.errors import BpsymError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_BYTES = 256 * 2**20

Element = ET.Element


def add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    """A new last child of `parent`; a trailing underscore of an attribute's name is dropped (`class_`)."""
    child = ET.SubElement(parent, tag, {name.rstrip("_"): value for name, value in attributes.items()})
    child.text = text
    return child


def _indent(element: Element, mixed: frozenset[str], margin: str) -> None:
    """Put each child on a line of its own, except inside elements that mix text and tags."""
    if element.tag in mixed or not len(element):
        return
    for each in element:
        _indent(each, mixed, margin + "  ")
        each.tail = margin + "  "
    element.text, element[-1].tail = margin + "  ", margin


def document(root: Element, mixed: frozenset[str] = frozenset()) -> bytes:
    """A whole XML file, UTF-8, indented, the same bytes on every machine; elements in `mixed` keep their white space.

    Namespaces are attributes like any other (`xmlns`), so that the file says them where its readers expect them.
    """
    _indent(root, mixed, "\n")
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


@contextmanager
def as_we_write(where: str) -> Iterator[None]:
    """Readers of our own files look things up where our writers put them; elsewhere that is one sentence."""
    try:
        yield
    except (LookupError, ValueError, ArithmeticError) as error:
        raise BpsymError(f"{where} is not as bpsym writes it: {error}") from error


def without_namespaces(root: Element) -> Element:
    """The same tree with local names as tags."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def member(members: Mapping[str, bytes], name: str, where: str) -> Element:
    """The root of an XML file in a package, without namespaces; BpsymError where it is missing."""
    if name not in members:
        raise BpsymError(f"{where} lacks {name}")
    return without_namespaces(parse(members[name], f"{where}: {name}"))


def attribute(element: Element, name: str, where: str) -> str:
    """An attribute that must be there."""
    value = element.get(name)
    if value is None:
        raise BpsymError(f"{where}: <{element.tag}> lacks the attribute {name!r}")
    return value


def child(element: Element, path: str, where: str) -> Element:
    """A descendant that must be there."""
    found = element.find(path)
    if found is None:
        raise BpsymError(f"{where}: <{element.tag}> lacks <{path}>")
    return found
