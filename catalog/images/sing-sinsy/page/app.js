import { ask, find, run, say, written } from "./shared/frame.js";
import { HIGHEST, LOWEST, nameOf, pitchOf, Roll } from "./roll.js";
import { songs } from "./songs.js";

const roll = new Roll(find("#roll"));
const voice = find("#voice");
const showSyllable = () => { roll.syllable = voice.value === "ja" ? "ら" : "la"; };
voice.addEventListener("change", showSyllable);

roll.onchoose = (note) => {
  find("#word").disabled = !note;
  find("#word").value = note?.word ?? "";
};
roll.onchange = () => {
  find("#keep").href = "data:application/json;charset=utf-8," + encodeURIComponent(JSON.stringify(score(), null, 1));
};
find("#word").addEventListener("change", () => {
  const note = roll.chosen;
  const word = find("#word").value.trim();
  if (note && word) roll.edit(() => { note.word = word; });
});
find("#roll").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.note) return;
  event.preventDefault();
  find("#word").focus();
  find("#word").select();
});
find("#undo").addEventListener("click", () => roll.undo());
find("#redo").addEventListener("click", () => roll.redo());
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches("input")) return;
  event.preventDefault();
  event.shiftKey ? roll.redo() : roll.undo();
});

/** What the server sings: gaps between the notes are rests. */
function score() {
  const notes = [];
  let at = 0;
  for (const note of roll.notes) {
    for (let gap = note.at - at; gap > 0; gap -= 16) notes.push({ note: null, beats: Math.min(gap, 16) });
    notes.push({ note: nameOf(note.pitch), beats: note.beats, word: note.word });
    at = note.at + note.beats;
  }
  return { language: voice.value, tempo: Number(find("#tempo").value), key: Number(find("#key").value), notes };
}

function take({ language, tempo, key, notes }) {
  let at = 0;
  const placed = [];
  for (const { note, beats, word } of notes) {
    const pitch = note === null ? null : pitchOf(note);
    if (!(beats > 0) || (note !== null && !(pitch >= LOWEST && pitch <= HIGHEST)))
      throw new Error(say(`Notes here are from ${nameOf(LOWEST)} to ${nameOf(HIGHEST)}.`, `这里的音符范围是 ${nameOf(LOWEST)} 到 ${nameOf(HIGHEST)}。`));
    if (note !== null) placed.push({ at, beats, pitch, word: String(word) });
    at += beats;
  }
  voice.value = language === "en" ? "en" : "ja";
  find("#tempo").value = tempo;
  find("#key").value = key ?? 0;
  showSyllable();
  roll.load(placed);
}

function ofSong([, , language, tempo, text]) {
  const notes = text.split(", ").map((part) => part.split(" ")).map(([note, beats, word]) => ({ note, beats: +beats, word }));
  return { language, tempo, key: 0, notes };
}
for (const song of songs) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  written(() => { button.textContent = say(song[0], song[1]); });
  button.addEventListener("click", () => { take(ofSong(song)); sing(); });
  find("#samples").append(button);
}
take(ofSong(songs[0]));
written(() => roll.draw());

find("#file").addEventListener("change", async () => {
  const file = find("#file").files[0];
  find("#file").value = "";
  if (!file) return;
  try {
    take(JSON.parse(await file.text()));
    find("#status").textContent = "";
  } catch (error) {
    find("#status").className = "alarm";
    find("#status").textContent = error instanceof SyntaxError || error instanceof TypeError
      ? say("This is not a score that this page saved.", "这不是本页面保存的乐谱。") : error.message;
  }
});

/** A line that goes over the roll with the sound. */
function follow(player, beatsPerSecond) {
  find("#roll .cursor")?.remove();
  const cursor = Object.assign(document.createElement("div"), { className: "cursor" });
  const move = () => {
    if (!cursor.isConnected) find("#roll").append(cursor);
    cursor.style.left = `calc(var(--beat) * ${player.currentTime * beatsPerSecond})`;
    if (!player.paused && player.isConnected) requestAnimationFrame(move);
  };
  player.addEventListener("play", move);
  player.addEventListener("seeked", move);
  player.addEventListener("ended", () => cursor.remove());
}

let address = null;
async function sing() {
  const asked = score();
  const answer = await run(async (signal) => {
    const response = await ask("/api/sing", { method: "POST", signal, body: JSON.stringify(asked) });
    return { sound: await response.blob(), sung: +response.headers.get("X-Audio-Seconds"), took: +response.headers.get("X-Compute-Seconds") };
  });
  if (!answer) return;
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(answer.sound);
  const player = Object.assign(document.createElement("audio"), { src: address, controls: true, autoplay: true });
  player.setAttribute("aria-label", say("The song", "歌声"));
  follow(player, asked.tempo / 60);
  const facts = Object.assign(document.createElement("p"), { className: "facts", id: "facts" });
  const speed = (answer.sung / Math.max(answer.took, 0.001)).toFixed(1);
  facts.textContent = say(`${answer.sung.toFixed(1)} s of song in ${answer.took.toFixed(2)} s: ${speed} × real time`,
    `${answer.took.toFixed(2)} 秒合成 ${answer.sung.toFixed(1)} 秒歌声：实时的 ${speed} 倍`);
  const save = Object.assign(document.createElement("a"), { href: address, download: "song.wav", className: "button" });
  save.textContent = say("Save as WAV", "保存为 WAV");
  find("#result").replaceChildren(player, facts, save);
  find("#result").hidden = false;
}
find("#go").addEventListener("click", sing);
