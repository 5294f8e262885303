"""From Markdown to a Runbook: walks the document's blocks, collects sections, hands each block to its reader."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from scenarios.errors import UsageError
from scenarios.runbook.attributes import Attributes, parse_attributes
from scenarios.runbook.blocks import (
    PROCEDURE_ATTRIBUTES,
    VERIFICATION_ATTRIBUTES,
    read_clock,
    read_hold,
    read_manual,
    read_needs,
    read_step,
)
from scenarios.runbook.links import check_links
from scenarios.runbook.model import ManualStep, Procedure, Runbook, Step, Trigger
from scenarios.runbook.problems import Document, read_document
from scenarios.runbook.tables import PARAMETER_COLUMNS, TRIGGER_COLUMNS, read_parameters, read_table, read_triggers

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_DIRECTIVE = re.compile(r"\s*([A-Za-z]+)\s*(?::(.*))?", re.DOTALL)
_STRAY = re.compile(r"\s*(procedure|verification|manual|parameters|triggers)\s*(?::|$)")
_OPENING = re.compile(r"[>\s]*(`{3,}|~{3,})\s*\w")
DIRECTIVES = ("procedure", "verification", "manual", "parameters", "triggers")


@dataclass(slots=True, kw_only=True)
class _Section:
    """A procedure or verification list while its blocks are being collected."""

    verification: bool
    title: str
    level: int  # of the heading above: the section ends at the next one that is as high
    attributes: Attributes
    id: str
    steps: list[Step] = field(default_factory=list)
    manual: list[ManualStep] = field(default_factory=list)

    def finish(self) -> Procedure:
        """The frozen procedure; UsageError when there is nothing to run in it."""
        if not self.steps:
            raise self.attributes.problem(
                f"{self.attributes.subject} {self.id!r} has no steps",
                "at least one ```bash block with a name and a deadline before the next heading",
            )
        return Procedure(
            id=self.id,
            title=self.title,
            line=self.attributes.line,
            steps=tuple(self.steps),
            rto_s=self.attributes.duration_s("rto"),
            rpo_s=self.attributes.duration_s("rpo"),
            clock=read_clock(self.attributes),
            needs=read_needs(self.attributes),
            manual=tuple(self.manual),
            hold=read_hold(self.attributes),
        )


class _Reader:
    """Walks the tokens once, top to bottom."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.tokens = MarkdownIt("commonmark").enable("table").parse("\n".join(document.lines))
        self.title = ""
        self.heading = ("", 0)
        self.section: _Section | None = None
        self.sections: dict[str, _Section] = {}
        self.parameters: dict[str, str] | None = None
        self.triggers: tuple[Trigger, ...] | None = None

    def read(self) -> Runbook:
        """The whole runbook, its cross-references checked."""
        for index, token in enumerate(self.tokens):
            line = token.map[0] + 1 if token.map else 1
            if token.type == "heading_open":
                self._heading(int(token.tag[1:]), self.tokens[index + 1].content)
            elif token.type == "fence":
                self._fence(token, line)
            elif token.type == "html_block":
                self._html(index, token, line)
            elif token.type == "inline":
                self._stray(token, line)
        done = {section_id: section.finish() for section_id, section in self.sections.items()}
        runbook = Runbook(
            path=self.document.path,
            title=self.title or self.document.path.stem,
            parameters=self.parameters or {},
            procedures={key: value for key, value in done.items() if not self.sections[key].verification},
            verifications={key: value for key, value in done.items() if self.sections[key].verification},
            triggers=self.triggers or (),
        )
        check_links(self.document, runbook)
        return runbook

    def _heading(self, level: int, text: str) -> None:
        self.title = self.title or text
        self.heading = (text, level)
        if self.section is not None and level <= self.section.level:
            self.section = None

    def _fence(self, token: Token, line: int) -> None:
        self._closed(token, line)
        language, _, info = token.info.strip().partition(" ")
        if language.lower() != "bash":
            if re.search(r"\bdeadline=", info):
                raise self.document.problem(line, f"a step in a block of {language!r}", "```bash for what is to be run")
        elif self.section is not None:
            step = read_step(self.document, line, info, token.content)
            self._add(step, self.section)
        elif re.search(r"\b(?:name|deadline)=", info):
            raise self.document.problem(line, "a step outside any procedure", "<!-- procedure: id=… --> above it")

    def _closed(self, token: Token, line: int) -> None:
        """A fence that nobody closes swallows the rest of the runbook, or the next block's opening."""
        assert token.map is not None
        mark = token.markup
        # A closed block has two lines more than its content, one that nobody closed has one more.
        content_lines = token.content.removesuffix("\n").count("\n") + 1 if token.content else 0
        closed = token.map[1] - token.map[0] == content_lines + 2
        for offset, text in enumerate(self.document.lines[line : token.map[1] - 1]):
            opening = _OPENING.match(text)
            if opening and opening[1].startswith(mark):
                what = f"this block is still open where another one opens (line {line + 1 + offset})"
                raise self.document.problem(line, what, f"a line {mark} that closes it")
        if not closed:
            raise self.document.problem(line, "this block is never closed", f"a line {mark} that closes it")

    def _html(self, index: int, token: Token, line: int) -> None:
        content = token.content
        last = 0
        for match in _COMMENT.finditer(content):
            last = match.end()
            self._comment(index, line + content[: match.start()].count("\n"), match[1])
        before, opened, _ = content[last:].partition("<!--")
        if opened:
            raise self._unclosed_comment(line + (content[:last] + before).count("\n"))

    def _unclosed_comment(self, line: int) -> UsageError:
        return self.document.problem(line, "this comment is never closed", "--> at its end")

    def _comment(self, index: int, line: int, text: str) -> None:
        if "<!--" in text:  # Markdown lets a comment run on to the end of the next one
            raise self._unclosed_comment(line)
        match = _DIRECTIVE.fullmatch(text)
        if match is None:
            return
        word, rest = match[1].lower(), match[2] or ""
        if word not in DIRECTIVES:
            near = difflib.get_close_matches(word, DIRECTIVES, cutoff=0.8)
            if near:
                raise self.document.problem(line, f"unknown directive {match[1]!r}", f"<!-- {near[0]} … -->")
        elif word in ("procedure", "verification"):
            self._open_section(line, word, rest)
        elif word == "manual":
            self._manual(line, rest)
        else:
            self._table(index, line, word, rest)

    def _open_section(self, line: int, word: str, rest: str) -> None:
        allowed = VERIFICATION_ATTRIBUTES if word == "verification" else PROCEDURE_ATTRIBUTES
        attributes = parse_attributes(self.document, line, word, rest, allowed)
        section_id = attributes.identifier("id")
        if section_id in self.sections:
            first = self.sections[section_id].attributes.line
            raise attributes.problem(f"the id {section_id!r} is already taken (line {first})", "an id of its own")
        title, level = self.heading
        if not level:
            raise attributes.problem(f"{word} {section_id!r} has no heading", "a heading above the comment")
        self.section = _Section(
            verification=word == "verification", title=title, level=level, attributes=attributes, id=section_id
        )
        self.sections[section_id] = self.section

    def _manual(self, line: int, rest: str) -> None:
        if self.section is None:
            raise self.document.problem(
                line, "a manual step outside any procedure", "<!-- procedure: id=… --> above it"
            )
        manual, step = read_manual(self.document, line, rest)
        self.section.manual.append(manual)
        if step is not None:
            self._add(step, self.section)

    def _add(self, step: Step, section: _Section) -> None:
        for known in section.steps:
            if known.name == step.name:
                what = (
                    f"{section.attributes.subject} {section.id!r} already has a step {step.name!r} (line {known.line})"
                )
                raise self.document.problem(step.line, what, "a name of its own")
        section.steps.append(step)

    def _table(self, index: int, line: int, word: str, rest: str) -> None:
        parse_attributes(self.document, line, f"table of {word}", rest, ())
        columns = PARAMETER_COLUMNS if word == "parameters" else TRIGGER_COLUMNS
        if (self.parameters if word == "parameters" else self.triggers) is not None:
            raise self.document.problem(line, f"a second table of {word}", "one in the whole runbook")
        rows = read_table(self.document, self.tokens, index + 1, line, columns)
        if word == "parameters":
            self.parameters = read_parameters(self.document, rows)
        else:
            self.triggers = read_triggers(self.document, rows)

    def _stray(self, token: Token, line: int) -> None:
        for offset, text in _inline_comments(token):
            if _STRAY.match(text):
                what = f"<!-- {text.split()[0].removesuffix(':')} … --> stands in the middle of a line"
                raise self.document.problem(line + offset, what, "it on a line of its own")


def _inline_comments(token: Token) -> Iterator[tuple[int, str]]:
    """(line offset, text) of each comment inside a paragraph, where no directive can work."""
    offset = 0
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            offset += 1
        elif child.type == "html_inline" and child.content.startswith("<!--"):
            yield offset, child.content[4:-3]


def load_runbook(path: Path) -> Runbook:
    """Read the runbook at `path`; every mistake is a UsageError of one line: FILE:LINE: what is wrong; expected …."""
    return _Reader(read_document(path)).read()
