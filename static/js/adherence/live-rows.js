// What is shown of live rows, and how: pure functions that the list and the wall share.

export function counts(rows) {
  const number = (test) => rows.filter(test).length;
  return {
    planned: number((row) => row.planned !== null),
    in: number((row) => row.flag === "IN"),
    out: number((row) => ["OUT", "BUSY_TOO_LONG"].includes(row.flag)),
    absent: number((row) => ["LATE", "NO_SHOW"].includes(row.flag)),
    unknown: number((row) => row.flag === "UNKNOWN"),
  };
}

export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

export function lasted(since, now, texts) {
  if (!since) return "";
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  if (seconds < 60) return fill(texts.seconds, { seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return fill(texts.minutes, { minutes });
  return fill(texts.hours, { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

export function clockOf(timeZone) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
  return (moment) => (moment ? format.format(typeof moment === "string" ? Date.parse(moment) : moment) : "");
}
