"""The code blocks of README.md and docs/, and how those that are commands are run: as printed, but for a few values."""
import dataclasses
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(str(path.relative_to(ROOT)) for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
#: sh: commands; csv: a file of labels; swift and python: a program or a part of one; text: what something prints.
LANGUAGES = {"sh", "csv", "swift", "python", "text"}


@dataclasses.dataclass(frozen=True)
class Block:
    document: str
    line: int
    language: str
    text: str

    def __str__(self):
        return f"{self.document}:{self.line}"


def blocks(document):
    """The fenced blocks of a document, in order."""
    found, language = [], None
    for number, line in enumerate((ROOT / document).read_text().split("\n"), 1):
        if line.startswith("```") and language is None:
            language, start, lines = line[3:], number + 1, []
        elif line.startswith("```"):
            found.append(Block(document, start, language, "\n".join(lines) + "\n"))
            language = None
        elif language is not None:
            lines.append(line)
    assert language is None, f"{document}: a block that is never closed"
    return found


@dataclasses.dataclass(frozen=True)
class Changes:
    """What a document's commands run with instead of what is printed: values of --size, --count and --epochs, and paths."""

    sizes: dict = dataclasses.field(default_factory=dict)
    counts: dict = dataclasses.field(default_factory=dict)
    epochs: dict = dataclasses.field(default_factory=dict)
    paths: dict = dataclasses.field(default_factory=dict)

    def apply(self, text):
        for option, values in [("size", self.sizes), ("count", self.counts), ("epochs", self.epochs)]:
            text = re.sub(rf"(--{option}[ =])(\d+)", lambda match: match[1] + values.get(match[2], match[2]), text)
        for path, other in self.paths.items():
            text = re.sub(rf"(?<![\w./-]){re.escape(path)}(?![\w./-])", other, text)
        return text


def run(block, folder, tessera, changes=Changes(), timeout=300):
    """Runs the commands of a block in a folder; the first that fails ends it and is an error."""
    environment = dict(os.environ, PATH=f"{tessera.parent}:{os.environ['PATH']}")
    script = "set -euo pipefail\n" + changes.apply(block.text)
    result = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout
    )
    assert result.returncode == 0, f"{block} ended with {result.returncode}:\n{script}\n{result.stdout}{result.stderr}"
    return result.stdout
