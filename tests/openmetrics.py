"""Reads an OpenMetrics file with a parser of another project, and as GitLab does.

Usage: openmetrics.py FILE
"""

import re
import shlex
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
families = list(text_string_to_metric_families(text))
samples = [sample for family in families for sample in family.samples]
if not samples:
    sys.exit(f"{sys.argv[1]}: no sample")
keys = {(sample.name, tuple(sorted(sample.labels.items()))) for sample in samples}
if len(keys) < len(samples):
    sys.exit(f"{sys.argv[1]}: a sample is there twice")

# GitLab drops what follows a number sign, and splits the rest as a shell would.
lines = [shlex.split(re.sub("#.*", "", line)) for line in text.splitlines()]
lines = [line for line in lines if line]
if [len(line) for line in lines] != [2] * len(samples):
    sys.exit(f"{sys.argv[1]}: GitLab sees {lines}")
print(f"{sys.argv[1]}: {len(families)} families, {len(samples)} samples")
