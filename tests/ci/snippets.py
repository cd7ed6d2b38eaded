"""Takes the snippets out of documents, each into a file of the name that its first line gives.

Usage: snippets.py FOLDER DOCUMENT...; prints one `SCHEMA FILE` a line, where SCHEMA is what check-jsonschema calls it,
`shell`, `jenkins` or `pre-commit`. A snippet without a name, or of a kind that nobody would check, is an error.
"""

import pathlib
import re
import sys

KINDS = {
    ".github/workflows/*.yml": "vendor.github-workflows",
    ".forgejo/workflows/*.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
    "azure-pipelines.yml": "vendor.azure-pipelines",
    ".circleci/config.yml": "vendor.circle-ci",
    ".buildkite/pipeline.yml": "vendor.buildkite",
    "bitbucket-pipelines.yml": "vendor.bitbucket-pipelines",
    ".pre-commit-config.yaml": "pre-commit",
    "Jenkinsfile": "jenkins",
    "*.sh": "shell",
}
STEPS = {
    "agent", "always", "archiveArtifacts", "environment", "error", "junit", "options", "pipeline", "post", "script",
    "sh", "stage", "stages", "steps", "timeout", "unstable",
}
WORDS = {"else", "if", "int"}


def check_jenkins(text: str) -> None:
    """Brackets that match, and no word in the place of a step that Jenkins does not know."""
    bare = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|//[^\n]*", "''", text)
    open_brackets = []
    for bracket in re.findall(r"[][(){}]", bare):
        if bracket in "([{":
            open_brackets.append(bracket)
        else:
            assert open_brackets and open_brackets.pop() + bracket in ("()", "[]", "{}"), bracket
    assert not open_brackets, open_brackets
    for line in bare.splitlines():
        word = re.match(r"[\s}]*([A-Za-z]\w*)", line)
        if word and not re.match(r"\s*[A-Z_]+ = ", line):
            assert word[1] in STEPS | WORDS, f"{word[1]} is no step that is known here"


def main(folder: pathlib.Path, documents: list[str]) -> None:
    for document in documents:
        text = pathlib.Path(document).read_text(encoding="utf-8")
        snippets = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        assert snippets, f"{document}: no snippet was found"
        for number, (language, snippet) in enumerate(snippets, 1):
            named = re.match(r"(?:#|//) (\S+)\n", snippet)
            name = pathlib.PurePath(named[1] if named else f"{number}.sh")
            kinds = [kind for pattern, kind in KINDS.items() if name.match(pattern)]
            assert named or language == "sh", f"{document}: snippet {number} does not say which file it is"
            assert kinds, f"{document}: nobody checks {name}"
            file = folder / pathlib.Path(document).stem / str(number) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(snippet, encoding="utf-8")
            if kinds[0] == "jenkins":
                check_jenkins(snippet)
            print(kinds[0], file)


main(pathlib.Path(sys.argv[1]), sys.argv[2:])
