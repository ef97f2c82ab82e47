"""Fetch GitHub's own parser of workflows, for the test that holds ours to it.

    python -m scripts.github_workflows

npm brings it (5 MB) into .cache. The second run finds it and does nothing.
"""

from __future__ import annotations

from scripts.npm import CACHE, install

PACKAGES = {  # name: version and SHA-512; every one that is needed
    "@actions/workflow-parser": "0.3.61 "
    "NBjJrbwwrEN3LSN0NAISLpCWQLcPSBjmAIkLXHgjGX8Yql4PiD33ifSAvr9sIMU9uIs8wZiGUnvo9yPIMIfKdg==",
    "@actions/expressions": "0.3.61 "
    "Ig+tXELvTjlqxQAWBQnLNn2dPpNraLMdSnT+vDzDPmJtbNUhIAH/Z9kVT8pZ8UtJi9vUGs8hwHE8JFJmbOnLEA==",
    "cronstrue": "2.61.0 ootN5bvXbIQI9rW94+QsXN5eROtXWwew6NkdGxIRpS/UFWRggL0G5Al7a9GTBFEsuvVhJ2K3CntIIVt7L2ILhA==",
    "yaml": "2.9.1 3NxN8+78OdzbT7C/WjGsyfPAtJaN3FNDsWxv7Y7mcDsT/oOmgW8BpyQQFFBnvZE3j9Y2Sdz1ULFLezL7Eb2yFw==",
}
NEEDS = {"@actions/workflow-parser": {"@actions/expressions": "^0.3.61", "cronstrue": "^2.21.0", "yaml": "^2.0.0-8"}}
FOLDER = CACHE / "workflow-parser"
PARSER = FOLDER / "node_modules/@actions/workflow-parser"


def main() -> None:
    """Install what is missing."""
    if not PARSER.is_dir():
        install(FOLDER, PACKAGES, NEEDS)


if __name__ == "__main__":
    main()
