// Ticks at round local times of a zone, also where a day has 23 or 25 hours.

import { language } from "./strings.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HOUR_STEPS = [0.25, 0.5, 1, 2, 3, 4, 6, 12];
const DAY_STEPS = [1, 2, 7, 14];
const MONTH_STEPS = [1, 2, 3, 6, 12];

const formatters = new Map();

function formatter(zone, name, options) {
  const key = `${zone}|${name}`;
  if (!formatters.has(key)) {
    const locale = name === "parts" ? "en-GB" : language;
    formatters.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }));
  }
  return formatters.get(key);
}

function local(at, zone) {
  const parts = {};
  const format = formatter(zone, "parts", {
    year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23",
  });
  for (const part of format.formatToParts(at)) parts[part.type] = Number(part.value);
  return parts;
}

function offset(at, zone) {
  const p = local(at, zone);
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(at / 1000) * 1000;
}

// The moment at which clocks of the zone show this; in the spring gap, the moment after it.
export function moment(zone, year, month, day, minutes = 0) {
  const wall = Date.UTC(year, month - 1, day) + minutes * MINUTE;
  const guess = wall - offset(wall, zone);
  return wall - offset(guess, zone);
}

export function localDate(at, zone) {
  const p = local(at, zone);
  return `${p.year}-${String(p.month).padStart(2, "0")}-${String(p.day).padStart(2, "0")}`;
}

export const isMidnight = (at, zone) => {
  const p = local(at, zone);
  return p.hour === 0 && p.minute === 0;
};

export const clockLabel = (at, zone) =>
  formatter(zone, "clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
export const dayLabel = (at, zone) =>
  formatter(zone, "day", { weekday: "short", day: "numeric", month: "short" }).format(at).replace(",", "");
export const monthLabel = (at, zone) =>
  formatter(zone, "month", { month: "short", year: "numeric" }).format(at);
export const fullLabel = (at, zone) => `${dayLabel(at, zone)} ${clockLabel(at, zone)}`;

export function ticks(from, to, zone, widthPixels) {
  const room = Math.max(2, Math.floor(widthPixels / 96));
  const span = to - from;
  const hours = HOUR_STEPS.find((step) => span / (step * HOUR) <= room);
  if (hours) return { unit: "hour", at: hourTicks(from, to, zone, hours * 60) };
  const days = DAY_STEPS.find((step) => span / (step * DAY) <= room);
  if (days) return { unit: "day", at: dayTicks(from, to, zone, days) };
  const months = MONTH_STEPS.find((step) => span / (step * 30.4 * DAY) <= room) ?? 12;
  return { unit: "month", at: monthTicks(from, to, zone, months) };
}

function* localDays(from, to, zone) {
  const first = local(from, zone);
  for (let index = 0; ; index += 1) {
    const date = new Date(Date.UTC(first.year, first.month - 1, first.day + index));
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    if (moment(zone, year, month, day) > to) return;
    yield { year, month, day, weekday: date.getUTCDay(), index };
  }
}

const inside = (from, to) => (at) => at >= from && at <= to;

function hourTicks(from, to, zone, stepMinutes) {
  const found = new Set();
  for (const { year, month, day } of localDays(from, to, zone)) {
    for (let minutes = 0; minutes < 1440; minutes += stepMinutes) {
      found.add(moment(zone, year, month, day, minutes));
    }
  }
  return [...found].filter(inside(from, to)).sort((a, b) => a - b);
}

function dayTicks(from, to, zone, step) {
  const found = [];
  for (const { year, month, day, weekday, index } of localDays(from, to, zone)) {
    const wanted = step === 7 ? weekday === 1 : step === 14 ? weekday === 1 && Math.floor(index / 7) % 2 === 0 : index % step === 0;
    if (wanted) found.push(moment(zone, year, month, day));
  }
  return found.filter(inside(from, to));
}

function monthTicks(from, to, zone, step) {
  const first = local(from, zone);
  const found = [];
  for (let index = 0; ; index += 1) {
    const at = moment(zone, first.year, 1 + index * step, 1);
    if (at > to) return found.filter(inside(from, to));
    found.push(at);
  }
}

export function tickLabel(at, zone, unit) {
  if (unit === "hour") return isMidnight(at, zone) ? `{day|${dayLabel(at, zone)}}` : clockLabel(at, zone);
  return unit === "day" ? dayLabel(at, zone) : monthLabel(at, zone);
}
