// The piano roll: notes of one voice, edited by pointer and by keyboard.

import { say } from "./shared/frame.js";

export const LOWEST = 53; // F3
export const HIGHEST = 81; // A5
const ROWS = HIGHEST - LOWEST + 1;
const SNAP = 0.5; // beats
const NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

export const nameOf = (pitch) => NAMES[pitch % 12] + (Math.floor(pitch / 12) - 1);
export function pitchOf(name) {
  const [, letter, sign, octave] = name.match(/^([A-G])([#b]?)(\d)$/) ?? [];
  return letter && 12 * (+octave + 1) + NAMES.indexOf(letter) + ({ "#": 1, b: -1 }[sign] ?? 0);
}
const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
const snapped = (beats) => Math.round(beats / SNAP) * SNAP;

export class Roll {
  #element; #past = []; #future = []; #chosen = null;
  notes = []; // {at, beats, pitch, word}, by time; none overlaps
  onchange = () => {};
  onchoose = () => {};

  constructor(element) {
    this.#element = element;
    element.style.setProperty("--rows", ROWS);
    element.addEventListener("pointerdown", (event) => { if (event.target === element) this.#add(event); });
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  get chosen() { return this.#chosen; }

  /** What is edited from here on; nothing of before is remembered. */
  load(notes) {
    this.notes = notes;
    this.#past = [];
    this.#future = [];
    this.choose(null);
    this.draw();
  }

  undo() { this.#step(this.#past, this.#future); }
  redo() { this.#step(this.#future, this.#past); }
  #step(from, to) {
    if (!from.length) return;
    to.push(JSON.stringify(this.notes));
    this.notes = JSON.parse(from.pop());
    this.choose(null);
    this.draw();
  }

  /** Every change goes through here: it can be undone, and one voice sings one note at a time. */
  edit(change) {
    this.#past.push(JSON.stringify(this.notes));
    this.#future = [];
    change();
    this.#tidy();
    this.draw();
  }
  #tidy() {
    this.notes.sort((a, b) => a.at - b.at);
    this.notes.forEach((note, index) => {
      const next = this.notes[index + 1];
      if (next && note.at + note.beats > next.at) note.beats = next.at - note.at;
    });
    this.notes = this.notes.filter((note) => note.beats > 0);
  }

  choose(note, focus = false) {
    this.#chosen = note;
    this.onchoose(note);
    for (const element of this.#element.querySelectorAll(".note")) {
      element.classList.toggle("on", element.note === note);
      if (focus && element.note === note) element.focus();
    }
  }

  draw() {
    const end = this.notes.reduce((last, note) => Math.max(last, note.at + note.beats), 0);
    const focused = document.activeElement?.note;
    this.#element.style.setProperty("--beats", Math.max(16, Math.ceil(end / 4) * 4 + 4));
    const lanes = Array.from({ length: ROWS }, (_, row) => {
      const pitch = HIGHEST - row;
      const lane = Object.assign(document.createElement("div"), { className: "lane", textContent: pitch % 12 === 0 ? nameOf(pitch) : "" });
      lane.classList.toggle("black", NAMES[pitch % 12].length > 1);
      lane.style.top = `calc(var(--step) * ${row})`;
      lane.setAttribute("aria-hidden", "true");
      return lane;
    });
    const notes = this.notes.map((note) => this.#drawn(note));
    this.#element.replaceChildren(...lanes, ...notes);
    if (focused) notes.find((element) => element.note === focused)?.focus();
    this.onchange();
  }

  #drawn(note) {
    const element = Object.assign(document.createElement("button"), { type: "button", className: "note", textContent: note.word, note });
    element.classList.toggle("on", note === this.#chosen);
    element.setAttribute("role", "listitem");
    element.setAttribute("aria-label", say(`${note.word}, ${nameOf(note.pitch)}, at beat ${note.at + 1}, ${note.beats} beats`,
      `${note.word}，${nameOf(note.pitch)}，第 ${note.at + 1} 拍起，${note.beats} 拍`));
    this.#place(element);
    element.addEventListener("focus", () => this.choose(note));
    element.addEventListener("pointerdown", (event) => this.#drag(event, element));
    return element;
  }
  #place(element) {
    const { at, beats, pitch } = element.note;
    element.style.left = `calc(var(--beat) * ${at})`;
    element.style.width = `calc(var(--beat) * ${beats} - 1px)`;
    element.style.top = `calc(var(--step) * ${HIGHEST - pitch})`;
  }

  #where(event) {
    const box = this.#element.getBoundingClientRect();
    const beat = 2.75 * parseFloat(getComputedStyle(document.documentElement).fontSize); // --beat
    return { at: (event.clientX - box.left) / beat, pitch: HIGHEST - Math.floor((event.clientY - box.top) / (box.height / ROWS)) };
  }

  #add(event) {
    const { at, pitch } = this.#where(event);
    const note = { at: Math.floor(at / SNAP) * SNAP, beats: 1, pitch: clamp(pitch, LOWEST, HIGHEST), word: this.syllable };
    if (this.notes.some((other) => other.at === note.at)) return;
    event.preventDefault();
    this.edit(() => this.notes.push(note));
    this.choose(note, true);
  }

  #drag(event, element) {
    const note = element.note;
    const before = { ...note };
    const from = this.#where(event);
    const stretching = element.getBoundingClientRect().right - event.clientX < 10;
    element.setPointerCapture(event.pointerId);
    element.onpointermove = (moved) => {
      const { at, pitch } = this.#where(moved);
      if (stretching) {
        note.beats = Math.max(SNAP, snapped(before.beats + at - from.at));
      } else {
        note.at = Math.max(0, snapped(before.at + at - from.at));
        note.pitch = clamp(before.pitch + pitch - from.pitch, LOWEST, HIGHEST);
      }
      this.#place(element);
    };
    element.onpointerup = element.onpointercancel = () => {
      element.onpointermove = element.onpointerup = element.onpointercancel = null;
      const after = { ...note };
      Object.assign(note, before);
      if (JSON.stringify(after) !== JSON.stringify(before)) this.edit(() => Object.assign(note, after));
      this.choose(note, true);
    };
  }

  #key(event) {
    const note = event.target.note;
    if (!note) return;
    const moves = {
      ArrowUp: () => { note.pitch = Math.min(HIGHEST, note.pitch + 1); },
      ArrowDown: () => { note.pitch = Math.max(LOWEST, note.pitch - 1); },
      ArrowLeft: () => { event.shiftKey ? note.beats = Math.max(SNAP, note.beats - SNAP) : note.at = Math.max(0, note.at - SNAP); },
      ArrowRight: () => { event.shiftKey ? note.beats += SNAP : note.at += SNAP; },
      Delete: () => { this.notes = this.notes.filter((other) => other !== note); },
    };
    const move = moves[event.key === "Backspace" ? "Delete" : event.key];
    if (!move) return;
    event.preventDefault();
    this.edit(move);
    this.choose(this.notes.includes(note) ? note : null, true);
  }
}
