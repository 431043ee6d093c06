"""The licences of all pinned packages, from their installed metadata: ``python docs/licences.py`` writes
docs/licences.md. Where metadata says it in several ways, the SPDX expression stands over the classifiers
and these over the free text. What is not installed here is listed by name.
"""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Licences that let bantin, under Apache-2.0, ask for a package. MPL binds the files of the package alone, LGPL
# the package, which stands by itself and can be exchanged: neither is shipped.
GOOD = re.compile(
    r"(?:MIT(?:-0|-CMU| License)?|(?:The )?MIT License.*|Apache(?:-| License,? (?:Version )?|[ -]Software License|(?: License)? )?v?2?(?:\.0)?(?: License)?|Apache Software License"
    r"|(?:0|[23]-Clause |Modified |new |simplified )?BSD(?:-[0-4]-Clause| [23]-Clause| License|-3| License.*)?|0BSD|ISC(?: License.*)?|Zlib|PSF-2\.0|Python-2\.0|Python Software Foundation License|PSFL?"
    r"|Unlicense|The Unlicense.*|CC0-1\.0|HPND|MPL-?(?:2\.0|1\.1)|LGPL(?:-[23][\w.+-]*)?|GNU Library or Lesser General Public License \(LGPL\)|Mozilla Public License 2\.0 \(MPL 2\.0\)|Artistic License|Unicode-3\.0|CNRI-Python|BSL-1\.0|WTFPL|Dual License)",
    re.I,
)

# Packages that only tests or benchmarks ask for, never bantin itself, under a licence that is not compatible.
TESTS_ONLY = {"Unidecode": "asked for by vietnamadminunits, a source of the table of units, which the tests compare with it"}


def compatible(licence: str) -> bool:
    """Of alternatives (OR) one must be good, of parts (AND) all.

    >>> compatible("Apache-2.0 OR GPL-3.0"), compatible("MIT AND GPL-3.0")
    (True, False)
    """
    text = licence.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    for word, quantity in ((" OR ", any), (" AND ", all), (", ", all)):
        parts = text.split(word)
        if len(parts) > 1:
            return quantity(compatible(part) for part in parts)
    text = re.sub(r" WITH [\w.-]+", "", text)
    return bool(GOOD.fullmatch(text))


def licence_of(package: metadata.Distribution) -> str:
    about = package.metadata
    if about.get("License-Expression"):
        return about["License-Expression"]
    named = [line.split(" :: ")[-1] for line in about.get_all("Classifier", []) if line.startswith("License :: ") and line != "License :: OSI Approved"]
    if named:
        # Classifiers cannot say whether a package asks for all of them; Perl's pair is a choice wherever it stands.
        choice = "dual" in (about.get("License") or "").lower() or "Artistic License" in named
        return " OR ".join(named) if choice else " AND ".join(named)
    text = (about.get("License") or "").strip()
    if not text:
        # Without a field the licence file's own name for itself.
        for file in package.files or ():
            if file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")):
                text = Path(str(file.locate())).read_text(encoding="utf-8", errors="replace").strip()
                break
    return text.splitlines()[0].strip() if text else "UNKNOWN"


def pins() -> dict[str, str]:
    return dict(re.findall(r"(?m)^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text()))


def installed(pinned: dict[str, str]) -> list[tuple[str, str, str]]:
    """Name, installed version and licence of each pinned package that is installed here."""
    found = []
    for name in sorted(pinned, key=str.lower):
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        found.append((name, package.version, licence_of(package)))
    return found


def purposes() -> dict[str, set[str]]:
    """For each package (its name in small letters with hyphens) what asks for it: ``run time`` or extras."""
    import tomllib

    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    out: dict[str, set[str]] = {}
    for purpose, wanted in {"run time": project["dependencies"], **project["optional-dependencies"]}.items():
        if purpose == "full":
            continue
        open_ = [Requirement(each) for each in wanted]
        seen: set[tuple] = set()
        while open_:
            asked = open_.pop()
            name = normal(asked.name)
            if (name, *sorted(asked.extras)) in seen:
                continue
            seen.add((name, *sorted(asked.extras)))
            out.setdefault(name, set()).add(purpose)
            try:
                requires = metadata.distribution(asked.name).requires or ()
            except metadata.PackageNotFoundError:
                continue
            for text in requires:
                other = Requirement(text)
                if other.marker is None or any(other.marker.evaluate({"extra": extra}) for extra in ("", *asked.extras)):
                    open_.append(other)
    return out


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def underthesea_core() -> dict[str, str]:
    """What the wheel's METADATA and what its SBOM say of its licence."""
    package = metadata.distribution("underthesea_core")
    said = {"version": package.version, "metadata": licence_of(package), "sbom": ""}
    for file in package.files or ():
        if file.name.endswith(".cyclonedx.json"):
            component = json.loads(Path(str(file.locate())).read_text(encoding="utf-8"))["metadata"]["component"]
            said["sbom"] = " AND ".join(each.get("expression") or each["license"].get("id") or each["license"].get("name", "") for each in component.get("licenses", []))
    return said


def main() -> None:
    pinned = pins()
    found = installed(pinned)
    core = underthesea_core()
    of = purposes()
    missing = sorted(set(pinned) - {name for name, _, _ in found}, key=str.lower)
    lines = [
        "# Licences of the pinned packages",
        "",
        "Written by `python docs/licences.py` from the installed packages' own metadata; `tests/test_supply.py` fails when one is missing here or is not compatible with Apache-2.0.",
        "bantin's own run-time needs are the `dependencies` of pyproject.toml; the rest are extras, test tools and what these ask for. None of them is shipped with bantin.",
        "",
        f"**Open question.** `underthesea_core` {core['version']}: its METADATA says {core['metadata']}, the SBOM in the same wheel (`sboms/underthesea_core.cyclonedx.json`, made of Cargo.toml) says {core['sbom'] or 'nothing'} of the package itself.",
        "Upstream's repository and metadata name Apache-2.0; upstream is to be asked to correct the other. bantin installs the package and ships no part of it but weights read at run time from its own installation.",
        "",
        "| package | version | licence | asked for by |",
        "|---|---|---|---|",
        *(f"| {name} | {version} | {licence} | {', '.join(sorted(of.get(normal(name), ()), key=lambda each: (each != 'run time', each))) or 'full'} |" for name, version, licence in found),
        "",
        *(f"{name} is not compatible and not asked for by bantin: {why}." for name, why in TESTS_ONLY.items()),
    ]
    if missing:
        lines += ["", f"Pinned and not installed where this was written: {', '.join(missing)}."]
    (ROOT / "docs" / "licences.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, version, licence in found:
        if not compatible(licence) and name not in TESTS_ONLY:
            print(f"{name} {version}: {licence}")


if __name__ == "__main__":
    main()
