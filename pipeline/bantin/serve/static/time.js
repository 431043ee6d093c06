// EDTF values on a line: when a value begins and ends, as fractions of years.

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function point(value, last) {
  const match = /^(\d{2}[\dX]{2})(?:-(\d\d)(?:-(\d\d))?)?[?~%]?$/.exec(value);
  if (!match) return null;
  const year = Number(match[1].replaceAll("X", last ? "9" : "0"));
  if (match[2] === undefined) return last ? year + 1 : year;
  const month = Number(match[2]);
  if (month >= 21) {
    // Seasons 21-24 and 25-28, quarters 33-36, thirds 37-39, halves 40-41 of ISO 8601-2.
    const parts = month <= 24 ? [month - 21, 4] : month <= 28 ? [month - 25, 4] : month <= 36 ? [month - 33, 4] : month <= 39 ? [month - 37, 3] : [month - 40, 2];
    return year + (parts[0] + (last ? 1 : 0)) / parts[1];
  }
  if (month < 1 || month > 12) return null;
  if (match[3] === undefined) return year + (month - (last ? 0 : 1)) / 12;
  return year + (month - 1 + (Number(match[3]) - (last ? 0 : 1)) / DAYS[month - 1]) / 12;
}

/** `[begin, end]` of an EDTF value, or null where it is on no line (`?`, `XXXX-08-19`). */
export function extent(value) {
  const [first, second] = value.split("/");
  const begin = point(first, false);
  const end = point(second ?? first, true);
  if (begin === null && end === null) return null;
  return [begin ?? end, end ?? begin];
}
