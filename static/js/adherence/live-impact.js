// What an agent's deviation does to service: the same rule as adherence/core/impact.py.

import { number } from "../ui/strings.js";
import { fill } from "./live-rows.js";

const NEUTRAL_MINUTES = 0.5;
const NOTICE = 1;
const MAJOR = 3;
const TONES = { negative: "under", positive: "goal", neutral: "" };
const LETTERS = { negative: "−", positive: "+", neutral: "=" };

export class Marks {
  constructor(marks) {
    this.notes = marks.notes;
    this.cases = marks.cases;
    this.queues = new Map(marks.impact.queues.map((queue) => [queue.queue_id, queue]));
    this.homes = marks.impact.home_queue;
  }

  queueOf(row) {
    return this.queues.get(row.queue_id ?? this.homes[row.agent_id]) ?? null;
  }

  impactOf(row) {
    if (row.severity === 0) return null;
    const queue = this.queueOf(row);
    const works = row.state_group === "AVAILABLE" || row.state_group === "HANDLING";
    let minutes = 0;
    if (row.severity >= MAJOR) minutes = queue?.saved_minutes_per_hour ?? null;
    else if (row.severity === NOTICE && works) minutes = queue?.caused_minutes_per_hour ?? null;
    if (minutes === null) return null;
    if (minutes < NEUTRAL_MINUTES) return { sign: "neutral", minutes: 0 };
    return row.severity >= MAJOR ? { sign: "negative", minutes: -minutes } : { sign: "positive", minutes };
  }

  costOf(row) {
    return Math.max(0, -(this.impactOf(row)?.minutes ?? 0));
  }

  noteOf(row) {
    return this.notes[row.agent_id] ?? { count: 0, tags: [] };
  }
}

export const impactTone = (impact) => (impact ? TONES[impact.sign] : "");
export const impactLetter = (impact) => (impact ? LETTERS[impact.sign] : "");

export function impactWords(impact, texts) {
  if (!impact) return "–";
  if (impact.sign === "neutral") return texts.neutral;
  const minutes = Math.abs(impact.minutes);
  return fill(impact.sign === "negative" ? texts.costs : texts.helps, { minutes: number(minutes, minutes >= 9.95 ? 0 : 1) });
}
