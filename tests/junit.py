"""Reads JUnit files with a parser of another project, and compares them with their bundle.

Usage: junit.py BUNDLE JUNIT STRICT RUN; writes the bundle's run to RUN.
"""

import json
import sys

from junitparser import JUnitXml, TestSuite

bundle_path, *junit_paths, run_path = sys.argv[1:]
with open(bundle_path, encoding="utf-8") as file:
    bundle = json.load(file)
verdicts = [judgement["verdict"] for judgement in bundle["judgements"]]
failed = sum(verdict in ("fail", "missing") for verdict in verdicts)

for path in junit_paths:
    suites = JUnitXml.fromfile(path)
    suites = [suites] if isinstance(suites, TestSuite) else list(suites)
    cases = [case for suite in suites for case in suite]
    if not cases:
        sys.exit(f"{path}: no test case")
    failures = sum(suite.failures for suite in suites)
    if (failures > 0) != (failed > 0):
        sys.exit(f"{path}: {failures} failures, where the bundle has {failed}")
    print(f"{path}: {len(cases)} test cases, {failures} failures")

with open(run_path, "w", encoding="utf-8") as file:
    json.dump(bundle["run"], file)
