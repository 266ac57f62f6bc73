// Translated texts of the page, and numbers in its language.

const element = document.getElementById("ui-strings");
const texts = element ? JSON.parse(element.textContent) : {};

export const language = document.documentElement.lang || "en-GB";

export function text(name, values = {}) {
  const found = texts[name] ?? name;
  return found.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

const formats = new Map();

export function number(value, digits = 0) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!formats.has(digits)) {
    formats.set(digits, new Intl.NumberFormat(language, {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    }));
  }
  return formats.get(digits).format(value).replace("-", "\u2212");
}

// A value of an axis: a share is stored as a fraction and read in percent.
export function measure(value, axis, { withUnit = true } = {}) {
  if (value === null || value === undefined) return "–";
  if (axis.unit === "%") return number(value * 100, axis.digits) + (withUnit ? "\u202f%" : "");
  const shown = number(value, axis.digits);
  return withUnit && axis.unit ? `${shown}\u202f${axis.unit}` : shown;
}
